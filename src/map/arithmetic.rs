//! Arithmetic, comparisons, logic, bits and limits on whole arrays: `NumPy`'s functions.

use ndarray::{Array, ArrayRef, DimMax, Dimension};

use super::{__map, __map_inplace, __map_into, __map2, Operand};
use crate::kernel::number::{Arithmetic, Bits, Shifts};
use crate::{__twice, Element, Error, Float};

mod sealed {
    pub trait Sealed {}
}

/// An element that can be compared: a number or `bool`. Sealed.
pub trait Scalar: sealed::Sealed + Copy + PartialOrd + Default + Send + Sync + 'static {}

macro_rules! scalars {
    ($($t:ident)*) => {$(
        impl sealed::Sealed for $t {}
        impl Scalar for $t {}
    )*};
}
scalars!(f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 bool);

/// A number with arithmetic: every [`Element`].
pub trait Number: Element + Scalar + Arithmetic {}
impl<T: Element + Scalar + Arithmetic> Number for T {}

/// An element made of bits: an integer or `bool`.
pub trait Bitwise: Scalar + Bits {}
impl<T: Scalar + Bits> Bitwise for T {}

/// An integer of 8 to 64 bits.
pub trait Integer: Number + Bitwise + Shifts {}
impl<T: Number + Bitwise + Shifts> Integer for T {}

/// Whether this is not zero, as NaN is not.
#[inline(always)]
fn is_true<T: Scalar>(x: T) -> bool {
    x != T::default()
}

/// Functions of one array. A line: what it says of itself; its names; the elements it
/// takes, what it gives; the function of one element.
macro_rules! unary {
    ($($doc:literal $name:ident $into:ident $($inplace:ident)? : $bound:ident => $out:ty,
       |$x:ident| $f:expr;)*) => {$(
        #[doc = $doc]
        ///
        /// Any view; an empty one gives an empty array.
        ///
        /// # Errors
        /// [`Error::Memory`] if the system does not give the memory, and
        /// [`Error::TooLarge`] if the result does not fit the address space.
        ///
        /// # Performance
        /// One pass; in parallel when that pays.
        pub fn $name<T: $bound, A: Operand<Elem = T>>(a: A) -> Result<Array<$out, A::Dim>, Error> {
            __twice!(@ [__map] [stringify!($name), a] |$x| $f)
        }

        #[doc = concat!("[`", stringify!($name), "`](fn@", stringify!($name), ") into an output of the caller's, to whose shape `a` broadcasts.")]
        ///
        /// # Errors
        /// [`Error::Shape`] if `a` does not broadcast to the shape of `out`, and
        /// [`Error::Overlap`] if elements of `out` share memory with each other.
        pub fn $into<T: $bound, A: Operand<Elem = T>, D: Dimension>(
            a: A,
            out: &mut ArrayRef<$out, D>,
        ) -> Result<(), Error> {
            __twice!(@ [__map_into] [stringify!($into), a, out] |$x| $f)
        }

        $(
            #[doc = concat!("[`", stringify!($name), "`](fn@", stringify!($name), ") in place.")]
            ///
            /// # Errors
            /// [`Error::Overlap`] if elements of `a` share memory with each other.
            pub fn $inplace<T: $bound, D: Dimension>(a: &mut ArrayRef<T, D>) -> Result<(), Error> {
                __twice!(@ [__map_inplace] [stringify!($inplace), a] |$x| $f)
            }
        )?
    )*};
}

unary! {
    "Minus each element; integers wrap." negative negative_into negative_inplace: Number => T, |x| x.negative();
    "The absolute value of each element; the least integer stays what it is." abs abs_into abs_inplace: Number => T, |x| x.absolute();
    "-1, 0 or 1 as each element is below, at or above zero; zeros and NaN stay." sign sign_into sign_inplace: Number => T, |x| x.sign();
    "The square of each element; integers wrap." square square_into square_inplace: Number => T, |x| x.multiply(x);
    "One over each element." reciprocal reciprocal_into reciprocal_inplace: Float => T, |x| T::ONE / x;
    "Degrees as radians." radians radians_into radians_inplace: Float => T, |x| x.to_radians();
    "Radians as degrees." degrees degrees_into degrees_inplace: Float => T, |x| x.to_degrees();
    "Whether each element is NaN." isnan isnan_into: Float => bool, |x| x.is_nan();
    "Whether each element is an infinity." isinf isinf_into: Float => bool, |x| x.is_infinite();
    "Whether each element is neither NaN nor an infinity." isfinite isfinite_into: Float => bool, |x| x.is_finite();
    "Whether the sign of each element is negative, that of -0.0 too." signbit signbit_into: Float => bool, |x| x.is_sign_negative();
    "Whether each element is zero." logical_not logical_not_into: Scalar => bool, |x| !is_true(x);
    "Each bit turned; of `bool`, the opposite." bitwise_not bitwise_not_into bitwise_not_inplace: Bitwise => T, |x| x.not();
    "How many bits of the absolute value of each element are set." bitwise_count bitwise_count_into: Integer => u8, |x| x.ones();
}

