//! pool.
fn main() {}
