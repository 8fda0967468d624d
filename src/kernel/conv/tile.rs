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
//! Runs of taps on a line that lies under one output only are summed in other ways, see
//! [`super::along`]. For one output the taps come in the order in which they are given, whatever
//! the tile. The last tile of a line may repeat columns of the one before: the same
//! values again.

use super::lanes::Lanes;
use super::{Sample, Tile};
use crate::kernel::ahead::fetch_line;
use crate::simd::Kernel;
use crate::tuning::CACHE_LINE;

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
            let Tile { span, run, four, len, .. } = *self.tile;
            // Of four lines under fewer than three taps each would be on its own.
            if const { FOUR > 0 } && four && span >= 3 {
                return match (span, run) {
                    // With nine taps in registers there is room for eight sums.
                    (3, 3) => self.columns::<4, 2, 3, 3>(0),
                    (_, 1) => self.columns::<4, FOUR, 0, 1>(0),
                    _ => self.columns::<4, FOUR, 0, 0>(0),
                };
            }
            if const { FOUR == 4 } && self.tile.is_long(3 * L::N) && len >= 4 * L::N {
                return self.long();
            }
            for first in 0..if four { 4 } else { 1 } {
                if const { L::BETWEEN && ONE == 8 } && self.is_turned() {
                    self.turned(first);
                    continue;
                }
                match run {
                    1 if const { FOUR > 0 } => self.columns::<1, ONE, 0, 1>(first),
                    3 if const { FOUR > 0 } => self.columns::<1, ONE, 0, 3>(first),
                    _ => self.columns::<1, ONE, 0, 0>(first),
                }
            }
        }
    }
}

