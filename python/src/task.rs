//! Calls that run later: a kernel handed to the pool, and the future that is told.
//!
//! ```text
//! submit   (the caller's thread, attached)   call made ready -> task in the pool,
//!                                            or run at once if that is sooner done
//! worker   (never attached)                  kernel; then the task into the queue of ends
//! notify   (one thread, attached to tell)    result or exception into the future
//! ```

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use swath::{Task, TaskError};

use crate::call::{Bits, Call, Finish};
use crate::control::{self, Submitted};
use crate::error::{Kind, error, refused};

// ---- handing over ------------------------------------------------------------

thread_local! {
    /// The next call on this thread is to be put into `READY`, not run.
    static HAND_OVER: Cell<bool> = const { Cell::new(false) };
    static READY: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// Whether the call that begins now is to be handed over. Asked once by each, before
/// it looks at its arguments: calls made while it does are not meant.
pub(crate) fn is_handed_over() -> bool {
    HAND_OVER.replace(false)
}

/// The same, without being the answer.
pub(crate) fn is_handed_over_now() -> bool {
    HAND_OVER.get()
}

/// Where a call that is handed over is found.
pub(crate) fn hand_over(call: Call) {
    READY.set(Some(call));
}

/// The call that `function` makes ready of these arguments.
fn ready(
    function: &Bound<'_, PyAny>,
    args: &Bound<'_, PyTuple>,
    kwargs: Option<&Bound<'_, PyDict>>,
) -> PyResult<Call> {
    HAND_OVER.set(true);
    let returned = function.call(args, kwargs);
    HAND_OVER.set(false);
    let call = READY.take();
    returned?;
    call.ok_or_else(|| {
        let message = format!("submit: {function} is no kernel of swath's");
        error(function.py(), Kind::DType, message)
    })
}

// ---- tasks -------------------------------------------------------------------

/// A kernel in the pool.
struct Pending {
    task: Mutex<Option<Submitted>>,
    /// How far it came, once the task is taken.
    last: Mutex<(usize, usize)>,
    /// Whom to tell, and how the result is made. Taken by whoever tells.
    told: Mutex<Option<(Py<PyAny>, Box<Finish>)>>,
    /// Where it was submitted: a child has the memory of it and no more.
    ends: &'static Ends,
}

/// A kernel in the pool, as its future holds it.
#[pyclass(frozen, name = "_Task", module = "swath._core")]
pub(crate) struct Handle(Arc<Pending>);

#[pymethods]
impl Handle {
    /// Stops the kernel at its next chunk.
    fn cancel(&self) {
        if let Some((task, _)) = &*lock(&self.0.task) {
            task.cancel();
        }
    }

    /// Chunks done and chunks in all; (0, 0) before the first.
    fn progress(&self) -> (usize, usize) {
        let task = lock(&self.0.task);
        task.as_ref().map_or_else(|| *lock(&self.0.last), |(task, _)| task.progress())
    }

    /// Whether this process submitted it, and not the one that it was forked from.
    fn is_ours(&self) -> bool {
        std::ptr::eq(self.0.ends, ends())
    }
}

/// Submits `function(*args, **kwargs)`; `future` is told the result. Work that is less
/// than handing it over would be is done here, and there is no task.
#[pyfunction]
pub(crate) fn submit(
    future: &Bound<'_, PyAny>,
    function: &Bound<'_, PyAny>,
    args: &Bound<'_, PyTuple>,
    kwargs: Option<&Bound<'_, PyDict>>,
) -> PyResult<Option<Handle>> {
    let py = future.py();
    let call = ready(function, args, kwargs)?;
    if control::is_short(call.cost_ns) {
        let value = call.run(py)?;
        future.call_method1(pyo3::intern!(py, "_tell"), (value, py.None()))?;
        return Ok(None);
    }
    let Call { kernel, finish, .. } = call;
    let told = Mutex::new(Some((future.clone().unbind(), finish)));
    let ends = ends();
    let pending = Arc::new(Pending { task: Mutex::new(None), last: Mutex::default(), told, ends });
    let submitted = control::submit(py, kernel)?;
    ends.begun(&pending);
    {
        // Held until the task is in its place: the end may come first.
        let mut place = lock(&pending.task);
        let ended = Arc::clone(&pending);
        submitted.0.on_done(move || ends.ended(ended));
        *place = Some(submitted);
    }
    Ok(Some(Handle(pending)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

// ---- the ends ----------------------------------------------------------------

/// Tasks that have ended, until their futures are told.
#[derive(Default)]
struct Ends {
    state: Mutex<State>,
    /// Rung when a task has ended, when there is nothing more to tell, and at the end.
    bell: Condvar,
}

#[derive(Default)]
struct State {
    ended: VecDeque<Arc<Pending>>,
    /// Submitted and not yet told, by address.
    open: HashMap<usize, Weak<Pending>>,
    closed: bool,
}

/// Those of this process: a child takes new ones and leaves its parent's alone, whose
/// lock may be held for ever there.
static ENDS: AtomicPtr<Ends> = AtomicPtr::new(std::ptr::null_mut());

fn ends() -> &'static Ends {
    let present = ENDS.load(Ordering::Acquire);
    // SAFETY: what is stored there is never freed.
    if let Some(present) = unsafe { present.as_ref() } {
        return present;
    }
    let new = Box::into_raw(Box::default());
    let null = std::ptr::null_mut();
    match ENDS.compare_exchange(null, new, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: as above.
        Ok(_) => unsafe { &*new },
        Err(present) => {
            // SAFETY: `new` was made above and given to nobody; the other is stored.
            unsafe {
                drop(Box::from_raw(new));
                &*present
            }
        }
    }
}

impl Ends {
    fn begun(&self, pending: &Arc<Pending>) {
        lock(&self.state).open.insert(Arc::as_ptr(pending).addr(), Arc::downgrade(pending));
    }

    /// Called by workers: takes no lock of Python's.
    fn ended(&self, pending: Arc<Pending>) {
        lock(&self.state).ended.push_back(pending);
        self.bell.notify_all();
    }

    fn told(&self, pending: &Arc<Pending>) {
        let mut state = lock(&self.state);
        state.open.remove(&Arc::as_ptr(pending).addr());
        if state.open.is_empty() {
            self.bell.notify_all();
        }
    }

    /// The next that has ended; `None` when closed.
    fn next(&self) -> Option<Arc<Pending>> {
        let mut state = lock(&self.state);
        loop {
            if let Some(pending) = state.ended.pop_front() {
                return Some(pending);
            }
            if state.closed {
                return None;
            }
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Tells futures of their ends, until `close`. What the one notifier thread does.
#[pyfunction]
pub(crate) fn notify(py: Python<'_>) {
    let ends = ends();
    while let Some(pending) = py.detach(|| ends.next()) {
        let told = lock(&pending.told).take();
        let submitted = {
            let mut task = lock(&pending.task);
            *lock(&pending.last) = task.as_ref().map_or((0, 0), |(task, _)| task.progress());
            task.take()
        };
        if let (Some((future, finish)), Some((task, pool))) = (told, submitted) {
            let future = future.into_bound(py);
            let result = outcome(py, task, finish);
            py.detach(|| drop(pool));
            let telling = match result {
                Ok(value) => future.call_method1(pyo3::intern!(py, "_tell"), (value, py.None())),
                Err(e) => future.call_method1(pyo3::intern!(py, "_tell"), (py.None(), e)),
            };
            if let Err(e) = telling {
                e.write_unraisable(py, Some(&future));
            }
        }
        ends.told(&pending);
    }
}

fn outcome<'py>(
    py: Python<'py>,
    task: Task<Result<Bits, swath::Error>>,
    finish: Box<Finish>,
) -> PyResult<Bound<'py, PyAny>> {
    match task.try_join() {
        Ok(Ok(result)) => finish(py, result.map_err(|refusal| refused(py, &refusal))?),
        Ok(Err(ended)) => Err(match ended {
            TaskError::Panicked(panic) => {
                let text = panic.message().unwrap_or_else(|| "no message".to_owned());
                error(py, Kind::Panic, format!("a kernel panicked: {text}"))
            }
            TaskError::Cancelled(cancelled) => {
                error(py, Kind::Cancelled, control::stopped(cancelled))
            }
            other => error(py, Kind::Cancelled, other.to_string()),
        }),
        Err(_) => Err(error(py, Kind::Panic, "told of an end that was none".to_owned())),
    }
}

/// Waits until nothing is open, at most so many seconds; whether nothing is.
#[pyfunction]
pub(crate) fn drain(py: Python<'_>, seconds: f64) -> PyResult<bool> {
    let ends = ends();
    let until =
        Duration::try_from_secs_f64(seconds).ok().and_then(|d| Instant::now().checked_add(d));
    loop {
        let empty = py.detach(|| {
            let state = lock(&ends.state);
            if state.open.is_empty() {
                return true;
            }
            let wait = ends.bell.wait_timeout(state, control::POLL);
            wait.unwrap_or_else(PoisonError::into_inner).0.open.is_empty()
        });
        if empty || until.is_some_and(|until| Instant::now() >= until) {
            return Ok(empty);
        }
        py.check_signals()?;
    }
}

/// Stops whatever is open.
#[pyfunction]
pub(crate) fn cancel_all() {
    let open: Vec<_> = lock(&ends().state).open.values().filter_map(Weak::upgrade).collect();
    for pending in open {
        Handle(pending).cancel();
    }
}

/// Ends the notifier once it has told all that has ended.
#[pyfunction]
pub(crate) fn close() {
    let ends = ends();
    lock(&ends.state).closed = true;
    ends.bell.notify_all();
}

/// In a forked child: its own ends.
#[pyfunction]
pub(crate) fn forked() {
    ENDS.store(std::ptr::null_mut(), Ordering::Release);
}
