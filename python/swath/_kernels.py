"""The functions that are kernels: what an executor hands to swath's pool."""

from types import BuiltinFunctionType

from . import _core, linalg, ndimage, special, stats

ROOT = (
    _core.all,
    _core.amax,
    _core.amin,
    _core.any,
    _core.argmax,
    _core.argmin,
    _core.compress,
    _core.count_nonzero,
    _core.cumprod,
    _core.cumsum,
    _core.cumulative_prod,
    _core.cumulative_sum,
    _core.diff,
    _core.dot,
    _core.extract,
    _core.flatnonzero,
    _core.inner,
    _core.is_sorted,
    _core.matmul,
    _core.max,
    _core.mean,
    _core.min,
    _core.nanargmax,
    _core.nanargmin,
    _core.nanmax,
    _core.nanmean,
    _core.nanmin,
    _core.nanprod,
    _core.nanstd,
    _core.nansum,
    _core.nanvar,
    _core.nonzero,
    _core.outer,
    _core.prod,
    _core.ptp,
    _core.std,
    _core.sum,
    _core.sum_exact,
    _core.var,
    _core.vdot,
    _core.vecdot,
)
LINALG = tuple(getattr(linalg, name) for name in linalg.__all__)
SPECIAL = tuple(getattr(special, name) for name in special.__all__)
STATS = tuple(getattr(stats, name) for name in stats.__all__)
_FILTERS = (getattr(ndimage, name) for name in ndimage.__all__)
# Not those that call functions of the user's.
NDIMAGE = tuple(f for f in _FILTERS if type(f) is BuiltinFunctionType)
KERNELS = frozenset(ROOT + LINALG + NDIMAGE + SPECIAL + STATS)
