"""What the tests share: layouts of arrays, and a watchdog against hanging."""

import faulthandler

import hypothesis
import numpy as np
import pytest

# A test that hangs tells where, and ends the run.
LIMIT_S = 120

hypothesis.settings.register_profile(
    "swath", deadline=None, derandomize=True, max_examples=60, print_blob=True
)
hypothesis.settings.load_profile("swath")


@pytest.fixture(autouse=True)
def watchdog():
    faulthandler.dump_traceback_later(LIMIT_S, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def layouts(a):
    """The same values in every kind of memory, by name."""
    a = np.ascontiguousarray(a)
    wide = np.zeros(tuple(2 * n + 1 for n in a.shape), a.dtype)
    every_other = tuple(slice(1, None, 2) for _ in a.shape)
    wide[every_other] = a
    reverse = tuple(slice(None, None, -1) for _ in a.shape)
    packed = np.zeros(a.shape, [("pad", "u1"), ("value", a.dtype)])
    packed["value"] = a
    aligned_record = np.zeros(a.shape, [("value", a.dtype), ("pad", a.dtype)])
    aligned_record["value"] = a
    bytes_ = np.zeros(a.nbytes + 1, "u1")
    misaligned = bytes_[1:].view(a.dtype).reshape(a.shape)
    misaligned[...] = a
    read_only = a.copy()
    read_only.flags.writeable = False
    yield "C", a.copy()
    yield "F", np.asfortranarray(a)
    yield "strided", wide[every_other]
    yield "reversed", np.ascontiguousarray(a[reverse])[reverse]
    yield "packed record", packed["value"]
    yield "record", aligned_record["value"]
    yield "misaligned", misaligned
    yield "byte-swapped", a.astype(a.dtype.newbyteorder())
    yield "read-only", read_only


def is_awkward(name, dtype):
    """Whether an output of this layout is refused: bytes are aligned everywhere."""
    awkward = {"packed record", "misaligned", "byte-swapped"} if np.dtype(dtype).itemsize > 1 else set()
    return name in awkward | {"read-only"}


FLOATS = ["float32", "float64"]
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES = FLOATS + INTEGERS


def values(shape, dtype, seed=0):
    """Random values; integers over their whole range."""
    rng = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return rng.standard_normal(shape).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype, endpoint=True)


def same(actual, expected):
    """Equal in type, shape and values, NaN equal to NaN."""
    assert np.asarray(actual).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(actual, expected)


# As many axes as NumPy knows.
NDIM_MAX = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32
