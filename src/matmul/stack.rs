//! Products of 1-D to n-D arrays: stacks of matrices over broadcast axes.
//!
//! ```text
//! a 1-D operand becomes a row or a column, and its axis is dropped from the result
//! the axes before the last two broadcast together
//! few large products: one after another, each on all threads
//! many small ones: a chunk is a number of products, and where one column of
//! micro-tiles is a whole product, a strip of them at a time through all of the chunk's
//! ```

use std::ops::ControlFlow;

use ndarray::{ArrayRef, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};

use crate::element::Element;
use crate::kernel::matmul::{B, In, Out, Product, Scratch, Shape, Strip, Tile, multiply, shape};
use crate::plan::{Axes, Chunks, List, Packing, Run, broadcast};
use crate::{Error, pool, tuning};

use super::engine::{gemm, run};

/// The number of axes of a product, from those of its operands, as in NumPy: two
/// matrices give a matrix, a vector loses its axis, stacks broadcast.
///
/// Implemented for all pairs of 1 to 6 axes and for [`IxDyn`](type@ndarray::IxDyn).
pub trait ProductDim<Other: Dimension>: Dimension {
    /// The product's.
    type Product: Dimension;
}

macro_rules! dims {
    ($($a:ty, $b:ty => $c:ty;)*) => {$(
        impl ProductDim<$b> for $a {
            type Product = $c;
        }
    )*};
    (@dynamic $($d:ty)*) => {$(
        impl ProductDim<IxDyn> for $d {
            type Product = IxDyn;
        }
        impl ProductDim<$d> for IxDyn {
            type Product = IxDyn;
        }
    )*};
}
dims! {
    Ix1, Ix1 => Ix0; Ix1, Ix2 => Ix1; Ix1, Ix3 => Ix2; Ix1, Ix4 => Ix3; Ix1, Ix5 => Ix4; Ix1, Ix6 => Ix5;
    Ix2, Ix1 => Ix1; Ix2, Ix2 => Ix2; Ix2, Ix3 => Ix3; Ix2, Ix4 => Ix4; Ix2, Ix5 => Ix5; Ix2, Ix6 => Ix6;
    Ix3, Ix1 => Ix2; Ix3, Ix2 => Ix3; Ix3, Ix3 => Ix3; Ix3, Ix4 => Ix4; Ix3, Ix5 => Ix5; Ix3, Ix6 => Ix6;
    Ix4, Ix1 => Ix3; Ix4, Ix2 => Ix4; Ix4, Ix3 => Ix4; Ix4, Ix4 => Ix4; Ix4, Ix5 => Ix5; Ix4, Ix6 => Ix6;
    Ix5, Ix1 => Ix4; Ix5, Ix2 => Ix5; Ix5, Ix3 => Ix5; Ix5, Ix4 => Ix5; Ix5, Ix5 => Ix5; Ix5, Ix6 => Ix6;
    Ix6, Ix1 => Ix5; Ix6, Ix2 => Ix6; Ix6, Ix3 => Ix6; Ix6, Ix4 => Ix6; Ix6, Ix5 => Ix6; Ix6, Ix6 => Ix6;
}
dims!(@dynamic Ix1 Ix2 Ix3 Ix4 Ix5 Ix6);
impl ProductDim<IxDyn> for IxDyn {
    type Product = IxDyn;
}

/// The shapes of a stack of products.
pub(super) struct Stack {
    pub(super) m: usize,
    pub(super) k: usize,
    pub(super) n: usize,
    /// The axes of the result before its rows and columns.
    batch: List<usize>,
    /// Whether the result has rows, and columns.
    rows: bool,
    cols: bool,
}

impl Stack {
    /// The shapes of `a * b`.
    ///
    /// # Errors
    /// [`Error::Shape`] if the inner sizes differ or an operand has no axis,
    /// [`Error::Broadcast`] if the batch axes do not broadcast.
    #[inline]
    pub(super) fn new(function: &'static str, a: &[usize], b: &[usize]) -> Result<Self, Error> {
        for (operand, shape, other) in [("a", a, b), ("b", b, a)] {
            if shape.is_empty() {
                let (shape, other) = (Vec::new(), other.to_vec());
                let expected = "a product needs an axis to sum over; the other operand's shape";
                return Err(Error::Shape { function, operand, shape, expected, other });
            }
        }
        let (rows, cols) = (a.len() > 1, b.len() > 1);
        let (head_a, head_b) = (&a[..a.len().saturating_sub(2)], &b[..b.len().saturating_sub(2)]);
        let m = if rows { a[a.len() - 2] } else { 1 };
        let (k, inner) = (a[a.len() - 1], if cols { b[b.len() - 2] } else { b[0] });
        let n = if cols { b[b.len() - 1] } else { 1 };
        if k != inner {
            return Err(Error::Shape {
                function,
                operand: "a",
                shape: a.to_vec(),
                expected: "the shape of b, whose rows must be as many as the columns of a,",
                other: b.to_vec(),
            });
        }
        let mut batch = List::new(1);
        (0..head_a.len().max(head_b.len())).for_each(|_| batch.push(1));
        if !broadcast([head_a, head_b].into_iter(), batch.as_mut_slice()) {
            return Err(Error::Broadcast { function, shapes: vec![a.to_vec(), b.to_vec()] });
        }
        Ok(Self { m, k, n, batch, rows, cols })
    }

