//! Image filters: against SciPy, against the filters they are made of, and bad input.

mod common;

use common::{Rng, assert_same_bits, bits_of, layout, same_bits_everywhere};
use ndarray::{Array, Array1, Array2, ArrayD, Axis, Dimension, IxDyn, arr1, array};
use proptest::prelude::*;
use swath::Error;
use swath::conv::{self, Border, correlate1d};
use swath::image::{
    self, Gaussian, gaussian_filter, gaussian_filter_into, gaussian_filter1d,
    gaussian_filter1d_into, sobel, sobel_into,
};

const BORDERS: [Border<f32>; 5] =
    [Border::Reflect, Border::Mirror, Border::Nearest, Border::Wrap, Border::Constant(0.5)];

/// The numbers of the SciPy calls in the comments below.
fn line() -> Array1<f64> {
    array![3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0]
}
fn plane() -> Array2<f64> {
    array![[3.0, 1.0, 4.0, 1.0, 5.0], [9.0, 2.0, 6.0, 5.0, 3.0], [5.0, 8.0, 9.0, 7.0, 9.0]]
}

#[track_caller]
fn assert_close<D: Dimension>(got: &Array<f64, D>, expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (i, (g, e)) in got.iter().zip(expected).enumerate() {
        // SciPy sums in another order: a few roundings of values up to 9.
        assert!((g - e).abs() < 1e-14, "element {i}: {g}, SciPy has {e}");
    }
}

