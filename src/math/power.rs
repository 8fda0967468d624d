//! Powers and roots.
//!
//! ```text
//! x^y = 2^n e^r with n ln 2 + r = y ln x, ln x in two parts to 2^-64.7 of itself:
//!     s = (m - 1) / (m + 1) in two parts, ln m = 2s + (2/3) s^3 + s^5 P(s^2),
//!     the cube in two parts           f32: in f64, 2^(y log2 x), the logarithm to 2^-37
//! cbrt: exponent over 3, a polynomial for the mantissa, Halley's step (E. Halley 1694),
//!     a last Newton step from a fused residual     f32: in f64
//! hypot: sqrt(x^2 + y^2), the larger scaled to about 1, a step from the residual in two
//!     parts (C. F. Borges, "An improved algorithm for hypot(a, b)", 2019)   f32: in f64
//! ```
//! Errors before the last rounding are below 0.1 ULP in f32 and 0.35 in f64, where y ln x is
//! hundreds; of cbrt and hypot 0.01 ULP.

use super::coefficients::{double, wide};
use super::exponential::exp_parts_of;
use super::lane::{Doubles, Lane, Lanes, fast_two_sum, pick, poly, two_product};

/// What the two types do differently.
pub(super) trait Power: Lane {
    /// x^y for x > 0, finite.
    fn power(self, y: Self) -> Self;
    fn cbrt(self) -> Self;
    fn hypot(self, y: Self) -> Self;
    /// Whether this is an integer, and an odd one.
    fn integer(self) -> (bool, bool);
    fn powi(self, n: i32) -> Self;
}

const TWO_THIRDS: (f64, f64) = (0.666_666_666_666_666_6, 3.700_743_415_417_188e-17);
const LN2: (f64, f64) = (std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17);

/// ln x in two parts, to about 2^-64.7 of itself.
#[inline(always)]
pub(super) fn ln_precise<T: Doubles>(x: T) -> (T, T) {
    let (high, low) = ln_parts(x);
    fast_two_sum(high, low)
}

/// The same, the second part up to a few units in the last place of the first. As `quotient`
/// and sums in two parts would give it, without what is exact or too small here.
#[inline(always)]
fn ln_parts<T: Doubles>(x: T) -> (T, T) {
    let (k, m) = x.apart();
    let one = T::all(1.0);
    let n = m - one;
    let (d, d_low) = fast_two_sum(one, m); // exact: m is below 2
    let inverse = one / d;
    let s = n * inverse;
    let s_low = (-s).fma(d_low, (-s).fma(d, n)) * inverse;
    let (z, rest) = two_product(s, s);
    let z_low = (s + s).fma(s_low, rest);
    // c = 2/3 + z P(z), then s^3 c.
    let tail = poly(z, &double::ATANH2);
    let (c, more) = fast_two_sum(T::all(TWO_THIRDS.0), z * tail);
    let c_low = z_low.fma(tail, more + T::all(TWO_THIRDS.1));
    let (w, rest) = two_product(z, c);
    let w_low = z.fma(c_low, z_low.fma(c, rest));
    let (v, rest) = two_product(s, w);
    let v_low = s.fma(w_low, s_low.fma(w, rest));
    // k ln 2 + 2s + v.
    let (t, t_low) = two_product(k, T::all(LN2.0));
    let t_low = k.fma(T::all(LN2.1), t_low);
    let (high, more) = fast_two_sum(s + s, v);
    let low = more + s_low.fma(T::all(2.0), v_low);
    let (sum, more) = fast_two_sum(t, high);
    (sum, more + (t_low + low))
}

/// x^y for x > 0, finite.
#[inline(always)]
pub(crate) fn power<T: Doubles>(x: T, y: T) -> T {
    let (high, low) = ln_parts(x);
    let (p, rest) = two_product(y, high);
    let rest = y.fma(low, rest).kept(p, 800.0);
    let (high, low, n) = exp_parts_of(p.at_most(800.0).at_least(-800.0), rest);
    (high + low).times_power(n)
}

