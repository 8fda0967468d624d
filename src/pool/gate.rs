//! Who is inside, whether more may come, and waiting until all have left: the
//! tasks of a pool or of a scope.
//!
//! Those who come in and those who leave are counted apart, each count on cache
//! lines of its own: threads that submit and threads that work write them a million
//! times a second.

use super::sync::{AtomicUsize, Mutex, Ordering, Thread, current};

/// In `entered`: nobody may enter any more. The rest counts, times two.
const CLOSED: usize = 1;
/// In `left`: somebody waits. The rest counts, times two.
const AWAITED: usize = 1;
const ONE: usize = 2;

pub(crate) struct Gate {
    entered: Apart<AtomicUsize>,
    left: Apart<AtomicUsize>,
    waiting: Mutex<Vec<Thread>>,
}

/// On cache lines that hold nothing else; two, since they are fetched in pairs.
#[repr(align(128))]
struct Apart<T>(T);

impl Gate {
    pub(crate) fn new() -> Self {
        let (entered, left) = (Apart(AtomicUsize::new(0)), Apart(AtomicUsize::new(0)));
        Self { entered, left, waiting: Mutex::new(Vec::new()) }
    }

    /// Comes in; `false` if the gate is closed. Who is in must leave once.
    pub(crate) fn enter(&self) -> bool {
        let open = self.entered.0.fetch_add(ONE, Ordering::AcqRel) & CLOSED == 0;
        if !open {
            self.leave();
        }
        open
    }

    /// Leaves; the last one wakes those who wait.
    pub(crate) fn leave(&self) {
        // The last one to leave has seen all others leave, and hence come.
        if self.left.0.fetch_add(ONE, Ordering::AcqRel) & AWAITED != 0 && self.is_empty() {
            let mut waiting =
                self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let threads = std::mem::take(&mut *waiting);
            self.left.0.fetch_and(!AWAITED, Ordering::AcqRel);
            drop(waiting);
            threads.iter().for_each(Thread::unpark);
        }
    }

    /// From now on nobody comes in.
    pub(crate) fn close(&self) {
        self.entered.0.fetch_or(CLOSED, Ordering::AcqRel);
    }

    /// Whether nobody is inside.
    pub(crate) fn is_empty(&self) -> bool {
        // In this order: as many as had left when the first count was read had come
        // when the second was, so equal counts mean that nobody was inside then.
        let left = self.left.0.load(Ordering::Acquire) / ONE;
        self.entered.0.load(Ordering::Acquire) / ONE == left
    }

    /// Has this thread woken when the last one leaves. Look at `is_empty` afterwards:
    /// that may have been.
    pub(crate) fn wake_me(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        waiting.push(current());
        self.left.0.fetch_or(AWAITED, Ordering::AcqRel);
    }
}
