//! A sequence that is not contiguous: each block is gathered into a buffer that
//! stays in L1, then treated as a contiguous one. Operands that are contiguous
//! are read where they stand.

use std::mem::MaybeUninit;
use std::slice;

use super::lanes::{block, one_by_one};
use super::{Fold, Item, Tree, block_len};
use crate::tuning::REDUCE_BLOCK_BYTES;

/// Room for one block of each operand.
#[repr(C, align(64))]
pub(super) struct Room<const K: usize>([[MaybeUninit<u8>; REDUCE_BLOCK_BYTES]; K]);

impl<const K: usize> Room<K> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self([[const { MaybeUninit::uninit() }; REDUCE_BLOCK_BYTES]; K])
    }

    #[inline(always)]
    fn start<T>(&mut self, k: usize) -> *mut T {
        self.0[k].as_mut_ptr().cast()
    }
}

/// Stretches of a sequence: the offset of the first element of each operand, and
/// how many elements.
pub(crate) trait Stretches<const K: usize>: Iterator<Item = ([isize; K], usize)> {}
impl<I: Iterator<Item = ([isize; K], usize)>, const K: usize> Stretches<K> for I {}

/// Reduces a sequence (or an aligned part of one) given as stretches: of each
/// operand the elements `strides` apart, at the stretch's offset from `ptrs`; `len`
/// in all; `in_order` if the whole sequence is so short.
///
/// # Safety
/// The stretches have `len` elements together, and every one may be read.
pub(crate) unsafe fn staged<F: Fold<K>, const K: usize>(
    fold: F,
    ptrs: [*const Item<F, K>; K],
    strides: [isize; K],
    mut stretches: impl Stretches<K>,
    (len, in_order): (usize, bool),
) -> F::Acc {
    const { assert!(block_len::<F, K>() * size_of::<Item<F, K>>() <= REDUCE_BLOCK_BYTES) };
    let mut room = Room::<K>::new();
    let mut tree = Tree::new();
    let mut stretch = ([0; K], 0);
    let mut left = len;
    while left > 0 {
        let n = left.min(block_len::<F, K>());
        // SAFETY: the caller has promised `len` readable elements, of which `left`
        // are not yet taken; the room holds a block.
        let items =
            unsafe { in_one_piece(n, ptrs, strides, &mut stretches, &mut stretch, &mut room) };
        let acc = if in_order { one_by_one(fold, items) } else { block(fold, items) };
        if n == len {
            return acc;
        }
        tree.push(fold, acc);
        left -= n;
    }
    tree.finish(fold)
}

/// The next `n` elements of each operand in one piece; `stretch` is what is left
/// of the stretch that was begun.
///
/// # Safety
/// At least `n` elements are left, all readable, and a room holds `n`.
#[inline]
unsafe fn in_one_piece<'a, T: Copy, const K: usize>(
    n: usize,
    ptrs: [*const T; K],
    strides: [isize; K],
    stretches: &mut impl Stretches<K>,
    stretch: &mut ([isize; K], usize),
    room: &'a mut Room<K>,
) -> [&'a [T]; K] {
    let mut starts = ptrs;
    let mut at = 0;
    while at < n {
        if stretch.1 == 0 {
            *stretch = stretches.next().expect("stretches hold `len` elements");
        }
        let len = stretch.1.min(n - at);
        for k in 0..K {
            // SAFETY: the caller's promise, for the elements of this stretch and
            // for the room from `at` on.
            unsafe {
                let from = ptrs[k].offset(stretch.0[k]);
                if len == n && strides[k] == 1 {
                    starts[k] = from;
                } else {
                    let start = room.start::<T>(k);
                    gather(from, strides[k], start.add(at), len);
                    starts[k] = start;
                }
            }
            stretch.0[k] += len as isize * strides[k];
        }
        stretch.1 -= len;
        at += len;
    }
    // SAFETY: the `n` elements at each start were written above, or are the
    // operand's own.
    starts.map(|start| unsafe { slice::from_raw_parts(start, n) })
}

/// Copies `len` elements, `stride` apart, into one piece.
///
/// # Safety
/// The elements may be read, and `to` has room for `len`.
#[inline]
unsafe fn gather<T: Copy>(from: *const T, stride: isize, to: *mut T, len: usize) {
    for i in 0..len {
        // SAFETY: the caller's promise. The strides are split so that the compiler
        // sees the two that it can vectorise.
        unsafe {
            match stride {
                1 => *to.add(i) = *from.add(i),
                0 => *to.add(i) = *from,
                _ => *to.add(i) = *from.offset((i as isize).wrapping_mul(stride)),
            }
        }
    }
}
