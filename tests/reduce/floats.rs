//! Reductions of floats alone: those that skip NaN, and norms.

use super::*;

/// An element type that is a float.
trait AnyFloat:
    ReduceFloat
    + Reduce<Sum = Self, Mean = Self, Real = Self>
    + Float
    + Bits
    + Item<Sum = Self, Mean = Self>
{
    fn some(rng: &mut Rng) -> Self;
}
impl AnyFloat for f32 {
    fn some(rng: &mut Rng) -> f32 {
        f32::any(rng)
    }
}
impl AnyFloat for f64 {
    fn some(rng: &mut Rng) -> f64 {
        f64::any(rng)
    }
}

/// The reductions of floats alone along some axes, as bits.
fn float_bits<T: AnyFloat>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64> {
    let mut bits = bits_of(&reduce::nansum_axis(a, axes).unwrap());
    bits.extend(bits_of(&reduce::nanprod_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::nanmean_axis(a, axes).unwrap()));
    bits.extend(bits_of(&reduce::nanvar_axis(a, axes, 1.0).unwrap()));
    bits.extend(bits_of(&reduce::norm_axis(a, axes, Norm::L1).unwrap()));
    bits.extend(bits_of(&reduce::norm_axis(a, axes, Norm::Inf).unwrap()));
    if axes.iter().all(|&axis| a.shape()[axis] > 0) {
        bits.extend(bits_of(&reduce::nanmin_axis(a, axes).unwrap()));
        bits.extend(bits_of(&reduce::nanmax_axis(a, axes).unwrap()));
    }
    bits
}

fn naive_float_bits<T: AnyFloat>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64> {
    let names = ["nansum", "nanprod", "nanmean", "nanvar", "norm1", "norm inf", "nanmin", "nanmax"];
    let some = axes.iter().all(|&axis| a.shape()[axis] > 0);
    let names = &names[..if some { 8 } else { 6 }];
    names.iter().flat_map(|name| bits_of(&naive::of_floats_axis(name, a, axes, 1.0))).collect()
}

