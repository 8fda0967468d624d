//! A task: a closure to be run once, by whoever begins it first, and its outcome.
//!
//! The queue holds the closure's side, the handle the outcome's. When a task has
//! ended its side of the queue is empty, so a husk that lingers there owns nothing
//! of the user's. That is what lets a scope lend borrowed data: it waits for the
//! end, and after it only handles can reach a value.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::board::{self, Board};
use super::context::{self, Context, Cut, Progress, Stop, StoppedBy, Stops};
use super::engine::{Engine, SHARED, Slot};
use super::gate::Gate;
use super::job::Payload;
use super::run::drop_carefully;
use super::state::{State, Watcher};
use super::{fork, fp};

/// Why a task has no value.
pub(crate) enum Failure {
    Cancelled(StoppedBy),
    Panicked(Payload),
    /// The pool took no more tasks.
    Refused,
}

/// What a queue knows of a task.
pub(crate) trait Run: Send + Sync {
    fn head(&self) -> &Head;
    /// Runs the closure, or, if there is a failure already, drops it; then ends the
    /// task. For whoever has begun it. `relay` is the progress callback of a thread
    /// that runs the task while it waits for it.
    fn settle(&self, failure: Option<Failure>, relay: Option<*const Progress>);
    /// Notes that the task was begun by another than a thread that took it from
    /// its queue.
    fn leave_husk(&self);
}

/// The part that does not depend on the closure.
pub(crate) struct Head {
    pub(crate) state: State,
    /// Stops the task, and carries its progress.
    pub(crate) stop: Arc<Stop>,
    /// The process that it belongs to.
    generation: u64,
}

impl dyn Run {
    /// Runs the task if nobody has begun it. For threads that took it from a queue.
    pub(crate) fn run(&self, relay: Option<*const Progress>) {
        if self.head().state.begin() {
            self.settle(None, relay);
        }
    }

    /// Whether it belongs to this process. One from before a fork is not to be
    /// touched: its locks may be held by threads that are not here.
    pub(crate) fn is_ours(&self) -> bool {
        self.head().generation == fork::generation()
    }

    pub(crate) fn has_ended(&self) -> bool {
        !self.is_ours() || self.head().state.has_ended()
    }

    /// Runs the task on this thread, which waits for it, if nobody has begun it.
    pub(crate) fn run_here(&self) {
        if self.is_ours() && self.head().state.begin() {
            self.leave_husk();
            self.settle(None, context::with(|context| context.progress));
        }
    }

    /// Ends the task if nobody has begun it, and stops it otherwise.
    pub(crate) fn cancel(&self, by: StoppedBy) {
        if self.is_ours() {
            self.head().stop.tell(by);
            if self.head().state.begin() {
                self.leave_husk();
                self.settle(Some(Failure::Cancelled(by)), None);
            }
        }
    }

    /// Has `watcher` told of the end: at once if that has been.
    pub(crate) fn watch(&self, watcher: Watcher) {
        if !self.is_ours() {
            tell(watcher);
        } else if let Err(watcher) = self.head().state.watch(watcher) {
            tell(watcher);
        }
    }
}

/// Runs a watcher's code, which may panic: nobody is there to hear of it.
fn tell(watcher: Watcher) {
    let told = catch_unwind(AssertUnwindSafe(|| match watcher {
        Watcher::Thread(thread) => thread.unpark(),
        Watcher::Waker(waker) => waker.wake(),
        Watcher::Call(call) => call(),
    }));
    drop_carefully(told.err());
}

/// Where a task's value goes.
pub(crate) struct Outcome<T> {
    value: Mutex<Option<Result<T, Failure>>>,
    /// The scope to tell of a panic that nobody asked for, and the task's number.
    scope: Option<(Arc<Nursery>, usize)>,
}

impl<T> Drop for Outcome<T> {
    fn drop(&mut self) {
        let value = self.value.get_mut().unwrap_or_else(PoisonError::into_inner);
        match (&self.scope, value.take()) {
            (Some((scope, number)), Some(Err(Failure::Panicked(payload)))) => {
                scope.keep_panic(*number, payload);
            }
            (_, Some(Err(Failure::Panicked(payload)))) => drop_carefully(Some(payload)),
            (_, value) => drop(value),
        }
    }
}

/// What the tasks of one scope share.
pub(crate) struct Nursery {
    pub(crate) gate: Gate,
    pub(crate) stop: Arc<Stop>,
    /// Tasks that may still be queued, for the owner to run while it waits.
    pub(crate) queued: Mutex<Vec<Arc<dyn Run>>>,
    /// The innermost condition where the scope began, and what is around its tasks.
    inside: Option<usize>,
    around: OnceLock<Arc<[Arc<Stop>]>>,
    numbers: AtomicUsize,
    /// The panic of the task that was submitted first.
    panic: Mutex<Option<(usize, Payload)>>,
    generation: u64,
}

