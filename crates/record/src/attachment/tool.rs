//! What other tools made while a lesson ran: a file of theirs, or what they printed.

use crate::Text;
use serde::{Deserialize, Serialize};

/// A PNG or an HTML page that a tool wrote. The lesson leaves it in `$HEAPLAB_OUT`; the runner puts
/// it into the report's folder under the same name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolFile {
    /// Its name: lower-case letters, digits and `-`, then `.png` or `.html`.
    pub file: String,
    /// The caption.
    pub title: Text,
    /// The tool, such as `memray`.
    pub tool: String,
    /// Its version, such as `1.20.0`.
    pub version: String,
    /// The command that a reader would type for such a file.
    pub command: String,
}

impl ToolFile {
    /// Whether the page shows it as a picture; any other file is linked.
    pub fn is_picture(&self) -> bool {
        self.file.ends_with(".png")
    }
}

/// What a tool printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolOutput {
    /// The caption.
    pub title: Text,
    /// The tool, such as `timeit`.
    pub tool: String,
    /// Its version; for a module of the standard library that of CPython.
    pub version: String,
    /// The command as it was run, with the interpreter called `python3`.
    pub command: String,
    /// Its standard output.
    pub text: String,
}
