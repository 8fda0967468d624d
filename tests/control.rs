//! Limits, cancelling, deadlines, interrupts, progress.

#[path = "common/watchdog.rs"]
#[allow(unreachable_pub)]
mod watchdog;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use swath::testing::run_chunks;
use swath::{CancelToken, Cancelled, Control, Pool, StoppedBy};
use watchdog::watchdog;

const DEAR: f64 = 1e9;

fn by<R: std::fmt::Debug>(result: Result<R, Cancelled>) -> StoppedBy {
    result.unwrap_err().by
}

/// How many of `n` chunks run when `at` is where `stop` is called.
fn ran(
    n: usize,
    cost: f64,
    at: usize,
    stop: impl Fn() + Sync,
    control: &Control<'_>,
) -> (usize, Result<(), Cancelled>) {
    let ran = AtomicUsize::new(0);
    let result = control.run(|| {
        run_chunks(n, cost, |i| {
            ran.fetch_add(1, Ordering::SeqCst);
            if i == at {
                stop();
            }
        });
    });
    (ran.into_inner(), result)
}

#[test]
fn t3_cancel_before_during_after_and_twice_ends_once() {
    for cost in [0.0, DEAR] {
        for at in [0, 1, 17, 998, 999] {
            let token = CancelToken::new();
            let control = Control::new().token(&token);
            let (chunks, result) = ran(
                1000,
                cost,
                at,
                || {
                    token.cancel();
                    token.cancel();
                },
                &control,
            );
            match result {
                Ok(()) => assert_eq!(chunks, 1000, "whole or cancelled"),
                Err(cancelled) => {
                    assert_eq!(cancelled.by, StoppedBy::Token);
                    // One that was claimed may find the token fired before it begins.
                    assert!((1..1000).contains(&chunks));
                }
            }
            // Before: no chunk runs.
            assert!(token.is_cancelled());
            assert_eq!(ran(1000, cost, 0, || (), &control), (0, Err(control_error(&control))));
        }
        // After: what was complete stays complete.
        let token = CancelToken::new();
        let result = Control::new().token(&token).run(|| {
            run_chunks(10, cost, |_| ());
            token.cancel();
            7
        });
        assert_eq!(result, Ok(7));
    }
}

fn control_error(control: &Control<'_>) -> Cancelled {
    control.run(|| run_chunks(1, 0.0, |_| ())).unwrap_err()
}

#[test]
fn t3_cancel_from_another_thread_stops_at_a_chunk() {
    let pool = Pool::new(3).unwrap();
    for delay in 0..40 {
        let token = CancelToken::new();
        let canceller = {
            let token = token.clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_micros(delay * 50));
                token.cancel();
            })
        };
        let start = Instant::now();
        let result = pool.install(|| {
            Control::new().token(&token).run(|| {
                run_chunks(10_000_000, DEAR, |_| thread::sleep(Duration::from_micros(20)));
            })
        });
        assert_eq!(by(result), StoppedBy::Token);
        assert!(start.elapsed() < Duration::from_secs(20));
        canceller.join().unwrap();
    }
}

/// 10^6 runs, each cancelled at a moment of its own, ending exactly once:
/// `cargo test --release --test control -- --ignored`.
#[test]
#[ignore = "a minute"]
fn t3_a_million_cancelled_runs() {
    watchdog(900, || cancelled_runs(1_000_000));
}

#[test]
fn t3_many_cancelled_runs() {
    watchdog(120, || cancelled_runs(20_000));
}

fn cancelled_runs(rounds: usize) {
    let pool = Pool::new(2).unwrap();
    let mut cut = 0;
    for round in 0..rounds {
        let token = CancelToken::new();
        let control = Control::new().token(&token);
        let (chunks, result) =
            pool.install(|| ran(8, DEAR, round % 9, || token.cancel(), &control));
        assert_eq!(result.is_ok(), chunks == 8, "{round}");
        cut += usize::from(result.is_err());
    }
    assert!(cut > rounds / 10, "{cut} of {rounds} were cut");
}

