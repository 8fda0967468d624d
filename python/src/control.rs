//! How kernels run from Python: detached where it pays, with the threads that
//! were asked for, stopped by signals and deadlines, panics caught.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use swath::{Cancelled, Control, Pool, StoppedBy, Task};

use crate::call::{Bits, Kernel};
use crate::error::{Kind, error, panicked, refused};

/// Work, in ns, from which the GIL is released: letting go and taking it back
/// costs about 0.1 us, and up to 5 ms of waiting where other threads compute.
const DETACH_NS: f64 = 10_000.0;

/// No signal is looked for in the first of these, nor more often.
pub(crate) const POLL: Duration = Duration::from_millis(25);

/// More threads than this are a typing error.
const THREADS_MAX: usize = 4096;

// ---- how many threads --------------------------------------------------------

/// Set by `set_num_threads`; 0: what environment and machine say.
static WANTED: AtomicUsize = AtomicUsize::new(0);

/// The pool, and how many threads were wanted when it was made. Held for the
/// time of a clone; never while a kernel runs or a thread starts or ends.
static POOL: Mutex<Option<(usize, Arc<Pool>)>> = Mutex::new(None);

fn from_environment() -> usize {
    static DEFAULT: OnceLock<usize> = OnceLock::new();
    *DEFAULT.get_or_init(|| {
        let number = |name| {
            let text = std::env::var(name).ok()?;
            // OpenMP allows a list, one number for each level of nesting.
            let first = text.split(',').next()?.trim().parse::<usize>().ok();
            let n = first.filter(|n| (1..=THREADS_MAX).contains(n));
            if n.is_none() {
                eprintln!("swath: {name}={text} ignored: must be from 1 to {THREADS_MAX}");
            }
            n
        };
        number("SWATH_NUM_THREADS")
            .or_else(|| number("OMP_NUM_THREADS"))
            .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
            .unwrap_or(1)
    })
}

fn wanted() -> usize {
    match WANTED.load(Ordering::Relaxed) {
        0 => from_environment(),
        n => n,
    }
}

/// The pool that helps. Where the system gives no threads it has none.
fn pool(py: Python<'_>) -> PyResult<Arc<Pool>> {
    let wanted = wanted();
    let present = {
        let pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        pool.as_ref().filter(|(n, _)| *n == wanted).map(|(_, pool)| Arc::clone(pool))
    };
    if let Some(present) = present {
        return Ok(present);
    }
    let new = Pool::new(wanted).or_else(|_| Pool::new(1));
    let new = Arc::new(new.map_err(|refusal| refused(py, &refusal))?);
    let old =
        POOL.lock().unwrap_or_else(PoisonError::into_inner).replace((wanted, Arc::clone(&new)));
    // Ends the old threads, unless a kernel or a task still uses them: then that does.
    py.detach(|| drop(old));
    Ok(new)
}

/// Sets how many threads work on one call, the calling thread among them.
#[pyfunction]
#[pyo3(text_signature = "(n)")]
pub(crate) fn set_num_threads(py: Python<'_>, n: isize) -> PyResult<()> {
    let n = usize::try_from(n).ok().filter(|n| (1..=THREADS_MAX).contains(n)).ok_or_else(|| {
        let message = format!("set_num_threads: n is {n}, must be from 1 to {THREADS_MAX}");
        error(py, Kind::Option, message)
    })?;
    WANTED.store(n, Ordering::Relaxed);
    Ok(())
}

/// How many threads work on one call made here, the calling thread among them.
#[pyfunction]
pub(crate) fn get_num_threads(py: Python<'_>) -> PyResult<usize> {
    let limit = settings(py)?.and_then(|settings| settings.get().threads);
    Ok(limit.map_or_else(wanted, |limit| limit.min(wanted())))
}

/// For tools that find libraries by their symbols (threadpoolctl).
#[unsafe(no_mangle)]
pub extern "C" fn swath_get_num_threads() -> std::ffi::c_int {
    wanted() as std::ffi::c_int
}

/// As `set_num_threads`; what is out of range changes nothing.
#[unsafe(no_mangle)]
pub extern "C" fn swath_set_num_threads(n: std::ffi::c_int) {
    if let Some(n) = usize::try_from(n).ok().filter(|n| (1..=THREADS_MAX).contains(n)) {
        WANTED.store(n, Ordering::Relaxed);
    }
}

// ---- settings of a context ---------------------------------------------------

