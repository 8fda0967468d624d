//! Elementary functions: errors in ULP, special values, the same bits on every tier.
//!
//! ```text
//! cargo test --test math                                     samples of all inputs
//! cargo test --release --test math -- --ignored --nocapture exhaustive_f32
//!                                                            every f32
//! cargo test --release --test math -- --ignored --nocapture exhaustive_pairs
//!                                                            10^9 pairs of f32
//! cargo test --release --test math -- --ignored --nocapture exhaustive_arrays
//!                                                            array forms, every f32
//! cargo test --release --test math -- --ignored --nocapture exhaustive_f64
//!                                                            10^8 points of f64
//! SWATH_MATH_POINTS=1000000 cargo test --release --test math -- --nocapture mpfr
//!                                                            so many, all by MPFR
//! ```
//! `SWATH_MATH_FUNCTION=exp` does one function only. Each prints the worst error and
//! where it is; docs/accuracy.md keeps them.

#[path = "math/arrays.rs"]
mod arrays;
mod common;
#[path = "math/exact.rs"]
mod exact;
#[path = "math/extended.rs"]
mod extended;
#[path = "math/hard.rs"]
mod hard;
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
use std::time::Instant;

use common::{assert_same_bits, tiers};
use judge::{Block, Judged, Worst, f32_bits, f32_pairs, pairs, points};
use list::{One, Two, binary, unary};
use mpfr::{Binary, Number};
use ndarray::{Array1, array};
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

/// The array forms beside the functions in closures, for every f32: those with short ways,
/// and those that are written by hand for a tier.
#[test]
#[ignore = "a minute for each function and tier: all 2^32 inputs"]
fn exhaustive_arrays() {
    type Form = fn(&Array1<f32>) -> Array1<f32>;
    let forms: [(&str, Form); 6] = [
        ("exp", |x| swath::exp(x).unwrap()),
        ("ln", |x| swath::ln(x).unwrap()),
        ("sin", |x| swath::sin(x).unwrap()),
        ("cos", |x| swath::cos(x).unwrap()),
        ("tan", |x| swath::tan(x).unwrap()),
        ("tanh", |x| swath::tanh(x).unwrap()),
    ];
    for (name, form) in forms.into_iter().filter(|(name, _)| wanted(name)) {
        let function = unary().into_iter().find(|f| f.name == name).unwrap();
        for tier in tiers().into_iter().skip(1) {
            testing::set_tier(tier);
            in_parallel(1 << 16, |seed, _| {
                let bits = (0..1 << 16).map(|i| (seed as u32 - 1) << 16 | i);
                let x: Array1<f32> = bits.map(f32::from_bits).collect();
                assert_same_bits(&form(&x), &(function.f32)(&x), name);
            });
            println!("{name:10} the same bits in {tier:?}");
        }
    }
}

/// A thousand million pairs of f32 for each function of two.
#[test]
#[ignore = "minutes for each function: 10^9 pairs"]
fn exhaustive_pairs() {
    let mut faults = Vec::new();
    for function in two_by_two() {
        let worst = in_parallel(1_000_000_000u64.div_ceil(PAIRS as u64), |seed, worst| {
            for (x, y) in pairs(&function, PAIRS, seed) {
                worst.join(&f32_pairs(&function, &x.mapv(|x| x as f32), &y.mapv(|y| y as f32)));
            }
        });
        report(&mut faults, function.name, &worst, 1);
    }
    assert!(faults.is_empty(), "{faults:?}");
}

/// So many f64 points, or as the environment says.
fn points_asked(default: usize) -> usize {
    std::env::var("SWATH_MATH_POINTS").map_or(default, |v| v.parse().unwrap())
}

/// Points for a function of f64, with results.
trait Blocks: Sync {
    /// `n` structured ones by a seed: one pair of arrays or more.
    fn by_seed(&self, n: usize, seed: u64) -> Vec<Block>;
    /// These; for functions of two arguments with every seventh as the second.
    fn of(&self, x: &Array1<f64>) -> Vec<Block>;
}

impl Blocks for One {
    fn by_seed(&self, n: usize, seed: u64) -> Vec<Block> {
        self.of(&points(self, n, seed))
    }
    fn of(&self, x: &Array1<f64>) -> Vec<Block> {
        vec![(x.clone(), x.clone(), (self.f64)(x))]
    }
}

impl Blocks for Two {
    fn by_seed(&self, n: usize, seed: u64) -> Vec<Block> {
        let pairs = pairs(self, n, seed).into_iter();
        pairs.map(|(x, y)| ((self.f64)(&x, &y), x, y)).map(|(got, x, y)| (x, y, got)).collect()
    }
    fn of(&self, x: &Array1<f64>) -> Vec<Block> {
        let second = |&y: &f64| {
            let y = Array1::from_elem(x.len(), y);
            (x.clone(), y.clone(), (self.f64)(x, &y))
        };
        x.iter().step_by(7).map(second).collect()
    }
}

