"""What a small call costs: medians on sixteen elements, beside NumPy.

    python overhead.py
"""

import statistics
import timeit

import numpy as np

import swath

CALLS = {
    "swath.sum(x)": "np.sum(x)",
    "swath.max(x)": "np.max(x)",
    "swath.var(x)": "np.var(x)",
    "swath.argmax(x)": "np.argmax(x)",
    "swath.any(x)": "np.any(x)",
    "swath.nansum(x)": "np.nansum(x)",
    "swath.cumsum(x)": "np.cumsum(x)",
    "swath.dot(x, x)": "np.dot(x, x)",
    "swath.vecdot(a, a)": "np.vecdot(a, a)",
    "swath.sum(a, axis=0)": "np.sum(a, axis=0)",
    "swath.matmul(a, a, out=o)": "np.matmul(a, a, out=o)",
    "swath.ndimage.sobel(a)": "scipy.ndimage.sobel(a)",
}


def microseconds(call, names, repeats=41, number=2000):
    """The median over many repeats of a loop."""
    runs = timeit.repeat(call, globals=names, repeat=repeats, number=number)
    return statistics.median(runs) / number * 1e6


def main():
    names = {"np": np, "swath": swath, "x": np.arange(16.0), "a": np.ones((4, 4)),
             "o": np.empty((4, 4))}
    try:
        import scipy.ndimage

        names["scipy"] = scipy
    except ImportError:
        pass
    for ours, theirs in CALLS.items():
        line = f"{ours:28}{microseconds(ours, names):6.2f} us"
        if not theirs.startswith("scipy") or "scipy" in names:
            line += f"    {theirs:28}{microseconds(theirs, names):6.2f} us"
        print(line)


if __name__ == "__main__":
    main()
