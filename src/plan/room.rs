//! Working memory of one participant in a run: on the stack when it is little.

use std::mem::MaybeUninit;

use crate::tuning;

/// Room for a number of elements that nobody has written yet: up to `N` in
/// place, more on the heap from the beginning of a cache line, asked for as an error.
#[derive(Debug)]
pub(crate) struct Room<T, const N: usize> {
    inline: [MaybeUninit<T>; N],
    heap: Vec<MaybeUninit<T>>,
    /// Elements before the first cache line of the heap.
    skip: usize,
}

impl<T: Copy, const N: usize> Room<T, N> {
    /// Takes the memory, if the system gives it.
    #[inline]
    pub(crate) fn new(len: usize) -> Option<Self> {
        let mut heap: Vec<MaybeUninit<T>> = Vec::new();
        let mut skip = 0;
        if len > N {
            heap.try_reserve_exact(len.checked_add(tuning::CACHE_LINE)?).ok()?;
            skip = heap.as_ptr().align_offset(tuning::CACHE_LINE).min(tuning::CACHE_LINE);
        }
        Some(Self { inline: [const { MaybeUninit::uninit() }; N], heap, skip })
    }

    /// Where it begins; valid until the room is moved.
    #[inline]
    pub(crate) fn as_mut_ptr(&mut self) -> *mut T {
        if self.heap.capacity() > 0 {
            self.heap.as_mut_ptr().wrapping_add(self.skip).cast()
        } else {
            self.inline.as_mut_ptr().cast()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Room;

    #[test]
    fn s8_room_is_where_it_was_asked_for() {
        for len in [0, 3, 4, 5, 1000] {
            let mut room = Room::<u32, 4>::new(len).unwrap();
            let start = room.as_mut_ptr();
            for i in 0..len {
                // SAFETY: `i < len`, for which room was asked.
                unsafe { start.add(i).write(i as u32) };
            }
            // SAFETY: the loop has written `len` elements.
            let all = unsafe { std::slice::from_raw_parts(start, len) };
            assert!(all.iter().enumerate().all(|(i, &x)| x == i as u32));
        }
        assert!(Room::<u32, 4>::new(1 << 61).is_none());
    }
}
