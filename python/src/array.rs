//! From Python objects to checked arrays.
//!
//! Everything that could make a view wrong is looked at before there is one: the
//! element type, byte order, alignment, strides that are not whole elements,
//! shapes that overflow; for outputs also whether they may be written and whether
//! they overlap themselves. Awkward inputs are copied by NumPy, awkward outputs
//! refused.

use numpy::npyffi::{self, NPY_ARRAY_ALIGNED, NPY_ARRAY_WRITEABLE, PY_ARRAY_API};
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{IntoPyDict, PyMemoryView, PyTuple};

use crate::dtype::DType;
use crate::error::{Kind, error, no_memory};
use crate::raw::Raw;

/// A function of NumPy that moves elements and computes nothing. Looked up once.
pub(crate) fn numpy_function<'py>(
    py: Python<'py>,
    name: &'static str,
) -> PyResult<Bound<'py, PyAny>> {
    static MODULE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let module =
        MODULE.get_or_try_init(py, || PyResult::Ok(py.import("numpy")?.into_any().unbind()))?;
    module.bind(py).getattr(name)
}

/// Keeps the memory of an array, and whoever lent it (a shared-memory block, a
/// memory map), from going away while a kernel runs detached.
pub(crate) struct Keep {
    array: Py<PyUntypedArray>,
    _lender: Option<Py<PyMemoryView>>,
}

/// An array to be read, for as long as its keep lives.
pub(crate) struct Input {
    pub(crate) raw: Raw,
    pub(crate) keep: Keep,
}

/// An array to be written, for as long as its keep lives.
pub(crate) struct Output {
    pub(crate) raw: Raw,
    pub(crate) keep: Keep,
}

impl Keep {
    fn new(array: &Bound<'_, PyUntypedArray>) -> PyResult<Self> {
        let _lender = lender(array)?.map(Bound::unbind);
        Ok(Self { array: array.clone().unbind(), _lender })
    }

    pub(crate) fn array<'py>(&self, py: Python<'py>) -> &Bound<'py, PyUntypedArray> {
        self.array.bind(py)
    }
}

impl Input {
    /// Reads an argument.
    pub(crate) fn new(function: &str, operand: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let array = as_array(function, operand, object)?;
        dtype_of(function, operand, &array, DType::of)?;
        Self::of(function, operand, &array)
    }

    /// The same, which may be of complex numbers or of floats of 16 bits.
    pub(crate) fn any(function: &str, operand: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::of(function, operand, &as_array(function, operand, object)?)
    }

    fn of(function: &str, operand: &str, array: &Bound<'_, PyUntypedArray>) -> PyResult<Self> {
        let py = array.py();
        let dtype = dtype_of(function, operand, array, DType::any)?;
        let keep = Keep::new(array)?;
        match raw(function, operand, dtype, array)? {
            Some(raw) => Ok(Self { raw, keep }),
            None => {
                let kwargs = [("order", "C")].into_py_dict(py)?;
                let native = (dtype.descr(py),);
                let copy = array.call_method("astype", native, Some(&kwargs));
                let copy = copy.map_err(|e| no_memory(py, function, e))?;
                let array = copy.cast_into::<PyUntypedArray>()?;
                let raw = raw(function, operand, dtype, &array)?.ok_or_else(|| {
                    PyValueError::new_err(format!("{function}: {operand} cannot be copied"))
                })?;
                Ok(Self { raw, keep: Keep::new(&array)? })
            }
        }
    }

    /// All elements in one line, in C order; itself where it lies so.
    pub(crate) fn flat(mut self, py: Python<'_>, function: &str, operand: &str) -> PyResult<Self> {
        if self.raw.is_contiguous() {
            (self.raw.shape, self.raw.strides) = (vec![self.raw.len()], vec![1]);
            return Ok(self);
        }
        let flat = self.keep.array(py).call_method0(intern!(py, "ravel"));
        let flat = flat.map_err(|e| no_memory(py, function, e))?;
        Self::of(function, operand, &flat.cast_into()?)
    }

    /// The same values in memory of their own.
    pub(crate) fn copied(&self, py: Python<'_>, function: &str, operand: &str) -> PyResult<Self> {
        let copy = self.keep.array(py).call_method0(intern!(py, "copy"));
        let copy = copy.map_err(|e| no_memory(py, function, e))?;
        Self::of(function, operand, &copy.cast_into()?)
    }

    /// The same values as another type; itself if it is of that type.
    pub(crate) fn cast(
        self,
        py: Python<'_>,
        function: &str,
        operand: &str,
        dtype: DType,
    ) -> PyResult<Self> {
        if self.raw.dtype == dtype {
            return Ok(self);
        }
        let array = self.keep.array(py);
        let cast = array.call_method1(intern!(py, "astype"), (dtype.descr(py),));
        let cast = cast.map_err(|e| no_memory(py, function, e))?;
        Self::of(function, operand, &cast.cast_into()?)
    }
}

