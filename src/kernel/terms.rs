//! Sums of shifted lines in `f64`, every product and every addition rounded, and casts of
//! what comes out: the arithmetic of `scipy.ndimage`, whose integer results depend on the
//! last bit.
//!
//! ```text
//! for each term      sums += weight * line            or weight * (line +- other line)
//! for each column    out = sum / divisor, cut off towards zero, modulo the range of the type
//! ```

use crate::element::Element;
use crate::simd::Kernel;

/// A number that is filtered in `f64`, and cast as C compilers for x86-64 do it.
pub trait Cast: Element {
    // Functions, not methods, so that no call elsewhere becomes ambiguous.
    #[doc(hidden)]
    fn widened(x: Self) -> f64;
    /// `x` cut off towards zero; what does not fit wraps around. The cast goes by way of 32
    /// bits for small types and by 64 for `u32`, and what does not fit these is their least
    /// number.
    #[doc(hidden)]
    fn cut(x: f64) -> Self;
    /// Whether it is a whole number, and whether one of eight bits.
    #[doc(hidden)]
    const WHOLE: bool;
    #[doc(hidden)]
    const BYTE: bool;
    #[doc(hidden)]
    fn single(x: Self) -> f32;
    /// `x` modulo the range of the type.
    #[doc(hidden)]
    fn wrapped(x: i32) -> Self;
}

#[inline(always)]
fn by_32(x: f64) -> i32 {
    let fits = x > -2_147_483_649.0 && x < 2_147_483_648.0;
    let x = if fits { x } else { -2_147_483_648.0 };
    // SAFETY: `x` without its fraction is an `i32`. (`as` would look again.)
    unsafe { x.to_int_unchecked() }
}

#[inline(always)]
fn by_64(x: f64) -> i64 {
    if x.abs() < 9_223_372_036_854_775_808.0 { x as i64 } else { i64::MIN }
}

macro_rules! casts {
    ($($t:ty, $cut:expr;)*) => {$(impl Cast for $t {
        #[inline(always)]
        #[allow(clippy::cast_lossless)] // one line for all types
        fn widened(x: $t) -> f64 {
            x as f64
        }
        #[inline(always)]
        fn cut(x: f64) -> $t {
            let cut: fn(f64) -> $t = $cut;
            cut(x)
        }
        #[allow(clippy::float_cmp)]
        const WHOLE: bool = 0.5 as $t == 0 as $t;
        const BYTE: bool = size_of::<$t>() == 1;
        #[inline(always)]
        #[allow(clippy::cast_lossless)]
        fn single(x: $t) -> f32 {
            x as f32
        }
        #[inline(always)]
        #[allow(clippy::cast_lossless)]
        fn wrapped(x: i32) -> $t {
            x as $t
        }
    })*};
}
casts! {
    f32, |x| x as f32;
    f64, |x| x;
    i8, |x| by_32(x) as i8;
    u8, |x| by_32(x) as u8;
    i16, |x| by_32(x) as i16;
    u16, |x| by_32(x) as u16;
    i32, by_32;
    u32, |x| by_64(x) as u32;
    i64, by_64;
    u64, |x| if x < 0.0 { by_64(x) as u64 } else if x < 18_446_744_073_709_551_616.0 { x as u64 } else { 0 };
}

/// One product of a sum: places in the lines, and a weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Term {
    pub(crate) at: usize,
    pub(crate) with: With,
    pub(crate) weight: f64,
}

/// What is added to a value before it is multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum With {
    Nothing,
    Plus(usize),
    Minus(usize),
}

/// Sums for as many columns as `sums` has.
pub(crate) struct Sums<'a> {
    pub(crate) lines: &'a [f64],
    pub(crate) terms: &'a [Term],
    pub(crate) sums: &'a mut [f64],
}

