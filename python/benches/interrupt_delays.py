"""How long Ctrl-C takes: 200 interrupts sent from another process at random moments.

    python interrupt_delays.py [how many]

Prints median, 99th percentile and worst delay from the signal to KeyboardInterrupt.
"""

import os
import random
import signal
import subprocess
import sys
import time

CHILD = """
import sys, time, numpy as np, swath
a = np.ones((2500, 2500))
image = np.ones((3000, 4000), "f4")
work = [lambda: swath.matmul(a, a), lambda: swath.ndimage.gaussian_filter(image, 10.0),
        lambda: swath.sum(np.broadcast_to(image, (30, 3000, 4000)))]
print("ready", flush=True)
turn = 0
while True:
    try:
        while True:
            work[turn % 3]()
    except KeyboardInterrupt:
        print(time.monotonic(), flush=True)
        turn += 1
"""


def delays(n):
    """Seconds from each signal to the exception; both processes read one clock."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True,
        cwd=os.path.dirname(os.path.abspath(__file__)),
    )
    try:
        assert child.stdout.readline().strip() == "ready"
        rng = random.Random(0)
        for _ in range(n):
            time.sleep(rng.uniform(0.05, 0.3))
            sent = time.monotonic()
            os.kill(child.pid, signal.SIGINT)
            yield float(child.stdout.readline()) - sent
    finally:
        child.kill()


if __name__ == "__main__":
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    in_order = list(delays(n))
    for i, name in enumerate(("matmul", "gaussian_filter", "sum")):
        kind = sorted(in_order[i::3])
        print(f"{name}: median {kind[len(kind) // 2] * 1e3:.0f} ms, worst {kind[-1] * 1e3:.0f} ms")
    found = sorted(in_order)
    p99 = found[min(n - 1, round(0.99 * n))]
    print(f"{n} interrupts: median {found[n // 2] * 1e3:.0f} ms, "
          f"99th percentile {p99 * 1e3:.0f} ms, worst {found[-1] * 1e3:.0f} ms")
