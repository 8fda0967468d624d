//! What cannot be multiplied, what is empty, and what must not be lost, in every function
//! of the family and on every way through it.

use ndarray::{Array1, Array2, Array3, ArrayD, ArrayView2, IxDyn, array};
use swath::matmul::{gram, matmul_map, outer};
use swath::{Error, matmul, matmul_into};

use super::common::{bits_of, same_bits_everywhere};

/// m, k, n of every way: one micro-tile, a few without a plan, rows of tiles, a row, a
/// column, k cut, panels packed by each tile and for all.
const WAYS: [[usize; 3]; 9] = [
    [8, 8, 8],
    [20, 20, 20],
    [100, 300, 120],
    [1, 300, 700],
    [300, 300, 1],
    [40, 2900, 40],
    [5, 300, 700],
    [150, 600, 700],
    [1, 1, 1],
];

/// Ones, but a row of zeros in A and one infinity in B.
fn operands([m, k, n]: [usize; 3], row: usize, [p, j]: [usize; 2]) -> [Array2<f32>; 2] {
    let a = Array2::from_shape_fn((m, k), |(i, _)| if i == row { 0.0 } else { 1.0 });
    let mut b = Array2::ones((k, n));
    b[[p, j]] = f32::INFINITY;
    [a, b]
}

fn check(c: &ArrayView2<'_, f32>, k: usize, row: usize, column: usize, context: &str) {
    for ((i, j), &x) in c.indexed_iter() {
        let is_right = match (i == row, j == column) {
            (true, true) => x.is_nan(),
            (false, true) => x == f32::INFINITY,
            (true, false) => x == 0.0,
            (false, false) => x == k as f32,
        };
        assert!(is_right, "{context}: {x} at [{i}, {j}]");
    }
}

#[test]
fn n2_infinities_meet_zeros_on_every_way() {
    for size in WAYS {
        let [m, k, n] = size;
        for [p, j] in [[0, 0], [k - 1, n - 1], [k / 2, n / 3]] {
            let row = m / 2;
            let [a, b] = operands(size, row, [p, j]);
            let columns = b.t().as_standard_layout().to_owned();
            for (lies, b) in [("in rows", b.view()), ("in columns", columns.t())] {
                let context = format!("{m}x{k}x{n}, B {lies}");
                same_bits_everywhere(&context, || {
                    let c = matmul(&a, &b).unwrap();
                    check(&c.view(), k, row, j, &context);
                    bits_of(&c)
                });
                let c = matmul_map(&a, &b, &array![0.0], |x, _| x).unwrap();
                check(&c.view(), k, row, j, &context);
            }
        }
    }
}

#[test]
fn n2_infinities_meet_zeros_in_stacks_and_with_oneself() {
    for side in [4, 8, 12, 33] {
        let [a, b] = operands([side; 3], 1, [2, 3]);
        let many = |x: &Array2<f32>| x.broadcast((300, side, side)).unwrap().to_owned();
        let c: Array3<f32> = matmul(&many(&a), &many(&b)).unwrap();
        c.outer_iter().for_each(|c| check(&c, side, 1, 3, "a stack"));
    }
    for n in [3, 200] {
        // Row 1 has an infinity where row 0 has a zero.
        let mut a = Array2::<f32>::ones((n, 5));
        (a[[0, 2]], a[[1, 2]]) = (0.0, f32::INFINITY);
        let c = gram(&a).unwrap();
        assert!(c[[0, 1]].is_nan() && c[[1, 0]].is_nan());
        assert_eq!((c[[1, 1]], c[[1, 2]], c[[0, 0]]), (f32::INFINITY, f32::INFINITY, 4.0));
    }
    let (zero, infinity) = (array![0.0, 1.0], array![f64::INFINITY, 2.0]);
    assert!(matmul(&zero, &infinity).unwrap()[()].is_nan());
    assert!(outer(&zero, &infinity).unwrap()[[0, 0]].is_nan());
}

