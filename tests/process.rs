//! What concerns the whole process: threads started and ended, forks, memory.
//!
//! One test at a time: they count the process's threads and fork it.
#![cfg(target_os = "linux")]

#[path = "common/kernels.rs"]
#[allow(unreachable_pub)]
mod kernels;
#[path = "common/watchdog.rs"]
#[allow(unreachable_pub)]
mod watchdog;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use kernels::KERNELS;
use swath::conv::Border;
use swath::testing::{fail_spawns_after, helped, run_chunks, set_par_min};
use swath::{Control, Error, Pool};
use watchdog::watchdog;

const DEAR: f64 = 1e9;

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Our worker threads in this process.
fn workers() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.starts_with("swath-")).count()
}

/// Waits for what the system does a moment later.
fn soon(what: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(20);
    while !what() {
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

fn sum_of_chunks(n: usize) -> usize {
    let sum = AtomicUsize::new(0);
    run_chunks(n, DEAR, |i| _ = sum.fetch_add(i, Ordering::Relaxed));
    sum.into_inner()
}

#[test]
fn t4_a_dropped_pool_leaves_no_thread() {
    let _alone = alone();
    let before = workers();
    for _ in 0..50 {
        let pool = Pool::new(4).unwrap();
        assert_eq!(pool.install(|| sum_of_chunks(100)), 4950);
        assert!(soon(|| workers() == before + 4));
        drop(pool);
        assert!(soon(|| workers() == before));
    }
    // Never used.
    drop(Pool::new(4).unwrap());
    assert!(soon(|| workers() == before));
}

#[test]
fn t4_a_pool_may_be_dropped_from_inside_a_chunk() {
    let _alone = alone();
    let before = workers();
    watchdog(60, || {
        for _ in 0..50 {
            let pool = Pool::new(3).unwrap();
            let control = pool.install(Control::current);
            let pool = Mutex::new(Some(pool));
            let chunks = AtomicUsize::new(0);
            control
                .run(|| {
                    run_chunks(20, DEAR, |i| {
                        if i == 7 {
                            drop(pool.lock().unwrap().take());
                        }
                        chunks.fetch_add(1, Ordering::Relaxed);
                    });
                })
                .unwrap();
            assert_eq!(chunks.into_inner(), 20);
        }
    });
    assert!(soon(|| workers() == before));
}

#[test]
fn t8_fewer_threads_than_asked_give_the_same_answers() {
    let _alone = alone();
    for left in 0..5 {
        fail_spawns_after(Some(left));
        let pool = Pool::new(4);
        fail_spawns_after(None);
        match pool {
            Ok(pool) => {
                assert!(left > 0);
                assert_eq!(pool.threads(), left.min(4));
                assert_eq!(pool.install(|| sum_of_chunks(100)), 4950);
            }
            Err(error) => {
                assert_eq!(left, 0);
                assert!(matches!(error, Error::Threads { asked: 4, .. }), "{error}");
            }
        }
    }
    // The shared pool, in a child that has none yet: the caller alone.
    let status = in_child(|| {
        fail_spawns_after(Some(0));
        sum_of_chunks(100) == 4950 && workers() == 0
    });
    assert_eq!(status, Some(0));
    assert!(Pool::new(0).is_err());
}

#[test]
fn knobs_out_of_range_are_refused() {
    let error = Pool::new(0).unwrap_err();
    assert_eq!(error.to_string(), "Pool::new: threads is 0, must be from 1 to 4096");
}

/// Forks; the child runs `f` under an alarm and exits with 0 for `true`. `None`:
/// it was killed, by the alarm if it hung.
fn in_child(f: impl FnOnce() -> bool) -> Option<i32> {
    // SAFETY: the child calls only what this library promises to survive a fork,
    // and leaves by `_exit`.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", std::io::Error::last_os_error()),
        0 => {
            // SAFETY: no preconditions.
            unsafe { libc::alarm(30) };
            let ok = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(if matches!(ok, Ok(true)) { 0 } else { 1 }) }
        }
        child => {
            let mut status = 0;
            // SAFETY: a child of ours, and a local for its status.
            unsafe { libc::waitpid(child, &raw mut status, 0) };
            libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status))
        }
    }
}

