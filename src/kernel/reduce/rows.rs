//! The reduced axes outside a kept one: whole rows are added to a tile of lanes.
//!
//! ```text
//! for each block of ROW_BLOCK rows:
//!     lanes = start;  for each row: lanes[c] = step(lanes[c], row[c])   tile in L1
//!     push lanes on the stack of levels, merging subtrees as a binary counter
//! merge what is left, the latest first
//! ```

use std::mem::MaybeUninit;
use std::slice;

use super::stage::{Stretches, Walk};
use super::table::{Starts, pick};
use super::{Steps, Table, With};
use crate::kernel::ahead::fetch_line;
use crate::tuning::{
    CACHE_LINE, REDUCE_ACC_BYTES, REDUCE_FAR_TILE_BYTES, REDUCE_PART_BLOCKS, REDUCE_ROW_BLOCK,
    REDUCE_TILE_BYTES,
};

/// Levels of the tree within one part.
const LEVELS: usize = REDUCE_PART_BLOCKS.ilog2() as usize + 1;

#[repr(C, align(64))]
struct Room<const LANES: usize, const ACCS: usize> {
    lanes: [MaybeUninit<u8>; LANES],
    accs: [MaybeUninit<u8>; ACCS],
}

impl<const LANES: usize, const ACCS: usize> Room<LANES, ACCS> {
    #[inline(always)]
    fn new() -> Self {
        Self {
            lanes: [const { MaybeUninit::uninit() }; LANES],
            accs: [const { MaybeUninit::uninit() }; ACCS],
        }
    }
}

/// The most columns of a tile of rows that lie far from each other, of one block at most.
pub(crate) fn far_tile_len(table: &Table) -> usize {
    REDUCE_FAR_TILE_BYTES / table.lane.max(1)
}

/// The most columns of a tile.
pub(super) fn tile_len(table: &Table) -> usize {
    (REDUCE_TILE_BYTES / table.lane.max(1)).min(REDUCE_ACC_BYTES / table.acc.max(1))
}

/// A tile of columns: the first element of the first row, and the strides, in
/// elements, from one column to the next and from one row to the next.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    pub(crate) starts: Starts,
    pub(crate) columns: usize,
    pub(crate) column_strides: [isize; 2],
    pub(crate) row_strides: [isize; 2],
    /// Rows that are read side by side: four, or one where they are short and come from memory,
    /// where the processor follows one stream.
    pub(crate) together: usize,
    /// How many rows ahead of their use memory is asked for; 0: not at all.
    pub(crate) ahead: usize,
}

/// Where the results of a tile go.
#[derive(Clone, Copy)]
pub(crate) enum Into {
    /// Finished, to the output, with its stride in elements.
    Out(*mut u8, isize),
    /// Unfinished, side by side: this is one part of the rows.
    Part(*mut u8),
}

/// Reduces the rows of a tile, those of `stretches`: `count` rows from the `first`
/// on, an aligned part of all rows, of at most `REDUCE_PART_BLOCKS` blocks.
///
/// # Safety
/// Every element of every row of the tile may be read; nobody else touches the
/// places of the results, one for each column.
#[inline(never)]
pub(crate) unsafe fn rows(
    table: &Table,
    with: &With,
    tile: Tile,
    stretches: Stretches<'_>,
    (first, count): (usize, usize),
    into: Into,
) {
    let columns = tile.columns;
    assert!(columns <= tile_len(table));
    assert!(count.div_ceil(REDUCE_ROW_BLOCK) <= REDUCE_PART_BLOCKS);
    let mut room = Room::<REDUCE_TILE_BYTES, { LEVELS * REDUCE_ACC_BYTES }>::new();
    let lanes = room.lanes.as_mut_ptr().cast::<u8>();
    let levels = room.accs.as_mut_ptr().cast::<u8>();
    let level = |i: usize| levels.wrapping_add(i * REDUCE_ACC_BYTES);
    let mut walk = Walk::new(stretches);
    let (mut blocks, mut done) = (0usize, 0);
    while done < count {
        let n = (count - done).min(REDUCE_ROW_BLOCK);
        let mut depth = blocks.count_ones() as usize;
        // SAFETY: the room holds a tile of lanes, begun before they are read, and of
        // accumulators for each level, read when its bit of `blocks` is set. A part
        // has at most as many blocks as there are levels for. The rows are readable.
        unsafe {
            add_block(table, with, tile, n, &mut walk, lanes);
            (table.close)(with, lanes, columns, first + done, n, level(depth));
            for _ in 0..blocks.trailing_ones() {
                depth -= 1;
                (table.merge)(with, level(depth), level(depth + 1), columns);
            }
        }
        blocks += 1;
        done += n;
    }
    for depth in (1..blocks.count_ones() as usize).rev() {
        // SAFETY: as above: the first `count_ones` levels are written.
        unsafe { (table.merge)(with, level(depth - 1), level(depth), columns) };
    }
    // SAFETY: level 0 is written now; the places are ours, says the caller.
    unsafe {
        if blocks == 0 {
            (table.empty)(with, level(0), columns);
        }
        match into {
            Into::Out(out, step) => (table.finish)(with, level(0), columns, out, step),
            Into::Part(part) => std::ptr::copy_nonoverlapping(level(0), part, columns * table.acc),
        }
    }
}

