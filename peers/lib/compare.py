"""Whether two results agree, and which of them is wrong if they do not."""

import math

import numpy

from lib.worker import ELEMENTARY, REDUCTIONS, SCANS

# Rounding errors stay below this many times epsilon times the sum of magnitudes that an
# element of the result is made of: random inputs, errors that largely cancel.
MARGIN = 16


def tolerance(case, inputs):
    """The largest difference that rounding explains; 0 where results are exact."""
    x = inputs["x"]
    if case["op"] == "gaussian_bytes":
        return 3.0  # cut off after each axis, or rounded once from weights of 8 or 16 bits
    if case["dtype"] == "i32":
        return 0.0
    epsilon = numpy.finfo(x.dtype).eps
    if case["op"] in ("min", "max", "argmax", "nanmax", "any", "all", "count_nonzero"):
        return 0.0
    if case["op"] in ("matmul", "stack"):
        return MARGIN * epsilon * (case["shape"][-2] + 16)  # normal variates: |x y| is 0.64
    if case["op"] in ("fftconvolve", "oaconvolve", "signal_convolve"):
        # Errors of transforms are those of sums of squares, one for each halving of the length.
        squares = float(numpy.sqrt((inputs["w"].astype(numpy.float64) ** 2).sum()))
        steps = numpy.log2(x.size)
        return MARGIN / 2 * epsilon * steps * squares * float(numpy.abs(x).max())
    if case["op"] in ELEMENTARY:  # a few ULP of the largest results, those of JAX among them
        return MARGIN * epsilon * float(numpy.abs(reference(case, inputs)).max(initial=1.0))
    if case["op"] == "fused":
        return MARGIN * epsilon * 10
    axis = case["options"].get("axis")
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, (list, tuple)) else [axis]
    length = math.prod(x.shape[axis] for axis in axes)
    if case["op"] in ("prod", "var", "std"):  # about 1; roundings go both ways
        return MARGIN * epsilon * (16 + math.sqrt(length))
    if case["op"].startswith("generic"):  # squares or second differences of differences
        return MARGIN * epsilon * 64 * float(numpy.abs(x).max())
    if case["op"] == "sepfir2d":
        return MARGIN * epsilon * float(numpy.abs(inputs["w"]).sum()) ** 2
    if "g" in inputs or "w" in inputs:
        weights = inputs["g" if "g" in inputs else "w"]
        return MARGIN * epsilon * float(numpy.abs(weights).sum() * numpy.abs(x).max())
    scale = 1 if case["op"] == "mean" else length
    return MARGIN * epsilon * scale


def reference(case, inputs):
    """The result in double precision, by the plainest way there is, or None."""
    if case["op"] == "fused":
        x, b, c, d, e = (inputs[name].astype(numpy.float64) for name in "xbcde")
        return 2 * x + b * c - d / e
    x, *more = (inputs[n].astype(numpy.float64) for n in ("x", "y", "w") if n in inputs)
    options = case["options"]
    if case["op"] in ELEMENTARY:
        return getattr(numpy, case["op"])(x, *more)
    if case["op"] in ("dot", "matmul", "stack"):
        return {"dot": numpy.dot}.get(case["op"], numpy.matmul)(x, more[0])
    if case["op"] in (*REDUCTIONS, *SCANS):
        axis = options.get("axis")
        op = case["op"].removesuffix("_exact")
        return getattr(numpy, op)(x, axis=tuple(axis) if isinstance(axis, list) else axis)
    try:
        from scipy import ndimage
    except ImportError:
        return None
    if case["op"] == "uniform":
        return ndimage.uniform_filter(x, options["size"], mode=options["border"])
    if case["op"] in ("gaussian_laplace", "gaussian_gradient"):
        name = case["op"] + ("" if case["op"].endswith("laplace") else "_magnitude")
        return getattr(ndimage, name)(x, options["sigma"], mode=options["border"])
    if case["op"] in ("fftconvolve", "oaconvolve"):
        from scipy import signal

        return signal.fftconvolve(x, more[0], "same")
    if case["op"] in ("generic_laplace", "generic_gradient_magnitude", "signal_convolve",
                      "convolve2d", "correlate2d", "sepfir2d", "gaussian_filter1d", "uniform_filter1d"):
        return None
    if case["op"] in ("gaussian", "gaussian_bytes"):
        axes = (0, 1) if case["op"] == "gaussian_bytes" else None
        return ndimage.gaussian_filter(x, options["sigma"], mode=options["border"], axes=axes)
    if case["op"] == "convolve":
        return ndimage.convolve(x, more[0], mode=options["border"])
    if case["op"] in ("convolve1d", "correlate1d"):
        return getattr(ndimage, case["op"])(x, more[0], options["axis"], mode=options["border"])
    return ndimage.correlate(x, more[0], mode=options["border"])


def difference(a, b):
    """The largest absolute difference; infinite if the shapes differ or one is not finite."""
    a, b = numpy.asarray(a), numpy.asarray(b)
    if a.shape != b.shape:
        a, b = a.squeeze(), b.squeeze()
    if a.shape != b.shape:
        return float("inf")
    largest = numpy.abs(a.astype(numpy.float64) - b).max(initial=0.0)
    return float(largest) if numpy.isfinite(largest) else float("inf")


def disagreement(case, inputs, ours, theirs):
    """None if the results agree, else who is wrong, and by how much."""
    allowed = tolerance(case, inputs)
    apart = difference(ours, theirs)
    if apart <= allowed:
        return None
    truth = reference(case, inputs)
    who = "one of the two"
    if truth is not None:
        wrong = [name for name, value in (("swath", ours), ("the peer", theirs))
                 if difference(value, truth) > allowed]
        who = " and ".join(wrong) or who
    return f"{who} wrong: results differ by {apart:.3g}, rounding explains {allowed:.3g}"
