//! Stacks of products, products with vectors, `gram`, `outer` and `matmul_map`.

use ndarray::{
    Array1, Array2, Array3, Array4, ArrayD, ArrayViewD, Axis, Ix2, IxDyn, ShapeBuilder, array, s,
};
use swath::matmul::{gram, matmul_map, outer};
use swath::reference::matmul as reference;
use swath::{Error, matmul, matmul_into};

use super::common::{Rng, assert_same_bits, bits_of, same_bits_everywhere};
use super::{factor, random};

fn random_nd(rng: &mut Rng, shape: &[usize]) -> ArrayD<f32> {
    ArrayD::from_shape_simple_fn(IxDyn(shape), || rng.unit() as f32)
}

/// Matrix by matrix, by the definition of broadcasting.
fn expected(a: &ArrayD<f32>, b: &ArrayD<f32>) -> ArrayD<f32> {
    let (na, nb) = (a.ndim(), b.ndim());
    let (mut va, mut vb) = (a.view(), b.view());
    if na == 1 {
        va = va.insert_axis(Axis(0));
    }
    if nb == 1 {
        vb = vb.insert_axis(Axis(1));
    }
    let head = |v: &ArrayViewD<'_, f32>| v.shape()[..v.ndim() - 2].to_vec();
    let (ha, hb) = (head(&va), head(&vb));
    let len = ha.len().max(hb.len());
    let side = |h: &[usize], i: usize| if i + h.len() < len { 1 } else { h[i + h.len() - len] };
    let batch: Vec<usize> =
        (0..len).map(|i| if side(&ha, i) == 1 { side(&hb, i) } else { side(&ha, i) }).collect();
    let (m, k, n) =
        (va.shape()[va.ndim() - 2], va.shape()[va.ndim() - 1], vb.shape()[vb.ndim() - 1]);
    let full = |tail: [usize; 2]| IxDyn(&[&batch[..], &tail[..]].concat());
    let (va, vb) = (va.broadcast(full([m, k])).unwrap(), vb.broadcast(full([k, n])).unwrap());
    let mut c = ArrayD::zeros(full([m, n]));
    let mut at = vec![0; len];
    for _ in 0..batch.iter().product() {
        let (mut ma, mut mb, mut mc) = (va.view(), vb.view(), c.view_mut());
        for &i in &at {
            ma = ma.index_axis_move(Axis(0), i);
            mb = mb.index_axis_move(Axis(0), i);
            mc = mc.index_axis_move(Axis(0), i);
        }
        let two = (ma.into_dimensionality::<Ix2>(), mb.into_dimensionality::<Ix2>());
        mc.assign(&reference::matmul(&two.0.unwrap(), &two.1.unwrap()));
        for (i, &n) in at.iter_mut().zip(&batch).rev() {
            *i += 1;
            if *i < n {
                break;
            }
            *i = 0;
        }
    }
    if na == 1 {
        c = c.index_axis_move(Axis(len), 0);
    }
    if nb == 1 {
        let last = Axis(c.ndim() - 1);
        c = c.index_axis_move(last, 0);
    }
    c
}

const SHAPES: [[&[usize]; 2]; 18] = [
    [&[5], &[5, 4]],
    [&[3, 5], &[5]],
    [&[300], &[300, 70]],
    [&[90, 300], &[300]],
    [&[7, 3, 5], &[5, 4]],
    [&[3, 5], &[7, 5, 4]],
    [&[7, 3, 5], &[7, 5, 4]],
    [&[7, 3, 5], &[1, 5, 4]],
    [&[2, 1, 3, 5], &[4, 5, 6]],
    [&[2, 3, 4, 5], &[5]],
    [&[5], &[2, 3, 5, 4]],
    [&[0, 3, 5], &[5, 4]],
    [&[3, 4, 0], &[0, 2]],
    [&[300, 8, 8], &[300, 8, 8]],
    [&[40, 20, 33], &[40, 33, 50]],
    [&[40, 20, 33], &[40, 33, 14]],
    [&[30, 24, 9], &[30, 9, 16]],
    [&[2, 1, 2, 1, 2, 3, 4], &[3, 1, 2, 1, 4, 5]],
];

