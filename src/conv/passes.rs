//! Filters along one axis after another.

use std::borrow::Cow;

use ndarray::{ArrayRef, Ix1};

use super::call::{Call, in_order_of, read_taps};
use super::filter::{Arrays, Filter};
use super::geometry::{Axis, Geometry};
use super::io::AsIs;
use super::options::{Way, check_numbers, taps_before};
use super::{Border, Sample};
use crate::kernel::conv::Bits;
use crate::plan::{self, Axes, Buffer, Chunks, List};
use crate::{Error, pool, tuning};

/// A filter along one axis, ready to be used.
#[derive(Debug, Clone)]
pub(crate) struct Pass<'a, T: Copy> {
    pub(crate) axis: usize,
    pub(crate) taps: Cow<'a, [T]>,
    /// How many elements before its own place the first tap lies.
    pub(crate) before: usize,
    /// Elements of the result, if not as many as of the input.
    len: Option<usize>,
    stride: usize,
    dilation: usize,
    /// Results before the first that is wanted.
    skip: usize,
    /// Whether it is a box that is summed by doubling.
    is_box: bool,
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
    ) -> Result<Self, Error>
    where
        T: PartialOrd,
    {
        let taps = read_taps(function, filter, Way::Correlate)?;
        check_numbers(function, &taps, filter.shape())?;
        Self::of(function, axis, taps, origin)
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
        Ok(Self::new_at(axis, taps, before))
    }

    /// Correlation with `taps`, the first of which lies `before` elements before its own
    /// place, along `axis`.
    pub(crate) fn new_at(axis: usize, taps: Cow<'a, [T]>, before: usize) -> Self {
        Self { axis, taps, before, len: None, stride: 1, dilation: 1, skip: 0, is_box: false }
    }

    /// The same as a box, all of whose taps are the same: summed by doubling if that is
    /// shorter, which its length alone decides.
    pub(crate) fn into_box(self) -> Self {
        Self { is_box: tuning::BOX_SIZES.contains(&self.taps.len()), ..self }
    }

    /// Takes `len` results after the first `skip`, and no others.
    pub(crate) fn only(&mut self, skip: usize, len: usize) {
        (self.skip, self.len) = (skip, Some(len));
    }

    /// Correlation with `taps` as the axis says.
    pub(super) fn sized(axis: &Axis, taps: Vec<T>) -> Self {
        let Axis { len, before, stride, dilation, place, .. } = *axis;
        let (axis, taps, skip) = (place, Cow::Owned(taps), 0);
        Self { axis, taps, before, len: Some(len), stride, dilation, skip, is_box: false }
    }
}

/// Runs `passes` one after the other; two at a time where the second is along
/// the line, so that the array between them never exists. None: a copy.
///
/// The shape of the call is that of the input. Of integers every part of a sum must fit
/// 24 bits.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Memory`].
pub(crate) fn run_passes<T: Sample>(
    call: &Call<'_, T>,
    passes: &[Pass<'_, T::Tap>],
    border: Border<T>,
) -> Result<(), Error> {
    if call.shape.contains(&0) {
        return Ok(());
    }
    let Some(first) = passes.first() else {
        copy(call);
        return Ok(());
    };
    let mut buffers = [None, None];
    let Some(some) = slab::<T>(call, passes) else {
        return run_stages(call, passes, border, &mut buffers);
    };
    let mut passes = passes.to_vec();
    let (len, step) = (first.len.unwrap_or(call.shape[first.axis]), call.out_strides[first.axis]);
    for skip in (0..len).step_by(some) {
        passes[0].only(skip, some.min(len - skip));
        let out = call.out.wrapping_offset(skip as isize * step);
        run_stages(&Call { out, ..*call }, &passes, border, &mut buffers)?;
    }
    Ok(())
}

/// How many results along the axis of the first pass go through all passes at a time, if not
/// all, so that what lies between the passes stays in cache: the axis is the outermost, and no
/// other pass is along it.
fn slab<T: Sample>(call: &Call<'_, T>, passes: &[Pass<'_, T::Tap>]) -> Option<usize> {
    let (first, others) = passes.split_first()?;
    let strides = call.out_strides.iter().zip(call.shape);
    let outermost =
        strides.filter(|(_, len)| **len > 1).map(|(step, _)| step.unsigned_abs()).max()?;
    let apart = others.iter().all(|pass| pass.axis != first.axis);
    if call.out_strides[first.axis].unsigned_abs() != outermost || !apart {
        return None;
    }
    let along_line = stage_geometry(call, &passes[..1]).line.axis.place == first.axis;
    if along_line || stage_len(call, passes) == passes.len() {
        return None;
    }
    let mut shape = call.shape.to_vec();
    shape[first.axis] = 1;
    let plane = shape.iter().product::<usize>() * size_of::<T>();
    let some = (tuning::CONV_SLAB_BYTES / plane).next_multiple_of(4).max(4);
    (some < first.len.unwrap_or(call.shape[first.axis])).then_some(some)
}

