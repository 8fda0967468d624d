//! Sine, cosine and tangent.
//!
//! ```text
//! x = n pi/2 + r + l                     (angle.rs)
//! sin r = r + r^3 S(r^2);  cos r = 1 - r^2/2 + r^4 C(r^2)
//! f64: l goes into the low parts; tan is a quotient of sums of two parts
//! f32: in f64, rounded at the end; sin x = (-1)^n sin(2 pi t) with x / 2pi = n / 2 + t,
//!     which takes one polynomial, cos x the same with x / 2pi + 1/4
//! ```
//! Errors before the last rounding are below 0.5 ULP, 0.001 ULP for f32.

use super::angle::{HALVES, NEAR, NEAR_F32, QUARTERS, Turns, half_turns, reduce, reduce_near};
use super::coefficients::{double, wide};
use super::lane::{Doubles, Lane, fast_two_sum, pick, poly, quotient};

/// What the two types do differently. Not by std's names: its methods would win.
pub(super) trait Circle: Lane {
    fn sine(self) -> Self;
    fn cosine(self) -> Self;
    fn both(self) -> (Self, Self);
    fn tangent(self) -> Self;
    /// Whether there is a shorter way to the same bits, and that.
    fn is_near(self) -> bool;
    fn sin_near(self) -> Self;
    fn cos_near(self) -> Self;
    fn tan_near(self) -> Self;
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

/// sin and cos of what `reduce` made of a finite x.
#[inline(always)]
fn sin_cos_of(x: f64, (n, r, l): (u64, f64, f64)) -> (f64, f64) {
    let (sin, cos) = parts(r, l);
    let (sin, cos) = (sin.0 + sin.1, cos.0 + cos.1);
    let odd = n & 1 != 0;
    let s = turned(pick(odd, cos, sin), n);
    let c = turned(pick(odd, sin, cos), n.wrapping_add(1));
    (pick(x == 0.0, x, s), c)
}

#[inline(always)]
fn tan_of(x: f64, (n, r, l): (u64, f64, f64)) -> f64 {
    let (sin, cos) = parts(r, l);
    let odd = n & 1 != 0;
    let above = pick(odd, (-cos.0, -cos.1), sin);
    let (q, rest) = quotient(above, pick(odd, sin, cos));
    pick(x == 0.0, x, q + rest)
}

impl Circle for f64 {
    #[inline(always)]
    fn sine(self) -> Self {
        self.both().0
    }

    #[inline(always)]
    fn cosine(self) -> Self {
        self.both().1
    }

    #[inline(always)]
    fn both(self) -> (Self, Self) {
        let (s, c) = sin_cos_of(self, reduce(self));
        let finite = self.abs() < Self::INFINITY;
        (pick(finite, s, Self::NAN), pick(finite, c, Self::NAN))
    }

    #[inline(always)]
    fn tangent(self) -> Self {
        let y = tan_of(self, reduce(self));
        pick(self.abs() < Self::INFINITY, y, Self::NAN)
    }

    #[inline(always)]
    fn is_near(self) -> bool {
        self.abs() < NEAR
    }

    #[inline(always)]
    fn sin_near(self) -> Self {
        sin_cos_of(self, reduce_near(self)).0
    }

    #[inline(always)]
    fn cos_near(self) -> Self {
        sin_cos_of(self, reduce_near(self)).1
    }

    #[inline(always)]
    fn tan_near(self) -> Self {
        tan_of(self, reduce_near(self))
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

/// sin of `t` turns from -1/4 to 1/4, with the sign turned if `n` is odd: good to f32.
#[inline(always)]
fn wide_sin(n: u64, t: f64) -> f32 {
    let value = t * poly(t * t, &wide::SIN_TURNS);
    f64::from_bits(value.to_bits() ^ (n << 63)) as f32
}

/// sin(x + 2pi `more`), good to f32, for an x that is an f32 for which `half_turns` holds.
#[inline(always)]
pub(crate) fn wide_sin_near<T: Doubles>(x: T, more: f64) -> T {
    let (shifted, t) = half_turns(x, more);
    (t * poly(t * t, &wide::SIN_TURNS)).turned(shifted)
}

#[inline(always)]
fn tan_of_turns(x: f32, turns: Turns) -> f32 {
    let (n, t) = turns.left(0.0, QUARTERS);
    let (sin, cos) = wide_parts(t * std::f64::consts::TAU);
    let odd = n & 1 != 0;
    let y = (pick(odd, -cos, sin) / pick(odd, sin, cos)) as f32;
    pick(x == 0.0, x, y)
}

impl Circle for f32 {
    #[inline(always)]
    fn sine(self) -> Self {
        let (n, t) = Turns::of(self).left(0.0, HALVES);
        pick(self == 0.0, self, wide_sin(n, t))
    }

    #[inline(always)]
    fn cosine(self) -> Self {
        // A quarter of a turn on.
        let (n, t) = Turns::of(self).left(0.25, HALVES);
        wide_sin(n, t)
    }

    #[inline(always)]
    fn both(self) -> (Self, Self) {
        (self.sine(), self.cosine())
    }

    #[inline(always)]
    fn tangent(self) -> Self {
        tan_of_turns(self, Turns::of(self))
    }

    #[inline(always)]
    fn is_near(self) -> bool {
        self.abs() < NEAR_F32
    }

    #[inline(always)]
    fn sin_near(self) -> Self {
        pick(self == 0.0, self, wide_sin_near(f64::from(self), 0.0) as Self)
    }

    #[inline(always)]
    fn cos_near(self) -> Self {
        wide_sin_near(f64::from(self), 0.25) as Self
    }

    #[inline(always)]
    fn tan_near(self) -> Self {
        tan_of_turns(self, Turns::near(self))
    }
}

#[inline(always)]
pub(super) fn sin<T: Circle>(x: T) -> T {
    x.sine()
}

#[inline(always)]
pub(super) fn cos<T: Circle>(x: T) -> T {
    x.cosine()
}

#[inline(always)]
pub(super) fn is_near<T: Circle>(x: T) -> bool {
    x.is_near()
}

#[inline(always)]
pub(super) fn sin_near<T: Circle>(x: T) -> T {
    x.sin_near()
}

#[inline(always)]
pub(super) fn cos_near<T: Circle>(x: T) -> T {
    x.cos_near()
}

#[inline(always)]
pub(super) fn tan_near<T: Circle>(x: T) -> T {
    x.tan_near()
}

#[inline(always)]
pub(super) fn sin_cos<T: Circle>(x: T) -> (T, T) {
    x.both()
}

#[inline(always)]
pub(super) fn tan<T: Circle>(x: T) -> T {
    x.tangent()
}
