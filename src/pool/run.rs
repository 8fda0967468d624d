//! A run: the caller's part, a helper's part, and what becomes of panics.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::board::Board;
use super::context::{self, Context, Cut, Stops};
use super::engine::{Engine, SHARED};
use super::handover::HandOver;
use super::job::{Body, Claims, Job, Payload};
use super::{board, fp};
use crate::tuning;

/// Chunks that helpers have done, in this process.
static HELPED: AtomicU64 = AtomicU64::new(0);

/// How many chunks helpers have done in this process.
pub(crate) fn helped() -> u64 {
    HELPED.load(Ordering::Relaxed)
}

/// Runs `body(scratch, i)` for every `i` below `n`, claimed in index order by
/// the caller and by whoever of the pool comes to help.
///
/// `cost_ns` is what all of it would take one thread; the pool decides from it
/// whether to wake anybody. Each participant makes one `scratch` and keeps it for
/// all its chunks. A `Break` stops further claims and is what the run returns;
/// chunks already claimed still finish. A panic in a chunk stops further claims
/// too, and the one of the lowest chunk is resumed here. A cancelled run does
/// not return: it unwinds to the `Control::run` that owns the token.
#[inline]
pub(crate) fn run<S>(
    n: usize,
    cost_ns: f64,
    scratch: impl Fn() -> S + Sync,
    body: impl Fn(&mut S, usize) -> ControlFlow<()> + Sync,
) -> ControlFlow<()> {
    run_claims(n, cost_ns, scratch, |s, i, _: &Claims| body(s, i))
}

/// [`run`] without scratch or early end.
#[inline]
pub(crate) fn each(n: usize, cost_ns: f64, body: impl Fn(usize) + Sync) {
    let _ = run(
        n,
        cost_ns,
        || (),
        |(), i| {
            body(i);
            ControlFlow::Continue(())
        },
    );
}

/// A run that hands a carry from each chunk to the next, for scans.
///
/// Chunk `i`: `partial = first(scratch, i)`; then, in chunk order, it takes the
/// carry of the chunks before it, hands `carry(&before, &partial)` on, and ends
/// with `second(scratch, i, partial, before)` while its data is still in cache.
pub(crate) fn run_in_order<S, P, C: Send>(
    n: usize,
    cost_ns: f64,
    scratch: impl Fn() -> S + Sync,
    start: C,
    first: impl Fn(&mut S, usize) -> P + Sync,
    carry: impl Fn(&C, &P) -> C + Sync,
    second: impl Fn(&mut S, usize, P, C) + Sync,
) {
    let places = HandOver::new(n, start);
    let _ = run_claims(n, cost_ns, scratch, |s, i, claims: &Claims| {
        let partial = first(s, i);
        let Some(before) = places.take(i, || claims.stopped()) else {
            return ControlFlow::Break(());
        };
        places.give(i + 1, carry(&before, &partial));
        second(s, i, partial, before);
        ControlFlow::Continue(())
    });
}

/// Runs `a` and `b`, at once if somebody has time for one of them, and gives what
/// both give. Under `run`'s promises, with `a` as the lower chunk.
pub(crate) fn pair<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    let shared = context::with(|context| {
        let engine = context.slot.as_deref().unwrap_or(&SHARED).engine();
        context.limit > 1 && engine.has_helpers() && !engine.board().is_full()
    });
    if !shared {
        let _modes = fp::default_modes();
        context::check();
        let a = a();
        context::check();
        return (a, b());
    }
    let (a, b) = (Once::new(a), Once::new(b));
    // A progress callback counts chunks of kernels, not halves of a recursion.
    let quiet = context::with(|context| {
        context.progress.map(|_| Context { progress: None, ..context.clone() })
    });
    let _entered = quiet.as_ref().map(context::enter);
    each(2, tuning::ASLEEP_MIN_NS, |i| if i == 0 { a.run() } else { b.run() });
    (a.result(), b.result())
}

/// A closure run once, and what it gave.
struct Once<F, R>(Mutex<(Option<F>, Option<R>)>);

impl<R, F: FnOnce() -> R> Once<F, R> {
    fn new(f: F) -> Self {
        Self(Mutex::new((Some(f), None)))
    }

    fn lock(&self) -> MutexGuard<'_, (Option<F>, Option<R>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let f = self.lock().0.take();
        let result = f.map(|f| f());
        self.lock().1 = result;
    }

    fn result(self) -> R {
        let (_, result) = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        result.expect("a run that returns has run every chunk")
    }
}

