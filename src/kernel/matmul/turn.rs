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

/// Four rows, from row `at` on, of what eight columns hold.
///
/// # Safety
/// Elements `at` to `at + 4` of eight columns may be read; AVX2 is there.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn rows_of_8(from: *const f32, lead: isize, at: usize) -> [__m256; 4] {
    // Columns 0-3 below columns 4-7: then all shuffles stay in a lane.
    let half = |j: isize| {
        let column = |j: isize| from.wrapping_offset(j * lead).wrapping_add(at);
        // SAFETY: four elements of a column, the caller's promise.
        let (low, high) = unsafe { (_mm_loadu_ps(column(j)), _mm_loadu_ps(column(j + 4))) };
        _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(low), high)
    };
    let [a, b, c, d] = [half(0), half(1), half(2), half(3)];
    let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
    let (ab2, cd2) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
    [
        _mm256_shuffle_ps::<0b01_00_01_00>(ab, cd),
        _mm256_shuffle_ps::<0b11_10_11_10>(ab, cd),
        _mm256_shuffle_ps::<0b01_00_01_00>(ab2, cd2),
        _mm256_shuffle_ps::<0b11_10_11_10>(ab2, cd2),
    ]
}

/// Two rows, from row `at` on, of what four columns hold.
///
/// # Safety
/// Elements `at` and `at + 1` of four columns may be read; AVX2 is there.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn rows_of_4(from: *const f64, lead: isize, at: usize) -> [__m256d; 2] {
    let half = |j: isize| {
        let column = |j: isize| from.wrapping_offset(j * lead).wrapping_add(at);
        // SAFETY: two elements of a column, the caller's promise.
        let (low, high) = unsafe { (_mm_loadu_pd(column(j)), _mm_loadu_pd(column(j + 2))) };
        _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(low), high)
    };
    let (a, b) = (half(0), half(1));
    [_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b)]
}

/// # Safety
/// As [`turn`], for eight rows and columns.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn turn8(from: *const f32, lead: isize, to: *mut f32, stride: usize) {
    // SAFETY: eight elements of eight columns, the caller's promise.
    unsafe {
        for at in [0, 4] {
            for (i, row) in rows_of_8(from, lead, at).into_iter().enumerate() {
                _mm256_storeu_ps(to.wrapping_add((at + i) * stride), row);
            }
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
        for at in [0, 2] {
            for (i, row) in rows_of_4(from, lead, at).into_iter().enumerate() {
                _mm256_storeu_pd(to.wrapping_add((at + i) * stride), row);
            }
        }
    }
}
