//! `cargo xtask gallery`: what the reports measured, kept in `reports/gallery/` and put into the lessons' texts. The texts say
//! which figure stands where (`heaplab_report::gallery`); nobody types one.

use crate::cli::{self, GalleryOptions};
use crate::exit::ExitReason;
use crate::publish::store;
use crate::runner::discover::{self, Lesson, Workspace};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_record::Report;
use heaplab_report::gallery::{self, GalleryReports, TextPlace};
use heaplab_report::{Artifact, Lang, Words};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What the gallery keeps of a lesson that does not say.
const COMPARISON_CHART: &str = "comparison";

pub(crate) fn run(options: &GalleryOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let words = Words::new(cli::resolve_language(None));
    let screen = Terminal::new(true);
    let sections: BTreeSet<_> = workspace.lessons.iter().map(|lesson| lesson.section.lecture()).collect();
    if !options.check {
        let mut asked = BTreeSet::new();
        for section in &options.sections {
            asked.insert(workspace.find_section(section)?.0.lecture());
        }
        for section in &sections {
            let named = asked.contains(section);
            if named || asked.is_empty() {
                import_report(&workspace, &section.to_string(), named, &screen, &words)?;
            }
        }
    }
    let reports = read_all_reports(&workspace.root)?;
    let texts = find_texts(&workspace)?;
    let mut stale = Vec::new();
    for text in &texts {
        if let Some(filled) = text.fill_figures(&reports)? {
            let path = text.path.strip_prefix(&workspace.root).unwrap_or(&text.path);
            let path = path.display().to_string();
            if options.check {
                stale.push(words.say("gallery-stale", &[("path", &path)]));
            } else {
                replace_file(&text.path, &filled)?;
                screen.print_result(&words.say("gallery-text", &[("path", &path)]));
            }
        }
    }
    if !stale.is_empty() {
        return Err(ExitReason::CheckFailed(stale.join("\n")).into());
    }
    screen.print_result(&words.say("gallery-same", &[("texts", &texts.len().to_string())]));
    Ok(())
}

/// Takes the report of a section into the gallery, with the pictures that its lessons name.
fn import_report(
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
    let mut json = serde_json::to_string_pretty(&gallery::strip_details(&report))?;
    json.push('\n');
    let mut artifacts = vec![Artifact { name: "report.json".to_owned(), bytes: json.into_bytes() }];
    let lessons = workspace.lessons.iter().filter(|lesson| lesson.section.lecture().to_string() == section);
    let stems: BTreeSet<String> = lessons.flat_map(picture_names).collect();
    for stem in &stems {
        for name in [format!("{stem}.svg"), format!("{stem}.png")] {
            match std::fs::read(from.join(&name)) {
                Ok(bytes) => artifacts.push(Artifact { name, bytes }),
                // Flamegraphs are there as an SVG only.
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
        ("rows", &heaplab_report::format::count(report.rows_requested)),
        ("unit", &heaplab_report::list_units(&report, words)),
        ("date", report.created_at.split('T').next().unwrap_or_default()),
        ("pictures", &stems.len().to_string()),
    ];
    screen.print_result(&words.say("gallery-taken", &facts));
    Ok(())
}

fn picture_names(lesson: &Lesson) -> Vec<String> {
    if lesson.gallery.is_empty() { vec![COMPARISON_CHART.to_owned()] } else { lesson.gallery.clone() }
}

/// The report in a folder; none where there is no file.
fn read_report(folder: &Path) -> Result<Option<Report>> {
    let path = folder.join("report.json");
    let cannot = || format!("cannot read {}", path.display());
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).with_context(cannot).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(cannot),
    }
}

/// Every report that the gallery keeps.
fn read_all_reports(root: &Path) -> Result<GalleryReports> {
    let mut reports = GalleryReports::new();
    let folder = root.join("reports/gallery");
    for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
        if let Some(report) = read_report(&entry.path())? {
            reports.insert(entry.file_name().to_string_lossy().into_owned(), report);
        }
    }
    Ok(reports)
}

/// A Markdown file that may have marks.
struct LessonText {
    path: PathBuf,
    section: Option<String>,
    unit_zh: Option<String>,
    pictures: Vec<String>,
    /// From its folder to the gallery.
    gallery: &'static str,
}

impl LessonText {
    /// What it should say; none where it does.
    fn fill_figures(&self, reports: &GalleryReports) -> Result<Option<String>> {
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
fn find_texts(workspace: &Workspace) -> Result<Vec<LessonText>> {
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

/// The Markdown files of a folder, in the order of their names.
pub(crate) fn markdown_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "md") && path.is_file())
        .collect();
    found.sort();
    Ok(found)
}

/// Beside it and renamed: whatever ends this, a text is whole.
fn replace_file(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("md.part");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
