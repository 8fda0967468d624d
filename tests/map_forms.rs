//! The forms of map beyond one array from a closure: two results, indices, eight operands;
//! casts; arithmetic of whole arrays against the definition, on every tier.

#[path = "map_forms/arithmetic.rs"]
mod arithmetic;
#[path = "map_forms/casts.rs"]
mod casts;
mod common;
#[path = "map_forms/inplace.rs"]
mod inplace;
#[path = "map_forms/pairs.rs"]
mod pairs;
#[path = "map_forms/reduced.rs"]
mod reduced;
#[path = "map_forms/walk.rs"]
mod walk;

use common::{Bits, Rng, assert_same_bits, bits_of, layout, same_bits_everywhere, tiers};
use ndarray::{
    Array, Array1, Array2, Array3, ArrayD, Axis, Ix2, Ix3, IxDyn, ShapeBuilder, array, aview0, s,
};
use proptest::prelude::*;
use swath::map::{self, Cast, Integer, Number, Scalar};
use swath::reduce::{self, All, Any, CountNonzero, Max, Mean, Min, Prod, Std, Sum, Var};
use swath::{
    Error, map_indexed, map_indexed_inplace, map_indexed_into, map_reduce, map2, map2_into, math,
    testing,
};
