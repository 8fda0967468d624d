from collections.abc import Callable, Coroutine
from typing import Any

_Awaitable = Callable[..., Coroutine[Any, Any, Any]]

kurtosis: _Awaitable
skew: _Awaitable
