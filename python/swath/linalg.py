"""Linear algebra with the names and keywords of `numpy.linalg`."""

from ._core import vector_norm

__all__ = ["vector_norm"]

# Pickles name a function by its module.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
