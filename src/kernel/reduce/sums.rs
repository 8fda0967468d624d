//! Sums, means, products of two operands.

use std::marker::PhantomData;

use super::lanes::{lanes, lanes_and_rest};
#[cfg(target_arch = "x86_64")]
use super::wide::{self, Wide};
use super::{Fold, Steps, With};
#[cfg(target_arch = "x86_64")]
use super::{Pieces, wide_pieces};
use crate::kernel::pair::{conjugate_times, plus, times};
use crate::tuning;

/// The sum, of integers in 64 bits. Also the steps of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sum<T>(PhantomData<T>);

/// The sum of products, each rounded before it is added.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dot<T>(PhantomData<T>);

/// The same of complex numbers, those of the first operand conjugated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vdot<T>(PhantomData<T>);

/// The sum, of integers exactly, over their number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mean<T> {
    n: usize,
    element: PhantomData<T>,
}

/// Steps of an exact sum of 64-bit integers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact<T>(PhantomData<T>);

/// Steps: item, lane and total types, block, start; the step; the block.
macro_rules! steps {
    ($name:ty, $k:expr, $item:ty, $lane:ty, $total:ty, $block:expr, $start:expr,
     |$acc:ident, $items:pat_param| $step:expr, |$me:ident, $slices:ident| $sum:expr
     $(, wide $wide:ident)? $(, pieces $pieces:ident)?) => {
        impl Steps<$k> for $name {
            type Item = $item;
            type Lane = $lane;
            type Total = $total;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> $lane {
                $start
            }
            #[inline(always)]
            fn step(self, $acc: $lane, $items: [$item; $k], _at: usize) -> $lane {
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
            $(#[cfg(target_arch = "x86_64")]
            const WIDE: Option<[Wide<$total>; 2]> = Some(wide::$wide);)?
            $(#[cfg(target_arch = "x86_64")]
            const PIECES: Option<[Pieces; 2]> = Some(wide_pieces::$pieces);)?
        }
    };
}

/// A fold: steps, accumulator, result; the result of nothing; merging; the last step.
macro_rules! fold {
    ($name:ty, $k:expr, $steps:ident<$t:ty>, $acc:ty, $out:ty, $empty:expr,
     |$with:ident| $new:expr,
     |$x:ident, $y:ident| $merge:expr, |$this:ident, $last:ident| $finish:expr
     $(, |$from:ident| $resume:expr)?) => {
        impl Fold<$k> for $name {
            type Steps = $steps<$t>;
            type Acc = $acc;
            type Out = $out;
            #[inline(always)]
            fn empty(self) -> $acc {
                $empty
            }
            #[inline(always)]
            fn new($with: &With) -> Self {
                $new
            }
            #[inline(always)]
            fn steps(self) -> $steps<$t> {
                $steps(PhantomData)
            }
            #[inline(always)]
            fn widen(self, total: <$steps<$t> as Steps<$k>>::Total, _: usize, _: usize) -> $acc {
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
            $(#[inline(always)]
            fn resume(self, $from: $out) -> $acc {
                $resume
            })?
        }
    };
}

macro_rules! floats {
    ($t:ident, $lanes:expr, $block:expr, $sum_wide:ident, $dot_wide:ident) => {
        // -0.0 is what changes no sum: 0.0 would make 0.0 of -0.0.
        steps!(Sum<$t>, 1, $t, $t, $t, $block, -0.0, |lane, [x]| lane + x, |steps, slices| {
            lanes::<Self, 1, { $lanes }>(steps, slices, [-0.0], |a, b| a + b)
        }, wide $sum_wide, pieces $sum_wide);
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
            },
            wide $dot_wide
        );
        fold!(
            Sum<$t>,
            1,
            Sum<$t>,
            $t,
            $t,
            0.0,
            |_with| Self(PhantomData),
            |a, b| a + b,
            |this, acc| acc,
            |out| out
        );
        fold!(
            Mean<$t>,
            1,
            Sum<$t>,
            $t,
            $t,
            0.0,
            |with| Self { n: with.count, element: PhantomData },
            |a, b| a + b,
            |this, acc| acc / this.n as $t
        );
        fold!(
            Dot<$t>,
            2,
            Dot<$t>,
            $t,
            $t,
            0.0,
            |_with| Self(PhantomData),
            |a, b| a + b,
            |this, acc| acc
        );
    };
}
floats!(f32, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32, SUM_F32, DOT_F32);
floats!(f64, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64, SUM_F64, DOT_F64);

