//! What tasks cost: from submit to start, empty tasks by the million, pairs, and how
//! soon a cancelled kernel stops.
//!
//! Under `cargo test` each case runs a few times only. With arguments, only the cases
//! whose names contain one of them.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ndarray::{Array1, Array2};
use swath::conv::Border;
use swath::image::gaussian_filter;
use swath::scan::cumsum;
use swath::{Pool, Task, TaskError, map, matmul, task};

/// A case, to be run quickly or in full.
type Case = fn(bool);

fn main() {
    // As criterion has it: `cargo bench` says `--bench`, `cargo test` does not.
    let quick = !std::env::args().any(|arg| arg == "--bench");
    let only: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let threads = std::thread::available_parallelism().unwrap().get();
    println!("threads: {threads}");
    let cases: [(&str, Case); 8] = [
        ("start awake", |quick| start("start awake", Duration::ZERO, quick)),
        ("start asleep", |quick| start("start asleep", Duration::from_millis(3), quick)),
        ("empty", empty),
        ("pairs", pairs),
        ("cancel matmul", cancel_matmul),
        ("cancel Gaussian", cancel_gaussian),
        ("cancel cumsum", cancel_cumsum),
        ("cancel map", cancel_map),
    ];
    for (name, run) in cases {
        if only.is_empty() || only.iter().any(|word| name.contains(word.as_str())) {
            run(quick);
        }
    }
}

/// From the call of `submit` to the first line of the task, and what `submit` takes.
fn start(name: &str, rest: Duration, quick: bool) {
    let pool = Pool::new(std::thread::available_parallelism().unwrap().get().max(2)).unwrap();
    let rounds = if quick {
        5
    } else if rest.is_zero() {
        20_000
    } else {
        1_000
    };
    let begin = Instant::now();
    let (mut starts, mut submits) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        if rest.is_zero() {
            // Less than a worker looks around.
            spin(Duration::from_micros(10));
        } else {
            std::thread::sleep(rest);
        }
        let started = Arc::new(AtomicU64::new(0));
        let inside = Arc::clone(&started);
        let before = Instant::now();
        let task = pool.submit(move || {
            inside.store(begin.elapsed().as_nanos() as u64, Ordering::Release);
        });
        submits.push(before.elapsed().as_nanos() as f64 / 1e3);
        // Not joined: this thread would run it.
        while !task.is_done() {
            std::hint::spin_loop();
        }
        let before = (before - begin).as_nanos() as u64;
        starts.push((started.load(Ordering::Acquire) - before) as f64 / 1e3);
    }
    println!(
        "{name:13} median {:6.2} us, p90 {:6.2}, p99 {:7.2}; submit itself {:5.2} us, p90 {:5.2}",
        quantile(&starts, 0.5),
        quantile(&starts, 0.9),
        quantile(&starts, 0.99),
        quantile(&submits, 0.5),
        quantile(&submits, 0.9),
    );
}

fn spin(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}

/// Empty tasks: submitted in batches and joined; in a scope; started by a task.
fn empty(quick: bool) {
    let total = if quick { 1_000 } else { 2_000_000 };
    for threads in [1, 2] {
        let pool = Pool::new(threads).unwrap();
        let report = |name: &str, run: &dyn Fn()| {
            let (mut rates, mut core_rates) = (Vec::new(), Vec::new());
            for _ in 0..if quick { 1 } else { 7 } {
                let (wall, cpu) = (Instant::now(), cpu_seconds());
                run();
                let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
                rates.push(total as f64 / wall / 1e6);
                core_rates.push(total as f64 / cpu / 1e6);
            }
            println!(
                "empty, {name:16} {threads} workers: {:.2} million/s, {:.2} ({:.2}-{:.2}) million per second of a core",
                quantile(&rates, 0.5),
                quantile(&core_rates, 0.5),
                quantile(&core_rates, 0.0),
                quantile(&core_rates, 1.0),
            );
        };
        report("joined", &|| {
            let mut sum = 0;
            for _ in 0..total / 1000 {
                let tasks: Vec<_> = (0..1000u64).map(|i| pool.submit(move || i)).collect();
                sum += tasks.into_iter().map(|task| task.join().unwrap()).sum::<u64>();
            }
            assert_eq!(sum, total / 1000 * 499_500);
        });
        report("of a scope", &|| {
            let sum = AtomicU64::new(0);
            pool.scope(|s| {
                for _ in 0..total {
                    s.submit(|| _ = sum.fetch_add(1, Ordering::Relaxed));
                }
            });
            assert_eq!(sum.into_inner(), total);
        });
        report("map_ordered", &|| {
            let sum: u64 = pool.map_ordered(0..total, 256, |i| i).map(Result::unwrap).sum();
            assert_eq!(sum, total * (total - 1) / 2);
        });
    }
}

