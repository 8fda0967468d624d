//! Runs a filter by way of Fourier transforms, tile by tile.
//!
//! ```text
//! spectrum = conjugate of the transform of the filter, over the number of values
//! for each pair of tiles of the output
//!     lines of both with what lies under the filter, one real, one imaginary  (collect)
//!     transform along all axes but the outermost
//!     along the outermost: transform, times spectrum, back
//!     back along the others
//!     write what belongs to each tile                                       (deliver)
//! ```
//! Small tiles are one chunk each pair; of large ones each step is cut into chunks.
//! What is computed follows from the shapes alone, so that the bits are the same for any
//! number of threads. Overlap-save: A. V. Oppenheim and R. W. Schafer, Discrete-Time
//! Signal Processing, section 8.7.

use std::ops::{ControlFlow, Range};

use rustfft::num_complex::Complex;

use super::filter::Arrays;
use super::geometry::Axis;
use super::{Border, Sample};
use crate::kernel::fft::{self, Along, Plan, Step, Wave};
use crate::plan::{Buffer, Chunks, List, Span, Spectral};
use crate::{Error, pool};

/// A filter of as many axes as the array.
pub(super) struct Filter<'a, T: Sample> {
    pub(super) function: &'static str,
    /// In the order of the filter's own axes.
    pub(super) axes: &'a [Axis],
    pub(super) taps: &'a [T::Tap],
    pub(super) border: Border<T>,
}

/// How the axes are cut; none where transforms do not apply. The order of tiles is that
/// of the output in memory.
pub(super) fn cut<T: Sample>(axes: &[Axis], border: Border<T>) -> Option<(List<usize>, Spectral)> {
    let mut order = List::new(0);
    (0..axes.len()).for_each(|axis| order.push(axis));
    order.as_mut_slice().sort_by_key(|&i| {
        std::cmp::Reverse(if axes[i].len == 1 { usize::MAX } else { axes[i].out.unsigned_abs() })
    });
    let mut spans = Vec::new();
    for &i in order.as_slice() {
        let axis = &axes[i];
        // The same overflows a `Geometry`, which comes first.
        let reach = (axis.taps - 1).checked_mul(axis.dilation)?;
        let len = (axis.len - 1).checked_mul(axis.stride)?.checked_add(1)?;
        let under = len.checked_add(reach)?;
        let whole = match border {
            // Zeros before the elements take what would be zeros behind them; all taps have a
            // place.
            Border::Constant(value) if T::to_wide(value) == 0.0 => {
                let (zeros, behind) = (axis.before, axis.before.checked_add(axis.from)?);
                len.max(reach + 1).max(behind).max(under.saturating_sub(zeros)).min(under)
            }
            _ => under,
        };
        spans.push(Span { len, reach, whole, contiguous: axis.src.unsigned_abs() == 1 });
    }
    Spectral::new(&spans, if T::SINGLE { 8 } else { 16 }).map(|cut| (order, cut))
}

impl<T: Sample> Filter<'_, T> {
    /// Filters the array at `src` into `out`.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Memory`].
    ///
    /// # Safety
    /// The strides of the axes lead to elements of `src` that can be read and of `out`
    /// that can be written and do not overlap each other or `src`.
    pub(super) unsafe fn run(&self, src: *const T, out: *mut T) -> Result<(), Error> {
        let shape = || self.axes.iter().map(|a| a.len).collect();
        let (order, cut) = cut::<T>(self.axes, self.border)
            .ok_or_else(|| Error::TooLarge { function: self.function, shape: shape() })?;
        // SAFETY: the caller's promise.
        unsafe {
            if T::SINGLE {
                Work::<T, f32>::new(self, order.as_slice(), &cut)?.run(&Arrays { src, out })
            } else {
                Work::<T, f64>::new(self, order.as_slice(), &cut)?.run(&Arrays { src, out })
            }
        }
    }
}

/// What all pairs of tiles share.
pub(super) struct Work<'a, T: Sample, W> {
    pub(super) filter: &'a Filter<'a, T>,
    /// The axes from outermost to innermost of a tile.
    pub(super) axes: Vec<Axis>,
    pub(super) cut: &'a Spectral,
    /// Which of them are filtered, and the transforms of those.
    pub(super) filtered: Vec<(usize, Plan<W>)>,
    spectrum: Vec<Complex<W>>,
}

