//! Tasks: ends, waiting, cancelling, borrowing, many at once, shutting down.

#[path = "common/watchdog.rs"]
#[allow(unreachable_pub)]
mod watchdog;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use swath::task::{self, Shutdown, Until};
use swath::testing::run_chunks;
use swath::{CancelToken, Control, Pool, StoppedBy, Task, TaskError};
use watchdog::watchdog;

const DEAR: f64 = 1e9;

/// A kernel that goes on until it is stopped.
fn endless() {
    run_chunks(usize::MAX >> 8, DEAR, |_| thread::sleep(Duration::from_micros(20)));
}

/// Keeps every worker of a pool busy until the sender is dropped.
fn occupy(pool: &Pool) -> (mpsc::Sender<()>, Vec<Task<()>>) {
    let (release, gate) = mpsc::channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let together = Arc::new(Barrier::new(pool.threads() + 1));
    let tasks = (0..pool.threads()).map(|_| {
        let (gate, together) = (Arc::clone(&gate), Arc::clone(&together));
        pool.submit(move || {
            together.wait();
            let _ = gate.lock().unwrap().recv();
        })
    });
    let tasks = tasks.collect();
    together.wait();
    (release, tasks)
}

fn stopped_by<T: std::fmt::Debug>(outcome: Result<T, TaskError>) -> StoppedBy {
    match outcome {
        Err(TaskError::Cancelled(cancelled)) => cancelled.by,
        other => panic!("not cancelled: {other:?}"),
    }
}

#[test]
fn values_come_back_from_every_pool_and_lane() {
    watchdog(60, || {
        for threads in [1, 2, 3, 8] {
            let pool = Pool::new(threads).unwrap();
            for round in 0..200 {
                let tasks: Vec<_> = (0..20).map(|i| pool.submit(move || i * round)).collect();
                let lane = pool.blocking();
                let more: Vec<_> = (0..5).map(|i| lane.submit(move || i + round)).collect();
                for (i, task) in tasks.into_iter().enumerate() {
                    assert_eq!(task.join().unwrap(), i * round);
                }
                for (i, task) in more.into_iter().enumerate() {
                    assert_eq!(task.join().unwrap(), i + round);
                }
            }
        }
        assert_eq!(task::submit(|| 7).join().unwrap(), 7);
        assert_eq!(task::blocking().submit(|| 8).join().unwrap(), 8);
    });
}

#[test]
fn a_task_begins_though_nobody_waits_for_it() {
    watchdog(60, || {
        for threads in [1, 2, 5] {
            let pool = Pool::new(threads).unwrap();
            for round in 0..300 {
                let (done, wait) = mpsc::channel();
                for i in 0..round % 7 + 1 {
                    let done = done.clone();
                    pool.submit(move || done.send(i).unwrap()).detach();
                }
                if round % 10 == 0 {
                    thread::sleep(Duration::from_millis(1)); // the workers sleep again
                }
                assert_eq!(wait.iter().take(round % 7 + 1).sum::<usize>(), {
                    let n = round % 7;
                    n * (n + 1) / 2
                });
            }
        }
    });
}

#[test]
fn kernels_in_tasks_are_helped_by_the_same_pool() {
    let pool = Pool::new(3).unwrap();
    let task = pool.submit(|| {
        let names = Mutex::new(std::collections::HashSet::new());
        run_chunks(100, DEAR, |_| {
            thread::sleep(Duration::from_micros(200));
            names.lock().unwrap().insert(thread::current().name().map(str::to_owned));
        });
        names.into_inner().unwrap()
    });
    // Not joined at once: the joiner would run it.
    while !task.is_done() {
        thread::sleep(Duration::from_millis(1));
    }
    let names = task.join().unwrap();
    assert!(names.len() > 1, "{names:?}");
    assert!(names.iter().flatten().all(|name| name.starts_with("swath-")), "{names:?}");
}

