//! Convolution of signals: against the naive one, summed directly bit for bit, by
//! transforms within their bound.

mod common;

use common::{Bits, Layout, Rng, assert_same_bits, bits_of, layout, pools, same_bits_everywhere};
use ndarray::{Array, Array1, Array2, ArrayD, ArrayViewD, Axis, IxDyn, arr1, array};
use proptest::prelude::*;
use swath::conv::{self, Border, Method, Sample};
use swath::reference::conv as naive;
use swath::reference::conv::{Beyond, Item};
use swath::signal::{self, Mode, Options};
use swath::{Error, testing};

const MODES: [Mode; 3] = [Mode::Full, Mode::Same, Mode::Valid];

fn beyond<T: Copy>(border: Border<T>) -> Beyond<T> {
    match border {
        Border::Reflect => Beyond::Reflect,
        Border::Mirror => Beyond::Mirror,
        Border::Nearest => Beyond::Nearest,
        Border::Wrap => Beyond::Wrap,
        Border::Constant(value) => Beyond::Constant(value),
        _ => unreachable!("a border without a naive version"),
    }
}

/// What a correlation by `taps` must be; `None` where the mode has no result.
fn expected<T: Item>(
    src: &ArrayViewD<'_, T>,
    taps: &ArrayViewD<'_, <T as Item>::Tap>,
    mode: Mode,
    border: Border<T>,
    stride: &[usize],
    dilation: &[usize],
) -> Option<ArrayD<T>> {
    let (mut before, mut shape) = (Vec::new(), Vec::new());
    for d in 0..src.ndim() {
        let (n, reach) = (src.shape()[d], (taps.shape()[d] - 1) * dilation[d]);
        let (first, len) = match mode {
            Mode::Full => (0, n + reach),
            Mode::Same => (reach / 2, n),
            Mode::Valid => (reach, n.checked_sub(reach).filter(|&n| n > 0)?),
        };
        before.push(reach - first);
        shape.push(len.div_ceil(stride[d]));
    }
    Some(naive::correlate_to(src, taps, &before, [stride, dilation], &shape, beyond(border)))
}

trait Draw: Bits + Item<Tap = <Self as Sample>::Tap> + Sample {
    fn draw(rng: &mut Rng) -> Self;
    fn draw_tap(rng: &mut Rng) -> <Self as Sample>::Tap;
}
macro_rules! draw {
    ($($t:ty, $x:expr, $tap:expr;)*) => {$(impl Draw for $t {
        fn draw(rng: &mut Rng) -> $t { let x: fn(&mut Rng) -> $t = $x; x(rng) }
        fn draw_tap(rng: &mut Rng) -> <$t as Sample>::Tap {
            let tap: fn(&mut Rng) -> <$t as Sample>::Tap = $tap;
            tap(rng)
        }
    })*};
}
draw! {
    f32, |r| r.unit() as f32, |r| r.unit() as f32;
    f64, |r| r.unit(), |r| r.unit();
    u8, |r| r.next() as u8, |r| r.below(9) as i32 - 4;
    i16, |r| r.next() as i16, |r| r.below(100) as i32 - 50;
    i32, |r| (r.next() as i32) >> r.below(24), |r| (r.next() as i32) >> 10;
}

/// Both functions by `method`, on one array, against the naive one.
fn check<T: Draw>(
    src: &ArrayViewD<'_, T>,
    taps: &ArrayViewD<'_, <T as Item>::Tap>,
    rng: &mut Rng,
    method: Method,
    agree: impl Fn(&ArrayD<T>, &ArrayD<T>, &str),
) where
    <T as Sample>::Tap: Copy,
{
    let constant = T::draw(rng);
    let border = [
        Border::Constant(T::default()),
        Border::Constant(constant),
        Border::Reflect,
        Border::Mirror,
        Border::Nearest,
        Border::Wrap,
    ][rng.below(6)];
    let mut steps = |most: usize| -> Vec<usize> {
        (0..src.ndim()).map(|_| 1 + rng.below(most) * rng.below(2)).collect()
    };
    let (stride, dilation) = (steps(4), steps(3));
    for mode in MODES {
        let context = format!(
            "{:?} {:?} by {:?}, {mode:?}, {border:?}, stride {stride:?}, dilation {dilation:?}",
            src.shape(),
            src.strides(),
            taps.shape(),
        );
        let options = Options::new()
            .mode(mode)
            .border(border)
            .stride(&stride[..])
            .dilation(&dilation[..])
            .method(method);
        let expected = expected(src, taps, mode, border, &stride, &dilation);
        let got = signal::correlate(src, taps, options.clone());
        let Some(expected) = expected else {
            assert!(matches!(got, Err(Error::Shape { .. })), "{context}: {got:?}");
            continue;
        };
        agree(&got.unwrap(), &expected, &context);
        let turned = naive::turned(taps);
        let got = signal::convolve(src, &turned, options.clone()).unwrap();
        agree(&got, &expected, &context);
        // Into every other element of a larger array, backwards along the last axis.
        let doubled: Vec<usize> = expected.shape().iter().map(|n| 2 * n).collect();
        let mut room = ArrayD::<T>::default(doubled);
        let mut out = room.slice_each_axis_mut(|_| ndarray::Slice::new(0, None, 2));
        out.invert_axis(Axis(src.ndim() - 1));
        signal::correlate_into(src, taps, options, &mut out).unwrap();
        agree(&out.to_owned(), &expected, &context);
    }
}

