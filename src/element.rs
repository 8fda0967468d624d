//! The element types that kernels are written for.

pub(crate) use sealed::{Elementary, Ring};

mod sealed {
    pub trait Sealed {}

    /// The arithmetic of matrix products: for floats every operation rounds once,
    /// for integers all wrap. Functions, not methods: no call `x.mul_add(..)`
    /// elsewhere becomes ambiguous.
    pub trait Ring: Copy + PartialEq {
        /// Minus one; for unsigned integers modulo their range.
        const MINUS_ONE: Self;
        /// What added to any value gives that value, signed zeros included: -0.0
        /// for floats.
        const NOTHING: Self;
        /// `a * b + c`, rounded once.
        fn fused(a: Self, b: Self, c: Self) -> Self;
        /// `a * b`.
        fn times(a: Self, b: Self) -> Self;
        /// `a + b`.
        fn plus(a: Self, b: Self) -> Self;
        /// Whether this is -0.0; never for integers.
        fn is_negative_zero(a: Self) -> bool;
    }

    macro_rules! elementary {
        ($($one:ident)*; $($two:ident)*) => {
            /// The functions of `math` for one type. In a trait of another type than
            /// `T`, so that `T::exp(x)` remains that of `num_traits`.
            pub trait Elementary<T> {
                $(fn $one(x: T) -> T;)*
                $(fn $two(x: T, y: T) -> T;)*
                fn powi(x: T, n: i32) -> T;
                fn sin_cos(x: T) -> (T, T);
                /// Shorter ways to the same bits: whether they hold, and these.
                fn is_near(x: T) -> bool;
                fn sin_near(x: T) -> T;
                fn cos_near(x: T) -> T;
                fn tan_near(x: T) -> T;
                fn is_plain_power(x: T, y: T) -> bool;
                fn powf_plain(x: T, y: T) -> T;
                fn is_plain_exponent(x: T) -> bool;
                fn exp_plain(x: T) -> T;
                fn is_normal(x: T) -> bool;
                fn ln_plain(x: T) -> T;
            }
        };
    }
    elementary! {
        exp exp2 exp_m1 ln log2 log10 ln_1p sqrt cbrt sin cos tan asin acos atan
        sinh cosh tanh asinh acosh atanh sigmoid softplus erf erfc gelu tgamma lgamma
        floor ceil trunc round round_ties_even abs sign;
        powf hypot atan2 logaddexp copysign minimum maximum fmin fmax fmod
    }
}

/// A number that kernels know: `f32`, `f64`, or an integer of 8 to 64 bits.
///
/// Sealed: kernels are written and tested for exactly these types.
pub trait Element:
    sealed::Sealed + Ring + Copy + Send + Sync + PartialOrd + std::fmt::Debug + Default + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
}

/// `f32` or `f64`.
pub trait Float: Element + num_traits::Float {
    /// Where `math` keeps its functions for this type.
    #[doc(hidden)]
    type Math: Elementary<Self>;
}

macro_rules! elements {
    ($($t:ty, $zero:expr, $one:expr;)*) => {$(
        impl sealed::Sealed for $t {}
        impl Element for $t {
            const ZERO: Self = $zero;
            const ONE: Self = $one;
        }
    )*};
}
elements! {
    f32, 0.0, 1.0; f64, 0.0, 1.0;
    i8, 0, 1; i16, 0, 1; i32, 0, 1; i64, 0, 1;
    u8, 0, 1; u16, 0, 1; u32, 0, 1; u64, 0, 1;
}

macro_rules! float_rings {
    ($($t:ty)*) => {$(impl Ring for $t {
        const MINUS_ONE: Self = -1.0;
        const NOTHING: Self = -0.0;
        #[inline(always)]
        fn fused(a: Self, b: Self, c: Self) -> Self {
            a.mul_add(b, c)
        }
        #[inline(always)]
        fn times(a: Self, b: Self) -> Self {
            a * b
        }
        #[inline(always)]
        fn plus(a: Self, b: Self) -> Self {
            a + b
        }
        #[inline(always)]
        fn is_negative_zero(a: Self) -> bool {
            a.to_bits() == (-0.0 as $t).to_bits()
        }
    })*};
}
float_rings!(f32 f64);

macro_rules! integer_rings {
    ($($t:ty)*) => {$(impl Ring for $t {
        const MINUS_ONE: Self = (0 as $t).wrapping_sub(1);
        const NOTHING: Self = 0;
        #[inline(always)]
        fn fused(a: Self, b: Self, c: Self) -> Self {
            a.wrapping_mul(b).wrapping_add(c)
        }
        #[inline(always)]
        fn times(a: Self, b: Self) -> Self {
            a.wrapping_mul(b)
        }
        #[inline(always)]
        fn plus(a: Self, b: Self) -> Self {
            a.wrapping_add(b)
        }
        #[inline(always)]
        fn is_negative_zero(_: Self) -> bool {
            false
        }
    })*};
}
integer_rings!(i8 i16 i32 i64 u8 u16 u32 u64);
