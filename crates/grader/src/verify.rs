//! `cargo xtask homework verify BUNDLE`: measures a submission again from its source, in a sandbox.
//!
//! - `identity`: who hands in. It is checked, as are the claimed figures, and neither is trusted.
//! - `pristine`, `copy`, `build_env`, `build`: the source, built in a workspace of the course's
//!   own.
//! - `sandboxed_child`, `inherit`, `resident_memory`: a sandboxed program, watched from outside.
//! - `measure`, `outcome`: the tasks, each run three times with a secret seed.
//! - `summary`, `write`: the verdict in words and in files.

mod build;
mod build_env;
mod copy;
mod identity;
mod inherit;
mod measure;
mod outcome;
mod pristine;
mod resident_memory;
mod sandboxed_child;
mod summary;
mod write;

use anyhow::{Context as _, Result};
use build_env::Course;
pub(crate) use build_env::load_course;
use heaplab_command::exit::ExitReason;
use heaplab_command::language::resolve_language;
use heaplab_command::{interrupt, provenance};
use heaplab_grader_options::VerifyOptions;
use heaplab_homework::reason::{FoundReason, ReasonCode, forbidden_source, sanitize_excerpt};
use heaplab_homework::{
    LINES, PUBLIC_SEED, ROWS, Task, TaskScale, failed_task, is_pass, source_sha256, sum_points,
};
use heaplab_homework::{claims, source_rules};
use heaplab_record::{HomeworkResult, TaskResult, VERDICT_SCHEMA, Verdict, VerdictStatus};
use heaplab_report::Words;
use heaplab_report::gradebook::status_text;
use heaplab_sandbox::bundle::{self, Bundle, BundleError, Caps};
use identity::StudentIdentity;
pub(crate) use identity::expected_by_place;
use measure::Harness;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;
pub(crate) use summary::render_summary;
pub(crate) use write::write_file;

/// How a submission is to be measured.
#[derive(Clone, Debug)]
pub(crate) struct VerifyRequest {
    pub(crate) seed: u64,
    /// When it was handed in, RFC 3339.
    pub(crate) submitted_at: Option<String>,
    /// Whose submission it must be, where its place tells.
    pub(crate) expected_id: Option<String>,
    /// Go on where the kernel lacks a sandbox feature.
    pub(crate) allow_unfenced: bool,
    /// Time limit of one run of a task.
    pub(crate) timeout: Duration,
}

pub(crate) fn run(options: &VerifyOptions) -> Result<()> {
    interrupt::install_handlers().context("cannot listen for signals")?;
    let words = Words::new(resolve_language(options.lang));
    if let Some(time) = &options.submitted_at {
        let wrong = |error| {
            ExitReason::UsageError(format!("--submitted-at {time}: {error}; write 2026-12-01T23:59:59Z"))
        };
        time.parse::<jiff::Timestamp>().map_err(wrong)?;
    }
    let grading = &options.grading;
    let verdict = verify(
        &options.bundle,
        &VerifyRequest {
            seed: grading.seed_file.as_deref().map_or_else(|| Ok(random_seed()), read_seed_file)?,
            submitted_at: options.submitted_at.clone(),
            expected_id: options.id.clone().or_else(|| identity::expected_by_place(&options.bundle)),
            allow_unfenced: grading.allow_unfenced,
            timeout: grading.timeout,
        },
    )?;
    let root = build_env::load_course()?.root.clone();
    let out =
        options.out.clone().unwrap_or_else(|| write::default_output_folder(&root, &verdict, &options.bundle));

    let text = write::write_verdict(&verdict, &out, &words)?;
    let said = if options.json { text } else { render_verdict(&verdict, &out, &words) };
    // A closed pipe is no error: the files are written.
    let _ = std::io::stdout().write_all(said.as_bytes());
    if grading.strict && verdict.status != VerdictStatus::Pass {
        return Err(ExitReason::CheckFailed("the verdict is not pass".into()).into());
    }
    Ok(())
}

