"""Executor, futures, coroutines, progress."""

import asyncio
import concurrent.futures
import contextvars
import gc
import inspect
import os
import pickle
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor, as_completed, wait

import calls
import numpy as np
import pytest
from test_control import TESTS, run_script

import swath
from swath import _kernels, aio, ndimage


@pytest.fixture
def executor():
    with swath.Executor(2) as executor:
        yield executor


def long_call():
    """A kernel that runs for some tenths of a second at least, and its arguments."""
    return swath.ndimage.gaussian_filter, np.ones((3000, 3000)), 40.0


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)


# ---- the executor -------------------------------------------------------------


def test_every_kernel(executor):
    a = calls.matrix(120)
    futures = {}
    for name, (function, arguments) in calls.FUNCTIONS.items():
        assert function in _kernels.KERNELS
        futures[name] = executor.submit(function, *arguments(a))
    assert len(futures) == len(_kernels.KERNELS)
    for name, future in futures.items():
        assert isinstance(future, swath.KernelFuture)
        expected = calls.call(name, a)
        np.testing.assert_array_equal(future.result(60), expected)
        assert type(future.result()) is type(expected)


def test_it_is_a_thread_pool_executor(executor):
    assert isinstance(executor, ThreadPoolExecutor)
    assert executor._max_workers == 2
    variable = contextvars.ContextVar("variable", default=1)
    variable.set(7)
    future = executor.submit(lambda: (variable.get(), threading.current_thread()))
    value, thread = future.result(60)
    assert value == 7 and thread is not threading.main_thread()
    assert list(executor.map(pow, [2, 3], [3, 2])) == [8, 9]
    arrays = [np.ones(n) for n in (10, 100_000, 3)]
    assert list(executor.map(swath.sum, arrays)) == [10, 100_000, 3]
    mixed = [executor.submit(swath.max, arrays[1]), executor.submit(max, 1, 2)]
    assert {future.result() for future in as_completed(mixed, 60)} == {1.0, 2}
    done, rest = wait([executor.submit(swath.sum, a) for a in arrays], 60)
    assert len(done) == 3 and not rest


def test_kernels_need_no_python_thread():
    with swath.Executor(1) as executor:
        blocked = threading.Event()
        executor.submit(blocked.wait)
        a = np.ones((300, 300))
        futures = [executor.submit(swath.matmul, a, a) for _ in range(50)]
        try:
            for future in futures:
                assert future.result(60)[0, 0] == 300
        finally:
            blocked.set()


def test_out_dtype_and_keywords(executor):
    a = calls.matrix(300)
    out = np.empty((300, 300))
    future = executor.submit(swath.matmul, a, a, out=out)
    assert future.result(60) is out
    np.testing.assert_array_equal(out, swath.matmul(a, a))
    total = executor.submit(swath.sum, a, axis=0, dtype="f4", keepdims=True).result(60)
    assert total.shape == (1, 300) and total.dtype == "f4"
    # An output that overlaps an input.
    b = a.copy()
    executor.submit(swath.matmul, a, b, out=b).result(60)
    np.testing.assert_array_equal(b, out)


def test_bad_arguments_are_told_by_the_future(executor):
    for arguments, error in (((np.ones(3), "x"), TypeError), ((np.ones((2, 3)),) * 2, ValueError),
                             ((), TypeError)):
        future = executor.submit(swath.matmul, *arguments)
        assert isinstance(future.exception(60), error)
        with pytest.raises(error):
            future.result()


def test_a_coroutine_function_is_refused(executor):
    async def later():
        pass

    with pytest.raises(TypeError, match="later is a coroutine function: await it"):
        executor.submit(later)
    with pytest.raises(TypeError, match="await it"):
        executor.submit(aio.sum, np.ones(3))