#[test]
fn n1_nan_is_skipped_where_the_name_says_so() {
    fn check<T: AnyFloat>() {
        let mut rng = Rng(20);
        for shape in [[0, 3, 2], [1, 1, 1], [3, 16, 5], [2, 17, 40], [4, 300, 3], [9000, 2, 1]] {
            for often in [2, 40] {
                let n = shape.iter().product();
                let values: Vec<T> = (0..n)
                    .map(|_| if rng.below(often) == 0 { T::nan() } else { T::some(&mut rng) })
                    .collect();
                let a = ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap();
                for view in [a.view(), a.t(), a.slice(s![..;-1, .., ..]).into_dyn()] {
                    for axes in sets_of_axes(3) {
                        let expected = naive_float_bits(&view, &axes);
                        assert_eq!(float_bits(&view, &axes), expected, "{shape:?} {axes:?}");
                    }
                }
                let flat: Vec<T> = a.iter().copied().collect();
                let whole = |name: &str| naive::of_floats(name, &flat, true, 0.0).bits();
                assert_eq!(reduce::nansum(&a).bits(), whole("nansum"));
                assert_eq!(reduce::nanprod(&a).bits(), whole("nanprod"));
                assert_eq!(reduce::nanmean(&a).bits(), whole("nanmean"));
                assert_eq!(reduce::nanvar(&a, 0.0).bits(), whole("nanvar"));
                if n > 0 {
                    assert_eq!(reduce::nanmin(&a).unwrap().bits(), whole("nanmin"));
                    assert_eq!(reduce::nanmax(&a).unwrap().bits(), whole("nanmax"));
                }
            }
        }
        for n in [1, 5, 17, 5000] {
            let none = Array1::from_elem(n, T::nan());
            let ends = [reduce::nanmin(&none).unwrap(), reduce::nanmax(&none).unwrap()];
            let moments = [reduce::nanmean(&none), reduce::nanstd(&none, 0.0)];
            assert!(ends.into_iter().chain(moments).all(Float::is_nan), "{n}");
            assert_eq!((reduce::nansum(&none), reduce::nanprod(&none)), (T::zero(), T::one()));
        }
        assert!(reduce::nanmin(&Array1::<T>::zeros(0)).is_err());
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check::<f32>();
        check::<f64>();
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n6_same_bits_of_floats_alone() {
    let mut values = random::<f32>(60_000, 21);
    values.iter_mut().step_by(7).for_each(|x| *x = f32::NAN);
    let a = ArrayViewD::from_shape(IxDyn(&[60, 50, 20]), &values).unwrap();
    same_bits_everywhere("floats alone", || {
        let mut bits = vec![reduce::norm(&a, Norm::L2).bits(), reduce::nanstd(&a, 0.0).bits()];
        for axes in sets_of_axes(3) {
            bits.extend(float_bits(&a, &axes));
            let squares = a.mapv(|x| if x.is_nan() { 1e300 } else { f64::from(x) });
            bits.extend(bits_of(&reduce::norm_axis(&squares, &axes[..], Norm::L2).unwrap()));
        }
        bits
    });
}

/// No overflow, no underflow, and the bound of the documentation.
#[test]
fn n7_euclidean_norms_of_all_sizes() {
    for n in [1usize, 3, 16, 17, 200, 2048, 5000, 50_000] {
        for exponent in [-1070, -1000, -700, -450, -401, -399, 0, 400, 499, 501, 700, 1000] {
            // In two steps: a power below the normal numbers would be 1 over infinity.
            let scale = 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2);
            let mut rng = Rng(n as u64);
            let unit: Vec<f64> = (0..n).map(|_| (rng.unit() * 8.0).round() / 8.0).collect();
            let values: Vec<f64> = unit.iter().map(|x| x * scale).collect();
            let kept: Vec<f64> = values.iter().map(|x| x / scale).collect();
            // Sums of squares of eighths are exact.
            let expected = kept.iter().map(|x| x * x).sum::<f64>().sqrt() * scale;
            let column = Array2::from_shape_fn((n, 2), |(i, _)| values[i]);
            let mut all = reduce::norm_axis(&column, 0, Norm::L2).unwrap().to_vec();
            all.push(reduce::norm(&values[..].as_view(), Norm::L2));
            for got in all {
                let bound = 200.0 * f64::EPSILON * expected + f64::from_bits(2);
                assert!((got - expected).abs() <= bound, "{n} 2^{exponent}: {got:e} {expected:e}");
            }
        }
    }
    let mixed = ndarray::array![3e-300, 4e-300, 0.0];
    approx::assert_relative_eq!(reduce::norm(&mixed, Norm::L2), 5e-300, max_relative = 1e-15);
    let inf = ndarray::array![1.0, f64::NEG_INFINITY];
    assert_eq!(reduce::norm(&inf, Norm::L2), f64::INFINITY);
    assert!(reduce::norm(&ndarray::array![f64::NAN, f64::INFINITY], Norm::L2).is_nan());
    assert_eq!(reduce::norm(&ndarray::array![3e38f32, -3e38], Norm::Inf), 3e38);
    assert_eq!(reduce::norm(&ndarray::array![3e30f32, -4e30], Norm::L2), 5e30);
    assert_eq!(reduce::norm(&Array1::<f32>::zeros(0), Norm::L2), 0.0);
}

#[test]
fn vdot_takes_any_two_layouts() {
    let a = Array2::from_shape_vec((40, 50), random::<f64>(2000, 22)).unwrap();
    let b = Array2::from_shape_vec((50, 40), random::<f64>(2000, 23)).unwrap();
    let flat: Vec<f64> = a.iter().zip(b.t()).map(|(x, y)| x * y).collect();
    assert_eq!(reduce::vdot(&a, &b.t()).unwrap().bits(), naive::sequence::<f64>(&flat).bits());
    assert!(reduce::vdot(&a, &b).is_err());
}
