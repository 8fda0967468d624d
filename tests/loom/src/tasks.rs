//! Tasks: whoever begins one ends it, who watches is told once and after the end,
//! and a gate that is closed and found empty stays so.

use loom::sync::Arc;
use loom::thread;

use crate::gate::Gate;
use crate::model;
use crate::state::{State, Watcher};
use crate::sync::{AtomicUsize, Ordering, Shared, current, park};

/// A task whose outcome is a loom cell: written by whoever ends it, read after the
/// end; anything else is an access race, which loom reports.
struct Task {
    state: State,
    outcome: Shared<usize>,
    ends: AtomicUsize,
}

// SAFETY: what is to be shown; loom reports a race on the cell.
unsafe impl Send for Task {}
// SAFETY: as above.
unsafe impl Sync for Task {}

impl Task {
    fn new() -> Arc<Self> {
        let (state, outcome) = (State::new(), Shared::new(0));
        Arc::new(Self { state, outcome, ends: AtomicUsize::new(0) })
    }

    /// What a worker, a thread that waits, or one that cancels does; each with an
    /// outcome of its own.
    fn settle(&self, outcome: usize) {
        if self.state.begin() {
            // SAFETY: one thread begins; others read after the end.
            self.outcome.with_mut(|place| unsafe { *place = outcome });
            self.ends.fetch_add(1, Ordering::Relaxed);
            for watcher in self.state.end(outcome == 1) {
                tell(watcher);
            }
        }
    }

    fn wait(&self) {
        if let Err(watcher) = self.state.watch(Watcher::Thread(current())) {
            tell(watcher);
        }
        while !self.state.has_ended() {
            park();
        }
    }

    fn outcome(&self) -> usize {
        // SAFETY: after the end; only the waiting thread reads.
        self.outcome.with_mut(|place| unsafe { *place })
    }
}

fn tell(watcher: Watcher) {
    match watcher {
        Watcher::Thread(thread) => thread.unpark(),
        Watcher::Call(call) => call(),
        Watcher::Waker(waker) => waker.wake(),
    }
}

#[test]
fn t3_a_task_that_is_run_and_cancelled_at_once_ends_once() {
    model(3, || {
        let task = Task::new();
        let others = [1, 2].map(|outcome| {
            let task = Arc::clone(&task);
            thread::spawn(move || task.settle(outcome))
        });
        task.wait();
        let outcome = task.outcome();
        assert!(outcome == 1 || outcome == 2);
        assert_eq!(task.state.has_failed(), outcome == 2);
        others.map(|other| other.join().unwrap());
        assert_eq!(task.ends.load(Ordering::Relaxed), 1);
        assert_eq!(task.outcome(), outcome, "the end is the end");
    });
}

#[test]
fn who_waits_may_run_the_task_itself() {
    model(4, || {
        let task = Task::new();
        let worker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.settle(1))
        };
        task.settle(1);
        task.wait();
        assert_eq!(task.outcome(), 1);
        worker.join().unwrap();
    });
}

#[test]
fn a_watcher_is_told_once_and_after_the_end() {
    model(4, || {
        let task = Task::new();
        let told = Arc::new(AtomicUsize::new(0));
        let worker = {
            let task = Arc::clone(&task);
            thread::spawn(move || task.settle(1))
        };
        let call = {
            let (task, told) = (Arc::clone(&task), Arc::clone(&told));
            Box::new(move || {
                assert!(task.state.has_ended());
                told.fetch_add(1, Ordering::AcqRel);
            })
        };
        if let Err(watcher) = task.state.watch(Watcher::Call(call)) {
            tell(watcher);
        }
        worker.join().unwrap();
        assert_eq!(told.load(Ordering::Acquire), 1);
    });
}

/// Work done by a task, seen by whoever waited for it.
struct Work(Shared<usize>);

// SAFETY: as of `Task`.
unsafe impl Send for Work {}
// SAFETY: as above.
unsafe impl Sync for Work {}

/// What a shutdown does, after closing. On a thread of its own: a late unpark must
/// not meet this model's joins, which loom takes for parks.
fn wait_until_empty(gate: &Gate) {
    while !gate.is_empty() {
        gate.wake_me();
        if !gate.is_empty() {
            park();
        }
    }
}

/// Shutting down: a task that is let in is waited for, one that comes later is not
/// let in.
#[test]
fn t4_a_shutdown_waits_for_whoever_came_in() {
    model(3, || {
        let gate = Arc::new(Gate::new());
        let work = Arc::new(Work(Shared::new(0)));
        let shutdown = {
            let (gate, work) = (Arc::clone(&gate), Arc::clone(&work));
            thread::spawn(move || {
                gate.close();
                wait_until_empty(&gate);
                // SAFETY: the gate is closed and empty.
                work.0.with_mut(|work| unsafe { *work })
            })
        };
        let entered = gate.enter();
        if entered {
            // SAFETY: whoever shuts down reads after this has left.
            work.0.with_mut(|work| unsafe { *work += 1 });
            gate.leave();
        }
        assert_eq!(shutdown.join().unwrap(), usize::from(entered));
        assert!(!gate.enter() && gate.is_empty());
    });
}

#[test]
fn t4_two_tasks_and_one_who_waits_for_both() {
    model(3, || {
        let gate = Arc::new(Gate::new());
        assert!(gate.enter() && gate.enter());
        let waiting = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || wait_until_empty(&gate))
        };
        let other = {
            let gate = Arc::clone(&gate);
            thread::spawn(move || gate.leave())
        };
        gate.leave();
        waiting.join().unwrap();
        other.join().unwrap();
    });
}
