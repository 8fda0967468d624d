//! Convolution and correlation: against the naive filters, bit for bit, and
//! against values from SciPy.

mod common;

use common::{Bits, Layout, Rng, assert_same_bits, bits_of, layout, same_bits_everywhere};
use ndarray::{
    Array1, Array2, ArrayD, ArrayRef2, ArrayView2, ArrayViewD, Axis, Ix2, IxDyn, LayoutRef,
    ShapeBuilder, arr1, array,
};
use proptest::prelude::*;
use swath::Error;
use swath::conv::{self, Border, Options, Sample};
use swath::reference::conv as naive;
use swath::reference::conv::{Beyond, Item};

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

fn borders<T>(value: T) -> [Border<T>; 5] {
    [Border::Reflect, Border::Mirror, Border::Nearest, Border::Wrap, Border::Constant(value)]
}

/// Any origin that `taps` allow.
fn origins(rng: &mut Rng, shape: &[usize]) -> Vec<isize> {
    shape.iter().map(|&k| rng.below(k) as isize - k as isize / 2).collect()
}

/// Elements of one type from a generator.
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
    i8, |r| r.next() as i8, |r| r.below(9) as i32 - 4;
    u16, |r| r.next() as u16, |r| (r.next() as i32) >> r.below(24);
    i16, |r| r.next() as i16, |r| (r.next() as i32) >> r.below(24);
    i32, |r| (r.next() as i32) >> r.below(24), |r| (r.next() as i32) >> 10;
}

/// All four functions on one array and one filter, against the naive ones.
fn check<T: Draw>(
    src: &ArrayViewD<'_, T>,
    filter: &ArrayViewD<'_, <T as Sample>::Tap>,
    border: Border<T>,
    origin: &[isize],
    out: &Layout,
) {
    let context = format!(
        "{:?} {:?} by {:?}, {border:?}, origin {origin:?}",
        src.shape(),
        src.strides(),
        filter.shape()
    );
    let options = Options::default().border(border).origin(origin);
    let pairs = || origin.iter().zip(filter.shape());
    let before: Vec<_> = pairs().map(|(&o, &k)| naive::before_correlating(k, o)).collect();
    let expected = naive::correlate(src, filter, &before, beyond(border));
    let got = conv::correlate(src, filter, options.clone()).unwrap();
    assert_eq!(got.shape(), src.shape());
    assert_same_bits(&got, &expected, format!("correlate {context}"));

    let mut base = out.base(&mut |_| T::default());
    let view = out.view(&base);
    let (shape, strides) = (view.shape().to_vec(), view.strides().to_vec());
    let offset = if view.is_empty() { 0 } else { offset_between(base.as_ptr(), view.as_ptr()) };
    let mut view = strided_mut(&mut base, offset, &shape, &strides);
    conv::correlate_into(src, filter, options.clone(), &mut view).unwrap();
    assert_same_bits(&view, &expected, format!("correlate_into {context}, out {strides:?}"));

    let before: Vec<_> = pairs().map(|(&o, &k)| naive::before_convolving(k, o)).collect();
    let turned = naive::turned(filter);
    let expected = naive::correlate(src, &turned.view(), &before, beyond(border));
    let got = conv::convolve(src, filter, options).unwrap();
    assert_same_bits(&got, &expected, format!("convolve {context}"));
}

fn offset_between<T>(base: *const T, first: *const T) -> isize {
    (first.addr() as isize - base.addr() as isize) / size_of::<T>() as isize
}

/// The view of `base` with these signed strides, for writing.
fn strided_mut<'a, T>(
    base: &'a mut ArrayD<T>,
    offset: isize,
    shape: &[usize],
    strides: &[isize],
) -> ndarray::ArrayViewMutD<'a, T> {
    if shape.contains(&0) {
        return ndarray::ArrayViewMutD::from_shape(IxDyn(shape), &mut []).unwrap();
    }
    let mut lowest = offset;
    for (&n, &stride) in shape.iter().zip(strides) {
        if stride < 0 && n > 0 {
            lowest += stride * (n as isize - 1);
        }
    }
    let positive: Vec<usize> = strides.iter().map(|s| s.unsigned_abs()).collect();
    let ptr = base.as_mut_ptr().wrapping_offset(lowest);
    // SAFETY: these are the elements of a view that `Layout::view` made of `base`.
    let mut view = unsafe {
        ndarray::ArrayViewMutD::from_shape_ptr(IxDyn(shape).strides(IxDyn(&positive)), ptr)
    };
    for (axis, _) in strides.iter().enumerate().filter(|(_, s)| **s < 0) {
        view.invert_axis(Axis(axis));
    }
    view
}

