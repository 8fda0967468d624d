//! Filters by name that join derivatives along several axes.

use ndarray::{ArrayD, ArrayRef, ArrayViewMutD, IxDyn};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use swath::conv::Sample;
use swath::image::{self, Gaussian};

use super::complex::{self, Fill, is_complex};
use super::named::{Pass, What, count, is_filtered, run_passes_to};
use super::whole::{self, Step};
use super::{Asked, Filtered, Mode, cast, modes};
use crate::array::{Input, numpy_function};
use crate::call::{Call, perform};
use crate::dtype::DType;
use crate::error::{Kind, error};
use crate::options::per_axis;
use crate::raw::Raw;

/// How the parts of the axes are joined.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Join {
    Sum,
    Length,
}

/// Joins the results of several lists of passes.
fn join<T>(
    a: &Raw,
    parts: &[Vec<Pass>],
    (truncate, cval): (f64, f64),
    of: Join,
    out: &Raw,
) -> Result<(), swath::Error>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    let Some((last, before)) = parts.split_last() else { return cast(a, out) };
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    let mut sum: Option<ArrayD<T>> = None;
    for part in before {
        let part = run_passes_to::<T>(&a, part, truncate, cval)?;
        sum = Some(match (&sum, of) {
            (None, Join::Sum) => part,
            (None, Join::Length) => swath::map!(&part, |x| x * x)?,
            (Some(sum), Join::Sum) => swath::map!((sum, &part), |(s, x)| s + x)?,
            (Some(sum), Join::Length) => swath::map!((sum, &part), |(s, x)| s + x * x)?,
        });
    }
    let part = run_passes_to::<T>(&a, last, truncate, cval)?;
    finish(sum.as_ref(), &part, of, &mut out)
}

fn finish<T: swath::Float>(
    sum: Option<&ArrayD<T>>,
    part: &ArrayRef<T, IxDyn>,
    of: Join,
    out: &mut ArrayViewMutD<'_, T>,
) -> Result<(), swath::Error> {
    match (sum, of) {
        (None, Join::Sum) => swath::map_into!(part, out, |x| x),
        (None, Join::Length) => swath::map_into!(part, out, |x| (x * x).sqrt()),
        (Some(sum), Join::Sum) => swath::map_into!((sum, part), out, |(s, x)| s + x),
        (Some(sum), Join::Length) => {
            swath::map_into!((sum, part), out, |(s, x)| (s + x * x).sqrt())
        }
    }
}

fn by_parts(
    asked: Asked<'_>,
    parts: Vec<Vec<Pass>>,
    (truncate, cval): (f64, f64),
    of: Join,
) -> PyResult<Call> {
    if !asked.dtype.is_float() {
        let steps = |part: Vec<Pass>| {
            part.iter().map(|pass| Step::new(asked.py, pass, truncate)).collect::<PyResult<_>>()
        };
        let parts = parts.into_iter().map(steps).collect::<PyResult<_>>()?;
        return whole::by_parts(asked, parts, cval, of);
    }
    let dtype = asked.float();
    let taps = parts.iter().flatten().map(|pass| pass.taps(truncate)).sum();
    asked.call(dtype, taps, move |a, out| match a.dtype {
        DType::F32 => join::<f32>(a, &parts, (truncate, cval), of, out),
        _ => join::<f64>(a, &parts, (truncate, cval), of, out),
    })
}

/// The keywords that SciPy hands on to its Gaussian filter.
fn gaussian_keywords<'py>(
    name: &str,
    kwargs: Option<&Bound<'py, PyDict>>,
) -> PyResult<(f64, Option<Bound<'py, PyAny>>)> {
    let (mut truncate, mut radius) = (4.0, None);
    for (key, value) in kwargs.into_iter().flatten() {
        match key.extract::<String>()?.as_str() {
            "truncate" => truncate = value.extract()?,
            "radius" => radius = Some(value).filter(|radius| !radius.is_none()),
            key => {
                let message = format!("{name}() got an unexpected keyword argument '{key}'");
                return Err(pyo3::exceptions::PyTypeError::new_err(message));
            }
        }
    }
    Ok((truncate, radius))
}

