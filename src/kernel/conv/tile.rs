//! A tile of sums: four lines of the output, or one, by a few vectors.
//!
//! ```text
//! for each tile of columns                      (sums stay in registers)
//!     sums = 0
//!     for each group of taps
//!         for each input line r of the group    (span + 3 lines for four of output)
//!             for each tap s of a line
//!                 x = line[r][columns + s]      (loaded once for up to four sums)
//!                 for each output line j under which r lies
//!                     sums[j] += taps[group][r - j][s] * x
//!     out[j][columns] = sums[j]
//! ```
//! For one output the taps come in the order in which they are given, whatever
//! the tile. The last tile of a line may repeat columns of the one before: the same
//! values again.

use super::lanes::Lanes;
use super::{Sample, Tile};
use crate::simd::Kernel;

/// A tile that is summed in lanes `L`, so many vectors at a time: of four lines (0 if
/// they are taken one by one), and of one.
pub(super) struct Sum<'a, 'b, T: Sample, L, const FOUR: usize, const ONE: usize> {
    pub(super) tile: &'a Tile<'b, T>,
    pub(super) lanes: std::marker::PhantomData<L>,
}

impl<T, L, const FOUR: usize, const ONE: usize> Kernel for Sum<'_, '_, T, L, FOUR, ONE>
where
    T: Sample,
    L: Lanes<Elem = T, Tap = T::Tap>,
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // SAFETY: `Tile` says what its maker promises, who enters a tier that has the
        // features of the lanes.
        unsafe {
            // Of four lines under fewer than three taps each would be on its own.
            if const { FOUR > 0 } && self.tile.four && self.tile.span >= 3 {
                return self.columns::<4, FOUR>(0);
            }
            for first in 0..if self.tile.four { 4 } else { 1 } {
                self.columns::<1, ONE>(first);
            }
        }
    }
}

impl<T, L, const FOUR: usize, const ONE: usize> Sum<'_, '_, T, L, FOUR, ONE>
where
    T: Sample,
    L: Lanes<Elem = T, Tap = T::Tap>,
{
    /// `R` lines from line `first`, `V` vectors at a time.
    ///
    /// # Safety
    /// As [`Tile::sum`]; the CPU has the features of the lanes.
    #[inline(always)]
    unsafe fn columns<const R: usize, const V: usize>(&self, first: usize) {
        let (len, width) = (self.tile.len, V * L::N);
        let mut at = 0;
        // SAFETY: every tile ends at `len` or before.
        unsafe {
            while at + width <= len {
                self.block::<R, V>(first, at);
                at += width;
            }
            if at < len && len > width && len - at > 2 * L::N {
                self.block::<R, V>(first, len - width);
                return;
            }
            while at < len {
                self.part::<R>(first, at, L::N.min(len - at));
                at += L::N;
            }
        }
    }

    /// Whole vectors from column `at`.
    ///
    /// # Safety
    /// As [`Sum::columns`], and `at + V * N <= len`.
    #[inline(always)]
    unsafe fn block<const R: usize, const V: usize>(&self, first: usize, at: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let sums = self.sums::<R, V>(first, at, |p| {
                let mut x = [L::zero(); V];
                for (i, x) in x.iter_mut().enumerate() {
                    *x = L::load(p.add(i * L::N));
                }
                x
            });
            for (j, line) in sums.iter().enumerate() {
                let to = self.line_of_out(first + j).add(at);
                for (i, sum) in line.iter().enumerate() {
                    sum.store(to.add(i * L::N));
                }
            }
        }
    }

    /// `n <= N` columns from `at`.
    ///
    /// # Safety
    /// As [`Sum::columns`], and `at + n <= len`.
    #[inline(always)]
    unsafe fn part<const R: usize>(&self, first: usize, at: usize, n: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let sums = self.sums::<R, 1>(first, at, |p| [L::load_part(p, n)]);
            for (j, line) in sums.iter().enumerate() {
                let to = self.line_of_out(first + j).add(at);
                line[0].store_part(to, n);
            }
        }
    }

    /// Where line `j` of the output begins.
    #[inline(always)]
    fn line_of_out(&self, j: usize) -> *mut T {
        self.tile.out.wrapping_offset(j as isize * self.tile.out_step)
    }

    /// The sums of `R` lines and `V` vectors from column `at`, which `load` loads from a place.
    ///
    /// # Safety
    /// As [`Sum::columns`]; `load` may load there for every line and every tap; four
    /// lines are of a tile of four with a span of at least three.
    #[inline(always)]
    unsafe fn sums<const R: usize, const V: usize>(
        &self,
        first: usize,
        at: usize,
        load: impl Fn(*const T) -> [L; V],
    ) -> [[L; V]; R] {
        let Tile { span, run, lines, taps, .. } = *self.tile;
        let height = if self.tile.four { span + 3 } else { span };
        let mut sums;
        // SAFETY: there are `height` lines and `span * run` taps for each group; of
        // line `r` the taps `r - j` are asked for where they are of the span.
        unsafe {
            sums = [[L::zero(); V]; R];
            let mut taps = taps.as_ptr();
            let mut group = lines.as_ptr().add(first);
            for _ in 0..lines.len() / height {
                let line = |r: usize| (*group.add(r)).add(at);
                if const { R == 1 } {
                    for r in 0..span {
                        let taps = taps.add(r * run);
                        self.line::<R, V, 0, 1>(&mut sums, line(r), taps, &load);
                    }
                } else {
                    let last = taps.add((span - 1) * run);
                    self.line::<R, V, 0, 1>(&mut sums, line(0), taps, &load);
                    self.line::<R, V, 0, 2>(&mut sums, line(1), taps.add(run), &load);
                    self.line::<R, V, 0, 3>(&mut sums, line(2), taps.add(2 * run), &load);
                    for r in 3..span {
                        let taps = taps.add(r * run);
                        self.line::<R, V, 0, 4>(&mut sums, line(r), taps, &load);
                    }
                    self.line::<R, V, 1, 4>(&mut sums, line(span), last, &load);
                    self.line::<R, V, 2, 4>(&mut sums, line(span + 1), last, &load);
                    self.line::<R, V, 3, 4>(&mut sums, line(span + 2), last, &load);
                }
                taps = taps.add(span * run);
                group = group.add(height);
            }
        }
        sums
    }

    /// What one input line adds to the output lines `LOW..HIGH`; `taps` are those of
    /// the first of them, and those of each next one stand `run` before.
    ///
    /// # Safety
    /// As [`Sum::sums`].
    #[inline(always)]
    unsafe fn line<const R: usize, const V: usize, const LOW: usize, const HIGH: usize>(
        &self,
        sums: &mut [[L; V]; R],
        from: *const T,
        taps: *const T::Tap,
        load: &impl Fn(*const T) -> [L; V],
    ) {
        let (run, step) = (self.tile.run, self.tile.step);
        for s in 0..run {
            // SAFETY: the caller's promise.
            unsafe {
                let x = load(from.add(s * step));
                for (j, sums) in sums[LOW..HIGH].iter_mut().enumerate() {
                    let tap = L::splat(*taps.add(s).sub(j * run));
                    for (sum, x) in sums.iter_mut().zip(x) {
                        *sum = x.add_to(tap, *sum);
                    }
                }
            }
        }
    }
}
