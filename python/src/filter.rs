//! Convolutions and image filters: SciPy's keywords around swath's.
//!
//! SciPy filters everything in `float64`. Here a filter runs in the type of the
//! array where that loses nothing (`float32` and `float64` in their own type,
//! small integers with whole weights exactly), and in `float64` otherwise; the
//! result is then cast, towards zero and within the range of an integer type.

use ndarray::{Array1, ArrayD, ArrayRef, IxDyn};
use numpy::PyUntypedArray;
use pyo3::prelude::*;
use swath::conv::{self, Border, Options, Sample};
use swath::image::{self, Gaussian};

use crate::array::{Input, Output, dtype_argument};
use crate::control;
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
        let name = mode.extract::<String>().unwrap_or_default();
        Ok(match name.as_str() {
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
        Some(mode) if mode.is_instance_of::<pyo3::types::PyString>() => {
            Ok(vec![Mode::new(function, mode)?; n])
        }
        Some(mode) => {
            let names: Vec<Bound<'_, PyAny>> = per_axis(function, "mode", mode, n)?;
            names.iter().map(|mode| Mode::new(function, mode)).collect()
        }
    }
}

// ---- a call ------------------------------------------------------------------

/// Input and output of a filter, and the type in which it runs.
struct Call<'py> {
    function: &'static str,
    input: Input<'py>,
    given: Option<Output<'py>>,
    /// Of the result.
    dtype: DType,
}

impl<'py> Call<'py> {
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
                if given.raw.shape != input.raw.shape {
                    let message = format!(
                        "{function}: output has shape {:?}, but input has shape {:?}",
                        given.raw.shape, input.raw.shape
                    );
                    return Err(error(py, Kind::Shape, message));
                }
                let dtype = given.raw.dtype;
                (Some(given), dtype)
            }
            Some(output) => (None, dtype_argument(function, output)?),
        };
        if dtype == DType::Bool {
            let message = format!("{function}: no kernel gives bool; pass output=\"float32\"");
            return Err(error(py, Kind::DType, message));
        }
        Ok(Self { function, input, given, dtype })
    }

    fn py(&self) -> Python<'py> {
        self.input.array().py()
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
        axis_at(self.py(), self.function, axis, self.ndim())
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
            return Err(error(self.py(), Kind::Option, message));
        }
        Ok(axes)
    }

    /// Runs `kernel`, of about `taps` multiplications an element, in type `run_in`.
    fn run(
        self,
        run_in: DType,
        taps: f64,
        kernel: impl Fn(&Raw, &Raw) -> Result<(), swath::Error> + Send + Sync,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, function) = (self.py(), self.function);
        let input = self.input.cast(function, "input", run_in)?;
        let fits = |out: &Raw| out.dtype == run_in && !out.overlaps(&input.raw);
        let shape = &input.raw.shape;
        let cost = input.raw.len() as f64 * (2.0 + 0.02 * run_in.size() as f64 * taps);
        let out = match self.given {
            Some(out) => out,
            None => Output::new(py, function, self.dtype, shape)?,
        };
        if fits(&out.raw) {
            control::run(py, cost, || kernel(&input.raw, &out.raw))?;
        } else {
            let between = Output::new(py, function, run_in, shape)?;
            let (input, between, out) = (&input.raw, &between.raw, &out.raw);
            control::run(py, cost, || {
                kernel(input, between)?;
                cast(between, out)
            })?;
        }
        Ok(out.array().clone().into_any())
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

// ---- filters by weights ------------------------------------------------------

#[derive(Clone, Copy)]
enum Way {
    Correlate,
    Convolve,
}

/// The weights of a filter, as `float64`.
fn weights(function: &str, weights: &Bound<'_, PyAny>) -> PyResult<ArrayD<f64>> {
    let weights =
        Input::new(function, "weights", weights)?.cast(function, "weights", DType::F64)?;
    // SAFETY: a checked array of `f64`; nobody of ours writes it.
    Ok(unsafe { weights.raw.view::<f64>() }.to_owned())
}

