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
    /// The pool was shut down.
    Shutdown = 4,
}

impl StoppedBy {
    fn from_number(number: u8) -> Option<Self> {
        [Self::Token, Self::Deadline, Self::Interrupt, Self::Shutdown]
            .into_iter()
            .find(|by| *by as u8 == number)
    }
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
    pub(crate) stop: Option<Stops>,
    /// Valid while the `Control::run` that set it lasts; never given to helpers.
    pub(crate) progress: Option<*const Progress>,
    /// Inside a task: who waits here for all tasks may wait for itself.
    pub(crate) in_task: bool,
}

impl Context {
    const DEFAULT: Self =
        Self { slot: None, limit: usize::MAX, stop: None, progress: None, in_task: false };

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

/// What can stop the kernels of one `Control::run`, task, scope or pool.
#[derive(Default)]
pub(crate) struct Stop {
    token: Option<Arc<AtomicBool>>,
    deadline: Option<Instant>,
    poll: Option<Poll>,
    /// 0, or the `StoppedBy` that a task, scope or pool was told to stop with.
    told: AtomicU8,
    /// 0, or the `StoppedBy` that cut a kernel inside.
    cut: AtomicU8,
    /// The task has ended: nobody cancels it any more.
    over: AtomicBool,
    /// Of a task: chunks in all and chunks done, of the kernel under way.
    progress: AtomicU64,
}

impl Stop {
    pub(crate) fn new(
        token: Option<Arc<AtomicBool>>,
        deadline: Option<Instant>,
        poll: Option<Poll>,
    ) -> Self {
        Self { token, deadline, poll, ..Self::default() }
    }

    /// Stops what runs under it, now and later; the first reason counts.
    pub(crate) fn tell(&self, by: StoppedBy) {
        let (order, other) = (Ordering::AcqRel, Ordering::Relaxed);
        let _ = self.told.compare_exchange(0, by as u8, order, other);
    }

    pub(crate) fn fired(&self) -> Option<StoppedBy> {
        if let Some(by) = StoppedBy::from_number(self.told.load(Ordering::Acquire)) {
            Some(by)
        } else if self.token.as_ref().is_some_and(|token| token.load(Ordering::Acquire)) {
            Some(StoppedBy::Token)
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Some(StoppedBy::Deadline)
        } else if self.poll.as_ref().is_some_and(Poll::interrupted) {
            Some(StoppedBy::Interrupt)
        } else {
            None
        }
    }

    /// By what a kernel in here was cut, whoever swallowed the news.
    pub(crate) fn cut(&self) -> Option<StoppedBy> {
        StoppedBy::from_number(self.cut.load(Ordering::Acquire))
    }

    /// Notes that the task has ended.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Release);
    }

    pub(crate) fn set_progress(&self, done: usize, total: usize) {
        let half = |n: usize| u64::from(u32::try_from(n).unwrap_or(u32::MAX));
        self.progress.store(half(total) << 32 | half(done), Ordering::Relaxed);
    }

    /// Chunks done and chunks in all of the kernel under way; both 0 before the first.
    pub(crate) fn progress(&self) -> (usize, usize) {
        let both = self.progress.load(Ordering::Relaxed);
        ((both & u64::from(u32::MAX)) as usize, (both >> 32) as usize)
    }
}

/// The stop conditions in force: those around, the outermost first, and the
/// innermost. A flat list: tasks that start tasks would make a chain without end.
#[derive(Clone)]
pub(crate) struct Stops {
    pub(crate) around: Option<Arc<[Arc<Stop>]>>,
    pub(crate) own: Arc<Stop>,
}

impl Stops {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Stop>> {
        self.around.iter().flat_map(|around| around.iter()).chain([&self.own])
    }

    /// The list of `lists` in turn, each once, without tasks that have ended.
    pub(crate) fn join<'a>(lists: impl Iterator<Item = &'a Arc<Stop>>) -> Arc<[Arc<Stop>]> {
        let mut all: Vec<Arc<Stop>> = Vec::new();
        for stop in lists.filter(|stop| !stop.over.load(Ordering::Acquire)) {
            if !all.iter().any(|other| Arc::ptr_eq(other, stop)) {
                all.push(Arc::clone(stop));
            }
        }
        all.into()
    }

    /// What has fired, the outermost if several: the whole of it has to end.
    pub(crate) fn fired(&self) -> Option<Cut> {
        self.all().find_map(|stop| stop.fired().map(|by| Cut { at: Arc::as_ptr(stop), by }))
    }

    /// Whether `at` is among them.
    pub(crate) fn within(&self, at: *const Stop) -> bool {
        self.all().any(|stop| Arc::as_ptr(stop) == at)
    }

    /// Notes that a kernel in here was cut by `cut`: at that condition and inside it.
    pub(crate) fn mark(&self, cut: Cut) {
        for stop in self.all().skip_while(|stop| Arc::as_ptr(stop) != cut.at) {
            stop.cut.store(cut.by as u8, Ordering::Release);
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
pub(crate) fn stop_of(context: &Context) -> Option<&Stops> {
    let stop = context.stop.as_ref()?;
    (!cfg!(panic = "abort") && !std::thread::panicking()).then_some(stop)
}

/// Leaves a kernel that was cut: unwinds, without a message, to the
/// `Control::run` that owns the condition.
pub(crate) fn leave(stops: &Stops, cut: Cut) -> ! {
    stops.mark(cut);
    resume_unwind(Box::new(cut))
}

/// Leaves if a condition in force has fired.
#[inline]
pub(crate) fn check() {
    with(|context| {
        if let Some(stops) = stop_of(context)
            && let Some(cut) = stops.fired()
        {
            leave(stops, cut);
        }
    });
}
