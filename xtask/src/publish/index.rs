//! `reports/index.html`: written after every section that was run, from the reports that are there.

use crate::publish::{report_link, store};
use crate::runner::discover::{self, PRIMER_FOLDER, SectionNumber, Workspace};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_record::{REPORT_SCHEMA, Report};
use heaplab_report::index::{Course, CourseLesson, CourseSection, FurtherReport};
use heaplab_report::{Lang, Words};
use std::path::{Path, PathBuf};

/// Writes the page over the reports of a folder and returns its path. The page is written under
/// another name and renamed.
pub(crate) fn write_index(workspace: &Workspace, reports: &Path, words: &Words) -> Result<PathBuf> {
    std::fs::create_dir_all(reports).with_context(|| format!("cannot make {}", reports.display()))?;
    let page = heaplab_report::index::render_page(&build_course(workspace, reports, words.lang()), words)?;
    let place = reports.join("index.html");
    let part = reports.join(format!(".index.html.{}.part", std::process::id()));
    std::fs::write(&part, page)
        .and_then(|()| std::fs::rename(&part, &place))
        .with_context(|| format!("cannot write {}", place.display()))?;
    // A note goes to standard error, because with --json standard output holds only the report.
    Terminal::new(false).print_note(
        &words.say("index-is-at", &[("path", &report_link::relative_path(&place).to_string_lossy())]),
    );
    Ok(place)
}

/// All sections, each with the report in its folder.
fn build_course(workspace: &Workspace, reports: &Path, lang: Lang) -> Course {
    let sections = workspace.all_sections();
    let further = find_further_reports(reports, &sections);
    let of = |section: SectionNumber| {
        let lessons: Vec<_> =
            workspace.lessons.iter().filter(|lesson| lesson.section.is_within(&section)).collect();
        CourseSection {
            title: discover::section_title(&lessons),
            lessons: lessons
                .iter()
                .map(|lesson| CourseLesson {
                    number: lesson.section.to_string(),
                    title: lesson.title.clone(),
                    minutes: lesson.minutes,
                })
                .collect(),
            report: read_report(&reports.join(section.to_string())),
            number: section.to_string(),
        }
    };
    let primer = link_to_primer(workspace, reports, lang);
    Course { sections: sections.into_iter().map(of).collect(), further, primer }
}

/// The primer's text relative to the folder of the page. `None` where the page lies outside the
/// workspace: it may be moved to where the text is not.
fn link_to_primer(workspace: &Workspace, reports: &Path, lang: Lang) -> Option<String> {
    let name = match lang {
        Lang::En => "README.md",
        Lang::Zh => "README.zh-CN.md",
    };
    let text = Path::new(PRIMER_FOLDER).join(name);
    let root = workspace.root.canonicalize().ok()?;
    let depth = reports.canonicalize().ok()?.strip_prefix(&root).ok()?.components().count();
    root.join(&text).is_file().then(|| format!("{}{}", "../".repeat(depth), text.display()))
}

/// The report of a folder, if it has one of this version.
pub(crate) fn read_report(folder: &Path) -> Option<Report> {
    store::read_report(folder).filter(|report| report.schema == REPORT_SCHEMA)
}

/// Folders with a page that belong to no section: a single lesson, a puzzle, a program of the
/// user's own.
fn find_further_reports(reports: &Path, sections: &[SectionNumber]) -> Vec<FurtherReport> {
    let mut found = Vec::new();
    for folder in [reports.to_owned(), reports.join("profile"), reports.join("homework")] {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let page = path.join("report.html");
            let Ok(inside) = path.strip_prefix(reports) else { continue };
            let name = inside.to_string_lossy().into_owned();
            // A name with a leading dot is a report that is being written.
            if page.is_file() && !name.starts_with('.') && !sections.iter().any(|of| of.to_string() == name) {
                found.push(FurtherReport {
                    folder: name,
                    title: read_report(&path).map(|report| report.title),
                });
            }
        }
    }
    found.sort_by(|a, b| a.folder.cmp(&b.folder));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primer_is_linked_from_inside_the_workspace_only() {
        let workspace = discover::load_workspace().unwrap();
        for (lang, name) in [(Lang::En, "README.md"), (Lang::Zh, "README.zh-CN.md")] {
            // `crates/report` stands for a folder of reports that is two levels deep.
            for (reports, up) in [("reports", "../"), ("crates/report", "../../")] {
                let link = link_to_primer(&workspace, &workspace.root.join(reports), lang);
                assert_eq!(link, Some(format!("{up}lessons/primer/{name}")));
            }
            let elsewhere = tempfile::tempdir().unwrap();
            assert_eq!(link_to_primer(&workspace, elsewhere.path(), lang), None);
        }
    }
}
