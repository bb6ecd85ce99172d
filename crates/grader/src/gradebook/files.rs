//! The gradebook's files. Each is written under another name and then renamed, so that a reader
//! never sees half of one.

use crate::verify::write_file;
use anyhow::Result;
use heaplab_grader_options::Format;
use heaplab_record::Gradebook;
use heaplab_report::Words;
use heaplab_report::gradebook::{gradebook_csv, gradescope_json};
use heaplab_report::gradebook_page;
use std::path::Path;

pub(super) fn to_json(book: &Gradebook) -> Result<String> {
    Ok(serde_json::to_string_pretty(book)? + "\n")
}

pub(super) fn write_files(out: &Path, book: &Gradebook, format: Option<Format>, words: &Words) -> Result<()> {
    write_file(&out.join("gradebook.json"), &to_json(book)?)?;
    write_file(&out.join("gradebook.csv"), &gradebook_csv(book))?;
    write_file(&out.join("gradebook.html"), &gradebook_page(book, words)?)?;
    if format == Some(Format::Gradescope) {
        for entry in &book.entries {
            write_file(&out.join(&entry.folder).join("results.json"), &gradescope_json(entry, words))?;
        }
    }
    Ok(())
}
