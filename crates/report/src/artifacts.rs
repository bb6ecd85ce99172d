//! What a report is made of on the disk, before anything is on the disk.

/// A file of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its name in the report's folder: `comparison.svg`.
    pub name: String,
    /// What stands in it.
    pub bytes: Vec<u8>,
}
