//! Which elements are not zero, and choosing elements by a condition.

use ndarray::{Array, Array1, ArrayRef, Dimension, Ix1};

use super::choose::{Chooser, Places, Source};
use crate::plan::{Axes, Axis, Buffer, Chunks, check_axis, check_output, checked_len};
use crate::reduce::{self, ReduceReal};
use crate::{Error, pool, tuning};

/// # Errors
/// [`Error::Memory`], [`Error::TooLarge`].
fn room<T>(function: &'static str, len: usize) -> Result<Buffer<T>, Error> {
    checked_len(function, &[len], size_of::<T>())?;
    Buffer::new(function, len)
}

/// The indices of the elements that are not zero, of an array in the order of its index.
///
/// As NumPy's `flatnonzero`. Any layout; the indices count all elements, the last axis
/// running fastest, and rise.
///
/// # Errors
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Exact. NaN is not zero, both zeros are.
///
/// # Performance
/// Two passes: one that counts, one that writes. Goes parallel over large arrays.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// assert_eq!(swath::scan::flatnonzero(&array![[0, 3], [5, 0]])?, array![1, 2]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn flatnonzero<T: ReduceReal, D: Dimension>(
    a: &ArrayRef<T, D>,
) -> Result<Array1<usize>, Error> {
    flat_indices("flatnonzero", a).map(Array1::from_vec)
}

fn flat_indices<T: ReduceReal, D: Dimension>(
    function: &'static str,
    a: &ArrayRef<T, D>,
) -> Result<Vec<usize>, Error> {
    let chooser = Chooser::new(function, a, a.len())?;
    let mut out = room::<usize>(function, chooser.count_all())?;
    let places = Places(out.as_mut_ptr());
    chooser.each_block(
        size_of::<usize>(),
        |range, chosen, k| {
            for (j, &p) in chosen.iter().enumerate() {
                // SAFETY: the place of this element.
                unsafe { places.at(k + j).write(range.start + usize::from(p)) };
            }
        },
        // SAFETY: places of this chunk.
        |rest| rest.for_each(|k| unsafe { places.at(k).write(0) }),
    );
    // SAFETY: every place is written.
    Ok(unsafe { out.assume_init() })
}

/// Where the elements are that are not zero: for each axis their indices along it.
///
/// As NumPy's `nonzero`. Any layout; in the order of the index, the last axis running
/// fastest. An array without axes gives no index arrays.
///
/// # Errors
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// Exact. NaN is not zero, both zeros are.
///
/// # Performance
/// Two passes: one that counts, one that writes. Goes parallel over large arrays.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let places = swath::scan::nonzero(&array![[0, 3], [5, 0]])?;
/// assert_eq!(places, [array![0, 1], array![1, 0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn nonzero<T: ReduceReal, D: Dimension>(
    a: &ArrayRef<T, D>,
) -> Result<Vec<Array1<usize>>, Error> {
    let function = "nonzero";
    let chooser = Chooser::new(function, a, a.len())?;
    let count = chooser.count_all();
    let mut rooms = Vec::new();
    for _ in 0..a.ndim() {
        rooms.push(room(function, count)?);
    }
    let places: Vec<Places<usize>> = rooms.iter_mut().map(|r| Places(r.as_mut_ptr())).collect();
    let shape = a.shape();
    chooser.each_block(
        size_of::<usize>() * a.ndim(),
        |range, chosen, k| {
            for (axis, places) in places.iter().enumerate() {
                let inside: usize = shape[axis + 1..].iter().product();
                // This axis' stretch of indices, its first and its end, and its own index there.
                let (mut first, mut end, mut own) = (0, 0, 0);
                let stretch = inside * if axis + 1 == shape.len() { shape[axis] } else { 1 };
                for (j, &p) in chosen.iter().enumerate() {
                    let index = range.start + usize::from(p);
                    if index >= end {
                        first = index / stretch * stretch;
                        end = first + stretch;
                        own = first / inside % shape[axis];
                    }
                    let own = if stretch == inside { own } else { index - first };
                    // SAFETY: the place of this element.
                    unsafe { places.at(k + j).write(own) };
                }
            }
        },
        |rest| {
            // SAFETY: places of this chunk.
            rest.for_each(|k| places.iter().for_each(|places| unsafe { places.at(k).write(0) }));
        },
    );
    drop(places);
    // SAFETY: every place is written.
    Ok(rooms.into_iter().map(|room| Array1::from_vec(unsafe { room.assume_init() })).collect())
}

