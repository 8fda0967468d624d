//! The functions of `math` on whole arrays.

use ndarray::{Array, ArrayRef, DimMax, Dimension};

use super::Operand;
use crate::{Error, Float, map, map_inplace, map_into, math};

macro_rules! unary {
    ($($name:ident $into:ident $inplace:ident;)*) => {$(
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
            map!(a, |x| math::$name(x))
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
            map_into!(a, out, |x| math::$name(x))
        }

        #[doc = concat!("[`", stringify!($name), "`](fn@", stringify!($name), ") in place.")]
        ///
        /// # Errors
        /// [`Error::Overlap`] if elements of `a` share memory with each other.
        pub fn $inplace<T: Float, D: Dimension>(a: &mut ArrayRef<T, D>) -> Result<(), Error> {
            map_inplace!(a, |x| math::$name(x))
        }
    )*};
}

unary! {
    exp exp_into exp_inplace;
    exp2 exp2_into exp2_inplace;
    exp_m1 exp_m1_into exp_m1_inplace;
    ln ln_into ln_inplace;
    log2 log2_into log2_inplace;
    log10 log10_into log10_inplace;
    ln_1p ln_1p_into ln_1p_inplace;
    sqrt sqrt_into sqrt_inplace;
    cbrt cbrt_into cbrt_inplace;
    sin sin_into sin_inplace;
    cos cos_into cos_inplace;
    tan tan_into tan_inplace;
    asin asin_into asin_inplace;
    acos acos_into acos_inplace;
    atan atan_into atan_inplace;
    sinh sinh_into sinh_inplace;
    cosh cosh_into cosh_inplace;
    tanh tanh_into tanh_inplace;
    asinh asinh_into asinh_inplace;
    acosh acosh_into acosh_inplace;
    atanh atanh_into atanh_inplace;
    erf erf_into erf_inplace;
    erfc erfc_into erfc_inplace;
    gelu gelu_into gelu_inplace;
    sigmoid sigmoid_into sigmoid_inplace;
    softplus softplus_into softplus_inplace;
    tgamma tgamma_into tgamma_inplace;
    lgamma lgamma_into lgamma_inplace;
    floor floor_into floor_inplace;
    ceil ceil_into ceil_inplace;
    trunc trunc_into trunc_inplace;
    round round_into round_inplace;
    round_ties_even round_ties_even_into round_ties_even_inplace;
}

macro_rules! binary {
    ($($name:ident $into:ident;)*) => {$(
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
            map!((a, b), |(x, y)| math::$name(x, y))
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
            map_into!((a, b), out, |(x, y)| math::$name(x, y))
        }
    )*};
}

binary! {
    powf powf_into;
    hypot hypot_into;
    atan2 atan2_into;
    logaddexp logaddexp_into;
    copysign copysign_into;
    fmin fmin_into;
    fmax fmax_into;
}

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
