//! Never slower than serial: every kernel at every size against itself under
//! `Control::threads(1)`, called back to back and after a rest.
//!
//! ```text
//! cargo bench --bench never_slower [-- --only NAME] [--pairs N] [--longest N]
//! ```
//! A pair is one call (or as many as take a microsecond) each way, in turn; the
//! figure is the median over the pairs of (ours - 20 ns) / serial, wanted at most
//! 1.05. Prints each kernel's worst sizes, and ends with status 1 if any is above.

#[path = "../tests/common/kernels.rs"]
#[allow(unreachable_pub)]
mod kernels;

use std::hint::black_box;
use std::time::{Duration, Instant};

use kernels::{KERNELS, Kernel};
use swath::Control;

const LIMIT: f64 = 1.05;
const ALLOWED_NS: f64 = 20.0;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1));
    // As criterion has it: `cargo bench` says `--bench`, `cargo test` does not.
    let test = !args.iter().any(|arg| arg == "--bench");
    let pairs =
        value("--pairs").map_or(if test { 3 } else { 1000 }, |n| n.parse().expect("a number"));
    let only = value("--only").map_or("", String::as_str);
    let mut lengths: Vec<usize> = (0..=16).map(|e| 1 << e).collect();
    lengths.extend([3, 7, 17, 100, 1000, 3000, 10_000, 25_000, 50_000]);
    // Products of matrices: of so many multiply-adds.
    let longest = value("--longest").map_or(0, |n| n.parse().expect("a number"));
    lengths.extend((17..32).map(|e| 1 << e).take_while(|&len| len <= longest));
    lengths.sort_unstable();
    if test {
        lengths = vec![1, 17, 1000, 1 << 16];
    }
    let kernels: Vec<&Kernel> = KERNELS.iter().filter(|k| k.name.contains(only)).collect();
    assert!(!kernels.is_empty(), "no kernel named {only}");
    let mut over = 0;
    println!(
        "{:18} {:10} {:>8} {:>10} {:>10} {:>7}  sizes above {LIMIT}",
        "", "", "worst at", "serial ns", "ours ns", "ratio"
    );
    for kernel in kernels {
        for rest in [Duration::ZERO, Duration::from_micros(300)] {
            over += report(kernel, &lengths, rest, pairs);
        }
    }
    println!("{over} above");
    if over > 0 && !test {
        std::process::exit(1);
    }
}

/// Measures one kernel at all lengths; gives how many are above the limit.
fn report(kernel: &Kernel, lengths: &[usize], rest: Duration, pairs: usize) -> usize {
    let mut results: Vec<_> =
        lengths.iter().map(|&len| (len, measure(kernel, len, rest, pairs))).collect();
    results.sort_by(|a, b| b.1.ratio.total_cmp(&a.1.ratio));
    let above: Vec<_> = results.iter().filter(|(_, m)| m.ratio > LIMIT).collect();
    let (len, worst) = &results[0];
    let name = if rest.is_zero() { "in a row" } else { "after rest" };
    let list: Vec<_> = above.iter().map(|(len, m)| format!("{len}: {:.3}", m.ratio)).collect();
    println!(
        "{:18} {name:10} {len:8} {:10.0} {:10.0} {:7.3}  {}",
        kernel.name,
        worst.serial,
        worst.ours,
        worst.ratio,
        list.join(", ")
    );
    above.len()
}

struct Measured {
    serial: f64,
    ours: f64,
    ratio: f64,
}

fn measure(kernel: &Kernel, len: usize, rest: Duration, pairs: usize) -> Measured {
    let mut call = (kernel.prepare)(len);
    let mut time = |repeats: u32| {
        if !rest.is_zero() {
            std::thread::sleep(rest);
        }
        let start = Instant::now();
        for _ in 0..repeats {
            black_box(call());
        }
        start.elapsed().as_nanos() as f64 / f64::from(repeats)
    };
    time(3);
    let once = time(1).max(1.0);
    // Back to back: as many as drown the clock's own 25 ns. After rest: once.
    let repeats = if rest.is_zero() { (2_000.0 / once).ceil() as u32 } else { 1 };
    let (mut serial, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..pairs {
        let mut alone = || Control::new().threads(1).run(|| time(repeats)).expect("no token");
        // Who goes first changes too, so that neither always finds the warm cache.
        let (s, o) = if pair % 2 == 0 {
            let s = alone();
            (s, time(repeats))
        } else {
            let o = time(repeats);
            (Control::new().threads(1).run(|| time(repeats)).expect("no token"), o)
        };
        ratios.push((o - ALLOWED_NS) / s);
        serial.push(s);
        ours.push(o);
    }
    Measured { serial: median(serial), ours: median(ours), ratio: median(ratios) }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
