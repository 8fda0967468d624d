//! One row times a matrix whose rows are contiguous: at the speed of reading it.
//!
//! ```text
//! for each piece of a few thousand columns, each K-block
//!     acc[..] = 0                                   (as wide as the piece, in half of L1)
//!     for p in block by 4
//!         acc[..] = fma(a[p+3], b[p+3][..], ... fma(a[p], b[p][..], acc[..]))
//!     c[..] = beta * c[..];  c[..] = c[..] + alpha * acc[..]
//! ```
//! Four rows of B are read from end to end, which the prefetcher follows; tiles three
//! registers wide would touch a page for every 192 bytes.

use std::mem::MaybeUninit;

use crate::element::Element;
use crate::simd::{self, Kernel};
use crate::tuning::{K_BLOCK, MATMUL_ROW_BYTES};

use super::{Product, steps};

/// Computes a product of one row; columns of B and of C lie side by side.
///
/// # Safety
/// What [`Product`] says of its memory holds.
pub(super) unsafe fn row<T: Element>(product: &Product<T>) {
    simd::dispatch(Row(product));
}

struct Row<'a, T>(&'a Product<T>);

impl<T: Element> Kernel for Row<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let p = self.0;
        const { assert!(align_of::<T>() <= align_of::<u64>()) };
        let mut room = [const { MaybeUninit::<u64>::uninit() }; MATMUL_ROW_BYTES / 8];
        let width = MATMUL_ROW_BYTES / size_of::<T>();
        for cols in steps(p.n, width) {
            for ks in steps(p.k, K_BLOCK) {
                let beta = if ks.start == 0 { p.beta } else { T::ONE };
                // SAFETY: rows and columns of the product, the promise to `row`; there is room
                // for the columns of a piece, which are written before they are read.
                unsafe {
                    let room: *mut T = room.as_mut_ptr().cast();
                    (0..cols.len()).for_each(|j| room.add(j).write(T::ZERO));
                    let acc = std::slice::from_raw_parts_mut(room, cols.len());
                    add_rows(p, ks, cols.start, acc);
                    update(p.c.at(0, cols.start), acc, p.alpha, beta);
                }
            }
        }
    }
}

/// `acc += a[ks] * b[ks]`.
///
/// # Safety
/// As [`row`]; `acc` is as wide as the columns from `left` on at most.
#[inline(always)]
unsafe fn add_rows<T: Element>(
    p: &Product<T>,
    ks: std::ops::Range<usize>,
    left: usize,
    acc: &mut [T],
) {
    let (mut at, width) = (ks.start, acc.len());
    // SAFETY: rows of B below k, and as many columns as `acc` is wide.
    unsafe {
        let row = |at: usize| std::slice::from_raw_parts(p.b.at(at, left), width);
        let whole = ks.start + ks.len() / 4 * 4;
        while at < whole {
            let a = [0, 1, 2, 3].map(|i| *p.a.at(0, at + i));
            let [b0, b1, b2, b3] = [row(at), row(at + 1), row(at + 2), row(at + 3)];
            for j in 0..width {
                let x = T::fused(a[1], b1[j], T::fused(a[0], b0[j], acc[j]));
                acc[j] = T::fused(a[3], b3[j], T::fused(a[2], b2[j], x));
            }
            at += 4;
        }
        while at < ks.end {
            let (a, b) = (*p.a.at(0, at), row(at));
            for (acc, &b) in acc.iter_mut().zip(b) {
                *acc = T::fused(a, b, *acc);
            }
            at += 1;
        }
    }
}

/// `c = beta * c + alpha * acc`.
///
/// # Safety
/// C may be written as far as `acc` goes, and read unless beta is zero.
#[inline(always)]
unsafe fn update<T: Element>(c: *mut T, acc: &[T], alpha: T, beta: T) {
    for (j, &acc) in acc.iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe {
            let old = if beta == T::ZERO { T::ZERO } else { T::times(beta, *c.add(j)) };
            *c.add(j) = T::plus(old, T::times(alpha, acc));
        }
    }
}
