//! The logarithm of a sum of exponentials, whose bound counts in units of the largest
//! of result and arguments.

use super::common::Rng;
use super::extended::{self, Extended};
use super::mpfr::{self, Binary, Number, Unary};
use super::{BLOCK, in_parallel, points_asked};
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
    let n = points_asked(20_000);
    in_parallel(n.div_ceil(BLOCK) as u64, |seed, _| pairs(n.min(BLOCK), seed + 16));
}

/// Judges so many pairs.
fn pairs(n: usize, seed: u64) {
    let mut rng = Rng(seed);
    let spread = |i: usize| [1e-3, 1.0, 30.0, 600.0][i % 4];
    let x: Array1<f64> = (0..n).map(|i| rng.unit() * spread(i)).collect();
    let y: Array1<f64> = (0..n).map(|i| x[i] + rng.unit() * spread(i / 4)).collect();
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
    let sieve = extended::is_here().then(|| extended::value("logaddexp"));
    for (i, (&got, &single)) in got.iter().zip(&single).enumerate() {
        let (x, y) = (x[i], y[i]);
        // Nine tenths of the bound by the sieve are within it by MPFR, and an f32 is
        // judged by f64 well enough.
        let passes = sieve.is_some_and(|sieve| {
            let within = |got: f64, x: f64, y: f64, part: f64| {
                let value = sieve(x, y);
                let largest = value.to_f64().abs().max(x.abs()).max(y.abs());
                let distance = (value - Extended::new(got)).to_f64().abs();
                distance <= 0.9 * power_of_two(largest) * part
            };
            let (a, b) = (f64::from(x as f32), f64::from(y as f32));
            within(got, x, y, f64::EPSILON) && within(single.into(), a, b, f64::from(f32::EPSILON))
        });
        if passes {
            continue;
        }
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
