//! Sums, means, dot products, least and greatest elements: of a whole array, or
//! along one axis.
//!
//! ```
//! use ndarray::array;
//! use swath::reduce;
//!
//! let a = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
//! assert_eq!(reduce::sum(&a), 21.0);
//! assert_eq!(reduce::mean_axis(&a, 0)?, array![2.5, 3.5, 4.5]);
//! assert_eq!(reduce::max_axis(&a, 1)?, array![3.0, 6.0]);
//! # Ok::<(), swath::Error>(())
//! ```
//!
//! # The order of additions
//! Floating-point sums depend on the order of additions. Here it follows from the
//! shape and the strides of the arrays alone, never from threads, chunks, the CPU
//! or the alignment: the same input gives the same bits, always. Nothing is fused:
//! products in [`dot`] are rounded, then added.
//!
//! **A sequence** of n elements:
//! - n at most 16: one after the other.
//! - Else it is cut into blocks of 4096 (`f32`) or 2048 (`f64`) elements. In a
//!   block, element i goes to lane i mod 64 (`f32`) or 32 (`f64`); a lane adds its
//!   elements in order; then the upper half of the lanes is added to the lower,
//!   until one is left. Lanes that got no element are left out.
//! - Blocks are added by pairs (first and second, third and fourth, ...; an odd
//!   last one stays), the results again by pairs, until one is left.
//!
//! **A whole array** is a sequence in the order of memory: axes with the longest
//! stride outermost (among equal strides, the order of the array), and axes with a
//! negative stride walked from their other end. [`dot`] takes the order of the index.
//!
//! **An axis** is walked from its lower address to its higher ([`dot_axis`]: by
//! rising index). Compare the stride of the reduced axis with the shortest stride
//! among the other axes, where axes of length 1 and strides of 0 do not count, and
//! strides of two operands are added up:
//! - The reduced axis has the shorter stride or the same, or no other axis counts:
//!   for each output a sequence, as above.
//! - Else (and where the reduced axis does not count, but another does) rows are
//!   added: for each output, blocks of 128 elements one after the
//!   other, then blocks by pairs as above.
//!
//! Integers wrap at 64 bits, and least and greatest elements do not depend on any
//! order.
//!
//! # NaN and zeros
//! A NaN anywhere gives NaN, wherever it stands ([`min`] and [`max`] too). The sum
//! of nothing is +0.0; a sum of which every element is -0.0 is -0.0. In
//! [`min`] and [`max`] -0.0 is less than +0.0.

mod along;
mod axis;
mod operands;
mod sequence;
mod shared;
mod types;

pub use axis::{
    dot_axis, dot_axis_into, max_axis, max_axis_into, mean_axis, mean_axis_into, min_axis,
    min_axis_into, sum_axis, sum_axis_into,
};
pub use types::Reduce;

use ndarray::{ArrayRef, Dimension, Ix1};
use operands::Operands;
use sequence::whole;

use crate::Error;

/// The sum of all elements.
///
/// Any layout; an empty array gives 0. Signed integers are summed in `i64`,
/// unsigned ones in `u64`.
///
/// # Accuracy
/// Same bits on any number of threads and any CPU; the [order of
/// additions](self#the-order-of-additions) is that of memory. The error of n
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
pub fn min<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>) -> Result<T, Error> {
    Ok(whole(T::FOLDS.min, Operands::some("min", a)?))
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
pub fn max<T: Reduce, D: Dimension>(a: &ArrayRef<T, D>) -> Result<T, Error> {
    Ok(whole(T::FOLDS.max, Operands::some("max", a)?))
}

/// The sum of the products of two vectors of one length.
///
/// Any strides; empty vectors give 0. Products and sums of signed integers are
/// taken in `i64`, of unsigned ones in `u64`.
///
/// # Errors
/// - [`Error::Shape`] if the lengths differ.
///
/// # Accuracy
/// Each product is rounded, then they are added in the [order of
/// additions](self#the-order-of-additions) of a sequence, by index: neither strides
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
