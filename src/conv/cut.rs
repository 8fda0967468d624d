//! How a filter cuts the array, and the memory it works in.

use super::filter::Filter;
use super::geometry::Groups;
use super::io::Io;
use super::pieces::PIECE;
use super::{Border, Sample};
use crate::kernel::conv::{Bits, box_room};
use crate::plan::{Reach, Room, Windows};
use crate::{Error, tuning};

/// How the array is cut, and what working memory that takes.
pub(super) struct Cut {
    pub(super) windows: Windows,
    /// Planes under the filter.
    pub(super) around: usize,
    /// Lines of sums at a time.
    pub(super) kept: usize,
    /// Whether results are stored past the cache.
    pub(super) past: bool,
    /// Whether whole windows are copied.
    pub(super) copied: bool,
    /// Elements from one copied line, or first sum, to the next.
    pub(super) copy: usize,
    pub(super) sizes: Sizes,
}

/// Elements of each room.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) lines: usize,
    pub(super) tile: usize,
    pub(super) ends: usize,
    pub(super) copies: usize,
    pub(super) constant: usize,
    pub(super) middle: usize,
    pub(super) out: usize,
    pub(super) under: usize,
    pub(super) boxes: usize,
}

pub(super) struct Scratch<T> {
    /// Offsets in `src` of the planes under the filter, or `OUTSIDE`.
    pub(super) planes: Room<isize, 16>,
    /// The same of their lines, plane after plane.
    pub(super) lines: Room<isize, 64>,
    /// Where each of them begins for this piece.
    pub(super) starts: Room<*const T, 64>,
    /// Where those of one tile begin, group after group.
    pub(super) tile: Room<*const T, 64>,
    /// What stands beyond the ends of a line.
    pub(super) ends: Room<isize, 64>,
    pub(super) copies: Room<T, 128>,
    pub(super) constant: Room<T, 64>,
    pub(super) middle: Room<T, 64>,
    pub(super) out: Room<T, 64>,
    /// What [`Io::write`] works in.
    pub(super) under: Room<*const T, 16>,
    /// What boxes are summed in.
    pub(super) boxes: Room<f64, 16>,
}

impl<T: Copy> Scratch<T> {
    pub(super) fn new(around: usize, sizes: Sizes) -> Option<Self> {
        Some(Self {
            planes: Room::new(around)?,
            lines: Room::new(sizes.lines)?,
            starts: Room::new(sizes.lines)?,
            tile: Room::new(sizes.tile)?,
            ends: Room::new(sizes.ends)?,
            copies: Room::new(sizes.copies)?,
            constant: Room::new(sizes.constant)?,
            middle: Room::new(sizes.middle)?,
            out: Room::new(sizes.out)?,
            under: Room::new(sizes.under)?,
            boxes: Room::new(sizes.boxes)?,
        })
    }
}

impl Cut {
    /// The cut for a filter.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(super) fn new<T: Sample, P: Io<T>>(filter: &Filter<'_, T, P>) -> Result<Self, Error> {
        let (line, size) = (&filter.geometry.line, size_of::<T>());
        let (_, slide) = filter.geometry.slide();
        let [planes, around] = filter.geometry.planes(filter.function)?;
        let too_large =
            || Error::TooLarge { function: filter.function, shape: vec![around, line.axis.taps] };
        let reach = line.before().checked_add(line.after()).ok_or_else(too_large)?;
        let taps = filter.additions();
        let bytes = if filter.bits > Bits::B31 { 8 } else { size.max(4) };
        let ns = tuning::CONV_ELEMENT_NS + taps as f64 * bytes as f64 * tuning::TAP_BYTE_NS;
        let shape = [slide.len, line.len()];
        let halo = [slide.reach(), reach];
        let windows = Windows::new(
            planes,
            shape,
            PIECE,
            Reach {
                halo,
                around,
                bytes: size_of::<P::Src>(),
                repeated: filter.boxes[0],
                along: filter.along.is_some(),
                ns,
            },
        );

