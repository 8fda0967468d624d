//! Reductions: NumPy's keywords around swath's.
//!
//! `Op` is the table: what there is, what it is called, what its results are.
//! `functions` has the signatures, `asked` makes a call of what was given, `kernels`
//! runs the crate's functions, `lexicographic` finds the least and the greatest of complex
//! numbers, `masked` is for what `where` and `mean` ask for, `initial` joins a first value.

mod asked;
pub(crate) mod functions;
mod initial;
mod kernels;
mod lexicographic;
mod masked;

use crate::dtype::DType;

/// A reduction, in the words of NumPy and SciPy.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Op {
    Sum,
    Prod,
    Mean,
    Var,
    Std,
    Min,
    Max,
    Ptp,
    ArgMin,
    ArgMax,
    Any,
    All,
    CountNonzero,
    NanSum,
    NanProd,
    NanMean,
    NanVar,
    NanStd,
    NanMin,
    NanMax,
    NanArgMin,
    NanArgMax,
    Norm { p: f64 },
    LogSumExp,
    SumExact,
    Skew { bias: bool },
    Kurtosis { fisher: bool, bias: bool },
}

/// What a reduction gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// The type of the elements.
    Same,
    /// Integers in 64 bits.
    Wide,
    /// Integers as float64.
    Float,
    Index,
    Truth,
}

/// What takes the place of an element that a mask leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LeftOut {
    Zero,
    One,
    /// The initial value, which takes part anyway.
    Initial,
    Nan,
    /// Nothing will do: those left are counted.
    Counted,
}

impl Op {
    fn gives(self) -> Gives {
        use Op::{
            All, Any, ArgMax, ArgMin, CountNonzero, Max, Min, NanArgMax, NanArgMin, NanMax, NanMin,
            NanProd, NanSum, Prod, Ptp, Sum, SumExact,
        };
        match self {
            Sum | Prod | NanSum | NanProd | SumExact => Gives::Wide,
            Min | Max | NanMin | NanMax | Ptp => Gives::Same,
            ArgMin | ArgMax | NanArgMin | NanArgMax | CountNonzero => Gives::Index,
            Any | All => Gives::Truth,
            _ => Gives::Float,
        }
    }

    /// The type in which the kernels give the result, as NumPy names it.
    fn result(self, dtype: DType) -> DType {
        match (self.gives(), dtype) {
            (Gives::Same, _) => dtype,
            (Gives::Index, _) => DType::I64,
            (Gives::Truth, _) => DType::Bool,
            (Gives::Wide, _) => dtype.wide(),
            (Gives::Float, DType::F16) => DType::F32,
            (Gives::Float, DType::C64) if self != Op::Mean => DType::F32,
            (Gives::Float, DType::C128) if self != Op::Mean => DType::F64,
            (Gives::Float, _) if dtype.is_float() || dtype.is_complex() => dtype,
            (Gives::Float, _) => DType::F64,
        }
    }

    /// The same for a type that has no NaN.
    fn among(self, dtype: DType) -> Self {
        match self {
            _ if dtype.is_float() => self,
            Op::NanMin | Op::NanMax | Op::NanArgMin | Op::NanArgMax if dtype.is_complex() => self,
            Op::NanSum | Op::SumExact => Op::Sum,
            Op::NanProd => Op::Prod,
            Op::NanMean => Op::Mean,
            Op::NanVar => Op::Var,
            Op::NanStd => Op::Std,
            Op::NanMin => Op::Min,
            Op::NanMax => Op::Max,
            Op::NanArgMin => Op::ArgMin,
            Op::NanArgMax => Op::ArgMax,
            _ => self,
        }
    }

    /// Whether its kernels are for floats alone.
    fn is_of_floats(self) -> bool {
        self.among(DType::I64) != self || self.takes_floats()
    }

    /// Whether numbers need an order for it.
    fn orders(self) -> bool {
        use Op::{ArgMax, ArgMin, Max, Min, NanArgMax, NanArgMin, NanMax, NanMin, Ptp};
        matches!(self, Min | Max | Ptp | ArgMin | ArgMax | NanMin | NanMax | NanArgMin | NanArgMax)
    }

    /// Whether it leaves NaN out of sums and products.
    fn skips_nan(self) -> bool {
        matches!(self, Op::NanSum | Op::NanProd | Op::NanMean | Op::NanVar | Op::NanStd)
    }

    /// Whether the crate's kernels take complex numbers.
    fn takes_complex(self) -> bool {
        use Op::{All, Any, CountNonzero, Mean, Norm, Prod, Std, Sum, Var};
        matches!(self, Sum | Prod | Mean | Var | Std | Any | All | CountNonzero | Norm { .. })
    }

    /// Whether kernels take floats of 16 bits.
    fn takes_halves(self) -> bool {
        use Op::{ArgMax, ArgMin, Max, Min};
        self.takes_complex() || matches!(self, Min | Max | ArgMin | ArgMax)
    }

    /// Whether integers become floats before.
    fn takes_floats(self) -> bool {
        matches!(self, Op::Norm { .. } | Op::LogSumExp)
    }

    /// Whether it tells where something is.
    fn is_place(self) -> bool {
        matches!(self, Op::ArgMin | Op::ArgMax | Op::NanArgMin | Op::NanArgMax)
    }

    /// Whether it makes something of no elements.
    fn has_identity(self) -> bool {
        let least = Op::Norm { p: f64::NEG_INFINITY };
        self.gives() != Gives::Same && !self.is_place() && self != least
    }

    fn left_out(self) -> LeftOut {
        match self {
            Op::Prod | Op::All => LeftOut::One,
            Op::Min | Op::Max => LeftOut::Initial,
            Op::Mean | Op::Var | Op::Std => LeftOut::Counted,
            _ if self.is_of_floats() => LeftOut::Nan,
            _ => LeftOut::Zero,
        }
    }

    /// How many times the work of a sum it is, about.
    fn work(self) -> f64 {
        match self {
            Op::Var | Op::Std | Op::NanVar | Op::NanStd => 4.0,
            Op::Norm { .. } | Op::LogSumExp | Op::Skew { .. } | Op::Kurtosis { .. } => 20.0,
            Op::SumExact => 8.0,
            _ if self.is_of_floats() => 2.0,
            _ => 1.0,
        }
    }
}
