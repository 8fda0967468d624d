//! Some axes reduced: the case follows from the order of strides, nothing else.
//!
//! ```text
//! the reduced axes are innermost: one sequence for each output
//!                                 (few and long ones: chunks inside each)
//! a kept axis is innermost:       tiles of columns, parts of rows;
//!                                 parts merged by the tree
//! ```

use std::ops::{ControlFlow, Range};

use super::operands::{Folding, Operands, Raw, Target};
use super::sequence::{floor_power_of_two, walked};
use super::shared::{Places, Reads, each};
use crate::kernel::reduce::{
    Cell, Group, Into, Lines, Part, Table, Tile, Together, With, far_tile_len, merge_parts,
    one_block, rows, sequence, staged,
};
use crate::plan::{Axes, Axis, Buffer, Chunks, Run};
use crate::tuning::{self, REDUCE_ENOUGH_CHUNKS, REDUCE_PART_BLOCKS, REDUCE_ROW_BLOCK};
use crate::{Error, pool, simd};

/// A reduction along some axes, its axes normalised.
struct Job<'a> {
    function: &'static str,
    table: &'static Table,
    with: &'a With,
    reads: Reads,
    out: Places,
    /// The kept axes of the operands and of the output.
    kept: Axes<3>,
    reduced: Axes<2>,
}

/// Reduces `axes`, each one of `from` and none twice, into `out`.
///
/// # Errors
/// [`Error::Memory`], [`Error::TooLarge`] for partial results.
pub(super) fn along<T, O>(
    function: &'static str,
    fold: Folding<T, O>,
    from: Operands<'_, T>,
    axes: &[usize],
    out: Target<'_, O>,
) -> Result<(), Error> {
    let with = fold.with(axes.iter().map(|&axis| from.raw().shape[axis]).product());
    let out = Target { ptr: out.ptr.cast(), strides: out.strides };
    along_bytes(function, fold.table(), &with, from.raw(), axes, out)
}

fn along_bytes(
    function: &'static str,
    table: &'static Table,
    with: &With,
    from: Raw<'_>,
    axes: &[usize],
    out: Target<'_, u8>,
) -> Result<(), Error> {
    let side = |reduced: bool| {
        let indices = (0..from.shape.len()).filter(move |i| axes.contains(i) == reduced);
        indices.map(|i| Axis { len: from.shape[i], strides: from.strides.map(|s| s[i]) })
    };
    let outputs = side(false).zip(out.strides).map(|(axis, &to)| {
        let [a, b] = axis.strides;
        Axis { len: axis.len, strides: [a, b, to] }
    });
    let job = Job {
        function,
        table,
        with,
        reads: Reads::new(from.starts, table.item),
        out: Places::new(out.ptr, table.out),
        kept: Axes::in_memory_order_of(outputs),
        reduced: if table.ordered {
            Axes::in_order_of(side(true))
        } else {
            Axes::in_memory_order_of(side(true))
        },
    };
    if job.kept.len() == 0 {
        return Ok(());
    }
    if is_innermost(side(true), side(false)) {
        return job.sequences();
    }
    job.rows()
}

/// Whether outputs are made one after the other, each of a sequence.
fn is_innermost(
    reduced: impl Iterator<Item = Axis<2>>,
    kept: impl Iterator<Item = Axis<2>>,
) -> bool {
    // How far a step goes in all operands together, so that their order does not
    // matter. Axes that do not move do not count.
    let step = |axis: &Axis<2>| {
        let step = axis.strides[0].unsigned_abs().saturating_add(axis.strides[1].unsigned_abs());
        (axis.len > 1 && step > 0).then_some(step)
    };
    let Some(kept) = kept.filter_map(|axis| step(&axis)).min() else { return true };
    let (mut inside, mut all) = (1, 1);
    for axis in reduced {
        all *= axis.len;
        if step(&axis).is_some_and(|step| step <= kept) {
            inside *= axis.len;
        }
    }
    inside > 1 && (inside == all || inside > tuning::REDUCE_IN_ORDER)
}

