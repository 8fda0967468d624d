"""Every public function with an array to work on: for tests that go through all of them.

A module of its own, importable in child processes.
"""

import numpy as np

import swath
from swath import ndimage


def second_difference(a, axis, output, mode, cval):
    return ndimage.correlate1d(a, [1.0, -2.0, 1.0], axis, output, mode, cval)


FUNCTIONS = {
    "sum": (swath.sum, ()),
    "mean": (swath.mean, ()),
    "min": (swath.min, ()),
    "max": (swath.max, ()),
    "dot": (swath.dot, "self"),
    "matmul": (swath.matmul, "self"),
    "convolve": (ndimage.convolve, (np.arange(9.0).reshape(3, 3),)),
    "correlate": (ndimage.correlate, (np.arange(9.0).reshape(3, 3),)),
    "convolve1d": (ndimage.convolve1d, ([1.0, 2.0, 4.0],)),
    "correlate1d": (ndimage.correlate1d, ([1.0, 2.0, 4.0],)),
    "gaussian_filter": (ndimage.gaussian_filter, (2.0,)),
    "gaussian_filter1d": (ndimage.gaussian_filter1d, (2.0,)),
    "sobel": (ndimage.sobel, ()),
    "generic_laplace": (ndimage.generic_laplace, (second_difference,)),
    "generic_gradient_magnitude": (ndimage.generic_gradient_magnitude, (second_difference,)),
    "prewitt": (ndimage.prewitt, ()),
    "laplace": (ndimage.laplace, ()),
    "gaussian_laplace": (ndimage.gaussian_laplace, (2.0,)),
    "gaussian_gradient_magnitude": (ndimage.gaussian_gradient_magnitude, (2.0,)),
    "uniform_filter": (ndimage.uniform_filter, (5,)),
    "uniform_filter1d": (ndimage.uniform_filter1d, (5,)),
}


def call(name, a):
    """The result of one function on a square matrix."""
    function, arguments = FUNCTIONS[name]
    return function(a, *((a,) if isinstance(arguments, str) else arguments))


def matrix(n):
    """A square matrix; from n = 400 on large enough for every function to go parallel."""
    return np.sin(np.arange(n * n, dtype="f8")).reshape(n, n)


def all_bytes(a):
    """The bits of every function's result, by name."""
    return {name: np.asarray(call(name, a)).tobytes() for name in FUNCTIONS}
