//! The folds of complex numbers.

use num_complex::Complex;

use super::types::{Folds, NormFolds, Reduce, ReduceNorm, folding};
use crate::kernel::reduce::{
    All, Any, Count, Dot, Mean, Moments, Norm1, Norm2, NormInf, NormLeast, NormP, Product, Size32,
    Size64, Sum, Turned, Vdot,
};

// The type of the parts, their bits, and how an absolute value is taken.
macro_rules! reduces {
    ($($t:ident, $bits:ident & $mask:expr, $size:ident;)*) => {$(
        impl Reduce for Complex<$t> {
            type Sum = Self;
            type Mean = Self;
            type Real = $t;

            const FOLDS: Folds<Self> = Folds {
                sum: folding!(Sum<[$t; 2]>, 1, 0),
                prod: folding!(Product<[$t; 2]>, 1, 0),
                mean: folding!(Mean<[$t; 2]>, 1, 0),
                var: folding!(Moments<[$t; 2]>, 1, 0),
                std: folding!(Moments<[$t; 2]>, 1, 1),
                any: folding!(Any<[$bits; 2]>, 1, $mask),
                all: folding!(All<[$bits; 2]>, 1, $mask),
                count_nonzero: folding!(Count<[$bits; 2]>, 1, $mask),
                dot: folding!(Dot<[$t; 2]>, 2, 0),
                vdot: folding!(Vdot<[$t; 2]>, 2, 0),
            };
        }

        impl ReduceNorm for Complex<$t> {
            const NORM_FOLDS: NormFolds<Self> = NormFolds {
                norm1: folding!(Turned<Norm1<$t>, $size, $t>, 1, 0),
                norm2: folding!(Turned<Norm2<$t>, $size, $t>, 1, 0),
                norm_inf: folding!(Turned<NormInf<$t>, $size, $t>, 1, 0),
                norm_least: folding!(Turned<NormLeast<$t>, $size, $t>, 1, 0),
                norm_p: folding!(Turned<NormP<$t>, $size, $t>, 1, 0),
            };
        }
    )*};
}
reduces! { f32, u32 & !0 >> 33, Size32; f64, u64 & !0 >> 1, Size64; }
