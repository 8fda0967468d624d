//! Matrix products against the naive chain, bit for bit.

#[path = "matmul/bad_input.rs"]
mod bad_input;
mod common;
#[path = "matmul/stack.rs"]
mod stack;

use common::{Bits, Layout, Rng, assert_same_bits, bits_of, same_bits_everywhere};
use ndarray::{Array2, ArrayD, ArrayView2, Ix2, LayoutRef, ShapeBuilder, s};
use proptest::prelude::*;
use swath::reference::matmul as reference;
use swath::{Element, Error, Float, matmul, matmul_into};

/// Values with all bits of the mantissa used, and now and then a special one.
fn value<T: Float>(rng: &mut Rng, special: bool) -> T {
    let draw = if special { rng.below(40) } else { 40 };
    match draw {
        0 => T::zero(),
        1 => -T::zero(),
        2 => T::min_positive_value() * T::from(0.25).unwrap(),
        3 => -T::min_positive_value(),
        4 => T::max_value(),
        _ => T::from(rng.unit()).unwrap(),
    }
}

fn random<T: Float>(rng: &mut Rng, m: usize, n: usize) -> Array2<T> {
    Array2::from_shape_simple_fn((m, n), || value(rng, false))
}

/// Alphas and betas: exact ones, ones that round, and ones that are not finite.
const FACTORS: [f64; 8] = [0.0, 1.0, -1.0, 0.5, 2.5, -0.3, f64::NAN, f64::INFINITY];

fn factor<T: Float>(i: usize) -> T {
    T::from(FACTORS[i % FACTORS.len()]).unwrap()
}

/// Layouts of one m x n matrix.
fn matrix_layout(m: usize, n: usize, broadcast: bool) -> impl Strategy<Value = Layout> {
    let least = if broadcast { 0isize } else { 1 };
    let step = prop_oneof![5 => Just(1isize), 2 => Just(-1), 1 => Just(2), 1 => Just(-3), 1 => Just(least)];
    (any::<bool>(), prop::collection::vec(step, 2), 0..3usize).prop_map(move |(f, steps, skip)| {
        Layout { shape: vec![m, n], order: if f { vec![1, 0] } else { vec![0, 1] }, steps, skip }
    })
}

fn two<'a, T>(layout: &Layout, base: &'a ArrayD<T>) -> ArrayView2<'a, T> {
    layout.view(base).into_dimensionality::<Ix2>().unwrap()
}

/// A mutable view of the layout (no broadcast axes) of a base.
fn into_layout<T: Float>(
    layout: &Layout,
    base: &mut ArrayD<T>,
    call: impl FnOnce(&mut ndarray::ArrayRef2<T>),
) {
    let mut view = base.view_mut();
    view.slice_axis_inplace(ndarray::Axis(0), ndarray::Slice::from(layout.skip..));
    let mut view = view.into_dimensionality::<Ix2>().unwrap();
    if layout.order == [1, 0] {
        view = view.reversed_axes();
    }
    for (axis, &step) in layout.steps.iter().enumerate() {
        let axis = ndarray::Axis(axis);
        if view.len_of(axis) > 0 {
            view.slice_axis_inplace(axis, ndarray::Slice::new(0, None, step));
        }
    }
    call(&mut view);
}

/// One case: layouts of a, b and c, alpha and beta, a seed, special values or not.
type Case = (Layout, Layout, Layout, usize, usize, u64, bool);

fn case(sides: [std::ops::RangeInclusive<usize>; 3]) -> impl Strategy<Value = Case> {
    let [m, k, n] = sides;
    (m, k, n, 0..8usize, 0..8usize, any::<u64>(), any::<bool>()).prop_flat_map(
        |(m, k, n, alpha, beta, seed, special)| {
            (
                matrix_layout(m, k, true),
                matrix_layout(k, n, true),
                matrix_layout(m, n, false),
                Just(alpha),
                Just(beta),
                Just(seed),
                Just(special),
            )
        },
    )
}

/// The same cases at every run.
fn cases(cases: u32) -> ProptestConfig {
    let rng_seed = proptest::test_runner::RngSeed::Fixed(1);
    ProptestConfig { cases, rng_seed, failure_persistence: None, ..ProptestConfig::default() }
}

