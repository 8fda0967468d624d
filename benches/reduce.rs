//! Reductions beside ndarray's own and a rayon fold. Every result is checked once
//! before it is timed.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{Array, Array1, Array2, Axis};
use num_complex::Complex;
use rayon::prelude::*;
use swath::reduce;

fn vectors(c: &mut Criterion) {
    macro_rules! benches {
        ($($t:ident)*) => {$(
            for exponent in [6, 8, 10, 12, 14, 16, 18, 20, 22] {
                let n = 1usize << exponent;
                // Whole numbers: every order of additions is exact.
                let a = Array1::from_shape_fn(n, |i| (i % 7) as $t - 3.0);
                let expected = a.sum();
                assert_eq!(reduce::sum(&a), expected);
                assert_eq!(reduce::dot(&a, &a).unwrap(), a.dot(&a));
                assert_eq!(reduce::min(&a).unwrap(), -3.0);
                assert_eq!(reduce::max(&a).unwrap(), 3.0);
                let fold = || a.as_slice().unwrap().par_chunks(1 << 15).map(|c| c.iter().sum::<$t>());
                assert_eq!(fold().sum::<$t>(), expected);

                let mut group = c.benchmark_group(format!("vector {}", stringify!($t)));
                group.throughput(Throughput::Bytes(size_of_val(a.as_slice().unwrap()) as u64));
                let id = |name| BenchmarkId::new(name, n);
                group.bench_function(id("sum"), |b| b.iter(|| reduce::sum(black_box(&a))));
                group.bench_function(id("min"), |b| b.iter(|| reduce::min(black_box(&a))));
                group.bench_function(id("max"), |b| b.iter(|| reduce::max(black_box(&a))));
                group.bench_function(id("dot"), |b| b.iter(|| reduce::dot(black_box(&a), &a)));
                group.bench_function(id("ndarray sum"), |b| b.iter(|| black_box(&a).sum()));
                group.bench_function(id("rayon sum"), |b| b.iter(|| fold().sum::<$t>()));
                assert_eq!(reduce::argmax(&a), Ok(6));
                assert_eq!(reduce::min_max(&a), Ok((-3.0, 3.0)));
                assert!((reduce::var(&a, 0.0) - a.var(0.0)).abs() < 1e-2);
                group.bench_function(id("var"), |b| b.iter(|| reduce::var(black_box(&a), 0.0)));
                group.bench_function(id("argmax"), |b| b.iter(|| reduce::argmax(black_box(&a))));
                group.bench_function(id("min_max"), |b| b.iter(|| reduce::min_max(black_box(&a))));
                group.bench_function(id("count_nonzero"), |b| {
                    b.iter(|| reduce::count_nonzero(black_box(&a)));
                });
                assert_eq!(reduce::sum_exact(&a), expected);
                assert_eq!(reduce::fold(&a, 0.0, |s, x: $t| s + x, |a, b| a + b), expected);
                group.bench_function(id("sum_exact"), |b| b.iter(|| reduce::sum_exact(black_box(&a))));
                group.bench_function(id("skew"), |b| b.iter(|| reduce::skew(black_box(&a), true)));
                group.bench_function(id("fold"), |b| {
                    b.iter(|| reduce::fold(black_box(&a), 0.0, |s, x: $t| s + x, |a, b| a + b));
                });
                group.bench_function(id("ndarray var"), |b| b.iter(|| black_box(&a).var(0.0)));
                group.finish();
            }
        )*};
    }
    benches!(f32 f64);
}

fn axes(c: &mut Criterion) {
    let n = 1024;
    let a = Array2::from_shape_fn((n, n), |(i, j)| ((i * 3 + j) % 7) as f32 - 3.0);
    let mut group = c.benchmark_group("axis of 1024x1024 f32");
    group.throughput(Throughput::Bytes((n * n * size_of::<f32>()) as u64));
    for axis in 0..2 {
        let expected = a.sum_axis(Axis(axis));
        assert_eq!(reduce::sum_axis(&a, axis).unwrap(), expected);
        let most = a.map_axis(Axis(axis), |line| line.fold(-9.0f32, |m, &x| m.max(x)));
        assert_eq!(reduce::max_axis(&a, axis).unwrap(), most);
        let id = |name| BenchmarkId::new(name, axis);
        group.bench_function(id("sum_axis"), |b| b.iter(|| reduce::sum_axis(black_box(&a), axis)));
        group.bench_function(id("max_axis"), |b| b.iter(|| reduce::max_axis(black_box(&a), axis)));
        group.bench_function(id("var_axis"), |b| {
            b.iter(|| reduce::var_axis(black_box(&a), axis, 0.0));
        });
        group.bench_function(id("argmax_axis"), |b| {
            b.iter(|| reduce::argmax_axis(black_box(&a), axis));
        });
        group.bench_function(id("ndarray sum_axis"), |b| {
            b.iter(|| black_box(&a).sum_axis(Axis(axis)));
        });
    }
    group.finish();
}

fn several_axes(c: &mut Criterion) {
    let a = Array::from_shape_fn((16, 64, 32, 64), |(i, j, k, l)| ((i + 3 * j + k + l) % 7) as f32);
    let mut group = c.benchmark_group("axes of 16x64x32x64 f32");
    group.throughput(Throughput::Bytes(size_of_val(a.as_slice().unwrap()) as u64));
    for axes in [[0, 1], [2, 3], [0, 2], [1, 3]] {
        let expected = a.sum_axis(Axis(axes[1])).sum_axis(Axis(axes[0]));
        assert_eq!(reduce::sum_axis(&a, axes).unwrap(), expected.into_dyn());
        group.bench_function(BenchmarkId::new("sum_axis", format!("{axes:?}")), |b| {
            b.iter(|| reduce::sum_axis(black_box(&a), axes));
        });
    }
    group.finish();
}

