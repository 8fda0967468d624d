//! Values, shapes and sizes that go wrong.

use super::*;

#[test]
fn n1_nan_spreads_as_far_as_the_filter() {
    let filter = array![[1.0f32, 2.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, -1.0]];
    for at in 0..66 {
        let mut src = Array2::<f32>::ones((3, 66));
        src[[1, at]] = f32::NAN;
        let out = conv::correlate(&src, &filter, Border::Constant(0.0)).unwrap();
        for ((i, j), value) in out.indexed_iter() {
            assert_eq!(value.is_nan(), j.abs_diff(at) <= 1, "NaN at {at}: {i} {j}");
        }
    }
}

#[test]
fn n2_zero_taps_and_zero_borders_meet_infinities() {
    let src = array![[1.0f64, f64::INFINITY, 2.0, 3.0]];
    let out = conv::correlate(&src, &array![[0.0, 1.0, 0.0]], Border::Reflect).unwrap();
    assert!(out[[0, 0]].is_nan() && out[[0, 1]] == f64::INFINITY && out[[0, 2]].is_nan());
    assert_eq!(out[[0, 3]], 3.0);
    let taps = array![f64::INFINITY, 1.0, 1.0];
    let out = conv::correlate1d(&src, &taps, 1, Border::Constant(0.0)).unwrap();
    assert!(out[[0, 0]].is_nan(), "an infinite tap on the zero border");
}

#[test]
fn n1_filters_that_hold_nan_are_refused() {
    let (src, nan) = (Array2::<f32>::ones((3, 4)), array![1.0f32, f32::NAN]);
    let square = array![[1.0f32, 0.0], [f32::NAN, 0.0]];
    let wide = (array![[1.0f64, f64::NAN]], array![f64::NAN, 1.0, 2.0]);
    let (mut out, one) = (Array2::<u8>::zeros((3, 4)), array![1.0f32]);
    let shapes = ["[2, 2]", "[2, 2]", "[2]", "[2]", "[2]", "[1, 2]", "[3]"];
    let refused = [
        conv::correlate(&src, &square, Border::Reflect).unwrap_err(),
        conv::convolve(&src, &square, Border::Reflect).unwrap_err(),
        conv::correlate1d(&src, &nan, 1, Border::Reflect).unwrap_err(),
        conv::convolve1d(&src, &nan, 0, Border::Reflect).unwrap_err(),
        conv::separable(&src, &[&one, &nan], Border::Reflect).unwrap_err(),
        conv::correlate_cast(&src.mapv(|x| x as u8), &wide.0, Options::new(), &mut out)
            .unwrap_err(),
        conv::correlate1d_cast(&src.mapv(|x| x as u8), &wide.1, 1, 1.0, Options::new(), &mut out)
            .unwrap_err(),
    ];
    for (error, shape) in refused.iter().zip(shapes) {
        let expected = format!("filter is NaN somewhere in its shape {shape}, must be numbers");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}

#[test]
fn n3_minus_zero_is_lost_in_the_sum() {
    let out = conv::correlate(&array![-0.0f32], &array![1.0], Border::Reflect).unwrap();
    assert_eq!(out[0].to_bits(), 0, "0 + -0.0 * 1 is +0.0");
}

#[test]
fn n5_integer_sums_are_exact_and_saturate() {
    let src = array![u8::MAX, 0, 7];
    assert_eq!(conv::correlate(&src, &array![2], Border::Reflect).unwrap(), array![255, 0, 14]);
    assert_eq!(conv::correlate(&src, &array![-2], Border::Reflect).unwrap(), array![0, 0, 0]);
    // Parts of the sum that leave 32 bits, though the sum does not.
    let big = array![i32::MAX, i32::MAX, 5];
    let taps = array![i32::MAX, -i32::MAX, 1];
    let got = conv::correlate(&big, &taps, Border::Constant(0)).unwrap();
    assert_eq!(got[1], 5);
    let min = conv::correlate(&array![i32::MIN], &array![i32::MIN], Border::Reflect).unwrap();
    assert_eq!(min, array![i32::MAX]);
    let error = conv::correlate(&big, &array![i32::MIN, i32::MIN, 0], Border::Reflect).unwrap_err();
    assert!(error.to_string().starts_with("correlate: filter is so large"), "{error}");
}

#[test]
fn s1_empty_arrays_give_empty_results() {
    for n in 0..81usize {
        let shape: Vec<_> = (0..4).map(|d| n / 3usize.pow(d) % 3).collect();
        let src = ArrayD::<f32>::ones(IxDyn(&shape));
        let filter = ArrayD::<f32>::ones(IxDyn(&[2, 1, 3, 1]));
        for border in borders(1.0) {
            let out = conv::correlate(&src, &filter, border).unwrap();
            assert_eq!(out.shape(), shape);
            assert!(out.iter().all(|&x| x == 6.0), "{shape:?}");
            let mut reversed = src.clone();
            reversed.invert_axis(Axis(2));
            assert_eq!(conv::correlate(&reversed, &filter, border).unwrap(), out);
            let ones = arr1(&[1.0, 0.0]);
            let sep = conv::separable(&src, &[&ones, &ones, &ones, &ones], border).unwrap();
            assert_eq!(sep, src);
        }
    }
    let scalar = ndarray::arr0(3.0f32);
    assert_eq!(conv::correlate(&scalar, &ndarray::arr0(2.0), Border::Wrap).unwrap()[()], 6.0);
}

#[test]
fn s2_sizes_that_overflow_are_errors() {
    // A filter of 2^62 taps, none of which takes memory.
    let taps = ndarray::arr0(1.0f32);
    let taps = taps.broadcast(1usize << 62).unwrap();
    let src = arr1(&[1.0f32; 4]);
    let error = conv::correlate(&src, &taps, Border::Reflect).unwrap_err();
    assert!(matches!(error, Error::Memory { function: "correlate", .. }), "{error}");
    let (wide, mut out) = (ndarray::arr0(1.0f64), arr1(&[0u8; 4]));
    let wide = wide.broadcast(1usize << 62).unwrap();
    let (bytes, one) = (arr1(&[1u8; 4]), Options::new());
    for error in [
        conv::correlate_cast(&bytes, &wide, one.clone(), &mut out).unwrap_err(),
        conv::correlate1d_cast(&bytes, &wide, 0, 1.0, one, &mut out).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Memory { .. }), "{error}");
    }
    // A result larger than the address space, from one element.
    let one = ndarray::arr0(1.0f64);
    let wide = one.broadcast(1usize << 60).unwrap();
    let error = conv::correlate(&wide, &arr1(&[1.0]), Border::Reflect).unwrap_err();
    assert!(matches!(error, Error::TooLarge { function: "correlate", .. }), "{error}");
}

