"""The exceptions of swath. Each is also the built-in exception that NumPy would raise."""


class Error(Exception):
    """Anything that swath refuses or fails to do."""


class ShapeError(Error, ValueError):
    """Shapes that do not fit together."""


class AxisError(Error, ValueError, IndexError):
    """An axis that an array does not have."""


class OptionError(Error, ValueError):
    """An option out of range, or one that is not supported yet."""


class DTypeError(Error, TypeError):
    """An element type or a kind of array that no kernel takes."""


class OutOfMemoryError(Error, MemoryError):
    """Memory that the system did not give."""


class Cancelled(Error):
    """A kernel that was stopped before its end; outputs may be partly written."""


class KernelPanic(Error, RuntimeError):
    """A fault inside swath. Please report it."""


for _class in (
    Error,
    ShapeError,
    AxisError,
    OptionError,
    DTypeError,
    OutOfMemoryError,
    Cancelled,
    KernelPanic,
):
    _class.__module__ = "swath"
del _class
