//! What a micro-kernel needs of a register, and the macro that says it of intrinsics.

use crate::element::Element;

/// A register of numbers. Its methods want the instruction set of its tier, which
/// the function that they are inlined into has.
pub(super) trait Vector: Copy {
    type Element: Element;
    /// Which lanes are in use.
    type Mask: Copy;
    const LANES: usize;

    /// The first `n` lanes.
    unsafe fn mask(n: usize) -> Self::Mask;
    unsafe fn splat(x: Self::Element) -> Self;
    /// Reads `LANES` elements.
    unsafe fn load(from: *const Self::Element) -> Self;
    /// Reads the lanes of the mask; the others are zero and not touched.
    unsafe fn load_part(from: *const Self::Element, mask: Self::Mask) -> Self;
    unsafe fn store(self, to: *mut Self::Element);
    unsafe fn store_part(self, to: *mut Self::Element, mask: Self::Mask);
    /// `a * b + c`, rounded once.
    unsafe fn fused(a: Self, b: Self, c: Self) -> Self;
    unsafe fn times(a: Self, b: Self) -> Self;
    unsafe fn plus(a: Self, b: Self) -> Self;
}

/// Defines a [`Vector`] `$name` of `$lanes` elements `$t` in a register, and its
/// kernels `$name::SHAPE` under a target feature. `$load_part` takes the pointer and
/// the mask, `$store_part` the pointer, the mask and the register.
#[cfg(target_arch = "x86_64")]
macro_rules! vector {
    ($name:ident: [$t:ty; $lanes:literal] in $register:ty, $feature:literal, $ns:expr, $rows:tt x $n:tt;
     $mask:ident $mask_type:ty; $splat:ident $load:ident $load_part:ident
     $store:ident $store_part:ident $fused:ident $times:ident $plus:ident) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name($register);

        impl Vector for $name {
            type Element = $t;
            type Mask = $mask_type;
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn mask(n: usize) -> $mask_type {
                // SAFETY: the caller has the instruction set, and `n` is at most LANES.
                unsafe { $mask(n) }
            }
            #[inline(always)]
            unsafe fn splat(x: $t) -> Self {
                // SAFETY: the caller has the instruction set.
                Self(unsafe { $splat(x) })
            }
            #[inline(always)]
            unsafe fn load(from: *const $t) -> Self {
                // SAFETY: the caller has the instruction set and the elements.
                Self(unsafe { $load(from.cast()) })
            }
            #[inline(always)]
            unsafe fn load_part(from: *const $t, mask: $mask_type) -> Self {
                // SAFETY: the caller has the instruction set and the elements of the mask.
                Self(unsafe { $load_part(from.cast(), mask) })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $t) {
                // SAFETY: the caller has the instruction set and the elements.
                unsafe { $store(to.cast(), self.0) }
            }
            #[inline(always)]
            unsafe fn store_part(self, to: *mut $t, mask: $mask_type) {
                // SAFETY: the caller has the instruction set and the elements of the mask.
                unsafe { $store_part(to.cast(), mask, self.0) }
            }
            #[inline(always)]
            unsafe fn fused(a: Self, b: Self, c: Self) -> Self {
                // SAFETY: the caller has the instruction set.
                Self(unsafe { $fused(a.0, b.0, c.0) })
            }
            #[inline(always)]
            unsafe fn times(a: Self, b: Self) -> Self {
                // SAFETY: the caller has the instruction set.
                Self(unsafe { $times(a.0, b.0) })
            }
            #[inline(always)]
            unsafe fn plus(a: Self, b: Self) -> Self {
                // SAFETY: the caller has the instruction set.
                Self(unsafe { $plus(a.0, b.0) })
            }
        }

        impl $name {
            pub(super) const SHAPE: Shape<$t> = kernels!($lanes, $ns, $rows x $n);

            /// # Safety
            /// As [`strip`], and the instruction set is there.
            #[target_feature(enable = $feature)]
            unsafe fn run<const M: usize, const N: usize, const PART: bool>(s: &Strip<$t>) {
                // SAFETY: the features are on; the rest is the caller's promise.
                unsafe { strip::<Self, M, N, PART>(s) }
            }
        }
    };
}
#[cfg(target_arch = "x86_64")]
pub(super) use vector;
