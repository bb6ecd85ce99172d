//! Every submission of a class to a verdict: those of an earlier run that still hold, and the others graded now.

use super::find::{Class, Found};
use super::kept::{self, Shelf};
use super::progress::Progress;
use super::{GradebookOptions, times, work};
use crate::environment;
use crate::stop::Stop;
use anyhow::Result;
use heaplab_fence::bundle::{self, Bundle, Caps};
use heaplab_grade::book::{Graded, Moment};
use heaplab_grade::similar::{Fingerprints, Start};
use heaplab_record::{Reason, Text, TimeSource, VERDICT_SCHEMA, Verdict, VerdictStatus};
use heaplab_report::Words;
use heaplab_report::homework::harmless;
use std::collections::HashMap;
use std::path::Path;

/// What every submission begins with: no copy of anybody.
const START: [&str; 3] = [
    include_str!("../../../../lessons/8.9-homework/start/mod.rs"),
    include_str!("../../../../lessons/8.9-homework/start/optional.rs"),
    include_str!("../../../../lessons/8.9-homework/start/required.rs"),
];

/// Who makes a verdict of a submission.
pub(super) trait Grader: Sync {
    /// Measures one submission again.
    ///
    /// # Errors
    /// [`Stop::Lacks`] for what every submission needs, [`Stop::Interrupted`] for a signal; any other error is this submission's.
    fn grade(&self, path: &Path, submitted_at: Option<&str>) -> Result<Verdict>;

    /// The summary that lies beside the verdict.
    fn summary(&self, verdict: &Verdict, words: &Words) -> String;

    /// What tells this harness and its options from others: a verdict holds as long as they are the same.
    fn identity(&self) -> &str;

    /// The commit of the harness.
    fn commit(&self) -> &str;
}

/// A submission, looked at but not graded.
struct Planned<'a> {
    found: &'a Found,
    slug: String,
    key: String,
    own: Fingerprints,
    submitted: Option<(Moment, TimeSource)>,
    file_time: Option<Moment>,
}

