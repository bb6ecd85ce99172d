//! What lessons hand over: tables, and pictures that become files.

pub(crate) mod pictures;
pub(crate) mod shown;
pub(crate) mod tables;
