//! Counts the instructions of a run by valgrind's callgrind: the one figure of a program's speed
//! that is the same on a busy machine.

use super::program::{Work, WorkloadOutput, WorkloadPrograms};
use crate::runner::callgrind;
use anyhow::{Context as _, Result};

pub(super) fn count_instructions(
    programs: &WorkloadPrograms,
    work: Work<'_>,
) -> Result<(WorkloadOutput, u64)> {
    let before = callgrind::totals_command(&programs.folder.join("callgrind.out"));
    let (said, stderr) = programs.run_under_tool(&before, work)?;
    let count = callgrind::parse_collected(&stderr).context("valgrind wrote no `Collected` line")?;
    Ok((said, count))
}
