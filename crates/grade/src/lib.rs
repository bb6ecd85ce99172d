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
pub mod similar;
mod source;
mod task;
mod wire;

pub use anchors::{Anchors, Limits, credit, limits};
pub use identity::{check_id, check_name};
pub use input::{Answer, Counts, ROW_BYTES, counts_of_lines, name_of_row, rows_answer, score_of_row};
pub use judge::{Observed, PASS_PERCENT, Scale, Totals, Trial, broken, judge, passes, totals};
pub use source::{sha256, source_sha256};
pub use task::{LINES, PUBLIC_SEED, ROWS, RUNS, SHARED_BYTES, SHARED_WORDS, TIMES, Task, WORKERS};
pub use wire::{Order, Said, Share, WireError, say};
