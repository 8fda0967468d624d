"""Elementwise functions against NumPy: types, layouts, keywords, ends of ranges, refusals."""

import itertools
import warnings

import calls
import numpy as np
import pytest
import scipy.special
from conftest import DTYPES, FLOATS, INTEGERS, layouts, same, values

import swath

ALL = [*DTYPES, "bool"]
FLOAT_ONE = ("exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan arcsin arccos arctan "
             "sinh cosh tanh arcsinh arccosh arctanh").split()
FLOAT_TWO = "hypot arctan2 logaddexp power".split()
EXACT_ONE = [name for name in [*calls.ONE, "invert"] if name not in FLOAT_ONE]
EXACT_TWO = [name for name in [*calls.TWO, *calls.BITS] if name not in [*FLOAT_TWO, "invert"]]


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def some(shape, dtype, seed=0):
    if dtype == "bool":
        return values(shape, "i1", seed) % 2 == 0
    a = values(shape, dtype, seed)
    if np.dtype(dtype).kind == "f":
        flat = a.reshape(-1)
        ends = [0.0, -0.0, np.nan, np.inf, -np.inf, 1.0, -1.0, 0.5, 2.5, -2.5, 1e30, -1e-30]
        flat[: len(ends)] = ends[: len(flat)]
    else:
        info = np.iinfo(dtype)
        flat = a.reshape(-1)
        ends = [0, 1, info.min, info.max, 2, 3, 5, info.max - 1]
        flat[: len(ends)] = ends[: len(flat)]
        flat[len(ends) :: 3] %= 20
    return a


def refused_alike(ours, theirs, arguments, options=None):
    """The results of both, or that both refuse."""
    options = options or {}
    try:
        expected = theirs(*arguments, **options)
    except (TypeError, ValueError, OverflowError) as e:
        base = OverflowError if isinstance(e, OverflowError) else (TypeError, ValueError)
        with pytest.raises(base):
            ours(*arguments, **options)
        return None
    return ours(*arguments, **options), expected