fn random<T: Draw>(src: &Layout, filter: &Layout, out: &Layout, seed: u64) {
    let mut rng = Rng(seed);
    let mut out = out.with_shape(&src.shape);
    out.steps.iter_mut().for_each(|s| *s = if *s == 0 { 1 } else { *s });
    let border = borders(T::draw(&mut rng))[rng.below(5)];
    let origin = origins(&mut rng, &filter.shape);
    let mut taps = rng.clone();
    src.with(
        |_| T::draw(&mut rng),
        |src| {
            filter.with(
                |_| T::draw_tap(&mut taps),
                |filter| check(&src, &filter, border, &origin, &out),
            );
        },
    );
}

/// Layouts of an array, of a filter and of an output with the same number of axes.
fn layouts() -> impl Strategy<Value = (Layout, Layout, Layout)> {
    (0..5usize).prop_flat_map(|n| {
        let filter = if n < 4 { 1..6 } else { 1..4 };
        (layout(Just(n), 0..10), layout(Just(n), filter), layout(Just(n), 1..2))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..Default::default() })]

    #[test]
    fn s5_random_layouts_give_the_naive_bits((src, filter, out) in layouts(), seed: u64) {
        random::<f32>(&src, &filter, &out, seed);
        random::<f64>(&src, &filter, &out, seed);
        random::<u8>(&src, &filter, &out, seed);
        random::<i8>(&src, &filter, &out, seed);
        random::<u16>(&src, &filter, &out, seed);
        random::<i16>(&src, &filter, &out, seed);
        random::<i32>(&src, &filter, &out, seed);
    }
}

/// Lines that are cut into blocks, with ends and middles.
#[test]
fn wide_lines_give_the_naive_bits() {
    let mut rng = Rng(1);
    let cases: &[(&[usize], &[usize])] = &[
        (&[300], &[7]),
        (&[9001], &[12]),
        (&[1300], &[701]),
        (&[3, 9000], &[3, 5]),
        (&[3, 4200], &[17, 3]),
        (&[9, 700], &[5, 129]),
        (&[200, 3, 2], &[5, 2, 1]),
        (&[2, 700, 3], &[2, 5, 1]),
        (&[4, 2, 300, 2, 2], &[1, 2, 3, 1, 1]),
        (&[70, 130], &[1, 1]),
    ];
    for (shape, filter) in cases {
        for f_order in [false, true] {
            let mut src = Layout::c(shape);
            if f_order {
                src.order.reverse();
            }
            let filter = Layout::c(filter);
            for border in 0..5 {
                let mut rng = rng.clone();
                let border = borders(f32::draw(&mut rng))[border];
                let origin = origins(&mut rng, &filter.shape);
                let mut taps = rng.clone();
                src.with(
                    |_| f32::draw(&mut rng),
                    |src| {
                        filter.with(
                            |_| f32::draw(&mut taps),
                            |filter| check(&src, &filter, border, &origin, &Layout::c(shape)),
                        );
                    },
                );
            }
            rng.next();
        }
    }
}

#[test]
fn n6_same_bits_everywhere() {
    let mut rng = Rng(6);
    let src = ArrayD::from_shape_simple_fn(IxDyn(&[23, 171]), || f32::draw(&mut rng));
    let wide = ArrayD::from_shape_simple_fn(IxDyn(&[9003]), || f64::draw(&mut rng));
    let bytes = ArrayD::from_shape_simple_fn(IxDyn(&[33, 21, 3]), || u8::draw(&mut rng));
    let f2 = ArrayD::from_shape_simple_fn(IxDyn(&[4, 5]), || f32::draw(&mut rng));
    let f1 = ArrayD::from_shape_simple_fn(IxDyn(&[11]), || f64::draw(&mut rng));
    let f3 = ArrayD::from_shape_simple_fn(IxDyn(&[3, 3, 1]), || u8::draw_tap(&mut rng));
    let helped = swath::testing::helped();
    for i in 0..5 {
        same_bits_everywhere(format!("border {i}"), || {
            let mut bits = bits_of(&conv::correlate(&src, &f2, borders(0.5)[i]).unwrap());
            bits.extend(bits_of(&conv::convolve(&src.t(), &f2, borders(0.5)[i]).unwrap()));
            bits.extend(bits_of(&conv::correlate(&wide, &f1, borders(0.5)[i]).unwrap()));
            bits.extend(bits_of(&conv::correlate(&bytes, &f3, borders(7)[i]).unwrap()));
            let (a, b) = (arr1(&[1.0f32, 0.5, 0.25, -3.0]), arr1(&[0.1f32, 0.7, 0.2]));
            bits.extend(bits_of(&conv::separable(&src, &[&a, &b], borders(0.5)[i]).unwrap()));
            bits.extend(bits_of(&conv::separable(&src.t(), &[&a, &b], borders(0.5)[i]).unwrap()));
            bits
        });
    }
    assert!(swath::testing::helped() > helped, "no second thread took a chunk");
}

