"""cumsum, cumprod, their nan forms, cumulative_sum and cumulative_prod against NumPy."""

import itertools

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
from conftest import DTYPES, FLOATS, is_awkward, layouts, same, values
from hypothesis import given

import swath

NAMES = ["cumsum", "cumprod", "nancumsum", "nancumprod"]
STANDARD = {"cumulative_sum": np.cumsum, "cumulative_prod": np.cumprod}


def numbers(shape, dtype):
    """Values whose sums and products are exact: 1, 2 and -1, or anything that wraps."""
    if np.dtype(dtype).kind == "f":
        return np.array([1, -1, 2, 0.5], dtype)[np.arange(np.prod(shape, dtype=int)).reshape(shape) % 4]
    return values(shape, "u1").astype(dtype)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1])
def test_axes_and_layouts(name, dtype, axis):
    a = numbers((7, 5, 9), dtype)
    expected = getattr(np, name)(a, axis)
    for _, view in layouts(a):
        same(getattr(swath, name)(view, axis), expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 0), (0, 3), (2, 1, 3), (5000,), (40_000,)])
def test_shapes(name, shape):
    a = numbers(shape, "f8") if name == "cumsum" else np.ones(shape)
    for axis in (None, *range(len(shape))):
        same(getattr(swath, name)(a, axis), getattr(np, name)(a, axis))
    if not shape:
        same(getattr(swath, name)(2.5, axis=0), getattr(np, name)(2.5, axis=0))


def test_lists():
    same(swath.cumsum([[1, 2], [3, 4]]), np.cumsum([[1, 2], [3, 4]]))
    same(swath.cumprod([1.5, 2]), np.cumprod([1.5, 2]))


@pytest.mark.parametrize("source", DTYPES + ["bool"])
@pytest.mark.parametrize("target", DTYPES)
def test_dtype(source, target):
    a = numbers((6, 7), source)
    if np.dtype(source).kind == "f" and np.dtype(target).kind != "f":
        with pytest.raises(TypeError, match=target):
            swath.cumsum(a, 0, target)
        return
    for axis in (None, 0, 1):
        same(swath.cumsum(a, axis, target), np.cumsum(a, axis, target))
    same(swath.cumulative_sum(a, axis=1, dtype=target), np.cumsum(a, 1, target))


@pytest.mark.parametrize("name", NAMES)
def test_out(name):
    ours, theirs = getattr(swath, name), getattr(np, name)
    a = numbers((4, 6), "f8")
    for axis in (0, 1):
        expected = theirs(a, axis)
        for layout, out in layouts(np.zeros((4, 6))):
            if is_awkward(layout, "f8"):
                with pytest.raises(ValueError, match="out"):
                    ours(a, axis, out=out)
                continue
            assert ours(a, axis, out=out) is out
            same(out, expected)
    narrow = np.zeros((4, 6), "f4")
    same(ours(a, 0, out=narrow), theirs(a, 0).astype("f4"))
    wide = np.zeros((4, 6))
    same(ours(a.astype("f4"), 0, out=wide), theirs(a, 0))
    with pytest.raises(TypeError):
        ours(a, 0, out=np.zeros((4, 6), "i8"))
    with pytest.raises(swath.ShapeError, match=r"\[4, 6\].*\[24\]"):
        ours(a, out=wide)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i8", "u8", "i4"])
@pytest.mark.parametrize("n", [7, 100_000])
def test_s6_in_place_and_overlapping(dtype, n):
    for axis, view in itertools.product((0, 1), ("same", "shifted", "reversed")):
        room = numbers((2 * n + 2,), dtype)
        a = room[: 2 * n].reshape((n, 2) if axis == 0 else (2, n))
        expected = swath.cumsum(a.copy(), axis)
        out = {"same": a, "shifted": room[1 : 2 * n + 1].reshape(a.shape), "reversed": a[::-1]}[view]
        swath.cumsum(a, axis, out=out)
        same(out, expected.astype(dtype))


@pytest.mark.parametrize("name", STANDARD)
@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
def test_include_initial(name, dtype):
    ours, theirs = getattr(swath, name), STANDARD[name]
    for shape in ((), (5,), (0,), (3, 4), (3, 0), (2, 3, 4)):
        a = numbers(shape, dtype)
        for axis in (None,) if len(shape) < 2 else range(-1, len(shape)):
            plain = theirs(a, 0 if axis is None else axis)
            first = np.insert(plain, 0, name == "cumulative_prod", axis or 0)
            same(ours(a, axis=axis), plain)
            same(ours(a, axis=axis, include_initial=True), first)
            out = np.zeros_like(first)
            assert ours(a, axis=axis, include_initial=True, out=out) is out
            same(out, first)
    with pytest.raises(swath.OptionError, match="axis must be given"):
        ours(np.ones((2, 2)))


