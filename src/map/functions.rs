//! The functions of `math` on whole arrays.

use ndarray::{Array, ArrayRef, DimMax, Dimension};

use super::Operand;
use crate::element::Elementary;
use crate::kernel::ufunc::hands;
use crate::ufunc::{self, Loop};
use crate::{Error, Float, loop_of, map, math};

/// The loop of a function for one type: `math` on each element, in the best tier, AVX-512
/// included.
macro_rules! body {
    // Block by block, where no element needs the long way, a shorter one to the same bits:
    // angles of moderate size, exponents whose powers are normal, normal numbers.
    (1, sin, $t:ident, $ns:literal) => {
        const { body!(@short $t, $ns, sin, is_near, sin_near).by_hand::<$t>(hands::SIN) }
    };
    (1, cos, $t:ident, $ns:literal) => {
        const { body!(@short $t, $ns, cos, is_near, cos_near).by_hand::<$t>(hands::COS) }
    };
    (1, tan, $t:ident, $ns:literal) => {
        body!(@short $t, $ns, tan, is_near, tan_near)
    };
    (1, exp, $t:ident, $ns:literal) => {
        body!(@short $t, $ns, exp, is_plain_exponent, exp_plain)
    };
    (1, ln, $t:ident, $ns:literal) => {
        body!(@short $t, $ns, ln, is_normal, ln_plain)
    };
    (1, $name:ident, $t:ident, $ns:literal) => {
        const { cost::<$t>(loop_of!(1 wide |x: $t| math::$name(x)), $ns) }
    };
    (2, powf, $t:ident, $ns:literal) => {
        const {
            let body = loop_of!(2
                |x: $t, y: $t| <$t::Math as Elementary<$t>>::is_plain_power(x, y);
                |x: $t, y: $t| <$t::Math as Elementary<$t>>::powf_plain(x, y);
                |x: $t, y: $t| math::powf(x, y));
            cost::<$t>(body, $ns).by_hand::<$t>(hands::POWF)
        }
    };
    // A call of the C library for each element.
    (2, fmod, $t:ident, $ns:literal) => {
        const { cost::<$t>(loop_of!(2 plain |x: $t, y: $t| math::fmod(x, y)), $ns) }
    };
    (2, $name:ident, $t:ident, $ns:literal) => {
        const { cost::<$t>(loop_of!(2 wide |x: $t, y: $t| math::$name(x, y)), $ns) }
    };
    (@short $t:ident, $ns:literal, $name:ident, $test:ident, $short:ident) => {
        const {
            let body = loop_of!(1
                |x: $t| <$t::Math as Elementary<$t>>::$test(x);
                |x: $t| <$t::Math as Elementary<$t>>::$short(x);
                |x: $t| math::$name(x));
            cost::<$t>(body, $ns)
        }
    };
}

/// The loop of a function that costs `ns` for an f32, with AVX2, and twice that for an f64.
const fn cost<T>(body: Loop, ns: f32) -> Loop {
    body.costing(if size_of::<T>() == 4 { ns } else { 2.0 * ns })
}

