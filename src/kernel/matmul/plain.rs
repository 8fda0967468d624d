//! Products by plain loops, for every type.
//!
//! ```text
//! for each panel of N columns of B
//!     for each K-block
//!         copy the block's rows of the panel side by side, unless they lie so
//!         for each row i of A
//!             acc[0..N] = 0
//!             for p in block: acc[..] = fma(a[i][p], panel[p][..], acc[..])
//!             c[i][panel] = c[i][panel] + alpha * acc[..]
//! ```
//! N elements are eight AVX2 registers, as many chains as hide the latency of FMA, or
//! two of them for narrow products.

use crate::element::Element;
use crate::simd::{self, Kernel};
use crate::tuning::K_BLOCK;

use super::{Product, room};

/// A product by chains of scalars, eight elements of a row of C at once, without
/// preparation or memory: for tiny products, and for one row of A on columns of B
/// that lie side by side in memory.
///
/// # Safety
/// What [`Product`] says of its memory holds.
#[inline]
pub(super) unsafe fn chains<T: Element>(product: &Product<T>) {
    simd::dispatch(Chains(product));
}

struct Chains<'a, T>(&'a Product<T>);

impl<T: Element> Kernel for Chains<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let p = self.0;
        for i in 0..p.m {
            let mut j = 0;
            // SAFETY: indices are below m, k and n, and the caller of `chains` vouches
            // for the memory there.
            unsafe {
                while j + 8 <= p.n {
                    chain::<T, 8>(p, i, j);
                    j += 8;
                }
                while j + 4 <= p.n {
                    chain::<T, 4>(p, i, j);
                    j += 4;
                }
                while j < p.n {
                    chain::<T, 1>(p, i, j);
                    j += 1;
                }
            }
        }
    }
}

/// N elements of C, from `(i, j)` on.
///
/// # Safety
/// As [`chains`], and the elements exist.
#[inline(always)]
unsafe fn chain<T: Element, const N: usize>(p: &Product<T>, i: usize, j: usize) {
    let (a, b, c) = (p.a.at(i, 0), p.b.at(0, j), p.c.at(i, j));
    // SAFETY: the caller's promise; C is read unless beta is zero.
    unsafe {
        let mut values = [T::ZERO; N];
        if p.beta != T::ZERO {
            for (l, value) in values.iter_mut().enumerate() {
                *value = T::times(p.beta, *c.wrapping_offset(l as isize * p.c.cs));
            }
        }
        let (mut a, mut b) = (a, b);
        for start in (0..p.k).step_by(K_BLOCK) {
            let mut acc = [T::ZERO; N];
            for _ in start..(start + K_BLOCK).min(p.k) {
                for (l, acc) in acc.iter_mut().enumerate() {
                    *acc = T::fused(*a, *b.wrapping_offset(l as isize * p.b.cs), *acc);
                }
                (a, b) = (a.wrapping_offset(p.a.cs), b.wrapping_offset(p.b.rs));
            }
            for (value, &acc) in values.iter_mut().zip(&acc) {
                *value = T::plus(*value, T::times(p.alpha, acc));
            }
        }
        for (l, &value) in values.iter().enumerate() {
            *c.wrapping_offset(l as isize * p.c.cs) = value;
        }
    }
}

/// A product by panels of B; `k` is not zero.
///
/// # Safety
/// What [`Product`] says of its memory holds.
pub(super) unsafe fn panels<T: Element>(product: &Product<T>, memory: &mut Vec<T>) {
    // SAFETY: the caller's promise is passed on.
    unsafe {
        match (size_of::<T>(), product.n) {
            (8, ..=8) => panels_of::<T, 8>(product, memory),
            (8, _) => panels_of::<T, 32>(product, memory),
            (4, ..=16) => panels_of::<T, 16>(product, memory),
            (4, _) => panels_of::<T, 64>(product, memory),
            (_, ..=32) => panels_of::<T, 32>(product, memory),
            _ => panels_of::<T, 128>(product, memory),
        }
    }
}

/// # Safety
/// As [`panels`].
unsafe fn panels_of<T: Element, const N: usize>(product: &Product<T>, memory: &mut Vec<T>) {
    match room(memory, product.k.min(K_BLOCK) * N) {
        Some(panel) => simd::dispatch(Panels::<T, N> { product, panel }),
        // SAFETY: the caller's promise. Slower, but it needs no memory.
        None => unsafe { chains(product) },
    }
}

