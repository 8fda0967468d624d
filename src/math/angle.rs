//! Angles reduced by multiples of pi / 2, correctly over the whole range.
//!
//! ```text
//! |x| < LIMIT:  n = nearest integer to x 2/pi; r + l = x - n (P1 + P2 + P3), where
//!     x - n P1 is exact, for a fused multiply-add rounds once   (Cody and Waite 1980)
//! else, x = M 2^e:  a window of the bits of 2/pi from place e on, times M, modulo 4
//!     in integers; what is above the point is n, below it r 2/pi
//!                                         (M. H. Payne, R. N. Hanek 1983)
//! ```
//! Both ways are computed and one is picked. The window is shifted into place by
//! powers of two, each shift a choice between two words, so that no table is read.
//! For f32 one way does all, in f64: two sets of constants cover the range.

use super::coefficients::TWO_OVER_PI;
use super::lane::{Doubles, Lane, Lanes, fast_two_sum, pick, two_product, two_sum};
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// pi / 2 in three parts.
const PI_2: [f64; 3] = [FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];

const LOW: u64 = 0xffff_ffff;

/// `b` if `mask` is all ones, `a` if it is 0. Not a comparison that picks: of two
/// constants the compiler would pick the address and read from there.
#[inline(always)]
fn choose(mask: u64, a: u64, b: u64) -> u64 {
    a ^ (mask & (a ^ b))
}

/// Four words of the bits of 2/pi from word `at` on, which is below 16.
#[inline(always)]
fn window(at: u64) -> [u64; 4] {
    const T: [u64; 19] = TWO_OVER_PI;
    let mask = |bit: u64| 0u64.wrapping_sub((at >> bit) & 1);
    let m = mask(3);
    let [w0, w1, w2] = [choose(m, T[0], T[8]), choose(m, T[1], T[9]), choose(m, T[2], T[10])];
    let [w3, w4, w5] = [choose(m, T[3], T[11]), choose(m, T[4], T[12]), choose(m, T[5], T[13])];
    let [w6, w7, w8] = [choose(m, T[6], T[14]), choose(m, T[7], T[15]), choose(m, T[8], T[16])];
    let [w9, w10] = [choose(m, T[9], T[17]), choose(m, T[10], T[18])];
    let m = mask(2);
    let [w0, w1, w2] = [choose(m, w0, w4), choose(m, w1, w5), choose(m, w2, w6)];
    let [w3, w4, w5] = [choose(m, w3, w7), choose(m, w4, w8), choose(m, w5, w9)];
    let w6 = choose(m, w6, w10);
    let m = mask(1);
    let [w0, w1, w2] = [choose(m, w0, w2), choose(m, w1, w3), choose(m, w2, w4)];
    let [w3, w4] = [choose(m, w3, w5), choose(m, w4, w6)];
    let m = mask(0);
    [choose(m, w0, w1), choose(m, w1, w2), choose(m, w2, w3), choose(m, w3, w4)]
}

/// 64 bits from bit `t` of two words on.
#[inline(always)]
fn bits_from(t: u64, first: u64, second: u64) -> u64 {
    (first << t) | ((second >> 1) >> (63 - t))
}

/// The quadrant of fixed-point turns with two bits before the point, and what remains,
/// from -1/2 to 1/2, as the upper 64 bits of a signed fraction.
#[inline(always)]
fn quadrant(high: u64, next: u64) -> (u64, u64) {
    (high.wrapping_add(1 << 61) >> 62, (high << 2) | (next >> 62))
}

/// A signed fraction of 64 bits as two exact parts.
#[inline(always)]
fn fraction(bits: u64) -> (f64, f64) {
    let bits = bits ^ (1 << 63);
    let high = f64::from_bits(0x4330_0000_0000_0000 | (bits >> 32)) - 4_503_601_774_854_144.0;
    let low = f64::from_bits(0x4330_0000_0000_0000 | (bits & LOW)) - 4_503_599_627_370_496.0;
    // 2^-32 and 2^-64.
    (high * 2.328_306_436_538_696_3e-10, low * 5.421_010_862_427_522e-20)
}

