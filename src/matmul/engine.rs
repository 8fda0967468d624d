//! The outer loops of a product, over the runner.
//!
//! ```text
//! loop 5  for jc in columns by nc               all of them, unless B's copy would be too large
//! loop 4    for pc in k by kc                   all of it, unless B is packed
//!             run: pack B[pc, jc]               in panels of nr columns, shared by all
//!             run: tiles of C[.., jc]           loops 3 to 1: `kernel::matmul`
//! ```
//! Where B lies well and fits the cache nothing is packed, and there is one run.

use std::ops::{ControlFlow, Range};

use crate::element::Element;
use crate::kernel::matmul::{
    ALIGN, B, In, Out, Pack, Product, Scratch, Shape, Tile, aligned, mirror, multiply, one_tile,
    pack, shape, steps,
};
use crate::plan::{Blocks, Buffer, Gemm, Packing};
use crate::{Error, pool, tuning};

use super::split;

/// Computes a product, on the pool where it pays.
///
/// # Errors
/// [`Error::Memory`] if there is none for a copy of a part of B; C is as it was.
///
/// # Safety
/// What [`Product`] says of its memory holds.
#[inline]
pub(super) unsafe fn run<T: Element>(
    function: &'static str,
    product: Product<T>,
) -> Result<(), Error> {
    // SAFETY: the caller's promise is passed on.
    unsafe { run_then(function, product, &|_, _| ()) }
}

/// Computes a product that is one micro-tile as it lies, at once; says whether it is one.
/// By reference: for 8x8x8 each copy of a product costs a tenth of the time.
///
/// # Safety
/// As [`run`].
#[inline]
pub(super) unsafe fn run_one_tile<T: Element>(product: &Product<T>) -> bool {
    let shape = shape::<T>();
    let is_one = product.is_one_tile(shape);
    if is_one {
        // SAFETY: the caller's promise is passed on.
        pool::each(1, 0.0, |_| unsafe { one_tile(product, shape) });
    }
    is_one
}

/// [`run`], and `then` on each part of C, by the rows and columns of `product`, when
/// it is computed and still in cache.
///
/// # Errors
/// As [`run`].
///
/// # Safety
/// As [`run`].
#[inline]
pub(super) unsafe fn run_then<T: Element>(
    function: &'static str,
    product: Product<T>,
    then: &(impl Fn(Range<usize>, Range<usize>) + Sync),
) -> Result<(), Error> {
    let (p, turned) = product.along_rows();
    if p.m == 0 || p.n == 0 {
        return Ok(());
    }
    let shape = shape::<T>();
    if p.m.saturating_mul(p.n).saturating_mul(p.k) <= tuning::MATMUL_TINY && p.b.cs == 1 {
        let tile = Tile { product: p, b: B::Plain, shape, mc: p.m, pack_a: false };
        pool::each(1, 0.0, |_| {
            // SAFETY: the caller's promise is passed on.
            unsafe { multiply(&tile, &mut Scratch::new()) };
            if turned { then(0..p.n, 0..p.m) } else { then(0..p.m, 0..p.n) }
        });
        return Ok(());
    }
    let gemm = gemm(&p, shape);
    let then = |rows, cols| if turned { then(cols, rows) } else { then(rows, cols) };
    let blocks = gemm.blocks();
    if p.beta == T::ZERO
        && let Some(cut) = gemm.split()
    {
        // SAFETY: the caller's promise is passed on.
        unsafe { split::run(function, &p, &gemm, shape, cut)? };
        then(0..p.m, 0..p.n);
        return Ok(());
    }
    let loops = Loops { p, gemm, blocks, shape, half: false, then: &then };
    // SAFETY: the caller's promise is passed on.
    unsafe { loops.run(function) }
}

/// A matrix times its own transpose: the lower half, and its mirror image.
///
/// # Errors
/// As [`run`].
///
/// # Safety
/// As [`run`]; B is A transposed, and beta is zero.
pub(super) unsafe fn run_half<T: Element>(
    function: &'static str,
    product: Product<T>,
) -> Result<(), Error> {
    let (p, _) = product.along_rows();
    if p.m == 0 {
        return Ok(());
    }
    let shape = shape::<T>();
    let gemm = gemm(&p, shape);
    let loops = Loops { p, gemm, blocks: gemm.blocks(), shape, half: true, then: &|_, _| () };
    // SAFETY: the caller's promise is passed on; the lower half is computed when its
    // mirror image is taken.
    unsafe {
        loops.run(function)?;
        loops.mirror();
    }
    Ok(())
}

/// The product as the plan sees it.
#[inline]
pub(super) fn gemm<T: Element>(p: &Product<T>, shape: &Shape<T>) -> Gemm {
    Gemm {
        m: p.m,
        k: p.k,
        n: p.n,
        a: [p.a.rs, p.a.cs],
        b: [p.b.rs, p.b.cs],
        size: size_of::<T>(),
        mr: shape.mr,
        nr: shape.nr(),
        step_ns: shape.step_ns,
        real_step_ns: shape.real_step_ns(),
        l2: tuning::l2_bytes(),
        threads: pool::threads(),
    }
}

