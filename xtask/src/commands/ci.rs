//! `cargo xtask ci`: runs every section quickly and compares it with `budgets.toml`; writes the
//! reports, the course's page, a summary and JUnit XML.

mod budgets;
mod judge;
mod metric;

use crate::cli::{self, CiOptions, LessonOptions};
use crate::commands::lesson::course;
use crate::exit::ExitReason;
use crate::publish::budget_checks::{BudgetCheck, BudgetVerdict, SectionOutcome, junit, summary};
use crate::publish::index;
use crate::publish::report_link;
use crate::runner::discover::{self, SectionNumber, Workspace};
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use budgets::Budgets;
use clap::Parser;
use heaplab_report::Words;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) fn run(options: &CiOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let sections = select_sections(&workspace, &options.section)?;
    let words = Words::new(cli::resolve_language(options.lang));
    let file = options.budgets.clone().unwrap_or_else(|| workspace.root.join("budgets.toml"));
    let mut budgets = Budgets::read(&file)?;
    let reports = options.out.clone().unwrap_or_else(|| workspace.root.join("reports"));

    let outcomes = match &options.judge {
        Some(folder) => sections.iter().map(|section| load_outcome(folder, section)).collect(),
        None => course::run_sections(&sections, |section| quick_lesson_options(options, section, &reports))?,
    };
    if options.bless {
        let again = SecondRunFolder(reports.join("ci/again"));
        let second =
            course::run_sections(&sections, |section| quick_lesson_options(options, section, &again.0))?;
        budgets.update(&outcomes, &second);
        budgets.write(&file)?;
    }
    let cases: Vec<BudgetCheck> =
        outcomes.iter().flat_map(|outcome| judge::judge_section(&budgets, outcome, &words)).collect();
    if options.judge.is_none() {
        index::write_index(&workspace, &reports, &words)?;
    }
    write_results(options, &reports, &outcomes, &cases, &words)?;
    print_verdicts(&cases, &words)
}

/// Sorted and without duplicates; a lesson's number stands for its section.
fn select_sections(workspace: &Workspace, asked: &[String]) -> Result<Vec<SectionNumber>> {
    if asked.is_empty() {
        return Ok(workspace.sections_to_run());
    }
    let mut sections = Vec::new();
    for one in asked {
        sections.push(workspace.find_section(one)?.0.lecture());
    }
    sections.sort();
    sections.dedup();
    Ok(sections)
}

/// The options of a section as if they were typed, so that each one that is not set here has its
/// default.
fn quick_lesson_options(options: &CiOptions, section: &SectionNumber, reports: &Path) -> LessonOptions {
    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        lesson: LessonOptions,
    }
    let number = section.to_string();
    let mut lesson = Typed::parse_from(["lesson", &number, "--quick", "--tools", "no"]).lesson;
    lesson.out = Some(reports.join(number));
    (lesson.python, lesson.lang) = (options.python.clone(), options.lang);
    lesson
}

/// The outcome of a report that is already there.
fn load_outcome(folder: &Path, section: &SectionNumber) -> SectionOutcome {
    let place = folder.join(section.to_string());
    let report = index::read_report(&place);
    let error = report.is_none().then(|| anyhow::anyhow!("there is no report in {}", place.display()));
    SectionOutcome { section: section.clone(), report, error, duration: Duration::ZERO }
}

/// The folder of the second measurement, which is only needed for its figures.
struct SecondRunFolder(PathBuf);

impl Drop for SecondRunFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes the summary and the JUnit file, and appends the summary to GitHub's step summary where
/// there is one.
fn write_results(
    options: &CiOptions,
    reports: &Path,
    outcomes: &[SectionOutcome],
    cases: &[BudgetCheck],
    words: &Words,
) -> Result<()> {
    let folder = reports.join("ci");
    let junit_at = options.junit.clone().unwrap_or_else(|| folder.join("junit.xml"));
    let summary_at = folder.join("summary.md");
    let summary = summary::render_summary(outcomes, cases, words);
    let junit = junit::render_junit(outcomes, cases)?;
    for (place, text) in [(&summary_at, summary.as_bytes()), (&junit_at, junit.as_bytes())] {
        let parent = place.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(place, text))
            .with_context(|| format!("cannot write {}", place.display()))?;
        let path = report_link::relative_path(place);
        Terminal::new(false).print_note(&words.say("ci-is-at", &[("path", &path.to_string_lossy())]));
    }
    if let Some(step) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|name| !name.is_empty()) {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&step);
        file.and_then(|mut file| file.write_all(summary.as_bytes()))
            .with_context(|| format!("cannot write {}: GITHUB_STEP_SUMMARY", Path::new(&step).display()))?;
    }
    Ok(())
}

/// Prints each check that does not hold. `Err` where a budget is broken.
fn print_verdicts(cases: &[BudgetCheck], words: &Words) -> Result<()> {
    let screen = Terminal::new(true);
    let count =
        |verdict: fn(&BudgetVerdict) -> bool| cases.iter().filter(|case| verdict(&case.verdict)).count();
    for case in cases {
        if let BudgetVerdict::Broken(why) | BudgetVerdict::Open(why) = &case.verdict {
            let sign = if matches!(case.verdict, BudgetVerdict::Broken(_)) { "✗" } else { "–" };
            screen.print_result(&format!("{sign} {}: {why}", case.display_name()));
        }
    }
    let (held, below) = (
        count(|of| matches!(of, BudgetVerdict::Held)),
        count(|of| matches!(of, BudgetVerdict::Below { .. })),
    );
    let (open, broken) = (
        count(|of| matches!(of, BudgetVerdict::Open(_))),
        count(|of| matches!(of, BudgetVerdict::Broken(_))),
    );
    let figures = [("held", held), ("below", below), ("open", open), ("broken", broken)];
    let figures = figures.map(|(name, count)| (name, count.to_string()));
    let figures = figures.each_ref().map(|(name, count)| (*name, count.as_str()));
    screen.print_result(&words.say("ci-line", &figures));
    if broken > 0 {
        return Err(ExitReason::CheckFailed(words.say("ci-broken-count", &figures)).into());
    }
    Ok(())
}
