from collections.abc import Callable, Coroutine
from typing import Any

from . import linalg as linalg
from . import ndimage as ndimage
from . import special as special
from . import stats as stats

_Awaitable = Callable[..., Coroutine[Any, Any, Any]]

all: _Awaitable
amax: _Awaitable
amin: _Awaitable
any: _Awaitable
argmax: _Awaitable
argmin: _Awaitable
compress: _Awaitable
count_nonzero: _Awaitable
cumprod: _Awaitable
cumsum: _Awaitable
cumulative_prod: _Awaitable
cumulative_sum: _Awaitable
diff: _Awaitable
dot: _Awaitable
extract: _Awaitable
flatnonzero: _Awaitable
inner: _Awaitable
is_sorted: _Awaitable
matmul: _Awaitable
max: _Awaitable
mean: _Awaitable
min: _Awaitable
nanargmax: _Awaitable
nanargmin: _Awaitable
nanmax: _Awaitable
nanmean: _Awaitable
nanmin: _Awaitable
nanprod: _Awaitable
nanstd: _Awaitable
nansum: _Awaitable
nanvar: _Awaitable
nonzero: _Awaitable
outer: _Awaitable
prod: _Awaitable
ptp: _Awaitable
std: _Awaitable
sum: _Awaitable
sum_exact: _Awaitable
var: _Awaitable
vdiff: _Awaitable
dot: _Awaitable
vecdiff: _Awaitable
dot: _Awaitable
