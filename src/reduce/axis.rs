//! The same along some of the axes.

use ndarray::{Array, ArrayRef, Dimension};

use super::along::along;
use super::axes::{Axes, check};
use super::operands::{Folding, Operands, Target};
use super::types::{Reduce, ReduceReal};
use crate::Error;
use crate::plan::{Buffer, List, check_output, checked_len};

/// A new array for the results, in C order, filled by `fill`.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Memory`], and those of `fill`.
pub(super) fn fresh<D: Dimension, O>(
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
pub(super) fn given<'a, O, D: Dimension>(
    function: &'static str,
    shape: &D,
    out: &'a mut ArrayRef<O, D>,
) -> Result<Target<'a, O>, Error> {
    if out.shape() != shape.slice() {
        return Err(Error::Shape {
            function,
            operand: "out",
            shape: out.shape().to_vec(),
            expected: "the shape of a without the reduced axes",
            other: shape.slice().to_vec(),
        });
    }
    check_output(function, "out", out.shape(), out.strides())?;
    Ok(Target { ptr: out.as_mut_ptr(), strides: out.strides() })
}

/// Whether reduced axes may be empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    Fine,
    Refused,
}

/// The operand of a call, its axes checked.
///
/// # Errors
/// [`Error::Axis`], [`Error::Value`], [`Error::Empty`].
pub(super) fn checked<'a, T, D: Dimension>(
    function: &'static str,
    a: &'a ArrayRef<T, D>,
    axes: &[usize],
    empty: Empty,
) -> Result<Operands<'a, T>, Error> {
    check(function, axes, a.shape())?;
    if empty == Empty::Refused && axes.iter().any(|&axis| a.shape()[axis] == 0) {
        let operand = match axes.len() {
            1 => "the reduced axis of a",
            _ => "one of the reduced axes of a",
        };
        return Err(Error::Empty { function, operand, shape: a.shape().to_vec() });
    }
    Ok(Operands::one(a))
}

/// The operands of a call on two, its axes checked.
///
/// # Errors
/// [`Error::Axis`], [`Error::Value`], [`Error::Shape`].
fn checked_two<'a, T, D: Dimension>(
    function: &'static str,
    a: &'a ArrayRef<T, D>,
    b: &'a ArrayRef<T, D>,
    axes: &[usize],
) -> Result<Operands<'a, T>, Error> {
    check(function, axes, a.shape())?;
    Operands::two(function, a, b)
}

/// A new array of the results.
///
/// # Errors
/// Those of [`checked`], [`fresh`] and [`along`].
pub(super) fn reduced<T, O, D: Dimension, A: Axes<D>>(
    function: &'static str,
    fold: Folding<T, O>,
    a: &ArrayRef<T, D>,
    axes: &A,
    empty: Empty,
) -> Result<Array<O, A::Kept>, Error> {
    let from = checked(function, a, axes.list(), empty)?;
    fresh(function, axes.kept(&a.raw_dim()), |out| along(function, fold, from, axes.list(), out))
}

/// The results into the caller's output.
///
/// # Errors
/// Those of [`checked`], [`given`] and [`along`].
pub(super) fn reduced_into<T, O, D: Dimension, A: Axes<D>>(
    function: &'static str,
    fold: Folding<T, O>,
    a: &ArrayRef<T, D>,
    axes: &A,
    out: &mut ArrayRef<O, A::Kept>,
    empty: Empty,
) -> Result<(), Error> {
    let from = checked(function, a, axes.list(), empty)?;
    let out = given(function, &axes.kept(&a.raw_dim()), out)?;
    along(function, fold, from, axes.list(), out)
}

/// What the documentation of every function here says.
macro_rules! errors {
    () => {
        "- [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice."
    };
}

