//! Sums that are rounded once.
//!
//! ```text
//! block x[0..n], |x| < 2^e, n <= 2^M - 2:
//!     s = 2^(e + M)
//!     repeat: q[i] = (s + x[i]) - s       the bits of x[i] from s 2^-53 on, exactly
//!             add sum(q) to the sum       exact: all are multiples of s 2^-53 below s
//!             x[i] = x[i] - q[i]          exact: |x[i]| <= s 2^-53
//!             s = s 2^(M - 53)
//!     until nothing is left; after so many rounds, what is left one by one
//! f32: if the exponents of a block lie no more than 18 apart, the sum in f64 is exact,
//!      since all elements are multiples of one power of two and no sum of them is 2^53 times that
//! the sum: digits of 32 bits over all exponents, in 64 bits each, so that carries can wait
//! ```
//! The extraction is Rump, Ogita and Oishi's ("Accurate floating-point summation part I:
//! faithful rounding", SIAM J. Sci. Comput. 31, 2008), the sum Neal's small superaccumulator
//! ("Fast exact summation using small and large superaccumulators", arXiv:1505.05571, 2015).

mod blocks;
mod kind;

use std::mem::MaybeUninit;
use std::slice;

use blocks::{Extract, ExtractTwice, Greatest, Item, Near, NearOf, Widen};
pub(crate) use kind::Kind;

use super::reduce::gather;
use crate::{simd, tuning};

/// Elements of a block, and the power of two that is greater by two.
pub(crate) const BLOCK: usize = tuning::EXACT_BLOCK;
const M: i32 = BLOCK.ilog2() as i32 + 1;
/// Rounds of extraction before elements are added one by one.
const ROUNDS: usize = tuning::EXACT_ROUNDS;
/// How far apart the exponents of a block of `f32` may be for any sum of it to be exact in
/// `f64`: 53 bits, less 24 of an element, less those that its length adds.
const NEAR: u32 = 53 - 24 - BLOCK.ilog2();
/// Digits: 2098 bits of any `f64`, and 64 more for carries.
const DIGITS: usize = 68;
/// Additions to a digit before carries are passed on: each is below 2^32.
const PATIENCE: u32 = 1 << 30;

/// An exact sum of floats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact {
    /// Digit i counts 2^(32 i - 1074).
    digits: [i64; DIGITS],
    /// Additions since carries were passed on.
    waiting: u32,
    nan: bool,
    infinite: [bool; 2],
    /// Whether there was an element, and one that is not -0.0.
    some: bool,
    plain: bool,
}

impl Exact {
    pub(crate) const ZERO: Self = Self {
        digits: [0; DIGITS],
        waiting: 0,
        nan: false,
        infinite: [false; 2],
        some: false,
        plain: false,
    };

    /// Adds a finite number.
    fn add(&mut self, x: f64) {
        let bits = x.to_bits();
        let exponent = (bits >> 52 & 0x7FF) as usize;
        let fraction = bits & (u64::MAX >> 12);
        let (fraction, place) =
            if exponent == 0 { (fraction, 0) } else { (fraction | 1 << 52, exponent - 1) };
        let wide = u128::from(fraction) << (place % 32);
        let sign = if bits >> 63 == 1 { -1 } else { 1 };
        for (i, digit) in self.digits[place / 32..][..3].iter_mut().enumerate() {
            *digit += sign * i64::from((wide >> (32 * i)) as u32);
        }
        self.waiting += 1;
        if self.waiting == PATIENCE {
            self.carry();
        }
    }

    /// Passes carries on: every digit but the last is then from 0 to 2^32 - 1.
    fn carry(&mut self) {
        let mut carry = 0;
        let last = DIGITS - 1;
        for digit in &mut self.digits[..last] {
            let sum = *digit + carry;
            *digit = sum & 0xFFFF_FFFF;
            carry = sum >> 32;
        }
        self.digits[last] += carry;
        self.waiting = 1;
    }

