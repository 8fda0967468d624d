//! Means of boxes, whose taps are all the same.

use std::ops::Range;

use super::Sample;
use super::cut::Scratch;
use super::filter::{Filter, Sums, height};
use super::geometry::{Axis, Groups};
use super::io::Io;
use crate::kernel::conv::Boxes;

impl<T: Sample, P: Io<T>> Filter<'_, T, P> {
    /// Takes the means of the first filter, from the first on of these lines of the window.
    ///
    /// # Safety
    /// As [`Filter::sums`]; the taps are those of a box.
    pub(super) unsafe fn boxes(&self, scratch: &mut Scratch<T>, sums: Sums<T>, of: Range<usize>) {
        let Groups { list, span, .. } = self.groups;
        let (planes, slide) = self.geometry.slide();
        let height = height(&slide, of.end);
        let (starts, tile) = (scratch.starts.as_mut_ptr(), scratch.tile.as_mut_ptr());
        let down = *span > 1;
        let boxes = Boxes {
            lines: &[],
            down: true,
            n: self.taps.len(),
            width: self.geometry.line.width,
            place: if down { sums.place.line + slide.skip + of.start } else { sums.place.column },
            out: sums.out,
            out_step: sums.step,
            rows: sums.lines,
            len: sums.len,
            room: scratch.boxes.as_mut_ptr(),
        };
        // SAFETY: the lines under the window, plane after plane; the room is that of the cut.
        unsafe {
            if list.len() == 1 {
                let lines = starts.add(of.start).cast_const();
                let lines = std::slice::from_raw_parts(lines, sums.lines + span - 1);
                let boxes = Boxes { lines, down, ..boxes };
                return if let ([line], false) = (lines, down) {
                    in_parts(&boxes, *line);
                } else {
                    T::boxes(&boxes);
                };
            }
            let place = place_among(planes, sums.place.plane);
            for i in 0..sums.lines {
                for (g, group) in list.iter().enumerate() {
                    let from = group.plane * height + group.slide + of.start + i;
                    tile.add(g).write((*starts.add(from)).wrapping_add(group.shift));
                }
                let lines = std::slice::from_raw_parts(tile.cast_const(), list.len());
                let out = sums.out.wrapping_offset(i as isize * sums.step);
                T::boxes(&Boxes { lines, out, rows: 1, place, ..boxes });
            }
        }
    }

    /// Takes the means along the line, from lines of first sums.
    ///
    /// # Safety
    /// As [`Filter::sums_along`].
    pub(super) unsafe fn boxes_along(
        &self,
        scratch: &mut Scratch<T>,
        along: &[T::Tap],
        (first, apart): (*const T, usize),
        sums: Sums<T>,
    ) {
        let tile = scratch.tile.as_mut_ptr();
        // SAFETY: the caller's promise; a tile has room for four lines.
        unsafe {
            for at in (0..sums.lines).step_by(4) {
                let rows = (sums.lines - at).min(4);
                for i in 0..rows {
                    tile.add(i).write(first.wrapping_add((at + i) * apart));
                }
                T::boxes(&Boxes {
                    lines: std::slice::from_raw_parts(tile.cast_const(), rows),
                    down: false,
                    n: along.len(),
                    width: self.geometry.line.width,
                    place: sums.place.column,
                    out: sums.out.wrapping_offset(at as isize * sums.step),
                    out_step: sums.step,
                    rows,
                    len: sums.len,
                    room: scratch.boxes.as_mut_ptr(),
                });
            }
        }
    }
}

/// Takes the means along one line: four parts of it beside each other, then what is left.
///
/// # Safety
/// As [`Boxes`], of one line.
unsafe fn in_parts<T: Sample>(boxes: &Boxes<'_, T>, line: *const T) {
    let Boxes { n, width, out, len, .. } = *boxes;
    // Of whole blocks, so that all have the same place in theirs.
    let part = len / 4 / (n * width) * (n * width);
    let from = |j: usize| line.wrapping_add(j * part);
    // SAFETY: the parts and the rest are those of the line.
    unsafe {
        if part > 0 {
            let lines = &[from(0), from(1), from(2), from(3)];
            T::boxes(&Boxes { lines, rows: 4, out_step: part as isize, len: part, ..*boxes });
        }
        let (lines, out) = (&[from(4)], out.wrapping_add(4 * part));
        T::boxes(&Boxes { lines, out, len: len - 4 * part, ..*boxes });
    }
}

/// How many results lie before plane `plane` along the axis that has taps.
fn place_among(planes: &[Axis], plane: usize) -> usize {
    let mut rest = plane;
    let mut place = 0;
    for axis in planes.iter().rev() {
        if axis.taps > 1 {
            place = rest % axis.len + axis.skip;
        }
        rest /= axis.len;
    }
    place
}
