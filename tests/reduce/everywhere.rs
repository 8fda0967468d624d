//! Every reduction over random shapes and layouts: the same bits on any threads and tier.

use num_complex::Complex;

use super::*;

/// Appends the bits of each array, or of each value of a tuple.
macro_rules! push {
    ($bits:ident: $($array:expr;)*) => {
        $($bits.extend(bits_of(&$array.unwrap()));)*
    };
}

/// What every element type has.
fn of_all<T>(a: &ArrayViewD<'_, T>, b: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64>
where
    T: Reduce,
    T::Sum: Bits,
    T::Mean: Bits,
    T::Real: Bits,
{
    let mut bits = vec![reduce::sum(a).bits(), reduce::prod(a).bits(), reduce::mean(a).bits()];
    bits.extend([reduce::var(a, 0.0).bits(), reduce::std(a, 1.0).bits()]);
    bits.extend([reduce::any(a).bits(), reduce::all(a).bits(), reduce::count_nonzero(a).bits()]);
    bits.push(reduce::vdot(a, b).unwrap().bits());
    let count = |n: u64, x: T| n.wrapping_mul(3).wrapping_add(u64::from(x == T::default()));
    bits.push(reduce::fold(a, 1, count, |a, b| a.wrapping_mul(5).wrapping_add(b)));
    push! { bits:
        reduce::sum_axis(a, axes);
        reduce::prod_axis(a, axes);
        reduce::mean_axis(a, axes);
        reduce::var_axis(a, axes, 1.0);
        reduce::std_axis(a, axes, 0.0);
        reduce::any_axis(a, axes);
        reduce::all_axis(a, axes);
        reduce::count_nonzero_axis(a, axes);
        reduce::dot_axis(a, b, axes);
        reduce::fold_axis(a, axes, 1, count, |a: u64, b| a.wrapping_mul(5).wrapping_add(b));
        reduce::sum_axis_from(a, axes, reduce::sum(b));
        reduce::prod_axis_from(a, axes, reduce::sum(b));
    }
    for axis in 0..a.ndim() {
        push! { bits: reduce::vecdot(a, b, axis); }
    }
    bits
}

/// What real numbers have besides.
fn of_reals<T>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64>
where
    T: ReduceReal + Bits,
    T::Mean: Bits,
{
    let mut bits = Vec::new();
    for bias in [false, true] {
        bits.extend([reduce::skew(a, bias).bits(), reduce::kurtosis(a, bias, true).bits()]);
        push! { bits:
            reduce::skew_axis(a, axes, bias);
            reduce::kurtosis_axis(a, axes, true, bias);
            reduce::kurtosis_axis(a, axes, false, bias);
        }
    }
    if a.is_empty() {
        return bits;
    }
    bits.extend([reduce::min(a).unwrap().bits(), reduce::max(a).unwrap().bits()]);
    let (least, most) = reduce::min_max(a).unwrap();
    bits.extend([least.bits(), most.bits()]);
    bits.extend([reduce::argmin(a).unwrap().bits(), reduce::argmax(a).unwrap().bits()]);
    push! { bits:
        reduce::min_axis(a, axes);
        reduce::max_axis(a, axes);
        reduce::min_axis_from(a, axes, T::default());
        reduce::max_axis_from(a, axes, T::default());
        reduce::argmin_axis(a, axes);
        reduce::argmax_axis(a, axes);
    }
    for pair in reduce::min_max_axis(a, axes).unwrap() {
        bits.extend(pair.map(T::bits));
    }
    bits
}

/// What vectors have besides.
fn of_vectors<T>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64>
where
    T: reduce::ReduceNorm,
    T::Real: Bits,
{
    let mut bits = Vec::new();
    for norm in [Norm::L1, Norm::L2, Norm::Inf, Norm::NegInf, Norm::P(2.5), Norm::P(0.0)] {
        bits.push(reduce::norm(a, norm).bits());
        push! { bits: reduce::norm_axis(a, axes, norm); }
    }
    bits
}

/// What floats have besides.
fn of_floats<T>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> Vec<u64>
where
    T: ReduceFloat + Bits,
    T::Mean: Bits,
{
    let mut bits = vec![reduce::nansum(a).bits(), reduce::nanprod(a).bits()];
    bits.extend([reduce::nanmean(a).bits(), reduce::nanvar(a, 0.0).bits()]);
    bits.extend([reduce::nanstd(a, 1.0).bits(), reduce::logsumexp(a).bits()]);
    bits.push(reduce::sum_exact(a).bits());
    push! { bits:
        reduce::nansum_axis(a, axes);
        reduce::nanprod_axis(a, axes);
        reduce::nanmean_axis(a, axes);
        reduce::nanvar_axis(a, axes, 1.0);
        reduce::nanstd_axis(a, axes, 0.0);
        reduce::logsumexp_axis(a, axes);
        reduce::sum_exact_axis(a, axes);
    }
    if !a.is_empty() {
        bits.extend([reduce::nanmin(a).unwrap().bits(), reduce::nanmax(a).unwrap().bits()]);
        push! { bits: reduce::nanmin_axis(a, axes); reduce::nanmax_axis(a, axes); }
        // An error where all is NaN.
        bits.extend(reduce::nanargmin(a).into_iter().chain(reduce::nanargmax(a)).map(usize::bits));
        for places in [reduce::nanargmin_axis(a, axes), reduce::nanargmax_axis(a, axes)] {
            bits.extend(places.iter().flatten().map(|place| place.bits()));
        }
    }
    bits
}

/// Two arrays of a layout, a third of whose elements are NaN if `nan` makes any.
fn each_set<T: Copy>(
    at: &Layout,
    seed: u64,
    make: impl Fn(&mut Rng) -> T,
    bits: impl Fn(&ArrayViewD<'_, T>, &ArrayViewD<'_, T>, &[usize]) -> Vec<u64>,
) {
    let other = Layout { steps: at.steps.iter().rev().copied().collect(), ..at.clone() };
    let (mut rng, mut other_rng) = (Rng(seed), Rng(seed ^ 1));
    let base = at.base(&mut |_| make(&mut rng));
    let other_base = other.base(&mut |_| make(&mut other_rng));
    let (a, b) = (at.view(&base), other.view(&other_base));
    same_bits_everywhere(std::any::type_name::<T>(), || {
        sets_of_axes(a.ndim()).flat_map(|axes| bits(&a, &b, &axes)).collect()
    });
}

fn some_nan(rng: &mut Rng) -> f64 {
    if rng.below(3) == 0 { f64::NAN } else { rng.unit() * 10f64.powi(rng.below(9) as i32 - 4) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, rng_seed: RngSeed::Fixed(2), max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn n6_every_reduction_in_random_layouts(at in layout(1..4usize, 1..16), seed in any::<u64>()) {
        each_set(&at, seed, f32::any, |a, b, axes| {
            [of_all(a, b, axes), of_reals(a, axes), of_vectors(a, axes), of_floats(a, axes)].concat()
        });
        each_set(&at, seed, f64::any, |a, b, axes| {
            [of_all(a, b, axes), of_reals(a, axes), of_vectors(a, axes), of_floats(a, axes)].concat()
        });
        each_set(&at, seed, some_nan, |a, _, axes| of_floats(a, axes));
        each_set(&at, seed, i16::any, |a, b, axes| [of_all(a, b, axes), of_reals(a, axes)].concat());
        each_set(&at, seed, u64::any, |a, b, axes| [of_all(a, b, axes), of_reals(a, axes)].concat());
        each_set(&at, seed, bool::any, |a, b, axes| [of_all(a, b, axes), of_reals(a, axes)].concat());
        let complex = |rng: &mut Rng| Complex::new(f32::any(rng), f32::any(rng));
        each_set(&at, seed, complex, |a, b, axes| {
            [of_all(a, b, axes), of_vectors(a, axes)].concat()
        });
    }
}

#[cfg(feature = "half")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, rng_seed: RngSeed::Fixed(3), max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn n6_every_reduction_of_halves_in_random_layouts(at in layout(1..4usize, 1..16), seed in any::<u64>()) {
        use half::{bf16, f16};
        each_set(&at, seed, |rng| f16::from_f64(some_nan(rng)), |a, b, axes| {
            [of_all(a, b, axes), of_reals(a, axes), of_vectors(a, axes), of_floats(a, axes)].concat()
        });
        each_set(&at, seed, |rng| bf16::from_f32(f32::any(rng)), |a, b, axes| {
            [of_all(a, b, axes), of_reals(a, axes), of_vectors(a, axes), of_floats(a, axes)].concat()
        });
    }
}