/// The type for these weights: integers if all is whole.
fn run_in(call: &Call<'_>, weights: &ArrayD<f64>, mode: Mode, cval: f64) -> DType {
    let dtype = call.input.raw.dtype;
    let exact = exact_range(dtype).filter(|_| dtype == call.dtype).is_some_and(|range| {
        let taps = [f64::from(i32::MIN), f64::from(i32::MAX)];
        // So small that a sum fits 64 bits whatever the elements.
        let sum: f64 = weights.iter().map(|w| w.abs()).sum();
        weights.iter().all(|w| is_whole(*w, taps))
            && sum < (1u64 << 30) as f64
            && (mode != Mode::Constant || is_whole(cval, range))
    });
    if exact { dtype } else { call.float() }
}

#[allow(clippy::too_many_arguments)] // SciPy's
fn on_axes<'py>(
    function: &'static str,
    way: Way,
    input: &Bound<'py, PyAny>,
    filter: &Bound<'py, PyAny>,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: f64,
    origin: Option<&Bound<'py, PyAny>>,
    axes: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let call = Call::new(function, input, output)?;
    let axes = call.axes(axes)?;
    let mode = mode.map_or(Ok(Mode::Reflect), |mode| Mode::new(function, mode))?;
    let filter = weights(function, filter)?;
    if filter.ndim() != axes.len() {
        let message = format!(
            "{function}: weights have {} axes, but {} axes of input are filtered",
            filter.ndim(),
            axes.len()
        );
        return Err(error(call.py(), Kind::Shape, message));
    }
    // As SciPy: the weights' axes are those of the input in rising order, the
    // origins' are in the order of `axes`.
    let (mut shape, mut origins) = (vec![1; call.ndim()], vec![0isize; call.ndim()]);
    let mut rising = axes.clone();
    rising.sort_unstable();
    rising.iter().zip(filter.shape()).for_each(|(&axis, &n)| shape[axis] = n);
    if let Some(origin) = origin {
        let given: Vec<isize> = per_axis(function, "origin", origin, axes.len())?;
        axes.iter().zip(given).for_each(|(&axis, origin)| origins[axis] = origin);
    }
    let dtype = run_in(&call, &filter, mode, cval);
    let filter = filter.into_shape_with_order(IxDyn(&shape)).expect("as many elements");
    let taps = filter.len() as f64;
    call.run(dtype, taps, |a, out| {
        let border = (mode, cval);
        dispatch_filtered!(a.dtype, T => on_axes_of::<T>(way, a, &filter, border, &origins, out))
    })
}

fn on_axes_of<T: Filtered>(
    way: Way,
    a: &Raw,
    filter: &ArrayD<f64>,
    (mode, cval): (Mode, f64),
    origins: &[isize],
    out: &Raw,
) -> Result<(), swath::Error> {
    let taps = filter.mapv(T::tap);
    let options = Options::new().border(mode.border(cval)).origin(origins);
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    match way {
        Way::Correlate => conv::correlate_into(&a, &taps, options, &mut out),
        Way::Convolve => conv::convolve_into(&a, &taps, options, &mut out),
    }
}

#[allow(clippy::too_many_arguments)] // SciPy's
fn on_one_axis<'py>(
    function: &'static str,
    way: Way,
    input: &Bound<'py, PyAny>,
    filter: &Bound<'py, PyAny>,
    axis: isize,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: f64,
    origin: isize,
) -> PyResult<Bound<'py, PyAny>> {
    let call = Call::new(function, input, output)?;
    let axis = call.axis(axis)?;
    let mode = mode.map_or(Ok(Mode::Reflect), |mode| Mode::new(function, mode))?;
    let filter = weights(function, filter)?;
    if filter.ndim() != 1 {
        let message = format!("{function}: weights have {} axes, must have one", filter.ndim());
        return Err(error(call.py(), Kind::Shape, message));
    }
    let dtype = run_in(&call, &filter, mode, cval);
    let filter = filter.into_dimensionality::<ndarray::Ix1>().expect("one axis");
    let taps = filter.len() as f64;
    call.run(dtype, taps, |a, out| {
        let border = (mode, cval);
        dispatch_filtered!(a.dtype, T => {
            on_one_axis_of::<T>(way, a, &filter, axis, border, origin, out)
        })
    })
}

