//! Blocks of a line in AVX-512F: the groups of `line.rs`, by shifts within a vector.
//!
//! ```text
//! 64 bits: a group is a vector; 32 bits: two groups are one
//!     for by in 1, 2, 4: lanes j >= by of a group: s[j] = join(s[j - by], s[j])
//!     y = join(carry, join(last, s));  last = join(last, the last of s), group by group
//! ```
//! Past the cache results go a line at a time: each vector that is stored is put together
//! from two that follow each other. The same pairs are joined as in the loops of `line.rs`, so
//! the bits are the same. The compiler makes two shuffles in AVX registers of a step there; here
//! a step is one permutation and one operation on the lanes that have a partner.

use std::arch::x86_64::*;

use super::stream::LINE;
use super::{GROUP, Stretch};
use crate::kernel::ahead::fetch_line;
use crate::tuning::SCAN_BLOCK;

/// Numbers of one width, and what moves them in a register.
///
/// # Safety
/// Its functions need AVX-512F.
trait Width {
    /// How many numbers.
    const LANES: usize;
    /// Those of `b` where the mask has a bit, else those of `a`.
    unsafe fn blend(a: __m512i, mask: u16, b: __m512i) -> __m512i;
    /// To each lane of a group that one which is `BY` before it, to the lowest some other.
    unsafe fn up<const BY: i32>(s: __m512i) -> __m512i;
    /// The last of a group in every lane.
    unsafe fn last_of(s: __m512i, group: usize) -> __m512i;
    /// A register full, from lane `skip` of the first on.
    unsafe fn joint(first: __m512i, skip: usize, second: __m512i) -> __m512i;
    /// Stores the lanes that have a bit in the mask.
    unsafe fn store_some(to: *mut u8, mask: u16, x: __m512i);
}

enum Of64 {}
enum Of32 {}

impl Width for Of64 {
    const LANES: usize = 8;
    #[inline(always)]
    unsafe fn blend(a: __m512i, mask: u16, b: __m512i) -> __m512i {
        // SAFETY: the tier is there, says the caller, here and below.
        unsafe { _mm512_mask_mov_epi64(a, mask as __mmask8, b) }
    }
    #[inline(always)]
    unsafe fn up<const BY: i32>(s: __m512i) -> __m512i {
        // SAFETY: see `blend`.
        unsafe {
            match BY {
                1 => _mm512_alignr_epi64::<7>(s, s),
                2 => _mm512_alignr_epi64::<6>(s, s),
                _ => _mm512_alignr_epi64::<4>(s, s),
            }
        }
    }
    #[inline(always)]
    unsafe fn last_of(s: __m512i, group: usize) -> __m512i {
        // SAFETY: see `blend`.
        unsafe { _mm512_permutexvar_epi64(_mm512_set1_epi64(group as i64 * 8 + 7), s) }
    }
    #[inline(always)]
    unsafe fn joint(first: __m512i, skip: usize, second: __m512i) -> __m512i {
        // SAFETY: see `blend`.
        unsafe {
            let lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
            let from = _mm512_add_epi64(lanes, _mm512_set1_epi64(skip as i64));
            _mm512_permutex2var_epi64(first, from, second)
        }
    }
    #[inline(always)]
    unsafe fn store_some(to: *mut u8, mask: u16, x: __m512i) {
        // SAFETY: see `blend`; the caller's promise.
        unsafe { _mm512_mask_storeu_epi64(to.cast(), mask as __mmask8, x) };
    }
}

impl Width for Of32 {
    const LANES: usize = 16;
    #[inline(always)]
    unsafe fn blend(a: __m512i, mask: u16, b: __m512i) -> __m512i {
        // SAFETY: see `Of64`, here and below.
        unsafe { _mm512_mask_mov_epi32(a, mask, b) }
    }
    #[inline(always)]
    unsafe fn up<const BY: i32>(s: __m512i) -> __m512i {
        // SAFETY: see `blend`. The lowest index wraps around.
        unsafe { _mm512_permutexvar_epi32(lanes_from(-BY), s) }
    }
    #[inline(always)]
    unsafe fn last_of(s: __m512i, group: usize) -> __m512i {
        // SAFETY: see `blend`.
        unsafe { _mm512_permutexvar_epi32(_mm512_set1_epi32(group as i32 * 8 + 7), s) }
    }
    #[inline(always)]
    unsafe fn joint(first: __m512i, skip: usize, second: __m512i) -> __m512i {
        // SAFETY: see `blend`.
        unsafe { _mm512_permutex2var_epi32(first, lanes_from(skip as i32), second) }
    }
    #[inline(always)]
    unsafe fn store_some(to: *mut u8, mask: u16, x: __m512i) {
        // SAFETY: see `blend`; the caller's promise.
        unsafe { _mm512_mask_storeu_epi32(to.cast(), mask, x) };
    }
}

