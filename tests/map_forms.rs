//! The forms of map beyond one array from a closure: two results, indices, eight operands;
//! casts; arithmetic of whole arrays against the definition, on every tier.

mod common;

use common::{Bits, Rng, assert_same_bits, bits_of, layout, same_bits_everywhere, tiers};
use ndarray::{
    Array, Array1, Array2, Array3, ArrayD, Axis, Ix2, Ix3, IxDyn, ShapeBuilder, array, aview0, s,
};
use proptest::prelude::*;
use swath::map::{self, Cast, Integer, Number, Scalar};
use swath::reduce::{self, All, Any, CountNonzero, Max, Mean, Min, Prod, Std, Sum, Var};
use swath::{
    Error, map_indexed, map_indexed_inplace, map_indexed_into, map_reduce, map2, map2_into, math,
    testing,
};

// ---- two results ---------------------------------------------------------------

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

// ---- casts -----------------------------------------------------------------------

/// Numbers around every edge, as the type that they are cast from.
trait Edges: Bits + Scalar {
    fn edges() -> Vec<Self>;
}

fn edge_floats() -> Vec<f64> {
    let mut all =
        vec![0.0, -0.0, f64::NAN, -f64::NAN, f64::INFINITY, -f64::INFINITY, 1e300, -1e300];
    all.extend([f64::MIN_POSITIVE, -5e-324, 0.49999999999999994, 1e-9]);
    for p in [0, 1, 7, 8, 15, 16, 23, 24, 31, 32, 33, 52, 53, 62, 63, 64, 65] {
        let power = 2f64.powi(p);
        for x in [power, power.next_up(), power.next_down()] {
            for d in [-2.0, -1.5, -1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5] {
                all.extend([x + d, -(x + d)]);
            }
        }
        let x = f64::from(power as f32);
        all.extend([(x as f32).next_up(), (x as f32).next_down()].map(f64::from));
    }
    let mut rng = Rng(7);
    all.extend((0..3000).map(|_| f64::from_bits(rng.next())));
    all.extend((0..3000).map(|_| rng.unit() * 2f64.powi(rng.below(70) as i32)));
    all
}

macro_rules! edges {
    ($($t:ident)*) => {$(
        impl Edges for $t {
            fn edges() -> Vec<Self> {
                let mut all = vec![$t::MIN, $t::MAX];
                for p in 0..$t::BITS {
                    for d in [0, 1, 2] {
                        let power = (1 as $t).wrapping_shl(p);
                        let (low, high) = (power.wrapping_sub(d), power.wrapping_add(d));
                        all.extend([low, high, low.wrapping_neg(), high.wrapping_neg()]);
                    }
                }
                let mut rng = Rng(9);
                all.extend((0..3000).map(|i| (rng.next() >> (i % 64)) as $t));
                all
            }
        }
    )*};
}
edges!(i8 i16 i32 i64 u8 u16 u32 u64);
impl Edges for f64 {
    fn edges() -> Vec<Self> {
        edge_floats()
    }
}
impl Edges for f32 {
    fn edges() -> Vec<Self> {
        edge_floats().into_iter().map(|x| x as f32).collect()
    }
}
impl Edges for bool {
    fn edges() -> Vec<Self> {
        (0..100).map(|i| i % 3 == 0).collect()
    }
}

/// The three casts of all edges against the functions of one element.
#[track_caller]
fn casts<S: Edges + Cast<T>, T: Bits + Scalar>(
    truncated: impl Fn(S) -> T,
    nearest: impl Fn(S) -> T,
    wrapped: impl Fn(S) -> T,
) {
    let from: Array1<S> = S::edges().into();
    let names = format!("{} to {}", std::any::type_name::<S>(), std::any::type_name::<T>());
    for tier in tiers() {
        testing::set_tier(tier);
        let check = |got: Array1<T>, expected: &dyn Fn(S) -> T| {
            for (x, y) in from.iter().zip(&got) {
                let e = expected(*x);
                assert!(y.bits() == e.bits(), "{names}: {x:?} gave {y:?}, expected {e:?} ({tier})");
            }
        };
        check(swath::cast(&from).unwrap(), &truncated);
        check(map::cast_nearest(&from).unwrap(), &nearest);
        check(map::cast_wrapping(&from).unwrap(), &wrapped);
    }
    testing::set_tier(testing::TIERS[2]);
    let mut out = Array2::from_elem((2, from.len()), T::default());
    map::cast_into(&from, &mut out).unwrap();
    assert!((0..from.len()).all(|i| out[[1, i]].bits() == truncated(from[i]).bits()));
}

