//! NumPy's promotion: which type two have in common, what casts to what, and how Python's
//! own numbers follow (NEP 50: they have a kind, and no size).

use super::cast::NONE;
use crate::call::Bits;
use crate::dtype::DType::{
    self, Bool, C64, C128, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64,
};

/// Every type, in NumPy's order.
const ORDER: [DType; 11] = [Bool, I8, U8, I16, U16, I32, U32, I64, U64, F32, F64];

/// Kind and bits: 0 bool, 1 unsigned, 2 signed, 3 float.
fn kind(dtype: DType) -> (u8, usize) {
    let kind = match dtype {
        Bool => 0,
        U8 | U16 | U32 | U64 => 1,
        I8 | I16 | I32 | I64 => 2,
        F32 | F64 => 3,
        F16 | C64 | C128 => unreachable!("{NONE}"),
    };
    (kind, dtype.size() * 8)
}

pub(super) fn is_integer(dtype: DType) -> bool {
    matches!(kind(dtype).0, 1 | 2)
}

/// Whether every value fits; as NumPy has it, 64 bits fit float64.
pub(super) fn is_safe(from: DType, to: DType) -> bool {
    let ((a, n), (b, m)) = (kind(from), kind(to));
    match (a, b) {
        _ if from == to => true,
        (0, _) => true,
        (1, 1) | (2, 2) | (3, 3) => n <= m,
        (1, 2) => n < m,
        (1 | 2, 3) => n < m || m == 64,
        _ => false,
    }
}

/// Whether the kind at least is kept.
pub(super) fn is_same_kind(from: DType, to: DType) -> bool {
    kind(from).0 <= kind(to).0
}

/// The smallest type that both fit.
pub(super) fn common(a: DType, b: DType) -> DType {
    if a == b {
        return a;
    }
    ORDER.into_iter().find(|&t| is_safe(a, t) && is_safe(b, t)).unwrap_or(F64)
}

/// One of Python's own numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Beyond 128 bits, one of the ends.
    Int(i128),
    Float(f64),
}

impl Number {
    /// The type that it has beside `other`.
    pub(super) fn beside(self, other: Option<DType>) -> DType {
        match (self, other) {
            (_, Some(F32)) => F32,
            (_, Some(F64)) | (Number::Float(_), _) => F64,
            (Number::Int(_), None | Some(Bool)) => I64,
            (Number::Int(_), Some(other)) => other,
        }
    }

    /// Its bytes as this type, unless it is out of its range.
    pub(super) fn bits(self, dtype: DType) -> Option<Bits> {
        use crate::call::bits;
        macro_rules! integer {
            ($t:ty) => {
                match self {
                    Number::Int(n) => bits(<$t>::try_from(n).ok()?),
                    Number::Float(x) => bits(x as $t),
                }
            };
        }
        Some(match dtype {
            Bool => match self {
                Number::Int(n) => bits(n != 0),
                Number::Float(x) => bits(x != 0.0),
            },
            I8 => integer!(i8),
            U8 => integer!(u8),
            I16 => integer!(i16),
            U16 => integer!(u16),
            I32 => integer!(i32),
            U32 => integer!(u32),
            I64 => integer!(i64),
            U64 => integer!(u64),
            F32 => match self {
                Number::Int(n) => bits(n as f32),
                Number::Float(x) => bits(x as f32),
            },
            F64 => match self {
                Number::Int(n) => bits(n as f64),
                Number::Float(x) => bits(x),
            },
            F16 | C64 | C128 => unreachable!("{NONE}"),
        })
    }
}