/// The text for a terminal.
fn render_verdict(verdict: &Verdict, out: &Path, words: &Words) -> String {
    let who = if verdict.id.is_empty() { "?" } else { &verdict.id };
    let (name, status) =
        (sanitize_excerpt(&verdict.name).replace('\n', " "), status_text(verdict.status, words));
    let mut text = format!("{who} {name}: {status}, {} / {}\n", verdict.score, verdict.of);
    for reason in &verdict.reasons {
        let task = reason.task.as_ref().map(|task| format!("{task} ")).unwrap_or_default();
        let sentence = words.lang().pick(&reason.text).replace('\n', "\n    ");
        text += &format!("  {} {task}{sentence}\n", reason.code);
    }
    text + &format!("{}\n", out.join("verdict.json").display())
}

/// Measures a submission and returns its verdict. Several threads may call this at once; each
/// submission has a work folder of its own, which is removed afterwards.
///
/// # Errors
/// For a path that does not exist, a missing sandbox feature, a signal, or a failure of this
/// machine. Nothing that a submission does is an error.
pub(crate) fn verify(place: &Path, options: &VerifyRequest) -> Result<Verdict> {
    let course = build_env::load_course()?;
    let lacking = course.kernel_support.missing();
    if !lacking.is_empty() && !options.allow_unfenced {
        return Err(ExitReason::MissingRequirement(format!(
            "this kernel has no {}: a hostile submission could do what you can do here. Use Linux 5.13 or later with landlock and \
             seccomp, or say --allow-unfenced for submissions that you trust",
            lacking.join(" and no ")
        ))
        .into());
    }
    let mut verdict = Verdict {
        schema: VERDICT_SCHEMA.to_owned(),
        fences: course.kernel_support.supported().into_iter().map(str::to_owned).collect(),
        unfenced: lacking.into_iter().map(str::to_owned).collect(),
        submitted_at: options.submitted_at.clone(),
        harness_commit: course.commit.clone(),
        ..Verdict::default()
    };
    let found = match bundle::read(place, &Caps::default()) {
        Ok(bundle) => judge_bundle(&course, &bundle, options, &mut verdict)?,
        Err(error @ BundleError::Unreadable { .. }) if !place.exists() => {
            return Err(ExitReason::UsageError(error.to_string()).into());
        }
        Err(error) => vec![FoundReason::new(ReasonCode::BadArchive).with_detail(&error.to_string())],
    };
    conclude(&mut verdict, found);
    Ok(verdict)
}

/// Judges a bundle that was read: identity, source, measured tasks, claims.
fn judge_bundle(
    course: &Course,
    bundle: &Bundle,
    options: &VerifyRequest,
    verdict: &mut Verdict,
) -> Result<Vec<FoundReason>> {
    let claimed = bundle
        .files
        .get("result.json")
        .and_then(|bytes| serde_json::from_slice::<HomeworkResult>(bytes).ok());
    let (StudentIdentity { id, name }, mut found) =
        identity::read_identity(bundle, claimed.as_ref(), options.expected_id.as_deref());
    (verdict.id, verdict.name) = (id, name);
    verdict.source_sha256 = source_sha256(bundle.sources());
    let meddling: Vec<&str> = bundle.tampering_files().take(8).collect();
    if !meddling.is_empty() {
        found.push(FoundReason::new(ReasonCode::ForeignFile).with_detail(&meddling.join(", ")));
    }
    if !bundle.files.contains_key("src/required.rs") {
        verdict.source_sha256 = String::new();
        found.push(FoundReason::new(ReasonCode::NoSource));
        return Ok(found);
    }
    let before = found.len();
    for (file, bytes) in bundle.sources() {
        match source_rules::scan(bytes) {
            Ok(findings) => {
                found.extend(findings.iter().take(5).map(|finding| forbidden_source(file, finding)))
            }
            Err(why) => found.push(
                FoundReason::new(ReasonCode::UnreadableSource).with_detail(&format!("src/{file}: {why}")),
            ),
        }
    }
    if found.len() == before {
        found.extend(measure_bundle(course, bundle, options, verdict, claimed.as_ref())?);
    }
    if let Some(claimed) = claimed {
        let (mismatches, forged) =
            claims::compare_claims(&claimed, &verdict.recomputed, &verdict.source_sha256);
        verdict.mismatches = mismatches;
        found.extend(forged);
        verdict.claimed = Some(claimed.tasks);
    }
    Ok(found)
}

