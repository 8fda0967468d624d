//! Matrix products.
//!
//! Every element of a product is one fixed chain of operations, whatever the number
//! of threads, the instruction set and the layouts: see [`matmul_into`].

mod engine;
mod extras;
mod split;
mod stack;

use std::any::TypeId;

use ndarray::{Array, ArrayRef, ArrayView1, Dimension};

use crate::Error;
use crate::element::Element;
use crate::kernel::matmul::{In, Product, shape};
use crate::plan::{self, Buffer, List, check_output, checked_len};
use crate::reduce::{Reduce, dot};

use stack::{Stack, left, out, right, run_stack};

pub use extras::{gram, matmul_map, outer};
pub use stack::ProductDim;

/// The product of two arrays of one or more axes, by NumPy's rules.
///
/// Two matrices, m x k and k x n, give an m x n matrix. A vector on the left is a row,
/// on the right a column, and the result has no axis for it; two vectors give an array
/// without axes, which holds their [`dot`]. With more axes these are stacks of matrices in
/// the last two, and the axes before them broadcast.
///
/// Views of any strides are taken as they are. Where k is zero the result is all zeros.
///
/// # Errors
/// - [`Error::Shape`] if `a` has not as many columns as `b` has rows, or one of them has
///   no axis.
/// - [`Error::Broadcast`] if the axes before the last two do not broadcast.
/// - [`Error::TooLarge`] if the result does not fit the address space.
/// - [`Error::Memory`] if the system has no memory for the result, or for the packed
///   part of an operand.
///
/// # Accuracy
/// That of [`matmul_into`] with `alpha` one and `beta` zero.
///
/// # Performance
/// That of [`matmul_into`], and one allocation for the result.
///
/// # Examples
/// ```
/// use ndarray::{array, Array3};
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// let b = array![[0.0, 1.0], [1.0, 0.0]];
/// assert_eq!(swath::matmul(&a, &b)?, array![[2.0, 1.0], [4.0, 3.0]]);
/// assert_eq!(swath::matmul(&a.t(), &b)?, array![[3.0, 1.0], [4.0, 2.0]]);
/// assert_eq!(swath::matmul(&a, &array![1.0, 1.0])?, array![3.0, 7.0]);
/// let stack = Array3::<f64>::ones((10, 5, 2));
/// assert_eq!(swath::matmul(&stack, &a)?.dim(), (10, 5, 2));
/// # Ok::<(), swath::Error>(())
/// ```
pub fn matmul<T: Element, DA: ProductDim<DB>, DB: Dimension>(
    a: &ArrayRef<T, DA>,
    b: &ArrayRef<T, DB>,
) -> Result<Array<T, DA::Product>, Error> {
    const NAME: &str = "matmul";
    let stack = Stack::new(NAME, a.shape(), b.shape())?;
    let shape = stack.shape();
    let len = checked_len(NAME, shape.as_slice(), size_of::<T>())?;
    let mut buffer = Buffer::new(NAME, len)?;
    let mut strides = List::new(1);
    shape.as_slice().iter().for_each(|_| strides.push(1));
    let mut step = 1;
    for (stride, &len) in strides.as_mut_slice().iter_mut().zip(shape.as_slice()).rev() {
        *stride = step;
        step *= len.max(1) as isize;
    }
    let (alpha, beta) = (T::ONE, T::ZERO);
    // SAFETY: the buffer has the elements of the result in C order, is nobody else's,
    // and is not read since beta is zero; the sizes agree, checked by the stack.
    unsafe { run(NAME, &stack, alpha, a, b, beta, buffer.as_mut_ptr(), strides.as_slice())? };
    // SAFETY: the run has returned, so every element is written.
    let elements = unsafe { buffer.assume_init() };
    Ok(array(shape.as_slice(), elements))
}

/// An array in C order.
fn array<T, D: Dimension>(shape: &[usize], elements: Vec<T>) -> Array<T, D> {
    let mut dim = D::zeros(shape.len());
    dim.slice_mut().copy_from_slice(shape);
    Array::from_shape_vec(dim, elements).expect("as many elements as the shape has")
}

