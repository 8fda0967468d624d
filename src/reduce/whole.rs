//! Whole arrays to one value.

use ndarray::{ArrayRef, Dimension, Ix1};

use super::operands::Operands;
use super::sequence::whole;
use super::types::{Reduce, ReduceReal};
use crate::Error;

/// The sum of all elements.
///
/// Any layout; an empty array gives 0. Signed integers are summed in `i64`,
/// unsigned ones in `u64`.
///
/// # Accuracy
/// Same bits on any number of threads and any CPU; the [order of
/// additions](super#the-order-of-additions) is that of memory. The error of n
/// floats is at most about (66 + log2(n)) u times the sum of their absolute values
/// (u: half an ULP of 1). NaN gives NaN; only -0.0 gives -0.0. Integer sums wrap at
/// 64 bits, in debug builds too.
///
/// # Performance
/// One pass, no allocation; elements that are not contiguous are gathered block by
/// block. Large arrays are summed on all threads.
///
/// # Examples
/// ```
/// use ndarray::{array, s};
///
/// assert_eq!(swath::reduce::sum(&array![1.5f64, 2.0, 3.0]), 6.5);
/// assert_eq!(swath::reduce::sum(&array![200u8, 100]), 300u64);
/// assert_eq!(swath::reduce::sum(&array![[1, 2], [3, 4]].slice(s![.., ..;-1])), 10i64);
/// ```
#[inline]
#[must_use]
pub fn sum<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>) -> T::Sum {
    whole(T::FOLDS.sum, Operands::one(a))
}

/// The arithmetic mean of all elements.
///
/// Any layout; an empty array gives NaN. Integers give `f64`.
///
/// # Accuracy
/// Floats: [`sum`] divided by the number of elements, both in the type of the
/// elements (so an `f32` sum may overflow). Integers: the exact sum, whatever its
/// size, rounded to `f64`, divided by the number. Same bits on any number of threads
/// and any CPU.
///
/// # Performance
/// As [`sum`]; of 64-bit integers slower, since their sums need 128 bits.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::mean(&array![1.0f32, 2.0, 6.0]), 3.0);
/// assert_eq!(swath::reduce::mean(&array![i64::MAX, i64::MAX]), 9223372036854775807.0);
/// ```
#[inline]
#[must_use]
pub fn mean<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>) -> T::Mean {
    whole(T::FOLDS.mean, Operands::one(a))
}

/// The least element.
///
/// Any layout.
///
/// # Errors
/// - [`Error::Empty`] if there are no elements.
///
/// # Accuracy
/// Exact. A NaN anywhere gives NaN; -0.0 is less than +0.0.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::min(&array![3, -1, 2])?, -1);
/// assert!(swath::reduce::min(&array![3.0, f64::NAN])?.is_nan());
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
pub fn min<T: ReduceReal, D: Dimension>(a: &ArrayRef<T, D>) -> Result<T, Error> {
    Ok(whole(T::REAL_FOLDS.min, Operands::some("min", a)?))
}

/// The greatest element.
///
/// Any layout.
///
/// # Errors
/// - [`Error::Empty`] if there are no elements.
///
/// # Accuracy
/// Exact. A NaN anywhere gives NaN; -0.0 is less than +0.0.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::max(&array![3u8, 1, 2])?, 3);
/// assert!(swath::reduce::max(&ndarray::Array1::<f32>::zeros(0)).is_err());
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
pub fn max<T: ReduceReal, D: Dimension>(a: &ArrayRef<T, D>) -> Result<T, Error> {
    Ok(whole(T::REAL_FOLDS.max, Operands::some("max", a)?))
}

