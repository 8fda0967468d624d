//! Reductions on slices and strided lines: what is done to elements ([`Fold`]),
//! and in which order.
//!
//! ```text
//! sequence x[0..n]:
//!     n <= IN_ORDER:  ((x0 + x1) + x2) + ...
//!     else:           cut into blocks of BLOCK; tree(lanes(block) for each block)
//! lanes(x):           lane[l] = x[l] + x[l + L] + x[l + 2L] + ...   in order
//!                     fold by halves: lane[l] += lane[l + L/2], then L/4, ... 1
//! tree(p):            level by level p[2i] + p[2i+1]; an odd last one passes up
//! rows r[0..n] (each a vector): cut into blocks of ROW_BLOCK rows;
//!                     tree(block rows added in order, element by element)
//! ```
//! Lanes that no element reached hold the identity (-0.0 for sums), which changes
//! nothing. The tree is Demmel and Nguyen's fixed one ("Fast reproducible
//! floating-point summation", ARITH 2013, section II): an aligned power of two of
//! blocks is a subtree, so it may be cut there and finished anywhere.

// Several operands, rows and lanes are walked together by one index.
#![allow(clippy::needless_range_loop)]

mod fold;
mod lanes;
mod outputs;
mod rows;
mod stage;

pub(crate) use fold::{Dot, Max, Mean, Min, Sum};
pub(crate) use lanes::contiguous;
pub(crate) use outputs::{Lines, outputs};
pub(crate) use rows::{Into, Tile, merge_parts, rows, tile_len};
pub(crate) use stage::staged;

use std::mem::MaybeUninit;

use crate::tuning::REDUCE_IN_ORDER;

/// What happens to the elements of a block: the part of a reduction that is
/// compiled for every tier, and shared by reductions that differ only in what they
/// do with the totals (sum and mean).
///
/// `#[inline(always)]`, and free of branches on values.
pub(crate) trait Steps<const K: usize>: Copy + Send + Sync {
    /// An element of the operands.
    type Item: Copy + Send + Sync;
    /// What a lane holds within one block; integers may be narrow here.
    type Lane: Copy;
    /// What a block gives.
    type Total: Copy;
    /// Elements of a block of a sequence.
    const BLOCK: usize;
    /// A lane that has seen nothing.
    const START: Self::Lane;

    /// Takes one element of each operand into a lane.
    fn step(self, lane: Self::Lane, items: [Self::Item; K]) -> Self::Lane;
    /// A lane's value at the end of its block.
    fn total(self, lane: Self::Lane) -> Self::Total;
    /// One block of a sequence: at most `BLOCK` elements, at least one. For floats
    /// [`lanes::lanes`]; integers need no order.
    fn block(self, items: [&[Self::Item]; K]) -> Self::Total;
}

/// One reduction of `K` operands: its steps, and how totals of blocks are put
/// together. Everything else (order, layout, threads) is the same for all.
pub(crate) trait Fold<const K: usize>: Copy + Send + Sync {
    /// What happens within a block.
    type Steps: Steps<K>;
    /// What blocks are merged into.
    type Acc: Copy + Send + Sync;
    /// What the caller gets.
    type Out: Copy + Send + Sync;
    /// The result of no elements.
    const EMPTY: Self::Acc;

    /// The steps.
    fn steps(self) -> Self::Steps;
    /// The result of one block.
    fn widen(self, total: <Self::Steps as Steps<K>>::Total) -> Self::Acc;
    /// Two results, the earlier first.
    fn merge(self, a: Self::Acc, b: Self::Acc) -> Self::Acc;
    /// The last step.
    fn finish(self, acc: Self::Acc) -> Self::Out;
}

/// An element of a fold.
pub(crate) type Item<F, const K: usize> = <<F as Fold<K>>::Steps as Steps<K>>::Item;
/// A lane of a fold.
type Lane<F, const K: usize> = <<F as Fold<K>>::Steps as Steps<K>>::Lane;

