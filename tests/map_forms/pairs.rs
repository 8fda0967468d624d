//! Two results, indices, seven and eight operands.

use super::*;

#[test]
fn two_results_of_every_length_on_every_tier() {
    let mut rng = Rng(1);
    let base: Array1<f32> = (0..700).map(|_| rng.unit() as f32 * 9.0).collect();
    for tier in tiers() {
        testing::set_tier(tier);
        for len in (0..200).chain([255, 256, 257, 600]) {
            let a = base.slice(s![len % 7..len % 7 + len]);
            let (sine, double) = map2!(&a, |x| (math::sin(x), f64::from(x) * 2.0)).unwrap();
            assert_same_bits(&sine, &a.mapv(math::sin), format!("{tier} {len}"));
            assert_same_bits(&double, &a.mapv(|x| f64::from(x) * 2.0), format!("{tier} {len}"));
            let (less, more) = map2((&a, &aview0(&1.0)), |(x, one)| (x < one, x + one)).unwrap();
            assert_same_bits(&less, &a.mapv(|x| x < 1.0), format!("{tier} {len}"));
            assert_same_bits(&more, &a.mapv(|x| x + 1.0), format!("{tier} {len}"));
        }
    }
    testing::set_tier(testing::TIERS[2]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn two_results_in_any_layout(layout in layout(0..5usize, 0..9), turn in 0..4usize, seed in 0..u64::MAX) {
        let mut rng = Rng(seed);
        layout.with(|_| rng.unit(), |a| {
            let expected = (a.mapv(|x| x * 3.0), a.mapv(|x| (x * 100.0) as i16));
            let (first, second) = map2!(&a, |x| (x * 3.0, (x * 100.0) as i16)).unwrap();
            assert_same_bits(&first, &expected.0, format!("{layout:?}"));
            assert_same_bits(&second, &expected.1, format!("{layout:?}"));
            // Outputs that lie each in another way, with gaps.
            let shape = a.shape().to_vec();
            let gaps: Vec<usize> = shape.iter().map(|n| 2 * n).collect();
            let mut first = ArrayD::from_elem(IxDyn(&gaps), -1.0);
            let mut second = ArrayD::from_elem(IxDyn(&gaps).f(), -1i16);
            let cut = |axis: ndarray::AxisDescription| ndarray::Slice {
                start: 0,
                end: None,
                step: if (axis.axis.index() + turn).is_multiple_of(2) { 2 } else { -2 },
            };
            {
                let (mut one, mut two) = (first.slice_each_axis_mut(cut), second.slice_each_axis_mut(cut));
                map2_into!(&a, &mut one, &mut two, |x| (x * 3.0, (x * 100.0) as i16)).unwrap();
                assert_same_bits(&one, &expected.0, format!("{layout:?} {turn}"));
                assert_same_bits(&two, &expected.1, format!("{layout:?} {turn}"));
                one.fill(-1.0);
                two.fill(-1);
            }
            assert!(first.iter().all(|&x| x == -1.0) && second.iter().all(|&x| x == -1));
        });
    }

    #[test]
    fn indices_in_any_layout(layout in layout(3..4usize, 0..40), seed in 0..u64::MAX) {
        let mut shape = layout.shape.clone();
        while shape.iter().product::<usize>() > 6000 {
            shape.iter_mut().for_each(|n| *n = n.div_ceil(2));
        }
        let layout = layout.with_shape(&shape);
        let mut rng = Rng(seed);
        layout.with(|_| rng.unit(), |a| {
            let a = a.into_dimensionality::<Ix3>().unwrap();
            let at = |i: usize, j: usize, k: usize, x: f64| x + (i * 10_000 + j * 100 + k) as f64;
            let expected = Array3::from_shape_fn(a.raw_dim(), |i| at(i.0, i.1, i.2, a[i]));
            let got = map_indexed!(&a, |(i, j, k), x| at(i, j, k, x)).unwrap();
            assert_same_bits(&got, &expected, format!("{layout:?}"));
            let mut out = a.to_owned();
            map_indexed_inplace!(&mut out, |(i, j, k), x| at(i, j, k, x)).unwrap();
            assert_same_bits(&out, &expected, format!("{layout:?}"));
            let mut out = Array3::zeros(a.raw_dim().f());
            map_indexed_into!(&a, &mut out.slice_mut(s![..;-1, .., ..;-1]), |(i, j, k), x| at(i, j, k, x)).unwrap();
            assert_same_bits(out.slice(s![..;-1, .., ..;-1]), &expected, format!("{layout:?}"));
        });
    }
}

#[test]
fn indices_of_each_number_of_axes() {
    let scalar = aview0(&5);
    assert_eq!(map_indexed(scalar, |(), x| x + 1).unwrap()[()], 6);
    let line = Array1::<usize>::zeros(1000);
    assert!(map_indexed!(&line, |i, _| i).unwrap().iter().copied().eq(0..1000));
    let c = Array::<u8, _>::zeros((2, 3, 4, 5));
    let got = map_indexed!(&c, |(i, j, k, l), _| ((i * 3 + j) * 4 + k) * 5 + l).unwrap();
    assert!(got.iter().copied().eq(0..120));
    let c = Array::<u8, _>::zeros((2, 1, 3, 2, 5));
    let got = map_indexed!(&c.t(), |(m, l, k, j, i), _| (((i + j) * 3 + k) * 2 + l) * 5 + m);
    assert!(got.unwrap().t().iter().copied().eq(0..60));
    let c = Array::<u8, _>::zeros((2, 2, 2, 2, 2, 2));
    let got =
        map_indexed(&c, |(i, j, k, l, m, n), _| ((((i * 2 + j) * 2 + k) * 2 + l) * 2 + m) * 2 + n);
    assert!(got.unwrap().iter().copied().eq(0..64));
    // The index is that of the result, to which operands broadcast.
    let (row, column) = (array![[1, 2, 3]], array![[10], [20]]);
    let got = map_indexed!((&row, &column), |(i, j), (r, c)| (r, c, i, j)).unwrap();
    assert_eq!(got[[1, 2]], (3, 20, 1, 2));
    assert_eq!(got.dim(), (2, 3));
}

#[test]
fn seven_and_eight_operands() {
    let a = array![[1u8, 2, 3], [4, 5, 6]];
    let row = array![0.5f32, 1.5, 2.5];
    let column = array![[10i64], [20]];
    let seven = swath::map!(
        (&a, &row, &column, &a.slice(s![..;-1, ..]), &a, &row, &column),
        |(a, b, c, d, e, f, g)| {
            f64::from(a) + f64::from(b * f) + (c * g) as f64 - f64::from(d * e)
        }
    );
    let expected = |i: usize, j: usize| {
        f64::from(a[[i, j]]) + f64::from(row[j] * row[j]) + (column[[i, 0]] * column[[i, 0]]) as f64
            - f64::from(a[[1 - i, j]] * a[[i, j]])
    };
    assert_eq!(seven.unwrap(), Array2::from_shape_fn((2, 3), |(i, j)| expected(i, j)));
    let all = [1u64, 2, 4, 8, 16, 32, 64, 128].map(|x| Array1::from_elem(300, x));
    let [a, b, c, d, e, f, g, h] = &all;
    let eight = swath::map!((a, b, c, d, e, f, g, h), |(a, b, c, d, e, f, g, h)| a
        | b << 1
        | c << 2
        | d << 3
        | e << 4
        | f << 5
        | g << 6
        | h << 7);
    assert!(eight.unwrap().iter().all(|&x| x == 0b101_0101_0101_0101));
    let by_two = (a, b, c, d, e, f, g, &h.slice(s![..1]));
    let (low, high) =
        map2!(by_two, |(a, b, c, d, e, f, g, h)| (a + b + c + d, e + f + g + h)).unwrap();
    assert!(low.iter().all(|&x| x == 15) && high.iter().all(|&x| x == 240));
}

#[test]
fn n6_two_results_and_indices_are_the_same_everywhere() {
    let mut rng = Rng(3);
    let a = Array2::from_shape_simple_fn((61, 173), || (rng.unit() * 30.0) as f32);
    same_bits_everywhere("sin and cos", || {
        let (sine, cosine) = map2!(&a.t(), |x| math::sin_cos(x)).unwrap();
        bits_of(sine.iter().chain(&cosine))
    });
    same_bits_everywhere("indexed", || {
        let tapered = map_indexed!(&a, |(i, j), x| math::exp(x * -0.01) * (i as f32 - j as f32));
        bits_of(&tapered.unwrap())
    });
}

#[test]
fn s4_s5_outputs_of_two_results_are_checked() {
    let (a, b) = (array![[1.0, 2.0], [3.0, 4.0]], array![1.0, 2.0, 3.0]);
    let (mut good, mut bad) = (a.clone(), Array2::<f64>::zeros((2, 3)));
    let err = map2_into!(&a, &mut good, &mut bad, |x| (x, x)).unwrap_err();
    assert_eq!(
        err.to_string(),
        "map2_into: second has shape [2, 3], but the shape that the operands broadcast to is [2, 2]"
    );
    let mut three = Array3::zeros((5, 2, 2));
    let err = map2_into!(&a, &mut three, &mut good, |x| (x, x)).unwrap_err();
    assert_eq!(
        err.to_string(),
        "map2_into: second has shape [2, 2], but the shape of first is [5, 2, 2]"
    );
    let err = map2!((&a, &b), |(x, y)| (x, y)).unwrap_err();
    assert_eq!(err.to_string(), "map2: operands do not broadcast together: shapes [2, 2], [3]");
    let err = map_indexed!((&a, &b), |_, (x, y)| x + y).unwrap_err();
    assert_eq!(
        err.to_string(),
        "map_indexed: operands do not broadcast together: shapes [2, 2], [3]"
    );
    let err = swath::less(&a, &b).unwrap_err();
    assert_eq!(err.to_string(), "less: operands do not broadcast together: shapes [2, 2], [3]");
    let long = b.broadcast((1 << 59, 3)).unwrap();
    assert!(matches!(map2(&long, |x| (x, 1u8)), Err(Error::TooLarge { .. })));
    assert!(matches!(map2(&long, |x| (1u8, x)), Err(Error::TooLarge { .. })));
    let memory = [1.0; 4];
    let row = ndarray::ArrayView::from_shape((1, 2), &memory).unwrap();
    let view: ndarray::ArrayView<'_, f64, Ix2> = row.broadcast((2, 2)).unwrap();
    // SAFETY: the types differ in a marker only; nothing is written through it, as the last
    // line checks. (ndarray's debug assertions forbid to make such a view.)
    let mut twice: ndarray::ArrayViewMut<'_, f64, Ix2> = unsafe { std::mem::transmute(view) };
    let err = map2_into!(&a, &mut good, &mut twice, |x| (x, x)).unwrap_err();
    assert!(matches!(err, Error::Overlap { operand: "second", .. }), "{err}");
    let err = map_indexed_into!(&a, &mut twice, |_, x| x).unwrap_err();
    assert!(matches!(err, Error::Overlap { operand: "out", .. }), "{err}");
    let err = map_indexed_inplace!(&mut twice, |_, x| x).unwrap_err();
    assert!(matches!(err, Error::Overlap { operand: "a", .. }), "{err}");
    assert_eq!(memory, [1.0; 4]);
}
