//! Skewness, kurtosis, norms of any power, logsumexp, vecdot.

use super::*;

/// All five of an output, rounded to the type of means.
fn as_bits<T: Any>(all: &[f64; 5]) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    let is_narrow = size_of::<<T as Reduce>::Mean>() == 4;
    all.iter().map(|&x| if is_narrow { (x as f32).bits() } else { x.bits() }).collect()
}

fn higher_bits<T: Any>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    let all = [
        reduce::skew_axis(a, axes, true).unwrap(),
        reduce::skew_axis(a, axes, false).unwrap(),
        reduce::kurtosis_axis(a, axes, true, true).unwrap(),
        reduce::kurtosis_axis(a, axes, true, false).unwrap(),
        reduce::kurtosis_axis(a, axes, false, true).unwrap(),
    ];
    (0..all[0].len())
        .flat_map(|i| all.each_ref().map(|x| x.iter().nth(i).unwrap().bits()))
        .collect()
}

#[test]
fn skewness_and_kurtosis_are_those_of_the_contract() {
    fn check<T: Any>()
    where
        <T as Reduce>::Sum: Bits,
        <T as Reduce>::Mean: Bits,
    {
        let shapes = [[0, 3, 2], [1, 1, 1], [3, 16, 5], [2, 17, 40], [4, 300, 3], [9000, 2, 1]];
        for (seed, shape) in shapes.into_iter().enumerate() {
            let n = shape.iter().product();
            let a = ArrayD::from_shape_vec(IxDyn(&shape), random::<T>(n, seed as u64)).unwrap();
            for view in [a.view(), a.t(), a.slice(s![..;-1, .., ..;2]).into_dyn()] {
                for axes in sets_of_axes(3) {
                    let expected = naive::higher_axis(&view, &axes);
                    let expected: Vec<u64> = expected.iter().flat_map(as_bits::<T>).collect();
                    assert_eq!(higher_bits(&view, &axes), expected, "{shape:?} {axes:?}");
                }
                let items = naive::in_memory_order(&view);
                let expected = as_bits::<T>(&naive::higher(&items, true));
                assert_eq!(reduce::skew(&view, true).bits(), expected[0]);
                assert_eq!(reduce::skew(&view, false).bits(), expected[1]);
                assert_eq!(reduce::kurtosis(&view, true, true).bits(), expected[2]);
                assert_eq!(reduce::kurtosis(&view, true, false).bits(), expected[3]);
            }
        }
    }
    for tier in tiers() {
        testing::set_tier(tier);
        every_type!(check);
    }
    testing::set_tier(testing::TIERS[2]);
}

/// By the definitions that SciPy gives for skew and kurtosis, biased and not.
#[test]
fn n7_skewness_and_kurtosis_are_scipys() {
    let a = ndarray::array![1.0, 2.0, 2.5, 7.0, 11.0, 3.0];
    // By hand, from sums of powers about the mean.
    let n = 6.0;
    let mean = a.sum() / n;
    let m = |p: i32| a.iter().map(|x: &f64| (x - mean).powi(p)).sum::<f64>() / n;
    let (g1, g2) = (m(3) / m(2).powf(1.5), m(4) / (m(2) * m(2)) - 3.0);
    approx::assert_relative_eq!(reduce::skew(&a, true), g1, max_relative = 1e-14);
    let sample = (n * (n - 1.0)).sqrt() / (n - 2.0) * g1;
    approx::assert_relative_eq!(reduce::skew(&a, false), sample, max_relative = 1e-14);
    approx::assert_relative_eq!(reduce::kurtosis(&a, true, true), g2, max_relative = 1e-13);
    let sample = (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * g2 + 6.0);
    approx::assert_relative_eq!(reduce::kurtosis(&a, true, false), sample, max_relative = 1e-13);
    // A long array far from 0: the bound grows with mean over standard deviation.
    let near = Array1::from_shape_fn(70_000, |i| ((i * i) % 17) as f64);
    for exponent in [10, 20, 40] {
        let offset = 2f64.powi(exponent);
        let far = near.mapv(|x| x + offset);
        let bound = 100.0 * f64::EPSILON * (1.0 + offset / reduce::std(&near, 0.0));
        let close = |a: f64, b: f64| assert!((a - b).abs() <= bound * b.abs(), "{a} {b} {bound}");
        close(reduce::skew(&far, true), reduce::skew(&near, true));
        close(reduce::kurtosis(&far, true, true), reduce::kurtosis(&near, true, true));
    }
    assert!(reduce::skew(&Array1::from_elem(100, 5.0f32), true).is_nan());
    assert!(reduce::skew(&Array1::<f32>::zeros(0), true).is_nan());
    assert!(reduce::kurtosis(&ndarray::array![1.0, f64::INFINITY, 3.0], true, true).is_nan());
    // Too few to correct for the bias: as they are.
    let two = ndarray::array![1.0, 2.0];
    assert_eq!(reduce::skew(&two, false), reduce::skew(&two, true));
}

