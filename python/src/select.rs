//! nonzero, flatnonzero, compress and diff: elements that are chosen, and neighbours.
//!
//! How much is chosen is known when the kernel has run. It makes the memory itself, and
//! NumPy takes it over.

use std::sync::{Arc, Mutex, PoisonError};

use ndarray::{ArrayD, Ix1};
use numpy::{Element, PyArray1};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use swath::reduce::ReduceReal;
use swath::scan;

use crate::array::{Input, Output, Target};
use crate::axes::one_axis;
use crate::call::{Bits, Call, perform};
use crate::dtype::{DType, dispatch};
use crate::error::{Kind, error};
use crate::options::{axis_at, refuse_unless};
use crate::raw::Raw;

/// Where a kernel leaves what it made.
type Place<T> = Arc<Mutex<Option<T>>>;

fn put<T>(place: &Place<T>, value: T) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
}

fn taken<T>(place: &Place<T>) -> T {
    let value = place.lock().unwrap_or_else(PoisonError::into_inner).take();
    value.expect("the kernel has run")
}

// ---- where elements are not zero ---------------------------------------------

/// Indices as NumPy has them.
fn signed(indices: Vec<usize>) -> Vec<i64> {
    indices.into_iter().map(|index| index as i64).collect()
}

fn indices(a: &Raw, flat: bool) -> Result<Vec<Vec<i64>>, swath::Error> {
    dispatch!(a.dtype, T => indices_of::<T>(a, flat))
}

fn indices_of<T: ReduceReal>(a: &Raw, flat: bool) -> Result<Vec<Vec<i64>>, swath::Error> {
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    let axes = if flat { vec![scan::flatnonzero(a)?] } else { scan::nonzero(a)? };
    Ok(axes.into_iter().map(|axis| signed(axis.into_raw_vec_and_offset().0)).collect())
}

fn places(function: &'static str, a: &Bound<'_, PyAny>, flat: bool) -> PyResult<Call> {
    let Input { raw, keep } = Input::new(function, "a", a)?;
    if !flat && raw.shape.is_empty() {
        let message = format!("{function}: a has no axes; its elements have no indices");
        return Err(error(a.py(), Kind::Shape, message));
    }
    let place = Place::<Vec<Vec<i64>>>::default();
    let (made, found) = (Arc::clone(&place), place);
    Ok(Call::new(
        raw.len() as f64 * 3.0,
        move || {
            put(&made, indices(&raw, flat)?);
            Ok(Bits::default())
        },
        move |py, _| {
            drop(keep);
            let mut arrays = taken(&found).into_iter().map(|v| PyArray1::from_vec(py, v));
            if flat {
                return Ok(arrays.next().expect("one array").into_any());
            }
            Ok(PyTuple::new(py, arrays.collect::<Vec<_>>())?.into_any())
        },
    ))
}

/// The indices of elements that are not zero, an array for each axis, as numpy.nonzero.
#[pyfunction]
#[pyo3(signature = (a))]
pub(crate) fn nonzero<'py>(a: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    perform(a.py(), || places("nonzero", a, false))
}

/// The indices of elements that are not zero, of the array in C order, as
/// numpy.flatnonzero.
#[pyfunction]
#[pyo3(signature = (a))]
pub(crate) fn flatnonzero<'py>(a: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    perform(a.py(), || places("flatnonzero", a, true))
}

// ---- elements that are chosen ------------------------------------------------

/// An array that a kernel made, of any type.
struct Made {
    shape: Vec<usize>,
    into_line: Box<IntoLine>,
}

type IntoLine = dyn for<'py> FnOnce(Python<'py>) -> Bound<'py, PyAny> + Send;

impl Made {
    fn new<T: Element + Copy + 'static>(array: ArrayD<T>) -> Self {
        let shape = array.shape().to_vec();
        let (elements, _) = array.into_raw_vec_and_offset();
        Self { shape, into_line: Box::new(move |py| PyArray1::from_vec(py, elements).into_any()) }
    }
}

fn compressed(condition: &Raw, a: &Raw, axis: Option<usize>) -> Result<Made, swath::Error> {
    dispatch!(a.dtype, T => compressed_of::<T>(condition, a, axis))
}

