//! [`Trace`](crate::Trace) for the standard library's types.

pub(crate) mod block_pointer;
mod cells;
mod leaf_types;
mod maps;
mod pointers;
mod sequences;
