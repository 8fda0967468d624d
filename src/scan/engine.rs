//! The runs of a scan, compiled once: lines one after the other, long lines in pieces
//! with the carry handed on, or rows of columns side by side.

use crate::kernel::reduce::gather;
use crate::kernel::scan::{Table, Tile, Value};
use crate::plan::{Axes, Axis, Chunks, Run};
use crate::pool;
use crate::tuning::{self, SCAN_BLOCK, SCAN_CHUNK_BLOCKS, SCAN_COLUMNS};

/// A scan along one axis of an input, to an output of the same shape.
pub(super) struct Scan<'a> {
    pub(super) table: &'a Table,
    pub(super) from: *const u8,
    pub(super) to: *mut u8,
    pub(super) shape: &'a [usize],
    pub(super) strides: [&'a [isize]; 2],
    pub(super) axis: usize,
}

/// The same with its axes normalised.
struct Job<'a> {
    table: &'a Table,
    from: *const u8,
    to: *mut u8,
    kept: Axes<2>,
    n: usize,
    strides: [isize; 2],
}

// SAFETY: inputs are only read; outputs are written by chunks, each its own; both are
// plain numbers, which any thread may read and write.
unsafe impl Sync for Job<'_> {}

/// Chunks of a long line: the joint of each block.
type Totals = [Value; SCAN_CHUNK_BLOCKS];

impl Scan<'_> {
    /// Runs it.
    ///
    /// # Safety
    /// Every element of the input may be read; nobody else touches the output, no two
    /// places of which are the same. They are the same array or do not overlap.
    pub(super) unsafe fn run(self) {
        let Self { table, from, to, shape, strides, axis } = self;
        let side = |i: usize| Axis { len: shape[i], strides: strides.map(|s| s[i]) };
        let others = || (0..shape.len()).filter(|&i| i != axis).map(side);
        let kept = Axes::in_memory_order_of(others());
        let Axis { len: n, strides } = side(axis);
        if n == 0 || kept.len() == 0 {
            return;
        }
        let job = Job { table, from, to, kept, n, strides };
        let step =
            |a: &Axis<2>| a.strides[0].unsigned_abs().saturating_add(a.strides[1].unsigned_abs());
        let least = others().filter(|a| a.len > 1 && step(a) > 0).map(|a| step(&a)).min();
        if least.is_none_or(|least| step(&side(axis)) <= least) {
            job.lines();
        } else {
            job.rows();
        }
    }
}

