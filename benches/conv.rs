//! Filters of a 1024 x 1024 plane and of a cube, beside a naive loop on one thread.
//!
//! Every result is checked before it is timed. `cargo test --benches` runs each
//! once, on a small plane.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{Array2, Array3, ArrayView2, array};
use swath::conv::{
    Border, Method, Options, correlate, correlate_cast, correlate_into, correlate1d_cast,
};
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
    for k in [3, 7, 15] {
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

fn volumes(c: &mut Criterion) {
    let side = side() / 8;
    let src = Array3::from_shape_fn((side, side, side), |(i, j, k)| (i * 5 + j * 3 + k) as f32);
    let filter = Array3::from_elem((3, 3, 3), 1.0f32 / 27.0);
    let (wide, taps) = (src.view().into_dyn(), filter.view().into_dyn());
    let expected = naive::correlate(&wide, &taps, &[1; 3], Beyond::Reflect);
    let mut out = correlate(&src, &filter, Border::Reflect).unwrap();
    assert_eq!(out.view().into_dyn(), expected);
    c.bench_function("correlate 3x3x3", |b| {
        b.iter(|| correlate_into(black_box(&src), &filter, Border::Reflect, &mut out));
    });
}

fn integers(c: &mut Criterion) {
    let src = plane(side()).mapv(|x| (x * 255.0) as u8);
    let filter = array![[1, 2, 1], [2, 4, 2], [1, 2, -8]];
    let (wide, taps) = (src.view().into_dyn(), filter.view().into_dyn());
    let expected = naive::correlate(&wide, &taps, &[1; 2], Beyond::Reflect);
    let mut out = correlate(&src, &filter, Border::Reflect).unwrap();
    assert_eq!(out.view().into_dyn(), expected);
    c.bench_function("correlate 3x3 u8", |b| {
        b.iter(|| correlate_into(black_box(&src), &filter, Border::Reflect, &mut out));
    });
}

/// Direct sums and transforms of the same, and sums in `f64`.
fn methods(c: &mut Criterion) {
    let src = plane(side());
    for k in [15, 31, 63] {
        let filter = taps(k);
        let options = |method| Options::new().method(method);
        let mut out = correlate(&src, &filter, options(Method::Direct)).unwrap();
        let by_fft = correlate(&src, &filter, options(Method::Fft)).unwrap();
        let sum: f32 = filter.iter().map(|tap| tap.abs()).sum();
        for (a, b) in out.iter().zip(&by_fft) {
            assert!((a - b).abs() < 64.0 * f32::EPSILON * sum, "{a} {b}");
        }
        let mut group = c.benchmark_group(format!("correlate {k}x{k} by"));
        for method in [Method::Direct, Method::Fft] {
            group.bench_function(format!("{method:?}"), |b| {
                b.iter(|| correlate_into(black_box(&src), &filter, options(method), &mut out));
            });
        }
    }
    let (src, filter) = (src.mapv(|x| (x * 255.0) as u8), taps(5).mapv(f64::from));
    let mut out = src.clone();
    c.bench_function("correlate_cast 5x5 u8", |b| {
        b.iter(|| correlate_cast(black_box(&src), &filter, Options::new(), &mut out));
    });
    // Noise, and an image so flat that every sum is near a whole number.
    let line = ndarray::Array1::from_elem(9, 1.0 / 9.0);
    for (name, src) in [("noise", src.clone()), ("flat", src.mapv(|_| 200))] {
        c.bench_function(&format!("correlate1d_cast 9 u8, {name}"), |b| {
            b.iter(|| correlate1d_cast(black_box(&src), &line, 0, 1.0, Options::new(), &mut out));
        });
    }
}

criterion_group!(benches, filters, methods, volumes, integers);
criterion_main!(benches);
