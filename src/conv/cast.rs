//! Filters of any types in `f64`, with the rounding and the casts of `scipy.ndimage`.
//!
//! ```text
//! for each line of the output, some columns at a time
//!     copy the lines under the filter as f64, going on beyond their ends
//!     sum products in the order of the taps, or of pairs of taps          (kernel::terms)
//!     cast each sum to the type of the output
//! ```

use std::ops::ControlFlow;

use ndarray::{ArrayRef, Dimension, Ix1};

use super::bytes::Bytes;
use super::call::read_taps;
use super::filter::Filter;
use super::geometry::{Axis, Geometry, Line};
use super::options::{Way, check_numbers, taps_before};
use super::pieces::source;
use super::{Border, Options};
use crate::kernel::conv::Bits;
use crate::kernel::terms::{Cast, Cut, Sums, Term, Widen, With};
use crate::plan::{self, Chunks, List};
use crate::{Error, pool, simd, tuning};

/// Smaller weights are skipped, and make a filter no less symmetric, as in SciPy.
const NOTHING: f64 = f64::EPSILON;

/// Correlates in `f64` and casts: for integers, and results of another type.
///
/// As `scipy.ndimage.correlate`, to the last bit: sums are cut off towards zero and what
/// does not fit the type of `out` wraps around. The options' border is that of the values
/// as `f64`; [`Method`](super::Method) has no part in it.
///
/// # Errors
/// As [`correlate_into`](super::correlate_into).
///
/// # Accuracy
/// Products and sums are rounded one by one, in row-major order of the filter; weights up to
/// `f64::EPSILON` are left out. The same bits on any number of threads and in every tier.
///
/// # Examples
/// ```
/// use ndarray::{Array1, array};
/// use swath::conv::{Options, correlate_cast};
///
/// let (src, mut out) = (array![10u8, 20, 200], Array1::<u8>::zeros(3));
/// correlate_cast(&src, &array![0.75, 0.75, 0.75], Options::new(), &mut out)?;
/// assert_eq!(out, array![30, 172, 59]); // 172.5 cut off, 315 modulo 256
/// # Ok::<(), swath::Error>(())
/// ```
pub fn correlate_cast<A: Cast, B: Cast, D: Dimension, E: Dimension>(
    src: &ArrayRef<A, D>,
    filter: &ArrayRef<f64, E>,
    options: impl Into<Options<f64>>,
    out: &mut ArrayRef<B, D>,
) -> Result<(), Error> {
    let (function, options) = ("correlate_cast", options.into());
    if filter.ndim() != src.ndim() {
        return Err(Error::Shape {
            function,
            operand: "filter",
            shape: filter.shape().to_vec(),
            expected: "the shape of src, of as many axes as the filter's,",
            other: src.shape().to_vec(),
        });
    }
    let origin = options.origin.values(function, "origin", src.shape())?;
    let weights = read_taps(function, filter, Way::Correlate)?;
    check_numbers(function, &weights, filter.shape())?;
    let mut sides = Vec::new();
    for (&taps, &origin) in filter.shape().iter().zip(origin.as_slice()) {
        sides.push((taps, before(function, taps, origin)?));
    }
    run((function, options.border), src, &sides, (&weights, false, 1.0), out)
}

/// [`correlate_cast`] along one axis; the sums are divided by `divisor`.
///
/// As `scipy.ndimage.correlate1d`, to the last bit: the middle tap first and then pairs from
/// the outermost on if the filter is symmetric or antisymmetric, else the last tap first.
/// With weights of 1 and their number as the divisor, as `scipy.ndimage.uniform_filter1d`.
///
/// # Errors
/// As [`correlate1d_into`](super::correlate1d_into).
///
/// # Performance
/// Bytes with a divisor of 1 are summed in `f32`, at the speed of
/// [`correlate1d`](super::correlate1d); a sum so near a whole number that rounding could
/// matter is taken again in `f64`, as are all where the array is flat.
///
/// # Examples
/// ```
/// use ndarray::{Array1, array};
/// use swath::conv::{Options, correlate1d_cast};
///
/// let (src, mut out) = (array![1i32, 2, 4, 8], Array1::<i32>::zeros(4));
/// correlate1d_cast(&src, &array![1.0, 1.0], 0, 2.0, Options::new(), &mut out)?;
/// assert_eq!(out, array![1, 1, 3, 6]);
/// # Ok::<(), swath::Error>(())
/// ```
pub fn correlate1d_cast<A: Cast, B: Cast, D: Dimension>(
    src: &ArrayRef<A, D>,
    filter: &ArrayRef<f64, Ix1>,
    axis: usize,
    divisor: f64,
    options: impl Into<Options<f64>>,
    out: &mut ArrayRef<B, D>,
) -> Result<(), Error> {
    let (function, options) = ("correlate1d_cast", options.into());
    plan::check_axis(function, axis, src.shape())?;
    let origin = options.origin.values(function, "origin", &src.shape()[axis..=axis])?;
    let weights = read_taps(function, filter, Way::Correlate)?;
    check_numbers(function, &weights, filter.shape())?;
    let mut sides = vec![(1, 0); src.ndim()];
    sides[axis] = (weights.len(), before(function, weights.len(), origin.as_slice()[0])?);
    run((function, options.border), src, &sides, (&weights, true, divisor), out)
}

