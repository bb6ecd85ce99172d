//! How many instructions a run executes, as valgrind's callgrind counts them: the one figure of a program's speed that is
//! the same on a busy machine.

use super::plan::Side;
use super::program::{WorkloadOutput, WorkloadPrograms};
use crate::runner::callgrind;
use anyhow::{Context as _, Result};

/// Runs one side under callgrind.
pub(super) fn count_instructions(
    programs: &WorkloadPrograms,
    side: Side,
    workload: &str,
    rows: u64,
) -> Result<(WorkloadOutput, u64)> {
    let before = callgrind::totals_command(&programs.folder.join("callgrind.out"));
    let (said, stderr) = programs.run_under_tool(&before, side, workload, rows)?;
    let count = callgrind::parse_collected(&stderr).context("valgrind wrote no `Collected` line")?;
    Ok((said, count))
}
