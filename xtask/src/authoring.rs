//! The commands for authors of lessons: a new lesson from the template, and what a lesson lacks.

pub(crate) mod lint;
pub(crate) mod new_lesson;
