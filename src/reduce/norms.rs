//! Norms of vectors.

use ndarray::{Array, ArrayRef, Dimension};

use super::axes::Axes;
use super::axis::{Empty, reduced, reduced_into};
use super::operands::{Folding, Operands};
use super::sequence::whole;
use super::types::ReduceNorm;
use crate::Error;

/// Which norm.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Norm {
    /// The sum of absolute values.
    L1,
    /// The root of the sum of squares.
    L2,
    /// The greatest absolute value.
    Inf,
    /// The least absolute value.
    NegInf,
    /// Of any power p: the sum of |x|^p to the power 1/p; for 0 how many are not 0. 1, 2 and
    /// the infinities are those above.
    P(f64),
}

impl Norm {
    fn fold<T: ReduceNorm>(self) -> Folding<T, T::Real> {
        match self {
            Norm::L1 | Norm::P(1.0) => T::NORM_FOLDS.norm1,
            Norm::L2 | Norm::P(2.0) => T::NORM_FOLDS.norm2,
            Norm::Inf | Norm::P(f64::INFINITY) => T::NORM_FOLDS.norm_inf,
            Norm::NegInf | Norm::P(f64::NEG_INFINITY) => T::NORM_FOLDS.norm_least,
            Norm::P(p) => T::NORM_FOLDS.norm_p.number(p),
        }
    }
}

/// The norm of all elements as one vector.
///
/// Any layout; an empty array gives 0, and infinity for [`Norm::NegInf`]. Of complex numbers
/// the absolute values count; floats of 16 bits give `f32`.
///
/// # Accuracy
/// Same bits on any number of threads and any CPU, in the [order of
/// additions](super#the-order-of-additions). The Euclidean norm neither overflows nor
/// underflows on the way: it is infinite or 0 only if the result is; that of `f32` is
/// taken in `f64`. The relative error of the first two is at most about (128 + log2(n)) u,
/// `Inf` and `NegInf` are exact. Other powers are taken in `f64` by [`math::powf`](crate::math::powf),
/// and may overflow on the way. NaN gives NaN. The absolute value of a complex number is
/// rounded before.
///
/// # Performance
/// As [`sum`](super::sum); of other powers the time of a `pow` for each element.
///
/// # Examples
/// ```
/// use swath::reduce::{Norm, norm};
///
/// let a = ndarray::array![3e300, -4e300];
/// assert_eq!(norm(&a, Norm::L1), 7e300);
/// assert_eq!(norm(&a, Norm::L2), 5e300);
/// assert_eq!(norm(&a, Norm::Inf), 4e300);
/// ```
#[inline]
#[must_use]
pub fn norm<T: ReduceNorm, D: Dimension>(a: &ArrayRef<T, D>, norm: Norm) -> T::Real {
    whole(norm.fold(), Operands::one(a))
}

/// The norm along one axis or several: an array without them.
///
/// Any layout; empty axes give zeros (infinities for [`Norm::NegInf`]).
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// As [`norm`].
///
/// # Performance
/// As [`sum_axis`](super::sum_axis).
///
/// # Examples
/// ```
/// use swath::reduce::{Norm, norm_axis};
///
/// let a = ndarray::array![[3.0f32, -4.0], [6.0, 8.0]];
/// assert_eq!(norm_axis(&a, 1, Norm::L2)?, ndarray::array![5.0, 10.0]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn norm_axis<T: ReduceNorm, D: Dimension, A: Axes<D>>(
    a: &ArrayRef<T, D>,
    axes: A,
    norm: Norm,
) -> Result<Array<T::Real, A::Kept>, Error> {
    reduced("norm_axis", norm.fold(), a, &axes, Empty::Fine)
}

/// As [`norm_axis`], into `out`.
///
/// `out` has the shape of `a` without the axes, and any strides. If the call is
/// cancelled, `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for partial results.
///
/// # Accuracy
/// The bits of [`norm_axis`].
pub fn norm_axis_into<T: ReduceNorm, D: Dimension, A: Axes<D>>(
    a: &ArrayRef<T, D>,
    axes: A,
    norm: Norm,
    out: &mut ArrayRef<T::Real, A::Kept>,
) -> Result<(), Error> {
    reduced_into("norm_axis_into", norm.fold(), a, &axes, out, Empty::Fine)
}

/// The sum of the products of two arrays of one shape, as one vector each.
///
/// Any layouts; empty arrays give 0. Complex numbers of `a` are conjugated. Signed integers
/// and `bool` are multiplied and added in `i64`, unsigned ones in `u64`.
///
/// # Errors
/// - [`Error::Shape`] if the shapes differ.
///
/// # Accuracy
/// As [`dot`](super::dot), by rising index, the last axis running fastest.
///
/// # Performance
/// As [`dot`](super::dot).
///
/// # Examples
/// ```
/// let a = ndarray::array![[1.0f64, 2.0], [3.0, 4.0]];
/// assert_eq!(swath::reduce::vdot(&a, &a.t())?, 29.0);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
pub fn vdot<T: super::Reduce, D: Dimension>(
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, D>,
) -> Result<T::Sum, Error> {
    Ok(whole(T::FOLDS.vdot, Operands::two("vdot", a, b)?))
}
