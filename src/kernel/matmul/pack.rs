//! Packing: a part of a matrix copied into panels, the order that a strip reads.
//!
//! ```text
//! for p in 0..k
//!     for j in 0..width
//!         to[p][j] = from[p][j]            (rows of `to` are `stride` apart)
//! ```
//! What lies in columns is turned by blocks: sixteen elements of each of sixteen
//! columns are read and written as they lie, so that no line is fetched twice.

use crate::element::Element;
use crate::simd::{self, Kernel};

use super::In;
#[cfg(target_arch = "x86_64")]
use super::turn::turn;

/// A part of a matrix and where it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pack<T> {
    pub(crate) from: In<T>,
    pub(crate) k: usize,
    pub(crate) width: usize,
    pub(crate) to: *mut T,
    pub(crate) stride: usize,
}

/// Packs one panel.
///
/// # Safety
/// `from` may be read at each of `k` rows and `width` columns, `to` may be written
/// for `k` rows of `stride`, which is at least `width`, and nobody else uses it.
pub(crate) unsafe fn pack<T: Element>(part: Pack<T>) {
    #[cfg(target_arch = "x86_64")]
    if part.from.rs == 1 && part.from.cs != 1 && simd::tier() >= simd::Tier::Avx2 {
        let Pack { from, k, width, to, stride } = part;
        // SAFETY: the tier has AVX2; the rest is the caller's promise, also for what
        // the blocks leave over, below and to the right.
        unsafe {
            let [rows, cols] = turn(from.ptr, from.cs, k, width, to, stride);
            let below =
                Pack { from: from.from(rows, 0), k: k - rows, to: to.add(rows * stride), ..part };
            let right = Pack {
                from: from.from(0, cols),
                k: rows,
                width: width - cols,
                to: to.add(cols),
                ..part
            };
            for rest in [below, right] {
                if rest.k > 0 && rest.width > 0 {
                    simd::dispatch(Copy(rest));
                }
            }
        }
        return;
    }
    simd::dispatch(Copy(part));
}

/// Elements that are moved at once.
const STEP: usize = 16;

struct Copy<T>(Pack<T>);

impl<T: Element> Kernel for Copy<T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Pack { from, k, width, .. } = self.0;
        // SAFETY: rows below k and columns below the width, the promise to `pack`.
        unsafe {
            if from.cs == 1 {
                for p in 0..k {
                    self.row(p);
                }
            } else {
                for p in (0..k).step_by(STEP) {
                    for j in 0..width {
                        self.column(p..k.min(p + STEP), j);
                    }
                }
            }
        }
    }
}

impl<T: Element> Copy<T> {
    /// # Safety
    /// As [`pack`]; columns of `from` lie side by side, and `p < k`.
    #[inline(always)]
    unsafe fn row(&self, p: usize) {
        let Pack { from, width, to, stride, .. } = self.0;
        let (from, to) = (from.at(p, 0), to.wrapping_add(p * stride));
        let mut at = 0;
        // SAFETY: elements below `width` of one row.
        unsafe {
            while at + STEP <= width {
                let block = from.add(at).cast::<[T; STEP]>().read_unaligned();
                to.add(at).cast::<[T; STEP]>().write_unaligned(block);
                at += STEP;
            }
            if at + STEP / 2 <= width {
                let block = from.add(at).cast::<[T; STEP / 2]>().read_unaligned();
                to.add(at).cast::<[T; STEP / 2]>().write_unaligned(block);
                at += STEP / 2;
            }
            while at < width {
                *to.add(at) = *from.add(at);
                at += 1;
            }
        }
    }

    /// # Safety
    /// As [`pack`]; the rows are below k, and `j < width`.
    #[inline(always)]
    unsafe fn column(&self, rows: std::ops::Range<usize>, j: usize) {
        let Pack { from, to, stride, .. } = self.0;
        for p in rows {
            // SAFETY: an element inside.
            unsafe { *to.wrapping_add(p * stride + j) = *from.at(p, j) };
        }
    }
}
