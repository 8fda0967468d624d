//! The unsharp mask.

use ndarray::{Array, ArrayRef, Dimension};

use super::gaussian::{Gaussian, gaussian_filter};
use crate::conv::{Call, PerAxis, Sample};
use crate::{Error, Float, map, map_into};

/// Sharpens: adds `amount` times what a Gaussian filter takes away.
///
/// `out = src + amount * (src - gaussian_filter(src, sigma))`. An empty `src` gives an
/// empty result. As `skimage.filters.unsharp_mask` with `preserve_range`.
///
/// # Errors
/// As [`gaussian_filter`].
///
/// # Accuracy
/// That of [`gaussian_filter`], and three roundings. The same bits everywhere.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::conv::Border;
/// use swath::image::unsharp_mask;
///
/// let step = array![0.0, 0.0, 0.0, 8.0, 8.0, 8.0];
/// let sharp = unsharp_mask(&step, 1.0, 1.0, Border::Nearest)?;
/// assert!(sharp[2] < 0.0 && sharp[3] > 8.0);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn unsharp_mask<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: impl Into<PerAxis<f64>>,
    amount: T,
    options: impl Into<Gaussian<T>>,
) -> Result<Array<T, D>, Error> {
    let mut out = map!(src, |x| x)?;
    unsharp_mask_into(src, sigma, amount, options, &mut out)?;
    Ok(out)
}

/// [`unsharp_mask`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`unsharp_mask`], and
/// - [`Error::Shape`]: `out` does not have the shape of `src`.
/// - [`Error::Overlap`]: elements of `out` share memory.
pub fn unsharp_mask_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: impl Into<PerAxis<f64>>,
    amount: T,
    options: impl Into<Gaussian<T>>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    Call::given("unsharp_mask_into", src, out)?;
    let soft = gaussian_filter(src, sigma, options)?.into_dyn();
    let (src, mut out) = (src.view().into_dyn(), out.view_mut().into_dyn());
    map_into!((&src, &soft), &mut out, move |(x, soft)| x + amount * (x - soft))
}
