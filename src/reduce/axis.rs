//! The same along one axis.

use ndarray::{Array, ArrayRef, Axis, Dimension, RemoveAxis};

use super::along::along;
use super::operands::{Operands, Target};
use super::types::Reduce;
use crate::plan::{Buffer, List, check_axis, check_output, checked_len};
use crate::{Element, Error};

/// A new array for the results, in C order, filled by `fill`.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Memory`], and those of `fill`.
fn fresh<D: Dimension, O: Element>(
    function: &'static str,
    shape: D,
    fill: impl FnOnce(Target<'_, O>) -> Result<(), Error>,
) -> Result<Array<O, D>, Error> {
    let len = checked_len(function, shape.slice(), size_of::<O>())?;
    let mut strides = List::new(0);
    shape.slice().iter().for_each(|_| strides.push(0));
    let mut step = 1;
    for (stride, &n) in strides.as_mut_slice().iter_mut().zip(shape.slice()).rev() {
        *stride = step;
        step *= n.max(1) as isize;
    }
    let mut buffer = Buffer::new(function, len)?;
    fill(Target { ptr: buffer.as_mut_ptr(), strides: strides.as_slice() })?;
    // SAFETY: `fill` has written one result for each index of the shape.
    let results = unsafe { buffer.assume_init() };
    Ok(Array::from_shape_vec(shape, results).expect("one result for each index"))
}

/// The caller's output, checked.
///
/// # Errors
/// [`Error::Shape`], [`Error::Overlap`].
fn given<'a, O, D: Dimension>(
    function: &'static str,
    shape: &D,
    out: &'a mut ArrayRef<O, D>,
) -> Result<Target<'a, O>, Error> {
    if out.shape() != shape.slice() {
        return Err(Error::Shape {
            function,
            operand: "out",
            shape: out.shape().to_vec(),
            expected: "the shape of a without the reduced axis",
            other: shape.slice().to_vec(),
        });
    }
    check_output(function, "out", out.shape(), out.strides())?;
    Ok(Target { ptr: out.as_mut_ptr(), strides: out.strides() })
}

/// One operand that has the axis.
///
/// # Errors
/// [`Error::Axis`].
fn any<'a, T, D: Dimension>(
    function: &'static str,
    a: &'a ArrayRef<T, D>,
    axis: usize,
) -> Result<Operands<'a, T>, Error> {
    check_axis(function, axis, a.shape())?;
    Ok(Operands::one(a))
}

/// One operand whose axis has elements.
///
/// # Errors
/// [`Error::Axis`], [`Error::Empty`].
fn some<'a, T, D: Dimension>(
    function: &'static str,
    a: &'a ArrayRef<T, D>,
    axis: usize,
) -> Result<Operands<'a, T>, Error> {
    check_axis(function, axis, a.shape())?;
    if a.shape()[axis] == 0 {
        let operand = "the reduced axis of a";
        return Err(Error::Empty { function, operand, shape: a.shape().to_vec() });
    }
    Ok(Operands::one(a))
}

/// Two operands.
///
/// # Errors
/// [`Error::Axis`], [`Error::Shape`].
fn two<'a, T, D: Dimension>(
    function: &'static str,
    a: &'a ArrayRef<T, D>,
    b: &'a ArrayRef<T, D>,
    axis: usize,
) -> Result<Operands<'a, T>, Error> {
    check_axis(function, axis, a.shape())?;
    Operands::two(function, a, b)
}

/// The sum along one axis: an array without that axis.
///
/// Any layout; an axis of length 0 gives zeros. Signed integers are summed in `i64`,
/// unsigned ones in `u64`.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Same bits on any number of threads and any CPU; the [order of
/// additions](super#the-order-of-additions) follows from shape and strides.
/// The error of n floats is at most about (128 + log2(n)) u times the sum of their
/// absolute values. NaN gives NaN; only -0.0 gives -0.0. Integer sums wrap at 64 bits.
///
/// # Performance
/// One pass, whatever the layout; allocates the result, and for few and long columns
/// partial results of less than a hundredth of `a`. Goes parallel over outputs, and
/// within them when they are few.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
/// assert_eq!(swath::reduce::sum_axis(&a, 0)?, array![5.0, 7.0, 9.0]);
/// assert_eq!(swath::reduce::sum_axis(&a, 1)?, array![6.0, 15.0]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn sum_axis<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
) -> Result<Array<T::Sum, D::Smaller>, Error> {
    let function = "sum_axis";
    let from = any(function, a, axis)?;
    let shape = a.raw_dim().remove_axis(Axis(axis));
    fresh(function, shape, |out| along(function, T::FOLDS.sum, from, &[axis], out))
}

