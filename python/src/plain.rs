//! Small arrays without gaps, for the short ways of small calls.

use std::ffi::c_int;

use numpy::npyffi::{self, NPY_ARRAY_ALIGNED, NPY_ARRAY_C_CONTIGUOUS, PY_ARRAY_API, npy_intp};
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;

use crate::dtype::DType;

/// An array without gaps, in C order.
pub(crate) struct Plain<'py> {
    pub(crate) array: Bound<'py, PyUntypedArray>,
    pub(crate) dtype: DType,
    pub(crate) first: *mut u8,
    pub(crate) len: usize,
}

impl<'py> Plain<'py> {
    /// This array, if it is one of NumPy's own, has these flags and at most `most` elements.
    pub(crate) fn new(object: &Bound<'py, PyAny>, flags: i32, most: usize) -> Option<Self> {
        // SAFETY: the object is alive.
        if unsafe { npyffi::PyArray_CheckExact(object.py(), object.as_ptr()) } == 0 {
            return None;
        }
        // SAFETY: just checked.
        let array = unsafe { object.cast_unchecked::<PyUntypedArray>() }.clone();
        // SAFETY: the array is alive, and we are attached.
        let (first, has) = unsafe {
            let fields = &(*array.as_array_ptr()).fields;
            (fields.data.cast::<u8>(), fields.flags)
        };
        let all = flags | NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED;
        let descr = array.dtype();
        let dtype = DType::of(&descr)?;
        let native = !matches!(descr.byteorder(), b'<' | b'>');
        let len = array.shape().iter().product();
        let fits = has & all == all && native && first.addr().is_multiple_of(dtype.size());
        (fits && len <= most && array.ndim() > 0).then_some(Self { array, dtype, first, len })
    }

    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.dtype == other.dtype && self.array.shape() == other.array.shape()
    }

    /// Whether it shares no memory with this one.
    pub(crate) fn is_apart(&self, other: &Self) -> bool {
        let end = |a: &Self| a.first.addr() + a.len * a.dtype.size();
        end(self) <= other.first.addr() || end(other) <= self.first.addr()
    }
}

/// A new array, its elements not written yet.
pub(crate) fn empty<'py>(
    py: Python<'py>,
    dtype: DType,
    shape: &[usize],
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let mut dims: Vec<npy_intp> = shape.iter().map(|&n| n as npy_intp).collect();
    let (nd, descr) = (dims.len() as c_int, dtype.descr(py).into_dtype_ptr());
    // SAFETY: dimensions of a small array; the reference to the descriptor is given away, as
    // the function demands; it makes nothing but arrays.
    unsafe {
        let made = PY_ARRAY_API.PyArray_Empty(py, nd, dims.as_mut_ptr(), descr, 0);
        Ok(Bound::from_owned_ptr_or_err(py, made)?.cast_into_unchecked())
    }
}

/// The first element of an array.
pub(crate) fn first(array: &Bound<'_, PyUntypedArray>) -> *mut u8 {
    // SAFETY: the array is alive, and we are attached.
    unsafe { (*array.as_array_ptr()).fields.data.cast() }
}