#[test]
fn deadlines_stop() {
    let control = Control::new().deadline(Instant::now() + Duration::from_millis(20));
    let result =
        control.run(|| run_chunks(1_000_000, DEAR, |_| thread::sleep(Duration::from_micros(50))));
    assert_eq!(by(result), StoppedBy::Deadline);
    let far = Control::new().deadline(Instant::now() + Duration::from_secs(3600));
    assert_eq!(far.run(|| run_chunks(100, DEAR, |_| ())), Ok(()));
}

#[test]
fn interrupts_are_polled_on_the_calling_thread() {
    let me = thread::current().id();
    let polls = Arc::new(AtomicUsize::new(0));
    let poll = {
        let polls = Arc::clone(&polls);
        move || {
            assert_eq!(thread::current().id(), me);
            polls.fetch_add(1, Ordering::SeqCst) == 3
        }
    };
    let pool = Pool::new(3).unwrap();
    let result = pool.install(|| {
        Control::new().interrupt(poll).run(|| {
            run_chunks(1_000_000, DEAR, |_| thread::sleep(Duration::from_micros(200)));
        })
    });
    assert_eq!(by(result), StoppedBy::Interrupt);
    assert_eq!(polls.load(Ordering::SeqCst), 4);
}

#[test]
fn progress_rises_to_the_total_on_the_calling_thread() {
    let me = thread::current().id();
    let pool = Pool::new(3).unwrap();
    for (n, cost) in [(1, 0.0), (1, DEAR), (50, 0.0), (50, DEAR)] {
        let seen = Mutex::new(Vec::new());
        let control = Control::new().progress(|done, total| {
            assert_eq!(thread::current().id(), me);
            assert_eq!(total, n);
            seen.lock().unwrap().push(done);
        });
        pool.install(|| {
            control.run(|| {
                run_chunks(n, cost, |_| {
                    // A kernel inside does not report.
                    run_chunks(3, DEAR, |_| ());
                });
            })
        })
        .unwrap();
        drop(control);
        let seen = seen.into_inner().unwrap();
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
        assert_eq!(seen.last(), Some(&n));
    }
}

#[test]
fn t1_a_progress_callback_that_panics_reaches_the_caller() {
    for cost in [0.0, DEAR] {
        let control = Control::new().progress(|_, _| resume_unwind(Box::new("bar")));
        let result = catch_unwind(AssertUnwindSafe(|| control.run(|| run_chunks(9, cost, |_| ()))));
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&"bar"));
    }
}

#[test]
fn runs_inside_runs_stop_at_their_own_owner() {
    let (outer, inner) = (CancelToken::new(), CancelToken::new());
    // The inner token: only the inner run ends.
    let result = Control::new().token(&outer).run(|| {
        let result = Control::new().token(&inner).run(|| {
            inner.cancel();
            run_chunks(10, DEAR, |_| ());
        });
        assert_eq!(by(result), StoppedBy::Token);
        run_chunks(10, DEAR, |_| ());
        "went on"
    });
    assert_eq!(result, Ok("went on"));
    // The outer token: both end, and the code between does not go on.
    let went_on = AtomicBool::new(false);
    let result = Control::new().token(&outer).run(|| {
        let _ = Control::new().token(&CancelToken::new()).run(|| {
            outer.cancel();
            run_chunks(10, DEAR, |_| ());
        });
        went_on.store(true, Ordering::SeqCst);
    });
    assert_eq!(by(result), StoppedBy::Token);
    assert!(!went_on.into_inner());
}

