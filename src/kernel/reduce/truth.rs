//! How many elements are not zero; whether any is, or all are.
//!
//! An element is looked at as bits: all of an integer's, all but the sign of a
//! float's, so that both zeros are zero and NaN is not.

use super::{Fold, Steps, With};

/// Steps of all three: how many elements have any of the bits of a mask.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NonZero<T> {
    mask: T,
}

/// How many are not zero.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count<T>(NonZero<T>);

/// Whether any is not zero: the first that is not settles it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Any<T>(NonZero<T>);

/// Whether none is zero: the first that is settles it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct All<T>(NonZero<T>);

macro_rules! fold {
    ($name:ident<$t:ty>, |$flip:ident| $mask:expr, $out:ty, $settles:literal,
     |$total:ident, $n:ident| $widen:expr, |$acc:ident| $finish:expr) => {
        impl Fold<1> for $name<$t> {
            type Steps = NonZero<$t>;
            type Acc = u64;
            type Out = $out;
            #[inline(always)]
            fn empty(self) -> u64 {
                0
            }
            const SETTLES: bool = $settles;
            #[inline(always)]
            fn new(with: &With) -> Self {
                let $flip = with.flip;
                Self(NonZero { mask: $mask })
            }
            #[inline(always)]
            fn steps(self) -> NonZero<$t> {
                self.0
            }
            #[inline(always)]
            fn widen(self, $total: u64, _: usize, $n: usize) -> u64 {
                let _ = $n;
                $widen
            }
            #[inline(always)]
            fn merge(self, a: u64, b: u64) -> u64 {
                a + b
            }
            #[inline(always)]
            fn finish(self, $acc: u64) -> $out {
                $finish
            }
            #[inline(always)]
            fn is_settled(acc: u64) -> bool {
                $settles && acc > 0
            }
        }
    };
}

macro_rules! bits {
    ($($t:ty, $block:expr, |$flip:ident| $mask:expr, |$x:ident, $bits:ident| $is_some:expr;)*) => {$(
        impl Steps<1> for NonZero<$t> {
            type Item = $t;
            type Lane = u32;
            type Total = u64;
            const BLOCK: usize = $block;
            #[inline(always)]
            fn start(self) -> u32 {
                0
            }
            #[inline(always)]
            fn step(self, lane: u32, [$x]: [$t; 1], _at: usize) -> u32 {
                let $bits = self.mask;
                lane + u32::from($is_some)
            }
            #[inline(always)]
            fn total(self, lane: u32) -> u64 {
                u64::from(lane)
            }
            #[inline(always)]
            fn block(self, [items]: [&[$t]; 1]) -> u64 {
                self.total(items.iter().fold(0, |lane, &x| self.step(lane, [x], 0)))
            }
        }
        fold!(Count<$t>, |$flip| $mask, usize, false, |total, n| total, |acc| acc as usize);
        fold!(Any<$t>, |$flip| $mask, bool, true, |total, n| total, |acc| acc > 0);
        fold!(All<$t>, |$flip| $mask, bool, true, |total, n| n as u64 - total, |acc| acc == 0);
    )*};
}
bits! {
    u8, 16384, |flip| flip as u8, |x, mask| x & mask != 0;
    u16, 8192, |flip| flip as u16, |x, mask| x & mask != 0;
    u32, 4096, |flip| flip as u32, |x, mask| x & mask != 0;
    u64, 2048, |flip| flip, |x, mask| x & mask != 0;
    // Complex numbers: of either part.
    [u32; 2], 2048, |flip| [flip as u32; 2], |x, mask| (x[0] & mask[0]) | (x[1] & mask[1]) != 0;
    [u64; 2], 1024, |flip| [flip; 2], |x, mask| (x[0] & mask[0]) | (x[1] & mask[1]) != 0;
}
