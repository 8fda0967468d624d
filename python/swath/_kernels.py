"""The functions that are kernels: what an executor hands to swath's pool."""

from . import _core, ndimage

ROOT = (_core.dot, _core.matmul, _core.max, _core.mean, _core.min, _core.sum)
NDIMAGE = tuple(getattr(ndimage, name) for name in ndimage.__all__)
KERNELS = frozenset(ROOT + NDIMAGE)
