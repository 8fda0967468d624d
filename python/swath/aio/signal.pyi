from collections.abc import Callable, Coroutine
from typing import Any

_Awaitable = Callable[..., Coroutine[Any, Any, Any]]

choose_conv_method: _Awaitable
convolve: _Awaitable
convolve2d: _Awaitable
correlate: _Awaitable
correlate2d: _Awaitable
fftconvolve: _Awaitable
oaconvolve: _Awaitable
sepfir2d: _Awaitable
