//! Filters of complex numbers, which `swath._complex` takes apart.

use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyComplex, PyComplexMethods, PyDict, PyFloat, PyInt, PyList, PyTuple};

use crate::array::numpy_function;
use crate::call::{Bits, Call};
use crate::error::{Kind, error};

/// The value beyond the ends, as it was given.
#[derive(Clone, Copy)]
pub(crate) struct Fill {
    real: f64,
    imag: Option<f64>,
}

impl Fill {
    pub(crate) const ZERO: Self = Self { real: 0.0, imag: None };

    /// The value for a real array.
    ///
    /// # Errors
    /// Of a complex number.
    pub(super) fn real(self, py: Python<'_>, function: &str) -> PyResult<f64> {
        match self.imag {
            None => Ok(self.real),
            Some(imag) => {
                let message = format!(
                    "{function}: cval is {}{imag:+}j, must be a real number for a real array",
                    self.real
                );
                Err(error(py, Kind::Option, message))
            }
        }
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Fill {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyComplex>() {
            Ok(number) => Ok(Self { real: number.real(), imag: Some(number.imag()) }),
            Err(_) => Ok(Self { real: object.extract()?, imag: None }),
        }
    }
}

/// Whether this is an array of complex numbers, or a list of which some are.
pub(super) fn is_complex(object: &Bound<'_, PyAny>) -> bool {
    if let Ok(array) = object.cast::<PyUntypedArray>() {
        return array.dtype().kind() == b'c';
    }
    let is_list = object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>();
    let asked = || numpy_function(object.py(), "iscomplexobj")?.call1((object,))?.extract();
    is_list && asked().unwrap_or(false)
}

/// A number as an argument of Python's.
pub(super) fn number(py: Python<'_>, n: impl Into<f64>) -> Option<Bound<'_, PyAny>> {
    Some(PyFloat::new(py, n.into()).into_any())
}

/// A whole number as an argument of Python's.
pub(super) fn whole(py: Python<'_>, n: isize) -> Option<Bound<'_, PyAny>> {
    Some(PyInt::new(py, n).into_any())
}

/// Arguments besides input, output and `cval`: those given.
pub(super) type More<'a, 'py> = [(&'static str, Option<Bound<'py, PyAny>>)];

/// The call of a filter, by this way of `swath._complex`. It has been run when this returns.
pub(super) fn call<'py>(
    (way, name): (&str, &'static str),
    input: &Bound<'py, PyAny>,
    output: Option<&Bound<'py, PyAny>>,
    cval: Fill,
    more: &More<'_, 'py>,
) -> PyResult<Call> {
    let py = input.py();
    let keywords = PyDict::new(py);
    for (keyword, value) in more {
        if let Some(value) = value {
            keywords.set_item(keyword, value)?;
        }
    }
    let cval = PyComplex::from_doubles(py, cval.real, cval.imag.unwrap_or(0.0));
    let way = py.import("swath._complex")?.getattr(way)?;
    let out = way.call1((name, input, output, cval, keywords))?.unbind();
    Ok(Call::new(0.0, || Ok(Bits::default()), move |py, _| Ok(out.into_bound(py))))
}
