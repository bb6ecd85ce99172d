//! The logs: generated once and kept for the next run, or generated for one measurement and
//! removed.

use crate::commands::bench::logagg::side::AggregatorPrograms;
use crate::commands::bench::process;
use crate::commands::bench::table::BenchTable;
use crate::exit::ExitReason;
use crate::runner::memory;
use anyhow::{Context as _, Result};
use heaplab_report::format;
use serde::Deserialize;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Disk space that stays free beside a log, for spilled tables and reports.
const SPARE_BYTES: u64 = 2 << 30;
/// Bytes per address in the standard log: four billion for a million addresses.
const BYTES_PER_ADDRESS: u64 = 4000;

/// How a log is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recipe {
    pub(super) bytes: u64,
    pub(super) addresses: u64,
}

impl Recipe {
    /// The standard log, scaled to a size.
    pub(super) fn standard(bytes: u64) -> Recipe {
        Recipe { bytes, addresses: (bytes / BYTES_PER_ADDRESS).max(1) }
    }

    /// The lecture's log: 10 GB instead of 4, with the same number of addresses.
    pub(super) fn lecture(bytes: u64) -> Recipe {
        Recipe { bytes: bytes / 2 * 5, ..Recipe::standard(bytes) }
    }

    /// 30 million addresses instead of one million, so nearly every line has a new one.
    pub(super) fn many_addresses(bytes: u64) -> Recipe {
        Recipe { bytes: bytes / 8 * 13, addresses: Recipe::standard(bytes).addresses * 30 }
    }
}

/// A log on disk.
pub(super) struct Log {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) lines: u64,
    pub(super) addresses: u64,
    removed_at_end: bool,
}

impl Drop for Log {
    fn drop(&mut self) {
        if self.removed_at_end {
            remove(&self.path);
        }
    }
}

/// The output of `logagg generate --json`.
#[derive(Deserialize)]
struct GeneratorOutput {
    bytes: u64,
    lines: u64,
    addresses: u64,
}

pub(super) fn log_folder(programs: &AggregatorPrograms) -> PathBuf {
    let target = programs.logagg.parent().and_then(Path::parent).unwrap_or(Path::new("target"));
    target.join("bench-logs")
}

/// The size of the logs that are kept.
pub(super) fn stored_bytes(programs: &AggregatorPrograms) -> u64 {
    let files = std::fs::read_dir(log_folder(programs)).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|found| found.len()).sum()
}

/// Returns the log of a recipe, kept or newly generated. It must fit on the disk and into the page
/// cache.
pub(super) fn prepare_log(
    recipe: Recipe,
    kept: bool,
    programs: &AggregatorPrograms,
    table: &BenchTable<'_>,
) -> Result<Log> {
    let folder = log_folder(programs);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join(format!("{}-{}-7.log", recipe.bytes, recipe.addresses));
    let beside = path.with_extension("json");
    let of = |written: GeneratorOutput| Log {
        path: path.clone(),
        bytes: written.bytes,
        lines: written.lines,
        addresses: written.addresses,
        removed_at_end: !kept,
    };
    let words = table.words;
    let bytes = format::bytes(recipe.bytes);
    if memory::available_bytes().is_some_and(|available| available < recipe.bytes + SPARE_BYTES / 2) {
        return Err(ExitReason::MissingRequirement(words.say("bench-no-memory", &[("bytes", &bytes)])).into());
    }
    let size = std::fs::metadata(&path).map(|found| found.len()).ok();
    let said =
        std::fs::read(&beside).ok().and_then(|text| serde_json::from_slice::<GeneratorOutput>(&text).ok());
    if let Some(written) = said.filter(|written| size == Some(written.bytes)) {
        return Ok(of(written));
    }
    if memory::free_disk_bytes(&folder).is_some_and(|free| free < recipe.bytes + SPARE_BYTES) {
        let place = folder.display().to_string();
        return Err(ExitReason::MissingRequirement(
            words.say("bench-no-disk", &[("bytes", &bytes), ("place", &place)]),
        )
        .into());
    }
    table.screen.print_step(&words.say("bench-generating", &[("bytes", &bytes)]));
    // The guard removes a half-written log, however the run ends.
    let part = PartialLog(path.with_extension("part"));
    let mut command = Command::new(&programs.logagg);
    command.args(["generate", "--json", "--seed", "7", "--bytes", &recipe.bytes.to_string()]);
    command.args(["--addresses", &recipe.addresses.to_string()]).arg(&part.0);
    let ended = process::run_process(command, &programs.folder, "logagg generate", Duration::from_millis(5))?;
    let text = ended.stderr.lines().last().unwrap_or_default().to_owned();
    let written = serde_json::from_str(&text).context("logagg generate did not say what it wrote")?;
    std::fs::rename(&part.0, &path).with_context(|| format!("cannot keep {}", path.display()))?;
    std::fs::write(&beside, text).with_context(|| format!("cannot write {}", beside.display()))?;
    Ok(of(written))
}

/// Three lines. The second has the requested length, as a hole of zeros that takes no disk space.
pub(super) fn generate_long_line(bytes: u64, programs: &AggregatorPrograms) -> Result<Log> {
    let folder = log_folder(programs);
    let path = folder.join("one-long-line.log");
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        let file = File::create(&path)?;
        file.write_all_at(b"1.2.3.4 first\n::1 ", 0)?;
        file.write_all_at(b"\n9.9.9.9 last", bytes - 13)
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Log { path, bytes, lines: 3, addresses: 3, removed_at_end: true })
}

struct PartialLog(PathBuf);

impl Drop for PartialLog {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
    let _ = std::fs::remove_file(path.with_extension("json"));
}

#[cfg(test)]
mod tests {
    use super::super::peer::Peer;
    use super::*;

    #[test]
    fn the_usual_sizes_are_those_that_are_promised() {
        let of = |bytes, addresses| Recipe { bytes, addresses };
        let bytes = 4_000_000_000;
        assert_eq!(Recipe::standard(bytes), of(bytes, 1_000_000));
        assert_eq!(Peer::Mawk.recipe(bytes), of(400_000_000, 100_000));
        assert_eq!(Peer::Lecture.recipe(bytes), of(1_000_000_000, 1_000_000));
        assert_eq!(Peer::DuckDb.recipe(bytes), Recipe::standard(bytes));
        assert_eq!(Recipe::lecture(bytes), of(10_000_000_000, 1_000_000));
        assert_eq!(Recipe::many_addresses(bytes), of(6_500_000_000, 30_000_000));
    }
}
