//! Convolution and correlation of signals: `full`, `same` and `valid`, stride, dilation,
//! transforms.
//!
//! Names and meanings are those of `scipy.signal`. Where [`conv`](crate::conv) keeps the
//! shape of the array and knows origins, results here are as long as [`Mode`] says, and
//! zeros lie beyond the array unless another [`Border`](crate::conv::Border) is asked for.
//!
//! ```
//! use ndarray::array;
//! use swath::signal::{Mode, convolve};
//!
//! let (a, f) = (array![1.0, 2.0, 3.0], array![1.0, 1.0]);
//! assert_eq!(convolve(&a, &f, Mode::Full)?, array![1.0, 3.0, 5.0, 3.0]);
//! assert_eq!(convolve(&a, &f, Mode::Same)?, array![1.0, 3.0, 5.0]);
//! assert_eq!(convolve(&a, &f, Mode::Valid)?, array![3.0, 5.0]);
//! # Ok::<(), swath::Error>(())
//! ```
//!
//! # Accuracy
//! Summed directly, as [`conv`](crate::conv) says. By transforms
//! ([`Method::Fft`](crate::conv::Method), and where `Auto` expects them to be faster)
//! errors are relative to the largest value of the two tiles that are transformed
//! together: at most about `4 * log2(n) * EPSILON * max|src| * sum|filter|` for tiles of `n`
//! values. Transforms give the same bits on any number of threads, but not in every
//! tier. Of integers every sum is exact, and saturates.

mod options;

use ndarray::{Array, ArrayRef, Dimension};

pub use self::options::{Mode, Options};

use crate::Error;
use crate::conv::{Call, Method, PerAxis, Request, Sample, Sized1d, Way, prefers_fft};

/// The ways of the axes, and how long each is in the result.
struct Plan<D> {
    each: Vec<Sized1d>,
    shape: D,
}

impl<D: Dimension> Plan<D> {
    /// For an array and a filter of these shapes, of as many axes.
    fn new<T: Sample>(
        function: &'static str,
        src: &D,
        filter: &[usize],
        options: &Options<T>,
    ) -> Result<Self, Error> {
        let steps = |steps: &PerAxis<usize>, option| {
            let steps = steps.values(function, option, src.slice())?;
            match steps.as_slice().contains(&0) {
                false => Ok(steps),
                true => {
                    let (value, allowed) = ("0".into(), "at least 1");
                    Err(Error::Value { function, option, value, allowed })
                }
            }
        };
        let (strides, dilations) =
            (steps(&options.stride, "stride")?, steps(&options.dilation, "dilation")?);
        if options.mode == Mode::Full && src.slice().contains(&0) {
            let shape = src.slice().to_vec();
            return Err(Error::Empty { function, operand: "src", shape });
        }
        let too_large = || Error::TooLarge { function, shape: filter.to_vec() };
        let (mut each, mut shape) = (Vec::new(), src.clone());
        for (i, to) in shape.slice_mut().iter_mut().enumerate() {
            let (from, stride, dilation) = (*to, strides.as_slice()[i], dilations.as_slice()[i]);
            let reach = (filter[i] - 1).checked_mul(dilation).ok_or_else(too_large)?;
            if isize::try_from(reach).is_err() {
                return Err(too_large());
            }
            let (dense, before) = match options.mode {
                Mode::Full => (from.checked_add(reach).ok_or_else(too_large)?, reach),
                Mode::Same => (from, reach - reach / 2),
                Mode::Valid if from > reach => (from - reach, 0),
                Mode::Valid => {
                    return Err(Error::Shape {
                        function,
                        operand: "filter",
                        shape: filter.to_vec(),
                        expected: "at most as long along every axis, with its dilation, as src",
                        other: src.slice().to_vec(),
                    });
                }
            };
            *to = dense.div_ceil(stride);
            each.push(Sized1d { from, len: *to, before, stride, dilation });
        }
        Ok(Self { each, shape })
    }
}

/// Which way [`Method::Auto`] takes for arrays of these shapes that are finite, lie in
/// row-major order, and of which the second is no outer product.
///
/// [`Method::Direct`] or [`Method::Fft`]. As `scipy.signal.choose_conv_method`, by the
/// speeds of swath.
///
/// # Errors
/// As [`convolve`].
///
/// # Examples
/// ```
/// use swath::conv::Method;
/// use swath::signal::{Mode, choose_conv_method};
///
/// let way = |k| choose_conv_method::<f32>(&[1000, 1000], &[k, k], Mode::Same);
/// assert_eq!((way(3)?, way(63)?), (Method::Direct, Method::Fft));
/// # Ok::<(), swath::Error>(())
/// ```
pub fn choose_conv_method<T: Sample>(
    src: &[usize],
    filter: &[usize],
    options: impl Into<Options<T>>,
) -> Result<Method, Error> {
    let function = "choose_conv_method";
    let options = options.into();
    if src.len() != filter.len() {
        return Err(Error::Shape {
            function,
            operand: "filter",
            shape: filter.to_vec(),
            expected: "as many axes as src",
            other: src.to_vec(),
        });
    }
    if filter.contains(&0) {
        return Err(Error::Empty { function, operand: "filter", shape: filter.to_vec() });
    }
    let Plan { each, .. } = Plan::new(function, &ndarray::IxDyn(src), filter, &options)?;
    Ok(if prefers_fft::<T>(&each, filter) { Method::Fft } else { Method::Direct })
}

