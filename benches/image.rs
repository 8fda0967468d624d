//! Image filters of a 1024 x 1024 plane of `f32`.
//!
//! Every result is checked before it is timed. `cargo test --benches` runs each
//! once, on a small plane.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array2, array};
use swath::conv::{Border, correlate};
use swath::image::{
    gaussian_filter, gaussian_filter_into, laplace, laplace_into, sobel, sobel_into,
    uniform_filter, uniform_filter_into,
};

fn side() -> usize {
    // Criterion's test mode runs everything once: a small plane will do.
    if std::env::args().any(|arg| arg == "--bench") { 1024 } else { 64 }
}

fn plane(side: usize) -> Array2<f32> {
    Array2::from_shape_fn((side, side), |(i, j)| ((i * 31 + j * 17) % 256) as f32 / 256.0)
}

fn images(c: &mut Criterion) {
    let src = plane(side());
    let mut out = src.clone();
    let mut group = c.benchmark_group("image");
    for sigma in [1.0, 3.0, 10.0] {
        let soft = gaussian_filter(&src, sigma, Border::Reflect).unwrap();
        let mean = |a: &Array2<f32>| a.iter().map(|&x| f64::from(x)).sum::<f64>() / a.len() as f64;
        gaussian_filter_into(&src, sigma, Border::Reflect, &mut out).unwrap();
        assert_eq!(out, soft);
        assert!((mean(&soft) - mean(&src)).abs() < 1e-5, "a reflecting blur keeps the mean");
        group.bench_function(format!("gaussian sigma {sigma}"), |b| {
            b.iter(|| gaussian_filter_into(black_box(&src), sigma, Border::Reflect, &mut out));
        });
    }
    for size in [15, 63] {
        let soft = uniform_filter(&src, size, Border::Reflect).unwrap();
        let box_of = Array2::from_elem((size, size), 1.0 / (size * size) as f32);
        let expected = correlate(&src, &box_of, Border::Reflect).unwrap();
        assert!(soft.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4));
        group.bench_function(format!("box {size}"), |b| {
            b.iter(|| uniform_filter_into(black_box(&src), size, Border::Reflect, &mut out));
        });
    }
    let cross = array![[0.0f32, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]];
    let expected = correlate(&src, &cross, Border::Reflect).unwrap();
    let bent = laplace(&src, Border::Reflect).unwrap();
    assert!(bent.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
    group.bench_function("laplace", |b| {
        b.iter(|| laplace_into(black_box(&src), Border::Reflect, &mut out));
    });
    let filter = array![[-1.0f32, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]];
    let expected = correlate(&src, &filter, Border::Reflect).unwrap();
    let slope = sobel(&src, 1, Border::Reflect).unwrap();
    assert!(slope.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
    sobel_into(&src, 1, Border::Reflect, &mut out).unwrap();
    assert_eq!(out, slope);
    for axis in [0, 1] {
        group.bench_function(format!("sobel axis {axis}"), |b| {
            b.iter(|| sobel_into(black_box(&src), axis, Border::Reflect, &mut out));
        });
    }
}

criterion_group!(benches, images);
criterion_main!(benches);