/// Builds the source and runs every task.
fn measure_bundle(
    course: &Course,
    bundle: &Bundle,
    options: &VerifyRequest,
    verdict: &mut Verdict,
    claimed: Option<&HomeworkResult>,
) -> Result<Vec<FoundReason>> {
    let env = build_env::open_build_env(course)?;
    let folder = env.create_work_folder()?;
    let mut modules: Vec<(&str, &[u8])> = pristine::START
        .iter()
        .map(|&(name, text)| (name, text.as_bytes()))
        .filter(|(name, _)| *name != "required.rs")
        .collect();
    for (name, bytes) in bundle.sources() {
        modules.retain(|(other, _)| *other != name);
        modules.push((name, bytes));
    }
    pristine::write_student(&folder.path, &modules).context("cannot write the submission's modules")?;
    if let Some(found) = build::build(&env, &folder, options.timeout, options.allow_unfenced)? {
        return Ok(vec![found]);
    }
    let mut harness = Harness {
        env: &env,
        program: folder.harness_path(),
        folder: folder.path.clone(),
        timeout: options.timeout,
        lenient: options.allow_unfenced,
        empty_bytes: 0,
    };
    harness.measure_empty_harness()?;
    let mut found = Vec::new();
    for task in Task::ALL {
        let scale = |seed| TaskScale { seed, small: if task == Task::Aggregate { LINES } else { ROWS } };
        let measured = harness.measure_task(task, scale(options.seed))?;
        let is_wrong = measured.found.iter().any(|one| one.code == ReasonCode::WrongAnswer);
        let said_right = claimed
            .is_none_or(|claimed| claimed.tasks.iter().any(|one| one.task == task.name() && one.right));
        if is_wrong
            && said_right
            && !task.is_optional()
            && harness.measure_task(task, scale(PUBLIC_SEED))?.result.right
        {
            found.push(FoundReason::new(ReasonCode::HardCoded).for_task(task));
        }
        verdict.recomputed.push(measured.result);
        found.extend(measured.found);
    }
    Ok(found)
}

/// Fills in points, status and reasons, the gravest first.
fn conclude(verdict: &mut Verdict, mut found: Vec<FoundReason>) {
    if verdict.recomputed.is_empty() {
        let why = found.first().map(|found| found.text.clone());
        let nothing = |task| why.clone().map_or_else(TaskResult::default, |why| failed_task(task, why));
        verdict.recomputed = Task::ALL.into_iter().map(nothing).collect();
    }
    let totals = sum_points(&verdict.recomputed);
    (verdict.score, verdict.of, verdict.bonus, verdict.bonus_of) =
        (totals.score, totals.of, totals.bonus, totals.bonus_of);
    // The optional task may be missed but not misused; how it was missed is in its result.
    found.retain(|one| !(one.task.is_some_and(Task::is_optional) && one.code > ReasonCode::ForgedResult));
    found.sort_by_key(|one| one.code);
    found.dedup();
    if found.is_empty() && !is_pass(&verdict.recomputed) {
        found.push(
            FoundReason::new(ReasonCode::TooFewPoints)
                .with_detail(&format!("{} / {}", totals.score, totals.of)),
        );
    }
    verdict.status = found.first().map_or(VerdictStatus::Pass, |one| one.code.status());
    verdict.reasons = found.iter().map(FoundReason::to_reason).collect();
    verdict.graded_at = provenance::timestamp();
}

/// A seed from the system's random numbers, by way of a hash map's keys.
pub(crate) fn random_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Reads a file with one number, for grading again with the same seed.
pub(crate) fn read_seed_file(path: &Path) -> Result<u64> {
    let wrong = |why: String| ExitReason::UsageError(format!("--seed-file {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    Ok(text.trim().parse().map_err(|error: std::num::ParseIntError| wrong(error.to_string()))?)
}