/// `gaussian_filter1d(line, 1.3, order=0..4)`
#[test]
#[expect(clippy::too_many_lines, reason = "a table of golden values")]
fn gaussian_orders_are_scipys() {
    let expected = [
        [
            2.4295461791141673,
            2.4448961726028546,
            2.7027839152198063,
            3.433689197897602,
            4.553724524006883,
            5.2227653602407305,
            5.089459445853419,
            4.807647429850156,
            4.646980800261558,
            4.772553976853699,
            5.518882668712305,
            6.377070329386822,
        ],
        [
            -0.022750479482431862,
            0.09715413308314971,
            0.45793848041835145,
            1.0081798011784953,
            1.0610099106869388,
            0.20271329620027834,
            -0.31895631086298,
            -0.21509835011253242,
            -0.08821630784451634,
            0.4237743662078589,
            0.9752082569330172,
            0.5475103032911294,
        ],
        [
            -0.0087430688885628,
            0.24550766822940118,
            0.4848245268769739,
            0.48698039086102873,
            -0.5024886720036963,
            -0.9288056306682693,
            -0.07569997073746093,
            0.12453437636399955,
            0.24418803980361425,
            0.7173154961741854,
            0.16530236835616186,
            -0.9622660236160661,
        ],
        [
            0.21644273932885014,
            0.2260998863610629,
            0.2626287822244099,
            -0.48922678139145725,
            -1.146286764674068,
            0.4781092395009193,
            0.7337122252543968,
            -0.14084499035648845,
            0.48907436660854753,
            0.12486606207134532,
            -1.1308587246279092,
            -0.7742907920711547,
        ],
    ];
    for (order, expected) in expected.iter().enumerate() {
        let options = Gaussian::new().order(order);
        assert_close(&gaussian_filter1d(&line(), 1.3, 0, options).unwrap(), expected);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of golden values")]
fn gaussian_options_are_scipys() {
    // gaussian_filter1d(line, 2.0, truncate=1.5, mode="wrap")
    let options = Gaussian::new().truncate(1.5).border(Border::Wrap);
    let expected = [
        3.825044453692958,
        3.4323628862919566,
        3.4871570012134105,
        3.5940667776034676,
        4.265222503253458,
        4.828901329461728,
        4.884290333070207,
        4.906117228233761,
        4.907177828241447,
        4.741290999058451,
        4.718085084757827,
        4.410283575121326,
    ];
    assert_close(&gaussian_filter1d(&line(), 2.0, 0, options).unwrap(), &expected);
    // gaussian_filter1d(line, 2.0, radius=2, mode="constant", cval=1.0)
    let options = Gaussian::new().radius(2).border(Border::Constant(1.0));
    let expected = [
        1.9601656738045548,
        2.1092064777188844,
        2.6689522267373382,
        3.7726422209691375,
        4.39012342391865,
        4.882585164794742,
        5.35506911510357,
        4.890793522281115,
        4.320751272395211,
        5.107118334337806,
        4.611964719462428,
        3.951957316318182,
    ];
    assert_close(&gaussian_filter1d(&line(), 2.0, 0, options).unwrap(), &expected);
    // gaussian_filter(plane, [0.8, 1.6], mode="mirror")
    let expected = [
        3.723548413843211,
        3.734259279112449,
        3.7613547930261046,
        3.784515251630255,
        3.7917118827281437,
        4.901841865119849,
        4.91326921177103,
        4.931327874169155,
        4.929772726182087,
        4.921927269588005,
        6.061617007280432,
        6.101120526143539,
        6.168656202692546,
        6.1936850992409,
        6.190922874551877,
    ];
    assert_close(&gaussian_filter(&plane(), [0.8, 1.6], Border::Mirror).unwrap(), &expected);
    // gaussian_filter(plane, 1.0, order=[1, 2], mode="nearest")
    let options = Gaussian::new().order([1, 2]).border(Border::Nearest);
    let expected = [
        -0.10098190297219067,
        0.17670409072636223,
        -0.09725428676067188,
        -0.43622892622407905,
        0.21859273125212675,
        0.22977022790632684,
        -0.46274970519175385,
        -0.2903375647773126,
        -0.1408499415868375,
        0.09605192048830868,
        0.40769061985304655,
        -0.7944053900183627,
        -0.29030272080545033,
        0.24821542573499805,
        -0.0903778552198784,
    ];
    assert_close(&gaussian_filter(&plane(), 1.0, options).unwrap(), &expected);
}

#[test]
fn sobel_is_scipys() {
    // sobel(plane, axis, mode=.., cval=2.0)
    let cases = [
        (
            0,
            Border::Reflect,
            [
                19.0, 10.0, 9.0, 8.0, -2.0, 13.0, 21.0, 23.0, 21.0, 18.0, -6.0, 11.0, 14.0, 13.0,
                20.0,
            ],
        ),
        (
            0,
            Border::Constant(2.0),
            [
                16.0, 11.0, 11.0, 11.0, 7.0, 13.0, 21.0, 23.0, 21.0, 16.0, -12.0, -11.0, -11.0,
                -11.0, -3.0,
            ],
        ),
        (
            1,
            Border::Reflect,
            [-13.0, 0.0, 3.0, 0.0, 10.0, -13.0, -1.0, 5.0, -5.0, 2.0, 2.0, 9.0, 0.0, -3.0, 4.0],
        ),
        (
            1,
            Border::Constant(2.0),
            [0.0, 1.0, 5.0, 1.0, 1.0, 5.0, -1.0, 5.0, -5.0, -10.0, 14.0, 7.0, 3.0, -1.0, -11.0],
        ),
    ];
    for (axis, border, expected) in cases {
        assert_eq!(sobel(&plane(), axis, border).unwrap().as_slice().unwrap(), expected);
    }
    // sobel(np.arange(24.0).reshape(2, 3, 4) ** 2 % 17, 1, mode="wrap")
    let cube =
        Array::from_shape_fn((2, 3, 4), |(i, j, k)| ((12 * i + 4 * j + k).pow(2) % 17) as f64);
    let expected = [
        -32.0, -134.0, -92.0, 10.0, 62.0, 96.0, 46.0, 12.0, -30.0, 38.0, 46.0, -22.0, -32.0,
        -134.0, -92.0, 10.0, 62.0, 96.0, 46.0, 12.0, -30.0, 38.0, 46.0, -22.0,
    ];
    assert_eq!(sobel(&cube, 1, Border::Wrap).unwrap().as_slice().unwrap(), expected);
}

/// The weights, read off an impulse: exact, since all other terms are 0.
fn weights(sigma: f64, order: usize) -> Array1<f32> {
    let radius = (4.0 * sigma + 0.5) as usize;
    let mut impulse = Array1::zeros(2 * radius + 1);
    impulse[radius] = 1.0f32;
    let options = Gaussian::new().order(order).border(Border::Constant(0.0));
    let mut turned = gaussian_filter1d(&impulse, sigma, 0, options).unwrap();
    turned.invert_axis(Axis(0));
    turned
}

fn one_after_the_other(
    src: &ArrayD<f32>,
    filters: &[(usize, Array1<f32>)],
    b: Border<f32>,
) -> ArrayD<f32> {
    filters.iter().fold(src.clone(), |a, (axis, f)| correlate1d(&a, f, *axis, b).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() })]

    #[test]
    fn s5_random_layouts_are_one_axis_after_the_other(src in layout(1..5usize, 0..9), seed: u64) {
        let mut rng = Rng(seed);
        let border = BORDERS[rng.below(5)];
        let n = src.shape.len();
        let sigma: Vec<f64> = (0..n).map(|_| [0.0, 0.4, 1.0, 2.7][rng.below(4)]).collect();
        let order: Vec<usize> = (0..n).map(|_| rng.below(3)).collect();
        let axis = rng.below(n);
        src.with(|_| rng.unit() as f32, |src| {
            let filters: Vec<_> = (0..n)
                .filter(|&d| sigma[d] > 0.0)
                .map(|d| (d, weights(sigma[d], order[d])))
                .collect();
            let owned = src.to_owned();
            let expected = one_after_the_other(&owned, &filters, border);
            let options = Gaussian::new().order(&*order).border(border);
            let got = gaussian_filter(&src, &*sigma, options.clone()).unwrap();
            assert_same_bits(&got, &expected, format!("{:?} {sigma:?} {order:?}", src.shape()));
            let mut out = ArrayD::zeros(src.t().raw_dim());
            let mut out = out.view_mut().reversed_axes();
            gaussian_filter_into(&src, &*sigma, options, &mut out).unwrap();
            assert_same_bits(&out, &expected, format!("into {:?}", src.shape()));

            let expected = derivative(&owned, axis, [1.0, 2.0, 1.0], border);
            assert_same_bits(&sobel(&src, axis, border).unwrap(), &expected, "sobel");
            sobel_into(&src, axis, border, &mut out).unwrap();
            assert_same_bits(&out, &expected, "sobel_into");
        });
    }
}