#[test]
fn t5_fork_before_and_after_first_use_and_child_of_a_child() {
    let _alone = alone();
    let works = || sum_of_chunks(100) == 4950;
    for _ in 0..20 {
        assert_eq!(in_child(works), Some(0));
        assert!(works());
        assert_eq!(in_child(|| works() && in_child(works) == Some(0) && works()), Some(0));
    }
    let pool = Pool::new(3).unwrap();
    assert_eq!(pool.install(|| sum_of_chunks(100)), 4950);
    let child = || {
        let installed = pool.install(|| sum_of_chunks(100)) == 4950;
        installed && soon(|| workers() == 3)
    };
    assert_eq!(in_child(child), Some(0));
    assert_eq!(pool.install(|| sum_of_chunks(100)), 4950);
}

#[test]
fn t5_a_pool_of_the_parents_may_be_dropped_in_the_child() {
    let _alone = alone();
    for _ in 0..20 {
        let mut pool = Some(Pool::new(3).unwrap());
        pool.as_ref().unwrap().install(|| sum_of_chunks(100));
        assert_eq!(
            in_child(|| {
                drop(pool.take());
                sum_of_chunks(10) == 45
            }),
            Some(0)
        );
    }
}

#[test]
fn t5_a_parent_that_used_only_rayon() {
    use rayon::prelude::*;
    let _alone = alone();
    let status = in_child(|| {
        // In a child, so that no other test has used our pool in this process.
        let sum: usize = (0..1000usize).into_par_iter().sum();
        sum == 499_500 && (0..20).all(|_| in_child(|| sum_of_chunks(100) == 4950) == Some(0))
    });
    assert_eq!(status, Some(0));
}

/// `forks` forks while two threads run kernels.
fn forks_of_a_busy_parent(forks: usize, child: impl Fn() -> bool) {
    let end = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let end = Arc::clone(&end);
            thread::spawn(move || {
                while !end.load(Ordering::Relaxed) {
                    assert_eq!(sum_of_chunks(30), 435);
                }
            })
        })
        .collect();
    let failed = (0..forks).find(|_| in_child(&child) != Some(0));
    end.store(true, Ordering::Relaxed);
    busy.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(failed, None, "a child failed or hung");
}

/// Every kernel's bits, on arrays that are cut into several chunks, with the pool
/// forced.
fn bits_of_all_kernels() -> Vec<(&'static str, u64)> {
    KERNELS.iter().map(|kernel| (kernel.name, (kernel.prepare)(40_000)())).collect()
}

