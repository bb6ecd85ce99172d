//! `cargo xtask homework reset`: puts the starting point back and keeps the work as a backup.

use super::homework_folder::{HomeworkFolder, Student};
use super::new::copy_start;
use crate::cli;
use crate::cli::homework::ResetOptions;
use anyhow::{Context as _, Result};
use heaplab_record::Text;
use std::path::PathBuf;

pub(crate) fn run(options: &ResetOptions) -> Result<()> {
    let lang = cli::resolve_language(options.lang);
    let place = HomeworkFolder::find(lang)?;
    place.check_started()?;
    // Nothing is touched where student.toml cannot be read.
    let Student { id, name } = place.student()?;
    let backup = unused_backup_path(&place);
    let work = place.student_folder();
    std::fs::rename(&work, &backup)
        .with_context(|| format!("cannot move {} to {}", work.display(), backup.display()))?;
    if let Err(error) = copy_start(&place, &id, &name) {
        std::fs::rename(&backup, &work).with_context(|| format!("your work is in {}", backup.display()))?;
        return Err(error);
    }
    let (work, backup) = (place.display_path(&work), place.display_path(&backup));
    let text = Text {
        en: format!("{work} is the starting point again; what was there is in {backup}"),
        zh: format!("{work} 已恢复到起点；原来的内容在 {backup}"),
    };
    println!("{}", lang.pick(&text));
    Ok(())
}

/// The first free `student-backup-N` beside `src/`. Below `src/` it would be a module's folder.
fn unused_backup_path(place: &HomeworkFolder) -> PathBuf {
    let numbered = (1u32..).map(|number| place.lesson.join(format!("student-backup-{number}")));
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    numbered.into_iter().find(is_free).unwrap_or_else(|| place.lesson.join("student-backup"))
}
