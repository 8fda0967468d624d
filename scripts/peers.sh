#!/usr/bin/env bash
# Tests the harness of peers/, and runs it once, quickly, with NumPy and the Rust
# libraries alone: results are compared, times are not judged.
#
# After scripts/python.sh, whose virtual environment has swath and pytest. Ends with
# status 77 and a line that begins with "skipped:" where that is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
venv=$target/venv
if [ ! -x "$venv/bin/pytest" ]; then
    echo "skipped: scripts/python.sh has not made its environment"
    exit 77
fi
if ! "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "skipped: the libraries in peers/requirements.txt need Python 3.11 or later"
    exit 77
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$venv/bin/pip" install --quiet --disable-pip-version-check -c peers/requirements.txt \
    matplotlib numpy threadpoolctl
"$venv/bin/pytest" peers/tests -q -rs
python3 peers/run.py --quick --peers numpy,rust --out "$scratch"
for file in results.json performance.md charts/summary.svg; do
    if [ ! -s "$scratch/$file" ]; then
        echo "the report has no $file"
        exit 1
    fi
done
