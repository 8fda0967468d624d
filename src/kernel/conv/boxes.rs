//! Means of boxes of `n` elements in a row, along the lines or down them.
//!
//! ```text
//! cut the elements into blocks of n, counted from the first box of the array
//! a box is the end of a block and the beginning of the next:
//!     back[e]  = x[e] + back[e + 1], from the end of the block backwards
//!     ahead[e] = ahead[e - 1] + x[e], from the beginning of the block onwards
//!     mean[i]  = (back[i] + ahead[i + n - 1]) / n     (back[i] alone for a whole block)
//! ```
//! Three additions an element, whatever `n`, all of them in `f64`. Every sum is of the box's own
//! elements: nothing is taken away again, so no error travels along the line, and a NaN reaches
//! no further than the box. After M. van Herk, "A fast algorithm for local minimum and maximum
//! filters on rectangular and octagonal kernels" (1992), and J. Gil and M. Werman (1993).

use super::Sample;
use crate::kernel::ahead::fetch_line;
use crate::simd::Kernel;
use crate::tuning::{BOX_AHEAD, BOX_STRIP, CACHE_LINE};

/// Lines that are taken together where the boxes lie along them.
const ROWS: usize = 4;

/// What added to any number gives that number.
const NOTHING: f64 = -0.0;

/// Some lines of the output, and what lies under the boxes there.
///
/// To take the means it is sound where
/// - `lines` holds `rows` pointers, or `rows + n - 1` for boxes down the lines;
/// - each can be read for `len` elements, along the lines for `(n - 1) * width` more;
/// - `out` can be written for `len` elements, `rows` times at every `out_step`, and overlaps
///   nothing that is read;
/// - `room` holds [`box_room`] numbers.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Boxes<'a, T: Sample> {
    pub(crate) lines: &'a [*const T],
    pub(crate) down: bool,
    /// Elements of a box.
    pub(crate) n: usize,
    /// Elements from one of a box to the next along a line.
    pub(crate) width: usize,
    /// How many lines, or elements of a line, lie before the first in the array.
    pub(crate) place: usize,
    pub(crate) out: *mut T,
    pub(crate) out_step: isize,
    pub(crate) rows: usize,
    pub(crate) len: usize,
    pub(crate) room: *mut f64,
}

/// How many numbers the room for boxes of `n` elements holds, if so many can be counted.
pub(crate) fn box_room(n: usize, width: usize) -> Option<usize> {
    let along = n.checked_add(2)?.checked_mul(width)?.checked_mul(ROWS)?;
    let down = n.checked_add(2)?.checked_mul(BOX_STRIP)?;
    Some(along.max(down))
}

/// Takes the means in the tier that is entered.
pub(super) struct Means<'a, 'b, T: Sample>(pub(super) &'a Boxes<'b, T>);

impl<T: Sample> Kernel for Means<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Boxes { down, width, rows, len, .. } = *self.0;
        // SAFETY: `Boxes` says what its maker promises; strips and lines are within it.
        unsafe {
            if down {
                for at in (0..len).step_by(BOX_STRIP) {
                    self.strip(at, BOX_STRIP.min(len - at));
                }
                return;
            }
            for row in (0..rows).step_by(ROWS) {
                match width {
                    1 => self.along(row),
                    _ => self.along_pixels(row),
                }
            }
        }
    }
}

/// Outputs from `at` on whose boxes begin in one block: where the next block begins, and how
/// many there are up to `len`.
#[inline(always)]
fn block(place: usize, at: usize, n: usize, len: usize) -> (usize, usize) {
    let left = n - (place + at) % n;
    (at + left, left.min(len - at))
}

impl<T: Sample> Means<'_, '_, T> {
    /// Columns `at..at + cols` of boxes down the lines.
    ///
    /// # Safety
    /// As [`Boxes`]; the columns are there, [`BOX_STRIP`] at most.
    #[inline(always)]
    unsafe fn strip(&self, at: usize, cols: usize) {
        let Boxes { lines, n, place, out, out_step, rows, room, .. } = *self.0;
        let mut i = 0;
        while i < rows {
            let (end, some) = block(place, i, n, rows);
            // SAFETY: of `rows + n - 1` lines those up to `i + some + n - 1` are read, and `end`
            // is at most `i + n`; the room has `some + 2` rows.
            unsafe {
                let line =
                    |r: usize| std::slice::from_raw_parts(lines.get_unchecked(r).add(at), cols);
                let row = |r: usize| room.add(r * BOX_STRIP);
                fill(std::slice::from_raw_parts_mut(row(some), cols));
                for r in (i..end).rev() {
                    ask(lines, r.wrapping_sub(BOX_AHEAD), at, cols);
                    let to = (r - i).min(some);
                    if to == some {
                        add(std::slice::from_raw_parts_mut(row(some), cols), line(r));
                    } else {
                        let from = std::slice::from_raw_parts(row(to + 1).cast_const(), cols);
                        sum(std::slice::from_raw_parts_mut(row(to), cols), from, line(r));
                    }
                }
                let ahead = std::slice::from_raw_parts_mut(row(some + 1), cols);
                fill(ahead);
                for r in end..i + n - 1 {
                    ask(lines, r + BOX_AHEAD, at, cols);
                    add(ahead, line(r));
                }
                for r in 0..some {
                    ask(lines, i + r + n - 1 + BOX_AHEAD, at, cols);
                    if i + r + n > end {
                        add(ahead, line(i + r + n - 1));
                    }
                    let back = std::slice::from_raw_parts(row(r).cast_const(), cols);
                    let to = out.wrapping_offset((i + r) as isize * out_step).add(at);
                    mean(std::slice::from_raw_parts_mut(to, cols), back, ahead, 1.0 / n as f64);
                }
            }
            i += some;
        }
    }