def test_cancel_stops_a_running_kernel(executor):
    function, *arguments = long_call()
    out = np.full((3000, 3000), np.nan)
    for turn in range(3):
        called = []
        future = executor.submit(function, *arguments, output=out)
        future.add_done_callback(called.append)
        if turn:
            until(lambda: future.progress()[0] > 0)
            assert future.running() or turn == 2
        assert future.cancel() and future.cancel()
        assert future.cancelled() and future.done() and not future.running()
        assert called == [future]
        with pytest.raises(concurrent.futures.CancelledError):
            future.result(60)
        assert wait([future], 60).done == {future}
        assert list(as_completed([future], 60)) == [future]
        # The kernel itself has stopped: nothing is left to be told.
        assert swath._core.drain(60)
        assert np.isnan(out).any(), "it ran to its end"
    assert executor.submit(swath.sum, np.ones(1 << 20)).result(60) == 1 << 20


def test_cancel_comes_too_late(executor):
    future = executor.submit(swath.sum, np.ones(10))
    assert future.result(60) == 10
    assert not future.cancel() and not future.cancelled()


def test_t3_one_end_whoever_wins(executor):
    a = np.ones(100_000)
    ends = {"value": 0, "cancelled": 0}
    for turn in range(2000):
        future = executor.submit(swath.sum, a)
        told = []
        future.add_done_callback(told.append)
        for _ in range(turn % 50):
            pass
        if future.cancel():
            with pytest.raises(concurrent.futures.CancelledError):
                future.result(60)
            ends["cancelled"] += 1
        else:
            assert future.result(60) == 100_000
            ends["value"] += 1
        until(lambda: told)
        assert told == [future]
    assert swath._core.drain(60)
    assert sum(ends.values()) == 2000


def test_result_with_a_timeout(executor):
    function, *arguments = long_call()
    future = executor.submit(function, *arguments)
    with pytest.raises(concurrent.futures.TimeoutError):
        future.result(0)
    future.cancel()


def test_limits_and_deadlines_go_with_it(executor):
    function, *arguments = long_call()
    with swath.deadline(0.02):
        future = executor.submit(function, *arguments)
    with pytest.raises(swath.Cancelled, match="deadline"):
        future.result(60)
    assert not future.cancelled()
    with swath.threads(1):
        future = executor.submit(swath.sum, np.ones(100_000))
    assert future.result(60) == 100_000


def test_submit_after_shutdown():
    executor = swath.Executor(1)
    a = np.ones((400, 400))
    futures = [executor.submit(swath.matmul, a, a) for _ in range(20)]
    executor.shutdown()
    assert all(future.done() for future in futures)
    for function in (swath.sum, len):
        with pytest.raises(RuntimeError, match="after shutdown"):
            executor.submit(function, a)
    executor.shutdown()


def test_shutdown_cancels():
    executor = swath.Executor(1)
    function, *arguments = long_call()
    futures = [executor.submit(function, *arguments) for _ in range(20)]
    executor.shutdown(cancel_futures=True)
    assert all(future.done() for future in futures)
    assert any(future.cancelled() for future in futures)


def test_a_callback_that_raises(executor, caplog):
    def raises(future):
        raise ValueError("on purpose")

    future = executor.submit(swath.sum, np.ones(5))
    future.add_done_callback(raises)
    assert future.result(60) == 5
    assert executor.submit(swath.sum, np.ones(6)).result(60) == 6
    until(lambda: "on purpose" in caplog.text)


def test_nothing_is_kept(executor):
    a = np.ones((200, 200))
    future = executor.submit(swath.matmul, a, a)
    future.result(60)
    array, gone = weakref.ref(a), weakref.ref(future)
    del a, future
    gc.collect()
    until(lambda: array() is None and gone() is None)


def test_calls_made_while_arguments_are_read_are_not_handed_over(executor):
    class Lender:
        def __array__(self, dtype=None, copy=None):
            return np.full(10, swath.sum(np.ones(7)))

    assert executor.submit(swath.sum, Lender()).result(60) == 70


