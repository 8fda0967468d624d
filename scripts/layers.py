#!/usr/bin/env python3
"""Checks that the source keeps to the layers of ARCHITECTURE.md.

Reads every file of src/ and examples/ with comments and the insides of strings
blanked out, so that a word in prose never counts and `use crate::{plan, pool}`
is seen as the two imports it is. Prints one line for each finding and ends with
status 1 if there is any.

    scripts/layers.py               check this tree
    scripts/layers.py --self-test   check the checker on broken input
"""

import pathlib
import re
import sys

MAX_LINES = 500  # of a file in src/, without its test modules

# Files that may contain `unsafe`, each with the reason why safe code will not do.
# A file that is listed and has none is a finding too: the list stays true.
UNSAFE = {
    "examples/options/pricing.rs": "the C library's erfc, which std does not have",
    "src/control.rs": "a progress callback that borrows from the caller, its lifetime erased",
    "src/conv/bytes.rs": "the same as cast.rs, with a look at each sum",
    "src/conv/call.rs": "chunks write disjoint parts of one output; results never zeroed first",
    "src/conv/cast.rs": "the same, line by line",
    "src/conv/fft.rs": "the same, tile by tile; the tile that chunks share",
    "src/conv/filter.rs": "the same, window by window",
    "src/conv/io.rs": "elements and sums of a filter at its edges",
    "src/conv/lines.rs": "lines of a filter, and copies of them in the room that was asked for",
    "src/conv/method.rs": "reading every element by the axes of the filter",
    "src/conv/mod.rs": "results that every pass has written",
    "src/conv/passes.rs": "chunks write disjoint parts of one output",
    "src/conv/spectrum.rs": "the tile of a filter's taps, which chunks share",
    "src/image/gaussian.rs": "the same",
    "src/image/laplace.rs": "the same",
    "src/image/sobel.rs": "the same",
    "src/image/uniform.rs": "the same",
    "src/kernel/cast.rs": "floats converted whose range has been looked at",
    "src/kernel/ahead.rs": "the prefetch intrinsic",
    "src/kernel/conv/along.rs": "lines of a filter at unit stride, without bounds checks",
    "src/kernel/conv/lanes.rs": "lines of a filter at unit stride, without bounds checks",
    "src/kernel/conv/mod.rs": "the same, in the best tier",
    "src/kernel/conv/tile.rs": "the same, a tile at a time",
    "src/kernel/conv/whole.rs": "the same, integers in registers of x86-64",
    "src/kernel/conv/x86.rs": "the same, in registers of x86-64",
    "src/kernel/fft.rs": "lines of a tile, disjoint parts of which chunks transform",
    "src/kernel/exact/kind.rs": "elements behind pointers without a type",
    "src/kernel/exact/mod.rs": "strided elements copied into room not written before",
    "src/kernel/map/mod.rs": "elements of strided operands; results never zeroed first",
    "src/kernel/map/sources.rs": "the same",
    "src/kernel/matmul/block.rs": "tiles of strided matrices",
    "src/kernel/matmul/finish.rs": "the same",
    "src/kernel/matmul/micro/avx2.rs": "intrinsics",
    "src/kernel/matmul/micro/avx512.rs": "intrinsics",
    "src/kernel/matmul/micro/mod.rs": "a table of kernels, its element type compared",
    "src/kernel/matmul/micro/portable.rs": "tiles of strided matrices",
    "src/kernel/matmul/micro/tile.rs": "the same",
    "src/kernel/matmul/micro/vector.rs": "intrinsics",
    "src/kernel/matmul/mod.rs": "matrices that chunks share",
    "src/kernel/matmul/pack.rs": "tiles of strided matrices",
    "src/kernel/matmul/column.rs": "intrinsics, on parts of matrices that the caller vouches for",
    "src/kernel/matmul/row.rs": "the same",
    "src/kernel/matmul/sums.rs": "rows of matrices that the caller vouches for",
    "src/kernel/matmul/turn.rs": "intrinsics",
    "src/conv/boxes.rs": "the lines under a window, behind pointers",
    "src/kernel/conv/boxes.rs": "lines and sums behind pointers",
    "src/kernel/certain.rs": "intrinsics; casts whose range has been looked at",
    "src/kernel/past_cache.rs": "assembly; the fence",
    "src/kernel/reduce/by_hand.rs": "entering the kernels of wide.rs",
    "src/kernel/reduce/computed.rs": "a block of values, computed into room not written before",
    "src/kernel/reduce/higher.rs": "a block of numbers, converted into room not written before",
    "src/kernel/reduce/moments.rs": "a block of integers, converted into room not written before",
    "src/kernel/reduce/rows.rs": "the same, tiles of rows in one piece of scratch",
    "src/kernel/reduce/sequence.rs": "blocks of a contiguous sequence, accumulators as bytes",
    "src/kernel/reduce/skipping.rs": "a block without its NaN, moved into room not written before",
    "src/kernel/reduce/stage.rs": "strided elements copied to unit stride",
    "src/kernel/reduce/table.rs": "items, lanes and accumulators behind pointers without types",
    "src/kernel/reduce/tree.rs": "accumulators as bytes, in places not written before",
    "src/kernel/scan/line.rs": "elements and results behind pointers without types",
    "src/kernel/scan/mod.rs": "the same, and the operation itself",
    "src/kernel/scan/ops.rs": "entering the kernels of wide.rs",
    "src/kernel/scan/rows.rs": "the same, a tile of rows",
    "src/kernel/scan/stream.rs": "stores past the cache",
    "src/kernel/scan/wide.rs": "intrinsics",
    "src/kernel/reduce/turned.rs": "a block of elements, turned into room not written before",
    "src/kernel/reduce/together.rs": "pointers of erased types, rooms not written before",
    "src/kernel/reduce/wide.rs": "intrinsics",
    "src/kernel/reduce/wide_moments.rs": "intrinsics",
    "src/kernel/reduce/wide_pieces.rs": "intrinsics",
    "src/kernel/reduce/user.rs": "a user's closures behind a pointer without a type",
    "src/kernel/select.rs": "elements behind pointers, looked at without bounds checks",
    "src/map/inplace.rs": "an array borrowed for writing, its operands walked beside it",
    "src/map/engine.rs": "chunks write disjoint parts of one output",
    "src/map/indexed.rs": "the operands' pointers along the axes of the output",
    "src/map/run.rs": "results that the run has written",
    "src/map/operand.rs": "the operands' pointers along the axes of the output",
    "src/kernel/terms.rs": "casts whose range has been looked at; results every so many elements",
    "src/matmul/engine.rs": "tiles write disjoint parts of one output",
    "src/matmul/split.rs": "the same, and sums that chunks write in parts of their own",
    "src/matmul/extras.rs": "results that the run has written",
    "src/matmul/mod.rs": "the same",
    "src/matmul/stack.rs": "products write disjoint parts of one output",
    "src/plan/memory.rs": "output memory that is not written twice; advice on huge pages",
    "src/plan/room.rs": "scratch that is not written twice",
    "src/pool/context.rs": "the context in force, a pointer in a thread-local; no clone for each call",
    "src/pool/engine.rs": "one lazily made pool for each process generation, without a lock",
    "src/pool/fork.rs": "pthread_atfork",
    "src/pool/fp.rs": "the floating-point control word",
    "src/pool/handover.rs": "a cell that one chunk writes and the next one reads",
    "src/pool/job.rs": "the body of a run, borrowed by threads behind a pointer",
    "src/pool/place.rs": "the affinity of a worker that sleeps",
    "src/pool/run.rs": "the same: from the pointer back to the body",
    "src/pool/task.rs": "tasks that borrow, their lifetime erased; a progress callback of this thread",
    "src/pool/wait.rs": "a progress callback of this thread",
    "src/reduce/along.rs": "chunks write disjoint parts of one output",
    "src/reduce/axis.rs": "results that the run has written",
    "src/reduce/exact.rs": "chunks write disjoint places",
    "src/reduce/fold.rs": "the promise that items and results are those of the closures",
    "src/reduce/mapped.rs": "values computed into room not written before",
    "src/reduce/operands.rs": "a promise about types that are told apart no more",
    "src/reduce/sequence.rs": "blocks of one sequence, each with a place of its own",
    "src/reduce/shared.rs": "the pointer that chunks share",
    "src/reduce/types.rs": "the same promise, made for each type",
    "src/scan/choose.rs": "chunks write disjoint parts of one output",
    "src/scan/diff.rs": "the pointer that chunks share",
    "src/scan/engine.rs": "chunks write disjoint parts of one output",
    "src/scan/mod.rs": "results that the run has written; views of any element type",
    "src/signal/mod.rs": "results that the filter has written",
    "src/scan/select.rs": "chunks write disjoint parts of one output",
    "src/simd/clock.rs": "reading the time stamp counter",
    "src/simd/mod.rs": "entering a function with target features after detection",
    "src/kernel/ufunc/mod.rs": "loops behind pointers without types; stores past the cache",
    "src/kernel/ufunc/wide.rs": "intrinsics",
    "src/ufunc/arrays.rs": "results that the run has written",
    "src/ufunc/mod.rs": "chunks write disjoint parts of one output, whatever its type",
    "src/task/scope.rs": "tasks that borrow, waited for by the scope",
}

