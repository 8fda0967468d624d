//! Logarithms, and what is made of them and e^x.
//!
//! ```text
//! x = 2^k (1 + f),  sqrt(1/2) <= 1 + f < sqrt(2)
//! ln(1 + f) = f - f^2/2 + tail      f64: from 2 atanh(f / (2 + f)), as fdlibm's `log`;
//!                                   f32: f^3 P(f)
//! ln x = k ln 2 + (f + (k low(ln 2) + (ln(1 + f) - f)))     two roundings that matter
//! log2 x = k + ln(1 + f) / ln 2                              the sums in two parts
//! ln(1 + x): the rounding error of 1 + x goes on as a low part of f
//! ```
//! Errors before the last rounding are below 0.2 ULP, 0.5 ULP for `ln` and `softplus`; for
//! `logaddexp` in ULPs of the larger of result and arguments, for it may cancel.

use super::exponential::exp_parts_of;
use super::lane::{Lane, Lanes, fast_two_sum, pick, two_product, two_sum};

/// ln(1 + f) as a sum of two parts, f from sqrt(1/2) - 1 to sqrt(2) - 1.
#[inline(always)]
fn ln_parts<T: Lane>(f: T) -> (T, T) {
    let half = T::HALF * f;
    let (hfsq, rest) = two_product(half, f);
    let high = f - hfsq;
    let low = ((f - high) - hfsq) - rest;
    (high, low + T::ln_tail(f, hfsq))
}

/// What the logarithm of 0, infinity, NaN and negative numbers is; `y` otherwise.
#[inline(always)]
fn special<T: Lane>(x: T, y: T) -> T {
    let y = pick(x < T::INFINITY, y, x);
    let y = pick(x < T::ZERO, T::NAN, y);
    pick(x == T::ZERO, -T::INFINITY, y)
}

#[inline(always)]
pub(super) fn ln<T: Lane>(x: T) -> T {
    special(x, ln_of(x.split()))
}

/// ln(2^k m).
#[inline(always)]
fn ln_of<T: Lanes>((k, m): (T, T)) -> T
where
    T::Number: Lane,
{
    let f = m - T::all(T::Number::ONE);
    let rest = k.fma(T::all(T::Number::LN2.1), T::Number::ln_rest(f));
    k.fma(T::all(T::Number::LN2.0), f + rest)
}

/// Whether x is a positive normal number.
#[inline(always)]
pub(super) fn is_normal<T: Lane>(x: T) -> bool {
    (x >= T::MIN_NORMAL) & (x < T::INFINITY)
}

/// [`ln`] where that holds, to the same bits.
#[inline(always)]
pub(super) fn ln_plain<T: Lane>(x: T) -> T {
    ln_of(x.split_normal())
}

/// A logarithm to another base: `k * unit + ln(1 + f) * inverse`.
#[inline(always)]
fn to_base<T: Lane>(x: T, unit: (T, T), inverse: (T, T)) -> T {
    let (k, m) = x.split();
    let (high, low) = ln_parts(m - T::ONE);
    let (y, rest) = two_product(high, inverse.0);
    let rest = rest + low.fma(inverse.0, high * inverse.1);
    let (high, low) = fast_two_sum(k * unit.0, y);
    special(x, high + (low + k.fma(unit.1, rest)))
}

#[inline(always)]
pub(super) fn log2<T: Lane>(x: T) -> T {
    to_base(x, (T::ONE, T::ZERO), T::INV_LN2)
}

#[inline(always)]
pub(super) fn log10<T: Lane>(x: T) -> T {
    to_base(x, T::LOG10_2, T::INV_LN10)
}

/// ln(1 + x + rest) as a sum of two parts, 1 + x + rest > 0 and finite.
#[inline(always)]
pub(super) fn ln_1p_parts<T: Lane>(x: T, rest: T) -> (T, T) {
    let (u, c) = two_sum(T::ONE, x);
    let (k, m) = u.split();
    let c = (c + rest) * T::pow2(-k.at_most(T::of_i32(100)));
    let (f, rest) = two_sum(m - T::ONE, c);
    let (high, low) = ln_parts(f);
    let low = low + (-rest).fma(f, rest);
    let (high, rest) = fast_two_sum(k * T::LN2.0, high);
    (high, rest + k.fma(T::LN2.1, low))
}

#[inline(always)]
pub(super) fn ln_1p<T: Lane>(x: T) -> T {
    let (high, low) = ln_1p_parts(x, T::ZERO);
    let y = pick(x < T::INFINITY, high + low, x);
    let y = pick(x < -T::ONE, T::NAN, y);
    pick(x == -T::ONE, -T::INFINITY, y).signed(x)
}

/// ln(1 + e^d) in two parts, for d + `rest` <= 0.
#[inline(always)]
fn ln_1p_exp<T: Lane>(d: T, rest: T) -> (T, T) {
    let (high, low, n) = exp_parts_of(d.at_least(T::EXP_RANGE.0), rest);
    let (high, low) = fast_two_sum(high, low);
    ln_1p_parts(high.scale(n), low.scale(n))
}

#[inline(always)]
pub(super) fn softplus<T: Lane>(x: T) -> T {
    let (high, low) = ln_1p_exp(-x.size(), T::ZERO);
    let (sum, rest) = two_sum(x.at_least(T::ZERO), high);
    pick(x < T::INFINITY, sum + (rest + low), x)
}

#[inline(always)]
pub(super) fn logaddexp<T: Lane>(a: T, b: T) -> T {
    let larger = pick(a > b, a, b);
    let smaller = pick(a > b, b, a);
    let (d, rest) = two_sum(smaller, -larger);
    let rest = pick(d > T::EXP_RANGE.0, rest, T::ZERO);
    let (high, low) = ln_1p_exp(d, rest);
    let (sum, rest) = two_sum(larger, high);
    let y = sum + (rest + low);
    // Infinities, also equal ones; then NaN in either place.
    let y = pick(larger.size() == T::INFINITY, larger, y);
    pick(a.is_number() & b.is_number(), y, a + b)
}
