//! The micro-kernel, written once over a small vector trait.
//!
//! ```text
//! for each tile of the strip
//!     acc[M][N] = 0                              (M x N registers)
//!     for p in 0..k                              (k is one K-block at most)
//!         b[N] = row p of B                      (N registers)
//!         for i in 0..M                          (one register)
//!             acc[i][..] = fma(a[i][p], b[..], acc[i][..])
//!     c = beta * c                               (0 for beta = 0: C is not read)
//!     c = c + (alpha * acc)                      (two roundings)
//! ```
//! A strip is a row of tiles, or the same tile of a stack of small products: the
//! loop over them is in here, so that a tile costs no call. (Van Zee and van de Geijn,
//! "BLIS: a framework for rapidly instantiating BLAS functionality", 2015.)

use crate::element::Element;
use crate::tuning;

use super::super::Product;
use super::vector::Vector;

/// A strip of tiles of one size. Strides are in elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strip<T> {
    /// Length of the chains.
    pub(crate) k: usize,
    pub(crate) a: *const T,
    /// From row to row of A, and along k.
    pub(crate) a_row: isize,
    pub(crate) a_step: isize,
    /// Columns of B lie side by side.
    pub(crate) b: *const T,
    /// Along k.
    pub(crate) b_step: isize,
    /// Columns of C lie side by side.
    pub(crate) c: *mut T,
    pub(crate) c_row: isize,
    /// Columns of a tile, of which the last register holds a part.
    pub(crate) cols: usize,
    pub(crate) alpha: T,
    pub(crate) beta: T,
    /// Tiles, and how far A, B and C are from one to the next.
    pub(crate) count: usize,
    pub(crate) next: [isize; 3],
}

impl<T: Element> Strip<T> {
    /// Products that are one tile each, this far apart in A, B and C.
    #[inline]
    pub(crate) fn of(p: &Product<T>, count: usize, next: [isize; 3]) -> Self {
        Self {
            k: p.k,
            a: p.a.ptr,
            a_row: p.a.rs,
            a_step: p.a.cs,
            b: p.b.ptr,
            b_step: p.b.rs,
            c: p.c.ptr,
            c_row: p.c.rs,
            cols: p.n,
            alpha: p.alpha,
            beta: p.beta,
            count,
            next,
        }
    }

    /// Goes on by so much in A, B and C.
    #[inline]
    pub(crate) fn go(&mut self, [a, b, c]: [isize; 3]) {
        self.a = self.a.wrapping_offset(a);
        self.b = self.b.wrapping_offset(b);
        self.c = self.c.wrapping_offset(c);
    }
}

/// A micro-kernel: computes a strip.
pub(crate) type Micro<T> = unsafe fn(&Strip<T>);

/// One step along k of all chains of a tile.
macro_rules! step {
    ($V:ty, $M:ident, $N:ident, $PART:ident; $s:ident, $row:ident, $mask:ident, $rows:ident, $acc:ident) => {
        let mut bs = [<$V>::splat(<$V as Vector>::Element::ZERO); $N];
        for j in 0..$N {
            bs[j] = load::<$V, $N, $PART>($row, j, $mask);
        }
        for i in 0..$M {
            let x = <$V>::splat(*$rows[i]);
            $rows[i] = $rows[i].wrapping_offset($s.a_step);
            for j in 0..$N {
                $acc[i][j] = <$V>::fused(x, bs[j], $acc[i][j]);
            }
        }
        $row = $row.wrapping_offset($s.b_step);
    };
}

