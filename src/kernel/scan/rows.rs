//! The axis outside a kept one: a row of sums in L1, which every row joins.

use super::stream::{can_stream, fence, stream};
use super::{GROUP, Op, Value};
use crate::simd::{self, Kernel};
use crate::tuning;

/// Rows of a tile: where the first begins, and the strides, in elements, from one
/// column to the next and from one row to the next, of input and output.
#[derive(Clone, Copy)]
pub(crate) struct Tile {
    pub(crate) from: *const u8,
    pub(crate) to: *mut u8,
    pub(crate) rows: usize,
    /// At most [`Tile::widest`].
    pub(crate) columns: usize,
    pub(crate) row_strides: [isize; 2],
    pub(crate) column_strides: [isize; 2],
    /// Whether a row's results are those before it.
    pub(crate) exclusive: bool,
    /// Whether results are stored past the cache.
    pub(crate) past_cache: bool,
}

/// Bytes of a row of sums.
const ROOM: usize = tuning::SCAN_SUMS_BYTES;

impl Tile {
    /// The most columns of results of so many bytes.
    pub(crate) const fn widest(out: usize) -> usize {
        ROOM / if out == 0 { 1 } else { out }
    }
}

#[repr(C, align(64))]
struct Room([Value; ROOM / size_of::<Value>()]);

/// Made by [`rows`] only, whose caller vouches for the places.
struct Rows<'a, S: Op> {
    scan: S,
    tile: &'a Tile,
    sums: &'a mut [S::Out],
}

impl<S: Op> Kernel for Rows<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { scan, tile, sums } = self;
        let Tile { from, to, rows, row_strides, exclusive, .. } = *tile;
        let (from, to) = (from.cast::<S::Item>(), to.cast::<S::Out>());
        let plain = tile.column_strides == [1, 1];
        let past_cache = tile.past_cache && plain && !exclusive;
        let nothing = scan.nothing();
        for r in 0..rows as isize {
            let x = from.wrapping_offset(r.wrapping_mul(row_strides[0]));
            let y = to.wrapping_offset(r.wrapping_mul(row_strides[1]));
            // SAFETY: every element and every result of the tile is there.
            unsafe {
                if past_cache && can_stream(y) {
                    row_past_cache(scan, x, y, sums);
                } else if plain && !exclusive {
                    for (c, sum) in sums.iter_mut().enumerate() {
                        *sum = scan.join(*sum, scan.enter(*x.add(c)));
                        y.add(c).write(*sum);
                    }
                } else {
                    for (c, sum) in sums.iter_mut().enumerate() {
                        let [cx, cy] = tile.column_strides.map(|s| (c as isize).wrapping_mul(s));
                        let before = if r == 0 { nothing } else { *sum };
                        *sum = scan.join(*sum, scan.enter(*x.offset(cx)));
                        y.offset(cy).write(if exclusive { before } else { *sum });
                    }
                }
            }
        }
        if past_cache {
            fence();
        }
    }
}

/// A contiguous row whose results are stored past the cache.
///
/// # Safety
/// There is an element and a place for each of the sums, and the places can be streamed to.
#[inline(always)]
unsafe fn row_past_cache<S: Op>(scan: S, x: *const S::Item, y: *mut S::Out, sums: &mut [S::Out]) {
    let (groups, rest) = sums.as_chunks_mut::<GROUP>();
    let done = groups.len() * GROUP;
    // SAFETY: the caller's promise.
    unsafe {
        for (g, group) in groups.iter_mut().enumerate() {
            for (j, sum) in group.iter_mut().enumerate() {
                *sum = scan.join(*sum, scan.enter(*x.add(g * GROUP + j)));
            }
            stream(y.add(g * GROUP), *group);
        }
        for (c, sum) in rest.iter_mut().enumerate() {
            *sum = scan.join(*sum, scan.enter(*x.add(done + c)));
            y.add(done + c).write(*sum);
        }
    }
}

/// # Safety
/// As `Table::rows`; `op` is an `S`.
pub(super) unsafe fn rows<S: Op>(op: *const (), tile: &Tile) {
    assert!(tile.columns <= Tile::widest(size_of::<S::Out>()));
    // SAFETY: the caller's promise.
    let scan = unsafe { *op.cast::<S>() };
    let mut room = std::mem::MaybeUninit::<Room>::uninit();
    let first = room.as_mut_ptr().cast::<S::Out>();
    for c in 0..tile.columns {
        // SAFETY: the room holds so many results, says the assertion.
        unsafe { first.add(c).write(scan.start()) };
    }
    // SAFETY: written just now.
    let sums = unsafe { std::slice::from_raw_parts_mut(first, tile.columns) };
    simd::dispatch(Rows { scan, tile, sums });
}
