//! Convolutions and image filters: SciPy's keywords around swath's.
//!
//! SciPy filters everything in `float64`. Here a filter runs in the type of the
//! array where that loses nothing (`float32` and `float64` in their own type,
//! small integers with whole weights exactly), and in `float64` otherwise. Results of an
//! integer type are rounded and wrap around axis by axis, as SciPy's (`whole`).

pub(crate) mod boxes;
mod complex;
pub(crate) mod joined;
pub(crate) mod named;
pub(crate) mod weights;
mod whole;

use numpy::PyUntypedArray;
use pyo3::prelude::*;
use pyo3::types::PyString;
use swath::conv::{Border, Sample};

use crate::array::{Input, Output, dtype_argument};
use crate::call::{Bits, Call};
use crate::dtype::{DType, dispatch};
use crate::error::{Kind, error};
use crate::options::{axis_at, per_axis};
use crate::raw::Raw;

// ---- types -------------------------------------------------------------------

/// A type that swath filters.
trait Filtered: Sample {
    fn tap(weight: f64) -> Self::Tap;
    fn value(cval: f64) -> Self;
}

macro_rules! filtered {
    ($($t:ty: $tap:ty;)*) => {$(impl Filtered for $t {
        fn tap(weight: f64) -> $tap {
            weight as $tap
        }
        fn value(cval: f64) -> $t {
            cval as $t
        }
    })*};
}
filtered!(f32: f32; f64: f64; i8: i32; i16: i32; i32: i32; u8: i32; u16: i32;);

/// [`dispatch`] over the types that swath filters; others are never asked for.
macro_rules! dispatch_filtered {
    ($dtype:expr, $t:ident => $body:expr) => {{
        macro_rules! arm {
            ($rust:ty) => {{
                type $t = $rust;
                $body
            }};
        }
        match $dtype {
            DType::F32 => arm!(f32),
            DType::I8 => arm!(i8),
            DType::I16 => arm!(i16),
            DType::I32 => arm!(i32),
            DType::U8 => arm!(u8),
            DType::U16 => arm!(u16),
            _ => arm!(f64),
        }
    }};
}

use dispatch_filtered;

/// The range of an integer type that is filtered exactly.
fn exact_range(dtype: DType) -> Option<[f64; 2]> {
    Some(match dtype {
        DType::I8 => [f64::from(i8::MIN), f64::from(i8::MAX)],
        DType::I16 => [f64::from(i16::MIN), f64::from(i16::MAX)],
        DType::I32 => [f64::from(i32::MIN), f64::from(i32::MAX)],
        DType::U8 => [0.0, f64::from(u8::MAX)],
        DType::U16 => [0.0, f64::from(u16::MAX)],
        _ => return None,
    })
}

fn is_whole(x: f64, [low, high]: [f64; 2]) -> bool {
    x.fract() == 0.0 && (low..=high).contains(&x)
}

// ---- modes -------------------------------------------------------------------

/// SciPy's names of borders.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Reflect,
    Mirror,
    Nearest,
    Wrap,
    Constant,
}

impl Mode {
    fn new(function: &str, mode: &Bound<'_, PyAny>) -> PyResult<Self> {
        let name = mode.cast::<PyString>().ok();
        Ok(match name.and_then(|name| name.to_str().ok()).unwrap_or_default() {
            "reflect" | "grid-mirror" => Mode::Reflect,
            "mirror" => Mode::Mirror,
            "nearest" => Mode::Nearest,
            "wrap" | "grid-wrap" => Mode::Wrap,
            "constant" | "grid-constant" => Mode::Constant,
            _ => {
                let message = format!(
                    "{function}: mode is {mode}, must be reflect, grid-mirror, mirror, nearest, \
                     wrap, grid-wrap, constant or grid-constant"
                );
                return Err(error(mode.py(), Kind::Option, message));
            }
        })
    }

    fn border<T: Filtered>(self, cval: f64) -> Border<T> {
        match self {
            Mode::Reflect => Border::Reflect,
            Mode::Mirror => Border::Mirror,
            Mode::Nearest => Border::Nearest,
            Mode::Wrap => Border::Wrap,
            Mode::Constant => Border::Constant(T::value(cval)),
        }
    }
}

/// One mode, or one for each of `n` axes.
fn modes(function: &str, mode: Option<&Bound<'_, PyAny>>, n: usize) -> PyResult<Vec<Mode>> {
    match mode {
        None => Ok(vec![Mode::Reflect; n]),
        Some(mode) if mode.is_instance_of::<PyString>() => Ok(vec![Mode::new(function, mode)?; n]),
        Some(mode) => {
            let names: Vec<Bound<'_, PyAny>> = per_axis(function, "mode", mode, n)?;
            names.iter().map(|mode| Mode::new(function, mode)).collect()
        }
    }
}

// ---- a call ------------------------------------------------------------------

/// Input and output of a filter.
struct Asked<'py> {
    py: Python<'py>,
    function: &'static str,
    input: Input,
    given: Option<Output>,
    /// Of the result.
    dtype: DType,
}

impl<'py> Asked<'py> {
    fn new(
        function: &'static str,
        input: &Bound<'py, PyAny>,
        output: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let py = input.py();
        let input = Input::new(function, "input", input)?;
        let (given, dtype) = match output {
            None => (None, input.raw.dtype),
            Some(output) if output.is_instance_of::<PyUntypedArray>() => {
                let given = Output::given(function, "output", output)?;
                given.check_shape(py, function, "output", &input.raw.shape)?;
                let dtype = given.raw.dtype;
                (Some(given), dtype)
            }
            Some(output) => (None, dtype_argument(function, output)?),
        };
        if dtype == DType::Bool {
            let message = format!("{function}: no kernel gives bool; pass output=\"float32\"");
            return Err(error(py, Kind::DType, message));
        }
        Ok(Self { py, function, input, given, dtype })
    }

