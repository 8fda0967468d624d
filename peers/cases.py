"""The table of cases: what is measured, by which calls, against whom.

`CALLS` has an entry for each operation: our call, and the peers' calls for the same
result. `CASES` has a line for each row of cases: family, operation, types, shapes,
options. A new family adds its calls and its lines here and nowhere else; a new
library adds a file to lib/adapters/ and its calls here.

In a call, `x`, `y` are the inputs, `w` the weights of a filter (`v` the same
reversed, `g` those of a Gaussian in one dimension), `out` is an output that exists already (None in a case called fresh),
`b` to `e` further operands, `axis`, `sigma`, `border` are the options. Other names belong to the library, see its
adapter. A call without `out` allocates its result every time; the report says so.
A name `rust:LIBRARY` is measured by peers/rust, whose source has the call.
"""

import itertools
import math
from dataclasses import dataclass, field

# ---- calls: library -> expression --------------------------------------------

_WHOLE = {
    "swath": "swath.{op}(x)",
    "numpy": "numpy.{op}(x)",
    "bottleneck": "bottleneck.nan{op}(x)",
    "numba": "kernels.{op}(x)",
    "jax": "jnp.{op}(x)",
    "tensorflow": "tf.reduce_{op}(x)",
    "polars": "x.{op}()",
    "pandas": "x.{op}()",
    "onnxruntime": "onnx.Reduce{Op}(x, keepdims=0)",
    "rust:ndarray": None,
    "rust:rayon": None,
}
_AXIS = {
    "swath": "swath.{op}(x, axis=axis, out=out)",
    "numpy": "numpy.{op}(x, axis=axis, out=out)",
    "bottleneck": "bottleneck.nan{op}(x, axis=axis)",
    "numba": "kernels.{op}_axis{axis}(x, out)",
    "jax": "jnp.{op}(x, axis=axis)",
    "tensorflow": "tf.reduce_{op}(x, axis=axis)",
    "onnxruntime": "onnx.Reduce{Op}(x, axes, keepdims=0)",
    "rust:ndarray": None,
}
_NUMEXPR = {"numexpr": "numexpr.evaluate('{op}(x)', x)"}
# Several axes at once, and operations that few libraries have, by NumPy's names.
_AXES = {
    "swath": "swath.{op}(x, axis=axis, out=out)",
    "numpy": "numpy.{op}(x, axis=axis, out=out)",
    "jax": "jnp.{op}(x, axis=axis)",
}
_NUMPYS = {"swath": "swath.{op}(x)", "numpy": "numpy.{op}(x)", "jax": "jnp.{op}(x)"}
_SERIES = {"polars": "x.{op}(ddof=0)", "pandas": "x.{op}(ddof=0)"}
_SPREAD = {"bottleneck": "bottleneck.nan{op}(x)"}
_SPREAD_AXIS = {"bottleneck": "bottleneck.nan{op}(x, axis=axis)"}

_ELEMENTARY = {
    "swath": "swath.{op}(x, out=out)",
    "numpy": "numpy.{op}(x, out=out)",
    "numexpr": "numexpr.evaluate('{op}(x)', x, None, out)",
    "numba": "kernels.{op}(x, out)",
    "jax": "jnp.{op}(x)",
}

