//! Maps beside ndarray's serial `mapv` and `Zip`, and rayon's `par_iter`.
//!
//! `cargo bench --bench map` times; `cargo test --benches` runs each once. Every
//! result is compared with ndarray's before it is timed.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{Array1, Array2, Zip, s};
use rayon::prelude::*;
use swath::{map, map_into};

fn sizes() -> impl Iterator<Item = usize> {
    (6..=22).step_by(4).map(|p| 1 << p)
}

fn numbers(n: usize) -> Array1<f32> {
    (0..n).map(|i| (i % 1000) as f32 * 0.002 - 1.0).collect()
}

fn polynomial(x: f32) -> f32 {
    let p = x.mul_add(0.001, 0.008);
    let p = x.mul_add(p, 0.042);
    let p = x.mul_add(p, 0.167);
    let p = x.mul_add(p, 0.5);
    let p = x.mul_add(p, 1.0);
    x.mul_add(p, 1.0)
}

fn add_one(c: &mut Criterion) {
    let mut group = c.benchmark_group("map/add_one");
    for n in sizes() {
        let a = numbers(n);
        group.throughput(Throughput::Bytes(8 * n as u64));
        assert_eq!(map!(&a, |x| x + 1.0).unwrap(), a.mapv(|x| x + 1.0));
        group.bench_function(BenchmarkId::new("swath", n), |b| {
            b.iter(|| map!(black_box(&a), |x| x + 1.0));
        });
        group.bench_function(BenchmarkId::new("ndarray", n), |b| {
            b.iter(|| black_box(&a).mapv(|x| x + 1.0));
        });
        group.bench_function(BenchmarkId::new("rayon", n), |b| {
            let a = a.as_slice().unwrap();
            b.iter(|| black_box(a).par_iter().map(|x| x + 1.0).collect::<Vec<f32>>());
        });
    }
    group.finish();
}

fn polynomials(c: &mut Criterion) {
    let mut group = c.benchmark_group("map/polynomial");
    for n in sizes() {
        let a = numbers(n);
        group.throughput(Throughput::Elements(n as u64));
        assert_eq!(map!(&a, |x| polynomial(x)).unwrap(), a.mapv(polynomial));
        group.bench_function(BenchmarkId::new("swath", n), |b| {
            b.iter(|| map!(black_box(&a), |x| polynomial(x)));
        });
        let mut out = a.clone();
        group.bench_function(BenchmarkId::new("swath_into", n), |b| {
            b.iter(|| map_into!(black_box(&a), &mut out, |x| polynomial(x)));
        });
        // Its `mul_add` calls the C library: a build for the oldest CPU has no FMA.
        group.bench_function(BenchmarkId::new("ndarray", n), |b| {
            b.iter(|| black_box(&a).mapv(polynomial));
        });
        group.bench_function(BenchmarkId::new("rayon", n), |b| {
            let a = a.as_slice().unwrap();
            b.iter(|| black_box(a).par_iter().map(|&x| polynomial(x)).collect::<Vec<f32>>());
        });
    }
    group.finish();
}

fn two_operands(c: &mut Criterion) {
    let mut group = c.benchmark_group("map/two_operands");
    for n in sizes() {
        let (a, b) = (numbers(n), numbers(n) + 0.25);
        group.throughput(Throughput::Bytes(12 * n as u64));
        let zipped = || Zip::from(black_box(&a)).and(&b).map_collect(|&x, &y| x * y + 1.0);
        assert_eq!(map!((&a, &b), |(x, y)| x * y + 1.0).unwrap(), zipped());
        group.bench_function(BenchmarkId::new("swath", n), |bench| {
            bench.iter(|| map!((black_box(&a), &b), |(x, y)| x * y + 1.0));
        });
        group.bench_function(BenchmarkId::new("ndarray", n), |bench| bench.iter(zipped));
        group.bench_function(BenchmarkId::new("rayon", n), |bench| {
            let (a, b) = (a.as_slice().unwrap(), b.as_slice().unwrap());
            bench.iter(|| {
                let both = black_box(a).par_iter().zip(b);
                both.map(|(x, y)| x * y + 1.0).collect::<Vec<f32>>()
            });
        });
    }
    group.finish();
}

fn strided(c: &mut Criterion) {
    let mut group = c.benchmark_group("map/strided");
    for n in sizes() {
        let columns = Array2::from_shape_fn((n / 8, 32), |(i, j)| ((i + j) % 100) as f32);
        let a = columns.slice(s![.., ..;4]);
        let row = numbers(8);
        group.throughput(Throughput::Elements(n as u64));
        assert_eq!(map!((&a, &row), |(x, r)| x * r).unwrap(), &a * &row);
        group.bench_function(BenchmarkId::new("swath_rows_of_8", n), |b| {
            b.iter(|| map!((black_box(&a), &row), |(x, r)| x * r));
        });
        group.bench_function(BenchmarkId::new("ndarray_rows_of_8", n), |b| {
            b.iter(|| black_box(&a) * &row);
        });
        let long = numbers(4 * n);
        let every = long.slice(s![..;4]);
        assert_eq!(map!(&every, |x| polynomial(x)).unwrap(), every.mapv(polynomial));
        group.bench_function(BenchmarkId::new("swath_every_4th", n), |b| {
            b.iter(|| map!(black_box(&every), |x| polynomial(x)));
        });
        group.bench_function(BenchmarkId::new("ndarray_every_4th", n), |b| {
            b.iter(|| black_box(&every).mapv(polynomial));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(200))
        .measurement_time(std::time::Duration::from_millis(500));
    targets = add_one, polynomials, two_operands, strided
}
criterion_main!(benches);
