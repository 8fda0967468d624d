//! Filters by name: passes along one axis each.

use ndarray::{ArrayD, ArrayRef, IxDyn};
use pyo3::prelude::*;
use swath::conv::{self, Sample};
use swath::image::{self, Gaussian};

use super::complex::{self, Fill, is_complex};
use super::whole::{self, Step};
use super::{Asked, Filtered, Mode, cast, modes};
use crate::call::{Call, perform};
use crate::dtype::DType;
use crate::error::{Kind, error};
use crate::options::per_axis;
use crate::raw::Raw;

/// A filter along one axis.
#[derive(Clone, Copy)]
pub(super) struct Pass {
    pub(super) axis: usize,
    pub(super) mode: Mode,
    pub(super) what: What,
}

#[derive(Clone, Copy)]
pub(super) enum What {
    Gaussian { sigma: f64, order: usize, radius: Option<usize> },
    Taps([f64; 3]),
}

/// Whether SciPy filters an axis with this sigma at all.
pub(super) fn is_filtered(sigma: f64) -> bool {
    !(0.0..=1e-15).contains(&sigma)
}

impl Pass {
    /// About how many taps it has.
    pub(super) fn taps(&self, truncate: f64) -> f64 {
        match self.what {
            What::Taps(_) => 3.0,
            What::Gaussian { radius: Some(radius), .. } => 2.0 * radius as f64 + 1.0,
            What::Gaussian { sigma, .. } => 2.0 * truncate * sigma + 1.0,
        }
    }

    /// Refuses what swath would.
    pub(super) fn check(&self, truncate: f64) -> Result<(), swath::Error> {
        let nothing = ArrayD::<f64>::zeros(vec![0]);
        Pass { axis: 0, ..*self }.run(&nothing, truncate, 0.0, None).map(drop)
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

/// One pass after the other, into a new array.
pub(super) fn run_passes_to<T>(
    a: &ArrayRef<T, IxDyn>,
    passes: &[Pass],
    truncate: f64,
    cval: f64,
) -> Result<ArrayD<T>, swath::Error>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    if let Some((sigmas, options)) = at_once(passes, a.ndim(), truncate, cval) {
        return image::gaussian_filter(a, sigmas, options);
    }
    let mut done: Option<ArrayD<T>> = None;
    for pass in passes {
        let from: &ArrayRef<T, IxDyn> = match &done {
            None => a,
            Some(done) => done,
        };
        done = pass.run(from, truncate, cval, None)?;
    }
    done.map_or_else(|| swath::map!(a, |x| x), Ok)
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
    if let Some((sigmas, options)) = at_once(passes, a.ndim(), truncate, cval) {
        return image::gaussian_filter_into(&a, sigmas, options, &mut out);
    }
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

/// Gaussian passes of one mode as one call of swath's, which joins two passes where it can:
/// sigmas and options.
fn at_once<T>(
    passes: &[Pass],
    ndim: usize,
    truncate: f64,
    cval: f64,
) -> Option<(Vec<f64>, Gaussian<T>)>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    let mode = passes.first()?.mode;
    let (mut sigmas, mut orders, mut radii) = (vec![0.0; ndim], vec![0; ndim], vec![0; ndim]);
    let mut with_radius = 0;
    for pass in passes {
        let What::Gaussian { sigma, order, radius } = pass.what else { return None };
        (sigmas[pass.axis], orders[pass.axis]) = (sigma, order);
        radii[pass.axis] = radius.unwrap_or(0);
        with_radius += usize::from(radius.is_some());
    }
    if ![0, passes.len()].contains(&with_radius) || passes.iter().any(|pass| pass.mode != mode) {
        return None;
    }
    let mut options = Gaussian::new().truncate(truncate).border(mode.border(cval)).order(orders);
    if with_radius > 0 {
        options = options.radius(radii);
    }
    Some((sigmas, options))
}

/// Runs the passes of a filter by name.
fn by_passes(asked: Asked<'_>, passes: Vec<Pass>, truncate: f64, cval: f64) -> PyResult<Call> {
    if !(truncate.is_finite() && truncate >= 0.0) {
        let message =
            format!("{}: truncate is {truncate}, must be finite and not negative", asked.function);
        return Err(error(asked.py, Kind::Option, message));
    }
    if !asked.dtype.is_float() {
        let steps = passes.iter().map(|pass| Step::new(asked.py, pass, truncate));
        let steps = steps.collect::<PyResult<_>>()?;
        return whole::by_steps(asked, steps, cval);
    }
    let dtype = asked.float();
    let taps = passes.iter().map(|pass| pass.taps(truncate)).sum();
    asked.call(dtype, taps, move |a, out| match a.dtype {
        DType::F32 => run_passes::<f32>(a, &passes, truncate, cval, out),
        _ => run_passes::<f64>(a, &passes, truncate, cval, out),
    })
}

/// An order of a derivative, or a radius.
pub(super) fn count(py: Python<'_>, function: &str, option: &str, n: isize) -> PyResult<usize> {
    usize::try_from(n).map_err(|_| {
        let message = format!("{function}: {option} is {n}, must not be negative");
        error(py, Kind::Option, message)
    })
}

// ---- Python ------------------------------------------------------------------

/// Smooths with a Gaussian, or takes derivatives of what is smoothed, as
/// scipy.ndimage.gaussian_filter.
#[pyfunction]
#[pyo3(signature = (input, sigma, order=None, output=None, mode=None, cval=Fill::ZERO, truncate=4.0, *, radius=None, axes=None),
    text_signature = "(input, sigma, order=0, output=None, mode='reflect', cval=0.0, truncate=4.0, *, radius=None, axes=None)")]
