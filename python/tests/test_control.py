"""The GIL, signals, deadlines, threads."""

import asyncio
import contextvars
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time

import calls
import numpy as np
import pytest

import swath

TESTS = str(pathlib.Path(__file__).parent)


def run_script(code, timeout=100, **environment):
    """Runs a script in a fresh interpreter and gives what it prints."""
    code = f"import sys; sys.path.insert(0, {TESTS!r})\n" + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout,
        # Not where the source of the package lies: it would be imported.
        env={**os.environ, **environment}, cwd=TESTS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def long_call(which):
    """A function that runs for some tenths of a second, and its argument."""
    if which == "matmul":
        return swath.matmul, (np.ones((2600, 2600)),) * 2
    image = np.ones((2000, 2500))
    return swath.ndimage.gaussian_filter, (image, 40.0)


@pytest.mark.parametrize("which", ["matmul", "filter"])
def test_another_thread_goes_on(which):
    function, arguments = long_call(which)
    times, stop = [], threading.Event()

    def counting():
        count = 0
        while not stop.is_set():
            count += 1
            if count % 1000 == 0:
                times.append(time.perf_counter())

    thread = threading.Thread(target=counting)
    thread.start()
    try:
        start = time.perf_counter()
        function(*arguments)
        seconds = time.perf_counter() - start
    finally:
        stop.set()
        thread.join()
    assert seconds > 0.05, "too short to tell"
    # It counted a thousand in most tenths of the call. Held by the call, the GIL would
    # have let it count at the very ends alone.
    tenths = {int(10 * (t - start) / seconds) for t in times if start <= t < start + seconds}
    assert len(tenths) >= 6, tenths


def test_short_calls_keep_the_gil():
    """They would only lose time by giving it away."""
    a, stop, switches = np.ones(16), threading.Event(), [0]

    def counting():
        while not stop.is_set():
            switches[0] += 1

    sys_interval = sys.getswitchinterval()
    thread = threading.Thread(target=counting)
    sys.setswitchinterval(0.3)
    try:
        thread.start()
        time.sleep(0.01)
        before = switches[0]
        for _ in range(1000):
            swath.sum(a)
        assert switches[0] == before or "SWATH_PAR_MIN" in os.environ
    finally:
        sys.setswitchinterval(sys_interval)
        stop.set()
        thread.join()


class Stop(Exception):
    pass


@pytest.mark.parametrize("which", ["matmul", "filter"])
def test_a_signal_stops_a_kernel(which):
    function, arguments = long_call(which)
    name = "out" if which == "matmul" else "output"
    out = np.empty_like(arguments[0])
    references = [sys.getrefcount(a) for a in (*arguments, out)]

    def handler(*_):
        raise Stop

    old = signal.signal(signal.SIGALRM, handler)
    unfinished = 0
    try:
        for after in (0.02, 0.05, 0.08) * 3:
            out[:] = np.nan
            with pytest.raises(Stop):
                signal.setitimer(signal.ITIMER_REAL, after)
                function(*arguments, **{name: out})
                # So short a call that it was over before.
                time.sleep(10)
            unfinished += bool(np.isnan(out).any())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    # Had it run to its end before the handler was called, nothing would be missing.
    assert unfinished
    assert [sys.getrefcount(a) for a in (*arguments, out)] == references
    calls.all_bytes(calls.matrix(200))


