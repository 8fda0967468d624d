//! What can go wrong, and the Python exception that it becomes.

use pyo3::exceptions::{PyMemoryError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// The classes of `swath/_errors.py`.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Shape,
    Axis,
    Option,
    DType,
    Memory,
    Cancelled,
    Panic,
}

impl Kind {
    const NAMES: [&'static str; 7] = [
        "ShapeError",
        "AxisError",
        "OptionError",
        "DTypeError",
        "OutOfMemoryError",
        "Cancelled",
        "KernelPanic",
    ];

    fn class<'py>(self, py: Python<'py>) -> PyResult<Bound<'py, PyType>> {
        static CLASSES: PyOnceLock<Vec<Py<PyType>>> = PyOnceLock::new();
        let classes = CLASSES.get_or_try_init(py, || {
            let module = py.import("swath._errors")?;
            let class = |name| Ok(module.getattr(name)?.cast_into::<PyType>()?.unbind());
            Self::NAMES.into_iter().map(class).collect::<PyResult<_>>()
        })?;
        Ok(classes[self as usize].bind(py).clone())
    }
}

/// An exception of this kind.
pub(crate) fn error(py: Python<'_>, kind: Kind, message: String) -> PyErr {
    match kind.class(py) {
        Ok(class) => PyErr::from_type(class, message),
        Err(missing) => missing,
    }
}

/// What the crate refused.
pub(crate) fn refused(py: Python<'_>, refusal: &swath::Error) -> PyErr {
    use swath::Error;
    let kind = match refusal {
        Error::Shape { .. } | Error::Broadcast { .. } | Error::Empty { .. } => Kind::Shape,
        Error::Axis { .. } => Kind::Axis,
        Error::Memory { .. } | Error::TooLarge { .. } => Kind::Memory,
        Error::Threads { .. } => return PyRuntimeError::new_err(refusal.to_string()),
        _ => Kind::Option,
    };
    error(py, kind, refusal.to_string())
}

/// A panic, which is a fault of ours.
pub(crate) fn panicked(py: Python<'_>, payload: &(dyn std::any::Any + Send)) -> PyErr {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    error(py, Kind::Panic, format!("a kernel panicked: {text}"))
}

/// NumPy's `MemoryError` as ours, so that one class catches all.
pub(crate) fn no_memory(py: Python<'_>, function: &str, cause: PyErr) -> PyErr {
    if !cause.is_instance_of::<PyMemoryError>(py) {
        return cause;
    }
    let ours = error(py, Kind::Memory, format!("{function}: {}", cause.value(py)));
    ours.set_cause(py, Some(cause));
    ours
}
