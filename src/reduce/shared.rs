//! What chunks share: the run, and pointers.

use std::ops::ControlFlow;

use crate::pool;

/// A run of `n` chunks, compiled once for all reductions.
#[inline(never)]
pub(super) fn run(n: usize, cost_ns: f64, body: &(dyn Fn(usize) -> ControlFlow<()> + Sync)) {
    let _ = pool::run(n, cost_ns, || (), |(), i| body(i));
}

/// A run in which every chunk is done.
#[inline]
pub(super) fn each(n: usize, cost_ns: f64, body: impl Fn(usize) + Sync) {
    run(n, cost_ns, &|i| {
        body(i);
        ControlFlow::Continue(())
    });
}

/// The first elements of the operands, for all threads to read.
#[derive(Clone, Copy)]
pub(super) struct Reads {
    pub(super) starts: [*const u8; 2],
    item: usize,
}

// SAFETY: only read through, by kernels whose callers vouch that the elements may be
// read; elements are plain numbers, which threads may share.
unsafe impl Sync for Reads {}

impl Reads {
    /// Of items of `item` bytes.
    pub(super) fn new(starts: [*const u8; 2], item: usize) -> Self {
        Self { starts, item }
    }

    /// The places `offsets` items further.
    #[inline]
    pub(super) fn at(&self, offsets: [isize; 2]) -> [*const u8; 2] {
        let mut starts = self.starts;
        for (start, offset) in starts.iter_mut().zip(offsets) {
            *start = start.wrapping_offset(offset.wrapping_mul(self.item as isize));
        }
        starts
    }
}

/// Places that chunks write, each its own.
#[derive(Clone, Copy)]
pub(super) struct Places {
    first: *mut u8,
    size: usize,
}

// SAFETY: only written through, by callers who promise that no two chunks write the
// same place; what is written are plain numbers, which any thread may write.
unsafe impl Sync for Places {}

impl Places {
    /// Of values of `size` bytes.
    #[inline]
    pub(super) fn new(first: *mut u8, size: usize) -> Self {
        Self { first, size }
    }

    /// The place at `offset`.
    #[inline]
    pub(super) fn at(&self, offset: isize) -> *mut u8 {
        self.first.wrapping_offset(offset.wrapping_mul(self.size as isize))
    }
}