    fn ndim(&self) -> usize {
        self.input.raw.shape.len()
    }

    /// The floating-point type for this input and output.
    fn float(&self) -> DType {
        match (self.input.raw.dtype, self.dtype) {
            (DType::F32, DType::F32) => DType::F32,
            _ => DType::F64,
        }
    }

    fn axis(&self, axis: isize) -> PyResult<usize> {
        axis_at(self.py, self.function, axis, self.ndim())
    }

    /// The axes of an `axes` argument in the order given, all by default.
    fn axes(&self, axes: Option<&Bound<'py, PyAny>>) -> PyResult<Vec<usize>> {
        let Some(axes) = axes else { return Ok((0..self.ndim()).collect()) };
        let numbers = match axes.extract::<isize>() {
            Ok(one) => vec![one],
            Err(_) => axes.try_iter()?.map(|axis| axis?.extract()).collect::<PyResult<_>>()?,
        };
        let axes: Vec<_> =
            numbers.into_iter().map(|axis| self.axis(axis)).collect::<PyResult<_>>()?;
        if (1..axes.len()).any(|i| axes[..i].contains(&axes[i])) {
            let message = format!("{}: an axis is named twice: {axes:?}", self.function);
            return Err(error(self.py, Kind::Option, message));
        }
        Ok(axes)
    }

    /// The call of `kernel`, of about `taps` multiplications an element, in type
    /// `run_in`.
    fn call(
        self,
        run_in: DType,
        taps: f64,
        kernel: impl Fn(&Raw, &Raw) -> Result<(), swath::Error> + Send + 'static,
    ) -> PyResult<Call> {
        let (py, function) = (self.py, self.function);
        let input = self.input.cast(py, function, "input", run_in)?;
        let shape = &input.raw.shape;
        let cost = input.raw.len() as f64 * (2.0 + 0.02 * run_in.size() as f64 * taps);
        let out = match self.given {
            Some(out) => out,
            None => Output::new(py, function, self.dtype, shape)?,
        };
        let fits = out.raw.dtype == run_in && !out.raw.overlaps(&input.raw);
        let between = match fits {
            true => None,
            false => Some(Output::new(py, function, run_in, shape)?),
        };
        let (Input { raw: input, keep }, Output { raw: target, keep: out }) = (input, out);
        let (between, room) = between.map(|between| (between.raw, between.keep)).unzip();
        let run = move || {
            match &between {
                None => kernel(&input, &target)?,
                Some(between) => {
                    kernel(&input, between)?;
                    cast(between, &target)?;
                }
            }
            Ok(Bits::default())
        };
        Ok(Call::new(cost, run, move |py, _| {
            drop((keep, room));
            Ok(out.array(py).clone().into_any())
        }))
    }
}

impl Asked<'_> {
    /// The call of `kernel`, of about `taps` multiplications an element, to the type of the
    /// result from the same, or from `float64`.
    fn call_as_is(
        self,
        taps: f64,
        kernel: impl FnOnce(&Raw, &Raw) -> Result<(), swath::Error> + Send + 'static,
    ) -> PyResult<Call> {
        let (py, function) = (self.py, self.function);
        let input = match self.input.raw.dtype == self.dtype {
            true => self.input,
            false => self.input.cast(py, function, "input", DType::F64)?,
        };
        let shape = &input.raw.shape;
        let cost = input.raw.len() as f64 * (2.0 + 0.2 * taps);
        let out = match self.given {
            Some(out) => out,
            None => Output::new(py, function, self.dtype, shape)?,
        };
        let between = match out.raw.overlaps(&input.raw) {
            true => Some(Output::new(py, function, self.dtype, shape)?),
            false => None,
        };
        let (Input { raw: input, keep }, Output { raw: target, keep: out }) = (input, out);
        let (between, room) = between.map(|between| (between.raw, between.keep)).unzip();
        let run = move || {
            match &between {
                None => kernel(&input, &target)?,
                Some(between) => {
                    kernel(&input, between)?;
                    cast(between, &target)?;
                }
            }
            Ok(Bits::default())
        };
        Ok(Call::new(cost, run, move |py, _| {
            drop((keep, room));
            Ok(out.array(py).clone().into_any())
        }))
    }
}

/// Copies `from`, casting `f64` to any type: towards zero, saturating, NaN to 0.
fn cast(from: &Raw, out: &Raw) -> Result<(), swath::Error> {
    match from.dtype == out.dtype {
        true => dispatch!(out.dtype, T => copy_of::<T>(from, out)),
        false => dispatch!(out.dtype, T => cast_of::<T>(from, out)),
    }
}

fn copy_of<T: swath::Element>(from: &Raw, out: &Raw) -> Result<(), swath::Error> {
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (from, mut out) = unsafe { (from.view::<T>(), out.view_mut::<T>()) };
    swath::map_into(&from, &mut out, |x| x)
}

fn cast_of<T: swath::Element + CastFrom>(from: &Raw, out: &Raw) -> Result<(), swath::Error> {
    // SAFETY: checked arrays, from `f64` to this type; the output is ours alone.
    let (from, mut out) = unsafe { (from.view::<f64>(), out.view_mut::<T>()) };
    swath::map_into(&from, &mut out, T::cast_from)
}

/// What `as` makes of a float.
trait CastFrom {
    fn cast_from(x: f64) -> Self;
}

macro_rules! casts {
    ($($t:ty)*) => {$(impl CastFrom for $t {
        #[inline(always)]
        fn cast_from(x: f64) -> Self {
            x as $t
        }
    })*};
}
casts!(f32 f64 i8 i16 i32 i64 u8 u16 u32 u64);
