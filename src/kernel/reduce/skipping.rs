//! Reductions that skip NaN.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::lanes::lanes;
use super::moments::Deviations;
use super::{Fold, Steps, With};
use crate::tuning;

/// The sum of what is not NaN.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NanSum<T>(PhantomData<T>);

/// The product of what is not NaN.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NanProduct<T>(PhantomData<T>);

/// The mean of what is not NaN.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NanMean<T>(PhantomData<T>);

/// The variance of what is not NaN, or its root.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NanMoments<T> {
    ddof: f64,
    root: bool,
    element: PhantomData<T>,
}

/// The least element that is not NaN, or the greatest: the least of whole numbers in
/// the order of the floats, with NaN above all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NanExtreme<T, const GREATEST: bool>(PhantomData<T>);

/// How many, and their sum.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Counted<F> {
    sum: F,
    n: F,
}

/// How many, their mean, and the sum of squared deviations from it.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Skipped<F> {
    n: F,
    mean: F,
    m2: F,
}

/// A fold whose lanes, accumulators and results are of one type.
macro_rules! simple {
    ($name:ident<$t:ident>, $lanes:expr, $block:expr, $start:expr, $empty:expr,
     |$x:ident| $item:expr, |$a:ident, $b:ident| $merge:expr) => {
        impl $name<$t> {
            #[inline(always)]
            fn merge($a: $t, $b: $t) -> $t {
                $merge
            }
        }
        impl Steps<1> for $name<$t> {
            type Item = $t;
            type Lane = $t;
            type Total = $t;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> $t {
                $start
            }
            #[inline(always)]
            fn step(self, lane: $t, [$x]: [$t; 1], _at: usize) -> $t {
                Self::merge(lane, $item)
            }
            #[inline(always)]
            fn total(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn block(self, items: [&[$t]; 1]) -> $t {
                lanes::<Self, 1, { $lanes }>(self, items, [$start], Self::merge)
            }
        }
        impl Fold<1> for $name<$t> {
            type Steps = Self;
            type Acc = $t;
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> $t {
                $empty
            }
            #[inline(always)]
            fn new(_: &With) -> Self {
                Self(PhantomData)
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, total: $t, _: usize, _: usize) -> $t {
                total
            }
            #[inline(always)]
            fn merge(self, a: $t, b: $t) -> $t {
                Self::merge(a, b)
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                acc
            }
        }
    };
}

pub(super) use simple;

macro_rules! floats {
    ($t:ident, $key:ident, $lanes:expr, $block:expr) => {
        simple!(
            NanSum<$t>,
            $lanes,
            $block,
            -0.0,
            0.0,
            |x| if x.is_nan() { 0.0 } else { x },
            |a, b| a + b
        );
        simple!(
            NanProduct<$t>,
            $lanes,
            $block,
            1.0,
            1.0,
            |x| if x.is_nan() { 1.0 } else { x },
            |a, b| a * b
        );

        impl Steps<1> for NanMean<$t> {
            type Item = $t;
            type Lane = Counted<$t>;
            type Total = (f64, $t);
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> Counted<$t> {
                Counted { sum: -0.0, n: 0.0 }
            }
            #[inline(always)]
            fn step(self, lane: Counted<$t>, [x]: [$t; 1], _at: usize) -> Counted<$t> {
                let (x, one) = if x.is_nan() { (0.0, 0.0) } else { (x, 1.0) };
                Counted { sum: lane.sum + x, n: lane.n + one }
            }
            #[inline(always)]
            fn total(self, lane: Counted<$t>) -> (f64, $t) {
                (f64::from(lane.n), lane.sum)
            }
            #[inline(always)]
            fn block(self, [items]: [&[$t]; 1]) -> (f64, $t) {
                let n = items.iter().fold(0u32, |n, x| n + u32::from(!x.is_nan()));
                (f64::from(n), NanSum::<$t>(PhantomData).block([items]))
            }
        }
        impl Fold<1> for NanMean<$t> {
            type Steps = Self;
            type Acc = (f64, $t);
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> (f64, $t) {
                (0.0, 0.0)
            }
            #[inline(always)]
            fn new(_: &With) -> Self {
                Self(PhantomData)
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, total: (f64, $t), _: usize, _: usize) -> (f64, $t) {
                total
            }
            #[inline(always)]
            fn merge(self, a: (f64, $t), b: (f64, $t)) -> (f64, $t) {
                (a.0 + b.0, a.1 + b.1)
            }
            #[inline(always)]
            fn finish(self, (n, sum): (f64, $t)) -> $t {
                sum / n as $t
            }
        }

        impl Steps<1> for NanMoments<$t> {
            type Item = $t;
            type Lane = Skipped<$t>;
            type Total = Skipped<f64>;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> Skipped<$t> {
                Skipped { n: 0.0, mean: 0.0, m2: 0.0 }
            }
            #[inline(always)]
            fn step(self, lane: Skipped<$t>, [x]: [$t; 1], _at: usize) -> Skipped<$t> {
                let n = lane.n + 1.0;
                let d = x - lane.mean;
                let mean = lane.mean + d / n;
                let m2 = lane.m2 + d * (x - mean);
                if x.is_nan() { lane } else { Skipped { n, mean, m2 } }
            }
            #[inline(always)]
            fn total(self, lane: Skipped<$t>) -> Skipped<f64> {
                let [n, mean, m2] = [lane.n, lane.mean, lane.m2].map(f64::from);
                Skipped { n, mean, m2 }
            }
            #[inline(always)]
            fn block(self, [items]: [&[$t]; 1]) -> Skipped<f64> {
                let mut room = [MaybeUninit::<$t>::uninit(); $block];
                let mut n = 0;
                for &x in items {
                    // Not a branch: the next number overwrites a NaN.
                    room[n].write(x);
                    n += usize::from(!x.is_nan());
                }
                if n == 0 {
                    return Skipped { n: 0.0, mean: 0.0, m2: 0.0 };
                }
                // SAFETY: the loop has written the first `n` places.
                let rest = unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), n) };
                let (mean, m2) = Deviations::<$t, true>::moments(rest);
                Skipped { n: n as f64, mean, m2 }
            }
        }
        impl Fold<1> for NanMoments<$t> {
            type Steps = Self;
            type Acc = Skipped<f64>;
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> Skipped<f64> {
                Skipped { n: 0.0, mean: 0.0, m2: 0.0 }
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
            fn widen(self, total: Skipped<f64>, _: usize, _: usize) -> Skipped<f64> {
                total
            }
            #[inline(always)]
            fn merge(self, a: Skipped<f64>, b: Skipped<f64>) -> Skipped<f64> {
                if a.n == 0.0 {
                    return b;
                }
                let n = a.n + b.n;
                let (d, part) = (b.mean - a.mean, b.n / n);
                Skipped { n, mean: a.mean + d * part, m2: a.m2 + b.m2 + d * d * a.n * part }
            }
            /// NaN where nothing is left to vary.
            #[inline(always)]
            fn finish(self, acc: Skipped<f64>) -> $t {
                let rest = acc.n - self.ddof;
                let variance = if rest > 0.0 { acc.m2 / rest } else { f64::NAN };
                (if self.root { variance.sqrt() } else { variance }) as $t
            }
        }
        extreme!($t, $key, false, $lanes, $block);
        extreme!($t, $key, true, $lanes, $block);
    };
}

