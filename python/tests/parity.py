"""Every public function on arrays of every layout and type, against NumPy and SciPy.

    python parity.py

Prints a line for each function: how many calls, the worst error as a part of the
stated bound, and how many results are beyond it; ends with status 1 if any is.
The bounds are those of README: exact where nothing is rounded, otherwise a number of
roundings times the sizes of what is added.
"""

import itertools
import sys
import warnings

import numpy as np
import scipy.ndimage
from calls import second_difference
from conftest import DTYPES, FLOATS, layouts, values

import swath
from swath import ndimage

MODES = ["reflect", "mirror", "nearest", "wrap", "constant"]


class Tally:
    """What was compared, by function."""

    def __init__(self):
        self.calls, self.beyond, self.worst, self.shown = {}, {}, {}, 0

    def compare(self, name, what, actual, expected, bound):
        """`bound` is an array or a number; 0 asks for equality, NaN equal to NaN."""
        actual, expected = np.asarray(actual), np.asarray(expected)
        self.calls[name] = self.calls.get(name, 0) + 1
        good = actual.dtype == expected.dtype and actual.shape == expected.shape
        part = 0.0
        if good:
            same = (actual == expected) | ((actual != actual) & (expected != expected))
            error = np.abs(actual.astype("g") - expected.astype("g"))
            with np.errstate(divide="ignore", invalid="ignore"):
                parts = np.where(same, 0, np.where(bound > 0, error / bound, np.inf))
            part = float(parts.max(initial=0.0))
        if not (good and part <= 1):
            self.beyond[name] = self.beyond.get(name, 0) + 1
            if self.shown < 20:
                self.shown += 1
                print(f"{name} {what}: got {actual!r:.200}, expected {expected!r:.200}")
        self.worst[name] = max(self.worst.get(name, 0.0), part)

    def report(self):
        """Prints the table; whether all was within bounds."""
        for name, calls in self.calls.items():
            print(f"{name:20}{calls:7} calls, worst {self.worst[name]:5.0%} of its bound, "
                  f"{self.beyond.get(name, 0)} beyond")
        print(f"{sum(self.calls.values())} calls, {sum(self.beyond.values())} differences "
              f"beyond the bounds")
        return bool(self.calls) and not self.beyond


def more_layouts(a):
    """Those of the other tests, axes in another order, and axes of stride 0."""
    yield from layouts(a)
    if a.ndim > 1:
        order = (*range(1, a.ndim), 0)
        yield "permuted", np.ascontiguousarray(a.transpose(order)).transpose(np.argsort(order))
    if a.ndim:
        yield "broadcast", np.broadcast_to(a[:1], a.shape)


def unit(dtype):
    return np.finfo(dtype).eps / 2 if np.dtype(dtype).kind == "f" else 0.0


