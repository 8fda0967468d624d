//! cumsum, cumprod, their nan forms and their standard names: NumPy's keywords around swath's scans.

use pyo3::prelude::*;
use swath::scan::{self, Along, Scan};

use crate::array::{Input, Output, Target, any_dtype_argument};
use crate::axes::one_axis;
use crate::call::{Bits, Call, perform};
use crate::dtype::{Complex, DType, dispatch_numbers};
use crate::error::{Kind, error};
use crate::raw::Raw;

type Argument<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

#[derive(Clone, Copy)]
enum Op {
    Sum,
    Product,
    /// With NaN as the result of no elements.
    NanSum,
    NanProduct,
}

/// A scan as it was asked for.
struct Asked<'a, 'py> {
    op: Op,
    function: &'static str,
    a: &'a Bound<'py, PyAny>,
    axis: Argument<'a, 'py>,
    dtype: Argument<'a, 'py>,
    out: Argument<'a, 'py>,
    /// Whether an array of several axes may be taken as one line.
    flattens: bool,
    /// Whether the result begins with that of no elements.
    include_initial: bool,
    /// Whether to add one after the other, as NumPy does.
    sequential: bool,
}

impl Asked<'_, '_> {
    fn call(self) -> PyResult<Call> {
        let (py, function) = (self.a.py(), self.function);
        let out = self.out.map(|out| Output::any(function, "out", out)).transpose()?;
        let wanted = self.dtype.map(|dtype| any_dtype_argument(function, dtype)).transpose()?;
        let given = out.as_ref().map(|out| out.raw.dtype);
        let a = Input::any(function, "a", self.a)?;
        let is_half = a.raw.dtype == DType::F16;
        let a = self.in_precision(a, wanted, given)?;
        let (Input { raw: a, keep }, axis) = self.lines(a)?;
        let mut shape = a.shape.clone();
        if self.include_initial {
            shape[axis] += 1;
        }
        if let Some(out) = &out {
            out.check_shape(py, function, "out", &shape)?;
        }
        let natural = a.dtype.wide();
        let result = wanted.unwrap_or(if is_half { DType::F16 } else { natural });
        let in_place = |out: &Raw| {
            out.ptr == a.ptr
                && out.strides == a.strides
                && a.dtype == natural
                && !self.include_initial
        };
        let fits = |out: &Raw| {
            natural == result && natural == out.dtype && (in_place(out) || !out.overlaps(&a))
        };
        let (made, target) = Target::new(py, function, out, fits, (natural, &shape))?;
        let accumulate = Accumulate {
            op: self.op,
            axis,
            sequential: self.sequential,
            initial: self.include_initial,
            in_place: in_place(&target),
            a,
            out: target,
        };
        let cost = accumulate.a.len() as f64 * 2.0;
        let cast = (result != natural).then_some(result);
        Ok(Call::new(
            cost,
            move || accumulate.run(),
            move |py, _| {
                drop(keep);
                made.finish(py, function, cast)
            },
        ))
    }

    /// The input in the type in which NumPy would add.
    fn in_precision(
        &self,
        a: Input,
        wanted: Option<DType>,
        given: Option<DType>,
    ) -> PyResult<Input> {
        let (py, function) = (self.a.py(), self.function);
        // Added in float32, and cast at the end.
        let a = if a.raw.dtype == DType::F16 { a.cast(py, function, "a", DType::F32)? } else { a };
        let dtype = a.raw.dtype;
        let to = wanted.or(given).map(|to| if to == DType::F16 { DType::F32 } else { to });
        let Some(to) = to else { return Ok(a) };
        match (to.is_float(), dtype.is_float()) {
            // An output is cast to at the end.
            _ if wanted.is_none() && (to.is_complex() || dtype.is_complex()) => Ok(a),
            _ if to.is_complex() => a.cast(py, function, "a", to),
            (true, _) if !dtype.is_complex() && (wanted.is_some() || to == DType::F64) => {
                a.cast(py, function, "a", to)
            }
            (true, _) if !dtype.is_complex() => Ok(a),
            (false, false) if !dtype.is_complex() && to != DType::Bool => Ok(a),
            _ => {
                let message =
                    format!("{function}: no kernel gives {} from {}", to.name(), dtype.name());
                Err(error(py, Kind::DType, message))
            }
        }
    }

