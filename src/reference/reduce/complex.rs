//! Complex numbers: as their parts where parts stay apart, else by the order of the text
//! with half as many numbers to a block and in lanes.

use ndarray::{ArrayD, ArrayViewD};
use num_complex::Complex;
use num_traits::Float;

use super::{Item, along, by_sequences, in_order_of, number, variance_of};

/// What an output of complex numbers is made of: its elements, and whether they are a
/// sequence, not rows.
pub fn complex_axis<T: Copy, R>(
    views: &[&ArrayViewD<'_, T>],
    axes: &[usize],
    by_index: bool,
    mut f: impl FnMut(Vec<T>, bool) -> R,
) -> ArrayD<R> {
    let sequence = by_sequences(views, axes);
    along(views[0], axes, by_index, |line| f(line, sequence))
}

fn order<T: Item>() -> (usize, usize) {
    (T::LANES / 2, T::BLOCK / 2)
}

/// The sum.
#[must_use]
pub fn complex_sum<T: Item + Float>(values: &[Complex<T>], sequence: bool) -> Complex<T> {
    if values.is_empty() {
        return Complex::new(T::zero(), T::zero());
    }
    in_order_of(values, order::<T>(), sequence, |a, b| a + b)
}

/// Two numbers multiplied; 1 times anything is that.
#[must_use]
pub fn complex_times<T: Float>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    let one = Complex::new(T::one(), T::zero());
    match (a == one, b == one) {
        (true, _) => b,
        (_, true) => a,
        _ => Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re),
    }
}

/// The product.
#[must_use]
pub fn complex_prod<T: Item + Float>(values: &[Complex<T>], sequence: bool) -> Complex<T> {
    if values.is_empty() {
        return Complex::new(T::one(), T::zero());
    }
    in_order_of(values, order::<T>(), sequence, complex_times)
}

/// The sum of products, the first conjugated or not.
#[must_use]
pub fn complex_dot<T: Item + Float>(
    a: &[Complex<T>],
    b: &[Complex<T>],
    conjugate: bool,
    sequence: bool,
) -> Complex<T> {
    let product = |(x, y): (&Complex<T>, &Complex<T>)| match conjugate {
        true => Complex::new(x.re * y.re + x.im * y.im, x.re * y.im - x.im * y.re),
        false => Complex::new(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re),
    };
    complex_sum(&a.iter().zip(b).map(product).collect::<Vec<_>>(), sequence)
}

/// The variance: that of real parts and that of imaginary parts, added; or its root.
#[must_use]
pub fn complex_var<T: Item + Float>(
    values: &[Complex<T>],
    sequence: bool,
    ddof: f64,
    root: bool,
) -> T {
    let order = (T::LANES, T::BLOCK / 2);
    let part = |part: fn(&Complex<T>) -> T| {
        let parts: Vec<T> = values.iter().map(part).collect();
        variance_of(&parts, order, sequence, ddof)
    };
    let variance = part(|z| z.re) + part(|z| z.im);
    number(if root { variance.sqrt() } else { variance })
}
