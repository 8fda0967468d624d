"""NumPy. Its products are OpenBLAS's, whose threads go on spinning after a call."""

import numpy

from lib.adapters import Library, blas, limit_blas


class Adapter(Library):
    threads = "OPENBLAS_NUM_THREADS, threadpoolctl"

    def __init__(self, threads):
        limit_blas(threads)

    def build(self):
        simd = numpy.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
        return {"version": numpy.__version__, "blas": blas("numpy"), "simd": simd}

    def names(self, case):
        return {"numpy": numpy}
