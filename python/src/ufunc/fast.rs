//! The short way of small calls: whole arrays of one type and shape, at once and on this
//! thread. What does not fit goes the way of all others, to the same result.

use numpy::PyUntypedArrayMethods;
use numpy::npyffi::NPY_ARRAY_WRITEABLE;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt};
use swath::ufunc::{Place, Ufunc};

use super::promote::{Number, is_safe};
use super::run::Keywords;
use super::table::{Entry, Rule};
use crate::call::Bits;
use crate::control::settings;
use crate::plain::{self, Plain};

/// Elements up to which a call is short: well below what threads, signals and deadlines are
/// for.
const SHORT: usize = 2048;

/// An operand: an array, or a number in the type of the arrays.
enum Short<'py> {
    Plain(Plain<'py>),
    Number(Number),
}

/// The result, if the call is a short one.
pub(super) fn call<'py>(
    entry: &'static Entry,
    objects: &[&Bound<'py, PyAny>],
    keywords: Keywords<'_, 'py>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = objects[0].py();
    if keywords.mask.is_some() || keywords.dtype.is_some() || settings(py)?.is_some() {
        return Ok(None);
    }
    let mut operands = [const { None }; 3];
    for (place, object) in operands.iter_mut().zip(objects) {
        let Some(operand) = short(object)? else { return Ok(None) };
        *place = Some(operand);
    }
    if entry.swapped {
        operands.swap(0, 1);
    }
    let out = match keywords.out {
        Some(out) => match Plain::new(out, NPY_ARRAY_WRITEABLE, SHORT) {
            Some(out) => Some(out),
            None => return Ok(None),
        },
        None => None,
    };
    let mut plain = operands.iter().flatten().filter_map(|operand| match operand {
        Short::Plain(plain) => Some(plain),
        Short::Number(_) => None,
    });
    let Some(like) = plain.next() else { return Ok(None) };
    // Integers that become floats, or must be looked at first.
    let treated_apart =
        matches!(entry.rule, Rule::TrueDivide | Rule::Power) && !like.dtype.is_float();
    if treated_apart || !plain.all(|plain| plain.is_like(like)) {
        return Ok(None);
    }
    let Some(row) = entry.rows.iter().find(|row| is_safe(like.dtype, row.of)) else {
        return Ok(None);
    };
    if row.of != like.dtype {
        return Ok(None);
    }
    let (size, len) = (like.dtype.size(), like.len);
    let mut values = [Bits::default(); 3];
    for (value, operand) in values.iter_mut().zip(operands.iter().flatten()) {
        if let Short::Number(number) = operand {
            match number.bits(row.of) {
                Some(bits) if number.beside(Some(row.of)) == row.of => *value = bits,
                _ => return Ok(None),
            }
        }
    }
    let made = match &out {
        Some(out) => {
            // At the very place of an operand, or apart from all.
            let apart = operands.iter().flatten().all(|operand| match operand {
                Short::Plain(a) => {
                    (a.first == out.first && out.dtype.size() == size) || a.is_apart(out)
                }
                Short::Number(_) => true,
            });
            if out.dtype != row.to || out.array.shape() != like.array.shape() || !apart {
                return Ok(None);
            }
            None
        }
        None => Some(plain::empty(py, row.to, like.array.shape())?),
    };
    let to = match (&out, &made) {
        (Some(out), _) => out.first,
        (None, Some(made)) => plain::first(made),
        (None, None) => return Ok(None),
    };
    let (one, none) = ([size as isize], [0]);
    let mut places = [Place { first: to, strides: &none, size, cast: None }; 3];
    let mut n = 0;
    for ((place, value), operand) in places.iter_mut().zip(&values).zip(operands.iter().flatten()) {
        n += 1;
        match operand {
            Short::Plain(plain) => (place.first, place.strides) = (plain.first, &one),
            Short::Number(_) => place.first = value.as_ptr().cast_mut(),
        }
    }
    let step = [row.to.size() as isize];
    let target = Place { first: to, strides: &step, size: row.to.size(), cast: None };
    let (shape, operands) = ([len], &places[..n]);
    // SAFETY: arrays of the loop's types without gaps, alive and attached; the output is new
    // or writable, and apart from the operands or at the place of one of its size.
    unsafe { Ufunc { shape: &shape, operands, out: target, mask: None, body: row.body }.run() };
    Ok(made.map(Bound::into_any).or_else(|| out.map(|out| out.array.into_any())))
}

/// A small array or a number; `None` for all else.
fn short<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Short<'py>>> {
    if let Some(plain) = Plain::new(object, 0, SHORT) {
        return Ok(Some(Short::Plain(plain)));
    }
    if object.is_exact_instance_of::<PyFloat>() {
        return Ok(Some(Short::Number(Number::Float(object.extract()?))));
    }
    if object.is_exact_instance_of::<PyInt>() {
        return Ok(object.extract::<i64>().ok().map(|n| Short::Number(Number::Int(n.into()))));
    }
    Ok(None)
}
