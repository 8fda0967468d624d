//! The elementary functions: `swath::math` in float32 and float64.

use swath::ufunc::{one_of, two_of};

use super::table::{Entry, Row, Rule, row};
use crate::dtype::DType::{F32, F64};

macro_rules! entries {
    ($arity:ident: $($entry:ident $name:literal $f:ident;)*) => {$(
        pub(super) static $entry: Entry = {
            static ROWS: [Row; 2] =
                [row(F32, F32, $arity::$f::<f32>()), row(F64, F64, $arity::$f::<f64>())];
            Entry::new($name, Rule::First, &ROWS)
        };
    )*};
}
entries! { one_of:
    EXP "exp" exp;
    EXP2 "exp2" exp2;
    EXPM1 "expm1" exp_m1;
    LOG "log" ln;
    LOG2 "log2" log2;
    LOG10 "log10" log10;
    LOG1P "log1p" ln_1p;
    SQRT "sqrt" sqrt;
    CBRT "cbrt" cbrt;
    SIN "sin" sin;
    COS "cos" cos;
    TAN "tan" tan;
    ARCSIN "arcsin" asin;
    ARCCOS "arccos" acos;
    ARCTAN "arctan" atan;
    SINH "sinh" sinh;
    COSH "cosh" cosh;
    TANH "tanh" tanh;
    ARCSINH "arcsinh" asinh;
    ARCCOSH "arccosh" acosh;
    ARCTANH "arctanh" atanh;
    ERF "erf" erf;
    ERFC "erfc" erfc;
    GAMMA "gamma" tgamma;
    GAMMALN "gammaln" lgamma;
    EXPIT "expit" sigmoid;
    SOFTPLUS "softplus" softplus;
    RINT "rint" round_ties_even;
}
entries! { two_of:
    HYPOT "hypot" hypot;
    ARCTAN2 "arctan2" atan2;
    LOGADDEXP "logaddexp" logaddexp;
    COPYSIGN "copysign" copysign;
}
