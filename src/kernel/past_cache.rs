//! Copies that are stored past the cache: no line of the output is read before it is
//! written, and none drives out what will be read again.
//!
//! ```text
//! byte by byte up to the next cache line; whole lines past the cache; the rest
//! ```

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// Whether elements of this type can be stored past the cache: whole numbers of them fill
/// a cache line, and the CPU has such stores.
pub(crate) const fn can<T>() -> bool {
    let size = size_of::<T>();
    cfg!(target_arch = "x86_64") && size > 0 && LINE.is_multiple_of(size)
}

/// How many elements come before the next cache line; none of a type for which [`can`] is
/// not so, nor of one that is not aligned for its size.
#[inline]
pub(crate) fn before_line<T>(to: *const T) -> usize {
    let bytes = to.addr().wrapping_neg() % LINE;
    if can::<T>() { bytes / size_of::<T>() } else { 0 }
}

/// How many elements lie between the beginning of the cache line and here, likewise.
#[inline]
pub(crate) fn after_line<T>(to: *const T) -> usize {
    if can::<T>() { to.addr() % LINE / size_of::<T>() } else { 0 }
}

/// Copies `n` elements. [`fence`] comes before anybody is told.
///
/// # Safety
/// They are there on both sides, and do not overlap.
#[inline]
pub(crate) unsafe fn copy<T: Copy>(from: *const T, to: *mut T, n: usize) {
    let bytes = n * size_of::<T>();
    let head = (to.addr().wrapping_neg() % LINE).min(bytes);
    let lines = (bytes - head) / LINE;
    let (from, to) = (from.cast::<u8>(), to.cast::<u8>());
    // SAFETY: the caller's promise, for the bytes of so many elements.
    unsafe {
        from.copy_to_nonoverlapping(to, head);
        for i in 0..lines {
            line(from.add(head + i * LINE), to.add(head + i * LINE));
        }
        let done = head + lines * LINE;
        from.add(done).copy_to_nonoverlapping(to.add(done), bytes - done);
    }
}

/// Copies a cache line. In assembly, for elements may have bytes that nobody has written,
/// of which no vector can be made.
///
/// # Safety
/// It is there on both sides; `to` is aligned for it.
#[inline(always)]
unsafe fn line(from: *const u8, to: *mut u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's promise; SSE is part of x86-64.
    unsafe {
        std::arch::asm!(
            "movups {a}, [{from}]",
            "movups {b}, [{from} + 16]",
            "movups {c}, [{from} + 32]",
            "movups {d}, [{from} + 48]",
            "movntps [{to}], {a}",
            "movntps [{to} + 16], {b}",
            "movntps [{to} + 32], {c}",
            "movntps [{to} + 48], {d}",
            from = in(reg) from, to = in(reg) to,
            a = out(xmm_reg) _, b = out(xmm_reg) _, c = out(xmm_reg) _, d = out(xmm_reg) _,
            options(nostack, preserves_flags),
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    // SAFETY: the caller's promise.
    unsafe {
        from.copy_to_nonoverlapping(to, LINE);
    }
}

/// Lets all stores past the cache be seen.
#[inline]
pub(crate) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is part of x86-64.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_at_every_offset() {
        let from: Vec<u16> = (0..400).collect();
        for offset in 0..40 {
            for n in (0..150).chain([333]) {
                let mut to = vec![9999u16; 400];
                // SAFETY: `offset + n` is less than 400.
                unsafe { copy(from.as_ptr().add(7), to.as_mut_ptr().add(offset), n) };
                fence();
                let expected = |i: usize| {
                    if (offset..offset + n).contains(&i) { from[i - offset + 7] } else { 9999 }
                };
                assert!((0..400).all(|i| to[i] == expected(i)), "{offset} {n}");
            }
        }
    }
}
