"""results.json: written after every case, whole or not at all."""

import json
import os
import pathlib
import platform
import subprocess
import time

from lib import env


def cpu_name():
    """What the system calls its processor."""
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def commit():
    """The commit measured, with a mark if the tree has changes, or None."""
    def git(*arguments):
        return subprocess.run(["git", "-C", str(env.ROOT), *arguments], capture_output=True,
                              text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


class Results:
    """The results of one run, on their way to a file."""

    def __init__(self, folder, arguments, threads, quick):
        self.file = pathlib.Path(folder) / "results.json"
        self.data = {
            "made": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
            "command": ["peers/run.py", *arguments],
            "commit": commit(),
            "machine": {"cpu": cpu_name(), "cores": os.cpu_count(), "system": platform.system(),
                        "kernel": platform.release(), "python": platform.python_version()},
            "quick": quick,
            "threads": threads,
            "unset": env.unset(),
            "complete": False,
            "limits": {},
            "libraries": {},
            "absent": {},
            "cases": [],
        }

    def save(self):
        """Writes the file; a reader never sees half of it."""
        new = self.file.with_suffix(".json.new")
        new.write_text(text(self.data))
        os.replace(new, self.file)

    def add(self, case, threads, records):
        """A case with the records of its peers."""
        self.data["cases"].append({**case, "threads": threads, "peers": records})
        self.save()

    def wrong(self):
        """(case, peer, what) for every result that disagrees."""
        return [(case["id"], record["peer"], record["detail"]) for case in self.data["cases"]
                for record in case["peers"] if record["status"] == "WRONG"]


def text(data):
    """The results as JSON with a line for each case, times to five digits."""
    head = {name: value for name, value in data.items() if name != "cases"}
    lines = ",\n".join("  " + json.dumps(_short(case)) for case in data["cases"])
    return json.dumps(head, indent=1)[:-2] + f',\n "cases": [\n{lines}\n ]\n}}\n'


def _short(value):
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    return [_short(inner) for inner in value] if isinstance(value, list) else value


def load(path):
    """The data of a results.json."""
    return json.loads(pathlib.Path(path).read_text())


def writable(folder):
    """Makes the folder; raises OSError if nothing can be written there."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".writable-{os.getpid()}"
    probe.write_text("")
    probe.unlink()
    return folder.resolve()