/// Reduces rows of a tile, one block of them at most, as [`rows`] does. The tile may be one of
/// rows that lie far from each other.
///
/// # Safety
/// As [`rows`].
pub(crate) unsafe fn one_block(
    table: &Table,
    with: &With,
    tile: Tile,
    stretches: Stretches<'_>,
    size: (usize, usize),
    into: Into,
) {
    assert!(tile.columns <= tile_len(table).max(far_tile_len(table)));
    assert!(size.1 <= REDUCE_ROW_BLOCK);
    // SAFETY: the room holds a tile; the rest is the caller's promise.
    unsafe {
        if tile.columns * table.lane.max(table.acc) <= SMALL {
            one_block_in::<SMALL, SMALL>(table, with, tile, stretches, size, into);
        } else if tile.columns <= tile_len(table) {
            one_block_in::<REDUCE_TILE_BYTES, REDUCE_ACC_BYTES>(
                table, with, tile, stretches, size, into,
            );
        } else {
            one_block_in::<REDUCE_FAR_TILE_BYTES, REDUCE_ACC_BYTES>(
                table, with, tile, stretches, size, into,
            );
        }
    }
}

/// Bytes of a small room: touching the stack of a large one costs more than a few columns.
const SMALL: usize = 512;

/// [`one_block`], in a room of so many bytes.
///
/// # Safety
/// The same, and the room holds the lanes of the tile.
#[inline(never)]
unsafe fn one_block_in<const LANES: usize, const ACCS: usize>(
    table: &Table,
    with: &With,
    tile: Tile,
    stretches: Stretches<'_>,
    (first, count): (usize, usize),
    into: Into,
) {
    let mut room = Room::<LANES, ACCS>::new();
    let lanes = room.lanes.as_mut_ptr().cast::<u8>();
    let accs = room.accs.as_mut_ptr().cast::<u8>();
    if count > 0 {
        // SAFETY: the caller's promise.
        unsafe { add_block(table, with, tile, count, &mut Walk::new(stretches), lanes) };
    }
    // As many at a time as there is room for their accumulators.
    let most = (ACCS / table.acc.max(1)).max(1);
    for at in (0..tile.columns).step_by(most) {
        let n = most.min(tile.columns - at);
        let accs = match into {
            Into::Out(..) => accs,
            Into::Part(part) => part.wrapping_add(at * table.acc),
        };
        // SAFETY: the same.
        unsafe {
            if count == 0 {
                (table.empty)(with, accs, n);
            } else {
                let lanes = lanes.wrapping_add(at * table.lane);
                (table.close)(with, lanes, n, first, count, accs);
            }
            if let Into::Out(out, step) = into {
                let out = out.wrapping_offset(at as isize * step * table.out as isize);
                (table.finish)(with, accs, n, out, step);
            }
        }
    }
}

/// Sums the next `rows` rows into fresh lanes, in order.
///
/// # Safety
/// At least `rows` rows are left, all readable; there is a lane for each column.
#[inline]
unsafe fn add_block(
    table: &Table,
    with: &With,
    tile: Tile,
    rows: usize,
    walk: &mut Walk<'_>,
    lanes: *mut u8,
) {
    // SAFETY: the caller's promise.
    unsafe { (table.begin)(with, lanes, tile.columns) };
    let mut at = 0;
    while at < rows {
        let (offsets, n) = walk.next(rows - at, tile.row_strides);
        let mut tile = tile;
        for k in 0..2 {
            tile.starts[k] = table.element(tile.starts[k], 1, offsets[k]);
        }
        // SAFETY: the caller's promise.
        unsafe { (table.rows)(with, &tile, n, at, lanes) };
        at += n;
    }
}

