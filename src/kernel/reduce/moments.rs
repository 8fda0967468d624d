//! Variance: mean and squared deviations of a block in L1, blocks merged.
//!
//! ```text
//! block x[0..n]:  c  = sum(x) / n                     a shift near the mean
//!                 s1 = sum(x - c),  s2 = sum((x - c)^2)
//!                 mean = c + s1 / n,  m2 = s2 - s1^2 / n
//! rows, and n <= IN_ORDER, x[i] for i = 0, 1, ...:
//!                 d = x[i] - mean;  mean += d / (i + 1);  m2 += d * (x[i] - mean)
//! merge a, b:     d = mean_b - mean_a
//!                 mean = mean_a + d n_b / n,  m2 = m2_a + m2_b + d^2 n_a n_b / n
//! ```
//! A block is read from memory once. Rows are Welford's ("Note on a method for
//! calculating corrected sums of squares and products", Technometrics 4, 1962); the
//! merge is Chan, Golub and Le Veque's ("Updating formulae and a pairwise algorithm for
//! computing sample variances", 1979). Integers are converted to f64 first; means and
//! deviations of blocks are merged in f64.

// One text for all types.
#![allow(clippy::cast_lossless)]

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::lanes::lanes;
use super::{Fold, Steps, With};
use crate::tuning;

/// The variance, or its root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments<T> {
    ddof: f64,
    root: bool,
    element: PhantomData<T>,
}

/// How many, their mean, and the sum of squared deviations from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Acc {
    n: f64,
    mean: f64,
    m2: f64,
}

/// A lane of rows: mean and squared deviations so far.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Lane<F> {
    mean: F,
    m2: F,
}

/// Steps of a sum of deviations from a shift, or of their squares.
#[derive(Clone, Copy)]
pub(super) struct Deviations<F, const SQUARED: bool>(F);

macro_rules! deviations {
    ($f:ident, $lanes:expr, $block:expr, $($squared:literal |$d:ident| $value:expr),*) => {
        $(impl Steps<1> for Deviations<$f, $squared> {
            type Item = $f;
            type Lane = $f;
            type Total = $f;
            const BLOCK: usize = $block;
            // The last pass over a block asks for the next one.
            const AHEAD: usize = if $squared { tuning::REDUCE_BLOCK_BYTES } else { 0 };
            #[inline(always)]
            fn start(self) -> $f {
                0.0
            }
            #[inline(always)]
            fn step(self, lane: $f, [x]: [$f; 1], _at: usize) -> $f {
                let $d = x - self.0;
                lane + $value
            }
            #[inline(always)]
            fn total(self, lane: $f) -> $f {
                lane
            }
            #[inline(always)]
            fn block(self, items: [&[$f]; 1]) -> $f {
                lanes::<Self, 1, { $lanes }>(self, items, [self.0], |a, b| a + b)
            }
        })*

        impl Deviations<$f, true> {
            /// The mean of a block and its squared deviations.
            #[inline(always)]
            pub(super) fn moments(items: &[$f]) -> (f64, f64) {
                let n = items.len() as f64;
                let shift = Deviations::<$f, false>(0.0).block([items]) / items.len() as $f;
                let s1 = f64::from(Deviations::<$f, false>(shift).block([items]));
                let s2 = f64::from(Deviations::<$f, true>(shift).block([items]));
                let m2 = s2 - s1 * s1 / n;
                (f64::from(shift) + s1 / n, if m2 < 0.0 { 0.0 } else { m2 })
            }
        }
    };
}
deviations!(
    f32,
    tuning::REDUCE_LANES_F32,
    tuning::REDUCE_BLOCK_F32,
    false | d | d,
    true | d | d * d
);
deviations!(
    f64,
    tuning::REDUCE_LANES_F64,
    tuning::REDUCE_BLOCK_F64,
    false | d | d,
    true | d | d * d
);

macro_rules! fold {
    ($($t:ident, $f:ident, $out:ident, $block:expr, |$items:ident| $moments:expr
       $(, wide $wide:ident)?;)*) => {$(
        impl Steps<1> for Moments<$t> {
            type Item = $t;
            type Lane = Lane<$f>;
            type Total = (f64, f64);
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> Lane<$f> {
                Lane { mean: 0.0, m2: 0.0 }
            }
            #[inline(always)]
            fn step(self, lane: Lane<$f>, [x]: [$t; 1], at: usize) -> Lane<$f> {
                let x = x as $f;
                let d = x - lane.mean;
                let mean = lane.mean + d * (1.0 / (at + 1) as $f);
                Lane { mean, m2: lane.m2 + d * (x - mean) }
            }
            #[inline(always)]
            fn total(self, lane: Lane<$f>) -> (f64, f64) {
                (f64::from(lane.mean), f64::from(lane.m2))
            }
            #[inline(always)]
            fn block(self, [$items]: [&[$t]; 1]) -> (f64, f64) {
                $moments
            }
            $(#[cfg(target_arch = "x86_64")]
            const WIDE: Option<[super::Wide<(f64, f64)>; 2]> = Some(super::wide_moments::$wide);)?
        }

        impl Fold<1> for Moments<$t> {
            type Steps = Self;
            type Acc = Acc;
            type Out = $out;
            #[inline(always)]
            fn empty(self) -> Acc {
                Acc { n: 0.0, mean: 0.0, m2: 0.0 }
            }
            #[inline(always)]
            fn new(with: &With) -> Self {
                Self { ddof: with.number, root: with.flip != 0, element: PhantomData }
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, (mean, m2): (f64, f64), _: usize, n: usize) -> Acc {
                Acc { n: n as f64, mean, m2 }
            }
            #[inline(always)]
            fn merge(self, a: Acc, b: Acc) -> Acc {
                a.merge(b)
            }
            #[inline(always)]
            fn finish(self, acc: Acc) -> $out {
                acc.variance(self.ddof, self.root) as $out
            }
        }
    )*};
}
fold! {
    f32, f32, f32, tuning::REDUCE_BLOCK_F32, |items| Deviations::<f32, true>::moments(items),
        wide MOMENTS_F32;
    f64, f64, f64, tuning::REDUCE_BLOCK_F64, |items| Deviations::<f64, true>::moments(items),
        wide MOMENTS_F64;
    i8, f64, f64, FLOATS, |items| of_integers(items, f64::from);
    i16, f64, f64, FLOATS, |items| of_integers(items, f64::from);
    i32, f64, f64, FLOATS, |items| of_integers(items, f64::from);
    i64, f64, f64, FLOATS, |items| of_integers(items, |x| x as f64);
    u8, f64, f64, FLOATS, |items| of_integers(items, f64::from);
    u16, f64, f64, FLOATS, |items| of_integers(items, f64::from);
    u32, f64, f64, FLOATS, |items| of_integers(items, f64::from);
    u64, f64, f64, FLOATS, |items| of_integers(items, |x| x as f64);
}

