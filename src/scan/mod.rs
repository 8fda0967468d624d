//! Sums, products, least and greatest elements so far, along an axis; differences; which
//! elements are not zero, and choosing them.
//!
//! ```
//! use ndarray::array;
//! use swath::scan;
//!
//! let a = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
//! assert_eq!(scan::cumsum(&a, 1)?, array![[1.0, 3.0, 6.0], [4.0, 9.0, 15.0]]);
//! assert_eq!(scan::cumprod(&a, 0)?, array![[1.0, 2.0, 3.0], [4.0, 10.0, 18.0]]);
//!
//! let before = scan::Along::axis(1).exclusive();
//! assert_eq!(scan::cumsum(&a, before)?, array![[0.0, 1.0, 3.0], [0.0, 4.0, 9.0]]);
//! # Ok::<(), swath::Error>(())
//! ```
//!
//! # The order of additions
//! It follows from shape and strides alone, never from threads, chunks, the CPU or the
//! alignment. The stride of the axis is compared with the shortest stride among the
//! other axes, strides of input and output added up, where axes of length 1 and strides
//! of 0 do not count.
//!
//! - If another axis has the shorter stride: one after the other.
//! - Else the line is cut into blocks of 2048 elements, and blocks into groups of 8. In a
//!   group to each element is added the one before it, then to each the one two before
//!   it, then the one four before it. To each element of a group is added the last of the
//!   group before it in the block; to each of a block the last of the blocks before it,
//!   those added one after the other. What comes earlier stands on the left.
//!
//! [`Along::sequential`] asks for one after the other everywhere. A reverse scan is that of
//! the reversed line. Integers wrap at 64 bits, and least and greatest elements do not
//! depend on any order.

mod along;
mod by;
mod choose;
mod diff;
mod engine;
mod select;

use std::marker::PhantomData;

use ndarray::{Array, ArrayRef, Dimension};
use num_complex::Complex;

pub use along::{Along, IntoAlong};
pub use by::{scan, scan_inplace, scan_into};
pub use diff::{diff, diff_into, is_sorted, is_sorted_axis};
pub use select::{compress, compress_axis, compress_axis_into, extract, flatnonzero, nonzero};

use crate::Error;
use crate::kernel::scan::{Extreme, Product, Skipping, Sum, Table};
use crate::plan::{Buffer, List, check_axis, check_output, checked_len};
use crate::reduce::{Reduce, ReduceReal};

/// An element that can be scanned: `f32`, `f64`, the integers of 8 to 64 bits, and
/// `num_complex::Complex` of `f32` and `f64`.
///
/// Not meant to be implemented elsewhere.
pub trait Scan: Reduce {
    #[doc(hidden)]
    const SCANS: Scans<Self>;
}

/// A [`Scan`] that is a real number: one that has an order.
///
/// Not meant to be implemented elsewhere.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no least and no greatest element",
    note = "complex numbers have no order; scan their parts or absolute values"
)]
pub trait ScanReal: Scan + ReduceReal {
    #[doc(hidden)]
    const REAL_SCANS: RealScans<Self>;
}

/// The scans of an element type.
pub struct Scans<T: Reduce> {
    sum: Scanning<'static, T, T::Sum>,
    prod: Scanning<'static, T, T::Sum>,
    /// What is not a number left out; of integers the same as above.
    nansum: Scanning<'static, T, T::Sum>,
    nanprod: Scanning<'static, T, T::Sum>,
}

/// The scans of real numbers alone.
pub struct RealScans<T: Reduce> {
    min: Scanning<'static, T, T>,
    max: Scanning<'static, T, T>,
}

/// A scan of elements `T` to results `O`.
struct Scanning<'a, T, O> {
    table: &'a Table<'a>,
    types: PhantomData<fn(T) -> O>,
}

/// A scan of a table of its own: a static, so that it is compiled with this crate.
macro_rules! scanning {
    ($scan:ty, $item:ty, $out:ty, $flip:expr) => {{
        static TABLE: Table<'static> = Table::of(const { &<$scan>::new($flip) });
        // Numbers of the sizes of those of the kernels: any bits are a number.
        assert!(TABLE.item == size_of::<$item>() && TABLE.out == size_of::<$out>());
        Scanning { table: &TABLE, types: PhantomData }
    }};
}