impl Output {
    /// Reads an `out` argument.
    pub(crate) fn given(
        function: &str,
        operand: &str,
        object: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        Self::given_of(function, operand, object, DType::of)
    }

    /// The same, which may be of complex numbers or of floats of 16 bits.
    pub(crate) fn any(function: &str, operand: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::given_of(function, operand, object, DType::any)
    }

    fn given_of(
        function: &str,
        operand: &str,
        object: &Bound<'_, PyAny>,
        known: Known,
    ) -> PyResult<Self> {
        let py = object.py();
        if !is_plain_array(object)? {
            let kind = type_name(object);
            let message = format!("{function}: {operand} must be a numpy.ndarray, not {kind}");
            return Err(error(py, Kind::DType, message));
        }
        let array = object.cast::<PyUntypedArray>()?;
        let dtype = dtype_of(function, operand, array, known)?;
        let refuse =
            |what: &str| Err(error(py, Kind::Option, format!("{function}: {operand} {what}")));
        if flags(array) & NPY_ARRAY_WRITEABLE == 0 {
            return refuse("is read-only");
        }
        let keep = Keep::new(array)?;
        let Some(raw) = raw(function, operand, dtype, array)? else {
            return refuse(
                "is byte-swapped, misaligned, or has strides that are not whole elements",
            );
        };
        if raw.overlaps_itself() {
            return refuse("shares memory with itself");
        }
        Ok(Self { raw, keep })
    }

    /// Refuses an output that is not of the result's shape.
    pub(crate) fn check_shape(
        &self,
        py: Python<'_>,
        function: &str,
        operand: &str,
        of_result: &[usize],
    ) -> PyResult<()> {
        if self.raw.shape == of_result {
            return Ok(());
        }
        let message = format!(
            "{function}: {operand} has shape {:?}, but the result has shape {of_result:?}",
            self.raw.shape
        );
        Err(error(py, Kind::Shape, message))
    }

    /// A new array, its elements not written yet.
    pub(crate) fn new(
        py: Python<'_>,
        function: &str,
        dtype: DType,
        shape: &[usize],
    ) -> PyResult<Self> {
        Self::in_order(py, function, dtype, shape, false)
    }

    /// The same, in Fortran order if asked for.
    fn in_order(
        py: Python<'_>,
        function: &str,
        dtype: DType,
        shape: &[usize],
        fortran: bool,
    ) -> PyResult<Self> {
        let too_large =
            || error(py, Kind::Memory, format!("{function}: no memory for shape {shape:?}"));
        let mut dims = Vec::with_capacity(shape.len());
        let mut bytes = dtype.size();
        for &n in shape {
            // As NumPy: an axis of length 0 does not excuse the others.
            bytes = bytes.checked_mul(n.max(1)).ok_or_else(too_large)?;
            dims.push(n as npyffi::npy_intp);
        }
        isize::try_from(bytes).map_err(|_| too_large())?;
        if shape.len() > 64 {
            let message = format!("{function}: a result of {} dimensions", shape.len());
            return Err(error(py, Kind::Shape, message));
        }
        let descr = dtype.descr(py).into_dtype_ptr();
        let nd = dims.len() as std::ffi::c_int;
        // SAFETY: the dimensions are `nd` many and not negative; the reference to
        // the descriptor is given away, as the function demands.
        let array = unsafe {
            let array =
                PY_ARRAY_API.PyArray_Empty(py, nd, dims.as_mut_ptr(), descr, fortran.into());
            Bound::from_owned_ptr_or_err(py, array)
        };
        let array = array.map_err(|e| no_memory(py, function, e))?;
        // SAFETY: the function above makes nothing else.
        let array = unsafe { array.cast_into_unchecked::<PyUntypedArray>() };
        let raw = raw(function, "the result", dtype, &array)?
            .ok_or_else(|| PyValueError::new_err("a new array that is not aligned"))?;
        Ok(Self { raw, keep: Keep { array: array.unbind(), _lender: None } })
    }
}

impl Keep {
    /// Copies `from` here, by NumPy's rule of casts within a kind.
    fn copy_from(&self, function: &str, from: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = from.py();
        let kwargs = [("casting", "same_kind")].into_py_dict(py)?;
        let copy = numpy_function(py, "copyto")?.call((self.array(py), from), Some(&kwargs));
        copy.map(drop).map_err(|e| {
            if e.is_instance_of::<pyo3::exceptions::PyTypeError>(py) {
                error(py, Kind::DType, format!("{function}: out: {}", e.value(py)))
            } else {
                e
            }
        })
    }
}