def test_a_signal_whose_handler_returns_stops_nothing():
    seen = []
    old = signal.signal(signal.SIGALRM, lambda *_: seen.append(swath.sum(np.ones(1 << 18))))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.03)
        function, arguments = long_call("matmul")
        result = function(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert (result == 2600).all()
    assert seen and set(seen) == {1 << 18}


def test_ctrl_c():
    out = run_script("""
        import os, signal, threading, time, numpy as np, swath
        a = np.ones((3000, 3000))
        threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            while True:
                swath.matmul(a, a)
        except KeyboardInterrupt:
            print("stopped", swath.sum(a))
    """)
    assert out == "stopped 9000000.0"


def test_deadline():
    function, arguments = long_call("matmul")
    out = np.full_like(arguments[0], np.nan)
    with swath.deadline(0.02):
        with pytest.raises(swath.Cancelled, match="deadline"):
            function(*arguments, out=out)
        # Everything after it, too, however short.
        with pytest.raises(swath.Cancelled):
            swath.sum(np.ones(3))
    assert np.isnan(out).any(), "it ran to its end"
    assert swath.sum(np.ones(3)) == 3
    with swath.deadline(1e9):
        assert swath.sum(np.ones(3)) == 3
        with swath.deadline(0), pytest.raises(swath.Cancelled):
            swath.sum(np.ones(3))
        assert swath.sum(np.ones(3)) == 3
        # An inner one cannot put off an outer one.
        with swath.deadline(0), swath.deadline(100), pytest.raises(swath.Cancelled):
            swath.sum(np.ones(3))
    with pytest.raises(ValueError):
        swath.deadline(float("nan"))


def test_every_function_stops_at_a_deadline():
    a = calls.matrix(100)
    for name in calls.FUNCTIONS:
        with swath.deadline(0), pytest.raises(swath.Cancelled):
            calls.call(name, a)
        calls.call(name, a)


def test_settings_belong_to_their_context():
    seen = []
    with swath.deadline(0):
        thread = threading.Thread(target=lambda: seen.append(swath.sum(np.ones(5))))
        thread.start()
        thread.join()
        context = contextvars.copy_context()
    assert seen == [5]
    with pytest.raises(swath.Cancelled):
        context.run(swath.sum, np.ones(5))

    async def limited(seconds):
        with swath.deadline(seconds):
            await asyncio.sleep(0.01)
            try:
                return swath.sum(np.ones(5))
            except swath.Cancelled:
                return None

    async def both():
        return await asyncio.gather(limited(0), limited(100))

    assert asyncio.run(both()) == [None, 5]


def test_threads():
    before = swath.get_num_threads()
    try:
        swath.set_num_threads(3)
        assert swath.get_num_threads() == 3
        with swath.threads(2):
            assert swath.get_num_threads() == 2
            with swath.threads(5):
                assert swath.get_num_threads() == 2
            with swath.threads(1):
                assert swath.get_num_threads() == 1
        with swath.threads(8):
            assert swath.get_num_threads() == 3
        for bad in (0, -1, 1 << 20):
            with pytest.raises(ValueError):
                swath.set_num_threads(bad)
        with pytest.raises(TypeError):
            swath.set_num_threads(1.5)
        with pytest.raises(ValueError):
            swath.threads(0)
        with pytest.raises(TypeError):
            swath.threads("two")
    finally:
        swath.set_num_threads(before)


def test_n6_the_same_bits_on_any_number_of_threads():
    before = swath.get_num_threads()
    a = calls.matrix(500)
    try:
        expected = None
        for n in (1, 2, 3, 7, 16):
            swath.set_num_threads(n)
            result = calls.all_bytes(a)
            expected = expected or result
            assert result == expected
        with swath.threads(2):
            assert calls.all_bytes(a) == expected
    finally:
        swath.set_num_threads(before)


@pytest.mark.parametrize(
    "environment,expected",
    [({"SWATH_NUM_THREADS": "5", "OMP_NUM_THREADS": "3"}, 5), ({"OMP_NUM_THREADS": "3"}, 3),
     ({"OMP_NUM_THREADS": "2,4"}, 2), ({"OMP_NUM_THREADS": "many"}, None), ({}, None)],
)
def test_environment(environment, expected):
    unset = {"SWATH_NUM_THREADS": "", "OMP_NUM_THREADS": ""}
    out = run_script("""
        import os
        for name in ("SWATH_NUM_THREADS", "OMP_NUM_THREADS"):
            if os.environ[name] == "":
                del os.environ[name]
        import swath
        print(swath.get_num_threads(), len(os.sched_getaffinity(0)))
    """, **{**unset, **environment})
    threads, cores = map(int, out.split())
    assert threads == expected if expected else 1 <= threads <= cores


def test_threadpoolctl():
    threadpoolctl = pytest.importorskip("threadpoolctl")
    before = swath.get_num_threads()
    found = [lib for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "swath"]
    assert [lib["num_threads"] for lib in found] == [before]
    with threadpoolctl.threadpool_limits(1, user_api="swath"):
        assert swath.get_num_threads() == 1
        assert swath.sum(np.ones(1 << 18)) == 1 << 18
    assert swath.get_num_threads() == before


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted in /proc")
def test_threads_of_the_process():
    out = run_script("""
        import os, threading, time, numpy as np
        count = lambda: len(os.listdir("/proc/self/task"))
        before = count()
        import swath
        assert count() == before, "a thread was started at import"
        swath.sum(np.ones(16))
        import calls
        a = calls.matrix(700)
        most = 0
        stop = threading.Event()
        def work():
            while not stop.is_set():
                calls.all_bytes(a)
        callers = [threading.Thread(target=work) for _ in range(4)]
        for thread in callers:
            thread.start()
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            most = max(most, count())
            time.sleep(0.001)
        stop.set()
        for thread in callers:
            thread.join()
        extra = most - before - len(callers)
        assert 0 < extra <= swath.get_num_threads(), (extra, swath.get_num_threads())
        for n in (5, 2, 3):
            swath.set_num_threads(n)
            calls.all_bytes(a)
            assert count() - before <= n, (count(), before, n)
        print("done")
    """, SWATH_NUM_THREADS="3")
    assert out == "done"
