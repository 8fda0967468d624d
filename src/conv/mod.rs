//! Convolution and correlation, along one axis or all of them.
//!
//! Results have the shape of the input. What a filter sees beyond the ends is a
//! [`Border`]; where it is centred is SciPy's rule: over element `k / 2` of `k`
//! taps, shifted by the `origin` of [`Options`], which works as SciPy's does.
//! All names and meanings are those of `scipy.ndimage`.
//!
//! ```
//! use ndarray::array;
//! use swath::conv::{Border, correlate};
//!
//! let steps = array![[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]];
//! let edges = correlate(&steps, &array![[-1.0, 0.0, 1.0]], Border::Nearest)?;
//! assert_eq!(edges, array![[0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 1.0, 0.0]]);
//! # Ok::<(), swath::Error>(())
//! ```
//!
//! # Types
//! `f32` and `f64` are filtered in their own type. Integers of 8 and 16 bits and
//! `i32` take taps of type `i32`; their sums are exact and saturate at the ends of
//! the type, as `as` does. [`correlate_cast`] and [`correlate1d_cast`] filter any type in
//! `f64`, with SciPy's casts.
//!
//! # Accuracy
//! Each result is `0 + x * tap + x * tap + ...`, every step one fused
//! multiply-add, in the row-major order of the filter as it is laid on the array
//! (for [`convolve`] that is the turned filter). The same bits on any number of
//! threads, in every tier and for every memory layout. No tap is skipped: a tap
//! of zero on an infinity gives NaN (`scipy.ndimage.correlate` leaves such taps
//! out), and NaN spreads as far as the filter reaches. With `k` taps the error is
//! at most `k * EPSILON` times the sum of the absolute products.
//!
//! # Performance
//! Summed directly, the time is that of elements times taps, up to 32 sums of `f32` at once in
//! registers with AVX-512, 16 with AVX2. Integers are summed as floats wherever that is
//! exact, at the same speed. Filters of three and more lines read each element once for
//! four lines of the output. Working memory of a window that fits L2 for each thread,
//! none that grows with the array. Inputs of any strides are read where they are, but
//! for the ends of lines, and for lines that are not contiguous or many. Parallel from
//! about 10 us of work.
//!
//! Large filters take another way unless [`Options::method`] forbids it. A matrix that is
//! exactly an outer product is applied axis by axis, each pass rounding as above. Where
//! Fourier transforms promise to be half as fast again (from about 15x15 taps of a large
//! `f32` image, some hundred taps along a line), and array, filter and border are finite,
//! tiles are transformed: errors are then relative to the largest value of two
//! neighbouring tiles, at most about `4 * log2(n) * EPSILON * max|src| * sum|filter|` for
//! tiles of `n` values, and the same bits are promised for any number of threads but not in
//! every tier. [`Method`] tells more.

mod border;
mod boxes;
mod bytes;
mod call;
mod cast;
mod cut;
mod fft;
mod filter;
mod geometry;
mod io;
mod lines;
mod method;
mod options;
mod passes;
mod pieces;
mod spectrum;

use ndarray::{Array, ArrayRef, Dimension, Ix1};

pub use self::border::Border;
pub use self::cast::{correlate_cast, correlate1d_cast};
pub use self::method::Method;
pub(crate) use self::method::prefers_fft;
pub use self::options::{Options, PerAxis};
pub use crate::kernel::conv::Sample;
pub use crate::kernel::terms::Cast;

pub(crate) use self::call::{Call, Request, Sized1d};

pub(crate) use self::options::Way;
pub(crate) use self::passes::{Pass, run_passes};
use crate::{Error, Float};

