//! Blocks of a line in AVX-512F: the groups of `line.rs`, by shifts within a vector.
//!
//! ```text
//! 64 bits: a group is a vector; 32 bits: two groups are one
//!     for by in 1, 2, 4: lanes j >= by of a group: s[j] = join(s[j - by], s[j])
//!     y = join(carry, join(last, s));  last = join(last, the last of s), group by group
//! ```
//! Past the cache results go a line at a time: each vector that is stored is put together
//! from two that follow each other. The same pairs are joined as in the loops of `line.rs`, so the bits are the same. The
//! compiler makes two shuffles in AVX registers of a step there; here a step is one
//! permutation and one operation on the lanes that have a partner.

use std::arch::x86_64::*;

use super::Stretch;
use super::stream::LINE;

/// Lanes of a group that have one so many before them.
const FROM: [u16; 3] = [0xFE, 0xFC, 0xF0];

/// A scan of numbers of 64 bits: how they are turned on the way in and out, and what joins
/// two vectors of them.
macro_rules! of_64 {
    ($($name:ident: $t:ident as $bits:ident, |$x:ident, $flip:ident| $turn:expr,
       |$a:ident, $b:ident| $join:expr;)*) => {$(
        /// Told the stretch, the total of what comes before its block, the last of the group
        /// before, and the bits that turn elements; gives the last of the last group.
        ///
        /// # Safety
        /// AVX-512F is there. The stretch has whole pairs of groups, which may be read and
        /// written; they are the same or do not overlap. `STREAM`: stored past the cache, by
        /// whole lines, with a `fence` to come.
        #[target_feature(enable = "avx512f")]
        pub(crate) unsafe fn $name<const STREAM: bool>(
            stretch: Stretch,
            carry: $t,
            last: $t,
            flip: $t,
        ) -> $t {
            let splat = |x: $t| _mm512_set1_epi64($bits(x));
            let $flip = splat(flip);
            let turn = |$x: __m512i| $turn;
            let join = |$a: __m512i, $b: __m512i| $join;
            let joined = |from: u16, a, s| _mm512_mask_mov_epi64(s, from as u8, join(a, s));
            let (carry, mut last) = (turn(splat(carry)), turn(splat(last)));
            let last_lane = _mm512_set1_epi64(7);
            let (from, to) = (stretch.from.cast::<$t>(), stretch.to.cast::<$t>());
            // Past the cache whole lines go: vectors are put together from two.
            let ahead = if STREAM { to.align_offset(LINE) } else { 0 };
            let head = (1u32 << ahead) - 1;
            let shift = _mm512_add_epi64(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0), _mm512_set1_epi64(ahead as _));
            let mut kept = _mm512_setzero_si512();
            for i in (0..stretch.n).step_by(8) {
                // SAFETY: the caller's promise.
                let s = turn(unsafe { _mm512_loadu_si512(from.add(i).cast()) });
                let s = joined(FROM[0], _mm512_alignr_epi64::<7>(s, s), s);
                let s = joined(FROM[1], _mm512_alignr_epi64::<6>(s, s), s);
                let s = joined(FROM[2], _mm512_alignr_epi64::<4>(s, s), s);
                let y = turn(join(carry, join(last, s)));
                // SAFETY: the caller's promise; `ahead` elements on, places are aligned.
                unsafe {
                    if !STREAM {
                        _mm512_storeu_si512(to.add(i).cast(), y);
                    } else if i == 0 {
                        _mm512_mask_storeu_epi64(to.cast(), head as _, y);
                    } else {
                        let line = _mm512_permutex2var_epi64(kept, shift, y);
                        _mm512_stream_si512(to.add(i + ahead - 8).cast(), line);
                    }
                }
                kept = y;
                last = join(last, _mm512_permutexvar_epi64(last_lane, s));
            }
            if STREAM {
                // SAFETY: the caller's promise: the last of the stretch that are not stored.
                unsafe {
                    let to = to.add(stretch.n - 8);
                    _mm512_mask_storeu_epi64(to.cast(), !head as _, kept);
                }
            }
            let last = _mm_cvtsi128_si64(_mm512_castsi512_si128(turn(last)));
            $t::from_ne_bytes(last.to_ne_bytes())
        }
    )*};
}

