"""swath itself."""

import ctypes
import sys

import swath

from lib import env
from lib.adapters import Library, Unsupported


class Closures:
    """The closures that peers/rust has, on NumPy arrays."""

    def __init__(self):
        name = {"win32": "swath_closures.dll", "darwin": "libswath_closures.dylib"}
        path = env.TARGET / "release" / name.get(sys.platform, "libswath_closures.so")
        if not path.exists():
            raise Unsupported("peers/rust was not built")
        library = ctypes.CDLL(path)
        self._fused = library.fused
        self._fused.argtypes = (ctypes.c_size_t, ctypes.c_void_p * 5, ctypes.c_void_p)
        self._fused.restype = ctypes.c_bool

    def fused(self, *operands, out):
        if not self._fused(out.size, (ctypes.c_void_p * 5)(*(a.ctypes.data for a in operands)), out.ctypes.data):
            raise ValueError("fused: refused")
        return out


class Adapter(Library):
    threads = "swath.set_num_threads; closures by CPU affinity"

    def __init__(self, threads):
        swath.set_num_threads(threads)

    def build(self):
        from importlib.metadata import version

        return {"version": version("swath")}

    def names(self, case):
        names = {"swath": swath, "ndimage": swath.ndimage, "signal": swath.signal}
        return {**names, "closures": Closures()} if case["op"] == "fused" else names
