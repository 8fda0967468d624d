//! A sequence that lies nowhere: each block is computed into a buffer that stays in L1,
//! then treated as a contiguous one.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::{Cell, Part, Table, Tree, With};
use crate::tuning::REDUCE_BLOCK_BYTES;

/// Room for one block.
#[repr(C, align(64))]
struct Room([MaybeUninit<u8>; REDUCE_BLOCK_BYTES]);

/// Reduces a sequence (or an aligned part of one), of which `fill` writes any range that
/// is asked for to where it is told; the result goes to `acc`.
///
/// # Safety
/// `fill` writes every item of a range of the part; `acc` has room for an accumulator.
#[inline(never)]
pub(crate) unsafe fn computed(
    table: &Table,
    with: &With,
    fill: &dyn Fn(Range<usize>, *mut u8),
    part: Part,
    acc: *mut u8,
) {
    let mut room = Room([const { MaybeUninit::uninit() }; REDUCE_BLOCK_BYTES]);
    let items = room.0.as_mut_ptr().cast::<u8>();
    let mut tree = Tree::new();
    let mut block = Cell::ZERO;
    let mut done = 0;
    while done < part.len {
        let n = table.block_len.min(part.len - done);
        let at = part.at + done;
        fill(at..at + n, items);
        let place = if n == part.len { acc } else { block.place() };
        // SAFETY: `n` items have been written; a cell holds an accumulator, as does `acc`.
        unsafe {
            if part.in_order {
                (table.in_order)(with, [items.cast_const(); 2], n, place);
            } else {
                (table.block)(with, [items.cast_const(); 2], n, at, place);
            }
            if n == part.len {
                return;
            }
            tree.push(table, with, block.get());
            if table.settles && (table.is_settled)(block.get()) {
                break;
            }
        }
        done += n;
    }
    // SAFETY: the caller's promise.
    unsafe { tree.finish(table, with, acc) };
}
