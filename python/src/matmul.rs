//! matmul: NumPy's rules of shapes around swath's matrix product.

use ndarray::{ArrayView2, ArrayViewMut2, Ix2};
use numpy::PyUntypedArrayMethods;
use numpy::npyffi::NPY_ARRAY_WRITEABLE;
use pyo3::prelude::*;

use crate::array::{Input, Output, Target, dtype_argument, numpy_function};
use crate::axes::broadcast;
use crate::call::{Bits, Call, perform};
use crate::dtype::{DType, dispatch};
use crate::error::{Kind, error, refused};
use crate::options::{is_text, is_true, refuse_unless};
use crate::plain::{self, Plain};
use crate::products::{dot_of_vectors, vectors_cost_ns};
use crate::raw::{Raw, view, view_mut};
use crate::{control, task};

/// Elements of an operand up to which a product may be a small one.
const SMALL: usize = 1 << 14;

/// A stack of products: `c[i] = a[i] @ b[i]` for every index of `batch`.
pub(crate) struct Stack {
    pub(crate) batch: Vec<usize>,
    /// Steps of a, b and c along each axis of the batch.
    pub(crate) steps: Vec<[isize; 3]>,
    /// m, k, n.
    pub(crate) size: [usize; 3],
    /// Steps along rows and columns of a, b and c.
    pub(crate) inner: [[isize; 2]; 3],
}

impl Stack {
    /// Axes of the batch that continue the rows of a and c become rows.
    fn fold(&mut self) {
        while let (Some(&n), Some(&[a, b, c])) = (self.batch.last(), self.steps.last()) {
            let m = self.size[0] as isize;
            let goes_on = |step: isize, row: isize| step == row * m;
            let folds = b == 0 && goes_on(a, self.inner[0][0]) && goes_on(c, self.inner[2][0]);
            if n != 1 && !folds {
                return;
            }
            self.size[0] *= n;
            self.batch.pop();
            self.steps.pop();
        }
    }

    fn products(&self) -> usize {
        self.batch.iter().product()
    }

    /// About what all of it takes on one thread, in ns.
    fn cost_ns(&self, dtype: DType) -> f64 {
        let one = dispatch!(dtype, T => swath::matmul::cost_ns::<T>);
        self.products() as f64 * one(self.size)
    }

    /// # Safety
    /// a, b and c are arrays of `dtype` with these steps; c overlaps neither of them,
    /// nor itself.
    unsafe fn run(&self, dtype: DType, ptrs: [*mut u8; 3]) -> Result<(), swath::Error> {
        let run = dispatch!(dtype, T => Self::run_of::<T>);
        // SAFETY: passed on.
        unsafe { run(self, ptrs) }
    }

    /// # Safety
    /// As [`Stack::run`], for `T`.
    unsafe fn run_of<T: swath::Element>(&self, ptrs: [*mut u8; 3]) -> Result<(), swath::Error> {
        let [m, k, n] = self.size;
        let [a, b, c] = ptrs.map(|ptr| ptr.cast::<T>());
        if self.batch.is_empty() {
            // SAFETY: the caller's arrays.
            let (a, b, mut c) = unsafe {
                (
                    matrix(a, [m, k], self.inner[0]),
                    matrix(b, [k, n], self.inner[1]),
                    matrix_mut(c, [m, n], self.inner[2]),
                )
            };
            return swath::matmul_into(T::ONE, &a, &b, T::ZERO, &mut c);
        }
        let shape = |rows, columns| [&self.batch[..], &[rows, columns]].concat();
        let strides = |operand: usize| -> Vec<isize> {
            let batch = self.steps.iter().map(|steps| steps[operand]);
            batch.chain(self.inner[operand]).collect()
        };
        // SAFETY: as above.
        let (a, b, mut c) = unsafe {
            (
                view(a, &shape(m, k), &strides(0)),
                view(b, &shape(k, n), &strides(1)),
                view_mut(c, &shape(m, n), &strides(2)),
            )
        };
        swath::matmul_into(T::ONE, &a, &b, T::ZERO, &mut c)
    }
}

