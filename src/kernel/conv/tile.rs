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
//! A long run of taps on a line that lies under one output only is summed the other way
//! round, see [`Sum::long`]. For one output the taps come in the order in which they are given, whatever
//! the tile. The last tile of a line may repeat columns of the one before: the same
//! values again.

use super::lanes::Lanes;
use super::{Sample, Tile};
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

    /// How many columns lie before the first cache line of the output.
    #[inline(always)]
    fn head(&self, first: usize) -> usize {
        let over = self.line_of_out(first).addr() % CACHE_LINE;
        (CACHE_LINE - over) % CACHE_LINE / size_of::<T>()
    }

    /// `n <= N` columns from `at`.
    ///
    /// # Safety
    /// As [`Sum::columns`], and `at + n <= len`.
    #[inline(always)]
    unsafe fn part<const R: usize, const SPAN: usize, const RUN: usize>(
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
    fn line_of_out(&self, j: usize) -> *mut T {
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
    unsafe fn long(&self) {
        let (len, width) = (self.tile.len, 4 * L::N);
        let mut at = 0;
        // SAFETY: every block ends at `len` or before.
        unsafe {
            while at < len {
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

/// How vectors are loaded from a place. No closure: one with many callers is not inlined.
trait Load<L: Lanes, const V: usize> {
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

/// What loads at `from + s * step`, for each of these `s`, add to `sums[LOW..HIGH]`:
/// `taps[s]` times that to the first of them, and the tap `run` before to each next.
///
/// # Safety
/// The CPU has the features of the lanes; there is all that is loaded, and the taps.
#[inline(always)]
unsafe fn steps<L: Lanes, const R: usize, const V: usize, const LOW: usize, const HIGH: usize>(
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