#[test]
fn norms_of_any_power() {
    for n in [1usize, 5, 16, 17, 300, 5000] {
        let a = Array1::from_shape_fn(n, |i| ((i * 37) % 11) as f64 / 4.0 - 1.0);
        for p in [0.5, 1.5, 3.0, 7.25, -1.0, -2.5] {
            let expected = a.iter().map(|x| x.abs().powf(p)).sum::<f64>().powf(1.0 / p);
            let got = reduce::norm(&a, Norm::P(p));
            assert!((got - expected).abs() <= 1e-13 * expected, "{n} {p}: {got} {expected}");
            let rows = a.view().insert_axis(Axis(1));
            let two = ndarray::concatenate![Axis(1), rows, rows];
            for got in reduce::norm_axis(&two, 0, Norm::P(p)).unwrap() {
                assert!((got - expected).abs() <= 1e-13 * expected, "{n} {p}");
            }
        }
        assert_eq!(reduce::norm(&a, Norm::P(0.0)) as usize, reduce::count_nonzero(&a));
        let least = a.iter().fold(f64::INFINITY, |least, x| least.min(x.abs()));
        assert_eq!(reduce::norm(&a, Norm::NegInf), least);
        assert_eq!(reduce::norm(&a, Norm::P(f64::NEG_INFINITY)), least);
        for (p, norm) in [(1.0, Norm::L1), (2.0, Norm::L2), (f64::INFINITY, Norm::Inf)] {
            assert_eq!(reduce::norm(&a, Norm::P(p)).bits(), reduce::norm(&a, norm).bits());
        }
        let mut a = a.mapv(|x| x as f32);
        a[n / 2] = f32::NAN;
        for norm in [Norm::NegInf, Norm::P(3.0), Norm::P(f64::INFINITY)] {
            assert!(reduce::norm(&a, norm).is_nan(), "{n} {norm:?}");
        }
    }
    assert_eq!(reduce::norm(&Array1::<f32>::zeros(0), Norm::NegInf), f32::INFINITY);
    assert_eq!(reduce::norm(&Array1::<f32>::zeros(0), Norm::P(3.0)), 0.0);
    assert_eq!(reduce::norm(&ndarray::array![0.0f32, 2.0], Norm::P(-1.0)), 0.0);
}

#[test]
fn sums_of_exponentials_neither_overflow_nor_underflow() {
    for n in [1usize, 2, 16, 17, 300, 5000, 30_000] {
        for offset in [-1e6, -700.0, 0.0, 700.0, 1e6] {
            let a = Array1::from_shape_fn(n, |i| ((i * 37) % 101) as f64 / 8.0 + offset);
            let exact = offset + a.iter().map(|x| (x - offset).exp()).sum::<f64>().ln();
            let bound = 1e-13 * exact.abs().max(1.0);
            assert!((reduce::logsumexp(&a) - exact).abs() <= bound, "{n} {offset}");
            let columns = Array2::from_shape_fn((n, 3), |(i, _)| a[i]);
            for got in reduce::logsumexp_axis(&columns, 0).unwrap() {
                assert!((got - exact).abs() <= bound, "{n} {offset}");
            }
        }
        let lowest = Array1::from_elem(n, f64::NEG_INFINITY);
        assert_eq!(reduce::logsumexp(&lowest), f64::NEG_INFINITY);
        let mut mixed = lowest.clone();
        mixed[n / 2] = -3e4;
        assert_eq!(reduce::logsumexp(&mixed), -3e4, "{n}");
        mixed[n - 1] = f64::INFINITY;
        assert_eq!(reduce::logsumexp(&mixed), f64::INFINITY);
        mixed[0] = f64::NAN;
        assert!(reduce::logsumexp(&mixed).is_nan());
    }
    assert_eq!(reduce::logsumexp(&Array1::<f32>::zeros(0)), f32::NEG_INFINITY);
}