/// # Safety
/// As `raw::view`.
unsafe fn matrix<'a, T>(ptr: *mut T, shape: [usize; 2], strides: [isize; 2]) -> ArrayView2<'a, T> {
    // SAFETY: passed on.
    let view = unsafe { view(ptr, &shape, &strides) };
    view.into_dimensionality::<Ix2>().expect("two axes")
}

/// # Safety
/// As `raw::view_mut`.
unsafe fn matrix_mut<'a, T>(
    ptr: *mut T,
    shape: [usize; 2],
    strides: [isize; 2],
) -> ArrayViewMut2<'a, T> {
    // SAFETY: passed on.
    let view = unsafe { view_mut(ptr, &shape, &strides) };
    view.into_dimensionality::<Ix2>().expect("two axes")
}

/// Both operands in the type to which NumPy promotes them.
pub(crate) fn promoted(
    function: &str,
    a: &Bound<'_, PyAny>,
    b: &Bound<'_, PyAny>,
    dtype: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Input, Input)> {
    let py = a.py();
    let a = Input::new(function, "a", a)?;
    let b = Input::new(function, "b", b)?;
    let common = match dtype {
        Some(dtype) => dtype_argument(function, dtype)?,
        None if a.raw.dtype == b.raw.dtype => a.raw.dtype,
        None => {
            let descrs = (a.raw.dtype.descr(py), b.raw.dtype.descr(py));
            dtype_argument(function, &numpy_function(py, "promote_types")?.call1(descrs)?)?
        }
    };
    let narrows = |from: DType| match (from, common) {
        (DType::Bool, _) => false,
        (_, DType::Bool) => true,
        _ => from.is_float() && !common.is_float(),
    };
    if narrows(a.raw.dtype) || narrows(b.raw.dtype) {
        let message = format!(
            "{function}: no kernel gives {} from {} and {}",
            common.name(),
            a.raw.dtype.name(),
            b.raw.dtype.name()
        );
        return Err(error(py, Kind::DType, message));
    }
    Ok((a.cast(py, function, "a", common)?, b.cast(py, function, "b", common)?))
}

/// Sums of products of bools are sums of float32 that are zero or not.
pub(crate) fn as_numbers(
    py: Python<'_>,
    function: &str,
    (a, b): (Input, Input),
) -> PyResult<(Input, Input)> {
    if a.raw.dtype != DType::Bool {
        return Ok((a, b));
    }
    Ok((a.cast(py, function, "a", DType::F32)?, b.cast(py, function, "b", DType::F32)?))
}

pub(crate) fn mismatch(py: Python<'_>, function: &str, a: &Raw, b: &Raw) -> PyErr {
    let message = format!(
        "{function}: shapes {:?} and {:?} do not fit together: the last axis of a must be as \
         long as the last but one of b (its only one, if it has one), and the axes before \
         those must broadcast",
        a.shape, b.shape
    );
    error(py, Kind::Shape, message)
}

