//! Loops on `ndarray` arrays: shapes checked, results made.

use ndarray::{Array, ArrayRef, DimMax, Dimension, ShapeBuilder};

use super::{Loop, Place, Ufunc};
use crate::map::Operand;
use crate::plan::{self, Buffer, List};
use crate::{Error, Float};

/// Shape and strides, in elements.
type Layout<'a> = (&'a [usize], &'a [isize]);

/// Strides in bytes for walking an array as if it had `shape`, to which it broadcasts.
fn strides_in(shape: &[usize], (own, strides): Layout<'_>, size: usize) -> List<isize> {
    let mut list = List::new(0);
    let missing = shape.len() - own.len();
    for (i, &n) in shape.iter().enumerate() {
        let repeated = i < missing || (own[i - missing] == 1 && n != 1);
        list.push(if repeated { 0 } else { strides[i - missing] * size as isize });
    }
    list
}

fn is_gapless((shape, strides): Layout<'_>) -> (bool, bool) {
    (plan::is_c_order(shape, strides), plan::is_f_order(shape, strides))
}

/// Computes results for places that are all different and nobody else's.
///
/// # Safety
/// As for [`Ufunc::run`]; all operands broadcast to the shape of the output.
unsafe fn compute<T, const N: usize>(
    body: Loop,
    operands: [(*const T, Layout<'_>); N],
    (out, layout): (*mut T, Layout<'_>),
) {
    let size = size_of::<T>();
    let order = is_gapless(layout);
    let same = operands.iter().all(|(_, of)| {
        let (c, f) = is_gapless(*of);
        of.0 == layout.0 && ((c && order.0) || (f && order.1))
    });
    if same && (order.0 || operands.iter().all(|(_, of)| is_gapless(*of).1)) {
        // One stretch of memory each: most calls.
        let len = [layout.0.iter().product()];
        let strides = [size as isize];
        let place = |first| Place { first, strides: &strides, size, cast: None };
        let operands = operands.map(|(first, _)| place(first.cast_mut().cast()));
        let out = place(out.cast());
        // SAFETY: by the caller.
        unsafe { Ufunc { shape: &len, operands: &operands, out, mask: None, body }.run() };
        return;
    }
    let strides = operands.map(|(_, of)| strides_in(layout.0, of, size));
    let to = strides_in(layout.0, layout, size);
    let mut places = operands.map(|(first, _)| Place {
        first: first.cast_mut().cast(),
        strides: &[],
        size,
        cast: None,
    });
    for (place, strides) in places.iter_mut().zip(&strides) {
        place.strides = strides.as_slice();
    }
    let out = Place { first: out.cast(), strides: to.as_slice(), size, cast: None };
    // SAFETY: by the caller.
    unsafe { Ufunc { shape: layout.0, operands: &places, out, mask: None, body }.run() };
}

/// Of each element, in a new array.
pub(crate) fn one<T: Float, D: Dimension>(
    function: &'static str,
    a: &ArrayRef<T, D>,
    body: Loop,
) -> Result<Array<T, D>, Error> {
    fresh(function, [(a.as_ptr(), (a.shape(), a.strides()))], a.shape(), body)
}

/// A new array of this shape: in Fortran order if every operand of its shape is and not
/// all are in C order too.
fn fresh<T: Float, D: Dimension, const N: usize>(
    function: &'static str,
    operands: [(*const T, Layout<'_>); N],
    shape: &[usize],
    body: Loop,
) -> Result<Array<T, D>, Error> {
    let whole = || operands.iter().filter(|(_, of)| of.0 == shape).map(|(_, of)| is_gapless(*of));
    let f_order = shape.len() > 1 && whole().all(|of| of.1) && !whole().all(|of| of.0);
    let len = plan::checked_len(function, shape, size_of::<T>())?;
    let mut buffer = Buffer::new(function, len)?;
    let mut dim = D::zeros(shape.len());
    shape.iter().enumerate().for_each(|(i, &n)| dim[i] = n);
    let mut strides = List::new(0);
    shape.iter().for_each(|_| strides.push(0));
    let mut step = 1isize;
    for i in 0..shape.len() {
        let axis = if f_order { i } else { shape.len() - 1 - i };
        strides.as_mut_slice()[axis] = step;
        step = step.wrapping_mul(shape[axis] as isize);
    }
    // SAFETY: the buffer has room for every place of a shape without gaps, and nobody else
    // knows it; the operands are borrowed by the caller and broadcast to that shape.
    unsafe { compute(body, operands, (buffer.as_mut_ptr(), (shape, strides.as_slice()))) };
    // SAFETY: every element has been written, and there are as many as the shape says.
    Ok(unsafe { Array::from_shape_vec_unchecked(dim.set_f(f_order), buffer.assume_init()) })
}

/// Of each element, into `out`.
pub(crate) fn one_into<T: Float, D: Dimension, E: Dimension>(
    function: &'static str,
    a: &ArrayRef<T, D>,
    out: &mut ArrayRef<T, E>,
    body: Loop,
) -> Result<(), Error> {
    into(function, [(a.as_ptr(), (a.shape(), a.strides()))], out, body)
}

fn into<T: Float, D: Dimension, const N: usize>(
    function: &'static str,
    operands: [(*const T, Layout<'_>); N],
    out: &mut ArrayRef<T, D>,
    body: Loop,
) -> Result<(), Error> {
    let first = out.as_mut_ptr();
    let layout = (out.shape(), out.strides());
    if !operands.iter().all(|(_, of)| of.0 == layout.0) {
        let shape = broadcast(function, operands.map(|(_, of)| of.0))?;
        let shape = shape.as_slice();
        let mut both = List::new(1);
        layout.0.iter().for_each(|_| both.push(1));
        let fits = shape.len() <= layout.0.len()
            && plan::broadcast([shape, layout.0].into_iter(), both.as_mut_slice())
            && both.as_slice() == layout.0;
        if !fits {
            return Err(Error::Shape {
                function,
                operand: "out",
                shape: layout.0.to_vec(),
                expected: "the shape that the operands broadcast to",
                other: shape.to_vec(),
            });
        }
    }
    plan::check_output(function, "out", layout.0, layout.1)?;
    // SAFETY: the output is borrowed for writing alone, no two of its indices name one place,
    // and the operands, borrowed by the caller, broadcast to its shape.
    unsafe { compute(body, operands, (first, layout)) };
    Ok(())
}

/// Of each element, in its place.
pub(crate) fn one_inplace<T: Float, D: Dimension>(
    function: &'static str,
    a: &mut ArrayRef<T, D>,
    body: Loop,
) -> Result<(), Error> {
    let first = a.as_mut_ptr();
    let layout = (a.shape(), a.strides());
    plan::check_output(function, "a", layout.0, layout.1)?;
    // SAFETY: the array is borrowed for writing alone, no two of its indices name one place,
    // and the operand's elements are at the places of their results.
    unsafe { compute(body, [(first.cast_const(), layout)], (first, layout)) };
    Ok(())
}

/// The shape that operands broadcast to.
fn broadcast<const N: usize>(
    function: &'static str,
    shapes: [&[usize]; N],
) -> Result<List<usize>, Error> {
    let ndim = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut shape = List::new(1);
    (0..ndim).for_each(|_| shape.push(1));
    if plan::broadcast(shapes.into_iter(), shape.as_mut_slice()) {
        return Ok(shape);
    }
    Err(Error::Broadcast { function, shapes: shapes.map(<[usize]>::to_vec).to_vec() })
}

/// The dimension that two operands broadcast to.
type Larger<A, B> = <<A as Operand>::Dim as DimMax<<B as Operand>::Dim>>::Output;

/// Of each two elements, in a new array.
pub(crate) fn two<T, A, B>(
    function: &'static str,
    (a, b): (&A, &B),
    body: Loop,
) -> Result<Array<T, Larger<A, B>>, Error>
where
    T: Float,
    A: Operand<Elem = T>,
    B: Operand<Elem = T>,
    A::Dim: DimMax<B::Dim>,
{
    let (a, b) = (a.array(), b.array());
    let operands = [(a.as_ptr(), (a.shape(), a.strides())), (b.as_ptr(), (b.shape(), b.strides()))];
    if a.shape() == b.shape() {
        return fresh(function, operands, a.shape(), body);
    }
    let shape = broadcast(function, [a.shape(), b.shape()])?;
    fresh(function, operands, shape.as_slice(), body)
}

/// Of each two elements, into `out`.
pub(crate) fn two_into<T, A, B, D>(
    function: &'static str,
    (a, b): (&A, &B),
    out: &mut ArrayRef<T, D>,
    body: Loop,
) -> Result<(), Error>
where
    T: Float,
    A: Operand<Elem = T>,
    B: Operand<Elem = T>,
    D: Dimension,
{
    let (a, b) = (a.array(), b.array());
    let operands = [(a.as_ptr(), (a.shape(), a.strides())), (b.as_ptr(), (b.shape(), b.strides()))];
    into(function, operands, out, body)
}
