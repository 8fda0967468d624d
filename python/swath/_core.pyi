"""The compiled part. Use `swath`, `swath.linalg` and `swath.ndimage`, which have its functions."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any, SupportsIndex

from numpy.typing import ArrayLike, DTypeLike, NDArray

_Axes = SupportsIndex | tuple[SupportsIndex, ...] | None
_Output = NDArray[Any] | DTypeLike | None

_settings: ContextVar[_Settings | None]

class _Settings:
    progress: Callable[[int, int], object] | None
    def __new__(
        cls,
        threads: int | None = None,
        seconds: float | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> _Settings: ...

class _Task:
    def cancel(self) -> None: ...
    def progress(self) -> tuple[int, int]: ...
    def is_ours(self) -> bool: ...

def submit(
    future: Future[Any],
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any] | None,
) -> _Task | None: ...
def notify() -> None: ...
def drain(seconds: float) -> bool: ...
def cancel_all() -> None: ...
def close() -> None: ...
def forked() -> None: ...

def _panic(long: bool) -> None: ...
def set_num_threads(n: int) -> None: ...
def get_num_threads() -> int: ...
def sum(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def prod(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def nansum(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def nanprod(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def mean(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike | None = None,
) -> Any: ...
def nanmean(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike | None = None,
) -> Any: ...
def var(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0.0,
    keepdims: bool = False,
    *,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    correction: float | None = None,
) -> Any: ...
def std(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0.0,
    keepdims: bool = False,
    *,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    correction: float | None = None,
) -> Any: ...
def nanvar(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0.0,
    keepdims: bool = False,
    *,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    correction: float | None = None,
) -> Any: ...
def nanstd(
    a: ArrayLike,
    axis: _Axes = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    ddof: float = 0.0,
    keepdims: bool = False,
    *,
    where: ArrayLike | None = None,
    mean: ArrayLike | None = None,
    correction: float | None = None,
) -> Any: ...
def min(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def max(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def amin(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def amax(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def nanmin(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def nanmax(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: ArrayLike | None = None,
) -> Any: ...
def ptp(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
) -> Any: ...
def argmin(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any: ...
def argmax(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any: ...
def any(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike | None = None,
) -> Any: ...
def all(
    a: ArrayLike,
    axis: _Axes = None,
    out: NDArray[Any] | None = None,
    keepdims: bool = False,
    *,
    where: ArrayLike | None = None,
) -> Any: ...
def count_nonzero(
    a: ArrayLike,
    axis: _Axes = None,
    *,
    keepdims: bool = False,
) -> Any: ...
def nanargmin(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any: ...
def nanargmax(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: NDArray[Any] | None = None,
    *,
    keepdims: bool = False,
) -> Any: ...
def logsumexp(
    a: ArrayLike,
    axis: _Axes = None,
    b: None = None,
    keepdims: bool = False,
    return_sign: bool = False,
) -> Any: ...
def skew(
    a: ArrayLike,
    axis: int | None = 0,
    bias: bool = True,
    nan_policy: str = "propagate",
    *,
    keepdims: bool = False,
) -> Any: ...
def kurtosis(
    a: ArrayLike,
    axis: int | None = 0,
    fisher: bool = True,
    bias: bool = True,
    nan_policy: str = "propagate",
    *,
    keepdims: bool = False,
) -> Any: ...
def vector_norm(
    x: ArrayLike,
    /,
    *,
    axis: _Axes = None,
    keepdims: bool = False,
    ord: float = 2.0,
) -> Any: ...
def sum_exact(
    a: ArrayLike,
    axis: _Axes = None,
    *,
    keepdims: bool = False,
) -> Any: ...
def cumsum(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    *,
    sequential: bool = False,
) -> NDArray[Any]: ...
def cumprod(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    *,
    sequential: bool = False,
) -> NDArray[Any]: ...
def nancumsum(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    *,
    sequential: bool = False,
) -> NDArray[Any]: ...
def nancumprod(
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    *,
    sequential: bool = False,
) -> NDArray[Any]: ...
def cumulative_sum(
    x: ArrayLike,
    /,
    *,
    axis: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    include_initial: bool = False,
    sequential: bool = False,
) -> NDArray[Any]: ...
def cumulative_prod(
    x: ArrayLike,
    /,
    *,
    axis: SupportsIndex | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    include_initial: bool = False,
    sequential: bool = False,
) -> NDArray[Any]: ...
def nonzero(a: ArrayLike) -> tuple[NDArray[Any], ...]: ...
def flatnonzero(a: ArrayLike) -> NDArray[Any]: ...
def compress(
    condition: ArrayLike,
    a: ArrayLike,
    axis: SupportsIndex | None = None,
    out: None = None,
) -> NDArray[Any]: ...
def extract(condition: ArrayLike, arr: ArrayLike) -> NDArray[Any]: ...
def is_sorted(a: ArrayLike, axis: int = -1) -> Any: ...
def diff(
    a: ArrayLike,
    n: int = 1,
    axis: int = -1,
    prepend: ArrayLike | None = None,
    append: ArrayLike | None = None,
) -> NDArray[Any]: ...
def dot(a: ArrayLike, b: ArrayLike, out: NDArray[Any] | None = None) -> Any: ...
def inner(a: ArrayLike, b: ArrayLike, /) -> Any: ...
def outer(a: ArrayLike, b: ArrayLike, out: NDArray[Any] | None = None) -> NDArray[Any]: ...
def vdot(a: ArrayLike, b: ArrayLike, /) -> Any: ...
def vecdot(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | None = None,
    *,
    casting: str | None = None,
    order: str | None = None,
    dtype: DTypeLike | None = None,
    subok: bool | None = None,
    axes: Any = None,
    axis: int | None = None,
    keepdims: bool = False,
) -> Any: ...
def matmul(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | None = None,
    *,
    casting: str | None = None,
    order: str | None = None,
    dtype: DTypeLike | None = None,
    subok: bool | None = None,
    axes: Any = None,
    axis: Any = None,
    keepdims: bool | None = None,
) -> Any: ...
def correlate(
    input: ArrayLike,
    weights: ArrayLike,
    output: _Output = None,
    mode: str = "reflect",
    cval: complex = 0.0,
    origin: int | Sequence[int] = 0,
    *,
    axes: int | Sequence[int] | None = None,
) -> NDArray[Any]: ...
def convolve(
    input: ArrayLike,
    weights: ArrayLike,
    output: _Output = None,
    mode: str = "reflect",
    cval: complex = 0.0,
    origin: int | Sequence[int] = 0,
    *,
    axes: int | Sequence[int] | None = None,
) -> NDArray[Any]: ...
def correlate1d(
    input: ArrayLike,
    weights: ArrayLike,
    axis: int = -1,
    output: _Output = None,
    mode: str = "reflect",
    cval: complex = 0.0,
    origin: int = 0,
) -> NDArray[Any]: ...
def convolve1d(
    input: ArrayLike,
    weights: ArrayLike,
    axis: int = -1,
    output: _Output = None,
    mode: str = "reflect",
    cval: complex = 0.0,
    origin: int = 0,
) -> NDArray[Any]: ...
def gaussian_filter(
    input: ArrayLike,
    sigma: float | Sequence[float],
    order: int | Sequence[int] = 0,
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
    truncate: float = 4.0,
    *,
    radius: int | Sequence[int | None] | None = None,
    axes: int | Sequence[int] | None = None,
) -> NDArray[Any]: ...
def gaussian_filter1d(
    input: ArrayLike,
    sigma: float,
    axis: int = -1,
    order: int = 0,
    output: _Output = None,
    mode: str = "reflect",
    cval: complex = 0.0,
    truncate: float = 4.0,
    *,
    radius: int | None = None,
) -> NDArray[Any]: ...
def sobel(
    input: ArrayLike,
    axis: int = -1,
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
) -> NDArray[Any]: ...
def prewitt(
    input: ArrayLike,
    axis: int = -1,
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
) -> NDArray[Any]: ...
def laplace(
    input: ArrayLike,
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
    *,
    axes: int | Sequence[int] | None = None,
) -> NDArray[Any]: ...
def gaussian_laplace(
    input: ArrayLike,
    sigma: float | Sequence[float],
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
    *,
    axes: int | Sequence[int] | None = None,
    **kwargs: Any,
) -> NDArray[Any]: ...
def gaussian_gradient_magnitude(
    input: ArrayLike,
    sigma: float | Sequence[float],
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
    *,
    axes: int | Sequence[int] | None = None,
    **kwargs: Any,
) -> NDArray[Any]: ...
def generic_laplace(
    input: ArrayLike,
    derivative2: Callable[..., Any],
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
    extra_arguments: Iterable[Any] = (),
    extra_keywords: dict[str, Any] | None = None,
    *,
    axes: int | Sequence[int] | None = None,
) -> NDArray[Any]: ...
def generic_gradient_magnitude(
    input: ArrayLike,
    derivative: Callable[..., Any],
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
    extra_arguments: Iterable[Any] = (),
    extra_keywords: dict[str, Any] | None = None,
    *,
    axes: int | Sequence[int] | None = None,
) -> NDArray[Any]: ...
def uniform_filter(
    input: ArrayLike,
    size: int | Sequence[int] = 3,
    output: _Output = None,
    mode: str | Sequence[str] = "reflect",
    cval: complex = 0.0,
    origin: int | Sequence[int] = 0,
    *,
    axes: int | Sequence[int] | None = None,
) -> NDArray[Any]: ...
def uniform_filter1d(
    input: ArrayLike,
    size: int,
    axis: int = -1,
    output: _Output = None,
    mode: str = "reflect",
    cval: complex = 0.0,
    origin: int = 0,
) -> NDArray[Any]: ...
def _convolve(
    function: str,
    in1: ArrayLike,
    in2: ArrayLike,
    turned: bool,
    mode: str,
    method: str,
    boundary: str,
    fillvalue: float,
) -> NDArray[Any]: ...
def _prefers_fft(
    in1: Sequence[int], in2: Sequence[int], mode: str, single: bool
) -> bool: ...

# ---- elementwise functions

def exp(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def exp2(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def expm1(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def log(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def log2(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def log10(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def log1p(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def sqrt(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def cbrt(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def sin(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def cos(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def tan(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def arcsin(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def arccos(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def arctan(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def sinh(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def cosh(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def tanh(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def arcsinh(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def arccosh(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def arctanh(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def rint(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def floor(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def ceil(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def trunc(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def negative(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def positive(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def absolute(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def sign(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def reciprocal(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def square(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def logical_not(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def invert(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def isnan(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def isinf(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def isfinite(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def signbit(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def erf(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def erfc(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def gamma(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def gammaln(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def expit(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def softplus(
    x: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def add(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def subtract(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def multiply(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def divide(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def floor_divide(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def remainder(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def fmod(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def power(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def hypot(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def arctan2(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def logaddexp(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def copysign(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def minimum(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def maximum(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def fmin(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def fmax(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def equal(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def not_equal(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def less(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def less_equal(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def greater(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def greater_equal(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def logical_and(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def logical_or(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def logical_xor(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def bitwise_and(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def bitwise_or(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def bitwise_xor(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def left_shift(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def right_shift(
    x1: ArrayLike,
    x2: ArrayLike,
    /,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def where(condition: ArrayLike, x: ArrayLike, y: ArrayLike, /) -> Any: ...
def clip(
    a: ArrayLike,
    a_min: ArrayLike | None = None,
    a_max: ArrayLike | None = None,
    out: NDArray[Any] | tuple[NDArray[Any]] | None = None,
    *,
    min: ArrayLike | None = None,
    max: ArrayLike | None = None,
    where: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
) -> Any: ...
def astype(x: ArrayLike, dtype: DTypeLike, /) -> Any: ...
