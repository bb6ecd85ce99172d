//! Pure rules: what was measured of homework -> points. Data in, data out; the same measurement gives the same points, on
//! the student's machine and on the teacher's.
//!
//! - `task`: which tasks there are, what they are called and how many points they give.
//! - `identity`: which ids and names there can be.
//! - `input`: what a seed makes, and the right answers, by code of its own: nobody takes the measured program's word.
//! - `wire`: what a measuring child is told and what it says, a line each.
//! - `anchors`: what full and no points are given for, and the line between.
//! - `judge`: three runs of one task -> [`TaskResult`](heaplab_record::TaskResult).
//! - `source`: one hash for a student's files.
//! - [`similar`]: sources that are alike. [`book`]: a class as one book.

mod anchors;
pub mod book;
mod identity;
mod input;
mod judge;
mod protocol;
pub mod similarity;
mod source_hash;
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
