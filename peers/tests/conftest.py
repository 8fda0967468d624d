"""The harness is tested with small stand-ins for the libraries: see stand_ins/."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent


@pytest.fixture
def script(tmp_path):
    """Runs the script on the small table of tests; returns (status, output, results or None)."""

    def run(*arguments, wait=True, out=tmp_path / "out"):
        env = {**os.environ, "PYTHONPATH": str(TESTS / "stand_ins"), "CARGO_TARGET_DIR": str(tmp_path / "target")}
        command = [sys.executable, str(TESTS / "small_table.py"), "--no-install", "--out", str(out), *arguments]
        child = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if not wait:
            return child
        output, _ = child.communicate(timeout=120)
        file = pathlib.Path(out) / "results.json"
        return child.returncode, output, json.loads(file.read_text()) if file.exists() else None

    return run
