//! Mean and squared deviations of a block of floats by hand: `moments.rs`, in two passes.
//!
//! ```text
//! c = sum(x) / n;   s1 = sum(x - c), s2 = sum((x - c)^2) in one go
//! ```
//! Lanes are those of `wide.rs`, so the bits are those of the three passes of the plain steps. The
//! second pass asks for the block that comes next: while it computes, nothing else does.

use std::arch::x86_64::*;

use super::Lines;
use super::wide::Vector;
use crate::kernel::ahead::fetch_line;
use crate::tuning::REDUCE_BLOCK_BYTES;

/// A float that counts.
trait Count: Copy + Into<f64> {
    const ZERO: Self;
    /// A sum over a number of elements.
    fn over(self, n: usize) -> Self;
}

macro_rules! counts {
    ($($t:ident)*) => {$(impl Count for $t {
        const ZERO: $t = 0.0;
        #[inline(always)]
        fn over(self, n: usize) -> $t {
            self / n as $t
        }
    })*};
}
counts!(f32 f64);

/// Joins lanes by halves.
///
/// # Safety
/// The tier is there.
#[inline(always)]
unsafe fn joined<V: Vector, const W: usize>(mut lanes: [V; W]) -> V::Elem {
    let mut half = W / 2;
    while half > 0 {
        for j in 0..half {
            // SAFETY: the caller's promise.
            lanes[j] = unsafe { lanes[j].plus(lanes[j + half]) };
        }
        half /= 2;
    }
    // SAFETY: the caller's promise.
    unsafe { lanes[0].folded(|a, b| a.plus(b)) }
}

/// Calls `step` with the number of a lane and its elements, `others` where there are none.
///
/// # Safety
/// The tier is there; `n` elements may be read.
#[inline(always)]
unsafe fn each<V: Vector, const W: usize, const AHEAD: bool>(
    start: *const V::Elem,
    n: usize,
    others: V,
    mut step: impl FnMut(usize, V),
) {
    let mut at = 0;
    // SAFETY: the caller's promise; no element from `n` on is read.
    unsafe {
        while at + W * V::N <= n {
            for j in 0..W {
                let from = start.add(at + j * V::N);
                if AHEAD {
                    fetch_line(from.cast::<u8>().wrapping_add(REDUCE_BLOCK_BYTES));
                }
                step(j, V::load(from));
            }
            at += W * V::N;
        }
        for j in 0..W {
            if at < n {
                step(j, V::load_first(start.add(at), V::N.min(n - at), others));
                at += V::N;
            }
        }
    }
}

/// The mean of a line and its squared deviations.
///
/// # Safety
/// The tier is there; `n` elements, one at least, may be read.
#[inline(always)]
unsafe fn moments<V: Vector, const W: usize, const AHEAD: bool>(
    start: *const V::Elem,
    n: usize,
) -> (f64, f64)
where
    V::Elem: Count,
{
    // SAFETY: the caller's promise.
    unsafe {
        let zero = V::splat(V::Elem::ZERO);
        let mut sums = [zero; W];
        each::<V, W, false>(start, n, zero, |j, x| sums[j] = sums[j].plus(x));
        let shift = joined(sums).over(n);
        let by = V::splat(shift);
        let (mut s1, mut s2) = ([zero; W], [zero; W]);
        each::<V, W, AHEAD>(start, n, by, |j, x| {
            let d = x.minus(by);
            s1[j] = s1[j].plus(d);
            s2[j] = s2[j].plus(d.times(d));
        });
        let (s1, s2): (f64, f64) = (joined(s1).into(), joined(s2).into());
        let m2 = s2 - s1 * s1 / n as f64;
        (shift.into() + s1 / n as f64, if m2 < 0.0 { 0.0 } else { m2 })
    }
}

/// All lines.
///
/// # Safety
/// As [`super::Wide`] says.
#[inline(always)]
unsafe fn all<V: Vector, const W: usize>(lines: &Lines, ahead: bool, to: *mut (f64, f64))
where
    V::Elem: Count,
{
    for i in 0..lines.count {
        let start = lines.starts_of::<V::Elem>(i)[0].cast();
        // SAFETY: the caller's promise.
        unsafe {
            to.add(i).write(if ahead {
                moments::<V, W, true>(start, lines.n)
            } else {
                moments::<V, W, false>(start, lines.n)
            });
        }
    }
}

macro_rules! wide {
    ($($name:ident $avx2:ident $avx512:ident: $narrow:ident $wide:ident;)*) => {$(
        /// # Safety
        /// As [`super::Wide`] says, of AVX2.
        #[target_feature(enable = "avx2,fma")]
        unsafe fn $avx2(lines: &Lines, ahead: bool, to: *mut (f64, f64)) {
            // SAFETY: the caller's promise.
            unsafe { all::<$narrow, 8>(lines, ahead, to) };
        }
        /// # Safety
        /// As [`super::Wide`] says, of AVX-512F.
        #[target_feature(enable = "avx512f")]
        unsafe fn $avx512(lines: &Lines, ahead: bool, to: *mut (f64, f64)) {
            // SAFETY: the caller's promise.
            unsafe { all::<$wide, 4>(lines, ahead, to) };
        }
        pub(super) const $name: [super::Wide<(f64, f64)>; 2] = [$avx2, $avx512];
    )*};
}
wide! {
    MOMENTS_F32 moments_f32_avx2 moments_f32_avx512: __m256 __m512;
    MOMENTS_F64 moments_f64_avx2 moments_f64_avx512: __m256d __m512d;
}
