//! Filters with integer results: axis by axis in `float64`, and after each axis cut off
//! towards zero and wrapped around, as SciPy's.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use ndarray::{ArrayD, ArrayRef, ArrayViewMutD, IxDyn};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use swath::conv::{Cast, Options, correlate_cast, correlate1d_cast};

use super::joined::Join;
use super::named::{Pass, What};
use super::{Asked, Mode};
use crate::array::Input;
use crate::call::Call;
use crate::dtype::DType;
use crate::raw::Raw;

/// A filter along one axis.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) axis: usize,
    pub(super) mode: Mode,
    pub(super) weights: Vec<f64>,
    pub(super) origin: isize,
    /// What sums are divided by.
    pub(super) divisor: f64,
}

impl Step {
    /// The step of a pass by name, its weights from NumPy.
    pub(super) fn new(py: Python<'_>, pass: &Pass, truncate: f64) -> PyResult<Self> {
        let weights = match pass.what {
            What::Taps(taps) => taps.to_vec(),
            What::Gaussian { sigma, order, radius } => {
                // Refuses what is out of range before memory is taken for it.
                pass.check(truncate).map_err(|refusal| crate::error::refused(py, &refusal))?;
                let radius = radius.unwrap_or((truncate * sigma + 0.5) as usize);
                gaussian(py, sigma, order, radius)?
            }
        };
        let (axis, mode) = (pass.axis, pass.mode);
        Ok(Self { axis, mode, weights, origin: 0, divisor: 1.0 })
    }

    fn run<A: Cast, B: Cast>(
        &self,
        a: &ArrayRef<A, IxDyn>,
        cval: f64,
        out: &mut ArrayRef<B, IxDyn>,
    ) -> Result<(), swath::Error> {
        let options = Options::new().border(self.mode.border(cval)).origin(self.origin);
        let weights = ndarray::ArrayView1::from(&self.weights);
        correlate1d_cast(a, &weights, self.axis, self.divisor, options, out)
    }
}

/// Short Gaussians asked for last: NumPy takes longer to compute one than a small image to be
/// filtered. Held for the time of a look or a push.
static GAUSSIANS: Mutex<VecDeque<(Key, Vec<f64>)>> = Mutex::new(VecDeque::new());

/// The bits of a sigma, an order and a radius.
type Key = (u64, usize, usize);

/// So many are kept, of at most so large a radius.
const KEPT: (usize, usize) = (16, 512);

/// The weights of a Gaussian's derivative, from NumPy.
fn gaussian(py: Python<'_>, sigma: f64, order: usize, radius: usize) -> PyResult<Vec<f64>> {
    let key: Key = (sigma.to_bits(), order, radius);
    let kept = || GAUSSIANS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, weights)) = kept().iter().find(|(k, _)| *k == key) {
        return Ok(weights.clone());
    }
    let weights =
        py.import("swath._weights")?.getattr("gaussian")?.call1((sigma, order, radius))?;
    let weights = weights.extract::<PyReadonlyArray1<'_, f64>>()?.as_slice()?.to_vec();
    if radius <= KEPT.1 {
        let mut kept = kept();
        kept.truncate(KEPT.0 - 1);
        kept.push_front((key, weights.clone()));
    }
    Ok(weights)
}

/// Step by step into `out`, whose type is that between the steps too; none: a cast.
fn run_steps<A: Cast, B: Cast>(
    a: &ArrayRef<A, IxDyn>,
    steps: &[Step],
    cval: f64,
    out: &mut ArrayRef<B, IxDyn>,
) -> Result<(), swath::Error> {
    let Some((first, rest)) = steps.split_first() else {
        let one = ArrayD::ones(vec![1; a.ndim()]);
        return correlate_cast(a, &one, Options::new(), out);
    };
    let Some((last, middle)) = rest.split_last() else { return first.run(a, cval, out) };
    let mut at = empty_like(out);
    first.run(a, cval, &mut at)?;
    for step in middle {
        let mut next = empty_like(out);
        step.run(&at, cval, &mut next)?;
        at = next;
    }
    last.run(&at, cval, out)
}

fn empty_like<B: Cast>(out: &ArrayRef<B, IxDyn>) -> ArrayD<B> {
    ArrayD::from_elem(out.raw_dim(), B::ZERO)
}

/// Integers as NumPy adds and multiplies them.
trait Wrap: Cast {
    fn plus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn root(self) -> Self;
}

macro_rules! wraps {
    ($($t:ty)*) => {$(impl Wrap for $t {
        #[inline(always)]
        fn plus(self, other: $t) -> $t {
            self.wrapping_add(other)
        }
        #[inline(always)]
        fn times(self, other: $t) -> $t {
            self.wrapping_mul(other)
        }
        #[inline(always)]
        fn root(self) -> $t {
            <$t>::cut(<$t>::widened(self).sqrt())
        }
    })*};
}
wraps!(i8 i16 i32 i64 u8 u16 u32 u64);