macro_rules! scans {
    ($($t:ident to $sum:ident, sums $sums:ident, skipping $skips:ident, least $bits:ident ^ $least:expr,
       greatest $turned:literal ^ $greatest:expr;)*) => {$(
        impl Scan for $t {
            const SCANS: Scans<$t> = Scans {
                sum: scanning!(Sum<$sums>, $t, $sum, 0),
                prod: scanning!(Product<$sums>, $t, $sum, 0),
                nansum: scans!(@ $skips Sum<$sums>, $t, $sum),
                nanprod: scans!(@ $skips Product<$sums>, $t, $sum),
            };
        }

        impl ScanReal for $t {
            const REAL_SCANS: RealScans<$t> = RealScans {
                min: scanning!(Extreme<$bits, false>, $t, $t, $least),
                max: scanning!(Extreme<$bits, $turned>, $t, $t, $greatest),
            };
        }
    )*};
    (@ yes $scan:ty, $t:ident, $sum:ident) => { scanning!(Skipping<$scan>, $t, $sum, 0) };
    (@ no $scan:ty, $t:ident, $sum:ident) => { scanning!($scan, $t, $sum, 0) };
}
scans! {
    f32 to f32, sums f32, skipping yes, least f32 ^ 0, greatest true ^ 0;
    f64 to f64, sums f64, skipping yes, least f64 ^ 0, greatest true ^ 0;
    i8 to i64, sums i8, skipping no, least i8 ^ 0, greatest false ^ !0;
    i16 to i64, sums i16, skipping no, least i16 ^ 0, greatest false ^ !0;
    i32 to i64, sums i32, skipping no, least i32 ^ 0, greatest false ^ !0;
    i64 to i64, sums i64, skipping no, least i64 ^ 0, greatest false ^ !0;
    u8 to u64, sums u8, skipping no, least i8 ^ 1 << 7, greatest false ^ !(1 << 7);
    u16 to u64, sums u16, skipping no, least i16 ^ 1 << 15, greatest false ^ !(1 << 15);
    u32 to u64, sums u32, skipping no, least i32 ^ 1 << 31, greatest false ^ !(1 << 31);
    u64 to u64, sums i64, skipping no, least i64 ^ 1 << 63, greatest false ^ !(1 << 63);
}

macro_rules! complex_scans {
    ($($t:ident)*) => {$(
        impl Scan for Complex<$t> {
            const SCANS: Scans<Self> = Scans {
                sum: scanning!(Sum<[$t; 2]>, Complex<$t>, Complex<$t>, 0),
                prod: scanning!(Product<[$t; 2]>, Complex<$t>, Complex<$t>, 0),
                nansum: scanning!(Skipping<Sum<[$t; 2]>>, Complex<$t>, Complex<$t>, 0),
                nanprod: scanning!(Skipping<Product<[$t; 2]>>, Complex<$t>, Complex<$t>, 0),
            };
        }
    )*};
}
complex_scans!(f32 f64);

/// # Errors
/// [`Error::Axis`], [`Error::TooLarge`], [`Error::Memory`].
fn fresh<T, O, D: Dimension>(
    function: &'static str,
    scan: &Scanning<'_, T, O>,
    a: &ArrayRef<T, D>,
    along: Along,
) -> Result<Array<O, D>, Error> {
    check_axis(function, along.axis, a.shape())?;
    let shape = a.raw_dim();
    let mut buffer =
        Buffer::<O>::new(function, checked_len(function, shape.slice(), size_of::<O>())?)?;
    let strides = c_strides(shape.slice());
    let strides = [a.strides(), strides.as_slice()];
    let (table, from, to) = (scan.table, a.as_ptr().cast(), buffer.as_mut_ptr().cast());
    let scan = engine::Scan { table, from, to, shape: shape.slice(), strides, along };
    // SAFETY: `a` is borrowed, the buffer ours, in C order; types are those of the table.
    unsafe { scan.run() };
    // SAFETY: the run has written one result for each element.
    let results = unsafe { buffer.assume_init() };
    Ok(Array::from_shape_vec(shape, results).expect("one result for each element"))
}

