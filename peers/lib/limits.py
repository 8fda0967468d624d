"""What the machine allows, and what of it a case can use."""

import math

IN_L2 = 1 << 20  # bytes: below, data is measured against the speed of the second cache


def bound(case, limits):
    """(least seconds, name of the limit) of a case, the roofline; None without calibration."""
    flops = limits.get(f"fma_{case['dtype']}")
    if case["bytes"] <= IN_L2:
        name, bandwidth = "L2 read", limits.get("read_l2")
    elif case["limit"] == "read":
        name, bandwidth = "read", limits.get("read")
    else:
        name, bandwidth = "copy", max(limits.get("copy") or 0, limits.get("copy_nt") or 0)
    if not flops or not bandwidth:
        return None
    return max((case["flops"] / flops / 1e9, "FMA"), (case["bytes"] / bandwidth / 1e9, name))


def fraction(case, limits, seconds):
    """The share of the limit that a time reaches, and the limit's name; None if unknown."""
    least = bound(case, limits)
    return least and (least[0] / seconds, least[1])


def geometric_mean(values):
    """Of at least one value."""
    return math.exp(sum(map(math.log, values)) / len(values))
