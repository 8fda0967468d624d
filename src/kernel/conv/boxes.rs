//! Means of boxes: weighted sums of `n` elements in a row, along the lines or down them.
//!
//! ```text
//! S(1)  = x
//! S(2k) = S(k) + the S(k) that begins k elements further on
//! sum   = 0 + the S(k) for every set bit k of n, which lie beside each other,
//!         the longest at the front; added from the last and shortest on
//! ```
//! Each element takes about two additions for every bit of `n`. Every sum is of the box's own
//! elements: nothing is taken away again, so no error travels along the line, and a NaN reaches
//! no further than the box. The order of additions follows from `n` alone.

use super::Sample;
use super::lanes::Lanes;
use crate::simd::Kernel;
use crate::tuning::BOX_COLUMNS;

/// The most elements of one step down the lines.
const ACROSS: usize = 64;

/// The most lanes of a register.
const LANES: usize = 16;

/// Some lines of the output, and what lies under the boxes there.
///
/// To sum it is sound where
/// - `lines` holds `rows` pointers, or `rows + n - 1` for boxes down the lines;
/// - each can be read for `len` elements, along the lines from every `s * step`, `s < n`;
/// - `out` can be written for `len` elements, `rows` times at every `out_step`, and overlaps
///   nothing that is read;
/// - `room` holds [`box_room`] elements.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Boxes<'a, T: Sample> {
    pub(crate) lines: &'a [*const T],
    pub(crate) down: bool,
    /// Elements of a box, and what their sum is multiplied by.
    pub(crate) n: usize,
    pub(crate) weight: T::Tap,
    /// Elements from one of a box to the next along a line.
    pub(crate) step: usize,
    pub(crate) out: *mut T,
    pub(crate) out_step: isize,
    pub(crate) rows: usize,
    pub(crate) len: usize,
    pub(crate) room: *mut T,
}

/// How many elements the room for boxes of `n` elements holds, if so many can be counted.
pub(crate) fn box_room(n: usize, step: usize) -> Option<usize> {
    let reach = (n - 1).checked_mul(step)?;
    let along = reach.checked_add(2 * (columns(reach) + LANES))?;
    // Twice each power of two up to `n`.
    let down = (1usize << n.ilog2()).checked_mul(4 * ACROSS)?;
    Some(along.max(down))
}

/// Columns at a time, of boxes that reach so far.
fn columns(reach: usize) -> usize {
    reach.saturating_mul(4).clamp(BOX_COLUMNS, 16 * BOX_COLUMNS).next_multiple_of(LANES)
}

/// Boxes that are summed in lanes `L`, down the lines so many vectors at a time.
pub(super) struct BoxSum<'a, 'b, T: Sample, L, const V: usize> {
    pub(super) boxes: &'a Boxes<'b, T>,
    pub(super) lanes: std::marker::PhantomData<L>,
}

impl<T, L, const V: usize> Kernel for BoxSum<'_, '_, T, L, V>
where
    T: Sample,
    L: Lanes<Elem = T, Tap = T::Tap>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // SAFETY: `Boxes` says what its maker promises, who enters a tier that has the features
        // of the lanes.
        unsafe { if self.boxes.down { self.down() } else { self.along() } }
    }
}

