//! Maps that are reduced.

use super::*;

/// Every reducer against map and reduction, one after the other.
#[track_caller]
fn reduces_as_two_calls(a: &ArrayD<f32>, b: &ArrayD<f32>, context: &str) {
    let f = |(x, y): (f32, f32)| (x - y) * (x - y) + 0.1 * x;
    let values = swath::map((a, b), f).unwrap();
    let check = |got: f32, expected: f32, name: &str| {
        assert!(got.bits() == expected.bits(), "{name}: {got:?} {expected:?}: {context}");
    };
    check(map_reduce((a, b), f, Sum).unwrap(), reduce::sum(&values), "sum");
    check(map_reduce((a, b), f, Prod).unwrap(), reduce::prod(&values), "prod");
    check(map_reduce((a, b), f, Mean).unwrap(), reduce::mean(&values), "mean");
    check(map_reduce((a, b), f, Var(1.0)).unwrap(), reduce::var(&values, 1.0), "var");
    check(map_reduce((a, b), f, Std(0.0)).unwrap(), reduce::std(&values, 0.0), "std");
    match (reduce::min(&values), reduce::max(&values)) {
        (Ok(least), Ok(greatest)) => {
            check(map_reduce((a, b), f, Min).unwrap(), least, "min");
            check(map_reduce((a, b), f, Max).unwrap(), greatest, "max");
        }
        _ => {
            let err = map_reduce((a, b), f, Min).unwrap_err();
            assert!(matches!(err, Error::Empty { function: "map_reduce", .. }), "{err}");
            assert!(map_reduce((a, b), f, Max).is_err());
        }
    }
    assert_eq!(map_reduce((a, b), f, Any).unwrap(), reduce::any(&values));
    assert_eq!(map_reduce((a, b), f, All).unwrap(), reduce::all(&values));
    assert_eq!(map_reduce((a, b), f, CountNonzero).unwrap(), reduce::count_nonzero(&values));
}

#[test]
fn map_reduce_has_the_bits_of_two_calls_at_every_length() {
    let mut rng = Rng(11);
    for n in (0..40).chain([255, 256, 257, 2048, 4095, 4096, 4097, 12_289, 100_003]) {
        let mut random = || ArrayD::from_shape_simple_fn(IxDyn(&[n]), || rng.unit() as f32);
        let (a, mut b) = (random(), random());
        reduces_as_two_calls(&a, &b, &format!("{n}"));
        if n > 0 {
            b[n / 2] = f32::NAN;
            reduces_as_two_calls(&a, &b, &format!("{n} with NaN"));
        }
    }
}

#[test]
fn map_reduce_has_the_bits_of_two_calls_in_any_layout() {
    let mut rng = Rng(12);
    let mut random =
        |shape: &[usize]| ArrayD::from_shape_simple_fn(IxDyn(shape), || rng.unit() as f32);
    let (a, b, row) = (random(&[70, 90]), random(&[90, 70]), random(&[90]));
    reduces_as_two_calls(&a, &b.t().to_owned(), "C");
    reduces_as_two_calls(&a.t().to_owned(), &b, "C, turned");
    reduces_as_two_calls(&a, &row, "row");
    reduces_as_two_calls(&row, &random(&[5, 1, 1]), "column");
    reduces_as_two_calls(&random(&[0, 3]), &random(&[1, 1]), "empty");
    // Views: Fortran order, reversed, transposed beside C order.
    let f = |(x, y): (f32, f32)| x * 3.0 - y;
    let both = [
        (a.t(), b.view()),
        (a.slice(s![..;-1, ..;2]).into_dyn(), b.t().slice_move(s![.., ..;2]).into_dyn()),
        (a.t(), a.t()),
    ];
    for (a, b) in both {
        let values = swath::map((&a, &b), f).unwrap();
        let sum = map_reduce((&a, &b), f, Sum).unwrap();
        assert_eq!(sum.to_bits(), reduce::sum(&values).to_bits());
        let mean = map_reduce!((&a, &b), |(x, y)| f64::from(x) * f64::from(y), Mean).unwrap();
        let values = swath::map((&a, &b), |(x, y)| f64::from(x) * f64::from(y)).unwrap();
        assert_eq!(mean.to_bits(), reduce::mean(&values).to_bits());
    }
}

#[test]
fn map_reduce_of_integers_and_truth() {
    let a = Array2::from_shape_fn((100, 77), |(i, j)| (i * j % 251) as u8);
    let sum = map_reduce!(&a, |x| x.wrapping_mul(3), Sum).unwrap();
    assert_eq!(sum, a.iter().map(|x| u64::from(x.wrapping_mul(3))).sum::<u64>());
    assert_eq!(map_reduce!(&a, |x| i16::from(x) - 300, Max).unwrap(), -50);
    assert!(map_reduce!(&a, |x| x == 250, Any).unwrap());
    assert!(!map_reduce!(&a, |x| x == 251, Any).unwrap());
    assert!(map_reduce!(&a, |x| x < 251, All).unwrap());
    assert_eq!(
        map_reduce!(&a, |x| x == 0, CountNonzero).unwrap(),
        a.iter().filter(|&&x| x == 0).count()
    );
    let err = map_reduce((&a, &array![1, 2]), |(x, y)| x + y, Sum).unwrap_err();
    assert_eq!(
        err.to_string(),
        "map_reduce: operands do not broadcast together: shapes [100, 77], [2]"
    );
    let one = array![1.0];
    let (tall, wide) = (one.broadcast((1 << 32, 1)).unwrap(), one.broadcast((1, 1 << 32)).unwrap());
    let err = map_reduce((&tall, &wide), |(x, y)| x + y, Sum).unwrap_err();
    assert!(matches!(err, Error::TooLarge { function: "map_reduce", .. }), "{err}");
}

#[test]
fn n6_map_reduce_is_the_same_everywhere_and_calls_once() {
    let mut rng = Rng(13);
    let a = Array2::from_shape_simple_fn((97, 301), || (rng.unit() * 100.0) as f32);
    let row = a.row(3).to_owned();
    same_bits_everywhere("map_reduce", || {
        let whole = map_reduce!((&a, &row), |(x, y)| math::exp(-x * x) + x * y, Sum).unwrap();
        let turned = map_reduce!((&a.t(), &a.t()), |(x, y)| x / (1.0 + y * y), Mean).unwrap();
        let spread = map_reduce!(&a, |x| f64::from(x).sqrt(), Var(0.0)).unwrap();
        vec![whole.bits(), turned.bits(), spread.bits()]
    });
    use std::sync::atomic::{AtomicUsize, Ordering};
    for n in [1, 200, 256, 300, 5000, 70_000] {
        let calls = AtomicUsize::new(0);
        let ones = Array1::from_elem(n, 1u64);
        let count = |x| {
            calls.fetch_add(1, Ordering::Relaxed);
            x
        };
        assert_eq!(map_reduce(&ones, count, Sum).unwrap(), n as u64);
        assert_eq!(calls.into_inner(), n);
    }
}

#[test]
fn t1_a_panic_in_a_map_that_is_reduced_arrives_once() {
    for n in [10, 1000, 100_000] {
        let a = Array1::from_iter(0..n);
        let caught = std::panic::catch_unwind(|| {
            map_reduce(
                &a,
                |x| if x == n - 2 { std::panic::resume_unwind(Box::new("here")) } else { x },
                Sum,
            )
        });
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"here"));
        assert_eq!(map_reduce(&a, |x| x, Sum).unwrap(), i64::from(n) * i64::from(n - 1) / 2);
    }
}