fn random<T: Close>(src: &Layout, taps: &Layout, seed: u64, method: Method) {
    let mut rng = Rng(seed);
    let mut values = rng.clone();
    let mut weights = Rng(seed ^ 0xABCD);
    src.with(
        |_| T::draw(&mut values),
        |src| {
            taps.with(
                |_| T::draw_tap(&mut weights),
                |taps| {
                    check::<T>(&src, &taps, &mut rng, method, |a, b, at| {
                        T::agree(method, a, b, at);
                    });
                },
            );
        },
    );
}

/// How two results must agree.
trait Close: Draw {
    fn agree(method: Method, got: &ArrayD<Self>, expected: &ArrayD<Self>, context: &str) {
        let _ = method;
        assert_eq!(got.shape(), expected.shape(), "{context}");
        assert_same_bits(got, expected, context);
    }
}
impl Close for u8 {}
impl Close for i16 {}
impl Close for i32 {}
macro_rules! close {
    ($($t:ty)*) => {$(impl Close for $t {
        fn agree(method: Method, got: &ArrayD<$t>, expected: &ArrayD<$t>, context: &str) {
            assert_eq!(got.shape(), expected.shape(), "{context}");
            if method != Method::Fft {
                return assert_same_bits(got, expected, context);
            }
            // Values and taps are at most 1, taps at most 9 along each of three axes:
            // 4 * log2(n) * EPSILON * 729 at most; far less here.
            for (g, e) in got.iter().zip(expected) {
                assert!((g - e).abs() <= 400.0 * <$t>::EPSILON, "{g} {e}: {context}");
            }
        }
    })*};
}
close!(f32 f64);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn s5_any_layout_directly(
        (src, taps) in pairs(),
        seed in any::<u64>(),
    ) {
        random::<f32>(&src, &taps, seed, Method::Direct);
        random::<f64>(&src, &taps, seed, Method::Direct);
        random::<u8>(&src, &taps, seed, Method::Direct);
        random::<i32>(&src, &taps, seed, Method::Direct);
    }

    #[test]
    fn s5_any_layout_by_transforms(
        (src, taps) in pairs(),
        seed in any::<u64>(),
    ) {
        random::<f32>(&src, &taps, seed, Method::Fft);
        random::<f64>(&src, &taps, seed, Method::Fft);
        random::<u8>(&src, &taps, seed, Method::Fft);
        random::<i16>(&src, &taps, seed, Method::Fft);
    }
}

/// An array and a filter of as many axes, up to three.
fn pairs() -> impl Strategy<Value = (Layout, Layout)> {
    (1usize..=3).prop_flat_map(|ndim| {
        let src = layout(ndim..=ndim, 1..[71, 21, 10][ndim - 1]);
        let taps = layout(ndim..=ndim, 1..[41, 10, 6][ndim - 1]);
        (src, taps)
    })
}

fn noise<D: ndarray::Dimension>(
    shape: impl ndarray::ShapeBuilder<Dim = D>,
    seed: u64,
) -> Array<f64, D> {
    let mut rng = Rng(seed);
    Array::from_shape_simple_fn(shape, || rng.unit())
}

