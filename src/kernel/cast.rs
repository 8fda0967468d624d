//! One number as a number of another type: branch-free, so that loops of it vectorise.
//!
//! ```text
//! float to integer of up to 32 bits: NaN to 0, clamped to what the type holds, converted;
//!     where the largest integer is no float, picked where the number is too large
//! f64 to 64 bits: t = hi 2^32 + lo; each added to 2^52, which puts it into the low bits
//! 64 bits to f64: the halves as f64 beside 2^52 and 2^84, which one addition takes away
//! ```
//! AVX2 has none of the last two as an instruction, and what `as` makes of a float (it
//! saturates) is converted one by one. The constants are those of the compiler's own
//! conversion of `u64`.

// One source for all pairs of types: casts that always fit are among them.
#![allow(clippy::cast_lossless)]

/// The conversions from one type to another.
pub trait CastTo<T>: Copy {
    /// Toward zero, at most what the type holds; NaN gives 0.
    fn truncated(self) -> T;
    /// To the nearest, ties to even, at most what the type holds; NaN gives 0.
    fn nearest(self) -> T;
    /// Integers modulo the range of the type; others as `truncated`.
    fn wrapped(self) -> T;
}

/// An `impl` of [`CastTo`]: truncated; nearest; wrapped.
macro_rules! cast {
    ($from:ident $to:ident |$x:ident| $truncated:expr; $nearest:expr; $wrapped:expr) => {
        impl CastTo<$to> for $from {
            #[inline(always)]
            fn truncated(self) -> $to {
                let $x = self;
                $truncated
            }
            #[inline(always)]
            fn nearest(self) -> $to {
                let $x = self;
                $nearest
            }
            #[inline(always)]
            fn wrapped(self) -> $to {
                let $x = self;
                $wrapped
            }
        }
    };
    ($from:ident $to:ident |$x:ident| $any:expr) => {
        cast!($from $to |$x| $any; $any; $any);
    };
}

// ---- floats ------------------------------------------------------------------

macro_rules! float_to_integers {
    ($from:ident: $($to:ident by $way:ident),*) => {$(
        cast!($from $to |x| $way::<$from, $to>(x); $way::<$from, $to>(x.round_ties_even());
            $way::<$from, $to>(x));
    )*};
}
float_to_integers!(f32: i8 by small, i16 by small, u8 by small, u16 by small, i32 by whole,
    u32 by unsigned, i64 by long, u64 by long);
float_to_integers!(f64: i8 by small, i16 by small, u8 by small, u16 by small, i32 by whole,
    u32 by unsigned, i64 by long, u64 by long);

/// What conversions ask of a float.
trait Real: Copy + PartialOrd + std::ops::Sub<Output = Self> {
    const ZERO: Self;
    const TWO_31: Self;
    /// Toward zero.
    ///
    /// # Safety
    /// From -2^31 to below 2^31.
    unsafe fn to_i32(self) -> i32;
    fn to_f64(self) -> f64;
    fn is_number(self) -> bool;
}

