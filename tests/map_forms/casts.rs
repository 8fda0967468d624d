//! Casts.

use super::*;

/// Numbers around every edge, as the type that they are cast from.
pub(crate) trait Edges: Bits + Scalar {
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
