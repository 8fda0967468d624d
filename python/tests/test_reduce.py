"""sum, mean, min and max against NumPy."""

import itertools
import warnings

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from conftest import DTYPES, FLOATS, INTEGERS, NDIM_MAX, is_awkward, layouts, same, values
from hypothesis import given

import swath


def sum_bound(a, axis=None, keepdims=False):
    """How far a sum may be off: both orders of additions err."""
    n = a.size if axis is None else np.prod(np.take(a.shape, axis))
    unit = np.finfo(a.dtype).eps
    total = np.abs(a.astype("f8")).sum(axis=axis, keepdims=keepdims)
    return 4 * (70 + np.log2(n + 2)) * unit * total


def check_sum(actual, expected, bound):
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    assert np.shape(actual) == np.shape(expected)
    assert np.all(np.abs(np.asarray(actual, "f8") - expected) <= bound)


AXES = [None, 0, 1, 2, -1, (0, 1), (0, 2), (1, 2), (-1, 0), (0, 1, 2), ()]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("axis", AXES)
def test_axes_and_layouts(dtype, axis):
    a = values((7, 5, 9), dtype)
    for name, view in layouts(a):
        for keepdims in (False, True):
            k = {"axis": axis, "keepdims": keepdims}
            same(swath.min(view, **k), np.min(a, **k))
            same(swath.max(view, **k), np.max(a, **k))
            if dtype in INTEGERS:
                same(swath.sum(view, **k), np.sum(a, **k))
                exact = a.astype("f8").mean(**k)
                np.testing.assert_allclose(swath.mean(view, **k), exact, 1e-12, 1e-300)
            else:
                bound = sum_bound(a, axis, keepdims)
                check_sum(swath.sum(view, **k), np.sum(a, **k), bound)
                check_sum(swath.mean(view, **k), np.mean(a, **k), bound)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [0, 1, 2, 16, 17, 63, 64, 65, 4095, 4097, 200_003])
def test_lengths(dtype, n):
    a = values(n, dtype, n)
    if dtype in INTEGERS:
        same(swath.sum(a), np.sum(a))
    else:
        check_sum(swath.sum(a), np.sum(a), sum_bound(a))
    if n:
        same(swath.min(a), np.min(a))
        same(swath.max(a), np.max(a))
    else:
        assert np.isnan(swath.mean(a))
        for function in (swath.min, swath.max):
            with pytest.raises(ValueError, match="no elements"):
                function(a)


def test_large_and_reduced_by_axis():
    a = values((600, 700), "f4")
    for axis in (0, 1):
        check_sum(swath.sum(a, axis=axis), a.sum(axis=axis), sum_bound(a, axis))
        same(swath.max(a.T, axis=axis), a.T.max(axis=axis))


@pytest.mark.parametrize("function", ["sum", "mean", "min", "max"])
@pytest.mark.parametrize("shape", list(itertools.product([0, 1, 2], repeat=3)))
def test_s1_empty_shapes(function, shape):
    a = np.ones(shape)
    for axis in [None, 0, 1, 2, (0, 2)]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                expected = getattr(np, function)(a, axis=axis)
            except ValueError:
                with pytest.raises(ValueError):
                    getattr(swath, function)(a, axis=axis)
                continue
        same(getattr(swath, function)(a, axis=axis), expected)


@pytest.mark.parametrize("function", ["sum", "mean", "min", "max"])
def test_zero_dimensions_lists_and_numbers(function):
    ours, theirs = getattr(swath, function), getattr(np, function)
    for a in (np.array(2.5), 2.5, 3, [1, 2, 3], [[1.5, 2], [3, 4]], np.float32(7), range(5)):
        same(ours(a), theirs(a))
        assert type(ours(a)) is type(theirs(a))
        same(ours(a, keepdims=True), theirs(a, keepdims=True))


