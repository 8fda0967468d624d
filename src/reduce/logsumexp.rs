//! The logarithm of a sum of exponentials.

use ndarray::{Array, ArrayRef, Dimension};

use super::axes::Axes;
use super::axis::{Empty, reduced, reduced_into};
use super::operands::Operands;
use super::sequence::whole;
use super::types::ReduceFloat;
use crate::Error;

/// The logarithm of the sum of the exponentials of all elements, without overflow.
///
/// Any layout; an empty array gives negative infinity.
///
/// # Accuracy
/// In `f64`, over the greatest element of each block, blocks merged in the
/// [order](super#the-order-of-additions) of a sum; rounded to the type of the elements at
/// the end. Same bits on any number of threads and any CPU. NaN gives NaN.
///
/// # Performance
/// One pass, no allocation; the time of an `exp` for each element. Goes parallel over large
/// arrays.
///
/// # Examples
/// ```
/// let a = ndarray::array![1000.0, 1000.0];
/// assert_eq!(swath::reduce::logsumexp(&a), 1000.0 + 2f64.ln());
/// ```
#[inline]
#[must_use]
pub fn logsumexp<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>) -> T::Mean {
    whole(T::FLOAT_FOLDS.logsumexp, Operands::one(a))
}

along_axes! {
    "The logarithm of the sum of the exponentials", Fine "Without overflow. Any layout; empty axes give negative infinity.",
    "As [`logsumexp`](super::logsumexp). Same bits on any number of threads and any CPU.",
    "let a = array![[1000.0, 1000.0], [0.0, -1e9]];\nassert_eq!(swath::reduce::logsumexp_axis(&a, 1)?, array![1000.0 + 2f64.ln(), 0.0]);",
    ReduceFloat::FLOAT_FOLDS, logsumexp_axis, logsumexp_axis_into, logsumexp -> T::Mean
}
