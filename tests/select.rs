//! Differences, which elements are not zero, choosing them, order: against plain loops.

mod common;

use common::{Rng, layout, same_bits_everywhere, tiers};
use ndarray::{Array, Array1, Array2, ArrayD, ArrayViewD, Axis, IxDyn, s};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use swath::reduce::ReduceReal as Reduce;
use swath::{Error, scan, testing};

fn sparse<T: Copy>(
    n: usize,
    seed: u64,
    often: usize,
    make: impl Fn(&mut Rng) -> T,
    zero: T,
) -> Vec<T> {
    let mut rng = Rng(seed);
    (0..n).map(|_| if rng.below(often) == 0 { make(&mut rng) } else { zero }).collect()
}

/// Indices of what is not zero, by definition.
fn plain_nonzero<T: Reduce + Default>(a: &ArrayViewD<'_, T>) -> Vec<Vec<usize>> {
    let mut places = vec![Vec::new(); a.ndim()];
    for (index, x) in a.indexed_iter() {
        if *x != T::default() {
            (0..a.ndim()).for_each(|axis| places[axis].push(index[axis]));
        }
    }
    places
}

fn check_nonzero<T: Reduce + Default>(a: &ArrayViewD<'_, T>) {
    let got = scan::nonzero(a).unwrap();
    let got: Vec<Vec<usize>> = got.into_iter().map(|axis| axis.to_vec()).collect();
    assert_eq!(got, plain_nonzero(a), "{:?} {:?}", a.shape(), a.strides());
    let flat: Vec<usize> =
        a.iter().enumerate().filter(|(_, x)| **x != T::default()).map(|(i, _)| i).collect();
    assert_eq!(scan::flatnonzero(a).unwrap().to_vec(), flat);
    let mask = a.mapv(|x| x != T::default());
    let chosen: Vec<T> = a.iter().copied().filter(|x| *x != T::default()).collect();
    assert_eq!(scan::extract(&mask, a).unwrap().to_vec(), chosen);
    let condition = Array1::from_iter(mask.iter().copied());
    assert_eq!(scan::compress(&condition, a).unwrap().to_vec(), chosen);
}