#[test]
fn n6_stacks() {
    let mut rng = Rng(11);
    for [sa, sb] in SHAPES {
        let (a, b) = (random_nd(&mut rng, sa), random_nd(&mut rng, sb));
        let expected = expected(&a, &b);
        let got = matmul(&a, &b).unwrap();
        assert_eq!(got.shape(), expected.shape(), "{sa:?} {sb:?}");
        assert_same_bits(&got, &expected, format!("{sa:?} {sb:?}"));
        same_bits_everywhere(format!("{sa:?} {sb:?}"), || bits_of(&matmul(&a, &b).unwrap()));
    }
}

/// Large ones are gone through another way: the bits are those of their parts.
#[test]
fn n6_stacks_that_no_cache_holds() {
    let mut rng = Rng(15);
    for [count, m, k, n] in [[8700, 15, 16, 16], [8200, 16, 16, 16], [3500, 20, 40, 17]] {
        let a = random_nd(&mut rng, &[count, m, k]);
        let b = random_nd(&mut rng, &[count, k, n]);
        let got = matmul(&a, &b).unwrap();
        let mut parts = ArrayD::zeros(got.raw_dim());
        for at in (0..count).step_by(900) {
            let part = s![at..count.min(at + 900), .., ..];
            parts.slice_mut(part).assign(&matmul(&a.slice(part), &b.slice(part)).unwrap());
        }
        assert_same_bits(&got, &parts, format!("{count} {m} {k} {n}"));
        // Into every other product, backwards, over one B for all.
        let mut wide = ArrayD::from_elem(IxDyn(&[2 * count, m, n]), f32::NAN);
        let b = b.index_axis(Axis(0), 7);
        let mut c = wide.slice_each_axis_mut(|axis| {
            if axis.axis == Axis(0) {
                ndarray::Slice::new(0, None, -2)
            } else {
                ndarray::Slice::from(..)
            }
        });
        matmul_into(1.0, &a, &b, 0.0, &mut c).unwrap();
        let parts = matmul(&a.slice_axis(Axis(0), (count - 3..).into()), &b).unwrap();
        assert_same_bits(wide.slice(s![1..6;2, .., ..]), parts.slice(s![..;-1, .., ..]), "last");
        assert!(wide.slice(s![..;2, .., ..]).iter().all(|x| x.is_nan()));
    }
}

#[test]
fn two_vectors_give_their_dot_product() {
    let mut rng = Rng(14);
    for n in [0, 1, 5, 255, 1000, 100_000] {
        let base = random::<f64>(&mut rng, n, 4);
        let (a, b) = (base.slice(s![..;-1, 1]), base.slice(s![.., 2]));
        let dot = swath::dot(&a, &b).unwrap();
        let product = matmul(&a, &b).unwrap();
        assert_eq!(product.shape(), [0usize; 0]);
        assert_eq!(product[()].to_bits(), dot.to_bits(), "{n}");
        let mut c = ndarray::arr0(3.0);
        matmul_into(2.5, &a, &b, -0.3, &mut c).unwrap();
        assert_eq!(c[()].to_bits(), (-0.3 * 3.0 + 2.5 * dot).to_bits(), "{n}");
        c.fill(f64::NAN);
        matmul_into(2.5, &a, &b, 0.0, &mut c).unwrap();
        assert_eq!(c[()].to_bits(), (2.5 * dot).to_bits(), "{n}");
        let (a, b) = (a.mapv(|x| x as f32), b.mapv(|x| x as f32));
        let dot = swath::dot(&a, &b).unwrap();
        assert_eq!(matmul(&a, &b).unwrap()[()].to_bits(), dot.to_bits(), "{n}");
    }
    // Integers wrap in their own type.
    let product = matmul(&array![100i8, 3], &array![100i8, 1]).unwrap();
    assert_eq!(product[()], 10_003u32 as i8);
    assert!(matmul(&array![1.0, 2.0], &array![1.0]).is_err());
}

