//! Questions to a snapshot: objgraph's own (chains, totals by type), and what reference counting
//! would free, which objects form cycles, and retained sizes.

pub(crate) mod break_effect;
mod cycles;
mod dominators;
mod reference_chain;
pub(crate) mod type_counts;
