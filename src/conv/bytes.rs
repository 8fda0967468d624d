//! Filters of bytes in `f32` with the results of sums in `f64`.
//!
//! ```text
//! s = sum of weight * byte, in f32        at most `error` from the sum in f64
//! where s - error and s + error have one whole part, that is the result
//! elsewhere the sum is taken again in f64, as SciPy takes it
//! ```
//! A rounded weight is off by at most half an `EPSILON` of itself, and so is every fused
//! multiplication and addition, of a partial sum that is no larger than the sum of the absolute
//! products so far. Half an `EPSILON` times the sum of all these partial sums and once more the
//! last is the bound. Less than one sum in a hundred is taken again, but where an image is flat.

use std::marker::PhantomData;

use super::Border;
use super::io::{Io, Under};
use crate::kernel::certain::Certain;
use crate::kernel::terms::{Again, Cast, Cut, Term, Widen, With};
use crate::simd;

/// Columns that are taken again together.
const BLOCK: usize = 16;

/// So many columns of a block are taken again one by one.
const ALONE: u32 = 4;

/// More doubtful blocks than this, of 64, are taken again without a look at their columns.
const FLAT: u32 = 16;

/// Columns that are looked at together: a block for each bit.
const COLUMNS: usize = 64 * BLOCK;

/// Filters longer than this are summed in `f64` at once.
const TAPS_MAX: usize = 512;

/// Bytes in, whole numbers out.
pub(super) struct Bytes<A, B> {
    /// How far a sum can be off.
    error: f32,
    /// The order of the sums in `f64`.
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
        let (mut products, mut partial) = (0.0, 0.0);
        for weight in weights {
            products += weight.abs() * largest;
            partial += products;
        }
        // Three more than the proof asks for: the sum in `f64`, `s - error` and its rounding.
        let error = (partial + 4.0 * products) / 2.0 * f64::from(f32::EPSILON);
        let fits = A::BYTE && B::WHOLE && weights.len() <= TAPS_MAX;
        // Weights so small that they are rounded to nothing are not of the proof.
        let usual = |weight: &f64| *weight == 0.0 || weight.abs() > 1e-30;
        let (error, taps, types) = (error as f32 * 1.001, weights.len(), PhantomData);
        let places: Vec<usize> = (0..taps).collect();
        let terms = super::cast::terms(weights, &places, true);
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
        room: *mut *const f32,
    ) {
        let mut lines: &[*const f32] = &[];
        for start in (0..n).step_by(COLUMNS) {
            // SAFETY: so many sums can be read, and their places written.
            let mut doubtful = unsafe {
                let sums = std::slice::from_raw_parts(sums.add(start), COLUMNS.min(n - start));
                let out = to.wrapping_offset(start as isize * step);
                Certain { sums, error: self.error, out, step }.find()
            };
            if doubtful != 0 && lines.is_empty() {
                // SAFETY: room for as many as taps, all of which are written.
                lines = unsafe {
                    (0..self.taps).for_each(|tap| room.add(tap).write(under.tap(tap)));
                    std::slice::from_raw_parts(room, self.taps)
                };
            }
            // Where many blocks are in doubt the image is flat, and so are these.
            let alone = if doubtful.count_ones() > FLAT { 0 } else { ALONE };
            while doubtful != 0 {
                let column = start + doubtful.trailing_zeros() as usize * BLOCK;
                doubtful &= doubtful - 1;
                let out = to.wrapping_offset(column as isize * step);
                // SAFETY: of these columns some sums are, and what lies under the taps.
                unsafe {
                    let sums = std::slice::from_raw_parts(sums.add(column), BLOCK.min(n - column));
                    self.again(sums, (lines, column), alone, (out, step));
                }
            }
        }
    }

    fn room(&self) -> usize {
        self.taps
    }
}

impl<A: Cast, B: Cast> Bytes<A, B> {
    /// Takes those of `sums`, from `column` on, again in `f64` that are in doubt, or all if
    /// these are more than `alone`.
    ///
    /// # Safety
    /// The columns can be read in every line, and be written to `out`.
    unsafe fn again(
        &self,
        sums: &[f32],
        (lines, column): (&[*const f32], usize),
        alone: u32,
        (out, step): (*mut B, isize),
    ) {
        let block = || {
            let again = Again { lines, column, terms: &self.terms };
            let sums = &mut simd::dispatch(again)[..];
            simd::dispatch(Cut { sums, divisor: 1.0, out, step });
        };
        if alone == 0 && sums.len() == BLOCK {
            return block();
        }
        let mut doubtful = 0u32;
        for (i, sum) in sums.iter().enumerate() {
            let differ = (sum - self.error) as i32 != (sum + self.error) as i32;
            doubtful |= u32::from(differ) << i;
        }
        if doubtful.count_ones() > alone && sums.len() == BLOCK {
            return block();
        }
        while doubtful != 0 {
            let i = doubtful.trailing_zeros() as usize;
            doubtful &= doubtful - 1;
            // SAFETY: the caller's promise.
            let x = |line: usize| f64::from(unsafe { *lines[line].wrapping_add(column + i) });
            let mut sum = 0.0;
            for &Term { at, with, weight } in &self.terms {
                sum += weight
                    * match with {
                        With::Nothing => x(at),
                        With::Plus(other) => x(at) + x(other),
                        With::Minus(other) => x(at) - x(other),
                    };
            }
            // SAFETY: the caller's promise.
            unsafe { out.wrapping_offset(i as isize * step).write(B::cut(sum)) };
        }
    }
}
