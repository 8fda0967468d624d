"""Data-parallel kernels on NumPy arrays: every core at work, the GIL released.

The functions have NumPy's names and keywords; `swath.ndimage` has SciPy's. Results
do not depend on the number of threads. Ctrl-C and `with swath.deadline(seconds):`
stop long calls.
"""

from . import _threadpoolctl, ndimage
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
from ._scopes import deadline, threads

__version__ = "0.1.0"

__all__ = [
    "AxisError",
    "Cancelled",
    "DTypeError",
    "Error",
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
    "set_num_threads",
    "sum",
    "threads",
]

_threadpoolctl.register()

# Pickles name a function by its module.
for _function in (dot, get_num_threads, matmul, max, mean, min, set_num_threads, sum):
    _function.__module__ = __name__
for _class in (threads, deadline):
    _class.__module__ = __name__
del _function, _class
