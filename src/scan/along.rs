//! Along which axis, and how.

/// Along which axis a scan goes, and how: forward, each result with its own element, in
/// the order of additions of the [module](super#the-order-of-additions), unless it is
/// told otherwise.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::scan::{Along, cumsum};
///
/// let a = array![1i64, 2, 3];
/// assert_eq!(cumsum(&a, 0)?, array![1, 3, 6]);
/// assert_eq!(cumsum(&a, Along::axis(0).exclusive())?, array![0, 1, 3]);
/// assert_eq!(cumsum(&a, Along::axis(0).reverse())?, array![6, 5, 3]);
/// # Ok::<(), swath::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Along {
    pub(super) axis: usize,
    pub(super) exclusive: bool,
    pub(super) reverse: bool,
    pub(super) sequential: bool,
}

impl Along {
    /// Along `axis`, without options.
    pub fn axis(axis: usize) -> Self {
        Self { axis, exclusive: false, reverse: false, sequential: false }
    }

    /// Each result is that of the elements before its own: the first is that of none (0 for
    /// a sum, 1 for a product, the greatest value of the type or infinity for the least,
    /// the identity of a closure).
    pub fn exclusive(self) -> Self {
        Self { exclusive: true, ..self }
    }

    /// From the last element to the first.
    pub fn reverse(self) -> Self {
        Self { reverse: true, ..self }
    }

    /// One element after the other, rounding as a plain loop does and as NumPy's
    /// `cumsum` and `cumprod` do. A line is then done by one thread, and takes about four
    /// cycles an element.
    pub fn sequential(self) -> Self {
        Self { sequential: true, ..self }
    }
}

/// An axis (`0`), or an [`Along`].
///
/// Not meant to be implemented elsewhere.
pub trait IntoAlong {
    /// The axis with its options.
    #[doc(hidden)]
    fn along(self) -> Along;
}

impl IntoAlong for usize {
    fn along(self) -> Along {
        Along::axis(self)
    }
}

impl IntoAlong for Along {
    fn along(self) -> Along {
        self
    }
}
