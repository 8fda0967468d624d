"""The rest of the reductions against NumPy: variances, places, truth, NaN skipped, norms,
`where`, `mean`, `correction`. Layouts are parity.py's matter."""

import itertools
import warnings

import numpy as np
import pytest
import scipy.special
import scipy.stats
from calls import REDUCTIONS
from conftest import DTYPES, FLOATS, INTEGERS, NDIM_MAX, is_awkward, layouts, same, values

import swath

NUMPY_1 = np.lib.NumpyVersion(np.__version__) < "2.0.0"
EXACT = "min max amin amax ptp argmin argmax any all count_nonzero".split()
SPREADS = ["var", "std", "nanvar", "nanstd"]
SKIPPING = [name for name in REDUCTIONS if name.startswith("nan")]
MASKED = [name for name in REDUCTIONS if name not in ("argmin", "argmax", "ptp", "count_nonzero")]
EXTREMES = ["min", "max", "amin", "amax", "nanmin", "nanmax"]


def numpys(name, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(np, name)(*arguments, **options)


def close(actual, expected):
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    assert np.shape(actual) == np.shape(expected)
    few = 1e-4 if np.asarray(expected).dtype == "f4" else 1e-11
    np.testing.assert_allclose(actual, expected, few, few)


def with_nans(shape, dtype):
    a = values(shape, dtype)
    return np.where(np.arange(a.size).reshape(shape) % 4 == 1, a.dtype.type(np.nan), a)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
def test_exact_ones(name, dtype):
    if name == "ptp" and dtype == "bool":
        with pytest.raises(TypeError, match="bool"):
            swath.ptp(np.ones(3, bool))
        return
    a = values((7, 5, 9), "u1").astype(dtype) if dtype != "bool" else values((7, 5, 9), "f4") > 0.5
    a[a == a.flat[3]] = 0
    axes = [None, 0, 1, -1] + ([] if name[:3] == "arg" else [(0, 2), (1, 2, 0), ()])
    for axis, keepdims in itertools.product(axes, (False, True)):
        k = {"axis": axis, "keepdims": keepdims}
        for _, view in layouts(a):
            same(getattr(swath, name)(view, **k), getattr(np, name)(a, **k))
    assert type(getattr(swath, name)(a)) is np.dtype(
        {"count_nonzero": "i8", "argmin": "i8", "argmax": "i8", "any": "?", "all": "?"}.get(name, dtype)
    ).type


@pytest.mark.parametrize("name", ["argmin", "argmax"])
def test_the_first_of_equals_and_of_nans(name):
    ours, theirs = getattr(swath, name), getattr(np, name)
    for n in (1, 5, 64, 5000, 200_000):
        for dtype in ("f4", "f8", "i2", "u8", "?"):
            a = np.zeros(n, dtype)
            same(ours(a), theirs(a))
            for at in {n // 3, n - 1}:
                a[at:] = 1
                same(ours(a), theirs(a))
                if a.dtype.kind == "f":
                    a[at // 2 :: 3] = np.nan
                    same(ours(a), theirs(a))
                    a[:] = 0
    same(ours(np.array([0.0, -0.0])), theirs(np.array([0.0, -0.0])))
    same(ours(2.5, axis=0), theirs(2.5, axis=0))
    for axis in ((0,), (0, 1), 1.5):
        with pytest.raises(TypeError):
            ours(np.ones((2, 3)), axis=axis)


@pytest.mark.parametrize("name", ["prod", "nanprod"])
@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
def test_products(name, dtype):
    a = values((4, 30), "u1") % 3 if dtype in FLOATS else values((4, 30), "u1")
    a = 2.0 ** a - 0.5 * (a == 0) if dtype in FLOATS else a
    a = (a > 100 if dtype == "bool" else a).astype(dtype)
    for axis in (None, 0, 1, (0, 1)):
        same(getattr(swath, name)(a, axis), getattr(np, name)(a, axis))  # powers of 2
    same(swath.prod(a, initial=2), np.prod(a, initial=2))
    same(swath.prod([]), np.prod([]))


@pytest.mark.parametrize("name", SPREADS)
@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
def test_spreads(name, dtype):
    a = values((7, 5, 9), "u1").astype(dtype) if dtype != "bool" else values((7, 5, 9), "f4") > 0
    for axis, ddof in itertools.product((None, 0, 2, (0, 2), (0, 1, 2)), (0, 1, 2.5)):
        expected = numpys(name, a, axis, ddof=ddof)
        for _, view in layouts(a):
            close(getattr(swath, name)(view, axis, ddof=ddof), expected)
        close(getattr(swath, name)(a, axis, correction=ddof), expected)
    with pytest.raises(ValueError, match="ddof and correction"):
        getattr(swath, name)(a, ddof=1, correction=1)
    for dtype in FLOATS:
        # NumPy takes deviations in the array's type; here all is in that of the result.
        wide = a.astype("f8")
        close(getattr(swath, name)(a, dtype=dtype), numpys(name, wide).astype(dtype))
        out = np.zeros(9, dtype)
        assert getattr(swath, name)(a, (0, 1), out=out) is out
        close(out, numpys(name, wide, (0, 1)).astype(dtype))


@pytest.mark.parametrize("name", ["var", "std"])
def test_more_degrees_of_freedom_than_elements(name):
    for a in ([], [2.0], [1.0, 2.0], np.ones((2, 0)), np.ones((0, 2))):
        for ddof, axis in itertools.product((0, 1, 2, 5), (None, 0)):
            same(getattr(swath, name)(a, axis, ddof=ddof), numpys(name, a, axis, ddof=ddof))


@pytest.mark.parametrize("dtype", FLOATS)
def test_n7_a_variance_far_from_zero(dtype):
    a = (values(100_000, "f8") + 1000).astype(dtype)
    exact = np.var(a.astype("g"))
    u = np.finfo(dtype).eps / 2
    assert abs(swath.var(a) - exact) <= (200 + np.log2(a.size)) * u * (1 + 1000) * exact


@pytest.mark.parametrize("name", SKIPPING)
@pytest.mark.parametrize("dtype", DTYPES)
def test_skipping(name, dtype):
    a = with_nans((7, 5, 8), dtype) if dtype in FLOATS else values((7, 5, 8), "u1").astype(dtype)
    check = same if name in ("nanmin", "nanmax") or dtype in INTEGERS and "v" not in name else close
    check = close if name in ("nanmean", "nanstd", "nanvar") else check
    for axis, keepdims in itertools.product((None, 0, 1, 2, (0, 2), (0, 1, 2)), (False, True)):
        k = {"axis": axis, "keepdims": keepdims}
        check(getattr(swath, name)(a, **k), numpys(name, a, **k))
    if dtype in FLOATS:
        nothing = np.full((3, 4), np.nan, dtype)
        same(getattr(swath, name)(nothing, 0), numpys(name, nothing, 0))
        same(getattr(swath, name)(nothing), numpys(name, nothing))


@pytest.mark.parametrize("name", MASKED)
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "u1", "bool"])
def test_where(name, dtype):
    ours = getattr(swath, name)
    if dtype == "bool" and name in ("nanmin", "nanmax"):
        return
    a = with_nans((4, 5, 6), dtype) if name in SKIPPING and dtype[0] == "f" else values(
        (4, 5, 6), "u1").astype(dtype)
    if "prod" in name and dtype[0] == "f":
        a = a % 2 + 1
    initial = {"initial": a.dtype.type(1)} if name in EXTREMES else {}
    rng = np.random.default_rng(1)
    masks = [rng.random((4, 5, 6)) > 0.4, rng.random(6) > 0.4, rng.random((5, 1)) > 0.4,
             np.zeros((4, 5, 6), bool), np.True_, False, [1, 0, 1, 0, 0, 1]]
    for mask, axis, keepdims in itertools.product(masks, (None, 0, 1, (0, 2), ()), (False, True)):
        k = {"axis": axis, "keepdims": keepdims, "where": mask, **initial}
        close(ours(a, **k), numpys(name, a, **k))
    close(ours(a[::-1, :, ::2].T, 1, where=masks[0][::-1, :, ::2].T, **initial),
          numpys(name, a[::-1, :, ::2].T, 1, where=masks[0][::-1, :, ::2].T, **initial))
    same(ours(a, where=True), ours(a))
    with pytest.raises(swath.ShapeError, match=r"where.*\[4\].*\[4, 5, 6\]"):
        ours(a, where=np.ones(4, bool), **initial)
    with pytest.raises(swath.ShapeError, match="where"):
        ours(a, where=np.ones((2, 4, 5, 6), bool), **initial)
    if name in EXTREMES:
        with pytest.raises(ValueError, match="initial"):
            ours(a, where=masks[0])


def test_where_leaves_out_what_would_show():
    a = np.array([1.0, np.nan, np.inf, 2.0])
    mask = np.array([True, False, False, True])
    for name in ("sum", "prod", "mean", "var", "std", "any", "all"):
        same(getattr(swath, name)(a, where=mask), getattr(np, name)(a, where=mask))
        if name not in ("any", "all"):
            assert np.isnan(getattr(swath, name)(a, where=[True, True, False, True]))
    same(swath.max(a, where=mask, initial=0), np.max(a, where=mask, initial=0))
    same(swath.sum(a, where=mask, initial=10), 13.0)
    out = np.zeros(())
    assert swath.mean(a, where=mask, out=out) is out and out == 1.5


@pytest.mark.skipif(NUMPY_1, reason="mean is a keyword since NumPy 2")
@pytest.mark.parametrize("name", SPREADS)
@pytest.mark.parametrize("dtype", ["f4", "f8", "i2"])
def test_mean(name, dtype):
    a = with_nans((4, 5, 6), dtype) if name in SKIPPING and dtype[0] == "f" else values((4, 5, 6), dtype)
    for axis in (None, 0, (0, 2)):
        mean = numpys("nanmean" if name in SKIPPING else "mean", a, axis, keepdims=True)
        options = {"axis": axis, "mean": mean, "ddof": 1}
        close(getattr(swath, name)(a, **options), numpys(name, a, **options))
        mask = np.arange(6) % 3 != 0
        close(getattr(swath, name)(a, **options, where=mask), numpys(name, a, **options, where=mask))
    with pytest.raises(swath.ShapeError, match="mean"):
        getattr(swath, name)(a, axis=0, mean=np.ones(7))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_s1_nothing(name):
    for shape in itertools.product([0, 1, 2], repeat=3):
        a = np.ones(shape, "f4")
        for axis in (None, 0, 1, 2):
            try:
                expected = numpys(name, a, axis=axis)
            except ValueError:
                with pytest.raises(swath.ShapeError, match=f"{name}: a has no elements.*"):
                    getattr(swath, name)(a, axis=axis)
                continue
            same(getattr(swath, name)(a, axis=axis), expected)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_s5_many_dimensions_and_none(name):
    for ndim in (n for n in (8, 31, 32, 33, 64) if n <= NDIM_MAX):
        a = np.arange(8.0).reshape((2, 2, 2) + (1,) * (ndim - 3))
        close(getattr(swath, name)(a), numpys(name, a))
        close(getattr(swath, name)(a, axis=1), numpys(name, a, axis=1))
    for a in (2.5, np.float32(3), True, [1, 2, 3], [[1.5, 2], [3, 4]]):
        if name == "ptp" and a is True:
            continue
        close(getattr(swath, name)(a), numpys(name, a))
        if np.ndim(a) or not ("mean" in name or name in SPREADS):  # which NumPy refuses
            close(getattr(swath, name)(a, axis=0), numpys(name, a, axis=0))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_out(name):
    if name == "count_nonzero":
        return
    ours = getattr(swath, name)
    a = np.arange(24.0).reshape(2, 3, 4)
    for keepdims in (False, True):
        expected = np.asarray(numpys(name, a, axis=1, keepdims=keepdims))
        for layout, out in layouts(np.zeros_like(expected)):
            if is_awkward(layout, out.dtype):
                with pytest.raises(ValueError, match="out"):
                    ours(a, axis=1, keepdims=keepdims, out=out)
                continue
            assert ours(a, axis=1, keepdims=keepdims, out=out) is out
            np.testing.assert_allclose(out, expected, 1e-14)
    with pytest.raises(swath.ShapeError, match=r"\[3, 4\].*\[2, 4\]"):
        ours(a, axis=1, out=np.zeros((3, 4), expected.dtype))
    if name not in ("argmin", "argmax", "any", "all"):
        with pytest.raises(TypeError):
            ours(a, axis=1, out=np.zeros((2, 4), "i4"))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_axes_at_once_are_one_pass(name):
    """Not one axis after the other, whose bits would differ."""
    if name in ("argmin", "argmax"):
        return
    a = np.random.default_rng(0).random((30, 40, 50))
    flat = np.moveaxis(a, 1, 0).reshape(40, 1500)
    np.testing.assert_allclose(getattr(swath, name)(a, (0, 2)), getattr(swath, name)(flat, 1), 1e-12)
    every = getattr(swath, name)(a, (2, 0, 1))
    assert every == getattr(swath, name)(a) and np.ndim(every) == 0


@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
def test_norms(dtype):
    a = values((4, 5, 6), "u1").astype(dtype)
    x = np.abs(a.astype("g"))
    target = dtype if dtype in FLOATS else "f8"
    for axis, keepdims in itertools.product((None, 0, -1, (0, 2), ()), (False, True)):
        k = {"axis": axis, "keepdims": keepdims}
        for ord, expected in ((2, np.sqrt(np.sum(x * x, **k))), (1, np.sum(x, **k)),
                              (np.inf, np.max(x, **k)), (0, np.sum(x != 0, **k))):
            actual = swath.linalg.vector_norm(a, ord=ord, **k)
            close(actual, np.asarray(expected).astype(target))
            assert np.ndim(actual) or isinstance(actual, np.floating)
    close(swath.linalg.vector_norm(a), np.asarray(np.sqrt((x * x).sum())).astype(target))


@pytest.mark.parametrize("ord", [-np.inf, -1, 0.5, 3, 4.5])
def test_other_norms(ord):
    a = np.random.default_rng(0).random((4, 5, 6)) + 0.1
    x = np.moveaxis(a, 1, 0).reshape(5, -1)
    expected = x.min(1) if ord == -np.inf else (x**ord).sum(1) ** (1 / ord)
    for dtype in FLOATS:
        close(swath.linalg.vector_norm(a.astype(dtype), axis=(0, 2), ord=ord), expected.astype(dtype))
    with pytest.raises(swath.ShapeError, match="no elements"):
        swath.linalg.vector_norm([], ord=-np.inf)


def test_norms_of_extremes():
    huge, tiny = np.full(4, 1e300), np.full(4, 1e-300)
    assert swath.linalg.vector_norm(huge) == pytest.approx(2e300)
    assert swath.linalg.vector_norm(tiny) == pytest.approx(2e-300)
    assert swath.linalg.vector_norm([]) == 0 and swath.linalg.vector_norm([], ord=np.inf) == 0
    assert np.isnan(swath.linalg.vector_norm([1, np.nan]))
    with pytest.raises(swath.AxisError):
        swath.linalg.vector_norm(huge, axis=1)
    with pytest.raises(TypeError):
        swath.linalg.vector_norm(huge, ord="fro")


def test_initial_values_beside_nan():
    a = np.array([np.nan, 3.0])
    assert swath.nanmin(a, initial=1) == 1 and swath.nanmax(a, initial=1) == 3
    assert swath.nansum(a, initial=1) == 4 and swath.nanprod(a, initial=2) == 6
    assert swath.nanmax(np.empty((0, 2)), 0, initial=1).tolist() == [1, 1]
    assert np.isnan(swath.max(a, initial=1))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_n6_threads_leave_no_trace(name):
    a = np.random.default_rng(3).standard_normal((3, 100_001)).astype("f4")
    for axis in (None, 0, 1):
        expected = np.asarray(getattr(swath, name)(a, axis)).tobytes()
        with swath.threads(1):
            assert np.asarray(getattr(swath, name)(a, axis)).tobytes() == expected


@pytest.mark.parametrize("name", REDUCTIONS)
def test_refusals(name):
    ours = getattr(swath, name)
    for axis in (2, -3):
        with pytest.raises(swath.AxisError, match="axis"):
            ours(np.ones((2, 3)), axis=axis)
    bad = [np.ones(3, "g"), np.ones(3, "G"), np.array([None]),
           np.array(["a"]), np.zeros(3, "M8[s]"), np.zeros(3, "i4,f4"), "text"]
    for array in bad:
        with pytest.raises(TypeError):
            ours(array)


@pytest.mark.parametrize("name", ["nanargmin", "nanargmax"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_places_among_nans(name, dtype):
    ours, theirs = getattr(swath, name), getattr(np, name)
    a = with_nans((7, 5, 9), dtype) if dtype in FLOATS else values((7, 5, 9), dtype)
    for axis, keepdims in itertools.product((None, 0, 2), (False, True)):
        same(ours(a, axis, keepdims=keepdims), theirs(a, axis, keepdims=keepdims))
    if dtype in FLOATS:
        a[2] = np.nan
        with pytest.raises(ValueError, match="NaN"):
            ours(a.reshape(7, 45), axis=1)
        with pytest.raises(ValueError, match="NaN"):
            ours(a[2])


def test_statistics():
    a = np.random.default_rng(0).random((6, 7, 8))
    for dtype in ("f4", "f8", "i4", "u1"):
        x = (a * 100).astype(dtype)
        target = dtype if dtype in ("f4", "f8") else "f8"
        for axis, keepdims in itertools.product((None, 0, 2), (False, True)):
            k = {"axis": axis, "keepdims": keepdims}
            wide = x.astype("f8")
            for bias, fisher in itertools.product((False, True), repeat=2):
                close(swath.stats.skew(x, bias=bias, **k),
                      np.asarray(scipy.stats.skew(wide, bias=bias, **k)).astype(target))
                close(swath.stats.kurtosis(x, fisher=fisher, bias=bias, **k),
                      np.asarray(scipy.stats.kurtosis(wide, fisher=fisher, bias=bias, **k)).astype(target))
            close(swath.special.logsumexp(x, **k),
                  np.asarray(scipy.special.logsumexp(wide, **k)).astype(target))
        same(swath.stats.skew(x), swath.stats.skew(x, 0))
        close(swath.special.logsumexp(x, (0, 2)),
              np.asarray(scipy.special.logsumexp(x.astype("f8"), (0, 2))).astype(target))
    assert np.isnan(swath.stats.skew(np.ones(5))) and np.isnan(swath.stats.kurtosis([]))
    assert swath.special.logsumexp([]) == -np.inf
    assert swath.special.logsumexp([1000.0, 1000.0]) == 1000 + np.log(2)


def test_statistics_refused():
    a = np.ones(3)
    for call in (lambda: swath.stats.skew(a, nan_policy="omit"),
                 lambda: swath.stats.kurtosis(a, nan_policy="raise"),
                 lambda: swath.special.logsumexp(a, b=a),
                 lambda: swath.special.logsumexp(a, return_sign=True)):
        with pytest.raises(swath.OptionError, match="not supported yet"):
            call()
    with pytest.raises(swath.AxisError):
        swath.stats.skew(a, axis=1)