#[test]
fn try_join_and_join_timeout_give_the_task_back() {
    let pool = Pool::new(2).unwrap();
    let (release, occupied) = occupy(&pool);
    let task = pool.submit(|| 5);
    assert!(!task.is_done());
    let task = task.try_join().unwrap_err();
    let start = Instant::now();
    let task = task.join_timeout(Duration::from_millis(30)).unwrap_err();
    assert!(start.elapsed() >= Duration::from_millis(30));
    drop(release);
    assert_eq!(task.join_timeout(Duration::from_secs(60)).unwrap().unwrap(), 5);
    for task in occupied {
        task.join().unwrap();
    }
    let task = pool.submit(|| 6);
    while !task.is_done() {
        thread::yield_now();
    }
    assert_eq!(task.try_join().unwrap().unwrap(), 6);
}

#[test]
fn t1_a_panic_comes_back_through_join_with_its_message() {
    let pool = Pool::new(2).unwrap();
    let five = std::hint::black_box(5);
    let error = pool.submit(move || panic!("no {five}")).join().unwrap_err();
    assert_eq!(error.to_string(), "task panicked: no 5");
    let TaskError::Panicked(panic) = error else { panic!("{error}") };
    assert_eq!(panic.into_payload().downcast_ref::<String>().unwrap(), "no 5");
    let error = pool.submit(|| std::panic::panic_any(5)).join().unwrap_err();
    assert_eq!(error.to_string(), "task panicked");
    assert_eq!(pool.submit(|| 5).join().unwrap(), 5);
}

#[test]
fn t2_values_closures_and_payloads_whose_drop_panics_are_contained() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            if !thread::panicking() {
                std::panic::resume_unwind(Box::new("from a drop"));
            }
        }
    }
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        for _ in 0..100 {
            // A value that nobody takes, dropped on the worker.
            let (go, wait) = mpsc::channel();
            let task = pool.submit(move || {
                wait.recv().unwrap();
                Bomb
            });
            task.detach();
            go.send(()).unwrap();
            // A payload that nobody takes.
            pool.submit(|| std::panic::resume_unwind(Box::new(Bomb))).detach();
            // A closure that is cancelled before it begins.
            let (release, occupied) = occupy(&pool);
            let bomb = Bomb;
            let task = pool.submit(move || std::mem::forget(bomb));
            task.cancel();
            assert_eq!(stopped_by(task.join()), StoppedBy::Token);
            drop((release, occupied));
        }
        assert_eq!(pool.submit(|| 5).join().unwrap(), 5);
    });
}

#[test]
fn t3_cancel_before_during_after_twice_and_from_inside_ends_once() {
    watchdog(120, || {
        let pool = Pool::new(2).unwrap();
        // Before it begins: at once.
        let (release, occupied) = occupy(&pool);
        let ran = Arc::new(AtomicBool::new(false));
        let task = {
            let ran = Arc::clone(&ran);
            pool.submit(move || ran.store(true, Ordering::SeqCst))
        };
        task.cancel();
        task.cancel();
        assert!(task.is_done());
        assert_eq!(stopped_by(task.join()), StoppedBy::Token);
        drop(release);
        drop(occupied);
        assert!(!ran.load(Ordering::SeqCst));
        // During.
        let (started, wait) = mpsc::channel();
        let task = pool.submit(move || {
            started.send(()).unwrap();
            endless();
        });
        wait.recv().unwrap();
        task.cancel();
        task.cancel();
        assert_eq!(stopped_by(task.join()), StoppedBy::Token);
        // After.
        let task = pool.submit(|| 5);
        while !task.is_done() {
            thread::yield_now();
        }
        task.cancel();
        assert_eq!(task.join().unwrap(), 5);
        // From inside: the task has its own handle.
        let (give, get) = mpsc::channel::<Task<()>>();
        let (tell, told) = mpsc::channel();
        let task = pool.submit(move || {
            let me = get.recv().unwrap();
            me.on_done(move || tell.send(()).unwrap());
            me.cancel();
            endless();
        });
        give.send(task).unwrap();
        told.recv().unwrap();
    });
}

