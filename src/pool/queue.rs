//! Tasks that wait for a thread, the oldest first.
//!
//! A task may be begun by others than who takes it from here: by whoever waits for
//! it, or cancels it. It then stays behind, empty, until it is at the head or until
//! half of the queue is such husks.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::board::Guard;
use super::task::Run;

#[derive(Default)]
pub(crate) struct Queue {
    tasks: Mutex<VecDeque<Arc<dyn Run>>>,
    /// Tasks and husks: polled without the lock.
    len: AtomicUsize,
    husks: AtomicUsize,
}

/// Fewer husks than this are not worth a search.
const FEW: usize = 256;

impl Queue {
    pub(crate) fn push(&self, task: Arc<dyn Run>) {
        let mut tasks = Guard::lock(&self.tasks);
        tasks.push_back(task);
        self.len.store(tasks.len(), Ordering::Release);
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len.load(Ordering::Acquire) == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// The oldest task that nobody has begun, and whether there is more behind it.
    pub(crate) fn pop(&self) -> Option<(Arc<dyn Run>, bool)> {
        if self.is_empty() {
            return None;
        }
        let mut tasks = Guard::lock(&self.tasks);
        let mut found = None;
        while let Some(task) = tasks.pop_front() {
            if task.head().state.is_queued() {
                found = Some(task);
                break;
            }
            let _ =
                self.husks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        }
        self.len.store(tasks.len(), Ordering::Release);
        found.map(|task| (task, !tasks.is_empty()))
    }

    /// Notes that a task in here was begun by somebody else.
    pub(crate) fn left_a_husk(&self) {
        let husks = self.husks.fetch_add(1, Ordering::Relaxed) + 1;
        if husks >= FEW && 2 * husks > self.len() {
            let mut tasks = Guard::lock(&self.tasks);
            self.husks.store(0, Ordering::Relaxed);
            tasks.retain(|task| task.head().state.is_queued());
            self.len.store(tasks.len(), Ordering::Release);
        }
    }
}
