//! NumPy's elementwise functions: `table` has their loops, `run` their one way.
//!
//! Two operands of different types are cast block by block while they are computed with;
//! there is a loop for each type, not for each pair.

#[allow(unused_comparisons, clippy::absurd_extreme_comparisons)] // one source for all integers
mod arithmetic;
mod cast;
mod elementary;
mod fast;
#[allow(unused_comparisons, clippy::absurd_extreme_comparisons)] // one source for all integers
mod logic;
mod promote;
mod run;
mod table;

use pyo3::prelude::*;

use crate::call::{Call, perform};
use crate::task;
use run::{Argument, Keywords, ready};
use table::Entry;

/// At once if it is short, else as every function.
fn compute<'py>(
    py: Python<'py>,
    entry: &'static Entry,
    objects: &[&Bound<'py, PyAny>],
    keywords: Keywords<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    if !task::is_handed_over_now()
        && let Some(result) = fast::call(entry, objects, keywords)?
    {
        return Ok(result);
    }
    perform(py, || ready(entry, objects, keywords))
}

/// Functions of one argument, and of two.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident $home:ident $entry:ident $($x:ident)+;)*) => {
        $(
            $(#[$doc])*
            #[pyfunction]
            #[pyo3(signature = ($($x,)+ /, out=None, *, r#where=None, dtype=None))]
            fn $name<'py>(
                $($x: &Bound<'py, PyAny>,)+
                out: Argument<'_, 'py>,
                r#where: Argument<'_, 'py>,
                dtype: Argument<'_, 'py>,
            ) -> PyResult<Bound<'py, PyAny>> {
                let py = functions!(@first $($x)+).py();
                let keywords = Keywords { out, mask: r#where, dtype };
                compute(py, &$home::$entry, &[$($x),+], keywords)
            }
        )*

        /// Puts them all into the module.
        fn add_functions(module: &Bound<'_, PyModule>) -> PyResult<()> {
            $(module.add_function(wrap_pyfunction!($name, module)?)?;)*
            Ok(())
        }
    };
    (@first $x:ident $($more:ident)*) => {
        $x
    };
}

functions! {
    /// e to the power x.
    exp elementary EXP x;
    /// 2 to the power x.
    exp2 elementary EXP2 x;
    /// e to the power x, less 1, accurate near 0.
    expm1 elementary EXPM1 x;
    /// The natural logarithm.
    log elementary LOG x;
    /// The logarithm to base 2.
    log2 elementary LOG2 x;
    /// The logarithm to base 10.
    log10 elementary LOG10 x;
    /// The natural logarithm of 1 + x, accurate near 0.
    log1p elementary LOG1P x;
    /// The square root.
    sqrt elementary SQRT x;
    /// The cube root.
    cbrt elementary CBRT x;
    /// The sine.
    sin elementary SIN x;
    /// The cosine.
    cos elementary COS x;
    /// The tangent.
    tan elementary TAN x;
    /// The arc sine.
    arcsin elementary ARCSIN x;
    /// The arc cosine.
    arccos elementary ARCCOS x;
    /// The arc tangent.
    arctan elementary ARCTAN x;
    /// The hyperbolic sine.
    sinh elementary SINH x;
    /// The hyperbolic cosine.
    cosh elementary COSH x;
    /// The hyperbolic tangent.
    tanh elementary TANH x;
    /// The inverse of the hyperbolic sine.
    arcsinh elementary ARCSINH x;
    /// The inverse of the hyperbolic cosine.
    arccosh elementary ARCCOSH x;
    /// The inverse of the hyperbolic tangent.
    arctanh elementary ARCTANH x;
    /// The nearest integer, halves to the even one.
    rint elementary RINT x;
    /// The largest integer that is not above x.
    floor arithmetic FLOOR x;
    /// The smallest integer that is not below x.
    ceil arithmetic CEIL x;
    /// x without what is behind the point.
    trunc arithmetic TRUNC x;
    /// -x.
    negative arithmetic NEGATIVE x;
    /// +x.
    positive arithmetic POSITIVE x;
    /// The size of x.
    absolute arithmetic ABSOLUTE x;
    /// -1, 0 or 1; NaN of NaN.
    sign arithmetic SIGN x;
    /// 1 / x; of integers towards zero, and 0 of 0.
    reciprocal arithmetic RECIPROCAL x;
    /// x * x.
    square arithmetic SQUARE x;
    /// Whether x is zero.
    logical_not logic LOGICAL_NOT x;
    /// Every bit turned; of bools their opposite.
    invert logic INVERT x;
    /// Whether x is NaN.
    isnan logic ISNAN x;
    /// Whether x is infinite.
    isinf logic ISINF x;
    /// Whether x is neither infinite nor NaN.
    isfinite logic ISFINITE x;
    /// Whether the sign bit is set.
    signbit logic SIGNBIT x;
    /// The error function.
    erf elementary ERF x;
    /// 1 less the error function, accurate where that is close to 1.
    erfc elementary ERFC x;
    /// The gamma function.
    gamma elementary GAMMA x;
    /// The logarithm of the size of the gamma function.
    gammaln elementary GAMMALN x;
    /// The logistic function 1 / (1 + exp(-x)).
    expit elementary EXPIT x;
    /// log(1 + exp(x)), without overflow.
    softplus elementary SOFTPLUS x;
    /// x1 + x2.
    add arithmetic ADD x1 x2;
    /// x1 - x2.
    subtract arithmetic SUBTRACT x1 x2;
    /// x1 * x2.
    multiply arithmetic MULTIPLY x1 x2;
    /// x1 / x2; integers become float64.
    divide arithmetic DIVIDE x1 x2;
    /// The largest integer that is not above x1 / x2; of integers by 0, 0.
    floor_divide arithmetic FLOOR_DIVIDE x1 x2;
    /// What floor_divide leaves, with the sign of x2; of integers by 0, 0.
    remainder arithmetic REMAINDER x1 x2;
    /// What remains of x1 / x2, with the sign of x1; of integers by 0, 0.
    fmod arithmetic FMOD x1 x2;
    /// x1 to the power x2; integers wrap, and refuse negative exponents.
    power arithmetic POWER x1 x2;
    /// The length of the vector (x1, x2).
    hypot elementary HYPOT x1 x2;
    /// The angle of the point (x2, x1).
    arctan2 elementary ARCTAN2 x1 x2;
    /// log(exp(x1) + exp(x2)), without overflow.
    logaddexp elementary LOGADDEXP x1 x2;
    /// The size of x1 with the sign of x2.
    copysign elementary COPYSIGN x1 x2;
    /// The smaller of two, or NaN if either is.
    minimum arithmetic MINIMUM x1 x2;
    /// The larger of two, or NaN if either is.
    maximum arithmetic MAXIMUM x1 x2;
    /// The smaller of two, or the other one if one is NaN.
    fmin arithmetic FMIN x1 x2;
    /// The larger of two, or the other one if one is NaN.
    fmax arithmetic FMAX x1 x2;
    /// x1 == x2.
    equal logic EQUAL x1 x2;
    /// x1 != x2.
    not_equal logic NOT_EQUAL x1 x2;
    /// x1 < x2.
    less logic LESS x1 x2;
    /// x1 <= x2.
    less_equal logic LESS_EQUAL x1 x2;
    /// x1 > x2.
    greater logic GREATER x1 x2;
    /// x1 >= x2.
    greater_equal logic GREATER_EQUAL x1 x2;
    /// Whether both are not zero.
    logical_and logic LOGICAL_AND x1 x2;
    /// Whether either is not zero.
    logical_or logic LOGICAL_OR x1 x2;
    /// Whether one of both is not zero.
    logical_xor logic LOGICAL_XOR x1 x2;
    /// x1 & x2.
    bitwise_and logic BITWISE_AND x1 x2;
    /// x1 | x2.
    bitwise_or logic BITWISE_OR x1 x2;
    /// x1 ^ x2.
    bitwise_xor logic BITWISE_XOR x1 x2;
    /// x1 << x2; a shift by the width or more, or by less than 0, gives 0.
    left_shift logic LEFT_SHIFT x1 x2;
    /// x1 >> x2; a shift by the width or more, or by less than 0, leaves the sign alone.
    right_shift logic RIGHT_SHIFT x1 x2;
}

