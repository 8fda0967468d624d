//! Cancelled kernels run to their end where panics abort, and nothing aborts.

use std::sync::atomic::{AtomicUsize, Ordering};

use swath::{CancelToken, Control, Pool, testing};

fn main() {
    let token = CancelToken::new();
    token.cancel();
    for threads in [1, 3] {
        for cost in [0.0, 1e9] {
            let ran = AtomicUsize::new(0);
            let pool = Pool::new(threads).expect("threads");
            let result = pool.install(|| {
                Control::new().token(&token).run(|| {
                    testing::run_chunks(100, cost, |_| _ = ran.fetch_add(1, Ordering::Relaxed));
                })
            });
            assert_eq!((result, ran.into_inner()), (Ok(()), 100));
        }
    }
    println!("panic = abort: stop conditions are ignored and kernels are whole");
}
