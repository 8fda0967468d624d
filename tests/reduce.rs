//! Reductions against the naive version, bit for bit: layouts, tiers, faults.

mod common;
#[path = "reduce/complex.rs"]
mod complex;
#[path = "reduce/edges.rs"]
mod edges;
#[path = "reduce/everywhere.rs"]
mod everywhere;
#[path = "reduce/exact.rs"]
mod exact;
#[path = "reduce/far.rs"]
mod far;
#[path = "reduce/floats.rs"]
mod floats;
#[path = "reduce/fold.rs"]
mod fold;
#[cfg(feature = "half")]
#[path = "reduce/halves.rs"]
mod halves;
#[path = "reduce/higher.rs"]
mod higher;
#[path = "reduce/shapes.rs"]
mod shapes;
#[path = "reduce/values.rs"]
mod values;

use common::{Bits, Layout, Rng, assert_same_bits, bits_of, layout, same_bits_everywhere, tiers};
use ndarray::{
    Array, Array1, Array2, ArrayD, ArrayView1, ArrayViewD, Axis, IxDyn, ShapeBuilder, s,
};
use num_traits::Float;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use swath::reduce::{self, Norm, Reduce, ReduceFloat, ReduceReal};
use swath::reference::reduce::{self as naive, Item};
use swath::{Error, testing};

/// An element type in tests: made from random numbers.
trait Any:
    ReduceReal + Bits + Item<Sum = <Self as Reduce>::Sum, Mean = <Self as Reduce>::Mean>
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

use every_type;

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