/// Gaussian passes along all `axes`, with a derivative along one of them, for each.
#[allow(clippy::too_many_arguments)] // SciPy's signature
fn gaussian_parts<'py>(
    name: &'static str,
    input: &Bound<'py, PyAny>,
    sigma: &Bound<'py, PyAny>,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    (cval, axes): (Fill, Option<&Bound<'py, PyAny>>),
    kwargs: Option<&Bound<'py, PyDict>>,
    (order, of): (usize, Join),
) -> PyResult<Call> {
    let (truncate, radius) = gaussian_keywords(name, kwargs)?;
    if is_complex(input) {
        let more =
            [("sigma", Some(sigma)), ("mode", mode), ("radius", radius.as_ref()), ("axes", axes)];
        let mut more = more.map(|(name, value)| (name, value.cloned())).to_vec();
        more.push(("truncate", complex::number(input.py(), truncate)));
        let way = if of == Join::Sum { "linear" } else { "gradient" };
        return complex::call((way, name), input, output, cval, &more);
    }
    let cval = cval.real(input.py(), name)?;
    let asked = Asked::new(name, input, output)?;
    let (py, axes) = (asked.py, asked.axes(axes)?);
    let n = axes.len();
    if !(truncate.is_finite() && truncate >= 0.0) {
        let message = format!("{name}: truncate is {truncate}, must be finite and not negative");
        return Err(error(py, Kind::Option, message));
    }
    let sigmas: Vec<f64> = per_axis(name, "sigma", sigma, n)?;
    let radii: Vec<Option<isize>> =
        radius.map_or(Ok(vec![None; n]), |r| per_axis(name, "radius", &r, n))?;
    let modes = modes(name, mode, n)?;
    if asked.dtype.is_float()
        && axes.iter().copied().eq(0..asked.ndim())
        && n > 0
        && modes.iter().all(|mode| *mode == modes[0])
        && let Some(radii) = all_or_none(py, name, &radii)?
    {
        let taps = sigmas.iter().map(|sigma| n as f64 * 2.0 * truncate * sigma).sum();
        let (dtype, how) = (asked.float(), (modes[0], cval, truncate));
        return asked.call(dtype, taps, move |a, out| match a.dtype {
            DType::F32 => gaussians_of::<f32>(a, &sigmas, radii.as_deref(), how, of, out),
            _ => gaussians_of::<f64>(a, &sigmas, radii.as_deref(), how, of, out),
        });
    }
    let mut parts = Vec::new();
    for (along, &mode) in modes.iter().enumerate() {
        let mut passes = Vec::new();
        for i in (0..n).filter(|&i| is_filtered(sigmas[i])) {
            let radius = radii[i].map(|radius| count(py, name, "radius", radius)).transpose()?;
            let order = if i == along { order } else { 0 };
            let what = What::Gaussian { sigma: sigmas[i], order, radius };
            // As SciPy: the mode is that of the derivative's axis, for all of them.
            passes.push(Pass { axis: axes[i], mode, what });
        }
        passes.sort_by_key(|pass| pass.axis);
        parts.push(passes);
    }
    by_parts(asked, parts, (truncate, cval), of)
}

/// The radii, if there is one for every axis or for none.
fn all_or_none(
    py: Python<'_>,
    name: &str,
    radii: &[Option<isize>],
) -> PyResult<Option<Option<Vec<usize>>>> {
    if radii.iter().all(Option::is_none) {
        return Ok(Some(None));
    }
    let Some(all) = radii.iter().copied().collect::<Option<Vec<isize>>>() else { return Ok(None) };
    let all = all.into_iter().map(|radius| count(py, name, "radius", radius));
    Ok(Some(Some(all.collect::<PyResult<_>>()?)))
}

/// All axes of one mode in one call of swath's, which goes through memory in slabs.
fn gaussians_of<T>(
    a: &Raw,
    sigmas: &[f64],
    radii: Option<&[usize]>,
    (mode, cval, truncate): (Mode, f64, f64),
    of: Join,
    out: &Raw,
) -> Result<(), swath::Error>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    let mut options = Gaussian::new().truncate(truncate).border(mode.border(cval));
    if let Some(radii) = radii {
        options = options.radius(radii);
    }
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    match of {
        Join::Sum => image::gaussian_laplace_into(&a, sigmas, options, &mut out),
        Join::Length => image::gaussian_gradient_magnitude_into(&a, sigmas, options, &mut out),
    }
}

// ---- Python ------------------------------------------------------------------

/// The sum of second differences along the axes, as scipy.ndimage.laplace.
#[pyfunction]
#[pyo3(signature = (input, output=None, mode=None, cval=Fill::ZERO, *, axes=None),
    text_signature = "(input, output=None, mode='reflect', cval=0.0, *, axes=None)")]