fn on_one_axis_of<T: Filtered>(
    way: Way,
    a: &Raw,
    filter: &Array1<f64>,
    axis: usize,
    (mode, cval): (Mode, f64),
    origin: isize,
    out: &Raw,
) -> Result<(), swath::Error> {
    let taps = filter.mapv(T::tap);
    let options = Options::new().border(mode.border(cval)).origin(origin);
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    match way {
        Way::Correlate => conv::correlate1d_into(&a, &taps, axis, options, &mut out),
        Way::Convolve => conv::convolve1d_into(&a, &taps, axis, options, &mut out),
    }
}

// ---- filters by name ---------------------------------------------------------

/// A filter along one axis.
#[derive(Clone, Copy)]
struct Pass {
    axis: usize,
    mode: Mode,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Gaussian { sigma: f64, order: usize, radius: Option<usize> },
    Taps([f64; 3]),
}

/// Whether SciPy filters an axis with this sigma at all.
fn is_filtered(sigma: f64) -> bool {
    !(0.0..=1e-15).contains(&sigma)
}

impl Pass {
    /// About how many taps it has.
    fn taps(&self, truncate: f64) -> f64 {
        match self.what {
            What::Taps(_) => 3.0,
            What::Gaussian { radius: Some(radius), .. } => 2.0 * radius as f64 + 1.0,
            What::Gaussian { sigma, .. } => 2.0 * truncate * sigma + 1.0,
        }
    }

    fn run<T>(
        &self,
        a: &ArrayRef<T, IxDyn>,
        truncate: f64,
        cval: f64,
        out: Option<&mut ArrayRef<T, IxDyn>>,
    ) -> Result<Option<ArrayD<T>>, swath::Error>
    where
        T: Filtered + Sample<Tap = T> + swath::Float,
    {
        let border = self.mode.border::<T>(cval);
        match self.what {
            What::Gaussian { sigma, order, radius } => {
                let mut options = Gaussian::new().border(border).order(order).truncate(truncate);
                if let Some(radius) = radius {
                    options = options.radius(radius);
                }
                match out {
                    Some(out) => {
                        image::gaussian_filter1d_into(a, sigma, self.axis, options, out)?;
                        Ok(None)
                    }
                    None => image::gaussian_filter1d(a, sigma, self.axis, options).map(Some),
                }
            }
            What::Taps(taps) => {
                let taps = ndarray::arr1(&taps.map(<T as Filtered>::value));
                match out {
                    Some(out) => {
                        conv::correlate1d_into(a, &taps, self.axis, border, out)?;
                        Ok(None)
                    }
                    None => conv::correlate1d(a, &taps, self.axis, border).map(Some),
                }
            }
        }
    }
}

/// One pass after the other, the last into `out`.
fn run_passes<T>(
    a: &Raw,
    passes: &[Pass],
    truncate: f64,
    cval: f64,
    out: &Raw,
) -> Result<(), swath::Error>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    let Some((last, before)) = passes.split_last() else { return cast(a, out) };
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    let mut between: Option<ArrayD<T>> = None;
    for pass in before {
        let from: &ArrayRef<T, IxDyn> = match &between {
            None => &a,
            Some(between) => between,
        };
        between = pass.run(from, truncate, cval, None)?;
    }
    let from: &ArrayRef<T, IxDyn> = match &between {
        None => &a,
        Some(between) => between,
    };
    last.run(from, truncate, cval, Some(&mut out)).map(drop)
}

/// All axes in one call of swath's, which joins two passes where it can.
fn gaussian_at_once<T>(
    a: &Raw,
    passes: &[Pass],
    truncate: f64,
    cval: f64,
    out: &Raw,
) -> Result<(), swath::Error>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    let ndim = a.shape.len();
    let (mut sigmas, mut orders, mut radii) = (vec![0.0; ndim], vec![0; ndim], vec![0; ndim]);
    let mut options = Gaussian::new().truncate(truncate);
    let mut by_radius = false;
    for pass in passes {
        let What::Gaussian { sigma, order, radius } = pass.what else { continue };
        (sigmas[pass.axis], orders[pass.axis]) = (sigma, order);
        if let Some(radius) = radius {
            (radii[pass.axis], by_radius) = (radius, true);
        }
        options = options.border(pass.mode.border(cval));
    }
    options = options.order(orders);
    if by_radius {
        options = options.radius(radii);
    }
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    image::gaussian_filter_into(&a, sigmas, options, &mut out)
}

