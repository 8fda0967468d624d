"""The functions of `swath.signal` as coroutines.

Each is some kernels with Python between them, so it runs on a thread of the event loop's
executor. Cancelling stops the kernel that runs then, within some tens of milliseconds.
"""

from .. import signal as _signal
from ._call import on_thread as _on_thread

globals().update({_name: _on_thread(getattr(_signal, _name), __name__) for _name in _signal.__all__})

__all__ = list(_signal.__all__)
