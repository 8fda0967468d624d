//! Sums that are rounded once.

use std::mem::MaybeUninit;

use ndarray::{Array, ArrayRef, Dimension};

use super::axes::Axes;
use super::axis::{Empty, checked, fresh, given};
use super::operands::{Raw, Target};
use super::shared::{Places, Reads, each};
use super::types::ReduceFloat;
use crate::Error;
use crate::kernel::exact::{BLOCK, Exact, Kind};
use crate::plan::{self, Axis, Chunks};
use crate::pool;
use crate::tuning::{self, EXACT_ROUND};

/// The sum of all elements, rounded once.
///
/// Correctly rounded to the nearest number of their type (ties to even; floats of 16 bits: to
/// `f32`), so the order of the elements does not matter. Any layout; an empty array gives 0.
///
/// # Accuracy
/// Within half an ULP of the exact sum. No overflow on the way: the result is infinite only
/// if the exact sum rounds to that. NaN gives NaN, and so do infinities of both signs; only
/// -0.0 gives -0.0. Same bits on any number of threads and any CPU.
///
/// # Performance
/// One pass over memory, no allocation; from memory about two and a half times the time of
/// [`sum`](super::sum) for `f64`, less for `f32`, for numbers of similar sizes;
/// several times that where their sizes span more than a hundred powers of two. Large
/// arrays are summed on all threads.
///
/// # Examples
/// ```
/// let a = ndarray::array![1e100, 1.0, -1e100];
/// assert_eq!(swath::reduce::sum(&a), 0.0);
/// assert_eq!(swath::reduce::sum_exact(&a), 1.0);
/// ```
#[must_use]
pub fn sum_exact<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>) -> T::Sum {
    let (kind, axes) = (kind_of::<T>(), plan::Axes::in_memory_order(a.shape(), [a.strides(); 2]));
    let sum = whole(Reads::new([a.as_ptr().cast(); 2], size_of::<T>()), &axes, kind);
    let _modes = pool::default_modes();
    let mut out = MaybeUninit::<T::Sum>::uninit();
    // SAFETY: a place of such a result, written, and then read.
    unsafe {
        write(sum, kind, out.as_mut_ptr().cast());
        out.assume_init()
    }
}

/// What the elements are, and with them the results: `f64` of the widest, else `f32`.
fn kind_of<T: ReduceFloat>() -> Kind {
    let kind = T::FLOAT_FOLDS.exact;
    assert!(size_of::<T>() == kind.size());
    assert!(size_of::<T::Sum>() == if kind == Kind::F64 { 8 } else { 4 });
    kind
}

/// Writes a sum, rounded.
///
/// # Safety
/// `to` is a place for a result.
unsafe fn write(sum: Exact, kind: Kind, to: *mut u8) {
    let sum = sum.round(kind);
    // SAFETY: the caller's promise.
    unsafe {
        if kind == Kind::F64 {
            to.cast::<f64>().write(sum);
        } else {
            to.cast::<f32>().write(sum as f32);
        }
    }
}

/// The sum of the elements of `axes`.
fn whole(reads: Reads, axes: &plan::Axes<2>, kind: Kind) -> Exact {
    let chunks = Chunks::new(axes.len(), kind.size(), tuning::EXACT_NS, 1);
    let mut total = Exact::ZERO;
    if chunks.n() <= 1 {
        let place = Places::new((&raw mut total).cast(), size_of::<Exact>());
        // SAFETY: the axes are those of an operand borrowed for the call; the place is that
        // of the only chunk.
        each(chunks.n(), chunks.cost_ns(), |_| unsafe {
            let runs = axes.runs(0..axes.len());
            add(&mut *place.at(0).cast(), reads, kind, axes.inner().strides[0], runs);
        });
        return total;
    }
    many(reads, axes, kind, &chunks)
}

/// The rest of [`whole`], for more than a chunk.
#[inline(never)]
fn many(reads: Reads, axes: &plan::Axes<2>, kind: Kind, chunks: &Chunks) -> Exact {
    let mut total = Exact::ZERO;
    let mut sums = [const { MaybeUninit::<Exact>::uninit() }; EXACT_ROUND];
    let round_ns = chunks.cost_ns() / chunks.n().max(1) as f64;
    for first in (0..chunks.n()).step_by(EXACT_ROUND) {
        let here = EXACT_ROUND.min(chunks.n() - first);
        let places = Places::new(sums.as_mut_ptr().cast(), size_of::<Exact>());
        each(here, round_ns * here as f64, |i| {
            let mut sum = Exact::ZERO;
            let runs = axes.runs(chunks.range(first + i));
            // SAFETY: the axes are those of an operand borrowed for the call.
            unsafe { add(&mut sum, reads, kind, axes.inner().strides[0], runs) };
            // SAFETY: the place of this chunk.
            unsafe { places.at(i as isize).cast::<Exact>().write(sum) };
        });
        // SAFETY: the run has written the first `here` places.
        sums[..here].iter().for_each(|sum| total.merge(unsafe { sum.assume_init() }));
    }
    total
}

