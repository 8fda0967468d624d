//! How elements come into a filter, and sums go out of it.

use super::Sample;
use super::filter::height;
use super::geometry::{Geometry, Groups};

/// Between arrays and sums of type `T`.
pub(super) trait Io<T: Sample>: Sync {
    /// What the input holds, and the output.
    type Src: Copy + Sync;
    type Out: Copy;
    /// Whether both hold `T`, so that lines are read and sums written where they are.
    const AS_IS: bool;

    /// An element as `T`.
    fn element(x: Self::Src) -> T;

    /// Copies `n` elements.
    ///
    /// # Safety
    /// They can be read, and be written to `to`.
    unsafe fn read(from: *const Self::Src, n: usize, to: *mut T);

    /// Writes `n` sums from a place on, to every so many elements. `under` tells what they are sums of;
    /// `room` is room for [`Io::room`] places.
    ///
    /// # Safety
    /// The sums can be read, the places written.
    unsafe fn write(
        &self,
        sums: *const T,
        n: usize,
        to: (*mut Self::Out, isize),
        under: &Under<'_, T>,
        room: *mut *const T,
    );

    /// How many places `write` needs room for.
    fn room(&self) -> usize {
        0
    }
}

/// Elements and sums of one type.
pub(super) struct AsIs;

impl<T: Sample> Io<T> for AsIs {
    type Src = T;
    type Out = T;
    const AS_IS: bool = true;

    #[inline(always)]
    fn element(x: T) -> T {
        x
    }

    #[inline(always)]
    unsafe fn read(from: *const T, n: usize, to: *mut T) {
        // SAFETY: the caller's promise; the two halves lie within the `n` elements.
        unsafe {
            // The ends of lines are this short, and a call of `memmove` takes longer.
            if (16..=32).contains(&n) {
                for at in [0, n - 16] {
                    let half = from.add(at).cast::<[T; 16]>().read_unaligned();
                    to.add(at).cast::<[T; 16]>().write_unaligned(half);
                }
            } else {
                to.copy_from_nonoverlapping(from, n);
            }
        }
    }

    #[inline(always)]
    unsafe fn write(
        &self,
        sums: *const T,
        n: usize,
        (to, step): (*mut T, isize),
        _: &Under<'_, T>,
        _: *mut *const T,
    ) {
        for i in 0..n {
            // SAFETY: the caller's promise.
            unsafe { to.wrapping_offset(i as isize * step).write(*sums.add(i)) };
        }
    }
}

/// What lies under a filter, for the sums of one line.
#[derive(Clone, Copy)]
pub(super) struct Under<'a, T> {
    groups: &'a Groups,
    /// Where the lines begin, from the one under the first tap on, plane after plane.
    starts: *const *const T,
    /// Lines of each plane.
    height: usize,
    /// Elements from one tap to the next along a line.
    step: usize,
}

impl<'a, T> Under<'a, T> {
    /// For line `line` of a window with so many `lines` of output, whose lines begin at
    /// `starts`.
    pub(super) fn new(
        (geometry, groups): (&'a Geometry, &'a Groups),
        starts: *const *const T,
        (line, lines): (usize, usize),
    ) -> Self {
        let (_, slide) = geometry.slide();
        let step = geometry.line.width * geometry.line.axis.dilation;
        let starts = starts.wrapping_add(line * slide.stride);
        Self { groups, starts, height: height(&slide, lines), step }
    }

    /// Where the elements lie that are multiplied by tap `i`, from the first sum's on.
    ///
    /// # Safety
    /// The starts are those of the window.
    #[inline(always)]
    pub(super) unsafe fn tap(&self, i: usize) -> *const T {
        let Groups { list, span, run } = self.groups;
        // Divisions take long, and most filters have one group of one line or of one column.
        let (group, below, along) = match list.len() {
            1 if *run == 1 => (0, i, 0),
            1 if *span == 1 => (0, 0, i),
            _ => (i / (span * run), i / run % span, i % run),
        };
        let group = list[group];
        // SAFETY: the lines under the window, plane after plane.
        let start = unsafe { *self.starts.add(group.plane * self.height + group.slide + below) };
        start.wrapping_add(group.shift + along * self.step)
    }
}
