//! Array forms: the bits of the functions on numbers, any layout, errors.

use super::common::assert_same_bits;
use ndarray::{Array1, Array2, Array3, ArrayView2, ShapeBuilder, array, aview0, s};
use swath::{Error, map, math};

fn numbers() -> Array2<f64> {
    Array2::from_shape_fn((37, 53), |(i, j)| (i as f64 - 18.0) * 0.37 + j as f64 * 0.01)
}

#[test]
fn any_view_gives_the_bits_of_the_scalar_function() {
    let a = numbers();
    for view in [a.view(), a.t(), a.slice(s![..;3, ..;-2]), a.slice(s![0..0, ..])] {
        assert_same_bits(&swath::exp(&view).unwrap(), &view.mapv(math::exp), "exp");
        assert_same_bits(&swath::sin(&view).unwrap(), &view.mapv(math::sin), "sin");
        assert_same_bits(&swath::tgamma(&view).unwrap(), &view.mapv(math::tgamma), "tgamma");
        let single = view.mapv(|x| x as f32);
        assert_same_bits(&swath::tanh(&single).unwrap(), &single.mapv(math::tanh), "tanh");
    }
}

#[test]
fn into_and_in_place() {
    let a = numbers();
    let mut out = Array3::zeros((2, 37, 53));
    map::cbrt_into(&a, &mut out).unwrap();
    for slab in out.outer_iter() {
        assert_same_bits(slab, &a.mapv(math::cbrt), "cbrt_into");
    }
    let mut here = Array2::zeros((37, 53).f());
    here.assign(&a);
    map::atan_inplace(&mut here.slice_mut(s![..;2, ..])).unwrap();
    for (i, row) in here.outer_iter().enumerate() {
        let expected = if i % 2 == 0 { a.row(i).mapv(math::atan) } else { a.row(i).to_owned() };
        assert_same_bits(row, &expected, "atan_inplace");
    }
}

#[test]
fn sine_and_cosine_together() {
    let a = numbers();
    let (sin, cos) = swath::sin_cos(&a.t()).unwrap();
    assert_same_bits(&sin, &a.t().mapv(|x| math::sin_cos(x).0), "sin_cos");
    assert_same_bits(&cos, &a.t().mapv(|x| math::sin_cos(x).1), "sin_cos");
}

#[test]
fn two_arguments_broadcast() {
    let a = numbers().mapv(f64::abs);
    let row = Array1::linspace(-2.0, 2.0, 53);
    let got = swath::powf(&a, &row).unwrap();
    for ((i, j), &got) in got.indexed_iter() {
        assert_eq!(got.to_bits(), math::powf(a[(i, j)], row[j]).to_bits());
    }
    let got = swath::hypot(&row, &aview0(&3.0)).unwrap();
    assert_same_bits(&got, &row.mapv(|x| math::hypot(x, 3.0)), "hypot");
    let mut out = Array2::zeros((37, 53));
    map::atan2_into(&row, &a, &mut out).unwrap();
    assert_eq!(out[(5, 7)].to_bits(), math::atan2(row[7], a[(5, 7)]).to_bits());
}

#[test]
fn select_broadcasts_any_types() {
    let condition = array![[true], [false]];
    let (yes, no) = (array![1u8, 2, 3], aview0(&9u8));
    let got = swath::select(&condition, &yes, &no).unwrap();
    assert_eq!(got, array![[1, 2, 3], [9, 9, 9]]);
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let (a, b) = (Array1::<f32>::zeros(3), Array1::<f32>::zeros(4));
    let error = swath::hypot(&a, &b).unwrap_err();
    assert!(matches!(&error, Error::Broadcast { shapes, .. } if shapes == &[vec![3], vec![4]]));
    assert!(matches!(swath::exp(&a), Ok(e) if e == array![1.0, 1.0, 1.0]));
    let error = map::exp_into(&a, &mut Array1::zeros(4)).unwrap_err();
    assert!(matches!(error, Error::Shape { operand: "out", .. }), "{error}");
    let none: ArrayView2<'_, f64> = ArrayView2::from_shape((0, 5), &[]).unwrap();
    assert_eq!(swath::ln(&none).unwrap().shape(), [0, 5]);
}

/// Blocks of angles of moderate size, of large ones, and of both.
fn angles() -> Vec<f64> {
    let small = (0..2000).map(|i| f64::from(i - 1000) * 0.37);
    let large = (0..2000).map(|i| f64::from(i - 1000) * 1.7e30 + f64::from(i));
    let both = (0..2000).map(|i| if i % 300 == 7 { 1e300 } else { f64::from(i) * 3e5 });
    let ends = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1073741824.0, 1e-310];
    small.chain(large).chain(both).chain(ends).collect()
}

macro_rules! blocks {
    ($t:ident, $a:expr, $($name:ident)*) => {$(
        let a: Array1<$t> = $a;
        let expected = a.mapv(|x| math::$name(x));
        assert_same_bits(&swath::$name(&a).unwrap(), &expected, stringify!($name));
        // As the function takes them one by one, and not in blocks.
        for (x, want) in a.iter().zip(&expected).step_by(7) {
            let got = swath::$name(&aview0(x)).unwrap();
            assert_same_bits(&got, &ndarray::arr0(*want), stringify!($name));
        }
    )*};
}

#[test]
fn n6_short_ways_give_the_bits_of_the_long_ones() {
    for tier in super::common::tiers() {
        swath::testing::set_tier(tier);
        blocks!(f64, Array1::from(angles()), sin cos tan exp tanh);
        blocks!(f32, angles().into_iter().map(|x| x as f32).collect(), sin cos tan exp tanh);
        let y = Array1::from_shape_fn(6000, |i| (i as f64 - 3000.0) * 0.01);
        let mut x = y.mapv(f64::abs);
        for _ in 0..2 {
            let expected = ndarray::Zip::from(&x).and(&y).map_collect(|&x, &y| math::powf(x, y));
            assert_same_bits(&swath::powf(&x, &y).unwrap(), &expected, "powf");
            // Then with what is special here and there.
            for (i, special) in [0.0, -2.0, f64::NAN, f64::INFINITY, 1e-310].into_iter().enumerate()
            {
                x[100 + 700 * i] = special;
            }
        }
    }
}

#[test]
fn large_results_are_stored_past_the_cache() {
    let a = Array1::from_shape_fn(3_000_001, |i| i as f64 * 1e-5);
    let got = swath::sqrt(&a).unwrap();
    assert!(got.iter().zip(&a).all(|(&got, &x)| got == x.sqrt()));
    let mut out = Array1::zeros(3_000_004);
    map::sqrt_into(&a, &mut out.slice_mut(s![3..])).unwrap();
    assert_eq!(out.slice(s![..3]), array![0.0, 0.0, 0.0]);
    assert_eq!(out.slice(s![3..]), got);
}

#[test]
fn errors_name_the_function() {
    let (a, b) = (Array1::<f32>::zeros(3), Array1::<f32>::zeros(4));
    assert!(swath::hypot(&a, &b).unwrap_err().to_string().starts_with("hypot"));
    assert!(
        map::exp_into(&a, &mut Array1::zeros(4)).unwrap_err().to_string().starts_with("exp_into")
    );
    assert!(matches!(
        map::atan2_into(&a, &b, &mut Array1::zeros(4)),
        Err(Error::Broadcast { function: "atan2_into", .. })
    ));
}
