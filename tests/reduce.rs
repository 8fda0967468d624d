//! Reductions against the naive version, bit for bit: layouts, tiers, faults.

mod common;

use common::{Bits, Layout, Rng, assert_same_bits, bits_of, layout, same_bits_everywhere, tiers};
use ndarray::{
    Array, Array1, Array2, ArrayD, ArrayView1, ArrayViewD, Axis, IxDyn, ShapeBuilder, s,
};
use num_traits::Float;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use swath::reduce::{self, Norm, Reduce, ReduceFloat};
use swath::reference::reduce::{self as naive, Item};
use swath::{Error, testing};

/// An element type in tests: made from random numbers.
trait Any: Reduce + Bits + Item<Sum = <Self as Reduce>::Sum, Mean = <Self as Reduce>::Mean>
where
    <Self as Reduce>::Sum: Bits,
    <Self as Reduce>::Mean: Bits,
{
    fn any(rng: &mut Rng) -> Self;
}
macro_rules! any_float {
    ($($t:ident)*) => {$(impl Any for $t {
        /// Magnitudes over 12 orders, some of them zeros of both signs.
        fn any(rng: &mut Rng) -> $t {
            let x = rng.unit() * 10f64.powi(rng.below(12) as i32 - 6);
            match rng.below(40) {
                0 => 0.0,
                1 => -0.0,
                _ => x as $t,
            }
        }
    })*};
}
any_float!(f32 f64);
macro_rules! any_integer {
    ($($t:ident)*) => {$(impl Any for $t {
        /// All bits, the ends often.
        fn any(rng: &mut Rng) -> $t {
            match rng.below(8) {
                0 => $t::MIN,
                1 => $t::MAX,
                _ => rng.next() as $t,
            }
        }
    })*};
}
any_integer!(i8 i16 i32 i64 u8 u16 u32 u64);
impl Any for bool {
    fn any(rng: &mut Rng) -> bool {
        rng.below(3) > 0
    }
}

/// Runs a generic function for every element type.
macro_rules! every_type {
    ($f:ident $(, $arg:expr)*) => {
        $f::<f32>($($arg),*); $f::<f64>($($arg),*);
        $f::<i8>($($arg),*); $f::<i16>($($arg),*); $f::<i32>($($arg),*); $f::<i64>($($arg),*);
        $f::<u8>($($arg),*); $f::<u16>($($arg),*); $f::<u32>($($arg),*); $f::<u64>($($arg),*);
        $f::<bool>($($arg),*);
    };
}

fn random<T: Any>(n: usize, seed: u64) -> Vec<T>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    let mut rng = Rng(seed);
    (0..n).map(|_| T::any(&mut rng)).collect()
}

/// The whole reductions of a view (dot only of vectors), as bits.
fn whole_bits<T: Any>(a: &ArrayViewD<'_, T>, b: &ArrayViewD<'_, T>) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    let mut bits = vec![reduce::sum(a).bits(), reduce::mean(a).bits(), reduce::prod(a).bits()];
    bits.extend([reduce::var(a, 0.0).bits(), reduce::std(a, 1.0).bits()]);
    bits.extend([reduce::any(a).bits(), reduce::all(a).bits(), reduce::count_nonzero(a).bits()]);
    if !a.is_empty() {
        bits.extend([reduce::min(a).unwrap().bits(), reduce::max(a).unwrap().bits()]);
        let (least, greatest) = reduce::min_max(a).unwrap();
        bits.extend([least.bits(), greatest.bits()]);
        bits.extend([reduce::argmin(a).unwrap().bits(), reduce::argmax(a).unwrap().bits()]);
    }
    if a.ndim() == 1 {
        let (a, b) = (to_1d(a), to_1d(b));
        bits.push(reduce::dot(&a, &b).unwrap().bits());
    }
    bits
}

fn to_1d<'a, T>(a: &'a ArrayViewD<'_, T>) -> ArrayView1<'a, T> {
    a.view().into_dimensionality().unwrap()
}

fn naive_whole_bits<T: Any>(a: &ArrayViewD<'_, T>, b: &ArrayViewD<'_, T>) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    let items = naive::in_memory_order(a);
    let mut bits = vec![naive::sum(a).bits(), naive::mean(a).bits(), naive::prod(a).bits()];
    bits.extend([naive::var(a, 0.0, false).bits(), naive::var(a, 1.0, true).bits()]);
    let count = naive::count_nonzero(&items);
    bits.extend([(count > 0).bits(), (count == items.len()).bits(), count.bits()]);
    if !items.is_empty() {
        let ends = [naive::extreme(&items, false).bits(), naive::extreme(&items, true).bits()];
        bits.extend(ends.into_iter().chain(ends));
        let by_index: Vec<T> = a.iter().copied().collect();
        bits.extend([false, true].map(|greatest| naive::place(&by_index, greatest).bits()));
    }
    if a.ndim() == 1 {
        bits.push(naive::dot(a, b).bits());
    }
    bits
}

/// The reductions along one axis, as bits.
fn axis_bits<T: Any>(a: &ArrayViewD<'_, T>, b: &ArrayViewD<'_, T>, axis: usize) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    axes_bits(a, b, &[axis])
}

