"""Functions with the names and keywords of `scipy.special`."""

from ._core import erf, erfc, expit, gamma, gammaln, logsumexp, softplus

__all__ = ["erf", "erfc", "expit", "gamma", "gammaln", "logsumexp", "softplus"]

# Pickles name a function by its module.
for _name in __all__:
    globals()[_name].__module__ = __name__
del _name
