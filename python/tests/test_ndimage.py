"""swath.ndimage against scipy.ndimage."""

import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.ndimage as theirs
from conftest import FLOATS, is_awkward, layouts, same, values
from hypothesis import given

import swath
from swath import ndimage as ours

MODES = ["reflect", "grid-mirror", "mirror", "nearest", "wrap", "grid-wrap", "constant",
         "grid-constant"]
SMALL = ["int8", "int16", "int32", "uint8", "uint16"]


def check(actual, expected, taps, size):
    """float: taps roundings of sums of this size; integers: the same."""
    assert actual.dtype == expected.dtype and actual.shape == expected.shape
    if actual.dtype.kind == "f":
        bound = 4 * (taps + 4) * np.finfo(actual.dtype).eps * size
        assert np.all(np.abs(actual.astype("f8") - expected) <= bound)
    else:
        assert np.array_equal(actual, expected)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", ["correlate", "convolve"])
@pytest.mark.parametrize("dtype", FLOATS)
def test_weights(function, mode, dtype):
    a = values((17, 13), dtype)
    for shape in ((3, 3), (1, 5), (4, 2), (7, 1), (25, 19)):
        w = values(shape, "f8", 1)
        for cval in (0.0, 2.5):
            k = {"mode": mode, "cval": cval}
            expected = getattr(theirs, function)(a, w, **k)
            check(getattr(ours, function)(a, w, **k), expected, w.size, np.abs(w).sum() * 4)
            for origin in (0, -(shape[0] // 2), (shape[0] - 1) // 2):
                k1 = {"axis": 0, "origin": origin, **k}
                line = np.ascontiguousarray(w[:, 0])
                expected = getattr(theirs, function + "1d")(a, line, **k1)
                actual = getattr(ours, function + "1d")(a, line, **k1)
                check(actual, expected, line.size, np.abs(line).sum() * 4)


@pytest.mark.parametrize("function", ["correlate", "convolve"])
def test_origin_and_axes(function):
    a, w = values((6, 7, 8), "f8"), values((3, 4), "f8", 1)
    o, t = getattr(ours, function), getattr(theirs, function)
    for axes in ((0, 1), (1, 2), (0, 2), (-1, -3), (2, 1)):
        for origin in (0, -1, (1, -1), [0, 1]):
            k = {"axes": axes, "origin": origin}
            check(o(a, w, **k), t(a, w, **k), w.size, 40)
    check(o(a, w[0], axes=1), t(a, w[0], axes=(1,)), 4, 10)
    for bad in ((2, 0), -2, (0, 2)):
        with pytest.raises(ValueError, match="origin"):
            o(a, w, axes=(0, 1), origin=bad)


@pytest.mark.parametrize("dtype", SMALL)
@pytest.mark.parametrize("mode", ["reflect", "constant", "wrap"])
def test_whole_weights_are_exact(dtype, mode):
    rng = np.random.default_rng(3)
    a = rng.integers(0, 6, (20, 21)).astype(dtype)
    w = rng.integers(0, 3, (3, 3))
    same(ours.correlate(a, w, mode=mode, cval=2), theirs.correlate(a, w, mode=mode, cval=2))
    same(ours.convolve1d(a, w[0], mode=mode), theirs.convolve1d(a, w[0], mode=mode))
    # At the ends of the type: what does not fit wraps around.
    full = np.full((5, 5), np.iinfo(dtype).max, dtype)
    same(ours.correlate(full, np.ones((3, 3))), theirs.correlate(full, np.ones((3, 3))))
    same(ours.convolve1d(full, [3, -9, 1]), theirs.convolve1d(full, [3, -9, 1]))


@pytest.mark.parametrize("dtype", SMALL + ["int64", "uint32", "uint64"])
@pytest.mark.parametrize("output", [None, "f4", "f8", "i4"])
def test_integers_with_any_weights(dtype, output):
    a = np.random.default_rng(4).integers(0, 100, (15, 16)).astype(dtype)
    w = np.abs(values((3, 3), "f8")) / 9
    expected = theirs.correlate(a, w, output=output)
    check(ours.correlate(a, w, output=output), expected, 9, 100)
    for sigma in (0.7, 2.0):
        expected = theirs.gaussian_filter(a, sigma, output=output)
        check(ours.gaussian_filter(a, sigma, output=output), expected, 30, 100)
    same(ours.sobel(a, output="f8"), theirs.sobel(a, output="f8"))
    same(ours.sobel(a), theirs.sobel(a))


def second_difference(a, axis, output, mode, cval):
    return theirs.correlate1d(a, [1, -2, 1], axis, output, mode, cval, 0)


@pytest.mark.parametrize("dtype", SMALL + ["int64", "uint32", "uint64", "float32"])
@pytest.mark.parametrize("output", [None, "i1", "u1", "i2", "u4", "i8"])
def test_integer_results_are_scipys(dtype, output):
    """Flat areas, steps and noise over the whole range: sums that meet whole numbers, and
    results that do not fit."""
    if dtype == "float32" and output is None:
        return
    rng = np.random.default_rng(sum(map(ord, dtype + str(output))))
    most = 250 if dtype == "float32" else min(int(np.iinfo(dtype).max), 2**40)
    least = -most if np.dtype(dtype).kind in "if" else 0
    images = [
        np.full((9, 20), most // 2), np.tile([0, 100], (13, 6)), rng.integers(least, most, (17, 12)),
        rng.integers(0, 100, (6, 7, 8)), rng.integers(least, most, 30), rng.integers(0, 5, (40, 2)),
    ]
    for image in images:
        a = image.astype(dtype)
        for mode in ("reflect", "constant", "wrap", ["mirror", "nearest", "reflect"][: a.ndim]):
            k = {"mode": mode, "cval": 3.7, "output": output}
            calls = [
                ("gaussian_filter", 1.0), ("gaussian_filter", 2.3), ("gaussian_filter", 0.4, 1),
                ("uniform_filter", 3), ("uniform_filter", 4), ("sobel", 0), ("prewitt", -1),
                ("laplace",), ("gaussian_laplace", 1.1), ("gaussian_gradient_magnitude", 1.3),
                ("generic_laplace", second_difference),
                ("generic_gradient_magnitude", second_difference),
            ]
            if isinstance(mode, str):
                w = rng.standard_normal((3,) * a.ndim)
                even = np.full((2,) * a.ndim, 0.5)
                for name in ("correlate", "convolve"):
                    calls += [(name, w), (name, even), (name, np.ones((3,) * a.ndim) / 3**a.ndim)]
                    calls += [(name + "1d", line, 0) for line in
                              ([0.2, 0.6, 0.2], [-0.5, 0, 0.5], [0.3, 0.1], [1, 2, 3, 4.5, 0.1])]
            for name, *arguments in calls:
                if name == "uniform_filter":
                    # SciPy's running sum keeps the rounding errors of broken numbers.
                    k = {**k, "cval": 3.0}
                with np.errstate(invalid="ignore"):
                    expected = getattr(theirs, name)(a, *arguments, **k)
                actual = getattr(ours, name)(a, *arguments, **k)
                assert actual.dtype == expected.dtype
                assert np.array_equal(actual, expected), (name, arguments, mode)


def test_bool():
    a = values((9, 9), "f8") > 0
    check(ours.gaussian_filter(a, 1.0, output="f8"), theirs.gaussian_filter(a, 1.0, output="f8"),
          9, 1)
    with pytest.raises(TypeError, match="output"):
        ours.gaussian_filter(a, 1.0)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_gaussian(mode, dtype):
    a = values((40, 30), dtype)
    for k in ({"sigma": 1}, {"sigma": (3, 0.5)}, {"sigma": [0, 2]}, {"sigma": 0},
              {"sigma": 2, "order": 1}, {"sigma": 1.5, "order": (0, 2)},
              {"sigma": 2, "truncate": 2.5}, {"sigma": 2, "radius": 3},
              {"sigma": (1, 2), "radius": (2, 5)}, {"sigma": 1, "axes": 0},
              {"sigma": (1, 2), "axes": (1, 0)}, {"sigma": (2,), "axes": (-1,), "order": 1},
              {"sigma": 30.0}):
        k = {**k, "mode": mode, "cval": 1.5}
        expected = theirs.gaussian_filter(
            a, **{**k, **({"axes": (k["axes"],)} if isinstance(k.get("axes"), int) else {})}
        )
        check(ours.gaussian_filter(a, **k), expected, 250, 6)
    for axis in (0, 1, -1):
        for k in ({}, {"order": 1}, {"radius": 4}, {"truncate": 3.0}):
            k = {"axis": axis, "mode": mode, "cval": 2.0, **k}
            expected = theirs.gaussian_filter1d(a, 1.7, **k)
            check(ours.gaussian_filter1d(a, 1.7, **k), expected, 20, 6)


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_mode_for_each_axis(dtype):
    a = values((12, 13, 14), dtype)
    for modes in (("reflect", "wrap", "nearest"), ["constant", "mirror", "reflect"], ["wrap"] * 3):
        k = {"mode": modes, "cval": 0.5}
        check(ours.gaussian_filter(a, (1, 2, 0.7), **k),
              theirs.gaussian_filter(a, (1, 2, 0.7), **k), 40, 6)
        for axis in (0, 1, 2):
            check(ours.sobel(a, axis, **k), theirs.sobel(a, axis, **k), 27, 100)
    with pytest.raises(ValueError, match="mode"):
        ours.gaussian_filter(a, 1, mode=("wrap", "wrap"))


@pytest.mark.parametrize("mode", MODES)
def test_sobel(mode):
    for shape in ((9,), (8, 9), (5, 6, 7), (0, 4), (1, 1)):
        a = values(shape, "f8")
        for axis in range(-1, len(shape)):
            k = {"axis": axis, "mode": mode, "cval": 1.0}
            check(ours.sobel(a, **k), theirs.sobel(a, **k), 27, 100)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_boxes_and_joined_derivatives(mode, dtype):
    for shape in ((9,), (18, 9), (5, 6, 7), (0, 4), (1, 1)):
        a = values(shape, dtype)
        k = {"mode": mode, "cval": 1.0}
        for size in (1, 2, 3, 7, 25):
            check(ours.uniform_filter(a, size, **k), theirs.uniform_filter(a, size, **k), 90, 4)
            for origin in (-(size // 2), (size - 1) // 2):
                k1 = {"origin": origin, "axis": 0, **k}
                check(ours.uniform_filter1d(a, size, **k1),
                      theirs.uniform_filter1d(a, size, **k1), 40, 4)
        for axis in range(len(shape)):
            check(ours.prewitt(a, axis, **k), theirs.prewitt(a, axis, **k), 27, 100)
        check(ours.laplace(a, **k), theirs.laplace(a, **k), 12, 20)
        for name in ("gaussian_laplace", "gaussian_gradient_magnitude"):
            o, t = getattr(ours, name), getattr(theirs, name)
            for more in ({}, {"truncate": 2.0}, {"radius": 3}):
                check(o(a, 1.5, **k, **more), t(a, 1.5, **k, **more), 100, 20)
    a = values((6, 7, 8), dtype)
    for axes in ((0, 1), (2, 0), (1,)):
        k = {"mode": mode, "cval": 1.0, "axes": axes}
        sizes = (3, 4)[:len(axes)]
        check(ours.uniform_filter(a, sizes, **k), theirs.uniform_filter(a, sizes, **k), 40, 4)
        check(ours.laplace(a, **k), theirs.laplace(a, **k), 12, 20)
        check(ours.gaussian_laplace(a, 1, **k), theirs.gaussian_laplace(a, 1, **k), 100, 20)
    with pytest.raises(TypeError, match="order"):
        ours.gaussian_laplace(a, 1, order=1)
    with pytest.raises(ValueError, match="size is 0"):
        ours.uniform_filter(a, 0)


def test_derivatives_of_the_callers():
    def difference(a, axis, output, mode, cval, scale=1.0, shift=0):
        return theirs.correlate1d(a, [-scale, 0, scale], axis, output, mode, cval, shift)

    a = values((9, 8, 7), "f8")
    for name in ("generic_laplace", "generic_gradient_magnitude"):
        o, t = getattr(ours, name), getattr(theirs, name)
        for k in ({}, {"mode": "wrap"}, {"mode": ("wrap", "mirror", "nearest")}, {"axes": (0, 2)},
                  {"extra_arguments": (2.0,)}, {"extra_keywords": {"shift": 1}},
                  {"mode": "constant", "cval": 3.0}, {"axes": (1,)}):
            check(o(a, difference, **k), t(a, difference, **k), 12, 200)
        out = np.empty_like(a)
        assert o(a, difference, output=out) is out
        check(out, t(a, difference), 12, 200)
        # Joined in the output, stretch by stretch, however it lies.
        for shape in ((1, 70_000), (2, 70_000), (70_000, 3), (300, 400), (50_000,), (0, 3)):
            x = values(shape, "f8")
            expected = t(x, difference)
            for out in (np.full(shape, np.nan), np.full(shape[::-1], np.nan).T):
                check(o(x, difference, output=out), expected, 12, 200)
            check(o(x, difference, output=x), expected, 12, 200)  # the input
        with pytest.raises(ZeroDivisionError):
            o(a, lambda *_: 1 // 0)


CALLS = [
    ("correlate", (np.arange(9.0).reshape(3, 3),)),
    ("convolve", (np.arange(9.0).reshape(3, 3),)),
    ("correlate1d", ([1.0, 2, 4],)),
    ("convolve1d", ([1.0, 2, 4],)),
    ("gaussian_filter", (1.5,)),
    ("gaussian_filter1d", (1.5,)),
    ("sobel", ()),
    ("prewitt", ()),
    ("uniform_filter", (3,)),
    ("uniform_filter1d", (4,)),
    ("laplace", ()),
]


@pytest.mark.parametrize("name,arguments", CALLS)
@pytest.mark.parametrize("dtype", ["f4", "f8", "u1", "i4"])
def test_layouts_and_outputs(name, arguments, dtype):
    function = getattr(ours, name)
    a = np.abs(values((18, 21), "f8") * 20).astype(dtype)
    expected = function(a, *arguments)
    for layout, view in layouts(a):
        same(function(view, *arguments), expected)
        out = next(out for n, out in layouts(np.zeros_like(a)) if n == layout)
        if is_awkward(layout, dtype):
            with pytest.raises(ValueError, match="output"):
                function(a, *arguments, output=out)
        else:
            assert function(view, *arguments, output=out) is out
            same(out, expected)
    both = a.copy()
    assert function(both, *arguments, output=both) is both
    same(both, expected)
    shifted = np.zeros((20, 21), dtype)
    shifted[:18] = a
    function(shifted[:18], *arguments, output=shifted[2:])
    same(shifted[2:], expected)
    with pytest.raises(ValueError, match=r"output has shape"):
        function(a, *arguments, output=np.zeros((21, 18)))
    for target in ("f8", np.float32, np.dtype("i4"), float):
        assert function(a, *arguments, output=target).dtype == np.dtype(target)


def box_by_box(a, size):
    """The means of boxes, each by itself: along the last axis if `size` is even."""
    shape = (size, size) if size % 2 else (1, size)
    return theirs.correlate(a, np.full(shape, 1 / np.prod(shape)))


@pytest.mark.parametrize("name,arguments", CALLS)
def test_special_values_and_shapes(name, arguments):
    o, t = getattr(ours, name), getattr(theirs, name)
    for shape in ((0, 3), (3, 0), (1, 1), (2, 1)):
        a = values(shape, "f8")
        check(o(a, *arguments), t(a, *arguments), 30, 200)
    if name.startswith("uniform"):
        t = box_by_box  # SciPy's running sum carries what is not finite along the line
    a = values((12, 12), "f8")
    a[4, 5] = np.nan
    actual, expected = o(a, *arguments), t(a, *arguments)
    assert np.isnan(actual[np.isnan(expected)]).all()  # SciPy skips taps of zero
    assert name.startswith("uniform") <= (np.isnan(actual) == np.isnan(expected)).all()
    a[4, 5] = np.inf
    actual, expected = o(a, *arguments), t(a, *arguments)
    finite = np.isfinite(actual)
    np.testing.assert_allclose(actual[finite], expected[finite], 1e-9, 1e-9)


def test_casts():
    a = np.array([-300.7, -3.2, -0.9, 0.9, 254.9, 300.0, 70000.5, -70000.5, 2e9])
    for dtype in ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"):
        same(ours.correlate1d(a, [1.0], output=dtype), theirs.correlate1d(a, [1.0], output=dtype))
        same(ours.correlate(a, [1.0], output=dtype), theirs.correlate(a, [1.0], output=dtype))


def test_photo():
    data = pytest.importorskip("skimage.data")
    photo = data.astronaut()
    for dtype in ("u1", "f4", "f8"):
        a = photo.astype(dtype)
        expected = theirs.gaussian_filter(a, (2, 2, 0), output="f8")
        actual = ours.gaussian_filter(a, (2, 2, 0), output="f8")
        np.testing.assert_allclose(actual, expected, 1e-12 if dtype != "f4" else 1e-12, 1e-9)
        gray = a[..., 0]
        check(ours.sobel(gray, 0, output="f8"), theirs.sobel(gray, 0, output="f8"), 9, 2048)
    box = np.ones((5, 5), int)
    gray = (photo[..., 1] // 26).astype("u1")
    same(ours.correlate(gray, box), theirs.correlate(gray, box))


@given(
    shape=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    mode=st.sampled_from(MODES),
    data=st.data(),
)
def test_any_filter(shape, mode, data):
    a = values(shape, "f8")
    w = values([data.draw(st.integers(1, 5)) for _ in shape], "f8", 1)
    origin = [data.draw(st.integers(-(n // 2), (n - 1) // 2)) for n in w.shape]
    for name in ("correlate", "convolve"):
        k = {"mode": mode, "origin": origin, "cval": 0.25}
        check(getattr(ours, name)(a, w, **k), getattr(theirs, name)(a, w, **k), w.size,
              4 * np.abs(w).sum())


COMPLEX = [
    lambda f, a, **more: f.correlate(a, np.array([[1, 2 - 1j], [0.5j, 3], [1, 1]]), **more),
    lambda f, a, **more: f.convolve(a, np.array([[1, 2 - 1j], [0.5j, 3], [1, 1]]), **more),
    lambda f, a, **more: f.correlate(a, np.arange(6.0).reshape(2, 3), origin=(-1, 1), **more),
    lambda f, a, **more: f.correlate1d(a, [1, 2j, -1], axis=0, **more),
    lambda f, a, **more: f.convolve1d(a, np.array([1, 2j, -1, 4]), origin=1, **more),
    lambda f, a, **more: f.gaussian_filter(a, (1, 2), order=(0, 1), **more),
    lambda f, a, **more: f.gaussian_filter(a, 0, **more),
    lambda f, a, **more: f.gaussian_filter1d(a, 1.5, axis=0, radius=3, **more),
    lambda f, a, **more: f.uniform_filter(a, (3, 4), **more),
    lambda f, a, **more: f.uniform_filter1d(a, 5, axis=0, origin=1, **more),
    lambda f, a, **more: f.sobel(a, axis=0, **more),
    lambda f, a, **more: f.prewitt(a, **more),
    lambda f, a, **more: f.laplace(a, **more),
    lambda f, a, **more: f.gaussian_laplace(a, 1.0, **more),
    lambda f, a, **more: f.gaussian_gradient_magnitude(a, 1.0, **more),
    lambda f, a, **more: f.generic_laplace(a, f.sobel, **more),
    lambda f, a, **more: f.generic_gradient_magnitude(a, f.prewitt, **more),
]


@pytest.mark.parametrize("k", range(len(COMPLEX)))
@pytest.mark.parametrize("dtype", ["c8", "c16"])
def test_complex_numbers_as_scipy(k, dtype):
    rng = np.random.default_rng(k)
    a = (rng.normal(size=(7, 9)) + 1j * rng.normal(size=(7, 9))).astype(dtype)
    call, rtol = COMPLEX[k], {"c8": 2e-5, "c16": 1e-12}[dtype]
    for more in ({}, {"mode": "wrap"}, {"mode": "constant", "cval": 2 - 3j}):
        expected, actual = call(theirs, a, **more), call(ours, a, **more)
        assert actual.dtype == expected.dtype
        np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol * abs(expected).max())
        out = np.empty((7, 18), dtype)[:, ::2]
        assert call(ours, a, output=out, **more) is out
        assert (out == actual).all()
        here = a.copy()
        assert (call(ours, here, output=here, **more) == actual).all()
    if dtype == "c16":
        assert (call(ours, a.tolist()) == call(ours, a)).all()


def test_complex_weights_on_real_numbers():
    a, w = np.arange(12.0).reshape(3, 4), np.array([1, 2j, -1])
    for name in ("correlate1d", "convolve1d"):
        expected = getattr(theirs, name)(a, w)
        for weights in (w, list(w)):
            actual = getattr(ours, name)(a, weights)
            assert actual.dtype == expected.dtype
            np.testing.assert_allclose(actual, expected, rtol=1e-14)
        with pytest.raises(ValueError, match="cval is 1j, but input is real"):
            getattr(ours, name)(a, w, mode="constant", cval=1j)
        with pytest.raises(TypeError, match="output has dtype float64, but the result is complex"):
            getattr(ours, name)(a, w, output=np.empty_like(a))
    with pytest.raises(ValueError, match=r"sobel: cval is 0\+1j, must be a real number"):
        ours.sobel(a, mode="constant", cval=1j)
    with pytest.raises(ValueError, match=r"filter is NaN somewhere in its shape \[3\]"):
        ours.correlate1d(a, np.array([1, np.nan * 1j, 1]))


def test_refusals():
    a = np.ones((4, 5))
    refused = [
        lambda: ours.correlate(a, np.ones(3)),
        lambda: ours.correlate(a, np.ones((0, 3))),
        lambda: ours.correlate(a, np.ones((3, 3)), mode="folded"),
        lambda: ours.correlate(a, np.ones((3, 3)), axes=(0, 0)),
        lambda: ours.correlate(a, np.ones((3, 3)), origin=(0, 0, 0)),
        lambda: ours.correlate1d(a, np.ones((3, 3))),
        lambda: ours.correlate1d(a, []),
        lambda: ours.correlate1d(a, [1.0, np.nan]),
        lambda: ours.convolve(a, [[1.0, np.nan]]),
        lambda: ours.convolve(a.astype("u1"), [[1.0, np.nan]]),
        lambda: ours.correlate(a, np.ones((3, 3)), origin=2),
        lambda: ours.correlate(a, np.ones((3, 3)), origin=-2),
        lambda: ours.correlate(a, np.ones((3, 3)), axes=(0, 2)),
        lambda: ours.uniform_filter(a, 0),
        lambda: ours.uniform_filter(a, 3, origin=2),
        lambda: ours.uniform_filter(a, 2**40),
        lambda: ours.gaussian_filter(a, 1e300),
        lambda: ours.gaussian_filter(a, np.inf),
        lambda: ours.gaussian_filter(a, 1, mode="mirrored"),
        lambda: ours.gaussian_laplace(a, -2.0),
        lambda: ours.correlate1d(a, [1.0], axis=2),
        lambda: ours.gaussian_filter(a, -1.0),
        lambda: ours.gaussian_filter(a, np.nan),
        lambda: ours.gaussian_filter(a, (1, 2, 3)),
        lambda: ours.gaussian_filter(a, 1, order=-1),
        lambda: ours.gaussian_filter(a, 1, radius=-1),
        lambda: ours.gaussian_filter(a, 1, truncate=np.inf),
        lambda: ours.gaussian_filter1d(a, 1, axis=-3),
        lambda: ours.sobel(a, axis=2),
        lambda: ours.sobel(np.float64(1)),
    ]
    for call in refused:
        with pytest.raises(ValueError) as caught:
            call()
        assert isinstance(caught.value, swath.Error)
    for bad in (np.ones((3, 3), "f2"), np.array([["a"]])):
        with pytest.raises(TypeError):
            ours.sobel(bad)
    with pytest.raises(TypeError):
        ours.sobel(a, output="c16")


@pytest.mark.parametrize("shape", [(130, 150), (40, 90, 3), (3, 40, 50)])
def test_bytes_are_scipys_to_the_last_bit(shape):
    rng = np.random.default_rng(5)
    steps = np.zeros(shape, "u1")
    steps[: shape[0] // 2] = 255
    ramp = np.broadcast_to(np.arange(shape[1], dtype="u1")[:, None][: shape[1]].reshape(
        (1, shape[1]) + (1,) * (len(shape) - 2)), shape)
    for a in (rng.integers(0, 256, shape, "u1"), np.full(shape, 200, "u1"), steps, ramp):
        for dtype in ("u1", "i1"):
            b = a.view(dtype) if a.flags.c_contiguous else a.astype(dtype)
            for mode in ("reflect", "mirror", "nearest", "wrap", "constant"):
                for sigma, order in ((0.4, 0), (1.0, 0), (3.0, 0), (10.0, 0), (1.5, 1), (2.0, 2)):
                    k = {"order": order, "mode": mode, "cval": 3.0, "axes": (0, 1)}
                    np.testing.assert_array_equal(
                        ours.gaussian_filter(b, sigma, **k), theirs.gaussian_filter(b, sigma, **k))
                w = [0.25, -1.75, 0.5, 3.0]
                for axis in range(b.ndim):
                    k = {"axis": axis, "mode": mode, "origin": -1, "output": "i4"}
                    np.testing.assert_array_equal(
                        ours.correlate1d(b, w, **k), theirs.correlate1d(b, w, **k))
                np.testing.assert_array_equal(
                    ours.uniform_filter(b, 5, mode=mode), theirs.uniform_filter(b, 5, mode=mode))
                np.testing.assert_array_equal(
                    ours.sobel(b, 0, mode=mode), theirs.sobel(b, 0, mode=mode))
