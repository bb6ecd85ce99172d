//! Follows references: a type passes its fields to the tracer, which collects objects and
//! references.

pub(crate) mod block;
mod guards;
pub(crate) mod roots;
pub(crate) mod trace;
pub(crate) mod tracer;