/// Elements of a block that is converted: a block of `f64`.
const FLOATS: usize = tuning::REDUCE_BLOCK_F64;

/// A block of integers, converted.
#[inline(always)]
fn of_integers<T: Copy>(items: &[T], convert: impl Fn(T) -> f64) -> (f64, f64) {
    let mut room = [MaybeUninit::<f64>::uninit(); FLOATS];
    let mut filled = 0;
    for (place, &x) in room.iter_mut().zip(items) {
        place.write(convert(x));
        filled += 1;
    }
    // SAFETY: the loop has written the first `filled` places.
    let floats = unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), filled) };
    Deviations::<f64, true>::moments(floats)
}

/// Complex numbers: the variance of real parts and that of imaginary parts, added.
macro_rules! complexes {
    ($($t:ident, $block:expr;)*) => {$(
        impl Steps<1> for Moments<[$t; 2]> {
            type Item = [$t; 2];
            type Lane = [Lane<$t>; 2];
            type Total = [(f64, f64); 2];
            const BLOCK: usize = $block / 2;
            #[inline(always)]
            fn start(self) -> [Lane<$t>; 2] {
                [Moments::<$t>::PART.start(); 2]
            }
            #[inline(always)]
            fn step(self, [re, im]: [Lane<$t>; 2], [x]: [[$t; 2]; 1], at: usize) -> [Lane<$t>; 2] {
                let part = Moments::<$t>::PART;
                [part.step(re, [x[0]], at), part.step(im, [x[1]], at)]
            }
            #[inline(always)]
            fn total(self, lanes: [Lane<$t>; 2]) -> [(f64, f64); 2] {
                lanes.map(|lane| Moments::<$t>::PART.total(lane))
            }
            #[inline(always)]
            fn block(self, [items]: [&[[$t; 2]]; 1]) -> [(f64, f64); 2] {
                let mut parts = [[0.0; $block / 2]; 2];
                let [re, im] = &mut parts;
                for ((re, im), x) in re.iter_mut().zip(im).zip(items) {
                    [*re, *im] = *x;
                }
                parts.each_ref().map(|part| Deviations::<$t, true>::moments(&part[..items.len()]))
            }
        }

        impl Moments<$t> {
            /// One part.
            const PART: Self = Self { ddof: 0.0, root: false, element: PhantomData };
        }

        impl Fold<1> for Moments<[$t; 2]> {
            type Steps = Self;
            type Acc = [Acc; 2];
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> [Acc; 2] {
                [Moments::<$t>::PART.empty(); 2]
            }
            #[inline(always)]
            fn new(with: &With) -> Self {
                Self { ddof: with.number, root: with.flip != 0, element: PhantomData }
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, totals: [(f64, f64); 2], _: usize, n: usize) -> [Acc; 2] {
                totals.map(|(mean, m2)| Acc { n: n as f64, mean, m2 })
            }
            #[inline(always)]
            fn merge(self, a: [Acc; 2], b: [Acc; 2]) -> [Acc; 2] {
                [a[0].merge(b[0]), a[1].merge(b[1])]
            }
            #[inline(always)]
            fn finish(self, [re, im]: [Acc; 2]) -> $t {
                let variance = re.variance(self.ddof, false) + im.variance(self.ddof, false);
                (if self.root { variance.sqrt() } else { variance }) as $t
            }
        }
    )*};
}
complexes! { f32, tuning::REDUCE_BLOCK_F32; f64, tuning::REDUCE_BLOCK_F64; }

impl Acc {
    #[inline(always)]
    fn merge(self, b: Self) -> Self {
        let n = self.n + b.n;
        let d = b.mean - self.mean;
        let part = b.n / n;
        Self { n, mean: self.mean + d * part, m2: self.m2 + b.m2 + d * d * self.n * part }
    }

    /// Over `n - ddof`, or over 0 if that is less.
    #[inline(always)]
    fn variance(self, ddof: f64, root: bool) -> f64 {
        let rest = self.n - ddof;
        let variance = self.m2 / if rest < 0.0 { 0.0 } else { rest };
        if root { variance.sqrt() } else { variance }
    }
}
