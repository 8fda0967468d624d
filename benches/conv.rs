//! conv.
fn main() {}
