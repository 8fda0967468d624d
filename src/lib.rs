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

pub use control::{CancelToken, Cancelled, Control, Pool, StoppedBy};
pub use element::{Element, Float};
pub use error::Error;
pub use map::{map, map_inplace, map_into};
pub use matmul::{matmul, matmul_into};
