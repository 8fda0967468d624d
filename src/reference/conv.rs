//! Naive filters: every tap of every element looked up by the definition.

use ndarray::{ArrayD, ArrayViewD};

/// What lies beyond the ends, as `swath::conv::Border`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Beyond<T> {
    /// `d c b a | a b c d | d c b a`
    Reflect,
    /// `d c b | a b c d | c b a`
    Mirror,
    /// `a a | a b c d | d d`
    Nearest,
    /// `c d | a b c d | a b`
    Wrap,
    /// `v v | a b c d | v v`
    Constant(T),
}

impl<T> Beyond<T> {
    /// The index that stands at `place`, found by walking there step by step.
    #[must_use]
    pub fn index(&self, mut place: isize, n: isize) -> Option<isize> {
        if let (Beyond::Mirror, 1) = (self, n) {
            return Some(0);
        }
        while place < 0 || place >= n {
            place = match self {
                Beyond::Constant(_) => return None,
                Beyond::Nearest if place < 0 => 0,
                Beyond::Nearest => n - 1,
                Beyond::Wrap if place < 0 => place + n,
                Beyond::Wrap => place - n,
                Beyond::Reflect if place < 0 => -1 - place,
                Beyond::Reflect => 2 * n - 1 - place,
                Beyond::Mirror if place < 0 => -place,
                Beyond::Mirror => 2 * n - 2 - place,
            };
        }
        Some(place)
    }
}

/// An element type, as the contract knows it.
pub trait Item: Copy {
    /// The type of taps.
    type Tap: Copy;
    /// The type of sums.
    type Sum: Copy;
    /// The sum of nothing.
    const NOTHING: Self::Sum;
    /// One more term.
    fn add(sum: Self::Sum, x: Self, tap: Self::Tap) -> Self::Sum;
    /// The element nearest to the sum.
    fn round(sum: Self::Sum) -> Self;
}
macro_rules! items {
    ($($t:ty, $tap:ty, $sum:ty, $zero:expr, $add:expr, $round:expr;)*) => {$(
        impl Item for $t {
            type Tap = $tap;
            type Sum = $sum;
            const NOTHING: $sum = $zero;
            fn add(sum: $sum, x: $t, tap: $tap) -> $sum {
                let add: fn($sum, $t, $tap) -> $sum = $add;
                add(sum, x, tap)
            }
            fn round(sum: $sum) -> $t {
                let round: fn($sum) -> $t = $round;
                round(sum)
            }
        }
    )*};
}
macro_rules! integers {
    ($($t:ty)*) => {items! {$(
        $t, i32, i128, 0, |sum, x, tap| sum + i128::from(x) * i128::from(tap),
        |sum| sum.clamp(i128::from(<$t>::MIN), i128::from(<$t>::MAX)) as $t;
    )*}};
}
items! {
    f32, f32, f32, 0.0, |sum, x, tap| x.mul_add(tap, sum), |sum| sum;
    f64, f64, f64, 0.0, |sum, x, tap| x.mul_add(tap, sum), |sum| sum;
}
integers!(u8 i8 u16 i16 i32);

/// `before[d]` taps stand before the element itself along axis `d`.
///
/// # Panics
/// If the numbers of axes differ.
#[must_use]
pub fn correlate<T: Item>(
    src: &ArrayViewD<'_, T>,
    filter: &ArrayViewD<'_, T::Tap>,
    before: &[usize],
    beyond: Beyond<T>,
) -> ArrayD<T> {
    let ones = vec![1; src.ndim()];
    correlate_to(src, filter, before, [&ones, &ones], src.shape(), beyond)
}

/// The same into a result of `shape`: along axis `d` output `i` has its first tap over
/// place `i * stride[d] - before[d]`, and the others every `dilation[d]` places.
///
/// # Panics
/// If the numbers of axes differ.
#[must_use]
pub fn correlate_to<T: Item>(
    src: &ArrayViewD<'_, T>,
    filter: &ArrayViewD<'_, T::Tap>,
    before: &[usize],
    [stride, dilation]: [&[usize]; 2],
    shape: &[usize],
    beyond: Beyond<T>,
) -> ArrayD<T> {
    assert_eq!(src.ndim(), filter.ndim());
    assert_eq!(src.ndim(), before.len());
    ArrayD::from_shape_fn(shape, |at| {
        let mut sum = T::NOTHING;
        let mut place = at.clone();
        for (tap_at, &tap) in filter.indexed_iter() {
            let mut inside = true;
            for d in 0..src.ndim() {
                let wanted = at[d] * stride[d] + tap_at[d] * dilation[d];
                let wanted = wanted as isize - before[d] as isize;
                match beyond.index(wanted, src.shape()[d] as isize) {
                    Some(index) => place[d] = index as usize,
                    None => (place[d], inside) = (0, false),
                }
            }
            let x = match beyond {
                Beyond::Constant(value) if !inside => value,
                _ => src[&place],
            };
            sum = T::add(sum, x, tap);
        }
        T::round(sum)
    })
}

/// The filter turned along every axis.
#[must_use]
pub fn turned<V: Copy>(filter: &ArrayViewD<'_, V>) -> ArrayD<V> {
    ArrayD::from_shape_fn(filter.raw_dim(), |at| {
        let mut place = at;
        for d in 0..filter.ndim() {
            place[d] = filter.shape()[d] - 1 - place[d];
        }
        filter[place]
    })
}

/// How many taps stand before the element: SciPy's rule for a correlation.
#[must_use]
pub fn before_correlating(taps: usize, origin: isize) -> usize {
    (taps as isize / 2 + origin) as usize
}

/// The same for a convolution: the turned filter, centred as the other was.
#[must_use]
pub fn before_convolving(taps: usize, origin: isize) -> usize {
    // Tap `taps / 2 + origin` of the filter as given stands over the element; the
    // filter is turned, so it is counted from the other end.
    (taps as isize - 1 - (taps as isize / 2 + origin)) as usize
}
