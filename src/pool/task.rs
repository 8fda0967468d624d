//! A task: a closure to be run once, by whoever begins it first, and its outcome.
//!
//! The queue and the handle share one piece of memory. When a task has ended, all in
//! it that may borrow is the value, which only the handle gives away or drops: a husk
//! that lingers in a queue owns nothing of the user's, and drops no value. That is
//! what lets a scope lend borrowed data: it waits for the end, and after it only
//! handles can reach a value.

use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

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

impl dyn Run + '_ {
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

    /// Keeps the panic of a task whose outcome nobody asked for.
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

/// What the owner of a task knows of it besides: the type of its value.
pub(crate) trait Yield<T>: Run {
    /// What the task has come to; once, after its end.
    fn take(&self) -> Option<Result<T, Failure>>;
    /// Nobody will ask for the outcome, which may have come already.
    fn abandon(&self);
}

/// A task, as its owner holds it. To be taken, abandoned, or, when it comes from
/// before a fork, forgotten.
pub(crate) type Handle<T> = Arc<dyn Yield<T>>;

struct Task<F, T> {
    head: Head,
    stage: Mutex<Stage<F, T>>,
}

enum Stage<F, T> {
    /// Not begun.
    Waits(Work<F>),
    /// Begun; `true`: nobody will ask for the outcome.
    Begun(bool),
    /// Ended; not dropped with the task, which may outlive in a queue what the
    /// value borrows. The scope is to hear of a panic that nobody asks for.
    Ended(ManuallyDrop<Result<T, Failure>>, Option<Place>),
}

struct Work<F> {
    f: F,
    rest: Rest,
}

/// Of a task's work, all but the closure.
struct Rest {
    /// `None`: those of the pool alone.
    around: Option<Arc<[Arc<Stop>]>>,
    limit: usize,
    slot: Option<Arc<Slot>>,
    kind: Kind,
    place: Option<Place>,
    /// Nobody will ask for the outcome.
    abandoned: bool,
}

/// A scope, and the number of a task in it.
type Place = (Arc<Nursery>, usize);

