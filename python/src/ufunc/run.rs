//! The one way of all functions: types found, shapes broadcast, the loop run.

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyTuple};
use swath::ufunc::{Loop, Place, Ufunc};

use super::cast::{between, cast};
use super::logic;
use super::promote::{Number, common, is_integer, is_safe, is_same_kind};
use super::table::{Entry, Row, Rule};
use crate::array::{Input, Keep, Output, Target, dtype_argument};
use crate::call::{Bits, Call};
use crate::dtype::DType;
use crate::error::{Kind, error};
use crate::raw::Raw;

pub(super) type Argument<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// The keywords that all functions have.
#[derive(Clone, Copy, Default)]
pub(super) struct Keywords<'a, 'py> {
    pub(super) out: Argument<'a, 'py>,
    pub(super) mask: Argument<'a, 'py>,
    pub(super) dtype: Argument<'a, 'py>,
}

/// An argument: an array, or one of Python's own numbers.
enum Operand {
    Array(Input),
    Number(Number),
}

impl Operand {
    fn new(function: &str, name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.is_exact_instance_of::<PyFloat>() {
            return Ok(Self::Number(Number::Float(object.extract()?)));
        }
        if object.is_exact_instance_of::<PyInt>() && !object.is_instance_of::<PyBool>() {
            let far = || object.lt(0).map(|low| if low { i128::MIN } else { i128::MAX });
            return Ok(Self::Number(Number::Int(object.extract::<i128>().or_else(|_| far())?)));
        }
        Input::new(function, name, object).map(Self::Array)
    }

    fn dtype(&self) -> Option<DType> {
        match self {
            Self::Array(input) => Some(input.raw.dtype),
            Self::Number(_) => None,
        }
    }
}

/// What is computed: the loop and its types.
#[derive(Clone, Copy)]
struct Chosen {
    of: [DType; 3],
    to: DType,
    body: Loop,
}

impl Chosen {
    fn by(row: &Row) -> Self {
        Self { of: [row.of; 3], to: row.to, body: row.body }
    }
}

const NAMES: [&[&str]; 4] = [&[], &["x"], &["x1", "x2"], &["a", "a_min", "a_max"]];

/// Makes a call ready.
pub(super) fn ready(
    entry: &'static Entry,
    objects: &[&Bound<'_, PyAny>],
    keywords: Keywords<'_, '_>,
) -> PyResult<Call> {
    let (py, function) = (objects[0].py(), entry.name);
    let names = NAMES[objects.len()];
    let mut operands = Vec::with_capacity(3);
    for (name, object) in names.iter().zip(objects) {
        operands.push(Operand::new(function, name, object)?);
    }
    let mut chosen = choose(py, entry, &operands, keywords.dtype)?;
    if entry.rule == Rule::Power && is_integer(chosen.of[0]) {
        refuse_negative(py, function, &operands[1])?;
    }
    if entry.swapped {
        operands.swap(0, 1);
        chosen.of.swap(0, 1);
    }
    launch(py, function, chosen, operands, keywords)
}

/// The loop for these types, or for the wanted type of the result.
fn choose(
    py: Python<'_>,
    entry: &Entry,
    operands: &[Operand],
    wanted: Argument<'_, '_>,
) -> PyResult<Chosen> {
    let function = entry.name;
    let none = |of: &str| error(py, Kind::DType, format!("{function}: no loop for {of}"));
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_none()) {
        let wanted = dtype_argument(function, wanted)?;
        let row = entry.rows.iter().find(|row| row.to == wanted && fits(row, operands));
        return row.map(Chosen::by).ok_or_else(|| {
            let types = types(operands);
            none(&format!("{types} that gives {}", wanted.name()))
        });
    }
    let of = together(operands);
    if entry.rule == Rule::Compare
        && let Some(chosen) = by_value(entry, operands, of)?
    {
        return Ok(chosen);
    }
    if entry.rule == Rule::NoBool && of == DType::Bool {
        return Err(none("bool; there are logical functions"));
    }
    let divides = entry.rule == Rule::TrueDivide && !of.is_float();
    let row = entry.rows.iter().find(|row| {
        // Each by itself: int16 and uint16 have float32 in common too.
        let arrays = || operands.iter().filter_map(Operand::dtype);
        let numbers = arrays().count() < operands.len();
        let fits = |dtype| is_safe(dtype, row.of) && !(divides && row.of != DType::F64);
        (fits(of) || !numbers) && arrays().all(fits)
    });
    row.map(Chosen::by).ok_or_else(|| none(&types(operands)))
}

