//! Filters: sums of shifted lines, a tile at a time.
//!
//! Every filter is this sum, once somebody has said where lines begin: the lines of
//! the input that lie under the filter, shifted by the places of its taps. One
//! output is `0 + tap * x + tap * x + ...` in the order of the taps, every step fused
//! for floats and exact for integers, so that the bits are the same for every tile
//! and in every tier.
//!
//! [`tile`] is the algorithm, written once ([`along`] for runs along a line); [`lanes`] is what it needs of a register,
//! [`x86`] and [`whole`] the registers there are.

mod along;
mod boxes;
mod lanes;
mod tile;
#[cfg(target_arch = "x86_64")]
mod whole;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::marker::PhantomData;

use self::boxes::Means;
pub(crate) use self::boxes::{Boxes, box_room};
use self::lanes::Plain;
use self::tile::Sum;
use crate::element::Element;
use crate::simd::{self, Tier};

/// A number that can be filtered: `f32`, `f64`, or an integer of 8 to 32 bits but `u32`.
///
/// Sealed, as [`Element`] is.
pub trait Sample: Element {
    /// What the taps of a filter are: the type itself, `i32` for integers.
    type Tap: Element;

    /// How large `tap` times any value of this type can be, for integers.
    #[doc(hidden)]
    fn reach(tap: Self::Tap) -> u64;

    /// Whether `f32` holds every value: what transforms are computed in.
    #[doc(hidden)]
    const SINGLE: bool = false;
    /// Whether sums are rounded; they are exact for integers.
    #[doc(hidden)]
    const ROUNDED: bool = false;

    // Functions, not methods, so that no call `x.to_f64()` elsewhere is ambiguous.
    #[doc(hidden)]
    fn to_wide(x: Self) -> f64;
    #[doc(hidden)]
    fn tap_to_wide(tap: Self::Tap) -> f64;
    #[doc(hidden)]
    fn tap_of_wide(x: f64) -> Self::Tap;
    /// The value nearest to `x`.
    #[doc(hidden)]
    fn of_wide(x: f64) -> Self;

    /// Writes the sums of a tile, in the best tier.
    ///
    /// # Safety
    /// As [`Tile`] says.
    #[doc(hidden)]
    unsafe fn sum(tile: &Tile<'_, Self>);

    /// Writes the means of boxes, in the best tier.
    ///
    /// # Safety
    /// As [`Boxes`] says.
    #[doc(hidden)]
    unsafe fn boxes(_: &Boxes<'_, Self>) {
        unreachable!("only floats have boxes")
    }
}

/// Some lines of the output, and what lies under the filter there.
///
/// To sum it is sound where
/// - `lines` holds, for each of `groups` groups of `span * run` taps and `apart` from one to the
///   next, `span` pointers, three more for four lines of output, and `ahead` more;
/// - each can be read for `len` elements from every `s * step`, `s < run`;
/// - `out` can be written for `len` elements, for four lines at every `out_step`,
///   and overlaps nothing that is read;
/// - for integers, every sum and every part of one fits `bits`.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Tile<'a, T: Sample> {
    /// Where the lines begin, for each group those under the first tap first.
    pub(crate) lines: &'a [*const T],
    pub(crate) groups: usize,
    /// How many pointers lie from one group's to the next one's.
    pub(crate) apart: usize,
    pub(crate) taps: &'a [T::Tap],
    /// Lines under one output in each group, and taps along each line.
    pub(crate) span: usize,
    pub(crate) run: usize,
    /// Elements from one tap to the next along a line.
    pub(crate) step: usize,
    pub(crate) out: *mut T,
    pub(crate) out_step: isize,
    /// Four lines of output, or one.
    pub(crate) four: bool,
    /// Columns.
    pub(crate) len: usize,
    pub(crate) bits: Bits,
    /// Whether floats are stored past the cache: `out` is a multiple of its type's size, and
    /// lines of the output lie whole cache lines apart.
    pub(crate) past: bool,
    /// How many lines follow in each group that the next tile reads first: asked for ahead.
    pub(crate) ahead: usize,
}

impl<T: Sample> Tile<'_, T> {
    /// Whether it has four lines, each under one run of at least `taps` adjacent taps.
    #[inline(always)]
    fn is_long(&self, taps: usize) -> bool {
        let alone = self.span == 1 && self.groups == 1;
        self.four && alone && self.step == 1 && self.run >= taps
    }
}

/// What sums of integers and all their parts fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bits {
    /// 24 bits and a sign: exact in `f32`.
    B24,
    /// 31 bits and a sign.
    B31,
    /// 53 bits and a sign: exact in `f64`.
    B53,
    /// 63 bits and a sign.
    B63,
}

