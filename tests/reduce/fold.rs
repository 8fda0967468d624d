//! Folds by closures, against the naive order.

use super::*;

/// Sums and sums of squares, not to be had from the other functions.
fn step((sum, squares): (f64, f64), x: f32) -> (f64, f64) {
    let x = f64::from(x);
    (sum + x, squares + x * x)
}

fn combine(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 + b.0, a.1 + b.1)
}

#[test]
fn folds_are_those_of_the_contract() {
    let mut lengths: Vec<usize> = (0..70).collect();
    lengths.extend([127, 128, 129, 4095, 4096, 4097, 8193, 40_000]);
    let values = random::<f32>(40_000, 31);
    for tier in tiers() {
        testing::set_tier(tier);
        for &n in &lengths {
            let a = ArrayViewD::from_shape(IxDyn(&[n]), &values[..n]).unwrap();
            let got = reduce::fold(&a, (0.0, 0.0), step, combine);
            let expected = naive::fold(&values[..n], 4096, 16, (0.0, 0.0), step, combine);
            assert_eq!((got.0.bits(), got.1.bits()), (expected.0.bits(), expected.1.bits()), "{n}");
            let sum = reduce::fold(&a, 0.0f32, |sum, x: f32| sum + x, |a, b| a + b);
            let expected = naive::fold(&values[..n], 4096, 64, 0.0f32, |s, x| s + x, |a, b| a + b);
            assert_eq!(sum.bits(), expected.bits(), "{n} {tier}");
            // Where no sum is -0.0, the sum.
            if sum != 0.0 {
                assert_eq!(sum.bits(), reduce::sum(&a).bits());
            }
            let wide = reduce::fold(
                &a,
                [0u64; 8],
                |a, x| a.map(|a| a + u64::from(x > 0.0)),
                |a, b| std::array::from_fn(|i| a[i] + b[i]),
            );
            let count = values[..n].iter().filter(|x| **x > 0.0).count() as u64;
            assert_eq!(wide, [count; 8]);
        }
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn folds_along_axes() {
    for shape in [[3, 4, 5], [2, 300, 3], [40, 1, 300], [0, 3, 2], [3, 0, 2], [700, 2, 9]] {
        let a = ArrayD::from_shape_vec(IxDyn(&shape), random(shape.iter().product(), 32)).unwrap();
        for view in [a.view(), a.t(), a.slice(s![..;-1, .., ..;2]).into_dyn()] {
            for axes in sets_of_axes(3) {
                let plus = |a: f32, b: f32| a + b;
                let got = reduce::fold_axis(&view, &axes[..], -0.0, plus, plus).unwrap();
                let sums = reduce::sum_axis(&view, &axes[..]).unwrap();
                if axes.iter().all(|&axis| view.shape()[axis] > 0) {
                    assert_same_bits(&got, &sums, format!("{shape:?} {axes:?}"));
                } else {
                    assert!(got.iter().all(|x| x.is_sign_negative() && *x == 0.0));
                }
                let mut out = got.mapv(|_| 7.0);
                reduce::fold_axis_into(&view, &axes[..], -0.0, plus, plus, &mut out).unwrap();
                assert_same_bits(&out, &got, "into");
            }
        }
    }
    // Elements without a size, of three bytes, and of many.
    let none = Array1::from_elem(5000, ());
    assert_eq!(reduce::fold(&none, 0u32, |n, ()| n + 1, |a, b| a + b), 5000);
    assert_eq!(reduce::fold(&Array1::from_elem(5000, 3), (), |(), _: i32| (), |(), ()| ()), ());
    let odd = Array2::from_shape_fn((300, 50), |(i, j)| [i as u8, j as u8, 1]);
    let count = reduce::fold_axis(&odd.t(), 1, 0u64, |n, x| n + u64::from(x[2]), |a, b| a + b);
    assert_eq!(count.unwrap(), Array1::from_elem(50, 300));
    let wide = Array2::from_shape_fn((300, 50), |(i, j)| [(i * j) as u64; 8]);
    let most = reduce::fold(&wide.t(), 0, |most: u64, x| most.max(x[7]), u64::max);
    assert_eq!(most, 299 * 49);
}

#[test]
fn n6_same_bits_of_folds() {
    let values = random::<f32>(60_000, 33);
    let a = ArrayViewD::from_shape(IxDyn(&[60, 50, 20]), &values).unwrap();
    let helped = same_bits_everywhere("folds", || {
        let (sum, squares) = reduce::fold(&a, (0.0, 0.0), step, combine);
        let mut bits = vec![sum.bits(), squares.bits()];
        for axes in sets_of_axes(3) {
            for (sum, squares) in
                reduce::fold_axis(&a, &axes[..], (0.0, 0.0), step, combine).unwrap()
            {
                bits.extend([sum.bits(), squares.bits()]);
            }
        }
        bits
    });
    assert!(helped > 0);
}

#[test]
fn t1_a_panic_in_a_fold_arrives_once() {
    let a = Array1::from_iter(0..100_000u64);
    for at in [0u64, 1, 50_000, 99_999] {
        let run = std::panic::AssertUnwindSafe(|| {
            let step = |sum, x| if x == at { panic!("at {at}") } else { sum + x };
            reduce::fold(&a, 0, step, |a, b| a + b)
        });
        let payload = std::panic::catch_unwind(run).unwrap_err();
        assert_eq!(payload.downcast_ref::<String>().unwrap(), &format!("at {at}"));
    }
    let run = || reduce::fold(&a, 0, |sum, x| sum + x, |_, _| panic!("combine"));
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
    assert_eq!(reduce::fold(&a, 0, |sum, x| sum + x, |a, b| a + b), 99_999 * 50_000);
}

#[test]
fn folds_refuse_what_sums_refuse() {
    let a = Array2::<f32>::ones((3, 4));
    let plus = |a: f32, b: f32| a + b;
    let text = |error: Result<(), Error>| error.unwrap_err().to_string();
    assert_eq!(
        text(reduce::fold_axis(&a, 2, 0.0, plus, plus).map(drop)),
        "fold_axis: axis 2 of an array with 2 axes and shape [3, 4]"
    );
    assert_eq!(
        text(reduce::fold_axis_into(&a, 0, 0.0, plus, plus, &mut Array1::zeros(3))),
        "fold_axis_into: out has shape [3], but the shape of a without the reduced axes is [4]"
    );
}
