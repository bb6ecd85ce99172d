//! Puts a report into its place: it is written to a folder beside it and exchanged for the last
//! report in one step. Whatever ends a run before that leaves the last report as it was.

use crate::exit::ExitReason;
use crate::publish::render::RECORDINGS_FOLDER;
use crate::runner::memory;
use anyhow::{Context as _, Result};
use heaplab_profile::formats::FORMATS;
use heaplab_record::{
    BENCH_SCHEMA, CPU_SCHEMA, DIFF_SCHEMA, GRADED_CLASS_SCHEMA, HOMEWORK_SCHEMA, REPORT_SCHEMA, Report,
};
use heaplab_report::Artifact;
use std::path::{Path, PathBuf};

/// The schema in `site.json` that marks a folder as a website of ours.
pub const SITE_SCHEMA: &str = "heaplab/site/v1";

/// A report with its pictures takes a few MiB, and the records of its runs as much.
const LEAST_FREE_BYTES: u64 = 24 << 20;

/// A report's place and the folder beside it that is filled first. Dropping it before
/// [`Staging::publish`] removes the folder and changes nothing else.
pub struct Staging {
    target: PathBuf,
    folder: PathBuf,
}

/// Opens the place before anything is measured, so that minutes of measuring are not lost because
/// it cannot be written. `named` is whether the user chose the place.
pub fn open_staging(target: &Path, named: bool) -> Result<Staging> {
    let target = std::path::absolute(target).with_context(|| format!("cannot find {}", target.display()))?;
    let wrong = |message: String| {
        if named { ExitReason::UsageError(message) } else { ExitReason::MissingRequirement(message) }
    };
    check_target(&target).map_err(&wrong)?;
    let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
        return Err(wrong(format!("{} is no place for a report: name a new folder", target.display())).into());
    };
    let next = if named { "choose another --out" } else { "make it writable, or choose a place with --out" };
    let cannot =
        |error: std::io::Error| wrong(format!("cannot write to {}: {error}; {next}", parent.display()));
    std::fs::create_dir_all(parent).map_err(cannot)?;
    remove_stale_staging(parent, &name.to_string_lossy());
    let folder = parent.join(staging_name(&name.to_string_lossy(), std::process::id()));
    std::fs::create_dir(&folder).map_err(cannot)?;
    let staging = Staging { target: target.clone(), folder };
    if let Some(free) = memory::free_disk_bytes(parent)
        && free < LEAST_FREE_BYTES
    {
        return Err(ExitReason::MissingRequirement(format!(
            "the disk of {} is full: {} KiB free, a report wants {} MiB; free some, or choose a place with --out",
            parent.display(),
            free >> 10,
            LEAST_FREE_BYTES >> 20
        ))
        .into());
    }
    std::fs::create_dir(staging.runs_folder()).map_err(cannot)?;
    Ok(staging)
}

/// Accepts a place that does not exist, an empty folder, or a report of ours.
fn check_target(target: &Path) -> std::result::Result<(), String> {
    let place = target.display();
    let entries = match std::fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => {
            return Err(format!("{place} is a file: name a folder"));
        }
        Err(error) => return Err(format!("cannot read {place}: {error}")),
    };
    if entries.count() == 0 || holds_report(target) {
        return Ok(());
    }
    Err(format!(
        "{place} holds files and no report of ours: it is not replaced; name a new or an empty folder"
    ))
}

/// Whether a folder has a report, a comparison, a bench, homework or a website of ours.
fn holds_report(folder: &Path) -> bool {
    let is_ours = |(name, schema): (&str, &str)| {
        let text = std::fs::read(folder.join(name)).ok();
        let parsed: Option<serde_json::Value> = text.and_then(|text| serde_json::from_slice(&text).ok());
        parsed.is_some_and(|file| file["schema"] == schema)
    };
    [
        ("report.json", REPORT_SCHEMA),
        ("diff.json", DIFF_SCHEMA),
        ("recorder.json", BENCH_SCHEMA),
        ("logagg.json", BENCH_SCHEMA),
        ("gradebook.json", GRADED_CLASS_SCHEMA),
        ("cpu.json", CPU_SCHEMA),
        ("site.json", SITE_SCHEMA),
        ("result.json", HOMEWORK_SCHEMA),
    ]
    .into_iter()
    .any(is_ours)
}

