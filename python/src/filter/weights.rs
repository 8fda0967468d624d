//! Filters by their weights.

use ndarray::{Array1, ArrayD, Axis, IxDyn};
use pyo3::prelude::*;
use swath::conv::{self, Options};

use super::complex::{self, Fill, is_complex};
use super::whole::{self, Step};
use super::{Asked, Filtered, Mode, dispatch_filtered, exact_range, is_whole};
use crate::array::Input;
use crate::call::{Call, perform};
use crate::dtype::DType;
use crate::error::{Kind, error};
use crate::options::per_axis;
use crate::raw::Raw;

#[derive(Clone, Copy)]
enum Way {
    Correlate,
    Convolve,
}

/// The weights of a filter, as `float64`.
fn weights(function: &str, weights: &Bound<'_, PyAny>) -> PyResult<ArrayD<f64>> {
    let py = weights.py();
    let weights = Input::new(function, "weights", weights)?;
    if weights.raw.dtype == DType::F32 {
        // SAFETY: a checked array of `f32`; nobody of ours writes it.
        return Ok(unsafe { weights.raw.view::<f32>() }.mapv(f64::from));
    }
    let weights = weights.cast(py, function, "weights", DType::F64)?;
    // SAFETY: the same of `f64`.
    Ok(unsafe { weights.raw.view::<f64>() }.to_owned())
}

/// The type for these weights: integers if all is whole and no result wraps around; none
/// where a result of integers has to be rounded as SciPy does.
fn run_in(asked: &Asked<'_>, weights: &ArrayD<f64>, mode: Mode, cval: f64) -> Option<DType> {
    let dtype = asked.input.raw.dtype;
    let exact = exact_range(dtype).filter(|_| dtype == asked.dtype).is_some_and(|range| {
        let taps = [f64::from(i32::MIN), f64::from(i32::MAX)];
        let [mut low, mut high] = [0.0; 2];
        for w in weights {
            let ends = [w * range[0], w * range[1]];
            low += ends[0].min(ends[1]);
            high += ends[0].max(ends[1]);
        }
        weights.iter().all(|w| is_whole(*w, taps))
            && (low >= range[0] && high <= range[1])
            && (mode != Mode::Constant || is_whole(cval, range))
    });
    match exact {
        true => Some(dtype),
        false => Some(asked.float()).filter(|_| asked.dtype.is_float()),
    }
}

/// Weights and origin of the correlation that this is.
fn as_correlation(way: Way, mut weights: ArrayD<f64>, origins: &mut [isize]) -> ArrayD<f64> {
    if let Way::Convolve = way {
        (0..weights.ndim()).for_each(|axis| weights.invert_axis(Axis(axis)));
        for (origin, n) in origins.iter_mut().zip(weights.shape()) {
            *origin = origin.saturating_neg().saturating_sub(isize::from(n.is_multiple_of(2)));
        }
    }
    weights
}