fn before(function: &'static str, taps: usize, origin: isize) -> Result<usize, Error> {
    if taps == 0 {
        return Err(Error::Empty { function, operand: "filter", shape: vec![0] });
    }
    taps_before(function, taps, origin, Way::Correlate)
}

/// Places of the taps in the lines under the filter, in row-major order of its `sides`.
fn places(geometry: &Geometry, sides: &[(usize, usize)], pitch: usize) -> Vec<usize> {
    // What one step along each axis of the filter is.
    let mut steps = vec![0; sides.len()];
    let mut step = pitch;
    for axis in geometry.outer.as_slice().iter().rev() {
        steps[axis.place] = step;
        step *= axis.taps;
    }
    if let Some(step) = steps.get_mut(geometry.line.axis.place) {
        *step = geometry.line.width;
    }
    let mut places = vec![0];
    for (&(taps, _), step) in sides.iter().zip(steps) {
        let along = |place: usize| (0..taps).map(move |tap| place + tap * step);
        places = places.into_iter().flat_map(along).collect();
    }
    places
}

/// The order of SciPy's sums: of `correlate1d`, or of `correlate`.
pub(super) fn terms(weights: &[f64], places: &[usize], one_axis: bool) -> Vec<Term> {
    let alone = |i: usize| Term { at: places[i], with: With::Nothing, weight: weights[i] };
    let n = weights.len();
    if !one_axis {
        return (0..n).filter(|&i| weights[i].abs() > NOTHING).map(alone).collect();
    }
    let all = |f: fn(f64, f64) -> f64| {
        n % 2 == 1 && (0..n / 2).all(|i| f(weights[i], weights[n - 1 - i]).abs() <= NOTHING)
    };
    let (even, odd) = (all(|a, b| a - b), all(|a, b| a + b));
    if !(even || odd) {
        return std::iter::once(n - 1).chain(0..n - 1).map(alone).collect();
    }
    let pairs = (0..n / 2).map(|i| {
        let other = places[n - 1 - i];
        Term { with: if even { With::Plus(other) } else { With::Minus(other) }, ..alone(i) }
    });
    std::iter::once(alone(n / 2)).chain(pairs).collect()
}

/// Pointers that chunks share.
struct Arrays<A, B>(*const A, *mut B);
// SAFETY: chunks read `src`, which nobody writes, and write disjoint parts of `out`.
unsafe impl<A: Sync, B: Send> Sync for Arrays<A, B> {}

