//! sum, mean, min, max: NumPy's keywords around swath's reductions.

use ndarray::ArrayD;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use swath::reduce::{self, Reduce};

use crate::array::{Input, Output, Target, dtype_argument, scalar};
use crate::call::{Bits, Call, bits, perform};
use crate::dtype::{DType, dispatch};
use crate::error::{Kind, error};
use crate::options::{axis_index, is_true, refuse_unless};
use crate::raw::Raw;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Sum,
    Mean,
    Min,
    Max,
}

impl Op {
    fn name(self) -> &'static str {
        match self {
            Op::Sum => "sum",
            Op::Mean => "mean",
            Op::Min => "min",
            Op::Max => "max",
        }
    }

    /// The type in which the kernels give the result, as NumPy names it.
    fn result(self, dtype: DType) -> DType {
        use DType::{Bool, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};
        match (self, dtype) {
            (Op::Min | Op::Max, _) | (_, F32 | F64) => dtype,
            (Op::Mean, _) => F64,
            // Sums of bools are unsigned here and signed there: the same bits.
            (Op::Sum, I8 | I16 | I32 | I64 | Bool) => I64,
            (Op::Sum, U8 | U16 | U32 | U64) => U64,
        }
    }
}

// ---- kernels -----------------------------------------------------------------

fn whole(op: Op, a: &Raw) -> Result<Bits, swath::Error> {
    dispatch!(a.dtype, T => whole_of::<T>(op, a))
}

fn whole_of<T: Reduce>(op: Op, a: &Raw) -> Result<Bits, swath::Error> {
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    Ok(match op {
        Op::Sum => bits(reduce::sum(a)),
        Op::Mean => bits(reduce::mean(a)),
        Op::Min => bits(reduce::min(a)?),
        Op::Max => bits(reduce::max(a)?),
    })
}

/// Reduces `axes` (at least one, rising, not all) of `a` into `out`.
fn along(op: Op, a: &Raw, axes: &[usize], out: &Raw) -> Result<(), swath::Error> {
    dispatch!(a.dtype, T => along_of::<T>(op, a, axes, out))
}

fn along_of<T>(op: Op, a: &Raw, axes: &[usize], out: &Raw) -> Result<(), swath::Error>
where
    T: Reduce,
    T::Sum: Reduce<Sum = T::Sum>,
    T::Mean: Reduce<Mean = T::Mean>,
{
    // SAFETY: a checked array of this type that nobody of ours writes.
    let a = &unsafe { a.view::<T>() };
    let (last, rest) = axes.split_last().expect("at least one axis");
    match op {
        Op::Sum if rest.is_empty() => {
            // SAFETY: a checked output of the result's type, ours alone.
            reduce::sum_axis_into(a, *last, &mut unsafe { out.view_mut() })
        }
        Op::Mean if rest.is_empty() => {
            // SAFETY: a checked output of the result's type, ours alone.
            reduce::mean_axis_into(a, *last, &mut unsafe { out.view_mut() })
        }
        Op::Min if rest.is_empty() => {
            // SAFETY: a checked output of the result's type, ours alone.
            reduce::min_axis_into(a, *last, &mut unsafe { out.view_mut() })
        }
        Op::Max if rest.is_empty() => {
            // SAFETY: a checked output of the result's type, ours alone.
            reduce::max_axis_into(a, *last, &mut unsafe { out.view_mut() })
        }
        Op::Sum => again::<T::Sum>(op, &reduce::sum_axis(a, *last)?, rest, out),
        Op::Mean => again::<T::Mean>(op, &reduce::mean_axis(a, *last)?, rest, out),
        Op::Min => again::<T>(op, &reduce::min_axis(a, *last)?, rest, out),
        Op::Max => again::<T>(op, &reduce::max_axis(a, *last)?, rest, out),
    }
}

/// The axes that are left, of what one axis was reduced to.
fn again<T: Reduce>(op: Op, a: &ArrayD<T>, axes: &[usize], out: &Raw) -> Result<(), swath::Error> {
    let a = Raw {
        dtype: DType::of_element::<T>(),
        ptr: a.as_ptr().cast_mut().cast(),
        shape: a.shape().to_vec(),
        strides: a.strides().to_vec(),
    };
    along(op, &a, axes, out)
}

/// An element and the ways in which an initial value joins it.
trait Join: Copy {
    fn join(self, op: Op, initial: Self) -> Self;
}

