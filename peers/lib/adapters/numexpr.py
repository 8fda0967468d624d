"""numexpr: its reductions have one thread."""

import types

import numexpr

from lib.adapters import Library


def _evaluate(text, x, y=None, out=None):
    return numexpr.evaluate(text, local_dict={"x": x, "y": y}, global_dict={}, out=out)


def _fused(text, operands, out):
    return numexpr.evaluate(text, local_dict=dict(zip("abcde", operands)), global_dict={}, out=out)


class Adapter(Library):
    threads = "numexpr.set_num_threads; reductions have one thread"

    def __init__(self, threads):
        numexpr.set_num_threads(threads)

    def build(self):
        return {"version": numexpr.__version__, "vml": bool(numexpr.use_vml)}

    def names(self, case):
        return {"numexpr": types.SimpleNamespace(evaluate=_evaluate, fused=_fused)}
