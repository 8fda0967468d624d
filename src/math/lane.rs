//! What the functions are written with: one trait for `f32` and `f64`, exact sums
//! and products in two parts, polynomials.
//!
//! Only operations that IEEE 754 fixes to the last bit and that exist as vector
//! instructions: `+ - * /`, `sqrt`, fused multiply-add, comparisons that pick one of
//! two values, and integer operations on bits. No branch, no table, no call.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number, or as many as there are in some registers: what sums and products in two
/// parts and polynomials are made of, for kernels written by hand too.
pub(crate) trait Lanes:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    type Number: Copy;
    /// One number everywhere.
    fn all(x: Self::Number) -> Self;
    fn fma(self, b: Self, c: Self) -> Self;
    /// At most `c`; NaN stays.
    fn at_most(self, c: Self::Number) -> Self;
    /// At least `c`; NaN stays.
    fn at_least(self, c: Self::Number) -> Self;
}

/// Numbers of f64 with what is more than arithmetic.
pub(crate) trait Doubles: Lanes<Number = f64> {
    /// k and m with 2^k m = x and m from sqrt(1/2) to sqrt(2), for x > 0.
    fn apart(self) -> (Self, Self);
    /// This times 2^n, rounded once.
    fn times_power(self, n: Self) -> Self;
    /// The same where the result is normal, n in the low bits of `shifted`.
    fn raised(self, shifted: Self) -> Self;
    /// The sign turned where the lowest bit of `shifted` is set.
    fn turned(self, shifted: Self) -> Self;
    /// 0 where the size of `x` is not below `bound`.
    fn kept(self, x: Self, bound: f64) -> Self;
}

impl Doubles for f64 {
    #[inline(always)]
    fn apart(self) -> (Self, Self) {
        self.split()
    }
    #[inline(always)]
    fn times_power(self, n: Self) -> Self {
        self.scale(n)
    }
    #[inline(always)]
    fn raised(self, shifted: Self) -> Self {
        self.scale_normal(shifted)
    }
    #[inline(always)]
    fn turned(self, shifted: Self) -> Self {
        Self::from_bits(self.to_bits() ^ (shifted.to_bits() << 63))
    }
    #[inline(always)]
    fn kept(self, x: Self, bound: f64) -> Self {
        pick(x.abs() < bound, self, 0.0)
    }
}

/// The bits of sqrt(1/2): where mantissas begin.
pub(crate) const ROOT_HALF_F32: u32 = 0x3f35_04f3;
pub(crate) const ROOT_HALF_F64: u64 = 0x3fe6_a09e_667f_3bcd;

/// `f32` or `f64`, as the functions see it.
pub(crate) trait Lane: Lanes<Number = Self> + PartialOrd {
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
    fn exp_tail<T: Lanes<Number = Self>>(r: T) -> T;
    /// (2^r - 1) / r.
    fn exp2_tail(r: Self) -> Self;
    /// What ln(1 + f) is beyond f - f^2 / 2, whose rounded half square is `hfsq`.
    fn ln_tail<T: Lanes<Number = Self>>(f: T, hfsq: T) -> T;
    /// ln(1 + f) - f.
    fn ln_rest<T: Lanes<Number = Self>>(f: T) -> T;
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
}

/// One of two values that are both known: a blend, no branch.
#[inline(always)]
pub(in crate::math) fn pick<T>(condition: bool, yes: T, no: T) -> T {
    if condition { yes } else { no }
}

/// `a + b` rounded, and what rounding took away, for `|a| >= |b|` or `a` = 0
/// (T. J. Dekker 1971).
#[inline(always)]
pub(in crate::math) fn fast_two_sum<T: Lanes>(a: T, b: T) -> (T, T) {
    let sum = a + b;
    (sum, (a - sum) + b)
}

