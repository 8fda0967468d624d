//! Scans beside a plain loop and a copy. Every result is checked once before it is timed.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{Array1, Array2, Axis};
use swath::scan;

fn lines(c: &mut Criterion) {
    for exponent in [6, 10, 14, 18, 22] {
        let n = 1usize << exponent;
        // Whole numbers: every order of additions is exact.
        let a = Array1::from_shape_fn(n, |i| (i % 7) as f64 - 3.0);
        let mut out = Array1::zeros(n);
        let plain = |out: &mut Array1<f64>| {
            let mut sum = 0.0;
            for (y, &x) in out.iter_mut().zip(&a) {
                sum += x;
                *y = sum;
            }
        };
        let mut expected = Array1::zeros(n);
        plain(&mut expected);
        assert_eq!(scan::cumsum(&a, 0).unwrap(), expected);
        let mut group = c.benchmark_group("line f64");
        group.throughput(Throughput::Bytes(16 * n as u64));
        let id = |name| BenchmarkId::new(name, n);
        group.bench_function(id("cumsum"), |b| {
            b.iter(|| scan::cumsum_into(black_box(&a), 0, &mut out));
        });
        group.bench_function(id("cummax"), |b| {
            b.iter(|| scan::cummax_into(black_box(&a), 0, &mut out));
        });
        let along = scan::Along::axis(0);
        group.bench_function(id("cumsum reverse exclusive"), |b| {
            b.iter(|| scan::cumsum_into(black_box(&a), along.reverse().exclusive(), &mut out));
        });
        group.bench_function(id("cumsum sequential"), |b| {
            b.iter(|| scan::cumsum_into(black_box(&a), along.sequential(), &mut out));
        });
        group.bench_function(id("scan by a closure"), |b| {
            b.iter(|| scan::scan_into(black_box(&a), 0, 0.0, |x, y| x + y, &mut out));
        });
        group.bench_function(id("flatnonzero"), |b| b.iter(|| scan::flatnonzero(black_box(&a))));
        group.bench_function(id("diff"), |b| b.iter(|| scan::diff(black_box(&a), 1, 0)));
        group.bench_function(id("plain loop"), |b| b.iter(|| plain(black_box(&mut out))));
        group.bench_function(id("copy"), |b| b.iter(|| out.assign(black_box(&a))));
        group.finish();
    }
}

fn axes(c: &mut Criterion) {
    let n = 1024;
    let a = Array2::from_shape_fn((n, n), |(i, j)| ((i * 3 + j) % 7) as f64 - 3.0);
    let mut out = Array2::zeros((n, n));
    let mut group = c.benchmark_group("axis of 1024x1024 f64");
    group.throughput(Throughput::Bytes((16 * n * n) as u64));
    for axis in 0..2 {
        let mut expected = a.clone();
        expected.accumulate_axis_inplace(Axis(axis), |&before, x| *x += before);
        assert_eq!(scan::cumsum(&a, axis).unwrap(), expected);
        group.bench_function(BenchmarkId::new("cumsum", axis), |b| {
            b.iter(|| scan::cumsum_into(black_box(&a), axis, &mut out));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
    targets = lines, axes
}
criterion_main!(benches);
