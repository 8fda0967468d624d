//! Sums, products, means, variances, least and greatest elements and where they are,
//! truth, dot products: of a whole array, or along any of its axes.
//!
//! ```
//! use ndarray::array;
//! use swath::reduce;
//!
//! let a = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
//! assert_eq!(reduce::sum(&a), 21.0);
//! assert_eq!(reduce::mean_axis(&a, 0)?, array![2.5, 3.5, 4.5]);
//! assert_eq!(reduce::max_axis(&a, 1)?, array![3.0, 6.0]);
//! # Ok::<(), swath::Error>(())
//! ```
//!
//! # The order of additions
//! Floating-point sums depend on the order of additions. Here it follows from the
//! shape and the strides of the arrays alone, never from threads, chunks, the CPU
//! or the alignment: the same input gives the same bits, always. Nothing is fused:
//! products in [`dot`] are rounded, then added.
//!
//! **A sequence** of n elements:
//! - n at most 16: one after the other.
//! - Else it is cut into blocks of 4096 (`f32`) or 2048 (`f64`) elements. In a
//!   block, element i goes to lane i mod 64 (`f32`) or 32 (`f64`); a lane adds its
//!   elements in order; then the upper half of the lanes is added to the lower,
//!   until one is left. Lanes that got no element are left out.
//! - Blocks are added by pairs (first and second, third and fourth, ...; an odd
//!   last one stays), the results again by pairs, until one is left.
//!
//! **A whole array** is a sequence in the order of memory: axes with the longest
//! stride outermost (among equal strides, the order of the array), and axes with a
//! negative stride walked from their other end. [`dot`] takes the order of the index.
//!
//! **Some axes**: for each output the elements along them, in the order of memory as
//! above ([`dot_axis`]: by rising index). Compare the strides of the reduced axes with
//! the shortest stride among the others, where axes of length 1 and strides of 0 do not
//! count, and strides of two operands are added up. Call those reduced axes inner whose
//! stride is not longer.
//! - All reduced axes are inner, or the inner ones have more than 16 elements together,
//!   or no other axis counts: for each output a sequence, as above.
//! - Else rows are added: for each output, blocks of 128 elements one after the
//!   other, then blocks by pairs as above.
//!
//! **Complex numbers** are elements of half as many lanes and of blocks half as long, so
//! that their parts are added as `f32` and `f64` are; their variance is that of the real
//! parts and that of the imaginary parts, added. In a product 1 times anything is that. Norms
//! take absolute values in the order of real numbers, in blocks of 2048 (`f32`) or 1024
//! (`f64`). **Floats of 16 bits** are reduced as the same numbers in `f32`.
//!
//! **Products** are taken in the same order. **Variances** too: of each block the mean
//! and the squared deviations from it, which are then merged by pairs, in `f64`.
//!
//! Integers wrap at 64 bits, and least and greatest elements do not depend on any
//! order.
//!
//! # NaN and zeros
//! A NaN anywhere gives NaN, wherever it stands ([`min`] and [`max`] too); [`nansum`] and
//! the others of its name leave NaN out. The sum
//! of nothing is +0.0; a sum of which every element is -0.0 is -0.0. In
//! [`min`] and [`max`] -0.0 is less than +0.0.

// Axes, folds and operands are a word or two, and read best as values.
#![allow(clippy::needless_pass_by_value)]

mod along;
mod axes;
#[macro_use]
mod axis;
mod broadcast;
mod complex;
mod exact;
mod fold;
#[cfg(feature = "half")]
mod halves;
mod higher;
mod logsumexp;
mod mapped;
mod norms;
mod operands;
mod places;
mod sequence;
mod shared;
mod skipping;
mod types;
mod whole;

pub use axes::Axes;
pub use axis::*;
pub use broadcast::*;
pub use exact::*;
pub use fold::*;
pub use higher::*;
pub use logsumexp::*;
pub use mapped::*;
pub use norms::*;
pub use places::*;
pub use skipping::*;
pub(crate) use types::non_zero_bits;
pub use types::{Reduce, ReduceFloat, ReduceNorm, ReduceReal};
pub use whole::*;