    /// Boxes along [`ROWS`] lines from `row` on, or the last one again.
    ///
    /// # Safety
    /// As [`Boxes`]; there is such a line, and the width is 1.
    #[inline(always)]
    unsafe fn along(&self, row: usize) {
        let Boxes { n, place, len, room, .. } = *self.0;
        let group = self.group(row);
        let room = room.cast::<[f64; ROWS]>();
        let mut i = 0;
        while i < len {
            let (end, some) = block(place, i, n, len);
            // SAFETY: lines are read up to `i + some + n - 1`, and `end` is at most `i + n`; the
            // room has as many places as a block.
            unsafe {
                let mut back = [NOTHING; ROWS];
                let mut e = end;
                while e >= i + ROWS {
                    e -= ROWS;
                    let x = group.square(e);
                    for k in (0..ROWS).rev() {
                        back = plus(back, x[k]);
                        room.add(e - i + k).write(back);
                    }
                }
                for e in (i..e).rev() {
                    back = plus(back, group.at(e));
                    room.add(e - i).write(back);
                }
                let mut ahead = [NOTHING; ROWS];
                for e in end..i + n - 1 {
                    ahead = plus(ahead, group.at(e));
                }
                let first = if i + n > end { 0 } else { 1 };
                if first == 1 {
                    group.write(i, plus(room.read(), ahead));
                }
                let mut c = first;
                while c + ROWS <= some {
                    let x = group.square(i + c + n - 1);
                    let mut means = [[0.0; ROWS]; ROWS];
                    for k in 0..ROWS {
                        ahead = plus(ahead, x[k]);
                        means[k] = plus(room.add(c + k).read(), ahead);
                    }
                    group.write_square(i + c, &means);
                    c += ROWS;
                }
                for c in c..some {
                    ahead = plus(ahead, group.at(i + c + n - 1));
                    group.write(i + c, plus(room.add(c).read(), ahead));
                }
            }
            i += some;
        }
    }

    /// The same of pixels of several elements, whose sums lie in the room, one for each place.
    ///
    /// # Safety
    /// As [`Boxes`]; there is such a line.
    #[inline(always)]
    unsafe fn along_pixels(&self, row: usize) {
        let Boxes { n, width, place, len, room, .. } = *self.0;
        let group = self.group(row);
        let room = room.cast::<[f64; ROWS]>();
        let last = (n - 1) * width;
        let mut i = 0;
        while i < len {
            let (end, some) = block(place, i, n * width, len);
            // Nobody's box reaches further.
            let stop = end.min(i + some + last);
            // SAFETY: lines are read up to `i + some + last`; `end` is at most `i + n * width`;
            // the room has as many places as a block, and twice a width.
            unsafe {
                let ahead = room.add(stop - i + width);
                for c in 0..2 * width {
                    room.add(stop - i + c).write([NOTHING; ROWS]);
                }
                for e in (i..stop).rev() {
                    room.add(e - i).write(plus(*room.add(e - i + width), group.at(e)));
                }
                let more =
                    |e: usize| *ahead.add(e % width) = plus(*ahead.add(e % width), group.at(e));
                (end..i + last).for_each(more);
                for c in i..i + some {
                    if c + last >= end {
                        more(c + last);
                    }
                    group.write(c, plus(*room.add(c - i), *ahead.add((c + last) % width)));
                }
            }
            i += some;
        }
    }

    /// The lines from `row` on.
    fn group(&self, row: usize) -> Group<T> {
        let Boxes { lines, out, out_step, rows, n, .. } = *self.0;
        let rows: [usize; ROWS] = std::array::from_fn(|j| (row + j).min(rows - 1));
        let to = rows.map(|r| out.wrapping_offset(r as isize * out_step));
        Group { from: rows.map(|r| lines[r]), to, weight: 1.0 / n as f64 }
    }
}

/// Lines that are taken together, and where their means go.
struct Group<T> {
    from: [*const T; ROWS],
    to: [*mut T; ROWS],
    weight: f64,
}

