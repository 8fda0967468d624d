"""swath itself."""

import swath

from lib.adapters import Library


class Adapter(Library):
    threads = "swath.set_num_threads"

    def __init__(self, threads):
        swath.set_num_threads(threads)

    def build(self):
        from importlib.metadata import version

        return {"version": version("swath")}

    def names(self, case):
        return {"swath": swath, "ndimage": swath.ndimage, "signal": swath.signal}