impl Nursery {
    pub(crate) fn new() -> Arc<Self> {
        let (stop, queued, around, numbers, panic) = Default::default();
        let (gate, generation) = (Gate::new(), fork::generation());
        let inside = context::with(innermost);
        Arc::new(Self { gate, stop, queued, inside, around, numbers, panic, generation })
    }

    /// Whether it is one from before a fork: its tasks never run here.
    pub(crate) fn is_foreign(&self) -> bool {
        self.generation != fork::generation()
    }

    /// Whether all of its tasks have ended.
    pub(crate) fn is_empty(&self) -> bool {
        self.gate.is_empty()
    }

    fn keep_panic(&self, number: usize, payload: Payload) {
        let mut kept = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
        let other = match &*kept {
            Some((lowest, _)) if *lowest <= number => Some(payload),
            _ => kept.replace((number, payload)).map(|(_, other)| other),
        };
        drop(kept);
        drop_carefully(other);
    }

    pub(crate) fn take_panic(&self) -> Option<Payload> {
        let mut kept = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take().map(|(_, payload)| payload)
    }
}

/// A task and its outcome.
pub(crate) struct Handle<T> {
    pub(crate) task: Arc<dyn Run>,
    outcome: Arc<Outcome<T>>,
}

impl<T> Handle<T> {
    /// What the task has come to; once, after its end.
    pub(crate) fn take(&self) -> Option<Result<T, Failure>> {
        self.outcome.value.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

struct Task<F, T> {
    head: Head,
    work: Mutex<Option<Work<F, T>>>,
}

struct Work<F, T> {
    f: F,
    rest: Rest<T>,
}

/// Of a task's work, all but the closure.
struct Rest<T> {
    outcome: Arc<Outcome<T>>,
    /// `None`: those of the pool alone.
    around: Option<Arc<[Arc<Stop>]>>,
    limit: usize,
    slot: Option<Arc<Slot>>,
    kind: Kind,
    scope: Option<Arc<Nursery>>,
}

impl<T> Rest<T> {
    fn engine(&self) -> &Engine {
        engine(self.slot.as_ref())
    }
}

fn engine(slot: Option<&Arc<Slot>>) -> &Engine {
    slot.map_or(&SHARED, |slot| &**slot).engine()
}

/// Which threads a task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Compute,
    Blocking,
}

/// Submits `f`. What is in force here is in force for the task: thread limit and
/// stop conditions; not the progress callback, which belongs to this thread.
pub(crate) fn spawn<F, T>(slot: Option<&Arc<Slot>>, kind: Kind, f: F) -> Handle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    // SAFETY: nothing is borrowed.
    unsafe { spawn_borrowing(slot, kind, None, f) }
}

/// Submits a closure that may borrow.
///
/// # Safety
/// What `f` and its value borrow lives until the gate of `scope` is empty, and the
/// handle is dropped, or never used again, before that ends.
pub(crate) unsafe fn spawn_borrowing<'a, F, T>(
    slot: Option<&Arc<Slot>>,
    kind: Kind,
    scope: Option<&Arc<Nursery>>,
    f: F,
) -> Handle<T>
where
    F: FnOnce() -> T + Send + 'a,
    T: Send + 'a,
{
    let engine = engine(slot);
    let (head, outcome) = (Head::new(), Outcome::new(scope));
    let board = engine.board();
    let open = board.gate().enter();
    let work = open.then(|| {
        let (around, limit) =
            context::with(|context| (around(context, board, scope), context.limit));
        let (outcome, slot) = (Arc::clone(&outcome), slot.cloned());
        let rest = Rest { outcome, around, limit, slot, kind, scope: scope.cloned() };
        if let Some(scope) = scope {
            scope.gate.enter();
        }
        Work { f, rest }
    });
    if !open {
        *outcome.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(Err(Failure::Refused));
        let begun = head.state.begin();
        let watchers = head.state.end(false);
        debug_assert!(begun && watchers.is_empty());
    }
    let task: Arc<dyn Run + 'a> = Arc::new(Task { head, work: Mutex::new(work) });
    // SAFETY: only the lifetime is erased. `settle` takes the closure out, runs or
    // drops it, and lets go of the outcome before it leaves the gate; after that
    // the task owns nothing that is borrowed.
    let task = unsafe { std::mem::transmute::<Arc<dyn Run + 'a>, Arc<dyn Run>>(task) };
    if open {
        engine.submit(kind, Arc::clone(&task));
    }
    Handle { task, outcome }
}

/// The stop conditions around a task that is submitted under `context`.
fn around(
    context: &Context,
    board: &Board,
    scope: Option<&Arc<Nursery>>,
) -> Option<Arc<[Arc<Stop>]>> {
    let own = innermost(context);
    match scope {
        None if own.is_none() => None,
        // The usual case: the scope's owner submits.
        Some(scope) if scope.inside == own => {
            let make = || list(context, board, Some(scope));
            Some(Arc::clone(scope.around.get_or_init(make)))
        }
        scope => Some(list(context, board, scope)),
    }
}

fn list(context: &Context, board: &Board, scope: Option<&Arc<Nursery>>) -> Arc<[Arc<Stop>]> {
    let inherited = context.stop.iter().flat_map(Stops::all);
    Stops::join(board.roots().iter().chain(inherited).chain(scope.map(|scope| &scope.stop)))
}

/// The address of the innermost condition in force, to be compared.
fn innermost(context: &Context) -> Option<usize> {
    context.stop.as_ref().map(|stops| Arc::as_ptr(&stops.own).addr())
}

impl Head {
    fn new() -> Self {
        Self { state: State::new(), stop: Arc::default(), generation: fork::generation() }
    }
}

impl<T> Outcome<T> {
    fn new(scope: Option<&Arc<Nursery>>) -> Arc<Self> {
        let number = |scope: &Arc<Nursery>| scope.numbers.fetch_add(1, Ordering::Relaxed);
        let scope = scope.map(|scope| (Arc::clone(scope), number(scope)));
        Arc::new(Self { value: Mutex::new(None), scope })
    }
}

impl<F: FnOnce() -> T + Send, T: Send> Run for Task<F, T> {
    fn head(&self) -> &Head {
        &self.head
    }

    fn leave_husk(&self) {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let home = work.as_ref().map(|work| (work.rest.slot.clone(), work.rest.kind));
        drop(work);
        if let Some((slot, kind)) = home {
            engine(slot.as_ref()).queue(kind).left_a_husk();
        }
    }

    fn settle(&self, failure: Option<Failure>, relay: Option<*const Progress>) {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Work { f, rest }) = work else { return };
        let result = match failure {
            None => self.call(f, &rest, relay),
            Some(failure) => {
                drop_carefully(catch_unwind(AssertUnwindSafe(|| drop(f))).err());
                Err(failure)
            }
        };
        self.finish(rest, result);
    }
}