/// Rows of one stretch, in order, four in one go where columns are contiguous; the
/// first is the `at`-th of its block.
///
/// # Safety
/// Every element of the `rows` rows may be read; `lanes` has one for each column.
#[inline(always)]
pub(super) unsafe fn add_rows<S: Steps<K>, const K: usize>(
    steps: S,
    tile: &Tile,
    rows: usize,
    at: usize,
    lanes: &mut [S::Lane],
) {
    let columns = lanes.len();
    let row = |r: usize| -> [*const S::Item; K] {
        let mut ptrs = [tile.starts[0].cast::<S::Item>(); K];
        for k in 0..K {
            let start = tile.starts[k].cast::<S::Item>();
            ptrs[k] = start.wrapping_offset((r as isize).wrapping_mul(tile.row_strides[k]));
        }
        ptrs
    };
    let mut r = 0;
    if tile.column_strides[..K] == [1; K] {
        while r + 4 <= rows && tile.together == 4 {
            // SAFETY: the caller's promise, for row `r` and the next three.
            let four = unsafe {
                [row(r), row(r + 1), row(r + 2), row(r + 3)]
                    .map(|ptrs| ptrs.map(|p| slice::from_raw_parts(p, columns)))
            };
            for c in 0..columns {
                let mut lane = lanes[c];
                lane = steps.step(lane, pick(four[0], c), at + r);
                lane = steps.step(lane, pick(four[1], c), at + r + 1);
                lane = steps.step(lane, pick(four[2], c), at + r + 2);
                lane = steps.step(lane, pick(four[3], c), at + r + 3);
                lanes[c] = lane;
            }
            r += 4;
        }
        while r < rows {
            if tile.ahead > 0 {
                for start in row(r + tile.ahead) {
                    fetch_lines(start.cast(), columns * size_of::<S::Item>());
                }
            }
            // SAFETY: the caller's promise, for row `r`.
            let one = row(r).map(|p| unsafe { slice::from_raw_parts(p, columns) });
            for c in 0..columns {
                lanes[c] = steps.step(lanes[c], pick(one, c), at + r);
            }
            r += 1;
        }
    } else {
        while r < rows {
            let ptrs = row(r);
            for c in 0..columns {
                // SAFETY: the caller's promise, for row `r`.
                let items = unsafe { load(ptrs, c as isize, tile.column_strides) };
                lanes[c] = steps.step(lanes[c], items, at + r);
            }
            r += 1;
        }
    }
}

/// Asks for so many bytes.
#[inline(always)]
fn fetch_lines(from: *const u8, bytes: usize) {
    for at in (0..bytes).step_by(CACHE_LINE) {
        fetch_line(from.wrapping_add(at));
    }
}

/// Element `i` of a line of each operand.
///
/// # Safety
/// The line has an element `i`, which may be read.
#[inline(always)]
unsafe fn load<T: Copy, const K: usize>(
    ptrs: [*const T; K],
    i: isize,
    strides: [isize; 2],
) -> [T; K] {
    // SAFETY: the caller's promise, for each operand.
    unsafe {
        let mut items = [*ptrs[0].offset(i.wrapping_mul(strides[0])); K];
        for k in 1..K {
            items[k] = *ptrs[k].offset(i.wrapping_mul(strides[k]));
        }
        items
    }
}

/// Merges parts that lie below each other, in place, by the tree: part `i` is the
/// `len` accumulators from `first + i * stride` on. The results stand in the first.
///
/// # Safety
/// All are written, do not overlap, and nobody else touches them meanwhile.
pub(crate) unsafe fn merge_parts(
    table: &Table,
    with: &With,
    first: *mut u8,
    len: usize,
    (parts, stride): (usize, usize),
) {
    let part = |i: usize| first.wrapping_add(i * stride * table.acc);
    let mut width = 1;
    while width < parts {
        for i in (0..parts - width).step_by(2 * width) {
            // SAFETY: two different parts, both written, says the caller.
            unsafe { (table.merge)(with, part(i), part(i + width), len) };
        }
        width *= 2;
    }
}
