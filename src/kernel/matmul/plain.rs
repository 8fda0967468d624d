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
//! N elements are eight AVX2 registers: as many chains as hide the latency of FMA.

use crate::element::Element;
use crate::simd::{self, Kernel};
use crate::tuning::K_BLOCK;

use super::{Product, room};

/// `beta * c`, without reading C when `beta` is zero.
///
/// # Safety
/// `c` may be read unless `beta` is zero.
#[inline(always)]
unsafe fn scaled<T: Element>(beta: T, c: *const T) -> T {
    if beta == T::ZERO {
        T::ZERO
    } else {
        // SAFETY: the caller's promise.
        T::times(beta, unsafe { *c })
    }
}

/// A product by one loop over C, without preparation or memory.
///
/// # Safety
/// What [`Product`] says of its memory holds.
#[inline]
pub(super) unsafe fn tiny<T: Element>(product: &Product<T>) {
    simd::dispatch(Tiny(product));
}

struct Tiny<'a, T>(&'a Product<T>);

impl<T: Element> Kernel for Tiny<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let p = self.0;
        for i in 0..p.m {
            for j in 0..p.n {
                let c = p.c.at(i, j);
                // SAFETY: indices are below m, k and n, and the caller of `tiny`
                // vouches for the memory there.
                unsafe {
                    let mut value = scaled(p.beta, c);
                    for start in (0..p.k).step_by(K_BLOCK) {
                        let mut acc = T::ZERO;
                        for q in start..(start + K_BLOCK).min(p.k) {
                            acc = T::fused(*p.a.at(i, q), *p.b.at(q, j), acc);
                        }
                        value = T::plus(value, T::times(p.alpha, acc));
                    }
                    *c = value;
                }
            }
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
        match size_of::<T>() {
            8 => panels_of::<T, 32>(product, memory),
            4 => panels_of::<T, 64>(product, memory),
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
        None => unsafe { tiny(product) },
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
    for i in 0..block.m {
        let mut acc = [T::ZERO; N];
        for q in 0..block.k {
            // SAFETY: q is below k, i below m; the row of the panel is whole.
            let (a, row) = unsafe {
                let row = panel.wrapping_offset(q as isize * stride).cast::<[T; N]>();
                (*block.a.at(i, q), &*row)
            };
            for (acc, &b) in acc.iter_mut().zip(row) {
                *acc = T::fused(a, b, *acc);
            }
        }
        if block.n == N && block.c.cs == 1 {
            let c = block.c.at(i, 0);
            for (j, &acc) in acc.iter().enumerate() {
                // SAFETY: j is below n.
                unsafe { update(block, c.add(j), acc) };
            }
        } else {
            for (j, &acc) in acc[..block.n].iter().enumerate() {
                // SAFETY: j is below n.
                unsafe { update(block, block.c.at(i, j), acc) };
            }
        }
    }
}

/// # Safety
/// `c` may be written, and read unless beta is zero.
#[inline(always)]
unsafe fn update<T: Element>(block: &Product<T>, c: *mut T, acc: T) {
    // SAFETY: the caller's promise.
    unsafe { *c = T::plus(scaled(block.beta, c), T::times(block.alpha, acc)) }
}
