//! Derivatives of all axes together: Laplace, and the size of the gradient.

use ndarray::{Array, ArrayD, ArrayRef, Dimension};

use super::gaussian::{Gaussian, gaussian_filter};
use crate::conv::{Border, Call, PerAxis, Sample, correlate1d};
use crate::{Error, Float, map, map_into};

/// How the parts of all axes are joined.
#[derive(Clone, Copy, PartialEq)]
enum Join {
    /// Their sum.
    Sum,
    /// The root of the sum of their squares.
    Length,
}

/// Joins what `part` gives for each axis, in order, into `out`.
///
/// # Errors
/// Those of `part`, and [`Error::Memory`].
fn join<T: Float, D: Dimension>(
    src: &ArrayRef<T, D>,
    out: &mut ArrayRef<T, D>,
    of: Join,
    part: impl Fn(usize) -> Result<Array<T, D>, Error>,
) -> Result<(), Error> {
    let mut out = out.view_mut().into_dyn();
    let n = src.ndim();
    if n == 0 {
        return map_into!(&src.view().into_dyn(), &mut out, |x| x);
    }
    let mut sum: ArrayD<T> = part(0)?.into_dyn();
    if n == 1 {
        return match of {
            Join::Sum => map_into!(&sum, &mut out, |x| x),
            Join::Length => map_into!(&sum, &mut out, |x| (x * x).sqrt()),
        };
    }
    for axis in 1..n {
        let next: ArrayD<T> = part(axis)?.into_dyn();
        let both = (&sum, &next);
        if axis < n - 1 {
            sum = match (of, axis) {
                (Join::Sum, _) => map!(both, |(x, y)| x + y)?,
                (Join::Length, 1) => map!(both, |(x, y)| x * x + y * y)?,
                (Join::Length, _) => map!(both, |(x, y)| x + y * y)?,
            };
            continue;
        }
        match (of, axis) {
            (Join::Sum, _) => map_into!(both, &mut out, |(x, y)| x + y)?,
            (Join::Length, 1) => map_into!(both, &mut out, |(x, y)| (x * x + y * y).sqrt())?,
            (Join::Length, _) => map_into!(both, &mut out, |(x, y)| (x + y * y).sqrt())?,
        }
    }
    Ok(())
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
/// - [`Error::TooLarge`], [`Error::Memory`]: no room for the result or for the
///   differences along two axes.
///
/// # Accuracy
/// The differences along each axis are those of
/// [`correlate1d`](crate::conv::correlate1d), added in the order of the axes. The
/// same bits everywhere.
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
    let mut out = map!(src, |x| x)?;
    laplace_into(src, border, &mut out)?;
    Ok(out)
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
    check("laplace_into", src, out)?;
    let taps = ndarray::arr1(&[T::ONE, -T::ONE - T::ONE, T::ONE]);
    join(src, out, Join::Sum, |axis| correlate1d(src, &taps, axis, border))
}

/// The sum of a Gaussian's second derivatives along every axis.
///
/// `sigma` and the options are those of [`gaussian_filter`], whose order does not
/// count here. As `scipy.ndimage.gaussian_laplace`.
///
/// # Errors
/// As [`gaussian_filter`].
///
/// # Accuracy
/// Each derivative is that of [`gaussian_filter`]; they are added in the order of
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
    check("gaussian_laplace_into", src, out)?;
    let (sigma, options) = (sigma.into(), options.into());
    join(src, out, Join::Sum, |axis| {
        gaussian_filter(src, sigma.clone(), options.clone().derivative(src.ndim(), axis, 2))
    })
}

/// How steep a smoothed array is: the length of a Gaussian's gradient.
///
/// `sigma` and the options are those of [`gaussian_filter`], whose order does not
/// count here. As `scipy.ndimage.gaussian_gradient_magnitude`.
///
/// # Errors
/// As [`gaussian_filter`].
///
/// # Accuracy
/// Each derivative is that of [`gaussian_filter`]; their squares are added in the
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
    check("gaussian_gradient_magnitude_into", src, out)?;
    let (sigma, options) = (sigma.into(), options.into());
    join(src, out, Join::Length, |axis| {
        gaussian_filter(src, sigma.clone(), options.clone().derivative(src.ndim(), axis, 1))
    })
}
