//! Means of boxes.

use ndarray::ArrayD;
use pyo3::prelude::*;
use swath::conv::{Options, Sample};
use swath::image;

use super::complex::{self, Fill, is_complex};
use super::whole::{self, Step};
use super::{Asked, Filtered, Mode, cast, modes};
use crate::call::{Call, perform};
use crate::dtype::DType;
use crate::error::{Kind, error};
use crate::options::per_axis;
use crate::raw::Raw;

/// A box along one axis.
#[derive(Clone, Copy)]
struct Side {
    axis: usize,
    size: usize,
    origin: isize,
    mode: Mode,
}

/// Means of boxes: all sides of one mode go through the array together.
fn boxes(asked: Asked<'_>, sides: Vec<Side>, cval: f64) -> PyResult<Call> {
    if !asked.dtype.is_float() {
        let step = |side: Side| {
            let Side { axis, size, origin, mode } = side;
            check_side(&asked, size, origin)?;
            Ok(Step { axis, mode, weights: vec![1.0; size], origin, divisor: size as f64 })
        };
        let steps = sides.into_iter().map(step).collect::<PyResult<_>>()?;
        return whole::by_steps(asked, steps, cval);
    }
    let dtype = asked.float();
    let taps = sides.iter().map(|side| side.size as f64).sum();
    asked.call(dtype, taps, move |a, out| match a.dtype {
        DType::F32 => boxes_of::<f32>(a, &sides, cval, out),
        _ => boxes_of::<f64>(a, &sides, cval, out),
    })
}

/// Refuses a side that swath would.
fn check_side(asked: &Asked<'_>, size: usize, origin: isize) -> PyResult<()> {
    let nothing = ArrayD::<f64>::zeros(vec![0]);
    let options = Options::new().origin(origin);
    let checked = image::uniform_filter(&nothing, size, options).map(drop);
    checked.map_err(|refusal| crate::error::refused(asked.py, &refusal))
}

fn boxes_of<T>(a: &Raw, sides: &[Side], cval: f64, out: &Raw) -> Result<(), swath::Error>
where
    T: Filtered + Sample<Tap = T> + swath::Float,
{
    if sides.is_empty() {
        return cast(a, out);
    }
    let n = a.shape.len();
    // SAFETY: checked arrays of this type; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<T>(), out.view_mut::<T>()) };
    let mut between: Option<ArrayD<T>> = None;
    let mut rest = sides;
    while let Some(first) = rest.first() {
        // Together only in the order of the axes, in which they are filtered.
        let together = 1 + rest
            .windows(2)
            .take_while(|two| two[0].axis < two[1].axis && two[1].mode == first.mode)
            .count();
        let (now, later) = rest.split_at(together);
        let (mut sizes, mut origins) = (vec![1; n], vec![0; n]);
        for side in now {
            (sizes[side.axis], origins[side.axis]) = (side.size, side.origin);
        }
        let options = Options::new().border(first.mode.border(cval)).origin(origins);
        let from = between.as_ref().map_or_else(|| a.view(), |between| between.view());
        if later.is_empty() {
            return image::uniform_filter_into(&from, sizes, options, &mut out);
        }
        between = Some(image::uniform_filter(&from, sizes, options)?);
        rest = later;
    }
    Ok(())
}

/// A size of a box along one axis, as SciPy checks it.
fn side(py: Python<'_>, name: &str, size: isize) -> PyResult<usize> {
    match usize::try_from(size) {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(error(py, Kind::Option, format!("{name}: size is {size}, must be at least 1"))),
    }
}

/// The mean of a box around each element, as scipy.ndimage.uniform_filter.
#[pyfunction]
#[pyo3(signature = (input, size=None, output=None, mode=None, cval=Fill::ZERO, origin=None, *, axes=None),
    text_signature = "(input, size=3, output=None, mode='reflect', cval=0.0, origin=0, *, axes=None)")]
#[allow(clippy::too_many_arguments)] // SciPy's signature
pub(crate) fn uniform_filter<'py>(
    input: &Bound<'py, PyAny>,
    size: Option<&Bound<'py, PyAny>>,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: Fill,
    origin: Option<&Bound<'py, PyAny>>,
    axes: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "uniform_filter";
    let py = input.py();
    perform(py, || {
        if is_complex(input) {
            let more = [("size", size), ("mode", mode), ("origin", origin), ("axes", axes)];
            let more = more.map(|(name, value)| (name, value.cloned()));
            return complex::call(("linear", NAME), input, output, cval, &more);
        }
        let cval = cval.real(py, NAME)?;
        let asked = Asked::new(NAME, input, output)?;
        let axes = asked.axes(axes)?;
        let n = axes.len();
        let sizes: Vec<isize> = size.map_or(Ok(vec![3; n]), |s| per_axis(NAME, "size", s, n))?;
        let origins: Vec<isize> =
            origin.map_or(Ok(vec![0; n]), |o| per_axis(NAME, "origin", o, n))?;
        let modes = modes(NAME, mode, n)?;
        let mut sides = Vec::new();
        for i in 0..n {
            let size = side(asked.py, NAME, sizes[i])?;
            if size > 1 {
                sides.push(Side { axis: axes[i], size, origin: origins[i], mode: modes[i] });
            }
        }
        boxes(asked, sides, cval)
    })
}

/// The mean along one axis, as scipy.ndimage.uniform_filter1d.
#[pyfunction]
#[pyo3(signature = (input, size, axis=-1, output=None, mode=None, cval=Fill::ZERO, origin=0),
    text_signature = "(input, size, axis=-1, output=None, mode='reflect', cval=0.0, origin=0)")]
#[allow(clippy::too_many_arguments)] // SciPy's signature
pub(crate) fn uniform_filter1d<'py>(
    input: &Bound<'py, PyAny>,
    size: isize,
    axis: isize,
    output: Option<&Bound<'py, PyAny>>,
    mode: Option<&Bound<'py, PyAny>>,
    cval: Fill,
    origin: isize,
) -> PyResult<Bound<'py, PyAny>> {
    const NAME: &str = "uniform_filter1d";
    let py = input.py();
    perform(py, || {
        if is_complex(input) {
            let (size, axis, origin) =
                (complex::whole(py, size), complex::whole(py, axis), complex::whole(py, origin));
            let mode = mode.cloned();
            let more = [("size", size), ("axis", axis), ("mode", mode), ("origin", origin)];
            return complex::call(("linear", NAME), input, output, cval, &more);
        }
        let cval = cval.real(py, NAME)?;
        let asked = Asked::new(NAME, input, output)?;
        let axis = asked.axis(axis)?;
        let mode = mode.map_or(Ok(Mode::Reflect), |mode| Mode::new(NAME, mode))?;
        let size = side(asked.py, NAME, size)?;
        boxes(asked, vec![Side { axis, size, origin, mode }], cval)
    })
}
