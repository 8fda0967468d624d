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