/// A stack into `out` or into a new array of a type and shape. `stack_for` gives the
/// stack, once an output is known.
pub(crate) fn into_array(
    py: Python<'_>,
    function: &'static str,
    (a, b): (Input, Input),
    (result_type, shape): (DType, &[usize]),
    out: Option<&Bound<'_, PyAny>>,
    stack_for: impl Fn(&Raw, &Raw, &Raw) -> Stack,
) -> PyResult<Call> {
    let out = out.map(|out| Output::given(function, "out", out)).transpose()?;
    if let Some(out) = &out {
        out.check_shape(py, function, "out", shape)?;
    }
    let dtype = a.raw.dtype;
    let fits = |out: &Raw| {
        result_type == dtype && out.dtype == dtype && !out.overlaps(&a.raw) && !out.overlaps(&b.raw)
    };
    let (result, target) = Target::new(py, function, out, fits, (dtype, shape))?;
    let (Input { raw: a, keep: keep_a }, Input { raw: b, keep: keep_b }) = (a, b);
    // None: two vectors, or nothing to do.
    let vectors = a.shape.len() == 1 && b.shape.len() == 1;
    let mut stack = (!vectors && !shape.contains(&0)).then(|| stack_for(&a, &b, &target));
    let cost = match &mut stack {
        None if vectors => vectors_cost_ns(&a, &b),
        None => 0.0,
        Some(stack) => {
            stack.fold();
            stack.cost_ns(dtype)
        }
    };
    let run = move || {
        let ptrs = [&a, &b, &target].map(|raw| raw.ptr);
        if let Some(stack) = stack {
            // SAFETY: checked arrays of this type; the output is new, or overlaps nothing.
            unsafe { stack.run(dtype, ptrs)? };
        } else if vectors {
            let bits = dot_of_vectors(&a, &b)?;
            // SAFETY: an output of one element.
            unsafe { bits.as_ptr().copy_to_nonoverlapping(ptrs[2], dtype.size()) };
        }
        Ok(Bits::default())
    };
    Ok(Call::new(cost, run, move |py, _| {
        drop((keep_a, keep_b));
        result.finish(py, function, (result_type != dtype).then_some(result_type))
    }))
}

/// The last two axes of an operand, a vector as a row or a column of a matrix.
pub(crate) fn as_matrix(raw: &Raw, is_left: bool) -> ([usize; 2], [isize; 2], usize) {
    match (raw.shape.as_slice(), raw.strides.as_slice()) {
        ([n], [step]) if is_left => ([1, *n], [0, *step], 0),
        ([n], [step]) => ([*n, 1], [*step, 0], 0),
        (shape, strides) => {
            let at = shape.len() - 2;
            ([shape[at], shape[at + 1]], [strides[at], strides[at + 1]], at)
        }
    }
}

/// The step of `raw` along an axis of a batch of `ndim` axes to which its first
/// `lead` axes broadcast.
fn batch_step(raw: &Raw, lead: usize, ndim: usize, axis: usize) -> isize {
    match (axis + lead).checked_sub(ndim) {
        Some(i) if raw.shape[i] != 1 => raw.strides[i],
        _ => 0,
    }
}

/// The matrix product, or a stack of them, as numpy.matmul.
///
/// `out` and `dtype` are honoured; `axes`, `axis` and other than default `casting`,
/// `order` and `subok` are not supported yet. Integers wrap in their own type.
#[pyfunction]
#[pyo3(signature = (x1, x2, /, out=None, *, casting=None, order=None, dtype=None, subok=None, axes=None, axis=None, keepdims=None))]
#[allow(clippy::too_many_arguments)] // NumPy's signature
pub(crate) fn matmul<'py>(
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
    casting: Option<&Bound<'py, PyAny>>,
    order: Option<&Bound<'py, PyAny>>,
    dtype: Option<&Bound<'py, PyAny>>,
    subok: Option<&Bound<'py, PyAny>>,
    axes: Option<&Bound<'py, PyAny>>,
    axis: Option<&Bound<'py, PyAny>>,
    keepdims: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "matmul";
    refuse_unless(NAME, "casting", casting, is_text("same_kind"))?;
    refuse_unless(NAME, "order", order, |o| is_text("K")(o) || is_text("C")(o))?;
    refuse_unless(NAME, "subok", subok, is_true)?;
    refuse_unless(NAME, "axes", axes, |_| false)?;
    refuse_unless(NAME, "axis", axis, |_| false)?;
    refuse_unless(NAME, "keepdims", keepdims, |k| !is_true(k))?;
    if dtype.is_none()
        && let Some(result) = small(x1, x2, out)?
    {
        return Ok(result);
    }
    perform(x1.py(), || stacked(NAME, promoted(NAME, x1, x2, dtype)?, out, x1.py()))
}

