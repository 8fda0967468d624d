#!/usr/bin/env bash
# Builds the Python package, installs it into a virtual environment of its own with
# what its tests need, and runs them: once as a user would, and once with every call
# sent through the pool in small chunks.
#
# Ends with status 77 and a line that begins with "skipped:" where this machine has
# no Python that will do. Needs the network on its first run.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
venv=$target/venv

skip() {
    echo "skipped: $*"
    exit 77
}

command -v python3 >/dev/null || skip "python3 is not installed"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    skip "python3 is older than 3.10: $(python3 --version)"
mkdir -p "$target"
if [ ! -x "$venv/bin/pip" ]; then
    rm -rf "$venv"
    python3 -m venv "$venv" >"$target/venv.log" 2>&1 ||
        skip "python3 cannot make a virtual environment with pip (python3-venv): $(tail -n 1 "$target/venv.log")"
fi

# some_tests NAME COMMAND...: runs tests, and fails if none of them ran.
some_tests() {
    local name=$1 log=$target/pytest.log
    shift
    echo "-- $name"
    "$@" 2>&1 | tee "$log"
    if ! grep -Eq '(^|[^0-9])[1-9][0-9]* passed' "$log"; then
        echo "no test ran"
        return 1
    fi
}

"$venv/bin/pip" install --quiet --disable-pip-version-check './python[test]'

# A dead child of fork or a lost wake-up must not hang the run: pytest itself ends a
# test after two minutes.
some_tests "as installed" "$venv/bin/pytest" python/tests -rs
some_tests "through the pool" \
    env SWATH_PAR_MIN=0 SWATH_CHUNK=256 SWATH_NUM_THREADS=3 "$venv/bin/pytest" python/tests -rs
echo "-- benches, once each"
"$venv/bin/python" python/benches/overhead.py
"$venv/bin/python" python/benches/sharing.py 3
"$venv/bin/python" python/benches/interrupt_delays.py 6
"$venv/bin/python" python/benches/tasks.py --quick
echo "-- examples"
"$venv/bin/python" python/examples/gil_story.py --quick
"$venv/bin/python" python/examples/shared_memory.py --quick
