//! Lanes of x86-64 for integers: summed as floats wherever those are exact.
//!
//! `f32` holds every whole number up to 2^24 and `f64` up to 2^53, and the caller has
//! bounded the sums and all their parts. A fused multiply-add of floats is four times
//! as fast as a multiplication of 32-bit integers.

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::lanes::Lanes;

/// Eight integers as `f32`, with AVX2.
#[derive(Clone, Copy)]
pub(super) struct Avx2<T>(__m256, PhantomData<T>);

/// Sixteen integers as `f32`, with AVX-512F.
#[derive(Clone, Copy)]
pub(super) struct Avx512<T>(__m512, PhantomData<T>);

/// Eight integers as `f64`, with AVX-512F.
#[derive(Clone, Copy)]
pub(super) struct Avx512Wide<T>(__m512d, PhantomData<T>);

/// An integer that becomes 32 bits and is cut off at its ends on the way back.
pub(super) trait Whole: Copy + Default {
    /// The ends of the type.
    const ENDS: [i32; 2];
    /// Eight elements, with AVX2.
    ///
    /// # Safety
    /// They can be read, and the CPU has the feature; the same below.
    unsafe fn eight(from: *const Self) -> __m256i;
    /// Sixteen elements, with AVX-512F.
    ///
    /// # Safety
    /// See [`Whole::eight`].
    unsafe fn sixteen(from: *const Self) -> __m512i;
    /// Writes sixteen, with AVX-512F.
    ///
    /// # Safety
    /// They can be written.
    unsafe fn write(x: __m512i, to: *mut Self);
    /// `x`, which lies between the ends.
    fn narrow(x: i32) -> Self;
}

macro_rules! whole {
    ($($t:ty, $half:ident, $load_half:ident, $all:ident, $load:ident, $x:ident => $narrow:expr;)*) => {$(
        impl Whole for $t {
            const ENDS: [i32; 2] = [<$t>::MIN as i32, <$t>::MAX as i32];
            #[inline(always)]
            unsafe fn eight(from: *const $t) -> __m256i {
                // SAFETY: the caller's promise.
                unsafe { $half($load_half(from.cast())) }
            }
            #[inline(always)]
            unsafe fn sixteen(from: *const $t) -> __m512i {
                // SAFETY: the caller's promise.
                unsafe { $all($load(from.cast())) }
            }
            #[inline(always)]
            unsafe fn write($x: __m512i, to: *mut $t) {
                // SAFETY: the caller's promise.
                unsafe {
                    let narrow = $narrow;
                    to.copy_from_nonoverlapping(std::ptr::from_ref(&narrow).cast(), 16);
                }
            }
            #[inline(always)]
            fn narrow(x: i32) -> $t {
                x as $t
            }
        }
    )*};
}
whole! {
    u8, _mm256_cvtepu8_epi32, _mm_loadl_epi64, _mm512_cvtepu8_epi32, _mm_loadu_si128,
        x => _mm512_cvtusepi32_epi8(_mm512_max_epi32(x, _mm512_setzero_si512()));
    i8, _mm256_cvtepi8_epi32, _mm_loadl_epi64, _mm512_cvtepi8_epi32, _mm_loadu_si128,
        x => _mm512_cvtsepi32_epi8(x);
    u16, _mm256_cvtepu16_epi32, _mm_loadu_si128, _mm512_cvtepu16_epi32, _mm256_loadu_si256,
        x => _mm512_cvtusepi32_epi16(_mm512_max_epi32(x, _mm512_setzero_si512()));
    i16, _mm256_cvtepi16_epi32, _mm_loadu_si128, _mm512_cvtepi16_epi32, _mm256_loadu_si256,
        x => _mm512_cvtsepi32_epi16(x);
    i32, as_it_is, _mm256_loadu_si256, as_it_is, _mm512_loadu_si512, x => x;
}

/// For elements that need no widening.
#[inline(always)]
fn as_it_is<P>(from: P) -> P {
    from
}

/// The first `n` of `N` elements, and zeros.
///
/// # Safety
/// So many can be read.
#[inline(always)]
unsafe fn first<T: Whole, const N: usize>(from: *const T, n: usize) -> [T; N] {
    let mut all = [T::default(); N];
    // SAFETY: the caller's promise, and `n <= N`.
    unsafe { all.as_mut_ptr().copy_from_nonoverlapping(from, n.min(N)) };
    all
}