/// The class in its order.
///
/// # Errors
/// [`Stop::CutShort`] after a signal, when the verdicts so far are kept; [`Stop::Lacks`] as [`Grader::grade`] says.
pub(super) fn grade(
    class: &Class,
    grader: &dyn Grader,
    out: &Path,
    options: &GradebookOptions,
    words: &Words,
) -> Result<Vec<Graded>> {
    let shelf = Shelf { folder: out.join("verdicts") };
    let planned = plan(class, grader);
    let mut verdicts: Vec<Option<Verdict>> = planned
        .iter()
        .map(|of| shelf.find(&of.slug, &of.key).filter(|verdict| !again(options, of.found, verdict)))
        .collect();
    let missing: Vec<usize> = (0..planned.len()).filter(|&index| verdicts[index].is_none()).collect();
    let mut progress = Progress::new(missing.len(), words);
    begin(class, missing.len(), jobs(options), &progress, words);
    let ended = work::all(
        missing.len(),
        jobs(options),
        |at| {
            let of = &planned[missing[at]];
            one(of, grader)
        },
        |at, result| {
            let of = &planned[missing[at]];
            // What failed by our fault is not kept: the next run tries again.
            let key = result.is_ok().then_some(of.key.as_str());
            let verdict = result.unwrap_or_else(|error| broken(of, grader, &error));
            let text = grader.summary(&verdict, words);
            let summary = heaplab_report::Artifact { name: "summary.md".into(), bytes: text.into_bytes() };
            shelf.keep(&of.slug, &of.found.bundle, key, &verdict, &[summary])?;
            progress.graded(&of.found.bundle, &verdict);
            verdicts[missing[at]] = Some(verdict);
            Ok(())
        },
    )?;
    if let Some(rate) = progress.finish() {
        eprintln!("{rate}");
    }
    if let work::Ended::Signal(signal) = ended {
        let done = verdicts.iter().flatten().count().to_string();
        let all = planned.len().to_string();
        let message = words.say("gradebook-cut-short", &[("done", &done), ("all", &all)]);
        return Err(Stop::CutShort { signal, message }.into());
    }
    let graded = |(of, verdict): (Planned<'_>, Option<Verdict>)| {
        Some(Graded {
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

fn jobs(options: &GradebookOptions) -> usize {
    options
        .jobs
        .map(usize::from)
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

fn begin(class: &Class, left: usize, jobs: usize, progress: &Progress<'_>, words: &Words) {
    let all = class.found.len();
    let (kept, left_text, all_text) = ((all - left).to_string(), left.to_string(), all.to_string());
    let jobs = jobs.min(left.max(1)).to_string();
    let arguments = [("all", all_text.as_str()), ("kept", &kept), ("left", &left_text), ("jobs", &jobs)];
    progress.note(&words.say("gradebook-start", &arguments));
    if !class.passed_over.is_empty() {
        let names = class.passed_over.iter().map(|name| harmless(name)).collect::<Vec<_>>().join(", ");
        progress.note(&words.say("gradebook-passed-over", &[("names", &names)]));
    }
}

/// Whether the teacher wants this one graded again.
fn again(options: &GradebookOptions, found: &Found, verdict: &Verdict) -> bool {
    let Some(wanted) = &options.regrade else { return false };
    let everybody = wanted.iter().all(String::is_empty);
    everybody || wanted.iter().any(|id| *id == verdict.id || *id == found.bundle)
}

fn plan<'a>(class: &'a Class, grader: &dyn Grader) -> Vec<Planned<'a>> {
    let start = Start::of(START);
    let mut repositories: HashMap<&Path, HashMap<String, Moment>> = HashMap::new();
    let of = |found: &'a Found| {
        let git = found.class.as_ref().and_then(|(folder, name)| {
            repositories.entry(folder).or_insert_with(|| times::committed(folder)).get(name).cloned()
        });
        let read = bundle::read(&found.path, &Caps::default());
        let file_time = times::newest_file(&found.path);
        let claimed = read.as_ref().ok().and_then(|bundle| times::claimed(bundle.files.get("result.json")?));
        Planned {
            found,
            slug: kept::slug(&found.path),
            key: kept::key(&found.path, &read, grader.identity()),
            own: read.as_ref().map(|bundle| fingerprints(bundle, &start)).unwrap_or_default(),
            submitted: times::own(git.as_ref(), claimed.as_deref(), file_time.as_ref()),
            file_time,
        }
    };
    class.found.iter().map(of).collect()
}

fn fingerprints(bundle: &Bundle, start: &Start) -> Fingerprints {
    let texts = bundle.sources().filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok());
    Fingerprints::of(texts, start)
}

fn one(of: &Planned<'_>, grader: &dyn Grader) -> Result<Verdict> {
    if of.found.is_link {
        let text = Text {
            en: "the submission is a link, which is not followed".to_owned(),
            zh: "提交的是一个链接，不会跟随它".to_owned(),
        };
        return Ok(unmeasured(of, grader, "bad_archive", text));
    }
    grader.grade(&of.found.path, of.submitted.as_ref().map(|(at, _)| at.text.as_str()))
}

/// A verdict where the grader had none.
fn broken(of: &Planned<'_>, grader: &dyn Grader, error: &anyhow::Error) -> Verdict {
    let said = harmless(&format!("{error:#}"));
    let text = Text {
        en: format!("the grader could not finish, which says nothing of the submission: {said}"),
        zh: format!("批改程序没能完成，这与作业本身无关：{said}"),
    };
    unmeasured(of, grader, "grader_failed", text)
}

fn unmeasured(of: &Planned<'_>, grader: &dyn Grader, code: &str, text: Text) -> Verdict {
    let nothing = heaplab_grade::Task::ALL.map(|task| heaplab_grade::broken(task, text.clone()));
    let totals = heaplab_grade::totals(&nothing);
    Verdict {
        schema: VERDICT_SCHEMA.to_owned(),
        id: String::new(),
        name: String::new(),
        status: VerdictStatus::Error,
        reasons: vec![Reason { code: code.to_owned(), task: None, text }],
        claimed: None,
        recomputed: nothing.to_vec(),
        score: totals.score,
        of: totals.of,
        bonus: totals.bonus,
        bonus_of: totals.bonus_of,
        mismatches: Vec::new(),
        fences: Vec::new(),
        unfenced: Vec::new(),
        source_sha256: String::new(),
        submitted_at: of.submitted.as_ref().map(|(at, _)| at.text.clone()),
        graded_at: environment::now(),
        harness_commit: grader.commit().to_owned(),
    }
}

#[cfg(test)]
mod tests;