macro_rules! unary {
    ($($name:ident $into:ident $inplace:ident $ns:literal;)*) => {
        /// Their loops.
        #[doc(hidden)]
        pub mod one {
            use super::*;
            $(#[must_use]
            pub const fn $name<T: Float>() -> Loop {
                body!(1, $name, T, $ns)
            })*
        }
        $(
        #[doc = concat!("[`math::", stringify!($name), "`](fn@crate::math::", stringify!($name), ") of every element.")]
        ///
        /// Any view; an empty one gives an empty array. The result lies as that of
        /// [`map`](fn@crate::map()) does.
        ///
        /// # Errors
        /// [`Error::Memory`] if the system does not give the memory, and
        /// [`Error::TooLarge`] if the result does not fit the address space.
        ///
        /// # Accuracy
        /// Bit for bit that of the function on numbers.
        ///
        /// # Performance
        /// One pass; in parallel when that pays.
        pub fn $name<T: Float, D: Dimension>(a: &ArrayRef<T, D>) -> Result<Array<T, D>, Error> {
            ufunc::one(stringify!($name), a, one::$name::<T>())
        }

        #[doc = concat!("[`", stringify!($name), "`](fn@", stringify!($name), ") into an output of the caller's, to whose shape `a` broadcasts.")]
        ///
        /// # Errors
        /// [`Error::Shape`] if `a` does not broadcast to the shape of `out`, and
        /// [`Error::Overlap`] if elements of `out` share memory with each other.
        pub fn $into<T: Float, D: Dimension, E: Dimension>(
            a: &ArrayRef<T, D>,
            out: &mut ArrayRef<T, E>,
        ) -> Result<(), Error> {
            ufunc::one_into(stringify!($into), a, out, one::$name::<T>())
        }

        #[doc = concat!("[`", stringify!($name), "`](fn@", stringify!($name), ") in place.")]
        ///
        /// # Errors
        /// [`Error::Overlap`] if elements of `a` share memory with each other.
        pub fn $inplace<T: Float, D: Dimension>(a: &mut ArrayRef<T, D>) -> Result<(), Error> {
            ufunc::one_inplace(stringify!($inplace), a, one::$name::<T>())
        }
    )*
    };
}

unary! {
    exp exp_into exp_inplace 0.5;
    exp2 exp2_into exp2_inplace 0.5;
    exp_m1 exp_m1_into exp_m1_inplace 1.0;
    ln ln_into ln_inplace 1.1;
    log2 log2_into log2_inplace 1.3;
    log10 log10_into log10_inplace 1.3;
    ln_1p ln_1p_into ln_1p_inplace 1.5;
    sqrt sqrt_into sqrt_inplace 0.3;
    cbrt cbrt_into cbrt_inplace 3.0;
    sin sin_into sin_inplace 1.3;
    cos cos_into cos_inplace 1.3;
    tan tan_into tan_inplace 2.5;
    asin asin_into asin_inplace 2.0;
    acos acos_into acos_inplace 2.0;
    atan atan_into atan_inplace 2.0;
    sinh sinh_into sinh_inplace 1.3;
    cosh cosh_into cosh_inplace 1.3;
    tanh tanh_into tanh_inplace 1.2;
    asinh asinh_into asinh_inplace 4.0;
    acosh acosh_into acosh_inplace 4.0;
    atanh atanh_into atanh_inplace 3.0;
    erf erf_into erf_inplace 3.0;
    erfc erfc_into erfc_inplace 4.0;
    gelu gelu_into gelu_inplace 4.0;
    sigmoid sigmoid_into sigmoid_inplace 1.2;
    softplus softplus_into softplus_inplace 3.0;
    tgamma tgamma_into tgamma_inplace 10.0;
    lgamma lgamma_into lgamma_inplace 15.0;
    floor floor_into floor_inplace 0.1;
    ceil ceil_into ceil_inplace 0.1;
    trunc trunc_into trunc_inplace 0.1;
    round round_into round_inplace 0.2;
    round_ties_even round_ties_even_into round_ties_even_inplace 0.1;
}