def near(actual, expected, steps, what=""):
    """Equal, or so many steps apart: both are rounded, ours within 1, NumPy's within 4."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.dtype == expected.dtype and actual.shape == expected.shape, what
    np.testing.assert_array_equal(np.isnan(actual), np.isnan(expected), what)
    fine = np.isfinite(expected)
    np.testing.assert_array_equal(actual[~fine & ~np.isnan(expected)],
                                  expected[~fine & ~np.isnan(expected)], what)
    off = np.abs(actual[fine] - expected[fine])
    assert np.all(off <= steps * np.spacing(np.abs(expected[fine]))), (what, off.max(initial=0))


# NumPy gives float16 for the 8-bit types, for which there are no kernels.
def wide(result, *arguments):
    small = all(np.asarray(a).dtype.itemsize == 1 for a in arguments)
    return result.astype("f4") if small and result.dtype == "f2" else result


@pytest.mark.parametrize("name", FLOAT_ONE)
@pytest.mark.parametrize("dtype", ALL)
def test_elementary(name, dtype):
    a = some((5, 13), dtype)
    expected = getattr(np, name)(a)
    if expected.dtype == "f2":
        expected = getattr(np, name)(a.astype("f4"))
    for layout, view in layouts(a):
        near(getattr(swath, name)(view), expected, 6, (name, layout))


@pytest.mark.parametrize("name", FLOAT_TWO)
@pytest.mark.parametrize("dtype", FLOATS)
def test_elementary_of_two(name, dtype):
    a, b = some((5, 13), dtype), some((5, 13), dtype, 1).T.copy().T
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(a, b)
    got = getattr(swath, name)(a, b)
    if name == "logaddexp":  # its digits cancel where the sum is about 1
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    else:
        near(got, expected, 6, name)


@pytest.mark.parametrize("name", EXACT_ONE)
@pytest.mark.parametrize("dtype", ALL)
def test_one(name, dtype):
    a = some((6, 7), dtype)
    both = refused_alike(getattr(swath, name), getattr(np, name), (a,))
    if both is None:
        return
    ours, theirs = both
    if name == "reciprocal" and np.dtype(dtype).kind in "iub":
        theirs = np.where(a == 0, 0, theirs).astype(theirs.dtype)
    if theirs.dtype == "f2":
        theirs = getattr(np, name)(a.astype("f4"))
    same(ours, theirs)
    for _, view in layouts(a):
        same(getattr(swath, name)(view), theirs)


@pytest.mark.parametrize("name", EXACT_TWO)
@pytest.mark.parametrize("dtype", ALL)
def test_two(name, dtype):
    a, b = some((6, 7), dtype), some((6, 7), dtype, 1)[::-1]
    for x, y in ((a, b), (a[:, :1], b), (a.T, b.T), (a, b[0, 2])):
        both = refused_alike(getattr(swath, name), getattr(np, name), (x, y))
        if both is None:
            continue
        ours, theirs = both
        if theirs.dtype == "f2":
            theirs = getattr(np, name)(x.astype("f4"), y.astype("f4"))
        same(ours, theirs)


@pytest.mark.parametrize("name", ["add", "divide", "less", "maximum", "bitwise_or", "hypot"])
@pytest.mark.parametrize("types", [*itertools.product(ALL, ALL)])
def test_promotion(name, types):
    a, b = (some((31,), t, i) for i, t in enumerate(types))
    both = refused_alike(getattr(swath, name), getattr(np, name), (a, b))
    if both is None:
        return
    ours, theirs = both
    if theirs.dtype == "f2":
        theirs = getattr(np, name)(a.astype("f4"), b.astype("f4"))
    if name == "hypot":
        near(ours, theirs, 4, types)
    else:
        same(ours, theirs)


@pytest.mark.parametrize("number", [0, 1, -1, 3, 200, -200, 2**31, 2**63, 2**64 - 1, 2.5, True])
@pytest.mark.parametrize("dtype", ALL)
def test_numbers_of_python(number, dtype):
    a = some((12,), dtype)
    for name in ("add", "multiply", "less", "greater", "equal", "greater_equal", "maximum"):
        for arguments in ((a, number), (number, a)):
            both = refused_alike(getattr(swath, name), getattr(np, name), arguments)
            if both is not None:
                same(*both)
    same(swath.add(1, 2), np.add(1, 2))
    same(swath.add(1, 2.5), np.add(1, 2.5))
    assert type(swath.exp(0)) is np.float64 and swath.exp(0) == 1.0


@pytest.mark.parametrize("pair", [("int64", "uint64"), ("uint64", "int64"), ("int8", "uint64")])
def test_integers_are_compared_by_value(pair):
    a, b = some((40,), pair[0]), some((40,), pair[1])
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        same(getattr(swath, name)(a, b), getattr(np, name)(a, b))
    assert swath.less(np.array([2**63], "u8"), np.array([-1], "i8"))[0] == False  # noqa: E712


def test_division_of_integers():
    for dtype in INTEGERS:
        info = np.iinfo(dtype)
        zero, one = np.array([0, 1, info.min, info.max], dtype), np.zeros(4, dtype)
        for name in ("floor_divide", "remainder", "fmod"):
            assert not getattr(swath, name)(zero, one).any()
        if info.min < 0:
            least = np.array([info.min], dtype)
            assert swath.floor_divide(least, -1)[0] == info.min
            assert swath.remainder(least, -1)[0] == swath.fmod(least, -1)[0] == 0
            assert swath.absolute(least)[0] == swath.negative(least)[0] == info.min
        same(swath.reciprocal(np.array([0, 1, 2], dtype)), np.array([0, 1, 0], dtype))


def test_shifts_beyond_the_width():
    for dtype in INTEGERS:
        bits = np.dtype(dtype).itemsize * 8
        a = np.array([1, 5, np.iinfo(dtype).max, np.iinfo(dtype).min], dtype)
        for by in (bits - 1, bits, bits + 1, 100):
            same(swath.left_shift(a, by), np.left_shift(a, by))
            same(swath.right_shift(a, by), np.right_shift(a, by))
        if np.iinfo(dtype).min < 0:
            assert not swath.left_shift(a, -1).any()
            same(swath.right_shift(a, -1), np.where(a < 0, -1, 0).astype(dtype))


def test_powers_of_integers():
    for dtype in INTEGERS:
        a, b = some((50,), dtype), np.abs(some((50,), dtype, 3) % 9)
        same(swath.power(a, b), np.power(a, b))
        same(swath.power(a, 2), np.power(a, 2))
    for exponent in (-1, np.array([1, -3])):
        with pytest.raises(swath.OptionError, match="negative"):
            swath.power(np.arange(2), exponent)


@pytest.mark.parametrize("to", ALL)
@pytest.mark.parametrize("of", ALL)
def test_astype(of, to):
    a = some((6, 9), of)
    if np.dtype(of).kind == "f" and np.dtype(to).kind in "iu":
        info = np.iinfo(to)
        with np.errstate(invalid="ignore"):
            inside = (a > float(info.min) - 1) & (a < float(info.max) + 1)
            expected = np.where(inside, a, 0).astype(to)
        # Beyond the range the nearest end, of NaN 0.
        expected = np.where(a >= float(info.max), info.max, expected)
        expected = np.where(a <= float(info.min), info.min, expected).astype(to)
    else:
        with np.errstate(over="ignore"):
            expected = a.astype(to)
    for _, view in layouts(a):
        same(swath.astype(view, to), expected)
    made = swath.astype(a, of)
    assert made is not a and not np.shares_memory(made, a)
    for x in (np.nan, 1e300, -1e300):
        info = np.iinfo("i4")
        end = {np.nan: 0, 1e300: info.max, -1e300: info.min}[x]
        assert swath.astype(np.array([x]), "i4")[0] == end


def test_where_and_clip():
    for dtype, other in itertools.product(ALL, ALL):
        x, y = some((4, 5), dtype), some((5,), other, 1)
        condition = some((4, 1), "i2") > 100
        same(swath.where(condition, x, y), np.where(condition, x, y))
    same(swath.where(np.arange(4), 1, 2.5), np.where(np.arange(4), 1, 2.5))
    for dtype in DTYPES:
        a = some((6, 7), dtype)
        for low, high in ((1, 5), (None, 3), (2, None), (5, 1), (a[0], a[1])):
            same(swath.clip(a, low, high), np.clip(a, low, high))
        same(swath.clip(a, min=1, max=3), np.clip(a, 1, 3))
        out = np.empty_like(a)
        assert swath.clip(a, 1, 3, out=out) is out
        same(out, np.clip(a, 1, 3))
    a = np.array([1.0, np.nan, 3.0])
    same(swath.clip(a, np.array([0.0, 0.0, np.nan]), 2.0), np.clip(a, [0.0, 0.0, np.nan], 2.0))


@pytest.mark.parametrize("name", ["exp", "add", "less", "sin"])
def test_out_and_where(name):
    shape = (300, 40)
    a = some(shape, "f8")
    arguments = (a, 0.25) if name in ("add", "less") else (a,)
    ours, theirs = getattr(swath, name), getattr(np, name)
    expected = theirs(*arguments)
    mask = some(shape, "i1", 5) > 0
    for dtype in ("f8", "f4", "?") if name == "less" else ("f8", "f4"):
        for mask_now in (True, mask, mask[:1], mask[:, :1]):
            for layout, out in layouts(np.zeros(shape, dtype)):
                if layout in ("packed record", "misaligned", "byte-swapped", "read-only"):
                    continue
                other = np.zeros(shape, dtype)
                theirs(*arguments, out=other, where=mask_now)
                assert ours(*arguments, out=out, where=mask_now) is out
                if name in ("exp", "sin"):
                    np.testing.assert_allclose(out, other, rtol=1e-6)
                else:
                    same(out, other)
    tuple_out = np.empty(shape, expected.dtype)
    assert ours(*arguments, out=(tuple_out,)) is tuple_out
    stretched = np.empty((3, *shape), expected.dtype)
    ours(*arguments, out=stretched)
    np.testing.assert_allclose(stretched[2], expected, rtol=1e-12)


def test_out_may_overlap():
    for step in (1, 2, -1):
        a = np.arange(5000.0)
        b = a.copy()
        swath.add(a[:-1:step], 1.0, out=a[:-1:step])
        np.add(b[:-1:step], 1.0, out=b[:-1:step])
        same(a, b)
    a = np.arange(5000.0)
    b = a.copy()
    swath.add(a[:-1], a[1:], out=a[1:])
    np.add(b[:-1], b[1:], out=b[1:])
    same(a, b)
    m = np.arange(10_000.0).reshape(100, 100)
    n = m.copy()
    swath.subtract(m, m.T, out=m)
    np.subtract(n, n.T, out=n)
    same(m, n)
    i = np.arange(4000)
    j = i.copy()
    swath.multiply(i, 3, out=i)
    np.multiply(j, 3, out=j)
    same(i, j)
    x = np.arange(1000.0)
    y = x.copy()
    swath.exp(x / 1000, out=x)
    np.testing.assert_allclose(x, np.exp(y / 1000), rtol=1e-14)


def test_dtype():
    a = np.arange(7)
    same(swath.add(a, a, dtype="f4"), np.add(a, a, dtype="f4"))
    same(swath.sqrt(a, dtype="f4"), np.sqrt(a, dtype="f4"))
    same(swath.add(a.astype("i1"), 1, dtype="i8"), np.add(a.astype("i1"), 1, dtype="i8"))
    for call in (lambda f: f.add(a + 0.5, a, dtype="i8"), lambda f: f.exp(a, dtype="i8"),
                 lambda f: f.bitwise_or(a, 1.5)):
        with pytest.raises(TypeError):
            call(np)
        with pytest.raises(TypeError):
            call(swath)


def test_layout_of_results():
    a = np.ones((30, 40))
    assert swath.exp(a.T).flags.f_contiguous and swath.exp(a).flags.c_contiguous
    assert swath.add(a.T, a[:30, :30][:, :1].ravel()[:30]).flags.f_contiguous
    for shape in ((), (1,), (0,), (3, 0, 2), (1, 1)):
        same(swath.exp(np.zeros(shape)), np.exp(np.zeros(shape)))
    assert isinstance(swath.add(np.float32(1), np.float32(2)), np.float32)


def test_large_arrays_in_parallel():
    rng = np.random.default_rng(1)
    for dtype in FLOATS:
        a = rng.standard_normal((1200, 1100)).astype(dtype) * 5
        near(swath.sin(a), np.sin(a), 8)
        near(swath.sin(a.T), np.sin(a.T), 8)
        near(swath.tanh(a[::-1, ::2]), np.tanh(a[::-1, ::2]), 8)
        same(swath.add(a, a[:1].astype("f4")), np.add(a, a[:1].astype("f4")))
        same(swath.where(a > 0, a, a.T[:1100, :1].T), np.where(a > 0, a, a.T[:1100, :1].T))
        big = a * np.array(1e20, dtype)
        near(swath.cos(big), np.cos(big), 8)
    big = rng.standard_normal(5_000_000)
    same(swath.multiply(big, 2.0), big * 2.0)
    same(swath.multiply(big[1:], big[:-1]), big[1:] * big[:-1])


@pytest.mark.parametrize("name", calls.SPECIAL)
def test_special(name):
    for dtype in FLOATS:
        a = np.linspace(-4.75, 6, 999).astype(dtype)
        expected = getattr(scipy.special, name, lambda x: np.logaddexp(0, x))(a.astype("f8"))
        got = getattr(swath.special, name)(a)
        assert got.dtype == dtype
        tolerance = 1e-6 if dtype == "float32" else 2e-14
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance / 10)


def test_refusals():
    a = np.ones((2, 3))
    with pytest.raises(swath.ShapeError, match=r"\[2, 3\].*\[4\]"):
        swath.add(a, np.ones(4))
    with pytest.raises(swath.ShapeError, match=r"add.*\[2, 3\].*\[5, 1, 7\]"):
        swath.add(a, np.ones((5, 1, 7)))
    with pytest.raises(swath.ShapeError, match="where"):
        swath.where(np.ones(2), np.ones(3), np.ones(2))
    with pytest.raises(swath.ShapeError, match="out"):
        swath.exp(a, out=np.ones(3))
    with pytest.raises(swath.DTypeError, match="int64.*float64"):
        swath.exp(a, out=np.ones((2, 3), "i8"))
    for bad in (np.ones(3, "c16"), np.ones(3, "f2"), np.array(["a"]), np.array([None])):
        with pytest.raises(TypeError):
            swath.exp(bad)
    with pytest.raises(TypeError):
        swath.subtract(np.ones(2, bool), np.ones(2, bool))
    with pytest.raises(TypeError):
        swath.exp(a, where=np.ones(3))
    with pytest.raises(OverflowError):
        swath.add(np.ones(2, "u1"), 300)
    with pytest.raises(TypeError):
        swath.exp()
    with pytest.raises(TypeError):
        swath.exp(a, casting="safe")
    out = np.zeros((2, 3))
    out.flags.writeable = False
    with pytest.raises(swath.OptionError, match="read-only"):
        swath.exp(a, out=out)


def test_the_same_bits_on_any_number_of_threads():
    a = np.random.default_rng(2).standard_normal(300_001) * 3
    for name in [*calls.ONE, "power", "arctan2", "floor_divide"]:
        arguments = (a,) if name in calls.ONE else (np.abs(a), a[::-1])
        bits = set()
        for n in (1, 2):
            with swath.threads(n):
                bits.add(getattr(swath, name)(*arguments).tobytes())
        assert len(bits) == 1, name