macro_rules! extreme {
    ($t:ident, $key:ident, $greatest:literal, $lanes:expr, $block:expr) => {
        impl Steps<1> for NanExtreme<$t, $greatest> {
            type Item = $t;
            type Lane = $key;
            type Total = $key;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> $key {
                $key::MAX
            }
            #[inline(always)]
            fn step(self, lane: $key, [x]: [$t; 1], _at: usize) -> $key {
                let bits = (if $greatest { -x } else { x }).to_bits() as $key;
                // Negative floats have whole numbers in reverse.
                let key = bits ^ (bits >> ($key::BITS - 1) & $key::MAX);
                let key = if x.is_nan() { $key::MAX } else { key };
                if key < lane { key } else { lane }
            }
            #[inline(always)]
            fn total(self, lane: $key) -> $key {
                lane
            }
            #[inline(always)]
            fn block(self, items: [&[$t]; 1]) -> $key {
                lanes::<Self, 1, { $lanes }>(
                    self,
                    items,
                    [$t::NAN],
                    |a, b| if b < a { b } else { a },
                )
            }
        }
        impl Fold<1> for NanExtreme<$t, $greatest> {
            type Steps = Self;
            type Acc = $key;
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> $key {
                $key::MAX
            }
            #[inline(always)]
            fn new(_: &With) -> Self {
                Self(PhantomData)
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, total: $key, _: usize, _: usize) -> $key {
                total
            }
            #[inline(always)]
            fn merge(self, a: $key, b: $key) -> $key {
                if b < a { b } else { a }
            }
            /// Of nothing but NaN this gives NaN: all bits but the sign.
            #[inline(always)]
            fn finish(self, acc: $key) -> $t {
                let bits = acc ^ (acc >> ($key::BITS - 1) & $key::MAX);
                let x = $t::from_bits(bits as _);
                if $greatest { -x } else { x }
            }
        }
    };
}

floats!(f32, i32, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32);
floats!(f64, i64, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64);
