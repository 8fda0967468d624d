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
//! Integers wrap, so that their order does not matter.
//!
//! - `micro/`: the micro-kernels, one file for each tier
//! - `block`: the loops around them, for one tile of C
//! - `pack`, `turn`: parts of A and B copied into the order that they are read in
//! - `row`, `column`: one row times a matrix, and a matrix times a column
//! - `sums`: sums of K-blocks added to C
//! - `finish`: a user's function on the way out
//!
//! (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008.)

mod block;
#[cfg(target_arch = "x86_64")]
mod column;
mod finish;
mod micro;
mod pack;
mod row;
mod sums;
#[cfg(target_arch = "x86_64")]
mod turn;

use std::ops::Range;

use crate::element::Element;

pub(crate) use block::{ALIGN, B, Scratch, Tile, aligned, mirror, multiply, one_tile, steps};
pub(crate) use finish::{Finish, finish};
pub(crate) use micro::{Shape, Strip, shape};
pub(crate) use pack::{Pack, pack};
pub(crate) use sums::{Sums, add_sums};

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

    #[inline]
    pub(crate) fn from(&self, i: usize, j: usize) -> Self {
        Self { ptr: self.at(i, j), ..*self }
    }

    pub(crate) fn t(&self) -> Self {
        Self { ptr: self.ptr, rs: self.cs, cs: self.rs }
    }
}

impl<T> Out<T> {
    /// The place of an element.
    #[inline(always)]
    fn at(&self, i: usize, j: usize) -> *mut T {
        self.ptr.wrapping_offset(i as isize * self.rs + j as isize * self.cs)
    }

    #[inline]
    pub(crate) fn from(&self, i: usize, j: usize) -> Self {
        Self { ptr: self.at(i, j), ..*self }
    }

    pub(crate) fn t(&self) -> Self {
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

// SAFETY: a matrix is a description, as is a product.
unsafe impl<T: Send + Sync> Sync for In<T> {}
// SAFETY: the same.
unsafe impl<T: Send + Sync> Sync for Out<T> {}
// SAFETY: a product is a description; what it points to is read and written only
// by unsafe functions whose caller vouches for the memory.
unsafe impl<T: Send + Sync> Sync for Product<T> {}

impl<T: Element> Product<T> {
    /// The product with rows and columns exchanged, `C^T = B^T * A^T`, where that
    /// makes C's rows the contiguous ones: the kernels run along rows. The bits are
    /// the same, since a product of two numbers is. Says whether it did.
    #[inline]
    pub(crate) fn along_rows(self) -> (Self, bool) {
        let column = self.n == 1 && self.m > 1;
        let turn = column || (self.m > 1 && self.c.rs.unsigned_abs() < self.c.cs.unsigned_abs());
        if !turn {
            return (self, false);
        }
        let turned =
            Self { m: self.n, n: self.m, a: self.b.t(), b: self.a.t(), c: self.c.t(), ..self };
        (turned, true)
    }

    /// The product of a stack that is so far from this one.
    #[inline]
    pub(crate) fn moved(&self, [c, a, b]: [isize; 3]) -> Self {
        let (c, a, b) = (
            self.c.ptr.wrapping_offset(c),
            self.a.ptr.wrapping_offset(a),
            self.b.ptr.wrapping_offset(b),
        );
        Self {
            a: In { ptr: a, ..self.a },
            b: In { ptr: b, ..self.b },
            c: Out { ptr: c, ..self.c },
            ..*self
        }
    }

    /// The part that gives rows and columns of C from a stretch of k: what comes
    /// before it along k has been added already.
    pub(crate) fn part(&self, [rows, cols]: [Range<usize>; 2], ks: Range<usize>) -> Self {
        Self {
            m: rows.len(),
            k: ks.len(),
            n: cols.len(),
            a: self.a.from(rows.start, ks.start),
            b: self.b.from(ks.start, cols.start),
            beta: if ks.start == 0 { self.beta } else { T::ONE },
            c: self.c.from(rows.start, cols.start),
            ..*self
        }
    }
}
