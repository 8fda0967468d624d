#!/usr/bin/env python3
"""Measures swath beside other libraries and writes a report.

    peers/run.py                        everything, on 1 thread and on all; report in docs/
    peers/run.py --quick --out FOLDER   a minute of measuring, on all threads
    peers/run.py --only reduce --peers numpy,rust
    peers/run.py --cases 'stack/*' --threads 2

Makes a virtual environment in target/peers, installs swath from this tree and the
peers of peers/requirements.txt, builds peers/rust, checks every result against ours,
times both in turn, and writes results.json, performance.md and charts.

Status: 0 measured, 1 a result was wrong, 2 bad arguments, 130 interrupted (what was
measured until then is kept).
"""

import argparse
import fnmatch
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lib import env, results


def options(argv, families, names, ids):
    """The command line; an argument that makes no sense ends the script here."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], epilog="Families: " + ", ".join(families) + ".")
    parser.add_argument("--quick", action="store_true", help="few cases and short: a minute of measuring")
    parser.add_argument("--only", metavar="FAMILY", help="the cases of one family")
    parser.add_argument("--cases", metavar="PATTERN", help="the cases of such names: 'matmul/f32/*', 'stack/*'")
    parser.add_argument("--threads", metavar="LIST", help="such as 1,2 (default: 1 and all CPUs; quick: all)")
    parser.add_argument("--out", metavar="DIR", help="folder of the report (default: docs/)",
                        default=str(env.ROOT / "docs"))
    parser.add_argument("--peers", metavar="LIST", help="such as numpy,rust: the others are left out")
    parser.add_argument("--no-install", action="store_true",
                        help="with this Python as it is, and peers/rust as it was built last")
    parser.add_argument("--prepared", help=argparse.SUPPRESS)  # from the script to itself
    chosen = parser.parse_args(argv)
    if chosen.only and chosen.only not in families:
        parser.error(f"unknown family {chosen.only!r}; there are: {', '.join(families)}")
    if chosen.cases and not any(fnmatch.fnmatchcase(name, chosen.cases) for name in ids):
        parser.error(f"no case is called {chosen.cases!r}; cases are called as {ids[0]!r}")
    chosen.threads = _threads(parser, chosen)
    if chosen.peers is not None:
        chosen.peers = [name.strip() for name in chosen.peers.split(",") if name.strip()]
        unknown = [name for name in chosen.peers if name not in names]
        if unknown:
            parser.error(f"unknown peers {', '.join(unknown)}; there are: {', '.join(sorted(names))}")
    try:
        chosen.out = results.writable(chosen.out)
    except OSError as error:
        parser.error(f"cannot write into {chosen.out}: {error.strerror or error}")
    return chosen


def _threads(parser, chosen):
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if chosen.threads is None:
        return [cpus] if chosen.quick or cpus == 1 else [1, cpus]
    try:
        threads = [int(n) for n in chosen.threads.split(",")]
    except ValueError:
        parser.error(f"--threads takes numbers such as 1,2, not {chosen.threads!r}")
    if not all(1 <= n <= cpus for n in threads):
        parser.error(f"--threads takes 1 to {cpus} here, one for each CPU; got {chosen.threads}")
    return threads


def inside(argv, peers):
    """Prepares the environment and runs the script again in it; returns its status."""
    try:
        failed = env.prepare(peers)
        rust = env.build_rust() if peers is None or any(p.startswith("rust") for p in peers) else None
    except KeyboardInterrupt:
        return 130
    prepared = json.dumps({"failed": failed, "rust": rust and str(rust)})
    # The script in the environment handles Ctrl-C; this one waits for it to finish.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen([str(env.python()), os.path.abspath(__file__), *argv, "--prepared", prepared],
                             preexec_fn=_listen if os.name == "posix" else None)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


def _listen():
    signal.signal(signal.SIGINT, signal.default_int_handler)


def selected(cases, chosen):
    """Cases to measure, each with the names of its peers."""
    for case in cases:
        if (chosen.only and case.family != chosen.only) or (chosen.quick and not case.quick):
            continue
        if chosen.cases and not fnmatch.fnmatchcase(case.id, chosen.cases):
            continue
        peers = [name for name in case.calls if name != "swath" and _wanted(name, chosen.peers)]
        if peers:
            yield case.record(), peers


def _wanted(name, peers):
    return peers is None or name in peers or (name.startswith("rust:") and "rust" in peers)


class Run:
    """The processes and the results of one run."""

    def __init__(self, chosen, argv, failed, binary):
        from lib import process

        self.chosen, self.failed = chosen, failed
        logs = env.TARGET / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self.rust = process.Rust(binary, chosen.quick, logs)
        self.library = lambda name, threads: process.Library(name, threads, chosen.quick, logs)
        self.results = results.Results(chosen.out, argv, chosen.threads, chosen.quick)
        self.data = self.results.data

    def all(self, work):
        """Every case on every number of threads."""
        versions = self.rust.versions()
        self.data["rust"] = versions
        self.results.save()
        for threads in self.chosen.threads:
            print(f"threads: {threads}", flush=True)
            self.data["limits"][str(threads)] = self.rust.calibrate(threads)
            libraries = {}
            try:
                for number, (case, peers) in enumerate(work, 1):
                    start = time.monotonic()
                    records = self.case(case, peers, threads, libraries)
                    self.results.add(case, threads, records)
                    _say(f"{number}/{len(work)}", case, records, time.monotonic() - start)
            finally:
                self.rust.close()
                for library in libraries.values():
                    library.close()
        self.data["complete"] = True
        self.results.save()

    def case(self, case, peers, threads, libraries):
        """The records of all peers in one case."""
        records = []
        for name in (p for p in peers if not p.startswith("rust:")):
            if name not in libraries:
                libraries[name] = self.library(name, threads)
            record = libraries[name].run(case)
            self.know(name, threads, libraries[name].info)
            records.append({"peer": name, "side": "python", **record})
        rust = [name.removeprefix("rust:") for name in peers if name.startswith("rust:")]
        if rust:
            for record in self.rust.run(case, rust, threads):
                records.append({**record, "side": "rust", "peer": f"rust:{record['peer']}"})
        return records

    def know(self, name, threads, info):
        """Keeps what a library said of itself, or why it is absent."""
        if "absent" in info:
            why = [self.failed[p] for p in env.REQUIRES.get(name, (name,)) if p in self.failed]
            self.data["absent"][name] = "; ".join(why) or info["absent"]
        elif "build" in info:
            self.data["libraries"].setdefault(name, {})[str(threads)] = info["build"]


def _say(number, case, records, seconds):
    ok = sorted((r["ratio"], r["peer"]) for r in records if r["status"] == "ok")
    best = f"{ok[0][0]:6.2f} x  {ok[0][1]}" if ok else "no peer"
    print(f"{number:>8} {case['id']:<48} {best:<32} {seconds:5.1f} s", flush=True)
    for record in records:
        if record["status"] in ("WRONG", "error"):
            print(f"         {record['status']}: {record['peer']}: {record['detail']}", flush=True)


def interrupted(*_):
    raise KeyboardInterrupt


def main(argv=None, cases=None, binary=None):
    """The script; tests give a table and a Rust binary of their own."""
    argv = sys.argv[1:] if argv is None else argv
    if cases is None:
        from cases import CASES as cases
    names = {name for case in cases for name in case.calls} - {"swath"} | {"rust"}
    chosen = options(argv, tuple(dict.fromkeys(case.family for case in cases)), names, [case.id for case in cases])
    if not chosen.no_install and not chosen.prepared:
        return inside(argv, chosen.peers)
    prepared = json.loads(chosen.prepared or "{}")
    built = env.TARGET / "release" / "swath-peers"
    binary = binary or prepared.get("rust") or (built if chosen.no_install and built.exists() else None)
    if chosen.prepared:
        argv = argv[:argv.index("--prepared")]
    signal.signal(signal.SIGTERM, interrupted)
    run, status = Run(chosen, argv, prepared.get("failed", {}), binary), 0
    try:
        run.all(list(selected(cases, chosen)))
    except KeyboardInterrupt:
        print("interrupted: what was measured is kept", flush=True)
        status = 130
    from lib import report

    report.write(chosen.out)
    for case, peer, what in run.results.wrong():
        print(f"WRONG: {case}: {peer}: {what}", flush=True)
        status = status or 1
    print(f"written: {chosen.out / 'results.json'}, {chosen.out / 'performance.md'}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
