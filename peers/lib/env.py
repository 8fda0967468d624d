"""The virtual environment, and the environment that measurements run in.

Standard library only: this runs before anything is installed.
"""

import os
import pathlib
import re
import subprocess
import sys

PEERS = pathlib.Path(__file__).resolve().parent.parent
ROOT = PEERS.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target") / "peers"
VENV = TARGET / "venv"
REQUIREMENTS = PEERS / "requirements.txt"
TOOLS = ("maturin", "numpy", "threadpoolctl", "matplotlib")  # of the scripts themselves
# What the requirement of a peer is called, where it is not the peer's name; the first is it.
REQUIRES = {
    "opencv": ("opencv-python-headless",),
    "tensorflow": ("tensorflow-cpu",),
    "onnxruntime": ("onnxruntime", "onnx"),
}
_UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def python():
    """The interpreter of the virtual environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def requirements():
    """Package -> requirement line."""
    lines = (line.split("#")[0].strip() for line in REQUIREMENTS.read_text().splitlines())
    return {re.split(r"[=<>~!;\[ ]", line)[0]: line for line in lines if line}


def wanted(peers):
    """The packages to install for some peers (all if None)."""
    if peers is None:
        return list(requirements())
    names = [package for peer in peers for package in REQUIRES.get(peer, (peer,))]
    return [name for name in requirements() if name in names or name in TOOLS]


def _run(*command, **options):
    print("+", " ".join(map(str, command)), flush=True)
    return subprocess.run([str(part) for part in command], **options)


def _installed():
    code = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
    found = subprocess.run([str(python()), "-c", code], capture_output=True, text=True, check=True)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found.stdout.split()}


def prepare(peers):
    """Makes the environment; returns package -> why it could not be installed."""
    if not python().exists():
        made = _run(sys.executable, "-m", "venv", VENV)
        if made.returncode:
            raise SystemExit("the virtual environment could not be made")
    have, failed = _installed(), {}
    pins = requirements()
    for package in wanted(peers):
        if re.sub(r"[-_.]+", "-", pins[package]).lower() in have:
            continue
        if not _pip("install", "--only-binary=:all:", "-c", REQUIREMENTS, pins[package]):
            failed[package] = f"pip could not install {pins[package]}"
    if not _pip("install", "--no-deps", "--no-build-isolation", "--force-reinstall", ROOT / "python"):
        raise SystemExit("swath could not be installed from ./python: see the lines above")
    return failed


def _pip(*arguments):
    path = f"{python().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": path}
    quiet = ("--quiet", "--disable-pip-version-check")
    return _run(python(), "-m", "pip", *arguments, *quiet, env=env).returncode == 0


def build_rust():
    """Builds peers/rust; returns the binary, or None."""
    manifest = PEERS / "rust" / "Cargo.toml"
    if not manifest.exists():
        return None
    built = _run("cargo", "build", "--release", "--manifest-path", manifest, "--target-dir", TARGET)
    binary = TARGET / "release" / ("swath-peers.exe" if os.name == "nt" else "swath-peers")
    return binary if built.returncode == 0 and binary.exists() else None


def measuring(threads):
    """The environment of a process that measures: so many threads, no wish of the user's."""
    env = {name: value for name, value in os.environ.items()
           if name not in _UNSET and not name.startswith("SWATH_")}
    for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMEXPR_MAX", "NUMBA"):
        env[f"{name}_NUM_THREADS" if "MAX" not in name else f"{name}_THREADS"] = str(threads)
    env.update(POLARS_MAX_THREADS=str(threads), NPROC=str(threads), JAX_PLATFORMS="cpu",
               CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", PYTHONPATH=_path())
    return env


def _path():
    more = os.environ.get("PYTHONPATH")
    return str(PEERS) + (os.pathsep + more if more else "")


def unset():
    """The variables that were set and that the peers do not get."""
    return sorted(name for name in os.environ if name in _UNSET or name.startswith("SWATH_"))
