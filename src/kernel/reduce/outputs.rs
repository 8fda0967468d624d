//! Many sequences side by side: one result for each.

use std::{iter, slice};

use super::lanes::blocks;
use super::stage::Staged;
use super::{Fold, in_order, load};
use crate::simd::Kernel;

/// Reduces `count` sequences of `len` elements, all with the same strides.
pub(crate) struct Outputs<F: Fold<K>, const K: usize> {
    fold: F,
    at: Lines<F::Item, K>,
    out: *mut F::Out,
    out_step: isize,
}

/// `count` lines of `len` elements: where the first starts, how far one line is
/// from the next, and one element from the next.
#[derive(Clone, Copy)]
pub(crate) struct Lines<T, const K: usize> {
    pub(crate) ptrs: [*const T; K],
    pub(crate) count: usize,
    pub(crate) step: [isize; K],
    pub(crate) len: usize,
    pub(crate) strides: [isize; K],
}

impl<F: Fold<K>, const K: usize> Outputs<F, K> {
    /// Result `i` goes to `out.offset(i * out_step)`.
    ///
    /// # Safety
    /// Every element of every line may be read while the kernel runs, and nobody
    /// else touches the places of the results.
    #[inline(always)]
    pub(crate) unsafe fn new(
        fold: F,
        at: Lines<F::Item, K>,
        out: *mut F::Out,
        out_step: isize,
    ) -> Self {
        Self { fold, at, out, out_step }
    }

    #[inline(always)]
    fn put(&self, i: usize, acc: F::Acc) {
        let value = self.fold.finish(acc);
        // SAFETY: `i < count`; the constructor's caller gave the places to us.
        unsafe { self.out.offset(i as isize * self.out_step).write(value) };
    }

    /// The first elements of line `i`.
    #[inline(always)]
    fn line(&self, i: usize) -> [*const F::Item; K] {
        let mut ptrs = self.at.ptrs;
        for k in 0..K {
            ptrs[k] = ptrs[k].wrapping_offset(i as isize * self.at.step[k]);
        }
        ptrs
    }
}

impl<F: Fold<K>, const K: usize> Kernel for Outputs<F, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Lines { count, len, strides, .. } = self.at;
        if in_order(len) {
            for i in 0..count {
                let ptrs = self.line(i);
                let mut lane = F::START;
                for j in 0..len as isize {
                    // SAFETY: element `j` of line `i` may be read.
                    let items = unsafe { load(ptrs, j, strides) };
                    lane = self.fold.step(lane, items);
                }
                self.put(i, if len == 0 { F::EMPTY } else { self.fold.widen(lane) });
            }
        } else if strides == [1; K] {
            for i in 0..count {
                // SAFETY: the line is contiguous, and may be read.
                let items = self.line(i).map(|start| unsafe { slice::from_raw_parts(start, len) });
                self.put(i, blocks(self.fold, items));
            }
        } else {
            for i in 0..count {
                let line = iter::once(([0; K], len));
                // SAFETY: one stretch of `len` elements, which may be read.
                let staged =
                    unsafe { Staged::new(self.fold, self.line(i), strides, line, (len, false)) };
                self.put(i, staged.run());
            }
        }
    }
}