struct Loops<'a, T: 'static, F> {
    p: Product<T>,
    gemm: Gemm,
    blocks: Blocks,
    shape: &'static Shape<T>,
    /// Whether what lies right of the diagonal is left out.
    half: bool,
    then: &'a F,
}

impl<T: Element, F: Fn(Range<usize>, Range<usize>) + Sync> Loops<'_, T, F> {
    /// Loops 5 and 4.
    ///
    /// # Safety
    /// As [`run_then`].
    #[inline]
    unsafe fn run(&self, function: &'static str) -> Result<(), Error> {
        let (p, nr) = (&self.p, self.shape.nr());
        let (kc, nc) = (self.blocks.kc, self.blocks.nc);
        let mut room = None;
        if self.blocks.packing == Packing::Shared {
            let len = kc * nc.next_multiple_of(nr) + ALIGN;
            room = Some(Buffer::<T>::new(function, len)?);
        }
        let panels = room.as_mut().map(|room| aligned(room.as_mut_ptr()));
        for cols in steps(p.n, nc) {
            for ks in steps(p.k.max(1), kc) {
                let part = p.part([0..p.m, cols.clone()], ks.start..ks.end.min(p.k));
                let last = ks.end >= p.k;
                // SAFETY: a part of the product; there is room for its panels.
                unsafe {
                    if let Some(to) = panels {
                        self.pack(&part, to);
                        let b = In { ptr: to, rs: nr as isize, cs: 1 };
                        self.tiles(&Product { b, ..part }, cols.start, last);
                    } else {
                        self.tiles(&part, cols.start, last);
                    }
                }
            }
        }
        Ok(())
    }

    /// Copies B into panels.
    ///
    /// # Safety
    /// As [`run_then`]; `to` has room for a panel for each `nr` columns.
    unsafe fn pack(&self, p: &Product<T>, to: *mut T) {
        let nr = self.shape.nr();
        let to = Out { ptr: to, rs: 1, cs: p.k as isize };
        let cost = p.k as f64 * p.n as f64 * tuning::MATMUL_PACK_NS;
        let shared = Product { c: to, ..*p };
        pool::each(p.n.div_ceil(nr), cost, |i| {
            let p = &shared;
            let width = nr.min(p.n - i * nr);
            let (from, to) = (p.b.from(0, i * nr), p.c.from(0, i * nr).ptr);
            // SAFETY: columns of B, and each panel is one chunk's.
            unsafe { pack(Pack { from, k: p.k, width, to, stride: nr }) };
        });
    }

    /// All tiles of C, or of its lower half, from one part of k. Columns of `p` begin
    /// at `left`.
    ///
    /// # Safety
    /// As [`run_then`]; B is as the packing says.
    #[inline]
    unsafe fn tiles(&self, p: &Product<T>, left: usize, last: bool) {
        let tiles = self.blocks.tiles(p.m, p.n);
        let (shape, packing) = (self.shape, self.blocks.packing);
        let cost = self.gemm.cost_ns(p.m, p.k, p.n) / if self.half { 2.0 } else { 1.0 };
        let _ = pool::run(tiles.n(), self.gemm.seen_ns(cost), Scratch::new, |scratch, i| {
            let [rows, mut cols] = tiles.range(i);
            if self.half {
                cols.end = cols.end.min(rows.end.saturating_sub(left)).max(cols.start);
            }
            let mut product = p.part([rows.clone(), cols.clone()], 0..p.k);
            let b = match packing {
                Packing::None => B::Plain,
                Packing::Local => B::Local,
                Packing::Shared => {
                    // Tiles begin where a panel does: `cols.start` columns of k elements.
                    product.b.ptr = p.b.ptr.wrapping_add(cols.start * p.k);
                    B::Packed((p.k * shape.nr()) as isize)
                }
            };
            let (mc, pack_a) = (self.blocks.mc, self.blocks.pack_a);
            if !cols.is_empty() {
                // SAFETY: the caller's promise; tiles are disjoint parts of C, and a
                // run ends before the next begins.
                unsafe { multiply(&Tile { product, b, shape, mc, pack_a }, scratch) };
            }
            if last {
                (self.then)(rows, left + cols.start..left + cols.end);
            }
            ControlFlow::Continue(())
        });
    }

    /// Copies the lower half of C to the upper one.
    ///
    /// # Safety
    /// As [`run_half`].
    unsafe fn mirror(&self) {
        let p = &self.p;
        let bytes = (p.m * p.m * size_of::<T>()) as f64;
        let bands = p.m.div_ceil(tuning::MATMUL_MIRROR_ROWS);
        pool::each(bands, tuning::traffic_ns(bytes), |i| {
            let top = i * tuning::MATMUL_MIRROR_ROWS;
            let rows = top..p.m.min(top + tuning::MATMUL_MIRROR_ROWS);
            // SAFETY: what lies right of the diagonal is written by the chunk of its
            // row alone, and what lies left of it is only read.
            unsafe { mirror(&self.p, rows) };
        });
    }
}
