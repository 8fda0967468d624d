"""Settings for the calls inside a `with` block, on this thread or in this task."""

import math
import operator
from collections.abc import Callable
from typing import Any

from . import _core
from ._errors import DTypeError, OptionError


class _Scope:
    __slots__ = ("_tokens",)

    def __init__(self) -> None:
        self._tokens: list[Any] = []

    def _make(self) -> Any:
        raise NotImplementedError

    def __enter__(self) -> None:
        self._tokens.append(_core._settings.set(self._make()))

    def __exit__(self, *_: object) -> None:
        _core._settings.reset(self._tokens.pop())


class threads(_Scope):
    """At most `n` threads work on each call inside, the calling thread among them.

    Context-local, as `decimal.localcontext` is: other threads, and threads started
    inside, are not limited.
    """

    __slots__ = ("_n",)

    def __init__(self, n: int) -> None:
        super().__init__()
        self._n = operator.index(n)
        if self._n < 1:
            raise OptionError(f"threads: n is {n}, must be at least 1")

    def _make(self) -> Any:
        return _core._Settings(threads=self._n)


class deadline(_Scope):
    """Stops the calls inside once `seconds` have passed since the block was entered.

    A call that is stopped raises `Cancelled`; so do all that follow it inside.
    Context-local: threads started inside are not stopped.
    """

    __slots__ = ("_seconds",)

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = float(seconds)
        if math.isnan(self._seconds):
            raise OptionError("deadline: seconds is nan, must be a number")

    def _make(self) -> Any:
        return _core._Settings(seconds=self._seconds)


class progress(_Scope):
    """Tells `callback(done, total)`, in chunks, how far each call inside is.

    `callback` may also be a progress bar with `reset(total)` and `update(n)`, as tqdm's.
    It is called on the thread that called the kernel, about every 25 ms and at the end, if
    the call takes so long. What it raises stops the kernel. A call may consist of several
    kernels, one after the other.
    """

    __slots__ = ("_callback",)

    def __init__(self, callback: Any) -> None:
        super().__init__()
        if callable(callback):
            self._callback = callback
        elif hasattr(callback, "reset") and hasattr(callback, "update"):
            self._callback = _on_bar(callback)
        else:
            raise DTypeError(
                f"progress: callback is a {type(callback).__name__}, must be a function or a "
                "progress bar"
            )

    def _make(self) -> Any:
        return _core._Settings(progress=self._callback)

    @staticmethod
    def current() -> Callable[[int, int], object] | None:
        """The callback in force here."""
        settings = _core._settings.get()
        return None if settings is None else settings.progress


def _on_bar(bar: Any) -> Callable[[int, int], None]:
    shown = (0, None)  # done, total

    def show(done: int, total: int) -> None:
        nonlocal shown
        if total != shown[1] or done < shown[0]:
            bar.reset(total)
            shown = (0, total)
        bar.update(done - shown[0])
        shown = (done, total)

    return show