#[allow(clippy::too_many_arguments)] // SciPy's signature
pub(crate) fn gaussian_filter<'py>(
    input: &Bound<'py, PyAny>,
    sigma: &Bound<'py, PyAny>,
    order: Option<&Bound<'py, PyAny>>,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: Fill,
    truncate: f64,
    radius: Option<&Bound<'py, PyAny>>,
    axes: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    perform(input.py(), || {
        gaussian_call(input, sigma, [order, output, mode, radius, axes], (cval, truncate))
    })
}

fn gaussian_call<'py>(
    input: &Bound<'py, PyAny>,
    sigma: &Bound<'py, PyAny>,
    [order, output, mode, radius, axes]: [Option<&Bound<'py, PyAny>>; 5],
    (cval, truncate): (Fill, f64),
) -> PyResult<Call> {
    const NAME: &str = "gaussian_filter";
    if is_complex(input) {
        let truncate = complex::number(input.py(), truncate);
        let more = [("order", order), ("mode", mode), ("radius", radius), ("axes", axes)];
        let mut more = more.map(|(name, value)| (name, value.cloned())).to_vec();
        more.extend([("sigma", Some(sigma.clone())), ("truncate", truncate)]);
        return complex::call(("linear", NAME), input, output, cval, &more);
    }
    let cval = cval.real(input.py(), NAME)?;
    let asked = Asked::new(NAME, input, output)?;
    let (py, axes) = (asked.py, asked.axes(axes)?);
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
    by_passes(asked, passes, truncate, cval)
}

/// Smooths along one axis with a Gaussian, as scipy.ndimage.gaussian_filter1d.
#[pyfunction]
#[pyo3(signature = (input, sigma, axis=-1, order=0, output=None, mode=None, cval=Fill::ZERO, truncate=4.0, *, radius=None),
    text_signature = "(input, sigma, axis=-1, order=0, output=None, mode='reflect', cval=0.0, truncate=4.0, *, radius=None)")]
#[allow(clippy::too_many_arguments)] // SciPy's signature
pub(crate) fn gaussian_filter1d<'py>(
    input: &Bound<'py, PyAny>,
    sigma: f64,
    axis: isize,
    order: isize,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: Fill,
    truncate: f64,
    radius: Option<isize>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "gaussian_filter1d";
    let py = input.py();
    perform(py, || {
        if is_complex(input) {
            let more = [
                ("sigma", complex::number(py, sigma)),
                ("axis", complex::whole(py, axis)),
                ("order", complex::whole(py, order)),
                ("mode", mode.cloned()),
                ("truncate", complex::number(py, truncate)),
                ("radius", radius.and_then(|radius| complex::whole(py, radius))),
            ];
            return complex::call(("linear", NAME), input, output, cval, &more);
        }
        let cval = cval.real(py, NAME)?;
        let asked = Asked::new(NAME, input, output)?;
        let axis = asked.axis(axis)?;
        let mode = mode.map_or(Ok(Mode::Reflect), |mode| Mode::new(NAME, mode))?;
        let order = count(py, NAME, "order", order)?;
        let radius = radius.map(|radius| count(py, NAME, "radius", radius)).transpose()?;
        let pass = Pass { axis, mode, what: What::Gaussian { sigma, order, radius } };
        by_passes(asked, vec![pass], truncate, cval)
    })
}

macro_rules! derivatives {
    ($($name:ident, $into:path, $smooth:expr;)*) => {$(
        /// Differentiates along an axis and smooths along all others, as scipy.ndimage's
        /// function of this name.
        #[pyfunction]
        #[pyo3(signature = (input, axis=-1, output=None, mode=None, cval=Fill::ZERO),
            text_signature = "(input, axis=-1, output=None, mode='reflect', cval=0.0)")]
        pub(crate) fn $name<'py>(
            input: &Bound<'py, PyAny>,
            axis: isize,
            output: Option<&Bound<'py, PyAny>>,
            mode: Option<&Bound<'py, PyAny>>,
            cval: Fill,
        ) -> PyResult<Bound<'py, PyAny>> {
            const NAME: &str = stringify!($name);
            let py = input.py();
            perform(py, || {
                if is_complex(input) {
                    let more = [("axis", complex::whole(py, axis)), ("mode", mode.cloned())];
                    return complex::call(("linear", NAME), input, output, cval, &more);
                }
                let cval = cval.real(py, NAME)?;
                let asked = Asked::new(NAME, input, output)?;
                let axis = asked.axis(axis)?;
                let modes = modes(NAME, mode, asked.ndim())?;
                let pass = |axis, taps| Pass { axis, mode: modes[axis], what: What::Taps(taps) };
                let mut passes = vec![pass(axis, [-1.0, 0.0, 1.0])];
                passes.extend((0..asked.ndim()).filter(|&i| i != axis).map(|i| pass(i, $smooth)));
                let one_mode = modes.iter().all(|mode| *mode == modes[0]);
                if !(one_mode && asked.dtype.is_float()) {
                    return by_passes(asked, passes, 0.0, cval);
                }
                let (dtype, mode) = (asked.float(), modes[0]);
                asked.call(dtype, 3.0 * passes.len() as f64, move |a, out| {
                    // SAFETY: checked arrays of this type; the output is ours alone.
                    unsafe {
                        if a.dtype == DType::F32 {
                            let (a, mut out) = (a.view::<f32>(), out.view_mut::<f32>());
                            $into(&a, axis, mode.border(cval), &mut out)
                        } else {
                            let (a, mut out) = (a.view::<f64>(), out.view_mut::<f64>());
                            $into(&a, axis, mode.border(cval), &mut out)
                        }
                    }
                })
            })
        }
    )*};
}
derivatives! {
    sobel, image::sobel_into, [1.0, 2.0, 1.0];
    prewitt, image::prewitt_into, [1.0, 1.0, 1.0];
}
