//! What the functions are written with: one trait for `f32` and `f64`, exact sums
//! and products in two parts, polynomials.
//!
//! Only operations that IEEE 754 fixes to the last bit and that exist as vector
//! instructions: `+ - * /`, `sqrt`, fused multiply-add, comparisons that pick one of
//! two values, and integer operations on bits. No branch, no table, no call.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `f32` or `f64`, as the functions see it.
pub(in crate::math) trait Lane:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    const ZERO: Self;
    const HALF: Self;
    const ONE: Self;
    const TWO: Self;
    const INFINITY: Self;
    const NAN: Self;
    /// 1.5 times 2 to the bits of the mantissa: `(x + SHIFT) - SHIFT` is `x` rounded
    /// to an integer, and the low bits of `x + SHIFT` are that integer.
    const SHIFT: Self;
    const LOG2_E: Self;
    /// ln 2 to so few bits that a product with an exponent is exact, and the rest.
    const LN2: (Self, Self);
    /// log10 2, likewise.
    const LOG10_2: (Self, Self);
    /// 1 / ln 2 and 1 / ln 10 in two parts.
    const INV_LN2: (Self, Self);
    const INV_LN10: (Self, Self);
    /// A bound beyond which e^x is infinite, and one below which it is 0.
    const EXP_RANGE: (Self, Self);
    /// Within these e^x is normal.
    const EXP_NORMAL: (Self, Self);
    const MIN_NORMAL: Self;
    /// The same for 2^x.
    const EXP2_RANGE: (Self, Self);
    /// Where e^-2x no longer changes 1.
    const TANH_MAX: Self;

    /// A small integer.
    fn of_i32(n: i32) -> Self;
    /// Whether this is not NaN.
    fn is_number(self) -> bool;
    fn fma(self, b: Self, c: Self) -> Self;
    fn root(self) -> Self;
    fn size(self) -> Self;
    /// The size of this with the sign of `sign`.
    fn signed(self, sign: Self) -> Self;
    /// 2^n, for an integer n within the exponents of normal numbers.
    fn pow2(n: Self) -> Self;
    /// This times 2^n where the result is normal, n in the low bits of `shifted`.
    fn scale_normal(self, shifted: Self) -> Self;
    /// [`split`](Self::split) of normal numbers.
    fn split_normal(self) -> (Self, Self);
    /// k and m with 2^k m = x and m from sqrt(1/2) to sqrt(2), for x > 0, subnormal
    /// or not.
    fn split(self) -> (Self, Self);
    /// (e^r - 1 - r) / r^2.
    fn exp_tail(r: Self) -> Self;
    /// The same, accurate for e^r - 1.
    fn exp_m1_tail(r: Self) -> Self;
    /// (2^r - 1) / r.
    fn exp2_tail(r: Self) -> Self;
    /// What ln(1 + f) is beyond f - f^2 / 2, whose rounded half square is `hfsq`.
    fn ln_tail(f: Self, hfsq: Self) -> Self;
    /// (sinh r - r) / r^3 and (cosh r - 1 - r^2 / 2) / r^4 of z = r^2.
    fn sinh_tail(z: Self) -> Self;
    fn cosh_tail(z: Self) -> Self;

    /// This times 2^n, rounded once where the result is subnormal; n within twice the
    /// exponents of normal numbers.
    #[inline(always)]
    fn scale(self, n: Self) -> Self {
        let half = n.fma(Self::HALF, Self::SHIFT) - Self::SHIFT;
        self * Self::pow2(half) * Self::pow2(n - half)
    }

    /// The nearest integer, for sizes below 2 to the bits of the mantissa less 1.
    #[inline(always)]
    fn nearest(self) -> Self {
        (self + Self::SHIFT) - Self::SHIFT
    }

    /// At most `c`; NaN stays.
    #[inline(always)]
    fn at_most(self, c: Self) -> Self {
        pick(self > c, c, self)
    }

    /// At least `c`; NaN stays.
    #[inline(always)]
    fn at_least(self, c: Self) -> Self {
        pick(self < c, c, self)
    }
}

/// One of two values that are both known: a blend, no branch.
#[inline(always)]
pub(in crate::math) fn pick<T>(condition: bool, yes: T, no: T) -> T {
    if condition { yes } else { no }
}