macro_rules! reals {
    ($($t:ident)*) => {$(
        impl Real for $t {
            const ZERO: Self = 0.0;
            const TWO_31: Self = 2_147_483_648.0;
            #[inline(always)]
            unsafe fn to_i32(self) -> i32 {
                // SAFETY: by the caller.
                unsafe { self.to_int_unchecked() }
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn is_number(self) -> bool {
                !self.is_nan()
            }
        }
    )*};
}
reals!(f32 f64);

/// What conversions ask of an integer: the least and the greatest as floats, rounded
/// toward zero, and the one above.
trait Whole<F>: Copy {
    const LEAST: F;
    const GREATEST: F;
    /// Not reached by values that the type holds.
    const ABOVE: F;
    const MAX: Self;
    /// The low bits.
    fn low(bits: u64) -> Self;
}

macro_rules! wholes {
    ($($t:ident)*) => { wholes!(@ f32 1u32 << 24; $($t)*); wholes!(@ f64 1u64 << 53; $($t)*); };
    (@ $f:ident $exact:expr; $($t:ident)*) => {$(
        impl Whole<$f> for $t {
            const LEAST: $f = $t::MIN as $f;
            const GREATEST: $f = {
                // The bits beyond those of a float cleared.
                let exact = ($exact) as u128;
                let max = $t::MAX as u128;
                (if max < exact { max } else { max - max / exact }) as $f
            };
            const ABOVE: $f = ($t::MAX as u128 + 1) as $f;
            const MAX: Self = $t::MAX;
            #[inline(always)]
            fn low(bits: u64) -> Self {
                bits as Self
            }
        }
    )*};
}
wholes!(i8 i16 i32 i64 u8 u16 u32 u64);

/// NaN as 0, and nothing beyond what the integer holds.
#[inline(always)]
fn clamped<F: Real, T: Whole<F>>(x: F) -> F {
    let x = if x.is_number() { x } else { F::ZERO };
    let x = if x < T::LEAST { T::LEAST } else { x };
    if x > T::GREATEST { T::GREATEST } else { x }
}

/// Integers that the float holds all of, and `i32` too.
#[inline(always)]
fn small<F: Real, T: Whole<F>>(x: F) -> T {
    // SAFETY: clamped to what a type of fewer than 32 bits holds.
    T::low(unsafe { clamped::<F, T>(x).to_i32() } as u64)
}

/// `i32`.
#[inline(always)]
fn whole<F: Real, T: Whole<F>>(x: F) -> T {
    // SAFETY: clamped to what the type holds.
    let low = T::low(unsafe { clamped::<F, T>(x).to_i32() } as u64);
    if x >= T::ABOVE { T::MAX } else { low }
}

/// `u32`: what is 2^31 and more is converted less 2^31, which is exact.
#[inline(always)]
fn unsigned<F: Real, T: Whole<F>>(x: F) -> T {
    let clamped = clamped::<F, T>(x);
    let large = clamped >= F::TWO_31;
    let rest = if large { clamped - F::TWO_31 } else { clamped };
    // SAFETY: from 0 to below 2^31.
    let low = unsafe { rest.to_i32() } as u32 ^ (u32::from(large) << 31);
    if x >= T::ABOVE { T::MAX } else { T::low(u64::from(low)) }
}

/// 64 bits.
#[inline(always)]
fn long<F: Real, T: Whole<f64>>(x: F) -> T {
    const TWO_32: f64 = 4_294_967_296.0;
    /// 1.5 * 2^52: sums with it have integers, negative ones too, in their low bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let x = x.to_f64();
    let t = clamped::<f64, T>(x).trunc();
    let high = (t * (1.0 / TWO_32)).floor();
    let low = t - high * TWO_32;
    let bits = ((high + SHIFT).to_bits() << 32) | ((low + SHIFT).to_bits() & 0xFFFF_FFFF);
    if x >= T::ABOVE { T::MAX } else { T::low(bits) }
}

cast!(f32 f32 |x| x);
cast!(f64 f64 |x| x);
cast!(f32 f64 |x| f64::from(x));
cast!(f64 f32 |x| x as f32);

// ---- integers ----------------------------------------------------------------

macro_rules! integers {
    ($($from:ident)*) => {$(
        integers!(@ $from: i8 i16 i32 i64 u8 u16 u32 u64);
        cast!($from f32 |x| x as f32);
    )*};
    (@ $from:ident: $($to:ident)*) => {$(
        cast!($from $to |x| saturated!($from $to x); saturated!($from $to x); x as $to);
    )*};
}
macro_rules! saturated {
    ($from:ident $to:ident $x:ident) => {{
        const LEAST: $from = {
            let (from, to) = ($from::MIN as i128, $to::MIN as i128);
            (if from > to { from } else { to }) as $from
        };
        const GREATEST: $from = {
            let (from, to) = ($from::MAX as i128, $to::MAX as i128);
            (if from < to { from } else { to }) as $from
        };
        let x = if $x < LEAST { LEAST } else { $x };
        (if x > GREATEST { GREATEST } else { x }) as $to
    }};
}
integers!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! to_f64 {
    ($($from:ident)*) => {$( cast!($from f64 |x| f64::from(x)); )*};
}
to_f64!(i8 i16 i32 u8 u16 u32);
cast!(u64 f64 |x| halves(x & 0xFFFF_FFFF, x >> 32, 0.0));
cast!(i64 f64 |x| halves(
    x as u64 & 0xFFFF_FFFF,
    // The sign bit turned: 2^31 more.
    (x as u64 >> 32) ^ (1 << 31),
    9_223_372_036_854_775_808.0
));

/// `high * 2^32 + low - less`, of halves of 32 bits, rounded once.
#[inline(always)]
fn halves(low: u64, high: u64, less: f64) -> f64 {
    const TWO_52: u64 = 0x4330_0000_0000_0000;
    const TWO_84: u64 = 0x4530_0000_0000_0000;
    let both = f64::from_bits(TWO_52) + f64::from_bits(TWO_84);
    // Exact: multiples of 2^32 below 2^86.
    let high = f64::from_bits(high | TWO_84) - (both + less);
    high + f64::from_bits(low | TWO_52)
}

// ---- truth -------------------------------------------------------------------

macro_rules! truths {
    ($($t:ident)*) => {$(
        cast!($t bool |x| x != <$t>::default());
        cast!(bool $t |x| <$t>::from(x));
    )*};
}
truths!(i8 i16 i32 i64 u8 u16 u32 u64);
cast!(bool bool |x| x);
cast!(f32 bool |x| x != 0.0);
cast!(f64 bool |x| x != 0.0);
cast!(bool f32 |x| f32::from(u8::from(x)));
cast!(bool f64 |x| f64::from(u8::from(x)));

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    /// Numbers around every edge.
    fn floats() -> Vec<f64> {
        let mut all = vec![0.0, -0.0, f64::NAN, f64::INFINITY, -f64::INFINITY, 1e300, -1e300];
        all.extend([f64::MIN_POSITIVE, -5e-324, 0.49999999999999994, 1e-9]);
        for p in 0..70 {
            let power = 2f64.powi(p);
            let near = (power as f32).next_down();
            for x in [power, power.next_up(), power.next_down(), f64::from(near)] {
                for d in [-2.0, -1.5, -1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5] {
                    all.extend([x + d, -(x + d)]);
                }
            }
        }
        all
    }

    fn integers() -> Vec<u64> {
        let around = |p: u32| [0, 1, 2, 3].map(|d| (1u64 << p).wrapping_sub(2).wrapping_add(d));
        (0..64).flat_map(around).flat_map(|x| [x, x.wrapping_neg(), x ^ 0x1234_5678]).collect()
    }

    #[track_caller]
    fn same<S: CastTo<T> + Debug, T: PartialEq + Debug>(x: S, [t, n, w]: [T; 3]) {
        assert_eq!(x.truncated(), t, "{x:?}");
        assert_eq!(x.nearest(), n, "{x:?}");
        assert_eq!(x.wrapped(), w, "{x:?}");
    }

    macro_rules! to_each {
        ($check:ident $($from:ident)*) => {$(
            $check!($from: i8 i16 i32 i64 u8 u16 u32 u64);
        )*};
    }

    #[test]
    fn n5_floats_to_every_integer_as_the_compiler_does_it() {
        macro_rules! check {
            ($from:ident: $($to:ident)*) => {
                for x in floats() {
                    let x = x as $from;
                    $( same(x, [x as $to, x.round_ties_even() as $to, x as $to]); )*
                    same(x, [x != 0.0; 3]);
                }
            };
        }
        to_each!(check f32 f64);
    }

    #[test]
    fn n5_integers_to_every_number() {
        macro_rules! check {
            ($from:ident: $($to:ident)*) => {
                for x in integers() {
                    let x = x as $from;
                    $({
                        let (least, greatest) = ($to::MIN.into(), $to::MAX.into());
                        let saturated = i128::from(x).clamp(least, greatest) as $to;
                        same(x, [saturated, saturated, x as $to]);
                    })*
                    same(x, [x as f32; 3]);
                    same(x, [x as f64; 3]);
                    same(x, [x != 0; 3]);
                    same(x != 0, [$from::from(x != 0); 3]);
                }
            };
        }
        to_each!(check i8 i16 i32 i64 u8 u16 u32 u64);
        same(true, [1.0f32; 3]);
        same(false, [0.0f64; 3]);
    }
}
