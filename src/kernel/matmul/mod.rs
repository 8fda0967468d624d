//! Matrix products on pointers: what one output tile goes through.
//!
//! Every engine here gives the bits of this chain, for each element of C:
//!
//! ```text
//! c = beta == 0 ? 0 : beta * c            (C is not read when beta is 0)
//! for each block of 256 along k, in order
//!     acc = 0
//!     for p in block, in order: acc = fma(a[p], b[p], acc)
//!     c = c + (alpha * acc)               (two roundings)
//! ```
//!
//! Three engines: [`plain`] has scalar chains for tiny products and vectorised loops
//! over panels of B, for any type; [`packed`] hands `f32` and
//! `f64` to the kernels of matrixmultiply, which pack both operands, on CPUs with
//! FMA. (Goto and van de Geijn, "Anatomy of high-performance matrix
//! multiplication", 2008.)

mod packed;
mod plain;

use std::any::TypeId;
use std::ops::Range;

use crate::element::Element;
use crate::simd::{self, Tier};
use crate::tuning;

/// A matrix that is read: where its first element is, and the strides of rows and
/// columns in elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct In<T> {
    pub(crate) ptr: *const T,
    pub(crate) rs: isize,
    pub(crate) cs: isize,
}

/// A matrix that is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out<T> {
    pub(crate) ptr: *mut T,
    pub(crate) rs: isize,
    pub(crate) cs: isize,
}

impl<T> In<T> {
    /// The place of an element.
    #[inline(always)]
    fn at(&self, i: usize, j: usize) -> *const T {
        self.ptr.wrapping_offset(i as isize * self.rs + j as isize * self.cs)
    }

    fn from(&self, i: usize, j: usize) -> Self {
        Self { ptr: self.at(i, j), ..*self }
    }

    fn t(&self) -> Self {
        Self { ptr: self.ptr, rs: self.cs, cs: self.rs }
    }
}

impl<T> Out<T> {
    /// The place of an element.
    #[inline(always)]
    fn at(&self, i: usize, j: usize) -> *mut T {
        self.ptr.wrapping_offset(i as isize * self.rs + j as isize * self.cs)
    }

    fn from(&self, i: usize, j: usize) -> Self {
        Self { ptr: self.at(i, j), ..*self }
    }

    fn t(&self) -> Self {
        Self { ptr: self.ptr, rs: self.cs, cs: self.rs }
    }
}

/// `c = beta * c + alpha * a * b`: A is m x k, B is k x n, C is m x n.
///
/// Whoever runs one vouches that A and B may be read and C written at every index,
/// that no two indices of C name the same element and none of A or B names one of
/// C, and that C has been written before unless `beta` is zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Product<T> {
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    pub(crate) alpha: T,
    pub(crate) a: In<T>,
    pub(crate) b: In<T>,
    pub(crate) beta: T,
    pub(crate) c: Out<T>,
}

// SAFETY: a product is a description; what it points to is read and written only
// by the unsafe `multiply`, whose caller vouches for the memory.
unsafe impl<T: Send + Sync> Sync for Product<T> {}

impl<T: Element> Product<T> {
    /// The product with rows and columns exchanged, `C^T = B^T * A^T`, where that
    /// makes C's rows the contiguous ones: the engines run along rows. The bits are
    /// the same, since a product of two numbers is.
    pub(crate) fn along_rows(self) -> Self {
        let column = self.n == 1 && self.m > 1;
        let turn = column || (self.m > 1 && self.c.rs.unsigned_abs() < self.c.cs.unsigned_abs());
        if !turn {
            return self;
        }
        Self { m: self.n, n: self.m, a: self.b.t(), b: self.a.t(), c: self.c.t(), ..self }
    }

    /// Multiply-adds.
    #[inline]
    fn work(&self) -> usize {
        self.m.saturating_mul(self.n).saturating_mul(self.k)
    }

    /// Whether any preparation would cost more than the product itself.
    #[inline]
    pub(crate) fn is_tiny(&self) -> bool {
        self.work() <= tuning::MATMUL_TINY
    }

    /// The part that gives rows and columns of C from a stretch of k.
    pub(crate) fn part(&self, [rows, cols]: [Range<usize>; 2], ks: Range<usize>) -> Self {
        Self {
            m: rows.len(),
            k: ks.len(),
            n: cols.len(),
            a: self.a.from(rows.start, ks.start),
            b: self.b.from(ks.start, cols.start),
            c: self.c.from(rows.start, cols.start),
            ..*self
        }
    }
}

/// How a product is computed. The bits are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Scalar chains, without preparation or memory.
    Chains,
    /// Vectorised loops over panels of B.
    Panels,
    /// matrixmultiply's kernels.
    Packed,
}

impl Engine {
    /// The fastest for a product.
    #[inline]
    pub(crate) fn choose<T: Element>(p: &Product<T>) -> Self {
        let [least, rows] = tuning::MATMUL_PACKED_MIN;
        let along_columns = p.m == 1 && p.b.rs.unsigned_abs() == 1 && p.b.cs != 1;
        if p.is_tiny() || along_columns {
            // All products with k = 0 too: the others read at least one block.
            Self::Chains
        } else if p.work() >= least && p.m >= rows && packed::serves::<T>() {
            Self::Packed
        } else {
            Self::Panels
        }
    }

    /// What one multiply-add costs one thread, in ns.
    #[inline]
    pub(crate) fn step_ns<T: Element>(self) -> f64 {
        let by_size = |ns| ns * size_of::<T>() as f64 / 4.0;
        match self {
            Self::Packed => by_size(tuning::MATMUL_PACKED_NS),
            Self::Chains | Self::Panels if is_float::<T>() && simd::tier() == Tier::Baseline => {
                tuning::MATMUL_LIBM_NS
            }
            Self::Chains | Self::Panels => by_size(tuning::MATMUL_PLAIN_NS),
        }
    }

    /// The largest tile one chunk should compute.
    pub(crate) fn largest_tile(self) -> [usize; 2] {
        match self {
            Self::Packed => tuning::MATMUL_TILE,
            Self::Chains | Self::Panels => tuning::MATMUL_PLAIN_TILE,
        }
    }
}

fn is_float<T: Element>() -> bool {
    TypeId::of::<T>() == TypeId::of::<f32>() || TypeId::of::<T>() == TypeId::of::<f64>()
}

/// Memory that a participant keeps between its tiles.
#[derive(Debug)]
pub(crate) struct Scratch<T> {
    /// A panel of B.
    panel: Vec<T>,
    /// The products of one K-block of a tile, where alpha keeps them from C.
    tile: Vec<T>,
}

impl<T> Scratch<T> {
    pub(crate) const fn new() -> Self {
        Self { panel: Vec::new(), tile: Vec::new() }
    }
}

/// `len` elements of `vec`, unless the system has no memory for them.
fn room<T: Element>(vec: &mut Vec<T>, len: usize) -> Option<&mut [T]> {
    if vec.len() < len {
        vec.try_reserve_exact(len - vec.len()).ok()?;
        vec.resize(len, T::ZERO);
    }
    Some(&mut vec[..len])
}

/// Computes a product on this thread.
///
/// # Safety
/// What [`Product`] says of its memory holds.
#[inline]
pub(crate) unsafe fn multiply<T: Element>(
    engine: Engine,
    product: &Product<T>,
    scratch: &mut Scratch<T>,
) {
    // SAFETY: the caller's promise is passed on.
    unsafe {
        match engine {
            Engine::Chains => plain::chains(product),
            Engine::Panels => plain::panels(product, &mut scratch.panel),
            Engine::Packed => packed::multiply(product, scratch),
        }
    }
}
