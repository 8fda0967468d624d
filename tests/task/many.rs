//! Scopes, maps, waiting for some, divide and conquer, futures.

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn a_scope_waits_for_tasks_that_borrow() {
    watchdog(60, || {
        for threads in [1, 2, 4] {
            let pool = Pool::new(threads).unwrap();
            for round in 0..200usize {
                let mut parts = [0; 10];
                let shared = vec![round; 10];
                let sum = pool.scope(|s| {
                    for (i, part) in parts.iter_mut().enumerate() {
                        let shared = &shared;
                        s.submit(move || *part = shared[i] + i);
                    }
                    let tasks: Vec<_> =
                        shared.chunks(3).map(|c| s.submit(|| c.iter().sum::<usize>())).collect();
                    tasks.into_iter().map(|task| task.join().unwrap()).sum::<usize>()
                });
                assert_eq!(sum, 10 * round);
                assert!(parts.iter().enumerate().all(|(i, part)| *part == round + i));
            }
        }
    });
}

/// Values that borrow are gone when the scope ends, whoever held them.
#[test]
fn a_scope_leaves_nothing_that_borrows() {
    struct Counted<'a>(&'a AtomicUsize);
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    watchdog(60, || {
        let pool = Pool::new(3).unwrap();
        for round in 0..2000 {
            let live = AtomicUsize::new(0);
            pool.scope(|s| {
                for i in 0..6 {
                    let live = &live;
                    live.fetch_add(1, Ordering::SeqCst);
                    let value = Counted(live);
                    let task = s.submit(move || value);
                    match (i + round) % 3 {
                        0 => drop(task),
                        1 => drop(task.join().unwrap()),
                        _ => task.cancel(),
                    }
                }
            });
            assert_eq!(live.load(Ordering::SeqCst), 0, "{round}");
        }
    });
}

/// Counts its drops.
struct Counted<'a>(&'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_value_is_dropped_once_whenever_its_handle_goes() {
    for threads in [1, 2] {
        let pool = Pool::new(threads).unwrap();
        let drops = AtomicUsize::new(0);
        let (begun, go) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let wait_for = |n: &AtomicUsize| {
            while n.load(Ordering::Acquire) == 0 {
                thread::yield_now();
            }
        };
        pool.scope(|s| {
            // Before it begins, at any moment, and after its end.
            for _ in 0..1000 {
                drop(s.submit(|| Counted(&drops)));
            }
            // While it runs.
            let task = s.submit(|| {
                begun.store(1, Ordering::Release);
                wait_for(&go);
                Counted(&drops)
            });
            wait_for(&begun);
            drop(task);
            go.store(1, Ordering::Release);
            let task = s.submit(|| Counted(&drops));
            while !task.is_done() {
                thread::yield_now();
            }
            drop(task);
            // Joined: the value is the owner's.
            let value = s.submit(|| Counted(&drops)).join().unwrap();
            std::mem::forget(value);
        });
        assert_eq!(drops.into_inner(), 1002);
    }
}

#[test]
fn a_value_whose_handle_is_forgotten_is_never_dropped() {
    let pool = Pool::new(2).unwrap();
    let drops = AtomicUsize::new(0);
    pool.scope(|s| {
        for _ in 0..1000 {
            std::mem::forget(s.submit(|| Counted(&drops)));
        }
    });
    // What lingers in the queue goes now: it must not touch what was borrowed.
    for i in 0..10_000 {
        assert_eq!(pool.submit(move || i).join().unwrap(), i);
    }
    drop(pool);
    assert_eq!(drops.into_inner(), 0);
}

#[test]
fn t1_a_panic_in_a_scope_reaches_its_owner_after_the_tasks() {
    watchdog(60, || {
        let pool = Pool::new(3).unwrap();
        for _ in 0..200 {
            let ended = AtomicUsize::new(0);
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.scope(|s| {
                    for i in 0..6 {
                        let ended = &ended;
                        s.submit(move || {
                            ended.fetch_add(1, Ordering::SeqCst);
                            if i % 2 == 1 {
                                std::panic::resume_unwind(Box::new(i));
                            }
                        });
                    }
                });
            }));
            assert_eq!(ended.into_inner(), 6);
            assert_eq!(result.unwrap_err().downcast_ref(), Some(&1), "the first submitted");
            // The scope's own panic cancels its tasks.
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.scope(|s| {
                    s.submit(endless);
                    std::panic::resume_unwind(Box::new("own"));
                })
            }));
            assert_eq!(result.unwrap_err().downcast_ref(), Some(&"own"));
            // A panic that was joined is told once.
            pool.scope(|s| {
                let task = s.submit(|| std::panic::resume_unwind(Box::new(())));
                assert!(matches!(task.join(), Err(TaskError::Panicked(_))));
            });
        }
    });
}

