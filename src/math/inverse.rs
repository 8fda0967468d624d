//! Arc tangent, arc sine and arc cosine.
//!
//! ```text
//! t = smaller / larger of |y| and |x|, with the rest of the division
//! atan t = t + t^3 P(t^2) on [0, 1]; the quadrants from pi/2 - atan t and pi - atan t
//! asin t = t + t^3 Q(t^2) on [0, 1/2]; above, pi/2 - 2 asin(sqrt((1 - t) / 2))
//! f32: the same in f64, rounded at the end
//! ```
//! Errors before the last rounding are below 0.1 ULP, 0.55 ULP for the arc tangent,
//! 0.001 ULP for f32.

use super::coefficients::{double, wide};
use super::lane::{Lane, fast_two_sum, pick, poly};
use std::f64::consts::{FRAC_PI_2, PI};

const PI_2_LOW: f64 = 6.123_233_995_736_766e-17;

/// What the two types do differently.
pub(super) trait Arc: Lane {
    fn atan2(self, x: Self) -> Self;
    fn asin(self) -> Self;
    fn acos(self) -> Self;
}

/// The arc tangent of y / x for sizes, in two parts, from 0 to pi/2. `tail` is P.
#[inline(always)]
fn first_quadrant<const N: usize>(y: f64, x: f64, tail: &[f64; N]) -> (f64, f64) {
    let steep = y > x;
    let (above, below) = pick(steep, (x, y), (y, x));
    let t = above / below;
    let rest = (-t).mul_add(below, above) / below;
    // 0 / 0 is 0 here, inf / inf 1, and 1 / inf has no rest.
    let t = pick(above == 0.0, 0.0, pick(above == f64::INFINITY, 1.0, t));
    let rest = pick(rest.abs() < 1.0, rest, 0.0);
    let z = t * t;
    let low = (t * z).mul_add(poly(z, tail), rest);
    let (high, more) = fast_two_sum(FRAC_PI_2, -t);
    pick(steep, (high, more + (PI_2_LOW - low)), (t, low))
}

/// The arc tangent of y / x in all four quadrants, NaN aside.
#[inline(always)]
fn all_quadrants<const N: usize>(y: f64, x: f64, tail: &[f64; N]) -> f64 {
    let (high, low) = first_quadrant(y.abs(), x.abs(), tail);
    let (other, rest) = fast_two_sum(PI, -high);
    let other = other + (rest + (2.0 * PI_2_LOW - low));
    let y_over_x = pick(x.is_sign_negative(), other, high + low);
    pick(x.is_nan() | y.is_nan(), f64::NAN, y_over_x.copysign(y))
}

/// The arc sine of x, |x| <= 1, as base + (high + low) times factor: the arc cosine
/// needs other bases.
#[inline(always)]
fn arc_parts<const N: usize>(x: f64, tail: &[f64; N]) -> (bool, f64, f64) {
    let size = x.abs();
    let small = size <= 0.5;
    let z = pick(small, size * size, 0.5 - 0.5 * size);
    let root = z.sqrt();
    let rest = (-root).mul_add(root, z) / (root + root);
    let t = pick(small, size, root);
    let rest = pick(small | (root == 0.0), 0.0, rest);
    (small, t, (t * z).mul_add(poly(z, tail), rest))
}

#[inline(always)]
fn arc_sine<const N: usize>(x: f64, tail: &[f64; N]) -> f64 {
    let (small, t, low) = arc_parts(x, tail);
    let (high, rest) = fast_two_sum(FRAC_PI_2, -2.0 * t);
    let large = high + (rest + (-2.0f64).mul_add(low, PI_2_LOW));
    let y = pick(small, t + low, large).copysign(x);
    pick(x.abs() <= 1.0, y, f64::NAN)
}

#[inline(always)]
fn arc_cosine<const N: usize>(x: f64, tail: &[f64; N]) -> f64 {
    let (small, t, low) = arc_parts(x, tail);
    // Where |x| is small pi/2 -+ t; else 2t, or pi - 2t.
    let negative = x < 0.0;
    let factor = pick(small, pick(negative, 1.0, -1.0), pick(negative, -2.0, 2.0));
    let base = pick(small, FRAC_PI_2, pick(negative, PI, 0.0));
    let base_low = pick(small, PI_2_LOW, pick(negative, 2.0 * PI_2_LOW, 0.0));
    let (high, rest) = fast_two_sum(base, factor * t);
    let y = high + (rest + factor.mul_add(low, base_low));
    pick(x.abs() <= 1.0, y, f64::NAN)
}

impl Arc for f64 {
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        all_quadrants(self, x, &double::ATAN)
    }
    #[inline(always)]
    fn asin(self) -> Self {
        arc_sine(self, &double::ASIN)
    }
    #[inline(always)]
    fn acos(self) -> Self {
        arc_cosine(self, &double::ASIN)
    }
}

impl Arc for f32 {
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        all_quadrants(f64::from(self), f64::from(x), &wide::ATAN) as Self
    }
    #[inline(always)]
    fn asin(self) -> Self {
        arc_sine(f64::from(self), &wide::ASIN) as Self
    }
    #[inline(always)]
    fn acos(self) -> Self {
        arc_cosine(f64::from(self), &wide::ASIN) as Self
    }
}

#[inline(always)]
pub(super) fn atan<T: Arc>(x: T) -> T {
    x.atan2(T::ONE)
}

#[inline(always)]
pub(super) fn atan2<T: Arc>(y: T, x: T) -> T {
    y.atan2(x)
}

#[inline(always)]
pub(super) fn asin<T: Arc>(x: T) -> T {
    x.asin()
}

#[inline(always)]
pub(super) fn acos<T: Arc>(x: T) -> T {
    x.acos()
}