impl<T: Whole> Lanes for Avx2<T> {
    type Elem = T;
    type Tap = i32;
    const N: usize = 8;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller's promise, here and below.
        Self(unsafe { _mm256_setzero_ps() }, PhantomData)
    }
    #[inline(always)]
    unsafe fn splat(tap: i32) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm256_set1_ps(tap as f32) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm256_cvtepi32_ps(T::eight(from)) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn load_part(from: *const T, n: usize) -> Self {
        // SAFETY: see `zero`.
        unsafe { Self::load(first::<T, 8>(from, n).as_ptr()) }
    }
    #[inline(always)]
    unsafe fn add_to(self, tap: Self, acc: Self) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm256_fmadd_ps(self.0, tap.0, acc.0) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: see `zero`.
        unsafe { self.store_part(to, 8) }
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut T, n: usize) {
        let [low, high] = T::ENDS;
        let mut sums = [0i32; 8];
        // SAFETY: see `zero`; `n` elements can be written.
        unsafe {
            _mm256_storeu_si256(sums.as_mut_ptr().cast(), _mm256_cvtps_epi32(self.0));
            let all = sums.map(|x| T::narrow(x.clamp(low, high)));
            to.copy_from_nonoverlapping(all.as_ptr(), n.min(8));
        }
    }
}

impl<T: Whole> Lanes for Avx512<T> {
    type Elem = T;
    type Tap = i32;
    const N: usize = 16;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller's promise, here and below.
        Self(unsafe { _mm512_setzero_ps() }, PhantomData)
    }
    #[inline(always)]
    unsafe fn splat(tap: i32) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm512_set1_ps(tap as f32) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm512_cvtepi32_ps(T::sixteen(from)) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn load_part(from: *const T, n: usize) -> Self {
        // SAFETY: see `zero`.
        unsafe { Self::load(first::<T, 16>(from, n).as_ptr()) }
    }
    #[inline(always)]
    unsafe fn add_to(self, tap: Self, acc: Self) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm512_fmadd_ps(self.0, tap.0, acc.0) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: see `zero`.
        unsafe { T::write(_mm512_cvtps_epi32(self.0), to) }
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut T, n: usize) {
        let mut all = [T::default(); 16];
        // SAFETY: see `zero`; `n` elements can be written.
        unsafe {
            self.store(all.as_mut_ptr());
            to.copy_from_nonoverlapping(all.as_ptr(), n.min(16));
        }
    }
}

impl<T: Whole> Lanes for Avx512Wide<T> {
    type Elem = T;
    type Tap = i32;
    const N: usize = 8;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller's promise, here and below.
        Self(unsafe { _mm512_setzero_pd() }, PhantomData)
    }
    #[inline(always)]
    unsafe fn splat(tap: i32) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm512_set1_pd(f64::from(tap)) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn load(from: *const T) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm512_cvtepi32_pd(T::eight(from)) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn load_part(from: *const T, n: usize) -> Self {
        // SAFETY: see `zero`.
        unsafe { Self::load(first::<T, 8>(from, n).as_ptr()) }
    }
    #[inline(always)]
    unsafe fn add_to(self, tap: Self, acc: Self) -> Self {
        // SAFETY: see `zero`.
        Self(unsafe { _mm512_fmadd_pd(self.0, tap.0, acc.0) }, PhantomData)
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut T) {
        // SAFETY: see `zero`.
        unsafe { self.store_part(to, 8) }
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut T, n: usize) {
        let [low, high] = T::ENDS.map(f64::from);
        let mut sums = [0i32; 8];
        // SAFETY: see `zero`; `n` elements can be written.
        unsafe {
            let cut = _mm512_min_pd(_mm512_set1_pd(high), self.0);
            let cut = _mm512_max_pd(_mm512_set1_pd(low), cut);
            _mm256_storeu_si256(sums.as_mut_ptr().cast(), _mm512_cvtpd_epi32(cut));
            for (i, &sum) in sums.iter().enumerate().take(n) {
                to.add(i).write(T::narrow(sum));
            }
        }
    }
}