/// Lanes of 32 bits, counted from `first`.
///
/// # Safety
/// AVX-512F is there.
#[inline(always)]
unsafe fn lanes_from(first: i32) -> __m512i {
    // SAFETY: the caller's promise.
    unsafe {
        let lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        _mm512_add_epi32(lanes, _mm512_set1_epi32(first))
    }
}

/// A number, and how it comes into a register and out of it.
///
/// # Safety
/// As [`Width`].
trait Number: Copy {
    type Width: Width;
    unsafe fn splat(self) -> __m512i;
    unsafe fn lowest(x: __m512i) -> Self;
}

macro_rules! numbers {
    ($($t:ident: $width:ident, |$x:ident| $splat:expr, |$lanes:ident| $lowest:expr;)*) => {$(
        impl Number for $t {
            type Width = $width;
            #[inline(always)]
            unsafe fn splat(self) -> __m512i {
                let $x = self;
                // SAFETY: the tier is there, says the caller, here and below.
                unsafe { $splat }
            }
            #[inline(always)]
            unsafe fn lowest($lanes: __m512i) -> $t {
                // SAFETY: see `splat`.
                unsafe { $lowest }
            }
        }
    )*};
}
numbers! {
    f64: Of64, |x| _mm512_castpd_si512(_mm512_set1_pd(x)),
        |x| _mm512_cvtsd_f64(_mm512_castsi512_pd(x));
    f32: Of32, |x| _mm512_castps_si512(_mm512_set1_ps(x)),
        |x| _mm512_cvtss_f32(_mm512_castsi512_ps(x));
    i64: Of64, |x| _mm512_set1_epi64(x), |x| _mm_cvtsi128_si64(_mm512_castsi512_si128(x));
    i32: Of32, |x| _mm512_set1_epi32(x), |x| _mm_cvtsi128_si32(_mm512_castsi512_si128(x));
}

/// What is scanned: how numbers are turned on the way in and out, and what joins two registers
/// of them.
///
/// # Safety
/// As [`Width`].
trait Scan {
    type Number: Number;
    #[inline(always)]
    unsafe fn turn(x: __m512i, _flip: __m512i) -> __m512i {
        x
    }
    unsafe fn join(a: __m512i, b: __m512i) -> __m512i;
}

/// How its numbers move.
type Moves<S> = <<S as Scan>::Number as Number>::Width;

/// The steps within the groups of a register.
///
/// # Safety
/// As [`Width`].
#[inline(always)]
unsafe fn by_doubling<S: Scan>(s: __m512i) -> __m512i {
    /// Of the lanes of a group those that have one so many before them, in both halves.
    const FROM: [u16; 3] = [0xFEFE, 0xFCFC, 0xF0F0];
    // SAFETY: the caller's promise.
    unsafe {
        let s = Moves::<S>::blend(s, FROM[0], S::join(Moves::<S>::up::<1>(s), s));
        let s = Moves::<S>::blend(s, FROM[1], S::join(Moves::<S>::up::<2>(s), s));
        Moves::<S>::blend(s, FROM[2], S::join(Moves::<S>::up::<4>(s), s))
    }
}

