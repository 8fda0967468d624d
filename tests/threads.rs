//! The runner from outside: panics, nesting, locks, many threads, modes.

#[path = "common/kernels.rs"]
#[allow(unreachable_pub)]
mod kernels;
#[path = "common/watchdog.rs"]
#[allow(unreachable_pub)]
mod watchdog;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use swath::Pool;
use swath::testing::{helped, run_chunks, run_in_order, run_with_scratch, set_par_min};
use watchdog::watchdog;

/// Enough to be worth waking anybody for.
const DEAR: f64 = 1e9;

fn sum_of_chunks(n: usize) -> usize {
    let sum = AtomicUsize::new(0);
    run_chunks(n, DEAR, |i| _ = sum.fetch_add(i, Ordering::Relaxed));
    sum.into_inner()
}

fn nap() {
    thread::sleep(Duration::from_micros(200));
}

#[test]
fn every_chunk_runs_once_for_any_number_of_threads() {
    for threads in [1, 2, 3, 8] {
        let pool = Pool::new(threads).unwrap();
        assert_eq!(pool.threads(), threads);
        for n in [0, 1, 2, 3, 7, 64, 1000] {
            let seen: Vec<_> = (0..n).map(|_| AtomicUsize::new(0)).collect();
            pool.install(|| run_chunks(n, DEAR, |i| _ = seen[i].fetch_add(1, Ordering::Relaxed)));
            assert!(seen.iter().all(|s| s.load(Ordering::Relaxed) == 1), "{threads} {n}");
        }
    }
}

#[test]
fn helpers_take_chunks() {
    let before = helped();
    for _ in 0..20 {
        run_chunks(16, DEAR, |_| nap());
    }
    if thread::available_parallelism().unwrap().get() > 1 {
        assert!(helped() > before);
    } else {
        println!("skipped: one core, so the shared pool has no helpers");
    }
    let before = helped();
    Pool::new(2).unwrap().install(|| run_chunks(64, DEAR, |_| nap()));
    assert!(helped() > before);
}

#[test]
fn a_limit_admits_no_more_threads() {
    let pool = Pool::new(8).unwrap();
    for limit in [1, 2, 3] {
        let inside = AtomicUsize::new(0);
        let most = AtomicUsize::new(0);
        let run = || {
            run_chunks(200, DEAR, |_| {
                most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                thread::sleep(Duration::from_micros(50));
                inside.fetch_sub(1, Ordering::SeqCst);
            });
        };
        pool.install(|| swath::Control::new().threads(limit).run(run)).unwrap();
        assert!(most.load(Ordering::SeqCst) <= limit);
        if limit > 1 {
            assert!(most.load(Ordering::SeqCst) > 1);
        }
    }
}

#[test]
fn a_break_ends_the_run_early_and_is_returned() {
    let pool = Pool::new(3).unwrap();
    for stop_at in [0, 1, 50, 9_999] {
        let ran = AtomicUsize::new(0);
        let flow = pool.install(|| {
            run_with_scratch(
                10_000,
                DEAR,
                || (),
                |(), i| {
                    ran.fetch_add(1, Ordering::Relaxed);
                    if i == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                },
            )
        });
        assert!(flow.is_break());
        assert!(ran.into_inner() > stop_at, "all below the one that broke were claimed");
    }
}

#[test]
fn scratch_is_made_once_for_each_participant_and_dropped() {
    static LIVE: AtomicUsize = AtomicUsize::new(0);
    struct Scratch;
    impl Drop for Scratch {
        fn drop(&mut self) {
            LIVE.fetch_sub(1, Ordering::SeqCst);
        }
    }
    let pool = Pool::new(3).unwrap();
    for round in 0..200 {
        let made = AtomicUsize::new(0);
        let make = || {
            made.fetch_add(1, Ordering::SeqCst);
            LIVE.fetch_add(1, Ordering::SeqCst);
            Scratch
        };
        let result = catch_unwind(AssertUnwindSafe(|| {
            pool.install(|| {
                run_with_scratch(50, DEAR, make, |_, i| {
                    if round % 2 == 1 && i == 20 {
                        resume_unwind(Box::new(()));
                    }
                    ControlFlow::Continue(())
                })
            })
        }));
        assert_eq!(result.is_err(), round % 2 == 1);
        assert!((1..=3).contains(&made.into_inner()));
        assert_eq!(LIVE.load(Ordering::SeqCst), 0, "dropped before the run returns");
    }
}

