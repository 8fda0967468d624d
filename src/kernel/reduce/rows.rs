//! The reduced axis outside a kept one: whole rows are added to a tile of lanes.
//!
//! ```text
//! for each block of ROW_BLOCK rows:
//!     lanes = START;  for each row: lanes[c] = step(lanes[c], row[c])   tile in L1
//!     push lanes on the stack of levels, merging subtrees as a binary counter
//! merge what is left, the latest first
//! ```

use std::mem::MaybeUninit;
use std::slice;

use super::stage::Stretches;
use super::{Fold, load};
use crate::simd::Kernel;
use crate::tuning::{REDUCE_PART_BLOCKS, REDUCE_ROW_BLOCK, REDUCE_TILE_BYTES};

/// Levels of the tree within one part, and the lanes.
const SLOTS: usize = REDUCE_PART_BLOCKS.ilog2() as usize + 2;

#[repr(C, align(64))]
struct Room([[MaybeUninit<u8>; REDUCE_TILE_BYTES]; SLOTS]);

impl Room {
    /// Slot `i` as `len` values.
    #[inline(always)]
    fn slot<T>(&mut self, i: usize) -> *mut T {
        self.0[i].as_mut_ptr().cast()
    }
}

/// The most columns of a tile.
pub(crate) const fn tile_len<F: Fold<K>, const K: usize>() -> usize {
    let (lane, acc) = (size_of::<F::Lane>(), size_of::<F::Acc>());
    REDUCE_TILE_BYTES / if lane > acc { lane } else { acc }
}

/// A tile of columns: the first element of the first row, and the strides from
/// one column to the next and from one row to the next.
#[derive(Clone, Copy)]
pub(crate) struct Tile<T, const K: usize> {
    pub(crate) ptrs: [*const T; K],
    pub(crate) columns: usize,
    pub(crate) column_strides: [isize; K],
    pub(crate) row_strides: [isize; K],
}

/// Where the results of a tile go.
#[derive(Clone, Copy)]
pub(crate) enum Into<F: Fold<K>, const K: usize> {
    /// Finished, to the output, with its stride.
    Out(*mut F::Out, isize),
    /// Unfinished, side by side: this is one part of the rows.
    Part(*mut F::Acc),
}

/// Reduces the rows of a tile: an aligned part of all rows, of at most
/// `REDUCE_PART_BLOCKS` blocks.
pub(crate) struct Rows<F: Fold<K>, I, const K: usize> {
    fold: F,
    tile: Tile<F::Item, K>,
    stretches: I,
    rows: usize,
    into: Into<F, K>,
}

impl<F: Fold<K>, I: Stretches<K>, const K: usize> Rows<F, I, K> {
    /// The rows are those of `stretches`, `rows` in all.
    ///
    /// # Safety
    /// Every element of every row of the tile may be read while the kernel runs;
    /// nobody else touches the places of the results, one for each column.
    #[inline(always)]
    pub(crate) unsafe fn new(
        fold: F,
        tile: Tile<F::Item, K>,
        stretches: I,
        rows: usize,
        into: Into<F, K>,
    ) -> Self {
        assert!(tile.columns <= tile_len::<F, K>());
        assert!(rows.div_ceil(REDUCE_ROW_BLOCK) <= REDUCE_PART_BLOCKS);
        Self { fold, tile, stretches, rows, into }
    }
}

impl<F: Fold<K>, I: Stretches<K>, const K: usize> Kernel for Rows<F, I, K> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let (fold, columns) = (self.fold, self.tile.columns);
        let mut room = Room([const { [const { MaybeUninit::uninit() }; _] }; SLOTS]);
        let mut stretch = ([0; K], 0);
        let mut count = 0usize;
        let mut left = self.rows;
        while left > 0 {
            let rows = left.min(REDUCE_ROW_BLOCK);
            // SAFETY: the slots hold a tile each; lanes are written before they are
            // read, and a level when its bit of `count` is set. A part has at most
            // as many blocks as there are levels for.
            unsafe {
                let lanes: *mut F::Lane = room.slot(SLOTS - 1);
                for c in 0..columns {
                    lanes.add(c).write(F::START);
                }
                let lanes = slice::from_raw_parts_mut(lanes, columns);
                self.block(rows, &mut stretch, lanes);
                let mut depth = count.count_ones() as usize;
                let level =
                    slice::from_raw_parts_mut(room.slot::<MaybeUninit<F::Acc>>(depth), columns);
                for c in 0..columns {
                    level[c].write(fold.widen(lanes[c]));
                }
                for _ in 0..count.trailing_ones() {
                    depth -= 1;
                    merge(fold, room.slot(depth), room.slot(depth + 1), columns);
                }
            }
            count += 1;
            left -= rows;
        }
        for depth in (1..count.count_ones() as usize).rev() {
            // SAFETY: as above: the first `count_ones` levels are written.
            unsafe { merge(fold, room.slot(depth - 1), room.slot(depth), columns) };
        }
        // SAFETY: level 0 is written unless there were no rows.
        unsafe { self.put((count > 0).then(|| room.slot::<F::Acc>(0).cast_const())) };
    }
}

