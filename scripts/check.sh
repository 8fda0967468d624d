#!/usr/bin/env bash
# Checks the whole tree.
#
#   scripts/check.sh quick    format, layers, clippy, unit tests of the library
#   scripts/check.sh          that, and all tests, docs, examples, benches run once,
#                             the model of the runner, the Python package, a run beside
#                             other libraries: what CI calls
#   scripts/check.sh full     that, and the long tests, panic=abort, the oldest
#                             compiler, ThreadSanitizer
#
# --after-cargo-test: `cargo test` has just passed here; do not run it again.
#
# Every step runs, so that one failure does not hide the next; the status is 1 if
# any failed. A step whose tool is missing is printed as skipped, with the reason.
set -euo pipefail
cd "$(dirname "$0")/.."

level=default
tests_done=no
for argument in "$@"; do
    case $argument in
        quick | full) level=$argument ;;
        --after-cargo-test) tests_done=yes ;;
        *)
            echo "usage: scripts/check.sh [quick|full] [--after-cargo-test]" >&2
            exit 2
            ;;
    esac
done

# One target folder for every crate in the tree. Steps with flags of their own
# build in a folder inside it, so that they do not throw away each other's work.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

passed=0
skipped=()
failed=()

# step NAME COMMAND...: runs it, prints how it went and how long it took. Status 77:
# this machine cannot.
step() {
    local name=$1 start=$SECONDS status=0
    shift
    echo "== $name"
    # Not `if "$@"`: that would switch `set -e` off inside the functions below.
    set +e
    (
        set -e
        "$@"
    )
    status=$?
    set -e
    local seconds=$((SECONDS - start))
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        echo "-- $name: passed, $seconds s"
    elif [ "$status" -eq 77 ]; then
        # It has said why.
        skipped+=("$name")
        echo "-- $name: skipped, $seconds s"
    else
        failed+=("$name")
        echo "-- $name: FAILED with status $status, $seconds s"
    fi
}

# skip NAME REASON...
skip() {
    local name=$1
    shift
    skipped+=("$name")
    echo "== $name"
    echo "-- $name: skipped: $*"
}

# some_tests COMMAND...: runs tests, and fails if there was none to run: a filter
# that no longer matches anything must not look like success.
some_tests() {
    "$@" 2>&1 | tee "$scratch/tests.log"
    if ! grep -Eq '(^|[^0-9])[1-9][0-9]* passed' "$scratch/tests.log"; then
        echo "no test ran"
        return 1
    fi
}

# ---- quick -------------------------------------------------------------------

