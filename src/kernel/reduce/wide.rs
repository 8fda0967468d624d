//! Blocks of floats by hand: those of `lanes.rs`, whose lanes are four registers of AVX-512F
//! or eight of AVX2.
//!
//! ```text
//! lanes[0..W] = neutral
//! for each W registers of x, and the rest, neutral where there is nothing:
//!     lanes[j] = join(lanes[j], x[j])
//! by halves: lanes[j] = join(lanes[j], lanes[j + W/2]), ...; then by halves of lanes[0]
//! ```
//! The same pairs are joined as there, so the bits are the same. A rest needs no copy here, and
//! memory is asked for ahead of its use without a loss in the first cache.

use std::arch::x86_64::*;

use super::Lines;
use crate::kernel::ahead::fetch_line;
use crate::simd;
use crate::tuning::REDUCE_AHEAD;

/// Totals of contiguous lines, of one element at least, side by side. Asked to, the kernel
/// fetches memory ahead.
///
/// # Safety
/// The tier is there. The lines may be read; there is a place for each total.
pub(crate) type Wide<T> = unsafe fn(&Lines, ahead: bool, *mut T);

/// A register of floats. Its functions need the tier that has it.
pub(super) trait Vector: Copy {
    type Elem: Copy;
    /// How many of them.
    const N: usize;
    /// Of one number.
    unsafe fn splat(x: Self::Elem) -> Self;
    unsafe fn load(from: *const Self::Elem) -> Self;
    unsafe fn store(self, to: *mut Self::Elem);
    /// The first `n`, and others after them.
    unsafe fn load_first(from: *const Self::Elem, n: usize, others: Self) -> Self;
    /// The first `n` of one, and others after them.
    unsafe fn first(self, n: usize, others: Self) -> Self;
    unsafe fn plus(self, other: Self) -> Self;
    unsafe fn minus(self, other: Self) -> Self;
    unsafe fn times(self, other: Self) -> Self;
    unsafe fn turned(self) -> Self;
    /// As `extremes.rs` explains it: `vmin` gives its second operand where neither is less.
    unsafe fn lesser(self, other: Self) -> Self;
    /// Joins the upper half to the lower until one is left.
    unsafe fn folded(self, join: impl Fn(Self, Self) -> Self) -> Self::Elem;
}

