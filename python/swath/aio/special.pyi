from collections.abc import Callable, Coroutine
from typing import Any

_Awaitable = Callable[..., Coroutine[Any, Any, Any]]

erf: _Awaitable
erfc: _Awaitable
expit: _Awaitable
gamma: _Awaitable
gammaln: _Awaitable
logsumexp: _Awaitable
softplus: _Awaitable
