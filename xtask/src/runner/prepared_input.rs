//! Prepares the input of a lesson's variants, such as the log of 8.7. The lesson makes it in a
//! process of its own, once per scale, and every child gets its name. Options that lessons take
//! arrive here.

use crate::exit::ExitReason;
use crate::interrupt;
use crate::runner::build::BuiltLesson;
use crate::runner::child_process;
use anyhow::{Context as _, Result};
use heaplab_record::PreparedInput;
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// Options that lessons take, as name and value.
pub(crate) type LessonInputs = Vec<(String, String)>;

/// The scale of an input, such as the size of a log; `None` where the lesson takes none.
pub(crate) fn rows_of_input(
    built: &BuiltLesson<'_>,
    given: &LessonInputs,
    folder: &Path,
) -> Result<Option<u64>> {
    if !given.iter().any(|(name, _)| accepts_input(built, name)) {
        return Ok(None);
    }
    Ok(Some(run_prepare(built, None, given, folder)?.rows))
}

/// Lets the lesson make the input of its variants at this scale, or find it.
pub(crate) fn run_prepare(
    built: &BuiltLesson<'_>,
    rows: Option<u64>,
    given: &LessonInputs,
    folder: &Path,
) -> Result<PreparedInput> {
    let (out, errors) = (folder.join("prepared.json"), folder.join("prepared.txt"));
    let create = |path: &Path| File::create(path).with_context(|| format!("cannot write {}", path.display()));
    let mut command = Command::new(&built.binary);
    command.arg("--heaplab-prepare").stdout(create(&out)?).stderr(create(&errors)?);
    if let Some(rows) = rows {
        command.args(["--rows", &rows.to_string()]);
    }
    for (name, value) in given.iter().filter(|(name, _)| accepts_input(built, name)) {
        command.args([name, value]);
    }
    let (_, status) = child_process::run_to_end(&mut command, &built.binary.display().to_string())?;
    interrupt::check()?;
    if !status.success() {
        let said = std::fs::read_to_string(&errors).unwrap_or_default();
        let said = said.trim().strip_prefix("error: ").unwrap_or(said.trim()).to_owned();
        let said = if said.is_empty() {
            format!("{}: nothing was prepared: {status}", built.lesson.section)
        } else {
            said
        };
        return Err(if status.code() == Some(2) {
            ExitReason::UsageError(said)
        } else {
            ExitReason::MissingRequirement(said)
        }
        .into());
    }
    let text = std::fs::read(&out).with_context(|| format!("cannot read {}", out.display()))?;
    serde_json::from_slice(&text).with_context(|| {
        format!("lesson {}: `--heaplab-prepare` prints nothing of use", built.lesson.section)
    })
}

pub(crate) fn accepts_input(built: &BuiltLesson<'_>, name: &str) -> bool {
    built.manifest.options.iter().any(|option| option.name == name)
}
