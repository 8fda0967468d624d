//! Sums in `f64` that are cast, and bytes whose sums are taken in `f32`.

use super::*;

/// What `correlate_cast` must be: products and sums rounded one by one, in order.
fn naive_cast(
    src: &ArrayD<i16>,
    taps: &ArrayD<f64>,
    before: &[usize],
    beyond: Beyond<f64>,
) -> ArrayD<f64> {
    ArrayD::from_shape_fn(src.raw_dim(), |at| {
        let mut sum = 0.0;
        for (tap_at, &tap) in taps.indexed_iter() {
            let mut place = Some(at.clone());
            for d in 0..src.ndim() {
                let wanted = (at[d] + tap_at[d]) as isize - before[d] as isize;
                let found = beyond.index(wanted, src.shape()[d] as isize);
                place = place.zip(found).map(|(mut place, at)| {
                    place[d] = at as usize;
                    place
                });
            }
            let constant = if let Beyond::Constant(value) = beyond { value } else { 0.0 };
            let x = place.map_or(constant, |place| f64::from(src[place]));
            let product = x * tap;
            sum += product;
        }
        sum
    })
}

#[test]
fn sums_in_f64_are_rounded_one_by_one_and_cast() {
    let mut rng = Rng(77);
    for (shape, taps) in [
        (vec![3000], vec![5]),
        (vec![40, 1500], vec![3, 4]),
        (vec![9, 8, 7], vec![2, 3, 30]),
        (vec![1, 6], vec![4, 1]),
        (vec![5, 0], vec![3, 3]),
    ] {
        let src = ArrayD::from_shape_simple_fn(shape.clone(), || rng.next() as i16);
        let filter = ArrayD::from_shape_simple_fn(taps.clone(), || 0.3 * rng.unit());
        for border in borders(2.25) {
            let origin = origins(&mut rng, &taps);
            let options = || Options::new().border(border).origin(&origin[..]);
            let pairs = origin.iter().zip(&taps);
            let before: Vec<_> = pairs.map(|(&o, &k)| naive::before_correlating(k, o)).collect();
            let expected = naive_cast(&src, &filter, &before, beyond(border));
            let context = format!("{shape:?} {taps:?} {border:?} {origin:?}");
            let mut out = ArrayD::<f64>::zeros(shape.clone());
            conv::correlate_cast(&src, &filter, options(), &mut out).unwrap();
            assert_same_bits(&out, &expected, &context);
            // Turned, and into integers: towards zero, modulo 256.
            let turned = src.t();
            let (mut small, filter) = (ArrayD::<u8>::zeros(turned.raw_dim()), filter.t());
            let origin: Vec<isize> = origin.iter().rev().copied().collect();
            let options = Options::new().border(border).origin(&origin[..]);
            conv::correlate_cast(&turned, &filter, options, &mut small).unwrap();
            let cast = expected.t().mapv(|x| x as i32 as u8);
            // Added in the order of the turned filter: at most one off.
            for (got, wanted) in small.iter().zip(&cast) {
                let apart = got.wrapping_sub(*wanted);
                assert!([0, 1, 255].contains(&apart), "{context}: {got} {wanted}");
            }
            same_bits_everywhere(&context, || {
                let mut out = ArrayD::<f64>::zeros(shape.clone());
                conv::correlate_cast(&src, &filter.t(), Options::from(border), &mut out).unwrap();
                bits_of(&out)
            });
        }
    }
}

#[test]
fn pairs_are_added_before_they_are_weighted() {
    let src = array![3i32, 1, 4, 1, 5, 9, 2, 6];
    let mut out = Array1::<f64>::zeros(8);
    let pad = |i: isize| f64::from(src[i.clamp(0, 7) as usize]);
    for (taps, expected) in [
        (
            arr1(&[0.1, 0.7, 0.1]),
            (|l, m, r| 0.0 + m * 0.7 + (l + r) * 0.1) as fn(f64, f64, f64) -> f64,
        ),
        (arr1(&[-0.3, 0.1, 0.3]), |l, m, r| 0.0 + m * 0.1 + (l - r) * -0.3),
        (arr1(&[0.1, 0.7, 0.2]), |l, m, r| 0.0 + r * 0.2 + l * 0.1 + m * 0.7),
    ] {
        conv::correlate1d_cast(&src, &taps, 0, 3.0, Border::Nearest, &mut out).unwrap();
        for (i, got) in out.iter().enumerate() {
            let i = i as isize;
            assert_eq!(*got, expected(pad(i - 1), pad(i), pad(i + 1)) / 3.0);
        }
    }
    let error = conv::correlate1d_cast(&src, &arr1(&[]), 0, 1.0, Options::new(), &mut out);
    assert!(matches!(error, Err(Error::Empty { operand: "filter", .. })));
    let error = conv::correlate1d_cast(&src, &arr1(&[1.0]), 1, 1.0, Options::new(), &mut out);
    assert!(matches!(error, Err(Error::Axis { axis: 1, .. })));
    let far = Options::new().origin(2);
    let error = conv::correlate1d_cast(&src, &arr1(&[1.0, 1.0]), 0, 1.0, far, &mut out);
    assert!(matches!(error, Err(Error::Value { option: "origin", .. })));
    let mut short = Array1::<u8>::zeros(7);
    let error = conv::correlate1d_cast(&src, &arr1(&[1.0]), 0, 1.0, Options::new(), &mut short);
    assert!(matches!(error, Err(Error::Shape { operand: "out", .. })));
}

