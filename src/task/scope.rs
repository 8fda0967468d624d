//! Tasks that borrow.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread::Thread;

use super::{Lane, Task};
use crate::pool::{self, Nursery, Patience, Run, StoppedBy};

/// Takes tasks that may borrow from outside the scope; see [`scope`](super::scope).
pub struct Scope<'scope, 'env: 'scope> {
    lane: Lane,
    nursery: Arc<Nursery>,
    owner: Thread,
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

impl std::fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope").field("lane", &self.lane).finish_non_exhaustive()
    }
}

impl<'scope> Scope<'scope, '_> {
    /// Submits a task to the scope. Its handle may be dropped: the scope waits for it.
    pub fn submit<F, T>(&'scope self, f: F) -> Task<T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let (slot, kind) = (self.lane.slot.as_ref(), self.lane.kind);
        // SAFETY: the scope does not end before the gate of `nursery` is empty
        // (`finish`), and 'scope, which bounds what `T` borrows, outlives the scope.
        let handle = unsafe { pool::spawn_borrowing(slot, kind, Some(&self.nursery), f) };
        let mut queued = self.queued();
        // Each search pays for as many pushes as it leaves tasks.
        if queued.len() == queued.capacity() {
            queued.retain(|task| task.head().state.is_queued());
            let room = queued.len().max(16);
            queued.reserve(room);
        }
        queued.push(Arc::clone(&handle) as Arc<dyn Run>);
        drop(queued);
        if self.owner.id() != std::thread::current().id() {
            self.owner.unpark();
        }
        Task::new(handle, true)
    }

    /// Stops the scope's tasks, those that have begun and those that have not.
    pub fn cancel(&self) {
        self.nursery.stop.tell(StoppedBy::Token);
    }

    fn queued(&self) -> MutexGuard<'_, Vec<Arc<dyn Run>>> {
        self.nursery.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs what nobody has begun, and waits for the rest.
    fn finish(&self) {
        let forked = || self.nursery.is_foreign();
        while !forked() {
            let next = self.queued().pop();
            if let Some(task) = next {
                task.run_here();
                continue;
            }
            if self.nursery.is_empty() {
                return;
            }
            let ready = || forked() || self.nursery.is_empty() || !self.queued().is_empty();
            pool::block(ready, || self.nursery.gate.wake_me(), None, None, Patience::Stays);
        }
    }
}

impl Lane {
    /// Calls `f` with a scope whose tasks may borrow what outlives it, and waits for
    /// those tasks; see [`scope`](super::scope).
    ///
    /// # Panics
    /// As [`scope`](super::scope).
    pub fn scope<'env, F, R>(&self, f: F) -> R
    where
        F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> R,
    {
        let scope = Scope {
            lane: self.clone(),
            nursery: Nursery::new(),
            owner: std::thread::current(),
            scope: PhantomData,
            env: PhantomData,
        };
        let result = catch_unwind(AssertUnwindSafe(|| f(&scope)));
        if result.is_err() {
            scope.cancel();
        }
        scope.finish();
        if scope.nursery.is_foreign() {
            // A forked child: threads that are not here may have held its locks.
            std::mem::forget(Arc::clone(&scope.nursery));
            return result.unwrap_or_else(|payload| resume_unwind(payload));
        }
        match (result, scope.nursery.take_panic()) {
            (Ok(value), None) => {
                pool::check();
                value
            }
            (Ok(_), Some(payload)) => resume_unwind(payload),
            (Err(payload), other) => {
                pool::drop_carefully(other);
                resume_unwind(payload)
            }
        }
    }
}
