//! Sequences of one layout that lie beside each other, each in stretches far apart: stretches are
//! taken as they follow each other in memory, a block of each sequence at a time.
//!
//! ```text
//! for each block:  for each stretch of it:  for each sequence g: room[g] gets its part
//!                  for each sequence g: push block(room[g]) on the tree of g
//! ```
//! Where there are kernels for pieces of lines, and stretches are whole groups of lanes, a room
//! holds the lanes of a block; else a copy of it.

use std::mem::MaybeUninit;

use super::stage::{Stretches, Walk};
use super::{Cell, Pieces, Table, Tree, With};
use crate::tuning::{CACHE_LINE, REDUCE_BLOCK_BYTES, REDUCE_GROUP, REDUCE_GROUP_OF_PIECES};

/// A room for a copy of a block. A few lines more than that, so that the same places of several
/// rooms do not meet in the cache.
#[repr(C, align(64))]
struct Room([MaybeUninit<u8>; REDUCE_BLOCK_BYTES + 9 * CACHE_LINE]);

/// What a thread keeps for all its groups.
pub(crate) struct Together {
    most: usize,
    pieces: Option<Pieces>,
    /// Copies, or lanes of all sequences.
    rooms: Vec<Room>,
    trees: Vec<Tree>,
    accs: Vec<Cell>,
}

/// Sequences of `n` elements each.
pub(crate) struct Group {
    /// The first element of the first sequence.
    pub(crate) start: *const u8,
    /// From sequence to sequence, in elements.
    pub(crate) step: isize,
    /// How many: at most [`Together::most`].
    pub(crate) count: usize,
    pub(crate) n: usize,
}

/// So many of something, if the system gives the memory.
fn some<T>(n: usize, make: impl FnMut() -> T) -> Option<Vec<T>> {
    let mut all = Vec::new();
    all.try_reserve_exact(n).ok()?;
    all.resize_with(n, make);
    Some(all)
}

impl Together {
    /// The kernels for pieces, where they can take stretches of so many elements.
    pub(crate) fn pieces(table: &Table, stretch: usize) -> Option<Pieces> {
        let is_whole = |pieces: &Pieces| {
            stretch.is_multiple_of(pieces.lanes) && table.block_len.is_multiple_of(stretch)
        };
        table.pieces().filter(is_whole)
    }

    /// The most sequences of a group.
    pub(crate) fn most(pieces: Option<Pieces>) -> usize {
        if pieces.is_some() { REDUCE_GROUP_OF_PIECES } else { REDUCE_GROUP }
    }

    /// Room for groups that go by these kernels, or by copies, if the system gives it.
    pub(crate) fn new(table: &Table, pieces: Option<Pieces>) -> Option<Self> {
        let most = Self::most(pieces);
        let count = Self::bytes(table, pieces).div_ceil(size_of::<Room>());
        let room = || Room([const { MaybeUninit::uninit() }; size_of::<Room>()]);
        let rooms = some(count, room)?;
        Some(Self {
            most,
            pieces,
            rooms,
            trees: some(most, Tree::new)?,
            accs: some(most, || Cell::ZERO)?,
        })
    }

    /// Bytes of the rooms of [`Together::new`].
    pub(crate) fn bytes(table: &Table, pieces: Option<Pieces>) -> usize {
        let most = Self::most(pieces);
        most * pieces.map_or(size_of::<Room>(), |pieces| pieces.lanes * table.item)
    }

    /// The accumulators of the sequences of a group, whose elements follow each other in
    /// `stretches`, given for the first.
    ///
    /// # Safety
    /// The stretches have as many elements as a sequence, and every one of each sequence may be
    /// read. The table is that of `new`.
    pub(crate) unsafe fn reduce(
        &mut self,
        table: &Table,
        with: &With,
        group: &Group,
        stretches: Stretches<'_>,
    ) -> &[Cell] {
        assert!(group.count <= self.most);
        self.trees[..group.count].iter_mut().for_each(Tree::clear);
        let mut walk = Walk::new(stretches);
        for done in (0..group.n).step_by(table.block_len) {
            let len = table.block_len.min(group.n - done);
            // SAFETY: `len` elements are left.
            unsafe {
                match self.pieces {
                    Some(pieces) => {
                        self.add_pieces(table, with, group, pieces, (done, len), &mut walk);
                    }
                    None => self.add_copies(table, with, group, (done, len), &mut walk),
                }
            }
        }
        for (tree, acc) in self.trees[..group.count].iter_mut().zip(&mut self.accs) {
            // SAFETY: a cell holds an accumulator.
            unsafe { tree.finish(table, with, acc.place()) };
        }
        &self.accs[..group.count]
    }

    /// The next block of each sequence: `len` elements from the `done`-th on, by way of copies.
    ///
    /// # Safety
    /// They are there, and no more than a block.
    unsafe fn add_copies(
        &mut self,
        table: &Table,
        with: &With,
        group: &Group,
        (done, len): (usize, usize),
        walk: &mut Walk<'_>,
    ) {
        let mut at = 0;
        while at < len {
            let (offsets, n) = walk.next(len - at, [1; 2]);
            for (g, room) in self.rooms[..group.count].iter_mut().enumerate() {
                let from = table.element(group.start, 1, offsets[0]);
                let from = table.element(from, g, group.step);
                // SAFETY: the caller's promise; the room has `len` places.
                unsafe {
                    let to = room.0.as_mut_ptr().cast::<u8>().add(at * table.item);
                    std::ptr::copy_nonoverlapping(from, to, n * table.item);
                }
            }
            at += n;
        }
        for (tree, room) in self.trees.iter_mut().zip(&self.rooms[..group.count]) {
            let mut block = Cell::ZERO;
            // SAFETY: a block, copied just now; a cell holds an accumulator.
            unsafe {
                (table.block)(with, [room.0.as_ptr().cast(); 2], len, done, block.place());
                tree.push(table, with, block.get());
            }
        }
    }

    /// The same by way of lanes.
    ///
    /// # Safety
    /// The same; stretches are whole groups of lanes.
    unsafe fn add_pieces(
        &mut self,
        table: &Table,
        with: &With,
        group: &Group,
        pieces: Pieces,
        (done, len): (usize, usize),
        walk: &mut Walk<'_>,
    ) {
        let lanes: *mut u8 = self.rooms.as_mut_ptr().cast();
        // SAFETY: there is room for the lanes of `most` lines; the caller's promise. A total is a
        // lane, says `Pieces`.
        unsafe {
            (pieces.begin)(lanes, group.count);
            let mut at = 0;
            while at < len {
                let (offsets, n) = walk.next(len - at, [1; 2]);
                let from = table.element(group.start, 1, offsets[0]);
                (pieces.add)(lanes, group.count, from, group.step, n);
                at += n;
            }
            (pieces.fold)(lanes, group.count);
            for (g, tree) in self.trees[..group.count].iter_mut().enumerate() {
                let total = lanes.add(g * pieces.lanes * table.item);
                let mut block = Cell::ZERO;
                (table.close)(with, total, 1, done, len, block.place());
                tree.push(table, with, block.get());
            }
        }
    }
}
