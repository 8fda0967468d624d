//! The functions of one and of two arguments, with their judges.

use super::mpfr::{Binary, Number, Unary};
use ndarray::Array1;
use swath::{map, math};

/// An array function for one type: the function inside `map!`.
pub(crate) type Vector<T> = fn(&Array1<T>) -> Array1<T>;

macro_rules! one {
    ($name:ident, $judge:expr, $mpfr:expr, $range:expr, $step:expr, $parity:expr) => {
        One {
            name: stringify!($name),
            f32: |x| map!(x, |x| math::$name(x)).unwrap(),
            f64: |x| map!(x, |x| math::$name(x)).unwrap(),
            judge: $judge,
            mpfr: |to, x| {
                static FUNCTION: std::sync::OnceLock<Unary> = std::sync::OnceLock::new();
                #[allow(clippy::redundant_closure_call)]
                ($mpfr)(&FUNCTION, to, x)
            },
            range: $range,
            step: $step,
            parity: $parity,
            steps: (1, 1),
        }
    };
}

macro_rules! named {
    ($name:literal) => {
        |f: &std::sync::OnceLock<Unary>, to: &mut Number, x: &Number| {
            f.get_or_init(|| Unary::named($name)).call(to, x)
        }
    };
}

unsafe extern "C" {
    safe fn erf(x: f64) -> f64;
    safe fn erfc(x: f64) -> f64;
    safe fn tgamma(x: f64) -> f64;
    safe fn lgamma_r(x: f64, sign: &mut i32) -> f64;
}

/// ln |gamma(x)|, of the C library.
pub(crate) fn lgamma(x: f64) -> f64 {
    lgamma_r(x, &mut 0)
}

impl One {
    /// With other bounds than one step.
    fn within(self, f32: u64, f64: u64) -> Self {
        Self { steps: (f32, f64), ..self }
    }
}

/// ln |gamma(x)|, beyond the exponents of MPFR too.
fn ln_gamma(_: &std::sync::OnceLock<Unary>, to: &mut Number, x: &Number) {
    if x.to_f64() > 0.0 {
        return Unary::named("lngamma").call(to, x);
    }
    let (mut gamma, mut size) = (Number::new(0.0), Number::new(0.0));
    Unary::named("gamma").call(&mut gamma, x);
    Binary::named("mul").call(&mut size, &gamma, &gamma);
    Unary::named("log").call(&mut gamma, &size);
    Binary::named("mul").call(to, &gamma, &Number::new(0.5));
}

/// What is judged apart.
pub(crate) fn lgamma_f64() -> One {
    one!(lgamma, lgamma, ln_gamma, (-20.0, 20.0), 0.25, 0)
}

pub(crate) struct One {
    pub(crate) name: &'static str,
    pub(crate) f32: Vector<f32>,
    pub(crate) f64: Vector<f64>,
    /// Good to far below half an ULP of f32.
    pub(crate) judge: fn(f64) -> f64,
    /// The same in MPFR: sets the first to the function of the second.
    pub(crate) mpfr: fn(&mut Number, &Number),
    /// Where the function is interesting.
    pub(crate) range: (f64, f64),
    /// Neighbours of multiples of this are tried.
    pub(crate) step: f64,
    /// -1: odd, 1: even, 0: neither.
    pub(crate) parity: i32,
    /// How far from correctly rounded results may be: f32, f64.
    pub(crate) steps: (u64, u64),
}

const LN2: f64 = std::f64::consts::LN_2;
const PI: f64 = std::f64::consts::PI;

/// 1 / (1 + e^-x).
fn sigmoid(_: &std::sync::OnceLock<Unary>, to: &mut Number, x: &Number) {
    let (zero, one) = (Number::new(0.0), Number::new(1.0));
    let mut e = Number::new(0.0);
    e.subtract(&zero, x);
    Unary::named("exp").call(to, &e);
    Binary::named("add").call(&mut e, &one, to);
    Binary::named("div").call(to, &one, &e);
}

/// The limit at -infinity, where the formula has infinity times 0.
fn plain_gelu(x: f64) -> f64 {
    if x == f64::NEG_INFINITY { -0.0 } else { 0.5 * x * erfc(-x * 0.5f64.sqrt()) }
}

/// x erfc(-x / sqrt(2)) / 2.
fn gelu(_: &std::sync::OnceLock<Unary>, to: &mut Number, x: &Number) {
    if x.to_f64() == f64::NEG_INFINITY {
        return to.set(-0.0);
    }
    let (mut root, mut y, mut e) = (Number::new(0.0), Number::new(0.0), Number::new(0.0));
    Unary::named("sqrt").call(&mut root, &Number::new(0.5));
    Binary::named("mul").call(&mut y, &root, x);
    e.subtract(&Number::new(0.0), &y);
    Unary::named("erfc").call(&mut y, &e);
    Binary::named("mul").call(&mut e, &Number::new(0.5), x);
    Binary::named("mul").call(to, &y, &e);
}

