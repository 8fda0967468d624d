//! What the runner costs: empty runs, small work back to back, work after rest;
//! rayon's `par_iter` beside each.
//!
//! Serial and ours run in turn, then serial and rayon's; the figures are medians of
//! the ratios of neighbours, so that a machine whose speed drifts does not matter.
//! Under `cargo test` each case runs a few times only.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use swath::testing::run_chunks;

/// Work that takes about `ns`: a chain of multiplications that no core shortens.
fn work(steps: u64) -> u64 {
    let mut x = black_box(1u64);
    for _ in 0..steps {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    }
    x
}

fn calibrate() -> f64 {
    let time = |steps| {
        let start = Instant::now();
        black_box(work(steps));
        start.elapsed().as_nanos() as f64
    };
    time(1_000_000);
    let mut times: Vec<f64> = (0..25).map(|_| time(1_000_000)).collect();
    times.sort_by(f64::total_cmp);
    times[12] / 1_000_000.0
}

fn time(rest: Duration, f: impl Fn()) -> f64 {
    if !rest.is_zero() {
        std::thread::sleep(rest);
    }
    let start = Instant::now();
    f();
    start.elapsed().as_nanos() as f64 / 1000.0
}

struct Case {
    name: &'static str,
    work_us: f64,
    chunks: usize,
    rest_ms: u64,
    limit: &'static str,
}

const CASES: &[Case] = &[
    Case { name: "back to back", work_us: 0.0, chunks: 2, rest_ms: 0, limit: "<= 1 us" },
    Case { name: "back to back", work_us: 10.0, chunks: 8, rest_ms: 0, limit: "<= 0.75" },
    Case { name: "back to back", work_us: 40.0, chunks: 8, rest_ms: 0, limit: "" },
    Case { name: "back to back", work_us: 100.0, chunks: 8, rest_ms: 0, limit: "<= 0.58" },
    Case { name: "back to back", work_us: 1000.0, chunks: 8, rest_ms: 0, limit: "" },
    Case { name: "after 3 ms", work_us: 50.0, chunks: 8, rest_ms: 3, limit: "<= 1.05" },
    Case { name: "after 3 ms", work_us: 500.0, chunks: 16, rest_ms: 3, limit: "<= 0.68, p90 0.75" },
    Case { name: "after 3 ms", work_us: 2000.0, chunks: 64, rest_ms: 3, limit: "<= 0.57" },
];

fn main() {
    // As criterion has it: `cargo bench` says `--bench`, `cargo test` does not.
    let quick = !std::env::args().any(|arg| arg == "--bench");
    let step_ns = calibrate();
    println!("threads: {}, {step_ns:.3} ns a step", std::thread::available_parallelism().unwrap());
    println!(
        "{:13} {:>8} {:>6} {:>9} {:>9} {:>8} {:>8} {:>9} {:>8} {:>8}  wanted",
        "", "work us", "chunks", "serial", "swath", "ratio", "p90", "rayon", "ratio", "p90"
    );
    for case in CASES {
        run(case, step_ns, quick);
    }
}

fn run(case: &Case, step_ns: f64, quick: bool) {
    let steps = (case.work_us * 1000.0 / step_ns / case.chunks as f64) as u64;
    let rest = Duration::from_millis(case.rest_ms);
    let serial = || (0..case.chunks).for_each(|_| _ = black_box(work(steps)));
    // An empty run is said to be worth sharing, or it would not be shared at all.
    let cost = (case.work_us * 1000.0).max(10_000.0);
    let ours = || run_chunks(case.chunks, cost, |_| _ = black_box(work(steps)));
    let theirs = || (0..case.chunks).into_par_iter().for_each(|_| _ = black_box(work(steps)));
    let rounds = if quick { 3 } else { (2_000_000.0 / (case.work_us + 20.0)) as usize }.min(4000);
    let rounds = if case.rest_ms > 0 { rounds.min(400) } else { rounds };
    // Back to back means each contender many times in a row: blocks, not single calls.
    let block = if case.rest_ms > 0 || quick { 1 } else { 50 };
    let in_turn = |contender: &dyn Fn()| {
        let (mut serial_us, mut us) = (Vec::new(), Vec::new());
        for _ in 0..rounds.div_ceil(block) {
            serial_us.extend((0..block).map(|_| time(rest, serial)));
            us.extend((0..block).map(|_| time(rest, contender)));
        }
        (serial_us, us)
    };
    // Each against serial by itself: rayon leaves the caller on another core, and
    // what that does to the next call is not to be charged to us.
    let (s, o) = in_turn(&ours);
    let (ours, ours90) = ratios(&o, &s);
    let (s_theirs, t) = in_turn(&theirs);
    let (theirs, theirs90) = ratios(&t, &s_theirs);
    println!(
        "{:13} {:8} {:6} {:9.2} {:9.2} {:8.3} {:8.3} {:9.2} {:8.3} {:8.3}  {}",
        case.name,
        case.work_us,
        case.chunks,
        quantile(&s, 0.5),
        quantile(&o, 0.5),
        ours,
        ours90,
        quantile(&t, 0.5),
        theirs,
        theirs90,
        case.limit
    );
}

/// The median and the 90th percentile of the ratios of neighbours.
fn ratios(ours: &[f64], serial: &[f64]) -> (f64, f64) {
    let ratios: Vec<f64> = ours.iter().zip(serial).map(|(o, s)| o / s).collect();
    (quantile(&ratios, 0.5), quantile(&ratios, 0.9))
}

fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * q) as usize]
}
