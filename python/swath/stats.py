"""Statistics with the names and keywords of `scipy.stats`."""

from ._core import kurtosis, skew

__all__ = ["kurtosis", "skew"]

# Pickles name a function by its module.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
