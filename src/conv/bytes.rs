//! Filters of bytes in `f32` with the results of sums in `f64`.
//!
//! ```text
//! s = sum of weight * byte, in f32        at most `error` from the sum in f64
//! where s - error and s + error have one whole part, that is the result
//! elsewhere the sum is taken again in f64, as SciPy takes it
//! ```
//! A rounded weight is off by at most half an `EPSILON` of itself, and so is every fused
//! multiplication and addition, of a partial sum that is no larger than the sum of the absolute
//! products: with `n` weights, `(n + 1) / 2` times `EPSILON` times that sum. Less than one sum
//! in a hundred is taken again, but where an image is flat.

use std::marker::PhantomData;

use super::Border;
use super::io::{Io, Under};
use crate::kernel::terms::{Cast, Certain, Cut, Sums, Term, Widen};
use crate::simd;

/// Columns that are taken again together.
const BLOCK: usize = 16;

/// Columns that are looked at together: a block for each bit.
const COLUMNS: usize = 64 * BLOCK;

/// Filters longer than this are summed in `f64` at once.
const TAPS_MAX: usize = 512;

/// Bytes in, whole numbers out.
pub(super) struct Bytes<A, B> {
    /// How far a sum can be off.
    error: f32,
    /// The order of the sums in `f64`, of taps [`BLOCK`] apart.
    terms: Vec<Term>,
    taps: usize,
    types: PhantomData<fn(A) -> B>,
}

impl<A: Cast, B: Cast> Bytes<A, B> {
    /// How to filter with these weights, if it can be done so.
    pub(super) fn new(weights: &[f64], border: Border<f64>) -> Option<Self> {
        let mut largest = 255.0f64;
        if let Border::Constant(value) = border {
            if f64::from(value as f32) != value {
                return None;
            }
            largest = largest.max(value.abs());
        }
        let products = weights.iter().map(|weight| weight.abs() * largest).sum::<f64>();
        // Three more than the proof asks for: the sum in `f64`, `s - error` and its rounding.
        let error = (weights.len() as f64 + 4.0) / 2.0 * f64::from(f32::EPSILON) * products;
        let fits = A::BYTE && B::WHOLE && weights.len() <= TAPS_MAX;
        // Weights so small that they are rounded to nothing are not of the proof.
        let usual = |weight: &f64| *weight == 0.0 || weight.abs() > 1e-30;
        let (error, taps, types) = (error as f32 * 1.001, weights.len(), PhantomData);
        let blocks: Vec<usize> = (0..taps).map(|tap| tap * BLOCK).collect();
        let terms = super::cast::terms(weights, &blocks, true);
        let able = fits && error < 0.1 && weights.iter().all(usual);
        able.then_some(Self { error, terms, taps, types })
    }
}

impl<A: Cast, B: Cast> Io<f32> for Bytes<A, B> {
    type Src = A;
    type Out = B;
    const AS_IS: bool = false;

    #[inline(always)]
    fn element(x: A) -> f32 {
        A::single(x)
    }

    unsafe fn read(from: *const A, n: usize, to: *mut f32) {
        // SAFETY: the caller's promise.
        let (from, to) =
            unsafe { (std::slice::from_raw_parts(from, n), std::slice::from_raw_parts_mut(to, n)) };
        simd::dispatch(Widen { from, to });
    }

    unsafe fn write(
        &self,
        sums: *const f32,
        n: usize,
        (to, step): (*mut B, isize),
        under: &Under<'_, f32>,
        room: *mut f64,
    ) {
        for start in (0..n).step_by(COLUMNS) {
            // SAFETY: so many sums can be read, and their places written.
            let mut doubtful = unsafe {
                let sums = std::slice::from_raw_parts(sums.add(start), COLUMNS.min(n - start));
                let out = to.wrapping_offset(start as isize * step);
                simd::dispatch(Certain { sums, error: self.error, out, step })
            };
            while doubtful != 0 {
                let at = start + doubtful.trailing_zeros() as usize * BLOCK;
                doubtful &= doubtful - 1;
                let out = to.wrapping_offset(at as isize * step);
                // SAFETY: of these columns some sums are; the room was asked for.
                unsafe { self.again(at, BLOCK.min(n - at), (out, step), under, room) };
            }
        }
    }

    fn room(&self) -> usize {
        self.taps * BLOCK
    }
}

impl<A: Cast, B: Cast> Bytes<A, B> {
    /// Sums `n` columns from `at` on in `f64`.
    ///
    /// # Safety
    /// The columns can be read under every tap, and be written to `out`; `room` is ours.
    #[cold]
    unsafe fn again(
        &self,
        at: usize,
        n: usize,
        (out, step): (*mut B, isize),
        under: &Under<'_, f32>,
        room: *mut f64,
    ) {
        let mut sums = [0.0; BLOCK];
        for tap in 0..self.taps {
            // SAFETY: the caller's promise, and room for as many blocks as taps.
            unsafe {
                let (from, to) = (under.tap(tap).add(at), room.add(tap * BLOCK));
                for i in 0..BLOCK {
                    to.add(i).write(if i < n { f64::from(*from.add(i)) } else { 0.0 });
                }
            }
        }
        // SAFETY: the loop has written all of it.
        let lines = unsafe { std::slice::from_raw_parts(room.cast_const(), self.room()) };
        let sums = &mut sums[..n];
        simd::dispatch(Sums { lines, terms: &self.terms, sums });
        simd::dispatch(Cut { sums, divisor: 1.0, out, step });
    }
}
