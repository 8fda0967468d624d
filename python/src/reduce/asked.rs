//! A reduction as it was asked for, made into a call.

use pyo3::prelude::*;

use super::masked::Masked;
use super::{Gives, Op, initial, kernels};
use crate::array::{Input, Keep, Output, Target, any_dtype_argument, scalar};
use crate::axes::{AxisSet, broadcast_to, one_axis};
use crate::call::{Bits, Call};
use crate::dtype::DType;
use crate::error::{Kind, error};
use crate::options::is_true;
use crate::raw::Raw;

type Argument<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// What may be given beside the array; what a function has no keyword for is left out.
#[derive(Clone, Copy, Default)]
pub(super) struct Keywords<'a, 'py> {
    pub(super) axis: Argument<'a, 'py>,
    pub(super) dtype: Argument<'a, 'py>,
    pub(super) out: Argument<'a, 'py>,
    pub(super) keepdims: bool,
    pub(super) initial: Argument<'a, 'py>,
    pub(super) mask: Argument<'a, 'py>,
    pub(super) mean: Argument<'a, 'py>,
    pub(super) ddof: f64,
}

/// A reduction as it was asked for.
pub(super) struct Asked<'a, 'py> {
    pub(super) op: Op,
    /// What the caller calls it.
    pub(super) function: &'static str,
    pub(super) a: &'a Bound<'py, PyAny>,
    pub(super) keywords: Keywords<'a, 'py>,
}

/// About what a reduction takes on one thread, in ns; rather too much.
fn cost_ns(op: Op, a: &Raw) -> f64 {
    let item = if a.is_contiguous() { a.dtype.size() as f64 * 0.06 } else { 0.8 };
    a.len() as f64 * item * op.work()
}

impl Asked<'_, '_> {
    pub(super) fn call(self) -> PyResult<Call> {
        let a = Input::any(self.function, "a", self.a)?;
        let set = self.axes(a.raw.shape.len())?;
        let is_half = a.raw.dtype == DType::F16;
        let (a, op) = self.prepared(a)?;
        let Keywords { dtype, out, keepdims, initial, mask, mean, ddof, .. } = self.keywords;
        let plain = dtype.is_none() && out.is_none() && initial.is_none();
        let is_some = op.has_identity() || !set.is_empty_in(&a.raw.shape);
        let plain = plain && !keepdims && mask.is_none() && mean.is_none() && !is_half;
        let plain = plain && !self.skips_nan_of(a.raw.dtype);
        if set.is_all() && is_some && plain {
            let Input { raw, keep } = a;
            let (cost, result) = (cost_ns(op, &raw), op.result(raw.dtype));
            return Ok(Call::new(
                cost,
                move || kernels::whole(op, &raw, ddof),
                move |py, bits| {
                    drop(keep);
                    // SAFETY: the kernel's result, which is of this type.
                    unsafe { scalar(py, result, bits.as_ptr()) }
                },
            ));
        }
        self.call_with_options(op, a, set, is_half)
    }

    /// Whether NaN has to be left out of what has no kernel for that.
    fn skips_nan_of(&self, dtype: DType) -> bool {
        dtype.is_complex() && self.op.skips_nan()
    }

    fn axes(&self, ndim: usize) -> PyResult<AxisSet> {
        if let (true, Some(axis)) = (self.op.is_place(), self.keywords.axis) {
            one_axis(self.function, axis, ndim)?;
        }
        AxisSet::new(self.function, self.keywords.axis, ndim)
    }

    /// The operation for the type, and the type for the operation.
    fn prepared(&self, a: Input) -> PyResult<(Input, Op)> {
        let (py, function) = (self.a.py(), self.function);
        let Keywords { initial, mask, mean, .. } = self.keywords;
        let has_plain_elements = initial.is_none() && mask.is_none() && mean.is_none();
        let a = match a.raw.dtype {
            DType::F16 if !(self.op.takes_halves() && has_plain_elements) => {
                a.cast(py, function, "a", DType::F32)?
            }
            dtype if dtype.is_complex() => {
                self.check_complex(dtype)?;
                a
            }
            _ => a,
        };
        let op = self.op.among(a.raw.dtype);
        let a = match op {
            op if op.takes_floats() => self.as_float(a)?,
            Op::Ptp if a.raw.dtype == DType::Bool => {
                let message = format!("{function}: bools have no differences");
                return Err(error(py, Kind::DType, message));
            }
            _ => a,
        };
        Ok((a, op))
    }

