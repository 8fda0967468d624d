//! Arithmetic of whole arrays against the definition, on every tier.

use super::casts::Edges;
use super::*;

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
