//! `cargo xtask gallery`: takes reports into the gallery, and puts its figures into the lessons'
//! texts.

use crate::cli::{self, GalleryOptions};
use crate::exit::ExitReason;
use crate::publish::gallery;
use crate::runner::discover;
use crate::terminal::Terminal;
use anyhow::Result;
use heaplab_report::Words;
use std::collections::BTreeSet;

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
                gallery::import_report(&workspace, &section.to_string(), named, &screen, &words)?;
            }
        }
    }
    let reports = gallery::read_all_reports(&workspace.root)?;
    let texts = gallery::find_texts(&workspace)?;
    let mut stale = Vec::new();
    for text in &texts {
        if let Some(filled) = text.fill_figures(&reports)? {
            let path = text.path.strip_prefix(&workspace.root).unwrap_or(&text.path);
            let path = path.display().to_string();
            if options.check {
                stale.push(words.say("gallery-stale", &[("path", &path)]));
            } else {
                gallery::replace_file(&text.path, &filled)?;
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