#[test]
fn a_cancelled_scope_ends_soon() {
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        let start = Instant::now();
        let token = CancelToken::new();
        let result = Control::new().token(&token).run(|| {
            pool.scope(|s| {
                (0..10).for_each(|_| _ = s.submit(endless));
                token.cancel();
            });
            unreachable!("the scope leaves");
        });
        assert_eq!(result.unwrap_err().by, StoppedBy::Token);
        pool.scope(|s| {
            (0..10).for_each(|_| _ = s.submit(endless));
            s.cancel();
        });
        assert!(start.elapsed() < Duration::from_secs(30));
    });
}

#[test]
fn maps_keep_order_and_bound_what_is_in_flight() {
    watchdog(120, || {
        for threads in [1, 2, 4] {
            let pool = Pool::new(threads).unwrap();
            for in_flight in [0, 1, 3, 8] {
                let taken = Arc::new(AtomicUsize::new(0));
                let inputs = {
                    let taken = Arc::clone(&taken);
                    (0..500usize).inspect(move |_| _ = taken.fetch_add(1, Ordering::SeqCst))
                };
                for (i, value) in pool.map_ordered(inputs, in_flight, |i| i * i).enumerate() {
                    assert_eq!(value.unwrap(), i * i);
                    assert!(taken.load(Ordering::SeqCst) <= i + in_flight.max(1));
                }
                let mut all: Vec<_> =
                    pool.map_unordered(0..500, in_flight, |i| i).map(Result::unwrap).collect();
                all.sort_unstable();
                assert_eq!(all, (0..500).collect::<Vec<_>>());
            }
            // Inputs without end, panics among them, and a map over a map.
            let doubled = pool.map_ordered(0.., 4, |i: u64| {
                if i % 10 == 9 {
                    std::panic::resume_unwind(Box::new(i));
                }
                2 * i
            });
            let mut chained = pool.blocking().map_ordered(doubled, 4, |v| v.map(|v| v + 1));
            for i in 0..100 {
                let value = chained.next().unwrap().unwrap();
                assert_eq!(value.is_err(), i % 10 == 9);
                assert!(value.is_err() || value.unwrap() == 2 * i + 1);
            }
        }
    });
}

#[test]
fn wait_gives_what_was_asked_for() {
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        let (release, gate) = mpsc::channel::<()>();
        let blocked = pool.submit(move || _ = gate.recv());
        let tasks = vec![blocked, pool.submit(|| ())];
        assert_eq!(task::wait(&tasks, Until::FirstCompleted, None), [1]);
        let short = Some(Duration::from_millis(20));
        assert_eq!(task::wait(&tasks, Until::All, short), [1]);
        assert_eq!(task::wait(&tasks, Until::FirstError, short), [1]);
        tasks[0].cancel(); // it does not look
        drop(release);
        assert_eq!(task::wait(&tasks, Until::All, None), [0, 1]);
        assert!(task::wait::<()>(&[], Until::All, None).is_empty());

        let (release, gate) = mpsc::channel::<()>();
        let blocked = pool.submit(move || _ = gate.recv());
        let failing = pool.submit(|| std::panic::resume_unwind(Box::new(())));
        let tasks = vec![blocked, pool.submit(|| ()), failing];
        assert!(task::wait(&tasks, Until::FirstError, None).contains(&2));
        assert!(!tasks[0].is_done());
        drop(release);
        let mut ended: Vec<_> = task::as_completed(tasks).collect();
        ended.sort_by_key(|(i, _)| *i);
        assert!(matches!(ended[..], [(0, Ok(())), (1, Ok(())), (2, Err(TaskError::Panicked(_)))]));
    });
}

/// Divides a range; the parts from left to right.
fn parts(n: usize, grain: usize) -> Vec<std::ops::Range<usize>> {
    let merge = |mut left: Vec<_>, right: Vec<_>| {
        left.extend(right);
        left
    };
    task::divide(0..n, grain, |part| vec![part], merge)
}

#[test]
fn join_and_divide_give_what_serial_code_gives() {
    fn fib(n: u64) -> u64 {
        if n < 2 {
            return n;
        }
        let (a, b) = task::join(|| fib(n - 1), || fib(n - 2));
        a + b
    }
    watchdog(120, || {
        let expected = [0, 1, 7, 1000].map(|grain| parts(1000, grain));
        for threads in [1, 2, 3, 8] {
            let pool = Pool::new(threads).unwrap();
            pool.install(|| {
                for (i, grain) in [0, 1, 7, 1000].into_iter().enumerate() {
                    // The same tree, so the same bits, on any number of threads.
                    let parts = parts(1000, grain);
                    assert_eq!(parts, expected[i]);
                    assert!(parts.iter().all(|part| part.len() <= grain.max(1)));
                    let all: Vec<_> = parts.into_iter().flatten().collect();
                    assert_eq!(all, (0..1000).collect::<Vec<_>>());
                }
                let mut values: Vec<u64> = (0..10_000).rev().collect();
                task::divide(&mut values[..], 64, <[u64]>::sort_unstable, |(), ()| ());
                assert!(parts(10_000, 64).into_iter().all(|part| values[part].is_sorted()));
                assert!(!values.is_sorted(), "parts only");
                assert_eq!(fib(18), 2584);
                assert_eq!(parts(0, 5), vec![0..0_usize; 1]);
            });
        }
    });
}

