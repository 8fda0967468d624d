//! Empty, huge, many axes; what is refused.

use super::*;

#[test]
fn s1_zero_sides_anywhere() {
    let mut shapes: Vec<Vec<usize>> = vec![vec![]];
    for _ in 0..4 {
        shapes = shapes
            .iter()
            .flat_map(|s| (0..3).map(move |n| s.iter().copied().chain([n]).collect()))
            .collect();
    }
    assert_eq!(shapes.len(), 81);
    for shape in shapes {
        let n: usize = shape.iter().product();
        let mut a = Array::from_shape_vec(IxDyn(&shape), random::<f32>(n, 11)).unwrap();
        for turn in [false, true] {
            if turn {
                a.invert_axis(Axis(1));
                a.invert_axis(Axis(3));
            }
            let a = a.view();
            assert_eq!(whole_bits(&a, &a), naive_whole_bits(&a, &a), "{shape:?}");
            let empty = reduce::min(&a).is_err() && reduce::max(&a).is_err();
            assert_eq!(empty, n == 0, "{shape:?}");
            for axis in 0..4 {
                let context = format!("{shape:?} axis {axis}");
                assert_eq!(axis_bits(&a, &a, axis), naive_axis_bits(&a, &a, axis), "{context}");
                let least = reduce::min_axis(&a, axis);
                assert_eq!(least.is_err(), shape[axis] == 0, "{context}");
                if let Err(error) = least {
                    assert!(matches!(error, Error::Empty { function: "min_axis", .. }), "{error}");
                }
                let mut left = shape.clone();
                left.remove(axis);
                assert_eq!(reduce::sum_axis(&a, axis).unwrap().shape(), left);
                if shape[axis] == 0 {
                    assert!(reduce::sum_axis(&a, axis).unwrap().iter().all(|x| x.to_bits() == 0));
                    assert!(reduce::mean_axis(&a, axis).unwrap().iter().all(|x| x.is_nan()));
                }
            }
        }
    }
    let scalar = ndarray::arr0(3.5f64);
    assert_eq!(reduce::sum(&scalar), 3.5);
    assert_eq!(reduce::min(&scalar).unwrap(), 3.5);
}

/// About 2 s: 2^33 + 3 elements that are one byte.
#[test]
fn s3_more_than_2_to_the_33_elements() {
    let n = (1usize << 33) + 3;
    let one = [7u8];
    let a = ArrayView1::from_shape((n,).strides((0,)), &one).unwrap();
    assert_eq!(reduce::sum(&a), 7 * n as u64);
}

/// `cargo test --release --test reduce -- --ignored`: about 30 s.
#[test]
#[ignore = "slow: 2^33 elements several times"]
fn s3_more_than_2_to_the_33_elements_all() {
    let n = (1usize << 33) + 3;
    let one = [7u8];
    let a = ArrayView1::from_shape((n,).strides((0,)), &one).unwrap();
    assert_eq!(reduce::mean(&a), 7.0);
    assert_eq!(reduce::max(&a).unwrap(), 7);
    assert_eq!(reduce::dot(&a, &a).unwrap(), 49 * n as u64);
    let rows = [1u8, 2, 3];
    let a = ndarray::ArrayView2::from_shape((n, 3).strides((0, 1)), &rows).unwrap();
    assert_eq!(
        reduce::sum_axis(&a, 0).unwrap(),
        ndarray::array![n as u64, 2 * n as u64, 3 * n as u64]
    );
}

