//! The logarithm of a sum of exponentials, whose bound counts in units of the largest
//! of result and arguments.

use super::common::Rng;
use super::mpfr::{self, Binary, Number, Unary};
use ndarray::Array1;

/// The power of two that is not above `x`.
fn power_of_two(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0x7ff0_0000_0000_0000)
}

#[test]
fn n7_logaddexp() {
    if !mpfr::is_here() {
        println!("skipped: n7_logaddexp: no libmpfr.so.6");
        return;
    }
    let mut rng = Rng(17);
    let spread = |i: usize| [1e-3, 1.0, 30.0, 600.0][i % 4];
    let x: Array1<f64> = (0..20_000).map(|i| rng.unit() * spread(i)).collect();
    let y: Array1<f64> = (0..20_000).map(|i| x[i] + rng.unit() * spread(i / 4)).collect();
    let got = swath::logaddexp(&x, &y).unwrap();
    let single = swath::logaddexp(&x.mapv(|x| x as f32), &y.mapv(|y| y as f32)).unwrap();
    let (exp, ln, add) = (Unary::named("exp"), Unary::named("log"), Binary::named("add"));
    let judge = |x: f64, y: f64| {
        let (mut a, mut b, mut sum) = (Number::new(0.0), Number::new(0.0), Number::new(0.0));
        exp.call(&mut a, &Number::new(x));
        exp.call(&mut b, &Number::new(y));
        add.call(&mut sum, &a, &b);
        ln.call(&mut a, &sum);
        a
    };
    for (i, (&got, &single)) in got.iter().zip(&single).enumerate() {
        let (x, y) = (x[i], y[i]);
        let right = judge(x, y);
        let mut error = Number::new(0.0);
        error.subtract(&right, &Number::new(got));
        let largest = right.to_f64().abs().max(x.abs()).max(y.abs());
        let bound = power_of_two(largest) * f64::EPSILON;
        assert!(error.to_f64().abs() <= bound, "logaddexp({x}, {y}) = {got}");

        let (x, y) = (f64::from(x as f32), f64::from(y as f32));
        let right = judge(x, y).to_f64();
        let largest = right.abs().max(x.abs()).max(y.abs());
        let bound = power_of_two(largest) * f64::from(f32::EPSILON);
        assert!((f64::from(single) - right).abs() <= bound, "f32 logaddexp({x}, {y}) = {single}");
    }
}
