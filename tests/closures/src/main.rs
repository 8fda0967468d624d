//! Closures as users write them, each in a function whose name the assembly test
//! looks for. Every function called here is listed in tests/closures.rs. No two
//! closures are alike: LLVM would make one function of them.

use ndarray::{Array1, Array2, ArrayView1};
use std::hint::black_box;
use swath::reduce::Sum;
use swath::{map, map_indexed, map_inplace, map_into, map_reduce, map2, math};

type Result<R> = std::result::Result<Array1<R>, swath::Error>;

/// e^x for moderate x: no branch, about twenty operations, as `swath::math` will have.
#[inline]
fn exp(x: f64) -> f64 {
    let shifted = x.mul_add(std::f64::consts::LOG2_E, 6_755_399_441_055_744.0);
    let n = shifted - 6_755_399_441_055_744.0;
    let r = n.mul_add(-1.908_214_929_270_587_7e-10, n.mul_add(-0.693_147_180_369_123_8, x));
    let mut p = 2.505_210_838_544_172e-8;
    p = r.mul_add(p, 2.755_731_922_398_589e-7);
    p = r.mul_add(p, 2.755_731_922_398_589e-6);
    p = r.mul_add(p, 2.480_158_730_158_73e-5);
    p = r.mul_add(p, 1.984_126_984_126_984e-4);
    p = r.mul_add(p, 1.388_888_888_888_889e-3);
    p = r.mul_add(p, 8.333_333_333_333_333e-3);
    p = r.mul_add(p, 4.166_666_666_666_666_4e-2);
    p = r.mul_add(p, 0.166_666_666_666_666_66);
    p = r.mul_add(p, 0.5);
    p = r.mul_add(p, 1.0);
    p = r.mul_add(p, 1.0);
    p * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52))
}

/// The same for f32.
#[inline]
fn expf(x: f32) -> f32 {
    let shifted = x.mul_add(std::f32::consts::LOG2_E, 12_582_912.0);
    let n = shifted - 12_582_912.0;
    let r = n.mul_add(-1.428_606_8e-6, n.mul_add(-0.693_145_75, x));
    let mut p = 1.388_888_9e-3;
    p = r.mul_add(p, 8.333_334e-3);
    p = r.mul_add(p, 4.166_666_8e-2);
    p = r.mul_add(p, 0.166_666_67);
    p = r.mul_add(p, 0.5);
    p = r.mul_add(p, 1.0);
    p = r.mul_add(p, 1.0);
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

#[inline(never)]
pub fn case_macro_exp_1(a: &Array1<f64>) -> Result<f64> {
    map!(a, |x| exp(x))
}

#[inline(never)]
pub fn case_macro_exp_2(a: &Array1<f64>) -> Result<f64> {
    map!(a, |x| exp(x) - exp(-x))
}

#[inline(never)]
pub fn case_macro_exp_4(a: &Array1<f64>) -> Result<f64> {
    map!(a, |x| exp(x) + exp(x + 0.1) * exp(x + 0.2) - exp(x + 0.3))
}

#[inline(never)]
pub fn case_macro_exp_8(a: &Array1<f64>) -> Result<f64> {
    map!(a, |x| {
        let y = exp(x) + exp(x + 0.1) * exp(x + 0.2) - exp(x + 0.3);
        let z = exp(y) + exp(y + 0.1) * exp(y + 0.2) - exp(y + 0.3);
        z / (y + 1.0)
    })
}

#[inline(never)]
pub fn case_macro_exp_f32_8(a: &Array1<f32>) -> Result<f32> {
    map!(a, |x| {
        let y = expf(x) + expf(x + 0.1) * expf(x + 0.2) - expf(x + 0.3);
        let z = expf(y) + expf(y + 0.1) * expf(y + 0.2) - expf(y + 0.3);
        z / (y + 1.0)
    })
}

pub struct Model {
    bias: f64,
    rates: [f64; 3],
}

#[inline(never)]
pub fn case_macro_capture_by_reference(a: &Array1<f64>, model: &Model) -> Result<f64> {
    map!(a, |x| {
        let y = exp(x * model.rates[0]) + exp(x * model.rates[1]);
        y + exp(x * model.rates[2]) + exp(x + model.bias)
    })
}

#[inline(never)]
pub fn case_macro_captured_numbers(a: &Array1<f32>, gain: f32, bias: f32) -> Result<f32> {
    map!(a, move |x| expf(x.mul_add(gain, bias)) + expf(x * gain) + expf(x - bias) * expf(-x))
}

#[inline(never)]
pub fn case_macro_operands_2(a: &Array1<f64>, b: &Array1<f64>) -> Result<f64> {
    map!((a, b), |(x, y)| exp(x) * exp(y) + exp(x - y) + exp(x + y))
}

#[inline(never)]
pub fn case_macro_operands_3(a: &Array1<f32>, b: &Array1<f32>, c: &Array1<f32>) -> Result<f32> {
    map!((a, b, c), |(x, y, z)| expf(x).mul_add(expf(y), expf(z)) + expf(x + y + z))
}

#[inline(never)]
pub fn case_macro_operands_4(a: [&Array1<f32>; 4]) -> Result<f32> {
    map!((a[0], a[1], a[2], a[3]), |(w, x, y, z)| w.mul_add(x, y * z) + expf(w - z))
}

#[inline(never)]
pub fn case_macro_operands_5(a: [&Array1<f64>; 5]) -> Result<f64> {
    map!((a[0], a[1], a[2], a[3], a[4]), |(v, w, x, y, z)| v.mul_add(w, x * y) + exp(z))
}

#[inline(never)]
pub fn case_macro_operands_6(a: [&Array1<f32>; 6]) -> Result<f32> {
    map!((a[0], a[1], a[2], a[3], a[4], a[5]), |(u, v, w, x, y, z)| {
        u.mul_add(v, w.mul_add(x, y * z)) + expf(u) + expf(x + z) + expf(y) + expf(v)
    })
}

#[inline(never)]
pub fn case_macro_operands_7(a: [&Array1<f32>; 7]) -> Result<f32> {
    map!((a[0], a[1], a[2], a[3], a[4], a[5], a[6]), |(t, u, v, w, x, y, z)| {
        t.mul_add(u, v.mul_add(w, x * y)) + expf(z) * expf(t - y)
    })
}

#[inline(never)]
pub fn case_macro_operands_8(a: [&Array1<f32>; 8]) -> Result<f32> {
    map!((a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]), |(s, t, u, v, w, x, y, z)| {
        s.mul_add(t, u.mul_add(v, w.mul_add(x, y))) + expf(z - s) + expf(w)
    })
}