/// What `threads`, `deadline` and `progress` set for the calls inside.
#[pyclass(frozen, name = "_Settings", module = "swath._core")]
pub(crate) struct Settings {
    threads: Option<usize>,
    deadline: Option<Instant>,
    #[pyo3(get)]
    progress: Option<Py<PyAny>>,
}

/// Whether anybody has ever made settings: until then no call looks for them.
static USED: AtomicBool = AtomicBool::new(false);

/// The context variable that holds them.
static VARIABLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

#[pymethods]
impl Settings {
    /// Settings that add to those in force.
    #[new]
    #[pyo3(signature = (threads=None, seconds=None, progress=None))]
    fn new(
        py: Python<'_>,
        threads: Option<usize>,
        seconds: Option<f64>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        USED.store(true, Ordering::Relaxed);
        let outer = settings(py)?;
        let outer = outer.as_ref().map(Bound::get);
        // A deadline further away than a clock can tell is none.
        let deadline = seconds
            .and_then(|s| Duration::try_from_secs_f64(s.max(0.0)).ok())
            .and_then(|duration| Instant::now().checked_add(duration));
        Ok(Self {
            threads: least(threads, outer.and_then(|outer| outer.threads)),
            deadline: least(deadline, outer.and_then(|outer| outer.deadline)),
            progress: progress.or_else(|| {
                outer.and_then(|outer| outer.progress.as_ref().map(|p| p.clone_ref(py)))
            }),
        })
    }
}

fn least<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The context variable, made with the module.
pub(crate) fn variable(py: Python<'_>) -> PyResult<Py<PyAny>> {
    let variable = VARIABLE.get_or_try_init(py, || {
        let class = py.import("contextvars")?.getattr("ContextVar")?;
        let kwargs = pyo3::types::PyDict::new(py);
        kwargs.set_item("default", py.None())?;
        PyResult::Ok(class.call(("swath",), Some(&kwargs))?.unbind())
    })?;
    Ok(variable.clone_ref(py))
}

