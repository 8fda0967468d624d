//! Products of `f32` and `f64` by the kernels of matrixmultiply 0.3.
//!
//! What its kernels with FMA (AVX2 8x8 and 8x4, AVX-512 16x16 and 8x8) do with one
//! call, read from its source: for each block of 256 along k and each register
//! tile, a chain of FMAs from +0 in the order of k, and then
//!
//! ```text
//! whole tile       c = fma(alpha, acc, c * beta);   beta 0: fma(alpha, acc, 0) or alpha * acc
//! tile at an edge  t = fma(alpha, acc, 0) (AVX2) or alpha * acc (AVX-512);   c = c * beta + t
//! ```
//!
//! So with alpha and beta 1 or -1 a multiplication is exact and each is the
//! `c + alpha * acc` that is promised, one rounding for the sum, except for signs
//! of zeros:
//! - the AVX2 edge turns acc = -0 (an underflow) into +0. That shows only where c
//!   is -0 itself: then the ragged edges go to the plain loops.
//! - beta 0 with `alpha * acc` leaves -0 where 0 + -0 is +0. Whether the kernel at
//!   hand does that is found out by trying once; then zeros are added at the end.
//!
//! Other alphas would be fused with the addition: there the products of one K-block
//! go to memory of their own, added to -0, which changes nothing. Blocks along k
//! are cut here, not there, and beta is applied here.
//!
//! matrixmultiply takes memory for its packed blocks at each call, at most about
//! 0.6 MB (f32) or 1.2 MB (f64), and aborts when there is none.

use std::any::TypeId;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::element::Element;
use crate::simd::{self, Kernel, Tier};
use crate::tuning::{K_BLOCK, MATMUL_UNIT};

use super::{In, Out, Product, Scratch, plain, room};

/// Whether the kernels serve this type on this CPU: without FMA they give other bits.
#[inline]
pub(super) fn serves<T: Element>() -> bool {
    super::is_float::<T>() && simd::tier() >= Tier::Avx2
}

/// A product; `k` is not zero and the type is served.
///
/// # Safety
/// What [`Product`] says of its memory holds.
pub(super) unsafe fn multiply<T: Element>(product: &Product<T>, scratch: &mut Scratch<T>) {
    let p = product;
    // SAFETY: the caller's promise, passed on: for all of the product, and for its
    // parts, which are disjoint in C.
    unsafe {
        if p.beta != T::ZERO {
            if p.beta != T::ONE {
                simd::dispatch(Scale(p));
            }
            let scaled = Product { beta: T::ONE, ..*p };
            let (whole_m, whole_n) = (p.m - p.m % MATMUL_UNIT, p.n - p.n % MATMUL_UNIT);
            let right = scaled.part([0..p.m, whole_n..p.n], 0..p.k);
            let below = scaled.part([whole_m..p.m, 0..whole_n], 0..p.k);
            if has_negative_zero(&right) || has_negative_zero(&below) {
                plain::panels(&right, &mut scratch.panel);
                plain::panels(&below, &mut scratch.panel);
                blocks(&scaled.part([0..whole_m, 0..whole_n], 0..p.k), scratch);
            } else {
                blocks(&scaled, scratch);
            }
        } else {
            blocks(p, scratch);
            if leaves_negative_zero::<T>() && p.alpha_is_a_sign() {
                simd::dispatch(AddZero(p));
            }
        }
    }
}

impl<T: Element> Product<T> {
    fn alpha_is_a_sign(&self) -> bool {
        self.alpha == T::ONE || self.alpha == T::MINUS_ONE
    }

    fn k_blocks(&self) -> impl Iterator<Item = Range<usize>> + use<T> {
        let k = self.k;
        (0..k).step_by(K_BLOCK).map(move |start| start..(start + K_BLOCK).min(k))
    }
}

