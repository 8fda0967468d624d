"""pandas: a Series for each input."""

import pandas

from lib.adapters import Library, limit_blas


class Adapter(Library):
    threads = "OPENBLAS_NUM_THREADS, threadpoolctl; otherwise one thread"

    def __init__(self, threads):
        limit_blas(threads)

    def build(self):
        return {"version": pandas.__version__,
                "bottleneck": pandas.get_option("compute.use_bottleneck")}

    def names(self, case):
        return {"pandas": pandas}

    def convert(self, array):
        return pandas.Series(array, copy=False)