/// Runs a case on every tier and number of threads against the naive chain.
fn check<T: Float + Bits>((a, b, c, alpha, beta, seed, special): &Case) {
    let mut rng = Rng(*seed);
    let mut fill = |layout: &Layout| layout.base(&mut |_| value::<T>(&mut rng, *special));
    let (base_a, base_b, base_c) = (fill(a), fill(b), fill(c));
    let (va, vb) = (two(a, &base_a), two(b, &base_b));
    let (alpha, beta) = (factor::<T>(*alpha), factor::<T>(*beta));
    // The whole base is compared: what is not in the view must stay.
    let mut expected = base_c.clone();
    into_layout(c, &mut expected, |c| reference::matmul_into(alpha, &va, &vb, beta, c));
    let context = format!("{alpha:?} {beta:?}\n{a:?}\n{b:?}\n{c:?}");
    let call = || {
        let mut base = base_c.clone();
        into_layout(c, &mut base, |c| matmul_into(alpha, &va, &vb, beta, c).unwrap());
        bits_of(&base)
    };
    assert_eq!(call(), bits_of(&expected), "{context}");
    same_bits_everywhere(&context, call);
    let product = matmul(&va, &vb).unwrap();
    assert_same_bits(&product, &reference::matmul(&va, &vb), &context);
}

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn s5_random_layouts_f32(case in case([0..=70, 0..=70, 0..=70])) {
        check::<f32>(&case);
    }

    #[test]
    fn s5_random_layouts_f64(case in case([0..=70, 0..=70, 0..=70])) {
        check::<f64>(&case);
    }
}

proptest! {
    #![proptest_config(cases(15))]

    #[test]
    fn n6_k_blocks_f32(case in case([1..=50, 250..=800, 1..=50])) {
        check::<f32>(&case);
    }
}

#[test]
fn n6_around_whole_k_blocks() {
    let mut rng = Rng(1);
    for k in [1, 2, 255, 256, 257, 511, 512, 513, 769] {
        for (m, n) in [(1, 1), (1, 40), (40, 1), (16, 16), (17, 33), (48, 65)] {
            for &(alpha, beta) in &[(1.0, 0.0), (1.0, 1.0), (2.5, -0.3), (-1.0, 2.5)] {
                let (a, b) = (random::<f64>(&mut rng, m, k), random(&mut rng, k, n));
                let c = random::<f64>(&mut rng, m, n);
                let mut expected = c.clone();
                reference::matmul_into(alpha, &a, &b, beta, &mut expected);
                same_bits_everywhere(format!("{m} {k} {n} {alpha} {beta}"), || {
                    let mut c = c.clone();
                    matmul_into(alpha, &a, &b, beta, &mut c).unwrap();
                    assert_same_bits(&c, &expected, format!("{m} {k} {n} {alpha} {beta}"));
                    bits_of(&c)
                });
            }
        }
    }
}

#[test]
fn n6_every_pair_of_factors() {
    let mut rng = Rng(2);
    for (m, k, n) in [(3, 4, 5), (33, 300, 50)] {
        let (a, b) = (random::<f32>(&mut rng, m, k), random(&mut rng, k, n));
        let c = random::<f32>(&mut rng, m, n);
        for alpha in (0..FACTORS.len()).map(factor::<f32>) {
            for beta in (0..FACTORS.len()).map(factor::<f32>) {
                let mut expected = c.clone();
                reference::matmul_into(alpha, &a, &b, beta, &mut expected);
                same_bits_everywhere(format!("{alpha} {beta}"), || {
                    let mut c = c.clone();
                    matmul_into(alpha, &a, &b, beta, &mut c).unwrap();
                    assert_same_bits(&c, &expected, format!("{alpha} {beta}"));
                    bits_of(&c)
                });
            }
        }
    }
}

