"""dot with numbers, inner, outer, vdot and vecdot against NumPy."""

import numpy as np
import pytest
from conftest import DTYPES, FLOATS, is_awkward, layouts, same, values

import swath


def numbers(shape, dtype, seed=0):
    """Small whole numbers, whose sums of products are exact, or wrap."""
    if dtype == "bool":
        return values(shape, "u1", seed) > 200
    return (values(shape, "i2", seed) % 16).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
@pytest.mark.parametrize("shapes", [((), ()), ((), (3,)), ((2, 3), ()), ((3,), (3,)),
                                    ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)),
                                    ((2, 3), (4, 5, 3)), ((4, 5, 3), (2, 3)), ((2, 0), (3, 0)),
                                    ((0, 3), (2, 3))])
def test_inner(dtype, shapes):
    a, b = (numbers(shape, dtype, i) for i, shape in enumerate(shapes))
    same(swath.inner(a, b), np.inner(a, b))
    assert type(swath.inner(a, b)) is type(np.inner(a, b))


@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
def test_inner_of_any_layout(dtype):
    a, b = numbers((5, 33), dtype), numbers((4, 33), dtype, 1)
    for _, x in layouts(a):
        for _, y in layouts(b):
            same(swath.inner(x, y), np.inner(a, b))


@pytest.mark.parametrize("left", DTYPES + ["bool"])
@pytest.mark.parametrize("right", DTYPES + ["bool"])
def test_numbers_and_promotion(left, right):
    a, b = numbers((2, 3), left), numbers((), right, 1)
    same(swath.dot(a, b), np.dot(a, b))
    same(swath.dot(b, a), np.dot(b, a))
    same(swath.dot(b, b), np.dot(b, b))
    same(swath.outer(a, numbers((2, 2), right, 2)), np.outer(a, numbers((2, 2), right, 2)))
    same(swath.vdot(a, numbers((2, 3), right, 3)), np.vdot(a, numbers((2, 3), right, 3)))
    if hasattr(np, "vecdot"):
        same(swath.vecdot(a, numbers((3,), right, 3)), np.vecdot(a, numbers((3,), right, 3)))


def test_numbers_of_python():
    a = values((2, 3), "f4")
    same(swath.dot(a, 2), np.dot(a, 2))
    same(swath.dot(2.5, a), np.dot(2.5, a))
    same(swath.dot(3, 4), np.dot(3, 4))
    same(swath.inner(a, 2.5), np.inner(a, 2.5))


def test_vdot():
    a, b = numbers((4, 6), "f8"), numbers((24,), "f8", 1)
    for _, x in layouts(a):
        same(swath.vdot(x, b), np.vdot(a, b))
        same(swath.vdot(x, x), np.vdot(a, a))
        same(swath.vdot(b.reshape(2, 12), x), np.vdot(a, b))
    same(swath.vdot([], []), np.vdot([], []))
    with pytest.raises(swath.ShapeError, match=r"24 and 23.*\[4, 6\]"):
        swath.vdot(a, b[1:])


@pytest.mark.parametrize("dtype", DTYPES + ["bool"])
@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (2, 3)), ((2, 3), (3,)),
                                    ((4, 1, 3), (5, 3)), ((2, 0), (2, 0)), ((0, 3), (3,))])
def test_vecdot(dtype, shapes):
    a, b = (numbers(shape, dtype, i) for i, shape in enumerate(shapes))
    wide = (a.astype("i8"), b.astype("i8"))
    expected = (np.broadcast_arrays(*wide)[0] * wide[1]).sum(-1).astype(dtype)
    for _, x in layouts(a):
        for _, y in layouts(b):
            same(swath.vecdot(x, y), expected)
    same(swath.vecdot(a, b, keepdims=True), expected[..., None])
    a, b = np.moveaxis(a, -1, 0), np.moveaxis(b, -1, 0)
    if a.ndim == b.ndim:
        same(swath.vecdot(a, b, axis=0), expected)
        same(swath.vecdot(a, b, axis=0, keepdims=True), expected[None])
    out = np.empty_like(expected)
    same(swath.vecdot(a, b, axis=0, out=out), expected)
    assert swath.vecdot(a, b, out, axis=0) is out


def test_outputs():
    a, b = numbers((3,), "f8"), numbers((4,), "f8", 1)
    expected = np.outer(a, b)
    for name, out in layouts(np.zeros((3, 4))):
        if is_awkward(name, "f8"):
            with pytest.raises(ValueError, match="out"):
                swath.outer(a, b, out)
            continue
        assert swath.outer(a, b, out) is out
        same(out, expected)
    narrow = np.zeros((3, 4), "f4")
    swath.outer(a, b, out=narrow)
    same(narrow, expected.astype("f4"))
    with pytest.raises(swath.ShapeError, match=r"\[4, 3\].*\[3, 4\]"):
        swath.outer(a, b, np.zeros((4, 3)))
    assert swath.dot(a, 2.0, out=a) is a  # s6: an output that is an input
    same(a, 2 * numbers((3,), "f8"))
    bools = np.zeros((2, 2), bool)
    assert swath.dot(np.ones((2, 3), bool), np.ones((3, 2), bool), bools) is bools and bools.all()


def test_more_trues_than_a_byte_counts():
    a = np.ones(256, bool)
    for function in (swath.dot, swath.vdot, swath.inner, swath.matmul):
        assert function(a, a) is np.True_
    assert swath.matmul(a[None], a[:, None]).all()
    assert swath.vecdot(np.ones((2, 256), bool), a).all()


@pytest.mark.parametrize("dtype", FLOATS)
def test_n2_infinities_times_zero(dtype):
    a = np.array([0, 1], dtype)
    b = np.array([np.inf, 1], dtype)
    for function in (swath.dot, swath.vdot, swath.inner, swath.vecdot):
        assert np.isnan(function(a, b))
    assert np.isnan(swath.outer(a, b)[0, 0])


def test_refusals():
    a = np.ones((2, 3))
    for function in (swath.inner, swath.vecdot):
        with pytest.raises(swath.ShapeError, match=r"\[2, 3\].*\[4\]"):
            function(a, np.ones(4))
    with pytest.raises(swath.ShapeError):
        swath.vecdot(a, np.ones((4, 3)))
    with pytest.raises(swath.AxisError):
        swath.vecdot(a, a, axis=2)
    with pytest.raises(swath.AxisError):
        swath.vecdot(1.0, 2.0)
    for option, value in (("casting", "unsafe"), ("order", "F"), ("axes", [0, 0, 0]),
                          ("subok", False)):
        with pytest.raises(ValueError, match=f"{option} is not supported"):
            swath.vecdot(a, a, **{option: value})
    for function in (swath.inner, swath.outer, swath.dot):
        with pytest.raises(TypeError):
            function(a.astype("c8"), a)
