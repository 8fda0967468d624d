//! Which axes of an array go, and what is left of its shape.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::error::{Kind, error};
use crate::options::axis_index;
use crate::raw::Raw;

/// A set of axes of an array, as bits: arrays have at most 64.
#[derive(Clone, Copy)]
pub(crate) struct AxisSet {
    set: u64,
    ndim: usize,
}

impl AxisSet {
    /// All axes.
    pub(crate) fn all(ndim: usize) -> Self {
        Self { set: u64::MAX.checked_shl(ndim as u32).map_or(u64::MAX, |above| !above), ndim }
    }

    /// Reads an `axis` argument: None for all, a number, a tuple of numbers.
    pub(crate) fn new(
        function: &str,
        axis: Option<&Bound<'_, PyAny>>,
        ndim: usize,
    ) -> PyResult<Self> {
        let Some(axis) = axis else { return Ok(Self::all(ndim)) };
        let Ok(axes) = axis.cast::<PyTuple>() else {
            return Ok(match one_axis(function, axis, ndim)? {
                Some(i) => Self { set: 1 << i, ndim },
                None => Self::all(0),
            });
        };
        let mut set = 0;
        for axis in axes {
            let bit = 1u64 << axis_index(function, &axis, ndim)?;
            if set & bit != 0 {
                let message = format!("{function}: an axis is named twice: {axes}");
                return Err(error(axis.py(), Kind::Option, message));
            }
            set |= bit;
        }
        Ok(Self { set, ndim })
    }

    pub(crate) fn has(self, axis: usize) -> bool {
        self.set >> axis & 1 != 0
    }

    pub(crate) fn is_all(self) -> bool {
        self.set.count_ones() as usize == self.ndim
    }

    /// The axes, lowest first.
    pub(crate) fn list(self) -> Vec<usize> {
        (0..self.ndim).filter(|&i| self.has(i)).collect()
    }

    /// A shape without the axes, or with length 1 in their places.
    pub(crate) fn kept(self, shape: &[usize], keepdims: bool) -> Vec<usize> {
        let left = shape.iter().enumerate().filter(|(i, _)| keepdims || !self.has(*i));
        left.map(|(i, &n)| if self.has(i) { 1 } else { n }).collect()
    }

    /// What is kept of an array that may have the axes with length 1.
    pub(crate) fn without(self, raw: &Raw) -> Raw {
        if self.set == 0 || raw.shape.len() != self.ndim {
            return raw.clone();
        }
        let kept = (0..self.ndim).filter(|&i| !self.has(i));
        let (shape, strides) = kept.map(|i| (raw.shape[i], raw.strides[i])).unzip();
        Raw { shape, strides, ..raw.clone() }
    }

    /// Whether an axis that goes has length 0.
    pub(crate) fn is_empty_in(self, shape: &[usize]) -> bool {
        shape.iter().enumerate().any(|(i, &n)| self.has(i) && n == 0)
    }
}

/// The index of an axis. A number has none; as in NumPy, naming its first is fine.
pub(crate) fn one_axis(
    function: &str,
    axis: &Bound<'_, PyAny>,
    ndim: usize,
) -> PyResult<Option<usize>> {
    if ndim == 0 && axis.extract::<isize>().is_ok_and(|i| matches!(i, 0 | -1)) {
        return Ok(None);
    }
    if axis.is_instance_of::<PyTuple>() {
        let message = format!("{function}: axis must be a whole number, not {axis}");
        return Err(PyTypeError::new_err(message));
    }
    axis_index(function, axis, ndim).map(Some)
}

/// The shape to which two broadcast, if they do.
pub(crate) fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let ndim = a.len().max(b.len());
    let at = |shape: &[usize], i: usize| match (i + shape.len()).checked_sub(ndim) {
        Some(i) => shape[i],
        None => 1,
    };
    let one = |i| match (at(a, i), at(b, i)) {
        (m, n) if m == n => Some(m),
        (1, n) | (n, 1) => Some(n),
        _ => None,
    };
    (0..ndim).map(one).collect()
}

/// An array as it looks in a larger shape; `None` if it does not broadcast to it.
pub(crate) fn broadcast_to(raw: &Raw, shape: &[usize]) -> Option<Raw> {
    let lead = shape.len().checked_sub(raw.shape.len())?;
    let mut strides = vec![0; lead];
    for ((&n, &stride), &to) in raw.shape.iter().zip(&raw.strides).zip(&shape[lead..]) {
        strides.push(match n {
            _ if n == to => stride,
            1 => 0,
            _ => return None,
        });
    }
    Some(Raw { shape: shape.to_vec(), strides, ..raw.clone() })
}
