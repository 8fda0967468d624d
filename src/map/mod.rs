//! Elementwise maps: a closure on every element of one to six arrays.
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
//!
//! The functions of [`math`](crate::math) have array forms here: [`exp`](exp()),
//! [`exp_into`], [`exp_inplace`] and so on; those of two arguments, such as
//! [`powf`](powf()), broadcast.
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

mod engine;
mod functions;
mod macros;
mod operand;

use ndarray::{Array, ArrayRef, Dimension, ShapeBuilder};

pub use functions::*;
pub use operand::{Operand, Operands};

use crate::Error;
use crate::kernel::map::InPlace;
use crate::plan::{self, Axes, Buffer, List};
use operand::{Layout, Output};

/// Applies a function to every element of one to six operands.
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
    fresh(&operands, &f, &f)
}

/// Applies a function to every element of one to six operands, into `out`.
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
    into(&operands, out, &f, &f)
}

/// Replaces every element of `a` by what a function makes of it.
///
/// `a` may be any mutable array or view. No memory is taken.
///
/// For a closure written in place use [`map_inplace!`](crate::map_inplace!), which
/// vectorises long closures too; see [the module](mod@crate::map).
///
/// # Errors
/// [`Error::Overlap`] if elements of `a` share memory with each other.
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
/// # Ok::<(), swath::Error>(())
/// ```
#[inline]
#[allow(clippy::needless_pass_by_value)] // as above
pub fn map_inplace<A, D, F>(a: &mut ArrayRef<A, D>, f: F) -> Result<(), Error>
where
    A: Copy + Send + Sync,
    D: Dimension,
    F: Fn(A) -> A + Sync,
{
    inplace(a, &f, &f)
}

/// What [`map!`](crate::map!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map<O, R, B, V>(operands: O, baseline: B, avx2: V) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    fresh(&operands, &baseline, &avx2)
}

/// What [`map_into!`](crate::map_into!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map_into<O, R, D, B, V>(
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
    into(&operands, out, &baseline, &avx2)
}

/// What [`map_inplace!`](crate::map_inplace!) calls.
#[doc(hidden)]
#[inline]
#[allow(clippy::missing_errors_doc, clippy::needless_pass_by_value)]
pub fn __map_inplace<A, D, B, V>(a: &mut ArrayRef<A, D>, baseline: B, avx2: V) -> Result<(), Error>
where
    A: Copy + Send + Sync,
    D: Dimension,
    B: Fn(A) -> A + Sync,
    V: Fn(A) -> A + Sync,
{
    inplace(a, &baseline, &avx2)
}

fn fresh<O, R, B, V>(operands: &O, baseline: &B, avx2: &V) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    operands.with_layouts(|layouts| {
        // Most calls: one shape and one order, which the result takes too.
        let (first, others) = (layouts[0], &layouts[1..]);
        if first.is_plain_with(others) {
            return place(operands, first, !first.is_c_order(), baseline, avx2);
        }
        let Fresh { shape, strides, f_order } = Fresh::plan(layouts)?;
        let layout = Layout { shape: shape.as_slice(), strides: strides.as_slice() };
        place(operands, layout, f_order, baseline, avx2)
    })
}

/// Maps into a new array, which lies without gaps as `layout` says: in Fortran order
/// if `f_order`, else in C order.
#[inline]
fn place<O, R, B, V>(
    operands: &O,
    layout: Layout<'_>,
    f_order: bool,
    baseline: &B,
    avx2: &V,
) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    let len = plan::checked_len("map", layout.shape, size_of::<R>())?;
    let mut buffer = Buffer::new("map", len)?;
    let out = Output { first: buffer.as_mut_ptr(), layout };
    // SAFETY: the buffer has room for every place of a shape without gaps, and
    // nobody else knows it; the operands broadcast to that shape.
    unsafe { operands.drive(out, baseline, avx2) };
    let mut dim = O::Dim::zeros(layout.shape.len());
    layout.shape.iter().enumerate().for_each(|(i, &n)| dim[i] = n);
    // SAFETY: `drive` has written every element, and there are as many as the
    // shape says.
    Ok(unsafe { Array::from_shape_vec_unchecked(dim.set_f(f_order), buffer.assume_init()) })
}