def test_from_many_threads(executor):
    a = calls.matrix(200)
    expected = swath.matmul(a, a)
    wrong = []

    def work():
        for _ in range(30):
            if not np.array_equal(executor.submit(swath.matmul, a, a).result(60), expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# ---- asyncio -------------------------------------------------------------------


def test_everything_can_be_awaited():
    a = calls.matrix(100)

    async def main():
        for name, (function, arguments) in calls.FUNCTIONS.items():
            family = function.__module__.removeprefix("swath").removeprefix(".")
            module = getattr(aio, family) if family else aio
            awaitable = getattr(module, name)
            assert inspect.iscoroutinefunction(awaitable)
            assert awaitable.__module__ == module.__name__ and awaitable.__doc__
            np.testing.assert_array_equal(await awaitable(*arguments(a)), calls.call(name, a))
            assert pickle.loads(pickle.dumps(awaitable)) is awaitable

    asyncio.run(main())
    families = {"linalg", "ndimage", "special", "stats"}
    names = set(aio.__all__) - families - {"signal"}
    names |= {name for family in families for name in getattr(aio, family).__all__}
    assert names == set(calls.FUNCTIONS)


def test_signals_are_awaited_on_a_thread():
    rng = np.random.default_rng(3)
    image, weights = rng.random((300, 400)), rng.random((31, 31))
    told = []

    async def main():
        for name in swath.signal.__all__:
            function, awaitable = getattr(swath.signal, name), getattr(aio.signal, name)
            assert inspect.iscoroutinefunction(awaitable)
            assert pickle.loads(pickle.dumps(awaitable)) is awaitable
            more = (weights[0],) if name == "sepfir2d" else ()
            arguments = (image, weights[0] if more else weights, *more)
            np.testing.assert_array_equal(await awaitable(*arguments), function(*arguments))
        with pytest.raises(swath.OptionError, match="mode"):
            await aio.signal.convolve(image, weights, mode="all")
        with swath.progress(lambda done, total: told.append((done, total))):
            await aio.signal.convolve(np.ones((3000, 3000)), np.ones((41, 41)), method="direct")

        async def long():
            await aio.signal.convolve(np.ones((3000, 3000)), np.ones((201, 201)), method="direct")

        start = time.monotonic()
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(long(), 0.1)
        return start

    # `run` waits for the executor's thread, whose kernel would take a minute.
    start = asyncio.run(main())
    assert time.monotonic() - start < 15
    assert told and told[-1][0] <= told[-1][1]


def test_gather_and_default_executor():
    arrays = [np.full(50_000, float(i)) for i in range(20)]

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_default_executor(swath.Executor(2))
        sums = await asyncio.gather(*(aio.sum(a) for a in arrays))
        same = await asyncio.gather(*(loop.run_in_executor(None, swath.sum, a) for a in arrays))
        other = await asyncio.to_thread(len, arrays)
        return sums, same, other

    sums, same, other = asyncio.run(main())
    assert sums == same == [50_000.0 * i for i in range(20)] and other == 20


def test_time_out_and_cancel_stop_the_kernel():
    function, *arguments = long_call()
    out = np.full((3000, 3000), np.nan)

    async def timed():
        await asyncio.wait_for(aio.ndimage.gaussian_filter(*arguments, output=out), 0.03)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(timed())
    assert swath._core.drain(60) and np.isnan(out).any()

    async def cancelled():
        task = asyncio.create_task(aio.ndimage.gaussian_filter(*arguments, output=out))
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert swath._core.drain(60) and np.isnan(out).any()


def test_errors_are_raised_where_it_is_awaited():
    async def main():
        with pytest.raises(ValueError):
            await aio.matmul(np.ones((2, 3)), np.ones((2, 3)))
        with swath.deadline(0), pytest.raises(swath.Cancelled):
            await aio.sum(np.ones(1 << 20))

    asyncio.run(main())


def test_a_closed_loop_is_not_a_hang(executor):
    function, *arguments = long_call()
    loop = asyncio.new_event_loop()
    future = executor.submit(function, *arguments)

    async def wrap():
        return asyncio.wrap_future(future)

    wrapped = loop.run_until_complete(wrap())
    loop.close()
    with pytest.raises(RuntimeError, match="closed"):
        loop.run_until_complete(wrapped)
    future.cancel()
    assert executor.submit(swath.sum, np.ones(5)).result(60) == 5


# ---- progress ------------------------------------------------------------------


def test_progress_of_a_call():
    function, *arguments = long_call()
    seen = []
    with swath.progress(lambda done, total: seen.append((done, total))):
        function(*arguments)
        assert swath.sum(np.ones(4)) == 4
    count = len(seen)
    assert count and seen[-1][0] == seen[-1][1] and all(0 < d <= t for d, t in seen)
    function(*arguments)
    assert len(seen) == count


def test_progress_of_a_coroutine():
    function, *arguments = long_call()
    seen = []

    async def main():
        with swath.progress(lambda done, total: seen.append((done, total))):
            await aio.ndimage.gaussian_filter(*arguments)

    asyncio.run(main())
    assert seen and seen[-1][0] == seen[-1][1]


def test_a_callback_that_raises_stops_the_kernel():
    function, *arguments = long_call()
    out = np.full((3000, 3000), np.nan)

    def raises(done, total):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"), swath.progress(raises):
        function(*arguments, output=out)

    async def main():
        with swath.progress(raises):
            await aio.ndimage.gaussian_filter(*arguments)

    with pytest.raises(KeyError, match="enough"):
        asyncio.run(main())
    assert swath._core.drain(60)


def test_a_progress_bar():
    class Bar:
        def __init__(self):
            self.total, self.n, self.ends = None, 0, []

        def reset(self, total):
            self.total, self.n = total, 0

        def update(self, n):
            assert n >= 0
            self.n += n
            self.ends.append((self.n, self.total))

    bar = Bar()
    function, *arguments = long_call()
    with swath.progress(bar):
        function(*arguments)
    assert bar.ends[-1][0] == bar.ends[-1][1]
    with pytest.raises(TypeError, match="callback"):
        swath.progress(3)


# ---- processes -----------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no os.fork on this system")
def test_t5_futures_and_executors_left_by_a_fork():
    out = run_script("""
        import os, signal, warnings, concurrent.futures as futures, numpy as np, swath
        warnings.simplefilter("ignore")
        executor = swath.Executor(1)
        image = np.ones((3000, 3000))
        running = executor.submit(swath.ndimage.gaussian_filter, image, 40.0)
        over = executor.submit(swath.sum, np.ones(5))
        over.result()
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            good = over.result() == 5
            for ask in (running.result, running.exception):
                try:
                    ask(10)
                    good = False
                except futures.BrokenExecutor:
                    pass
            for function in (swath.sum, len):
                try:
                    executor.submit(function, image)
                    good = False
                except futures.BrokenExecutor:
                    pass
            with swath.Executor(1) as own:
                good &= own.submit(swath.sum, image).result(30) == 9e6
                good &= own.submit(len, image).result(30) == 3000
            os._exit(0 if good else 1)
        status = os.waitpid(child, 0)[1]
        running.cancel()
        print(status)
    """)
    assert out == "0"


EXIT = """
import numpy as np, swath
executor = swath.Executor(2)
a = np.ones((200, 200))
futures = [executor.submit(swath.matmul, a, a) for _ in range(100)]
"""


def test_t4_exit_with_kernels_running():
    for end in ("", "executor.shutdown(wait=False)", "[f.cancel() for f in futures]"):
        done = subprocess.run([sys.executable, "-c", EXIT + end], capture_output=True,
                              text=True, timeout=100, cwd=TESTS)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_t4_interrupt_at_exit():
    """Ctrl-C while the interpreter waits for what is left stops it."""
    code = EXIT.replace("200, 200", "3000, 3000") + """
import os, signal, threading
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
"""
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          timeout=100, cwd=TESTS)
    assert "KeyboardInterrupt" in done.stderr
    assert time.monotonic() - start < 60


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted in /proc")
def test_t5_threads_a_loop_and_forked_children_at_once():
    done = subprocess.run([sys.executable, os.path.join(TESTS, "soak.py"), "2"], text=True,
                          capture_output=True, timeout=110, cwd=TESTS)
    assert done.returncode == 0, done.stdout + done.stderr
