//! Runs every section of the course in order, for `cargo xtask lesson all` and `cargo xtask ci`. A
//! section that fails does not stop the others.

use super::section::run_section;
use crate::cli::{self, LessonOptions};
use crate::exit::ExitReason;
use crate::publish::budget_checks::SectionOutcome;
use crate::publish::index;
use crate::runner::discover::{SectionNumber, Workspace};
use anyhow::Result;
use heaplab_report::Words;
use std::time::Instant;

/// The section argument that means all of them.
pub(crate) const ALL: &str = "all";

/// Runs these sections one after the other. Only a signal ends it early.
pub(crate) fn run_sections(
    sections: &[SectionNumber],
    options: impl Fn(&SectionNumber) -> LessonOptions,
) -> Result<Vec<SectionOutcome>> {
    let mut outcomes = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        eprintln!("\n== {section} ({}/{})", index + 1, sections.len());
        let started = Instant::now();
        let (report, error) = match run_section(&options(section)) {
            Ok(measured) => (Some(measured.report), measured.verdict.err()),
            Err(error) => (None, Some(error)),
        };
        match error {
            Some(error) if is_signal(&error) => return Err(error),
            Some(ref error) => eprintln!("error: {section}: {error:#}"),
            None => {}
        }
        outcomes.push(SectionOutcome {
            section: section.clone(),
            report,
            error,
            duration: started.elapsed(),
        });
    }
    Ok(outcomes)
}

fn is_signal(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(ExitReason::Interrupted(_) | ExitReason::CutShort { .. }))
}

/// `cargo xtask lesson all`. With `--out DIR` each report goes to DIR/SECTION.
pub(crate) fn run_all(workspace: &Workspace, options: &LessonOptions) -> Result<()> {
    let is_of_one = !options.variant.is_empty()
        || options.mystery.is_some()
        || options.between.is_some()
        || !options.solve.is_empty()
        || options.predict.is_some()
        || options.watch;
    if is_of_one {
        let message = "--variant, --mystery, --between, --solve, --predict and --watch are of one section: \
            name it instead of `all`";
        return Err(ExitReason::UsageError(message.to_owned()).into());
    }
    let reports = options.out.clone().unwrap_or_else(|| workspace.root.join("reports"));
    let of = |section: &SectionNumber| LessonOptions {
        section: section.to_string(),
        out: options.out.as_ref().map(|out| out.join(section.to_string())),
        open: false,
        ..options.clone()
    };
    let outcomes = run_sections(&workspace.sections_to_run(), of)?;
    let page = index::write_index(workspace, &reports, &Words::new(cli::resolve_language(options.lang)))?;
    if options.open {
        open::that_detached(&page).map_err(|error| {
            ExitReason::MissingRequirement(format!("cannot open a browser: {error}; {}", page.display()))
        })?;
    }
    let failed: Vec<String> =
        outcomes.iter().filter(|outcome| outcome.error.is_some()).map(|of| of.section.to_string()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let (count, all) = (failed.len(), outcomes.len());
    Err(ExitReason::CheckFailed(format!("{count} of {all} sections: {}; see above", failed.join(", ")))
        .into())
}
