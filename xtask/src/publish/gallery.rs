//! The gallery: figures and pictures of reports that are kept in `reports/gallery/`, and the texts
//! that show them. A text says which figure stands where (`heaplab_report::gallery`); nobody types
//! one.

use crate::exit::ExitReason;
use crate::publish::store;
use crate::runner::discover::{Lesson, Workspace};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab::publish::render::json_artifact;
use heaplab_record::Report;
use heaplab_report::gallery::{self, GalleryReports, TextPlace};
use heaplab_report::{Artifact, Lang, Words};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The picture that the gallery keeps for a lesson that names none.
const COMPARISON_CHART: &str = "comparison";

/// Takes a section's report into the gallery, with the pictures that its lessons name.
pub(crate) fn import_report(
    workspace: &Workspace,
    section: &str,
    named: bool,
    screen: &Terminal,
    words: &Words,
) -> Result<()> {
    let from = workspace.root.join("reports").join(section);
    let to = workspace.root.join("reports/gallery").join(section);
    let Some(report) = read_report(&from)? else {
        if named {
            let why = format!("there is no report in {}; run: cargo xtask lesson {section}", from.display());
            return Err(ExitReason::UsageError(why).into());
        }
        screen.print_result(&words.say("gallery-kept", &[("section", section)]));
        return Ok(());
    };
    let kept_rows = read_report(&to)?.map_or(0, |kept| kept.rows_requested);
    if !named && report.rows_requested < kept_rows {
        let unit = heaplab_report::list_units(&report, words);
        screen.print_result(&words.say("gallery-fewer", &[("section", section), ("unit", &unit)]));
        return Ok(());
    }
    let mut artifacts = vec![json_artifact("report.json", &gallery::strip_details(&report))?];
    let lessons = workspace.lessons.iter().filter(|lesson| lesson.section.lecture().to_string() == section);
    let stems: BTreeSet<String> = lessons.flat_map(picture_names).collect();
    for stem in &stems {
        for name in [format!("{stem}.svg"), format!("{stem}.png")] {
            match std::fs::read(from.join(&name)) {
                Ok(bytes) => artifacts.push(Artifact { name, bytes }),
                // Flamegraphs exist only as SVG.
                Err(_) if name.ends_with(".png") => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("{} has no {name}", from.display()));
                }
            }
        }
    }
    store::open_staging(&to, false)?.publish(&artifacts)?;
    let facts = [
        ("section", section),
        ("scales", &heaplab_report::list_scales(&report, heaplab_report::format::count, words)),
        ("date", report.created_at.split('T').next().unwrap_or_default()),
        ("pictures", &stems.len().to_string()),
    ];
    screen.print_result(&words.say("gallery-taken", &facts));
    Ok(())
}

fn picture_names(lesson: &Lesson) -> Vec<String> {
    if lesson.gallery.is_empty() { vec![COMPARISON_CHART.to_owned()] } else { lesson.gallery.clone() }
}

/// The report in a folder; `None` where there is no file.
fn read_report(folder: &Path) -> Result<Option<Report>> {
    let path = folder.join("report.json");
    let cannot = || format!("cannot read {}", path.display());
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).with_context(cannot).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(cannot),
    }
}

pub(crate) fn read_all_reports(root: &Path) -> Result<GalleryReports> {
    let mut reports = GalleryReports::new();
    let folder = root.join("reports/gallery");
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        if let Some(report) = read_report(&entry.path())? {
            reports.insert(entry.file_name().to_string_lossy().into_owned(), report);
        }
    }
    Ok(reports)
}

/// A Markdown file that may name figures.
pub(crate) struct LessonText {
    pub(crate) path: PathBuf,
    section: Option<String>,
    unit_zh: Option<String>,
    pictures: Vec<String>,
    /// The relative path from the text's folder to the gallery.
    gallery: &'static str,
}

impl LessonText {
    /// The text with current figures; `None` where it is up to date.
    pub(crate) fn fill_figures(&self, reports: &GalleryReports) -> Result<Option<String>> {
        let cannot = || self.path.display().to_string();
        let text = std::fs::read_to_string(&self.path).with_context(cannot)?;
        let is_zh = self.path.to_string_lossy().ends_with(".zh-CN.md");
        let words = Words::new(if is_zh { Lang::Zh } else { Lang::En });
        let place = TextPlace {
            section: self.section.as_deref(),
            unit: self.unit_zh.as_deref().filter(|_| is_zh),
            gallery: self.gallery,
            pictures: &self.pictures,
        };
        let filled = gallery::fill_marks(&text, place, reports, &words)
            .map_err(|error| ExitReason::CheckFailed(format!("{}: {error}", self.path.display())))?;
        Ok((filled != text).then_some(filled))
    }
}

/// The README files of the course and all texts of its lessons.
pub(crate) fn find_texts(workspace: &Workspace) -> Result<Vec<LessonText>> {
    let mut texts = Vec::new();
    for path in markdown_files(&workspace.root)? {
        let gallery = "reports/gallery";
        texts.push(LessonText { path, section: None, unit_zh: None, pictures: Vec::new(), gallery });
    }
    for lesson in &workspace.lessons {
        for path in markdown_files(&lesson.folder)? {
            let (section, unit_zh) = (Some(lesson.section.to_string()), lesson.unit_zh.clone());
            let gallery = "../../reports/gallery";
            texts.push(LessonText { path, section, unit_zh, pictures: picture_names(lesson), gallery });
        }
    }
    Ok(texts)
}

/// Sorted by name.
pub(crate) fn markdown_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "md") && path.is_file())
        .collect();
    found.sort();
    Ok(found)
}

/// Writes a temporary file and renames it, so that the text is complete however this ends.
pub(crate) fn replace_file(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("md.part");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
