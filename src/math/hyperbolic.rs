//! Hyperbolic functions and their inverses.
//!
//! ```text
//! |x| = n ln 2 + r + l;  S = sinh r, C = cosh r as polynomials of r^2
//! sinh x = 2^n (a C + b S),  cosh x = 2^n (b C + a S)
//!     with a = (1 - 2^-2n) / 2, b = (1 + 2^-2n) / 2: at n = 0 it is S and C themselves
//! tanh x = (1 - w + E) / (1 + w + E) with 2x = n ln 2 + r + l, w = 2^-n, E = e^(r + l) - 1,
//!     the sums and the quotient in two parts
//!     f32: x + x^3 P(x^2) below 0.65; else 1 - 2 / (1 + e^2x), of whose errors less than
//!     half remain
//! asinh x = ln(1 + x + x^2 / (1 + sqrt(1 + x^2)));  acosh x = ln(1 + t + sqrt(2t + t^2))
//! with t = x - 1;  atanh x = ln(1 + 2x / (1 - x)) / 2
//! ```
//! Errors before the last rounding are below 0.4 ULP.

use super::coefficients::single;
use super::exponential::reduce;
use super::lane::{Lane, Lanes, fast_two_sum, pick, poly, quotient, two_product, two_sum};
use super::logarithm::ln_1p_parts;

/// n and sinh x / 2^n, cosh x / 2^n in two parts each, 0 <= x within the range of e^x.
#[inline(always)]
fn both<T: Lane>(x: T) -> (T, (T, T), (T, T)) {
    let (n, r, l) = reduce(x);
    let z = r * r;
    let sinh = (r * z).fma(T::sinh_tail(z), l); // beyond r
    let cosh = (z * z).fma(T::cosh_tail(z), r.fma(l, T::HALF * z)); // beyond 1
    let small = n.at_most(T::of_i32(30));
    let w = T::pow2(-(small + small) - T::ONE);
    let (a, a_low) = fast_two_sum(T::HALF, -w);
    let (b, b_low) = fast_two_sum(T::HALF, w);

    let (product, rest) = two_product(b, r);
    let (sum, more) = two_sum(a, product);
    let low = a.fma(cosh, b.fma(sinh, b_low.fma(r, a_low) + (rest + more)));
    let s = (sum, low);

    let (product, rest) = two_product(a, r);
    let (sum, more) = fast_two_sum(b, product);
    let low = b.fma(cosh, a.fma(sinh, a_low.fma(r, b_low) + (rest + more)));
    (n, s, (sum, low))
}

/// A size within the range where neither function is yet infinite, or just beyond.
#[inline(always)]
fn bounded<T: Lane>(x: T) -> T {
    x.size().at_most(T::EXP_RANGE.1 + T::TWO)
}

#[inline(always)]
pub(super) fn sinh<T: Lane>(x: T) -> T {
    let (n, (high, low), _) = both(bounded(x));
    (high + low).scale(n).signed(x)
}

#[inline(always)]
pub(super) fn cosh<T: Lane>(x: T) -> T {
    let (n, _, (high, low)) = both(bounded(x));
    (high + low).scale(n)
}

/// What the two types do differently.
pub(super) trait Hyperbolic: Lane {
    fn tangent(self) -> Self;
}

impl Hyperbolic for f64 {
    #[inline(always)]
    fn tangent(self) -> Self {
        let y = self.abs().at_most(Self::TANH_MAX);
        let (n, r, l) = reduce(y + y);
        let tail = (r * r).mul_add(Self::exp_tail(r), r.mul_add(l, l)); // of e^r - 1, beyond r
        let w = Self::pow2(-n);
        let (a, a_low) = fast_two_sum(1.0, -w);
        let (b, b_low) = fast_two_sum(1.0, w);
        let (above, rest) = fast_two_sum(a, r);
        let (below, more) = fast_two_sum(b, r);
        let above = fast_two_sum(above, rest + (a_low + tail));
        let (q, rest) = quotient(above, (below, more + (b_low + tail)));
        (q + rest).copysign(self)
    }
}

