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
use super::{Fold, Item, Lane, Steps, load};
use crate::simd::{self, Kernel};
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
    let (lane, acc) = (size_of::<Lane<F, K>>(), size_of::<F::Acc>());
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

impl<T, const K: usize> Tile<T, K> {
    /// The first elements of row `r`.
    #[inline(always)]
    fn row(&self, r: usize) -> [*const T; K] {
        let mut ptrs = self.ptrs;
        for k in 0..K {
            ptrs[k] = ptrs[k].wrapping_offset((r as isize).wrapping_mul(self.row_strides[k]));
        }
        ptrs
    }
}

/// Where the results of a tile go.
#[derive(Clone, Copy)]
pub(crate) enum Into<F: Fold<K>, const K: usize> {
    /// Finished, to the output, with its stride.
    Out(*mut F::Out, isize),
    /// Unfinished, side by side: this is one part of the rows.
    Part(*mut F::Acc),
}

/// Reduces the rows of a tile, those of `stretches`, `count` in all: an aligned
/// part of all rows, of at most `REDUCE_PART_BLOCKS` blocks.
///
/// # Safety
/// Every element of every row of the tile may be read; nobody else touches the
/// places of the results, one for each column.
pub(crate) unsafe fn rows<F: Fold<K>, const K: usize>(
    fold: F,
    tile: Tile<Item<F, K>, K>,
    mut stretches: impl Stretches<K>,
    count: usize,
    into: Into<F, K>,
) {
    let columns = tile.columns;
    assert!(columns <= tile_len::<F, K>());
    assert!(count.div_ceil(REDUCE_ROW_BLOCK) <= REDUCE_PART_BLOCKS);
    let mut room = Room([const { [const { MaybeUninit::uninit() }; _] }; SLOTS]);
    let mut stretch = ([0; K], 0);
    let mut blocks = 0usize;
    let mut left = count;
    while left > 0 {
        let n = left.min(REDUCE_ROW_BLOCK);
        // SAFETY: the slots hold a tile each; lanes are written before they are
        // read, and a level when its bit of `blocks` is set. A part has at most as
        // many blocks as there are levels for. The rows are readable.
        unsafe {
            let lanes = room.slot::<Lane<F, K>>(SLOTS - 1);
            for c in 0..columns {
                lanes.add(c).write(F::Steps::START);
            }
            let lanes = slice::from_raw_parts_mut(lanes, columns);
            add_block(fold.steps(), tile, n, (&mut stretches, &mut stretch), lanes);
            let mut depth = blocks.count_ones() as usize;
            let level = room.slot::<F::Acc>(depth);
            for (c, &lane) in lanes.iter().enumerate() {
                level.add(c).write(fold.widen(fold.steps().total(lane)));
            }
            for _ in 0..blocks.trailing_ones() {
                depth -= 1;
                merge(fold, room.slot(depth), room.slot(depth + 1), columns);
            }
        }
        blocks += 1;
        left -= n;
    }
    for depth in (1..blocks.count_ones() as usize).rev() {
        // SAFETY: as above: the first `count_ones` levels are written.
        unsafe { merge(fold, room.slot(depth - 1), room.slot(depth), columns) };
    }
    for c in 0..columns {
        // SAFETY: level 0 is written unless there were no rows; the places are
        // ours, says the caller.
        unsafe {
            let acc = if blocks == 0 { F::EMPTY } else { *room.slot::<F::Acc>(0).add(c) };
            match into {
                Into::Out(out, step) => out.offset(c as isize * step).write(fold.finish(acc)),
                Into::Part(part) => part.add(c).write(acc),
            }
        }
    }
}

/// Adds the next `rows` rows to the lanes, in order; the second of `from` is what
/// is left of the stretch that was begun.
///
/// # Safety
/// At least `rows` rows are left, all readable; `lanes` has one for each column.
#[inline]
unsafe fn add_block<S: Steps<K>, const K: usize>(
    steps: S,
    tile: Tile<S::Item, K>,
    rows: usize,
    (stretches, stretch): (&mut impl Stretches<K>, &mut ([isize; K], usize)),
    lanes: &mut [S::Lane],
) {
    let mut left = rows;
    while left > 0 {
        if stretch.1 == 0 {
            *stretch = stretches.next().expect("stretches hold all rows");
        }
        let rows = stretch.1.min(left);
        let mut tile = tile;
        for k in 0..K {
            tile.ptrs[k] = tile.ptrs[k].wrapping_offset(stretch.0[k]);
            stretch.0[k] += rows as isize * tile.row_strides[k];
        }
        simd::dispatch(AddRows { steps, tile, rows, lanes: &mut *lanes });
        stretch.1 -= rows;
        left -= rows;
    }
}