/// The quadrant and the rest in two parts, for sizes from 2^30.
#[inline(always)]
fn payne_hanek(x: f64) -> (u64, f64, f64) {
    let bits = x.to_bits();
    let place = (bits >> 52).wrapping_add(1);
    let m = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    let w = window((place >> 6) & 15);
    let t = place & 63;
    let (a, b, c) = (bits_from(t, w[0], w[1]), bits_from(t, w[1], w[2]), bits_from(t, w[2], w[3]));
    let (m1, m0) = (m >> 32, m & LOW);
    let (d0, d1, d2, d3, d4, d5) = (a >> 32, a & LOW, b >> 32, b & LOW, c >> 32, c & LOW);
    // The product modulo 2^192, in digits of 32 bits from the third lowest up.
    let (p3, q4) = (m0 * d3, m1 * d4);
    let sum = (p3 & LOW) + (q4 & LOW) + ((m0 * d4) >> 32) + ((m1 * d5) >> 32);
    let digit2 = sum & LOW;
    let (p2, q3) = (m0 * d2, m1 * d3);
    let sum = (sum >> 32) + (p3 >> 32) + (q4 >> 32) + (p2 & LOW) + (q3 & LOW);
    let low = digit2 | (sum << 32);
    let (p1, q2) = (m0 * d1, m1 * d2);
    let sum = (sum >> 32) + (p2 >> 32) + (q3 >> 32) + (p1 & LOW) + (q2 & LOW);
    let digit4 = sum & LOW;
    let top = (sum >> 32) + (p1 >> 32) + (q2 >> 32) + ((m0 * d0) & LOW) + ((m1 * d1) & LOW);
    let high = digit4 | (top << 32);
    let (n, first) = quadrant(high, low);
    let (f1, f2) = fraction(first);
    // The next 52 bits, in units of 2^-116.
    let f3 = f64::from_bits(0x4330_0000_0000_0000 | ((low << 2) >> 12)) - 4_503_599_627_370_496.0;
    let (f, rest) = fast_two_sum(f1, f2);
    let (f, rest) = fast_two_sum(f, rest + f3 * 1.203_706_215_242_022_4e-35);
    let (r, l) = two_product(f, PI_2[0]);
    (n, r, l + f.fma(PI_2[1], rest * PI_2[0]))
}

/// Below this size [`reduce_near`] holds.
pub(super) const NEAR: f64 = 1_073_741_824.0;

/// The quadrant in the two lowest bits, and r + l from -pi/4 to pi/4 with x = n pi/2 + r
/// + l; l is below half an ULP of r. For sizes below [`NEAR`].
#[inline(always)]
pub(super) fn reduce_near(x: f64) -> (u64, f64, f64) {
    let shifted = x.mul_add(FRAC_2_PI, f64::SHIFT);
    let n = shifted - f64::SHIFT;
    let high = (-n).mul_add(PI_2[0], x);
    let (product, rest) = two_product(n, PI_2[1]);
    let (r, more) = two_sum(high, -product);
    let (r, l) = fast_two_sum(r, more - n.mul_add(PI_2[2], rest));
    (shifted.to_bits(), r, l)
}

/// The same for any number.
#[inline(always)]
pub(super) fn reduce(x: f64) -> (u64, f64, f64) {
    let (n, r, l) = payne_hanek(x.abs());
    let turned = x < 0.0;
    let far = (pick(turned, n.wrapping_neg(), n), pick(turned, -r, r), pick(turned, -l, l));
    pick(x.abs() < NEAR, reduce_near(x), far)
}

/// 1 / 2pi in three parts; and what makes them, each added, those of what is left of
/// 2^57 / 2pi without its turns.
const TURNS: [f64; 3] =
    [0.159_154_943_091_895_35, -9.839_338_337_591_243e-18, -5.360_718_141_446_502e-34];
