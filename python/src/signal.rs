//! Convolution of signals: what `swath/signal.py` makes SciPy's functions of.

use pyo3::prelude::*;
use swath::Float;
use swath::conv::{Border, Method, Sample};
use swath::signal::{self, Mode, Options};

use crate::array::{Input, Output};
use crate::call::{Bits, Call, perform};
use crate::dtype::DType;
use crate::error::{Kind, error, refused};
use crate::raw::Raw;

/// What is asked for, by the names that `signal.py` has checked.
#[derive(Clone, Copy)]
struct Asked {
    turned: bool,
    mode: Mode,
    method: Method,
    boundary: Boundary,
    fillvalue: f64,
}

#[derive(Clone, Copy)]
enum Boundary {
    Fill,
    Wrap,
    Symm,
}

impl Asked {
    fn options<T: Float>(&self) -> Options<T> {
        let fill = T::from(self.fillvalue).unwrap_or(T::ZERO);
        let border = match self.boundary {
            Boundary::Fill => Border::Constant(fill),
            Boundary::Wrap => Border::Wrap,
            Boundary::Symm => Border::Reflect,
        };
        Options::new().mode(self.mode).method(self.method).border(border)
    }

    fn run<T: Float + Sample<Tap = T>>(
        &self,
        a: &Raw,
        b: &Raw,
        out: &Raw,
    ) -> Result<(), swath::Error> {
        // SAFETY: checked arrays of this type; the output is ours alone.
        let (a, b, mut out) = unsafe { (a.view::<T>(), b.view::<T>(), out.view_mut::<T>()) };
        match self.turned {
            true => signal::correlate_into(&a, &b, self.options(), &mut out),
            false => signal::convolve_into(&a, &b, self.options(), &mut out),
        }
    }
}

fn mode(function: &str, name: &Bound<'_, PyAny>) -> PyResult<Mode> {
    Ok(match name.extract::<String>().unwrap_or_default().as_str() {
        "full" => Mode::Full,
        "same" => Mode::Same,
        "valid" => Mode::Valid,
        _ => {
            let message = format!("{function}: mode is {name}, must be full, same or valid");
            return Err(error(name.py(), Kind::Option, message));
        }
    })
}

fn method(function: &str, name: &Bound<'_, PyAny>) -> PyResult<Method> {
    Ok(match name.extract::<String>().unwrap_or_default().as_str() {
        "auto" => Method::Auto,
        "direct" => Method::Direct,
        "fft" => Method::Fft,
        _ => {
            let message = format!("{function}: method is {name}, must be auto, direct or fft");
            return Err(error(name.py(), Kind::Option, message));
        }
    })
}

fn boundary(function: &str, name: &Bound<'_, PyAny>) -> PyResult<Boundary> {
    Ok(match name.extract::<String>().unwrap_or_default().as_str() {
        "fill" | "pad" => Boundary::Fill,
        "wrap" | "circular" => Boundary::Wrap,
        "symm" | "symmetric" => Boundary::Symm,
        _ => {
            let message = format!("{function}: boundary is {name}, must be fill, wrap or symm");
            return Err(error(name.py(), Kind::Option, message));
        }
    })
}

/// Convolves, or correlates, two arrays of as many axes in `float32` if both are, else in
/// `float64`.
#[pyfunction]
#[pyo3(signature = (function, in1, in2, turned, mode, method, boundary, fillvalue))]
#[allow(clippy::too_many_arguments)] // SciPy's options
pub(crate) fn _convolve<'py>(
    function: &str,
    in1: &Bound<'py, PyAny>,
    in2: &Bound<'py, PyAny>,
    turned: bool,
    mode: &Bound<'py, PyAny>,
    method: &Bound<'py, PyAny>,
    boundary: &Bound<'py, PyAny>,
    fillvalue: f64,
) -> PyResult<Bound<'py, PyAny>> {
    let py = in1.py();
    perform(py, || {
        let asked = Asked {
            turned,
            mode: self::mode(function, mode)?,
            method: self::method(function, method)?,
            boundary: self::boundary(function, boundary)?,
            fillvalue,
        };
        let [in1, in2] = [("in1", in1), ("in2", in2)].map(|(operand, array)| {
            Input::new(function, operand, array).map(|input| (operand, input))
        });
        let (in1, in2) = (in1?, in2?);
        let single = in1.1.raw.dtype == DType::F32 && in2.1.raw.dtype == DType::F32;
        let dtype = if single { DType::F32 } else { DType::F64 };
        let cast = |(operand, input): (&str, Input)| input.cast(py, function, operand, dtype);
        let (in1, in2) = (cast(in1)?, cast(in2)?);
        call(py, function, asked, dtype, in1, in2)
    })
}

fn call(
    py: Python<'_>,
    function: &str,
    asked: Asked,
    dtype: DType,
    in1: Input,
    in2: Input,
) -> PyResult<Call> {
    let (from, filter) = (&in1.raw.shape, &in2.raw.shape);
    let refuse = |what: &str| {
        let message = format!("{function}: in1 has shape {from:?}, in2 {filter:?}, {what}");
        Err(error(py, Kind::Shape, message))
    };
    if from.len() != filter.len() {
        return refuse("but must have as many dimensions");
    }
    let mut shape = Vec::new();
    for (&n, &k) in from.iter().zip(filter) {
        shape.push(match asked.mode {
            Mode::Full => n.saturating_add(k.saturating_sub(1)),
            Mode::Same => n,
            Mode::Valid if n >= k => n - k + 1,
            Mode::Valid => return refuse("which must not be the longer one"),
        });
    }
    let out = Output::new(py, function, dtype, &shape)?;
    // What transforms take, if they do: more than they need is no harm.
    let taps = (in2.raw.len() as f64).min(200.0);
    let cost = out.raw.len() as f64 * (2.0 + 0.02 * dtype.size() as f64 * taps);
    let (Input { raw: a, keep: first }, Input { raw: b, keep: second }) = (in1, in2);
    let Output { raw: target, keep: out } = out;
    let run = move || {
        match dtype {
            DType::F32 => asked.run::<f32>(&a, &b, &target)?,
            _ => asked.run::<f64>(&a, &b, &target)?,
        }
        Ok(Bits::default())
    };
    Ok(Call::new(cost, run, move |py, _| {
        drop((first, second));
        Ok(out.array(py).clone().into_any())
    }))
}

/// Whether transforms are expected to be faster than sums for arrays of these shapes.
#[pyfunction]
pub(crate) fn _prefers_fft(
    in1: Vec<usize>,
    in2: Vec<usize>,
    mode: &Bound<'_, PyAny>,
    single: bool,
) -> PyResult<bool> {
    let (py, mode) = (mode.py(), self::mode("choose_conv_method", mode)?);
    let chosen = match single {
        true => signal::choose_conv_method::<f32>(&in1, &in2, mode),
        false => signal::choose_conv_method::<f64>(&in1, &in2, mode),
    };
    Ok(chosen.map_err(|fault| refused(py, &fault))? == Method::Fft)
}