/// Tiles and what is left of them: every width, on every tier.
#[test]
fn n6_every_width_gives_the_naive_bits_on_every_tier() {
    fn bits<T: Draw>(taps: &[usize], cols: usize) -> Vec<u64> {
        let mut rng = Rng(cols as u64);
        let mut bits = Vec::new();
        for rows in [1, 3, 4, 9] {
            let shape = IxDyn(&[rows, cols]);
            let src = ArrayD::from_shape_simple_fn(shape, || T::draw(&mut rng));
            let filter = ArrayD::from_shape_simple_fn(IxDyn(taps), || T::draw_tap(&mut rng));
            let got = conv::correlate(&src, &filter, Border::Mirror).unwrap();
            let before: Vec<_> = taps.iter().map(|k| k / 2).collect();
            let expected = naive::correlate(&src.view(), &filter.view(), &before, Beyond::Mirror);
            assert_same_bits(&got, &expected, format!("{taps:?} on {rows} x {cols}"));
            bits.extend(bits_of(&got));
        }
        bits
    }
    let widths = [47, 48, 49, 63, 64, 65, 79, 80, 81, 96, 100, 127, 128, 129, 257, 321];
    for cols in (1..36).chain(widths) {
        same_bits_everywhere(format!("{cols} columns"), || {
            let mut all = bits::<f32>(&[3, 3], cols);
            all.extend(bits::<f32>(&[5, 2], cols));
            all.extend(bits::<f32>(&[2, 1], cols));
            all.extend(bits::<f64>(&[4, 3], cols));
            all.extend(bits::<u8>(&[3, 3], cols));
            all.extend(bits::<i16>(&[3, 2], cols));
            all.extend(bits::<i32>(&[3, 1], cols));
            // Long runs, which AVX-512 takes another way.
            all.extend(bits::<f32>(&[1, 49], cols));
            all.extend(bits::<f64>(&[1, 40], cols));
            all.extend(bits::<u8>(&[1, 66], cols));
            all
        });
    }
}

/// Sums of integers at the ends of what each register holds exactly.
#[test]
fn n5_integer_sums_are_exact_at_every_size() {
    let mut rng = Rng(55);
    for shift in 0..31 {
        let tap = 1i32 << shift;
        let filter = array![[tap, -tap + 1, 1], [-1, tap - 1, -tap], [1, 0, -1]].into_dyn();
        macro_rules! exact {
            ($($t:ty)*) => {$(
                let src = ArrayD::from_shape_simple_fn(IxDyn(&[9, 70]), || {
                    [<$t>::MIN, <$t>::MAX, <$t>::MAX - 1, 1][rng.below(4)]
                });
                let got = conv::correlate(&src, &filter, Border::Wrap).unwrap();
                let expected =
                    naive::correlate(&src.view(), &filter.view(), &[1, 1], Beyond::Wrap);
                assert_same_bits(&got, &expected, format!("taps of 2^{shift}"));
            )*};
        }
        exact!(u8 i8 u16 i16);
        if shift < 29 {
            exact!(i32);
        }
    }
}