    /// The array along whose axis to scan: without one, all of it as one line.
    fn lines(&self, a: Input) -> PyResult<(Input, usize)> {
        let (py, function, ndim) = (self.a.py(), self.function, a.raw.shape.len());
        let axis = match self.axis {
            Some(axis) => one_axis(function, axis, ndim)?,
            None if ndim <= 1 => (ndim == 1).then_some(0),
            None if self.flattens => None,
            None => {
                let message = format!("{function}: axis must be given for an array of {ndim} axes");
                return Err(error(py, Kind::Option, message));
            }
        };
        match axis {
            Some(axis) => Ok((a, axis)),
            None => Ok((a.flat(py, function, "a")?, 0)),
        }
    }
}

/// A scan into an output of the kernels' type.
struct Accumulate {
    op: Op,
    a: Raw,
    axis: usize,
    sequential: bool,
    initial: bool,
    in_place: bool,
    out: Raw,
}

impl Accumulate {
    fn run(self) -> Result<Bits, swath::Error> {
        let Self { op, a, axis, sequential, initial, in_place, mut out } = self;
        let along = Along::axis(axis);
        let along = if sequential { along.sequential() } else { along };
        if in_place {
            match out.dtype {
                DType::F32 => inplace::<f32>(op, &out, along)?,
                DType::F64 => inplace::<f64>(op, &out, along)?,
                DType::C64 => inplace::<Complex<f32>>(op, &out, along)?,
                DType::C128 => inplace::<Complex<f64>>(op, &out, along)?,
                DType::U64 => inplace::<u64>(op, &out, along)?,
                _ => inplace::<i64>(op, &out, along)?,
            }
            return Ok(Bits::default());
        }
        if initial {
            let mut first = out.clone();
            first.shape[axis] = 1;
            match out.dtype {
                DType::F32 => begin::<f32>(op, &first),
                DType::F64 => begin::<f64>(op, &first),
                DType::C64 => begin::<Complex<f32>>(op, &first),
                DType::C128 => begin::<Complex<f64>>(op, &first),
                DType::U64 => begin::<u64>(op, &first),
                _ => begin::<i64>(op, &first),
            }
            let step = out.strides[axis] * out.dtype.size() as isize;
            out.shape[axis] -= 1;
            out.ptr = out.ptr.wrapping_offset(step);
        }
        dispatch_numbers!(a.dtype, T => scanned::<T>(op, &a, along, &out))?;
        Ok(Bits::default())
    }
}

/// Writes what no elements give.
fn begin<T: Scan<Sum = T>>(op: Op, first: &Raw) {
    let none = ndarray::Array1::<T>::default(0);
    let value = match op {
        Op::Sum | Op::NanSum => swath::sum(&none),
        Op::Product | Op::NanProduct => swath::prod(&none),
    };
    // SAFETY: a checked output of this type, ours alone.
    unsafe { first.view_mut::<T>() }.fill(value);
}

fn scanned<T: Scan>(op: Op, a: &Raw, along: Along, out: &Raw) -> Result<(), swath::Error> {
    // SAFETY: a checked array of this type that nobody of ours writes, and a checked
    // output of the result's type, ours alone.
    let (a, out) = unsafe { (&a.view::<T>(), &mut out.view_mut::<T::Sum>()) };
    match op {
        Op::Sum => scan::cumsum_into(a, along, out),
        Op::Product => scan::cumprod_into(a, along, out),
        Op::NanSum => scan::nancumsum_into(a, along, out),
        Op::NanProduct => scan::nancumprod_into(a, along, out),
    }
}

fn inplace<T: Scan<Sum = T>>(op: Op, out: &Raw, along: Along) -> Result<(), swath::Error> {
    // SAFETY: a checked output of this type, ours alone; the input is the same array, and
    // not looked at otherwise.
    let out = &mut unsafe { out.view_mut::<T>() };
    match op {
        Op::Sum => scan::cumsum_inplace(out, along),
        Op::Product => scan::cumprod_inplace(out, along),
        Op::NanSum => scan::nancumsum_inplace(out, along),
        Op::NanProduct => scan::nancumprod_inplace(out, along),
    }
}