impl Power for f64 {
    #[inline(always)]
    fn power(self, y: Self) -> Self {
        power(self, y)
    }

    #[inline(always)]
    fn cbrt(self) -> Self {
        let size = self.abs();
        // 2^54 and 2^-54, far from either end.
        let (tiny, huge) = (size < 1e-290, size > 1e290);
        let scale =
            pick(tiny, 18_014_398_509_481_984.0, pick(huge, 5.551_115_123_125_783e-17, 1.0));
        let back = pick(tiny, 3.814_697_265_625e-6, pick(huge, 262_144.0, 1.0));
        let x = size * scale;
        // A third of the upper half, by multiplication: within 3.2 % (fdlibm's way in).
        let third = ((x.to_bits() >> 32) * 0xaaaa_aaab) >> 33;
        let t = Self::from_bits((third + 0x2a9f_7893) << 32);
        // Halley, cubic: 3.2 % to 2e-5, to 1e-14; then Newton from a fused residual.
        let t = halley(t, x);
        let t = halley(t, x);
        let (square, rest) = two_product(t, t);
        let residual = (-square).mul_add(t, x) - rest * t;
        let t = t + residual / (3.0 * square);
        pick(size > 0.0 && size < Self::INFINITY, t * back, size).copysign(self)
    }

    #[inline(always)]
    fn hypot(self, y: Self) -> Self {
        let (a, b) = (self.abs(), y.abs());
        let (large, small) = pick(a > b, (a, b), (b, a));
        const UP: f64 = f64::from_bits((1023 + 600) << 52);
        const DOWN: f64 = f64::from_bits((1023 - 600) << 52);
        let (high, low) = (large > 1e150, large < 1e-150);
        let scale = pick(high, DOWN, pick(low, UP, 1.0));
        let back = pick(high, UP, pick(low, DOWN, 1.0));
        let (l, s) = (large * scale, small * scale);
        let (square, rest) = two_product(l, l);
        let (other, more) = two_product(s, s);
        let (sum, low) = fast_two_sum(square, other);
        let root = sum.sqrt();
        let residual = (-root).mul_add(root, sum) + (low + (rest + more));
        let length = pick(large > 0.0, root + residual / (root + root), 0.0) * back;
        let length = pick(a.is_nan() | b.is_nan(), Self::NAN, length);
        pick((a == Self::INFINITY) | (b == Self::INFINITY), Self::INFINITY, length)
    }

    #[inline(always)]
    fn integer(self) -> (bool, bool) {
        let size = self.abs();
        // From 2^52 on all are integers, from 2^53 on all even.
        let below = size.at_most(4_503_599_627_370_496.0);
        let shifted = below + 4_503_599_627_370_496.0;
        let whole = shifted - 4_503_599_627_370_496.0 == below;
        let odd = pick(size < 4_503_599_627_370_496.0, shifted, size).to_bits() & 1 != 0;
        (whole, whole & odd & (size < 9_007_199_254_740_992.0))
    }

    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        powf(self, Self::from(n))
    }
}

/// A step of Halley's method for the cube root.
#[inline(always)]
fn halley(t: f64, x: f64) -> f64 {
    let square = t * t;
    let over = square.mul_add(t, -x); // t^3 - x
    t - t * (over / 3.0f64.mul_add(x, over + over))
}

/// x^y for x > 0, finite.
#[inline(always)]
fn power_of(x: f32, y: f64) -> f32 {
    let (k, m) = x.split();
    // Normal in f64; rounded once more where the f32 is not.
    wide_power(k.into(), (m - 1.0).into(), y) as f32
}

