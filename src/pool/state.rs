//! One task's state: who may run it, that it ends once, who wants to know.
//!
//! ```text
//! QUEUED --begin--> RUNNING --end--> DONE or FAILED
//! ```
//! Whoever wins `begin` (a worker, a thread that waits for the task, whoever
//! cancels it) is the one that ends it: there is one winner, hence one end. The
//! outcome is stored before `end`. Who watches is told once, after the end.

use super::sync::{AtomicUsize, Mutex, Ordering, Thread};

const QUEUED: usize = 0;
const RUNNING: usize = 1;
const DONE: usize = 2;
const FAILED: usize = 3;

/// Whom to tell that a task has ended.
pub(crate) enum Watcher {
    /// Waits parked.
    Thread(Thread),
    /// Awaits it; a task has one waker, the latest.
    Waker(std::task::Waker),
    /// Wants a call on the thread that ends the task.
    Call(Box<dyn FnOnce() + Send>),
}

pub(crate) struct State {
    phase: AtomicUsize,
    watchers: Mutex<Vec<Watcher>>,
}

impl State {
    pub(crate) fn new() -> Self {
        Self { phase: AtomicUsize::new(QUEUED), watchers: Mutex::new(Vec::new()) }
    }

    /// Whether nobody has begun it.
    pub(crate) fn is_queued(&self) -> bool {
        self.phase.load(Ordering::Acquire) == QUEUED
    }

    /// Whether it has ended; what was stored before the end is then seen.
    pub(crate) fn has_ended(&self) -> bool {
        self.phase.load(Ordering::Acquire) >= DONE
    }

    /// Whether it has ended without a value.
    pub(crate) fn has_failed(&self) -> bool {
        self.phase.load(Ordering::Acquire) == FAILED
    }

    /// Claims the task: `true` once, and to the one that must end it.
    pub(crate) fn begin(&self) -> bool {
        let (order, other) = (Ordering::AcqRel, Ordering::Relaxed);
        self.phase.compare_exchange(QUEUED, RUNNING, order, other).is_ok()
    }

    /// Ends the task; gives whom to tell. Called once, by whoever began it.
    #[must_use]
    pub(crate) fn end(&self, done: bool) -> Vec<Watcher> {
        let mut watchers = self.watchers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Under the lock: who comes to watch later sees the end.
        self.phase.store(if done { DONE } else { FAILED }, Ordering::Release);
        std::mem::take(&mut *watchers)
    }

    /// Has `watcher` told of the end; gives it back if that has been.
    pub(crate) fn watch(&self, watcher: Watcher) -> Result<(), Watcher> {
        let mut watchers = self.watchers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.has_ended() {
            return Err(watcher);
        }
        let same = |other: &Watcher| match (other, &watcher) {
            (Watcher::Waker(_), Watcher::Waker(_)) => true,
            (Watcher::Thread(one), Watcher::Thread(other)) => one.id() == other.id(),
            _ => false,
        };
        let place = watchers.iter().position(same);
        let old = match place {
            Some(i) => Some(std::mem::replace(&mut watchers[i], watcher)),
            None => {
                watchers.push(watcher);
                None
            }
        };
        drop(watchers);
        // A waker is the runtime's code: its drop runs without our lock.
        drop(old);
        Ok(())
    }
}