/// Tiles small and large, whole and in parts, shared by threads or not, against a filter
/// that can be taken apart. The errors are those of a sum of squares of the taps.
#[test]
fn transforms_of_every_size() {
    for (n, k) in [([300, 2000], [31, 63]), ([40, 30], [60, 70]), ([1100, 900], [400, 300])] {
        let src = noise(n, 1);
        // Small whole numbers: the outer product is exact.
        let factor = |k: usize, m: usize| Array1::from_shape_fn(k, |i| (i * m % 7) as f64 - 3.0);
        let (down, right) = (factor(k[0], 3), factor(k[1], 5));
        let taps = Array2::from_shape_fn(k, |(i, j)| down[i] * right[j]);
        for mode in MODES {
            let options = Options::new().mode(mode);
            let got = signal::fftconvolve(&src, &taps, options.clone());
            let apart = signal::convolve(&src, &taps, options.method(Method::Separable));
            let (Ok(got), Ok(apart)) = (&got, &apart) else {
                assert!(mode == Mode::Valid && got.is_err() && apart.is_err());
                continue;
            };
            assert_eq!(got.shape(), apart.shape());
            let sum: f64 = taps.iter().map(|t: &f64| t.abs()).sum();
            for (g, e) in got.iter().zip(apart) {
                assert!((g - e).abs() < 4.0 * 22.0 * f64::EPSILON * sum, "{g} {e}");
            }
        }
    }
    // Along one axis, inner and outer, of some lines.
    let src = noise([37, 5000], 2);
    let taps = noise(501, 3);
    for axis in 0..2 {
        let src = if axis == 1 { src.view() } else { src.t() };
        let options = |method| conv::Options::new().border(Border::Wrap).method(method);
        let got = conv::correlate1d(&src, &taps, axis, options(Method::Fft)).unwrap();
        let direct = conv::correlate1d(&src, &taps, axis, options(Method::Direct)).unwrap();
        for (g, e) in got.iter().zip(&direct) {
            assert!((g - e).abs() < 1e-12, "{g} {e}");
        }
        let got = conv::correlate1d(&src.t(), &taps, 1 - axis, options(Method::Fft)).unwrap();
        for (g, e) in got.t().iter().zip(&direct) {
            assert!((g - e).abs() < 1e-12, "{g} {e}");
        }
    }
}

/// Transforms give the same bits on any number of threads, and however chunks are cut.
#[test]
fn n6_transforms_on_any_number_of_threads() {
    let cases = [([200, 300], [20, 31]), ([1000, 1400], [500, 200]), ([1, 100_000], [1, 999])];
    for (n, k) in cases {
        let (src, taps) = (noise(n, 4).mapv(|x| x as f32), noise(k, 5).mapv(|x| x as f32));
        let call = || bits_of(&signal::fftconvolve(&src, &taps, Mode::Same).unwrap());
        let expected = call();
        for pool in pools() {
            for chunk in [None, Some(256)] {
                testing::set_par_min(Some(0));
                testing::set_chunk(chunk);
                let got = pool.install(call);
                testing::set_chunk(None);
                testing::set_par_min(None);
                assert!(got == expected, "{n:?} {k:?} {pool:?} {chunk:?}");
            }
        }
    }
}

/// A filter that is an outer product, and one that is not by one bit.
#[test]
fn outer_products_are_taken_apart_exactly() {
    let src = noise([90, 70], 6);
    let (down, right) = (arr1(&[1.0, 2.0, 1.0]), arr1(&[-1.0, 0.0, 3.0, 1.0]));
    let taps = Array2::from_shape_fn([3, 4], |(i, j)| down[i] * right[j]);
    let options = |method| conv::Options::new().border(Border::Mirror).method(method);
    let got = conv::correlate(&src, &taps, options(Method::Separable)).unwrap();
    let apart = conv::separable(&src, &[&down, &right], Border::Mirror).unwrap();
    assert_same_bits(&got, &apart, "outer product");
    same_bits_everywhere("separable", || {
        bits_of(&conv::correlate(&src, &taps, options(Method::Separable)).unwrap())
    });
    let mut other = taps.clone();
    other[[2, 3]] = f64::from_bits(other[[2, 3]].to_bits() + 1);
    let error = conv::correlate(&src, &other, options(Method::Separable)).unwrap_err();
    assert!(matches!(error, Error::Value { option: "method", .. }), "{error}");
    let beyond = options(Method::Separable).border(Border::Constant(1.0));
    assert!(conv::correlate(&src, &taps, beyond).is_err());
    let cube = Array::from_shape_fn([3, 2, 4], |(i, j, k)| down[i] * right[k] * (j as f64 + 1.0));
    let src = noise([9, 20, 30], 7);
    let got = signal::convolve(&src, &cube, Options::new().method(Method::Separable)).unwrap();
    let direct = signal::convolve(&src, &cube, Options::new().method(Method::Direct)).unwrap();
    assert_eq!(got.shape(), [11, 21, 33]);
    for (g, e) in got.iter().zip(&direct) {
        assert!((g - e).abs() < 1e-12);
    }
}