# What a module of the crate may import from the others. A module that is not
# listed is a public family: it may use anything but ORACLES.
LOW = {"element", "error", "tuning"}
ALLOWED = {
    "error": set(),
    "tuning": set(),
    "element": {"error", "tuning"},
    "simd": LOW,
    "math": LOW | {"simd"},
    "plan": LOW,
    "pool": {"error", "tuning"},
    "kernel": LOW | {"math", "simd"},
    "control": {"error", "pool", "tuning"},
    "task": {"control", "error", "pool", "tuning"},
}
# The naive versions, and the switches of tests: only tests may use them.
ORACLES = {"reference", "testing"}
# What the naive versions may not lean on: an oracle made of the code that it
# judges proves nothing.
JUDGED = {"kernel", "math", "plan", "pool", "simd", "testing"}

NO_NDARRAY = ("src/kernel/", "src/math/", "src/pool/", "src/simd/")
ARCH_HOMES = ("src/simd/", "src/kernel/", "src/pool/fp.rs")  # fp.rs: the control word


# ---- reading Rust ----------------------------------------------------------

LITERAL = re.compile(
    r"""
      (?P<line>//[^\n]*)
    | (?P<block>/\*)
    | (?P<raw>\b(?:b|c)?r(?P<hashes>\#*)")
    | (?P<string>(?:\b[bc])?"(?:[^"\\]|\\.)*")
    | (?P<char>(?:\bb)?'(?:[^'\\\n]|\\(?:x..|u\{[^}]*\}|.))')
    """,
    re.VERBOSE | re.DOTALL,
)


