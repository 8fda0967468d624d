//! Skewness and kurtosis: sums of powers of a block in L1, blocks merged.
//!
//! ```text
//! block x[0..n]:  c = sum(x) / n                      a shift near the mean
//!                 s[p] = sum((x - c)^p), p = 1, 2, 3, 4, of 8 lanes
//!                 e = s[1] / n;  mean = c + e;  m2 = s[2] - n e^2;
//!                 m3 = s[3] - 3 e s[2] + 2 n e^3;  m4 = s[4] - 4 e s[3] + 6 e^2 s[2] - 3 n e^4
//! rows, and n <= IN_ORDER: one element after the other, by the formulas of a merge with one
//! merge a, b:     d = mean_b - mean_a;  sums of powers about the common mean
//! ```
//! The formulas that merge are Chan's and, for the higher powers, Pébay's ("Formulas for
//! robust, one-pass parallel computation of covariances and arbitrary-order statistical
//! moments", Sandia report SAND2008-6212, 2008). All in `f64`.

// One text for all types.
#![allow(clippy::cast_lossless, clippy::unnecessary_cast)]

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::lanes::lanes;
use super::sums::Sum;
use super::{Fold, Steps, With};
use crate::tuning;

/// Skewness or kurtosis, as the bits of the table say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Higher<T> {
    flags: u64,
    element: PhantomData<T>,
}

/// The kurtosis, and not the skewness.
pub(crate) const KURTOSIS: u64 = 1;
/// Corrected for the bias of a sample.
pub(crate) const UNBIASED: u64 = 2;
/// Kurtosis by Pearson's definition: 3 for normal numbers, and not 0.
pub(crate) const PEARSON: u64 = 4;

/// Elements of a block.
const BLOCK: usize = tuning::REDUCE_BLOCK_F64;

/// How many, their mean, and the sums of powers of deviations from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Powers {
    n: f64,
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
}

/// A lane of rows: the same without the number, which all lanes share.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct Lane {
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
}

/// Steps of the sums of powers of deviations from a shift.
#[derive(Clone, Copy)]
struct Shifted(f64);

impl Steps<1> for Shifted {
    type Item = f64;
    type Lane = [f64; 4];
    type Total = [f64; 4];
    const BLOCK: usize = BLOCK;
    #[inline(always)]
    fn start(self) -> [f64; 4] {
        [0.0; 4]
    }
    #[inline(always)]
    fn step(self, lane: [f64; 4], [x]: [f64; 1], _at: usize) -> [f64; 4] {
        let d = x - self.0;
        let dd = d * d;
        [lane[0] + d, lane[1] + dd, lane[2] + dd * d, lane[3] + dd * dd]
    }
    #[inline(always)]
    fn total(self, lane: [f64; 4]) -> [f64; 4] {
        lane
    }
    #[inline(always)]
    fn block(self, items: [&[f64]; 1]) -> [f64; 4] {
        let merge = |a: [f64; 4], b: [f64; 4]| [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]];
        lanes::<Self, 1, 8>(self, items, [self.0], merge)
    }
}

/// The powers of a block.
#[inline(always)]
fn of_block(items: &[f64]) -> Lane {
    let n = items.len() as f64;
    let shift = Sum::<f64>::new(&With::default()).block([items]) / n;
    let [s1, s2, s3, s4] = Shifted(shift).block([items]);
    let e = s1 / n;
    let ee = e * e;
    let m2 = s2 - n * ee;
    Lane {
        mean: shift + e,
        m2: if m2 < 0.0 { 0.0 } else { m2 },
        m3: s3 - 3.0 * e * s2 + 2.0 * n * ee * e,
        m4: s4 - 4.0 * e * s3 + 6.0 * ee * s2 - 3.0 * n * ee * ee,
    }
}

impl Powers {
    #[inline(always)]
    fn merge(self, b: Self) -> Self {
        let (na, nb) = (self.n, b.n);
        let n = na + nb;
        let d = b.mean - self.mean;
        let part = d / n;
        let both = d * part * na * nb;
        let squares = part * part;
        Self {
            n,
            mean: self.mean + part * nb,
            m2: self.m2 + b.m2 + both,
            m3: self.m3 + b.m3 + both * part * (na - nb) + 3.0 * part * (na * b.m2 - nb * self.m2),
            m4: self.m4
                + b.m4
                + both * squares * (na * na - na * nb + nb * nb)
                + 6.0 * squares * (na * na * b.m2 + nb * nb * self.m2)
                + 4.0 * part * (na * b.m3 - nb * self.m3),
        }
    }