macro_rules! joins {
    ($add:expr; $($t:ty)*) => {$(impl Join for $t {
        fn join(self, op: Op, initial: Self) -> Self {
            match op {
                Op::Sum | Op::Mean => $add(self, initial),
                // A NaN stays whichever it is.
                #[allow(clippy::eq_op)]
                Op::Min if initial < self || initial != initial => initial,
                #[allow(clippy::eq_op)]
                Op::Max if initial > self || initial != initial => initial,
                Op::Min | Op::Max => self,
            }
        }
    })*};
}
joins!(|a, b| a + b; f32 f64);
joins!(|a: Self, b| a.wrapping_add(b); i8 i16 i32 i64 u8 u16 u32 u64);

/// Joins `initial` to every element, or overwrites them with it.
fn join(op: Op, out: &Raw, initial: Bits, overwrite: bool) {
    dispatch!(out.dtype, T => join_of::<T>(op, out, initial, overwrite));
}

fn join_of<T: Join>(op: Op, out: &Raw, initial: Bits, overwrite: bool) {
    // SAFETY: the bits were made from a number of this type.
    let initial = unsafe { initial.as_ptr().cast::<T>().read_unaligned() };
    // SAFETY: a checked output of this type, ours alone.
    for x in unsafe { out.view_mut::<T>() } {
        *x = if overwrite { initial } else { x.join(op, initial) };
    }
}

// ---- axes --------------------------------------------------------------------

/// Which axes go, as bits.
fn reduced_axes(function: &str, axis: Option<&Bound<'_, PyAny>>, ndim: usize) -> PyResult<u64> {
    let all = u64::MAX.checked_shl(ndim as u32).map_or(u64::MAX, |above| !above);
    let Some(axis) = axis else { return Ok(all) };
    let Ok(axes) = axis.cast::<PyTuple>() else {
        return Ok(1 << axis_index(function, axis, ndim)?);
    };
    let mut set = 0;
    for axis in axes {
        let bit = 1u64 << axis_index(function, &axis, ndim)?;
        if set & bit != 0 {
            let message = format!("{function}: an axis is named twice: {axes}");
            return Err(error(axis.py(), Kind::Option, message));
        }
        set |= bit;
    }
    Ok(set)
}

fn has(set: u64, axis: usize) -> bool {
    set >> axis & 1 != 0
}

/// The same array with as few reduced axes as its strides allow, and those axes.
fn merged(a: &Raw, set: u64) -> (Raw, Vec<usize>) {
    let pairs = || a.shape.iter().copied().zip(a.strides.iter().copied()).enumerate();
    let mut gone: Vec<_> = pairs().filter(|(i, _)| has(set, *i)).map(|(_, pair)| pair).collect();
    gone.sort_by_key(|(_, stride)| std::cmp::Reverse(stride.unsigned_abs()));
    let mut fewer: Vec<(usize, isize)> = Vec::new();
    for (n, stride) in gone {
        match fewer.last_mut() {
            Some(last) if n == 1 && last.0 > 0 => {}
            Some(last) if last.0 == 1 => *last = (n, stride),
            Some(last) if n > 1 && last.1 == stride * n as isize => *last = (last.0 * n, stride),
            _ => fewer.push((n, stride)),
        }
    }
    let kept = pairs().filter(|(i, _)| !has(set, *i)).map(|(_, pair)| pair);
    let first = a.shape.len() - set.count_ones() as usize;
    let (shape, strides) = kept.chain(fewer).unzip::<_, _, Vec<_>, Vec<_>>();
    let axes = (first..shape.len()).collect();
    (Raw { shape, strides, ..a.clone() }, axes)
}

// ---- the call ----------------------------------------------------------------

/// A reduction as it was asked for.
struct Asked<'a, 'py> {
    op: Op,
    a: &'a Bound<'py, PyAny>,
    axis: Option<&'a Bound<'py, PyAny>>,
    dtype: Option<&'a Bound<'py, PyAny>>,
    out: Option<&'a Bound<'py, PyAny>>,
    keepdims: bool,
    initial: Option<&'a Bound<'py, PyAny>>,
}

/// About what a reduction takes on one thread, in ns; rather too much.
fn cost_ns(a: &Raw) -> f64 {
    let item = if a.is_contiguous() { a.dtype.size() as f64 * 0.06 } else { 0.8 };
    a.len() as f64 * item
}

impl Asked<'_, '_> {
    fn call(&self) -> PyResult<Call> {
        let (op, function) = (self.op, self.op.name());
        let a = Input::new(function, "a", self.a)?;
        let set = reduced_axes(function, self.axis, a.raw.shape.len())?;
        let all = set.count_ones() as usize == a.raw.shape.len();
        if all
            && self.out.is_none()
            && self.dtype.is_none()
            && !self.keepdims
            && self.initial.is_none()
        {
            let Input { raw, keep } = a;
            let (cost, result) = (cost_ns(&raw), op.result(raw.dtype));
            return Ok(Call::new(
                cost,
                move || whole(op, &raw),
                move |py, bits| {
                    drop(keep);
                    // SAFETY: the kernel's result, which is of this type.
                    unsafe { scalar(py, result, bits.as_ptr()) }
                },
            ));
        }
        self.call_with_options(a, set)
    }

