//! One row times a matrix whose columns are contiguous, which is what a matrix times a
//! column is: at the speed of reading it.
//!
//! ```text
//! long columns that share lines of L1: for each 8 K-blocks (4 of f64)
//!     a' = the row's part, element p of each block side by side
//!     for each column
//!         acc[..] = 0                               one register, a lane for each block
//!         for p in block by 8
//!             turn 8 elements of each block in registers
//!             for each of the 8: acc[..] = fma(a'[p], row[..], acc[..])
//!         for each lane: c = c + alpha * acc[lane]  one after the other
//! others, and what is left: for each group of 16 columns (8 of f64), each K-block
//!     acc[..] = 0                                   (two registers)
//!     for p in block by 8
//!         turn 8 rows of the columns in registers, 8 columns at a time
//!         for each of the 8 rows: acc[..] = fma(a[p], row[..], acc[..])
//!     c[..] = beta * c[..];  c[..] = c[..] + alpha * acc[..]
//! ```
//! Each K-block of an element has one chain, in order of k, so that registers hold blocks or
//! columns side by side and not stretches of one. Blocks of one column are read as it lies:
//! columns whose distance is a power of two fall on a few lines of L1. More columns at once
//! are more than are fetched well.

use std::any::TypeId;
use std::arch::x86_64::*;

use crate::element::Element;
use crate::simd::{Tier, tier};
use crate::tuning::{
    K_BLOCK, MATMUL_CHAINS_AHEAD, MATMUL_CHAINS_APART, MATMUL_CHAINS_COLUMNS, MATMUL_COLUMN_AHEAD,
    MATMUL_COLUMN_GROUP, MATMUL_COLUMN_MIN,
};

use super::micro::{fetch, fetch_l2};
use super::turn::{rows_of_4, rows_of_8};
use super::{Product, steps};

/// Computes a product of one row whose columns of B are contiguous, if there is a kernel
/// for it here; says whether it did.
///
/// # Safety
/// What [`Product`] says of its memory holds.
pub(super) unsafe fn column<T: Element>(p: &Product<T>) -> bool {
    if p.m != 1 || p.b.rs != 1 || p.k < MATMUL_COLUMN_MIN || tier() < Tier::Avx2 {
        return false;
    }
    let p: *const Product<T> = p;
    // SAFETY: the types are the same ones, and the tier has AVX2 and FMA; the rest is the
    // caller's promise.
    unsafe {
        if TypeId::of::<T>() == TypeId::of::<f32>() {
            all_f32(&*p.cast());
        } else if TypeId::of::<T>() == TypeId::of::<f64>() {
            all_f64(&*p.cast());
        } else {
            return false;
        }
    }
    true
}

