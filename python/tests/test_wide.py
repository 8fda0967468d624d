"""Complex numbers and float16 against NumPy: reductions, scans, products, norms; what has no
meaning is refused with its reason."""

import warnings

import numpy as np
import pytest
from conftest import layouts

import swath

COMPLEX = ["complex64", "complex128"]
NUMBERS = ["sum", "prod", "mean", "var", "std", "any", "all", "count_nonzero"]
REALS = ["min", "max", "argmin", "argmax", "ptp"]
SKIPPING = ["nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmin", "nanmax"]
ORDERED = ["min", "max", "amin", "amax", "ptp", "argmin", "argmax", "nanmin", "nanmax",
           "nanargmin", "nanargmax"]
AXES = [None, 0, 1, -1, (0, 2), (1, 2, 0), ()]
ORDS = [2, 1, np.inf, -np.inf, 0, 3.5]


def complexes(shape, dtype):
    rng = np.random.default_rng(3)
    a = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    a[rng.random(shape) < 0.1] = 0
    return (a / np.abs(a).max() * 1.5).astype(dtype)


def halves(shape):
    rng = np.random.default_rng(4)
    a = rng.standard_normal(shape).astype("f2")
    a[rng.random(shape) < 0.1] = 0
    return a


def close(actual, expected, few):
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    assert np.shape(actual) == np.shape(expected)
    np.testing.assert_allclose(actual, expected, few, few)


def few(dtype):
    return {"complex64": 1e-5, "complex128": 1e-13, "float16": 4e-3}[str(np.dtype(dtype))]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("dtype", COMPLEX)