/// The type that all have in common: Python's numbers follow the arrays.
fn together(operands: &[Operand]) -> DType {
    let mut of = operands.iter().filter_map(Operand::dtype).reduce(common);
    for operand in operands {
        if let Operand::Number(number) = operand {
            of = Some(number.beside(of));
        }
    }
    of.unwrap_or(DType::F64)
}

/// Whether the operands may be cast to the types of this loop.
fn fits(row: &Row, operands: &[Operand]) -> bool {
    operands.iter().all(|operand| match operand {
        Operand::Array(input) => is_same_kind(input.raw.dtype, row.of),
        Operand::Number(Number::Float(_)) => row.of.is_float(),
        Operand::Number(Number::Int(_)) => row.of != DType::Bool,
    })
}

fn types(operands: &[Operand]) -> String {
    let name = |operand: &Operand| match operand {
        Operand::Array(input) => input.raw.dtype.name(),
        Operand::Number(Number::Int(_)) => "int",
        Operand::Number(Number::Float(_)) => "float",
    };
    operands.iter().map(name).collect::<Vec<_>>().join(" and ")
}

/// Comparisons of integers that have no integer type in common: of int64 with uint64, and
/// with a Python int out of the range of the array's type.
fn by_value(entry: &Entry, operands: &[Operand], of: DType) -> PyResult<Option<Chosen>> {
    let strong = |operand: &Operand| match operand {
        Operand::Array(input) => Some(input.raw.dtype),
        Operand::Number(number @ Number::Int(n)) => match number.bits(of) {
            Some(_) => Some(of),
            None if i64::try_from(*n).is_ok() => Some(DType::I64),
            None if u64::try_from(*n).is_ok() => Some(DType::U64),
            None => None,
        },
        Operand::Number(Number::Float(_)) => Some(DType::F64),
    };
    let (Some(a), Some(b)) = (strong(&operands[0]), strong(&operands[1])) else {
        let message = format!("{}: a Python integer beyond 64 bits", entry.name);
        return Err(PyOverflowError::new_err(message));
    };
    if !(is_integer(a) && is_integer(b)) {
        return Ok(None);
    }
    if common(a, b) != DType::F64 {
        let of = common(a, b);
        return Ok(entry.rows.iter().find(|row| is_safe(of, row.of)).map(Chosen::by));
    }
    // One is uint64, the other signed.
    let (a, b) = if a == DType::U64 { (a, DType::I64) } else { (DType::I64, b) };
    let signed_first = (a == DType::I64) != entry.swapped;
    Ok(logic::mixed(entry.name, signed_first).map(|body| Chosen {
        of: [a, b, b],
        to: DType::Bool,
        body,
    }))
}

/// Integers have no powers below one.
fn refuse_negative(py: Python<'_>, function: &str, exponents: &Operand) -> PyResult<()> {
    let negative = match exponents {
        Operand::Number(Number::Int(n)) => *n < 0,
        Operand::Number(Number::Float(_)) => false,
        Operand::Array(input) => {
            let raw = &input.raw;
            macro_rules! any {
                ($t:ty) => {{
                    // SAFETY: a checked array of this type.
                    let view = unsafe { raw.view::<$t>() };
                    !view.is_empty() && matches!(swath::min(&view), Ok(least) if least < 0)
                }};
            }
            match raw.dtype {
                DType::I8 => any!(i8),
                DType::I16 => any!(i16),
                DType::I32 => any!(i32),
                DType::I64 => any!(i64),
                _ => false,
            }
        }
    };
    if negative {
        let message = format!("{function}: integers to negative integer powers; use floats");
        return Err(error(py, Kind::Option, message));
    }
    Ok(())
}

/// An operand as the kernel sees it: its own strides stretched to the result's shape.
struct Ready {
    /// The place, or a value of its own.
    raw: Option<Raw>,
    value: Bits,
    strides: Vec<isize>,
    dtype: DType,
}

impl Ready {
    fn place(&self, to: Option<DType>) -> Place<'_> {
        let first = match &self.raw {
            Some(raw) => raw.ptr,
            None => self.value.as_ptr().cast_mut(),
        };
        Place {
            first,
            strides: &self.strides,
            size: self.dtype.size(),
            cast: to.and_then(|to| cast(self.dtype, to)),
        }
    }
}

/// The shape that all have in common.
fn broadcast(py: Python<'_>, function: &str, shapes: &[&[usize]]) -> PyResult<Vec<usize>> {
    let ndim = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut result = vec![1; ndim];
    for shape in shapes {
        for (to, &n) in result[ndim - shape.len()..].iter_mut().zip(*shape) {
            if *to == 1 {
                *to = n;
            } else if n != 1 && n != *to {
                let message = format!("{function}: shapes {shapes:?} do not broadcast together");
                return Err(error(py, Kind::Shape, message));
            }
        }
    }
    Ok(result)
}