/// The reductions along some axes, as bits.
fn axes_bits<T: Any>(a: &ArrayViewD<'_, T>, b: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    let mut bits = bits_of(&reduce::sum_axis(a, axes).unwrap());
    bits.extend(bits_of(&reduce::mean_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::prod_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::var_axis(a, axes, 0.0).unwrap()));
    bits.extend(bits_of(&reduce::std_axis(a, axes, 1.0).unwrap()));
    bits.extend(bits_of(&reduce::dot_axis(a, b, axes).unwrap()));
    bits.extend(bits_of(&reduce::any_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::all_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::count_nonzero_axis(a, axes).unwrap()));
    if axes.iter().all(|&axis| a.shape()[axis] > 0) {
        bits.extend(bits_of(&reduce::min_axis(a, axes).unwrap()));
        bits.extend(bits_of(&reduce::max_axis(a, axes).unwrap()));
        for [least, greatest] in reduce::min_max_axis(a, axes).unwrap() {
            bits.extend([least.bits(), greatest.bits()]);
        }
        bits.extend(bits_of(&reduce::argmin_axis(a, axes).unwrap()));
        bits.extend(bits_of(&reduce::argmax_axis(a, axes).unwrap()));
    }
    bits
}

fn naive_axis_bits<T: Any>(a: &ArrayViewD<'_, T>, b: &ArrayViewD<'_, T>, axis: usize) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    naive_axes_bits(a, b, &[axis])
}

fn naive_axes_bits<T: Any>(a: &ArrayViewD<'_, T>, b: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
    <T as Reduce>::Mean: Bits,
{
    let n: usize = axes.iter().map(|&axis| a.shape()[axis]).product();
    let mut bits = bits_of(&naive::sum_axis(a, axes));
    bits.extend(bits_of(&naive::mean_axis(a, axes)));
    bits.extend(bits_of(&naive::prod_axis(a, axes)));
    bits.extend(bits_of(&naive::var_axis(a, axes, 0.0, false)));
    bits.extend(bits_of(&naive::var_axis(a, axes, 1.0, true)));
    bits.extend(bits_of(&naive::dot_axis(a, b, axes)));
    let count = naive::count_nonzero_axis(a, axes);
    bits.extend(count.iter().map(|&count| (count > 0).bits()));
    bits.extend(count.iter().map(|&count| (count == n).bits()));
    bits.extend(bits_of(&count));
    if n > 0 {
        let ends = [false, true].map(|greatest| naive::extreme_axis(a, axes, greatest));
        bits.extend(bits_of(&ends[0]));
        bits.extend(bits_of(&ends[1]));
        bits.extend(ends[0].iter().zip(&ends[1]).flat_map(|(a, b)| [a.bits(), b.bits()]));
        bits.extend(bits_of(&naive::place_axis(a, axes, false)));
        bits.extend(bits_of(&naive::place_axis(a, axes, true)));
    }
    bits
}

/// Every set of axes of an array of so many.
fn sets_of_axes(ndim: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..1usize << ndim).map(move |set| (0..ndim).filter(|axis| set >> axis & 1 == 1).collect())
}

// ---- order ------------------------------------------------------------------

