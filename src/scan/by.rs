//! Scans by a user's closure.

use std::marker::PhantomData;

use ndarray::{Array, ArrayRef, Dimension};

use super::{IntoAlong, Scanning, fresh, given, inplace};
use crate::Error;
use crate::kernel::scan::{By, Table};

/// The elements combined so far by a closure, along an axis: an array of the same shape.
///
/// `combine` joins two values, the earlier first, and must be associative: values are
/// combined in groups, and the groups with what comes before them. `identity` combined
/// with anything must give that. `axis` is an axis, or an [`Along`](super::Along) with
/// options. Elements are any `Copy` type of at most 64 bytes (an error of the compiler
/// tells of larger ones). Any layout.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Panics
/// If `combine` does: its panic arrives once, when every thread has stopped.
///
/// # Accuracy
/// Combined in the [order](super#the-order-of-additions) of a sum. Same bits on any number
/// of threads, and on any CPU as far as the closure has that.
///
/// # Performance
/// As [`cumsum`](super::cumsum); the closure is compiled for the CPU's vectors. Combined
/// are about four values for each element.
///
/// # Examples
/// The recurrence y = a y + b, as a scan of pairs (a, b):
/// ```
/// use ndarray::array;
/// use swath::scan::scan;
///
/// let steps = array![(1.0, 2.0), (0.5, 1.0), (0.5, 3.0)];
/// let y = scan(&steps, 0, (1.0, 0.0), |(a, b), (c, d)| (a * c, b * c + d))?;
/// assert_eq!(y.map(|&(_, y)| y), array![2.0, 2.0, 4.0]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn scan<T: Copy + Send + Sync, D: Dimension>(
    a: &ArrayRef<T, D>,
    axis: impl IntoAlong,
    identity: T,
    combine: impl Fn(T, T) -> T + Sync,
) -> Result<Array<T, D>, Error> {
    let op = By { identity, combine: &combine };
    fresh("scan", &Scanning { table: &Table::of(&op), types: PhantomData }, a, axis.along())
}

/// As [`scan()`], into `out`.
///
/// `out` has the shape of `a` and any strides. If the call is cancelled or `combine`
/// panics, `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Shape`] if `out` has another shape than `a`.
/// - [`Error::Overlap`] if elements of `out` share memory.
///
/// # Panics
/// If `combine` does.
///
/// # Accuracy
/// As [`scan()`], in the order of these strides.
pub fn scan_into<T: Copy + Send + Sync, D: Dimension>(
    a: &ArrayRef<T, D>,
    axis: impl IntoAlong,
    identity: T,
    combine: impl Fn(T, T) -> T + Sync,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let op = By { identity, combine: &combine };
    let scan = Scanning { table: &Table::of(&op), types: PhantomData };
    given("scan_into", &scan, a, axis.along(), out)
}

/// As [`scan()`], in place.
///
/// If the call is cancelled or `combine` panics, `a` is partly overwritten.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Overlap`] if elements of `a` share memory.
///
/// # Panics
/// If `combine` does.
///
/// # Accuracy
/// As [`scan()`], in the order of these strides.
pub fn scan_inplace<T: Copy + Send + Sync, D: Dimension>(
    a: &mut ArrayRef<T, D>,
    axis: impl IntoAlong,
    identity: T,
    combine: impl Fn(T, T) -> T + Sync,
) -> Result<(), Error> {
    let op = By { identity, combine: &combine };
    let scan = Scanning { table: &Table::of(&op), types: PhantomData };
    inplace("scan_inplace", &scan, a, axis.along())
}