// The functions of one element are tested for all pairs of types beside their source; here
// a few through the loops of every tier.

#[test]
fn n5_casts_of_floats_are_those_of_as() {
    casts::<f32, u8>(|x| x as u8, |x| x.round_ties_even() as u8, |x| x as u8);
    casts::<f32, i32>(|x| x as i32, |x| x.round_ties_even() as i32, |x| x as i32);
    casts::<f64, u32>(|x| x as u32, |x| x.round_ties_even() as u32, |x| x as u32);
    casts::<f64, i64>(|x| x as i64, |x| x.round_ties_even() as i64, |x| x as i64);
    casts::<f64, f32>(|x| x as f32, |x| x as f32, |x| x as f32);
    casts::<f64, bool>(|x| x != 0.0, |x| x != 0.0, |x| x != 0.0);
}

#[test]
fn n5_casts_of_integers_saturate_or_wrap() {
    let saturated = |x: i32| i128::from(x).clamp(0, 255) as u8;
    casts::<i32, u8>(saturated, saturated, |x| x as u8);
    let saturated = |x: u64| i128::from(x).clamp(0, i64::MAX.into()) as i64;
    casts::<u64, i64>(saturated, saturated, |x| x as i64);
    casts::<i64, f64>(|x| x as f64, |x| x as f64, |x| x as f64);
    casts::<bool, f32>(
        |x| f32::from(u8::from(x)),
        |x| f32::from(u8::from(x)),
        |x| f32::from(u8::from(x)),
    );
}

#[test]
fn casts_of_any_view() {
    let a = array![[1.5, f64::NAN, 300.0], [-2.5, 2.5, -1e300]];
    assert_eq!(swath::cast::<u8, _>(&a.t()).unwrap(), array![[1, 0], [0, 2], [255, 0]]);
    assert_eq!(swath::cast::<i8, _>(a.row(1)).unwrap(), array![-2, 2, -128]);
    let nearest: Array2<i16> = map::cast_nearest(&a.slice(s![.., ..;2])).unwrap();
    assert_eq!(nearest, array![[2, 300], [-2, -32768]]);
    let err = map::cast_into(&a, &mut Array1::<u8>::zeros(3)).unwrap_err();
    assert!(matches!(err, Error::Shape { function: "cast_into", .. }), "{err}");
}

// ---- arithmetic --------------------------------------------------------------------

/// A function of two arrays on all pairs of edges, on every tier, against one of elements.
#[track_caller]
fn on_pairs<T: Edges, R: Bits>(
    name: &str,
    got: impl Fn(&Array2<T>, &Array1<T>) -> Result<Array2<R>, Error>,
    expected: impl Fn(T, T) -> R,
) {
    let mut edges = T::edges();
    let some: Array1<T> = edges.iter().copied().step_by(edges.len() / 60 + 1).collect();
    edges.truncate(300);
    let column = Array1::from(edges).insert_axis(Axis(1));
    for tier in tiers() {
        testing::set_tier(tier);
        let all = got(&column, &some).unwrap();
        for ((i, j), r) in all.indexed_iter() {
            let (x, y) = (column[[i, 0]], some[j]);
            let e = expected(x, y);
            assert!(r.bits() == e.bits(), "{name}({x:?}, {y:?}) = {r:?}, expected {e:?} ({tier})");
        }
    }
    testing::set_tier(testing::TIERS[2]);
}

/// One function of one array, likewise.
#[track_caller]
fn on_edges<T: Edges, R: Bits>(
    name: &str,
    got: impl Fn(&Array1<T>) -> Result<Array1<R>, Error>,
    expected: impl Fn(T) -> R,
) {
    let edges: Array1<T> = T::edges().into();
    for tier in tiers() {
        testing::set_tier(tier);
        for (x, r) in edges.iter().zip(&got(&edges).unwrap()) {
            let e = expected(*x);
            assert!(r.bits() == e.bits(), "{name}({x:?}) = {r:?}, expected {e:?} ({tier})");
        }
    }
    testing::set_tier(testing::TIERS[2]);
}

