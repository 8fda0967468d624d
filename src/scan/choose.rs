//! Choosing elements, in two runs: each chunk counts, then each writes where the counts
//! before it end.

use std::ops::Range;

use ndarray::{ArrayRef, Dimension};

use crate::kernel::select::{BLOCK, Bits};
use crate::plan::{Axes, Buffer, Chunks};
use crate::reduce::{ReduceReal, non_zero_bits};
use crate::{Error, pool, tuning};

/// Elements that say by not being zero which are chosen.
pub(super) struct Chooser {
    from: *const u8,
    axes: Axes<1>,
    size: usize,
    mask: u64,
    chunks: Chunks,
    /// How many are chosen before each chunk, and in all.
    before: Vec<usize>,
}

// SAFETY: the elements are only read; they are plain numbers, borrowed for the call.
unsafe impl Sync for Chooser {}

impl Chooser {
    /// Counts the first `len` elements of `a`, in the order of the index.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub(super) fn new<T: ReduceReal, D: Dimension>(
        function: &'static str,
        a: &ArrayRef<T, D>,
        len: usize,
    ) -> Result<Self, Error> {
        let mut chooser = Self {
            from: a.as_ptr().cast(),
            axes: Axes::in_order(a.shape(), [a.strides()]),
            size: size_of::<T>(),
            mask: non_zero_bits::<T>(),
            chunks: Chunks::new(len, size_of::<T>(), tuning::SELECT_NS, 1),
            before: Vec::new(),
        };
        let n = chooser.chunks.n();
        let mut counts = Buffer::<usize>::new(function, n + 1)?;
        let places = Places(counts.as_mut_ptr());
        pool::each(n, chooser.chunks.cost_ns(), |i| {
            let count = chooser.count(chooser.chunks.range(i));
            // SAFETY: the place of this chunk.
            unsafe { places.at(i + 1).write(count) };
        });
        // SAFETY: the run has written all places but the first.
        let mut before = unsafe {
            places.at(0).write(0);
            counts.assume_init()
        };
        for i in 0..n {
            before[i + 1] += before[i];
        }
        chooser.before = before;
        Ok(chooser)
    }

    /// How many are chosen.
    pub(super) fn count_all(&self) -> usize {
        self.before[self.chunks.n()]
    }

    fn bits(&self) -> Bits {
        Bits { size: self.size, mask: self.mask, stride: self.axes.inner().strides[0] }
    }

    fn start(&self, offset: isize) -> *const u8 {
        self.from.wrapping_offset(offset.wrapping_mul(self.size as isize))
    }

    fn count(&self, range: Range<usize>) -> usize {
        let bits = self.bits();
        // SAFETY: the runs are those of a borrowed array.
        let count = |offset, len| unsafe { bits.count(self.start(offset), len) };
        self.axes.runs(range).map(|run| count(run.offsets[0], run.len)).sum()
    }

    /// Runs `write` for each block of elements: their indices, where among them the chosen
    /// ones are, and how many are chosen before. Never for more than were counted, whatever
    /// the elements are by now; `fill` is for the results that have no element any more.
    pub(super) fn each_block(
        &self,
        result_bytes: usize,
        write: impl Fn(Range<usize>, &[u16], usize) + Sync,
        fill: impl Fn(Range<usize>) + Sync,
    ) {
        let bits = self.bits();
        let bytes = self.count_all().saturating_mul(result_bytes);
        let cost_ns = self.chunks.cost_ns() + tuning::traffic_ns(bytes as f64);
        pool::each(self.chunks.n(), cost_ns, |i| {
            let range = self.chunks.range(i);
            let (mut index, mut done, end) = (range.start, self.before[i], self.before[i + 1]);
            let mut room = [0; BLOCK];
            for run in self.axes.runs(range) {
                let first = self.start(run.offsets[0]);
                for at in (0..run.len).step_by(BLOCK) {
                    let n = BLOCK.min(run.len - at);
                    // SAFETY: the run is one of a borrowed array.
                    let chosen = unsafe { bits.positions(bits.place(first, at), n, &mut room) };
                    let chosen = chosen.min(end - done);
                    write(index..index + n, &room[..chosen], done);
                    done += chosen;
                    index += n;
                }
            }
            fill(done..end);
        });
    }
}

/// Places that chunks write, each its own.
pub(super) struct Places<T>(pub(super) *mut T);

// SAFETY: chunks write their own places, with what any thread may write.
unsafe impl<T> Sync for Places<T> {}

impl<T> Places<T> {
    pub(super) fn at(&self, i: usize) -> *mut T {
        self.0.wrapping_add(i)
    }
}

/// Elements to be copied, in the order of the index.
pub(super) struct Source<T> {
    from: *const T,
    axes: Axes<1>,
}

// SAFETY: only read; `T: Sync` is asked for where it is used.
unsafe impl<T> Sync for Source<T> {}

impl<T: Copy + Send + Sync> Source<T> {
    pub(super) fn new<D: Dimension>(a: &ArrayRef<T, D>) -> Self {
        Self { from: a.as_ptr(), axes: Axes::in_order(a.shape(), [a.strides()]) }
    }

    pub(super) fn start(&self) -> *const T {
        self.from
    }

    /// Copies the chosen ones among the elements of a range to places one after the other.
    ///
    /// # Safety
    /// The range is one of the array, which is borrowed, and the places are the caller's.
    pub(super) unsafe fn copy(&self, range: Range<usize>, mut chosen: &[u16], to: *mut T) {
        let stride = self.axes.inner().strides[0];
        let (mut start, mut k) = (0, 0);
        for run in self.axes.runs(range) {
            let end = start + run.len;
            let here = chosen.partition_point(|&p| usize::from(p) < end);
            for &p in &chosen[..here] {
                let step = ((usize::from(p) - start) as isize).wrapping_mul(stride);
                // SAFETY: the caller's promise.
                unsafe { to.add(k).write(*self.from.wrapping_offset(run.offsets[0] + step)) };
                k += 1;
            }
            chosen = &chosen[here..];
            start = end;
            if chosen.is_empty() {
                return;
            }
        }
    }
}
