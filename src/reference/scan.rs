//! Naive scans, in the order that `swath::scan` documents.

use ndarray::{ArrayD, ArrayViewD, Axis};

/// A line in order: one after the other.
fn one_by_one<V: Copy>(line: &[V], join: impl Fn(V, V) -> V) -> Vec<V> {
    let mut results: Vec<V> = Vec::new();
    for &x in line {
        results.push(results.last().map_or(x, |&last| join(last, x)));
    }
    results
}

/// A group: to each element the one before it, then two, then four before it.
fn group<V: Copy>(items: &[V], join: &impl Fn(V, V) -> V) -> Vec<V> {
    let mut sums = items.to_vec();
    for by in [1, 2, 4] {
        sums = (0..sums.len())
            .map(|i| if i < by { sums[i] } else { join(sums[i - by], sums[i]) })
            .collect();
    }
    sums
}

/// Pieces of a line, each scanned by itself; to each the last of those before it.
fn pieces<V: Copy>(pieces: impl Iterator<Item = Vec<V>>, join: &impl Fn(V, V) -> V) -> Vec<V> {
    let mut results: Vec<V> = Vec::new();
    for piece in pieces {
        let last = results.last().copied();
        results.extend(piece.into_iter().map(|x| last.map_or(x, |last| join(last, x))));
    }
    results
}

fn by_blocks<V: Copy>(line: &[V], join: impl Fn(V, V) -> V) -> Vec<V> {
    let block = |block: &[V]| pieces(block.chunks(8).map(|items| group(items, &join)), &join);
    pieces(line.chunks(2048).map(block), &join)
}

/// How a scan goes, where not forward, inclusive and by groups.
#[derive(Debug, Clone, Copy, Default)]
pub struct How<V> {
    /// The result of no elements, if each result is that of the elements before its own.
    pub exclusive: Option<V>,
    /// From the last to the first.
    pub reverse: bool,
    /// One after the other everywhere.
    pub sequential: bool,
}

/// A scan of `a` along `axis` to an output of the given strides.
pub fn scan<T: Copy, V: Copy>(
    a: &ArrayViewD<'_, T>,
    axis: usize,
    out: &[isize],
    enter: impl Fn(T) -> V,
    join: impl Fn(V, V) -> V,
) -> ArrayD<V> {
    let how = How { exclusive: None, reverse: false, sequential: false };
    scan_as(a, axis, out, how, enter, join)
}

/// [`scan`] with options.
pub fn scan_as<T: Copy, V: Copy>(
    a: &ArrayViewD<'_, T>,
    axis: usize,
    out: &[isize],
    how: How<V>,
    enter: impl Fn(T) -> V,
    join: impl Fn(V, V) -> V,
) -> ArrayD<V> {
    let step = |axis: usize| a.stride_of(Axis(axis)).unsigned_abs() + out[axis].unsigned_abs();
    let others = (0..a.ndim()).filter(|&other| other != axis);
    let others = others.filter(|&other| a.len_of(Axis(other)) > 1 && step(other) > 0);
    let outside = others.map(step).min().is_some_and(|least| step(axis) > least);
    let mut results = a.mapv(enter);
    for mut line in results.lanes_mut(Axis(axis)) {
        let mut values = line.to_vec();
        if how.reverse {
            values.reverse();
        }
        let in_order = outside || how.sequential;
        let mut scanned =
            if in_order { one_by_one(&values, &join) } else { by_blocks(&values, &join) };
        if let (Some(nothing), false) = (how.exclusive, values.is_empty()) {
            scanned.pop();
            scanned.insert(0, nothing);
        }
        if how.reverse {
            scanned.reverse();
        }
        line.assign(&ndarray::Array1::from(scanned));
    }
    results
}
