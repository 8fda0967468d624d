"""Who won each case, and how each family did: what tables and charts are drawn from."""

import statistics
from dataclasses import dataclass

from lib import limits


@dataclass(frozen=True)
class Verdict:
    """One case on one number of threads, judged against its fastest peer."""

    case: dict
    threads: int
    best: dict  # the record of the fastest peer
    others: tuple  # the other records with a time, fastest first
    limit: tuple | None  # (share of the limit that ours reaches, its name)

    @property
    def ratio(self):
        """The fastest peer's time over ours; above 1 ours is faster."""
        return self.best["ratio"]

    @property
    def lost(self):
        return self.ratio < 1

    @property
    def close(self):
        """True if the spread reaches to the other side of 1."""
        return self.best["ratio_low"] < 1 < self.best["ratio_high"]

    @property
    def label(self):
        return label(self.case)


def label(case):
    """A case as tables and charts name it."""
    shape = "x".join(map(str, case["shape"]))
    return " ".join([case["op"], shape, case["dtype"], *told(case), *["fresh"] * case["fresh"]])


def told(case):
    """Its options; of borders those that are not the usual one of the table."""
    options = {name: value for name, value in case["options"].items() if name != "border"}
    border = case["options"].get("border", "mirror")
    numbers = [(name, value if isinstance(value, (list, tuple)) else [value])
               for name, value in sorted(options.items())]
    words = [f"{name}={','.join(f'{x:g}' for x in values)}" for name, values in numbers]
    return words + [border] * (border != "mirror")


def verdicts(data):
    """A verdict for each case that at least one peer finished."""
    for case in data["cases"]:
        timed = sorted((r for r in case["peers"] if r["status"] == "ok"), key=lambda r: r["ratio"])
        if timed:
            calibrated = data["limits"].get(str(case["threads"]), {}).get("limits", {})
            share = limits.fraction(case, calibrated, timed[0]["ours_seconds"])
            yield Verdict(case, case["threads"], timed[0], tuple(timed[1:]), share)


def ours_seconds(case, side):
    """Our time in a case, from Python or from Rust: the median over the peers of that side."""
    times = [r["ours_seconds"] for r in case["peers"] if r["status"] == "ok" and r["side"] == side]
    return statistics.median(times) if times else None


@dataclass(frozen=True)
class Summary:
    """A family on one number of threads."""

    family: str
    threads: int
    cases: int
    lost: int
    close: int  # of the lost ones, within the spread
    mean: float
    worst: Verdict
    peers: tuple


def summaries(found):
    """A summary for each family and number of threads, most threads first."""
    groups = {}
    for verdict in found:
        groups.setdefault((verdict.case["family"], verdict.threads), []).append(verdict)
    order = list(dict.fromkeys(family for family, _ in groups))
    for family, threads in sorted(groups, key=lambda key: (-key[1], order.index(key[0]))):
        group = groups[family, threads]
        lost = [v for v in group if v.lost]
        peers = {r["peer"] for v in group for r in (v.best, *v.others)}
        yield Summary(family, threads, len(group), len(lost), sum(v.close for v in lost),
                      limits.geometric_mean([v.ratio for v in group]),
                      min(group, key=lambda v: v.ratio), tuple(sorted(peers)))


@dataclass(frozen=True)
class Against:
    """A group of cases of one type on one number of threads, against one peer or the best of several."""

    group: str
    dtype: str
    threads: int
    peer: str
    cases: int
    mean: float
    least: float
    worst: str  # the case of the least ratio


def groups(data):
    """What the cases of each group are together, against each peer and the fastest crate."""
    ratios = {}
    for case in data["cases"]:
        timed = [(r["ratio"], r["peer"]) for r in case["peers"] if r["status"] == "ok"]
        crates = [entry for entry in timed if entry[1].startswith("rust:")]
        for name, among in (("the fastest crate", crates), ("the fastest of all", timed[:])):
            if len(among) > 1:
                timed.append((min(among)[0], name))
        if case.get("group"):
            for ratio, peer in timed:
                key = case["group"], case["dtype"], case["threads"], peer
                ratios.setdefault(key, []).append((ratio, label(case)))
    for key, found in ratios.items():
        least, worst = min(found)
        yield Against(*key, len(found), limits.geometric_mean([ratio for ratio, _ in found]), least, worst)
