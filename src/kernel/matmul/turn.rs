//! Turning blocks of a matrix: what lies in columns, written in rows.
//!
//! ```text
//! for each block of 8 x 8 (4 x 4 for elements of eight bytes)
//!     read 8 columns, exchange halves of pairs three times, write 8 rows
//! ```
//! Three rounds of shuffles for a block, each register exchanging with another one:
//! Eklundh, "A fast computer method for matrix transposing", 1972.

#[cfg(target_arch = "x86_64")]
use super::micro::fetch;

/// Elements of a column of `from` lie side by side, columns `lead` elements apart; rows of `to`
/// are `stride` apart. Turns whole blocks, and gives how many rows and columns it did.
///
/// # Safety
/// `from` may be read and `to` written for `k` rows and `width` columns; AVX2 is there.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn turn<T: Copy>(
    from: *const T,
    lead: isize,
    k: usize,
    width: usize,
    to: *mut T,
    stride: usize,
) -> [usize; 2] {
    let side = match size_of::<T>() {
        4 => 8,
        8 => 4,
        _ => return [0, 0],
    };
    let [rows, cols] = [k / side * side, width / side * side];
    // Down a few columns at a time: each is a stream that the prefetcher follows.
    for j in (0..cols).step_by(side) {
        for p in (0..rows).step_by(side) {
            let from = from.wrapping_offset(p as isize + j as isize * lead);
            if p.is_multiple_of(64 / size_of::<T>()) {
                // What comes next lies in other pages, which the prefetcher does not know.
                for next in side..2 * side {
                    fetch(from.wrapping_offset(next as isize * lead), 1);
                }
            }
            let to = to.wrapping_add(p * stride + j);
            // SAFETY: a whole block inside; the element size was just compared.
            unsafe {
                if side == 8 {
                    turn8(from.cast(), lead, to.cast(), stride);
                } else {
                    turn4(from.cast(), lead, to.cast(), stride);
                }
            }
        }
    }
    [rows, cols]
}

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// # Safety
/// As [`turn`], for eight rows and columns.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn turn8(from: *const f32, lead: isize, to: *mut f32, stride: usize) {
    // SAFETY: eight elements of eight columns, the caller's promise.
    unsafe {
        // Halves of columns 0-3 below those of 4-7: then all shuffles stay in a lane.
        let half = |j: isize, at: usize| {
            let low = _mm_loadu_ps(from.wrapping_offset(j * lead).add(at));
            let high = _mm_loadu_ps(from.wrapping_offset((j + 4) * lead).add(at));
            _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(low), high)
        };
        for at in [0, 4] {
            let [a, b, c, d] = [half(0, at), half(1, at), half(2, at), half(3, at)];
            let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
            let (ab2, cd2) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
            let to = to.wrapping_add(at * stride);
            _mm256_storeu_ps(to, _mm256_shuffle_ps::<0b01_00_01_00>(ab, cd));
            _mm256_storeu_ps(to.wrapping_add(stride), _mm256_shuffle_ps::<0b11_10_11_10>(ab, cd));
            let to = to.wrapping_add(2 * stride);
            _mm256_storeu_ps(to, _mm256_shuffle_ps::<0b01_00_01_00>(ab2, cd2));
            _mm256_storeu_ps(to.wrapping_add(stride), _mm256_shuffle_ps::<0b11_10_11_10>(ab2, cd2));
        }
    }
}

/// # Safety
/// As [`turn`], for four rows and columns.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn turn4(from: *const f64, lead: isize, to: *mut f64, stride: usize) {
    // SAFETY: four elements of four columns, the caller's promise.
    unsafe {
        let half = |j: isize, at: usize| {
            let low = _mm_loadu_pd(from.wrapping_offset(j * lead).add(at));
            let high = _mm_loadu_pd(from.wrapping_offset((j + 2) * lead).add(at));
            _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(low), high)
        };
        for at in [0, 2] {
            let (a, b) = (half(0, at), half(1, at));
            let to = to.wrapping_add(at * stride);
            _mm256_storeu_pd(to, _mm256_unpacklo_pd(a, b));
            _mm256_storeu_pd(to.wrapping_add(stride), _mm256_unpackhi_pd(a, b));
        }
    }
}
