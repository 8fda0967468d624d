//! Blocks and lines by the kernels of `wide.rs`, where a fold has one and the tier is there.

#[cfg(target_arch = "x86_64")]
use std::mem::MaybeUninit;

use super::Steps;
#[cfg(target_arch = "x86_64")]
use super::table::result;
use super::table::{Block, Starts};
#[cfg(target_arch = "x86_64")]
use super::wide::Wide;
#[cfg(target_arch = "x86_64")]
use super::{Fold, Item, With};
use crate::simd::{self, Tier};

/// Contiguous lines: the first elements of the first of them, how many elements each has and
/// how many lines there are.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) starts: Starts,
    pub(crate) n: usize,
    pub(crate) count: usize,
    /// From line to line, in elements of each operand.
    pub(crate) strides: [isize; 2],
    /// From result to result.
    pub(crate) step: isize,
}

/// Lines that are reduced piece by piece: lanes that stay in memory between two pieces. Elements,
/// lanes and totals are of one type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces {
    /// Lanes of a line.
    pub(crate) lanes: usize,
    /// Lanes that have seen nothing, of so many lines.
    pub(super) begin: unsafe fn(*mut u8, lines: usize),
    /// Adds a piece of each line: from where, from line to line, and how many elements, whole
    /// groups of lanes.
    pub(super) add: unsafe fn(*mut u8, lines: usize, *const u8, isize, usize),
    /// The total of each line, which replaces its first lane.
    pub(super) fold: unsafe fn(*mut u8, lines: usize),
}

impl Lines {
    /// The first elements of a line.
    #[inline(always)]
    pub(super) fn starts_of<T>(&self, i: usize) -> Starts {
        let mut starts = self.starts;
        for k in 0..2 {
            let elements = (i as isize).wrapping_mul(self.strides[k]);
            starts[k] = starts[k].cast::<T>().wrapping_offset(elements).cast();
        }
        starts
    }
}

/// The kernel by hand for the tier, if there is one.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn wide_of<S: Steps<K>, const K: usize>(_: S) -> Option<Wide<S::Total>> {
    let [avx2, avx512] = S::WIDE?;
    match simd::tier() {
        Tier::Avx512 => Some(avx512),
        Tier::Avx2 => Some(avx2),
        Tier::Baseline => None,
    }
}

/// The kernels of pieces for the tier, if there are any.
pub(super) fn pieces_of(pieces: Option<[Pieces; 2]>) -> Option<Pieces> {
    let [avx2, avx512] = pieces?;
    match simd::tier() {
        Tier::Avx512 => Some(avx512),
        Tier::Avx2 => Some(avx2),
        Tier::Baseline => None,
    }
}

/// The total of a block, by hand or by the steps, outside of any tier.
#[inline(always)]
pub(super) fn total_of<S: Steps<1>>(steps: S, items: &[S::Item]) -> S::Total {
    by_hand([items], true, steps)
        .unwrap_or_else(|steps| simd::dispatch(Block { steps, items: [items] }))
}

/// A block by hand; the steps where there is no such way.
#[inline(always)]
pub(super) fn by_hand<S: Steps<K>, const K: usize>(
    items: [&[S::Item]; K],
    ahead: bool,
    steps: S,
) -> Result<S::Total, S> {
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = wide_of(steps) {
        let starts = [items[0].as_ptr().cast(), items[K - 1].as_ptr().cast()];
        let lines = Lines { starts, n: items[0].len(), count: 1, strides: [0; 2], step: 0 };
        let mut total = MaybeUninit::uninit();
        // SAFETY: the tier is there, as are the items and the place.
        return Ok(unsafe {
            wide(&lines, ahead, total.as_mut_ptr());
            total.assume_init()
        });
    }
    let _ = (items, ahead);
    Err(steps)
}

/// Totals that are made before they are finished.
#[cfg(target_arch = "x86_64")]
const TOGETHER: usize = 64;

/// Lines by hand.
///
/// # Safety
/// As [`Table::lines`] says, and as [`Wide`] says.
#[cfg(target_arch = "x86_64")]
pub(super) unsafe fn wide_lines<F: Fold<K>, const K: usize>(
    fold: F,
    with: &With,
    wide: Wide<<F::Steps as Steps<K>>::Total>,
    lines: &Lines,
    out: *mut F::Out,
) {
    let mut totals = [const { MaybeUninit::uninit() }; TOGETHER];
    for first in (0..lines.count).step_by(TOGETHER) {
        let count = TOGETHER.min(lines.count - first);
        let starts = lines.starts_of::<Item<F, K>>(first);
        // SAFETY: the caller's promise; the first `count` totals are written, then read.
        unsafe {
            wide(&Lines { starts, count, ..*lines }, true, totals[0].as_mut_ptr());
            for (i, total) in (first..).zip(&totals[..count]) {
                let acc = fold.widen(total.assume_init(), 0, lines.n);
                out.offset(i as isize * lines.step).write(result(fold, with, acc));
            }
        }
    }
}
