//! Products of vectors in arrays that broadcast.

use ndarray::{Array, ArrayRef, ArrayView, DimMax, Dimension, IxDyn, RemoveAxis};

use super::Reduce;
use super::axis::{dots, dots_into};
use crate::Error;
use crate::plan::broadcast;

/// Two arrays, each with the shape that both broadcast to.
type Pair<'a, T, D> = (ArrayView<'a, T, D>, ArrayView<'a, T, D>);

/// # Errors
/// [`Error::Broadcast`], [`Error::TooLarge`].
fn both<'a, T, D, E>(
    function: &'static str,
    a: &'a ArrayRef<T, D>,
    b: &'a ArrayRef<T, E>,
) -> Result<Pair<'a, T, <D as DimMax<E>>::Output>, Error>
where
    D: Dimension + DimMax<E>,
    E: Dimension,
{
    let mut shape = vec![1; a.ndim().max(b.ndim())];
    if !broadcast([a.shape(), b.shape()].into_iter(), &mut shape) {
        let shapes = vec![a.shape().to_vec(), b.shape().to_vec()];
        return Err(Error::Broadcast { function, shapes });
    }
    let too_large = || Error::TooLarge { function, shape: shape.clone() };
    let dim = <D as DimMax<E>>::Output::from_dimension(&IxDyn(&shape)).ok_or_else(too_large)?;
    let a = a.broadcast(dim.clone()).ok_or_else(too_large)?;
    let b = b.broadcast(dim).ok_or_else(too_large)?;
    Ok((a, b))
}

/// The products of vectors along one axis of two arrays that broadcast: an array without
/// it.
///
/// As NumPy's `vecdot`: complex numbers of `a` are conjugated. `axis` is that of the shape which both broadcast to
/// by NumPy's rule. Any layouts; empty vectors give zeros.
///
/// # Errors
/// - [`Error::Broadcast`] if the shapes do not broadcast together.
/// - [`Error::Axis`] if that shape has no such axis.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// As [`dot_axis`](super::dot_axis) of the arrays broadcast.
///
/// # Performance
/// As [`dot_axis`](super::dot_axis); nothing is copied to broadcast.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let rows = array![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(swath::reduce::vecdot(&rows, &array![1.0, 10.0], 1)?, array![21.0, 43.0]);
/// # Ok::<(), swath::Error>(())
/// ```
#[allow(clippy::type_complexity, reason = "the type of an array without an axis")]
pub fn vecdot<T, D, E>(
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, E>,
    axis: usize,
) -> Result<Array<T::Sum, <<D as DimMax<E>>::Output as Dimension>::Smaller>, Error>
where
    T: Reduce,
    D: Dimension + DimMax<E>,
    E: Dimension,
    <D as DimMax<E>>::Output: RemoveAxis,
{
    let (a, b) = both("vecdot", a, b)?;
    dots("vecdot", &a, &b, &axis, T::FOLDS.vdot)
}

/// As [`vecdot`], into `out`.
///
/// `out` has the shape of the result and any strides. If the call is cancelled, `out` is
/// partly written.
///
/// # Errors
/// - [`Error::Broadcast`] if the shapes do not broadcast together.
/// - [`Error::Axis`] if that shape has no such axis.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for partial results.
///
/// # Accuracy
/// The bits of [`vecdot`].
pub fn vecdot_into<T, D, E>(
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, E>,
    axis: usize,
    out: &mut ArrayRef<T::Sum, <<D as DimMax<E>>::Output as Dimension>::Smaller>,
) -> Result<(), Error>
where
    T: Reduce,
    D: Dimension + DimMax<E>,
    E: Dimension,
    <D as DimMax<E>>::Output: RemoveAxis,
{
    let (a, b) = both("vecdot_into", a, b)?;
    dots_into("vecdot_into", &a, &b, &axis, T::FOLDS.vdot, out)
}
