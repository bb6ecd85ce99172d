//! Runs a script as `cargo xtask lesson` does once for a report: with the tools that the lecture
//! names, after the measured region.

use super::{TrialError, create_folder, python_command, python_interpreter, run_in_folder, skip_if_missing};
use heaplab_record::{Attachment, ToolFile, ToolOutput};
use std::path::Path;
use tempfile::TempDir;

/// What a script handed over when its tools had run.
#[derive(Debug)]
pub struct ToolRun {
    /// The attachments.
    pub attachments: Vec<Attachment>,
    /// The files that the tools left.
    pub folder: TempDir,
}

impl ToolRun {
    /// The content of a tool's file, and what the script says of it.
    ///
    /// # Errors
    /// If the file is not in the folder.
    pub fn read_file(&self, name: &str) -> Result<Option<(&ToolFile, Vec<u8>)>, TrialError> {
        let found = self.attachments.iter().find_map(|attachment| match attachment {
            Attachment::File(file) if file.file == name => Some(file),
            _ => None,
        });
        let Some(file) = found else { return Ok(None) };
        let path = self.folder.path().join(name);
        let bytes = std::fs::read(&path).map_err(|source| TrialError::File { path, source })?;
        Ok(Some((file, bytes)))
    }

    /// What the tools printed.
    pub fn outputs(&self) -> impl Iterator<Item = &ToolOutput> {
        self.attachments.iter().filter_map(|attachment| match attachment {
            Attachment::Output(output) => Some(output),
            _ => None,
        })
    }
}

/// Runs a script of the lesson's `python` folder with its tools. `None` if CPython does not start
/// or has not one of the modules; with `HEAPLAB_REQUIRE_ALL` that is an error.
///
/// # Errors
/// As [`super::run_recorded`].
pub fn run_python_with_tools(
    lesson_folder: &str,
    script: &str,
    rows: u64,
    modules: &[&str],
) -> Result<Option<ToolRun>, TrialError> {
    for module in modules {
        if !has_module(module) {
            return skip_missing_module(module);
        }
    }
    let folder = create_folder()?;
    let mut command = python_command();
    command.arg(Path::new(lesson_folder).join("python").join(script).with_extension("py"));
    command.env("HEAPLAB_ROWS", rows.to_string()).env("HEAPLAB_TOOLS", "1");
    let record = skip_if_missing(run_in_folder(command, script, folder.path()))?;
    Ok(record.map(|record| ToolRun { attachments: record.attachments, folder }))
}

/// Whether the interpreter can import a module; true where it does not start, which is reported
/// when the script is run.
fn has_module(module: &str) -> bool {
    let mut command = python_command();
    command
        .args(["-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"]);
    command.arg(module).output().map_or(true, |output| output.status.success())
}

fn skip_missing_module<T>(module: &str) -> Result<Option<T>, TrialError> {
    if std::env::var_os("HEAPLAB_REQUIRE_ALL").is_some() {
        return Err(TrialError::MissingModule { module: module.to_owned(), path: python_interpreter() });
    }
    println!("SKIPPED: {} has no {module}", python_interpreter().display());
    Ok(None)
}
