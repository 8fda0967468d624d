"""Data-parallel kernels on NumPy arrays: every core at work, the GIL released.

The functions have NumPy's names and keywords, `swath.linalg` those of `numpy.linalg`,
`swath.ndimage` and `swath.signal` SciPy's. Results do not depend on the number of
threads. Ctrl-C and `with swath.deadline(seconds):`
`swath.ndimage`, `swath.special` and `swath.stats` those of SciPy. Results
do not depend on the number of threads. Ctrl-C and `with swath.deadline(seconds):`
stop long calls. `swath.Executor` runs them later, `swath.aio` lets coroutines await
them.
"""

import importlib
from typing import Any

from . import _kernels, _threadpoolctl, linalg, ndimage, signal
from . import _kernels, _threadpoolctl, linalg, ndimage, special, stats
from ._core import (
    all,
    amax,
    amin,
    any,
    argmax,
    argmin,
    compress,
    count_nonzero,
    cumprod,
    cumsum,
    cumulative_prod,
    cumulative_sum,
    diff,
    dot,
    extract,
    flatnonzero,
    get_num_threads,
    inner,
    is_sorted,
    matmul,
    max,
    mean,
    min,
    nanargmax,
    nanargmin,
    nanmax,
    nanmean,
    nanmin,
    nanprod,
    nanstd,
    nansum,
    nanvar,
    nonzero,
    outer,
    prod,
    ptp,
    set_num_threads,
    std,
    sum,
    sum_exact,
    var,
    vdot,
    vecdot,
)
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
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "compress",
    "count_nonzero",
    "cumprod",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "deadline",
    "diff",
    "dot",
    "extract",
    "flatnonzero",
    "get_num_threads",
    "inner",
    "is_sorted",
    "linalg",
    "matmul",
    "max",
    "mean",
    "min",
    "nanargmax",
    "nanargmin",
    "nanmax",
    "nanmean",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
    "ndimage",
    "nonzero",
    "outer",
    "prod",
    "progress",
    "ptp",
    "set_num_threads",
    "signal",
    "special",
    "stats",
    "std",
    "sum",
    "sum_exact",
    "threads",
    "var",
    "vdot",
    "vecdot",
]

_threadpoolctl.register()

# Pickles name a function by its module.
for _function in (*_kernels.ROOT, get_num_threads, set_num_threads):
    _function.__module__ = __name__
for _class in (threads, deadline, progress, Executor, KernelFuture):
    _class.__module__ = __name__
del _function, _class


def __getattr__(name: str) -> Any:
    # asyncio takes longer to import than all the rest.
    if name == "aio":
        return importlib.import_module(".aio", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
