//! Differences of neighbours, and whether they are in order.

use std::ops::ControlFlow;

use ndarray::{Array, ArrayRef, ArrayView, Axis, Dimension, Ix1, RemoveAxis, Slice};

use crate::kernel::select::Sorted;
use crate::plan::{Chunks, check_axis, check_output};
use crate::reduce::{self, ReduceReal};
use crate::{Element, Error, map, map_into, pool, simd};

/// All but the last elements along an axis, and all but the first.
fn neighbours<T, D: Dimension>(
    a: &ArrayRef<T, D>,
    axis: usize,
) -> (ArrayView<'_, T, D>, ArrayView<'_, T, D>) {
    let n = a.len_of(Axis(axis)) as isize;
    let part = |from: isize, to: isize| a.slice_axis(Axis(axis), Slice::new(from, Some(to), 1));
    (part(0, (n - 1).max(0)), part(n.min(1), n))
}

/// `b - a`, wrapping.
#[inline(always)]
fn minus<T: Element>((b, a): (T, T)) -> T {
    T::plus(b, T::times(T::MINUS_ONE, a))
}

/// An error of a map as that of another function.
fn named(function: &'static str, error: Error) -> Error {
    match error {
        Error::Memory { bytes, .. } => Error::Memory { function, bytes },
        Error::TooLarge { shape, .. } => Error::TooLarge { function, shape },
        other => other,
    }
}

/// The `n`-th differences of neighbours along an axis: an array that is shorter by `n` along
/// it.
///
/// Each difference is an element less the one before it; `n` times over (0: a copy). Any
/// layout; if the axis is not longer than `n`, nothing is left. Integers wrap.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Each difference is rounded once. Same bits on any number of threads and any CPU.
///
/// # Performance
/// As [`map`](crate::map()), `n` times; allocates the result, and for `n` above 1 those
/// before it.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![1, 2, 4, 7, 0];
/// assert_eq!(swath::scan::diff(&a, 1, 0)?, array![1, 2, 3, -7]);
/// assert_eq!(swath::scan::diff(&a, 2, 0)?, array![1, 1, -10]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn diff<T: Element, D: Dimension>(
    a: &ArrayRef<T, D>,
    n: usize,
    axis: usize,
) -> Result<Array<T, D>, Error> {
    check_axis("diff", axis, a.shape())?;
    differences("diff", a, n, axis)
}

fn differences<T: Element, D: Dimension>(
    function: &'static str,
    a: &ArrayRef<T, D>,
    n: usize,
    axis: usize,
) -> Result<Array<T, D>, Error> {
    let named = |error| named(function, error);
    if n == 0 {
        return map(a.view(), |x| x).map_err(named);
    }
    // Once nothing is left, nothing changes.
    let n = n.min(a.len_of(Axis(axis)).max(1));
    let (before, after) = neighbours(a, axis);
    let mut result = map((after, before), minus::<T>).map_err(named)?;
    for _ in 1..n {
        let (before, after) = neighbours(&result, axis);
        let next = map((after, before), minus::<T>).map_err(named)?;
        result = next;
    }
    Ok(result)
}

/// As [`diff`], into `out`.
///
/// `out` has the shape of the result and any strides. If the call is cancelled, `out` is
/// partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for the differences before the `n`-th.
///
/// # Accuracy
/// The bits of [`diff`].
pub fn diff_into<T: Element, D: Dimension>(
    a: &ArrayRef<T, D>,
    n: usize,
    axis: usize,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let function = "diff_into";
    check_axis(function, axis, a.shape())?;
    let mut shape = a.shape().to_vec();
    shape[axis] = shape[axis].saturating_sub(n);
    if out.shape() != shape {
        return Err(Error::Shape {
            function,
            operand: "out",
            shape: out.shape().to_vec(),
            expected: "the shape of the differences",
            other: shape,
        });
    }
    check_output(function, "out", out.shape(), out.strides())?;
    let named = |error| named(function, error);
    match n {
        0 => map_into(a.view(), out, |x| x).map_err(named),
        1 => {
            let (before, after) = neighbours(a, axis);
            map_into((after, before), out, minus::<T>).map_err(named)
        }
        _ => {
            let almost = differences(function, a, n - 1, axis)?;
            let (before, after) = neighbours(&almost, axis);
            map_into((after, before), out, minus::<T>).map_err(named)
        }
    }
}

/// Whether no element is greater than the next.
///
/// NaN counts as greater than all numbers and equal to itself, where NumPy's sorts leave
/// it; zeros of both signs are equal. Any stride; up to one element, `true`.
///
/// # Accuracy
/// Exact.
///
/// # Performance
/// One pass; all threads stop at the first that is not in order.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::scan::is_sorted;
///
/// assert!(is_sorted(&array![1.0, 1.0, 2.5, f64::NAN]));
/// assert!(!is_sorted(&array![3, 1, 2]));
/// ```
#[must_use]
pub fn is_sorted<T: ReduceReal>(a: &ArrayRef<T, Ix1>) -> bool {
    let pairs = a.len().saturating_sub(1);
    let chunks = Chunks::new(pairs, size_of::<T>(), 0.0, 1);
    let (first, stride) = (Shared(a.as_ptr()), a.strides()[0]);
    let run = pool::run(
        chunks.n(),
        chunks.cost_ns(),
        || (),
        |(), i| {
            let range = chunks.range(i);
            let step = (range.start as isize).wrapping_mul(stride);
            let from = first.get().wrapping_offset(step);
            // SAFETY: the pairs of the range and one element more are in the array.
            if simd::dispatch(unsafe { Sorted::new(from, stride, range.len() + 1) }) {
                return ControlFlow::Continue(());
            }
            ControlFlow::Break(())
        },
    );
    run.is_continue()
}

/// Elements for all threads to read.
struct Shared<T>(*const T);

// SAFETY: only read through; elements are plain numbers.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    fn get(&self) -> *const T {
        self.0
    }
}

/// Whether no element is greater than the next along an axis: an array without it.
///
/// As [`is_sorted`]. Any layout; axes of up to one element give `true`.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result, or for a
///   `bool` for each pair of elements.
///
/// # Accuracy
/// Exact.
///
/// # Performance
/// Two passes, one of them over a `bool` for each pair of elements.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1, 2], [0, 3]];
/// assert_eq!(swath::scan::is_sorted_axis(&a, 0)?, array![false, true]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn is_sorted_axis<T: ReduceReal, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
) -> Result<Array<bool, D::Smaller>, Error> {
    let function = "is_sorted_axis";
    check_axis(function, axis, a.shape())?;
    let (before, after) = neighbours(a, axis);
    let pairs = map((after, before), |(b, a)| Sorted::in_order(a, b));
    let pairs = pairs.map_err(|error| named(function, error))?;
    reduce::all_axis(&pairs, axis).map_err(|error| named(function, error))
}
