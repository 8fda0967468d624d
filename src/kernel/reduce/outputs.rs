//! Many sequences side by side: one result for each.

use std::{iter, slice};

use super::lanes::contiguous;
use super::stage::staged;
use super::{Fold, Item, Steps, in_order, load};

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

impl<T, const K: usize> Lines<T, K> {
    /// The first elements of line `i`.
    #[inline]
    fn line(&self, i: usize) -> [*const T; K] {
        let mut ptrs = self.ptrs;
        for k in 0..K {
            ptrs[k] = ptrs[k].wrapping_offset(i as isize * self.step[k]);
        }
        ptrs
    }
}

/// Reduces each line; result `i` goes to `out.offset(i * out_step)`.
///
/// # Safety
/// Every element of every line may be read, and nobody else touches the places of
/// the results.
pub(crate) unsafe fn outputs<F: Fold<K>, const K: usize>(
    fold: F,
    lines: Lines<Item<F, K>, K>,
    out: *mut F::Out,
    out_step: isize,
) {
    let Lines { count, len, strides, .. } = lines;
    let short = in_order(len);
    let unit = strides == [1; K];
    for i in 0..count {
        let ptrs = lines.line(i);
        let acc = if short {
            let steps = fold.steps();
            let mut lane = F::Steps::START;
            for j in 0..len as isize {
                // SAFETY: element `j` of line `i` may be read.
                lane = steps.step(lane, unsafe { load(ptrs, j, strides) });
            }
            if len == 0 { F::EMPTY } else { fold.widen(steps.total(lane)) }
        } else if unit {
            // SAFETY: the line is contiguous, and may be read.
            contiguous(fold, ptrs.map(|p| unsafe { slice::from_raw_parts(p, len) }), false)
        } else {
            let line = iter::once(([0; K], len));
            // SAFETY: one stretch of `len` elements, which may be read.
            unsafe { staged(fold, ptrs, strides, line, (len, false)) }
        };
        // SAFETY: `i < count`; the caller gave us the places.
        unsafe { out.offset(i as isize * out_step).write(fold.finish(acc)) };
    }
}
