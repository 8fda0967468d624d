//! Elementary functions that vectorise inside any closure given to
//! [`map!`](crate::map!).
//!
//! Each takes and gives plain numbers, `f32` or `f64`, and is free of branches, tables
//! and library calls, so that the compiler turns a loop over it into vector
//! instructions. std's functions are calls into the C library, one element at a time.
//! ```
//! use ndarray::array;
//! use swath::{map, math};
//!
//! let x = array![0.0_f32, 1.0, 2.0];
//! let bell = map!(&x, |x| math::exp(-0.5 * x * x))?;
//! assert!((bell[1] - 0.606_530_66).abs() < 1e-7);
//! # Ok::<(), swath::Error>(())
//! ```
//!
//! # Accuracy
//! Results are within 1 ULP of the correctly rounded value: that value or one of its
//! two neighbours. A function that cannot keep this says what it keeps. The largest
//! errors found, and for which inputs, are on the page [`accuracy`](crate::accuracy).
//! Angles of any size are reduced correctly. NaN, infinities, signed zeros and
//! subnormals are treated as C99 Annex F says (for the sign and payload of a NaN:
//! nothing is said).
//!
//! The bits are the same on every CPU: the functions are made of operations that IEEE
//! 754 fixes. On a CPU without fused multiply-add each of those is a library call, so
//! that they are right there but slow.
//!
//! # Performance
//! Inside `map!`, with AVX2 at 2.6 GHz and data in the cache, an element takes 0.5 ns
//! (`exp` in `f32`) to 4 ns (`powf` in `f32`), and about twice that in `f64`: 1.5 to 10
//! times less than std's functions. The exceptions are `sin`, `cos` and `tan` in `f64`, in
//! closures slower than std's (9 ns against 7): without a branch, every element pays for
//! the reduction of huge angles. Their array forms look at blocks of elements, and take 1.2
//! ns with AVX-512. Alone, outside of `map!`, all of them take longer than std's. Rust that
//! is compiled without optimisation is slow here as
//! elsewhere.

mod angle;
mod coefficients;
mod error_function;
mod exponential;
mod gamma;
mod hyperbolic;
mod inverse;
mod lane;
mod logarithm;
mod power;
mod rounding;
mod trigonometric;

use crate::element::{Elementary, Float};

/// What loops by hand are made of.
#[cfg(target_arch = "x86_64")]
pub(crate) mod by_hand {
    pub(crate) use super::angle::NEAR_F32;
    pub(crate) use super::lane::{Doubles, Lanes, ROOT_HALF_F32, ROOT_HALF_F64};
    pub(crate) use super::power::{power, wide_power};
    pub(crate) use super::trigonometric::wide_sin_near;
}

/// The functions for `f32`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Single;

/// The functions for `f64`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Double;

impl Float for f32 {
    type Math = Single;
}

impl Float for f64 {
    type Math = Double;
}

