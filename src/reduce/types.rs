//! The element types of reductions, what their results are, and their folds.

use std::fmt::Debug;

use super::operands::Folding;
use crate::Float;
use crate::kernel::exact;
use crate::kernel::reduce::{
    All, Any, Both, Count, Dot, Extreme, Higher, KURTOSIS, LogSumExp, Mean, Moments, NanExtreme,
    NanMean, NanMoments, NanPlace, NanProduct, NanSum, Norm1, Norm2, NormInf, NormLeast, NormP,
    PEARSON, Place, Product, Sum, UNBIASED,
};

/// An element that can be reduced: `f32`, `f64`, the integers of 8 to 64 bits, `bool`, which
/// counts as 0 and 1, and `num_complex::Complex` of `f32` and `f64`. With the feature `half`
/// also `half::f16` and `half::bf16`, which are reduced as `f32`.
///
/// Not meant to be implemented elsewhere.
pub trait Reduce: Copy + Send + Sync + PartialEq + Debug + Default + 'static {
    /// What sums and products give: floats and complex numbers their own type, signed
    /// integers and `bool` `i64`, unsigned ones `u64`, floats of 16 bits `f32`.
    type Sum: Reduce;
    /// What means give: floats and complex numbers their own type, floats of 16 bits `f32`,
    /// others `f64`.
    type Mean: Reduce;
    /// What variances and norms give: as means, of complex numbers the type of their parts.
    type Real: Float + Reduce;

    #[doc(hidden)]
    const FOLDS: Folds<Self>;
}

/// A [`Reduce`] that is a real number: all but the complex ones, which have no order.
///
/// Not meant to be implemented elsewhere.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no least and no greatest element",
    note = "complex numbers have no order; reduce their parts or absolute values"
)]
pub trait ReduceReal: Reduce<Real = <Self as Reduce>::Mean> + PartialOrd {
    #[doc(hidden)]
    const REAL_FOLDS: RealFolds<Self>;
}

/// A [`Reduce`] whose arrays are vectors with norms: floats, complex numbers.
///
/// Not meant to be implemented elsewhere.
pub trait ReduceNorm: Reduce {
    #[doc(hidden)]
    const NORM_FOLDS: NormFolds<Self>;
}

/// A [`Reduce`] that has NaN, infinities and roots: `f32`, `f64`, with the feature `half` also
/// `half::f16` and `half::bf16`, whose results are `f32`.
///
/// Not meant to be implemented elsewhere.
pub trait ReduceFloat: ReduceReal + ReduceNorm + Reduce<Sum = <Self as Reduce>::Mean> {
    #[doc(hidden)]
    const FLOAT_FOLDS: FloatFolds<Self>;
}

/// The folds of an element type.
pub struct Folds<T: Reduce> {
    pub(super) sum: Folding<T, T::Sum>,
    pub(super) prod: Folding<T, T::Sum>,
    pub(super) mean: Folding<T, T::Mean>,
    pub(super) var: Folding<T, T::Real>,
    pub(super) std: Folding<T, T::Real>,
    pub(super) any: Folding<T, bool>,
    pub(super) all: Folding<T, bool>,
    pub(super) count_nonzero: Folding<T, usize>,
    pub(super) dot: Folding<T, T::Sum>,
    /// The same with the first operand conjugated.
    pub(super) vdot: Folding<T, T::Sum>,
}

/// The folds of real numbers alone.
pub struct RealFolds<T: Reduce> {
    pub(super) min: Folding<T, T>,
    pub(super) max: Folding<T, T>,
    pub(super) min_max: Folding<T, [T; 2]>,
    pub(super) argmin: Folding<T, usize>,
    pub(super) argmax: Folding<T, usize>,
    /// Biased, unbiased.
    pub(super) skew: [Folding<T, T::Mean>; 2],
    /// By Fisher's definition; by Pearson's.
    pub(super) kurtosis: [[Folding<T, T::Mean>; 2]; 2],
}

/// The folds of elements of vectors that have norms.
pub struct NormFolds<T: Reduce> {
    pub(super) norm1: Folding<T, T::Real>,
    pub(super) norm2: Folding<T, T::Real>,
    pub(super) norm_inf: Folding<T, T::Real>,
    pub(super) norm_least: Folding<T, T::Real>,
    pub(super) norm_p: Folding<T, T::Real>,
}

/// A fold of a table of its own. A static, so that the kernels are compiled with this
/// crate, once, and not in every crate that calls.
macro_rules! folding {
    ($fold:ty, $operands:expr, $flip:expr) => {{
        use $crate::kernel::reduce::Table;
        use $crate::reduce::operands::Folding;
        static TABLE: Table = Table::of::<$fold, $operands>($flip);
        // SAFETY: items and results are numbers of the sizes of those of the kernels,
        // and any bits are a number. A bool is read as a byte; one that comes out is
        // an element, or made as a bool.
        unsafe { Folding::new(&TABLE) }
    }};
}
pub(super) use folding;