/// `a + b` rounded, and what rounding took away, for `|a| >= |b|` or `a` = 0
/// (T. J. Dekker 1971).
#[inline(always)]
pub(in crate::math) fn fast_two_sum<T: Lane>(a: T, b: T) -> (T, T) {
    let sum = a + b;
    (sum, (a - sum) + b)
}

/// The same for any two (D. E. Knuth 1969).
#[inline(always)]
pub(in crate::math) fn two_sum<T: Lane>(a: T, b: T) -> (T, T) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// `a * b` rounded, and what rounding took away.
#[inline(always)]
pub(in crate::math) fn two_product<T: Lane>(a: T, b: T) -> (T, T) {
    let product = a * b;
    (product, a.fma(b, -product))
}

/// The quotient of two sums of two parts, in two parts. The first parts are larger.
#[inline(always)]
pub(in crate::math) fn quotient<T: Lane>(n: (T, T), d: (T, T)) -> (T, T) {
    let d = fast_two_sum(d.0, d.1);
    let inverse = T::ONE / d.0;
    let q = n.0 * inverse;
    let rest = (-q).fma(d.0, n.0) + (-q).fma(d.1, n.1);
    (q, rest * inverse)
}

/// The value of a polynomial, lowest power first, by Horner's rule.
#[inline(always)]
pub(in crate::math) fn poly<T: Lane, const N: usize>(x: T, c: &[T; N]) -> T {
    let mut value = c[N - 1];
    let mut i = N - 1;
    while i > 0 {
        i -= 1;
        value = value.fma(x, c[i]);
    }
    value
}

macro_rules! arithmetic {
    ($t:ident) => {
        const ZERO: Self = 0.0;
        const HALF: Self = 0.5;
        const ONE: Self = 1.0;
        const TWO: Self = 2.0;
        const INFINITY: Self = $t::INFINITY;
        const NAN: Self = $t::NAN;
        const LOG2_E: Self = std::$t::consts::LOG2_E;

        #[inline(always)]
        fn is_number(self) -> bool {
            !self.is_nan()
        }
        #[inline(always)]
        #[allow(clippy::cast_lossless)] // one source for both types
        fn of_i32(n: i32) -> Self {
            n as Self
        }
        #[inline(always)]
        fn fma(self, b: Self, c: Self) -> Self {
            self.mul_add(b, c)
        }
        #[inline(always)]
        fn root(self) -> Self {
            self.sqrt()
        }
        #[inline(always)]
        fn size(self) -> Self {
            self.abs()
        }
        #[inline(always)]
        fn signed(self, sign: Self) -> Self {
            self.copysign(sign)
        }
    };
}

impl Lane for f64 {
    arithmetic!(f64);
    const SHIFT: Self = 6_755_399_441_055_744.0;
    const LN2: (Self, Self) = (0.693_147_180_559_890_3, 5.497_923_018_708_371e-14);
    const LOG10_2: (Self, Self) = (0.301_029_995_663_952_83, 2.836_339_455_104_496_4e-14);
    const INV_LN2: (Self, Self) = (std::f64::consts::LOG2_E, 2.035_527_374_093_103_3e-17);
    const INV_LN10: (Self, Self) = (std::f64::consts::LOG10_E, 1.098_319_650_216_765e-17);
    const EXP_RANGE: (Self, Self) = (-746.0, 710.0);
    const EXP_NORMAL: (Self, Self) = (-707.0, 709.0);
    const MIN_NORMAL: Self = Self::MIN_POSITIVE;
    const EXP2_RANGE: (Self, Self) = (-1080.0, 1025.0);
    const TANH_MAX: Self = 20.0;

    #[inline(always)]
    fn pow2(n: Self) -> Self {
        Self::from_bits(((n + Self::SHIFT).to_bits() << 52).wrapping_add(1023 << 52))
    }

