//! Maps against the naive loop: layouts, types, tiers, threads, bad input.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{
    Bits, Layout, Rng, assert_same_bits, bits_of, layout, pools, same_bits_everywhere, tiers,
};
use ndarray::{
    Array, Array1, Array2, ArrayD, ArrayView, ArrayViewD, ArrayViewMutD, Axis, Ix0, Ix1, Ix2,
    IxDyn, ShapeBuilder, Slice, array, aview0, s,
};
use proptest::prelude::*;
use swath::{Error, map, map_inplace, map_into, testing};

/// Arithmetic that rounds, with an operation that FMA would change if it were
/// contracted.
fn mix(x: f64, y: f32, z: i32) -> f64 {
    let y = f64::from(y);
    (x * y + f64::from(z)).mul_add(x, 1.5) / (1.0 + x.abs()).sqrt()
}

/// Every element by its index, in the order of the array.
fn naive<A: Copy, R>(a: &ArrayViewD<'_, A>, f: impl Fn(A) -> R) -> ArrayD<R> {
    ArrayD::from_shape_fn(a.raw_dim(), |i| f(a[i]))
}

/// The mutable view of a base made by [`Layout::base`]; no step is 0.
fn view_mut<'a, T>(layout: &Layout, base: &'a mut ArrayD<T>) -> ArrayViewMutD<'a, T> {
    let mut view = base.view_mut();
    if !layout.order.is_empty() {
        view.slice_axis_inplace(Axis(0), Slice::from(layout.skip..));
    }
    let mut inverse = vec![0; layout.order.len()];
    layout.order.iter().enumerate().for_each(|(i, &axis)| inverse[axis] = i);
    let mut view = view.permuted_axes(IxDyn(&inverse));
    for (axis, &step) in layout.steps.iter().enumerate() {
        view.slice_axis_inplace(Axis(axis), Slice::new(0, None, step));
    }
    view
}

/// The layout with every broadcast axis made plain.
fn writable(layout: &Layout) -> Layout {
    let steps = layout.steps.iter().map(|&s| if s == 0 { 1 } else { s }).collect();
    Layout { steps, ..layout.clone() }
}

fn numbers(seed: u64) -> impl FnMut(usize) -> f64 {
    let mut rng = Rng(seed);
    move |_| rng.unit() * 8.0
}

