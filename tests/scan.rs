//! Scans against the naive version, bit for bit: layouts, tiers, faults.

mod common;
#[path = "scan/everywhere.rs"]
mod everywhere;

use common::{Bits, Layout, Rng, assert_same_bits, bits_of, layout, same_bits_everywhere, tiers};
use ndarray::{Array, Array1, Array2, ArrayD, ArrayViewD, Axis, IxDyn, ShapeBuilder, s};
use num_complex::Complex;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use swath::reduce::Reduce;
use swath::reference::reduce::Item;
use swath::reference::scan as naive;
use swath::scan::{self, Along, ScanReal};
use swath::testing;

/// An element type in tests: made from random numbers, with what the naive version
/// needs to know.
trait Any: ScanReal + Bits + Item<Sum = <Self as Reduce>::Sum> {
    fn any(rng: &mut Rng) -> Self;
}
macro_rules! any {
    ($($t:ident: |$rng:ident| $value:expr;)*) => {$(impl Any for $t {
        fn any($rng: &mut Rng) -> $t {
            $value
        }
    })*};
}
any! {
    f32: |rng| (rng.unit() * 10f64.powi(rng.below(9) as i32 - 4)) as f32;
    f64: |rng| rng.unit() * 10f64.powi(rng.below(9) as i32 - 4);
    i8: |rng| rng.next() as i8; i16: |rng| rng.next() as i16;
    i32: |rng| rng.next() as i32; i64: |rng| rng.next() as i64;
    u8: |rng| rng.next() as u8; u16: |rng| rng.next() as u16;
    u32: |rng| rng.next() as u32; u64: |rng| rng.next();
}

macro_rules! every_type {
    ($f:ident) => {
        $f::<f32>();
        $f::<f64>();
        $f::<i8>();
        $f::<i16>();
        $f::<i32>();
        $f::<i64>();
        $f::<u8>();
        $f::<u16>();
        $f::<u32>();
        $f::<u64>();
    };
}

/// The lesser of two, or the greater: any NaN wins.
fn extreme<T: Item>(a: T, b: T, greatest: bool) -> T {
    let better = if greatest { a.less(b) } else { b.less(a) };
    if !a.is_nan() && (b.is_nan() || better) { b } else { a }
}

