//! Lines of floats in pieces, by hand: the lanes of `wide.rs`, which stay in memory from one piece
//! of a line to the next while those of other lines are read, as they follow each other there.

use std::arch::x86_64::*;

use super::Pieces;
use super::wide::{Greatest, Least, Op, Sum, Vector};

/// Adds a piece of each line to its lanes.
///
/// # Safety
/// As [`Pieces::add`] says; the tier is there.
#[inline(always)]
unsafe fn add_pieces<V: Vector, O: Op<V, 1>, const W: usize>(
    lanes: *mut V::Elem,
    lines: usize,
    from: *const V::Elem,
    step: isize,
    n: usize,
) {
    for i in 0..lines {
        let from = from.wrapping_offset((i as isize).wrapping_mul(step));
        // SAFETY: the caller's promise.
        unsafe {
            let places = lanes.add(i * W * V::N);
            let mut all = [V::load(places); W];
            for (j, lane) in all.iter_mut().enumerate().skip(1) {
                *lane = V::load(places.add(j * V::N));
            }
            for at in (0..n).step_by(W * V::N) {
                for (j, lane) in all.iter_mut().enumerate() {
                    *lane = O::join(*lane, O::item([V::load(from.add(at + j * V::N))]));
                }
            }
            for (j, lane) in all.iter().enumerate() {
                lane.store(places.add(j * V::N));
            }
        }
    }
}

/// Folds the lanes of each line.
///
/// # Safety
/// As [`Pieces::fold`] says; the tier is there.
#[inline(always)]
unsafe fn fold_lanes<V: Vector, O: Op<V, 1>, const W: usize>(lanes: *mut V::Elem, lines: usize) {
    for i in 0..lines {
        // SAFETY: the caller's promise.
        unsafe {
            let places = lanes.add(i * W * V::N);
            let mut half = W / 2;
            let mut all = [V::load(places); W];
            for (j, lane) in all.iter_mut().enumerate().skip(1) {
                *lane = V::load(places.add(j * V::N));
            }
            while half > 0 {
                for j in 0..half {
                    all[j] = O::join(all[j], all[j + half]);
                }
                half /= 2;
            }
            places.write(all[0].folded(|a, b| O::join(a, b)));
        }
    }
}

/// # Safety
/// As [`Pieces`] says; the same below.
unsafe fn begin<V: Vector, O: Op<V, 1>, const W: usize>(lanes: *mut u8, lines: usize) {
    for i in 0..lines * W * V::N {
        // SAFETY: the caller's promise.
        unsafe { lanes.cast::<V::Elem>().add(i).write(O::NEUTRAL) };
    }
}

macro_rules! tier {
    ($features:literal, $w:literal, $add:ident, $fold:ident) => {
        /// # Safety
        /// See [`begin`].
        #[target_feature(enable = $features)]
        unsafe fn $add<V: Vector, O: Op<V, 1>>(
            lanes: *mut u8,
            lines: usize,
            from: *const u8,
            step: isize,
            n: usize,
        ) {
            // SAFETY: the caller's promise.
            unsafe { add_pieces::<V, O, $w>(lanes.cast(), lines, from.cast(), step, n) };
        }

        /// # Safety
        /// See [`begin`].
        #[target_feature(enable = $features)]
        unsafe fn $fold<V: Vector, O: Op<V, 1>>(lanes: *mut u8, lines: usize) {
            // SAFETY: the caller's promise.
            unsafe { fold_lanes::<V, O, $w>(lanes.cast(), lines) };
        }
    };
}
tier!("avx2,fma", 8, add_avx2, fold_avx2);
tier!("avx512f", 4, add_avx512, fold_avx512);

/// The kernels of an operation, with the registers of both tiers.
const fn of<O: Op<N, 1> + Op<W, 1>, N: Vector, W: Vector>() -> [Pieces; 2] {
    [
        Pieces {
            lanes: 8 * N::N,
            begin: begin::<N, O, 8>,
            add: add_avx2::<N, O>,
            fold: fold_avx2::<N, O>,
        },
        Pieces {
            lanes: 4 * W::N,
            begin: begin::<W, O, 4>,
            add: add_avx512::<W, O>,
            fold: fold_avx512::<W, O>,
        },
    ]
}

pub(super) const SUM_F32: [Pieces; 2] = of::<Sum, __m256, __m512>();
pub(super) const SUM_F64: [Pieces; 2] = of::<Sum, __m256d, __m512d>();
pub(super) const LEAST_F32: [Pieces; 2] = of::<Least, __m256, __m512>();
pub(super) const LEAST_F64: [Pieces; 2] = of::<Least, __m256d, __m512d>();
pub(super) const GREATEST_F32: [Pieces; 2] = of::<Greatest, __m256, __m512>();
pub(super) const GREATEST_F64: [Pieces; 2] = of::<Greatest, __m256d, __m512d>();