def test_complex(name, dtype):
    ours, theirs = getattr(swath, name), getattr(np, name)
    for shape in ((7, 5, 9), (40, 3, 50), (1, 1, 1)):
        a = complexes(shape, dtype)
        for axis in AXES:
            for _, view in layouts(a):
                close(ours(view, axis), theirs(a, axis), few(dtype))
            close(ours(a, axis, keepdims=True), theirs(a, axis, keepdims=True), few(dtype))
    assert type(ours(a)) is type(theirs(a))
    none = np.zeros((0, 3), dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_array_equal(ours(none, axis=1), theirs(none, axis=1))
        if name in ("sum", "prod", "any", "all", "count_nonzero"):
            np.testing.assert_array_equal(ours(none, axis=0), theirs(none, axis=0))
    if name in ("var", "std"):
        close(ours(a, ddof=1, axis=0), a[0].real * np.nan, 0)


@pytest.mark.parametrize("dtype", COMPLEX)
def test_options_of_complex(dtype):
    a = complexes((6, 8), dtype)
    mask = np.arange(48).reshape(6, 8) % 3 > 0
    out = np.zeros(8, dtype)
    assert swath.sum(a, axis=0, out=out) is out
    close(out, a.sum(0), few(dtype))
    close(swath.sum(a, axis=0, where=mask), a.sum(0, where=mask), few(dtype))
    close(swath.prod(a, axis=1, where=mask), a.prod(1, where=mask), few(dtype))
    close(swath.sum(a, initial=2 + 1j), a.sum(initial=2 + 1j), few(dtype))
    close(swath.prod(a, axis=0, initial=1j), a.prod(0, initial=1j), few(dtype))
    close(swath.sum(a, dtype="c16"), a.sum(dtype="c16"), 1e-6)
    close(swath.sum(a.real, dtype=dtype), a.real.sum(dtype=dtype), few(dtype))
    wide = np.zeros((), "c16")
    swath.mean(a, out=wide)
    close(wide, np.asarray(a.mean()).astype("c16"), 1e-6)
    with pytest.raises(TypeError):
        swath.sum(a, dtype="f8")
    with pytest.raises(TypeError):
        swath.sum(a, out=np.zeros(()))
    for name in ("mean", "var", "std"):
        ours, theirs = getattr(swath, name), getattr(np, name)
        for axis in (None, 0, 1, (0, 1)):
            close(ours(a, axis, where=mask), theirs(a, axis, where=mask), few(dtype))
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        middle = a.mean(0, keepdims=True)
        close(swath.var(a, axis=0, mean=middle), np.var(a, axis=0, mean=middle), few(dtype))
        close(swath.std(a, axis=0, mean=middle, where=mask, ddof=1),
              np.std(a, axis=0, mean=middle, where=mask, ddof=1), few(dtype))
    for options in ({"mean": a.mean()}, {"where": mask.astype(dtype)}):
        with pytest.raises(TypeError, match="complex numbers"):
            swath.var(a.real, **options)


def with_nan(a):
    a = a.copy()
    flat = a.reshape(-1)
    flat[1::7] = np.nan
    flat[3::11].imag = np.nan
    return a


@pytest.mark.parametrize("name", SKIPPING)
@pytest.mark.parametrize("dtype", COMPLEX)
def test_complex_without_nan(name, dtype):
    ours, theirs = getattr(swath, name), getattr(np, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for shape in ((7, 5, 9), (40, 3, 50)):
            a = with_nan(complexes(shape, dtype))
            for axis in (None, 0, 1, (0, 2)):
                for _, view in layouts(a):
                    close(ours(view, axis), theirs(a, axis), few(dtype))
                close(ours(a, axis, keepdims=True), theirs(a, axis, keepdims=True), few(dtype))
        mask = np.arange(45).reshape(5, 9) % 3 > 0
        if "min" not in name and "max" not in name:
            close(ours(a[:5, 0, :9], 0, where=mask), theirs(a[:5, 0, :9], 0, where=mask), few(dtype))
        none = np.full(5, np.nan, dtype)
        np.testing.assert_array_equal(np.isnan(ours(none)), np.isnan(theirs(none)))


@pytest.mark.filterwarnings("ignore:All-NaN")
@pytest.mark.parametrize("name", ORDERED)
@pytest.mark.parametrize("dtype", COMPLEX)
def test_complex_order(name, dtype):
    """By real parts, then by imaginary ones, as NumPy has it."""
    ours, theirs = getattr(swath, name), getattr(np, name)
    rng = np.random.default_rng(6)
    # Many equal real parts, and many equal numbers.
    a = (rng.integers(-2, 3, (30, 7, 40)) + 1j * rng.integers(-3, 4, (30, 7, 40))).astype(dtype)
    holed = with_nan(a)
    for x in (a, holed, -a, a[:1, :1, :1]):
        # NumPy skips NaN in complex numbers for places by an infinity of its own.
        if x is holed and name in ("nanargmin", "nanargmax"):
            continue
        for axis in (None, 0, 1, 2) if "arg" in name else (None, 0, 1, 2, (0, 2), (2, 1)):
            for _, view in layouts(x):
                expected = np.asarray(theirs(x, axis))
                got = np.asarray(ours(view, axis))
                assert got.dtype == expected.dtype
                if x is holed and name in ("min", "max", "amin", "amax", "ptp"):
                    np.testing.assert_array_equal(np.isnan(got), np.isnan(expected))
                    got, expected = got[~np.isnan(got)], expected[~np.isnan(expected)]
                np.testing.assert_array_equal(got, expected)
    assert type(ours(a)) is type(theirs(a))
    with pytest.raises(ValueError):
        ours(np.zeros(0, dtype))
    if name in ("min", "max"):
        mask = np.arange(30 * 7 * 40).reshape(a.shape) % 4 == 0
        first = 0.5 + 9j
        assert ours(a, initial=first) == theirs(a, initial=first)
        np.testing.assert_array_equal(ours(a, 0, initial=first, where=mask),
                                      theirs(a, 0, initial=first, where=mask))


@pytest.mark.parametrize("dtype", COMPLEX)
def test_places_of_complex_numbers_without_nan(dtype):
    a = np.array([[np.nan, 2 + 1j, 2 - 1j, 2 - 1j], [complex(0, np.nan), 1, 5, 5 + 1j]], dtype)
    assert swath.nanargmin(a, axis=1).tolist() == [2, 1]
    assert swath.nanargmax(a, axis=1).tolist() == [1, 3]
    assert swath.nanargmax(a) == 7
    for axis in (None, 0):
        with pytest.raises(ValueError, match="NaN throughout"):
            swath.nanargmin(a[:, :1], axis=axis)


def test_what_complex_numbers_lack():
    for function in (swath.special.logsumexp, swath.stats.skew, swath.sum_exact):
        with pytest.raises(TypeError, match="complex"):
            function(np.ones(3, "c8"))


@pytest.mark.parametrize("dtype", [*COMPLEX, "float16"])
@pytest.mark.parametrize("ord", ORDS)
def test_norms(dtype, ord):
    a = halves((5, 6, 7)) if dtype == "float16" else complexes((5, 6, 7), dtype)
    theirs = getattr(np.linalg, "vector_norm", None)
    if theirs is None:
        pytest.skip("NumPy 1 does not have it")
    for axis in (None, 0, (1, 2)):
        close(swath.linalg.vector_norm(a, axis=axis, ord=ord), theirs(a, axis=axis, ord=ord),
              few(dtype))


@pytest.mark.parametrize("name", NUMBERS + REALS + SKIPPING)
def test_float16(name):
    ours, theirs = getattr(swath, name), getattr(np, name)
    for shape in ((7, 5, 9), (40, 3, 50)):
        a = halves(shape)
        axes = [None, 0, 1, -1] if name[:3] == "arg" else AXES
        exact = name in (*REALS, "any", "all", "count_nonzero", "nanmin", "nanmax")
        for axis in axes:
            for _, view in layouts(a):
                close(ours(view, axis), theirs(a, axis), 0 if exact else few("f2"))
            close(ours(a, axis, keepdims=True), theirs(a, axis, keepdims=True),
                  0 if exact else few("f2"))
    assert type(ours(a)) is type(theirs(a))


def test_options_of_float16():
    a = halves((6, 8))
    mask = np.arange(48).reshape(6, 8) % 3 > 0
    out = np.zeros(8, "f2")
    assert swath.sum(a, axis=0, out=out) is out
    close(out, a.sum(0), few("f2"))
    close(swath.mean(a, axis=0, where=mask), a.mean(0, where=mask), few("f2"))
    close(swath.sum(a, initial=3), a.sum(initial=3), few("f2"))
    close(swath.max(a, initial=3), a.max(initial=3), 0)
    close(swath.sum(a, dtype="f4"), a.sum(dtype="f4"), 1e-6)
    close(swath.sum(a, dtype="f8"), a.sum(dtype="f8"), 1e-12)
    close(swath.sum(a.astype("f4"), dtype="f2"), a.sum(), few("f2"))
    with pytest.raises(TypeError):
        swath.sum(a, dtype="i8")
    # In float32 nothing overflows on the way; the result does, as NumPy's.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert swath.sum(np.full(5, 60000, "f2")) == np.inf
        assert swath.mean(np.full(5, 60000, "f2")) == np.mean(np.full(5, 60000, "f2"))
    # Added in float32; NumPy rounds each sum to float16.
    for axis in (None, 0, 1):
        expected = np.cumsum(a, axis, dtype="f4")
        got = swath.cumsum(a, axis)
        assert got.dtype == "f2" and got.shape == expected.shape
        close(got, expected.astype("f2"), few("f2"))
        close(swath.cumsum(a, axis, dtype="f8"), np.cumsum(a, axis, dtype="f8"), 1e-6)
    close(swath.cumprod(a[0]), np.cumprod(a[0], dtype="f4").astype("f2"), few("f2"))
    close(swath.cumsum(a.astype("f4"), 0, dtype="f2"), np.cumsum(a, 0, dtype="f4").astype("f2"),
          few("f2"))
    out = np.zeros((6, 8), "f2")
    assert swath.cumsum(a, 1, out=out) is out
    close(out, np.cumsum(a, 1, dtype="f4").astype("f2"), few("f2"))
    close(swath.cumulative_sum(a[0], include_initial=True)[1:], np.cumsum(a[0], dtype="f4").astype("f2"),
          few("f2"))


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
@pytest.mark.parametrize("dtype", COMPLEX)
def test_scans_of_complex(name, dtype):
    ours, theirs = getattr(swath, name), getattr(np, name)
    a = complexes((6, 50, 4), dtype)
    for axis in (None, 0, 1, 2):
        for _, view in layouts(a):
            close(ours(view, axis), theirs(a, axis), few(dtype))
    inplace = a.copy()
    ours(inplace, 1, out=inplace)
    close(inplace, theirs(a, 1), few(dtype))
    close(ours(a.real.copy(), 0, dtype=dtype), theirs(a.real, 0, dtype=dtype), few(dtype))
    with pytest.raises(TypeError):
        ours(a, 0, dtype="f8")
    first = swath.cumulative_sum(a[0, :, 0], include_initial=True)
    close(first, np.concatenate([[0], np.cumsum(a[0, :, 0])]).astype(dtype), few(dtype))
    # To the bits of NumPy.
    line = complexes((5000,), dtype)
    if name == "cumsum":
        same = swath.cumsum(line, sequential=True)
        assert same.tobytes() == np.cumsum(line).tobytes()


@pytest.mark.parametrize("dtype", [*COMPLEX, "float16"])
def test_products(dtype):
    make = halves if dtype == "float16" else lambda shape: complexes(shape, dtype)
    a, b = make((40, 50)), make((50, 40)).T
    bound = 5e-2 if dtype == "float16" else few(dtype) * 10
    close(swath.vdot(a, b), np.vdot(a, b), bound)
    close(swath.dot(a[1], b[2]), np.dot(a[1], b[2]), bound)
    if hasattr(np, "vecdot"):
        close(swath.vecdot(a, b), np.vecdot(a, b), bound)
        close(swath.vecdot(a, b[3], axis=-1), np.vecdot(a, b[3]), bound)
        close(swath.vecdot(a[0], b[3]), np.vecdot(a[0], b[3]), bound)
    close(swath.vdot(a, b.astype("f4") if dtype == "float16" else b.real),
          np.vdot(a, b.astype("f4") if dtype == "float16" else b.real), bound)
    with pytest.raises(TypeError, match=dtype):
        swath.dot(a, a.T)
    with pytest.raises(ValueError):
        swath.vdot(a, b[1:])


def test_awkward_memory():
    """Misaligned, byte-swapped, from 4 bytes past a multiple of 8."""
    a = complexes((9, 10), "c8")
    flat = np.zeros(8 * 90 + 12, "u1")
    shifted = flat[4:4 + 720].view("c8").reshape(9, 10)
    shifted[...] = a
    torn = flat[5:5 + 720].view("c8").reshape(9, 10)
    for axis in (None, 0, 1):
        close(swath.sum(shifted, axis), a.sum(axis), 1e-5)
        close(swath.cumsum(shifted[:, ::2], axis), np.cumsum(a[:, ::2], axis), 1e-5)
        close(swath.prod(a.astype(">c8"), axis), a.prod(axis), 1e-5)
    torn[...] = a
    close(swath.mean(torn), a.mean(), 1e-5)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_sum_exact(dtype):
    import math

    rng = np.random.default_rng(5)
    a = (rng.standard_normal((30, 40)) * 10.0 ** rng.integers(-15, 15, (30, 40))).astype(dtype)
    close(swath.sum_exact(a), np.dtype(dtype).type(math.fsum(a.ravel().tolist())), 0)
    for axis in (0, 1, -1, (0, 1)):
        lines = a.T if axis == 0 else a
        expected = [math.fsum(line.tolist()) for line in lines]
        if axis == (0, 1):
            expected = math.fsum(a.ravel().tolist())
        for _, view in layouts(a):
            close(swath.sum_exact(view, axis), np.asarray(expected).astype(dtype)[()], 0)
    kept = swath.sum_exact(a, 1, keepdims=True)
    assert kept.shape == (30, 1)
    assert swath.sum_exact([1e100, 1.0, -1e100]) == 1.0
    assert swath.sum_exact(np.array([1, 2, 3])) == 6
    assert swath.sum_exact(np.zeros(0)) == 0 and np.isnan(swath.sum_exact([np.inf, -np.inf]))
    with pytest.raises(swath.AxisError):
        swath.sum_exact(a, axis=2)


def test_extract():
    a = np.arange(60.0).reshape(3, 4, 5)
    for condition in (a % 3 == 0, a > 100, a >= 0, (a % 7).astype("i4")):
        for _, view in layouts(a):
            expected = np.extract(condition, a)
            got = swath.extract(condition, view)
            assert got.dtype == expected.dtype and got.tolist() == expected.tolist()
    assert swath.extract([True, False], [3, 4, 5]).tolist() == [3]
    with pytest.raises(ValueError):
        swath.extract([True] * 4, [3, 4, 5])


def test_is_sorted():
    a = np.array([[1.0, 1.0, 3.0], [0.0, 2.0, np.nan], [3.0, 2.0, 4.0]])
    assert swath.is_sorted(a).tolist() == [True, True, False]
    assert swath.is_sorted(a, axis=0).tolist() == [False, True, False]
    assert isinstance(swath.is_sorted(a[0]), np.bool_) and swath.is_sorted(a[0])
    assert not swath.is_sorted(a[2, ::1]) and swath.is_sorted(a[2, 1:])
    assert swath.is_sorted([]) and swath.is_sorted([5])
    for dtype in ("i1", "u8", "f4", "?"):
        assert swath.is_sorted(np.arange(2).astype(dtype))
        assert not swath.is_sorted(np.arange(2)[::-1].astype(dtype))
    with pytest.raises(swath.AxisError):
        swath.is_sorted(a, axis=2)
    with pytest.raises(swath.AxisError):
        swath.is_sorted(2.5)
    with pytest.raises(TypeError):
        swath.is_sorted(np.ones(3, "c8"))