/// Functions of two arrays, likewise.
macro_rules! binary {
    ($($doc:literal $name:ident $into:ident: $bound:ident => $out:ty,
       |$x:ident, $y:ident| $f:expr;)*) => {$(
        #[doc = $doc]
        ///
        /// `x` and `y` are the elements of two arrays of one type that broadcast together; a
        /// number is an array of no axes, `&aview0(&y)`.
        ///
        /// # Errors
        /// [`Error::Broadcast`] if the shapes do not broadcast together,
        /// [`Error::Memory`] if the system does not give the memory, and
        /// [`Error::TooLarge`] if the result does not fit the address space.
        ///
        /// # Performance
        /// One pass; in parallel when that pays.
        pub fn $name<T, A, B>(
            a: A,
            b: B,
        ) -> Result<Array<$out, <A::Dim as DimMax<B::Dim>>::Output>, Error>
        where
            T: $bound,
            A: Operand<Elem = T>,
            B: Operand<Elem = T>,
            A::Dim: DimMax<B::Dim>,
        {
            __twice!(@ [__map] [stringify!($name), (a, b)] |($x, $y)| $f)
        }

        #[doc = concat!("[`", stringify!($name), "`](fn@", stringify!($name), ") into an output of the caller's, to whose shape both broadcast.")]
        ///
        /// # Errors
        /// [`Error::Broadcast`] if the operands do not broadcast together,
        /// [`Error::Shape`] if they do not broadcast to the shape of `out`, and
        /// [`Error::Overlap`] if elements of `out` share memory with each other.
        pub fn $into<T, A, B, D>(a: A, b: B, out: &mut ArrayRef<$out, D>) -> Result<(), Error>
        where
            T: $bound,
            A: Operand<Elem = T>,
            B: Operand<Elem = T>,
            A::Dim: DimMax<B::Dim>,
            D: Dimension,
        {
            __twice!(@ [__map_into] [stringify!($into), (a, b), out] |($x, $y)| $f)
        }
    )*};
}

binary! {
    "`x + y`; integers wrap." add add_into: Number => T, |x, y| Arithmetic::add(x, y);
    "`x - y`; integers wrap." subtract subtract_into: Number => T, |x, y| x.subtract(y);
    "`x * y`; integers wrap." multiply multiply_into: Number => T, |x, y| x.multiply(y);
    "`x / y`; cast integers to floats first, or see [`floor_divide`]." divide divide_into: Float => T, |x, y| x / y;
    "The floor of `x / y`, as Python's `//`. Of integers, `x // 0` is 0, and the least integer over -1 is itself." floor_divide floor_divide_into: Number => T, |x, y| x.floor_divide(y);
    "What [`floor_divide`] leaves, with the sign of `y`: Python's `%`. Of integers, `x % 0` is 0." remainder remainder_into: Number => T, |x, y| x.remainder(y);
    "What the quotient toward zero leaves, with the sign of `x`: C's `fmod` and `%`. Of integers, that of `x` and 0 is 0." fmod fmod_into: Number => T, |x, y| x.fmod(y);
    "The lesser of `x` and `y`: NaN if one is, and -0.0 below +0.0." minimum minimum_into: Number => T, |x, y| x.minimum(y);
    "The greater of `x` and `y`: NaN if one is, and -0.0 below +0.0." maximum maximum_into: Number => T, |x, y| x.maximum(y);
    "0 where `x < 0`, 1 where `x > 0`, `y` where `x` is zero; NaN stays." heaviside heaviside_into: Float => T, |x, y| step(x, y);
    "Whether `x == y`." equal equal_into: Scalar => bool, |x, y| x == y;
    "Whether `x != y`." not_equal not_equal_into: Scalar => bool, |x, y| x != y;
    "Whether `x < y`." less less_into: Scalar => bool, |x, y| x < y;
    "Whether `x <= y`." less_equal less_equal_into: Scalar => bool, |x, y| x <= y;
    "Whether `x > y`." greater greater_into: Scalar => bool, |x, y| x > y;
    "Whether `x >= y`." greater_equal greater_equal_into: Scalar => bool, |x, y| x >= y;
    "Whether both are not zero." logical_and logical_and_into: Scalar => bool, |x, y| is_true(x) & is_true(y);
    "Whether one or both are not zero." logical_or logical_or_into: Scalar => bool, |x, y| is_true(x) | is_true(y);
    "Whether one alone is not zero." logical_xor logical_xor_into: Scalar => bool, |x, y| is_true(x) ^ is_true(y);
    "The bits that both have." bitwise_and bitwise_and_into: Bitwise => T, |x, y| x.and(y);
    "The bits that one or both have." bitwise_or bitwise_or_into: Bitwise => T, |x, y| x.or(y);
    "The bits that one alone has." bitwise_xor bitwise_xor_into: Bitwise => T, |x, y| x.xor(y);
    "`x << y`; 0 if `y` is negative or not below the number of bits." left_shift left_shift_into: Integer => T, |x, y| x.left(y);
    "`x >> y`; if `y` is negative or not below the number of bits, -1 of a negative `x` and else 0." right_shift right_shift_into: Integer => T, |x, y| x.right(y);
}