impl<T, L, const FOUR: usize, const ONE: usize> Sum<'_, '_, T, L, FOUR, ONE>
where
    T: Sample,
    L: Lanes<Elem = T, Tap = T::Tap>,
{
    /// `R` lines from line `first`, `V` vectors at a time, under a `SPAN` and `RUN` that the
    /// compiler knows unless they are 0.
    ///
    /// # Safety
    /// As [`Tile::sum`]; the CPU has the features of the lanes.
    #[inline(always)]
    unsafe fn columns<const R: usize, const V: usize, const SPAN: usize, const RUN: usize>(
        &self,
        first: usize,
    ) {
        let (len, width) = (self.tile.len, V * L::N);
        let mut at = 0;
        // SAFETY: every tile ends at `len` or before.
        unsafe {
            // Up to a cache line; each column of the output is written once.
            let head = if self.tile.past { self.head(first) } else { 0 };
            while at < head.min(len) {
                let n = L::N.min(head.min(len) - at);
                self.part::<R, SPAN, RUN>(first, at, n);
                at += n;
            }
            while at + width <= len {
                self.ask_ahead::<R>(first, at, width);
                self.block::<R, V, SPAN, RUN>(first, at);
                at += width;
            }
            if at < len && len > width && len - at > 2 * L::N && !self.tile.past {
                self.block::<R, V, SPAN, RUN>(first, len - width);
                return;
            }
            while at < len {
                self.part::<R, SPAN, RUN>(first, at, L::N.min(len - at));
                at += L::N;
            }
            if self.tile.past {
                L::fence();
            }
        }
    }

    /// Whole vectors from column `at`.
    ///
    /// # Safety
    /// As [`Sum::columns`], and `at + V * N <= len`.
    #[inline(always)]
    unsafe fn block<const R: usize, const V: usize, const SPAN: usize, const RUN: usize>(
        &self,
        first: usize,
        at: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let sums = self.sums::<R, V, SPAN, RUN>(first, at, &Whole);
            for (j, line) in sums.iter().enumerate() {
                let to = self.line_of_out(first + j).add(at);
                for (i, sum) in line.iter().enumerate() {
                    match self.tile.past {
                        true => sum.store_past(to.add(i * L::N)),
                        false => sum.store(to.add(i * L::N)),
                    }
                }
            }
        }
    }

    /// Asks for so many columns from `at` of the lines that the next tile reads first, as many
    /// of them as lines are summed here.
    #[inline(always)]
    pub(super) fn ask_ahead<const R: usize>(&self, first: usize, at: usize, columns: usize) {
        let Tile { lines, groups, apart, ahead, .. } = *self.tile;
        for line in first..ahead.min(first + R) {
            for group in 0..groups {
                let Some(line) = lines.get(group * apart + self.height() + line) else { return };
                for i in (0..columns).step_by(CACHE_LINE / size_of::<T>()) {
                    fetch_line(line.wrapping_add(at + i).cast());
                }
            }
        }
    }

    /// How many lines of each group are read.
    #[inline(always)]
    fn height(&self) -> usize {
        self.tile.span + if self.tile.four { 3 } else { 0 }
    }

    /// How many columns lie before the first cache line of the output.
    #[inline(always)]
    pub(super) fn head(&self, first: usize) -> usize {
        let over = self.line_of_out(first).addr() % CACHE_LINE;
        (CACHE_LINE - over) % CACHE_LINE / size_of::<T>()
    }

    /// `n <= N` columns from `at`.
    ///
    /// # Safety
    /// As [`Sum::columns`], and `at + n <= len`.
    #[inline(always)]
    pub(super) unsafe fn part<const R: usize, const SPAN: usize, const RUN: usize>(
        &self,
        first: usize,
        at: usize,
        n: usize,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let sums = self.sums::<R, 1, SPAN, RUN>(first, at, &Part(n));
            for (j, line) in sums.iter().enumerate() {
                let to = self.line_of_out(first + j).add(at);
                line[0].store_part(to, n);
            }
        }
    }

    /// Where line `j` of the output begins.
    #[inline(always)]
    pub(super) fn line_of_out(&self, j: usize) -> *mut T {
        self.tile.out.wrapping_offset(j as isize * self.tile.out_step)
    }

    /// The sums of `R` lines and `V` vectors from column `at`, which `load` loads.
    ///
    /// # Safety
    /// As [`Sum::columns`]; `load` may load there for every line and every tap; four
    /// lines are of a tile of four with a span of at least three.
    #[inline(always)]
    unsafe fn sums<const R: usize, const V: usize, const SPAN: usize, const RUN: usize>(
        &self,
        first: usize,
        at: usize,
        load: &impl Load<L, V>,
    ) -> [[L; V]; R] {
        let Tile { lines, taps, .. } = *self.tile;
        let span = if const { SPAN > 0 } { SPAN } else { self.tile.span };
        let run = if const { RUN > 0 } { RUN } else { self.tile.run };
        let mut sums;
        // SAFETY: there are [`Sum::height`] lines and `span * run` taps for each group; of
        // line `r` the taps `r - j` are asked for where they are of the span.
        unsafe {
            sums = [[L::zero(); V]; R];
            let mut taps = taps.as_ptr();
            let mut group = lines.as_ptr().add(first);
            for _ in 0..self.tile.groups {
                let line = |r: usize| (*group.add(r)).add(at);
                if const { R == 4 && SPAN == 3 && RUN == 3 } {
                    let mut three = [[L::zero(); 3]; 3];
                    for i in 0..9 {
                        three[i % 3][i / 3] = L::splat(*taps.add(i));
                    }
                    self.three::<R, V, 0, 0, 1>(&mut sums, line(0), &three, load);
                    self.three::<R, V, 1, 0, 2>(&mut sums, line(1), &three, load);
                    self.three::<R, V, 2, 0, 3>(&mut sums, line(2), &three, load);
                    self.three::<R, V, 3, 1, 4>(&mut sums, line(3), &three, load);
                    self.three::<R, V, 4, 2, 4>(&mut sums, line(4), &three, load);
                    self.three::<R, V, 5, 3, 4>(&mut sums, line(5), &three, load);
                } else if const { R == 1 } {
                    for r in 0..span {
                        let taps = taps.add(r * run);
                        self.line::<R, V, 0, 1>(&mut sums, line(r), taps, run, load);
                    }
                } else {
                    let last = taps.add((span - 1) * run);
                    self.line::<R, V, 0, 1>(&mut sums, line(0), taps, run, load);
                    self.line::<R, V, 0, 2>(&mut sums, line(1), taps.add(run), run, load);
                    self.line::<R, V, 0, 3>(&mut sums, line(2), taps.add(2 * run), run, load);
                    for r in 3..span {
                        let taps = taps.add(r * run);
                        self.line::<R, V, 0, 4>(&mut sums, line(r), taps, run, load);
                    }
                    self.line::<R, V, 1, 4>(&mut sums, line(span), last, run, load);
                    self.line::<R, V, 2, 4>(&mut sums, line(span + 1), last, run, load);
                    self.line::<R, V, 3, 4>(&mut sums, line(span + 2), last, run, load);
                }
                taps = taps.add(span * run);
                group = group.add(self.tile.apart);
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
        run: usize,
        load: &impl Load<L, V>,
    ) {
        let step = self.tile.step;
        // SAFETY: the caller's promise.
        unsafe { steps::<L, R, V, LOW, HIGH>(sums, from, step, taps, run, 0..run, load) };
    }

    /// What input line `AT` adds to the output lines `LOW..HIGH` under three lines of three
    /// taps, which stay in registers, column after column.
    ///
    /// # Safety
    /// As [`Sum::sums`].
    #[inline(always)]
    unsafe fn three<
        const R: usize,
        const V: usize,
        const AT: usize,
        const LOW: usize,
        const HIGH: usize,
    >(
        &self,
        sums: &mut [[L; V]; R],
        from: *const T,
        taps: &[[L; 3]; 3],
        load: &impl Load<L, V>,
    ) {
        for (s, taps) in taps.iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe {
                let x = load.load(from.add(s * self.tile.step));
                for (j, sums) in sums[LOW..HIGH].iter_mut().enumerate() {
                    let tap = taps[AT - LOW - j];
                    for (sum, x) in sums.iter_mut().zip(x) {
                        *sum = x.add_to(tap, *sum);
                    }
                }
            }
        }
    }
}

