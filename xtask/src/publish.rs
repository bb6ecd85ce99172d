//! Makes the files of a report or of the website, and puts them into place.

pub(crate) mod budget_checks;
pub(crate) mod gallery;
pub(crate) mod index;
pub(crate) mod leak_pictures;
pub(crate) mod mindmap;
pub(crate) mod render;
pub(crate) mod website;

pub(crate) use heaplab::publish::{report_link, store};
