//! Naive reductions, in the order that `swath::reduce` documents.
//!
//! Every function first lists the elements as a plain vector, then adds them up
//! as the text says. Nothing is shared with the kernels.

mod complex;
mod floats;
mod more;

pub use complex::*;
pub use floats::*;
pub use more::*;

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};
use num_traits::Float;

/// An element type, as the contract knows it.
pub trait Item: Copy + Default + PartialEq {
    /// The type of sums.
    type Sum: Copy;
    /// The type of means, and the one in which variances are computed.
    type Mean: Float;
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
    /// The product of two sums.
    fn times(a: Self::Sum, b: Self::Sum) -> Self::Sum;
    /// The product of none.
    const ONE: Self::Sum;
    /// As a mean of one.
    fn real(self) -> Self::Mean;
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
            fn times(a: $t, b: $t) -> $t {
                a * b
            }
            const ONE: $t = 1.0;
            fn real(self) -> $t {
                self
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
            fn times(a: $wide, b: $wide) -> $wide {
                a.wrapping_mul(b)
            }
            const ONE: $wide = 1;
            fn real(self) -> f64 {
                i128::from(self) as f64
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
integers! { bool i64; i8 i64; i16 i64; i32 i64; i64 i64; u8 u64; u16 u64; u32 u64; u64 u64; }

/// Values merged by pairs, level by level.
fn by_pairs<V: Copy>(mut values: Vec<V>, merge: impl Fn(V, V) -> V) -> V {
    while values.len() > 1 {
        values = values
            .chunks(2)
            .map(|pair| if pair.len() == 2 { merge(pair[0], pair[1]) } else { pair[0] })
            .collect();
    }
    values[0]
}

/// One block by lanes.
fn by_lanes<V: Copy>(block: &[V], count: usize, merge: &impl Fn(V, V) -> V) -> V {
    let mut lanes: Vec<Option<V>> = (0..count)
        .map(|lane| block.iter().copied().skip(lane).step_by(count).reduce(merge))
        .collect();
    while lanes.len() > 1 {
        let half = lanes.len() / 2;
        lanes = (0..half)
            .map(|lane| match (lanes[lane], lanes[lane + half]) {
                (Some(lower), Some(upper)) => Some(merge(lower, upper)),
                (lower, upper) => lower.or(upper),
            })
            .collect();
    }
    lanes[0].unwrap()
}

/// Values in the order of a sequence, or of a column, whose rows are added; at least
/// one.
fn in_order<T: Item, V: Copy>(values: &[V], sequence: bool, merge: impl Fn(V, V) -> V) -> V {
    in_order_of(values, (T::LANES, T::BLOCK), sequence, merge)
}

/// The same with so many lanes, over blocks of so many elements.
fn in_order_of<V: Copy>(
    values: &[V],
    (lanes, block): (usize, usize),
    sequence: bool,
    merge: impl Fn(V, V) -> V,
) -> V {
    let one_by_one = |block: &[V]| block.iter().copied().reduce(&merge).unwrap();
    match values.len() {
        1..=16 => one_by_one(values),
        _ if sequence => {
            let blocks = values.chunks(block);
            by_pairs(blocks.map(|block| by_lanes(block, lanes, &merge)).collect(), &merge)
        }
        _ => by_pairs(values.chunks(128).map(one_by_one).collect(), &merge),
    }
}

/// The sum of values.
fn added<T: Item>(values: &[T::Sum], sequence: bool) -> T::Sum {
    if values.is_empty() { T::NOTHING } else { in_order::<T, _>(values, sequence, T::plus) }
}

/// The sum of a sequence.
#[must_use]
pub fn sequence<T: Item>(values: &[T::Sum]) -> T::Sum {
    added::<T>(values, true)
}

/// The product of values.
fn multiplied<T: Item>(items: &[T], sequence: bool) -> T::Sum {
    let values: Vec<T::Sum> = items.iter().map(|x| x.wide()).collect();
    if values.is_empty() { T::ONE } else { in_order::<T, _>(&values, sequence, T::times) }
}

/// How many, their mean, and the sum of squared deviations from it.
type Moments = (f64, f64, f64);

fn number<F: Float>(x: impl num_traits::NumCast) -> F {
    num_traits::cast(x).unwrap()
}

fn to_f64<F: Float>(x: F) -> f64 {
    x.to_f64().unwrap()
}

/// Moments of elements one after the other.
fn moments_in_order<F: Float>(items: &[F]) -> Moments {
    let (mut mean, mut m2) = (F::zero(), F::zero());
    for (i, &x) in items.iter().enumerate() {
        let d = x - mean;
        mean = mean + d * (F::one() / number(i + 1));
        m2 = m2 + d * (x - mean);
    }
    (items.len() as f64, to_f64(mean), to_f64(m2))
}

/// Moments of a block.
fn moments_of_block<F: Float>(items: &[F], lanes: usize) -> Moments {
    let n = items.len() as f64;
    let sum = |values: Vec<F>| by_lanes(&values, lanes, &|a, b| a + b);
    let shift = sum(items.to_vec()) / number(items.len());
    let s1 = to_f64(sum(items.iter().map(|&x| x - shift).collect()));
    let s2 = to_f64(sum(items.iter().map(|&x| (x - shift) * (x - shift)).collect()));
    let m2 = s2 - s1 * s1 / n;
    (n, to_f64(shift) + s1 / n, if m2 < 0.0 { 0.0 } else { m2 })
}

fn merged((na, a, a2): Moments, (nb, b, b2): Moments) -> Moments {
    let (n, d) = (na + nb, b - a);
    let part = nb / n;
    (n, a + d * part, a2 + b2 + d * d * na * part)
}

/// The variance, or its root.
fn variance<T: Item>(items: &[T], sequence: bool, ddof: f64, root: bool) -> T::Mean {
    let (lanes, block) = if size_of::<T::Mean>() == 4 { (64, 4096) } else { (32, 2048) };
    let reals: Vec<T::Mean> = items.iter().map(|x| x.real()).collect();
    let variance = variance_of(&reals, (lanes, block), sequence, ddof);
    number(if root { variance.sqrt() } else { variance })
}

/// The variance in `f64`, of floats in so many lanes over blocks of so many.
fn variance_of<F: Float>(
    reals: &[F],
    (lanes, block): (usize, usize),
    sequence: bool,
    ddof: f64,
) -> f64 {
    let (n, _, m2) = match reals.len() {
        0 => (0.0, 0.0, 0.0),
        1..=16 => moments_in_order(reals),
        _ if sequence => {
            let blocks = reals.chunks(block);
            by_pairs(blocks.map(|block| moments_of_block(block, lanes)).collect(), merged)
        }
        _ => by_pairs(reals.chunks(128).map(moments_in_order).collect(), merged),
    };
    let rest = n - ddof;
    m2 / if rest < 0.0 { 0.0 } else { rest }
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

/// The index of the first element that is the [`extreme`] one, zeros being equal.
pub fn place<T: Item>(items: &[T], greatest: bool) -> usize {
    let best = extreme(items, greatest);
    items.iter().position(|x| if best.is_nan() { x.is_nan() } else { *x == best }).unwrap()
}

/// How many elements are not zero.
#[must_use]
pub fn count_nonzero<T: Item>(items: &[T]) -> usize {
    items.iter().filter(|x| **x != T::default()).count()
}

/// `sum` of a whole array.
#[must_use]
pub fn sum<T: Item>(a: &ArrayViewD<'_, T>) -> T::Sum {
    let values: Vec<T::Sum> = in_memory_order(a).into_iter().map(T::wide).collect();
    sequence::<T>(&values)
}

/// `prod` of a whole array.
#[must_use]
pub fn prod<T: Item>(a: &ArrayViewD<'_, T>) -> T::Sum {
    multiplied(&in_memory_order(a), true)
}

/// `var` of a whole array, or `std`.
#[must_use]
pub fn var<T: Item>(a: &ArrayViewD<'_, T>, ddof: f64, root: bool) -> T::Mean {
    variance(&in_memory_order(a), true, ddof, root)
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

/// Whether axes of views of one shape are taken by sequences, not by rows.
fn by_sequences<T>(views: &[&ArrayViewD<'_, T>], axes: &[usize]) -> bool {
    let step = |axis: usize| -> usize {
        views.iter().map(|view| view.stride_of(Axis(axis)).unsigned_abs()).sum()
    };
    let shape = views[0].shape();
    let counts = |axis: &usize| shape[*axis] > 1 && step(*axis) > 0;
    let others = (0..shape.len()).filter(|other| !axes.contains(other)).filter(counts);
    let Some(least) = others.map(step).min() else { return true };
    let inner = axes.iter().copied().filter(counts).filter(|&axis| step(axis) <= least);
    let inner: usize = inner.map(|axis| shape[axis]).product();
    let all: usize = axes.iter().map(|&axis| shape[axis]).product();
    inner > 16 || inner > 1 && inner == all
}

/// The elements along `axes` of each output, in the order of memory or of the index;
/// and the shape of the outputs.
fn lines<T: Copy>(
    a: &ArrayViewD<'_, T>,
    axes: &[usize],
    by_index: bool,
) -> (Vec<usize>, Vec<Vec<T>>) {
    let mut view = a.clone();
    let mut reduced: Vec<usize> = (0..a.ndim()).filter(|axis| axes.contains(axis)).collect();
    if !by_index {
        for &axis in axes {
            if view.stride_of(Axis(axis)) < 0 {
                view.invert_axis(Axis(axis));
            }
        }
        reduced.sort_by_key(|&axis| std::cmp::Reverse(view.stride_of(Axis(axis))));
    }
    let kept: Vec<usize> = (0..a.ndim()).filter(|axis| !axes.contains(axis)).collect();
    let shape: Vec<usize> = kept.iter().map(|&axis| a.len_of(Axis(axis))).collect();
    let n: usize = reduced.iter().map(|&axis| a.len_of(Axis(axis))).product();
    let order: Vec<usize> = kept.into_iter().chain(reduced).collect();
    let items: Vec<T> = view.permuted_axes(IxDyn(&order)).iter().copied().collect();
    let count = shape.iter().product();
    (shape, (0..count).map(|i: usize| items[i * n..(i + 1) * n].to_vec()).collect())
}

/// Each output from its elements.
fn along<T: Copy, R>(
    a: &ArrayViewD<'_, T>,
    axes: &[usize],
    by_index: bool,
    f: impl FnMut(Vec<T>) -> R,
) -> ArrayD<R> {
    let (shape, lines) = lines(a, axes, by_index);
    ArrayD::from_shape_vec(IxDyn(&shape), lines.into_iter().map(f).collect()).unwrap()
}

/// `sum_axis`.
pub fn sum_axis<T: Item>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> ArrayD<T::Sum> {
    let by_sequences = by_sequences(&[a], axes);
    along(a, axes, false, |line| {
        let values: Vec<T::Sum> = line.into_iter().map(T::wide).collect();
        added::<T>(&values, by_sequences)
    })
}

/// `prod_axis`.
pub fn prod_axis<T: Item>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> ArrayD<T::Sum> {
    let by_sequences = by_sequences(&[a], axes);
    along(a, axes, false, |line| multiplied(&line, by_sequences))
}

/// `mean_axis`.
pub fn mean_axis<T: Item>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> ArrayD<T::Mean> {
    let by_sequences = by_sequences(&[a], axes);
    along(a, axes, false, |line| {
        let values: Vec<T::Sum> = line.iter().map(|x| x.wide()).collect();
        T::mean(&line, added::<T>(&values, by_sequences))
    })
}

/// `var_axis`, or `std_axis`.
pub fn var_axis<T: Item>(
    a: &ArrayViewD<'_, T>,
    axes: &[usize],
    ddof: f64,
    root: bool,
) -> ArrayD<T::Mean> {
    let by_sequences = by_sequences(&[a], axes);
    along(a, axes, false, |line| variance(&line, by_sequences, ddof, root))
}

/// `min_axis`, or `max_axis`.
pub fn extreme_axis<T: Item>(a: &ArrayViewD<'_, T>, axes: &[usize], greatest: bool) -> ArrayD<T> {
    along(a, axes, false, |line| extreme(&line, greatest))
}

/// `argmin_axis`, or `argmax_axis`.
pub fn place_axis<T: Item>(a: &ArrayViewD<'_, T>, axes: &[usize], greatest: bool) -> ArrayD<usize> {
    along(a, axes, true, |line| place(&line, greatest))
}

/// `count_nonzero_axis`.
pub fn count_nonzero_axis<T: Item>(a: &ArrayViewD<'_, T>, axes: &[usize]) -> ArrayD<usize> {
    along(a, axes, true, |line| count_nonzero(&line))
}

/// `dot_axis`.
///
/// # Panics
/// If the shapes differ.
pub fn dot_axis<T: Item>(
    a: &ArrayViewD<'_, T>,
    b: &ArrayViewD<'_, T>,
    axes: &[usize],
) -> ArrayD<T::Sum> {
    assert_eq!(a.shape(), b.shape());
    let by_sequences = by_sequences(&[a, b], axes);
    let mut others = lines(b, axes, true).1.into_iter();
    along(a, axes, true, |line| {
        let products: Vec<T::Sum> =
            line.into_iter().zip(others.next().unwrap()).map(|(x, y)| x.product(y)).collect();
        added::<T>(&products, by_sequences)
    })
}
