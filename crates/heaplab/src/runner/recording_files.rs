//! Reads what the processes of a user's program left: a file `heap-PID.tables` each, which the
//! recorder has mapped since the process began. A process that called exec, or that has two
//! recorders, left `heap-PID-2.tables` besides.

use crate::runner::user_program::ProgramEnd;
use anyhow::{Context as _, Result};
use heaplab_command::child_process;
use heaplab_profile::raw::{PythonState, RawError, RawProcess, RawRecording, read_file};
use heaplab_record::{ProgramKind, PythonFrames, RecordedProcess, RecordedPython};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// The size of an empty file of tables.
const SPARE_BYTES: u64 = heaplab_profile::raw::tables::FILE_BYTES as u64;

/// The recording of one process.
pub struct ProcessRecording {
    /// The program's file name; `NAME.2` for a second process of the same program.
    pub name: String,
    /// What the recorder left.
    pub raw: RawRecording,
    /// The file name of the module that contains the recorder, if the process has several.
    pub recorder: Option<String>,
}

impl ProcessRecording {
    /// What the report says of the process; `first` is how the program ended, where it was run just now.
    pub fn describe_process(&self, first: Option<&ProgramEnd>) -> RecordedProcess {
        let process = &self.raw.process;
        let first_end = first.filter(|first| process.id == u64::from(first.process));
        let orphans = first.map_or(&[][..], |first| &first.orphans);
        let orphan_end = orphans.iter().find(|(id, _)| u64::from(*id) == process.id);
        RecordedProcess {
            id: process.id,
            parent: process.parent,
            end: match first_end {
                Some(first) => Some(first.cause.clone().unwrap_or_else(|| describe_end(first.status))),
                None => orphan_end.map(|(_, status)| describe_end(*status)),
            },
            is_running: first_end.is_none() && is_running(process),
            recorder: self.recorder.clone(),
            inherited_bytes: process.inherited_bytes,
            interrupted_events: process.interrupted_events,
            lost_events: process.lost_events,
            overflowed_blocks: self.raw.totals.overflowed,
            out_of_room: process.is_out_of_room > 0,
            cut_stacks: self.raw.totals.cut_stacks,
            deep_binds: process.deep_binds,
            resident_bytes: first.and_then(|first| first.resident.most_bytes(process.id)),
            has_own_malloc: first_end.is_some_and(|first| first.has_own_malloc),
            kind: Some(self.find_kind()),
            python: self.describe_python(),
        }
    }
}

impl ProcessRecording {
    /// What kind of program this is, as far as its modules show it.
    fn find_kind(&self) -> ProgramKind {
        let file = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let files: Vec<String> = self.raw.modules.iter().map(|module| file(&module.path)).collect();
        // The interpreter is the program itself (Debian) or a library of it.
        let is_python = files.iter().take(1).any(|name| name.starts_with("python"))
            || files.iter().any(|name| name.starts_with("libpython"));
        // Only Rust programs are built with the recorder. The first module is the program itself.
        let recorder = self.raw.process.recorder_address;
        let is_built_in =
            self.raw.modules.first().is_some_and(|program| (program.base..program.end).contains(&recorder));
        if is_built_in {
            ProgramKind::Rust
        } else if is_python {
            ProgramKind::Python
        } else {
            ProgramKind::Native
        }
    }

    fn describe_python(&self) -> Option<RecordedPython> {
        let python = &self.raw.python;
        let frames = match python.state() {
            PythonState::Absent => return None,
            PythonState::Unchecked => PythonFrames::Unchecked,
            PythonState::Active => PythonFrames::Recorded,
            PythonState::UnknownVersion => PythonFrames::UnknownVersion,
            PythonState::CheckFailed => PythonFrames::CheckFailed,
            PythonState::FreeThreaded => PythonFrames::FreeThreaded,
        };
        let objects_are_blocks = python.objects_are_blocks();
        Some(RecordedPython { version: python.version_text(), frames, objects_are_blocks })
    }
}

fn describe_end(status: ExitStatus) -> String {
    if status.success() {
        "it ended well (status 0)".to_owned()
    } else {
        child_process::describe_status(status)
    }
}

/// Whether the process exists and is no zombie. Where it has ended long ago, another one may have its
/// id, which began after the recording.
#[cfg(target_os = "linux")]
fn is_running(process: &RawProcess) -> bool {
    use procfs::process::ProcState;
    /// The kernel's figures are of whole ticks and of whole seconds.
    const ROUNDING_S: u64 = 2;
    let id = i32::try_from(process.id).ok();
    let found = id.and_then(|id| procfs::process::Process::new(id).ok()).and_then(|found| found.stat().ok());
    let (Some(stat), Ok(boot_s)) = (found, procfs::boot_time_secs()) else { return false };
    let began_s = boot_s + stat.starttime / procfs::ticks_per_second();
    let has_ended = matches!(stat.state(), Ok(ProcState::Zombie | ProcState::Dead) | Err(_));
    !has_ended && began_s <= process.started_unix_ns / 1_000_000_000 + ROUNDING_S
}