#[inline(always)]
fn step<T: Float>(x: T, at_zero: T) -> T {
    let one = if x > T::ZERO { T::ONE } else { x };
    let zero = if x < T::ZERO { T::ZERO } else { one };
    if x == T::ZERO { at_zero } else { zero }
}

/// The dimension that three operands broadcast to.
type Three<A, B, C> = <<<A as Operand>::Dim as DimMax<<B as Operand>::Dim>>::Output as DimMax<
    <C as Operand>::Dim,
>>::Output;

/// Each element, but at least `least` and at most `greatest`.
///
/// The three broadcast together; a number is an array of no axes, `&aview0(&1.0)`. That of
/// `NumPy`: [`minimum`] of the greatest and the [`maximum`] of the least and the element, so
/// that NaN in any gives NaN, and `greatest` wins where the two are crossed.
///
/// # Errors
/// [`Error::Broadcast`] if the shapes do not broadcast together,
/// [`Error::Memory`] if the system does not give the memory, and
/// [`Error::TooLarge`] if the result does not fit the address space.
///
/// # Performance
/// One pass; in parallel when that pays.
///
/// # Examples
/// ```
/// use ndarray::{array, aview0};
///
/// let a = array![-7, 3, 300];
/// assert_eq!(swath::clip(&a, &aview0(&0), &aview0(&255))?, array![0, 3, 255]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn clip<T, A, B, C>(a: A, least: B, greatest: C) -> Result<Array<T, Three<A, B, C>>, Error>
where
    T: Number,
    A: Operand<Elem = T>,
    B: Operand<Elem = T>,
    C: Operand<Elem = T>,
    A::Dim: DimMax<B::Dim>,
    <A::Dim as DimMax<B::Dim>>::Output: DimMax<C::Dim>,
{
    __twice!(@ [__map] ["clip", (a, least, greatest)] |(x, l, g)| Arithmetic::minimum(
        Arithmetic::maximum(x, l),
        g
    ))
}

/// [`clip`] into an output of the caller's, to whose shape all three broadcast.
///
/// # Errors
/// [`Error::Broadcast`] if the operands do not broadcast together,
/// [`Error::Shape`] if they do not broadcast to the shape of `out`, and
/// [`Error::Overlap`] if elements of `out` share memory with each other.
pub fn clip_into<T, A, B, C, D>(
    a: A,
    least: B,
    greatest: C,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error>
where
    T: Number,
    A: Operand<Elem = T>,
    B: Operand<Elem = T>,
    C: Operand<Elem = T>,
    A::Dim: DimMax<B::Dim>,
    <A::Dim as DimMax<B::Dim>>::Output: DimMax<C::Dim>,
    D: Dimension,
{
    __twice!(@ [__map_into] ["clip_into", (a, least, greatest), out] |(x, l, g)| {
        Arithmetic::minimum(Arithmetic::maximum(x, l), g)
    })
}

/// Arrays of quotients and of remainders.
type Divided<T, A, B> = (
    Array<T, <<A as Operand>::Dim as DimMax<<B as Operand>::Dim>>::Output>,
    Array<T, <<A as Operand>::Dim as DimMax<<B as Operand>::Dim>>::Output>,
);

/// [`floor_divide`] and [`remainder`] in one pass: Python's `divmod`.
///
/// # Errors
/// [`Error::Broadcast`] if the shapes do not broadcast together,
/// [`Error::Memory`] if the system does not give the memory, and
/// [`Error::TooLarge`] if a result does not fit the address space.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let (quotient, rest) = swath::map::divmod(&array![7, -7, 7], &array![2, 2, 0])?;
/// assert_eq!((quotient, rest), (array![3, -4, 0], array![1, 1, 0]));
/// # Ok::<(), swath::Error>(())
/// ```
pub fn divmod<T, A, B>(a: A, b: B) -> Result<Divided<T, A, B>, Error>
where
    T: Number,
    A: Operand<Elem = T>,
    B: Operand<Elem = T>,
    A::Dim: DimMax<B::Dim>,
{
    __twice!(@ [__map2] ["divmod", (a, b)] |(x, y)| (
        Arithmetic::floor_divide(x, y),
        Arithmetic::remainder(x, y)
    ))
}
