//! The macro forms, which name the closure once for each instruction set.

/// Applies a closure to every element of one to six operands, compiled for each
/// instruction set.
///
/// `map!(&a, |x| ..)` or `map!((&a, &b), |(x, y)| ..)`. Does what the function
/// [`map`](crate::map::map()) does, and is the better choice wherever the closure
/// is written in place: the macro writes it out once for each instruction set, so
/// that each copy is inlined into its loop and vectorised, however long it is.
/// See [the module](mod@crate::map) for what vectorises and what does not.
///
/// The closure is `|pattern| body`, with a type on the pattern or the result if
/// you like, and `move` before it. What it captures by value must be `Copy`.
///
/// # Errors
/// As for [`map`](crate::map::map()).
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::map;
///
/// let a = array![[1.0, 2.0], [3.0, 4.0]];
/// assert_eq!(map!(&a, |x| x * x)?, array![[1.0, 4.0], [9.0, 16.0]]);
///
/// let row = array![10.0, 20.0];
/// assert_eq!(map!((&a, &row), |(x, r)| x + r)?, array![[11.0, 22.0], [13.0, 24.0]]);
/// # Ok::<(), swath::Error>(())
/// ```
///
/// A closure kept in a variable cannot be written out twice, and is refused:
/// ```compile_fail
/// # let a = ndarray::array![1.0];
/// let double = |x: f64| 2.0 * x;
/// swath::map!(&a, double)?; // swath::map(&a, double) is what to write
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map {
    (@twice [$operands:expr] $f:expr $(,)?) => {
        $crate::map::__map($operands, $f, $f)
    };
    ($operands:expr, |$($closure:tt)+) => {
        $crate::map!(@twice [$operands] |$($closure)+)
    };
    ($operands:expr, move |$($closure:tt)+) => {
        $crate::map!(@twice [$operands] move |$($closure)+)
    };
    ($operands:expr, $f:expr $(,)?) => {
        ::core::compile_error!(
            "`map!` takes a closure written in place, `map!(&a, |x| ..)`: it is compiled once for \
             each instruction set; for a function or a closure in a variable there is the \
             function `map`"
        )
    };
}

/// [`map!`](crate::map!) into an output of the caller's.
///
/// `map_into!(&a, &mut out, |x| ..)` or `map_into!((&a, &b), &mut out, |(x, y)| ..)`;
/// the closure as for [`map!`](crate::map!), everything else as for the function
/// [`map_into`](crate::map::map_into()).
///
/// # Errors
/// As for [`map_into`](crate::map::map_into()).
///
/// # Examples
/// ```
/// use ndarray::{Array2, array};
/// use swath::map_into;
///
/// let a = array![1.0, 2.0];
/// let mut out = Array2::zeros((3, 2));
/// map_into!(&a, &mut out, |x| x + 0.5)?;
/// assert_eq!(out.row(2), array![1.5, 2.5]);
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map_into {
    (@twice [$operands:expr, $out:expr] $f:expr $(,)?) => {
        $crate::map::__map_into($operands, $out, $f, $f)
    };
    ($operands:expr, $out:expr, |$($closure:tt)+) => {
        $crate::map_into!(@twice [$operands, $out] |$($closure)+)
    };
    ($operands:expr, $out:expr, move |$($closure:tt)+) => {
        $crate::map_into!(@twice [$operands, $out] move |$($closure)+)
    };
    ($operands:expr, $out:expr, $f:expr $(,)?) => {
        ::core::compile_error!(
            "`map_into!` takes a closure written in place, `map_into!(&a, &mut out, |x| ..)`: it \
             is compiled once for each instruction set; for a function or a closure in a variable \
             there is the function `map_into`"
        )
    };
}

/// [`map!`](crate::map!) in place.
///
/// `map_inplace!(&mut a, |x| ..)`; the closure as for [`map!`](crate::map!),
/// everything else as for the function [`map_inplace`](crate::map::map_inplace()).
///
/// # Errors
/// As for [`map_inplace`](crate::map::map_inplace()).
///
/// # Examples
/// ```
/// use ndarray::{array, s};
/// use swath::map_inplace;
///
/// let mut a = array![[1, 2, 3], [4, 5, 6]];
/// map_inplace!(&mut a.slice_mut(s![.., ..;2]), |x| -x)?;
/// assert_eq!(a, array![[-1, 2, -3], [-4, 5, -6]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map_inplace {
    (@twice [$a:expr] $f:expr $(,)?) => {
        $crate::map::__map_inplace($a, $f, $f)
    };
    ($a:expr, |$($closure:tt)+) => {
        $crate::map_inplace!(@twice [$a] |$($closure)+)
    };
    ($a:expr, move |$($closure:tt)+) => {
        $crate::map_inplace!(@twice [$a] move |$($closure)+)
    };
    ($a:expr, $f:expr $(,)?) => {
        ::core::compile_error!(
            "`map_inplace!` takes a closure written in place, `map_inplace!(&mut a, |x| ..)`: it \
             is compiled once for each instruction set; for a function or a closure in a variable \
             there is the function `map_inplace`"
        )
    };
}