#[test]
fn places_of_what_is_not_nan() {
    fn check<T: ReduceFloat>(nan: T, number: impl Fn(usize) -> T) {
        for n in [1usize, 2, 16, 17, 65, 300, 5000, 9000] {
            for often in [2, 7, 1000] {
                let a = Array1::from_shape_fn(n, |i| {
                    if (i * 31) % often == 1 { nan } else { number((i * 37) % 101) }
                });
                let place = |greatest: bool| {
                    let mut best: Option<usize> = None;
                    for (i, x) in a.iter().enumerate().filter(|(_, x)| **x == **x) {
                        let better =
                            best.is_none_or(|j| if greatest { *x > a[j] } else { *x < a[j] });
                        if better {
                            best = Some(i);
                        }
                    }
                    best
                };
                assert_eq!(reduce::nanargmin(&a).ok(), place(false), "{n} {often}");
                assert_eq!(reduce::nanargmax(&a).ok(), place(true), "{n} {often}");
                let two = Array2::from_shape_fn((n, 2), |(i, _)| a[i]);
                for axis in 0..2 {
                    let view = if axis == 0 { two.view() } else { two.t() };
                    let found = reduce::nanargmax_axis(&view, axis).ok();
                    assert_eq!(found, place(true).map(|i| ndarray::array![i, i]));
                    let mut out = ndarray::array![0, 0];
                    let found = reduce::nanargmin_axis_into(&view, axis, &mut out).ok();
                    assert_eq!(found.map(|()| out[1]), place(false));
                }
            }
        }
    }
    check(f32::NAN, |i| if i == 100 { f32::INFINITY } else { i as f32 - 50.0 });
    check(f64::NAN, |i| if i == 0 { f64::NEG_INFINITY } else { i as f64 - 50.0 });
    assert_eq!(reduce::nanargmin(&ndarray::array![f32::NAN, f32::INFINITY]), Ok(1));
    assert_eq!(reduce::nanargmax(&ndarray::array![f32::NAN, f32::NEG_INFINITY]), Ok(1));
    assert_eq!(
        reduce::nanargmax(&ndarray::array![f32::NAN]).unwrap_err().to_string(),
        "nanargmax: a is NaN throughout, must be a number somewhere along the axes"
    );
    assert!(matches!(reduce::nanargmin(&Array1::<f32>::zeros(0)), Err(Error::Empty { .. })));
}

#[test]
fn vecdot_broadcasts() {
    let a = Array::from_shape_fn((4, 1, 30), |(i, _, k)| (i * 7 + k) as f32 / 8.0);
    let b = Array::from_shape_fn((5, 30), |(j, k)| (j + 3 * k) as f32 / 16.0);
    let got = reduce::vecdot(&a, &b, 2).unwrap();
    for ((i, j), &x) in got.indexed_iter() {
        let expected = reduce::dot(&a.slice(s![i, 0, ..]), &b.slice(s![j, ..])).unwrap();
        assert_eq!(x.bits(), expected.bits());
    }
    let mut out = Array2::zeros((4, 5));
    reduce::vecdot_into(&a, &b, 2, &mut out).unwrap();
    assert_eq!(out, got);
    let text = |error: Error| error.to_string();
    assert_eq!(
        text(reduce::vecdot(&a, &b.t(), 0).unwrap_err()),
        "vecdot: operands do not broadcast together: shapes [4, 1, 30], [30, 5]"
    );
    assert_eq!(
        text(reduce::vecdot(&a, &b, 3).unwrap_err()),
        "vecdot: axis 3 of an array with 3 axes and shape [4, 5, 30]"
    );
}

#[test]
fn n6_same_bits_of_higher_moments_and_norms() {
    let values = random::<f32>(60_000, 41);
    let a = ArrayViewD::from_shape(IxDyn(&[60, 50, 20]), &values).unwrap();
    let helped = same_bits_everywhere("higher moments", || {
        let mut bits = vec![reduce::skew(&a, true).bits(), reduce::logsumexp(&a).bits()];
        for axes in sets_of_axes(3) {
            bits.extend(higher_bits(&a, &axes));
            bits.extend(bits_of(&reduce::logsumexp_axis(&a, &axes[..]).unwrap()));
            bits.extend(bits_of(&reduce::norm_axis(&a, &axes[..], Norm::P(2.5)).unwrap()));
            bits.extend(bits_of(&reduce::norm_axis(&a, &axes[..], Norm::NegInf).unwrap()));
            bits.extend(bits_of(&reduce::nanargmax_axis(&a, &axes[..]).unwrap()));
        }
        bits
    });
    assert!(helped > 0);
}