pub(crate) fn settings(py: Python<'_>) -> PyResult<Option<Bound<'_, Settings>>> {
    if !USED.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let value = variable(py)?.bind(py).call_method0(pyo3::intern!(py, "get"))?;
    if value.is_none() { Ok(None) } else { Ok(Some(value.cast_into()?)) }
}

// ---- a call ------------------------------------------------------------------

/// Runs a kernel that takes about `cost_ns` on one thread.
pub(crate) fn run<R: Send>(
    py: Python<'_>,
    cost_ns: f64,
    kernel: impl FnOnce() -> Result<R, swath::Error> + Send,
) -> PyResult<R> {
    let settings = settings(py)?;
    if is_short(cost_ns) && settings.is_none() {
        let alone = Control::new().threads(1);
        let result = catch_unwind(AssertUnwindSafe(|| alone.run(kernel)));
        return match result {
            Ok(Ok(result)) => result.map_err(|refusal| refused(py, &refusal)),
            Ok(Err(cancelled)) => Err(error(py, Kind::Cancelled, stopped(cancelled))),
            Err(payload) => Err(panicked(py, &*payload)),
        };
    }
    run_detached(py, settings.as_ref().map(Bound::get), kernel)
}

/// Whether this is too little work to let go of the GIL for. Never where tests send
/// every call through the pool.
pub(crate) fn is_short(cost_ns: f64) -> bool {
    static FORCED: OnceLock<bool> = OnceLock::new();
    cost_ns < DETACH_NS && !*FORCED.get_or_init(|| std::env::var_os("SWATH_PAR_MIN").is_some())
}

fn run_detached<R: Send>(
    py: Python<'_>,
    settings: Option<&Settings>,
    kernel: impl FnOnce() -> Result<R, swath::Error> + Send,
) -> PyResult<R> {
    let mut control = limited(settings);
    let progress = settings.and_then(|settings| settings.progress.as_ref());
    let signals = is_main_thread(py)?;
    let watch = (signals || progress.is_some())
        .then(|| Arc::new(Watch::new(signals, progress.map(|p| p.clone_ref(py)))));
    if let Some(watch) = &watch {
        let asked = Arc::clone(watch);
        control = control.interrupt(move || asked.stops());
    }
    if let (Some(watch), Some(_)) = (&watch, progress) {
        let told = Arc::clone(watch);
        control = control.progress(move |done, total| told.note(done, total));
    }
    let pool = pool(py)?;
    let result =
        py.detach(move || catch_unwind(AssertUnwindSafe(|| pool.install(|| control.run(kernel)))));
    if let Some(watch) = watch {
        watch.end(py)?;
    }
    match result {
        Ok(Ok(result)) => result.map_err(|refusal| refused(py, &refusal)),
        Ok(Err(cancelled)) => Err(error(py, Kind::Cancelled, stopped(cancelled))),
        Err(payload) => Err(panicked(py, &*payload)),
    }
}

/// Threads and deadline of these settings.
fn limited<'a>(settings: Option<&Settings>) -> Control<'a> {
    let mut control = Control::new();
    if let Some(deadline) = settings.and_then(|settings| settings.deadline) {
        control = control.deadline(deadline);
    }
    if let Some(threads) = settings.and_then(|settings| settings.threads) {
        control = control.threads(threads);
    }
    control
}

/// What a stopped kernel says.
pub(crate) fn stopped(cancelled: Cancelled) -> String {
    match cancelled.by {
        StoppedBy::Deadline => "the deadline passed".to_owned(),
        _ => cancelled.to_string(),
    }
}

/// A kernel in the pool, and the pool, which lives as long as the kernel.
pub(crate) type Submitted = (Task<Result<Bits, swath::Error>>, Arc<Pool>);

/// Hands a kernel to the pool, under the settings in force.
pub(crate) fn submit(py: Python<'_>, kernel: Box<Kernel>) -> PyResult<Submitted> {
    let settings = settings(py)?;
    let control = limited(settings.as_ref().map(Bound::get));
    let pool = pool(py)?;
    match control.run(|| pool.submit(kernel)) {
        Ok(task) => Ok((task, pool)),
        Err(cancelled) => Err(error(py, Kind::Cancelled, stopped(cancelled))),
    }
}

/// What is looked after, on the calling thread, while a kernel runs: signals, and the
/// progress that a Python function is to be told.
struct Watch {
    start: Instant,
    signals: bool,
    callback: Option<Py<PyAny>>,
    /// Chunks done and in all, and what the callback was told last.
    latest: Mutex<[(usize, usize); 2]>,
    raised: Mutex<Option<PyErr>>,
}

impl Watch {
    fn new(signals: bool, callback: Option<Py<PyAny>>) -> Self {
        let (latest, raised) = Default::default();
        Self { start: Instant::now(), signals, callback, latest, raised }
    }

    fn note(&self, done: usize, total: usize) {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)[0] = (done, total);
    }

    /// Whether the kernel is to stop: a signal handler or the callback has raised.
    fn stops(&self) -> bool {
        if self.start.elapsed() < POLL {
            return false;
        }
        let looked = Python::attach(|py| {
            if self.signals {
                py.check_signals()?;
            }
            self.tell(py)
        });
        match looked {
            Ok(()) => false,
            Err(e) => {
                *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
                true
            }
        }
    }

    /// Tells the callback what is new.
    fn tell(&self, py: Python<'_>) -> PyResult<()> {
        let Some(callback) = &self.callback else { return Ok(()) };
        let [latest, told] = *self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest == told {
            return Ok(());
        }
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)[1] = latest;
        callback.bind(py).call1(latest).map(drop)
    }

    /// After the kernel: the last of the progress, or what was raised.
    fn end(&self, py: Python<'_>) -> PyResult<()> {
        match self.raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(e) => Err(e),
            None => self.tell(py),
        }
    }
}

/// Whether this thread is the one that gets Python's signals.
fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    static THREADING: PyOnceLock<(Py<PyAny>, Py<PyAny>)> = PyOnceLock::new();
    let (main_thread, get_ident) = THREADING.get_or_try_init(py, || {
        let module = py.import("threading")?;
        let functions = (module.getattr("main_thread")?, module.getattr("get_ident")?);
        PyResult::Ok((functions.0.unbind(), functions.1.unbind()))
    })?;
    let main = main_thread.bind(py).call0()?.getattr(pyo3::intern!(py, "ident"))?;
    main.eq(get_ident.bind(py).call0()?)
}

/// Panics inside a kernel, for tests of what becomes of it.
#[pyfunction]
pub(crate) fn _panic(py: Python<'_>, long: bool) -> PyResult<()> {
    let cost = if long { 1e9 } else { 0.0 };
    let n = if long { 1 << 20 } else { 4 };
    run(py, cost, || {
        let zeros = ndarray::Array1::<f32>::zeros(n);
        let last = n as f32 - 1.0;
        let mut count = zeros.clone();
        count.iter_mut().enumerate().for_each(|(i, c)| *c = i as f32);
        swath::map(&count, |x| if x == last { panic!("asked for") } else { x }).map(drop)
    })
}
