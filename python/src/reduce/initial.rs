//! Initial values of reductions.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyComplex, PyComplexMethods};

use super::{Op, lexicographic};
use crate::call::{Bits, bits};
use crate::dtype::{Complex, DType, dispatch_numbers};
use crate::error::{Kind, error};
use crate::raw::Raw;

/// An element and the ways in which an initial value joins it.
trait Join: Copy {
    fn join(self, op: Op, initial: Self) -> Self;
}

macro_rules! joins {
    ($add:expr, $times:expr; $($t:ty)*) => {$(impl Join for $t {
        fn join(self, op: Op, initial: Self) -> Self {
            // What is not equal to itself is a NaN.
            #[allow(clippy::eq_op)]
            let (nan, initial_nan) = (self != self, initial != initial);
            match op {
                Op::Sum | Op::NanSum => $add(self, initial),
                Op::Prod | Op::NanProd => $times(self, initial),
                // A NaN stays whichever it is.
                Op::Min if initial < self || initial_nan => initial,
                Op::Max if initial > self || initial_nan => initial,
                // And goes here.
                Op::NanMin if initial < self || nan => initial,
                Op::NanMax if initial > self || nan => initial,
                _ => self,
            }
        }
    })*};
}
joins!(|a, b| a + b, |a, b| a * b; f32 f64);
joins!(|a: Self, b| a.wrapping_add(b), |a: Self, b| a.wrapping_mul(b);
       i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! complex_joins {
    ($($t:ty)*) => {$(impl Join for Complex<$t> {
        fn join(self, op: Op, initial: Self) -> Self {
            match op {
                Op::Sum => self + initial,
                Op::Prod => self * initial,
                op if op.orders() => lexicographic::join(op, self, initial),
                _ => self,
            }
        }
    })*};
}
complex_joins!(f32 f64);

/// Joins `initial` to every element of `out`.
pub(super) fn join(op: Op, out: &Raw, initial: Bits) -> Result<(), swath::Error> {
    dispatch_numbers!(out.dtype, T => join_of::<T>(out, initial, |x, initial| x.join(op, initial)))
}

/// Overwrites every element of `out`.
pub(super) fn fill(out: &Raw, value: Bits) -> Result<(), swath::Error> {
    dispatch_numbers!(out.dtype, T => join_of::<T>(out, value, |_, value| value))
}

fn join_of<T: Copy + Send + Sync>(
    out: &Raw,
    value: Bits,
    f: impl Fn(T, T) -> T + Sync,
) -> Result<(), swath::Error> {
    // SAFETY: the bits were made from a number of this type.
    let value = unsafe { value.as_ptr().cast::<T>().read_unaligned() };
    // SAFETY: a checked output of this type, ours alone.
    swath::map_inplace(&mut unsafe { out.view_mut::<T>() }, |x| f(x, value))
}

/// The parts of a complex number, or of what can be one.
fn parts(value: &Bound<'_, PyAny>) -> PyResult<[f64; 2]> {
    let number = value.py().get_type::<PyComplex>().call1((value,))?;
    let number = number.cast_into::<PyComplex>()?;
    Ok([number.real(), number.imag()])
}

/// A number of this type: nothing is rounded to an integer.
pub(super) fn number(function: &str, value: &Bound<'_, PyAny>, dtype: DType) -> PyResult<Bits> {
    let number = match dtype {
        DType::F64 => value.extract::<f64>().map(bits),
        DType::F32 => value.extract::<f64>().map(|x| bits(x as f32)),
        DType::I8 => value.extract::<i8>().map(bits),
        DType::I16 => value.extract::<i16>().map(bits),
        DType::I32 => value.extract::<i32>().map(bits),
        DType::I64 => value.extract::<i64>().map(bits),
        DType::U8 => value.extract::<u8>().map(bits),
        DType::U16 => value.extract::<u16>().map(bits),
        DType::U32 => value.extract::<u32>().map(bits),
        DType::U64 => value.extract::<u64>().map(bits),
        DType::Bool => value.extract::<bool>().map(bits),
        DType::C64 => parts(value).map(|parts| bits(parts.map(|x| x as f32))),
        DType::C128 => parts(value).map(bits),
        DType::F16 => unreachable!("cast before"),
    };
    number.map_err(|cause| {
        let py = value.py();
        let kind = if cause.is_instance_of::<PyTypeError>(py) { Kind::DType } else { Kind::Option };
        let message = format!("{function}: initial is {value}, no {}", dtype.name());
        error(py, kind, message)
    })
}
