//! Products whose result is too small to be shared out: K is cut instead.
//!
//! ```text
//! for each round of K-blocks                   as many as fit the memory for their sums
//!     run: sums[block] = A[.., block] * B[block, ..]
//!     run: for block in order: c = c + alpha * sums[block]
//! ```
//! The first chunk of a round, most of a thread's share, needs no sums: it goes to C as any
//! product does. The chain of a K-block is the same whoever computes it, and blocks are added
//! in order, so the bits are those of the other ways. Only the sign of a chain that gave
//! -0 is lost on the way through memory; beside a C that was never -0 it leaves no
//! trace. Hence only where beta is zero.

use std::ops::ControlFlow;

use crate::element::Element;
use crate::kernel::matmul::{
    self as kernel, B, Out, Product, Scratch, Shape, Tile, multiply, steps,
};
use crate::plan::{Buffer, Gemm, Split};
use crate::tuning::K_BLOCK;
use crate::{Error, pool};

/// Computes a product whose beta is zero.
///
/// # Errors
/// [`Error::Memory`] if there is none for the sums; C is as it was.
///
/// # Safety
/// What [`Product`] says of its memory holds.
pub(super) unsafe fn run<T: Element>(
    function: &'static str,
    p: &Product<T>,
    gemm: &Gemm,
    shape: &'static Shape<T>,
    split: Split,
) -> Result<(), Error> {
    let area = p.m * p.n;
    let mut room = Buffer::<T>::new(function, area * split.round)?;
    let sums = Sums(room.as_mut_ptr());
    let b = if p.b.cs == 1 || p.n == 1 { B::Plain } else { B::Local };
    let all = p.k.div_ceil(K_BLOCK);
    for round in steps(all, split.round) {
        let first = round.end.min(round.start + split.direct);
        let chunks = 1 + (round.end - first).div_ceil(split.chunk);
        let cost = gemm.cost_ns(p.m, round.len() * K_BLOCK, p.n);
        let sums = &sums;
        let run = |product, scratch: &mut Scratch<T>| {
            let tile = Tile { product, b, shape, mc: p.m, pack_a: false };
            // SAFETY: a part of the product, into C or into memory of its own.
            unsafe { multiply(&tile, scratch) };
        };
        let _ = pool::run(chunks, cost, Scratch::new, |scratch, i| {
            if i == 0 {
                let ks = round.start * K_BLOCK..p.k.min(first * K_BLOCK);
                run(p.part([0..p.m, 0..p.n], ks), scratch);
                return ControlFlow::Continue(());
            }
            let start = first + (i - 1) * split.chunk;
            for block in start..(start + split.chunk).min(round.end) {
                let ks = block * K_BLOCK..p.k.min((block + 1) * K_BLOCK);
                let ptr = sums.0.wrapping_add((block - first) * area);
                let c = Out { ptr, rs: p.n as isize, cs: 1 };
                let part = p.part([0..p.m, 0..p.n], ks);
                run(Product { alpha: T::ONE, beta: T::ZERO, c, ..part }, scratch);
            }
            ControlFlow::Continue(())
        });
        let count = round.end - first;
        let bytes = (area * count * size_of::<T>()) as f64;
        pool::each(p.m, crate::tuning::traffic_ns(bytes), |i| {
            let (row, from) = (p.c.from(i, 0), sums.0.wrapping_add(i * p.n).cast_const());
            let sums = kernel::Sums { row, n: p.n, alpha: p.alpha, from, count, apart: area };
            // SAFETY: each row of C is one chunk's, and the run above has ended.
            unsafe { kernel::add_sums(&sums) };
        });
    }
    Ok(())
}

/// Where the sums are.
struct Sums<T>(*mut T);

// SAFETY: chunks write disjoint parts, and read them when those have been written.
unsafe impl<T: Send + Sync> Sync for Sums<T> {}
