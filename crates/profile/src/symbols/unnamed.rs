//! Why addresses of a module have no names, so that a report can say what to install or to build.

use std::fmt;

/// A module with addresses that got no name or no line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnnamedModule {
    /// The file's name as frames have it: `libfoo.so.1`.
    pub file: String,
    /// Its path when it ran.
    pub path: String,
    /// Its build id when it ran, in lower-case hexadecimal; empty where it has none.
    pub build_id: String,
    /// Why.
    pub reason: UnnamedReason,
}

/// Why an address has no name or no line; a later variant is worse than one before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum UnnamedReason {
    /// The file has names and no debug information, so lines and inlined functions are missing.
    NoLines,
    /// The debug information is in files of its own (`.dwo`, `.dwp`) that are not where they were
    /// built.
    SplitMissing,
    /// The file has neither names nor debug information, and no debug file was found.
    Stripped,
    /// The file cannot be read.
    Unreadable {
        /// What failed.
        cause: String,
    },
    /// The file was deleted while it ran.
    Deleted,
    /// Another build has taken the place of the file that ran.
    Replaced {
        /// The build id of the file that is there now, if it has one.
        found: Option<String>,
    },
}

impl fmt::Display for UnnamedReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            UnnamedReason::NoLines => "it has no debug information",
            UnnamedReason::SplitMissing => "its .dwo or .dwp files are missing",
            UnnamedReason::Stripped => "it is stripped",
            UnnamedReason::Unreadable { cause } => cause,
            UnnamedReason::Deleted => "it was deleted while it ran",
            UnnamedReason::Replaced { .. } => "it was replaced by another build",
        })
    }
}