#[test]
fn inner_sizes_that_differ_are_named_with_both_shapes() {
    let told = |error: Error, function: &str| {
        let text = error.to_string();
        assert!(text.starts_with(function), "{text}");
        for shape in ["[2, 3]", "[4, 5]"] {
            assert!(text.contains(shape), "{text} lacks {shape}");
        }
    };
    let (a, b) = (Array2::<f64>::ones((2, 3)), Array2::<f64>::ones((4, 5)));
    told(matmul(&a, &b).unwrap_err(), "matmul");
    told(matmul_into(1.0, &a, &b, 0.0, &mut Array2::zeros((2, 5))).unwrap_err(), "matmul_into");
    told(matmul_map(&a, &b, &array![0.0], |x, _| x).unwrap_err(), "matmul_map");
    let (a, b) = (a.into_dyn(), b.into_dyn());
    told(matmul(&a, &b).unwrap_err(), "matmul");
    let text = matmul(&Array1::<i32>::ones(3), &Array1::<i32>::ones(4)).unwrap_err().to_string();
    assert!(text.contains("[3]") && text.contains("[4]"), "{text}");
}

#[test]
fn batch_axes_that_do_not_broadcast_are_named_with_both_shapes() {
    let (a, b) = (Array3::<f32>::ones((2, 3, 4)), Array3::<f32>::ones((5, 4, 3)));
    let mut c = Array3::zeros((2, 3, 3));
    for error in [
        matmul(&a, &b).unwrap_err(),
        matmul_into(1.0, &a, &b, 0.0, &mut c).unwrap_err(),
        matmul(&a.into_dyn(), &b.into_dyn()).unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(matches!(error, Error::Broadcast { .. }), "{text}");
        assert!(text.contains("[2, 3, 4]") && text.contains("[5, 4, 3]"), "{text}");
    }
    assert!(c.iter().all(|&c| c == 0.0));
}

#[test]
fn s2_overflow_is_an_error_in_every_function() {
    let one = array![[1.0f32]];
    let tall = one.broadcast((1 << 32, 1)).unwrap();
    let long = one.broadcast((1, 1 << 32)).unwrap();
    let shape = vec![1 << 32, 1 << 32];
    let too_large = |function| Error::TooLarge { function, shape: shape.clone() };
    assert_eq!(gram(&tall).unwrap_err(), too_large("gram"));
    assert_eq!(
        matmul_map(&tall, &long, &array![0.0], |x, _| x).unwrap_err(),
        too_large("matmul_map")
    );
    let vector = array![1.0f32];
    let vector = vector.broadcast(1 << 32).unwrap();
    assert!(matches!(outer(&vector, &vector).unwrap_err(), Error::TooLarge { .. }));
    // A stack whose own length is fine, and whose result is not.
    let stack = one.broadcast((1 << 20, 1 << 22, 1)).unwrap();
    let error = matmul(&stack, &one.broadcast((1, 1 << 22)).unwrap()).unwrap_err();
    assert!(matches!(error, Error::TooLarge { function: "matmul", .. }), "{error}");
}

#[test]
fn s1_zero_sides_in_every_function() {
    for (m, k, n) in [(0, 0, 0), (0, 3, 2), (2, 0, 3), (3, 2, 0), (2, 0, 0), (0, 0, 2), (0, 2, 0)] {
        let (a, b) = (Array2::<i64>::ones((m, k)), Array2::<i64>::ones((k, n)));
        let expected = Array2::<i64>::zeros((m, n)) + k as i64;
        assert_eq!(matmul(&a, &b).unwrap(), expected);
        assert_eq!(matmul_map(&a, &b, &array![1], |x, y| x + y).unwrap(), &expected + 1);
        assert_eq!(gram(&a).unwrap(), Array2::<i64>::zeros((m, m)) + k as i64);
        let (row, column) = (Array1::<i64>::ones(k), Array1::<i64>::ones(k));
        assert_eq!(matmul(&row, &b).unwrap(), Array1::zeros(n) + k as i64);
        assert_eq!(matmul(&a, &column).unwrap(), Array1::zeros(m) + k as i64);
        assert_eq!(matmul(&row, &column).unwrap()[()], k as i64);
        for batch in [0, 2] {
            let a = ArrayD::<i64>::ones(IxDyn(&[batch, m, k]));
            let c = matmul(&a, &b.view().into_dyn()).unwrap();
            assert_eq!(c, ArrayD::<i64>::zeros(IxDyn(&[batch, m, n])) + k as i64);
        }
    }
}