/// What `correlate1d_cast` must be of bytes: sums in `f64`, of pairs where weights are symmetric.
fn naive_bytes<A: Copy + Into<f64>>(
    src: &ArrayD<A>,
    taps: &[f64],
    axis: usize,
    (before, beyond): (usize, Beyond<f64>),
) -> ArrayD<f64> {
    let n = taps.len();
    let all = |f: fn(f64, f64) -> f64| {
        n % 2 == 1 && (0..n / 2).all(|i| f(taps[i], taps[n - 1 - i]).abs() <= f64::EPSILON)
    };
    let (even, odd) = (all(|a, b| a - b), all(|a, b| a + b));
    ArrayD::from_shape_fn(src.raw_dim(), |at| {
        let x = |tap: usize| {
            let wanted = (at[axis] + tap) as isize - before as isize;
            let mut place = at.clone();
            match beyond.index(wanted, src.shape()[axis] as isize) {
                Some(found) => {
                    place[axis] = found as usize;
                    src[place].into()
                }
                None => {
                    if let Beyond::Constant(value) = beyond {
                        value
                    } else {
                        0.0
                    }
                }
            }
        };
        let mut sum = 0.0;
        let mut add = |product: f64| sum += product;
        if even || odd {
            add(x(n / 2) * taps[n / 2]);
            for (i, tap) in taps[..n / 2].iter().enumerate() {
                let (left, right) = (x(i), x(n - 1 - i));
                add(if even { left + right } else { left - right } * tap);
            }
        } else {
            add(x(n - 1) * taps[n - 1]);
            for (i, tap) in taps[..n - 1].iter().enumerate() {
                add(x(i) * tap);
            }
        }
        sum
    })
}

/// Weights of many kinds, some with sums that are whole numbers but for their rounding.
fn byte_weights() -> Vec<Vec<f64>> {
    let gaussian = |sigma: f64, radius: i32| {
        let w: Vec<f64> =
            (-radius..=radius).map(|i| (-0.5 * f64::from(i * i) / (sigma * sigma)).exp()).collect();
        let sum: f64 = w.iter().sum();
        w.into_iter().map(|w| w / sum).collect::<Vec<f64>>()
    };
    vec![
        gaussian(1.0, 4),
        gaussian(10.0, 40),
        gaussian(0.3, 1),
        vec![0.1, 0.2, 0.3, 0.4],
        vec![1.0 / 3.0; 3],
        vec![-1.0, 0.0, 1.0],
        vec![1.0, 2.0, 1.0],
        vec![0.7],
        vec![0.5, 0.5],
        vec![-300.5, 2.0, 77.25],
        vec![0.0, 0.0, 0.0],
        vec![f64::NEG_INFINITY, 1.0],
        vec![1e-40, 1.0, f64::INFINITY],
    ]
}

#[test]
fn n5_bytes_are_what_sums_in_f64_are_cast_to() {
    let mut rng = Rng(8);
    for shape in [vec![1000], vec![37, 70, 3], vec![5, 9, 40], vec![90, 33]] {
        let axes = shape.len();
        let noise = ArrayD::from_shape_simple_fn(shape.clone(), || rng.next() as u8);
        // Flat, with a step: sums that are whole numbers but for rounding.
        let flat = ArrayD::from_shape_fn(shape.clone(), |at| if at[0] < 20 { 255 } else { 7 });
        for (src, taps) in
            [noise, flat].iter().flat_map(|src| byte_weights().into_iter().map(move |w| (src, w)))
        {
            let finite = taps.iter().all(|tap| tap.is_finite());
            for (axis, border) in (0..axes).zip(borders(3.0).into_iter().cycle().skip(axes)) {
                let origin = origins(&mut rng, &[taps.len()])[0];
                let before = naive::before_correlating(taps.len(), origin);
                let expected = naive_bytes(src, &taps, axis, (before, beyond(border)));
                let context = format!("{shape:?} {taps:?} {axis} {border:?} {origin}");
                let options = || Options::new().border(border).origin(origin);
                let filter = Array1::from(taps.clone());
                let cast = expected.mapv(|x| if finite { x as i32 as u8 } else { 0 });
                let run = |src: &ArrayD<u8>, out: &mut ArrayD<u8>| {
                    conv::correlate1d_cast(src, &filter, axis, 1.0, options(), out).unwrap();
                };
                let mut out = ArrayD::zeros(shape.clone());
                run(src, &mut out);
                if finite {
                    assert_eq!(out, cast, "{context}");
                }
                same_bits_everywhere(&context, || {
                    let mut out = ArrayD::zeros(shape.clone());
                    run(src, &mut out);
                    bits_of(&out)
                });
                // Turned, into a type with room, and signed bytes.
                let mut wide = ArrayD::<i16>::zeros(src.t().raw_dim());
                let across = axes - 1 - axis;
                conv::correlate1d_cast(&src.t(), &filter, across, 1.0, options(), &mut wide)
                    .unwrap();
                if finite {
                    assert_eq!(wide.t(), expected.mapv(|x| x as i32 as i16), "{context}");
                }
            }
        }
    }
}

#[test]
fn signed_bytes_and_constants_that_f32_does_not_hold() {
    let src = Array1::from_shape_fn(300, |i| (i * 7 % 256) as u8 as i8);
    for value in [0.1, -1e9, 3.5] {
        let taps = [0.25, -0.5, 0.125];
        let border = Border::Constant(value);
        let expected = naive_bytes(&src.clone().into_dyn(), &taps, 0, (1, Beyond::Constant(value)));
        let mut out = Array1::<i8>::zeros(300);
        conv::correlate1d_cast(&src, &arr1(&taps), 0, 1.0, border, &mut out).unwrap();
        assert_eq!(out.into_dyn(), expected.mapv(|x| x as i32 as i8), "{value}");
    }
}
