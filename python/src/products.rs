//! dot, vdot, vecdot, inner and outer: sums of products, by NumPy's rules of shapes.

use half::f16;
use ndarray::Ix1;
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use swath::reduce::{self, Reduce};

use crate::array::{Input, Output, Target, any_dtype_argument, numpy_function, scalar};
use crate::axes::{broadcast, broadcast_to};
use crate::call::{Bits, Call, bits, perform};
use crate::dtype::{Complex, DType, dispatch};
use crate::error::{Kind, error};
use crate::matmul::{Stack, as_matrix, as_numbers, into_array, mismatch, promoted};
use crate::options::{axis_at, is_text, is_true, refuse_unless};
use crate::raw::Raw;

// ---- vectors -----------------------------------------------------------------

/// About what the sum of products of two vectors takes on one thread, in ns.
pub(crate) fn vectors_cost_ns(a: &Raw, b: &Raw) -> f64 {
    let dense = a.is_contiguous() && b.is_contiguous();
    a.len() as f64 * if dense { a.dtype.size() as f64 * 0.12 } else { 1.6 }
}

/// The sum of products of two vectors: integers wrap in their own type.
pub(crate) fn dot_of_vectors(a: &Raw, b: &Raw) -> Result<Bits, swath::Error> {
    match a.dtype {
        DType::C64 => dot_bits::<Complex<f32>>(a, b),
        DType::C128 => dot_bits::<Complex<f64>>(a, b),
        DType::F16 => {
            let sum = dot_bits::<f16>(a, b)?;
            let sum = f32::from_ne_bytes([sum[0], sum[1], sum[2], sum[3]]);
            Ok(bits(f16::from_f32(sum)))
        }
        dtype => dispatch!(dtype, T => dot_bits::<T>(a, b)),
    }
}

/// The same with the complex numbers of the first conjugated.
fn vdot_of_vectors(a: &Raw, b: &Raw) -> Result<Bits, swath::Error> {
    fn vdot_bits<T: Reduce>(a: &Raw, b: &Raw) -> Result<Bits, swath::Error> {
        // SAFETY: checked arrays of this type that nobody of ours writes.
        let (a, b) = unsafe { (a.view::<T>(), b.view::<T>()) };
        Ok(bits(reduce::vdot(&a, &b)?))
    }
    match a.dtype {
        DType::C64 => vdot_bits::<Complex<f32>>(a, b),
        DType::C128 => vdot_bits::<Complex<f64>>(a, b),
        _ => dot_of_vectors(a, b),
    }
}

/// Both operands in the type to which NumPy promotes them, complex numbers and floats of
/// 16 bits too.
fn promoted_any(
    function: &'static str,
    a: &Bound<'_, PyAny>,
    b: &Bound<'_, PyAny>,
    dtype: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Input, Input)> {
    let py = a.py();
    let is_wide = |object: &Bound<'_, PyAny>| {
        let descr = object.cast::<PyUntypedArray>().ok().map(|array| array.dtype());
        descr.is_some_and(|descr| matches!(descr.num(), 14 | 15 | 23))
    };
    if !is_wide(a) && !is_wide(b) || dtype.is_some() {
        return promoted(function, a, b, dtype);
    }
    let (a, b) = (Input::any(function, "a", a)?, Input::any(function, "b", b)?);
    let descrs = (a.raw.dtype.descr(py), b.raw.dtype.descr(py));
    let common = numpy_function(py, "promote_types")?.call1(descrs)?;
    let common = any_dtype_argument(function, &common)?;
    Ok((a.cast(py, function, "a", common)?, b.cast(py, function, "b", common)?))
}

