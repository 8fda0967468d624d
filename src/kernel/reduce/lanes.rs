//! A contiguous sequence: lanes over blocks, blocks by the tree.
//!
//! The lanes stay in registers: every index into them is a constant, because the
//! last, partial group is filled up with elements that change nothing.

use super::{Fold, Tree};
use crate::simd::Kernel;

/// Reduces a contiguous sequence (or an aligned part of one).
pub(crate) struct Contiguous<'a, F: Fold<K>, const K: usize> {
    pub(crate) fold: F,
    /// One slice for each operand, all of one length.
    pub(crate) items: [&'a [F::Item]; K],
    /// Whether the whole sequence is so short that it is taken in order.
    pub(crate) in_order: bool,
}

impl<F: Fold<K>, const K: usize> Kernel for Contiguous<'_, F, K> {
    type Output = F::Acc;

    #[inline(always)]
    fn run(self) -> F::Acc {
        if self.in_order {
            return one_by_one(self.fold, self.items);
        }
        blocks(self.fold, self.items)
    }
}

/// In order, one after the other.
#[inline(always)]
pub(super) fn one_by_one<F: Fold<K>, const K: usize>(fold: F, items: [&[F::Item]; K]) -> F::Acc {
    let n = items[0].len();
    let items = items.map(|slice| &slice[..n]);
    let mut lane = F::START;
    for i in 0..n {
        lane = fold.step(lane, items.map(|slice| slice[i]));
    }
    if n == 0 { F::EMPTY } else { fold.widen(lane) }
}

/// By blocks and the tree.
#[inline(always)]
pub(super) fn blocks<F: Fold<K>, const K: usize>(fold: F, items: [&[F::Item]; K]) -> F::Acc {
    let n = items[0].len();
    let mut tree = Tree::new();
    let mut start = 0;
    while start < n {
        let end = n.min(start + F::BLOCK);
        let block = fold.block(items.map(|slice| &slice[start..end]));
        if n <= F::BLOCK {
            return block;
        }
        tree.push(fold, block);
        start = end;
    }
    tree.finish(fold)
}

/// One block: `L` lanes, folded by halves.
#[inline(always)]
pub(super) fn lanes<F: Fold<K>, const K: usize, const L: usize>(
    fold: F,
    items: [&[F::Item]; K],
) -> F::Acc {
    let n = items[0].len();
    let mut lanes = [F::START; L];
    let whole: [&[[F::Item; L]]; K] = items.map(|slice| slice[..n].as_chunks::<L>().0);
    for i in 0..n / L {
        group(fold, &mut lanes, whole.map(|groups| &groups[i]));
    }
    let rest = n % L;
    if rest > 0 {
        let mut last: [[F::Item; L]; K] = F::NEUTRAL.map(|item| [item; L]);
        for k in 0..K {
            last[k][..rest].copy_from_slice(&items[k][n - rest..]);
        }
        group(fold, &mut lanes, last.each_ref());
    }
    let mut acc = [fold.widen(lanes[0]); L];
    for l in 1..L {
        acc[l] = fold.widen(lanes[l]);
    }
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            acc[l] = fold.merge(acc[l], acc[l + half]);
        }
        half /= 2;
    }
    acc[0]
}

#[inline(always)]
fn group<F: Fold<K>, const K: usize, const L: usize>(
    fold: F,
    lanes: &mut [F::Lane; L],
    items: [&[F::Item; L]; K],
) {
    for l in 0..L {
        let mut item = [items[0][l]; K];
        for k in 1..K {
            item[k] = items[k][l];
        }
        lanes[l] = fold.step(lanes[l], item);
    }
}
