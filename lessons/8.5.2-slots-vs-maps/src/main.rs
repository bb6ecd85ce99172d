//! lesson
fn main() {}