/// Strides of a new array in C order.
fn c_strides(shape: &[usize]) -> List<isize> {
    let mut strides = List::new(0);
    shape.iter().for_each(|_| strides.push(0));
    let mut step = 1;
    for (stride, &n) in strides.as_mut_slice().iter_mut().zip(shape).rev() {
        *stride = step;
        step *= n.max(1) as isize;
    }
    strides
}

/// # Errors
/// [`Error::Axis`], [`Error::Shape`], [`Error::Overlap`].
fn given<T, O, D: Dimension>(
    function: &'static str,
    scan: &Scanning<'_, T, O>,
    a: &ArrayRef<T, D>,
    along: Along,
    out: &mut ArrayRef<O, D>,
) -> Result<(), Error> {
    check_axis(function, along.axis, a.shape())?;
    if out.shape() != a.shape() {
        return Err(Error::Shape {
            function,
            operand: "out",
            shape: out.shape().to_vec(),
            expected: "the shape of a",
            other: a.shape().to_vec(),
        });
    }
    check_output(function, "out", out.shape(), out.strides())?;
    let (table, from, to) = (scan.table, a.as_ptr().cast(), out.as_mut_ptr().cast());
    let strides = [a.strides(), out.strides()];
    let scan = engine::Scan { table, from, to, shape: a.shape(), strides, along };
    // SAFETY: `a` is borrowed, `out` uniquely, no two of its places are the same, and
    // types are those of the table.
    unsafe { scan.run() };
    Ok(())
}

/// # Errors
/// [`Error::Axis`], [`Error::Overlap`].
fn inplace<T, D: Dimension>(
    function: &'static str,
    scan: &Scanning<'_, T, T>,
    a: &mut ArrayRef<T, D>,
    along: Along,
) -> Result<(), Error> {
    check_axis(function, along.axis, a.shape())?;
    check_output(function, "a", a.shape(), a.strides())?;
    let (table, to): (_, *mut u8) = (scan.table, a.as_mut_ptr().cast());
    let strides = [a.strides(), a.strides()];
    let scan = engine::Scan { table, from: to, to, shape: a.shape(), strides, along };
    // SAFETY: `a` is borrowed uniquely, no two of its places are the same, input and
    // output are one, and types are those of the table.
    unsafe { scan.run() };
    Ok(())
}

