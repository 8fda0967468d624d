//! Filters of images and other sampled fields: smoothing, derivatives.
//!
//! Images are plain arrays, `height x width`, or `height x width x 3` with a sigma
//! of 0 for the last axis. Names and meanings are those of `scipy.ndimage`
//! where it has them.
//!
//! ```
//! use ndarray::Array2;
//! use swath::conv::Border;
//! use swath::image::gaussian_filter;
//!
//! let mut spot = Array2::<f32>::zeros((9, 9));
//! spot[[4, 4]] = 1.0;
//! let soft = gaussian_filter(&spot, 1.0, Border::Reflect)?;
//! assert!(soft[[4, 4]] < 0.17 && (soft.sum() - 1.0).abs() < 1e-6);
//! # Ok::<(), swath::Error>(())
//! ```

mod gabor;
mod gaussian;
mod laplace;
mod sobel;
mod uniform;
mod unsharp;

pub use self::gabor::{Gabor, gabor};
pub use self::gaussian::{
    Gaussian, gaussian_filter, gaussian_filter_into, gaussian_filter1d, gaussian_filter1d_into,
};
pub use self::laplace::{
    gaussian_gradient_magnitude, gaussian_gradient_magnitude_into, gaussian_laplace,
    gaussian_laplace_into, laplace, laplace_into,
};
pub use self::sobel::{prewitt, prewitt_into, scharr, scharr_into, sobel, sobel_into};
pub use self::uniform::{uniform_filter, uniform_filter_into};
pub use self::unsharp::{unsharp_mask, unsharp_mask_into};
