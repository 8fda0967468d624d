//! Checks of a call, and the way from arrays to lines.

use std::borrow::Cow;

use ndarray::{Array, ArrayRef, Dimension, Ix1, ShapeBuilder};

use super::filter::{Arrays, Filter};
use super::geometry::{Axis, Geometry};
use super::options::{Way, check_reach, taps_before};
use super::{Border, Options, Sample};
use crate::kernel::conv::Bits;
use crate::plan::{self, Axes, Buffer, Chunks, List};
use crate::{Error, pool};

/// An input and an output of one shape.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a, T> {
    pub(crate) function: &'static str,
    pub(crate) shape: &'a [usize],
    pub(crate) src: *const T,
    pub(crate) src_strides: &'a [isize],
    pub(crate) out: *mut T,
    pub(crate) out_strides: &'a [isize],
}

impl<'a, T: Sample> Call<'a, T> {
    /// Runs `body` on a new array, which lies in memory in the order of `src`.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Memory`], and those of `body`.
    ///
    /// # Safety
    /// A `body` that gives no error has written every element.
    pub(crate) unsafe fn fresh<D: Dimension>(
        function: &'static str,
        src: &ArrayRef<T, D>,
        body: impl FnOnce(Call<'_, T>) -> Result<(), Error>,
    ) -> Result<Array<T, D>, Error> {
        let len = plan::checked_len(function, src.shape(), size_of::<T>())?;
        let mut buffer = Buffer::new(function, len)?;
        let strides = in_order_of(src.shape(), src.strides());
        body(Call {
            function,
            shape: src.shape(),
            src: src.as_ptr(),
            src_strides: src.strides(),
            out: buffer.as_mut_ptr(),
            out_strides: strides.as_slice(),
        })?;
        let mut steps = src.raw_dim();
        for (step, &stride) in steps.slice_mut().iter_mut().zip(strides.as_slice()) {
            *step = stride as usize;
        }
        // SAFETY: `body` has written every element; the strides are those of a
        // contiguous array of `len` elements.
        unsafe {
            let values = buffer.assume_init();
            Ok(Array::from_shape_vec_unchecked(src.raw_dim().strides(steps), values))
        }
    }

    /// The call with the caller's output.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::Overlap`].
    pub(crate) fn given<D: Dimension, E: Dimension>(
        function: &'static str,
        src: &'a ArrayRef<T, D>,
        out: &'a mut ArrayRef<T, E>,
    ) -> Result<Self, Error> {
        if src.shape() != out.shape() {
            return Err(Error::Shape {
                function,
                operand: "out",
                shape: out.shape().to_vec(),
                expected: "the shape of src",
                other: src.shape().to_vec(),
            });
        }
        plan::check_output(function, "out", out.shape(), out.strides())?;
        let ptr = out.as_mut_ptr();
        Ok(Call {
            function,
            shape: src.shape(),
            src: src.as_ptr(),
            src_strides: src.strides(),
            out: ptr,
            out_strides: out.strides(),
        })
    }

    /// The axes of both, without taps.
    pub(super) fn axes(&self) -> List<Axis> {
        let mut axes = List::new(Axis::UNIT);
        for (place, &len) in self.shape.iter().enumerate() {
            let (src, out) = (self.src_strides[place], self.out_strides[place]);
            axes.push(Axis { len, src, out, taps: 1, before: 0, place });
        }
        axes
    }
}

/// Strides of a contiguous array whose axes lie in memory in the order of
/// `strides`; all 0 for an empty one, as ndarray has them.
pub(super) fn in_order_of(shape: &[usize], strides: &[isize]) -> List<isize> {
    let mut order = List::new(0);
    (0..shape.len()).for_each(|axis| order.push(axis));
    // Stable; axes of length 1 stay where they are among the longest.
    order.as_mut_slice().sort_by_key(|&axis| {
        std::cmp::Reverse(if shape[axis] == 1 { usize::MAX } else { strides[axis].unsigned_abs() })
    });
    let mut result = List::new(0);
    shape.iter().for_each(|_| result.push(0));
    if shape.contains(&0) {
        return result;
    }
    let mut step = 1;
    for &axis in order.as_slice().iter().rev() {
        result.as_mut_slice()[axis] = step;
        step *= shape[axis] as isize;
    }
    result
}

/// An n-D filter with its options, checked as far as it can be without the array.
pub(super) struct Request<'a, T: Sample> {
    shape: &'a [usize],
    taps: Cow<'a, [T::Tap]>,
    way: Way,
    options: &'a Options<T>,
    bits: Bits,
}

