"""The functions of `swath.special` as coroutines."""

from .._kernels import SPECIAL as _SPECIAL
from ._call import awaitable as _awaitable

globals().update({_function.__name__: _awaitable(_function, __name__) for _function in _SPECIAL})

__all__ = sorted(_function.__name__ for _function in _SPECIAL)