/// All scans along all axes, as bits.
fn bits<T: Any>(a: &ArrayViewD<'_, T>) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
{
    let mut bits = Vec::new();
    for axis in 0..a.ndim() {
        bits.extend(bits_of(&scan::cumsum(a, axis).unwrap()));
        bits.extend(bits_of(&scan::cumprod(a, axis).unwrap()));
        bits.extend(bits_of(&scan::cummin(a, axis).unwrap()));
        bits.extend(bits_of(&scan::cummax(a, axis).unwrap()));
    }
    bits
}

fn naive_bits<T: Any>(a: &ArrayViewD<'_, T>) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
{
    let mut strides = vec![0isize; a.ndim()];
    let mut step = 1;
    for (stride, &n) in strides.iter_mut().zip(a.shape()).rev() {
        *stride = step;
        step *= n.max(1) as isize;
    }
    let mut bits = Vec::new();
    for axis in 0..a.ndim() {
        bits.extend(bits_of(&naive::scan(a, axis, &strides, T::wide, <T as Item>::plus)));
        bits.extend(bits_of(&naive::scan(a, axis, &strides, T::wide, <T as Item>::times)));
        let least = |a, b| extreme::<T>(a, b, false);
        bits.extend(bits_of(&naive::scan(a, axis, &strides, |x| x, least)));
        let greatest = |a, b| extreme::<T>(a, b, true);
        bits.extend(bits_of(&naive::scan(a, axis, &strides, |x| x, greatest)));
    }
    bits
}

fn random<T: Any>(shape: &[usize], seed: u64) -> ArrayD<T> {
    let mut rng = Rng(seed);
    let n = shape.iter().product();
    let values = (0..n).map(|_| T::any(&mut rng)).collect();
    ArrayD::from_shape_vec(IxDyn(shape), values).unwrap()
}

#[test]
fn every_length_on_every_tier() {
    fn check<T: Any>()
    where
        <T as Reduce>::Sum: Bits,
    {
        let mut lengths: Vec<usize> = (0..40).collect();
        lengths.extend([2047, 2048, 2049, 2055, 2056, 2057, 8191, 8193, 16_385, 40_003]);
        for n in lengths {
            let a = random::<T>(&[n], n as u64);
            assert_eq!(bits(&a.view()), naive_bits(&a.view()), "{n} elements");
            let turned = a.slice(s![..;-1]).into_dyn();
            assert_eq!(bits(&turned), naive_bits(&turned), "{n} elements, turned");
        }
    }
    for tier in tiers() {
        testing::set_tier(tier);
        every_type!(check);
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn s1_all_shapes_and_axes() {
    fn check<T: Any>()
    where
        <T as Reduce>::Sum: Bits,
    {
        for shape in
            [[0, 3, 2], [2, 0, 1], [1, 1, 1], [3, 4, 5], [2, 40, 3], [1, 3000, 2], [3, 2, 2500]]
        {
            let a = random::<T>(&shape, 5);
            for view in [a.view(), a.t(), a.slice(s![.., ..;-1, ..;2]).into_dyn()] {
                assert_eq!(
                    bits(&view),
                    naive_bits(&view),
                    "{:?} {:?}",
                    view.shape(),
                    view.strides()
                );
            }
        }
    }
    every_type!(check);
    assert!(scan::cumsum(&ndarray::arr0(1.0), 0).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn any_layout(at in layout(1..5usize, 0..9), seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let base = at.base(&mut |_| f32::any(&mut rng));
        prop_assert_eq!(bits(&at.view(&base)), naive_bits(&at.view(&base)));
        let base = at.base(&mut |_| i16::any(&mut rng));
        prop_assert_eq!(bits(&at.view(&base)), naive_bits(&at.view(&base)));
    }

    #[test]
    fn into_and_in_place_in_any_layout(at in layout(2..4usize, 1..40), seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let base = at.base(&mut |_| f64::any(&mut rng));
        let a = at.view(&base);
        for axis in 0..a.ndim() {
            // An output that is stepped, reversed and in F order.
            let shape: Vec<usize> = a.shape().iter().map(|n| 2 * n).collect();
            let mut room = ArrayD::from_elem(IxDyn(&shape).f(), 7.0f64);
            let mut out = room.view_mut();
            for i in 0..shape.len() {
                out.slice_axis_inplace(Axis(i), ndarray::Slice::new(0, None, -2));
            }
            let strides = out.strides().to_vec();
            let plus = |a, b| a + b;
            let expected = naive::scan(&a, axis, &strides, |x: f64| x, plus);
            scan::cumsum_into(&a, axis, &mut out).unwrap();
            assert_same_bits(&out, &expected, "into a stepped output");
            let expected = naive::scan(&out.view(), axis, &strides, |x: f64| x, plus);
            scan::cumsum_inplace(&mut out, axis).unwrap();
            assert_same_bits(&out, &expected, "in place");
            let n = room.len();
            prop_assert!(room.iter().filter(|x| **x == 7.0).count() >= n - expected.len());
        }
    }
}

/// Options in every combination, by number.
fn options<V>(axis: usize, set: usize, nothing: V) -> (Along, naive::How<V>) {
    let [exclusive, reverse, sequential] = [1, 2, 4].map(|bit| set & bit != 0);
    let mut along = Along::axis(axis);
    if exclusive {
        along = along.exclusive();
    }
    if reverse {
        along = along.reverse();
    }
    if sequential {
        along = along.sequential();
    }
    (along, naive::How { exclusive: exclusive.then_some(nothing), reverse, sequential })
}

/// Sums, least elements and a user's scan of pairs with all options, as bits; and the same
/// from the naive version.
fn option_bits(a: &ArrayViewD<'_, f32>) -> [Vec<u64>; 2] {
    let strides = c_strides(a.shape());
    let pairs = a.mapv(|x| (x * 0.5, x));
    let pairs = pairs.as_standard_layout();
    let affine = |(a, b): (f32, f32), (c, d): (f32, f32)| (a * c, b * c + d);
    let (mut got, mut expected) = (Vec::new(), Vec::new());
    for axis in 0..a.ndim() {
        for set in 0..8 {
            let (along, how) = options(axis, set, 0.0);
            got.extend(bits_of(&scan::cumsum(a, along).unwrap()));
            let sums = naive::scan_as(a, axis, &strides, how, |x| x, |x, y| x + y);
            expected.extend(bits_of(&sums));
            let (along, how) = options(axis, set, f32::INFINITY);
            got.extend(bits_of(&scan::cummin(a, along).unwrap()));
            let least = |x, y| extreme::<f32>(x, y, false);
            expected.extend(bits_of(&naive::scan_as(a, axis, &strides, how, |x| x, least)));
            let (along, how) = options(axis, set, (1.0, 0.0));
            for (x, y) in scan::scan(&pairs, along, (1.0, 0.0), affine).unwrap() {
                got.extend([x.bits(), y.bits()]);
            }
            for (x, y) in naive::scan_as(&pairs.view(), axis, &strides, how, |x| x, affine) {
                expected.extend([x.bits(), y.bits()]);
            }
        }
    }
    [got, expected]
}

fn c_strides(shape: &[usize]) -> Vec<isize> {
    ArrayD::<u8>::zeros(IxDyn(shape)).strides().to_vec()
}

#[test]
fn options_on_every_tier_and_length() {
    for tier in tiers() {
        testing::set_tier(tier);
        for n in (0..20).chain([2047, 2048, 2049, 2050, 8193, 16_400, 40_003]) {
            let a = random::<f32>(&[n], n as u64);
            for view in [a.view(), a.slice(s![..;-1]).into_dyn(), a.slice(s![..;2]).into_dyn()] {
                let [got, expected] = option_bits(&view);
                assert!(got == expected, "{n} {:?} {tier}", view.strides());
            }
        }
        let a = random::<f32>(&[30, 70, 3], 6);
        for view in [a.view(), a.t(), a.slice(s![..;-1, .., ..;2]).into_dyn()] {
            let [got, expected] = option_bits(&view);
            assert!(got == expected, "{:?} {:?} {tier}", view.shape(), view.strides());
        }
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn options_into_and_in_place() {
    for shape in [vec![5000], vec![40_001], vec![3, 2500], vec![300, 40], vec![2, 20_000]] {
        let a = random::<f64>(&shape, 12);
        for (axis, set) in (0..shape.len()).flat_map(|axis| (0..8).map(move |set| (axis, set))) {
            let (along, how) = options(axis, set, 0.0);
            // In C order, turned and stepped.
            for step in [1isize, -1, 3] {
                let wide: Vec<usize> = shape.iter().map(|n| n * step.unsigned_abs()).collect();
                let mut room = ArrayD::from_elem(IxDyn(&wide), 7.0);
                let mut out = room.view_mut();
                for i in 0..shape.len() {
                    out.slice_axis_inplace(Axis(i), ndarray::Slice::new(0, None, step));
                }
                let strides = out.strides().to_vec();
                let sum = |a: &ArrayViewD<'_, f64>| {
                    naive::scan_as(a, axis, &strides, how, |x: f64| x, |x, y| x + y)
                };
                let context = format!("{shape:?} {along:?} {step}");
                let expected = sum(&a.view());
                scan::cumsum_into(&a, along, &mut out).unwrap();
                assert_same_bits(&out, &expected, &context);
                let expected = sum(&out.view());
                scan::cumsum_inplace(&mut out, along).unwrap();
                assert_same_bits(&out, &expected, &context);
                let expected = sum(&out.view());
                scan::scan_inplace(&mut out, along, 0.0, |x, y| if x == 0.0 { y } else { x + y })
                    .unwrap();
                assert_same_bits(&out, &expected, &context);
            }
        }
    }
}

/// Elements of one byte to 64, which pass through rooms of one size.
#[test]
fn closures_over_elements_of_any_size() {
    fn check<const N: usize>() {
        for n in [0, 1, 9, 2048, 5000, 20_000] {
            let a = Array1::from_shape_fn(n, |i| [i as u8 % 3; N]);
            let plus = |a: [u8; N], b: [u8; N]| std::array::from_fn(|k| a[k].wrapping_add(b[k]));
            for view in [a.view(), a.slice(s![..;-1]), a.slice(s![..;3])] {
                for set in 0..8 {
                    let (along, how) = options(0, set, [0; N]);
                    let expected = naive::scan_as(&view.into_dyn(), 0, &[1], how, |x| x, plus);
                    let got = scan::scan(&view, along, [0; N], plus).unwrap();
                    assert_eq!(got.into_dyn(), expected, "{N} {n} {set}");
                }
            }
        }
    }
    check::<1>();
    check::<3>();
    check::<8>();
    check::<24>();
    check::<64>();
}

/// An output large enough to be stored past the cache, begun at odd places.
#[test]
fn n6_large_outputs_at_any_alignment() {
    let n = (16 << 20) / 4 + 20_037;
    let a = random::<f32>(&[n], 40);
    let expected = scan::cumsum(&a.slice(s![5..]), 0).unwrap();
    let by_naive = naive::scan(&a.slice(s![5..]).into_dyn(), 0, &[1], |x: f32| x, |x, y| x + y);
    assert_same_bits(&expected, &by_naive, "large");
    let mut room = Array1::zeros(n);
    for skip in [0, 1, 2, 3] {
        let mut out = room.slice_mut(s![skip..skip + n - 5]);
        scan::cumsum_into(&a.slice(s![5..]), 0, &mut out).unwrap();
        assert_same_bits(&out, &expected, skip);
    }
    let square = a.slice(s![..2000 * 2105]).into_shape_with_order((2000, 2105)).unwrap();
    let got = scan::cumsum(&square, 0).unwrap();
    let strides = got.strides().to_vec();
    let expected = naive::scan(&square.into_dyn(), 0, &strides, |x: f32| x, |x, y| x + y);
    assert_same_bits(&got, &expected, "large rows");
}

/// Lines of several blocks that are stored past the cache, the last of which may be short.
#[test]
fn n6_large_outputs_of_many_lines() {
    for rest in [0, 3, 16, 21, 2047] {
        let shape = [270, 8192 + rest];
        let a = random::<f64>(&shape, 41);
        let strides = c_strides(&shape);
        let expected = naive::scan(&a.view(), 1, &strides, |x| x, |x, y| x + y);
        let greatest = |a, b| extreme::<f64>(a, b, true);
        let most = naive::scan(&a.view(), 1, &strides, |x| x, greatest);
        for tier in tiers() {
            testing::set_tier(tier);
            assert_same_bits(&scan::cumsum(&a, 1).unwrap(), &expected, format!("{rest} {tier}"));
            assert_same_bits(&scan::cummax(&a, 1).unwrap(), &most, format!("{rest} {tier}"));
            // A chunk of one long line is such a line, too.
            let flat = a.flatten();
            let line = scan::cumsum(&flat, 0).unwrap();
            let plain = naive::scan(&flat.view().into_dyn(), 0, &[1], |x| x, |x, y| x + y);
            assert_same_bits(&line, &plain, format!("{rest} {tier}, a line"));
        }
        testing::set_tier(testing::TIERS[2]);
    }
}

#[test]
fn sequential_is_a_plain_loop() {
    let a = random::<f32>(&[5000], 3);
    let mut sum = 0.0f32;
    let plain: Vec<f32> = a
        .iter()
        .map(|x| {
            sum += x;
            sum
        })
        .collect();
    let got = scan::cumsum(&a, Along::axis(0).sequential()).unwrap();
    assert_same_bits(&got, &plain, "sequential");
    assert_ne!(got, scan::cumsum(&a, 0).unwrap());
}

#[test]
fn t1_a_panic_in_the_closure_arrives_once() {
    let mut a = Array1::from_iter(0..50_000u64);
    for at in [0u64, 1, 9_999, 49_999] {
        let joined = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            scan::scan(&a, 0, 0, |x, y| if y == at { panic!("at {at}") } else { x.max(y) })
        }));
        let payload = joined.unwrap_err();
        assert_eq!(payload.downcast_ref::<String>().unwrap(), &format!("at {at}"));
    }
    scan::scan_inplace(&mut a, 0, 0, u64::wrapping_add).unwrap();
    assert_eq!(a[49_999], 49_999 * 25_000);
}

#[test]
fn n6_same_bits_on_any_threads_and_tier() {
    let line = random::<f64>(&[70_001], 8);
    let cube = random::<f32>(&[30, 50, 40], 9);
    let whole = random::<i32>(&[50_000], 10);
    let helped = same_bits_everywhere("scans", || {
        let mut all = bits(&line.view());
        all.extend(bits(&cube.view()));
        all.extend(bits(&cube.t()));
        all.extend(bits(&whole.view()));
        let mut copy = line.clone();
        scan::cumsum_inplace(&mut copy, 0).unwrap();
        all.extend(bits_of(&copy));
        scan::cumsum_inplace(&mut copy, Along::axis(0).exclusive().reverse()).unwrap();
        all.extend(bits_of(&copy));
        all.extend(option_bits(&cube.view()).into_iter().next().unwrap());
        all.extend(bits_of(&scan::scan(&line, 0, 1.0, |x, y| x * y).unwrap()));
        all
    });
    assert!(helped > 0, "no second thread took a chunk");
    assert_eq!(bits(&line.view()), naive_bits(&line.view()));
}

#[test]
fn n1_after_a_nan_all_is_nan() {
    for n in [1, 7, 8, 9, 17, 2049, 20_000] {
        for at in [0, n / 3, n - 1] {
            let mut a = Array1::from_shape_fn(n, |i| (i % 5) as f32);
            a[at] = f32::NAN;
            let column = a.view().insert_axis(Axis(1));
            let two = ndarray::concatenate![Axis(1), column, column];
            for result in [scan::cumsum, scan::cumprod, scan::cummin, scan::cummax]
                .map(|f| f(&two, 0).unwrap())
            {
                for column in result.columns() {
                    assert!(column.iter().enumerate().all(|(i, x)| x.is_nan() == (i >= at)));
                }
            }
            for f in [scan::cumsum, scan::cumprod, scan::cummin, scan::cummax] {
                let result = f(&a, 0).unwrap();
                assert!(
                    result.iter().enumerate().all(|(i, x)| x.is_nan() == (i >= at)),
                    "{n} {at}"
                );
            }
        }
    }
}

#[test]
fn n1_nan_is_left_out_where_the_name_says_so() {
    for tier in tiers() {
        testing::set_tier(tier);
        for shape in [vec![1], vec![9], vec![2049], vec![40_003], vec![30, 50], vec![0, 3]] {
            let mut rng = Rng(7);
            let mut a = random::<f32>(&shape, 7);
            a.mapv_inplace(|x| if rng.below(3) == 0 { f32::NAN } else { x });
            let strides = c_strides(&shape);
            for (axis, set) in (0..shape.len()).flat_map(|axis| (0..8).map(move |set| (axis, set)))
            {
                let (along, how) = options(axis, set, 0.0);
                let number = |nothing| move |x: f32| if x.is_nan() { nothing } else { x };
                let plus = |x, y| x + y;
                let expected = naive::scan_as(&a.view(), axis, &strides, how, number(0.0), plus);
                assert_same_bits(&scan::nancumsum(&a, along).unwrap(), &expected, "sums");
                let mut copy = a.clone();
                scan::nancumsum_inplace(&mut copy, along).unwrap();
                assert_same_bits(&copy, &expected, "sums in place");
                let (along, how) = options(axis, set, 1.0);
                let times = |x, y| x * y;
                let expected = naive::scan_as(&a.view(), axis, &strides, how, number(1.0), times);
                scan::nancumprod_into(&a, along, &mut copy).unwrap();
                assert_same_bits(&copy, &expected, "products");
            }
        }
    }
    testing::set_tier(testing::TIERS[2]);
    let whole = random::<u16>(&[3000], 1);
    assert_eq!(scan::nancumsum(&whole, 0).unwrap(), scan::cumsum(&whole, 0).unwrap());
    let z = ndarray::array![Complex::new(1.0, 2.0), Complex::new(f64::NAN, 9.0)];
    assert_eq!(scan::nancumsum(&z, 0).unwrap(), Array1::from_elem(2, z[0]));
    assert_eq!(scan::nancumprod(&z, 0).unwrap(), Array1::from_elem(2, z[0]));
}

#[test]
fn n3_signed_zeros() {
    for n in [1usize, 3, 8, 20, 3000] {
        let a = Array1::from_elem(n, -0.0f64);
        assert!(scan::cumsum(&a, 0).unwrap().iter().all(|x| x.is_sign_negative()), "{n}");
        let mut b = a.clone();
        b[0] = 0.0;
        assert!(scan::cumsum(&b, 0).unwrap().iter().all(|x| x.is_sign_positive()), "{n}");
        let least = scan::cummin(&b, 0).unwrap();
        assert!(least.iter().skip(1).all(|x| x.is_sign_negative()), "{n}");
        assert!(scan::cummax(&b, 0).unwrap().iter().all(|x| x.is_sign_positive()), "{n}");
    }
}

#[test]
fn n5_integers_widen_and_wrap() {
    let a = Array1::from_elem(5000, i8::MIN);
    assert_eq!(scan::cumsum(&a, 0).unwrap()[4999], -128 * 5000);
    let a = Array1::from_elem(100, u64::MAX);
    let expected: Array1<u64> = (1..=100u64).map(|i| u64::MAX.wrapping_mul(i)).collect();
    assert_eq!(scan::cumsum(&a, 0).unwrap(), expected);
    let a = Array1::from_elem(70, -2i64);
    assert_eq!(scan::cumprod(&a, 0).unwrap()[62], i64::MIN);
    assert_eq!(scan::cumprod(&a, 0).unwrap()[64], 0);
}

/// The bound of the documentation, against exact sums: eighths of whole numbers.
#[test]
fn n7_error_within_the_bound() {
    let n = 100_000;
    let a = Array1::from_shape_fn(n, |i| 0.1f32 + (i % 3) as f32);
    let (mut exact, mut errors) = (0i128, 0.0f64);
    let unit = 2f64.powi(40);
    for (i, got) in scan::cumsum(&a, 0).unwrap().iter().enumerate() {
        exact += (f64::from(a[i]) * unit) as i128;
        let expected = exact as f64 / unit;
        let bound = ((i / 2048) as f64 + 260.0) * f64::from(f32::EPSILON) / 2.0 * expected;
        assert!((f64::from(*got) - expected).abs() <= bound, "{i}: {got} {expected}");
        errors = errors.max((f64::from(*got) - expected).abs());
    }
    assert!(errors > 0.0);
}

#[test]
fn errors_name_function_operand_and_sizes() {
    let mut a = Array2::<f32>::ones((3, 4));
    let text = |error: Result<(), swath::Error>| error.unwrap_err().to_string();
    assert_eq!(
        text(scan::cumsum(&a, 2).map(drop)),
        "cumsum: axis 2 of an array with 2 axes and shape [3, 4]"
    );
    assert_eq!(
        text(scan::cummax_into(&a, 0, &mut Array2::zeros((4, 3)))),
        "cummax_into: out has shape [4, 3], but the shape of a is [3, 4]"
    );
    assert_eq!(
        text(scan::cumprod_inplace(&mut a, 5)),
        "cumprod_inplace: axis 5 of an array with 2 axes and shape [3, 4]"
    );
    let flat = Array::from_iter(0..4);
    let wide = Layout::c(&[4]);
    wide.with(
        |i| i as i32,
        |view| assert_eq!(scan::cumsum(&view, 0).unwrap()[3], flat.sum().into()),
    );
}
