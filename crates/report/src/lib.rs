//! Pure functions from records to what people look at: a table for the terminal, SVG and PNG pictures, one HTML page,
//! Markdown, and the sentences that explain. Data in, bytes out: nothing here spawns, reads a clock or touches a file.

mod format;
mod words;

pub use words::{Lang, Words};