/// The chosen elements of `a`, which has at least as many as there are to choose from.
fn chosen<T: Copy + Send + Sync, D: Dimension>(
    function: &'static str,
    chooser: &Chooser,
    a: &ArrayRef<T, D>,
) -> Result<Array1<T>, Error> {
    let mut out = room(function, chooser.count_all())?;
    let (places, source) = (Places(out.as_mut_ptr()), Source::new(a));
    chooser.each_block(
        2 * size_of::<T>(),
        // SAFETY: ranges are those of the chooser, which `a` has all of; the places are
        // those of these elements.
        |range, chosen, k| unsafe { source.copy(range, chosen, places.at(k)) },
        // SAFETY: places of this chunk; there is a first element, since one was counted.
        |rest| rest.for_each(|k| unsafe { places.at(k).write(*source.start()) }),
    );
    // SAFETY: every place is written.
    Ok(Array1::from_vec(unsafe { out.assume_init() }))
}

/// The elements of `a` where `condition` holds: one after the other in the order of the
/// index.
///
/// As NumPy's `extract`, or `a[condition]` with a mask of the shape of `a`. Any layouts.
///
/// # Errors
/// - [`Error::Shape`] if the shapes differ.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Performance
/// Two passes over `condition`, one over `a`. Goes parallel over large arrays.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1.5, 2.5], [3.5, 4.5]];
/// assert_eq!(swath::scan::extract(&a.map(|x| *x > 2.0), &a)?, array![2.5, 3.5, 4.5]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn extract<T: Copy + Send + Sync, D: Dimension>(
    condition: &ArrayRef<bool, D>,
    a: &ArrayRef<T, D>,
) -> Result<Array1<T>, Error> {
    let function = "extract";
    if condition.shape() != a.shape() {
        return Err(Error::Shape {
            function,
            operand: "condition",
            shape: condition.shape().to_vec(),
            expected: "the shape of a",
            other: a.shape().to_vec(),
        });
    }
    chosen(function, &Chooser::new(function, condition, a.len())?, a)
}

/// Refuses a condition that holds beyond `len` elements; how many there are to look at.
///
/// # Errors
/// [`Error::Value`].
fn checked(
    function: &'static str,
    condition: &ArrayRef<bool, Ix1>,
    len: usize,
) -> Result<usize, Error> {
    if condition.len() > len && reduce::any(&condition.slice(ndarray::s![len..])) {
        let value = format!("true beyond element {len}");
        let allowed = "false where there are no elements";
        return Err(Error::Value { function, option: "condition", value, allowed });
    }
    Ok(condition.len().min(len))
}

/// The elements of `a`, in the order of its index, where `condition` holds.
///
/// As NumPy's `compress` without an axis: a shorter condition is false beyond its end. Any
/// layout.
///
/// # Errors
/// - [`Error::Value`] if `condition` holds where `a` has no element.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Performance
/// As [`extract`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1, 2], [3, 4]];
/// assert_eq!(swath::scan::compress(&array![false, true, true], &a)?, array![2, 3]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn compress<T: Copy + Send + Sync, D: Dimension>(
    condition: &ArrayRef<bool, Ix1>,
    a: &ArrayRef<T, D>,
) -> Result<Array1<T>, Error> {
    let function = "compress";
    let len = checked(function, condition, a.len())?;
    chosen(function, &Chooser::new(function, condition, len)?, a)
}

/// The parts of `a` along an axis where `condition` holds: an array as long along it as
/// there are such.
///
/// As NumPy's `compress` with an axis: a shorter condition is false beyond its end. Any
/// layout; the result is in C order.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Value`] if `condition` holds where `a` has no part.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Performance
/// One pass over what is chosen. Goes parallel over large results.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1, 2, 3], [4, 5, 6]];
/// let two = swath::scan::compress_axis(&array![true, false, true], &a, 1)?;
/// assert_eq!(two, array![[1, 3], [4, 6]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn compress_axis<T: Copy + Send + Sync, D: Dimension>(
    condition: &ArrayRef<bool, Ix1>,
    a: &ArrayRef<T, D>,
    axis: usize,
) -> Result<Array<T, D>, Error> {
    let function = "compress_axis";
    let (parts, shape) = parts(function, condition, a, axis)?;
    let mut out = Buffer::new(function, checked_len(function, shape.slice(), size_of::<T>())?)?;
    let strides = super::c_strides(shape.slice());
    // SAFETY: the buffer has this shape in C order.
    unsafe { take(a, axis, &parts, out.as_mut_ptr(), strides.as_slice()) };
    // SAFETY: every place is written.
    let values = unsafe { out.assume_init() };
    Ok(in_c_order(shape, values))
}

