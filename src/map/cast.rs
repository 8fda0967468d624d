//! Arrays of one type as arrays of another.

use ndarray::{Array, ArrayRef, Dimension};

use super::arithmetic::Scalar;
use super::{__map, __map_into, Operand};
use crate::kernel::cast::CastTo;
use crate::{__twice, Error};

/// A number, or `bool`, that can be cast to `T`: all to all. Sealed.
pub trait Cast<T>: Scalar + CastTo<T> {}
impl<T, S: Scalar + CastTo<T>> Cast<T> for S {}

/// Casts. A line: what it says of itself; its names; the function of one element; an example.
macro_rules! casts {
    ($($doc:literal $name:ident $into:ident $one:ident $example:literal;)*) => {$(
        #[doc = $doc]
        ///
        /// Any view, of `f32`, `f64`, the integers of 8 to 64 bits and `bool`, to any of
        /// these; `bool` is 0 and 1, and what is not zero is true (NaN too).
        ///
        /// # Errors
        /// [`Error::Memory`] if the system does not give the memory, and
        /// [`Error::TooLarge`] if the result does not fit the address space.
        ///
        /// # Accuracy
        /// Floats made of others are the nearest, ties to even. The same on every CPU, in
        /// debug and release builds.
        ///
        /// # Performance
        /// One pass, in vectors; in parallel when that pays.
        ///
        /// # Examples
        /// ```
        #[doc = $example]
        /// # Ok::<(), swath::Error>(())
        /// ```
        pub fn $name<T, A>(a: A) -> Result<Array<T, A::Dim>, Error>
        where
            T: Scalar,
            A: Operand<Elem: Cast<T>>,
        {
            __twice!(@ [__map] [stringify!($name), a] |x| CastTo::<T>::$one(x))
        }

        #[doc = concat!("[`", stringify!($name), "`] into an output of the caller's, to whose shape `a` broadcasts.")]
        ///
        /// # Errors
        /// [`Error::Shape`] if `a` does not broadcast to the shape of `out`, and
        /// [`Error::Overlap`] if elements of `out` share memory with each other.
        pub fn $into<T, A, D>(a: A, out: &mut ArrayRef<T, D>) -> Result<(), Error>
        where
            T: Scalar,
            A: Operand<Elem: Cast<T>>,
            D: Dimension,
        {
            __twice!(@ [__map_into] [stringify!($into), a, out] |x| CastTo::<T>::$one(x))
        }
    )*};
}

casts! {
    "Elements as another type: toward zero, at most what the type holds, and 0 of NaN, as Rust's `as` of floats. Integers saturate too."
    cast cast_into truncated
    "let a = ndarray::array![-1.5, 2.9, 300.0, f64::NAN];\nassert_eq!(swath::cast::<u8, _>(&a)?, ndarray::array![0, 2, 255, 0]);";

    "Elements as another type: to the nearest, ties to even, at most what the type holds, and 0 of NaN, as `OpenCV`'s `saturate_cast`."
    cast_nearest cast_nearest_into nearest
    "let a = ndarray::array![-1.5, 2.5, 2.9, 300.0];\nassert_eq!(swath::map::cast_nearest::<u8, _>(&a)?, ndarray::array![0, 2, 3, 255]);";

    "Elements as another type: integers modulo the range of the type, as Rust's `as` and `NumPy`'s `astype`; floats as [`cast`]."
    cast_wrapping cast_wrapping_into wrapped
    "let a = ndarray::array![-1i32, 256, 7];\nassert_eq!(swath::map::cast_wrapping::<u8, _>(&a)?, ndarray::array![255, 0, 7]);";
}
