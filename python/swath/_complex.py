"""Filters of complex arrays, or with complex weights: by their real and imaginary parts, as
`scipy.ndimage` has them."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from . import _core
from ._errors import DTypeError, OptionError


def _output(function: str, input: np.ndarray, output: Any) -> np.ndarray:
    """The array for the result: a given one, or one of a given type, or of the input's."""
    if isinstance(output, np.ndarray):
        if output.dtype.kind != "c":
            raise DTypeError(
                f"{function}: output has dtype {output.dtype}, but the result is complex"
            )
        return output
    dtype = np.promote_types(input.dtype if output is None else output, np.complex64)
    return np.empty(input.shape, dtype)


def _apart(input: np.ndarray, output: np.ndarray) -> np.ndarray:
    """The input, or a copy of it if it shares memory with the output."""
    return input.copy() if np.may_share_memory(input, output) else input


def linear(function: str, input: Any, output: Any, cval: complex, more: dict[str, Any]) -> np.ndarray:
    """A filter with real weights, of a complex array."""
    input = np.asarray(input)
    target = _output(function, input, output)
    real = getattr(_core, function)
    real(input.real, output=target.real, cval=cval.real, **more)
    real(input.imag, output=target.imag, cval=cval.imag, **more)
    return target


def weighted(function: str, input: Any, output: Any, cval: complex, more: dict[str, Any]) -> np.ndarray:
    """A filter with complex weights, or of a complex array, or both."""
    weights = np.asarray(more.pop("weights"))
    if weights.dtype.kind != "c":
        return linear(function, input, output, cval, {"weights": weights, **more})
    if function.startswith("correlate"):
        weights = weights.conj()
    input = np.asarray(input)
    target = _output(function, input, output)
    input = _apart(input, target)
    real = getattr(_core, function)
    if input.dtype.kind != "c":
        if cval.imag != 0:
            raise OptionError(f"{function}: cval is {cval}, but input is real")
        real(input, weights.real, output=target.real, cval=cval.real, **more)
        real(input, weights.imag, output=target.imag, cval=cval.real, **more)
        return target
    real(input.real, weights.real, output=target.real, cval=cval.real, **more)
    target.real -= real(input.imag, weights.imag, cval=cval.imag, **more)
    real(input.real, weights.imag, output=target.imag, cval=cval.real, **more)
    target.imag += real(input.imag, weights.real, cval=cval.imag, **more)
    return target


def _join(
    function: str,
    input: np.ndarray,
    output: Any,
    derivative: Callable[..., Any],
    axes: Any,
    mode: Any,
) -> np.ndarray:
    """Derivatives along the axes: their sum, or the root of the sum of their squares."""
    input = np.asarray(input)
    target = _output(function, input, output)
    input = _apart(input, target)
    each = range(input.ndim) if axes is None else np.atleast_1d(axes)
    modes = [mode] * len(each) if mode is None or isinstance(mode, str) else list(mode)
    if len(modes) != len(each):
        raise OptionError(f"{function}: mode has {len(modes)} values for {len(each)} axes")
    total = np.zeros(input.shape, target.dtype)
    for axis, name in zip(each, modes):
        part = np.zeros_like(total)
        derivative(input, int(axis), part, name or "reflect")
        total += part if function.endswith("laplace") else part * part
    if len(each) == 0:
        total[...] = input
    elif not function.endswith("laplace"):
        np.sqrt(total, out=total)
    target[...] = total
    return target


def gradient(function: str, input: Any, output: Any, cval: complex, more: dict[str, Any]) -> np.ndarray:
    """The length of a Gaussian's gradient."""
    sigma, mode, axes = (more.pop(name, None) for name in ("sigma", "mode", "axes"))

    def derivative(input: np.ndarray, axis: int, part: np.ndarray, name: str) -> None:
        order = [0] * input.ndim
        order[axis] = 1
        if axes is None:
            linear("gaussian_filter", input, part, cval, {"sigma": sigma, "order": order, "mode": name, **more})
        else:
            order = [int(axis == each) for each in np.atleast_1d(axes)]
            linear("gaussian_filter", input, part, cval,
                   {"sigma": sigma, "order": order, "mode": name, "axes": axes, **more})

    return _join(function, input, output, derivative, axes, mode)


def generic(function: str, input: Any, output: Any, cval: complex, more: dict[str, Any]) -> np.ndarray:
    """Derivatives by a function of the caller's."""
    arguments = more.pop("extra_arguments", None) or ()
    keywords = more.pop("extra_keywords", None) or {}
    own = more.pop("derivative")

    def derivative(input: np.ndarray, axis: int, part: np.ndarray, name: str) -> None:
        own(input, axis, part, name, cval, *arguments, **keywords)

    return _join(function, input, output, derivative, more.get("axes"), more.get("mode"))