fn comparisons<T: Edges>() {
    let zero = T::default();
    on_pairs::<T, _>("equal", |a, b| swath::equal(a, b), |x, y| x == y);
    on_pairs::<T, _>("not_equal", |a, b| swath::not_equal(a, b), |x, y| x != y);
    on_pairs::<T, _>("less", |a, b| swath::less(a, b), |x, y| x < y);
    on_pairs::<T, _>("less_equal", |a, b| swath::less_equal(a, b), |x, y| x <= y);
    on_pairs::<T, _>("greater", |a, b| swath::greater(a, b), |x, y| x > y);
    on_pairs::<T, _>("greater_equal", |a, b| swath::greater_equal(a, b), |x, y| x >= y);
    on_pairs::<T, _>("and", |a, b| swath::logical_and(a, b), |x, y| x != zero && y != zero);
    on_pairs::<T, _>("or", |a, b| swath::logical_or(a, b), |x, y| x != zero || y != zero);
    on_pairs::<T, _>("xor", |a, b| swath::logical_xor(a, b), |x, y| (x != zero) != (y != zero));
    on_edges::<T, _>("not", |a| swath::logical_not(a), |x| x == zero);
}

#[test]
fn comparisons_and_logic() {
    comparisons::<f64>();
    comparisons::<bool>();
    comparisons::<u16>();
}

/// Integers by way of 128 bits.
trait Wide: Edges + Integer {
    const BITS: i128;
    fn wide(self) -> i128;
    fn narrow(wide: i128) -> Self;
}
macro_rules! wide {
    ($($t:ident)*) => {$(
        impl Wide for $t {
            const BITS: i128 = $t::BITS as i128;
            fn wide(self) -> i128 {
                self.into()
            }
            fn narrow(wide: i128) -> Self {
                wide as $t
            }
        }
    )*};
}
wide!(i32 u16 i64);

fn floor_divided(x: i128, y: i128) -> i128 {
    if y == 0 { 0 } else { x.div_euclid(y) - i128::from(y < 0 && x.rem_euclid(y) != 0) }
}

fn integers<T: Wide>() {
    let two = |f: fn(i128, i128) -> i128| move |x: T, y: T| T::narrow(f(x.wide(), y.wide()));
    on_pairs::<T, _>("add", |a, b| swath::add(a, b), two(|x, y| x + y));
    on_pairs::<T, _>("subtract", |a, b| swath::subtract(a, b), two(|x, y| x - y));
    on_pairs::<T, _>("multiply", |a, b| swath::multiply(a, b), two(i128::wrapping_mul));
    on_pairs::<T, _>("minimum", |a, b| swath::minimum(a, b), two(i128::min));
    on_pairs::<T, _>("maximum", |a, b| swath::maximum(a, b), two(i128::max));
    on_pairs::<T, _>("floor_divide", |a, b| swath::floor_divide(a, b), two(floor_divided));
    let rest = |x, y| if y == 0 { 0 } else { x - y * floor_divided(x, y) };
    on_pairs::<T, _>("remainder", |a, b| swath::remainder(a, b), two(rest));
    let rest = |x, y| if y == 0 { 0 } else { x % y };
    on_pairs::<T, _>("fmod", |a, b| swath::fmod(a, b), two(rest));
    on_pairs::<T, _>("divmod", |a, b| Ok(swath::divmod(a, b)?.0), two(floor_divided));
    on_pairs::<T, _>("and", |a, b| swath::bitwise_and(a, b), two(|x, y| x & y));
    on_pairs::<T, _>("or", |a, b| swath::bitwise_or(a, b), two(|x, y| x | y));
    on_pairs::<T, _>("xor", |a, b| swath::bitwise_xor(a, b), two(|x, y| x ^ y));
    let within = |y: T| (0..T::BITS).contains(&y.wide());
    let left = |x: T, y: T| T::narrow(if within(y) { x.wide() << y.wide() } else { 0 });
    on_pairs::<T, _>("left_shift", |a, b| swath::left_shift(a, b), left);
    let right = |x: T, y: T| T::narrow(x.wide() >> if within(y) { y.wide() } else { 127 });
    on_pairs::<T, _>("right_shift", |a, b| swath::right_shift(a, b), right);
    let one = |f: fn(i128) -> i128| move |x: T| T::narrow(f(x.wide()));
    on_edges::<T, _>("negative", |a| swath::negative(a), one(|x| -x));
    on_edges::<T, _>("abs", |a| swath::abs(a), one(i128::abs));
    on_edges::<T, _>("sign", |a| swath::sign(a), one(i128::signum));
    on_edges::<T, _>("square", |a| swath::square(a), one(|x| x.wrapping_mul(x)));
    on_edges::<T, _>("not", |a| swath::bitwise_not(a), one(|x| !x));
    let ones = |x: T| x.wide().unsigned_abs().count_ones() as u8;
    on_edges::<T, _>("bitwise_count", |a| swath::bitwise_count(a), ones);
}