/// One step of a pair of tiles.
#[derive(Clone, Copy)]
enum Stage {
    Collect,
    Forward(usize),
    Filter,
    Backward(usize),
    Deliver,
}

/// The memory of one participant.
struct Scratch<W> {
    rows: [Vec<W>; 2],
    room: Vec<Complex<W>>,
}

/// Where two tiles begin; the second may be missing.
type Pair = [Option<List<usize>>; 2];

pub(super) struct Tile<W>(pub(super) *mut Complex<W>);
// SAFETY: units of a stage are disjoint parts of the tile.
unsafe impl<W> Sync for Tile<W> {}

/// `len` values, or the error.
pub(super) fn zeros<V: Clone + Default>(
    function: &'static str,
    len: usize,
) -> Result<Vec<V>, Error> {
    let mut values = Vec::new();
    let bytes = len.saturating_mul(size_of::<V>());
    values.try_reserve_exact(len).map_err(|_| Error::Memory { function, bytes })?;
    values.resize(len, V::default());
    Ok(values)
}

impl<'a, T: Sample, W: Wave + Default> Work<'a, T, W> {
    fn new(filter: &'a Filter<'a, T>, order: &[usize], cut: &'a Spectral) -> Result<Self, Error> {
        // Twiddles and spectra are numbers too.
        let _modes = pool::default_modes();
        let axes: Vec<Axis> = order.iter().map(|&i| filter.axes[i]).collect();
        let n = cut.n.as_slice();
        let filtered =
            (0..axes.len()).filter(|&i| axes[i].taps > 1).map(|i| (i, Plan::new(n[i]))).collect();
        let mut work = Self { filter, axes, cut, filtered, spectrum: Vec::new() };
        work.spectrum = work.spectrum(order)?;
        Ok(work)
    }

    pub(super) fn room(&self) -> usize {
        self.filtered.iter().map(|(_, plan)| plan.room()).max().unwrap_or(0)
    }

    fn scratch(&self) -> Option<Scratch<W>> {
        let row = self.cut.n.as_slice().last().copied().unwrap_or(1);
        let function = self.filter.function;
        let rows = [zeros(function, row).ok()?, zeros(function, row).ok()?];
        Some(Scratch { rows, room: zeros(function, self.room()).ok()? })
    }

    /// The stages in order.
    fn stages(&self) -> Vec<Stage> {
        let others = 1..self.filtered.len();
        let mut stages = vec![Stage::Collect];
        stages.extend(others.clone().rev().map(Stage::Forward));
        stages.push(Stage::Filter);
        stages.extend(others.map(Stage::Backward));
        stages.push(Stage::Deliver);
        stages
    }

    fn along(&self, d: usize) -> Along {
        let (n, axis) = (self.cut.n.as_slice(), self.filtered[d].0);
        let outer = n[..axis].iter().product();
        Along { outer, n: n[axis], inner: n[axis + 1..].iter().product() }
    }

    /// How many units a stage has.
    fn units(&self, stage: Stage) -> usize {
        match stage {
            Stage::Collect | Stage::Deliver => {
                self.cut.points / self.cut.n.as_slice().last().copied().unwrap_or(1)
            }
            Stage::Forward(d) | Stage::Backward(d) => self.along(d).units(),
            Stage::Filter => self.along(0).units(),
        }
    }

    /// Does some units of a stage.
    ///
    /// # Safety
    /// As [`Filter::run`]; `tile` has the values of a tile, and nobody else is at these
    /// units; the stages before are done.
    unsafe fn units_of(
        &self,
        arrays: &Arrays<T>,
        pair: &Pair,
        stage: Stage,
        units: Range<usize>,
        tile: &Tile<W>,
        scratch: &mut Scratch<W>,
    ) {
        let (d, step) = match stage {
            Stage::Forward(d) => (d, Step::Forward),
            Stage::Backward(d) => (d, Step::Backward),
            Stage::Filter => {
                // Neighbours along lines without taps have one spectrum.
                let last = self.filtered[self.filtered.len() - 1].0;
                let shared = self.cut.n.as_slice()[last + 1..].iter().product();
                (0, Step::Filter { spectrum: &self.spectrum, shared })
            }
            Stage::Collect | Stage::Deliver => {
                for row in units {
                    // SAFETY: the caller's promise.
                    unsafe {
                        match stage {
                            Stage::Collect => self.collect(arrays, pair, row, tile, scratch),
                            _ => self.deliver(arrays, pair, row, tile),
                        }
                    }
                }
                return;
            }
        };
        let along = self.along(d);
        for i in units {
            // SAFETY: the caller's promise.
            unsafe {
                fft::transform(tile.0, along, &self.filtered[d].1, i, step, &mut scratch.room);
            }
        }
    }