// For the least and the greatest: the type that kernels know for all types of its size
// that differ in their sign only, whether theirs is the greatest, and the bits to flip.
// Then the bits of an element and those that are not all zero unless it is.
macro_rules! reduces {
    ($($t:ident: $sum:ident, $mean:ident, least $bits:ident ^ $least:expr,
       greatest $turned:literal ^ $greatest:expr, sums $sums:ident, as $own:ident,
       truth $truth:ident & $mask:expr;)*) => {$(
        impl Reduce for $t {
            type Sum = $sum;
            type Mean = $mean;
            type Real = $mean;

            const FOLDS: Folds<$t> = Folds {
                sum: folding!(Sum<$sums>, 1, 0),
                prod: folding!(Product<$sums>, 1, 0),
                mean: folding!(Mean<$own>, 1, 0),
                var: folding!(Moments<$own>, 1, 0),
                std: folding!(Moments<$own>, 1, 1),
                any: folding!(Any<$truth>, 1, $mask),
                all: folding!(All<$truth>, 1, $mask),
                count_nonzero: folding!(Count<$truth>, 1, $mask),
                dot: folding!(Dot<$sums>, 2, 0),
                vdot: folding!(Dot<$sums>, 2, 0),
            };
        }

        impl ReduceReal for $t {
            const REAL_FOLDS: RealFolds<$t> = RealFolds {
                min: folding!(Extreme<$bits, false>, 1, $least),
                max: folding!(Extreme<$bits, $turned>, 1, $greatest),
                min_max: folding!(Both<$bits>, 1, $least),
                argmin: folding!(Place<$bits, false>, 1, $least),
                argmax: folding!(Place<$bits, $turned>, 1, $greatest),
                skew: [folding!(Higher<$own>, 1, 0), folding!(Higher<$own>, 1, UNBIASED)],
                kurtosis: [
                    [
                        folding!(Higher<$own>, 1, KURTOSIS),
                        folding!(Higher<$own>, 1, KURTOSIS | UNBIASED),
                    ],
                    [
                        folding!(Higher<$own>, 1, KURTOSIS | PEARSON),
                        folding!(Higher<$own>, 1, KURTOSIS | PEARSON | UNBIASED),
                    ],
                ],
            };
        }
    )*};
}
reduces! {
    f32: f32, f32, least f32 ^ 0, greatest true ^ 0, sums f32, as f32, truth u32 & !0 >> 33;
    f64: f64, f64, least f64 ^ 0, greatest true ^ 0, sums f64, as f64, truth u64 & !0 >> 1;
    i8: i64, f64, least i8 ^ 0, greatest false ^ !0, sums i8, as i8, truth u8 & !0;
    i16: i64, f64, least i16 ^ 0, greatest false ^ !0, sums i16, as i16, truth u16 & !0;
    i32: i64, f64, least i32 ^ 0, greatest false ^ !0, sums i32, as i32, truth u32 & !0;
    i64: i64, f64, least i64 ^ 0, greatest false ^ !0, sums i64, as i64, truth u64 & !0;
    u8: u64, f64, least i8 ^ 1 << 7, greatest false ^ !(1 << 7), sums u8, as u8, truth u8 & !0;
    u16: u64, f64, least i16 ^ 1 << 15, greatest false ^ !(1 << 15), sums u16, as u16, truth u16 & !0;
    u32: u64, f64, least i32 ^ 1 << 31, greatest false ^ !(1 << 31), sums u32, as u32, truth u32 & !0;
    u64: u64, f64, least i64 ^ 1 << 63, greatest false ^ !(1 << 63), sums i64, as u64, truth u64 & !0;
    bool: i64, f64, least i8 ^ 0, greatest false ^ !0, sums u8, as u8, truth u8 & !0;
}

/// The bits of an element that are not all zero unless it is.
pub(crate) fn non_zero_bits<T: Reduce>() -> u64 {
    T::FOLDS.count_nonzero.table().flip
}

/// The folds of floats alone, and what exact sums know them as.
pub struct FloatFolds<T: Reduce> {
    pub(super) nansum: Folding<T, T::Sum>,
    pub(super) nanprod: Folding<T, T::Sum>,
    pub(super) nanmean: Folding<T, T::Mean>,
    pub(super) nanvar: Folding<T, T::Real>,
    pub(super) nanstd: Folding<T, T::Real>,
    pub(super) nanmin: Folding<T, T>,
    pub(super) nanmax: Folding<T, T>,
    pub(super) logsumexp: Folding<T, T::Mean>,
    pub(super) nanargmin: Folding<T, usize>,
    pub(super) nanargmax: Folding<T, usize>,
    pub(super) exact: exact::Kind,
}

macro_rules! reduces_float {
    ($($t:ident $kind:ident;)*) => {$(
        impl ReduceNorm for $t {
            const NORM_FOLDS: NormFolds<$t> = NormFolds {
                norm1: folding!(Norm1<$t>, 1, 0),
                norm2: folding!(Norm2<$t>, 1, 0),
                norm_inf: folding!(NormInf<$t>, 1, 0),
                norm_least: folding!(NormLeast<$t>, 1, 0),
                norm_p: folding!(NormP<$t>, 1, 0),
            };
        }

        impl ReduceFloat for $t {
            const FLOAT_FOLDS: FloatFolds<$t> = FloatFolds {
                nansum: folding!(NanSum<$t>, 1, 0),
                nanprod: folding!(NanProduct<$t>, 1, 0),
                nanmean: folding!(NanMean<$t>, 1, 0),
                nanvar: folding!(NanMoments<$t>, 1, 0),
                nanstd: folding!(NanMoments<$t>, 1, 1),
                nanmin: folding!(NanExtreme<$t, false>, 1, 0),
                nanmax: folding!(NanExtreme<$t, true>, 1, 0),
                logsumexp: folding!(LogSumExp<$t>, 1, 0),
                nanargmin: folding!(NanPlace<$t, false>, 1, 0),
                nanargmax: folding!(NanPlace<$t, true>, 1, 0),
                exact: exact::Kind::$kind,
            };
        }
    )*};
}
reduces_float! { f32 F32; f64 F64; }
