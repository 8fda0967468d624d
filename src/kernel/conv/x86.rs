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

macro_rules! avx2 {
    ($t:ty, $v:ty, $n:literal, $zero:ident, $set:ident, $load:ident, $store:ident, $fma:ident,
     $part:ident, $store_part:ident, $cast:ty, $ones:ident, $greater:ident, $counted:expr) => {
        impl Lanes for Avx2<$v> {
            type Elem = $t;
            type Tap = $t;
            const N: usize = $n;

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
            unsafe fn load_part(from: *const $t, n: usize) -> Self {
                // SAFETY: see `zero`; lanes from `n` on are not read.
                unsafe { Self($part(from, $greater($ones(n as $cast), $counted))) }
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
            unsafe fn store_part(self, to: *mut $t, n: usize) {
                // SAFETY: see `zero`; lanes from `n` on are not written.
                unsafe { $store_part(to, $greater($ones(n as $cast), $counted), self.0) }
            }
        }
    };
}
avx2!(
    f32,
    __m256,
    8,
    _mm256_setzero_ps,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_fmadd_ps,
    _mm256_maskload_ps,
    _mm256_maskstore_ps,
    i32,
    _mm256_set1_epi32,
    _mm256_cmpgt_epi32,
    _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)
);
avx2!(
    f64,
    __m256d,
    4,
    _mm256_setzero_pd,
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_fmadd_pd,
    _mm256_maskload_pd,
    _mm256_maskstore_pd,
    i64,
    _mm256_set1_epi64x,
    _mm256_cmpgt_epi64,
    _mm256_setr_epi64x(0, 1, 2, 3)
);

macro_rules! avx512 {
    ($t:ty, $v:ty, $n:literal, $mask:ty, $zero:ident, $set:ident, $load:ident, $store:ident,
     $fma:ident, $part:ident, $store_part:ident) => {
        impl Lanes for Avx512<$v> {
            type Elem = $t;
            type Tap = $t;
            const N: usize = $n;

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
            unsafe fn load_part(from: *const $t, n: usize) -> Self {
                // SAFETY: see `zero`; lanes from `n` on are not read.
                unsafe { Self($part(first(n) as $mask, from)) }
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
            unsafe fn store_part(self, to: *mut $t, n: usize) {
                // SAFETY: see `zero`; lanes from `n` on are not written.
                unsafe { $store_part(to, first(n) as $mask, self.0) }
            }
        }
    };
}
avx512!(
    f32,
    __m512,
    16,
    __mmask16,
    _mm512_setzero_ps,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_fmadd_ps,
    _mm512_maskz_loadu_ps,
    _mm512_mask_storeu_ps
);
avx512!(
    f64,
    __m512d,
    8,
    __mmask8,
    _mm512_setzero_pd,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_fmadd_pd,
    _mm512_maskz_loadu_pd,
    _mm512_mask_storeu_pd
);

/// A mask of the lowest `n <= 16` bits.
#[inline(always)]
fn first(n: usize) -> u32 {
    (1 << n) - 1
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