impl<T: Sample> Group<T> {
    /// Element `e` of every line.
    ///
    /// # Safety
    /// They can be read.
    #[inline(always)]
    unsafe fn at(&self, e: usize) -> [f64; ROWS] {
        let mut x = [0.0; ROWS];
        for (x, line) in x.iter_mut().zip(self.from) {
            // SAFETY: the caller's promise.
            *x = T::to_wide(unsafe { *line.add(e) });
        }
        x
    }

    /// Elements `e..e + ROWS` of every line, those of one place together.
    ///
    /// # Safety
    /// They can be read.
    #[inline(always)]
    unsafe fn square(&self, e: usize) -> [[f64; ROWS]; ROWS] {
        let mut square = [[0.0; ROWS]; ROWS];
        // By index: the compiler keeps such squares in registers.
        #[allow(clippy::needless_range_loop)]
        for j in 0..ROWS {
            // SAFETY: the caller's promise.
            let x = unsafe { self.from[j].add(e).cast::<[T; ROWS]>().read_unaligned() };
            for k in 0..ROWS {
                square[k][j] = T::to_wide(x[k]);
            }
        }
        square
    }

    /// Writes the means of the sums of `ROWS` places from `c` on.
    ///
    /// # Safety
    /// They can be written.
    #[inline(always)]
    unsafe fn write_square(&self, c: usize, sums: &[[f64; ROWS]; ROWS]) {
        // As in `square`.
        #[allow(clippy::needless_range_loop)]
        for j in 0..ROWS {
            let mut line = [T::of_wide(0.0); ROWS];
            for k in 0..ROWS {
                line[k] = T::of_wide(sums[k][j] * self.weight);
            }
            // SAFETY: the caller's promise.
            unsafe { self.to[j].add(c).cast::<[T; ROWS]>().write_unaligned(line) };
        }
    }

    /// Writes the means of these sums at `c` of every line.
    ///
    /// # Safety
    /// They can be written.
    #[inline(always)]
    unsafe fn write(&self, c: usize, sums: [f64; ROWS]) {
        for (to, sum) in self.to.into_iter().zip(sums) {
            // SAFETY: the caller's promise.
            unsafe { to.add(c).write(T::of_wide(sum * self.weight)) };
        }
    }
}

#[inline(always)]
fn plus(a: [f64; ROWS], b: [f64; ROWS]) -> [f64; ROWS] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]]
}

/// Asks for columns of line `r`, if there is one: lines lie in other pages, where nobody looks
/// ahead.
#[inline(always)]
fn ask<T>(lines: &[*const T], r: usize, at: usize, cols: usize) {
    if let Some(line) = lines.get(r) {
        for i in (0..cols).step_by(CACHE_LINE / size_of::<T>()) {
            fetch_line(line.wrapping_add(at + i).cast());
        }
    }
}

#[inline(always)]
fn fill(sums: &mut [f64]) {
    sums.fill(NOTHING);
}

/// How many sums of a line are formed together: left alone, the compiler takes some of these
/// loops one by one.
const TOGETHER: usize = 16;

/// `sums += x`.
#[inline(always)]
fn add<T: Sample>(sums: &mut [f64], x: &[T]) {
    let (all, last) = sums.as_chunks_mut::<TOGETHER>();
    let (xs, x_last) = x.as_chunks::<TOGETHER>();
    for (sums, x) in all.iter_mut().zip(xs) {
        *sums = std::array::from_fn(|j| sums[j] + T::to_wide(x[j]));
    }
    for (sum, &x) in last.iter_mut().zip(x_last) {
        *sum += T::to_wide(x);
    }
}

/// `sums = from + x`.
#[inline(always)]
fn sum<T: Sample>(sums: &mut [f64], from: &[f64], x: &[T]) {
    let (all, last) = sums.as_chunks_mut::<TOGETHER>();
    let (froms, from_last) = from.as_chunks::<TOGETHER>();
    let (xs, x_last) = x.as_chunks::<TOGETHER>();
    for ((sums, from), x) in all.iter_mut().zip(froms).zip(xs) {
        *sums = std::array::from_fn(|j| from[j] + T::to_wide(x[j]));
    }
    for ((sum, from), &x) in last.iter_mut().zip(from_last).zip(x_last) {
        *sum = from + T::to_wide(x);
    }
}

/// `out = (back + ahead) * weight`.
#[inline(always)]
fn mean<T: Sample>(out: &mut [T], back: &[f64], ahead: &[f64], weight: f64) {
    let (all, last) = out.as_chunks_mut::<TOGETHER>();
    let (backs, back_last) = back.as_chunks::<TOGETHER>();
    let (aheads, ahead_last) = ahead.as_chunks::<TOGETHER>();
    for ((out, back), ahead) in all.iter_mut().zip(backs).zip(aheads) {
        *out = std::array::from_fn(|j| T::of_wide((back[j] + ahead[j]) * weight));
    }
    for ((out, back), ahead) in last.iter_mut().zip(back_last).zip(ahead_last) {
        *out = T::of_wide((back + ahead) * weight);
    }
}
