//! The error function, its complement, and x times the normal distribution.
//!
//! ```text
//! small y: erf y = y (2 / sqrt(pi) + y^2 P(y^2)), the first product in two parts
//! else: erfc y = e^(-y^2) Q(t) / (1 + 2y), t = (y - 4) / (y + 4), y^2 in two parts
//!     (the mapping: M. M. Shepherd, J. G. Laframboise 1981); the product in two parts
//! gelu x = x erfc(-y) / 2 with y = x / sqrt(2) in two parts; y^2 = x^2 / 2 is exact in
//!     two parts
//! f32: the same in f64, plainly, rounded at the end
//! ```
//! Errors before the last rounding are below 0.6 ULP, 0.001 ULP for f32.

use super::coefficients::{double, wide};
use super::exponential::{exp, exp_parts_of};
use super::lane::{Lane, Lanes, fast_two_sum, pick, poly, quotient, two_product, two_sum};

/// What the two types do differently.
pub(super) trait Normal: Lane {
    fn erf(self) -> Self;
    fn erfc(self) -> Self;
    fn gelu(self) -> Self;
}

/// 2 / sqrt(pi) and sqrt(1/2) in two parts.
const SLOPE: (f64, f64) = (std::f64::consts::FRAC_2_SQRT_PI, 1.533_545_961_316_588_8e-17);
const ROOT_HALF: (f64, f64) = (std::f64::consts::FRAC_1_SQRT_2, -4.833_646_656_726_457e-17);
/// What the rounding of the first coefficient of `double::ERFCX` took away: that is nine
/// times e^16 erfc(4).
const ERFCX_LOW: f64 = -4.625_318_921_008_717e-17;
/// Beyond this erfc is 0, and gelu at -sqrt(2) times it.
const END: f64 = 28.0;

/// erf(y + l) for a size up to 1, in two parts.
#[inline(always)]
fn body(y: f64, l: f64) -> (f64, f64) {
    let z = y * y;
    let (high, rest) = two_product(y, SLOPE.0);
    let tail = z.mul_add(poly(z, &double::ERF), SLOPE.1);
    (high, y.mul_add(tail, l.mul_add(SLOPE.0, rest)))
}

/// erfc(y + l) for y >= 0, whose square is `square`, in two parts and a power of two.
#[inline(always)]
fn tail(y: f64, l: f64, square: (f64, f64)) -> (f64, f64, f64) {
    let (e, e_low, n) = exp_parts_of(-square.0, -square.1);
    let t = (y - 4.0) / (y + 4.0);
    let c = &double::ERFCX;
    // The last step of the polynomial in two parts.
    let mut value = c[c.len() - 1];
    let mut i = c.len() - 1;
    while i > 1 {
        i -= 1;
        value = value.mul_add(t, c[i]);
    }
    let (q, q_low) = fast_two_sum(c[0], value.mul_add(t, ERFCX_LOW));
    let (product, rest) = two_product(e, q);
    let low = e_low.mul_add(q, e.mul_add(q_low, rest));
    let (one, more) = two_sum(1.0, y + y);
    let (high, low) = quotient((product, low), (one, l.mul_add(2.0, more)));
    (high, low, n)
}

/// The sum of two parts times 2^n.
#[inline(always)]
fn whole((high, low, n): (f64, f64, f64)) -> f64 {
    (high + low).scale(n)
}

impl Normal for f64 {
    #[inline(always)]
    fn erf(self) -> Self {
        let y = self.abs().at_most(END);
        let (high, low) = body(y, 0.0);
        let far = 1.0 - whole(tail(y, 0.0, two_product(y, y)));
        pick(y < 1.0, high + low, far).copysign(self)
    }