impl<F: Fold<K>, I: Stretches<K>, const K: usize> Rows<F, I, K> {
    /// Adds the next `rows` rows in order; `stretch` is what is left of the stretch
    /// that was begun.
    ///
    /// # Safety
    /// At least `rows` rows are left.
    #[inline(always)]
    unsafe fn block(
        &mut self,
        rows: usize,
        stretch: &mut ([isize; K], usize),
        lanes: &mut [F::Lane],
    ) {
        let mut left = rows;
        while left > 0 {
            if stretch.1 == 0 {
                *stretch = self.stretches.next().expect("stretches hold all rows");
            }
            let n = stretch.1.min(left);
            let mut tile = self.tile;
            for k in 0..K {
                tile.ptrs[k] = tile.ptrs[k].wrapping_offset(stretch.0[k]);
                stretch.0[k] += n as isize * tile.row_strides[k];
            }
            // SAFETY: these rows may be read, says the constructor's caller.
            unsafe { add_rows(self.fold, tile, n, lanes) };
            stretch.1 -= n;
            left -= n;
        }
    }

    /// Hands over the results.
    ///
    /// # Safety
    /// `acc`, if any, points to one result for each column.
    #[inline(always)]
    unsafe fn put(&self, acc: Option<*const F::Acc>) {
        for c in 0..self.tile.columns {
            // SAFETY: the caller's promise; the places are ours, says the
            // constructor's caller.
            unsafe {
                let acc = acc.map_or(F::EMPTY, |acc| *acc.add(c));
                match self.into {
                    Into::Out(out, step) => {
                        out.offset(c as isize * step).write(self.fold.finish(acc));
                    }
                    Into::Part(part) => part.add(c).write(acc),
                }
            }
        }
    }
}

/// Rows of one stretch, in order, four in one go where columns are contiguous.
///
/// # Safety
/// Every element of the `rows` rows may be read; `lanes` has one for each column.
#[inline(always)]
unsafe fn add_rows<F: Fold<K>, const K: usize>(
    fold: F,
    tile: Tile<F::Item, K>,
    rows: usize,
    lanes: &mut [F::Lane],
) {
    let columns = lanes.len();
    let row = |r: usize| {
        let mut ptrs = tile.ptrs;
        for k in 0..K {
            ptrs[k] = ptrs[k].wrapping_offset(r as isize * tile.row_strides[k]);
        }
        ptrs
    };
    let mut r = 0;
    if tile.column_strides == [1; K] {
        while r + 4 <= rows {
            let four = [row(r), row(r + 1), row(r + 2), row(r + 3)];
            for c in 0..columns {
                for ptrs in four {
                    // SAFETY: the caller's promise, for row `r` and the next three.
                    let items = unsafe { load(ptrs, c as isize, [1; K]) };
                    lanes[c] = fold.step(lanes[c], items);
                }
            }
            r += 4;
        }
        while r < rows {
            let ptrs = row(r);
            for c in 0..columns {
                // SAFETY: the caller's promise, for row `r`.
                let items = unsafe { load(ptrs, c as isize, [1; K]) };
                lanes[c] = fold.step(lanes[c], items);
            }
            r += 1;
        }
    } else {
        while r < rows {
            let ptrs = row(r);
            for c in 0..columns {
                // SAFETY: the caller's promise, for row `r`.
                let items = unsafe { load(ptrs, c as isize, tile.column_strides) };
                lanes[c] = fold.step(lanes[c], items);
            }
            r += 1;
        }
    }
}

/// `a[c] = merge(a[c], b[c])`.
///
/// # Safety
/// Both have `len` values and do not overlap.
#[inline(always)]
unsafe fn merge<F: Fold<K>, const K: usize>(fold: F, a: *mut F::Acc, b: *const F::Acc, len: usize) {
    // SAFETY: the caller's promise.
    let (a, b) = unsafe { (slice::from_raw_parts_mut(a, len), slice::from_raw_parts(b, len)) };
    for (a, b) in a.iter_mut().zip(b) {
        *a = fold.merge(*a, *b);
    }
}

/// Merges parts that lie below each other, in place, by the tree; the results
/// stand in the first.
pub(crate) struct MergeParts<F: Fold<K>, const K: usize> {
    fold: F,
    first: *mut F::Acc,
    len: usize,
    parts: usize,
    stride: usize,
}

impl<F: Fold<K>, const K: usize> MergeParts<F, K> {
    /// Part `i` is the `len` values from `first + i * stride` on.
    ///
    /// # Safety
    /// All are written, do not overlap, and nobody else touches them meanwhile.
    #[inline(always)]
    pub(crate) unsafe fn new(
        fold: F,
        first: *mut F::Acc,
        len: usize,
        (parts, stride): (usize, usize),
    ) -> Self {
        Self { fold, first, len, parts, stride }
    }
}

impl<F: Fold<K>, const K: usize> Kernel for MergeParts<F, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut width = 1;
        while width < self.parts {
            for i in (0..self.parts - width).step_by(2 * width) {
                // SAFETY: two different parts, written, says the constructor's caller.
                unsafe {
                    let a = self.first.add(i * self.stride);
                    let b = self.first.add((i + width) * self.stride);
                    merge(self.fold, a, b, self.len);
                }
            }
            width *= 2;
        }
    }
}