struct Panels<'a, T, const N: usize> {
    product: &'a Product<T>,
    /// Room for a K-block of a panel: rows of N.
    panel: &'a mut [T],
}

impl<T: Element, const N: usize> Kernel for Panels<'_, T, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let p = self.product;
        for left in (0..p.n).step_by(N) {
            let width = N.min(p.n - left);
            for start in (0..p.k).step_by(K_BLOCK) {
                let depth = K_BLOCK.min(p.k - start);
                let beta = if start == 0 { p.beta } else { T::ONE };
                let block = Product {
                    k: depth,
                    n: width,
                    a: p.a.from(0, start),
                    b: p.b.from(start, left),
                    beta,
                    c: p.c.from(0, left),
                    ..*p
                };
                // SAFETY: a part of the product that the caller vouches for; a panel
                // as wide as N with unit stride has whole rows to read, and the copy
                // has them by its length.
                unsafe {
                    if width == N && p.b.cs == 1 {
                        rows::<T, N>(&block, block.b.ptr, block.b.rs);
                    } else {
                        copy_panel::<T, N>(&block, self.panel);
                        rows::<T, N>(&block, self.panel.as_ptr(), N as isize);
                    }
                }
            }
        }
    }
}

/// Copies a block of B into rows of N. What lies right of B keeps old values: their
/// results are dropped.
///
/// # Safety
/// B may be read, and `panel` holds `k` rows.
#[inline(always)]
unsafe fn copy_panel<T: Element, const N: usize>(block: &Product<T>, panel: &mut [T]) {
    for (q, row) in panel.chunks_exact_mut(N).take(block.k).enumerate() {
        for (j, slot) in row[..block.n].iter_mut().enumerate() {
            // SAFETY: q is below k and j below n.
            *slot = unsafe { *block.b.at(q, j) };
        }
    }
}

/// All rows of C from one K-block of one panel, whose rows of N lie `stride` apart.
///
/// # Safety
/// A may be read and C written; `panel` has `k` rows of N elements.
#[inline(always)]
unsafe fn rows<T: Element, const N: usize>(block: &Product<T>, panel: *const T, stride: isize) {
    let fresh = block.beta == T::ZERO;
    for i in 0..block.m {
        let mut acc = [T::ZERO; N];
        let a = block.a.at(i, 0);
        for q in 0..block.k as isize {
            // SAFETY: q is below k; the row of the panel is whole.
            let (a, row) = unsafe {
                let row = panel.wrapping_offset(q * stride).cast::<[T; N]>();
                (*a.wrapping_offset(q * block.a.cs), &*row)
            };
            for (acc, &b) in acc.iter_mut().zip(row) {
                *acc = T::fused(a, b, *acc);
            }
        }
        // Whole rows in and out, and never an index into `acc` that is not constant:
        // it has to stay in registers.
        let mut c = [T::ZERO; N];
        // SAFETY: C has block.n columns, at most N; it is read unless beta is zero.
        unsafe {
            if !fresh {
                copy_row(block.c.at(i, 0), block.c.cs, c.as_mut_ptr(), 1, block.n, N);
                for c in &mut c {
                    *c = T::times(block.beta, *c);
                }
            }
            for (c, &acc) in c.iter_mut().zip(&acc) {
                *c = T::plus(*c, T::times(block.alpha, acc));
            }
            copy_row(c.as_ptr(), 1, block.c.at(i, 0), block.c.cs, block.n, N);
        }
    }
}

/// Copies `n` elements; `full` is the usual number.
///
/// # Safety
/// `from` may be read and `to` written at these strides; they do not overlap.
#[inline(always)]
unsafe fn copy_row<T: Copy>(
    from: *const T,
    from_stride: isize,
    to: *mut T,
    to_stride: isize,
    n: usize,
    full: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if n == full && from_stride == 1 && to_stride == 1 {
            std::ptr::copy_nonoverlapping(from, to, full);
        } else {
            for j in 0..n as isize {
                *to.wrapping_offset(j * to_stride) = *from.wrapping_offset(j * from_stride);
            }
        }
    }
}
