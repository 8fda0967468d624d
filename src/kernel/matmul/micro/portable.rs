//! Micro-kernels in plain loops: for every type and every CPU.
//!
//! 2 rows by 2 short arrays, which the compiler keeps in registers where it can. Floats go through
//! `mul_add`, on a CPU without FMA a call into libm: the same bits, slowly.

use crate::element::Element;
use crate::tuning;

use super::tile::{Strip, strip};
use super::vector::Vector;
use super::{Shape, kernels};

const LANES: usize = 8;

#[derive(Clone, Copy)]
struct Array<T>([T; LANES]);

impl<T: Element> Vector for Array<T> {
    type Element = T;
    /// How many lanes.
    type Mask = usize;
    const LANES: usize = LANES;

    #[inline(always)]
    unsafe fn mask(n: usize) -> usize {
        n
    }
    #[inline(always)]
    unsafe fn splat(x: T) -> Self {
        Self([x; LANES])
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: the caller has the elements.
        Self(unsafe { from.cast::<[T; LANES]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn load_part(from: *const T, mask: usize) -> Self {
        let mut x = [T::ZERO; LANES];
        for (i, x) in x.iter_mut().enumerate().take(mask) {
            // SAFETY: the caller has the elements of the mask.
            *x = unsafe { *from.add(i) };
        }
        Self(x)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: the caller has the elements.
        unsafe { to.cast::<[T; LANES]>().write_unaligned(self.0) };
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut T, mask: usize) {
        for (i, &x) in self.0.iter().enumerate().take(mask) {
            // SAFETY: the caller has the elements of the mask.
            unsafe { *to.add(i) = x };
        }
    }
    #[inline(always)]
    unsafe fn fused(a: Self, b: Self, c: Self) -> Self {
        Self(std::array::from_fn(|i| T::fused(a.0[i], b.0[i], c.0[i])))
    }
    #[inline(always)]
    unsafe fn times(a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| T::times(a.0[i], b.0[i])))
    }
    #[inline(always)]
    unsafe fn plus(a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| T::plus(a.0[i], b.0[i])))
    }
}

/// The kernels for any type.
pub(super) struct Any<T>(std::marker::PhantomData<T>);

impl<T: Element> Any<T> {
    pub(super) const SHAPE: Shape<T> = kernels!(LANES, tuning::MATMUL_PLAIN_NS, [1 2] x 2);

    /// # Safety
    /// As [`strip`].
    unsafe fn run<const M: usize, const N: usize, const PART: bool>(s: &Strip<T>) {
        // SAFETY: no instruction set is needed; the rest is the caller's promise.
        unsafe { strip::<Array<T>, M, N, PART>(s) }
    }
}
