//! Naive reductions, in the order that `swath::reduce` documents.
//!
//! Every function first lists the elements as a plain vector, then adds them up
//! as the text says. Nothing is shared with the kernels.

use ndarray::{ArrayD, ArrayViewD, Axis, Dimension, IxDyn};

/// An element type, as the contract knows it.
pub trait Item: Copy {
    /// The type of sums.
    type Sum: Copy;
    /// The type of means.
    type Mean: Copy;
    /// Lanes and block length of a sequence.
    const LANES: usize;
    /// Elements of a block.
    const BLOCK: usize;
    /// The sum of no elements.
    const NOTHING: Self::Sum;
    /// As a sum of one.
    fn wide(self) -> Self::Sum;
    /// The product of two, rounded.
    fn product(self, other: Self) -> Self::Sum;
    /// The sum of two.
    fn plus(a: Self::Sum, b: Self::Sum) -> Self::Sum;
    /// The mean, given all elements and their sum.
    fn mean(items: &[Self], sum: Self::Sum) -> Self::Mean;
    /// Whether this is a NaN.
    fn is_nan(self) -> bool;
    /// Whether this is less, with -0.0 less than +0.0.
    fn less(self, other: Self) -> bool;
}

macro_rules! floats {
    ($($t:ident $lanes:expr, $block:expr;)*) => {$(
        impl Item for $t {
            type Sum = $t;
            type Mean = $t;
            const LANES: usize = $lanes;
            const BLOCK: usize = $block;
            const NOTHING: $t = 0.0;
            fn wide(self) -> $t {
                self
            }
            fn product(self, other: $t) -> $t {
                self * other
            }
            fn plus(a: $t, b: $t) -> $t {
                a + b
            }
            fn mean(items: &[$t], sum: $t) -> $t {
                sum / items.len() as $t
            }
            fn is_nan(self) -> bool {
                self != self
            }
            fn less(self, other: $t) -> bool {
                self < other || (self == other && self.is_sign_negative() && !other.is_sign_negative())
            }
        }
    )*};
}
floats! { f32 64, 4096; f64 32, 2048; }

macro_rules! integers {
    ($($t:ident $wide:ident;)*) => {$(
        impl Item for $t {
            type Sum = $wide;
            type Mean = f64;
            const LANES: usize = 1;
            const BLOCK: usize = 1;
            const NOTHING: $wide = 0;
            fn wide(self) -> $wide {
                $wide::from(self)
            }
            fn product(self, other: $t) -> $wide {
                self.wide().wrapping_mul(other.wide())
            }
            fn plus(a: $wide, b: $wide) -> $wide {
                a.wrapping_add(b)
            }
            fn mean(items: &[$t], _: $wide) -> f64 {
                let sum: i128 = items.iter().map(|&x| i128::from(x)).sum();
                sum as f64 / items.len() as f64
            }
            fn is_nan(self) -> bool {
                false
            }
            fn less(self, other: $t) -> bool {
                self < other
            }
        }
    )*};
}
integers! { i8 i64; i16 i64; i32 i64; i64 i64; u8 u64; u16 u64; u32 u64; u64 u64; }

/// Values added by pairs, level by level.
fn by_pairs<T: Item>(mut values: Vec<T::Sum>) -> T::Sum {
    while values.len() > 1 {
        values = values
            .chunks(2)
            .map(|pair| if pair.len() == 2 { T::plus(pair[0], pair[1]) } else { pair[0] })
            .collect();
    }
    values[0]
}

/// One after the other; nothing if there are none.
fn one_by_one<T: Item>(values: impl IntoIterator<Item = T::Sum>) -> Option<T::Sum> {
    values.into_iter().reduce(T::plus)
}

/// One block by lanes.
fn by_lanes<T: Item>(block: &[T::Sum]) -> T::Sum {
    let mut lanes: Vec<Option<T::Sum>> = (0..T::LANES)
        .map(|lane| one_by_one::<T>(block.iter().copied().skip(lane).step_by(T::LANES)))
        .collect();
    while lanes.len() > 1 {
        let half = lanes.len() / 2;
        lanes = (0..half)
            .map(|lane| match (lanes[lane], lanes[lane + half]) {
                (Some(lower), Some(upper)) => Some(T::plus(lower, upper)),
                (lower, upper) => lower.or(upper),
            })
            .collect();
    }
    lanes[0].unwrap()
}

/// The sum of a sequence.
#[must_use]
pub fn sequence<T: Item>(values: &[T::Sum]) -> T::Sum {
    match values.len() {
        0 => T::NOTHING,
        1..=16 => one_by_one::<T>(values.iter().copied()).unwrap(),
        _ => by_pairs::<T>(values.chunks(T::BLOCK).map(by_lanes::<T>).collect()),
    }
}

/// The sum of a column, whose rows are added.
#[must_use]
pub fn column<T: Item>(values: &[T::Sum]) -> T::Sum {
    if values.is_empty() {
        return T::NOTHING;
    }
    by_pairs::<T>(
        values.chunks(128).map(|block| one_by_one::<T>(block.iter().copied()).unwrap()).collect(),
    )
}

