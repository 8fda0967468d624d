//! The uniform filter: means of boxes.

use std::borrow::Cow;

use ndarray::{Array, ArrayRef, Dimension};

use crate::conv::{Call, Options, Pass, PerAxis, Sample, run_passes};
use crate::{Error, Float, pool, tuning};

/// The mean of a box around each element.
///
/// `size` is the length of the box in elements: one number for all axes, or one for
/// each; an axis with size 1 stays as it is. A box of even length reaches one further
/// to the front. The result has the shape of `src`; an empty one gives an empty
/// result. As `scipy.ndimage.uniform_filter`.
///
/// # Errors
/// - [`Error::Value`]: a size of 0 or above 2^26; an origin outside of the box.
/// - [`Error::Shape`]: not as many sizes or origins as axes.
/// - [`Error::TooLarge`], [`Error::Memory`]: no room for the result or the weights.
///
/// # Accuracy
/// Along axis 0, then axis 1, and so on. A size below 24 or above 4096 is as
/// [`correlate1d`](crate::conv::correlate1d) with weights of `1 / size`. Others are summed in
/// `f64` and rounded once: a box is the end of one block of `size` elements, added from its last
/// element to its first, and the beginning of the next, added onwards, where blocks are counted
/// from the first box of each line. With `size` elements of `f64` the error is at most
/// `(size + 2) * EPSILON` times the mean of the absolute values, for `f32` half an ULP of the
/// result and that bound of `f64`. Either way every box is summed by itself: no error travels
/// along the line, as it does in a running sum, and a NaN reaches no further than the box. The
/// same bits everywhere.
///
/// # Performance
/// As [`gaussian_filter`](super::gaussian_filter) with as many weights below 24; from there on
/// the time does not depend on the size, but for the lines under the boxes that each thread sums
/// again. Working memory of up to `256 * size` numbers for each thread.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::conv::Border;
/// use swath::image::uniform_filter;
///
/// let a = array![2.0, 8.0, 0.0, 4.0, 1.0, 9.0, 9.0, 0.0];
/// let means = uniform_filter(&a, 2, Border::Reflect)?;
/// assert_eq!(means, array![2.0, 5.0, 4.0, 2.0, 2.5, 5.0, 9.0, 4.5]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn uniform_filter<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    size: impl Into<PerAxis<usize>>,
    options: impl Into<Options<T>>,
) -> Result<Array<T, D>, Error> {
    let (options, function) = (options.into(), "uniform_filter");
    let passes = passes(function, src.shape(), &size.into(), &options)?;
    // SAFETY: passes that give no error write every element.
    unsafe { Call::fresh(function, src, |call| run_passes(&call, &passes, options.border)) }
}

/// [`uniform_filter`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`uniform_filter`], and
/// - [`Error::Shape`]: `out` does not have the shape of `src`.
/// - [`Error::Overlap`]: elements of `out` share memory.
pub fn uniform_filter_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    size: impl Into<PerAxis<usize>>,
    options: impl Into<Options<T>>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let (options, function) = (options.into(), "uniform_filter_into");
    let passes = passes(function, src.shape(), &size.into(), &options)?;
    run_passes(&Call::given(function, src, out)?, &passes, options.border)
}

fn passes<T: Float>(
    function: &'static str,
    shape: &[usize],
    size: &PerAxis<usize>,
    options: &Options<T>,
) -> Result<Vec<Pass<'static, T>>, Error> {
    let sizes = size.values(function, "size", shape)?;
    let origins = options.origin.values(function, "origin", shape)?;
    let mut passes = Vec::new();
    // Weights are numbers too: the caller's rounding must not reach them.
    let _modes = pool::default_modes();
    for (axis, (&n, &origin)) in sizes.as_slice().iter().zip(origins.as_slice()).enumerate() {
        if !(1..=tuning::GAUSSIAN_TAPS_MAX).contains(&n) {
            let allowed = "from 1 to 2^26";
            return Err(Error::Value { function, option: "size", value: n.to_string(), allowed });
        }
        let mut taps = Vec::new();
        let bytes = n * size_of::<T>();
        taps.try_reserve_exact(n).map_err(|_| Error::Memory { function, bytes })?;
        taps.resize(n, weight(n));
        let pass = Pass::of(function, axis, Cow::Owned(taps), origin)?.into_box();
        if n > 1 {
            passes.push(pass);
        }
    }
    Ok(passes)
}

/// Not inlined, so that it cannot be moved to before the caller's modes are set.
#[inline(never)]
fn weight<T: Float>(n: usize) -> T {
    T::from(1.0 / n as f64).unwrap_or(T::ZERO)
}