/// Complex numbers: as many floats to a block, and as many in lanes, as of their parts.
macro_rules! complexes {
    ($($t:ident, $lanes:expr, $block:expr;)*) => {$(
        steps!(Sum<[$t; 2]>, 1, [$t; 2], [$t; 2], [$t; 2], $block / 2, [-0.0; 2],
            |lane, [x]| plus(lane, x),
            |steps, slices| lanes::<Self, 1, { $lanes / 2 }>(steps, slices, [[-0.0; 2]], plus));
        steps!(Dot<[$t; 2]>, 2, [$t; 2], [$t; 2], [$t; 2], $block / 2, [-0.0; 2],
            |lane, [x, y]| plus(lane, times(x, y)),
            |steps, slices| lanes_and_rest::<Self, 2, { $lanes / 2 }>(steps, slices, plus));
        steps!(Vdot<[$t; 2]>, 2, [$t; 2], [$t; 2], [$t; 2], $block / 2, [-0.0; 2],
            |lane, [x, y]| plus(lane, conjugate_times(x, y)),
            |steps, slices| lanes_and_rest::<Self, 2, { $lanes / 2 }>(steps, slices, plus));
        fold!(Sum<[$t; 2]>, 1, Sum<[$t; 2]>, [$t; 2], [$t; 2], [0.0; 2],
            |_with| Self(PhantomData), |a, b| plus(a, b), |this, acc| acc, |out| out);
        fold!(Mean<[$t; 2]>, 1, Sum<[$t; 2]>, [$t; 2], [$t; 2], [0.0; 2],
            |with| Self { n: with.count, element: PhantomData },
            |a, b| plus(a, b), |this, acc| acc.map(|part| part / this.n as $t));
        fold!(Dot<[$t; 2]>, 2, Dot<[$t; 2]>, [$t; 2], [$t; 2], [0.0; 2],
            |_with| Self(PhantomData), |a, b| plus(a, b), |this, acc| acc);
        fold!(Vdot<[$t; 2]>, 2, Vdot<[$t; 2]>, [$t; 2], [$t; 2], [0.0; 2],
            |_with| Self(PhantomData), |a, b| plus(a, b), |this, acc| acc);
    )*};
}
complexes! {
    f32, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32;
    f64, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64;
}

/// A block of integers: additions wrap or are exact, so that the compiler may
/// choose the order.
#[inline(always)]
fn any_order<S: Steps<1>>(steps: S, items: &[S::Item]) -> S::Total {
    steps.total(items.iter().fold(steps.start(), |lane, &x| steps.step(lane, [x], 0)))
}

/// The same of two operands.
#[inline(always)]
fn any_order_of_two<S: Steps<2>>(steps: S, a: &[S::Item], b: &[S::Item]) -> S::Total {
    steps.total(a.iter().zip(b).fold(steps.start(), |lane, (&x, &y)| steps.step(lane, [x, y], 0)))
}

/// Integers. Lanes of sums and products hold a whole block.
macro_rules! integers {
    ($($t:ident, $wide:ident, sum $lane:ident, dot $dot:ident of $product:ident, $block:expr;)*) => {$(
        steps!(Sum<$t>, 1, $t, $lane, $wide, $block, 0,
            |lane, [x]| lane.wrapping_add($lane::from(x)),
            |steps, slices| any_order(steps, slices[0]));
        steps!(Dot<$t>, 2, $t, $dot, $wide, $block, 0,
            |lane, [x, y]| {
                lane.wrapping_add($dot::from($product::from(x).wrapping_mul($product::from(y))))
            },
            |steps, slices| any_order_of_two(steps, slices[0], slices[1]));
        fold!(Sum<$t>, 1, Sum<$t>, $wide, $wide, 0, |_with| Self(PhantomData),
            |a, b| a.wrapping_add(b), |this, acc| acc, |out| out);
        fold!(Dot<$t>, 2, Dot<$t>, $wide, $wide, 0, |_with| Self(PhantomData),
            |a, b| a.wrapping_add(b), |this, acc| acc);
    )*};
}
integers! {
    i8, i64, sum i32, dot i32 of i32, 16384;
    u8, u64, sum u32, dot u32 of u32, 16384;
    i16, i64, sum i32, dot i64 of i32, 8192;
    u16, u64, sum u32, dot u64 of u32, 8192;
    i32, i64, sum i64, dot i64 of i64, 4096;
    u32, u64, sum u64, dot u64 of u64, 4096;
    // Of the unsigned too: wrapping sums and products have the same bits.
    i64, i64, sum i64, dot i64 of i64, 2048;
}

/// Means of integers, with steps: 128 bits hold the exact sum of any array.
macro_rules! means {
    ($($t:ident, $steps:ident;)*) => {$(
        fold!(Mean<$t>, 1, $steps<$t>, i128, f64, 0,
            |with| Self { n: with.count, element: PhantomData },
            |a, b| a.wrapping_add(b), |this, acc| acc as f64 / this.n as f64);
    )*};
}
means! { i8, Sum; u8, Sum; i16, Sum; u16, Sum; i32, Sum; u32, Sum; i64, Exact; u64, Exact; }

macro_rules! exact {
    ($($t:ident)*) => {$(
        steps!(Exact<$t>, 1, $t, i128, i128, 2048, 0,
            |lane, [x]| lane.wrapping_add(i128::from(x)),
            |steps, slices| any_order(steps, slices[0]));
    )*};
}
exact!(i64 u64);
