"""Filters with the names and keywords of `scipy.ndimage`.

`float32` arrays are filtered in `float32`, where SciPy uses `float64` inside; whole
weights on small integers give exact sums. Integer results are cut off at the ends of
their type and rounded towards zero once, at the end.
"""

import numpy as _np

from ._core import (
    convolve,
    convolve1d,
    correlate,
    correlate1d,
    gaussian_filter,
    gaussian_filter1d,
    gaussian_gradient_magnitude,
    gaussian_laplace,
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


def _each_axis(input, axes, output, mode, derivative):
    """The results of `derivative(axis, output, mode)` for each axis, as float64 or wider."""
    input = _np.asarray(input)
    if axes is None:
        axes = range(input.ndim)
    axes = [int(axis) for axis in _np.atleast_1d(axes)]
    modes = [mode] * len(axes) if isinstance(mode, str) else list(mode)
    if len(modes) != len(axes):
        raise ValueError(f"mode has {len(modes)} values, but {len(axes)} axes are filtered")
    if output is None:
        output = _np.empty(input.shape, input.dtype)
    elif not isinstance(output, _np.ndarray):
        output = _np.empty(input.shape, output)
    elif output.shape != input.shape:
        raise ValueError(f"output has shape {output.shape}, but that of input is {input.shape}")
    parts = [derivative(axis, _np.empty_like(output), m) for axis, m in zip(axes, modes)]
    return input, output, parts


def generic_laplace(input, derivative2, output=None, mode="reflect", cval=0.0,
                    extra_arguments=(), extra_keywords=None, *, axes=None):
    """The sum of second derivatives along the axes, by a function of yours that is called
    as `derivative2(input, axis, output, mode, cval, *extra_arguments, **extra_keywords)`
    and fills `output`; as scipy.ndimage.generic_laplace."""
    def part(axis, into, mode):
        derivative2(input, axis, into, mode, cval, *extra_arguments, **(extra_keywords or {}))
        return into

    input, output, parts = _each_axis(input, axes, output, mode, part)
    _np.copyto(output, sum(parts[1:], parts[0]) if parts else input, casting="unsafe")
    return output


def generic_gradient_magnitude(input, derivative, output=None, mode="reflect", cval=0.0,
                               extra_arguments=(), extra_keywords=None, *, axes=None):
    """The length of the gradient along the axes, by a function of yours that is called as
    `derivative(input, axis, output, mode, cval, *extra_arguments, **extra_keywords)` and
    fills `output`; as scipy.ndimage.generic_gradient_magnitude."""
    def part(axis, into, mode):
        derivative(input, axis, into, mode, cval, *extra_arguments, **(extra_keywords or {}))
        return into * into

    input, output, parts = _each_axis(input, axes, output, mode, part)
    length = _np.sqrt(sum(parts[1:], parts[0])) if parts else input
    _np.copyto(output, length, casting="unsafe")
    return output


# Pickles name a function by its module.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
