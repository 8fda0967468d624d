//! Sums that are rounded once.

use super::*;

/// Numbers whose sizes span so many powers of two, half of them cancelled by others.
fn spread(n: usize, powers: usize, seed: u64) -> Vec<f64> {
    let mut rng = Rng(seed);
    let mut values: Vec<f64> = (0..n)
        .map(|_| rng.unit() * 2f64.powi(rng.below(powers.max(1)) as i32 - powers as i32 / 2))
        .collect();
    for i in 0..n / 2 {
        let j = n - 1 - i;
        if rng.below(4) > 0 {
            values[j] = -values[i];
        }
    }
    for i in (1..n).rev() {
        values.swap(i, rng.below(i + 1));
    }
    values
}

#[test]
fn n7_sums_are_rounded_once() {
    for tier in tiers() {
        testing::set_tier(tier);
        for n in [0, 1, 2, 3, 15, 16, 17, 100, 511, 512, 2047, 2048, 2049, 5000, 40_000] {
            for powers in [1, 10, 60, 200, 1000, 1900] {
                let values = spread(n, powers, (n + powers) as u64);
                let expected = naive::fsum(values.iter().copied());
                let a = ArrayView1::from(&values[..]);
                assert_eq!(reduce::sum_exact(&a).bits(), expected.bits(), "{n} {powers} {tier}");
                let turned = reduce::sum_exact(&a.slice(s![..;-1]));
                assert_eq!(turned.bits(), expected.bits(), "{n} {powers}, turned");
                // f32, whose exact sum f64 may not hold: against the halfway point.
                let single: Vec<f32> =
                    spread(n, powers.min(200), 7 + n as u64).iter().map(|&x| x as f32).collect();
                let got = reduce::sum_exact(&ArrayView1::from(&single[..]));
                let error = |y: f32| {
                    let all = single.iter().map(|&x| f64::from(x)).chain([-f64::from(y)]);
                    naive::fsum(all).abs()
                };
                for other in [got.next_up(), got.next_down()] {
                    assert!(error(got) <= error(other), "{n} {powers}: {got} {other}");
                }
            }
        }
    }
    testing::set_tier(testing::TIERS[2]);
}

/// Blocks of `f32` whose exponents lie just near enough for a sum in `f64`, and just too far
/// apart, at both ends of the range too.
#[test]
fn n7_exponents_that_lie_near_each_other() {
    for apart in 15..=22 {
        for top in [-126 + apart, 0, 116] {
            let (large, small) = (2f32.powi(top), 2f32.powi(top - apart));
            // All bits of a fraction, at the top and at the bottom; the sums of 2048 fill f64.
            let [large, small] = [large, small].map(|x| x * (2.0 - f32::EPSILON));
            let mut a = Array1::from_elem(2048, large);
            a.slice_mut(s![1..;3]).fill(small);
            a[5] = 0.0;
            for turn in [false, true] {
                if turn {
                    a.slice_mut(s![..;2]).mapv_inplace(|x| -x);
                }
                let sum = naive::fsum(a.iter().map(|&x| f64::from(x)));
                assert_eq!(reduce::sum_exact(&a), sum as f32, "{apart} {top}");
                // What is left when the rounded sum is taken away shows the lowest bits.
                let mut rest: Vec<f32> = a.to_vec();
                let mut left = sum;
                for _ in 0..3 {
                    rest.push(-(left as f32));
                    left = naive::fsum(rest.iter().map(|&x| f64::from(x)));
                    let got = reduce::sum_exact(&ArrayView1::from(&rest[..]));
                    assert_eq!(got, left as f32, "{apart} {top}");
                }
            }
        }
    }
}

#[test]
fn n7_ties_ends_and_subnormals() {
    let sum = |values: &[f64]| reduce::sum_exact(&ArrayView1::from(values));
    let single = |values: &[f32]| reduce::sum_exact(&ArrayView1::from(values));
    let ulp = f64::EPSILON;
    // Ties to even, unless something breaks them, however small.
    assert_eq!(sum(&[1.0, ulp / 2.0]), 1.0);
    assert_eq!(sum(&[1.0 + ulp, ulp / 2.0]), 1.0 + 2.0 * ulp);
    assert_eq!(sum(&[1.0, ulp / 2.0, 1e-300]), 1.0 + ulp);
    assert_eq!(sum(&[1.0, ulp / 2.0, f64::from_bits(1)]), 1.0 + ulp);
    assert_eq!(sum(&[-1.0, -ulp / 2.0, -1e-300]), -1.0 - ulp);
    assert_eq!(single(&[1.0, f32::EPSILON / 2.0]), 1.0);
    assert_eq!(single(&[1.0, f32::EPSILON / 2.0, 1e-40]), 1.0 + f32::EPSILON);
    // No overflow on the way; and one at the end.
    assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]), f64::MAX);
    assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
    assert_eq!(sum(&[f64::MAX, 2f64.powi(969)]), f64::MAX);
    assert_eq!(sum(&[f64::MAX, 2f64.powi(970)]), f64::INFINITY);
    assert_eq!(sum(&[-f64::MAX, -f64::MAX, 1.0]), f64::NEG_INFINITY);
    assert_eq!(single(&[f32::MAX, f32::MAX, -f32::MAX]), f32::MAX);
    assert_eq!(single(&[f32::MAX, f32::MAX]), f32::INFINITY);
    assert_eq!(single(&[f32::MAX, 2f32.powi(102)]), f32::MAX);
    assert_eq!(single(&[f32::MAX, 2f32.powi(103)]), f32::INFINITY);
    // Subnormals are exact.
    let tiny = f64::from_bits(3);
    assert_eq!(sum(&[tiny, tiny, -f64::from_bits(1)]), f64::from_bits(5));
    assert_eq!(sum(&[f64::MIN_POSITIVE, -tiny]).to_bits(), f64::MIN_POSITIVE.to_bits() - 3);
    assert_eq!(single(&[f32::from_bits(3); 3]), f32::from_bits(9));
    let many = vec![f64::from_bits(1); 70_000];
    assert_eq!(sum(&many), f64::from_bits(70_000));
    // What sums of NaN, infinities and zeros are.
    assert!(sum(&[1.0, f64::NAN]).is_nan());
    assert!(sum(&[f64::INFINITY, 1.0, f64::NEG_INFINITY]).is_nan());
    assert_eq!(sum(&[f64::INFINITY, -f64::MAX]), f64::INFINITY);
    assert_eq!(single(&[f32::NEG_INFINITY, 1.0]), f32::NEG_INFINITY);
    assert_eq!(sum(&[]).bits(), 0.0f64.bits());
    assert_eq!(sum(&[-0.0, -0.0]).bits(), (-0.0f64).bits());
    assert_eq!(sum(&[-0.0, 0.0]).bits(), 0.0f64.bits());
    assert_eq!(sum(&[1.0, -1.0, -0.0]).bits(), 0.0f64.bits());
    let zeros = vec![-0.0; 70_000];
    assert_eq!(sum(&zeros).bits(), (-0.0f64).bits());
}

