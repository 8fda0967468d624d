//! Sums that are whole numbers but for their rounding, and which of them are in doubt.

use std::mem::MaybeUninit;

use super::terms::Cast;
use crate::simd::{self, Kernel};

/// The whole parts of sums, cut off towards zero, written to every `step`; gives a bit for each
/// sixteen sums of which one could have another whole part, were it off by `error`.
///
/// To run it is sound where `out` can be written at every `step` for as many as `sums`, of which
/// there are at most 1024, whose absolute values and `error` are less than 2^30.
pub(crate) struct Certain<'a, B> {
    pub(crate) sums: &'a [f32],
    pub(crate) error: f32,
    pub(crate) out: *mut B,
    pub(crate) step: isize,
}

impl<B: Cast> Certain<'_, B> {
    /// Writes and looks, in the best tier.
    ///
    /// # Safety
    /// As [`Certain`] says.
    pub(crate) unsafe fn find(self) -> u64 {
        #[cfg(target_arch = "x86_64")]
        if B::BYTE && self.step == 1 && simd::tier() == simd::Tier::Avx512 {
            // SAFETY: the tier is what detection saw; elements of eight bits that follow each
            // other, of which only the lowest bits of a whole part are written.
            return unsafe { bytes(self.sums, self.error, self.out.cast()) };
        }
        simd::dispatch(self)
    }
}

/// [`Certain`] for elements of eight bits that follow each other: sixteen sums at a time, of
/// which a loop that the compiler makes vectors of takes four times as long.
///
/// # Safety
/// As [`Certain`] says; AVX-512F is there.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn bytes(sums: &[f32], error: f32, out: *mut u8) -> u64 {
    use std::arch::x86_64::*;
    let (mut doubtful, error) = (0, _mm512_set1_ps(error));
    for (i, block) in sums.chunks(16).enumerate() {
        let lanes = u16::MAX >> (16 - block.len());
        // SAFETY: `lanes` are the elements of the block, and their places in the output.
        unsafe {
            let x = _mm512_maskz_loadu_ps(lanes, block.as_ptr());
            let whole = _mm512_cvttps_epi32(x);
            _mm512_mask_cvtepi32_storeu_epi8(out.add(16 * i).cast(), lanes, whole);
            let low = _mm512_cvttps_epi32(_mm512_sub_ps(x, error));
            let high = _mm512_cvttps_epi32(_mm512_add_ps(x, error));
            let differ = _mm512_mask_cmpneq_epi32_mask(lanes, low, high);
            doubtful |= u64::from(differ != 0) << i;
        }
    }
    doubtful
}

impl<B: Cast> Kernel for Certain<'_, B> {
    type Output = u64;

    #[inline(always)]
    fn run(self) -> u64 {
        let Self { sums, error, out, step } = self;
        // SAFETY: the caller's promise: an `i32` without its fraction, `error` more or less.
        let whole = |sum: f32| unsafe { sum.to_int_unchecked::<i32>() };
        if step == 1 {
            let out = std::ptr::slice_from_raw_parts_mut(out.cast::<MaybeUninit<B>>(), sums.len());
            // SAFETY: as many places as sums can be written.
            for (to, &sum) in unsafe { &mut *out }.iter_mut().zip(sums) {
                to.write(B::wrapped(whole(sum)));
            }
        } else {
            for (i, &sum) in sums.iter().enumerate() {
                let to = out.wrapping_offset(i as isize * step);
                // SAFETY: as above.
                unsafe { to.write(B::wrapped(whole(sum))) };
            }
        }
        let (mut doubtful, (blocks, rest)) = (0, sums.as_chunks::<16>());
        let differ = |sums: &[f32]| {
            sums.iter().fold(0, |differ, &x| differ | (whole(x - error) ^ whole(x + error)))
        };
        for (i, block) in blocks.iter().enumerate() {
            doubtful |= u64::from(differ(block) != 0) << i;
        }
        if !rest.is_empty() {
            doubtful |= u64::from(differ(rest) != 0) << blocks.len();
        }
        doubtful
    }
}
