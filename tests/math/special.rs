//! Special values, as Annex F of C99 has them.

use swath::{Float, math};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Function, argument, result: signs of zeros count, and any NaN is NaN.
type Row = (&'static str, f64, f64);

const ROWS: &[Row] = &[
    ("exp", 0.0, 1.0),
    ("exp", -0.0, 1.0),
    ("exp", INF, INF),
    ("exp", -INF, 0.0),
    ("exp2", 0.0, 1.0),
    ("exp2", INF, INF),
    ("exp2", -INF, 0.0),
    ("exp2", 10.0, 1024.0),
    ("exp2", -126.0, 1.175_494_350_822_287_5e-38),
    ("exp_m1", 0.0, 0.0),
    ("exp_m1", -0.0, -0.0),
    ("exp_m1", INF, INF),
    ("exp_m1", -INF, -1.0),
    ("ln", 0.0, -INF),
    ("ln", -0.0, -INF),
    ("ln", 1.0, 0.0),
    ("ln", -1.0, NAN),
    ("ln", INF, INF),
    ("ln", -INF, NAN),
    ("log2", 0.0, -INF),
    ("log2", -0.0, -INF),
    ("log2", 1.0, 0.0),
    ("log2", -1.0, NAN),
    ("log2", INF, INF),
    ("log2", -INF, NAN),
    ("log2", 1024.0, 10.0),
    ("log2", 0.125, -3.0),
    ("log10", 0.0, -INF),
    ("log10", -0.0, -INF),
    ("log10", 1.0, 0.0),
    ("log10", -1.0, NAN),
    ("log10", INF, INF),
    ("log10", -INF, NAN),
    ("log10", 1000.0, 3.0),
    ("log10", 10.0, 1.0),
    ("ln_1p", 0.0, 0.0),
    ("ln_1p", -0.0, -0.0),
    ("ln_1p", -1.0, -INF),
    ("ln_1p", -2.0, NAN),
    ("ln_1p", INF, INF),
    ("ln_1p", -INF, NAN),
    ("sqrt", 0.0, 0.0),
    ("sqrt", -0.0, -0.0),
    ("sqrt", INF, INF),
    ("sqrt", -1.0, NAN),
    ("cbrt", 0.0, 0.0),
    ("cbrt", -0.0, -0.0),
    ("cbrt", INF, INF),
    ("cbrt", -INF, -INF),
    ("cbrt", -27.0, -3.0),
    ("sin", 0.0, 0.0),
    ("sin", -0.0, -0.0),
    ("sin", INF, NAN),
    ("sin", -INF, NAN),
    ("cos", 0.0, 1.0),
    ("cos", -0.0, 1.0),
    ("cos", INF, NAN),
    ("cos", -INF, NAN),
    ("tan", 0.0, 0.0),
    ("tan", -0.0, -0.0),
    ("tan", INF, NAN),
    ("tan", -INF, NAN),
    ("asin", 0.0, 0.0),
    ("asin", -0.0, -0.0),
    ("asin", 1.5, NAN),
    ("asin", -INF, NAN),
    ("acos", 1.0, 0.0),
    ("acos", 1.5, NAN),
    ("acos", INF, NAN),
    ("atan", 0.0, 0.0),
    ("atan", -0.0, -0.0),
    ("sinh", 0.0, 0.0),
    ("sinh", -0.0, -0.0),
    ("sinh", INF, INF),
    ("sinh", -INF, -INF),
    ("cosh", 0.0, 1.0),
    ("cosh", -0.0, 1.0),
    ("cosh", INF, INF),
    ("cosh", -INF, INF),
    ("tanh", 0.0, 0.0),
    ("tanh", -0.0, -0.0),
    ("tanh", INF, 1.0),
    ("tanh", -INF, -1.0),
    ("asinh", 0.0, 0.0),
    ("asinh", -0.0, -0.0),
    ("asinh", INF, INF),
    ("asinh", -INF, -INF),
    ("acosh", 1.0, 0.0),
    ("acosh", 0.5, NAN),
    ("acosh", INF, INF),
    ("acosh", -INF, NAN),
    ("atanh", 0.0, 0.0),
    ("atanh", -0.0, -0.0),
    ("atanh", 1.0, INF),
    ("atanh", -1.0, -INF),
    ("atanh", 1.5, NAN),
    ("atanh", INF, NAN),
    ("sigmoid", 0.0, 0.5),
    ("sigmoid", -0.0, 0.5),
    ("sigmoid", INF, 1.0),
    ("sigmoid", -INF, 0.0),
    ("erf", 0.0, 0.0),
    ("erf", -0.0, -0.0),
    ("erf", INF, 1.0),
    ("erf", -INF, -1.0),
    ("erfc", 0.0, 1.0),
    ("erfc", INF, 0.0),
    ("erfc", -INF, 2.0),
    ("gelu", 0.0, 0.0),
    ("gelu", -0.0, -0.0),
    ("gelu", INF, INF),
    ("gelu", -INF, -0.0),
    ("tgamma", 0.0, INF),
    ("tgamma", -0.0, -INF),
    ("tgamma", -3.0, NAN),
    ("tgamma", INF, INF),
    ("tgamma", -INF, NAN),
    ("lgamma", 0.0, INF),
    ("lgamma", -0.0, INF),
    ("lgamma", -3.0, INF),
    ("lgamma", 1.0, 0.0),
    ("lgamma", 2.0, 0.0),
    ("lgamma", INF, INF),
    ("lgamma", -INF, INF),
    ("softplus", INF, INF),
    ("softplus", -INF, 0.0),
];

const PAIRS: &[(&str, f64, f64, f64)] = &[
    ("powf", 0.0, -3.0, INF),
    ("powf", -0.0, -3.0, -INF),
    ("powf", 0.0, -2.0, INF),
    ("powf", -0.0, -2.0, INF),
    ("powf", -0.0, -2.5, INF),
    ("powf", 0.0, 3.0, 0.0),
    ("powf", -0.0, 3.0, -0.0),
    ("powf", -0.0, 2.0, 0.0),
    ("powf", -0.0, 0.5, 0.0),
    ("powf", -1.0, INF, 1.0),
    ("powf", -1.0, -INF, 1.0),
    ("powf", 1.0, NAN, 1.0),
    ("powf", 1.0, INF, 1.0),
    ("powf", NAN, 0.0, 1.0),
    ("powf", NAN, -0.0, 1.0),
    ("powf", INF, 0.0, 1.0),
    ("powf", -2.0, 0.5, NAN),
    ("powf", 0.5, -INF, INF),
    ("powf", 2.0, -INF, 0.0),
    ("powf", 0.5, INF, 0.0),
    ("powf", -2.0, INF, INF),
    ("powf", -INF, -3.0, -0.0),
    ("powf", -INF, -2.0, 0.0),
    ("powf", -INF, -0.5, 0.0),
    ("powf", -INF, 3.0, -INF),
    ("powf", -INF, 2.0, INF),
    ("powf", -INF, 0.5, INF),
    ("powf", INF, -1.0, 0.0),
    ("powf", INF, 1.0, INF),
    ("powf", -2.0, 3.0, -8.0),
    ("powf", -2.0, 4.0, 16.0),
    ("powf", NAN, 1.0, NAN),
    ("powf", 2.0, NAN, NAN),
    ("powf", 10.0, 2.0, 100.0),
    ("powf", -1.0, 9_007_199_254_740_991.0, -1.0),
    ("powf", -1.0, 1e300, 1.0),
    ("powf", 0.0, INF, 0.0),
    ("powf", 0.0, -INF, INF),
    ("powf", -0.0, INF, 0.0),
    ("powf", INF, INF, INF),
    ("powf", INF, -INF, 0.0),
    ("atan2", 0.0, 1.0, 0.0),
    ("atan2", -0.0, 1.0, -0.0),
    ("atan2", 0.0, 0.0, 0.0),
    ("atan2", -0.0, 0.0, -0.0),
    ("atan2", 1.0, INF, 0.0),
    ("atan2", -1.0, INF, -0.0),
    ("atan2", NAN, 1.0, NAN),
    ("atan2", 1.0, NAN, NAN),
    ("atan2", 0.0, NAN, NAN),
    ("atan2", INF, NAN, NAN),
    ("hypot", INF, NAN, INF),
    ("hypot", NAN, -INF, INF),
    ("hypot", 3.0, -4.0, 5.0),
    ("hypot", 0.0, -0.0, 0.0),
    ("hypot", NAN, 1.0, NAN),
    ("hypot", -2.5, 0.0, 2.5),
    ("logaddexp", -INF, -INF, -INF),
    ("logaddexp", INF, INF, INF),
    ("logaddexp", INF, -INF, INF),
    ("logaddexp", -INF, 2.5, 2.5),
    ("logaddexp", NAN, 1.0, NAN),
    ("logaddexp", -INF, NAN, NAN),
];

fn one<T: Float>(name: &str) -> fn(T) -> T {
    match name {
        "exp" => math::exp,
        "exp2" => math::exp2,
        "exp_m1" => math::exp_m1,
        "ln" => math::ln,
        "log2" => math::log2,
        "log10" => math::log10,
        "ln_1p" => math::ln_1p,
        "sqrt" => math::sqrt,
        "cbrt" => math::cbrt,
        "sin" => math::sin,
        "cos" => math::cos,
        "tan" => math::tan,
        "asin" => math::asin,
        "acos" => math::acos,
        "atan" => math::atan,
        "sinh" => math::sinh,
        "cosh" => math::cosh,
        "tanh" => math::tanh,
        "asinh" => math::asinh,
        "acosh" => math::acosh,
        "atanh" => math::atanh,
        "sigmoid" => math::sigmoid,
        "softplus" => math::softplus,
        "erf" => math::erf,
        "erfc" => math::erfc,
        "gelu" => math::gelu,
        "tgamma" => math::tgamma,
        "lgamma" => math::lgamma,
        _ => panic!("{name}"),
    }
}

fn two<T: Float>(name: &str) -> fn(T, T) -> T {
    match name {
        "powf" => math::powf,
        "atan2" => math::atan2,
        "hypot" => math::hypot,
        "logaddexp" => math::logaddexp,
        _ => panic!("{name}"),
    }
}

#[track_caller]
fn same(name: &str, at: (f64, f64), got: f64, expected: f64) {
    let same = got.to_bits() == expected.to_bits() || got.is_nan() && expected.is_nan();
    assert!(same, "{name}({at:?}): {got:?}, expected {expected:?}");
}

#[test]
fn special_values_of_one_argument() {
    for &(name, x, expected) in ROWS {
        same(name, (x, 0.0), one::<f64>(name)(x), expected);
        same(name, (x, 0.0), one::<f32>(name)(x as f32).into(), expected);
        assert!(one::<f64>(name)(NAN).is_nan() && one::<f32>(name)(f32::NAN).is_nan(), "{name}");
    }
}

#[test]
fn special_values_of_two_arguments() {
    for &(name, x, y, expected) in PAIRS {
        same(name, (x, y), two::<f64>(name)(x, y), expected);
        // The largest odd integer of f64 is even as an f32.
        if !(1e15..=1e20).contains(&y) {
            same(name, (x, y), two::<f32>(name)(x as f32, y as f32).into(), expected);
        }
    }
}

#[test]
fn angles_of_the_axes() {
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};
    for (y, x, expected) in [
        (0.0, -1.0, PI),
        (-0.0, -1.0, -PI),
        (0.0, -0.0, PI),
        (-0.0, -0.0, -PI),
        (1.0, 0.0, FRAC_PI_2),
        (-1.0, -0.0, -FRAC_PI_2),
        (1.0, -INF, PI),
        (-1.0, -INF, -PI),
        (INF, 1.0, FRAC_PI_2),
        (-INF, 1.0, -FRAC_PI_2),
        (INF, INF, FRAC_PI_4),
        (INF, -INF, 3.0 * FRAC_PI_4),
        (-INF, INF, -FRAC_PI_4),
        (-INF, -INF, -3.0 * FRAC_PI_4),
    ] {
        same("atan2", (y, x), math::atan2(y, x), expected);
        let single = math::atan2(y as f32, x as f32);
        same("atan2", (y, x), single.into(), f64::from(expected as f32));
    }
    for x in [INF, f64::MAX, 1e30] {
        same("atan", (x, 0.0), math::atan(x), FRAC_PI_2);
        same("atan", (-x, 0.0), math::atan(-x), -FRAC_PI_2);
    }
    same("asin", (1.0, 0.0), math::asin(1.0), FRAC_PI_2);
    same("acos", (-1.0, 0.0), math::acos(-1.0), PI);
    same("acos", (0.0, 0.0), math::acos(0.0), FRAC_PI_2);
}