#[inline(never)]
pub fn case_macro_two_results(a: &Array1<f32>) -> (Array1<f32>, Array1<f32>) {
    map2!(a, |x| (expf(x + 0.5), expf(x * 0.25) + 1.0)).unwrap()
}

#[inline(never)]
pub fn case_macro_indexed(a: &Array1<f64>) -> Result<f64> {
    map_indexed!(a, |i, x| exp(x * 0.125) + f64::from(i as i32))
}

#[inline(never)]
pub fn case_macro_reduced(a: &Array1<f32>, b: &Array1<f32>) -> f32 {
    map_reduce!((a, b), |(x, y)| expf(x - y) * expf(y * 0.75), Sum).unwrap()
}

#[inline(never)]
pub fn case_macro_mixed_types(a: &Array1<u8>, b: &Array1<f32>, c: &Array1<i32>) -> Result<f32> {
    map!((a, b, c), |(x, y, z)| f32::from(x).mul_add(y, z as f32) + expf(y))
}

#[inline(never)]
pub fn case_macro_widening(a: &Array1<f32>, b: &Array1<f32>) -> Result<f64> {
    map!((a, b), |(x, y)| f64::from(x).mul_add(f64::from(y), exp(f64::from(x))))
}

#[inline(never)]
pub fn case_macro_tuple_out(a: &Array1<f32>) -> Result<(f32, f32)> {
    map!(a, |x| (expf(x), expf(-x) * expf(x * 0.5)))
}

#[inline(never)]
pub fn case_macro_pick(a: &Array1<f32>) -> Result<f32> {
    map!(a, |x| if x > 0.0 { x.mul_add(0.5, 1.0) } else { expf(x) })
}

#[inline(never)]
pub fn case_macro_strided(a: ArrayView1<'_, f64>, b: &Array1<f64>) -> Result<f64> {
    map!((a, b), |(x, y)| exp(x) + exp(y) * exp(x - y) + exp(x * y))
}

#[inline(never)]
pub fn case_macro_broadcast(a: &Array2<f32>, b: &Array1<f32>) -> Array2<f32> {
    map!((a, b), |(x, y)| expf(x) * y + expf(y)).unwrap()
}

