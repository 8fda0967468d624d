//! Floats of 16 bits: as the same numbers in `f32`.

use half::{bf16, f16};

use super::*;

/// A float of 16 bits.
trait Half: ReduceFloat + Reduce<Sum = f32, Mean = f32, Real = f32> + 'static {
    fn of(bits: u16) -> Self;
    fn wide(self) -> f32;
    fn is_same(self, other: f32) -> bool;
}
macro_rules! halves {
    ($($t:ident)*) => {$(impl Half for $t {
        fn of(bits: u16) -> Self {
            $t::from_bits(bits)
        }
        fn wide(self) -> f32 {
            self.to_f32()
        }
        fn is_same(self, other: f32) -> bool {
            self.to_f32().bits() == other.bits()
        }
    }
    impl Bits for $t {
        fn bits(self) -> u64 {
            self.to_f32().bits()
        }
    })*};
}
halves!(f16 bf16);

fn values<T: Half>(n: usize, seed: u64) -> Vec<T> {
    let mut rng = Rng(seed);
    // Sizes about 1, so that sums of thousands are finite.
    let mut one = || loop {
        let x = T::of(rng.next() as u16);
        if x.wide().abs() < 30.0 && (x.wide().abs() > 1e-4 || rng.below(20) == 0) {
            return x;
        }
    };
    (0..n).map(|_| one()).collect()
}

/// Every number there is becomes the right f32: sums of one element, whole blocks of
/// them, and the least of two.
#[test]
fn n7_every_number_of_16_bits() {
    fn check<T: Half>() {
        let all: Vec<T> = (0..=u16::MAX).map(T::of).collect();
        for x in &all {
            let one = Array1::from(vec![*x]);
            assert_eq!(reduce::sum(&one).bits(), x.wide().bits());
            assert!(reduce::min(&one).unwrap().is_same(x.wide()));
            assert!(reduce::max(&one).unwrap().is_same(x.wide()));
        }
        // Rows of 64 go through the lanes of a block, and each lane sees one.
        let rows = Array2::from_shape_fn((1024, 64), |(i, j)| all[i * 64 + j]);
        let wide = rows.mapv(T::wide);
        assert_same_bits(
            &reduce::sum_axis(&rows, 1).unwrap(),
            &reduce::sum_axis(&wide, 1).unwrap(),
            "sums of every number",
        );
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check::<f16>();
        check::<bf16>();
    }
    testing::set_tier(testing::TIERS[2]);
}

