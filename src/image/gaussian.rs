//! The Gaussian filter and its derivatives.
//!
//! Weights as SciPy computes them (`scipy/ndimage/_filters.py`,
//! `_gaussian_kernel1d`):
//! ```text
//! phi(x) = exp(-x^2 / (2 sigma^2)) / sum       for x in -radius..=radius
//! the n-th derivative of phi is q_n(x) phi(x), q_0 = 1, q_n+1 = q_n' - x q_n / sigma^2
//! ```
//! in `f64`, rounded to the type of the array.

use std::borrow::Cow;

use ndarray::{Array, ArrayRef, Dimension};

use crate::conv::{Border, Call, Pass, PerAxis, Sample, run_passes};
use crate::plan;
use crate::{Error, Float, pool, tuning};

/// Highest derivative: far beyond it the weights are rounding errors.
const ORDER_MAX: usize = 32;

/// Smaller sigmas leave an axis as it is, as in SciPy.
const SIGMA_MIN: f64 = 1e-15;

/// What a Gaussian filter can be told besides its sigma.
///
/// The default is SciPy's: order 0, truncated at 4 sigmas, [`Border::Reflect`]. A
/// [`Border`] alone converts into it, so a border can be given in its place.
///
/// # Examples
/// ```
/// use swath::conv::Border;
/// use swath::image::Gaussian;
///
/// let slope_along_rows = Gaussian::<f32>::new().order([0, 1]).border(Border::Nearest);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Gaussian<T> {
    border: Border<T>,
    order: PerAxis<usize>,
    truncate: f64,
    radius: Option<PerAxis<usize>>,
}

impl<T> Default for Gaussian<T> {
    fn default() -> Self {
        Self { border: Border::Reflect, order: PerAxis::All(0), truncate: 4.0, radius: None }
    }
}

impl<T> From<Border<T>> for Gaussian<T> {
    fn from(border: Border<T>) -> Self {
        Self::default().border(border)
    }
}

impl<T> Gaussian<T> {
    /// Smoothing, truncated at 4 sigmas, reflecting border.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What lies beyond the ends of the array.
    #[must_use]
    pub fn border(mut self, border: Border<T>) -> Self {
        self.border = border;
        self
    }

    /// Which derivative is taken: 0 smooths, 1 to 32 differentiate; one number for
    /// all axes, or one for each.
    #[must_use]
    pub fn order(mut self, order: impl Into<PerAxis<usize>>) -> Self {
        self.order = order.into();
        self
    }

    /// What lies beyond the ends.
    pub(super) fn beyond(&self) -> Border<T>
    where
        T: Copy,
    {
        self.border
    }

    /// The same with a derivative along one of `n` axes, and none along the others.
    pub(super) fn derivative(self, n: usize, axis: usize, order: usize) -> Self {
        let mut orders = vec![0; n];
        orders[axis] = order;
        self.order(orders)
    }

    /// At how many sigmas the weights end.
    #[must_use]
    pub fn truncate(mut self, truncate: f64) -> Self {
        self.truncate = truncate;
        self
    }

    /// At how many elements the weights end, whatever the sigma: one number for
    /// all axes, or one for each.
    #[must_use]
    pub fn radius(mut self, radius: impl Into<PerAxis<usize>>) -> Self {
        self.radius = Some(radius.into());
        self
    }
}