/// The sum of the products of two vectors of one length.
///
/// Any strides; empty vectors give 0. Complex numbers are not conjugated (see
/// [`vdot`](super::vdot)). Products and sums of signed integers are
/// taken in `i64`, of unsigned ones in `u64`.
///
/// # Errors
/// - [`Error::Shape`] if the lengths differ.
///
/// # Accuracy
/// Each product is rounded, then they are added in the [order of
/// additions](super#the-order-of-additions) of a sequence, by index: neither strides
/// nor the order of `a` and `b` matter. Same bits on any number of threads and any
/// CPU; NaN gives NaN. Integers wrap at 64 bits.
///
/// # Performance
/// One pass, no allocation. Large vectors are multiplied on all threads.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let (a, b) = (array![1.0f32, 2.0, 3.0], array![4.0, 5.0, 6.0]);
/// assert_eq!(swath::reduce::dot(&a, &b)?, 32.0);
/// assert!(swath::reduce::dot(&a, &array![1.0]).is_err());
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
pub fn dot<T: Reduce>(a: &ArrayRef<T, Ix1>, b: &ArrayRef<T, Ix1>) -> Result<T::Sum, Error> {
    Ok(whole(T::FOLDS.dot, Operands::two("dot", a, b)?))
}

/// The product of all elements.
///
/// Any layout; an empty array gives 1. Signed integers and `bool` are multiplied in `i64`,
/// unsigned ones in `u64`.
///
/// # Accuracy
/// Same bits on any number of threads and any CPU, in the [order of
/// additions](super#the-order-of-additions). The relative error of n floats is at most
/// about n u, as long as nothing overflows or underflows on the way. NaN gives NaN.
/// Integer products wrap at 64 bits.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::prod(&array![1.5f64, 2.0, 3.0]), 9.0);
/// ```
#[inline]
#[must_use]
pub fn prod<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>) -> T::Sum {
    whole(T::FOLDS.prod, Operands::one(a))
}

/// The variance of all elements.
///
/// The sum of squared deviations from the mean over n - `ddof` (over 0 if that is less):
/// `ddof` is 0 for the variance of what is there, 1 for an estimate from a sample. Any
/// layout; an empty array gives NaN. Integers and `bool` give `f64`.
///
/// # Accuracy
/// One pass over memory: of each block the mean and the deviations from it, which are
/// merged in `f64`. The relative error is at most about (200 + log2(n)) u (1 + mean /
/// standard deviation), u being half an ULP of 1. Same bits on any number of threads and
/// any CPU. NaN and infinities give NaN.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::var(&array![1.0f32, 2.0, 6.0], 1.0), 7.0);
/// ```
#[inline]
#[must_use]
pub fn var<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>, ddof: f64) -> T::Real {
    whole(T::FOLDS.var.ddof(ddof), Operands::one(a))
}

/// The standard deviation of all elements.
///
/// The root of [`var`], with the same `ddof`.
///
/// # Accuracy
/// The variance, in `f64`, its root rounded to the type of the result. Same bits on any
/// number of threads and any CPU.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::std(&array![1, 3], 0.0), 1.0);
/// ```
#[inline]
#[must_use]
pub fn std<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>, ddof: f64) -> T::Real {
    whole(T::FOLDS.std.ddof(ddof), Operands::one(a))
}

/// The least and the greatest element.
///
/// Any layout.
///
/// # Errors
/// - [`Error::Empty`] if there are no elements.
///
/// # Accuracy
/// Exact. A NaN anywhere gives two; -0.0 is less than +0.0.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::min_max(&array![3u8, 1, 2])?, (1, 3));
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
pub fn min_max<T: ReduceReal, D: Dimension>(a: &ArrayRef<T, D>) -> Result<(T, T), Error> {
    let [least, greatest] = whole(T::REAL_FOLDS.min_max, Operands::some("min_max", a)?);
    Ok((least, greatest))
}

/// The index of the first least element.
///
/// The index counts all elements, the last axis running fastest. Any layout.
///
/// # Errors
/// - [`Error::Empty`] if there are no elements.
///
/// # Accuracy
/// Exact. The first NaN, if there is one; zeros of both signs are equal.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::argmin(&array![3u8, 1, 3, 1])?, 1);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
pub fn argmin<T: ReduceReal, D: Dimension>(a: &ArrayRef<T, D>) -> Result<usize, Error> {
    Ok(whole(T::REAL_FOLDS.argmin, Operands::some("argmin", a)?))
}

