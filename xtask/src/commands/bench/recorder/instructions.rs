//! Counts the instructions of a run by valgrind's callgrind: the one figure of a program's speed
//! that is the same on a busy machine.

use super::plan::Side;
use super::program::{WorkloadOutput, WorkloadPrograms};
use crate::runner::callgrind;
use anyhow::{Context as _, Result};

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
