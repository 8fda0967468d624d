//! What a function computes for which types: rows in NumPy's order of types, of which the
//! first one is taken that every operand can be cast to safely.

use swath::ufunc::Loop;

use crate::dtype::DType;

/// A loop, the type of its operands and that of its results.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) of: DType,
    pub(crate) to: DType,
    pub(crate) body: Loop,
}

/// What a function does with types that NumPy treats apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The first row that all operands can be cast to safely.
    First,
    /// The same, but bools are refused.
    NoBool,
    /// Integers become float64.
    TrueDivide,
    /// Integers are compared by value, whatever their types.
    Compare,
    /// The power of an integer must not be negative.
    Power,
}

/// A function: its loops, and how one is chosen.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) rule: Rule,
    /// Whether the operands change places: `greater` is `less`.
    pub(crate) swapped: bool,
    pub(crate) rows: &'static [Row],
}

impl Entry {
    pub(crate) const fn new(name: &'static str, rule: Rule, rows: &'static [Row]) -> Self {
        Self { name, rule, swapped: false, rows }
    }

    pub(crate) const fn swapped(self) -> Self {
        Self { swapped: true, ..self }
    }
}

pub(crate) const fn row(of: DType, to: DType, body: Loop) -> Row {
    Row { of, to, body }
}

/// A loop of a closure over the type `$t`, which is `$rust`.
macro_rules! body {
    ($rust:ty, $n:tt $tier:ident $t:ident $f:expr) => {{
        #[allow(dead_code)]
        type $t = $rust;
        swath::loop_of!($n $tier $f)
    }};
}
pub(crate) use body;

/// Rows for one type each; results of the same type, or all of type `-> $to`.
macro_rules! rows {
    // Floats, tuned.
    (@floats $n:tt $tier:ident $ns:literal $t:ident $f:expr) => {
        [
            row(F32, F32, body!(f32, $n $tier $t $f).costing($ns)),
            row(F64, F64, body!(f64, $n $tier $t $f).costing(2.0 * $ns)),
        ]
    };
    // Floats to bools.
    (@tests $n:tt $t:ident $f:expr) => {
        [row(F32, Bool, body!(f32, $n plain $t $f)), row(F64, Bool, body!(f64, $n plain $t $f))]
    };
    // Integers, where the sign does not matter.
    (@sizes $n:tt $t:ident $f:expr) => {
        [
            row(I8, I8, body!(u8, $n plain $t $f)),
            row(U8, U8, body!(u8, $n plain $t $f)),
            row(I16, I16, body!(u16, $n plain $t $f)),
            row(U16, U16, body!(u16, $n plain $t $f)),
            row(I32, I32, body!(u32, $n plain $t $f)),
            row(U32, U32, body!(u32, $n plain $t $f)),
            row(I64, I64, body!(u64, $n plain $t $f)),
            row(U64, U64, body!(u64, $n plain $t $f)),
        ]
    };
    (@sizes_to_bool $n:tt $t:ident $f:expr) => {
        [
            row(Bool, Bool, body!(u8, $n plain $t $f)),
            row(I8, Bool, body!(u8, $n plain $t $f)),
            row(U8, Bool, body!(u8, $n plain $t $f)),
            row(I16, Bool, body!(u16, $n plain $t $f)),
            row(U16, Bool, body!(u16, $n plain $t $f)),
            row(I32, Bool, body!(u32, $n plain $t $f)),
            row(U32, Bool, body!(u32, $n plain $t $f)),
            row(I64, Bool, body!(u64, $n plain $t $f)),
            row(U64, Bool, body!(u64, $n plain $t $f)),
        ]
    };
    // Integers each.
    (@integers $n:tt $t:ident $f:expr) => {
        [
            row(I8, I8, body!(i8, $n plain $t $f)),
            row(U8, U8, body!(u8, $n plain $t $f)),
            row(I16, I16, body!(i16, $n plain $t $f)),
            row(U16, U16, body!(u16, $n plain $t $f)),
            row(I32, I32, body!(i32, $n plain $t $f)),
            row(U32, U32, body!(u32, $n plain $t $f)),
            row(I64, I64, body!(i64, $n plain $t $f)),
            row(U64, U64, body!(u64, $n plain $t $f)),
        ]
    };
    (@integers_to_bool $n:tt $t:ident $f:expr) => {
        [
            row(Bool, Bool, body!(u8, $n plain $t $f)),
            row(I8, Bool, body!(i8, $n plain $t $f)),
            row(U8, Bool, body!(u8, $n plain $t $f)),
            row(I16, Bool, body!(i16, $n plain $t $f)),
            row(U16, Bool, body!(u16, $n plain $t $f)),
            row(I32, Bool, body!(i32, $n plain $t $f)),
            row(U32, Bool, body!(u32, $n plain $t $f)),
            row(I64, Bool, body!(i64, $n plain $t $f)),
            row(U64, Bool, body!(u64, $n plain $t $f)),
        ]
    };
}
pub(crate) use rows;

/// Rows of several lists, one after the other.
pub(crate) const fn joined<const N: usize, const M: usize, const R: usize>(
    first: [Row; N],
    second: [Row; M],
) -> [Row; R] {
    assert!(N + M == R, "as many rows as there are");
    let mut all = [first[0]; R];
    let mut i = 0;
    while i < R {
        all[i] = if i < N { first[i] } else { second[i - N] };
        i += 1;
    }
    all
}

/// The first of two rows more.
pub(crate) const fn after<const M: usize, const R: usize>(
    first: Row,
    second: [Row; M],
) -> [Row; R] {
    joined([first], second)
}