/// A matrix times a column, in registers that hold rows or K-blocks of one: whole groups and
/// ragged ends; rows of 4352 are whole KiB apart.
#[test]
fn n6_columns() {
    fn check<T: Float + Bits>(rng: &mut Rng) {
        let short = [15, 16, 17, 40, 256, 300, 531].map(|k| (k, k));
        let long = [1024, 1300, 2048, 2049, 2304, 2816, 4096, 4352].map(|k| (k, 4352));
        for m in [1, 7, 8, 9, 31, 32, 33, 71, 131] {
            let some = if m % 32 < 10 { &long[..] } else { &[] };
            for &(k, width) in short.iter().chain(some) {
                let (a, b) = (random::<T>(rng, m, width), random::<T>(rng, 2 * k, 3));
                let a = a.slice(s![.., ..k]);
                let b = b.slice(s![..;2, 1..2]);
                let c = random::<T>(rng, m, 2);
                for (alpha, beta) in [(1, 0), (1, 1), (4, 5)] {
                    let (alpha, beta) = (factor::<T>(alpha), factor::<T>(beta));
                    let mut expected = c.clone();
                    let mut column = expected.slice_mut(s![.., 1..]);
                    reference::matmul_into(alpha, &a, &b, beta, &mut column);
                    same_bits_everywhere(format!("{m} {k} {alpha:?} {beta:?}"), || {
                        let mut c = c.clone();
                        let mut column = c.slice_mut(s![.., 1..]);
                        matmul_into(alpha, &a, &b, beta, &mut column).unwrap();
                        assert_same_bits(&c, &expected, format!("{m} {k} {alpha:?} {beta:?}"));
                        bits_of(&c)
                    });
                }
            }
        }
    }
    check::<f32>(&mut Rng(5));
    check::<f64>(&mut Rng(6));
}

/// Few rows that lie far apart: panels of B that are used once, and fetched.
#[test]
fn n6_rows_far_apart() {
    fn check<T: Float + Bits>(rng: &mut Rng, m: usize, k: usize, n: usize) {
        let (a, b) = (random::<T>(rng, m, k), random::<T>(rng, k, n));
        let c = random::<T>(rng, m, n);
        let mut expected = c.clone();
        reference::matmul_into(factor::<T>(4), &a, &b, factor::<T>(5), &mut expected);
        let mut got = c.clone();
        matmul_into(factor::<T>(4), &a, &b, factor::<T>(5), &mut got).unwrap();
        assert_same_bits(&got, &expected, format!("{m} {k} {n}"));
    }
    check::<f32>(&mut Rng(15), 12, 5, 1_400_001);
    check::<f64>(&mut Rng(16), 15, 3, 500_001);
}

/// The stride of an axis with one element leads nowhere, and may be anything.
#[test]
fn s5_the_stride_of_a_single_row_may_be_anything() {
    let mut rng = Rng(17);
    let (m, n) = (12, 60_000);
    let (a, b) = (random::<f32>(&mut rng, m, 1), random::<f32>(&mut rng, 1, n));
    let memory = b.as_slice().unwrap();
    let far = ArrayView2::from_shape((1, n).strides((isize::MAX as usize, 1)), memory).unwrap();
    let mut expected = Array2::zeros((m, n));
    reference::matmul_into(1.0, &a, &b, 0.0, &mut expected);
    let mut got = Array2::zeros((m, n));
    matmul_into(1.0, &a, &far, 0.0, &mut got).unwrap();
    assert_same_bits(&got, &expected, "a far stride");
}

/// Half a register of columns, alone or beside whole ones, and rows longer than a piece.
#[test]
fn n6_half_registers_and_long_rows() {
    fn check<T: Float + Bits>(rng: &mut Rng, m: usize, k: usize, n: usize) {
        let (a, b) = (random::<T>(rng, m, k), random::<T>(rng, k, n));
        let c = random::<T>(rng, m, n);
        for (alpha, beta) in [(1, 0), (4, 5)] {
            let (alpha, beta) = (factor::<T>(alpha), factor::<T>(beta));
            let mut expected = c.clone();
            reference::matmul_into(alpha, &a, &b, beta, &mut expected);
            same_bits_everywhere(format!("{m} {k} {n}"), || {
                let mut c = c.clone();
                matmul_into(alpha, &a, &b, beta, &mut c).unwrap();
                assert_same_bits(&c, &expected, format!("{m} {k} {n}"));
                bits_of(&c)
            });
        }
    }
    let rng = &mut Rng(8);
    for n in [4, 8, 12, 20, 24, 40, 56] {
        for m in [1, 2, 3, 5, 8, 9, 23, 64] {
            for k in [1, 7, 256, 259] {
                check::<f32>(rng, m, k, n);
                check::<f64>(rng, m, k, n);
            }
        }
    }
    for n in [2047, 2049, 4095, 4096, 4100, 9001] {
        for k in [1, 6, 259] {
            check::<f32>(rng, 1, k, n);
            check::<f64>(rng, 1, k, n);
        }
    }
}