fn in_c_order<T, D: Dimension>(shape: D, values: Vec<T>) -> Array<T, D> {
    Array::from_shape_vec(shape, values).expect("one element for each index")
}

/// As [`compress_axis`], into `out`.
///
/// `out` has the shape of the result and any strides. If the call is cancelled, `out` is
/// partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis.
/// - [`Error::Value`] if `condition` holds where `a` has no part.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
/// - [`Error::Memory`] if there is no room for the numbers of the parts.
pub fn compress_axis_into<T: Copy + Send + Sync, D: Dimension>(
    condition: &ArrayRef<bool, Ix1>,
    a: &ArrayRef<T, D>,
    axis: usize,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let function = "compress_axis_into";
    let (parts, shape) = parts(function, condition, a, axis)?;
    if out.shape() != shape.slice() {
        return Err(Error::Shape {
            function,
            operand: "out",
            shape: out.shape().to_vec(),
            expected: "the shape of the chosen parts",
            other: shape.slice().to_vec(),
        });
    }
    check_output(function, "out", out.shape(), out.strides())?;
    let strides = out.strides().to_vec();
    // SAFETY: `out` has this shape, and no two of its places are the same.
    unsafe { take(a, axis, &parts, out.as_mut_ptr(), &strides) };
    Ok(())
}

/// The numbers of the parts that are chosen, and the shape of them all.
fn parts<T, D: Dimension>(
    function: &'static str,
    condition: &ArrayRef<bool, Ix1>,
    a: &ArrayRef<T, D>,
    axis: usize,
) -> Result<(Vec<usize>, D), Error> {
    check_axis(function, axis, a.shape())?;
    let len = checked(function, condition, a.shape()[axis])?;
    let parts = flat_indices(function, &condition.slice(ndarray::s![..len]))?;
    let mut shape = a.raw_dim();
    shape[axis] = parts.len();
    Ok((parts, shape))
}

/// Copies parts along an axis.
///
/// # Safety
/// All are parts of `a`; `out` has a place for each element, all different, nobody else's.
unsafe fn take<T: Copy + Send + Sync, D: Dimension>(
    a: &ArrayRef<T, D>,
    axis: usize,
    parts: &[usize],
    out: *mut T,
    strides: &[isize],
) {
    let side = |i: usize| Axis { len: a.shape()[i], strides: [a.strides()[i], strides[i]] };
    let kept = Axes::in_memory_order_of((0..a.ndim()).filter(|&i| i != axis).map(side));
    let [from_part, to_part] = side(axis).strides;
    let [from_step, to_step] = kept.inner().strides;
    let (source, to) = (Source::new(a), Places(out));
    let bytes = parts.len().saturating_mul(2 * size_of::<T>());
    let chunks = Chunks::new(kept.len(), bytes, parts.len() as f64 * tuning::SELECT_NS, 1);
    pool::each(chunks.n(), chunks.cost_ns(), |i| {
        for run in kept.runs(chunks.range(i)) {
            let from = source.start().wrapping_offset(run.offsets[0]);
            let to = to.at(0).wrapping_offset(run.offsets[1]);
            // Along the parts where they lie closer than what is kept.
            let along = from_part.unsigned_abs() < from_step.unsigned_abs();
            let copy = |p: usize, part: usize, k: isize| {
                let from = from.wrapping_offset(part as isize * from_part + k * from_step);
                let to = to.wrapping_offset(p as isize * to_part + k * to_step);
                // SAFETY: the caller's promise.
                unsafe { to.write(*from) };
            };
            if along {
                for k in 0..run.len as isize {
                    parts.iter().enumerate().for_each(|(p, &part)| copy(p, part, k));
                }
            } else {
                for (p, &part) in parts.iter().enumerate() {
                    (0..run.len as isize).for_each(|k| copy(p, part, k));
                }
            }
        }
    });
}