    #[inline(always)]
    fn erfc(self) -> Self {
        let y = self.abs().at_most(END);
        let (high, low) = body(y, 0.0);
        let high = high.copysign(self);
        let (sum, rest) = fast_two_sum(1.0, -high);
        let near = sum + (rest - pick(self < 0.0, -low, low));
        let far = whole(tail(y, 0.0, two_product(y, y)));
        pick(y < 0.5, near, pick(self < 0.0, 2.0 - far, far))
    }

    #[inline(always)]
    fn gelu(self) -> Self {
        let x = self.abs().at_most(1.42 * END);
        let (y, rest) = two_product(x, ROOT_HALF.0);
        let l = x.mul_add(ROOT_HALF.1, rest);
        // The distribution at -|x| or |x|, of which the smaller is `far`.
        let (square, rest) = two_product(x, x);
        let (far, far_low, n) = tail(y, l, (0.5 * square, 0.5 * rest));
        let negative = self < 0.0;
        let scaled = (0.5 * far).scale(n);
        let (sum, more) = fast_two_sum(1.0, -scaled);
        let above = (sum, more - (0.5 * far_low).scale(n));
        let (erf, low) = body(y, l);
        let (erf, low) = (0.5 * erf, 0.5 * low);
        let (erf, low) = pick(negative, (-erf, -low), (erf, low));
        let (sum, more) = fast_two_sum(0.5, erf);
        let near = (sum, more + low);
        let below = (0.5 * far, 0.5 * far_low);
        let close = y < 0.5;
        let (high, low) = pick(close, near, pick(negative, below, above));
        let n = pick(negative & !close, n, 0.0);
        // x, and what is beyond the end: x itself, or -0.
        let factor = pick(self < -1.42 * END, -1.42 * END, self);
        let (product, rest) = two_product(factor, high);
        let y = (product + factor.mul_add(low, rest)).scale(n);
        pick((self.abs() < Self::INFINITY) & (self != 0.0), y, pick(negative, -0.0, self))
    }
}

/// erf(y) / y for a size up to 1.
#[inline(always)]
fn wide_body(z: f64) -> f64 {
    z.mul_add(poly(z, &wide::ERF), SLOPE.0)
}

/// erfc(y) for y >= 0.
#[inline(always)]
fn wide_tail(y: f64) -> f64 {
    let t = (y - 4.0) / (y + 4.0);
    exp(-(y * y)) * poly(t, &wide::ERFCX) / y.mul_add(2.0, 1.0)
}

impl Normal for f32 {
    #[inline(always)]
    fn erf(self) -> Self {
        let y = f64::from(self.abs()).at_most(END);
        let near = (y * wide_body(y * y)) as Self;
        pick(y < 1.0, near, (1.0 - wide_tail(y)) as Self).copysign(self)
    }

    #[inline(always)]
    fn erfc(self) -> Self {
        let y = f64::from(self.abs()).at_most(END);
        let near = 1.0 - (y * wide_body(y * y)).copysign(f64::from(self));
        let far = wide_tail(y);
        pick(y < 0.5, near, pick(self < 0.0, 2.0 - far, far)) as Self
    }

    #[inline(always)]
    fn gelu(self) -> Self {
        let x = f64::from(self);
        let y = (x.abs() * ROOT_HALF.0).at_most(END);
        let half = 0.5 * wide_tail(y);
        let near = 0.5f64.mul_add((y * wide_body(y * y)).copysign(x), 0.5);
        let normal = pick(y < 0.5, near, pick(x < 0.0, half, 1.0 - half));
        let y = (x * normal) as Self;
        pick((self.abs() < Self::INFINITY) & (self != 0.0), y, pick(self < 0.0, -0.0, self))
    }
}

#[inline(always)]
pub(super) fn erf<T: Normal>(x: T) -> T {
    x.erf()
}

#[inline(always)]
pub(super) fn erfc<T: Normal>(x: T) -> T {
    x.erfc()
}

#[inline(always)]
pub(super) fn gelu<T: Normal>(x: T) -> T {
    x.gelu()
}