    fn call_with_options(&self, a: Input, set: u64) -> PyResult<Call> {
        let (py, function) = (self.a.py(), self.op.name());
        let out = self.out.map(|out| Output::given(function, "out", out)).transpose()?;
        let wanted = self.dtype.map(|dtype| dtype_argument(function, dtype)).transpose()?;
        let given = out.as_ref().map(|out| out.raw.dtype);
        let a = self.in_precision(a, wanted.or(given), wanted.is_some())?;
        let shape: Vec<_> = (0..a.raw.shape.len())
            .filter(|&i| self.keepdims || !has(set, i))
            .map(|i| if has(set, i) { 1 } else { a.raw.shape[i] })
            .collect();
        let natural = self.op.result(a.raw.dtype);
        if let Some(out) = &out {
            out.check_shape(py, function, "out", &shape)?;
        }
        let result = wanted.unwrap_or(natural);
        let fits = |out: &Raw| natural == result && natural == out.dtype && !out.overlaps(&a.raw);
        let (made, target) = Target::new(py, function, out, fits, (natural, &shape))?;
        let initial = self.initial.map(|initial| number(self.op, initial, natural)).transpose()?;
        let Input { raw: a, keep } = a;
        let fill = Fill { op: self.op, a, set, out: target, initial };
        fill.check(py)?;
        let cast = (result != natural).then_some(result);
        Ok(Call::new(
            cost_ns(&fill.a),
            move || fill.run(),
            move |py, _| {
                drop(keep);
                made.finish(py, function, cast)
            },
        ))
    }

    /// The input in the type in which NumPy would add: wider floats, or floats for
    /// integers, by `dtype` or by the type of `out`.
    fn in_precision(&self, a: Input, wanted: Option<DType>, explicit: bool) -> PyResult<Input> {
        let (py, op, dtype) = (self.a.py(), self.op, a.raw.dtype);
        let Some(wanted) = wanted.filter(|_| matches!(op, Op::Sum | Op::Mean)) else {
            return Ok(a);
        };
        let refuse = || {
            let message =
                format!("{}: no kernel gives {} from {}", op.name(), wanted.name(), dtype.name());
            Err(error(py, Kind::DType, message))
        };
        match (wanted.is_float(), dtype.is_float()) {
            // The result is cast to what was asked for, as NumPy does.
            (true, true) if explicit || wanted == DType::F64 => a.cast(py, op.name(), "a", wanted),
            (true, false) if op == Op::Sum || explicit => a.cast(py, op.name(), "a", wanted),
            (true, _) => Ok(a),
            (false, false) if op == Op::Sum && wanted != DType::Bool => Ok(a),
            (false, _) => refuse(),
        }
    }
}

/// A reduction along `set` into an output of the kernels' type.
struct Fill {
    op: Op,
    a: Raw,
    set: u64,
    out: Raw,
    initial: Option<Bits>,
}

impl Fill {
    /// Whether nothing is reduced that has an element.
    fn is_empty(&self) -> bool {
        (0..self.a.shape.len()).any(|i| has(self.set, i) && self.a.shape[i] == 0)
    }

    /// Least and greatest elements of nothing there are only with an initial value.
    fn check(&self, py: Python<'_>) -> PyResult<()> {
        let Fill { op, a, .. } = self;
        if matches!(op, Op::Min | Op::Max) && self.is_empty() && self.initial.is_none() {
            let message = format!("{}: a has no elements (shape {:?})", op.name(), a.shape);
            return Err(error(py, Kind::Shape, message));
        }
        Ok(())
    }

