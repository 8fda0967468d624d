"""One file for each library: its names, its arrays, its threads.

A file defines `Adapter`, a `Library`. Its import fails if the library is not there.
"""

import importlib
import re

import numpy as np


class Unsupported(Exception):
    """The library has no such operation for these types."""


class Library:
    """The defaults: NumPy arrays in and out, a call evaluated as it is written."""

    threads = "environment"  # how the number of threads was set: recorded

    def __init__(self, threads):
        """Limits the library to so many threads."""

    def build(self):
        """Version and whatever else of the build decides about speed."""
        raise NotImplementedError

    def names(self, case):
        """The library's names in a call."""
        raise NotImplementedError

    def convert(self, array):
        """An input in the library's own form."""
        return array

    def compile(self, text, inputs, names):
        """A function without arguments that makes the call."""
        return eval(f"lambda: {text}", {**names, **inputs})

    def result(self, value):
        """What a call returned, as a NumPy array."""
        return np.asarray(value)

    def fresh_only(self, text):
        """True if the call allocates its result every time."""
        return not re.search(r"\bout\b", text)


def load(name, threads):
    """The adapter of a library, limited to `threads`."""
    module = importlib.import_module(f"lib.adapters.{name.replace('-', '_')}")
    return module.Adapter(threads)


def blas(prefix):
    """What threadpoolctl says about the BLAS of a library whose path contains `prefix`."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return {}
    keys = ("internal_api", "version", "architecture", "threading_layer", "num_threads")
    for pool in threadpool_info():
        if pool["user_api"] == "blas" and prefix in pool["filepath"]:
            return {key: pool[key] for key in keys if key in pool}
    return {}


def limit_blas(threads):
    """Limits every BLAS that is loaded; the environment did so when it was loaded."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return
    threadpool_limits(threads, "blas")


def along(weights, axis, ndim=2):
    """Weights of one dimension as a filter of `ndim`, along `axis`."""
    shape = [1] * ndim
    shape[axis] = weights.size
    return weights.reshape(shape)


def radii(weights, more=None):
    """How far a filter reaches along each axis; of one, or of one for each of two axes."""
    if more is not None:
        return [weights.size // 2, more.size // 2]
    return [n // 2 for n in weights.shape]
