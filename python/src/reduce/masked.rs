//! Reductions of some elements: `where`, and deviations from a given `mean`.
//!
//! ```text
//! sums, extremes, truth    a copy of the array in which elements that are left out are
//!                          such as change nothing: 0, 1, NaN or the initial value
//! means                    such a sum, divided by how many are in
//! variances                squares of deviations from the mean, 0 where left out, summed
//! ```

use std::ops::Sub;

use ndarray::{ArrayD, ArrayViewD, Axis};
use num_complex::Complex;
use swath::Float;
use swath::reduce::{self, Reduce};

use super::{LeftOut, Op};
use crate::axes::AxisSet;
use crate::call::{Bits, bits};
use crate::dtype::{DType, dispatch_numbers};
use crate::raw::{Raw, view};

/// What `where` and `mean` ask for, both broadcast to the shape of the array.
pub(super) struct Masked {
    pub(super) mask: Option<Raw>,
    /// Of the array's type.
    pub(super) mean: Option<Raw>,
    pub(super) left_out: LeftOut,
    pub(super) initial: Option<Bits>,
    /// Whether NaN is left out too.
    pub(super) skips_nan: bool,
}

/// A copy, and its memory.
pub(super) struct Filled {
    pub(super) raw: Raw,
    _memory: Box<dyn std::any::Any>,
}

impl Filled {
    fn new<T: 'static>(dtype: DType, a: ArrayD<T>) -> Self {
        let ptr = a.as_ptr().cast_mut().cast();
        let (shape, strides) = (a.shape().to_vec(), a.strides().to_vec());
        Self { raw: Raw { dtype, ptr, shape, strides }, _memory: Box::new(a) }
    }
}

static EVERY: [u8; 1] = [1];

impl Masked {
    /// Whether elements have to be counted.
    pub(super) fn counts(&self) -> bool {
        self.left_out == LeftOut::Counted || self.mean.is_some()
    }