fn into<O, R, D, B, V>(
    operands: &O,
    out: &mut ArrayRef<R, D>,
    baseline: &B,
    avx2: &V,
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    D: Dimension,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    let first = out.as_mut_ptr();
    let layout = Layout::of(out);
    operands.with_layouts(|layouts| check_into(layouts, layout))?;
    if !layout.is_c_order() {
        plan::check_output("map_into", "out", layout.shape, layout.strides)?;
    }
    // SAFETY: the output is borrowed for writing alone, no two of its indices name
    // one place, and the operands broadcast to its shape.
    unsafe { operands.drive(Output { first, layout }, baseline, avx2) };
    Ok(())
}

fn inplace<A, D, B, V>(a: &mut ArrayRef<A, D>, baseline: &B, avx2: &V) -> Result<(), Error>
where
    A: Copy + Send + Sync,
    D: Dimension,
    B: Fn(A) -> A + Sync,
    V: Fn(A) -> A + Sync,
{
    let first = a.as_mut_ptr();
    let layout @ Layout { shape, strides } = Layout::of(a);
    let sources = InPlace((first.cast_const(),));
    if layout.is_c_order() || layout.is_f_order() {
        let bytes = 2 * size_of::<A>();
        // SAFETY: the array is one stretch of memory, borrowed for writing alone.
        unsafe {
            engine::drive_plain::<2, _, _, _, _>(a.len(), first, sources, bytes, baseline, avx2);
        }
        return Ok(());
    }
    plan::check_output("map_inplace", "a", shape, strides)?;
    let axes = Axes::<2>::in_memory_order(shape, [strides, strides]);
    // SAFETY: the array is borrowed for writing alone, and no two of its indices
    // name one place.
    unsafe { engine::drive(&axes, first, sources, 2 * size_of::<A>(), baseline, avx2) };
    Ok(())
}

/// How a fresh output will lie.
struct Fresh {
    shape: List<usize>,
    strides: List<isize>,
    f_order: bool,
}

impl Fresh {
    fn plan(operands: &[Layout<'_>]) -> Result<Self, Error> {
        let shape = broadcast_shape("map", operands)?;
        let n = shape.as_slice();
        let whole = || operands.iter().filter(|o| o.shape == n);
        let f_order =
            n.len() > 1 && whole().all(Layout::is_f_order) && !whole().all(Layout::is_c_order);
        let mut strides = List::new(0);
        n.iter().for_each(|_| strides.push(0));
        let mut step = 1usize;
        for i in 0..n.len() {
            let axis = if f_order { i } else { n.len() - 1 - i };
            strides.as_mut_slice()[axis] = step as isize;
            // Strides of an empty result are never used, and of one too large neither.
            step = step.wrapping_mul(n[axis]);
        }
        Ok(Self { shape, strides, f_order })
    }
}

/// The shape that operands broadcast to.
fn broadcast_shape(function: &'static str, operands: &[Layout<'_>]) -> Result<List<usize>, Error> {
    let shapes = operands.iter().map(|o| o.shape);
    let ndim = shapes.clone().map(<[usize]>::len).max().unwrap_or(0);
    let mut shape = List::new(1);
    (0..ndim).for_each(|_| shape.push(1));
    if plan::broadcast(shapes.clone(), shape.as_mut_slice()) {
        return Ok(shape);
    }
    Err(Error::Broadcast { function, shapes: shapes.map(<[usize]>::to_vec).collect() })
}

/// Refuses operands that do not broadcast to the shape of the output.
fn check_into(operands: &[Layout<'_>], out: Layout<'_>) -> Result<(), Error> {
    if operands.iter().all(|o| o.shape == out.shape) {
        return Ok(());
    }
    let shape = broadcast_shape("map_into", operands)?;
    let shape = shape.as_slice();
    let fits = out.shape.len() >= shape.len() && {
        let missing = out.shape.len() - shape.len();
        shape.iter().zip(&out.shape[missing..]).all(|(&n, &o)| n == o || n == 1)
    };
    if fits {
        return Ok(());
    }
    Err(Error::Shape {
        function: "map_into",
        operand: "out",
        shape: out.shape.to_vec(),
        expected: "the shape that the operands broadcast to",
        other: shape.to_vec(),
    })
}