impl Staging {
    /// The folder for the children's folders; it never becomes part of the report.
    pub fn runs_folder(&self) -> PathBuf {
        self.folder.join("runs")
    }

    /// A folder within the report that a tool such as criterion fills itself.
    pub fn tool_folder(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes every file, then puts the whole folder into its place.
    pub fn publish(self, artifacts: &[Artifact]) -> Result<PathBuf> {
        std::fs::remove_dir_all(self.runs_folder()).context("cannot take the runs' temporary folder away")?;
        for artifact in artifacts {
            let path = self.folder.join(&artifact.name);
            let written = std::fs::create_dir_all(path.parent().unwrap_or(&self.folder))
                .and_then(|()| std::fs::write(&path, &artifact.bytes));
            written.map_err(|error| {
                let (name, place) = (&artifact.name, self.target.display());
                ExitReason::MissingRequirement(format!(
                    "cannot write {name} for {place}: {error}; the report there is as it was"
                ))
            })?;
        }
        match exchange_folders(&self.folder, &self.target) {
            Ok(()) => self.carry_over_foreign_files(artifacts)?,
            Err(error) => {
                let place = self.target.display();
                return Err(ExitReason::MissingRequirement(format!(
                    "cannot put the report into {place}: {error}"
                ))
                .into());
            }
        }
        Ok(self.target.clone())
    }

    /// After the exchange the last report is in the staging folder. Files there that are not part
    /// of a report, such as a student's notes, are moved to the new one.
    fn carry_over_foreign_files(&self, artifacts: &[Artifact]) -> Result<()> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Ok(()) };
        let pictures = last_attached_files(&self.folder);
        for entry in entries.flatten() {
            let name = entry.file_name();
            let text = name.to_string_lossy();
            let ours = is_report_file(&text)
                || pictures.iter().any(|name| *name == text)
                || artifacts.iter().any(|artifact| artifact.name.split('/').next() == Some(&text));
            let place = self.target.join(&name);
            if !ours && !place.exists() {
                std::fs::rename(entry.path(), &place).with_context(|| {
                    format!("cannot keep {} beside the new report", entry.path().display())
                })?;
            }
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The report in a folder, if it can be read.
pub fn read_report(folder: &Path) -> Option<Report> {
    serde_json::from_slice(&std::fs::read(folder.join("report.json")).ok()?).ok()
}

/// The files of the last report's attachments, whose names only that report knows: pictures, and
/// what other tools left.
fn last_attached_files(folder: &Path) -> Vec<String> {
    let Some(report) = read_report(folder) else { return Vec::new() };
    let stems = heaplab_report::picture_stems(&report);
    let pictures = stems.iter().flat_map(|stem| ["svg", "png"].map(|ending| format!("{stem}.{ending}")));
    pictures.chain(heaplab_report::tool_file_names(&report).into_iter().map(str::to_owned)).collect()
}

fn is_report_file(name: &str) -> bool {
    const NAMES: [&str; 4] = ["report.", "comparison.", "curve.", "live."];
    const PICTURES: [&str; 3] = [".flamegraph.svg", ".diff-new.svg", ".diff-old.svg"];
    let mut endings = FORMATS.iter().map(|format| format.ending).chain(PICTURES);
    ["summary.md", "diff.md", "diff.json", "criterion", RECORDINGS_FOLDER].contains(&name)
        || NAMES.iter().any(|start| name.starts_with(start))
        || endings.any(|end| name.ends_with(end))
}

/// Uses `renameat2`, which is one step. On other systems the last report is away for a moment but
/// never lost.
fn exchange_folders(new: &Path, target: &Path) -> std::io::Result<()> {
    if !target.exists() {
        return std::fs::rename(new, target);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let aside = new.with_extension("last");
    std::fs::rename(target, &aside)?;
    if let Err(error) = std::fs::rename(new, target) {
        std::fs::rename(&aside, target)?;
        return Err(error);
    }
    std::fs::rename(&aside, new)
}

fn staging_name(name: &str, process: u32) -> String {
    format!(".{name}.{process}.part")
}

/// Removes the staging folders of runs that were killed.
fn remove_stale_staging(parent: &Path, name: &str) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        let process = file_name
            .to_str()
            .and_then(|file| file.strip_prefix(&format!(".{name}.")))
            .and_then(|rest| rest.strip_suffix(".part"))
            .and_then(|process| process.parse::<u32>().ok());
        if process.is_some_and(|process| !is_running(process)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn is_running(process: u32) -> bool {
    let process = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    process.is_some_and(|process| rustix::process::test_kill_process(process) != Err(rustix::io::Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(name: &str, text: &str) -> Artifact {
        Artifact { name: name.into(), bytes: text.as_bytes().to_vec() }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    const REPORT: &str = r#"{"schema":"heaplab/report/v1"}"#;

    #[test]
    fn a_report_is_replaced_whole_and_notes_stay() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("8.5");
        let first = open_staging(&target, false).unwrap();
        first.publish(&[artifact("report.json", REPORT), artifact("gone.folded", "")]).unwrap();
        std::fs::write(target.join("my notes.txt"), "mine").unwrap();
        open_staging(&target, false).unwrap().publish(&[artifact("report.json", REPORT)]).unwrap();
        assert_eq!(names(&target), ["my notes.txt", "report.json"]);
        assert_eq!(names(home.path()), ["8.5"], "nothing temporary is left");
    }

    #[test]
    fn pictures_of_the_last_report_go_with_it() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("8.3");
        let report = include_str!("../../tests/data/leak-report.json");
        let files = [artifact("report.json", report), artifact("leak.svg", ""), artifact("leak.png", "")];
        open_staging(&target, false).unwrap().publish(&files).unwrap();
        std::fs::write(target.join("mine.svg"), "mine").unwrap();
        open_staging(&target, false).unwrap().publish(&[artifact("report.json", REPORT)]).unwrap();
        assert_eq!(names(&target), ["mine.svg", "report.json"]);
    }

    #[test]
    fn a_run_that_ends_early_changes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("8.5");
        open_staging(&target, false).unwrap().publish(&[artifact("report.json", REPORT)]).unwrap();
        let staging = open_staging(&target, false).unwrap();
        std::fs::write(staging.runs_folder().join("half"), "x").unwrap();
        drop(staging);
        assert_eq!(names(home.path()), ["8.5"]);
        assert_eq!(names(&target), ["report.json"]);
    }

    #[test]
    fn files_that_are_not_ours_are_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("thesis.tex"), "mine").unwrap();
        assert!(open_staging(home.path(), true).is_err());
        let file = home.path().join("thesis.tex");
        assert!(open_staging(&file, true).is_err());
        std::fs::write(home.path().join("report.json"), "{}").unwrap();
        assert!(open_staging(home.path(), true).is_err(), "a report.json of another schema is not ours");
    }

    #[test]
    fn what_a_killed_run_left_is_swept() {
        let home = tempfile::tempdir().unwrap();
        // No process has this number, which is above the kernel's highest.
        std::fs::create_dir(home.path().join(staging_name("8.5", 4_194_305))).unwrap();
        let mine = home.path().join(staging_name("8.5", std::process::id()));
        drop(open_staging(&home.path().join("8.5"), false).unwrap());
        assert!(!mine.exists());
        assert!(names(home.path()).is_empty());
    }
}