#[allow(clippy::too_many_arguments)] // SciPy's
fn on_axes(
    function: &'static str,
    way: Way,
    input: &Bound<'_, PyAny>,
    filter: &Bound<'_, PyAny>,
    output: Option<&Bound<'_, PyAny>>,
    mode: Option<&Bound<'_, PyAny>>,
    cval: Fill,
    origin: Option<&Bound<'_, PyAny>>,
    axes: Option<&Bound<'_, PyAny>>,
) -> PyResult<Call> {
    if is_complex(input) || is_complex(filter) {
        let more = [("weights", Some(filter)), ("mode", mode), ("origin", origin), ("axes", axes)];
        let more = more.map(|(name, value)| (name, value.cloned()));
        return complex::call(("weighted", function), input, output, cval, &more);
    }
    let cval = cval.real(input.py(), function)?;
    let asked = Asked::new(function, input, output)?;
    let axes = asked.axes(axes)?;
    let mode = mode.map_or(Ok(Mode::Reflect), |mode| Mode::new(function, mode))?;
    let filter = weights(function, filter)?;
    if filter.ndim() != axes.len() {
        let message = format!(
            "{function}: weights have {} axes, but {} axes of input are filtered",
            filter.ndim(),
            axes.len()
        );
        return Err(error(asked.py, Kind::Shape, message));
    }
    // As SciPy: the weights' axes are those of the input in rising order, the
    // origins' are in the order of `axes`.
    let (mut shape, mut origins) = (vec![1; asked.ndim()], vec![0isize; asked.ndim()]);
    let mut rising = axes.clone();
    rising.sort_unstable();
    rising.iter().zip(filter.shape()).for_each(|(&axis, &n)| shape[axis] = n);
    if let Some(origin) = origin {
        let given: Vec<isize> = per_axis(function, "origin", origin, axes.len())?;
        axes.iter().zip(given).for_each(|(&axis, origin)| origins[axis] = origin);
    }
    let dtype = run_in(&asked, &filter, mode, cval);
    let filter = filter.into_shape_with_order(IxDyn(&shape)).expect("as many elements");
    let Some(dtype) = dtype else {
        let filter = as_correlation(way, filter, &mut origins);
        return whole::on_axes(asked, filter, (mode, cval), origins);
    };
    let taps = filter.len() as f64;
    asked.call(dtype, taps, move |a, out| {
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
fn on_one_axis(
    function: &'static str,
    way: Way,
    input: &Bound<'_, PyAny>,
    filter: &Bound<'_, PyAny>,
    axis: isize,
    output: Option<&Bound<'_, PyAny>>,
    mode: Option<&Bound<'_, PyAny>>,
    cval: Fill,
    origin: isize,
) -> PyResult<Call> {
    let py = input.py();
    if is_complex(input) || is_complex(filter) {
        let more = [
            ("weights", Some(filter.clone())),
            ("axis", complex::whole(py, axis)),
            ("mode", mode.cloned()),
            ("origin", complex::whole(py, origin)),
        ];
        return complex::call(("weighted", function), input, output, cval, &more);
    }
    let cval = cval.real(py, function)?;
    let asked = Asked::new(function, input, output)?;
    let axis = asked.axis(axis)?;
    let mode = mode.map_or(Ok(Mode::Reflect), |mode| Mode::new(function, mode))?;
    let filter = weights(function, filter)?;
    if filter.ndim() != 1 {
        let message = format!("{function}: weights have {} axes, must have one", filter.ndim());
        return Err(error(asked.py, Kind::Shape, message));
    }
    let dtype = run_in(&asked, &filter, mode, cval);
    let Some(dtype) = dtype else {
        let mut origin = [origin];
        let weights = as_correlation(way, filter, &mut origin).iter().copied().collect();
        let step = Step { axis, mode, weights, origin: origin[0], divisor: 1.0 };
        return whole::by_steps(asked, vec![step], cval);
    };
    let filter = filter.into_dimensionality::<ndarray::Ix1>().expect("one axis");
    let taps = filter.len() as f64;
    asked.call(dtype, taps, move |a, out| {
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

// ---- Python ------------------------------------------------------------------

macro_rules! by_weights {
    ($($on_axes:ident, $on_one_axis:ident, $way:expr;)*) => {$(
        /// As scipy.ndimage's function of this name: a filter with as many axes as the
        /// array, or as `axes` names.
        #[pyfunction]
        #[pyo3(signature = (input, weights, output=None, mode=None, cval=Fill::ZERO, origin=None, *, axes=None),
            text_signature = "(input, weights, output=None, mode='reflect', cval=0.0, origin=0, *, axes=None)")]
        #[allow(clippy::too_many_arguments)] // SciPy's signature
        pub(crate) fn $on_axes<'py>(
            input: &Bound<'py, PyAny>,
            weights: &Bound<'py, PyAny>,
            output: Option<&Bound<'py, PyAny>>,
            mode: Option<&Bound<'py, PyAny>>,
            cval: Fill,
            origin: Option<&Bound<'py, PyAny>>,
            axes: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let name = stringify!($on_axes);
            perform(input.py(), || {
                on_axes(name, $way, input, weights, output, mode, cval, origin, axes)
            })
        }

        /// As scipy.ndimage's function of this name: a filter along one axis.
        #[pyfunction]
        #[pyo3(signature = (input, weights, axis=-1, output=None, mode=None, cval=Fill::ZERO, origin=0),
            text_signature = "(input, weights, axis=-1, output=None, mode='reflect', cval=0.0, origin=0)")]
        #[allow(clippy::too_many_arguments)] // SciPy's signature
        pub(crate) fn $on_one_axis<'py>(
            input: &Bound<'py, PyAny>,
            weights: &Bound<'py, PyAny>,
            axis: isize,
            output: Option<&Bound<'py, PyAny>>,
            mode: Option<&Bound<'py, PyAny>>,
            cval: Fill,
            origin: isize,
        ) -> PyResult<Bound<'py, PyAny>> {
            let name = stringify!($on_one_axis);
            perform(input.py(), || {
                on_one_axis(name, $way, input, weights, axis, output, mode, cval, origin)
            })
        }
    )*};
}
by_weights! {
    correlate, correlate1d, Way::Correlate;
    convolve, convolve1d, Way::Convolve;
}