#[test]
fn every_length_and_offset_on_every_tier() {
    fn check<T: Any>(tiers: &[&str])
    where
        <T as Reduce>::Sum: Bits,
        <T as Reduce>::Mean: Bits,
    {
        let mut lengths: Vec<usize> = (0..=3 * 64 + 1).collect();
        lengths.extend([2047, 2048, 2049, 4095, 4096, 4097, 8191, 8193, 5 * 4096 + 17, 33_000]);
        let values = random::<T>(33_100, 1);
        let others = random::<T>(33_100, 2);
        for n in lengths {
            let offsets = if n < 70 { 0..64 / size_of::<T>() } else { 0..2 };
            for offset in offsets {
                let a = ArrayViewD::from_shape(IxDyn(&[n]), &values[offset..offset + n]).unwrap();
                let b = ArrayViewD::from_shape(IxDyn(&[n]), &others[1..=n]).unwrap();
                let expected = naive_whole_bits(&a, &b);
                for tier in tiers {
                    testing::set_tier(tier);
                    let name = std::any::type_name::<T>();
                    let got = whole_bits(&a, &b);
                    assert_eq!(got, expected, "{tier}: {n} elements of {name} from {offset}");
                }
            }
        }
    }
    let tiers = tiers();
    every_type!(check, &tiers);
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn sequences_and_columns_of_every_length() {
    fn check<T: Any>()
    where
        <T as Reduce>::Sum: Bits,
        <T as Reduce>::Mean: Bits,
    {
        for n in
            [0, 1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 257, 640, 2100, 4097]
        {
            for kept in [1, 2, 3, 7, 33] {
                let a = Array2::from_shape_vec((n, kept), random::<T>(n * kept, 3)).unwrap();
                let b = Array2::from_shape_vec((n, kept), random::<T>(n * kept, 4)).unwrap();
                let (a, b) = (a.into_dyn(), b.into_dyn());
                for (a, b) in [(a.view(), b.view()), (a.t(), b.t()), (a.view(), a.view())] {
                    for axis in 0..2 {
                        assert_eq!(
                            axis_bits(&a, &b, axis),
                            naive_axis_bits(&a, &b, axis),
                            "{:?} {:?} axis {axis} of {}",
                            a.shape(),
                            a.strides(),
                            std::any::type_name::<T>()
                        );
                    }
                }
            }
        }
    }
    every_type!(check);
}

#[test]
fn wide_rows_are_cut_into_tiles() {
    for (n, kept) in [(300, 2500), (3, 70_000), (9000, 40), (20_000, 3)] {
        let a = Array2::from_shape_vec((n, kept), random::<f32>(n * kept, 5)).unwrap();
        let b = Array2::from_shape_vec((kept, n), random::<f32>(n * kept, 6)).unwrap();
        let (a, b) = (a.into_dyn(), b.reversed_axes().into_dyn());
        for axis in 0..2 {
            let context = format!("{n} {kept} axis {axis}");
            assert_eq!(
                axis_bits(&a.view(), &b.view(), axis),
                naive_axis_bits(&a.view(), &b.view(), axis),
                "{context}"
            );
        }
    }
}

/// Long enough for more than one round of chunks, and for chunks inside outputs.
#[test]
fn long_sequences_are_cut_into_subtrees() {
    let n = (1 << 20) + 12_345;
    let values = random::<f32>(2 * n, 7);
    let a = ArrayViewD::from_shape(IxDyn(&[2, n]), &values).unwrap();
    same_bits_everywhere("a long vector", || {
        let mut bits = vec![reduce::sum(&values[..].as_view()).bits()];
        bits.extend(bits_of(&reduce::sum_axis(&a, 1).unwrap()));
        bits
    });
    assert_same_bits(&reduce::sum_axis(&a, 1).unwrap(), &naive::sum_axis(&a, &[1]), "two rows");
    let strided = a.slice(s![.., ..;3]).into_dyn();
    assert_eq!(reduce::sum(&strided).bits(), naive::sum(&strided).bits());
}

trait AsView<T> {
    fn as_view(&self) -> ArrayView1<'_, T>;
}
impl<T> AsView<T> for [T] {
    fn as_view(&self) -> ArrayView1<'_, T> {
        self.into()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn any_layout(at in layout(1..5usize, 0..9), seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let other = Layout { steps: at.steps.iter().rev().copied().collect(), ..at.clone() };
        let (base, base_b) = (at.base(&mut |_| f32::any(&mut rng)), other.base(&mut |_| f32::any(&mut Rng(seed ^ 1))));
        let (a, b) = (at.view(&base), other.view(&base_b));
        prop_assert_eq!(whole_bits(&a, &b), naive_whole_bits(&a, &b));
        for axes in sets_of_axes(a.ndim()) {
            prop_assert_eq!(axes_bits(&a, &b, &axes), naive_axes_bits(&a, &b, &axes), "axes {:?}", axes);
        }
        let base = at.base(&mut |_| i16::any(&mut rng));
        let a = at.view(&base);
        prop_assert_eq!(whole_bits(&a, &a), naive_whole_bits(&a, &a));
        for axes in sets_of_axes(a.ndim()) {
            prop_assert_eq!(axes_bits(&a, &a, &axes), naive_axes_bits(&a, &a, &axes), "axes {:?}", axes);
        }
    }

    #[test]
    fn several_axes_of_long_sides(at in layout(3..5usize, 5..14), seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let base = at.base(&mut |_| f32::any(&mut rng));
        let a = at.view(&base);
        for axes in sets_of_axes(a.ndim()) {
            prop_assert_eq!(axes_bits(&a, &a, &axes), naive_axes_bits(&a, &a, &axes), "axes {:?}", axes);
        }
    }

    #[test]
    fn any_layout_of_long_sides(at in layout(1..3usize, 100..400), seed in any::<u64>()) {
        let mut rng = Rng(seed);
        let base = at.base(&mut |_| f64::any(&mut rng));
        let a = at.view(&base);
        prop_assert_eq!(whole_bits(&a, &a), naive_whole_bits(&a, &a));
        for axis in 0..a.ndim() {
            prop_assert_eq!(axis_bits(&a, &a, axis), naive_axis_bits(&a, &a, axis), "axis {}", axis);
        }
    }

    #[test]
    fn into_any_layout(at in layout(2..4usize, 1..6), seed in any::<u64>(), axis in 0..2usize) {
        let mut rng = Rng(seed);
        let base = at.base(&mut |_| f32::any(&mut rng));
        let a = at.view(&base);
        let expected = reduce::sum_axis(&a, axis).unwrap();
        // An output that is stepped, reversed and in F order.
        let shape: Vec<usize> = expected.shape().iter().map(|n| 2 * n).collect();
        let mut room = ArrayD::from_elem(IxDyn(&shape).f(), 7.0f32);
        let mut out = room.view_mut();
        for i in 0..shape.len() {
            out.slice_axis_inplace(Axis(i), ndarray::Slice::new(0, None, -2));
        }
        reduce::sum_axis_into(&a, axis, &mut out).unwrap();
        assert_same_bits(&out, &expected, "into a stepped output");
        // No sum here is exactly 7: the other places are untouched.
        prop_assert_eq!(room.iter().filter(|x| **x != 7.0).count(), expected.len());
    }
}

#[test]
fn into_writes_only_its_own_places() {
    let a = Array2::<f64>::ones((5, 4));
    let mut room = Array1::from_elem(9, -1.0);
    let mut out = room.slice_mut(s![1..;2]);
    reduce::sum_axis_into(&a, 0, &mut out).unwrap();
    assert_eq!(room, ndarray::array![-1.0, 5.0, -1.0, 5.0, -1.0, 5.0, -1.0, 5.0, -1.0]);
    let mut out = Array1::zeros(5);
    reduce::mean_axis_into(&a, 1, &mut out).unwrap();
    assert_eq!(out, Array1::<f64>::ones(5));
    reduce::min_axis_into(&a, 1, &mut out).unwrap();
    reduce::max_axis_into(&a, 1, &mut out).unwrap();
    assert_eq!(out, Array1::<f64>::ones(5));
    reduce::dot_axis_into(&a, &a, 1, &mut out).unwrap();
    assert_eq!(out, Array1::from_elem(5, 4.0));
}

// ---- same bits --------------------------------------------------------------

#[test]
fn n6_same_bits_on_any_threads_and_tier() {
    fn check<T: Any>()
    where
        <T as Reduce>::Sum: Bits,
        <T as Reduce>::Mean: Bits,
    {
        let values = random::<T>(60_000, 8);
        let a = ArrayViewD::from_shape(IxDyn(&[60, 50, 20]), &values).unwrap();
        let mut b = a.clone().permuted_axes(IxDyn(&[2, 0, 1]));
        b.invert_axis(Axis(1));
        let line = ArrayViewD::from_shape(IxDyn(&[59_999]), &values[1..]).unwrap();
        let helped = same_bits_everywhere(std::any::type_name::<T>(), || {
            let mut bits = whole_bits(&line, &line);
            for view in [&a, &b] {
                bits.extend(whole_bits(view, view));
                for axes in sets_of_axes(3) {
                    bits.extend(axes_bits(view, view, &axes));
                }
            }
            bits
        });
        assert!(helped > 0, "no second thread took a chunk");
    }
    every_type!(check);
}

#[test]
fn n6_same_bits_when_shifted() {
    let values = random::<f32>(20_001, 9);
    let expected = reduce::sum(&values[..20_000].as_view()).bits();
    for shift in 1..17 {
        let mut moved = vec![0.0f32; shift];
        moved.extend_from_slice(&values[..20_000]);
        assert_eq!(reduce::sum(&moved[shift..].as_view()).bits(), expected, "shift {shift}");
    }
}

// ---- values -----------------------------------------------------------------

#[test]
fn n1_nan_position() {
    macro_rules! check {
        ($($t:ident)*) => {$(
            for n in 1..130 {
                let mut values = random::<$t>(n, 10);
                for at in 0..n {
                    for nan in [$t::NAN, -$t::NAN] {
                        let was = std::mem::replace(&mut values[at], nan);
                        let a = values[..].as_view();
                        let context = format!("{n} elements, NaN at {at}");
                        assert!(reduce::sum(&a).is_nan(), "sum: {context}");
                        assert!(reduce::mean(&a).is_nan(), "mean: {context}");
                        assert!(reduce::min(&a).unwrap().is_nan(), "min: {context}");
                        assert!(reduce::max(&a).unwrap().is_nan(), "max: {context}");
                        assert!(reduce::dot(&a, &a).unwrap().is_nan(), "dot: {context}");
                        let rows = a.broadcast((3, n)).unwrap();
                        for (axis, view) in [(1, rows), (0, rows.reversed_axes())] {
                            let min = reduce::min_axis(&view, axis).unwrap();
                            let max = reduce::max_axis(&view, axis).unwrap();
                            assert!(min.iter().chain(&max).all(|x| x.is_nan()), "axis: {context}");
                        }
                        let column = a.to_owned().insert_axis(Axis(1));
                        let columns = ndarray::concatenate![Axis(1), column, Array2::zeros((n, 2))];
                        let max = reduce::max_axis(&columns, 0).unwrap();
                        let min = reduce::min_axis(&columns, 0).unwrap();
                        assert!(max[0].is_nan() && max[1] == 0.0 && max[2] == 0.0, "{context}");
                        assert!(min[0].is_nan() && min[1] == 0.0 && min[2] == 0.0, "{context}");
                        values[at] = was;
                    }
                }
            }
        )*};
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check!(f32 f64);
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n2_infinities_are_not_hidden() {
    let inf = f64::INFINITY;
    for n in [2, 20, 200, 5000] {
        let mut a = Array1::<f64>::zeros(n);
        let mut b = Array1::<f64>::zeros(n);
        b[n / 2] = inf;
        assert!(reduce::dot(&a, &b).unwrap().is_nan(), "0 * inf");
        a[0] = inf;
        a[n - 1] = -inf;
        assert!(reduce::sum(&a).is_nan(), "inf - inf");
        assert_eq!(reduce::min(&a).unwrap(), -inf);
        assert_eq!(reduce::max(&a).unwrap(), inf);
        assert_eq!(reduce::sum(&b), inf);
        let all = Array1::from_elem(n, inf);
        assert_eq!(reduce::min(&all).unwrap(), inf);
        assert_eq!(reduce::max(&-&all).unwrap(), -inf);
    }
}

#[test]
fn n3_signed_zeros() {
    macro_rules! check {
        ($($t:ident)*) => {$(
            let none = Array1::<$t>::zeros(0);
            assert_eq!(reduce::sum(&none).to_bits(), (0.0 as $t).to_bits());
            assert_eq!(reduce::dot(&none, &none).unwrap().to_bits(), (0.0 as $t).to_bits());
            assert!(reduce::mean(&none).is_nan());
            for n in [1, 2, 3, 16, 17, 63, 64, 65, 100, 128, 129, 5000, 9000] {
                let negative = Array1::from_elem(n, -0.0 as $t);
                let minus = (-0.0 as $t).to_bits();
                assert_eq!(reduce::sum(&negative).to_bits(), minus, "{n}");
                assert_eq!(reduce::mean(&negative).to_bits(), minus, "{n}");
                let ones = Array1::ones(n);
                assert_eq!(reduce::dot(&negative, &ones).unwrap().to_bits(), minus, "{n}");
                let rows = negative.broadcast((3, n)).unwrap();
                assert!(reduce::sum_axis(&rows, 1).unwrap().iter().all(|x| x.to_bits() == minus));
                assert!(reduce::sum_axis(&rows, 0).unwrap().iter().all(|x| x.to_bits() == minus));
                for at in [0, n / 3, n - 1] {
                    let mut mixed = negative.clone();
                    mixed[at] = 0.0;
                    assert_eq!(reduce::sum(&mixed).to_bits(), 0, "{n} {at}");
                    assert_eq!(reduce::max(&mixed).unwrap().to_bits(), 0, "{n} {at}");
                    let least = reduce::min(&mixed).unwrap().to_bits();
                    assert_eq!(least, if n == 1 { 0 } else { minus }, "{n} {at}");
                    let mut mixed = -mixed;
                    assert_eq!(reduce::min(&mixed).unwrap().to_bits(), minus, "{n} {at}");
                    mixed[at] = 0.0;
                    assert_eq!(reduce::min(&mixed).unwrap().to_bits(), 0, "{n} {at}");
                }
            }
        )*};
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check!(f32 f64);
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n5_integers_widen_and_wrap() {
    for n in [1usize, 15, 16, 17, 300, 8192, 8193, 40_000] {
        let m = n as i64;
        assert_eq!(reduce::sum(&Array1::from_elem(n, i8::MIN)), -128 * m);
        assert_eq!(reduce::sum(&Array1::from_elem(n, i8::MAX)), 127 * m);
        assert_eq!(reduce::sum(&Array1::from_elem(n, u8::MAX)), 255 * n as u64);
        assert_eq!(reduce::sum(&Array1::from_elem(n, i16::MIN)), -32768 * m);
        assert_eq!(reduce::sum(&Array1::from_elem(n, u16::MAX)), 65535 * n as u64);
        assert_eq!(reduce::sum(&Array1::from_elem(n, i32::MIN)), i64::from(i32::MIN) * m);
        assert_eq!(reduce::sum(&Array1::from_elem(n, u32::MAX)), u64::from(u32::MAX) * n as u64);
        let (least, most) = (Array1::from_elem(n, i64::MIN), Array1::from_elem(n, u64::MAX));
        assert_eq!(reduce::sum(&least), i64::MIN.wrapping_mul(m));
        assert_eq!(reduce::sum(&most), u64::MAX.wrapping_mul(n as u64));
        assert_eq!(reduce::mean(&least), i64::MIN as f64);
        assert_eq!(reduce::mean(&most), u64::MAX as f64);
        assert_eq!(reduce::dot(&least, &least).unwrap(), 0);
        let a = Array1::from_elem(n, i8::MIN);
        assert_eq!(reduce::dot(&a, &a).unwrap(), 16384 * m);
        let a = Array1::from_elem(n, i32::MIN);
        assert_eq!(reduce::dot(&a, &a).unwrap(), (1i64 << 62).wrapping_mul(m));
        let a = Array1::from_elem(n, u16::MAX);
        assert_eq!(reduce::dot(&a, &a).unwrap(), 65535 * 65535 * n as u64);
    }
    let columns = Array2::from_elem((300, 40), i8::MIN);
    assert_eq!(reduce::sum_axis(&columns, 0).unwrap(), Array1::from_elem(40, -128 * 300));
    assert_eq!(
        reduce::dot_axis(&columns, &columns, 0).unwrap(),
        Array1::from_elem(40, 16384 * 300)
    );
    let columns = Array2::from_elem((300, 40), u16::MAX);
    assert_eq!(reduce::sum_axis(&columns, 0).unwrap(), Array1::from_elem(40, 65535 * 300));
}

/// The exact sum of `f32`s: each is a multiple of 2^-149, so integers of enough
/// bits hold it. Magnitudes here stay within 2^-60..2^40.
fn exact(values: &[f32]) -> (i128, i128) {
    let scale = 2f64.powi(60);
    values.iter().fold((0, 0), |(sum, size), &x| {
        let units = f64::from(x) * scale;
        assert_eq!(units, units.trunc());
        (sum + units as i128, size + units.abs() as i128)
    })
}

#[test]
fn n7_error_within_the_bound() {
    let scale = 2f64.powi(60);
    let u = f64::from(f32::EPSILON) / 2.0;
    for n in [1000usize, 4096, 50_000, 300_000] {
        let mut rng = Rng(n as u64);
        let mild: Vec<f32> = (0..n).map(|_| rng.unit() as f32).collect();
        let rising: Vec<f32> = (0..n).map(|i| 1.0 + i as f32 / 64.0).collect();
        // Large terms that cancel: what is left is the small ones.
        let cancelling: Vec<f32> =
            (0..n).map(|i| [1e9, rng.unit() as f32, -1e9, rng.unit() as f32][i % 4]).collect();
        let same = vec![0.1f32; n];
        for values in [mild, rising, cancelling, same] {
            let (sum, size) = exact(&values);
            let (sum, size) = (sum as f64 / scale, size as f64 / scale);
            let levels = f64::from((n as u32).ilog2());
            let whole = f64::from(reduce::sum(&values[..].as_view()));
            assert!((whole - sum).abs() <= (66.0 + levels) * u * size, "{n}: {whole} {sum} {size}");
            let column = Array2::from_shape_fn((n, 2), |(i, _)| values[i]);
            for got in reduce::sum_axis(&column, 0).unwrap() {
                let error = (f64::from(got) - sum).abs();
                assert!(error <= (128.0 + levels) * u * size, "{n}: {got} {sum} {size}");
            }
        }
    }
    // In order, 0.1 a million times is off by about 1 %; here it is not.
    let many = Array1::from_elem(1_000_000, 0.1f32);
    approx::assert_relative_eq!(reduce::sum(&many), 100_000.0, max_relative = 1e-6);
}

#[test]
fn n1_places_of_nan_infinities_and_zeros() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    for n in [1, 2, 5, 16, 17, 70, 300, 5000] {
        for at in [0, n / 2, n - 1] {
            for filler in [-inf, -1.0, 0.0, inf] {
                let mut a = Array1::from_elem(n, filler);
                assert_eq!(reduce::argmax(&a), Ok(0));
                assert_eq!(reduce::argmin(&a), Ok(0));
                a[at] = nan;
                assert_eq!(reduce::argmax(&a), Ok(at), "{n} {at} {filler}");
                assert_eq!(reduce::argmin(&a), Ok(at), "{n} {at} {filler}");
                let rows = ndarray::stack![Axis(1), a, a, a];
                assert_eq!(reduce::argmax_axis(&rows, 0).unwrap()[1], at, "{n} {at} {filler}");
                let (least, most) = reduce::min_max(&a).unwrap();
                assert!(least.is_nan() && most.is_nan());
            }
            // Zeros of both signs are equal: the first of them.
            let mut a = Array1::from_elem(n, 0.0f64);
            a[at] = -0.0;
            assert_eq!(reduce::argmin(&a), Ok(0));
            assert_eq!(reduce::argmax(&-a), Ok(0));
        }
    }
}

#[test]
fn n3_truth_of_zeros_and_nan() {
    for n in [1, 3, 16, 17, 129, 5000, 40_000] {
        let mut a = Array1::from_elem(n, -0.0f32);
        assert!(!reduce::any(&a) && !reduce::all(&a) && reduce::count_nonzero(&a) == 0);
        a[n - 1] = f32::NAN;
        assert!(reduce::any(&a) && reduce::all(&a) == (n == 1) && reduce::count_nonzero(&a) == 1);
        let b = Array1::from_elem(n, -f64::MIN_POSITIVE / 8.0);
        assert!(reduce::all(&b) && reduce::count_nonzero(&b) == n);
    }
}

/// Exact variances of integers, and the bound of the documentation for floats.
#[test]
fn n7_variance_within_the_bound() {
    for n in [2usize, 16, 17, 1000, 5000, 100_000] {
        for offset in [0.0, 1.0, 1e3, -1e6] {
            let mut rng = Rng(n as u64);
            let values: Vec<f64> = (0..n).map(|_| offset + rng.unit()).collect();
            let single: Vec<f32> = values.iter().map(|&x| x as f32).collect();
            let exact = |values: &[f64]| {
                // Deviations from the first element lose nothing here: 2^-52 apart at most
                // twenty binary orders. Integers of 2^-60 hold them.
                let units = |x: f64| ((x - values[0]) * 2f64.powi(50)).round() as i128;
                let sum: i128 = values.iter().map(|&x| units(x)).sum();
                let mean = sum as f64 / n as f64;
                let squares: f64 = values.iter().map(|&x| (units(x) as f64 - mean).powi(2)).sum();
                squares / n as f64 * 2f64.powi(-100)
            };
            let bound = |var: f64, u: f64| {
                let levels = (n as f64).log2();
                (200.0 + levels) * u * var * (1.0 + offset.abs() / var.sqrt())
            };
            let (expected, u) = (exact(&values), f64::EPSILON / 2.0);
            let got = reduce::var(&values[..].as_view(), 0.0);
            assert!((got - expected).abs() <= bound(expected, u), "{n} {offset}: {got} {expected}");
            let wide: Vec<f64> = single.iter().map(|&x| f64::from(x)).collect();
            let (expected, u) = (exact(&wide), f64::from(f32::EPSILON) / 2.0);
            let columns = Array2::from_shape_fn((n, 3), |(i, _)| single[i]);
            let mut all = reduce::var_axis(&columns, 0, 0.0).unwrap().to_vec();
            all.push(reduce::var(&single[..].as_view(), 0.0));
            for got in all {
                let error = (f64::from(got) - expected).abs();
                assert!(error <= bound(expected, u), "{n} {offset}: {got} {expected}");
            }
        }
    }
    let a = ndarray::array![1u8, 2, 3, 4];
    assert_eq!((reduce::var(&a, 0.0), reduce::var(&a, 1.0)), (1.25, 5.0 / 3.0));
    assert!(reduce::var(&a, 4.0).is_infinite() && reduce::var(&a, 9.0).is_infinite());
    assert!(reduce::var(&ndarray::array![3.0f32], 1.0).is_nan());
    assert!(reduce::std(&Array1::<f32>::zeros(0), 0.0).is_nan());
}

#[test]
fn initial_values_go_first() {
    for n in [0, 1, 16, 17, 5000] {
        let a = Array1::from_shape_fn(n, |i| (i % 5) as f32 - 2.0);
        assert_eq!(reduce::sum_from(&a, 10.0), 10.0 + reduce::sum(&a));
        assert_eq!(reduce::prod_from(&a, 10.0), 10.0 * reduce::prod(&a));
        let (least, most) = (reduce::min(&a).unwrap_or(9.0), reduce::max(&a).unwrap_or(-9.0));
        assert_eq!(reduce::min_from(&a, -1.0), least.min(-1.0), "{n}");
        assert_eq!(reduce::max_from(&a, 1.0), most.max(1.0), "{n}");
        assert!(reduce::max_from(&a, f32::NAN).is_nan());
        let b = a.mapv(|x| (x + 2.0) as u8);
        assert_eq!(reduce::min_from(&b, 3), reduce::min(&b).unwrap_or(9).min(3));
        assert_eq!(reduce::max_from(&b, 3), reduce::max(&b).unwrap_or(0).max(3));
        assert_eq!(reduce::sum_from(&b, 1), 1 + reduce::sum(&b));
        for (axis, a) in [(0, a.view().insert_axis(Axis(1))), (1, a.view().insert_axis(Axis(0)))] {
            assert_eq!(reduce::sum_axis_from(&a, axis, 4.0).unwrap()[0], 4.0 + reduce::sum(&a));
            let got = reduce::max_axis_from(&a, [axis], 1.0).unwrap();
            assert_eq!(got[0], most.max(1.0), "{n} axis {axis}");
        }
    }
}

/// `any` and `all` stop early, and in whatever chunk they do, the answer is right.
#[test]
fn t3_truth_settles_early() {
    let n = 300_000;
    for at in [0, 1, 5000, 150_000, n - 1] {
        let mut a = Array1::from_elem(n, false);
        a[at] = true;
        let bits = || vec![reduce::any(&a).bits(), reduce::all(&a).bits()];
        assert_eq!(bits(), [1, 0]);
        same_bits_everywhere(format!("one at {at}"), bits);
        let a = a.mapv(|x| !x);
        let bits = || vec![reduce::any(&a).bits(), reduce::all(&a).bits()];
        assert_eq!(bits(), [1, 0]);
        same_bits_everywhere(format!("one missing at {at}"), bits);
        let strided = a.slice(s![..;-1]);
        assert!(reduce::any(&strided) && !reduce::all(&strided));
    }
}

/// An element type that is a float.
trait AnyFloat: ReduceFloat + Bits + Item<Sum = Self, Mean = Self> {
    fn some(rng: &mut Rng) -> Self;
}
impl AnyFloat for f32 {
    fn some(rng: &mut Rng) -> f32 {
        f32::any(rng)
    }
}
impl AnyFloat for f64 {
    fn some(rng: &mut Rng) -> f64 {
        f64::any(rng)
    }
}

/// The reductions of floats alone along some axes, as bits.
fn float_bits<T: AnyFloat>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64> {
    let mut bits = bits_of(&reduce::nansum_axis(a, axes).unwrap());
    bits.extend(bits_of(&reduce::nanprod_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::nanmean_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::nanvar_axis(a, axes, 1.0).unwrap()));
    bits.extend(bits_of(&reduce::norm_axis(a, axes, Norm::L1).unwrap()));
    bits.extend(bits_of(&reduce::norm_axis(a, axes, Norm::Inf).unwrap()));
    if axes.iter().all(|&axis| a.shape()[axis] > 0) {
        bits.extend(bits_of(&reduce::nanmin_axis(a, axes).unwrap()));
        bits.extend(bits_of(&reduce::nanmax_axis(a, axes).unwrap()));
    }
    bits
}

fn naive_float_bits<T: AnyFloat>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64> {
    let names = ["nansum", "nanprod", "nanmean", "nanvar", "norm1", "norm inf", "nanmin", "nanmax"];
    let some = axes.iter().all(|&axis| a.shape()[axis] > 0);
    let names = &names[..if some { 8 } else { 6 }];
    names.iter().flat_map(|name| bits_of(&naive::of_floats_axis(name, a, axes, 1.0))).collect()
}

#[test]
fn n1_nan_is_skipped_where_the_name_says_so() {
    fn check<T: AnyFloat>() {
        let mut rng = Rng(20);
        for shape in [[0, 3, 2], [1, 1, 1], [3, 16, 5], [2, 17, 40], [4, 300, 3], [9000, 2, 1]] {
            for often in [2, 40] {
                let n = shape.iter().product();
                let values: Vec<T> = (0..n)
                    .map(|_| if rng.below(often) == 0 { T::nan() } else { T::some(&mut rng) })
                    .collect();
                let a = ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap();
                for view in [a.view(), a.t(), a.slice(s![..;-1, .., ..]).into_dyn()] {
                    for axes in sets_of_axes(3) {
                        let expected = naive_float_bits(&view, &axes);
                        assert_eq!(float_bits(&view, &axes), expected, "{shape:?} {axes:?}");
                    }
                }
                let flat: Vec<T> = a.iter().copied().collect();
                let whole = |name: &str| naive::of_floats(name, &flat, true, 0.0).bits();
                assert_eq!(reduce::nansum(&a).bits(), whole("nansum"));
                assert_eq!(reduce::nanprod(&a).bits(), whole("nanprod"));
                assert_eq!(reduce::nanmean(&a).bits(), whole("nanmean"));
                assert_eq!(reduce::nanvar(&a, 0.0).bits(), whole("nanvar"));
                if n > 0 {
                    assert_eq!(reduce::nanmin(&a).unwrap().bits(), whole("nanmin"));
                    assert_eq!(reduce::nanmax(&a).unwrap().bits(), whole("nanmax"));
                }
            }
        }
        for n in [1, 5, 17, 5000] {
            let none = Array1::from_elem(n, T::nan());
            let ends = [reduce::nanmin(&none).unwrap(), reduce::nanmax(&none).unwrap()];
            let moments = [reduce::nanmean(&none), reduce::nanstd(&none, 0.0)];
            assert!(ends.into_iter().chain(moments).all(Float::is_nan), "{n}");
            assert_eq!((reduce::nansum(&none), reduce::nanprod(&none)), (T::zero(), T::one()));
        }
        assert!(reduce::nanmin(&Array1::<T>::zeros(0)).is_err());
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check::<f32>();
        check::<f64>();
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n6_same_bits_of_floats_alone() {
    let mut values = random::<f32>(60_000, 21);
    values.iter_mut().step_by(7).for_each(|x| *x = f32::NAN);
    let a = ArrayViewD::from_shape(IxDyn(&[60, 50, 20]), &values).unwrap();
    same_bits_everywhere("floats alone", || {
        let mut bits = vec![reduce::norm(&a, Norm::L2).bits(), reduce::nanstd(&a, 0.0).bits()];
        for axes in sets_of_axes(3) {
            bits.extend(float_bits(&a, &axes));
            let squares = a.mapv(|x| if x.is_nan() { 1e300 } else { f64::from(x) });
            bits.extend(bits_of(&reduce::norm_axis(&squares, &axes[..], Norm::L2).unwrap()));
        }
        bits
    });
}

/// No overflow, no underflow, and the bound of the documentation.
#[test]
fn n7_euclidean_norms_of_all_sizes() {
    for n in [1usize, 3, 16, 17, 200, 2048, 5000, 50_000] {
        for exponent in [-1070, -1000, -700, -450, -401, -399, 0, 400, 499, 501, 700, 1000] {
            // In two steps: a power below the normal numbers would be 1 over infinity.
            let scale = 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2);
            let mut rng = Rng(n as u64);
            let unit: Vec<f64> = (0..n).map(|_| (rng.unit() * 8.0).round() / 8.0).collect();
            let values: Vec<f64> = unit.iter().map(|x| x * scale).collect();
            let kept: Vec<f64> = values.iter().map(|x| x / scale).collect();
            // Sums of squares of eighths are exact.
            let expected = kept.iter().map(|x| x * x).sum::<f64>().sqrt() * scale;
            let column = Array2::from_shape_fn((n, 2), |(i, _)| values[i]);
            let mut all = reduce::norm_axis(&column, 0, Norm::L2).unwrap().to_vec();
            all.push(reduce::norm(&values[..].as_view(), Norm::L2));
            for got in all {
                let bound = 200.0 * f64::EPSILON * expected + f64::from_bits(2);
                assert!((got - expected).abs() <= bound, "{n} 2^{exponent}: {got:e} {expected:e}");
            }
        }
    }
    let mixed = ndarray::array![3e-300, 4e-300, 0.0];
    approx::assert_relative_eq!(reduce::norm(&mixed, Norm::L2), 5e-300, max_relative = 1e-15);
    let inf = ndarray::array![1.0, f64::NEG_INFINITY];
    assert_eq!(reduce::norm(&inf, Norm::L2), f64::INFINITY);
    assert!(reduce::norm(&ndarray::array![f64::NAN, f64::INFINITY], Norm::L2).is_nan());
    assert_eq!(reduce::norm(&ndarray::array![3e38f32, -3e38], Norm::Inf), 3e38);
    assert_eq!(reduce::norm(&ndarray::array![3e30f32, -4e30], Norm::L2), 5e30);
    assert_eq!(reduce::norm(&Array1::<f32>::zeros(0), Norm::L2), 0.0);
}

#[test]
fn vdot_takes_any_two_layouts() {
    let a = Array2::from_shape_vec((40, 50), random::<f64>(2000, 22)).unwrap();
    let b = Array2::from_shape_vec((50, 40), random::<f64>(2000, 23)).unwrap();
    let flat: Vec<f64> = a.iter().zip(b.t()).map(|(x, y)| x * y).collect();
    assert_eq!(reduce::vdot(&a, &b.t()).unwrap().bits(), naive::sequence::<f64>(&flat).bits());
    assert!(reduce::vdot(&a, &b).is_err());
}

// ---- shapes -----------------------------------------------------------------

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
