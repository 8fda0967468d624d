//! e^x, 2^x, e^x - 1 and the logistic function.
//!
//! ```text
//! n = nearest integer to x / ln 2;  r + l = x - n ln 2     (W. J. Cody, W. Waite 1980)
//! e^r = 1 + r + r^2 P(r)
//! e^x = 2^n e^r                                  in two steps, for subnormal results
//! e^x - 1 = 2^n ((1 - 2^-n) + r + (l + r^2 P(r)))          the sums in two parts
//! 1 / (1 + e^-x) = 1 / (1 + E), or E / (1 + E) for x < 0, with E = e^-|x| in two parts
//! ```
//! Errors before the last rounding are below 0.5 ULP for e^x and 2^x, 0.55 ULP for
//! e^x - 1, 0.25 ULP for the logistic function; docs/accuracy.md has the largest that
//! were found.

use super::lane::{Lane, Lanes, fast_two_sum, pick, quotient, two_sum};

/// n, r and l with x = n ln 2 + r + l, for sizes up to the range of e^x.
#[inline(always)]
pub(super) fn reduce<T: Lanes>(x: T) -> (T, T, T)
where
    T::Number: Lane,
{
    let shift = T::all(T::Number::SHIFT);
    let (ln2, ln2_low) = (T::all(T::Number::LN2.0), T::all(T::Number::LN2.1));
    let n = x.fma(T::all(T::Number::LOG2_E), shift) - shift;
    let high = (-n).fma(ln2, x); // exact
    let r = (-n).fma(ln2_low, high);
    (n, r, (-n).fma(ln2_low, high - r))
}

#[inline(always)]
pub(super) fn exp<T: Lane>(x: T) -> T {
    let x = x.at_most(T::EXP_RANGE.1).at_least(T::EXP_RANGE.0);
    let (n, r, _) = reduce(x);
    ((r * r).fma(T::exp_tail(r), r) + T::ONE).scale(n)
}

/// Whether e^x is a normal number.
#[inline(always)]
pub(super) fn is_plain<T: Lane>(x: T) -> bool {
    (x > T::EXP_NORMAL.0) & (x < T::EXP_NORMAL.1)
}

/// [`exp`] where that holds, to the same bits: its scaling is exact there.
#[inline(always)]
pub(super) fn exp_plain<T: Lane>(x: T) -> T {
    let shifted = x.fma(T::LOG2_E, T::SHIFT);
    let n = shifted - T::SHIFT;
    let r = (-n).fma(T::LN2.1, (-n).fma(T::LN2.0, x));
    ((r * r).fma(T::exp_tail(r), r) + T::ONE).scale_normal(shifted)
}

/// e^x as (high, low, n) for (high + low) 2^n, x within the range of e^x.
#[inline(always)]
pub(super) fn exp_parts<T: Lane>(x: T) -> (T, T, T) {
    let (n, r, l) = reduce(x);
    with_low(n, r, l)
}

/// The same for x + `rest`.
#[inline(always)]
pub(super) fn exp_parts_of<T: Lanes>(x: T, rest: T) -> (T, T, T)
where
    T::Number: Lane,
{
    let (n, r, l) = reduce(x);
    // Where r is the smaller of the two, what is lost is far below the last place of 1.
    let (r, l) = fast_two_sum(r, l + rest);
    with_low(n, r, l)
}

/// e^(r + l), where l is so small that e^r (1 + l) = e^r + l (1 + r).
#[inline(always)]
fn with_low<T: Lanes>(n: T, r: T, l: T) -> (T, T, T)
where
    T::Number: Lane,
{
    let (high, low) = fast_two_sum(T::all(T::Number::ONE), r);
    (high, low + (r * r).fma(T::Number::exp_tail(r), r.fma(l, l)), n)
}

#[inline(always)]
pub(super) fn exp2<T: Lane>(x: T) -> T {
    let x = x.at_most(T::EXP2_RANGE.1).at_least(T::EXP2_RANGE.0);
    let n = x.nearest();
    let r = x - n;
    r.fma(T::exp2_tail(r), T::ONE).scale(n)
}

#[inline(always)]
pub(super) fn exp_m1<T: Lane>(x: T) -> T {
    let y = x.at_most(T::EXP_RANGE.1).at_least(-(T::TANH_MAX + T::TANH_MAX));
    let (n, r, l) = reduce(y);
    // Beyond this 1 - 2^-n is 1.
    let one = T::ONE - T::pow2(-n.at_most(T::TANH_MAX * T::of_i32(4)));
    let (high, low) = two_sum(one, r);
    let tail = (r * r).fma(T::exp_tail(r), r.fma(l, l));
    (high + (low + tail)).scale(n).signed(x)
}

#[inline(always)]
pub(super) fn sigmoid<T: Lane>(x: T) -> T {
    let (high, low, n) = exp_parts((-x.size()).at_least(T::EXP_RANGE.0));
    let power = T::pow2(n.at_least(T::of_i32(-100)));
    let (one, rest) = fast_two_sum(T::ONE, power * high);
    let negative = x < T::ZERO;
    let above = pick(negative, (high, low), (T::ONE, T::ZERO));
    let (q, rest) = quotient(above, (one, power.fma(low, rest)));
    (q + rest).scale(pick(negative, n, T::ZERO))
}