    /// The shape of the result.
    #[inline]
    pub(super) fn shape(&self) -> List<usize> {
        let mut shape = self.batch.clone();
        if self.rows {
            shape.push(self.m);
        }
        if self.cols {
            shape.push(self.n);
        }
        shape
    }

    /// Whether it is one product.
    #[inline]
    pub(super) fn is_single(&self) -> bool {
        self.batch.as_slice().is_empty()
    }

    /// The strides of C's last two axes.
    pub(super) fn last(&self, strides: &[isize]) -> [isize; 2] {
        let mut last = strides.iter().rev().copied();
        let cs = if self.cols { last.next().unwrap_or(1) } else { 1 };
        let rs = if self.rows { last.next().unwrap_or(1) } else { 1 };
        [rs, cs]
    }
}

/// A matrix that is read, in the first place of a stack.
#[inline]
pub(super) fn left<T, D: Dimension>(a: &ArrayRef<T, D>) -> In<T> {
    let s = a.strides();
    let rs = if s.len() > 1 { s[s.len() - 2] } else { 1 };
    In { ptr: a.as_ptr(), rs, cs: s[s.len() - 1] }
}

/// The same for the right operand, whose single axis is a column.
#[inline]
pub(super) fn right<T, D: Dimension>(b: &ArrayRef<T, D>) -> In<T> {
    let s = b.strides();
    match s {
        [rs] => In { ptr: b.as_ptr(), rs: *rs, cs: 1 },
        _ => In { ptr: b.as_ptr(), rs: s[s.len() - 2], cs: s[s.len() - 1] },
    }
}

/// Strides of an operand along the batch axes of the result: 0 where it broadcasts.
fn batch_strides(batch: &[usize], shape: &[usize], strides: &[isize]) -> List<isize> {
    let own = shape.len().saturating_sub(2);
    let mut out = List::new(0);
    for _ in own..batch.len() {
        out.push(0);
    }
    for (&len, &stride) in shape.iter().zip(strides).take(own) {
        out.push(if len == 1 { 0 } else { stride });
    }
    out
}

/// Computes all products of a stack; `first` is the one in the first place, and
/// `c_strides` those of C's batch axes.
///
/// # Errors
/// [`Error::Memory`] if there is none for a copy of a part of B.
///
/// # Safety
/// What [`Product`] says of its memory holds for each product, and no two write the
/// same elements.
pub(super) unsafe fn run_stack<T: Element, DA: Dimension, DB: Dimension>(
    function: &'static str,
    stack: &Stack,
    (a, b): (&ArrayRef<T, DA>, &ArrayRef<T, DB>),
    c_strides: &[isize],
    first: Product<T>,
) -> Result<(), Error> {
    let batch = stack.batch.as_slice();
    let a = batch_strides(batch, a.shape(), a.strides());
    let b = batch_strides(batch, b.shape(), b.strides());
    let axes = Axes::in_order(batch, [&c_strides[..batch.len()], a.as_slice(), b.as_slice()]);
    let (p, turned) = first.along_rows();
    if axes.len() == 0 || p.m == 0 || p.n == 0 {
        return Ok(());
    }
    let shape = shape::<T>();
    let gemm = gemm(&p, shape);
    let one_ns = gemm.cost_ns(p.m, p.k, p.n);
    let step = axes.inner().strides;
    let at = |run: &Run<3>, i: usize| {
        let [c, mut a, mut b] = [0, 1, 2].map(|o| run.offsets[o] + i as isize * step[o]);
        if turned {
            (a, b) = (b, a);
        }
        p.moved([c, a, b])
    };
    if one_ns > tuning::MATMUL_ALONE_NS {
        for run_of in axes.runs(0..axes.len()) {
            for i in 0..run_of.len {
                // SAFETY: one of the products.
                unsafe { run(function, at(&run_of, i)) }?;
            }
        }
        return Ok(());
    }
    let blocks = gemm.blocks();
    let b = if blocks.packing == Packing::None { B::Plain } else { B::Local };
    let tile = Tile { product: p, b, shape, mc: blocks.mc, pack_a: false };
    let bytes = (p.m * p.n + p.m * p.k + p.k * p.n) * size_of::<T>();
    let way = way(&tile, bytes.saturating_mul(axes.len()));
    let item_ns = one_ns.max(tuning::MATMUL_ITEM_NS);
    let chunks = Chunks::new(axes.len(), bytes, item_ns, 1);
    let _ = pool::run(chunks.n(), chunks.cost_ns(), Scratch::new, |scratch, i| {
        for run_of in axes.runs(chunks.range(i)) {
            let [next_c, mut next_a, mut next_b] = step;
            if turned {
                (next_a, next_b) = (next_b, next_a);
            }
            let run = (run_of.len, [next_a, next_b, next_c]);
            // SAFETY: the products of the run; the way is one for them.
            unsafe {
                match way {
                    Way::Strips => strips(&at(&run_of, 0), shape, run),
                    Way::OneByOne => one_by_one(&at(&run_of, 0), shape, run),
                    Way::Each => (0..run_of.len).for_each(|i| {
                        multiply(&Tile { product: at(&run_of, i), ..tile }, scratch);
                    }),
                }
            }
        }
        ControlFlow::Continue(())
    });
    Ok(())
}