/// x where condition holds, else y: the three broadcast together.
#[pyfunction]
#[pyo3(name = "where", signature = (condition, x, y, /))]
fn choose<'py>(
    condition: &Bound<'py, PyAny>,
    x: &Bound<'py, PyAny>,
    y: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    perform(x.py(), || run::select([condition, x, y]))
}

/// The value, or the limit that it is beyond; the upper one where they cross.
///
/// A limit that is None does not limit. NaN stays, and a limit that is NaN gives NaN.
#[pyfunction]
#[pyo3(signature = (a, a_min=None, a_max=None, out=None, *, min=None, max=None, r#where=None, dtype=None))]
#[allow(clippy::too_many_arguments)] // NumPy's
fn clip<'py>(
    a: &Bound<'py, PyAny>,
    a_min: Argument<'_, 'py>,
    a_max: Argument<'_, 'py>,
    out: Argument<'_, 'py>,
    min: Argument<'_, 'py>,
    max: Argument<'_, 'py>,
    r#where: Argument<'_, 'py>,
    dtype: Argument<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let keywords = Keywords { out, mask: r#where, dtype };
    perform(a.py(), || -> PyResult<Call> {
        match (a_min.or(min), a_max.or(max)) {
            (Some(low), Some(high)) => ready(&arithmetic::CLIP, &[a, low, high], keywords),
            (Some(low), None) => ready(&arithmetic::MAXIMUM, &[a, low], keywords),
            (None, Some(high)) => ready(&arithmetic::MINIMUM, &[a, high], keywords),
            (None, None) => ready(&arithmetic::POSITIVE, &[a], keywords),
        }
    })
}

/// The same values as another type, in a new array.
///
/// Integers wrap; floats are cut towards zero and kept within the range of the integer,
/// NaN becomes 0.
#[pyfunction]
#[pyo3(signature = (x, dtype, /))]
fn astype<'py>(x: &Bound<'py, PyAny>, dtype: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    perform(x.py(), || run::astype(x, dtype))
}

/// Puts them all into the module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    add_functions(module)?;
    module.add_function(wrap_pyfunction!(choose, module)?)?;
    module.add_function(wrap_pyfunction!(clip, module)?)?;
    module.add_function(wrap_pyfunction!(astype, module)?)?;
    Ok(())
}