#[test]
fn n6_same_bits_everywhere() {
    let mut rng = Rng(6);
    let plane = Array2::from_shape_simple_fn((60, 201), || rng.unit() as f32);
    let cube = Array::from_shape_simple_fn((7, 40, 3), || rng.unit());
    for (i, border) in BORDERS.into_iter().enumerate() {
        same_bits_everywhere(format!("{border:?}"), || {
            let mut bits = bits_of(&gaussian_filter(&plane, 1.5, border).unwrap());
            bits.extend(bits_of(&gaussian_filter(&plane.t(), [3.0, 0.5], border).unwrap()));
            bits.extend(bits_of(&sobel(&plane, i % 2, border).unwrap()));
            bits.extend(bits_of(&gaussian_filter(&cube, [1.0, 2.0, 0.0], Border::Wrap).unwrap()));
            bits
        });
    }
}

#[test]
fn sigma_zero_is_a_copy() {
    let src = array![[-0.0f32, f32::NAN], [f32::INFINITY, 3.0]];
    let got = gaussian_filter(&src.t(), 0.0, Gaussian::new().order(2)).unwrap();
    assert_same_bits(&got, src.t(), "gaussian_filter");
    assert_eq!(got[[0, 0]].to_bits(), (-0.0f32).to_bits());
    assert_same_bits(&gaussian_filter1d(&src, 0.0, 1, Border::Wrap).unwrap(), &src, "1d");
    let mut out = src.clone();
    out.fill(9.0);
    gaussian_filter1d_into(&src, 0.0, 1, Border::Wrap, &mut out).unwrap();
    assert_same_bits(&out, &src, "1d into");
    let none = ndarray::arr0(2.5f64);
    assert_eq!(gaussian_filter(&none, 1.0, Border::Wrap).unwrap(), none);
}

