//! What lies beyond the ends of an axis.

/// What a filter sees beyond the ends of the array, by SciPy's names.
///
/// In the pictures `a b c d` is the array along one axis. They go on the same way
/// however far a filter reaches.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Border<T> {
    /// `d c b a | a b c d | d c b a`: mirrored at the edge of the last element.
    #[default]
    Reflect,
    /// `d c b | a b c d | c b a`: mirrored at the centre of the last element.
    Mirror,
    /// `a a a a | a b c d | d d d d`: the last element goes on.
    Nearest,
    /// `a b c d | a b c d | a b c d`: the array again.
    Wrap,
    /// `v v v v | a b c d | v v v v`: this value everywhere.
    Constant(T),
}

impl<T> Border<T> {
    /// The same with another constant.
    pub(super) fn map<V>(self, of: impl FnOnce(T) -> V) -> Border<V> {
        match self {
            Border::Reflect => Border::Reflect,
            Border::Mirror => Border::Mirror,
            Border::Nearest => Border::Nearest,
            Border::Wrap => Border::Wrap,
            Border::Constant(value) => Border::Constant(of(value)),
        }
    }

    /// Which of the `n` elements stands at `place`, if one does.
    #[inline]
    pub(super) fn source(&self, place: isize, n: usize) -> Option<usize> {
        if (0..n as isize).contains(&place) {
            return Some(place as usize);
        }
        self.outside(place, n as isize).map(|at| at as usize)
    }

    fn outside(&self, place: isize, n: isize) -> Option<isize> {
        match self {
            Border::Reflect => {
                let at = place.rem_euclid(2 * n);
                Some(at.min(2 * n - 1 - at))
            }
            Border::Mirror if n == 1 => Some(0),
            Border::Mirror => {
                let at = place.rem_euclid(2 * n - 2);
                Some(at.min(2 * n - 2 - at))
            }
            Border::Nearest => Some(place.clamp(0, n - 1)),
            Border::Wrap => Some(place.rem_euclid(n)),
            Border::Constant(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Border;

    #[test]
    fn every_border_is_its_picture() {
        let seen = |border: Border<u8>, n: usize| -> String {
            (-6..10)
                .map(|p| border.source(p, n).map_or('v', |at| (b'a' + at as u8) as char))
                .collect()
        };
        assert_eq!(seen(Border::Reflect, 4), "cddcbaabcddcbaab");
        assert_eq!(seen(Border::Mirror, 4), "abcdcbabcdcbabcd");
        assert_eq!(seen(Border::Nearest, 4), "aaaaaaabcddddddd");
        assert_eq!(seen(Border::Wrap, 4), "cdabcdabcdabcdab");
        assert_eq!(seen(Border::Constant(0), 4), "vvvvvvabcdvvvvvv");
        assert_eq!(seen(Border::Reflect, 1), "aaaaaaaaaaaaaaaa");
        assert_eq!(seen(Border::Mirror, 1), "aaaaaaaaaaaaaaaa");
        assert_eq!(seen(Border::Wrap, 1), "aaaaaaaaaaaaaaaa");
    }
}
