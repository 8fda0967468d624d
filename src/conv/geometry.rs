//! How an array and a filter lie to each other: a line, axes around it, a place
//! for each tap.
//!
//! ```text
//! sort the axes by the stride of the output, the longest outermost
//! the innermost axis is the line
//! axes without taps that continue the line in memory are joined to it
//! a short line without taps becomes the width of a pixel of the next axis
//!     (height x width x 3: lines of width pixels, three elements each)
//! ```
//! The taps keep the order of the filter's own axes, whatever the strides, so
//! that results do not depend on the layout.

use crate::Error;
use crate::plan::List;
use crate::tuning;

/// One axis of the array and of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) len: usize,
    /// Strides of the input and the output, in elements.
    pub(super) src: isize,
    pub(super) out: isize,
    /// Taps along it, and how many of them stand before the element itself.
    pub(super) taps: usize,
    pub(super) before: usize,
    /// Which axis of the filter it is.
    pub(super) place: usize,
}

impl Axis {
    pub(super) const UNIT: Axis =
        Axis { len: 1, src: 1, out: 1, taps: 1, before: 0, place: usize::MAX };
}

/// The innermost axis: pixels of `width` elements, evenly spaced in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) axis: Axis,
    pub(super) width: usize,
}

impl Line {
    /// How many elements.
    pub(super) fn len(&self) -> usize {
        self.axis.len * self.width
    }

    /// Elements that the taps reach before the line.
    pub(super) fn before(&self) -> usize {
        self.axis.before * self.width
    }

    /// Elements that the taps reach after the line.
    pub(super) fn after(&self) -> usize {
        (self.axis.taps - 1 - self.axis.before) * self.width
    }
}

/// An array seen as lines.
#[derive(Debug, Clone)]
pub(super) struct Geometry {
    /// Outermost first.
    pub(super) outer: List<Axis>,
    pub(super) line: Line,
}

/// Where a tap reads: which of the lines around, and how far along it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) shift: usize,
}

impl Geometry {
    /// Sorts `axes`, which are in the order of the array; none may be empty.
    pub(super) fn new(axes: &[Axis]) -> Self {
        let mut outer = List::new(Axis::UNIT);
        axes.iter().filter(|a| a.len > 1 || a.taps > 1).for_each(|a| outer.push(*a));
        let sorted = outer.as_mut_slice();
        // Stable, and axes of length 1 outermost: their strides mean nothing.
        let key = |a: &Axis| {
            std::cmp::Reverse(if a.len == 1 { usize::MAX } else { a.out.unsigned_abs() })
        };
        if !sorted.is_sorted_by_key(key) {
            sorted.sort_by_key(key);
        }
        let mut line = Line { axis: Axis::UNIT, width: 1 };
        if let Some(last) = sorted.last() {
            line.axis = *last;
            let kept = sorted.len() - 1;
            outer.truncate(kept);
        }
        while let Some(&next) = outer.as_slice().last() {
            let inner = line.axis;
            let spans = (line.len() as isize * inner.src, line.len() as isize * inner.out);
            if inner.taps > 1 || inner.len == 1 || next.len == 1 || (next.src, next.out) != spans {
                break;
            }
            if next.taps == 1 {
                line.axis = Axis { len: inner.len * next.len, ..inner };
            } else if line.len() < tuning::SHORT_LINE {
                line.width = line.len();
                line.axis = Axis { src: inner.src, out: inner.out, ..next };
            } else {
                break;
            }
            let kept = outer.as_slice().len() - 1;
            outer.truncate(kept);
        }
        Self { outer, line }
    }

    /// How many lines.
    pub(super) fn lines(&self) -> usize {
        self.outer.as_slice().iter().map(|a| a.len).product()
    }

    /// How many lines lie under the filter at once.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(super) fn around(&self, function: &'static str) -> Result<usize, Error> {
        let outer = self.outer.as_slice();
        outer.iter().try_fold(1usize, |n, a| n.checked_mul(a.taps)).ok_or_else(|| Error::TooLarge {
            function,
            shape: outer.iter().map(|a| a.taps).collect(),
        })
    }

    /// The place of every tap of a filter of `shape`, in its row-major order.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub(super) fn places(
        &self,
        function: &'static str,
        shape: &[usize],
        taps: usize,
    ) -> Result<Vec<Place>, Error> {
        let mut steps = List::new(Place::default());
        shape.iter().for_each(|_| steps.push(Place::default()));
        let mut lines = 1;
        for axis in self.outer.as_slice().iter().rev() {
            steps.as_mut_slice()[axis.place].line = lines;
            lines *= axis.taps;
        }
        if let Some(step) = steps.as_mut_slice().get_mut(self.line.axis.place) {
            step.shift = self.line.width;
        }
        let mut places: Vec<Place> = Vec::new();
        let bytes = taps.saturating_mul(size_of::<Place>());
        places.try_reserve_exact(taps).map_err(|_| Error::Memory { function, bytes })?;
        places.push(Place::default());
        // From the last axis of the filter: what is there so far is repeated with
        // every step along the axis before, which keeps row-major order.
        for (&n, &step) in shape.iter().zip(steps.as_slice()).rev() {
            let inner = places.len();
            for i in 1..n {
                for j in 0..inner {
                    let Place { line, shift } = places[j];
                    places
                        .push(Place { line: line + i * step.line, shift: shift + i * step.shift });
                }
            }
        }
        Ok(places)
    }
}