    #[inline(always)]
    fn scale_normal(self, shifted: Self) -> Self {
        Self::from_bits(self.to_bits().wrapping_add(shifted.to_bits() << 52))
    }

    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let tiny = self < Self::MIN_POSITIVE;
        let (k, m) = pick(tiny, self * 18_014_398_509_481_984.0, self).split_normal();
        (k - pick(tiny, 54.0, 0.0), m)
    }

    #[inline(always)]
    fn split_normal(self) -> (Self, Self) {
        const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
        let bits = self.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - ROOT_HALF);
        let m = Self::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(ROOT_HALF));
        // The exponent as the low bits of 2^52.
        let k = Self::from_bits((bits >> 52) | 0x4330_0000_0000_0000);
        (k - 4_503_599_627_371_519.0, m)
    }

    #[inline(always)]
    fn exp_tail(r: Self) -> Self {
        poly(r, &double::EXP)
    }
    #[inline(always)]
    fn exp_m1_tail(r: Self) -> Self {
        poly(r, &double::EXP)
    }
    #[inline(always)]
    fn exp2_tail(r: Self) -> Self {
        poly(r, &double::EXP2)
    }
    /// ln(1 + f) = 2 atanh s with s = f / (2 + f), as in fdlibm's `log`.
    #[inline(always)]
    fn ln_tail(f: Self, hfsq: Self) -> Self {
        let s = f / (2.0 + f);
        let z = s * s;
        s * z.mul_add(poly(z, &double::ATANH), hfsq)
    }
    #[inline(always)]
    fn sinh_tail(z: Self) -> Self {
        poly(z, &double::SINH)
    }
    #[inline(always)]
    fn cosh_tail(z: Self) -> Self {
        poly(z, &double::COSH)
    }
}

impl Lane for f32 {
    arithmetic!(f32);
    const SHIFT: Self = 12_582_912.0;
    const LN2: (Self, Self) = (0.693_145_75, 1.428_606_8e-6);
    const LOG10_2: (Self, Self) = (0.301_025_4, 4.605_039e-6);
    const INV_LN2: (Self, Self) = (std::f32::consts::LOG2_E, 1.925_963e-8);
    const INV_LN10: (Self, Self) = (std::f32::consts::LOG10_E, -1.010_305e-8);
    const EXP_RANGE: (Self, Self) = (-104.0, 89.0);
    const EXP_NORMAL: (Self, Self) = (-86.0, 88.0);
    const MIN_NORMAL: Self = Self::MIN_POSITIVE;
    const EXP2_RANGE: (Self, Self) = (-151.0, 129.0);
    const TANH_MAX: Self = 10.0;

    #[inline(always)]
    fn pow2(n: Self) -> Self {
        Self::from_bits(((n + Self::SHIFT).to_bits() << 23).wrapping_add(127 << 23))
    }

    #[inline(always)]
    fn scale_normal(self, shifted: Self) -> Self {
        Self::from_bits(self.to_bits().wrapping_add(shifted.to_bits() << 23))
    }

    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let tiny = self < Self::MIN_POSITIVE;
        let (k, m) = pick(tiny, self * 33_554_432.0, self).split_normal();
        (k - pick(tiny, 25.0, 0.0), m)
    }

    #[inline(always)]
    fn split_normal(self) -> (Self, Self) {
        const ROOT_HALF: u32 = 0x3f35_04f3;
        let bits = self.to_bits().wrapping_add(0x3f80_0000 - ROOT_HALF);
        let m = Self::from_bits((bits & 0x007f_ffff).wrapping_add(ROOT_HALF));
        let k = Self::from_bits((bits >> 23) | 0x4b00_0000);
        (k - 8_388_735.0, m)
    }

    #[inline(always)]
    fn exp_tail(r: Self) -> Self {
        poly(r, &single::EXP)
    }
    #[inline(always)]
    fn exp_m1_tail(r: Self) -> Self {
        poly(r, &single::EXP_M1)
    }
    #[inline(always)]
    fn exp2_tail(r: Self) -> Self {
        poly(r, &single::EXP2)
    }
    #[inline(always)]
    fn ln_tail(f: Self, _: Self) -> Self {
        f * f * f * poly(f, &single::LN)
    }
    #[inline(always)]
    fn sinh_tail(z: Self) -> Self {
        poly(z, &single::SINH)
    }
    #[inline(always)]
    fn cosh_tail(z: Self) -> Self {
        poly(z, &single::COSH)
    }
}

use super::coefficients::{double, single};