#[test]
fn a_kernel_inside_a_closure_obeys_on_whatever_thread() {
    let pool = Pool::new(3).unwrap();
    let token = CancelToken::new();
    let result = pool.install(|| {
        Control::new().token(&token).run(|| {
            run_chunks(8, DEAR, |i| {
                run_chunks(1_000_000, DEAR, |j| {
                    if i == 0 && j == 50 {
                        token.cancel();
                    }
                    thread::sleep(Duration::from_micros(20));
                });
            });
        })
    });
    assert_eq!(by(result), StoppedBy::Token);
    // So does a thread limit.
    let me = thread::current().id();
    pool.install(|| {
        Control::new().threads(1).run(|| {
            run_chunks(4, DEAR, |_| {
                run_chunks(20, DEAR, |_| assert_eq!(thread::current().id(), me));
            });
        })
    })
    .unwrap();
}

#[test]
fn a_payload_that_the_user_swallows_is_still_told() {
    let token = CancelToken::new();
    let result = Control::new().token(&token).run(|| {
        token.cancel();
        let swallowed = catch_unwind(AssertUnwindSafe(|| run_chunks(10, DEAR, |_| ())));
        assert!(swallowed.is_err());
        1
    });
    assert_eq!(by(result), StoppedBy::Token);
}

#[test]
fn a_run_without_conditions_does_not_tell_of_what_was_cut_before_it() {
    let token = CancelToken::new();
    let result = Control::new().token(&token).run(|| {
        token.cancel();
        let swallowed = catch_unwind(AssertUnwindSafe(|| run_chunks(10, DEAR, |_| ())));
        assert!(swallowed.is_err());
        assert_eq!(Control::new().threads(1).run(|| 7), Ok(7));
    });
    assert_eq!(by(result), StoppedBy::Token);
}

#[test]
fn another_panic_passes_through() {
    let token = CancelToken::new();
    let result = catch_unwind(AssertUnwindSafe(|| {
        Control::new().token(&token).run(|| {
            run_chunks(10, DEAR, |i| {
                token.cancel();
                if i == 0 {
                    resume_unwind(Box::new("mine"));
                }
            });
        })
    }));
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&"mine"));
}

#[test]
fn a_kernel_in_a_drop_during_the_unwinding_runs_to_its_end() {
    struct Last<'a>(&'a AtomicUsize);
    impl Drop for Last<'_> {
        fn drop(&mut self) {
            assert!(thread::panicking());
            run_chunks(100, DEAR, |_| {
                run_chunks(2, DEAR, |_| ());
                self.0.fetch_add(1, Ordering::SeqCst);
            });
        }
    }
    let (token, ran) = (CancelToken::new(), AtomicUsize::new(0));
    let result = Control::new().token(&token).run(|| {
        let _last = Last(&ran);
        token.cancel();
        run_chunks(10, DEAR, |_| ());
    });
    assert_eq!(by(result), StoppedBy::Token);
    assert_eq!(ran.into_inner(), 100);
}

#[test]
fn current_takes_the_settings_to_another_thread() {
    let pool = Pool::new(3).unwrap();
    let token = CancelToken::new();
    let outcome = pool.install(|| {
        Control::new().threads(2).token(&token).progress(|_, _| ()).run(|| {
            let control = Control::current();
            let other = thread::spawn(move || {
                let before = control.run(|| run_chunks(10, DEAR, |_| ()));
                token.cancel();
                let after = control.run(|| run_chunks(10, DEAR, |_| ()));
                (before, after)
            });
            other.join().unwrap()
        })
    });
    // The other thread ends with an error of its own, not with a stray payload;
    // the kernel it ran counts as one that was cut inside the owner's run.
    assert_eq!(by(outcome), StoppedBy::Token);
}

#[test]
fn current_on_another_thread_returns_the_stop_there() {
    let token = CancelToken::new();
    let control = Control::new().token(&token).run(Control::current).unwrap();
    token.cancel();
    let result =
        thread::spawn(move || control.run(|| run_chunks(10, DEAR, |_| ()))).join().unwrap();
    assert_eq!(by(result), StoppedBy::Token);
}
