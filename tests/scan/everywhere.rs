//! Every scan over random shapes and layouts: the same bits on any threads and tier.

use ndarray::ArrayViewMutD;
use swath::scan::Scan;

use super::*;

/// Options in every combination.
fn every_along(axis: usize) -> impl Iterator<Item = Along> {
    (0..8).map(move |set| options(axis, set, ()).0)
}

/// What every element type has.
fn of_all<T>(a: &ArrayViewD<'_, T>) -> Vec<u64>
where
    T: Scan + Bits,
    T::Sum: Bits,
{
    let mut bits = Vec::new();
    for along in (0..a.ndim()).flat_map(every_along) {
        bits.extend(bits_of(&scan::cumsum(a, along).unwrap()));
        bits.extend(bits_of(&scan::cumprod(a, along).unwrap()));
        bits.extend(bits_of(&scan::nancumsum(a, along).unwrap()));
        bits.extend(bits_of(&scan::nancumprod(a, along).unwrap()));
    }
    bits
}

/// What real numbers have besides.
fn of_reals<T: Any + swath::Element>(a: &ArrayViewD<'_, T>) -> Vec<u64>
where
    <T as Reduce>::Sum: Bits,
{
    let mut bits = Vec::new();
    for axis in 0..a.ndim() {
        for along in every_along(axis) {
            bits.extend(bits_of(&scan::cummin(a, along).unwrap()));
            bits.extend(bits_of(&scan::cummax(a, along).unwrap()));
        }
        bits.extend(bits_of(&scan::diff(a, 1, axis).unwrap()));
        bits.extend(bits_of(&scan::diff(a, 3, axis).unwrap()));
        bits.extend(bits_of(&scan::is_sorted_axis(a, axis).unwrap()));
    }
    for places in scan::nonzero(a).unwrap() {
        bits.extend(bits_of(&places));
    }
    bits.extend(bits_of(&scan::flatnonzero(a).unwrap()));
    bits
}

/// Elements chosen by a mask in another layout, and parts along each axis.
fn of_chosen<T: Bits + Send + Sync>(
    a: &ArrayViewD<'_, T>,
    mask: &ArrayViewD<'_, bool>,
) -> Vec<u64> {
    let mut bits = bits_of(&scan::extract(mask, a).unwrap());
    let flat = Array1::from_iter(mask.iter().copied());
    bits.extend(bits_of(&scan::compress(&flat, a).unwrap()));
    for axis in 0..a.ndim() {
        let along = flat.iter().copied().chain([true, false, true]).take(a.len_of(Axis(axis)));
        let parts = scan::compress_axis(&Array1::from_iter(along), a, axis).unwrap();
        bits.extend(bits_of(&parts));
    }
    bits
}

/// Scans whose results have the type of the elements: by a closure, into an output that lies
/// like a mirror image, and in place.
fn of_same<T>(a: &ArrayViewD<'_, T>) -> Vec<u64>
where
    T: Scan<Sum = T> + Bits + Default + std::ops::Add<Output = T>,
{
    let mut bits = Vec::new();
    let mut out = ArrayD::from_elem(a.raw_dim().f(), T::default());
    let turn = |mut out: ArrayViewMutD<'_, T>, f: &mut dyn FnMut(&mut ArrayViewMutD<'_, T>)| {
        (0..out.ndim()).for_each(|axis| out.invert_axis(Axis(axis)));
        f(&mut out);
    };
    for along in (0..a.ndim()).flat_map(every_along) {
        bits.extend(bits_of(&scan::scan(a, along, T::default(), |x, y| x + y).unwrap()));
        turn(out.view_mut(), &mut |out| scan::cumsum_into(a, along, out).unwrap());
        bits.extend(bits_of(&out));
        turn(out.view_mut(), &mut |out| scan::cumprod_inplace(out, along).unwrap());
        bits.extend(bits_of(&out));
    }
    bits
}

/// An array in a layout, and a mask in another.
fn each_set<T: Copy>(
    at: &Layout,
    seed: u64,
    make: impl Fn(&mut Rng) -> T,
    bits: impl Fn(&ArrayViewD<'_, T>, &ArrayViewD<'_, bool>) -> Vec<u64>,
) -> u64 {
    let other = Layout { steps: at.steps.iter().rev().copied().collect(), ..at.clone() };
    let mut rng = Rng(seed);
    let base = at.base(&mut |_| make(&mut rng));
    let mask = other.base(&mut |_| rng.below(3) == 0);
    let (a, mask) = (at.view(&base), other.view(&mask));
    same_bits_everywhere(std::any::type_name::<T>(), || bits(&a, &mask))
}

fn each_layout(at: &Layout, seed: u64) -> u64 {
    let complex = |rng: &mut Rng| Complex::new(f64::any(rng), f64::any(rng));
    let some_nan = |rng: &mut Rng| if rng.below(50) == 0 { f32::NAN } else { f32::any(rng) };
    each_set(at, seed, f32::any, |a, mask| {
        [of_all(a), of_reals(a), of_same(a), of_chosen(a, mask)].concat()
    }) + each_set(at, seed, f64::any, |a, _| [of_all(a), of_reals(a), of_same(a)].concat())
        + each_set(at, seed, some_nan, |a, _| [of_all(a), of_reals(a)].concat())
        + each_set(at, seed, i16::any, |a, mask| {
            [of_all(a), of_reals(a), of_chosen(a, mask)].concat()
        })
        + each_set(at, seed, |rng| rng.next() as u32 % 3, |a, _| [of_all(a), of_reals(a)].concat())
        + each_set(at, seed, |rng| i64::any(rng) >> 40, |a, _| [of_all(a), of_reals(a)].concat())
        + each_set(at, seed, complex, |a, mask| {
            [of_all(a), of_same(a), of_chosen(a, mask)].concat()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, rng_seed: RngSeed::Fixed(4), max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn n6_every_scan_in_random_layouts(at in layout(1..4usize, 0..16), seed in any::<u64>()) {
        each_layout(&at, seed);
    }

    /// Long enough for several blocks, and for chunks that hand their total on.
    #[test]
    fn n6_every_scan_of_long_lines(at in layout(1..2usize, 2000..30_000), seed in any::<u64>()) {
        prop_assert!(each_layout(&at, seed) > 0, "no second thread took a chunk");
    }
}