#[test]
fn s4_outputs_that_overlap_themselves_are_errors() {
    let src = Array2::<f32>::ones((3, 4));
    let mut memory = [0.0f32; 16];
    for strides in [(0, 1), (1, 1), (3, 1)] {
        // ndarray makes no such view that can be written, but does not rule out that
        // other code does: one that is read, taken as one that is written.
        // SAFETY: indices reach at most 2 * 3 + 3 elements of the array.
        let mut view =
            unsafe { ArrayView2::from_shape_ptr((3, 4).strides(strides), memory.as_mut_ptr()) };
        let layout: &mut LayoutRef<f32, Ix2> = view.as_mut();
        // SAFETY: `ArrayRef` is a transparent wrapper of `LayoutRef`, and nothing else
        // uses `memory` meanwhile.
        let out = unsafe { &mut *(std::ptr::from_mut(layout) as *mut ArrayRef2<f32>) };
        let one = arr1(&[1.0]);
        for error in [
            conv::correlate_into(&src, &array![[1.0]], Border::Wrap, out).unwrap_err(),
            conv::correlate1d_into(&src, &one, 0, Border::Wrap, out).unwrap_err(),
            conv::separable_into(&src, &[&one, &one], Border::Wrap, out).unwrap_err(),
        ] {
            assert!(matches!(error, Error::Overlap { operand: "out", .. }), "{error}");
        }
    }
}

#[test]
fn bad_input_names_the_operand_and_the_sizes() {
    let src = Array2::<f32>::ones((3, 4));
    let text = |r: Result<Array2<f32>, Error>| r.unwrap_err().to_string();
    let none = Array2::<f32>::ones((0, 3));
    assert_eq!(
        text(conv::correlate(&src, &none, Border::Reflect)),
        "correlate: filter has no elements (shape [0, 3])"
    );
    assert_eq!(
        text(conv::convolve(&src, &arr1(&[1.0]), Border::Reflect)),
        "convolve: filter has shape [1], but the shape of src, of as many axes as the filter's, is [3, 4]"
    );
    assert_eq!(
        text(conv::correlate1d(&src, &arr1(&[1.0]), 2, Border::Reflect)),
        "correlate1d: axis 2 of an array with 2 axes and shape [3, 4]"
    );
    for (k, origin) in [(3, 2), (3, -2), (4, 2), (4, -3), (1, 1), (2, isize::MIN), (2, isize::MAX)]
    {
        let taps = Array1::ones(k);
        let options = Options::new().origin(origin);
        for error in [
            text(conv::correlate1d(&src, &taps, 0, options.clone())),
            text(conv::convolve1d(&src, &taps, 0, options)),
        ] {
            assert!(error.contains(&format!("1d: origin is {origin}, must be between")), "{error}");
        }
    }
    let error = text(conv::correlate(&src, &array![[1.0]], Options::new().origin([0, 0, 0])));
    assert_eq!(error, "correlate: origin has shape [3], but the number of axes of src is [2]");
    let one = arr1(&[1.0]);
    assert_eq!(
        text(conv::separable(&src, &[&one], Border::Reflect)),
        "separable: filters has shape [1], but the number of axes of src is [2]"
    );
    let mut out = Array2::zeros((4, 3));
    let error = conv::correlate_into(&src, &array![[1.0]], Border::Reflect, &mut out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "correlate_into: out has shape [4, 3], but the shape of src is [3, 4]"
    );
}

#[test]
fn results_lie_in_the_order_of_the_input() {
    let src = Array2::<f32>::ones((5, 7));
    let filter = array![[1.0, 1.0]];
    let c = conv::correlate(&src, &filter, Border::Wrap).unwrap();
    assert!(c.is_standard_layout());
    let f = conv::correlate(&src.t(), &filter, Border::Wrap).unwrap();
    assert_eq!(f.strides(), [1, 7]);
    let view: ArrayView2<'_, f32> = src.broadcast((5, 7)).unwrap();
    assert_eq!(conv::correlate(&view, &filter, Border::Wrap).unwrap(), c);
}
