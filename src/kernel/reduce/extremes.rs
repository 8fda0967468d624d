//! The least and the greatest element.
//!
//! The greatest is the least of elements turned upside down. For integers both are one
//! kernel, told by its caller which bits to flip: all of them for the greatest; and
//! unsigned integers are signed ones with the top bit flipped. For floats, whose lanes
//! are short of registers (half the speed in L1), they are two.

use super::lanes::lanes;
#[cfg(target_arch = "x86_64")]
use super::wide::{self, Wide};
use super::{Fold, Steps, With};
#[cfg(target_arch = "x86_64")]
use super::{Pieces, wide_pieces};
use crate::tuning;

/// The least element; NaN if there is one; -0.0 below +0.0. Of floats also the greatest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extreme<T, const GREATEST: bool> {
    flip: T,
}

macro_rules! fold {
    ($t:ident, $greatest:literal, $block:expr, $ahead:expr, $start:expr, $empty:expr,
     |$this:ident, $x:ident| $turn:expr, |$a:ident, $b:ident| $lesser:expr,
     |$steps:ident, $items:ident| $least:expr $(, wide $wide:ident)?) => {
        impl Extreme<$t, $greatest> {
            #[inline(always)]
            pub(super) fn turn(self, $x: $t) -> $t {
                let $this = self;
                let _ = $this;
                $turn
            }
            #[inline(always)]
            pub(super) fn lesser($a: $t, $b: $t) -> $t {
                $lesser
            }
        }

        impl Steps<1> for Extreme<$t, $greatest> {
            type Item = $t;
            type Lane = $t;
            type Total = $t;
            const BLOCK: usize = $block;
            const AHEAD: usize = $ahead;
            #[inline(always)]
            fn start(self) -> $t {
                $start
            }
            #[inline(always)]
            fn step(self, lane: $t, [x]: [$t; 1], _at: usize) -> $t {
                Self::lesser(lane, self.turn(x))
            }
            #[inline(always)]
            fn total(self, lane: $t) -> $t {
                lane
            }
            #[inline(always)]
            fn block(self, [$items]: [&[$t]; 1]) -> $t {
                let $steps = self;
                $least
            }
            $(#[cfg(target_arch = "x86_64")]
            const WIDE: Option<[Wide<$t>; 2]> = Some(wide::$wide);
            #[cfg(target_arch = "x86_64")]
            const PIECES: Option<[Pieces; 2]> = Some(wide_pieces::$wide);)?
        }

        impl Fold<1> for Extreme<$t, $greatest> {
            type Steps = Self;
            type Acc = $t;
            type Out = $t;
            #[inline(always)]
            fn empty(self) -> $t {
                $empty
            }
            #[inline(always)]
            fn new(with: &With) -> Self {
                Self { flip: with.flip as $t }
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
                Self::lesser(a, b)
            }
            #[inline(always)]
            fn finish(self, acc: $t) -> $t {
                self.turn(acc)
            }
            #[inline(always)]
            fn resume(self, out: $t) -> $t {
                self.turn(out)
            }
        }
    };
}

macro_rules! floats {
    ($($t:ident, $greatest:literal, $lanes:expr, $block:expr, $wide:ident;)*) => {$(
        // The lesser of two; NaN if either is; -0.0 below +0.0: two comparisons that
        // disagree only where both are equal (they may be zeros of two signs) or
        // unordered (each gives its second), joined by OR: -0.0 wins by its sign bit,
        // NaN by its all-ones exponent and some bit below.
        fold!($t, $greatest, $block, tuning::REDUCE_AHEAD, $t::INFINITY, $t::NAN,
            |this, x| if $greatest { -x } else { x },
            |a, b| {
                let ab = if a < b { a } else { b };
                let ba = if b < a { b } else { a };
                $t::from_bits(ab.to_bits() | ba.to_bits())
            },
            |steps, items| {
                let last = [steps.turn($t::INFINITY)];
                lanes::<Self, 1, { $lanes }>(steps, [items], last, Self::lesser)
            },
            wide $wide);
    )*};
}
floats! {
    f32, false, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32, LEAST_F32;
    f32, true, tuning::REDUCE_LANES_F32, tuning::REDUCE_BLOCK_F32, GREATEST_F32;
    f64, false, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64, LEAST_F64;
    f64, true, tuning::REDUCE_LANES_F64, tuning::REDUCE_BLOCK_F64, GREATEST_F64;
}

macro_rules! integers {
    ($($t:ident, $block:expr;)*) => {$(
        impl Extreme<$t, false> {
            /// The greatest for the least.
            #[inline(always)]
            pub(super) fn turned_over(self) -> Self {
                Self { flip: !self.flip }
            }
        }
        fold!($t, false, $block, 0, $t::MAX, $t::MAX,
            |this, x| x ^ this.flip,
            |a, b| if b < a { b } else { a },
            |steps, items| {
                items.iter().fold(steps.start(), |lane, &x| steps.step(lane, [x], 0))
            });
    )*};
}
integers! { i8, 16384; i16, 8192; i32, 4096; i64, 2048; }