CALLS = {
    "sum": _WHOLE | _NUMEXPR,
    "mean": _WHOLE,
    "min": _WHOLE | _NUMEXPR,
    "max": _WHOLE | _NUMEXPR,
    "sum along an axis": _AXIS,
    "mean along an axis": _AXIS,
    "max along an axis": _AXIS,
    **{op + " along axes": _AXES for op in ("sum", "mean", "max", "var")},
    "prod": _NUMPYS | {
        "tensorflow": "tf.reduce_prod(x)", "polars": "x.product()", "pandas": "x.prod()"},
    "var": _NUMPYS | _SPREAD | _SERIES | {"tensorflow": "tf.math.reduce_variance(x)",
        "rust:ndarray": None},
    "std": _NUMPYS | _SPREAD | _SERIES | {"tensorflow": "tf.math.reduce_std(x)"},
    "var along an axis": _AXES | _SPREAD_AXIS | {"tensorflow": "tf.math.reduce_variance(x, axis)",
        "rust:ndarray": None},
    "argmax": _NUMPYS | {
        "bottleneck": "bottleneck.nanargmax(x)", "tensorflow": "tf.argmax(x)",
        "polars": "x.arg_max()", "pandas": "x.argmax()"},
    "argmax along an axis": _AXES | {
        "bottleneck": "bottleneck.nanargmax(x, axis=axis)", "tensorflow": "tf.argmax(x, axis)"},
    "count_nonzero": _NUMPYS,
    # Rounded once; the others' sums are not.
    "sum_exact": {"swath": "swath.sum_exact(x)", "numpy": "numpy.sum(x)"},
    "nansum": _NUMPYS | {"bottleneck": "bottleneck.nansum(x)", "pandas": "x.sum()"},
    "nanmax": _NUMPYS | {"bottleneck": "bottleneck.nanmax(x)", "pandas": "x.max()"},
    "any": _NUMPYS | {"pandas": "x.any()"},
    "all": _NUMPYS | {"pandas": "x.all()"},
    "cumsum": {
        "swath": "swath.cumsum(x, out=out)",
        "numpy": "numpy.cumsum(x, out=out)",
        "jax": "jnp.cumsum(x)",
        "tensorflow": "tf.cumsum(x)",
        "polars": "x.cum_sum()",
        "pandas": "x.cumsum()",
    },
    **{op: {"swath": f"swath.{op}(x, out=out)", "numpy": f"numpy.{op}(x, out=out)"}
       for op in ("nancumsum", "nancumprod")},
    "cumsum along an axis": _AXES | {"tensorflow": "tf.cumsum(x, axis)"},
    "stack": {  # of matrix products
        "swath": "swath.matmul(x, y, out=out)",
        "numpy": "numpy.matmul(x, y, out=out)",
        "jax": "jnp.matmul(x, y)",
        "tensorflow": "tf.matmul(x, y)",
    },
    "dot": {
        "swath": "swath.dot(x, y)",
        "numpy": "numpy.dot(x, y)",
        "scipy": "blas.dot(x, y)",
        "numexpr": "numexpr.evaluate('sum(x * y)', x, y)",
        "numba": "kernels.dot(x, y)",
        "jax": "jnp.dot(x, y)",
        "tensorflow": "tf.reduce_sum(x * y)",  # tensordot takes seven times as long
        "polars": "x.dot(y)",
        "pandas": "x.dot(y)",
        "rust:ndarray": None,
        "rust:rayon": None,
    },
    "matmul": {
        "swath": "swath.matmul(x, y, out=out)",
        "numpy": "numpy.matmul(x, y, out=out)",
        "scipy": "blas.gemm(x, y, out)",
        "jax": "jnp.matmul(x, y)",
        "tensorflow": "tf.matmul(x, y)",
        "onnxruntime": "onnx.MatMul(x, y)",
        "rust:gemm": None,
        "rust:faer": None,
        "rust:matrixmultiply": None,
        "rust:ndarray": None,
    },
    "correlate": {
        "swath": "ndimage.correlate(x, w, output=out, mode=border)",
        "scipy": "ndimage.correlate(x, w, output=out, mode=border)",
        "opencv": "cv2.filter2D(x, -1, w, dst=out, borderType=BORDERS[border])",
        "jax": "correlate(pad(x, w), w)",
        "tensorflow": "correlate(pad(x, w), w)",
        "onnxruntime": "correlate(pad(x, w), w)",
        "rust:imageproc": None,
        "rust:ndarray-conv": None,
        "rust:ndarray-ndimage": None,
    },
    "convolve1d": {
        "swath": "ndimage.convolve1d(x, w, axis, output=out, mode=border)",
        "scipy": "ndimage.convolve1d(x, w, axis, output=out, mode=border)",
        "opencv": "cv2.sepFilter2D(x, -1, *along(v, axis), dst=out, borderType=BORDERS[border])",
        "jax": "correlate(pad(x, along(v, axis)), along(v, axis))",
        "tensorflow": "correlate(pad(x, along(v, axis)), along(v, axis))",
        "onnxruntime": "correlate(pad(x, along(v, axis)), along(v, axis))",
        "rust:ndarray-conv": None,
        "rust:ndarray-ndimage": None,
    },
    "gaussian": {
        "swath": "ndimage.gaussian_filter(x, sigma, output=out, mode=border)",
        "scipy": "ndimage.gaussian_filter(x, sigma, output=out, mode=border)",
        "scikit-image": "filters.gaussian(x, sigma, mode=border, out=out)",
        "opencv": "cv2.GaussianBlur(x, (len(g), len(g)), sigma, dst=out, borderType=BORDERS[border])",
        "jax": "correlate(correlate(pad(x, g, g), along(g, 0)), along(g, 1))",
        "tensorflow": "correlate(correlate(pad(x, g, g), along(g, 0)), along(g, 1))",
        "onnxruntime": "correlate(correlate(pad(x, g, g), along(g, 0)), along(g, 1))",
        "rust:imageproc": None,
        "rust:kornia-imgproc": None,
        "rust:ndarray-ndimage": None,
    },
    "gaussian_bytes": {  # grey or colour, channels last
        "swath": "ndimage.gaussian_filter(x, sigma, output=out, mode=border, axes=(0, 1))",
        "scipy": "ndimage.gaussian_filter(x, sigma, output=out, mode=border, axes=(0, 1))",
        "opencv": "cv2.GaussianBlur(x, (len(g), len(g)), sigma, dst=out, borderType=BORDERS[border])",
    },
    "sobel": {
        "swath": "ndimage.sobel(x, axis, output=out, mode=border)",
        "scipy": "ndimage.sobel(x, axis, output=out, mode=border)",
        "opencv": "cv2.Sobel(x, -1, axis, 1 - axis, dst=out, borderType=BORDERS[border])",
        "jax": "correlate(pad(x, w), w)",
        "tensorflow": "correlate(pad(x, w), w)",
        "onnxruntime": "correlate(pad(x, w), w)",
        "rust:imageproc": None,
        "rust:kornia-imgproc": None,
        "rust:ndarray-ndimage": None,
    },
    "prewitt": {
        "swath": "ndimage.prewitt(x, axis, output=out, mode=border)",
        "scipy": "ndimage.prewitt(x, axis, output=out, mode=border)",
        "opencv": "cv2.filter2D(x, -1, w, dst=out, borderType=BORDERS[border])",
    },
    "uniform": {
        "swath": "ndimage.uniform_filter(x, size, output=out, mode=border)",
        "scipy": "ndimage.uniform_filter(x, size, output=out, mode=border)",
        "opencv": "cv2.boxFilter(x, -1, (size, size), dst=out, borderType=BORDERS[border])",
    },
    "laplace": {
        "swath": "ndimage.laplace(x, output=out, mode=border)",
        "scipy": "ndimage.laplace(x, output=out, mode=border)",
        "opencv": "cv2.Laplacian(x, -1, ksize=1, dst=out, borderType=BORDERS[border])",
    },
    "gaussian_laplace": {
        "swath": "ndimage.gaussian_laplace(x, sigma, output=out, mode=border)",
        "scipy": "ndimage.gaussian_laplace(x, sigma, output=out, mode=border)",
    },
    "gaussian_gradient": {
        "swath": "ndimage.gaussian_gradient_magnitude(x, sigma, output=out, mode=border)",
        "scipy": "ndimage.gaussian_gradient_magnitude(x, sigma, output=out, mode=border)",
    },
    "fftconvolve": {
        "swath": "signal.fftconvolve(x, w, 'same')",
        "scipy": "signal.fftconvolve(x, w, 'same')",
    },
    "oaconvolve": {
        "swath": "signal.oaconvolve(x, w, 'same')",
        "scipy": "signal.oaconvolve(x, w, 'same')",
    },
    # Operations whose names are SciPy's functions and whose options those of the case.
    "convolve": {library: "ndimage.convolve(x, w, output=out, mode=border)"
                 for library in ("swath", "scipy")},
    "correlate1d": {library: "ndimage.correlate1d(x, w, axis, output=out, mode=border)"
                    for library in ("swath", "scipy")},
    "gaussian_filter1d": {
        library: "ndimage.gaussian_filter1d(x, sigma, axis, output=out, mode=border)"
        for library in ("swath", "scipy")},
    "uniform_filter1d": {
        library: "ndimage.uniform_filter1d(x, size, axis, output=out, mode=border)"
        for library in ("swath", "scipy")},
    **{op: {library: f"ndimage.{op}(x, ndimage.prewitt, output=out, mode=border)"
            for library in ("swath", "scipy")}
       for op in ("generic_laplace", "generic_gradient_magnitude")},
    "signal_convolve": {
        "swath": "signal.convolve(x, w, 'same')",
        "scipy": "signal.convolve(x, w, 'same')",
        "numpy": "numpy.convolve(x, w, 'same')",
    },
    **{op: {library: f"signal.{op}(x, w, 'same')" for library in ("swath", "scipy")}
       for op in ("convolve2d", "correlate2d")},
    "sepfir2d": {library: "signal.sepfir2d(x, w, w)" for library in ("swath", "scipy")},
    **{op: _ELEMENTARY for op in ("exp", "log", "sin", "cos", "tanh")},
    "power": {
        "swath": "swath.power(x, y, out=out)",
        "numpy": "numpy.power(x, y, out=out)",
        "numexpr": "numexpr.evaluate('x ** y', x, y, out)",
        "numba": "kernels.power(x, y, out)",
        "jax": "jnp.power(x, y)",
    },
    "fused": {  # one closure of five operands
        "swath": "closures.fused(x, b, c, d, e, out=out)",
        "numpy": "numpy.subtract(2 * x + b * c, d / e, out=out)",
        "numexpr": "numexpr.fused('2 * a + b * c - d / e', (x, b, c, d, e), out)",
        "numba": "kernels.fused(x, b, c, d, e, out)",
        "jax": "2 * x + b * c - d / e",
    },
    "axpb": {"rust:ndarray": None, "rust:rayon": None},  # 2x + 1
    "mul_add3": {"rust:ndarray": None, "rust:rayon": None},  # x * y + z
    "sqrt": {"rust:ndarray": None, "rust:rayon": None},
}