/// Large enough for several tiles at the tile sizes of real use.
#[test]
fn n6_whole_tiles() {
    let mut rng = Rng(3);
    for (m, k, n) in [(300, 270, 600), (520, 40, 530), (64, 64, 1100)] {
        let (a, b) = (random::<f32>(&mut rng, m, k), random(&mut rng, k, n));
        let expected = reference::matmul(&a, &b);
        let got = matmul(&a, &b).unwrap();
        assert_same_bits(&got, &expected, format!("{m} {k} {n}"));
        let context = format!("{m} {k} {n}, everywhere");
        let helped = same_bits_everywhere(context, || bits_of(&matmul(&a, &b).unwrap()));
        assert!(helped > 0, "no second thread took a chunk");
    }
}

/// One chunk of this would take longer than a token should wait: it is cut along k.
#[test]
fn n6_a_long_k_is_cut() {
    let mut rng = Rng(4);
    let k = 600_000;
    let (a, b) = (random::<f64>(&mut rng, 8, k), random::<f64>(&mut rng, k, 9));
    let expected = reference::matmul(&a, &b);
    assert_same_bits(&matmul(&a, &b).unwrap(), &expected, "8 x 9");
    let (row, column) = (a.slice(s![..1, ..]), b.slice(s![.., ..1]));
    let expected = reference::matmul(&row, &column);
    assert_same_bits(&matmul(&row, &column).unwrap(), &expected, "1 x 1");
}

/// A small result of a long sum: K is shared out.
#[test]
fn n6_k_is_split() {
    let mut rng = Rng(7);
    for (m, k, n) in [
        (8, 70_000, 9),
        (1, 9000, 300),
        (20, 30_001, 17),
        (64, 9000, 5),
        (130, 2900, 120),
        (5, 300_000, 1),
    ] {
        let (a, b) = (random::<f32>(&mut rng, m, k), random::<f32>(&mut rng, n, k));
        for alpha in [1.0, -0.3] {
            for b in [b.t(), b.t().as_standard_layout().view()] {
                let mut expected = Array2::zeros((m, n));
                reference::matmul_into(alpha, &a, &b, 0.0, &mut expected);
                let helped = same_bits_everywhere(format!("{m} {k} {n} {alpha}"), || {
                    let mut c = Array2::from_elem((m, n).f(), f32::NAN);
                    matmul_into(alpha, &a, &b, 0.0, &mut c).unwrap();
                    assert_same_bits(&c, &expected, format!("{m} {k} {n} {alpha}"));
                    bits_of(&c)
                });
                assert!(helped > 0, "no second thread took a chunk: {m} {k} {n}");
            }
        }
    }
}

/// The sums of the K-blocks do not fit at once.
#[test]
fn n6_k_is_split_in_rounds() {
    let mut rng = Rng(8);
    let (a, b) = (random::<f32>(&mut rng, 150, 7000), random::<f32>(&mut rng, 7000, 150));
    let mut expected = Array2::zeros((150, 150));
    reference::matmul_into(0.7, &a, &b, 0.0, &mut expected);
    let mut c = Array2::from_elem((150, 150), f32::NAN);
    matmul_into(0.7, &a, &b, 0.0, &mut c).unwrap();
    assert_same_bits(&c, &expected, "150 7000 150");
}

/// The corner where the packed kernels lose a sign: c = -0 and a chain that
/// underflowed to -0, inside and at ragged edges.
#[test]
fn n3_zeros_keep_their_signs() {
    let tiny = f32::MIN_POSITIVE;
    let columns = [[0.0, 0.0], [-0.0, 1.0], [tiny, -tiny], [-tiny, -tiny], [1.0, -0.0]];
    for (m, n) in [(16, 16), (32, 48), (17, 16), (16, 17), (30, 45), (2, 3), (40, 3)] {
        for k in [1, 20, 300] {
            let a = Array2::from_shape_fn((m, k), |(i, p)| columns[i % 5][p % 2]);
            let b = Array2::from_shape_fn((k, n), |(p, j)| columns[(j + 2) % 5][(p + j) % 2]);
            for c0 in [-0.0f32, 0.0] {
                for (alpha, beta) in [
                    (1.0, 1.0),
                    (-1.0, 1.0),
                    (1.0, -1.0),
                    (0.5, 1.0),
                    (2.5, -1.0),
                    (-1.0, 0.0),
                    (1.0, 0.0),
                    (0.5, 0.0),
                    (0.0, 1.0),
                ] {
                    let c = Array2::from_shape_fn(
                        (m, n),
                        |(i, j)| {
                            if (i + j) % 3 == 2 { 1.0 } else { c0 }
                        },
                    );
                    let mut expected = c.clone();
                    reference::matmul_into(alpha, &a, &b, beta, &mut expected);
                    same_bits_everywhere(format!("{m} {k} {n} {c0:?} {alpha} {beta}"), || {
                        let mut c = c.clone();
                        matmul_into(alpha, &a, &b, beta, &mut c).unwrap();
                        assert_same_bits(
                            &c,
                            &expected,
                            format!("{m} {k} {n} {c0:?} {alpha} {beta}"),
                        );
                        bits_of(&c)
                    });
                }
            }
        }
    }
    // The case is real: without a kernel's care this would be +0.
    let (a, b) = (Array2::from_elem((17, 1), -tiny), Array2::from_elem((1, 17), tiny));
    let mut c = Array2::from_elem((17, 17), -0.0f32);
    matmul_into(1.0, &a, &b, 1.0, &mut c).unwrap();
    assert!(c.iter().all(|c| *c == 0.0 && c.is_sign_negative()));
    assert!(matmul(&a, &b).unwrap().iter().all(|c| *c == 0.0 && c.is_sign_positive()));
}

