//! Complex numbers as pairs: real part, imaginary part.

use std::ops::{Add, Mul, Sub};

use num_traits::{One, Zero};

/// The sum.
#[inline(always)]
pub(crate) fn plus<T: Copy + Add<Output = T>>(a: [T; 2], b: [T; 2]) -> [T; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

/// The product, every operation rounded.
#[inline(always)]
pub(crate) fn times<T>(a: [T; 2], b: [T; 2]) -> [T; 2]
where
    T: Copy + Add<Output = T> + Sub<Output = T> + Mul<Output = T>,
{
    [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]]
}

/// The product; 1 times anything is that, infinities included, so that 1 is what no
/// element gives.
#[inline(always)]
pub(crate) fn times_or_one<T>(a: [T; 2], b: [T; 2]) -> [T; 2]
where
    T: Copy + PartialEq + One + Zero + Sub<Output = T>,
{
    let is_one = |z: [T; 2]| (z[0] == T::one()) & (z[1] == T::zero());
    let both = times(a, b);
    let rest = if is_one(b) { a } else { both };
    if is_one(a) { b } else { rest }
}

/// The conjugate of the first times the second.
#[inline(always)]
pub(crate) fn conjugate_times<T>(a: [T; 2], b: [T; 2]) -> [T; 2]
where
    T: Copy + Add<Output = T> + Sub<Output = T> + Mul<Output = T>,
{
    [a[0] * b[0] + a[1] * b[1], a[0] * b[1] - a[1] * b[0]]
}