/// A tree of pairs with next to nothing in its leaves.
fn pairs(quick: bool) {
    fn tree(depth: u32) -> u64 {
        if depth == 0 {
            return black_box(1);
        }
        let (a, b) = task::join(|| tree(depth - 1), || tree(depth - 1));
        a + b
    }
    let depth = if quick { 6 } else { 20 };
    for threads in [1, 2] {
        let pool = Pool::new(threads).unwrap();
        let mut times: Vec<f64> = (0..5)
            .map(|_| {
                let start = Instant::now();
                assert_eq!(pool.install(|| tree(depth)), 1 << depth);
                start.elapsed().as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("pairs, {threads} workers: {:.1} ns each", times[2] * 1e9 / f64::from(1 << depth));
    }
}

fn cancel_matmul(quick: bool) {
    let m = if quick { 256 } else { 8192 };
    let square = Arc::new(Array2::<f32>::ones((m, m)));
    stops("matmul 8192", quick, move || {
        let a = Arc::clone(&square);
        Box::new(move || {
            let product = matmul(&a, &a).unwrap();
            f64::from(product[(0, 0)]) - a.nrows() as f64
        })
    });
}

fn cancel_gaussian(quick: bool) {
    let size = if quick { (180, 320) } else { (4320, 7680) };
    let image = Arc::new(Array2::<f32>::ones(size));
    stops("Gaussian 8K", quick, move || {
        let a = Arc::clone(&image);
        Box::new(move || {
            f64::from(gaussian_filter(&*a, 20.0, Border::Reflect).unwrap()[(0, 0)] - 1.0).round()
        })
    });
}

fn cancel_cumsum(quick: bool) {
    let n = if quick { 10_000 } else { 100_000_000 };
    let ones = Arc::new(Array1::<f64>::ones(n));
    stops("cumsum 10^8", quick, move || {
        let a = Arc::clone(&ones);
        Box::new(move || cumsum(&*a, 0).unwrap()[a.len() - 1] - a.len() as f64)
    });
}

fn cancel_map(quick: bool) {
    let n = if quick { 10_000 } else { 100_000_000 };
    let long = Arc::new(Array2::<f32>::zeros((1, n)));
    stops("map 10^8", quick, move || {
        let a = Arc::clone(&long);
        Box::new(move || {
            f64::from(map!(&*a, |x| (x + 1.0).sqrt().sqrt().sqrt()).unwrap()[(0, 0)] - 1.0)
        })
    });
}

type Work = Box<dyn FnOnce() -> f64 + Send>;

/// How long after `cancel` a running kernel has ended.
fn stops(name: &str, quick: bool, make: impl Fn() -> Work) {
    let pool = Pool::new(std::thread::available_parallelism().unwrap().get().max(2)).unwrap();
    let rounds = if quick { 3 } else { 200 };
    let memory = resident();
    // How long it takes, at most what a random moment may lie away.
    let start = Instant::now();
    if quick || !name.starts_with("matmul") {
        assert_eq!(pool.submit(make()).join().unwrap(), 0.0, "{name}");
    }
    let whole = start.elapsed().as_secs_f64().clamp(0.0, 0.1);
    let whole = if name.starts_with("matmul") && !quick { 0.1 } else { whole };
    let (mut latencies, mut whole_runs) = (Vec::new(), 0);
    let mut random = 1u64;
    for _ in 0..rounds {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = (random >> 33) as f64 / (1u64 << 31) as f64 * whole;
        let task: Task<f64> = pool.submit(make());
        std::thread::sleep(Duration::from_secs_f64(moment));
        let before = Instant::now();
        task.cancel();
        while !task.is_done() {
            std::thread::yield_now();
        }
        latencies.push(before.elapsed().as_secs_f64() * 1e3);
        match task.join() {
            Ok(value) => {
                assert_eq!(value, 0.0);
                whole_runs += 1;
            }
            Err(TaskError::Cancelled(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    // Nobody works on, the memory is back, and the next answer is right.
    std::thread::sleep(Duration::from_millis(5));
    let cpu = cpu_seconds();
    std::thread::sleep(Duration::from_millis(100));
    let idle = cpu_seconds() - cpu;
    let kept = resident() - memory;
    let start = Instant::now();
    let sum = pool.install(|| swath::sum(&Array2::<f64>::ones((1000, 1000))));
    assert_eq!(sum, 1e6);
    println!(
        "cancel {name:12} median {:6.2} ms, p99 {:6.2}, worst {:6.2}; {whole_runs} of {rounds} were whole; \
         after it {:.1} ms of processor time in 100, {kept:+.0} MB, a right sum in {:.2} ms",
        quantile(&latencies, 0.5),
        quantile(&latencies, 0.99),
        quantile(&latencies, 1.0),
        idle * 1e3,
        start.elapsed().as_secs_f64() * 1e3,
    );
}

/// Processor time of this process so far.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let main = || stat.split(' ').next()?.parse::<f64>().ok();
    // Of all threads: the file above is the main one's.
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let each = threads.filter_map(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<f64>().ok()
    });
    let sum: f64 = each.sum();
    sum.max(main().unwrap_or(0.0)) / 1e9
}

/// Resident memory, in MB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status.split(' ').nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    pages * 4096.0 / 1e6
}

fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * q) as usize]
}
