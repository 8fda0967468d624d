//! Runs a filter over an array, window by window.
//!
//! ```text
//! cut the planes of lines into windows (strips of lines, blocks of columns)
//! for each window
//!     find the lines that lie under the filter
//!     for each piece of its columns (left end, middle, right end)
//!         middle: read the lines where they are
//!         ends:   read copies that go on beyond the lines as the border says
//!         for each few columns, for each four lines
//!             out = sum of taps over shifted lines        (kernel::conv)
//! ```
//! Filters with many lines read a copy of the whole window, which lies better in
//! the cache. With a second filter along the line the sums go to a buffer that
//! reaches as far as that filter, and the second sums are taken from there: the
//! array between the two passes never exists.

use std::ops::{ControlFlow, Range};

use super::cut::{Cut, Scratch, tile_lines};
use super::geometry::{Axis, Geometry, Groups};
use super::pieces::{PIECE, Piece, pieces, source};
use super::{Border, Sample};
use crate::kernel::conv::{Bits, Tile};
use crate::plan::Window;
use crate::{Error, pool, tuning};

/// A line, or a place on one, that lies outside of the array.
const OUTSIDE: isize = isize::MIN;

/// What to do: one filter, perhaps another along the line after it.
pub(super) struct Filter<'a, T: Sample> {
    pub(super) function: &'static str,
    pub(super) geometry: &'a Geometry,
    /// The first filter: where its taps read, and the taps.
    pub(super) groups: &'a Groups,
    pub(super) taps: &'a [T::Tap],
    /// What sums of integers fit.
    pub(super) bits: Bits,
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
// are disjoint, since each element belongs to one window.
unsafe impl<T: Sync> Sync for Arrays<T> {}

/// A rectangle of sums: so many lines and columns from here.
#[derive(Clone, Copy)]
struct Sums<T> {
    out: *mut T,
    step: isize,
    lines: usize,
    len: usize,
}

