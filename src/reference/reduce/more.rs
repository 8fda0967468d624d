//! Folds by closures, higher moments, norms of any power.

use ndarray::{ArrayD, ArrayViewD};

use super::{Item, along, by_lanes, by_pairs, by_sequences};

/// A fold of a sequence: blocks of `block` elements, each by `count` lanes.
pub fn fold<T: Copy, A: Copy>(
    items: &[T],
    block: usize,
    count: usize,
    identity: A,
    step: impl Fn(A, T) -> A,
    combine: impl Fn(A, A) -> A,
) -> A {
    let of_block = |block: &[T]| {
        let mut lanes: Vec<A> = (0..count)
            .map(|l| block.iter().skip(l).step_by(count).fold(identity, |a, &x| step(a, x)))
            .collect();
        while lanes.len() > 1 {
            let half = lanes.len() / 2;
            lanes = (0..half).map(|l| combine(lanes[l], lanes[l + half])).collect();
        }
        lanes[0]
    };
    match items.len() {
        0..=16 => items.iter().fold(identity, |a, &x| step(a, x)),
        _ => by_pairs(items.chunks(block).map(of_block).collect(), combine),
    }
}

/// How many, their mean, and the sums of powers of deviations from it.
type Powers = [f64; 5];

fn powers_in_order(items: &[f64]) -> Powers {
    let mut all = [0.0; 5];
    for &x in items {
        let [before, mean, m2, m3, m4] = all;
        let n = before + 1.0;
        let d = x - mean;
        let part = d / n;
        let squares = part * part;
        let both = d * part * (n - 1.0);
        all = [
            n,
            mean + part,
            m2 + both,
            m3 + both * part * (n - 2.0) - 3.0 * part * m2,
            m4 + both * squares * (n * n - 3.0 * n + 3.0) + 6.0 * squares * m2 - 4.0 * part * m3,
        ];
    }
    all
}

fn powers_of_block(items: &[f64]) -> Powers {
    let n = items.len() as f64;
    let plus = |a: f64, b: f64| a + b;
    let shift = by_lanes(items, 32, &plus) / n;
    let sum = |power: &dyn Fn(f64) -> f64| {
        let values: Vec<f64> = items.iter().map(|x| power(x - shift)).collect();
        by_lanes(&values, 8, &plus)
    };
    let (s1, s2) = (sum(&|d| d), sum(&|d| d * d));
    let (s3, s4) = (sum(&|d| d * d * d), sum(&|d| (d * d) * (d * d)));
    let e = s1 / n;
    let ee = e * e;
    let m2 = s2 - n * ee;
    [
        n,
        shift + e,
        if m2 < 0.0 { 0.0 } else { m2 },
        s3 - 3.0 * e * s2 + 2.0 * n * ee * e,
        s4 - 4.0 * e * s3 + 6.0 * ee * s2 - 3.0 * n * ee * ee,
    ]
}

fn powers_merged(a: Powers, b: Powers) -> Powers {
    let ([na, ma, a2, a3, a4], [nb, mb, b2, b3, b4]) = (a, b);
    let n = na + nb;
    let d = mb - ma;
    let part = d / n;
    let both = d * part * na * nb;
    let squares = part * part;
    [
        n,
        ma + part * nb,
        a2 + b2 + both,
        a3 + b3 + both * part * (na - nb) + 3.0 * part * (na * b2 - nb * a2),
        a4 + b4
            + both * squares * (na * na - na * nb + nb * nb)
            + 6.0 * squares * (na * na * b2 + nb * nb * a2)
            + 4.0 * part * (na * b3 - nb * a3),
    ]
}

/// Skewness and kurtosis of one output's elements: biased, unbiased; and by Pearson's
/// definition, biased.
pub fn higher<T: Item>(items: &[T], sequence: bool) -> [f64; 5] {
    let items: Vec<f64> = items.iter().map(|x| num_traits::cast(x.real()).unwrap()).collect();
    let [n, mean, m2, m3, m4] = match items.len() {
        0..=16 => powers_in_order(&items),
        _ if sequence => by_pairs(items.chunks(2048).map(powers_of_block).collect(), powers_merged),
        _ => by_pairs(items.chunks(128).map(powers_in_order).collect(), powers_merged),
    };
    let epsilon = if size_of::<T::Mean>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let variance = m2 / n;
    if n == 0.0 || variance.is_nan() || variance <= (epsilon * mean) * (epsilon * mean) {
        return [f64::NAN; 5];
    }
    let skew = m3 / n / (variance * variance.sqrt());
    let kurtosis = m4 / n / (variance * variance);
    let (mut sample_skew, mut sample) = (skew, kurtosis);
    if n > 2.0 {
        sample_skew = ((n - 1.0) * n).sqrt() / (n - 2.0) * skew;
    }
    if n > 3.0 {
        let squares = 3.0 * ((n - 1.0) * (n - 1.0));
        sample = ((n * n - 1.0) * kurtosis - squares) / ((n - 2.0) * (n - 3.0)) + 3.0;
    }
    [skew, sample_skew, kurtosis - 3.0, sample - 3.0, kurtosis]
}

/// [`higher`] along axes.
pub fn higher_axis<T: Item>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> ArrayD<[f64; 5]> {
    let by_sequences = by_sequences(&[a], axes);
    along(a, axes, false, |line| higher(&line, by_sequences))
}

/// The sum, rounded once: partial sums that do not overlap (Shewchuk, 1997), as Python's
/// `math.fsum`. Of finite numbers of which no partial sum overflows.
#[must_use]
pub fn fsum(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut parts: Vec<f64> = Vec::new();
    for mut x in values {
        let mut kept = Vec::new();
        for &part in &parts {
            let (larger, smaller) = if x.abs() < part.abs() { (part, x) } else { (x, part) };
            let sum = larger + smaller;
            let rest = smaller - (sum - larger);
            if rest != 0.0 {
                kept.push(rest);
            }
            x = sum;
        }
        kept.push(x);
        parts = kept;
    }
    let Some(mut sum) = parts.pop() else { return 0.0 };
    while let Some(part) = parts.pop() {
        let before = sum;
        sum = before + part;
        let rest = part - (sum - before);
        if rest != 0.0 {
            // A tie, broken by what is left.
            let next = parts.last().copied().unwrap_or(0.0);
            if (rest < 0.0 && next < 0.0) || (rest > 0.0 && next > 0.0) {
                let twice = 2.0 * rest;
                let up = sum + twice;
                if up - sum == twice {
                    sum = up;
                }
            }
            break;
        }
    }
    sum
}

/// What `f` makes of the elements of each output.
pub fn each_line<T: Copy, R>(
    a: &ArrayViewD<'_, T>,
    axes: &[usize],
    f: impl FnMut(Vec<T>) -> R,
) -> ArrayD<R> {
    along(a, axes, true, f)
}
