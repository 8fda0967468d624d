from collections.abc import Callable, Coroutine
from typing import Any

vector_norm: Callable[..., Coroutine[Any, Any, Any]]
