//! Tiers, detection, dispatch: the only home of `target_feature` for code that
//! the compiler vectorises.
//!
//! A kernel is a struct with an `#[inline(always)]` [`Kernel::run`]. [`dispatch`]
//! compiles it once per tier and enters the best one the CPU has. Never a
//! closure: one with a caller per tier stops being inlined at some size and then
//! runs without the tier's features, thirty times slower and without a warning.
//!
//! Autovectorised code runs at most under `avx2,fma`: rustc 1.95 miscompiles
//! autovectorised loops when `avx512dq` and `avx512vl` are both on
//! (rust-lang/rust#158622), and under `avx512f` alone in `kernel::ufunc`, whose loops
//! are few, plain, and compared with the other tiers. Enter a tier inside each chunk, never around
//! `pool::run`: other threads' frames do not inherit target features.

mod clock;
mod detect;

use std::mem::MaybeUninit;

pub(crate) use clock::Stopwatch;
pub(crate) use detect::{Tier, foresees, halves, set_tier, tier};

/// Serial work that is compiled once per tier.
pub(crate) trait Kernel {
    /// What the work gives back.
    type Output;
    /// Does the work. Implementations are `#[inline(always)]`.
    fn run(self) -> Self::Output;
}

/// Runs a kernel in the best tier for autovectorised code.
#[inline]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if tier() >= Tier::Avx2 {
        // SAFETY: the tier is at least AVX2 only when detection saw AVX2 and FMA.
        return unsafe { enter_avx2(kernel) };
    }
    enter_baseline(kernel)
}

/// A loop that writes two slices of one length with a user's closure, compiled once
/// per tier.
pub(crate) trait Fill<R, S, F> {
    /// Writes every element of both. Implementations are `#[inline(always)]`.
    fn fill(self, out: &mut [MaybeUninit<R>], second: &mut [MaybeUninit<S>], f: &F);
}

/// Runs a loop in the best tier for autovectorised code. `baseline` and `avx2` are
/// one closure, written out once for each tier, so that each copy has one caller
/// and is inlined whatever its size (or the same closure twice, up to some size).
///
/// The slices and the closure are arguments of the function that has the loop: that
/// they do not overlap is then known to the compiler, which else checks each operand
/// and capture against the output at run time, and gives up above eight.
#[inline]
pub(crate) fn fill<R, S, B, V>(
    work: impl Fill<R, S, B> + Fill<R, S, V>,
    out: &mut [MaybeUninit<R>],
    second: &mut [MaybeUninit<S>],
    baseline: &B,
    avx2: &V,
) {
    #[cfg(target_arch = "x86_64")]
    if tier() >= Tier::Avx2 {
        // SAFETY: the tier is at least AVX2 only when detection saw AVX2 and FMA.
        return unsafe { fill_avx2(work, out, second, avx2) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = avx2;
    fill_baseline(work, out, second, baseline);
}

// The assembly test looks for the name `fill_avx2` in symbols.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
fn fill_avx2<R, S, F>(
    work: impl Fill<R, S, F>,
    out: &mut [MaybeUninit<R>],
    second: &mut [MaybeUninit<S>],
    f: &F,
) {
    work.fill(out, second, f);
}

#[inline(never)]
fn fill_baseline<R, S, F>(
    work: impl Fill<R, S, F>,
    out: &mut [MaybeUninit<R>],
    second: &mut [MaybeUninit<S>],
    f: &F,
) {
    work.fill(out, second, f);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn enter_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[inline(never)]
fn enter_baseline<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
