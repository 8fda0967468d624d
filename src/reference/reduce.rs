//! Naive reduce.