/// Adds the elements of runs.
///
/// # Safety
/// They may be read.
unsafe fn add(
    sum: &mut Exact,
    reads: Reads,
    kind: Kind,
    stride: isize,
    runs: impl Iterator<Item = plan::Run<2>>,
) {
    // Short runs are gathered: a block costs more than a few elements.
    let mut room = MaybeUninit::<[f64; BLOCK]>::uninit();
    let room = room.as_mut_ptr().cast::<f64>();
    // SAFETY: so many places are written when it is called, and the room lives on.
    let block = |filled| unsafe { std::slice::from_raw_parts_mut(room, filled) };
    let mut filled = 0;
    for run in runs {
        let [from, _] = reads.at(run.offsets);
        if run.len >= BLOCK / 4 {
            // SAFETY: the caller's promise.
            unsafe { sum.add_all(kind, from, stride, run.len) };
            continue;
        }
        if filled + run.len > BLOCK {
            sum.add_block(block(filled));
            filled = 0;
        }
        for i in 0..run.len {
            let step = (i as isize).wrapping_mul(stride).wrapping_mul(kind.size() as isize);
            // SAFETY: the caller's promise; `filled + run.len` is at most a block.
            unsafe { room.add(filled + i).write(kind.read(from.wrapping_offset(step))) };
        }
        filled += run.len;
    }
    sum.add_block(block(filled));
}

/// Columns of one tile, and rows that are turned together.
const TILE: (usize, usize) = (tuning::EXACT_COLUMNS, tuning::EXACT_ROWS);

/// The sums of columns that lie side by side: rows are read as they lie, a tile of them is
/// turned, and each column of it is a block.
///
/// # Safety
/// The elements of `count` columns, `step` apart, may be read along the reduced axes.
unsafe fn columns(
    reads: Reads,
    (count, step): (usize, isize),
    reduced: &plan::Axes<2>,
    kind: Kind,
    mut write: impl FnMut(usize, Exact),
) {
    let row = reduced.inner().strides[0];
    let mut tile = [[0.0; TILE.1]; TILE.0];
    let mut sums = [Exact::ZERO; TILE.0];
    for first in (0..count).step_by(TILE.0) {
        let width = TILE.0.min(count - first);
        sums[..width].fill(Exact::ZERO);
        let mut filled = 0;
        let mut empty = |filled: usize, tile: &mut [[f64; TILE.1]; TILE.0]| {
            for (sum, column) in sums.iter_mut().zip(tile).take(width) {
                sum.add_block(&mut column[..filled]);
            }
        };
        for run in reduced.runs(0..reduced.len()) {
            for r in 0..run.len as isize {
                let offset = run.offsets[0] + r * row + first as isize * step;
                let [from, _] = reads.at([offset, 0]);
                for (c, column) in tile.iter_mut().enumerate().take(width) {
                    let step = (c as isize).wrapping_mul(step).wrapping_mul(kind.size() as isize);
                    // SAFETY: the caller's promise.
                    column[filled] = unsafe { kind.read(from.wrapping_offset(step)) };
                }
                filled += 1;
                if filled == TILE.1 {
                    empty(filled, &mut tile);
                    filled = 0;
                }
            }
        }
        empty(filled, &mut tile);
        for (c, sum) in sums.iter().enumerate().take(width) {
            write(first + c, *sum);
        }
    }
}