/// Runs the passes of a filter by name.
fn by_passes<'py>(
    call: Call<'py>,
    passes: Vec<Pass>,
    truncate: f64,
    cval: f64,
) -> PyResult<Bound<'py, PyAny>> {
    if !(truncate.is_finite() && truncate >= 0.0) {
        let message =
            format!("{}: truncate is {truncate}, must be finite and not negative", call.function);
        return Err(error(call.py(), Kind::Option, message));
    }
    let gaussian = passes.iter().all(|pass| matches!(pass.what, What::Gaussian { .. }));
    let radii =
        passes.iter().filter(|pass| matches!(pass.what, What::Gaussian { radius: Some(_), .. }));
    let some_radii = ![0, passes.len()].contains(&radii.count());
    let one_mode = passes.windows(2).all(|pair| pair[0].mode == pair[1].mode);
    let at_once = gaussian && one_mode && !some_radii && !passes.is_empty();
    let dtype = call.float();
    let taps = passes.iter().map(|pass| pass.taps(truncate)).sum();
    call.run(dtype, taps, |a, out| match (at_once, a.dtype) {
        (true, DType::F32) => gaussian_at_once::<f32>(a, &passes, truncate, cval, out),
        (true, _) => gaussian_at_once::<f64>(a, &passes, truncate, cval, out),
        (false, DType::F32) => run_passes::<f32>(a, &passes, truncate, cval, out),
        (false, _) => run_passes::<f64>(a, &passes, truncate, cval, out),
    })
}

/// An order of a derivative, or a radius.
fn count(py: Python<'_>, function: &str, option: &str, n: isize) -> PyResult<usize> {
    usize::try_from(n).map_err(|_| {
        let message = format!("{function}: {option} is {n}, must not be negative");
        error(py, Kind::Option, message)
    })
}

// ---- Python ------------------------------------------------------------------

macro_rules! by_weights {
    ($($on_axes:ident, $on_one_axis:ident, $way:expr;)*) => {$(
        /// As scipy.ndimage's function of this name: a filter with as many axes as the
        /// array, or as `axes` names.
        #[pyfunction]
        #[pyo3(signature = (input, weights, output=None, mode=None, cval=0.0, origin=None, *, axes=None),
            text_signature = "(input, weights, output=None, mode='reflect', cval=0.0, origin=0, *, axes=None)")]
        #[allow(clippy::too_many_arguments)] // SciPy's signature
        pub(crate) fn $on_axes<'py>(
            input: &Bound<'py, PyAny>,
            weights: &Bound<'py, PyAny>,
            output: Option<&Bound<'py, PyAny>>,
            mode: Option<&Bound<'py, PyAny>>,
            cval: f64,
            origin: Option<&Bound<'py, PyAny>>,
            axes: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let name = stringify!($on_axes);
            on_axes(name, $way, input, weights, output, mode, cval, origin, axes)
        }

        /// As scipy.ndimage's function of this name: a filter along one axis.
        #[pyfunction]
        #[pyo3(signature = (input, weights, axis=-1, output=None, mode=None, cval=0.0, origin=0),
            text_signature = "(input, weights, axis=-1, output=None, mode='reflect', cval=0.0, origin=0)")]
        #[allow(clippy::too_many_arguments)] // SciPy's signature
        pub(crate) fn $on_one_axis<'py>(
            input: &Bound<'py, PyAny>,
            weights: &Bound<'py, PyAny>,
            axis: isize,
            output: Option<&Bound<'py, PyAny>>,
            mode: Option<&Bound<'py, PyAny>>,
            cval: f64,
            origin: isize,
        ) -> PyResult<Bound<'py, PyAny>> {
            let name = stringify!($on_one_axis);
            on_one_axis(name, $way, input, weights, axis, output, mode, cval, origin)
        }
    )*};
}
by_weights! {
    correlate, correlate1d, Way::Correlate;
    convolve, convolve1d, Way::Convolve;
}

/// Smooths with a Gaussian, or takes derivatives of what is smoothed, as
/// scipy.ndimage.gaussian_filter.
#[pyfunction]
#[pyo3(signature = (input, sigma, order=None, output=None, mode=None, cval=0.0, truncate=4.0, *, radius=None, axes=None),
    text_signature = "(input, sigma, order=0, output=None, mode='reflect', cval=0.0, truncate=4.0, *, radius=None, axes=None)")]
