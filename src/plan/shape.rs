//! Shapes: products, broadcasting, axes, outputs that overlap themselves. All
//! arithmetic is checked: what overflows is an error before memory is taken.

use crate::Error;

use super::List;

/// The number of elements of `shape`, if an array of `size`-byte elements of that
/// shape fits the address space: like ndarray, axes of length 0 count as 1.
///
/// # Errors
/// [`Error::TooLarge`].
pub(crate) fn checked_len(
    function: &'static str,
    shape: &[usize],
    size: usize,
) -> Result<usize, Error> {
    let too_large = || Error::TooLarge { function, shape: shape.to_vec() };
    let mut span = 1usize;
    for &n in shape.iter().filter(|&&n| n != 0) {
        span = span.checked_mul(n).ok_or_else(too_large)?;
    }
    match span.checked_mul(size.max(1)) {
        Some(bytes) if isize::try_from(bytes).is_ok() => {}
        _ => return Err(too_large()),
    }
    Ok(if shape.contains(&0) { 0 } else { span })
}

/// Writes the shape that `shapes` broadcast to, by NumPy's rule, into `out`, which is all ones and as
/// long as the longest of them; says whether they do. Takes no memory.
#[inline]
pub(crate) fn broadcast<'a>(shapes: impl Iterator<Item = &'a [usize]>, out: &mut [usize]) -> bool {
    for shape in shapes {
        let missing = out.len() - shape.len();
        for (o, &n) in out[missing..].iter_mut().zip(shape) {
            if *o == 1 {
                *o = n;
            } else if n != 1 && n != *o {
                return false;
            }
        }
    }
    true
}

/// Whether elements of `shape` lie without gaps at `strides`, the last index
/// running fastest; for empty arrays, whatever the strides.
#[inline]
pub(crate) fn is_c_order(shape: &[usize], strides: &[isize]) -> bool {
    is_packed(shape.iter().zip(strides).rev())
}

/// [`is_c_order`] with the first index running fastest.
#[inline]
pub(crate) fn is_f_order(shape: &[usize], strides: &[isize]) -> bool {
    is_packed(shape.iter().zip(strides))
}

#[inline]
fn is_packed<'a>(innermost_first: impl Iterator<Item = (&'a usize, &'a isize)>) -> bool {
    let mut expected = 1;
    let mut packed = true;
    for (&n, &stride) in innermost_first {
        packed &= n == 1 || stride == expected as isize;
        if n == 0 {
            return true;
        }
        expected *= n;
    }
    packed
}

/// Refuses an axis that an array of `shape` does not have.
///
/// # Errors
/// [`Error::Axis`].
#[inline]
pub(crate) fn check_axis(
    function: &'static str,
    axis: usize,
    shape: &[usize],
) -> Result<(), Error> {
    if axis < shape.len() {
        Ok(())
    } else {
        Err(Error::Axis { function, axis, shape: shape.to_vec() })
    }
}

/// Refuses an output in which two indices may name the same element: a stride of
/// 0, or axes that interleave. (Strides that interleave without ever meeting are
/// refused too: no view made by slicing and transposing has them.)
///
/// # Errors
/// [`Error::Overlap`].
#[inline]
pub(crate) fn check_output(
    function: &'static str,
    operand: &'static str,
    shape: &[usize],
    strides: &[isize],
) -> Result<(), Error> {
    if shape.contains(&0) {
        return Ok(());
    }
    let mut axes = List::new((0, 0));
    for (&n, &stride) in shape.iter().zip(strides).filter(|(n, _)| **n > 1) {
        axes.push((stride.unsigned_abs(), n));
    }
    let axes = axes.as_mut_slice();
    if !axes.is_sorted_by(|a, b| a >= b) {
        axes.sort_unstable_by(|a, b| b.cmp(a));
    }
    // From the innermost: each stride must step over all that lies inside it.
    let mut span = 0;
    for &(stride, n) in axes.iter().rev() {
        if stride <= span {
            let (shape, strides) = (shape.to_vec(), strides.to_vec());
            return Err(Error::Overlap { function, operand, shape, strides });
        }
        span += stride * (n - 1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s2_shape_products_that_overflow_are_errors() {
        assert_eq!(checked_len("f", &[3, 4], 8), Ok(12));
        assert_eq!(checked_len("f", &[], 8), Ok(1));
        assert_eq!(checked_len("f", &[0, 5], 8), Ok(0));
        assert!(checked_len("f", &[1 << 32, 1 << 32], 4).is_err());
        assert!(checked_len("f", &[usize::MAX], 1).is_err());
        assert!(checked_len("f", &[1 << 62], 2).is_err());
        assert!(checked_len("f", &[0, 1 << 62, 4], 1).is_err());
        assert_eq!(checked_len("f", &[1 << 62], 1), Ok(1 << 62));
    }

    #[test]
    fn broadcasting_is_numpys() {
        let broadcast = |shapes: &[&[usize]]| {
            let mut out = vec![1; shapes.iter().map(|shape| shape.len()).max().unwrap_or(0)];
            broadcast(shapes.iter().copied(), &mut out).then_some(out)
        };
        assert_eq!(broadcast(&[&[3, 1], &[4]]), Some(vec![3, 4]));
        assert_eq!(broadcast(&[&[], &[0]]), Some(vec![0]));
        assert_eq!(broadcast(&[&[1], &[0]]), Some(vec![0]));
        assert_eq!(broadcast(&[&[2, 1, 5], &[7, 1], &[1]]), Some(vec![2, 7, 5]));
        assert_eq!(broadcast(&[&[3], &[4]]), None);
        assert_eq!(broadcast(&[&[0], &[2]]), None);
    }

    #[test]
    fn orders_are_told_apart() {
        assert!(is_c_order(&[3, 4], &[4, 1]) && !is_f_order(&[3, 4], &[4, 1]));
        assert!(is_f_order(&[3, 4], &[1, 3]) && !is_c_order(&[3, 4], &[1, 3]));
        assert!(is_c_order(&[], &[]) && is_f_order(&[], &[]));
        assert!(is_c_order(&[3, 1], &[1, 7]) && is_f_order(&[3, 1], &[1, 7]));
        assert!(is_c_order(&[2, 0], &[-5, 9]) && is_f_order(&[0, 2], &[-5, 9]));
        assert!(!is_c_order(&[3], &[-1]) && !is_c_order(&[3], &[2]) && !is_c_order(&[3], &[0]));
        assert!(!is_c_order(&[3, 4], &[5, 1]) && !is_c_order(&[3, 4], &[-4, 1]));
    }

    #[test]
    fn s4_outputs_that_overlap_themselves_are_errors() {
        assert!(check_output("f", "out", &[3, 4], &[4, 1]).is_ok());
        assert!(check_output("f", "out", &[3, 4], &[-1, 3]).is_ok());
        assert!(check_output("f", "out", &[3, 1], &[1, 0]).is_ok());
        assert!(check_output("f", "out", &[0, 4], &[0, 0]).is_ok());
        assert!(check_output("f", "out", &[], &[]).is_ok());
        assert!(check_output("f", "out", &[3, 4], &[0, 1]).is_err());
        assert!(check_output("f", "out", &[3, 4], &[1, 1]).is_err());
        assert!(check_output("f", "out", &[3, 4], &[3, 1]).is_err());
    }
}