/// `c = beta * c + alpha * a * b`, of the shapes that [`matmul`] tells.
///
/// Views of any strides are taken as they are; `c` is not read when `beta` is zero
/// and may then hold anything. Where k is zero, `c` becomes `beta * c`.
///
/// # Errors
/// - [`Error::Shape`] if `a` has not as many columns as `b` has rows, if one of them
///   has no axis, or if `c` has not the shape of the product.
/// - [`Error::Broadcast`] if the axes before the last two do not broadcast.
/// - [`Error::Overlap`] if elements of `c` share memory with each other.
/// - [`Error::Memory`] if the system has no memory for the packed part of an operand.
///
/// `c` is left alone then (in a stack of large products, from the one that failed). That it
/// shares memory with `a` or `b` is an error of the compiler:
///
/// ```compile_fail,E0502
/// let mut a = ndarray::Array2::<f32>::ones((2, 2));
/// swath::matmul_into(1.0, &a, &a, 0.0, &mut a);
/// ```
///
/// # Accuracy
/// Same bits on any number of threads, instruction set and layout. With floats, each
/// element goes through exactly this, which a test can repeat:
///
/// ```text
/// c = beta == 0 ? 0 : beta * c
/// for each block of 256 along k, in order (the last may be shorter)
///     acc = 0
///     for p in block, in order: acc = fma(a[i][p], b[p][j], acc)
///     c = c + (alpha * acc)
/// ```
///
/// Two vectors of floats have the order of [`dot`] instead, and `c` becomes
/// `beta * c + alpha * dot`.
///
/// The error of a product is at most about `(256 + k / 256)` roundings of the sum of
/// absolute products, and usually far less. Nothing is skipped: zeros in `a` meet NaN
/// and infinities in `b` and give NaN, and an `alpha` of zero turns infinite or NaN
/// sums into NaN too (BLAS would not look at them).
///
/// Integers wrap, the same in debug and release: the result is that of exact
/// arithmetic modulo 2 to the bits of the type, which is that of the operands.
///
/// # Performance
/// Runs in parallel by tiles of `c`, and over the products of a stack, when the work
/// pays for it, about 10 us of it with awake workers. The micro-kernels are written for
/// AVX-512 and AVX2 (`f32`, `f64`, integers of 32 and 64 bits); other types go through
/// plain loops. Small products read their operands as they lie; for large ones a block of
/// 256 rows of `b` at a time is packed, in memory of at most 16 MiB. A CPU without FMA
/// gives the same bits a hundred times slower.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let (a, b) = (array![[1.0, 2.0]], array![[3.0], [4.0]]);
/// let mut c = array![[100.0]];
/// swath::matmul_into(2.0, &a, &b, 0.5, &mut c)?;
/// assert_eq!(c, array![[72.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn matmul_into<T: Element, DA: ProductDim<DB>, DB: Dimension>(
    alpha: T,
    a: &ArrayRef<T, DA>,
    b: &ArrayRef<T, DB>,
    beta: T,
    c: &mut ArrayRef<T, DA::Product>,
) -> Result<(), Error> {
    const NAME: &str = "matmul_into";
    if let (&[m, k], &[inner, n], &[rows, cols]) = (a.shape(), b.shape(), c.shape())
        && (k, rows, cols) == (inner, m, n)
    {
        let (ptr, rs, cs) = (c.as_mut_ptr(), c.strides()[0], c.strides()[1]);
        if cs != 1 || rs < n as isize {
            check_output(NAME, "c", c.shape(), c.strides())?;
        }
        let product =
            Product { m, k, n, alpha, a: left(a), b: right(b), beta, c: out(ptr, [rs, cs]) };
        // SAFETY: as below.
        return unsafe { run_single(NAME, &product) };
    }
    let stack = Stack::new(NAME, a.shape(), b.shape())?;
    let shape = stack.shape();
    if c.shape() != shape.as_slice() {
        return Err(Error::Shape {
            function: NAME,
            operand: "c",
            shape: c.shape().to_vec(),
            expected: "the shape of the product",
            other: shape.as_slice().to_vec(),
        });
    }
    check_output(NAME, "c", c.shape(), c.strides())?;
    let ptr = c.as_mut_ptr();
    // SAFETY: the sizes agree and C does not overlap itself, checked above; it is
    // borrowed exclusively, so that neither A nor B lies in it.
    unsafe { run(NAME, &stack, alpha, a, b, beta, ptr, c.strides()) }
}

