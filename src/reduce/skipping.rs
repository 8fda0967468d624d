//! The same of what is not NaN.

use ndarray::{Array, ArrayRef, Dimension};

use super::axes::Axes;
use super::axis::{Empty, reduced, reduced_into};
use super::operands::Operands;
use super::sequence::whole;
use super::types::ReduceFloat;
use crate::Error;

/// The sum of the elements that are not NaN.
///
/// Any layout. If there are none, 0.
///
/// # Accuracy
/// Same bits on any number of threads and any CPU: a NaN takes its turn as 0 in the [order
/// of additions](super#the-order-of-additions), so that -0.0 and NaN give +0.0.
///
/// # Performance
/// As [`sum`](super::sum).
///
/// # Examples
/// ```
/// const NAN: f32 = f32::NAN;
///
/// assert_eq!(swath::reduce::nansum(&ndarray::array![1.0f32, NAN, 2.0]), 3.0);
/// ```
#[inline]
#[must_use]
pub fn nansum<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>) -> T::Sum {
    whole(T::FLOAT_FOLDS.nansum, Operands::one(a))
}

along_axes! {
    "The sum of the elements that are not NaN,", Fine "Any layout. If there are none, 0.",
    "Same bits on any number of threads and any CPU: a NaN takes its turn as 0 in the [order\nof additions](super#the-order-of-additions), so that -0.0 and NaN give +0.0.",
    "const NAN: f32 = f32::NAN;\nlet a = ndarray::array![[1.0f32, NAN, 2.0], [1.0f32, NAN, 2.0]];\nassert_eq!(swath::reduce::nansum_axis(&a, 1)?, array![3.0, 3.0]);",
    ReduceFloat::FLOAT_FOLDS, nansum_axis, nansum_axis_into, nansum -> T::Sum
}

/// The product of the elements that are not NaN.
///
/// Any layout. If there are none, 1.
///
/// # Accuracy
/// Same bits on any number of threads and any CPU: a NaN takes its turn as 1.
///
/// # Performance
/// As [`sum`](super::sum).
///
/// # Examples
/// ```
/// const NAN: f32 = f32::NAN;
///
/// assert_eq!(swath::reduce::nanprod(&ndarray::array![3.0f32, NAN, 2.0]), 6.0);
/// ```
#[inline]
#[must_use]
pub fn nanprod<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>) -> T::Sum {
    whole(T::FLOAT_FOLDS.nanprod, Operands::one(a))
}

along_axes! {
    "The product of the elements that are not NaN,", Fine "Any layout. If there are none, 1.",
    "Same bits on any number of threads and any CPU: a NaN takes its turn as 1.",
    "const NAN: f32 = f32::NAN;\nlet a = ndarray::array![[3.0f32, NAN, 2.0], [3.0f32, NAN, 2.0]];\nassert_eq!(swath::reduce::nanprod_axis(&a, 1)?, array![6.0, 6.0]);",
    ReduceFloat::FLOAT_FOLDS, nanprod_axis, nanprod_axis_into, nanprod -> T::Sum
}

/// The mean of the elements that are not NaN.
///
/// Any layout. If there are none, NaN.
///
/// # Accuracy
/// [`nansum`](nansum) divided by the number of elements that are not NaN. Same bits
/// on any number of threads and any CPU.
///
/// # Performance
/// As [`sum`](super::sum).
///
/// # Examples
/// ```
/// const NAN: f32 = f32::NAN;
///
/// assert_eq!(swath::reduce::nanmean(&ndarray::array![1.0f32, NAN, 2.0]), 1.5);
/// ```
#[inline]
#[must_use]
pub fn nanmean<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>) -> T::Mean {
    whole(T::FLOAT_FOLDS.nanmean, Operands::one(a))
}

along_axes! {
    "The mean of the elements that are not NaN,", Fine "Any layout. If there are none, NaN.",
    "[`nansum`](super::nansum) divided by the number of elements that are not NaN. Same bits\non any number of threads and any CPU.",
    "const NAN: f32 = f32::NAN;\nlet a = ndarray::array![[1.0f32, NAN, 2.0], [1.0f32, NAN, 2.0]];\nassert_eq!(swath::reduce::nanmean_axis(&a, 1)?, array![1.5, 1.5]);",
    ReduceFloat::FLOAT_FOLDS, nanmean_axis, nanmean_axis_into, nanmean -> T::Mean
}

/// The variance of the elements that are not NaN.
///
/// Any layout. `ddof` is taken off the number of elements that are not NaN; if nothing is left, NaN.
///
/// # Accuracy
/// As [`var`](super::var()) of the elements that are not NaN, block by block. Same bits on
/// any number of threads and any CPU. Infinities give NaN.
///
/// # Performance
/// As [`sum`](super::sum).
///
/// # Examples
/// ```
/// const NAN: f32 = f32::NAN;
///
/// assert_eq!(swath::reduce::nanvar(&ndarray::array![1.0f32, NAN, 3.0], 0.0), 1.0);
/// ```
#[inline]
#[must_use]
pub fn nanvar<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>, ddof: f64) -> T::Real {
    whole(T::FLOAT_FOLDS.nanvar.ddof(ddof), Operands::one(a))
}