# ---- work: floating-point operations and elements moved ----------------------


# Operations with weights of a Gaussian in one dimension.
_GAUSSIANS = ("gaussian", "gaussian_bytes", "gaussian_laplace", "gaussian_gradient", "gaussian_filter1d")
# Filters along one axis, by weights of one dimension.
_LINES = ("convolve1d", "correlate1d", "uniform_filter1d", "sepfir2d")


def _taps(case):
    """The multiplications for one element of a filtered array."""
    if case.op in _GAUSSIANS:
        axes = {"gaussian_bytes": 2, "gaussian_filter1d": 1}.get(case.op, len(case.shape))
        passes = axes if case.op in ("gaussian_laplace", "gaussian_gradient") else 1
        return passes * axes * (2 * gaussian_radius(case.options["sigma"]) + 1)
    return math.prod(filter_shape(case)) * (2 if case.op == "sepfir2d" else 1)


def gaussian_radius(sigma):
    """The radius SciPy gives a Gaussian filter."""
    return int(4.0 * sigma + 0.5)


def filter_shape(case):
    """The shape of the weights `w` of a case."""
    if case.op in _LINES:
        return (case.options.get("k", case.options.get("size")),)
    side = case.options.get("k", case.options.get("size", 3))
    return (side,) * len(case.shape)