#[test]
fn s1_empty_arrays_give_empty_results() {
    for shape in [[0, 3], [3, 0], [0, 0]] {
        let src = ArrayD::<f32>::zeros(IxDyn(&shape));
        assert_eq!(gaussian_filter(&src, 2.0, Border::Mirror).unwrap().shape(), shape);
        assert_eq!(gaussian_filter1d(&src, 0.0, 1, Border::Mirror).unwrap().shape(), shape);
        assert_eq!(sobel(&src, 0, Border::Mirror).unwrap().shape(), shape);
    }
}

#[test]
fn bad_input_names_the_option() {
    let src = Array2::<f32>::zeros((4, 5));
    for (sigma, text) in
        [(-1.0, "-1"), (f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-f64::INFINITY, "-inf")]
    {
        let error = gaussian_filter(&src, [1.0, sigma], Border::Reflect).unwrap_err();
        let expected = format!("gaussian_filter: sigma is {text}, must be finite and not negative");
        assert_eq!(error.to_string(), expected);
        let error = gaussian_filter1d(&src, sigma, 0, Border::Reflect).unwrap_err();
        assert!(error.to_string().starts_with("gaussian_filter1d: sigma is"), "{error}");
        let options = Gaussian::new().truncate(sigma);
        let error = gaussian_filter(&src, 1.0, options).unwrap_err();
        assert!(error.to_string().starts_with("gaussian_filter: truncate is"), "{error}");
    }
    let text = |options, sigma: f64| gaussian_filter(&src, sigma, options).unwrap_err().to_string();
    assert_eq!(
        text(Gaussian::new().order(33), 1.0),
        "gaussian_filter: order is 33, must be at most 32"
    );
    assert!(text(Gaussian::new(), 1e9).contains("truncate * sigma is 4000000000"));
    assert!(text(Gaussian::new(), 1e300).contains("truncate * sigma is 4"));
    assert!(text(Gaussian::new().radius(usize::MAX), 1.0).contains("radius is 18446744073709551"));
    assert_eq!(
        text(Gaussian::new().order([1, 0, 1]), 1.0),
        "gaussian_filter: order has shape [3], but the number of axes of src is [2]"
    );
    let error = gaussian_filter(&src, [1.0; 3], Border::Reflect).unwrap_err();
    assert!(error.to_string().starts_with("gaussian_filter: sigma has shape [3]"), "{error}");
    let error = sobel(&src, 2, Border::Reflect).unwrap_err();
    assert_eq!(error, Error::Axis { function: "sobel", axis: 2, shape: vec![4, 5] });
    let error = gaussian_filter1d(&src, 1.0, 9, Border::Reflect).unwrap_err();
    assert_eq!(error, Error::Axis { function: "gaussian_filter1d", axis: 9, shape: vec![4, 5] });
    let mut out = Array2::zeros((5, 4));
    let error = sobel_into(&src, 0, Border::Reflect, &mut out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sobel_into: out has shape [5, 4], but the shape of src is [4, 5]"
    );
}

#[test]
fn n2_the_middle_of_sobel_meets_infinities() {
    let mut src = Array2::<f64>::zeros((3, 5));
    src[[1, 2]] = f64::INFINITY;
    let out = sobel(&src, 1, Border::Reflect).unwrap();
    assert_eq!(out[[1, 1]], f64::INFINITY);
    assert!(out[[1, 2]].is_nan());
    assert_eq!(out[[1, 3]], f64::NEG_INFINITY);
}