/// A function along axes, and the one that writes to the caller's output.
///
/// First lines of the documentation, what empty axes give (an error, or in words), the
/// part on accuracy, an example; then names, fold, type of the results, and more
/// arguments.
macro_rules! along_axes {
    ($first:literal, $empty:ident $details:literal, $accuracy:literal, $example:literal,
     $trait:ident :: $folds:ident, $name:ident, $into:ident, $fold:ident -> $out:ty
     $(, $arg:ident: $arg_type:ty, $with:ident)?) => {
        along_axes! {
            $first, $empty $details, $accuracy, $example, $trait by T::$folds.$fold $(.$with($arg))?,
            $name, $into -> $out $(, $arg: $arg_type)?
        }
    };
    ($first:literal, $empty:ident $details:literal, $accuracy:literal, $example:literal,
     $trait:ident by $fold:expr, $name:ident, $into:ident -> $out:ty
     $(, $arg:ident: $arg_type:ty)*) => {
        #[doc = concat!($first, " along one axis or several: an array without them.")]
        ///
        #[doc = $details]
        ///
        /// # Errors
        #[doc = errors!()]
        #[doc = along_axes!(@error $empty)]
        /// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
        ///
        /// # Accuracy
        #[doc = $accuracy]
        ///
        /// # Performance
        /// One pass, whatever the layout and the axes; allocates the result, and for few
        /// and long columns partial results of less than a hundredth of `a`. Goes
        /// parallel over outputs, and within them when they are few.
        ///
        /// # Examples
        /// ```
        /// use ndarray::array;
        ///
        #[doc = $example]
        /// # Ok::<(), swath::Error>(())
        /// ```
        pub fn $name<T: $trait, D: Dimension, A: Axes<D>>(
            a: &ArrayRef<T, D>,
            axes: A,
            $($arg: $arg_type),*
        ) -> Result<Array<$out, A::Kept>, Error> {
            reduced(stringify!($name), $fold, a, &axes, Empty::$empty)
        }

        #[doc = concat!("As [`", stringify!($name), "`], into `out`.")]
        ///
        /// `out` has the shape of `a` without the axes, and any strides. If the call is
        /// cancelled, `out` is partly written.
        ///
        /// # Errors
        #[doc = errors!()]
        #[doc = along_axes!(@error $empty)]
        /// - [`Error::Shape`] if `out` has another shape than the result.
        /// - [`Error::Overlap`] if elements of `out` share memory.
        /// - [`Error::Memory`] if there is no room for partial results.
        ///
        /// # Accuracy
        #[doc = concat!("The bits of [`", stringify!($name), "`].")]
        pub fn $into<T: $trait, D: Dimension, A: Axes<D>>(
            a: &ArrayRef<T, D>,
            axes: A,
            $($arg: $arg_type,)*
            out: &mut ArrayRef<$out, A::Kept>,
        ) -> Result<(), Error> {
            reduced_into(stringify!($into), $fold, a, &axes, out, Empty::$empty)
        }
    };
    (@error Fine) => { "" };
    (@error Refused) => { "- [`Error::Empty`] if a reduced axis has length 0." };
}
along_axes! {
    "The sum", Fine "Any layout; empty axes give zeros. Signed integers and `bool` are summed in `i64`, unsigned\nones in `u64`.",
    "Same bits on any number of threads and any CPU; the [order of\nadditions](super#the-order-of-additions) follows from shape and strides.\nThe error of n floats is at most about (128 + log2(n)) u times the sum of their\nabsolute values. NaN gives NaN; only -0.0 gives -0.0. Integer sums wrap at 64 bits.",
    "let a = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];\nassert_eq!(swath::reduce::sum_axis(&a, 0)?, array![5.0, 7.0, 9.0]);\nassert_eq!(swath::reduce::sum_axis(&a, 1)?, array![6.0, 15.0]);\nassert_eq!(swath::reduce::sum_axis(&a, [0, 1])?.sum(), 21.0);",
    Reduce::FOLDS, sum_axis, sum_axis_into, sum -> T::Sum
}
along_axes! {
    "The product", Fine "Any layout; empty axes give ones. Signed integers and `bool` are multiplied in `i64`,\nunsigned ones in `u64`.",
    "Same bits on any number of threads and any CPU; the order is that of\n[additions](super#the-order-of-additions). The relative error of n floats is at most\nabout n u, as long as nothing overflows or underflows on the way. NaN gives NaN.\nInteger products wrap at 64 bits.",
    "let a = array![[1, 2, 3], [4, 5, 6]];\nassert_eq!(swath::reduce::prod_axis(&a, 0)?, array![4i64, 10, 18]);",
    Reduce::FOLDS, prod_axis, prod_axis_into, prod -> T::Sum
}
along_axes! {
    "The arithmetic mean", Fine "Any layout; empty axes give NaN. Integers and `bool` give `f64`.",
    "Floats: the sums of [`sum_axis`] divided by the number of elements, both in the\ntype of the elements. Integers: the exact sum, whatever its size, rounded to `f64`,\ndivided by the number. Same bits on any number of threads and any CPU.",
    "let a = array![[1, 2], [3, 5]];\nassert_eq!(swath::reduce::mean_axis(&a, 0)?, array![2.0, 3.5]);",
    Reduce::FOLDS, mean_axis, mean_axis_into, mean -> T::Mean
}
along_axes! {
    "The variance", Fine "The sum of squared deviations from the mean over n - `ddof` (over 0 if that is less);\n`ddof` is 0 for the variance of what is there, 1 for an estimate from a sample. Any\nlayout; empty axes give NaN. Integers and `bool` give `f64`.",
    "As [`var`](super::var). Same bits on any number of threads and any CPU.",
    "let a = array![[1.0f32, 2.0], [3.0, 6.0]];\nassert_eq!(swath::reduce::var_axis(&a, 0, 0.0)?, array![1.0, 4.0]);\nassert_eq!(swath::reduce::var_axis(&a, 0, 1.0)?, array![2.0, 8.0]);",
    Reduce::FOLDS, var_axis, var_axis_into, var -> T::Real,
    ddof: f64, ddof
}
along_axes! {
    "The standard deviation", Fine "The root of [`var_axis`], with the same `ddof`.",
    "The variance, in `f64`, its root rounded to the type of the result. Same bits on any\nnumber of threads and any CPU.",
    "let a = array![[1.0f32, 2.0], [3.0, 6.0]];\nassert_eq!(swath::reduce::std_axis(&a, 0, 0.0)?, array![1.0, 2.0]);",
    Reduce::FOLDS, std_axis, std_axis_into, std -> T::Real,
    ddof: f64, ddof
}
along_axes! {
    "The least element", Refused "Any layout.",
    "Exact. A NaN anywhere along the axes gives NaN; -0.0 is less than +0.0.",
    "let a = array![[3u8, 1], [2, 7]];\nassert_eq!(swath::reduce::min_axis(&a, 0)?, array![2, 1]);",
    ReduceReal::REAL_FOLDS, min_axis, min_axis_into, min -> T
}
along_axes! {
    "The greatest element", Refused "Any layout.",
    "Exact. A NaN anywhere along the axes gives NaN; -0.0 is less than +0.0.",
    "let a = array![[3u8, 1], [2, 7]];\nassert_eq!(swath::reduce::max_axis(&a, 0)?, array![3, 7]);",
    ReduceReal::REAL_FOLDS, max_axis, max_axis_into, max -> T
}
along_axes! {
    "The least and the greatest element", Refused "Each result is the pair `[least, greatest]`. Any layout.",
    "Exact. A NaN anywhere along the axes gives two; -0.0 is less than +0.0.",
    "let a = array![[3u8, 1], [2, 7]];\nassert_eq!(swath::reduce::min_max_axis(&a, 0)?, ndarray::arr1(&[[2, 3], [1, 7]]));",
    ReduceReal::REAL_FOLDS, min_max_axis, min_max_axis_into, min_max -> [T; 2]
}
along_axes! {
    "The index of the first least element", Refused "Along several axes the index counts their elements, the last axis named by the shape\nrunning fastest. Any layout.",
    "Exact. The first NaN, if there is one; zeros of both signs are equal.",
    "let a = array![[3u8, 1], [2, 7]];\nassert_eq!(swath::reduce::argmin_axis(&a, 0)?, array![1, 0]);",
    ReduceReal::REAL_FOLDS, argmin_axis, argmin_axis_into, argmin -> usize
}
along_axes! {
    "The index of the first greatest element", Refused "Along several axes the index counts their elements, the last axis named by the shape\nrunning fastest. Any layout.",
    "Exact. The first NaN, if there is one; zeros of both signs are equal.",
    "let a = array![[3u8, 1], [2, 7]];\nassert_eq!(swath::reduce::argmax_axis(&a, 0)?, array![0, 1]);",
    ReduceReal::REAL_FOLDS, argmax_axis, argmax_axis_into, argmax -> usize
}
along_axes! {
    "Whether any element is not zero", Fine "Any layout; empty axes give `false`.",
    "Exact. NaN is not zero, both zeros are.",
    "let a = array![[0u8, 1], [0, 7]];\nassert_eq!(swath::reduce::any_axis(&a, 0)?, array![false, true]);",
    Reduce::FOLDS, any_axis, any_axis_into, any -> bool
}
along_axes! {
    "Whether no element is zero", Fine "Any layout; empty axes give `true`.",
    "Exact. NaN is not zero, both zeros are.",
    "let a = array![[0u8, 1], [2, 7]];\nassert_eq!(swath::reduce::all_axis(&a, 0)?, array![false, true]);",
    Reduce::FOLDS, all_axis, all_axis_into, all -> bool
}
along_axes! {
    "How many elements are not zero,", Fine "Any layout; empty axes give 0.",
    "Exact. NaN is not zero, both zeros are.",
    "let a = array![[0u8, 1], [2, 7]];\nassert_eq!(swath::reduce::count_nonzero_axis(&a, 0)?, array![1, 2]);",
    Reduce::FOLDS, count_nonzero_axis, count_nonzero_axis_into, count_nonzero -> usize
}
along_axes! {
    "The sum of an initial value and the elements", Fine "Empty axes give the initial value.",
    "[`sum_axis`] is added to the initial value. Same bits on any number of threads and any\nCPU.",
    "assert_eq!(swath::reduce::sum_axis_from(&array![[1u8, 2], [3, 4]], 0, 10)?, array![14, 16]);",
    Reduce::FOLDS, sum_axis_from, sum_axis_from_into, sum -> T::Sum,
    initial: T::Sum, from
}
along_axes! {
    "The product of an initial value and the elements", Fine "Empty axes give the initial value.",
    "The initial value is multiplied with [`prod_axis`]. Same bits on any number of threads\nand any CPU.",
    "assert_eq!(swath::reduce::prod_axis_from(&array![[1u8, 2], [3, 4]], 0, 10)?, array![30, 80]);",
    Reduce::FOLDS, prod_axis_from, prod_axis_from_into, prod -> T::Sum,
    initial: T::Sum, from
}
along_axes! {
    "The lesser of an initial value and the least element", Fine "Empty axes give the initial value.",
    "Exact. A NaN gives NaN; -0.0 is less than +0.0.",
    "assert_eq!(swath::reduce::min_axis_from(&array![[1, 7], [3, 4]], 0, 2)?, array![1, 2]);",
    ReduceReal::REAL_FOLDS, min_axis_from, min_axis_from_into, min -> T,
    initial: T, from
}
along_axes! {
    "The greater of an initial value and the greatest element", Fine "Empty axes give the initial value.",
    "Exact. A NaN gives NaN; -0.0 is less than +0.0.",
    "assert_eq!(swath::reduce::max_axis_from(&array![[1, 7], [3, 4]], 0, 5)?, array![5, 7]);",
    ReduceReal::REAL_FOLDS, max_axis_from, max_axis_from_into, max -> T,
    initial: T, from
}

