//! Arithmetic: integers wrap; division of integers by zero gives 0, and the most negative
//! one divided by -1 itself, both without a warning.

use swath::math;
use swath::ufunc::{one_of, two_of};

use super::table::{Entry, Row, Rule, after, body, joined, row, rows};
use crate::dtype::DType::{Bool, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};

/// The floats' rows of a plain closure.
macro_rules! floats {
    ($n:tt $t:ident $f:expr) => {
        rows!(@floats $n plain 0.05 $t $f)
    };
}

macro_rules! entry {
    ($entry:ident $name:literal $rule:ident [$n:literal] $rows:expr) => {
        pub(super) static $entry: Entry = {
            static ROWS: [Row; $n] = $rows;
            Entry::new($name, Rule::$rule, &ROWS)
        };
    };
}

entry!(ADD "add" First [11] after(
    row(Bool, Bool, body!(u8, 2 plain T |x: T, y: T| u8::from((x | y) != 0))),
    joined::<8, 2, 10>(
        rows!(@sizes 2 T |x: T, y: T| x.wrapping_add(y)),
        floats!(2 T |x: T, y: T| x + y),
    ),
));
entry!(SUBTRACT "subtract" NoBool [10] joined(
    rows!(@sizes 2 T |x: T, y: T| x.wrapping_sub(y)),
    floats!(2 T |x: T, y: T| x - y),
));
entry!(MULTIPLY "multiply" First [11] after(
    row(Bool, Bool, body!(u8, 2 plain T |x: T, y: T| u8::from((x != 0) & (y != 0)))),
    joined::<8, 2, 10>(
        rows!(@sizes 2 T |x: T, y: T| x.wrapping_mul(y)),
        floats!(2 T |x: T, y: T| x * y),
    ),
));
entry!(DIVIDE "divide" TrueDivide [2] floats!(2 T |x: T, y: T| x / y));
entry!(FLOOR_DIVIDE "floor_divide" First [10] joined(
    rows!(@integers 2 T |x: T, y: T| {
        if y == 0 {
            0
        } else {
            let quotient = x.wrapping_div(y);
            // A rest of the other sign: the division was not downwards.
            let rest = x.wrapping_rem(y);
            let other = rest != 0 && (rest < 0) != (y < 0);
            if other { quotient.wrapping_sub(1) } else { quotient }
        }
    }),
    rows!(@floats 2 plain 8.0 T |x: T, y: T| floored(x, y).0),
));
entry!(REMAINDER "remainder" First [10] joined(
    rows!(@integers 2 T |x: T, y: T| {
        if y == 0 {
            0
        } else {
            let rest = x.wrapping_rem(y);
            let other = rest != 0 && (rest < 0) != (y < 0);
            if other { rest.wrapping_add(y) } else { rest }
        }
    }),
    rows!(@floats 2 plain 8.0 T |x: T, y: T| floored(x, y).1),
));
entry!(FMOD "fmod" First [10] joined(
    rows!(@integers 2 T |x: T, y: T| if y == 0 { 0 } else { x.wrapping_rem(y) }),
    rows!(@floats 2 plain 8.0 T |x: T, y: T| math::fmod(x, y)),
));

/// Python's `//` and `%` of floats.
fn floored<T: swath::Float>(x: T, y: T) -> (T, T) {
    let zero = T::ZERO;
    let mut rest = math::fmod(x, y);
    if y == zero {
        return (x / y, rest);
    }
    let mut quotient = (x - rest) / y;
    if rest != zero {
        if (y < zero) != (rest < zero) {
            rest = rest + y;
            quotient = quotient - T::ONE;
        }
    } else {
        rest = math::copysign(zero, y);
    }
    let whole = if quotient == zero {
        math::copysign(zero, x / y)
    } else {
        let below = math::floor(quotient);
        if quotient - below > T::ONE / (T::ONE + T::ONE) { below + T::ONE } else { below }
    };
    (whole, rest)
}

