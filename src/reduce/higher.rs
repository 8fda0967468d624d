//! Skewness and kurtosis.

use ndarray::{Array, ArrayRef, Dimension};

use super::axes::Axes;
use super::axis::{Empty, reduced, reduced_into};
use super::operands::{Folding, Operands};
use super::sequence::whole;
use super::types::ReduceReal;
use crate::Error;

fn skewness<T: ReduceReal>(bias: bool) -> Folding<T, T::Mean> {
    T::REAL_FOLDS.skew[usize::from(!bias)]
}

fn kurtoses<T: ReduceReal>(fisher: bool, bias: bool) -> Folding<T, T::Mean> {
    T::REAL_FOLDS.kurtosis[usize::from(!fisher)][usize::from(!bias)]
}

/// The skewness of all elements: the third moment about the mean over the standard
/// deviation cubed.
///
/// As SciPy's `skew`: with `bias` that of the elements themselves, without it corrected
/// for the bias of a sample. Any layout. NaN for an empty array, and where all elements
/// are equal up to rounding of their mean.
///
/// # Accuracy
/// One pass over memory: of each block the sums of powers of deviations from its mean,
/// which are merged, all in `f64`. The error grows as u mean / standard deviation where the
/// mean is large. Same bits on any number of threads and any CPU. NaN and infinities give
/// NaN.
///
/// # Performance
/// As [`sum`](super::sum) from memory; three times the work of [`var`](super::var()) in cache.
///
/// # Examples
/// ```
/// let a = ndarray::array![0.0f64, 0.0, 3.0];
/// let skew = swath::reduce::skew(&a, true);
/// assert!((skew - 0.5f64.sqrt()).abs() < 1e-15);
/// ```
#[inline]
#[must_use]
pub fn skew<T: ReduceReal, D: Dimension>(a: &ArrayRef<T, D>, bias: bool) -> T::Mean {
    whole(skewness(bias), Operands::one(a))
}

along_axes! {
    "The skewness", Fine "As SciPy's `skew`: with `bias` that of the elements themselves, without it corrected for\nthe bias of a sample. Any layout; NaN for empty axes and for elements that are equal up to\nrounding of their mean.",
    "As [`skew`](super::skew). Same bits on any number of threads and any CPU.",
    "let a = array![[0.0f64, 0.0, 3.0], [1.0, 2.0, 3.0]];\nlet skew = swath::reduce::skew_axis(&a, 1, true)?;\nassert!((skew[0] - 0.5f64.sqrt()).abs() < 1e-15);\nassert_eq!(skew[1], 0.0);",
    ReduceReal by skewness::<T>(bias), skew_axis, skew_axis_into -> T::Mean, bias: bool
}

/// The kurtosis of all elements: the fourth moment about the mean over the variance
/// squared.
///
/// As SciPy's `kurtosis`: less 3 by Fisher's definition, so that normal numbers have 0, or
/// without `fisher` by Pearson's; with `bias` that of the elements themselves, without it
/// corrected for the bias of a sample. Any layout. NaN for an empty array, and where all
/// elements are equal up to rounding of their mean.
///
/// # Accuracy
/// As [`skew`].
///
/// # Performance
/// As [`skew`].
///
/// # Examples
/// ```
/// let a = ndarray::array![-1, 1, -1, 1];
/// assert_eq!(swath::reduce::kurtosis(&a, true, true), -2.0);
/// assert_eq!(swath::reduce::kurtosis(&a, false, true), 1.0);
/// ```
#[inline]
#[must_use]
pub fn kurtosis<T: ReduceReal, D: Dimension>(
    a: &ArrayRef<T, D>,
    fisher: bool,
    bias: bool,
) -> T::Mean {
    whole(kurtoses(fisher, bias), Operands::one(a))
}

along_axes! {
    "The kurtosis", Fine "As SciPy's `kurtosis`: less 3 by Fisher's definition, or without `fisher` by Pearson's;\nwith `bias` that of the elements themselves, without it corrected for the bias of a sample.\nAny layout; NaN for empty axes and for elements that are equal up to rounding of their mean.",
    "As [`kurtosis`](super::kurtosis). Same bits on any number of threads and any CPU.",
    "let a = array![[-1.0, 1.0], [2.0, 4.0]];\nassert_eq!(swath::reduce::kurtosis_axis(&a, 1, true, true)?, array![-2.0, -2.0]);",
    ReduceReal by kurtoses::<T>(fisher, bias), kurtosis_axis, kurtosis_axis_into -> T::Mean,
    fisher: bool, bias: bool
}
