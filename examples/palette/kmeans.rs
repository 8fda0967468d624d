//! Clusters of points by Lloyd's iteration, as matrix products.
//!
//! ```text
//! X = [x, 1]                          the points, and a column of ones
//! repeat
//!     D = X [-2 c, |c|^2]^T           the distances, up to |x|^2: a product with few columns
//!     label = argmin of each row of D
//!     S = onehot(label)^T X           sums and sizes of the clusters: a long sum, few results
//!     c = S[..] / S[last]
//! ```
//! (Lloyd, "Least squares quantization in PCM", 1982.)

use ndarray::{Array1, Array2, ArrayView1, Axis, concatenate, s};
use swath::map;
use swath::reduce::{argmin_axis, min_axis};

/// Points whose distances are in memory at a time.
const BATCH: usize = 1 << 17;

/// Centres, and the number of the nearest one for each point.
pub(crate) struct Clusters {
    /// A centre in each row.
    pub(crate) centres: Array2<f32>,
    pub(crate) labels: Array1<usize>,
    /// The sum of squared distances before each step.
    pub(crate) losses: Vec<f64>,
}

impl Clusters {
    /// `k` clusters of the rows of `x` after some steps.
    pub(crate) fn new(
        x: &Array2<f32>,
        k: usize,
        steps: usize,
        tick: impl Fn(),
    ) -> Result<Self, swath::Error> {
        let (labels, losses) = (Array1::zeros(x.nrows()), Vec::new());
        // What the products leave out of each distance; the same in every step.
        let square = x.iter().map(|&x| f64::from(x).powi(2)).sum();
        let mut points = Array2::ones((x.nrows(), x.ncols() + 1));
        points.slice_mut(s![.., ..x.ncols()]).assign(x);
        let mut clusters = Self { centres: far_apart(x, k), labels, losses };
        for step in 0..=steps {
            // The last time, only the labels.
            clusters.step(&points, square, step < steps)?;
            tick();
        }
        Ok(clusters)
    }

    /// Labels every point, and moves the centres to the means of their points.
    fn step(&mut self, x: &Array2<f32>, square: f64, moves: bool) -> Result<(), swath::Error> {
        let (k, axes) = self.centres.dim();
        let lengths = self.centres.map_axis(Axis(1), |c| c.dot(&c)).insert_axis(Axis(1));
        let centres = concatenate![Axis(1), self.centres.mapv(|c| -2.0 * c), lengths];
        let (numbers, mut sums) = (Array1::from_iter(0..k), Array2::<f64>::zeros((k, axes + 1)));
        let mut loss = square;
        for first in (0..x.nrows()).step_by(BATCH) {
            let last = x.nrows().min(first + BATCH);
            let points = x.slice(s![first..last, ..]);
            let distances = swath::matmul(&points, &centres.t())?;
            let nearest = argmin_axis(&distances, 1)?;
            loss += swath::sum(&min_axis(&distances, 1)?.mapv(f64::from));
            if moves {
                let nearest = nearest.view().insert_axis(Axis(1));
                let members = map!((&nearest, &numbers), |(a, b)| f32::from(u8::from(a == b)))?;
                sums += &swath::matmul(&members.t(), &points)?.mapv(f64::from);
            }
            self.labels.slice_mut(s![first..last]).assign(&nearest);
        }
        self.losses.push(loss);
        for (mut centre, sum) in self.centres.rows_mut().into_iter().zip(sums.rows()) {
            // A centre without points stays.
            if sum[axes] > 0.0 {
                centre.assign(&sum.slice(s![..axes]).mapv(|x| (x / sum[axes]) as f32));
            }
        }
        Ok(())
    }
}

impl Clusters {
    /// Checks what must hold of the clusters of `x`: no step made it worse, and no
    /// point is nearer to another centre than to its own.
    pub(crate) fn check(&self, x: &Array2<f32>) -> Result<(), String> {
        // Distances are differences of numbers as large as the squares themselves.
        let square: f64 = x.iter().map(|&x| f64::from(x).powi(2)).sum();
        let slack = 1e-5 * square;
        for pair in self.losses.windows(2) {
            let worse = pair[1] - pair[0];
            if worse.is_nan() || worse > slack {
                return Err(format!("check failed: a step made the loss {worse:e} larger"));
            }
        }
        let most = x.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
        let slack = 1e-4 * f64::from(most).powi(2).max(1.0) * x.ncols() as f64;
        for i in (0..x.nrows()).step_by(x.nrows() / 10_000 + 1) {
            let to = |c: usize| squared_distance(&x.row(i), &self.centres.row(c));
            let own = to(self.labels[i]);
            let best = (0..self.centres.nrows()).map(to).fold(f64::INFINITY, f64::min);
            if own.is_nan() || own > best + slack {
                return Err(format!(
                    "check failed: point {i} has a centre at {own} and one at {best}"
                ));
            }
        }
        Ok(())
    }
}

fn squared_distance(a: &ArrayView1<'_, f32>, b: &ArrayView1<'_, f32>) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum()
}

/// `k` points, each as far as can be from those before it, of some thousand candidates.
fn far_apart(x: &Array2<f32>, k: usize) -> Array2<f32> {
    let candidates = x.slice(s![..;x.nrows() / 4096 + 1, ..]);
    let mut nearest = vec![f64::INFINITY; candidates.nrows()];
    let mut centres = Array2::zeros((k, x.ncols()));
    let mut next = 0;
    for mut centre in centres.rows_mut() {
        centre.assign(&candidates.row(next));
        for (near, point) in nearest.iter_mut().zip(candidates.rows()) {
            *near = near.min(squared_distance(&point, &centre.view()));
        }
        let farther = |best: usize, i: usize| if nearest[i] > nearest[best] { i } else { best };
        next = (0..nearest.len()).fold(0, farther);
    }
    centres
}