fn float_bits<T>(a: &ArrayViewD<'_, T>, axes: &[usize], bits: impl Fn(T) -> u64) -> Vec<u64>
where
    T: ReduceFloat + Reduce<Sum = f32, Mean = f32, Real = f32>,
{
    let mut all = bits_of(&reduce::sum_axis(a, axes).unwrap());
    all.extend(bits_of(&reduce::mean_axis(a, axes).unwrap()));
    all.extend(bits_of(&reduce::prod_axis(a, axes).unwrap()));
    all.extend(bits_of(&reduce::var_axis(a, axes, 1.0).unwrap()));
    all.extend(bits_of(&reduce::skew_axis(a, axes, true).unwrap()));
    all.extend(bits_of(&reduce::dot_axis(a, a, axes).unwrap()));
    all.extend(bits_of(&reduce::count_nonzero_axis(a, axes).unwrap()));
    all.extend(bits_of(&reduce::nansum_axis(a, axes).unwrap()));
    all.extend(bits_of(&reduce::nanprod_axis(a, axes).unwrap()));
    all.extend(bits_of(&reduce::nanmean_axis(a, axes).unwrap()));
    all.extend(bits_of(&reduce::nanvar_axis(a, axes, 1.0).unwrap()));
    all.extend(bits_of(&reduce::nanstd_axis(a, axes, 0.0).unwrap()));
    all.extend(bits_of(&reduce::logsumexp_axis(a, axes).unwrap()));
    all.extend(bits_of(&reduce::sum_exact_axis(a, axes).unwrap()));
    all.extend([reduce::nansum(a), reduce::logsumexp(a), reduce::sum_exact(a)].map(f32::bits));
    for norm in [Norm::L1, Norm::L2, Norm::Inf, Norm::NegInf, Norm::P(3.0)] {
        all.extend(bits_of(&reduce::norm_axis(a, axes, norm).unwrap()));
    }
    if axes.iter().all(|&axis| a.shape()[axis] > 0) {
        all.extend(reduce::min_axis(a, axes).unwrap().iter().map(|&x| bits(x)));
        all.extend(reduce::max_axis(a, axes).unwrap().iter().map(|&x| bits(x)));
        let pairs = reduce::min_max_axis(a, axes).unwrap();
        all.extend(pairs.iter().flat_map(|pair| pair.map(&bits)));
        all.extend(bits_of(&reduce::argmin_axis(a, axes).unwrap()));
        all.extend(bits_of(&reduce::argmax_axis(a, axes).unwrap()));
        all.extend(reduce::nanmin_axis(a, axes).unwrap().iter().map(|&x| bits(x)));
        all.extend(reduce::nanmax_axis(a, axes).unwrap().iter().map(|&x| bits(x)));
        for places in [reduce::nanargmin_axis(a, axes), reduce::nanargmax_axis(a, axes)] {
            all.extend(places.iter().flatten().map(|place| place.bits()));
        }
    }
    all
}

#[test]
fn halves_are_reduced_as_the_same_numbers_in_f32() {
    fn check<T: Half>() {
        for (i, shape) in [[0, 3, 2], [1, 1, 1], [3, 16, 5], [2, 17, 40], [4, 300, 3], [9000, 2, 1]]
            .into_iter()
            .flat_map(|shape| [(0, shape), (5, shape)])
        {
            let n = shape.iter().product();
            let mut a = ArrayD::from_shape_vec(IxDyn(&shape), values::<T>(n, n as u64)).unwrap();
            // Without NaN, and with some.
            if i > 0 {
                a.iter_mut().step_by(i).for_each(|x| *x = T::of(0x7fff));
            }
            let wide = a.mapv(T::wide);
            let turn = s![..;-1, .., ..;2];
            let views = [a.view(), a.t(), a.slice(turn).into_dyn()];
            let wides = [wide.view(), wide.t(), wide.slice(turn).into_dyn()];
            for (a, wide) in views.iter().zip(&wides) {
                for axes in sets_of_axes(3) {
                    assert_eq!(
                        float_bits(a, &axes, |x| x.wide().bits()),
                        float_f32_bits(wide, &axes),
                        "{shape:?} {axes:?}"
                    );
                }
            }
        }
    }
    fn float_f32_bits(a: &ArrayViewD<'_, f32>, axes: &[usize]) -> Vec<u64> {
        float_bits(a, axes, Bits::bits)
    }
    for tier in tiers() {
        testing::set_tier(tier);
        check::<f16>();
        check::<bf16>();
    }
    testing::set_tier(testing::TIERS[2]);
}

#[test]
fn n6_same_bits_of_halves() {
    let a = values::<f16>(60_000, 1);
    let b = values::<bf16>(60_000, 2);
    let shape = IxDyn(&[60, 50, 20]);
    let a = ArrayViewD::from_shape(shape.clone(), &a).unwrap();
    let b = ArrayViewD::from_shape(shape, &b).unwrap();
    let helped = same_bits_everywhere("halves", || {
        let mut bits = vec![reduce::std(&a, 0.0).bits(), reduce::vdot(&b, &b).unwrap().bits()];
        for axes in sets_of_axes(3) {
            bits.extend(float_bits(&a, &axes, |x| u64::from(x.to_bits())));
            bits.extend(float_bits(&b, &axes, |x| u64::from(x.to_bits())));
        }
        bits
    });
    assert!(helped > 0, "no other thread came");
}

#[test]
fn n5_halves_at_the_edges() {
    let half = |x: f32| f16::from_f32(x);
    // Sums are those of f32: larger than any f16.
    let large = Array1::from_elem(100, half(60_000.0));
    assert_eq!(reduce::sum(&large), 100.0 * half(60_000.0).to_f32());
    let a = ndarray::array![half(1.0), f16::NAN, half(-2.0)];
    assert!(reduce::min(&a).unwrap().is_nan() && reduce::max(&a).unwrap().is_nan());
    assert_eq!(reduce::argmax(&a).unwrap(), 1);
    let zeros = ndarray::array![f16::ZERO, f16::NEG_ZERO];
    assert!(reduce::min(&zeros).unwrap().is_sign_negative());
    assert!(reduce::max(&zeros).unwrap().is_sign_positive());
    assert_eq!(reduce::count_nonzero(&zeros), 0);
    let none = Array1::<bf16>::default(0);
    assert!(reduce::min(&none).is_err() && reduce::mean(&none).is_nan());
    assert_eq!((reduce::sum(&none), reduce::prod(&none)), (0.0, 1.0));
    assert_eq!(reduce::min_from(&a.slice(s![2..]), half(-7.0)), half(-7.0));
    assert_eq!(reduce::max_from(&none, bf16::ONE), bf16::ONE);
    assert!(reduce::var(&ndarray::array![half(1.0)], 1.0).is_nan());
    // Without NaN.
    assert_eq!(reduce::nansum(&a), -1.0);
    assert_eq!(reduce::nanmean(&a), -0.5);
    assert_eq!(reduce::nanmin(&a), Ok(half(-2.0)));
    assert_eq!(reduce::nanargmax(&a), Ok(0));
    let nan = Array1::from_elem(3, bf16::NAN);
    assert!(reduce::nanmax(&nan).unwrap().is_nan() && reduce::nanargmin(&nan).is_err());
    // Rounded once, to f32: nothing is lost among numbers of any size, or overflows.
    let sizes = ndarray::array![bf16::MAX, bf16::from_f32(1.0), -bf16::MAX];
    assert_eq!(reduce::sum_exact(&sizes), 1.0);
    assert_eq!(reduce::sum_exact(&large), 100.0 * half(60_000.0).to_f32());
    assert_eq!(reduce::logsumexp(&large), half(60_000.0).to_f32() + 100f32.ln());
    // A fold takes elements of any type.
    let sum = reduce::fold(&large, 0.0, |sum: f64, x: f16| sum + x.to_f64(), |a, b| a + b);
    assert_eq!(sum, f64::from(reduce::sum(&large)));
}

/// More than a block of all numbers of half precision: their exact sum is known.
#[test]
fn n7_exact_sums_of_halves() {
    let finite = |x: &f16| x.is_finite();
    let mut all: Vec<f16> = (0..=u16::MAX).map(f16::from_bits).filter(finite).collect();
    assert_eq!(reduce::sum_exact(&all[..].as_view()), 0.0);
    all.retain(|x| x.is_sign_positive());
    // Whole numbers of 2^-24, far fewer than f64 counts.
    let expected: f64 = all.iter().map(|x| x.to_f64()).sum();
    for step in [1, 3, -2] {
        let view = Array1::from(all.clone());
        let view = view.slice(s![..;step]);
        let expected: f64 =
            if step == 1 { expected } else { view.iter().map(|x| x.to_f64()).sum() };
        assert_eq!(reduce::sum_exact(&view), expected as f32, "{step}");
    }
}
