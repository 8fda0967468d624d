//! Who is inside, whether more may come, and waiting until all have left: the
//! tasks of a pool or of a scope.

use super::sync::{AtomicUsize, Mutex, Ordering, Thread, current};

/// In `word`: nobody may enter any more. The rest counts who is inside, times two.
const CLOSED: usize = 1;
const ONE: usize = 2;

pub(crate) struct Gate {
    word: AtomicUsize,
    waiting: Mutex<Vec<Thread>>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self { word: AtomicUsize::new(0), waiting: Mutex::new(Vec::new()) }
    }

    /// Comes in; `false` if the gate is closed. Who is in must leave once.
    pub(crate) fn enter(&self) -> bool {
        let open = self.word.fetch_add(ONE, Ordering::AcqRel) & CLOSED == 0;
        if !open {
            self.leave();
        }
        open
    }

    /// Leaves; the last one wakes those who wait.
    pub(crate) fn leave(&self) {
        if self.word.fetch_sub(ONE, Ordering::AcqRel) / ONE == 1 {
            let mut waiting =
                self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let threads = std::mem::take(&mut *waiting);
            drop(waiting);
            threads.iter().for_each(Thread::unpark);
        }
    }

    /// From now on nobody comes in.
    pub(crate) fn close(&self) {
        self.word.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// Whether nobody is inside.
    pub(crate) fn is_empty(&self) -> bool {
        self.word.load(Ordering::Acquire) / ONE == 0
    }

    /// Has this thread woken when the last one leaves. Look at `is_empty` afterwards:
    /// that may have been.
    pub(crate) fn wake_me(&self) {
        self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(current());
    }
}