@pytest.mark.parametrize("dtype", FLOATS)
def test_n1_nan_goes_on_from_where_it_stands(dtype):
    for n, at in ((5, 2), (5000, 3000), (100_000, 0), (100_000, 70_000)):
        a = np.ones(n, dtype)
        a[at] = np.nan
        for function in (swath.cumsum, swath.cumprod):
            result = function(a)
            assert np.isnan(result[at:]).all() and not np.isnan(result[:at]).any()


@pytest.mark.parametrize("name", ["nancumsum", "nancumprod"])
@pytest.mark.parametrize("dtype", [*FLOATS, "f2", "c8", "c16"])
def test_n1_nan_is_left_out_where_the_name_says_so(name, dtype):
    for shape in ((5,), (0,), (3, 5000), (40_000,), (30, 4, 5)):
        a = numbers(shape, "f8").astype(dtype)
        if name == "nancumprod":
            a = np.abs(np.sign(a.real)).astype(dtype)
        a[..., ::3] = np.nan
        a[..., 1::7] = np.nan
        for axis in (None, *range(len(shape))):
            for view in (a, a[::-1], a.T):
                # Sums of float16 are rounded once, at the end; NumPy's at every step.
                wide = view.astype("f4") if dtype == "f2" else view
                expected = getattr(np, name)(wide, axis).astype(dtype)
                same(getattr(swath, name)(view, axis), expected)
    none = np.full(4, np.nan, dtype)
    same(getattr(swath, name)(none), getattr(np, name)(none))


@pytest.mark.parametrize("dtype", FLOATS)
def test_n7_error(dtype):
    a = np.random.default_rng(3).random(300_000).astype(dtype)
    exact = np.cumsum(a.astype("g"))
    off = np.abs(swath.cumsum(a).astype("g") - exact)
    n = np.arange(1, a.size + 1)
    assert np.all(off <= (n / 2048 + 260) * np.finfo(dtype).eps / 2 * exact)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_sequential_has_numpys_bits(name, dtype):
    a = values((3, 40_001), dtype)
    a = 1 + a / 1024 if name.endswith("cumprod") else a
    a = a.astype(dtype)
    for axis in (None, 0, 1):
        for view in (a, a.T, a[::-1, ::2]):
            same(getattr(swath, name)(view, axis, sequential=True), getattr(np, name)(view, axis))
    if not name.startswith("nan"):
        standard = "cumulative_" + name[3:]
        same(getattr(swath, standard)(a, axis=1, sequential=True), getattr(np, name)(a, 1))
    else:
        a[:, ::3] = np.nan
    expected = getattr(np, name)(a, 1)
    assert getattr(swath, name)(a, 1, out=a, sequential=True) is a
    same(a, expected)


def test_n6_threads_leave_no_trace():
    a = np.random.default_rng(3).standard_normal((3, 200_001))
    for axis in (0, 1):
        expected = swath.cumsum(a, axis).tobytes()
        for n in (1, 2):
            with swath.threads(n):
                assert swath.cumsum(a, axis).tobytes() == expected


@given(
    a=hnp.arrays(st.sampled_from(["f8", "i2", "u1", "i8"]),
                 hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6),
                 elements=st.integers(0, 100)),
    data=st.data(),
)
def test_any_view(a, data):
    order = data.draw(st.permutations(range(a.ndim)))
    steps = tuple(slice(None, None, data.draw(st.sampled_from([1, 2, -1, -2]))) for _ in a.shape)
    view = a.transpose(order)[steps]
    axis = data.draw(st.none() | st.integers(-a.ndim, a.ndim - 1))
    same(swath.cumsum(view, axis), np.cumsum(view, axis))


@pytest.mark.parametrize("name", [*NAMES, *STANDARD])
def test_refusals(name):
    ours = getattr(swath, name)
    a = np.ones((2, 3))
    with pytest.raises(swath.AxisError, match="axis 2"):
        ours(a, axis=2)
    for axis in (1.5, (0,), "0"):
        with pytest.raises(TypeError):
            ours(a, axis=axis)
    for bad in (a.astype("g"), np.array(["a"])):
        with pytest.raises(TypeError):
            ours(bad, axis=0)