def _transforms(case):
    """Two real transforms of the whole, each 2.5 n log2 n."""
    n = math.prod(a + b - 1 for a, b in zip(case.shape, filter_shape(case)))
    return round(5 * n * math.log2(n))


def _product(shape):
    *stack, m, k, n = shape
    count = math.prod(stack)
    return 2 * count * m * k * n, count * (m * k + k * n + m * n)


# operation -> (flops, elements read and written); n elements in the (first) input
WORK = {
    "dot": lambda case, n: (2 * n, 2 * n),
    "matmul": lambda case, n: _product(case.shape),
    "stack": lambda case, n: _product(case.shape),
    **{op: lambda case, n: (n, 2 * n) for op in ("cumsum", "nancumsum", "nancumprod")},
    **{op: lambda case, n: (2 * n * _taps(case), 2 * n)
       for op in (*_GAUSSIANS, "correlate", "convolve", "convolve1d", "correlate1d", "uniform_filter1d",
                  "signal_convolve", "convolve2d", "correlate2d", "sepfir2d")},
    **{op: lambda case, n: (8 * n, 2 * n) for op in ("generic_laplace", "generic_gradient_magnitude")},
    "sobel": lambda case, n: (10 * n, 2 * n),
    "prewitt": lambda case, n: (8 * n, 2 * n),
    "uniform": lambda case, n: (5 * n, 2 * n),  # running sums
    "laplace": lambda case, n: (6 * n, 2 * n),
    "fftconvolve": lambda case, n: (_transforms(case), 2 * n),
    "oaconvolve": lambda case, n: (_transforms(case), 2 * n),
    "axpb": lambda case, n: (2 * n, 2 * n),
    "mul_add3": lambda case, n: (2 * n, 4 * n),
    "fused": lambda case, n: (5 * n, 6 * n),
    "sqrt": lambda case, n: (n, 2 * n),
    **{op: lambda case, n: (n, 2 * n) for op in ("exp", "log", "sin", "cos", "tanh")},
    "power": lambda case, n: (n, 3 * n),
}