impl Kernel for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let n = self.sums.len();
        self.sums.fill(0.0);
        for &Term { at, with, weight } in self.terms {
            let x = &self.lines[at..at + n];
            match with {
                With::Nothing => {
                    for (sum, x) in self.sums.iter_mut().zip(x) {
                        *sum += x * weight;
                    }
                }
                With::Plus(other) => {
                    let y = &self.lines[other..other + n];
                    for ((sum, x), y) in self.sums.iter_mut().zip(x).zip(y) {
                        *sum += (x + y) * weight;
                    }
                }
                With::Minus(other) => {
                    let y = &self.lines[other..other + n];
                    for ((sum, x), y) in self.sums.iter_mut().zip(x).zip(y) {
                        *sum += (x - y) * weight;
                    }
                }
            }
        }
    }
}

/// Sixteen sums of columns from `column` on, of lines that begin at `lines`, whose numbers are
/// the places of the terms.
///
/// To run it is sound where the columns of each line can be read.
pub(crate) struct Again<'a> {
    pub(crate) lines: &'a [*const f32],
    pub(crate) column: usize,
    pub(crate) terms: &'a [Term],
}

impl Kernel for Again<'_> {
    type Output = [f64; 16];

    #[inline(always)]
    fn run(self) -> [f64; 16] {
        let line = |at: usize| -> [f64; 16] {
            let from = self.lines[at].wrapping_add(self.column).cast::<[f32; 16]>();
            // SAFETY: whoever made this has promised the columns.
            unsafe { from.read_unaligned() }.map(f64::from)
        };
        let mut sums = [0.0; 16];
        for &Term { at, with, weight } in self.terms {
            let mut x = line(at);
            match with {
                With::Nothing => {}
                With::Plus(other) => x.iter_mut().zip(line(other)).for_each(|(x, y)| *x += y),
                With::Minus(other) => x.iter_mut().zip(line(other)).for_each(|(x, y)| *x -= y),
            }
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum += x * weight;
            }
        }
        sums
    }
}

/// Elements that lie one after the other as `f64`, or bytes as `f32`.
pub(crate) struct Widen<'a, A, W> {
    pub(crate) from: &'a [A],
    pub(crate) to: &'a mut [W],
}

impl<A: Cast> Kernel for Widen<'_, A, f64> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (to, &x) in self.to.iter_mut().zip(self.from) {
            *to = A::widened(x);
        }
    }
}

impl<A: Cast> Kernel for Widen<'_, A, f32> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (to, &x) in self.to.iter_mut().zip(self.from) {
            *to = A::single(x);
        }
    }
}

/// Sums over a divisor, cast to elements every `step`.
///
/// To run it is sound where `out` can be written at every `step` for as many as `sums`.
pub(crate) struct Cut<'a, B> {
    pub(crate) sums: &'a mut [f64],
    pub(crate) divisor: f64,
    pub(crate) out: *mut B,
    pub(crate) step: isize,
}

impl<B: Cast> Kernel for Cut<'_, B> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { sums, divisor, out, step } = self;
        if divisor != 1.0 {
            sums.iter_mut().for_each(|sum| *sum /= divisor);
        }
        // SAFETY: whoever made this has promised the places.
        unsafe {
            if step == 1 {
                for (i, &sum) in sums.iter().enumerate() {
                    out.add(i).write(B::cut(sum));
                }
            } else {
                for (i, &sum) in sums.iter().enumerate() {
                    out.wrapping_offset(i as isize * step).write(B::cut(sum));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n5_casts_wrap_as_c_does() {
        for (x, expected) in [(-3.7, 253), (-0.5, 0), (300.9, 44), (-70000.5, 144), (3e9, 0)] {
            assert_eq!(u8::cut(x), expected);
        }
        assert_eq!((i8::cut(-300.9), i16::cut(70000.5), i32::cut(3e9)), (-44, 4464, i32::MIN));
        assert_eq!(
            (u32::cut(-3.7), u32::cut(5e9), u32::cut(1e19)),
            (4_294_967_293, 705_032_704, 0)
        );
        assert_eq!(
            (i64::cut(1e19), u64::cut(1e19), u64::cut(-3.0)),
            (i64::MIN, 10_u64.pow(19), u64::MAX - 2)
        );
        assert_eq!((u8::cut(f64::NAN), i64::cut(f64::NAN)), (0, i64::MIN));
    }
}
