//! The scale that was asked for. Each lesson of a section has a default of its own, so runs of one
//! report may have been asked for different amounts of work.

use heaplab_record::{Report, Run};

/// The scale that was asked of a run; its own is lower where memory did not suffice.
pub fn requested_rows(run: &Run, report: &Report) -> u64 {
    run.rows_requested.unwrap_or(report.rows_requested)
}