/// The sums of products along one axis or several of two arrays of one shape.
///
/// Any layouts; empty axes give zeros. Products and sums of signed integers
/// are taken in `i64`, of unsigned ones in `u64`.
///
/// # Errors
#[doc = errors!()]
/// - [`Error::Shape`] if the shapes differ.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Each product is rounded, then they are added in the [order of
/// additions](super#the-order-of-additions) of axes. Same bits on any number of
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
pub fn dot_axis<T: Reduce, D: Dimension, A: Axes<D>>(
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, D>,
    axes: A,
) -> Result<Array<T::Sum, A::Kept>, Error> {
    dots("dot_axis", a, b, &axes, T::FOLDS.dot)
}

/// [`dot_axis`] for a function of another name, by `fold`.
pub(super) fn dots<T: Reduce, D: Dimension, A: Axes<D>>(
    function: &'static str,
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, D>,
    axes: &A,
    fold: Folding<T, T::Sum>,
) -> Result<Array<T::Sum, A::Kept>, Error> {
    let from = checked_two(function, a, b, axes.list())?;
    let shape = axes.kept(&a.raw_dim());
    fresh(function, shape, |out| along(function, fold, from, axes.list(), out))
}

/// As [`dot_axis`], into `out`.
///
/// `out` has the shape of `a` without the axes, and any strides. If the call is
/// cancelled, `out` is partly written.
///
/// # Errors
#[doc = errors!()]
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
pub fn dot_axis_into<T: Reduce, D: Dimension, A: Axes<D>>(
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, D>,
    axes: A,
    out: &mut ArrayRef<T::Sum, A::Kept>,
) -> Result<(), Error> {
    dots_into("dot_axis_into", a, b, &axes, T::FOLDS.dot, out)
}

/// [`dot_axis_into`] for a function of another name, by `fold`.
pub(super) fn dots_into<T: Reduce, D: Dimension, A: Axes<D>>(
    function: &'static str,
    a: &ArrayRef<T, D>,
    b: &ArrayRef<T, D>,
    axes: &A,
    fold: Folding<T, T::Sum>,
    out: &mut ArrayRef<T::Sum, A::Kept>,
) -> Result<(), Error> {
    let from = checked_two(function, a, b, axes.list())?;
    let out = given(function, &axes.kept(&a.raw_dim()), out)?;
    along(function, fold, from, axes.list(), out)
}
