//! Runs a filter over an array, line by line.
//!
//! ```text
//! cut the lines into blocks of columns, the blocks into chunks of lines
//! for each chunk, for each piece of its columns (left end, middle, right end)
//!     for each of its lines
//!         find the lines that lie under the filter
//!         middle: read them where they are
//!         ends:   read copies that go on beyond the line as the border says;
//!                 the next line needs one new copy for each last-axis step
//!         out = sum of taps over shifted rows             (kernel::conv)
//! ```
//! With a second filter along the line, the sum goes to a buffer first, the
//! buffer is extended as the border says, and the second sum is taken from it:
//! the array between the two passes never exists.

use std::ops::{ControlFlow, Range};

use super::geometry::{Geometry, Place};
use super::pieces::{PIECE, Piece, Walk, pieces, source};
use super::{Border, Sample};
use crate::element::Element;
use crate::plan::{Chunks, Room};
use crate::{Error, pool, tuning};

/// A line that lies outside of the array.
const OUTSIDE: isize = isize::MIN;

/// What to do: one filter, perhaps another along the line after it.
pub(super) struct Filter<'a, T: Sample> {
    pub(super) function: &'static str,
    pub(super) geometry: &'a Geometry,
    /// The first filter: where each tap reads, and the taps.
    pub(super) places: &'a [Place],
    pub(super) taps: &'a [T::Tap],
    /// Whether sums fit 32 bits.
    pub(super) narrow: bool,
    /// The second filter, along the line, whose reach `geometry.line` tells.
    pub(super) along: Option<&'a [T::Tap]>,
    pub(super) border: Border<T>,
}

/// Where to read and write.
pub(super) struct Arrays<T> {
    pub(super) src: *const T,
    pub(super) out: *mut T,
}
// SAFETY: chunks read `src`, which nobody writes, and write parts of `out` that
// are disjoint, since each element belongs to one line and one block.
unsafe impl<T: Sync> Sync for Arrays<T> {}

/// How the lines are cut.
struct Cut {
    cols: usize,
    blocks: usize,
    chunks: Chunks,
    around: usize,
    sizes: Sizes,
}

/// Elements of working memory each participant needs.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    rows: usize,
    copy: usize,
    copies: usize,
    constant: usize,
    middle: usize,
    out: usize,
    taps: usize,
    along: usize,
}

struct Scratch<T> {
    /// Offsets in `src` of the lines under the filter, or `OUTSIDE`.
    lines: Room<isize, 32>,
    /// Where each of them begins for this piece.
    starts: Room<*const T, 32>,
    /// Where each tap reads.
    rows: Room<*const T, 32>,
    along: Room<*const T, 32>,
    copies: Room<T, 128>,
    constant: Room<T, 32>,
    middle: Room<T, 32>,
    out: Room<T, 32>,
}

impl<T: Copy> Scratch<T> {
    fn new(sizes: Sizes) -> Option<Self> {
        Some(Self {
            lines: Room::new(sizes.rows)?,
            starts: Room::new(sizes.rows)?,
            rows: Room::new(sizes.taps)?,
            along: Room::new(sizes.along)?,
            copies: Room::new(sizes.copies)?,
            constant: Room::new(sizes.constant)?,
            middle: Room::new(sizes.middle)?,
            out: Room::new(sizes.out)?,
        })
    }
}

