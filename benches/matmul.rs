//! Matrix products beside ndarray's `dot` and matrixmultiply on one thread.
//!
//! `cargo bench --bench matmul -- f32/512` for a part. Prints the multiply-add peak of
//! one thread first, to which the figures are compared (criterion's Gelem/s are GFLOP/s
//! here). Under `cargo test --benches` each case runs once. Every result is compared with the naive chain before it is
//! timed: all bits, of the first and the last row.

#[path = "support/peak.rs"]
mod peak;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Array3, Axis, LinalgScalar, Zip, s};
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
    let square = [4, 8, 16, 32, 64, 96, 128, 256, 512, 1008, 1024].map(|n| (n, n, n));
    // Skinny in k, in both others, a row, a column, a few columns, tall, wide, ragged.
    let other = [
        (1024, 32, 1024),
        (64, 4096, 64),
        (1, 4096, 4096),
        (4096, 4096, 1),
        (4096, 4096, 8),
        (100_000, 16, 16),
        (16, 16, 100_000),
        (301, 299, 307),
    ];
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

/// Many small products: one call on the stack, and ndarray's `dot` for each.
fn stacks(criterion: &mut Criterion) {
    const COUNT: usize = 10_000;
    for n in [4, 8, 16, 32] {
        let a = values::<f32>(COUNT * n, n, 1).into_shape_with_order((COUNT, n, n)).unwrap();
        let b = values::<f32>(COUNT * n, n, 2).into_shape_with_order((COUNT, n, n)).unwrap();
        let mut c = Array3::<f32>::zeros((COUNT, n, n));
        swath::matmul_into(1.0, &a, &b, 0.0, &mut c).unwrap();
        for i in [0, 1, COUNT / 2, COUNT - 1] {
            let place = |x: &Array3<f32>| x.index_axis(Axis(0), i).to_owned();
            assert_eq!(place(&c), reference::matmul::matmul(&place(&a), &place(&b)), "{n}: {i}");
        }
        let mut group = criterion.benchmark_group(format!("f32/{COUNT} of {n}x{n}x{n}"));
        group.throughput(Throughput::Elements(2 * (COUNT * n * n * n) as u64));
        group.bench_function("swath_into", |bench| {
            bench.iter(|| swath::matmul_into(1.0, &a, &b, 0.0, black_box(&mut c)).unwrap());
        });
        group.bench_function("ndarray_dot", |bench| {
            bench.iter(|| {
                Zip::from(c.outer_iter_mut())
                    .and(a.outer_iter())
                    .and(b.outer_iter())
                    .for_each(|mut c, a, b| general_mat_mul(1.0, &a, &b, 0.0, &mut c));
            });
        });
        group.finish();
    }
}

/// A matrix times its transpose beside the same product with a copy of it.
fn gram(criterion: &mut Criterion) {
    let a = values::<f32>(1008, 500, 1);
    let copy = a.t().to_owned();
    assert_eq!(swath::matmul::gram(&a).unwrap(), swath::matmul(&a, &copy).unwrap());
    let mut group = criterion.benchmark_group("f32/gram 1008x500");
    group.bench_function("gram", |bench| bench.iter(|| swath::matmul::gram(&a).unwrap()));
    group.bench_function("matmul", |bench| bench.iter(|| swath::matmul(&a, &copy).unwrap()));
    group.finish();
}

fn peaks(_: &mut Criterion) {
    if let Some(gflops) = peak::peak(1, 30) {
        println!("multiply-add peak of one thread, f32, AVX-512: {gflops:.0} GFLOP/s; f64: half");
    }
}

fn integers(criterion: &mut Criterion) {
    for n in [64, 256, 1024] {
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
    targets = peaks, floats, stacks, gram, integers
}
criterion_main!(benches);
