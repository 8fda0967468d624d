//! Stores past the cache: no line of the output is read before it is written.

use super::GROUP;

/// Bytes of one such store.
const WIDE: usize = 16;

/// Whether groups of results from here on can be stored past the cache.
#[inline(always)]
pub(super) fn can_stream<T>(to: *const T) -> bool {
    cfg!(target_arch = "x86_64")
        && matches!(size_of::<T>(), 4 | 8)
        && to.addr().is_multiple_of(WIDE)
}

/// Stores a group past the cache: no line of the output is read before it is written.
///
/// # Safety
/// [`can_stream`], and the places may be written. [`fence`] comes before anybody is told.
#[inline(always)]
pub(super) unsafe fn stream<T: Copy>(to: *mut T, group: [T; GROUP]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
        let from = group.as_ptr().cast::<__m128i>();
        for i in 0..size_of_val(&group) / WIDE {
            // SAFETY: the group has so many parts; SSE2 is part of x86-64; the caller's
            // promise.
            unsafe { _mm_stream_si128(to.cast::<__m128i>().add(i), _mm_loadu_si128(from.add(i))) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: the caller's promise.
    unsafe {
        to.cast::<[T; GROUP]>().write(group);
    }
}

/// Lets all stores past the cache be seen.
#[inline(always)]
pub(crate) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is part of x86-64.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

/// Copies results that are in cache to where nobody looks for them soon. [`fence`] comes
/// before anybody is told.
///
/// # Safety
/// `n` bytes may be read and written; they do not overlap.
pub(super) unsafe fn copy_past_cache(from: *const u8, to: *mut u8, n: usize) {
    let head = to.align_offset(LINE).min(n);
    let lines = (n - head) / LINE * LINE;
    // SAFETY: head, lines and what is left are `n` bytes; SSE2 is part of x86-64.
    unsafe {
        std::ptr::copy_nonoverlapping(from, to, head);
        lines_past_cache(from.add(head), to.add(head), lines);
        let done = head + lines;
        std::ptr::copy_nonoverlapping(from.add(done), to.add(done), n - done);
    }
}

/// Bytes of a line of the cache, which is stored as a whole.
pub(super) const LINE: usize = 64;

/// # Safety
/// As [`copy_past_cache`]; `to` and `n` are whole lines.
#[inline(always)]
unsafe fn lines_past_cache(from: *const u8, to: *mut u8, n: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
        for at in (0..n).step_by(LINE) {
            for part in 0..LINE / WIDE {
                let i = at + part * WIDE;
                // SAFETY: `i + WIDE <= n`; whole lines are aligned; SSE2 is part of x86-64.
                unsafe {
                    let x = _mm_loadu_si128(from.add(i).cast::<__m128i>());
                    _mm_stream_si128(to.add(i).cast(), x);
                }
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: the caller's promise.
    unsafe {
        std::ptr::copy_nonoverlapping(from, to, n);
    }
}