/// As [`sum_axis`], into `out`.
///
/// `out` has the shape of `a` without the axis, and any strides. If the call is
/// cancelled, `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for partial results.
///
/// # Accuracy
/// The bits of [`sum_axis`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let mut out = array![0i64, 0];
/// swath::reduce::sum_axis_into(&array![[1i32, 2], [3, 4]], 0, &mut out)?;
/// assert_eq!(out, array![4, 6]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn sum_axis_into<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
    out: &mut ArrayRef<T::Sum, D::Smaller>,
) -> Result<(), Error> {
    let function = "sum_axis_into";
    let from = any(function, a, axis)?;
    let out = given(function, &a.raw_dim().remove_axis(Axis(axis)), out)?;
    along(function, T::FOLDS.sum, from, &[axis], out)
}

/// The arithmetic mean along one axis: an array without that axis.
///
/// Any layout; an axis of length 0 gives NaN. Integers give `f64`.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Floats: the sums of [`sum_axis`] divided by the length of the axis, both in the
/// type of the elements. Integers: the exact sum, whatever its size, rounded to `f64`,
/// divided by the length. Same bits on any number of threads and any CPU.
///
/// # Performance
/// One pass, whatever the layout; allocates the result, and for few and long columns
/// partial results of less than a hundredth of `a`. Goes parallel over outputs, and
/// within them when they are few.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1, 2], [3, 5]];
/// assert_eq!(swath::reduce::mean_axis(&a, 0)?, array![2.0, 3.5]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn mean_axis<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
) -> Result<Array<T::Mean, D::Smaller>, Error> {
    let function = "mean_axis";
    let from = any(function, a, axis)?;
    let shape = a.raw_dim().remove_axis(Axis(axis));
    fresh(function, shape, |out| along(function, T::FOLDS.mean, from, &[axis], out))
}

/// As [`mean_axis`], into `out`.
///
/// `out` has the shape of `a` without the axis, and any strides. If the call is
/// cancelled, `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for partial results.
///
/// # Accuracy
/// The bits of [`mean_axis`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let mut out = array![0.0f32, 0.0];
/// swath::reduce::mean_axis_into(&array![[1.0f32, 2.0], [3.0, 4.0]], 1, &mut out)?;
/// assert_eq!(out, array![1.5, 3.5]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn mean_axis_into<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
    out: &mut ArrayRef<T::Mean, D::Smaller>,
) -> Result<(), Error> {
    let function = "mean_axis_into";
    let from = any(function, a, axis)?;
    let out = given(function, &a.raw_dim().remove_axis(Axis(axis)), out)?;
    along(function, T::FOLDS.mean, from, &[axis], out)
}

/// The least element along one axis: an array without that axis.
///
/// Any layout.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Empty`] if the axis has length 0.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Exact. A NaN anywhere along the axis gives NaN; -0.0 is less than +0.0.
///
/// # Performance
/// One pass, whatever the layout; allocates the result, and for few and long columns
/// partial results of less than a hundredth of `a`. Goes parallel over outputs, and
/// within them when they are few.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1, 2], [3, 5]];
/// assert_eq!(swath::reduce::min_axis(&a, 0)?, array![1, 2]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn min_axis<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
) -> Result<Array<T, D::Smaller>, Error> {
    let function = "min_axis";
    let from = some(function, a, axis)?;
    let shape = a.raw_dim().remove_axis(Axis(axis));
    fresh(function, shape, |out| along(function, T::FOLDS.min, from, &[axis], out))
}