/// The same of 32 bits.
macro_rules! of_32 {
    ($($name:ident: $t:ident as $bits:ident, |$x:ident, $flip:ident| $turn:expr,
       |$a:ident, $b:ident| $join:expr;)*) => {$(
        /// Told the stretch, the total of what comes before its block, the last of the group
        /// before, and the bits that turn elements; gives the last of the last group.
        ///
        /// # Safety
        /// AVX-512F is there. The stretch has whole pairs of groups, which may be read and
        /// written; they are the same or do not overlap. `STREAM`: stored past the cache, by
        /// whole lines, with a `fence` to come.
        #[target_feature(enable = "avx512f")]
        pub(crate) unsafe fn $name<const STREAM: bool>(
            stretch: Stretch,
            carry: $t,
            last: $t,
            flip: $t,
        ) -> $t {
            let splat = |x: $t| _mm512_set1_epi32($bits(x));
            let $flip = splat(flip);
            let turn = |$x: __m512i| $turn;
            let join = |$a: __m512i, $b: __m512i| $join;
            let joined = |from: u16, a, s| {
                _mm512_mask_mov_epi32(s, from | from << 8, join(a, s))
            };
            let lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
            // The lowest lanes of a group take some lane and leave it.
            let up = |by| _mm512_and_si512(
                _mm512_sub_epi32(lanes, _mm512_set1_epi32(by)),
                _mm512_set1_epi32(15),
            );
            let ups = [up(1), up(2), up(4)];
            let (carry, mut last) = (turn(splat(carry)), turn(splat(last)));
            let (first_last, second_last) = (_mm512_set1_epi32(7), _mm512_set1_epi32(15));
            let (from, to) = (stretch.from.cast::<$t>(), stretch.to.cast::<$t>());
            // Past the cache whole lines go: vectors are put together from two.
            let ahead = if STREAM { to.align_offset(LINE) } else { 0 };
            let head = (1u32 << ahead) - 1;
            let shift = _mm512_add_epi32(lanes, _mm512_set1_epi32(ahead as _));
            let mut kept = _mm512_setzero_si512();
            for i in (0..stretch.n).step_by(16) {
                // SAFETY: the caller's promise.
                let s = turn(unsafe { _mm512_loadu_si512(from.add(i).cast()) });
                let s = joined(FROM[0], _mm512_permutexvar_epi32(ups[0], s), s);
                let s = joined(FROM[1], _mm512_permutexvar_epi32(ups[1], s), s);
                let s = joined(FROM[2], _mm512_permutexvar_epi32(ups[2], s), s);
                let first = join(last, _mm512_permutexvar_epi32(first_last, s));
                let before = _mm512_mask_mov_epi32(last, 0xFF00, first);
                let y = turn(join(carry, join(before, s)));
                // SAFETY: the caller's promise; `ahead` elements on, places are aligned.
                unsafe {
                    if !STREAM {
                        _mm512_storeu_si512(to.add(i).cast(), y);
                    } else if i == 0 {
                        _mm512_mask_storeu_epi32(to.cast(), head as _, y);
                    } else {
                        let line = _mm512_permutex2var_epi32(kept, shift, y);
                        _mm512_stream_si512(to.add(i + ahead - 16).cast(), line);
                    }
                }
                kept = y;
                last = join(first, _mm512_permutexvar_epi32(second_last, s));
            }
            if STREAM {
                // SAFETY: the caller's promise: the last of the stretch that are not stored.
                unsafe {
                    let to = to.add(stretch.n - 16);
                    _mm512_mask_storeu_epi32(to.cast(), !head as _, kept);
                }
            }
            let last = _mm_cvtsi128_si32(_mm512_castsi512_si128(turn(last)));
            $t::from_ne_bytes(last.to_ne_bytes())
        }
    )*};
}

#[inline(always)]
fn f64_bits(x: f64) -> i64 {
    x.to_bits() as i64
}
#[inline(always)]
fn f32_bits(x: f32) -> i32 {
    x.to_bits() as i32
}
#[inline(always)]
fn i64_bits(x: i64) -> i64 {
    x
}
#[inline(always)]
fn i32_bits(x: i32) -> i32 {
    x
}

// The lesser of two floats as `kernel/reduce/extremes.rs` explains it: `vmin` gives its
// second operand where neither is less.
of_64! {
    sum_f64: f64 as f64_bits, |x, _flip| x,
        |a, b| _mm512_castpd_si512(
            _mm512_add_pd(_mm512_castsi512_pd(a), _mm512_castsi512_pd(b))
        );
    sum_i64: i64 as i64_bits, |x, _flip| x, |a, b| _mm512_add_epi64(a, b);
    least_f64: f64 as f64_bits, |x, flip| _mm512_xor_si512(x, flip), |a, b| {
        let (a, b) = (_mm512_castsi512_pd(a), _mm512_castsi512_pd(b));
        _mm512_or_si512(
            _mm512_castpd_si512(_mm512_min_pd(a, b)),
            _mm512_castpd_si512(_mm512_min_pd(b, a)),
        )
    };
    least_i64: i64 as i64_bits, |x, flip| _mm512_xor_si512(x, flip),
        |a, b| _mm512_min_epi64(a, b);
}
of_32! {
    sum_f32: f32 as f32_bits, |x, _flip| x,
        |a, b| _mm512_castps_si512(
            _mm512_add_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b))
        );
    least_f32: f32 as f32_bits, |x, flip| _mm512_xor_si512(x, flip), |a, b| {
        let (a, b) = (_mm512_castsi512_ps(a), _mm512_castsi512_ps(b));
        _mm512_or_si512(
            _mm512_castps_si512(_mm512_min_ps(a, b)),
            _mm512_castps_si512(_mm512_min_ps(b, a)),
        )
    };
    least_i32: i32 as i32_bits, |x, flip| _mm512_xor_si512(x, flip),
        |a, b| _mm512_min_epi32(a, b);
}
