"""The functions that are kernels: what an executor hands to swath's pool."""

from types import BuiltinFunctionType

from . import _core, ndimage

ROOT = (_core.dot, _core.matmul, _core.max, _core.mean, _core.min, _core.sum)
_FILTERS = (getattr(ndimage, name) for name in ndimage.__all__)
# Not those that call functions of the user's.
NDIMAGE = tuple(f for f in _FILTERS if type(f) is BuiltinFunctionType)
KERNELS = frozenset(ROOT + NDIMAGE)
