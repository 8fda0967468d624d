//! Fourier transforms of a tile, one axis at a time.
//!
//! ```text
//! a tile is outer x n x inner values, row by row; to transform it along n:
//! for each unit: a few neighbours among the outer x inner lines
//!     inner = 1: the lines lie one after the other, and are transformed in place
//!     otherwise copy them side by side out of the tile, transform, copy back
//! ```
//! A filter multiplies the transform between the two directions of its outermost axis,
//! while lines are at hand. The transforms of a line are rustfft's.

use std::cell::RefCell;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::num_traits::Zero;
use rustfft::{Fft, FftNum, FftPlanner};

use super::conv::Sample;
use crate::simd::{self, Kernel};
use crate::tuning;

/// A type in which transforms are computed.
pub(crate) trait Wave: FftNum {
    /// Runs `f` with this thread's plans: each thread has its own, so that no lock
    /// is held while the process forks.
    fn with_planner<R>(f: impl FnOnce(&mut FftPlanner<Self>) -> R) -> R;
    fn of(x: f64) -> Self;
    fn to_f64(self) -> f64;
}

macro_rules! waves {
    ($($t:ty)*) => {$(impl Wave for $t {
        fn with_planner<R>(f: impl FnOnce(&mut FftPlanner<$t>) -> R) -> R {
            thread_local!(static PLANNER: RefCell<FftPlanner<$t>> = RefCell::new(FftPlanner::new()));
            PLANNER.with_borrow_mut(f)
        }
        #[inline(always)]
        fn of(x: f64) -> $t {
            x as $t
        }
        #[inline(always)]
        fn to_f64(self) -> f64 {
            f64::from(self)
        }
    })*};
}
waves!(f32 f64);

/// Transforms of one length, there and back.
#[derive(Clone)]
pub(crate) struct Plan<W> {
    n: usize,
    forward: Arc<dyn Fft<W>>,
    backward: Arc<dyn Fft<W>>,
}

impl<W: Wave> Plan<W> {
    /// Plans for length `n`, kept for later unless they are large.
    pub(crate) fn new(n: usize) -> Self {
        let plan = |planner: &mut FftPlanner<W>| Self {
            n,
            forward: planner.plan_fft_forward(n),
            backward: planner.plan_fft_inverse(n),
        };
        match n <= tuning::FFT_KEPT {
            true => W::with_planner(plan),
            false => plan(&mut FftPlanner::new()),
        }
    }

    /// Values of working memory for a unit.
    pub(crate) fn room(&self) -> usize {
        LINES * pitch(self.n) + self.scratch()
    }

    fn scratch(&self) -> usize {
        self.forward.get_inplace_scratch_len().max(self.backward.get_inplace_scratch_len())
    }
}

/// Lines of one unit.
pub(crate) const LINES: usize = 16;

/// Values from one copied line to the next: not a power of two, which would put all of
/// them on one set of the cache.
fn pitch(n: usize) -> usize {
    n + 8
}

/// Where lines lie in a tile: `outer` times `n` times `inner` values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Along {
    pub(crate) outer: usize,
    pub(crate) n: usize,
    pub(crate) inner: usize,
}

impl Along {
    /// How many units of lines there are.
    pub(crate) fn units(&self) -> usize {
        match self.inner {
            1 => self.outer.div_ceil(LINES),
            inner => self.outer * inner.div_ceil(LINES),
        }
    }
}

/// What is done to each line.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a, W> {
    Forward,
    Backward,
    /// There, times the spectrum of a filter, and back. Line `i` of `inner` has its part
    /// of the spectrum at `i / shared`.
    Filter {
        spectrum: &'a [Complex<W>],
        shared: usize,
    },
}

/// Transforms unit `i` of the lines of the tile at `tile`.
///
/// # Safety
/// `tile` can be read and written for `outer * n * inner` values, of which nobody else
/// touches this unit's lines; `room` is as long as the plan says.
pub(crate) unsafe fn transform<W: Wave>(
    tile: *mut Complex<W>,
    along: Along,
    plan: &Plan<W>,
    i: usize,
    step: Step<'_, W>,
    room: &mut [Complex<W>],
) {
    let Along { outer, n, inner } = along;
    let (lines, scratch) = room.split_at_mut(LINES * pitch(n));
    if inner == 1 {
        for line in i * LINES..outer.min((i + 1) * LINES) {
            // SAFETY: line `line` of `outer`.
            let line = unsafe { std::slice::from_raw_parts_mut(tile.add(line * n), n) };
            // Lines of zeros, as around a filter or beyond the ends, stay so.
            if matches!(step, Step::Forward) && line.iter().all(Complex::is_zero) {
                continue;
            }
            one(line, plan, step, 0, scratch);
        }
        return;
    }
    let across = inner.div_ceil(LINES);
    let column = i % across * LINES;
    let width = LINES.min(inner - column);
    // SAFETY: block `i % across` of the lines of one of `outer`.
    unsafe {
        let first = tile.add(i / across * n * inner + column);
        simd::dispatch(Gather { first, lines, n, inner, width });
        for (l, line) in lines.chunks_exact_mut(pitch(n)).take(width).enumerate() {
            one(&mut line[..n], plan, step, column + l, scratch);
        }
        simd::dispatch(Scatter { first, lines, n, inner, width });
    }
}

