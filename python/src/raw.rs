//! A strided array of a known type, behind a pointer: what is left of a NumPy
//! array once it is checked, and all that kernels see.

use ndarray::{ArrayView, ArrayViewMut, Axis, IntoDimension, IxDyn, ShapeBuilder};
use ndarray::{ArrayViewD, ArrayViewMutD, StrideShape};

use crate::dtype::DType;

/// Where the elements lie. Strides count elements.
#[derive(Clone, Debug)]
pub(crate) struct Raw {
    pub(crate) dtype: DType,
    pub(crate) ptr: *mut u8,
    pub(crate) shape: Vec<usize>,
    pub(crate) strides: Vec<isize>,
}

// SAFETY: whoever makes a `Raw` keeps the array that owns the memory for longer
// than any thread uses it; elements are plain numbers.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

impl Raw {
    pub(crate) fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the elements lie without gaps, the last index fastest.
    pub(crate) fn is_contiguous(&self) -> bool {
        let mut step = 1;
        for (&n, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if n > 1 && stride != step {
                return false;
            }
            step *= n as isize;
        }
        true
    }

    /// The same, the first index fastest.
    pub(crate) fn is_f_contiguous(&self) -> bool {
        let mut step = 1;
        for (&n, &stride) in self.shape.iter().zip(&self.strides) {
            if n > 1 && stride != step {
                return false;
            }
            step *= n as isize;
        }
        true
    }

    /// First byte and the byte after the last one; equal for an empty array.
    pub(crate) fn extent(&self) -> (usize, usize) {
        if self.shape.contains(&0) {
            return (self.ptr.addr(), self.ptr.addr());
        }
        let size = self.dtype.size() as isize;
        let (mut low, mut high) = (0, size);
        for (&n, &stride) in self.shape.iter().zip(&self.strides) {
            let reach = (n as isize - 1) * stride * size;
            if reach < 0 { low += reach } else { high += reach }
        }
        (self.ptr.addr().wrapping_add_signed(low), self.ptr.addr().wrapping_add_signed(high))
    }

    /// Whether both reach into the same stretch of memory.
    pub(crate) fn overlaps(&self, other: &Raw) -> bool {
        let ((a, a_end), (b, b_end)) = (self.extent(), other.extent());
        a < b_end && b < a_end && a < a_end && b < b_end
    }

    /// Two indices may name the same element: axes that do not nest.
    pub(crate) fn overlaps_itself(&self) -> bool {
        if self.shape.contains(&0) {
            return false;
        }
        let steps = self.shape.iter().zip(&self.strides).filter(|(n, _)| **n > 1);
        let mut steps: Vec<_> = steps.map(|(&n, &stride)| (stride.unsigned_abs(), n)).collect();
        steps.sort_unstable();
        let mut span = 0;
        for (stride, n) in steps {
            if stride <= span {
                return true;
            }
            span += stride * (n - 1);
        }
        false
    }

    /// The array as ndarray sees it.
    ///
    /// # Safety
    /// The elements are of `T` (or of an integer or `bool` of its size), and nobody
    /// of ours writes them while the view lives.
    pub(crate) unsafe fn view<T>(&self) -> ArrayViewD<'_, T> {
        // SAFETY: passed on.
        unsafe { view(self.ptr.cast(), &self.shape, &self.strides) }
    }

    /// The array as ndarray writes it.
    ///
    /// # Safety
    /// As [`Raw::view`]; no two indices name the same element, and nobody of ours
    /// reads or writes them otherwise.
    pub(crate) unsafe fn view_mut<T>(&self) -> ArrayViewMutD<'_, T> {
        // SAFETY: passed on.
        unsafe { view_mut(self.ptr.cast(), &self.shape, &self.strides) }
    }
}

/// ndarray takes no negative strides from outside: such axes are given from their
/// other end and then turned.
fn upright<T>(
    ptr: *mut T,
    shape: &[usize],
    strides: &[isize],
) -> (*mut T, StrideShape<IxDyn>, u64) {
    let mut ptr = ptr;
    let mut turned = 0;
    let mut steps = IxDyn::zeros(shape.len());
    if shape.contains(&0) {
        // NumPy calls an empty array aligned wherever it points.
        ptr = std::ptr::NonNull::dangling().as_ptr();
    } else {
        for (axis, (&n, &stride)) in shape.iter().zip(strides).enumerate() {
            steps[axis] = stride.unsigned_abs();
            if stride < 0 {
                ptr = ptr.wrapping_offset(stride * (n as isize - 1));
                turned |= 1 << axis;
            }
        }
    }
    (ptr, shape.into_dimension().strides(steps), turned)
}

/// The axes of a set, lowest first.
fn axes(mut set: u64) -> impl Iterator<Item = Axis> {
    std::iter::from_fn(move || {
        let axis = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(Axis(axis))
    })
}

/// A view of at most 64 axes.
///
/// # Safety
/// As [`Raw::view`].
pub(crate) unsafe fn view<'a, T>(
    ptr: *mut T,
    shape: &[usize],
    strides: &[isize],
) -> ArrayViewD<'a, T> {
    let (ptr, shape, turned) = upright(ptr, shape, strides);
    // SAFETY: the caller's array, described from its lowest address.
    let mut view = unsafe { ArrayView::from_shape_ptr(shape, ptr) };
    axes(turned).for_each(|axis| view.invert_axis(axis));
    view
}

/// A view of at most 64 axes, to be written.
///
/// # Safety
/// As [`Raw::view_mut`].
pub(crate) unsafe fn view_mut<'a, T>(
    ptr: *mut T,
    shape: &[usize],
    strides: &[isize],
) -> ArrayViewMutD<'a, T> {
    let (ptr, shape, turned) = upright(ptr, shape, strides);
    // SAFETY: the caller's array, described from its lowest address.
    let mut view = unsafe { ArrayViewMut::from_shape_ptr(shape, ptr) };
    axes(turned).for_each(|axis| view.invert_axis(axis));
    view
}