def _reduction(case, n):
    return n, n


@dataclass(frozen=True)
class Case:
    """One thing measured; `id` names it in results and reports."""

    family: str
    op: str
    dtype: str
    shape: tuple
    limit: str  # the memory traffic that bounds it: "read" or "copy"
    options: dict = field(default_factory=dict)
    fresh: bool = False
    quick: bool = False
    group: str = ""  # cases whose geometric means the report gives
    only: tuple = ()  # the peers, if not all that have a call
    brief: bool = False  # one of many of a kind: measured in a fifth of the time

    @property
    def id(self):
        """Such as correlate/f32/2160x3840/border=mirror,k=3/fresh."""
        parts = [self.op, self.dtype, "x".join(map(str, self.shape))]
        if self.options:
            parts.append(",".join(f"{k}={v}" for k, v in sorted(self.options.items())))
        return "/".join(parts + ["fresh"] * self.fresh)

    @property
    def calls(self):
        """Library -> expression (None: measured by peers/rust)."""
        along = ""
        if self.family in ("reduce", "scan") and "axis" in self.options:
            along = " along axes" if isinstance(self.options["axis"], tuple) else " along an axis"
        names = {"op": self.op, "Op": self.op.capitalize(), "axis": self.options.get("axis")}
        return {peer: text and text.format(**names) for peer, text in CALLS[self.op + along].items()
                if not self.only or peer in ("swath", *self.only)}

    @property
    def elements(self):
        """Elements of the (first) input."""
        return math.prod(self.shape[:-1] if self.op in ("matmul", "stack") else self.shape)

    @property
    def flops(self):
        """Floating-point operations of the plain algorithm."""
        return WORK.get(self.op, _reduction)(self, self.elements)[0]

    @property
    def bytes(self):
        """Bytes that have to be read and written at least once."""
        return WORK.get(self.op, _reduction)(self, self.elements)[1] * int(self.dtype[1:]) // 8

    def record(self):
        """The case as results and processes have it."""
        more = {}
        if self.op in _GAUSSIANS:
            more["radius"] = gaussian_radius(self.options["sigma"])
        elif self.family == "conv":
            more["filter_shape"] = filter_shape(self)
        return {
            "id": self.id, "family": self.family, "op": self.op, "dtype": self.dtype,
            "shape": self.shape, "options": self.options, "fresh": self.fresh, **more,
            "limit": self.limit, "flops": self.flops, "bytes": self.bytes, "calls": self.calls,
            "group": self.group, "brief": self.brief,
        }