#[test]
fn t3_many_tasks_cancelled_at_any_moment_end_once() {
    watchdog(120, || {
        for threads in [1, 3] {
            let pool = Pool::new(threads).unwrap();
            let (values, cancels) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let ends = Arc::new(AtomicUsize::new(0));
            for round in 0..5000 {
                let ran = Arc::new(AtomicUsize::new(0));
                let inside = Arc::clone(&ran);
                let task = pool.submit(move || {
                    inside.fetch_add(1, Ordering::SeqCst);
                    run_chunks(4, 0.0, |_| ());
                    round
                });
                let counter = Arc::clone(&ends);
                task.on_done(move || _ = counter.fetch_add(1, Ordering::SeqCst));
                (0..round % 50).for_each(|_| std::hint::spin_loop());
                task.cancel();
                match task.join() {
                    Ok(value) => {
                        assert_eq!((value, ran.load(Ordering::SeqCst)), (round, 1));
                        values.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(TaskError::Cancelled(_)) => {
                        assert!(ran.load(Ordering::SeqCst) <= 1);
                        cancels.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(other) => panic!("{other}"),
                }
            }
            drop(pool);
            assert_eq!(ends.load(Ordering::SeqCst), 5000, "one end each");
            assert_eq!(values.into_inner() + cancels.into_inner(), 5000);
        }
    });
}

#[test]
fn dropping_cancels_and_detaching_does_not() {
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        let (ended, wait) = mpsc::channel::<()>();
        let begun = Arc::new(Barrier::new(2));
        let task = {
            let begun = Arc::clone(&begun);
            pool.submit(move || {
                let _ended = ended;
                begun.wait();
                endless();
            })
        };
        begun.wait();
        drop(task);
        assert!(wait.recv().is_err(), "its closure is gone");
        let (done, wait) = mpsc::channel();
        pool.submit(move || {
            run_chunks(100, DEAR, |_| thread::sleep(Duration::from_micros(100)));
            done.send(5).unwrap();
        })
        .detach();
        assert_eq!(wait.recv(), Ok(5));
    });
}

#[test]
fn a_cancel_reaches_the_tasks_that_a_task_started_and_their_kernels() {
    watchdog(60, || {
        for threads in [1, 2, 4] {
            let pool = Pool::new(threads).unwrap();
            let (deep, wait) = mpsc::channel();
            let (gone, gone_wait) = mpsc::channel();
            let task = pool.submit(move || {
                task::submit(move || {
                    task::submit(move || {
                        deep.send(()).unwrap();
                        struct Gone(mpsc::Sender<()>);
                        impl Drop for Gone {
                            fn drop(&mut self) {
                                self.0.send(()).unwrap();
                            }
                        }
                        let _gone = Gone(gone);
                        endless();
                    })
                    .join()
                    .unwrap();
                })
                .join()
                .unwrap();
            });
            wait.recv().unwrap();
            task.cancel();
            assert_eq!(stopped_by(task.join()), StoppedBy::Token);
            gone_wait.recv().unwrap();
            // A grandchild that nobody joins, too.
            let (deep, wait) = mpsc::channel();
            let parent = pool.submit(move || {
                task::submit(move || {
                    deep.send(()).unwrap();
                    endless();
                    deep.send(()).unwrap();
                })
                .detach();
                endless();
            });
            if threads > 1 {
                wait.recv().unwrap();
            }
            parent.cancel();
            assert_eq!(stopped_by(parent.join()), StoppedBy::Token);
            drop(pool);
            assert!(wait.recv().is_err());
        }
    });
}

