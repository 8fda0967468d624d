//! Derivatives of all axes together: Laplace, and the size of the gradient.

use std::borrow::Cow;

use ndarray::{
    Array, ArrayD, ArrayRef, ArrayViewD, ArrayViewMutD, Axis, Dimension, IxDyn, ShapeBuilder, Slice,
};

use super::gaussian::{Gaussian, passes};
use crate::conv::{Border, Call, Method, Pass, PerAxis, Request, Sample, Way, run_passes};
use crate::{Error, Float, map, map_into, tuning};

/// How the parts of all axes are joined.
#[derive(Clone, Copy, PartialEq)]
enum Join {
    /// Their sum.
    Sum,
    /// The root of the sum of their squares.
    Length,
}

/// Joins what the passes of each part give, in order, into `out`: slab by slab along the axis
/// that is outermost in memory, so that the parts stay in cache.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Memory`].
fn join<T: Float + Sample<Tap = T>, D: Dimension>(
    function: &'static str,
    src: &ArrayRef<T, D>,
    out: &mut ArrayRef<T, D>,
    (parts, border): (&[Vec<Pass<'_, T>>], Border<T>),
    of: Join,
) -> Result<(), Error> {
    let (src, mut out) = (src.view().into_dyn(), out.view_mut().into_dyn());
    if parts.is_empty() || src.is_empty() {
        return map_into!(&src, &mut out, |x| x);
    }
    // The outermost axis in memory that is not the line.
    let mut long = (0..src.ndim()).filter(|&axis| src.shape()[axis] > 1);
    let (first, last) = (long.next().unwrap_or(0), long.next_back());
    let turned = last.is_some_and(|last| {
        out.strides()[first].unsigned_abs() < out.strides()[last].unsigned_abs()
    });
    let along = last.filter(|_| turned).unwrap_or(first);
    let (len, plane) = (src.shape()[along], src.len() / src.shape()[along] * size_of::<T>());
    let fits = (tuning::CONV_JOIN_BYTES / plane).next_multiple_of(4).max(4).min(len);
    let some = if last.is_some() { fits } else { len };
    let mut shape = src.shape().to_vec();
    shape[along] = some;
    let room = || zeros(function, IxDyn(&shape).set_f(turned), shape.iter().product());
    // What is joined so far, the next part, and where both go if others follow.
    let mut rooms: [ArrayD<T>; 3] = [room()?, room()?, room()?];
    for skip in (0..len).step_by(some) {
        let n = some.min(len - skip);
        let slab = Slice::from(skip..skip + n);
        let out = &mut out.slice_axis_mut(Axis(along), slab);
        for (i, part) in parts.iter().enumerate() {
            let [sum, next, both] = &mut rooms;
            let to = if i == 0 { &mut *sum } else { &mut *next };
            let mut to = to.slice_axis_mut(Axis(along), Slice::from(..n));
            run_slab((function, &src), part, border, (along, skip), &mut to)?;
            let sum = sum.slice_axis(Axis(along), Slice::from(..n));
            let next = next.slice_axis(Axis(along), Slice::from(..n));
            if i == 0 && parts.len() == 1 {
                match of {
                    Join::Sum => map_into!(&sum, out, |x| x)?,
                    Join::Length => map_into!(&sum, out, |x| (x * x).sqrt())?,
                }
            } else if i > 0 && i + 1 == parts.len() {
                match (of, i) {
                    (Join::Sum, _) => map_into!((&sum, &next), out, |(x, y)| x + y)?,
                    (Join::Length, 1) => {
                        map_into!((&sum, &next), out, |(x, y)| (x * x + y * y).sqrt())?;
                    }
                    (Join::Length, _) => {
                        map_into!((&sum, &next), out, |(x, y)| (x + y * y).sqrt())?;
                    }
                }
            } else if i > 0 {
                let mut both = both.slice_axis_mut(Axis(along), Slice::from(..n));
                match (of, i) {
                    (Join::Sum, _) => map_into!((&sum, &next), &mut both, |(x, y)| x + y)?,
                    (Join::Length, 1) => {
                        map_into!((&sum, &next), &mut both, |(x, y)| x * x + y * y)?;
                    }
                    (Join::Length, _) => {
                        map_into!((&sum, &next), &mut both, |(x, y)| x + y * y)?;
                    }
                }
                rooms.swap(0, 2);
            }
        }
    }
    Ok(())
}

/// Room for a slab.
///
/// # Errors
/// [`Error::Memory`].
fn zeros<T: Float>(
    function: &'static str,
    shape: ndarray::Shape<IxDyn>,
    len: usize,
) -> Result<ArrayD<T>, Error> {
    let mut values: Vec<T> = Vec::new();
    let bytes = len.saturating_mul(size_of::<T>());
    values.try_reserve_exact(len).map_err(|_| Error::Memory { function, bytes })?;
    values.resize(len, T::ZERO);
    Ok(ArrayD::from_shape_vec(shape, values).unwrap_or_default())
}

/// Runs passes for as many results as `out` has `along` an axis, from `skip` on.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Memory`].
fn run_slab<T: Float + Sample<Tap = T>>(
    (function, src): (&'static str, &ArrayViewD<'_, T>),
    passes: &[Pass<'_, T>],
    border: Border<T>,
    (along, skip): (usize, usize),
    out: &mut ArrayViewMutD<'_, T>,
) -> Result<(), Error> {
    let mut passes = passes.to_vec();
    let mut shape = src.shape().to_vec();
    let (len, mut first) = (out.shape()[along], src.as_ptr());
    match passes.iter_mut().find(|pass| pass.axis == along) {
        Some(pass) => pass.only(skip, len),
        None => {
            shape[along] = len;
            first = first.wrapping_offset(skip as isize * src.strides()[along]);
        }
    }
    let to = out.as_mut_ptr();
    run_passes(
        &Call {
            function,
            shape: &shape,
            src: first,
            src_strides: src.strides(),
            out: to,
            out_strides: out.strides(),
        },
        &passes,
        border,
    )
}

/// Checks the output of an `_into` form.
///
/// # Errors
/// [`Error::Shape`], [`Error::Overlap`].
fn check<T: Sample, D: Dimension>(
    function: &'static str,
    src: &ArrayRef<T, D>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    Call::given(function, src, out).map(drop)
}

/// The sum of second differences along every axis.
///
/// Each is a correlation with `[1, -2, 1]`. An empty `src` gives an empty result.
/// As `scipy.ndimage.laplace`.
///
/// # Errors
/// - [`Error::TooLarge`], [`Error::Memory`]: no room for the result.
///
/// # Accuracy
/// `2 n + 1` products for `n` axes, the element times `-2 n` and each of its neighbours, added
/// in row-major order, every step one fused multiply-add; of more than seven axes the
/// differences along each axis, added in order. The same bits everywhere.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::conv::Border;
/// use swath::image::laplace;
///
/// let spot = array![[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]];
/// let bent = laplace(&spot, Border::Nearest)?;
/// assert_eq!(bent, array![[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn laplace<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    border: Border<T>,
) -> Result<Array<T, D>, Error> {
    if src.ndim() > CROSS_AXES {
        let mut out = map!(src, |x| x)?;
        laplace_into(src, border, &mut out)?;
        return Ok(out);
    }
    // SAFETY: a filter that gives no error writes every element.
    unsafe { Call::fresh("laplace", src, |call| cross(&call, border)) }
}

/// [`laplace`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`laplace`], and
/// - [`Error::Shape`]: `out` does not have the shape of `src`.
/// - [`Error::Overlap`]: elements of `out` share memory.
pub fn laplace_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    border: Border<T>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    if src.ndim() > CROSS_AXES {
        check("laplace_into", src, out)?;
        let taps = [T::ONE, -T::ONE - T::ONE, T::ONE];
        let part = |axis| vec![Pass::new_at(axis, Cow::Owned(taps.into()), 1)];
        let parts: Vec<_> = (0..src.ndim()).map(part).collect();
        return join("laplace_into", src, out, (&parts, border), Join::Sum);
    }
    cross(&Call::given("laplace_into", src, out)?, border)
}

/// Axes up to which the Laplace filter is one with three taps along each: 2187 of them.
const CROSS_AXES: usize = 7;

/// Sums an element's neighbours along every axis, less as often itself.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Memory`].
fn cross<T: Float + Sample<Tap = T>>(call: &Call<'_, T>, border: Border<T>) -> Result<(), Error> {
    let n = call.shape.len();
    let filter = ArrayD::from_shape_fn(vec![3; n], |at| {
        match (0..n).filter(|&axis| at[axis] != 1).count() {
            0 => (0..n).fold(T::ZERO, |sum, _| sum - T::ONE - T::ONE),
            1 => T::ONE,
            _ => T::ZERO,
        }
    });
    let how = (border, Method::Direct);
    let request = Request::new(call.function, &filter, Way::Correlate, how)?.sparse();
    request.on_all_axes(call, &PerAxis::default())
}

/// The sum of a Gaussian's second derivatives along every axis.
///
/// `sigma` and the options are those of [`gaussian_filter`](super::gaussian_filter), whose order does not
/// count here. As `scipy.ndimage.gaussian_laplace`.
///
/// # Errors
/// As [`gaussian_filter`](super::gaussian_filter).
///
/// # Accuracy
/// Each derivative is that of [`gaussian_filter`](super::gaussian_filter); they are added in the order of
/// the axes. The same bits everywhere.
///
/// # Examples
/// ```
/// use ndarray::Array2;
/// use swath::conv::Border;
/// use swath::image::gaussian_laplace;
///
/// let mut star = Array2::<f32>::zeros((15, 15));
/// star[[7, 7]] = 1.0;
/// let found = gaussian_laplace(&star, 1.5, Border::Reflect)?;
/// assert!(found.iter().all(|&x| x >= found[[7, 7]]));
/// # Ok::<(), swath::Error>(())
/// ```
pub fn gaussian_laplace<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: impl Into<PerAxis<f64>>,
    options: impl Into<Gaussian<T>>,
) -> Result<Array<T, D>, Error> {
    let mut out = map!(src, |x| x)?;
    gaussian_laplace_into(src, sigma, options, &mut out)?;
    Ok(out)
}

