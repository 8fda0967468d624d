//! Switches for this project's own tests and benchmarks; not part of the API.
//!
//! All are process-wide and may be turned while kernels run: no result depends
//! on any of them.

use crate::{pool, simd, tuning};

/// The tiers by name, lowest first.
pub const TIERS: [&str; 3] = ["baseline", "avx2", "avx512"];

/// Lowers the tier to `name` and gives the name of the tier in force, which is a
/// lower one where the CPU lacks it.
///
/// # Panics
/// If `name` is not in [`TIERS`].
pub fn set_tier(name: &str) -> &'static str {
    let tier = match name {
        "baseline" => simd::Tier::Baseline,
        "avx2" => simd::Tier::Avx2,
        "avx512" => simd::Tier::Avx512,
        _ => panic!("no tier {name}"),
    };
    TIERS[simd::set_tier(tier) as usize - 1]
}

/// The name of the tier in force.
#[must_use]
pub fn tier() -> &'static str {
    TIERS[simd::tier() as usize - 1]
}

/// As `SWATH_PAR_MIN`.
pub fn set_par_min(ns: Option<u64>) {
    tuning::PAR_MIN.set(ns);
}

/// As `SWATH_CHUNK`.
pub fn set_chunk(bytes: Option<u64>) {
    tuning::CHUNK.set(bytes);
}

/// How many chunks threads other than the caller have done so far in this process.
#[must_use]
pub fn helped() -> u64 {
    pool::helped()
}
