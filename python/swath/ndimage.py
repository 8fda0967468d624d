"""Filters with the names and keywords of `scipy.ndimage`.

`float32` arrays are filtered in `float32`, where SciPy uses `float64` inside. Integer results
are SciPy's: after each axis rounded towards zero, and wrapped around where they do not fit.
"""

from ._core import (
    convolve,
    convolve1d,
    correlate,
    correlate1d,
    gaussian_filter,
    gaussian_filter1d,
    gaussian_gradient_magnitude,
    gaussian_laplace,
    generic_gradient_magnitude,
    generic_laplace,
    laplace,
    prewitt,
    sobel,
    uniform_filter,
    uniform_filter1d,
)

__all__ = [
    "convolve",
    "convolve1d",
    "correlate",
    "correlate1d",
    "gaussian_filter",
    "gaussian_filter1d",
    "gaussian_gradient_magnitude",
    "gaussian_laplace",
    "generic_gradient_magnitude",
    "generic_laplace",
    "laplace",
    "prewitt",
    "sobel",
    "uniform_filter",
    "uniform_filter1d",
]

# Pickles name a function by its module.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
