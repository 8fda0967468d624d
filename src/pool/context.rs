//! What a kernel obeys: the pool, the thread limit, what can stop it, whom to
//! tell of progress. Lives on the stack of whoever set it; each thread points at
//! the one in force.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::engine::Slot;
use crate::tuning;

/// Why a kernel was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum StoppedBy {
    /// A token was cancelled.
    Token = 1,
    /// A deadline passed.
    Deadline = 2,
    /// A poll for interrupts answered yes.
    Interrupt = 3,
}

/// A progress callback: chunks done, chunks in all.
pub(crate) type Progress = dyn Fn(usize, usize) + Send + Sync;

/// The settings in force on a thread.
#[derive(Clone)]
pub(crate) struct Context {
    /// The pool that helps; `None`: the shared one.
    pub(crate) slot: Option<Arc<Slot>>,
    /// Threads that may work on one kernel, the caller among them.
    pub(crate) limit: usize,
    pub(crate) stop: Option<Arc<Stop>>,
    /// Valid while the `Control::run` that set it lasts; never given to helpers.
    pub(crate) progress: Option<*const Progress>,
}

impl Context {
    const DEFAULT: Self = Self { slot: None, limit: usize::MAX, stop: None, progress: None };

    /// Whether a run can ignore everything but pool and limit.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.stop.is_none() && self.progress.is_none()
    }
}

thread_local! {
    /// Null: the default. Without a destructor, so that kernels work in those of
    /// other thread-locals.
    static CURRENT: Cell<*const Context> = const { Cell::new(std::ptr::null()) };
}

/// Hands the context in force to `f`.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&Context) -> R) -> R {
    let current = CURRENT.get();
    // SAFETY: `Entered` keeps the pointer only while it borrows the context.
    f(unsafe { current.as_ref() }.unwrap_or(&const { Context::DEFAULT }))
}

/// Puts `context` in force on this thread for as long as the guard lives.
#[inline]
pub(crate) fn enter(context: &Context) -> Entered<'_> {
    Entered { outer: CURRENT.replace(context), _context: context }
}

/// See [`enter`]. Not to be leaked: it stays inside this crate.
pub(crate) struct Entered<'a> {
    outer: *const Context,
    _context: &'a Context,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        CURRENT.set(self.outer);
    }
}

/// Conditions that stop kernels, and those further out.
pub(crate) struct Stop {
    /// The conditions of the thread where it was set, and, for settings carried
    /// over from another thread, those of that one.
    pub(crate) outer: [Option<Arc<Stop>>; 2],
    pub(crate) token: Option<Arc<AtomicBool>>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) poll: Option<Poll>,
    /// 0, or the `StoppedBy` that cut a kernel inside.
    pub(crate) cut: AtomicU8,
}

impl Stop {
    /// What has fired, the outermost if several: the whole of it has to end.
    pub(crate) fn fired(&self) -> Option<Cut> {
        let outer = self.outer.iter().flatten().find_map(|outer| outer.fired());
        outer.or_else(|| self.fired_here().map(|by| Cut { at: self, by }))
    }

    fn fired_here(&self) -> Option<StoppedBy> {
        if self.token.as_ref().is_some_and(|token| token.load(Ordering::Acquire)) {
            Some(StoppedBy::Token)
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Some(StoppedBy::Deadline)
        } else if self.poll.as_ref().is_some_and(Poll::interrupted) {
            Some(StoppedBy::Interrupt)
        } else {
            None
        }
    }

    /// Whether `at` is this or further out.
    pub(crate) fn within(&self, at: *const Stop) -> bool {
        std::ptr::eq(self, at) || self.outer.iter().flatten().any(|outer| outer.within(at))
    }

    /// Notes that a kernel in here was cut by `cut`.
    fn mark(&self, cut: Cut) {
        if self.within(cut.at) {
            self.cut.store(cut.by as u8, Ordering::Release);
            self.outer.iter().flatten().for_each(|outer| outer.mark(cut));
        }
    }

    /// By what a kernel in here was cut, whoever swallowed the news.
    pub(crate) fn cut(&self) -> Option<StoppedBy> {
        match self.cut.load(Ordering::Acquire) {
            1 => Some(StoppedBy::Token),
            2 => Some(StoppedBy::Deadline),
            3 => Some(StoppedBy::Interrupt),
            _ => None,
        }
    }
}

/// A question asked between chunks on the thread that set it.
pub(crate) struct Poll {
    question: Box<dyn Fn() -> bool + Send + Sync>,
    thread: usize,
    started: Instant,
    /// When to ask next, in ns after `started`.
    next: AtomicU64,
    answer: AtomicBool,
}

impl Poll {
    pub(crate) fn new(question: Box<dyn Fn() -> bool + Send + Sync>) -> Self {
        let (next, answer) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { question, thread: this_thread(), started: Instant::now(), next, answer }
    }

    fn interrupted(&self) -> bool {
        if self.thread == this_thread() && !self.answer.load(Ordering::Relaxed) {
            let now = self.started.elapsed();
            if now.as_nanos() as u64 >= self.next.load(Ordering::Relaxed) {
                let next = now + Duration::from_millis(tuning::POLL_MS);
                self.next.store(next.as_nanos() as u64, Ordering::Relaxed);
                if (self.question)() {
                    self.answer.store(true, Ordering::Release);
                }
            }
        }
        self.answer.load(Ordering::Acquire)
    }
}

/// A number that no other living thread has.
fn this_thread() -> usize {
    CURRENT.with(|current| std::ptr::from_ref(current).addr())
}

/// A kernel was cut by a condition; also the payload that unwinds to its owner.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) at: *const Stop,
    pub(crate) by: StoppedBy,
}

// SAFETY: `at` is compared, never followed.
unsafe impl Send for Cut {}

/// The conditions that a run starting now must look at. None while the thread
/// unwinds (a second unwinding from a `Drop` would abort the process), and none
/// where panics abort.
#[inline]
pub(crate) fn stop_of(context: &Context) -> Option<&Arc<Stop>> {
    let stop = context.stop.as_ref()?;
    (!cfg!(panic = "abort") && !std::thread::panicking()).then_some(stop)
}

/// Leaves a kernel that was cut: unwinds, without a message, to the
/// `Control::run` that owns the condition.
pub(crate) fn leave(stop: &Stop, cut: Cut) -> ! {
    stop.mark(cut);
    resume_unwind(Box::new(cut))
}