macro_rules! n_dimensional {
    ($(#[$doc:meta])* $name:ident, $(#[$doc_into:meta])* $into:ident, $way:expr) => {
        $(#[$doc])*
        pub fn $name<T: Sample, D: Dimension, E: Dimension>(
            src: &ArrayRef<T, D>,
            filter: &ArrayRef<T::Tap, E>,
            options: impl Into<Options<T>>,
        ) -> Result<Array<T, D>, Error> {
            let options = options.into();
            let request = Request::new(stringify!($name), filter, $way, (options.border, options.method))?.of_numbers()?;
            // SAFETY: a filter that gives no error writes every element.
            unsafe { Call::fresh(stringify!($name), src, |call| request.on_all_axes(&call, &options.origin)) }
        }

        $(#[$doc_into])*
        pub fn $into<T: Sample, D: Dimension, E: Dimension>(
            src: &ArrayRef<T, D>,
            filter: &ArrayRef<T::Tap, E>,
            options: impl Into<Options<T>>,
            out: &mut ArrayRef<T, D>,
        ) -> Result<(), Error> {
            let options = options.into();
            let request = Request::new(stringify!($into), filter, $way, (options.border, options.method))?.of_numbers()?;
            request.on_all_axes(&Call::given(stringify!($into), src, out)?, &options.origin)
        }
    };
}

n_dimensional! {
    /// Correlates an array with a filter of as many axes.
    ///
    /// The filter is laid on the array as it is: `out[i] = sum over t of
    /// filter[t] * src[i + t - k / 2 - origin]`. The result has the shape of
    /// `src`, and lies in memory in the same order of axes. An empty `src` gives
    /// an empty result. As `scipy.ndimage.correlate`; the [module](self) tells
    /// about types, accuracy and performance.
    ///
    /// # Errors
    /// - [`Error::Empty`]: the filter has no elements.
    /// - [`Error::Shape`]: `filter` or the origins do not have as many axes as `src`.
    /// - [`Error::Value`]: an origin that leaves the element outside of the filter; a filter
    ///   that holds NaN; integer taps so large that a sum may not fit 64 bits.
    /// - [`Error::TooLarge`], [`Error::Memory`]: no room for the result or for the
    ///   lines that lie under the filter.
    ///
    /// # Examples
    /// ```
    /// use ndarray::array;
    /// use swath::conv::{Border, Options, correlate};
    ///
    /// let a = array![1.0, 2.0, 3.0, 4.0];
    /// let f = array![1.0, 10.0, 100.0];
    /// assert_eq!(correlate(&a, &f, Border::Reflect)?, array![211.0, 321.0, 432.0, 443.0]);
    ///
    /// let zeros = Options::new().border(Border::Constant(0.0)).origin(1);
    /// assert_eq!(correlate(&a, &f, zeros)?, array![100.0, 210.0, 321.0, 432.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    correlate,
    /// [`correlate`] into `out`, whose strides may be any that do not overlap.
    ///
    /// # Errors
    /// As [`correlate`], and
    /// - [`Error::Shape`]: `out` does not have the shape of `src`.
    /// - [`Error::Overlap`]: elements of `out` share memory.
    ///
    /// # Examples
    /// ```
    /// use ndarray::{Array2, array};
    /// use swath::conv::{Border, correlate_into};
    ///
    /// let src = array![[1u8, 2], [3, 250]];
    /// let mut out = Array2::zeros((2, 2));
    /// correlate_into(&src, &array![[0, 2]], Border::Wrap, &mut out)?;
    /// assert_eq!(out, array![[2, 4], [6, 255]]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    correlate_into,
    Way::Correlate
}

n_dimensional! {
    /// Convolves an array with a filter of as many axes.
    ///
    /// The filter is turned along every axis and then laid on the array:
    /// `out[i] = sum over t of filter[t] * src[i - t + k / 2 + origin]`. Otherwise
    /// as [`correlate`]. As `scipy.ndimage.convolve`.
    ///
    /// # Errors
    /// As [`correlate`].
    ///
    /// # Examples
    /// ```
    /// use ndarray::array;
    /// use swath::conv::{Border, convolve};
    ///
    /// let impulse = array![0.0, 0.0, 1.0, 0.0, 0.0];
    /// let f = array![1.0, 10.0, 100.0];
    /// assert_eq!(convolve(&impulse, &f, Border::Reflect)?, array![0.0, 1.0, 10.0, 100.0, 0.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    convolve,
    /// [`convolve`] into `out`, whose strides may be any that do not overlap.
    ///
    /// # Errors
    /// As [`correlate_into`].
    convolve_into,
    Way::Convolve
}

macro_rules! along_one_axis {
    ($(#[$doc:meta])* $name:ident, $(#[$doc_into:meta])* $into:ident, $way:expr) => {
        $(#[$doc])*
        pub fn $name<T: Sample, D: Dimension>(
            src: &ArrayRef<T, D>,
            filter: &ArrayRef<T::Tap, Ix1>,
            axis: usize,
            options: impl Into<Options<T>>,
        ) -> Result<Array<T, D>, Error> {
            let options = options.into();
            let request = Request::new(stringify!($name), filter, $way, (options.border, options.method))?.of_numbers()?;
            // SAFETY: a filter that gives no error writes every element.
            unsafe { Call::fresh(stringify!($name), src, |call| request.along_axis(&call, axis, &options.origin)) }
        }

        $(#[$doc_into])*
        pub fn $into<T: Sample, D: Dimension>(
            src: &ArrayRef<T, D>,
            filter: &ArrayRef<T::Tap, Ix1>,
            axis: usize,
            options: impl Into<Options<T>>,
            out: &mut ArrayRef<T, D>,
        ) -> Result<(), Error> {
            let options = options.into();
            let request = Request::new(stringify!($into), filter, $way, (options.border, options.method))?.of_numbers()?;
            request.along_axis(&Call::given(stringify!($into), src, out)?, axis, &options.origin)
        }
    };
}

along_one_axis! {
    /// Correlates every line along `axis` with a filter.
    ///
    /// An origin is that of this axis. As `scipy.ndimage.correlate1d`; otherwise
    /// as [`correlate`].
    ///
    /// # Errors
    /// As [`correlate`], and [`Error::Axis`]: `src` has no such axis.
    ///
    /// # Examples
    /// ```
    /// use ndarray::array;
    /// use swath::conv::{Border, correlate1d};
    ///
    /// let a = array![[1.0, 2.0], [4.0, 8.0], [16.0, 32.0]];
    /// let down = correlate1d(&a, &array![-1.0, 1.0], 0, Border::Nearest)?;
    /// assert_eq!(down, array![[0.0, 0.0], [3.0, 6.0], [12.0, 24.0]]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    correlate1d,
    /// [`correlate1d`] into `out`, whose strides may be any that do not overlap.
    ///
    /// # Errors
    /// As [`correlate_into`], and [`Error::Axis`]: `src` has no such axis.
    correlate1d_into,
    Way::Correlate
}

along_one_axis! {
    /// Convolves every line along `axis` with a filter.
    ///
    /// An origin is that of this axis. As `scipy.ndimage.convolve1d`; otherwise as
    /// [`convolve`].
    ///
    /// # Errors
    /// As [`correlate1d`].
    ///
    /// # Examples
    /// ```
    /// use ndarray::array;
    /// use swath::conv::{Border, convolve1d};
    ///
    /// let echo = convolve1d(&array![1, 2, 3i32], &array![1, 1], 0, Border::Constant(0))?;
    /// assert_eq!(echo, array![3, 5, 3]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    convolve1d,
    /// [`convolve1d`] into `out`, whose strides may be any that do not overlap.
    ///
    /// # Errors
    /// As [`correlate1d_into`].
    convolve1d_into,
    Way::Convolve
}

/// Correlates along every axis in turn, with a filter for each.
///
/// The same as [`correlate1d`] along axis 0 with the first filter, of the result
/// along axis 1 with the second, and so on, to the bit: between two axes the
/// values are rounded to `T`, and a constant border is the same for each. That is
/// a correlation with the outer product of the filters, for the price of their
/// sum of lengths.
///
/// # Errors
/// As [`correlate`], and [`Error::Shape`]: not as many filters as axes.
///
/// # Performance
/// Where the last axis is contiguous, the last two axes are one pass through
/// memory; any other axis takes one of its own, and an array between them.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::conv::{Border, separable};
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// let (down, right) = (array![0.0, 1.0, 1.0], array![1.0]);
/// let sums = separable(&a, &[&down, &right], Border::Constant(0.0))?;
/// assert_eq!(sums, array![[4.0, 6.0], [3.0, 4.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn separable<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    filters: &[&ArrayRef<T, Ix1>],
    options: impl Into<Options<T>>,
) -> Result<Array<T, D>, Error> {
    let options = options.into();
    let function = "separable";
    let passes = passes(function, src.shape(), filters, &options)?;
    // SAFETY: passes that give no error write every element.
    unsafe { Call::fresh(function, src, |call| run_passes(&call, &passes, options.border)) }
}

/// [`separable`] into `out`, whose strides may be any that do not overlap.
///
/// # Errors
/// As [`separable`], and
/// - [`Error::Shape`]: `out` does not have the shape of `src`.
/// - [`Error::Overlap`]: elements of `out` share memory.
pub fn separable_into<T: Float + Sample<Tap = T>, D: Dimension>(
    src: &ArrayRef<T, D>,
    filters: &[&ArrayRef<T, Ix1>],
    options: impl Into<Options<T>>,
    out: &mut ArrayRef<T, D>,
) -> Result<(), Error> {
    let options = options.into();
    let function = "separable_into";
    let passes = passes(function, src.shape(), filters, &options)?;
    run_passes(&Call::given(function, src, out)?, &passes, options.border)
}

fn passes<'a, T: Float + Sample<Tap = T>>(
    function: &'static str,
    shape: &[usize],
    filters: &'a [&ArrayRef<T, Ix1>],
    options: &Options<T>,
) -> Result<Vec<Pass<'a, T>>, Error> {
    if filters.len() != shape.len() {
        return Err(Error::Shape {
            function,
            operand: "filters",
            shape: vec![filters.len()],
            expected: "the number of axes of src",
            other: vec![shape.len()],
        });
    }
    let origin = options.origin.values(function, "origin", shape)?;
    let each = filters.iter().zip(origin.as_slice()).enumerate();
    each.map(|(axis, (filter, &origin))| Pass::new(function, axis, filter, origin)).collect()
}