/// Where a kernel's result goes: into a given array, straight or by way of a new
/// one, or into a new one alone.
pub(crate) struct Target {
    /// What the kernel writes.
    made: Keep,
    /// What it is copied to.
    out: Option<Keep>,
    is_given: bool,
}

impl Target {
    /// A given array that `fits`, or else a new one; and what the kernel writes.
    pub(crate) fn new(
        py: Python<'_>,
        function: &str,
        given: Option<Output>,
        fits: impl FnOnce(&Raw) -> bool,
        (dtype, shape): (DType, &[usize]),
    ) -> PyResult<(Self, Raw)> {
        let is_given = given.is_some();
        let (target, out) = match given {
            Some(out) if fits(&out.raw) => (out, None),
            out => (Output::new(py, function, dtype, shape)?, out.map(|out| out.keep)),
        };
        Ok((Self { made: target.keep, out, is_given }, target.raw))
    }

    /// A given array, whatever its type, or a new one, in Fortran order if asked for.
    pub(crate) fn in_order(
        py: Python<'_>,
        function: &str,
        given: Option<Output>,
        (dtype, shape): (DType, &[usize]),
        fortran: bool,
    ) -> PyResult<(Self, Raw)> {
        let is_given = given.is_some();
        let target = match given {
            Some(out) => out,
            None => Output::in_order(py, function, dtype, shape, fortran)?,
        };
        Ok((Self { made: target.keep, out: None, is_given }, target.raw))
    }

    /// What the caller gets, once the kernel is done: cast, if asked for (integers
    /// wrap); a scalar if it is new and has no axes.
    pub(crate) fn finish<'py>(
        self,
        py: Python<'py>,
        function: &str,
        cast: Option<DType>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let made = self.made.array.into_bound(py).into_any();
        let made = match cast {
            Some(dtype) => made.call_method1(intern!(py, "astype"), (dtype.descr(py),))?,
            None => made,
        };
        if let Some(out) = self.out {
            out.copy_from(function, &made)?;
            return Ok(out.array.into_bound(py).into_any());
        }
        let no_axes = made.cast::<PyUntypedArray>()?.ndim() == 0;
        if no_axes && !self.is_given { made.get_item(PyTuple::empty(py)) } else { Ok(made) }
    }
}

/// A NumPy scalar.
///
/// # Safety
/// `at` points to an element of `dtype`.
pub(crate) unsafe fn scalar(
    py: Python<'_>,
    dtype: DType,
    at: *const u8,
) -> PyResult<Bound<'_, PyAny>> {
    let descr = dtype.descr(py);
    // SAFETY: the element is copied; the descriptor is borrowed for the call.
    unsafe {
        let data = at.cast_mut().cast();
        let made =
            PY_ARRAY_API.PyArray_Scalar(py, data, descr.as_dtype_ptr(), std::ptr::null_mut());
        Bound::from_owned_ptr_or_err(py, made)
    }
}

/// Reads a `dtype` argument.
pub(crate) fn dtype_argument(function: &str, object: &Bound<'_, PyAny>) -> PyResult<DType> {
    known_dtype(function, object, DType::of)
}

/// The same, which may be of complex numbers or of floats of 16 bits.
pub(crate) fn any_dtype_argument(function: &str, object: &Bound<'_, PyAny>) -> PyResult<DType> {
    known_dtype(function, object, DType::any)
}

fn known_dtype(function: &str, object: &Bound<'_, PyAny>, known: Known) -> PyResult<DType> {
    let py = object.py();
    let descr = PyArrayDescr::new(py, object)?;
    known(&descr)
        .filter(|_| is_native(&descr))
        .ok_or_else(|| error(py, Kind::DType, format!("{function}: no kernel gives dtype {descr}")))
}

fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().fully_qualified_name().map_or_else(|_| "?".into(), |name| name.to_string())
}

/// An array whose class adds nothing to the meaning of its elements.
fn is_plain_array(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = object.py();
    // SAFETY: the object is alive.
    if unsafe { npyffi::PyArray_CheckExact(py, object.as_ptr()) } != 0 {
        return Ok(true);
    }
    // SAFETY: as above.
    if unsafe { npyffi::PyArray_Check(py, object.as_ptr()) } == 0 {
        return Ok(false);
    }
    Ok(object.get_type().is(&numpy_function(py, "memmap")?))
}

