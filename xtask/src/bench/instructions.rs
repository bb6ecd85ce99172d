//! How many instructions a run executes, as valgrind's callgrind counts them: the one figure of a program's speed that is
//! the same on a busy machine.

use super::plan::Side;
use super::program::{Programs, Said};
use anyhow::{Context as _, Result};
use std::ffi::OsString;

/// Runs one side under callgrind.
pub(super) fn count(programs: &Programs, side: Side, workload: &str, rows: u64) -> Result<(Said, u64)> {
    let mut out = OsString::from("--callgrind-out-file=");
    out.push(programs.folder.join("callgrind.out"));
    let before = ["valgrind".into(), "--tool=callgrind".into(), out];
    let (said, stderr) = programs.run_behind(&before, side, workload, rows)?;
    let count = collected(&stderr).context("valgrind wrote no `Collected` line")?;
    Ok((said, count))
}

/// `==123== Collected : 456`.
fn collected(stderr: &str) -> Option<u64> {
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
        assert_eq!(collected(stderr), Some(147_256_103));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }
}