#[inline(never)]
pub fn case_macro_into(a: &Array1<f64>, out: &mut Array1<f64>) {
    map_into!(a, out, |x| exp(x) + exp(x + 0.1) * exp(x + 0.2) + exp(x + 0.4)).unwrap();
}

#[inline(never)]
pub fn case_macro_inplace(a: &mut Array1<f64>) {
    map_inplace!(a, |x| exp(x) + exp(x + 0.1) * exp(x + 0.2) + exp(x + 0.4)).unwrap();
}

#[inline(never)]
pub fn case_macro_inplace_operands(a: &mut Array1<f64>, b: &Array1<f64>) {
    map_inplace!((a, b), |(x, y)| exp(x) + exp(y + 0.1) * exp(x + 0.2) + exp(y + 0.4)).unwrap();
}

#[inline(never)]
pub fn case_function_polynomial(a: &Array1<f32>) -> Result<f32> {
    map(a, |x| x.mul_add(x.mul_add(x.mul_add(0.1, 0.2), 0.3), 0.4))
}

#[inline(never)]
pub fn case_function_exp_1(a: &Array1<f64>) -> Result<f64> {
    map(a, |x| exp(x - 1.0))
}

#[inline(never)]
pub fn case_function_exp_2(a: &Array1<f64>) -> Result<f64> {
    map(a, |x| exp(x) + exp(-x))
}

#[inline(never)]
pub fn case_function_operands_2(a: &Array1<f32>, b: &Array1<f32>) -> Result<f32> {
    map((a, b), |(x, y)| expf(x).mul_add(y, x))
}

#[inline(never)]
pub fn case_function_inplace(a: &mut Array1<f64>) {
    map_inplace(a, |x| x.mul_add(0.5, exp(x))).unwrap();
}

macro_rules! math_cases {
    ($($case:ident: $t:ident, |$x:ident| $body:expr;)*) => {
        $(
            #[inline(never)]
            pub fn $case(a: &Array1<$t>) -> Result<$t> {
                map!(a, |$x| $body)
            }
        )*

        /// Each against the same closure called alone.
        fn math_cases() {
            $({
                let a: Array1<$t> = Array1::linspace(0.25, 0.75, 1001);
                let f = |$x: $t| -> $t { $body };
                close(stringify!($case), $case(&a).unwrap()[1000] as f64, f(a[1000]) as f64);
            })*
        }
    };
}

