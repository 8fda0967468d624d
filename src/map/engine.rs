//! From a planned map to chunks on the pool: probes what the closure costs.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::kernel::map::{self, Map, Sources};
use crate::plan::{Axes, Chunks};
use crate::simd::Stopwatch;
use crate::{pool, tuning};

/// Maps all elements of `axes`, whose operand 0 is the output at `out`, `bytes`
/// of traffic each; `baseline` and `avx2` are the same closure, one for each tier.
///
/// # Safety
/// Every place that `axes` leads to from `out` and from the pointers in `sources`
/// can be written, respectively read, by any thread until this returns. The
/// output's places are all different, and none is an operand's, unless `sources`
/// is `InPlace`.
pub(super) unsafe fn drive<const K: usize, S, R, B, V>(
    axes: &Axes<K>,
    out: *mut R,
    sources: S,
    bytes: usize,
    baseline: &B,
    avx2: &V,
) where
    S: Sources<K>,
    R: Copy + Send,
    B: Fn(S::Item) -> R + Sync,
    V: Fn(S::Item) -> R + Sync,
{
    let first = Shared((sources, out));
    let work = |range: Range<usize>| {
        let (sources, out) = *first.get();
        let strides = axes.inner().strides;
        let f = (baseline, avx2);
        if let Some(run) = axes.single_run(range.clone()) {
            // Most arrays: no walk from line to line to set up.
            let line = std::iter::once((run.offsets, run.len));
            // SAFETY: by the caller; ranges do not overlap, so neither do outputs.
            return unsafe { Map::new(sources, out, strides, line, f) }.run();
        }
        let lines = axes.runs(range).map(|run| (run.offsets, run.len));
        // SAFETY: the same.
        unsafe { Map::new(sources, out, strides, lines, f) }.run();
    };
    share(axes.len(), bytes, tuning::CACHE_LINE / size_of::<R>().max(1), &work);
}

/// [`drive`] for `len` elements at unit stride in every operand.
///
/// # Safety
/// As there; `sources` is not `InPlace`, unless the output is what it points to.
#[inline]
pub(super) unsafe fn drive_plain<const K: usize, S, R, B, V>(
    len: usize,
    out: *mut R,
    sources: S,
    bytes: usize,
    baseline: &B,
    avx2: &V,
) where
    S: Sources<K>,
    R: Copy + Send,
    B: Fn(S::Item) -> R + Sync,
    V: Fn(S::Item) -> R + Sync,
{
    let first = Shared((sources, out));
    let work = |range: Range<usize>| {
        let (sources, out) = *first.get();
        // SAFETY: by the caller; ranges do not overlap, so neither do outputs.
        unsafe { map::plain(sources, out, range, baseline, avx2) };
    };
    share(len, bytes, tuning::CACHE_LINE / size_of::<R>().max(1), &work);
}

/// Pointers that every thread may have.
struct Shared<T>(T);

// SAFETY: made only in `drive`, whose operands are `Sync` and whose results are
// `Send`, as `Operand` and `drive` demand; chunks write different places.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// A method, so that closures borrow the whole and not the pointers in it.
    #[inline]
    fn get(&self) -> &T {
        &self.0
    }
}

/// Shares `len` elements of `bytes` bytes of traffic and unknown work among the
/// pool. Bounds follow the measured cost: no result can depend on them.
fn share(len: usize, bytes: usize, line: usize, work: &(dyn Fn(Range<usize>) + Sync)) {
    if len == 0 {
        return;
    }
    let (done, cost) = (AtomicUsize::new(0), AtomicU64::new(0));
    pool::each(1, 0.0, |_| {
        let least = tuning::PAR_MIN.get().map_or(tuning::AWAKE_MIN_NS, |ns| ns as f64);
        let (at, ns) = alone(len, bytes, least, work);
        done.store(at, Ordering::Relaxed);
        cost.store(ns.to_bits(), Ordering::Relaxed);
    });
    let (at, ns) = (done.into_inner(), f64::from_bits(cost.into_inner()));
    if at < len {
        // Whole cache lines of the output, so that no two threads write one,
        // unless a single element costs more than such a quarrel.
        let multiple = if ns > tuning::QUARREL_NS { 1 } else { line };
        let chunks = Chunks::new(len - at, bytes, ns, multiple);
        pool::each(chunks.n(), chunks.cost_ns(), |i| {
            let range = chunks.range(i);
            work(at + range.start..at + range.end);
        });
    }
}