impl Job<'_> {
    /// Operands of an index of the kept axes.
    fn operands([a, b, _]: [isize; 3]) -> [isize; 2] {
        [a, b]
    }

    // ---- the reduced axes innermost ----

    fn sequences(&self) -> Result<(), Error> {
        let (n, count) = (self.reduced.len(), self.kept.len());
        let bytes = n.saturating_mul(self.table.item_bytes());
        let chunk = tuning::CHUNK.get().map_or(tuning::CHUNK_BYTES, |bytes| bytes as usize);
        let long = n > self.table.block_len && bytes >= chunk.saturating_mul(8);
        if long && count < REDUCE_ENOUGH_CHUNKS {
            self.few_long_sequences();
            return Ok(());
        }
        if self.is_group() {
            return self.groups();
        }
        let contiguous = n > tuning::REDUCE_IN_ORDER && self.reduced.inner().strides == [1; 2];
        let item_ns = if contiguous { 0.0 } else { tuning::REDUCE_STAGED_NS };
        let chunks = Chunks::new(count, bytes, n as f64 * item_ns, 1);
        each(chunks.n(), chunks.cost_ns(), |i| {
            if n <= tuning::REDUCE_IN_ORDER {
                // In order: as the rows of one block, side by side.
                return self.each_tile(chunks.range(i), |run, _| {
                    let out = self.out.at(run.offsets[2]);
                    self.tile(run, 0..n, Into::Out(out, self.kept.inner().strides[2]));
                });
            }
            for run in self.kept.runs(chunks.range(i)) {
                self.lines(run);
            }
        });
        Ok(())
    }

    /// Longer lines, one after the other.
    fn lines(&self, run: Run<3>) {
        let (n, table, with) = (self.reduced.len(), self.table, self.with);
        let (step, strides) = (self.kept.inner().strides, self.reduced.inner().strides);
        let single = self.reduced.single_run(0..n);
        if let (Some(line), [1, 1], true) = (&single, strides, n <= table.block_len) {
            let start = [0, 1].map(|k| run.offsets[k] + line.offsets[k]);
            let lines = Lines {
                starts: self.reads.at(start),
                n,
                count: run.len,
                strides: Self::operands(step),
                step: step[2],
            };
            // SAFETY: the axes are those of operands borrowed for the call; the places are
            // these outputs'.
            return unsafe { (table.lines)(with, &lines, self.out.at(run.offsets[2])) };
        }
        for i in 0..run.len as isize {
            let at: [isize; 3] = std::array::from_fn(|k| run.offsets[k] + i * step[k]);
            let mut acc = Cell::ZERO;
            // SAFETY: the axes are those of operands borrowed for the call; the place
            // is this output's.
            unsafe {
                match single {
                    Some(line) if strides == [1; 2] => {
                        let start = [at[0] + line.offsets[0], at[1] + line.offsets[1]];
                        sequence(table, with, self.reads.at(start), (n, 0), false, acc.place());
                    }
                    _ => {
                        let starts = self.reads.at(Self::operands(at));
                        let mut runs = self.reduced.runs(0..n).map(|run| (run.offsets, run.len));
                        let next =
                            if i + 1 < run.len as isize { Self::operands(step) } else { [0; 2] };
                        let part = Part { at: 0, len: n, in_order: false, next };
                        staged(table, with, starts, strides, &mut runs, part, acc.place());
                    }
                }
                (table.finish)(with, acc.get(), 1, self.out.at(at[2]), 1);
            }
        }
    }

    /// Whether outputs that follow each other are made together, since the stretches of one lie far
    /// from each other and beside those of the next.
    fn is_group(&self) -> bool {
        let (inner, kept) = (self.reduced.inner(), self.kept.inner());
        let bytes = |step: isize| step.unsigned_abs().saturating_mul(self.table.item);
        self.table.operands == 1
            && !self.table.settles
            && self.reduced.len() > tuning::REDUCE_IN_ORDER
            && self.reduced.single_run(0..self.reduced.len()).is_none()
            && inner.strides[0] == 1
            && bytes(inner.len as isize) <= tuning::REDUCE_SHORT_STRETCH
            && bytes(kept.strides[0]) <= tuning::REDUCE_SHORT_STRETCH
            && kept.len > 1
            && self.is_far()
    }

    /// Such outputs: their stretches are copied side by side, as they lie in memory.
    fn groups(&self) -> Result<(), Error> {
        let n = self.reduced.len();
        // Asked once: the tier may change meanwhile, for tests.
        let pieces = Together::pieces(self.table, self.reduced.inner().len);
        let most = Together::most(pieces);
        let bytes = n.saturating_mul(self.table.item);
        let staged_ns = n as f64 * tuning::REDUCE_STAGED_NS;
        let chunks = Chunks::new(self.kept.len(), bytes, staged_ns, most);
        let step = self.kept.inner().strides;
        let body = |together: &mut Together, i: usize| {
            for run in self.kept.runs(chunks.range(i)) {
                for first in (0..run.len).step_by(most) {
                    let count = most.min(run.len - first);
                    let at = |k: usize| run.offsets[k] + first as isize * step[k];
                    let start = self.reads.at([at(0), 0])[0];
                    let mut runs = self.reduced.runs(0..n).map(|run| (run.offsets, run.len));
                    let group = &Group { start, step: step[0], count, n };
                    // SAFETY: the axes are those of an operand borrowed for the call; the places
                    // are those of these outputs.
                    unsafe {
                        let accs = together.reduce(self.table, self.with, group, &mut runs);
                        for (i, acc) in (0..).zip(accs) {
                            let out = self.out.at(at(2) + i * step[2]);
                            (self.table.finish)(self.with, acc.get(), 1, out, 1);
                        }
                    }
                }
            }
        };
        let scratch = || Together::new(self.table, pieces);
        let done = pool::run(chunks.n(), chunks.cost_ns(), scratch, |together, i| {
            let Some(together) = together else { return ControlFlow::Break(()) };
            body(together, i);
            ControlFlow::Continue(())
        });
        match done {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Memory {
                function: self.function,
                bytes: Together::bytes(self.table, pieces),
            }),
        }
    }

    fn few_long_sequences(&self) {
        let step = self.kept.inner().strides;
        for run in self.kept.runs(0..self.kept.len()) {
            for i in 0..run.len as isize {
                let at: [isize; 3] = std::array::from_fn(|k| run.offsets[k] + i * step[k]);
                let starts = self.reads.at(Self::operands(at));
                let reads = Reads::new(starts, self.table.item);
                let place = Places::new(self.out.at(at[2]), self.table.out);
                walked(self.table, self.with, reads, &self.reduced, place);
            }
        }
    }

    // ---- a kept axis innermost ----

    /// Whether elements come from beyond the second cache.
    fn is_far(&self) -> bool {
        let count = self.reduced.len().saturating_mul(self.kept.len());
        count.saturating_mul(self.table.item_bytes()) >= tuning::REDUCE_FAR
    }

    /// The most columns of a tile: more where long rows come from memory, whose blocks are then
    /// parts of their own; and whether it is so.
    fn tile_len(&self) -> (usize, bool) {
        let (usual, far) = (self.table.tile_len(), far_tile_len(self.table));
        let columns = self.kept.inner();
        // Partial results are to stay a hundredth of the operand.
        let is_small = self.table.acc <= self.table.item || self.reduced.len() <= REDUCE_ROW_BLOCK;
        let is_far = far > usual
            && columns.len > usual
            && columns.strides[..self.table.operands].iter().all(|&step| step == 1)
            && is_small
            && self.is_far();
        (if is_far { far } else { usual }, is_far)
    }

    fn rows(&self) -> Result<(), Error> {
        let (n, outputs) = (self.reduced.len(), self.kept.len());
        let part = self.part_rows();
        let parts = n.div_ceil(part).max(1);
        let column_bytes = part.min(n).saturating_mul(self.table.item_bytes());
        let columns = Chunks::new(outputs, column_bytes, 0.0, 1);
        let width = match tuning::CHUNK.get() {
            Some(_) => columns.len(),
            None => columns.len().max(self.tile_len().0).min(outputs),
        };
        let tiles = outputs.div_ceil(width);
        let cost_ns = columns.cost_ns() * parts as f64;
        let range = |tile: usize| tile * width..outputs.min((tile + 1) * width);
        if parts == 1 {
            each(tiles, cost_ns, |tile| {
                self.each_tile(range(tile), |run, _| {
                    let out = self.out.at(run.offsets[2]);
                    self.tile(run, 0..n, Into::Out(out, self.kept.inner().strides[2]));
                });
            });
            return Ok(());
        }
        let mut room = Partials::new(self, parts, outputs)?;
        let partials = room.places();
        each(parts * tiles, cost_ns, |i| {
            let (p, tile) = (i / tiles, i % tiles);
            self.each_tile(range(tile), |run, index| {
                let place = partials.at((p * outputs + index) as isize);
                self.tile(run, p * part..n.min((p + 1) * part), Into::Part(place));
            });
        });
        let merge_ns = tuning::traffic_ns((parts * outputs * self.table.acc) as f64);
        each(tiles, merge_ns, |tile| {
            let range = range(tile);
            let first = partials.at(range.start as isize);
            let size = (parts, outputs);
            // SAFETY: the run above has written all partials; these columns are this
            // chunk's alone.
            unsafe { merge_parts(self.table, self.with, first, range.len(), size) };
            self.each_tile(range, |run, index| {
                let (accs, out) = (partials.at(index as isize), self.out.at(run.offsets[2]));
                let step = self.kept.inner().strides[2];
                // SAFETY: merged above; the places are those of these outputs.
                unsafe { (self.table.finish)(self.with, accs, run.len, out, step) };
            });
        });
        Ok(())
    }

    /// Rows of one part: an aligned power of two of blocks. Fine enough that few
    /// columns make enough chunks, and never more than a tile has levels for.
    fn part_rows(&self) -> usize {
        if self.tile_len().1 {
            return REDUCE_ROW_BLOCK;
        }
        let width = self.kept.len().min(self.table.tile_len());
        let block_bytes = REDUCE_ROW_BLOCK * width * self.table.item_bytes();
        let blocks = match tuning::CHUNK.get() {
            Some(bytes) => bytes as usize / block_bytes,
            None if self.kept.len().div_ceil(width) >= REDUCE_ENOUGH_CHUNKS => REDUCE_PART_BLOCKS,
            None => tuning::CHUNK_BYTES / block_bytes,
        };
        floor_power_of_two(blocks.min(REDUCE_PART_BLOCKS)) * REDUCE_ROW_BLOCK
    }

    /// The tiles of a range of outputs: stretches of the innermost kept axis no
    /// longer than a tile, each with the index of its first output.
    fn each_tile(&self, range: Range<usize>, mut f: impl FnMut(Run<3>, usize)) {
        let mut index = range.start;
        let step = self.kept.inner().strides;
        let most = self.tile_len().0;
        for mut run in self.kept.runs(range) {
            while run.len > 0 {
                let len = run.len.min(most);
                f(Run { len, ..run }, index);
                index += len;
                run.len -= len;
                for (offset, step) in run.offsets.iter_mut().zip(step) {
                    *offset += len as isize * step;
                }
            }
        }
    }

    fn tile(&self, run: Run<3>, which: Range<usize>, into: Into) {
        let bytes = run.len * self.table.item;
        let is_stream = bytes <= tuning::REDUCE_SHORT_ROW && self.is_far();
        let tile = Tile {
            starts: self.reads.at(Self::operands(run.offsets)),
            columns: run.len,
            column_strides: Self::operands(self.kept.inner().strides),
            row_strides: self.reduced.inner().strides,
            together: if is_stream { 1 } else { 4 },
            ahead: match is_stream && !simd::foresees() {
                true => (tuning::REDUCE_AHEAD / bytes.max(1)).max(4),
                false => 0,
            },
        };
        let size = (which.start, which.len());
        if which.len() <= REDUCE_ROW_BLOCK {
            let mut stretches = self.reduced.runs(which.clone()).map(|run| (run.offsets, run.len));
            // SAFETY: as below.
            unsafe { one_block(self.table, self.with, tile, &mut stretches, size, into) };
            return;
        }
        let mut stretches = self.reduced.runs(which).map(|run| (run.offsets, run.len));
        // SAFETY: the axes are those of operands borrowed for the call; the places
        // are those of these outputs, which no other chunk has.
        unsafe { rows(self.table, self.with, tile, &mut stretches, size, into) };
    }
}

/// An accumulator for each part of the rows and each output.
struct Partials {
    room: Buffer<u128>,
    acc: usize,
}

impl Partials {
    /// # Errors
    /// [`Error::Memory`], [`Error::TooLarge`].
    fn new(job: &Job<'_>, parts: usize, outputs: usize) -> Result<Self, Error> {
        let (function, acc) = (job.function, job.table.acc);
        let bytes = parts.checked_mul(outputs).and_then(|n| n.checked_mul(acc));
        let shape = || vec![parts, outputs];
        let bytes = bytes.ok_or_else(|| Error::TooLarge { function, shape: shape() })?;
        Ok(Self { room: Buffer::new(function, bytes.div_ceil(size_of::<u128>()))?, acc })
    }

    fn places(&mut self) -> Places {
        Places::new(self.room.as_mut_ptr().cast(), self.acc)
    }
}
