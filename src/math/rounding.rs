//! Rounding, signs and limits: all exact.

use super::lane::{Lane, pick};

/// What std has as methods of both types.
pub(super) trait Round: Lane {
    fn floor(self) -> Self;
    fn ceil(self) -> Self;
    fn trunc(self) -> Self;
    fn round(self) -> Self;
    fn round_ties_even(self) -> Self;
    fn fmod(self, y: Self) -> Self;
}

macro_rules! round {
    ($($t:ident)*) => {$(
        impl Round for $t {
            #[inline(always)]
            fn floor(self) -> Self {
                $t::floor(self)
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                $t::ceil(self)
            }
            #[inline(always)]
            fn trunc(self) -> Self {
                $t::trunc(self)
            }
            #[inline(always)]
            fn round(self) -> Self {
                $t::round(self)
            }
            #[inline(always)]
            fn round_ties_even(self) -> Self {
                $t::round_ties_even(self)
            }
            #[inline(always)]
            fn fmod(self, y: Self) -> Self {
                self % y
            }
        }
    )*};
}
round!(f32 f64);

#[inline(always)]
pub(super) fn floor<T: Round>(x: T) -> T {
    x.floor()
}

#[inline(always)]
pub(super) fn ceil<T: Round>(x: T) -> T {
    x.ceil()
}

#[inline(always)]
pub(super) fn trunc<T: Round>(x: T) -> T {
    x.trunc()
}

#[inline(always)]
pub(super) fn round<T: Round>(x: T) -> T {
    x.round()
}

#[inline(always)]
pub(super) fn round_ties_even<T: Round>(x: T) -> T {
    x.round_ties_even()
}

#[inline(always)]
pub(super) fn abs<T: Lane>(x: T) -> T {
    x.size()
}

#[inline(always)]
pub(super) fn sign<T: Lane>(x: T) -> T {
    pick(x.is_number() & (x != T::ZERO), T::ONE.signed(x), x)
}

#[inline(always)]
pub(super) fn copysign<T: Lane>(x: T, y: T) -> T {
    x.signed(y)
}

#[inline(always)]
pub(super) fn fmod<T: Round>(x: T, y: T) -> T {
    x.fmod(y)
}

/// Whether a is below b, -0.0 being below 0.0.
#[inline(always)]
fn below<T: Lane>(a: T, b: T) -> bool {
    (a < b) | ((a == b) & (T::ONE.signed(a) < T::ZERO))
}

#[inline(always)]
pub(super) fn minimum<T: Lane>(x: T, y: T) -> T {
    pick(x.is_number() & y.is_number(), pick(below(x, y), x, y), x + y)
}

#[inline(always)]
pub(super) fn maximum<T: Lane>(x: T, y: T) -> T {
    pick(x.is_number() & y.is_number(), pick(below(x, y), y, x), x + y)
}

#[inline(always)]
pub(super) fn fmin<T: Lane>(x: T, y: T) -> T {
    pick(x.is_number() & (below(x, y) | !y.is_number()), x, y)
}

#[inline(always)]
pub(super) fn fmax<T: Lane>(x: T, y: T) -> T {
    pick(x.is_number() & (!below(x, y) | !y.is_number()), x, y)
}