macro_rules! binary {
    ($($name:ident $into:ident $ns:literal;)*) => {
        /// Their loops.
        #[doc(hidden)]
        pub mod two {
            use super::*;
            $(#[must_use]
            pub const fn $name<T: Float>() -> Loop {
                body!(2, $name, T, $ns)
            })*
        }
        $(
        #[doc = concat!("[`math::", stringify!($name), "`](fn@crate::math::", stringify!($name), ") of each two elements of arrays that broadcast together.")]
        ///
        /// # Errors
        /// [`Error::Broadcast`] if the shapes do not broadcast together,
        /// [`Error::Memory`] if the system does not give the memory, and
        /// [`Error::TooLarge`] if the result does not fit the address space.
        ///
        /// # Accuracy
        /// Bit for bit that of the function on numbers.
        ///
        /// # Performance
        /// One pass; in parallel when that pays.
        pub fn $name<T, A, B>(
            a: A,
            b: B,
        ) -> Result<Array<T, <A::Dim as DimMax<B::Dim>>::Output>, Error>
        where
            T: Float,
            A: Operand<Elem = T>,
            B: Operand<Elem = T>,
            A::Dim: DimMax<B::Dim>,
        {
            ufunc::two(stringify!($name), (&a, &b), two::$name::<T>())
        }

        #[doc = concat!("[`", stringify!($name), "`](fn@", stringify!($name), ") into an output of the caller's, to whose shape both broadcast.")]
        ///
        /// # Errors
        /// [`Error::Broadcast`] if the operands do not broadcast together,
        /// [`Error::Shape`] if they do not broadcast to the shape of `out`, and
        /// [`Error::Overlap`] if elements of `out` share memory with each other.
        pub fn $into<T, A, B, D>(a: A, b: B, out: &mut ArrayRef<T, D>) -> Result<(), Error>
        where
            T: Float,
            A: Operand<Elem = T>,
            B: Operand<Elem = T>,
            A::Dim: DimMax<B::Dim>,
            D: Dimension,
        {
            ufunc::two_into(stringify!($into), (&a, &b), out, two::$name::<T>())
        }
    )*
    };
}

binary! {
    powf powf_into 4.0;
    hypot hypot_into 1.5;
    atan2 atan2_into 3.0;
    logaddexp logaddexp_into 4.0;
    copysign copysign_into 0.1;
    fmin fmin_into 0.1;
    fmax fmax_into 0.1;
}

/// The sine and the cosine of every element, two arrays.
///
/// Any view; an empty one gives empty arrays. The results lie as that of
/// [`map`](fn@crate::map()) does.
///
/// # Errors
/// [`Error::Memory`] if the system does not give the memory, and [`Error::TooLarge`] if a
/// result does not fit the address space.
///
/// # Accuracy
/// Bit for bit that of [`math::sin_cos`].
///
/// # Performance
/// One pass for each: compiled for the best tier they take less than one pass for both in
/// [`map!`].
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let (sin, cos) = swath::sin_cos(&array![0.0, 3.0])?;
/// assert_eq!((sin[0], cos[0]), (0.0, 1.0));
/// # Ok::<(), swath::Error>(())
/// ```
pub fn sin_cos<T: Float, D: Dimension>(a: &ArrayRef<T, D>) -> Result<Pair<T, D>, Error> {
    let sin = ufunc::one("sin_cos", a, one::sin::<T>())?;
    Ok((sin, ufunc::one("sin_cos", a, one::cos::<T>())?))
}

/// Two arrays of the same kind.
type Pair<T, D> = (Array<T, D>, Array<T, D>);

/// `yes` where `condition` holds, else `no`: `NumPy`'s `where`. The three broadcast
/// together, and elements may be of any type.
///
/// # Errors
/// [`Error::Broadcast`] if the shapes do not broadcast together,
/// [`Error::Memory`] if the system does not give the memory, and
/// [`Error::TooLarge`] if the result does not fit the address space.
///
/// # Examples
/// ```
/// use ndarray::{array, aview0};
///
/// let a = array![-1.0, 2.0, -3.0];
/// let negative = swath::map!(&a, |x| x < 0.0)?;
/// assert_eq!(swath::select(&negative, &aview0(&0.0), &a)?, array![0.0, 2.0, 0.0]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn select<T, C, A, B>(condition: C, yes: A, no: B) -> Result<Array<T, Three<C, A, B>>, Error>
where
    T: Copy + Send + Sync,
    C: Operand<Elem = bool>,
    A: Operand<Elem = T>,
    B: Operand<Elem = T>,
    C::Dim: DimMax<A::Dim>,
    <C::Dim as DimMax<A::Dim>>::Output: DimMax<B::Dim>,
{
    map!((condition, yes, no), |(c, x, y)| if c { x } else { y })
}

/// The dimension that three operands broadcast to.
type Three<A, B, C> = <<<A as Operand>::Dim as DimMax<<B as Operand>::Dim>>::Output as DimMax<
    <C as Operand>::Dim,
>>::Output;