    /// Which elements are in, as bytes, for an array of `shape`.
    fn bytes(&self, shape: &[usize]) -> ArrayViewD<'_, u8> {
        match &self.mask {
            // SAFETY: a checked array of bools that nobody of ours writes.
            Some(mask) => unsafe { mask.view::<u8>() },
            // SAFETY: one byte, read at every index.
            None => unsafe { view(EVERY.as_ptr().cast_mut(), shape, &vec![0; shape.len()]) },
        }
    }

    /// The array with others in the places of elements that are left out.
    pub(super) fn filled(&self, op: Op, a: &Raw) -> Result<Filled, swath::Error> {
        let value = match (self.left_out, self.initial) {
            (LeftOut::Zero | LeftOut::Counted, _) => Bits::default(),
            (LeftOut::Initial, initial) => initial.unwrap_or_default(),
            (LeftOut::Nan, _) => match a.dtype {
                DType::F32 => bits(f32::NAN),
                DType::C64 => bits([f32::NAN; 2]),
                DType::C128 => bits([f64::NAN; 2]),
                _ => bits(f64::NAN),
            },
            (LeftOut::One, _) => match a.dtype {
                DType::F32 => bits(1f32),
                DType::F64 => bits(1f64),
                DType::C64 => bits([1f32, 0.0]),
                DType::C128 => bits([1f64, 0.0]),
                _ => bits(1u64),
            },
        };
        debug_assert!(op != Op::Ptp, "has no such keyword");
        dispatch_numbers!(a.dtype, T => self.filled_with::<T>(a, value))
    }

    #[allow(clippy::eq_op)] // what is not equal to itself has a NaN in it
    fn filled_with<T>(&self, a: &Raw, value: Bits) -> Result<Filled, swath::Error>
    where
        T: Copy + PartialEq + Send + Sync + 'static,
    {
        // SAFETY: the bits were made for this type.
        let value = unsafe { value.as_ptr().cast::<T>().read_unaligned() };
        // SAFETY: a checked array of this type that nobody of ours writes.
        let view = unsafe { a.view::<T>() };
        let (mask, skips_nan) = (self.bytes(&a.shape), self.skips_nan);
        let copy = swath::map((&view, &mask), |(x, is_in): (T, u8)| {
            let is_in = is_in != 0 && !(skips_nan && x != x);
            if is_in { x } else { value }
        })?;
        Ok(Filled::new(a.dtype, copy))
    }

    /// The mean, variance or standard deviation of the elements that are in.
    pub(super) fn moments(
        &self,
        op: Op,
        a: &Raw,
        set: AxisSet,
        ddof: f64,
        out: &Raw,
    ) -> Result<(), swath::Error> {
        match a.dtype {
            DType::F32 => self.moments_of::<f32>(op, a, set, ddof, out),
            DType::C64 => self.moments_of::<Complex<f32>>(op, a, set, ddof, out),
            DType::C128 => self.moments_of::<Complex<f64>>(op, a, set, ddof, out),
            _ => self.moments_of::<f64>(op, a, set, ddof, out),
        }
    }

    fn moments_of<T: Number>(
        &self,
        op: Op,
        a: &Raw,
        set: AxisSet,
        ddof: f64,
        out: &Raw,
    ) -> Result<(), swath::Error> {
        // SAFETY: a checked array of this type that nobody of ours writes.
        let view = unsafe { a.view::<T>() };
        let (mask, skips_nan) = (self.bytes(&a.shape), self.skips_nan);
        // Of the shape of the array: without that, there is nothing to count along.
        let is_in = swath::map((&view, &mask), move |(x, is_in): (T, u8)| {
            u8::from(is_in != 0 && !(skips_nan && x.has_nan()))
        })?;
        let axes = set.list();
        let counts = reduce::count_nonzero_axis(&is_in, axes.as_slice())?;
        let mean;
        let mean = match &self.mean {
            // SAFETY: a checked array of this type that nobody of ours writes.
            Some(mean) => unsafe { mean.view::<T>() },
            None => {
                let zero = T::default();
                let masked = swath::map(
                    (&view, &is_in),
                    |(x, is_in): (T, u8)| {
                        if is_in != 0 { x } else { zero }
                    },
                )?;
                let sums = reduce::sum_axis(&masked, axes.as_slice())?;
                let divide = |(sum, n): (T, usize)| sum.over(n);
                if op == Op::Mean {
                    // SAFETY: a checked output of this type, ours alone.
                    let out = &mut unsafe { out.view_mut::<T>() };
                    return swath::map_into((&sums, &counts), out, divide);
                }
                let means = swath::map((&sums, &counts), divide)?;
                mean = axes.iter().fold(means, |means, &axis| means.insert_axis(Axis(axis)));
                mean.view()
            }
        };
        let squares = swath::map((&view, &is_in, &mean), |(x, is_in, mean): (T, u8, T)| {
            if is_in != 0 { (x - mean).square() } else { T::part(0.0) }
        })?;
        let sums = reduce::sum_axis(&squares, axes.as_slice())?;
        let root = matches!(op, Op::Std | Op::NanStd);
        // SAFETY: a checked output of the type of the parts, ours alone.
        let out = &mut unsafe { out.view_mut::<T::Part>() };
        swath::map_into((&sums, &counts), out, |(sum, n): (T::Part, usize)| {
            // With nothing left to divide by, NumPy gives NaN if NaNs are skipped.
            let left = n as f64 - ddof;
            let variance = match skips_nan && left <= 0.0 {
                true => T::part(f64::NAN),
                false => sum / T::part(left.max(0.0)),
            };
            if root { T::root(variance) } else { variance }
        })
    }
}

/// A float of either width, or a complex number of two.
trait Number: Reduce<Sum = Self> + Sub<Output = Self> {
    type Part: Float + Reduce<Sum = Self::Part>;
    fn part(x: f64) -> Self::Part;
    fn root(x: Self::Part) -> Self::Part;
    fn has_nan(self) -> bool;
    fn over(self, n: usize) -> Self;
    /// The square of the absolute value.
    fn square(self) -> Self::Part;
}

macro_rules! numbers {
    ($($t:ty)*) => {$(
        impl Number for $t {
            type Part = $t;
            fn part(x: f64) -> $t {
                x as $t
            }
            fn root(x: $t) -> $t {
                x.sqrt()
            }
            fn has_nan(self) -> bool {
                self.is_nan()
            }
            fn over(self, n: usize) -> Self {
                self / n as $t
            }
            fn square(self) -> $t {
                self * self
            }
        }
        impl Number for Complex<$t> {
            type Part = $t;
            fn part(x: f64) -> $t {
                x as $t
            }
            fn root(x: $t) -> $t {
                x.sqrt()
            }
            fn has_nan(self) -> bool {
                self.re.is_nan() || self.im.is_nan()
            }
            fn over(self, n: usize) -> Self {
                Self::new(self.re / n as $t, self.im / n as $t)
            }
            fn square(self) -> $t {
                self.re * self.re + self.im * self.im
            }
        }
    )*};
}
numbers!(f32 f64);