/// All K-blocks; beta is 0 or 1.
///
/// # Safety
/// As [`multiply`].
unsafe fn blocks<T: Element>(p: &Product<T>, scratch: &mut Scratch<T>) {
    if p.m == 0 || p.n == 0 {
        return;
    }
    let direct = p.alpha_is_a_sign();
    let sums = if direct { None } else { room(&mut scratch.tile, p.m * p.n) };
    // SAFETY: the caller's promise, passed on for parts of the product; the buffer
    // of sums has m rows of n.
    unsafe {
        match sums {
            None if direct => {
                for ks in p.k_blocks() {
                    let beta = if ks.start == 0 { p.beta } else { T::ONE };
                    gemm(&Product { beta, ..p.part([0..p.m, 0..p.n], ks) });
                }
            }
            // No memory for the sums: the plain loops need less.
            None => plain::panels(p, &mut scratch.panel),
            Some(sums) => {
                for ks in p.k_blocks() {
                    let beta = if ks.start == 0 { p.beta } else { T::ONE };
                    sums.fill(T::NOTHING);
                    let c = Out { ptr: sums.as_mut_ptr(), rs: p.n as isize, cs: 1 };
                    let part = p.part([0..p.m, 0..p.n], ks);
                    gemm(&Product { alpha: T::ONE, beta: T::ONE, c, ..part });
                    simd::dispatch(AddTimesAlpha { product: &Product { beta, ..part }, sums });
                }
            }
        }
    }
}

/// One call of matrixmultiply: alpha is 1 or -1, beta 0 or 1, k at most one block.
///
/// # Safety
/// As [`multiply`].
unsafe fn gemm<T: Element>(p: &Product<T>) {
    let (minus, keep) = (p.alpha == T::MINUS_ONE, p.beta != T::ZERO);
    macro_rules! call {
        ($function:path, $t:ty) => {{
            let alpha: $t = if minus { -1.0 } else { 1.0 };
            let beta: $t = if keep { 1.0 } else { 0.0 };
            let (In { ptr: a, rs: rsa, cs: csa }, In { ptr: b, rs: rsb, cs: csb }) = (p.a, p.b);
            let Out { ptr: c, rs: rsc, cs: csc } = p.c;
            let (a, b, c) = (a.cast(), b.cast(), c.cast());
            // SAFETY: the element type was just compared; the caller vouches for
            // memory and strides.
            unsafe { $function(p.m, p.k, p.n, alpha, a, rsa, csa, b, rsb, csb, beta, c, rsc, csc) }
        }};
    }
    if TypeId::of::<T>() == TypeId::of::<f32>() {
        call!(matrixmultiply::sgemm, f32);
    } else {
        debug_assert_eq!(TypeId::of::<T>(), TypeId::of::<f64>());
        call!(matrixmultiply::dgemm, f64);
    }
}

/// Whether the kernel stores `alpha * acc` itself when beta is 0, and so -0 when the
/// chain underflowed to -0: tried once for each type.
fn leaves_negative_zero<T: Element>() -> bool {
    static FOUND: [AtomicU8; 2] = [AtomicU8::new(0), AtomicU8::new(0)];
    let found = &FOUND[usize::from(TypeId::of::<T>() == TypeId::of::<f64>())];
    if found.load(Ordering::Relaxed) == 0 {
        // Two threads that both try store the same.
        found.store(1 + u8::from(try_negative_zero::<T>()), Ordering::Relaxed);
    }
    found.load(Ordering::Relaxed) == 2
}

#[cold]
fn try_negative_zero<T: Element>() -> bool {
    // 16 x 16 is a whole register tile of every kernel, and one element more has
    // edges too. -0 is reached without underflow, by alpha = -1 and acc = +0.
    const N: usize = MATMUL_UNIT + 1;
    let (zeros, mut c) = ([T::ZERO; N], [T::ONE; N * N]);
    let line = In { ptr: zeros.as_ptr(), rs: 1, cs: 1 };
    let product = Product {
        m: N,
        k: 1,
        n: N,
        alpha: T::MINUS_ONE,
        a: line,
        b: line,
        beta: T::ZERO,
        c: Out { ptr: c.as_mut_ptr(), rs: N as isize, cs: 1 },
    };
    // SAFETY: a column and a row of N zeros, and room for N x N of one owner.
    unsafe { gemm(&product) };
    c.iter().any(|&c| T::is_negative_zero(c))
}