/// How a chunk of a stack is gone through.
#[derive(Debug, Clone, Copy)]
enum Way {
    Strips,
    OneByOne,
    /// As products of any form are.
    Each,
}

/// The way for a stack of products such as this tile that moves so many bytes.
fn way<T: Element>(tile: &Tile<T>, bytes: usize) -> Way {
    let (p, shape) = (&tile.product, tile.shape);
    let in_strips = matches!(tile.b, B::Plain)
        && p.n <= shape.nr()
        && p.c.cs == 1
        && (1..=tuning::K_BLOCK).contains(&p.k);
    let panels = p.m.div_ceil(shape.mr);
    let near = bytes < tuning::MATMUL_STACK_FAR && panels <= tuning::MATMUL_STACK_PANELS;
    match in_strips {
        false => Way::Each,
        true if near || panels == 1 => Way::Strips,
        true => Way::OneByOne,
    }
}

/// Products in a row, this far apart in A, B and C: each panel of rows in a strip through all
/// of them.
///
/// # Safety
/// What [`Product`] says of its memory holds for each product; B lies in rows, is one K-block
/// long at most and as wide as one micro-tile at most, and so is C.
unsafe fn strips<T: Element>(
    p: &Product<T>,
    shape: &Shape<T>,
    (count, apart): (usize, [isize; 3]),
) {
    let panels = p.m.div_ceil(shape.mr);
    for i in 0..panels {
        let rows = i * p.m / panels..(i + 1) * p.m / panels;
        let (micro, part) = (shape.micro(rows.len(), p.n), p.part([rows, 0..p.n], 0..p.k));
        // SAFETY: each tile of the strip is these rows of one of the products.
        unsafe { micro(&Strip::of(&part, count, apart)) };
    }
}

/// The same, one product after another: strips of panels that are equally high.
///
/// # Safety
/// As [`strips`].
unsafe fn one_by_one<T: Element>(
    p: &Product<T>,
    shape: &Shape<T>,
    (count, apart): (usize, [isize; 3]),
) {
    let panels = p.m.div_ceil(shape.mr);
    let (low, higher) = (p.m / panels, p.m % panels);
    let strip = |top: usize, rows: usize, count: usize| {
        let part = p.part([top..top + rows, 0..p.n], 0..p.k);
        Strip::of(&part, count, [rows as isize * p.a.rs, 0, rows as isize * p.c.rs])
    };
    let mut lower = strip(higher * (low + 1), low, panels - higher);
    let mut upper = strip(0, low + 1, higher);
    for _ in 0..count {
        // SAFETY: each tile of a strip is so many rows of the product.
        unsafe {
            if higher > 0 {
                shape.micro(low + 1, p.n)(&upper);
                upper.go(apart);
            }
            shape.micro(low, p.n)(&lower);
            lower.go(apart);
        }
    }
}

/// Where C of the first product is.
pub(super) fn out<T>(ptr: *mut T, [rs, cs]: [isize; 2]) -> Out<T> {
    Out { ptr, rs, cs }
}