/// The sums along axes, to `out`.
fn along(from: Raw<'_>, axes: &[usize], kind: Kind, out: Target<'_, u8>) {
    let size = kind.size();
    let reads = Reads::new(from.starts, size);
    let side = |reduced: bool| {
        let indices = (0..from.shape.len()).filter(move |i| axes.contains(i) == reduced);
        indices.map(|i| Axis { len: from.shape[i], strides: from.strides.map(|s| s[i]) })
    };
    let reduced = plan::Axes::in_memory_order_of(side(true));
    let outputs = side(false)
        .zip(out.strides)
        .map(|(axis, &to)| Axis { len: axis.len, strides: [axis.strides[0], axis.strides[1], to] });
    let kept = plan::Axes::in_memory_order_of(outputs);
    let places = Places::new(out.ptr, if kind == Kind::F64 { 8 } else { 4 });
    // SAFETY: the place of this output.
    let write = |offset: isize, sum: Exact| unsafe { write(sum, kind, places.at(offset)) };
    let step = kept.inner().strides;
    let bytes = reduced.len().saturating_mul(size);
    if kept.len() < tuning::REDUCE_ENOUGH_CHUNKS && bytes > 8 * tuning::CHUNK_BYTES {
        for run in kept.runs(0..kept.len()) {
            for i in 0..run.len as isize {
                let at: [isize; 3] = std::array::from_fn(|k| run.offsets[k] + i * step[k]);
                let starts = reads.at([at[0], at[1]]);
                let sum = whole(Reads::new(starts, size), &reduced, kind);
                let _modes = pool::default_modes();
                write(at[2], sum);
            }
        }
        return;
    }
    let item_ns = reduced.len() as f64 * tuning::EXACT_NS + tuning::EXACT_SUM_NS;
    let chunks = Chunks::new(kept.len(), bytes, item_ns, 1);
    let stride = |steps: &[isize]| steps[0].unsigned_abs();
    let is_across = kept.inner().len > 1 && stride(&step) < stride(&reduced.inner().strides);
    each(chunks.n(), chunks.cost_ns(), |chunk| {
        for run in kept.runs(chunks.range(chunk)) {
            if is_across {
                let start = Reads::new(reads.at([run.offsets[0], run.offsets[1]]), size);
                // SAFETY: the axes are those of an operand borrowed for the call.
                unsafe {
                    columns(start, (run.len, step[0]), &reduced, kind, |i, sum| {
                        write(run.offsets[2] + i as isize * step[2], sum);
                    });
                }
                continue;
            }
            for i in 0..run.len as isize {
                let at: [isize; 3] = std::array::from_fn(|k| run.offsets[k] + i * step[k]);
                let reads = Reads::new(reads.at([at[0], at[1]]), size);
                let (mut sum, stride) = (Exact::ZERO, reduced.inner().strides[0]);
                // SAFETY: the axes are those of an operand borrowed for the call.
                unsafe { add(&mut sum, reads, kind, stride, reduced.runs(0..reduced.len())) };
                write(at[2], sum);
            }
        }
    });
}

/// The sum along one axis or several, rounded once: an array without them.
///
/// As [`sum_exact`]. Any layout; empty axes give zeros.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice.
/// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
///
/// # Accuracy
/// As [`sum_exact`].
///
/// # Performance
/// As [`sum_exact`], and about a tenth of a microsecond for each result. Goes parallel over
/// outputs, and within them when they are few and long.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1e100, 1.0, -1e100], [0.1, 0.2, 0.3]];
/// assert_eq!(swath::reduce::sum_exact_axis(&a, 1)?, array![1.0, 0.6]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn sum_exact_axis<T: ReduceFloat, D: Dimension, A: Axes<D>>(
    a: &ArrayRef<T, D>,
    axes: A,
) -> Result<Array<T::Sum, A::Kept>, Error> {
    let function = "sum_exact_axis";
    let from = checked(function, a, axes.list(), Empty::Fine)?;
    fresh(function, axes.kept(&a.raw_dim()), |out: Target<'_, T::Sum>| {
        let out = Target { ptr: out.ptr.cast(), strides: out.strides };
        along(from.raw(), axes.list(), kind_of::<T>(), out);
        Ok(())
    })
}

/// As [`sum_exact_axis`], into `out`.
///
/// `out` has the shape of `a` without the axes, and any strides. If the call is cancelled,
/// `out` is partly written.
///
/// # Errors
/// - [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice.
/// - [`Error::Shape`] if `out` has another shape than the result.
/// - [`Error::Overlap`] if elements of `out` share memory.
///
/// # Accuracy
/// The bits of [`sum_exact_axis`].
pub fn sum_exact_axis_into<T: ReduceFloat, D: Dimension, A: Axes<D>>(
    a: &ArrayRef<T, D>,
    axes: A,
    out: &mut ArrayRef<T::Sum, A::Kept>,
) -> Result<(), Error> {
    let function = "sum_exact_axis_into";
    let from = checked(function, a, axes.list(), Empty::Fine)?;
    let out = given(function, &axes.kept(&a.raw_dim()), out)?;
    let out = Target { ptr: out.ptr.cast(), strides: out.strides };
    along(from.raw(), axes.list(), kind_of::<T>(), out);
    Ok(())
}
