//! How arrays are cut: collapsed axes, chunk bounds, shapes, output memory.
//!
//! Knows `ndarray`; does no arithmetic on elements, knows neither rayon nor the
//! CPU. What it decides follows from shape and strides alone, never from who
//! comes to help, so that results cannot depend on it.

mod axes;
mod chunks;
mod gemm;
mod list;
mod memory;
mod room;
mod shape;
mod spectral;
mod tiles;
mod windows;

pub(crate) use axes::{Axes, Axis, Run};
pub(crate) use chunks::Chunks;
pub(crate) use gemm::{Blocks, Gemm, Packing, Split, cost_ns as product_cost_ns};
pub(crate) use list::List;
pub(crate) use memory::Buffer;
pub(crate) use room::Room;
pub(crate) use shape::{broadcast, check_axis, check_output, checked_len, is_c_order, is_f_order};
pub(crate) use spectral::{Span, Spectral};
pub(crate) use tiles::Tiles;
pub(crate) use windows::{Reach, Window, Windows};