fn compressed_of<T: Element + Copy + 'static>(
    condition: &Raw,
    a: &Raw,
    axis: Option<usize>,
) -> Result<Made, swath::Error> {
    // SAFETY: checked arrays, of bools and of this type, that nobody of ours writes.
    let (condition, a) = unsafe { (condition.view::<u8>(), &a.view::<T>()) };
    let condition = swath::map(&condition, |x: u8| x != 0)?;
    let condition = condition.into_dimensionality::<Ix1>().expect("one axis");
    Ok(Made::new(match axis {
        Some(axis) => scan::compress_axis(&condition, a, axis)?,
        None => scan::compress(&condition, a)?.into_dyn(),
    }))
}

/// The call that chooses elements of the array, or parts along an axis.
fn chosen(condition: Input, a: Input, axis: Option<usize>) -> Call {
    let (Input { raw: condition, keep: keep_condition }, Input { raw: a, keep }) = (condition, a);
    let place = Place::<Made>::default();
    let (made, found) = (Arc::clone(&place), place);
    let dtype = a.dtype;
    Call::new(
        a.len() as f64 * 3.0,
        move || {
            put(&made, compressed(&condition, &a, axis)?);
            Ok(Bits::default())
        },
        move |py, _| {
            drop((keep, keep_condition));
            let made = taken(&found);
            let line = (made.into_line)(py);
            let line = match dtype {
                // Made as bytes, each 0 or 1.
                DType::Bool => line.call_method1("view", (dtype.descr(py),))?,
                _ => line,
            };
            line.call_method1("reshape", (made.shape,))
        },
    )
}

/// The elements, or the parts along an axis, where a condition holds, as numpy.compress.
///
/// `out` is not supported yet.
#[pyfunction]
#[pyo3(signature = (condition, a, axis=None, out=None))]
pub(crate) fn compress<'py>(
    condition: &Bound<'py, PyAny>,
    a: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "compress";
    perform(a.py(), || {
        let py = a.py();
        refuse_unless(NAME, "out", out, |_| false)?;
        let condition = Input::new(NAME, "condition", condition)?;
        let condition = condition.cast(py, NAME, "condition", DType::Bool)?;
        if condition.raw.shape.len() != 1 {
            let message = format!(
                "{NAME}: condition has shape {:?}, must have one axis",
                condition.raw.shape
            );
            return Err(error(py, Kind::Shape, message));
        }
        let a = Input::new(NAME, "a", a)?;
        let axis = match axis {
            Some(axis) => one_axis(NAME, axis, a.raw.shape.len())?,
            None => None,
        };
        Ok(chosen(condition, a, axis))
    })
}

/// The elements where a condition holds, as numpy.extract.
///
/// Both are taken in C order. An array of one axis.
#[pyfunction]
#[pyo3(signature = (condition, arr))]
pub(crate) fn extract<'py>(
    condition: &Bound<'py, PyAny>,
    arr: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "extract";
    perform(arr.py(), || {
        let py = arr.py();
        let condition = Input::new(NAME, "condition", condition)?;
        let condition = condition.cast(py, NAME, "condition", DType::Bool)?;
        let condition = condition.flat(py, NAME, "condition")?;
        let arr = Input::new(NAME, "arr", arr)?.flat(py, NAME, "arr")?;
        Ok(chosen(condition, arr, Some(0)))
    })
}

/// Whether no element is greater than the next along an axis: a bool, or an array of them
/// without the axis.
///
/// nan counts as greater than every number, as in sorting.
#[pyfunction]
#[pyo3(signature = (a, axis=None))]
#[pyo3(text_signature = "(a, axis=-1)")]
pub(crate) fn is_sorted<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<isize>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "is_sorted";
    perform(a.py(), || {
        let py = a.py();
        let Input { raw: a, keep } = Input::new(NAME, "a", a)?;
        let axis = axis_at(py, NAME, axis.unwrap_or(-1), a.shape.len())?;
        let mut shape = a.shape.clone();
        shape.remove(axis);
        let given = None::<Output>;
        let (made, target) = Target::new(py, NAME, given, |_| true, (DType::Bool, &shape))?;
        Ok(Call::new(
            a.len() as f64 * 2.0,
            move || {
                dispatch!(a.dtype, T => sorted::<T>(&a, axis, &target))?;
                Ok(Bits::default())
            },
            move |py, _| {
                drop(keep);
                made.finish(py, NAME, None)
            },
        ))
    })
}

fn sorted<T: ReduceReal>(a: &Raw, axis: usize, out: &Raw) -> Result<(), swath::Error> {
    // SAFETY: a checked array of this type that nobody of ours writes, and a checked output
    // of bools, ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<bool>()) };
    match a.ndim() {
        1 => {
            let a = a.into_dimensionality::<Ix1>().expect("one axis");
            out.fill(scan::is_sorted(&a));
        }
        _ => out.assign(&scan::is_sorted_axis(&a, axis)?),
    }
    Ok(())
}

