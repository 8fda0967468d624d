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
    /// Elements of the output and of the input.
    pub(super) len: usize,
    pub(super) from: usize,
    /// Strides of the input and the output, in elements.
    pub(super) src: isize,
    pub(super) out: isize,
    /// Taps along it, and how many elements before its own place the first one lies.
    pub(super) taps: usize,
    pub(super) before: usize,
    /// Elements of the input from one output to the next, and from tap to tap.
    pub(super) stride: usize,
    pub(super) dilation: usize,
    /// Outputs before the first one, along any axis but the line.
    pub(super) skip: usize,
    /// Which axis of the filter it is.
    pub(super) place: usize,
}

impl Axis {
    pub(super) const UNIT: Axis = Axis {
        len: 1,
        from: 1,
        src: 1,
        out: 1,
        taps: 1,
        before: 0,
        stride: 1,
        dilation: 1,
        skip: 0,
        place: usize::MAX,
    };

    /// Elements under the filter besides one: how far it reaches.
    pub(super) fn reach(&self) -> usize {
        (self.taps - 1) * self.dilation
    }

    /// Places of the output, those between two strides counted too.
    pub(super) fn dense(&self) -> usize {
        (self.len - 1) * self.stride + 1
    }

    /// Whether it has no taps and every element is an output.
    fn is_plain(&self) -> bool {
        self.taps == 1 && self.stride == 1
    }
}

/// The innermost axis: pixels of `width` elements, evenly spaced in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) axis: Axis,
    pub(super) width: usize,
}

impl Line {
    /// How many places the output has, those between two strides counted too.
    pub(super) fn len(&self) -> usize {
        self.axis.dense() * self.width
    }

    /// How many elements the input has.
    pub(super) fn from(&self) -> usize {
        self.axis.from * self.width
    }

    /// Elements that the taps reach before the line.
    pub(super) fn before(&self) -> usize {
        self.axis.before * self.width
    }

    /// Elements that the taps reach after the line.
    pub(super) fn after(&self) -> usize {
        (self.axis.reach() - self.axis.before) * self.width
    }
}

/// An array seen as lines.
#[derive(Debug, Clone)]
pub(super) struct Geometry {
    /// Outermost first.
    pub(super) outer: List<Axis>,
    pub(super) line: Line,
}

/// Taps of a filter that the tiles of the kernel take together: `span` lines of
/// `run` taps each, in as many groups as it takes.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    pub(super) list: Vec<Group>,
    pub(super) span: usize,
    pub(super) run: usize,
}

/// Where the first tap of a group reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Group {
    /// Which of the planes under the filter.
    pub(super) plane: usize,
    /// How many lines further on that plane.
    pub(super) slide: usize,
    /// How many elements further along the line.
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
            let apart = inner.len == 1 || next.len == 1 || (next.src, next.out) != spans;
            if apart || !inner.is_plain() || next.stride > 1 || next.skip > 0 {
                break;
            }
            if next.taps == 1 {
                let len = inner.len * next.len;
                line.axis = Axis { len, from: len, ..inner };
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

    /// The axis over which lines follow each other, and those around it.
    pub(super) fn slide(&self) -> (&[Axis], Axis) {
        match self.outer.as_slice() {
            [planes @ .., slide] => (planes, *slide),
            [] => (&[], Axis::UNIT),
        }
    }

    /// How many planes of lines the array has, and how many lie under the filter.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(super) fn planes(&self, function: &'static str) -> Result<[usize; 2], Error> {
        let (planes, _) = self.slide();
        let product =
            |f: fn(&Axis) -> usize| {
                planes.iter().map(f).try_fold(1usize, usize::checked_mul).ok_or_else(|| {
                    Error::TooLarge { function, shape: planes.iter().map(f).collect() }
                })
            };
        Ok([product(|a| a.len)?, product(|a| a.taps)?])
    }

    /// The groups of a filter of `shape` with that many `taps`, so that the order
    /// of groups, lines and taps is its row-major order; a group for each tap if they are to
    /// be `apart`.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub(super) fn groups(
        &self,
        function: &'static str,
        shape: &[usize],
        (taps, apart): (usize, bool),
    ) -> Result<Groups, Error> {
        let (planes, slide) = self.slide();
        // What one step along each axis of the filter is.
        let mut steps = List::new(Group::default());
        shape.iter().for_each(|_| steps.push(Group::default()));
        let mut step_of = |place: usize, step: Group| {
            if let Some(to) = steps.as_mut_slice().get_mut(place) {
                *to = step;
            }
        };
        let mut plane = 1;
        for axis in planes.iter().rev() {
            step_of(axis.place, Group { plane, ..Group::default() });
            plane *= axis.taps;
        }
        step_of(slide.place, Group { slide: slide.dilation, ..Group::default() });
        let shift = self.line.width * self.line.axis.dilation;
        step_of(self.line.axis.place, Group { shift, ..Group::default() });

        let mut axes = List::new(0);
        (0..shape.len()).filter(|&place| shape[place] > 1).for_each(|place| axes.push(place));
        let mut axes = axes.as_slice();
        let mut last_is = |place: usize| match axes {
            [rest @ .., last] if *last == place && !apart => {
                axes = rest;
                shape[place]
            }
            _ => 1,
        };
        let run = last_is(self.line.axis.place);
        // Four lines share what they read only if they follow each other as the taps do.
        let span = if (slide.stride, slide.dilation) == (1, 1) { last_is(slide.place) } else { 1 };

        let mut list: Vec<Group> = Vec::new();
        let n = taps / (span * run);
        let bytes = n.saturating_mul(size_of::<Group>());
        list.try_reserve_exact(n).map_err(|_| Error::Memory { function, bytes })?;
        list.push(Group::default());
        // From the last axis: what is there so far is repeated with every step along
        // the axis before, which keeps row-major order.
        for &place in axes.iter().rev() {
            let (step, inner) = (steps.as_slice()[place], list.len());
            for i in 1..shape[place] {
                for j in 0..inner {
                    let Group { plane, slide, shift } = list[j];
                    list.push(Group {
                        plane: plane + i * step.plane,
                        slide: slide + i * step.slide,
                        shift: shift + i * step.shift,
                    });
                }
            }
        }
        Ok(Groups { list, span, run })
    }
}
