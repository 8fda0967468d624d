//! Casts between all types: integers wrap, floats are cut towards zero and kept within the
//! integer's range, NaN becomes 0; whatever is not zero is true.

use swath::ufunc::Loop;

use super::table::body;
use crate::dtype::DType::{
    self, Bool, C64, C128, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64,
};

/// Why some types are not met: arguments are read as [`DType::of`] knows them.
pub(super) const NONE: &str = "elementwise functions take neither complex numbers nor float16";

/// The loop from one type to another, or to itself.
pub(super) fn between(from: DType, to: DType) -> Loop {
    /// To each type from one.
    macro_rules! to_each {
        ($from:ty) => {
            match to {
                Bool => body!($from, 1 plain T |x: T| x != (0 as T)),
                I8 => body!($from, 1 plain T |x: T| x as i8),
                U8 => body!($from, 1 plain T |x: T| x as u8),
                I16 => body!($from, 1 plain T |x: T| x as i16),
                U16 => body!($from, 1 plain T |x: T| x as u16),
                I32 => body!($from, 1 plain T |x: T| x as i32),
                U32 => body!($from, 1 plain T |x: T| x as u32),
                I64 => body!($from, 1 plain T |x: T| x as i64),
                U64 => body!($from, 1 plain T |x: T| x as u64),
                F32 => body!($from, 1 plain T |x: T| x as f32),
                F64 => body!($from, 1 plain T |x: T| x as f64),
                F16 | C64 | C128 => unreachable!("{NONE}"),
            }
        };
    }
    match from {
        // A byte of a bool that NumPy did not make may be any.
        Bool => match to {
            Bool => body!(u8, 1 plain T |x: T| x != 0),
            I8 | U8 => body!(u8, 1 plain T |x: T| u8::from(x != 0)),
            I16 | U16 => body!(u8, 1 plain T |x: T| u16::from(x != 0)),
            I32 | U32 => body!(u8, 1 plain T |x: T| u32::from(x != 0)),
            I64 | U64 => body!(u8, 1 plain T |x: T| u64::from(x != 0)),
            F32 => body!(u8, 1 plain T |x: T| f32::from(u8::from(x != 0))),
            F64 => body!(u8, 1 plain T |x: T| f64::from(u8::from(x != 0))),
            F16 | C64 | C128 => unreachable!("{NONE}"),
        },
        I8 => to_each!(i8),
        U8 => to_each!(u8),
        I16 => to_each!(i16),
        U16 => to_each!(u16),
        I32 => to_each!(i32),
        U32 => to_each!(u32),
        I64 => to_each!(i64),
        U64 => to_each!(u64),
        F32 => to_each!(f32),
        F64 => to_each!(f64),
        F16 | C64 | C128 => unreachable!("{NONE}"),
    }
}

/// The cast of an operand to the type of a loop, if there is anything to do.
pub(super) fn cast(from: DType, to: DType) -> Option<Loop> {
    (from != to).then(|| between(from, to))
}
