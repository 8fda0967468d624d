//! Elementwise maps: a closure on every element of one to eight arrays.
//!
//! The closure is the fusion: `map!((&a, &b), |(x, y)| (x * y + 1.0).sqrt())` reads
//! each operand once and makes no temporaries. Operands are any `ndarray` arrays
//! and views, of any types of elements and any layout; they broadcast together as
//! in `NumPy`, and nothing is copied to make them fit. Elements come by value.
//!
//! | | fresh output | `_into` | `_inplace` |
//! |---|---|---|---|
//! | closure written in place | [`map!`](crate::map!) | [`map_into!`](crate::map_into!) | [`map_inplace!`](crate::map_inplace!) |
//! | any function or closure | [`map`](map()) | [`map_into`](map_into()) | [`map_inplace`](map_inplace()) |
//! | with two results | [`map2!`](crate::map2!), [`map2`](map2()) | [`map2_into!`](crate::map2_into!), [`map2_into`](map2_into()) | |
//! | told the index | [`map_indexed!`](crate::map_indexed!), [`map_indexed`](map_indexed()) | [`map_indexed_into!`](crate::map_indexed_into!) | [`map_indexed_inplace!`](crate::map_indexed_inplace!) |
//!
//! The functions of [`math`](crate::math) have array forms here: [`exp`](exp()),
//! [`exp_into`], [`exp_inplace`] and so on; those of two arguments, such as
//! [`powf`](powf()), broadcast. So have arithmetic, comparisons, logic, bits, shifts and
//! limits, by `NumPy`'s names ([`add`], [`less`], [`clip`], ...), and there are three casts
//! ([`cast`], [`cast_nearest`], [`cast_wrapping`]).
//!
//! # Which one
//! The macros. The crate is compiled for the oldest CPU of the target and chooses
//! the instruction set at run time, so a closure must be compiled once for each of
//! them. A macro writes the closure out twice: each copy then has one caller, and
//! the compiler inlines a local function with one caller whatever its size. The
//! functions call one closure from both places. The compiler inlines that only up
//! to some size, about three elementary functions; beyond it the loop calls code
//! for the oldest CPU element by element, 30 to 60 times slower and without a
//! warning.
//!
//! # What vectorises
//! * Arithmetic, comparisons, `abs`, `sqrt`, `mul_add`, `if` that picks one of two
//!   values, casts that widen: yes. So do captures by reference, captured numbers,
//!   mixed types, tuples as results, and small generic helper functions without
//!   attributes.
//! * Slower than it looks: captured slices that are indexed inside (each index is
//!   checked), assertions, float to integer casts with `as` (they saturate), `dyn`,
//!   functions marked `#[inline(never)]`, std's `exp`, `ln`, `sin`, ... (calls into
//!   the C library, one element at a time).
//!
//! All of these work; they only take longer. How long a closure takes is measured
//! on its first elements, and work is shared among threads when that pays: 64
//! elements of a millisecond each are, a thousand additions are not.
//!
//! # Same bits
//! A result does not depend on the number of threads, on the instruction set, on
//! layout or alignment, as far as the closure computes with `+`, `-`, `*`, `/`,
//! `sqrt`, `mul_add`, comparisons and integers. `exp`, `powi` and others of std are
//! not deterministic by their own documents, and neither is `max` of zeros of both
//! signs. A NaN is a NaN: its sign and payload may differ. The closure is called
//! once for each element, in no order that can be relied on, from several threads.
//!
//! # Panics
//! A panic in the closure reaches the caller once, after all threads have stopped;
//! a fresh output is freed, and the output of an `_into` or `_inplace` form is
//! partly written.

mod arithmetic;
mod cast;
mod engine;
pub(crate) mod functions;
mod indexed;
mod inplace;
mod macros;
mod operand;
mod pair;
mod run;

use ndarray::{Array, ArrayRef, Dimension};

pub use arithmetic::*;
pub use cast::*;
pub use functions::*;
pub use indexed::*;
pub use inplace::{OperandMut, OperandsMut};
pub use operand::{Operand, Operands};
pub use pair::*;

pub(crate) use engine::{Order, Work};
pub(crate) use operand::Layout;
pub(crate) use run::with_fresh;

use crate::Error;