/// Strides in bytes of an array walked as if it had `shape`.
fn stretched(raw: &Raw, shape: &[usize]) -> Vec<isize> {
    let missing = shape.len() - raw.shape.len();
    let size = raw.dtype.size() as isize;
    let stride = |(i, &n): (usize, &usize)| {
        if i < missing || (raw.shape[i - missing] == 1 && n != 1) {
            0
        } else {
            raw.strides[i - missing] * size
        }
    };
    shape.iter().enumerate().map(stride).collect()
}

/// The `out` argument: an array, or a tuple of one.
fn given(function: &str, out: Argument<'_, '_>) -> PyResult<Option<Output>> {
    let Some(out) = out.filter(|out| !out.is_none()) else { return Ok(None) };
    match out.cast::<PyTuple>() {
        Ok(tuple) if tuple.len() == 1 => Output::given(function, "out", &tuple.get_item(0)?),
        _ => Output::given(function, "out", out),
    }
    .map(Some)
}

/// Broadcasts, finds or makes the output, and wraps the loop up.
fn launch(
    py: Python<'_>,
    function: &'static str,
    chosen: Chosen,
    operands: Vec<Operand>,
    keywords: Keywords<'_, '_>,
) -> PyResult<Call> {
    let is_true = |mask: &&Bound<'_, PyAny>| crate::options::is_true(mask);
    let mask = match keywords.mask.filter(|mask| !mask.is_none() && !is_true(mask)) {
        Some(mask) => Some(mask_of(py, function, mask)?),
        None => None,
    };
    let out = given(function, keywords.out)?;
    let mut shapes: Vec<&[usize]> = Vec::with_capacity(4);
    for operand in &operands {
        if let Operand::Array(input) = operand {
            shapes.push(&input.raw.shape);
        }
    }
    if let Some(mask) = &mask {
        shapes.push(&mask.raw.shape);
    }
    let shape = broadcast(py, function, &shapes)?;
    if let Some(out) = &out {
        // As NumPy: operands are stretched to the output, never the output.
        let with = broadcast(py, function, &[&shape, &out.raw.shape]);
        if with.is_err() || with? != out.raw.shape {
            out.check_shape(py, function, "out", &shape)?;
        }
        if !is_same_kind(chosen.to, out.raw.dtype) {
            let message = format!(
                "{function}: out of dtype {} cannot take results of {}",
                out.raw.dtype.name(),
                chosen.to.name()
            );
            return Err(error(py, Kind::DType, message));
        }
    }
    let shape = out.as_ref().map_or(shape, |out| out.raw.shape.clone());
    let is_f = |operand: &Operand| match operand {
        Operand::Array(input) if input.raw.shape == shape => {
            !input.raw.is_contiguous() && input.raw.is_f_contiguous()
        }
        _ => true,
    };
    let in_f_order = shape.len() > 1
        && out.is_none()
        && operands.iter().all(is_f)
        && operands
            .iter()
            .any(|operand| matches!(operand, Operand::Array(i) if i.raw.shape == shape));
    let (target, to) = Target::in_order(py, function, out, (chosen.to, &shape), in_f_order)?;
    let mut keep: Vec<Keep> = Vec::with_capacity(3);
    let mut ready: Vec<Ready> = Vec::with_capacity(3);
    for (operand, of) in operands.into_iter().zip(chosen.of) {
        ready.push(match operand {
            Operand::Number(number) => number_as(function, number, of, shape.len())?,
            Operand::Array(input) => {
                let strides = stretched(&input.raw, &shape);
                let input = apart(py, function, input, &to, &strides)?;
                let strides = stretched(&input.raw, &shape);
                keep.push(input.keep);
                let dtype = input.raw.dtype;
                Ready { raw: Some(input.raw), value: Bits::default(), strides, dtype }
            }
        });
    }
    let mask = match mask {
        Some(mask) if mask.raw.overlaps(&to) => Some(mask.copied(py, function, "where")?),
        mask => mask,
    };
    let mask = mask.map(|Input { raw, keep: kept }| {
        keep.push(kept);
        let strides = stretched(&raw, &shape);
        Ready { dtype: raw.dtype, raw: Some(raw), value: Bits::default(), strides }
    });
    let cost = to.len() as f64 * f64::from(chosen.body.ns());
    let kernel = Kernel { chosen, shape, ready, mask, out: to };
    Ok(Call::new(
        cost,
        move || {
            kernel.run();
            Ok(Bits::default())
        },
        move |py, _| {
            drop(keep);
            target.finish(py, function, None)
        },
    ))
}