/// Hands each wanted function of f64 on, with its bound.
fn f64_functions(each: &mut dyn FnMut(&Judged<'_>, &dyn Blocks, u64)) {
    for function in one_by_one() {
        let mpfr = |to: &mut Number, (x, _): (&Number, &Number)| (function.mpfr)(to, x);
        each(&Judged { name: function.name, mpfr: &mpfr }, &function, function.steps.1);
    }
    for function in two_by_two() {
        let both = Binary::named(function.mpfr);
        let mpfr = |to: &mut Number, (x, y): (&Number, &Number)| both.call(to, x, y);
        each(&Judged { name: function.name, mpfr: &mpfr }, &function, 1);
    }
}

#[test]
fn n7_f64_functions_against_mpfr() {
    if !mpfr::is_here() {
        println!("skipped: n7_f64_functions_against_mpfr: no libmpfr.so.6");
        return;
    }
    let n = points_asked(20_000);
    let mut faults = Vec::new();
    f64_functions(&mut |judged, blocks, bound| {
        let worst = in_parallel(n.div_ceil(BLOCK) as u64, |seed, worst| {
            for block in blocks.by_seed(n.min(BLOCK), seed) {
                judged.by_mpfr(worst, &block);
            }
        });
        report(&mut faults, judged.name, &worst, bound);
    });
    assert!(faults.is_empty(), "{faults:?}");
}

/// A hundred million points of every f64 function, through the sieve.
#[test]
#[ignore = "a minute for each function: 10^8 points"]
fn exhaustive_f64() {
    if !mpfr::is_here() || !extended::is_here() {
        println!("skipped: exhaustive_f64: no libmpfr.so.6, or no 80-bit functions");
        return;
    }
    let n = points_asked(100_000_000);
    let mut faults = Vec::new();
    f64_functions(&mut |judged, blocks, bound| {
        let start = Instant::now();
        let worst = in_parallel(n.div_ceil(PAIRS) as u64, |seed, worst| {
            for block in blocks.by_seed(n.min(BLOCK), seed) {
                judged.by_sieve(worst, &block);
            }
        });
        report(&mut faults, judged.name, &worst, bound);
        println!("{:10} {:.0?}", "", start.elapsed());
    });
    assert!(faults.is_empty(), "{faults:?}");
}

/// The sieve and MPFR on the same points: they may differ by less than its margin, and
/// find the same worst result.
#[test]
fn the_sieve_finds_what_mpfr_finds() {
    if !mpfr::is_here() || !extended::is_here() {
        println!(
            "skipped: the_sieve_finds_what_mpfr_finds: no libmpfr.so.6, or no 80-bit functions"
        );
        return;
    }
    let n = points_asked(10_000);
    f64_functions(&mut |judged, blocks, _| {
        let most = Mutex::new(0f64);
        let found = in_parallel(n.div_ceil(BLOCK) as u64, |seed, worst| {
            for block in blocks.by_seed(n.min(BLOCK), seed + 1_000_000) {
                let (all, sieved, difference) = judged.by_both(&block);
                let seen = |worst: &Worst| (worst.ulp, worst.at, worst.steps, worst.points);
                assert_eq!(seen(&sieved), seen(&all), "{}", judged.name);
                let mut most = most.lock().unwrap();
                *most = most.max(difference);
                worst.join(&all);
            }
        });
        let most = most.into_inner().unwrap();
        println!("{:10} off by {most:.6} ULP at most; {found}", judged.name);
        assert!(most < judge::MARGIN / 2.0, "{}: off by {most}", judged.name);
    });
}

const BLOCK: usize = 100_000;
/// Pairs are of three kinds.
const PAIRS: usize = BLOCK / 3 * 3;

/// The worst of blocks, each with a seed of its own; a block begins with what is known.
fn in_parallel(blocks: u64, block: impl Fn(u64, &mut Worst) + Sync) -> Worst {
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
                    let mut mine = Worst { points: 0, ..*worst.lock().unwrap() };
                    block(seed + 1, &mut mine);
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
    // Up to where it overflows, far behind x ln x.
    let large = array![1e300, 2.5e305, 2.554e305, 2.556_348_163_871_690_5e305, 2.5564e305, 1e307];
    lgamma_f64(&function, &large, 0.0, BOUND);
    let n = points_asked(100_000);
    let most = Mutex::new(0f64);
    in_parallel(n.div_ceil(BLOCK) as u64, |seed, _| {
        let x = points(&function, n.min(BLOCK), seed + 10);
        let so_far = *most.lock().unwrap();
        let worst = lgamma_f64(&function, &x, so_far, BOUND);
        let mut most = most.lock().unwrap();
        *most = most.max(worst);
    });
    let most = most.into_inner().unwrap();
    println!("lgamma f64 2^{:.1}", most.log2());
}

/// The largest error of the logarithm of gamma, in units of the larger of 1 and the
/// result, above `so_far`.
fn lgamma_f64(function: &One, x: &Array1<f64>, so_far: f64, bound: f64) -> f64 {
    let got = swath::lgamma(x).unwrap();
    let sieve = extended::is_here().then(|| extended::value("lgamma"));
    let mut most = so_far;
    // Further to the left gamma leaves the exponents of MPFR; its poles are NaN there.
    let judged = |x: f64| x > -1e6 && (x > 0.0 || x != x.floor());
    let (mut input, mut value) = (Number::new(0.0), Number::new(0.0));
    let mut error = Number::new(0.0);
    for (&x, &got) in x.iter().zip(&got).filter(|(x, _)| judged(**x)) {
        if let Some(sieve) = sieve {
            let value = sieve(x, 0.0);
            let distance = (value - extended::Extended::new(got)).to_f64().abs();
            if got.is_finite() && distance < 0.99 * most * value.to_f64().abs().max(1.0) {
                continue;
            }
        }
        input.set(x);
        (function.mpfr)(&mut value, &input);
        let right = value.to_f64();
        if !right.is_finite() {
            assert!(judge::steps_f64(got, right) == 0, "lgamma({x}) = {got}, not {right}");
            continue;
        }
        input.set(got);
        error.subtract(&input, &value);
        let relative = error.to_f64().abs() / right.abs().max(1.0);
        assert!(relative <= bound, "lgamma({x}) = {got}, not {right}");
        most = most.max(relative);
    }
    most
}
