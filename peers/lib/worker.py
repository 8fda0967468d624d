"""A process that measures one library on one number of threads.

    python -m lib.worker LIBRARY THREADS [quick]

Run with peers/ as the working folder. The first line it prints says who it is, or why
it cannot be; then each case read from standard input, a line of JSON, is answered by
one line. A process of its own keeps a library's threads, settings and crashes away from
the others.
"""

import json
import os
import sys

REDUCTIONS = ("sum", "mean", "min", "max", "dot", "prod", "var", "std", "argmax", "nansum", "nanmax",
              "any", "all", "count_nonzero", "sum_exact")
SCANS = ("cumsum", "nancumsum", "nancumprod")
ELEMENTARY = ("exp", "log", "sin", "cos", "tanh", "power")


def own_output():
    """Standard output for answers alone; what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return answers


def limit_cpus(threads):
    """As many CPUs as threads: what a library's own settings miss, the kernel stops."""
    if hasattr(os, "sched_setaffinity"):
        cpus = sorted(os.sched_getaffinity(0))
        if threads < len(cpus):
            os.sched_setaffinity(0, cpus[:threads])


def make_inputs(case):
    """The data of a case: the same in every run and every process."""
    import numpy

    rng = numpy.random.default_rng(7)
    dtype = {"f32": numpy.float32, "f64": numpy.float64, "u8": numpy.uint8, "i32": numpy.int32}[case["dtype"]]
    shape, options = case["shape"], case["options"]
    if case["op"] in ("matmul", "stack"):
        *stack, m, k, n = shape
        numbers = rng.standard_normal
        if case["dtype"] == "i32":
            def numbers(shape, dtype):
                return rng.integers(-(2**31), 2**31, shape, dtype)
        return {"x": numbers((*stack, m, k), dtype), "y": numbers((*stack, k, n), dtype),
                "out": None if case["fresh"] else numpy.zeros((*stack, m, n), dtype)}
    if case["op"] in SCANS:
        x = elements(case["op"].replace("cum", ""), rng.standard_normal(shape, dtype))
        return {"x": x, "out": numpy.zeros(shape, dtype)}
    if case["op"] in ELEMENTARY:
        x = rng.uniform(0.1 if case["op"] in ("log", "power") else -10.0, 10.0, shape).astype(dtype)
        inputs = {"x": x, "out": None if case["fresh"] else numpy.zeros(shape, dtype)}
        if case["op"] == "power":
            inputs["y"] = rng.uniform(-3.0, 3.0, shape).astype(dtype)
        return inputs
    if case["op"] == "fused":
        inputs = {name: rng.uniform(1.0, 2.0, shape).astype(dtype) for name in "xbcde"}
        return {**inputs, "out": numpy.zeros(shape, dtype)}
    if case["op"] in REDUCTIONS:
        inputs = {"x": elements(case["op"], rng.standard_normal(shape, dtype)), "out": None}
        if case["op"] == "dot":
            inputs["y"] = rng.standard_normal(shape, dtype)
        if "axis" in options and not case["fresh"]:
            gone = options["axis"] if isinstance(options["axis"], (list, tuple)) else [options["axis"]]
            kept = [n for i, n in enumerate(shape) if i not in gone]
            inputs["out"] = numpy.zeros(kept, numpy.intp if case["op"] == "argmax" else dtype)
        return inputs
    whole = numpy.issubdtype(dtype, numpy.integer)
    x = rng.integers(0, 256, shape, dtype) if whole else rng.random(shape, dtype)
    inputs = {"x": x, "out": None if case["fresh"] else numpy.zeros(shape, dtype)}
    inputs.update(weights(case, rng, numpy.float64 if whole else dtype))
    return inputs


def elements(op, x):
    """Normal variates, or what is a fair task for the operation."""
    if op in ("prod", "nanprod"):
        flat = x.reshape(-1)
        flat[...] = 2 ** (flat / 8)
        flat[1::2] = 1 / flat[: flat.size - 1 : 2]  # in range, however many
    if op in ("nansum", "nanmax", "nanprod"):
        x.reshape(-1)[::10] = x.dtype.type("nan")
    if op == "nanprod":  # with their inverses
        x.reshape(-1)[1::10] = x.dtype.type("nan")
    if op == "any":
        x[...] = 0  # so that all have to be looked at
    return x