fn dot_bits<T: Reduce>(a: &Raw, b: &Raw) -> Result<Bits, swath::Error> {
    // SAFETY: checked arrays of this type that nobody of ours writes.
    let (a, b) = unsafe { (a.view::<T>(), b.view::<T>()) };
    // On little-endian machines the first bytes of a wide integer are the integer
    // modulo its narrow type.
    let mut bits = match a.ndim() {
        1 => {
            let a = a.into_dimensionality::<Ix1>().expect("one axis");
            let b = b.into_dimensionality::<Ix1>().expect("one axis");
            bits(swath::dot(&a, &b)?)
        }
        _ => bits(reduce::vdot(&a, &b)?),
    };
    if cfg!(target_endian = "big") && size_of::<T>() < size_of::<T::Sum>() {
        bits.rotate_left(size_of::<T::Sum>() - size_of::<T>());
    }
    Ok(bits)
}

/// The sum of products of two vectors, as a number of a type: that of the vectors, or
/// bool.
fn into_scalar(
    py: Python<'_>,
    function: &str,
    (a, b): (Input, Input),
    result: DType,
    sum_of: fn(&Raw, &Raw) -> Result<Bits, swath::Error>,
) -> PyResult<Call> {
    let (Input { raw: a, keep: keep_a }, Input { raw: b, keep: keep_b }) = (a, b);
    if a.shape != b.shape {
        return Err(mismatch(py, function, &a, &b));
    }
    Ok(Call::new(
        vectors_cost_ns(&a, &b),
        move || {
            let sum = sum_of(&a, &b)?;
            // A sum of bools that is not zero has a bit that is not.
            Ok(if result == a.dtype { sum } else { bits(sum != Bits::default()) })
        },
        move |py, bits| {
            drop((keep_a, keep_b));
            // SAFETY: an element of this type.
            unsafe { scalar(py, result, bits.as_ptr()) }
        },
    ))
}

// ---- dot and inner -----------------------------------------------------------

/// The dot product, as numpy.dot: of vectors, matrices, or over the last axis of a and
/// the last but one of b.
///
/// A number is multiplied with every element. Integers wrap in their own type.
#[pyfunction]
#[pyo3(signature = (a, b, out=None))]
pub(crate) fn dot<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    perform(a.py(), || {
        let (py, function) = (a.py(), "dot");
        let (a, b) = promoted_any(function, a, b, None)?;
        if a.raw.dtype.is_complex() || a.raw.dtype == DType::F16 {
            return wide_dot(py, function, (a, b), out);
        }
        if a.raw.shape.is_empty() || b.raw.shape.is_empty() {
            return multiplied(py, function, (a, b), out);
        }
        let result = a.raw.dtype;
        dotted(py, function, as_numbers(py, function, (a, b))?, result, out)
    })
}

/// The call of a dot product of vectors of complex numbers or floats of 16 bits.
fn wide_dot(
    py: Python<'_>,
    function: &'static str,
    (a, b): (Input, Input),
    out: Option<&Bound<'_, PyAny>>,
) -> PyResult<Call> {
    if a.raw.shape.len() != 1 || b.raw.shape.len() != 1 || out.is_some() {
        let message = format!(
            "{function}: of {} there is a kernel for vectors alone, without out",
            a.raw.dtype.name()
        );
        return Err(error(py, Kind::DType, message));
    }
    let result = a.raw.dtype;
    into_scalar(py, function, (a, b), result, dot_of_vectors)
}

/// Sums of products over the last axes of both, as numpy.inner.
///
/// A number is multiplied with every element. Integers wrap in their own type.
#[pyfunction]
#[pyo3(signature = (a, b, /))]
pub(crate) fn inner<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    perform(a.py(), || {
        let (py, function) = (a.py(), "inner");
        let (a, b) = promoted(function, a, b, None)?;
        if a.raw.shape.is_empty() || b.raw.shape.is_empty() {
            return multiplied(py, function, (a, b), None);
        }
        let result = a.raw.dtype;
        let (a, mut b) = as_numbers(py, function, (a, b))?;
        if a.raw.shape.last() != b.raw.shape.last() {
            return Err(apart(py, function, &a.raw, &b.raw));
        }
        let ndim = b.raw.shape.len();
        if ndim > 1 {
            b.raw.shape.swap(ndim - 2, ndim - 1);
            b.raw.strides.swap(ndim - 2, ndim - 1);
        }
        dotted(py, function, (a, b), result, None)
    })
}

