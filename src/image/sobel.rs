//! Derivatives along one axis, smoothed along the others: Sobel, Prewitt, Scharr.

use std::borrow::Cow;

use ndarray::{Array, ArrayRef, Dimension};

use crate::conv::{Border, Call, Pass, Sample, run_passes};
use crate::plan;
use crate::{Error, Float};

/// Differentiates along `axis` and smooths along all others.
///
/// Correlates with `[-1, 0, 1]` along `axis`, then with `[1, 2, 1]` along every
/// other axis in order. An empty `src` gives an empty result. As
/// `scipy.ndimage.sobel`.
///
/// # Errors
/// - [`Error::Axis`]: `src` has no such axis.
/// - [`Error::TooLarge`], [`Error::Memory`]: no room for the result.
///
/// # Accuracy
/// That of [`separable`](crate::conv::separable), in this order of axes: the same
/// bits everywhere, and an infinity under the middle of `[-1, 0, 1]` gives NaN.
///
/// # Performance
/// Two passes go through memory together where the second is along a contiguous
/// axis: one pass for an image with `axis = 0`, two for `axis = 1`.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::conv::Border;
/// use swath::image::sobel;
///
/// let ramp = array![[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]];
/// let slope = sobel(&ramp, 1, Border::Nearest)?;
/// assert_eq!(slope, array![[4.0, 8.0, 4.0], [4.0, 8.0, 4.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn sobel<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    axis: usize,
    border: Border<T>,
) -> Result<Array<T, D>, Error> {
    let passes = passes("sobel", src.shape(), axis, [1, 2, 1])?;
    // SAFETY: passes that give no error write every element.
    unsafe { Call::fresh("sobel", src, |call| run_passes(&call, &passes, border)) }
}

/// [`sobel`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`sobel`], and
/// - [`Error::Shape`]: `out` does not have the shape of `src`.
/// - [`Error::Overlap`]: elements of `out` share memory.
pub fn sobel_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    axis: usize,
    border: Border<T>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let passes = passes("sobel_into", src.shape(), axis, [1, 2, 1])?;
    run_passes(&Call::given("sobel_into", src, out)?, &passes, border)
}

/// Differentiates along `axis` and smooths along all others, with Prewitt's weights.
///
/// Correlates with `[-1, 0, 1]` along `axis`, then with `[1, 1, 1]` along every
/// other axis in order; otherwise as [`sobel`]. As
/// `scipy.ndimage.prewitt`.
///
/// # Errors
/// As [`sobel`].
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::conv::Border;
/// use swath::image::prewitt;
///
/// let ramp = array![[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]];
/// let slope = prewitt(&ramp, 1, Border::Nearest)?;
/// assert_eq!(slope, array![[3.0, 6.0, 3.0], [3.0, 6.0, 3.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn prewitt<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    axis: usize,
    border: Border<T>,
) -> Result<Array<T, D>, Error> {
    let passes = passes("prewitt", src.shape(), axis, [1, 1, 1])?;
    // SAFETY: passes that give no error write every element.
    unsafe { Call::fresh("prewitt", src, |call| run_passes(&call, &passes, border)) }
}

/// [`prewitt`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`sobel_into`].
pub fn prewitt_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    axis: usize,
    border: Border<T>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let passes = passes("prewitt_into", src.shape(), axis, [1, 1, 1])?;
    run_passes(&Call::given("prewitt_into", src, out)?, &passes, border)
}

/// Differentiates along `axis` and smooths along all others, with Scharr's weights.
///
/// Correlates with `[-1, 0, 1]` along `axis`, then with `[3, 10, 3]` along every
/// other axis in order; otherwise as [`sobel`].
///
/// # Errors
/// As [`sobel`].
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::conv::Border;
/// use swath::image::scharr;
///
/// let ramp = array![[0.0, 1.0, 2.0], [0.0, 1.0, 2.0]];
/// let slope = scharr(&ramp, 1, Border::Nearest)?;
/// assert_eq!(slope, array![[16.0, 32.0, 16.0], [16.0, 32.0, 16.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn scharr<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    axis: usize,
    border: Border<T>,
) -> Result<Array<T, D>, Error> {
    let passes = passes("scharr", src.shape(), axis, [3, 10, 3])?;
    // SAFETY: passes that give no error write every element.
    unsafe { Call::fresh("scharr", src, |call| run_passes(&call, &passes, border)) }
}

/// [`scharr`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`sobel_into`].
pub fn scharr_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    axis: usize,
    border: Border<T>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let passes = passes("scharr_into", src.shape(), axis, [3, 10, 3])?;
    run_passes(&Call::given("scharr_into", src, out)?, &passes, border)
}

fn passes<T: Float>(
    function: &'static str,
    shape: &[usize],
    axis: usize,
    smooth: [u8; 3],
) -> Result<Vec<Pass<'static, T>>, Error> {
    plan::check_axis(function, axis, shape)?;
    let pass = |axis, taps: [T; 3]| Pass::new_at(axis, Cow::Owned(taps.into()), 1);
    let derivative = pass(axis, [-T::ONE, T::ZERO, T::ONE]);
    let others = (0..shape.len()).filter(|&other| other != axis);
    let smooth = smooth.map(|weight| T::from(weight).unwrap_or(T::ZERO));
    let others = others.map(|other| pass(other, smooth));
    Ok([derivative].into_iter().chain(others).collect())
}
