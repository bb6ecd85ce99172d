//! Reads what the processes of a user's program left: a file `heap-PID.tables` each, which the
//! recorder has mapped since the process began. A process that called exec, or that has two
//! recorders, left `heap-PID-2.tables` besides.

use crate::runner::user_program::ProgramEnd;
use anyhow::{Context as _, Result};
use heaplab_command::child_process;
use heaplab_profile::raw::{RawError, RawRecording, read_file};
use heaplab_record::RecordedProcess;
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
    /// What the report says of the process; `first` is how the program ended.
    pub fn describe_process(&self, first: &ProgramEnd) -> RecordedProcess {
        let process = &self.raw.process;
        let is_first = process.id == u64::from(first.process);
        RecordedProcess {
            id: process.id,
            parent: process.parent,
            end: match (is_first, &first.cause) {
                (true, Some(cause)) => Some(cause.clone()),
                (true, None) => Some(describe_end(first.status)),
                (false, _) => first
                    .orphans
                    .iter()
                    .find(|(id, _)| u64::from(*id) == process.id)
                    .map(|(_, status)| describe_end(*status)),
            },
            is_running: !is_first && is_running(process.id),
            recorder: self.recorder.clone(),
            inherited_bytes: process.inherited_bytes,
            interrupted_events: process.interrupted_events,
            lost_events: process.lost_events,
            overflowed_blocks: self.raw.totals.overflowed,
            out_of_room: process.is_out_of_room > 0,
            cut_stacks: self.raw.totals.cut_stacks,
            deep_binds: process.deep_binds,
        }
    }
}

fn describe_end(status: ExitStatus) -> String {
    if status.success() {
        "it ended well (status 0)".to_owned()
    } else {
        child_process::describe_status(status)
    }
}

/// Whether the process exists and is no zombie.
fn is_running(process: u64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The state stands behind the name, which is in parentheses and may contain any character.
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
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
pub fn read_recordings(folders: &[&Path], first: u32) -> Result<Vec<ProcessRecording>> {
    let mut raws = Vec::new();
    let paths = folders.iter().map(|folder| list_files(folder)).collect::<Result<Vec<_>>>()?;
    for path in paths.concat() {
        match read_file(&path) {
            Ok(raw) => raws.push(raw),
            Err(RawError::NotBegun) => {}
            Err(error) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                return Err(error).with_context(|| format!("cannot read what the recorder left in {name}"));
            }
        }
    }
    raws.sort_by_key(|raw| (raw.process.id != u64::from(first), raw.process.started_unix_ns));
    let mut recordings: Vec<ProcessRecording> = Vec::new();
    let ids: Vec<(u64, Option<String>)> =
        raws.iter().map(|raw| (raw.process.id, recorder_module(raw))).collect();
    for raw in raws {
        let own = recorder_module(&raw);
        let is_one_of_several = ids.iter().any(|(id, other)| *id == raw.process.id && *other != own);
        let name = unique_name(&program_name(&raw), &recordings);
        recordings.push(ProcessRecording { name, raw, recorder: own.filter(|_| is_one_of_several) });
    }
    Ok(recordings)
}

fn list_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("heap-") && name.ends_with(".tables")
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
        let found = read_recordings(&[home.path()], 30).unwrap();
        let names: Vec<&str> = found.iter().map(|recording| recording.name.as_str()).collect();
        assert_eq!(names, ["app", "app.2", "worker", "program"]);
        std::fs::write(home.path().join("heap-8.tables"), "damaged").unwrap();
        let error = read_recordings(&[home.path()], 30).err().unwrap();
        assert!(error.to_string().contains("heap-8.tables"), "{error:#}");
    }
}