impl Job<'_> {
    fn places(&self, offsets: [isize; 2]) -> (*const u8, *mut u8) {
        let bytes = |offset: isize, size: usize| offset.wrapping_mul(size as isize);
        let from = self.from.wrapping_offset(bytes(offsets[0], self.table.item));
        (from, self.to.wrapping_offset(bytes(offsets[1], self.table.out)))
    }

    /// Bytes read and written for an element.
    fn bytes(&self) -> usize {
        self.table.item + self.table.out
    }

    fn lines(&self) {
        let chunk = SCAN_BLOCK * SCAN_CHUNK_BLOCKS;
        let (count, step) = (self.kept.len(), self.kept.inner().strides);
        if self.strides == [1, 1] && self.n > 2 * chunk && count < tuning::REDUCE_ENOUGH_CHUNKS {
            for run in self.kept.runs(0..count) {
                (0..run.len).for_each(|i| self.long_line(offset(run, i, step)));
            }
            return;
        }
        let chunks = Chunks::new(count, self.n.saturating_mul(self.bytes()), 0.0, 1);
        pool::each(chunks.n(), chunks.cost_ns(), |i| {
            for run in self.kept.runs(chunks.range(i)) {
                for i in 0..run.len {
                    let at = offset(run, i, step);
                    if self.strides == [1, 1] { self.line(at) } else { self.stepped_line(at) }
                }
            }
        });
    }

    /// A contiguous line, block by block.
    fn line(&self, at: [isize; 2]) {
        let mut carry = self.table.start();
        for start in (0..self.n).step_by(SCAN_BLOCK) {
            let n = SCAN_BLOCK.min(self.n - start);
            let (from, to) = self.places(at.map(|at| at + start as isize));
            // SAFETY: `start + n` is within the line; it is this chunk's.
            unsafe {
                self.table.block(from, to, n);
                self.carry_on(&mut carry, to, n, start == 0);
            }
        }
    }

    /// Joins what comes before a block to it, and the block to that.
    ///
    /// # Safety
    /// The block is written, and this chunk's.
    unsafe fn carry_on(&self, carry: &mut Value, to: *mut u8, n: usize, first: bool) {
        let last = to.wrapping_add((n - 1) * self.table.out);
        // SAFETY: the caller's promise.
        unsafe {
            if !first {
                self.table.join(carry.get(), to, n);
            }
            // What stands last now is the carry joined with the block's own last.
            std::ptr::copy_nonoverlapping(last, carry.place(), self.table.out);
        }
    }

    /// A line that is not contiguous, through two blocks on the stack.
    #[inline(never)]
    fn stepped_line(&self, at: [isize; 2]) {
        let (mut input, mut output) = ([0u64; SCAN_BLOCK], [0u64; SCAN_BLOCK]);
        let (input, output) = (input.as_mut_ptr().cast::<u8>(), output.as_mut_ptr().cast::<u8>());
        let mut carry = self.table.start();
        for start in (0..self.n).step_by(SCAN_BLOCK) {
            let n = SCAN_BLOCK.min(self.n - start);
            let at = [0, 1].map(|k| at[k] + start as isize * self.strides[k]);
            let (from, to) = self.places(at);
            // SAFETY: the blocks have room for `n` elements of 8 bytes; the line is this
            // chunk's.
            unsafe {
                gather(self.table.item, from, self.strides[0], input, n);
                self.table.block(input, output, n);
                self.carry_on(&mut carry, output, n, start == 0);
                for i in 0..n {
                    let step = (i as isize * self.strides[1]).wrapping_mul(self.table.out as isize);
                    let place = output.wrapping_add(i * self.table.out);
                    std::ptr::copy_nonoverlapping(place, to.wrapping_offset(step), self.table.out);
                }
            }
        }
    }

    /// A contiguous line in chunks: each is scanned by itself, takes the carry of those
    /// before it and hands its own on, then joins the carry while it is in cache.
    fn long_line(&self, at: [isize; 2]) {
        let chunk = SCAN_BLOCK * SCAN_CHUNK_BLOCKS;
        let blocks = |i: usize| {
            let end = self.n.min((i + 1) * chunk);
            (i * chunk..end)
                .step_by(SCAN_BLOCK)
                .map(move |start| (start, SCAN_BLOCK.min(end - start)))
        };
        let place = |start: usize| self.places(at.map(|at| at + start as isize));
        let cost_ns = tuning::traffic_ns((self.n * self.bytes()) as f64);
        pool::run_in_order(
            self.n.div_ceil(chunk),
            cost_ns,
            || (),
            self.table.start(),
            |(), i| {
                let mut totals: Totals = [self.table.start(); SCAN_CHUNK_BLOCKS];
                for (total, (start, n)) in totals.iter_mut().zip(blocks(i)) {
                    let (from, to) = place(start);
                    let last = to.wrapping_add((n - 1) * self.table.out);
                    // SAFETY: `start + n` is within the line; the chunk is ours.
                    unsafe {
                        self.table.block(from, to, n);
                        std::ptr::copy_nonoverlapping(last, total.place(), self.table.out);
                    }
                }
                totals
            },
            |before, totals| {
                let mut carry = *before;
                for total in totals {
                    carry = self.joined(carry, *total);
                }
                carry
            },
            |(), i, totals, before| {
                let mut carry = before;
                for (total, (start, n)) in totals.iter().zip(blocks(i)) {
                    if start > 0 {
                        // SAFETY: written above; the chunk is ours.
                        unsafe { self.table.join(carry.get(), place(start).1, n) };
                    }
                    carry = self.joined(carry, *total);
                }
            },
        );
    }

    fn joined(&self, a: Value, mut b: Value) -> Value {
        // SAFETY: both hold a result.
        unsafe { self.table.join(a.get(), b.place(), 1) };
        b
    }

    fn rows(&self) {
        let chunks = Chunks::new(self.kept.len(), self.n.saturating_mul(self.bytes()), 0.0, 1);
        let width = match tuning::CHUNK.get() {
            Some(_) => chunks.len(),
            None => chunks.len().max(64).min(self.kept.len()),
        };
        let step = self.kept.inner().strides;
        pool::each(self.kept.len().div_ceil(width), chunks.cost_ns(), |i| {
            let range = i * width..self.kept.len().min((i + 1) * width);
            for run in self.kept.runs(range) {
                for first in (0..run.len).step_by(SCAN_COLUMNS) {
                    let (from, to) = self.places(offset(run, first, step));
                    let tile = Tile {
                        from,
                        to,
                        rows: self.n,
                        columns: SCAN_COLUMNS.min(run.len - first),
                        row_strides: self.strides,
                        column_strides: step,
                    };
                    // SAFETY: these columns are this chunk's.
                    unsafe { self.table.rows(&tile) };
                }
            }
        });
    }
}

/// Where element `i` of a run is.
fn offset(run: Run<2>, i: usize, step: [isize; 2]) -> [isize; 2] {
    [0, 1].map(|k| run.offsets[k] + i as isize * step[k])
}
