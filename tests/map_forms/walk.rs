//! Ways of walking: rows that repeat, operands that lie across, large outputs.

use super::*;

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
