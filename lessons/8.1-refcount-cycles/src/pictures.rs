//! What the report draws: who owns whom in a family, and what the collector did.

mod collections;
mod family_graph;
mod verdict;

pub(crate) use collections::draw_collections;
pub(crate) use family_graph::{draw_held_family, draw_leaked_family};