#[test]
fn n1_nan_position() {
    let mut rng = Rng(5);
    for (m, k, n) in [(3, 7, 5), (33, 40, 18)] {
        let (a, b) = (random::<f32>(&mut rng, m, k), random::<f32>(&mut rng, k, n));
        for place in 0..m * k {
            let mut a = a.clone();
            a[[place / k, place % k]] = f32::NAN;
            let c = matmul(&a, &b).unwrap();
            for ((i, _), c) in c.indexed_iter() {
                assert_eq!(c.is_nan(), i == place / k, "NaN at {place}");
            }
        }
    }
}

#[test]
fn n2_zeros_meet_infinities() {
    for (m, k, n) in [(2, 3, 4), (20, 300, 40), (64, 64, 64)] {
        let a = Array2::from_shape_fn((m, k), |(i, _)| if i == 1 { 0.0f64 } else { 1.0 });
        let b = Array2::from_shape_fn(
            (k, n),
            |(p, j)| if (p, j) == (2, 3) { f64::INFINITY } else { 1.0 },
        );
        same_bits_everywhere(format!("{m} {k} {n}"), || {
            let c = matmul(&a, &b).unwrap();
            assert!(c[[1, 3]].is_nan(), "0 * inf is hidden");
            assert_eq!(c[[0, 3]], f64::INFINITY);
            assert_eq!(c[[1, 0]], 0.0);
            bits_of(&c)
        });
        // An alpha of zero hides nothing; a beta of zero does not look at c.
        let mut c = Array2::from_elem((m, n), f64::NAN);
        matmul_into(0.0, &a, &b, 0.0, &mut c).unwrap();
        assert!(c[[0, 3]].is_nan() && c[[1, 3]].is_nan());
        assert_eq!(c[[0, 0]], 0.0);
    }
}

fn wraps<T>(values: &[T], cut: impl Fn(i128) -> T + Copy)
where
    T: Element + Bits + Into<i128>,
{
    let mut rng = Rng(6);
    for (m, k, n) in [(0, 3, 2), (2, 0, 3), (3, 4, 5), (1, 300, 130), (130, 300, 1), (20, 37, 300)]
    {
        let mut draw =
            |r, c| Array2::from_shape_simple_fn((r, c), || values[rng.below(values.len())]);
        let (a, b, c) = (draw(m, k), draw(k, n), draw(m, n));
        for (alpha, beta) in [(T::ONE, T::ZERO), (values[0], values[1]), (T::ONE, T::ONE)] {
            let mut expected = c.clone();
            reference::matmul_into_wrapping(alpha, &a, &b, beta, &mut expected, cut);
            same_bits_everywhere(format!("{m} {k} {n} {alpha:?} {beta:?}"), || {
                let mut c = c.clone();
                matmul_into(alpha, &a, &b, beta, &mut c).unwrap();
                assert_same_bits(&c, &expected, format!("{m} {k} {n} {alpha:?} {beta:?}"));
                bits_of(&c)
            });
            if (alpha, beta) == (T::ONE, T::ZERO) {
                let (at, bt) = (b.t(), a.t());
                assert_same_bits(&matmul(&a, &b).unwrap(), &expected, "matmul");
                assert_same_bits(matmul(&at, &bt).unwrap().t(), &expected, "transposed");
            }
        }
    }
}