/// Two arrays whose last axes should be of one length.
fn apart(py: Python<'_>, function: &str, a: &Raw, b: &Raw) -> PyErr {
    let message = format!(
        "{function}: shapes {:?} and {:?} do not fit together: the axes that are summed over \
         must be of one length, and for vecdot the others must broadcast",
        a.shape, b.shape
    );
    error(py, Kind::Shape, message)
}

/// The call of a dot product over the last axis of a and the last but one of b.
fn dotted(
    py: Python<'_>,
    function: &'static str,
    (a, b): (Input, Input),
    result: DType,
    out: Option<&Bound<'_, PyAny>>,
) -> PyResult<Call> {
    if out.is_none() && a.raw.shape.len() == 1 && b.raw.shape.len() == 1 {
        return into_scalar(py, function, (a, b), result, dot_of_vectors);
    }
    let ([m, k], a_inner, a_lead) = as_matrix(&a.raw, true);
    let ([rows, n], b_inner, b_lead) = as_matrix(&b.raw, false);
    if k != rows {
        return Err(mismatch(py, function, &a.raw, &b.raw));
    }
    let (row, column) = (a.raw.shape.len() > 1, b.raw.shape.len() > 1);
    let mut shape = a.raw.shape[..a_lead].to_vec();
    shape.extend(row.then_some(m));
    shape.extend(&b.raw.shape[..b_lead]);
    shape.extend(column.then_some(n));
    into_array(py, function, (a, b), (result, &shape), out, |a, b, c| {
        // The result's axes: those of a, its rows, those of b, its columns.
        let after = a_lead + usize::from(row);
        let ours = (0..a_lead).map(|i| [a.strides[i], 0, c.strides[i]]);
        let theirs = (0..b_lead).map(|i| [0, b.strides[i], c.strides[after + i]]);
        let c_row = if row { c.strides[a_lead] } else { 0 };
        let c_column = if column { c.strides[after + b_lead] } else { 0 };
        Stack {
            batch: [&a.shape[..a_lead], &b.shape[..b_lead]].concat(),
            steps: ours.chain(theirs).collect(),
            size: [m, k, n],
            inner: [a_inner, b_inner, [c_row, c_column]],
        }
    })
}

// ---- every product -----------------------------------------------------------

/// The products of the elements of two arrays that broadcast, into `out` or a new array.
fn multiplied(
    py: Python<'_>,
    function: &'static str,
    (a, b): (Input, Input),
    out: Option<&Bound<'_, PyAny>>,
) -> PyResult<Call> {
    let (Input { raw: a, keep: keep_a }, Input { raw: b, keep: keep_b }) = (a, b);
    let shape = broadcast(&a.shape, &b.shape).ok_or_else(|| mismatch(py, function, &a, &b))?;
    let out = out.map(|out| Output::given(function, "out", out)).transpose()?;
    if let Some(out) = &out {
        out.check_shape(py, function, "out", &shape)?;
    }
    let dtype = a.dtype;
    let fits = |out: &Raw| out.dtype == dtype && !out.overlaps(&a) && !out.overlaps(&b);
    let (result, target) = Target::new(py, function, out, fits, (dtype, &shape))?;
    Ok(Call::new(
        target.len() as f64 * 0.5,
        move || {
            dispatch!(dtype, T => multiply::<T>(&a, &b, &target))?;
            Ok(Bits::default())
        },
        move |py, _| {
            drop((keep_a, keep_b));
            result.finish(py, function, None)
        },
    ))
}

/// Products as NumPy takes them: integers wrap in their own type.
trait Times: Copy + Send + Sync {
    fn times(self, other: Self) -> Self;
}

