//! matmul.
fn main() {}
