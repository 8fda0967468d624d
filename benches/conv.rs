//! Filters of a 1024 x 1024 plane of `f32`, beside a naive loop on one thread.
//!
//! Every result is checked before it is timed. `cargo test --benches` runs each
//! once, on a small plane.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array2, ArrayView2, array};
use swath::conv::{Border, correlate, correlate_into};
use swath::image::{gaussian_filter, gaussian_filter_into, sobel, sobel_into};
use swath::reference::conv::{self as naive, Beyond};

fn side() -> usize {
    // Criterion's test mode runs everything once: a small plane will do.
    if std::env::args().any(|arg| arg == "--bench") { 1024 } else { 64 }
}

fn plane(side: usize) -> Array2<f32> {
    Array2::from_shape_fn((side, side), |(i, j)| ((i * 31 + j * 17) % 256) as f32 / 256.0)
}

fn taps(k: usize) -> Array2<f32> {
    Array2::from_shape_fn((k, k), |(i, j)| (1 + (i * k + j) % 5) as f32 / (k * k) as f32)
}

/// The inside by four nested loops, the border left as it is: what most would write.
fn loops(src: &ArrayView2<'_, f32>, filter: &ArrayView2<'_, f32>, out: &mut Array2<f32>) {
    let ((h, w), (kh, kw)) = (src.dim(), filter.dim());
    for y in kh / 2..h - kh / 2 {
        for x in kw / 2..w - kw / 2 {
            let mut sum = 0.0f32;
            for i in 0..kh {
                for j in 0..kw {
                    sum = src[[y + i - kh / 2, x + j - kw / 2]].mul_add(filter[[i, j]], sum);
                }
            }
            out[[y, x]] = sum;
        }
    }
}

fn filters(c: &mut Criterion) {
    let src = plane(side());
    for k in [3, 7] {
        let filter = taps(k);
        let (wide, taps) = (src.view().into_dyn(), filter.view().into_dyn());
        let expected = naive::correlate(&wide, &taps, &[k / 2; 2], Beyond::Reflect);
        let got = correlate(&src, &filter, Border::Reflect).unwrap();
        assert_eq!(got.into_dyn(), expected);
        let mut out = src.clone();
        loops(&src.view(), &filter.view(), &mut out);
        let inside = k / 2..side() - k / 2;
        for (at, value) in out.indexed_iter() {
            let is_inside = inside.contains(&at.0) && inside.contains(&at.1);
            assert!(!is_inside || *value == expected[[at.0, at.1]], "{at:?}");
        }
        let mut group = c.benchmark_group(format!("correlate {k}x{k}"));
        group.bench_function("swath", |b| {
            b.iter(|| correlate_into(black_box(&src), &filter, Border::Reflect, &mut out));
        });
        group.bench_function("loops", |b| {
            b.iter(|| loops(&black_box(&src).view(), &filter.view(), &mut out));
        });
    }
}

fn images(c: &mut Criterion) {
    let src = plane(side());
    let mut out = src.clone();
    let mut group = c.benchmark_group("image");
    for sigma in [1.0, 3.0] {
        let soft = gaussian_filter(&src, sigma, Border::Reflect).unwrap();
        let mean = |a: &Array2<f32>| a.iter().map(|&x| f64::from(x)).sum::<f64>() / a.len() as f64;
        gaussian_filter_into(&src, sigma, Border::Reflect, &mut out).unwrap();
        assert_eq!(out, soft);
        assert!((mean(&soft) - mean(&src)).abs() < 1e-5, "a reflecting blur keeps the mean");
        group.bench_function(format!("gaussian sigma {sigma}"), |b| {
            b.iter(|| gaussian_filter_into(black_box(&src), sigma, Border::Reflect, &mut out));
        });
    }
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

criterion_group!(benches, filters, images);
criterion_main!(benches);
