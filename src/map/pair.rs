//! Maps with two results.

use ndarray::{Array, ArrayRef, Dimension};

use super::{Operands, run};
use crate::Error;

/// What maps with two results give.
pub(super) type Pair<R, S, D> = (Array<R, D>, Array<S, D>);

/// Applies a function with two results to every element of one to eight operands: two
/// arrays in one pass.
///
/// As [`map`](fn@crate::map()), but `f` gives a pair, of which each part goes to an array
/// of its own.
///
/// For a closure written in place use [`map2!`](crate::map2!).
///
/// # Errors
/// As for [`map`](fn@crate::map()).
///
/// # Accuracy
/// That of `f`: results never depend on threads, instruction set or layout.
///
/// # Performance
/// One pass, no memory but the results.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let (quotient, rest) = swath::map2(&array![7u32, 9], |x| (x / 4, x % 4))?;
/// assert_eq!((quotient, rest), (array![1, 2], array![3, 1]));
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
#[allow(clippy::needless_pass_by_value)] // a call reads `|x| ..`, not `&|x| ..`
pub fn map2<O, R, S, F>(operands: O, f: F) -> Result<Pair<R, S, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    S: Copy + Send + Sync,
    F: Fn(O::Item) -> (R, S) + Sync,
{
    run::fresh2("map2", &operands, (&f, &f))
}

/// [`map2`] into outputs of the caller's.
///
/// Both have one shape, to which the operands broadcast; they may lie in memory each in
/// its own way.
///
/// For a closure written in place use [`map2_into!`](crate::map2_into!).
///
/// # Errors
/// As for [`map_into`](fn@crate::map_into()), and [`Error::Shape`] if the outputs have
/// different shapes.
///
/// # Examples
/// ```
/// use ndarray::{Array1, array};
///
/// let (mut sum, mut difference) = (Array1::zeros(2), Array1::zeros(2));
/// let (a, b) = (array![1.0, 2.0], array![3.0, 5.0]);
/// swath::map::map2_into((&a, &b), &mut sum, &mut difference, |(x, y)| (x + y, x - y))?;
/// assert_eq!((sum, difference), (array![4.0, 7.0], array![-2.0, -3.0]));
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
#[allow(clippy::needless_pass_by_value)] // as above
pub fn map2_into<O, R, S, D, E, F>(
    operands: O,
    first: &mut ArrayRef<R, D>,
    second: &mut ArrayRef<S, E>,
    f: F,
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    S: Copy + Send + Sync,
    D: Dimension,
    E: Dimension,
    F: Fn(O::Item) -> (R, S) + Sync,
{
    run::into2("map2_into", &operands, (first, second), (&f, &f))
}

/// What [`map2!`](crate::map2!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map2<O, R, S, B, V>(
    function: &'static str,
    operands: O,
    baseline: B,
    avx2: V,
) -> Result<Pair<R, S, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    S: Copy + Send + Sync,
    B: Fn(O::Item) -> (R, S) + Sync,
    V: Fn(O::Item) -> (R, S) + Sync,
{
    run::fresh2(function, &operands, (&baseline, &avx2))
}

/// What [`map2_into!`](crate::map2_into!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map2_into<O, R, S, D, E, B, V>(
    function: &'static str,
    operands: O,
    first: &mut ArrayRef<R, D>,
    second: &mut ArrayRef<S, E>,
    baseline: B,
    avx2: V,
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    S: Copy + Send + Sync,
    D: Dimension,
    E: Dimension,
    B: Fn(O::Item) -> (R, S) + Sync,
    V: Fn(O::Item) -> (R, S) + Sync,
{
    run::into2(function, &operands, (first, second), (&baseline, &avx2))
}
