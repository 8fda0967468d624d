//! Elementary functions: errors in ULP, special values, the same bits on every tier.
//!
//! ```text
//! cargo test --test math                                     samples of all inputs
//! cargo test --release --test math -- --ignored --nocapture exhaustive_f32
//!                                                            every f32
//! cargo test --release --test math -- --ignored --nocapture exhaustive_pairs
//!                                                            10^9 pairs of f32
//! SWATH_MATH_POINTS=100000000 cargo test --release --test math -- --nocapture mpfr
//!                                                            that many f64 points
//! ```
//! `SWATH_MATH_FUNCTION=exp` does one function only. Each prints the worst error and
//! where it is; docs/accuracy.md keeps them.

#[path = "math/arrays.rs"]
mod arrays;
mod common;
#[path = "math/exact.rs"]
mod exact;
#[path = "math/judge.rs"]
mod judge;
#[path = "math/list.rs"]
mod list;
#[path = "math/logaddexp.rs"]
mod logaddexp;
#[path = "math/mpfr.rs"]
mod mpfr;
#[path = "math/special.rs"]
mod special;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use common::{assert_same_bits, tiers};
use judge::{Worst, f32_bits, f32_pairs, f64_pairs, f64_points, pairs, points};
use list::{One, Two, binary, unary};
use ndarray::Array1;
use swath::testing;

/// Whether the environment asks for this function, or for none.
fn wanted(name: &str) -> bool {
    std::env::var("SWATH_MATH_FUNCTION").map_or(true, |only| only == name)
}

/// Prints the worst of a function, and keeps its name if that is too bad.
fn report(faults: &mut Vec<&'static str>, name: &'static str, worst: &Worst, bound: u64) {
    println!("{name:10} {worst}");
    if worst.steps > bound {
        faults.push(name);
    }
}

fn one_by_one() -> impl Iterator<Item = One> {
    unary().into_iter().filter(|f| wanted(f.name))
}

fn two_by_two() -> impl Iterator<Item = Two> {
    binary().into_iter().filter(|f| wanted(f.name))
}

#[test]
fn n7_f32_functions_on_a_sample_of_all_inputs() {
    let mut faults = Vec::new();
    for function in one_by_one() {
        let mut worst = f32_bits(&function, (0..=u32::MAX).step_by(4099));
        // Every power of two with its neighbours, and those of the function's steps.
        let near = |bits: u32| (0..9).map(move |i| bits.wrapping_add(i).wrapping_sub(4));
        worst.join(&f32_bits(&function, (0..512).flat_map(|e| near(e << 23))));
        let step = function.step;
        let steps = (-2000..2000).map(|k| (f64::from(k) * step) as f32);
        worst.join(&f32_bits(&function, steps.flat_map(|x| near(x.to_bits()))));
        report(&mut faults, function.name, &worst, function.steps.0);
    }
    for function in two_by_two() {
        let mut worst = Worst::default();
        for (x, y) in pairs(&function, 600_000, 2) {
            worst.join(&f32_pairs(&function, &x.mapv(|x| x as f32), &y.mapv(|y| y as f32)));
        }
        report(&mut faults, function.name, &worst, 1);
    }
    assert!(faults.is_empty(), "{faults:?}");
}

/// Every f32 of both signs, in parallel.
#[test]
#[ignore = "minutes for each function: all 2^32 inputs"]
fn exhaustive_f32() {
    let mut faults = Vec::new();
    for function in one_by_one() {
        let (next, worst) = (AtomicU32::new(0), Mutex::new(Worst::default()));
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(1, Into::into) {
                scope.spawn(|| {
                    let mut mine = Worst::default();
                    loop {
                        let block = next.fetch_add(1, Ordering::Relaxed);
                        if block >= 1 << 16 {
                            return worst.lock().unwrap().join(&mine);
                        }
                        mine.join(&f32_bits(&function, (0..1 << 16).map(|i| block << 16 | i)));
                    }
                });
            }
        });
        report(&mut faults, function.name, &worst.into_inner().unwrap(), function.steps.0);
    }
    assert!(faults.is_empty(), "{faults:?}");
}

