//! What the reductions do to elements: one type for each, for all element types.

use std::marker::PhantomData;

use super::Fold;
use super::lanes::lanes;
use crate::tuning;

macro_rules! folds {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub(crate) struct $name<T>(PhantomData<T>);
    )*};
}
folds! {
    /// The sum, of integers in 64 bits.
    Sum;
    /// The sum of products, each rounded before it is added.
    Dot;
    /// The least element; NaN if there is one; -0.0 below +0.0.
    Min;
    /// The greatest element; NaN if there is one; -0.0 below +0.0.
    Max;
}

/// The sum, of integers exactly, over `n`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean<T> {
    n: usize,
    element: PhantomData<T>,
}

impl<T> Mean<T> {
    /// Over `n` elements.
    pub(crate) fn new(n: usize) -> Self {
        Self { n, element: PhantomData }
    }
}

/// The consts and types of a fold with `$lanes` lanes and blocks of `$block`.
macro_rules! numbers {
    ($item:ty, $lane:ty, $acc:ty, $out:ty, $k:expr, $lanes:expr, $block:expr, $start:expr, $neutral:expr) => {
        type Item = $item;
        type Lane = $lane;
        type Acc = $acc;
        type Out = $out;
        const BLOCK: usize = $block;
        const START: $lane = $start;
        const NEUTRAL: [$item; $k] = $neutral;
        #[inline(always)]
        fn block(self, items: [&[$item]; $k]) -> $acc {
            lanes::<Self, $k, { $lanes }>(self, items)
        }
    };
}