// ---- Python ------------------------------------------------------------------

/// A function with NumPy's old name and keywords.
macro_rules! numpys {
    ($op:ident, $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (a, axis=None, dtype=None, out=None, *, sequential=false))]
        pub(crate) fn $name<'py>(
            a: &Bound<'py, PyAny>,
            axis: Option<&Bound<'py, PyAny>>,
            dtype: Option<&Bound<'py, PyAny>>,
            out: Option<&Bound<'py, PyAny>>,
            sequential: bool,
        ) -> PyResult<Bound<'py, PyAny>> {
            let (op, function) = (Op::$op, stringify!($name));
            perform(a.py(), || {
                let (flattens, include_initial) = (true, false);
                Asked { op, function, a, axis, dtype, out, flattens, include_initial, sequential }
                    .call()
            })
        }
    };
}
numpys! {
    Sum,
    /// Sums so far along an axis, or of all elements in C order, as numpy.cumsum.
    ///
    /// Integers are added in 64 bits and wrap, float16 in float32. Floats along contiguous axes are added in
    /// blocks, the same for any number of threads; with `sequential` one after the other,
    /// to the bits of NumPy, each line on one thread. `out` may be `a`.
    cumsum
}
numpys! {
    Product,
    /// Products so far along an axis, or of all elements in C order, as numpy.cumprod.
    ///
    /// Integers are multiplied in 64 bits and wrap, float16 in float32. Floats along contiguous axes are
    /// multiplied in blocks, the same for any number of threads; with `sequential` one after
    /// the other, to the bits of NumPy, each line on one thread. `out` may be `a`.
    cumprod
}
numpys! {
    NanSum,
    /// Sums so far along an axis, or of all elements in C order, NaN counted as 0, as
    /// numpy.nancumsum.
    ///
    /// Otherwise as `cumsum`.
    nancumsum
}
numpys! {
    NanProduct,
    /// Products so far along an axis, or of all elements in C order, NaN counted as 1, as
    /// numpy.nancumprod.
    ///
    /// Otherwise as `cumprod`.
    nancumprod
}

/// A function with the standard's name and keywords.
macro_rules! standards {
    ($op:ident, $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (x, /, *, axis=None, dtype=None, out=None, include_initial=false, sequential=false))]
        pub(crate) fn $name<'py>(
            x: &Bound<'py, PyAny>,
            axis: Option<&Bound<'py, PyAny>>,
            dtype: Option<&Bound<'py, PyAny>>,
            out: Option<&Bound<'py, PyAny>>,
            include_initial: bool,
            sequential: bool,
        ) -> PyResult<Bound<'py, PyAny>> {
            let (op, function) = (Op::$op, stringify!($name));
            perform(x.py(), || {
                let (a, flattens) = (x, false);
                Asked { op, function, a, axis, dtype, out, flattens, include_initial, sequential }
                    .call()
            })
        }
    };
}
standards! {
    Sum,
    /// Sums so far along an axis, as numpy.cumulative_sum.
    ///
    /// With `include_initial` they begin with 0. Otherwise as `cumsum`.
    cumulative_sum
}
standards! {
    Product,
    /// Products so far along an axis, as numpy.cumulative_prod.
    ///
    /// With `include_initial` they begin with 1. Otherwise as `cumprod`.
    cumulative_prod
}

/// Puts them all into the module.
pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(cumsum, module)?)?;
    module.add_function(wrap_pyfunction!(cumprod, module)?)?;
    module.add_function(wrap_pyfunction!(nancumsum, module)?)?;
    module.add_function(wrap_pyfunction!(nancumprod, module)?)?;
    module.add_function(wrap_pyfunction!(cumulative_sum, module)?)?;
    module.add_function(wrap_pyfunction!(cumulative_prod, module)?)?;
    Ok(())
}
