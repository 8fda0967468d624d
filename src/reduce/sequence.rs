//! One sequence to one value: chunks are subtrees of the canonical order.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::shared::{Places, Reads, each};
use crate::kernel::reduce::{Fold, Item, Tree, block_len, contiguous, in_order, staged};
use crate::plan::{Axes, Chunks};
use crate::tuning;

/// Operands of one shape.
#[derive(Clone, Copy)]
pub struct Operands<'a, T, const K: usize> {
    pub(super) ptrs: [*const T; K],
    pub(super) shape: &'a [usize],
    pub(super) strides: [&'a [isize]; K],
}

impl<T, const K: usize> Operands<'_, T, K> {
    /// How many elements each has.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the elements of each, in the order of the array, are one stretch.
    #[inline]
    fn contiguous(&self) -> bool {
        let mut step = 1;
        for (i, &n) in self.shape.iter().enumerate().rev() {
            if n != 1 {
                if self.strides.iter().any(|strides| strides[i] != step) {
                    return false;
                }
                step *= n as isize;
            }
        }
        true
    }
}

/// Reduces all elements: of one operand in the order of memory, of two in the
/// order of the array.
#[inline]
pub(super) fn whole<F: Fold<K>, const K: usize>(
    fold: F,
    from: Operands<'_, Item<F, K>, K>,
) -> F::Out {
    let n = from.len();
    if n == 0 || from.contiguous() {
        let reads = Reads::new(from.ptrs);
        return by_chunks(fold, n, 0.0, &|part| {
            let start = [part.start as isize; K];
            // SAFETY: the operands are contiguous and borrowed for the call.
            let items = reads
                .at(start)
                .map(|start| unsafe { std::slice::from_raw_parts(start, part.len()) });
            contiguous(fold, items, in_order(n))
        });
    }
    let axes = if K == 1 {
        Axes::in_memory_order(from.shape, from.strides)
    } else {
        Axes::in_order(from.shape, from.strides)
    };
    walked(fold, from.ptrs, &axes)
}

/// Reduces the elements of `axes`, in walking order.
pub(super) fn walked<F: Fold<K>, const K: usize>(
    fold: F,
    ptrs: [*const Item<F, K>; K],
    axes: &Axes<K>,
) -> F::Out {
    let n = axes.len();
    let strides = axes.inner().strides;
    let reads = Reads::new(ptrs);
    let item_ns = if strides == [1; K] && axes.inner().len >= block_len::<F, K>() {
        0.0
    } else {
        tuning::REDUCE_STAGED_NS
    };
    by_chunks(fold, n, item_ns, &|part| {
        let size = (part.len(), in_order(n));
        let stretches = axes.runs(part).map(|run| (run.offsets, run.len));
        // SAFETY: the axes are those of operands borrowed for the call.
        unsafe { staged(fold, reads.at([0; K]), strides, stretches, size) }
    })
}

/// Reduces `n` elements by `part`, which reduces an aligned part of them.
#[inline]
fn by_chunks<F: Fold<K>, const K: usize>(
    fold: F,
    n: usize,
    item_ns: f64,
    part: &(dyn Fn(Range<usize>) -> F::Acc + Sync),
) -> F::Out {
    let item_bytes = K * size_of::<Item<F, K>>();
    if n <= block_len::<F, K>() {
        let cost_ns = (n as f64 * item_ns).max(tuning::traffic_ns((n * item_bytes) as f64));
        return once(cost_ns, || fold.finish(part(0..n)));
    }
    let chunks = Chunks::new(n, item_bytes, item_ns, block_len::<F, K>());
    by_subtrees(fold, n, &chunks, part)
}

/// The rest of [`by_chunks`], for more than a block.
fn by_subtrees<F: Fold<K>, const K: usize>(
    fold: F,
    n: usize,
    chunks: &Chunks,
    part: &(dyn Fn(Range<usize>) -> F::Acc + Sync),
) -> F::Out {
    let blocks = floor_power_of_two(chunks.len() / block_len::<F, K>());
    let len = blocks * block_len::<F, K>();
    let count = n.div_ceil(len);
    let chunk_ns = chunks.cost_ns() / count as f64;
    let mut tree = Tree::new();
    let mut room: [MaybeUninit<F::Acc>; tuning::REDUCE_ROUND] =
        [const { MaybeUninit::uninit() }; tuning::REDUCE_ROUND];
    for first in (0..count).step_by(tuning::REDUCE_ROUND) {
        let here = (count - first).min(tuning::REDUCE_ROUND);
        let places = Places::of(&mut room);
        each(here, chunk_ns * here as f64, &|i| {
            let start = (first + i) * len;
            let acc = part(start..n.min(start + len));
            // SAFETY: `i` is below the room's length, and this chunk's alone.
            unsafe { places.at(i as isize).write(acc) };
        });
        // In a run of its own, for the floating-point mode.
        tree = once(here as f64, || {
            let mut tree = tree;
            for place in &room[..here] {
                // SAFETY: the run above has written the first `here` places.
                tree.push(fold, unsafe { place.assume_init() });
            }
            tree
        });
    }
    once(0.0, || fold.finish(tree.finish(fold)))
}

/// A run of one chunk that gives a value.
#[inline]
pub(super) fn once<R: Send>(cost_ns: f64, f: impl Fn() -> R + Sync) -> R {
    let mut value = MaybeUninit::<R>::uninit();
    let place = Places::new(value.as_mut_ptr());
    each(1, cost_ns, &|_| {
        // SAFETY: the only chunk writes the only place.
        unsafe { place.at(0).write(f()) };
    });
    // SAFETY: a run that returns has done its chunk.
    unsafe { value.assume_init() }
}

/// The largest power of two not above `n`, at least 1.
#[inline]
pub(super) fn floor_power_of_two(n: usize) -> usize {
    1 << n.max(1).ilog2()
}