/// The index of the first greatest element.
///
/// The index counts all elements, the last axis running fastest. Any layout.
///
/// # Errors
/// - [`Error::Empty`] if there are no elements.
///
/// # Accuracy
/// Exact. The first NaN, if there is one; zeros of both signs are equal.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::argmax(&array![3u8, 1, 3, 1])?, 0);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
pub fn argmax<T: ReduceReal, D: Dimension>(a: &ArrayRef<T, D>) -> Result<usize, Error> {
    Ok(whole(T::REAL_FOLDS.argmax, Operands::some("argmax", a)?))
}

/// Whether any element is not zero.
///
/// Any layout; an empty array gives `false`. All threads stop at the first that is not.
///
/// # Accuracy
/// Exact. NaN is not zero, both zeros are.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert!(swath::reduce::any(&array![false, true]));
/// ```
#[inline]
#[must_use]
pub fn any<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>) -> bool {
    whole(T::FOLDS.any, Operands::one(a))
}

/// Whether no element is zero.
///
/// Any layout; an empty array gives `true`. All threads stop at the first that is.
///
/// # Accuracy
/// Exact. NaN is not zero, both zeros are.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert!(!swath::reduce::all(&array![1.0, -0.0]));
/// ```
#[inline]
#[must_use]
pub fn all<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>) -> bool {
    whole(T::FOLDS.all, Operands::one(a))
}

/// How many elements are not zero.
///
/// Any layout; an empty array gives 0.
///
/// # Accuracy
/// Exact. NaN is not zero, both zeros are.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::count_nonzero(&array![0.0, 3.0, -0.0]), 1);
/// ```
#[inline]
#[must_use]
pub fn count_nonzero<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>) -> usize {
    whole(T::FOLDS.count_nonzero, Operands::one(a))
}

/// The sum of an initial value and all elements.
///
/// Any layout; an empty array gives the initial value.
///
/// # Accuracy
/// [`sum`] is added to the initial value.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::sum_from(&array![1u8, 2], 10), 13);
/// ```
#[inline]
#[must_use]
pub fn sum_from<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>, initial: T::Sum) -> T::Sum {
    whole(T::FOLDS.sum.from(initial), Operands::one(a))
}

/// The product of an initial value and all elements.
///
/// Any layout; an empty array gives the initial value.
///
/// # Accuracy
/// The initial value is multiplied with [`prod`].
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::prod_from(&array![3u8, 2], 10), 60);
/// ```
#[inline]
#[must_use]
pub fn prod_from<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>, initial: T::Sum) -> T::Sum {
    whole(T::FOLDS.prod.from(initial), Operands::one(a))
}

/// The lesser of an initial value and the least element.
///
/// Any layout; an empty array gives the initial value.
///
/// # Accuracy
/// Exact. A NaN gives NaN; -0.0 is less than +0.0.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::min_from(&array![3, 2], 10), 2);
/// ```
#[inline]
#[must_use]
pub fn min_from<T: ReduceReal, D: Dimension>(a: &ArrayRef<T, D>, initial: T) -> T {
    whole(T::REAL_FOLDS.min.from(initial), Operands::one(a))
}

/// The greater of an initial value and the greatest element.
///
/// Any layout; an empty array gives the initial value.
///
/// # Accuracy
/// Exact. A NaN gives NaN; -0.0 is less than +0.0.
///
/// # Performance
/// As [`sum`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::reduce::max_from(&array![3, 2], 10), 10);
/// ```
#[inline]
#[must_use]
pub fn max_from<T: ReduceReal, D: Dimension>(a: &ArrayRef<T, D>, initial: T) -> T {
    whole(T::REAL_FOLDS.max.from(initial), Operands::one(a))
}
