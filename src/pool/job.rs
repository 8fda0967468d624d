//! One run's shared state: who claims what, what is done, when the caller may go.
//!
//! ```text
//! participant: i = next++; while i < n { run chunk i; i = next++ }
//!              drop scratch; done += chunks it has run
//! stop:        total = swap(next, STOPPED), if that was below n
//! caller:      takes part, then waits until done = total
//! ```
//! Claims are in index order, so every chunk below a claimed one is claimed. A
//! participant touches the body only between its first claim and its `finish`;
//! the caller leaves when all that was claimed is finished. A helper that comes
//! late claims nothing and so touches nothing but this job, which it co-owns.

use std::any::Any;

use super::sync::{AtomicUsize, Mutex, Ordering, Thread, current, park, relax, tired};

/// What a panic carries.
pub(crate) type Payload = Box<dyn Any + Send>;

/// The claim counter: which chunk is next, and whether claims are over.
#[derive(Debug)]
pub(crate) struct Claims {
    /// The next chunk; from `STOPPED` on, a run that was told to stop.
    next: AtomicUsize,
    n: usize,
}

/// Above every chunk index, with room for late claims to count on.
const STOPPED: usize = 1 << (usize::BITS - 2);

/// In `done`: the caller sleeps, wake it. Counts are shifted by one.
const WAITING: usize = 1;

impl Claims {
    pub(crate) fn new(n: usize) -> Self {
        debug_assert!(n < STOPPED);
        Self { next: AtomicUsize::new(0), n }
    }

    /// The next chunk, if there is one.
    #[inline]
    pub(crate) fn claim(&self) -> Option<usize> {
        // Relaxed: what a chunk needs was published with the job itself.
        let i = self.next.fetch_add(1, Ordering::Relaxed);
        (i < self.n).then_some(i)
    }

    /// Whether the run was told to stop.
    #[inline]
    pub(crate) fn stopped(&self) -> bool {
        self.next.load(Ordering::Acquire) >= STOPPED
    }

    /// Whether a claim would find nothing.
    #[inline]
    pub(crate) fn exhausted(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.n
    }

    /// Ends claims; gives how many chunks were claimed, if this call ended them.
    fn stop(&self) -> Option<usize> {
        let claimed = self.next.swap(STOPPED, Ordering::AcqRel);
        (claimed < STOPPED).then(|| claimed.min(self.n))
    }
}

/// A run that helpers may join.
pub(crate) struct Job {
    claims: Claims,
    /// Chunks that must be done before the caller may leave: all, or those that
    /// were claimed when the run was stopped.
    total: AtomicUsize,
    /// Chunks done, times two, plus `WAITING`.
    done: AtomicUsize,
    /// The panic of the lowest chunk so far.
    panic: Mutex<Option<(usize, Payload)>>,
    caller: Thread,
    body: Body,
}

/// The run's closures, type and lifetime erased.
#[derive(Clone, Copy)]
pub(crate) struct Body {
    /// Valid from the first claim to the last `finish`.
    pub(crate) data: *const (),
    /// Takes part in the job: touches `data` only between its own first claim
    /// and its own `finish`.
    pub(crate) help: unsafe fn(*const (), &Job),
}

// SAFETY: `data` points at closures that are `Sync` (`run` demands it), and is
// followed only between a claim and the `finish` that the caller waits for.
unsafe impl Send for Job {}
// SAFETY: as above.
unsafe impl Sync for Job {}

impl Job {
    /// A job of `n` chunks that the current thread calls.
    pub(crate) fn new(n: usize, body: Body) -> Self {
        Self {
            claims: Claims::new(n),
            total: AtomicUsize::new(n),
            done: AtomicUsize::new(0),
            panic: Mutex::new(None),
            caller: current(),
            body,
        }
    }

    pub(crate) fn claims(&self) -> &Claims {
        &self.claims
    }

    /// A helper's whole part in the job.
    pub(crate) fn help(&self) {
        // SAFETY: `help` follows `data` only after a claim, and the caller stays
        // until every claimed chunk is finished.
        unsafe { (self.body.help)(self.body.data, self) }
    }

    /// Ends claims. Only a participant that has claimed a chunk and not yet
    /// finished may call it: its own unfinished chunk holds the caller here until
    /// `total` is right.
    pub(crate) fn stop(&self) {
        if let Some(claimed) = self.claims.stop() {
            self.total.store(claimed, Ordering::Release);
        }
    }

    /// Ends claims and keeps the panic if it is that of the lowest chunk; gives
    /// back the one that is not kept, for the caller to drop with care.
    pub(crate) fn panicked(&self, chunk: usize, payload: Payload) -> Option<Payload> {
        self.stop();
        let mut kept = self.panic.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match &*kept {
            Some((lowest, _)) if *lowest <= chunk => Some(payload),
            _ => kept.replace((chunk, payload)).map(|(_, other)| other),
        }
    }

    /// Publishes that a participant has run `chunks` chunks and has let go of the
    /// body and of its scratch.
    pub(crate) fn finish(&self, chunks: usize) {
        let before = self.done.fetch_add(chunks << 1, Ordering::AcqRel);
        // The body may be gone from here on; the job is not, it is co-owned.
        if before & WAITING != 0 && (before >> 1) + chunks >= self.total.load(Ordering::Acquire) {
            self.caller.unpark();
        }
    }

    fn finished(&self) -> bool {
        // In this order: a count that includes the stopper's chunk brings the
        // stopper's `total` with it; one that does not is below either total.
        let done = self.done.load(Ordering::Acquire) >> 1;
        done >= self.total.load(Ordering::Acquire)
    }

    /// Waits until all that was claimed is done. For the caller, after its own
    /// `finish`. Takes no other work meanwhile.
    pub(crate) fn wait(&self) {
        let mut step = 0;
        while !self.finished() {
            if tired(step) {
                self.done.fetch_or(WAITING, Ordering::AcqRel);
                while !self.finished() {
                    park();
                }
                return;
            }
            relax(step);
            step += 1;
        }
    }

    /// The panic to resume, after `wait`.
    pub(crate) fn take_panic(&self) -> Option<Payload> {
        let mut kept = self.panic.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.take().map(|(_, payload)| payload)
    }
}
