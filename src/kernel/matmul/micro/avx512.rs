//! Micro-kernels in AVX-512F: 8 rows by 3 registers, 24 accumulators of 32 registers.
//!
//! A row of A is one broadcast for three multiply-adds, a column tail is a mask.
//! Measured on a Sapphire Rapids core, operands in L2, part of the multiply-add peak:
//! 8x3, 12x2, 14x2 and 6x4 reach 0.97-0.98 with B packed; with nothing packed and
//! 1008 columns 0.96, 0.95, 0.96 and 0.93.

use std::arch::x86_64::*;

use crate::tuning;

use super::tile::{Strip, strip};
use super::vector::{Vector, vector};
use super::{Shape, kernels};

#[inline(always)]
unsafe fn first16(n: usize) -> __mmask16 {
    ((1u32 << n) - 1) as __mmask16
}

#[inline(always)]
unsafe fn first8(n: usize) -> __mmask8 {
    ((1u32 << n) - 1) as __mmask8
}

#[inline(always)]
unsafe fn load_part_ps(from: *const f32, mask: __mmask16) -> __m512 {
    // SAFETY: the caller has AVX-512F and the elements of the mask.
    unsafe { _mm512_maskz_loadu_ps(mask, from) }
}

#[inline(always)]
unsafe fn load_part_pd(from: *const f64, mask: __mmask8) -> __m512d {
    // SAFETY: the caller has AVX-512F and the elements of the mask.
    unsafe { _mm512_maskz_loadu_pd(mask, from) }
}

vector!(F32: [f32; 16] in __m512, "avx512f", tuning::MATMUL_F32_512_NS, [1 2 3 4 5 6 7 8] x 3; first16 __mmask16;
    _mm512_set1_ps _mm512_loadu_ps load_part_ps _mm512_storeu_ps _mm512_mask_storeu_ps
    _mm512_fmadd_ps _mm512_mul_ps _mm512_add_ps);
vector!(F64: [f64; 8] in __m512d, "avx512f", tuning::MATMUL_F64_512_NS, [1 2 3 4 5 6 7 8] x 3; first8 __mmask8;
    _mm512_set1_pd _mm512_loadu_pd load_part_pd _mm512_storeu_pd _mm512_mask_storeu_pd
    _mm512_fmadd_pd _mm512_mul_pd _mm512_add_pd);