    /// Adds what another sum has.
    pub(crate) fn merge(&mut self, mut other: Self) {
        self.carry();
        other.carry();
        for (a, b) in self.digits.iter_mut().zip(other.digits) {
            *a += b;
        }
        self.waiting += 1;
        self.nan |= other.nan;
        self.infinite = [0, 1].map(|i| self.infinite[i] | other.infinite[i]);
        self.some |= other.some;
        self.plain |= other.plain;
    }

    /// Adds a contiguous block without copying it, if two rounds of extraction are enough and
    /// nothing else is special about it.
    fn add_in_place<T: Item>(&mut self, items: &[T]) -> bool {
        let most = simd::dispatch(Greatest(items));
        let exponent = (most.to_bits() >> 52) as i32 - 1022;
        if most == 0.0 || !most.is_finite() || exponent + M > 1023 {
            return false;
        }
        let first = scale_of(exponent);
        let scales = [first, next_scale(first)];
        let (sums, more) = simd::dispatch(ExtractTwice { items, scales });
        if more {
            return false;
        }
        (self.some, self.plain) = (true, true);
        sums.into_iter().for_each(|sum| self.add(sum));
        true
    }

    /// Adds a block of `f32` at once, if its sum in `f64` is exact.
    fn add_near(&mut self, items: &[f32]) -> bool {
        let Near { sum, most, least } = simd::dispatch(NearOf(items));
        // Exponents as they are stored; 1 stands for those below the normal numbers too.
        let [high, low] = [most, least].map(|bits| (bits >> 23).max(1));
        if most == 0 || high == 0xFF || high - low > NEAR {
            return false;
        }
        (self.some, self.plain) = (true, true);
        self.add(sum);
        true
    }

    /// Adds `n` elements, `stride` apart.
    ///
    /// # Safety
    /// They are of this kind and may be read.
    pub(crate) unsafe fn add_all(&mut self, kind: Kind, from: *const u8, stride: isize, n: usize) {
        let mut wide = MaybeUninit::<[f64; BLOCK]>::uninit();
        let mut narrow = MaybeUninit::<[f32; BLOCK]>::uninit();
        for at in (0..n).step_by(BLOCK) {
            let n = BLOCK.min(n - at);
            let step = (at as isize).wrapping_mul(stride).wrapping_mul(kind.size() as isize);
            let from = from.wrapping_offset(step);
            // SAFETY: the caller's promise; the rooms hold a block.
            unsafe {
                if kind == Kind::F64 {
                    self.add_wide(from, stride, n, wide.as_mut_ptr().cast());
                } else {
                    let items = kind.narrow(from, stride, n, narrow.as_mut_ptr().cast());
                    self.add_narrow(items, wide.as_mut_ptr().cast());
                }
            }
        }
    }

    /// Adds a block of `f64`.
    ///
    /// # Safety
    /// The elements may be read; there is room for them.
    unsafe fn add_wide(&mut self, from: *const u8, stride: isize, n: usize, room: *mut f64) {
        // SAFETY: the caller's promise.
        if stride == 1 && self.add_in_place(unsafe { slice::from_raw_parts(from.cast::<f64>(), n) })
        {
            return;
        }
        // SAFETY: the caller's promise; the room is written before it is read.
        unsafe {
            gather(8, from, stride, room.cast(), n);
            self.add_block(slice::from_raw_parts_mut(room, n));
        }
    }

    /// Adds a block of `f32`.
    ///
    /// # Safety
    /// There is room for them as `f64`.
    unsafe fn add_narrow(&mut self, items: &[f32], room: *mut f64) {
        if self.add_near(items) || self.add_in_place(items) {
            return;
        }
        // SAFETY: the caller's promise; the room is written before it is read.
        unsafe {
            let places = slice::from_raw_parts_mut(room.cast::<MaybeUninit<f64>>(), items.len());
            simd::dispatch(Widen { items, room: places });
            self.add_block(slice::from_raw_parts_mut(room, items.len()));
        }
    }