#[test]
fn t1_t3_join_and_divide_stop_at_a_panic_or_a_cancel() {
    watchdog(120, || {
        for threads in [1, 2, 3, 8] {
            let pool = Pool::new(threads).unwrap();
            // The panic furthest left.
            let result = catch_unwind(AssertUnwindSafe(|| {
                pool.install(|| {
                    task::join(
                        || std::panic::resume_unwind(Box::new("left")),
                        || std::panic::resume_unwind(Box::new("right")),
                    )
                })
            }));
            assert_eq!(result.unwrap_err().downcast_ref(), Some(&"left"));
            let (token, parts) = (CancelToken::new(), AtomicUsize::new(0));
            let solve = |_| {
                if parts.fetch_add(1, Ordering::SeqCst) == 100 {
                    token.cancel();
                }
            };
            let control = Control::new().token(&token);
            let divide = || task::divide(0..1_000_000, 1, solve, |(), ()| ());
            let result = pool.install(|| control.run(divide));
            assert_eq!(result.unwrap_err().by, StoppedBy::Token);
            assert!(parts.into_inner() < 10_000);
        }
    });
}

#[test]
fn futures_end_without_a_thread_that_waits() {
    use futures::future::join_all;
    watchdog(60, || {
        for threads in [1, 3] {
            let pool = Pool::new(threads).unwrap();
            let sum = futures::executor::block_on(async {
                let tasks = (0..1000u64).map(|i| pool.submit(move || i));
                let values = join_all(tasks).await;
                values.into_iter().map(Result::unwrap).sum::<u64>()
            });
            assert_eq!(sum, 499_500);
            let error = futures::executor::block_on(pool.submit(|| panic!("awaited"))).unwrap_err();
            assert_eq!(error.to_string(), "task panicked: awaited");
        }
    });
}

/// One thread runs the timers and awaits the kernels; the beat is kept by it.
#[test]
fn awaiting_from_tokio_leaves_ten_thousand_timers_their_beat() {
    watchdog(120, || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let pool = Pool::new(2).unwrap();
        let beats = Arc::new(AtomicUsize::new(0));
        runtime.block_on(async {
            let timers: Vec<_> = (0..10_000)
                .map(|_| {
                    let beats = Arc::clone(&beats);
                    tokio::spawn(async move {
                        let mut beat = tokio::time::interval(Duration::from_millis(100));
                        for _ in 0..5 {
                            beat.tick().await;
                            beats.fetch_add(1, Ordering::Relaxed);
                        }
                    })
                })
                .collect();
            let nap = || thread::sleep(Duration::from_micros(200));
            let kernels: Vec<_> =
                (0..8).map(|_| pool.submit(move || run_chunks(500, DEAR, |_| nap()))).collect();
            for kernel in kernels {
                kernel.await.unwrap();
            }
            for timer in timers {
                timer.await.unwrap();
            }
            // A time-out drops the task, which stops its kernel.
            let (gone, wait) = mpsc::channel::<()>();
            let kernel = pool.submit(move || {
                let _gone = gone;
                endless();
            });
            let short = Duration::from_millis(20);
            assert!(tokio::time::timeout(short, kernel).await.is_err());
            assert!(wait.recv().is_err());
        });
        assert_eq!(beats.load(Ordering::Relaxed), 50_000);
    });
}

#[test]
fn a_callback_or_waker_that_panics_harms_nobody() {
    struct Loud;
    impl std::task::Wake for Loud {
        fn wake(self: Arc<Self>) {
            std::panic::resume_unwind(Box::new("a waker"));
        }
    }
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        for _ in 0..100 {
            let (release, gate) = mpsc::channel::<()>();
            let mut task = pool.submit(move || _ = gate.recv());
            task.on_done(|| std::panic::resume_unwind(Box::new("a callback")));
            let waker = Arc::new(Loud).into();
            let mut context = std::task::Context::from_waker(&waker);
            assert!(Future::poll(std::pin::Pin::new(&mut task), &mut context).is_pending());
            drop(release);
            while !task.is_done() {
                thread::yield_now();
            }
            task.join().unwrap();
        }
    });
}
