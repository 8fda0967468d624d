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

/// Lets the next `n` worker threads start and refuses those after them; `None`
/// lets all.
pub fn fail_spawns_after(n: Option<usize>) {
    pool::fail_spawns_after(n);
}

/// A run of `n` chunks said to cost `cost_ns` in all: the bare runner.
pub fn run_chunks(n: usize, cost_ns: f64, body: impl Fn(usize) + Sync) {
    pool::each(n, cost_ns, body);
}

/// A run in order, bare: see `pool::run_in_order`. Gives every chunk's carry-in.
pub fn run_in_order(n: usize, cost_ns: f64, first: impl Fn(usize) -> u64 + Sync) -> Vec<u64> {
    let before: Vec<_> = (0..n).map(|_| std::sync::atomic::AtomicU64::new(u64::MAX)).collect();
    pool::run_in_order(
        n,
        cost_ns,
        || (),
        0,
        |(), i| first(i),
        |carry: &u64, own| carry.wrapping_mul(31).wrapping_add(*own),
        |(), i, _, carry| before[i].store(carry, std::sync::atomic::Ordering::Relaxed),
    );
    before.into_iter().map(std::sync::atomic::AtomicU64::into_inner).collect()
}

/// A run whose scratch is made by `scratch`, one for each participant.
pub fn run_with_scratch<S>(
    n: usize,
    cost_ns: f64,
    scratch: impl Fn() -> S + Sync,
    body: impl Fn(&mut S, usize) -> std::ops::ControlFlow<()> + Sync,
) -> std::ops::ControlFlow<()> {
    pool::run(n, cost_ns, scratch, body)
}