/// Adds a part, or its squares.
fn add<B: Wrap>(
    sum: &mut ArrayD<B>,
    part: &ArrayRef<B, IxDyn>,
    of: Join,
) -> Result<(), swath::Error> {
    let before = std::mem::replace(sum, empty_like(part));
    match of {
        Join::Sum => swath::map_into!((&before, part), sum, |(s, x): (B, B)| s.plus(x)),
        Join::Length => {
            swath::map_into!((&before, part), sum, |(s, x): (B, B)| s.plus(x.times(x)))
        }
    }
}

/// Parts of some steps each, joined in the type of the result.
fn join<A: Cast, B: Wrap>(
    a: &ArrayRef<A, IxDyn>,
    parts: &[Vec<Step>],
    (cval, of): (f64, Join),
    out: &mut ArrayViewMutD<'_, B>,
) -> Result<(), swath::Error> {
    if let ([], _) | ([_], Join::Sum) = (parts, of) {
        return run_steps(a, parts.first().map_or(&[], |part| part), cval, out);
    }
    let mut sum = empty_like(out);
    for part in parts {
        let mut next = empty_like(out);
        run_steps(a, part, cval, &mut next)?;
        add(&mut sum, &next, of)?;
    }
    match of {
        Join::Sum => swath::map_into!(&sum, out, |x: B| x),
        Join::Length => swath::map_into!(&sum, out, |x: B| x.root()),
    }
}

/// Runs a function of the types of input and result, which are the same unless the input is
/// `float64`.
macro_rules! dispatch_whole {
    ($a:expr, $out:expr, $function:ident($($argument:expr),*)) => {{
        macro_rules! arm {
            ($rust:ty) => {
                match $a.dtype {
                    DType::F64 => $function::<f64, $rust>($a, $out, $($argument),*),
                    _ => $function::<$rust, $rust>($a, $out, $($argument),*),
                }
            };
        }
        match $out.dtype {
            DType::I8 => arm!(i8),
            DType::I16 => arm!(i16),
            DType::I32 => arm!(i32),
            DType::I64 => arm!(i64),
            DType::U16 => arm!(u16),
            DType::U32 => arm!(u32),
            DType::U64 => arm!(u64),
            _ => arm!(u8),
        }
    }};
}

/// The call of parts that are joined.
pub(super) fn by_parts(
    asked: Asked<'_>,
    parts: Vec<Vec<Step>>,
    cval: f64,
    of: Join,
) -> PyResult<Call> {
    let taps = parts.iter().flatten().map(|step| 2.0 * step.weights.len() as f64).sum();
    asked.call_as_is(taps, move |a, out| dispatch_whole!(a, out, join_of(&parts, (cval, of))))
}

fn join_of<A: Cast, B: Wrap>(
    a: &Raw,
    out: &Raw,
    parts: &[Vec<Step>],
    how: (f64, Join),
) -> Result<(), swath::Error> {
    // SAFETY: checked arrays of these types; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<A>(), out.view_mut::<B>()) };
    join(&a, parts, how, &mut out)
}

/// The call that joins arrays which somebody else has filled, of the type of the result.
pub(super) fn by_given(asked: Asked<'_>, parts: Vec<Input>, of: Join) -> PyResult<Call> {
    asked.call_as_is(1.0, move |a, out| dispatch_whole!(a, out, join_given(&parts, of)))
}

fn join_given<A: Cast, B: Wrap>(
    a: &Raw,
    out: &Raw,
    parts: &[Input],
    of: Join,
) -> Result<(), swath::Error> {
    // SAFETY: checked arrays of these types; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<A>(), out.view_mut::<B>()) };
    if parts.is_empty() {
        return run_steps(&a, &[], 0.0, &mut out);
    }
    let mut sum = empty_like(&out);
    for part in parts {
        // SAFETY: as above.
        let part = unsafe { part.raw.view::<B>() };
        add(&mut sum, &part, of)?;
    }
    match of {
        Join::Sum => swath::map_into!(&sum, &mut out, |x: B| x),
        Join::Length => swath::map_into!(&sum, &mut out, |x: B| x.root()),
    }
}

/// The call of one list of steps.
pub(super) fn by_steps(asked: Asked<'_>, steps: Vec<Step>, cval: f64) -> PyResult<Call> {
    by_parts(asked, vec![steps], cval, Join::Sum)
}

/// The call of a correlation along all axes.
pub(super) fn on_axes(
    asked: Asked<'_>,
    weights: ArrayD<f64>,
    (mode, cval): (Mode, f64),
    origins: Vec<isize>,
) -> PyResult<Call> {
    let taps = 2.0 * weights.len() as f64;
    asked.call_as_is(taps, move |a, out| {
        let options = Options::new().border(mode.border(cval)).origin(&origins[..]);
        dispatch_whole!(a, out, on_axes_of(&weights, options))
    })
}

fn on_axes_of<A: Cast, B: Cast>(
    a: &Raw,
    out: &Raw,
    weights: &ArrayD<f64>,
    options: Options<f64>,
) -> Result<(), swath::Error> {
    // SAFETY: checked arrays of these types; the output is ours alone.
    let (a, mut out) = unsafe { (a.view::<A>(), out.view_mut::<B>()) };
    correlate_cast(&a, weights, options, &mut out)
}
