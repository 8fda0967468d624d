//! Memory to be measured.

use super::kernels::Line;

/// As many lines, written once, in large pages where the system has them: with
/// small ones the search for pages is measured too.
pub(super) fn lines(n: usize) -> Vec<Line> {
    let mut lines = Vec::with_capacity(n);
    advise_large_pages(&mut lines);
    lines.resize(n, Line([1; 8]));
    lines
}

#[cfg(target_os = "linux")]
fn advise_large_pages(lines: &mut Vec<Line>) {
    const PAGE: usize = 4096;
    let bytes = lines.capacity() * size_of::<Line>();
    let skipped = lines.as_ptr().addr().wrapping_neg() % PAGE;
    if bytes > skipped + PAGE {
        let start = lines.as_mut_ptr().wrapping_byte_add(skipped);
        let length = (bytes - skipped) / PAGE * PAGE;
        // SAFETY: whole pages inside of our own memory; the advice changes no content.
        unsafe { libc::madvise(start.cast(), length, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise_large_pages(_lines: &mut Vec<Line>) {}

/// Bytes of the second cache of a core; a quarter of a megabyte where the system does
/// not tell.
pub(super) fn l2_bytes() -> usize {
    let path = "/sys/devices/system/cpu/cpu0/cache/index2/size";
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let kilobytes = text.trim().strip_suffix('K').and_then(|k| k.parse().ok());
    kilobytes.map_or(256 << 10, |k: usize| k << 10)
}