def reductions(tally):
    shapes = [(), (1,), (130,), (33, 47), (3, 1, 5), (2, 3, 4, 5), (0,), (3, 0), (2,) * 9]
    for shape, dtype in itertools.product(shapes, DTYPES + ["bool"]):
        base = values(shape, "f8") > 0 if dtype == "bool" else values(shape, dtype)
        axes = [None, *range(len(shape)), tuple(range(0, len(shape), 2)), ()]
        for (layout, a), axis, keep in itertools.product(more_layouts(base), axes, (False, True)):
            what = (shape, dtype, layout, axis, keep)
            options = {"axis": axis, "keepdims": keep}
            wide = {"dtype": "g"} if dtype in FLOATS else {}
            exact = np.sum(a, **options, **wide)
            size = np.sum(np.abs(a.astype("g")), **options)
            n = max(1, a.size)
            bound = (130 + np.log2(n)) * unit(dtype) * size
            tally.compare("sum", what, swath.sum(a, **options),
                          np.asarray(exact).astype(np.sum(a, **options).dtype), bound)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # means of nothing
                mean = np.mean(a, **options)
                count = max(1, n // max(1, mean.size))
                bound = (132 + np.log2(n)) * unit(mean.dtype) * size / count
            tally.compare("mean", what, swath.mean(a, **options), mean, 2 * bound)
            if a.size:
                tally.compare("min", what, swath.min(a, **options), np.min(a, **options), 0)
                tally.compare("max", what, swath.max(a, **options), np.max(a, **options), 0)


def products(tally):
    shapes = [((5,), (5,)), ((7, 33), (33, 9)), ((7, 33), (33,)), ((33,), (33, 9)),
              ((70, 300), (300, 65)), ((2, 3, 4), (4, 5)), ((3, 1, 4, 6), (2, 6, 5)),
              ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((1, 1), (1, 1))]
    for (left, right), dtype in itertools.product(shapes, DTYPES):
        a, b = values(left, dtype), values(right, dtype, 1)
        pairs = zip(more_layouts(a), itertools.cycle(list(more_layouts(b))[::-1]))
        for (la, x), (lb, y) in pairs:
            what = (left, right, dtype, la, lb)
            k = left[-1] + 2
            for name, ours, theirs in (("matmul", swath.matmul, np.matmul),
                                       ("dot", swath.dot, np.dot)):
                expected = theirs(x, y)
                bound = 0
                if dtype in FLOATS:
                    bound = 2 * k * unit(dtype) * theirs(np.abs(x), np.abs(y))
                tally.compare(name, what, ours(x, y), expected, bound)


def filters(tally):
    shapes = [(23,), (17, 13), (5, 6, 7), (2, 3)]
    for shape, dtype in itertools.product(shapes, [*FLOATS, "uint8", "int16", "int32"]):
        base = values(shape, dtype) if dtype in FLOATS else values(shape, dtype) % 6
        for (layout, a), mode in itertools.product(more_layouts(base), MODES):
            one_layout(tally, (shape, dtype, layout, mode), a, mode)


def one_layout(tally, what, a, mode):
    """Each filter once. Whole weights on integers are exact; a result that is rounded
    towards zero may be one off, once for each axis that SciPy rounds after."""
    is_float = a.dtype.kind == "f"
    options = {"mode": mode, "cval": 2.0}
    size = np.abs(a.astype("f8")).max(initial=2.0)

    def check(name, *arguments, taps, weight, whole=False, axes=1):
        ours = getattr(ndimage, name)(a, *arguments, **options)
        # SciPy's correlate and convolve misread axes of stride 0.
        theirs = getattr(scipy.ndimage, name)(np.array(a, order="C"), *arguments, **options)
        bound = 2 * (taps + 4) * unit(a.dtype) * weight * size if is_float else axes
        tally.compare(name, (*what, arguments), ours, theirs,
                      0 if whole and not is_float else bound)

    whole = np.arange(3.0**a.ndim).reshape((3,) * a.ndim) % 4
    broken = values((4,) * a.ndim, "f8", 2) if is_float else np.full((4,) * a.ndim, 4.0**-a.ndim)
    for name in ("correlate", "convolve"):
        check(name, whole, taps=whole.size, weight=whole.sum(), whole=True)
        check(name, broken, taps=broken.size, weight=np.abs(broken).sum())
        for axis in range(a.ndim):
            check(name + "1d", [1, 2, 3, 1], axis, taps=4, weight=7, whole=True)
            check(name + "1d", [0.25, 0.5, 0.25], axis, taps=3, weight=1)
    for sigma in (0.8, 2.0):
        # The radius is 4 sigma; SciPy's and our weights differ by a rounding or two.
        check("gaussian_filter", sigma, taps=(8 * sigma + 4) * a.ndim, weight=1, axes=a.ndim + 1)
        check("gaussian_filter1d", sigma, 0, taps=8 * sigma + 4, weight=1)
    for n in (2, 3, 6):
        check("uniform_filter", n, taps=(n + 2) * a.ndim, weight=1, axes=a.ndim + 1)
        check("uniform_filter1d", n, 0, taps=n + 2, weight=1)
    if a.dtype.kind != "u":  # SciPy wraps negative results there, we cut them off
        for axis in range(a.ndim):
            check("sobel", axis, taps=3 * a.ndim, weight=2 * 4 ** (a.ndim - 1), whole=True)
            check("prewitt", axis, taps=3 * a.ndim, weight=2 * 3 ** (a.ndim - 1), whole=True)
        check("laplace", taps=4 * a.ndim, weight=4 * a.ndim, whole=True)
        for sigma in (0.8, 2.0):
            taps = (8 * sigma + 4) * a.ndim
            bounds = {"taps": taps, "weight": 4 * a.ndim, "axes": (a.ndim + 1) * a.ndim}
            check("gaussian_laplace", sigma, **bounds)
            check("gaussian_gradient_magnitude", sigma, **bounds)
        if is_float:
            check("generic_laplace", second_difference, **bounds)
            check("generic_gradient_magnitude", second_difference, **bounds)


def main():
    tally = Tally()
    reductions(tally)
    products(tally)
    filters(tally)
    missing = set(ndimage.__all__) | {"sum", "mean", "min", "max", "dot", "matmul"}
    missing -= set(tally.calls)
    assert not missing, f"never called: {missing}"
    return tally.report()


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
