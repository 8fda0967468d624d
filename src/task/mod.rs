//! Work handed to a pool: submitted, awaited, gathered, cancelled.
//!
//! [`submit`] puts a closure into a pool and gives a [`Task`], which is joined,
//! asked, cancelled, or awaited as a future. A pool has two lanes. The compute lane
//! is the pool's own workers, one for each core: what waits there is taken in order,
//! and a kernel inside a task is helped by the other workers. The [`blocking`] lane
//! has threads of its own, as many as there is work for, up to 64: files are read and
//! written there, and no core stands idle meanwhile.
//!
//! - Many at once: [`map_ordered`] and [`map_unordered`], inputs of any length with a
//!   bounded number in flight; [`as_completed`]; [`wait`].
//! - Borrowed data: [`scope`].
//! - Divide and conquer: [`join`], [`divide`].
//!
//! # What waiting does
//! A thread that joins a task which nobody has begun runs it. It never takes other work,
//! so waiting is safe with a lock held, inside a task, and on a pool of one thread. Only
//! what swath does not see can wait for itself: tasks that wait for each other through
//! channels need a thread each.
//!
//! # What cancelling does
//! Cancellation is a tree: a task obeys its own [`Task::cancel`], the
//! [`Control`](crate::Control) under which it was submitted (token, deadline,
//! interrupt, thread limit), and the task that submitted it; so do the kernels that it
//! calls and the tasks that it starts. A task that nobody has begun ends at once, a
//! kernel at its next chunk; a closure of your own may call [`check`] now and then.
//! Each task ends exactly once: with a value, with its panic, or cancelled. Progress
//! of the kernels in a task is [`Task::progress`], and a `Control` with a progress
//! callback around [`Task::join`] is told of it.
//!
//! # What a fork does
//! Tasks stay with the process that submitted them. A handle that a forked child
//! inherits gives [`TaskError::Broken`]; new tasks work there.

mod divide;
mod error;
mod handle;
mod many;
mod scope;

use std::sync::Arc;

use crate::control::Pool;
use crate::pool::{self, Kind, Slot, StoppedBy};

pub use divide::{Divide, divide, join};
pub use error::{Panic, TaskError};
pub use handle::Task;
pub use many::{AsCompleted, MapOrdered, MapUnordered, Until, as_completed, wait};
pub use scope::Scope;

/// Submits `f` to the pool in force: the one that was installed, the one of the task
/// that this is in, or else the shared one.
///
/// Workers are woken if none is awake, which takes 30-80 us. Tasks begin in the order
/// in which they were submitted.
///
/// # Examples
/// ```
/// use ndarray::Array2;
/// use swath::task;
///
/// let a = Array2::<f32>::ones((200, 200));
/// let product = task::submit(move || swath::matmul(&a, &a));
/// // Here, meanwhile, something else.
/// assert_eq!(product.join()??[(0, 0)], 200.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "dropping a task cancels it; `detach` lets it run"]
pub fn submit<F, T>(f: F) -> Task<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Lane::current(Kind::Compute).submit(f)
}

/// The blocking lane of the pool in force, for work that waits: files, sockets.
///
/// Its threads are started when there is work, up to 64, and end two seconds after the
/// last. They may call kernels, which the pool's workers help.
///
/// # Examples
/// ```
/// use swath::task;
///
/// let text = task::blocking().submit(|| std::fs::read_to_string("Cargo.toml"));
/// assert!(text.join()??.contains("swath"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn blocking() -> Lane {
    Lane::current(Kind::Blocking)
}

/// Calls `f` with a scope whose tasks may borrow what outlives it, and waits for those
/// tasks, running what nobody has begun.
///
/// # Panics
/// With what `f` panics with: its tasks are cancelled first. Otherwise, of the tasks
/// that panicked and were not joined, with the panic of the one submitted first.
///
/// # Examples
/// ```
/// use ndarray::Array2;
///
/// let a = Array2::<f64>::ones((100, 100));
/// let (sum, trace) = swath::task::scope(|s| {
///     let sum = s.submit(|| swath::sum(&a));
///     let trace = s.submit(|| a.diag().sum());
///     (sum.join(), trace.join())
/// });
/// assert_eq!((sum?, trace?), (10_000.0, 100.0));
/// # Ok::<(), swath::TaskError>(())
/// ```
pub fn scope<'env, F, R>(f: F) -> R
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> R,
{
    Lane::current(Kind::Compute).scope(f)
}