/// Computes a strip of tiles of `M` rows and `N` registers; with `PART` the last of
/// these holds `cols % LANES` columns.
///
/// One function with counted loops over constants: through iterators, closures, or from
/// one function to another, the accumulators go through memory. Hence the macro.
///
/// # Safety
/// The instruction set of `V` is there; every tile's rows and columns of A, B and C
/// may be read, and C be written, which nobody else does meanwhile.
#[inline(always)]
#[allow(clippy::needless_range_loop)]
pub(super) unsafe fn strip<V: Vector, const M: usize, const N: usize, const PART: bool>(
    s: &Strip<V::Element>,
) {
    let (zero, one) = (V::Element::ZERO, V::Element::ONE);
    let plain = s.alpha == one && (s.beta == zero || s.beta == one);
    let (mut a, mut b, mut c) = (s.a, s.b, s.c);
    // SAFETY: the caller's promise: of A k elements along each of M rows, of B k rows
    // and of C M rows as wide as a tile, C read unless beta is zero.
    unsafe {
        let mask = V::mask(s.cols - (N - 1) * V::LANES);
        for _ in 0..s.count {
            let mut acc = [[V::splat(zero); N]; M];
            let mut rows = [a; M];
            for i in 0..M {
                rows[i] = a.wrapping_offset(i as isize * s.a_row);
            }
            let mut row = b;
            let mut left = s.k;
            if left >= tuning::MATMUL_FETCH_STEPS * M {
                // A row at a time: all at once they would hold up the loads of the chains.
                for i in 0..M {
                    fetch(c.wrapping_offset(i as isize * s.c_row), N * V::LANES);
                    for _ in 0..tuning::MATMUL_FETCH_STEPS {
                        step!(V, M, N, PART; s, row, mask, rows, acc);
                    }
                }
                left -= tuning::MATMUL_FETCH_STEPS * M;
            }
            for _ in 0..left {
                step!(V, M, N, PART; s, row, mask, rows, acc);
            }
            for i in 0..M {
                let row = c.wrapping_offset(i as isize * s.c_row);
                for j in 0..N {
                    let mut old = V::splat(zero);
                    if s.beta != zero {
                        old = load::<V, N, PART>(row, j, mask);
                    }
                    let mut new = acc[i][j];
                    if !plain {
                        // Multiplying by one changes nothing.
                        new = V::times(V::splat(s.alpha), new);
                        if s.beta != zero {
                            old = V::times(V::splat(s.beta), old);
                        }
                    }
                    store::<V, N, PART>(V::plus(old, new), row, j, mask);
                }
            }
            a = a.wrapping_offset(s.next[0]);
            b = b.wrapping_offset(s.next[1]);
            c = c.wrapping_offset(s.next[2]);
        }
    }
}

/// Register `j` of a row.
///
/// # Safety
/// As [`strip`].
#[inline(always)]
unsafe fn load<V: Vector, const N: usize, const PART: bool>(
    row: *const V::Element,
    j: usize,
    mask: V::Mask,
) -> V {
    let from = row.wrapping_add(j * V::LANES);
    // SAFETY: the caller's promise.
    unsafe { if PART && j == N - 1 { V::load_part(from, mask) } else { V::load(from) } }
}

/// Writes register `j` of a row.
///
/// # Safety
/// As [`strip`].
#[inline(always)]
unsafe fn store<V: Vector, const N: usize, const PART: bool>(
    x: V,
    row: *mut V::Element,
    j: usize,
    mask: V::Mask,
) {
    let to = row.wrapping_add(j * V::LANES);
    // SAFETY: the caller's promise.
    unsafe { if PART && j == N - 1 { x.store_part(to, mask) } else { x.store(to) } }
}

/// Has the lines of `len` elements brought into L1.
#[inline(always)]
pub(in super::super) fn fetch<T>(from: *const T, len: usize) {
    fetch_lines::<L1, T>(from, len);
}

/// The same, to be written.
#[inline(always)]
pub(in super::super) fn fetch_to_write<T>(from: *const T, len: usize) {
    fetch_lines::<TO_WRITE, T>(from, len);
}

/// The same, into L2.
#[inline(always)]
pub(in super::super) fn fetch_l2<T>(from: *const T, len: usize) {
    fetch_lines::<L2, T>(from, len);
}

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{_MM_HINT_ET0 as TO_WRITE, _MM_HINT_T0 as L1, _MM_HINT_T1 as L2};
#[cfg(not(target_arch = "x86_64"))]
const L1: i32 = 0;
#[cfg(not(target_arch = "x86_64"))]
const L2: i32 = 0;
#[cfg(not(target_arch = "x86_64"))]
const TO_WRITE: i32 = 0;

#[inline(always)]
fn fetch_lines<const HINT: i32, T>(from: *const T, len: usize) {
    #[cfg(target_arch = "x86_64")]
    for byte in (0..len * size_of::<T>()).step_by(64) {
        // SAFETY: a hint: no address is wrong.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<HINT>(from.cast::<i8>().wrapping_add(byte));
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (from, len);
}
