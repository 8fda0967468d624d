"""Convolution and correlation with the names and keywords of `scipy.signal`.

`float32` stays `float32`; other real numbers are computed in `float64`. Integers are exact,
and wrap around at the ends of their type as SciPy's do. Complex numbers are taken apart into
real and imaginary parts. Where SciPy chooses between sums and transforms by its own speeds,
swath does by its own.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from . import ndimage
from ._core import _convolve, _prefers_fft
from ._errors import DTypeError, OptionError, ShapeError

__all__ = [
    "choose_conv_method",
    "convolve",
    "convolve2d",
    "correlate",
    "correlate2d",
    "fftconvolve",
    "oaconvolve",
    "sepfir2d",
]

_MODES = ("full", "same", "valid")


# ---- arguments ---------------------------------------------------------------


def _arrays(function: str, in1: Any, in2: Any) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.asarray(in1), np.asarray(in2)
    for name, array in (("in1", first), ("in2", second)):
        if array.dtype.kind not in "biufc" or array.dtype.itemsize > (
            16 if array.dtype.kind == "c" else 8
        ):
            raise DTypeError(f"{function}: {name} has dtype {array.dtype}, must be real or complex numbers")
    if first.ndim != second.ndim:
        raise ShapeError(
            f"{function}: in1 has {first.ndim} dimensions, in2 has {second.ndim}; "
            "must have as many"
        )
    return first, second


def _check(function: str, option: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        names = ", ".join(allowed[:-1]) + " or " + allowed[-1]
        raise OptionError(f"{function}: {option} is {value!r}, must be {names}")


def _swapped(function: str, mode: str, first: Any, second: Any, axes: Iterable[int]) -> bool:
    """Whether `valid` needs the arrays the other way round."""
    if mode != "valid":
        return False
    axes = list(axes)
    if all(first[axis] >= second[axis] for axis in axes):
        return False
    if all(second[axis] >= first[axis] for axis in axes):
        return True
    raise ShapeError(
        f"{function}: in1 has shape {tuple(first)}, in2 {tuple(second)}; for mode 'valid' one must "
        "be at least as large as the other along every axis"
    )


def _turned(array: np.ndarray) -> np.ndarray:
    """Reversed along every axis, and conjugate."""
    array = array[(slice(None, None, -1),) * array.ndim]
    return array.conj() if array.dtype.kind == "c" else array


# ---- the parts of a convolution ----------------------------------------------


class _Way:
    """How arrays of one kind are convolved: with all that SciPy's functions pass on."""

    def __init__(
        self,
        function: str,
        mode: str,
        method: str,
        boundary: str = "fill",
        fillvalue: Any = 0,
    ) -> None:
        self.function, self.mode, self.method = function, mode, method
        self.boundary, self.fillvalue = boundary, fillvalue

    def real(self, a: np.ndarray, b: np.ndarray, fill: float = 0.0) -> np.ndarray:
        return _convolve(
            self.function, a, b, False, self.mode, self.method, self.boundary, fill
        )

    def __call__(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        dtype = np.result_type(a, b)
        if dtype.kind == "c":
            return self.complex(a, b)
        if dtype.kind in "biu":
            return self.integers(a, b, dtype)
        single = dtype.itemsize <= 4
        a, b = (x.astype(np.float32 if single else np.float64, copy=False) for x in (a, b))
        return self.real(a, b, float(np.real(self.fillvalue))).astype(dtype, copy=False)

    def complex(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """By parts: four convolutions, or two if one side is real."""
        fill = complex(self.fillvalue)
        parts = [(a.real, fill.real), (a.imag, fill.imag)]
        if a.dtype.kind != "c":
            parts = parts[:1] if fill.imag == 0 else [parts[0], (np.zeros_like(a), fill.imag)]
        others = [b.real, b.imag] if b.dtype.kind == "c" else [b]
        single = np.result_type(a, b) == np.complex64
        real = np.float32 if single else np.float64
        result: Any = None
        for i, (x, fill_part) in enumerate(parts):
            for j, y in enumerate(others):
                x, y = x.astype(real, copy=False), y.astype(real, copy=False)
                part = self.real(x, y, fill_part)
                if result is None:
                    result = np.zeros(part.shape, np.complex64 if single else np.complex128)
                if i + j == 1:
                    result.imag += part
                elif i + j == 0:
                    result.real += part
                else:
                    result.real -= part
        return result

    def integers(self, a: np.ndarray, b: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
        """Exactly, modulo the range of the type."""
        if dtype.kind == "b":
            return self.integers(a.astype(np.uint8), b.astype(np.uint8), np.dtype(np.int64)) > 0
        fill = 0
        if self.boundary in ("fill", "pad"):
            fill = int(np.asarray(self.fillvalue).astype(dtype))
        # Beyond the edges elements may come again, and again.
        products = min(a.size, b.size) if self.boundary in ("fill", "pad") and not fill else b.size
        largest = [max(_largest(a), abs(fill)), _largest(b)]
        if largest[0] * largest[1] * products < 1 << 53:
            way = self if self.is_exact(largest, products) else self.directly()
            result = way.real(a.astype(np.float64), b.astype(np.float64), float(fill))
            return np.rint(result, out=result).astype(np.int64).astype(dtype)
        # In limbs so short that sums of products are exact; what overflows wraps around.
        bits = (52 - max(products - 1, 1).bit_length()) // 2
        count = -(-64 // bits)
        first = [_limb(a, i, bits) for i in range(count)]
        second = [_limb(b, i, bits) for i in range(count)]
        fills = [float((fill & _ALL) >> (i * bits) & ((1 << bits) - 1)) for i in range(count)]
        total: Any = None
        for i, j in itertools.product(range(count), repeat=2):
            if (i + j) * bits >= 64 or not (first[i].any() or fills[i]) or not second[j].any():
                continue
            part = self.directly().real(first[i], second[j], fills[i]).astype(np.uint64)
            part <<= np.uint64((i + j) * bits)
            total = part if total is None else total + part
        if total is None:
            total = self.directly().real(first[0], second[0]).astype(np.uint64)
        return total.astype(dtype)

    def is_exact(self, largest: list[int], products: int) -> bool:
        """Whether the errors of transforms in `float64` stay far below one half."""
        return largest[0] * largest[1] * products < 1 << 40

    def directly(self) -> _Way:
        return _Way(self.function, self.mode, "direct", self.boundary, self.fillvalue)


_ALL = (1 << 64) - 1


def _largest(array: np.ndarray) -> int:
    if array.size == 0:
        return 0
    return max(abs(int(array.min())), abs(int(array.max())))


def _limb(array: np.ndarray, i: int, bits: int) -> np.ndarray:
    """Bits `i * bits` and on of every element, modulo 2**64."""
    whole = array.astype(np.int64, copy=False) if array.dtype != np.uint64 else array
    whole = whole.astype(np.uint64)
    return (whole >> np.uint64(i * bits) & np.uint64((1 << bits) - 1)).astype(np.float64)


def _whole(
    function: str, first: np.ndarray, second: np.ndarray, mode: str, method: str
) -> np.ndarray:
    """Convolution along all axes, of arrays that have elements."""
    if _swapped(function, mode, first.shape, second.shape, range(first.ndim)):
        first, second = second, first
    # The sums are the same; the longer one is the signal.
    if mode == "full" and second.size > first.size:
        first, second = second, first
    return _Way(function, mode, method)(first, second)


# ---- SciPy's functions -------------------------------------------------------


def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """Convolves two arrays of as many dimensions, as scipy.signal.convolve."""
    name = "convolve"
    _check(name, "mode", mode, _MODES)
    _check(name, "method", method, ("auto", "direct", "fft"))
    first, second = _arrays(name, in1, in2)
    return _one_or_all(name, first, second, mode, method)


def _one_or_all(
    name: str, first: np.ndarray, second: np.ndarray, mode: str, method: str
) -> Any:
    if first.ndim == 0:
        return first * second
    if first.size == 0 or second.size == 0:
        return np.array([])
    return _whole(name, first, second, mode, method)


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """Correlates two arrays of as many dimensions, as scipy.signal.correlate."""
    name = "correlate"
    _check(name, "mode", mode, _MODES)
    _check(name, "method", method, ("auto", "direct", "fft"))
    first, second = _arrays(name, in1, in2)
    return _one_or_all(name, first, _turned(second), mode, method)


def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """Convolves by fast Fourier transforms, as scipy.signal.fftconvolve."""
    return _by_transforms("fftconvolve", in1, in2, mode, axes)


def oaconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """Convolves by fast Fourier transforms of overlapping tiles, as scipy.signal.oaconvolve."""
    return _by_transforms("oaconvolve", in1, in2, mode, axes)


def _by_transforms(name: str, in1: Any, in2: Any, mode: str, axes: Any) -> Any:
    _check(name, "mode", mode, _MODES)
    first, second = _arrays(name, in1, in2)
    if first.ndim == 0:
        return first * second
    if first.size == 0 or second.size == 0:
        return np.array([])
    along = _axes(name, axes, first.ndim)
    # An axis of length 1 on one side is only scaled, whatever the mode.
    convolved = [axis for axis in along if first.shape[axis] != 1 and second.shape[axis] != 1]
    # As SciPy's transforms: integers become float64, float16 float32.
    first, second = (
        x.astype(np.float64 if x.dtype.kind in "biu" else np.float32)
        if convolved and (x.dtype.kind in "biu" or x.dtype == np.float16)
        else x
        for x in (first, second)
    )
    others = [axis for axis in range(first.ndim) if axis not in along]
    for axis in others:
        if first.shape[axis] != second.shape[axis] and 1 not in (
            first.shape[axis],
            second.shape[axis],
        ):
            raise ShapeError(
                f"{name}: in1 has shape {first.shape}, in2 {second.shape}; axis {axis} is not "
                "convolved, so they must be equal there, or 1"
            )
    if not others and convolved:
        if mode != "valid" or _is_plain_valid(first, second):
            return _whole(name, first, second, mode, "fft")
    return _along(name, first, second, mode, convolved)


def _is_plain_valid(first: np.ndarray, second: np.ndarray) -> bool:
    pairs = list(zip(first.shape, second.shape, strict=True))
    return all(n >= k for n, k in pairs) or all(k >= n for n, k in pairs)


def _axes(name: str, axes: Any, ndim: int) -> list[int]:
    if axes is None:
        return list(range(ndim))
    given = [int(axis) for axis in np.atleast_1d(axes)]
    if not given:
        raise OptionError(f"{name}: axes is empty")
    if any(not -ndim <= axis < ndim for axis in given):
        raise OptionError(f"{name}: axes is {axes}, of arrays with {ndim} axes")
    along = [axis % ndim for axis in given]
    if len(set(along)) < len(along):
        raise OptionError(f"{name}: axes is {axes}, which names an axis twice")
    return along


def _along(
    name: str, first: np.ndarray, second: np.ndarray, mode: str, along: list[int]
) -> np.ndarray:
    """Along some axes; the others are broadcast."""
    if _swapped(name, mode, first.shape, second.shape, along):
        first, second = second, first
    shape = first.shape
    others = [axis for axis in range(first.ndim) if axis not in along]
    inner = mode if along else "full"
    if not along:
        result = first * second
    elif all(second.shape[axis] == 1 for axis in others):
        result = _Way(name, inner, "fft")(first, second)
    else:
        batch = [range(max(first.shape[axis], second.shape[axis])) for axis in others]
        result = None
        for at in itertools.product(*batch):
            parts = []
            for array in (first, second):
                place: list[Any] = [slice(None)] * array.ndim
                for axis, i in zip(others, at, strict=True):
                    i = i if array.shape[axis] > 1 else 0
                    place[axis] = slice(i, i + 1)
                parts.append(array[tuple(place)])
            part = _Way(name, inner, "fft")(*parts)
            if result is None:
                whole = list(part.shape)
                for axis, n in zip(others, batch, strict=True):
                    whole[axis] = len(n)
                result = np.empty(whole, part.dtype)
            place = [slice(None)] * result.ndim
            for axis, i in zip(others, at, strict=True):
                place[axis] = slice(i, i + 1)
            result[tuple(place)] = part
    if mode == "same":
        # SciPy takes the middle of the broadcast axes too.
        cut = [(have - want) // 2 for have, want in zip(result.shape, shape, strict=True)]
        ends = zip(cut, shape, strict=True)
        result = result[tuple(slice(start, start + want) for start, want in ends)]
    return result


def choose_conv_method(in1: Any, in2: Any, mode: str = "full", measure: bool = False) -> Any:
    """The faster method of swath's `convolve`, 'direct' or 'fft', as
    scipy.signal.choose_conv_method."""
    name = "choose_conv_method"
    _check(name, "mode", mode, _MODES)
    first, second = _arrays(name, in1, in2)
    if measure:
        times = {}
        for method in ("fft", "direct"):
            start = time.perf_counter()
            convolve(first, second, mode=mode, method=method)
            times[method] = time.perf_counter() - start
        return min(times, key=lambda method: times[method]), times
    if first.ndim == 0 or first.size == 0 or second.size == 0:
        return "direct"
    dtype = np.result_type(first, second)
    if dtype.kind == "b":
        return "direct"
    if dtype.kind in "iu":
        largest = _largest(first) * _largest(second) * min(first.size, second.size)
        if largest >= 1 << 40:
            return "direct"
    if _swapped(name, mode, first.shape, second.shape, range(first.ndim)):
        first, second = second, first
    if mode == "full" and second.size > first.size:
        first, second = second, first
    single = dtype in (np.float32, np.complex64, np.float16)
    return "fft" if _prefers_fft(first.shape, second.shape, mode, single) else "direct"


_BOUNDARIES = ("fill", "pad", "wrap", "circular", "symm", "symmetric")


def _in_two_dimensions(
    name: str, in1: Any, in2: Any, mode: str, boundary: str, fillvalue: Any, turned: bool
) -> np.ndarray:
    _check(name, "mode", mode, _MODES)
    _check(name, "boundary", boundary, _BOUNDARIES)
    first, second = _arrays(name, in1, in2)
    if first.ndim != 2:
        raise ShapeError(f"{name}: in1 and in2 have {first.ndim} dimensions, must have 2")
    if np.ndim(fillvalue) != 0 and np.size(fillvalue) != 1:
        raise OptionError(f"{name}: fillvalue has shape {np.shape(fillvalue)}, must be a number")
    if first.size == 0 or second.size == 0:
        raise ShapeError(f"{name}: in1 has shape {first.shape}, in2 {second.shape}; must not be empty")
    swapped = _swapped(name, mode, first.shape, second.shape, (0, 1))
    if swapped:
        first, second = second, first
    if turned:
        second = _turned(second)
    fill = np.asarray(fillvalue).reshape(())[()]
    off_centre = turned and mode == "same" and any(k % 2 == 0 for k in second.shape)
    way = _Way(name, "full" if off_centre else mode, "auto", boundary, fill)
    result = way(first, second)
    if off_centre:
        # SciPy's filter of even length has its centre one element earlier here.
        pairs = zip(first.shape, second.shape, strict=True)
        result = result[tuple(slice(k // 2, k // 2 + n) for n, k in pairs)].copy()
    return result[::-1, ::-1].copy() if turned and swapped else result


def convolve2d(
    in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0
) -> np.ndarray:
    """Convolves two-dimensional arrays, as scipy.signal.convolve2d."""
    return _in_two_dimensions("convolve2d", in1, in2, mode, boundary, fillvalue, False)


def correlate2d(
    in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0
) -> np.ndarray:
    """Correlates two-dimensional arrays, as scipy.signal.correlate2d."""
    return _in_two_dimensions("correlate2d", in1, in2, mode, boundary, fillvalue, True)


def sepfir2d(input: Any, hrow: Any, hcol: Any) -> np.ndarray:
    """Convolves the rows of an image with `hrow` and its columns with `hcol`, both of odd
    length, reflected beyond its edges, as scipy.signal.sepfir2d."""
    name = "sepfir2d"
    image, rows, columns = np.asarray(input), np.asarray(hrow), np.asarray(hcol)
    if rows.dtype.kind == "c" and rows.ndim == 1:
        real, imaginary = (sepfir2d(image, part, columns) for part in (rows.real, rows.imag))
        return real + np.array(1j, np.result_type(real, np.complex64)) * imaginary
    if columns.dtype.kind == "c" and columns.ndim == 1:
        real, imaginary = (sepfir2d(image, rows, part) for part in (columns.real, columns.imag))
        return real + np.array(1j, np.result_type(real, np.complex64)) * imaginary
    if image.ndim != 2 or rows.ndim != 1 or columns.ndim != 1:
        raise ShapeError(
            f"{name}: input has {image.ndim} dimensions, hrow {rows.ndim}, hcol {columns.ndim}; "
            "must have 2, 1 and 1"
        )
    if rows.size % 2 == 0 or columns.size % 2 == 0:
        raise ShapeError(
            f"{name}: hrow has {rows.size} taps, hcol {columns.size}; must be odd numbers"
        )
    dtype = np.result_type(image, np.float32)
    if dtype.kind == "c":
        result = np.empty(image.shape, dtype)
        result.real = sepfir2d(image.real, rows, columns)
        result.imag = sepfir2d(image.imag, rows, columns)
        return result
    image = image.astype(dtype, copy=False)
    between = ndimage.convolve1d(image, rows, axis=1, mode="reflect")
    return ndimage.convolve1d(between, columns, axis=0, mode="reflect")