    /// Adds a block, and leaves something else in it.
    pub(crate) fn add_block(&mut self, items: &mut [f64]) {
        assert!(items.len() <= BLOCK);
        if items.is_empty() {
            return;
        }
        self.some = true;
        let most = simd::dispatch(Greatest(&*items));
        if most == 0.0 {
            self.plain |= items.iter().any(|x| x.is_sign_positive());
            return;
        }
        self.plain = true;
        let exponent = (most.to_bits() >> 52) as i32 - 1022;
        if !most.is_finite() || exponent + M > 1023 {
            return items.iter().for_each(|&x| self.add_any(x));
        }
        let mut scale = scale_of(exponent);
        for _ in 0..ROUNDS {
            let (sum, more) = simd::dispatch(Extract { items, scale });
            self.add(sum);
            if !more {
                return;
            }
            scale = next_scale(scale);
        }
        items.iter().filter(|x| **x != 0.0).for_each(|&x| self.add(x));
    }

    #[cold]
    fn add_any(&mut self, x: f64) {
        if x.is_nan() {
            self.nan = true;
        } else if x.is_infinite() {
            self.infinite[usize::from(x < 0.0)] = true;
        } else {
            self.add(x);
        }
    }

    /// The sum, rounded to `f64`, or to `f32` if it is of narrower elements, to nearest, ties
    /// to even.
    pub(crate) fn round(mut self, kind: Kind) -> f64 {
        if self.nan || self.infinite == [true; 2] {
            return f64::NAN;
        }
        if self.infinite[0] || self.infinite[1] {
            return if self.infinite[0] { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        if self.some && !self.plain {
            return -0.0;
        }
        self.carry();
        let negative = self.digits[DIGITS - 1] < 0;
        if negative {
            self.digits.iter_mut().for_each(|digit| *digit = -*digit);
            self.carry();
        }
        let Some(top) = self.digits.iter().rposition(|&digit| digit != 0) else { return 0.0 };
        let highest = 32 * top as i64 + i64::from(self.digits[top].ilog2());
        // Bits of a fraction, and which bit of the sum is the least one of a subnormal.
        let (precision, least) = if kind == Kind::F64 { (53, 0) } else { (24, 1074 - 149) };
        let lowest = (highest - precision + 1).max(least);
        let mut fraction = self.bits(lowest);
        let half = lowest > 0 && self.bits(lowest - 1) & 1 == 1;
        if half && (fraction & 1 == 1 || self.any_below(lowest - 1)) {
            fraction += 1;
        }
        // In two steps, both exact: the power may be below the normal ones.
        let power = (lowest - 1074) as i32;
        let scale = |power: i32| f64::from_bits(((power + 1023) as u64) << 52);
        let size = if power > 971 {
            f64::INFINITY
        } else {
            fraction as f64 * scale(power / 2) * scale(power - power / 2)
        };
        if negative { -size } else { size }
    }

    /// The bits from `lowest` on, at most 53 of which are not zero.
    fn bits(&self, lowest: i64) -> u64 {
        let (first, shift) = ((lowest / 32) as usize, lowest % 32);
        let digits = self.digits[first.min(DIGITS)..].iter().take(3).rev();
        (digits.fold(0u128, |all, &digit| all << 32 | digit as u128) >> shift) as u64
    }

    /// Whether any bit below `place` is set.
    fn any_below(&self, place: i64) -> bool {
        let (whole, part) = ((place / 32) as usize, place % 32);
        self.digits[..whole].iter().any(|&digit| digit != 0)
            || self.digits[whole] & ((1 << part) - 1) != 0
    }
}

/// The power of two that elements below 2^`exponent` are extracted by.
fn scale_of(exponent: i32) -> f64 {
    f64::from_bits(((exponent + M).max(-1021) + 1023) as u64 * (1 << 52))
}

/// The one of the round after.
fn next_scale(scale: f64) -> f64 {
    let next = scale * (1.0 / (1u64 << (53 - M)) as f64);
    if next < f64::MIN_POSITIVE * 2.0 { f64::MIN_POSITIVE * 2.0 } else { next }
}