impl Bits {
    /// What numbers of at most `reach` fit, if anything.
    pub(crate) fn of(reach: u64) -> Option<Self> {
        match 64 - reach.leading_zeros() {
            0..=24 => Some(Bits::B24),
            25..=31 => Some(Bits::B31),
            32..=53 => Some(Bits::B53),
            54..=63 => Some(Bits::B63),
            _ => None,
        }
    }
}

macro_rules! float {
    ($($t:ty, $single:expr, $ymm:ident, $zmm:ident;)*) => {$(impl Sample for $t {
        type Tap = $t;
        const SINGLE: bool = $single;
        const ROUNDED: bool = true;
        #[inline(always)]
        fn to_wide(x: $t) -> f64 {
            f64::from(x)
        }
        #[inline(always)]
        fn tap_to_wide(tap: $t) -> f64 {
            f64::from(tap)
        }
        #[inline(always)]
        fn of_wide(x: f64) -> $t {
            x as $t
        }
        fn tap_of_wide(x: f64) -> $t {
            x as $t
        }
        fn reach(_: $t) -> u64 {
            0
        }
        // Not inlined: the tiles are compiled once, with this crate.
        #[inline(never)]
        unsafe fn sum(tile: &Tile<'_, $t>) {
            #[cfg(target_arch = "x86_64")]
            {
                use std::arch::x86_64::{$ymm, $zmm};
                // SAFETY: the tier is what detection saw.
                unsafe {
                    match simd::tier() {
                        Tier::Avx512 => {
                            let lanes = PhantomData::<x86::Avx512<$zmm>>;
                            return x86::enter_avx512(Sum::<_, _, 4, 8> { tile, lanes });
                        }
                        Tier::Avx2 => {
                            let lanes = PhantomData::<x86::Avx2<$ymm>>;
                            return x86::enter_avx2(Sum::<_, _, 2, 8> { tile, lanes });
                        }
                        Tier::Baseline => {}
                    }
                }
            }
            simd::dispatch(Sum::<_, _, 0, 4> { tile, lanes: PhantomData::<Plain<$t, $t>> });
        }
        // Not inlined: as above.
        #[inline(never)]
        unsafe fn boxes(boxes: &Boxes<'_, $t>) {
            simd::dispatch(Means(boxes));
        }
    })*};
}
float!(f32, true, __m256, __m512; f64, false, __m256d, __m512d;);

macro_rules! integer {
    ($($t:ty)*) => {$(impl Sample for $t {
        type Tap = i32;
        #[inline(always)]
        fn to_wide(x: $t) -> f64 {
            f64::from(x)
        }
        #[inline(always)]
        fn tap_to_wide(tap: i32) -> f64 {
            f64::from(tap)
        }
        #[inline(always)]
        fn of_wide(x: f64) -> $t {
            x.round() as $t
        }
        fn tap_of_wide(x: f64) -> i32 {
            x as i32
        }
        fn reach(tap: i32) -> u64 {
            // |MIN| of a signed type is one more than its MAX.
            let ends = [<$t>::MIN, <$t>::MAX].map(|end| i64::from(end).unsigned_abs());
            u64::from(tap.unsigned_abs()) * ends[0].max(ends[1])
        }
        // Not inlined: the tiles are compiled once, with this crate.
        #[inline(never)]
        unsafe fn sum(tile: &Tile<'_, $t>) {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the tier is what detection saw.
            unsafe {
                match (simd::tier(), tile.bits) {
                    (Tier::Avx512, Bits::B24) => {
                        let lanes = PhantomData::<whole::Avx512<$t>>;
                        return x86::enter_avx512(Sum::<_, _, 4, 8> { tile, lanes });
                    }
                    (Tier::Avx512, Bits::B31 | Bits::B53) => {
                        let lanes = PhantomData::<whole::Avx512Wide<$t>>;
                        return x86::enter_avx512(Sum::<_, _, 4, 8> { tile, lanes });
                    }
                    (Tier::Avx2, Bits::B24) => {
                        let lanes = PhantomData::<whole::Avx2<$t>>;
                        return x86::enter_avx2(Sum::<_, _, 2, 8> { tile, lanes });
                    }
                    _ => {}
                }
            }
            if tile.bits <= Bits::B31 {
                simd::dispatch(Sum::<_, _, 0, 4> { tile, lanes: PhantomData::<Plain<$t, i32>> });
            } else {
                simd::dispatch(Sum::<_, _, 0, 4> { tile, lanes: PhantomData::<Plain<$t, i64>> });
            }
        }
    })*};
}
integer!(u8 i8 u16 i16 i32);
