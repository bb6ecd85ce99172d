//! Reads what the processes of a user's program left: one `heap-PID.raw` each.

use anyhow::{Context as _, Result};
use heaplab_profile::raw::RawRecording;
use std::path::Path;

/// The recording of one process.
pub(crate) struct ProcessRecording {
    /// The program's file name; `NAME.2` for a second process of the same program.
    pub(crate) name: String,
    pub(crate) raw: RawRecording,
}

/// All recordings of a folder: first that of the process `first`, then the others by number.
pub(crate) fn read_recordings(folder: &Path, first: u32) -> Result<Vec<ProcessRecording>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut processes: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| {
            entry.file_name().to_str()?.strip_prefix("heap-")?.strip_suffix(".raw")?.parse().ok()
        })
        .collect();
    processes.sort_by_key(|&process| (process != first, process));
    let mut recordings: Vec<ProcessRecording> = Vec::new();
    for process in processes {
        let path = folder.join(format!("heap-{process}.raw"));
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let raw = RawRecording::read(&bytes)
            .with_context(|| format!("cannot read what the recorder left in process {process}"))?;
        let name = unique_name(&program_name(&raw), &recordings);
        recordings.push(ProcessRecording { name, raw });
    }
    Ok(recordings)
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

    #[test]
    fn the_program_itself_comes_first_and_names_are_told_apart() {
        let home = tempfile::tempdir().unwrap();
        for (process, command) in [(7, "/x/worker"), (30, "/x/app"), (4, "/x/app"), (31, "")] {
            let raw = RawRecording { command: vec![command.to_owned()], ..RawRecording::default() };
            let mut bytes = Vec::new();
            raw.write(&mut bytes).unwrap();
            std::fs::write(home.path().join(format!("heap-{process}.raw")), bytes).unwrap();
        }
        std::fs::write(home.path().join("heap-9.part"), "half").unwrap();
        let found = read_recordings(home.path(), 30).unwrap();
        let names: Vec<&str> = found.iter().map(|recording| recording.name.as_str()).collect();
        assert_eq!(names, ["app", "app.2", "worker", "program"]);
        std::fs::write(home.path().join("heap-8.raw"), "damaged").unwrap();
        let error = read_recordings(home.path(), 30).err().unwrap();
        assert!(error.to_string().contains("process 8"), "{error:#}");
    }
}