/// # Safety
/// C may be read.
unsafe fn has_negative_zero<T: Element>(p: &Product<T>) -> bool {
    // SAFETY: indices below m and n, and the caller's promise.
    (0..p.m).any(|i| (0..p.n).any(|j| T::is_negative_zero(unsafe { *p.c.at(i, j) })))
}

/// Calls `f` on each element of C, along rows.
///
/// # Safety
/// C may be written.
#[inline(always)]
unsafe fn for_each<T: Element>(p: &Product<T>, mut f: impl FnMut(usize, *mut T)) {
    for i in 0..p.m {
        if p.c.cs == 1 {
            let row = p.c.at(i, 0);
            for j in 0..p.n {
                // SAFETY: j is below n: inside the row.
                f(i * p.n + j, unsafe { row.add(j) });
            }
        } else {
            for j in 0..p.n {
                f(i * p.n + j, p.c.at(i, j));
            }
        }
    }
}

/// `c = beta * c`.
struct Scale<'a, T>(&'a Product<T>);

impl<T: Element> Kernel for Scale<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let beta = self.0.beta;
        // SAFETY: `multiply`, which makes this, has its caller's word for C.
        unsafe { for_each(self.0, |_, c| *c = T::times(beta, *c)) };
    }
}

/// `c = c + 0`: no -0 is left.
struct AddZero<'a, T>(&'a Product<T>);

impl<T: Element> Kernel for AddZero<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // SAFETY: `multiply`, which makes this, has its caller's word for C, and
        // all of C is written by then.
        unsafe { for_each(self.0, |_, c| *c = T::plus(*c, T::ZERO)) };
    }
}

/// `c = c + alpha * sums`; `0 + alpha * sums` when beta is 0.
struct AddTimesAlpha<'a, T> {
    product: &'a Product<T>,
    sums: &'a [T],
}

impl<T: Element> Kernel for AddTimesAlpha<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { product: p, sums } = self;
        let (alpha, fresh) = (p.alpha, p.beta == T::ZERO);
        // SAFETY: `blocks`, which makes this, has its caller's word for C, and
        // `sums` has m * n elements.
        unsafe {
            for_each(p, |at, c| {
                let old = if fresh { T::ZERO } else { *c };
                *c = T::plus(old, T::times(alpha, *sums.get_unchecked(at)));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the module's first lines say of matrixmultiply: a chain of FMAs from +0
    /// over one block, added with one rounding.
    #[test]
    fn one_call_is_one_chain_of_fused_multiply_adds() {
        if !serves::<f32>() {
            println!("skipped: this CPU has no FMA");
            return;
        }
        let value = |i: usize| ((i * 2_654_435_761) % 1009) as f32 / 499.0 - 1.0;
        for n in [1, 7, 8, 16, 17, 40] {
            let a: Vec<f32> = (0..n * K_BLOCK).map(value).collect();
            let b: Vec<f32> = (0..n * K_BLOCK).map(|i| value(i + 77)).collect();
            for alpha in [1.0, -1.0] {
                let mut c: Vec<f32> = (0..n * n).map(|i| value(i + 5)).collect();
                let before = c.clone();
                let product = Product {
                    m: n,
                    k: K_BLOCK,
                    n,
                    alpha,
                    a: In { ptr: a.as_ptr(), rs: K_BLOCK as isize, cs: 1 },
                    b: In { ptr: b.as_ptr(), rs: n as isize, cs: 1 },
                    beta: 1.0,
                    c: Out { ptr: c.as_mut_ptr(), rs: n as isize, cs: 1 },
                };
                // SAFETY: the vectors have these sizes and strides.
                unsafe { gemm(&product) };
                for i in 0..n {
                    for j in 0..n {
                        let chain = (0..K_BLOCK)
                            .fold(0.0f32, |acc, q| a[i * K_BLOCK + q].mul_add(b[q * n + j], acc));
                        let expected = before[i * n + j] + alpha * chain;
                        assert_eq!(c[i * n + j].to_bits(), expected.to_bits(), "{n} {i} {j}");
                    }
                }
            }
        }
    }
}
