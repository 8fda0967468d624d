//! Deblurring by Richardson and Lucy: the picture under which the blurred one is most
//! likely.
//!
//! ```text
//! x = y
//! repeat    x = x * turned(h) applied to (y / (h applied to x))
//! ```
//! W. H. Richardson, "Bayesian-Based Iterative Method of Image Restoration", J. Opt. Soc.
//! Am. 62 (1972), and L. B. Lucy, Astron. J. 79 (1974).

use ndarray::{Array3, ArrayView3};
use swath::conv::{Border, convolve_into, correlate_into};
use swath::{Error, map_into};

/// What a division by a dark pixel is kept from.
const DARK: f32 = 1e-3;

/// Pixels that are computed again, to check the blur.
const SAMPLES: usize = 100;

/// The weights of a lens out of focus by `radius` pixels: a disk, its rim in parts.
pub(crate) fn disk(radius: f64) -> Array3<f32> {
    let reach = radius.ceil() as usize;
    let side = 2 * reach + 1;
    let mut weights = Array3::from_shape_fn((side, side, 1), |(i, j, _)| {
        let away = (i as f64 - reach as f64).hypot(j as f64 - reach as f64);
        (radius + 0.5 - away).clamp(0.0, 1.0) as f32
    });
    let sum: f32 = weights.sum();
    weights /= sum;
    weights
}

/// The picture out of focus.
pub(crate) fn blur(x: &Array3<f32>, weights: &Array3<f32>) -> Result<Array3<f32>, Error> {
    let mut out = x.clone();
    convolve_into(x, weights, Border::Reflect, &mut out)?;
    Ok(out)
}

/// What `y` was before it was blurred with `weights`; `step` is told after each filter.
pub(crate) fn sharpen(
    y: &Array3<f32>,
    weights: &Array3<f32>,
    iterations: usize,
    step: impl Fn(),
) -> Result<Array3<f32>, Error> {
    let (mut x, mut ratio, mut factor) = (y.clone(), y.clone(), y.clone());
    for _ in 0..iterations {
        convolve_into(&x, weights, Border::Reflect, &mut factor)?;
        step();
        map_into!((y, &factor), &mut ratio, |(y, f)| y / if f > DARK { f } else { DARK })?;
        correlate_into(&ratio, weights, Border::Reflect, &mut factor)?;
        step();
        map_into!((&x, &factor), &mut ratio, |(x, f)| x * f)?;
        std::mem::swap(&mut x, &mut ratio);
    }
    Ok(x)
}

/// Checks that `x`, blurred, comes closer to `y` than `y` blurred again does, and the blur
/// itself at some pixels by its definition.
pub(crate) fn check(y: &Array3<f32>, x: &Array3<f32>, weights: &Array3<f32>) -> Result<(), String> {
    let text = |e: Error| e.to_string();
    let (ours, again) = (blur(x, weights).map_err(text)?, blur(y, weights).map_err(text)?);
    check_blur(&x.view(), &ours.view(), weights)?;
    let apart = |a: &Array3<f32>| -> f64 {
        let square = |(&a, &b): (&f32, &f32)| f64::from(a - b).powi(2);
        a.iter().zip(y).map(square).sum::<f64>() / y.len() as f64
    };
    let (before, after) = (apart(&again), apart(&ours));
    // Pictures of one colour are apart by rounding alone.
    if after <= before.max(1e-4) {
        return Ok(());
    }
    Err(format!("check failed: blurred again it is {after:.4} from the photo, {before:.4} before"))
}

fn check_blur(
    x: &ArrayView3<'_, f32>,
    out: &ArrayView3<'_, f32>,
    weights: &Array3<f32>,
) -> Result<(), String> {
    let (height, width, _) = x.dim();
    let reach = weights.dim().0 as isize / 2;
    let largest = x.iter().fold(0.0f32, |a, &b| a.max(b.abs()));
    let mut seed = 1u64;
    let mut draw = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    for _ in 0..SAMPLES {
        let (i, j, c) = (draw(height), draw(width), draw(3));
        let mut sum = 0.0f64;
        for ((di, dj, _), &w) in weights.indexed_iter() {
            let at = |place: usize, d: usize, n: usize| {
                let place = (place as isize + reach - d as isize).rem_euclid(2 * n as isize);
                place.min(2 * n as isize - 1 - place) as usize
            };
            sum += f64::from(w) * f64::from(x[[at(i, di, height), at(j, dj, width), c]]);
        }
        let got = f64::from(out[[i, j, c]]);
        // Written so that NaN fails.
        let near = (got - sum).abs() <= 1e-5 * f64::from(largest).max(1.0);
        if !near {
            return Err(format!("check failed: pixel {i}, {j}, {c} is {got}, not {sum}"));
        }
    }
    Ok(())
}