/// Applies a function to every element of one to eight operands.
///
/// `map(&a, f)` hands `f` each element of `a`, and `map((&a, &b), f)` each pair of
/// elements of `a` and `b`, which broadcast together. The result is in Fortran
/// order if every operand of its shape is (and not all are in C order too), else in
/// C order. An empty operand gives an empty result.
///
/// For a closure written in place use [`map!`](crate::map!), which vectorises long
/// closures too; see [the module](mod@crate::map).
///
/// # Errors
/// [`Error::Broadcast`] if the shapes do not broadcast together,
/// [`Error::TooLarge`] if the result does not fit the address space, and
/// [`Error::Memory`] if the system does not give the memory.
///
/// # Accuracy
/// That of `f`: results never depend on threads, instruction set or layout.
///
/// # Performance
/// One pass, no memory but the result. In parallel when what `f` is seen to cost
/// on the first elements makes it worth while.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::map(&array![1.0f32, 4.0], f32::sqrt)?, array![1.0, 2.0]);
///
/// // A row and a column give a matrix; the result's type is the closure's.
/// let (row, column) = (array![1, 2, 3], array![[2], [3]]);
/// let less = swath::map((&row, &column), |(r, c)| r < c)?;
/// assert_eq!(less, array![[true, false, false], [true, true, false]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
#[allow(clippy::needless_pass_by_value)] // a call reads `|x| ..`, not `&|x| ..`
pub fn map<O, R, F>(operands: O, f: F) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    F: Fn(O::Item) -> R + Sync,
{
    run::fresh("map", &operands, (&f, &f))
}

/// Applies a function to every element of one to eight operands, into `out`.
///
/// The operands broadcast together and to the shape of `out`, which may be any
/// mutable array or view. No memory is taken. An empty `out` is left as it is.
///
/// For a closure written in place use [`map_into!`](crate::map_into!), which
/// vectorises long closures too; see [the module](mod@crate::map).
///
/// # Errors
/// [`Error::Broadcast`] if the operands do not broadcast together,
/// [`Error::Shape`] if they do not broadcast to the shape of `out`, and
/// [`Error::Overlap`] if elements of `out` share memory with each other.
///
/// # Accuracy
/// That of `f`: results never depend on threads, instruction set or layout.
///
/// # Performance
/// As for [`map`](map()); a panic or a cancelled run leaves `out` partly written.
///
/// # Examples
/// ```
/// use ndarray::{Array2, array};
///
/// let (a, b) = (array![1.0, 2.0], array![[10.0], [20.0]]);
/// let mut out = Array2::zeros((2, 2));
/// swath::map_into((&a, &b), &mut out, |(x, y)| x + y)?;
/// assert_eq!(out, array![[11.0, 12.0], [21.0, 22.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
#[allow(clippy::needless_pass_by_value)] // a call reads `|x| ..`, not `&|x| ..`
pub fn map_into<O, R, D, F>(operands: O, out: &mut ArrayRef<R, D>, f: F) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    D: Dimension,
    F: Fn(O::Item) -> R + Sync,
{
    run::into("map_into", &operands, out, (&f, &f))
}

/// Replaces every element of `a` by what a function makes of it, and of those of up to seven
/// operands beside it.
///
/// `map_inplace(&mut a, f)` hands `f` each element of `a`, and `map_inplace((&mut a, &b), f)`
/// each pair of elements of `a` and `b`, which broadcasts to the shape of `a`. `a` may be any
/// mutable array or view. No memory is taken.
///
/// For a closure written in place use [`map_inplace!`](crate::map_inplace!), which
/// vectorises long closures too; see [the module](mod@crate::map).
///
/// # Errors
/// [`Error::Overlap`] if elements of `a` share memory with each other,
/// [`Error::Broadcast`] if the operands beside it do not broadcast together, and
/// [`Error::Shape`] if they do not broadcast to its shape.
///
/// # Accuracy
/// That of `f`: results never depend on threads, instruction set or layout.
///
/// # Performance
/// As for [`map`](map()); a panic or a cancelled run leaves `a` partly replaced.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let mut a = array![1.0f64, 4.0, 9.0];
/// swath::map_inplace(&mut a, f64::sqrt)?;
/// assert_eq!(a, array![1.0, 2.0, 3.0]);
/// swath::map_inplace((&mut a, &array![0.5]), |(x, y)| x * y)?;
/// assert_eq!(a, array![0.5, 1.0, 1.5]);
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
pub fn map_inplace<O, F>(operands: O, f: F) -> Result<(), Error>
where
    O: OperandsMut,
    F: Fn(O::Item) -> O::Elem + Sync,
{
    operands.change("map_inplace", (&f, &f))
}

/// What [`map!`](crate::map!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map<O, R, B, V>(
    function: &'static str,
    operands: O,
    baseline: B,
    avx2: V,
) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    run::fresh(function, &operands, (&baseline, &avx2))
}

/// What [`map_into!`](crate::map_into!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map_into<O, R, D, B, V>(
    function: &'static str,
    operands: O,
    out: &mut ArrayRef<R, D>,
    baseline: B,
    avx2: V,
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    D: Dimension,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    run::into(function, &operands, out, (&baseline, &avx2))
}

/// What [`map_inplace!`](crate::map_inplace!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map_inplace<O, B, V>(
    function: &'static str,
    operands: O,
    baseline: B,
    avx2: V,
) -> Result<(), Error>
where
    O: OperandsMut,
    B: Fn(O::Item) -> O::Elem + Sync,
    V: Fn(O::Item) -> O::Elem + Sync,
{
    operands.change(function, (&baseline, &avx2))
}
