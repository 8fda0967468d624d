//! Data-parallel numeric kernels on plain `ndarray` arrays.

#[doc(hidden)]
pub mod testing;

pub mod control;
pub mod conv;
pub mod image;
pub mod map;
pub mod matmul;
pub mod reduce;

mod element;
mod error;
mod kernel;
mod plan;
mod pool;
mod simd;
mod tuning;

#[doc(hidden)]
pub mod reference;

pub use control::Pool;
pub use element::{Element, Float};
pub use error::Error;
pub use reduce::{dot, dot_axis, max, max_axis, mean, mean_axis, min, min_axis, sum, sum_axis};
