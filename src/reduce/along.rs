//! One axis reduced: the case follows from the order of strides, nothing else.
//!
//! ```text
//! the reduced axis is innermost:  one sequence for each output
//!                                 (few and long ones: chunks inside each)
//! a kept axis is innermost:       tiles of columns, parts of rows;
//!                                 parts merged by the tree
//! ```

use super::sequence::{Operands, floor_power_of_two, walked};
use super::shared::{Places, Reads, each};
use crate::Error;
use crate::kernel::reduce::{
    Fold, Into, Item, Lines, Tile, block_len, merge_parts, outputs, rows, tile_len,
};
use crate::plan::{Axes, Buffer, Chunks, List, Run};
use crate::tuning::{self, REDUCE_ENOUGH_CHUNKS, REDUCE_PART_BLOCKS, REDUCE_ROW_BLOCK};

/// Where results go: one place for each index of the kept axes.
#[derive(Clone, Copy)]
pub struct Target<'a, O> {
    pub(super) ptr: *mut O,
    pub(super) strides: &'a [isize],
}

/// A reduction along one axis, its axes normalised.
struct Job<F: Fold<K>, const K: usize> {
    fold: F,
    reads: Reads<Item<F, K>, K>,
    out: Places<F::Out>,
    /// The kept axes of both operands (the second's strides are 0 if there is
    /// none) and of the output.
    kept: Axes<3>,
    reduced: Axes<K>,
}

/// Reduces `axis` of `from` into `out`.
///
/// # Errors
/// [`Error::Memory`] for partial results.
pub(super) fn along<F: Fold<K>, const K: usize>(
    function: &'static str,
    fold: F,
    from: Operands<'_, Item<F, K>, K>,
    axis: usize,
    out: Target<'_, F::Out>,
) -> Result<(), Error> {
    let mut shape = List::new(0);
    let mut strides = [List::new(0), List::new(0), List::new(0)];
    for (i, &n) in from.shape.iter().enumerate().filter(|(i, _)| *i != axis) {
        shape.push(n);
        strides[0].push(from.strides[0][i]);
        strides[1].push(if K == 2 { from.strides[1][i] } else { 0 });
    }
    out.strides.iter().for_each(|&stride| strides[2].push(stride));
    let kept = strides.each_ref().map(List::as_slice);
    let (n, steps) = ([from.shape[axis]], from.strides.map(|strides| [strides[axis]]));
    let steps = steps.each_ref().map(<[isize; 1]>::as_slice);
    let job = Job {
        fold,
        reads: Reads::new(from.ptrs),
        out: Places::new(out.ptr),
        kept: Axes::in_memory_order(shape.as_slice(), kept),
        reduced: if K == 1 { Axes::in_memory_order(&n, steps) } else { Axes::in_order(&n, steps) },
    };
    if job.kept.len() == 0 {
        return Ok(());
    }
    if job.reduced_is_innermost() {
        job.sequences();
        return Ok(());
    }
    job.rows(function)
}

/// The length of a step along an axis: over all operands together, so that their
/// order does not matter; none if all stand still.
fn step(len: usize, strides: &[isize]) -> Option<usize> {
    let step = strides.iter().fold(0usize, |sum, s| sum.saturating_add(s.unsigned_abs()));
    (len > 1 && step > 0).then_some(step)
}