/// Smooths an array with a Gaussian, or takes derivatives of what is smoothed.
///
/// `sigma` is the standard deviation in elements: one number for all axes, or one
/// for each; an axis with sigma 0 stays as it is. The weights reach `truncate *
/// sigma` to both sides, rounded to the nearest whole. The result has the shape
/// of `src`; an empty one gives an empty result. As
/// `scipy.ndimage.gaussian_filter`.
///
/// # Errors
/// - [`Error::Value`]: a sigma that is negative or not finite; `truncate` likewise;
///   an order above 32; weights that reach further than 2^25 elements.
/// - [`Error::Shape`]: not as many sigmas, orders or radii as axes.
/// - [`Error::TooLarge`], [`Error::Memory`]: no room for the result or the weights.
///
/// # Accuracy
/// The filter runs along axis 0, then axis 1, and so on, each as
/// [`correlate1d`](crate::conv::correlate1d), and the values are rounded to the
/// type of the array between two axes (SciPy sums `f32` in `f64`). The same bits on
/// any number of threads, in every tier, for every layout.
///
/// # Performance
/// Time goes with the sigma. The last two axes of an array whose last axis is
/// contiguous are one pass through memory, without an array between them.
///
/// # Examples
/// ```
/// use ndarray::Array3;
/// use swath::conv::Border;
/// use swath::image::gaussian_filter;
///
/// let photo = Array3::<f32>::zeros((20, 30, 3));
/// let blurred = gaussian_filter(&photo, [2.0, 2.0, 0.0], Border::Nearest)?;
/// assert_eq!(blurred.dim(), (20, 30, 3));
///
/// let error = gaussian_filter(&photo, -1.0, Border::Nearest).unwrap_err();
/// assert_eq!(error.to_string(), "gaussian_filter: sigma is -1, must be finite and not negative");
/// # Ok::<(), swath::Error>(())
/// ```
pub fn gaussian_filter<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: impl Into<PerAxis<f64>>,
    options: impl Into<Gaussian<T>>,
) -> Result<Array<T, D>, Error> {
    let options = options.into();
    let function = "gaussian_filter";
    let passes = passes(function, src.shape(), &sigma.into(), &options)?;
    // SAFETY: passes that give no error write every element.
    unsafe { Call::fresh(function, src, |call| run_passes(&call, &passes, options.border)) }
}

/// [`gaussian_filter`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`gaussian_filter`], and
/// - [`Error::Shape`]: `out` does not have the shape of `src`.
/// - [`Error::Overlap`]: elements of `out` share memory.
pub fn gaussian_filter_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: impl Into<PerAxis<f64>>,
    options: impl Into<Gaussian<T>>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let options = options.into();
    let function = "gaussian_filter_into";
    let passes = passes(function, src.shape(), &sigma.into(), &options)?;
    run_passes(&Call::given(function, src, out)?, &passes, options.border)
}

/// [`gaussian_filter`] along one axis.
///
/// As `scipy.ndimage.gaussian_filter1d`; a sigma of 0 gives a copy.
///
/// # Errors
/// As [`gaussian_filter`], and [`Error::Axis`]: `src` has no such axis.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::conv::Border;
/// use swath::image::{Gaussian, gaussian_filter1d};
///
/// let ramp = array![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
/// let slope = gaussian_filter1d(&ramp, 1.0, 0, Gaussian::new().order(1))?;
/// assert!((slope[4] - 1.0f64).abs() < 2e-3);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn gaussian_filter1d<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: f64,
    axis: usize,
    options: impl Into<Gaussian<T>>,
) -> Result<Array<T, D>, Error> {
    let options = options.into();
    let function = "gaussian_filter1d";
    let passes = pass_along(function, src.shape(), axis, sigma, &options)?;
    // SAFETY: passes that give no error write every element.
    unsafe { Call::fresh(function, src, |call| run_passes(&call, &passes, options.border)) }
}

/// [`gaussian_filter1d`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`gaussian_filter_into`], and [`Error::Axis`]: `src` has no such axis.
pub fn gaussian_filter1d_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    sigma: f64,
    axis: usize,
    options: impl Into<Gaussian<T>>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let options = options.into();
    let function = "gaussian_filter1d_into";
    let passes = pass_along(function, src.shape(), axis, sigma, &options)?;
    run_passes(&Call::given(function, src, out)?, &passes, options.border)
}

fn pass_along<T: Float>(
    function: &'static str,
    shape: &[usize],
    axis: usize,
    sigma: f64,
    options: &Gaussian<T>,
) -> Result<Vec<Pass<'static, T>>, Error> {
    plan::check_axis(function, axis, shape)?;
    let mut passes = passes(function, &shape[axis..=axis], &PerAxis::All(sigma), options)?;
    passes.iter_mut().for_each(|pass| pass.axis = axis);
    Ok(passes)
}

