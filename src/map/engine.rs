//! From a planned map to chunks on the pool: probes what the closure costs.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::kernel::map::{self, Form, Level, Map, PLACES, Sources, To};
use crate::plan::{Axes, Chunks};
use crate::simd::Stopwatch;
use crate::{pool, tuning};

/// In which order elements are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Whatever suits the operands.
    Any,
    /// That of the first output in memory.
    Output,
}

/// The elements of a map, in the order in which they are walked: any range of them can
/// be computed, by any thread.
pub struct Work<'a, R, S> {
    /// How many elements.
    pub(crate) len: usize,
    /// Traffic of each, in bytes.
    pub(crate) bytes: usize,
    /// Whether results go where elements come from.
    in_place: bool,
    /// Computes a range of them, into outputs that begin there: places are counted from
    /// the first element of each output.
    run: &'a (dyn Fn(Range<usize>, To<R, S>) + Sync),
}

impl<R, S> Work<'_, R, S> {
    /// Computes a range.
    ///
    /// # Safety
    /// The outputs' places of these elements, as `walked` or `plain` were told of them, can
    /// be written, and nobody else uses them meanwhile.
    #[inline]
    pub(crate) unsafe fn run(&self, range: Range<usize>, to: To<R, S>) {
        (self.run)(range, to);
    }

    /// Computes all, shared among the pool.
    ///
    /// # Safety
    /// As for [`run`](Self::run), of all elements.
    #[inline]
    pub(super) unsafe fn share(&self, to: To<R, S>)
    where
        R: Send,
        S: Send,
    {
        let results = self.len.saturating_mul(size_of::<R>() + size_of::<S>());
        let large = !self.in_place && results >= tuning::MAP_PAST_CACHE_MIN;
        let to = Shared(if large { to.past_cache() } else { to });
        let line = tuning::CACHE_LINE / size_of::<R>().max(1);
        share(self.len, self.bytes, line, &|range| (self.run)(range, *to.get()));
    }
}

/// The work of mapping all elements of `axes`, `bytes` of traffic each, handed to
/// `then`; `f` is the same closure, once for each tier. In the order of the axes, or in
/// any that suits the operands.
///
/// # Safety
/// Every place that `axes` leads to from the pointers in `sources` can be read by any
/// thread until this returns. No place of an output is an operand's, unless `sources` is
/// `InPlace`.
pub(super) unsafe fn walked<const K: usize, P, W, R, S, B, V, T>(
    axes: &Axes<K>,
    order: Order,
    sources: P,
    bytes: usize,
    f: (&B, &V),
    then: impl FnOnce(Work<'_, R, S>) -> T,
) -> T
where
    P: Sources,
    W: Form<B, P::Item, R, S> + Form<V, P::Item, R, S>,
    R: Copy,
    S: Copy,
    B: Sync,
    V: Sync,
{
    let mut first = Shared(sources);
    // What repeats row by row, so many rows of it that no row needs a step of its own.
    let mut stages = P::stages();
    let mut parts = None;
    if axes.inner().len < tuning::MAP_SHORT
        && K < PLACES
        && (order == Order::Any || axes.is_plane())
        && let Some(periods) = axes.periods(P::ROOM)
    {
        let (n, strides) = (axes.inner().len, axes.inner().strides);
        // SAFETY: the first row of each operand, which the caller vouches for; the copies
        // fit, says `periods`.
        let from = unsafe {
            let rows = sources.advance(axes.start());
            rows.repeated(&mut stages, &periods.which, &strides, n, periods.copies)
        };
        // Where nothing repeats the axes' own start applies.
        let back = std::array::from_fn(|k| if periods.which[k] { 0 } else { -axes.start()[k] });
        first = Shared(from.advance(&back as &[isize; K]));
        parts = Some(periods.parts);
    } else if order == Order::Any {
        parts = axes.tiled(tuning::MAP_BLOCK);
    }
    let one = |axes: &Axes<K>, range: Range<usize>, to: To<R, S>| {
        let sources = *first.get();
        let strides = axes.inner().strides;
        if let Some(run) = axes.single_run(range.clone()) {
            // Most arrays: no walk from line to line to set up.
            let line = std::iter::once((run.offsets, run.len));
            // SAFETY: by the caller, and by that of `Work::run`.
            return unsafe { Map::<K, P, W, _, _, _, _, _>::new(sources, to, strides, line, f) }
                .run();
        }
        let lines = axes.runs(range).map(|run| (run.offsets, run.len));
        // SAFETY: the same.
        unsafe { Map::<K, P, W, _, _, _, _, _>::new(sources, to, strides, lines, f) }.run();
    };
    let run = |range: Range<usize>, to: To<R, S>| {
        let Some([main, rest]) = &parts else { return one(axes, range, to) };
        let cut = main.len().clamp(range.start, range.end);
        for (axes, part, first) in [(main, range.start..cut, 0), (rest, cut..range.end, main.len())]
        {
            if !part.is_empty() {
                one(axes, part.start - first..part.end - first, to);
            }
        }
    };
    then(Work { len: axes.len(), bytes, in_place: P::IN_PLACE, run: &run })
}

/// [`walked`] for `len` elements at unit stride in every operand and output.
///
/// # Safety
/// As there; `sources` is not `InPlace`, unless the output is what it points to.
#[inline]
pub(super) unsafe fn plain<P, W, R, S, B, V, T>(
    len: usize,
    sources: P,
    bytes: usize,
    f: (&B, &V),
    then: impl FnOnce(Work<'_, R, S>) -> T,
) -> T
where
    P: Sources<Level = P> + Level<Item = <P as Sources>::Item>,
    W: Form<B, <P as Sources>::Item, R, S> + Form<V, <P as Sources>::Item, R, S>,
    R: Copy,
    S: Copy,
    B: Sync,
    V: Sync,
{
    let first = Shared(sources);
    let run = |range: Range<usize>, to: To<R, S>| {
        // SAFETY: by the caller, and by that of `Work::run`.
        unsafe { map::plain::<P, W, _, _, _, _>(*first.get(), to, range, f) };
    };
    then(Work { len, bytes, in_place: P::IN_PLACE, run: &run })
}

/// Pointers that every thread may have.
struct Shared<T>(T);

// SAFETY: of operands, whose elements are `Sync`, as `Operand` demands, and in `share` of
// outputs, whose elements are `Send`; chunks write different places.
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
        let chunks = Chunks::once(len - at, bytes, ns, multiple);
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