macro_rules! both {
    ($(#[$doc:meta])* $name:ident, $(#[$doc_into:meta])* $into:ident, $way:expr, $method:expr) => {
        $(#[$doc])*
        pub fn $name<T: Sample, D: Dimension, E: Dimension>(
            src: &ArrayRef<T, D>,
            filter: &ArrayRef<T::Tap, E>,
            options: impl Into<Options<T>>,
        ) -> Result<Array<T, D>, Error> {
            let (function, options) = (stringify!($name), options.into());
            let method: Option<Method> = $method;
            let how = (options.border, method.unwrap_or(options.method));
            let request = Request::new(function, filter, $way, how)?;
            request.check_axes(function, src.shape())?;
            let Plan { each, shape } =
                Plan::new(function, &src.raw_dim(), filter.shape(), &options)?;
            // SAFETY: a filter that gives no error writes every element.
            unsafe { Call::fresh_of(function, src, shape, |call| request.sized(&call, &each)) }
        }

        $(#[$doc_into])*
        pub fn $into<T: Sample, D: Dimension, E: Dimension>(
            src: &ArrayRef<T, D>,
            filter: &ArrayRef<T::Tap, E>,
            options: impl Into<Options<T>>,
            out: &mut ArrayRef<T, D>,
        ) -> Result<(), Error> {
            let (function, options) = (stringify!($into), options.into());
            let method: Option<Method> = $method;
            let how = (options.border, method.unwrap_or(options.method));
            let request = Request::new(function, filter, $way, how)?;
            request.check_axes(function, src.shape())?;
            let Plan { each, shape } =
                Plan::new(function, &src.raw_dim(), filter.shape(), &options)?;
            let expected = "that of the result for this mode, stride and dilation";
            let call = Call::given_of(function, src, (shape.slice(), expected), out)?;
            request.sized(&call, &each)
        }
    };
}

both! {
    /// Convolves an array with a filter of as many axes.
    ///
    /// `full[i] = sum over t of filter[t] * src[i - t]`, of which the options choose a
    /// part. As `scipy.signal.convolve`, but that the filter of [`Mode::Valid`] may not
    /// be the larger one.
    ///
    /// # Errors
    /// - [`Error::Empty`]: the filter has no elements, or `src` has none and the mode is
    ///   [`Mode::Full`].
    /// - [`Error::Shape`]: not as many axes, strides or dilations as `src` has axes; a filter
    ///   that is longer than `src` in [`Mode::Valid`].
    /// - [`Error::Value`]: a stride or dilation of 0; a method that does not apply; integer
    ///   taps so large that a sum may not fit 64 bits.
    /// - [`Error::TooLarge`], [`Error::Memory`]: no room for the result or for what lies under
    ///   the filter.
    ///
    /// # Examples
    /// ```
    /// use ndarray::array;
    /// use swath::signal::{Mode, Options, convolve};
    ///
    /// let a = array![1.0, 2.0, 3.0, 4.0, 5.0];
    /// let every_other = Options::new().mode(Mode::Valid).stride(2);
    /// assert_eq!(convolve(&a, &array![1.0, 1.0], every_other)?, array![3.0, 7.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    convolve,
    /// [`convolve`] into `out`, whose strides may be any that do not overlap.
    ///
    /// # Errors
    /// As [`convolve`], and
    /// - [`Error::Shape`]: `out` does not have the shape of the result.
    /// - [`Error::Overlap`]: elements of `out` share memory.
    convolve_into,
    Way::Convolve,
    None
}

both! {
    /// Correlates an array with a filter of as many axes.
    ///
    /// [`convolve`] with the filter turned along every axis. As `scipy.signal.correlate`
    /// of real signals.
    ///
    /// # Errors
    /// As [`convolve`].
    ///
    /// # Examples
    /// ```
    /// use ndarray::array;
    /// use swath::signal::{Mode, Options, correlate};
    ///
    /// let a = array![1.0, 0.0, 2.0, 0.0, 3.0];
    /// let apart = Options::new().mode(Mode::Valid).dilation(2);
    /// assert_eq!(correlate(&a, &array![1.0, 10.0], apart)?, array![21.0, 0.0, 32.0]);
    /// # Ok::<(), swath::Error>(())
    /// ```
    correlate,
    /// [`correlate`] into `out`, whose strides may be any that do not overlap.
    ///
    /// # Errors
    /// As [`convolve_into`].
    correlate_into,
    Way::Correlate,
    None
}

both! {
    /// [`convolve`] by fast Fourier transforms, whatever the sizes.
    ///
    /// Overlap-save in tiles whose size follows from the shapes: as
    /// `scipy.signal.oaconvolve` where the filter is short, and one pair of transforms, as
    /// `scipy.signal.fftconvolve`, where it is not.
    ///
    /// # Errors
    /// As [`convolve`].
    ///
    /// # Examples
    /// ```
    /// use ndarray::Array1;
    /// use swath::signal::{Mode, fftconvolve};
    ///
    /// let a = Array1::<f64>::ones(10_000);
    /// let sums = fftconvolve(&a, &Array1::ones(500), Mode::Valid)?;
    /// assert!(sums.iter().all(|x| (x - 500.0).abs() < 1e-9));
    /// # Ok::<(), swath::Error>(())
    /// ```
    fftconvolve,
    /// [`fftconvolve`] into `out`, whose strides may be any that do not overlap.
    ///
    /// # Errors
    /// As [`convolve_into`].
    fftconvolve_into,
    Way::Convolve,
    Some(Method::Fft)
}

both! {
    /// [`fftconvolve`] by its other name: tiles overlap wherever that is cheaper.
    ///
    /// # Errors
    /// As [`convolve`].
    oaconvolve,
    /// [`oaconvolve`] into `out`, whose strides may be any that do not overlap.
    ///
    /// # Errors
    /// As [`convolve_into`].
    oaconvolve_into,
    Way::Convolve,
    Some(Method::Fft)
}
