//! Pictures of a report: what is known of one besides its drawing.

use heaplab_record::{Language, Run};

/// A picture as a file.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The file's name without its ending.
    pub stem: String,
    /// The caption.
    pub title: String,
    /// The file.
    pub svg: String,
    /// Whether it is the runner's, of how a variant grows: its place is beside what stays.
    pub is_growth: bool,
    /// The same figures as a table, where there are few enough to be read: heads, then rows.
    pub(crate) table: Option<(Vec<String>, Vec<Vec<String>>)>,
}

/// A picture without its drawing, for a list of them.
pub(crate) struct ListedPicture {
    pub(crate) stem: String,
    pub(crate) title: String,
    /// What it tells in sentences.
    pub(crate) sentences: Vec<String>,
}

/// A script shares its name with the Rust variant that does the same.
pub(crate) fn variant_file(run: &Run) -> String {
    match run.language {
        Language::Rust => run.variant.clone(),
        Language::Python => format!("{}.py", run.variant),
    }
}
