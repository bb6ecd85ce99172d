//! Gets a verdict for every submission of a class: from an earlier run where it still holds, else
//! by grading it now.

use super::find::{Submission, Submissions};
use super::progress::Progress;
use super::verdict_cache::{self, VerdictCache};
use super::{times, work_queue};
use anyhow::Result;
use heaplab_command::exit::ExitReason;
use heaplab_command::provenance;
use heaplab_grader_options::GradebookOptions;
use heaplab_homework::book::{GradedSubmission, Moment};
use heaplab_homework::similarity::{Fingerprints, StartingPoint};
use heaplab_record::{Text, TimeSource, VERDICT_SCHEMA, Verdict, VerdictReason, VerdictStatus};
use heaplab_report::Words;
use heaplab_report::homework::sanitize_text;
use heaplab_sandbox::bundle::{self, Bundle, Caps};
use std::collections::HashMap;
use std::path::Path;

/// The starting point's files. Code that comes from them does not count as copied.
const START: [&str; 3] = [
    include_str!("../../../../lessons/8.9-homework/start/mod.rs"),
    include_str!("../../../../lessons/8.9-homework/start/optional.rs"),
    include_str!("../../../../lessons/8.9-homework/start/required.rs"),
];

/// Grades submissions. Tests have one of their own.
pub(super) trait Grader: Sync {
    /// Measures one submission again.
    ///
    /// # Errors
    /// [`ExitReason::MissingRequirement`] where no submission can be graded here,
    /// [`ExitReason::Interrupted`] after a signal; any other error concerns this submission alone.
    fn grade(&self, path: &Path, submitted_at: Option<&str>) -> Result<Verdict>;

    /// The summary that lies beside the verdict.
    fn summary(&self, verdict: &Verdict, words: &Words) -> String;

    /// Identifies the harness and its options: a cached verdict holds while this stays the same.
    fn identity(&self) -> &str;

    /// The commit of the harness.
    fn commit(&self) -> &str;
}

/// A submission that was read but not graded yet.
struct PlannedSubmission<'a> {
    found: &'a Submission,
    slug: String,
    key: String,
    own: Fingerprints,
    submitted: Option<(Moment, TimeSource)>,
    file_time: Option<Moment>,
}

/// Grades the class, in its order.
///
/// # Errors
/// [`ExitReason::CutShort`] after a signal, with the verdicts so far kept;
/// [`ExitReason::MissingRequirement`] as for [`Grader::grade`].
pub(super) fn grade_class(
    class: &Submissions,
    grader: &dyn Grader,
    out: &Path,
    options: &GradebookOptions,
    words: &Words,
) -> Result<Vec<GradedSubmission>> {
    let shelf = VerdictCache { folder: out.join("verdicts") };
    let planned = plan_submissions(class, grader);
    let mut verdicts: Vec<Option<Verdict>> = planned
        .iter()
        .map(|of| {
            shelf.load(&of.slug, &of.key).filter(|verdict| !is_regrade_wanted(options, of.found, verdict))
        })
        .collect();
    let missing: Vec<usize> = (0..planned.len()).filter(|&index| verdicts[index].is_none()).collect();
    let mut progress = Progress::new(missing.len(), words);
    announce_start(class, missing.len(), job_count(options), &progress, words);
    let ended = work_queue::run_jobs(
        missing.len(),
        job_count(options),
        |at| {
            let of = &planned[missing[at]];
            grade_one(of, grader)
        },
        |at, result| {
            let of = &planned[missing[at]];
            // A verdict without a key is not reused: the next run tries again what failed for a
            // reason of ours.
            let key = result.is_ok().then_some(of.key.as_str());
            let verdict = result.unwrap_or_else(|error| grader_failed_verdict(of, grader, &error));
            let text = grader.summary(&verdict, words);
            let summary = heaplab_report::Artifact { name: "summary.md".into(), bytes: text.into_bytes() };
            shelf.store(&of.slug, &of.found.bundle, key, &verdict, &[summary])?;
            progress.report_graded(&of.found.bundle, &verdict);
            verdicts[missing[at]] = Some(verdict);
            Ok(())
        },
    )?;
    if let Some(rate) = progress.finish() {
        eprintln!("{rate}");
    }
    if let work_queue::QueueEnd::Signal(signal) = ended {
        let done = verdicts.iter().flatten().count().to_string();
        let all = planned.len().to_string();
        let message = words.say("gradebook-cut-short", &[("done", &done), ("all", &all)]);
        return Err(ExitReason::CutShort { signal, message }.into());
    }
    let graded = |(of, verdict): (PlannedSubmission<'_>, Option<Verdict>)| {
        Some(GradedSubmission {
            bundle: of.found.bundle.clone(),
            folder: format!("verdicts/{}", of.slug),
            verdict: verdict?,
            submitted: of.submitted,
            file_time: of.file_time,
            own: of.own,
        })
    };
    Ok(planned.into_iter().zip(verdicts).filter_map(graded).collect())
}

