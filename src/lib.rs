//! Data-parallel numeric kernels on plain `ndarray` arrays.
//!
//! Each call cuts its arrays into chunks, which the calling thread and a pool of
//! helpers work through with the best vector instructions the CPU has. The same
//! input gives the same bits on any number of threads; small calls stay on the
//! calling thread; long calls can be stopped; any view works.
//!
//! A closure over one or more arrays, compiled for the CPU at hand, in one pass:
//! ```
//! use ndarray::array;
//!
//! let (a, row) = (array![[1.0_f32, 2.0], [3.0, 4.0]], array![10.0, 20.0]);
//! let fused = swath::map!((&a, &row), |(x, y)| 0.5 * x + y * y)?;
//! assert_eq!(fused, array![[100.5, 401.0], [101.5, 402.0]]);
//! # Ok::<(), swath::Error>(())
//! ```
//! Reductions and products, on any view:
//! ```
//! use ndarray::{Array2, s};
//!
//! let a = Array2::from_shape_fn((300, 200), |(i, j)| (i + j) as f32);
//! let gram = swath::matmul(&a.t(), &a)?; // no copy of the transpose
//! assert_eq!(gram, gram.t());
//! let every_other = swath::sum_axis(&a.slice(s![.., ..;2]), 0)?;
//! assert_eq!(every_other.len(), 100);
//! # Ok::<(), swath::Error>(())
//! ```
//! Work in the background, awaited, cancelled, gathered, is in [`task`]; which form fits
//! which work is in [`choosing`]. A filter that stops when told:
//! ```
//! use swath::{CancelToken, Control, conv::Border, image};
//!
//! let token = CancelToken::new(); // token.cancel() from any thread
//! let picture = ndarray::Array2::<f32>::ones((200, 300));
//! let soft = Control::new()
//!     .token(&token)
//!     .run(|| image::gaussian_filter(&picture, 2.0, Border::Reflect))
//!     .expect("nobody cancels")?;
//! assert!((soft[(0, 0)] - 1.0).abs() < 1e-6);
//! # Ok::<(), swath::Error>(())
//! ```

#[doc = include_str!("../docs/choosing.md")]
pub mod choosing {}

#[doc = include_str!("../docs/accuracy.md")]
pub mod accuracy {}

#[doc(hidden)]
pub mod testing;

pub mod control;
pub mod conv;
pub mod image;
pub mod map;
pub mod math;
pub mod matmul;
pub mod reduce;
pub mod scan;
pub mod signal;
pub mod task;

mod element;
mod error;
mod kernel;
mod plan;
mod pool;
mod simd;
mod tuning;

#[doc(hidden)]
pub mod reference;
#[doc(hidden)]
pub mod ufunc;

pub use control::{CancelToken, Cancelled, Control, Pool, StoppedBy};
pub use element::{Element, Float};
pub use error::Error;
pub use map::{
    abs, acos, acosh, add, asin, asinh, atan, atan2, atanh, bitwise_and, bitwise_count,
    bitwise_not, bitwise_or, bitwise_xor, cast, cbrt, ceil, clip, copysign, cos, cosh, degrees,
    divide, divmod, equal, erf, erfc, exp, exp_m1, exp2, floor, floor_divide, fmax, fmin, fmod,
    gelu, greater, greater_equal, heaviside, hypot, isfinite, isinf, isnan, left_shift, less,
    less_equal, lgamma, ln, ln_1p, log2, log10, logaddexp, logical_and, logical_not, logical_or,
    logical_xor, maximum, minimum, multiply, negative, not_equal, powf, radians, reciprocal,
    remainder, right_shift, round, round_ties_even, select, sigmoid, sign, signbit, sin, sin_cos,
    sinh, softplus, sqrt, square, subtract, tan, tanh, tgamma, trunc,
};
pub use map::{map, map_indexed, map_inplace, map_into, map2};
pub use matmul::{matmul, matmul_into};
pub use reduce::{
    argmax, argmax_axis, argmin, argmin_axis, dot, dot_axis, map_reduce, max, max_axis, mean,
    mean_axis, min, min_axis, prod, prod_axis, sum, sum_axis, var, var_axis,
};
pub use scan::{cummax, cummin, cumprod, cumsum};
pub use task::{Task, TaskError};

/// README's code blocks, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