        let [lines, cols] = windows.sides();
        let mul = |a: usize, b: usize| a.checked_mul(b).ok_or_else(too_large);
        let under = mul(around, (lines - 1) * slide.stride + 1 + halo[0])?;
        let reached = reach.checked_add(cols).ok_or_else(too_large)?;
        let tile_lines = filter.groups.span + tile_lines(filter.groups, lines) - 1;
        let (groups, span) = (filter.groups.list.len(), filter.groups.span);
        let tile = mul(groups, tile_lines)?.max(4);
        let few = groups <= tuning::CONV_FEW_GROUPS;
        let table = if few { mul(groups, lines + span - 1)? } else { 0 };
        let copied = !P::AS_IS
            || line.axis.src != 1
            || tile >= tuning::CONV_COPY_LINES && filter.groups.span > 1 && !filter.boxes[0];
        let mut copy = cols;
        if !copied {
            copy = cols.min(2 * line.before().max(line.after()).max(PIECE) + PIECE);
        }
        // An odd number of cache lines, so that lines do not fall on one set.
        let steps = copy.checked_add(reach).ok_or_else(too_large)?.div_ceil(64 / size) | 1;
        let copy = steps * (64 / size);
        // Sums that are not written at once stay in L1, if they are few.
        let staged = line.axis.out != 1 || line.axis.stride != 1 || !P::AS_IS;
        let kept = filter.kept(lines, staged);
        let past = !staged && filter.is_past_cache(planes);
        let sizes = Sizes {
            lines: under,
            tile: tile.max(table),
            ends: if copied || reach > 0 { copy } else { 0 },
            copies: if copied || reach > 0 { mul(under, copy)? } else { 0 },
            constant: if matches!(filter.border, Border::Constant(_)) { reached } else { 0 },
            middle: if filter.along.is_some() { mul(kept, reached + 64)? } else { 0 },
            out: if staged { kept * cols } else { 0 },
            under: filter.io.room(),
            boxes: filter.box_room().ok_or_else(too_large)?,
        };
        Ok(Cut { windows, around, kept, past, copied, copy, sizes })
    }
}

impl<T: Sample, P: Io<T>> Filter<'_, T, P> {
    /// The lengths of both filters, and whether they are boxes.
    fn lengths(&self) -> [(usize, bool); 2] {
        [(self.taps.len(), self.boxes[0]), (self.along.map_or(0, <[_]>::len), self.boxes[1])]
    }

    /// About how many multiplications and additions each element takes.
    fn additions(&self) -> usize {
        let each = self.lengths().map(|(n, is_box)| match is_box {
            true => tuning::BOX_TAPS,
            false => n,
        });
        each[0] + each[1]
    }

    /// How many of so many lines are summed at a time.
    fn kept(&self, lines: usize, staged: bool) -> usize {
        let few = self.groups.span <= tuning::CONV_KEPT_SPAN && !self.boxes[0];
        if few && (staged || self.along.is_some()) { lines.min(4) } else { lines }
    }

    /// Whether sums that are not staged are stored past the cache.
    fn is_past_cache(&self, planes: usize) -> bool {
        let (line, size) = (&self.geometry.line, size_of::<T>());
        let (_, slide) = self.geometry.slide();
        let bytes = planes.saturating_mul(slide.len).saturating_mul(line.len() * size);
        T::ROUNDED
            && !self.boxes[0]
            && (slide.out * size as isize) % tuning::CACHE_LINE as isize == 0
            && bytes >= tuning::CONV_PAST_CACHE_MIN
    }

    /// How many numbers boxes are summed in, if so many can be counted.
    fn box_room(&self) -> Option<usize> {
        let rooms = self.lengths().map(|(n, is_box)| match is_box {
            true => box_room(n, self.geometry.line.width),
            false => Some(0),
        });
        Some(rooms[0]?.max(rooms[1]?))
    }
}

/// How many lines one tile has, of so many.
pub(super) fn tile_lines(groups: &Groups, lines: usize) -> usize {
    if lines >= 4 && (groups.span > 1 || groups.list.len() == 1) { 4 } else { 1 }
}
