//! reduce.
fn main() {}
