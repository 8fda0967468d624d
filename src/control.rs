//! Threads, cancelling, deadlines and progress for the kernels called inside.
//!
//! [`Control`] says how the kernels that a closure calls may run; [`Pool`] says
//! who helps them. Both reach into kernels' own closures, on whatever thread
//! those run, and [`Control::current`] takes them to threads of your own.
//!
//! # What stopping does
//! A kernel looks at its stop conditions before every chunk of some tens of
//! microseconds. When one has fired, the kernel claims no more, waits for the
//! chunks under way, and unwinds, without a panic message, to the
//! [`Control::run`] that owns the condition, which returns [`Cancelled`]. It never
//! returns a partial value; outputs of `_into` and `_inplace` forms are then
//! partly written. Like any unwinding it poisons the std mutexes that the closure
//! holds.
//!
//! Stop conditions are ignored by a kernel that runs while its thread already
//! unwinds (in a `Drop`, say: a second unwinding would abort the process), and in
//! programs built with `panic = "abort"`.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::{Error, pool};

pub use pool::StoppedBy;

/// Stops the kernels that run under it, from any thread.
///
/// Clones are the same token.
///
/// # Examples
/// ```
/// use swath::{CancelToken, Control};
///
/// let token = CancelToken::new();
/// token.cancel();
/// let sum = Control::new().token(&token).run(|| swath::sum(&ndarray::arr1(&[1.0, 2.0])));
/// assert!(sum.is_err());
/// ```
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops what runs under the token, now and later. Twice is as good as once.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether [`CancelToken::cancel`] has been called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A kernel was stopped before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Cancelled {
    /// What stopped it.
    pub by: StoppedBy,
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.by {
            StoppedBy::Token => "stopped: its token was cancelled",
            StoppedBy::Deadline => "stopped: its deadline passed",
            StoppedBy::Interrupt => "stopped: interrupted",
            StoppedBy::Shutdown => "stopped: its pool was shut down",
        })
    }
}

impl std::error::Error for Cancelled {}

type Question = Arc<dyn Fn() -> bool + Send + Sync>;

/// How the kernels called inside [`Control::run`] may run.
///
/// Settings add to those of the runs around it: the lower thread limit holds, and
/// every stop condition counts.
///
/// # Examples
/// ```
/// use std::time::{Duration, Instant};
/// use swath::Control;
///
/// let a = ndarray::Array2::<f32>::ones((300, 300));
/// let product = Control::new()
///     .threads(1)
///     .deadline(Instant::now() + Duration::from_secs(60))
///     .progress(|done, total| println!("{done} of {total} chunks"))
///     .run(|| swath::matmul(&a, &a))
///     .expect("a minute is enough")?;
/// assert_eq!(product[(0, 0)], 300.0);
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Control<'a> {
    threads: Option<usize>,
    token: Option<CancelToken>,
    deadline: Option<Instant>,
    interrupt: Option<Question>,
    progress: Option<Arc<dyn Fn(usize, usize) + Send + Sync + 'a>>,
    /// What `current` found in force, to be obeyed besides what `run` finds.
    carried: Option<pool::Context>,
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("threads", &self.threads)
            .field("token", &self.token)
            .field("deadline", &self.deadline)
            .field("interrupt", &self.interrupt.is_some())
            .field("progress", &self.progress.is_some())
            .finish_non_exhaustive()
    }
}

// SAFETY: all fields are but `carried`, whose one field that is not, a pointer to
// a progress callback, `current` clears.
unsafe impl Send for Control<'_> {}
// SAFETY: as above.
unsafe impl Sync for Control<'_> {}

impl<'a> Control<'a> {
    /// No limits, no conditions.
    pub fn new() -> Self {
        Self::default()
    }

    /// At most `n` threads work on one kernel, the calling thread among them; 0
    /// counts as 1. A limit cannot exceed the pool: see [`Pool::new`].
    pub fn threads(mut self, n: usize) -> Self {
        self.threads = Some(n.max(1));
        self
    }

    /// Kernels stop when `token` is cancelled.
    pub fn token(mut self, token: &CancelToken) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// Kernels stop at `instant`.
    pub fn deadline(mut self, instant: Instant) -> Self {
        self.deadline = Some(instant);
        self
    }

    /// Kernels stop when `poll` answers `true`. It is asked between chunks, about
    /// every 25 ms, always on the thread that called [`Control::run`].
    pub fn interrupt(mut self, poll: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.interrupt = Some(Arc::new(poll));
        self
    }

    /// Each kernel calls `progress(done, total)`, in chunks, on the thread that
    /// called the kernel: after every chunk which that thread did itself, and once
    /// with `done == total` when all are done. Kernels inside the closures of
    /// other kernels do not report.
    pub fn progress(mut self, progress: impl Fn(usize, usize) + Send + Sync + 'a) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// The limits, the pool and the stop conditions in force here, to be taken to
    /// another thread. Progress is not: it belongs to the thread that asked for it.
    ///
    /// # Examples
    /// ```
    /// use swath::Control;
    ///
    /// let sums = Control::new().threads(2).run(|| {
    ///     let control = Control::current();
    ///     std::thread::scope(|s| {
    ///         s.spawn(|| control.run(|| swath::sum(&ndarray::arr1(&[1.0, 2.0])))).join()
    ///     })
    /// });
    /// assert_eq!(sums.unwrap().unwrap(), Ok(3.0));
    /// ```
    pub fn current() -> Control<'static> {
        let carried = pool::with(|context| pool::Context { progress: None, ..context.clone() });
        Control { carried: Some(carried), ..Control::default() }
    }

