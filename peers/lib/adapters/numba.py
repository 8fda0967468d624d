"""Numba: the loops one would write, with prange and fastmath."""

import sys

import numba
import numpy as np
from numba import njit, prange

from lib.adapters import Library

_least, _most = min, max  # Numba knows these two as reductions


@njit(parallel=True, fastmath=True)
def sum(x):
    total = x.dtype.type(0)
    for i in prange(x.size):
        total += x[i]
    return total


@njit(parallel=True, fastmath=True)
def mean(x):
    total = x.dtype.type(0)
    for i in prange(x.size):
        total += x[i]
    return total / x.size


@njit(parallel=True, fastmath=True)
def min(x):
    least = x[0]
    for i in prange(x.size):
        least = _least(least, x[i])
    return least


@njit(parallel=True, fastmath=True)
def max(x):
    most = x[0]
    for i in prange(x.size):
        most = _most(most, x[i])
    return most


@njit(parallel=True, fastmath=True)
def dot(x, y):
    total = x.dtype.type(0)
    for i in prange(x.size):
        total += x[i] * y[i]
    return total


@njit(parallel=True, fastmath=True)
def sum_axis1(x, out):
    for i in prange(x.shape[0]):
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            total += x[i, j]
        out[i] = total
    return out


@njit(parallel=True, fastmath=True)
def mean_axis1(x, out):
    for i in prange(x.shape[0]):
        total = x.dtype.type(0)
        for j in range(x.shape[1]):
            total += x[i, j]
        out[i] = total / x.shape[1]
    return out


@njit(parallel=True, fastmath=True)
def max_axis1(x, out):
    for i in prange(x.shape[0]):
        most = x[i, 0]
        for j in range(x.shape[1]):
            most = _most(most, x[i, j])
        out[i] = most
    return out


# Along axis 0 each thread takes columns, a strip that stays in its first cache.
_STRIP = 1024


@njit(parallel=True, fastmath=True)
def sum_axis0(x, out):
    rows, columns = x.shape
    for strip in prange((columns + _STRIP - 1) // _STRIP):
        start = strip * _STRIP
        end = _least(start + _STRIP, columns)
        out[start:end] = x[0, start:end]
        for i in range(1, rows):
            for j in range(start, end):
                out[j] += x[i, j]
    return out


@njit(parallel=True, fastmath=True)
def mean_axis0(x, out):
    sum_axis0(x, out)
    for j in prange(out.size):
        out[j] /= x.shape[0]
    return out


@njit(parallel=True, fastmath=True)
def max_axis0(x, out):
    rows, columns = x.shape
    for strip in prange((columns + _STRIP - 1) // _STRIP):
        start = strip * _STRIP
        end = _least(start + _STRIP, columns)
        out[start:end] = x[0, start:end]
        for i in range(1, rows):
            for j in range(start, end):
                out[j] = _most(out[j], x[i, j])
    return out


def _elementwise(function):
    @njit(parallel=True, fastmath=True)
    def call(x, out):
        for i in prange(x.size):
            out[i] = function(x[i])
        return out

    return call


exp, log, sin, cos, tanh = map(_elementwise, (np.exp, np.log, np.sin, np.cos, np.tanh))


@njit(parallel=True, fastmath=True)
def power(x, y, out):
    for i in prange(x.size):
        out[i] = x[i] ** y[i]
    return out


@njit(parallel=True, fastmath=True)
def fused(a, b, c, d, e, out):
    for i in prange(a.size):
        out[i] = 2 * a[i] + b[i] * c[i] - d[i] / e[i]
    return out


class Adapter(Library):
    threads = "numba.set_num_threads"

    def __init__(self, threads):
        numba.set_num_threads(threads)

    def build(self):
        layer = numba.threading_layer() if sum(np.ones(8)) else None
        return {"version": numba.__version__, "threading layer": layer}

    def names(self, case):
        return {"kernels": sys.modules[__name__]}

    def compile(self, text, inputs, names):
        if " out)" in text and inputs["out"] is None:  # a fresh output is part of the call
            text = text.replace(" out)", " empty(shape, dtype))")
            shape = inputs["x"].shape[1 - names["axis"]]
            names = {**names, "empty": np.empty, "shape": shape, "dtype": inputs["x"].dtype}
        return super().compile(text, inputs, names)