/// Kernels `$all`, `$chains` and `$group` for elements `$t`, `$side` of which are a register;
/// `$rows` gives `$step` rows of as many columns.
macro_rules! columns {
    ($t:ty, $side:literal, $all:ident, $chains:ident, $group:ident, $rows:ident, $step:literal,
     $zero:ident $splat:ident $fused:ident $load:ident $store:ident) => {
        /// # Safety
        /// As [`column`]; AVX2 and FMA are there.
        #[target_feature(enable = "avx2,fma")]
        unsafe fn $all(p: &Product<$t>) {
            const WIDTH: usize = MATMUL_COLUMN_GROUP * $side;
            let blocks = p.k / K_BLOCK;
            let mut done = 0;
            let apart = p.b.cs.unsigned_abs().wrapping_mul(size_of::<$t>());
            let share = apart.is_multiple_of(MATMUL_CHAINS_APART);
            if share && blocks >= $side && p.n >= MATMUL_CHAINS_COLUMNS {
                for start in steps(blocks, $side).map(|group| group.start) {
                    // The last ones again where there are not as many left.
                    let first = start.min(blocks - $side);
                    // SAFETY: blocks of k.
                    unsafe { $chains(p, first, start - first) };
                }
                done = blocks * K_BLOCK;
            }
            if done == p.k {
                return;
            }
            let (wide, one) = (p.n / WIDTH * WIDTH, p.n / $side * $side);
            // SAFETY: columns below n, rows below k.
            unsafe {
                for left in (0..wide).step_by(WIDTH) {
                    $group::<MATMUL_COLUMN_GROUP>(p, left, done);
                }
                for left in (wide..one).step_by($side) {
                    $group::<1>(p, left, done);
                }
                (one..p.n).for_each(|j| scalar(p, j, done));
            }
        }

        /// `$side` K-blocks of every column, from block `first` on; the sums of `known` of
        /// them are in C already.
        ///
        /// # Safety
        /// As `$all`; there are as many blocks.
        #[target_feature(enable = "avx2,fma")]
        #[allow(clippy::needless_range_loop)]
        unsafe fn $chains(p: &Product<$t>, first: usize, known: usize) {
            let start = first * K_BLOCK;
            let mut turned = [[0.0; $side]; K_BLOCK];
            for (at, row) in turned.iter_mut().enumerate() {
                for (j, x) in row.iter_mut().enumerate() {
                    // SAFETY: a row below k.
                    *x = unsafe { *p.a.at(0, start + j * K_BLOCK + at) };
                }
            }
            for column in 0..p.n {
                // SAFETY: rows below k of a column below n; what is fetched may lie anywhere.
                unsafe {
                    let from = p.b.at(start, column);
                    let next = from.wrapping_offset(p.b.cs * MATMUL_CHAINS_AHEAD);
                    let mut acc = $zero();
                    for at in (0..K_BLOCK).step_by(2 * $side) {
                        for line in at / 2..at / 2 + $side {
                            fetch_l2(next.wrapping_add(line * 2 * $side), 1);
                        }
                        for q in (at..at + 2 * $side).step_by($step) {
                            let rows = $rows(from, K_BLOCK as isize, q);
                            for i in 0..$step {
                                acc = $fused($load(turned[q + i].as_ptr()), rows[i], acc);
                            }
                        }
                    }
                    let mut sums = [0.0; $side];
                    $store(sums.as_mut_ptr(), acc);
                    for (j, sum) in sums.into_iter().enumerate().skip(known) {
                        update(p, column, first + j == 0, sum);
                    }
                }
            }
        }

        /// `G` registers of columns, from row `done` on, which begins a K-block.
        ///
        /// # Safety
        /// As `$all`; there are as many columns from `left` on.
        #[target_feature(enable = "avx2,fma")]
        #[allow(clippy::needless_range_loop)]
        unsafe fn $group<const G: usize>(p: &Product<$t>, left: usize, done: usize) {
            for ks in steps(p.k, K_BLOCK).skip(done / K_BLOCK) {
                let mut acc = [$zero(); G];
                let whole = ks.start + ks.len() / (2 * $side) * (2 * $side);
                // SAFETY: rows below k, and the columns that the caller vouches for.
                unsafe {
                    for at in (ks.start..whole).step_by(2 * $side) {
                        for g in 0..G {
                            let from = p.b.at(at, left + g * $side);
                            ahead::<$t, $side>(from, p.b.cs, at);
                            for q in (0..2 * $side).step_by($step) {
                                let rows = $rows(from, p.b.cs, q);
                                for i in 0..$step {
                                    let x = $splat(*p.a.at(0, at + q + i));
                                    acc[g] = $fused(x, rows[i], acc[g]);
                                }
                            }
                        }
                    }
                    for g in 0..G {
                        let mut sums = [0.0; $side];
                        $store(sums.as_mut_ptr(), acc[g]);
                        for (j, mut sum) in sums.into_iter().enumerate() {
                            let j = left + g * $side + j;
                            for at in whole..ks.end {
                                sum = (*p.a.at(0, at)).mul_add(*p.b.at(at, j), sum);
                            }
                            update(p, j, ks.start == 0, sum);
                        }
                    }
                }
            }
        }
    };
}

columns!(f32, 8, all_f32, chains_f32, group_f32, rows_of_8, 4,
    _mm256_setzero_ps _mm256_set1_ps _mm256_fmadd_ps _mm256_loadu_ps _mm256_storeu_ps);
columns!(f64, 4, all_f64, chains_f64, group_f64, rows_of_4, 2,
    _mm256_setzero_pd _mm256_set1_pd _mm256_fmadd_pd _mm256_loadu_pd _mm256_storeu_pd);

/// Fetches what is to be read of these columns some lines on, once for each line: more
/// streams than the prefetcher follows.
#[inline(always)]
fn ahead<T, const SIDE: usize>(from: *const T, lead: isize, at: usize) {
    if at.is_multiple_of(64 / size_of::<T>()) {
        for j in 0..SIDE as isize {
            fetch(from.wrapping_offset(j * lead).wrapping_add(MATMUL_COLUMN_AHEAD), 1);
        }
    }
}

/// One column from row `done` on, which begins a K-block, by a chain of scalars.
///
/// # Safety
/// As [`column`], and `j < n`.
#[inline(always)]
unsafe fn scalar<T: Element>(p: &Product<T>, j: usize, done: usize) {
    for ks in steps(p.k, K_BLOCK).skip(done / K_BLOCK) {
        let first = ks.start == 0;
        // SAFETY: rows below k of one column.
        unsafe {
            let chain = |acc, at| T::fused(*p.a.at(0, at), *p.b.at(at, j), acc);
            update(p, j, first, ks.fold(T::ZERO, chain));
        }
    }
}

/// `c = beta * c + alpha * acc`, with beta before the first K-block alone.
///
/// # Safety
/// As [`column`], and `j < n`.
#[inline(always)]
unsafe fn update<T: Element>(p: &Product<T>, j: usize, first: bool, acc: T) {
    let c = p.c.at(0, j);
    let beta = if first { p.beta } else { T::ONE };
    // SAFETY: an element of C, read unless beta is zero.
    unsafe {
        let old = if beta == T::ZERO { T::ZERO } else { T::times(beta, *c) };
        *c = T::plus(old, T::times(p.alpha, acc));
    }
}