fn job_count(options: &GradebookOptions) -> usize {
    options
        .jobs
        .map(usize::from)
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

fn announce_start(class: &Submissions, left: usize, jobs: usize, progress: &Progress<'_>, words: &Words) {
    let all = class.found.len();
    let (kept, left_text, all_text) = ((all - left).to_string(), left.to_string(), all.to_string());
    let jobs = jobs.min(left.max(1)).to_string();
    let arguments = [("all", all_text.as_str()), ("kept", &kept), ("left", &left_text), ("jobs", &jobs)];
    progress.note(&words.say("gradebook-start", &arguments));
    if !class.passed_over.is_empty() {
        let names = class.passed_over.iter().map(|name| sanitize_text(name)).collect::<Vec<_>>().join(", ");
        progress.note(&words.say("gradebook-passed-over", &[("names", &names)]));
    }
}

/// Whether `--regrade` names this submission.
fn is_regrade_wanted(options: &GradebookOptions, found: &Submission, verdict: &Verdict) -> bool {
    let Some(wanted) = &options.regrade else { return false };
    let everybody = wanted.iter().all(String::is_empty);
    everybody || wanted.iter().any(|id| *id == verdict.id || *id == found.bundle)
}

fn plan_submissions<'a>(class: &'a Submissions, grader: &dyn Grader) -> Vec<PlannedSubmission<'a>> {
    let start = StartingPoint::from_files(START);
    let mut repositories: HashMap<&Path, HashMap<String, Moment>> = HashMap::new();
    let of = |found: &'a Submission| {
        let git = found.class.as_ref().and_then(|(folder, name)| {
            repositories.entry(folder).or_insert_with(|| times::commit_times(folder)).get(name).cloned()
        });
        let read = bundle::read(&found.path, &Caps::default());
        let file_time = times::newest_file_time(&found.path);
        let claimed =
            read.as_ref().ok().and_then(|bundle| times::claimed_time(bundle.files.get("result.json")?));
        PlannedSubmission {
            found,
            slug: verdict_cache::folder_name(&found.path),
            key: verdict_cache::cache_key(&found.path, &read, grader.identity()),
            own: read.as_ref().map(|bundle| fingerprints(bundle, &start)).unwrap_or_default(),
            submitted: times::submission_time(git.as_ref(), claimed.as_deref(), file_time.as_ref()),
            file_time,
        }
    };
    class.found.iter().map(of).collect()
}

fn fingerprints(bundle: &Bundle, start: &StartingPoint) -> Fingerprints {
    let texts = bundle.sources().filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok());
    Fingerprints::from_files(texts, start)
}

fn grade_one(of: &PlannedSubmission<'_>, grader: &dyn Grader) -> Result<Verdict> {
    if of.found.is_link {
        let text = Text {
            en: "the submission is a link, which is not followed".to_owned(),
            zh: "提交的是一个链接，不会跟随它".to_owned(),
        };
        return Ok(unmeasured_verdict(of, grader, "bad_archive", text));
    }
    grader.grade(&of.found.path, of.submitted.as_ref().map(|(at, _)| at.text.as_str()))
}

/// The verdict of a submission that the grader failed to grade.
fn grader_failed_verdict(of: &PlannedSubmission<'_>, grader: &dyn Grader, error: &anyhow::Error) -> Verdict {
    let said = sanitize_text(&format!("{error:#}"));
    let text = Text {
        en: format!("the grader could not finish, which says nothing of the submission: {said}"),
        zh: format!("批改程序没能完成，这与作业本身无关：{said}"),
    };
    unmeasured_verdict(of, grader, "grader_failed", text)
}

fn unmeasured_verdict(of: &PlannedSubmission<'_>, grader: &dyn Grader, code: &str, text: Text) -> Verdict {
    let nothing = heaplab_homework::Task::ALL.map(|task| heaplab_homework::failed_task(task, text.clone()));
    let totals = heaplab_homework::sum_points(&nothing);
    Verdict {
        schema: VERDICT_SCHEMA.to_owned(),
        status: VerdictStatus::Error,
        reasons: vec![VerdictReason { code: code.to_owned(), task: None, text }],
        recomputed: nothing.to_vec(),
        score: totals.score,
        of: totals.of,
        bonus: totals.bonus,
        bonus_of: totals.bonus_of,
        submitted_at: of.submitted.as_ref().map(|(at, _)| at.text.clone()),
        graded_at: provenance::timestamp(),
        harness_commit: grader.commit().to_owned(),
        ..Verdict::default()
    }
}

#[cfg(test)]
mod tests;
