//! The runs of a scan, compiled once: lines one after the other, long lines in chunks
//! with the carry handed on, or rows of columns side by side.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::Along;
use crate::kernel::reduce::gather;
use crate::kernel::scan::{GROUP, Stretch, Table, Tile, Value, fence};
use crate::plan::{Axes, Axis, Chunks, Run};
use crate::pool;
use crate::tuning::{self, SCAN_BLOCK, SCAN_CHUNK_BLOCKS, SCAN_COLUMNS_BYTES};

/// A scan along one axis of an input, to an output of the same shape.
pub(super) struct Scan<'a> {
    pub(super) table: &'a Table<'a>,
    pub(super) from: *const u8,
    pub(super) to: *mut u8,
    pub(super) shape: &'a [usize],
    pub(super) strides: [&'a [isize]; 2],
    pub(super) along: Along,
}

/// The same with its axes normalised.
struct Job<'a> {
    table: &'a Table<'a>,
    from: *const u8,
    to: *mut u8,
    kept: Axes<2>,
    n: usize,
    strides: [isize; 2],
    exclusive: bool,
    sequential: bool,
    /// Whether the output is so large that results are stored past the cache.
    past_cache: bool,
}

// SAFETY: inputs are only read; outputs are written by chunks, each its own; whoever
// makes a scan says that elements and results may be used by any thread.
unsafe impl Sync for Job<'_> {}

/// Room for a part of a line that is not contiguous, of input or output.
#[repr(C, align(64))]
struct Room([MaybeUninit<u8>; ROOM]);
const ROOM: usize = SCAN_BLOCK * 8;

