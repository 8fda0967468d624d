//! Mean, variance and extremes of each pixel, of pictures that come in stacks.
//!
//! ```text
//! stack b of n_b pictures, after n_a:  d = mean_b - mean_a
//!     mean_a += d n_b / n;  m2_a += m2_b + d^2 n_a n_b / n
//! ```
//! as Chan, Golub and Le Veque merge variances ("Updating formulae and a pairwise algorithm
//! for computing sample variances", 1979).

use ndarray::{Array3, ArrayView4};
use swath::{map, map_into, reduce};

/// The moments of each pixel so far.
pub(crate) struct Moments {
    n: f64,
    pub(crate) mean: Array3<f64>,
    /// The sum of squared deviations from the mean.
    m2: Array3<f64>,
    pub(crate) least: Array3<u8>,
    pub(crate) greatest: Array3<u8>,
}

impl Moments {
    /// Of no pictures.
    pub(crate) fn new(dim: (usize, usize, usize)) -> Self {
        Self {
            n: 0.0,
            mean: Array3::zeros(dim),
            m2: Array3::zeros(dim),
            least: Array3::from_elem(dim, u8::MAX),
            greatest: Array3::zeros(dim),
        }
    }

    /// Takes a stack of pictures.
    pub(crate) fn take(&mut self, stack: &ArrayView4<'_, u8>) -> Result<(), String> {
        self.merge(stack).map_err(|e| e.to_string())
    }

    fn merge(&mut self, stack: &ArrayView4<'_, u8>) -> Result<(), swath::Error> {
        let count = stack.shape()[0] as f64;
        let n = self.n + count;
        let (means, squares) = (count / n, self.n * count / n);
        let mean = reduce::mean_axis(stack, 0)?;
        let variance = reduce::var_axis(stack, 0, 0.0)?;
        let before = self.m2.clone();
        map_into!((&before, &self.mean, &mean, &variance), &mut self.m2, |(m2, a, b, v)| {
            m2 + v * count + (b - a) * (b - a) * squares
        })?;
        self.mean = map!((&self.mean, &mean), |(a, b)| a + (b - a) * means)?;
        let ends = reduce::min_max_axis(stack, 0)?;
        self.least = map!((&self.least, &ends), |(a, ends): (u8, [u8; 2])| a.min(ends[0]))?;
        self.greatest = map!((&self.greatest, &ends), |(a, ends): (u8, [u8; 2])| a.max(ends[1]))?;
        self.n = n;
        Ok(())
    }

    /// The variance of each pixel.
    pub(crate) fn variance(&self) -> Array3<f64> {
        &self.m2 / self.n
    }
}