/// (2^k (1 + f))^y, good to f32.
#[inline(always)]
pub(crate) fn wide_power<T: Doubles>(k: T, f: T, y: T) -> T {
    let shift = T::all(f64::SHIFT);
    let s = f / (f + T::all(2.0));
    let p = y * s.fma(poly(s * s, &wide::LOG2), k);
    let p = p.at_most(160.0).at_least(-160.0);
    let shifted = p + shift;
    let r = p - (shifted - shift);
    r.fma(poly(r, &wide::EXP2), T::all(1.0)).raised(shifted)
}

impl Power for f32 {
    #[inline(always)]
    fn power(self, y: Self) -> Self {
        power_of(self, f64::from(y))
    }

    #[inline(always)]
    fn cbrt(self) -> Self {
        let x = f64::from(self.abs());
        let third = ((x.to_bits() >> 32) * 0xaaaa_aaab) >> 33;
        let t = f64::from_bits((third + 0x2a9f_7893) << 32);
        let t = halley(halley(t, x), x) as Self;
        pick(x > 0.0 && x < f64::INFINITY, t, self.abs()).copysign(self)
    }

    #[inline(always)]
    fn hypot(self, y: Self) -> Self {
        let (a, b) = (f64::from(self), f64::from(y));
        let root = a.mul_add(a, b * b).sqrt() as Self;
        let infinite = (self.abs() == Self::INFINITY) | (y.abs() == Self::INFINITY);
        pick(infinite, Self::INFINITY, root)
    }

    #[inline(always)]
    fn integer(self) -> (bool, bool) {
        f64::from(self).integer()
    }

    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        // In f64, where every n is exact.
        let y = f64::from(n);
        special(f64::from(self), y, f64::from(power_of(self.abs(), y))) as Self
    }
}

/// x^y where the size of x to the power y is `size`: signs and special values, as C99
/// Annex F has them.
#[inline(always)]
fn special<T: Power>(x: T, y: T, size: T) -> T {
    let (whole, odd) = y.integer();
    let base = x.size();
    // 0 and infinity: to a positive power themselves, to a negative one the other.
    let flat = base == T::ZERO;
    let huge = base == T::INFINITY;
    let up = y > T::ZERO;
    let edge = pick(flat == up, T::ZERO, T::INFINITY);
    let size = pick(flat | huge, edge, size);
    // An infinite power: of a base above 1 itself, below 1 the other.
    let edge = pick((base > T::ONE) == up, T::INFINITY, T::ZERO);
    let edge = pick(base == T::ONE, T::ONE, edge);
    let size = pick(y.size() == T::INFINITY, edge, size);
    // -0 is negative here too.
    let negative = T::ONE.signed(x) < T::ZERO;
    let signed = pick(negative & odd, -size, size);
    let bad = (x < T::ZERO) & !whole & !huge & (y.size() < T::INFINITY);
    let result = pick(bad, T::NAN, signed);
    let result = pick(x.is_number() & y.is_number(), result, x + y);
    pick((x == T::ONE) | (y == T::ZERO), T::ONE, result)
}

#[inline(always)]
pub(super) fn powf<T: Power>(x: T, y: T) -> T {
    special(x, y, x.size().power(y))
}

/// Whether x^y is a positive number to a finite power, in which nothing is special.
#[inline(always)]
pub(super) fn is_plain<T: Power>(x: T, y: T) -> bool {
    (x > T::ZERO) & (x < T::INFINITY) & (y.size() < T::INFINITY)
}

/// [`powf`] where that holds, to the same bits.
#[inline(always)]
pub(super) fn powf_plain<T: Power>(x: T, y: T) -> T {
    x.power(y)
}

#[inline(always)]
pub(super) fn powi<T: Power>(x: T, n: i32) -> T {
    x.powi(n)
}

#[inline(always)]
pub(super) fn sqrt<T: Lane>(x: T) -> T {
    x.root()
}

#[inline(always)]
pub(super) fn cbrt<T: Power>(x: T) -> T {
    x.cbrt()
}

#[inline(always)]
pub(super) fn hypot<T: Power>(x: T, y: T) -> T {
    x.hypot(y)
}