@pytest.mark.parametrize("function", ["sum", "mean", "min", "max"])
@pytest.mark.parametrize("dtype", FLOATS)
def test_n1_nan_and_infinities(function, dtype):
    for n in (1, 5, 64, 130, 5000):
        for special in (np.nan, np.inf, -np.inf):
            for at in {0, n // 2, n - 1}:
                a = values(n, dtype)
                a[at] = special
                same(getattr(swath, function)(a), getattr(np, function)(a))
    a = np.array([np.inf, -np.inf], dtype)
    assert np.isnan(swath.sum(a))


def test_bool():
    a = values((30, 40), "f4") > 0
    same(swath.sum(a), np.sum(a))
    same(swath.sum(a, axis=0), np.sum(a, axis=0))
    same(swath.mean(a), np.mean(a))
    same(swath.max(a, axis=1), np.max(a, axis=1))
    same(swath.min(a), np.min(a))


@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
def test_dtype(source, target):
    a = values((6, 7), source)
    if np.dtype(source).kind == "f" and np.dtype(target).kind != "f":
        for function in (swath.sum, swath.mean):
            with pytest.raises(TypeError, match=target):
                function(a, dtype=target)
        return
    for axis in (None, 0):
        actual, expected = swath.sum(a, axis, target), np.sum(a, axis, target)
        if np.dtype(target).kind == "f":
            check_sum(actual, expected, sum_bound(a.astype(target), axis))
        else:
            same(actual, expected)
    if np.dtype(target).kind == "f":
        check_sum(swath.mean(a, 0, target), np.mean(a, 0, target), sum_bound(a.astype(target), 0))
    else:
        with pytest.raises(TypeError, match=target):
            swath.mean(a, dtype=target)


def test_dtype_is_where_it_is_added():
    a = np.full(100_000, 3e38, "f4")
    assert np.isinf(swath.sum(a))
    assert swath.sum(a, dtype="f8") == a.sum(dtype="f8")
    assert np.isfinite(swath.sum(a, axis=0, out=np.empty((), "f8")))


def test_initial():
    a = values((4, 5), "i4")
    same(swath.sum(a, initial=10), np.sum(a, initial=10))
    same(swath.sum(a, axis=0, initial=-3), np.sum(a, axis=0, initial=-3))
    for ours, theirs in ((swath.min, np.min), (swath.max, np.max)):
        for initial in (0, -(2**31), 2**31 - 1):
            same(ours(a, initial=initial), theirs(a, initial=initial))
            same(ours(a, 1, initial=initial), theirs(a, 1, initial=initial))
        same(ours(np.empty((0, 3)), initial=2.5), theirs(np.empty((0, 3)), initial=2.5))
        same(ours(np.empty((0, 3)), 0, initial=1), theirs(np.empty((0, 3)), 0, initial=1))
        assert np.isnan(ours(np.ones(3), initial=np.nan))
        assert np.isnan(ours(np.array([1, np.nan]), initial=0))
        with pytest.raises(TypeError, match="initial"):
            ours(a, initial=1.5)
        with pytest.raises((ValueError, OverflowError), match="initial"):
            ours(values(3, "u1"), initial=300)


@pytest.mark.parametrize("function", ["sum", "mean", "min", "max"])
def test_out(function):
    ours, theirs = getattr(swath, function), getattr(np, function)
    a = np.arange(24.0).reshape(2, 3, 4)
    for keepdims in (False, True):
        expected = theirs(a, axis=1, keepdims=keepdims)
        for name, out in layouts(np.zeros_like(expected)):
            if is_awkward(name, "f8"):
                with pytest.raises(ValueError, match="out"):
                    ours(a, axis=1, keepdims=keepdims, out=out)
                continue
            assert ours(a, axis=1, keepdims=keepdims, out=out) is out
            np.testing.assert_array_equal(out, expected)
    wrong = np.zeros((3, 4))
    with pytest.raises(ValueError, match=r"\[3, 4\].*\[2, 4\]"):
        ours(a, axis=1, out=wrong)
    narrow = np.zeros((2, 4), "f4")
    ours(a, axis=1, out=narrow)
    np.testing.assert_array_equal(narrow, theirs(a, axis=1))
    with pytest.raises(TypeError):
        ours(a, axis=1, out=np.zeros((2, 4), "i4"))
    with pytest.raises(TypeError, match="ndarray"):
        ours(a, axis=1, out=[0, 0])
    self_overlapping = np.lib.stride_tricks.as_strided(np.zeros(8), (2, 4), (8, 8))
    with pytest.raises(ValueError, match="shares memory"):
        ours(a, axis=1, out=self_overlapping)
    whole = np.zeros(())
    assert ours(a, out=whole) is whole and whole == theirs(a)


def test_s6_output_that_overlaps_the_input():
    for axis in (0, 1):
        a = values((40, 40), "f8")
        expected = swath.sum(a.copy(), axis=axis)
        swath.sum(a, axis=axis, out=a[7])
        np.testing.assert_array_equal(a[7], expected)


def test_s5_many_dimensions():
    for ndim in (n for n in (8, 9, 31, 32, 33, 40, 64) if n <= NDIM_MAX):
        a = np.arange(8.0).reshape((2, 2, 2) + (1,) * (ndim - 3))
        same(swath.sum(a), a.sum())
        same(swath.max(a, axis=1), a.max(axis=1))
        same(swath.sum(a, axis=(0, 2), keepdims=True), a.sum(axis=(0, 2), keepdims=True))
        same(swath.mean(a[..., ::-1], axis=-1), a.mean(axis=-1))


def test_s3_a_broadcast_array_of_more_than_2_to_the_32_elements():
    a = np.broadcast_to(np.ones(1 << 13, "u1"), (1 << 20, 1 << 13))[:, :-1]
    with swath.deadline(60):
        assert swath.sum(a[: 1 << 12]) == (1 << 12) * ((1 << 13) - 1)


@given(
    a=hnp.arrays(
        st.sampled_from(["f4", "f8", "i2", "u1", "i8"]),
        hnp.array_shapes(min_dims=1, max_dims=5, min_side=0, max_side=6),
        elements={"allow_nan": False, "allow_infinity": False, "min_value": 0, "max_value": 100},
    ),
    data=st.data(),
)
def test_any_view(a, data):
    order = data.draw(st.permutations(range(a.ndim)))
    view = a.transpose(order)[tuple(slice(None, None, data.draw(st.sampled_from([1, 2, -1, -2])))
                                    for _ in a.shape)]
    axes = data.draw(st.none() | st.sets(st.integers(0, a.ndim - 1)).map(tuple))
    keepdims = data.draw(st.booleans())
    k = {"axis": axes, "keepdims": keepdims}
    expected = np.sum(view, **k)
    if a.dtype.kind == "f":
        check_sum(swath.sum(view, **k), expected, 1e-4 * np.abs(expected) + 1e-30)
    else:
        same(swath.sum(view, **k), expected)
    try:
        expected = np.max(view, **k)
    except ValueError:
        with pytest.raises(ValueError):
            swath.max(view, **k)
    else:
        same(swath.max(view, **k), expected)


@pytest.mark.parametrize("function", ["sum", "mean", "min", "max"])
def test_refusals(function):
    ours = getattr(swath, function)
    a = np.ones((2, 3))
    for axis in (2, -3, (0, 5)):
        with pytest.raises(swath.AxisError, match="axis"):
            ours(a, axis=axis)
    with pytest.raises(ValueError, match="twice"):
        ours(a, axis=(0, -2))
    with pytest.raises(TypeError):
        ours(a, axis=1.5)
    same(ours(a, where=True), getattr(np, function)(a))
    with pytest.raises(TypeError):
        ours(a, nonsense=1)
    bad = [np.ones(3, "g"), np.ones(3, "G"), np.array([None]),
           np.array(["a"]), np.array([b"a"]), np.zeros(3, "M8[s]"), np.zeros(3, "i4,f4"), "text"]
    for array in bad:
        with pytest.raises(TypeError):
            ours(array)