#[test]
fn every_length_type_and_tier() {
    fn check<T: Reduce + Default>(make: impl Fn(&mut Rng) -> T) {
        for n in (0..70).chain([255, 256, 257, 1000, 70_001]) {
            for often in [1, 3, 200] {
                let values = sparse(n, n as u64, often, &make, T::default());
                check_nonzero(&Array1::from_vec(values).into_dyn().view());
            }
        }
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check(|rng| rng.unit() as f32);
        check(Rng::unit);
        check(|rng| rng.next() as i8 | 1);
        check(|rng| rng.next() as u16 | 1);
        check(|rng| rng.next() as i32 | 1);
        check(|rng| rng.next() | 1);
        check(|_| true);
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n3_zeros_of_both_signs_are_zero_and_nan_is_not() {
    let a = ndarray::array![0.0, -0.0, f64::NAN, f64::from_bits(1), f64::NEG_INFINITY];
    assert_eq!(scan::flatnonzero(&a).unwrap(), ndarray::array![2, 3, 4]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn any_layout(at in layout(0..5usize, 0..9), seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let base = at.base(&mut |_| rng.below(3) as i16);
        check_nonzero(&at.view(&base));
        let base = at.base(&mut |_| if rng.below(2) == 0 { 0.0 } else { rng.unit() });
        check_nonzero(&at.view(&base));
    }

    #[test]
    fn differences_and_parts_in_any_layout(at in layout(1..4usize, 0..9), seed in any::<u64>(), n in 0..4usize) {
        let mut rng = Rng(seed);
        let base = at.base(&mut |_| rng.unit() as f32);
        let a = at.view(&base);
        for axis in 0..a.ndim() {
            let mut expected = a.to_owned();
            for _ in 0..n {
                let len = expected.len_of(Axis(axis));
                let part = |from: usize| {
                    let to = (from + len.saturating_sub(1)).min(len);
                    expected.slice_axis(Axis(axis), ndarray::Slice::from(from.min(to)..to)).to_owned()
                };
                expected = part(1) - part(0);
            }
            let got = scan::diff(&a, n, axis).unwrap();
            prop_assert_eq!(&got, &expected);
            let mut out = ArrayD::zeros(got.raw_dim());
            out.invert_axis(Axis(0));
            scan::diff_into(&a, n, axis, &mut out).unwrap();
            prop_assert_eq!(&out, &expected);

            let len = rng.below(a.len_of(Axis(axis)) + 2);
            let condition = Array1::from_shape_fn(len, |i| i < a.len_of(Axis(axis)) && rng.below(2) == 0);
            let chosen: Vec<usize> = (0..len).filter(|&i| condition[i]).collect();
            let expected = a.select(Axis(axis), &chosen);
            let got = scan::compress_axis(&condition, &a, axis).unwrap();
            prop_assert_eq!(&got, &expected);
            let mut out = ArrayD::zeros(got.raw_dim());
            out.invert_axis(Axis(0));
            scan::compress_axis_into(&condition, &a, axis, &mut out).unwrap();
            prop_assert_eq!(&out, &expected);

            let sorted = a.map_axis(Axis(axis), |line| line.iter().is_sorted());
            prop_assert_eq!(scan::is_sorted_axis(&a, axis).unwrap(), sorted);
        }
    }
}

#[test]
fn order_is_that_of_sorts() {
    for n in [0usize, 1, 2, 3, 255, 256, 257, 258, 5000, 100_000] {
        let a = Array1::from_shape_fn(n, |i| (i / 3) as f32);
        assert!(scan::is_sorted(&a) && scan::is_sorted(&a.mapv(|x| x as u8 / 255)));
        for at in [0, 1, n / 2, n.saturating_sub(2)] {
            if at + 1 < n {
                let mut b = a.clone();
                b[at] = b[at + 1] + 1.0;
                assert!(!scan::is_sorted(&b), "{n} {at}");
                b[at] = f32::NAN;
                assert!(!scan::is_sorted(&b), "{n} {at}");
                assert!(!scan::is_sorted(&b.slice(s![..;-1])) || n < 4);
                b.slice_mut(s![at..]).fill(f32::NAN);
                assert!(scan::is_sorted(&b), "{n} {at}");
            }
        }
        let turned = a.slice(s![..;-1]);
        assert_eq!(scan::is_sorted(&turned), n <= 3);
        assert!(scan::is_sorted(&turned.slice(s![..;-1])));
    }
    assert!(scan::is_sorted(&ndarray::array![0.0, -0.0, 0.0]));
    let a = ndarray::array![[1.0, f64::NAN], [f64::NAN, 2.0]];
    assert_eq!(scan::is_sorted_axis(&a, 0).unwrap(), ndarray::array![true, false]);
}

#[test]
fn n5_differences_of_integers_wrap() {
    assert_eq!(scan::diff(&ndarray::array![3u8, 1], 1, 0).unwrap(), ndarray::array![254]);
    let ends = ndarray::array![i64::MIN, i64::MAX];
    assert_eq!(scan::diff(&ends, 1, 0).unwrap(), ndarray::array![-1]);
    let a = ndarray::array![1.0, f64::INFINITY, f64::INFINITY];
    assert!(scan::diff(&a, 1, 0).unwrap()[1].is_nan());
    assert_eq!(scan::diff(&a, usize::MAX, 0).unwrap().len(), 0);
}

#[test]
fn n6_same_bits_on_any_threads() {
    let values = sparse(60_000, 9, 3, Rng::unit, 0.0);
    let a = Array::from_shape_vec(IxDyn(&[60, 50, 20]), values).unwrap();
    let helped = same_bits_everywhere("choosing", || {
        let mut bits = Vec::new();
        for view in [a.view(), a.t(), a.slice(s![.., ..;-1, ..;3]).into_dyn()] {
            for axis in scan::nonzero(&view).unwrap() {
                bits.extend(axis.iter().map(|&i| i as u64));
            }
            let mask = view.mapv(|x| x > 0.1);
            bits.extend(scan::extract(&mask, &view).unwrap().iter().map(|x| x.to_bits()));
            bits.extend(scan::diff(&view, 2, 1).unwrap().iter().map(|x| x.to_bits()));
            let condition = Array1::from_shape_fn(20, |i| i % 3 == 0);
            let parts = scan::compress_axis(&condition, &view, 1).unwrap();
            bits.extend(parts.iter().map(|x| x.to_bits()));
        }
        bits.push(u64::from(scan::is_sorted(&Array1::from_iter(0..50_000))));
        bits
    });
    assert!(helped > 0);
}

#[test]
fn errors_name_function_operand_and_sizes() {
    let a = Array2::<f32>::ones((3, 4));
    let text = |error: Result<(), Error>| error.unwrap_err().to_string();
    assert_eq!(
        text(scan::diff(&a, 1, 2).map(drop)),
        "diff: axis 2 of an array with 2 axes and shape [3, 4]"
    );
    assert_eq!(
        text(scan::diff_into(&a, 1, 0, &mut Array2::zeros((3, 4)))),
        "diff_into: out has shape [3, 4], but the shape of the differences is [2, 4]"
    );
    let long = Array1::from_elem(4, true);
    assert_eq!(
        text(scan::compress_axis(&long, &a, 0).map(drop)),
        "compress_axis: condition is true beyond element 3, must be false where there are no elements"
    );
    assert_eq!(
        text(scan::compress(&Array1::from_elem(13, true), &a).map(drop)),
        "compress: condition is true beyond element 12, must be false where there are no elements"
    );
    assert_eq!(
        text(scan::extract(&Array2::from_elem((4, 3), true), &a).map(drop)),
        "extract: condition has shape [4, 3], but the shape of a is [3, 4]"
    );
    assert_eq!(
        text(scan::is_sorted_axis(&a, 5).map(drop)),
        "is_sorted_axis: axis 5 of an array with 2 axes and shape [3, 4]"
    );
}