/// Rows of one stretch. Made by `add_block` only, whose caller has promised that
/// the rows may be read and that there is a lane for each column.
struct AddRows<'a, S: Steps<K>, const K: usize> {
    steps: S,
    tile: Tile<S::Item, K>,
    rows: usize,
    lanes: &'a mut [S::Lane],
}

impl<S: Steps<K>, const K: usize> Kernel for AddRows<'_, S, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // SAFETY: says who made it.
        unsafe { add_rows(self.steps, self.tile, self.rows, self.lanes) };
    }
}

/// Rows of one stretch, in order, four in one go where columns are contiguous.
///
/// # Safety
/// Every element of the `rows` rows may be read; `lanes` has one for each column.
#[inline(always)]
unsafe fn add_rows<S: Steps<K>, const K: usize>(
    steps: S,
    tile: Tile<S::Item, K>,
    rows: usize,
    lanes: &mut [S::Lane],
) {
    let columns = lanes.len();
    let mut r = 0;
    if tile.column_strides == [1; K] {
        while r + 4 <= rows {
            // SAFETY: the caller's promise, for row `r` and the next three.
            let four = unsafe {
                [tile.row(r), tile.row(r + 1), tile.row(r + 2), tile.row(r + 3)]
                    .map(|ptrs| ptrs.map(|p| slice::from_raw_parts(p, columns)))
            };
            for c in 0..columns {
                let mut lane = lanes[c];
                lane = steps.step(lane, pick(four[0], c));
                lane = steps.step(lane, pick(four[1], c));
                lane = steps.step(lane, pick(four[2], c));
                lane = steps.step(lane, pick(four[3], c));
                lanes[c] = lane;
            }
            r += 4;
        }
        while r < rows {
            // SAFETY: the caller's promise, for row `r`.
            let row = tile.row(r).map(|p| unsafe { slice::from_raw_parts(p, columns) });
            for c in 0..columns {
                lanes[c] = steps.step(lanes[c], pick(row, c));
            }
            r += 1;
        }
    } else {
        while r < rows {
            let ptrs = tile.row(r);
            for c in 0..columns {
                // SAFETY: the caller's promise, for row `r`.
                let items = unsafe { load(ptrs, c as isize, tile.column_strides) };
                lanes[c] = steps.step(lanes[c], items);
            }
            r += 1;
        }
    }
}

/// Element `c` of each slice.
#[inline(always)]
fn pick<T: Copy, const K: usize>(row: [&[T]; K], c: usize) -> [T; K] {
    let mut items = [row[0][c]; K];
    for k in 1..K {
        items[k] = row[k][c];
    }
    items
}

/// `a[c] = merge(a[c], b[c])`.
///
/// # Safety
/// Both have `len` values and do not overlap.
#[inline]
unsafe fn merge<F: Fold<K>, const K: usize>(fold: F, a: *mut F::Acc, b: *const F::Acc, len: usize) {
    // SAFETY: the caller's promise.
    let (a, b) = unsafe { (slice::from_raw_parts_mut(a, len), slice::from_raw_parts(b, len)) };
    for (a, b) in a.iter_mut().zip(b) {
        *a = fold.merge(*a, *b);
    }
}

/// Merges parts that lie below each other, in place, by the tree: part `i` is the
/// `len` values from `first + i * stride` on. The results stand in the first.
///
/// # Safety
/// All are written, do not overlap, and nobody else touches them meanwhile.
pub(crate) unsafe fn merge_parts<F: Fold<K>, const K: usize>(
    fold: F,
    first: *mut F::Acc,
    len: usize,
    (parts, stride): (usize, usize),
) {
    let mut width = 1;
    while width < parts {
        for i in (0..parts - width).step_by(2 * width) {
            // SAFETY: two different parts, both written, says the caller.
            unsafe { merge(fold, first.add(i * stride), first.add((i + width) * stride), len) };
        }
        width *= 2;
    }
}
