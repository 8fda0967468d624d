//! Norms of vectors, without overflow on the way.
//!
//! The Euclidean one of f64 keeps three sums of squares, of elements scaled down, as
//! they are, and scaled up (Blue, "A portable Fortran program to find the Euclidean
//! norm of a vector", ACM TOMS 4, 1978). An element chooses by its own size in rows and
//! short sequences, a block by the largest of its elements. Squares of f32 fit f64.

use std::marker::PhantomData;

use super::extremes::Extreme;
use super::lanes::lanes;
use super::{Fold, Steps, With};
use crate::tuning;

/// The sum of absolute values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm1<T>(PhantomData<T>);

/// The root of the sum of squares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norm2<T>(PhantomData<T>);

/// The greatest absolute value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NormInf<T>(PhantomData<T>);

macro_rules! fold {
    ($name:ident<$t:ident>, $lane:ty, $block:expr, $start:expr, $empty:expr,
     |$acc:ident, $x:ident| $step:expr, |$items:ident| $of_block:expr,
     |$a:ident, $b:ident| $merge:expr, |$last:ident| $finish:expr) => {
        impl $name<$t> {
            #[inline(always)]
            fn merge($a: $lane, $b: $lane) -> $lane {
                $merge
            }
        }
        impl Steps<1> for $name<$t> {
            type Item = $t;
            type Lane = $lane;
            type Total = $lane;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> $lane {
                $start
            }
            #[inline(always)]
            fn step(self, $acc: $lane, [$x]: [$t; 1], _at: usize) -> $lane {
                $step
            }
            #[inline(always)]
            fn total(self, lane: $lane) -> $lane {
                lane
            }
            #[inline(always)]
            fn block(self, [$items]: [&[$t]; 1]) -> $lane {
                $of_block
            }
        }
        impl Fold<1> for $name<$t> {
            type Steps = Self;
            type Acc = $lane;
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> $lane {
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
            fn widen(self, total: $lane, _: usize, _: usize) -> $lane {
                total
            }
            #[inline(always)]
            fn merge(self, a: $lane, b: $lane) -> $lane {
                Self::merge(a, b)
            }
            #[inline(always)]
            fn finish(self, $last: $lane) -> $t {
                $finish
            }
        }
    };
}

macro_rules! floats {
    ($t:ident, $lanes:expr, $block:expr) => {
        fold!(
            Norm1<$t>,
            $t,
            $block,
            0.0,
            0.0,
            |lane, x| lane + x.abs(),
            |items| lanes::<Self, 1, { $lanes }>(Self(PhantomData), [items], [0.0], Self::merge),
            |a, b| a + b,
            |acc| acc
        );
        // The least of the negated: what the kernel of the greatest does.
        fold!(
            NormInf<$t>,
            $t,
            $block,
            0.0,
            0.0,
            |lane, x| Extreme::<$t, false>::lesser(lane, -x.abs()),
            |items| lanes::<Self, 1, { $lanes }>(Self(PhantomData), [items], [0.0], Self::merge),
            |a, b| Extreme::<$t, false>::lesser(a, b),
            |acc| acc.abs()
        );
    };
}
floats!(f32, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32);
floats!(f64, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64);

fold!(
    Norm2<f32>,
    f64,
    tuning::REDUCE_BLOCK_F32,
    0.0,
    0.0,
    |lane, x| {
        let x = f64::from(x);
        lane + x * x
    },
    |items| lanes::<Self, 1, { tuning::REDUCE_LANES_F64 }>(
        Self(PhantomData),
        [items],
        [0.0],
        Self::merge
    ),
    |a, b| a + b,
    |acc| acc.sqrt() as f32
);

/// 2^500 and 2^-400: from where squares are scaled; and by what, 2^-600 and 2^600.
const LARGE: f64 = f64::from_bits((1023 + 500) << 52);
const SMALL: f64 = f64::from_bits((1023 - 400) << 52);
const DOWN: f64 = f64::from_bits((1023 - 600) << 52);
const UP: f64 = f64::from_bits((1023 + 600) << 52);

/// Sums of squares: scaled down, as they are, scaled up.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Squares {
    large: f64,
    mid: f64,
    small: f64,
}

const NOTHING: Squares = Squares { large: 0.0, mid: 0.0, small: 0.0 };

/// The sum of squares of scaled elements.
#[derive(Clone, Copy)]
struct Scaled(f64);

impl Steps<1> for Scaled {
    type Item = f64;
    type Lane = f64;
    type Total = f64;
    const BLOCK: usize = tuning::REDUCE_BLOCK_F64;
    #[inline(always)]
    fn start(self) -> f64 {
        0.0
    }
    #[inline(always)]
    fn step(self, lane: f64, [x]: [f64; 1], _at: usize) -> f64 {
        let x = x * self.0;
        lane + x * x
    }
    #[inline(always)]
    fn total(self, lane: f64) -> f64 {
        lane
    }
    #[inline(always)]
    fn block(self, items: [&[f64]; 1]) -> f64 {
        lanes::<Self, 1, { tuning::REDUCE_LANES_F64 }>(self, items, [0.0], |a, b| a + b)
    }
}

fold!(
    Norm2<f64>,
    Squares,
    tuning::REDUCE_BLOCK_F64,
    NOTHING,
    NOTHING,
    |lane, x| {
        let size = x.abs();
        let (large, small) = (size > LARGE, size < SMALL);
        let part = |scale: f64, counts: bool| {
            let x = x * scale;
            if counts { x * x } else { 0.0 }
        };
        Squares {
            large: lane.large + part(DOWN, large),
            mid: lane.mid + part(1.0, !large & !small),
            small: lane.small + part(UP, small),
        }
    },
    |items| {
        let most = NormInf::<f64>(PhantomData).block([items]).abs();
        if most > LARGE {
            Squares { large: Scaled(DOWN).block([items]), ..NOTHING }
        } else if most < SMALL {
            Squares { small: Scaled(UP).block([items]), ..NOTHING }
        } else {
            Squares { mid: Scaled(1.0).block([items]), ..NOTHING }
        }
    },
    |a, b| Squares { large: a.large + b.large, mid: a.mid + b.mid, small: a.small + b.small },
    |acc| {
        if acc.large > 0.0 {
            (acc.large + acc.mid * DOWN * DOWN).sqrt() * UP
        } else if acc.mid == 0.0 {
            acc.small.sqrt() * DOWN
        } else {
            (acc.mid + acc.small * DOWN * DOWN).sqrt()
        }
    }
);
