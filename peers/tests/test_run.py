"""What the script does when something is wrong, and when all is well."""

import json
import os
import signal
import time

import pytest


def records(results, family):
    return {r["peer"]: r for case in results["cases"] if case["family"] == family for r in case["peers"]}


def test_peers_are_measured_and_reported(script, tmp_path):
    status, output, results = script("--only", "reduce", "--quick")
    assert status == 0, output
    assert results["complete"]
    numpy = records(results, "reduce")["numpy"]
    assert numpy["status"] == "ok"
    assert numpy["ratio_low"] <= numpy["ratio"] <= numpy["ratio_high"]
    assert numpy["pairs"] >= 3
    page = (tmp_path / "out" / "performance.md").read_text()
    assert "sum 4096 f32" in page
    assert "geometric mean" in page
    assert "rust:gemm" in page
    assert results["libraries"]["numpy"]


def test_absent_peers_do_not_stop_the_others(script, tmp_path):
    status, _, results = script("--only", "reduce", "--quick")
    found = records(results, "reduce")
    assert status == 0
    assert found["bottleneck"]["status"] == "absent"
    assert "libnothing" in results["absent"]["bottleneck"]
    assert found["rust:faer"]["status"] == "absent"
    assert found["rust:gemm"]["status"] == "ok"
    assert "libnothing" in (tmp_path / "out" / "performance.md").read_text()


def test_a_wrong_result_is_not_timed_and_gives_status_1(script, tmp_path):
    status, output, results = script("--only", "wrong", "--quick")
    numpy = records(results, "wrong")["numpy"]
    assert status == 1
    assert numpy["status"] == "WRONG"
    assert "the peer wrong" in numpy["detail"]
    assert "ratio" not in numpy
    assert "WRONG: max/f32/4096: numpy" in output
    assert "WRONG" in (tmp_path / "out" / "performance.md").read_text()


def test_a_peer_that_crashes_is_started_again(script):
    status, output, results = script("--only", "crash", "--quick")
    first, second = ({r["peer"]: r for r in case["peers"]} for case in results["cases"])
    assert status == 0, output
    assert "status 9" in first["polars"]["detail"]
    assert first["numpy"]["status"] == "ok"
    assert second["polars"]["status"] == "ok"
    assert second["numpy"]["status"] == "error"
    assert "nothing" in second["numpy"]["detail"]


def test_only_some_peers(script):
    _, _, results = script("--only", "reduce", "--quick", "--peers", "numpy,rust")
    assert set(records(results, "reduce")) == {"numpy", "rust:gemm", "rust:faer"}


def test_only_cases_of_some_names(script):
    _, _, results = script("--cases", "max/*", "--quick")
    assert {case["op"] for case in results["cases"]} == {"max"}


@pytest.mark.parametrize("arguments, message", [
    (["--cases", "median/*"], "no case is called 'median/*'"),
    (["--only", "sorting"], "unknown family 'sorting'; there are: reduce, wrong, crash, many"),
    (["--peers", "numpie"], "unknown peers numpie; there are:"),
    (["--threads", "0"], "--threads takes 1 to"),
    (["--threads", "two"], "--threads takes numbers"),
])
def test_bad_arguments_are_refused_by_name(script, arguments, message):
    status, output, results = script(*arguments)
    assert status == 2
    assert message in output
    assert results is None


def test_an_output_that_cannot_be_written_is_refused_before_measuring(script, tmp_path):
    (tmp_path / "file").write_text("")
    status, output, _ = script("--only", "reduce", out=tmp_path / "file" / "below")
    assert status == 2
    assert "cannot write into" in output
    assert "threads:" not in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_it_has(script, tmp_path, number):
    child = script("--only", "many", "--threads", "1", wait=False)
    file = tmp_path / "out" / "results.json"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (file.exists() and json.loads(file.read_text())["cases"]):
        time.sleep(0.05)
    os.kill(child.pid, number)
    output, _ = child.communicate(timeout=60)
    results = json.loads(file.read_text())
    assert child.returncode == 130, output
    assert 0 < len(results["cases"]) < 100
    assert results["complete"] is False
    assert "interrupted" in (tmp_path / "out" / "performance.md").read_text()