math_cases! {
    case_math_exp_f32: f32, |x| math::exp(x);
    case_math_exp_f64: f64, |x| math::exp(x);
    case_math_exp2_f32: f32, |x| math::exp2(x);
    case_math_exp2_f64: f64, |x| math::exp2(x);
    case_math_exp_m1_f32: f32, |x| math::exp_m1(x);
    case_math_exp_m1_f64: f64, |x| math::exp_m1(x);
    case_math_ln_f32: f32, |x| math::ln(x);
    case_math_ln_f64: f64, |x| math::ln(x);
    case_math_log2_f32: f32, |x| math::log2(x);
    case_math_log2_f64: f64, |x| math::log2(x);
    case_math_log10_f32: f32, |x| math::log10(x);
    case_math_log10_f64: f64, |x| math::log10(x);
    case_math_ln_1p_f32: f32, |x| math::ln_1p(x);
    case_math_ln_1p_f64: f64, |x| math::ln_1p(x);
    case_math_sin_f32: f32, |x| math::sin(x);
    case_math_sin_f64: f64, |x| math::sin(x);
    case_math_cos_f32: f32, |x| math::cos(x);
    case_math_cos_f64: f64, |x| math::cos(x);
    case_math_tan_f32: f32, |x| math::tan(x);
    case_math_tan_f64: f64, |x| math::tan(x);
    case_math_asin_f32: f32, |x| math::asin(x);
    case_math_asin_f64: f64, |x| math::asin(x);
    case_math_acos_f32: f32, |x| math::acos(x);
    case_math_acos_f64: f64, |x| math::acos(x);
    case_math_atan_f32: f32, |x| math::atan(x);
    case_math_atan_f64: f64, |x| math::atan(x);
    case_math_atan2_f32: f32, |x| math::atan2(x, x - 0.5);
    case_math_atan2_f64: f64, |x| math::atan2(x, x - 0.5);
    case_math_sinh_f32: f32, |x| math::sinh(x);
    case_math_sinh_f64: f64, |x| math::sinh(x);
    case_math_cosh_f32: f32, |x| math::cosh(x);
    case_math_cosh_f64: f64, |x| math::cosh(x);
    case_math_tanh_f32: f32, |x| math::tanh(x);
    case_math_tanh_f64: f64, |x| math::tanh(x);
    case_math_asinh_f32: f32, |x| math::asinh(x);
    case_math_asinh_f64: f64, |x| math::asinh(x);
    case_math_acosh_f32: f32, |x| math::acosh(x + 1.0);
    case_math_acosh_f64: f64, |x| math::acosh(x + 1.0);
    case_math_atanh_f32: f32, |x| math::atanh(x);
    case_math_atanh_f64: f64, |x| math::atanh(x);
    case_math_erf_f32: f32, |x| math::erf(x);
    case_math_erf_f64: f64, |x| math::erf(x);
    case_math_erfc_f32: f32, |x| math::erfc(x);
    case_math_erfc_f64: f64, |x| math::erfc(x);
    case_math_gelu_f32: f32, |x| math::gelu(x);
    case_math_gelu_f64: f64, |x| math::gelu(x);
    case_math_tgamma_f32: f32, |x| math::tgamma(x);
    case_math_tgamma_f64: f64, |x| math::tgamma(x);
    case_math_lgamma_f32: f32, |x| math::lgamma(x);
    case_math_lgamma_f64: f64, |x| math::lgamma(x);
    case_math_rounding_f32: f32, |x| {
        math::floor(x).mul_add(math::ceil(x), math::trunc(x) * math::round_ties_even(x))
            + math::maximum(math::minimum(x, 0.5), math::clamp(x, 0.3, 0.6))
    };
    case_math_rounding_f64: f64, |x| {
        math::floor(x).mul_add(math::ceil(x), math::trunc(x) * math::round_ties_even(x))
            + math::maximum(math::minimum(x, 0.5), math::clamp(x, 0.3, 0.6))
    };
    case_math_sigmoid_f32: f32, |x| math::sigmoid(x);
    case_math_sigmoid_f64: f64, |x| math::sigmoid(x);
    case_math_softplus_f32: f32, |x| math::softplus(x);
    case_math_softplus_f64: f64, |x| math::softplus(x);
    case_math_logaddexp_f32: f32, |x| math::logaddexp(x, 1.0 - x);
    case_math_logaddexp_f64: f64, |x| math::logaddexp(x, 1.0 - x);
    case_math_powf_f32: f32, |x| math::powf(x, x + 1.5);
    case_math_powf_f64: f64, |x| math::powf(x, x + 1.5);
    case_math_powi_f32: f32, |x| math::powi(x, 7);
    case_math_powi_f64: f64, |x| math::powi(x, 7);
    case_math_cbrt_f32: f32, |x| math::cbrt(x);
    case_math_cbrt_f64: f64, |x| math::cbrt(x);
    case_math_hypot_f32: f32, |x| math::hypot(x, x + 1.5);
    case_math_hypot_f64: f64, |x| math::hypot(x, x + 1.5);
    case_math_three_f32: f32, |x| math::tanh(math::sin(x) * math::exp(x));
    case_math_three_f64: f64, |x| math::tanh(math::sin(x) * math::exp(x));
    case_math_eight_f32: f32, |x| {
        let y = math::exp(x) * math::ln(x) + math::sin(x) / math::cos(x);
        math::tanh(y) + math::sigmoid(x) * math::atan(y) - math::powf(x, y)
    };
    case_math_eight_f64: f64, |x| {
        let y = math::exp(x) * math::ln(x) + math::sin(x) / math::cos(x);
        math::tanh(y) + math::sigmoid(x) * math::atan(y) - math::powf(x, y)
    };
}

fn close(name: &str, got: f64, expected: f64) {
    assert!((got / expected - 1.0).abs() < 1e-5, "{name}: {got}, expected {expected}");
}

