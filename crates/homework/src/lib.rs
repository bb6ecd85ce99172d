//! Pure rules: what was measured of homework -> points. Data in, data out; the same measurement gives the same points, on
//! the student's machine and on the teacher's.
//!
//! - `task`: which tasks there are, what they are called and how many points they give.
//! - `identity`: which ids and names there can be.
//! - `input`: what a seed makes, and the right answers, by code of its own: nobody takes the measured program's word.
//! - `protocol`: the request that a measuring child reads and the record that it writes.
//! - `anchors`: what full and no points are given for, and the line between.
//! - `judge`: three runs of one task -> [`TaskResult`](heaplab_record::TaskResult).
//! - `source_hash`: one hash for a student's files.
//! - [`source_rules`]: what a handed-in source may not contain. [`reason`]: why a verdict is not a pass.
//! - [`claims`]: the student's own figures, compared with what was measured.
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
pub use input::{Answer, Counts, ROW_BYTES, expected_counts, expected_rows, name_of_row, score_of_row};
pub use judge::{
    PASS_PERCENT, PointTotals, RunFigures, TaskScale, Trial, failed_task, is_pass, judge, sum_points,
};
pub use protocol::{HarnessRecord, HarnessRequest, ProtocolError, Share, parse_record};
pub use source_hash::{sha256, source_sha256};
pub use task::{LINES, PUBLIC_SEED, ROWS, RUNS, SCALE_FACTOR, SHARED_BYTES, SHARED_WORDS, Task, WORKERS};
