//! What the CPU can do, asked once; `SWATH_SIMD` lowers it, never raises it.

use std::sync::atomic::{AtomicU8, Ordering};

/// An instruction set that kernels are compiled for, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Tier {
    /// What every CPU of the target has.
    Baseline = 1,
    /// AVX2 and FMA.
    Avx2 = 2,
    /// AVX-512F besides: hand-written kernels only.
    Avx512 = 3,
}

/// 0 until the first call. A plain store, no lock: after a fork there is nothing
/// to wait for, and two threads that both detect store the same.
static TIER: AtomicU8 = AtomicU8::new(0);

/// The tier that kernels enter now.
#[inline]
pub(crate) fn tier() -> Tier {
    match TIER.load(Ordering::Relaxed) {
        1 => Tier::Baseline,
        2 => Tier::Avx2,
        3 => Tier::Avx512,
        _ => first(),
    }
}

/// Lowers the tier for the whole process, at most to what the CPU has, and gives
/// the one in force. Harmless while kernels run, since every tier gives the
/// same bits. For tests.
pub(crate) fn set_tier(tier: Tier) -> Tier {
    let tier = tier.min(detect());
    TIER.store(tier as u8, Ordering::Relaxed);
    tier
}

/// Whether the CPU's own prefetching keeps up with loops over contiguous memory, so that asking
/// for lines ahead only takes room in its queues: AMD's (SSE4A is in all of them, and in no other).
/// Stores past the cache from AVX-512 loops gain nothing there either.
#[inline]
pub(crate) fn foresees() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("sse4a");
    #[cfg(not(target_arch = "x86_64"))]
    true
}

/// 0 until the first call, then 1 for no and 2 for yes. As [`TIER`], without a lock.
static HALVES: AtomicU8 = AtomicU8::new(0);

/// Whether the CPU takes a register of AVX-512 in two halves: AMD's family 19h (Zen 4).
#[inline]
pub(crate) fn halves() -> bool {
    match HALVES.load(Ordering::Relaxed) {
        0 => {
            let halves = family_19h();
            HALVES.store(1 + u8::from(halves), Ordering::Relaxed);
            halves
        }
        known => known == 2,
    }
}

/// Slow on a virtual machine, which asks its host: 20 to 70 us.
#[cold]
#[cfg(target_arch = "x86_64")]
fn family_19h() -> bool {
    let version = std::arch::x86_64::__cpuid(1).eax;
    let [base, more] = [version >> 8 & 0xf, version >> 20 & 0xff];
    foresees() && base + more == 0x19
}

#[cold]
#[cfg(not(target_arch = "x86_64"))]
fn family_19h() -> bool {
    false
}

#[cold]
fn first() -> Tier {
    let wanted = match std::env::var("SWATH_SIMD").as_deref() {
        Ok("baseline") => Tier::Baseline,
        Ok("avx2") => Tier::Avx2,
        Ok("avx512") | Err(_) => Tier::Avx512,
        Ok(other) => {
            eprintln!("swath: SWATH_SIMD={other} ignored: must be baseline, avx2 or avx512");
            Tier::Avx512
        }
    };
    set_tier(wanted)
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Tier {
    if !(is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")) {
        Tier::Baseline
    } else if is_x86_feature_detected!("avx512f") {
        Tier::Avx512
    } else {
        Tier::Avx2
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> Tier {
    Tier::Baseline
}
