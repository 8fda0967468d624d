//! Keyword arguments.

use pyo3::conversion::FromPyObjectOwned;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt};

use crate::error::{Kind, error};

/// An axis by its index, counted from the end if negative.
pub(crate) fn axis_index(function: &str, axis: &Bound<'_, PyAny>, ndim: usize) -> PyResult<usize> {
    let index = axis.extract::<isize>().map_err(|_| {
        PyTypeError::new_err(format!("{function}: axis must be a whole number, not {axis}"))
    })?;
    axis_at(axis.py(), function, index, ndim)
}

/// The same for a number.
pub(crate) fn axis_at(
    py: Python<'_>,
    function: &str,
    index: isize,
    ndim: usize,
) -> PyResult<usize> {
    let from_start = if index < 0 { index.checked_add_unsigned(ndim) } else { Some(index) };
    from_start.and_then(|i| usize::try_from(i).ok()).filter(|i| *i < ndim).ok_or_else(|| {
        let message = format!("{function}: axis {index} of an array with {ndim} axes");
        error(py, Kind::Axis, message)
    })
}

/// Refuses an option that is given and does not have its default.
pub(crate) fn refuse_unless(
    function: &str,
    option: &str,
    value: Option<&Bound<'_, PyAny>>,
    is_default: impl FnOnce(&Bound<'_, PyAny>) -> bool,
) -> PyResult<()> {
    match value {
        Some(value) if !is_default(value) => {
            let message = format!("{function}: {option} is not supported yet");
            Err(error(value.py(), Kind::Option, message))
        }
        _ => Ok(()),
    }
}

/// Python's `True`.
pub(crate) fn is_true(value: &Bound<'_, PyAny>) -> bool {
    value.is(pyo3::types::PyBool::new(value.py(), true).as_any())
}

/// This string.
pub(crate) fn is_text(text: &'static str) -> impl Fn(&Bound<'_, PyAny>) -> bool {
    move |value| value.extract::<String>().is_ok_and(|value| value == text)
}

/// One value for all of `n` axes, or one for each.
pub(crate) fn per_axis<'py, V: Clone + FromPyObjectOwned<'py>>(
    function: &str,
    option: &str,
    value: &Bound<'py, PyAny>,
    n: usize,
) -> PyResult<Vec<V>> {
    let extract = |value: &Bound<'py, PyAny>| value.extract::<V>().map_err(Into::into);
    // Asking a number for a method that it does not have takes longer than a small filter.
    let is_number =
        value.is_exact_instance_of::<PyFloat>() || value.is_exact_instance_of::<PyInt>();
    let is_sequence = !is_number && value.hasattr("__iter__")? && value.len().is_ok();
    if !is_sequence {
        return Ok(vec![extract(value)?; n]);
    }
    let values: Vec<V> = value.try_iter()?.map(|v| extract(&v?)).collect::<PyResult<_>>()?;
    if values.len() == n {
        return Ok(values);
    }
    let message = format!("{function}: {option} has {} values for {n} axes", values.len());
    Err(error(value.py(), Kind::Shape, message))
}
