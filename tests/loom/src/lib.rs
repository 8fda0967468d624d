//! Loom models of the runner: claim, finish, stop, panic, late helpers, hand-over;
//! and of tasks: begin, end, watch, shut down.
//!
//! `job.rs`, `handover.rs`, `state.rs` and `gate.rs` are the library's own files,
//! compiled here against loom's primitives. What the caller lends to a run is a loom cell that it takes
//! back at the end: a helper that touched it too late would be an access race,
//! which loom reports.
#![cfg(test)]
#![allow(dead_code)] // the library uses more of these files than the models do

#[path = "../../../src/pool/gate.rs"]
mod gate;
#[path = "../../../src/pool/handover.rs"]
mod handover;
#[path = "../../../src/pool/job.rs"]
mod job;
#[path = "../../../src/pool/state.rs"]
mod state;
mod tasks;

/// What `src/pool/sync.rs` gives the library.
mod sync {
    pub(crate) use loom::sync::Mutex;
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    pub(crate) use loom::thread::{Thread, current, park};

    pub(crate) struct Shared<T>(loom::cell::UnsafeCell<T>);

    impl<T> Shared<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::cell::UnsafeCell::new(value))
        }
        pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            self.0.with_mut(f)
        }
    }

    pub(crate) fn relax(_step: u32) {
        loom::thread::yield_now();
    }

    /// At once, so that the model covers sleeping too.
    pub(crate) fn tired(step: u32) -> bool {
        step > 0
    }
}

use handover::HandOver;
use job::{Body, Job};
use loom::sync::Arc;
use loom::thread;
use sync::{AtomicUsize, Ordering, Shared};

/// What the caller lends: each chunk adds one to its own cell.
struct Lent {
    chunks: Vec<Shared<usize>>,
    stop_at: Option<usize>,
    panic_at: Vec<usize>,
}

/// A participant, as `run.rs` has it.
fn take_part(lent: *const Lent, job: &Job) {
    let Some(mut i) = job.claims().claim() else { return };
    // SAFETY: a chunk is claimed and not finished: what this model is to show.
    let lent = unsafe { &*lent };
    let mut claimed = 1;
    loop {
        // SAFETY: each index is claimed once.
        lent.chunks[i].with_mut(|chunk| unsafe { *chunk += 1 });
        if lent.stop_at == Some(i) {
            job.stop();
        }
        if lent.panic_at.contains(&i) {
            drop(job.panicked(i, Box::new(i)));
            break;
        }
        let Some(next) = job.claims().claim() else { break };
        i = next;
        claimed += 1;
    }
    job.finish(claimed);
}

unsafe fn help(data: *const (), job: &Job) {
    take_part(data.cast(), job);
}

/// A run of `n` chunks with `helpers` helpers; gives which chunks ran and which
/// panic came back.
fn run(
    n: usize,
    helpers: usize,
    stop_at: Option<usize>,
    panic_at: &[usize],
) -> (Vec<usize>, Option<usize>) {
    let chunks = (0..n).map(|_| Shared::new(0)).collect();
    let lent = Box::into_raw(Box::new(Lent { chunks, stop_at, panic_at: panic_at.to_vec() }));
    let job = Arc::new(Job::new(n, Body { data: lent.cast_const().cast(), help }));
    let threads: Vec<_> = (0..helpers)
        .map(|_| {
            let job = Arc::clone(&job);
            thread::spawn(move || job.help())
        })
        .collect();
    take_part(lent, &job);
    job.wait();
    // The caller leaves: what it lent is gone, whatever late helpers do.
    // SAFETY: made above; helpers have let go, or loom reports the race.
    let lent = unsafe { Box::from_raw(lent) };
    let ran = lent.chunks.iter().map(|chunk| chunk.with_mut(|chunk| unsafe { *chunk })).collect();
    drop(lent);
    let panic = job.take_panic().map(|payload| *payload.downcast::<usize>().unwrap());
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    (ran, panic)
}

fn model(bound: usize, f: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(bound);
    builder.check(f);
}

#[test]
fn every_chunk_runs_once_and_the_caller_sees_it() {
    model(4, || assert_eq!(run(3, 1, None, &[]).0, [1, 1, 1]));
    model(3, || assert_eq!(run(2, 2, None, &[]).0, [1, 1]));
}

#[test]
fn a_stop_ends_claims_and_the_caller_waits_for_the_rest() {
    model(4, || {
        let (ran, _) = run(3, 1, Some(0), &[]);
        assert_eq!(ran[0], 1);
        assert!(ran.is_sorted_by(|a, b| a >= b), "in index order: {ran:?}");
    });
    model(3, || {
        let (ran, _) = run(3, 2, Some(1), &[]);
        assert_eq!(ran[..2], [1, 1]);
    });
}

#[test]
fn t1_the_lowest_panic_comes_back() {
    model(4, || {
        let (ran, panic) = run(3, 1, None, &[1, 2]);
        assert_eq!(panic, Some(1));
        assert_eq!(ran[..2], [1, 1]);
    });
    model(3, || assert_eq!(run(2, 2, None, &[0, 1]).1, Some(0)));
}

#[test]
fn t3_a_stop_and_a_panic_at_once_end_once() {
    model(4, || {
        let (ran, panic) = run(3, 1, Some(0), &[1]);
        assert_eq!(panic, (ran[1] == 1).then_some(1));
    });
}

#[test]
fn carries_are_handed_over_in_order() {
    model(3, || {
        let places = Arc::new(HandOver::new(3, 1));
        let next = Arc::new(AtomicUsize::new(0));
        let work = {
            let (places, next) = (Arc::clone(&places), Arc::clone(&next));
            move || {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    if i >= 3 {
                        return;
                    }
                    let before = places.take(i, || false).unwrap();
                    assert_eq!(before, 10usize.pow(i as u32));
                    places.give(i + 1, before * 10);
                }
            }
        };
        let helper = thread::spawn(work.clone());
        work();
        helper.join().unwrap();
        assert_eq!(places.take(3, || false), Some(1000));
    });
}

#[test]
fn a_carry_that_never_comes_is_not_waited_for() {
    model(4, || {
        let places = Arc::new(HandOver::new(2, ()));
        let stopped = Arc::new(AtomicUsize::new(0));
        let helper = {
            let (places, stopped) = (Arc::clone(&places), Arc::clone(&stopped));
            // Chunk 0 stops in place of handing over.
            thread::spawn(move || {
                places.take(0, || false).unwrap();
                stopped.store(1, Ordering::Release);
            })
        };
        assert_eq!(places.take(1, || stopped.load(Ordering::Acquire) == 1), None);
        helper.join().unwrap();
    });
}