#[test]
fn n5_integers_wrap_and_divide_as_documented() {
    integers::<i32>();
    integers::<u16>();
    integers::<i64>();
    let (least, by) = (array![i64::MIN, 5, -5], array![-1i64, 0, 0]);
    assert_eq!(swath::floor_divide(&least, &by).unwrap(), array![i64::MIN, 0, 0]);
    assert_eq!(swath::remainder(&least, &by).unwrap(), array![0, 0, 0]);
    let shifts = array![64i64, -1, 63];
    assert_eq!(swath::left_shift(&array![1i64, 1, 1], &shifts).unwrap(), array![0, 0, i64::MIN]);
    assert_eq!(swath::right_shift(&array![-8i64, 8, -8], &shifts).unwrap(), array![-1, 0, -1]);
}

#[test]
fn every_pair_of_bytes_is_divided_right() {
    let all = Array1::from_iter(i8::MIN..=i8::MAX);
    let column = all.view().insert_axis(Axis(1));
    let (quotient, rest) = swath::divmod(&column, &all).unwrap();
    for ((i, j), &q) in quotient.indexed_iter() {
        let (x, y) = (i128::from(all[i]), i128::from(all[j]));
        let e = floor_divided(x, y);
        assert_eq!(q, e as i8, "{x} // {y}");
        assert_eq!(rest[[i, j]], if y == 0 { 0 } else { (x - e * y) as i8 }, "{x} % {y}");
    }
}

fn floats<T: Edges + Number + swath::Float>() {
    on_pairs::<T, _>("add", |a, b| swath::add(a, b), |x, y| x + y);
    on_pairs::<T, _>("subtract", |a, b| swath::subtract(a, b), |x, y| x - y);
    on_pairs::<T, _>("multiply", |a, b| swath::multiply(a, b), |x, y| x * y);
    on_pairs::<T, _>("divide", |a, b| swath::divide(a, b), |x, y| x / y);
    on_pairs::<T, _>("fmod", |a, b| swath::fmod(a, b), |x, y| x % y);
    on_pairs::<T, _>("minimum", |a, b| swath::minimum(a, b), math::minimum);
    on_pairs::<T, _>("maximum", |a, b| swath::maximum(a, b), math::maximum);
    on_edges::<T, _>("negative", |a| swath::negative(a), |x| -x);
    on_edges::<T, _>("abs", |a| swath::abs(a), math::abs);
    on_edges::<T, _>("reciprocal", |a| swath::reciprocal(a), num_traits::float::Float::recip);
    on_edges::<T, _>("isnan", |a| swath::isnan(a), num_traits::float::Float::is_nan);
    on_edges::<T, _>("isinf", |a| swath::isinf(a), num_traits::float::Float::is_infinite);
    on_edges::<T, _>("isfinite", |a| swath::isfinite(a), num_traits::float::Float::is_finite);
    on_edges::<T, _>("signbit", |a| swath::signbit(a), num_traits::float::Float::is_sign_negative);
}

#[test]
fn floats_are_those_of_the_operators() {
    floats::<f32>();
}