#[test]
fn exact_sums_along_axes_in_any_layout() {
    for shape in [[3, 4, 5], [2, 300, 3], [40, 1, 300], [0, 3, 2], [2, 3, 30_000], [20_000, 2, 2]] {
        let values = spread(shape.iter().product(), 100, 17);
        let a = ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap();
        for view in [a.view(), a.t(), a.slice(s![..;-1, .., ..;2]).into_dyn()] {
            for axes in sets_of_axes(3) {
                let got = reduce::sum_exact_axis(&view, &axes[..]).unwrap();
                let expected = naive::each_line(&view, &axes, naive::fsum);
                assert_same_bits(&got, &expected, format!("{shape:?} {axes:?}"));
                let mut out = got.mapv(|_| 7.0);
                reduce::sum_exact_axis_into(&view, &axes[..], &mut out).unwrap();
                assert_same_bits(&out, &got, "into");
            }
            let all = naive::fsum(view.iter().copied());
            assert_eq!(reduce::sum_exact(&view).bits(), all.bits());
        }
    }
    assert_eq!(
        reduce::sum_exact_axis(&Array2::<f32>::ones((3, 4)), 2).unwrap_err().to_string(),
        "sum_exact_axis: axis 2 of an array with 2 axes and shape [3, 4]"
    );
}

#[test]
fn n6_exact_sums_have_no_order() {
    let values = spread(200_000, 300, 3);
    let a = ArrayView1::from(&values[..]);
    let expected = naive::fsum(values.iter().copied()).bits();
    let helped = same_bits_everywhere("exact sums", || {
        let two = a.into_shape_with_order((200, 1000)).unwrap();
        let mut bits = vec![reduce::sum_exact(&a).bits(), reduce::sum_exact(&two.t()).bits()];
        assert!(bits.iter().all(|&bits| bits == expected));
        bits.extend(bits_of(&reduce::sum_exact_axis(&two, 0).unwrap()));
        bits.extend(bits_of(&reduce::sum_exact_axis(&two, 1).unwrap()));
        bits
    });
    assert!(helped > 0);
}

/// NIST's sets `NumAcc1` to `NumAcc4`: mean and standard deviation are known exactly.
#[test]
fn n7_nist_numacc() {
    let alternating = |n: usize, first: f64, low: f64, high: f64| {
        let rest = (1..n).map(move |i| if i % 2 == 1 { low } else { high });
        Array1::from_iter([first].into_iter().chain(rest))
    };
    let one = ndarray::array![10_000_001.0, 10_000_003.0, 10_000_002.0];
    let sets = [
        (one, 10_000_002.0, 1.0),
        (alternating(1001, 1.2, 1.1, 1.3), 1.2, 0.1),
        (alternating(1001, 1_000_000.2, 1_000_000.1, 1_000_000.3), 1_000_000.2, 0.1),
        (alternating(1001, 10_000_000.2, 10_000_000.1, 10_000_000.3), 10_000_000.2, 0.1),
    ];
    for (a, mean, deviation) in sets {
        let n = a.len() as f64;
        // The data are rounded: half an ULP each, which the mean and the deviations have.
        let noise = f64::EPSILON * mean;
        let u = f64::EPSILON / 2.0;
        // The bounds of the documentation.
        let bound = (66.0 + n.log2()) * u * mean + noise;
        assert!((reduce::mean(&a) - mean).abs() <= bound, "{}", reduce::mean(&a));
        assert!((reduce::sum_exact(&a) / n - mean).abs() <= noise);
        let bound = 2.0 * noise + (200.0 + n.log2()) * u * (deviation + mean);
        assert!((reduce::std(&a, 1.0) - deviation).abs() <= bound, "{}", reduce::std(&a, 1.0));
        let column = ndarray::stack![Axis(1), a, a];
        for got in reduce::std_axis(&column, 0, 1.0).unwrap() {
            assert!((got - deviation).abs() <= bound, "{got}");
        }
    }
}
