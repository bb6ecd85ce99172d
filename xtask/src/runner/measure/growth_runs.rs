//! The runs that show how a variant grows: at N, 2N and 4N under the recorder, with snapshots on
//! the way. 4N is the run's own scale. That run drops its data at the end, which separates blocks
//! that nobody owned from blocks that still had an owner.

use super::VariantTask;
use super::runner::Runner;
use anyhow::Result;
use heaplab_analysis::growth::checkpoint_requests;
use heaplab_profile::raw::RawRecording;
use heaplab_record::{LiveSnapshot, Probe};

/// Fewer requests than this at N say nothing.
const LEAST_SMALLEST_ROWS: u64 = 16;

/// The runs of one variant.
pub(crate) struct ScaledRuns {
    pub(crate) section: String,
    pub(crate) variant: String,
    /// At N, 2N and 4N.
    pub(crate) runs: Vec<ScaledRun>,
}

pub(crate) struct ScaledRun {
    pub(crate) rows: u64,
    pub(crate) raw: RawRecording,
    pub(crate) looks: Vec<LiveSnapshot>,
}

/// Runs the variant at N, 2N and 4N. `None` where a run fails, which is reported, or where 4N is
/// too few.
pub(super) fn run_at_scales(
    runner: &mut Runner<'_>,
    task: VariantTask<'_>,
    rows: u64,
) -> Result<Option<ScaledRuns>> {
    if rows / 4 < LEAST_SMALLEST_ROWS {
        return Ok(None);
    }
    let mut runs = Vec::new();
    for (part, is_torn_down) in [(4, false), (2, false), (1, true)] {
        let rows = rows / part;
        let mut looks = checkpoint_requests(rows);
        if let Some((from, to)) = runner.request.between.filter(|_| is_torn_down) {
            looks.extend([from, to].into_iter().filter(|&look| look <= rows));
        }
        let looks: Vec<String> = looks.iter().map(u64::to_string).collect();
        let mut asked = vec![("HEAPLAB_LOOKS", looks.join(","))];
        if is_torn_down {
            asked.push(("HEAPLAB_TEARDOWN", "1".to_owned()));
        }
        let Some(answer) = runner.run_child_with_env(task, Probe::Heap, rows, asked)?.answer else {
            return Ok(None);
        };
        let Some(raw) = answer.recording else { return Ok(None) };
        runs.push(ScaledRun { rows, raw, looks: answer.record.looks });
    }
    let section = task.built.lesson.section.to_string();
    Ok(Some(ScaledRuns { section, variant: task.shown_as.to_owned(), runs }))
}