impl<F: FnOnce() -> T + Send, T: Send> Task<F, T> {
    /// Runs the closure under the task's own context.
    fn call(&self, f: F, rest: &Rest<T>, relay: Option<*const Progress>) -> Result<T, Failure> {
        board::assert_no_lock_held();
        let own = Arc::clone(&self.head.stop);
        let relay = relay.map(Relay);
        let report = {
            let own = Arc::clone(&own);
            move |done, total| {
                own.set_progress(done, total);
                relay.iter().for_each(|relay| relay.call(done, total));
            }
        };
        let report: &Progress = &report;
        let around = rest.around.as_ref().unwrap_or_else(|| rest.engine().board().roots());
        let stops = Stops { around: Some(Arc::clone(around)), own };
        if let Some(cut) = stops.fired() {
            stops.mark(cut);
            drop_carefully(catch_unwind(AssertUnwindSafe(|| drop(f))).err());
            return Err(Failure::Cancelled(cut.by));
        }
        let context = Context {
            slot: rest.slot.clone(),
            limit: rest.limit,
            stop: Some(stops),
            progress: Some(std::ptr::from_ref(report)),
            in_task: true,
        };
        let called = {
            let _modes = fp::default_modes();
            let _entered = context::enter(&context);
            catch_unwind(AssertUnwindSafe(f))
        };
        match (called, self.head.stop.cut()) {
            (Ok(value), None) => Ok(value),
            (Ok(value), Some(by)) => {
                drop_carefully(catch_unwind(AssertUnwindSafe(|| drop(value))).err());
                Err(Failure::Cancelled(by))
            }
            (Err(payload), _) => Err(match payload.downcast::<Cut>() {
                Ok(cut) => Failure::Cancelled(cut.by),
                Err(payload) => Failure::Panicked(payload),
            }),
        }
    }

    /// Stores the outcome and ends the task. Does not unwind.
    fn finish(&self, rest: Rest<T>, result: Result<T, Failure>) {
        let done = result.is_ok();
        let Rest { outcome, slot, scope, around, .. } = rest;
        *outcome.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        // The value may end here, if nobody has the handle any more.
        drop_carefully(catch_unwind(AssertUnwindSafe(|| drop(outcome))).err());
        drop(around);
        self.head.stop.end();
        self.head.state.end(done).into_iter().for_each(tell);
        // A child that the closure forked has another engine.
        if self.head.generation == fork::generation() {
            engine(slot.as_ref()).board().gate().leave();
        }
        // The pool too may end here, if its owner did not wait for its tasks.
        drop(slot);
        if let Some(scope) = scope {
            scope.gate.leave();
        }
    }
}

/// The progress callback of a thread that runs a task while it waits for it.
struct Relay(*const Progress);

// SAFETY: a kernel calls its progress callback on the thread that called the
// kernel, and the task's context stays on the thread that `run_here` was called on.
unsafe impl Send for Relay {}
// SAFETY: as above.
unsafe impl Sync for Relay {}

impl Relay {
    fn call(&self, done: usize, total: usize) {
        // SAFETY: the `Control::run` that set it is on this thread's stack.
        unsafe { (*self.0)(done, total) }
    }
}
