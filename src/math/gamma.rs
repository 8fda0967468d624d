//! The gamma function and its logarithm.
//!
//! ```text
//! z = |x|;  y = z shifted up to 10 by p = z (z + 1) ... (y - 1)
//! ln gamma(y) = (y - 1/2) ln y - y + ln sqrt(2 pi) + S(1 / y^2) / y     (J. Stirling;
//!     Abramowitz and Stegun 6.1.41: Bernoulli numbers, no fit), ln y in two parts
//! gamma z = gamma y / p;  below 0: -pi / (x sin(pi x) gamma(-x))        (L. Euler)
//! f32: the same in f64
//! ```
//! Rounding in p sets the error in f64: see the functions. For f32 it does not count,
//! but where ln |gamma| is close to 0.

use super::exponential::exp_parts_of;
use super::lane::{Lane, Lanes, pick, poly, two_product, two_sum};
use super::power::ln_precise;
use super::trigonometric::sin_turns;
use std::f64::consts::PI;

/// What the two types do differently.
pub(super) trait Gamma: Lane {
    fn tgamma(self) -> Self;
    fn lgamma(self) -> Self;
}

/// Bernoulli numbers B(2k) / (2k (2k - 1)).
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];
const ROOT_2_PI: f64 = 2.506_628_274_631_000_7;
/// ln sqrt(2 pi).
const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;
const STEPS: usize = 10;
/// Where gamma(-x) = -gamma(x).
const TINY: f64 = 1e-20;

/// y in two parts, and p, z >= 0.
#[inline(always)]
fn shifted(z: f64) -> ((f64, f64), f64) {
    let (mut k, mut p) = (0.0, 1.0);
    let mut i = 0;
    while i < STEPS {
        let y = z + k;
        let below = y < 10.0;
        p *= pick(below, y, 1.0);
        k += pick(below, 1.0, 0.0);
        i += 1;
    }
    (two_sum(z, k), p)
}

/// `scale` times (y - 1/2) ln y - y + S(1 / y^2) / y in two parts, y >= 10 in two parts; the
/// scale is 1 unless y is so large that S and the low part of y do not count.
#[inline(always)]
fn stirling((y, y_low): (f64, f64), scale: f64) -> (f64, f64) {
    let (ln, ln_low) = ln_precise(y);
    let factor = (y - 0.5) * scale;
    let (product, rest) = two_product(factor, ln);
    let (sum, more) = two_sum(product, -y * scale);
    let inverse = 1.0 / y;
    let tail = inverse * poly(inverse * inverse, &STIRLING);
    let (sum, last) = two_sum(sum, tail);
    // The derivative, for the low part of y.
    let rest = y_low.mul_add((-0.5f64).mul_add(inverse, ln), rest);
    (sum, factor.mul_add(ln_low, rest) + more + last)
}

impl Gamma for f64 {
    #[inline(always)]
    fn tgamma(self) -> Self {
        let size = self.abs();
        let reflected = self < -TINY;
        let (y, p) = shifted(size.at_most(200.0));
        let (high, low) = stirling(y, 1.0);
        let (e, e_low, n) = exp_parts_of(high, low);
        let gamma = (e + e_low) * ROOT_2_PI;
        let value = pick(reflected, (p / size) * (PI / (sin_turns(self) * gamma)), gamma / p);
        // Close to 0 on the left: 1 / x.
        let value = pick(size <= TINY, value.copysign(self), value);
        let y = value.scale(pick(reflected, -n, n));
        // 0 and below: poles, of which only those of 0 have a sign.
        let y = pick(self == 0.0, Self::INFINITY.copysign(self), y);
        pick((self < 0.0) & (self == self.floor()), Self::NAN, y)
    }

    #[inline(always)]
    fn lgamma(self) -> Self {
        let size = self.abs();
        let reflected = self < -TINY;
        let (y, p) = shifted(size.at_most(2.6e305));
        // Half of it where y ln y overflows before the logarithm does, at 2.556e305.
        let huge = size > 1e300;
        let (high, low) = stirling(y, pick(huge, 0.5, 1.0));
        // Of p and of pi / (x sin(pi x)) one logarithm.
        let sine = pick(reflected, sin_turns(self).abs(), 1.0);
        let factor = pick(reflected, (p / size) * (PI / sine), p);
        let (ln, ln_low) = ln_precise(factor);
        let half = pick(reflected, -HALF_LN_2_PI, HALF_LN_2_PI);
        let (high, low) = pick(reflected, (-high, -low), (high, low));
        let (ln, ln_low) = pick(reflected, (ln, ln_low), (-ln, -ln_low));
        let (sum, rest) = two_sum(high, ln);
        let (sum, more) = two_sum(sum, half);
        let y = (sum + (rest + more + (low + ln_low))) * pick(huge, 2.0, 1.0);
        let pole = (self <= 0.0) & (self == self.floor());
        let y = pick(pole, Self::INFINITY, y);
        let y = pick((self == 1.0) | (self == 2.0), 0.0, y);
        pick(self.is_nan(), self, y)
    }
}

impl Gamma for f32 {
    #[inline(always)]
    fn tgamma(self) -> Self {
        f64::from(self).tgamma() as Self
    }

    #[inline(always)]
    fn lgamma(self) -> Self {
        f64::from(self).lgamma() as Self
    }
}

#[inline(always)]
pub(super) fn tgamma<T: Gamma>(x: T) -> T {
    x.tgamma()
}

#[inline(always)]
pub(super) fn lgamma<T: Gamma>(x: T) -> T {
    x.lgamma()
}