/// [`gaussian_laplace`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`gaussian_laplace`], and
/// - [`Error::Shape`]: `out` does not have the shape of `src`.
/// - [`Error::Overlap`]: elements of `out` share memory.
pub fn gaussian_laplace_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: impl Into<PerAxis<f64>>,
    options: impl Into<Gaussian<T>>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let (function, sigma, options) = ("gaussian_laplace_into", sigma.into(), options.into());
    check(function, src, out)?;
    let part = |axis| options.clone().derivative(src.ndim(), axis, 2);
    let parts: Result<Vec<_>, Error> =
        (0..src.ndim()).map(|axis| passes(function, src.shape(), &sigma, &part(axis))).collect();
    join(function, src, out, (&parts?, options.beyond()), Join::Sum)
}

/// How steep a smoothed array is: the length of a Gaussian's gradient.
///
/// `sigma` and the options are those of [`gaussian_filter`](super::gaussian_filter), whose order does not
/// count here. As `scipy.ndimage.gaussian_gradient_magnitude`.
///
/// # Errors
/// As [`gaussian_filter`](super::gaussian_filter).
///
/// # Accuracy
/// Each derivative is that of [`gaussian_filter`](super::gaussian_filter); their squares are added in the
/// order of the axes, then the root is taken, each step rounded. The same bits
/// everywhere.
///
/// # Examples
/// ```
/// use ndarray::Array2;
/// use swath::conv::Border;
/// use swath::image::gaussian_gradient_magnitude;
///
/// let ramp = Array2::from_shape_fn((20, 20), |(i, j)| (3 * i + 4 * j) as f64);
/// let steep = gaussian_gradient_magnitude(&ramp, 1.0, Border::Reflect)?;
/// assert!((steep[[10, 10]] - 5.0).abs() < 0.01);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn gaussian_gradient_magnitude<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: impl Into<PerAxis<f64>>,
    options: impl Into<Gaussian<T>>,
) -> Result<Array<T, D>, Error> {
    let mut out = map!(src, |x| x)?;
    gaussian_gradient_magnitude_into(src, sigma, options, &mut out)?;
    Ok(out)
}

/// [`gaussian_gradient_magnitude`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`gaussian_gradient_magnitude`], and
/// - [`Error::Shape`]: `out` does not have the shape of `src`.
/// - [`Error::Overlap`]: elements of `out` share memory.
pub fn gaussian_gradient_magnitude_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: impl Into<PerAxis<f64>>,
    options: impl Into<Gaussian<T>>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let (function, sigma, options) =
        ("gaussian_gradient_magnitude_into", sigma.into(), options.into());
    check(function, src, out)?;
    let part = |axis| options.clone().derivative(src.ndim(), axis, 1);
    let parts: Result<Vec<_>, Error> =
        (0..src.ndim()).map(|axis| passes(function, src.shape(), &sigma, &part(axis))).collect();
    join(function, src, out, (&parts?, options.beyond()), Join::Length)
}
