"""Processes that measure: they take a case a line and answer with a line each."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading

from lib import env

PATIENCE = 600  # seconds for one answer


class Gone(Exception):
    """The process ended or did not answer."""


class Asked:
    """A child that answers one line of JSON for each line it is sent."""

    def __init__(self, command, threads, log):
        self.log = open(log, "w")
        self.child = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True, env=env.measuring(threads), cwd=env.PEERS,
            start_new_session=True,  # Ctrl-C is for the script, which then ends its children
        )
        self.answers = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            self.answers.put(line)
        self.answers.put(None)

    def answer(self, patience=PATIENCE):
        """The next line, decoded."""
        try:
            line = self.answers.get(timeout=patience)
        except queue.Empty:
            self.close()
            raise Gone(f"no answer within {patience} s") from None
        if line is None:
            status = self.child.wait()
            raise Gone(f"the process ended with status {status}, see {self.log.name}")
        return json.loads(line)

    def ask(self, question, patience=PATIENCE):
        """Sends a line and returns the answer."""
        try:
            self.child.stdin.write(json.dumps(question) + "\n")
            self.child.stdin.flush()
        except OSError:
            pass  # it has ended: answer() says how
        return self.answer(patience)

    def close(self):
        """Ends the child and its children, whatever they are doing."""
        if self.child.poll() is None:
            try:
                os.killpg(self.child.pid, signal.SIGKILL)
            except (AttributeError, OSError):  # a system without process groups
                self.child.kill()
            self.child.wait()
        self.log.close()


class Library:
    """A peer in Python: a worker that is started when needed, and again after a crash."""

    def __init__(self, name, threads, quick, logs):
        self.name, self.worker, self.info = name, None, {}
        self.command = [sys.executable, "-m", "lib.worker", name, threads, *["quick"] * quick]
        self.threads, self.log = threads, logs / f"{name}-{threads}.log"

    def start(self):
        """Starts the worker; `info` says who it is, or why it is absent."""
        if self.worker is None and "absent" not in self.info:
            self.worker = Asked(self.command, self.threads, self.log)
            try:
                self.info = self.worker.answer()
            except Gone as why:
                self.info = {"absent": str(why)}
            if "absent" in self.info:
                self.close()

    def run(self, case):
        """The record of this peer in a case."""
        self.start()
        if self.worker is None:
            return {"status": "absent", "detail": self.info["absent"]}
        try:
            return self.worker.ask(case)
        except Gone as why:
            self.close()  # the next case starts it again
            return {"status": "error", "detail": str(why)}

    def close(self):
        if self.worker is not None:
            self.worker.close()
            self.worker = None


class Rust:
    """peers/rust: all Rust libraries in one process for each number of threads."""

    def __init__(self, binary, quick, logs):
        self.binary, self.quick, self.logs = binary, ["--quick"] * quick, logs
        self.child, self.threads = None, None

    def once(self, *arguments, threads=1):
        """What a command that prints one line says, or None."""
        if self.binary is None:
            return None
        asked = Asked([self.binary, *arguments], threads, self.logs / f"rust-{arguments[0]}.log")
        try:
            return asked.answer()
        except (Gone, ValueError):
            return None
        finally:
            asked.close()

    def versions(self):
        return self.once("versions") or {}

    def calibrate(self, threads):
        """The limits of the machine on so many threads, or {}."""
        return self.once("calibrate", "--threads", threads, *self.quick, threads=threads) or {}

    def run(self, case, peers, threads):
        """Records of all Rust peers in a case, ours among them as `ours_seconds`."""
        if self.binary is None:
            return [_absent(peer, "peers/rust was not built") for peer in peers]
        if self.child is None or self.threads != threads:
            self.close()
            command = [self.binary, "run", "--threads", threads, *self.quick]
            self.child, self.threads = Asked(command, threads, self.logs / f"rust-{threads}.log"), threads
        try:
            answer = self.child.ask({**case, "peers": peers}, PATIENCE * len(peers))
        except (Gone, ValueError) as why:
            self.close()
            return [{"peer": peer, "status": "error", "detail": str(why)} for peer in peers]
        found = {record["peer"]: record for record in answer["peers"]}
        ours = {"ours_seconds": answer.get("ours_seconds")}
        return [{**ours, **found[peer]} if peer in found else _absent(peer, "no answer for it")
                for peer in peers]

    def close(self):
        if self.child is not None:
            self.child.close()
            self.child = None


def _absent(peer, why):
    return {"peer": peer, "status": "absent", "detail": why}
