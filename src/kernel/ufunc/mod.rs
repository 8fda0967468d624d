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

#[cfg(target_arch = "x86_64")]
mod wide;

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

    /// The same loop, by hand for AVX-512 where there is such a one for `T`.
    pub(crate) const fn by_hand<T>(self, hands: Hands) -> Self {
        let [baseline, avx2, avx512] = self.bodies;
        let avx512 = match hands[if size_of::<T>() == 4 { 0 } else { 1 }] {
            Some(by_hand) => by_hand,
            None => avx512,
        };
        Self { bodies: [baseline, avx2, avx512], ..self }
    }

    /// The same loop, an element of which costs `ns` nanoseconds.
    #[must_use]
    pub const fn costing(self, ns: f32) -> Self {
        Self { ns, ..self }
    }
}

/// Loops by hand for AVX-512, of f32 and of f64.
pub(crate) type Hands = [Option<Body>; 2];

/// Functions that have some.
pub(crate) mod hands {
    #[cfg(target_arch = "x86_64")]
    pub(crate) use super::wide::{COS, POWF, SIN};
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) use none::*;

    #[cfg(not(target_arch = "x86_64"))]
    mod none {
        use super::super::Hands;
        pub(crate) const SIN: Hands = [None, None];
        pub(crate) const COS: Hands = [None, None];
        pub(crate) const POWF: Hands = [None, None];
    }
}

