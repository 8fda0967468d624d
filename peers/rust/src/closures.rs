//! Closures of swath for the measurements in Python, which has none: a library to be called
//! as those of C are, on the pool of its own process.

use ndarray::{ArrayView1, ArrayViewMut1};

/// `2a + bc - d/e` of arrays of `n` numbers; whether it could be done.
///
/// # Safety
/// There are `n` numbers at each of five pointers, and as many that nobody else uses at `out`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fused(n: usize, operands: *const *const f64, out: *mut f64) -> bool {
    // SAFETY: by the caller.
    let (operands, out) = unsafe {
        let operand = |k: usize| ArrayView1::from_shape_ptr(n, *operands.add(k));
        (std::array::from_fn::<_, 5, _>(operand), ArrayViewMut1::from_shape_ptr(n, out))
    };
    let ([a, b, c, d, e], mut out) = (operands, out);
    swath::map_into!((&a, &b, &c, &d, &e), &mut out, |(a, b, c, d, e)| 2.0 * a + b * c - d / e)
        .is_ok()
}
