"""Convolution against scipy.signal: every mode, random shapes and types."""

import warnings

import inspect

import numpy as np
import pytest

scipy_signal = pytest.importorskip("scipy.signal")

import swath  # noqa: E402
from swath import signal  # noqa: E402

MODES = ["full", "same", "valid"]
DTYPES = ["float32", "float64", "int8", "uint8", "int16", "uint16", "int32", "int64", "uint64",
          "complex64", "complex128"]


def values(rng, shape, dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    if dtype.kind == "c":
        return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)


def agree(got, expected, scale=None):
    expected = np.asarray(expected)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    if expected.dtype.kind in "biu":
        assert np.array_equal(got, expected)
    else:
        epsilon = np.finfo(expected.dtype).eps
        # A sum of up to some thousand products of numbers of about 1.
        scale = np.abs(expected).max(initial=1) if scale is None else scale
        assert np.allclose(got, expected, rtol=0, atol=500 * epsilon * scale)


def shapes(rng, ndim):
    most = {1: 200, 2: 30, 3: 9}[ndim]
    return tuple(tuple(rng.integers(1, most, ndim)) for _ in range(2))


def ordered(first, second):
    pairs = list(zip(first, second))
    return all(a >= b for a, b in pairs) or all(b >= a for a, b in pairs)


