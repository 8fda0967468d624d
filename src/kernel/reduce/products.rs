//! Products of all elements.

use std::marker::PhantomData;

use super::lanes::lanes;
use super::{Fold, Steps, With};
use crate::kernel::pair::times_or_one;
use crate::tuning;

/// The product, of integers in 64 bits, wrapping.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Product<T>(PhantomData<T>);

macro_rules! fold {
    ($t:ty, $wide:ty, $block:expr, $one:expr, |$lane:ident, $x:ident| $times:expr,
     |$steps:ident, $items:ident| $product:expr) => {
        impl Steps<1> for Product<$t> {
            type Item = $t;
            type Lane = $wide;
            type Total = $wide;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> $wide {
                $one
            }
            #[inline(always)]
            fn step(self, $lane: $wide, [x]: [$t; 1], _at: usize) -> $wide {
                let $x = <$wide>::from(x);
                $times
            }
            #[inline(always)]
            fn total(self, lane: $wide) -> $wide {
                lane
            }
            #[inline(always)]
            fn block(self, [$items]: [&[$t]; 1]) -> $wide {
                let $steps = self;
                $product
            }
        }

        impl Fold<1> for Product<$t> {
            type Steps = Self;
            type Acc = $wide;
            type Out = $wide;
            #[inline(always)]
            fn empty(self) -> $wide {
                $one
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
            fn widen(self, total: $wide, _: usize, _: usize) -> $wide {
                total
            }
            #[inline(always)]
            fn merge(self, $lane: $wide, $x: $wide) -> $wide {
                $times
            }
            #[inline(always)]
            fn finish(self, acc: $wide) -> $wide {
                acc
            }
            #[inline(always)]
            fn resume(self, out: $wide) -> $wide {
                out
            }
        }
    };
}

macro_rules! floats {
    ($($t:ident, $lanes:expr, $block:expr;)*) => {$(
        fold!($t, $t, $block, 1.0, |lane, x| lane * x, |steps, items| {
            lanes::<Self, 1, { $lanes }>(steps, [items], [1.0], |a, b| a * b)
        });
    )*};
}
floats! {
    f32, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32;
    f64, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64;
}

macro_rules! complexes {
    ($($t:ident, $lanes:expr, $block:expr;)*) => {$(
        fold!([$t; 2], [$t; 2], $block / 2, [1.0, 0.0], |lane, x| times_or_one(lane, x),
            |steps, items| {
                lanes::<Self, 1, { $lanes / 2 }>(steps, [items], [[1.0, 0.0]], times_or_one)
            });
    )*};
}
complexes! {
    f32, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32;
    f64, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64;
}

macro_rules! integers {
    ($($t:ident, $wide:ident, $block:expr;)*) => {$(
        fold!($t, $wide, $block, 1, |lane, x| lane.wrapping_mul(x), |steps, items| {
            items.iter().fold(1, |lane, &x| steps.step(lane, [x], 0))
        });
    )*};
}
integers! {
    i8, i64, 16384; u8, u64, 16384;
    i16, i64, 8192; u16, u64, 8192;
    i32, i64, 4096; u32, u64, 4096;
    // Of the unsigned too: wrapping products have the same bits.
    i64, i64, 2048;
}