    /// Not everything is made of complex numbers.
    fn check_complex(&self, dtype: DType) -> PyResult<()> {
        let (py, function, name) = (self.a.py(), self.function, dtype.name());
        let why = match self.op {
            Op::SumExact | Op::LogSumExp | Op::Skew { .. } | Op::Kurtosis { .. } => {
                "no kernel for complex numbers"
            }
            _ => return Ok(()),
        };
        Err(error(py, Kind::DType, format!("{function}: a is of {name}: {why}")))
    }

    /// `is_half`: of floats of 16 bits, as which NumPy gives the result.
    fn call_with_options(&self, op: Op, a: Input, set: AxisSet, is_half: bool) -> PyResult<Call> {
        let (py, function, keywords) = (self.a.py(), self.function, &self.keywords);
        let out = keywords.out.map(|out| Output::any(function, "out", out)).transpose()?;
        let wanted = keywords.dtype.map(|dtype| any_dtype_argument(function, dtype)).transpose()?;
        let given = out.as_ref().map(|out| out.raw.dtype);
        let a = self.in_precision(op, a, wanted.or(given), wanted.is_some())?;
        let mask = keywords.mask.filter(|mask| !is_true(mask));
        let a = match op.gives() {
            Gives::Float if mask.is_some() || keywords.mean.is_some() => self.as_float(a)?,
            _ => a,
        };
        let shape = set.kept(&a.raw.shape, keywords.keepdims);
        let natural = op.result(a.raw.dtype);
        if let Some(out) = &out {
            out.check_shape(py, function, "out", &shape)?;
        }
        let is_half = is_half && matches!(op.gives(), Gives::Same | Gives::Wide | Gives::Float);
        let result = wanted.unwrap_or(if is_half { DType::F16 } else { natural });
        let fits = |out: &Raw| natural == result && natural == out.dtype && !out.overlaps(&a.raw);
        let (made, target) = Target::new(py, function, out, fits, (natural, &shape))?;
        let number = |value| initial::number(function, value, natural);
        let initial = keywords.initial.map(number).transpose()?;
        let (masked, kept_too) = self.masked(op, &a.raw, mask, initial)?;
        let Input { raw: a, keep } = a;
        let fill =
            Fill { op, a, set, out: set.without(&target), initial, ddof: keywords.ddof, masked };
        fill.check(py, function)?;
        let cast = (result != natural).then_some(result);
        Ok(Call::new(
            cost_ns(op, &fill.a) * if fill.masked.is_some() { 5.0 } else { 1.0 },
            move || fill.run(),
            move |py, _| {
                drop((keep, kept_too));
                made.finish(py, function, cast)
            },
        ))
    }

    fn as_float(&self, a: Input) -> PyResult<Input> {
        let dtype = match a.raw.dtype {
            dtype if dtype.is_float() || dtype.is_complex() || dtype == DType::F16 => dtype,
            _ => DType::F64,
        };
        a.cast(self.a.py(), self.function, "a", dtype)
    }

    /// The input in the type in which NumPy would add: wider floats, or floats for
    /// integers, by `dtype` or by the type of `out`.
    fn in_precision(
        &self,
        op: Op,
        a: Input,
        wanted: Option<DType>,
        explicit: bool,
    ) -> PyResult<Input> {
        let (py, function, dtype) = (self.a.py(), self.function, a.raw.dtype);
        let adds = matches!(op.gives(), Gives::Wide | Gives::Float);
        let Some(wanted) = wanted.filter(|_| adds) else {
            return Ok(a);
        };
        let is_sum = op.gives() == Gives::Wide;
        let refuse = || {
            let message =
                format!("{function}: no kernel gives {} from {}", wanted.name(), dtype.name());
            Err(error(py, Kind::DType, message))
        };
        let is_wide = |dtype: DType| dtype.is_complex() || dtype == DType::F16;
        if is_wide(wanted) || is_wide(dtype) {
            // An output is cast to at the end; numbers do not lose their imaginary parts.
            return match explicit {
                false => Ok(a),
                true if dtype.is_complex() && !wanted.is_complex() => refuse(),
                true if wanted.is_complex() || is_wide(wanted) || wanted.is_float() => {
                    a.cast(py, function, "a", wanted)
                }
                true => refuse(),
            };
        }
        match (wanted.is_float(), dtype.is_float()) {
            // The result is cast to what was asked for, as NumPy does.
            (true, true) if explicit || wanted == DType::F64 => a.cast(py, function, "a", wanted),
            (true, false) if is_sum || explicit => a.cast(py, function, "a", wanted),
            (true, _) => Ok(a),
            (false, false) if is_sum && wanted != DType::Bool => Ok(a),
            (false, _) => refuse(),
        }
    }

