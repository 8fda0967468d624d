//! Checks of a call, and the way from arrays to axes.

use std::borrow::Cow;

use ndarray::{Array, ArrayRef, Dimension, ShapeBuilder};

use super::fft;
use super::filter::Filter;
use super::geometry::{Axis, Geometry};
use super::io::AsIs;
use super::method::{Chosen, Sums};
use super::options::{Way, check_numbers, check_reach, taps_before};
use super::passes::{Pass, run_passes};
use super::{Border, Method, PerAxis, Sample};
use crate::Error;
use crate::kernel::conv::Bits;
use crate::plan::{self, Buffer, List};

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
        // SAFETY: the caller's promise.
        unsafe { Self::fresh_of(function, src, src.raw_dim(), body) }
    }

    /// The same for a result of `shape`, which is that of the call.
    ///
    /// # Errors
    /// As [`Call::fresh`].
    ///
    /// # Safety
    /// As [`Call::fresh`].
    pub(crate) unsafe fn fresh_of<D: Dimension>(
        function: &'static str,
        src: &ArrayRef<T, D>,
        shape: D,
        body: impl FnOnce(Call<'_, T>) -> Result<(), Error>,
    ) -> Result<Array<T, D>, Error> {
        let len = plan::checked_len(function, shape.slice(), size_of::<T>())?;
        let mut buffer = Buffer::new(function, len)?;
        let strides = in_order_of(shape.slice(), src.strides());
        body(Call {
            function,
            shape: shape.slice(),
            src: src.as_ptr(),
            src_strides: src.strides(),
            out: buffer.as_mut_ptr(),
            out_strides: strides.as_slice(),
        })?;
        let mut steps = shape.clone();
        for (step, &stride) in steps.slice_mut().iter_mut().zip(strides.as_slice()) {
            *step = stride as usize;
        }
        // SAFETY: `body` has written every element; the strides are those of a
        // contiguous array of `len` elements.
        unsafe {
            let values = buffer.assume_init();
            Ok(Array::from_shape_vec_unchecked(shape.strides(steps), values))
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
        Self::given_of(function, src, (src.shape(), "the shape of src"), out)
    }

    /// The call with the caller's output of `shape`, which is so called.
    ///
    /// # Errors
    /// As [`Call::given`].
    pub(crate) fn given_of<D: Dimension, E: Dimension>(
        function: &'static str,
        src: &'a ArrayRef<T, D>,
        (shape, expected): (&'a [usize], &'static str),
        out: &'a mut ArrayRef<T, E>,
    ) -> Result<Self, Error> {
        if shape != out.shape() {
            return Err(Error::Shape {
                function,
                operand: "out",
                shape: out.shape().to_vec(),
                expected,
                other: shape.to_vec(),
            });
        }
        plan::check_output(function, "out", out.shape(), out.strides())?;
        let ptr = out.as_mut_ptr();
        Ok(Call {
            function,
            shape,
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
            axes.push(Axis { len, from: len, src, out, place, ..Axis::UNIT });
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
pub(crate) struct Request<'a, T: Sample> {
    function: &'static str,
    shape: &'a [usize],
    taps: Cow<'a, [T::Tap]>,
    way: Way,
    border: Border<T>,
    method: Method,
    bits: Bits,
    /// Taps of zero are left out.
    sparse: bool,
}

/// The way of a filter along one axis of a result that has a length of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sized1d {
    /// Elements of the input and of the result.
    pub(crate) from: usize,
    pub(crate) len: usize,
    /// Elements before its own place at which the first tap lies.
    pub(crate) before: usize,
    pub(crate) stride: usize,
    pub(crate) dilation: usize,
}

impl<'a, T: Sample> Request<'a, T> {
    /// Reads the taps in the order in which they are added.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Value`], [`Error::Memory`].
    pub(crate) fn new<E: Dimension>(
        function: &'static str,
        filter: &'a ArrayRef<T::Tap, E>,
        way: Way,
        (border, method): (Border<T>, Method),
    ) -> Result<Self, Error> {
        let taps = read_taps(function, filter, way)?;
        let bits = check_reach::<T>(function, &taps)?;
        let shape = filter.shape();
        Ok(Self { function, shape, taps, way, border, method, bits, sparse: false })
    }

    /// The same, of a filter without NaN.
    ///
    /// # Errors
    /// [`Error::Value`].
    pub(super) fn of_numbers(self) -> Result<Self, Error> {
        check_numbers(self.function, &self.taps, self.shape)?;
        Ok(self)
    }

    /// The same without the taps of zero, summed directly.
    pub(crate) fn sparse(self) -> Self {
        Self { sparse: true, method: Method::Direct, ..self }
    }

    /// Filters with one axis of the filter for each of the array.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::Value`], [`Error::TooLarge`], [`Error::Memory`].
    pub(crate) fn on_all_axes(
        &self,
        call: &Call<'_, T>,
        origin: &PerAxis<isize>,
    ) -> Result<(), Error> {
        let function = call.function;
        self.check_axes(function, call.shape)?;
        let origin = origin.values(function, "origin", call.shape)?;
        let mut axes = call.axes();
        for ((axis, &taps), &origin) in
            axes.as_mut_slice().iter_mut().zip(self.shape).zip(origin.as_slice())
        {
            axis.taps = taps;
            axis.before = taps_before(function, taps, origin, self.way)?;
        }
        self.run(call, axes.as_slice(), self.shape)
    }

    /// Refuses a filter of other axes than those of an array of `shape`.
    ///
    /// # Errors
    /// [`Error::Shape`].
    pub(crate) fn check_axes(&self, function: &'static str, shape: &[usize]) -> Result<(), Error> {
        if self.shape.len() == shape.len() {
            return Ok(());
        }
        Err(Error::Shape {
            function,
            operand: "filter",
            shape: self.shape.to_vec(),
            expected: "the shape of src, of as many axes as the filter's,",
            other: shape.to_vec(),
        })
    }

    /// Filters into a result whose axes have lengths of their own, those of the call.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Memory`], [`Error::Value`].
    pub(crate) fn sized(&self, call: &Call<'_, T>, each: &[Sized1d]) -> Result<(), Error> {
        let mut axes = call.axes();
        let taps = self.shape.iter();
        for ((axis, &taps), sized) in axes.as_mut_slice().iter_mut().zip(taps).zip(each) {
            let Sized1d { from, len, before, stride, dilation } = *sized;
            *axis = Axis { len, from, taps, before, stride, dilation, ..*axis };
        }
        self.run(call, axes.as_slice(), self.shape)
    }

    /// Filters along one axis.
    ///
    /// # Errors
    /// [`Error::Axis`], and those of [`Request::on_all_axes`].
    pub(super) fn along_axis(
        &self,
        call: &Call<'_, T>,
        axis: usize,
        origin: &PerAxis<isize>,
    ) -> Result<(), Error> {
        let function = call.function;
        plan::check_axis(function, axis, call.shape)?;
        let origin = origin.values(function, "origin", &call.shape[axis..=axis])?;
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
        let sums = Sums {
            function: call.function,
            axes,
            taps: &self.taps,
            bits: self.bits,
            border: self.border,
        };
        match sums.choose(self.method, call.src)? {
            Chosen::Separable(factors) => {
                let passes = factors.into_iter().map(|(axis, taps)| Pass::sized(&axes[axis], taps));
                let passes: Vec<_> = passes.collect();
                let shape: Vec<usize> = axes.iter().map(|axis| axis.from).collect();
                return run_passes(&Call { shape: &shape, ..*call }, &passes, self.border);
            }
            Chosen::Fft => {
                let filter = fft::Filter {
                    function: call.function,
                    axes,
                    taps: &self.taps,
                    border: self.border,
                };
                // SAFETY: as below.
                return unsafe { filter.run(call.src, call.out) };
            }
            Chosen::Direct => {}
        }
        let geometry = Geometry::new(axes);
        let mut groups = geometry.groups(call.function, shape, (self.taps.len(), self.sparse))?;
        let mut taps = Cow::Borrowed(&*self.taps);
        if self.sparse {
            let mut each = self.taps.iter();
            groups.list.retain(|_| each.next().is_some_and(|&tap| T::tap_to_wide(tap) != 0.0));
            taps.to_mut().retain(|&tap| T::tap_to_wide(tap) != 0.0);
        }
        let filter = Filter {
            io: AsIs,
            function: call.function,
            geometry: &geometry,
            groups: &groups,
            taps: &taps,
            bits: self.bits,
            along: None,
            boxes: [false; 2],
            border: self.border,
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
pub(super) fn read_taps<'a, V: Copy, E: Dimension>(
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
