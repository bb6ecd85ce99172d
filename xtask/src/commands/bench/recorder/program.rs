//! One run of a workload in a fresh process, and its output.

use super::builds::BuiltPrograms;
use super::plan::{Build, Side};
use crate::commands::bench::process::{self, ProcessEnd};
use anyhow::{Context as _, Result};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Long enough to take no measurable time from a run on two cores.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The line that a workload prints.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct WorkloadOutput {
    pub(super) wall_ns: u64,
    pub(super) checksum: u64,
    pub(super) peak_rss_bytes: Option<u64>,
    /// From the start of the process to its end, as seen from outside.
    #[serde(default)]
    pub(super) process_ns: u64,
    /// CPU time of all its processes.
    #[serde(default)]
    pub(super) cpu_ns: Option<u64>,
}

/// What is run: a side of one build, on a workload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work<'a> {
    pub(super) side: Side,
    pub(super) build: Build,
    pub(super) workload: &'a str,
    pub(super) rows: u64,
}

/// The programs, and a folder for their output.
pub(super) struct WorkloadPrograms {
    pub(super) built: BuiltPrograms,
    pub(super) folder: PathBuf,
}

impl WorkloadPrograms {
    pub(super) fn run_workload(&self, work: Work<'_>) -> Result<WorkloadOutput> {
        let before = match work.side {
            Side::Heaptrack => {
                let place = self.folder.join("heaptrack");
                vec!["heaptrack".into(), "-o".into(), place.into_os_string()]
            }
            _ => Vec::new(),
        };
        self.run_under_tool(&before, work).map(|(said, _)| said)
    }

    /// Runs one side with a tool's command line before its own; also returns its standard error.
    pub(super) fn run_under_tool(
        &self,
        before: &[std::ffi::OsString],
        work: Work<'_>,
    ) -> Result<(WorkloadOutput, String)> {
        let Work { side, build, workload, rows } = work;
        let binary = self.built.find_binary(build, side)?.as_os_str().to_owned();
        let mut words = before.iter().cloned().chain([binary]);
        let mut command = Command::new(words.next().unwrap_or_default());
        let probe = match side {
            Side::Heap | Side::HeapInMemory => "heap",
            Side::Dhat => "dhat",
            Side::Plain | Side::Twin | Side::Heaptrack | Side::ModAlloc | Side::Heapscope => "plain",
        };
        command.args(words).args([workload, "--rows", &rows.to_string()]).env("HEAPLAB_PROBE", probe);
        let recordings = self.folder.join("recordings");
        match side {
            Side::HeapInMemory => command.env_remove("HEAPLAB_OUT"),
            _ => command.env("HEAPLAB_OUT", &recordings),
        };
        std::fs::create_dir_all(&recordings)
            .with_context(|| format!("cannot make {}", recordings.display()))?;
        let what = format!("{workload} under {}", side.name());
        let ended = process::run_process(command, &self.folder, &what, LOOK_EVERY);
        // The system would write the recordings to the disk during later runs.
        std::fs::remove_dir_all(&recordings)
            .with_context(|| format!("cannot remove {}", recordings.display()))?;
        let ProcessEnd { stdout, stderr, process_ns, cpu_ns } = ended?;
        let said = parse_output(&stdout).with_context(|| format!("{what} printed no result"))?;
        Ok((WorkloadOutput { process_ns, cpu_ns, ..said }, stderr))
    }
}

/// Finds the workload's line among the lines that heaptrack prints.
fn parse_output(output: &str) -> Option<WorkloadOutput> {
    output.lines().rev().find_map(|line| serde_json::from_str(line.trim()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_found_between_those_of_heaptrack() {
        let output = "heaptrack output will be written to \"x\"\nstarting application\n\
            {\"workload\":\"slots\",\"rows\":5,\"wall_ns\":7,\"checksum\":9,\"peak_rss_bytes\":null}\n\
            heaptrack stats:\n\tallocations: 12\n";
        let said = parse_output(output).unwrap();
        assert_eq!((said.wall_ns, said.checksum, said.peak_rss_bytes), (7, 9, None));
        assert!(super::parse_output("heaptrack stats:\n12\n").is_none());
    }
}
