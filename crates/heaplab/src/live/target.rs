//! Finds what `heaplab live` was asked to show: a process by its number, a recording, or a folder
//! of them.

use super::recording::{self, MappedRecording, Recording, has_recording_name};
use anyhow::{Context as _, Result};
use heaplab_command::exit::ExitReason;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The recordings that are shown. New ones may appear while the view is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// One recording.
    File(PathBuf),
    /// All recordings of these folders.
    Folders(Vec<PathBuf>),
    /// The recording of a process, and those of its children in the same folder.
    Tree(PathBuf),
}

impl Target {
    /// Finds the target. Digits alone are a process, unless a file has that name.
    pub(crate) fn find(text: &str) -> Result<Target> {
        let path = Path::new(text);
        match text.parse::<u64>() {
            Ok(process) if !path.exists() => find_process(process).map(Target::Tree),
            _ => find_path(path),
        }
    }

    /// The recordings that are there now.
    pub(crate) fn list_paths(&self) -> Vec<PathBuf> {
        let folders: Vec<&Path> = match self {
            Target::File(path) => return vec![path.clone()],
            Target::Folders(folders) => folders.iter().map(PathBuf::as_path).collect(),
            Target::Tree(path) => path.parent().into_iter().collect(),
        };
        let entries = folders.into_iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| has_recording_name(path));
        paths.extend(self.first().filter(|first| !paths.contains(first)));
        paths.sort();
        paths
    }

    /// The recording that is shown first, if the target names one.
    pub(crate) fn first(&self) -> Option<PathBuf> {
        match self {
            Target::File(path) | Target::Tree(path) => Some(path.clone()),
            Target::Folders(_) => None,
        }
    }
}

fn find_path(path: &Path) -> Result<Target> {
    let usage = |message: String| anyhow::Error::from(ExitReason::UsageError(message));
    let about = std::fs::metadata(path).map_err(|error| {
        usage(format!(
            "{}: {error}. Name a process by its number, or a recording (heap-PID.tables)",
            path.display()
        ))
    })?;
    if !about.is_dir() {
        Recording::open(path).map_err(|error| {
            usage(format!("{error}. `heaplab live` shows the tables of a process, heap-PID.tables; for other files there is `heaplab report`"))
        })?;
        return Ok(Target::File(path.to_owned()));
    }
    let target = Target::Folders(vec![path.to_owned()]);
    if target.list_paths().is_empty() {
        return Err(usage(format!("{} has no recordings (heap-PID.tables)", path.display())));
    }
    Ok(target)
}

/// The recording of a process.
fn find_process(process: u64) -> Result<PathBuf> {
    let usage = |message: String| anyhow::Error::from(ExitReason::UsageError(message));
    let mapped = recording::read_mapped_recordings(process).map_err(|error| match error.kind() {
        ErrorKind::NotFound => usage(format!("there is no process {process}")),
        ErrorKind::PermissionDenied => usage(explain_denied(process)),
        _ => anyhow::Error::from(error).context(format!("cannot read the mappings of process {process}")),
    })?;
    let Some(newest) = mapped.first() else { return Err(usage(explain_not_recorded(process))) };
    find_file(process, newest).with_context(|| {
        format!("process {process} is recorded in {}, which cannot be found from here", newest.path.display())
    })
}

fn explain_denied(process: u64) -> String {
    let owner = std::fs::metadata(format!("/proc/{process}")).ok().map(|about| about.uid());
    match owner.filter(|owner| *owner != rustix::process::geteuid().as_raw()) {
        Some(owner) => format!(
            "process {process} belongs to another user (number {owner}): run heaplab as that user, or as root"
        ),
        None => format!(
            "the system does not let this user look into process {process}: it has changed its rights, or runs in a \
             sandbox. Name its recording instead, heap-{process}.tables"
        ),
    }
}

/// Says how a process gets recorded, and whether a child of it is.
fn explain_not_recorded(process: u64) -> String {
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    let name = if name.trim().is_empty() { String::new() } else { format!(" ({})", name.trim()) };
    let recorded: Vec<String> = children(process)
        .into_iter()
        .filter(|child| recording::read_mapped_recordings(*child).is_ok_and(|mapped| !mapped.is_empty()))
        .map(|child| child.to_string())
        .collect();
    if recorded.is_empty() {
        format!(
            "process {process}{name} is not recorded, and a process that runs already cannot be: start it with \
             `heaplab run -- PROGRAM`"
        )
    } else {
        format!("process {process}{name} is not recorded, but its children are: {}", recorded.join(", "))
    }
}

/// The processes that this one started and that still run.
fn children(process: u64) -> Vec<u64> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect()
}

/// The file as this process can open it: by its path, by the root of the recorded process (in a
/// container), or by the mapping itself where the file was removed.
fn find_file(process: u64, mapped: &MappedRecording) -> Result<PathBuf> {
    let inside = mapped.path.strip_prefix("/").unwrap_or(&mapped.path);
    let candidates = [mapped.path.clone(), Path::new(&format!("/proc/{process}/root")).join(inside)];
    let is_same = |path: &&PathBuf| path.metadata().is_ok_and(|about| about.ino() == mapped.inode);
    if let Some(path) = candidates.iter().find(is_same) {
        return Ok(path.clone());
    }
    let folder = format!("/proc/{process}/map_files");
    let links = std::fs::read_dir(&folder).with_context(|| format!("cannot read {folder}"))?.flatten();
    let mut paths = links.map(|link| link.path());
    let found = paths.find(|link| link.metadata().is_ok_and(|about| about.ino() == mapped.inode));
    found.context("its file was removed, and only root can reach it")
}
