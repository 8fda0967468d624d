"""Weights whose last bit decides how integers are rounded: with NumPy's `exp` and sums, as
`scipy.ndimage` computes them."""

import numpy as np


def gaussian(sigma: float, order: int, radius: int) -> "np.ndarray":
    """The Gaussian, or its `order`-th derivative, at -radius..radius, as a correlation."""
    variance = sigma * sigma
    at = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 / variance * at**2)
    weights = weights / weights.sum()
    if order > 0:
        # A derivative is a polynomial times the Gaussian: p' - x p / variance, from 1 on.
        powers = np.arange(order + 1)
        step = np.diag(powers[1:], 1) + np.diag(np.ones(order) / -variance, -1)
        factors = np.zeros(order + 1)
        factors[0] = 1
        for _ in range(order):
            factors = step.dot(factors)
        weights = (at[:, None] ** powers).dot(factors) * weights
    return weights[::-1].copy()
