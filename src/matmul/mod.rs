//! Matrix products.
//!
//! Every element of a product is one fixed chain of operations, whatever the number
//! of threads, the instruction set and the layouts: see [`matmul_into`].

use std::ops::ControlFlow;

use ndarray::{Array2, ArrayRef2};

use crate::element::Element;
use crate::kernel::matmul::{Engine, In, Out, Product, Scratch, multiply};
use crate::plan::{Buffer, Tiles, check_output, checked_len};
use crate::{Error, pool, tuning};

/// The product of two matrices: `a` is m x k, `b` is k x n, the result m x n.
///
/// Views of any strides are taken as they are. Where m or n is zero the result is
/// empty; where k is zero it is all zeros.
///
/// # Errors
/// - [`Error::Shape`] if `a` has not as many columns as `b` has rows.
/// - [`Error::TooLarge`] if the result does not fit the address space.
/// - [`Error::Memory`] if the system has no memory for the result.
///
/// # Accuracy
/// That of [`matmul_into`] with `alpha` one and `beta` zero.
///
/// # Performance
/// That of [`matmul_into`], and one allocation for the result.
///
/// # Examples
/// ```
/// use ndarray::array;
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// let b = array![[0.0, 1.0], [1.0, 0.0]];
/// assert_eq!(swath::matmul(&a, &b)?, array![[2.0, 1.0], [4.0, 3.0]]);
/// assert_eq!(swath::matmul(&a.t(), &b)?, array![[3.0, 1.0], [4.0, 2.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn matmul<T: Element>(a: &ArrayRef2<T>, b: &ArrayRef2<T>) -> Result<Array2<T>, Error> {
    const NAME: &str = "matmul";
    let [m, k, n] = sizes(NAME, a, b)?;
    let len = checked_len(NAME, &[m, n], size_of::<T>())?;
    let mut buffer = Buffer::new(NAME, len)?;
    let c = Out { ptr: buffer.as_mut_ptr(), rs: n as isize, cs: 1 };
    let (alpha, beta) = (T::ONE, T::ZERO);
    // SAFETY: the buffer has m rows of n elements, is nobody else's, and is not read
    // since beta is zero; the sizes agree, checked above.
    unsafe { run(Product { m, k, n, alpha, a: input(a), b: input(b), beta, c }) };
    // SAFETY: the run has returned, so every tile of the m x n elements is written.
    let elements = unsafe { buffer.assume_init() };
    // SAFETY: there are m * n elements, and the product is checked.
    Ok(unsafe { Array2::from_shape_vec_unchecked((m, n), elements) })
}

/// `c = beta * c + alpha * a * b`: `a` is m x k, `b` is k x n, `c` is m x n.
///
/// Views of any strides are taken as they are; `c` is not read when `beta` is zero
/// and may then hold anything. Where k is zero, `c` becomes `beta * c`.
///
/// # Errors
/// - [`Error::Shape`] if `a` has not as many columns as `b` has rows, or if `c` is not
///   m x n.
/// - [`Error::Overlap`] if elements of `c` share memory with each other.
///
/// `c` is left alone then.
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
/// The error of a product is at most about `(256 + k / 256)` roundings of the sum of
/// absolute products, and usually far less. Nothing is skipped: zeros in `a` meet NaN
/// and infinities in `b` and give NaN, and an `alpha` of zero turns infinite or NaN
/// sums into NaN too (BLAS would not look at them).
///
/// Integers wrap, the same in debug and release: the result is that of exact
/// arithmetic modulo 2 to the bits of the type, which is that of the operands.
///
/// # Performance
/// Runs in parallel by tiles of `c` when the work pays for it, about 10 us of it with
/// awake workers. `f32` and `f64` go through packed kernels with FMA (each tile takes
/// about a megabyte of memory for its packed blocks while it runs); with an `alpha`
/// other than 1 or -1 each tile also takes memory for itself. Integers, and matrices
/// with a dozen rows or fewer, go through vectorised loops. A CPU without FMA
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
pub fn matmul_into<T: Element>(
    alpha: T,
    a: &ArrayRef2<T>,
    b: &ArrayRef2<T>,
    beta: T,
    c: &mut ArrayRef2<T>,
) -> Result<(), Error> {
    const NAME: &str = "matmul_into";
    let [m, k, n] = sizes(NAME, a, b)?;
    if c.dim() != (m, n) {
        return Err(Error::Shape {
            function: NAME,
            operand: "c",
            shape: c.shape().to_vec(),
            expected: "the shape of the product",
            other: vec![m, n],
        });
    }
    check_output(NAME, "c", c.shape(), c.strides())?;
    let c = Out { ptr: c.as_mut_ptr(), rs: c.strides()[0], cs: c.strides()[1] };
    // SAFETY: the sizes agree and C does not overlap itself, checked above; it is
    // borrowed exclusively, so that neither A nor B lies in it.
    unsafe { run(Product { m, k, n, alpha, a: input(a), b: input(b), beta, c }) };
    Ok(())
}