#[test]
fn s5_stacks_of_any_strides() {
    let mut rng = Rng(12);
    for (m, k, n) in [(4, 4, 4), (8, 8, 8), (5, 9, 3), (20, 30, 50), (1, 40, 60), (60, 40, 1)] {
        let a = random_nd(&mut rng, &[k, 6, m]);
        let b = random_nd(&mut rng, &[n, k, 6]);
        let (mut a, b) = (a.permuted_axes(IxDyn(&[1, 2, 0])), b.permuted_axes(IxDyn(&[2, 1, 0])));
        a.invert_axis(Axis(0));
        let expected = expected(&a, &b);
        assert_same_bits(&matmul(&a, &b).unwrap(), &expected, format!("{m} {k} {n}"));
        // Into rows, into columns, and into every other element.
        for c in [
            ArrayD::from_elem(IxDyn(&[6, m, n]), f32::NAN),
            ArrayD::from_elem(IxDyn(&[6, m, n]).f(), f32::NAN),
        ] {
            same_bits_everywhere(format!("{m} {k} {n} into"), || {
                let mut c = c.clone();
                matmul_into(1.0, &a, &b, 0.0, &mut c).unwrap();
                assert_same_bits(&c, &expected, format!("{m} {k} {n} into"));
                bits_of(&c)
            });
        }
        let mut wide = Array4::from_elem((6, m, n, 2), f32::NAN);
        let mut c = wide.slice_mut(s![.., .., .., 1]);
        let (a, b) =
            (a.view().into_dimensionality().unwrap(), b.view().into_dimensionality().unwrap());
        let (a, b): (ndarray::ArrayView3<'_, f32>, ndarray::ArrayView3<'_, f32>) = (a, b);
        matmul_into(1.0, &a, &b, 0.0, &mut c).unwrap();
        assert_same_bits(&c, &expected, format!("{m} {k} {n} into every other"));
        assert!(wide.slice(s![.., .., .., 0]).iter().all(|x| x.is_nan()));
    }
}

/// Sizes that go every way: B as it lies, packed for one tile, packed for all.
#[test]
fn n6_every_way_to_pack() {
    let mut rng = Rng(13);
    let sizes = [(150, 600, 700), (5, 300, 700), (70, 520, 90), (130, 70, 400), (1, 900, 700)];
    for (m, k, n) in sizes {
        let (a, b) = (random::<f32>(&mut rng, m, k), random::<f32>(&mut rng, k, n));
        let (at, bt) =
            (a.t().as_standard_layout().to_owned(), b.t().as_standard_layout().to_owned());
        let c = random::<f32>(&mut rng, m, n);
        let (alpha, beta) = (factor::<f32>(4), factor::<f32>(5));
        let mut expected = c.clone();
        reference::matmul_into(alpha, &a, &b, beta, &mut expected);
        for (la, a) in [("rows", a.view()), ("columns", at.t())] {
            for (lb, b) in [("rows", b.view()), ("columns", bt.t())] {
                let context = format!("{m} {k} {n}: {la} {lb}");
                let mut got = c.clone();
                matmul_into(alpha, &a, &b, beta, &mut got).unwrap();
                assert_same_bits(&got, &expected, &context);
                let mut columns = Array2::zeros((m, n).f());
                columns.assign(&c);
                matmul_into(alpha, &a, &b, beta, &mut columns).unwrap();
                assert_same_bits(&columns, &expected, format!("{context}, into columns"));
                same_bits_everywhere(&context, || {
                    let mut got = c.clone();
                    matmul_into(alpha, &a, &b, beta, &mut got).unwrap();
                    bits_of(&got)
                });
            }
        }
    }
}

