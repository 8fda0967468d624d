//! Loops over whole arrays, their types erased: one function for each tier behind one
//! pointer, so that a driver for any number of them is compiled once.
//!
//! ```text
//! a loop: for i in 0..n: out[i] = f(a[i], b[i], c[i])      at unit stride
//! one with a short way: for each block of 256, if every element passes the test of the
//!     short way, that; else the long way. Both give the same bits where the test holds.
//! ```
//! Loops of elementary functions are compiled for AVX-512 too, under `avx512f` alone: see
//! `simd` for what must not be enabled together. Their bits are those of the other tiers,
//! for every operation in them is one that IEEE 754 fixes; the tests compare them.

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use crate::simd::{Tier, tier};
use crate::tuning::MAP_BLOCK;

/// `n` elements of up to three operands, and where results go.
pub(crate) type Body = unsafe fn(n: usize, from: [*const u8; 3], to: *mut u8);

/// A loop, compiled once for each tier; `loop_of!` makes one of a closure.
#[derive(Debug, Clone, Copy)]
pub struct Loop {
    bodies: [Body; 3],
    /// About what an element costs, in ns, with AVX2 and its operands in L1.
    ns: f32,
}

impl Loop {
    /// The loop for this CPU.
    #[inline]
    pub(crate) fn body(&self) -> Body {
        match tier() {
            Tier::Baseline => self.bodies[0],
            Tier::Avx2 => self.bodies[1],
            Tier::Avx512 => self.bodies[2],
        }
    }

    /// About what an element costs, in nanoseconds.
    #[must_use]
    pub const fn ns(&self) -> f32 {
        self.ns
    }

    /// The same loop, an element of which costs `ns` nanoseconds.
    #[must_use]
    pub const fn costing(self, ns: f32) -> Self {
        Self { ns, ..self }
    }
}

/// A closure without captures, from its type alone.
#[inline(always)]
fn conjured<'a, F>() -> &'a F {
    const { assert!(size_of::<F>() == 0, "a closure that captures nothing") };
    // SAFETY: of a type without size any pointer that is not null and aligned will do;
    // the caller holds one by value already, so that one exists.
    unsafe { NonNull::dangling().as_ref() }
}