impl Scan<'_> {
    /// Runs it.
    ///
    /// # Safety
    /// Every element of the input may be read; nobody else touches the output, no two
    /// places of which are the same. They are the same array or do not overlap. Elements
    /// and results are `Copy`, and may be sent and shared; the axis is one of the array.
    pub(super) unsafe fn run(self) {
        let Self { table, mut from, mut to, shape, strides, along } = self;
        let axis = along.axis;
        let side = |i: usize| Axis { len: shape[i], strides: strides.map(|s| s[i]) };
        let others = || (0..shape.len()).filter(|&i| i != axis).map(side);
        let kept = Axes::in_memory_order_of(others());
        let Axis { len: n, mut strides } = side(axis);
        if n == 0 || kept.len() == 0 {
            return;
        }
        if along.reverse {
            let last = strides.map(|s| (n as isize - 1).wrapping_mul(s));
            from = from.wrapping_offset(last[0].wrapping_mul(table.item as isize));
            to = to.wrapping_offset(last[1].wrapping_mul(table.out as isize));
            strides = strides.map(isize::wrapping_neg);
        }
        let bytes = kept.len().saturating_mul(n).saturating_mul(table.out);
        let job = Job {
            table,
            from,
            to,
            kept,
            n,
            strides,
            exclusive: along.exclusive,
            sequential: along.sequential,
            past_cache: bytes >= tuning::SCAN_PAST_CACHE_MIN,
        };
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

    /// The places of element `i` of the line at `at`.
    fn places_in(&self, at: [isize; 2], i: usize) -> (*const u8, *mut u8) {
        self.places([0, 1].map(|k| at[k] + (i as isize).wrapping_mul(self.strides[k])))
    }

    /// Bytes read and written for an element.
    fn bytes(&self) -> usize {
        self.table.item + self.table.out
    }

    /// What an element costs beyond its traffic, in ns.
    fn item_ns(&self) -> f64 {
        match (self.sequential, self.strides) {
            (true, _) => tuning::SCAN_IN_ORDER_NS,
            (_, [1, 1]) => 0.0,
            _ => tuning::REDUCE_STAGED_NS,
        }
    }

    // ---- the axis innermost ----

    fn lines(&self) {
        let chunk = SCAN_BLOCK * SCAN_CHUNK_BLOCKS;
        let (count, step) = (self.kept.len(), self.kept.inner().strides);
        if !self.sequential && self.n > 2 * chunk && count < tuning::REDUCE_ENOUGH_CHUNKS {
            for run in self.kept.runs(0..count) {
                (0..run.len).for_each(|i| self.long_line(offset(run, i, step)));
            }
            return;
        }
        let line_ns = self.n as f64 * self.item_ns();
        let chunks = Chunks::new(count, self.n.saturating_mul(self.bytes()), line_ns, 1);
        pool::each(chunks.n(), chunks.cost_ns(), |i| {
            for run in self.kept.runs(chunks.range(i)) {
                (0..run.len).for_each(|i| self.line(offset(run, i, step)));
            }
            self.end_stream();
        });
    }

    /// A line, block by block.
    fn line(&self, at: [isize; 2]) {
        if self.goes_whole() {
            return self.whole(at, 0..self.n, &self.table.start(), 0);
        }
        let mut carry = self.table.start();
        let mut before = self.table.nothing();
        for start in (0..self.n).step_by(SCAN_BLOCK) {
            let block = start..self.n.min(start + SCAN_BLOCK);
            carry = self.block(at, block, carry, &mut before, 0);
        }
    }

    /// A block of a line, after all that `carry` is the total of and whose last result is
    /// `before`; gives the total with the block. `next`: see [`Stretch`].
    #[inline]
    fn block(
        &self,
        at: [isize; 2],
        range: Range<usize>,
        mut carry: Value,
        before: &mut Value,
        next: usize,
    ) -> Value {
        if self.exclusive || self.strides != [1, 1] {
            return self.staged(at, range, carry, before);
        }
        let (from, to) = self.places_in(at, range.start);
        let stretch = Stretch { from, to, n: range.len(), next };
        // SAFETY: the range is within the line, which is this chunk's.
        unsafe {
            if self.sequential {
                self.table.in_order(&mut carry, stretch);
                return carry;
            }
            let mut last = self.table.start();
            if self.streams() {
                self.table.block_past_cache(&carry, &mut last, stretch);
            } else {
                self.table.block(&carry, &mut last, stretch);
            }
            self.table.joined(carry, &last)
        }
    }

    /// Whether lines are stored past the cache: not where they are read from.
    fn streams(&self) -> bool {
        self.past_cache && !self.sequential && !std::ptr::addr_eq(self.from, self.to)
    }

    /// Whether blocks of a line that is stored past the cache are one call.
    fn goes_whole(&self) -> bool {
        let plain = self.strides == [1, 1] && !self.exclusive;
        plain && self.streams() && self.table.takes_blocks()
    }

    /// Blocks of such a line, after all that `carry` is the total of.
    fn whole(&self, at: [isize; 2], range: Range<usize>, carry: &Value, next: usize) {
        let (from, to) = self.places_in(at, range.start);
        let mut last = self.table.start();
        let stretch = Stretch { from, to, n: range.len(), next };
        // SAFETY: the range is within the line, which is this chunk's.
        unsafe { self.table.block_past_cache(carry, &mut last, stretch) };
    }

    /// Comes before anybody is told that a chunk is done.
    fn end_stream(&self) {
        if self.streams() {
            fence();
        }
    }

    /// The same by way of rooms on the stack: what is not contiguous, or moves by one.
    #[inline(never)]
    fn staged(
        &self,
        at: [isize; 2],
        range: Range<usize>,
        mut carry: Value,
        before: &mut Value,
    ) -> Value {
        let empty = || Room([const { MaybeUninit::uninit() }; ROOM]);
        let (mut input, mut output) = (empty(), empty());
        let (input, output): (*mut u8, *mut u8) =
            (input.0.as_mut_ptr().cast(), output.0.as_mut_ptr().cast());
        let Table { item, out, .. } = *self.table;
        let part = (ROOM / item.max(out).max(1) / GROUP * GROUP).min(SCAN_BLOCK);
        let mut last = self.table.start();
        for start in range.clone().step_by(part) {
            let n = part.min(range.end - start);
            let (from, to) = self.places_in(at, start);
            // SAFETY: the range is within the line, which is this chunk's; the rooms hold
            // `part` elements.
            unsafe {
                let from = if self.strides[0] == 1 {
                    from
                } else {
                    gather(item, from, self.strides[0], input, n);
                    input
                };
                let stretch = Stretch { from, to: output, n, next: 0 };
                if self.sequential {
                    self.table.in_order(&mut carry, stretch);
                } else {
                    self.table.block(&carry, &mut last, stretch);
                }
                let mut to = to;
                let mut n = n;
                let newest = output.wrapping_add((n - 1) * out);
                if self.exclusive {
                    std::ptr::copy_nonoverlapping(before.get(), to, out);
                    to = to.wrapping_offset(self.strides[1].wrapping_mul(out as isize));
                    n -= 1;
                    std::ptr::copy_nonoverlapping(newest, before.place(), out);
                }
                scatter(out, output, to, self.strides[1], n);
            }
        }
        if self.sequential { carry } else { self.table.joined(carry, &last) }
    }

    /// A line in chunks: the total of each is handed on, with those before it. Contiguous
    /// ones are scanned by themselves before, and joined to what comes before them while in
    /// cache; others are totalled only, and scanned then.
    fn long_line(&self, at: [isize; 2]) {
        let plain = self.strides == [1, 1] && !self.exclusive && !self.streams();
        let chunk = SCAN_BLOCK * SCAN_CHUNK_BLOCKS;
        let blocks = |i: usize| {
            let end = self.n.min((i + 1) * chunk);
            (i * chunk..end).step_by(SCAN_BLOCK).map(move |at| at..end.min(at + SCAN_BLOCK))
        };
        let traffic_ns = tuning::traffic_ns(self.n as f64 * self.bytes() as f64);
        pool::run_in_order(
            self.n.div_ceil(chunk),
            traffic_ns.max(self.n as f64 * self.item_ns()),
            || None,
            (self.table.start(), self.table.nothing()),
            |_, i| {
                let mut totals = [self.table.start(); SCAN_CHUNK_BLOCKS];
                for (total, block) in totals.iter_mut().zip(blocks(i)) {
                    *total = if plain { self.alone(at, block) } else { self.total(at, block) };
                }
                totals
            },
            |(before, _), totals| {
                let carry = totals.iter().fold(*before, |carry, t| self.table.joined(carry, t));
                (carry, carry)
            },
            |last, i, totals, (mut carry, mut before)| {
                let next = self.next_chunk(last, i, chunk);
                if self.goes_whole() {
                    let range = i * chunk..self.n.min((i + 1) * chunk);
                    self.whole(at, range, &carry, next);
                    return self.end_stream();
                }
                for (total, block) in totals.iter().zip(blocks(i)) {
                    if !plain {
                        carry = self.block(at, block, carry, &mut before, next);
                        continue;
                    }
                    if block.start > 0 {
                        let (_, to) = self.places_in(at, block.start);
                        // SAFETY: written by `alone`; the chunk is ours.
                        unsafe { self.table.join(&carry, to, block.len()) };
                    }
                    carry = self.table.joined(carry, total);
                }
                self.end_stream();
            },
        );
    }

    /// How many bytes further a thread's next chunk of a line will be, as far as it can be told
    /// from its last one: it is asked for while this one is written.
    fn next_chunk(&self, last: &mut Option<usize>, i: usize, chunk: usize) -> usize {
        let before = last.replace(i).unwrap_or(i);
        let next = (i - before) * chunk;
        let is_there = (i + 1) * chunk + next <= self.n;
        if is_there { next * self.table.item } else { 0 }
    }

    /// Scans a contiguous block by itself; gives its total.
    fn alone(&self, at: [isize; 2], range: Range<usize>) -> Value {
        let (from, to) = self.places_in(at, range.start);
        let (carry, mut last) = (self.table.start(), self.table.start());
        // SAFETY: the range is within the line, which is this chunk's.
        unsafe {
            self.table.block(&carry, &mut last, Stretch { from, to, n: range.len(), next: 0 });
        };
        last
    }

    /// The total of a block of a line.
    fn total(&self, at: [isize; 2], range: Range<usize>) -> Value {
        let (from, _) = self.places_in(at, range.start);
        if self.strides[0] == 1 {
            let mut last = self.table.start();
            // SAFETY: the range is within the line.
            unsafe { self.table.total(from, range.len(), &mut last) };
            return last;
        }
        self.total_staged(from, range.len())
    }

    #[inline(never)]
    fn total_staged(&self, from: *const u8, n: usize) -> Value {
        let mut room = Room([const { MaybeUninit::uninit() }; ROOM]);
        let room: *mut u8 = room.0.as_mut_ptr().cast();
        let item = self.table.item;
        let part = (ROOM / item.max(1) / GROUP * GROUP).min(SCAN_BLOCK);
        let mut last = self.table.start();
        for start in (0..n).step_by(part) {
            let step = (start as isize).wrapping_mul(self.strides[0]);
            let from = from.wrapping_offset(step.wrapping_mul(item as isize));
            let n = part.min(n - start);
            // SAFETY: the range is within the line; the room holds `part` elements.
            unsafe {
                gather(item, from, self.strides[0], room, n);
                self.table.total(room, n, &mut last);
            }
        }
        last
    }

    // ---- another axis innermost ----

    fn rows(&self) {
        let widest = (SCAN_COLUMNS_BYTES / self.table.out.max(1)).max(1);
        let width = self.width(widest);
        let step = self.kept.inner().strides;
        let traffic_ns =
            tuning::traffic_ns(self.kept.len() as f64 * self.n as f64 * self.bytes() as f64);
        pool::each(self.kept.len().div_ceil(width), traffic_ns, |i| {
            let range = i * width..self.kept.len().min((i + 1) * width);
            for run in self.kept.runs(range) {
                for first in (0..run.len).step_by(widest) {
                    let (from, to) = self.places(offset(run, first, step));
                    let tile = Tile {
                        from,
                        to,
                        rows: self.n,
                        columns: widest.min(run.len - first),
                        row_strides: self.strides,
                        column_strides: step,
                        exclusive: self.exclusive,
                        past_cache: self.past_cache,
                    };
                    // SAFETY: these columns are this chunk's.
                    unsafe { self.table.rows(&tile) };
                }
            }
        });
    }

    /// Columns of one chunk: a page of results where that leaves enough chunks.
    fn width(&self, widest: usize) -> usize {
        let columns = self.kept.len();
        let least = match tuning::CHUNK.get() {
            Some(bytes) => bytes as usize / self.n.saturating_mul(self.bytes()).max(1),
            None => {
                let chunks = Chunks::new(columns, self.n.saturating_mul(self.bytes()), 0.0, 1);
                chunks.len().max((columns / 16).min(widest)).max(tuning::CACHE_LINE)
            }
        };
        least.clamp(1, columns)
    }
}

