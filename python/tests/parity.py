"""Every public function on arrays of every layout and type, against NumPy and SciPy.

    python parity.py

Prints a line for each function: how many calls, the worst error as a part of the
stated bound, and how many results are beyond it; ends with status 1 if any is.
The bounds are those of README: exact where nothing is rounded, otherwise a number of
roundings times the sizes of what is added.
"""

import itertools
import math
import sys
import warnings

import calls
import numpy as np
import scipy.ndimage
import scipy.special
import scipy.stats
from calls import FUNCTIONS, second_difference
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
            with np.errstate(invalid="ignore"):  # equal infinities
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


def quietly(function, *arguments, **options):
    """NumPy's result, without its warnings about empty means and overflow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments, **options)


# ---- reductions ----------------------------------------------------------------
# How far a result may be off, from its elements in long double, their number for each
# result, the unit of the result's type, and how they are reduced.


def sum_bound(x, n, u, along):
    return (130 + np.log2(n)) * u * np.sum(np.abs(x), **along)


def mean_bound(x, n, u, along):
    return 2 * sum_bound(x, n, u, along) / n + 2 * u * np.abs(np.mean(x, **along))


def prod_bound(x, n, u, along):
    return 2 * n * u * np.abs(np.prod(x, **along))


def var_bound(x, n, u, along):
    # NumPy's deviations are from a rounded mean, and ours from that of each block.
    off = (150 + np.log2(n)) * u
    size = np.max(np.abs(x), **along, initial=0)
    return 4 * off * (np.var(x, **along) + size * np.std(x, **along)) + (off * size) ** 2


def std_bound(x, n, u, along):
    with np.errstate(invalid="ignore"):
        spread = var_bound(x, n, u, along) / np.std(x, **along)
    return np.fmin(spread, np.sqrt(var_bound(x, n, u, along))) + u * np.std(x, **along)


def exact(x, n, u, along):
    return 0


# name -> the bound; the names of functions of one axis alone, and of those that skip NaN
BOUNDS = {
    "sum": sum_bound, "mean": mean_bound, "prod": prod_bound, "var": var_bound,
    "std": std_bound, "min": exact, "max": exact, "amin": exact, "amax": exact, "ptp": exact,
    "argmin": exact, "argmax": exact, "any": exact, "all": exact, "count_nonzero": exact,
    "nansum": sum_bound, "nanprod": prod_bound, "nanmean": mean_bound, "nanvar": var_bound,
    "nanstd": std_bound, "nanmin": exact, "nanmax": exact,
    "nanargmin": exact, "nanargmax": exact,
}
ONE_AXIS = {"argmin", "argmax", "nanargmin", "nanargmax"}
NO_MASK = {*ONE_AXIS, "ptp", "count_nonzero"}
NEED_ELEMENTS = {*ONE_AXIS, "min", "max", "amin", "amax", "ptp", "nanmin", "nanmax"}


def elements(name, shape, dtype):
    """Values that suit a reduction: products that stay in range, NaN where it is skipped."""
    if dtype == "bool":
        return values(shape, "f8") > 0
    a = values(shape, dtype)
    if dtype in FLOATS and name in ("prod", "nanprod"):
        a = (1 + a / 64).astype(dtype)
    if dtype in FLOATS and name.startswith("nan"):
        a = np.where(np.arange(a.size).reshape(shape) % 5 == 2, a.dtype.type(np.nan), a)
    return a


def reductions(tally):
    shapes = [(), (1,), (130,), (33, 47), (3, 1, 5), (2, 3, 4, 5), (0,), (3, 0), (2,) * 9]
    cases = itertools.product(BOUNDS, shapes, DTYPES + ["bool"])
    for name, shape, dtype in cases:
        if name == "ptp" and dtype == "bool" or name in NEED_ELEMENTS and 0 in shape:
            continue
        axes = [None, *range(len(shape)), tuple(range(0, len(shape), 2)), ()]
        axes = [axis for axis in axes if not (name in ONE_AXIS and isinstance(axis, tuple))]
        keep = itertools.cycle((False, True))
        base = elements(name, shape, dtype)
        for (layout, a), axis in itertools.product(more_layouts(base), axes):
            one_reduction(tally, name, a, {"axis": axis, "keepdims": next(keep)}, (dtype, layout))


def one_reduction(tally, name, a, along, what):
    """A reduction, and the same of the elements that a mask leaves in."""
    ours, theirs = getattr(swath, name), getattr(np, name)
    try:
        expected = np.asarray(quietly(theirs, a, **along))
    except ValueError:  # a slice of NaN alone has no place
        try:
            expected = ours(a, **along)
        except ValueError:
            return
        tally.compare(name, (*what, a.shape, along), expected, None, 0)
        return
    n = max(1, a.size // max(1, expected.size))
    x = a.astype("g")
    x = np.nan_to_num(x, nan=0.0 if name != "nanprod" else 1.0) if name[:3] == "nan" else x

    def bound():
        with np.errstate(all="ignore"):
            return 2 * np.asarray(quietly(BOUNDS[name], x, n, unit(expected.dtype), along))

    if name in ("nanmean", "nanvar", "nanstd"):
        n = max(1, n // 2)
        # Deviations of what is there, from its mean: no larger than twice the values.
        scale = np.max(np.abs(x), initial=0)
        limit = (600 + 4 * np.log2(n)) * unit(expected.dtype) * (1 + scale) ** 2
    else:
        limit = bound()
    tally.compare(name, (*what, a.shape, along), ours(a, **along), expected, limit)
    if name in NO_MASK or a.ndim == 0:
        return
    mask = np.arange(a.shape[-1]) % 3 != 1
    initial = {"initial": a.dtype.type(1)} if name in NEED_ELEMENTS else {}
    if name in ("nanmin", "nanmax") and a.dtype.kind != "f":
        return
    expected = np.asarray(quietly(theirs, a, **along, **initial, where=mask))
    scale = np.max(np.abs(x), initial=0)
    u = unit(expected.dtype)
    limit = {
        sum_bound: lambda: sum_bound(x, n, u, along),
        prod_bound: lambda: 4 * n * u * np.abs(expected.astype("g")),
        exact: lambda: 0,
    }.get(BOUNDS[name], lambda: (600 + 4 * np.log2(n)) * u * (1 + scale) ** 2)()
    tally.compare(name, (*what, a.shape, along, "where"),
                  ours(a, **along, **initial, where=mask), expected, limit)


def norms(tally):
    shapes = [(1,), (130,), (33, 47), (2, 3, 4, 5), (0,)]
    for shape, dtype in itertools.product(shapes, DTYPES + ["bool"]):
        axes = [None, *range(len(shape)), tuple(range(len(shape)))]
        for (layout, a), axis in itertools.product(more_layouts(elements("sum", shape, dtype)), axes):
            for ord, keep in ((2, False), (1, True), (np.inf, False), (0, True), (3.5, False)):
                options = {"axis": axis, "keepdims": keep}
                x = np.abs(a.astype("g"))
                scale = np.max(x, initial=1)
                expected = {2: np.sqrt(np.sum(x * x, **options)), 1: np.sum(x, **options),
                            np.inf: np.max(x, **options, initial=0),
                            0: np.sum(x != 0, **options),
                            3.5: scale * np.sum((x / scale) ** 3.5, **options) ** (1 / 3.5)}[ord]
                target = dtype if dtype in FLOATS else "f8"
                expected = np.asarray(expected).astype(target)
                bound = (260 + 2 * np.log2(a.size + 1)) * unit(target) * np.abs(expected)
                tally.compare("vector_norm", (shape, dtype, layout, options, ord),
                              swath.linalg.vector_norm(a, ord=ord, **options), expected, bound)


def statistics(tally):
    """What SciPy gives, from float64: skewness, kurtosis, logsumexp."""
    for shape, dtype in itertools.product([(130,), (33, 47), (4, 5, 6)], DTYPES):
        base = values(shape, dtype)
        for (layout, a), axis in itertools.product(more_layouts(base), [None, *range(len(shape))]):
            wide = a.astype("f8")
            target = dtype if dtype in FLOATS else "f8"
            what = (shape, dtype, layout, axis)
            expected = quietly(scipy.special.logsumexp, wide, axis)
            tally.compare("logsumexp", what, swath.special.logsumexp(a, axis),
                          expected.astype(target), 1000 * unit(target) * (1 + np.abs(expected)))
            if layout == "broadcast":  # elements that are equal, or almost
                continue
            for name, options in (("skew", {"bias": False}), ("kurtosis", {"fisher": False})):
                expected = quietly(getattr(scipy.stats, name), wide, axis, **options)
                spread = quietly(np.var, wide, axis)
                far = 1 + np.mean(np.abs(wide), axis) ** 2 / spread
                actual = getattr(swath.stats, name)(a, axis, **options)
                bound = 1000 * unit(target) * far * (1 + np.abs(expected))
                tally.compare(name, what, actual, expected.astype(target), bound)


# ---- scans ---------------------------------------------------------------------


def scans(tally):
    shapes = [(), (1,), (130,), (5000,), (33, 47), (2, 3, 4, 5), (0,), (3, 0)]
    for shape, dtype, name in itertools.product(shapes, DTYPES + ["bool"], ("sum", "prod")):
        axes = [None, *range(len(shape))]
        for (layout, a), axis in itertools.product(more_layouts(elements(name, shape, dtype)), axes):
            for standard in (False, True):
                if standard and axis is None and len(shape) > 1:
                    continue
                one_scan(tally, name, a, axis, standard, (shape, dtype, layout))


def one_scan(tally, name, a, axis, standard, what):
    old = "cum" + name
    theirs = quietly(getattr(np, old), a, axis)
    expected, bound = theirs, 0
    if a.dtype.kind == "f":
        x = a.astype("g")
        n = a.size if axis is None or not a.ndim else a.shape[axis]
        size = quietly(getattr(np, old), np.abs(x), axis)
        expected = getattr(np, old)(x, axis).astype(theirs.dtype)
        bound = 2 * max(n, 260) * unit(a.dtype) * size
    if not standard:
        # Nothing is NaN here: with and without NaN the same (test_scan.py has those with it).
        for called in (old, "nan" + old):
            tally.compare(called, (*what, axis), getattr(swath, called)(a, axis), expected, bound)
        return
    name = f"cumulative_{name}"
    first = np.insert(expected, 0, name[-1] == "d", -1 if axis is None else axis)
    bound = np.insert(bound, 0, 0, -1 if axis is None else axis) if np.ndim(bound) else bound
    tally.compare(name, (*what, axis),
                  getattr(swath, name)(a, axis=axis, include_initial=True), first, bound)


# ---- elements that are chosen, and neighbours ----------------------------------


def selections(tally):
    shapes = [(1,), (130,), (5000,), (33, 47), (2, 3, 4, 5), (0,), (3, 0)]
    for shape, dtype in itertools.product(shapes, DTYPES + ["bool"]):
        base = elements("sum", shape, dtype)
        base = np.where(np.arange(base.size).reshape(shape) % 3 == 1, base.dtype.type(0), base)
        for layout, a in more_layouts(base):
            what = (shape, dtype, layout)
            tally.compare("flatnonzero", what, swath.flatnonzero(a), np.flatnonzero(a), 0)
            found = swath.nonzero(a)
            assert type(found) is tuple
            tally.compare("nonzero", what, np.array(found), np.array(np.nonzero(a)), 0)
            mask = np.arange(a.size).reshape(a.shape) % 5 > 1
            expected = np.extract(mask, a).astype(base.dtype)
            tally.compare("extract", what, swath.extract(mask, a), expected, 0)
            for b in (a, np.sort(a)):
                rising = np.all(b[..., 1:] >= b[..., :-1], axis=-1)
                tally.compare("is_sorted", what, swath.is_sorted(b), rising, 0)
            if base.dtype.kind == "f":
                total = base.dtype.type(math.fsum(a.ravel().tolist()))
                tally.compare("sum_exact", what, swath.sum_exact(a), total, 0)
            for axis in (None, *range(a.ndim)):
                mask = np.arange(a.size if axis is None else a.shape[axis]) % 5 > 1
                expected = np.compress(mask, a, axis).astype(base.dtype)  # byte-swapped no longer
                tally.compare("compress", (*what, axis), swath.compress(mask, a, axis), expected, 0)
            for axis, n in itertools.product(range(a.ndim), (1, 2)):
                tally.compare("diff", (*what, axis, n), swath.diff(a, n, axis),
                              np.diff(a, n, axis), 0)


# ---- elementwise functions -----------------------------------------------------

# Those whose last digits are rounded in other ways; NumPy's are within 4 ULP.
ROUNDED = set(("exp exp2 expm1 log log2 log10 log1p cbrt sin cos tan arcsin arccos arctan sinh "
               "cosh tanh arcsinh arccosh arctanh power hypot arctan2 logaddexp").split())


def elementwise(tally):
    shapes = [(130,), (33, 47), (2, 3, 4, 5), (0,), (3, 0)]
    names = [*calls.ONE, *calls.TWO, *calls.BITS, *calls.SPECIAL]
    for name, shape, dtype in itertools.product(names, shapes, DTYPES + ["bool"]):
        if name in calls.SPECIAL and dtype not in FLOATS:
            continue  # SciPy gives other types
        home = (swath.special, scipy.special) if name in calls.SPECIAL else (swath, np)
        ours, theirs = (getattr(module, name) for module in home)
        base = elements("sum", shape, dtype)
        if np.dtype(dtype).kind in "iu":
            base = base | base.dtype.type(1)  # not zero; what NumPy makes of it is open
        arity = 1 if name in (*calls.ONE, *calls.SPECIAL, "invert") else 2
        other = [np.abs(base[..., ::-1]) % 7 if np.dtype(dtype).kind in "iu" else base[..., ::-1]]
        other = other[: arity - 1]
        try:
            expected = quietly(theirs, base, *other)
        except TypeError:
            continue  # the tests look at refusals
        if expected.dtype == "f2":
            continue
        u, bound = unit(expected.dtype), 0
        if u and (name in ROUNDED or name in calls.SPECIAL):
            with np.errstate(all="ignore"):
                bound = 12 * u * np.abs(expected) + np.finfo(expected.dtype).smallest_subnormal
                if name in calls.SPECIAL or name == "logaddexp":
                    bound = bound + 200 * u * np.maximum(1, np.abs(base))
        for layout, a in more_layouts(base):
            if layout == "broadcast":
                expected_now = quietly(theirs, a, *other)
                if u and name in ROUNDED | set(calls.SPECIAL):
                    continue
            else:
                expected_now = expected
            got = quietly(ours, a, *other)
            tally.compare(name, (shape, dtype, layout), got, expected_now, bound)
        tally.compare("where", (shape, dtype), swath.where(base > 0, base, base[..., ::-1]),
                      np.where(base > 0, base, base[..., ::-1]), 0)
        low, high = sorted([base.flat[0], base.flat[-1]]) if base.size else (0, 1)
        if dtype != "bool":  # int8 here
            tally.compare("clip", (shape, dtype), swath.clip(base, low, high),
                          np.clip(base, low, high), 0)
        for to in DTYPES:
            if not (np.dtype(dtype).kind == "f" and np.dtype(to).kind != "f"):
                tally.compare("astype", (shape, dtype, to), swath.astype(base, to),
                              base.astype(to), 0)


# ---- products ------------------------------------------------------------------


def more_products(tally):
    """vdot, vecdot, inner and outer, and dot with a number."""
    for dtype in DTYPES + ["bool"]:
        a, b = elements("sum", (4, 1, 33), dtype), elements("sum", (3, 33), dtype)[::-1]
        pairs = zip(more_layouts(a), itertools.cycle(list(more_layouts(b))[::-1]))
        for (la, x), (lb, y) in pairs:
            what, k = (dtype, la, lb), 35
            one_product(tally, "inner", what, np.inner, (x, y), k)
            one_product(tally, "outer", what, np.outer, (x[:, 0, :5], y[:2]), 1)
            one_product(tally, "vdot", what, np.vdot, (x[:3], y), 3 * k)
            one_product(tally, "dot", what, np.dot, (x, y[0, 0]), 1)
            one_product(tally, "dot", what, np.dot, (y[1, 1], x), 1)
            one_product(tally, "vecdot", what, row_products, (x, y), k)


def row_products(x, y):
    """What vecdot gives, which NumPy 1 does not have."""
    return np.einsum("...k,...k->...", *np.broadcast_arrays(x, y))


def one_product(tally, name, what, theirs, operands, k):
    expected, bound = theirs(*operands), 0
    if operands[0].dtype.kind == "f":
        sizes = theirs(*map(np.abs, operands))
        bound = 2 * k * unit(operands[0].dtype) * sizes
    tally.compare(name, what, getattr(swath, name)(*operands), expected, bound)


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
    """Each filter once. Results of integers are exact."""
    is_float = a.dtype.kind == "f"
    options = {"mode": mode, "cval": 2.0}
    size = np.abs(a.astype("f8")).max(initial=2.0)

    def check(name, *arguments, taps, weight):
        ours = getattr(ndimage, name)(a, *arguments, **options)
        # SciPy's correlate and convolve misread axes of stride 0.
        theirs = getattr(scipy.ndimage, name)(np.array(a, order="C"), *arguments, **options)
        bound = 2 * (taps + 4) * unit(a.dtype) * weight * size
        tally.compare(name, (*what, arguments), ours, theirs,
                      bound if is_float else 0)

    whole = np.arange(3.0**a.ndim).reshape((3,) * a.ndim) % 4
    broken = values((4,) * a.ndim, "f8", 2) if is_float else np.full((4,) * a.ndim, 4.0**-a.ndim)
    for name in ("correlate", "convolve"):
        check(name, whole, taps=whole.size, weight=whole.sum())
        check(name, broken, taps=broken.size, weight=np.abs(broken).sum())
        for axis in range(a.ndim):
            check(name + "1d", [1, 2, 3, 1], axis, taps=4, weight=7)
            check(name + "1d", [0.25, 0.5, 0.25], axis, taps=3, weight=1)
    for sigma in (0.8, 2.0):
        # The radius is 4 sigma; SciPy's and our weights differ by a rounding or two.
        check("gaussian_filter", sigma, taps=(8 * sigma + 4) * a.ndim, weight=1)
        check("gaussian_filter1d", sigma, 0, taps=8 * sigma + 4, weight=1)
    for n in (2, 3, 6):
        check("uniform_filter", n, taps=(n + 2) * a.ndim, weight=1)
        check("uniform_filter1d", n, 0, taps=n + 2, weight=1)
    for axis in range(a.ndim):
        check("sobel", axis, taps=3 * a.ndim, weight=2 * 4 ** (a.ndim - 1))
        check("prewitt", axis, taps=3 * a.ndim, weight=2 * 3 ** (a.ndim - 1))
    check("laplace", taps=4 * a.ndim, weight=4 * a.ndim)
    for sigma in (0.8, 2.0):
        bounds = {"taps": (8 * sigma + 4) * a.ndim, "weight": 4 * a.ndim}
        check("gaussian_laplace", sigma, **bounds)
        check("gaussian_gradient_magnitude", sigma, **bounds)
    check("generic_laplace", second_difference, **bounds)
    check("generic_gradient_magnitude", second_difference, **bounds)


def main():
    tally = Tally()
    reductions(tally)
    norms(tally)
    statistics(tally)
    scans(tally)
    selections(tally)
    elementwise(tally)
    products(tally)
    more_products(tally)
    filters(tally)
    missing = set(FUNCTIONS) - set(tally.calls)
    assert not missing, f"never called: {missing}"
    return tally.report()


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
