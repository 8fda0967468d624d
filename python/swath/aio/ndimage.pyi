from collections.abc import Callable, Coroutine
from typing import Any

_Awaitable = Callable[..., Coroutine[Any, Any, Any]]

convolve: _Awaitable
convolve1d: _Awaitable
correlate: _Awaitable
correlate1d: _Awaitable
gaussian_filter: _Awaitable
gaussian_filter1d: _Awaitable
sobel: _Awaitable