impl<'a, T: Sample> Request<'a, T> {
    /// Reads the taps in the order in which they are added.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Value`], [`Error::Memory`].
    pub(super) fn new<E: Dimension>(
        function: &'static str,
        filter: &'a ArrayRef<T::Tap, E>,
        way: Way,
        options: &'a Options<T>,
    ) -> Result<Self, Error> {
        let taps = read_taps(function, filter, way)?;
        let bits = check_reach::<T>(function, &taps)?;
        Ok(Self { shape: filter.shape(), taps, way, options, bits })
    }

    /// Filters with one axis of the filter for each of the array.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::Value`], [`Error::TooLarge`], [`Error::Memory`].
    pub(super) fn on_all_axes(&self, call: &Call<'_, T>) -> Result<(), Error> {
        let function = call.function;
        if self.shape.len() != call.shape.len() {
            return Err(Error::Shape {
                function,
                operand: "filter",
                shape: self.shape.to_vec(),
                expected: "the shape of src, of as many axes as the filter's,",
                other: call.shape.to_vec(),
            });
        }
        let origin = self.options.origin.values(function, "origin", call.shape)?;
        let mut axes = call.axes();
        for ((axis, &taps), &origin) in
            axes.as_mut_slice().iter_mut().zip(self.shape).zip(origin.as_slice())
        {
            axis.taps = taps;
            axis.before = taps_before(function, taps, origin, self.way)?;
        }
        self.run(call, axes.as_slice(), self.shape)
    }

    /// Filters along one axis.
    ///
    /// # Errors
    /// [`Error::Axis`], and those of [`Request::on_all_axes`].
    pub(super) fn along_axis(&self, call: &Call<'_, T>, axis: usize) -> Result<(), Error> {
        let function = call.function;
        plan::check_axis(function, axis, call.shape)?;
        let origin = self.options.origin.values(function, "origin", &call.shape[axis..=axis])?;
        let mut axes = call.axes();
        let mut shape = List::new(1);
        call.shape.iter().for_each(|_| shape.push(1));
        let filtered = &mut axes.as_mut_slice()[axis];
        filtered.taps = self.taps.len();
        filtered.before = taps_before(function, self.taps.len(), origin.as_slice()[0], self.way)?;
        shape.as_mut_slice()[axis] = self.taps.len();
        self.run(call, axes.as_slice(), shape.as_slice())
    }

    fn run(&self, call: &Call<'_, T>, axes: &[Axis], shape: &[usize]) -> Result<(), Error> {
        if call.shape.contains(&0) {
            return Ok(());
        }
        let geometry = Geometry::new(axes);
        let groups = geometry.groups(call.function, shape, self.taps.len())?;
        let filter = Filter {
            function: call.function,
            geometry: &geometry,
            groups: &groups,
            taps: &self.taps,
            bits: self.bits,
            along: None,
            border: self.options.border,
        };
        // SAFETY: the pointers and strides are those of arrays of this shape, the
        // output is new or borrowed for writing and checked not to overlap itself.
        unsafe { filter.run(call.src, call.out) }
    }
}

/// The taps in the order in which they are added.
///
/// # Errors
/// [`Error::Empty`], [`Error::Memory`].
fn read_taps<'a, V: Copy, E: Dimension>(
    function: &'static str,
    filter: &'a ArrayRef<V, E>,
    way: Way,
) -> Result<Cow<'a, [V]>, Error> {
    if filter.is_empty() {
        let shape = filter.shape().to_vec();
        return Err(Error::Empty { function, operand: "filter", shape });
    }
    match (filter.as_slice(), way) {
        (Some(taps), Way::Correlate) => Ok(Cow::Borrowed(taps)),
        _ => {
            let mut taps = Vec::new();
            let bytes = filter.len().saturating_mul(size_of::<V>());
            taps.try_reserve_exact(filter.len()).map_err(|_| Error::Memory { function, bytes })?;
            taps.extend(filter.iter().copied());
            if way == Way::Convolve {
                // Turned along every axis: row-major order backwards.
                taps.reverse();
            }
            Ok(Cow::Owned(taps))
        }
    }
}

/// A filter along one axis, ready to be used.
#[derive(Debug, Clone)]
pub(crate) struct Pass<'a, T: Copy> {
    pub(crate) axis: usize,
    pub(crate) taps: Cow<'a, [T]>,
    /// How many taps stand before the element itself.
    pub(crate) before: usize,
}

impl<'a, T: Copy> Pass<'a, T> {
    /// Correlation with `filter` along `axis`.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Value`], [`Error::Memory`].
    pub(super) fn new(
        function: &'static str,
        axis: usize,
        filter: &'a ArrayRef<T, Ix1>,
        origin: isize,
    ) -> Result<Self, Error> {
        Self::of(function, axis, read_taps(function, filter, Way::Correlate)?, origin)
    }

