//! A sequence that is not contiguous: each block is gathered into a buffer that
//! stays in L1, then treated as a contiguous one. Operands that are contiguous
//! are read where they stand.

use std::mem::MaybeUninit;

use super::table::Starts;
use super::{Cell, Table, Tree, With};
use crate::kernel::ahead::fetch_line as fetch;
use crate::tuning::{CACHE_LINE, REDUCE_BLOCK_BYTES};

/// Room for one block of each operand.
#[repr(C, align(64))]
struct Room([[MaybeUninit<u8>; REDUCE_BLOCK_BYTES]; 2]);

/// Stretches of a sequence, or of rows: the offset of the first element of each
/// operand, in elements, and how many elements.
pub(crate) type Stretches<'a> = &'a mut dyn Iterator<Item = ([isize; 2], usize)>;

/// Stretches, and what is left of the one that was begun.
pub(super) struct Walk<'a> {
    stretches: Stretches<'a>,
    offsets: [isize; 2],
    left: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(stretches: Stretches<'a>) -> Self {
        Self { stretches, offsets: [0; 2], left: 0 }
    }

    /// The next elements, at most `most`, of elements that are `strides` apart.
    ///
    /// # Panics
    /// If there are none.
    #[inline]
    pub(super) fn next(&mut self, most: usize, strides: [isize; 2]) -> ([isize; 2], usize) {
        if self.left == 0 {
            (self.offsets, self.left) = self.stretches.next().expect("stretches hold all elements");
        }
        let (offsets, len) = (self.offsets, self.left.min(most));
        for k in 0..2 {
            self.offsets[k] = self.offsets[k].wrapping_add((len as isize).wrapping_mul(strides[k]));
        }
        self.left -= len;
        (offsets, len)
    }
}

/// A part of a sequence: from its `at`-th element on, `len` elements.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) at: usize,
    pub(crate) len: usize,
    /// Whether the whole sequence is so short that it is taken in order.
    pub(crate) in_order: bool,
    /// How many elements further, of each operand, memory is asked for: the same stretch of
    /// what comes next. 0: not at all.
    pub(crate) next: [isize; 2],
}

/// Reduces a sequence (or an aligned part of one) given as stretches: of each
/// operand the elements `strides` apart, at the stretch's offset from its start;
/// the result goes to `acc`.
///
/// # Safety
/// The stretches have as many elements as the part, and every one may be read;
/// `acc` has room for an accumulator.
#[inline(never)]
pub(crate) unsafe fn staged(
    table: &Table,
    with: &With,
    starts: Starts,
    strides: [isize; 2],
    stretches: Stretches<'_>,
    part: Part,
    acc: *mut u8,
) {
    let mut room = Room([[const { MaybeUninit::uninit() }; REDUCE_BLOCK_BYTES]; 2]);
    let mut walk = Walk::new(stretches);
    let mut tree = Tree::new();
    let mut block = Cell::ZERO;
    let mut done = 0;
    while done < part.len {
        let n = table.block_len.min(part.len - done);
        // SAFETY: the caller has promised readable elements, of which those from
        // `done` on are not yet taken; the room holds a block.
        unsafe {
            let items = in_one_piece(table, n, (starts, strides), part.next, &mut walk, &mut room);
            let place = if n == part.len { acc } else { block.place() };
            if part.in_order {
                (table.in_order)(with, items, n, place);
            } else {
                (table.block)(with, items, n, part.at + done, place);
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

/// The next `n` elements of each operand in one piece.
///
/// # Safety
/// At least `n` elements are left, all readable, and the room holds `n`.
#[inline]
unsafe fn in_one_piece(
    table: &Table,
    n: usize,
    (starts, strides): (Starts, [isize; 2]),
    next: [isize; 2],
    walk: &mut Walk<'_>,
    room: &mut Room,
) -> Starts {
    let mut pieces = starts;
    let mut at = 0;
    while at < n {
        let (offsets, len) = walk.next(n - at, strides);
        for k in 0..table.operands {
            let from = table.element(starts[k], 1, offsets[k]);
            if next[k] != 0 && strides[k] == 1 {
                let ahead = table.element(from, 1, next[k]);
                for line in (0..len * table.item).step_by(CACHE_LINE) {
                    fetch(ahead.wrapping_add(line));
                }
            }
            if len == n && strides[k] == 1 {
                pieces[k] = from;
            } else {
                let start = room.0[k].as_mut_ptr().cast::<u8>();
                // SAFETY: the caller's promise, for the elements of this stretch and
                // for the room from `at` on.
                unsafe { gather(table.item, from, strides[k], start.add(at * table.item), len) };
                pieces[k] = start;
            }
        }
        at += len;
    }
    pieces
}

/// Copies `len` items of `size` bytes, `stride` items apart, into one piece.
///
/// # Safety
/// The items may be read, and `to` has room for them.
#[inline]
pub(crate) unsafe fn gather(size: usize, from: *const u8, stride: isize, to: *mut u8, len: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => copy::<MaybeUninit<u8>>(from.cast(), stride, to.cast(), len),
            2 => copy::<MaybeUninit<u16>>(from.cast(), stride, to.cast(), len),
            4 => copy::<MaybeUninit<u32>>(from.cast(), stride, to.cast(), len),
            8 => copy::<MaybeUninit<u64>>(from.cast(), stride, to.cast(), len),
            16 => copy::<MaybeUninit<[u64; 2]>>(from.cast(), stride, to.cast(), len),
            _ => {
                for i in 0..len {
                    let item = from.offset((i as isize).wrapping_mul(stride * size as isize));
                    std::ptr::copy_nonoverlapping(item, to.add(i * size), size);
                }
            }
        }
    }
}

/// # Safety
/// As [`gather`]. A pair of numbers is aligned for one of them, so items may be aligned for
/// less than their size.
#[inline]
unsafe fn copy<T: Copy>(from: *const T, stride: isize, to: *mut T, len: usize) {
    // SAFETY: the caller's promise. The strides are split so that the compiler sees
    // the two that it can vectorise.
    unsafe {
        match stride {
            1 => std::ptr::copy_nonoverlapping::<u8>(from.cast(), to.cast(), len * size_of::<T>()),
            0 => {
                let item = from.read_unaligned();
                for i in 0..len {
                    to.add(i).write_unaligned(item);
                }
            }
            _ => {
                for i in 0..len {
                    let item = from.offset((i as isize).wrapping_mul(stride));
                    to.add(i).write_unaligned(item.read_unaligned());
                }
            }
        }
    }
}
