"""The filters of `swath.ndimage` as coroutines."""

from .._kernels import NDIMAGE as _NDIMAGE
from ._call import awaitable as _awaitable

globals().update({_function.__name__: _awaitable(_function, __name__) for _function in _NDIMAGE})

__all__ = sorted(_function.__name__ for _function in _NDIMAGE)