/// The intrinsics of each step; what loads the first of a register, and blends them with others.
macro_rules! vector {
    ($($v:ident of $n:literal $t:ident: $set:ident, $load:ident, $add:ident, $sub:ident, $mul:ident, $min:ident,
       $or:ident, $xor:ident, $bits:ident, $float:ident,
       |$from:ident, $few:ident, $rest:ident| $load_first:expr,
       |$own:ident, $many:ident, $others:ident| $first:expr,
       |$x:ident, $join:ident| $folded:expr;)*) => {$(
        impl Vector for $v {
            type Elem = $t;
            const N: usize = $n;
            #[inline(always)]
            unsafe fn splat(x: $t) -> Self {
                // SAFETY: the tier is there, says the caller, here and below.
                unsafe { $set(x) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: see `splat`; may be read, says the caller.
                unsafe { $load(from) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: see `splat`; may be written, says the caller.
                unsafe { to.cast::<$v>().write_unaligned(self) }
            }
            #[inline(always)]
            unsafe fn load_first($from: *const $t, $few: usize, $rest: Self) -> Self {
                // SAFETY: see `load`; no more are read.
                unsafe { $load_first }
            }
            #[inline(always)]
            unsafe fn first(self, $many: usize, $others: Self) -> Self {
                let $own = self;
                // SAFETY: see `splat`.
                unsafe { $first }
            }
            #[inline(always)]
            unsafe fn plus(self, other: Self) -> Self {
                // SAFETY: see `splat`.
                unsafe { $add(self, other) }
            }
            #[inline(always)]
            unsafe fn minus(self, other: Self) -> Self {
                // SAFETY: see `splat`.
                unsafe { $sub(self, other) }
            }
            #[inline(always)]
            unsafe fn times(self, other: Self) -> Self {
                // SAFETY: see `splat`.
                unsafe { $mul(self, other) }
            }
            #[inline(always)]
            unsafe fn turned(self) -> Self {
                // SAFETY: see `splat`.
                unsafe { $float($xor($bits(self), $bits($set(-0.0)))) }
            }
            #[inline(always)]
            unsafe fn lesser(self, other: Self) -> Self {
                // SAFETY: see `splat`.
                unsafe {
                    let (a, b) = ($min(self, other), $min(other, self));
                    $float($or($bits(a), $bits(b)))
                }
            }
            #[inline(always)]
            unsafe fn folded(self, $join: impl Fn(Self, Self) -> Self) -> $t {
                let $x = self;
                // SAFETY: see `splat`.
                unsafe { $folded }
            }
        }
    )*};
}
vector! {
    __m512 of 16 f32: _mm512_set1_ps, _mm512_loadu_ps, _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_min_ps,
        _mm512_or_si512, _mm512_xor_si512, _mm512_castps_si512, _mm512_castsi512_ps,
        |from, n, others| _mm512_mask_loadu_ps(others, below(n) as __mmask16, from),
        |x, n, others| _mm512_mask_mov_ps(others, below(n) as __mmask16, x),
        |x, join| {
            let x = join(x, _mm512_shuffle_f32x4::<0b_01_00_11_10>(x, x));
            let x = join(x, _mm512_shuffle_f32x4::<0b_10_11_00_01>(x, x));
            let x = join(x, _mm512_permute_ps::<0b_01_00_11_10>(x));
            _mm512_cvtss_f32(join(x, _mm512_permute_ps::<0b_10_11_00_01>(x)))
        };
    __m512d of 8 f64: _mm512_set1_pd, _mm512_loadu_pd, _mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd, _mm512_min_pd,
        _mm512_or_si512, _mm512_xor_si512, _mm512_castpd_si512, _mm512_castsi512_pd,
        |from, n, others| _mm512_mask_loadu_pd(others, below(n) as __mmask8, from),
        |x, n, others| _mm512_mask_mov_pd(others, below(n) as __mmask8, x),
        |x, join| {
            let x = join(x, _mm512_shuffle_f64x2::<0b_01_00_11_10>(x, x));
            let x = join(x, _mm512_shuffle_f64x2::<0b_10_11_00_01>(x, x));
            _mm512_cvtsd_f64(join(x, _mm512_permute_pd::<0b_01_01_01_01>(x)))
        };
    __m256 of 8 f32: _mm256_set1_ps, _mm256_loadu_ps, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps, _mm256_min_ps,
        _mm256_or_si256, _mm256_xor_si256, _mm256_castps_si256, _mm256_castsi256_ps,
        |from, n, others| _mm256_maskload_ps(from, of_8(n)).first(n, others),
        |x, n, others| _mm256_blendv_ps(others, x, _mm256_castsi256_ps(of_8(n))),
        |x, join| {
            let x = join(x, _mm256_permute2f128_ps::<1>(x, x));
            let x = join(x, _mm256_permute_ps::<0b_01_00_11_10>(x));
            _mm256_cvtss_f32(join(x, _mm256_permute_ps::<0b_10_11_00_01>(x)))
        };
    __m256d of 4 f64: _mm256_set1_pd, _mm256_loadu_pd, _mm256_add_pd, _mm256_sub_pd, _mm256_mul_pd, _mm256_min_pd,
        _mm256_or_si256, _mm256_xor_si256, _mm256_castpd_si256, _mm256_castsi256_pd,
        |from, n, others| _mm256_maskload_pd(from, of_4(n)).first(n, others),
        |x, n, others| _mm256_blendv_pd(others, x, _mm256_castsi256_pd(of_4(n))),
        |x, join| {
            let x = join(x, _mm256_permute2f128_pd::<1>(x, x));
            _mm256_cvtsd_f64(join(x, _mm256_permute_pd::<0b_01_01>(x)))
        };
}

/// A mask of the lowest `n <= 16` bits.
#[inline(always)]
fn below(n: usize) -> u32 {
    (1 << n) - 1
}

/// A mask of the first `n` of eight lanes.
///
/// # Safety
/// The CPU has AVX2; the same below.
#[inline(always)]
unsafe fn of_8(n: usize) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe {
        _mm256_cmpgt_epi32(_mm256_set1_epi32(n as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
    }
}

/// A mask of the first `n` of four lanes.
///
/// # Safety
/// See [`of_8`].
#[inline(always)]
unsafe fn of_4(n: usize) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe { _mm256_cmpgt_epi64(_mm256_set1_epi64x(n as i64), _mm256_setr_epi64x(0, 1, 2, 3)) }
}

/// What becomes of elements of each operand, what joins them, and what changes nothing.
pub(super) trait Op<V: Vector, const K: usize> {
    const NEUTRAL: V::Elem;
    unsafe fn item(items: [V; K]) -> V;
    unsafe fn join(a: V, b: V) -> V;
}

pub(super) enum Sum {}
enum Dot {}
pub(super) enum Least {}
pub(super) enum Greatest {}

macro_rules! ops {
    ($($v:ident: $t:ident;)*) => {$(
        impl Op<$v, 1> for Sum {
            const NEUTRAL: $t = -0.0;
            #[inline(always)]
            unsafe fn item([x]: [$v; 1]) -> $v {
                x
            }
            #[inline(always)]
            unsafe fn join(a: $v, b: $v) -> $v {
                // SAFETY: the caller's promise, here and below.
                unsafe { a.plus(b) }
            }
        }
        impl Op<$v, 2> for Dot {
            const NEUTRAL: $t = -0.0;
            #[inline(always)]
            unsafe fn item([x, y]: [$v; 2]) -> $v {
                // SAFETY: see `Sum`.
                unsafe { x.times(y) }
            }
            #[inline(always)]
            unsafe fn join(a: $v, b: $v) -> $v {
                // SAFETY: see `Sum`.
                unsafe { a.plus(b) }
            }
        }
        impl Op<$v, 1> for Least {
            const NEUTRAL: $t = $t::INFINITY;
            #[inline(always)]
            unsafe fn item([x]: [$v; 1]) -> $v {
                x
            }
            #[inline(always)]
            unsafe fn join(a: $v, b: $v) -> $v {
                // SAFETY: see `Sum`.
                unsafe { a.lesser(b) }
            }
        }
        impl Op<$v, 1> for Greatest {
            const NEUTRAL: $t = $t::INFINITY;
            #[inline(always)]
            unsafe fn item([x]: [$v; 1]) -> $v {
                // SAFETY: see `Sum`.
                unsafe { x.turned() }
            }
            #[inline(always)]
            unsafe fn join(a: $v, b: $v) -> $v {
                // SAFETY: see `Sum`.
                unsafe { a.lesser(b) }
            }
        }
    )*};
}
ops! { __m512: f32; __m512d: f64; __m256: f32; __m256d: f64; }

/// A line's total.
///
/// # Safety
/// The tier is there; `n` elements of each operand may be read.
#[inline(always)]
unsafe fn total<V: Vector, O: Op<V, K>, const K: usize, const W: usize, const AHEAD: bool>(
    starts: [*const V::Elem; K],
    n: usize,
) -> V::Elem {
    // SAFETY: the caller's promise; no element from `n` on is read.
    unsafe {
        let neutral = V::splat(O::NEUTRAL);
        let mut lanes = [neutral; W];
        let mut items = [neutral; K];
        let mut at = 0;
        while at + W * V::N <= n {
            for lane in &mut lanes {
                for k in 0..K {
                    let from = starts[k].add(at);
                    if AHEAD {
                        fetch_line(from.cast::<u8>().wrapping_add(REDUCE_AHEAD));
                    }
                    items[k] = V::load(from);
                }
                *lane = O::join(*lane, O::item(items));
                at += V::N;
            }
        }
        for lane in &mut lanes {
            if at >= n {
                break;
            }
            let rest = V::N.min(n - at);
            for k in 0..K {
                let from = starts[k].add(at);
                if AHEAD {
                    fetch_line(from.cast::<u8>().wrapping_add(REDUCE_AHEAD));
                }
                items[k] = V::load_first(from, rest, neutral);
            }
            *lane = O::join(*lane, O::item(items).first(rest, neutral));
            at += V::N;
        }
        let mut half = W / 2;
        while half > 0 {
            for j in 0..half {
                lanes[j] = O::join(lanes[j], lanes[j + half]);
            }
            half /= 2;
        }
        lanes[0].folded(|a, b| O::join(a, b))
    }
}

/// All lines.
///
/// # Safety
/// As [`Wide`] says.
#[inline(always)]
unsafe fn totals<V: Vector, O: Op<V, K>, const K: usize, const W: usize>(
    lines: &Lines,
    ahead: bool,
    to: *mut V::Elem,
) {
    let ahead = ahead && !simd::foresees();
    for i in 0..lines.count {
        let all = lines.starts_of::<V::Elem>(i);
        let mut starts = [all[0].cast(); K];
        for k in 1..K {
            starts[k] = all[k].cast();
        }
        // SAFETY: the caller's promise.
        unsafe {
            to.add(i).write(if ahead {
                total::<V, O, K, W, true>(starts, lines.n)
            } else {
                total::<V, O, K, W, false>(starts, lines.n)
            });
        }
    }
}

macro_rules! wide {
    ($($name:ident $avx2:ident $avx512:ident: $op:ident of $k:literal, $narrow:ident $wide:ident $t:ident;)*) => {$(
        /// # Safety
        /// As [`Wide`] says, of AVX2.
        #[target_feature(enable = "avx2,fma")]
        unsafe fn $avx2(lines: &Lines, ahead: bool, to: *mut $t) {
            // SAFETY: the caller's promise.
            unsafe { totals::<$narrow, $op, $k, 8>(lines, ahead, to) };
        }
        /// # Safety
        /// As [`Wide`] says, of AVX-512F.
        #[target_feature(enable = "avx512f")]
        unsafe fn $avx512(lines: &Lines, ahead: bool, to: *mut $t) {
            // SAFETY: the caller's promise.
            unsafe { totals::<$wide, $op, $k, 4>(lines, ahead, to) };
        }
        pub(super) const $name: [Wide<$t>; 2] = [$avx2, $avx512];
    )*};
}
wide! {
    SUM_F32 sum_f32_avx2 sum_f32_avx512: Sum of 1, __m256 __m512 f32;
    SUM_F64 sum_f64_avx2 sum_f64_avx512: Sum of 1, __m256d __m512d f64;
    DOT_F32 dot_f32_avx2 dot_f32_avx512: Dot of 2, __m256 __m512 f32;
    DOT_F64 dot_f64_avx2 dot_f64_avx512: Dot of 2, __m256d __m512d f64;
    LEAST_F32 least_f32_avx2 least_f32_avx512: Least of 1, __m256 __m512 f32;
    LEAST_F64 least_f64_avx2 least_f64_avx512: Least of 1, __m256d __m512d f64;
    GREATEST_F32 greatest_f32_avx2 greatest_f32_avx512: Greatest of 1, __m256 __m512 f32;
    GREATEST_F64 greatest_f64_avx2 greatest_f64_avx512: Greatest of 1, __m256d __m512d f64;
}
