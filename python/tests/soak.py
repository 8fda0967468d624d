"""Everything at once: threads, an event loop and forked children, all calling kernels.

    python soak.py [seconds]     a minute by default

Eight Python threads (half of them through an executor, some cancelling), one asyncio
loop, and two forked children that do the same. Ends with status 1 if an answer was
wrong, a call hung, or the process had more threads than callers and pool together.
"""

import asyncio
import faulthandler
import os
import random
import sys
import threading
import time
import warnings
from concurrent.futures import CancelledError

import calls
import numpy as np

import swath
from swath import aio, ndimage

THREADS = 8


def run(seconds):
    """The failures of one process."""
    a = calls.matrix(160)
    expected = calls.all_bytes(a)
    image = np.ones((1500, 1500))
    failures, most, before = [], 0, len(os.listdir("/proc/self/task"))
    end = time.monotonic() + seconds
    executor = swath.Executor(2)

    def check(name, result):
        if np.asarray(result).tobytes() != expected[name]:
            failures.append(f"{name}: a wrong answer")

    def work(seed):
        rng = random.Random(seed)
        while time.monotonic() < end:
            name = rng.choice(list(calls.FUNCTIONS))
            function, arguments = calls.FUNCTIONS[name]
            if seed % 2:
                check(name, function(*arguments(a)))
                continue
            check(name, executor.submit(function, *arguments(a)).result(60))
            long = executor.submit(ndimage.gaussian_filter, image, 10.0)
            time.sleep(rng.uniform(0, 0.02))
            long.cancel()
            try:
                long.result(60)
            except CancelledError:
                pass

    async def loop():
        while time.monotonic() < end:
            results = await asyncio.gather(aio.sum(a), aio.matmul(a, a), aio.ndimage.sobel(a))
            for name, result in zip(("sum", "matmul", "sobel"), results):
                check(name, result)
            try:
                await asyncio.wait_for(aio.ndimage.gaussian_filter(image, 10.0), 0.005)
            except asyncio.TimeoutError:
                pass

    def guarded(function, *arguments):
        try:
            function(*arguments)
        except BaseException as e:
            failures.append(repr(e))

    threads = [threading.Thread(target=guarded, args=(work, seed)) for seed in range(THREADS)]
    threads.append(threading.Thread(target=guarded, args=(asyncio.run, loop())))
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, len(os.listdir("/proc/self/task")))
        time.sleep(0.005)
    executor.shutdown()
    # The callers, the pool, the notifier, and the one that tasks start on one core.
    allowed = before + len(threads) + swath.get_num_threads() + 1
    if most > allowed:
        failures.append(f"{most} threads, expected at most {allowed}")
    return failures


def main(seconds):
    warnings.simplefilter("ignore")  # fork with threads is what is tested
    faulthandler.dump_traceback_later(seconds + 100, exit=True)
    swath.sum(np.ones(1 << 20))  # the pool is there before the fork
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            failures = run(seconds)
            print(*failures, sep="\n", end="", file=sys.stderr, flush=True)
            os._exit(1 if failures else 0)
        children.append(child)
    failures = run(seconds)
    failures += [f"child {child} failed" for child in children if os.waitpid(child, 0)[1]]
    print(*failures, sep="\n", end="")
    print(f"{seconds:g} s: {len(failures)} failures")
    return not failures


if __name__ == "__main__":
    sys.exit(0 if main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0) else 1)