#[test]
fn controls_reach_into_tasks() {
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        let deadline = Instant::now() + Duration::from_millis(30);
        // The deadline cuts the task and the join; the code between does not go on.
        let result = Control::new().deadline(deadline).run(|| {
            let _ = pool.submit(endless).join();
            unreachable!("the join leaves");
        });
        assert_eq!(result.unwrap_err().by, StoppedBy::Deadline);
        // A join is a place to stop even when the task is somebody else's.
        let (release, occupied) = occupy(&pool);
        let mut occupied = occupied.into_iter();
        let first = occupied.next().unwrap();
        let token = CancelToken::new();
        let result = thread::scope(|s| {
            s.spawn(|| {
                thread::sleep(Duration::from_millis(20));
                token.cancel();
            });
            Control::new().token(&token).run(|| first.join())
        });
        assert_eq!(result.unwrap_err().by, StoppedBy::Token);
        drop(release);
        // A task that outlives the run still obeys its token.
        let token = CancelToken::new();
        let task = Control::new().token(&token).run(|| pool.submit(endless)).unwrap();
        thread::sleep(Duration::from_millis(5));
        token.cancel();
        assert_eq!(stopped_by(task.join()), StoppedBy::Token);
        // An interrupt is asked for while the thread waits.
        let polls = Arc::new(AtomicUsize::new(0));
        let result = {
            let polls = Arc::clone(&polls);
            let poll = move || polls.fetch_add(1, Ordering::SeqCst) == 3;
            Control::new().interrupt(poll).run(|| {
                let task = pool.submit(endless);
                while !task.is_done() && task.progress() == (0, 0) {
                    thread::yield_now();
                }
                task.join()
            })
        };
        assert_eq!(result.unwrap_err().by, StoppedBy::Interrupt);
        // A thread limit.
        let me = Control::new().threads(1).run(|| {
            pool.submit(|| {
                let me = thread::current().id();
                run_chunks(50, DEAR, |_| assert_eq!(thread::current().id(), me));
            })
        });
        me.unwrap().join().unwrap();
    });
}

#[test]
fn progress_is_seen_by_the_handle_and_by_a_control_around_the_join() {
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        let (release, gate) = mpsc::channel::<()>();
        let gate = Mutex::new(gate);
        let task = pool.submit(move || {
            Control::new().threads(1).run(|| {
                run_chunks(100, DEAR, |i| {
                    if i == 50 {
                        gate.lock().unwrap().recv().unwrap_err();
                    }
                });
            })
        });
        while task.progress() != (50, 100) {
            thread::yield_now();
        }
        let me = thread::current().id();
        let seen = Mutex::new(Vec::new());
        let release = Mutex::new(Some(release));
        let control = Control::new().progress(|done, total| {
            assert_eq!(thread::current().id(), me);
            seen.lock().unwrap().push((done, total));
            // The task goes on when it has been told how far it is.
            release.lock().unwrap().take();
        });
        control.run(|| task.join()).unwrap().unwrap().unwrap();
        drop(control);
        assert_eq!(seen.into_inner().unwrap()[0], (50, 100));
        // Run by the thread that joins it.
        let (release, occupied) = occupy(&pool);
        let seen = Mutex::new(Vec::new());
        let control =
            Control::new().progress(|done, total| seen.lock().unwrap().push((done, total)));
        control.run(|| pool.submit(|| run_chunks(10, DEAR, |_| ())).join()).unwrap().unwrap();
        drop(control);
        assert_eq!(*seen.into_inner().unwrap().last().unwrap(), (10, 10));
        drop((release, occupied));
    });
}

