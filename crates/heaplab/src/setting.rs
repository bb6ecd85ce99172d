//! What a command needs to know that nobody types. `cargo xtask` and `heaplab` run the same commands
//! and differ in this.

use anyhow::Result;
use std::path::PathBuf;

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
