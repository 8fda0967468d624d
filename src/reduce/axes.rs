//! Which axes a call reduces.

use std::slice;

use ndarray::{Dimension, IxDyn, RemoveAxis};

use crate::Error;
use crate::plan::check_axis;

/// Which axes to reduce: one (`0`), whose result has one axis less, or several
/// (`[0, 2]`, or a slice of `usize`), whose result has a dynamic number of axes. No
/// axes at all, `[]`, reduce each element alone.
///
/// Not meant to be implemented elsewhere.
pub trait Axes<D: Dimension> {
    /// The dimension of the result.
    type Kept: Dimension;

    /// The axes.
    #[doc(hidden)]
    fn list(&self) -> &[usize];

    /// The dimension without the axes, which it has.
    #[doc(hidden)]
    fn kept(&self, dim: &D) -> Self::Kept;
}

impl<D: RemoveAxis> Axes<D> for usize {
    type Kept = D::Smaller;

    fn list(&self) -> &[usize] {
        slice::from_ref(self)
    }

    fn kept(&self, dim: &D) -> D::Smaller {
        dim.remove_axis(ndarray::Axis(*self))
    }
}

impl<D: Dimension> Axes<D> for &[usize] {
    type Kept = IxDyn;

    fn list(&self) -> &[usize] {
        self
    }

    fn kept(&self, dim: &D) -> IxDyn {
        let sides = dim.slice().iter().enumerate().filter(|(axis, _)| !self.contains(axis));
        IxDyn(&sides.map(|(_, &n)| n).collect::<Vec<_>>())
    }
}

impl<D: Dimension, const N: usize> Axes<D> for [usize; N] {
    type Kept = IxDyn;

    fn list(&self) -> &[usize] {
        self
    }

    fn kept(&self, dim: &D) -> IxDyn {
        Axes::<D>::kept(&self.as_slice(), dim)
    }
}

/// Refuses axes that an array of `shape` does not have, and any that is named twice.
///
/// # Errors
/// [`Error::Axis`], [`Error::Value`].
pub(super) fn check(function: &'static str, axes: &[usize], shape: &[usize]) -> Result<(), Error> {
    for (i, &axis) in axes.iter().enumerate() {
        check_axis(function, axis, shape)?;
        if axes[..i].contains(&axis) {
            let (value, allowed) = (format!("{axes:?}"), "without an axis twice");
            return Err(Error::Value { function, option: "axes", value, allowed });
        }
    }
    Ok(())
}