/// All elements in the order of memory.
#[must_use]
pub fn in_memory_order<T: Copy>(a: &ArrayViewD<'_, T>) -> Vec<T> {
    let mut view = a.view();
    for axis in 0..view.ndim() {
        if view.stride_of(Axis(axis)) < 0 {
            view.invert_axis(Axis(axis));
        }
    }
    let mut order: Vec<usize> = (0..view.ndim()).collect();
    order.sort_by_key(|&axis| std::cmp::Reverse(view.stride_of(Axis(axis))));
    view.permuted_axes(IxDyn(&order)).iter().copied().collect()
}

/// The least element (or, by `greatest`, the greatest): any NaN wins.
///
/// # Panics
/// If there are no elements.
pub fn extreme<T: Item>(items: &[T], greatest: bool) -> T {
    let mut best = items[0];
    for &x in items {
        let better = if greatest { best.less(x) } else { x.less(best) };
        if !best.is_nan() && (x.is_nan() || better) {
            best = x;
        }
    }
    best
}

/// `sum` of a whole array.
#[must_use]
pub fn sum<T: Item>(a: &ArrayViewD<'_, T>) -> T::Sum {
    let values: Vec<T::Sum> = in_memory_order(a).into_iter().map(T::wide).collect();
    sequence::<T>(&values)
}

/// `mean` of a whole array.
#[must_use]
pub fn mean<T: Item>(a: &ArrayViewD<'_, T>) -> T::Mean {
    T::mean(&in_memory_order(a), sum(a))
}

/// `dot` of two vectors.
///
/// # Panics
/// If the lengths differ.
#[must_use]
pub fn dot<T: Item>(a: &ArrayViewD<'_, T>, b: &ArrayViewD<'_, T>) -> T::Sum {
    assert_eq!(a.shape(), b.shape());
    let products: Vec<T::Sum> = a.iter().zip(b).map(|(&x, &y)| x.product(y)).collect();
    sequence::<T>(&products)
}

/// Whether an axis of views of one shape is taken by sequences, not by rows.
fn by_sequences<T>(views: &[&ArrayViewD<'_, T>], axis: usize) -> bool {
    let step = |axis: usize| -> usize {
        views.iter().map(|view| view.stride_of(Axis(axis)).unsigned_abs()).sum()
    };
    let shape = views[0].shape();
    let counts = |axis: &usize| shape[*axis] > 1 && step(*axis) > 0;
    let others = (0..shape.len()).filter(|other| *other != axis).filter(counts);
    match others.map(step).min() {
        None => true,
        Some(least) => counts(&axis) && step(axis) <= least,
    }
}

/// Each line along `axis` to one value.
fn along<T: Copy, R>(
    a: &ArrayViewD<'_, T>,
    axis: usize,
    mut f: impl FnMut(Vec<T>) -> R,
) -> ArrayD<R> {
    let mut shape = a.shape().to_vec();
    shape.remove(axis);
    let results: Vec<R> = ndarray::indices(IxDyn(&shape))
        .into_iter()
        .map(|index| {
            let mut full = index.as_array_view().to_vec();
            full.insert(axis, 0);
            let line = (0..a.shape()[axis]).map(|i| {
                full[axis] = i;
                a[IxDyn(&full)]
            });
            f(line.collect())
        })
        .collect();
    ArrayD::from_shape_vec(IxDyn(&shape), results).unwrap()
}

/// The view with `axis` walked upwards.
fn upwards<'a, T>(a: &ArrayViewD<'a, T>, axis: usize) -> ArrayViewD<'a, T> {
    let mut view = a.clone();
    if view.stride_of(Axis(axis)) < 0 {
        view.invert_axis(Axis(axis));
    }
    view
}

fn ordered<T: Item>(values: &[T::Sum], by_sequences: bool) -> T::Sum {
    if by_sequences { sequence::<T>(values) } else { column::<T>(values) }
}

/// `sum_axis`.
pub fn sum_axis<T: Item>(a: &ArrayViewD<'_, T>, axis: usize) -> ArrayD<T::Sum> {
    let by_sequences = by_sequences(&[a], axis);
    along(&upwards(a, axis), axis, |line| {
        let values: Vec<T::Sum> = line.into_iter().map(T::wide).collect();
        ordered::<T>(&values, by_sequences)
    })
}

/// `mean_axis`.
pub fn mean_axis<T: Item>(a: &ArrayViewD<'_, T>, axis: usize) -> ArrayD<T::Mean> {
    let by_sequences = by_sequences(&[a], axis);
    along(&upwards(a, axis), axis, |line| {
        let values: Vec<T::Sum> = line.iter().map(|x| x.wide()).collect();
        T::mean(&line, ordered::<T>(&values, by_sequences))
    })
}

/// `min_axis`, or `max_axis`.
pub fn extreme_axis<T: Item>(a: &ArrayViewD<'_, T>, axis: usize, greatest: bool) -> ArrayD<T> {
    along(a, axis, |line| extreme(&line, greatest))
}

/// `dot_axis`.
///
/// # Panics
/// If the shapes differ.
pub fn dot_axis<T: Item>(
    a: &ArrayViewD<'_, T>,
    b: &ArrayViewD<'_, T>,
    axis: usize,
) -> ArrayD<T::Sum> {
    assert_eq!(a.shape(), b.shape());
    let by_sequences = by_sequences(&[a, b], axis);
    let mut others = along(b, axis, |line| line).into_iter();
    along(a, axis, |line| {
        let products: Vec<T::Sum> =
            line.into_iter().zip(others.next().unwrap()).map(|(x, y)| x.product(y)).collect();
        ordered::<T>(&products, by_sequences)
    })
}