fn main() {
    math_cases();
    let a: Array1<f64> = black_box(Array1::linspace(-1.0, 1.0, 1001));
    let f = a.mapv(|x| x as f32);
    let model = Model { bias: 0.5, rates: [0.1, 0.2, 0.3] };
    let x = a[1000];
    let e = f64::exp;
    let four = |x: f64| e(x) + e(x + 0.1) * e(x + 0.2) - e(x + 0.3);
    let eight = four(four(x)) / (four(x) + 1.0);
    close("exp_1", case_macro_exp_1(&a).unwrap()[1000], e(x));
    close("exp_2", case_macro_exp_2(&a).unwrap()[1000], e(x) - e(-x));
    close("exp_4", case_macro_exp_4(&a).unwrap()[1000], four(x));
    close("exp_8", case_macro_exp_8(&a).unwrap()[1000].ln(), eight.ln());
    let f8 = case_macro_exp_f32_8(&(&f - 2.0)).unwrap()[1000];
    close("exp_f32_8", f64::from(f8), four(four(-1.0)) / (four(-1.0) + 1.0));
    let got = case_macro_capture_by_reference(&a, &model).unwrap()[1000];
    close("capture_by_reference", got, e(0.1) + e(0.2) + e(0.3) + e(1.5));
    let got = case_macro_captured_numbers(&f, 2.0, 0.5).unwrap()[1000];
    close("captured_numbers", f64::from(got), e(2.5) + e(2.0) + e(0.5) * e(-1.0));
    close("operands_2", case_macro_operands_2(&a, &a).unwrap()[1000], 2.0 * e(2.0) + 1.0);
    let got = case_macro_operands_3(&f, &f, &f).unwrap()[1000];
    close("operands_3", f64::from(got), e(2.0) + e(1.0) + e(3.0));
    close("operands_4", f64::from(case_macro_operands_4([&f; 4]).unwrap()[1000]), 3.0);
    close("operands_5", case_macro_operands_5([&a; 5]).unwrap()[1000], 2.0 + e(1.0));
    let got = case_macro_operands_6([&f; 6]).unwrap()[1000];
    close("operands_6", f64::from(got), 3.0 + 3.0 * e(1.0) + e(2.0));
    let got = case_macro_operands_7([&f; 7]).unwrap()[1000];
    close("operands_7", f64::from(got), 3.0 + e(1.0));
    let got = case_macro_operands_8([&f; 8]).unwrap()[1000];
    close("operands_8", f64::from(got), 5.0 + e(1.0));
    let (first, second) = case_macro_two_results(&f);
    close("two_results", f64::from(first[1000]), e(1.5));
    close("two_results", f64::from(second[1000]), e(0.25) + 1.0);
    close("indexed", case_macro_indexed(&a).unwrap()[1000], e(0.125) + 1000.0);
    let expected: f64 = f.iter().map(|&x| e(f64::from(x) * 0.75)).sum();
    close("reduced", f64::from(case_macro_reduced(&f, &f)), expected);
    let (bytes, ints) = (Array1::from_elem(1001, 3u8), Array1::from_elem(1001, 7));
    let got = case_macro_mixed_types(&bytes, &f, &ints).unwrap()[1000];
    close("mixed_types", f64::from(got), 10.0 + e(1.0));
    close("widening", case_macro_widening(&f, &f).unwrap()[1000], 1.0 + e(1.0));
    let (up, down) = case_macro_tuple_out(&f).unwrap()[1000];
    close("tuple_out", f64::from(up), e(1.0));
    close("tuple_out", f64::from(down), e(-0.5));
    close("pick", f64::from(case_macro_pick(&f).unwrap()[1000]), 1.5);
    let double = Array1::from_shape_fn(2002, |i| a[i / 2]);
    let every = double.slice(ndarray::s![..;2]);
    let got = case_macro_strided(every, &a).unwrap()[1000];
    close("strided", got, 3.0 * e(1.0));
    let rows = Array2::from_shape_fn((3, 1001), |(_, j)| f[j]);
    let got = case_macro_broadcast(&rows, &f)[[2, 1000]];
    close("broadcast", f64::from(got), 2.0 * e(1.0));
    let mut out = Array1::zeros(1001);
    case_macro_into(&a, &mut out);
    close("into", out[1000], four(x) + e(x + 0.3) + e(x + 0.4));
    let mut here = a.clone();
    case_macro_inplace(&mut here);
    assert_eq!(here, out);
    let mut here = a.clone();
    case_macro_inplace_operands(&mut here, &a);
    assert_eq!(here, out);
    let got = case_function_polynomial(&f).unwrap()[1000];
    close("function_polynomial", f64::from(got), 1.0);
    close("function_exp_1", case_function_exp_1(&a).unwrap()[1000], 1.0);
    close("function_exp_2", case_function_exp_2(&a).unwrap()[1000], e(x) + e(-x));
    let got = case_function_operands_2(&f, &f).unwrap()[1000];
    close("function_operands_2", f64::from(got), e(1.0) + 1.0);
    let mut here = a.clone();
    case_function_inplace(&mut here);
    close("function_inplace", here[1000], 0.5 + e(1.0));
}