#[test]
fn n3_floor_divide_and_remainder_of_floats_are_pythons() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    // x, y, x // y, x % y, as NumPy 2 gives them.
    for (x, y, quotient, rest) in [
        (7.0, 2.0, 3.0, 1.0),
        (-7.0, 2.0, -4.0, 1.0),
        (7.0, -2.0, -4.0, -1.0),
        (-7.0, -2.0, 3.0, -1.0),
        (1.0, 0.1, 9.0, 0.09999999999999995),
        (6.0, 3.0, 2.0, 0.0),
        (-6.0, 3.0, -2.0, 0.0),
        (6.0, -3.0, -2.0, -0.0),
        (0.0, 5.0, 0.0, 0.0),
        (-0.0, 5.0, -0.0, 0.0),
        (0.0, -5.0, -0.0, -0.0),
        (1.0, 0.0, inf, nan),
        (-1.0, 0.0, -inf, nan),
        (0.0, 0.0, nan, nan),
        (1.0, inf, 0.0, 1.0),
        (-1.0, inf, -1.0, inf),
        (inf, 2.0, nan, nan),
        (nan, 2.0, nan, nan),
        (2.0, nan, nan, nan),
        (1e300, 1e-300, inf, 4.891554850853602e-301),
    ] {
        let (x, y) = (array![x], array![y]);
        assert_same_bits(&swath::floor_divide(&x, &y).unwrap(), &[quotient], format!("{x} // {y}"));
        assert_same_bits(&swath::remainder(&x, &y).unwrap(), &[rest], format!("{x} % {y}"));
    }
}

#[test]
fn limits_and_steps() {
    let a = array![-2.0, -0.0, 0.5, 7.0, f64::NAN];
    let (least, greatest) = (aview0(&-1.0), aview0(&1.0));
    let clipped = swath::clip(&a, &least, &greatest).unwrap();
    assert_same_bits(&clipped, &[-1.0, -0.0, 0.5, 1.0, f64::NAN], "");
    let crossed = swath::clip(&a, &greatest, &least).unwrap();
    assert_same_bits(&crossed, &[-1.0, -1.0, -1.0, -1.0, f64::NAN], "");
    let bounded = swath::clip(&a, &aview0(&f64::NAN), &greatest).unwrap();
    assert!(bounded.iter().all(|x| x.is_nan()));
    let mut out = Array1::zeros(5);
    map::clip_into(&a, &least, &greatest, &mut out).unwrap();
    assert_same_bits(&out, &clipped, "");
    assert_eq!(
        swath::clip(&array![3u8, 9], &array![4], &array![[5], [9]]).unwrap(),
        array![[4, 5], [4, 9]]
    );
    let steps = swath::heaviside(&a, &aview0(&0.5)).unwrap();
    assert_same_bits(&steps, &[0.0, 0.5, 1.0, 1.0, f64::NAN], "");
    let turned = swath::radians(&array![180.0f64, -90.0]).unwrap();
    assert_eq!(turned, array![std::f64::consts::PI, -std::f64::consts::FRAC_PI_2]);
    assert_eq!(swath::degrees(&turned).unwrap(), array![180.0, -90.0]);
    let mut b = array![3i8, -128, 0];
    map::abs_inplace(&mut b).unwrap();
    map::negative_inplace(&mut b).unwrap();
    assert_eq!(b, array![-3, -128, 0]);
    let mut less = Array2::from_elem((2, 3), true);
    map::less_into(&b, &aview0(&-2), &mut less).unwrap();
    assert_eq!(less, array![[true, true, false], [true, true, false]]);
}

#[test]
fn selection_broadcasts_three_operands_of_any_type() {
    let condition = array![[true], [false]];
    let got = swath::select(&condition, &array![1u8, 2, 3], &aview0(&9)).unwrap();
    assert_eq!(got, array![[1, 2, 3], [9, 9, 9]]);
    let letters =
        swath::select(&array![false, true], &array!['a', 'b'], &array!['c', 'd']).unwrap();
    assert_eq!(letters, array!['c', 'b']);
    assert!(swath::select(&array![true, false], &array![1, 2, 3], &array![0]).is_err());
}

// ---- maps that are reduced ---------------------------------------------------------

