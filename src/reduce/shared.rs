//! What chunks share: the run, and pointers.

use std::mem::MaybeUninit;

use crate::pool;

/// `pool::each`, compiled once for all reductions.
#[inline(never)]
pub(super) fn each(n: usize, cost_ns: f64, body: &(dyn Fn(usize) + Sync)) {
    pool::each(n, cost_ns, body);
}

/// The first elements of `K` operands, for all threads to read.
#[derive(Clone, Copy)]
pub(super) struct Reads<T, const K: usize>([*const T; K]);

// SAFETY: only read through, by kernels whose constructors demand that the
// elements may be read; `T: Sync` lets threads share them.
unsafe impl<T: Sync, const K: usize> Sync for Reads<T, K> {}

impl<T, const K: usize> Reads<T, K> {
    pub(super) fn new(ptrs: [*const T; K]) -> Self {
        Self(ptrs)
    }

    /// The places at `offsets` from them.
    #[inline]
    pub(super) fn at(&self, offsets: [isize; K]) -> [*const T; K] {
        let mut ptrs = self.0;
        for k in 0..K {
            ptrs[k] = ptrs[k].wrapping_offset(offsets[k]);
        }
        ptrs
    }
}

/// Places that chunks write, each its own.
#[derive(Clone, Copy)]
pub(super) struct Places<T>(*mut T);

// SAFETY: only written through, by callers who promise that no two chunks write
// the same place; `T: Send` lets another thread write a value.
unsafe impl<T: Send> Sync for Places<T> {}

impl<T> Places<T> {
    pub(super) fn new(first: *mut T) -> Self {
        Self(first)
    }

    pub(super) fn of(room: &mut [MaybeUninit<T>]) -> Self {
        Self(room.as_mut_ptr().cast())
    }

    /// The place at `offset`.
    #[inline]
    pub(super) fn at(&self, offset: isize) -> *mut T {
        self.0.wrapping_offset(offset)
    }
}