impl Rest {
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
    let head = Head::new();
    let board = engine.board();
    let open = board.gate().enter();
    let stage = if open {
        let (around, limit) =
            context::with(|context| (around(context, board, scope), context.limit));
        let place = scope.map(|scope| {
            scope.gate.enter();
            (Arc::clone(scope), scope.numbers.fetch_add(1, Ordering::Relaxed))
        });
        let rest = Rest { around, limit, slot: slot.cloned(), kind, place, abandoned: false };
        Stage::Waits(Work { f, rest })
    } else {
        let begun = head.state.begin();
        let watchers = head.state.end(false);
        debug_assert!(begun && watchers.is_empty());
        Stage::Ended(ManuallyDrop::new(Err(Failure::Refused)), None)
    };
    let task: Arc<dyn Yield<T> + 'a> = Arc::new(Task { head, stage: Mutex::new(stage) });
    // SAFETY: only the lifetime is erased. `settle` takes the closure out and runs or
    // drops it before it leaves the gate. The value is dropped, or given away, by the
    // owner of the handle or by `settle`, and never by the task: after the gate the
    // queue's side touches nothing that is borrowed.
    let task = unsafe { std::mem::transmute::<Arc<dyn Yield<T> + 'a>, Handle<T>>(task) };
    if open {
        engine.submit(kind, Arc::clone(&task) as Arc<dyn Run>);
    }
    task
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

impl<F: FnOnce() -> T + Send, T: Send> Run for Task<F, T> {
    fn head(&self) -> &Head {
        &self.head
    }

    fn leave_husk(&self) {
        let home = match &*self.stage() {
            Stage::Waits(Work { rest, .. }) => Some((rest.slot.clone(), rest.kind)),
            _ => None,
        };
        if let Some((slot, kind)) = home {
            engine(slot.as_ref()).queue(kind).left_a_husk();
        }
    }

    fn settle(&self, failure: Option<Failure>, relay: Option<*const Progress>) {
        let mut stage = self.stage();
        let abandoned = matches!(&*stage, Stage::Waits(work) if work.rest.abandoned);
        let before = std::mem::replace(&mut *stage, Stage::Begun(abandoned));
        drop(stage);
        let Stage::Waits(Work { f, mut rest }) = before else { return };
        let result = match failure {
            None => self.call(f, &mut rest, relay),
            Some(failure) => {
                drop_carefully(catch_unwind(AssertUnwindSafe(|| drop(f))).err());
                Err(failure)
            }
        };
        self.finish(rest, result);
    }
}

impl<F: FnOnce() -> T + Send, T: Send> Yield<T> for Task<F, T> {
    fn take(&self) -> Option<Result<T, Failure>> {
        match std::mem::replace(&mut *self.stage(), Stage::Begun(true)) {
            Stage::Ended(result, _) => Some(ManuallyDrop::into_inner(result)),
            _ => None,
        }
    }

    fn abandon(&self) {
        let mut stage = self.stage();
        match &mut *stage {
            Stage::Waits(work) => work.rest.abandoned = true,
            Stage::Begun(abandoned) => *abandoned = true,
            Stage::Ended(..) => {
                let ended = std::mem::replace(&mut *stage, Stage::Begun(true));
                drop(stage);
                if let Stage::Ended(result, place) = ended {
                    discard(ManuallyDrop::into_inner(result), place.as_ref());
                }
            }
        }
    }
}

/// Drops an outcome that nobody asks for; a panic goes to the scope.
fn discard<T>(result: Result<T, Failure>, place: Option<&Place>) {
    match (result, place) {
        (Err(Failure::Panicked(payload)), Some((scope, number))) => {
            scope.keep_panic(*number, payload);
        }
        (Err(Failure::Panicked(payload)), None) => drop_carefully(Some(payload)),
        (other, _) => drop(other),
    }
}

impl<F, T> Task<F, T> {
    fn stage(&self) -> MutexGuard<'_, Stage<F, T>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores the outcome and ends the task. Does not unwind.
    fn finish(&self, rest: Rest, result: Result<T, Failure>) {
        let done = result.is_ok();
        let Rest { slot, place, .. } = rest;
        let mut stage = self.stage();
        if let Stage::Begun(true) = &*stage {
            drop(stage);
            let discard = || discard(result, place.as_ref());
            drop_carefully(catch_unwind(AssertUnwindSafe(discard)).err());
        } else {
            let panicked = matches!(&result, Err(Failure::Panicked(_)));
            let told = place.as_ref().filter(|_| panicked).cloned();
            *stage = Stage::Ended(ManuallyDrop::new(result), told);
            drop(stage);
        }
        self.head.stop.end();
        self.head.state.end(done).into_iter().for_each(tell);
        // A child that the closure forked has another engine.
        if self.head.generation == fork::generation() {
            engine(slot.as_ref()).board().gate().leave();
        }
        // The pool too may end here, if its owner did not wait for its tasks.
        drop(slot);
        if let Some((scope, _)) = place {
            scope.gate.leave();
        }
    }
}

impl<F: FnOnce() -> T + Send, T: Send> Task<F, T> {
    /// Runs the closure under the task's own context.
    fn call(&self, f: F, rest: &mut Rest, relay: Option<*const Progress>) -> Result<T, Failure> {
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
        let around = match rest.around.take() {
            Some(around) => around,
            None => Arc::clone(rest.engine().board().roots()),
        };
        let stops = Stops { around: Some(around), own };
        if let Some(cut) = stops.fired() {
            stops.mark(cut);
            drop_carefully(catch_unwind(AssertUnwindSafe(|| drop(f))).err());
            return Err(Failure::Cancelled(cut.by));
        }
        // The pool is lent: counting who holds it, on two cores at once, would cost
        // more than an empty task.
        let mut context = Context {
            slot: rest.slot.take(),
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
        rest.slot = context.slot.take();
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