/// A stretch; the total before its last block, and the last of its last group.
///
/// # Safety
/// As the kernels below say.
#[inline(always)]
unsafe fn scanned<S: Scan, const STREAM: bool>(
    stretch: Stretch,
    [carry, last, flip, start]: [S::Number; 4],
) -> [S::Number; 2] {
    let lanes = Moves::<S>::LANES;
    let (from, to) = (stretch.from.cast::<S::Number>(), stretch.to.cast::<S::Number>());
    // Past the cache whole lines go: vectors are put together from two.
    let ahead = if STREAM { to.align_offset(LINE) } else { 0 };
    let head = ((1u32 << ahead) - 1) as u16;
    // SAFETY: the caller's promise; `ahead` elements on, places are aligned.
    unsafe {
        let flip = flip.splat();
        let [mut carry, mut last, start] = [carry, last, start].map(|x| S::turn(x.splat(), flip));
        let mut kept = _mm512_setzero_si512();
        for i in (0..stretch.n).step_by(lanes) {
            if i > 0 && i % SCAN_BLOCK == 0 {
                (carry, last) = (S::join(carry, last), start);
            }
            if STREAM {
                fetch_line(from.add(i).cast::<u8>().wrapping_add(stretch.next));
            }
            let s = by_doubling::<S>(S::turn(_mm512_loadu_si512(from.add(i).cast()), flip));
            let mut before = last;
            last = S::join(last, Moves::<S>::last_of(s, 0));
            if lanes > GROUP {
                before = Moves::<S>::blend(before, 0xFF00, last);
                last = S::join(last, Moves::<S>::last_of(s, 1));
            }
            let y = S::turn(S::join(carry, S::join(before, s)), flip);
            if !STREAM {
                _mm512_storeu_si512(to.add(i).cast(), y);
            } else if i == 0 {
                Moves::<S>::store_some(to.cast(), head, y);
            } else {
                let line = Moves::<S>::joint(kept, ahead, y);
                _mm512_stream_si512(to.add(i + ahead - lanes).cast(), line);
            }
            kept = y;
        }
        if STREAM {
            // Those of the last vector that are not stored yet.
            Moves::<S>::store_some(to.add(stretch.n - lanes).cast(), !head, kept);
        }
        [carry, last].map(|x| S::Number::lowest(S::turn(x, flip)))
    }
}

/// A kernel for each scan.
macro_rules! wide {
    ($($name:ident: $scan:ident of $t:ident,
       $(turned |$x:ident, $flip:ident| $turn:expr,)? |$a:ident, $b:ident| $join:expr;)*) => {$(
        enum $scan {}

        impl Scan for $scan {
            type Number = $t;
            $(#[inline(always)]
            unsafe fn turn($x: __m512i, $flip: __m512i) -> __m512i {
                // SAFETY: the tier is there, says the caller, here and below.
                unsafe { $turn }
            })?
            #[inline(always)]
            unsafe fn join($a: __m512i, $b: __m512i) -> __m512i {
                // SAFETY: the tier is there, says the caller.
                unsafe { $join }
            }
        }

        /// Told the stretch, and in a row the total of what comes before its block, the last of
        /// the group before, the bits that turn elements, and what a block begins with. Gives the
        /// first two for what comes next. A stretch of more than a block begins with one.
        ///
        /// # Safety
        /// AVX-512F is there. The stretch has whole pairs of groups, which may be read and
        /// written; they are the same or do not overlap. `STREAM`: stored past the cache, by
        /// whole lines, with a `fence` to come.
        #[target_feature(enable = "avx512f")]
        pub(crate) unsafe fn $name<const STREAM: bool>(stretch: Stretch, told: [$t; 4]) -> [$t; 2] {
            // SAFETY: the caller's promise.
            unsafe { scanned::<$scan, STREAM>(stretch, told) }
        }
    )*};
}

/// Of two vectors of floats the lesser ones, as `kernel/reduce/extremes.rs` explains it: `vmin`
/// gives its second operand where neither is less.
macro_rules! lesser {
    ($a:ident, $b:ident, $float:ident, $bits:ident, $min:ident) => {{
        let (a, b) = ($float($a), $float($b));
        _mm512_or_si512($bits($min(a, b)), $bits($min(b, a)))
    }};
}

wide! {
    sum_f64: SumF64 of f64,
        |a, b| _mm512_castpd_si512(
            _mm512_add_pd(_mm512_castsi512_pd(a), _mm512_castsi512_pd(b))
        );
    sum_f32: SumF32 of f32,
        |a, b| _mm512_castps_si512(
            _mm512_add_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b))
        );
    sum_i64: SumI64 of i64, |a, b| _mm512_add_epi64(a, b);
    least_f64: LeastF64 of f64, turned |x, flip| _mm512_xor_si512(x, flip),
        |a, b| lesser!(a, b, _mm512_castsi512_pd, _mm512_castpd_si512, _mm512_min_pd);
    least_f32: LeastF32 of f32, turned |x, flip| _mm512_xor_si512(x, flip),
        |a, b| lesser!(a, b, _mm512_castsi512_ps, _mm512_castps_si512, _mm512_min_ps);
    least_i64: LeastI64 of i64, turned |x, flip| _mm512_xor_si512(x, flip),
        |a, b| _mm512_min_epi64(a, b);
    least_i32: LeastI32 of i32, turned |x, flip| _mm512_xor_si512(x, flip),
        |a, b| _mm512_min_epi32(a, b);
}