/// Begins on the caller's thread and measures, for what a user's closure costs is
/// not known: goes on to the end if the rest costs less than `least` ns, else gives
/// how far it came and what an element costs in ns.
fn alone(len: usize, bytes: usize, least: f64, work: &dyn Fn(Range<usize>)) -> (usize, f64) {
    let traffic = tuning::traffic_ns(len as f64 * bytes as f64) / len as f64;
    let (mut at, mut ns) = (0, f64::INFINITY);
    // A 64th: should each element turn out to cost a millisecond, little is lost;
    // and 64 times what the clock itself takes is still below any cut-off.
    let mut piece = (len / 64).clamp(1, tuning::PROBE);
    loop {
        if at + piece == len {
            // The end: what it costs decides nothing.
            work(at..len);
            return (len, ns);
        }
        let watch = Stopwatch::start();
        work(at..at + piece);
        let took = watch.ns();
        at += piece;
        let each = took / piece as f64;
        // Believed at once if first touches and cold code cannot explain it;
        // else the better of two looks in a row.
        let sure = ns.is_finite() || took > tuning::PROBE_SURE_NS;
        ns = ns.min(each);
        let rest = len - at;
        if (rest as f64) * ns.max(traffic) < least {
            // Looked at again after each piece: later elements may cost more.
            (piece, ns) = (rest.min(tuning::PROBE_GO_ON), f64::INFINITY);
        } else if sure {
            return (at, ns);
        } else {
            let looks = tuning::PROBE_LOOK_NS / ns.max(1.0);
            piece = (looks as usize).clamp(1, tuning::PROBE).min(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::time::{Duration, Instant};

    /// Runs `alone` on elements that take `ns(i)` each: how far, cost, work calls.
    fn probed(len: usize, ns: impl Fn(usize) -> u64) -> (usize, f64, usize) {
        let (calls, next) = (Cell::new(0), Cell::new(0));
        let (at, cost) = alone(len, 8, tuning::AWAKE_MIN_NS, &|range| {
            calls.set(calls.get() + 1);
            assert_eq!(range.start, next.replace(range.end));
            let (start, ns) = (Instant::now(), range.map(&ns).sum());
            while ns > 0 && start.elapsed() < Duration::from_nanos(ns) {}
        });
        assert_eq!(at, next.get());
        (at, cost, calls.get())
    }

    #[test]
    fn few_expensive_elements_go_to_the_pool_one_by_one() {
        tuning::CHUNK.set(None); // the cut of real use, whatever the environment says
        let (at, ns, _) = probed(64, |_| 1_000_000);
        assert_eq!(at, 1);
        assert!(ns >= 5e5, "{ns}"); // the clock may be off by a factor of 1.5
        let chunks = Chunks::new(64 - at, 8, ns, 1);
        assert_eq!((chunks.n(), chunks.len()), (63, 1));
    }

    #[test]
    fn many_cheap_elements_stay() {
        // Another process may take the CPU in the middle of a look: best of many.
        let looks = (0..50).map(|_| probed(1000, |_| 0)).filter(|p| p.0 == 1000).map(|p| p.2);
        assert_eq!(looks.min(), Some(2), "one block, then the rest");
    }

    #[test]
    fn later_elements_that_cost_more_are_noticed() {
        let (at, _, _) = probed(100_000, |i| if i < 1000 { 0 } else { 1000 });
        assert!(at < 20_000, "{at}");
    }
}
