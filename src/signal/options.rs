//! What a convolution of signals can be told besides its filter.

use crate::Element;
use crate::conv::{Border, Method, PerAxis};

/// Which part of a convolution is wanted, by SciPy's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Wherever the filter touches the array: `n + k - 1` values along an axis.
    #[default]
    Full,
    /// The middle of that, as long as the array: `n` values.
    Same,
    /// Where the whole filter lies on the array: `n - k + 1` values.
    Valid,
}

/// Mode, border, method, stride and dilation of a convolution.
///
/// The default is SciPy's: [`Mode::Full`], zeros beyond the array. A [`Mode`] alone
/// converts into it.
///
/// # Examples
/// ```
/// use swath::conv::Border;
/// use swath::signal::{Mode, Options};
///
/// let options = Options::new().mode(Mode::Same).border(Border::Wrap).stride([2, 1]);
/// # let _: Options<f32> = options;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Options<T> {
    pub(super) mode: Mode,
    pub(super) border: Border<T>,
    pub(super) method: Method,
    pub(super) stride: PerAxis<usize>,
    pub(super) dilation: PerAxis<usize>,
}

impl<T: Element> Default for Options<T> {
    fn default() -> Self {
        Self {
            mode: Mode::Full,
            border: Border::Constant(T::ZERO),
            method: Method::Auto,
            stride: PerAxis::All(1),
            dilation: PerAxis::All(1),
        }
    }
}

impl<T: Element> Options<T> {
    /// All of the convolution, zeros beyond the array.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Which part is wanted.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What lies beyond the ends of the array.
    #[must_use]
    pub fn border(mut self, border: Border<T>) -> Self {
        self.border = border;
        self
    }

    /// How the sums are computed.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Every how many values one is wanted: one number for all axes, or one for each. The
    /// first is always among them.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<PerAxis<usize>>) -> Self {
        self.stride = stride.into();
        self
    }

    /// How many elements of the array lie from one tap to the next: one number for all
    /// axes, or one for each. A filter of `k` taps is then as long as one of
    /// `(k - 1) * dilation + 1`.
    #[must_use]
    pub fn dilation(mut self, dilation: impl Into<PerAxis<usize>>) -> Self {
        self.dilation = dilation.into();
        self
    }
}

impl<T: Element> From<Mode> for Options<T> {
    fn from(mode: Mode) -> Self {
        Self::new().mode(mode)
    }
}
