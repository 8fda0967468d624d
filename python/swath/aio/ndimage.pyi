from collections.abc import Callable, Coroutine
from typing import Any

_Awaitable = Callable[..., Coroutine[Any, Any, Any]]

convolve: _Awaitable
convolve1d: _Awaitable
correlate: _Awaitable
correlate1d: _Awaitable
gaussian_filter: _Awaitable
gaussian_filter1d: _Awaitable
gaussian_gradient_magnitude: _Awaitable
gaussian_laplace: _Awaitable
laplace: _Awaitable
prewitt: _Awaitable
sobel: _Awaitable
uniform_filter: _Awaitable
uniform_filter1d: _Awaitable
