//! Where the least or the greatest element stands, and both of them at once.

use std::marker::PhantomData;

use super::by_hand::{by_hand, total_of};
use super::extremes::Extreme;
use super::{Fold, Steps, With};
use crate::simd::{self, Kernel};
use crate::tuning;

/// The index of the first least element (or greatest, see [`Extreme`]); of the first
/// NaN if there is one; zeros of both signs are equal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<T, const GREATEST: bool>(Extreme<T, GREATEST>);

/// The best so far, turned, and which element of its block it is: a whole block of
/// rows fits into any index, so value and index have one width.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Lane<T, I> {
    value: T,
    index: I,
}

/// What is looked for in a block, in which it is.
struct Find<'a, T, const GREATEST: bool> {
    place: Place<T, GREATEST>,
    items: &'a [T],
    value: T,
}

/// Elements looked at together for the one that is searched.
const TOGETHER: usize = tuning::REDUCE_TOGETHER;

/// The index of the first element that is what is searched; there is one.
#[inline(always)]
fn position<T: Copy>(items: &[T], is_it: impl Fn(T) -> bool) -> u64 {
    let mut start = 0;
    for group in items.chunks_exact(TOGETHER) {
        if group.iter().fold(false, |any, &x| any | is_it(x)) {
            break;
        }
        start += TOGETHER;
    }
    let rest = items[start..].iter().position(|&x| is_it(x));
    (start + rest.unwrap_or_default()) as u64
}

macro_rules! place {
    ($($t:ident, $greatest:literal, $index:ident, $start:expr, |$x:ident| $is_nan:expr;)*) => {$(
        impl Place<$t, $greatest> {
            /// Whether `x` is better than an earlier `best`.
            #[inline(always)]
            fn is_better(x: $t, best: $t) -> bool {
                let is_nan = |$x: $t| $is_nan;
                (x < best) | (is_nan(x) & !is_nan(best))
            }
        }

        impl Steps<1> for Place<$t, $greatest> {
            type Item = $t;
            type Lane = Lane<$t, $index>;
            type Total = Lane<$t, u64>;
            const BLOCK: usize = <Extreme<$t, $greatest> as Steps<1>>::BLOCK;
            #[inline(always)]
            fn start(self) -> Lane<$t, $index> {
                Lane { value: $start, index: 0 }
            }
            #[inline(always)]
            fn step(self, lane: Self::Lane, [x]: [$t; 1], at: usize) -> Self::Lane {
                let x = self.0.turn(x);
                let better = Self::is_better(x, lane.value);
                let value = if better { x } else { lane.value };
                Lane { value, index: if better { at as $index } else { lane.index } }
            }
            #[inline(always)]
            fn total(self, lane: Self::Lane) -> Lane<$t, u64> {
                Lane { value: lane.value, index: u64::from(lane.index) }
            }
            #[inline(always)]
            fn block(self, [items]: [&[$t]; 1]) -> Lane<$t, u64> {
                let value = by_hand([items], true, self.0).unwrap_or_else(|all| all.block([items]));
                Lane { value, index: Find { place: self, items, value }.run() }
            }
        }

        impl Kernel for Find<'_, $t, $greatest> {
            type Output = u64;

            #[inline(always)]
            fn run(self) -> u64 {
                let Self { place, items, value } = self;
                let is_nan = |$x: $t| $is_nan;
                if is_nan(value) {
                    position(items, is_nan)
                } else {
                    position(items, |x| place.0.turn(x) == value)
                }
            }
        }

        impl Fold<1> for Place<$t, $greatest> {
            type Steps = Self;
            type Acc = Lane<$t, u64>;
            type Out = usize;
            #[inline(always)]
            fn empty(self) -> Lane<$t, u64> {
                Lane { value: $start, index: 0 }
            }
            const ORDERED: bool = true;
            #[inline(always)]
            fn new(with: &With) -> Self {
                Self(Extreme::<$t, $greatest>::new(with))
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, total: Lane<$t, u64>, at: usize, _: usize) -> Lane<$t, u64> {
                Lane { value: total.value, index: at as u64 + total.index }
            }
            const LOOKS_BACK: bool = true;
            #[inline(always)]
            fn after(self, [items]: [&[$t]; 1], at: usize, before: Lane<$t, u64>) -> Lane<$t, u64> {
                let value = total_of(self.0, items);
                if !Self::is_better(value, before.value) {
                    return before;
                }
                let index = simd::dispatch(Find { place: self, items, value });
                Lane { value, index: at as u64 + index }
            }
            #[inline(always)]
            fn merge(self, a: Lane<$t, u64>, b: Lane<$t, u64>) -> Lane<$t, u64> {
                if Self::is_better(b.value, a.value) { b } else { a }
            }
            #[inline(always)]
            fn finish(self, acc: Lane<$t, u64>) -> usize {
                acc.index as usize
            }
        }
    )*};
}
place! {
    f32, false, u32, f32::INFINITY, |x| x.is_nan();
    f32, true, u32, f32::INFINITY, |x| x.is_nan();
    f64, false, u64, f64::INFINITY, |x| x.is_nan();
    f64, true, u64, f64::INFINITY, |x| x.is_nan();
    i8, false, u8, i8::MAX, |_x| false;
    i16, false, u16, i16::MAX, |_x| false;
    i32, false, u32, i32::MAX, |_x| false;
    i64, false, u64, i64::MAX, |_x| false;
}

