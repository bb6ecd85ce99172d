//! What a command needs to know that nobody types. `cargo xtask` and `heaplab` run the same commands
//! and differ in this.

use crate::recorder_library;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// Where a command is run, and with which recorder.
pub struct Setting<'a> {
    /// The folder that has the reports of programs, each in a folder of its own, where `--out` names
    /// no other.
    pub reports: PathBuf,
    /// Source files below this folder are named from here and shown in a report. Absolute and without
    /// symbolic links, as in debug information.
    pub workspace: PathBuf,
    /// Finds or makes the recorder's library, for programs that were built without the recorder.
    pub recorder_library: &'a dyn Fn() -> Result<PathBuf>,
}

impl Setting<'static> {
    /// The setting of the installed tool: reports go to the current folder, and the recorder is the one
    /// that the program carries.
    ///
    /// # Errors
    /// The current folder was removed.
    pub fn for_installed_tool() -> Result<Setting<'static>> {
        let here = std::env::current_dir().context("the current folder is gone")?;
        Ok(Setting {
            reports: here.join("heaplab-report"),
            workspace: find_workspace(&here.canonicalize().unwrap_or_else(|_| here.clone())),
            recorder_library: &|| Ok(recorder_library::unpack_library()?),
        })
    }
}

/// The folder from which a report names source files: the nearest one around the current folder that
/// is a repository or a Rust workspace, else the current folder.
fn find_workspace(here: &Path) -> PathBuf {
    let is_root = |folder: &&Path| folder.join(".git").exists() || folder.join("Cargo.lock").exists();
    here.ancestors().find(is_root).unwrap_or(here).to_owned()
}
