//! map.
fn main() {}
