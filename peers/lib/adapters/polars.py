"""Polars: a Series for each input."""

import polars

from lib.adapters import Library


class Adapter(Library):
    threads = "POLARS_MAX_THREADS; a Series reduces on one thread"

    def build(self):
        return {"version": polars.__version__, "threads": polars.thread_pool_size()}

    def names(self, case):
        return {"polars": polars}

    def convert(self, array):
        return polars.Series(array)
