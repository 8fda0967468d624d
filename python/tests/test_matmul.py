"""matmul and dot against NumPy."""

import hypothesis.strategies as st
import numpy as np
import pytest
from conftest import DTYPES, FLOATS, INTEGERS, is_awkward, layouts, same, values
from hypothesis import given

import swath


def check(actual, expected, a, b, product=np.matmul):
    """Integers exactly; floats within (256 + k / 256) roundings of the absolute products."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    if actual.dtype.kind != "f":
        np.testing.assert_array_equal(actual, expected)
        return
    k = np.shape(a)[-1]
    unit = np.finfo(actual.dtype).eps
    reach = product(np.abs(np.asarray(a, "f8")), np.abs(np.asarray(b, "f8")))
    assert np.all(np.abs(actual.astype("f8") - expected) <= (2 * k + 8) * unit * reach)


SHAPES = [
    ((4, 4), (4, 4)),
    ((1, 1), (1, 1)),
    ((3, 5), (5, 2)),
    ((70, 300), (300, 40)),
    ((5,), (5,)),
    ((300,), (300,)),
    ((5,), (5, 3)),
    ((3, 5), (5,)),
    ((2, 3, 5), (5, 4)),
    ((2, 3, 5), (2, 5, 4)),
    ((3, 5), (2, 5, 4)),
    ((2, 1, 3, 5), (4, 5, 2)),
    ((2, 3, 5), (5,)),
    ((5,), (2, 5, 3)),
    ((0, 5), (5, 3)),
    ((3, 0), (0, 2)),
    ((0,), (0,)),
    ((0, 2, 3), (3, 2)),
    ((2, 3), (3, 0)),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shapes", SHAPES)
def test_matmul_shapes(dtype, shapes):
    a, b = (values(shape, dtype, i) for i, shape in enumerate(shapes))
    check(swath.matmul(a, b), np.matmul(a, b), a, b)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "u1", "i8"])
@pytest.mark.parametrize(
    "shapes",
    [((5,), (5,)), ((3, 5), (5, 2)), ((2, 3, 5), (5,)), ((5,), (4, 5, 2)),
     ((2, 3, 5), (4, 5, 2)), ((2, 3, 5), (5, 2)), ((0, 5), (5, 3)), ((3, 0), (0, 2))],
)
def test_dot_shapes(dtype, shapes):
    a, b = (values(shape, dtype, i) for i, shape in enumerate(shapes))
    check(swath.dot(a, b), np.dot(a, b), a, b, np.dot)
    out = np.empty_like(np.dot(a, b))
    assert swath.dot(a, b, out) is out
    check(out, np.dot(a, b), a, b, np.dot)


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "u8"])
def test_layouts(dtype):
    a, b = values((33, 20), dtype), values((20, 17), dtype, 1)
    expected = swath.matmul(a, b)
    check(expected, a @ b, a, b)
    for _, left in layouts(a):
        for _, right in layouts(b):
            same(swath.matmul(left, right), expected)
    same(swath.matmul(b.T, a.T), expected.T)


@pytest.mark.parametrize("left", DTYPES + ["bool"])
@pytest.mark.parametrize("right", DTYPES)
def test_promotion(left, right):
    a = values((3, 4), "u1").astype(left)
    b = values((4, 2), "u1", 1).astype(right)
    check(swath.matmul(a, b), a @ b, a, b)
    check(swath.dot(a[0], b[:, 0]), np.dot(a[0], b[:, 0]), a[0], b[:, 0], np.dot)


def test_integers_wrap_in_their_own_type():
    for dtype in INTEGERS:
        a, b = values((5, 300), dtype), values((300, 6), dtype, 1)
        same(swath.matmul(a, b), a @ b)
        same(swath.dot(a[0], b[:, 0]), np.dot(a[0], b[:, 0]))
        same(swath.matmul(a[0], b[:, 0]), np.matmul(a[0], b[:, 0]))


@pytest.mark.parametrize("dtype", FLOATS)
def test_n2_nothing_is_skipped(dtype):
    a = np.zeros((4, 4), dtype)
    b = np.ones((4, 4), dtype)
    b[1, 2] = np.inf
    assert np.isnan(swath.matmul(a, b)[:, 2]).all()
    b[1, 2] = np.nan
    assert np.isnan(swath.matmul(a, b)[:, 2]).all()


def test_dtype():
    a, b = values((3, 4), "f4"), values((4, 2), "f4", 1)
    same(swath.matmul(a, b, dtype="f8"), swath.matmul(a.astype("f8"), b.astype("f8")))
    with pytest.raises(TypeError):
        swath.matmul(a, b, dtype="i4")
    same(swath.matmul(a > 0, b > 0), np.matmul(a > 0, b > 0))
    with pytest.raises(TypeError):
        swath.matmul(a, b, dtype="?")


def test_out():
    a, b = values((6, 5), "f8"), values((5, 4), "f8", 1)
    expected = swath.matmul(a, b)
    for name, out in layouts(np.zeros((6, 4))):
        if is_awkward(name, "f8"):
            with pytest.raises(ValueError, match="out"):
                swath.matmul(a, b, out=out)
            continue
        assert swath.matmul(a, b, out) is out
        same(out, expected)
    narrow = np.zeros((6, 4), "f4")
    assert swath.matmul(a, b, out=narrow) is narrow
    same(narrow, expected.astype("f4"))
    with pytest.raises(TypeError):
        swath.matmul(a, b, out=np.zeros((6, 4), "i8"))
    with pytest.raises(ValueError, match=r"\[4, 6\]"):
        swath.matmul(a, b, out=np.zeros((4, 6)))


def test_s6_output_that_is_an_input():
    a, b = values((30, 30), "f8"), values((30, 30), "f8", 1)
    expected = swath.matmul(a, b)
    square = a.copy()
    assert swath.matmul(square, b, out=square) is square
    same(square, expected)
    room = np.zeros((61, 30))
    room[:30], room[31:] = a, b
    swath.matmul(room[:30], room[31:], out=room[15:45])
    same(room[15:45], expected)


def test_large_stack():
    a, b = values((300, 20, 30), "f4"), values((30, 10), "f4", 1)
    check(swath.matmul(a, b), a @ b, a, b)
    b = values((300, 30, 10), "f4", 1)
    check(swath.matmul(a, b), a @ b, a, b)


@given(
    st.lists(st.sampled_from([1, 2, 3]), max_size=3),
    st.lists(st.sampled_from([1, 2, 3]), max_size=3),
    st.integers(0, 9), st.integers(0, 9), st.integers(0, 9),
    st.booleans(), st.booleans(),
)
def test_any_stack(lead_a, lead_b, m, k, n, turn_a, turn_b):
    a = values((*lead_a, k, m) if turn_a else (*lead_a, m, k), "f8")
    b = values((*lead_b, n, k) if turn_b else (*lead_b, k, n), "f8", 1)
    a = a.swapaxes(-1, -2) if turn_a else a
    b = b.swapaxes(-1, -2) if turn_b else b
    try:
        expected = np.matmul(a, b)
    except ValueError:
        with pytest.raises(swath.ShapeError):
            swath.matmul(a, b)
        return
    check(swath.matmul(a, b), expected, a, b)


def test_refusals():
    a = np.ones((2, 3))
    for left, right in ((a, a), (a, np.ones(2)), (np.float64(2), a), (a, 2.0),
                        (np.ones((2, 2, 3)), np.ones((3, 3, 2)))):
        with pytest.raises(swath.ShapeError):
            swath.matmul(left, right)
    for option, value in (("casting", "unsafe"), ("order", "F"), ("axes", [(0, 1)] * 3),
                          ("axis", 0), ("keepdims", True), ("subok", False)):
        with pytest.raises(ValueError, match=f"{option} is not supported"):
            swath.matmul(a, a.T, **{option: value})
    same(swath.matmul(a, a.T, casting="same_kind", order="K", subok=True), a @ a.T)


@pytest.mark.parametrize("left, right", [
    ((2, 3), (4, 5)), ((2, 3), (4,)), ((3,), (4, 5)), ((3,), (4,)),
    ((2, 2, 3), (3, 3, 2)), ((4, 2, 2, 3), (3, 3, 2)), ((), (2, 2)), ((2, 2), ()), ((300, 200), (201, 5)),
])
@pytest.mark.parametrize("dtype", ["f4", "i8"])
def test_shapes_that_do_not_fit_are_both_named(left, right, dtype):
    a, b = np.ones(left, dtype), np.ones(right, dtype)
    with pytest.raises(ValueError):
        np.matmul(a, b)
    with pytest.raises(swath.ShapeError) as caught:
        swath.matmul(a, b)
    for shape in (left, right):
        assert str(list(shape)) in str(caught.value)


@pytest.mark.parametrize("shape", [(8, 8, 8), (20, 20, 20), (100, 300, 120), (1, 300, 700), (300, 300, 1),
                                   (40, 2900, 40), (150, 600, 700)])
@pytest.mark.parametrize("dtype", FLOATS)
def test_n2_infinities_meet_zeros_on_every_way(shape, dtype):
    m, k, n = shape
    a, b = np.ones((m, k), dtype), np.ones((k, n), dtype)
    a[m // 2], b[k - 1, n // 3] = 0, np.inf
    expected = np.full((m, n), k, dtype)
    expected[m // 2], expected[:, n // 3], expected[m // 2, n // 3] = 0, np.inf, np.nan
    for right in (b, np.asfortranarray(b)):
        same(swath.matmul(a, right), expected)
        same(swath.matmul(a, right, out=np.full((m, n), 7, dtype)), expected)
    same(swath.matmul(np.stack([a, a]), b)[1], expected)


@pytest.mark.parametrize("m, k, n", [(0, 0, 0), (0, 3, 2), (2, 0, 3), (3, 2, 0), (2, 0, 0), (0, 0, 2), (0, 2, 0)])
@pytest.mark.parametrize("lead", [(), (0,), (2,), (0, 2)])
def test_s1_zero_sides(m, k, n, lead):
    a, b = np.ones((*lead, m, k), "f4"), np.ones((k, n), "f4")
    same(swath.matmul(a, b), np.matmul(a, b))
    out = np.full((*lead, m, n), 7, "f4")
    assert swath.matmul(a, b, out=out) is out
    same(out, np.matmul(a, b))
    same(swath.matmul(a, np.ones(k, "f4")), np.matmul(a, np.ones(k, "f4")))


@pytest.mark.parametrize("shape", [(8, 8), (30, 30), (300, 300)])
@pytest.mark.parametrize("which", ["a", "b", "both", "a turned"])
def test_s6_an_output_that_overlaps_an_input(shape, which):
    a, b = values(shape, "f4"), values(shape, "f4", 1)
    expected = swath.matmul(a, a if which == "both" else b)
    if which == "a turned":
        swath.matmul(a, b, out=a.T)
        same(a.T, expected)
        return
    out = b if which == "b" else a
    swath.matmul(a, a if which == "both" else b, out=out)
    same(out, expected)


def test_s8_an_output_of_2_to_the_50_bytes():
    column = np.broadcast_to(np.ones(1), (1 << 25, 1))
    with pytest.raises(MemoryError) as caught:
        swath.matmul(column, column[: 1 << 22].T)
    assert isinstance(caught.value, swath.Error)
    with pytest.raises(MemoryError):
        swath.matmul(column, np.broadcast_to(np.ones(1), (1, 1 << 40)))


@pytest.mark.parametrize("dtype", ["f4", "f8", "i1", "i4", "u8", "?"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 2), (16, 16, 16), (40, 33, 17)])
def test_small_products_with_every_kind_of_output(dtype, shape):
    m, k, n = shape
    rng = np.random.default_rng(m + k + n)
    a = rng.integers(0, 3, (m, k)).astype(dtype)
    b = rng.integers(0, 3, (k, n)).astype(dtype)
    expected = a @ b
    out = np.empty((m, n), dtype)
    for got in (swath.matmul(a, b), swath.matmul(a, b, out=out), out):
        assert got.dtype == expected.dtype and np.array_equal(got, expected)
    assert swath.matmul(a, b, out=out) is out
    wide = np.zeros((m, 2 * n), dtype)
    swath.matmul(a, b, out=wide[:, ::2])
    assert np.array_equal(wide[:, ::2], expected) and not wide[:, 1::2].any()
    if m == k == n:
        square = a.copy()
        assert swath.matmul(square, b, out=square) is square
        assert np.array_equal(square, expected)
    a.flags.writeable = False
    assert np.array_equal(swath.matmul(a, b), expected)
    with pytest.raises(ValueError):
        swath.matmul(b, b, out=a) if k == n else swath.matmul(b, np.zeros((n + 1, 2), dtype))
