"""SciPy: ndimage, on one thread, and the BLAS that comes with it."""

import types

import scipy
import scipy.linalg.blas
import scipy.fft
import scipy.ndimage
import scipy.signal

from lib.adapters import Library, blas, limit_blas


def _dot(x, y):
    return getattr(scipy.linalg.blas, "sdot" if x.itemsize == 4 else "ddot")(x, y)


def _gemm(x, y, out):
    """In Fortran's order, as BLAS has it, the product's transpose: nothing is copied."""
    gemm = getattr(scipy.linalg.blas, "sgemm" if x.itemsize == 4 else "dgemm")
    if out is None:
        return gemm(1.0, y.T, x.T).T
    return gemm(1.0, y.T, x.T, c=out.T, overwrite_c=1).T


class Adapter(Library):
    threads = "OPENBLAS_NUM_THREADS, threadpoolctl, scipy.fft.set_workers; ndimage has one thread"

    def __init__(self, threads):
        limit_blas(threads)
        self.workers = scipy.fft.set_workers(threads)
        self.workers.__enter__()  # for as long as this process lives

    def build(self):
        return {"version": scipy.__version__, "blas": blas("scipy")}

    def names(self, case):
        return {"ndimage": scipy.ndimage, "signal": scipy.signal, "blas": types.SimpleNamespace(dot=_dot, gemm=_gemm)}
