"""Data-parallel kernels on NumPy arrays: every core at work, the GIL released.

The functions have NumPy's names and keywords; `swath.ndimage` and `swath.signal` have
SciPy's. Results do not depend on the number of threads. Ctrl-C and `with swath.deadline(seconds):`
stop long calls. `swath.Executor` runs them later, `swath.aio` lets coroutines await
them.
"""

import importlib
from typing import Any

from . import _threadpoolctl, ndimage, signal
from ._core import dot, get_num_threads, matmul, max, mean, min, set_num_threads, sum
from ._errors import (
    AxisError,
    Cancelled,
    DTypeError,
    Error,
    KernelPanic,
    OptionError,
    OutOfMemoryError,
    ShapeError,
)
from ._executor import Executor, KernelFuture
from ._scopes import deadline, progress, threads

__version__ = "0.1.0"

__all__ = [
    "AxisError",
    "Cancelled",
    "DTypeError",
    "Error",
    "Executor",
    "KernelFuture",
    "KernelPanic",
    "OptionError",
    "OutOfMemoryError",
    "ShapeError",
    "deadline",
    "dot",
    "get_num_threads",
    "matmul",
    "max",
    "mean",
    "min",
    "ndimage",
    "progress",
    "set_num_threads",
    "signal",
    "sum",
    "threads",
]

_threadpoolctl.register()

# Pickles name a function by its module.
for _function in (dot, get_num_threads, matmul, max, mean, min, set_num_threads, sum):
    _function.__module__ = __name__
for _class in (threads, deadline, progress, Executor, KernelFuture):
    _class.__module__ = __name__
del _function, _class


def __getattr__(name: str) -> Any:
    # asyncio takes longer to import than all the rest.
    if name == "aio":
        return importlib.import_module(".aio", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
