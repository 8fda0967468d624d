//! The lines that lie under a filter: where they are, and what goes on beyond their ends.

use std::ops::Range;

use super::cut::{Cut, Scratch};
use super::filter::{Arrays, Filter, height};
use super::geometry::Axis;
use super::io::Io;
use super::pieces::{Piece, source};
use super::{Border, Sample};
use crate::plan::Window;

/// A line, or a place on one, that lies outside of the array.
const OUTSIDE: isize = isize::MIN;

impl<T: Sample, P: Io<T>> Filter<'_, T, P> {
    /// Finds the lines under the filter, plane after plane; gives where the first
    /// line of the window begins in the output.
    ///
    /// # Safety
    /// As [`Filter::window`].
    pub(super) unsafe fn find_lines(
        &self,
        cut: &Cut,
        scratch: &mut Scratch<T>,
        window: &Window,
    ) -> isize {
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
                        let place = (index + axis.skip) * axis.stride + tap * axis.dilation;
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
            let start = (window.lines.start + slide.skip) * slide.stride;
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
    pub(super) unsafe fn point_to_lines(
        &self,
        arrays: &Arrays<P::Src, P::Out>,
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
                    // Of type `T`, or they would be copied.
                    offset => arrays.src.wrapping_offset(offset + from).cast(),
                };
                starts.add(i).write(start);
            }
        }
    }

    /// The columns that a piece reaches, and those of them that the line has.
    pub(super) fn reached(&self, columns: &Range<usize>) -> [Range<isize>; 2] {
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
        line: *const P::Src,
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
            let at = |end: isize| P::element(*line.offset(end));
            let beyond = |end: isize| if end == OUTSIDE { constant } else { at(end) };
            let left = inside.start - all.start;
            for i in 0..left {
                copy.offset(i).write(beyond(*ends.offset(i)));
            }
            let n = inside.end - inside.start;
            let to = copy.offset(left);
            if stride == 1 {
                P::read(line.offset(inside.start), n as usize, to);
            } else {
                for i in 0..n {
                    to.offset(i).write(at((inside.start + i) * stride));
                }
            }
            for i in left + n..all.end - all.start {
                copy.offset(i).write(beyond(*ends.offset(i - n)));
            }
        }
    }
}