// ---- differences -------------------------------------------------------------

fn differences(a: &Raw, n: usize, axis: usize, out: &Raw) -> Result<(), swath::Error> {
    dispatch!(a.dtype, T => differences_of::<T>(a, n, axis, out))?;
    if a.dtype == DType::Bool {
        // Of bools whether they differ, which is the difference modulo 2.
        // SAFETY: a checked output of bytes, ours alone.
        swath::map_inplace(&mut unsafe { out.view_mut::<u8>() }, |x: u8| x & 1)?;
    }
    Ok(())
}

fn differences_of<T: swath::Element>(
    a: &Raw,
    n: usize,
    axis: usize,
    out: &Raw,
) -> Result<(), swath::Error> {
    // SAFETY: a checked array of this type that nobody of ours writes, and a checked output
    // of it, ours alone.
    let (a, out) = unsafe { (&a.view::<T>(), &mut out.view_mut::<T>()) };
    scan::diff_into(a, n, axis, out)
}

/// `a` between what goes before and what goes after it along an axis; a number goes for
/// every line.
fn joined<'py>(
    a: &Bound<'py, PyAny>,
    axis: isize,
    ends: [Option<&Bound<'py, PyAny>>; 2],
) -> PyResult<Bound<'py, PyAny>> {
    let numpy = a.py().import(intern!(a.py(), "numpy"))?;
    let array = |x: &Bound<'py, PyAny>| numpy.call_method1(intern!(a.py(), "asanyarray"), (x,));
    let a = array(a)?;
    let mut shape: Vec<usize> = a.getattr("shape")?.extract()?;
    let axis = axis_at(a.py(), "diff", axis, shape.len())?;
    shape[axis] = 1;
    let end = |x: &Bound<'py, PyAny>| {
        let x = array(x)?;
        match x.getattr("ndim")?.extract()? {
            0usize => numpy.call_method1("broadcast_to", (x, PyTuple::new(a.py(), &shape)?)),
            _ => Ok(x),
        }
    };
    let [before, after] = ends.map(|x| x.map(end).transpose());
    let parts: Vec<_> = [before?, Some(a.clone()), after?].into_iter().flatten().collect();
    numpy.call_method1("concatenate", (parts, axis))
}

/// The n-th differences of neighbours along an axis, as numpy.diff.
///
/// `prepend` and `append` go before and after `a` along the axis. Integers wrap in their own
/// type.
#[pyfunction]
#[pyo3(signature = (a, n=1, axis=None, prepend=None, append=None))]
#[pyo3(text_signature = "(a, n=1, axis=-1, prepend=None, append=None)")]
pub(crate) fn diff<'py>(
    a: &Bound<'py, PyAny>,
    n: isize,
    axis: Option<isize>,
    prepend: Option<&Bound<'py, PyAny>>,
    append: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "diff";
    let longer = match [prepend, append] {
        [None, None] => None,
        _ if n == 0 => None,
        ends => Some(joined(a, axis.unwrap_or(-1), ends)?),
    };
    let a = longer.as_ref().unwrap_or(a);
    perform(a.py(), || {
        let py = a.py();
        let n = usize::try_from(n).map_err(|_| {
            error(py, Kind::Option, format!("{NAME}: n is {n}, must be at least 0"))
        })?;
        let Input { raw: a, keep } = Input::new(NAME, "a", a)?;
        let axis = axis_at(py, NAME, axis.unwrap_or(-1), a.shape.len())?;
        let mut shape = a.shape.clone();
        shape[axis] = shape[axis].saturating_sub(n);
        let given = None::<Output>;
        let (made, target) = Target::new(py, NAME, given, |_| true, (a.dtype, &shape))?;
        Ok(Call::new(
            a.len() as f64 * n.max(1) as f64,
            move || {
                differences(&a, n, axis, &target)?;
                Ok(Bits::default())
            },
            move |py, _| {
                drop(keep);
                made.finish(py, NAME, None)
            },
        ))
    })
}

/// Puts them all into the module.
pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(nonzero, module)?)?;
    module.add_function(wrap_pyfunction!(flatnonzero, module)?)?;
    module.add_function(wrap_pyfunction!(compress, module)?)?;
    module.add_function(wrap_pyfunction!(extract, module)?)?;
    module.add_function(wrap_pyfunction!(is_sorted, module)?)?;
    module.add_function(wrap_pyfunction!(diff, module)?)?;
    Ok(())
}