/// One pass for each axis with a sigma.
///
/// # Errors
/// [`Error::Value`], [`Error::Shape`], [`Error::Memory`].
pub(super) fn passes<T: Float>(
    function: &'static str,
    shape: &[usize],
    sigma: &PerAxis<f64>,
    options: &Gaussian<T>,
) -> Result<Vec<Pass<'static, T>>, Error> {
    let value = |option, value: &dyn ToString, allowed| {
        Err(Error::Value { function, option, value: value.to_string(), allowed })
    };
    let sigmas = sigma.values(function, "sigma", shape)?;
    let orders = options.order.values(function, "order", shape)?;
    let radii = match &options.radius {
        Some(radius) => Some(radius.values(function, "radius", shape)?),
        None => None,
    };
    if !(options.truncate.is_finite() && options.truncate >= 0.0) {
        return value("truncate", &options.truncate, "finite and not negative");
    }
    let mut passes = Vec::new();
    // Weights are numbers too: the caller's rounding must not reach them.
    let _modes = pool::default_modes();
    for (axis, (&sigma, &order)) in sigmas.as_slice().iter().zip(orders.as_slice()).enumerate() {
        if !(sigma.is_finite() && sigma >= 0.0) {
            return value("sigma", &sigma, "finite and not negative");
        }
        if order > ORDER_MAX {
            return value("order", &order, "at most 32");
        }
        const FAR: usize = tuning::GAUSSIAN_TAPS_MAX / 2;
        let before = match &radii {
            Some(radii) if radii.as_slice()[axis] > FAR => {
                return value("radius", &radii.as_slice()[axis], "at most 2^25");
            }
            Some(radii) => radii.as_slice()[axis],
            None if options.truncate * sigma > FAR as f64 => {
                return value("truncate * sigma", &(options.truncate * sigma), "at most 2^25");
            }
            None => (options.truncate * sigma + 0.5) as usize,
        };
        if sigma > SIGMA_MIN {
            let taps = Cow::Owned(weights(function, sigma, order, before)?);
            passes.push(Pass::new_at(axis, taps, before));
        }
    }
    Ok(passes)
}

/// The weights as they are correlated: those of SciPy's kernel, turned.
///
/// Not inlined, so that none of it can be moved to before the caller's modes are set.
///
/// # Errors
/// [`Error::Memory`].
#[inline(never)]
fn weights<T: Float>(
    function: &'static str,
    sigma: f64,
    order: usize,
    radius: usize,
) -> Result<Vec<T>, Error> {
    let n = 2 * radius + 1;
    let bytes = n * size_of::<T>();
    let memory = |_| Error::Memory { function, bytes };
    let mut weights: Vec<T> = Vec::new();
    weights.try_reserve_exact(n).map_err(memory)?;
    let variance = sigma * sigma;
    let phi = |x: f64| (-0.5 / variance * (x * x)).exp();
    let x = |i: usize| i as f64 - radius as f64;
    let sum: f64 = (0..n).map(|i| phi(x(i))).sum();
    let q = polynomial(order, variance);
    weights.extend((0..n).rev().map(|i| {
        let factor = q.iter().rev().fold(0.0, |value, c| value * x(i) + c);
        let weight = factor * (phi(x(i)) / sum);
        T::from(weight).unwrap_or(T::ZERO)
    }));
    Ok(weights)
}

/// The coefficients of `q_order`, lowest power first.
fn polynomial(order: usize, variance: f64) -> Vec<f64> {
    let mut q = vec![0.0; order + 1];
    q[0] = 1.0;
    for _ in 0..order {
        let before = q.clone();
        for (i, c) in q.iter_mut().enumerate() {
            let slope = before.get(i + 1).map_or(0.0, |c| (i + 1) as f64 * c);
            let times_x = if i > 0 { before[i - 1] / -variance } else { 0.0 };
            *c = slope + times_x;
        }
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_hermite_polynomials() {
        assert_eq!(polynomial(0, 4.0), [1.0]);
        assert_eq!(polynomial(1, 4.0), [0.0, -0.25]);
        assert_eq!(polynomial(2, 4.0), [-0.25, 0.0, 0.0625]);
        assert_eq!(polynomial(3, 1.0), [0.0, 3.0, 0.0, -1.0]);
    }

    #[test]
    fn weights_sum_to_one_and_turn_with_the_order() {
        let smooth = weights::<f64>("f", 1.5, 0, 6).unwrap();
        assert!((smooth.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        let slope = weights::<f64>("f", 1.5, 1, 6).unwrap();
        assert!(slope[0] < 0.0 && slope[12] > 0.0 && slope[6] == 0.0);
    }
}
