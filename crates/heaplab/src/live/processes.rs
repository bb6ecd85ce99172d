//! The processes that are shown: who they are, and where they stand.

use super::recording::Recording;
use super::target::Target;
use heaplab_profile::raw::tables::Levels;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Whether a recording still changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProcessState {
    /// The process runs, and its region is open.
    Running,
    /// The process runs, but it has closed its region.
    RegionClosed,
    /// The process ended, or has become another program.
    Ended,
}

/// A process of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProcessEntry {
    /// Its recording.
    pub(crate) path: PathBuf,
    /// The program's name.
    pub(crate) name: String,
    /// The program and its arguments.
    pub(crate) command: String,
    pub(crate) levels: Levels,
    pub(crate) state: ProcessState,
}

/// The processes of a target, read again from time to time.
pub(crate) struct ProcessList {
    target: Target,
    known: HashMap<PathBuf, ProcessEntry>,
}

impl ProcessList {
    pub(crate) fn new(target: Target) -> ProcessList {
        ProcessList { target, known: HashMap::new() }
    }

    /// Reads the list. Recordings of processes that have ended are not read again.
    pub(crate) fn update(&mut self) -> Vec<ProcessEntry> {
        for path in self.target.list_paths() {
            let former = self.known.get(&path);
            if former.is_some_and(|former| former.state == ProcessState::Ended) {
                continue;
            }
            // A process may be about to begin its file; then it is read next time.
            let Ok((recording, levels)) = Recording::open(&path) else { continue };
            let entry = read_entry(&recording, levels, former);
            self.known.insert(path, entry);
        }
        let mut entries: Vec<ProcessEntry> = self.known.values().cloned().collect();
        entries.sort_by(|one, other| {
            (one.levels.started_unix_ns, &one.path).cmp(&(other.levels.started_unix_ns, &other.path))
        });
        let mut entries = match &self.target {
            Target::Tree(root) => keep_tree(entries, root),
            Target::File(_) | Target::Folders(_) => entries,
        };
        // The sort is stable, so processes that run stay in the order of their start.
        entries.sort_by_key(order_in_list);
        entries
    }
}

/// Those that run come first, then those that have ended, the largest peak first.
fn order_in_list(entry: &ProcessEntry) -> (bool, Reverse<u64>) {
    let has_ended = entry.state == ProcessState::Ended;
    (has_ended, Reverse(if has_ended { entry.levels.peak_bytes } else { 0 }))
}

/// The process that is worth a look if nobody has chosen one and the one that is shown has ended.
pub(crate) fn find_most_live(entries: &[ProcessEntry]) -> Option<&ProcessEntry> {
    let running = entries.iter().filter(|entry| entry.state != ProcessState::Ended);
    running.max_by_key(|entry| entry.levels.live_bytes)
}

fn read_entry(recording: &Recording, levels: Levels, former: Option<&ProcessEntry>) -> ProcessEntry {
    let command = match former {
        Some(former) => former.command.clone(),
        None => recording.read_command().join(" "),
    };
    let program = command.split(' ').next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    ProcessEntry {
        path: recording.path.clone(),
        name: if name.is_empty() { levels.process.to_string() } else { name.to_owned() },
        state: read_state(recording, levels, former.map(|former| former.levels)),
        command,
        levels,
    }
}

/// A process of another namespace is not found by its number; as long as its recording changes, it
/// runs.
pub(crate) fn read_state(recording: &Recording, levels: Levels, former: Option<Levels>) -> ProcessState {
    let has_changed = former.is_some_and(|former| former != levels);
    if !has_changed && !recording.is_mapped_by(levels.process) {
        ProcessState::Ended
    } else if levels.closed_after_ns.is_some() {
        ProcessState::RegionClosed
    } else {
        ProcessState::Running
    }
}

/// Keeps a process and those that descend from it. Entries are in the order of their start, so a
/// parent comes before its children.
fn keep_tree(entries: Vec<ProcessEntry>, root: &Path) -> Vec<ProcessEntry> {
    let mut family: HashSet<u64> = HashSet::new();
    family.extend(entries.iter().find(|entry| entry.path == root).map(|entry| entry.levels.process));
    let mut kept = Vec::new();
    for entry in entries {
        if family.contains(&entry.levels.process) || family.contains(&entry.levels.parent) {
            family.insert(entry.levels.process);
            kept.push(entry);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_a_process_and_its_descendants() {
        let entry = |process: u64, parent: u64| ProcessEntry {
            path: PathBuf::from(format!("/r/heap-{process}.tables")),
            name: "make".to_owned(),
            command: "make".to_owned(),
            levels: Levels { process, parent, started_unix_ns: process, ..Levels::default() },
            state: ProcessState::Running,
        };
        let entries = vec![entry(5, 1), entry(6, 1), entry(7, 5), entry(8, 7), entry(9, 6)];
        let kept = keep_tree(entries, Path::new("/r/heap-5.tables"));
        assert_eq!(kept.iter().map(|entry| entry.levels.process).collect::<Vec<_>>(), [5, 7, 8]);
    }
}