    /// Runs all of it.
    ///
    /// # Errors
    /// [`Error::Memory`].
    ///
    /// # Safety
    /// As [`Filter::run`].
    unsafe fn run(&self, arrays: &Arrays<T>) -> Result<(), Error> {
        let (cut, function) = (self.cut, self.filter.function);
        let stages = self.stages();
        let no_memory = || Error::Memory { function, bytes: cut.points * size_of::<Complex<W>>() };
        let pair = |i: usize| [cut.start(2 * i), cut.start(2 * i + 1)];
        if !cut.is_shared() {
            let chunks = Chunks::new(cut.pairs(), 0, cut.pair_ns, 1);
            let memory = || Some((self.scratch()?, Buffer::new(function, cut.points).ok()?));
            let done = pool::run(chunks.n(), chunks.cost_ns(), memory, |memory, i| {
                let Some((scratch, buffer)) = memory else { return ControlFlow::Break(()) };
                let tile = Tile(buffer.as_mut_ptr());
                for i in chunks.range(i) {
                    for &stage in &stages {
                        let units = 0..self.units(stage);
                        // SAFETY: the buffer is this participant's own.
                        unsafe { self.units_of(arrays, &pair(i), stage, units, &tile, scratch) };
                    }
                }
                ControlFlow::Continue(())
            });
            return match done {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(no_memory()),
            };
        }
        let mut buffer = Buffer::new(function, cut.points)?;
        let tile = Tile(buffer.as_mut_ptr());
        for i in 0..cut.pairs() {
            let pair = pair(i);
            for &stage in &stages {
                let units = self.units(stage);
                let unit_ns = cut.pair_ns / (stages.len() * units) as f64;
                let chunks = Chunks::new(units, 0, unit_ns, 1);
                let scratch = || self.scratch();
                let done = pool::run(chunks.n(), chunks.cost_ns(), scratch, |scratch, i| {
                    let Some(scratch) = scratch else { return ControlFlow::Break(()) };
                    let units = chunks.range(i);
                    // SAFETY: chunks are disjoint units of one stage; stages are runs.
                    unsafe { self.units_of(arrays, &pair, stage, units, &tile, scratch) };
                    ControlFlow::Continue(())
                });
                if done.is_break() {
                    return Err(no_memory());
                }
            }
        }
        Ok(())
    }

    /// Where row `row` of a tile lies along each axis but the last: places counted from
    /// the beginning of the tile.
    fn places(&self, row: usize) -> List<usize> {
        let n = self.cut.n.as_slice();
        let mut places = List::new(0);
        n.iter().skip(1).for_each(|_| places.push(0));
        let mut rest = row;
        for (axis, place) in places.as_mut_slice().iter_mut().enumerate().rev() {
            (*place, rest) = (rest % n[axis], rest / n[axis]);
        }
        places
    }

    /// How many outputs the tile that begins at `start` has along an axis.
    fn outputs(&self, axis: usize, start: usize) -> usize {
        self.cut.step.as_slice()[axis].min(self.axes[axis].dense() - start)
    }

    /// Collects one row of what lies under the filter for both tiles.
    ///
    /// # Safety
    /// As [`Work::units_of`].
    unsafe fn collect(
        &self,
        arrays: &Arrays<T>,
        pair: &Pair,
        row: usize,
        tile: &Tile<W>,
        scratch: &mut Scratch<W>,
    ) {
        let places = self.places(row);
        for (start, values) in pair.iter().zip(&mut scratch.rows) {
            match start {
                // SAFETY: the caller's promise.
                Some(start) => unsafe {
                    self.collect_row(arrays, start.as_slice(), places.as_slice(), values);
                },
                None => values.fill(W::of(0.0)),
            }
        }
        let [re, im] = &scratch.rows;
        // SAFETY: row `row` of the tile.
        unsafe { fft::join(re, im, tile.0.add(row * re.len())) };
    }