#[test]
fn ends_of_the_ranges() {
    // The largest argument with a finite result, and the next.
    for (name, last) in [
        ("exp", 709.782_712_893_384),
        ("exp_m1", 709.782_712_893_384),
        ("exp2", f64::from_bits(1024f64.to_bits() - 1)),
        ("sinh", 710.475_860_073_943_9),
        ("cosh", 710.475_860_073_943_9),
    ] {
        assert!(one::<f64>(name)(last) < INF, "{name}");
        assert_eq!(one::<f64>(name)(f64::from_bits(last.to_bits() + 1)), INF, "{name}");
    }
    for (name, last) in [
        ("exp", 88.722_83f32),
        ("exp_m1", 88.722_83),
        ("exp2", f32::from_bits(128f32.to_bits() - 1)),
        ("sinh", 89.415_985),
        ("cosh", 89.415_985),
    ] {
        assert!(one::<f32>(name)(last) < f32::INFINITY, "{name}");
        assert_eq!(one::<f32>(name)(f32::from_bits(last.to_bits() + 1)), f32::INFINITY, "{name}");
    }
    assert_eq!(math::exp2(-1074.0), f64::from_bits(1));
    assert_eq!(math::exp2(-149.0f32), f32::from_bits(1));
    assert_eq!(math::exp(-745.133_219_101_941_1), f64::from_bits(1));
    assert_eq!(math::exp(-745.133_219_101_941_2), 0.0);
    assert_eq!(math::ln(f64::from_bits(1)), -744.440_071_921_381_2);
    assert_eq!(math::log2(f64::from_bits(1)), -1074.0);
    assert_eq!(math::log2(f32::from_bits(1)), -149.0);
}