macro_rules! float_folds {
    ($t:ident, $lanes:expr, $block:expr) => {
        impl Fold<1> for Sum<$t> {
            numbers!($t, $t, $t, $t, 1, $lanes, $block, -0.0, [-0.0]);
            const EMPTY: $t = 0.0;
            #[inline(always)]
            fn step(self, lane: $t, [x]: [$t; 1]) -> $t {
                lane + x
            }
            #[inline(always)]
            fn widen(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn merge(self, a: $t, b: $t) -> $t {
                a + b
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                acc
            }
        }

        impl Fold<1> for Mean<$t> {
            numbers!($t, $t, $t, $t, 1, $lanes, $block, -0.0, [-0.0]);
            const EMPTY: $t = 0.0;
            #[inline(always)]
            fn step(self, lane: $t, [x]: [$t; 1]) -> $t {
                lane + x
            }
            #[inline(always)]
            fn widen(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn merge(self, a: $t, b: $t) -> $t {
                a + b
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                acc / self.n as $t
            }
        }

        impl Fold<2> for Dot<$t> {
            numbers!($t, $t, $t, $t, 2, $lanes, $block, -0.0, [-0.0, 1.0]);
            const EMPTY: $t = 0.0;
            #[inline(always)]
            fn step(self, lane: $t, [x, y]: [$t; 2]) -> $t {
                lane + x * y
            }
            #[inline(always)]
            fn widen(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn merge(self, a: $t, b: $t) -> $t {
                a + b
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                acc
            }
        }

        impl Fold<1> for Min<$t> {
            numbers!($t, $t, $t, $t, 1, $lanes, $block, $t::INFINITY, [$t::INFINITY]);
            const EMPTY: $t = $t::NAN;
            #[inline(always)]
            fn step(self, lane: $t, [x]: [$t; 1]) -> $t {
                least(lane, x)
            }
            #[inline(always)]
            fn widen(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn merge(self, a: $t, b: $t) -> $t {
                least(a, b)
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                acc
            }
        }

        // The greatest is the least of the negated, negated: lanes hold negated
        // elements.
        impl Fold<1> for Max<$t> {
            numbers!($t, $t, $t, $t, 1, $lanes, $block, $t::INFINITY, [$t::NEG_INFINITY]);
            const EMPTY: $t = $t::NAN;
            #[inline(always)]
            fn step(self, lane: $t, [x]: [$t; 1]) -> $t {
                least(lane, -x)
            }
            #[inline(always)]
            fn widen(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn merge(self, a: $t, b: $t) -> $t {
                least(a, b)
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                -acc
            }
        }
    };
}

/// The lesser of two floats; NaN if either is; -0.0 below +0.0.
trait Least {
    fn least(a: Self, b: Self) -> Self;
}

#[inline(always)]
fn least<T: Least>(a: T, b: T) -> T {
    T::least(a, b)
}

macro_rules! float_least {
    ($($t:ident)*) => {$(
        impl Least for $t {
            /// Two comparisons that disagree only where `a` and `b` are equal (then
            /// they may be zeros of two signs) or unordered (then each gives its second),
            /// joined by OR: -0.0 wins by its sign bit, NaN by its all-ones
            /// exponent and some bit below it.
            #[inline(always)]
            fn least(a: $t, b: $t) -> $t {
                let ab = if a < b { a } else { b };
                let ba = if b < a { b } else { a };
                $t::from_bits(ab.to_bits() | ba.to_bits())
            }
        }
    )*};
}
float_least!(f32 f64);

float_folds!(f32, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32);
float_folds!(f64, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64);

/// Integers: additions are exact or wrap, so lanes and blocks are only a matter
/// of speed. Lanes of sums are narrow: `128 * T::MIN` and `128 * T::MAX` fit.
macro_rules! integer_folds {
    ($t:ident, wide $wide:ty,
     sum $lane:ty, $lanes:expr, $block:expr;
     dot $dot:ty, $product:ty, $dot_lanes:expr;
     ends $end_lanes:expr, $end_block:expr) => {
        impl Fold<1> for Sum<$t> {
            numbers!($t, $lane, $wide, $wide, 1, $lanes, $block, 0, [0]);
            const EMPTY: $wide = 0;
            #[inline(always)]
            fn step(self, lane: $lane, [x]: [$t; 1]) -> $lane {
                lane.wrapping_add(x as $lane)
            }
            #[inline(always)]
            fn widen(self, lane: $lane) -> $wide {
                lane as $wide
            }
            #[inline(always)]
            fn merge(self, a: $wide, b: $wide) -> $wide {
                a.wrapping_add(b)
            }
            #[inline(always)]
            fn finish(self, acc: $wide) -> $wide {
                acc
            }
        }

        impl Fold<2> for Dot<$t> {
            numbers!($t, $dot, $wide, $wide, 2, $dot_lanes, 2048, 0, [0, 0]);
            const EMPTY: $wide = 0;
            #[inline(always)]
            fn step(self, lane: $dot, [x, y]: [$t; 2]) -> $dot {
                lane.wrapping_add((x as $product).wrapping_mul(y as $product) as $dot)
            }
            #[inline(always)]
            fn widen(self, lane: $dot) -> $wide {
                lane as $wide
            }
            #[inline(always)]
            fn merge(self, a: $wide, b: $wide) -> $wide {
                a.wrapping_add(b)
            }
            #[inline(always)]
            fn finish(self, acc: $wide) -> $wide {
                acc
            }
        }

        impl Fold<1> for Min<$t> {
            numbers!($t, $t, $t, $t, 1, $end_lanes, $end_block, $t::MAX, [$t::MAX]);
            const EMPTY: $t = $t::MAX;
            #[inline(always)]
            fn step(self, lane: $t, [x]: [$t; 1]) -> $t {
                if x < lane { x } else { lane }
            }
            #[inline(always)]
            fn widen(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn merge(self, a: $t, b: $t) -> $t {
                if b < a { b } else { a }
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                acc
            }
        }

        impl Fold<1> for Max<$t> {
            numbers!($t, $t, $t, $t, 1, $end_lanes, $end_block, $t::MIN, [$t::MIN]);
            const EMPTY: $t = $t::MIN;
            #[inline(always)]
            fn step(self, lane: $t, [x]: [$t; 1]) -> $t {
                if x > lane { x } else { lane }
            }
            #[inline(always)]
            fn widen(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn merge(self, a: $t, b: $t) -> $t {
                if b > a { b } else { a }
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                acc
            }
        }
    };
}
integer_folds!(i8, wide i64, sum i16, 64, 8192; dot i32, i32, 64; ends 128, 16384);
integer_folds!(u8, wide u64, sum u16, 64, 8192; dot u32, u32, 64; ends 128, 16384);
integer_folds!(i16, wide i64, sum i32, 64, 8192; dot i64, i32, 32; ends 64, 8192);
integer_folds!(u16, wide u64, sum u32, 64, 8192; dot u64, u32, 32; ends 64, 8192);
integer_folds!(i32, wide i64, sum i64, 32, 4096; dot i64, i64, 32; ends 64, 4096);
integer_folds!(u32, wide u64, sum u64, 32, 4096; dot u64, u64, 32; ends 64, 4096);
integer_folds!(i64, wide i64, sum i64, 32, 2048; dot i64, i64, 16; ends 32, 2048);
integer_folds!(u64, wide u64, sum u64, 32, 2048; dot u64, u64, 16; ends 32, 2048);

/// Means of integers: the exact sum (128 bits hold that of any array), rounded
/// to `f64`, over `n`.
macro_rules! integer_means {
    ($($t:ident, $lane:ty, $lanes:expr, $block:expr;)*) => {$(
        impl Fold<1> for Mean<$t> {
            numbers!($t, $lane, i128, f64, 1, $lanes, $block, 0, [0]);
            const EMPTY: i128 = 0;
            #[inline(always)]
            fn step(self, lane: $lane, [x]: [$t; 1]) -> $lane {
                lane.wrapping_add(x as $lane)
            }
            #[inline(always)]
            fn widen(self, lane: $lane) -> i128 {
                lane as i128
            }
            #[inline(always)]
            fn merge(self, a: i128, b: i128) -> i128 {
                a.wrapping_add(b)
            }
            #[inline(always)]
            fn finish(self, acc: i128) -> f64 {
                acc as f64 / self.n as f64
            }
        }
    )*};
}
integer_means! {
    i8, i16, 64, 8192; u8, u16, 64, 8192;
    i16, i32, 64, 8192; u16, u32, 64, 8192;
    i32, i64, 32, 4096; u32, u64, 32, 4096;
    i64, i128, 4, 2048; u64, i128, 4, 2048;
}