    fn run(self) -> Result<Bits, swath::Error> {
        let Fill { op, a, set, out, initial } = &self;
        let (op, set) = (*op, *set);
        if out.shape.contains(&0) {
            return Ok(Bits::default());
        }
        if let (Op::Min | Op::Max, Some(initial), true) = (op, initial, self.is_empty()) {
            join(op, out, *initial, true);
            return Ok(Bits::default());
        }
        // With keepdims the output has an axis of length 1 for each that goes.
        let kept = (0..a.shape.len()).filter(|&i| !has(set, i));
        let target = match out.shape.len() == a.shape.len() {
            true => {
                let (shape, strides) = kept.map(|i| (out.shape[i], out.strides[i])).unzip();
                Raw { shape, strides, ..out.clone() }
            }
            false => out.clone(),
        };
        if set == 0 {
            // NumPy's sum over no axis: every element as it is.
            let shape = a.shape.iter().copied().chain([1]).collect();
            let strides = a.strides.iter().copied().chain([0]).collect();
            let a = Raw { shape, strides, ..a.clone() };
            along(op, &a, &[a.shape.len() - 1], &target)?;
        } else if set.count_ones() as usize == a.shape.len() {
            let bits = whole(op, a)?;
            // SAFETY: an output of one element of the kernels' type.
            unsafe { bits.as_ptr().copy_to_nonoverlapping(target.ptr, target.dtype.size()) };
        } else {
            let (a, axes) = merged(a, set);
            along(op, &a, &axes, &target)?;
        }
        if let Some(initial) = initial {
            join(op, &target, *initial, false);
        }
        Ok(Bits::default())
    }
}

/// A number of this type: nothing is rounded to an integer.
fn number(op: Op, value: &Bound<'_, PyAny>, dtype: DType) -> PyResult<Bits> {
    let number = match dtype {
        DType::F64 => value.extract::<f64>().map(bits),
        DType::F32 => value.extract::<f64>().map(|x| bits(x as f32)),
        DType::I8 => value.extract::<i8>().map(bits),
        DType::I16 => value.extract::<i16>().map(bits),
        DType::I32 => value.extract::<i32>().map(bits),
        DType::I64 => value.extract::<i64>().map(bits),
        DType::U8 => value.extract::<u8>().map(bits),
        DType::U16 => value.extract::<u16>().map(bits),
        DType::U32 => value.extract::<u32>().map(bits),
        DType::U64 => value.extract::<u64>().map(bits),
        DType::Bool => value.extract::<bool>().map(bits),
    };
    number.map_err(|cause| {
        let py = value.py();
        let kind = if cause.is_instance_of::<PyTypeError>(py) { Kind::DType } else { Kind::Option };
        let message = format!("{}: initial is {value}, no {}", op.name(), dtype.name());
        error(py, kind, message)
    })
}

// ---- Python ------------------------------------------------------------------

/// The sum over all axes or some, as numpy.sum.
///
/// Integers are added in 64 bits and wrap. The result does not depend on the number
/// of threads. `where` other than True is not supported yet.
#[pyfunction]
#[pyo3(signature = (a, axis=None, dtype=None, out=None, keepdims=false, initial=None, r#where=None))]
#[allow(clippy::too_many_arguments)] // NumPy's signature
pub(crate) fn sum<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    dtype: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    keepdims: bool,
    initial: Option<&Bound<'py, PyAny>>,
    r#where: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    refuse_unless("sum", "where", r#where, is_true)?;
    perform(a.py(), || Asked { op: Op::Sum, a, axis, dtype, out, keepdims, initial }.call())
}

/// The mean over all axes or some, as numpy.mean.
///
/// Integers give float64. An empty mean is nan, without a warning. `where` other than
/// True is not supported yet.
#[pyfunction]
#[pyo3(signature = (a, axis=None, dtype=None, out=None, keepdims=false, *, r#where=None))]
pub(crate) fn mean<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    dtype: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    keepdims: bool,
    r#where: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    refuse_unless("mean", "where", r#where, is_true)?;
    perform(a.py(), || Asked { op: Op::Mean, a, axis, dtype, out, keepdims, initial: None }.call())
}

/// The least element over all axes or some, as numpy.min.
///
/// A nan anywhere gives nan; -0.0 is less than 0.0. `where` other than True is not
/// supported yet.
#[pyfunction]
#[pyo3(signature = (a, axis=None, out=None, keepdims=false, initial=None, r#where=None))]
pub(crate) fn min<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    keepdims: bool,
    initial: Option<&Bound<'py, PyAny>>,
    r#where: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    refuse_unless("min", "where", r#where, is_true)?;
    perform(a.py(), || Asked { op: Op::Min, a, axis, dtype: None, out, keepdims, initial }.call())
}

/// The greatest element over all axes or some, as numpy.max.
///
/// A nan anywhere gives nan; -0.0 is less than 0.0. `where` other than True is not
/// supported yet.
#[pyfunction]
#[pyo3(signature = (a, axis=None, out=None, keepdims=false, initial=None, r#where=None))]
pub(crate) fn max<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    out: Option<&Bound<'py, PyAny>>,
    keepdims: bool,
    initial: Option<&Bound<'py, PyAny>>,
    r#where: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    refuse_unless("max", "where", r#where, is_true)?;
    perform(a.py(), || Asked { op: Op::Max, a, axis, dtype: None, out, keepdims, initial }.call())
}