pub(crate) fn laplace<'py>(
    input: &Bound<'py, PyAny>,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: Fill,
    axes: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    perform(input.py(), || {
        if is_complex(input) {
            let more = [("mode", mode.cloned()), ("axes", axes.cloned())];
            return complex::call(("linear", "laplace"), input, output, cval, &more);
        }
        let cval = cval.real(input.py(), "laplace")?;
        let asked = Asked::new("laplace", input, output)?;
        let axes = asked.axes(axes)?;
        let modes = modes("laplace", mode, axes.len())?;
        let at_once = axes.iter().copied().eq(0..asked.ndim()) && asked.ndim() > 0;
        if at_once && asked.dtype.is_float() && modes.iter().all(|mode| *mode == modes[0]) {
            let (dtype, mode, taps) = (asked.float(), modes[0], 2.0 * axes.len() as f64 + 1.0);
            return asked.call(dtype, taps, move |a, out| match a.dtype {
                DType::F32 => laplace_of::<f32>(a, mode, cval, out),
                _ => laplace_of::<f64>(a, mode, cval, out),
            });
        }
        let what = What::Taps([1.0, -2.0, 1.0]);
        let parts =
            axes.iter().zip(modes).map(|(&axis, mode)| vec![Pass { axis, mode, what }]).collect();
        by_parts(asked, parts, (0.0, cval), Join::Sum)
    })
}

fn laplace_of<T>(a: &Raw, mode: Mode, cval: f64, out: &Raw) -> Result<(), swath::Error>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    image::laplace_into(&a, mode.border(cval), &mut out)
}

macro_rules! gaussians {
    ($($(#[$doc:meta])* $name:ident, $order:expr, $of:expr;)*) => {$(
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (input, sigma, output=None, mode=None, cval=Fill::ZERO, *, axes=None, **kwargs),
            text_signature = "(input, sigma, output=None, mode='reflect', cval=0.0, *, axes=None, **kwargs)")]
        #[allow(clippy::too_many_arguments)] // SciPy's signature
        pub(crate) fn $name<'py>(
            input: &Bound<'py, PyAny>,
            sigma: &Bound<'py, PyAny>,
            output: Option<&Bound<'py, PyAny>>,
            mode: Option<&Bound<'py, PyAny>>,
            cval: Fill,
            axes: Option<&Bound<'py, PyAny>>,
            kwargs: Option<&Bound<'py, PyDict>>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let (name, rest) = (stringify!($name), (cval, axes));
            perform(input.py(), || {
                gaussian_parts(name, input, sigma, output, mode, rest, kwargs, ($order, $of))
            })
        }
    )*};
}
gaussians! {
    /// The sum of a Gaussian's second derivatives, as scipy.ndimage.gaussian_laplace.
    gaussian_laplace, 2, Join::Sum;
    /// The length of a Gaussian's gradient, as scipy.ndimage.gaussian_gradient_magnitude.
    gaussian_gradient_magnitude, 1, Join::Length;
}

/// The names of the modes of so many axes, for a function of the caller's.
fn mode_names<'py>(
    py: Python<'py>,
    name: &str,
    mode: Option<&Bound<'py, PyAny>>,
    n: usize,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    match mode {
        None => Ok(vec![PyString::new(py, "reflect").into_any(); n]),
        Some(mode) if mode.is_instance_of::<PyString>() => Ok(vec![mode.clone(); n]),
        Some(mode) => per_axis(name, "mode", mode, n),
    }
}

fn zeros<'py>(py: Python<'py>, shape: &[usize], dtype: DType) -> PyResult<Bound<'py, PyAny>> {
    numpy_function(py, "zeros")?.call1((PyTuple::new(py, shape)?, dtype.descr(py)))
}

/// Arguments, and the extra ones after them.
fn with_more<'py>(
    py: Python<'py>,
    first: [Bound<'py, PyAny>; 5],
    more: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let mut all = first.to_vec();
    for argument in more.map(|more| more.try_iter()).into_iter().flatten().flatten() {
        all.push(argument?);
    }
    PyTuple::new(py, all)
}

