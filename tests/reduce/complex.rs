//! Complex numbers.

use num_complex::Complex;

use super::*;

/// A real type in tests of complex numbers.
trait Part:
    ReduceFloat
    + Reduce<Sum = Self, Mean = Self, Real = Self>
    + Float
    + Bits
    + Item<Sum = Self, Mean = Self>
{
}
impl Part for f32 {}
impl Part for f64 {}

type Numbers<T> = Vec<Complex<T>>;

fn numbers<T: Part>(n: usize, seed: u64) -> Numbers<T> {
    let mut rng = Rng(seed);
    let mut part = || match rng.below(30) {
        0 => T::zero(),
        1 => -T::zero(),
        2 => T::one(),
        _ => num_traits::cast(rng.unit() * 10f64.powi(rng.below(8) as i32 - 4)).unwrap(),
    };
    (0..n).map(|_| Complex::new(part(), part())).collect()
}

/// All reductions whose order the text gives, along some axes, as bits.
fn bits_along<T: Part>(
    a: &ArrayViewD<'_, Complex<T>>,
    b: &ArrayViewD<'_, Complex<T>>,
    axes: &[usize],
) -> Vec<u64>
where
    Complex<T>: Reduce<Sum = Complex<T>, Mean = Complex<T>, Real = T>,
{
    let mut bits = bits_of(&reduce::sum_axis(a, axes).unwrap());
    bits.extend(bits_of(&reduce::mean_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::prod_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::var_axis(a, axes, 1.0).unwrap()));
    bits.extend(bits_of(&reduce::dot_axis(a, b, axes).unwrap()));
    bits.extend(bits_of(&reduce::any_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::all_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::count_nonzero_axis(a, axes).unwrap()));
    bits
}

fn naive_along<T: Part>(
    a: &ArrayViewD<'_, Complex<T>>,
    b: &ArrayViewD<'_, Complex<T>>,
    axes: &[usize],
) -> Vec<u64> {
    let one = [a];
    let sums = naive::complex_axis(&one, axes, false, |line, s| naive::complex_sum(&line, s));
    let n: usize = axes.iter().map(|&axis| a.shape()[axis]).product();
    let mut bits = bits_of(&sums);
    let n: T = num_traits::cast(n).unwrap();
    bits.extend(sums.iter().map(|z| Complex::new(z.re / n, z.im / n).bits()));
    let prod = |line: Numbers<T>, s| naive::complex_prod(&line, s);
    bits.extend(bits_of(&naive::complex_axis(&one, axes, false, prod)));
    let var = |line: Numbers<T>, s| naive::complex_var(&line, s, 1.0, false);
    bits.extend(bits_of(&naive::complex_axis(&one, axes, false, var)));
    let mut lines: Vec<Numbers<T>> = Vec::new();
    naive::complex_axis(&[b], axes, true, |line, _| lines.push(line));
    let mut lines = lines.into_iter();
    let dot = |line: Numbers<T>, s| naive::complex_dot(&line, &lines.next().unwrap(), false, s);
    bits.extend(bits_of(&naive::complex_axis(&[a, b], axes, true, dot)));
    let some = |z: &Complex<T>| !(z.re == T::zero() && z.im == T::zero());
    let any = |line: Numbers<T>, _| line.iter().any(some);
    bits.extend(bits_of(&naive::complex_axis(&one, axes, true, any)));
    let all = |line: Numbers<T>, _| line.iter().all(some);
    bits.extend(bits_of(&naive::complex_axis(&one, axes, true, all)));
    let count = |line: Numbers<T>, _| line.iter().copied().filter(some).count();
    bits.extend(bits_of(&naive::complex_axis(&one, axes, true, count)));
    bits
}

