//! A short list that lives on the stack.

/// Up to eight values in place, more on the heap: axes of an array are few, and
/// a call on sixteen elements must not allocate to plan itself.
#[derive(Debug, Clone)]
pub(crate) struct List<T> {
    inline: [T; INLINE],
    len: usize,
    spilled: Vec<T>,
}

const INLINE: usize = 8;

impl<T: Copy> List<T> {
    /// An empty list; `filler` stands in the places not used.
    #[inline]
    pub(crate) fn new(filler: T) -> Self {
        Self { inline: [filler; INLINE], len: 0, spilled: Vec::new() }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        if self.len < INLINE {
            self.inline[self.len] = value;
        } else {
            if self.spilled.is_empty() {
                self.spilled.extend_from_slice(&self.inline);
            }
            self.spilled.push(value);
        }
        self.len += 1;
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        if self.len <= INLINE { &self.inline[..self.len] } else { &self.spilled }
    }

    #[inline]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        if self.len <= INLINE { &mut self.inline[..self.len] } else { &mut self.spilled }
    }

    /// Keeps the first `len` values.
    pub(crate) fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        if self.len > INLINE {
            self.spilled.truncate(len);
            if len <= INLINE {
                self.inline[..len].copy_from_slice(&self.spilled);
                self.spilled.clear();
            }
        }
        self.len = len;
    }
}

#[cfg(test)]
mod tests {
    use super::List;

    #[test]
    fn holds_what_was_pushed_on_both_sides_of_the_spill() {
        for n in 0..20 {
            for keep in 0..=n {
                let mut list = List::new(0);
                (0..n).for_each(|i| list.push(i));
                list.truncate(keep);
                list.push(99);
                let expected: Vec<_> = (0..keep).chain([99]).collect();
                assert_eq!(list.as_slice(), expected, "{n} {keep}");
                assert_eq!(list.as_mut_slice(), expected);
            }
        }
    }
}