/// The same for any two (D. E. Knuth 1969).
#[inline(always)]
pub(in crate::math) fn two_sum<T: Lanes>(a: T, b: T) -> (T, T) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// `a * b` rounded, and what rounding took away.
#[inline(always)]
pub(in crate::math) fn two_product<T: Lanes>(a: T, b: T) -> (T, T) {
    let product = a * b;
    (product, a.fma(b, -product))
}

/// The quotient of two sums of two parts, in two parts. The first parts are larger.
#[inline(always)]
pub(in crate::math) fn quotient<T: Lanes>(n: (T, T), d: (T, T)) -> (T, T)
where
    T::Number: Lane,
{
    let d = fast_two_sum(d.0, d.1);
    let inverse = T::all(T::Number::ONE) / d.0;
    let q = n.0 * inverse;
    let rest = (-q).fma(d.0, n.0) + (-q).fma(d.1, n.1);
    (q, rest * inverse)
}

/// The value of a polynomial, lowest power first, by Horner's rule.
#[inline(always)]
pub(in crate::math) fn poly<T: Lanes, const N: usize>(x: T, c: &[T::Number; N]) -> T {
    let mut value = T::all(c[N - 1]);
    let mut i = N - 1;
    while i > 0 {
        i -= 1;
        value = value.fma(x, T::all(c[i]));
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

macro_rules! lanes {
    ($t:ident) => {
        impl Lanes for $t {
            type Number = Self;
            #[inline(always)]
            fn all(x: Self) -> Self {
                x
            }
            #[inline(always)]
            fn fma(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }
            #[inline(always)]
            fn at_most(self, c: Self) -> Self {
                pick(self > c, c, self)
            }
            #[inline(always)]
            fn at_least(self, c: Self) -> Self {
                pick(self < c, c, self)
            }
        }
    };
}
lanes!(f32);
lanes!(f64);

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
        let bits = self.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - ROOT_HALF_F64);
        let m = Self::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(ROOT_HALF_F64));
        // The exponent as the low bits of 2^52.
        let k = Self::from_bits((bits >> 52) | 0x4330_0000_0000_0000);
        (k - 4_503_599_627_371_519.0, m)
    }

    #[inline(always)]
    fn exp_tail<T: Lanes<Number = Self>>(r: T) -> T {
        poly(r, &double::EXP)
    }
    #[inline(always)]
    fn exp2_tail(r: Self) -> Self {
        poly(r, &double::EXP2)
    }
    /// ln(1 + f) = 2 atanh s with s = f / (2 + f), as in fdlibm's `log`.
    #[inline(always)]
    fn ln_tail<T: Lanes<Number = Self>>(f: T, hfsq: T) -> T {
        let s = f / (T::all(2.0) + f);
        let z = s * s;
        s * z.fma(poly(z, &double::ATANH), hfsq)
    }
    #[inline(always)]
    fn ln_rest<T: Lanes<Number = Self>>(f: T) -> T {
        let hfsq = T::all(0.5) * f * f;
        Self::ln_tail(f, hfsq) - hfsq
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
        let bits = self.to_bits().wrapping_add(0x3f80_0000 - ROOT_HALF_F32);
        let m = Self::from_bits((bits & 0x007f_ffff).wrapping_add(ROOT_HALF_F32));
        let k = Self::from_bits((bits >> 23) | 0x4b00_0000);
        (k - 8_388_735.0, m)
    }

    #[inline(always)]
    fn exp_tail<T: Lanes<Number = Self>>(r: T) -> T {
        poly(r, &single::EXP)
    }
    #[inline(always)]
    fn exp2_tail(r: Self) -> Self {
        poly(r, &single::EXP2)
    }
    #[inline(always)]
    fn ln_tail<T: Lanes<Number = Self>>(f: T, _: T) -> T {
        f * f * f * poly(f, &single::LN)
    }
    #[inline(always)]
    fn ln_rest<T: Lanes<Number = Self>>(f: T) -> T {
        f * f * f.fma(poly(f, &single::LN), T::all(-0.5))
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
