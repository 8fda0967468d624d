//! Naive matmul.
