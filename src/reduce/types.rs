//! The element types of reductions, and what their results are.

use super::along::{Target, along};
use super::sequence::{Operands, whole};
use crate::kernel::reduce::{Dot, Max, Mean, Min, Sum};
use crate::{Element, Error, Float};

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
    fn whole_sum(a: Operands<'_, Self, 1>) -> Self::Sum;
    #[doc(hidden)]
    fn whole_mean(a: Operands<'_, Self, 1>) -> Self::Mean;
    #[doc(hidden)]
    fn whole_min(a: Operands<'_, Self, 1>) -> Self;
    #[doc(hidden)]
    fn whole_max(a: Operands<'_, Self, 1>) -> Self;
    #[doc(hidden)]
    fn whole_dot(ab: Operands<'_, Self, 2>) -> Self::Sum;
    #[doc(hidden)]
    fn along_sum(call: Along<'_, Self, 1>, out: Target<'_, Self::Sum>) -> Result<(), Error>;
    #[doc(hidden)]
    fn along_mean(call: Along<'_, Self, 1>, out: Target<'_, Self::Mean>) -> Result<(), Error>;
    #[doc(hidden)]
    fn along_min(call: Along<'_, Self, 1>, out: Target<'_, Self>) -> Result<(), Error>;
    #[doc(hidden)]
    fn along_max(call: Along<'_, Self, 1>, out: Target<'_, Self>) -> Result<(), Error>;
    #[doc(hidden)]
    fn along_dot(call: Along<'_, Self, 2>, out: Target<'_, Self::Sum>) -> Result<(), Error>;
}

/// A checked call along one axis.
#[derive(Clone, Copy)]
pub struct Along<'a, T, const K: usize> {
    pub(super) function: &'static str,
    pub(super) from: Operands<'a, T, K>,
    pub(super) axis: usize,
}

// Compiled here, once for each type, not in every crate that calls.
macro_rules! reduces {
    ($($t:ident: $sum:ident, $mean:ident;)*) => {$(
        impl Reduce for $t {
            type Sum = $sum;
            type Mean = $mean;

            fn whole_sum(a: Operands<'_, Self, 1>) -> $sum {
                whole(Sum::<$t>::default(), a)
            }
            fn whole_mean(a: Operands<'_, Self, 1>) -> $mean {
                whole(Mean::<$t>::new(a.len()), a)
            }
            fn whole_min(a: Operands<'_, Self, 1>) -> $t {
                whole(Min::<$t>::default(), a)
            }
            fn whole_max(a: Operands<'_, Self, 1>) -> $t {
                whole(Max::<$t>::default(), a)
            }
            fn whole_dot(ab: Operands<'_, Self, 2>) -> $sum {
                whole(Dot::<$t>::default(), ab)
            }
            fn along_sum(c: Along<'_, Self, 1>, out: Target<'_, $sum>) -> Result<(), Error> {
                along(c.function, Sum::<$t>::default(), c.from, c.axis, out)
            }
            fn along_mean(c: Along<'_, Self, 1>, out: Target<'_, $mean>) -> Result<(), Error> {
                along(c.function, Mean::<$t>::new(c.from.shape[c.axis]), c.from, c.axis, out)
            }
            fn along_min(c: Along<'_, Self, 1>, out: Target<'_, $t>) -> Result<(), Error> {
                along(c.function, Min::<$t>::default(), c.from, c.axis, out)
            }
            fn along_max(c: Along<'_, Self, 1>, out: Target<'_, $t>) -> Result<(), Error> {
                along(c.function, Max::<$t>::default(), c.from, c.axis, out)
            }
            fn along_dot(c: Along<'_, Self, 2>, out: Target<'_, $sum>) -> Result<(), Error> {
                along(c.function, Dot::<$t>::default(), c.from, c.axis, out)
            }
        }
    )*};
}
reduces! {
    f32: f32, f32; f64: f64, f64;
    i8: i64, f64; i16: i64, f64; i32: i64, f64; i64: i64, f64;
    u8: u64, f64; u16: u64, f64; u32: u64, f64; u64: u64, f64;
}
