//! One sequence to one value: chunks are subtrees of the canonical order.

use std::mem::MaybeUninit;
use std::ops::{ControlFlow, Range};

use super::operands::{Folding, Operands, Raw};
use super::shared::{Places, Reads, each, run};
use crate::kernel::reduce::{Cell, Part, Table, Tree, With, in_order, sequence, staged};
use crate::plan::{Axes, Chunks};
use crate::{pool, tuning};

/// Reduces all elements: in the order of memory, or by rising index if the fold asks
/// for it.
#[inline]
pub(super) fn whole<T, O>(fold: Folding<T, O>, a: Operands<'_, T>) -> O {
    let mut out = MaybeUninit::<O>::uninit();
    let (table, from) = (fold.table(), a.raw());
    let with = fold.with(from.len());
    let place = Places::new(out.as_mut_ptr().cast(), size_of::<O>());
    // Here, where the number of axes is known and most of this folds away.
    if with.count == 0 || from.is_contiguous(table.operands) {
        piece(table, &with, Reads::new(from.starts, table.item), place);
    } else {
        pieces(table, &with, from, place);
    }
    // SAFETY: the call has written a result of this type, says `Folding`.
    unsafe { out.assume_init() }
}

/// Reduces contiguous elements.
#[inline(never)]
fn piece(table: &Table, with: &With, reads: Reads, out: Places) {
    let n = with.count;
    if n <= table.block_len {
        let cost_ns = tuning::traffic_ns((n * table.item_bytes()) as f64);
        // SAFETY: the operands are contiguous and borrowed for the call, whose result
        // this is.
        return pool::each(1, cost_ns, |_| unsafe {
            (table.whole)(with, reads.at([0; 2]), n, out.at(0));
        });
    }
    by_chunks(table, with, n, 0.0, out, &|part, acc| {
        let at = (part.len(), part.start);
        let starts = reads.at([part.start as isize; 2]);
        // SAFETY: the operands are contiguous and borrowed for the call.
        unsafe { sequence(table, with, starts, at, false, acc) };
    });
}

/// Reduces elements that are not contiguous.
#[inline(never)]
fn pieces(table: &Table, with: &With, from: Raw<'_>, out: Places) {
    let axes = if table.ordered {
        Axes::in_order(from.shape, from.strides)
    } else {
        Axes::in_memory_order(from.shape, from.strides)
    };
    walked(table, with, Reads::new(from.starts, table.item), &axes, out);
}

/// Reduces the elements of `axes`, in walking order.
pub(super) fn walked(table: &Table, with: &With, reads: Reads, axes: &Axes<2>, out: Places) {
    let n = axes.len();
    let strides = axes.inner().strides;
    let item_ns = if strides == [1; 2] && axes.inner().len >= table.block_len {
        0.0
    } else {
        tuning::REDUCE_STAGED_NS
    };
    by_chunks(table, with, n, item_ns, out, &|range, acc| {
        let part = Part { at: range.start, len: range.len(), in_order: in_order(n), next: [0; 2] };
        let mut stretches = axes.runs(range).map(|run| (run.offsets, run.len));
        // SAFETY: the axes are those of operands borrowed for the call.
        unsafe {
            let starts = reads.at([0; 2]);
            staged(table, with, starts, strides, &mut stretches, part, acc);
        }
    });
}

/// Reduces an aligned part of a sequence into an accumulator.
pub(super) type ReducePart<'a> = &'a (dyn Fn(Range<usize>, *mut u8) + Sync);

/// Reduces `n` elements by `part`.
#[inline]
fn by_chunks(
    table: &Table,
    with: &With,
    n: usize,
    item_ns: f64,
    out: Places,
    part: ReducePart<'_>,
) {
    by_chunks_of(table, with, n, (table.item_bytes(), item_ns), out, part);
}

/// [`by_chunks`] of elements of which each costs so many bytes of traffic, and ns.
#[inline]
pub(super) fn by_chunks_of(
    table: &Table,
    with: &With,
    n: usize,
    (item_bytes, item_ns): (usize, f64),
    out: Places,
    part: ReducePart<'_>,
) {
    if n <= table.block_len {
        let cost_ns = (n as f64 * item_ns).max(tuning::traffic_ns((n * item_bytes) as f64));
        return each(1, cost_ns, |_| {
            let mut acc = Cell::ZERO;
            part(0..n, acc.place());
            // SAFETY: `part` has written the accumulator; the only chunk writes the
            // only result.
            unsafe { (table.finish)(with, acc.get(), 1, out.at(0), 1) };
        });
    }
    let chunks = Chunks::once(n, item_bytes, item_ns, table.block_len);
    by_subtrees(table, with, n, &chunks, out, part);
}

/// The rest of [`by_chunks`], for more than a block. Not inlined: small calls would pay
/// for its stack.
#[inline(never)]
fn by_subtrees(
    table: &Table,
    with: &With,
    n: usize,
    chunks: &Chunks,
    out: Places,
    part: ReducePart<'_>,
) {
    let blocks = floor_power_of_two(chunks.len() / table.block_len);
    let len = blocks * table.block_len;
    let count = n.div_ceil(len);
    let chunk_ns = chunks.cost_ns() / count as f64;
    let mut tree = Tree::new();
    let mut room = [const { MaybeUninit::<Cell>::uninit() }; tuning::REDUCE_ROUND];
    for first in (0..count).step_by(tuning::REDUCE_ROUND) {
        let here = (count - first).min(tuning::REDUCE_ROUND);
        let places = Places::new(room.as_mut_ptr().cast(), size_of::<Cell>());
        if table.settles {
            // Chunks may be left out.
            for i in 0..here as isize {
                // SAFETY: a place holds an accumulator.
                unsafe { (table.empty)(with, places.at(i), 1) };
            }
        }
        run(here, chunk_ns * here as f64, &|i| {
            let (start, place) = ((first + i) * len, places.at(i as isize));
            part(start..n.min(start + len), place);
            // SAFETY: `part` has written it.
            if table.settles && unsafe { (table.is_settled)(place) } {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        let _modes = pool::default_modes();
        let mut settled = false;
        for i in 0..here as isize {
            // SAFETY: the first `here` places are written, by the run or before.
            unsafe {
                tree.push(table, with, places.at(i));
                settled |= table.settles && (table.is_settled)(places.at(i));
            }
        }
        if settled {
            break;
        }
    }
    let _modes = pool::default_modes();
    let mut acc = Cell::ZERO;
    // SAFETY: a cell holds an accumulator; the result is the call's.
    unsafe {
        tree.finish(table, with, acc.place());
        (table.finish)(with, acc.get(), 1, out.at(0), 1);
    }
}

/// The largest power of two not above `n`, at least 1.
#[inline]
pub(super) fn floor_power_of_two(n: usize) -> usize {
    1 << n.max(1).ilog2()
}
