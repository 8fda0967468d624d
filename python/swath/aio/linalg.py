"""The functions of `swath.linalg` as coroutines."""

from .._kernels import LINALG as _LINALG
from ._call import awaitable as _awaitable

globals().update({_function.__name__: _awaitable(_function, __name__) for _function in _LINALG})

__all__ = sorted(_function.__name__ for _function in _LINALG)
