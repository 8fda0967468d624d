//! Naive products: the chain that is promised, one element after another.

use ndarray::{Array2, ArrayRef2};

/// `c = beta * c + alpha * a * b` for floats.
///
/// # Panics
/// If the shapes do not agree.
pub fn matmul_into<T: num_traits::Float>(
    alpha: T,
    a: &ArrayRef2<T>,
    b: &ArrayRef2<T>,
    beta: T,
    c: &mut ArrayRef2<T>,
) {
    let (k, zero) = (a.ncols(), T::zero());
    assert_eq!((k, c.dim()), (b.nrows(), (a.nrows(), b.ncols())));
    for ((i, j), c) in c.indexed_iter_mut() {
        *c = if beta == zero { zero } else { beta * *c };
        for start in (0..k).step_by(256) {
            let mut acc = zero;
            for p in start..k.min(start + 256) {
                acc = a[[i, p]].mul_add(b[[p, j]], acc);
            }
            let product = alpha * acc;
            *c = *c + product;
        }
    }
}

/// The product of two matrices of floats.
#[must_use]
pub fn matmul<T: num_traits::Float>(a: &ArrayRef2<T>, b: &ArrayRef2<T>) -> Array2<T> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    matmul_into(T::one(), a, b, T::zero(), &mut c);
    c
}

/// `c = beta * c + alpha * a * b` for integers, in 128 bits and then cut to the type.
///
/// # Panics
/// If the shapes do not agree.
pub fn matmul_into_wrapping<T: Copy + Into<i128>>(
    alpha: T,
    a: &ArrayRef2<T>,
    b: &ArrayRef2<T>,
    beta: T,
    c: &mut ArrayRef2<T>,
    cut: impl Fn(i128) -> T,
) {
    assert_eq!((a.ncols(), c.dim()), (b.nrows(), (a.nrows(), b.ncols())));
    for ((i, j), c) in c.indexed_iter_mut() {
        let mut sum = 0i128;
        for p in 0..a.ncols() {
            sum = sum.wrapping_add(a[[i, p]].into().wrapping_mul(b[[p, j]].into()));
        }
        let sum = sum.wrapping_mul(alpha.into());
        *c = cut(sum.wrapping_add(beta.into().wrapping_mul((*c).into())));
    }
}
