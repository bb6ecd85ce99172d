//! `--watch`: measures again whenever one of the student's files is saved.

use crate::commands::homework::homework_folder::HomeworkFolder;
use crate::exit::ExitReason;
use crate::interrupt;
use anyhow::Result;
use heaplab_record::Text;
use heaplab_report::Words;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// Polling works on every file system, also in containers.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Runs until Ctrl-C. Errors of a run are printed, and the next save is waited for.
pub(super) fn run(place: &HomeworkFolder, mut once: impl FnMut() -> Result<()>, words: &Words) -> Result<()> {
    loop {
        // Listed before the build, so that a save during the build counts.
        let seen = list_files(place);
        match once() {
            Err(error) if matches!(error.downcast_ref(), Some(ExitReason::Interrupted(_))) => {
                return Err(error);
            }
            Err(error) => eprintln!("{error:#}"),
            Ok(()) => {}
        }
        let text = Text {
            en: "Waiting for a file to be saved; Ctrl-C ends.".to_owned(),
            zh: "保存文件后会重新测量；按 Ctrl-C 结束。".to_owned(),
        };
        eprintln!("{}", words.lang().pick(&text));
        while list_files(place) == seen {
            interrupt::check()?;
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// Every file with its length and time. Editors may remove a file for a moment while saving it.
fn list_files(place: &HomeworkFolder) -> Vec<(PathBuf, u64, Option<SystemTime>)> {
    let Ok(entries) = std::fs::read_dir(place.student_folder()) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            Some((entry.path(), metadata.len(), metadata.modified().ok()))
        })
        .filter(|(path, ..)| path.extension().is_some_and(|ending| ending == "rs" || ending == "toml"))
        .collect();
    files.sort();
    files
}
