//! How kernels run from Python: detached where it pays, with the threads that
//! were asked for, stopped by signals and deadlines, panics caught.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use swath::{Control, Pool, StoppedBy};

use crate::error::{Kind, error, panicked, refused};

/// Work, in ns, from which the GIL is released: letting go and taking it back
/// costs about 0.1 us, and up to 5 ms of waiting where other threads compute.
const DETACH_NS: f64 = 10_000.0;

/// No signal is looked for in the first of these, nor more often.
const POLL: Duration = Duration::from_millis(25);

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

/// The pool that helps; none if one thread is wanted or no other can be had.
fn pool() -> Option<Arc<Pool>> {
    let wanted = wanted();
    if wanted == 1 {
        return None;
    }
    let present = {
        let pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        pool.as_ref().filter(|(n, _)| *n == wanted).map(|(_, pool)| Arc::clone(pool))
    };
    present.or_else(|| {
        let new = Arc::new(Pool::new(wanted).ok()?);
        let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        let old = pool.replace((wanted, Arc::clone(&new)));
        drop(pool);
        // Ends the old threads, unless a kernel still uses them: then it does.
        drop(old);
        Some(new)
    })
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

/// What `threads` and `deadline` set for the calls inside.
#[pyclass(frozen, name = "_Settings", module = "swath._core")]
pub(crate) struct Settings {
    threads: Option<usize>,
    deadline: Option<Instant>,
}

/// Whether anybody has ever made settings: until then no call looks for them.
static USED: AtomicBool = AtomicBool::new(false);

/// The context variable that holds them.
static VARIABLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

#[pymethods]
impl Settings {
    /// Settings that add to those in force.
    #[new]
    #[pyo3(signature = (threads=None, seconds=None))]
    fn new(py: Python<'_>, threads: Option<usize>, seconds: Option<f64>) -> PyResult<Self> {
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

fn settings(py: Python<'_>) -> PyResult<Option<Bound<'_, Settings>>> {
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
    if cost_ns < DETACH_NS && settings.is_none() && !is_forced() {
        let alone = Control::new().threads(1);
        let result = catch_unwind(AssertUnwindSafe(|| alone.run(kernel)));
        return match result {
            Ok(Ok(result)) => result.map_err(|refusal| refused(py, &refusal)),
            Ok(Err(cancelled)) => Err(error(py, Kind::Cancelled, cancelled.to_string())),
            Err(payload) => Err(panicked(py, &*payload)),
        };
    }
    run_detached(py, settings.as_ref().map(Bound::get), kernel)
}

/// Whether every call goes through the pool, for tests.
fn is_forced() -> bool {
    static FORCED: OnceLock<bool> = OnceLock::new();
    *FORCED.get_or_init(|| std::env::var_os("SWATH_PAR_MIN").is_some())
}

fn run_detached<R: Send>(
    py: Python<'_>,
    settings: Option<&Settings>,
    kernel: impl FnOnce() -> Result<R, swath::Error> + Send,
) -> PyResult<R> {
    let raised = Arc::new(Mutex::new(None::<PyErr>));
    let mut control = Control::new();
    if let Some(deadline) = settings.and_then(|settings| settings.deadline) {
        control = control.deadline(deadline);
    }
    if let Some(threads) = settings.and_then(|settings| settings.threads) {
        control = control.threads(threads);
    }
    if is_main_thread(py)? {
        control = control.interrupt(signal_poll(Arc::clone(&raised)));
    }
    let pool = pool();
    let result = py.detach(|| {
        catch_unwind(AssertUnwindSafe(|| match &pool {
            Some(pool) => pool.install(|| control.run(kernel)),
            None => control.threads(1).run(kernel),
        }))
    });
    if let Some(e) = raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(e);
    }
    match result {
        Ok(Ok(result)) => result.map_err(|refusal| refused(py, &refusal)),
        Ok(Err(cancelled)) => {
            let what = match cancelled.by {
                StoppedBy::Deadline => "the deadline passed".to_owned(),
                _ => cancelled.to_string(),
            };
            Err(error(py, Kind::Cancelled, what))
        }
        Err(payload) => Err(panicked(py, &*payload)),
    }
}

/// Looks for signals, and keeps what their handler raised.
fn signal_poll(raised: Arc<Mutex<Option<PyErr>>>) -> impl Fn() -> bool + Send + Sync + 'static {
    let start = Instant::now();
    move || {
        if start.elapsed() < POLL {
            return false;
        }
        match Python::attach(|py| py.check_signals()) {
            Ok(()) => false,
            Err(e) => {
                *raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
                true
            }
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