@pytest.mark.parametrize("name", ["convolve", "correlate"])
@pytest.mark.parametrize("method", ["auto", "direct", "fft"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_whole_arrays(name, method, dtype):
    rng = np.random.default_rng(sum(map(ord, name + method + dtype)))
    for ndim in (1, 2, 3):
        for mode in MODES:
            for _ in range(6):
                first, second = shapes(rng, ndim)
                a, b = values(rng, first, dtype), values(rng, second, dtype)
                ours, theirs = getattr(signal, name), getattr(scipy_signal, name)
                if mode == "valid" and not ordered(first, second):
                    with pytest.raises(ValueError):
                        ours(a, b, mode, method)
                    continue
                # SciPy's transforms of integers are not exact; its sums are.
                how = "direct" if np.dtype(dtype).kind in "iu" else method
                agree(ours(a, b, mode, method), theirs(a, b, mode, how))


@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_mixed_types(name):
    rng = np.random.default_rng(3)
    for first in DTYPES:
        for second in DTYPES:
            a, b = values(rng, (12, 9), first), values(rng, (3, 4), second)
            expected = getattr(scipy_signal, name)(a, b, "same", "direct")
            got = getattr(signal, name)(a, b, "same", "direct")
            assert got.dtype == expected.dtype, (first, second)
            if expected.dtype.kind in "iu":
                assert np.array_equal(got, expected), (first, second)
            else:
                scale = np.abs(expected).max(initial=1)
                agree(got, expected, scale)


@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8", "int64", "complex128"])
def test_two_dimensions(name, boundary, dtype):
    rng = np.random.default_rng(sum(map(ord, name + boundary + dtype)))
    for mode in MODES:
        for fill in (0, 3):
            for _ in range(10):
                first, second = shapes(rng, 2)
                a, b = values(rng, first, dtype), values(rng, second, dtype)
                if mode == "valid" and not ordered(first, second):
                    with pytest.raises(ValueError):
                        getattr(signal, name)(a, b, mode, boundary, fill)
                    continue
                expected = getattr(scipy_signal, name)(a, b, mode, boundary, fill)
                agree(getattr(signal, name)(a, b, mode, boundary, fill), expected)


@pytest.mark.parametrize("name", ["fftconvolve", "oaconvolve"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "complex64", "complex128"])
def test_transforms(name, dtype):
    rng = np.random.default_rng(sum(map(ord, name + dtype)))
    ours, theirs = getattr(signal, name), getattr(scipy_signal, name)
    for ndim in (1, 2, 3):
        for mode in MODES:
            for _ in range(6):
                first, second = shapes(rng, ndim)
                a, b = values(rng, first, dtype), values(rng, second, dtype)
                if mode == "valid" and not ordered(first, second):
                    continue
                agree(ours(a, b, mode), theirs(a, b, mode))
    for axes in (None, 0, 1, -1, [1], [0, 1], [2, 0], (-1, -2)):
        for mode in MODES:
            for first, second in [
                ((5, 20, 30), (5, 7, 9)),
                ((5, 20, 30), (1, 1, 9)),
                ((1, 20, 30), (4, 7, 1)),
                ((5, 20, 1), (5, 1, 9)),
            ]:
                a, b = values(rng, first, dtype), values(rng, second, dtype)
                try:
                    expected = theirs(a, b, mode, axes=axes)
                except ValueError:
                    with pytest.raises(ValueError):
                        ours(a, b, mode, axes=axes)
                    continue
                agree(ours(a, b, mode, axes=axes), expected)


def test_sepfir2d():
    rng = np.random.default_rng(8)
    for dtype in ("float32", "float64", "complex64", "complex128"):
        for shape in [(20, 30), (9, 9), (40, 8)]:
            image = values(rng, shape, dtype)
            for rows, columns in [(3, 5), (1, 7), (5, 1)]:
                hrow, hcol = values(rng, rows, dtype), values(rng, columns, dtype)
                agree(signal.sepfir2d(image, hrow, hcol), scipy_signal.sepfir2d(image, hrow, hcol))


def test_choose_conv_method():
    small, large = np.ones((50, 50)), np.ones((500, 500))
    assert signal.choose_conv_method(small, np.ones((3, 3))) == "direct"
    assert signal.choose_conv_method(large, np.ones((90, 90))) == "fft"
    big = np.full((500, 500), 2**40)
    assert signal.choose_conv_method(big, big) == "direct"
    method, times = signal.choose_conv_method(small, np.ones((3, 3)), measure=True)
    assert method in times and set(times) == {"direct", "fft"}


@pytest.mark.parametrize("name", signal.__all__)
def test_signatures(name):
    try:
        theirs = inspect.signature(getattr(scipy_signal, name)).parameters.values()
    except ValueError:  # sepfir2d is compiled
        return
    ours = inspect.signature(getattr(signal, name)).parameters.values()
    assert [(p.name, p.kind, p.default) for p in ours] == [
        (p.name, p.kind, p.default) for p in theirs
    ]
    assert getattr(signal, name).__doc__


def test_edges():
    a, b = np.array([True, False, True]), np.array([True, True])
    agree(signal.convolve(a, b), scipy_signal.convolve(a, b, method="direct"))
    assert signal.convolve(3.0, 4.0) == 12.0
    assert signal.convolve([], [1.0]).shape == (0,)
    assert signal.fftconvolve([], [1.0]).shape == (0,)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = signal.convolve([1, 2, 3], [0, 1, 0.5])
    assert np.array_equal(got, scipy_signal.convolve([1, 2, 3], [0, 1, 0.5]))


def test_bad_arguments():
    a = np.ones((4, 4))
    with pytest.raises(swath.Error, match="convolve: mode is 'some'"):
        signal.convolve(a, a, "some")
    with pytest.raises(ValueError, match="method"):
        signal.correlate(a, a, method="some")
    with pytest.raises(ValueError, match="boundary"):
        signal.convolve2d(a, a, boundary="some")
    with pytest.raises(ValueError, match="dimensions"):
        signal.convolve(a, np.ones(3))
    with pytest.raises(ValueError, match="dimensions"):
        signal.convolve2d(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="axes"):
        signal.fftconvolve(a, a, axes=[])
    with pytest.raises(ValueError, match="axes"):
        signal.fftconvolve(a, a, axes=[0, 0])
    with pytest.raises(ValueError, match="axes"):
        signal.fftconvolve(a, a, axes=2)
    with pytest.raises(TypeError, match="dtype"):
        signal.convolve(np.array(["a"]), np.array(["b"]))
    with pytest.raises(ValueError, match="odd"):
        signal.sepfir2d(a, [1.0, 2.0], [1.0])