#[inline]
fn run_claims<S, B>(
    n: usize,
    cost_ns: f64,
    scratch: impl Fn() -> S + Sync,
    body: B,
) -> ControlFlow<()>
where
    B: Fn(&mut S, usize, &Claims) -> ControlFlow<()> + Sync,
{
    if n == 0 {
        return ControlFlow::Continue(());
    }
    context::with(|context| {
        let shareable = n > 1 && context.limit > 1;
        let engine = if shareable { helpers(context, cost_ns) } else { None };
        if let Some(engine) = engine
            && (tuning::PAR_MIN.get().is_some() || engine.board().worth(cost_ns))
        {
            return share(engine, n, cost_ns, context, &scratch, &body);
        }
        let flow = if context.is_plain() {
            let _modes = fp::default_modes();
            let claims = Claims::new(n);
            let mut s = scratch();
            (0..n).try_for_each(|i| body(&mut s, i, &claims))
        } else {
            alone(n, context, &scratch, &body)
        };
        if let Some(engine) = engine {
            engine.board().went_alone();
        }
        flow
    })
}

/// How many threads can work on a run made here, awake or not.
pub(crate) fn threads() -> usize {
    context::with(|context| {
        let helpers = if context.limit > 1 { helpers(context, f64::INFINITY) } else { None };
        helpers.map_or(1, |engine| engine.threads().min(context.limit))
    })
}

/// The engine to share with, if it has helpers and they would pay if they were awake.
#[inline]
fn helpers(context: &Context, cost_ns: f64) -> Option<&Engine> {
    let least = tuning::PAR_MIN.get().map_or(tuning::AWAKE_MIN_NS, |min| min as f64);
    if cost_ns < least {
        return None;
    }
    let engine = context.slot.as_deref().unwrap_or(&SHARED).engine();
    engine.has_helpers().then_some(engine)
}

/// All chunks on this thread, obeying the context.
#[inline(never)]
fn alone<S, B>(n: usize, context: &Context, scratch: &impl Fn() -> S, body: &B) -> ControlFlow<()>
where
    B: Fn(&mut S, usize, &Claims) -> ControlFlow<()>,
{
    let watch = Watch::new(n, context);
    let claims = Claims::new(n);
    let flow = {
        let _modes = fp::default_modes();
        let _entered = watch.inner.as_ref().map(context::enter);
        let mut s = scratch();
        (0..n).try_for_each(|i| {
            watch.before_chunk()?;
            body(&mut s, i, &claims)?;
            watch.after_chunk(true);
            ControlFlow::Continue(())
        })
    };
    watch.end();
    flow
}

/// What a run that is watched looks at between chunks.
struct Watch<'a> {
    n: usize,
    stop: Option<&'a Stops>,
    progress: Option<&'a context::Progress>,
    done: AtomicUsize,
    /// Set once, by whoever finds that a condition has fired.
    cut: Mutex<Option<Cut>>,
    /// What kernels inside the chunks obey, where that is not the same.
    inner: Option<Context>,
}

impl<'a> Watch<'a> {
    fn new(n: usize, context: &'a Context) -> Self {
        let stop = context::stop_of(context);
        // SAFETY: the `Control::run` that set the callback is on this thread's stack.
        let progress = context.progress.map(|progress| unsafe { &*progress });
        let inner = (progress.is_some() || stop.is_none() && context.stop.is_some())
            .then(|| Context { progress: None, stop: stop.cloned(), ..context.clone() });
        Self { n, stop, progress, done: AtomicUsize::new(0), cut: None.into(), inner }
    }

    #[inline]
    fn before_chunk(&self) -> ControlFlow<()> {
        let Some(cut) = self.stop.and_then(Stops::fired) else {
            return ControlFlow::Continue(());
        };
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
        ControlFlow::Break(())
    }

    #[inline]
    fn after_chunk(&self, is_caller: bool) {
        if let Some(progress) = self.progress {
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            if is_caller && done < self.n {
                progress(done, self.n);
            }
        }
    }

    /// Leaves by unwinding if the run was cut; else tells that all is done.
    fn end(&self) {
        let cut = *self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(stop), Some(cut)) = (self.stop, cut) {
            context::leave(stop, cut);
        }
        if let Some(progress) = self.progress {
            progress(self.n, self.n);
        }
    }
}

/// What caller and helpers share of a run, on the caller's stack.
struct Work<'a, F, B> {
    scratch: &'a F,
    body: &'a B,
    watch: Watch<'a>,
    context: &'a Context,
    board: &'a Board,
    broken: AtomicBool,
}