/// As [`min_axis`], into `out`.
///
/// `out` has the shape of `a` without the axis, and any strides. If the call is
/// cancelled, `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Empty`] if the axis has length 0.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for partial results.
///
/// # Accuracy
/// The bits of [`min_axis`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let mut out = array![0, 0];
/// swath::reduce::min_axis_into(&array![[1, 2], [3, 5]], 0, &mut out)?;
/// assert_eq!(out, array![1, 2]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn min_axis_into<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
    out: &mut ArrayRef<T, D::Smaller>,
) -> Result<(), Error> {
    let function = "min_axis_into";
    let from = some(function, a, axis)?;
    let out = given(function, &a.raw_dim().remove_axis(Axis(axis)), out)?;
    along(function, T::FOLDS.min, from, &[axis], out)
}

/// The greatest element along one axis: an array without that axis.
///
/// Any layout.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Empty`] if the axis has length 0.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Exact. A NaN anywhere along the axis gives NaN; -0.0 is less than +0.0.
///
/// # Performance
/// One pass, whatever the layout; allocates the result, and for few and long columns
/// partial results of less than a hundredth of `a`. Goes parallel over outputs, and
/// within them when they are few.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1, 2], [3, 5]];
/// assert_eq!(swath::reduce::max_axis(&a, 0)?, array![3, 5]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn max_axis<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
) -> Result<Array<T, D::Smaller>, Error> {
    let function = "max_axis";
    let from = some(function, a, axis)?;
    let shape = a.raw_dim().remove_axis(Axis(axis));
    fresh(function, shape, |out| along(function, T::FOLDS.max, from, &[axis], out))
}

/// As [`max_axis`], into `out`.
///
/// `out` has the shape of `a` without the axis, and any strides. If the call is
/// cancelled, `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Empty`] if the axis has length 0.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for partial results.
///
/// # Accuracy
/// The bits of [`max_axis`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let mut out = array![0, 0];
/// swath::reduce::max_axis_into(&array![[1, 2], [3, 5]], 0, &mut out)?;
/// assert_eq!(out, array![3, 5]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn max_axis_into<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    axis: usize,
    out: &mut ArrayRef<T, D::Smaller>,
) -> Result<(), Error> {
    let function = "max_axis_into";
    let from = some(function, a, axis)?;
    let out = given(function, &a.raw_dim().remove_axis(Axis(axis)), out)?;
    along(function, T::FOLDS.max, from, &[axis], out)
}

/// The sums of products along one axis of two arrays of one shape.
///
/// Any layouts; an axis of length 0 gives zeros. Products and sums of signed integers
/// are taken in `i64`, of unsigned ones in `u64`.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Shape`] if the shapes differ.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Each product is rounded, then they are added in the [order of
/// additions](super#the-order-of-additions) of an axis. Same bits on any number of
/// threads and any CPU; NaN gives NaN. Integers wrap at 64 bits.
///
/// # Performance
/// One pass, whatever the layout; allocates the result, and for few and long columns
/// partial results of less than a hundredth of `a`. Goes parallel over outputs, and
/// within them when they are few.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// let b = array![[1.0, 1.0], [10.0, 10.0]];
/// assert_eq!(swath::reduce::dot_axis(&a, &b, 1)?, array![3.0, 70.0]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn dot_axis<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, D>,
    axis: usize,
) -> Result<Array<T::Sum, D::Smaller>, Error> {
    let function = "dot_axis";
    let from = two(function, a, b, axis)?;
    let shape = a.raw_dim().remove_axis(Axis(axis));
    fresh(function, shape, |out| along(function, T::FOLDS.dot, from, &[axis], out))
}

/// As [`dot_axis`], into `out`.
///
/// `out` has the shape of `a` without the axis, and any strides. If the call is
/// cancelled, `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Shape`] if the shapes differ.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for partial results.
///
/// # Accuracy
/// The bits of [`dot_axis`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// let mut out = array![0.0, 0.0];
/// swath::reduce::dot_axis_into(&a, &a, 0, &mut out)?;
/// assert_eq!(out, array![10.0, 20.0]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn dot_axis_into<T: Reduce, D: RemoveAxis>(
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, D>,
    axis: usize,
    out: &mut ArrayRef<T::Sum, D::Smaller>,
) -> Result<(), Error> {
    let function = "dot_axis_into";
    let from = two(function, a, b, axis)?;
    let out = given(function, &a.raw_dim().remove_axis(Axis(axis)), out)?;
    along(function, T::FOLDS.dot, from, &[axis], out)
}