fn run<A: Cast, B: Cast, D: Dimension>(
    (function, border): (&'static str, Border<f64>),
    src: &ArrayRef<A, D>,
    sides: &[(usize, usize)],
    (weights, one_axis, divisor): (&[f64], bool, f64),
    out: &mut ArrayRef<B, D>,
) -> Result<(), Error> {
    if src.shape() != out.shape() {
        let (operand, expected) = ("out", "the shape of src");
        let (shape, other) = (out.shape().to_vec(), src.shape().to_vec());
        return Err(Error::Shape { function, operand, shape, expected, other });
    }
    plan::check_output(function, "out", out.shape(), out.strides())?;
    if src.is_empty() {
        return Ok(());
    }
    let mut axes = Vec::new();
    for (place, &(taps, before)) in sides.iter().enumerate() {
        let (len, from) = (src.shape()[place], src.shape()[place]);
        let (src, out) = (src.strides()[place], out.strides()[place]);
        axes.push(Axis { len, from, src, out, taps, before, place, ..Axis::UNIT });
    }
    let geometry = Geometry::new(&axes);
    if one_axis
        && divisor == 1.0
        && let Some(io) = Bytes::<A, B>::new(weights, border)
    {
        let taps: Vec<f32> = weights.iter().map(|&weight| weight as f32).collect();
        let shape: Vec<usize> = sides.iter().map(|side| side.0).collect();
        let groups = geometry.groups(function, &shape, (taps.len(), false))?;
        let (geometry, groups, border) = (&geometry, &groups, border.map(|x| x as f32));
        let (taps, bits, along, boxes) = (&taps[..], Bits::B24, None, [false; 2]);
        let filter = Filter { io, function, geometry, groups, taps, bits, along, boxes, border };
        // SAFETY: the strides are those of the arrays, of one shape, and the output is
        // borrowed for writing and does not overlap itself.
        return unsafe { filter.run(src.as_ptr(), out.as_mut_ptr()) };
    }
    let Geometry { outer, line } = geometry.clone();
    let columns = line.len().min(tuning::CAST_COLUMNS);
    let pitch = columns + line.before() + line.after();
    let under = outer.as_slice().iter().map(|axis| axis.taps).product();
    let rows = plan::checked_len(function, &[under, pitch], 8)?;
    let terms = terms(weights, &places(&geometry, sides, pitch), one_axis);
    let work = Work { border, outer, line, columns, pitch, terms, divisor };
    work.run(function, rows, &Arrays(src.as_ptr(), out.as_mut_ptr()))
}

/// A filter ready to run.
struct Work {
    border: Border<f64>,
    /// All axes but the line.
    outer: List<Axis>,
    line: Line,
    columns: usize,
    pitch: usize,
    terms: Vec<Term>,
    divisor: f64,
}

impl Work {
    /// Filters line by line, of which so many numbers lie under the filter.
    ///
    /// # Errors
    /// [`Error::Memory`].
    fn run<A: Cast, B: Cast>(
        &self,
        function: &'static str,
        rows: usize,
        arrays: &Arrays<A, B>,
    ) -> Result<(), Error> {
        let (columns, line) = (self.columns, &self.line);
        let lines: usize = self.outer.as_slice().iter().map(|axis| axis.len).product();
        let blocks = line.len().div_ceil(columns);
        let work = rows as f64 / self.pitch as f64 + self.terms.len() as f64;
        let ns = columns as f64 * work * tuning::CAST_NS;
        let chunks = Chunks::new(lines * blocks, columns * size_of::<A>(), ns, 1);
        let scratch = || {
            let mut room: Vec<f64> = Vec::new();
            room.try_reserve_exact(rows + columns).ok()?;
            room.resize(rows + columns, 0.0);
            Some(room)
        };
        let done = pool::run(chunks.n(), chunks.cost_ns(), scratch, |room, i| {
            let Some(room) = room else { return ControlFlow::Break(()) };
            let (rows, sums) = room.split_at_mut(rows);
            for item in chunks.range(i) {
                let start = item % blocks * columns;
                let n = columns.min(line.len() - start);
                // SAFETY: the axes are those of the arrays; each item is a part of its own.
                unsafe { self.line(arrays, item / blocks, start, rows, &mut sums[..n]) };
            }
            ControlFlow::Continue(())
        });
        match done {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Memory { function, bytes: 8 * (rows + columns) }),
        }
    }

    /// Filters the columns of line `at` from `start` on.
    ///
    /// # Safety
    /// The axes lead to elements of the arrays; nobody else writes these columns.
    unsafe fn line<A: Cast, B: Cast>(
        &self,
        Arrays(src, out): &Arrays<A, B>,
        at: usize,
        start: usize,
        rows: &mut [f64],
        sums: &mut [f64],
    ) {
        let mut places = List::new(0);
        let outer = self.outer.as_slice();
        let (mut rest, mut left) = (at, outer.iter().map(|axis| axis.len).product::<usize>());
        let mut to = *out;
        for axis in outer {
            left /= axis.len;
            let place = rest / left;
            rest %= left;
            to = to.wrapping_offset(place as isize * axis.out);
            places.push(place);
        }
        debug_assert!(sums.len() <= self.columns);
        let n = sums.len() + self.line.before() + self.line.after();
        for (i, row) in rows.chunks_exact_mut(self.pitch).enumerate() {
            let (mut tap, mut from) = (i, Some(*src));
            for (axis, &place) in outer.iter().zip(places.as_slice()).rev() {
                let wanted = (place + tap % axis.taps) as isize - axis.before as isize;
                tap /= axis.taps;
                let found = self.border.source(wanted, axis.from);
                from = from.zip(found).map(|(p, at)| p.wrapping_offset(at as isize * axis.src));
            }
            // SAFETY: the line of the array that was found.
            unsafe { self.widen(from, start, &mut row[..n]) };
        }
        simd::dispatch(Sums { lines: rows, terms: &self.terms, sums });
        let (divisor, step) = (self.divisor, self.line.axis.out);
        // The columns from `start` on of the line: as many as there are sums.
        let out = to.wrapping_offset(start as isize * step);
        simd::dispatch(Cut { sums, divisor, out, step });
    }

    /// Copies what lies under columns of a line from `start` on.
    ///
    /// # Safety
    /// `line` begins a line of the array.
    unsafe fn widen<A: Cast>(&self, line: Option<*const A>, start: usize, row: &mut [f64]) {
        let constant = match self.border {
            Border::Constant(value) => value,
            _ => 0.0,
        };
        let Some(line) = line else { return row.fill(constant) };
        let (stride, first) = (self.line.axis.src, start as isize - self.line.before() as isize);
        let lo = (-first).clamp(0, row.len() as isize) as usize;
        let hi =
            (self.line.from() as isize - first).clamp(lo as isize, row.len() as isize) as usize;
        // SAFETY: places that the border finds, and those between, lie on the line.
        let value = |at: usize| unsafe { A::widened(*line.wrapping_offset(at as isize * stride)) };
        for i in (0..lo).chain(hi..row.len()) {
            let at = source(&self.line, &self.border, first + i as isize);
            row[i] = at.map_or(constant, value);
        }
        let begin = (first + lo as isize) as usize;
        if stride == 1 {
            // SAFETY: as above.
            let from = unsafe { std::slice::from_raw_parts(line.wrapping_add(begin), hi - lo) };
            simd::dispatch(Widen { from, to: &mut row[lo..hi] });
        } else {
            for (i, to) in row[lo..hi].iter_mut().enumerate() {
                *to = value(begin + i);
            }
        }
    }
}
