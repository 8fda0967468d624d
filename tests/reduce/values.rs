//! NaN, zeros, infinities, wrapping, errors against exact values.

use super::*;

#[test]
fn n1_nan_position() {
    macro_rules! check {
        ($($t:ident)*) => {$(
            for n in 1..130 {
                let mut values = random::<$t>(n, 10);
                for at in 0..n {
                    for nan in [$t::NAN, -$t::NAN] {
                        let was = std::mem::replace(&mut values[at], nan);
                        let a = values[..].as_view();
                        let context = format!("{n} elements, NaN at {at}");
                        assert!(reduce::sum(&a).is_nan(), "sum: {context}");
                        assert!(reduce::mean(&a).is_nan(), "mean: {context}");
                        assert!(reduce::min(&a).unwrap().is_nan(), "min: {context}");
                        assert!(reduce::max(&a).unwrap().is_nan(), "max: {context}");
                        assert!(reduce::dot(&a, &a).unwrap().is_nan(), "dot: {context}");
                        let rows = a.broadcast((3, n)).unwrap();
                        for (axis, view) in [(1, rows), (0, rows.reversed_axes())] {
                            let min = reduce::min_axis(&view, axis).unwrap();
                            let max = reduce::max_axis(&view, axis).unwrap();
                            assert!(min.iter().chain(&max).all(|x| x.is_nan()), "axis: {context}");
                        }
                        let column = a.to_owned().insert_axis(Axis(1));
                        let columns = ndarray::concatenate![Axis(1), column, Array2::zeros((n, 2))];
                        let max = reduce::max_axis(&columns, 0).unwrap();
                        let min = reduce::min_axis(&columns, 0).unwrap();
                        assert!(max[0].is_nan() && max[1] == 0.0 && max[2] == 0.0, "{context}");
                        assert!(min[0].is_nan() && min[1] == 0.0 && min[2] == 0.0, "{context}");
                        values[at] = was;
                    }
                }
            }
        )*};
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check!(f32 f64);
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n2_infinities_are_not_hidden() {
    let inf = f64::INFINITY;
    for n in [2, 20, 200, 5000] {
        let mut a = Array1::<f64>::zeros(n);
        let mut b = Array1::<f64>::zeros(n);
        b[n / 2] = inf;
        assert!(reduce::dot(&a, &b).unwrap().is_nan(), "0 * inf");
        a[0] = inf;
        a[n - 1] = -inf;
        assert!(reduce::sum(&a).is_nan(), "inf - inf");
        assert_eq!(reduce::min(&a).unwrap(), -inf);
        assert_eq!(reduce::max(&a).unwrap(), inf);
        assert_eq!(reduce::sum(&b), inf);
        let all = Array1::from_elem(n, inf);
        assert_eq!(reduce::min(&all).unwrap(), inf);
        assert_eq!(reduce::max(&-&all).unwrap(), -inf);
    }
}

#[test]
fn n3_signed_zeros() {
    macro_rules! check {
        ($($t:ident)*) => {$(
            let none = Array1::<$t>::zeros(0);
            assert_eq!(reduce::sum(&none).to_bits(), (0.0 as $t).to_bits());
            assert_eq!(reduce::dot(&none, &none).unwrap().to_bits(), (0.0 as $t).to_bits());
            assert!(reduce::mean(&none).is_nan());
            for n in [1, 2, 3, 16, 17, 63, 64, 65, 100, 128, 129, 5000, 9000] {
                let negative = Array1::from_elem(n, -0.0 as $t);
                let minus = (-0.0 as $t).to_bits();
                assert_eq!(reduce::sum(&negative).to_bits(), minus, "{n}");
                assert_eq!(reduce::mean(&negative).to_bits(), minus, "{n}");
                let ones = Array1::ones(n);
                assert_eq!(reduce::dot(&negative, &ones).unwrap().to_bits(), minus, "{n}");
                let rows = negative.broadcast((3, n)).unwrap();
                assert!(reduce::sum_axis(&rows, 1).unwrap().iter().all(|x| x.to_bits() == minus));
                assert!(reduce::sum_axis(&rows, 0).unwrap().iter().all(|x| x.to_bits() == minus));
                for at in [0, n / 3, n - 1] {
                    let mut mixed = negative.clone();
                    mixed[at] = 0.0;
                    assert_eq!(reduce::sum(&mixed).to_bits(), 0, "{n} {at}");
                    assert_eq!(reduce::max(&mixed).unwrap().to_bits(), 0, "{n} {at}");
                    let least = reduce::min(&mixed).unwrap().to_bits();
                    assert_eq!(least, if n == 1 { 0 } else { minus }, "{n} {at}");
                    let mut mixed = -mixed;
                    assert_eq!(reduce::min(&mixed).unwrap().to_bits(), minus, "{n} {at}");
                    mixed[at] = 0.0;
                    assert_eq!(reduce::min(&mixed).unwrap().to_bits(), 0, "{n} {at}");
                }
            }
        )*};
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check!(f32 f64);
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n5_integers_widen_and_wrap() {
    for n in [1usize, 15, 16, 17, 300, 8192, 8193, 40_000] {
        let m = n as i64;
        assert_eq!(reduce::sum(&Array1::from_elem(n, i8::MIN)), -128 * m);
        assert_eq!(reduce::sum(&Array1::from_elem(n, i8::MAX)), 127 * m);
        assert_eq!(reduce::sum(&Array1::from_elem(n, u8::MAX)), 255 * n as u64);
        assert_eq!(reduce::sum(&Array1::from_elem(n, i16::MIN)), -32768 * m);
        assert_eq!(reduce::sum(&Array1::from_elem(n, u16::MAX)), 65535 * n as u64);
        assert_eq!(reduce::sum(&Array1::from_elem(n, i32::MIN)), i64::from(i32::MIN) * m);
        assert_eq!(reduce::sum(&Array1::from_elem(n, u32::MAX)), u64::from(u32::MAX) * n as u64);
        let (least, most) = (Array1::from_elem(n, i64::MIN), Array1::from_elem(n, u64::MAX));
        assert_eq!(reduce::sum(&least), i64::MIN.wrapping_mul(m));
        assert_eq!(reduce::sum(&most), u64::MAX.wrapping_mul(n as u64));
        assert_eq!(reduce::mean(&least), i64::MIN as f64);
        assert_eq!(reduce::mean(&most), u64::MAX as f64);
        assert_eq!(reduce::dot(&least, &least).unwrap(), 0);
        let a = Array1::from_elem(n, i8::MIN);
        assert_eq!(reduce::dot(&a, &a).unwrap(), 16384 * m);
        let a = Array1::from_elem(n, i32::MIN);
        assert_eq!(reduce::dot(&a, &a).unwrap(), (1i64 << 62).wrapping_mul(m));
        let a = Array1::from_elem(n, u16::MAX);
        assert_eq!(reduce::dot(&a, &a).unwrap(), 65535 * 65535 * n as u64);
    }
    let columns = Array2::from_elem((300, 40), i8::MIN);
    assert_eq!(reduce::sum_axis(&columns, 0).unwrap(), Array1::from_elem(40, -128 * 300));
    assert_eq!(
        reduce::dot_axis(&columns, &columns, 0).unwrap(),
        Array1::from_elem(40, 16384 * 300)
    );
    let columns = Array2::from_elem((300, 40), u16::MAX);
    assert_eq!(reduce::sum_axis(&columns, 0).unwrap(), Array1::from_elem(40, 65535 * 300));
}

/// The exact sum of `f32`s: each is a multiple of 2^-149, so integers of enough
/// bits hold it. Magnitudes here stay within 2^-60..2^40.
fn exact(values: &[f32]) -> (i128, i128) {
    let scale = 2f64.powi(60);
    values.iter().fold((0, 0), |(sum, size), &x| {
        let units = f64::from(x) * scale;
        assert_eq!(units, units.trunc());
        (sum + units as i128, size + units.abs() as i128)
    })
}

#[test]
fn n7_error_within_the_bound() {
    let scale = 2f64.powi(60);
    let u = f64::from(f32::EPSILON) / 2.0;
    for n in [1000usize, 4096, 50_000, 300_000] {
        let mut rng = Rng(n as u64);
        let mild: Vec<f32> = (0..n).map(|_| rng.unit() as f32).collect();
        let rising: Vec<f32> = (0..n).map(|i| 1.0 + i as f32 / 64.0).collect();
        // Large terms that cancel: what is left is the small ones.
        let cancelling: Vec<f32> =
            (0..n).map(|i| [1e9, rng.unit() as f32, -1e9, rng.unit() as f32][i % 4]).collect();
        let same = vec![0.1f32; n];
        for values in [mild, rising, cancelling, same] {
            let (sum, size) = exact(&values);
            let (sum, size) = (sum as f64 / scale, size as f64 / scale);
            let levels = f64::from((n as u32).ilog2());
            let whole = f64::from(reduce::sum(&values[..].as_view()));
            assert!((whole - sum).abs() <= (66.0 + levels) * u * size, "{n}: {whole} {sum} {size}");
            let column = Array2::from_shape_fn((n, 2), |(i, _)| values[i]);
            for got in reduce::sum_axis(&column, 0).unwrap() {
                let error = (f64::from(got) - sum).abs();
                assert!(error <= (128.0 + levels) * u * size, "{n}: {got} {sum} {size}");
            }
        }
    }
    // In order, 0.1 a million times is off by about 1 %; here it is not.
    let many = Array1::from_elem(1_000_000, 0.1f32);
    approx::assert_relative_eq!(reduce::sum(&many), 100_000.0, max_relative = 1e-6);
}

/// Products, where every rounding may go the same way: equal elements drift by what n u
/// allows, and no further.
#[test]
fn n7_products_within_the_bound() {
    let u = f64::from(f32::EPSILON) / 2.0;
    for n in [10usize, 1000, 4096, 50_000, 300_000] {
        let mut rng = Rng(n as u64);
        let spread = 1.0 / (n as f64).sqrt();
        let mild: Vec<f32> = (0..n).map(|_| (1.0 + rng.unit() * spread) as f32).collect();
        let signs: Vec<f32> =
            mild.iter().map(|&x| if rng.below(2) == 0 { x } else { -x }).collect();
        let same = vec![(1.0 + 0.7 / n as f64) as f32; n];
        let pairs: Vec<f32> =
            (0..n).map(|i| if i % 2 == 0 { 1.0001 } else { 1.0 / 1.0001 }).collect();
        for values in [mild, signs, same, pairs] {
            // In f64 with errors a thousand million times smaller.
            let exact: f64 = values.iter().map(|&x| f64::from(x)).product();
            let column = Array2::from_shape_fn((n, 2), |(i, _)| values[i]);
            let mut all = reduce::prod_axis(&column, 0).unwrap().to_vec();
            all.push(reduce::prod(&values[..].as_view()));
            for got in all {
                let error = (f64::from(got) - exact).abs() / exact.abs();
                // Of 1 + error the error is at most that of (1 + u)^n.
                let bound = (1.0 + u).powf(n as f64) - 1.0;
                assert!(error <= bound + 1e-11, "{n}: {got} {exact} {error:e} {bound:e}");
            }
        }
    }
}

#[test]
fn n1_places_of_nan_infinities_and_zeros() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    for n in [1, 2, 5, 16, 17, 70, 300, 5000] {
        for at in [0, n / 2, n - 1] {
            for filler in [-inf, -1.0, 0.0, inf] {
                let mut a = Array1::from_elem(n, filler);
                assert_eq!(reduce::argmax(&a), Ok(0));
                assert_eq!(reduce::argmin(&a), Ok(0));
                a[at] = nan;
                assert_eq!(reduce::argmax(&a), Ok(at), "{n} {at} {filler}");
                assert_eq!(reduce::argmin(&a), Ok(at), "{n} {at} {filler}");
                let rows = ndarray::stack![Axis(1), a, a, a];
                assert_eq!(reduce::argmax_axis(&rows, 0).unwrap()[1], at, "{n} {at} {filler}");
                let (least, most) = reduce::min_max(&a).unwrap();
                assert!(least.is_nan() && most.is_nan());
            }
            // Zeros of both signs are equal: the first of them.
            let mut a = Array1::from_elem(n, 0.0f64);
            a[at] = -0.0;
            assert_eq!(reduce::argmin(&a), Ok(0));
            assert_eq!(reduce::argmax(&-a), Ok(0));
        }
    }
}

#[test]
fn n3_truth_of_zeros_and_nan() {
    for n in [1, 3, 16, 17, 129, 5000, 40_000] {
        let mut a = Array1::from_elem(n, -0.0f32);
        assert!(!reduce::any(&a) && !reduce::all(&a) && reduce::count_nonzero(&a) == 0);
        a[n - 1] = f32::NAN;
        assert!(reduce::any(&a) && reduce::all(&a) == (n == 1) && reduce::count_nonzero(&a) == 1);
        let b = Array1::from_elem(n, -f64::MIN_POSITIVE / 8.0);
        assert!(reduce::all(&b) && reduce::count_nonzero(&b) == n);
    }
}

/// Exact variances of integers, and the bound of the documentation for floats.
#[test]
fn n7_variance_within_the_bound() {
    for n in [2usize, 16, 17, 1000, 5000, 100_000] {
        for offset in [0.0, 1.0, 1e3, -1e6] {
            let mut rng = Rng(n as u64);
            let values: Vec<f64> = (0..n).map(|_| offset + rng.unit()).collect();
            let single: Vec<f32> = values.iter().map(|&x| x as f32).collect();
            let exact = |values: &[f64]| {
                // Deviations from the first element lose nothing here: 2^-52 apart at most
                // twenty binary orders. Integers of 2^-60 hold them.
                let units = |x: f64| ((x - values[0]) * 2f64.powi(50)).round() as i128;
                let sum: i128 = values.iter().map(|&x| units(x)).sum();
                let mean = sum as f64 / n as f64;
                let squares: f64 = values.iter().map(|&x| (units(x) as f64 - mean).powi(2)).sum();
                squares / n as f64 * 2f64.powi(-100)
            };
            let bound = |var: f64, u: f64| {
                let levels = (n as f64).log2();
                (200.0 + levels) * u * var * (1.0 + offset.abs() / var.sqrt())
            };
            let (expected, u) = (exact(&values), f64::EPSILON / 2.0);
            let got = reduce::var(&values[..].as_view(), 0.0);
            assert!((got - expected).abs() <= bound(expected, u), "{n} {offset}: {got} {expected}");
            let wide: Vec<f64> = single.iter().map(|&x| f64::from(x)).collect();
            let (expected, u) = (exact(&wide), f64::from(f32::EPSILON) / 2.0);
            let columns = Array2::from_shape_fn((n, 3), |(i, _)| single[i]);
            let mut all = reduce::var_axis(&columns, 0, 0.0).unwrap().to_vec();
            all.push(reduce::var(&single[..].as_view(), 0.0));
            for got in all {
                let error = (f64::from(got) - expected).abs();
                assert!(error <= bound(expected, u), "{n} {offset}: {got} {expected}");
            }
        }
    }
    let a = ndarray::array![1u8, 2, 3, 4];
    assert_eq!((reduce::var(&a, 0.0), reduce::var(&a, 1.0)), (1.25, 5.0 / 3.0));
    assert!(reduce::var(&a, 4.0).is_infinite() && reduce::var(&a, 9.0).is_infinite());
    assert!(reduce::var(&ndarray::array![3.0f32], 1.0).is_nan());
    assert!(reduce::std(&Array1::<f32>::zeros(0), 0.0).is_nan());
}

#[test]
fn initial_values_go_first() {
    for n in [0, 1, 16, 17, 5000] {
        let a = Array1::from_shape_fn(n, |i| (i % 5) as f32 - 2.0);
        assert_eq!(reduce::sum_from(&a, 10.0), 10.0 + reduce::sum(&a));
        assert_eq!(reduce::prod_from(&a, 10.0), 10.0 * reduce::prod(&a));
        let (least, most) = (reduce::min(&a).unwrap_or(9.0), reduce::max(&a).unwrap_or(-9.0));
        assert_eq!(reduce::min_from(&a, -1.0), least.min(-1.0), "{n}");
        assert_eq!(reduce::max_from(&a, 1.0), most.max(1.0), "{n}");
        assert!(reduce::max_from(&a, f32::NAN).is_nan());
        let b = a.mapv(|x| (x + 2.0) as u8);
        assert_eq!(reduce::min_from(&b, 3), reduce::min(&b).unwrap_or(9).min(3));
        assert_eq!(reduce::max_from(&b, 3), reduce::max(&b).unwrap_or(0).max(3));
        assert_eq!(reduce::sum_from(&b, 1), 1 + reduce::sum(&b));
        for (axis, a) in [(0, a.view().insert_axis(Axis(1))), (1, a.view().insert_axis(Axis(0)))] {
            assert_eq!(reduce::sum_axis_from(&a, axis, 4.0).unwrap()[0], 4.0 + reduce::sum(&a));
            let got = reduce::max_axis_from(&a, [axis], 1.0).unwrap();
            assert_eq!(got[0], most.max(1.0), "{n} axis {axis}");
        }
    }
}

/// `any` and `all` stop early, and in whatever chunk they do, the answer is right.
#[test]
fn t3_truth_settles_early() {
    let n = 300_000;
    for at in [0, 1, 5000, 150_000, n - 1] {
        let mut a = Array1::from_elem(n, false);
        a[at] = true;
        let bits = || vec![reduce::any(&a).bits(), reduce::all(&a).bits()];
        assert_eq!(bits(), [1, 0]);
        same_bits_everywhere(format!("one at {at}"), bits);
        let a = a.mapv(|x| !x);
        let bits = || vec![reduce::any(&a).bits(), reduce::all(&a).bits()];
        assert_eq!(bits(), [1, 0]);
        same_bits_everywhere(format!("one missing at {at}"), bits);
        let strided = a.slice(s![..;-1]);
        assert!(reduce::any(&strided) && !reduce::all(&strided));
    }
}