/// Any argument as an array: lists and numbers as NumPy reads them, lenders of
/// memory by DLPack or the buffer protocol; arrays with a meaning of their own
/// are refused, never converted behind the user's back.
fn as_array<'py>(
    function: &str,
    operand: &str,
    object: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyUntypedArray>> {
    let py = object.py();
    if is_plain_array(object)? {
        // SAFETY: just checked.
        return Ok(unsafe { object.cast_unchecked::<PyUntypedArray>() }.clone());
    }
    let class = object.get_type();
    if class.hasattr(intern!(py, "__array_function__"))? {
        let message = format!(
            "{function}: {operand} is a {}, which is not converted silently; pass a numpy.ndarray",
            type_name(object)
        );
        return Err(error(py, Kind::DType, message));
    }
    let generic = numpy_function(py, "generic")?;
    let lends = !object.is_instance(&generic)? && class.hasattr(intern!(py, "__dlpack__"))?;
    let convert = if lends { "from_dlpack" } else { "asarray" };
    let array = numpy_function(py, convert)?.call1((object,))?;
    Ok(array.cast_into::<PyUntypedArray>()?)
}

fn flags(array: &Bound<'_, PyUntypedArray>) -> i32 {
    // SAFETY: the array is alive, and we are attached.
    unsafe { (*array.as_array_ptr()).fields.flags }
}

fn is_native(descr: &Bound<'_, PyArrayDescr>) -> bool {
    !matches!(descr.byteorder(), b'<' | b'>')
}

/// Which types a call knows.
type Known = fn(&Bound<'_, PyArrayDescr>) -> Option<DType>;

fn dtype_of(
    function: &str,
    operand: &str,
    array: &Bound<'_, PyUntypedArray>,
    known: Known,
) -> PyResult<DType> {
    let descr = array.dtype();
    known(&descr).ok_or_else(|| {
        let message = format!("{function}: no kernel for dtype {descr} of {operand}");
        error(array.py(), Kind::DType, message)
    })
}

/// The description of an array that kernels can use as it is; `None` if only a
/// copy of it.
fn raw(
    function: &str,
    operand: &str,
    dtype: DType,
    array: &Bound<'_, PyUntypedArray>,
) -> PyResult<Option<Raw>> {
    let (shape, bytes) = (array.shape(), array.strides());
    // SAFETY: the array is alive, and we are attached.
    let ptr = unsafe { (*array.as_array_ptr()).fields.data }.cast::<u8>();
    let size = dtype.size() as isize;
    let empty = shape.contains(&0);
    let (mut len, mut span) = (1usize, 0isize);
    let mut whole = empty
        || (ptr.addr().is_multiple_of(dtype.align()) && flags(array) & NPY_ARRAY_ALIGNED != 0);
    let mut strides = Vec::with_capacity(shape.len());
    for (&n, &stride) in shape.iter().zip(bytes) {
        let stride = if n > 1 && !empty { stride } else { 0 };
        whole &= stride % size == 0;
        strides.push(stride / size);
        let steps = isize::try_from(n.max(1) - 1).ok();
        let sum = steps.and_then(|n| stride.checked_abs()?.checked_mul(n)?.checked_add(span));
        let product = len.checked_mul(n.max(1)).filter(|len| isize::try_from(*len).is_ok());
        let (Some(sum), Some(product)) = (sum, product) else {
            let message = format!("{function}: the elements of {operand} do not fit the memory");
            return Err(error(array.py(), Kind::Shape, message));
        };
        (span, len) = (sum, product);
    }
    if shape.len() > 64 || !is_native(&array.dtype()) {
        whole = false;
    }
    Ok(whole.then(|| Raw { dtype, ptr, shape: shape.to_vec(), strides }))
}

/// Exports the memory of whoever lent it to the array, if anybody did: NumPy
/// itself lets go of the buffer as soon as the array is made.
fn lender<'py>(array: &Bound<'py, PyUntypedArray>) -> PyResult<Option<Bound<'py, PyMemoryView>>> {
    let py = array.py();
    // SAFETY: the array is alive, and we are attached.
    let base = unsafe { (*array.as_array_ptr()).fields.base };
    if base.is_null() {
        return Ok(None);
    }
    // SAFETY: the array holds a reference to it.
    let mut base = unsafe { Bound::<PyAny>::from_borrowed_ptr(py, base.cast()) };
    // NumPy shortens chains of arrays; a few links remain, of other classes.
    for _ in 0..16 {
        // SAFETY: the object is alive.
        if unsafe { npyffi::PyArray_Check(py, base.as_ptr()) } == 0 {
            match PyMemoryView::from(&base) {
                Ok(view) => return Ok(Some(view)),
                Err(e) if e.is_instance_of::<PyValueError>(py) => return Err(e),
                Err(_) => {}
            }
        }
        match base.getattr_opt(intern!(py, "base"))? {
            Some(next) if !next.is_none() => base = next,
            _ => break,
        }
    }
    Ok(None)
}
