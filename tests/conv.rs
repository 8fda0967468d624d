//! Convolution and correlation: against the naive filters, bit for bit, and
//! against values from SciPy.

#[path = "conv/cast.rs"]
mod cast;
mod common;
#[path = "conv/faults.rs"]
mod faults;
#[path = "conv/scipy.rs"]
mod scipy;

use common::{Bits, Layout, Rng, assert_same_bits, bits_of, layout, same_bits_everywhere};
use ndarray::{
    Array1, Array2, ArrayD, ArrayRef2, ArrayView2, ArrayViewD, Axis, Ix2, IxDyn, LayoutRef,
    ShapeBuilder, arr1, array, s,
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

/// Large results are stored past the cache, from whole cache lines on: wherever they begin, and
/// whether or not their lines lie whole cache lines apart.
#[test]
fn large_results_are_those_of_their_parts() {
    let mut rng = Rng(99);
    let filter = Array2::from_shape_simple_fn((3, 3), || rng.unit() as f32);
    let wide = Array2::from_shape_simple_fn((5, 1), || rng.unit() as f32);
    let along = Array2::from_shape_simple_fn((1, 5), || rng.unit() as f32);
    for cols in [2048, 2051] {
        let src = Array2::from_shape_simple_fn((2100, cols), || rng.unit() as f32);
        for (start, end) in [(0, cols), (1, cols), (7, cols - 5), (16, cols)] {
            let part = src.slice(s![.., start..end]);
            let mut room = Array2::<f32>::zeros((2100, cols));
            let mut out = room.slice_mut(s![.., start..end]);
            for filter in [&filter, &wide, &along] {
                conv::correlate_into(&part, filter, Border::Mirror, &mut out).unwrap();
                // Of few lines at a time, which are small.
                for line in [0, 1, 700, 2095] {
                    let (from, to) = (line.max(5) - 5, (line + 10).min(2100));
                    let few = part.slice(s![from..to, ..]);
                    let few = conv::correlate(&few, filter, Border::Mirror).unwrap();
                    let context = format!("{cols} {start} {line}");
                    assert_same_bits(out.row(line), few.row(line - from), context);
                }
            }
        }
    }
}