/// Maps `f` over `inputs` by tasks, and gives the outcomes in the order of the inputs.
///
/// At most `in_flight` inputs (0 counts as 1) are taken before their outcomes are: memory
/// stays bounded, whatever the length. Nothing begins before the first `next`; dropping
/// the iterator cancels what is in flight. One map may be the input of another.
///
/// # Examples
/// ```
/// use ndarray::Array1;
///
/// let sums = swath::task::map_ordered(1..=100, 8, |n| swath::sum(&Array1::<f64>::ones(n)));
/// let sums: Result<Vec<f64>, _> = sums.collect();
/// assert_eq!(sums?[99], 100.0);
/// # Ok::<(), swath::TaskError>(())
/// ```
pub fn map_ordered<I, F, T>(inputs: I, in_flight: usize, f: F) -> MapOrdered<I::IntoIter, F, T>
where
    I: IntoIterator<Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    Lane::current(Kind::Compute).map_ordered(inputs, in_flight, f)
}

/// [`map_ordered`], with the outcomes as they come.
pub fn map_unordered<I, F, T>(inputs: I, in_flight: usize, f: F) -> MapUnordered<I::IntoIter, F, T>
where
    I: IntoIterator<Item: Send + 'static>,
    F: Fn(I::Item) -> T + Send + Sync + 'static,
    T: Send + 'static,
{
    Lane::current(Kind::Compute).map_unordered(inputs, in_flight, f)
}

/// Stops here, by unwinding, if the task that this is in was cancelled, or a condition
/// of a [`Control`](crate::Control) around it has fired; kernels do so by themselves.
#[inline]
pub fn check() {
    pool::check();
}

/// One of a pool's two lanes: see [`blocking`] and [`Pool::blocking`].
#[derive(Debug, Clone)]
pub struct Lane {
    /// `None`: of the shared pool.
    slot: Option<Arc<Slot>>,
    kind: Kind,
}

impl Lane {
    fn current(kind: Kind) -> Self {
        Self { slot: pool::with(|context| context.slot.clone()), kind }
    }

    /// Submits `f` to this lane.
    #[must_use = "dropping a task cancels it; `detach` lets it run"]
    pub fn submit<F, T>(&self, f: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Task::new(pool::spawn(self.slot.as_ref(), self.kind, f), false)
    }
}

/// What becomes of a pool's tasks when it is [shut down](Pool::shutdown).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// They run to their end.
    Drain,
    /// They are cancelled.
    Cancel,
}

/// Tasks of a pool of its own.
impl Pool {
    fn lane(&self, kind: Kind) -> Lane {
        Lane { slot: Some(Arc::clone(&self.slot)), kind }
    }

    /// [`task::submit`](submit) to this pool.
    ///
    /// # Examples
    /// ```
    /// let pool = swath::Pool::new(2)?;
    /// let task = pool.submit(|| 6 * 7);
    /// assert_eq!(task.join()?, 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "dropping a task cancels it; `detach` lets it run"]
    pub fn submit<F, T>(&self, f: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        // The pool's own pointer, not one more: this is called a million times a second.
        Task::new(pool::spawn(Some(&self.slot), Kind::Compute, f), false)
    }

    /// This pool's lane for work that waits; see [`task::blocking`](blocking).
    #[must_use]
    pub fn blocking(&self) -> Lane {
        self.lane(Kind::Blocking)
    }

    /// [`task::scope`](scope) on this pool.
    ///
    /// # Panics
    /// As [`task::scope`](scope).
    pub fn scope<'env, F, R>(&self, f: F) -> R
    where
        F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> R,
    {
        self.lane(Kind::Compute).scope(f)
    }

    /// [`task::map_ordered`](map_ordered) on this pool.
    pub fn map_ordered<I, F, T>(
        &self,
        inputs: I,
        in_flight: usize,
        f: F,
    ) -> MapOrdered<I::IntoIter, F, T>
    where
        I: IntoIterator<Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        self.lane(Kind::Compute).map_ordered(inputs, in_flight, f)
    }

    /// [`task::map_unordered`](map_unordered) on this pool.
    pub fn map_unordered<I, F, T>(
        &self,
        inputs: I,
        in_flight: usize,
        f: F,
    ) -> MapUnordered<I::IntoIter, F, T>
    where
        I: IntoIterator<Item: Send + 'static>,
        F: Fn(I::Item) -> T + Send + Sync + 'static,
        T: Send + 'static,
    {
        self.lane(Kind::Compute).map_unordered(inputs, in_flight, f)
    }

    /// Takes no more tasks: one submitted from now on ends with [`TaskError::Shutdown`].
    /// Waits until all tasks have ended, unless it is called inside a task, which
    /// cannot wait for itself. Kernels go on to be helped. Twice is as good as once.
    pub fn shutdown(&self, how: Shutdown) {
        self.slot.shut_down((how == Shutdown::Cancel).then_some(StoppedBy::Shutdown));
    }

    /// Whether [`Pool::shutdown`] has been called.
    #[must_use]
    pub fn is_shut_down(&self) -> bool {
        self.slot.is_shut_down()
    }
}