def blank(text):
    """`text` with comments and literals turned to spaces; lines stay where they are."""
    out, at = [], 0
    while match := LITERAL.search(text, at):
        end = match.end()
        if match["block"]:
            end = end_of_block_comment(text, match.start())
        elif match["raw"]:
            close = text.find('"' + match["hashes"], end)
            end = len(text) if close < 0 else close + 1 + len(match["hashes"])
        out.append(text[at : match.start()])
        out.append(re.sub(r"[^\n]", " ", text[match.start() : end]))
        at = end
    out.append(text[at:])
    return "".join(out)


def end_of_block_comment(text, start):
    """Where the comment that opens at `start` ends; they nest in Rust."""
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


TEST_MODULE = re.compile(
    r"#\[cfg\((?:test|all\(\s*test\b[^\]]*)\)?\)?\]\s*(?:#\[[^\]]*\]\s*)*"
    r"(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*\{"
)


def test_ranges(code):
    """Where the `#[cfg(test)]` modules of blanked code lie."""
    ranges = []
    for match in TEST_MODULE.finditer(code):
        depth, end = 1, match.end()
        while depth and end < len(code):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
        ranges.append((match.start(), end))
    return ranges


PATH = re.compile(r"(?<![\w:])(?:::\s*)?\$?[A-Za-z_]\w*(?:\s*::\s*\w+)*(?:\s*::\s*\*)?")
USE = re.compile(r"\buse\s+([^;]*);")


