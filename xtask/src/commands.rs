//! What `cargo xtask` can do: one file per command.

pub(crate) mod bench;
pub(crate) mod ci;
pub(crate) mod completions;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod gallery;
pub(crate) mod hint;
pub(crate) mod homework;
pub(crate) mod lesson;
pub(crate) mod list_lessons;
pub(crate) mod primer;
pub(crate) mod profile;
pub(crate) mod site;
