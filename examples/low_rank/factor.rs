//! A matrix as a product of two thin ones, by randomised subspace iteration.
//!
//! ```text
//! Q = orth(A * random)
//! twice: Z = orth(A^T * Q);  Q = orth(A * Z)
//! B = Q^T * A;  A is about Q * B
//! ```
//! (Halko, Martinsson and Tropp, "Finding structure with randomness", 2011.)

use ndarray::{Array2, Axis, Zip, s};

/// `q * b`, where the columns of `q` are orthonormal.
pub(crate) struct Factors {
    pub(crate) q: Array2<f32>,
    pub(crate) b: Array2<f32>,
}

const ITERATIONS: usize = 2;

/// How often [`Factors::new`] reports progress.
pub(crate) const STEPS: usize = 2 + 2 * ITERATIONS;

impl Factors {
    /// Factors of `a` with `rank` columns and rows.
    pub(crate) fn new(
        a: &Array2<f32>,
        rank: usize,
        mut step: impl FnMut(usize),
    ) -> Result<Self, swath::Error> {
        let mut done = 0;
        let mut tick = || {
            done += 1;
            step(done);
        };
        let mut q = orthonormal(&swath::matmul(a, &random(a.ncols(), rank))?);
        tick();
        for _ in 0..ITERATIONS {
            let z = orthonormal(&swath::matmul(&a.t(), &q)?);
            tick();
            q = orthonormal(&swath::matmul(a, &z)?);
            tick();
        }
        let b = swath::matmul(&q.t(), a)?;
        tick();
        Ok(Self { q, b })
    }

    /// What the factors give back.
    pub(crate) fn restore(&self) -> Result<Array2<f32>, swath::Error> {
        swath::matmul(&self.q, &self.b)
    }

    /// Checks what must hold of good factors of `a`, in double precision where it
    /// is not a product itself.
    pub(crate) fn check(&self, a: &Array2<f32>, restored: &Array2<f32>) -> Result<(), String> {
        // Each product of unit vectors is within about (256 + m / 256) roundings.
        let gram = swath::matmul(&self.q.t(), &self.q).map_err(|e| e.to_string())?;
        let bound = (300.0 + self.q.nrows() as f64 / 256.0) * f64::from(f32::EPSILON);
        // A NaN stays.
        let off = gram.indexed_iter().fold(0.0, |worst: f32, ((i, j), &x)| {
            let off = (x - f32::from(u8::from(i == j))).abs();
            if worst.is_nan() || off <= worst { worst } else { off }
        });
        if off.is_nan() || f64::from(off) > bound {
            return Err(format!(
                "check failed: Q^T Q is {off:e} off the identity, bound {bound:e}"
            ));
        }
        // Pythagoras: |A|^2 = |B|^2 + |A - QB|^2, up to the roundings of f32.
        let (whole, kept) = (energy(a), energy(&self.b));
        let lost = Zip::from(a).and(restored).fold(0.0, |sum, &a, &r| {
            let d = f64::from(a) - f64::from(r);
            sum + d * d
        });
        let bound = 2e-6 * whole;
        let gap = (whole - kept - lost).abs();
        if gap.is_nan() || gap > bound {
            return Err(format!(
                "check failed: |A|^2 - |B|^2 is {:e}, but |A - QB|^2 is {lost:e}, bound {bound:e}",
                whole - kept
            ));
        }
        // The mean row in place of every row has rank one: no good factors lose more.
        let trivial = mean_row_loss(a);
        if lost > trivial + bound {
            return Err(format!(
                "check failed: the factors lose {lost:e}, the mean of all rows only {trivial:e}"
            ));
        }
        Ok(())
    }
}

fn energy(a: &Array2<f32>) -> f64 {
    a.iter().map(|&x| f64::from(x).powi(2)).sum()
}

/// What is lost when each row is replaced by the mean of all.
fn mean_row_loss(a: &Array2<f32>) -> f64 {
    let mut sums = vec![0.0f64; a.ncols()];
    for row in a.axis_iter(Axis(0)) {
        sums.iter_mut().zip(row).for_each(|(s, &x)| *s += f64::from(x));
    }
    energy(a) - sums.iter().map(|s| s * s).sum::<f64>() / a.nrows() as f64
}

/// Numbers in -1..1 that are the same at every run (splitmix64).
fn random(rows: usize, cols: usize) -> Array2<f32> {
    let mut state = 0u64;
    Array2::from_shape_simple_fn((rows, cols), || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (z >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    })
}

/// Orthonormal columns that span those of `y`, by Householder reflections: also
/// where columns depend on each other or are zero. `y` has at least as many rows as
/// columns.
fn orthonormal(y: &Array2<f32>) -> Array2<f32> {
    let (m, n) = y.dim();
    let mut r = y.mapv(f64::from);
    let mut q = Array2::from_shape_fn((m, n), |(i, j)| if i == j { 1.0 } else { 0.0 });
    let mut reflections: Vec<Vec<f64>> = Vec::with_capacity(n);
    for j in 0..n {
        // v turns the rest of column j into a multiple of the unit vector.
        let mut v: Vec<f64> = (j..m).map(|i| r[[i, j]]).collect();
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v[0] += norm.copysign(v[0]);
        let length = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        if length > 0.0 {
            v.iter_mut().for_each(|x| *x /= length);
        }
        reflect(&mut r, j, &v);
        reflections.push(v);
    }
    // Backwards: before reflection j, columns up to j are still unit vectors there.
    for (j, v) in reflections.iter().enumerate().rev() {
        reflect(&mut q, j, v);
    }
    q.mapv(|x| x as f32)
}

/// Rows and columns from `first` on, reflected: `a = a - 2 v (v^T a)`.
fn reflect(a: &mut Array2<f64>, first: usize, v: &[f64]) {
    let mut rest = a.slice_mut(s![first.., first..]);
    let mut products = vec![0.0; rest.ncols()];
    for (row, &v) in rest.rows().into_iter().zip(v) {
        products.iter_mut().zip(row).for_each(|(p, &x)| *p += v * x);
    }
    for (mut row, &v) in rest.rows_mut().into_iter().zip(v) {
        row.iter_mut().zip(&products).for_each(|(x, &p)| *x -= 2.0 * v * p);
    }
}
