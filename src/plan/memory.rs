//! Memory for results: asked for before any work, refused as an error, backed by
//! huge pages when large.

use std::mem::MaybeUninit;

use crate::{Error, tuning};

/// Room for `len` elements that nobody has written yet.
#[derive(Debug)]
pub(crate) struct Buffer<T> {
    room: Vec<MaybeUninit<T>>,
}

impl<T> Buffer<T> {
    /// Takes the memory.
    ///
    /// # Errors
    /// [`Error::Memory`] if the system does not give it.
    pub(crate) fn new(function: &'static str, len: usize) -> Result<Self, Error> {
        let mut room: Vec<MaybeUninit<T>> = Vec::new();
        let bytes = len.saturating_mul(size_of::<T>());
        room.try_reserve_exact(len).map_err(|_| Error::Memory { function, bytes })?;
        if bytes >= tuning::HUGE_PAGE_MIN {
            ask_for_huge_pages(room.as_mut_ptr().cast(), bytes);
        }
        // SAFETY: the capacity is at least `len`, and `MaybeUninit` needs no value.
        unsafe { room.set_len(len) };
        Ok(Self { room })
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut T {
        self.room.as_mut_ptr().cast()
    }

    /// The elements.
    ///
    /// # Safety
    /// Every element has been written.
    pub(crate) unsafe fn assume_init(self) -> Vec<T> {
        let mut room = std::mem::ManuallyDrop::new(self.room);
        let (ptr, len, capacity) = (room.as_mut_ptr(), room.len(), room.capacity());
        // SAFETY: the parts are those of a forgotten vector of a type of the same
        // layout, and the caller has written every element.
        unsafe { Vec::from_raw_parts(ptr.cast(), len, capacity) }
    }
}

/// Tells the system before the first touch that this range wants huge pages, as
/// NumPy does: otherwise page faults (0.25 us for each 4 KiB) hide every gain.
#[cfg(target_os = "linux")]
fn ask_for_huge_pages(start: *mut u8, bytes: usize) {
    const PAGE: usize = 4096;
    let skip = start.addr().next_multiple_of(PAGE) - start.addr();
    let whole = bytes.saturating_sub(skip) / PAGE * PAGE;
    if whole > 0 {
        // SAFETY: the range lies inside one allocation of ours, and this advice
        // changes no contents. A refusal costs speed only.
        unsafe { libc::madvise(start.add(skip).cast(), whole, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_huge_pages(_start: *mut u8, _bytes: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s8_memory_that_cannot_be_had_is_an_error() {
        let err = Buffer::<f64>::new("f", 1 << 59).unwrap_err();
        assert_eq!(err, Error::Memory { function: "f", bytes: 1 << 62 });
    }

    #[test]
    fn a_written_buffer_becomes_its_elements() {
        for len in [0, 1, 5000, 2 << 20] {
            let mut buffer = Buffer::new("f", len).unwrap();
            for (i, slot) in buffer.room.iter_mut().enumerate() {
                slot.write(i as u64);
            }
            // SAFETY: the loop has written every element.
            let v = unsafe { buffer.assume_init() };
            assert!(v.iter().enumerate().all(|(i, &x)| x == i as u64));
            assert_eq!(v.len(), len);
        }
    }
}
