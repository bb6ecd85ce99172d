//! What the rungs of lesson 8.7 share: `src/main.rs` is the lesson itself, `src/bin/worker.rs` a
//! process of one of its rungs.
//!
//! - [`log`]: the log that all of them read. [`count`]: the plain counter, and what all must agree
//!   on.
//! - [`ranges`]: parts of a file for several hands. [`mapped`]: files as memory.
//! - [`shared`]: one table for several processes. [`workers`]: these processes.
//! - [`look`]: what the report is shown of a result.

pub mod attachments;
pub mod count;
pub mod file_parts;
pub mod log;
pub mod mapped;
pub mod shared_table;
pub mod workers;