#[test]
fn carries_come_in_order() {
    let expected = |n: usize| {
        let mut carry = 0u64;
        let next = |i: usize| {
            let before = carry;
            carry = carry.wrapping_mul(31).wrapping_add(i as u64 + 1);
            before
        };
        (0..n).map(next).collect::<Vec<_>>()
    };
    for threads in [1, 2, 3, 8] {
        let pool = Pool::new(threads).unwrap();
        for n in [0, 1, 2, 17, 500] {
            let got = pool.install(|| {
                run_in_order(n, DEAR, |i| {
                    if i % 5 == 0 {
                        nap();
                    }
                    i as u64 + 1
                })
            });
            assert_eq!(got, expected(n), "{threads} {n}");
        }
    }
}

#[test]
fn t1_a_panic_or_stop_amid_a_hand_over_ends_the_run() {
    watchdog(60, || {
        let pool = Pool::new(4).unwrap();
        for round in 0..2000 {
            let at = round % 40;
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.install(|| {
                    run_in_order(40, DEAR, |i| {
                        if i == at {
                            resume_unwind(Box::new(i));
                        }
                        i as u64
                    })
                })
            }));
            assert_eq!(result.unwrap_err().downcast_ref(), Some(&at));
        }
        let token = swath::CancelToken::new();
        let stopped = pool.install(|| {
            swath::Control::new().token(&token).run(|| {
                run_in_order(10_000, DEAR, |i| {
                    if i == 700 {
                        token.cancel();
                    }
                    i as u64
                })
            })
        });
        assert!(stopped.is_err());
    });
}

#[test]
fn t1_the_lowest_panic_reaches_the_caller_once_and_the_pool_works_on() {
    static LIVE: AtomicUsize = AtomicUsize::new(0);
    /// Counts itself, as a payload or as a closure's value.
    struct Counted(usize);
    impl Counted {
        fn new(i: usize) -> Self {
            LIVE.fetch_add(1, Ordering::SeqCst);
            Self(i)
        }
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            LIVE.fetch_sub(1, Ordering::SeqCst);
        }
    }
    watchdog(120, || {
        let pool = Pool::new(4).unwrap();
        for round in 0..10_000 {
            let n = 1 + round % 23;
            let panics = |i: usize| (i * 7 + round).is_multiple_of(5) || i == n - 1;
            let lowest = (0..n).find(|&i| panics(i)).unwrap();
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.install(|| {
                    run_chunks(n, DEAR, |i| {
                        let value = Counted::new(i);
                        if panics(i) {
                            resume_unwind(Box::new(value));
                        }
                    });
                });
            }));
            let payload = result.unwrap_err();
            assert_eq!(payload.downcast_ref::<Counted>().unwrap().0, lowest, "{n} {round}");
            drop(payload);
            assert_eq!(LIVE.load(Ordering::SeqCst), 0);
        }
        assert_eq!(pool.install(|| sum_of_chunks(100)), 4950);
    });
}

#[test]
fn t1_a_panic_stops_the_others() {
    let pool = Pool::new(2).unwrap();
    let ran = AtomicUsize::new(0);
    let result = catch_unwind(AssertUnwindSafe(|| {
        pool.install(|| {
            run_chunks(1_000_000, DEAR, |i| {
                ran.fetch_add(1, Ordering::Relaxed);
                if i == 10 {
                    resume_unwind(Box::new("ten"));
                }
                thread::sleep(Duration::from_micros(20));
            });
        });
    }));
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&"ten"));
    assert!(ran.into_inner() < 100_000);
}