/// Transforms one line, number `at` of `inner`.
fn one<W: Wave>(
    line: &mut [Complex<W>],
    plan: &Plan<W>,
    step: Step<'_, W>,
    at: usize,
    scratch: &mut [Complex<W>],
) {
    match step {
        Step::Forward => plan.forward.process_with_scratch(line, scratch),
        Step::Backward => plan.backward.process_with_scratch(line, scratch),
        Step::Filter { spectrum, shared } => {
            plan.forward.process_with_scratch(line, scratch);
            let start = at / shared * plan.n;
            simd::dispatch(Multiply { line, by: &spectrum[start..start + plan.n] });
            plan.backward.process_with_scratch(line, scratch);
        }
    }
}

struct Multiply<'a, W> {
    line: &'a mut [Complex<W>],
    by: &'a [Complex<W>],
}

impl<W: Wave> Kernel for Multiply<'_, W> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        for (x, h) in self.line.iter_mut().zip(self.by) {
            *x = Complex { re: x.re * h.re - x.im * h.im, im: x.re * h.im + x.im * h.re };
        }
    }
}

/// Copies `width` columns of `n` rows, `inner` apart, into lines.
struct Gather<'a, W> {
    first: *const Complex<W>,
    lines: &'a mut [Complex<W>],
    n: usize,
    inner: usize,
    width: usize,
}

impl<W: Wave> Kernel for Gather<'_, W> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let pitch = pitch(self.n);
        assert!(self.lines.len() >= self.width * pitch);
        let to = self.lines.as_mut_ptr();
        for j in 0..self.n {
            for l in 0..self.width {
                // SAFETY: the columns are those of `transform`; `l * pitch + j` is below
                // the length that was just looked at.
                unsafe { *to.add(l * pitch + j) = *self.first.add(j * self.inner + l) };
            }
        }
    }
}

/// The way back.
struct Scatter<'a, W> {
    first: *mut Complex<W>,
    lines: &'a [Complex<W>],
    n: usize,
    inner: usize,
    width: usize,
}

impl<W: Wave> Kernel for Scatter<'_, W> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let pitch = pitch(self.n);
        assert!(self.lines.len() >= self.width * pitch);
        let from = self.lines.as_ptr();
        for j in 0..self.n {
            for l in 0..self.width {
                // SAFETY: as in `Gather`.
                unsafe { *self.first.add(j * self.inner + l) = *from.add(l * pitch + j) };
            }
        }
    }
}

/// Joins two rows, which are as long, to complex values.
///
/// # Safety
/// `out` can be written for as many values.
pub(crate) unsafe fn join<W: Wave>(re: &[W], im: &[W], out: *mut Complex<W>) {
    struct Join<'a, W>(&'a [W], &'a [W], *mut Complex<W>);
    impl<W: Wave> Kernel for Join<'_, W> {
        type Output = ();
        #[inline(always)]
        fn run(self) {
            for (i, (&re, &im)) in self.0.iter().zip(self.1).enumerate() {
                // SAFETY: the caller's promise.
                unsafe { self.2.add(i).write(Complex { re, im }) };
            }
        }
    }
    simd::dispatch(Join(re, im, out));
}

/// Writes the real parts, or the imaginary ones, as `T`.
///
/// # Safety
/// `out` can be written for as many values.
pub(crate) unsafe fn part<W: Wave, T: Sample>(from: &[Complex<W>], imaginary: bool, out: *mut T) {
    struct Part<'a, W, T>(&'a [Complex<W>], bool, *mut T);
    impl<W: Wave, T: Sample> Kernel for Part<'_, W, T> {
        type Output = ();
        #[inline(always)]
        fn run(self) {
            for (i, value) in self.0.iter().enumerate() {
                let value = if self.1 { value.im } else { value.re };
                // SAFETY: the caller's promise.
                unsafe { self.2.add(i).write(T::of_wide(value.to_f64())) };
            }
        }
    }
    simd::dispatch(Part(from, imaginary, out));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// There and back is the same times `n`, along every axis and however lines lie;
    /// along one axis a constant becomes its sum at 0.
    #[test]
    fn there_and_back() {
        for (outer, n, inner) in [(1, 8, 1), (40, 6, 1), (1, 12, 37), (3, 16, 5)] {
            let plan = Plan::<f64>::new(n);
            let along = Along { outer, n, inner };
            let mut room = vec![Complex::default(); plan.room()];
            let before: Vec<Complex<f64>> = (0..outer * n * inner)
                .map(|i| Complex { re: (i * i % 11) as f64, im: (i % 7) as f64 })
                .collect();
            let mut tile = before.clone();
            let mut all = |tile: &mut Vec<Complex<f64>>, step| {
                for i in 0..along.units() {
                    // SAFETY: the tile has as many values as `along` says.
                    unsafe { transform(tile.as_mut_ptr(), along, &plan, i, step, &mut room) };
                }
            };
            all(&mut tile, Step::Forward);
            for o in 0..outer {
                for l in 0..inner {
                    let at = |j: usize| (o * n + j) * inner + l;
                    let sum: Complex<f64> = (0..n).map(|j| before[at(j)]).sum();
                    assert!((tile[at(0)] - sum).norm() < 1e-9, "{outer} {n} {inner}");
                }
            }
            all(&mut tile, Step::Backward);
            for (a, b) in tile.iter().zip(&before) {
                assert!((a / n as f64 - b).norm() < 1e-12);
            }
        }
    }
}
