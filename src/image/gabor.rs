//! The Gabor filter: a wave under a Gaussian.

use ndarray::{Array2, ArrayRef2};

use crate::conv::{Border, Options, Sample, convolve};
use crate::{Error, Float, pool};

/// The largest reach of a filter to one side.
const REACH_MAX: f64 = 4096.0;

/// A wave under a Gaussian, which answers to stripes of its frequency and direction.
///
/// `exp(-(u^2 / sx^2 + v^2 / sy^2) / 2) / (2 pi sx sy) * exp(i (2 pi f u + offset))`, where `u`
/// runs in the direction `theta` and `v` across it. Options and their defaults are those of
/// `skimage.filters.gabor_kernel`.
///
/// # Examples
/// ```
/// use swath::image::Gabor;
///
/// let [real, imaginary] = Gabor::new(0.25).theta(0.5).filter::<f32>()?;
/// assert_eq!((real.dim(), imaginary.dim()), ((13, 13), (13, 13)));
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gabor {
    frequency: f64,
    theta: f64,
    bandwidth: f64,
    sigma: Option<[f64; 2]>,
    n_stds: f64,
    offset: f64,
}

impl Gabor {
    /// A wave of `frequency` periods for each pixel, along the columns, of a bandwidth of one
    /// octave.
    #[must_use]
    pub fn new(frequency: f64) -> Self {
        Self { frequency, theta: 0.0, bandwidth: 1.0, sigma: None, n_stds: 3.0, offset: 0.0 }
    }

    /// The direction of the wave in radians, from that of the columns on.
    #[must_use]
    pub fn theta(mut self, theta: f64) -> Self {
        self.theta = theta;
        self
    }

    /// How many octaves the filter answers to, which decides the sigmas unless they are given.
    #[must_use]
    pub fn bandwidth(mut self, bandwidth: f64) -> Self {
        self.bandwidth = bandwidth;
        self
    }

    /// The standard deviations of the Gaussian along the wave and across it.
    #[must_use]
    pub fn sigma(mut self, along: f64, across: f64) -> Self {
        self.sigma = Some([along, across]);
        self
    }

    /// At how many standard deviations the filter ends.
    #[must_use]
    pub fn n_stds(mut self, n_stds: f64) -> Self {
        self.n_stds = n_stds;
        self
    }

    /// The phase of the wave in the middle, in radians.
    #[must_use]
    pub fn offset(mut self, offset: f64) -> Self {
        self.offset = offset;
        self
    }

    /// The weights: real and imaginary parts, of odd height and width.
    ///
    /// # Errors
    /// [`Error::Value`]: a frequency, bandwidth, sigma or number of deviations that is not
    /// positive and finite, an angle that is not finite, or a filter that reaches further than
    /// 4096 pixels.
    pub fn filter<T: Float>(&self) -> Result<[Array2<T>; 2], Error> {
        self.weights("filter")
    }

    fn weights<T: Float>(&self, function: &'static str) -> Result<[Array2<T>; 2], Error> {
        let refuse = |option, value: f64, allowed| {
            Err(Error::Value { function, option, value: value.to_string(), allowed })
        };
        for (option, value) in [
            ("frequency", self.frequency),
            ("bandwidth", self.bandwidth),
            ("sigma", self.sigma.map_or(1.0, |[along, _]| along)),
            ("sigma", self.sigma.map_or(1.0, |[_, across]| across)),
            ("n_stds", self.n_stds),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return refuse(option, value, "finite and positive");
            }
        }
        for (option, value) in [("theta", self.theta), ("offset", self.offset)] {
            if !value.is_finite() {
                return refuse(option, value, "finite");
            }
        }
        // Weights are numbers too: the caller's rounding must not reach them.
        let _modes = pool::default_modes();
        self.sampled()
            .map_or_else(|reach| refuse("reach of the filter in pixels", reach, "at most 4096"), Ok)
    }

    /// The weights, or how far they would reach. Not inlined, so that it cannot be moved to
    /// before the caller's modes are set.
    #[inline(never)]
    fn sampled<T: Float>(&self) -> Result<[Array2<T>; 2], f64> {
        use std::f64::consts::{LN_2, PI};
        let octaves = 2f64.powf(self.bandwidth);
        let sigma = (LN_2 / 2.0).sqrt() / PI * (octaves + 1.0) / (octaves - 1.0) / self.frequency;
        let [along, across] = self.sigma.unwrap_or([sigma; 2]);
        let (sin, cos) = self.theta.sin_cos();
        let reach = |a: f64, b: f64| (self.n_stds * a.abs().max(b.abs())).max(1.0).ceil();
        let sides = [reach(across * cos, along * sin), reach(along * cos, across * sin)];
        if let Some(&far) = sides.iter().find(|side| **side > REACH_MAX) {
            return Err(far);
        }
        let [y0, x0] = sides.map(|side| side as usize);
        let at = |part: fn(f64) -> f64| {
            Array2::from_shape_fn((2 * y0 + 1, 2 * x0 + 1), |(i, j)| {
                let (y, x) = (i as f64 - y0 as f64, j as f64 - x0 as f64);
                let (u, v) = (x * cos + y * sin, y * cos - x * sin);
                let square = (u / along).powi(2) + (v / across).powi(2);
                let height = (-0.5 * square).exp() / (2.0 * PI * along * across);
                let phase = 2.0 * PI * self.frequency * u + self.offset;
                T::from(height * part(phase)).unwrap_or(T::ZERO)
            })
        };
        Ok([at(f64::cos), at(f64::sin)])
    }
}

/// The answers of an image to a Gabor filter, real and imaginary.
///
/// The image is convolved with both parts of [`Gabor::filter`]. Their length
/// `sqrt(real^2 + imaginary^2)` tells how much of the image is stripes of that frequency and
/// direction. As `skimage.filters.gabor`.
///
/// # Errors
/// As [`Gabor::filter`], and [`Error::TooLarge`], [`Error::Memory`]: no room for the results.
///
/// # Accuracy
/// That of [`conv::convolve`](crate::conv::convolve), which may choose Fourier transforms for
/// large filters.
///
/// # Examples
/// ```
/// use ndarray::Array2;
/// use swath::conv::Border;
/// use swath::image::{Gabor, gabor};
///
/// // Stripes of four pixels, along the columns.
/// let image = Array2::from_shape_fn((40, 40), |(_, j)| if j % 4 < 2 { 1.0f32 } else { -1.0 });
/// let answer = |theta| {
///     let [real, imaginary] = gabor(&image, &Gabor::new(0.25).theta(theta), Border::Wrap)?;
///     Ok::<_, swath::Error>(real[(20, 20)].hypot(imaginary[(20, 20)]))
/// };
/// assert!(answer(0.0)? > 0.5 && answer(std::f64::consts::FRAC_PI_2)? < 0.1);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn gabor<T: Float + Sample<Tap = T>>(
    src: &ArrayRef2<T>,
    filter: &Gabor,
    border: Border<T>,
) -> Result<[Array2<T>; 2], Error> {
    let [real, imaginary] = filter.weights("gabor")?;
    let options = || Options::from(border);
    Ok([convolve(src, &real, options())?, convolve(src, &imaginary, options())?])
}
