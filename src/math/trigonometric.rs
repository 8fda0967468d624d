//! Sine, cosine and tangent.
//!
//! ```text
//! x = n pi/2 + r + l                     (angle.rs)
//! sin r = r + r^3 S(r^2);  cos r = 1 - r^2/2 + r^4 C(r^2)
//! f64: l goes into the low parts; tan is a quotient of sums of two parts
//! f32: in f64, rounded at the end
//! ```
//! Errors before the last rounding are below 0.5 ULP, 0.001 ULP for f32.

use super::angle::{reduce, reduce_f32};
use super::coefficients::{double, wide};
use super::lane::{Lane, fast_two_sum, pick, poly, quotient};

/// What the two types do differently.
pub(super) trait Circle: Lane {
    fn sin_cos(self) -> (Self, Self);
    fn tan(self) -> Self;
}

/// `x` with its sign turned if the second bit of `n` is set.
#[inline(always)]
fn turned(x: f64, n: u64) -> f64 {
    f64::from_bits(x.to_bits() ^ ((n & 2) << 62))
}

/// sin and cos of r + l in two parts each.
#[inline(always)]
fn parts(r: f64, l: f64) -> ((f64, f64), (f64, f64)) {
    let z = r * r;
    let half = 0.5 * z;
    let sin = (r * z).mul_add(poly(z, &double::SIN), (-half).mul_add(l, l));
    let (high, rest) = fast_two_sum(1.0, -half);
    let cos = rest + (z * z).mul_add(poly(z, &double::COS), -(r * l));
    ((r, sin), (high, cos))
}

impl Circle for f64 {
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let (n, r, l) = reduce(self);
        let (sin, cos) = parts(r, l);
        let (sin, cos) = (sin.0 + sin.1, cos.0 + cos.1);
        let odd = n & 1 != 0;
        let s = turned(pick(odd, cos, sin), n);
        let c = turned(pick(odd, sin, cos), n.wrapping_add(1));
        let finite = self.abs() < Self::INFINITY;
        let s = pick(self == 0.0, self, s);
        (pick(finite, s, Self::NAN), pick(finite, c, Self::NAN))
    }

    #[inline(always)]
    fn tan(self) -> Self {
        let (n, r, l) = reduce(self);
        let (sin, cos) = parts(r, l);
        let odd = n & 1 != 0;
        let above = pick(odd, (-cos.0, -cos.1), sin);
        let (q, rest) = quotient(above, pick(odd, sin, cos));
        let y = pick(self == 0.0, self, q + rest);
        pick(self.abs() < Self::INFINITY, y, Self::NAN)
    }
}

/// sin(pi x), any x; 0 at integers.
#[inline(always)]
pub(super) fn sin_turns(x: f64) -> f64 {
    let n = x.round_ties_even();
    let r = x - n;
    let size = r.abs();
    let steep = size > 0.25;
    let t = pick(steep, 0.5 - size, size) * std::f64::consts::PI;
    let (sin, cos) = parts(t, 0.0);
    let value = pick(steep, cos.0 + cos.1, sin.0 + sin.1).copysign(r);
    // Odd n turn the sign: n / 2 is then not an integer.
    let half = 0.5 * n;
    pick(half == half.round_ties_even(), value, -value)
}

/// sin and cos of r, good to f32.
#[inline(always)]
fn wide_parts(r: f64) -> (f64, f64) {
    let z = r * r;
    let sin = (r * z).mul_add(poly(z, &wide::SIN), r);
    let cos = (z * z).mul_add(poly(z, &wide::COS), (-0.5f64).mul_add(z, 1.0));
    (sin, cos)
}

impl Circle for f32 {
    #[inline(always)]
    fn sin_cos(self) -> (Self, Self) {
        let (n, r) = reduce_f32(self);
        let (sin, cos) = wide_parts(r);
        let odd = n & 1 != 0;
        let s = turned(pick(odd, cos, sin), n) as Self;
        let c = turned(pick(odd, sin, cos), n.wrapping_add(1)) as Self;
        let finite = self.abs() < Self::INFINITY;
        let s = pick(self == 0.0, self, s);
        (pick(finite, s, Self::NAN), pick(finite, c, Self::NAN))
    }

    #[inline(always)]
    fn tan(self) -> Self {
        let (n, r) = reduce_f32(self);
        let (sin, cos) = wide_parts(r);
        let odd = n & 1 != 0;
        let y = (pick(odd, -cos, sin) / pick(odd, sin, cos)) as Self;
        let y = pick(self == 0.0, self, y);
        pick(self.abs() < Self::INFINITY, y, Self::NAN)
    }
}

#[inline(always)]
pub(super) fn sin<T: Circle>(x: T) -> T {
    x.sin_cos().0
}

#[inline(always)]
pub(super) fn cos<T: Circle>(x: T) -> T {
    x.sin_cos().1
}

#[inline(always)]
pub(super) fn sin_cos<T: Circle>(x: T) -> (T, T) {
    x.sin_cos()
}

#[inline(always)]
pub(super) fn tan<T: Circle>(x: T) -> T {
    x.tan()
}
