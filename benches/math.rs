//! Elementary functions inside `map_into!` beside std's, on one thread.
//!
//! `cargo bench --bench math -- exp` times; `cargo test --benches` runs each once.
//! Every result is compared with std's before it is timed. 4096 elements, which stay
//! in the cache.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{Array1, Zip};
use swath::{Control, map_into, math};

const N: usize = 4096;

macro_rules! case {
    ($c:ident, $name:literal, $t:ident, $range:expr, |$x:ident| $ours:expr, $std:expr) => {{
        let (low, high): ($t, $t) = $range;
        let a = Array1::<$t>::linspace(low, high, N);
        let (mut out, mut other) = (a.clone(), a.clone());
        map_into!(&a, &mut out, |$x| $ours).unwrap();
        let plain = |$x: $t| -> $t { $std };
        for (i, (&got, &x)) in out.iter().zip(&a).enumerate() {
            let expected = plain(x);
            assert!(
                (got - expected).abs() <= 4.0 * $t::EPSILON * expected.abs().max($t::EPSILON),
                "{} {i}: {got} and {expected} at {x}",
                $name
            );
        }
        let mut group = $c.benchmark_group(concat!("math/", stringify!($t), "/", $name));
        group.throughput(Throughput::Elements(N as u64));
        group.bench_function("swath", |b| {
            Control::new()
                .threads(1)
                .run(|| b.iter(|| map_into!(black_box(&a), &mut out, |$x| $ours)))
                .unwrap();
        });
        group.bench_function("std", |b| {
            b.iter(|| Zip::from(black_box(&a)).and(&mut other).for_each(|&x, y| *y = plain(x)));
        });
        group.finish();
    }};
}

macro_rules! both {
    ($c:ident, $name:literal, $range:expr, |$x:ident| $ours:expr, $std:expr) => {
        case!($c, $name, f32, $range, |$x| $ours, $std);
        case!($c, $name, f64, $range, |$x| $ours, $std);
    };
}

fn exponentials(c: &mut Criterion) {
    both!(c, "exp", (-20.0, 20.0), |x| math::exp(x), x.exp());
    both!(c, "exp2", (-20.0, 20.0), |x| math::exp2(x), x.exp2());
    both!(c, "exp_m1", (-5.0, 5.0), |x| math::exp_m1(x), x.exp_m1());
    both!(c, "sigmoid", (-10.0, 10.0), |x| math::sigmoid(x), 1.0 / (1.0 + (-x).exp()));
    both!(c, "ln", (0.1, 100.0), |x| math::ln(x), x.ln());
    both!(c, "log2", (0.1, 100.0), |x| math::log2(x), x.log2());
    both!(c, "log10", (0.1, 100.0), |x| math::log10(x), x.log10());
    both!(c, "ln_1p", (-0.5, 5.0), |x| math::ln_1p(x), x.ln_1p());
    both!(c, "powf", (0.1, 20.0), |x| math::powf(x, 1.7), x.powf(1.7));
    both!(c, "cbrt", (0.1, 20.0), |x| math::cbrt(x), x.cbrt());
    both!(c, "hypot", (0.1, 20.0), |x| math::hypot(x, 3.0), x.hypot(3.0));
}

fn angles(c: &mut Criterion) {
    both!(c, "sin", (-10.0, 10.0), |x| math::sin(x), x.sin());
    both!(c, "cos", (-10.0, 10.0), |x| math::cos(x), x.cos());
    both!(c, "tan", (-10.0, 10.0), |x| math::tan(x), x.tan());
    both!(c, "asin", (-1.0, 1.0), |x| math::asin(x), x.asin());
    both!(c, "acos", (-1.0, 0.9), |x| math::acos(x), x.acos());
    both!(c, "atan", (-10.0, 10.0), |x| math::atan(x), x.atan());
    both!(c, "atan2", (-10.0, 10.0), |x| math::atan2(x, 3.0), x.atan2(3.0));
}

#[allow(clippy::useless_conversion)] // one source for both types
fn hyperbolic(c: &mut Criterion) {
    both!(c, "sinh", (-10.0, 10.0), |x| math::sinh(x), x.sinh());
    both!(c, "cosh", (-10.0, 10.0), |x| math::cosh(x), x.cosh());
    both!(c, "tanh", (-5.0, 5.0), |x| math::tanh(x), x.tanh());
    both!(c, "erf", (-3.0, 3.0), |x| math::erf(x), erf(x.into()) as _);
    both!(c, "erfc", (-3.0, 3.0), |x| math::erfc(x), erfc(x.into()) as _);
    // Closures of three functions.
    case!(
        c,
        "three",
        f32,
        (0.1, 2.0),
        |x| math::tanh(math::sin(x) * math::exp(x)),
        (x.sin() * x.exp()).tanh()
    );
    case!(
        c,
        "three",
        f64,
        (0.1, 2.0),
        |x| math::tanh(math::sin(x) * math::exp(x)),
        (x.sin() * x.exp()).tanh()
    );
}

/// The array forms, at lengths from one vector up.
fn arrays(c: &mut Criterion) {
    macro_rules! form {
        ($t:ident $($name:ident)*) => {$(
            let mut group = c.benchmark_group(concat!("array/", stringify!($t), "/", stringify!($name)));
            for n in [16, 64, 1024, N] {
                let a = Array1::<$t>::linspace(0.1, 10.0, n);
                let mut out = a.clone();
                swath::map::$name(&a, &mut out).unwrap();
                group.throughput(Throughput::Elements(n as u64));
                group.bench_function(n.to_string(), |b| {
                    Control::new()
                        .threads(1)
                        .run(|| b.iter(|| swath::map::$name(black_box(&a), &mut out)))
                        .unwrap();
                });
            }
            group.finish();
        )*};
    }
    form!(f32 exp_into ln_into sin_into cos_into tanh_into);
    form!(f64 exp_into ln_into sin_into cos_into tanh_into);
}

unsafe extern "C" {
    safe fn erf(x: f64) -> f64;
    safe fn erfc(x: f64) -> f64;
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(150));
    targets = exponentials, angles, hyperbolic, arrays
}
criterion_main!(benches);
