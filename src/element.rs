//! The element types that kernels are written for.

mod sealed {
    pub trait Sealed {}
}

/// A number that kernels know: `f32`, `f64`, or an integer of 8 to 64 bits.
///
/// Sealed: kernels are written and tested for exactly these types.
pub trait Element:
    sealed::Sealed + Copy + Send + Sync + PartialOrd + std::fmt::Debug + Default + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
}

/// `f32` or `f64`.
pub trait Float: Element + num_traits::Float {}

macro_rules! elements {
    ($($t:ty, $zero:expr, $one:expr;)*) => {$(
        impl sealed::Sealed for $t {}
        impl Element for $t {
            const ZERO: Self = $zero;
            const ONE: Self = $one;
        }
    )*};
}
elements! {
    f32, 0.0, 1.0; f64, 0.0, 1.0;
    i8, 0, 1; i16, 0, 1; i32, 0, 1; i64, 0, 1;
    u8, 0, 1; u16, 0, 1; u32, 0, 1; u64, 0, 1;
}
impl Float for f32 {}
impl Float for f64 {}