/// Every reducer against map and reduction, one after the other.
#[track_caller]
fn reduces_as_two_calls(a: &ArrayD<f32>, b: &ArrayD<f32>, context: &str) {
    let f = |(x, y): (f32, f32)| (x - y) * (x - y) + 0.1 * x;
    let values = swath::map((a, b), f).unwrap();
    let check = |got: f32, expected: f32, name: &str| {
        assert!(got.bits() == expected.bits(), "{name}: {got:?} {expected:?}: {context}");
    };
    check(map_reduce((a, b), f, Sum).unwrap(), reduce::sum(&values), "sum");
    check(map_reduce((a, b), f, Prod).unwrap(), reduce::prod(&values), "prod");
    check(map_reduce((a, b), f, Mean).unwrap(), reduce::mean(&values), "mean");
    check(map_reduce((a, b), f, Var(1.0)).unwrap(), reduce::var(&values, 1.0), "var");
    check(map_reduce((a, b), f, Std(0.0)).unwrap(), reduce::std(&values, 0.0), "std");
    match (reduce::min(&values), reduce::max(&values)) {
        (Ok(least), Ok(greatest)) => {
            check(map_reduce((a, b), f, Min).unwrap(), least, "min");
            check(map_reduce((a, b), f, Max).unwrap(), greatest, "max");
        }
        _ => {
            let err = map_reduce((a, b), f, Min).unwrap_err();
            assert!(matches!(err, Error::Empty { function: "map_reduce", .. }), "{err}");
            assert!(map_reduce((a, b), f, Max).is_err());
        }
    }
    assert_eq!(map_reduce((a, b), f, Any).unwrap(), reduce::any(&values));
    assert_eq!(map_reduce((a, b), f, All).unwrap(), reduce::all(&values));
    assert_eq!(map_reduce((a, b), f, CountNonzero).unwrap(), reduce::count_nonzero(&values));
}

#[test]
fn map_reduce_has_the_bits_of_two_calls_at_every_length() {
    let mut rng = Rng(11);
    for n in (0..40).chain([255, 256, 257, 2048, 4095, 4096, 4097, 12_289, 100_003]) {
        let mut random = || ArrayD::from_shape_simple_fn(IxDyn(&[n]), || rng.unit() as f32);
        let (a, mut b) = (random(), random());
        reduces_as_two_calls(&a, &b, &format!("{n}"));
        if n > 0 {
            b[n / 2] = f32::NAN;
            reduces_as_two_calls(&a, &b, &format!("{n} with NaN"));
        }
    }
}

#[test]
fn map_reduce_has_the_bits_of_two_calls_in_any_layout() {
    let mut rng = Rng(12);
    let mut random =
        |shape: &[usize]| ArrayD::from_shape_simple_fn(IxDyn(shape), || rng.unit() as f32);
    let (a, b, row) = (random(&[70, 90]), random(&[90, 70]), random(&[90]));
    reduces_as_two_calls(&a, &b.t().to_owned(), "C");
    reduces_as_two_calls(&a.t().to_owned(), &b, "C, turned");
    reduces_as_two_calls(&a, &row, "row");
    reduces_as_two_calls(&row, &random(&[5, 1, 1]), "column");
    reduces_as_two_calls(&random(&[0, 3]), &random(&[1, 1]), "empty");
    // Views: Fortran order, reversed, transposed beside C order.
    let f = |(x, y): (f32, f32)| x * 3.0 - y;
    let both = [
        (a.t(), b.view()),
        (a.slice(s![..;-1, ..;2]).into_dyn(), b.t().slice_move(s![.., ..;2]).into_dyn()),
        (a.t(), a.t()),
    ];
    for (a, b) in both {
        let values = swath::map((&a, &b), f).unwrap();
        let sum = map_reduce((&a, &b), f, Sum).unwrap();
        assert_eq!(sum.to_bits(), reduce::sum(&values).to_bits());
        let mean = map_reduce!((&a, &b), |(x, y)| f64::from(x) * f64::from(y), Mean).unwrap();
        let values = swath::map((&a, &b), |(x, y)| f64::from(x) * f64::from(y)).unwrap();
        assert_eq!(mean.to_bits(), reduce::mean(&values).to_bits());
    }
}

