//! Where the least and the greatest of what is not NaN are.

use ndarray::{Array, ArrayRef, Dimension};

use super::axes::Axes;
use super::axis::{Empty, reduced, reduced_into};
use super::operands::Operands;
use super::sequence::whole;
use super::types::ReduceFloat;
use crate::Error;

/// # Errors
/// [`Error::Value`] if a place is that of no element.
fn found<'a>(
    function: &'static str,
    places: impl IntoIterator<Item = &'a usize>,
) -> Result<(), Error> {
    if places.into_iter().any(|&place| place == usize::MAX) {
        let (value, allowed) = ("NaN throughout".to_string(), "a number somewhere along the axes");
        return Err(Error::Value { function, option: "a", value, allowed });
    }
    Ok(())
}

/// A function on whole arrays, along axes, and into the caller's output.
macro_rules! place {
    ($which:literal, $example:literal, $example_axis:literal,
     $whole:ident, $axis:ident, $into:ident) => {
        #[doc = concat!("The index of the first ", $which, " element that is not NaN.")]
        ///
        /// The index counts all elements, the last axis running fastest. Any layout.
        ///
        /// # Errors
        /// - [`Error::Empty`] if there are no elements.
        /// - [`Error::Value`] if all elements are NaN.
        ///
        /// # Accuracy
        /// Exact; zeros of both signs are equal.
        ///
        /// # Performance
        /// As [`sum`](super::sum).
        ///
        /// # Examples
        /// ```
        #[doc = $example]
        /// # Ok::<(), swath::Error>(())
        /// ```
        pub fn $whole<T: ReduceFloat, D: Dimension>(a: &ArrayRef<T, D>) -> Result<usize, Error> {
            let function = stringify!($whole);
            let place = whole(T::FLOAT_FOLDS.$whole, Operands::some(function, a)?);
            found(function, &[place])?;
            Ok(place)
        }

        #[doc = concat!("The index of the first ", $which, " element that is not NaN, along one")]
        /// axis or several: an array without them.
        ///
        /// Along several axes the index counts their elements, the last axis named by the
        /// shape running fastest. Any layout.
        ///
        /// # Errors
        /// - [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice.
        /// - [`Error::Empty`] if a reduced axis has length 0.
        /// - [`Error::Value`] if all elements of a result are NaN.
        /// - [`Error::Memory`], [`Error::TooLarge`] if there is no room for the result.
        ///
        /// # Accuracy
        /// Exact; zeros of both signs are equal.
        ///
        /// # Performance
        /// As [`sum_axis`](super::sum_axis).
        ///
        /// # Examples
        /// ```
        #[doc = $example_axis]
        /// # Ok::<(), swath::Error>(())
        /// ```
        pub fn $axis<T: ReduceFloat, D: Dimension, A: Axes<D>>(
            a: &ArrayRef<T, D>,
            axes: A,
        ) -> Result<Array<usize, A::Kept>, Error> {
            let function = stringify!($axis);
            let places = reduced(function, T::FLOAT_FOLDS.$whole, a, &axes, Empty::Refused)?;
            found(function, &places)?;
            Ok(places)
        }

        #[doc = concat!("As [`", stringify!($axis), "`], into `out`.")]
        ///
        /// `out` has the shape of `a` without the axes, and any strides. If the call is
        /// cancelled, `out` is partly written.
        ///
        /// # Errors
        /// - [`Error::Axis`] if `a` has no such axis; [`Error::Value`] if one is named twice.
        /// - [`Error::Empty`] if a reduced axis has length 0.
        /// - [`Error::Value`] if all elements of a result are NaN; there `out` is `usize::MAX`.
        /// - [`Error::Shape`] if `out` has another shape than the result.
        /// - [`Error::Overlap`] if elements of `out` share memory.
        /// - [`Error::Memory`] if there is no room for partial results.
        ///
        /// # Accuracy
        #[doc = concat!("The results of [`", stringify!($axis), "`].")]
        pub fn $into<T: ReduceFloat, D: Dimension, A: Axes<D>>(
            a: &ArrayRef<T, D>,
            axes: A,
            out: &mut ArrayRef<usize, A::Kept>,
        ) -> Result<(), Error> {
            let (function, fold) = (stringify!($into), T::FLOAT_FOLDS.$whole);
            reduced_into(function, fold, a, &axes, out, Empty::Refused)?;
            found(function, &*out)
        }
    };
}
place! {
    "least",
    "let a = ndarray::array![f64::NAN, 3.0, 1.0];\nassert_eq!(swath::reduce::nanargmin(&a)?, 2);",
    "let a = ndarray::array![[f64::NAN, 3.0], [5.0, 1.0]];\nassert_eq!(swath::reduce::nanargmin_axis(&a, 0)?, ndarray::array![1, 1]);",
    nanargmin, nanargmin_axis, nanargmin_axis_into
}
place! {
    "greatest",
    "let a = ndarray::array![f64::NAN, 3.0, 1.0];\nassert_eq!(swath::reduce::nanargmax(&a)?, 1);",
    "let a = ndarray::array![[f64::NAN, 3.0], [5.0, 1.0]];\nassert_eq!(swath::reduce::nanargmax_axis(&a, 0)?, ndarray::array![1, 0]);",
    nanargmax, nanargmax_axis, nanargmax_axis_into
}