const FAR: [f64; 3] =
    [0.422_846_961_844_163_5, 4.360_555_048_248_538e-17, 6.339_276_213_954_844e-33];

/// What `Turns::left` leaves away: halves or quarters of a turn. 1.5 times 2 to the power
/// that gives the last bit this value.
pub(super) const HALVES: f64 = 3_377_699_720_527_872.0;
pub(super) const QUARTERS: f64 = 1_688_849_860_263_936.0;

/// An `f32` over 2pi, but for whole turns; NaN of infinities.
///
/// From 2^80 on the number is first divided by 2^57, after which it is still an integer, so
/// that whole turns of the constant give whole turns. Below 2^80 a product rounded to 53
/// bits and its rounding error hold all that is not whole turns, but for what the second
/// and third part of the constant add; each sum is exact where it cancels.
#[derive(Clone, Copy)]
pub(super) struct Turns {
    part: f64,
    rest: f64,
    m: f64,
    c1: f64,
    c2: f64,
}

/// Below this size [`Turns::near`] holds.
const NEAR_TURNS: f32 = 1_208_925_819_614_629_174_706_176.0;

/// Below this size [`half_turns`] holds.
pub(crate) const NEAR_F32: f32 = 1_048_576.0;

/// n in the lowest bits and t with x / 2pi + `more` = n / 2 + t, for an x that is an f32
/// below [`NEAR_F32`]: [`Turns::left`] without what is too small to matter there, and
/// without the second look at what is halfway. The sines of both are the same f32 for
/// every x, which the exhaustive test of the array forms shows.
#[inline(always)]
pub(super) fn half_turns<T: Doubles>(x: T, more: f64) -> (T, T) {
    let halves = T::all(HALVES);
    let (turns, rest) = two_product(x, T::all(TURNS[0]));
    // Without the condition the compiler adds the 0, for the sake of -0.
    let shifted = if more == 0.0 { turns } else { turns + T::all(more) } + halves;
    let n = shifted - halves;
    let part = turns - if more == 0.0 { n } else { n - T::all(more) };
    (shifted, x.fma(T::all(TURNS[1]), part + rest))
}

impl Turns {
    /// For sizes below [`NEAR_F32`].
    #[inline(always)]
    pub(super) fn near(x: f32) -> Self {
        Self::by(f64::from(x), TURNS)
    }

    #[inline(always)]
    fn by(m: f64, [c0, c1, c2]: [f64; 3]) -> Self {
        let (turns, rest) = two_product(m, c0);
        Self { part: turns - turns.round_ties_even(), rest, m, c1, c2 }
    }

    /// For any number.
    #[inline(always)]
    pub(super) fn of(x: f32) -> Self {
        let far = x.abs() >= NEAR_TURNS;
        let m = f64::from(x * pick(far, 6.938_894e-18, 1.0));
        // Not the one or the other constant: a blend is three instructions, this one.
        let far = pick(far, 1.0f64, 0.0);
        let c0 = far.mul_add(FAR[0], TURNS[0]);
        let c1 = far.mul_add(FAR[1], TURNS[1]);
        let c2 = far.mul_add(FAR[2], TURNS[2]);
        Self::by(m, [c0, c1, c2])
    }

    /// n in the lowest bits and t with `more` turns = n `units` + t, the unit a power of
    /// two.
    #[inline(always)]
    pub(super) fn left(self, more: f64, units: f64) -> (u64, f64) {
        let Self { part, rest, m, c1, c2 } = self;
        let all = m.mul_add(c1, part + rest);
        // Without the condition the compiler adds the 0, for the sake of -0.
        let shifted = if more == 0.0 { all } else { all + more } + units;
        let left = m.mul_add(c1, (part - ((shifted - units) - more)) + rest);
        (shifted.to_bits(), m.mul_add(c2, left))
    }
}
