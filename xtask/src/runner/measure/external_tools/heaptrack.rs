//! Reads `heaptrack`'s results. Its printed totals are rounded, but its folded stacks are exact,
//! with one file per measure.

use super::{ToolFigures, is_in_region, read_output};
use crate::runner::child_process;
use anyhow::{Context as _, Result, ensure};
use heaplab_record::OutsideFigures;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(super) fn command_prefix(out: &Path) -> Vec<String> {
    vec!["-o".to_owned(), out.join("heaptrack").display().to_string()]
}

pub(super) fn read_figures(out: &Path) -> Result<ToolFigures> {
    let data = find_data_file(out)?;
    let mut whole = OutsideFigures::default();
    let mut outside = OutsideFigures::default();
    type Field = fn(&mut OutsideFigures) -> &mut u64;
    let measures: [(&str, Field); 3] = [
        ("allocations", |of| &mut of.total_blocks),
        ("peak", |of| &mut of.peak_bytes),
        ("leaked", |of| &mut of.end_bytes),
    ];
    for (measure, field) in measures {
        let (all, not_ours) = split_by_region(&export_folded(out, &data, measure)?)?;
        *field(&mut whole) = all;
        *field(&mut outside) = not_ours;
    }
    Ok((whole, outside))
}

/// heaptrack adds the ending of the compression that it was built with.
fn find_data_file(out: &Path) -> Result<PathBuf> {
    ["heaptrack.zst", "heaptrack.gz", "heaptrack"]
        .into_iter()
        .map(|name| out.join(name))
        .find(|path| path.is_file())
        .context("it left no data")
}

fn export_folded(out: &Path, data: &Path, measure: &str) -> Result<String> {
    let file = out.join(format!("{measure}.folded"));
    let mut command = Command::new("heaptrack_print");
    command.arg("--file").arg(data).args(["--print-peaks", "0", "--print-allocators", "0"]);
    command.args(["--print-temporary", "0", "--flamegraph-cost-type", measure]);
    // Suppressed leaks are live all the same.
    command.args(["--disable-builtin-suppressions", "--disable-embedded-suppressions"]);
    command.arg("--print-flamegraph").arg(&file);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (_, status) = child_process::run_to_end(&mut command, "heaptrack_print")?;
    ensure!(status.success(), "heaptrack_print: {}", child_process::describe_status(status));
    read_output(&file)
}

/// The sum over all stacks, and over those outside the region.
fn split_by_region(folded: &str) -> Result<(u64, u64)> {
    let (mut all, mut outside) = (0, 0);
    for line in folded.lines().filter(|line| !line.is_empty()) {
        let parts = line.rsplit_once(' ').and_then(|(stack, cost)| Some((stack, cost.parse().ok()?)));
        let (stack, cost): (&str, u64) = parts.context("heaptrack_print wrote no folded stacks")?;
        let frames: Vec<String> = stack.split(';').map(demangle).collect();
        all += cost;
        if !is_in_region(frames.iter().map(String::as_str)) {
            outside += cost;
        }
    }
    Ok((all, outside))
}

/// heaptrack only knows Rust's older mangling.
fn demangle(frame: &str) -> String {
    let name = frame.split(" (").next().unwrap_or(frame);
    format!("{:#}", rustc_demangle::demangle(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_are_split_by_the_region() {
        let bench = "heaplab_lesson::measure::VariantRunner::measure::h0123456789abcdef (measure.rs)";
        let call = "heaplab_lesson::measure::run_variant::h0123456789abcdef (measure.rs)";
        // The second variant was inlined, so its own name is not in the stack.
        let folded = format!(
            "main;{bench};{call};_RNvC13slots_vs_maps4list (main.rs); 40\n\
             main;{bench};{call}; 5\n\
             main;{bench};heaplab_lesson::resident::now::h01 (resident.rs); 2\n\
             _start;call_init (libc-start.c); 72704\n"
        );
        assert_eq!(split_by_region(&folded).unwrap(), (72_751, 72_706));
        assert_eq!(split_by_region("").unwrap(), (0, 0));
        assert!(split_by_region("main; many\n").is_err());
    }
}
