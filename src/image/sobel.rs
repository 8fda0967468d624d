//! The Sobel derivative.

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
    let passes = passes("sobel", src.shape(), axis)?;
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
    let passes = passes("sobel_into", src.shape(), axis)?;
    run_passes(&Call::given("sobel_into", src, out)?, &passes, border)
}

fn passes<T: Float>(
    function: &'static str,
    shape: &[usize],
    axis: usize,
) -> Result<Vec<Pass<'static, T>>, Error> {
    plan::check_axis(function, axis, shape)?;
    let two = T::ONE + T::ONE;
    let pass = |axis, taps: [T; 3]| Pass { axis, taps: Cow::Owned(taps.into()), before: 1 };
    let derivative = pass(axis, [-T::ONE, T::ZERO, T::ONE]);
    let others = (0..shape.len()).filter(|&other| other != axis);
    let smooth = others.map(|other| pass(other, [T::ONE, two, T::ONE]));
    Ok([derivative].into_iter().chain(smooth).collect())
}
