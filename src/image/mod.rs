//! Filters of images and other sampled fields: smoothing, derivatives.
//!
//! Images are plain arrays, `height x width`, or `height x width x 3` with a sigma
//! of 0 for the last axis. All names and meanings are those of `scipy.ndimage`.
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

mod gaussian;
mod sobel;

pub use self::gaussian::{
    Gaussian, gaussian_filter, gaussian_filter_into, gaussian_filter1d, gaussian_filter1d_into,
};
pub use self::sobel::{sobel, sobel_into};
