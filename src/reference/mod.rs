//! The naive version of every operation: the oracle of all tests, written to be
//! obviously right and never to be fast. Not part of the API.

pub mod conv;
pub mod matmul;
pub mod reduce;
pub mod scan;
