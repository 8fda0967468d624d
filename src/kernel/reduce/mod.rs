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
//!
//! Only what touches elements is compiled for each fold: a block, rows, and the
//! merging and finishing of accumulators. A [`Table`] of those functions, with the
//! sizes of what they work on, is all that the rest knows; sequences, trees, tiles,
//! planning and threads handle accumulators as bytes and are compiled once.

// Several operands, rows and lanes are walked together by one index.
#![allow(clippy::needless_range_loop)]

mod by_hand;
mod computed;
mod extremes;
#[cfg(feature = "half")]
mod halves;
mod higher;
mod lanes;
mod moments;
mod norms;
mod places;
mod powers;
mod products;
mod rows;
mod sequence;
mod skipping;
mod stage;
mod sums;
mod table;
mod together;
mod tree;
mod truth;
mod turned;
mod user;
#[cfg(target_arch = "x86_64")]
mod wide;
#[cfg(target_arch = "x86_64")]
mod wide_moments;
#[cfg(target_arch = "x86_64")]
mod wide_pieces;

pub(crate) use by_hand::{Lines, Pieces};
pub(crate) use computed::computed;
pub(crate) use extremes::Extreme;
#[cfg(feature = "half")]
pub(crate) use halves::{Bf16, F16, OfBf16, OfF16};
pub(crate) use higher::{Higher, KURTOSIS, PEARSON, UNBIASED};
pub(crate) use lanes::fetch;
pub(crate) use moments::Moments;
pub(crate) use norms::{Norm1, Norm2, NormInf};
pub(crate) use places::{Both, NanPlace, Place};
pub(crate) use powers::{LogSumExp, NormLeast, NormP};
pub(crate) use products::Product;
pub(crate) use rows::{Into, Tile, far_tile_len, merge_parts, one_block, rows};
pub(crate) use sequence::sequence;
pub(crate) use skipping::{NanExtreme, NanMean, NanMoments, NanProduct, NanSum};
pub(crate) use stage::{Part, gather, staged};
pub(crate) use sums::{Dot, Mean, Sum, Vdot};
pub(crate) use table::{Cell, Table};
pub(crate) use together::{Group, Together};
pub(crate) use tree::Tree;
pub(crate) use truth::{All, Any, Count};
#[cfg(feature = "half")]
pub(crate) use turned::Turn;
pub(crate) use turned::{Size32, Size64, Turned};
pub(crate) use user::{By, Closures, UserFold};
#[cfg(target_arch = "x86_64")]
pub(crate) use wide::Wide;

use crate::tuning::REDUCE_IN_ORDER;

/// What a fold is told when it is called.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct With {
    /// Bits that turn elements, from the fold's [`Table`].
    pub(crate) flip: u64,
    /// How many elements each result is made of.
    pub(crate) count: usize,
    /// A number that the fold is told: what variances take off the count, the power of a
    /// norm.
    pub(crate) number: f64,
    /// A result to go on from: its bytes.
    pub(crate) initial: Option<[u8; 16]>,
    /// A user's closures.
    pub(crate) closures: Closures,
}

/// What happens to the elements of a block: the part of a reduction that is
/// compiled for every tier, and shared by reductions that differ only in what they
/// do with the totals (sum and mean).
///
/// `#[inline(always)]`, and free of branches on values.
pub(crate) trait Steps<const K: usize>: Copy {
    /// An element of the operands.
    type Item: Copy;
    /// What a lane holds within one block; integers may be narrow here.
    type Lane: Copy;
    /// What a block gives.
    type Total: Copy;
    /// Elements of a block of a sequence.
    const BLOCK: usize;
    /// How many bytes ahead of a group of lanes memory is asked for: for steps that do so
    /// much that the processor does not look far enough ahead by itself. 0: not at all.
    const AHEAD: usize = 0;
    /// A lane that has seen nothing.
    fn start(self) -> Self::Lane;

    /// Takes one element of each operand, the `at`-th of the block, into a lane.
    fn step(self, lane: Self::Lane, items: [Self::Item; K], at: usize) -> Self::Lane;
    /// A lane's value at the end of its block.
    fn total(self, lane: Self::Lane) -> Self::Total;
    /// One block of a sequence: at most `BLOCK` elements, at least one. For floats
    /// [`lanes::lanes`]; integers need no order.
    fn block(self, items: [&[Self::Item]; K]) -> Self::Total;
    /// The same by hand, in AVX2 and in AVX-512F.
    #[cfg(target_arch = "x86_64")]
    const WIDE: Option<[Wide<Self::Total>; 2]> = None;
    /// The same of lines in pieces.
    const PIECES: Option<[Pieces; 2]> = None;
}

/// One reduction of `K` operands: its steps, and how totals of blocks are put
/// together. Everything else (order, layout, threads) is the same for all.
pub(crate) trait Fold<const K: usize>: Copy {
    /// What happens within a block.
    type Steps: Steps<K>;
    /// What blocks are merged into.
    type Acc: Copy;
    /// What the caller gets.
    type Out: Copy;
    /// The result of no elements.
    fn empty(self) -> Self::Acc;
    /// Whether elements are taken by rising index, and not in the order of memory.
    const ORDERED: bool = K > 1;

    /// The fold as it was called.
    fn new(with: &With) -> Self;
    /// The steps.
    fn steps(self) -> Self::Steps;
    /// The result of one block of `n` elements, the first of which is the `at`-th
    /// of all.
    fn widen(self, total: <Self::Steps as Steps<K>>::Total, at: usize, n: usize) -> Self::Acc;
    /// Two results, the earlier first.
    fn merge(self, a: Self::Acc, b: Self::Acc) -> Self::Acc;
    /// The last step.
    fn finish(self, acc: Self::Acc) -> Self::Out;
    /// The accumulator that a result came from, where there is one.
    fn resume(self, _out: Self::Out) -> Self::Acc {
        unreachable!("only asked of folds that begin with an initial value")
    }
    /// What is found in a block, the first element of which is the `at`-th of all, and in those
    /// before it: for folds that need not look at all of a block that is no better.
    fn after(self, _items: [&[Item<Self, K>]; K], _at: usize, _before: Self::Acc) -> Self::Acc {
        unreachable!("only asked of folds that look back")
    }
    /// Whether there is an `after`.
    const LOOKS_BACK: bool = false;
    /// Whether no further element changes the result.
    fn is_settled(_acc: Self::Acc) -> bool {
        false
    }
    /// Whether `is_settled` is ever true.
    const SETTLES: bool = false;
}

/// An element of a fold.
type Item<F, const K: usize> = <<F as Fold<K>>::Steps as Steps<K>>::Item;
/// A lane of a fold.
type Lane<F, const K: usize> = <<F as Fold<K>>::Steps as Steps<K>>::Lane;

/// Whether a sequence of `n` elements is taken strictly in order.
#[inline]
pub(crate) fn in_order(n: usize) -> bool {
    n <= REDUCE_IN_ORDER
}