impl Hyperbolic for f32 {
    #[inline(always)]
    fn tangent(self) -> Self {
        const TWO_LOG2_E: f32 = 2.0 * std::f32::consts::LOG2_E;
        let size = self.abs();
        let z = size * size;
        let small = (size * z).mul_add(poly(z, &single::TANH), size);
        // 2x = n ln 2 + r; the rounding of ln 2 is too small to matter here.
        let y = size.at_most(Self::TANH_MAX);
        let shifted = y.mul_add(TWO_LOG2_E, Self::SHIFT);
        let n = shifted - Self::SHIFT;
        let r = (-n).mul_add(std::f32::consts::LN_2, y + y);
        let e = (r * r).mul_add(Self::exp_tail(r), r); // e^r - 1
        // Halves of 2^n and of 1 + e^2x.
        let w = 0.5f32.scale_normal(shifted);
        let large = 1.0 - 1.0 / w.mul_add(e, w + 0.5);
        pick(size < 0.65, small, large).copysign(self)
    }
}

#[inline(always)]
pub(super) fn tanh<T: Hyperbolic>(x: T) -> T {
    x.tangent()
}

/// The square root of a sum of two parts, in two parts; the sum > 0.
#[inline(always)]
fn root_parts<T: Lane>(high: T, low: T) -> (T, T) {
    let root = high.root();
    let rest = (-root).fma(root, high) + low;
    (root, pick(high > T::ZERO, rest / (root + root), T::ZERO))
}

#[inline(always)]
pub(super) fn asinh<T: Lane>(x: T) -> T {
    let size = x.size();
    // From here on ln(2x), and x^2 may not overflow.
    let big = size > T::pow2(T::of_i32(30));
    let y = pick(big, T::ONE, size);
    let (square, rest) = two_product(y, y);
    let (sum, more) = two_sum(T::ONE, square);
    let (root, low) = root_parts(sum, more + rest);
    let (below, more) = two_sum(T::ONE, root);
    let (q, q_low) = quotient((square, rest), (below, low + more));
    let (high, more) = two_sum(y, q);
    let (high, low) = pick(big, (size - T::ONE, T::ZERO), (high, more + q_low));
    let (high, low) = ln_1p_parts(high, low);
    let (high, rest) = two_sum(pick(big, T::LN2.0, T::ZERO), high);
    let sum = high + (rest + (low + pick(big, T::LN2.1, T::ZERO)));
    pick(size < T::INFINITY, sum, size).signed(x)
}

#[inline(always)]
pub(super) fn acosh<T: Lane>(x: T) -> T {
    let big = x > T::pow2(T::of_i32(30));
    let y = pick(big, T::TWO, x);
    let t = two_sum(y, -T::ONE); // exact below 2
    let (square, rest) = two_product(t.0, t.0);
    let square = (square, (t.0 + t.0).fma(t.1, rest));
    let (sum, more) = two_sum(t.0 + t.0, square.0);
    let (root, low) = root_parts(sum, more + (square.1 + (t.1 + t.1)));
    let (high, more) = two_sum(t.0, root);
    let (high, low) = pick(big, (x - T::ONE, T::ZERO), (high, more + (low + t.1)));
    let (high, low) = ln_1p_parts(high, low);
    let (high, rest) = two_sum(pick(big, T::LN2.0, T::ZERO), high);
    let sum = high + (rest + (low + pick(big, T::LN2.1, T::ZERO)));
    let sum = pick(x < T::INFINITY, sum, x);
    pick(x < T::ONE, T::NAN, sum)
}

#[inline(always)]
pub(super) fn atanh<T: Lane>(x: T) -> T {
    let size = x.size();
    let inside = size < T::ONE;
    let y = pick(inside, size, T::ZERO);
    let (q, low) = quotient((y + y, T::ZERO), two_sum(T::ONE, -y));
    let (high, low) = ln_1p_parts(q, low);
    let beyond = pick(size == T::ONE, T::INFINITY, T::NAN);
    pick(inside, T::HALF * (high + low), beyond).signed(x)
}