/// Along one axis: the same as a filter of length 1 along the others.
#[test]
fn one_axis_is_a_filter_of_length_one_along_the_others() {
    let mut rng = Rng(2);
    for shape in [vec![7], vec![5, 70], vec![4, 3, 6], vec![2, 3, 2, 9]] {
        let src = ArrayD::from_shape_simple_fn(IxDyn(&shape), || f64::draw(&mut rng));
        for axis in 0..shape.len() {
            for k in [1, 2, 3, 8, 21] {
                let taps = Array1::from_shape_simple_fn(k, || f64::draw(&mut rng));
                let mut full = vec![1; shape.len()];
                full[axis] = k;
                let full = taps.clone().into_shape_with_order(IxDyn(&full)).unwrap();
                let shift = rng.below(k) as isize - k as isize / 2;
                let mut origin = vec![0; shape.len()];
                origin[axis] = shift;
                for border in borders(0.25) {
                    let one = Options::new().border(border).origin(shift);
                    let all = Options::new().border(border).origin(origin.clone());
                    let context = format!("{shape:?} axis {axis} k {k} {border:?}");
                    let expected = conv::correlate(&src, &full, all.clone()).unwrap();
                    let got = conv::correlate1d(&src, &taps, axis, one.clone()).unwrap();
                    assert_same_bits(&got, &expected, &context);
                    let mut out = got.t().to_owned();
                    let mut out = out.view_mut().reversed_axes();
                    conv::correlate1d_into(&src, &taps, axis, one.clone(), &mut out).unwrap();
                    assert_same_bits(&out, &expected, &context);
                    // An even filter along the other axes has one tap: no shift there.
                    let expected = conv::convolve(&src, &full, all).unwrap();
                    let got = conv::convolve1d(&src, &taps, axis, one.clone()).unwrap();
                    assert_same_bits(&got, &expected, &context);
                    conv::convolve1d_into(&src, &taps, axis, one, &mut out).unwrap();
                    assert_same_bits(&out, &expected, &context);
                }
            }
        }
    }
}

/// Two axes in one pass through memory: the same bits as one after the other.
#[test]
fn separable_is_one_axis_after_the_other() {
    let mut rng = Rng(3);
    let cases: &[(&[usize], &[usize])] = &[
        (&[50], &[5]),
        (&[1, 9], &[3, 4]),
        (&[9, 1], &[3, 4]),
        (&[6, 5], &[11, 14]),
        (&[30, 200], &[7, 9]),
        (&[3, 9100], &[4, 33]),
        (&[60, 1300], &[151, 8]),
        (&[20, 90, 3], &[3, 5, 1]),
        (&[9, 8, 7], &[4, 2, 3]),
        (&[3, 4, 5, 6], &[2, 3, 2, 3]),
        (&[2, 1500], &[1, 1]),
    ];
    for (shape, lengths) in cases {
        let filters: Vec<_> = lengths
            .iter()
            .map(|&k| Array1::from_shape_simple_fn(k, || f32::draw(&mut rng)))
            .collect();
        let filters: Vec<_> = filters.iter().map(|f| &**f).collect();
        for layout in [0, 1, 2] {
            let mut src = ArrayD::from_shape_simple_fn(IxDyn(shape), || f32::draw(&mut rng));
            match layout {
                1 => src = src.t().as_standard_layout().into_owned().reversed_axes(),
                2 => src.invert_axis(Axis(shape.len() - 1)),
                _ => {}
            }
            let origin = origins(&mut rng, lengths);
            for border in borders(0.25) {
                let mut expected = src.clone();
                for (axis, filter) in filters.iter().enumerate() {
                    let options = Options::new().border(border).origin(origin[axis]);
                    expected = conv::correlate1d(&expected, *filter, axis, options).unwrap();
                }
                let options = Options::new().border(border).origin(&*origin);
                let got = conv::separable(&src, &filters, options.clone()).unwrap();
                let context = format!("{shape:?} by {lengths:?} {border:?} layout {layout}");
                assert_same_bits(&got, &expected, &context);
                let mut out = ArrayD::zeros(src.t().raw_dim());
                let mut out = out.view_mut().reversed_axes();
                conv::separable_into(&src, &filters, options, &mut out).unwrap();
                assert_same_bits(&out, &expected, &context);
            }
        }
    }
}

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

/// A border, and what SciPy gives for each of the three calls.
type Golden = (Border<f64>, [f64; 15], [f64; 15], [f64; 3]);