along_axes! {
    "The variance of the elements that are not NaN,", Fine "Any layout. `ddof` is taken off the number of elements that are not NaN; if nothing is left, NaN.",
    "As [`var`](super::var) of the elements that are not NaN, block by block. Same bits on\nany number of threads and any CPU. Infinities give NaN.",
    "const NAN: f32 = f32::NAN;\nlet a = ndarray::array![[1.0f32, NAN, 3.0], [1.0f32, NAN, 3.0]];\nassert_eq!(swath::reduce::nanvar_axis(&a, 1, 0.0)?, array![1.0, 1.0]);",
    ReduceFloat::FLOAT_FOLDS, nanvar_axis, nanvar_axis_into, nanvar -> T::Real, ddof: f64, ddof
}

/// The standard deviation of the elements that are not NaN.
///
/// Any layout. The root of [`nanvar`](nanvar), with the same `ddof`.
///
/// # Accuracy
/// The variance, in `f64`, its root rounded to the type of the result. Same bits on any
/// number of threads and any CPU.
///
/// # Performance
/// As [`sum`](super::sum).
///
/// # Examples
/// ```
/// const NAN: f32 = f32::NAN;
///
/// assert_eq!(swath::reduce::nanstd(&ndarray::array![1.0f32, NAN, 3.0], 0.0), 1.0);
/// ```
#[inline]
#[must_use]
pub fn nanstd<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>, ddof: f64) -> T::Real {
    whole(T::FLOAT_FOLDS.nanstd.ddof(ddof), Operands::one(a))
}

along_axes! {
    "The standard deviation of the elements that are not NaN,", Fine "Any layout. The root of [`nanvar`](super::nanvar), with the same `ddof`.",
    "The variance, in `f64`, its root rounded to the type of the result. Same bits on any\nnumber of threads and any CPU.",
    "const NAN: f32 = f32::NAN;\nlet a = ndarray::array![[1.0f32, NAN, 3.0], [1.0f32, NAN, 3.0]];\nassert_eq!(swath::reduce::nanstd_axis(&a, 1, 0.0)?, array![1.0, 1.0]);",
    ReduceFloat::FLOAT_FOLDS, nanstd_axis, nanstd_axis_into, nanstd -> T::Real, ddof: f64, ddof
}

/// The least of the elements that are not NaN.
///
/// Any layout. If there are elements, but none is a number, NaN.
///
/// # Errors
/// - [`Error::Empty`] if there are no elements.
///
/// # Accuracy
/// Exact. -0.0 is less than +0.0.
///
/// # Performance
/// As [`sum`](super::sum).
///
/// # Examples
/// ```
/// const NAN: f32 = f32::NAN;
///
/// assert_eq!(swath::reduce::nanmin(&ndarray::array![3.0f32, NAN, 2.0]), Ok(2.0));
/// ```
#[inline]
pub fn nanmin<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>) -> Result<T, Error> {
    Ok(whole(T::FLOAT_FOLDS.nanmin, Operands::some("nanmin", a)?))
}

along_axes! {
    "The least of the elements that are not NaN,", Refused "Any layout. If there are elements, but none is a number, NaN.",
    "Exact. -0.0 is less than +0.0.",
    "const NAN: f32 = f32::NAN;\nlet a = ndarray::array![[3.0f32, NAN, 2.0], [3.0f32, NAN, 2.0]];\nassert_eq!(swath::reduce::nanmin_axis(&a, 1)?, array![2.0, 2.0]);",
    ReduceFloat::FLOAT_FOLDS, nanmin_axis, nanmin_axis_into, nanmin -> T
}

/// The greatest of the elements that are not NaN.
///
/// Any layout. If there are elements, but none is a number, NaN.
///
/// # Errors
/// - [`Error::Empty`] if there are no elements.
///
/// # Accuracy
/// Exact. -0.0 is less than +0.0.
///
/// # Performance
/// As [`sum`](super::sum).
///
/// # Examples
/// ```
/// const NAN: f32 = f32::NAN;
///
/// assert_eq!(swath::reduce::nanmax(&ndarray::array![3.0f32, NAN, 2.0]), Ok(3.0));
/// ```
#[inline]
pub fn nanmax<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>) -> Result<T, Error> {
    Ok(whole(T::FLOAT_FOLDS.nanmax, Operands::some("nanmax", a)?))
}

along_axes! {
    "The greatest of the elements that are not NaN,", Refused "Any layout. If there are elements, but none is a number, NaN.",
    "Exact. -0.0 is less than +0.0.",
    "const NAN: f32 = f32::NAN;\nlet a = ndarray::array![[3.0f32, NAN, 2.0], [3.0f32, NAN, 2.0]];\nassert_eq!(swath::reduce::nanmax_axis(&a, 1)?, array![3.0, 3.0]);",
    ReduceFloat::FLOAT_FOLDS, nanmax_axis, nanmax_axis_into, nanmax -> T
}