/// A thousand million pairs of f32 for each function of two.
#[test]
#[ignore = "minutes for each function: 10^9 pairs"]
fn exhaustive_pairs() {
    const BLOCK: usize = 100_000;
    let mut faults = Vec::new();
    for function in two_by_two() {
        let worst = in_parallel(1_000_000_000u64.div_ceil(BLOCK as u64), |seed| {
            let mut worst = Worst::default();
            for (x, y) in pairs(&function, BLOCK, seed) {
                worst.join(&f32_pairs(&function, &x.mapv(|x| x as f32), &y.mapv(|y| y as f32)));
            }
            worst
        });
        report(&mut faults, function.name, &worst, 1);
    }
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn n7_f64_functions_against_mpfr() {
    if !mpfr::is_here() {
        println!("skipped: n7_f64_functions_against_mpfr: no libmpfr.so.6");
        return;
    }
    let n: usize = std::env::var("SWATH_MATH_POINTS").map_or(20_000, |v| v.parse().unwrap());
    let mut faults = Vec::new();
    let blocks = n.div_ceil(100_000) as u64;
    for function in one_by_one() {
        let worst = in_parallel(blocks, |seed| {
            f64_points(&function, &points(&function, n.min(100_000), seed))
        });
        report(&mut faults, function.name, &worst, function.steps.1);
    }
    for function in two_by_two() {
        let worst = in_parallel(blocks, |seed| {
            let mut worst = Worst::default();
            for (x, y) in pairs(&function, n.min(100_000), seed) {
                worst.join(&f64_pairs(&function, &x, &y));
            }
            worst
        });
        report(&mut faults, function.name, &worst, 1);
    }
    assert!(faults.is_empty(), "{faults:?}");
}

/// The worst of blocks, each with a seed of its own.
fn in_parallel(blocks: u64, block: impl Fn(u64) -> Worst + Sync) -> Worst {
    let (next, worst) = (AtomicU32::new(0), Mutex::new(Worst::default()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(blocks as usize);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = u64::from(next.fetch_add(1, Ordering::Relaxed));
                    if seed >= blocks {
                        return;
                    }
                    let mine = block(seed + 1);
                    worst.lock().unwrap().join(&mine);
                }
            });
        }
    });
    worst.into_inner().unwrap()
}

#[test]
fn n6_the_same_bits_on_every_tier() {
    for function in unary() {
        let wide = points(&function, 4000, 7);
        let single: Array1<f32> = wide.mapv(|x| x as f32);
        let mut first = None;
        for tier in tiers() {
            testing::set_tier(tier);
            let got = ((function.f32)(&single), (function.f64)(&wide));
            let first = first.get_or_insert_with(|| got.clone());
            assert_same_bits(&got.0, &first.0, function.name);
            assert_same_bits(&got.1, &first.1, function.name);
        }
    }
    for function in binary() {
        for (x, y) in pairs(&function, 6000, 7) {
            let single = (x.mapv(|x| x as f32), y.mapv(|y| y as f32));
            let mut first = None;
            for tier in tiers() {
                testing::set_tier(tier);
                let got = ((function.f32)(&single.0, &single.1), (function.f64)(&x, &y));
                let first = first.get_or_insert_with(|| got.clone());
                assert_same_bits(&got.0, &first.0, function.name);
                assert_same_bits(&got.1, &first.1, function.name);
            }
        }
    }
}

#[test]
fn odd_functions_are_odd_and_even_ones_even() {
    for function in unary().iter().filter(|f| f.parity != 0) {
        let x = points(function, 20_000, 3);
        let (there, back) = ((function.f64)(&x), (function.f64)(&-&x));
        assert_same_bits(&there, &(back * f64::from(function.parity)), function.name);
    }
}

/// The logarithm of gamma, whose zeros allow no bound in ULP.
#[test]
fn n7_lgamma() {
    const BOUND: f64 = 1.0 / (1u64 << 49) as f64;
    let x: Array1<f32> = (0..=u32::MAX).step_by(4099).map(f32::from_bits).collect();
    let mut worst = Worst::default();
    for (&x, &got) in x.iter().zip(&swath::lgamma(&x).unwrap()) {
        let judge = list::lgamma(f64::from(x));
        if x < 0.0 && judge.abs() < 0.01 {
            assert!((f64::from(got) - judge).abs() < BOUND + 0.01 * f64::from(f32::EPSILON));
        } else {
            judge::judge_f32(&mut worst, (x.into(), 0.0), got, judge);
        }
    }
    println!("lgamma f32 {worst}");
    assert!(worst.steps <= 1, "{worst}");
    if !mpfr::is_here() {
        println!("skipped: n7_lgamma in f64: no libmpfr.so.6");
        return;
    }
    let function = list::lgamma_f64();
    let x = points(&function, 100_000, 11);
    let got = swath::lgamma(&x).unwrap();
    let mut most = 0f64;
    // Further to the left gamma leaves the exponents of MPFR; its poles are NaN there.
    let judged = |x: f64| x > -1e6 && (x > 0.0 || x != x.floor());
    for (&x, &got) in x.iter().zip(&got).filter(|(x, _)| judged(**x)) {
        let (mut input, mut value) = (mpfr::Number::new(x), mpfr::Number::new(0.0));
        (function.mpfr)(&mut value, &input);
        let right = value.to_f64();
        if !right.is_finite() {
            assert!(judge::steps_f64(got, right) == 0, "lgamma({x}) = {got}, not {right}");
            continue;
        }
        input.set(got);
        let mut error = mpfr::Number::new(0.0);
        error.subtract(&input, &value);
        let relative = error.to_f64().abs() / right.abs().max(1.0);
        assert!(relative <= BOUND, "lgamma({x}) = {got}, not {right}");
        most = most.max(relative);
    }
    println!("lgamma f64 2^{:.1}", most.log2());
}
