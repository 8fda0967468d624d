//! Rounding, signs and limits beside std's.

use super::common::Rng;
use super::judge::{steps_f32, steps_f64};
use swath::math;

fn inputs() -> impl Iterator<Item = f64> {
    let mut rng = Rng(5);
    let edges = [0.0, 0.5, 1.0, 1.5, 2.5, 0.499_999_999_999_999_94, f64::INFINITY, f64::NAN];
    let halves = (0..2000).map(|i| f64::from(i) * 0.25);
    let large = (50..56).flat_map(|e| (0..8).map(move |i| 2f64.powi(e) + f64::from(i) * 0.5));
    let any = std::iter::repeat_with(move || f64::from_bits(rng.next())).take(50_000);
    edges.into_iter().chain(halves).chain(large).chain(any).flat_map(|x| [x, -x])
}

#[test]
fn rounding_is_that_of_std() {
    macro_rules! check {
        ($($name:ident)*) => {$(
            for x in inputs() {
                assert_eq!(steps_f64(math::$name(x), x.$name()), 0, "{} {x}", stringify!($name));
                let y = x as f32;
                assert_eq!(steps_f32(math::$name(y), y.$name()), 0, "{} {y}", stringify!($name));
            }
        )*};
    }
    check!(floor ceil trunc round round_ties_even abs sqrt);
}

#[test]
fn n3_signs_and_limits() {
    const NAN: f64 = f64::NAN;
    let same = |got: f64, expected: f64, what: &str| {
        let same = got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan();
        assert!(same, "{what}: {got}, expected {expected}");
    };
    for (x, y, minimum, maximum, fmin, fmax) in [
        (1.0, 2.0, 1.0, 2.0, 1.0, 2.0),
        (2.0, 1.0, 1.0, 2.0, 1.0, 2.0),
        (-0.0, 0.0, -0.0, 0.0, -0.0, 0.0),
        (0.0, -0.0, -0.0, 0.0, -0.0, 0.0),
        (NAN, 1.0, NAN, NAN, 1.0, 1.0),
        (1.0, NAN, NAN, NAN, 1.0, 1.0),
        (NAN, NAN, NAN, NAN, NAN, NAN),
        (f64::INFINITY, 1.0, 1.0, f64::INFINITY, 1.0, f64::INFINITY),
        (-f64::INFINITY, 1.0, -f64::INFINITY, 1.0, -f64::INFINITY, 1.0),
    ] {
        same(math::minimum(x, y), minimum, "minimum");
        same(math::maximum(x, y), maximum, "maximum");
        same(math::fmin(x, y), fmin, "fmin");
        same(math::fmax(x, y), fmax, "fmax");
    }
    for (x, expected) in [(3.0, 1.0), (-2.0, -1.0), (0.0, 0.0), (-0.0, -0.0), (NAN, NAN)] {
        same(math::sign(x), expected, "sign");
    }
    same(math::copysign(3.0, -0.0), -3.0, "copysign");
    same(math::fmod(-7.5, 2.0), -1.5, "fmod");
    same(math::fmod(1.0, 0.0), NAN, "fmod");
    same(math::clamp(5.0, 0.0, 1.0), 1.0, "clamp");
    same(math::clamp(-5.0, 0.0, 1.0), 0.0, "clamp");
    same(math::clamp(NAN, 0.0, 1.0), NAN, "clamp");
    same(math::clamp(0.5, 1.0, 0.0), 0.0, "clamp");
}
