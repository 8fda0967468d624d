"""The kernels as coroutines: `await swath.aio.matmul(a, b)`.

They run in swath's pool and leave the event loop free. Cancelling the task that awaits
one, as `asyncio.timeout` does, stops the kernel itself.
"""

from .._kernels import ROOT as _ROOT
from . import linalg, ndimage, signal, special, stats
from ._call import awaitable as _awaitable

globals().update({_function.__name__: _awaitable(_function, __name__) for _function in _ROOT})

__all__ = [*sorted(_function.__name__ for _function in _ROOT), "linalg", "ndimage", "signal", "special", "stats"]