#[test]
fn t6_tasks_wait_for_tasks_on_any_pool_however_deep() {
    fn tree(depth: usize) -> usize {
        if depth == 0 {
            return 1;
        }
        let children: Vec<_> = (0..3).map(|_| task::submit(move || tree(depth - 1))).collect();
        children.into_iter().rev().map(|task| task.join().unwrap()).sum()
    }
    watchdog(120, || {
        for threads in [1, 2, 3, 8] {
            let pool = Pool::new(threads).unwrap();
            assert_eq!(pool.submit(|| tree(6)).join().unwrap(), 729);
            let task = pool.submit(|| tree(6));
            while !task.is_done() {
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(task.join().unwrap(), 729);
            // On the workers themselves, all ways of waiting.
            let task = pool.submit(|| {
                let list: Vec<_> = (0..5).map(|i| task::submit(move || i)).collect();
                assert_eq!(task::wait(&list, Until::All, None), [0, 1, 2, 3, 4]);
                let sum = task::as_completed(list).map(|(_, v)| v.unwrap()).sum::<i32>();
                let list: Vec<_> = (0..5).map(|i| task::submit(move || i)).collect();
                assert!(!task::wait(&list, Until::FirstCompleted, None).is_empty());
                let more: i32 = task::map_ordered(0..100, 4, |i| i).map(Result::unwrap).sum();
                let most: i32 = task::map_unordered(0..100, 4, |i| i).map(Result::unwrap).sum();
                let total = AtomicUsize::new(0);
                task::scope(|s| {
                    for _ in 0..10 {
                        s.submit(|| s.submit(|| total.fetch_add(1, Ordering::SeqCst)));
                    }
                });
                let awaited = futures::executor::block_on(task::submit(|| 3)).unwrap();
                (sum, more, most, total.into_inner(), awaited)
            });
            while !task.is_done() {
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(task.join().unwrap(), (10, 4950, 4950, 10, 3));
        }
    });
}

#[test]
fn t6_kernels_and_tasks_nest_in_users_rayon_pools_and_theirs_in_ours() {
    use rayon::prelude::*;
    watchdog(120, || {
        let pool = Pool::new(2).unwrap();
        let sum: usize =
            (0..64usize).into_par_iter().map(|i| pool.submit(move || i).join().unwrap()).sum();
        assert_eq!(sum, 64 * 63 / 2);
        // A task that uses rayon itself waits on our worker: nothing of ours may start
        // on top of it. Held locks would deadlock.
        let mutex = Arc::new(Mutex::new(0usize));
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let mutex = Arc::clone(&mutex);
                pool.submit(move || {
                    let mut guard = mutex.lock().unwrap();
                    *guard += (0..100usize).into_par_iter().map(|i| i % 2).sum::<usize>();
                })
            })
            .collect();
        while !tasks.iter().all(Task::is_done) {
            thread::sleep(Duration::from_millis(1));
        }
        tasks.into_iter().for_each(|task| task.join().unwrap());
        assert_eq!(*mutex.lock().unwrap(), 200 * 50);
    });
}

#[test]
fn t7_a_waiting_thread_takes_no_strangers_work() {
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        let mutex = Arc::new(Mutex::new(0));
        for _ in 0..200 {
            let strangers: Vec<_> = (0..8)
                .map(|_| {
                    let mutex = Arc::clone(&mutex);
                    pool.submit(move || *mutex.lock().unwrap() += 1)
                })
                .collect();
            // The lock is held over the wait: a stranger on this thread would hang it.
            let guard = mutex.lock().unwrap();
            assert_eq!(pool.submit(|| 1).join().unwrap(), 1);
            assert_eq!(pool.scope(|s| s.submit(|| 2).join().unwrap()), 2);
            assert_eq!(pool.install(|| task::join(|| 3, || 4)), (3, 4));
            drop(guard);
            strangers.into_iter().for_each(|task| task.join().unwrap());
        }
        assert_eq!(*mutex.lock().unwrap(), 1600);
    });
}

#[test]
fn t9_a_chain_of_tasks_that_start_tasks_is_no_recursion() {
    fn next(left: usize, done: mpsc::Sender<()>) {
        if left == 0 {
            done.send(()).unwrap();
        } else {
            task::submit(move || next(left - 1, done)).detach();
            // The parent is still there while the child begins.
            std::hint::black_box(left);
        }
    }
    watchdog(120, || {
        for threads in [1, 2] {
            let pool = Pool::new(threads).unwrap();
            let (done, wait) = mpsc::channel();
            pool.submit(move || next(100_000, done)).detach();
            wait.recv().unwrap();
        }
    });
}

#[test]
fn t10_a_task_that_blocks_delays_only_itself() {
    watchdog(60, || {
        let pool = Pool::new(2).unwrap();
        let (release, wait) = mpsc::channel::<()>();
        let blocked = pool.submit(move || wait.recv().is_err());
        for _ in 0..100 {
            assert_eq!(pool.submit(|| 1).join().unwrap(), 1);
        }
        drop(release);
        assert!(blocked.join().unwrap());
        // The blocking lane takes what blocks: more than there are workers.
        let all = Arc::new(Barrier::new(32));
        let tasks: Vec<_> = (0..32)
            .map(|_| {
                let all = Arc::clone(&all);
                pool.blocking().submit(move || _ = all.wait())
            })
            .collect();
        // Not joined in turn: a joiner would block in the first.
        assert_eq!(pool.submit(|| 1).join().unwrap(), 1);
        while !tasks.iter().all(Task::is_done) {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

#[path = "task/many.rs"]
mod many;
#[path = "task/shutdown.rs"]
mod shutdown;
