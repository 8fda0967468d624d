//! Tiles of lines that each lie under one run of taps along them.
//!
//! Every tap reads elsewhere, mostly across a cache line, so that reads and not sums would set the
//! pace: a long run ([`Sum::long`]) shares them between vectors, a short one ([`Sum::turned`])
//! makes half of them from registers. For each output the taps come in their order either way.

use super::lanes::Lanes;
use super::tile::{Load, Sum, steps};
use super::{Sample, Tile};
use crate::tuning::CONV_TURNED_MIN;

impl<T, L, const FOUR: usize, const ONE: usize> Sum<'_, '_, T, L, FOUR, ONE>
where
    T: Sample,
    L: Lanes<Elem = T, Tap = T::Tap>,
{
    /// Whether a line lies under one run of neighbouring taps that is worth [`Sum::turned`].
    #[inline(always)]
    pub(super) fn is_turned(&self) -> bool {
        let Tile { span, run, step, groups, .. } = *self.tile;
        span == 1 && step == 1 && run >= CONV_TURNED_MIN && groups == 1
    }

    /// One line under a run of taps, eight vectors at a time.
    ///
    /// What lies between two vectors that begin whole registers apart is made of them, for every
    /// other tap: loads that cross a cache line take twice as long as multiplications do.
    ///
    /// # Safety
    /// As [`Sum::columns`], of lanes that have [`Lanes::between`].
    #[inline(always)]
    pub(super) unsafe fn turned(&self, first: usize) {
        let (len, width) = (self.tile.len, 8 * L::N);
        let mut at = 0;
        // SAFETY: every tile ends at `len` or before.
        unsafe {
            if self.tile.past {
                at = self.head(first).min(len);
                if at > 0 {
                    self.part::<1, 0, 0>(first, 0, at);
                }
            }
            while at + width <= len {
                self.ask_ahead::<1>(first, at, width);
                self.turned_block(first, at);
                at += width;
            }
            while at < len {
                let n = L::N.min(len - at);
                self.part::<1, 0, 0>(first, at, n);
                at += n;
            }
            if self.tile.past {
                L::fence();
            }
        }
    }

    /// Columns `at..at + 8 N` of [`Sum::turned`].
    ///
    /// # Safety
    /// As [`Sum::turned`]; the columns are there.
    #[inline(always)]
    unsafe fn turned_block(&self, first: usize, at: usize) {
        let Tile { lines, taps, run, past, .. } = *self.tile;
        // SAFETY: tap `s` reaches from column `at + s` on.
        unsafe {
            let line = lines.get_unchecked(first).add(at);
            let mut sums = [L::zero(); 8];
            let mut s = 0;
            while s < run {
                let some = L::N.min(run - s);
                let mut x = [L::zero(); 9];
                for (i, x) in x[..8].iter_mut().enumerate() {
                    *x = L::load(line.add(s + i * L::N));
                }
                // Of the last one as far as the last tap reaches.
                x[8] = L::load_part(line.add(s + 8 * L::N), some - 1);
                let tap = L::splat(*taps.get_unchecked(s));
                for (sum, x) in sums.iter_mut().zip(x) {
                    *sum = x.add_to(tap, *sum);
                }
                for by in 1..some {
                    let tap = L::splat(*taps.get_unchecked(s + by));
                    if by % 2 == 0 {
                        for (i, sum) in sums.iter_mut().enumerate() {
                            *sum = L::load(line.add(s + by + i * L::N)).add_to(tap, *sum);
                        }
                    } else {
                        for (i, sum) in sums.iter_mut().enumerate() {
                            *sum = x[i].between(x[i + 1], by).add_to(tap, *sum);
                        }
                    }
                }
                s += some;
            }
            let to = self.line_of_out(first).add(at);
            for (i, sum) in sums.iter().enumerate() {
                match past {
                    true => sum.store_past(to.add(i * L::N)),
                    false => sum.store(to.add(i * L::N)),
                }
            }
        }
    }

    /// Four lines under a long run of taps, four vectors at a time.
    ///
    /// The vectors follow each other along the line, and what is loaded for one tap of
    /// the first serves, sixteen taps later, the second: they are to each other as the
    /// lines of a tile are, with sixteen taps (`N`) for a line. For each vector the taps
    /// come in their order.
    ///
    /// # Safety
    /// As [`Sum::columns`], for a tile that [`Tile::is_long`] and has `4 N` columns.
    #[inline(always)]
    pub(super) unsafe fn long(&self) {
        let (len, width) = (self.tile.len, 4 * L::N);
        let mut at = 0;
        // SAFETY: every block ends at `len` or before.
        unsafe {
            while at < len {
                self.ask_ahead::<4>(0, at, width);
                self.long_block(at.min(len - width));
                at += width;
            }
        }
    }

    /// Columns `at..at + 4 N` of [`Sum::long`].
    ///
    /// # Safety
    /// As [`Sum::long`]; the columns are there.
    #[inline(always)]
    unsafe fn long_block(&self, at: usize) {
        let Tile { lines, taps, run, .. } = *self.tile;
        // Loops whose length the compiler knows it unrolls, and keeps sums in memory.
        let (n, taps) = (std::hint::black_box(L::N), taps.as_ptr());
        let (whole, rest) = (run / n, run % n);
        // SAFETY: four lines; block `b` of taps reaches columns from `at + b N` on, the
        // last ones as far as the last vector's last tap.
        unsafe {
            let first = lines[0];
            let load = Lines([first, lines[1], lines[2], lines[3]]);
            let from = |block: usize| first.add(at + block * n);
            let tap = |block: usize| taps.add(block * n);
            let mut sums = [[L::zero(); 4]; 4];
            steps::<L, 4, 4, 0, 1>(&mut sums, from(0), 1, tap(0), n, 0..n, &load);
            steps::<L, 4, 4, 0, 2>(&mut sums, from(1), 1, tap(1), n, 0..n, &load);
            steps::<L, 4, 4, 0, 3>(&mut sums, from(2), 1, tap(2), n, 0..n, &load);
            for block in 3..whole {
                steps::<L, 4, 4, 0, 4>(&mut sums, from(block), 1, tap(block), n, 0..n, &load);
            }
            // From here on the first of the vectors has its last taps.
            let w = whole;
            steps::<L, 4, 4, 0, 4>(&mut sums, from(w), 1, tap(w), n, 0..rest, &load);
            steps::<L, 4, 4, 1, 4>(&mut sums, from(w), 1, tap(w - 1), n, rest..n, &load);
            steps::<L, 4, 4, 1, 4>(&mut sums, from(w + 1), 1, tap(w), n, 0..rest, &load);
            steps::<L, 4, 4, 2, 4>(&mut sums, from(w + 1), 1, tap(w - 1), n, rest..n, &load);
            steps::<L, 4, 4, 2, 4>(&mut sums, from(w + 2), 1, tap(w), n, 0..rest, &load);
            steps::<L, 4, 4, 3, 4>(&mut sums, from(w + 2), 1, tap(w - 1), n, rest..n, &load);
            steps::<L, 4, 4, 3, 4>(&mut sums, from(w + 3), 1, tap(w), n, 0..rest, &load);
            for (i, lines) in sums.iter().enumerate() {
                for (j, sum) in lines.iter().enumerate() {
                    sum.store(self.line_of_out(j).add(at + i * n));
                }
            }
        }
    }
}

/// At this place of the first of four lines, and the same place of the others.
struct Lines<T>([*const T; 4]);

impl<L: Lanes> Load<L, 4> for Lines<L::Elem> {
    #[inline(always)]
    unsafe fn load(&self, from: *const L::Elem) -> [L; 4] {
        let [a, b, c, d] = self.0;
        let away = from.addr().wrapping_sub(a.addr());
        // SAFETY: the caller's promise.
        unsafe {
            [
                L::load(from),
                L::load(b.wrapping_byte_add(away)),
                L::load(c.wrapping_byte_add(away)),
                L::load(d.wrapping_byte_add(away)),
            ]
        }
    }
}