/// How vectors are loaded from a place. No closure: one with many callers is not inlined.
pub(super) trait Load<L: Lanes, const V: usize> {
    /// The vectors.
    ///
    /// # Safety
    /// The CPU has the features of the lanes, and there is what is loaded.
    unsafe fn load(&self, from: *const L::Elem) -> [L; V];
}

/// One after the other.
struct Whole;

impl<L: Lanes, const V: usize> Load<L, V> for Whole {
    #[inline(always)]
    unsafe fn load(&self, from: *const L::Elem) -> [L; V] {
        // SAFETY: the caller's promise.
        unsafe {
            let mut x = [L::zero(); V];
            for (i, x) in x.iter_mut().enumerate() {
                *x = L::load(from.add(i * L::N));
            }
            x
        }
    }
}

/// The first lanes of one.
struct Part(usize);

impl<L: Lanes> Load<L, 1> for Part {
    #[inline(always)]
    unsafe fn load(&self, from: *const L::Elem) -> [L; 1] {
        // SAFETY: the caller's promise.
        [unsafe { L::load_part(from, self.0) }]
    }
}

/// What loads at `from + s * step`, for each of these `s`, add to `sums[LOW..HIGH]`:
/// `taps[s]` times that to the first of them, and the tap `run` before to each next.
///
/// # Safety
/// The CPU has the features of the lanes; there is all that is loaded, and the taps.
#[inline(always)]
pub(super) unsafe fn steps<
    L: Lanes,
    const R: usize,
    const V: usize,
    const LOW: usize,
    const HIGH: usize,
>(
    sums: &mut [[L; V]; R],
    from: *const L::Elem,
    step: usize,
    taps: *const L::Tap,
    run: usize,
    of: std::ops::Range<usize>,
    load: &impl Load<L, V>,
) {
    for s in of {
        // SAFETY: the caller's promise.
        unsafe {
            let x = load.load(from.add(s * step));
            for (j, sums) in sums[LOW..HIGH].iter_mut().enumerate() {
                let tap = L::splat(*taps.wrapping_add(s).wrapping_sub(j * run));
                for (sum, x) in sums.iter_mut().zip(x) {
                    *sum = x.add_to(tap, *sum);
                }
            }
        }
    }
}
