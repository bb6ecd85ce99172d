//! Generates a class, a third of it hostile, and grades it by the real command. The verdict that
//! each submission must get is known beforehand. `cargo xtask bench gradebook` shows the result and
//! the rate.
//!
//! - `class`: who hands in what. `honest`, `hostile`: the sources. `pack`: the bundles.
//!   `seeded_random`: numbers from a seed.

mod class;
mod honest;
mod hostile;
mod pack;
mod seeded_random;

use anyhow::{Context as _, Result};
use clap::Args;
use class::ExpectedOutcome;
use heaplab_command::exit::ExitReason;
use heaplab_command::{child_process, interrupt, provenance};
use heaplab_record::{
    Environment, GRADEBOOK_SCHEMA, GRADED_CLASS_SCHEMA, Gradebook, GradebookEntry, GradedClass, GradedKind,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SEED: u64 = 20_260_809;

#[derive(Args)]
pub(crate) struct SyntheticClassOptions {
    /// An empty folder for the class, its gradebook and graded-class.json
    folder: PathBuf,
    /// How many submissions
    #[arg(long)]
    submissions: u32,
    /// Grade where this kernel lacks a fence
    #[arg(long)]
    allow_unfenced: bool,
}

/// Generates the class, grades it and writes graded-class.json, which xtask judges.
pub(crate) fn run(options: &SyntheticClassOptions) -> Result<()> {
    interrupt::install_handlers().context("cannot listen for signals")?;
    let (folder, book) = (options.folder.join("class"), options.folder.join("gradebook"));
    std::fs::create_dir_all(&folder).context("cannot make the class's folder")?;
    let expected =
        class::write_class(&folder, SEED, options.submissions as usize).context("cannot write the class")?;
    let wall = run_gradebook(&folder, &book, options.allow_unfenced)?;
    let text =
        std::fs::read(book.join("gradebook.json")).context("the gradebook has left no gradebook.json")?;
    let book: Gradebook = serde_json::from_slice(&text).context("cannot read gradebook.json")?;
    anyhow::ensure!(book.schema == GRADEBOOK_SCHEMA, "a gradebook of schema {}", book.schema);
    let graded = GradedClass {
        schema: GRADED_CLASS_SCHEMA.to_owned(),
        created_at: provenance::timestamp(),
        environment: Environment::default(),
        seed: SEED,
        submissions: options.submissions,
        hostile: expected.iter().filter(|one| one.hostile).count() as u32,
        lost: find_lost(&expected, &book),
        wall_ns: u64::try_from(wall.as_nanos()).unwrap_or(u64::MAX),
        kinds: summarize_kinds(&expected, &book),
    };
    let place = options.folder.join("graded-class.json");
    std::fs::write(&place, serde_json::to_vec(&graded)?)
        .with_context(|| format!("cannot write {}", place.display()))
}

/// Runs the command as a teacher would type it, in a process of its own, and returns how long it
/// took.
fn run_gradebook(class: &Path, out: &Path, allow_unfenced: bool) -> Result<Duration> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let mut command = Command::new(program);
    command.arg("gradebook").arg(class).arg("--out").arg(out).stdout(Stdio::null());
    if allow_unfenced {
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

/// The bundles without an entry in the gradebook.
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