/// Sobel and its like: one filter, or one for each axis where a constant lies beyond the ends.
fn derivative(
    src: &ArrayD<f32>,
    axis: usize,
    smooth: [f32; 3],
    border: Border<f32>,
) -> ArrayD<f32> {
    let along = |other: usize| if other == axis { [-1.0, 0.0, 1.0] } else { smooth };
    if src.ndim() > 3 || matches!(border, Border::Constant(value) if value != 0.0) {
        let others = (0..src.ndim()).filter(|&other| other != axis);
        let filters: Vec<_> =
            std::iter::once(axis).chain(others).map(|axis| (axis, arr1(&along(axis)))).collect();
        return one_after_the_other(src, &filters, border);
    }
    let filter = ArrayD::from_shape_fn(vec![3; src.ndim()], |at| {
        (0..src.ndim()).map(|axis| along(axis)[at[axis]]).product::<f32>()
    });
    conv::correlate(src, &filter, conv::Options::from(border).method(conv::Method::Direct)).unwrap()
}

/// What goes through memory slab by slab is what goes through whole.
#[test]
fn slabs_are_one_axis_after_the_other() {
    let mut rng = Rng(78);
    for shape in [vec![21, 150, 200], vec![70, 9001], vec![9001, 70], vec![13, 2, 300, 200]] {
        let src = ArrayD::from_shape_simple_fn(IxDyn(&shape), || rng.unit() as f32);
        let n = shape.len();
        for (i, border) in BORDERS.into_iter().enumerate() {
            // In row-major and in column-major order, and half of one axis.
            for src in
                [src.view(), src.t(), src.slice_axis(Axis(i % n), ndarray::Slice::new(0, None, 2))]
            {
                let src = src.to_owned();
                let filters: Vec<_> = (0..n).map(|d| (d, weights(1.0, 0))).collect();
                let got = gaussian_filter(&src, 1.0, border).unwrap();
                assert_same_bits(&got, &one_after_the_other(&src, &filters, border), "gaussian");
                let parts = |order: usize| {
                    let mut parts = (0..n).map(|axis| {
                        let order = |d| if d == axis { order } else { 0 };
                        let filters: Vec<_> = (0..n).map(|d| (d, weights(1.0, order(d)))).collect();
                        one_after_the_other(&src, &filters, border)
                    });
                    parts.next().map(|first| (first, parts.collect::<Vec<_>>())).unwrap()
                };
                let (first, others) = parts(2);
                let expected = others.into_iter().fold(first, |sum, part| sum + part);
                let got = image::gaussian_laplace(&src, 1.0, border).unwrap();
                assert_same_bits(&got, &expected, format!("laplace {shape:?}"));
                let (first, others) = parts(1);
                let square = |x: ArrayD<f32>| x.mapv(|x| x * x);
                let expected =
                    others.into_iter().fold(square(first), |sum, part| sum + square(part));
                let got = image::gaussian_gradient_magnitude(&src, 1.0, border).unwrap();
                assert_same_bits(&got, &expected.mapv(f32::sqrt), format!("length {shape:?}"));
            }
        }
    }
}

/// Laplace is one pass, of as many products as an element has neighbours and one.
#[test]
fn laplace_is_a_cross() {
    let mut rng = Rng(77);
    for shape in [vec![40], vec![9, 133], vec![4, 5, 70], vec![2; 8]] {
        let n = shape.len();
        let src = ArrayD::from_shape_simple_fn(IxDyn(&shape), || (rng.unit() * 64.0).floor());
        for border in [Border::Mirror, Border::Wrap, Border::Constant(5.0)] {
            // Whole numbers: no order of additions rounds.
            let expected = (0..n)
                .map(|axis| correlate1d(&src, &arr1(&[1.0, -2.0, 1.0]), axis, border).unwrap())
                .reduce(|sum, part| sum + part)
                .unwrap();
            assert_eq!(image::laplace(&src, border).unwrap(), expected, "{shape:?} {border:?}");
        }
    }
    // An infinity reaches its neighbours along the axes and no others.
    let mut src = Array2::<f64>::zeros((5, 5));
    src[[2, 2]] = f64::INFINITY;
    let got = image::laplace(&src, Border::Reflect).unwrap();
    assert_eq!(got.iter().filter(|x| !x.is_finite()).count(), 5);
}

