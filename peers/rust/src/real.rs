//! The element types, with all that the peers ask of them.

use ndarray_conv::GetProcessor;
use num_traits::{FromPrimitive, NumAssign, Signed};

use crate::job::Output;
use crate::peers::Multiply;
use crate::peers::ndarray_ndimage::Filters;

/// `f32` or `f64`.
pub(crate) trait Real:
    swath::Float
    + swath::reduce::Reduce<Sum = Self, Mean = Self, Real = Self>
    + swath::reduce::ReduceReal
    + swath::conv::Sample<Tap = Self>
    + std::iter::Sum
    + for<'a> std::iter::Sum<&'a Self>
    + FromPrimitive
    + NumAssign
    + Signed
    + ndarray::ScalarOperand
    + ndarray::LinalgScalar
    + GetProcessor<Self, Self>
    + rustfft::FftNum
    + Output
    + Multiply
    + Filters
{
    /// The distance from 1 to the next number.
    const EPS: f64;

    fn of(value: f64) -> Self;
    fn wide(self) -> f64;
    /// The same slice if this is `f32`: some peers know nothing else.
    fn as_f32(slice: &[Self]) -> Option<&[f32]>;

    /// C = A B with matrixmultiply, all row-major.
    ///
    /// # Safety
    /// A has m x k elements, B k x n, C m x n.
    unsafe fn matrixmultiply(dims: [usize; 3], a: *const Self, b: *const Self, c: *mut Self);
}

macro_rules! real {
    ($t:ident, $gemm:ident, |$slice:ident| $as_f32:expr) => {
        impl Real for $t {
            const EPS: f64 = $t::EPSILON as f64;

            fn of(value: f64) -> Self {
                value as $t
            }
            fn wide(self) -> f64 {
                f64::from(self)
            }
            fn as_f32($slice: &[Self]) -> Option<&[f32]> {
                $as_f32
            }

            #[inline]
            unsafe fn matrixmultiply(
                [m, k, n]: [usize; 3],
                a: *const Self,
                b: *const Self,
                c: *mut Self,
            ) {
                let (k1, n1) = (k as isize, n as isize);
                // SAFETY: the caller's promise; strides are those of row-major order.
                unsafe { matrixmultiply::$gemm(m, k, n, 1.0, a, k1, 1, b, n1, 1, 0.0, c, n1, 1) };
            }
        }
    };
}
real!(f32, sgemm, |slice| Some(slice));
real!(f64, dgemm, |_slice| None);