impl<T: Sample> Filter<'_, T> {
    /// Filters the array at `src` into `out`.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Memory`].
    ///
    /// # Safety
    /// The geometry's strides lead to elements of `src` that can be read and of
    /// `out` that can be written and do not overlap each other or `src`; the
    /// places are the geometry's own; a filter along the line needs unit stride
    /// in `src` and first taps without shifts.
    pub(super) unsafe fn run(&self, src: *const T, out: *mut T) -> Result<(), Error> {
        debug_assert!(self.along.is_none() || self.geometry.line.axis.src == 1);
        let cut = self.cut()?;
        let arrays = Arrays { src, out };
        let done = pool::run(
            cut.chunks.n() * cut.blocks,
            cut.chunks.cost_ns() * cut.blocks as f64,
            || Scratch::new(cut.sizes),
            |scratch, i| {
                let Some(scratch) = scratch else { return ControlFlow::Break(()) };
                let block = i / cut.chunks.n();
                let start = block * cut.cols;
                let columns = start..(start + cut.cols).min(self.geometry.line.len());
                let lines = cut.chunks.range(i % cut.chunks.n());
                // SAFETY: columns and lines are within the geometry, the scratch
                // has the sizes of the cut, the rest is the caller's promise.
                unsafe { self.chunk(&arrays, &cut, scratch, lines, columns) };
                ControlFlow::Continue(())
            },
        );
        match done {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Memory {
                function: self.function,
                bytes: cut.sizes.copies.saturating_mul(size_of::<T>()),
            }),
        }
    }

    fn cut(&self) -> Result<Cut, Error> {
        let (line, size) = (&self.geometry.line, size_of::<T>());
        let around = self.geometry.around(self.function)?;
        let fit = tuning::CONV_ROWS_BYTES / around.saturating_mul(size).max(1);
        let most = fit.clamp(tuning::CONV_COLS_MIN, tuning::CONV_COLS);
        let cols = line.len().div_ceil(line.len().div_ceil(most)).next_multiple_of(PIECE);
        let blocks = line.len().div_ceil(cols);
        let cols = cols.min(line.len());

        let acc = if size == 8 || (!self.narrow && T::reach(T::Tap::ONE) > 0) { 8 } else { 4 };
        let taps = self.taps.len() + self.along.map_or(0, <[_]>::len);
        let line_ns =
            tuning::CONV_LINE_NS + cols as f64 * taps as f64 * f64::from(acc) * tuning::TAP_BYTE_NS;
        let chunks = Chunks::new(self.geometry.lines(), 2 * cols * size, line_ns, 1);

        let too_large = || Error::TooLarge { function: self.function, shape: vec![around, cols] };
        let reach = line.before().checked_add(line.after()).ok_or_else(too_large)?;
        let reached = reach.checked_add(cols).ok_or_else(too_large)?;
        let mut copied = cols;
        if line.axis.src == 1 {
            copied = cols.min(2 * line.before().max(line.after()).max(PIECE) + PIECE);
        }
        let copy = copied + reach;
        let copies = match self.along {
            Some(_) => 0,
            None if line.axis.src == 1 && reach == 0 => 0,
            None => around.checked_mul(copy).ok_or_else(too_large)?,
        };
        let sizes = Sizes {
            rows: around,
            copy,
            copies,
            constant: if matches!(self.border, Border::Constant(_)) { reached } else { 0 },
            middle: if self.along.is_some() { reached } else { 0 },
            out: if line.axis.out == 1 { 0 } else { cols },
            taps: self.taps.len(),
            along: self.along.map_or(0, <[_]>::len),
        };
        Ok(Cut { cols, blocks, chunks, around, sizes })
    }

    /// Filters some columns of some lines.
    ///
    /// # Safety
    /// As [`Filter::run`]; both ranges are within the geometry; the scratch has
    /// the sizes of the cut.
    unsafe fn chunk(
        &self,
        arrays: &Arrays<T>,
        cut: &Cut,
        scratch: &mut Scratch<T>,
        lines: Range<usize>,
        columns: Range<usize>,
    ) {
        if let Border::Constant(value) = self.border {
            let constant = scratch.constant.as_mut_ptr();
            for i in 0..cut.sizes.constant {
                // SAFETY: the room was asked for that many.
                unsafe { constant.add(i).write(value) };
            }
        }
        let pieces = match self.along {
            Some(_) => [Some(Piece { columns, copied: false }), None, None],
            None => pieces(&self.geometry.line, columns),
        };
        for piece in pieces.into_iter().flatten() {
            let mut walk = Walk::new(self.geometry, lines.start);
            let mut fresh = true;
            for _ in lines.clone() {
                let outer = self.geometry.outer.as_slice();
                // SAFETY: rooms hold `around` lines and as many taps as there are;
                // the walk stays within the geometry; the rest is passed on.
                unsafe {
                    let found = scratch.lines.as_mut_ptr();
                    around(self.geometry, &walk, &self.border, found);
                    if piece.copied {
                        self.copy_lines(arrays, cut, scratch, &piece, &walk, fresh);
                    } else {
                        self.point_to_lines(arrays, cut, scratch, &piece);
                    }
                    let (starts, rows) = (scratch.starts.as_mut_ptr(), scratch.rows.as_mut_ptr());
                    for (i, place) in self.places.iter().enumerate() {
                        rows.add(i).write((*starts.add(place.line)).wrapping_add(place.shift));
                    }
                    self.sum(arrays, scratch, &piece, walk.out);
                }
                walk.next(self.geometry);
                // Copies slide along the last axis; at its start they begin anew.
                fresh = outer.is_empty() || walk.index.as_slice()[outer.len() - 1] == 0;
            }
        }
    }

    /// Sets the beginnings of the lines to where they are.
    ///
    /// # Safety
    /// As [`Filter::chunk`]; the scratch's lines are found.
    unsafe fn point_to_lines(
        &self,
        arrays: &Arrays<T>,
        cut: &Cut,
        scratch: &mut Scratch<T>,
        piece: &Piece,
    ) {
        let from = match self.along {
            Some(_) => piece.columns.start.saturating_sub(self.geometry.line.before()),
            None => piece.columns.start - self.geometry.line.before(),
        };
        let (lines, starts) = (scratch.lines.as_mut_ptr(), scratch.starts.as_mut_ptr());
        for i in 0..cut.around {
            // SAFETY: both rooms hold `around` values; lines are set.
            unsafe {
                let start = match *lines.add(i) {
                    OUTSIDE => scratch.constant.as_mut_ptr().cast_const(),
                    offset => arrays.src.wrapping_offset(offset + from as isize),
                };
                starts.add(i).write(start);
            }
        }
    }

    /// Sets the beginnings of the lines to extended copies, and makes those that
    /// the line before has not made: all when `fresh`, else the last of each group.
    ///
    /// # Safety
    /// As [`Filter::chunk`]; the scratch's lines are found.
    unsafe fn copy_lines(
        &self,
        arrays: &Arrays<T>,
        cut: &Cut,
        scratch: &mut Scratch<T>,
        piece: &Piece,
        walk: &Walk,
        fresh: bool,
    ) {
        let outer = self.geometry.outer.as_slice();
        let (taps, at) = match outer.last() {
            Some(axis) => (axis.taps, walk.index.as_slice()[outer.len() - 1]),
            None => (1, 0),
        };
        let (lines, starts) = (scratch.lines.as_mut_ptr(), scratch.starts.as_mut_ptr());
        for group in (0..cut.around).step_by(taps) {
            for tap in 0..taps {
                // SAFETY: `group + tap < around`, for which the rooms hold values and
                // a copy each, of at most `sizes.copy` elements.
                unsafe {
                    let slot = group + (at + tap) % taps;
                    let copy = scratch.copies.as_mut_ptr().add(slot * cut.sizes.copy);
                    let offset = *lines.add(group + tap);
                    if offset == OUTSIDE {
                        let constant = scratch.constant.as_mut_ptr().cast_const();
                        starts.add(group + tap).write(constant);
                        continue;
                    }
                    starts.add(group + tap).write(copy);
                    if fresh || tap == taps - 1 {
                        let line = arrays.src.wrapping_offset(offset);
                        self.extend(line, copy, &piece.columns);
                    }
                }
            }
        }
    }

    /// Copies what the taps reach from `columns` of a line.
    ///
    /// # Safety
    /// `line` begins a line of `src`; `copy` has room for the columns and the reach.
    unsafe fn extend(&self, line: *const T, copy: *mut T, columns: &Range<usize>) {
        let geometry = &self.geometry.line;
        let from = columns.start as isize - geometry.before() as isize;
        let to = (columns.end + geometry.after()) as isize;
        let inside = from.clamp(0, geometry.len() as isize)..to.clamp(0, geometry.len() as isize);
        let stride = geometry.axis.src;
        // SAFETY: `inside` is within the line, and within `from..to` so in the copy;
        // `source` gives places within the line.
        unsafe {
            if stride == 1 {
                let n = (inside.end - inside.start) as usize;
                let to = copy.offset(inside.start - from);
                to.copy_from_nonoverlapping(line.offset(inside.start), n);
            } else {
                for at in inside.clone() {
                    copy.offset(at - from).write(*line.offset(at * stride));
                }
            }
            for at in (from..inside.start).chain(inside.end.max(inside.start)..to) {
                let value = match (source(geometry, &self.border, at), self.border) {
                    (Some(at), _) => *line.offset(at as isize * stride),
                    (None, Border::Constant(value)) => value,
                    (None, _) => T::ZERO,
                };
                copy.offset(at - from).write(value);
            }
        }
    }

    /// Takes the sums of one piece of one line, and the second sums if there are.
    ///
    /// # Safety
    /// As [`Filter::chunk`]; the scratch's rows are set.
    unsafe fn sum(
        &self,
        arrays: &Arrays<T>,
        scratch: &mut Scratch<T>,
        piece: &Piece,
        offset: isize,
    ) {
        let stride = self.geometry.line.axis.out;
        let len = piece.columns.len();
        let out = arrays.out.wrapping_offset(offset + piece.columns.start as isize * stride);
        let sums = if stride == 1 { out } else { scratch.out.as_mut_ptr() };
        // SAFETY: every row can be read for the piece: lines and copies by their
        // making, the constant by its size; `sums` has room for the piece, in the
        // output or in a room of that size, and is none of the rows.
        unsafe {
            if let Some(along) = self.along {
                self.middle(scratch, &piece.columns);
                let rows = scratch.along.as_mut_ptr();
                for i in 0..along.len() {
                    let shift = i * self.geometry.line.width;
                    rows.add(i).write(scratch.middle.as_mut_ptr().add(shift));
                }
                let rows = std::slice::from_raw_parts(rows, along.len());
                T::sum_rows(rows, along, self.narrow, sums, len);
            } else {
                let rows = scratch.rows.as_mut_ptr();
                let rows = std::slice::from_raw_parts(rows, self.taps.len());
                T::sum_rows(rows, self.taps, self.narrow, sums, len);
            }
            if stride != 1 {
                for i in 0..len {
                    out.offset(i as isize * stride).write(*sums.add(i));
                }
            }
        }
    }

    /// Takes the first sums of what the second filter reaches from `columns`.
    ///
    /// # Safety
    /// As [`Filter::sum`].
    unsafe fn middle(&self, scratch: &mut Scratch<T>, columns: &Range<usize>) {
        let line = &self.geometry.line;
        let from = columns.start as isize - line.before() as isize;
        let to = (columns.end + line.after()) as isize;
        let inside = from.max(0)..to.min(line.len() as isize);
        let middle = scratch.middle.as_mut_ptr();
        let rows = scratch.rows.as_mut_ptr();
        let sums = |rows: *const *const T, at: isize, len: isize| {
            // SAFETY: the rows begin at column `inside.start` or are moved to read
            // columns of the line; `at` and `len` stay within the room.
            unsafe {
                let rows = std::slice::from_raw_parts(rows, self.taps.len());
                T::sum_rows(rows, self.taps, self.narrow, middle.offset(at - from), len as usize);
            }
        };
        sums(rows, inside.start, inside.end - inside.start);
        let mut at = from;
        while at < to {
            if at == inside.start {
                at = inside.end;
                continue;
            }
            let end = if at < inside.start { inside.start } else { to };
            let place = |at: isize| source(line, &self.border, at).map(|p| p as isize);
            let mut run = 1;
            // SAFETY: `at - from` is within the room; `p` within the sums taken, or
            // within the line, where moved rows read.
            unsafe {
                match (place(at), self.border) {
                    (Some(p), _) if inside.contains(&p) => {
                        middle.offset(at - from).write(*middle.offset(p - from));
                    }
                    (Some(p), _) => {
                        // Beyond this block: the border leads to columns whose
                        // first sums belong to another one.
                        while at + run < end
                            && !inside.contains(&(p + run))
                            && place(at + run) == Some(p + run)
                        {
                            run += 1;
                        }
                        self.move_rows(scratch, p - inside.start);
                        sums(rows, at, run);
                        self.move_rows(scratch, inside.start - p);
                    }
                    (None, Border::Constant(value)) => middle.offset(at - from).write(value),
                    (None, _) => middle.offset(at - from).write(T::ZERO),
                }
            }
            at += run;
        }
    }

    /// Moves the rows along the line; lines outside of the array stay, being
    /// constant and no longer than a block.
    ///
    /// # Safety
    /// As [`Filter::sum`].
    unsafe fn move_rows(&self, scratch: &mut Scratch<T>, by: isize) {
        let (lines, rows) = (scratch.lines.as_mut_ptr(), scratch.rows.as_mut_ptr());
        for (i, place) in self.places.iter().enumerate() {
            // SAFETY: both rooms hold a value for each.
            unsafe {
                if *lines.add(place.line) != OUTSIDE {
                    rows.add(i).write((*rows.add(i)).wrapping_offset(by));
                }
            }
        }
    }
}

/// Finds the lines under the filter, the last axis running fastest.
///
/// # Safety
/// `found` has room for all of them.
unsafe fn around<T>(geometry: &Geometry, walk: &Walk, border: &Border<T>, found: *mut isize) {
    let mut n = 1;
    // SAFETY: `n` grows to the number of lines under the filter. Going down, no
    // place is written before what it held has been read.
    unsafe {
        found.write(0);
        for (axis, &index) in geometry.outer.as_slice().iter().zip(walk.index.as_slice()) {
            for i in (0..n).rev() {
                let line = *found.add(i);
                for tap in (0..axis.taps).rev() {
                    let place = (index + tap) as isize - axis.before as isize;
                    let offset = match border.source(place, axis.len) {
                        Some(at) if line != OUTSIDE => line + at as isize * axis.src,
                        _ => OUTSIDE,
                    };
                    found.add(i * axis.taps + tap).write(offset);
                }
            }
            n *= axis.taps;
        }
    }
}