/// The same for the functions that came later: each over more elements than 2^33, none of
/// them in memory but one.
#[test]
#[ignore = "slow: 2^33 elements a dozen times, a minute or two"]
fn s3_more_than_2_to_the_33_elements_of_every_other_kind() {
    let n = (1usize << 33) + 3;
    let count = n as f64;
    let (two, one) = ([2.0f32], [1.0f64]);
    let narrow = ArrayView1::from_shape((n,).strides((0,)), &two).unwrap();
    let wide = ArrayView1::from_shape((n,).strides((0,)), &one).unwrap();
    assert_eq!(reduce::sum_exact(&wide), count);
    assert_eq!(reduce::norm(&wide, Norm::L1), count);
    assert_eq!(reduce::norm(&wide, Norm::P(0.0)), count);
    assert_eq!(reduce::norm(&narrow, Norm::Inf), 2.0);
    assert_eq!(reduce::nansum(&wide), count);
    assert_eq!(reduce::nanmax(&narrow).unwrap(), 2.0);
    assert_eq!(reduce::nanargmin(&narrow).unwrap(), 0);
    assert_eq!(reduce::fold(&wide, 0u64, |n, _| n + 1, |a, b| a + b), n as u64);
    let near = |got: f64, expected: f64| {
        assert!((got - expected).abs() <= 1e-12 * expected, "{got} {expected}");
    };
    near(reduce::norm(&wide, Norm::L2), count.sqrt());
    near(reduce::logsumexp(&wide), 1.0 + count.ln());
    // Every other of an axis of two: a mean of 2, and deviations of 1.
    let pair = [1u8, 3];
    let a = ndarray::ArrayView2::from_shape((n / 2, 2).strides((0, 1)), &pair).unwrap();
    assert_eq!(reduce::var(&a, 0.0), 1.0);
    assert_eq!(reduce::skew(&a, true), 0.0);
    assert_eq!(reduce::kurtosis(&a, false, true), 1.0);
    assert_eq!(reduce::argmax(&a).unwrap(), 1);
    assert!(swath::scan::is_sorted(&narrow));
    #[cfg(feature = "half")]
    {
        let half = [half::f16::from_f32(0.5)];
        let half = ArrayView1::from_shape((n,).strides((0,)), &half).unwrap();
        assert_eq!(reduce::sum_exact(&half), (count / 2.0) as f32);
        assert_eq!(reduce::nanmax(&half).unwrap(), half[0]);
        assert_eq!(reduce::nanmean(&half), 0.5);
    }
    assert_eq!(reduce::min(&wide), Ok(1.0));
    assert_eq!(reduce::dot(&wide, &wide), Ok(count));
    assert_eq!(reduce::sum_exact(&narrow), (2.0 * count) as f32);
    let lines = wide.broadcast((2, n)).unwrap();
    assert_eq!(reduce::sum_axis(&lines, 1).unwrap(), ndarray::array![count, count]);
    let i = [num_complex::Complex::new(0.0f32, 1.0)];
    let i = ArrayView1::from_shape((1 << 33,).strides((0,)), &i).unwrap();
    assert_eq!(reduce::sum(&i).im, (1u64 << 33) as f32);
    assert_eq!(reduce::vdot(&i, &i).unwrap().re, (1u64 << 33) as f32);
    assert_eq!(reduce::prod(&i), num_complex::Complex::new(1.0, 0.0));
    assert_eq!(reduce::count_nonzero(&i), 1 << 33);
}

#[test]
fn s5_forty_axes() {
    let mut shape = vec![1; 40];
    for (axis, n) in [(0, 3), (7, 2), (19, 4), (20, 1), (33, 5), (39, 2)] {
        shape[axis] = n;
    }
    let n = shape.iter().product();
    let a = Array::from_shape_vec(IxDyn(&shape), random::<f64>(n, 12)).unwrap();
    let mut turned = a.view().reversed_axes();
    turned.invert_axis(Axis(0));
    turned.invert_axis(Axis(32));
    for view in [a.view(), turned] {
        assert_eq!(whole_bits(&view, &view), naive_whole_bits(&view, &view));
        for axis in 0..40 {
            assert_eq!(
                axis_bits(&view, &view, axis),
                naive_axis_bits(&view, &view, axis),
                "{axis}"
            );
        }
    }
}

#[test]
fn errors_name_function_operand_and_sizes() {
    let a = Array2::<f32>::ones((3, 4));
    let text = |error: Result<(), Error>| error.unwrap_err().to_string();
    assert_eq!(
        text(reduce::sum_axis(&a, 2).map(drop)),
        "sum_axis: axis 2 of an array with 2 axes and shape [3, 4]"
    );
    assert_eq!(
        text(reduce::mean_axis_into(&a, 0, &mut Array1::zeros(3))),
        "mean_axis_into: out has shape [3], but the shape of a without the reduced axes is [4]"
    );
    assert_eq!(
        text(reduce::var_axis(&a, [1, 0, 1], 0.0).map(drop)),
        "var_axis: axes is [1, 0, 1], must be without an axis twice"
    );
    assert_eq!(
        text(reduce::any_axis(&a, [1, 3]).map(drop)),
        "any_axis: axis 3 of an array with 2 axes and shape [3, 4]"
    );
    assert_eq!(
        text(reduce::argmax_axis(&Array2::<i32>::zeros((3, 0)), [0, 1]).map(drop)),
        "argmax_axis: one of the reduced axes of a has no elements (shape [3, 0])"
    );
    assert_eq!(
        text(reduce::argmin(&Array2::<i32>::zeros((0, 3))).map(drop)),
        "argmin: a has no elements (shape [0, 3])"
    );
    assert_eq!(
        text(reduce::dot(&Array1::<u8>::zeros(3), &Array1::zeros(4)).map(drop)),
        "dot: b has shape [4], but the shape of a is [3]"
    );
    assert_eq!(
        text(reduce::dot_axis(&a, &a.t(), 0).map(drop)),
        "dot_axis: b has shape [4, 3], but the shape of a is [3, 4]"
    );
    assert_eq!(
        text(reduce::max(&Array2::<i32>::zeros((0, 3))).map(drop)),
        "max: a has no elements (shape [0, 3])"
    );
    assert_eq!(
        text(reduce::max_axis(&Array2::<i32>::zeros((0, 3)), 0).map(drop)),
        "max_axis: the reduced axis of a has no elements (shape [0, 3])"
    );
}
