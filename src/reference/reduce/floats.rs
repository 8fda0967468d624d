//! Folds of floats alone.

use ndarray::{ArrayD, ArrayViewD};
use num_traits::Float;

use super::*;

/// A fold of floats alone: by name, the results from one output's elements.
#[must_use]
pub fn of_floats<T: Item<Sum = T, Mean = T> + Float>(
    name: &str,
    items: &[T],
    sequence: bool,
    ddof: f64,
) -> T {
    let numbers: Vec<T> = items.iter().copied().filter(|x| !Float::is_nan(*x)).collect();
    let instead = |value: T| -> Vec<T> {
        items.iter().map(|&x| if Float::is_nan(x) { value } else { x }).collect()
    };
    let sum = |values: &[T]| added::<T>(values, sequence);
    let sizes: Vec<T> = items.iter().map(|x| x.abs()).collect();
    match name {
        "nansum" => sum(&instead(T::zero())),
        "nanprod" => multiplied::<T>(&instead(T::one()), sequence),
        "nanmean" => {
            sum(&instead(T::zero())) / num_traits::cast::<usize, T>(numbers.len()).unwrap()
        }
        "nanvar" => nan_variance(items, sequence, ddof),
        "nanmin" | "nanmax" if numbers.is_empty() => T::nan(),
        "nanmin" | "nanmax" => extreme(&numbers, name == "nanmax"),
        "norm1" => sum(&sizes).abs(),
        "norm inf" if items.is_empty() => T::zero(),
        "norm inf" => extreme(&sizes, true),
        _ => unreachable!("{name}"),
    }
}

/// Moments of the numbers among elements one after the other.
fn nan_moments_in_order<T: Float>(items: &[T]) -> Moments {
    let (mut n, mut mean, mut m2) = (T::zero(), T::zero(), T::zero());
    for &x in items.iter().filter(|x| !Float::is_nan(**x)) {
        n = n + T::one();
        let d = x - mean;
        mean = mean + d / n;
        m2 = m2 + d * (x - mean);
    }
    (to_f64(n), to_f64(mean), to_f64(m2))
}

fn nan_variance<T: Item + Float>(items: &[T], sequence: bool, ddof: f64) -> T {
    let merge = |a: Moments, b: Moments| if a.0 == 0.0 { b } else { merged(a, b) };
    let of_block = |block: &[T]| {
        let numbers: Vec<T> = block.iter().copied().filter(|x| !Float::is_nan(*x)).collect();
        if numbers.is_empty() { (0.0, 0.0, 0.0) } else { moments_of_block(&numbers, T::LANES) }
    };
    let (n, _, m2) = match items.len() {
        0..=16 => nan_moments_in_order(items),
        _ if sequence => by_pairs(items.chunks(T::BLOCK).map(of_block).collect(), merge),
        _ => by_pairs(items.chunks(128).map(nan_moments_in_order).collect(), merge),
    };
    number(if n - ddof > 0.0 { m2 / (n - ddof) } else { f64::NAN })
}

/// A fold of floats alone along axes.
pub fn of_floats_axis<T: Item<Sum = T, Mean = T> + Float>(
    name: &str,
    a: &ArrayViewD<'_, T>,
    axes: &[usize],
    ddof: f64,
) -> ArrayD<T> {
    let by_sequences = by_sequences(&[a], axes);
    along(a, axes, false, |line| of_floats(name, &line, by_sequences, ddof))
}
