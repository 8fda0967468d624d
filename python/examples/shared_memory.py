"""One job, four ways: smooth a stack of images and take each one's mean.

In turn; through `swath.Executor`; in a `ProcessPoolExecutor` that is sent the images;
and in one whose workers find them in shared memory, without a copy. For each start
method of processes that the system has.

    python shared_memory.py             some seconds
    python shared_memory.py --quick     a check, not a measurement

What to look for: processes gain nothing over threads where calls release the GIL, and
sending arrays costs more than the work; shared memory takes that cost away, so that
programs that need processes for other reasons lose little.
"""

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory

import numpy as np

import swath
from swath import ndimage

QUICK = "--quick" in sys.argv
COUNT, SIDE = (4, 200) if QUICK else (24, 1500)
WORKERS = 2


def smooth_mean(image):
    return float(swath.mean(ndimage.gaussian_filter(image, 3.0)))


def smooth_mean_shared(name, shape, index):
    """The same of image `index` of a stack that lies in shared memory."""
    memory = shared_memory.SharedMemory(name)
    try:
        stack = np.ndarray(shape, "f4", buffer=memory.buf)
        result = smooth_mean(stack[index])
        del stack
        return result
    finally:
        memory.close()


def timed(name, work, expected=None):
    work()  # whoever works is there
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    assert expected is None or result == expected, "another answer"
    print(f"{name:40} {seconds * 1e3 / COUNT:8.2f} ms an image")
    return result


def main():
    shape = (COUNT, SIDE, SIDE)
    memory = shared_memory.SharedMemory(create=True, size=4 * COUNT * SIDE * SIDE)
    try:
        stack = np.ndarray(shape, "f4", buffer=memory.buf)
        stack[...] = np.sin(np.arange(SIDE * SIDE, dtype="f4")).reshape(SIDE, SIDE)
        expected = timed("in turn", lambda: [smooth_mean(image) for image in stack])
        with swath.Executor(WORKERS) as executor:
            timed("swath.Executor", lambda: list(executor.map(smooth_mean, stack)), expected)
        for method in ("fork", "forkserver", "spawn"):
            if method not in multiprocessing.get_all_start_methods():
                print(f"{method}: skipped, this system does not have it")
                continue
            context = multiprocessing.get_context(method)
            with ProcessPoolExecutor(WORKERS, mp_context=context) as executor:
                timed(f"processes ({method}), images sent",
                      lambda: list(executor.map(smooth_mean, stack)), expected)
                timed(f"processes ({method}), shared memory",
                      lambda: list(executor.map(smooth_mean_shared, [memory.name] * COUNT,
                                                [shape] * COUNT, range(COUNT))), expected)
        del stack
    finally:
        memory.close()
        memory.unlink()


if __name__ == "__main__":
    main()