#[test]
fn every_length_and_offset_on_every_tier() {
    let mut rng = Rng(1);
    let base: Array1<f32> = (0..400).map(|_| rng.unit() as f32).collect();
    let bytes: Array1<u8> = (0..400).map(|_| rng.next() as u8).collect();
    for tier in tiers() {
        testing::set_tier(tier);
        for len in 0..=3 * 64 + 1 {
            let offset = len % 16;
            let (a, b) = (base.slice(s![offset..offset + len]), bytes.slice(s![3..3 + len]));
            let got = map!((&a, &b), |(x, y)| x.mul_add(3.0, f32::from(y)) / 7.0).unwrap();
            let expected: Vec<f32> =
                (0..len).map(|i| a[i].mul_add(3.0, f32::from(b[i])) / 7.0).collect();
            assert_same_bits(&got, &expected, format!("{tier} {len}"));
            let got = map(b, |y| y.wrapping_mul(7)).unwrap();
            assert_same_bits(&got, &b.mapv(|y| y.wrapping_mul(7)), format!("{tier} {len}"));
        }
        for offset in 0..16 {
            let a = base.slice(s![offset..offset + 100]);
            let mut out = Array1::zeros(120);
            let to = 15 - offset;
            map_into!(&a, &mut out.slice_mut(s![to..to + 100]), |x| x * x + 0.25).unwrap();
            assert!((0..100).all(|i| out[to + i] == a[i] * a[i] + 0.25), "{tier} {offset}");
            assert_eq!(out.iter().filter(|&&x| x != 0.0).count(), 100, "wrote past the end");
        }
    }
    testing::set_tier(testing::TIERS[2]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_layout_of_one_operand(layout in layout(0..6usize, 0..5), seed in 0..u64::MAX) {
        layout.with(numbers(seed), |a| {
            let got = map!(&a, |x| x * 0.3 + 1.0).unwrap();
            assert_same_bits(&got, &naive(&a, |x| x * 0.3 + 1.0), format!("{layout:?}"));
            let narrow = map(&a, |x| x as i8).unwrap();
            assert_same_bits(&narrow, &naive(&a, |x| x as i8), format!("{layout:?}"));
        });
    }

    #[test]
    fn any_layout_of_long_lines(layout in layout(1..3usize, 0..300), seed in 0..u64::MAX) {
        layout.with(numbers(seed), |a| {
            let got = map!(&a, |x| (x - 1.0) * (x + 1.0)).unwrap();
            assert_same_bits(&got, &naive(&a, |x| (x - 1.0) * (x + 1.0)), format!("{layout:?}"));
        });
    }

    #[test]
    fn any_layouts_of_three_operands(
        l in layout(0..5usize, 1..40), m in layout(0..4usize, 1..40), n in layout(0..4usize, 1..40),
        ones in 0..512usize, seed in 0..u64::MAX,
    ) {
        // Shapes that broadcast: those of `m` and `n` follow `l` from the last axis
        // or are 1. At most 4096 elements.
        let mut shape = l.shape.clone();
        while shape.iter().product::<usize>() > 4096 {
            shape.iter_mut().for_each(|n| *n = n.div_ceil(2));
        }
        let fit = |layout: &Layout, ones: usize| {
            let d = layout.shape.len();
            let s: Vec<usize> = (0..d)
                .map(|i| match (shape.len() + i).checked_sub(d) {
                    Some(j) if ones >> i & 1 == 0 => shape[j],
                    _ => 1,
                })
                .collect();
            layout.with_shape(&s)
        };
        let (l, m, n) = (l.with_shape(&shape), fit(&m, ones & 7), fit(&n, ones >> 3 & 7));
        let mut rng = Rng(seed);
        let mut a = numbers(seed ^ 1);
        l.with(&mut a, |a| m.with(|_| rng.unit() as f32, |b| n.with(|i| i as i32, |c| {
            let got = map!((&a, &b, c.view()), |(x, y, z)| mix(x, y, z)).unwrap();
            let full = got.raw_dim();
            let (a, b, c) = (
                a.broadcast(full.clone()).unwrap(),
                b.broadcast(full.clone()).unwrap(),
                c.broadcast(full.clone()).unwrap(),
            );
            let expected = ArrayD::from_shape_fn(full, |i| mix(a[&i], b[&i], c[&i]));
            assert_same_bits(&got, &expected, format!("{l:?} {m:?} {n:?}"));
        })));
    }

    #[test]
    fn any_layout_of_the_output(
        from in layout(0..4usize, 0..9), to in layout(4..5usize, 0..9), seed in 0..u64::MAX,
    ) {
        let to = writable(&to);
        let d = from.shape.len();
        let from = from.with_shape(&to.shape[4 - d..]);
        from.with(numbers(seed), |a| {
            let mut base = to.base(&mut |_| f64::INFINITY);
            let before = base.clone();
            map_into!(&a, &mut view_mut(&to, &mut base), |x| x * 2.0 - 1.0).unwrap();
            let wide = a.broadcast(IxDyn(&to.shape)).unwrap();
            let expected = naive(&wide, |x| x * 2.0 - 1.0);
            assert_same_bits(to.view(&base), &expected, format!("{from:?} {to:?}"));
            // Nothing beside the view has been written.
            view_mut(&to, &mut base).fill(f64::INFINITY);
            assert_eq!(base, before);
        });
    }

    #[test]
    fn any_layout_in_place(layout in layout(0..5usize, 0..9), seed in 0..u64::MAX) {
        let layout = writable(&layout);
        let mut base = layout.base(&mut numbers(seed));
        let expected = naive(&layout.view(&base), |x| x * x - 0.5);
        let sum: f64 = base.sum() - layout.view(&base).sum();
        map_inplace!(&mut view_mut(&layout, &mut base), |x| x * x - 0.5).unwrap();
        assert_same_bits(layout.view(&base), &expected, format!("{layout:?}"));
        let rest = base.sum() - layout.view(&base).sum();
        assert!((rest - sum).abs() < 1e-9 * (1.0 + base.iter().map(|x| x.abs()).sum::<f64>()));
    }

    #[test]
    fn any_layout_in_place_beside_operands(
        to in layout(4..5usize, 0..9), l in layout(0..4usize, 0..9), m in layout(0..5usize, 0..9),
        ones in 0..256u32, seed in 0..u64::MAX,
    ) {
        let to = writable(&to);
        let fit = |other: &Layout, ones: u32| {
            let d = other.shape.len();
            let of = &to.shape[4 - d..];
            let shape = of.iter().enumerate().map(|(i, &n)| if ones >> i & 1 == 1 { 1 } else { n });
            other.with_shape(&shape.collect::<Vec<_>>())
        };
        let (l, m) = (fit(&l, ones & 15), fit(&m, ones >> 4));
        let mut base = to.base(&mut numbers(seed));
        let whole = base.clone();
        l.with(numbers(seed ^ 1), |a| m.with(|i| i as i32, |b| {
            let f = |t: f64, x: f64, y: i32| t * 0.5 - x + f64::from(y);
            let shape = IxDyn(&to.shape);
            let (x, y) = (a.broadcast(shape.clone()).unwrap(), b.broadcast(shape.clone()).unwrap());
            let before = to.view(&whole);
            let expected = ArrayD::from_shape_fn(shape, |i| f(before[&i], x[&i], y[&i]));
            map_inplace!((&mut view_mut(&to, &mut base), &a, &b), |(t, x, y)| f(t, x, y)).unwrap();
            assert_same_bits(to.view(&base), &expected, format!("{to:?} {l:?} {m:?}"));
            // Nothing beside the view has been written.
            view_mut(&to, &mut base).assign(&before);
            assert_eq!(base, whole);
        }));
    }
}

#[test]
fn one_to_six_operands_of_mixed_types() {
    let a = array![[1u8, 2, 3], [4, 5, 6]];
    let b = array![0.5f32, 1.5, 2.5];
    let c = array![[10i64], [20]];
    let d = aview0(&1000.0f64);
    let e = array![[[true, false, true]]];
    let f = array![[(1i16, 2i16), (3, 4), (5, 6)], [(7, 8), (9, 10), (11, 12)]];
    let one = map!((&a,), |(a,)| a + 1).unwrap();
    assert_eq!(one, array![[2, 3, 4], [5, 6, 7]]);
    let two: Array2<f32> = map!((&a, &b), |(a, b)| f32::from(a) * b).unwrap();
    assert_eq!(two, array![[0.5, 3.0, 7.5], [2.0, 7.5, 15.0]]);
    let three: Array2<i64> = map!((&c, &a, &b), |(c, a, b)| c + i64::from(a) + b as i64).unwrap();
    assert_eq!(three, array![[11, 13, 15], [24, 26, 28]]);
    let four: Array2<f64> =
        map((&a, &b, &c, d), |(a, b, c, d)| f64::from(a) + f64::from(b) + c as f64 + d).unwrap();
    assert_eq!(four[[1, 2]], 6.0 + 2.5 + 20.0 + 1000.0);
    let five = map!((&a, &b, &c, &d, &e), |(a, b, c, d, e)| (a, b, c, d, e)).unwrap();
    assert_eq!(five[[0, 1, 1]], (5, 1.5, 20, 1000.0, false));
    let six = map!((&a, &b, &c, &d, &e, &f), |(a, b, c, d, e, (f, g))| {
        if e { f64::from(a) + f64::from(b) + c as f64 + d } else { f64::from(f * g) }
    })
    .unwrap();
    assert_eq!(six.shape(), [1, 2, 3]);
    assert_eq!(six[[0, 1, 1]], 90.0);
    assert_eq!(six[[0, 1, 2]], 6.0 + 2.5 + 20.0 + 1000.0);
}

#[test]
fn forms_of_the_macro() {
    let a = array![1.0, 2.0];
    let (scale, table) = (2.0, vec![10.0, 20.0, 30.0]);
    assert_eq!(map!(&a, |x: f64| -> f64 { x + 1.0 }).unwrap(), array![2.0, 3.0]);
    assert_eq!(map!(&a, move |x| x * scale).unwrap(), array![2.0, 4.0]);
    assert_eq!(map!(&a, |x| table[x as usize],).unwrap(), array![20.0, 30.0]);
    assert_eq!(map!(&a, |_| 7u8).unwrap(), array![7, 7]);
    let mut out = [0.0; 2];
    let mut view = ndarray::aview_mut1(&mut out);
    map_into!((&a, &a), &mut view, |(x, y): (f64, f64)| x * y * scale).unwrap();
    map_inplace!(&mut view, move |x| x - scale).unwrap();
    assert_eq!(out, [0.0, 6.0]);
    fn double(x: f64) -> f64 {
        2.0 * x
    }
    assert_eq!(map(&a, double).unwrap(), array![2.0, 4.0]);
    assert_eq!(map!(&a, |x| double(x)).unwrap(), array![2.0, 4.0]);
}

#[test]
fn all_forms_of_ndarray_arrays() {
    let owned = array![[1, 2], [3, 4]];
    let expected = array![[2, 3], [4, 5]];
    let shared = owned.to_shared();
    let cow = ndarray::CowArray::from(owned.view());
    let mut copy = owned.clone();
    assert_eq!(map(&owned, |x| x + 1).unwrap(), expected);
    assert_eq!(map(&shared, |x| x + 1).unwrap(), expected);
    assert_eq!(map(&cow, |x| x + 1).unwrap(), expected);
    assert_eq!(map(&owned.view(), |x| x + 1).unwrap(), expected);
    assert_eq!(map(owned.view(), |x| x + 1).unwrap(), expected);
    assert_eq!(map(&copy.view_mut(), |x| x + 1).unwrap(), expected);
    let by_ref: &ndarray::ArrayRef<i32, Ix2> = &owned;
    assert_eq!(map(by_ref, |x| x + 1).unwrap(), expected);
    assert_eq!(map(&owned.t(), |x| x + 1).unwrap(), expected.t());
    assert_eq!(map(owned.row(1), |x| x + 1).unwrap(), array![4, 5]);
    let mut shared = owned.to_shared();
    let other = shared.clone();
    map_inplace(&mut shared, |x| x + 1).unwrap();
    assert_eq!((shared.view(), other.view()), (expected.view(), owned.view()));
}

#[test]
fn fresh_outputs_lie_as_their_operands() {
    let c = Array2::<f64>::zeros((3, 4));
    let f = Array2::<f64>::zeros((3, 4).f());
    let (row, column) = (Array1::<f64>::zeros(4), Array2::<f64>::zeros((3, 1)));
    assert!(map(&c, |x| x).unwrap().is_standard_layout());
    assert!(map(&f, |x| x).unwrap().t().is_standard_layout());
    assert!(map((&f, &row, &f), |x| x.0).unwrap().t().is_standard_layout());
    assert!(map((&f, &c), |x| x.0).unwrap().is_standard_layout());
    assert!(map((&row, &column), |x| x.0).unwrap().is_standard_layout());
    assert!(map(&f.slice(s![..2, ..]), |x| x).unwrap().is_standard_layout());
}

#[test]
fn elements_of_any_size_and_alignment() {
    #[derive(Debug, Clone, Copy, PartialEq)]
    #[repr(align(128))]
    struct Aligned(u8);
    for n in [1, 2, 31, 32, 100, 300] {
        let large = Array2::from_shape_fn((3, n), |(i, j)| [(i * 1000 + j) as u64; 40]);
        let huge = Array2::from_shape_fn((3, n), |(i, j)| [(i * n + j) as u8; 3000]);
        let aligned = Array2::from_shape_fn((3, n), |(i, j)| Aligned((i * n + j) as u8));
        let got =
            map!((&large.t(), &huge.t(), &aligned.t()), |(a, b, c)| { (a[39], b[2999], c.0, c) })
                .unwrap();
        for ((j, i), &(a, b, c, d)) in got.indexed_iter() {
            assert_eq!((a, b), (large[[i, j]][0], huge[[i, j]][0]));
            assert_eq!((c, d), (aligned[[i, j]].0, aligned[[i, j]]));
        }
        let mut out = Array2::from_elem((3, n), [0u8; 3000]);
        map_into!(&aligned, &mut out.slice_mut(s![.., ..;-1]), |c| [c.0; 3000]).unwrap();
        for ((i, j), c) in aligned.indexed_iter() {
            assert_eq!(out[[i, n - 1 - j]], [c.0; 3000]);
        }
        let calls = AtomicUsize::new(0);
        let none = map!(&large.t(), |_| {
            calls.fetch_add(1, Ordering::Relaxed);
        })
        .unwrap();
        assert_eq!((none.len(), calls.into_inner()), (3 * n, 3 * n));
        map(&none, |()| 1u8).unwrap();
    }
}

#[test]
fn the_closure_is_called_once_for_each_element() {
    for shape in [vec![1], vec![63], vec![64, 3], vec![1000], vec![70_000], vec![9, 7, 11]] {
        let calls = ArrayD::from_shape_fn(IxDyn(&shape), |_| AtomicUsize::new(0));
        let places: ArrayD<usize> = {
            let mut i = 0;
            ArrayD::from_shape_simple_fn(IxDyn(&shape), || {
                i += 1;
                i - 1
            })
        };
        for forced in [false, true] {
            let flat = calls.as_slice().unwrap();
            let each = |i: usize| {
                flat[i].fetch_add(1, Ordering::Relaxed);
            };
            if forced {
                testing::set_par_min(Some(0));
            }
            map(&places, each).unwrap();
            map(places.t(), each).unwrap();
            map!(&places, |i| each(i)).unwrap();
            testing::set_par_min(None);
        }
        assert!(calls.iter().all(|c| c.load(Ordering::Relaxed) == 6), "{shape:?}");
    }
}

#[test]
fn n6_same_bits_on_every_tier_and_number_of_threads() {
    let mut rng = Rng(5);
    let mut random =
        |shape: (usize, usize)| Array2::from_shape_simple_fn(shape, || (rng.unit() * 100.0) as f32);
    let (a, b) = (random((97, 301)), random((301, 97)));
    let row = random((1, 301));
    let scale = 0.1f32;
    same_bits_everywhere("contiguous", || {
        let got = map!((&a, &a), |(x, y)| (x * y + scale).mul_add(x, y) / (y * y + 1.0)).unwrap();
        bits_of(&got)
    });
    same_bits_everywhere("transposed, broadcast, reversed", || {
        let got = map!((&a.slice(s![..;-1, ..]), &b.t(), &row), |(x, y, z)| {
            (f64::from(x) * f64::from(y) + f64::from(z)).sqrt()
        })
        .unwrap();
        bits_of(&got)
    });
    same_bits_everywhere("function, short lines", || {
        let cube = a.view().into_shape_with_order((97 * 43, 7)).unwrap();
        bits_of(&map(&cube.slice(s![.., 1..4]), |x| x * x + 1.0).unwrap())
    });
    same_bits_everywhere("into", || {
        let mut out = Array2::from_elem((97, 602), 0.0f32);
        map_into!((&a, &row), &mut out.slice_mut(s![.., ..;-2]), |(x, r)| x / r).unwrap();
        bits_of(&out)
    });
    same_bits_everywhere("in place", || {
        let mut out = b.clone();
        map_inplace!(&mut out, |x| x * 3.0 + x * x).unwrap();
        map_inplace!(&mut out.slice_mut(s![..;3, ..;2]), |x| x.abs().sqrt()).unwrap();
        map_inplace!((&mut out, &b), |(x, y)| x * 0.5 - y).unwrap();
        bits_of(&out)
    });
}

#[test]
fn n2_infinities_are_not_hidden() {
    let a = array![0.0, f64::INFINITY, f64::NAN, 1.0, -0.0];
    let b = array![f64::INFINITY, f64::INFINITY, 0.0, f64::NEG_INFINITY, f64::NAN];
    for tier in tiers() {
        testing::set_tier(tier);
        let product = map!((&a, &b), |(x, y)| x * y).unwrap();
        assert_same_bits(
            &product,
            &[f64::NAN, f64::INFINITY, f64::NAN, -f64::INFINITY, f64::NAN],
            tier,
        );
        let difference = map!((&b, &b), |(x, y)| x - y).unwrap();
        assert_same_bits(&difference, &[f64::NAN, f64::NAN, 0.0, f64::NAN, f64::NAN], tier);
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n1_nan_position() {
    for tier in tiers() {
        testing::set_tier(tier);
        for len in [1, 7, 8, 9, 33, 130] {
            for at in 0..len {
                let mut a = Array1::from_elem(len, 2.0f32);
                a[at] = f32::NAN;
                let got = map!(&a, |x| x * x + 1.0).unwrap();
                assert!(
                    got.iter()
                        .enumerate()
                        .all(|(i, x)| x.bits() == (if i == at { f32::NAN } else { 5.0 }).bits())
                );
            }
        }
    }
    testing::set_tier(testing::TIERS[2]);
}

/// All shapes over {0, 1, 2}^4.
fn small_shapes() -> impl Iterator<Item = [usize; 4]> {
    (0..81usize).map(|i| [i % 3, i / 3 % 3, i / 9 % 3, i / 27])
}

#[test]
fn s1_axes_of_length_zero() {
    for shape in small_shapes() {
        let mut a = Array::from_shape_fn(shape, |(i, j, k, l)| (i + 2 * j + 4 * k + 8 * l) as f64);
        let turned = a.slice(s![..;-1, ..;-1, ..;-1, ..;-1]);
        assert_same_bits(&map!(&turned, |x| x + 1.0).unwrap(), &turned.mapv(|x| x + 1.0), "");
        assert_eq!(map(&a.t(), |x| x + 1.0).unwrap().shape(), a.t().shape());
        let mut out = Array::zeros(shape);
        map_into(&turned, &mut out.slice_mut(s![..;-1, .., .., ..]), |x| x).unwrap();
        assert_eq!(out.slice(s![..;-1, .., .., ..]), turned);
        let before = a.clone();
        map_inplace!(&mut a.slice_mut(s![.., ..;-1, .., ..]), |x| x * 2.0).unwrap();
        assert_eq!(a, before * 2.0);
        for other in small_shapes() {
            let b = Array::from_elem(other, 1.0);
            let fits = shape.iter().zip(&other).all(|(&m, &n)| m == n || m == 1 || n == 1);
            match map((&a, &b), |(x, y)| x + y) {
                Ok(got) => {
                    assert!(fits);
                    assert_eq!(got, &a + &b);
                }
                Err(e) => {
                    assert!(!fits);
                    let shapes = vec![shape.to_vec(), other.to_vec()];
                    assert_eq!(e, Error::Broadcast { function: "map", shapes });
                }
            }
        }
    }
}

#[test]
fn s2_results_too_large_are_refused_before_memory_is_taken() {
    let one = [1.0f32];
    let tall = ArrayView::from_shape((1, 1), &one).unwrap();
    let (tall, wide) =
        (tall.broadcast((1 << 32, 1)).unwrap(), tall.broadcast((1, 1 << 32)).unwrap());
    let err = map!((&tall, &wide), |(x, y)| x + y).unwrap_err();
    assert_eq!(err, Error::TooLarge { function: "map", shape: vec![1 << 32, 1 << 32] });
    // Few bytes in, many out.
    let one = array![1.0f32];
    let long = one.broadcast(1 << 58).unwrap();
    let err = map(&long, |x| [x; 16]).unwrap_err();
    assert_eq!(err, Error::TooLarge { function: "map", shape: vec![1 << 58] });
    let mut out = Array2::zeros((2, 2));
    let err = map_into((&tall, &wide), &mut out, |(x, y)| x + y).unwrap_err();
    assert!(matches!(err, Error::Shape { .. }), "{err}");
}

#[test]
fn s8_memory_that_cannot_be_had_is_an_error() {
    let one = array![1.0f64];
    let long = one.broadcast(1 << 59).unwrap();
    let err = map(&long, |x| x).unwrap_err();
    assert_eq!(err, Error::Memory { function: "map", bytes: 1 << 62 });
}

#[test]
fn s3_views_of_more_than_2_to_32_elements_are_walked_without_memory() {
    // A result of no bytes: the first element ends it.
    let one = array![1u8];
    let long = one.broadcast((1 << 33) + 3).unwrap();
    let stopped = catch_unwind(|| map(&long, |_| resume_unwind(Box::new(()))).map(|a| a.len()));
    assert!(stopped.is_err());
}

#[test]
fn s4_outputs_that_overlap_themselves() {
    let a = array![[1.0, 2.0], [3.0, 4.0]];
    let memory = [0.0; 4];
    for strides in [[0, 1], [1, 0], [0, 0]] {
        let row = ArrayView::from_shape(strides.map(|s| if s == 0 { 1 } else { 2 }), &memory);
        let row = row.unwrap();
        // ndarray's debug assertions forbid to make a mutable view that overlaps
        // itself: pass off a read-only one as mutable.
        let view: ArrayView<'_, f64, Ix2> = row.broadcast((2, 2)).unwrap();
        // SAFETY: the types differ in a marker only, and the compiler checks that the
        // sizes agree; nothing is written through it, as the last line checks.
        let mut out: ndarray::ArrayViewMut<'_, f64, Ix2> = unsafe { std::mem::transmute(view) };
        let strides = strides.to_vec();
        let overlap = |function, operand| Error::Overlap {
            function,
            operand,
            shape: vec![2, 2],
            strides: strides.clone(),
        };
        let err = map_into!(&a, &mut out, |x| x).unwrap_err();
        assert_eq!(err, overlap("map_into", "out"));
        let err = map_inplace!(&mut out, |x: f64| x).unwrap_err();
        assert_eq!(err, overlap("map_inplace", "a"));
        let err = map_inplace!((&mut out, &a), |(x, y)| x + y).unwrap_err();
        assert_eq!(err, overlap("map_inplace", "a"));
    }
    assert_eq!(memory, [0.0; 4]);
}

#[test]
fn s5_outputs_of_another_shape_are_refused_by_name() {
    let (a, b) = (array![[1.0, 2.0], [3.0, 4.0]], array![1.0, 2.0, 3.0]);
    let mut out = Array2::<f64>::zeros((2, 3));
    let err = map_into(&a, &mut out, |x| x).unwrap_err();
    assert_eq!(
        err.to_string(),
        "map_into: out has shape [2, 3], but the shape that the operands broadcast to is [2, 2]"
    );
    let err = map_into((&a, &b), &mut out, |(x, y)| x + y).unwrap_err();
    assert_eq!(err.to_string(), "map_into: operands do not broadcast together: shapes [2, 2], [3]");
    // An output is not broadcast: fewer axes, or axes of length 1.
    assert!(map_into(&a, &mut Array1::zeros(2), |x| x).is_err());
    assert!(map_into(&a, &mut Array2::zeros((1, 2)), |x| x).is_err());
    assert!(map_into(&a, &mut Array2::zeros((0, 2)), |x| x).is_err());
    let err = map_inplace((&mut out, &a), |(t, x)| t + x).unwrap_err();
    assert_eq!(
        err.to_string(),
        "map_inplace: a has shape [2, 3], but the shape that the operands broadcast to is [2, 2]"
    );
    let err = map_inplace!((&mut out, &a, &b), |(t, x, y)| t + x + y).unwrap_err();
    assert_eq!(
        err.to_string(),
        "map_inplace: operands do not broadcast together: shapes [2, 2], [3]"
    );
    assert!(map_inplace((&mut Array1::<f64>::zeros(3), &out), |(t, x)| t + x).is_err());
    assert_eq!(out, Array2::<f64>::zeros((2, 3)));
}

#[test]
fn s5_up_to_forty_axes() {
    for ndim in [0, 1, 7, 8, 9, 33, 40] {
        let shape: Vec<usize> = (0..ndim).map(|i| if i % 4 == 3 { 2 } else { 1 }).collect();
        let n: usize = shape.iter().product();
        let a = ArrayD::from_shape_vec(IxDyn(&shape), (0..n).map(|i| i as f64).collect()).unwrap();
        let reversed = a.t();
        let scalar = Array::<f64, Ix0>::from_elem((), 0.5);
        let got = map!((&reversed, &scalar), |(x, y)| x * y).unwrap();
        assert_eq!(got, &reversed * 0.5);
        let sum = map((&reversed, &a), |(x, y)| x - y);
        let expected =
            reversed.shape().iter().zip(a.shape()).all(|(m, n)| m == n || *m == 1 || *n == 1);
        assert_eq!(sum.is_ok(), expected);
        if let Ok(sum) = sum {
            assert_eq!(sum, &reversed - &a);
        }
        let mut out = ArrayD::zeros(a.t().raw_dim());
        map_into!(&reversed, &mut out, |x| x + 1.0).unwrap();
        map_inplace!(&mut out, |x| x - 1.0).unwrap();
        assert_eq!(out, reversed);
    }
}

#[test]
fn broadcasting_is_ndarrays() {
    let shapes: [&[usize]; 9] =
        [&[], &[1], &[3], &[4], &[3, 1], &[1, 4], &[3, 4], &[2, 3, 4], &[2, 1, 1]];
    for m in shapes {
        for n in shapes {
            let a = ArrayD::from_shape_fn(IxDyn(m), |i| 1.0 + i.slice_sum());
            let b = ArrayD::from_shape_fn(IxDyn(n), |i| 100.0 * i.slice_sum());
            let theirs = catch_unwind(AssertUnwindSafe(|| &a + &b));
            match map!((&a, &b), |(x, y)| x + y) {
                Ok(ours) => assert_eq!(ours, theirs.unwrap()),
                Err(_) => assert!(theirs.is_err(), "{m:?} {n:?}"),
            }
        }
    }
    // Dimension types: the larger one.
    let (one, two) = (Array1::<f64>::zeros(2), Array2::<f64>::zeros((2, 2)));
    let _: Array2<f64> = map((&one, &two), |(x, y)| x + y).unwrap();
    let _: Array<f64, Ix1> = map((&one, &aview0(&1.0)), |(x, y)| x + y).unwrap();
    let _: ArrayD<f64> = map((&one, &two.view().into_dyn()), |(x, y)| x + y).unwrap();
}

trait SliceSum {
    fn slice_sum(&self) -> f64;
}
impl SliceSum for IxDyn {
    fn slice_sum(&self) -> f64 {
        (0..ndarray::Dimension::ndim(self)).map(|i| (self[i] * (i + 1)) as f64).sum()
    }
}

#[test]
fn n5_integer_arithmetic_is_the_closures_own() {
    let a = array![i32::MIN, -1, i32::MAX];
    assert_eq!(map!(&a, |x| x.wrapping_add(1)).unwrap(), array![i32::MIN + 1, 0, i32::MIN]);
    assert_eq!(map!(&a, |x| x.saturating_abs()).unwrap(), array![i32::MAX, 1, i32::MAX]);
    assert_eq!(map!(&a, |x| i64::from(x) * 2).unwrap()[0], -(1 << 32));
    assert_eq!(map!(&a, |x| x as u8).unwrap(), array![0, 255, 255]);
}

/// The size of this process in bytes, where the system tells.
fn process_bytes() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split(' ').next()?.parse::<usize>().ok()? * 4096)
}

#[test]
fn t1_panics_in_closures() {
    let (small, large) = (Array1::from_elem(100, 1.0f64), Array1::from_elem(40_000, 1.0f64));
    let held = Arc::new(());
    let before = process_bytes();
    for i in 0..10_000 {
        let a = if i % 2 == 0 { &small } else { &large };
        let pool = &pools()[i / 2 % 4];
        let at = i * 37 % a.len();
        let calls = AtomicUsize::new(0);
        let kept = Arc::clone(&held);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            pool.install(|| {
                map!(a, |x| {
                    if calls.fetch_add(1, Ordering::Relaxed) == at {
                        resume_unwind(Box::new((Arc::clone(&kept), i)));
                    }
                    x
                })
            })
        }));
        let payload = caught.unwrap_err();
        assert_eq!(payload.downcast_ref::<(Arc<()>, usize)>().unwrap().1, i);
        drop((payload, kept));
        assert_eq!(Arc::strong_count(&held), 1);
        if i % 100 == 0 {
            let sum = pool.install(|| map!(a, |x| x + 1.0)).unwrap();
            assert!(sum.iter().all(|&x| x == 2.0));
        }
    }
    // 5,000 outputs of 320 kB would be 1.6 GB.
    if let (Some(before), Some(after)) = (before, process_bytes()) {
        assert!(after < before + (800 << 20), "grew from {before} to {after} bytes");
    }
}