def weights(case, rng, dtype):
    """The filter of a case, as `g` in one dimension or as `w`."""
    import numpy

    if "radius" in case:
        radius, sigma = case["radius"], case["options"]["sigma"]
        g = numpy.exp(-0.5 / sigma**2 * numpy.arange(-radius, radius + 1.0) ** 2)
        return {"g": (g / g.sum()).astype(dtype)}
    if case["op"] == "sobel":
        w = numpy.outer([-1, 0, 1], [1, 2, 1])
        return {"w": numpy.ascontiguousarray(w if case["options"]["axis"] == 0 else w.T).astype(dtype)}
    if case["op"] == "prewitt":
        w = numpy.outer([-1, 0, 1], [1, 1, 1])
        return {"w": numpy.ascontiguousarray(w if case["options"]["axis"] == 0 else w.T).astype(dtype)}
    if case["op"] in ("uniform", "uniform_filter1d"):
        return {"w": numpy.full(case["filter_shape"], 1 / numpy.prod(case["filter_shape"]), dtype)}
    if case["op"] == "laplace":
        w = numpy.zeros(case["filter_shape"], dtype)
        for axis in range(w.ndim):
            line = [1] * w.ndim
            line[axis] = slice(None)
            w[tuple(line)] += numpy.array([1, -2, 1], dtype)
        return {"w": w}
    if case["op"].startswith("generic"):
        return {}
    w = rng.standard_normal(case["filter_shape"]).astype(dtype)
    if case["op"] == "sepfir2d":  # of symmetric filters alone
        w += w[::-1]
    return {"w": w, "v": w[::-1].copy()} if case["op"] == "convolve1d" else {"w": w}


class Worker:
    """One library beside ours."""

    def __init__(self, name, threads, plan):
        from lib import adapters

        self.ours = adapters.load("swath", threads)
        self.peer = adapters.load(name, threads)
        self.name, self.plan = name, plan

    def run(self, case):
        """The record of this peer in a case."""
        from lib.adapters import Unsupported

        try:
            return self.measure(case)
        except Unsupported as why:
            return {"status": "absent", "detail": str(why)}
        except Exception as error:  # whatever a library raises is its result here
            return {"status": "error", "detail": f"{type(error).__name__}: {error}"[:300]}

    def measure(self, case):
        from lib import compare, measure

        inputs = make_inputs(case)
        ours = self.call(self.ours, case, case["calls"]["swath"], inputs)
        text = case["calls"][self.name]
        peer = self.call(self.peer, case, text, inputs)
        mine = self.ours.result(ours()).copy()  # both may write into the same output
        wrong = compare.disagreement(case, inputs, mine, self.peer.result(peer()))
        if wrong:
            return {"status": "WRONG", "detail": wrong}
        brief = case["brief"] and self.plan is measure.FULL
        record = {"status": "ok", **measure.pairs(ours, peer, measure.BRIEF if brief else self.plan)}
        has_output = inputs["out"] is not None
        if has_output and not case["fresh"] and self.peer.fresh_only(text):
            record["fresh_only"] = True
        return record

    def call(self, library, case, text, inputs):
        """The call of a library, on inputs of its own kind, with an output of its own."""
        out = inputs["out"]
        own = {n: library.convert(a) for n, a in inputs.items() if n != "out"}
        own["out"] = None if out is None else out.copy()
        options = {k: tuple(v) if isinstance(v, list) else v for k, v in case["options"].items()}
        names = {**options, **library.names(case)}
        return library.compile(text, own, names)

    def build(self):
        """What is known of the library, the threads it was given among it."""
        return {**self.peer.build(), "threads set by": self.peer.threads}


def main(name, threads, quick=""):
    answers = own_output()
    limit_cpus(int(threads))
    from lib import measure

    try:
        worker = Worker(name, int(threads), measure.QUICK if quick else measure.FULL)
        measure.settle()  # threads that the import has started
        answers.write(json.dumps({"build": worker.build()}, default=str) + "\n")
    except Exception as error:  # a library that fails to import is absent, whatever it raises
        answers.write(json.dumps({"absent": f"{type(error).__name__}: {error}"[:300]}) + "\n")
        return
    for line in sys.stdin:
        answers.write(json.dumps(worker.run(json.loads(line))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