/// Every filter by name is made of filters along one axis.
#[test]
fn named_filters_are_made_of_lines() {
    let mut rng = Rng(31);
    for shape in [vec![40], vec![9, 33], vec![4, 5, 17]] {
        let src = ArrayD::from_shape_simple_fn(IxDyn(&shape), || rng.unit() as f32);
        for border in [Border::Reflect, Border::Constant(0.5)] {
            let lines = |taps: &[f32], a: &ArrayD<f32>, axis| {
                correlate1d(a, &arr1(taps), axis, border).unwrap()
            };
            for axis in 0..shape.len() {
                for (smooth, got) in [
                    ([1.0, 2.0, 1.0], sobel(&src, axis, border)),
                    ([1.0, 1.0, 1.0], image::prewitt(&src, axis, border)),
                    ([3.0, 10.0, 3.0], image::scharr(&src, axis, border)),
                ] {
                    let expected = derivative(&src, axis, smooth, border);
                    assert_same_bits(&got.unwrap(), &expected, format!("{shape:?} {smooth:?}"));
                }
            }
            let sum = |part: &dyn Fn(usize) -> ArrayD<f32>| {
                (1..shape.len()).fold(part(0), |sum, axis| sum + part(axis))
            };
            let expected = sum(&|axis| lines(&[1.0, -2.0, 1.0], &src, axis));
            let got = image::laplace(&src, border).unwrap();
            for (got, expected) in got.iter().zip(&expected) {
                // Added in another order: a few roundings of values up to 1.
                assert!((got - expected).abs() < 4e-6, "laplace {shape:?}: {got} {expected}");
            }
            let derivative = |axis, order| {
                let mut orders = vec![0; shape.len()];
                orders[axis] = order;
                let options = Gaussian::new().border(border).order(orders);
                gaussian_filter(&src, 1.25, options).unwrap()
            };
            let got = image::gaussian_laplace(&src, 1.25, border).unwrap();
            assert_same_bits(&got, &sum(&|axis| derivative(axis, 2)), format!("{shape:?}"));
            let got = image::gaussian_gradient_magnitude(&src, 1.25, border).unwrap();
            let squares = sum(&|axis| derivative(axis, 1).mapv(|x| x * x));
            assert_same_bits(&got, &squares.mapv(f32::sqrt), format!("{shape:?}"));
            let soft = gaussian_filter(&src, 1.25, border).unwrap();
            let got = image::unsharp_mask(&src, 1.25, 0.7, border).unwrap();
            let expected = &src + &((&src - &soft) * 0.7);
            assert_same_bits(&got, &expected, format!("unsharp {shape:?}"));
            for size in [1usize, 2, 5, 8] {
                let mut expected = src.clone();
                for axis in (0..shape.len()).filter(|_| size > 1) {
                    expected = lines(&vec![1.0 / size as f32; size], &expected, axis);
                }
                let got = image::uniform_filter(&src, size, border).unwrap();
                assert_same_bits(&got, &expected, format!("box {size} {shape:?}"));
            }
        }
    }
}

/// The mean of a long box `first..first + n`, as the docs have it: from the end of a block of `n`
/// backwards, and from the beginning of the next onwards.
fn mean_of_blocks(place: usize, box_of: &[f32]) -> f32 {
    let n = box_of.len();
    let (back, ahead) = box_of.split_at(n - place % n);
    let back = back.iter().rev().fold(-0.0, |sum, &x| f64::from(x) + sum);
    let ahead = ahead.iter().fold(-0.0, |sum, &x| sum + f64::from(x));
    ((back + ahead) * (1.0 / n as f64)) as f32
}

fn means_along(a: &ArrayD<f32>, axis: usize, n: usize, border: Border<f32>) -> ArrayD<f32> {
    let mut out = a.clone();
    for (from, mut to) in a.lanes(Axis(axis)).into_iter().zip(out.lanes_mut(Axis(axis))) {
        let len = from.len() as isize;
        let at = |place: isize| match border {
            Border::Constant(value) if !(0..len).contains(&place) => value,
            Border::Constant(_) => from[place as usize],
            Border::Wrap => from[place.rem_euclid(len) as usize],
            _ => {
                let place = place.rem_euclid(2 * len);
                from[place.min(2 * len - 1 - place) as usize]
            }
        };
        for (i, to) in to.iter_mut().enumerate() {
            let first = i as isize - (n / 2) as isize;
            let under: Vec<f32> = (first..first + n as isize).map(at).collect();
            *to = mean_of_blocks(i, &under);
        }
    }
    out
}

