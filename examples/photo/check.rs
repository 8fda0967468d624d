//! Whether the pictures are what they should be: some of their pixels computed
//! again from the definition, in `f64`, and what a blur does to a whole picture.

use ndarray::{Array3, ArrayView3};

use crate::filters::{AMOUNT, BLUR, EDGE_SCALE, Filter, LUMA, SHARPEN};

/// Pixels of each picture that are computed again, besides the four corners.
const SAMPLES: usize = 200;

/// Half a level for rounding, and what `f32` may be off by.
const NEAR: f64 = 0.501;

pub(crate) fn check(filter: Filter, image: &Array3<u8>, out: &Array3<u8>) -> Result<(), String> {
    let (height, width, channels) = out.dim();
    let wanted = if filter == Filter::Edges { 1 } else { 3 };
    if (height, width, wanted) != (image.dim().0, image.dim().1, channels) {
        return Err(format!("wrong result: the shape is {:?}", out.dim()));
    }
    let weights = match filter {
        Filter::Blur => gaussian(BLUR),
        Filter::Sharpen => gaussian(SHARPEN),
        Filter::Edges => Vec::new(),
    };
    for (y, x) in places(height, width) {
        for channel in 0..channels {
            let exact = exact(filter, &weights, image, (y, x, channel));
            let got = f64::from(out[[y, x, channel]]);
            if (got - exact.clamp(0.0, 255.0)).abs() > NEAR {
                return Err(format!(
                    "wrong result: pixel {y}, {x}, channel {channel} is {got}, not {exact:.2}"
                ));
            }
        }
    }
    if filter == Filter::Blur { check_blur(&image.view(), &out.view()) } else { Ok(()) }
}

/// The corners and some pixels between, always the same.
fn places(height: usize, width: usize) -> impl Iterator<Item = (usize, usize)> {
    let corners = [(0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)];
    let mut seed = 1u64;
    let mut draw = move |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    corners.into_iter().chain((0..SAMPLES).map(move |_| (draw(height), draw(width))))
}

/// What a pixel should be, before it is rounded and clamped.
fn exact(filter: Filter, weights: &[f64], image: &Array3<u8>, place: (usize, usize, usize)) -> f64 {
    let (y, x, channel) = place;
    let at = |dy: isize, dx: isize, channel: usize| {
        let y = reflect(y as isize + dy, image.dim().0);
        let x = reflect(x as isize + dx, image.dim().1);
        f64::from(image[[y, x, channel]])
    };
    let radius = weights.len() as isize - 1;
    let smooth = || {
        let weight = |d: isize| weights[d.unsigned_abs()];
        let row = |dy| (-radius..=radius).map(|dx| weight(dx) * at(dy, dx, channel)).sum::<f64>();
        (-radius..=radius).map(|dy| weight(dy) * row(dy)).sum::<f64>()
    };
    let grey = |dy, dx| (0..3).map(|c| f64::from(LUMA[c]) * at(dy, dx, c)).sum::<f64>();
    match filter {
        Filter::Blur => smooth(),
        Filter::Sharpen => {
            at(0, 0, channel) * f64::from(1.0 + AMOUNT) - f64::from(AMOUNT) * smooth()
        }
        Filter::Edges => {
            let across = [(-1, 1.0), (0, 2.0), (1, 1.0)];
            let down: f64 = across.iter().map(|&(d, w)| w * (grey(1, d) - grey(-1, d))).sum();
            let right: f64 = across.iter().map(|&(d, w)| w * (grey(d, 1) - grey(d, -1))).sum();
            f64::from(EDGE_SCALE) * down.hypot(right)
        }
    }
}

/// A blur whose border reflects keeps the brightness and takes contrast away.
fn check_blur(image: &ArrayView3<'_, u8>, out: &ArrayView3<'_, u8>) -> Result<(), String> {
    let (before, after) = (moments(image), moments(out));
    // Rounding moves a level by half at most.
    if (before.0 - after.0).abs() > NEAR {
        return Err(format!(
            "wrong result: the mean brightness went from {:.2} to {:.2}",
            before.0, after.0
        ));
    }
    if after.1 > before.1 + NEAR {
        return Err(format!(
            "wrong result: the deviation rose from {:.2} to {:.2}",
            before.1, after.1
        ));
    }
    Ok(())
}

/// Mean and standard deviation of all levels.
fn moments(image: &ArrayView3<'_, u8>) -> (f64, f64) {
    let mut counts = [0u64; 256];
    image.iter().for_each(|&x| counts[usize::from(x)] += 1);
    let mean = |f: &dyn Fn(f64) -> f64| {
        let sum: f64 = counts.iter().enumerate().map(|(x, &n)| n as f64 * f(x as f64)).sum();
        sum / image.len() as f64
    };
    let average = mean(&|x| x);
    (average, mean(&|x| (x - average).powi(2)).sqrt())
}

/// `d c b a | a b c d | d c b a`
fn reflect(mut at: isize, n: usize) -> usize {
    let n = n as isize;
    while at < 0 || at >= n {
        at = if at < 0 { -1 - at } else { 2 * n - 1 - at };
    }
    at as usize
}

/// The weights of a Gaussian up to four sigmas, from the middle on.
fn gaussian(sigma: f64) -> Vec<f64> {
    let radius = (4.0 * sigma + 0.5) as i32;
    let weights: Vec<f64> =
        (0..=radius).map(|x| (-0.5 * (f64::from(x) / sigma).powi(2)).exp()).collect();
    let sum = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    weights.iter().map(|w| w / sum).collect()
}