/// Whether every kernel gives `expected` here; tells the first that does not.
fn same_bits(expected: &[(&'static str, u64)]) -> bool {
    let got = bits_of_all_kernels();
    let other = got.iter().zip(expected).find(|(got, expected)| got != expected);
    if let Some(((name, got), (_, expected))) = other {
        eprintln!("{name}: {got:#x}, expected {expected:#x}");
    }
    other.is_none()
}

/// Forks a busy parent; each child runs every kernel, with help, and must find the
/// parent's bits.
fn children_run_every_kernel(forks: usize) {
    set_par_min(Some(0));
    let expected = bits_of_all_kernels();
    forks_of_a_busy_parent(forks, || {
        let before = helped();
        // A helper is never waited for, so one may come too late for a short run.
        let same = same_bits(&expected) && sum_of_chunks(100) == 4950;
        same && soon(|| same_bits(&expected) && helped() > before)
    });
    set_par_min(None);
}

#[test]
fn t5_fork_running() {
    let _alone = alone();
    children_run_every_kernel(60);
}

/// `cargo test --release --test process -- --ignored`
#[test]
#[ignore = "a minute"]
fn t5_two_thousand_forks_of_a_busy_parent() {
    let _alone = alone();
    children_run_every_kernel(2000);
}

#[test]
fn s8_memory_that_the_system_refuses_is_an_error() {
    let _alone = alone();
    let refused = |error: Error| matches!(error, Error::Memory { .. });
    let status = in_child(|| {
        // Everything that is made once is made first.
        sum_of_chunks(100);
        let limit = libc::rlimit { rlim_cur: 0, rlim_max: libc::RLIM_INFINITY };
        let limit = libc::rlimit { rlim_cur: (resident() as u64 * 1024) + (1 << 30), ..limit };
        let column = ndarray::Array2::<f64>::ones((40_000, 1));
        let wide = column.broadcast((40_000, 40_000)).unwrap();
        let filter = ndarray::Array2::<f64>::ones((1, 1));
        // SAFETY: a limit for this child alone.
        unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
        // 12.8 GB each.
        refused(swath::map!(&wide, |x| x + 1.0).unwrap_err())
            && refused(swath::matmul(&column, &column.t()).unwrap_err())
            && refused(swath::conv::correlate(&wide, &filter, Border::Reflect).unwrap_err())
            && refused(swath::image::gaussian_filter(&wide, 1.0, Border::Reflect).unwrap_err())
            && swath::map!(&column, |x| x + 1.0).is_ok()
    });
    assert_eq!(status, Some(0));
}

/// A product whose operands are to be copied into panels, with no memory for them: an
/// error, and C as it was, where the panels are for all; else it goes on without.
#[test]
fn s8_packing_without_memory_is_an_error_or_done_without() {
    let _alone = alone();
    let status = in_child(|| {
        sum_of_chunks(100);
        let a = ndarray::Array2::<f64>::from_shape_fn((1000, 1000), |(i, j)| (i + 2 * j) as f64);
        let small = a.slice(ndarray::s![..200, ..200]).to_owned();
        let other = &small + 1.0;
        let expected = swath::matmul(&small.t(), &other).unwrap();
        let mut c = ndarray::Array2::from_elem((1000, 1000), 7.0);
        let mut small_c = ndarray::Array2::from_elem((200, 200), 7.0);
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        let pages: u64 = pages.split(' ').next().unwrap().parse().unwrap();
        let limit = libc::rlimit { rlim_cur: pages * 4096, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: a limit for this child alone.
        unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
        // What is left to the allocator goes in pieces of 16 KiB.
        loop {
            let mut piece = Vec::<u8>::new();
            if piece.try_reserve_exact(16 << 10).is_err() {
                break;
            }
            std::mem::forget(piece);
        }
        let large = swath::matmul_into(1.0, &a, &a, 0.0, &mut c);
        matches!(large, Err(Error::Memory { .. }))
            && c.iter().all(|&x| x == 7.0)
            && swath::matmul_into(1.0, &small.t(), &other, 0.0, &mut small_c).is_ok()
            && small_c == expected
    });
    assert_eq!(status, Some(0));
}

/// Resident memory, in KiB.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Runs from four threads at once, so that helpers are always late for some.
fn memory_stays_flat(runs: usize) {
    let pool = Arc::new(Pool::new(2).unwrap());
    let burst = |runs: usize| {
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..runs / 4 {
                        pool.install(|| assert_eq!(sum_of_chunks(4), 6));
                    }
                });
            }
        });
    };
    burst(runs / 10);
    let before = resident();
    burst(runs);
    let grown = resident().saturating_sub(before);
    assert!(grown < 4096, "{runs} runs left {grown} KiB behind");
}

#[test]
fn memory_stays_flat_over_many_runs() {
    let _alone = alone();
    memory_stays_flat(100_000);
}

/// `cargo test --release --test process -- --ignored`
#[test]
#[ignore = "a minute"]
fn memory_stays_flat_over_a_million_runs() {
    let _alone = alone();
    memory_stays_flat(1_000_000);
}