#[test]
fn map_reduce_of_integers_and_truth() {
    let a = Array2::from_shape_fn((100, 77), |(i, j)| (i * j % 251) as u8);
    let sum = map_reduce!(&a, |x| x.wrapping_mul(3), Sum).unwrap();
    assert_eq!(sum, a.iter().map(|x| u64::from(x.wrapping_mul(3))).sum::<u64>());
    assert_eq!(map_reduce!(&a, |x| i16::from(x) - 300, Max).unwrap(), -50);
    assert!(map_reduce!(&a, |x| x == 250, Any).unwrap());
    assert!(!map_reduce!(&a, |x| x == 251, Any).unwrap());
    assert!(map_reduce!(&a, |x| x < 251, All).unwrap());
    assert_eq!(
        map_reduce!(&a, |x| x == 0, CountNonzero).unwrap(),
        a.iter().filter(|&&x| x == 0).count()
    );
    let err = map_reduce((&a, &array![1, 2]), |(x, y)| x + y, Sum).unwrap_err();
    assert_eq!(
        err.to_string(),
        "map_reduce: operands do not broadcast together: shapes [100, 77], [2]"
    );
    let one = array![1.0];
    let (tall, wide) = (one.broadcast((1 << 32, 1)).unwrap(), one.broadcast((1, 1 << 32)).unwrap());
    let err = map_reduce((&tall, &wide), |(x, y)| x + y, Sum).unwrap_err();
    assert!(matches!(err, Error::TooLarge { function: "map_reduce", .. }), "{err}");
}

#[test]
fn n6_map_reduce_is_the_same_everywhere_and_calls_once() {
    let mut rng = Rng(13);
    let a = Array2::from_shape_simple_fn((97, 301), || (rng.unit() * 100.0) as f32);
    let row = a.row(3).to_owned();
    same_bits_everywhere("map_reduce", || {
        let whole = map_reduce!((&a, &row), |(x, y)| math::exp(-x * x) + x * y, Sum).unwrap();
        let turned = map_reduce!((&a.t(), &a.t()), |(x, y)| x / (1.0 + y * y), Mean).unwrap();
        let spread = map_reduce!(&a, |x| f64::from(x).sqrt(), Var(0.0)).unwrap();
        vec![whole.bits(), turned.bits(), spread.bits()]
    });
    use std::sync::atomic::{AtomicUsize, Ordering};
    for n in [1, 200, 256, 300, 5000, 70_000] {
        let calls = AtomicUsize::new(0);
        let ones = Array1::from_elem(n, 1u64);
        let count = |x| {
            calls.fetch_add(1, Ordering::Relaxed);
            x
        };
        assert_eq!(map_reduce(&ones, count, Sum).unwrap(), n as u64);
        assert_eq!(calls.into_inner(), n);
    }
}

#[test]
fn t1_a_panic_in_a_map_that_is_reduced_arrives_once() {
    for n in [10, 1000, 100_000] {
        let a = Array1::from_iter(0..n);
        let caught = std::panic::catch_unwind(|| {
            map_reduce(
                &a,
                |x| if x == n - 2 { std::panic::resume_unwind(Box::new("here")) } else { x },
                Sum,
            )
        });
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"here"));
        assert_eq!(map_reduce(&a, |x| x, Sum).unwrap(), i64::from(n) * i64::from(n - 1) / 2);
    }
}

// ---- ways of walking -----------------------------------------------------------------

