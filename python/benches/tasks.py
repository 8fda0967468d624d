"""What it costs to run a kernel later, and how soon one stops.

    python tasks.py [latency] [cancel] [lag] [exits]     all of them by default
    python tasks.py --quick                              a check, not a measurement

latency   from `submit` to its return, and to the result: of an empty kernel, which
          `submit` itself runs, and of one of some 20 us, which the pool does
cancel    from `cancel` at a random moment until the kernel has stopped, processor time
          and memory after it
lag       how late an event loop's timers are while it awaits long kernels
exits     interpreters that end with a hundred kernels running
"""

import asyncio
import os
import random
import resource
import subprocess
import sys
import time

import numpy as np

import swath

QUICK = "--quick" in sys.argv


def spread(name, values, unit="us", scale=1e6):
    values = sorted(values)
    at = [values[min(len(values) - 1, int(q * len(values)))] * scale for q in (0.5, 0.99, 1)]
    print(f"{name:44} median {at[0]:8.1f} {unit}, 99th {at[1]:8.1f}, worst {at[2]:8.1f}")


def latency():
    with swath.Executor() as executor:
        for n, what in ((16, "empty kernel"), (50_000, "kernel in the pool")):
            for pause, when in ((0, "back to back"), (0.003, "after 3 ms")):
                x, submitted, done = np.ones(n), [], []
                for _ in range(100 if QUICK else 3000 if not pause else 600):
                    time.sleep(pause)
                    start = time.perf_counter()
                    future = executor.submit(swath.sum, x)
                    submitted.append(time.perf_counter() - start)
                    future.result()
                    done.append(time.perf_counter() - start)
                spread(f"{what}, {when}: submit", submitted[20:])
                spread(f"{what}, {when}: result", done[20:])


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def cancel():
    n = 600 if QUICK else 8192
    a = np.ones((n, n), "f4")
    image = np.ones((n * 4320 // 8192, n * 7680 // 8192), "f4")
    work = {"matmul": (swath.matmul, a, a), "gaussian_filter": (swath.ndimage.gaussian_filter, image, 20.0)}
    rng = random.Random(0)
    with swath.Executor() as executor:
        for name, call in work.items():
            before, delays, idle = resident(), [], []
            for _ in range(5 if QUICK else 100):
                future = executor.submit(*call)
                time.sleep(rng.uniform(0.0, 0.5) if not QUICK else 0.001)
                start = time.perf_counter()
                future.cancel()
                swath._core.drain(60)
                delays.append(time.perf_counter() - start)
                time.sleep(0.002)
                cpu, start = time.process_time(), time.perf_counter()
                time.sleep(0.01)
                idle.append((time.process_time() - cpu) / (time.perf_counter() - start))
                assert swath.sum(image[:100]) == image[:100].size
            spread(f"cancel {name}", delays, "ms", 1e3)
            spread(f"processors busy after it", idle, "  ", 1)
            print(f"{'memory after it, more than before':44} {(resident() - before) / 2**20:.0f} MiB")


def lag():
    n = 600 if QUICK else 2500
    a, image = np.ones((n, n)), np.ones((n, n), "f4")

    async def main():
        late, stop = [], asyncio.Event()

        async def beat():
            while not stop.is_set():
                start = time.perf_counter()
                await asyncio.sleep(0.002)
                late.append(time.perf_counter() - start - 0.002)

        beating = asyncio.create_task(beat())
        await asyncio.sleep(0.2 if QUICK else 1)
        quiet, late[:] = list(late), []
        end = time.perf_counter() + (0.3 if QUICK else 10)
        while time.perf_counter() < end:
            await asyncio.gather(
                swath.aio.matmul(a, a), swath.aio.ndimage.gaussian_filter(image, 8.0)
            )
        stop.set()
        await beating
        spread("timers late, nothing running", quiet, "ms", 1e3)
        spread("timers late, kernels running", late, "ms", 1e3)

    asyncio.run(main())


EXIT = """
import numpy as np, swath
executor = swath.Executor()
a = np.ones((150, 150))
futures = [executor.submit(swath.matmul, a, a) for _ in range(100)]
"""


def exits():
    n, good = 3 if QUICK else 200, 0
    for _ in range(n):
        done = subprocess.run([sys.executable, "-c", EXIT], capture_output=True,
                              cwd=os.path.dirname(os.path.abspath(__file__)))
        good += (done.returncode, done.stderr) == (0, b"")
    print(f"{good} of {n} interpreters ended with status 0 and nothing on stderr")
    assert good == n


if __name__ == "__main__":
    parts = {"latency": latency, "cancel": cancel, "lag": lag, "exits": exits}
    for name in [name for name in sys.argv[1:] if name in parts] or parts:
        parts[name]()