/// A scan: new, into the caller's output, in place.
macro_rules! scan {
    ($first:literal, $details:literal, $accuracy:literal, $example:literal,
     $trait:ident::$scans:ident.$field:ident -> $out:ty, $name:ident, $into:ident, $inplace:ident,
     $function:literal, $function_into:literal, $function_inplace:literal) => {
        #[doc = concat!($first, " so far, along an axis: an array of the same shape.")]
        ///
        /// `axis` is an axis, or an [`Along`] with options: exclusive, reverse, sequential.
        #[doc = $details]
        ///
        /// # Errors
        /// - [`Error::Axis`] if `a` has no such axis.
        /// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
        ///
        /// # Accuracy
        #[doc = $accuracy]
        ///
        /// # Performance
        /// One pass over memory; allocates the result. Goes parallel over lines, and
        /// within contiguous ones when they are few and long; along an axis that is not
        /// the innermost one over columns.
        ///
        /// # Examples
        /// ```
        /// use ndarray::array;
        ///
        #[doc = $example]
        /// # Ok::<(), swath::Error>(())
        /// ```
        pub fn $name<T: $trait, D: Dimension>(
            a: &ArrayRef<T, D>,
            axis: impl IntoAlong,
        ) -> Result<Array<$out, D>, Error> {
            fresh($function, &T::$scans.$field, a, axis.along())
        }

        #[doc = concat!("As [`", $function, "`], into `out`.")]
        ///
        /// `out` has the shape of `a` and any strides. If the call is cancelled, `out` is
        /// partly written.
        ///
        /// # Errors
        /// - [`Error::Axis`] if `a` has no such axis.
        /// - [`Error::Shape`] if `out` has another shape than `a`.
        /// - [`Error::Overlap`] if elements of `out` share memory.
        ///
        /// # Accuracy
        #[doc = concat!("As [`", $function, "`], in the order of these strides.")]
        pub fn $into<T: $trait, D: Dimension>(
            a: &ArrayRef<T, D>,
            axis: impl IntoAlong,
            out: &mut ArrayRef<$out, D>,
        ) -> Result<(), Error> {
            given($function_into, &T::$scans.$field, a, axis.along(), out)
        }

        #[doc = concat!("As [`", $function, "`], in place.")]
        ///
        /// For elements whose results have their own type. If the call is cancelled, `a` is
        /// partly overwritten.
        ///
        /// # Errors
        /// - [`Error::Axis`] if `a` has no such axis.
        /// - [`Error::Overlap`] if elements of `a` share memory.
        ///
        /// # Accuracy
        #[doc = concat!("As [`", $function, "`], in the order of these strides.")]
        pub fn $inplace<T: $trait<Sum = T>, D: Dimension>(
            a: &mut ArrayRef<T, D>,
            axis: impl IntoAlong,
        ) -> Result<(), Error> {
            inplace($function_inplace, &T::$scans.$field, a, axis.along())
        }
    };
}
scan! {
    "The sum of the elements", "Any layout. Signed integers are added in `i64`, unsigned ones in `u64`.",
    "Same bits on any number of threads and any CPU; the [order of\nadditions](self#the-order-of-additions) follows from shape and strides. The error of\nthe n-th result is at most about (n / 2048 + 260) u times the sum of the absolute\nvalues so far, or n u where elements are added one after the other. After a NaN all is\nNaN. Integer sums wrap at 64 bits.",
    "assert_eq!(swath::scan::cumsum(&array![1u8, 2, 255], 0)?, array![1, 3, 258]);",
    Scan::SCANS.sum -> T::Sum, cumsum, cumsum_into, cumsum_inplace,
    "cumsum", "cumsum_into", "cumsum_inplace"
}
scan! {
    "The product of the elements", "Any layout. Signed integers are multiplied in `i64`, unsigned ones in `u64`.",
    "Same bits on any number of threads and any CPU, in the [order of\nadditions](self#the-order-of-additions). The relative error of the n-th result is at\nmost about n u, as long as nothing overflows or underflows on the way. After a NaN all\nis NaN. Integer products wrap at 64 bits.",
    "assert_eq!(swath::scan::cumprod(&array![1.5, 2.0, 3.0], 0)?, array![1.5, 3.0, 9.0]);",
    Scan::SCANS.prod -> T::Sum, cumprod, cumprod_into, cumprod_inplace,
    "cumprod", "cumprod_into", "cumprod_inplace"
}
scan! {
    "The sum of the elements that are numbers", "Any layout. NaN counts as 0: of complex numbers one of whose parts is NaN.",
    "As [`cumsum`], which this is for integers.",
    "assert_eq!(swath::scan::nancumsum(&array![1.0, f64::NAN, 2.0], 0)?, array![1.0, 1.0, 3.0]);",
    Scan::SCANS.nansum -> T::Sum, nancumsum, nancumsum_into, nancumsum_inplace,
    "nancumsum", "nancumsum_into", "nancumsum_inplace"
}
scan! {
    "The product of the elements that are numbers", "Any layout. NaN counts as 1: of complex numbers one of whose parts is NaN.",
    "As [`cumprod`], which this is for integers.",
    "assert_eq!(swath::scan::nancumprod(&array![3.0, f64::NAN, 2.0], 0)?, array![3.0, 3.0, 6.0]);",
    Scan::SCANS.nanprod -> T::Sum, nancumprod, nancumprod_into, nancumprod_inplace,
    "nancumprod", "nancumprod_into", "nancumprod_inplace"
}
scan! {
    "The least of the elements", "Any layout.",
    "Exact. After a NaN all is NaN; -0.0 is less than +0.0.",
    "assert_eq!(swath::scan::cummin(&array![3, 1, 2], 0)?, array![3, 1, 1]);",
    ScanReal::REAL_SCANS.min -> T, cummin, cummin_into, cummin_inplace,
    "cummin", "cummin_into", "cummin_inplace"
}
scan! {
    "The greatest of the elements", "Any layout.",
    "Exact. After a NaN all is NaN; -0.0 is less than +0.0.",
    "assert_eq!(swath::scan::cummax(&array![1, 3, 2], 0)?, array![1, 3, 3]);",
    ScanReal::REAL_SCANS.max -> T, cummax, cummax_into, cummax_inplace,
    "cummax", "cummax_into", "cummax_inplace"
}