#[test]
fn rows_that_repeat_and_operands_that_lie_across() {
    let mut rng = Rng(21);
    let mut random =
        |shape: (usize, usize)| Array2::from_shape_simple_fn(shape, || (rng.unit() * 9.0) as f32);
    for (m, n) in [(1000, 3), (777, 8), (90, 31), (3, 2), (64, 32), (700, 1100), (513, 512)] {
        let (a, b, row) = (random((m, n)), random((n, m)), random((1, n)));
        let f = |x: f32, y: f32| x * 3.0 - y;
        let expected = |at: &dyn Fn(usize, usize) -> (f32, f32)| {
            Array2::from_shape_fn((m, n), |(i, j)| f(at(i, j).0, at(i, j).1))
        };
        let check = |got: Array2<f32>, at: &dyn Fn(usize, usize) -> (f32, f32), name: &str| {
            assert_same_bits(&got, &expected(at), format!("{name} {m}x{n}"));
        };
        for forced in [false, true] {
            if forced {
                testing::set_par_min(Some(0));
                testing::set_chunk(Some(3000));
            }
            let both = |(x, y)| f(x, y);
            check(swath::map((&a, &row), both).unwrap(), &|i, j| (a[[i, j]], row[[0, j]]), "row");
            let back = row.slice(s![.., ..;-1]);
            check(
                swath::map((&back, &a), both).unwrap(),
                &|i, j| (back[[0, j]], a[[i, j]]),
                "row, turned",
            );
            check(
                swath::map((&a, &b.t()), both).unwrap(),
                &|i, j| (a[[i, j]], b[[j, i]]),
                "across",
            );
            let up = b.slice(s![..;-1, ..]);
            let mut out = Array2::zeros((m, n));
            swath::map_into((&up.t(), &row), &mut out.slice_mut(s![..;-1, ..]), both).unwrap();
            let out = out.slice(s![..;-1, ..]).to_owned();
            check(out, &|i, j| (b[[n - 1 - j, i]], row[[0, j]]), "across, turned, row");
            let sum = map_reduce((&a, &row), both, Sum).unwrap();
            let values = swath::map((&a, &row), both).unwrap();
            assert_eq!(sum.to_bits(), reduce::sum(&values).to_bits(), "{m}x{n}");
            let sum = map_reduce((&a, &b.t()), both, Sum).unwrap();
            let values = swath::map((&a, &b.t()), both).unwrap();
            assert_eq!(sum.to_bits(), reduce::sum(&values).to_bits(), "{m}x{n}");
            testing::set_chunk(None);
            testing::set_par_min(None);
        }
    }
    // A row of its own for each of several planes; rows with gaps between planes.
    let a = Array3::from_shape_fn((4, 50, 3), |(i, j, k)| (i * 1000 + j * 10 + k) as i32);
    let rows = Array3::from_shape_fn((4, 1, 3), |(i, _, k)| (i * 7 + k) as i32);
    let got = swath::map((&a, &rows), |(x, r)| x - r).unwrap();
    assert_eq!(got, &a - &rows);
    let part = a.slice(s![.., 3..47, ..]);
    let row = array![1, 20, 300];
    assert_eq!(swath::map((&part, &row), |(x, r)| x - r).unwrap(), &part - &row);
    let sum = map_reduce((&part, &row), |(x, r)| f64::from(x - r) * 0.1, Sum).unwrap();
    let values = swath::map((&part, &row), |(x, r)| f64::from(x - r) * 0.1).unwrap();
    assert_eq!(sum.to_bits(), reduce::sum(&values).to_bits());
}

#[test]
fn large_outputs_are_stored_past_the_cache() {
    let n = 4_500_001;
    let a = Array1::from_iter((0..n).map(|i| i as f32));
    let check = |got: &Array1<f32>, by: f32| {
        assert!(got.iter().enumerate().all(|(i, &x)| x == i as f32 + by));
    };
    check(&swath::map!(&a, |x| x + 1.0).unwrap(), 1.0);
    check(&swath::map!((&a, &aview0(&2.0)), |(x, y)| x + y).unwrap(), 2.0);
    let mut out = Array1::from_elem(n + 9, -1.0f32);
    for first in 0..5 {
        out.fill(-1.0);
        swath::map_into!(&a, &mut out.slice_mut(s![first..first + n]), |x| x + 3.0).unwrap();
        check(&out.slice(s![first..first + n]).to_owned(), 3.0);
        assert_eq!(out.iter().filter(|&&x| x == -1.0).count(), 9);
    }
    // Two outputs of different sizes, one beside gaps; elements with padding.
    let (small, large) = map2!(&a, |x| (x > 9.0, (x, 7u8))).unwrap();
    assert!(small.iter().enumerate().all(|(i, &x)| x == (i > 9)));
    assert!(large.iter().enumerate().all(|(i, &x)| x == (i as f32, 7)));
    let mut every = Array2::from_elem((n, 2), 0u16);
    let mut one = Array1::from_elem(n, 0.0f64);
    let mut second = every.column_mut(1);
    map2_into!(&a, &mut one, &mut second, |x| (f64::from(x), x as u16)).unwrap();
    assert!(one.iter().enumerate().all(|(i, &x)| x == i as f64));
    assert!(every.column(1).iter().enumerate().all(|(i, &x)| x == i.min(65535) as u16));
    assert!(every.column(0).iter().all(|&x| x == 0));
    let wide = Array2::from_shape_fn((2100, 2300), |(i, j)| (i * 2300 + j) as f32);
    let row = Array1::from_iter((0..2300).map(|j| j as f32));
    let column = row.slice(s![..2100]).insert_axis(Axis(1));
    let got = swath::map!((&wide, &row, &column), |(x, r, c)| x - r + c).unwrap();
    assert!(
        got.indexed_iter().all(|((i, j), &x)| x == (i * 2300 + j) as f32 - j as f32 + i as f32)
    );
}