/// Only Linux says so.
#[cfg(not(target_os = "linux"))]
fn is_running(_process: &RawProcess) -> bool {
    false
}

/// Makes a file ready that a process may take which may not make a file of this size itself
/// (`ulimit -f`). Nothing is lost if this fails.
pub fn make_spare(folder: &Path) {
    let path = folder.join("spare.tables");
    if !path.exists() {
        let _ = File::create(path).and_then(|file| file.set_len(SPARE_BYTES));
    }
}

/// All recordings of these folders: first those of the process `first`, then the others in the order in
/// which they began. A process that ended before it allocated has none.
pub fn read_recordings(folders: &[&Path], first: Option<u32>) -> Result<Vec<ProcessRecording>> {
    let paths = folders.iter().map(|folder| list_files(folder)).collect::<Result<Vec<_>>>()?;
    Ok(name_recordings(read_files(&paths.concat())?, first))
}

/// What these files hold. The file of a process that has not allocated yet holds nothing.
pub fn read_files(paths: &[PathBuf]) -> Result<Vec<RawRecording>> {
    let mut raws = Vec::new();
    for path in paths {
        match read_file(path) {
            Ok(raw) => raws.push(raw),
            Err(RawError::NotBegun) => {}
            Err(error) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Err(error).with_context(|| format!("cannot read what the recorder left in {name}"));
            }
        }
    }
    Ok(raws)
}

/// Sorts recordings of one run as [`read_recordings`] does, and names them.
pub fn name_recordings(mut raws: Vec<RawRecording>, first: Option<u32>) -> Vec<ProcessRecording> {
    let first = first.map(u64::from);
    raws.sort_by_key(|raw| (Some(raw.process.id) != first, raw.process.started_unix_ns));
    let mut recordings: Vec<ProcessRecording> = Vec::new();
    let ids: Vec<(u64, Option<String>)> =
        raws.iter().map(|raw| (raw.process.id, recorder_module(raw))).collect();
    for raw in raws {
        let own = recorder_module(&raw);
        let is_one_of_several = ids.iter().any(|(id, other)| *id == raw.process.id && *other != own);
        let name = unique_name(&program_name(&raw), &recordings);
        recordings.push(ProcessRecording { name, raw, recorder: own.filter(|_| is_one_of_several) });
    }
    recordings
}

/// The recordings in a folder: tables, and the compact files that `heaplab run --keep` leaves.
pub fn list_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("heap-") && name.ends_with(".tables") || name.ends_with(".raw")
        })
        .collect();
    paths.sort();
    Ok(paths)
}

/// The file name of the module that contains the recorder.
fn recorder_module(raw: &RawRecording) -> Option<String> {
    let address = raw.process.recorder_address;
    let module = raw.modules.iter().find(|module| (module.base..module.end).contains(&address))?;
    module.path.rsplit('/').next().map(str::to_owned)
}

fn program_name(raw: &RawRecording) -> String {
    let program = raw.command.first().map(String::as_str).unwrap_or_default();
    match program.rsplit('/').next() {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => "program".to_owned(),
    }
}

fn unique_name(name: &str, taken: &[ProcessRecording]) -> String {
    let is_free = |candidate: &String| taken.iter().all(|other| other.name != *candidate);
    let numbered = (2..).map(|number| format!("{name}.{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_profile::raw::RawProcess;

    #[test]
    fn the_program_itself_comes_first_and_names_are_told_apart() {
        let home = tempfile::tempdir().unwrap();
        for (process, started, command) in
            [(7, 5, "/x/worker"), (30, 9, "/x/app"), (4, 4, "/x/app"), (31, 6, "")]
        {
            let process = RawProcess { id: process, started_unix_ns: started, ..RawProcess::default() };
            let command = vec![command.to_owned()];
            let raw = RawRecording { command, process, ..RawRecording::default() };
            let mut bytes = Vec::new();
            raw.write(&mut bytes).unwrap();
            std::fs::write(home.path().join(format!("heap-{}.tables", process.id)), bytes).unwrap();
        }
        make_spare(home.path());
        std::fs::write(home.path().join("heap-9.tables"), [0; 64]).unwrap();
        let found = read_recordings(&[home.path()], Some(30)).unwrap();
        let names: Vec<&str> = found.iter().map(|recording| recording.name.as_str()).collect();
        assert_eq!(names, ["app", "app.2", "worker", "program"]);
        std::fs::write(home.path().join("heap-8.tables"), "damaged").unwrap();
        let error = read_recordings(&[home.path()], Some(30)).err().unwrap();
        assert!(error.to_string().contains("heap-8.tables"), "{error:#}");
    }
}
