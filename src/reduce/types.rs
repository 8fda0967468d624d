//! The element types of reductions, what their results are, and their folds.

use super::operands::Folding;
use crate::kernel::reduce::{Dot, Extreme, Mean, Sum, Table};
use crate::{Element, Float};

/// An element that can be summed, averaged and compared: `f32`, `f64` and the
/// integers of 8 to 64 bits.
///
/// Implemented for every [`Element`]; not meant to be implemented elsewhere.
pub trait Reduce: Element {
    /// What sums and dot products give: floats their own type, signed integers
    /// `i64`, unsigned ones `u64`.
    type Sum: Element;
    /// What means give: floats their own type, integers `f64`.
    type Mean: Float;

    #[doc(hidden)]
    const FOLDS: Folds<Self>;
}

/// The folds of an element type.
pub struct Folds<T: Reduce> {
    pub(super) sum: Folding<T, T::Sum>,
    pub(super) mean: Folding<T, T::Mean>,
    pub(super) min: Folding<T, T>,
    pub(super) max: Folding<T, T>,
    pub(super) dot: Folding<T, T::Sum>,
}

/// A fold of a table of its own. A static, so that the kernels are compiled with this
/// crate, once, and not in every crate that calls.
macro_rules! folding {
    ($fold:ty, $operands:expr, $flip:expr) => {{
        static TABLE: Table = Table::of::<$fold, $operands>($flip);
        // SAFETY: items and results are numbers of the sizes of those of the kernels,
        // and any bits are a number.
        unsafe { Folding::new(&TABLE) }
    }};
}

// For the least and the greatest: the type that kernels know for all types of its size
// that differ in their sign only, whether theirs is the greatest, and the bits to flip.
macro_rules! reduces {
    ($($t:ident: $sum:ident, $mean:ident, least $bits:ident ^ $least:expr, greatest $turned:literal ^ $greatest:expr,
       sums $sums:ident;)*) => {$(
        impl Reduce for $t {
            type Sum = $sum;
            type Mean = $mean;

            const FOLDS: Folds<$t> = Folds {
                sum: folding!(Sum<$sums>, 1, 0),
                mean: folding!(Mean<$t>, 1, 0),
                min: folding!(Extreme<$bits, false>, 1, $least),
                max: folding!(Extreme<$bits, $turned>, 1, $greatest),
                dot: folding!(Dot<$sums>, 2, 0),
            };
        }
    )*};
}
reduces! {
    f32: f32, f32, least f32 ^ 0, greatest true ^ 0, sums f32;
    f64: f64, f64, least f64 ^ 0, greatest true ^ 0, sums f64;
    i8: i64, f64, least i8 ^ 0, greatest false ^ !0, sums i8;
    i16: i64, f64, least i16 ^ 0, greatest false ^ !0, sums i16;
    i32: i64, f64, least i32 ^ 0, greatest false ^ !0, sums i32;
    i64: i64, f64, least i64 ^ 0, greatest false ^ !0, sums i64;
    u8: u64, f64, least i8 ^ 1 << 7, greatest false ^ !(1 << 7), sums u8;
    u16: u64, f64, least i16 ^ 1 << 15, greatest false ^ !(1 << 15), sums u16;
    u32: u64, f64, least i32 ^ 1 << 31, greatest false ^ !(1 << 31), sums u32;
    u64: u64, f64, least i64 ^ 1 << 63, greatest false ^ !(1 << 63), sums i64;
}
