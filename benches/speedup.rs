//! What all threads gain over one in products of square matrices, and what part of the
//! multiply-add peak either reaches.
//!
//! ```text
//! cargo bench --bench speedup [-- --only f64] [--sides 512,1024] [--rounds N]
//! ```
//! One thread, all threads and the peak of both take turns; of each the best of all rounds
//! counts, since whatever else runs on the machine only ever makes a call slower. Beside it
//! the median over the rounds.

#[path = "support/peak.rs"]
mod peak;

use std::hint::black_box;
use std::time::Instant;

use ndarray::Array2;
use swath::{Control, Float, Pool};

const SIDES: [usize; 7] = [512, 1000, 1008, 1024, 2016, 2048, 4096];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1));
    // As criterion has it: `cargo bench` says `--bench`, `cargo test` does not.
    let test = !args.iter().any(|arg| arg == "--bench");
    let rounds =
        value("--rounds").map_or(if test { 1 } else { 25 }, |n| n.parse().expect("a number"));
    let sides = match value("--sides") {
        Some(list) => list.split(',').map(|n| n.parse().expect("a number")).collect(),
        None if test => vec![64],
        None => SIDES.to_vec(),
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!(
        "{:4} {:>5} {:>8} {:>10} {:>10} {:>8} {:>8}  of the peak of",
        "", "side", "threads", "best GF/s", "median", "gain", "median"
    );
    for dtype in ["f32", "f64"] {
        if value("--only").is_some_and(|only| only != dtype) {
            continue;
        }
        for &side in &sides {
            match dtype {
                "f32" => report::<f32>(dtype, side, threads, rounds),
                _ => report::<f64>(dtype, side, threads, rounds),
            }
        }
    }
}

/// A size on one thread and on all.
fn report<T: Float>(dtype: &str, side: usize, threads: usize, rounds: usize) {
    let values = |step: usize| {
        Array2::from_shape_fn((side, side), |(i, j)| {
            T::from((i * 31 + j * step) % 97).expect("small") / T::from(97).expect("small")
        })
    };
    let (a, b) = (values(17), values(13));
    let mut c = Array2::<T>::zeros((side, side));
    let work = 2.0 * (side as f64).powi(3) / 1e9;
    let calls = ((0.002 * 200.0 / work) as usize).clamp(1, 1000);
    let pool = Pool::new(threads).expect("threads");
    let mut speed = |n: usize| {
        let mut call =
            || swath::matmul_into(T::one(), black_box(&a), &b, T::zero(), &mut c).expect("square");
        let seconds = pool.install(|| {
            let timed = || {
                call();
                let start = Instant::now();
                (0..calls).for_each(|_| call());
                start.elapsed().as_secs_f64()
            };
            Control::new().threads(n).run(timed).expect("no condition is set")
        });
        calls as f64 * work / seconds
    };
    let halved = if dtype == "f64" { 0.5 } else { 1.0 };
    let mut found: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut peaks = [0.0f64; 2];
    for _ in 0..rounds {
        for (i, n) in [1, threads].into_iter().enumerate() {
            found[i].push(speed(n));
            peaks[i] = peaks[i].max(halved * peak::peak(n, 1).unwrap_or(0.0));
        }
    }
    let mut gains: Vec<f64> = found[0].iter().zip(&found[1]).map(|(one, all)| all / one).collect();
    let best = found.each_ref().map(|all| all.iter().copied().fold(0.0, f64::max));
    for (i, n) in [1, threads].into_iter().enumerate() {
        let gain = match i {
            0 => String::new(),
            _ => format!("{:8.2} {:8.2}", best[1] / best[0], median(&mut gains)),
        };
        println!(
            "{dtype:4} {side:5} {n:8} {:10.0} {:10.0} {gain:17}  {:.2} of {:.0}",
            best[i],
            median(&mut found[i]),
            best[i] / peaks[i],
            peaks[i]
        );
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