    /// Correlation with `taps`, of which there is at least one, along `axis`.
    ///
    /// # Errors
    /// [`Error::Value`].
    pub(crate) fn of(
        function: &'static str,
        axis: usize,
        taps: Cow<'a, [T]>,
        origin: isize,
    ) -> Result<Self, Error> {
        let before = taps_before(function, taps.len(), origin, Way::Correlate)?;
        Ok(Self { axis, taps, before })
    }
}

/// Runs `passes` one after the other; two at a time where the second is along
/// the line, so that the array between them never exists. None: a copy.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Memory`].
pub(crate) fn run_passes<T: Sample<Tap = T>>(
    call: &Call<'_, T>,
    passes: &[Pass<'_, T>],
    border: Border<T>,
) -> Result<(), Error> {
    if call.shape.contains(&0) {
        return Ok(());
    }
    if passes.is_empty() {
        copy(call);
        return Ok(());
    }
    let len = plan::checked_len(call.function, call.shape, size_of::<T>())?;
    let between = in_order_of(call.shape, call.out_strides);
    let mut buffers: [Option<Buffer<T>>; 2] = [None, None];
    let mut stage = *call;
    let (mut at, mut turn) = (0, 0);
    while at < passes.len() {
        // Two together write where the second of them would.
        let last = at + 2 == passes.len();
        let out_strides = if last { call.out_strides } else { between.as_slice() };
        let n = stage_len(&Call { out_strides, ..stage }, &passes[at..]);
        if at + n == passes.len() {
            (stage.out, stage.out_strides) = (call.out, call.out_strides);
        } else {
            let buffer = match &mut buffers[turn] {
                Some(buffer) => buffer,
                none => none.insert(Buffer::new(call.function, len)?),
            };
            (stage.out, stage.out_strides) = (buffer.as_mut_ptr(), between.as_slice());
        }
        run_stage(&stage, &passes[at..at + n], border)?;
        (stage.src, stage.src_strides) = (stage.out.cast_const(), stage.out_strides);
        (at, turn) = (at + n, 1 - turn);
    }
    Ok(())
}

/// Copies the input, every bit of it (a tap of 1 would turn -0.0 into 0.0).
fn copy<T: Sample>(call: &Call<'_, T>) {
    let axes = Axes::in_memory_order(call.shape, [call.out_strides, call.src_strides]);
    let [to, from] = axes.inner().strides;
    let chunks = Chunks::new(axes.len(), 2 * size_of::<T>(), 0.0, 1);
    let arrays = Arrays { src: call.src, out: call.out };
    pool::each(chunks.n(), chunks.cost_ns(), |i| {
        for run in axes.runs(chunks.range(i)) {
            let [out, src] = run.offsets;
            let Arrays { src: first, out: first_out } = &arrays;
            let (src, out) = (first.wrapping_offset(src), first_out.wrapping_offset(out));
            for j in 0..run.len as isize {
                // SAFETY: the axes lead to elements of both arrays, each of the
                // output in one chunk; see `Call`.
                unsafe { out.offset(j * to).write(*src.offset(j * from)) };
            }
        }
    });
}

/// The lines of a stage of one pass or two.
fn stage_geometry<T: Sample<Tap = T>>(stage: &Call<'_, T>, passes: &[Pass<'_, T>]) -> Geometry {
    let mut axes = stage.axes();
    for pass in passes {
        let axis = &mut axes.as_mut_slice()[pass.axis];
        (axis.taps, axis.before) = (pass.taps.len(), pass.before);
    }
    Geometry::new(axes.as_slice())
}

/// How many of the next passes go through the array together.
fn stage_len<T: Sample<Tap = T>>(stage: &Call<'_, T>, passes: &[Pass<'_, T>]) -> usize {
    let Some([first, second]) = passes.get(..2) else { return 1 };
    let line = stage_geometry(stage, &passes[..2]).line;
    if line.axis.place == second.axis && first.axis != second.axis { 2 } else { 1 }
}

fn run_stage<T: Sample<Tap = T>>(
    stage: &Call<'_, T>,
    passes: &[Pass<'_, T>],
    border: Border<T>,
) -> Result<(), Error> {
    let geometry = stage_geometry(stage, passes);
    let mut shape = List::new(1);
    stage.shape.iter().for_each(|_| shape.push(1));
    shape.as_mut_slice()[passes[0].axis] = passes[0].taps.len();
    let groups = geometry.groups(stage.function, shape.as_slice(), passes[0].taps.len())?;
    let filter = Filter {
        function: stage.function,
        geometry: &geometry,
        groups: &groups,
        taps: &passes[0].taps,
        bits: Bits::B24,
        along: passes.get(1).map(|second| &*second.taps),
        border,
    };
    // SAFETY: as for one filter; two passes go together only where the second is
    // along the line, and the first has no taps there.
    unsafe { filter.run(stage.src, stage.out) }
}
