//! What a filter can be told besides its taps.

use super::{Border, Method, Sample};
use crate::Error;
use crate::kernel::conv::Bits;
use crate::plan::List;

/// One value for every axis, or one for each.
///
/// Made from a single value, an array, a slice or a vector.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PerAxis<V> {
    /// The same for every axis.
    All(V),
    /// One for each axis, in order.
    Each(Vec<V>),
}

impl<V: Copy> PerAxis<V> {
    /// The values for an array of `shape`; `f` and `option` name the fault.
    pub(crate) fn values(
        &self,
        function: &'static str,
        operand: &'static str,
        shape: &[usize],
    ) -> Result<List<V>, Error>
    where
        V: Default,
    {
        let mut list = List::new(V::default());
        match self {
            PerAxis::All(value) => shape.iter().for_each(|_| list.push(*value)),
            PerAxis::Each(values) if values.len() == shape.len() => {
                values.iter().for_each(|value| list.push(*value));
            }
            PerAxis::Each(values) => {
                return Err(Error::Shape {
                    function,
                    operand,
                    shape: vec![values.len()],
                    expected: "the number of axes of src",
                    other: vec![shape.len()],
                });
            }
        }
        Ok(list)
    }
}

impl<V: Default> Default for PerAxis<V> {
    fn default() -> Self {
        PerAxis::All(V::default())
    }
}
impl<V> From<V> for PerAxis<V> {
    fn from(value: V) -> Self {
        PerAxis::All(value)
    }
}
impl<V, const N: usize> From<[V; N]> for PerAxis<V> {
    fn from(values: [V; N]) -> Self {
        PerAxis::Each(values.into())
    }
}
impl<V: Clone> From<&[V]> for PerAxis<V> {
    fn from(values: &[V]) -> Self {
        PerAxis::Each(values.into())
    }
}
impl<V> From<Vec<V>> for PerAxis<V> {
    fn from(values: Vec<V>) -> Self {
        PerAxis::Each(values)
    }
}

/// Border, origin and method of a filter.
///
/// The default is SciPy's: [`Border::Reflect`], origin 0; and [`Method::Auto`]. A [`Border`] alone
/// converts into it, so a border can be given wherever options are asked for.
///
/// # Examples
/// ```
/// use swath::conv::{Border, Options};
///
/// let options = Options::new().border(Border::Constant(0.0f32)).origin([0, 1]);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options<T> {
    pub(crate) border: Border<T>,
    pub(crate) origin: PerAxis<isize>,
    pub(crate) method: Method,
}

impl<T> Options<T> {
    /// Reflecting border, origin 0.
    #[must_use]
    pub fn new() -> Self
    where
        T: Default,
    {
        Self::default()
    }

    /// What lies beyond the ends of the array.
    #[must_use]
    pub fn border(mut self, border: Border<T>) -> Self {
        self.border = border;
        self
    }

    /// How far the filter is shifted from its centre, as SciPy's `origin`: one
    /// number for all axes, or one for each.
    ///
    /// Along an axis with `k` taps it must lie between `-(k / 2)` and
    /// `(k - 1) / 2`, so that the element itself stays under the filter.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<PerAxis<isize>>) -> Self {
        self.origin = origin.into();
        self
    }

    /// How the sums are computed.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }
}

impl<T> From<Border<T>> for Options<T> {
    fn from(border: Border<T>) -> Self {
        Self { border, origin: PerAxis::All(0), method: Method::Auto }
    }
}

/// Which way round the filter is laid on the array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Correlate,
    Convolve,
}

/// How many taps stand before the element itself, of `taps`, by SciPy's rule.
///
/// # Errors
/// [`Error::Value`] if the element would not be under the filter.
pub(super) fn taps_before(
    function: &'static str,
    taps: usize,
    origin: isize,
    way: Way,
) -> Result<usize, Error> {
    let half = taps as isize / 2;
    // SciPy's convolution is a correlation with the filter turned and the origin
    // negated; an even filter is then off its centre by one.
    let shift = match way {
        Way::Correlate => Some(origin),
        Way::Convolve => origin.checked_neg().map(|o| o - isize::from(taps.is_multiple_of(2))),
    };
    match shift.and_then(|shift| half.checked_add(shift)) {
        Some(before) if (0..taps as isize).contains(&before) => Ok(before as usize),
        _ => Err(Error::Value {
            function,
            option: "origin",
            value: origin.to_string(),
            allowed: "between -(k / 2) and (k - 1) / 2, where k is the filter's length along the axis",
        }),
    }
}

/// Refuses a filter of `shape` that holds NaN.
///
/// # Errors
/// [`Error::Value`].
pub(super) fn check_numbers<V: PartialOrd>(
    function: &'static str,
    taps: &[V],
    shape: &[usize],
) -> Result<(), Error> {
    if taps.iter().all(|tap| tap.partial_cmp(tap).is_some()) {
        return Ok(());
    }
    let value = format!("NaN somewhere in its shape {shape:?}");
    Err(Error::Value { function, option: "filter", value, allowed: "numbers" })
}

/// Refuses integer taps whose sum could leave 64 bits; says what the sums fit.
pub(super) fn check_reach<T: Sample>(
    function: &'static str,
    taps: &[T::Tap],
) -> Result<Bits, Error> {
    let mut reach = 0u64;
    for &tap in taps {
        reach = reach.saturating_add(T::reach(tap));
    }
    Bits::of(reach).ok_or_else(|| Error::Value {
        function,
        option: "filter",
        value: "so large that a sum may not fit 64 bits".into(),
        allowed: "smaller in its sum of absolute values",
    })
}
