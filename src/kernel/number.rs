//! Arithmetic of one number as `NumPy` defines it, without branches where the CPU's
//! vectors allow it: the same in debug and release builds.
//!
//! Integers of up to 32 bits are divided as floats: with p bits each, a quotient that is
//! no integer is further from the next one than 2^-p of itself, so that a float with more
//! bits rounds to the right side.

// One source for all types: casts that always fit are among them.
#![allow(clippy::cast_lossless)]

use crate::math;

/// What all numbers can do. Integers wrap.
pub trait Arithmetic: Copy + PartialOrd {
    fn add(self, other: Self) -> Self;
    fn subtract(self, other: Self) -> Self;
    fn multiply(self, other: Self) -> Self;
    fn negative(self) -> Self;
    fn absolute(self) -> Self;
    fn sign(self) -> Self;
    /// NaN propagates; -0.0 is below +0.0.
    fn minimum(self, other: Self) -> Self;
    fn maximum(self, other: Self) -> Self;
    /// The floor of the quotient; 0 of integers over 0.
    fn floor_divide(self, other: Self) -> Self;
    /// What that leaves, with the sign of the divisor; 0 of integers over 0.
    fn remainder(self, other: Self) -> Self;
    /// What the quotient toward zero leaves, with the sign of the dividend; the same.
    fn fmod(self, other: Self) -> Self;
}

/// What bits can do.
pub trait Bits: Copy {
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn not(self) -> Self;
}

/// What integers can do besides.
pub trait Shifts: Copy {
    /// 0 if the other is negative, or not below the number of bits.
    fn left(self, other: Self) -> Self;
    /// The same, but -1 of negative numbers.
    fn right(self, other: Self) -> Self;
    /// How many bits of the absolute value are set.
    fn ones(self) -> u8;
}

macro_rules! bits {
    ($($t:ident)*) => {$(
        impl Bits for $t {
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }
            #[inline(always)]
            fn not(self) -> Self {
                !self
            }
        }
    )*};
}
bits!(bool i8 i16 i32 i64 u8 u16 u32 u64);