/// Computes all products.
///
/// # Errors
/// [`Error::Memory`].
///
/// # Safety
/// C has the shape of the stack and these strides, may be written, and read unless
/// beta is zero; no two of its elements are one, and none is of A or B.
#[inline]
#[allow(clippy::too_many_arguments)]
unsafe fn run<T: Element, DA: Dimension, DB: Dimension>(
    function: &'static str,
    stack: &Stack,
    alpha: T,
    a: &ArrayRef<T, DA>,
    b: &ArrayRef<T, DB>,
    beta: T,
    c: *mut T,
    c_strides: &[isize],
) -> Result<(), Error> {
    if let Some(dot) = dot_of_floats(a, b) {
        // SAFETY: C has one element, read unless beta is zero.
        unsafe {
            let sum = T::times(alpha, dot);
            *c = if beta == T::ZERO { sum } else { T::plus(T::times(beta, *c), sum) };
        }
        return Ok(());
    }
    let (m, k, n) = (stack.m, stack.k, stack.n);
    let c = out(c, stack.last(c_strides));
    let (left, right) = (left(a), right(b));
    let product = Product { m, k, n, alpha, a: left, b: right, beta, c };
    // SAFETY: the caller's promise is passed on; A and B are borrowed.
    unsafe {
        if stack.is_single() {
            return run_single(function, &product);
        }
        run_stack(function, stack, (a, b), c_strides, product)
    }
}

/// The dot product of two vectors of floats: many chains at once, where an element of a
/// matrix has one.
#[inline]
fn dot_of_floats<T: Element, DA: Dimension, DB: Dimension>(
    a: &ArrayRef<T, DA>,
    b: &ArrayRef<T, DB>,
) -> Option<T> {
    if (a.ndim(), b.ndim()) != (1, 1) {
        return None;
    }
    dot_as::<T, f32, DA, DB>(a, b).or_else(|| dot_as::<T, f64, DA, DB>(a, b))
}

/// The same if `T` is `F`.
fn dot_as<T: Element, F: Reduce<Sum = F>, DA: Dimension, DB: Dimension>(
    a: &ArrayRef<T, DA>,
    b: &ArrayRef<T, DB>,
) -> Option<T> {
    if TypeId::of::<T>() != TypeId::of::<F>() {
        return None;
    }
    let a: ArrayView1<'_, T> = a.view().into_dimensionality().ok()?;
    let b: ArrayView1<'_, T> = b.view().into_dimensionality().ok()?;
    let (a, b) = (std::ptr::from_ref(&a), std::ptr::from_ref(&b));
    // SAFETY: the types are the same one.
    unsafe {
        let (a, b) = (&*a.cast::<ArrayView1<'_, F>>(), &*b.cast::<ArrayView1<'_, F>>());
        let sum = dot(a, b).ok()?;
        Some(*std::ptr::from_ref(&sum).cast::<T>())
    }
}

/// About what a product of these sizes (m, k, n) takes one thread, in ns, on this CPU: for
/// the Python package, which decides by it whether to let go of the GIL.
#[doc(hidden)]
#[must_use]
pub fn cost_ns<T: Element>(sides: [usize; 3]) -> f64 {
    plan::product_cost_ns(sides, size_of::<T>(), shape::<T>().step_ns)
}

/// Computes one product.
///
/// # Errors
/// [`Error::Memory`].
///
/// # Safety
/// What [`Product`] says of its memory holds.
#[inline]
unsafe fn run_single<T: Element>(
    function: &'static str,
    product: &Product<T>,
) -> Result<(), Error> {
    // SAFETY: the caller's promise is passed on.
    unsafe {
        if engine::run_one_tile(product) {
            return Ok(());
        }
        if is_own_transpose(product) && product.beta == T::ZERO {
            return engine::run_half(function, *product);
        }
        engine::run(function, *product)
    }
}

/// Whether B is A transposed, and large enough for half the work to be felt.
#[inline]
fn is_own_transpose<T: Copy>(p: &Product<T>) -> bool {
    let same = |a: In<T>, b: In<T>| std::ptr::eq(a.ptr, b.ptr) && a.rs == b.cs && a.cs == b.rs;
    p.m == p.n && p.m >= crate::tuning::MATMUL_HALF_MIN && same(p.a, p.b)
}
