//! Means of boxes, whose taps are all the same.

use std::ops::Range;

use super::Sample;
use super::cut::Scratch;
use super::filter::{Filter, Sums, height};
use super::geometry::Groups;
use super::io::Io;
use crate::kernel::conv::Boxes;

impl<T: Sample, P: Io<T>> Filter<'_, T, P> {
    /// Takes the means of the first filter, from the first on of these lines of the window.
    ///
    /// # Safety
    /// As [`Filter::sums`]; the taps are those of a box.
    pub(super) unsafe fn boxes(&self, scratch: &mut Scratch<T>, sums: Sums<T>, of: Range<usize>) {
        let Groups { list, span, .. } = self.groups;
        let (_, slide) = self.geometry.slide();
        let height = height(&slide, of.end);
        let (starts, tile) = (scratch.starts.as_mut_ptr(), scratch.tile.as_mut_ptr());
        let boxes = Boxes {
            lines: &[],
            down: true,
            n: self.taps.len(),
            weight: self.taps[0],
            step: self.geometry.line.width,
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
                return T::boxes(&Boxes { lines, down: *span > 1, ..boxes });
            }
            for i in 0..sums.lines {
                for (g, group) in list.iter().enumerate() {
                    let from = group.plane * height + group.slide + of.start + i;
                    tile.add(g).write((*starts.add(from)).wrapping_add(group.shift));
                }
                let lines = std::slice::from_raw_parts(tile.cast_const(), list.len());
                let out = sums.out.wrapping_offset(i as isize * sums.step);
                T::boxes(&Boxes { lines, out, rows: 1, ..boxes });
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
        for i in 0..sums.lines {
            // SAFETY: the caller's promise.
            unsafe {
                T::boxes(&Boxes {
                    lines: &[first.wrapping_add(i * apart)],
                    down: false,
                    n: along.len(),
                    weight: along[0],
                    step: self.geometry.line.width,
                    out: sums.out.wrapping_offset(i as isize * sums.step),
                    out_step: sums.step,
                    rows: 1,
                    len: sums.len,
                    room: scratch.boxes.as_mut_ptr(),
                });
            }
        }
    }
}
