"""What four Python threads lose by calling kernels at once: they share one pool.

    python sharing.py [pairs]

Prints the time that four calls at once take, as a part of the same four in a row:
median, 10th and 90th percentile over pairs measured in turn.
"""

import statistics
import sys
import threading
import time

import numpy as np

import swath

MATRIX, IMAGE = np.ones((900, 900)), np.ones((1500, 2000))
WORK = {
    "matmul": lambda: swath.matmul(MATRIX, MATRIX),
    "gaussian_filter": lambda: swath.ndimage.gaussian_filter(IMAGE, 3.0),
    "sum": lambda: [swath.sum(IMAGE, axis=0) for _ in range(10)],
    "short sums": lambda: [swath.sum(MATRIX[:100]) for _ in range(500)],
}
CALLERS = 4


def in_a_row(work):
    for _ in range(CALLERS):
        work()


def at_once(work):
    threads = [threading.Thread(target=work) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def seconds(function, work):
    start = time.perf_counter()
    function(work)
    return time.perf_counter() - start


def main():
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 41
    for name, work in WORK.items():
        in_a_row(work)
        ratios = sorted(seconds(at_once, work) / seconds(in_a_row, work) for _ in range(pairs))
        low, high = ratios[pairs // 10], ratios[-1 - pairs // 10]
        print(f"{name:16} {statistics.median(ratios):.2f}  ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