impl<F: Fold<K>, const K: usize> Job<F, K> {
    fn reduced_is_innermost(&self) -> bool {
        let kept = self.kept.as_slice().iter().filter_map(|a| step(a.len, &a.strides[..2])).min();
        let reduced = self.reduced.as_slice().iter().filter_map(|a| step(a.len, &a.strides)).min();
        match (reduced, kept) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(reduced), Some(kept)) => reduced <= kept,
        }
    }

    fn item_bytes(&self) -> usize {
        K * size_of::<Item<F, K>>()
    }

    /// Operands of an index of the kept axes.
    fn operands(offsets: [isize; 3]) -> [isize; K] {
        std::array::from_fn(|k| offsets[k])
    }

    // ---- the reduced axis innermost ----

    fn sequences(&self) {
        let (n, count) = (self.reduced.len(), self.kept.len());
        let bytes = n.saturating_mul(self.item_bytes());
        let chunk = tuning::CHUNK.get().map_or(tuning::CHUNK_BYTES, |bytes| bytes as usize);
        let long = n > block_len::<F, K>() && bytes >= chunk.saturating_mul(8);
        if long && count < REDUCE_ENOUGH_CHUNKS {
            return self.few_long_sequences();
        }
        let contiguous = n > tuning::REDUCE_IN_ORDER && self.reduced.inner().strides == [1; K];
        let item_ns = if contiguous { 0.0 } else { tuning::REDUCE_STAGED_NS };
        let chunks = Chunks::new(count, bytes, n as f64 * item_ns, 1);
        each(chunks.n(), chunks.cost_ns(), &|i| {
            let step = self.kept.inner().strides;
            for run in self.kept.runs(chunks.range(i)) {
                let lines = Lines {
                    ptrs: self.reads.at(self.first(run)),
                    count: run.len,
                    step: Self::operands(step),
                    len: n,
                    strides: self.reduced.inner().strides,
                };
                let out = self.out.at(run.offsets[2]);
                // SAFETY: the axes are those of operands borrowed for the call; the
                // places of different outputs differ, says `check_output`.
                unsafe { outputs(self.fold, lines, out, step[2]) };
            }
        });
    }

    /// The first element of the first sequence of a run of outputs.
    fn first(&self, run: Run<3>) -> [isize; K] {
        let mut offsets = Self::operands(run.offsets);
        if let Some(line) = self.reduced.runs(0..self.reduced.len()).next() {
            offsets.iter_mut().zip(line.offsets).for_each(|(offset, o)| *offset += o);
        }
        offsets
    }

    fn few_long_sequences(&self) {
        let step = self.kept.inner().strides;
        for run in self.kept.runs(0..self.kept.len()) {
            for i in 0..run.len as isize {
                let at: [isize; 3] = std::array::from_fn(|k| run.offsets[k] + i * step[k]);
                let ptrs = self.reads.at(Self::operands(at));
                let value = walked(self.fold, ptrs, &self.reduced);
                // SAFETY: the place is this output's.
                unsafe { self.out.at(at[2]).write(value) };
            }
        }
    }

    // ---- a kept axis innermost ----

    fn rows(&self, function: &'static str) -> Result<(), Error> {
        let (n, outputs) = (self.reduced.len(), self.kept.len());
        let part = self.part_rows();
        let parts = n.div_ceil(part).max(1);
        let column_bytes = part.min(n).saturating_mul(self.item_bytes());
        let columns = Chunks::new(outputs, column_bytes, 0.0, 1);
        let width = match tuning::CHUNK.get() {
            Some(_) => columns.len(),
            None => columns.len().max(tile_len::<F, K>()).min(outputs),
        };
        let tiles = outputs.div_ceil(width);
        let cost_ns = columns.cost_ns() * parts as f64;
        let range = |tile: usize| tile * width..outputs.min((tile + 1) * width);
        if parts == 1 {
            each(tiles, cost_ns, &|tile| {
                self.each_tile(range(tile), |run, _| {
                    let out = self.out.at(run.offsets[2]);
                    self.tile(run, 0..n, Into::Out(out, self.kept.inner().strides[2]));
                });
            });
            return Ok(());
        }
        let room = parts
            .checked_mul(outputs)
            .ok_or_else(|| Error::TooLarge { function, shape: vec![parts, outputs] })?;
        let mut room = Buffer::<F::Acc>::new(function, room)?;
        let partials = Places::new(room.as_mut_ptr());
        each(parts * tiles, cost_ns, &|i| {
            let (p, tile) = (i / tiles, i % tiles);
            self.each_tile(range(tile), |run, index| {
                let place = partials.at((p * outputs + index) as isize);
                self.tile(run, p * part..n.min((p + 1) * part), Into::Part(place));
            });
        });
        let merge_ns = tuning::traffic_ns((parts * outputs * size_of::<F::Acc>()) as f64);
        each(tiles, merge_ns, &|tile| {
            let range = range(tile);
            let first = partials.at(range.start as isize);
            let size = (parts, outputs);
            // SAFETY: the run above has written all partials; these columns are this
            // chunk's alone.
            unsafe { merge_parts(self.fold, first, range.len(), size) };
            self.each_tile(range, |run, index| {
                for i in 0..run.len {
                    // SAFETY: written above; the place is this output's.
                    unsafe {
                        let value = self.fold.finish(*partials.at((index + i) as isize));
                        let step = self.kept.inner().strides[2];
                        self.out.at(run.offsets[2] + i as isize * step).write(value);
                    }
                }
            });
        });
        Ok(())
    }

    /// Rows of one part: an aligned power of two of blocks. Fine enough that few
    /// columns make enough chunks, and never more than a tile has levels for.
    fn part_rows(&self) -> usize {
        let width = self.kept.len().min(tile_len::<F, K>());
        let block_bytes = REDUCE_ROW_BLOCK * width * self.item_bytes();
        let blocks = match tuning::CHUNK.get() {
            Some(bytes) => bytes as usize / block_bytes,
            None if self.kept.len().div_ceil(width) >= REDUCE_ENOUGH_CHUNKS => REDUCE_PART_BLOCKS,
            None => tuning::CHUNK_BYTES / block_bytes,
        };
        floor_power_of_two(blocks.min(REDUCE_PART_BLOCKS)) * REDUCE_ROW_BLOCK
    }

    /// The tiles of a range of outputs: stretches of the innermost kept axis no
    /// longer than a tile, each with the index of its first output.
    fn each_tile(&self, range: std::ops::Range<usize>, mut f: impl FnMut(Run<3>, usize)) {
        let mut index = range.start;
        let step = self.kept.inner().strides;
        for mut run in self.kept.runs(range) {
            while run.len > 0 {
                let len = run.len.min(tile_len::<F, K>());
                f(Run { len, ..run }, index);
                index += len;
                run.len -= len;
                for (offset, step) in run.offsets.iter_mut().zip(step) {
                    *offset += len as isize * step;
                }
            }
        }
    }

    fn tile(&self, run: Run<3>, which: std::ops::Range<usize>, into: Into<F, K>) {
        let tile = Tile {
            ptrs: self.reads.at(Self::operands(run.offsets)),
            columns: run.len,
            column_strides: Self::operands(self.kept.inner().strides),
            row_strides: self.reduced.inner().strides,
        };
        let n = which.len();
        let stretches = self.reduced.runs(which).map(|run| (run.offsets, run.len));
        // SAFETY: the axes are those of operands borrowed for the call; the places
        // are those of these outputs, which no other chunk has.
        unsafe { rows(self.fold, tile, stretches, n, into) };
    }
}
