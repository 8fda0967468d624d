//! Derivatives along one axis, smoothed along the others: Sobel, Prewitt, Scharr.

use std::borrow::Cow;

use ndarray::{Array, ArrayD, ArrayRef, Dimension};

use crate::conv::{Border, Call, Method, Pass, PerAxis, Request, Sample, Way, run_passes};
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
/// Of up to three axes that of [`correlate`](crate::conv::correlate) with the outer product
/// of these filters, of more, or where a constant other than 0 lies beyond the border, that
/// of [`separable`](crate::conv::separable) in this order of axes. The same bits everywhere,
/// and an infinity under a tap of 0 gives NaN.
///
/// # Performance
/// One pass through memory for up to three axes.
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
    // SAFETY: a filter that gives no error writes every element.
    unsafe { Call::fresh("sobel", src, |call| run(&call, axis, [1, 2, 1], border)) }
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
    run(&Call::given("sobel_into", src, out)?, axis, [1, 2, 1], border)
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
    // SAFETY: a filter that gives no error writes every element.
    unsafe { Call::fresh("prewitt", src, |call| run(&call, axis, [1, 1, 1], border)) }
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
    run(&Call::given("prewitt_into", src, out)?, axis, [1, 1, 1], border)
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
    // SAFETY: a filter that gives no error writes every element.
    unsafe { Call::fresh("scharr", src, |call| run(&call, axis, [3, 10, 3], border)) }
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
    run(&Call::given("scharr_into", src, out)?, axis, [3, 10, 3], border)
}

/// Differentiates along `axis`, smooths along the others.
///
/// # Errors
/// [`Error::Axis`], [`Error::TooLarge`], [`Error::Memory`].
fn run<T: Float + Sample<Tap = T>>(
    call: &Call<'_, T>,
    axis: usize,
    smooth: [u8; 3],
    border: Border<T>,
) -> Result<(), Error> {
    let n = call.shape.len();
    plan::check_axis(call.function, axis, call.shape)?;
    let smooth = smooth.map(|weight| T::from(weight).unwrap_or(T::ZERO));
    let along = |other: usize| if other == axis { [-T::ONE, T::ZERO, T::ONE] } else { smooth };
    // Beyond the ends, a constant of 0 alone is the same before and after each pass.
    let one_pass = n <= 3 && !matches!(border, Border::Constant(value) if value != T::ZERO);
    if !one_pass {
        let pass = |axis| Pass::new_at(axis, Cow::Owned(along(axis).into()), 1);
        let others = (0..n).filter(|&other| other != axis);
        let passes: Vec<_> = std::iter::once(axis).chain(others).map(pass).collect();
        return run_passes(call, &passes, border);
    }
    let filter = ArrayD::from_shape_fn(vec![3; n], |at| {
        (0..n).map(|axis| along(axis)[at[axis]]).fold(T::ONE, |product, tap| product * tap)
    });
    let how = (border, Method::Direct);
    let request = Request::new(call.function, &filter, Way::Correlate, how)?;
    request.on_all_axes(call, &PerAxis::default())
}