/// Whole numbers and halves, so that every order of additions is exact. With
/// SciPy 1.17, `mode` each border and `cval=2.5`:
/// ```python
/// correlate([[3,1,4,1,5],[9,2,6,5,3],[5,8,9,7,9]], [[1,2],[0,-1],[3,1]])
/// convolve(.., origin=(1,-1)) of the same
/// correlate1d([1,2,4], [1,2,3,4,5,6,7,8,9], origin=-2)
/// ```
#[test]
#[expect(clippy::too_many_lines, reason = "a table of golden values")]
fn borders_and_origins_are_scipys() {
    let a = array![[3.0, 1.0, 4.0, 1.0, 5.0], [9.0, 2.0, 6.0, 5.0, 3.0], [5.0, 8.0, 9.0, 7.0, 9.0]];
    let f = array![[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]];
    let (short, long) = (array![1.0, 2.0, 4.0], Array1::range(1.0, 10.0, 1.0));
    let cases: [Golden; 5] = [
        (
            Border::Reflect,
            [
                42.0, 33.0, 17.0, 28.0, 24.0, 20.0, 26.0, 36.0, 35.0, 38.0, 42.0, 28.0, 38.0, 43.0,
                32.0,
            ],
            [
                18.0, 15.0, 36.0, 26.0, 34.0, 46.0, 28.0, 37.0, 37.0, 30.0, 42.0, 44.0, 37.0, 38.0,
                40.0,
            ],
            [90.0, 90.0, 108.0],
        ),
        (
            Border::Mirror,
            [
                32.0, 41.0, 22.0, 38.0, 24.0, 27.0, 26.0, 36.0, 35.0, 38.0, 30.0, 34.0, 17.0, 32.0,
                20.0,
            ],
            [
                29.0, 15.0, 36.0, 26.0, 34.0, 34.0, 30.0, 22.0, 29.0, 20.0, 26.0, 27.0, 39.0, 33.0,
                36.0,
            ],
            [110.0, 106.0, 95.0],
        ),
        (
            Border::Nearest,
            [
                42.0, 33.0, 17.0, 28.0, 24.0, 20.0, 26.0, 36.0, 35.0, 38.0, 42.0, 28.0, 38.0, 43.0,
                32.0,
            ],
            [
                18.0, 15.0, 36.0, 26.0, 34.0, 46.0, 28.0, 37.0, 37.0, 30.0, 30.0, 42.0, 52.0, 46.0,
                50.0,
            ],
            [154.0, 165.0, 173.0],
        ),
        (
            Border::Wrap,
            [
                34.0, 49.0, 34.0, 45.0, 38.0, 34.0, 26.0, 36.0, 35.0, 38.0, 34.0, 15.0, 12.0, 22.0,
                10.0,
            ],
            [
                34.0, 15.0, 36.0, 26.0, 34.0, 34.0, 17.0, 18.0, 21.0, 14.0, 34.0, 46.0, 44.0, 43.0,
                46.0,
            ],
            [102.0, 99.0, 114.0],
        ),
        (
            Border::Constant(2.5),
            [
                21.0, 35.5, 15.5, 29.5, 20.5, 12.0, 26.0, 36.0, 35.0, 38.0, 25.5, 15.0, 15.0, 19.0,
                12.0,
            ],
            [
                19.0, 15.0, 36.0, 26.0, 34.0, 34.5, 17.5, 19.5, 19.5, 14.5, 22.5, 34.0, 40.0, 35.0,
                39.0,
            ],
            [113.5, 114.0, 114.5],
        ),
    ];
    for (border, correlated, convolved, one) in cases {
        let got = conv::correlate(&a, &f, border).unwrap();
        assert_same_bits(&got, &correlated, format!("correlate {border:?}"));
        let options = Options::new().border(border).origin([1, -1]);
        let got = conv::convolve(&a, &f, options).unwrap();
        assert_same_bits(&got, &convolved, format!("convolve {border:?}"));
        let options = Options::new().border(border).origin(-2);
        let got = conv::correlate1d(&short, &long, 0, options).unwrap();
        assert_same_bits(&got, &one, format!("correlate1d {border:?}"));
    }
}

/// What `correlate_cast` must be: products and sums rounded one by one, in order.
fn naive_cast(
    src: &ArrayD<i16>,
    taps: &ArrayD<f64>,
    before: &[usize],
    beyond: Beyond<f64>,
) -> ArrayD<f64> {
    ArrayD::from_shape_fn(src.raw_dim(), |at| {
        let mut sum = 0.0;
        for (tap_at, &tap) in taps.indexed_iter() {
            let mut place = Some(at.clone());
            for d in 0..src.ndim() {
                let wanted = (at[d] + tap_at[d]) as isize - before[d] as isize;
                let found = beyond.index(wanted, src.shape()[d] as isize);
                place = place.zip(found).map(|(mut place, at)| {
                    place[d] = at as usize;
                    place
                });
            }
            let constant = if let Beyond::Constant(value) = beyond { value } else { 0.0 };
            let x = place.map_or(constant, |place| f64::from(src[place]));
            let product = x * tap;
            sum += product;
        }
        sum
    })
}

