//! Norms of any power, the least absolute value, and logarithms of sums of exponentials.
//!
//! ```text
//! norm:  (sum of |x|^p)^(1/p), in f64
//! logsumexp, block x[0..n]:  m = max(x);  s = sum(exp(x - m))
//!            merge a, b:     m = max;  s = s_a exp(m_a - m) + s_b exp(m_b - m)
//!            finish:         m + ln(s)
//! ```
//! Where m is not finite, 0 stands for it, so that infinities come out.

// One text for both types.
#![allow(clippy::cast_lossless, clippy::unnecessary_cast)]

use std::marker::PhantomData;

use super::lanes::lanes;
use super::skipping::simple;
use super::{Fold, Steps, With};
use crate::{math, tuning};

/// The root of the sum of powers; of the power 0, how many are not 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NormP<T> {
    power: f64,
    element: PhantomData<T>,
}

/// The least absolute value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NormLeast<T>(PhantomData<T>);

/// The logarithm of the sum of exponentials.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogSumExp<T>(PhantomData<T>);

/// A sum of exponentials over that of the greatest.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Scaled {
    most: f64,
    sum: f64,
}

const NOTHING: Scaled = Scaled { most: f64::NEG_INFINITY, sum: 0.0 };

/// What a sum of exponentials is scaled by.
#[inline(always)]
fn shift(most: f64) -> f64 {
    if most.is_finite() { most } else { 0.0 }
}

impl Scaled {
    #[inline(always)]
    fn merge(self, b: Self) -> Self {
        let most = if b.most > self.most { b.most } else { self.most };
        let scaled = |part: Self| {
            if part.sum == 0.0 { 0.0 } else { part.sum * math::exp(shift(part.most) - shift(most)) }
        };
        Self { most, sum: scaled(self) + scaled(b) }
    }
}

/// Steps of a sum of exponentials over that of the greatest.
#[derive(Clone, Copy)]
struct Exponentials<T>(f64, PhantomData<T>);

macro_rules! floats {
    ($t:ident, $block:expr) => {
        impl Steps<1> for NormP<$t> {
            type Item = $t;
            type Lane = f64;
            type Total = f64;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> f64 {
                0.0
            }
            #[inline(always)]
            fn step(self, lane: f64, [x]: [$t; 1], _at: usize) -> f64 {
                let size = (x as f64).abs();
                let power = if self.power == 0.0 {
                    if size != 0.0 { 1.0 } else { 0.0 }
                } else {
                    math::powf(size, self.power)
                };
                lane + power
            }
            #[inline(always)]
            fn total(self, lane: f64) -> f64 {
                lane
            }
            #[inline(always)]
            fn block(self, items: [&[$t]; 1]) -> f64 {
                // The last group is filled up with what has no size in any power.
                let none = if self.power < 0.0 { $t::INFINITY } else { 0.0 };
                lanes::<Self, 1, 8>(self, items, [none], |a, b| a + b)
            }
        }
        impl Fold<1> for NormP<$t> {
            type Steps = Self;
            type Acc = f64;
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> f64 {
                0.0
            }
            #[inline(always)]
            fn new(with: &With) -> Self {
                Self { power: with.number, element: PhantomData }
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, total: f64, _: usize, _: usize) -> f64 {
                total
            }
            #[inline(always)]
            fn merge(self, a: f64, b: f64) -> f64 {
                a + b
            }
            #[inline(always)]
            fn finish(self, acc: f64) -> $t {
                (if self.power == 0.0 { acc } else { math::powf(acc, 1.0 / self.power) }) as $t
            }
        }

        // NaN if either is.
        simple!(NormLeast<$t>, 32, $block, $t::INFINITY, $t::INFINITY, |x| x.abs(), |a, b| if (b
            < a)
            | b.is_nan()
        {
            b
        } else {
            a
        });

        impl Steps<1> for Exponentials<$t> {
            type Item = $t;
            type Lane = f64;
            type Total = f64;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> f64 {
                0.0
            }
            #[inline(always)]
            fn step(self, lane: f64, [x]: [$t; 1], _at: usize) -> f64 {
                lane + math::exp(x as f64 - self.0)
            }
            #[inline(always)]
            fn total(self, lane: f64) -> f64 {
                lane
            }
            #[inline(always)]
            fn block(self, items: [&[$t]; 1]) -> f64 {
                lanes::<Self, 1, 8>(self, items, [$t::NEG_INFINITY], |a, b| a + b)
            }
        }
        impl Steps<1> for LogSumExp<$t> {
            type Item = $t;
            type Lane = Scaled;
            type Total = Scaled;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> Scaled {
                NOTHING
            }
            #[inline(always)]
            fn step(self, lane: Scaled, [x]: [$t; 1], _at: usize) -> Scaled {
                let most = x as f64;
                lane.merge(Scaled { most, sum: math::exp(most - shift(most)) })
            }
            #[inline(always)]
            fn total(self, lane: Scaled) -> Scaled {
                lane
            }
            #[inline(always)]
            fn block(self, [items]: [&[$t]; 1]) -> Scaled {
                // A NaN is passed over here, and comes out of the sum.
                let most =
                    items.iter().fold($t::NEG_INFINITY, |most, &x| if x > most { x } else { most });
                let most = f64::from(most);
                let sum = Exponentials::<$t>(shift(most), PhantomData).block([items]);
                Scaled { most, sum }
            }
        }
        impl Fold<1> for LogSumExp<$t> {
            type Steps = Self;
            type Acc = Scaled;
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> Scaled {
                NOTHING
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
            fn widen(self, total: Scaled, _: usize, _: usize) -> Scaled {
                total
            }
            #[inline(always)]
            fn merge(self, a: Scaled, b: Scaled) -> Scaled {
                a.merge(b)
            }
            #[inline(always)]
            fn finish(self, acc: Scaled) -> $t {
                (shift(acc.most) + math::ln(acc.sum)) as $t
            }
        }
    };
}
floats!(f32, tuning::REDUCE_BLOCK_F32);
floats!(f64, tuning::REDUCE_BLOCK_F64);
