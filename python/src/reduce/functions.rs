//! The signatures, which are NumPy's; one macro for the functions that share one.

use pyo3::prelude::*;

use super::Op;
use super::asked::{Asked, Keywords};
use crate::call::perform;
use crate::error::{Kind, error};
use crate::options::refuse_unless;

type Object<'a, 'py> = &'a Bound<'py, PyAny>;
type Result<'py> = PyResult<Bound<'py, PyAny>>;

fn reduced<'py>(
    op: Op,
    function: &'static str,
    a: Object<'_, 'py>,
    keywords: Keywords<'_, 'py>,
) -> Result<'py> {
    perform(a.py(), || Asked { op, function, a, keywords }.call())
}

/// Functions of one signature: what it is in Rust and in Python, the keywords that are
/// handed on, and a line for each function.
macro_rules! functions {
    ($arguments:tt signature $signature:tt keywords $keywords:expr;
     $($(#[$doc:meta])* $name:ident: $op:ident;)*) => {
        $(functions!(@one $arguments $signature $keywords, $(#[$doc])* $name $op);)*
    };
    (@one ($a:ident: $a_type:ty, $($argument:ident: $type:ty),*) $signature:tt $keywords:expr,
     $(#[$doc:meta])* $name:ident $op:ident) => {
        $(#[$doc])*
        #[pyfunction]
        #[pyo3(signature = $signature)]
        #[allow(clippy::too_many_arguments)] // NumPy's signature
        pub(crate) fn $name<'py>($a: $a_type, $($argument: $type),*) -> Result<'py> {
            reduced(Op::$op, stringify!($name), $a, $keywords)
        }
    };
}

functions! {
    (a: &Bound<'py, PyAny>, axis: Option<&Bound<'py, PyAny>>, dtype: Option<&Bound<'py, PyAny>>,
     out: Option<&Bound<'py, PyAny>>, keepdims: bool, initial: Option<&Bound<'py, PyAny>>,
     r#where: Option<&Bound<'py, PyAny>>)
    signature (a, axis=None, dtype=None, out=None, keepdims=false, initial=None, r#where=None)
    keywords Keywords { axis, dtype, out, keepdims, initial, mask: r#where, ..Keywords::default() };

    /// The sum over all axes or some, as numpy.sum.
    ///
    /// Integers are added in 64 bits and wrap. The result does not depend on the number
    /// of threads.
    sum: Sum;
    /// The product over all axes or some, as numpy.prod.
    ///
    /// Integers are multiplied in 64 bits and wrap.
    prod: Prod;
    /// The sum of what is not nan, as numpy.nansum.
    nansum: NanSum;
    /// The product of what is not nan, as numpy.nanprod.
    nanprod: NanProd;
}
functions! {
    (a: &Bound<'py, PyAny>, axis: Option<&Bound<'py, PyAny>>, dtype: Option<&Bound<'py, PyAny>>,
     out: Option<&Bound<'py, PyAny>>, keepdims: bool, r#where: Option<&Bound<'py, PyAny>>)
    signature (a, axis=None, dtype=None, out=None, keepdims=false, *, r#where=None)
    keywords Keywords { axis, dtype, out, keepdims, mask: r#where, ..Keywords::default() };

    /// The mean over all axes or some, as numpy.mean.
    ///
    /// Integers give float64. An empty mean is nan, without a warning.
    mean: Mean;
    /// The mean of what is not nan, as numpy.nanmean.
    ///
    /// An empty mean is nan, without a warning.
    nanmean: NanMean;
}
functions! {
    (a: &Bound<'py, PyAny>, axis: Option<&Bound<'py, PyAny>>, dtype: Option<&Bound<'py, PyAny>>,
     out: Option<&Bound<'py, PyAny>>, ddof: f64, keepdims: bool,
     r#where: Option<&Bound<'py, PyAny>>, mean: Option<&Bound<'py, PyAny>>,
     correction: Option<f64>)
    signature (a, axis=None, dtype=None, out=None, ddof=0.0, keepdims=false, *, r#where=None, mean=None, correction=None)
    keywords Keywords {
        axis, dtype, out, keepdims, mask: r#where, mean,
        ddof: taken_off(a, ddof, correction)?,
        ..Keywords::default()
    };

    /// The variance over all axes or some, as numpy.var, from one pass over the elements.
    ///
    /// Divides by their number less `ddof` (or `correction`). Integers give float64. Of
    /// nothing it is nan, without a warning. `mean` is where deviations are taken from.
    var: Var;
    /// The standard deviation over all axes or some, as numpy.std: the root of `var`.
    std: Std;
    /// The variance of what is not nan, as numpy.nanvar.
    ///
    /// `ddof` (or `correction`) is taken off the number of elements that are not nan; if
    /// nothing is left the result is nan, without a warning.
    nanvar: NanVar;
    /// The standard deviation of what is not nan, as numpy.nanstd: the root of `nanvar`.
    nanstd: NanStd;
}
functions! {
    (a: &Bound<'py, PyAny>, axis: Option<&Bound<'py, PyAny>>, out: Option<&Bound<'py, PyAny>>, keepdims: bool,
     initial: Option<&Bound<'py, PyAny>>, r#where: Option<&Bound<'py, PyAny>>)
    signature (a, axis=None, out=None, keepdims=false, initial=None, r#where=None)
    keywords Keywords { axis, out, keepdims, initial, mask: r#where, ..Keywords::default() };

    /// The least element over all axes or some, as numpy.min.
    ///
    /// A nan anywhere gives nan; -0.0 is less than 0.0.
    /// Complex numbers go by their real parts, then by their imaginary ones.
    min: Min;
    /// The greatest element over all axes or some, as numpy.max.
    ///
    /// A nan anywhere gives nan; -0.0 is less than 0.0.
    /// Complex numbers go by their real parts, then by their imaginary ones.
    max: Max;
    /// The least element, as numpy.amin: `min` by its other name.
    amin: Min;
    /// The greatest element, as numpy.amax: `max` by its other name.
    amax: Max;
    /// The least of what is not nan, as numpy.nanmin: nan, without a warning, if there is
    /// nothing else.
    nanmin: NanMin;
    /// The greatest of what is not nan, as numpy.nanmax: nan, without a warning, if there
    /// is nothing else.
    nanmax: NanMax;
}
functions! {
    (a: &Bound<'py, PyAny>, axis: Option<&Bound<'py, PyAny>>, out: Option<&Bound<'py, PyAny>>, keepdims: bool)
    signature (a, axis=None, out=None, keepdims=false)
    keywords Keywords { axis, out, keepdims, ..Keywords::default() };

    /// The greatest element less the least, from one pass, as numpy.ptp.
    ///
    /// Integers wrap in their own type.
    ptp: Ptp;
}
functions! {
    (a: &Bound<'py, PyAny>, axis: Option<&Bound<'py, PyAny>>, out: Option<&Bound<'py, PyAny>>, keepdims: bool)
    signature (a, axis=None, out=None, *, keepdims=false)
    keywords Keywords { axis, out, keepdims, ..Keywords::default() };

    /// The index of the first least element, or of the first nan, as numpy.argmin.
    argmin: ArgMin;
    /// The index of the first greatest element, or of the first nan, as numpy.argmax.
    argmax: ArgMax;
    /// The index of the first least element that is not nan, as numpy.nanargmin.
    nanargmin: NanArgMin;
    /// The index of the first greatest element that is not nan, as numpy.nanargmax.
    nanargmax: NanArgMax;
}
functions! {
    (a: &Bound<'py, PyAny>, axis: Option<&Bound<'py, PyAny>>, out: Option<&Bound<'py, PyAny>>, keepdims: bool,
     r#where: Option<&Bound<'py, PyAny>>)
    signature (a, axis=None, out=None, keepdims=false, *, r#where=None)
    keywords Keywords { axis, out, keepdims, mask: r#where, ..Keywords::default() };

    /// Whether any element over all axes or some is not zero, as numpy.any.
    ///
    /// All threads stop at the first that is not.
    any: Any;
    /// Whether no element over all axes or some is zero, as numpy.all.
    ///
    /// All threads stop at the first that is.
    all: All;
}
functions! {
    (a: &Bound<'py, PyAny>, axis: Option<&Bound<'py, PyAny>>, keepdims: bool)
    signature (a, axis=None, *, keepdims=false)
    keywords Keywords { axis, keepdims, ..Keywords::default() };

    /// How many elements over all axes or some are not zero, as numpy.count_nonzero.
    count_nonzero: CountNonzero;
}

/// What is taken off the count: `ddof`, or `correction`, which is the same.
fn taken_off(a: &Bound<'_, PyAny>, ddof: f64, correction: Option<f64>) -> PyResult<f64> {
    if correction.is_some() && ddof != 0.0 {
        let message = "ddof and correction mean the same, and are both given".to_owned();
        return Err(error(a.py(), Kind::Option, message));
    }
    Ok(correction.unwrap_or(ddof))
}

/// The norm of vectors along all axes or some, as numpy.linalg.vector_norm.
///
/// `ord` is any number: 2 is the Euclidean norm, which neither overflows nor underflows on
/// the way, 0 counts what is not zero, inf and -inf are the greatest and the least absolute
/// value.
#[pyfunction]
#[pyo3(signature = (x, /, *, axis=None, keepdims=false, ord=2.0))]
pub(crate) fn vector_norm<'py>(
    x: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    keepdims: bool,
    ord: f64,
) -> Result<'py> {
    let keywords = Keywords { axis, keepdims, ..Keywords::default() };
    reduced(Op::Norm { p: ord }, "vector_norm", x, keywords)
}

/// The sum over all axes or some, rounded once: that of exact numbers, whatever the order.
///
/// As math.fsum, but infinite where the sum is too large, and nan for infinities of both
/// signs. Integers are added in 64 bits and wrap.
#[pyfunction]
#[pyo3(signature = (a, axis=None, *, keepdims=false))]
pub(crate) fn sum_exact<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    keepdims: bool,
) -> Result<'py> {
    reduced(Op::SumExact, "sum_exact", a, Keywords { axis, keepdims, ..Keywords::default() })
}

/// The logarithm of the sum of exponentials, without overflow, as
/// scipy.special.logsumexp.
///
/// `b` and `return_sign` are not supported yet. Integers give float64.
#[pyfunction]
#[pyo3(signature = (a, axis=None, b=None, keepdims=false, return_sign=false))]
pub(crate) fn logsumexp<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<&Bound<'py, PyAny>>,
    b: Option<&Bound<'py, PyAny>>,
    keepdims: bool,
    return_sign: bool,
) -> Result<'py> {
    const NAME: &str = "logsumexp";
    refuse_unless(NAME, "b", b, |_| false)?;
    refuse_unless(NAME, "return_sign", return_sign.then_some(a), |_| false)?;
    reduced(Op::LogSumExp, NAME, a, Keywords { axis, keepdims, ..Keywords::default() })
}

/// The skewness along an axis, or of all elements, as scipy.stats.skew.
///
/// `nan_policy` other than 'propagate' is not supported yet. Integers give float64; nan,
/// without a warning, where all elements are equal.
#[pyfunction]
#[pyo3(signature = (a, axis=Some(0), bias=true, nan_policy="propagate", *, keepdims=false))]
#[pyo3(text_signature = "(a, axis=0, bias=True, nan_policy='propagate', *, keepdims=False)")]
pub(crate) fn skew<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<isize>,
    bias: bool,
    nan_policy: &str,
    keepdims: bool,
) -> Result<'py> {
    statistic(Op::Skew { bias }, "skew", a, axis, nan_policy, keepdims)
}

/// The kurtosis along an axis, or of all elements, as scipy.stats.kurtosis.
///
/// `nan_policy` other than 'propagate' is not supported yet. Integers give float64; nan,
/// without a warning, where all elements are equal.
#[pyfunction]
#[pyo3(signature = (a, axis=Some(0), fisher=true, bias=true, nan_policy="propagate", *, keepdims=false))]
#[pyo3(
    text_signature = "(a, axis=0, fisher=True, bias=True, nan_policy='propagate', *, keepdims=False)"
)]
pub(crate) fn kurtosis<'py>(
    a: &Bound<'py, PyAny>,
    axis: Option<isize>,
    fisher: bool,
    bias: bool,
    nan_policy: &str,
    keepdims: bool,
) -> Result<'py> {
    statistic(Op::Kurtosis { fisher, bias }, "kurtosis", a, axis, nan_policy, keepdims)
}

fn statistic<'py>(
    op: Op,
    function: &'static str,
    a: Object<'_, 'py>,
    axis: Option<isize>,
    nan_policy: &str,
    keepdims: bool,
) -> Result<'py> {
    if nan_policy != "propagate" {
        let message = format!("{function}: nan_policy {nan_policy:?} is not supported yet");
        return Err(error(a.py(), Kind::Option, message));
    }
    let axis = axis.map(|axis| axis.into_pyobject(a.py())).transpose()?;
    let axis = axis.as_ref().map(|axis| axis.as_any());
    reduced(op, function, a, Keywords { axis, keepdims, ..Keywords::default() })
}

/// Puts them all into the module.
pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    macro_rules! add {
        ($($name:ident)*) => {
            $(module.add_function(wrap_pyfunction!(self::$name, module)?)?;)*
        };
    }
    add! {
        sum prod mean var std min max amin amax ptp argmin argmax any all count_nonzero
        nansum nanprod nanmean nanvar nanstd nanmin nanmax nanargmin nanargmax
        vector_norm sum_exact logsumexp skew kurtosis
    }
    Ok(())
}
