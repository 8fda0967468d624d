//! Serial code on slices and pointers, one file per kernel: knows neither rayon nor ndarray.

pub(crate) mod ahead;
pub(crate) mod cast;
pub(crate) mod certain;
pub(crate) mod conv;
pub(crate) mod exact;
pub(crate) mod fft;
pub(crate) mod map;
pub(crate) mod matmul;
pub(crate) mod number;
mod pair;
pub(crate) mod past_cache;
pub(crate) mod reduce;
pub(crate) mod scan;
pub(crate) mod select;
pub(crate) mod terms;
pub(crate) mod ufunc;
