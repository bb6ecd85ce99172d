//! `cargo xtask bench gradebook`: a class is made, a third of it hostile, and graded by the real command. Nobody may be lost, and
//! everybody has to come out as it was known before; then the rate is worth saying.
//!
//! - `class`: who hands in what. `honest`, `hostile`: the sources. `pack`: the bundles. `draw`: the seed.

mod honest;
mod hostile;
mod pack;
mod seeded_random;
mod synthetic_class;

use crate::cli::{self, BenchOptions};
use crate::exit::ExitReason;
use crate::interrupt;
use crate::publish::store;
use crate::runner::child_process;
use crate::runner::discover;
use crate::runner::environment;
use crate::terminal::Terminal;
use anyhow::{Context as _, Result};
use heaplab_record::{
    GRADEBOOK_SCHEMA, GRADED_CLASS_SCHEMA, Gradebook, GradebookEntry, GradedClass, GradedKind,
};
use heaplab_report::gradebook::{class_markdown, class_table};
use heaplab_report::{Artifact, Words};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use synthetic_class::ExpectedOutcome;

/// A third of so many has every kind of abuse.
const SUBMISSIONS: u32 = 200;
const SEED: u64 = 20_260_809;

pub(super) fn run(options: &BenchOptions) -> Result<()> {
    let workspace = discover::load_workspace()?;
    let words = Words::new(cli::resolve_language(options.lang));
    let target = options.out.clone().unwrap_or_else(|| workspace.root.join("reports/bench"));
    let staging = store::open_staging(&target, options.out.is_some())?;
    interrupt::install_handlers().context("cannot listen for signals")?;
    let (folder, book) = (staging.runs_folder().join("class"), staging.runs_folder().join("gradebook"));
    let submissions = options.submissions.unwrap_or(SUBMISSIONS);
    std::fs::create_dir_all(&folder).context("cannot make the class's folder")?;
    let expected = synthetic_class::write_class(&folder, SEED, submissions as usize)
        .context("cannot write the class")?;
    let wall = run_gradebook(&folder, &book, options)?;
    let text =
        std::fs::read(book.join("gradebook.json")).context("the gradebook has left no gradebook.json")?;
    let book: Gradebook = serde_json::from_slice(&text).context("cannot read gradebook.json")?;
    anyhow::ensure!(book.schema == GRADEBOOK_SCHEMA, "a gradebook of schema {}", book.schema);
    let graded = GradedClass {
        schema: GRADED_CLASS_SCHEMA.to_owned(),
        created_at: environment::timestamp(),
        environment: environment::collect_environment(&workspace.root, None),
        seed: SEED,
        submissions,
        hostile: expected.iter().filter(|one| one.hostile).count() as u32,
        lost: find_lost(&expected, &book),
        wall_ns: u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX),
        kinds: summarize_kinds(&expected, &book),
    };
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

/// The real command, as a teacher would type it.
fn run_gradebook(class: &Path, out: &Path, options: &BenchOptions) -> Result<std::time::Duration> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = Command::new(program);
    command.args(["homework", "gradebook"]).arg(class).arg("--out").arg(out).stdout(Stdio::null());
    if options.allow_unfenced {
        command.arg("--allow-unfenced");
    }
    let started = Instant::now();
    let (_, status) = child_process::run_to_end(&mut command, "homework gradebook")?;
    match status.code() {
        Some(0) => Ok(started.elapsed()),
        Some(3) => Err(ExitReason::MissingRequirement(
            "homework gradebook cannot grade here; it has said why above".to_owned(),
        )
        .into()),
        _ => Err(ExitReason::CheckFailed(format!("homework gradebook ended with {status}")).into()),
    }
}

/// Who has no entry.
fn find_lost(expected: &[ExpectedOutcome], book: &Gradebook) -> Vec<String> {
    let has_entry = |one: &&ExpectedOutcome| book.entries.iter().any(|entry| entry.bundle == one.bundle);
    expected.iter().filter(|one| !has_entry(one)).map(|one| one.bundle.clone()).collect()
}

fn summarize_kinds(expected: &[ExpectedOutcome], book: &Gradebook) -> Vec<GradedKind> {
    let entries: BTreeMap<&str, &GradebookEntry> =
        book.entries.iter().map(|entry| (entry.bundle.as_str(), entry)).collect();
    let mut kinds: Vec<GradedKind> = Vec::new();
    for one in expected {
        let at = kinds.iter().position(|kind| kind.kind == one.kind).unwrap_or_else(|| {
            kinds.push(GradedKind {
                kind: one.kind.to_owned(),
                hostile: one.hostile,
                status: one.status,
                reason: one.code.map(str::to_owned),
                count: 0,
                as_expected: 0,
                otherwise: Vec::new(),
            });
            kinds.len() - 1
        });
        let kind = &mut kinds[at];
        kind.count += 1;
        let Some(entry) = entries.get(one.bundle.as_str()) else { continue };
        let names_it = one.code.is_none_or(|code| entry.reasons.iter().any(|reason| reason.code == code));
        if entry.status == one.status && names_it {
            kind.as_expected += 1;
        } else {
            let codes: Vec<&str> = entry.reasons.iter().map(|reason| reason.code.as_str()).collect();
            kind.otherwise
                .push(format!("{}: {:?} {}", entry.bundle, entry.status, codes.join(",")).to_lowercase());
        }
    }
    kinds.sort_by(|a, b| (a.hostile, &a.kind).cmp(&(b.hostile, &b.kind)));
    kinds
}