    /// What `where` and `mean` ask for, and who keeps them.
    fn masked(
        &self,
        op: Op,
        a: &Raw,
        mask: Argument<'_, '_>,
        initial: Option<Bits>,
    ) -> PyResult<(Option<Masked>, Vec<Keep>)> {
        let (py, function) = (self.a.py(), self.function);
        let skips_nan = self.skips_nan_of(a.dtype) || matches!(op, Op::NanVar | Op::NanStd);
        if mask.is_none() && self.keywords.mean.is_none() && !self.skips_nan_of(a.dtype) {
            return Ok((None, Vec::new()));
        }
        let mut keeps = Vec::new();
        let apart = |name: &str, raw: &Raw| {
            let message = format!(
                "{function}: {name} of shape {:?} does not broadcast to the shape of a, {:?}",
                raw.shape, a.shape
            );
            error(py, Kind::Shape, message)
        };
        let mut operand = |name: &str, x: Argument<'_, '_>, to: DType| -> PyResult<Option<Raw>> {
            let Some(x) = x else { return Ok(None) };
            let given = Input::any(function, name, x)?;
            if given.raw.dtype.is_complex() && !to.is_complex() {
                let message = format!("{function}: {name} is of complex numbers, a is not");
                return Err(error(py, Kind::DType, message));
            }
            let Input { raw, keep } = given.cast(py, function, name, to)?;
            keeps.push(keep);
            broadcast_to(&raw, &a.shape).map(Some).ok_or_else(|| apart(name, &raw))
        };
        let mask = operand("where", mask, DType::Bool)?;
        let mean = operand("mean", self.keywords.mean, a.dtype)?;
        if initial.is_none() && !op.has_identity() {
            let message =
                format!("{function}: where needs an initial value, since it may leave no element");
            return Err(error(py, Kind::Option, message));
        }
        let left_out = op.left_out();
        Ok((Some(Masked { mask, mean, left_out, initial, skips_nan }), keeps))
    }
}

/// A reduction into an output of the kernels' type, without the axes that go.
struct Fill {
    op: Op,
    a: Raw,
    set: AxisSet,
    out: Raw,
    initial: Option<Bits>,
    ddof: f64,
    masked: Option<Masked>,
}

impl Fill {
    /// Least and greatest elements of nothing there are only with an initial value.
    fn check(&self, py: Python<'_>, function: &str) -> PyResult<()> {
        let is_empty = self.set.is_empty_in(&self.a.shape);
        if !self.op.has_identity() && is_empty && self.initial.is_none() {
            let message = format!("{function}: a has no elements (shape {:?})", self.a.shape);
            return Err(error(py, Kind::Shape, message));
        }
        Ok(())
    }

    fn run(self) -> Result<Bits, swath::Error> {
        let Fill { op, a, set, out, initial, ddof, masked } = &self;
        if out.shape.contains(&0) {
            return Ok(Bits::default());
        }
        match masked {
            Some(masked) if masked.counts() => masked.moments(*op, a, *set, *ddof, out)?,
            Some(masked) => {
                let filled = masked.filled(*op, a)?;
                self.reduce(&filled.raw)?;
            }
            None => self.reduce(a)?,
        }
        if let Some(initial) = initial {
            initial::join(*op, out, *initial)?;
        }
        Ok(Bits::default())
    }

    fn reduce(&self, a: &Raw) -> Result<(), swath::Error> {
        let Fill { op, set, out, ddof, .. } = self;
        if let (false, true, Some(initial)) =
            (op.has_identity(), set.is_empty_in(&a.shape), self.initial)
        {
            return initial::fill(out, initial);
        }
        if !set.is_all() {
            return kernels::along(*op, a, &set.list(), *ddof, out);
        }
        let bits = kernels::whole(*op, a, *ddof)?;
        // SAFETY: an output of one element of the kernels' type.
        unsafe { bits.as_ptr().copy_to_nonoverlapping(out.ptr, out.dtype.size()) };
        Ok(())
    }
}
