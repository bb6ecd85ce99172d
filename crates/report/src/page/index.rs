//! `reports/index.html`: the sections of the course in order, with when each was run, its main
//! figures and what is still open.

mod section;

use crate::glossary::{self, GlossaryEntry, Pages};
use crate::{RenderError, Words};
use askama::Template;
use heaplab_record::{Report, Text};
use section::SectionCard;

/// The content of the page.
#[derive(Clone, Debug, Default)]
pub struct Course {
    /// In the order of the lecture.
    pub sections: Vec<CourseSection>,
    /// Reports that belong to no section.
    pub further: Vec<FurtherReport>,
    /// The address of the primer for people from Python, relative to the page.
    pub primer: Option<String>,
}

/// A section of the lecture.
#[derive(Clone, Debug)]
pub struct CourseSection {
    /// `8.5`. Its report lies in the folder of this name, beside the page.
    pub number: String,
    /// The section's title.
    pub title: Text,
    /// The folders of its lessons, at least one.
    pub lessons: Vec<CourseLesson>,
    /// `None` where it was not run.
    pub report: Option<Report>,
}

/// A lesson's folder.
#[derive(Clone, Debug)]
pub struct CourseLesson {
    /// `8.5.1`.
    pub number: String,
    /// The lesson's own title.
    pub title: Text,
    /// Minutes in class.
    pub minutes: u32,
}

/// A report that belongs to no section: of a single lesson, or of a program of the student's own.
#[derive(Clone, Debug)]
pub struct FurtherReport {
    /// The report's folder beside the page; it may contain a slash.
    pub folder: String,
    /// The report's title, if it has one.
    pub title: Option<Text>,
}

/// The page.
///
/// # Errors
/// If the template cannot be filled in.
pub fn render_page(course: &Course, words: &Words) -> Result<String, RenderError> {
    let is_run = |section: &&CourseSection| section.report.is_some();
    let minutes = |section: &CourseSection| section.lessons.iter().map(|lesson| lesson.minutes).sum::<u32>();
    let (run, all) = (course.sections.iter().filter(is_run).count(), course.sections.len());
    let done: u32 = course.sections.iter().filter(is_run).map(minutes).sum();
    let whole: u32 = course.sections.iter().map(minutes).sum();
    let page = IndexPage {
        words,
        run: words.say("index-run-of", &[("run", &run.to_string()), ("all", &all.to_string())]),
        minutes: words.say("index-minutes-of", &[("done", &done.to_string()), ("all", &whole.to_string())]),
        part: run.saturating_mul(100).checked_div(all).unwrap_or(0),
        next: course.sections.iter().find(|section| section.report.is_none()),
        cards: course.sections.iter().map(|section| SectionCard::from_section(section, words)).collect(),
        further: &course.further,
        primer: course.primer.as_deref(),
        glossary: glossary::list_entries(Pages::All, words),
    };
    page.render().map_err(|error| RenderError::page("index.html", error))
}

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage<'a> {
    words: &'a Words,
    run: String,
    minutes: String,
    part: usize,
    next: Option<&'a CourseSection>,
    cards: Vec<SectionCard>,
    further: &'a [FurtherReport],
    primer: Option<&'a str>,
    glossary: Vec<GlossaryEntry>,
}

impl IndexPage<'_> {
    /// A message by its key.
    fn w(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// A message with one argument.
    fn w1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.words.say(key, &[(name, &value.to_string())])
    }

    /// A text in the page's language.
    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        self.words.lang().pick(text)
    }

    /// The command that runs a section.
    fn command(&self, number: &str) -> String {
        self.words.say("index-command", &[("section", number)])
    }
}

/// The time of a report to the minute: `2026-11-22 17:40`.
fn shorten_time(created_at: &str) -> String {
    created_at.get(..16).map_or_else(|| created_at.to_owned(), |minute| minute.replace('T', " "))
}

#[cfg(test)]
mod tests;