/// From one list: the public functions, and the implementations for both types.
macro_rules! functions {
    (
        $($(#[$doc:meta])* $name:ident($x:ident $(, $y:ident)?) = $home:ident;)*
    ) => {
        $(
            $(#[$doc])*
            #[inline(always)]
            #[must_use]
            pub fn $name<T: Float>($x: T $(, $y: T)?) -> T {
                <T::Math as Elementary<T>>::$name($x $(, $y)?)
            }
        )*
        functions!(@impl Single f32 $($name($x $(, $y)?) = $home;)*);
        functions!(@impl Double f64 $($name($x $(, $y)?) = $home;)*);
    };
    (@impl $of:ident $t:ident $($name:ident($x:ident $(, $y:ident)?) = $home:ident;)*) => {
        impl Elementary<$t> for $of {
            $(
                #[inline(always)]
                fn $name($x: $t $(, $y: $t)?) -> $t {
                    $home::$name($x $(, $y)?)
                }
            )*
            #[inline(always)]
            fn powi(x: $t, n: i32) -> $t {
                power::powi(x, n)
            }
            #[inline(always)]
            fn sin_cos(x: $t) -> ($t, $t) {
                trigonometric::sin_cos(x)
            }
            #[inline(always)]
            fn is_near(x: $t) -> bool {
                trigonometric::is_near(x)
            }
            #[inline(always)]
            fn sin_near(x: $t) -> $t {
                trigonometric::sin_near(x)
            }
            #[inline(always)]
            fn cos_near(x: $t) -> $t {
                trigonometric::cos_near(x)
            }
            #[inline(always)]
            fn tan_near(x: $t) -> $t {
                trigonometric::tan_near(x)
            }
            #[inline(always)]
            fn is_plain_power(x: $t, y: $t) -> bool {
                power::is_plain(x, y)
            }
            #[inline(always)]
            fn powf_plain(x: $t, y: $t) -> $t {
                power::powf_plain(x, y)
            }
            #[inline(always)]
            fn is_plain_exponent(x: $t) -> bool {
                exponential::is_plain(x)
            }
            #[inline(always)]
            fn exp_plain(x: $t) -> $t {
                exponential::exp_plain(x)
            }
            #[inline(always)]
            fn is_normal(x: $t) -> bool {
                logarithm::is_normal(x)
            }
            #[inline(always)]
            fn ln_plain(x: $t) -> $t {
                logarithm::ln_plain(x)
            }
        }
    };
}

functions! {
    /// e to the power `x`.
    exp(x) = exponential;
    /// 2 to the power `x`.
    exp2(x) = exponential;
    /// e to the power `x`, less 1, accurate near 0.
    exp_m1(x) = exponential;
    /// The natural logarithm: -inf of zero, NaN of negative numbers.
    ln(x) = logarithm;
    /// The logarithm to base 2: exact for powers of 2.
    log2(x) = logarithm;
    /// The logarithm to base 10.
    log10(x) = logarithm;
    /// The natural logarithm of `1 + x`, accurate near 0.
    ln_1p(x) = logarithm;
    /// `x` to the power `y`, with the special values of C99's `pow`.
    powf(x, y) = power;
    /// The square root, correctly rounded.
    sqrt(x) = power;
    /// The cube root, of negative numbers too.
    cbrt(x) = power;
    /// The length of the vector (`x`, `y`), without overflow on the way: infinite if
    /// either is, even beside NaN.
    hypot(x, y) = power;
    /// The sine of `x` radians, of any size.
    sin(x) = trigonometric;
    /// The cosine of `x` radians, of any size.
    cos(x) = trigonometric;
    /// The tangent of `x` radians, of any size.
    tan(x) = trigonometric;
    /// The arc sine, from -pi/2 to pi/2; NaN outside of [-1, 1].
    asin(x) = inverse;
    /// The arc cosine, from 0 to pi; NaN outside of [-1, 1].
    acos(x) = inverse;
    /// The arc tangent, from -pi/2 to pi/2.
    atan(x) = inverse;
    /// The angle of the point (`x`, `y`), from -pi to pi: note the order of arguments.
    atan2(y, x) = inverse;
    /// The hyperbolic sine.
    sinh(x) = hyperbolic;
    /// The hyperbolic cosine.
    cosh(x) = hyperbolic;
    /// The hyperbolic tangent.
    tanh(x) = hyperbolic;
    /// The inverse of the hyperbolic sine.
    asinh(x) = hyperbolic;
    /// The inverse of the hyperbolic cosine, at least 0; NaN below 1.
    acosh(x) = hyperbolic;
    /// The inverse of the hyperbolic tangent; NaN outside of [-1, 1].
    atanh(x) = hyperbolic;
    /// The error function: 2 / sqrt(pi) times the integral of e^-t^2 from 0 to `x`.
    erf(x) = error_function;
    /// 1 less the error function, accurate where that is close to 1.
    erfc(x) = error_function;
    /// `x` times the normal distribution function: the Gaussian error linear unit,
    /// exactly and not by its approximation with `tanh`.
    gelu(x) = error_function;
    /// The logistic function 1 / (1 + e^-x).
    sigmoid(x) = exponential;
    /// ln(1 + e^x), without overflow.
    softplus(x) = logarithm;
    /// ln(e^x + e^y), without overflow: the sum of two probabilities whose logarithms
    /// are known.
    ///
    /// # Accuracy
    /// Within 1 ULP of the largest of result, `x` and `y`: where the sum is close to 1 its
    /// logarithm is close to 0, and has fewer good digits.
    logaddexp(x, y) = logarithm;
    /// The gamma function: NaN at negative integers and -inf, an infinity of the sign
    /// of `x` at 0.
    ///
    /// # Accuracy
    /// In `f32` within 1 ULP of the correctly rounded value, in `f64` within 16.
    tgamma(x) = gamma;
    /// The logarithm of the size of the gamma function: infinite at 0, -1, -2, ...
    ///
    /// # Accuracy
    /// In `f64` the error is at most 2^-49 times the larger of 1 and the size of the
    /// result. In `f32` within 1 ULP of the correctly rounded value for positive `x`, and
    /// for negative `x` where the result is not between -0.01 and 0.01: around its zeros
    /// there the error is at most 2^-49.
    lgamma(x) = gamma;
    /// The largest integer that is not above `x`.
    floor(x) = rounding;
    /// The smallest integer that is not below `x`.
    ceil(x) = rounding;
    /// `x` without what is behind the point.
    trunc(x) = rounding;
    /// The nearest integer; halves are rounded away from 0, as by std.
    round(x) = rounding;
    /// The nearest integer; halves are rounded to the even one, as by `NumPy`'s `rint`.
    round_ties_even(x) = rounding;
    /// The size of `x`.
    abs(x) = rounding;
    /// 1 for positive numbers, -1 for negative ones, and zeros and NaN as they are: as
    /// `NumPy`'s `sign`, not as std's `signum`.
    sign(x) = rounding;
    /// The size of `x` with the sign of `y`.
    copysign(x, y) = rounding;
    /// The smaller of two, or NaN if either is; -0.0 is below 0.0. std's `min` leaves
    /// both cases open.
    minimum(x, y) = rounding;
    /// The larger of two, or NaN if either is; -0.0 is below 0.0.
    maximum(x, y) = rounding;
    /// The smaller of two, or the other one if one is NaN; -0.0 is below 0.0.
    fmin(x, y) = rounding;
    /// The larger of two, or the other one if one is NaN; -0.0 is below 0.0.
    fmax(x, y) = rounding;
    /// What remains of `x` after division by `y`, with the sign of `x`, exactly: `x % y`.
    ///
    /// # Performance
    /// A call of the C library for each element: this one does not vectorise.
    fmod(x, y) = rounding;
}

/// `x` to the power of the integer `n`: `powf` of the same numbers, exactly.
#[inline(always)]
#[must_use]
pub fn powi<T: Float>(x: T, n: i32) -> T {
    <T::Math as Elementary<T>>::powi(x, n)
}

/// Sine and cosine of `x` radians, for little more than the cost of one.
#[inline(always)]
#[must_use]
pub fn sin_cos<T: Float>(x: T) -> (T, T) {
    <T::Math as Elementary<T>>::sin_cos(x)
}

/// `x`, or the limit that it is beyond; NaN stays. If `low` is above `high` the result
/// is `high`, as by `NumPy`'s `clip`.
///
/// # Examples
/// ```
/// use swath::math::clamp;
///
/// assert_eq!(clamp(3.0, 0.0, 1.0), 1.0);
/// assert!(clamp(f64::NAN, 0.0, 1.0).is_nan());
/// ```
#[inline(always)]
#[must_use]
pub fn clamp<T: Float>(x: T, low: T, high: T) -> T {
    let x = lane::pick(x < low, low, x);
    lane::pick(x > high, high, x)
}