scripts_parse() {
    local script
    for script in scripts/*.sh .ci/run; do
        bash -n "$script"
    done
    if command -v shellcheck >/dev/null; then
        shellcheck scripts/*.sh .ci/run
    fi
}

layers() {
    scripts/layers.py --self-test
    scripts/layers.py
}

if cargo fmt --version >/dev/null 2>&1; then
    step "format" cargo fmt --all --check
else
    skip "format" "rustfmt is not installed (rustup component add rustfmt)"
fi
step "scripts" scripts_parse
if command -v python3 >/dev/null; then
    step "layers" layers
else
    skip "layers" "python3 is not installed"
fi
if cargo clippy --version >/dev/null 2>&1; then
    step "clippy" cargo clippy --all-targets -- -D warnings
else
    skip "clippy" "clippy is not installed (rustup component add clippy)"
fi
if [ "$level" = quick ]; then
    step "unit tests" some_tests cargo test --lib
fi

# ---- default -----------------------------------------------------------------

docs() {
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps
}

# is_png FILE: exists, is not empty, and starts as a PNG does.
is_png() {
    if [ ! -f "$1" ] || [ "$(head -c 4 "$1" | tail -c 3)" != PNG ]; then
        echo "not a PNG: $1"
        return 1
    fi
}

# The examples as README runs them, on a small scene. $1: more options for cargo.
examples() {
    local out=$scratch/examples file
    rm -rf "$out"
    # shellcheck disable=SC2086 # $1 is a list of options
    cargo run --release $1 --example photo -- --size 320x180 --out "$out/photo"
    for file in blurred sharpened edges; do
        is_png "$out/photo/$file.png"
    done
    # shellcheck disable=SC2086
    cargo run --release $1 --example low_rank -- --size 320x180 --out "$out/low_rank"
    is_png "$out/low_rank/low_rank.png"
    # shellcheck disable=SC2086
    cargo run --release $1 --example palette -- --size 320x180 --out "$out/palette"
    is_png "$out/palette/palette.png"
    # shellcheck disable=SC2086
    cargo run --release $1 --example deblur -- --size 320x180 --iterations 5 --out "$out/deblur"
    for file in out_of_focus deblurred; do
        is_png "$out/deblur/$file.png"
    done
    # shellcheck disable=SC2086
    cargo run --release $1 --example options -- --count 20000
    # shellcheck disable=SC2086
    cargo run --release $1 --example pipeline -- --size 320x180 --count 4 --out "$out/pipeline"
    for file in 00000 00003 originals/00003; do
        is_png "$out/pipeline/$file.png"
    done
    # shellcheck disable=SC2086
    cargo run --release $1 --example statistics -- --size 320x180 --count 9 \
        --out "$out/statistics"
    for file in mean deviation darkest brightest; do
        is_png "$out/statistics/$file.png"
    done
}

# The same on bad input: status 1 with a message, no panic (101), nothing written.
examples_refuse() {
    local out=$scratch/refused log=$scratch/refused.log status example
    rm -rf "$out"
    printf '\x89PNG\r\n\x1a\n' >"$scratch/cut.png"
    for example in photo low_rank palette deblur pipeline statistics; do
        for input in "$scratch/missing.png" "$scratch/cut.png"; do
            status=0
            cargo run --quiet --release --example "$example" -- "$input" --out "$out" \
                >"$log" 2>&1 || status=$?
            if [ "$status" -ne 1 ] || [ ! -s "$log" ] || [ -e "$out" ]; then
                echo "$example $input: status $status (expected 1, a message, no output folder)"
                cat "$log"
                return 1
            fi
        done
    done
}

# Each benchmark's body once: they check their results.
benches() {
    cargo test --bench '*'
}

model() {
    some_tests cargo test --manifest-path tests/loom/Cargo.toml --release
}

# The Python package: its Rust part and its tests.
python_package() {
    if cargo clippy --version >/dev/null 2>&1; then
        cargo clippy -p swath-python --all-targets -- -D warnings
    fi
    scripts/python.sh
}

if [ "$level" != quick ]; then
    if [ "$tests_done" = yes ]; then
        echo "== tests"
        echo "-- tests: passed before this script, in cargo test"
    else
        step "tests" some_tests cargo test
    fi
    step "docs" docs
    step "examples" examples ""
    step "examples refuse bad input" examples_refuse
    step "benches, once each" benches
    step "model of the runner" model
    if command -v python3 >/dev/null; then
        step "Python package" python_package
    else
        skip "Python package" "python3 is not installed"
    fi
    step "beside other libraries" scripts/peers.sh
fi

# ---- full --------------------------------------------------------------------

# Long tests are marked #[ignore]; those named exhaustive_ take hours and are run
# by hand. One at a time: each of them loads every core.
long_tests() {
    some_tests cargo test --release --tests -- \
        --ignored --skip exhaustive_ --test-threads=1
}

# Every test again with the knobs turned through the environment, as a user does.
knobs() {
    SWATH_SIMD=baseline SWATH_NUM_THREADS=3 SWATH_PAR_MIN=0 SWATH_CHUNK=4096 \
        some_tests cargo test --tests
}

# Where a panic ends the process nothing may rely on unwinding.
abort() {
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/abort \
        examples '--config profile.release.panic="abort"'
    # The same folder: its profile is its own, the dependencies are not.
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/abort cargo run --manifest-path tests/abort/Cargo.toml
}

# The library alone: development tools may ask for a newer compiler.
oldest_compiler() {
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/oldest cargo "+$1" check --lib
}

# The standard library is built with the sanitizer too; without that its own
# synchronisation is not seen, and every hand-over looks like a race.
thread_sanitizer() {
    CARGO_TARGET_DIR=$CARGO_TARGET_DIR/tsan \
        RUSTFLAGS="-Zsanitizer=thread" \
        TSAN_OPTIONS="halt_on_error=1 allocator_may_return_null=1" \
        some_tests cargo +nightly test -Zbuild-std --target "$1" --lib --test threads
}

installed() {
    command -v rustup >/dev/null && rustup toolchain list | grep -Eq "^$1[.-]"
}

if [ "$level" = full ]; then
    step "long tests" long_tests
    step "tests with the knobs turned" knobs
    step "panic=abort" abort

    oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    if [ -z "$oldest" ]; then
        step "oldest compiler" false
    elif toolchain=$(rustup toolchain list 2>/dev/null | grep -Eo "^$oldest(\.[0-9]+)?" | head -n 1) &&
        [ -n "$toolchain" ]; then
        step "oldest compiler: $toolchain" oldest_compiler "$toolchain"
    else
        skip "oldest compiler" "Rust $oldest is not installed (rustup toolchain install $oldest)"
    fi

    host=$(rustc -vV | sed -n 's/^host: //p')
    if [ "$host" != x86_64-unknown-linux-gnu ]; then
        skip "ThreadSanitizer" "runs on x86_64-unknown-linux-gnu, this is $host"
    elif ! installed nightly; then
        skip "ThreadSanitizer" "no nightly compiler (rustup toolchain install nightly)"
    elif [ ! -d "$(rustc +nightly --print sysroot)/lib/rustlib/src/rust/library" ]; then
        skip "ThreadSanitizer" "no source of the standard library" \
            "(rustup component add rust-src --toolchain nightly)"
    else
        step "ThreadSanitizer" thread_sanitizer "$host"
    fi
fi

# ---- the end -----------------------------------------------------------------

echo
if [ ${#skipped[@]} -gt 0 ]; then
    printf 'skipped: %s\n' "${skipped[@]}"
fi
if [ ${#failed[@]} -gt 0 ]; then
    printf 'FAILED: %s\n' "${failed[@]}"
fi
if [ ${#failed[@]} -gt 0 ] || [ "$passed" -eq 0 ]; then
    echo "check ($level): not good: $passed passed, ${#failed[@]} failed, ${#skipped[@]} skipped, $SECONDS s"
    exit 1
fi
echo "check ($level): good: $passed passed, ${#skipped[@]} skipped, $SECONDS s"