    /// Not a number where nothing varies beyond rounding of the mean.
    #[inline(always)]
    fn finish(self, flags: u64, epsilon: f64) -> f64 {
        let n = self.n;
        let (m2, noise) = (self.m2 / n, epsilon * self.mean);
        if m2.is_nan() || m2 <= noise * noise {
            return f64::NAN;
        }
        let unbiased = flags & UNBIASED != 0;
        if flags & KURTOSIS == 0 {
            let skew = self.m3 / n / (m2 * m2.sqrt());
            return if unbiased && n > 2.0 {
                ((n - 1.0) * n).sqrt() / (n - 2.0) * skew
            } else {
                skew
            };
        }
        let mut kurtosis = self.m4 / n / (m2 * m2);
        if unbiased && n > 3.0 {
            let squares = 3.0 * ((n - 1.0) * (n - 1.0));
            kurtosis = ((n * n - 1.0) * kurtosis - squares) / ((n - 2.0) * (n - 3.0)) + 3.0;
        }
        if flags & PEARSON != 0 { kurtosis } else { kurtosis - 3.0 }
    }
}

macro_rules! fold {
    ($($t:ident to $out:ident;)*) => {$(
        impl Steps<1> for Higher<$t> {
            type Item = $t;
            type Lane = Lane;
            type Total = Lane;
            const BLOCK: usize = BLOCK;
            #[inline(always)]
            fn start(self) -> Lane {
                Lane { mean: 0.0, m2: 0.0, m3: 0.0, m4: 0.0 }
            }
            #[inline(always)]
            fn step(self, lane: Lane, [x]: [$t; 1], at: usize) -> Lane {
                let n = (at + 1) as f64;
                let d = x as f64 - lane.mean;
                let part = d / n;
                let squares = part * part;
                let both = d * part * (n - 1.0);
                Lane {
                    mean: lane.mean + part,
                    m2: lane.m2 + both,
                    m3: lane.m3 + both * part * (n - 2.0) - 3.0 * part * lane.m2,
                    m4: lane.m4 + both * squares * (n * n - 3.0 * n + 3.0)
                        + 6.0 * squares * lane.m2
                        - 4.0 * part * lane.m3,
                }
            }
            #[inline(always)]
            fn total(self, lane: Lane) -> Lane {
                lane
            }
            #[inline(always)]
            fn block(self, [items]: [&[$t]; 1]) -> Lane {
                let mut room = [MaybeUninit::<f64>::uninit(); BLOCK];
                let mut filled = 0;
                for (place, &x) in room.iter_mut().zip(items) {
                    place.write(x as f64);
                    filled += 1;
                }
                // SAFETY: the loop has written the first `filled` places.
                of_block(unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), filled) })
            }
        }

        impl Fold<1> for Higher<$t> {
            type Steps = Self;
            type Acc = Powers;
            type Out = $out;
            #[inline(always)]
            fn empty(self) -> Powers {
                Powers { n: 0.0, mean: 0.0, m2: 0.0, m3: 0.0, m4: 0.0 }
            }
            #[inline(always)]
            fn new(with: &With) -> Self {
                Self { flags: with.flip, element: PhantomData }
            }
            #[inline(always)]
            fn steps(self) -> Self {
                self
            }
            #[inline(always)]
            fn widen(self, Lane { mean, m2, m3, m4 }: Lane, _: usize, n: usize) -> Powers {
                Powers { n: n as f64, mean, m2, m3, m4 }
            }
            #[inline(always)]
            fn merge(self, a: Powers, b: Powers) -> Powers {
                a.merge(b)
            }
            #[inline(always)]
            fn finish(self, acc: Powers) -> $out {
                acc.finish(self.flags, $out::EPSILON as f64) as $out
            }
        }
    )*};
}
fold! {
    f32 to f32; f64 to f64; i8 to f64; i16 to f64; i32 to f64; i64 to f64;
    u8 to f64; u16 to f64; u32 to f64; u64 to f64;
}
