"""Functions with the names and keywords of `scipy.special`."""

from ._core import logsumexp

__all__ = ["logsumexp"]

# Pickles name a function by its module.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