#[test]
fn t1_the_panic_of_an_inplace_map_leaves_whole_elements() {
    let mut a = Array1::from_elem(5000, (1.0f64, 1.0f64));
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let calls = AtomicUsize::new(0);
        map_inplace!(&mut a.slice_mut(s![..;-3]), |(x, y)| {
            if calls.fetch_add(1, Ordering::Relaxed) == 1000 {
                resume_unwind(Box::new("enough"));
            }
            (x + 1.0, y + 1.0)
        })
    }));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"enough"));
    assert!(a.iter().all(|&p| p == (1.0, 1.0) || p == (2.0, 2.0)));
}

#[test]
fn expensive_elements_are_shared_out_one_by_one() {
    testing::set_chunk(None); // the cut of real use, whatever the environment says
    let a = Array1::from_iter(0..64);
    let threads = std::sync::Mutex::new(std::collections::HashSet::new());
    let got = pools()[2].install(|| {
        map!(&a, |i| {
            // Asleep, so that the other threads run even on one core.
            std::thread::sleep(std::time::Duration::from_millis(1));
            threads.lock().unwrap().insert(std::thread::current().id());
            i + 1
        })
    });
    assert_eq!(got.unwrap(), &a + 1);
    assert!(threads.into_inner().unwrap().len() > 1);
}

#[test]
fn forced_runs_are_helped() {
    let a = Array1::from_elem(1 << 16, 1.5f64);
    let before = testing::helped();
    for _ in 0..1000 {
        testing::set_par_min(Some(0));
        let got = pools()[3].install(|| map!(&a, |x| x * x + x.sqrt()));
        testing::set_par_min(None);
        assert!(got.unwrap().iter().all(|&x| x == 2.25 + 1.5f64.sqrt()));
        if testing::helped() > before {
            return;
        }
    }
    panic!("no second thread took a chunk in 1000 runs");
}

#[test]
fn t6_a_map_inside_a_closure() {
    let rows = array![[1.0, 2.0], [3.0, 4.0]];
    let got = map(&array![0usize, 1], |i| map(rows.row(i), |x| x * 2.0).unwrap()[1]).unwrap();
    assert_eq!(got, array![4.0, 8.0]);
}
