//! The limits of the machine, measured: what no library can exceed.

mod kernels;
mod memory;

use std::hint::black_box;
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use serde::Serialize;

use kernels::{Kernels, Line};

/// More than any cache: in bytes, all threads together.
const FAR: usize = 512 << 20;

/// What one thread computes before it looks at the clock: operations. Long enough that a
/// scheduler that has woken two threads on one core moves one of them away.
const FMA_FLOPS: usize = 2_000_000_000;

#[derive(Serialize)]
pub(crate) struct Calibration {
    threads: usize,
    cpu: String,
    tier: &'static str,
    limits: Limits,
}

/// In 10^9 per second; the bytes of a copy are those read and those written.
#[derive(Serialize)]
struct Limits {
    fma_f32: f64,
    fma_f64: f64,
    read: f64,
    copy: f64,
    copy_nt: f64,
    read_l2: f64,
    pool_empty_us: f64,
}

/// Measures the limits with `threads` threads that work at the same time.
pub(crate) fn all(threads: usize, quick: bool) -> Result<Calibration, String> {
    let pool = swath::Pool::new(threads).map_err(|e| e.to_string())?;
    let team = Team { threads, rounds: if quick { 4 } else { 12 } };
    let kernels = Kernels::best();
    let limits = Limits {
        fma_f32: fma(&team, kernels.fma_f32),
        fma_f64: fma(&team, kernels.fma_f64),
        read: read(&team, kernels.read, FAR / threads, 1),
        copy: copy(&team, kernels.copy),
        copy_nt: copy(&team, kernels.copy_nt),
        read_l2: read(&team, kernels.read, memory::l2_bytes() / 2, 500),
        pool_empty_us: pool_empty(&pool, &team) * 1e6,
    };
    Ok(Calibration { threads, cpu: cpu(), tier: swath::testing::tier(), limits })
}

/// Threads that start together, again and again.
struct Team {
    threads: usize,
    rounds: usize,
}

impl Team {
    /// The seconds of the best round: from the first start to the last end. Each
    /// thread makes its own data first.
    fn best<S>(&self, make: impl Fn() -> S + Sync, work: impl Fn(&mut S) + Sync) -> f64 {
        let barrier = Barrier::new(self.threads);
        let spans = Mutex::new(vec![Vec::new(); self.rounds]);
        std::thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| {
                    let mut data = make();
                    for round in 0..self.rounds {
                        barrier.wait();
                        let start = Instant::now();
                        work(&mut data);
                        let end = Instant::now();
                        spans.lock().expect("no panic").as_mut_slice()[round].push((start, end));
                    }
                });
            }
        });
        let spans = spans.into_inner().expect("no panic");
        let seconds = spans.iter().map(|spans| {
            let start = spans.iter().map(|s| s.0).min();
            let end = spans.iter().map(|s| s.1).max();
            let span = end.zip(start).map_or(Duration::MAX, |(end, start)| end - start);
            span.as_secs_f64()
        });
        seconds.fold(f64::INFINITY, f64::min)
    }
}

/// 10^9 operations per second; `kernel` does at least as many as it is told, and
/// says how many.
fn fma(team: &Team, kernel: fn(usize) -> usize) -> f64 {
    let done = kernel(FMA_FLOPS);
    let seconds = team.best(|| (), |()| _ = black_box(kernel(black_box(FMA_FLOPS))));
    (done * team.threads) as f64 / seconds / 1e9
}

/// 10^9 bytes per second, read `times` times from `bytes` for each thread.
fn read(team: &Team, kernel: fn(&[Line]) -> u64, bytes: usize, times: usize) -> f64 {
    let lines = (bytes / size_of::<Line>()).max(1);
    let seconds = team.best(
        || memory::lines(lines),
        |data| (0..times).for_each(|_| _ = black_box(kernel(black_box(data)))),
    );
    (lines * size_of::<Line>() * times * team.threads) as f64 / seconds / 1e9
}

/// 10^9 bytes per second, read and written, from one half of the memory to the other.
fn copy(team: &Team, kernel: fn(&[Line], &mut [Line])) -> f64 {
    let lines = FAR / 2 / team.threads / size_of::<Line>();
    let seconds = team.best(
        || (memory::lines(lines), memory::lines(lines)),
        |(from, to)| kernel(black_box(from), black_box(to)),
    );
    (2 * lines * size_of::<Line>() * team.threads) as f64 / seconds / 1e9
}

/// Seconds of a run that has nothing to do, with workers awake.
fn pool_empty(pool: &swath::Pool, team: &Team) -> f64 {
    const RUNS: usize = 2000;
    let chunks = team.threads;
    pool.install(|| {
        let rounds = (0..team.rounds).map(|_| {
            let start = Instant::now();
            // Said to cost a second: worth sharing.
            (0..RUNS).for_each(|_| swath::testing::run_chunks(chunks, 1e9, |_| ()));
            start.elapsed().as_secs_f64() / RUNS as f64
        });
        rounds.fold(f64::INFINITY, f64::min)
    })
}

fn cpu() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_do_what_they_are_timed_for() {
        let kernels = Kernels::best();
        assert!((kernels.fma_f32)(1000) >= 1000 && (kernels.fma_f64)(1000) >= 1000);
        // Lengths that are no multiple of what a step takes.
        for n in [0, 1, 7, 64, 1001] {
            let from: Vec<Line> = (0..n).map(|i| Line([i as u64; 8])).collect();
            let sum = (0..n as u64).sum::<u64>() * 8;
            assert_eq!((kernels.read)(&from), sum);
            for copy in [kernels.copy, kernels.copy_nt] {
                let mut to = vec![Line([u64::MAX; 8]); n];
                copy(&from, &mut to);
                assert!(from == to);
            }
        }
    }

    #[test]
    fn limits_are_numbers_that_can_be() {
        let l = Team { threads: 2, rounds: 2 };
        assert!((0.01..1e5).contains(&fma(&l, Kernels::best().fma_f32)));
        assert!((0.01..1e5).contains(&read(&l, Kernels::best().read, 1 << 20, 4)));
    }
}
