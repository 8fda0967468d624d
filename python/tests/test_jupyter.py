"""A notebook's interrupt, and its progress bars. Needs jupyter_client, ipykernel and tqdm."""

import time

import pytest

manager = pytest.importorskip("jupyter_client.manager")
pytest.importorskip("ipykernel")


def outcome(client, message, seconds=60):
    """Of a cell: its reply, and what it printed."""
    text, end = "", time.monotonic() + seconds
    while time.monotonic() < end:
        message_ = client.get_iopub_msg(timeout=seconds)
        if message_["parent_header"].get("msg_id") != message:
            continue
        if message_["msg_type"] == "stream":
            text += message_["content"]["text"]
        if message_["msg_type"] == "status" and message_["content"]["execution_state"] == "idle":
            break
    return client.get_shell_msg(timeout=seconds)["content"], text


def test_interrupting_a_notebook_stops_a_kernel_and_it_works_on():
    kernel, client = manager.start_new_kernel(kernel_name="python3")
    try:
        cell = client.execute("import numpy as np, swath; a = np.ones((8192, 8192), 'f4'); swath.sum(a)")
        assert outcome(client, cell)[0]["status"] == "ok"
        cell = client.execute("for _ in range(20): swath.matmul(a, a)")
        time.sleep(1.0)
        start = time.monotonic()
        kernel.interrupt_kernel()
        reply, _ = outcome(client, cell)
        taken = time.monotonic() - start
        assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
        print(f"the notebook was back after {taken * 1e3:.0f} ms")
        cell = client.execute("print(int(swath.sum(a)))")
        assert outcome(client, cell)[1].strip() == str(8192 * 8192)
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def test_a_progress_bar_in_a_notebook():
    pytest.importorskip("tqdm")
    kernel, client = manager.start_new_kernel(kernel_name="python3")
    try:
        cell = client.execute(
            "import numpy as np, swath, tqdm\n"
            "a = np.ones((2000, 2000))\n"
            "bar = tqdm.tqdm()\n"
            "with swath.progress(bar):\n"
            "    swath.matmul(a, a)\n"
            "assert bar.total > 0 and bar.n == bar.total, (bar.n, bar.total)\n"
        )
        reply, _ = outcome(client, cell)
        assert reply["status"] == "ok", reply
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