#[test]
fn n6_gram_is_the_product() {
    let mut rng = Rng(14);
    for (n, k) in [(0, 3), (3, 0), (1, 1), (7, 30), (128, 40), (300, 70), (130, 600)] {
        let a = random::<f64>(&mut rng, n, k);
        let expected = reference::matmul(&a, &a.t());
        assert_same_bits(&gram(&a).unwrap(), &expected, format!("{n} {k}"));
        assert_same_bits(&matmul(&a, &a.t()).unwrap(), &expected, format!("{n} {k}"));
        let turned = a.t().as_standard_layout().to_owned();
        assert_same_bits(&gram(&turned.t()).unwrap(), &expected, format!("{n} {k} turned"));
        same_bits_everywhere(format!("{n} {k}"), || bits_of(&gram(&a).unwrap()));
        // With a beta the result is not symmetric.
        let c = random::<f64>(&mut rng, n, n);
        let (mut got, mut expected) = (c.clone(), c);
        reference::matmul_into(1.0, &a, &a.t(), 0.5, &mut expected);
        matmul_into(1.0, &a, &a.t(), 0.5, &mut got).unwrap();
        assert_same_bits(&got, &expected, format!("{n} {k} beta"));
    }
    let ints = Array2::from_shape_fn((140, 20), |(i, j)| (i * 1_000_003 + j * 77) as i32);
    let naive = matmul(&ints, &ints.t().as_standard_layout()).unwrap();
    assert_eq!(gram(&ints).unwrap(), naive);
}

#[test]
fn outer_products_are_rounded_once() {
    let (a, b) = (array![1.5f32, -0.0, f32::INFINITY], array![0.1f32, -2.0]);
    let table = outer(&a, &b.slice(s![..;-1])).unwrap();
    for ((i, j), x) in table.indexed_iter() {
        assert_eq!(x.to_bits(), (a[i] * b[1 - j]).to_bits());
    }
    assert_eq!(outer(&Array1::<i32>::zeros(0), &array![1]).unwrap().dim(), (0, 1));
    assert_eq!(outer(&array![i8::MAX], &array![2i8]).unwrap(), array![[-2]]);
}

#[test]
fn a_map_on_the_way_out() {
    let mut rng = Rng(15);
    for (m, k, n) in [(3, 4, 5), (130, 300, 200), (200, 600, 600), (1, 30, 400), (400, 30, 1)] {
        let (a, b) = (random::<f32>(&mut rng, m, k), random::<f32>(&mut rng, k, n));
        let bias = Array1::from_shape_simple_fn(n, || rng.unit() as f32);
        let scale = random::<f32>(&mut rng, m, 1);
        let product = matmul(&a, &b).unwrap();
        let relu = |x: f32, b: f32| if x + b > 0.0 { x + b } else { 0.0 };
        let expected = Array2::from_shape_fn((m, n), |(i, j)| relu(product[[i, j]], bias[j]));
        let got = || matmul_map(&a, &b, &bias, relu).unwrap();
        assert_same_bits(&got(), &expected, format!("{m} {k} {n}"));
        same_bits_everywhere(format!("{m} {k} {n}"), || bits_of(&got()));
        let expected = Array2::from_shape_fn((m, n), |(i, j)| product[[i, j]] * scale[[i, 0]]);
        let got = matmul_map(&a, &b, &scale, |x, s| x * s).unwrap();
        assert_same_bits(&got, &expected, format!("{m} {k} {n} scale"));
    }
    let (a, b) = (Array2::<f32>::zeros((2, 3)), Array2::<f32>::zeros((3, 4)));
    let err = matmul_map(&a, &b, &Array1::zeros(3), |x, _| x).unwrap_err();
    assert_eq!(err, Error::Broadcast { function: "matmul_map", shapes: vec![vec![3], vec![2, 4]] });
}

#[test]
fn stacks_that_do_not_agree_are_errors() {
    let a = Array3::<f32>::zeros((2, 3, 4));
    let err = matmul(&a, &Array3::zeros((3, 4, 5))).unwrap_err();
    let shapes = vec![vec![2, 3, 4], vec![3, 4, 5]];
    assert_eq!(err, Error::Broadcast { function: "matmul", shapes });
    let err = matmul(&a, &Array1::zeros(3)).unwrap_err();
    assert!(matches!(err, Error::Shape { operand: "a", .. }), "{err}");
    let err = matmul(&ArrayD::<f32>::zeros(IxDyn(&[])), &a.into_dyn()).unwrap_err();
    assert!(err.to_string().contains("axis to sum over"), "{err}");
    let (a, b) = (Array3::<f32>::zeros((2, 3, 4)), Array3::zeros((2, 4, 5)));
    let err = matmul_into(1.0, &a, &b, 0.0, &mut Array3::zeros((2, 5, 3))).unwrap_err();
    assert!(matches!(err, Error::Shape { operand: "c", .. }), "{err}");
}