/// Beyond every cache of most machines: 2^25 elements, beside a plain read of them.
fn from_memory(c: &mut Criterion) {
    macro_rules! benches {
        ($($t:ident as $bits:ident)*) => {$(
            let n = 1usize << 25;
            let a = Array1::from_shape_fn(n, |i| (i % 7) as $t - 3.0);
            let expected = a.sum();
            let mut group = c.benchmark_group(format!("2^25 {}", stringify!($t)));
            group.throughput(Throughput::Bytes(size_of_val(a.as_slice().unwrap()) as u64));
            // Two threads at least read whole numbers, which can be added in any order.
            let read = || {
                let parts = a.as_slice().unwrap().par_chunks(1 << 16);
                parts.map(|x| x.iter().fold(0, |s: $bits, x| s.wrapping_add(x.to_bits())))
                    .reduce(|| 0, $bits::wrapping_add)
            };
            group.bench_function("a plain read", |b| b.iter(|| black_box(read())));
            assert_eq!(reduce::sum(&a), expected);
            assert_eq!(reduce::sum_exact(&a), expected);
            assert_eq!(reduce::min(&a), Ok(-3.0));
            assert_eq!(reduce::argmax(&a), Ok(6));
            group.bench_function("sum", |b| b.iter(|| reduce::sum(black_box(&a))));
            group.bench_function("mean", |b| b.iter(|| reduce::mean(black_box(&a))));
            group.bench_function("min", |b| b.iter(|| reduce::min(black_box(&a))));
            group.bench_function("max", |b| b.iter(|| reduce::max(black_box(&a))));
            group.bench_function("argmax", |b| b.iter(|| reduce::argmax(black_box(&a))));
            group.bench_function("var", |b| b.iter(|| reduce::var(black_box(&a), 0.0)));
            group.bench_function("dot", |b| b.iter(|| reduce::dot(black_box(&a), &a)));
            group.bench_function("sum_exact", |b| b.iter(|| reduce::sum_exact(black_box(&a))));
            group.finish();
        )*};
    }
    benches!(f32 as u32 f64 as u64);
}

/// Rows of a hundred, along each axis.
fn short_rows(c: &mut Criterion) {
    let a = Array::from_shape_fn((300, 300, 100), |(i, j, k)| ((i + 3 * j + k) % 7) as f32);
    let mut group = c.benchmark_group("300x300x100 f32");
    group.throughput(Throughput::Bytes(size_of_val(a.as_slice().unwrap()) as u64));
    for axis in 0..3 {
        assert_eq!(reduce::sum_axis(&a, axis).unwrap(), a.sum_axis(Axis(axis)));
        let id = |name| BenchmarkId::new(name, axis);
        group.bench_function(id("sum_axis"), |b| b.iter(|| reduce::sum_axis(black_box(&a), axis)));
        group.bench_function(id("max_axis"), |b| b.iter(|| reduce::max_axis(black_box(&a), axis)));
    }
    group.finish();
}

/// What came later: each beside the sum of the same elements.
fn others(c: &mut Criterion) {
    let n = 1 << 20;
    let a = Array1::from_shape_fn(n, |i| (i % 7) as f32 - 3.0);
    let z = a.mapv(|x| Complex::new(x, -x));
    let half = a.mapv(half::f16::from_f32);
    assert_eq!(reduce::sum(&z).im, -a.sum());
    assert_eq!(reduce::nansum(&half), a.sum());
    assert_eq!(reduce::norm(&a, reduce::Norm::Inf), 3.0);
    let mut group = c.benchmark_group("2^20 f32");
    group.throughput(Throughput::Elements(n as u64));
    group.bench_function("sum", |b| b.iter(|| reduce::sum(black_box(&a))));
    group.bench_function("nansum", |b| b.iter(|| reduce::nansum(black_box(&a))));
    group.bench_function("nanvar", |b| b.iter(|| reduce::nanvar(black_box(&a), 0.0)));
    group.bench_function("nanmax", |b| b.iter(|| reduce::nanmax(black_box(&a))));
    group.bench_function("logsumexp", |b| b.iter(|| reduce::logsumexp(black_box(&a))));
    group.bench_function("kurtosis", |b| b.iter(|| reduce::kurtosis(black_box(&a), true, true)));
    for norm in [reduce::Norm::L1, reduce::Norm::L2, reduce::Norm::Inf, reduce::Norm::P(2.5)] {
        let id = BenchmarkId::new("norm", format!("{norm:?}"));
        group.bench_function(id, |b| b.iter(|| reduce::norm(black_box(&a), norm)));
    }
    group.bench_function("sum of complex", |b| b.iter(|| reduce::sum(black_box(&z))));
    group.bench_function("vdot of complex", |b| b.iter(|| reduce::vdot(black_box(&z), &z)));
    group.bench_function("var of complex", |b| b.iter(|| reduce::var(black_box(&z), 0.0)));
    group.bench_function("sum of f16", |b| b.iter(|| reduce::sum(black_box(&half))));
    group.bench_function("nansum of f16", |b| b.iter(|| reduce::nansum(black_box(&half))));
    group.bench_function("sum_exact of f16", |b| b.iter(|| reduce::sum_exact(black_box(&half))));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800));
    targets = vectors, axes, several_axes, from_memory, short_rows, others
}
criterion_main!(benches);
