"""The charts of a report, as SVG: the same results give the same bytes."""

import math

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from lib import verdict

WON, LOST, GREY = "#0072B2", "#D55E00", "#777777"
COLOURS = ["#E69F00", "#009E73", "#CC79A7", "#D62728", "#17BECF", "#8C564B", "#9467BD", "#9ACD32", "#555555",
           "#E377C2", "#000000"]
STYLE = {
    "svg.hashsalt": "swath", "svg.fonttype": "path", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": "#e4e4e4", "grid.linewidth": 0.6,
    "axes.axisbelow": True, "figure.facecolor": "white", "legend.frameon": False, "axes.titlesize": 10,
    "axes.titlelocation": "left",
}


def draw(data, found, folder):
    """Draws what the results have; returns the names of the charts."""
    for old in folder.glob("*.svg"):
        old.unlink()
    if not found:
        return []
    folder.mkdir(exist_ok=True)
    names = []

    def save(name, figure):
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None}, bbox_inches="tight")
        plt.close(figure)
        names.append(name)

    with plt.rc_context(STYLE):
        save("summary", summary(found))
        for family in dict.fromkeys(v.case["family"] for v in found):
            save(f"ratios-{family}", ratios([v for v in found if v.case["family"] == family], family))
        most = max(v.threads for v in found)
        calibrated = data["limits"].get(str(most), {}).get("limits", {})
        if calibrated:
            save("roofline", roofline([v for v in found if v.threads == most], calibrated, most))
        for key, cases in sweeps(data, most).items():
            save("sweep-" + "-".join(key).replace("=", ""), sweep(key, cases, most))
    return names


def _plain(value, _=None):
    return f"{value:g}"


def _ratio_axis(axes, values):
    """A logarithmic axis of ratios around 1."""
    low, high = min([*values, 0.7]) / 1.25, max([*values, 2.0]) * 1.25
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    wide = high / low > 200
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1,) if wide else (1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(_plain))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("the fastest peer's time / ours (right of 1: swath is faster)")


def summary(found):
    """A row for each family and number of threads; each dot a case, a diamond the mean."""
    rows = list(verdict.summaries(found))
    figure, axes = plt.subplots(figsize=(7.5, 0.9 + 0.55 * len(rows)))
    for place, row in enumerate(rows):
        mine = [v for v in found if (v.case["family"], v.threads) == (row.family, row.threads)]
        for index, v in enumerate(sorted(mine, key=lambda v: v.ratio)):
            shift = (index % 5 - 2) * 0.09
            axes.plot(v.ratio, place + shift, "o", ms=4, alpha=0.75, mew=0, color=LOST if v.lost else WON)
        axes.plot(row.mean, place, "D", ms=8, mfc="white", mec="black", mew=1.2)
        text = f"mean {row.mean:.2f}, lost {row.lost} of {row.cases}"
        axes.annotate(text, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), [f"{r.family}, {r.threads} thread{'s' * (r.threads != 1)}" for r in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    _ratio_axis(axes, [v.ratio for v in found])
    axes.set_title("swath against the fastest peer of each case")
    return figure


def ratios(found, family):
    """A bar for each case on most threads; a ring for the same case on fewest."""
    most, fewest = max(v.threads for v in found), min(v.threads for v in found)
    bars = [v for v in found if v.threads == most]
    rings = {v.case["id"]: v.ratio for v in found if v.threads == fewest != most}
    figure, axes = plt.subplots(figsize=(7.5, 1.0 + 0.19 * len(bars)))
    for place, v in enumerate(bars):
        axes.barh(place, v.ratio - 1, left=1, height=0.7, color=LOST if v.lost else WON)
        axes.plot([v.best["ratio_low"], v.best["ratio_high"]], [place, place], color="black", linewidth=0.8)
        if v.case["id"] in rings:
            axes.plot(rings[v.case["id"]], place, "o", ms=4, mfc="white", mec="black", mew=0.8)
        axes.annotate(f"{v.ratio:.2f}  {v.best['peer']}", (1.01, place), xycoords=("axes fraction", "data"),
                      va="center", fontsize=7, color=LOST if v.lost else "black")
    axes.set_yticks(range(len(bars)), [v.label for v in bars], fontsize=7)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    _ratio_axis(axes, [*(v.ratio for v in bars), *rings.values()])
    ring = f"; ring: {fewest} thread{'s' * (fewest != 1)}" if rings else ""
    axes.set_title(f"{family}, {most} thread{'s' * (most != 1)}; line: spread{ring}")
    return figure


def roofline(found, calibrated, threads):
    """Speed over intensity: ours, under what the machine allows."""
    figure, axes = plt.subplots(figsize=(7.5, 4.6))
    points = [(v, v.case["flops"] / v.case["bytes"]) for v in found]
    low, high = min(x for _, x in points) / 2, max(x for _, x in points) * 2
    bandwidths = {"copy": max(calibrated.get("copy") or 0, calibrated.get("copy_nt") or 0),
                  "read": calibrated.get("read") or 0, "L2 read": calibrated.get("read_l2") or 0}
    roof = calibrated["fma_f32"]
    for (name, speed), dash in zip(bandwidths.items(), ("-", "--", ":")):
        if speed:
            ridge = roof / speed
            axes.plot([low, ridge], [low * speed, roof], dash, color=GREY, linewidth=1, zorder=1,
                      label=f"{name} {speed:.0f} GB/s")
    for dtype, dash in (("f32", "-"), ("f64", "-.")):
        axes.plot([low, high], [calibrated[f"fma_{dtype}"]] * 2, dash, color="black", linewidth=1, zorder=1,
                  label=f"FMA {dtype} {calibrated[f'fma_{dtype}']:.0f} GF/s")
    for index, family in enumerate(dict.fromkeys(v.case["family"] for v in found)):
        for dtype, marker in (("f32", "o"), ("f64", "s")):
            mine = [(x, v.case["flops"] / v.best["ours_seconds"] / 1e9) for v, x in points
                    if (v.case["family"], v.case["dtype"]) == (family, dtype)]
            if mine:
                axes.plot(*zip(*mine), marker, ms=4.5, alpha=0.8, mew=0, label=f"{family} {dtype}",
                          color=COLOURS[index % len(COLOURS)])
    _log_axes(axes, "flops for each byte that has to be moved", "GF/s")
    axes.set_xlim(low, high)
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    axes.set_title(f"swath under the limits of the machine, {threads} thread{'s' * (threads != 1)}")
    return figure


def _log_axes(axes, x, y):
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_plain))
        axis.set_minor_formatter(NullFormatter())


