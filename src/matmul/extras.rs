//! Products of special form: a matrix with itself, two vectors, and a map on the way out.

use ndarray::{Array2, ArrayRef1, ArrayRef2, Axis, Ix2};

use crate::Error;
use crate::element::Element;
use crate::kernel::matmul::{Finish, Product, finish};
use crate::map::map;
use crate::plan::{Buffer, checked_len};

use super::engine::{run_half, run_then};
use super::stack::{left, out};

/// The Gram matrix of the rows of `a`: `a * a^T`, at half the work of a product.
///
/// Exactly symmetric, with the bits of `matmul(&a, &a.t())`.
///
/// # Errors
/// - [`Error::TooLarge`] if the result does not fit the address space.
/// - [`Error::Memory`] if the system has no memory for it, or for a packed part of `a`.
///
/// # Accuracy
/// That of [`matmul_into`](crate::matmul_into).
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1.0, 2.0], [3.0, 4.0], [0.0, 1.0]];
/// let gram = swath::matmul::gram(&a)?;
/// assert_eq!(gram, array![[5.0, 11.0, 2.0], [11.0, 25.0, 4.0], [2.0, 4.0, 1.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn gram<T: Element>(a: &ArrayRef2<T>) -> Result<Array2<T>, Error> {
    const NAME: &str = "gram";
    let (n, k) = a.dim();
    fresh(NAME, [n, n], |c| {
        let (a, c) = (left(a), out(c, [n as isize, 1]));
        let (alpha, beta) = (T::ONE, T::ZERO);
        // SAFETY: n x n elements of a new buffer, which beta leaves unread.
        unsafe { run_half(NAME, Product { m: n, k, n, alpha, a, b: a.t(), beta, c }) }
    })
}

/// A new matrix that `fill` writes.
fn fresh<T>(
    name: &'static str,
    [m, n]: [usize; 2],
    fill: impl FnOnce(*mut T) -> Result<(), Error>,
) -> Result<Array2<T>, Error> {
    let len = checked_len(name, &[m, n], size_of::<T>())?;
    let mut buffer = Buffer::new(name, len)?;
    fill(buffer.as_mut_ptr())?;
    // SAFETY: a product has returned, so every element is written.
    let elements = unsafe { buffer.assume_init() };
    // SAFETY: there are m * n elements, and the product is checked.
    Ok(unsafe { Array2::from_shape_vec_unchecked((m, n), elements) })
}

/// The outer product of two vectors: all products `a[i] * b[j]`, each rounded once.
///
/// # Errors
/// - [`Error::TooLarge`] if the result does not fit the address space.
/// - [`Error::Memory`] if the system has no memory for it.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let table = swath::matmul::outer(&array![1, 2, 3], &array![10, 20])?;
/// assert_eq!(table, array![[10, 20], [20, 40], [30, 60]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn outer<T: Element>(a: &ArrayRef1<T>, b: &ArrayRef1<T>) -> Result<Array2<T>, Error> {
    let (column, row) = (a.view().insert_axis(Axis(1)), b.view().insert_axis(Axis(0)));
    map::<_, T, _>((&column, &row), |(a, b)| T::times(a, b))
}

/// `f(x, y)` for every element `x` of `a * b` and `y` of another operand that
/// broadcasts to its shape: a bias, a scale, an activation, applied to each tile while it
/// is in cache.
///
/// # Errors
/// - [`Error::Shape`] if `a` has not as many columns as `b` has rows.
/// - [`Error::Broadcast`] if `operand` does not broadcast to the shape of the product.
/// - [`Error::TooLarge`], [`Error::Memory`] as for [`matmul`](crate::matmul()).
///
/// # Panics
/// If `f` does.
///
/// # Accuracy
/// `x` has the bits of [`matmul`](crate::matmul()).
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let (a, w) = (array![[1.0, -2.0]], array![[1.0, 0.0], [0.0, 1.0]]);
/// let bias = array![0.5, 0.5];
/// let layer = swath::matmul::matmul_map(&a, &w, &bias, |x, b| if x + b > 0.0 { x + b } else { 0.0 })?;
/// assert_eq!(layer, array![[1.5, 0.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn matmul_map<T: Element, D: ndarray::Dimension>(
    a: &ArrayRef2<T>,
    b: &ArrayRef2<T>,
    operand: &ndarray::ArrayRef<T, D>,
    f: impl Fn(T, T) -> T + Sync,
) -> Result<Array2<T>, Error> {
    const NAME: &str = "matmul_map";
    let stack = super::Stack::new(NAME, a.shape(), b.shape())?;
    let (m, k, n) = (stack.m, stack.k, stack.n);
    // First, for there are no views of such a size either.
    checked_len(NAME, &[m, n], size_of::<T>())?;
    let Some(operand) = operand.broadcast(Ix2(m, n)) else {
        let shapes = vec![operand.shape().to_vec(), vec![m, n]];
        return Err(Error::Broadcast { function: NAME, shapes });
    };
    fresh(NAME, [m, n], |c| {
        let (a, b, c) = (left(a), left(b), out(c, [n as isize, 1]));
        let product = Product { m, k, n, alpha: T::ONE, a, b, beta: T::ZERO, c };
        let last = Finish { c, operand: left(&operand) };
        let then = |rows, cols| {
            // SAFETY: a part of C that is computed and that no other chunk touches.
            unsafe { finish(&last, rows, cols, &f) };
        };
        // SAFETY: m x n elements of a new buffer, which beta leaves unread.
        unsafe { run_then(NAME, product, &then) }
    })
}