def paths(code):
    """Every path that code names, as (position, segments), use trees spread out."""
    rest = code
    for use in USE.finditer(code):
        yield from spread(use[1], use.start(1), [])
        rest = rest[: use.start()] + " " * (use.end() - use.start()) + rest[use.end() :]
    for match in PATH.finditer(rest):
        yield match.start(), segments(match[0])


def segments(path):
    return [part for part in re.split(r"\s*::\s*", path.replace("$", "").strip()) if part]


def spread(tree, at, prefix):
    """The paths of one use tree: `a::{b, c::{d, e}}` is a::b, a::c::d, a::c::e."""
    brace = tree.find("{")
    if brace < 0:
        yield at, prefix + segments(re.split(r"\bas\b", tree)[0])
        return
    head = prefix + segments(tree[:brace])
    depth, start = 0, brace + 1
    for i in range(brace, len(tree)):
        depth += {"{": 1, "}": -1}.get(tree[i], 0)
        if (tree[i] == "," and depth == 1) or (tree[i] == "}" and depth == 0):
            if tree[start:i].strip():
                yield from spread(tree[start:i], start + at, head)
            start = i + 1
        if depth == 0:
            return


# ---- the rules -------------------------------------------------------------


class Tree:
    """All files at once: the rules need to know what the root re-exports."""

    def __init__(self, files, unsafe=UNSAFE):
        self.unsafe = unsafe
        self.files = {name: (text, blank(text)) for name, text in files.items()}
        self.found = []
        # `pub use control::Pool` in lib.rs: crate::Pool is of control.
        self.home = {}
        for _, parts in paths(self.files.get("src/lib.rs", ("", ""))[1]):
            parts = [p for p in parts if p not in ("crate", "self")]
            if len(parts) > 1:
                self.home.setdefault(parts[-1], parts[0])
        self.modules = {module_of(name)[0] for name in self.files if module_of(name)}

    def report(self, name, at, message):
        line = self.files[name][1].count("\n", 0, at) + 1
        if (name, line, message) not in self.found:
            self.found.append((name, line, message))

    def check(self):
        for name, (text, code) in self.files.items():
            tests = test_ranges(code)
            self.check_words(name, code)
            self.check_length(name, text, code, tests)
            for at, parts in paths(code):
                in_test = is_test_file(name) or any(a <= at < b for a, b in tests)
                self.check_path(name, at, parts, in_test)
        for name in self.unsafe.keys() - self.files.keys():
            self.found.append((name, 0, "on the list of unsafe files, but there is no such file"))
        return sorted(self.found)

    def check_words(self, name, code):
        unsafe = re.search(r"\bunsafe\b", code)
        if unsafe and name not in self.unsafe:
            self.report(name, unsafe.start(), "`unsafe` in a file that is not on the list of scripts/layers.py")
        if not unsafe and name in self.unsafe:
            self.report(name, 0, "on the list of unsafe files, but has no `unsafe`")
        if not name.startswith("src/"):
            return
        if not name.startswith("src/pool/"):
            for match in re.finditer(r"\brayon(_core)?\b", code):
                self.report(name, match.start(), "`rayon` outside src/pool/")
        if name.startswith(NO_NDARRAY):
            for match in re.finditer(r"\bndarray\b", code):
                self.report(name, match.start(), "`ndarray` in a layer that knows no arrays")
        if not name.startswith(ARCH_HOMES):
            for match in re.finditer(r"\btarget_feature\b", code):
                self.report(name, match.start(), "`target_feature` outside src/simd/ and src/kernel/")
        if not name.startswith("src/simd/"):
            for match in re.finditer(r"\bis_\w+_feature_detected\b", code):
                self.report(name, match.start(), "CPU detection outside src/simd/")

    def check_path(self, name, at, parts, in_test):
        if not name.startswith("src/"):
            return
        if parts[:2] in (["core", "arch"], ["std", "arch"]) and not name.startswith(ARCH_HOMES):
            self.report(name, at, f"`{parts[0]}::arch` outside src/simd/ and src/kernel/")
        target = self.resolve(name, parts)
        here = module_of(name)
        if target is None or here is None:
            return
        here = here[0]
        target = self.home.get(target, target)
        if target == here or (target != "*" and target not in self.modules):
            return
        if target in ORACLES:
            allowed = in_test or here in ORACLES
        elif here == "testing":
            allowed = True
        elif here == "reference":
            allowed = target not in JUDGED
        elif here in ALLOWED:
            allowed = target in ALLOWED[here]
        else:
            allowed = True
        if not allowed:
            self.report(name, at, f"`{here}` imports `{target}`")

    def resolve(self, name, parts):
        """The module (or re-exported name) at the root that a path starts from."""
        here, depth = module_of(name), None
        for i, part in enumerate(parts):
            if part == "crate":
                depth = 0
            elif part == "super":
                depth = (len(here or []) if depth is None else depth) - 1
            elif part != "self":
                return part if depth is not None and depth <= 0 else None
        return None

    def check_length(self, name, text, code, tests):
        if not name.startswith("src/") or is_test_file(name):
            return
        lines = len(text.splitlines()) - sum(code.count("\n", a, b) + 1 for a, b in tests)
        if lines > MAX_LINES:
            self.report(name, 0, f"{lines} lines without tests: more than {MAX_LINES}")