/// The loops of closures with so many arguments.
macro_rules! arity {
    ($module:ident $plain:ident $wide:ident $checked:ident: $($t:ident $p:ident $i:tt),+) => {
        mod $module {
            use super::*;

            #[inline(always)]
            fn each<$($t: Copy,)+ R, F: Fn($($t),+) -> R>(
                f: &F, out: &mut [MaybeUninit<R>], $($p: &[$t]),+
            ) {
                $(let $p = &$p[..out.len()];)+
                for (i, to) in out.iter_mut().enumerate() {
                    to.write(f($($p[i]),+));
                }
            }

            #[inline(always)]
            fn choose<$($t: Copy,)+ R, C, S, L>(
                (test, short, long): (&C, &S, &L), out: &mut [MaybeUninit<R>], $($p: &[$t]),+
            )
            where
                C: Fn($($t),+) -> bool,
                S: Fn($($t),+) -> R,
                L: Fn($($t),+) -> R,
            {
                let mut at = 0;
                while at < out.len() {
                    let end = (at + MAP_BLOCK).min(out.len());
                    $(let $p = &$p[at..end];)+
                    let out = &mut out[at..end];
                    let mut passes = true;
                    for i in 0..out.len() {
                        passes &= test($($p[i]),+);
                    }
                    if passes { each(short, out, $($p),+) } else { each(long, out, $($p),+) }
                    at = end;
                }
            }

            arity!(@tier baseline checked_baseline [] $($t $p $i),+);
            #[cfg(target_arch = "x86_64")]
            arity!(@tier avx2 checked_avx2 [#[target_feature(enable = "avx2,fma")]] $($t $p $i),+);
            #[cfg(target_arch = "x86_64")]
            arity!(@tier avx512 checked_avx512 [#[target_feature(enable = "avx512f")]] $($t $p $i),+);
            #[cfg(not(target_arch = "x86_64"))]
            pub(super) use {
                baseline as avx2, baseline as avx512, checked_baseline as checked_avx2,
                checked_baseline as checked_avx512,
            };
        }

        impl Loop {
            #[doc(hidden)]
            pub const fn $plain<$($t: Copy,)+ R, F, G>(_: &F, _: &G) -> Self
            where
                F: Fn($($t),+) -> R,
                G: Fn($($t),+) -> R,
            {
                let avx2 = $module::avx2::<$($t,)+ R, G>;
                Self { bodies: [$module::baseline::<$($t,)+ R, F>, avx2, avx2], ns: 0.1 }
            }

            #[doc(hidden)]
            pub const fn $wide<$($t: Copy,)+ R, F, G, H>(_: &F, _: &G, _: &H) -> Self
            where
                F: Fn($($t),+) -> R,
                G: Fn($($t),+) -> R,
                H: Fn($($t),+) -> R,
            {
                let avx512 = $module::avx512::<$($t,)+ R, H>;
                Self { bodies: [$module::baseline::<$($t,)+ R, F>, $module::avx2::<$($t,)+ R, G>, avx512], ns: 0.1 }
            }

            #[doc(hidden)]
            pub const fn $checked<$($t: Copy,)+ R, C, F, F2, G, G2, H, H2>(
                _: &C, _: (&F, &F2), _: (&G, &G2), _: (&H, &H2),
            ) -> Self
            where
                C: Fn($($t),+) -> bool,
                F: Fn($($t),+) -> R,
                F2: Fn($($t),+) -> R,
                G: Fn($($t),+) -> R,
                G2: Fn($($t),+) -> R,
                H: Fn($($t),+) -> R,
                H2: Fn($($t),+) -> R,
            {
                Self {
                    bodies: [
                        $module::checked_baseline::<$($t,)+ R, C, F, F2>,
                        $module::checked_avx2::<$($t,)+ R, C, G, G2>,
                        $module::checked_avx512::<$($t,)+ R, C, H, H2>,
                    ],
                    ns: 0.1,
                }
            }
        }
    };
    (@tier $name:ident $checked:ident [$($feature:tt)*] $($t:ident $p:ident $i:tt),+) => {
        /// # Safety
        /// There are `n` elements of these types, none of them where results go; the CPU
        /// has the tier.
        pub(super) unsafe fn $name<$($t: Copy,)+ R, F: Fn($($t),+) -> R>(
            n: usize, from: [*const u8; 3], to: *mut u8,
        ) {
            $($feature)*
            #[inline(never)]
            fn inside<$($t: Copy,)+ R, F: Fn($($t),+) -> R>(
                out: &mut [MaybeUninit<R>], $($p: &[$t]),+
            ) {
                each(conjured::<F>(), out, $($p),+);
            }
            // SAFETY: by the caller.
            unsafe {
                inside::<$($t,)+ R, F>(
                    std::slice::from_raw_parts_mut(to.cast(), n),
                    $(std::slice::from_raw_parts(from[$i].cast(), n)),+
                );
            }
        }

        /// # Safety
        /// The same.
        pub(super) unsafe fn $checked<$($t: Copy,)+ R, C, S, L>(
            n: usize, from: [*const u8; 3], to: *mut u8,
        )
        where
            C: Fn($($t),+) -> bool,
            S: Fn($($t),+) -> R,
            L: Fn($($t),+) -> R,
        {
            $($feature)*
            #[inline(never)]
            fn inside<$($t: Copy,)+ R, C, S, L>(out: &mut [MaybeUninit<R>], $($p: &[$t]),+)
            where
                C: Fn($($t),+) -> bool,
                S: Fn($($t),+) -> R,
                L: Fn($($t),+) -> R,
            {
                choose((conjured::<C>(), conjured::<S>(), conjured::<L>()), out, $($p),+);
            }
            // SAFETY: by the caller.
            unsafe {
                inside::<$($t,)+ R, C, S, L>(
                    std::slice::from_raw_parts_mut(to.cast(), n),
                    $(std::slice::from_raw_parts(from[$i].cast(), n)),+
                );
            }
        }
    };
}
arity!(one of_one of_one_wide of_one_checked: A a 0);
arity!(two of_two of_two_wide of_two_checked: A a 0, B b 1);
arity!(three of_three of_three_wide of_three_checked: A a 0, B b 1, D d 2);

/// Copies `n` items of `size` bytes (1, 2, 4 or 8), each aligned, at so many bytes from one
/// another.
///
/// # Safety
/// They are there on both sides.
pub(crate) unsafe fn copy_strided(
    size: usize,
    n: usize,
    (from, step): (*const u8, isize),
    (to, to_step): (*mut u8, isize),
) {
    unsafe fn copy<T: Copy>(n: usize, from: (*const u8, isize), to: (*mut u8, isize)) {
        let (from, step) = from;
        let (to, to_step) = to;
        for i in 0..n as isize {
            // SAFETY: by the caller.
            unsafe {
                let value = from.offset(i * step).cast::<T>().read();
                to.offset(i * to_step).cast::<T>().write(value);
            }
        }
    }
    let size_step = size as isize;
    // SAFETY: by the caller.
    unsafe {
        if step == size_step && to_step == size_step {
            return std::ptr::copy(from, to, n * size);
        }
        match size {
            1 => copy::<u8>(n, (from, step), (to, to_step)),
            2 => copy::<u16>(n, (from, step), (to, to_step)),
            4 => copy::<u32>(n, (from, step), (to, to_step)),
            _ => copy::<u64>(n, (from, step), (to, to_step)),
        }
    }
}

/// Copies `bytes` bytes past the cache where that can be done. [`fence`] comes before anybody
/// is told.
///
/// # Safety
/// They are there on both sides, which do not overlap.
pub(crate) unsafe fn stream(from: *const u8, to: *mut u8, bytes: usize) {
    // SAFETY: by the caller; SSE2 is in every CPU of this target, and its stores go to
    // multiples of 16.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if to.addr().is_multiple_of(64) {
            use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
            let whole = bytes / 64 * 64;
            for at in (0..whole).step_by(16) {
                let value = _mm_loadu_si128(from.add(at).cast::<__m128i>());
                _mm_stream_si128(to.add(at).cast::<__m128i>(), value);
            }
            return std::ptr::copy_nonoverlapping(from.add(whole), to.add(whole), bytes - whole);
        }
        std::ptr::copy_nonoverlapping(from, to, bytes);
    }
}

/// Orders the stores of [`stream`] before those that follow.
#[inline]
pub(crate) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is in every CPU of this target.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