// SAFETY: `F` and `B` are `Sync` (bound below). Of the context, helpers use what
// is `Sync`; the progress callback, which is not theirs, they never reach: it is
// taken out of `inner`, and `after_chunk` calls it for the caller alone.
unsafe impl<F: Sync, B: Sync> Sync for Work<'_, F, B> {}

/// Shares a run with the pool.
#[inline(never)]
fn share<S, F, B>(
    engine: &Engine,
    n: usize,
    cost_ns: f64,
    context: &Context,
    scratch: &F,
    body: &B,
) -> ControlFlow<()>
where
    F: Fn() -> S + Sync,
    B: Fn(&mut S, usize, &Claims) -> ControlFlow<()> + Sync,
{
    board::assert_no_lock_held();
    let watch = Watch::new(n, context);
    let board = engine.board();
    let work = Work { scratch, body, watch, context, board, broken: AtomicBool::new(false) };
    let data = (&raw const work).cast();
    let job = Arc::new(Job::new(n, Body { data, help: help::<S, F, B> }));
    let seats = n.min(context.limit).min(engine.threads()) - 1;
    if seats > 0 {
        let bells = board.post(Arc::clone(&job), seats, cost_ns);
        engine.ring(bells);
    }
    work.take_part(&job, true);
    if seats > 0 {
        board.take_down(&job);
    }
    job.wait();
    if let Some(payload) = job.take_panic() {
        resume_unwind(payload);
    }
    work.watch.end();
    if work.broken.load(Ordering::Relaxed) {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

/// A helper's part: [`Body::help`].
///
/// # Safety
/// `data` points at the `Work` that `job` was made for, and lives until the
/// chunks that were claimed are finished.
unsafe fn help<S, F, B>(data: *const (), job: &Job)
where
    F: Fn() -> S + Sync,
    B: Fn(&mut S, usize, &Claims) -> ControlFlow<()> + Sync,
{
    let Some(first) = job.claims().claim() else { return };
    // SAFETY: a chunk is claimed and not finished, so the caller is still there.
    let work = unsafe { &*data.cast::<Work<'_, F, B>>() };
    let chunks = work.chunks(job, first, false);
    HELPED.fetch_add(chunks as u64, Ordering::Relaxed);
    job.finish(chunks);
}

impl<S, F, B> Work<'_, F, B>
where
    F: Fn() -> S + Sync,
    B: Fn(&mut S, usize, &Claims) -> ControlFlow<()> + Sync,
{
    fn take_part(&self, job: &Job, is_caller: bool) {
        if let Some(first) = job.claims().claim() {
            let chunks = self.chunks(job, first, is_caller);
            job.finish(chunks);
        }
    }

    /// Runs the claimed chunk `first` and all that can be claimed after it; gives
    /// how many chunks that was. Does not unwind.
    fn chunks(&self, job: &Job, first: usize, is_caller: bool) -> usize {
        board::assert_no_lock_held();
        let (current, claimed) = (Cell::new(first), Cell::new(1));
        let _modes = fp::default_modes();
        // The caller has its context in force, unless kernels inside obey another.
        let inner = self.watch.inner.as_ref().or((!is_caller).then_some(self.context));
        let _entered = inner.map(context::enter);
        let mut scratch = None;
        let worked = catch_unwind(AssertUnwindSafe(|| {
            let scratch = scratch.insert((self.scratch)());
            loop {
                self.chunk(job, scratch, current.get(), is_caller);
                // A task has nobody else; this run has its caller.
                if !is_caller && self.board.has_tasks() {
                    return;
                }
                let Some(next) = job.claims().claim() else { return };
                claimed.set(claimed.get() + 1);
                current.set(next);
            }
        }));
        // Apart: a scratch whose drop panics during an unwinding would abort.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(scratch)));
        for payload in [worked.err(), dropped.err()].into_iter().flatten() {
            drop_carefully(job.panicked(current.get(), payload));
        }
        claimed.get()
    }

    #[inline]
    fn chunk(&self, job: &Job, scratch: &mut S, i: usize, is_caller: bool) {
        if self.watch.before_chunk().is_break() {
            job.stop();
            return;
        }
        if (self.body)(scratch, i, job.claims()).is_break() {
            self.broken.store(true, Ordering::Relaxed);
            job.stop();
        }
        self.watch.after_chunk(is_caller);
    }
}

/// Drops a panic that is not the one to resume. Its own drop may panic, and that
/// panic's too: then it is leaked, since anything else would abort.
pub(crate) fn drop_carefully(payload: Option<Payload>) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(panic);
    }
}
