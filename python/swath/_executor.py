"""Work that runs later: `Executor`, and the futures of kernels."""

import contextvars
import inspect
import os
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, InvalidStateError, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.thread import BrokenThreadPool
from types import BuiltinFunctionType
from typing import Any

from . import _core
from ._kernels import KERNELS

# ---- the notifier: one Python thread that tells futures of their ends ---------

_lock = threading.Lock()
_notifier: threading.Thread | None = None
_exiting = False


def _start_notifier() -> None:
    global _notifier
    if _notifier is not None and not _exiting:
        return
    with _lock:
        if _exiting:
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")
        if _notifier is None:
            _notifier = threading.Thread(target=_core.notify, name="swath-notifier", daemon=True)
            _notifier.start()


def _at_exit() -> None:
    """Waits for what runs, as the standard library's executors do, then for the notifier."""
    global _exiting
    with _lock:
        _exiting = True
        notifier = _notifier
    if notifier is not None:
        try:
            _core.drain(float("inf"))
        finally:
            # Ctrl-C while it waits: what runs is stopped.
            _core.cancel_all()
            _core.drain(float("inf"))
            _core.close()
            notifier.join()


def _in_child() -> None:
    global _lock, _notifier
    _lock = threading.Lock()
    _notifier = None
    _core.forked()


# Before the interpreter waits for threads, and before it forbids new ones.
getattr(threading, "_register_atexit")(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


# ---- futures -----------------------------------------------------------------


class KernelFuture(Future):
    """The future of a kernel: `cancel` also stops one that runs.

    Outputs of a kernel that was stopped are partly written, the last of them up to some
    tens of microseconds after `cancel`.
    """

    _task: Any = None

    def cancel(self) -> bool:
        """Stops the kernel; whether the future is cancelled."""
        if not super().cancel():
            return False
        if self._task is not None:
            self._task.cancel()
        with self._condition:
            # Tells those who wait in `wait` and `as_completed`, once.
            if self._state == "CANCELLED":
                self.set_running_or_notify_cancel()
        return True

    def running(self) -> bool:
        """Whether the kernel has begun and not ended."""
        return not self.done() and self.progress() != (0, 0)

    def progress(self) -> tuple[int, int]:
        """Chunks done and chunks in all of the kernel; (0, 0) before it has begun."""
        return (0, 0) if self._task is None else self._task.progress()

    def result(self, timeout: float | None = None) -> Any:
        self._check_process()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self._check_process()
        return super().exception(timeout)

    def _check_process(self) -> None:
        if self._task is not None and not self.done() and not self._task.is_ours():
            raise BrokenExecutor("the kernel runs in the process that this one was forked from")

    def _tell(self, value: Any, exception: BaseException | None) -> None:
        """Called by the notifier, once."""
        try:
            if exception is None:
                self.set_result(value)
            else:
                self.set_exception(exception)
        except InvalidStateError:
            pass  # cancelled before


def submit(function: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> KernelFuture:
    """The future of a kernel, which runs in swath's pool, or at once if it takes less than
    some 10 us. Bad arguments are told there too."""
    _start_notifier()
    future = KernelFuture()
    try:
        future._task = _core.submit(future, function, args, kwargs)
    except Exception as e:
        future.set_exception(e)
    return future


# ---- the executor ------------------------------------------------------------


class Executor(ThreadPoolExecutor):
    """A `ThreadPoolExecutor` that runs swath's kernels in swath's pool.

    A kernel submitted by its function (`executor.submit(swath.matmul, a, b)`) takes none
    of the executor's threads: it runs in the pool that all calls share, and cancelling
    its future stops it. Anything else runs on the executor's threads, with a copy of the
    submitter's context. Limits and deadlines of `with swath.threads` and `with
    swath.deadline` around `submit` hold for the kernel.

    Works as asyncio's default executor and as Dask's.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "swath-executor",
        initializer: Callable[..., object] | None = None,
        initargs: tuple = (),
    ) -> None:
        super().__init__(max_workers, thread_name_prefix, initializer, initargs)
        self._pid = os.getpid()
        self._kernels: set[KernelFuture] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        if os.getpid() != self._pid:
            raise BrokenThreadPool("the executor's threads are in the process that this one "
                                   "was forked from")
        if type(fn) is BuiltinFunctionType and fn in KERNELS:
            return self._submit_kernel(fn, args, kwargs)
        if inspect.iscoroutinefunction(fn):
            raise TypeError(
                f"{getattr(fn, '__qualname__', fn)} is a coroutine function: await it in an "
                "event loop, or submit a plain function"
            )
        return super().submit(contextvars.copy_context().run, fn, *args, **kwargs)

    def _submit_kernel(
        self, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any]
    ) -> KernelFuture:
        with self._shutdown_lock:
            if self._shutdown:
                raise RuntimeError("cannot schedule new futures after shutdown")
            future = submit(fn, args, kwargs)
            self._kernels.add(future)
        future.add_done_callback(self._kernels.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=cancel_futures)
        kernels = list(self._kernels)
        if cancel_futures:
            for future in kernels:
                if not future.running():
                    future.cancel()
        if wait:
            wait_for(kernels)
            super().shutdown(wait=True)