#[test]
fn long_boxes_are_summed_by_blocks() {
    let mut rng = Rng(37);
    for (shape, sizes) in [
        (vec![300], vec![200]),
        (vec![140, 9], vec![128, 1]),
        (vec![9, 150], vec![1, 255]),
        (vec![70, 90], vec![129, 130]),
        (vec![30, 40, 3], vec![131, 192, 1]),
        (vec![150, 3, 40], vec![160, 1, 1]),
        (vec![7, 150, 20], vec![130, 150, 140]),
        (vec![70, 90], vec![24, 25]),
        (vec![400, 33], vec![63, 31]),
        (vec![10, 40, 50], vec![26, 31, 24]),
        (vec![200, 5, 3], vec![29, 1, 1]),
        (vec![3, 500, 3], vec![1, 27, 1]),
        (vec![2000], vec![37]),
    ] {
        let src = ArrayD::from_shape_simple_fn(IxDyn(&shape), || rng.unit() as f32 - 0.5);
        for border in [Border::Reflect, Border::Wrap, Border::Constant(0.25)] {
            let mut expected = src.clone();
            for (axis, &n) in sizes.iter().enumerate().filter(|(_, n)| **n > 1) {
                expected = means_along(&expected, axis, n, border);
            }
            let context = format!("{sizes:?} of {shape:?} {border:?}");
            let got = image::uniform_filter(&src, &sizes[..], border).unwrap();
            assert_same_bits(&got, &expected, &context);
            let turned: Vec<usize> = sizes.iter().rev().copied().collect();
            // The axes of the other layout are filtered in the other order: one at a time here.
            for axis in 0..shape.len() {
                let mut one = vec![1; shape.len()];
                one[axis] = turned[axis];
                let of_view = image::uniform_filter(&src.t(), &one[..], border).unwrap();
                let expected = match one[axis] {
                    1 => src.t().to_owned(),
                    n => means_along(&src.t().to_owned(), axis, n, border),
                };
                assert_same_bits(&of_view, &expected, &context);
            }
        }
    }
}

#[test]
fn n6_long_boxes_have_the_same_bits_everywhere() {
    let mut rng = Rng(38);
    let plane = Array2::from_shape_simple_fn((90, 300), || rng.unit() as f32);
    let double = Array2::from_shape_simple_fn((40, 201), || rng.unit());
    for border in BORDERS {
        same_bits_everywhere(format!("{border:?}"), || {
            let mut bits = bits_of(&image::uniform_filter(&plane, [140, 131], border).unwrap());
            bits.extend(bits_of(&image::uniform_filter(&plane.t(), [129, 1], border).unwrap()));
            bits.extend(bits_of(&image::uniform_filter(&double, 133, Border::Wrap).unwrap()));
            bits
        });
    }
}

#[test]
fn n1_nan_reaches_no_further_than_a_long_box() {
    let mut src = Array2::<f64>::ones((300, 20));
    src[[150, 7]] = f64::NAN;
    src[[20, 3]] = f64::INFINITY;
    let got = image::uniform_filter(&src, [201, 1], Border::Constant(0.0)).unwrap();
    for ((i, j), &mean) in got.indexed_iter() {
        assert_eq!(mean.is_nan(), j == 7 && i.abs_diff(150) <= 100, "{i} {j}: {mean}");
        assert_eq!(mean == f64::INFINITY, j == 3 && i.abs_diff(20) <= 100, "{i} {j}: {mean}");
    }
}

