from collections.abc import Callable, Coroutine
from typing import Any

from . import ndimage as ndimage

_Awaitable = Callable[..., Coroutine[Any, Any, Any]]

dot: _Awaitable
matmul: _Awaitable
max: _Awaitable
mean: _Awaitable
min: _Awaitable
sum: _Awaitable