#[test]
fn t2_a_payload_or_scratch_whose_drop_panics_is_contained() {
    struct Bomb(usize);
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !thread::panicking() {
                resume_unwind(Box::new("from a drop"));
            }
        }
    }
    watchdog(60, || {
        let pool = Pool::new(4).unwrap();
        for _ in 0..500 {
            let together = Barrier::new(2);
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.install(|| {
                    run_chunks(2, DEAR, |i| {
                        together.wait();
                        resume_unwind(Box::new(Bomb(i)));
                    });
                });
            }));
            let payload = result.unwrap_err();
            assert_eq!(payload.downcast_ref::<Bomb>().unwrap().0, 0);
            std::mem::forget(payload);
        }
        let result = catch_unwind(AssertUnwindSafe(|| {
            pool.install(|| run_with_scratch(8, DEAR, || Bomb(0), |_, _| ControlFlow::Continue(())))
        }));
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&"from a drop"));
        assert_eq!(pool.install(|| sum_of_chunks(100)), 4950);
    });
}

#[test]
fn t6_runs_nest() {
    fn nested(depth: usize) -> usize {
        if depth == 0 {
            return sum_of_chunks(20);
        }
        let sum = AtomicUsize::new(0);
        run_chunks(3, DEAR, |_| _ = sum.fetch_add(nested(depth - 1), Ordering::Relaxed));
        sum.into_inner()
    }
    // Outer: plain thread, rayon's global pool, another pool of ours, a user's
    // rayon pool. Inner: the shared pool, one thread, two, eight.
    let outer: [fn(&(dyn Fn() + Sync)); 4] = [
        |f| f(),
        |f| (0..8).into_par_iter().for_each(|_| f()),
        |f| Pool::new(3).unwrap().install(|| run_chunks(8, DEAR, |_| f())),
        |f| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
            pool.install(|| (0..8).into_par_iter().for_each(|_| f()));
        },
    ];
    watchdog(120, move || {
        for outer in outer {
            for threads in [0, 1, 2, 8] {
                let pool = (threads > 0).then(|| Pool::new(threads).unwrap());
                outer(&|| {
                    let sum = || nested(3);
                    let sum = pool.as_ref().map_or_else(sum, |pool| pool.install(sum));
                    assert_eq!(sum, 27 * 190);
                });
            }
        }
    });
}

#[test]
fn t7_a_caller_may_hold_a_mutex_that_other_callers_want() {
    // rayon#592: threads of a pool that wait inside a parallel call with a lock
    // held steal a job that wants the same lock.
    watchdog(60, || {
        let shared = Arc::new(Mutex::new(0usize));
        (0..64usize).into_par_iter().for_each(|_| {
            for _ in 0..20 {
                let mut guard = shared.lock().unwrap();
                *guard += sum_of_chunks(10);
            }
        });
        assert_eq!(*shared.lock().unwrap(), 64 * 20 * 45);
    });
}

#[test]
fn t7_a_users_worker_may_wait_in_join_with_a_mutex_that_a_closure_takes() {
    watchdog(60, || {
        let users = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap());
        let mutex = Arc::new(Mutex::new(0usize));
        let end = Arc::new(AtomicBool::new(false));
        let other = {
            let (mutex, end, users) = (Arc::clone(&mutex), Arc::clone(&end), Arc::clone(&users));
            thread::spawn(move || {
                while !end.load(Ordering::Relaxed) {
                    users.install(|| {
                        let guard = mutex.lock().unwrap();
                        rayon::join(nap, nap);
                        drop(guard);
                    });
                }
            })
        };
        // Were the chunks in the user's pool, the worker that waits could steal one.
        for _ in 0..1000 {
            run_chunks(4, DEAR, |_| *mutex.lock().unwrap() += 1);
        }
        end.store(true, Ordering::Relaxed);
        other.join().unwrap();
        assert_eq!(*mutex.lock().unwrap(), 4000);
    });
}

#[test]
fn t9_a_million_chunks_and_deep_nesting_on_a_small_stack() {
    fn deep(depth: usize) {
        run_chunks(2, DEAR, |i| {
            if i == 0 && depth > 0 {
                deep(depth - 1);
            }
        });
    }
    watchdog(60, || {
        let small = thread::Builder::new().stack_size(192 << 10);
        small
            .spawn(|| assert_eq!(sum_of_chunks(1_000_000), 499_999_500_000))
            .unwrap()
            .join()
            .unwrap();
        let pool = Pool::new(3).unwrap();
        let small = thread::Builder::new().stack_size(256 << 10);
        small.spawn(move || pool.install(|| deep(64))).unwrap().join().unwrap();
    });
}