def module_of(name):
    """The module path of a file in src/: ["plan", "axes"]; None for the root and others."""
    parts = pathlib.PurePosixPath(name).with_suffix("").parts
    if parts[0] != "src" or name == "src/lib.rs":
        return None
    parts = list(parts[1:])
    return parts[:-1] if parts[-1] == "mod" else parts


def is_test_file(name):
    parts = pathlib.PurePosixPath(name).with_suffix("").parts
    return "tests" in parts[1:]


# ---- the checker checked ---------------------------------------------------

LIB = "pub mod control; mod plan; pub use control::Pool; pub use error::{Error, Kind};"
BROKEN = [
    ("src/map.rs", "use rayon::prelude::*;", "`rayon` outside"),
    ("src/map.rs", "fn f() { rayon::join(a, b); }", "`rayon` outside"),
    ("src/map.rs", "use rayon_core as r;", "`rayon` outside"),
    ("src/map.rs", 'let s = "\\""; use rayon::join; // "', "`rayon` outside"),
    ("src/map.rs", "let c = '\"'; use rayon::join; let d = '\"';", "`rayon` outside"),
    ("src/map.rs", "fn f<'a>(x: &'a str) { rayon::join('b', x) }", "`rayon` outside"),
    ("src/map.rs", "/* a /* b */ c */ use rayon::join;", "`rayon` outside"),
    ("src/map.rs", 'let s = r#"a " b"#; use rayon::join;', "`rayon` outside"),
    ("src/pool/mod.rs", "use ndarray::Array;", "`ndarray` in a layer"),
    ("src/kernel/sum.rs", "fn f(a: ::ndarray::ArrayView1<f32>) {}", "`ndarray` in a layer"),
    ("src/plan/axes.rs", "use crate::pool;", "`plan` imports `pool`"),
    ("src/plan/axes.rs", "use crate::{Error, pool::{self, run}};", "`plan` imports `pool`"),
    ("src/plan/axes.rs", "use super::super::pool::run;", "`plan` imports `pool`"),
    ("src/plan/mod.rs", "fn f() { super::kernel::sum() }", "`plan` imports `kernel`"),
    ("src/pool/mod.rs", "fn f() { crate :: plan :: f() }", "`pool` imports `plan`"),
    ("src/kernel/sum.rs", "use crate::{\n    plan as p,\n    simd,\n};", "`kernel` imports `plan`"),
    ("src/kernel/sum.rs", "use crate::Pool;", "`kernel` imports `control`"),
    ("src/kernel/sum.rs", "use crate::*;", "`kernel` imports `*`"),
    ("src/simd/mod.rs", "macro_rules! m { () => { $crate::kernel::f() } } // unsafe\nunsafe fn g() {}", "`simd` imports `kernel`"),
    ("src/map.rs", "use crate::reference;", "`map` imports `reference`"),
    ("src/reference/conv.rs", "use crate::kernel::conv;", "`reference` imports `kernel`"),
    ("src/map.rs", "#[target_feature(enable = \"avx2\")] fn f() {}", "`target_feature` outside"),
    ("src/map.rs", "use core::arch::x86_64::*;", "`core::arch` outside"),
    ("src/map.rs", "use std::{arch::asm, mem};", "`std::arch` outside"),
    ("src/plan/mod.rs", "fn f() { std::arch::x86_64::_mm_pause() }", "`std::arch` outside"),
    ("src/kernel/sum.rs", 'fn f() { is_x86_feature_detected!("avx2"); }', "CPU detection"),
    ("src/map.rs", "fn f() { unsafe { g() } }", "`unsafe` in a file"),
    ("examples/photo.rs", "fn f() { unsafe { g() } }", "`unsafe` in a file"),
    ("src/plan/memory.rs", "fn f() {} // unsafe", "has no `unsafe`"),
    ("src/map.rs", "fn f() {}\n" * 501, "more than 500"),
]
SOUND = [
    ("src/map.rs", "//! Not rayon::join.\n/* use rayon; */ fn f() {}"),
    ("src/map.rs", "/// ```\n/// use rayon::join;\n/// ```\nfn f() -> &'static str { \"use rayon::x; unsafe\" }"),
    ("src/map.rs", "use crate::{Error, plan, pool, kernel, simd}; fn f() { crate::plan::g() }"),
    ("src/map.rs", "fn crayon() { let rayons = 1; }"),
    ("src/map.rs", "#[cfg(test)]\nmod tests { use crate::reference::map; }"),
    ("src/kernel/conv/tile.rs", "use super::plan::Part; use crate::{simd, tuning::X};"),
    ("src/kernel/sum.rs", "use core::arch::x86_64::*; #[target_feature(enable = \"fma\")] fn f() {}"),
    ("src/kernel/sum.rs", "#[cfg(all(test, unix))]\nmod tests { use crate::reference::sum; use super::*; }"),
    ("src/pool/fp.rs", "use core::arch::asm;"),
    ("src/pool/mod.rs", "use rayon::ThreadPool; use crate::{Error, tuning};"),
    ("src/reference/conv.rs", "use crate::conv::Border;"),
    ("src/map.rs", "#[allow(unsafe_code)] fn f() {}"),
    ("src/map.rs", "fn f() {}\n" * 490 + "#[cfg(test)]\nmod tests {\n" + "fn g() {}\n" * 400 + "}\n"),
    ("tests/map.rs", "use rayon::prelude::*;"),
]