#[test]
fn n5_integers_wrap() {
    macro_rules! types {
        ($($t:ty)*) => {$(
            wraps::<$t>(
                &[<$t>::MAX, <$t>::MIN, <$t>::MAX - 1, <$t>::MIN + 1, 1, 0, <$t>::MAX / 3, 7],
                |x| x as $t,
            );
        )*};
    }
    types!(i8 i16 i32 i64 u8 u16 u32 u64);
}

#[test]
fn s1_zero_sizes() {
    for m in 0..3 {
        for k in 0..3 {
            for n in 0..3 {
                let (a, b) = (Array2::<f32>::ones((m, k)), Array2::<f32>::ones((k, n)));
                let reversed = a.slice(s![..;-1, ..;-1]);
                assert_eq!(matmul(&reversed, &b).unwrap(), Array2::from_elem((m, n), k as f32));
                let mut c = Array2::from_elem((m, n), 2.0f32);
                matmul_into(f32::NAN, &a, &b, 3.0, &mut c).unwrap();
                let expected = if k == 0 { 6.0 } else { f32::NAN };
                assert_same_bits(&c, &Array2::from_elem((m, n), expected), "beta alone");
            }
        }
    }
}

#[test]
fn s2_overflow_is_an_error() {
    let one = ndarray::arr2(&[[1.0f32]]);
    let tall = one.broadcast((1 << 32, 1)).unwrap();
    let wide = one.broadcast((1, 1 << 32)).unwrap();
    let err = matmul(&tall, &wide).unwrap_err();
    assert_eq!(err, Error::TooLarge { function: "matmul", shape: vec![1 << 32, 1 << 32] });
    // Fits the address space by its numbers, and no machine has it.
    let (tall, wide) = (one.broadcast((1 << 29, 1)).unwrap(), one.broadcast((1, 1 << 29)).unwrap());
    let err = matmul(&tall, &wide).unwrap_err();
    assert_eq!(err, Error::Memory { function: "matmul", bytes: 1 << 60 });
    // An empty product is none of that, however long its other side.
    let (empty, row) = (Array2::<f32>::zeros((1 << 40, 0)), Array2::<f32>::zeros((0, 0)));
    assert_eq!(matmul(&empty, &row).unwrap().dim(), (1 << 40, 0));
    let err = matmul(&empty, &Array2::zeros((0, 1 << 40))).unwrap_err();
    assert!(matches!(err, Error::TooLarge { function: "matmul", .. }));
}

#[test]
fn s4_an_output_that_overlaps_itself_is_an_error() {
    let mut room = [0.0f64; 16];
    let (a, b) = (Array2::<f64>::ones((3, 2)), Array2::<f64>::ones((2, 3)));
    for strides in [(0, 1), (1, 1), (2, 1), (1, 2)] {
        // ndarray makes no such view that can be written, but does not rule out that
        // other code does: one that is read, taken as one that is written.
        // SAFETY: all indices lie in `room`.
        let mut view =
            unsafe { ArrayView2::from_shape_ptr((3, 3).strides(strides), room.as_mut_ptr()) };
        let layout: &mut LayoutRef<f64, Ix2> = view.as_mut();
        // SAFETY: `ArrayRef` is a transparent wrapper of `LayoutRef`, and nothing else
        // uses `room` meanwhile.
        let c = unsafe { &mut *(std::ptr::from_mut(layout) as *mut ndarray::ArrayRef2<f64>) };
        let err = matmul_into(1.0, &a, &b, 0.0, c).unwrap_err();
        assert!(matches!(err, Error::Overlap { function: "matmul_into", operand: "c", .. }));
        assert_eq!(room, [0.0; 16]);
    }
}

#[test]
fn shapes_that_do_not_agree_are_errors() {
    let (a, b) = (Array2::<i32>::ones((2, 3)), Array2::<i32>::ones((4, 5)));
    assert_eq!(
        matmul(&a, &b).unwrap_err().to_string(),
        "matmul: a has shape [2, 3], but the shape of b, whose rows must be as many as the \
         columns of a, is [4, 5]"
    );
    let (b, mut c) = (Array2::<i32>::ones((3, 5)), Array2::<i32>::ones((5, 2)));
    assert_eq!(
        matmul_into(1, &a, &b, 0, &mut c).unwrap_err().to_string(),
        "matmul_into: c has shape [5, 2], but the shape of the product is [2, 5]"
    );
    assert_eq!(c, Array2::<i32>::ones((5, 2)));
}
