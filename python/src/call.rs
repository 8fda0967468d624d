//! A call made ready: its arguments checked, its memory found. It runs at once, or
//! is handed over to be run later.

use pyo3::prelude::*;

use crate::{control, task};

/// One number of up to sixteen bytes, whatever its type.
pub(crate) type Bits = [u8; 16];

/// The bytes of a number.
pub(crate) fn bits<T: Copy>(value: T) -> Bits {
    const { assert!(size_of::<T>() <= size_of::<Bits>()) };
    let mut bits = Bits::default();
    // SAFETY: the number fits, and any number is bytes.
    unsafe { bits.as_mut_ptr().cast::<T>().write_unaligned(value) };
    bits
}

pub(crate) type Kernel = dyn FnOnce() -> Result<Bits, swath::Error> + Send;
pub(crate) type Finish =
    dyn for<'py> FnOnce(Python<'py>, Bits) -> PyResult<Bound<'py, PyAny>> + Send;

/// A kernel with all that it needs, and what makes Python's result of its own.
pub(crate) struct Call {
    /// About what the kernel takes on one thread.
    pub(crate) cost_ns: f64,
    pub(crate) kernel: Box<Kernel>,
    pub(crate) finish: Box<Finish>,
}

impl Call {
    /// `kernel` touches no Python object; `finish` keeps the arrays alive that it uses.
    pub(crate) fn new(
        cost_ns: f64,
        kernel: impl FnOnce() -> Result<Bits, swath::Error> + Send + 'static,
        finish: impl for<'py> FnOnce(Python<'py>, Bits) -> PyResult<Bound<'py, PyAny>> + Send + 'static,
    ) -> Self {
        Self { cost_ns, kernel: Box::new(kernel), finish: Box::new(finish) }
    }

    /// Runs it on this thread.
    pub(crate) fn run(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let bits = control::run(py, self.cost_ns, self.kernel)?;
        (self.finish)(py, bits)
    }
}

/// What every public function does: makes its call ready and runs it, or hands it over
/// to be run later, if that was asked for.
pub(crate) fn perform<'py>(
    py: Python<'py>,
    ready: impl FnOnce() -> PyResult<Call>,
) -> PyResult<Bound<'py, PyAny>> {
    let later = task::is_handed_over();
    let call = ready()?;
    if later {
        task::hand_over(call);
        return Ok(py.None().into_bound(py));
    }
    call.run(py)
}
