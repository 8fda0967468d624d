//! Choosing elements: how many are not zero, which, and copying those.
//!
//! ```text
//! count:      as in kernel/reduce/truth.rs: an element is bits, some of which count
//! positions:  room[k] = i;  k += (x[i] & mask != 0)       for each i: no branch
//! ```
//! The room has a place for every element looked at, so that nothing is written beyond
//! it, whatever the elements are by then.

use crate::simd::{self, Kernel};
use crate::tuning;

/// Elements looked at together.
pub(crate) const BLOCK: usize = tuning::SELECT_BLOCK;

/// Elements as bits: of so many bytes, those of the mask counting, so many elements apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bits {
    pub(crate) size: usize,
    pub(crate) mask: u64,
    pub(crate) stride: isize,
}

/// Made by the functions below, whose callers vouch for the elements.
struct Count<T> {
    from: *const T,
    mask: T,
    stride: isize,
    n: usize,
}

/// The same.
struct Positions<'a, T> {
    from: *const T,
    mask: T,
    stride: isize,
    n: usize,
    room: &'a mut [u16; BLOCK],
}

macro_rules! kernels {
    ($($t:ident)*) => {$(
        impl Kernel for Count<$t> {
            type Output = usize;

            #[inline(always)]
            fn run(self) -> usize {
                let Self { from, mask, stride, n } = self;
                let mut count = 0u32;
                if stride == 1 {
                    for i in 0..n {
                        // SAFETY: the caller's promise.
                        count += u32::from(unsafe { *from.add(i) } & mask != 0);
                    }
                } else {
                    for i in 0..n as isize {
                        // SAFETY: the same.
                        let x = unsafe { *from.offset(i.wrapping_mul(stride)) };
                        count += u32::from(x & mask != 0);
                    }
                }
                count as usize
            }
        }

        impl Kernel for Positions<'_, $t> {
            type Output = usize;

            #[inline(always)]
            fn run(self) -> usize {
                let Self { from, mask, stride, n, room } = self;
                let mut k = 0;
                for i in 0..n.min(BLOCK) {
                    // SAFETY: the caller's promise.
                    let x = unsafe { *from.offset((i as isize).wrapping_mul(stride)) };
                    // At most one place is taken for each element, so `k <= i`.
                    room[k] = i as u16;
                    k += usize::from(x & mask != 0);
                }
                k
            }
        }
    )*};
}
kernels!(u8 u16 u32 u64);

impl Bits {
    /// How many of `n` elements are not zero.
    ///
    /// # Safety
    /// They may be read.
    pub(crate) unsafe fn count(self, from: *const u8, n: usize) -> usize {
        let Self { size, mask, stride } = self;
        let mut count = 0;
        let mut at = 0;
        // In pieces, whose counts fit 32 bits.
        while at < n {
            let n = (n - at).min(1 << 30);
            let from = self.place(from, at);
            count += match size {
                1 => simd::dispatch(Count { from, mask: mask as u8, stride, n }),
                2 => simd::dispatch(Count { from: from.cast(), mask: mask as u16, stride, n }),
                4 => simd::dispatch(Count { from: from.cast(), mask: mask as u32, stride, n }),
                _ => simd::dispatch(Count { from: from.cast(), mask, stride, n }),
            };
            at += n;
        }
        count
    }

    /// Where among the first `n` elements, at most [`BLOCK`], those are that are not zero:
    /// how many places of the room were written.
    ///
    /// # Safety
    /// They may be read.
    pub(crate) unsafe fn positions(
        self,
        from: *const u8,
        n: usize,
        room: &mut [u16; BLOCK],
    ) -> usize {
        let Self { size, mask, stride } = self;
        match size {
            1 => simd::dispatch(Positions { from, mask: mask as u8, stride, n, room }),
            2 => {
                simd::dispatch(Positions { from: from.cast(), mask: mask as u16, stride, n, room })
            }
            4 => {
                simd::dispatch(Positions { from: from.cast(), mask: mask as u32, stride, n, room })
            }
            _ => simd::dispatch(Positions { from: from.cast::<u64>(), mask, stride, n, room }),
        }
    }

    /// Where element `i` is.
    #[inline]
    pub(crate) fn place(&self, from: *const u8, i: usize) -> *const u8 {
        let items = (i as isize).wrapping_mul(self.stride);
        from.wrapping_offset(items.wrapping_mul(self.size as isize))
    }
}

/// Whether neighbours are in order, NaN after all numbers.
pub(crate) struct Sorted<T> {
    from: *const T,
    stride: isize,
    n: usize,
}

impl<T: Copy + PartialOrd> Sorted<T> {
    /// Of `n` elements.
    ///
    /// # Safety
    /// They may be read.
    pub(crate) unsafe fn new(from: *const T, stride: isize, n: usize) -> Self {
        Self { from, stride, n }
    }

    /// Whether `b` may follow `a`.
    #[inline(always)]
    #[allow(clippy::eq_op, reason = "NaN is what does not equal itself")]
    pub(crate) fn in_order(a: T, b: T) -> bool {
        (a <= b) | (b != b)
    }
}

impl<T: Copy + PartialOrd> Kernel for Sorted<T> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Self { from, stride, n } = self;
        // SAFETY: `new` was promised `n` readable elements.
        let at = |i: usize| unsafe { *from.offset((i as isize).wrapping_mul(stride)) };
        let mut start = 0;
        while start + 1 < n {
            let end = (n - 1).min(start + BLOCK);
            let mut sorted = true;
            if stride == 1 {
                for i in start..end {
                    // SAFETY: `i + 1 < n`.
                    sorted &= unsafe { Self::in_order(*from.add(i), *from.add(i + 1)) };
                }
            } else {
                for i in start..end {
                    sorted &= Self::in_order(at(i), at(i + 1));
                }
            }
            if !sorted {
                return false;
            }
            start = end;
        }
        true
    }
}