/// m, k and n.
#[inline]
fn sizes<T>(
    function: &'static str,
    a: &ArrayRef2<T>,
    b: &ArrayRef2<T>,
) -> Result<[usize; 3], Error> {
    let ((m, k), (rows, n)) = (a.dim(), b.dim());
    if k == rows {
        return Ok([m, k, n]);
    }
    Err(Error::Shape {
        function,
        operand: "a",
        shape: vec![m, k],
        expected: "the shape of b, whose rows must be as many as the columns of a,",
        other: vec![rows, n],
    })
}

#[inline]
fn input<T>(a: &ArrayRef2<T>) -> In<T> {
    In { ptr: a.as_ptr(), rs: a.strides()[0], cs: a.strides()[1] }
}

/// Computes a product, on the pool where it pays.
///
/// # Safety
/// What [`Product`] says of its memory holds.
#[inline]
unsafe fn run<T: Element>(product: Product<T>) {
    let p = product.along_rows();
    if p.m == 0 || p.n == 0 {
        return;
    }
    let engine = Engine::choose(&p);
    if !p.is_tiny() {
        // SAFETY: the caller's promise is passed on.
        return unsafe { run_tiles(&p, engine) };
    }
    pool::each(1, 0.0, |_| {
        // SAFETY: the caller's promise is passed on.
        unsafe { multiply(engine, &p, &mut Scratch::new()) };
    });
}

/// Computes a product by tiles.
///
/// # Safety
/// What [`Product`] says of its memory holds.
unsafe fn run_tiles<T: Element>(p: &Product<T>, engine: Engine) {
    let element_ns = tuning::traffic_ns(size_of::<T>() as f64);
    let cost_ns =
        |len: usize, k: usize| len as f64 * (element_ns + k as f64 * engine.step_ns::<T>());
    let tiles = Tiles::new(
        [p.m, p.n],
        engine.largest_tile(),
        tuning::MATMUL_UNIT,
        size_of::<T>(),
        cost_ns(1, p.k) * p.m as f64 * p.n as f64,
        tuning::MATMUL_TILES,
    );
    // Along K too, when a tile would take longer than a token should wait.
    let block_ns = cost_ns(tiles.len(), tuning::K_BLOCK);
    let blocks = (tuning::MATMUL_CHUNK_NS / block_ns).max(1.0) as usize;
    let stretch = blocks.saturating_mul(tuning::K_BLOCK);
    let mut start = 0usize;
    loop {
        let ks = start..start.saturating_add(stretch).min(p.k);
        let part = Product { beta: if start == 0 { p.beta } else { T::ONE }, ..*p };
        let cost = cost_ns(1, ks.len()) * p.m as f64 * p.n as f64;
        let _ = pool::run(tiles.n(), cost, Scratch::new, |scratch, i| {
            let tile = part.part(tiles.range(i), ks.clone());
            // SAFETY: the caller's promise; tiles are disjoint parts of C, and later
            // stretches of k begin when all tiles of the ones before are written.
            unsafe { multiply(engine, &tile, scratch) };
            ControlFlow::Continue(())
        });
        start = ks.end;
        if start >= p.k {
            return;
        }
    }
}
