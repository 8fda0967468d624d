"""Time two calls in turn, A B A B: the median of the ratios of the pairs, and their spread."""

import statistics
import time
import timeit
from dataclasses import dataclass

REST = 0.060  # seconds at least, after a peer whose threads go on spinning
REST_MOST = 0.500  # OpenBLAS spins for 117 ms on a 2.3 GHz Xeon
SHORT = 0.001  # calls below this are made, unmeasured, for half of it before each sample,
WARM = 0.02  # and those below this once: ours would come after a rest, the peer's right after ours


@dataclass(frozen=True)
class Plan:
    """How long to measure."""

    sample: float  # seconds that one sample takes at least
    budget: float  # seconds for all pairs; with rests three times as long
    least: int  # pairs, whatever they cost
    most: int


FULL = Plan(sample=0.002, budget=0.2, least=5, most=15)
BRIEF = Plan(sample=0.002, budget=0.04, least=5, most=15)  # for cases that are many of a kind
QUICK = Plan(sample=0.001, budget=0.08, least=3, most=9)
SLOW = 0.1  # seconds; a pair that takes longer is measured 3 times,
SLOWEST = 1.5  # and one that takes even longer once


class Timed:
    """A call, and how often to make it: for one sample, and before, to wake what sleeps."""

    def __init__(self, call, sample):
        self.timer, self.number = timeit.Timer(call), 1
        once = self.timer.timeit(1)
        while self.number * once < sample:
            grow = sample / max(once, 1e-9) / self.number
            self.number = max(self.number + 1, int(self.number * min(grow * 1.1, 10)))
            once = self.timer.timeit(self.number) / self.number
        self.estimate = once
        self.before = 1 + int(SHORT / 2 / once) if once < WARM else 0

    def sample(self):
        """Seconds for one call, the mean of a sample."""
        if self.before:
            self.timer.timeit(self.before)
        return self.timer.timeit(self.number) / self.number


def busy(seconds):
    """True if threads of the process work while this one sleeps."""
    start = time.process_time()
    time.sleep(seconds)
    return time.process_time() - start > seconds / 10


def settle():
    """Rests until no thread of the process is busy; returns for how long, in seconds."""
    start = time.perf_counter()
    time.sleep(REST)
    while busy(0.005) and time.perf_counter() - start < REST_MOST:
        pass
    return time.perf_counter() - start


def pairs(ours, peer, plan):
    """Ours and the peer's call in turn; a dictionary of what was found."""
    b = Timed(peer, plan.sample)
    time.sleep(0.002)  # threads of a short spin are asleep by now
    spins = busy(0.005)
    if spins:
        settle()
    a = Timed(ours, plan.sample)
    pair = a.estimate + b.estimate
    least = plan.least if pair < SLOW else min(plan.least, 3) if pair < SLOWEST else 1
    times, spent, rests = [], 0.0, []
    while len(times) < least or (len(times) < plan.most and spent < plan.budget
                                 and spent + sum(rests) < 3 * plan.budget):
        start = time.perf_counter()
        times.append((a.sample(), b.sample()))
        spent += time.perf_counter() - start
        if spins:
            rests.append(settle())
    ratios = sorted(theirs / our for our, theirs in times)
    low, high = spread(ratios)
    return {
        "ours_seconds": statistics.median(our for our, _ in times),
        "seconds": statistics.median(theirs for _, theirs in times),
        "ratio": statistics.median(ratios),
        "ratio_low": low,
        "ratio_high": high,
        "pairs": len(times),
        "rest_seconds": statistics.median(rests) if rests else 0.0,
    }


def spread(ratios):
    """The tenth and the ninetieth percentile, between neighbours."""
    def at(share):
        place = share * (len(ratios) - 1)
        below = int(place)
        above = min(below + 1, len(ratios) - 1)
        return ratios[below] + (place - below) * (ratios[above] - ratios[below])

    return at(0.1), at(0.9)