/// Signed, then unsigned types of the same size: the float that divides them and the
/// integer of its size with the shift that puts integers into its low bits, or nothing.
macro_rules! integers {
    ($($signed:ident $unsigned:ident $(by $float:ident $shift:expr)?;)*) => {$(
        integers!(@ $signed $unsigned signed [$($float $shift)?]
            |x| x.wrapping_neg(), x.wrapping_abs(), x.signum(), x >> ($signed::BITS - 1));
        integers!(@ $unsigned $unsigned unsigned [$($float $shift)?]
            |x| x.wrapping_neg(), x, Self::from(x != 0), 0);
    )*};
    (@ $t:ident $unsigned:ident $kind:ident $by:tt
        |$x:ident| $negative:expr, $absolute:expr, $sign:expr, $sign_bits:expr) => {
        impl Arithmetic for $t {
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn subtract(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn multiply(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline(always)]
            fn negative(self) -> Self {
                let $x = self;
                $negative
            }
            #[inline(always)]
            fn absolute(self) -> Self {
                let $x = self;
                $absolute
            }
            #[inline(always)]
            fn sign(self) -> Self {
                let $x = self;
                $sign
            }
            #[inline(always)]
            fn minimum(self, other: Self) -> Self {
                if other < self { other } else { self }
            }
            #[inline(always)]
            fn maximum(self, other: Self) -> Self {
                if other > self { other } else { self }
            }
            integers!(@divide $t $kind $by);
            #[inline(always)]
            fn remainder(self, other: Self) -> Self {
                let rest = self.wrapping_sub(self.floor_divide(other).wrapping_mul(other));
                if other == 0 { 0 } else { rest }
            }
            #[inline(always)]
            fn fmod(self, other: Self) -> Self {
                // The size of the remainder of the sizes.
                let (size, over) = (self.absolute() as $unsigned, other.absolute() as $unsigned);
                let rest = size.remainder(over) as Self;
                if self < self.wrapping_sub(self) { rest.wrapping_neg() } else { rest }
            }
        }

        impl Shifts for $t {
            #[inline(always)]
            fn left(self, other: Self) -> Self {
                let within = (other as $unsigned) < $t::BITS as $unsigned;
                let shifted = self.wrapping_shl(other as u32);
                if within { shifted } else { 0 }
            }
            #[inline(always)]
            fn right(self, other: Self) -> Self {
                let within = (other as $unsigned) < $t::BITS as $unsigned;
                let (shifted, $x) = (self.wrapping_shr(other as u32), self);
                let _ = $x;
                if within { shifted } else { $sign_bits }
            }
            #[inline(always)]
            fn ones(self) -> u8 {
                self.absolute().count_ones() as u8
            }
        }
    };
    (@divide $t:ident $kind:ident [$float:ident $shift:expr]) => {
        #[inline(always)]
        fn floor_divide(self, other: Self) -> Self {
            let quotient = ($float::from(self) / $float::from(other)).floor();
            let low = (quotient + $shift).to_bits() as Self;
            if other == 0 { 0 } else { low }
        }
    };
    (@divide $t:ident signed []) => {
        #[inline(always)]
        fn floor_divide(self, other: Self) -> Self {
            if other == 0 {
                return 0;
            }
            let quotient = self.wrapping_div(other);
            let rest = self.wrapping_sub(quotient.wrapping_mul(other));
            quotient - Self::from(rest != 0 && (rest ^ other) < 0)
        }
    };
    (@divide $t:ident unsigned []) => {
        #[inline(always)]
        fn floor_divide(self, other: Self) -> Self {
            if other == 0 { 0 } else { self / other }
        }
    };
}
integers! {
    i8 u8 by f32 12_582_912.0;
    i16 u16 by f32 12_582_912.0;
    i32 u32 by f64 6_755_399_441_055_744.0;
    i64 u64;
}

macro_rules! floats {
    ($($t:ident)*) => {$(
        impl Arithmetic for $t {
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn subtract(self, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn multiply(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn negative(self) -> Self {
                -self
            }
            #[inline(always)]
            fn absolute(self) -> Self {
                math::abs(self)
            }
            #[inline(always)]
            fn sign(self) -> Self {
                math::sign(self)
            }
            #[inline(always)]
            fn minimum(self, other: Self) -> Self {
                math::minimum(self, other)
            }
            #[inline(always)]
            fn maximum(self, other: Self) -> Self {
                math::maximum(self, other)
            }
            #[inline(always)]
            fn floor_divide(self, other: Self) -> Self {
                // As NumPy and Python: from the remainder, which is exact.
                let rest = self % other;
                let turned = rest != 0.0 && (rest < 0.0) != (other < 0.0);
                let quotient = (self - rest) / other - if turned { 1.0 } else { 0.0 };
                let floor = quotient.floor();
                let floor = if quotient - floor > 0.5 { floor + 1.0 } else { floor };
                let zero = (0.0 as $t).copysign(self / other);
                let result = if quotient == 0.0 { zero } else { floor };
                if other == 0.0 { self / other } else { result }
            }
            #[inline(always)]
            fn remainder(self, other: Self) -> Self {
                let rest = self % other;
                let turned = rest != 0.0 && (rest < 0.0) != (other < 0.0);
                let result = if turned { rest + other } else { rest };
                let zero = (0.0 as $t).copysign(other);
                if rest == 0.0 { zero } else { result }
            }
            #[inline(always)]
            fn fmod(self, other: Self) -> Self {
                math::fmod(self, other)
            }
        }
    )*};
}
floats!(f32 f64);

#[cfg(test)]
mod tests {
    use super::*;

    fn floor_divided(x: i128, y: i128) -> i128 {
        x.div_euclid(y) - i128::from(y < 0 && x.rem_euclid(y) != 0)
    }

    #[test]
    fn n5_integers_by_way_of_128_bits() {
        macro_rules! check {
            ($($t:ident)*) => {$({
                let around = |p: u32| [0, 1, 2, 3].map(|d| ((1u64 << p).wrapping_sub(2).wrapping_add(d)) as $t);
                let all: Vec<$t> = (0..$t::BITS)
                    .flat_map(around)
                    .flat_map(|x| [x, x.wrapping_neg(), x ^ 0x55])
                    .collect();
                for &x in &all {
                    for &y in &all {
                        let (a, b) = (i128::from(x), i128::from(y));
                        let over = if b == 0 { 0 } else { floor_divided(a, b) };
                        assert_eq!(x.floor_divide(y), over as $t, "{x} // {y}");
                        let rest = if b == 0 { 0 } else { a - b * over };
                        assert_eq!(x.remainder(y), rest as $t, "{x} % {y}");
                        let rest = if b == 0 { 0 } else { a % b };
                        assert_eq!(x.fmod(y), rest as $t, "fmod({x}, {y})");
                        assert_eq!(Arithmetic::add(x, y), (a + b) as $t);
                        assert_eq!(x.subtract(y), (a - b) as $t);
                        assert_eq!(x.multiply(y), a.wrapping_mul(b) as $t);
                        let within = (0..i128::from($t::BITS)).contains(&b);
                        assert_eq!(x.left(y), if within { (a << b) as $t } else { 0 });
                        assert_eq!(x.right(y), (a >> if within { b } else { 127 }) as $t);
                        assert_eq!(x.minimum(y), a.min(b) as $t);
                        assert_eq!(x.maximum(y), a.max(b) as $t);
                    }
                    let a = i128::from(x);
                    assert_eq!(x.negative(), (-a) as $t);
                    assert_eq!(x.absolute(), a.unsigned_abs() as $t);
                    assert_eq!(Arithmetic::sign(x), a.signum() as $t);
                    assert_eq!(u32::from(x.ones()), a.unsigned_abs().count_ones());
                }
            })*};
        }
        check!(i8 i16 i32 i64 u8 u16 u32 u64);
    }
}