#[test]
fn bad_boxes_and_outputs_are_named() {
    let src = Array2::<f32>::ones((3, 4));
    let text = |r: Result<Array2<f32>, Error>| r.unwrap_err().to_string();
    assert_eq!(
        text(image::uniform_filter(&src, 0, Border::Reflect)),
        "uniform_filter: size is 0, must be from 1 to 2^26"
    );
    assert_eq!(
        text(image::uniform_filter(&src, [3, 3, 3], Border::Reflect)),
        "uniform_filter: size has shape [3], but the number of axes of src is [2]"
    );
    let far = conv::Options::new().origin(2);
    let error = text(image::uniform_filter(&src, 3, far));
    assert!(error.starts_with("uniform_filter: origin is 2, must be between"), "{error}");
    assert!(text(image::gaussian_laplace(&src, -1.0, Border::Wrap)).contains("sigma is -1"));
    let mut out = Array2::zeros((4, 3));
    for error in [
        image::laplace_into(&src, Border::Wrap, &mut out).unwrap_err(),
        image::gaussian_laplace_into(&src, 1.0, Border::Wrap, &mut out).unwrap_err(),
        image::unsharp_mask_into(&src, 1.0, 1.0, Border::Wrap, &mut out).unwrap_err(),
        image::uniform_filter_into(&src, 3, Border::Wrap, &mut out).unwrap_err(),
        image::prewitt_into(&src, 0, Border::Wrap, &mut out).unwrap_err(),
    ] {
        assert!(error.to_string().contains("_into: out has shape [4, 3]"), "{error}");
    }
}

#[test]
fn gabor_filters_are_waves_under_gaussians() {
    use std::f64::consts::PI;
    use swath::image::{Gabor, gabor};

    // By the formula of skimage.filters.gabor_kernel.
    let (f, theta, sx, sy) = (0.15, 0.7, 2.0, 3.5);
    let filter = Gabor::new(f).theta(theta).sigma(sx, sy).offset(0.4);
    let [real, imaginary] = filter.filter::<f64>().unwrap();
    let (y0, x0) = (real.nrows() as f64 / 2.0 - 0.5, real.ncols() as f64 / 2.0 - 0.5);
    let side = |a: f64, b: f64| (3.0 * a.abs()).max(3.0 * b.abs()).ceil();
    assert_eq!(x0, side(sx * theta.cos(), sy * theta.sin()));
    assert_eq!(y0, side(sy * theta.cos(), sx * theta.sin()));
    for ((i, j), &re) in real.indexed_iter() {
        let (y, x) = (i as f64 - y0, j as f64 - x0);
        let u = x * theta.cos() + y * theta.sin();
        let v = -x * theta.sin() + y * theta.cos();
        let g = (-0.5 * (u * u / (sx * sx) + v * v / (sy * sy))).exp() / (2.0 * PI * sx * sy);
        let phase = 2.0 * PI * f * u + 0.4;
        assert!((re - g * phase.cos()).abs() < 1e-15);
        assert!((imaginary[(i, j)] - g * phase.sin()).abs() < 1e-15);
    }
    // One octave: sigma = sqrt(ln 2 / 2) / pi * 3 / frequency.
    let [real, _] = Gabor::new(0.1).filter::<f32>().unwrap();
    assert_eq!(real.dim(), (35, 35));

    let image = Array2::from_shape_fn((30, 40), |(i, j)| ((i * 7 + j * 3) % 11) as f64);
    let answers = gabor(&image, &filter, Border::Mirror).unwrap();
    for (answer, taps) in answers.iter().zip(filter.filter().unwrap()) {
        let options = conv::Options::from(Border::Mirror);
        assert_eq!(*answer, conv::convolve(&image, &taps, options).unwrap());
    }
    let text = |filter: Gabor| filter.filter::<f32>().unwrap_err().to_string();
    assert_eq!(text(Gabor::new(0.0)), "filter: frequency is 0, must be finite and positive");
    assert!(text(Gabor::new(0.1).theta(f64::NAN)).contains("theta is NaN"));
    assert!(text(Gabor::new(0.1).sigma(1.0, -1.0)).contains("sigma is -1"));
    assert!(text(Gabor::new(1e-9)).contains("at most 4096"));
    assert!(text(Gabor::new(1e-300).bandwidth(1e-300)).contains("at most 4096"));
    assert!(gabor(&image, &Gabor::new(f64::INFINITY), Border::Mirror).is_err());
}