/// Elements of a block of a sequence.
pub(crate) const fn block_len<F: Fold<K>, const K: usize>() -> usize {
    <F::Steps as Steps<K>>::BLOCK
}

/// The pairwise tree over blocks, fed from the left: a binary counter whose bits
/// are finished subtrees.
#[derive(Clone, Copy)]
pub(crate) struct Tree<A: Copy> {
    parts: [MaybeUninit<A>; usize::BITS as usize],
    count: usize,
}

impl<A: Copy> Tree<A> {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { parts: [const { MaybeUninit::uninit() }; usize::BITS as usize], count: 0 }
    }

    /// Appends the result of the next block.
    #[inline]
    pub(crate) fn push<const K: usize, F: Fold<K, Acc = A>>(&mut self, fold: F, block: A) {
        let mut subtree = block;
        let mut depth = self.count.count_ones() as usize;
        for _ in 0..self.count.trailing_ones() {
            depth -= 1;
            // SAFETY: the first `count_ones` places hold one subtree for each bit
            // set in `count`, written below by earlier pushes.
            subtree = fold.merge(unsafe { self.parts[depth].assume_init() }, subtree);
        }
        self.parts[depth].write(subtree);
        self.count += 1;
    }

    /// The whole tree; `EMPTY` if nothing was pushed.
    #[inline]
    pub(crate) fn finish<const K: usize, F: Fold<K, Acc = A>>(&self, fold: F) -> A {
        let depth = self.count.count_ones() as usize;
        if depth == 0 {
            return F::EMPTY;
        }
        // SAFETY: as in `push`: the first `depth` places are written.
        let part = |i: usize| unsafe { self.parts[i].assume_init() };
        let mut acc = part(depth - 1);
        for i in (0..depth - 1).rev() {
            acc = fold.merge(part(i), acc);
        }
        acc
    }
}

/// Whether a sequence of `n` elements is taken strictly in order.
#[inline]
pub(crate) fn in_order(n: usize) -> bool {
    n <= REDUCE_IN_ORDER
}

/// Element `i` of a line of each operand.
///
/// # Safety
/// The line has an element `i`, which may be read.
#[inline(always)]
unsafe fn load<T: Copy, const K: usize>(
    ptrs: [*const T; K],
    i: isize,
    strides: [isize; K],
) -> [T; K] {
    // SAFETY: the caller's promise, for each operand.
    unsafe {
        let mut items = [*ptrs[0].offset(i.wrapping_mul(strides[0])); K];
        for k in 1..K {
            items[k] = *ptrs[k].offset(i.wrapping_mul(strides[k]));
        }
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Level by level, as the contract words it.
    fn by_levels(mut parts: Vec<f64>) -> f64 {
        while parts.len() > 1 {
            parts =
                parts.chunks(2).map(|p| p.iter().copied().reduce(|a, b| a + b).unwrap()).collect();
        }
        parts[0]
    }

    #[test]
    fn the_counter_is_the_level_by_level_tree_and_subtrees_cut_it_anywhere() {
        let fold = Sum::<f64>::default();
        let parts: Vec<f64> = (0..300).map(|i| 1.0 / f64::from(3 + i * i)).collect();
        for n in 1..parts.len() {
            let expected = by_levels(parts[..n].to_vec()).to_bits();
            for chunk in [1, 2, 8, 64, 512] {
                let mut outer = Tree::new();
                for part in parts[..n].chunks(chunk) {
                    let mut inner = Tree::new();
                    part.iter().for_each(|&p| inner.push(fold, p));
                    outer.push(fold, inner.finish(fold));
                }
                assert_eq!(outer.finish(fold).to_bits(), expected, "{n} in chunks of {chunk}");
            }
        }
        assert_eq!(Tree::new().finish(fold).to_bits(), 0.0f64.to_bits());
    }
}
