"""bottleneck: one thread, results always fresh."""

import bottleneck

from lib.adapters import Library


class Adapter(Library):
    threads = "has one thread"

    def build(self):
        return {"version": bottleneck.__version__}

    def names(self, case):
        return {"bottleneck": bottleneck}
