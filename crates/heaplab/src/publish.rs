//! Makes the files of a report, and puts them into place.

pub mod render;
pub mod report_link;
pub mod store;