    /// The values of one row of one tile; zeros where no output reads.
    ///
    /// # Safety
    /// As [`Work::units_of`].
    unsafe fn collect_row(
        &self,
        arrays: &Arrays<T>,
        start: &[usize],
        places: &[usize],
        values: &mut [W],
    ) {
        let border = self.filter.border;
        let mut line = Some(arrays.src);
        for (d, &place) in places.iter().enumerate() {
            let axis = &self.axes[d];
            if place >= self.outputs(d, start[d]) + axis.reach() {
                return values.fill(W::of(0.0));
            }
            let at = (start[d] + place) as isize - axis.before as isize;
            let at = border.source(at, axis.from);
            line = line.zip(at).map(|(line, at)| line.wrapping_offset(at as isize * axis.src));
        }
        let constant = match border {
            Border::Constant(value) => W::of(T::to_wide(value)),
            _ => W::of(0.0),
        };
        let last = self.axes.len() - 1;
        let (axis, start) = (&self.axes[last], start[last]);
        let used = (self.outputs(last, start) + axis.reach()).min(values.len());
        values[used..].fill(W::of(0.0));
        let values = &mut values[..used];
        let Some(line) = line else { return values.fill(constant) };
        let first = start as isize - axis.before as isize;
        let lo = (-first).clamp(0, used as isize) as usize;
        let hi = (axis.from as isize - first).clamp(lo as isize, used as isize) as usize;
        // SAFETY: places from `lo` to `hi` lie on the line, and so do those that the
        // border finds.
        let value =
            |at: usize| unsafe { W::of(T::to_wide(*line.wrapping_offset(at as isize * axis.src))) };
        for i in (0..lo).chain(hi..used) {
            values[i] = border.source(first + i as isize, axis.from).map_or(constant, value);
        }
        let begin = (first + lo as isize) as usize;
        if axis.src == 1 {
            for (i, to) in values[lo..hi].iter_mut().enumerate() {
                // SAFETY: as above.
                *to = W::of(T::to_wide(unsafe { *line.wrapping_add(begin + i) }));
            }
        } else {
            for (i, to) in values[lo..hi].iter_mut().enumerate() {
                *to = value(begin + i);
            }
        }
    }

    /// Writes one row of both tiles to the output, as far as it belongs there.
    ///
    /// # Safety
    /// As [`Work::units_of`].
    unsafe fn deliver(&self, arrays: &Arrays<T>, pair: &Pair, row: usize, tile: &Tile<W>) {
        let places = self.places(row);
        let len = self.cut.n.as_slice().last().copied().unwrap_or(1);
        for (which, start) in pair.iter().enumerate() {
            let Some(start) = start else { continue };
            let start = start.as_slice();
            let mut line = arrays.out;
            let belongs = places.as_slice().iter().enumerate().all(|(d, &place)| {
                let (axis, at) = (&self.axes[d], start[d] + place);
                line = line.wrapping_offset((at / axis.stride) as isize * axis.out);
                place < self.outputs(d, start[d]) && at.is_multiple_of(axis.stride)
            });
            if !belongs {
                continue;
            }
            let last = self.axes.len() - 1;
            let (axis, start) = (&self.axes[last], start[last]);
            let end = start + self.outputs(last, start);
            // SAFETY: row `row` of the tile; places of this tile of the output.
            unsafe {
                if axis.stride == 1 && axis.out == 1 {
                    let from = std::slice::from_raw_parts(tile.0.add(row * len), end - start);
                    fft::part(from, which == 1, line.wrapping_add(start));
                    continue;
                }
                let from = tile.0.add(row * len).cast::<W>().add(which);
                for at in (start.next_multiple_of(axis.stride)..end).step_by(axis.stride) {
                    let value = T::of_wide((*from.add(2 * (at - start))).to_f64());
                    line.wrapping_offset((at / axis.stride) as isize * axis.out).write(value);
                }
            }
        }
    }
}
