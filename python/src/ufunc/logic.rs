//! Comparisons, tests, logic and bits. A shift by the width or more, or by a negative
//! number, shifts everything out.

use super::table::{Entry, Row, Rule, after, body, joined, row, rows};
use crate::dtype::DType::{Bool, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};

macro_rules! compare {
    ($($entry:ident $name:literal $kind:ident $swapped:literal |$x:ident, $y:ident| $f:expr;)*) => {$(
        pub(super) static $entry: Entry = {
            static ROWS: [Row; 11] = joined(
                rows!(@$kind 2 T |$x: T, $y: T| $f),
                rows!(@tests 2 T |$x: T, $y: T| $f),
            );
            let entry = Entry::new($name, Rule::Compare, &ROWS);
            if $swapped { entry.swapped() } else { entry }
        };
    )*};
}
compare! {
    EQUAL "equal" sizes_to_bool false |x, y| x == y;
    NOT_EQUAL "not_equal" sizes_to_bool false |x, y| x != y;
    LESS "less" integers_to_bool false |x, y| x < y;
    LESS_EQUAL "less_equal" integers_to_bool false |x, y| x <= y;
    GREATER "greater" integers_to_bool true |x, y| x < y;
    GREATER_EQUAL "greater_equal" integers_to_bool true |x, y| x <= y;
}

/// The comparison of an int64 with a uint64, which have no type in common.
pub(super) fn mixed(name: &str, signed_first: bool) -> Option<swath::ufunc::Loop> {
    macro_rules! pair {
        ($f:tt) => {
            if signed_first {
                swath::loop_of!(2 plain |x: i64, y: u64| i128::from(x) $f i128::from(y))
            } else {
                swath::loop_of!(2 plain |x: u64, y: i64| i128::from(x) $f i128::from(y))
            }
        };
    }
    Some(match name {
        "equal" => pair!(==),
        "not_equal" => pair!(!=),
        "less" | "greater" => pair!(<),
        "less_equal" | "greater_equal" => pair!(<=),
        _ => return None,
    })
}

macro_rules! logical {
    ($($entry:ident $name:literal $n:tt |$($x:ident),+| $f:expr;)*) => {$(
        pub(super) static $entry: Entry = {
            static ROWS: [Row; 11] = joined(
                rows!(@sizes_to_bool $n T |$($x: T),+| { $(let $x = $x != 0;)+ $f }),
                rows!(@tests $n T |$($x: T),+| { $(let $x = $x != 0.0;)+ $f }),
            );
            Entry::new($name, Rule::First, &ROWS)
        };
    )*};
}
logical! {
    LOGICAL_AND "logical_and" 2 |x, y| x & y;
    LOGICAL_OR "logical_or" 2 |x, y| x | y;
    LOGICAL_XOR "logical_xor" 2 |x, y| x ^ y;
    LOGICAL_NOT "logical_not" 1 |x| !x;
}

macro_rules! bitwise {
    ($($entry:ident $name:literal $n:tt |$($x:ident),+| $f:expr;)*) => {$(
        pub(super) static $entry: Entry = {
            static ROWS: [Row; 9] = after(
                row(Bool, Bool, body!(u8, $n plain T |$($x: T),+| {
                    $(let $x = $x != 0;)+
                    u8::from($f)
                })),
                rows!(@sizes $n T |$($x: T),+| $f),
            );
            Entry::new($name, Rule::First, &ROWS)
        };
    )*};
}
bitwise! {
    BITWISE_AND "bitwise_and" 2 |x, y| x & y;
    BITWISE_OR "bitwise_or" 2 |x, y| x | y;
    BITWISE_XOR "bitwise_xor" 2 |x, y| x ^ y;
    INVERT "invert" 1 |x| !x;
}

pub(super) static LEFT_SHIFT: Entry = {
    static ROWS: [Row; 8] = rows!(@sizes 2 T |x: T, y: T| {
        if y < T::BITS as T { x << y } else { 0 }
    });
    Entry::new("left_shift", Rule::First, &ROWS)
};

pub(super) static RIGHT_SHIFT: Entry = {
    static ROWS: [Row; 8] = rows!(@integers 2 T |x: T, y: T| {
        let inside = y >= 0 && y < T::BITS as T;
        // The sign is all that is left.
        let out = if x < 0 { (0 as T).wrapping_sub(1) } else { 0 };
        if inside { x >> y } else { out }
    });
    Entry::new("right_shift", Rule::First, &ROWS)
};

macro_rules! tests {
    ($($entry:ident $name:literal $integers:literal |$x:ident| $f:expr;)*) => {$(
        pub(super) static $entry: Entry = {
            static ROWS: [Row; 11] = joined(
                rows!(@sizes_to_bool 1 T |_x: T| $integers),
                rows!(@tests 1 T |$x: T| $f),
            );
            Entry::new($name, Rule::First, &ROWS)
        };
    )*};
}
tests! {
    ISNAN "isnan" false |x| x.is_nan();
    ISINF "isinf" false |x| x.is_infinite();
    ISFINITE "isfinite" true |x| x.is_finite();
}

pub(super) static SIGNBIT: Entry = {
    static ROWS: [Row; 2] = rows!(@tests 1 T |x: T| x.is_sign_negative());
    Entry::new("signbit", Rule::First, &ROWS)
};
