"""performance.md and the charts, from results.json alone.

    python -m lib.report FOLDER     with peers/ as the working folder
"""

import pathlib
import sys

from lib import results, verdict

FRESH = "\\*"  # after a peer that allocates its result in each call, ours not


def write(folder):
    """Writes performance.md beside results.json, and the charts if matplotlib is there."""
    folder = pathlib.Path(folder)
    data = results.load(folder / "results.json")
    found = list(verdict.verdicts(data))
    try:
        from lib import charts

        pictures = charts.draw(data, found, folder / "charts")
    except ImportError as why:
        print(f"no charts: {why}")
        pictures = []
    (folder / "performance.md").write_text("\n\n".join(_page(data, found, pictures)) + "\n")


def _page(data, found, pictures):
    yield "# Performance"
    yield _head(data)
    if not found:
        yield "No peer finished a case."
    else:
        yield "## Summary\n\n" + _summary(found)
        yield from _groups(data)
    if "summary" in pictures:
        yield _picture("summary", "each dot a case: the fastest peer's time over ours")
    yield "## How to read it\n\n" + _HOW
    yield "## Limits of the machine\n\n" + _limits(data)
    if "roofline" in pictures:
        yield _picture("roofline", "what each case reaches of the limits")
    families = dict.fromkeys(v.case["family"] for v in found)
    for family in families:
        yield from _family(family, found, pictures)
    yield "## Calls\n\n" + _calls(data)
    yield "## Libraries\n\n" + _libraries(data)
    yield from _failures(data)


_HOW = """\
Each row is measured in one run: our call and the peer's in turn, A B A B, on the same data, after their results were found to agree. **Ratio** is the median over the pairs of the peer's time divided by ours: above 1 swath is faster. **Spread** is the tenth to the ninetieth percentile of the pairs; where it reaches across 1 the winner is marked "close". **Limit** is the share of what the machine allows that ours reaches, by the larger of flops / FMA peak and bytes / bandwidth: `FMA`, `read`, `copy`, or `L2 read` for data of up to 1 MiB. Data that stays in the third cache may exceed 100 % of `read` and `copy`, which are those of main memory.

Peers in Python are measured against swath's Python package, those named `rust:` against its crate. Outputs exist before the call for both sides, except in rows called fresh; a peer marked \\* allocates its result in each call all the same. After a peer whose threads go on spinning there is a rest of 60 ms or until they sleep, so that our call has the machine for itself."""


def _head(data):
    machine = data["machine"]
    lines = [f"Made by `{' '.join(data['command'])}` on {data['made']}"
             + (f", commit {data['commit']}" if data["commit"] else "")
             + f". {machine['cpu']}, {machine['cores']} cores, {machine['system']} {machine['kernel']}, "
             + f"Python {machine['python']}."]
    if data["quick"]:
        lines.append("A quick run: few cases, few samples, wide spreads.")
    if not data["complete"]:
        lines.append("**The run was interrupted: some cases are missing.**")
    if data["unset"]:
        lines.append("Unset for all measurements: " + ", ".join(f"`{n}`" for n in data["unset"]) + ".")
    return " ".join(lines)


def _table(header, rows, right=()):
    rule = ["--:" if name in right else "---" for name in header]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [header, rule, *rows])


def _summary(found):
    header = ["family", "threads", "cases", "won", "lost", "of these close", "geometric mean", "worst case", "peers"]
    rows = []
    for s in verdict.summaries(found):
        worst = f"{s.worst.label}: {_ratio(s.worst)}, {s.worst.best['peer']}"
        rows.append([s.family, s.threads, s.cases, s.cases - s.lost, s.lost, s.close, f"{s.mean:.2f}",
                     worst, ", ".join(s.peers)])
    return ("Against the fastest peer of each case; above 1 swath is faster.\n\n"
            + _table(header, rows, header[1:7]))


def _groups(data):
    header = ["cases of", "type", "threads", "against", "cases", "geometric mean", "least", "at"]
    rows = [[g.group, g.dtype, g.threads, g.peer, g.cases, f"{g.mean:.2f}", f"{g.least:.2f}", g.worst]
            for g in verdict.groups(data)]
    if rows:
        yield "### Groups of cases\n\n" + _table(header, rows, header[2:3] + header[4:7])


