//! Matrix products beside ndarray's `dot` and matrixmultiply on one thread.
//!
//! `cargo bench --bench matmul -- f32/512` for a part. Under `cargo test --benches`
//! each case runs once. Every result is compared with the naive chain before it is
//! timed: all bits, of the first and the last row.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{Array2, LinalgScalar, s};
use swath::{Float, reference};

/// Pseudo-random values in -1..1 with all bits of the mantissa used.
fn values<T: Float>(rows: usize, cols: usize, seed: u64) -> Array2<T> {
    let mut x = seed;
    Array2::from_shape_simple_fn((rows, cols), || {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        T::from((x >> 11) as f64 / (1u64 << 52) as f64 - 1.0).unwrap()
    })
}

fn check<T: Float>(a: &Array2<T>, b: &Array2<T>, c: &Array2<T>) {
    for row in [0, a.nrows() - 1] {
        let expected = reference::matmul::matmul(&a.slice(s![row..=row, ..]), b);
        assert_eq!(c.slice(s![row..=row, ..]), expected, "row {row} of {:?}", c.dim());
    }
}

type Gemm<T> = unsafe fn(
    usize,
    usize,
    usize,
    T,
    *const T,
    isize,
    isize,
    *const T,
    isize,
    isize,
    T,
    *mut T,
    isize,
    isize,
);

fn sizes<T: Float + LinalgScalar>(criterion: &mut Criterion, name: &str, gemm: Gemm<T>) {
    let square = [4, 8, 16, 64, 128, 256, 512, 1024].map(|n| (n, n, n));
    // A panel times its transpose, a row, a column, a ragged one.
    let other = [(1024, 32, 1024), (1, 1024, 1024), (1024, 1024, 1), (301, 299, 307)];
    for (m, k, n) in square.into_iter().chain(other) {
        let (a, b) = (values::<T>(m, k, 1), values::<T>(k, n, 2));
        let mut c = Array2::<T>::zeros((m, n));
        check(&a, &b, &swath::matmul(&a, &b).unwrap());
        swath::matmul_into(T::ONE, &a, &b, T::ZERO, &mut c).unwrap();
        check(&a, &b, &c);

        let mut group = criterion.benchmark_group(format!("{name}/{m}x{k}x{n}"));
        group.throughput(Throughput::Elements(2 * (m * k * n) as u64));
        group.bench_function("swath", |bench| bench.iter(|| swath::matmul(&a, &b).unwrap()));
        group.bench_function("swath_into", |bench| {
            bench.iter(|| swath::matmul_into(T::ONE, &a, &b, T::ZERO, black_box(&mut c)).unwrap());
        });
        group.bench_function("ndarray_dot", |bench| bench.iter(|| a.dot(&b)));
        group.bench_function("matrixmultiply", |bench| {
            bench.iter(|| {
                let (rsa, rsb, rsc) = (k as isize, n as isize, n as isize);
                let (a, b, c) = (a.as_ptr(), b.as_ptr(), black_box(&mut c).as_mut_ptr());
                // SAFETY: three matrices in C order of the sizes given.
                unsafe {
                    gemm(m, k, n, T::ONE, a, rsa, 1, b, rsb, 1, T::ZERO, c, rsc, 1);
                }
            });
        });
        group.finish();
    }
}

fn floats(criterion: &mut Criterion) {
    sizes::<f32>(criterion, "f32", matrixmultiply::sgemm);
    sizes::<f64>(criterion, "f64", matrixmultiply::dgemm);
}

fn integers(criterion: &mut Criterion) {
    for n in [64, 256] {
        let a = Array2::from_shape_fn((n, n), |(i, j)| (i * 7 + j) as i32 % 1000);
        let b = a.t().to_owned();
        assert_eq!(swath::matmul(&a, &b).unwrap(), a.dot(&b));
        let mut group = criterion.benchmark_group(format!("i32/{n}x{n}x{n}"));
        group.throughput(Throughput::Elements(2 * (n * n * n) as u64));
        group.bench_function("swath", |bench| bench.iter(|| swath::matmul(&a, &b).unwrap()));
        group.bench_function("ndarray_dot", |bench| bench.iter(|| a.dot(&b)));
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = floats, integers
}
criterion_main!(benches);