entry!(NEGATIVE "negative" NoBool [10] joined(
    rows!(@sizes 1 T |x: T| x.wrapping_neg()),
    floats!(1 T |x: T| -x),
));
entry!(POSITIVE "positive" NoBool [10] joined(
    rows!(@sizes 1 T |x: T| x),
    floats!(1 T |x: T| x),
));
entry!(ABSOLUTE "absolute" First [11] after(
    row(Bool, Bool, body!(u8, 1 plain T |x: T| x)),
    joined::<8, 2, 10>(
        [
            row(I8, I8, body!(i8, 1 plain T |x: T| x.wrapping_abs())),
            row(U8, U8, body!(u8, 1 plain T |x: T| x)),
            row(I16, I16, body!(i16, 1 plain T |x: T| x.wrapping_abs())),
            row(U16, U16, body!(u16, 1 plain T |x: T| x)),
            row(I32, I32, body!(i32, 1 plain T |x: T| x.wrapping_abs())),
            row(U32, U32, body!(u32, 1 plain T |x: T| x)),
            row(I64, I64, body!(i64, 1 plain T |x: T| x.wrapping_abs())),
            row(U64, U64, body!(u64, 1 plain T |x: T| x)),
        ],
        floats!(1 T |x: T| x.abs()),
    ),
));
entry!(SIGN "sign" NoBool [10] joined(
    rows!(@integers 1 T |x: T| {
        T::from(x > 0).wrapping_sub(T::from(x < 0))
    }),
    floats!(1 T |x: T| math::sign(x)),
));
entry!(RECIPROCAL "reciprocal" First [10] joined(
    rows!(@integers 1 T |x: T| if x == 0 { 0 } else { (1 as T).wrapping_div(x) }),
    floats!(1 T |x: T| 1.0 / x),
));
entry!(SQUARE "square" First [10] joined(
    rows!(@sizes 1 T |x: T| x.wrapping_mul(x)),
    floats!(1 T |x: T| x * x),
));
entry!(POWER "power" Power [10] joined(
    rows!(@integers 2 T |x: T, y: T| {
        // Exponents are not negative, and not above 64 bits.
        let (mut base, mut left, mut power) = (x, y, 1 as T);
        while left > 0 {
            if left & 1 == 1 {
                power = power.wrapping_mul(base);
            }
            base = base.wrapping_mul(base);
            left >>= 1;
        }
        power
    }),
    [row(F32, F32, two_of::powf::<f32>()), row(F64, F64, two_of::powf::<f64>())],
));

/// The smaller and the larger: for floats as stated, for bools `and` and `or`.
macro_rules! extremes {
    ($($entry:ident $name:literal $integers:ident $bools:tt $floats:ident;)*) => {$(
        entry!($entry $name First [11] after(
            row(Bool, Bool, body!(u8, 2 plain T |x: T, y: T| u8::from((x != 0) $bools (y != 0)))),
            joined::<8, 2, 10>(
                rows!(@integers 2 T |x: T, y: T| x.$integers(y)),
                floats!(2 T |x: T, y: T| math::$floats(x, y)),
            ),
        ));
    )*};
}
extremes! {
    MINIMUM "minimum" min & minimum;
    MAXIMUM "maximum" max | maximum;
    FMIN "fmin" min & fmin;
    FMAX "fmax" max | fmax;
}

/// Rounding: integers are as they are.
macro_rules! rounding {
    ($($entry:ident $name:literal $f:ident;)*) => {$(
        entry!($entry $name First [11] after(
            row(Bool, Bool, body!(u8, 1 plain T |x: T| x)),
            joined::<8, 2, 10>(
                rows!(@sizes 1 T |x: T| x),
                [row(F32, F32, one_of::$f::<f32>()), row(F64, F64, one_of::$f::<f64>())],
            ),
        ));
    )*};
}
rounding! {
    FLOOR "floor" floor;
    CEIL "ceil" ceil;
    TRUNC "trunc" trunc;
}

// The value, or the limit that it is beyond: the upper one where they cross.
entry!(CLIP "clip" First [10] joined(
    rows!(@integers 3 T |x: T, low: T, high: T| x.max(low).min(high)),
    floats!(3 T |x: T, low: T, high: T| math::minimum(math::maximum(x, low), high)),
));