#[test]
fn sums_in_f64_are_rounded_one_by_one_and_cast() {
    let mut rng = Rng(77);
    for (shape, taps) in [
        (vec![3000], vec![5]),
        (vec![40, 1500], vec![3, 4]),
        (vec![9, 8, 7], vec![2, 3, 30]),
        (vec![1, 6], vec![4, 1]),
        (vec![5, 0], vec![3, 3]),
    ] {
        let src = ArrayD::from_shape_simple_fn(shape.clone(), || rng.next() as i16);
        let filter = ArrayD::from_shape_simple_fn(taps.clone(), || 0.3 * rng.unit());
        for border in borders(2.25) {
            let origin = origins(&mut rng, &taps);
            let options = || Options::new().border(border).origin(&origin[..]);
            let pairs = origin.iter().zip(&taps);
            let before: Vec<_> = pairs.map(|(&o, &k)| naive::before_correlating(k, o)).collect();
            let expected = naive_cast(&src, &filter, &before, beyond(border));
            let context = format!("{shape:?} {taps:?} {border:?} {origin:?}");
            let mut out = ArrayD::<f64>::zeros(shape.clone());
            conv::correlate_cast(&src, &filter, options(), &mut out).unwrap();
            assert_same_bits(&out, &expected, &context);
            // Turned, and into integers: towards zero, modulo 256.
            let turned = src.t();
            let (mut small, filter) = (ArrayD::<u8>::zeros(turned.raw_dim()), filter.t());
            let origin: Vec<isize> = origin.iter().rev().copied().collect();
            let options = Options::new().border(border).origin(&origin[..]);
            conv::correlate_cast(&turned, &filter, options, &mut small).unwrap();
            let cast = expected.t().mapv(|x| x as i32 as u8);
            // Added in the order of the turned filter: at most one off.
            for (got, wanted) in small.iter().zip(&cast) {
                let apart = got.wrapping_sub(*wanted);
                assert!([0, 1, 255].contains(&apart), "{context}: {got} {wanted}");
            }
            same_bits_everywhere(&context, || {
                let mut out = ArrayD::<f64>::zeros(shape.clone());
                conv::correlate_cast(&src, &filter.t(), Options::from(border), &mut out).unwrap();
                bits_of(&out)
            });
        }
    }
}

#[test]
fn pairs_are_added_before_they_are_weighted() {
    let src = array![3i32, 1, 4, 1, 5, 9, 2, 6];
    let mut out = Array1::<f64>::zeros(8);
    let pad = |i: isize| f64::from(src[i.clamp(0, 7) as usize]);
    for (taps, expected) in [
        (
            arr1(&[0.1, 0.7, 0.1]),
            (|l, m, r| 0.0 + m * 0.7 + (l + r) * 0.1) as fn(f64, f64, f64) -> f64,
        ),
        (arr1(&[-0.3, 0.1, 0.3]), |l, m, r| 0.0 + m * 0.1 + (l - r) * -0.3),
        (arr1(&[0.1, 0.7, 0.2]), |l, m, r| 0.0 + r * 0.2 + l * 0.1 + m * 0.7),
    ] {
        conv::correlate1d_cast(&src, &taps, 0, 3.0, Border::Nearest, &mut out).unwrap();
        for (i, got) in out.iter().enumerate() {
            let i = i as isize;
            assert_eq!(*got, expected(pad(i - 1), pad(i), pad(i + 1)) / 3.0);
        }
    }
    let error = conv::correlate1d_cast(&src, &arr1(&[]), 0, 1.0, Options::new(), &mut out);
    assert!(matches!(error, Err(Error::Empty { operand: "filter", .. })));
    let error = conv::correlate1d_cast(&src, &arr1(&[1.0]), 1, 1.0, Options::new(), &mut out);
    assert!(matches!(error, Err(Error::Axis { axis: 1, .. })));
    let far = Options::new().origin(2);
    let error = conv::correlate1d_cast(&src, &arr1(&[1.0, 1.0]), 0, 1.0, far, &mut out);
    assert!(matches!(error, Err(Error::Value { option: "origin", .. })));
    let mut short = Array1::<u8>::zeros(7);
    let error = conv::correlate1d_cast(&src, &arr1(&[1.0]), 0, 1.0, Options::new(), &mut short);
    assert!(matches!(error, Err(Error::Shape { operand: "out", .. })));
}
