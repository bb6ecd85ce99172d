//! `cargo xtask bench gradebook`: heaplab-grader generates a class, a third of it hostile, and
//! grades it; here the result is published and judged.

use crate::cli::{self, BenchOptions};
use crate::exit::ExitReason;
use crate::interrupt;
use crate::publish::store;
use crate::runner::child_process;
use crate::runner::discover;
use crate::runner::environment;
use crate::runner::grader;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_record::{GRADED_CLASS_SCHEMA, GradedClass};
use heaplab_report::gradebook::{class_markdown, class_table};
use heaplab_report::{Artifact, Words};
use std::path::Path;
use std::process::Command;

/// A third of so many has every kind of abuse.
const SUBMISSIONS: u32 = 200;

pub(super) fn run(options: &BenchOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let words = Words::new(cli::resolve_language(options.lang));
    let target = options.out.clone().unwrap_or_else(|| workspace.root.join("reports/bench"));
    let staging = store::open_staging(&target, options.out.is_some())?;
    interrupt::install_handlers().context("cannot listen for signals")?;
    let program = grader::build(&workspace)?;
    let mut graded = grade_class(&program, &staging.runs_folder(), options)?;
    graded.environment = environment::collect_environment(&workspace.root, None);
    let json = serde_json::to_string_pretty(&graded)? + "\n";
    let files = [("gradebook.json", json.clone()), ("gradebook.md", class_markdown(&graded, &words))];
    let files = files.map(|(name, text)| Artifact { name: name.to_owned(), bytes: text.into_bytes() });
    let place = staging.publish(&files)?;
    let screen = Terminal::new(!options.json);
    if options.json {
        print!("{json}");
    }
    screen.print_result(&class_table(&graded, &words));
    screen.print_note(&words.say("report-is-at", &[("path", &place.display().to_string())]));
    let unlike: u32 = graded.kinds.iter().map(|kind| kind.count - kind.as_expected).sum();
    if unlike > 0 || !graded.lost.is_empty() {
        let lost = graded.lost.len();
        return Err(ExitReason::CheckFailed(format!(
            "{lost} were lost, {unlike} came out otherwise than known before"
        ))
        .into());
    }
    Ok(())
}

/// Has the grader generate and grade the class; it has said itself what went wrong.
fn grade_class(program: &Path, folder: &Path, options: &BenchOptions) -> Result<GradedClass> {
    let submissions = options.submissions.unwrap_or(SUBMISSIONS).to_string();
    let mut command = Command::new(program);
    command.arg("synthetic-class").arg(folder).args(["--submissions", &submissions]);
    if options.allow_unfenced {
        command.arg("--allow-unfenced");
    }
    let (_, status) = child_process::run_to_end(&mut command, "heaplab-grader")?;
    let said_above = "the class was not graded; heaplab-grader has said why above".to_owned();
    match status.code() {
        Some(0) => {}
        Some(1) => return Err(ExitReason::CheckFailed(said_above).into()),
        _ => return Err(ExitReason::MissingRequirement(said_above).into()),
    }
    let text =
        std::fs::read(folder.join("graded-class.json")).context("heaplab-grader has left no result")?;
    let graded: GradedClass = serde_json::from_slice(&text).context("cannot read graded-class.json")?;
    anyhow::ensure!(graded.schema == GRADED_CLASS_SCHEMA, "a class of schema {}", graded.schema);
    Ok(graded)
}
