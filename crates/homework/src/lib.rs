//! The rules of homework 8.9, without input or output: the same measurement gives the same points
//! on the student's machine and on the teacher's.
//!
//! - `task`: the tasks and their points. `identity`: valid ids and names.
//! - `input`: the input from a seed and the right answers, written independently of the measured
//!   program.
//! - `protocol`: the request that a measuring process reads, and the record that it writes.
//! - `anchors`: points for a figure. `judge`: three runs of one task to a
//!   [`TaskResult`](heaplab_record::TaskResult).
//! - `source_hash`: one hash for a student's files. [`source_rules`]: what they may not contain.
//! - [`reason`]: why a verdict is not a pass. [`claims`]: the student's own figures, compared.
//! - [`similarity`]: sources that are alike. [`book`]: the gradebook of a class.

mod anchors;
pub mod book;
pub mod claims;
mod identity;
mod input;
mod judge;
mod protocol;
pub mod reason;
pub mod similarity;
mod source_hash;
pub mod source_rules;
mod task;

pub use anchors::{Anchors, ScoreLimits, credit, score_limits};
pub use identity::{check_id, check_name};
pub use input::{Answer, Counts, ROW_BYTES, expected_counts, expected_rows};
pub use judge::{
    PASS_PERCENT, PointTotals, RunFigures, TaskScale, Trial, failed_task, is_pass, judge, sum_points,
};
pub use protocol::{HarnessRecord, HarnessRequest, ProtocolError, Share, parse_record};
pub use source_hash::{sha256, source_sha256};
pub use task::{LINES, PUBLIC_SEED, ROWS, RUNS, SCALE_FACTOR, SHARED_BYTES, SHARED_WORDS, Task, WORKERS};
