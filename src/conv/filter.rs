//! Runs a filter over an array, window by window.
//!
//! ```text
//! cut the planes of lines into windows (strips of lines, blocks of columns)
//! for each window
//!     find the lines that lie under the filter
//!     for each piece of its columns (left end, middle, right end)
//!         middle: read the lines where they are
//!         ends:   read copies that go on beyond the lines as the border says
//!         for each four lines, for each few columns
//!             out = sum of taps over shifted lines        (kernel::conv)
//! ```
//! Filters with many lines read a copy of the whole window, which lies better in
//! the cache. With a second filter along the line the sums go to a buffer that
//! reaches as far as that filter, and the second sums are taken from there: the
//! array between the two passes never exists.

use std::ops::{ControlFlow, Range};

use super::cut::{Cut, Scratch, tile_lines};
use super::geometry::{Axis, Geometry, Groups};
use super::io::{AsIs, Io, Under};
use super::pieces::{PIECE, Piece, pieces};
use super::{Border, Sample};
use crate::kernel::conv::{Bits, Tile};
use crate::plan::Window;
use crate::{Error, pool, tuning};

/// What to do: one filter, perhaps another along the line after it.
pub(super) struct Filter<'a, T: Sample, P = AsIs> {
    pub(super) io: P,
    pub(super) function: &'static str,
    pub(super) geometry: &'a Geometry,
    /// The first filter: where its taps read, and the taps.
    pub(super) groups: &'a Groups,
    pub(super) taps: &'a [T::Tap],
    /// What sums of integers fit.
    pub(super) bits: Bits,
    /// The second filter, along the line, whose reach `geometry.line` tells.
    pub(super) along: Option<&'a [T::Tap]>,
    /// Whether the first and the second are boxes, whose taps are all the same, long enough to
    /// be summed by doubling.
    pub(super) boxes: [bool; 2],
    pub(super) border: Border<T>,
}

/// Where to read and write.
pub(super) struct Arrays<A, B = A> {
    pub(super) src: *const A,
    pub(super) out: *mut B,
}
// SAFETY: chunks read `src`, which nobody writes, and write parts of `out` that
// are disjoint, since each element belongs to one window.
unsafe impl<A: Sync, B> Sync for Arrays<A, B> {}

/// A rectangle of sums: so many lines and columns from here.
#[derive(Clone, Copy)]
pub(super) struct Sums<T> {
    pub(super) out: *mut T,
    pub(super) step: isize,
    pub(super) lines: usize,
    pub(super) len: usize,
    /// Whether they are stored past the cache.
    pub(super) past: bool,
    /// Of which window they are, and how many columns lie before it.
    pub(super) place: Place,
}

/// Where sums stand in the array: the plane, the first line of their window, their first column.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) plane: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// How many lines lie under a filter that moves over so many lines of output.
pub(super) fn height(slide: &Axis, lines: usize) -> usize {
    (lines - 1) * slide.stride + 1 + slide.reach()
}

