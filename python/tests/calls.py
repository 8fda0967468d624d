"""Every public function with an array to work on: for tests that go through all of them.

A module of its own, importable in child processes.
"""

import numpy as np

import swath
from swath import ndimage


def second_difference(a, axis, output, mode, cval):
    return ndimage.correlate1d(a, [1.0, -2.0, 1.0], axis, output, mode, cval)


REDUCTIONS = (
    "sum prod mean var std min max amin amax ptp argmin argmax any all count_nonzero "
    "nansum nanprod nanmean nanvar nanstd nanmin nanmax"
).split()
# Elementwise functions: of one argument, of two, of integers, in swath.special.
ONE = (
    "exp exp2 expm1 log log2 log10 log1p sqrt cbrt "
    "sin cos tan arcsin arccos arctan sinh cosh tanh "
    "arcsinh arccosh arctanh rint floor ceil trunc negative positive "
    "absolute sign reciprocal square logical_not isnan isinf isfinite signbit "
).split()
TWO = (
    "add subtract multiply divide floor_divide remainder fmod power hypot "
    "arctan2 logaddexp copysign minimum maximum fmin fmax equal not_equal "
    "less less_equal greater greater_equal logical_and logical_or logical_xor "
).split()
BITS = (
    "bitwise_and bitwise_or bitwise_xor left_shift right_shift invert "
).split()
SPECIAL = "erf erfc gamma gammaln expit softplus".split()
PRODUCTS = "dot inner matmul vdot vecdot".split()


# ---- the arguments that are made of a matrix ---------------------------------


def alone(a):
    return (a,)


def twice(a):
    return (a, a)


def rows(a):
    return (a[0], a[1])


def line(a):
    return (a.ravel(),)


def chosen(a):
    return (a.ravel() > 0, a)


def whole(a):
    return ((a * 100).astype("i8"),)


def two_whole(a):
    return (*whole(a), (a[0] * 50).astype("i8"))


def and_(*more):
    return lambda a: (a, *more)


# name -> the function, and what makes its arguments
FUNCTIONS = {
    **{name: (getattr(swath, name), alone) for name in REDUCTIONS},
    "nanargmin": (swath.nanargmin, alone),
    "nanargmax": (swath.nanargmax, alone),
    "nonzero": (swath.nonzero, alone),
    "flatnonzero": (swath.flatnonzero, alone),
    "compress": (swath.compress, chosen),
    "extract": (swath.extract, chosen),
    "is_sorted": (swath.is_sorted, alone),
    "sum_exact": (swath.sum_exact, alone),
    "diff": (swath.diff, alone),
    "cumsum": (swath.cumsum, alone),
    "cumprod": (swath.cumprod, alone),
    "nancumsum": (swath.nancumsum, alone),
    "nancumprod": (swath.nancumprod, alone),
    "cumulative_sum": (swath.cumulative_sum, line),
    "cumulative_prod": (swath.cumulative_prod, line),
    "vector_norm": (swath.linalg.vector_norm, alone),
    "logsumexp": (swath.special.logsumexp, alone),
    "skew": (swath.stats.skew, alone),
    "kurtosis": (swath.stats.kurtosis, alone),
    **{name: (getattr(swath, name), twice) for name in PRODUCTS},
    "outer": (swath.outer, rows),
    **{name: (getattr(swath, name), alone) for name in ONE},
    **{name: (getattr(swath, name), twice) for name in TWO},
    **{name: (getattr(swath, name), whole if name == "invert" else two_whole) for name in BITS},
    **{name: (getattr(swath.special, name), alone) for name in SPECIAL},
    "where": (swath.where, lambda a: (a > 0, a, 0.5)),
    "clip": (swath.clip, and_(-0.5, 0.5)),
    "astype": (swath.astype, and_("f4")),
    "convolve": (ndimage.convolve, and_(np.arange(9.0).reshape(3, 3))),
    "correlate": (ndimage.correlate, and_(np.arange(9.0).reshape(3, 3))),
    "convolve1d": (ndimage.convolve1d, and_([1.0, 2.0, 4.0])),
    "correlate1d": (ndimage.correlate1d, and_([1.0, 2.0, 4.0])),
    "gaussian_filter": (ndimage.gaussian_filter, and_(2.0)),
    "gaussian_filter1d": (ndimage.gaussian_filter1d, and_(2.0)),
    "sobel": (ndimage.sobel, alone),
    "generic_laplace": (ndimage.generic_laplace, and_(second_difference)),
    "generic_gradient_magnitude": (ndimage.generic_gradient_magnitude, and_(second_difference)),
    "prewitt": (ndimage.prewitt, alone),
    "laplace": (ndimage.laplace, alone),
    "gaussian_laplace": (ndimage.gaussian_laplace, and_(2.0)),
    "gaussian_gradient_magnitude": (ndimage.gaussian_gradient_magnitude, and_(2.0)),
    "uniform_filter": (ndimage.uniform_filter, and_(5)),
    "uniform_filter1d": (ndimage.uniform_filter1d, and_(5)),
}


def call(name, a):
    """The result of one function on a square matrix."""
    function, arguments = FUNCTIONS[name]
    return function(*arguments(a))


def matrix(n):
    """A square matrix; from n = 400 on large enough for every function to go parallel."""
    return np.sin(np.arange(n * n, dtype="f8")).reshape(n, n)


def all_bytes(a):
    """The bits of every function's result, by name."""
    return {name: np.asarray(call(name, a)).tobytes() for name in FUNCTIONS}
