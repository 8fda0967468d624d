//! Chunk bounds: from the number of items and what one costs, nothing else.

use std::ops::Range;

use crate::tuning;

/// `total` items cut into `n` nearly equal chunks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Chunks {
    total: usize,
    len: usize,
    n: usize,
    cost_ns: f64,
}

impl Chunks {
    /// Cuts `total` items of `item_bytes` bytes of traffic and `item_ns` ns of
    /// arithmetic each; the bounds are multiples of `multiple` items.
    #[inline]
    pub(crate) fn new(total: usize, item_bytes: usize, item_ns: f64, multiple: usize) -> Self {
        Self::cut(total, item_bytes, item_ns, multiple, (tuning::CHUNK_BYTES, tuning::CHUNK_NS))
    }

    /// [`new`](Self::new) of items of which each is used once, so that nothing is gained
    /// where a chunk fits a cache: longer chunks, where there are many.
    #[inline]
    pub(crate) fn once(total: usize, item_bytes: usize, item_ns: f64, multiple: usize) -> Self {
        let bytes = (total.saturating_mul(item_bytes) / tuning::ONCE_CHUNKS)
            .clamp(tuning::CHUNK_BYTES, tuning::ONCE_BYTES);
        let all = total as f64;
        let all_ns = (all * item_ns).max(tuning::traffic_ns(all * item_bytes as f64));
        let ns = (all_ns / tuning::ONCE_CHUNKS as f64).clamp(tuning::CHUNK_NS, tuning::ONCE_NS);
        Self::cut(total, item_bytes, item_ns, multiple, (bytes, ns))
    }

    /// Chunks of so many bytes or ns at most.
    #[inline]
    fn cut(
        total: usize,
        item_bytes: usize,
        item_ns: f64,
        multiple: usize,
        (most_bytes, most_ns): (usize, f64),
    ) -> Self {
        let traffic_ns = tuning::traffic_ns(total as f64 * item_bytes as f64);
        let item_ns = item_ns.max(traffic_ns / total.max(1) as f64);
        let cost_ns = total as f64 * item_ns;
        let item_bytes = item_bytes.max(1);
        let multiple = multiple.max(1);
        let len = match tuning::CHUNK.get() {
            Some(bytes) => bytes as usize / item_bytes,
            None => {
                let by_work = (most_ns / item_ns.max(1e-3)) as usize;
                let most = (most_bytes / item_bytes).min(by_work);
                // Small work: sixteenths, so that both of two threads end together,
                // unless a claim would cost more than it moves.
                let least = (tuning::CHUNK_MIN_BYTES / item_bytes).min(by_work / 8);
                (total / 16).clamp(least.min(most), most)
            }
        };
        let n = total.div_ceil(len.max(1).next_multiple_of(multiple)).max(1);
        let len = total.div_ceil(n).max(1).next_multiple_of(multiple);
        Self { total, len, n: total.div_ceil(len), cost_ns }
    }

    /// How many chunks: none for no items.
    #[inline]
    pub(crate) fn n(&self) -> usize {
        self.n
    }

    /// Items in each chunk but the last.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// What all of it would take one thread, in ns.
    #[inline]
    pub(crate) fn cost_ns(&self) -> f64 {
        self.cost_ns
    }

    /// The items of chunk `i`.
    #[inline]
    pub(crate) fn range(&self, i: usize) -> Range<usize> {
        let start = i * self.len;
        start..(start + self.len).min(self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(chunks: &Chunks, total: usize, multiple: usize) {
        let mut end = 0;
        for i in 0..chunks.n().min(1000) {
            let range = chunks.range(i);
            assert_eq!(range.start, end);
            assert!(range.end > range.start);
            assert_eq!(range.start % multiple, 0);
            end = range.end;
        }
        if chunks.n() > 1000 {
            end = chunks.range(chunks.n() - 1).end;
        }
        assert_eq!(end, total);
    }

    #[test]
    fn covers_every_item_once_at_multiples() {
        for total in (0..300).chain([4095, 4096, 4097, 1 << 20, (1 << 33) + 3]) {
            for bytes in [1, 4, 16, 1000] {
                for ns in [0.0, 0.1, 1e6] {
                    for multiple in [1, 7, 64] {
                        covers(&Chunks::new(total, bytes, ns, multiple), total, multiple);
                        covers(&Chunks::once(total, bytes, ns, multiple), total, multiple);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_used_once_is_cut_into_longer_chunks_where_there_are_many() {
        tuning::CHUNK.set(None); // the cut of real use, whatever the environment says
        let lens = |total| {
            (Chunks::new(total, 8, 0.0, 16).len() * 8, Chunks::once(total, 8, 0.0, 16).len() * 8)
        };
        assert_eq!(lens(1 << 21), (128 << 10, 128 << 10));
        assert_eq!(lens(1 << 23), (128 << 10, 256 << 10));
        assert_eq!(lens(1 << 28), (128 << 10, 1 << 20));
        // Arithmetic sets the pace: 100 us and not a megabyte.
        assert_eq!(Chunks::once(1 << 28, 8, 100.0, 1).len(), 1000);
    }
}