/// One derivative of the caller's for each axis, joined.
#[allow(clippy::too_many_arguments)] // SciPy's signature
fn generic<'py>(
    name: &'static str,
    input: &Bound<'py, PyAny>,
    derivative: &Bound<'py, PyAny>,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    (cval, axes): (Fill, Option<&Bound<'py, PyAny>>),
    arguments: Option<&Bound<'py, PyAny>>,
    keywords: Option<&Bound<'py, PyDict>>,
    of: Join,
) -> PyResult<Call> {
    if is_complex(input) {
        let more = [
            ("derivative", Some(derivative)),
            ("mode", mode),
            ("axes", axes),
            ("extra_arguments", arguments),
            ("extra_keywords", keywords.map(|keywords| keywords.as_any())),
        ];
        let more = more.map(|(name, value)| (name, value.cloned()));
        return complex::call(("generic", name), input, output, cval, &more);
    }
    let cval = cval.real(input.py(), name)?;
    let asked = Asked::new(name, input, output)?;
    let (py, axes) = (asked.py, asked.axes(axes)?);
    let names = mode_names(py, name, mode, axes.len())?;
    let (array, run_in) = (asked.input.keep.array(py).clone().into_any(), asked.float());
    // Straight into the output, if it can be joined there.
    let given = asked.given.as_ref().filter(|out| {
        asked.dtype == run_in && asked.dtype.is_float() && !out.raw.overlaps(&asked.input.raw)
    });
    let mut into_first = given.map(|out| out.keep.array(py).clone().into_any());
    let mut parts = Vec::new();
    for (&axis, mode) in axes.iter().zip(names) {
        let into = match into_first.take() {
            Some(into) => into,
            // Zeros, since nobody knows that a function of somebody else's writes them all.
            None => zeros(py, &asked.input.raw.shape, asked.dtype)?,
        };
        let axis = axis.into_pyobject(py)?.into_any();
        let cval = cval.into_pyobject(py)?.into_any();
        let all = [array.clone(), axis, into.clone(), mode, cval];
        derivative.call(with_more(py, all, arguments)?, keywords)?;
        let part = Input::new(name, "output", &into)?;
        parts.push(match asked.dtype.is_float() {
            true => part.cast(py, name, "output", run_in)?,
            false => part,
        });
    }
    if !asked.dtype.is_float() {
        return whole::by_given(asked, parts, of);
    }
    asked.call(run_in, 1.0, move |a, out| {
        let Some((first, others)) = parts.split_first() else { return cast(a, out) };
        match a.dtype {
            DType::F32 => join_onto::<f32>(&first.raw, others, of)?,
            _ => join_onto::<f64>(&first.raw, others, of)?,
        }
        if first.raw.ptr == out.ptr { Ok(()) } else { cast(&first.raw, out) }
    })
}

/// Joins arrays that somebody else has filled, onto the first.
fn join_onto<T: swath::Float>(first: &Raw, others: &[Input], of: Join) -> Result<(), swath::Error> {
    // SAFETY: checked arrays of this type; the first is an output or ours alone.
    let mut all = unsafe { first.view_mut::<T>() };
    if others.is_empty() && of == Join::Length {
        return swath::map_inplace!(&mut all, |x| (x * x).sqrt());
    }
    for (i, other) in others.iter().enumerate() {
        // SAFETY: the same; none of them is the first.
        let both = (&mut all, unsafe { &other.raw.view::<T>() });
        match (of, i == 0, i + 1 == others.len()) {
            (Join::Sum, ..) => swath::map_inplace!(both, |(s, x)| s + x)?,
            (_, true, true) => swath::map_inplace!(both, |(s, x)| (s * s + x * x).sqrt())?,
            (_, true, false) => swath::map_inplace!(both, |(s, x)| s * s + x * x)?,
            (_, false, true) => swath::map_inplace!(both, |(s, x)| (s + x * x).sqrt())?,
            (_, false, false) => swath::map_inplace!(both, |(s, x)| s + x * x)?,
        }
    }
    Ok(())
}

macro_rules! generics {
    ($($(#[$doc:meta])* $name:ident, $derivative:ident, $text:literal, $of:expr;)*) => {$(
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = (input, $derivative, output=None, mode=None, cval=Fill::ZERO, extra_arguments=None, extra_keywords=None, *, axes=None),
            text_signature = $text)]
        #[allow(clippy::too_many_arguments)] // SciPy's signature
        pub(crate) fn $name<'py>(
            input: &Bound<'py, PyAny>,
            $derivative: &Bound<'py, PyAny>,
            output: Option<&Bound<'py, PyAny>>,
            mode: Option<&Bound<'py, PyAny>>,
            cval: Fill,
            extra_arguments: Option<&Bound<'py, PyAny>>,
            extra_keywords: Option<&Bound<'py, PyDict>>,
            axes: Option<&Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyAny>> {
            let (name, rest) = (stringify!($name), (cval, axes));
            let (arguments, keywords) = (extra_arguments, extra_keywords);
            perform(input.py(), || {
                generic(name, input, $derivative, output, mode, rest, arguments, keywords, $of)
            })
        }
    )*};
}
generics! {
    /// The sum of second derivatives by a function of the caller's, as
    /// scipy.ndimage.generic_laplace.
    generic_laplace, derivative2,
    "(input, derivative2, output=None, mode='reflect', cval=0.0, extra_arguments=(), extra_keywords=None, *, axes=None)",
    Join::Sum;
    /// The length of a gradient by a function of the caller's, as
    /// scipy.ndimage.generic_gradient_magnitude.
    generic_gradient_magnitude, derivative,
    "(input, derivative, output=None, mode='reflect', cval=0.0, extra_arguments=(), extra_keywords=None, *, axes=None)",
    Join::Length;
}
