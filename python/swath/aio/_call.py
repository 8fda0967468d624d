"""How a kernel is awaited."""

import asyncio
import contextvars
import functools
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from .._executor import submit
from .._scopes import progress

# How often a progress callback is told, in seconds.
_EVERY = 0.05


def awaitable(
    function: Callable[..., Any], module: str
) -> Callable[..., Coroutine[Any, Any, Any]]:
    """The coroutine function of a kernel."""

    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        future = submit(function, args, kwargs)
        result = asyncio.wrap_future(future)
        callback = progress.current()
        if callback is not None:
            await _report(future.progress, result, callback)
        return await result

    call.__module__ = module
    call.__qualname__ = function.__name__
    return call


class _Stopped(Exception):
    """Stops a kernel whose result nobody awaits any more."""


def on_thread(
    function: Callable[..., Any], module: str
) -> Callable[..., Coroutine[Any, Any, Any]]:
    """The coroutine function of a Python function that calls kernels."""

    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        stop = threading.Event()
        state = (0, 0)

        def told(done: int, total: int) -> None:
            nonlocal state
            state = (done, total)
            if stop.is_set():
                raise _Stopped

        def run() -> Any:
            with progress(told):
                return function(*args, **kwargs)

        context, loop = contextvars.copy_context(), asyncio.get_running_loop()
        result = loop.run_in_executor(None, context.run, run)
        try:
            callback = progress.current()
            if callback is not None:
                await _report(lambda: state, result, callback)
            return await result
        except BaseException:
            stop.set()
            raise

    call.__module__ = module
    call.__qualname__ = function.__name__
    return call


async def _report(
    state: Callable[[], tuple[int, int]],
    result: "asyncio.Future[Any]",
    callback: Callable[[int, int], object],
) -> None:
    """Tells `callback` of progress until the end."""
    try:
        while not result.done():
            await asyncio.wait({result}, timeout=_EVERY)
            done, total = state()
            if total:
                callback(done, total)
    except BaseException:
        result.cancel()
        raise