def _limits(data):
    names = {"fma_f32": "FMA f32, GF/s", "fma_f64": "FMA f64, GF/s", "read": "read, GB/s", "copy": "copy, GB/s",
             "copy_nt": "copy with non-temporal stores, GB/s", "read_l2": "L2 read, GB/s",
             "pool_empty_us": "empty run of the pool, us"}
    known = {threads: entry.get("limits", {}) for threads, entry in data["limits"].items()}
    if not any(known.values()):
        return "Not measured: peers/rust, which measures them, was not built."
    header = ["", *(f"{threads} thread{'s' * (threads != '1')}" for threads in known)]
    rows = [[title, *(f"{entry[name]:.3g}" if name in entry else "" for entry in known.values())]
            for name, title in names.items()]
    return "Measured at the start of the same run.\n\n" + _table(header, rows, header[1:])


def _family(family, found, pictures):
    mine = [v for v in found if v.case["family"] == family]
    yield f"## {family}"
    for name in pictures:
        if name == f"ratios-{family}":
            yield _picture(name, f"{family}: the fastest peer's time over ours")
    for op in dict.fromkeys(v.case["op"] for v in mine):
        for name in pictures:
            if name.startswith(f"sweep-{family}-{op}-"):
                yield _picture(name, f"{op}: speed over size")
    for threads in sorted({v.threads for v in mine}, reverse=True):
        yield f"### {family}, {threads} thread{'s' * (threads != 1)}"
        yield _rows([v for v in mine if v.threads == threads])


def _rows(found):
    header = ["case", "ours", "fastest peer", "its time", "ratio", "spread", "limit", "won by", "other peers, ratio"]
    rows = []
    for v in found:
        winner = v.best["peer"] if v.lost else "swath"
        rows.append([
            v.label, _time(v.best["ours_seconds"]), _name(v.best), _time(v.best["seconds"]), _ratio(v),
            f"{v.best['ratio_low']:.2f} to {v.best['ratio_high']:.2f}",
            f"{v.limit[0]:.0%} of {v.limit[1]}" if v.limit else "",
            (f"**{winner}**" if v.lost else winner) + (", close" if v.close else ""),
            ", ".join(f"{_name(r)} {_number(r['ratio'])}" for r in v.others),
        ])
    return _table(header, rows, ["ours", "its time", "ratio", "limit"])


def _name(record):
    return record["peer"] + FRESH * bool(record.get("fresh_only"))


def _ratio(v):
    return f"**{v.ratio:.2f}**" if v.lost else _number(v.ratio)


def _number(ratio):
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def _time(seconds):
    for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _picture(name, title):
    return f"![{title}](charts/{name}.svg)"


def _calls(data):
    rows = {}
    for case in data["cases"]:
        for peer, text in case["calls"].items():
            if text:
                rows.setdefault((case["op"], text), []).append(peer)
    table = [[op, ", ".join(dict.fromkeys(peers)), f"`{text}`"] for (op, text), peers in rows.items()]
    return ("`out` exists already, except in a case called fresh; other names are explained in "
            "`peers/cases.py` and `peers/lib/adapters/`. Calls of Rust libraries are in `peers/rust`.\n\n"
            + _table(["operation", "library", "call"], table))


def _libraries(data):
    lines = []
    for name, builds in sorted(data["libraries"].items()):
        for threads, build in builds.items():
            facts = "; ".join(f"{key}: {_flat(value)}" for key, value in build.items() if value not in (None, {}, []))
            lines.append([name, threads, facts])
    text = _table(["library", "threads", "build"], lines) if lines else "No Python library was measured."
    rust = data.get("rust")
    if rust:
        text += "\n\nRust: " + ", ".join(f"{name} {version}" for name, version in sorted(rust.items())) + "."
    return text


def _flat(value):
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return " ".join(map(str, value))
    return " ".join(str(value).replace("|", "/").split())[:160]


def _failures(data):
    absent, failed = dict(data["absent"]), []
    for case in data["cases"]:
        for record in case["peers"]:
            if record["status"] in ("WRONG", "error"):
                failed.append([verdict.label(case), case["threads"], record["peer"], record["status"],
                               _flat(record.get("detail", ""))])
            elif record["status"] == "absent" and record["peer"] not in absent:
                border = f", border {case['options']['border']}" if "border" in case["options"] else ""
                where = f"{record['peer']} in {case['op']} {case['dtype']}{border}"
                absent[where] = record.get("detail", "")
    if absent:
        rows = [[name, _flat(why)] for name, why in absent.items()]
        yield "## Absent\n\n" + _table(["peer", "why"], rows)
    if failed:
        yield "## Wrong or failed\n\n" + _table(["case", "threads", "peer", "status", "detail"], failed)


if __name__ == "__main__":
    write(sys.argv[1])