/// Where element `i` of a run is.
fn offset(run: Run<2>, i: usize, step: [isize; 2]) -> [isize; 2] {
    [0, 1].map(|k| run.offsets[k] + i as isize * step[k])
}

/// Copies `n` contiguous results of `size` bytes to places `stride` results apart.
///
/// # Safety
/// They may be read and written.
unsafe fn scatter(size: usize, from: *const u8, to: *mut u8, stride: isize, n: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            _ if stride == 1 => std::ptr::copy_nonoverlapping(from, to, n * size),
            4 => spread::<MaybeUninit<u32>>(from.cast(), to.cast(), stride, n),
            8 => spread::<MaybeUninit<u64>>(from.cast(), to.cast(), stride, n),
            16 => spread::<MaybeUninit<[u64; 2]>>(from.cast(), to.cast(), stride, n),
            _ => {
                for i in 0..n {
                    let step = (i as isize).wrapping_mul(stride).wrapping_mul(size as isize);
                    let (from, to) = (from.wrapping_add(i * size), to.wrapping_offset(step));
                    std::ptr::copy_nonoverlapping(from, to, size);
                }
            }
        }
    }
}

/// # Safety
/// As [`scatter`].
unsafe fn spread<T: Copy>(from: *const T, to: *mut T, stride: isize, n: usize) {
    for i in 0..n {
        // SAFETY: the caller's promise.
        unsafe {
            let place = to.wrapping_offset((i as isize).wrapping_mul(stride));
            place.write_unaligned(from.add(i).read_unaligned());
        }
    }
}