macro_rules! times {
    ($product:expr; $($t:ty)*) => {
        $(impl Times for $t {
            fn times(self, other: Self) -> Self {
                let product: fn($t, $t) -> $t = $product;
                product(self, other)
            }
        })*
    };
}
times!(|a, b| a * b; f32 f64);
times!(|a, b| a.wrapping_mul(b); i8 i16 i32 i64 u8 u16 u32 u64);

fn multiply<T: Times>(a: &Raw, b: &Raw, out: &Raw) -> Result<(), swath::Error> {
    // SAFETY: checked arrays of this type that nobody of ours writes, and a checked output
    // of it, ours alone.
    let (a, b, out) = unsafe { (a.view::<T>(), b.view::<T>(), &mut out.view_mut::<T>()) };
    swath::map_into((&a, &b), out, |(a, b): (T, T)| a.times(b))
}

/// All products of an element of a and one of b, as numpy.outer: a matrix.
///
/// Arrays of several axes are taken in C order. Integers wrap in their own type.
#[pyfunction]
#[pyo3(signature = (a, b, out=None))]
pub(crate) fn outer<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    perform(a.py(), || {
        let (py, function) = (a.py(), "outer");
        let (a, b) = promoted(function, a, b, None)?;
        let (mut a, b) = (a.flat(py, function, "a")?, b.flat(py, function, "b")?);
        a.raw.shape.push(1);
        a.raw.strides.push(0);
        multiplied(py, function, (a, b), out)
    })
}

// ---- sums of products of equal shapes ----------------------------------------

/// The sum of the products of all elements, as numpy.vdot.
///
/// Arrays of several axes are taken in C order. Integers wrap in their own type.
#[pyfunction]
#[pyo3(signature = (a, b, /))]
pub(crate) fn vdot<'py>(
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    perform(a.py(), || {
        let (py, function) = (a.py(), "vdot");
        let (a, b) = promoted_any(function, a, b, None)?;
        let result = a.raw.dtype;
        let (a, b) = as_numbers(py, function, (a, b))?;
        if a.raw.len() != b.raw.len() {
            let message = format!(
                "vdot: a and b have {} and {} elements (shapes {:?} and {:?})",
                a.raw.len(),
                b.raw.len(),
                a.raw.shape,
                b.raw.shape
            );
            return Err(error(py, Kind::Shape, message));
        }
        let (a, b) = match a.raw.shape == b.raw.shape {
            true => (a, b),
            false => (a.flat(py, function, "a")?, b.flat(py, function, "b")?),
        };
        into_scalar(py, function, (a, b), result, vdot_of_vectors)
    })
}

/// Sums of products along an axis of two stacks of vectors, as numpy.vecdot.
///
/// `out`, `dtype`, `axis` and `keepdims` are honoured; `axes` and other than default
/// `casting`, `order` and `subok` are not supported yet. Integers wrap in their own type.
#[pyfunction]
#[pyo3(signature = (x1, x2, /, out=None, *, casting=None, order=None, dtype=None, subok=None, axes=None, axis=None, keepdims=false))]
#[allow(clippy::too_many_arguments)] // NumPy's signature
pub(crate) fn vecdot<'py>(
    x1: &Bound<'py, PyAny>,
    x2: &Bound<'py, PyAny>,
    out: Option<&Bound<'py, PyAny>>,
    casting: Option<&Bound<'py, PyAny>>,
    order: Option<&Bound<'py, PyAny>>,
    dtype: Option<&Bound<'py, PyAny>>,
    subok: Option<&Bound<'py, PyAny>>,
    axes: Option<&Bound<'py, PyAny>>,
    axis: Option<isize>,
    keepdims: bool,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "vecdot";
    let axis = axis.unwrap_or(-1);
    refuse_unless(NAME, "casting", casting, is_text("same_kind"))?;
    refuse_unless(NAME, "order", order, |o| is_text("K")(o) || is_text("C")(o))?;
    refuse_unless(NAME, "subok", subok, is_true)?;
    refuse_unless(NAME, "axes", axes, |_| false)?;
    perform(x1.py(), || {
        let (a, b) = promoted_any(NAME, x1, x2, dtype)?;
        let result = a.raw.dtype;
        along(x1.py(), NAME, as_numbers(x1.py(), NAME, (a, b))?, result, (axis, keepdims), out)
    })
}

