//! Your homework. `required` and `optional` are yours; more files beside them are welcome, one `mod` each.

pub mod optional;
pub mod required;
