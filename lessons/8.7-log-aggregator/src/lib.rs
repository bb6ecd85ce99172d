//! What the variants of lesson 8.7 share. `src/main.rs` is the lesson itself; `src/bin/worker.rs`
//! is a process of the variant `processes`. The rest of the machinery is in crates/logagg.

pub mod attachments;
pub mod count;
pub mod log;
pub mod workers;