/// The product of two small matrices of one type without gaps, at once and on this thread;
/// what does not fit goes the way of all others, to the same result.
fn small<'py>(
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = x1.py();
    if task::is_handed_over_now() || control::settings(py)?.is_some() {
        return Ok(None);
    }
    let [Some(a), Some(b)] = [x1, x2].map(|x| Plain::new(x, 0, SMALL)) else { return Ok(None) };
    let (&[m, k], &[rows, n]) = (a.array.shape(), b.array.shape()) else { return Ok(None) };
    let dtype = a.dtype;
    if k != rows || dtype != b.dtype || dtype == DType::Bool || [m, k, n].contains(&0) {
        return Ok(None);
    }
    let cost_ns = dispatch!(dtype, T => swath::matmul::cost_ns::<T>)([m, k, n]);
    if !control::is_short(cost_ns) {
        return Ok(None);
    }
    let (result, first) = match out {
        None => {
            let made = plain::empty(py, dtype, &[m, n])?;
            let first = plain::first(&made);
            (made, first)
        }
        Some(out) => {
            let fits = |out: &Plain<'_>| {
                out.dtype == dtype
                    && out.array.shape() == [m, n]
                    && a.is_apart(out)
                    && b.is_apart(out)
            };
            let Some(out) = Plain::new(out, NPY_ARRAY_WRITEABLE, usize::MAX).filter(fits) else {
                return Ok(None);
            };
            (out.array, out.first)
        }
    };
    let wide = n as isize;
    let inner = [[k as isize, 1], [wide, 1], [wide, 1]];
    let stack = Stack { batch: Vec::new(), steps: Vec::new(), size: [m, k, n], inner };
    // SAFETY: arrays of this type and of these sizes without gaps, alive and attached; the
    // output is new, or writable and apart from the operands.
    unsafe { stack.run(dtype, [a.first, b.first, first]) }
        .map_err(|refusal| refused(py, &refusal))?;
    Ok(Some(result.into_any()))
}

/// The call of a stack of products, the batch axes broadcast.
fn stacked(
    function: &'static str,
    (a, b): (Input, Input),
    out: Option<&Bound<'_, PyAny>>,
    py: Python<'_>,
) -> PyResult<Call> {
    if a.raw.shape.is_empty() || b.raw.shape.is_empty() {
        return Err(mismatch(py, function, &a.raw, &b.raw));
    }
    let result = a.raw.dtype;
    let (a, b) = as_numbers(py, function, (a, b))?;
    let ([m, k], a_inner, a_lead) = as_matrix(&a.raw, true);
    let ([rows, n], b_inner, b_lead) = as_matrix(&b.raw, false);
    let batch = broadcast(&a.raw.shape[..a_lead], &b.raw.shape[..b_lead]);
    let Some(batch) = batch.filter(|_| k == rows) else {
        return Err(mismatch(py, function, &a.raw, &b.raw));
    };
    let (row, column) = (a.raw.shape.len() > 1, b.raw.shape.len() > 1);
    let mut shape = batch.clone();
    shape.extend(row.then_some(m));
    shape.extend(column.then_some(n));
    into_array(py, function, (a, b), (result, &shape), out, |a, b, c| {
        let ndim = batch.len();
        let steps = |axis| {
            let a = batch_step(a, a_lead, ndim, axis);
            let b = batch_step(b, b_lead, ndim, axis);
            [a, b, c.strides[axis]]
        };
        let mut rest = c.strides[ndim..].iter().copied();
        let mut next = |there| if there { rest.next().unwrap_or(0) } else { 0 };
        let c_inner = [next(row), next(column)];
        Stack {
            batch: batch.clone(),
            steps: (0..ndim).map(steps).collect(),
            size: [m, k, n],
            inner: [a_inner, b_inner, c_inner],
        }
    })
}
