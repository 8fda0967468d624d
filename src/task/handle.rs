//! One task, as its owner sees it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::TaskError;
use crate::pool::{self, Handle, Patience, Run, StoppedBy, Watcher};

/// Work handed to a pool, and the value that it will give.
///
/// Wait for it with [`Task::join`], ask with [`Task::try_join`], or `.await` it in
/// any runtime: that blocks no thread. Dropping it cancels the work, as dropping a
/// future does; [`Task::detach`] lets it run to its end. (The handle of a task in a
/// [scope](super::scope) may be dropped: the scope waits for the task.)
///
/// # Examples
/// ```
/// let task = swath::task::submit(|| swath::sum(&ndarray::Array1::<f64>::ones(1000)));
/// assert_eq!(task.join()?, 1000.0);
/// # Ok::<(), swath::TaskError>(())
/// ```
pub struct Task<T> {
    handle: Option<Handle<T>>,
    /// Whether the task goes on without its handle.
    detached: bool,
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("done", &self.is_done()).finish_non_exhaustive()
    }
}

impl<T> Task<T> {
    pub(super) fn new(handle: Handle<T>, detached: bool) -> Self {
        Self { handle: Some(handle), detached }
    }

    /// What queue and workers know of it; nothing once its value was taken.
    pub(super) fn run(&self) -> Option<&dyn Run> {
        self.handle.as_deref().map(|task| task as &dyn Run)
    }

    /// The outcome of a task that has ended.
    fn outcome(&mut self) -> Option<Result<T, TaskError>> {
        let handle = self.handle.take()?;
        if !is_ours(&handle) {
            std::mem::forget(handle);
            return Some(Err(TaskError::Broken));
        }
        handle.take().map(|outcome| outcome.map_err(TaskError::new))
    }

    /// Waits for the value. If nobody has begun the task, this thread runs it; it
    /// takes no other work meanwhile, so a lock may be held, and a task may wait for
    /// another on a pool of one thread.
    ///
    /// Like a kernel, this is a place where a [`Control`](crate::Control) around it
    /// stops.
    ///
    /// # Errors
    /// The [`TaskError`] that the task ended with.
    ///
    /// # Panics
    /// If the task was polled to its end as a future before.
    pub fn join(mut self) -> Result<T, TaskError> {
        if let Some(task) = self.run() {
            task.run_here();
        }
        self.wait(None);
        let outcome = self.outcome().expect(TAKEN);
        if matches!(outcome, Err(TaskError::Cancelled(_))) {
            // By a condition that holds here as well: its owner is to know.
            pool::check();
        }
        outcome
    }

    /// The outcome if the task has ended, and the task itself otherwise.
    ///
    /// # Errors
    /// The task, if it has not ended.
    ///
    /// # Panics
    /// As [`Task::join`].
    pub fn try_join(mut self) -> Result<Result<T, TaskError>, Self> {
        if self.is_done() { Ok(self.outcome().expect(TAKEN)) } else { Err(self) }
    }

    /// Waits for the outcome, at most so long. Never runs the task itself, which
    /// might take longer: inside a task, on a pool whose workers are all busy, it
    /// may wait for nothing.
    ///
    /// # Errors
    /// The task, if it has not ended by then.
    ///
    /// # Panics
    /// As [`Task::join`].
    pub fn join_timeout(self, timeout: Duration) -> Result<Result<T, TaskError>, Self> {
        self.wait(Instant::now().checked_add(timeout));
        self.try_join()
    }

    fn wait(&self, end: Option<Instant>) {
        let Some(task) = self.run() else { return };
        let register = || task.watch(Watcher::Thread(std::thread::current()));
        let stop = task.is_ours().then(|| &task.head().stop);
        pool::block(|| task.has_ended(), register, end, stop, Patience::Stops);
    }

    /// Stops the task: one that nobody has begun ends at once; in one that runs, the
    /// kernels and the tasks that it has started stop, as under a cancelled
    /// [`CancelToken`](crate::CancelToken). A task that has ended, or that comes to its
    /// end without looking, keeps its value. Twice is as good as once.
    pub fn cancel(&self) {
        if let Some(task) = self.run() {
            task.cancel(StoppedBy::Token);
        }
    }

    /// Whether the task has ended: with a value, by a panic, or cancelled.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.run().is_none_or(<dyn Run>::has_ended)
    }

    /// Chunks done and chunks in all of the kernel that the task is in, or was in last;
    /// (0, 0) before the first.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        self.run().filter(|task| task.is_ours()).map_or((0, 0), |t| t.head().stop.progress())
    }

    /// Lets the task run to its end though nobody will see its value.
    pub fn detach(mut self) {
        self.detached = true;
    }

    /// Calls `f` when the task has ended, on the thread that ends it, or here if that
    /// has been. It must be quick and must not wait. What it panics with is lost.
    #[doc(hidden)]
    pub fn on_done(&self, f: impl FnOnce() + Send + 'static) {
        match self.run() {
            Some(task) => task.watch(Watcher::Call(Box::new(f))),
            None => f(),
        }
    }
}

const TAKEN: &str = "the task's value was taken when it was polled as a future";

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        let Some(handle) = self.handle.take() else { return };
        if !is_ours(&handle) {
            // Perhaps half written when the process was forked.
            std::mem::forget(handle);
            return;
        }
        if !self.detached {
            let run: &dyn Run = &*handle;
            run.cancel(StoppedBy::Token);
        }
        handle.abandon();
    }
}

fn is_ours<T>(handle: &Handle<T>) -> bool {
    let run: &dyn Run = &**handle;
    run.is_ours()
}

/// Inside a task of swath's own, where a worker would wait for itself, polling runs a
/// task that nobody has begun.
impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    /// # Panics
    /// If it is polled after its end.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let task = self.run().expect(TAKEN);
        if pool::with(|context| context.in_task) {
            task.run_here();
        }
        if !task.has_ended() {
            task.watch(Watcher::Waker(cx.waker().clone()));
            if !task.has_ended() {
                return Poll::Pending;
            }
        }
        Poll::Ready(self.outcome().expect(TAKEN))
    }
}
