//! Runs a program under valgrind's callgrind, which interprets and counts every instruction: slow,
//! but the same figure on every run. Only this file knows valgrind's command line.

use crate::runner::environment::program_version;
use anyhow::{Context as _, Result};
use heaplab_command::child_process;
use heaplab_profile::callgrind::{self, CallgrindProfile, LineCost};
use heaplab_profile::symbols::{OwnLines, Roots, demangle};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How to install valgrind, for a lesson's page and for the doctor.
pub const INSTALL_HINT: &str = "Debian: apt-get install valgrind; Fedora: dnf install valgrind";

/// Such as `valgrind-3.19.0`; `None` where it is not installed.
pub fn version() -> Option<String> {
    program_version("valgrind")
}

/// The command line before a program's own that counts its instructions in total.
pub fn totals_command(out: &Path) -> Vec<OsString> {
    vec!["valgrind".into(), "--tool=callgrind".into(), out_file_option(out)]
}

/// The command line before a program's own that counts by function, line and stack. The folder
/// `out` gets one file per process.
pub fn profile_command(out: &Path) -> Vec<OsString> {
    let options = callgrind::OPTIONS.map(OsString::from);
    let first = ["valgrind".into(), "--quiet".into()];
    first.into_iter().chain(options).chain([out_file_option(&output_file(out, "%p"))]).collect()
}

fn out_file_option(path: &Path) -> OsString {
    let mut option = OsString::from("--callgrind-out-file=");
    option.push(path);
    option
}

fn output_file(out: &Path, process: &str) -> PathBuf {
    out.join(format!("callgrind.{process}"))
}

/// The counts of a process in `out`; `Ok(None)` where it left none because it was killed.
pub fn read_counts(out: &Path, process: u32) -> Result<Option<CallgrindProfile>> {
    let path = output_file(out, &process.to_string());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let counted = callgrind::read(&text, demangle);
    counted.map(Some).with_context(|| format!("cannot read what {} left", version().unwrap_or_default()))
}

/// The lines of files below the root. Code that was inlined into a line counts for that line.
pub fn own_lines(counted: &CallgrindProfile, roots: &Roots) -> BTreeMap<String, Vec<LineCost>> {
    let mut own = OwnLines::new(roots);
    let mut files: BTreeMap<String, Vec<LineCost>> = BTreeMap::new();
    for line in counted.sum_by_line(|one| own.find_line(&one.object, one.address)) {
        files.entry(line.file.clone()).or_default().push(line);
    }
    files
}

/// Runs a program to its end under callgrind in its own process group, and returns its process id.
pub fn run(command: &mut Command) -> Result<u32> {
    let (process, status) = child_process::run_to_end(command, "valgrind")?;
    anyhow::ensure!(status.success(), "under valgrind: {}", child_process::describe_status(status));
    Ok(process)
}

/// Reads a line such as `==123== Collected : 456`.
pub fn parse_collected(stderr: &str) -> Option<u64> {
    let line = stderr.lines().find_map(|line| line.split_once("Collected :"))?;
    line.1.split_whitespace().next()?.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_read() {
        let stderr =
            "==7== Events    : Ir\n==7== Collected : 147256103\n==7== \n==7== I   refs:      147,256,103\n";
        assert_eq!(parse_collected(stderr), Some(147_256_103));
        assert_eq!(parse_collected("==7== Events    : Ir\n"), None);
    }
}