    /// Runs `f` on this thread; kernels in it obey.
    ///
    /// # Errors
    /// [`Cancelled`] if a kernel in `f` was stopped by a condition set here (or
    /// carried here from another thread), even if `f` itself swallowed the news.
    ///
    /// # Panics
    /// Passes on what `f` panics with.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> Result<R, Cancelled> {
        let outer = pool::with(Clone::clone);
        let stop = self.stop(&outer);
        let context = self.context(&outer, stop.clone());
        let result = {
            let _entered = pool::enter(&context);
            catch_unwind(AssertUnwindSafe(f))
        };
        // What was cut under a condition of the run around this one is that run's to tell.
        let around = outer.stop.as_ref().map(|stops| Arc::as_ptr(&stops.own));
        let own = stop.map(|stops| stops.own).filter(|own| Some(Arc::as_ptr(own)) != around);
        match result {
            Ok(value) => match own.and_then(|stop| stop.cut()) {
                None => Ok(value),
                Some(by) => Err(Cancelled { by }),
            },
            Err(payload) => match payload.downcast::<pool::Cut>() {
                // A condition further out on this thread: its owner waits for it.
                Ok(cut) if outer.stop.is_some_and(|stop| stop.within(cut.at)) => resume_unwind(cut),
                Ok(cut) => Err(Cancelled { by: cut.by }),
                Err(payload) => resume_unwind(payload),
            },
        }
    }

    /// The conditions that hold inside: own ones, those around, those carried.
    fn stop(&self, outer: &pool::Context) -> Option<pool::Stops> {
        let carried = self.carried.as_ref().and_then(|context| context.stop.as_ref());
        let own = self.token.is_some() || self.deadline.is_some() || self.interrupt.is_some();
        if !own && carried.is_none() {
            return outer.stop.clone();
        }
        let poll = self.interrupt.clone().map(|poll| pool::Poll::new(Box::new(move || poll())));
        let token = self.token.as_ref().map(|token| Arc::clone(&token.0));
        let lists = outer.stop.iter().chain(carried).flat_map(pool::Stops::all);
        Some(pool::Stops {
            around: Some(pool::Stops::join(lists)),
            own: Arc::new(pool::Stop::new(token, self.deadline, poll)),
        })
    }

    fn context(&self, outer: &pool::Context, stop: Option<pool::Stops>) -> pool::Context {
        let carried = self.carried.as_ref();
        let slot = carried.and_then(|context| context.slot.clone());
        let limits = [self.threads, carried.map(|context| context.limit)];
        pool::Context {
            slot: slot.or_else(|| outer.slot.clone()),
            limit: limits.into_iter().flatten().fold(outer.limit, usize::min),
            stop,
            in_task: outer.in_task || carried.is_some_and(|context| context.in_task),
            progress: self.progress.as_deref().map_or(outer.progress, |progress| {
                // SAFETY: only the lifetime is erased; the context is in force only
                // while `run` borrows `self`.
                let progress = unsafe {
                    std::mem::transmute::<
                        &(dyn Fn(usize, usize) + Send + Sync),
                        &'static pool::Progress,
                    >(progress)
                };
                Some(std::ptr::from_ref(progress))
            }),
        }
    }
}

/// A pool of threads of its own, to be used in place of the shared one.
///
/// Most programs need none: kernels share one pool per process, made on first use
/// with as many threads as there are cores (or `SWATH_NUM_THREADS`). Dropping a
/// pool waits for its [tasks](crate::task) and ends its threads. After a fork the child gets threads of its own on first
/// use.
///
/// # Examples
/// ```
/// let pool = swath::Pool::new(2)?;
/// let total = pool.install(|| swath::sum(&ndarray::Array1::<f64>::ones(1000)));
/// assert_eq!(total, 1000.0);
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug)]
pub struct Pool {
    pub(crate) slot: Arc<pool::Slot>,
    threads: usize,
}

impl Pool {
    /// Makes a pool in which `threads` threads can work on one kernel, the caller
    /// among them, whatever the number of cores. If the system refuses some of the
    /// threads, the pool has fewer.
    ///
    /// # Errors
    /// - [`Error::Value`]: `threads` is 0 or above 4096.
    /// - [`Error::Threads`]: more than one was asked for and none could be started.
    pub fn new(threads: usize) -> Result<Self, Error> {
        if threads == 0 || threads > 4096 {
            let value = threads.to_string();
            let allowed = "from 1 to 4096";
            return Err(Error::Value { function: "Pool::new", option: "threads", value, allowed });
        }
        let slot = Arc::new(pool::Slot::new(threads));
        let engine = slot.engine();
        if threads > 1 && !engine.has_helpers() {
            let reason = "the system refused".to_owned();
            return Err(Error::Threads { asked: threads, reason });
        }
        let threads = engine.threads();
        Ok(Self { slot, threads })
    }

    /// Runs `f` on this thread; kernels in it are helped by this pool.
    pub fn install<R>(&self, f: impl FnOnce() -> R) -> R {
        let outer = pool::with(Clone::clone);
        let context = pool::Context { slot: Some(Arc::clone(&self.slot)), ..outer };
        let _entered = pool::enter(&context);
        f()
    }

    /// How many threads can work on one kernel, the caller among them.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }
}

impl Drop for Pool {
    /// Waits for the pool's tasks, unless it is inside one, and ends the threads.
    fn drop(&mut self) {
        self.slot.wait_for_tasks(pool::Patience::Stays);
        self.slot.close();
        // The last task lets go of the pool a moment after its end; whoever lets go
        // last waits for the threads, unless it is one of them.
        for _ in 0..64 {
            if Arc::strong_count(&self.slot) == 1 {
                break;
            }
            std::thread::yield_now();
        }
    }
}
