//! A contiguous sequence: lanes over blocks, blocks by the tree.
//!
//! The lanes stay in registers: every index into them is a constant, because the
//! last, partial group is filled up with elements that change nothing.

use super::{Fold, Item, Steps, Tree, block_len};
use crate::simd::{self, Kernel};

/// One block, in the best tier.
struct Block<'a, S: Steps<K>, const K: usize> {
    steps: S,
    items: [&'a [S::Item]; K],
}

impl<S: Steps<K>, const K: usize> Kernel for Block<'_, S, K> {
    type Output = S::Total;

    #[inline(always)]
    fn run(self) -> S::Total {
        self.steps.block(self.items)
    }
}

/// Reduces a contiguous sequence (or an aligned part of one); `in_order` if the
/// whole sequence is so short.
#[inline]
pub(crate) fn contiguous<F: Fold<K>, const K: usize>(
    fold: F,
    items: [&[Item<F, K>]; K],
    in_order: bool,
) -> F::Acc {
    if in_order {
        return one_by_one(fold, items);
    }
    let n = items[0].len();
    if n <= block_len::<F, K>() {
        return block(fold, items);
    }
    let mut tree = Tree::new();
    for start in (0..n).step_by(block_len::<F, K>()) {
        let end = n.min(start + block_len::<F, K>());
        tree.push(fold, block(fold, items.map(|slice| &slice[start..end])));
    }
    tree.finish(fold)
}

/// One block.
#[inline]
pub(super) fn block<F: Fold<K>, const K: usize>(fold: F, items: [&[Item<F, K>]; K]) -> F::Acc {
    if items[0].is_empty() {
        return F::EMPTY;
    }
    fold.widen(simd::dispatch(Block { steps: fold.steps(), items }))
}

/// In order, one after the other.
#[inline]
pub(super) fn one_by_one<F: Fold<K>, const K: usize>(fold: F, items: [&[Item<F, K>]; K]) -> F::Acc {
    let n = items[0].len();
    let items = items.map(|slice| &slice[..n]);
    let steps = fold.steps();
    let mut lane = F::Steps::START;
    for i in 0..n {
        lane = steps.step(lane, items.map(|slice| slice[i]));
    }
    if n == 0 { F::EMPTY } else { fold.widen(steps.total(lane)) }
}

/// One block: `L` lanes, folded by halves. `neutral` changes no lane, nor does a
/// lane that has seen nothing.
#[inline(always)]
pub(super) fn lanes<S: Steps<K>, const K: usize, const L: usize>(
    steps: S,
    items: [&[S::Item]; K],
    neutral: [S::Item; K],
    merge: impl Fn(S::Lane, S::Lane) -> S::Lane,
) -> S::Total {
    let n = items[0].len();
    let mut lanes = [S::START; L];
    let whole: [&[[S::Item; L]]; K] = items.map(|slice| slice[..n].as_chunks::<L>().0);
    for i in 0..n / L {
        group(steps, &mut lanes, whole.map(|groups| &groups[i]));
    }
    let rest = n % L;
    if rest > 0 {
        let mut last: [[S::Item; L]; K] = neutral.map(|item| [item; L]);
        for k in 0..K {
            last[k][..rest].copy_from_slice(&items[k][n - rest..]);
        }
        group(steps, &mut lanes, last.each_ref());
    }
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] = merge(lanes[l], lanes[l + half]);
        }
        half /= 2;
    }
    steps.total(lanes[0])
}

#[inline(always)]
fn group<S: Steps<K>, const K: usize, const L: usize>(
    steps: S,
    lanes: &mut [S::Lane; L],
    items: [&[S::Item; L]; K],
) {
    for l in 0..L {
        let mut item = [items[0][l]; K];
        for k in 1..K {
            item[k] = items[k][l];
        }
        lanes[l] = steps.step(lanes[l], item);
    }
}
