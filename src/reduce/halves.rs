//! The folds of floats of 16 bits: those of f32.

use half::{bf16, f16};

use super::types::{
    FloatFolds, Folds, NormFolds, RealFolds, Reduce, ReduceFloat, ReduceNorm, ReduceReal, folding,
};
use crate::kernel::exact::Kind;
use crate::kernel::reduce::{
    All, Any, Bf16, Both, Count, Dot, Extreme, F16, Higher, KURTOSIS, LogSumExp, Mean, Moments,
    NanExtreme, NanMean, NanMoments, NanPlace, NanProduct, NanSum, Norm1, Norm2, NormInf,
    NormLeast, NormP, OfBf16, OfF16, PEARSON, Place, Product, Sum, Turned, UNBIASED,
};

/// All bits but the sign.
const SIZE: u64 = !0 >> 49;

// What the kernels call the type, and how it becomes f32.
macro_rules! reduces {
    ($($t:ident: $own:ident, $turn:ident, $kind:ident;)*) => {$(
        impl Reduce for $t {
            type Sum = f32;
            type Mean = f32;
            type Real = f32;

            const FOLDS: Folds<$t> = Folds {
                sum: folding!(Turned<Sum<f32>, $turn, f32>, 1, 0),
                prod: folding!(Turned<Product<f32>, $turn, f32>, 1, 0),
                mean: folding!(Turned<Mean<f32>, $turn, f32>, 1, 0),
                var: folding!(Turned<Moments<f32>, $turn, f32>, 1, 0),
                std: folding!(Turned<Moments<f32>, $turn, f32>, 1, 1),
                any: folding!(Any<u16>, 1, SIZE),
                all: folding!(All<u16>, 1, SIZE),
                count_nonzero: folding!(Count<u16>, 1, SIZE),
                dot: folding!(Turned<Dot<f32>, $turn, f32>, 2, 0),
                vdot: folding!(Turned<Dot<f32>, $turn, f32>, 2, 0),
            };
        }

        impl ReduceReal for $t {
            const REAL_FOLDS: RealFolds<$t> = RealFolds {
                min: folding!(Turned<Extreme<f32, false>, $turn, $own>, 1, 0),
                max: folding!(Turned<Extreme<f32, true>, $turn, $own>, 1, 0),
                min_max: folding!(Turned<Both<f32>, $turn, [$own; 2]>, 1, 0),
                argmin: folding!(Turned<Place<f32, false>, $turn, usize>, 1, 0),
                argmax: folding!(Turned<Place<f32, true>, $turn, usize>, 1, 0),
                skew: [
                    folding!(Turned<Higher<f32>, $turn, f32>, 1, 0),
                    folding!(Turned<Higher<f32>, $turn, f32>, 1, UNBIASED),
                ],
                kurtosis: [
                    [
                        folding!(Turned<Higher<f32>, $turn, f32>, 1, KURTOSIS),
                        folding!(Turned<Higher<f32>, $turn, f32>, 1, KURTOSIS | UNBIASED),
                    ],
                    [
                        folding!(Turned<Higher<f32>, $turn, f32>, 1, KURTOSIS | PEARSON),
                        folding!(Turned<Higher<f32>, $turn, f32>, 1, KURTOSIS | PEARSON | UNBIASED),
                    ],
                ],
            };
        }

        impl ReduceNorm for $t {
            const NORM_FOLDS: NormFolds<$t> = NormFolds {
                norm1: folding!(Turned<Norm1<f32>, $turn, f32>, 1, 0),
                norm2: folding!(Turned<Norm2<f32>, $turn, f32>, 1, 0),
                norm_inf: folding!(Turned<NormInf<f32>, $turn, f32>, 1, 0),
                norm_least: folding!(Turned<NormLeast<f32>, $turn, f32>, 1, 0),
                norm_p: folding!(Turned<NormP<f32>, $turn, f32>, 1, 0),
            };
        }

        impl ReduceFloat for $t {
            const FLOAT_FOLDS: FloatFolds<$t> = FloatFolds {
                nansum: folding!(Turned<NanSum<f32>, $turn, f32>, 1, 0),
                nanprod: folding!(Turned<NanProduct<f32>, $turn, f32>, 1, 0),
                nanmean: folding!(Turned<NanMean<f32>, $turn, f32>, 1, 0),
                nanvar: folding!(Turned<NanMoments<f32>, $turn, f32>, 1, 0),
                nanstd: folding!(Turned<NanMoments<f32>, $turn, f32>, 1, 1),
                nanmin: folding!(Turned<NanExtreme<f32, false>, $turn, $own>, 1, 0),
                nanmax: folding!(Turned<NanExtreme<f32, true>, $turn, $own>, 1, 0),
                logsumexp: folding!(Turned<LogSumExp<f32>, $turn, f32>, 1, 0),
                nanargmin: folding!(Turned<NanPlace<f32, false>, $turn, usize>, 1, 0),
                nanargmax: folding!(Turned<NanPlace<f32, true>, $turn, usize>, 1, 0),
                exact: Kind::$kind,
            };
        }
    )*};
}
reduces! { f16: F16, OfF16, F16; bf16: Bf16, OfBf16, Bf16; }