/// Handles from before a fork: an error at once, in every way of asking; what is
/// submitted in the child works; the parent's tasks are the parent's.
#[test]
fn t5_tasks_inherited_by_a_forked_child_are_an_error_and_new_ones_work() {
    use swath::task::{self, Until};
    use swath::{Task, TaskError};
    let _alone = alone();
    watchdog(120, || {
        let pool = Pool::new(2).unwrap();
        for round in 0..50 {
            let end = Arc::new(AtomicBool::new(false));
            let mut busy: Vec<Task<usize>> = (0..12)
                .map(|i| {
                    let end = Arc::clone(&end);
                    let lane = pool.blocking();
                    let work = move || {
                        while !end.load(Ordering::Relaxed) {
                            sum_of_chunks(20);
                        }
                        i
                    };
                    if i % 3 == 0 { lane.submit(work) } else { pool.submit(work) }
                })
                .collect();
            thread::sleep(Duration::from_micros(round * 20));
            let status = in_child(|| {
                let first = busy.swap_remove(0);
                first.cancel();
                let mut good = first.is_done() && first.progress() == (0, 0);
                good &= matches!(first.join(), Err(TaskError::Broken));
                let second = busy.swap_remove(0).try_join();
                good &= matches!(second, Ok(Err(TaskError::Broken)));
                let third = busy.swap_remove(0).join_timeout(Duration::from_secs(9));
                good &= matches!(third, Ok(Err(TaskError::Broken)));
                good &= task::wait(&busy, Until::All, None).len() == 9;
                let awaited = futures::executor::block_on(busy.swap_remove(0));
                good &= matches!(awaited, Err(TaskError::Broken));
                good &= task::as_completed(busy.drain(..5)).all(|(_, value)| value.is_err());
                drop(busy.pop());
                good &= pool.submit(|| sum_of_chunks(100)).join().is_ok_and(|sum| sum == 4950);
                good &= pool.blocking().submit(|| 7).join().is_ok_and(|seven| seven == 7);
                good &= pool.scope(|s| s.submit(|| 8).join()).is_ok_and(|eight| eight == 8);
                good &= task::submit(|| 9).join().is_ok_and(|nine| nine == 9);
                pool.shutdown(task::Shutdown::Drain);
                good && matches!(pool.submit(|| ()).join(), Err(TaskError::Shutdown))
            });
            assert_eq!(status, Some(0), "{round}");
            end.store(true, Ordering::Relaxed);
            let values: usize = busy.into_iter().map(|task| task.join().unwrap()).sum();
            assert_eq!(values, 66);
        }
    });
}

#[test]
fn t4_a_pool_dropped_with_tasks_leaves_no_thread() {
    let _alone = alone();
    let before = workers();
    for threads in [1, 3] {
        for _ in 0..30 {
            let pool = Pool::new(threads).unwrap();
            for i in 0..20 {
                pool.submit(move || sum_of_chunks(i)).detach();
                pool.blocking().submit(move || sum_of_chunks(i)).detach();
            }
            drop(pool);
            assert!(soon(|| workers() == before));
        }
    }
}

#[test]
fn t8_tasks_run_without_threads_that_cannot_be_started() {
    let _alone = alone();
    watchdog(60, || {
        let before = workers();
        let pool = Pool::new(1).unwrap();
        fail_spawns_after(Some(0));
        let tasks: Vec<_> = (0..10).map(|i| pool.submit(move || i)).collect();
        let more: Vec<_> = (0..10).map(|i| pool.blocking().submit(move || i)).collect();
        let done = tasks.iter().chain(&more).all(swath::Task::is_done);
        fail_spawns_after(None);
        assert!(done && workers() == before, "the submitter ran them");
        let sum: i32 = tasks.into_iter().chain(more).map(|task| task.join().unwrap()).sum();
        assert_eq!(sum, 90);
    });
}

/// The blocking lane grows with what waits there, up to its bound, and shrinks.
#[test]
fn the_blocking_lane_grows_is_bounded_and_shrinks() {
    let _alone = alone();
    watchdog(60, || {
        let before = workers() + 2;
        let pool = Pool::new(2).unwrap();
        assert!(soon(|| workers() == before), "threads name themselves");
        let end = Arc::new(AtomicBool::new(false));
        let tasks: Vec<_> = (0..200)
            .map(|i| {
                let end = Arc::clone(&end);
                pool.blocking().submit(move || {
                    while !end.load(Ordering::Relaxed) {
                        thread::sleep(Duration::from_millis(1));
                    }
                    i
                })
            })
            .collect();
        assert!(soon(|| workers() == before + 64));
        // No compute thread is occupied.
        assert_eq!(pool.submit(|| sum_of_chunks(100)).join().unwrap(), 4950);
        assert_eq!(workers(), before + 64);
        end.store(true, Ordering::Relaxed);
        assert_eq!(tasks.into_iter().map(|task| task.join().unwrap()).sum::<i32>(), 19_900);
        assert!(soon(|| workers() == before), "they end when there is nothing to do");
    });
}
