//! The inner loops of a product: one tile of C, which one chunk computes.
//!
//! ```text
//! loop 3  for ic in rows by mc              a group of rows
//! loop 4    for pc in k by 256              one K-block
//!             (pack the group's rows of A)
//! loop 2      for ir in the group by mr     rows of micro-tiles: A stays in L1
//! loop 1        for jr in columns by nr     a strip: B streams from L2
//! ```
//! B comes as it lies or in panels, which others have packed; the loops cannot tell.
//! Loops 3 and 4 change places by the size of a group: a few rows where all of B's
//! part stays in L2, all the tile's rows where only one K-block of it does. Where few
//! rows use B, a tile packs a panel at a time for itself (loop 1 outermost). Loop 5
//! and what is parallel are with the caller. (Numbered as in Van Zee and van de Geijn,
//! "BLIS: a framework for rapidly instantiating BLAS functionality", 2015.)

use std::ops::Range;

use crate::element::Element;
use crate::tuning::{self, K_BLOCK};

#[cfg(target_arch = "x86_64")]
use super::column::column;
use super::micro::{Shape, Strip, fetch_l2, fetch_to_write};
use super::pack::{Pack, pack};
use super::row::row;
use super::{In, Out, Product};

/// Where a tile's columns of B are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum B {
    /// Where the product says, side by side.
    Plain,
    /// Where the product says, any way: to be packed here, panel by panel.
    Local,
    /// In panels as wide as a micro-tile and one K-block long, of which the product
    /// names the first; this far apart.
    Packed(isize),
}

/// A tile of C, with what it needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile<T: 'static> {
    /// The tile's rows of A, columns of B and part of C.
    pub(crate) product: Product<T>,
    pub(crate) b: B,
    pub(crate) shape: &'static Shape<T>,
    /// Rows of a group.
    pub(crate) mc: usize,
    /// Whether to pack A.
    pub(crate) pack_a: bool,
}

/// Memory that a participant keeps between its tiles.
#[derive(Debug)]
pub(crate) struct Scratch<T> {
    /// Packed rows of A.
    rows: Vec<T>,
    /// A panel of B.
    panel: Vec<T>,
}

impl<T: Element> Scratch<T> {
    pub(crate) const fn new() -> Self {
        Self { rows: Vec::new(), panel: Vec::new() }
    }

    /// Room for packed rows, unless the system has none.
    fn packed(&mut self, len: usize) -> Option<*mut T> {
        self.rows.try_reserve_exact(len).ok()?;
        Some(self.rows.as_mut_ptr())
    }
}

/// Computes a tile.
///
/// # Safety
/// What [`Product`] says of its memory holds, B's being as [`B`] says; the shape is
/// one of the CPU.
pub(crate) unsafe fn multiply<T: Element>(tile: &Tile<T>, scratch: &mut Scratch<T>) {
    let p = &tile.product;
    // SAFETY: the caller's promise, for parts of the product.
    unsafe {
        if p.k == 0 {
            scale(p);
        } else if matches!(tile.b, B::Plain) && p.is_one_tile(tile.shape) {
            one_tile(p, tile.shape);
        } else if p.m == 1 && p.c.cs == 1 && matches!(tile.b, B::Plain) && p.n > tile.shape.nr() {
            row(p);
        } else if is_column(tile) {
            // Done.
        } else if matches!(tile.b, B::Local) {
            local(tile, scratch);
        } else {
            groups(tile, scratch);
        }
    }
}

impl<T> Product<T> {
    /// Whether all of it is one micro-tile as it lies, with at least one term and element.
    #[inline]
    pub(crate) fn is_one_tile(&self, shape: &Shape<T>) -> bool {
        let sides = (1..=shape.mr).contains(&self.m) && (1..=shape.nr()).contains(&self.n);
        sides && (1..=K_BLOCK).contains(&self.k) && self.b.cs == 1 && self.c.cs == 1
    }
}

/// Computes a product that [is one tile](Product::is_one_tile).
///
/// # Safety
/// What [`Product`] says of its memory holds; the shape is one of the CPU.
#[inline]
pub(crate) unsafe fn one_tile<T: Element>(p: &Product<T>, shape: &Shape<T>) {
    // SAFETY: the caller's promise, for all of the product.
    unsafe { shape.micro(p.m, p.n)(&Strip::of(p, 1, [0; 3])) };
}

