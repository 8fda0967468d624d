"""nonzero, flatnonzero, compress and diff against NumPy. Layouts are parity.py's matter."""

import numpy as np
import pytest
from conftest import DTYPES, layouts, same, values

import swath


def holes(shape, dtype):
    a = values(shape, "i1") % 3
    return (a == 0) if dtype == "bool" else a.astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
@pytest.mark.parametrize("shape", [(1,), (0,), (7,), (100_000,), (30, 41), (3, 0, 2), (2, 3, 4, 5)])
def test_places(dtype, shape):
    a = holes(shape, dtype)
    for _, view in layouts(a):
        same(swath.flatnonzero(view), np.flatnonzero(a))
        ours, theirs = swath.nonzero(view), np.nonzero(a)
        assert type(ours) is tuple and len(ours) == len(theirs)
        for mine, other in zip(ours, theirs):
            same(mine, other)
            assert mine.flags.writeable
    same(swath.flatnonzero(np.float64(3)), np.flatnonzero(np.float64(3)))


@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
def test_compress(dtype):
    a = holes((6, 7, 8), dtype)
    for axis in (None, 0, 1, 2, -1):
        n = a.size if axis is None else a.shape[axis]
        for mask in (np.arange(n) % 3 == 0, np.zeros(n, bool), np.ones(n, bool), [1, 0, 2], []):
            expected = np.compress(mask, a, axis)
            for _, view in layouts(a):
                same(swath.compress(mask, view, axis), expected)
    condition = np.array([0, 2, 255], "u1").view(bool)  # bytes that are true in their way
    same(swath.compress(condition, np.arange(3)), np.array([1, 2]))


@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
def test_diff(dtype):
    a = values((5, 6, 7), "f4") > 0 if dtype == "bool" else values((5, 6, 7), dtype)
    for axis in (0, 1, 2, -1):
        for n in (0, 1, 2, 4, 9):
            expected = np.diff(a, n, axis)
            for _, view in layouts(a):
                same(swath.diff(view, n, axis), expected)
    same(swath.diff([1, 2, 4, 7]), np.diff([1, 2, 4, 7]))
    same(swath.diff([]), np.diff([]))
    if dtype != "bool":
        for axis in (0, 1, -1):
            for ends in ({"prepend": 3}, {"append": a}, {"prepend": a, "append": 1}):
                for n in (0, 1, 2):
                    same(swath.diff(a, n, axis, **ends), np.diff(a, n, axis, **ends))


def test_refusals():
    a = np.ones((2, 3))
    for call in (lambda: swath.nonzero(2.5), lambda: swath.compress(a, a),
                 lambda: swath.compress([True] * 3, a, 0), lambda: swath.compress([True] * 7, a)):
        with pytest.raises(ValueError):
            call()
    for call in (lambda: swath.diff(a, -1), lambda: swath.compress([True], a, 0, a)):
        with pytest.raises(swath.OptionError):
            call()
    with pytest.raises(ValueError):
        swath.diff(a, prepend=np.ones((3, 3)))
    for call in (lambda: swath.diff(2.5), lambda: swath.diff(a, axis=2),
                 lambda: swath.diff(a, axis=2, append=1),
                 lambda: swath.compress([True], a, 2)):
        with pytest.raises(swath.AxisError):
            call()
    for function in (swath.nonzero, swath.flatnonzero, swath.diff):
        with pytest.raises(TypeError):
            function(a.astype("c8"))
