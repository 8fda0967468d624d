//! Micro-kernels in AVX2 and FMA: 6 rows by 2 registers, 12 accumulators of 16 registers.
//!
//! Integers of 32 and 64 bits are here as well: AVX-512F multiplies them no faster.

use std::arch::x86_64::*;

use crate::tuning;

use super::tile::{Micro, Strip, strip};
use super::vector::{Vector, vector};
use super::{Shape, kernels};

/// The first `n` of eight lanes of 32 bits.
#[inline(always)]
unsafe fn first8(n: usize) -> __m256i {
    const ONES: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    // SAFETY: n is at most 8, so that eight elements follow; the caller has AVX2.
    unsafe { _mm256_loadu_si256(ONES.as_ptr().add(8 - n).cast()) }
}

/// The first `n` of four lanes of 64 bits.
#[inline(always)]
unsafe fn first4(n: usize) -> __m256i {
    // SAFETY: n is at most 4; the caller has AVX2.
    unsafe { first8(2 * n) }
}

#[inline(always)]
unsafe fn fused32(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe { _mm256_add_epi32(_mm256_mullo_epi32(a, b), c) }
}

#[inline(always)]
unsafe fn fused64(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe { _mm256_add_epi64(times64(a, b), c) }
}

/// `a * b` modulo 2^64: low by low, and low by high both ways, shifted up.
#[inline(always)]
unsafe fn times64(a: __m256i, b: __m256i) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe {
        let low = _mm256_mul_epu32(a, b);
        let up = _mm256_mul_epu32(_mm256_srli_epi64::<32>(a), b);
        let down = _mm256_mul_epu32(a, _mm256_srli_epi64::<32>(b));
        _mm256_add_epi64(low, _mm256_slli_epi64::<32>(_mm256_add_epi64(up, down)))
    }
}

#[inline(always)]
unsafe fn splat_u32(x: u32) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe { _mm256_set1_epi32(x.cast_signed()) }
}

#[inline(always)]
unsafe fn splat_u64(x: u64) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe { _mm256_set1_epi64x(x.cast_signed()) }
}

vector!(F32: [f32; 8] in __m256, "avx2,fma", tuning::MATMUL_F32_256_NS, [1 2 3 4 5 6] x 2; first8 __m256i;
    _mm256_set1_ps _mm256_loadu_ps _mm256_maskload_ps _mm256_storeu_ps _mm256_maskstore_ps
    _mm256_fmadd_ps _mm256_mul_ps _mm256_add_ps);
vector!(F64: [f64; 4] in __m256d, "avx2,fma", tuning::MATMUL_F64_256_NS, [1 2 3 4 5 6] x 2; first4 __m256i;
    _mm256_set1_pd _mm256_loadu_pd _mm256_maskload_pd _mm256_storeu_pd _mm256_maskstore_pd
    _mm256_fmadd_pd _mm256_mul_pd _mm256_add_pd);
vector!(I32: [i32; 8] in __m256i, "avx2,fma", tuning::MATMUL_I32_256_NS, [1 2 3 4 5 6] x 2; first8 __m256i;
    _mm256_set1_epi32 _mm256_loadu_si256 _mm256_maskload_epi32
    _mm256_storeu_si256 _mm256_maskstore_epi32 fused32 _mm256_mullo_epi32 _mm256_add_epi32);
vector!(U32: [u32; 8] in __m256i, "avx2,fma", tuning::MATMUL_I32_256_NS, [1 2 3 4 5 6] x 2; first8 __m256i;
    splat_u32 _mm256_loadu_si256 _mm256_maskload_epi32
    _mm256_storeu_si256 _mm256_maskstore_epi32 fused32 _mm256_mullo_epi32 _mm256_add_epi32);
vector!(I64: [i64; 4] in __m256i, "avx2,fma", tuning::MATMUL_I64_256_NS, [1 2 3 4 5 6] x 2; first4 __m256i;
    _mm256_set1_epi64x _mm256_loadu_si256 _mm256_maskload_epi64
    _mm256_storeu_si256 _mm256_maskstore_epi64 fused64 times64 _mm256_add_epi64);
vector!(U64: [u64; 4] in __m256i, "avx2,fma", tuning::MATMUL_I64_256_NS, [1 2 3 4 5 6] x 2; first4 __m256i;
    splat_u64 _mm256_loadu_si256 _mm256_maskload_epi64
    _mm256_storeu_si256 _mm256_maskstore_epi64 fused64 times64 _mm256_add_epi64);

/// Kernels `$name::NARROW` of one whole register, for as many rows as the tier above has.
macro_rules! narrow {
    ($name:ident: $t:ty, [$($m:literal)*]) => {
        impl $name {
            pub(super) const NARROW: &[Micro<$t>] =
                &[$(Self::run::<$m, 1, false>,)*];
        }
    };
}
narrow!(F32: f32, [1 2 3 4 5 6 7 8]);
narrow!(F64: f64, [1 2 3 4 5 6 7 8]);