/// The elements that a loop of an elementary function takes at a time: a vector of f32.
const VECTORS: usize = 16;

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
                f: &F,
                out: &mut [MaybeUninit<R>],
                $($p: &[$t]),+
            ) {
                $(let $p = &$p[..out.len()];)+
                for (i, to) in out.iter_mut().enumerate() {
                    // SAFETY: as long as the output. (The compiler does not see it, and
                    // would leave up to 128 elements to a loop that checks each.)
                    to.write(unsafe { f($(*$p.get_unchecked(i)),+) });
                }
            }

            /// Blocks, the last of them filled up to whole vectors: what is left over of
            /// them the compiler takes one by one, ten times as slowly.
            #[inline(always)]
            fn blocks<const CHECKED: bool, $($t: Copy,)+ R: Copy, C, S, L>(
                test: C,
                (short, long): (&S, &L),
                out: &mut [MaybeUninit<R>],
                $($p: &[$t]),+
            )
            where
                C: Fn($($t),+) -> bool,
                S: Fn($($t),+) -> R,
                L: Fn($($t),+) -> R,
            {
                let n = out.len();
                $(let $p = &$p[..n];)+
                let mut results = [MaybeUninit::<R>::uninit(); VECTORS];
                let mut at = 0;
                while at < n {
                    let most = if CHECKED { MAP_BLOCK } else { usize::MAX };
                    let whole = (n - at).min(most) / VECTORS * VECTORS;
                    let left = if whole == 0 { n - at } else { 0 };
                    // The last element again and again.
                    $(let mut filled = [$p[n - 1]; VECTORS];
                    filled[..left].copy_from_slice(&$p[n - left..]);
                    let $p = if whole == 0 { &filled[..] } else { &$p[at..at + whole] };)+
                    let to = if whole == 0 { &mut results[..] } else { &mut out[at..at + whole] };
                    let mut passes = true;
                    if CHECKED {
                        for i in 0..to.len() {
                            // SAFETY: all are as long as the output.
                            passes &= unsafe { test($(*$p.get_unchecked(i)),+) };
                        }
                    }
                    if CHECKED && !passes {
                        each(long, to, $($p),+);
                    } else {
                        each(short, to, $($p),+);
                    }
                    out[n - left..].copy_from_slice(&results[..left]);
                    at += whole + left;
                }
            }

            arity!(@plain baseline [] $($t $p $i),+);
            arity!(@wide wide_baseline checked_baseline [] $($t $p $i),+);
            #[cfg(target_arch = "x86_64")]
            arity!(@plain avx2 [#[target_feature(enable = "avx2,fma")]] $($t $p $i),+);
            #[cfg(target_arch = "x86_64")]
            arity!(
                @wide wide_avx2 checked_avx2 [#[target_feature(enable = "avx2,fma")]]
                $($t $p $i),+
            );
            #[cfg(target_arch = "x86_64")]
            arity!(
                @wide wide_avx512 checked_avx512 [#[target_feature(enable = "avx512f")]]
                $($t $p $i),+
            );
            #[cfg(not(target_arch = "x86_64"))]
            pub(super) use {
                baseline as avx2, checked_baseline as checked_avx2,
                checked_baseline as checked_avx512, wide_baseline as wide_avx2,
                wide_baseline as wide_avx512,
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
            pub const fn $wide<$($t: Copy,)+ R: Copy, F, G, H>(_: &F, _: &G, _: &H) -> Self
            where
                F: Fn($($t),+) -> R,
                G: Fn($($t),+) -> R,
                H: Fn($($t),+) -> R,
            {
                Self {
                    bodies: [
                        $module::wide_baseline::<$($t,)+ R, F>,
                        $module::wide_avx2::<$($t,)+ R, G>,
                        $module::wide_avx512::<$($t,)+ R, H>,
                    ],
                    ns: 0.1,
                }
            }

            #[doc(hidden)]
            pub const fn $checked<$($t: Copy,)+ R: Copy, C, F, F2, G, G2, H, H2>(
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
    (@plain $name:ident [$($feature:tt)*] $($t:ident $p:ident $i:tt),+) => {
        /// # Safety
        /// There are `n` elements of these types, none of them where results go; the CPU
        /// has the tier.
        pub(super) unsafe fn $name<$($t: Copy,)+ R, F>(n: usize, from: [*const u8; 3], to: *mut u8)
        where
            F: Fn($($t),+) -> R,
        {
            $($feature)*
            #[inline(never)]
            fn inside<$($t: Copy,)+ R, F>(out: &mut [MaybeUninit<R>], $($p: &[$t]),+)
            where
                F: Fn($($t),+) -> R,
            {
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
    };
    (@wide $wide:ident $checked:ident [$($feature:tt)*] $($t:ident $p:ident $i:tt),+) => {
        /// # Safety
        /// The same.
        pub(super) unsafe fn $wide<$($t: Copy,)+ R: Copy, F>(n: usize, from: [*const u8; 3], to: *mut u8)
        where
            F: Fn($($t),+) -> R,
        {
            $($feature)*
            #[inline(never)]
            fn inside<$($t: Copy,)+ R: Copy, F>(out: &mut [MaybeUninit<R>], $($p: &[$t]),+)
            where
                F: Fn($($t),+) -> R,
            {
                // No test, and so no long way.
                let ways = (conjured::<F>(), conjured::<F>());
                blocks::<false, $($t,)+ R, _, F, F>(|$(_: $t),+| true, ways, out, $($p),+);
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
        pub(super) unsafe fn $checked<$($t: Copy,)+ R: Copy, C, S, L>(n: usize, from: [*const u8; 3], to: *mut u8)
        where
            C: Fn($($t),+) -> bool,
            S: Fn($($t),+) -> R,
            L: Fn($($t),+) -> R,
        {
            $($feature)*
            #[inline(never)]
            fn inside<$($t: Copy,)+ R: Copy, C, S, L>(out: &mut [MaybeUninit<R>], $($p: &[$t]),+)
            where
                C: Fn($($t),+) -> bool,
                S: Fn($($t),+) -> R,
                L: Fn($($t),+) -> R,
            {
                let (test, ways) = (conjured::<C>(), (conjured::<S>(), conjured::<L>()));
                blocks::<true, $($t,)+ R, _, S, L>(test, ways, out, $($p),+);
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
    // SAFETY: by the caller; the tier is what the CPU has. SSE2 is in every CPU of this
    // target, and all stores go to multiples of 64.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if to.addr().is_multiple_of(64) {
            let whole = bytes / 64 * 64;
            if tier() == Tier::Avx512 {
                lines(from, to, whole);
            } else {
                quarters(from, to, whole);
            }
            return std::ptr::copy_nonoverlapping(from.add(whole), to.add(whole), bytes - whole);
        }
        std::ptr::copy_nonoverlapping(from, to, bytes);
    }
}

/// Whole cache lines at once: 27 GB/s by quarters, 32 so, copied by two threads.
///
/// # Safety
/// As [`stream`], `bytes` and `to` multiples of 64.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn lines(from: *const u8, to: *mut u8, bytes: usize) {
    use std::arch::x86_64::{__m512i, _mm512_loadu_si512, _mm512_stream_si512};
    for at in (0..bytes).step_by(64) {
        // SAFETY: by the caller.
        unsafe {
            let value = _mm512_loadu_si512(from.add(at).cast::<__m512i>());
            _mm512_stream_si512(to.add(at).cast::<__m512i>(), value);
        }
    }
}

/// Sixteen bytes at a time.
///
/// # Safety
/// As [`lines`].
#[cfg(target_arch = "x86_64")]
unsafe fn quarters(from: *const u8, to: *mut u8, bytes: usize) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
    for at in (0..bytes).step_by(16) {
        // SAFETY: by the caller.
        unsafe {
            let value = _mm_loadu_si128(from.add(at).cast::<__m128i>());
            _mm_stream_si128(to.add(at).cast::<__m128i>(), value);
        }
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