impl<T: Sample, P: Io<T>> Filter<'_, T, P> {
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
    pub(super) unsafe fn run(&self, src: *const P::Src, out: *mut P::Out) -> Result<(), Error> {
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
        arrays: &Arrays<P::Src, P::Out>,
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
                self.piece(cut, scratch, out, window, &piece.columns);
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
        out: *mut P::Out,
        window: &Window,
        columns: &Range<usize>,
    ) {
        let (line, (_, slide)) = (&self.geometry.line, self.geometry.slide());
        let (lines, len, staged) = (window.lines.len(), columns.len(), cut.sizes.out > 0);
        let place = Place { plane: window.plane, line: window.lines.start, column: columns.start };
        let some = cut.kept.min(lines);
        for at in (0..lines).step_by(some) {
            // The last lines may be some of those before: the same again.
            let at = at.min(lines - some);
            let out = out.wrapping_offset(at as isize * slide.out);
            // Not staged where sums are what the output holds, without gaps.
            let first: *mut T = out.wrapping_offset(columns.start as isize * line.axis.out).cast();
            let past = cut.past && first.addr().is_multiple_of(size_of::<T>());
            let mut sums = Sums { out: first, step: slide.out, lines: some, len, past, place };
            if staged {
                let out = scratch.out.as_mut_ptr();
                sums = Sums { out, step: len as isize, past: false, ..sums };
            }
            // SAFETY: the middle and the staged sums have rooms of these sizes, or the
            // output has; what is read is as far as the starts reach.
            unsafe {
                if let Some(along) = self.along {
                    let reached = len + line.before() + line.after();
                    let step = reached.next_multiple_of(64 / size_of::<T>());
                    let middle = scratch.middle.as_mut_ptr();
                    let first = Sums {
                        out: middle,
                        step: step as isize,
                        lines: some,
                        len: reached,
                        past: false,
                        place,
                    };
                    self.sums(cut, scratch, first, at..lines);
                    self.set_constant(middle, step, some, columns);
                    self.sums_along(scratch, along, (middle, step), sums);
                } else {
                    self.sums(cut, scratch, sums, at..lines);
                }
                if staged {
                    self.write(scratch, out, sums, (at..lines, columns));
                }
            }
        }
    }

    /// Writes staged sums, of the first on of these lines of the window.
    ///
    /// # Safety
    /// As [`Filter::piece`]; `out` is where the first of these lines begins in the output.
    unsafe fn write(
        &self,
        scratch: &mut Scratch<T>,
        out: *mut P::Out,
        sums: Sums<T>,
        (of, columns): (Range<usize>, &Range<usize>),
    ) {
        let (axis, (_, slide)) = (&self.geometry.line.axis, self.geometry.slide());
        let (every, room) = (axis.stride, scratch.under.as_mut_ptr());
        for i in 0..sums.lines {
            let starts = scratch.starts.as_mut_ptr().cast_const().cast();
            let line = (of.start + i, of.end);
            let under = Under::new((self.geometry, self.groups), starts, line);
            let from = sums.out.wrapping_offset(i as isize * sums.step).cast_const();
            let to = out.wrapping_offset(i as isize * slide.out);
            // SAFETY: every place is one of the output, and has a sum.
            unsafe {
                if every == 1 {
                    let to = to.wrapping_offset(columns.start as isize * axis.out);
                    self.io.write(from, sums.len, (to, axis.out), &under, room);
                    continue;
                }
                for at in (columns.start.next_multiple_of(every)..columns.end).step_by(every) {
                    let to = to.wrapping_offset((at / every) as isize * axis.out);
                    self.io.write(from.add(at - columns.start), 1, (to, 1), &under, room);
                }
            }
        }
    }

    /// Takes the sums of the filter along the line, from lines of first sums.
    ///
    /// # Safety
    /// As [`Filter::piece`]; `sums` can be written; `first` begins as many lines, so many
    /// elements apart, of what these reach.
    unsafe fn sums_along(
        &self,
        scratch: &mut Scratch<T>,
        along: &[T::Tap],
        (first, apart): (*const T, usize),
        sums: Sums<T>,
    ) {
        if self.boxes[1] {
            // SAFETY: the caller's promise.
            return unsafe { self.boxes_along(scratch, along, (first, apart), sums) };
        }
        let four = if sums.lines >= 4 { 4 } else { 1 };
        for i in (0..sums.lines).step_by(four) {
            let i = i.min(sums.lines - four);
            let from = |j: usize| first.wrapping_add((i + j) * apart);
            // SAFETY: the caller's promise.
            unsafe {
                T::sum(&Tile {
                    lines: &[from(0), from(1), from(2), from(3)][..four],
                    groups: 1,
                    apart: four,
                    taps: along,
                    span: 1,
                    run: along.len(),
                    step: self.geometry.line.width * self.geometry.line.axis.dilation,
                    out: sums.out.wrapping_offset(i as isize * sums.step),
                    out_step: sums.step,
                    four: four == 4,
                    len: sums.len,
                    bits: self.bits,
                    past: sums.past,
                    ahead: 0,
                });
            }
        }
    }

    /// Takes the sums of the first filter, from the first on of these lines of the window.
    ///
    /// # Safety
    /// As [`Filter::piece`]; `sums` can be written; the range ends with the window.
    unsafe fn sums(&self, cut: &Cut, scratch: &mut Scratch<T>, sums: Sums<T>, of: Range<usize>) {
        if self.boxes[0] {
            // SAFETY: the caller's promise.
            return unsafe { self.boxes(scratch, sums, of) };
        }
        let Groups { list, span, .. } = self.groups;
        let (_, slide) = self.geometry.slide();
        let height = height(&slide, of.end);
        let lines = tile_lines(self.groups, sums.lines);
        let tile_lines = span + lines - 1;
        let (starts, tile) = (scratch.starts.as_mut_ptr(), scratch.tile.as_mut_ptr());
        // A single line in four parts, beside each other.
        let part = sums.len / 4 / PIECE * PIECE;
        let mut done = 0;
        if sums.lines == 1 && list.len() == 1 && *span == 1 && part > 0 {
            // SAFETY: four parts are within the line and its reach.
            unsafe {
                let from = |j: usize| {
                    (*starts.add(list[0].plane * height + list[0].slide + of.start * slide.stride))
                        .wrapping_add(list[0].shift + j * part)
                };
                let lines = [from(0), from(1), from(2), from(3)];
                let (step, past) = (part as isize, false);
                self.tile((&lines, 4, 0), Sums { step, lines: 4, len: part, past, ..sums });
            }
            done = 4 * part;
        }
        let len = sums.len - done;
        if len == 0 {
            return;
        }
        // Lines of the array follow each other in other pages, where nobody looks ahead.
        let few = list.len() <= tuning::CONV_FEW_GROUPS;
        let asks = !cut.copied && few && slide.stride == 1;
        let all = of.len() + span - 1;
        // Of few groups all tiles share one table, which begins with this line.
        let (mut base, mut apart) = (0, 0);
        for i in (0..sums.lines).step_by(lines) {
            // The last four may repeat lines of those before: the same again.
            let i = i.min(sums.lines - lines);
            // SAFETY: `i + tile_lines` is at most `all`, of which the lines are there, each
            // plane's `height`, and the room; columns up to `len` are reached by every tap.
            unsafe {
                if i == 0 || !few {
                    base = i;
                    let under = if few { sums.lines + span - 1 } else { tile_lines };
                    apart = (under + if asks { lines } else { 0 }).min(all - base);
                    let first = (of.start + base, done);
                    self.list_lines(starts, (height, slide.stride), first, (tile, apart));
                }
                let skip = i - base;
                let under = std::slice::from_raw_parts(tile.add(skip), list.len() * apart - skip);
                let ahead = if asks && skip + tile_lines + lines <= apart { lines } else { 0 };
                let out = sums.out.wrapping_offset(i as isize * sums.step).wrapping_add(done);
                self.tile((under, apart, ahead), Sums { out, lines, len, ..sums });
            }
        }
    }

    /// Lists where so many lines begin for each group, from the first line of the output and from
    /// the first column on.
    ///
    /// # Safety
    /// The lines are there, `height` of each plane, and room for all that is listed.
    unsafe fn list_lines(
        &self,
        starts: *const *const T,
        (height, stride): (usize, usize),
        (first, column): (usize, usize),
        (tile, apart): (*mut *const T, usize),
    ) {
        for (g, group) in self.groups.list.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe {
                let from = starts.add(group.plane * height + group.slide);
                for r in 0..apart {
                    let line = *from.add((first + r) * stride);
                    tile.add(g * apart + r).write(line.wrapping_add(group.shift + column));
                }
            }
        }
    }

    /// Takes the sums of four lines, or of one, over what lies under them.
    ///
    /// # Safety
    /// As [`Tile`] says.
    unsafe fn tile(&self, (lines, apart, ahead): (&[*const T], usize, usize), sums: Sums<T>) {
        let line = &self.geometry.line;
        // SAFETY: the caller's promise.
        unsafe {
            T::sum(&Tile {
                lines,
                groups: self.groups.list.len(),
                apart,
                taps: self.taps,
                span: self.groups.span,
                run: self.groups.run,
                step: line.width * line.axis.dilation,
                out: sums.out,
                out_step: sums.step,
                four: sums.lines == 4,
                len: sums.len,
                bits: self.bits,
                past: sums.past,
                ahead,
            });
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