#[test]
fn powers_of_integers_are_those_of_floats() {
    for x in [-2.5f64, -1.0, -0.0, 0.0, 0.3, 1.0, 7.0, INF, -INF, NAN] {
        for n in [i32::MIN, -3, -2, -1, 0, 1, 2, 3, 40, i32::MAX] {
            same("powi", (x, n.into()), math::powi(x, n), math::powf(x, n.into()));
            let single = x as f32;
            if n.unsigned_abs() < 1 << 24 {
                let expected = math::powf(single, n as f32);
                same("powi", (x, n.into()), math::powi(single, n).into(), expected.into());
            }
        }
    }
    // As an f32 the exponent would be even.
    assert_eq!(math::powi(-1.0f32, i32::MAX), -1.0);
}

#[test]
fn published_hard_cases() {
    // J.-M. Muller, "Elementary Functions": the f64 closest to a multiple of pi / 2.
    let x = 6_381_956_970_095_103.0 * 2f64.powi(797);
    same("cos", (x, 0.0), math::cos(x), -4.687_165_924_254_628e-19);
    same("sin", (x, 0.0), math::sin(x), 1.0);
    same("tan", (x, 0.0), math::tan(x), -2.133_485_385_753_704e18);
    // K. C. Ng, "Good to the last bit".
    same("sin", (1e22, 0.0), math::sin(1e22), -0.852_200_849_767_188_8);
    same("cos", (1e22, 0.0), math::cos(1e22), 0.523_214_785_395_139);
    same("sin", (1e300, 0.0), math::sin(1e300), -0.817_881_912_115_908_5);
    same("cos", (f64::MAX, 0.0), math::cos(f64::MAX), -0.999_987_689_426_559_9);
    same("sin", (0.0, 0.0), math::sin(f32::MAX).into(), (-0.521_876_5f32).into());
}
