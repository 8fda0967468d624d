//! What all forms of map share: outputs made or checked, then the run.

use ndarray::{Array, ArrayRef, Dimension, ShapeBuilder};

use super::engine::Order;
use super::operand::{Layout, Operands};
use super::pair::Pair;
use crate::Error;
use crate::kernel::map::{One, To, Two};
use crate::plan::{self, Buffer, List};

/// Maps with one result into a new array.
#[inline]
pub(super) fn fresh<O, R, B, V>(
    function: &'static str,
    operands: &O,
    f: (&B, &V),
) -> Result<Array<R, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    let (out, _) = made(function, operands, |layouts, to| {
        // SAFETY: new outputs, which nobody else knows.
        unsafe {
            operands.work::<One, R, (), B, V, _>(layouts, Order::Any, f, |work| work.share(to));
        }
    })?;
    Ok(out)
}

/// Maps with two results into new arrays.
#[inline]
pub(super) fn fresh2<O, R, S, B, V>(
    function: &'static str,
    operands: &O,
    f: (&B, &V),
) -> Result<Pair<R, S, O::Dim>, Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    S: Copy + Send + Sync,
    B: Fn(O::Item) -> (R, S) + Sync,
    V: Fn(O::Item) -> (R, S) + Sync,
{
    made(function, operands, |layouts, to| {
        // SAFETY: new outputs, which nobody else knows.
        unsafe {
            operands.work::<Two, R, S, B, V, _>(layouts, Order::Any, f, |work| work.share(to));
        }
    })
}

/// New arrays of the shape that operands broadcast to, which `run` writes.
#[inline]
pub(super) fn made<O, R, S>(
    function: &'static str,
    operands: &O,
    run: impl FnOnce([Layout<'_>; 2], To<R, S>),
) -> Result<Pair<R, S, O::Dim>, Error>
where
    O: Operands,
{
    operands.with_layouts(|layouts| {
        with_fresh(function, layouts, |layout, f_order| {
            let len = plan::checked_len(function, layout.shape, size_of::<R>())?;
            plan::checked_len(function, layout.shape, size_of::<S>())?;
            let (mut first, mut second) =
                (Buffer::new(function, len)?, Buffer::new(function, len)?);
            run([layout; 2], To::two(first.as_mut_ptr(), second.as_mut_ptr()));
            let mut dim = O::Dim::zeros(layout.shape.len());
            layout.shape.iter().enumerate().for_each(|(i, &n)| dim[i] = n);
            // SAFETY: `run` has written every element, and there are as many as the
            // shape says.
            unsafe {
                let shape = dim.clone().set_f(f_order);
                let first = Array::from_shape_vec_unchecked(shape, first.assume_init());
                let shape = dim.set_f(f_order);
                Ok((first, Array::from_shape_vec_unchecked(shape, second.assume_init())))
            }
        })
    })
}

/// Hands on how a fresh output lies, and whether that is Fortran order.
#[inline]
pub(crate) fn with_fresh<T>(
    function: &'static str,
    operands: &[Layout<'_>],
    f: impl FnOnce(Layout<'_>, bool) -> Result<T, Error>,
) -> Result<T, Error> {
    // Most calls: one shape and one order, which the result takes too.
    let (first, others) = (operands[0], &operands[1..]);
    if first.is_plain_with(others) {
        return f(first, !first.is_c_order());
    }
    let Fresh { shape, strides, f_order } = Fresh::plan(function, operands)?;
    f(Layout { shape: shape.as_slice(), strides: strides.as_slice() }, f_order)
}

/// Maps with one result into an array of the caller's.
pub(super) fn into<O, R, D, B, V>(
    function: &'static str,
    operands: &O,
    out: &mut ArrayRef<R, D>,
    f: (&B, &V),
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    D: Dimension,
    B: Fn(O::Item) -> R + Sync,
    V: Fn(O::Item) -> R + Sync,
{
    let to = To::one(out.as_mut_ptr());
    let layout = Layout::of(out);
    check_into(function, operands, "out", layout)?;
    // SAFETY: the output is borrowed for writing alone, no two of its indices name
    // one place, and the operands broadcast to its shape.
    unsafe {
        operands.work::<One, R, (), B, V, _>([layout; 2], Order::Any, f, |work| work.share(to));
    };
    Ok(())
}

/// Maps with two results into arrays of the caller's.
pub(super) fn into2<O, R, S, D, E, B, V>(
    function: &'static str,
    operands: &O,
    out: (&mut ArrayRef<R, D>, &mut ArrayRef<S, E>),
    f: (&B, &V),
) -> Result<(), Error>
where
    O: Operands,
    R: Copy + Send + Sync,
    S: Copy + Send + Sync,
    D: Dimension,
    E: Dimension,
    B: Fn(O::Item) -> (R, S) + Sync,
    V: Fn(O::Item) -> (R, S) + Sync,
{
    let (first, second) = out;
    let to = To::two(first.as_mut_ptr(), second.as_mut_ptr());
    let layouts = [Layout::of(first), Layout::of(second)];
    check_into(function, operands, "first", layouts[0])?;
    check_into(function, operands, "second", layouts[1])?;
    if layouts[0].shape != layouts[1].shape {
        return Err(Error::Shape {
            function,
            operand: "second",
            shape: layouts[1].shape.to_vec(),
            expected: "the shape of first",
            other: layouts[0].shape.to_vec(),
        });
    }
    // SAFETY: the outputs are borrowed for writing alone, no two of their indices name
    // one place, and the operands broadcast to their shape.
    unsafe { operands.work::<Two, R, S, B, V, _>(layouts, Order::Any, f, |work| work.share(to)) };
    Ok(())
}

/// How a fresh output will lie.
struct Fresh {
    shape: List<usize>,
    strides: List<isize>,
    f_order: bool,
}

impl Fresh {
    fn plan(function: &'static str, operands: &[Layout<'_>]) -> Result<Self, Error> {
        let shape = broadcast_shape(function, operands)?;
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

/// Refuses operands that do not broadcast to the shape of an output, and an output whose
/// elements share memory.
#[inline]
pub(super) fn check_into<O: Operands>(
    function: &'static str,
    operands: &O,
    name: &'static str,
    out: Layout<'_>,
) -> Result<(), Error> {
    operands.with_layouts(|layouts| fits(function, layouts, name, out))?;
    if out.is_c_order() {
        return Ok(());
    }
    plan::check_output(function, name, out.shape, out.strides)
}

/// Refuses operands that do not broadcast to the shape of an output.
pub(super) fn fits(
    function: &'static str,
    operands: &[Layout<'_>],
    name: &'static str,
    out: Layout<'_>,
) -> Result<(), Error> {
    if operands.iter().all(|o| o.shape == out.shape) {
        return Ok(());
    }
    let shape = broadcast_shape(function, operands)?;
    let shape = shape.as_slice();
    let fits = out.shape.len() >= shape.len() && {
        let missing = out.shape.len() - shape.len();
        shape.iter().zip(&out.shape[missing..]).all(|(&n, &o)| n == o || n == 1)
    };
    if fits {
        return Ok(());
    }
    Err(Error::Shape {
        function,
        operand: name,
        shape: out.shape.to_vec(),
        expected: "the shape that the operands broadcast to",
        other: shape.to_vec(),
    })
}
