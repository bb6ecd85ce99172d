//! The files of a report, before they are written.

/// A file of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its name in the report's folder: `comparison.svg`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}
