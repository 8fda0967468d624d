//! Shutting down, threads that are not to be had, forks.

use super::*;

#[test]
fn t4_shutdown_drains_or_cancels_and_refuses_what_comes_later() {
    watchdog(60, || {
        for threads in [1, 2] {
            for how in [Shutdown::Drain, Shutdown::Cancel] {
                let pool = Pool::new(threads).unwrap();
                let ran = Arc::new(AtomicUsize::new(0));
                let tasks: Vec<_> = (0..50)
                    .map(|_| {
                        let ran = Arc::clone(&ran);
                        pool.submit(move || {
                            run_chunks(20, DEAR, |_| thread::sleep(Duration::from_micros(50)));
                            ran.fetch_add(1, Ordering::SeqCst);
                        })
                    })
                    .collect();
                pool.shutdown(how);
                assert!(tasks.iter().all(Task::is_done));
                let values = tasks.into_iter().map(Task::join).filter(Result::is_ok).count();
                assert_eq!(values, ran.load(Ordering::SeqCst));
                assert_eq!(values == 50, how == Shutdown::Drain);
                let late = pool.submit(|| 5);
                assert!(late.is_done() && pool.is_shut_down());
                assert!(matches!(late.join(), Err(TaskError::Shutdown)));
                assert!(matches!(pool.blocking().submit(|| 5).join(), Err(TaskError::Shutdown)));
                pool.shutdown(Shutdown::Cancel);
                // Kernels go on.
                pool.install(|| run_chunks(10, DEAR, |_| ()));
            }
        }
    });
}

#[test]
fn t4_shutdown_from_inside_a_task_does_not_wait_for_itself() {
    watchdog(60, || {
        for threads in [1, 2] {
            for how in [Shutdown::Drain, Shutdown::Cancel] {
                let pool = Arc::new(Pool::new(threads).unwrap());
                let task = {
                    let pool = Arc::clone(&pool);
                    pool.clone().submit(move || {
                        pool.shutdown(how);
                        matches!(pool.submit(|| ()).join(), Err(TaskError::Shutdown))
                    })
                };
                assert!(task.join().unwrap());
                // The task drops the pool's last owner.
                let pool = Arc::new(Pool::new(threads).unwrap());
                let (go, wait) = mpsc::channel::<()>();
                let task = {
                    let inside = Arc::clone(&pool);
                    pool.submit(move || {
                        wait.recv().unwrap();
                        let inside = Arc::into_inner(inside).unwrap();
                        let left = inside.submit(|| 5);
                        drop(inside);
                        left.join().unwrap()
                    })
                };
                drop(pool);
                go.send(()).unwrap();
                assert_eq!(task.join().unwrap(), 5);
            }
        }
    });
}

#[test]
fn t4_dropping_a_pool_waits_for_detached_tasks() {
    watchdog(60, || {
        for threads in [1, 2] {
            for _ in 0..100 {
                let pool = Pool::new(threads).unwrap();
                let ran = Arc::new(AtomicUsize::new(0));
                for i in 0..10 {
                    let ran = Arc::clone(&ran);
                    let lane = pool.blocking();
                    let work = move || _ = ran.fetch_add(1, Ordering::SeqCst);
                    if i % 2 == 0 { pool.submit(work) } else { lane.submit(work) }.detach();
                }
                drop(pool);
                assert_eq!(ran.load(Ordering::SeqCst), 10);
            }
        }
    });
}
