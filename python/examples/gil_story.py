"""The same work in pure Python, in NumPy and in swath: what threads and processes gain.

The work: smooth a signal with nine weights and find its greatest value, for eight
signals. Each library does it one signal after the other, then with a
ThreadPoolExecutor, then with a ProcessPoolExecutor around it. All three must find
the same values.

    python gil_story.py             about half a minute
    python gil_story.py --quick     a check, not a measurement

What to look for: threads do not help pure Python, which holds the GIL while it
computes; processes do. Threads help NumPy a little, as long as its calls are long.
swath uses every core for one signal already, with or without threads around it.
Processes must be sent the signals, which costs more than NumPy's or swath's work.
Then the work is done once more while another Python thread is counting: the
percentage is how much of its speed that thread kept.
"""

import os
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import numpy as np

import swath
from swath import ndimage

QUICK = "--quick" in sys.argv
SIGNALS = 8
WEIGHTS = [1.0, 8.0, 28.0, 56.0, 70.0, 56.0, 28.0, 8.0, 1.0]
LENGTH = 20_000 if QUICK else 4_000_000
# Pure Python is a few hundred times slower: it gets a shorter piece of each signal.
PIECE = LENGTH // 100
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def signal(seed, length):
    x = np.arange(length, dtype="f8")
    return np.sin(x * 0.37 + seed) + np.sin(x * 0.011)


def pure_python(signal):
    x = signal.tolist()
    best = -1e300
    for i in range(len(x) - 8):
        best = max(best, sum(w * x[i + t] for t, w in enumerate(WEIGHTS)))
    return best


def with_numpy(signal):
    n = len(signal) - 8
    return float(sum(w * signal[t : t + n] for t, w in enumerate(WEIGHTS)).max())


def with_swath(signal):
    return float(swath.max(ndimage.correlate1d(signal, WEIGHTS)[4:-4]))


def counted(work):
    """How fast another Python thread counts while `work` runs."""
    count, stop = 0, threading.Event()

    def counting():
        nonlocal count
        while not stop.is_set():
            count += 1

    thread = threading.Thread(target=counting)
    thread.start()
    start = time.perf_counter()
    work()
    rate = count / (time.perf_counter() - start)
    stop.set()
    thread.join()
    return rate


def timed(work, signals, mapper):
    """Seconds for all signals, and the part of its speed that a counting thread kept."""
    start = time.perf_counter()
    list(mapper(work, signals))
    seconds = time.perf_counter() - start
    # Its speed when nothing else runs drifts with the machine: just before, just after.
    alone = partial(counted, partial(time.sleep, 0.2))
    before, beside, after = alone(), counted(lambda: list(mapper(work, signals))), alone()
    return seconds, 2 * beside / (before + after)


def main():
    pieces = [signal(seed, PIECE) for seed in range(SIGNALS)]
    signals = [signal(seed, LENGTH) for seed in range(SIGNALS)]
    print(f"{SIGNALS} signals, {CORES} cores; ns for each element, and the speed that a")
    print("counting Python thread kept meanwhile\n")
    print(f"{'':14}{'in turn':>20}{'threads':>20}{'processes':>20}")
    rows = {"pure Python": (pure_python, pieces), "NumPy": (with_numpy, signals),
            "swath": (with_swath, signals)}
    expected = [with_swath(piece) for piece in pieces]
    with ThreadPoolExecutor(CORES) as threads, ProcessPoolExecutor(CORES) as processes:
        list(processes.map(with_swath, pieces))  # starts the processes
        for name, (work, data) in rows.items():
            np.testing.assert_allclose([work(piece) for piece in pieces], expected, 1e-12)
            cells = ""
            for mapper in (map, threads.map, processes.map):
                seconds, kept = timed(work, data, mapper)
                cells += f"{seconds * 1e9 / (SIGNALS * len(data[0])):14.2f}{kept:6.0%}"
            print(f"{name:14}{cells}")


if __name__ == "__main__":
    main()