impl<T, L, const V: usize> BoxSum<'_, '_, T, L, V>
where
    T: Sample,
    L: Lanes<Elem = T, Tap = T::Tap>,
{
    /// Boxes down the lines.
    ///
    /// # Safety
    /// As [`Boxes`] says; the CPU has the features of the lanes, here and below.
    #[inline(always)]
    unsafe fn down(&self) {
        const { assert!(V * L::N <= ACROSS) };
        let Boxes { n, len, room, .. } = *self.boxes;
        let width = V * L::N;
        // SAFETY: the rings of a strip fit the room; strips lie within the lines.
        unsafe {
            // What has not been written yet is read as well, and taken for no result.
            for at in 0..(4 << n.ilog2()) * V {
                L::zero().store(room.add(at * L::N));
            }
            let mut at = 0;
            while at + width <= len {
                self.strip::<V>(at, L::N);
                at += width;
            }
            while at < len {
                self.strip::<1>(at, L::N.min(len - at));
                at += L::N;
            }
        }
    }

    /// Columns `at..at + W * N` of every line, or `part < N` of one vector.
    ///
    /// The sums of the last lines stand in rings, one for each power of two.
    ///
    /// # Safety
    /// The columns are there, and the rings have been written.
    #[inline(always)]
    unsafe fn strip<const W: usize>(&self, at: usize, part: usize) {
        let Boxes { lines, n, weight, out, out_step, rows, room, .. } = *self.boxes;
        let top = n.ilog2();
        // SAFETY: `rows + n - 1` lines; a ring of `2k` places is read at most `k` back.
        unsafe {
            let (one, weight) = (L::splat(T::tap_of_wide(1.0)), L::splat(weight));
            for r in 0..rows + n - 1 {
                let mut sums = [L::zero(); W];
                let mut all = [L::zero(); W];
                for (i, sum) in sums.iter_mut().enumerate() {
                    let from = lines.get_unchecked(r).add(at + i * L::N);
                    *sum = if part < L::N { L::load_part(from, part) } else { L::load(from) };
                }
                let mut ring = room;
                for bit in 0..=top {
                    let k = 1usize << bit;
                    let place =
                        |age: usize| ring.add((r.wrapping_sub(age) & (2 * k - 1)) * W * L::N);
                    for (i, sum) in sums.iter().enumerate() {
                        sum.store(place(0).add(i * L::N));
                    }
                    if n & k != 0 {
                        let from = place(n & (k - 1));
                        for (i, all) in all.iter_mut().enumerate() {
                            *all = L::load(from.add(i * L::N)).add_to(one, *all);
                        }
                    }
                    if bit < top {
                        let before = place(k);
                        for (i, sum) in sums.iter_mut().enumerate() {
                            *sum = L::load(before.add(i * L::N)).add_to(one, *sum);
                        }
                    }
                    ring = ring.add(2 * k * W * L::N);
                }
                if r + 1 >= n {
                    let to = out.wrapping_offset((r + 1 - n) as isize * out_step).add(at);
                    for (i, all) in all.iter().enumerate() {
                        let mean = all.add_to(weight, L::zero());
                        match part < L::N {
                            true => mean.store_part(to, part),
                            false => mean.store(to.add(i * L::N)),
                        }
                    }
                }
            }
        }
    }

    /// Boxes along the lines.
    ///
    /// # Safety
    /// As [`BoxSum::down`].
    #[inline(always)]
    unsafe fn along(&self) {
        let Boxes { lines, n, step, out, out_step, rows, len, .. } = *self.boxes;
        let columns = columns((n - 1) * step);
        for row in 0..rows {
            for at in (0..len).step_by(columns) {
                let to = out.wrapping_offset(row as isize * out_step).wrapping_add(at);
                // SAFETY: `rows` lines, and columns of them.
                unsafe { self.piece(lines.get_unchecked(row).add(at), columns.min(len - at), to) };
            }
        }
    }

    /// So many columns of a line.
    ///
    /// # Safety
    /// They and their reach can be read from `from`, and be written to `to`; there are at most
    /// [`columns`] of them.
    #[inline(always)]
    unsafe fn piece(&self, from: *const T, len: usize, to: *mut T) {
        let Boxes { n, step, weight, room: sums, .. } = *self.boxes;
        let (top, reached) = (n.ilog2(), len + (n - 1) * step);
        // SAFETY: the room holds what is reached and the columns, and a register more of each;
        // sums of `k` elements are asked for where `n - k` elements follow at most.
        unsafe {
            let (one, weight) = (L::splat(T::tap_of_wide(1.0)), L::splat(weight));
            let all = sums.add(reached + L::N);
            sums.copy_from_nonoverlapping(from, reached);
            L::zero().store(sums.add(reached));
            let mut started = false;
            for bit in 0..=top {
                let k = 1usize << bit;
                if n & k != 0 {
                    let part = sums.add((n - n % (2 * k)) * step);
                    for i in (0..len).step_by(L::N) {
                        let before = if started { L::load(all.add(i)) } else { L::zero() };
                        let sum = L::load(part.add(i)).add_to(one, before);
                        if bit < top {
                            sum.store(all.add(i));
                        } else if i + L::N <= len {
                            sum.add_to(weight, L::zero()).store(to.add(i));
                        } else {
                            sum.add_to(weight, L::zero()).store_part(to.add(i), len - i);
                        }
                    }
                    started = true;
                }
                if bit < top {
                    for i in (0..len + (n - 2 * k) * step).step_by(L::N) {
                        let next = L::load(sums.add(i + k * step));
                        L::load(sums.add(i)).add_to(one, next).store(sums.add(i));
                    }
                }
            }
        }
    }
}
