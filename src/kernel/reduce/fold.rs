//! What the reductions do to elements: one type for each, for all element types.

use std::marker::PhantomData;

use super::lanes::lanes;
use super::{Fold, Steps};
use crate::tuning;

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub(crate) struct $name<T>(PhantomData<T>);
    )*};
}
types! {
    /// The sum, of integers in 64 bits. Also the steps of it.
    Sum;
    /// The sum of products, each rounded before it is added.
    Dot;
    /// The least element; NaN if there is one; -0.0 below +0.0.
    Min;
    /// The greatest element; NaN if there is one; -0.0 below +0.0.
    Max;
    /// Steps of an exact sum of 64-bit integers.
    Exact;
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

/// Steps: item, lane and total types, block, start; the step; the total; the block.
macro_rules! steps {
    ($name:ty, $k:expr, $item:ty, $lane:ty, $total:ty, $block:expr, $start:expr,
     |$acc:ident, $items:pat_param| $step:expr, |$me:ident, $slices:ident| $sum:expr) => {
        impl Steps<$k> for $name {
            type Item = $item;
            type Lane = $lane;
            type Total = $total;
            const BLOCK: usize = $block;
            const START: $lane = $start;
            #[inline(always)]
            fn step(self, $acc: $lane, $items: [$item; $k]) -> $lane {
                $step
            }
            #[inline(always)]
            fn total(self, lane: $lane) -> $total {
                <$total>::from(lane)
            }
            #[inline(always)]
            fn block(self, $slices: [&[$item]; $k]) -> $total {
                let $me = self;
                $sum
            }
        }
    };
}

/// A fold: steps, accumulator, result; the result of nothing; widening, merging, the
/// last step.
macro_rules! fold {
    ($name:ty, $k:expr, $steps:ident<$t:ty>, $acc:ty, $out:ty, $empty:expr,
     |$x:ident, $y:ident| $merge:expr, |$this:ident, $last:ident| $finish:expr) => {
        impl Fold<$k> for $name {
            type Steps = $steps<$t>;
            type Acc = $acc;
            type Out = $out;
            const EMPTY: $acc = $empty;
            #[inline(always)]
            fn steps(self) -> $steps<$t> {
                $steps(PhantomData)
            }
            #[inline(always)]
            fn widen(self, total: <$steps<$t> as Steps<$k>>::Total) -> $acc {
                <$acc>::from(total)
            }
            #[inline(always)]
            fn merge(self, $x: $acc, $y: $acc) -> $acc {
                $merge
            }
            #[inline(always)]
            fn finish(self, $last: $acc) -> $out {
                let $this = self;
                let _ = $this;
                $finish
            }
        }
    };
}

macro_rules! floats {
    ($t:ident, $least:ident, $lanes:expr, $block:expr) => {
        /// The lesser of two floats; NaN if either is; -0.0 below +0.0.
        ///
        /// Two comparisons that disagree only where `a` and `b` are equal (they may be
        /// zeros of two signs) or unordered (each gives its second), joined by OR:
        /// -0.0 wins by its sign bit, NaN by its all-ones exponent and some bit below.
        #[inline(always)]
        fn $least(a: $t, b: $t) -> $t {
            let ab = if a < b { a } else { b };
            let ba = if b < a { b } else { a };
            $t::from_bits(ab.to_bits() | ba.to_bits())
        }

        // -0.0 is what changes no sum: 0.0 would make 0.0 of -0.0.
        steps!(Sum<$t>, 1, $t, $t, $t, $block, -0.0, |lane, [x]| lane + x, |steps, slices| {
            lanes::<Self, 1, { $lanes }>(steps, slices, [-0.0], |a, b| a + b)
        });
        steps!(
            Dot<$t>,
            2,
            $t,
            $t,
            $t,
            $block,
            -0.0,
            |lane, [x, y]| lane + x * y,
            |steps, slices| {
                lanes::<Self, 2, { $lanes }>(steps, slices, [-0.0, 1.0], |a, b| a + b)
            }
        );
        steps!(
            Min<$t>,
            1,
            $t,
            $t,
            $t,
            $block,
            $t::INFINITY,
            |lane, [x]| $least(lane, x),
            |steps, slices| { lanes::<Self, 1, { $lanes }>(steps, slices, [$t::INFINITY], $least) }
        );
        // The greatest is the least of the negated, negated at last.
        steps!(
            Max<$t>,
            1,
            $t,
            $t,
            $t,
            $block,
            $t::INFINITY,
            |lane, [x]| $least(lane, -x),
            |steps, slices| {
                lanes::<Self, 1, { $lanes }>(steps, slices, [$t::NEG_INFINITY], $least)
            }
        );
        fold!(Sum<$t>, 1, Sum<$t>, $t, $t, 0.0, |a, b| a + b, |this, acc| acc);
        fold!(Mean<$t>, 1, Sum<$t>, $t, $t, 0.0, |a, b| a + b, |this, acc| acc / this.n as $t);
        fold!(Dot<$t>, 2, Dot<$t>, $t, $t, 0.0, |a, b| a + b, |this, acc| acc);
        fold!(Min<$t>, 1, Min<$t>, $t, $t, $t::NAN, |a, b| $least(a, b), |this, acc| acc);
        fold!(Max<$t>, 1, Max<$t>, $t, $t, $t::NAN, |a, b| $least(a, b), |this, acc| -acc);
    };
}
floats!(f32, least_f32, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32);
floats!(f64, least_f64, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64);

/// A block of integers: additions wrap or are exact, so that the compiler may
/// choose the order.
#[inline(always)]
fn any_order<S: Steps<1>>(steps: S, items: &[S::Item]) -> S::Total {
    steps.total(items.iter().fold(S::START, |lane, &x| steps.step(lane, [x])))
}

/// The same of two operands.
#[inline(always)]
fn any_order_of_two<S: Steps<2>>(steps: S, a: &[S::Item], b: &[S::Item]) -> S::Total {
    steps.total(a.iter().zip(b).fold(S::START, |lane, (&x, &y)| steps.step(lane, [x, y])))
}

/// Integers. Lanes of sums and products hold a whole block.
macro_rules! integers {
    ($($t:ident, $wide:ident, sum $lane:ident, dot $dot:ident of $product:ident, mean $mean:ident,
       $block:expr;)*) => {$(
        steps!(Sum<$t>, 1, $t, $lane, $wide, $block, 0,
            |lane, [x]| lane.wrapping_add($lane::from(x)),
            |steps, slices| any_order(steps, slices[0]));
        steps!(Dot<$t>, 2, $t, $dot, $wide, $block, 0,
            |lane, [x, y]| {
                lane.wrapping_add($dot::from($product::from(x).wrapping_mul($product::from(y))))
            },
            |steps, slices| any_order_of_two(steps, slices[0], slices[1]));
        steps!(Min<$t>, 1, $t, $t, $t, $block, $t::MAX,
            |lane, [x]| if x < lane { x } else { lane },
            |steps, slices| any_order(steps, slices[0]));
        steps!(Max<$t>, 1, $t, $t, $t, $block, $t::MIN,
            |lane, [x]| if x > lane { x } else { lane },
            |steps, slices| any_order(steps, slices[0]));
        fold!(Sum<$t>, 1, Sum<$t>, $wide, $wide, 0, |a, b| a.wrapping_add(b), |this, acc| acc);
        // 128 bits hold the exact sum of any array.
        fold!(Mean<$t>, 1, $mean<$t>, i128, f64, 0, |a, b| a.wrapping_add(b),
            |this, acc| acc as f64 / this.n as f64);
        fold!(Dot<$t>, 2, Dot<$t>, $wide, $wide, 0, |a, b| a.wrapping_add(b), |this, acc| acc);
        fold!(Min<$t>, 1, Min<$t>, $t, $t, $t::MAX,
            |a, b| if b < a { b } else { a }, |this, acc| acc);
        fold!(Max<$t>, 1, Max<$t>, $t, $t, $t::MIN,
            |a, b| if b > a { b } else { a }, |this, acc| acc);
    )*};
}
integers! {
    i8, i64, sum i32, dot i32 of i32, mean Sum, 16384;
    u8, u64, sum u32, dot u32 of u32, mean Sum, 16384;
    i16, i64, sum i32, dot i64 of i32, mean Sum, 8192;
    u16, u64, sum u32, dot u64 of u32, mean Sum, 8192;
    i32, i64, sum i64, dot i64 of i64, mean Sum, 4096;
    u32, u64, sum u64, dot u64 of u64, mean Sum, 4096;
    i64, i64, sum i64, dot i64 of i64, mean Exact, 2048;
    u64, u64, sum u64, dot u64 of u64, mean Exact, 2048;
}

macro_rules! exact {
    ($($t:ident)*) => {$(
        steps!(Exact<$t>, 1, $t, i128, i128, 2048, 0,
            |lane, [x]| lane.wrapping_add(i128::from(x)),
            |steps, slices| any_order(steps, slices[0]));
    )*};
}
exact!(i64 u64);
