//! Floats of 16 bits, which are folded as f32.

use super::turned::{Give, Turn};

/// IEEE 754's half precision: 5 bits of exponent, 10 of fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(transparent)]
pub(crate) struct F16(u16);

/// The upper half of an f32: 8 bits of exponent, 7 of fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(transparent)]
pub(crate) struct Bf16(u16);

/// From half precision.
#[derive(Debug)]
pub(crate) enum OfF16 {}
/// From bfloat16.
#[derive(Debug)]
pub(crate) enum OfBf16 {}

impl F16 {
    /// Without branches, and without numbers below the normal ones, which are slow.
    #[inline(always)]
    fn widened(self) -> f32 {
        let size = u32::from(self.0 & 0x7fff) << 13;
        // The exponents are 112 apart. Those of all ones stand for infinity and NaN in both;
        // below the normal numbers the hidden bit is one too many.
        let normal = size + (112 << 23);
        let special = size | 0xff << 23;
        let small = (f32::from_bits(size + (113 << 23)) - f32::from_bits(113 << 23)).to_bits();
        let bits = if size < 1 << 23 { small } else { normal };
        let bits = if size >= 31 << 23 { special } else { bits };
        f32::from_bits(bits | u32::from(self.0 & 0x8000) << 16)
    }

    /// Of a value that a number of half precision has.
    #[inline(always)]
    fn narrowed(x: f32) -> Self {
        let sign = (x.to_bits() >> 16) as u16 & 0x8000;
        let size = x.abs();
        Self(match size {
            _ if x.is_nan() => 0x7e00,
            _ if size.is_infinite() => sign | 0x7c00,
            _ if size < f32::from_bits(113 << 23) => sign | (size * (1 << 24) as f32) as u16,
            _ => sign | ((size.to_bits() - (112 << 23)) >> 13) as u16,
        })
    }
}

impl Turn for OfF16 {
    type From = F16;
    type To = f32;
    #[inline(always)]
    fn turn(x: F16) -> f32 {
        x.widened()
    }
}

impl Turn for OfBf16 {
    type From = Bf16;
    type To = f32;
    #[inline(always)]
    fn turn(x: Bf16) -> f32 {
        f32::from_bits(u32::from(x.0) << 16)
    }
}

impl Give<F16> for f32 {
    #[inline(always)]
    fn give(self) -> F16 {
        F16::narrowed(self)
    }
    #[inline(always)]
    fn take(out: F16) -> f32 {
        out.widened()
    }
}

impl Give<Bf16> for f32 {
    #[inline(always)]
    fn give(self) -> Bf16 {
        // A NaN whose bits are in the lower half must remain one.
        let quiet = if self.is_nan() { 0x40 } else { 0 };
        Bf16((self.to_bits() >> 16) as u16 | quiet)
    }
    #[inline(always)]
    fn take(out: Bf16) -> f32 {
        OfBf16::turn(out)
    }
}

impl<H: Copy> Give<[H; 2]> for [f32; 2]
where
    f32: Give<H>,
{
    #[inline(always)]
    fn give(self) -> [H; 2] {
        self.map(f32::give)
    }
    #[inline(always)]
    fn take(out: [H; 2]) -> [f32; 2] {
        out.map(f32::take)
    }
}
