"""Forked and spawned children."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory

import calls
import numpy as np
import pytest
from test_control import run_script

METHODS = [
    pytest.param(m, marks=pytest.mark.skipif(
        m not in multiprocessing.get_all_start_methods(),
        reason=f"this system has no start method {m}",
    ))
    for m in ("fork", "forkserver", "spawn")
]

LIMIT_S = 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no os.fork on this system")
@pytest.mark.parametrize("used_before", [False, True])
def test_t5_fork(used_before):
    out = run_script(f"""
        import os, signal, calls, swath
        a = calls.matrix(500)
        expected = calls.all_bytes(a) if {used_before} else None
        children = []
        for i in range(12):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                ours = calls.all_bytes(a)
                # A child of the child.
                grandchild = os.fork()
                if grandchild == 0:
                    signal.alarm(60)
                    os._exit(0 if calls.all_bytes(a) == ours else 2)
                good = os.waitpid(grandchild, 0)[1] == 0
                os._exit(0 if good and expected in (None, ours) else 1)
            children.append(child)
        status = [os.waitpid(child, 0)[1] for child in children]
        assert calls.all_bytes(a) == (expected or calls.all_bytes(a))
        print(set(status))
    """)
    assert out == "{0}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no os.fork on this system")
def test_t5_fork_while_other_threads_compute():
    out = run_script("""
        import os, signal, threading, warnings, calls
        warnings.simplefilter("ignore")
        a = calls.matrix(500)
        expected = calls.all_bytes(a)
        stop = threading.Event()
        def work():
            while not stop.is_set():
                calls.all_bytes(a)
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        status = set()
        for i in range(25):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                os._exit(0 if calls.all_bytes(a) == expected else 1)
            status.add(os.waitpid(child, 0)[1])
        stop.set()
        for thread in threads:
            thread.join()
        print(status)
    """)
    assert out == "{0}"


def in_shared_memory(name, n, function):
    """In a child: one function on a matrix that the parent put into shared memory."""
    memory = shared_memory.SharedMemory(name)
    try:
        a = np.ndarray((n, n), "f8", buffer=memory.buf)
        result = np.asarray(calls.call(function, a)).tobytes()
        del a
        return result
    finally:
        memory.close()


@pytest.mark.parametrize("used_before", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_every_function_in_a_process_pool(method, used_before):
    a = calls.matrix(450)
    if used_before:
        calls.all_bytes(a)
    context = multiprocessing.get_context(method)
    memory = shared_memory.SharedMemory(create=True, size=a.nbytes)
    try:
        np.ndarray(a.shape, "f8", buffer=memory.buf)[...] = a
        with ProcessPoolExecutor(2, mp_context=context) as executor:
            plain = {}
            for name, (function, arguments) in calls.FUNCTIONS.items():
                plain[name] = executor.submit(function, *arguments(a))
            shared = {name: executor.submit(in_shared_memory, memory.name, 450, name)
                      for name in calls.FUNCTIONS}
            got = {k: np.asarray(f.result(LIMIT_S)).tobytes() for k, f in plain.items()}
            got_shared = {k: f.result(LIMIT_S) for k, f in shared.items()}
    finally:
        memory.close()
        memory.unlink()
    expected = calls.all_bytes(a)
    assert got == expected
    assert got_shared == expected


def test_s8_memory_that_runs_out():
    resource = pytest.importorskip("resource")
    assert resource
    out = run_script("""
        import resource, calls, numpy as np, swath
        a = calls.matrix(2000)
        expected = swath.sum(a)
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        swath.matmul(a[:300], a)  # the threads are there
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        for room in (0, 1 << 20, 8 << 20, 20 << 20, 24 << 20, 30 << 20):
            resource.setrlimit(resource.RLIMIT_AS, (used + room, resource.RLIM_INFINITY))
            for name in ("matmul", "correlate", "gaussian_filter", "sobel", "convolve1d"):
                try:
                    calls.call(name, a)
                except MemoryError as e:
                    assert isinstance(e, swath.Error), e
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
        assert swath.sum(a) == expected
        print("done")
    """, SWATH_NUM_THREADS="2")
    assert out == "done"