/// The index of the first least element (or greatest) among those that are not NaN;
/// `usize::MAX` if there is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NanPlace<T, const GREATEST: bool>(PhantomData<T>);

macro_rules! nan_place {
    ($($t:ident, $greatest:literal, $index:ident;)*) => {$(
        impl NanPlace<$t, $greatest> {
            #[inline(always)]
            fn turn(x: $t) -> $t {
                if $greatest { -x } else { x }
            }
            /// Whether `x` is better than an earlier `best`, which is NaN if there is none.
            #[inline(always)]
            fn is_better(x: $t, best: $t) -> bool {
                (x < best) | (best.is_nan() & !x.is_nan())
            }
        }

        impl Steps<1> for NanPlace<$t, $greatest> {
            type Item = $t;
            type Lane = Lane<$t, $index>;
            type Total = Lane<$t, u64>;
            const BLOCK: usize = <Extreme<$t, $greatest> as Steps<1>>::BLOCK;
            #[inline(always)]
            fn start(self) -> Lane<$t, $index> {
                Lane { value: $t::NAN, index: 0 }
            }
            #[inline(always)]
            fn step(self, lane: Self::Lane, [x]: [$t; 1], at: usize) -> Self::Lane {
                let x = Self::turn(x);
                let better = Self::is_better(x, lane.value);
                let value = if better { x } else { lane.value };
                Lane { value, index: if better { at as $index } else { lane.index } }
            }
            #[inline(always)]
            fn total(self, lane: Self::Lane) -> Lane<$t, u64> {
                Lane { value: lane.value, index: u64::from(lane.index) }
            }
            #[inline(always)]
            fn block(self, [items]: [&[$t]; 1]) -> Lane<$t, u64> {
                let value = items.iter().fold($t::NAN, |best, &x| {
                    let x = Self::turn(x);
                    if Self::is_better(x, best) { x } else { best }
                });
                if value.is_nan() {
                    return Lane { value, index: 0 };
                }
                Lane { value, index: position(items, |x| Self::turn(x) == value) }
            }
        }

        impl Fold<1> for NanPlace<$t, $greatest> {
            type Steps = Self;
            type Acc = Lane<$t, u64>;
            type Out = usize;
            const ORDERED: bool = true;
            #[inline(always)]
            fn empty(self) -> Lane<$t, u64> {
                Lane { value: $t::NAN, index: 0 }
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
            fn widen(self, total: Lane<$t, u64>, at: usize, _: usize) -> Lane<$t, u64> {
                Lane { value: total.value, index: at as u64 + total.index }
            }
            #[inline(always)]
            fn merge(self, a: Lane<$t, u64>, b: Lane<$t, u64>) -> Lane<$t, u64> {
                if Self::is_better(b.value, a.value) { b } else { a }
            }
            #[inline(always)]
            fn finish(self, acc: Lane<$t, u64>) -> usize {
                if acc.value.is_nan() { usize::MAX } else { acc.index as usize }
            }
        }
    )*};
}
nan_place! { f32, false, u32; f32, true, u32; f64, false, u64; f64, true, u64; }

/// The least and the greatest element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Both<T>(Extreme<T, false>);

macro_rules! both {
    ($($t:ident, $start:expr, $empty:expr, |$x:ident| $over:expr, |$all:ident, $items:ident| $other:expr;)*) => {$(
        impl Both<$t> {
            /// Upside down.
            #[inline(always)]
            fn over($x: $t) -> $t {
                $over
            }
        }

        impl Steps<1> for Both<$t> {
            type Item = $t;
            type Lane = [$t; 2];
            type Total = [$t; 2];
            const BLOCK: usize = <Extreme<$t, false> as Steps<1>>::BLOCK;
            #[inline(always)]
            fn start(self) -> [$t; 2] {
                [$start; 2]
            }
            #[inline(always)]
            fn step(self, [least, most]: [$t; 2], [x]: [$t; 1], _at: usize) -> [$t; 2] {
                let x = self.0.turn(x);
                let lesser = Extreme::<$t, false>::lesser;
                [lesser(least, x), lesser(most, Self::over(x))]
            }
            #[inline(always)]
            fn total(self, lane: [$t; 2]) -> [$t; 2] {
                lane
            }
            #[inline(always)]
            fn block(self, [$items]: [&[$t]; 1]) -> [$t; 2] {
                let $all = self;
                let least = by_hand([$items], true, $all.0).unwrap_or_else(|all| all.block([$items]));
                [least, $other]
            }
        }

        impl Fold<1> for Both<$t> {
            type Steps = Self;
            type Acc = [$t; 2];
            type Out = [$t; 2];
            #[inline(always)]
            fn empty(self) -> [$t; 2] {
                [$empty; 2]
            }
            #[inline(always)]
            fn new(with: &With) -> Self {
                Self(Extreme::<$t, false>::new(with))
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, total: [$t; 2], _: usize, _: usize) -> [$t; 2] {
                total
            }
            #[inline(always)]
            fn merge(self, a: [$t; 2], b: [$t; 2]) -> [$t; 2] {
                let lesser = Extreme::<$t, false>::lesser;
                [lesser(a[0], b[0]), lesser(a[1], b[1])]
            }
            #[inline(always)]
            fn finish(self, [least, most]: [$t; 2]) -> [$t; 2] {
                [self.0.turn(least), self.0.turn(Self::over(most))]
            }
        }
    )*};
}
both! {
    f32, f32::INFINITY, f32::NAN, |x| -x, |all, items| {
        let most = Extreme::<f32, true>::new(&With::default());
        by_hand([items], false, most).unwrap_or_else(|most| most.block([items]))
    };
    f64, f64::INFINITY, f64::NAN, |x| -x, |all, items| {
        let most = Extreme::<f64, true>::new(&With::default());
        by_hand([items], false, most).unwrap_or_else(|most| most.block([items]))
    };
    i8, i8::MAX, i8::MAX, |x| !x, |all, items| all.0.turned_over().block([items]);
    i16, i16::MAX, i16::MAX, |x| !x, |all, items| all.0.turned_over().block([items]);
    i32, i32::MAX, i32::MAX, |x| !x, |all, items| all.0.turned_over().block([items]);
    i64, i64::MAX, i64::MAX, |x| !x, |all, items| all.0.turned_over().block([items]);
}
