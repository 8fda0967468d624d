//! The macro forms, which name the closure once for each instruction set.

/// Calls a function with a closure written out twice; what all macros here end in.
#[doc(hidden)]
#[macro_export]
macro_rules! __twice {
    (@ [$($call:tt)+] [$($arg:expr),+] $f:expr $(,)?) => {
        $($call)+($($arg,)+ $f, $f)
    };
    ($macro:literal $call:tt $args:tt |$($closure:tt)+) => {
        $crate::__twice!(@ $call $args |$($closure)+)
    };
    ($macro:literal $call:tt $args:tt move |$($closure:tt)+) => {
        $crate::__twice!(@ $call $args move |$($closure)+)
    };
    ($macro:literal $call:tt $args:tt $($f:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`", $macro, "!` takes a closure written in place, `|x| ..`: it is compiled once for \
             each instruction set; for a function or a closure in a variable there is the \
             function `", $macro, "`"
        ))
    };
}

/// Applies a closure to every element of one to eight operands, compiled for each
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
    ($operands:expr, $($f:tt)+) => {
        $crate::__twice!("map" [$crate::map::__map] ["map", $operands] $($f)+)
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
    ($operands:expr, $out:expr, $($f:tt)+) => {
        $crate::__twice!("map_into" [$crate::map::__map_into] ["map_into", $operands, $out] $($f)+)
    };
}

/// [`map!`](crate::map!) in place.
///
/// `map_inplace!(&mut a, |x| ..)`, or `map_inplace!((&mut a, &b), |(x, y)| ..)` with operands
/// beside it; the closure as for [`map!`](crate::map!), everything else as for the function [`map_inplace`](crate::map::map_inplace()).
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
/// map_inplace!((&mut a, &array![[10], [20]]), |(x, y)| x + y)?;
/// assert_eq!(a, array![[9, 12, 7], [16, 25, 14]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map_inplace {
    ($a:expr, $($f:tt)+) => {
        $crate::__twice!("map_inplace" [$crate::map::__map_inplace] ["map_inplace", $a] $($f)+)
    };
}

/// [`map!`](crate::map!) with two results: a pair of arrays in one pass.
///
/// `map2!(&a, |x| (.., ..))`; the closure as for [`map!`](crate::map!), everything else as
/// for the function [`map2`](fn@crate::map2()).
///
/// # Errors
/// As for [`map2`](fn@crate::map2()).
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::{map2, math};
///
/// let (sine, cosine) = map2!(&array![0.0, 1.0], |x| math::sin_cos(x))?;
/// assert_eq!((sine[0], cosine[0]), (0.0, 1.0));
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map2 {
    ($operands:expr, $($f:tt)+) => {
        $crate::__twice!("map2" [$crate::map::__map2] ["map2", $operands] $($f)+)
    };
}

/// [`map2!`](crate::map2!) into outputs of the caller's.
///
/// `map2_into!(&a, &mut first, &mut second, |x| (.., ..))`; everything else as for the
/// function [`map2_into`](fn@crate::map::map2_into).
///
/// # Errors
/// As for [`map2_into`](fn@crate::map::map2_into).
///
/// # Examples
/// ```
/// use ndarray::{Array1, array};
/// use swath::map2_into;
///
/// // A rotation of points.
/// let (x, y) = (array![1.0, 0.0], array![0.0, 2.0]);
/// let (mut u, mut v) = (Array1::zeros(2), Array1::zeros(2));
/// map2_into!((&x, &y), &mut u, &mut v, |(x, y)| (0.6 * x - 0.8 * y, 0.8 * x + 0.6 * y))?;
/// assert_eq!((u, v), (array![0.6, -1.6], array![0.8, 1.2]));
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map2_into {
    ($operands:expr, $first:expr, $second:expr, $($f:tt)+) => {
        $crate::__twice!("map2_into" [$crate::map::__map2_into] ["map2_into", $operands, $first, $second] $($f)+)
    };
}

/// [`map!`](crate::map!) with the index: the closure takes `|i, x|`, `|(i, j), x|`, ...
///
/// Everything else as for the function [`map_indexed`](fn@crate::map_indexed()).
///
/// # Errors
/// As for [`map_indexed`](fn@crate::map_indexed()).
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::map_indexed;
///
/// let (a, row) = (array![[1, 2], [3, 4]], array![10, 20]);
/// let got = map_indexed!((&a, &row), |(i, j), (x, r)| if i == j { x + r } else { 0 })?;
/// assert_eq!(got, array![[11, 0], [0, 24]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map_indexed {
    ($operands:expr, $($f:tt)+) => {
        $crate::__twice!("map_indexed" [$crate::map::__map_indexed] ["map_indexed", $operands] $($f)+)
    };
}

/// [`map_indexed!`](crate::map_indexed!) into an output of the caller's.
///
/// Everything else as for the function [`map_indexed_into`](fn@crate::map::map_indexed_into).
///
/// # Errors
/// As for [`map_into`](fn@crate::map_into()).
///
/// # Examples
/// ```
/// use ndarray::{Array1, array};
/// use swath::map_indexed_into;
///
/// let mut out = Array1::zeros(3);
/// map_indexed_into!(&array![1.0, 1.0, 1.0], &mut out, |i, x| x + i as f64)?;
/// assert_eq!(out, array![1.0, 2.0, 3.0]);
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map_indexed_into {
    ($operands:expr, $out:expr, $($f:tt)+) => {
        $crate::__twice!("map_indexed_into" [$crate::map::__map_indexed_into] ["map_indexed_into", $operands, $out] $($f)+)
    };
}

/// [`map_indexed!`](crate::map_indexed!) in place.
///
/// Everything else as for the function
/// [`map_indexed_inplace`](fn@crate::map::map_indexed_inplace).
///
/// # Errors
/// As for [`map_inplace`](fn@crate::map_inplace()).
///
/// # Examples
/// ```
/// use ndarray::array;
/// use swath::map_indexed_inplace;
///
/// let mut a = array![[1, 1], [1, 1]];
/// map_indexed_inplace!(&mut a, |(i, j), x| x + 2 * i + j)?;
/// assert_eq!(a, array![[1, 2], [3, 4]]);
/// # Ok::<(), swath::Error>(())
/// ```
#[macro_export]
macro_rules! map_indexed_inplace {
    ($a:expr, $($f:tt)+) => {
        $crate::__twice!("map_indexed_inplace" [$crate::map::__map_indexed_inplace] ["map_indexed_inplace", $a] $($f)+)
    };
}