#[allow(clippy::too_many_arguments)] // SciPy's signature
pub(crate) fn gaussian_filter<'py>(
    input: &Bound<'py, PyAny>,
    sigma: &Bound<'py, PyAny>,
    order: Option<&Bound<'py, PyAny>>,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: f64,
    truncate: f64,
    radius: Option<&Bound<'py, PyAny>>,
    axes: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "gaussian_filter";
    let call = Call::new(NAME, input, output)?;
    let (py, axes) = (call.py(), call.axes(axes)?);
    let n = axes.len();
    let sigmas: Vec<f64> = per_axis(NAME, "sigma", sigma, n)?;
    let orders: Vec<isize> = order.map_or(Ok(vec![0; n]), |o| per_axis(NAME, "order", o, n))?;
    let radii: Vec<Option<isize>> =
        radius.map_or(Ok(vec![None; n]), |r| per_axis(NAME, "radius", r, n))?;
    let modes = modes(NAME, mode, n)?;
    let mut passes = Vec::new();
    for i in (0..n).filter(|&i| is_filtered(sigmas[i])) {
        let order = count(py, NAME, "order", orders[i])?;
        let radius = radii[i].map(|radius| count(py, NAME, "radius", radius)).transpose()?;
        let what = What::Gaussian { sigma: sigmas[i], order, radius };
        passes.push(Pass { axis: axes[i], mode: modes[i], what });
    }
    by_passes(call, passes, truncate, cval)
}

/// Smooths along one axis with a Gaussian, as scipy.ndimage.gaussian_filter1d.
#[pyfunction]
#[pyo3(signature = (input, sigma, axis=-1, order=0, output=None, mode=None, cval=0.0, truncate=4.0, *, radius=None),
    text_signature = "(input, sigma, axis=-1, order=0, output=None, mode='reflect', cval=0.0, truncate=4.0, *, radius=None)")]
#[allow(clippy::too_many_arguments)] // SciPy's signature
pub(crate) fn gaussian_filter1d<'py>(
    input: &Bound<'py, PyAny>,
    sigma: f64,
    axis: isize,
    order: isize,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: f64,
    truncate: f64,
    radius: Option<isize>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "gaussian_filter1d";
    let call = Call::new(NAME, input, output)?;
    let (py, axis) = (call.py(), call.axis(axis)?);
    let mode = mode.map_or(Ok(Mode::Reflect), |mode| Mode::new(NAME, mode))?;
    let order = count(py, NAME, "order", order)?;
    let radius = radius.map(|radius| count(py, NAME, "radius", radius)).transpose()?;
    let pass = Pass { axis, mode, what: What::Gaussian { sigma, order, radius } };
    by_passes(call, vec![pass], truncate, cval)
}

/// Differentiates along an axis and smooths along all others, as scipy.ndimage.sobel.
#[pyfunction]
#[pyo3(signature = (input, axis=-1, output=None, mode=None, cval=0.0),
    text_signature = "(input, axis=-1, output=None, mode='reflect', cval=0.0)")]
pub(crate) fn sobel<'py>(
    input: &Bound<'py, PyAny>,
    axis: isize,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: f64,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "sobel";
    let call = Call::new(NAME, input, output)?;
    let axis = call.axis(axis)?;
    let modes = modes(NAME, mode, call.ndim())?;
    let pass = |axis, taps| Pass { axis, mode: modes[axis], what: What::Taps(taps) };
    let mut passes = vec![pass(axis, [-1.0, 0.0, 1.0])];
    passes.extend((0..call.ndim()).filter(|&i| i != axis).map(|i| pass(i, [1.0, 2.0, 1.0])));
    if modes.iter().any(|mode| *mode != modes[0]) {
        return by_passes(call, passes, 0.0, cval);
    }
    let (dtype, mode) = (call.float(), modes[0]);
    call.run(dtype, 3.0 * passes.len() as f64, |a, out| {
        let border = (mode, cval);
        match a.dtype {
            DType::F32 => sobel_of::<f32>(a, axis, border, out),
            _ => sobel_of::<f64>(a, axis, border, out),
        }
    })
}

fn sobel_of<T>(
    a: &Raw,
    axis: usize,
    (mode, cval): (Mode, f64),
    out: &Raw,
) -> Result<(), swath::Error>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    image::sobel_into(&a, axis, mode.border(cval), &mut out)
}