/// Two arrays of a shape, and views of them of many kinds.
fn each_view<T: Part>(shape: [usize; 3], f: impl Fn(&[ArrayViewD<'_, Complex<T>>; 2])) {
    let n: usize = shape.iter().product();
    let make = |seed| ArrayD::from_shape_vec(IxDyn(&shape), numbers::<T>(n, seed)).unwrap();
    let (a, b) = (make(n as u64), make(7));
    f(&[a.view(), b.view()]);
    f(&[a.t(), b.t()]);
    let turned = |a: &'_ ArrayD<Complex<T>>| a.slice(s![..;-1, .., ..;2]).into_dyn().to_owned();
    f(&[a.slice(s![..;-1, .., ..;2]).into_dyn(), turned(&b).view()]);
    if shape[0] > 0 {
        let wide = |a: &'_ ArrayD<Complex<T>>| a.index_axis(Axis(0), 0).to_owned();
        let (a, b) = (wide(&a), wide(&b));
        f(&[a.broadcast(&shape[..]).unwrap(), b.broadcast(&shape[..]).unwrap()]);
    }
}

#[test]
fn complex_reductions_are_those_of_the_contract() {
    fn check<T: Part>()
    where
        Complex<T>: Reduce<Sum = Complex<T>, Mean = Complex<T>, Real = T>,
    {
        let shapes = [[0, 3, 2], [1, 1, 1], [3, 16, 5], [2, 17, 40], [4, 300, 3], [2500, 2, 1]];
        for shape in shapes {
            each_view::<T>(shape, |[a, b]| {
                for axes in sets_of_axes(3) {
                    assert_eq!(
                        bits_along(a, b, &axes),
                        naive_along(a, b, &axes),
                        "{shape:?} {:?} {axes:?}",
                        a.strides()
                    );
                }
                let items = naive::in_memory_order(a);
                assert_eq!(reduce::sum(a).bits(), naive::complex_sum(&items, true).bits());
                assert_eq!(reduce::prod(a).bits(), naive::complex_prod(&items, true).bits());
                let [first, second] = [a, b].map(|a| a.iter().copied().collect::<Numbers<T>>());
                let expected = naive::complex_dot(&first, &second, true, true);
                assert_eq!(reduce::vdot(a, b).unwrap().bits(), expected.bits());
                let root = naive::complex_var(&items, true, 0.0, true);
                assert_eq!(reduce::std(a, 0.0).bits(), root.bits());
            });
        }
        for n in (0..70).chain([511, 1023, 1024, 1025, 2047, 2049, 5000]) {
            let (a, b) = (numbers::<T>(n, n as u64), numbers::<T>(n, 99));
            let expected = naive::complex_dot(&a, &b, false, true);
            let (x, y) = (Array1::from(a.clone()), Array1::from(b.clone()));
            assert_eq!(reduce::dot(&x, &y).unwrap().bits(), expected.bits(), "{n}");
            assert_eq!(reduce::sum(&x).bits(), naive::complex_sum(&a, true).bits(), "{n}");
            assert_eq!(
                reduce::var(&x, 0.0).bits(),
                naive::complex_var(&a, true, 0.0, false).bits()
            );
        }
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check::<f32>();
        check::<f64>();
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n6_same_bits_of_complex_numbers() {
    let (a, b) = (numbers::<f32>(60_000, 1), numbers::<f32>(60_000, 2));
    let shape = IxDyn(&[60, 50, 20]);
    let a = ArrayViewD::from_shape(shape.clone(), &a).unwrap();
    let b = ArrayViewD::from_shape(shape, &b).unwrap();
    let wide = a.mapv(|z| Complex::new(f64::from(z.re), f64::from(z.im)));
    let norms = [Norm::L1, Norm::L2, Norm::Inf, Norm::NegInf, Norm::P(2.5)];
    let helped = same_bits_everywhere("complex", || {
        let mut bits = vec![reduce::vdot(&a, &b).unwrap().bits(), reduce::std(&wide, 0.0).bits()];
        for axes in sets_of_axes(3) {
            bits.extend(bits_along(&a, &b, &axes));
            for norm in norms {
                bits.extend(bits_of(&reduce::norm_axis(&wide, &axes[..], norm).unwrap()));
                bits.extend(bits_of(&reduce::norm_axis(&a, &axes[..], norm).unwrap()));
            }
        }
        bits.extend(bits_of(&reduce::vecdot(&a, &b, 2).unwrap()));
        bits
    });
    assert!(helped > 0, "no other thread came");
}

/// Within the bounds of the documentation, of sizes that overflow when squared too.
#[test]
fn n7_norms_of_complex_numbers() {
    for n in [1usize, 3, 16, 17, 1025, 5000] {
        for scale in [1.0, 1e-300, 1e300] {
            let a: Array1<Complex<f64>> =
                numbers::<f64>(n, n as u64).into_iter().map(|z| z * (scale / 1e5)).collect();
            let sizes: Vec<f64> = a.iter().map(|z| z.re.hypot(z.im)).collect();
            let near = |got: f64, expected: f64| {
                let bound = 300.0 * f64::EPSILON * expected + f64::from_bits(4);
                assert!((got - expected).abs() <= bound, "{n} {scale}: {got:e} {expected:e}");
            };
            near(reduce::norm(&a, Norm::L1), sizes.iter().sum());
            let most = sizes.iter().copied().fold(0.0, f64::max);
            near(reduce::norm(&a, Norm::Inf), most);
            near(reduce::norm(&a, Norm::NegInf), sizes.iter().copied().fold(f64::MAX, f64::min));
            let square: f64 = sizes.iter().map(|x| (x / most) * (x / most)).sum();
            near(reduce::norm(&a, Norm::L2), square.sqrt() * most);
            let narrow = a.mapv(|z| Complex::new((z.re / scale) as f32, (z.im / scale) as f32));
            let got = f64::from(reduce::norm(&narrow, Norm::L1));
            let expected: f64 = sizes.iter().map(|x| x / scale).sum();
            assert!((got - expected).abs() <= 300.0 * f64::from(f32::EPSILON) * expected);
        }
    }
    let infinite = ndarray::array![Complex::new(f32::NAN, f32::NEG_INFINITY)];
    assert_eq!(reduce::norm(&infinite, Norm::L2), f32::INFINITY);
    let nan = ndarray::array![Complex::new(1.0, f64::NAN), Complex::new(2.0, 1.0)];
    assert!(reduce::norm(&nan, Norm::L1).is_nan() && reduce::norm(&nan, Norm::Inf).is_nan());
}

#[test]
fn n5_complex_numbers_at_the_edges() {
    let none = Array1::<Complex<f64>>::zeros(0);
    assert_eq!(reduce::sum(&none), Complex::new(0.0, 0.0));
    assert_eq!(reduce::prod(&none), Complex::new(1.0, 0.0));
    assert!(reduce::mean(&none).re.is_nan() && reduce::var(&none, 0.0).is_nan());
    assert!(!reduce::any(&none) && reduce::all(&none));
    assert_eq!(reduce::norm(&none, Norm::L2), 0.0);
    // An infinity is not lost in 1 times it.
    let one = ndarray::array![Complex::new(f64::INFINITY, 1.0)];
    assert_eq!(reduce::prod(&one), one[0]);
    assert_eq!(scan_prod(&one)[0], one[0]);
    // ddof of n and more: infinite, or not a number where nothing deviates.
    let two = ndarray::array![Complex::new(1.0f32, 2.0), Complex::new(3.0, 1.0)];
    assert_eq!(reduce::var(&two, 0.0), 1.25);
    assert_eq!(reduce::var(&two, 2.0), f32::INFINITY);
    assert_eq!(reduce::var(&two, 5.0), f32::INFINITY);
    assert!(reduce::var(&one, 1.0).is_nan());
    // Conjugated or not.
    let (a, b) = (ndarray::array![Complex::new(1.0, 2.0)], ndarray::array![Complex::new(3.0, 4.0)]);
    assert_eq!(reduce::dot(&a, &b).unwrap(), Complex::new(-5.0, 10.0));
    assert_eq!(reduce::vdot(&a, &b).unwrap(), Complex::new(11.0, -2.0));
    assert_eq!(reduce::vecdot(&a, &b, 0).unwrap().into_scalar(), Complex::new(11.0, -2.0));
    let from = reduce::sum_from(&a, Complex::new(10.0, 10.0));
    assert_eq!(from, Complex::new(11.0, 12.0));
    assert_eq!(
        reduce::prod_axis_from(&a, 0, Complex::new(0.0, 1.0)).unwrap().into_scalar(),
        Complex::new(-2.0, 1.0)
    );
    // Zeros of both signs are zero, NaN is not.
    let parts = [(0.0, -0.0), (0.0, 1.0), (f64::NAN, 0.0), (-0.0, 0.0)];
    let a: Array1<_> = parts.into_iter().map(|(re, im)| Complex::new(re, im)).collect();
    assert_eq!(reduce::count_nonzero(&a), 2);
    assert!(reduce::sum_axis(&a, 1).is_err());
    let error = reduce::dot(&a, &b).unwrap_err().to_string();
    assert!(error.contains("dot") && error.contains('4'), "{error}");
}

fn scan_prod(a: &Array1<Complex<f64>>) -> Array1<Complex<f64>> {
    swath::scan::cumprod(a, 0).unwrap()
}