/// A Python number as an operand of this type.
fn number_as(function: &str, number: Number, of: DType, ndim: usize) -> PyResult<Ready> {
    let value = number.bits(of).ok_or_else(|| {
        let Number::Int(n) = number else { return PyTypeError::new_err("a float") };
        PyOverflowError::new_err(format!(
            "{function}: Python integer {n} out of bounds for {}",
            of.name()
        ))
    })?;
    Ok(Ready { raw: None, value, strides: vec![0; ndim], dtype: of })
}

/// The input, or a copy of it if the output would be written over it before it is read:
/// unless its elements are at the very places of their results.
fn apart(
    py: Python<'_>,
    function: &str,
    input: Input,
    out: &Raw,
    strides: &[isize],
) -> PyResult<Input> {
    if !input.raw.overlaps(out) {
        return Ok(input);
    }
    let size = out.dtype.size() as isize;
    let same = input.raw.ptr == out.ptr
        && input.raw.dtype.size() == out.dtype.size()
        && strides
            .iter()
            .zip(&out.strides)
            .zip(&out.shape)
            .all(|((a, b), n)| *n == 1 || *a == b * size);
    if same { Ok(input) } else { input.copied(py, function, "an operand") }
}

/// A `where` argument, which must be of bools.
fn mask_of(py: Python<'_>, function: &str, mask: &Bound<'_, PyAny>) -> PyResult<Input> {
    let mask = Input::new(function, "where", mask)?;
    if mask.raw.dtype != DType::Bool {
        let message = format!("{function}: where must be bools, not {}", mask.raw.dtype.name());
        return Err(error(py, Kind::DType, message));
    }
    Ok(mask)
}

/// All that the loop needs, no Python object among it.
struct Kernel {
    chosen: Chosen,
    shape: Vec<usize>,
    ready: Vec<Ready>,
    mask: Option<Ready>,
    out: Raw,
}

impl Kernel {
    fn run(&self) {
        let Self { chosen, shape, ready, mask, out } = self;
        let mut places =
            [Place { first: std::ptr::null_mut(), strides: &[], size: 1, cast: None }; 3];
        for ((place, ready), of) in places.iter_mut().zip(ready).zip(chosen.of) {
            *place = ready.place(Some(of));
        }
        let size = out.dtype.size();
        let strides: Vec<isize> = out.strides.iter().map(|s| s * size as isize).collect();
        let from = cast(chosen.to, out.dtype);
        let to = Place { first: out.ptr, strides: &strides, size, cast: from };
        let ufunc = Ufunc {
            shape,
            operands: &places[..ready.len()],
            out: to,
            mask: mask.as_ref().map(|mask| mask.place(None)),
            body: chosen.body,
        };
        // SAFETY: checked arrays of these types, kept alive, broadcast to the shape of the
        // output, which is ours alone, does not overlap itself, and shares memory with no
        // operand but one whose elements are at the places of their results.
        unsafe { ufunc.run() };
    }
}

/// `where(condition, x, y)`: one of two, element by element.
pub(super) fn select(objects: [&Bound<'_, PyAny>; 3]) -> PyResult<Call> {
    const NAME: &str = "where";
    let py = objects[0].py();
    let mut operands = Vec::with_capacity(3);
    for (name, object) in ["condition", "x", "y"].iter().zip(objects) {
        operands.push(Operand::new(NAME, name, object)?);
    }
    let of = together(&operands[1..]);
    macro_rules! body {
        ($t:ty) => {
            swath::loop_of!(3 plain |c: u8, x: $t, y: $t| if c != 0 { x } else { y })
        };
    }
    let body = match of.size() {
        1 => body!(u8),
        2 => body!(u16),
        4 => body!(u32),
        _ => body!(u64),
    };
    let chosen = Chosen { of: [DType::Bool, of, of], to: of, body };
    launch(py, NAME, chosen, operands, Keywords::default())
}

/// `astype(x, dtype)`: the same values as another type.
pub(super) fn astype(x: &Bound<'_, PyAny>, dtype: &Bound<'_, PyAny>) -> PyResult<Call> {
    const NAME: &str = "astype";
    let to = dtype_argument(NAME, dtype)?;
    let input = Input::new(NAME, "x", x)?;
    let of = input.raw.dtype;
    let chosen = Chosen { of: [of; 3], to, body: between(of, to) };
    launch(x.py(), NAME, chosen, vec![Operand::Array(input)], Keywords::default())
}