# ---- cases -------------------------------------------------------------------


def rows(family, ops, dtypes, shapes, limit, options=({},), quick="", **more):
    """Every combination; `quick` lists the shapes that a quick run has too."""
    for op, dtype, shape, chosen in itertools.product(ops.split(), dtypes.split(), shapes.split(), options):
        sizes = tuple(map(int, shape.split("x")))
        yield Case(family, op, dtype, sizes, limit, chosen, quick=shape in quick.split(), **more)


def _squares(sides):
    """The products of square matrices of these sides."""
    return " ".join(f"{n}x{n}x{n}" for n in sides)


def _each(name, *values, **others):
    return [{name: value, **others} for value in values]


_SWEEP = "64 256 1024 4096 16384 65536 262144 1048576 4194304 33554432"
_FOUR = "1024 65536 1048576 33554432"
_SIDES = (16, 32, 64, 128, 256)
_SIDES_BETWEEN = [n for n in range(8, 385, 8) if n not in _SIDES]
_CRATES = ("rust:gemm", "rust:faer", "rust:matrixmultiply", "rust:ndarray")
_MIRROR, _NEAREST, _ZEROS = ({"border": name} for name in ("mirror", "nearest", "constant"))

CASES = [
    *rows("reduce", "sum", "f32", _SWEEP, "read", quick="1024 65536 4194304"),
    *rows("reduce", "dot", "f32", "64 1024 16384 65536 262144 4194304 33554432", "read", quick="65536"),
    *rows("reduce", "max", "f32", _FOUR, "read", quick="1048576"),
    *rows("reduce", "mean min", "f32", _FOUR, "read"),
    *rows("reduce", "sum mean min max dot", "f64", "65536 4194304", "read"),
    *rows("reduce", "dot", "f32", "1048576", "read"),
    *rows("reduce", "sum mean min max argmax dot", "f64", "64 256 1024 4096 1048576 33554432", "read"),
    *rows("reduce", "mean min max", "f32", "64 256 4096", "read"),
    *rows("reduce", "dot", "f32", "256 4096", "read"),
    *rows("reduce", "argmax", "f32", "64 256 1024 4096", "read"),
    *rows("reduce", "count_nonzero", "f32", "64 1024 1048576", "read"),
    *rows("reduce", "sum_exact", "f32 f64", "1024 1048576 33554432", "read"),
    *rows("reduce", "sum", "f32", "4096x4096", "read", _each("axis", 0, 1), quick="4096x4096"),
    *rows("reduce", "max", "f32", "4096x4096", "read", _each("axis", 0, 1)),
    *rows("reduce", "mean", "f32", "1000000x8 8x1000000", "read", _each("axis", 0, 1)),
    *rows("reduce", "sum", "f64", "1000x1000", "read", _each("axis", 0, 1)),
    *rows("reduce", "sum", "f32", "1000x1000", "read", _each("axis", 0), fresh=True),
    *rows("reduce", "prod var std argmax nansum nanmax any all", "f32", "65536 1048576 33554432", "read"),
    *rows("reduce", "prod var", "f64", "1048576", "read"),
    *rows("reduce", "var", "f64", "33554432", "read"),
    *rows("reduce", "var argmax", "f32", "4096x4096", "read", _each("axis", 0, 1)),
    *rows("reduce", "sum", "f32 f64", "1000000x3", "read", _each("axis", 1)),
    *rows("reduce", "sum", "f32", "1000x1000x100", "read", [{"axis": axis} for axis in (0, 1, 2)]),
    *rows("reduce", "sum mean max var", "f32", "32x64x128x128", "read", _each("axis", (0, 2), (1, 3))),
    *rows("scan", "cumsum", "f64", "1048576 100000000", "copy", quick="1048576"),
    *rows("scan", "cumsum", "f32", "33554432", "copy"),
    *rows("scan", "nancumsum nancumprod", "f64", "1048576", "copy"),
    *rows("scan", "cumsum", "f64", "8192x8192", "copy", _each("axis", 0, 1)),
    *rows("matmul", "matmul", "f32 f64", _squares(_SIDES), "copy", quick=_squares([64, 256]), group="squares of 8 to 384"),
    *rows("matmul", "matmul", "f32 f64", _squares(_SIDES_BETWEEN), "copy", group="squares of 8 to 384", only=("numpy", *_CRATES), brief=True),
    *rows("matmul", "matmul", "f32 f64", _squares([512, 1000, 1008, 1024, 2016, 2048, 4096]), "copy", quick=_squares([512]), group="squares of 512 to 4096"),
    *rows("matmul", "matmul", "f32 f64", "4096x64x4096 64x4096x64 128x4096x128 4096x4096x8 100000x16x16 16x16x1000000", "copy"),
    *rows("matmul", "matmul", "f32 f64", "1x4096x4096 4096x4096x1", "read"),
    *rows("matmul", "matmul", "f32", "1000x10x1000 100000x8x8 1000x1000x17", "copy", quick="1000x10x1000"),
    *rows("matmul", "matmul", "i32", _squares([1024]), "copy", only=("numpy", "jax")),
    *rows("matmul", "matmul", "f32", _squares([256, 1024]), "copy", fresh=True),
    *rows("matmul", "stack", "f32", " ".join(f"10000x{n}x{n}x{n}" for n in (4, 8, 16, 32)), "copy", quick="10000x8x8x8"),
    *rows("matmul", "stack", "f32", "100000x4x4x4 1000x64x64x64 16x512x512x512", "copy"),
    *rows("conv", "correlate", "f32", "2160x3840", "copy", _each("k", 3, **_MIRROR), quick="2160x3840"),
    *rows("conv", "correlate", "f32", "2160x3840", "copy", _each("k", 5, **_MIRROR)),
    *rows("conv", "correlate", "f32", "2160x3840", "copy", _each("k", 7, **_MIRROR), quick="2160x3840"),
    *rows("conv", "correlate", "f32", "2160x3840", "copy", _each("k", 11, 15, 31, 63, **_MIRROR)),
    *rows("conv", "correlate", "f32", "64x64 256x256", "copy", _each("k", 3, 5, 7, 11, 15, 31, 63, **_MIRROR)),
    *rows("conv", "correlate", "f32", "512x512", "copy", _each("k", 3, 7, **_MIRROR)),
    *rows("conv", "correlate", "f64", "1080x1920", "copy", _each("k", 3, 7, **_MIRROR)),
    *rows("conv", "correlate", "f32", "2160x3840", "copy", _each("k", 3, **_MIRROR), fresh=True),
    *rows("conv", "correlate", "f32", "128x256x256", "copy", _each("k", 3, **_MIRROR)),
    *rows("conv", "convolve1d", "f32", "4194304", "copy", _each("k", 15, 127, 1023, axis=0, **_MIRROR)),
    *rows("conv", "convolve1d", "f32", "2160x3840", "copy", _each("axis", 0, 1, k=15, **_MIRROR)),
    *rows("conv", "gaussian", "f32", "64x64 256x256 480x640 720x1280 1080x1920 2160x3840", "copy", _each("sigma", 1.0, **_MIRROR), quick="256x256 2160x3840"),
    *rows("conv", "gaussian", "f32", "64x64 256x256 2160x3840", "copy", _each("sigma", 3.0, 10.0, **_MIRROR)),
    *rows("conv", "gaussian", "f64", "1080x1920", "copy", _each("sigma", 3.0, **_MIRROR)),
    *rows("conv", "gaussian", "f32", "2160x3840", "copy", _each("sigma", 1.0, **_MIRROR), fresh=True),
    *rows("conv", "gaussian_bytes", "u8", "64x64 64x64x3 256x256 256x256x3 2160x3840 2160x3840x3", "copy", _each("sigma", 1.0, 3.0, 10.0, **_MIRROR)),
    *rows("conv", "sobel", "f32", "64x64 256x256", "copy", _each("axis", 0, 1, **_MIRROR)),
    *rows("conv", "sobel", "f32", "480x640 2160x3840", "copy", _each("axis", 0, 1, **_MIRROR), quick="480x640"),
    *rows("conv", "correlate", "f32", "1080x1920", "copy", _each("k", 3, 7, **_NEAREST)),
    *rows("conv", "gaussian", "f32", "1080x1920", "copy", _each("sigma", 1.0, 3.0, **_NEAREST)),
    *rows("conv", "gaussian", "f32", "1080x1920", "copy", _each("sigma", 1.0, 3.0, **_ZEROS)),
    *rows("conv", "sobel", "f32", "1080x1920", "copy", _each("axis", 1, **_NEAREST)),
    *rows("conv", "sobel", "f32", "1080x1920", "copy", _each("axis", 1, **_ZEROS)),
    *rows("conv", "uniform", "f32", "64x64 256x256", "copy", _each("size", 15, 63, **_MIRROR)),
    *rows("conv", "uniform", "f32", "2160x3840", "copy", _each("size", 3, 15, 63, 255, **_MIRROR)),
    *rows("conv", "prewitt", "f32", "2160x3840", "copy", _each("axis", 0, 1, **_MIRROR)),
    *rows("conv", "laplace", "f32", "2160x3840", "copy", [_MIRROR]),
    *rows("conv", "gaussian_laplace gaussian_gradient", "f32", "2160x3840", "copy", _each("sigma", 2.0, **_MIRROR)),
    *rows("conv", "gaussian", "f32", "128x256x256", "copy", _each("sigma", 1.0, 3.0, **_MIRROR)),
    *rows("conv", "convolve", "f32", "2160x3840", "copy", _each("k", 3, 7, **_MIRROR)),
    *rows("conv", "correlate1d", "f32", "2160x3840", "copy", _each("axis", 0, 1, k=15, **_MIRROR)),
    *rows("conv", "gaussian_filter1d", "f32", "2160x3840", "copy", _each("axis", 0, 1, sigma=3.0, **_MIRROR)),
    *rows("conv", "uniform_filter1d", "f32", "2160x3840", "copy", _each("axis", 0, 1, size=15, **_MIRROR)),
    *rows("conv", "generic_laplace generic_gradient_magnitude", "f32", "2160x3840", "copy", [_MIRROR]),
    *rows("conv", "signal_convolve", "f32", "4194304", "copy", _each("k", 15, 127, 1023, **_ZEROS), fresh=True),
    *rows("conv", "convolve2d correlate2d", "f32", "1080x1920", "copy", _each("k", 7, **_ZEROS), fresh=True),
    *rows("conv", "sepfir2d", "f32", "1080x1920", "copy", _each("k", 9, **_MIRROR), fresh=True),
    *rows("conv", "fftconvolve oaconvolve", "f32", "2160x3840", "copy", _each("k", 31, 63, **_ZEROS), fresh=True),
    *rows("conv", "fftconvolve", "f32", "1024x1024", "copy", _each("k", 512, **_ZEROS), fresh=True),
    *rows("map", "axpb mul_add3 sqrt", "f32", "1024 16384 65536 1048576 4194304 33554432", "copy", quick="65536 33554432"),
    *rows("map", "axpb", "f64", _FOUR, "copy"),
    *rows("map", "fused", "f64", "1000000 10000000", "copy"),
    *rows("math", "exp log sin cos tanh power", "f32 f64", "1024 1048576 33554432", "copy", quick="1048576"),
]

FAMILIES = tuple(dict.fromkeys(case.family for case in CASES))
