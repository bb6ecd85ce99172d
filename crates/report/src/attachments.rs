//! What lessons hand over: tables, and pictures that become files.

pub(crate) mod pictures;
pub(crate) mod tables;
