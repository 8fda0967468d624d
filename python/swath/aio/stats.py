"""The functions of `swath.stats` as coroutines."""

from .._kernels import STATS as _STATS
from ._call import awaitable as _awaitable

globals().update({_function.__name__: _awaitable(_function, __name__) for _function in _STATS})

__all__ = sorted(_function.__name__ for _function in _STATS)
