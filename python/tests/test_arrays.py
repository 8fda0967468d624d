"""Objects that are not plain arrays, and memory that is lent."""

import array
import mmap
import threading
import time
import warnings
from multiprocessing import shared_memory

import numpy as np
import pytest
from conftest import NDIM_MAX, same

import swath


def test_a_packed_record_field():
    a = np.zeros(9, [("a", "u1"), ("b", "f8")])
    a["b"] = range(9)
    assert swath.sum(a["b"]) == 36


def test_record_dtypes_are_refused():
    a = np.zeros(9, [("a", "u1"), ("b", "f8")])
    with pytest.raises(TypeError):
        swath.sum(a)


class Foreign:
    """An array library of its own."""

    def __array_function__(self, *args):
        return NotImplemented

    def __array__(self, *args, **kwargs):
        raise AssertionError("converted behind the user's back")

    def __dlpack__(self, **kwargs):
        raise AssertionError("converted behind the user's back")


@pytest.mark.parametrize("function", ["sum", "mean", "min", "max"])
def test_foreign_arrays_are_refused(function):
    ours = getattr(swath, function)
    for foreign in (Foreign(), np.ma.masked_array([1.0, 2], [True, False]), np.matrix([[1.0]])):
        with pytest.raises(TypeError, match="not converted"):
            ours(foreign)
    with pytest.raises(TypeError, match="not converted"):
        swath.matmul(np.ones((2, 2)), Foreign())
    with pytest.raises(TypeError, match="ndarray"):
        ours(np.ones(3), out=Foreign())
    with pytest.raises(TypeError):
        swath.ndimage.sobel(Foreign())


class Lender:
    """Something that is not an array but hands one out by DLPack."""

    def __init__(self, a):
        self.a = a

    def __dlpack__(self, **kwargs):
        return self.a.__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return self.a.__dlpack_device__()


class OnTheGpu(Lender):
    def __dlpack_device__(self):
        return (2, 0)

    def __dlpack__(self, **kwargs):
        raise BufferError("not in the memory of the CPU")


def test_dlpack():
    a = np.arange(12.0).reshape(3, 4)
    same(swath.sum(Lender(a), axis=0), a.sum(axis=0))
    same(swath.matmul(Lender(a), Lender(a.T)), a @ a.T)
    with pytest.raises((BufferError, RuntimeError, TypeError)):
        swath.sum(OnTheGpu(a))


def test_the_buffer_protocol():
    same(swath.sum(array.array("d", [1, 2, 3])), np.float64(6))
    same(swath.max(memoryview(np.arange(6, dtype="i2"))), np.int16(5))
    with mmap.mmap(-1, 64) as memory:
        a = np.frombuffer(memory, "f8")
        a_copy = a + 1.0
        swath.sum(a)
        swath.ndimage.gaussian_filter1d(a_copy, 1.0, output=a)
        del a


def test_a_memory_map(tmp_path):
    file = tmp_path / "values"
    a = np.memmap(file, "f4", "w+", shape=(30, 40))
    a[...] = np.arange(1200).reshape(30, 40)
    same(swath.sum(a), np.asarray(a).sum())
    out = np.memmap(tmp_path / "out", "f4", "w+", shape=(30, 40))
    assert swath.ndimage.sobel(a, output=out) is out
    same(np.asarray(out), swath.ndimage.sobel(np.asarray(a)))
    read_only = np.memmap(file, "f4", "r", shape=(30, 40))
    same(swath.mean(read_only), swath.mean(np.asarray(a)))
    with pytest.raises(ValueError, match="read-only"):
        swath.ndimage.sobel(a, output=read_only)


def test_shared_memory_that_is_closed():
    memory = shared_memory.SharedMemory(create=True, size=8 << 10)
    try:
        a = np.ndarray(1 << 10, "f8", buffer=memory.buf)
        a[...] = 1
        assert swath.sum(a) == 1 << 10
        memory.close()
        # The memory is gone; the array does not know.
        with pytest.raises(ValueError, match="released|closed"):
            swath.sum(a)
        with pytest.raises(ValueError, match="released|closed"):
            swath.sum(a[::2])
    finally:
        memory.unlink()




def test_shared_memory_cannot_be_closed_under_a_kernel():
    n = 1500
    memory = shared_memory.SharedMemory(create=True, size=n * n * 8)
    try:
        a = np.ndarray((n, n), "f8", buffer=memory.buf)
        a[...] = 1
        done, results = threading.Event(), []

        def work():
            while not done.is_set():
                results.append(swath.matmul(a, a)[0, 0])

        thread = threading.Thread(target=work)
        thread.start()
        while not results:
            time.sleep(0.001)
        try:
            # Between two calls it can be closed; during one it cannot.
            with pytest.raises(BufferError):
                memory.close()
        finally:
            done.set()
            thread.join()
        assert set(results) == {n}
        del a
        memory.close()
    finally:
        memory.unlink()


def test_an_array_that_is_reshaped_under_a_kernel():
    a = np.ones((1200, 1200))
    done = threading.Event()

    def reshape():
        while not done.is_set():
            a.shape = (1440000,)
            a.shape = (1200, 1200)

    thread = threading.Thread(target=reshape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread.start()
        try:
            for _ in range(20):
                assert swath.sum(a) == 1440000
                assert swath.max(swath.ndimage.gaussian_filter(a, 1.0)) == pytest.approx(1)
        finally:
            done.set()
            thread.join()


@pytest.mark.parametrize("ndim", [n for n in (9, 32, 33, 64) if n <= NDIM_MAX])
def test_s5_many_dimensions(ndim):
    a = np.arange(24.0).reshape((2, 3, 4) + (1,) * (ndim - 3))
    edges = swath.ndimage.sobel(a, 1).reshape(2, 3, 4)
    # Each axis of length 1 is smoothed by 1 + 2 + 1.
    same(edges / 4.0 ** (ndim - 3), swath.ndimage.sobel(a.reshape(2, 3, 4), 1))
    axes = (0, 2)
    smooth = swath.ndimage.gaussian_filter(a, 1.0, axes=axes)
    expected = swath.ndimage.gaussian_filter(a.reshape(2, 3, 4), 1.0, axes=axes)
    same(smooth.reshape(2, 3, 4), expected)
    stack = a.reshape((1,) * (ndim - 3) + (2, 3, 4))
    same(swath.matmul(stack, stack.swapaxes(-1, -2)), stack @ stack.swapaxes(-1, -2))
    vector = np.ones(4)
    same(swath.dot(stack, vector), np.matmul(stack, vector))  # np.dot stops at 32
    with pytest.raises(ValueError):
        swath.dot(np.ones((1,) * NDIM_MAX), np.ones((1,) * 4))
