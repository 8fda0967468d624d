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
//! (rust-lang/rust#158622). Enter a tier inside each chunk, never around
//! `pool::run`: other threads' frames do not inherit target features.

mod clock;
mod detect;

pub(crate) use clock::Stopwatch;
pub(crate) use detect::{Tier, set_tier, tier};

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

/// Runs the kernel of the best tier for autovectorised code, where each tier has
/// one of its own: the same work, whose user's closure was written out once for
/// each, so that each copy has one caller and is inlined whatever its size.
#[inline]
pub(crate) fn dispatch_pair<B: Kernel, V: Kernel<Output = B::Output>>(
    baseline: impl FnOnce() -> B,
    avx2: impl FnOnce() -> V,
) -> B::Output {
    #[cfg(target_arch = "x86_64")]
    if tier() >= Tier::Avx2 {
        // SAFETY: the tier is at least AVX2 only when detection saw AVX2 and FMA.
        return unsafe { enter_avx2(avx2()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = avx2;
    enter_baseline(baseline())
}

// The assembly tests look for the name `enter_avx2` in symbols.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn enter_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[inline(never)]
fn enter_baseline<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