#[test]
fn t10_a_closure_that_blocks_slows_only_itself() {
    watchdog(60, || {
        let pool = Arc::new(Pool::new(3).unwrap());
        let (release, blocked) = mpsc::channel::<()>();
        let blocked = Mutex::new(blocked);
        let (started, wait) = mpsc::channel();
        let slow = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                pool.install(|| {
                    run_chunks(2, DEAR, |i| {
                        if i == 0 {
                            started.send(()).unwrap();
                            blocked.lock().unwrap().recv().unwrap();
                        }
                    });
                });
            })
        };
        wait.recv().unwrap();
        for _ in 0..100 {
            assert_eq!(pool.install(|| sum_of_chunks(50)), 1225);
        }
        release.send(()).unwrap();
        slow.join().unwrap();
    });
}

#[test]
fn sixty_four_threads_share_the_pool() {
    watchdog(120, || {
        thread::scope(|s| {
            for t in 0..64 {
                s.spawn(move || {
                    for round in 0..200 {
                        assert_eq!(sum_of_chunks(30), 435, "{t} {round}");
                    }
                });
            }
        });
    });
}

#[test]
fn small_work_stays_with_the_caller() {
    let me = thread::current().id();
    run_chunks(8, 100.0, |_| assert_eq!(thread::current().id(), me));
    set_par_min(Some(0));
    let elsewhere = AtomicUsize::new(0);
    let pool = Pool::new(2).unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while elsewhere.load(Ordering::Relaxed) == 0 && Instant::now() < end {
        pool.install(|| {
            run_chunks(8, 100.0, |_| {
                let other = thread::current().id() != me;
                elsewhere.fetch_add(usize::from(other), Ordering::Relaxed);
            });
        });
    }
    set_par_min(None);
    assert!(elsewhere.into_inner() > 0, "the forced pool never helped");
}

/// The floating-point control word, and odd values for it.
#[cfg(target_arch = "x86_64")]
mod mxcsr {
    use std::arch::asm;

    /// Subnormals flushed and read as zero; rounding up; rounding to zero besides.
    pub(crate) const ODD: [u32; 3] = [0x1F80 | 0x8040, 0x1F80 | 0x4000, 0x1F80 | 0x6000 | 0x8040];

    pub(crate) fn get() -> u32 {
        let mut word = 0u32;
        // SAFETY: stores the control word to a local.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut word) };
        word
    }

    pub(crate) fn set(word: u32) {
        // SAFETY: only mode bits that every x86-64 has; the tests put them back.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const word) };
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn n4_every_kernel_gives_the_same_bits_under_odd_modes() {
    for kernel in kernels::KERNELS {
        for len in [5, 1000, 300_000] {
            let expected = (kernel.prepare)(len)();
            for modes in mxcsr::ODD {
                let mut call = (kernel.prepare)(len);
                let before = mxcsr::get();
                mxcsr::set(modes);
                let got = call();
                let after = mxcsr::get();
                mxcsr::set(before);
                assert_eq!(got, expected, "{} {len} {modes:#x}", kernel.name);
                assert_eq!(after & 0xFFC0, modes, "{}: the modes come back", kernel.name);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn n4_a_callers_floating_point_modes_change_nothing_and_come_back() {
    use mxcsr::{get, set};
    fn probe() -> [u32; 3] {
        let tiny = std::hint::black_box(f32::from_bits(1));
        let one = std::hint::black_box(1.0f32);
        let third = one / std::hint::black_box(3.0);
        [(tiny * one).to_bits(), (one + 1e-10).to_bits(), third.to_bits()]
    }
    let expected = probe();
    for modes in mxcsr::ODD {
        // A pool whose threads start under the odd modes.
        let before = get();
        set(modes);
        let pool = Pool::new(3);
        let seen = Mutex::new(Vec::new());
        pool.as_ref().unwrap().install(|| {
            for n in [1, 40] {
                run_chunks(n, DEAR, |_| {
                    let bits = probe();
                    nap();
                    seen.lock().unwrap().push(bits);
                });
            }
        });
        let after = get();
        set(before);
        assert_eq!(after & 0xFFC0, modes, "the caller's modes are back");
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen.len(), 41);
        assert!(seen.iter().all(|bits| *bits == expected), "{modes:#x}");
    }
}