def sweeps(data, threads):
    """Cases that differ in size alone, at least six of them: key -> cases, by size."""
    groups = {}
    for case in data["cases"]:
        square = case["op"] != "matmul" or len(set(case["shape"])) == 1
        timed = any(record["status"] == "ok" for record in case["peers"])
        if case["threads"] != threads or case["fresh"] or not square or not timed:
            continue
        key = (case["family"], case["op"], case["dtype"], *verdict.told(case))
        groups.setdefault(key, []).append(case)
    return {key: sorted(cases, key=_size) for key, cases in groups.items() if len(cases) >= 6}


def _size(case):
    return case["shape"][0] if case["op"] == "matmul" else math.prod(case["shape"])


def sweep(key, cases, threads):
    """Speed over size, a line for each library."""
    moved = cases[0]["family"] in ("reduce", "map")
    work = "bytes" if moved else "flops"
    lines = {"swath": [], "rust:swath": []}
    for case in cases:
        for name, side in (("swath", "python"), ("rust:swath", "rust")):
            seconds = verdict.ours_seconds(case, side)
            if seconds:
                lines[name].append((_size(case), case[work] / seconds / 1e9))
        for record in case["peers"]:
            if record["status"] == "ok":
                point = (_size(case), case[work] / record["seconds"] / 1e9)
                lines.setdefault(record["peer"], []).append(point)
    figure, axes = plt.subplots(figsize=(7.5, 4.2))
    for index, (name, points) in enumerate((name, points) for name, points in lines.items() if points):
        ours = name.endswith("swath")
        line = "--o" if name.startswith("rust:") else "-o"
        axes.plot(*zip(*points), line, ms=4 if ours else 3, linewidth=2.2 if ours else 1.1, label=name,
                  color=WON if ours else COLOURS[index % len(COLOURS)], zorder=3 if ours else 2)
    _log_axes(axes, {"matmul": "m = k = n", "gaussian": "image"}.get(key[1], "elements"), "GB/s" if moved else "GF/s")
    if len(cases[0]["shape"]) == 2:
        sizes = ["x".join(map(str, case["shape"])) for case in cases]
        axes.set_xticks([_size(case) for case in cases], sizes, rotation=30, fontsize=7)
        axes.set_xticks([], minor=True)
    else:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter(FuncFormatter(_plain if key[1] == "matmul" else _power))
    axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.01, 0.5))
    axes.set_title(f"{' '.join(key[1:])}, {threads} thread{'s' * (threads != 1)}")
    return figure


def _power(value, _=None):
    return f"$2^{{{math.log2(value):.0f}}}$"