/// ln(1 + e^x).
fn softplus(_: &std::sync::OnceLock<Unary>, to: &mut Number, x: &Number) {
    let mut e = Number::new(0.0);
    if x.to_f64() > 1000.0 {
        // Where e^x leaves the exponents of MPFR, and x is all that is left.
        return to.set(x.to_f64());
    }
    Unary::named("exp").call(&mut e, x);
    Unary::named("log1p").call(to, &e);
}

pub(crate) fn unary() -> Vec<One> {
    vec![
        one!(exp, f64::exp, named!("exp"), (-750.0, 712.0), LN2 / 2.0, 0),
        one!(exp2, f64::exp2, named!("exp2"), (-1080.0, 1025.0), 0.5, 0),
        one!(exp_m1, f64::exp_m1, named!("expm1"), (-40.0, 712.0), LN2 / 2.0, 0),
        one!(ln, f64::ln, named!("log"), (0.0, 4.0), 0.5f64.sqrt(), 0),
        one!(log2, f64::log2, named!("log2"), (0.0, 4.0), 0.5f64.sqrt(), 0),
        one!(log10, f64::log10, named!("log10"), (0.0, 4.0), 0.5f64.sqrt(), 0),
        one!(ln_1p, f64::ln_1p, named!("log1p"), (-1.0, 3.0), 0.5f64.sqrt(), 0),
        one!(sqrt, f64::sqrt, named!("sqrt"), (0.0, 4.0), 1.0, 0),
        one!(cbrt, f64::cbrt, named!("cbrt"), (0.0, 8.0), 1.0, -1),
        one!(sin, f64::sin, named!("sin"), (-50.0, 50.0), PI / 4.0, -1),
        one!(cos, f64::cos, named!("cos"), (-50.0, 50.0), PI / 4.0, 1),
        one!(tan, f64::tan, named!("tan"), (-50.0, 50.0), PI / 4.0, -1),
        one!(asin, f64::asin, named!("asin"), (-1.0, 1.0), 0.5, -1),
        one!(acos, f64::acos, named!("acos"), (-1.0, 1.0), 0.5, 0),
        one!(atan, f64::atan, named!("atan"), (-4.0, 4.0), 1.0, -1),
        one!(sinh, f64::sinh, named!("sinh"), (-712.0, 712.0), LN2 / 2.0, -1),
        one!(cosh, f64::cosh, named!("cosh"), (-712.0, 712.0), LN2 / 2.0, 1),
        one!(tanh, f64::tanh, named!("tanh"), (-21.0, 21.0), LN2 / 2.0, -1),
        one!(asinh, f64::asinh, named!("asinh"), (-4.0, 4.0), 0.25, -1),
        one!(acosh, f64::acosh, named!("acosh"), (1.0, 5.0), 0.25, 0),
        one!(atanh, f64::atanh, named!("atanh"), (-1.0, 1.0), 0.25, -1),
        one!(erf, |x| erf(x), named!("erf"), (-6.0, 6.0), 0.5, -1),
        one!(erfc, |x| erfc(x), named!("erfc"), (-6.0, 28.0), 0.5, 0),
        one!(gelu, plain_gelu, gelu, (-40.0, 10.0), 0.5f64.sqrt(), 0),
        one!(tgamma, |x| tgamma(x), named!("gamma"), (-180.0, 172.0), 0.5, 0).within(1, 16),
        one!(sigmoid, |x| 1.0 / (1.0 + (-x).exp()), sigmoid, (-750.0, 40.0), LN2 / 2.0, 0),
        one!(
            softplus,
            |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
            softplus,
            (-750.0, 40.0),
            LN2 / 2.0,
            0
        ),
    ]
}

pub(crate) struct Two {
    pub(crate) name: &'static str,
    pub(crate) f32: fn(&Array1<f32>, &Array1<f32>) -> Array1<f32>,
    pub(crate) f64: fn(&Array1<f64>, &Array1<f64>) -> Array1<f64>,
    pub(crate) judge: fn(f64, f64) -> f64,
    pub(crate) mpfr: &'static str,
}

macro_rules! two {
    ($name:ident, $judge:expr, $mpfr:literal) => {
        Two {
            name: stringify!($name),
            f32: |x, y| map!((x, y), |(x, y)| math::$name(x, y)).unwrap(),
            f64: |x, y| map!((x, y), |(x, y)| math::$name(x, y)).unwrap(),
            judge: $judge,
            mpfr: $mpfr,
        }
    };
}

pub(crate) fn binary() -> Vec<Two> {
    vec![
        two!(powf, f64::powf, "pow"),
        two!(atan2, f64::atan2, "atan2"),
        two!(hypot, f64::hypot, "hypot"),
    ]
}
