//! A contiguous sequence: blocks, by the tree.

use super::table::{Starts, UNIT};
use super::{Cell, Table, Tree, With};

/// Reduces `n` contiguous items (or an aligned part of a sequence, from its `at`-th
/// element on) into `acc`; `in_order` if the whole sequence is so short.
///
/// # Safety
/// The items of each operand of the fold may be read; `acc` has room for an
/// accumulator.
#[inline]
pub(crate) unsafe fn sequence(
    table: &Table,
    with: &With,
    starts: Starts,
    (n, at): (usize, usize),
    in_order: bool,
    acc: *mut u8,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if in_order {
            (table.in_order)(with, starts, n, acc);
        } else if n <= table.block_len {
            (table.block)(with, starts, n, at, acc);
        } else {
            blocks(table, with, starts, (n, at), acc);
        }
    }
}

/// The rest of [`sequence`]: more than a block.
///
/// # Safety
/// The same.
#[inline(never)]
unsafe fn blocks(
    table: &Table,
    with: &With,
    starts: Starts,
    (n, at): (usize, usize),
    acc: *mut u8,
) {
    let mut tree = Tree::new();
    let mut block = Cell::ZERO;
    let mut done = 0;
    if !table.looks_back && !table.settles {
        // Eight blocks are a subtree; those left over, one after the other, are one too.
        let len = UNIT * table.block_len;
        while n - done >= len {
            let items = starts.map(|first| first.wrapping_add(done * table.item));
            // SAFETY: `done + len <= n`, of the items that the caller vouches for.
            unsafe {
                (table.unit)(with, items, at + done, block.place());
                tree.push(table, with, block.get());
            }
            done += len;
        }
        if done == n {
            // SAFETY: the caller's promise.
            return unsafe { tree.finish(table, with, acc) };
        }
        if done > 0 {
            let items = starts.map(|first| first.wrapping_add(done * table.item));
            // SAFETY: the same.
            unsafe {
                sequence(table, with, items, (n - done, at + done), false, block.place());
                tree.push(table, with, block.get());
                return tree.finish(table, with, acc);
            }
        }
    }
    for start in (0..n).step_by(table.block_len) {
        let len = table.block_len.min(n - start);
        let items = starts.map(|first| first.wrapping_add(start * table.item));
        // SAFETY: `start + len <= n`, of the items that the caller vouches for.
        unsafe {
            let next = table.looks_back && start > 0;
            let of_block = if next { table.next_block } else { table.block };
            of_block(with, items, len, at + start, block.place());
            tree.push(table, with, block.get());
            if table.settles && (table.is_settled)(block.get()) {
                break;
            }
        }
    }
    // SAFETY: the caller's promise.
    unsafe { tree.finish(table, with, acc) };
}
