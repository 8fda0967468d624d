//! Lanes in the registers of x86-64: AVX2 with FMA, and AVX-512F.

use std::arch::x86_64::*;

use super::lanes::Lanes;
use crate::simd::Kernel;

/// Eight `f32`, or four `f64`.
#[derive(Clone, Copy)]
pub(super) struct Avx2<V>(V);

/// Sixteen `f32`, or eight `f64`.
#[derive(Clone, Copy)]
pub(super) struct Avx512<V>(V);

/// Lanes of `$t`: the intrinsics of each step, and how parts are loaded and stored.
macro_rules! lanes {
    ($($tier:ident<$v:ty> of $n:literal $t:ty: $zero:ident, $set:ident, $load:ident, $store:ident,
        $fma:ident, $past:ident, |$from:ident, $a:ident| $part:expr,
        |$to:ident, $x:ident, $b:ident| $store_part:expr
        $(, |$low:ident, $high:ident, $by:ident| $between:expr)?;)*) => {$(
        impl Lanes for $tier<$v> {
            type Elem = $t;
            type Tap = $t;
            const N: usize = $n;
            $(
                const BETWEEN: bool = true;

                #[inline(always)]
                unsafe fn between(self, next: Self, $by: usize) -> Self {
                    let ($low, $high) = (self.0, next.0);
                    // SAFETY: see `zero`.
                    unsafe { Self($between) }
                }
            )?

            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: the caller's promise, here and below.
                unsafe { Self($zero()) }
            }
            #[inline(always)]
            unsafe fn splat(tap: $t) -> Self {
                // SAFETY: see `zero`.
                unsafe { Self($set(tap)) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: see `zero`.
                unsafe { Self($load(from)) }
            }
            #[inline(always)]
            unsafe fn load_part($from: *const $t, $a: usize) -> Self {
                // SAFETY: see `zero`; lanes from `n` on are not read.
                unsafe { Self($part) }
            }
            #[inline(always)]
            unsafe fn add_to(self, tap: Self, acc: Self) -> Self {
                // SAFETY: see `zero`.
                unsafe { Self($fma(self.0, tap.0, acc.0)) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: see `zero`.
                unsafe { $store(to, self.0) }
            }
            #[inline(always)]
            unsafe fn store_past(self, to: *mut $t) {
                // SAFETY: see `zero`.
                unsafe { $past(to, self.0) }
            }
            #[inline(always)]
            unsafe fn fence() {
                // SAFETY: see `zero`.
                unsafe { _mm_sfence() }
            }
            #[inline(always)]
            unsafe fn store_part(self, $to: *mut $t, $b: usize) {
                let $x = self.0;
                // SAFETY: see `zero`; lanes from `n` on are not written.
                unsafe { $store_part }
            }
        }
    )*};
}

lanes! {
    Avx2<__m256> of 8 f32: _mm256_setzero_ps, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps,
        _mm256_fmadd_ps, _mm256_stream_ps, |from, n| _mm256_maskload_ps(from, first_of_8(n)),
        |to, x, n| _mm256_maskstore_ps(to, first_of_8(n), x);
    Avx2<__m256d> of 4 f64: _mm256_setzero_pd, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd,
        _mm256_fmadd_pd, _mm256_stream_pd, |from, n| _mm256_maskload_pd(from, first_of_4(n)),
        |to, x, n| _mm256_maskstore_pd(to, first_of_4(n), x);
    Avx512<__m512> of 16 f32: _mm512_setzero_ps, _mm512_set1_ps, _mm512_loadu_ps,
        _mm512_storeu_ps, _mm512_fmadd_ps, _mm512_stream_ps,
        |from, n| _mm512_maskz_loadu_ps(first(n) as __mmask16, from),
        |to, x, n| _mm512_mask_storeu_ps(to, first(n) as __mmask16, x),
        |low, high, by| _mm512_permutex2var_ps(low, from_16(by), high);
    Avx512<__m512d> of 8 f64: _mm512_setzero_pd, _mm512_set1_pd, _mm512_loadu_pd,
        _mm512_storeu_pd, _mm512_fmadd_pd, _mm512_stream_pd,
        |from, n| _mm512_maskz_loadu_pd(first(n) as __mmask8, from),
        |to, x, n| _mm512_mask_storeu_pd(to, first(n) as __mmask8, x),
        |low, high, by| _mm512_permutex2var_pd(low, from_8(by), high);
}

/// A mask of the lowest `n <= 16` bits.
#[inline(always)]
fn first(n: usize) -> u32 {
    (1 << n) - 1
}

/// The places of sixteen lanes from `by` on.
///
/// # Safety
/// The CPU has AVX-512F; the same below.
#[inline(always)]
unsafe fn from_16(by: usize) -> __m512i {
    // SAFETY: the caller's promise.
    unsafe {
        let first = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        _mm512_add_epi32(first, _mm512_set1_epi32(by as i32))
    }
}

/// The places of eight lanes from `by` on.
///
/// # Safety
/// See [`from_16`].
#[inline(always)]
unsafe fn from_8(by: usize) -> __m512i {
    // SAFETY: the caller's promise.
    unsafe {
        let first = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
        _mm512_add_epi64(first, _mm512_set1_epi64(by as i64))
    }
}

/// A mask of the first `n` of eight lanes.
///
/// # Safety
/// The CPU has AVX2; the same below.
#[inline(always)]
unsafe fn first_of_8(n: usize) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe {
        _mm256_cmpgt_epi32(_mm256_set1_epi32(n as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
    }
}

/// A mask of the first `n` of four lanes.
///
/// # Safety
/// See [`first_of_8`].
#[inline(always)]
unsafe fn first_of_4(n: usize) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe { _mm256_cmpgt_epi64(_mm256_set1_epi64x(n as i64), _mm256_setr_epi64x(0, 1, 2, 3)) }
}

/// Runs a kernel whose lanes are of AVX2.
///
/// # Safety
/// The CPU has AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn enter_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

/// Runs a kernel whose lanes are of AVX-512.
///
/// # Safety
/// The CPU has AVX-512F.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn enter_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