/// The call of sums of products along an axis.
fn along(
    py: Python<'_>,
    function: &'static str,
    (mut a, mut b): (Input, Input),
    result: DType,
    (axis, keepdims): (isize, bool),
    out: Option<&Bound<'_, PyAny>>,
) -> PyResult<Call> {
    for raw in [&mut a.raw, &mut b.raw] {
        // The axis becomes the last.
        let i = axis_at(py, function, axis, raw.shape.len())?;
        raw.shape[i..].rotate_left(1);
        raw.strides[i..].rotate_left(1);
    }
    let n = a.raw.shape[a.raw.shape.len() - 1];
    let leads = [&a.raw, &b.raw].map(|raw| &raw.shape[..raw.shape.len() - 1]);
    let Some(batch) = broadcast(leads[0], leads[1]).filter(|_| b.raw.shape.last() == Some(&n))
    else {
        return Err(apart(py, function, &a.raw, &b.raw));
    };
    if batch.is_empty() && out.is_none() && !keepdims {
        return into_scalar(py, function, (a, b), result, vdot_of_vectors);
    }
    let full = [&batch[..], &[n]].concat();
    for raw in [&mut a.raw, &mut b.raw] {
        if raw.shape != full {
            *raw = broadcast_to(raw, &full).expect("both broadcast to it");
        }
    }
    let mut shape = batch.clone();
    let place = if keepdims { axis_at(py, function, axis, full.len())? } else { batch.len() };
    shape.splice(place..place, keepdims.then_some(1));
    let out = out.map(|out| Output::given(function, "out", out)).transpose()?;
    if let Some(out) = &out {
        out.check_shape(py, function, "out", &shape)?;
    }
    let natural = a.raw.dtype.wide();
    let fits = |out: &Raw| {
        natural == result && natural == out.dtype && !out.overlaps(&a.raw) && !out.overlaps(&b.raw)
    };
    let (made, mut target) = Target::new(py, function, out, fits, (natural, &shape))?;
    if keepdims {
        target.shape.remove(place);
        target.strides.remove(place);
    }
    let (Input { raw: a, keep: keep_a }, Input { raw: b, keep: keep_b }) = (a, b);
    Ok(Call::new(
        a.len() as f64 * 1.6,
        move || {
            match a.dtype {
                DType::C64 => sums::<Complex<f32>>(&a, &b, &target)?,
                DType::C128 => sums::<Complex<f64>>(&a, &b, &target)?,
                DType::F16 => sums::<f16>(&a, &b, &target)?,
                dtype => dispatch!(dtype, T => sums::<T>(&a, &b, &target))?,
            }
            Ok(Bits::default())
        },
        move |py, _| {
            drop((keep_a, keep_b));
            made.finish(py, function, (natural != result).then_some(result))
        },
    ))
}

fn sums<T: Reduce>(a: &Raw, b: &Raw, out: &Raw) -> Result<(), swath::Error> {
    // SAFETY: checked arrays of this type that nobody of ours writes, and a checked output
    // of the result's type, ours alone.
    let (a, b, out) = unsafe { (&a.view::<T>(), &b.view::<T>(), &mut out.view_mut()) };
    reduce::vecdot_into(a, b, a.ndim() - 1, out)
}

/// Puts them all into the module.
pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(dot, module)?)?;
    module.add_function(wrap_pyfunction!(inner, module)?)?;
    module.add_function(wrap_pyfunction!(outer, module)?)?;
    module.add_function(wrap_pyfunction!(vdot, module)?)?;
    module.add_function(wrap_pyfunction!(vecdot, module)?)?;
    Ok(())
}