/// Computes a tile that is a part of a matrix times a column, if there is a kernel for
/// it; says whether it did.
///
/// # Safety
/// As [`multiply`].
unsafe fn is_column<T: Element>(tile: &Tile<T>) -> bool {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's promise.
    return !matches!(tile.b, B::Packed(_)) && unsafe { column(&tile.product) };
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Loops 3 and 4.
///
/// # Safety
/// As [`multiply`].
unsafe fn groups<T: Element>(tile: &Tile<T>, scratch: &mut Scratch<T>) {
    let p = &tile.product;
    for rows in steps(p.m, tile.mc) {
        for ks in steps(p.k, K_BLOCK) {
            let part = p.part([rows.clone(), 0..p.n], ks);
            // SAFETY: a part of the product.
            unsafe { block(tile, &part, scratch) };
        }
    }
}

/// A tile of few rows: each panel of B is packed just before it is used.
///
/// # Safety
/// As [`multiply`].
unsafe fn local<T: Element>(tile: &Tile<T>, scratch: &mut Scratch<T>) {
    let (p, nr) = (&tile.product, tile.shape.nr());
    let mut panel = std::mem::take(&mut scratch.panel);
    if panel.try_reserve_exact(nr * K_BLOCK + ALIGN).is_err() {
        // SAFETY: the caller's promise. Slower, but it needs no memory.
        return unsafe { scalars(p) };
    }
    let to = aligned(panel.as_mut_ptr());
    let one = Tile { b: B::Packed(0), pack_a: false, ..*tile };
    for cols in steps(p.n, nr) {
        for ks in steps(p.k, K_BLOCK) {
            let mut part = p.part([0..p.m, cols.clone()], ks);
            let (from, width) = (part.b, cols.len());
            part.b = In { ptr: to, rs: nr as isize, cs: 1 };
            // SAFETY: a part of the product, and a panel with room for it.
            unsafe {
                pack(Pack { from, k: part.k, width, to, stride: nr });
                block(&one, &part, scratch);
            }
        }
    }
    scratch.panel = panel;
}

/// Elements that [`aligned`] may skip.
pub(crate) const ALIGN: usize = 64;

/// The first place from `ptr` on where a cache line begins, at most [`ALIGN`] elements
/// on: a register that lies across two lines is read twice.
#[inline]
pub(crate) fn aligned<T>(ptr: *mut T) -> *mut T {
    ptr.wrapping_byte_add(ptr.addr().wrapping_neg() % 64)
}

/// `0..len` in steps.
#[inline]
pub(crate) fn steps(len: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    (0..len).step_by(step.max(1)).map(move |start| start..len.min(start + step))
}

/// One K-block of one group of rows: loops 2 and 1.
///
/// # Safety
/// As [`multiply`], and `p.k` is at most one K-block.
unsafe fn block<T: Element>(tile: &Tile<T>, p: &Product<T>, scratch: &mut Scratch<T>) {
    let (mr, nr) = (tile.shape.mr, tile.shape.nr());
    let in_l1 = p.k * nr * size_of::<T>() <= tuning::MATMUL_L1_BYTES
        && p.m * p.n * size_of::<T>() <= tuning::MATMUL_C_BYTES;
    // Rows of B and C that lie far apart, where two rows of micro-tiles would read B: it is
    // read once, and asked for.
    // (The stride of a single row may be anything.)
    let bytes = |rows: usize, stride: isize| {
        rows.saturating_mul(stride.unsigned_abs()).saturating_mul(size_of::<T>())
    };
    let reach = || bytes(p.k, p.b.rs).saturating_add(bytes(p.m, p.c.rs));
    let far = (mr + 1..=2 * mr).contains(&p.m)
        && reach() >= tuning::MATMUL_FAR_REACH
        && p.k * nr * size_of::<T>() <= tuning::MATMUL_FAR_BYTES
        && matches!(tile.b, B::Plain);
    if (p.n <= 2 * nr || in_l1 || far) && p.c.cs == 1 && !tile.pack_a {
        // SAFETY: the caller's promise.
        return unsafe { narrow(tile, p, far) };
    }
    let panels = p.m.div_ceil(mr);
    // Of nearly equal height: a panel of one row has too few chains.
    let rows_of = |i: usize| i * p.m / panels..(i + 1) * p.m / panels;
    let packed = if tile.pack_a { scratch.packed(panels * mr * p.k) } else { None };
    let panel = match tile.b {
        B::Packed(panel) => panel,
        B::Plain | B::Local => nr as isize,
    };
    for i in 0..panels {
        let rows = rows_of(i);
        let part = p.part([rows.clone(), 0..p.n], 0..p.k);
        let mut a = part.a;
        // Without memory it goes on unpacked: slower, and right.
        if let Some(packed) = packed {
            let to = packed.wrapping_add(i * mr * p.k);
            let (from, width) = (a.t(), rows.len());
            // SAFETY: rows of the group; the panel has room for mr of them.
            unsafe { pack(Pack { from, k: p.k, width, to, stride: mr }) };
            a = In { ptr: to, rs: 1, cs: mr as isize };
        }
        let strip = Strip {
            k: p.k,
            a: a.ptr,
            a_row: a.rs,
            a_step: a.cs,
            b: p.b.ptr,
            b_step: p.b.rs,
            c: part.c.ptr,
            c_row: part.c.rs,
            cols: nr,
            alpha: p.alpha,
            beta: p.beta,
            count: p.n / nr,
            next: [0, panel, nr as isize],
        };
        // SAFETY: rows of the group, all its columns.
        unsafe {
            if p.c.cs == 1 {
                strips(tile.shape, &strip, rows.len(), p.n);
            } else {
                staged(tile.shape, &strip, rows.len(), p.n, p.c.cs);
            }
        }
    }
}

/// A block whose panels of B stay in L1, or of few columns: strips run down the rows. With
/// `ahead` the next panel of B and of C is fetched.
///
/// # Safety
/// As [`block`]; columns of C lie side by side.
unsafe fn narrow<T: Element>(tile: &Tile<T>, p: &Product<T>, ahead: bool) {
    let shape = tile.shape;
    let (panel, split) = match tile.b {
        B::Packed(panel) => (panel, false),
        B::Plain | B::Local => (shape.nr() as isize, true),
    };
    for (left, cols, count) in columns(shape, p.n, split) {
        for left in (0..count).map(|j| left + j * cols) {
            if ahead {
                (0..p.k).for_each(|i| fetch_l2(p.b.at(i, left + cols), cols));
                (0..p.m).for_each(|i| fetch_to_write(p.c.at(i, left + cols), cols));
            }
            for (top, rows, count) in panels(p.m, shape.mr) {
                let part = p.part([top..p.m, left..p.n], 0..p.k);
                let next = [rows as isize * p.a.rs, 0, rows as isize * p.c.rs];
                let b = p.b.ptr.wrapping_offset((left / shape.nr()) as isize * panel);
                let b = b.wrapping_add(left % shape.nr());
                if count > 0 {
                    // SAFETY: rows and columns of the block.
                    unsafe {
                        shape.micro(rows, cols)(&Strip {
                            b,
                            cols,
                            ..Strip::of(&part, count, next)
                        });
                    };
                }
            }
        }
    }
}

/// Where strips of columns begin, their width, and how many there are. With `split`,
/// the last may begin anywhere in a panel: one register alone has too few chains, so
/// that of four each tile has two.
#[inline]
fn columns<T>(shape: &Shape<T>, n: usize, split: bool) -> [(usize, usize, usize); 3] {
    let (nr, lanes) = (shape.nr(), shape.lanes);
    let (count, rest) = (n / nr, n % nr);
    if split && shape.vectors == 3 && count > 0 && rest > 0 && rest <= lanes {
        let at = (count - 1) * nr;
        let last = nr + rest - 2 * lanes;
        if last == 2 * lanes {
            return [(0, nr, count - 1), (at, last, 2), (0, 0, 0)];
        }
        return [(0, nr, count - 1), (at, 2 * lanes, 1), (at + 2 * lanes, last, 1)];
    }
    [(0, nr, count), (count * nr, rest, usize::from(rest > 0)), (0, 0, 0)]
}

/// The same for rows: two of nearly equal height for what is no whole panel.
#[inline]
fn panels(m: usize, mr: usize) -> [(usize, usize, usize); 3] {
    let (count, rest) = (m / mr, m % mr);
    if count == 0 || rest == 0 {
        return [(0, mr, count), (0, rest, usize::from(rest > 0)), (0, 0, 0)];
    }
    let (at, upper) = ((count - 1) * mr, (mr + rest).div_ceil(2));
    [(0, mr, count - 1), (at, upper, 1), (at + upper, mr + rest - upper, 1)]
}

/// All columns of one panel of rows: whole micro-tiles, and the rest.
///
/// # Safety
/// As [`multiply`].
unsafe fn strips<T: Element>(shape: &Shape<T>, whole: &Strip<T>, rows: usize, n: usize) {
    let (nr, panel) = (whole.cols, whole.next[1]);
    for (at, cols, count) in columns(shape, n, panel == nr as isize) {
        let b = whole.b.wrapping_offset((at / nr) as isize * panel).wrapping_add(at % nr);
        let c = whole.c.wrapping_add(at);
        let next = [0, if cols == nr { panel } else { cols as isize }, cols as isize];
        if count > 0 {
            // SAFETY: the caller's promise, for columns below n.
            unsafe { shape.micro(rows, cols)(&Strip { b, c, cols, count, next, ..*whole }) };
        }
    }
}

/// The largest micro-tile of all tiers.
const STAGE: usize = 8 * 48;

/// [`strips`] where columns of C do not lie side by side: each micro-tile of C is
/// copied out and back.
///
/// # Safety
/// As [`multiply`].
unsafe fn staged<T: Element>(
    shape: &Shape<T>,
    whole: &Strip<T>,
    rows: usize,
    n: usize,
    c_step: isize,
) {
    let mut stage = [T::ZERO; STAGE];
    let nr = shape.nr();
    debug_assert!(rows * nr <= STAGE);
    let at = stage.as_mut_ptr();
    for (j, cols) in steps(n, nr).enumerate() {
        let out = Out { ptr: whole.c, rs: whole.c_row, cs: c_step }.from(0, cols.start);
        let b = whole.b.wrapping_offset(j as isize * whole.next[1]);
        let tile = Strip { b, c: at, c_row: nr as isize, cols: cols.len(), count: 1, ..*whole };
        let places = || (0..rows).flat_map(|i| (0..cols.len()).map(move |j| (i, j)));
        // SAFETY: rows and columns of C, read unless beta is zero; the stage has room
        // for a micro-tile.
        unsafe {
            if whole.beta != T::ZERO {
                places().for_each(|(i, j)| *at.add(i * nr + j) = *out.at(i, j));
            }
            shape.micro(rows, cols.len())(&tile);
            places().for_each(|(i, j)| *out.at(i, j) = *at.add(i * nr + j));
        }
    }
}

/// `c[i][j] = c[j][i]` for the given rows `i` and all `j > i`, by blocks, so that what
/// lies in columns is read as it lies.
///
/// # Safety
/// C is square and may be written in these rows right of the diagonal, and read
/// left of it.
pub(crate) unsafe fn mirror<T: Element>(p: &Product<T>, rows: Range<usize>) {
    for cols in steps(p.n, 16) {
        for i in rows.clone() {
            for j in cols.start.max(i + 1)..cols.end {
                // SAFETY: right of the diagonal, from left of it.
                unsafe { *p.c.at(i, j) = *p.c.at(j, i) };
            }
        }
    }
}

/// A product by chains of scalars.
///
/// # Safety
/// What [`Product`] says of its memory holds.
#[cold]
unsafe fn scalars<T: Element>(p: &Product<T>) {
    // SAFETY: indices below m, k and n.
    unsafe {
        scale(p);
        for i in 0..p.m {
            for j in 0..p.n {
                for ks in steps(p.k, K_BLOCK) {
                    let chain = |acc, q| T::fused(*p.a.at(i, q), *p.b.at(q, j), acc);
                    let acc = ks.fold(T::ZERO, chain);
                    *p.c.at(i, j) = T::plus(*p.c.at(i, j), T::times(p.alpha, acc));
                }
            }
        }
    }
}

/// `c = beta * c`: a product without terms.
///
/// # Safety
/// C may be written, and read unless beta is zero.
unsafe fn scale<T: Element>(p: &Product<T>) {
    for i in 0..p.m {
        for j in 0..p.n {
            let c = p.c.at(i, j);
            // SAFETY: an element of C.
            unsafe { *c = if p.beta == T::ZERO { T::ZERO } else { T::times(p.beta, *c) } };
        }
    }
}