def self_test():
    # The other modules, so that names like crate::pool resolve.
    house = {f"src/{m}.rs": "" for m in
             "control error kernel map plan pool reference simd testing tuning".split()}
    house["src/lib.rs"] = LIB
    listed = dict.fromkeys(["src/plan/memory.rs", "src/simd/mod.rs"])
    house |= {name: "fn f() { unsafe { g() } }" for name in listed}
    wrong = 0
    for name, text, expected in BROKEN + [(name, text, None) for name, text in SOUND]:
        findings = Tree(house | {name: text}, listed).check()
        found = [message for file, _, message in findings if file == name]
        if expected is None:
            right = not found
        else:
            right = any(expected in message for message in found)
        if not right:
            wrong += 1
            print(f"self-test: {name}: {text[:70]!r}: expected {expected}, found {found}")
    gone = Tree(house, listed | {"src/gone.rs": None}).check()
    if [n for n, _, m in gone if "no such file" in m] != ["src/gone.rs"]:
        wrong += 1
        print(f"self-test: a listed file is gone, found {gone}")
    print(f"layers: self-test of {len(BROKEN) + len(SOUND) + 1} cases, {wrong} wrong")
    return wrong


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    if sys.argv[1:]:
        print(__doc__)
        return 2
    root = pathlib.Path(__file__).resolve().parent.parent
    files = {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("src", "examples")
        for path in sorted((root / folder).rglob("*.rs"))
    }
    if "src/lib.rs" not in files:
        print(f"layers: no src/lib.rs under {root}")
        return 1
    found = Tree(files).check()
    for name, line, message in found:
        print(f"{name}:{line}: {message}")
    print(f"layers: {len(files)} files, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