/// How many lines lie under a filter that moves over so many lines of output.
fn height(slide: &Axis, lines: usize) -> usize {
    (lines - 1) * slide.stride + 1 + slide.reach()
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
    /// groups are the geometry's own; with a filter along the line the first one
    /// has no taps there.
    pub(super) unsafe fn run(&self, src: *const T, out: *mut T) -> Result<(), Error> {
        let cut = Cut::new(self)?;
        let arrays = Arrays { src, out };
        let done = pool::run(
            cut.windows.chunks().n(),
            cut.windows.chunks().cost_ns(),
            || Scratch::new(cut.around, cut.sizes),
            |scratch, i| {
                let Some(scratch) = scratch else { return ControlFlow::Break(()) };
                for window in cut.windows.of(i) {
                    // SAFETY: the window is within the geometry, the scratch has
                    // the sizes of the cut, the rest is the caller's promise.
                    unsafe { self.window(&arrays, &cut, scratch, &window) };
                }
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

    /// Filters one window.
    ///
    /// # Safety
    /// As [`Filter::run`]; the window is one of the cut; the scratch has its sizes.
    unsafe fn window(
        &self,
        arrays: &Arrays<T>,
        cut: &Cut,
        scratch: &mut Scratch<T>,
        window: &Window,
    ) {
        if let Border::Constant(value) = self.border {
            let constant = scratch.constant.as_mut_ptr();
            for i in 0..cut.sizes.constant {
                // SAFETY: the room was asked for that many.
                unsafe { constant.add(i).write(value) };
            }
        }
        let line = &self.geometry.line;
        let columns = window.columns.clone();
        let pieces = match cut.copied {
            true => [Some(Piece { columns, copied: true }), None, None],
            false => pieces(line, columns),
        };
        // SAFETY: rooms hold what the cut says; the rest is passed on.
        unsafe {
            let first = self.find_lines(cut, scratch, window);
            for piece in pieces.into_iter().flatten() {
                self.point_to_lines(arrays, cut, scratch, window.lines.len(), &piece);
                let out = arrays.out.wrapping_offset(first);
                self.piece(cut, scratch, out, window.lines.len(), &piece.columns);
            }
        }
    }

    /// Finds the lines under the filter, plane after plane; gives where the first
    /// line of the window begins in the output.
    ///
    /// # Safety
    /// As [`Filter::window`].
    unsafe fn find_lines(&self, cut: &Cut, scratch: &mut Scratch<T>, window: &Window) -> isize {
        let (planes, slide) = self.geometry.slide();
        let found = scratch.planes.as_mut_ptr();
        let mut out = window.lines.start as isize * slide.out;
        let (mut rest, mut n) = (window.plane, 1);
        let count = |axes: &[Axis]| axes.iter().map(|a| a.len).product::<usize>();
        // SAFETY: `n` grows to the number of planes under the filter. Going down, no
        // place is written before what it held has been read.
        unsafe {
            found.write(0);
            for (i, axis) in planes.iter().enumerate() {
                let inner = count(&planes[i + 1..]);
                let index = rest / inner;
                rest %= inner;
                out += index as isize * axis.out;
                for i in (0..n).rev() {
                    let plane = *found.add(i);
                    for tap in (0..axis.taps).rev() {
                        let place = index * axis.stride + tap * axis.dilation;
                        let place = place as isize - axis.before as isize;
                        let offset = match self.border.source(place, axis.from) {
                            Some(at) if plane != OUTSIDE => plane + at as isize * axis.src,
                            _ => OUTSIDE,
                        };
                        found.add(i * axis.taps + tap).write(offset);
                    }
                }
                n *= axis.taps;
            }
            let height = height(&slide, window.lines.len());
            let start = window.lines.start * slide.stride;
            let lines = scratch.lines.as_mut_ptr();
            for r in 0..height {
                let place = (start + r) as isize - slide.before as isize;
                let at = self.border.source(place, slide.from);
                for plane in 0..cut.around {
                    let offset = match (at, *found.add(plane)) {
                        (Some(at), plane) if plane != OUTSIDE => plane + at as isize * slide.src,
                        _ => OUTSIDE,
                    };
                    lines.add(plane * height + r).write(offset);
                }
            }
        }
        out
    }

    /// Sets where the lines begin for a piece: in the array, in copies that are
    /// made here, or in a line of the constant.
    ///
    /// # Safety
    /// As [`Filter::window`]; the scratch's lines are found.
    unsafe fn point_to_lines(
        &self,
        arrays: &Arrays<T>,
        cut: &Cut,
        scratch: &mut Scratch<T>,
        lines: usize,
        piece: &Piece,
    ) {
        let (_, slide) = self.geometry.slide();
        let from = piece.columns.start as isize - self.geometry.line.before() as isize;
        let (found, starts) = (scratch.lines.as_mut_ptr(), scratch.starts.as_mut_ptr());
        let copies = scratch.copies.as_mut_ptr();
        if piece.copied {
            // SAFETY: the room is as large as a copy.
            unsafe { self.find_ends(scratch.ends.as_mut_ptr(), &piece.columns) };
        }
        for i in 0..cut.around * height(&slide, lines) {
            // SAFETY: the rooms hold so many values, and a copy for each.
            unsafe {
                let start = match *found.add(i) {
                    OUTSIDE => scratch.constant.as_mut_ptr().cast_const(),
                    offset if piece.copied => {
                        let copy = copies.add(i * cut.copy);
                        let line = arrays.src.wrapping_offset(offset);
                        self.extend(line, copy, scratch.ends.as_mut_ptr(), &piece.columns);
                        copy.cast_const()
                    }
                    offset => arrays.src.wrapping_offset(offset + from),
                };
                starts.add(i).write(start);
            }
        }
    }

    /// The columns that a piece reaches, and those of them that the line has.
    fn reached(&self, columns: &Range<usize>) -> [Range<isize>; 2] {
        let line = &self.geometry.line;
        let from = columns.start as isize - line.before() as isize;
        let to = (columns.end + line.after()) as isize;
        let len = line.from() as isize;
        [from..to, from.clamp(0, len)..to.clamp(0, len)]
    }

    /// Finds what stands beyond the ends of a line, as far as a piece reaches.
    ///
    /// # Safety
    /// `ends` has room for a value for each column that is reached.
    unsafe fn find_ends(&self, ends: *mut isize, columns: &Range<usize>) {
        let line = &self.geometry.line;
        let [all, inside] = self.reached(columns);
        let beyond = (all.start..inside.start).chain(inside.end.max(inside.start)..all.end);
        for (i, at) in beyond.enumerate() {
            let at = source(line, &self.border, at).map(|at| at as isize * line.axis.src);
            // SAFETY: `i` is below the number of columns.
            unsafe { ends.add(i).write(at.unwrap_or(OUTSIDE)) };
        }
    }

    /// Copies what the taps reach from `columns` of a line.
    ///
    /// # Safety
    /// `line` begins a line of `src`; `copy` has room for the columns and the reach;
    /// `ends` are those of the columns.
    unsafe fn extend(
        &self,
        line: *const T,
        copy: *mut T,
        ends: *const isize,
        columns: &Range<usize>,
    ) {
        let stride = self.geometry.line.axis.src;
        let [all, inside] = self.reached(columns);
        let constant = match self.border {
            Border::Constant(value) => value,
            _ => T::ZERO,
        };
        // SAFETY: `inside` is within the line, and within `all` so in the copy;
        // `ends` are places within the line.
        unsafe {
            let beyond = |end: isize| if end == OUTSIDE { constant } else { *line.offset(end) };
            let left = inside.start - all.start;
            for i in 0..left {
                copy.offset(i).write(beyond(*ends.offset(i)));
            }
            let n = inside.end - inside.start;
            let to = copy.offset(left);
            if stride == 1 {
                to.copy_from_nonoverlapping(line.offset(inside.start), n as usize);
            } else {
                for i in 0..n {
                    to.offset(i).write(*line.offset((inside.start + i) * stride));
                }
            }
            for i in left + n..all.end - all.start {
                copy.offset(i).write(beyond(*ends.offset(i - n)));
            }
        }
    }

    /// Takes the sums of a piece, and the second sums if there are.
    ///
    /// # Safety
    /// As [`Filter::window`]; the scratch's starts are those of the piece; `out` is
    /// where its first column of its first line is written.
    unsafe fn piece(
        &self,
        cut: &Cut,
        scratch: &mut Scratch<T>,
        out: *mut T,
        lines: usize,
        columns: &Range<usize>,
    ) {
        let (line, (_, slide)) = (&self.geometry.line, self.geometry.slide());
        let len = columns.len();
        let staged = line.axis.out != 1 || line.axis.stride != 1;
        let out_line = out;
        let out = out.wrapping_offset(columns.start as isize * line.axis.out);
        let mut sums = Sums { out, step: slide.out, lines, len };
        if staged {
            sums = Sums { out: scratch.out.as_mut_ptr(), step: len as isize, lines, len };
        }
        // SAFETY: the middle and the staged sums have rooms of these sizes, or the
        // output has; what is read is as far as the starts reach.
        unsafe {
            if let Some(along) = self.along {
                let reached = len + line.before() + line.after();
                let step = reached.next_multiple_of(64 / size_of::<T>());
                let middle = scratch.middle.as_mut_ptr();
                let first = Sums { out: middle, step: step as isize, lines, len: reached };
                self.sums(cut, scratch, first);
                self.set_constant(middle, step, lines, columns);
                let four = if lines >= 4 { 4 } else { 1 };
                for i in (0..lines).step_by(four) {
                    let i = i.min(lines - four);
                    let from = |j: usize| middle.wrapping_add((i + j) * step).cast_const();
                    T::sum(&Tile {
                        lines: &[from(0), from(1), from(2), from(3)][..four],
                        taps: along,
                        span: 1,
                        run: along.len(),
                        step: self.geometry.line.width * self.geometry.line.axis.dilation,
                        out: sums.out.wrapping_offset(i as isize * sums.step),
                        out_step: sums.step,
                        four: four == 4,
                        len,
                        bits: self.bits,
                    });
                }
            } else {
                self.sums(cut, scratch, sums);
            }
            if staged {
                for i in 0..lines {
                    let to = out_line.wrapping_offset(i as isize * slide.out);
                    let every = line.axis.stride;
                    for at in (columns.start.next_multiple_of(every)..columns.end).step_by(every) {
                        to.wrapping_offset((at / every) as isize * line.axis.out)
                            .write(*sums.out.add(i * len + at - columns.start));
                    }
                }
            }
        }
    }

    /// Takes the sums of the first filter.
    ///
    /// # Safety
    /// As [`Filter::piece`]; `sums` can be written.
    unsafe fn sums(&self, cut: &Cut, scratch: &mut Scratch<T>, sums: Sums<T>) {
        let Groups { list, span, run } = self.groups;
        let (_, slide) = self.geometry.slide();
        let height = height(&slide, sums.lines);
        let lines = tile_lines(self.groups, sums.lines);
        let tile_lines = span + lines - 1;
        let (starts, tile) = (scratch.starts.as_mut_ptr(), scratch.tile.as_mut_ptr());
        let fit = tuning::CONV_TILE_BYTES / (cut.tile * size_of::<T>()).max(1);
        let cols = (fit / PIECE * PIECE).max(PIECE);
        // A single line in four parts, beside each other.
        let part = sums.len / 4 / PIECE * PIECE;
        let mut done = 0;
        if sums.lines == 1 && list.len() == 1 && *span == 1 && part > 0 {
            // SAFETY: four parts are within the line and its reach.
            unsafe {
                let from = |j: usize| {
                    (*starts.add(list[0].plane * height + list[0].slide))
                        .wrapping_add(list[0].shift + j * part)
                };
                T::sum(&Tile {
                    lines: &[from(0), from(1), from(2), from(3)],
                    taps: self.taps,
                    span: 1,
                    run: *run,
                    step: self.geometry.line.width * self.geometry.line.axis.dilation,
                    out: sums.out,
                    out_step: part as isize,
                    four: true,
                    len: part,
                    bits: self.bits,
                });
            }
            done = 4 * part;
        }
        for at in (done..sums.len).step_by(cols) {
            for i in (0..sums.lines).step_by(lines) {
                // The last four may repeat lines of those before: the same again.
                let i = i.min(sums.lines - lines);
                // SAFETY: `i + tile_lines + slide` is at most `height`, the lines of
                // each plane; columns up to `len` are reached by every tap.
                unsafe {
                    for (g, group) in list.iter().enumerate() {
                        let from = group.plane * height + group.slide + i * slide.stride;
                        for r in 0..tile_lines {
                            let start = (*starts.add(from + r * slide.stride))
                                .wrapping_add(group.shift + at);
                            tile.add(g * tile_lines + r).write(start);
                        }
                    }
                    T::sum(&Tile {
                        lines: std::slice::from_raw_parts(tile, list.len() * tile_lines),
                        taps: self.taps,
                        span: *span,
                        run: *run,
                        step: self.geometry.line.width * self.geometry.line.axis.dilation,
                        out: sums.out.wrapping_offset(i as isize * sums.step).add(at),
                        out_step: sums.step,
                        four: lines == 4,
                        len: cols.min(sums.len - at),
                        bits: self.bits,
                    });
                }
            }
        }
    }

    /// Sets first sums beyond the ends of the lines to the constant, if that is what
    /// stands there.
    ///
    /// # Safety
    /// `middle` has `lines` lines of what is reached from `columns`, `step` apart.
    unsafe fn set_constant(
        &self,
        middle: *mut T,
        step: usize,
        lines: usize,
        columns: &Range<usize>,
    ) {
        let Border::Constant(value) = self.border else { return };
        let [all, inside] = self.reached(columns);
        for i in 0..lines {
            for at in (all.start..inside.start).chain(inside.end.max(inside.start)..all.end) {
                // SAFETY: `at` is within what is reached.
                unsafe { middle.add(i * step + (at - all.start) as usize).write(value) };
            }
        }
    }
}