/// Unasked, transforms are taken only where all is finite: the same elements are NaN.
#[test]
fn n2_what_is_not_finite_spreads_no_further_than_the_filter() {
    let taps = noise([41, 41], 8).mapv(|x| x as f32);
    let clean = noise([300, 400], 9).mapv(|x| x as f32);
    let by = |src: &Array2<f32>, taps: &Array2<f32>, method| {
        conv::correlate(src, taps, conv::Options::new().method(method)).unwrap()
    };
    let bits = |a: &Array2<f32>| bits_of(a);
    // Large enough for transforms: else this shows nothing.
    assert_eq!(bits(&by(&clean, &taps, Method::Auto)), bits(&by(&clean, &taps, Method::Fft)));
    assert_ne!(bits(&by(&clean, &taps, Method::Auto)), bits(&by(&clean, &taps, Method::Direct)));
    for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut src = clean.clone();
        src[[150, 390]] = x;
        let got = by(&src, &taps, Method::Auto);
        assert_eq!(bits(&got), bits(&by(&src, &taps, Method::Direct)));
        assert_eq!(got.iter().filter(|x| !x.is_finite()).count(), 41 * (20 + 10));
        if x.is_nan() {
            continue; // no tap, see `n1_filters_that_hold_nan_are_refused` of conv
        }
        let mut odd = taps.clone();
        odd[[3, 4]] = x;
        assert_eq!(bits(&by(&clean, &odd, Method::Auto)), bits(&by(&clean, &odd, Method::Direct)));
    }
}

#[test]
fn s1_nothing_in_nothing_out() {
    let empty = Array2::<f64>::zeros((0, 4));
    let taps = Array2::ones((1, 3));
    assert_eq!(signal::convolve(&empty, &taps, Mode::Same).unwrap().shape(), [0, 4]);
    let error = signal::convolve(&empty, &taps, Mode::Full).unwrap_err();
    assert_eq!(error.to_string(), "convolve: src has no elements (shape [0, 4])");
    let error = signal::convolve(&taps, &empty, Mode::Full).unwrap_err();
    assert!(matches!(error, Error::Empty { operand: "filter", .. }));
    let scalar = ndarray::arr0(3.0);
    for method in [Method::Auto, Method::Direct, Method::Separable, Method::Fft] {
        let got = signal::convolve(&scalar, &ndarray::arr0(2.0), Options::new().method(method));
        assert_eq!(got.unwrap(), ndarray::arr0(6.0));
        let got =
            signal::convolve(&arr1(&[3.0, 4.0]), &arr1(&[2.0]), Options::new().method(method));
        assert_eq!(got.unwrap(), arr1(&[6.0, 8.0]));
    }
}

#[test]
fn s2_sizes_that_overflow_are_errors() {
    let (a, f) = (array![1.0, 2.0], array![1.0, 1.0]);
    let apart = Options::new().dilation(usize::MAX);
    assert!(matches!(signal::convolve(&a, &f, apart), Err(Error::TooLarge { .. })));
    for far in [1usize << 62, isize::MAX as usize - 1] {
        for method in [Method::Auto, Method::Direct, Method::Fft] {
            let apart = Options::new().dilation(far).method(method);
            let error = signal::convolve(&a, &f, apart).unwrap_err();
            assert!(matches!(error, Error::TooLarge { .. } | Error::Memory { .. }), "{error}");
        }
    }
    let long = Options::new().stride(usize::MAX);
    assert_eq!(signal::convolve(&a, &f, long).unwrap(), array![1.0]);
    let wide = ArrayD::<f64>::zeros(IxDyn(&[1]));
    let wide = wide.broadcast(IxDyn(&[1 << 61])).unwrap();
    let error = signal::convolve(&wide, &ArrayD::zeros(IxDyn(&[2])), Mode::Full).unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. } | Error::Memory { .. }), "{error}");
}

#[test]
fn errors_name_what_is_wrong() {
    let (a, f) = (Array2::<f64>::ones((4, 5)), Array2::ones((2, 2)));
    let text = |options: Options<f64>| signal::correlate(&a, &f, options).unwrap_err().to_string();
    assert_eq!(text(Options::new().stride(0)), "correlate: stride is 0, must be at least 1");
    assert_eq!(
        text(Options::new().dilation([1, 0])),
        "correlate: dilation is 0, must be at least 1"
    );
    assert!(text(Options::new().stride([1, 1, 1])).contains("stride"));
    assert!(text(Options::new().dilation(5).mode(Mode::Valid)).contains("filter"));
    let mut out = Array2::zeros((4, 5));
    let error = signal::correlate_into(&a, &f, Mode::Full, &mut out).unwrap_err();
    assert!(error.to_string().contains("out"), "{error}");
    let big = Options::new().method(Method::Fft);
    let error = signal::convolve(&array![1i32, 2], &array![i32::MAX, 1], big).unwrap_err();
    assert!(matches!(error, Error::Value { option: "method", .. }), "{error}");
}
