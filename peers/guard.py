#!/usr/bin/env python3
"""Compares the ratios of a quick run with the recorded ones.

    peers/guard.py                      makes a quick run and compares it with docs/results.json
    peers/guard.py --run FOLDER         compares a run that was made before

Lists every case and peer whose ratio (the peer's time over ours) fell by more than the
margin. Ratios are compared, not times: they change less from machine to machine. On
another processor than the recorded one they may still differ; the guard says so.

Status: 0 nothing fell, 1 something fell or a result was wrong, 2 nothing to compare.
"""

import argparse
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lib import env, results


def ratios(data):
    """(case, threads, peer) -> record with a time."""
    return {(case["id"], case["threads"], record["peer"]): record for case in data["cases"]
            for record in case["peers"] if record["status"] == "ok"}


def fallen(known, now, margin):
    """What fell by more than the margin, worst first: (share, key, before, after)."""
    found = []
    for key, record in now.items():
        before = known.get(key)
        if before is not None and record["ratio"] < (1 - margin) * before["ratio"]:
            found.append((record["ratio"] / before["ratio"], key, before, record))
    return sorted(found, key=lambda entry: entry[0])


def quick_run(folder, arguments):
    """Makes a quick run; returns its status."""
    command = [sys.executable, str(env.PEERS / "run.py"), "--quick", "--out", folder, *arguments]
    return subprocess.run(command).returncode


def compare(recorded, now, margin):
    """Prints what fell; returns the status."""
    if recorded["machine"]["cpu"] != now["machine"]["cpu"]:
        print(f"recorded on {recorded['machine']['cpu']}, this is {now['machine']['cpu']}: "
              "differences may be the machine's")
    known, now = ratios(recorded), ratios(now)
    common = known.keys() & now.keys()
    if not common:
        print("no case and peer in common: nothing to compare")
        return 2
    found = fallen(known, now, margin)
    for _, (case, threads, peer), before, after in found:
        print(f"fell: {case} on {threads} threads against {peer}: {before['ratio']:.2f} -> {after['ratio']:.2f} "
              f"({after['ratio'] / before['ratio'] - 1:+.0%}, spread {after['ratio_low']:.2f} to {after['ratio_high']:.2f})")
    print(f"{len(common)} ratios compared, {len(found)} fell by more than {margin:.0%}")
    return 1 if found else 0


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--margin", type=float, default=0.2, help="share a ratio may fall by (default: 0.2)")
    parser.add_argument("--recorded", default=str(env.ROOT / "docs" / "results.json"), metavar="FILE")
    parser.add_argument("--run", metavar="FOLDER", help="with the results.json to judge (default: a new quick run)")
    chosen, more = parser.parse_known_args(argv)
    if not 0 < chosen.margin < 1:
        parser.error("--margin is a share between 0 and 1")
    if chosen.run and more:
        parser.error(f"unknown arguments {' '.join(more)}")
    try:
        recorded = results.load(chosen.recorded)
    except (OSError, ValueError) as error:
        parser.error(f"no recorded results in {chosen.recorded}: {error}")
    with tempfile.TemporaryDirectory() as scratch:
        status = 0 if chosen.run else quick_run(scratch, more)
        if status not in (0, 1):
            return status
        try:
            now = results.load(os.path.join(chosen.run or scratch, "results.json"))
        except (OSError, ValueError) as error:
            parser.error(f"no results to judge: {error}")
    return max(status, compare(recorded, now, chosen.margin))


if __name__ == "__main__":
    sys.exit(main())
