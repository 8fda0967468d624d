//! The pairwise tree over blocks, fed from the left: a binary counter whose bits
//! are finished subtrees.

use std::mem::MaybeUninit;
use std::ptr;

use super::{Cell, Table, With};

/// The tree over accumulators of one fold.
pub(crate) struct Tree {
    parts: [MaybeUninit<Cell>; usize::BITS as usize],
    count: usize,
}

impl Tree {
    #[inline]
    pub(crate) fn new() -> Self {
        Self { parts: [const { MaybeUninit::uninit() }; usize::BITS as usize], count: 0 }
    }

    /// As if nothing had been pushed.
    pub(crate) fn clear(&mut self) {
        self.count = 0;
    }

    /// Appends the result of the next block.
    ///
    /// # Safety
    /// `block` is an accumulator of the fold of `table`, as are all that were pushed.
    #[inline]
    pub(crate) unsafe fn push(&mut self, table: &Table, with: &With, block: *const u8) {
        let mut depth = self.count.count_ones() as usize;
        let place = |parts: &mut [MaybeUninit<Cell>], i: usize| parts[i].as_mut_ptr().cast::<u8>();
        // SAFETY: a cell holds an accumulator. The first `count_ones` places hold one
        // subtree for each bit set in `count`, written here by earlier pushes.
        unsafe {
            ptr::copy_nonoverlapping(block, place(&mut self.parts, depth), table.acc);
            for _ in 0..self.count.trailing_ones() {
                depth -= 1;
                let later = place(&mut self.parts, depth + 1);
                (table.merge)(with, place(&mut self.parts, depth), later, 1);
            }
        }
        self.count += 1;
    }

    /// The whole tree, written to `acc`; that of no elements if nothing was pushed.
    ///
    /// # Safety
    /// `acc` has room for an accumulator of the fold of all pushes.
    #[inline]
    pub(crate) unsafe fn finish(&mut self, table: &Table, with: &With, acc: *mut u8) {
        let depth = self.count.count_ones() as usize;
        if depth == 0 {
            // SAFETY: the caller's promise.
            return unsafe { (table.empty)(with, acc, 1) };
        }
        for i in (1..depth).rev() {
            let (earlier, later) = self.parts.split_at_mut(i);
            // SAFETY: as in `push`: the first `depth` places are written.
            unsafe {
                (table.merge)(
                    with,
                    earlier[i - 1].as_mut_ptr().cast(),
                    later[0].as_ptr().cast(),
                    1,
                );
            }
        }
        // SAFETY: as above, and the caller's promise.
        unsafe { ptr::copy_nonoverlapping(self.parts[0].as_ptr().cast(), acc, table.acc) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::reduce::Sum;

    /// Level by level, as the contract words it.
    fn by_levels(mut parts: Vec<f64>) -> f64 {
        while parts.len() > 1 {
            parts =
                parts.chunks(2).map(|p| p.iter().copied().reduce(|a, b| a + b).unwrap()).collect();
        }
        parts[0]
    }

    fn by_tree(parts: impl IntoIterator<Item = f64>) -> f64 {
        let (table, with) = (&Table::of::<Sum<f64>, 1>(0), With::default());
        let (mut tree, mut sum) = (Tree::new(), 0.0f64);
        // SAFETY: the accumulator of this fold is an `f64`.
        unsafe {
            parts.into_iter().for_each(|p| tree.push(table, &with, (&raw const p).cast()));
            tree.finish(table, &with, (&raw mut sum).cast());
        }
        sum
    }

    #[test]
    fn the_counter_is_the_level_by_level_tree_and_subtrees_cut_it_anywhere() {
        let parts: Vec<f64> = (0..300).map(|i| 1.0 / f64::from(3 + i * i)).collect();
        for n in 1..parts.len() {
            let expected = by_levels(parts[..n].to_vec()).to_bits();
            for chunk in [1, 2, 8, 64, 512] {
                let sum = by_tree(parts[..n].chunks(chunk).map(|c| by_tree(c.iter().copied())));
                assert_eq!(sum.to_bits(), expected, "{n} in chunks of {chunk}");
            }
        }
        assert_eq!(by_tree([]).to_bits(), 0.0f64.to_bits());
    }
}