/// Runs `passes`, of which there are, with buffers that are kept for the next time.
///
/// # Errors
/// As [`run_passes`].
fn run_stages<T: Sample>(
    call: &Call<'_, T>,
    passes: &[Pass<'_, T::Tap>],
    border: Border<T>,
    buffers: &mut [Option<Buffer<T>>; 2],
) -> Result<(), Error> {
    // As large as any array on the way.
    let (mut at_shape, mut len) = (call.shape.to_vec(), 0);
    for pass in passes {
        at_shape[pass.axis] = pass.len.unwrap_or(at_shape[pass.axis]);
        len = len.max(plan::checked_len(call.function, &at_shape, size_of::<T>())?);
    }
    at_shape.copy_from_slice(call.shape);
    let (mut src, mut src_strides) = (call.src, call.src_strides.to_vec());
    let (mut at, mut turn) = (0, 0);
    while at < passes.len() {
        let shape = at_shape.clone();
        let from = |out, out_strides| Call {
            shape: &shape,
            src,
            src_strides: &src_strides,
            out,
            out_strides,
            ..*call
        };
        let between = |n: usize| {
            let mut after = shape.clone();
            for pass in &passes[at..at + n] {
                after[pass.axis] = pass.len.unwrap_or(after[pass.axis]);
            }
            let strides = in_order_of(&after, call.out_strides);
            (after, strides)
        };
        // Two together write where the second of them would.
        let two = between(2.min(passes.len() - at)).1;
        let out_strides = if at + 2 == passes.len() { call.out_strides } else { two.as_slice() };
        let n = stage_len(&from(call.out, out_strides), &passes[at..]);
        let (after, strides) = between(n);
        if at + n == passes.len() {
            return run_stage(&from(call.out, call.out_strides), &passes[at..], border);
        }
        let buffer = match &mut buffers[turn] {
            Some(buffer) => buffer,
            none => none.insert(Buffer::new(call.function, len)?),
        };
        let out = buffer.as_mut_ptr();
        run_stage(&from(out, strides.as_slice()), &passes[at..at + n], border)?;
        (src, src_strides, at_shape) = (out.cast_const(), strides.as_slice().to_vec(), after);
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
fn stage_geometry<T: Sample>(stage: &Call<'_, T>, passes: &[Pass<'_, T::Tap>]) -> Geometry {
    let mut axes = stage.axes();
    for pass in passes {
        let axis = &mut axes.as_mut_slice()[pass.axis];
        let Pass { before, stride, dilation, skip, .. } = *pass;
        let len = pass.len.unwrap_or(axis.from);
        let taps = pass.taps.len();
        *axis = Axis { len, taps, before, stride, dilation, skip, ..*axis };
    }
    Geometry::new(axes.as_slice())
}

/// How many of the next passes go through the array together.
fn stage_len<T: Sample>(stage: &Call<'_, T>, passes: &[Pass<'_, T::Tap>]) -> usize {
    let Some([first, second]) = passes.get(..2) else { return 1 };
    let line = stage_geometry(stage, &passes[..2]).line;
    if line.axis.place == second.axis && first.axis != second.axis { 2 } else { 1 }
}

fn run_stage<T: Sample>(
    stage: &Call<'_, T>,
    passes: &[Pass<'_, T::Tap>],
    border: Border<T>,
) -> Result<(), Error> {
    let geometry = stage_geometry(stage, passes);
    let mut shape = List::new(1);
    stage.shape.iter().for_each(|_| shape.push(1));
    shape.as_mut_slice()[passes[0].axis] = passes[0].taps.len();
    let groups =
        geometry.groups(stage.function, shape.as_slice(), (passes[0].taps.len(), false))?;
    let filter = Filter {
        io: AsIs,
        function: stage.function,
        geometry: &geometry,
        groups: &groups,
        taps: &passes[0].taps,
        bits: Bits::B24,
        along: passes.get(1).map(|second| &*second.taps),
        boxes: [passes[0].is_box, passes.get(1).is_some_and(|second| second.is_box)],
        border,
    };
    // SAFETY: as for one filter; two passes go together only where the second is
    // along the line, and the first has no taps there.
    unsafe { filter.run(stage.src, stage.out) }
}
