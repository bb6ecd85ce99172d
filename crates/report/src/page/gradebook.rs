//! `gradebook.html`. Its content security policy allows one script by its hash, so a script in a
//! student's name cannot run.

mod points;

use crate::gradebook::{STATUSES, count_status, flag_name, has_flag, source_name, status_text};
use crate::homework::sanitize_text;
use crate::{RenderError, Words, format};
use askama::Template;
use heaplab_record::{FlagKind, Gradebook, GradebookEntry, VerdictStatus};
use points::points_svg;
use std::collections::BTreeMap;

/// Pairs of similar submissions on the page. gradebook.json has all of them, and each student's
/// own are in the flags.
const MOST_PAIRS: usize = 60;
/// Sorts and filters the table of the class.
const SCRIPT: &str = include_str!("../../templates/gradebook.js");
/// The script's hash, as a policy has it: `sha256-` and base64. A test compares it with the
/// script.
const SCRIPT_HASH: &str = "sha256-ExqszkC6sKMiiCqlu5cx8sMsSJezzy7HlobZw571Mz0=";

/// The page.
///
/// # Errors
/// If the template cannot be filled in.
pub fn gradebook_page(book: &Gradebook, words: &Words) -> Result<String, RenderError> {
    let tasks = task_names(book);
    let left_out = book.alike_left_out + book.alike.len().saturating_sub(MOST_PAIRS) as u64;
    let left_out = (left_out > 0).then(|| format::count(left_out));
    let page = GradebookPage {
        words,
        book,
        facts: build_facts(book, words),
        picture: points_svg(book, words),
        statuses: STATUSES
            .iter()
            .filter_map(|&status| StatusCount::from_status(status, book, words))
            .collect(),
        reasons: count_reasons(book),
        alike: book.alike.iter().take(MOST_PAIRS).map(AlikeRow::from_pair).collect(),
        left_out: left_out.map(|count| words.say("gradebook-alike-left-out", &[("count", &count)])),
        heads: table_heads(&tasks, words),
        rows: book.entries.iter().map(|entry| EntryRow::from_entry(entry, &tasks, words)).collect(),
        notes: build_notes(book, words),
    };
    page.render().map_err(|error| RenderError::page("gradebook.html", error))
}

#[derive(Template)]
#[template(path = "gradebook.html")]
struct GradebookPage<'a> {
    words: &'a Words,
    book: &'a Gradebook,
    /// Name, figure, and a note.
    facts: Vec<[String; 3]>,
    picture: String,
    statuses: Vec<StatusCount>,
    /// Code and count, the most frequent first.
    reasons: Vec<(String, usize)>,
    alike: Vec<AlikeRow>,
    left_out: Option<String>,
    heads: Vec<ColumnHead>,
    rows: Vec<EntryRow>,
    notes: Vec<String>,
}

impl GradebookPage<'_> {
    fn w(&self, key: &str) -> String {
        self.words.get(key)
    }

    /// A count as a percentage of the class.
    fn share(&self, count: &usize) -> usize {
        count * 100 / self.book.entries.len().max(1)
    }
}

struct StatusCount {
    name: String,
    class: &'static str,
    count: usize,
}

impl StatusCount {
    fn from_status(status: VerdictStatus, book: &Gradebook, words: &Words) -> Option<StatusCount> {
        let count = count_status(book, status);
        (count > 0).then(|| StatusCount {
            name: status_text(status, words),
            class: status_class(status),
            count,
        })
    }
}

/// The class that colours a pill; the pill's word says the same.
fn status_class(status: VerdictStatus) -> &'static str {
    match status {
        VerdictStatus::Pass => "holds",
        VerdictStatus::Unstable => "open",
        _ => "fails",
    }
}

struct AlikeRow {
    one: String,
    other: String,
    identical: bool,
    contained: String,
    jaccard: String,
    shared: u32,
}

impl AlikeRow {
    fn from_pair(pair: &heaplab_record::AlikePair) -> AlikeRow {
        let percent = |thousandths: u32| format::percent(f64::from(thousandths) / 1000.0);
        AlikeRow {
            one: sanitize_text(&pair.one),
            other: sanitize_text(&pair.other),
            identical: pair.identical,
            contained: percent(pair.contained_thousandths),
            jaccard: percent(pair.jaccard_thousandths),
            shared: pair.shared,
        }
    }
}

struct ColumnHead {
    text: String,
    is_text: bool,
}

/// The columns of the class, in the order of the template.
fn table_heads(tasks: &[String], words: &Words) -> Vec<ColumnHead> {
    let of = |key: &str, is_text| ColumnHead { text: words.get(&format!("gradebook-column-{key}")), is_text };
    let before = [of("id", true), of("name", true), of("status", true), of("score", false)];
    let tasks = tasks.iter().map(|task| ColumnHead { text: sanitize_text(task), is_text: false });
    let after = ["reasons", "flags", "submitted", "bundle"].map(|key| of(key, true));
    before.into_iter().chain(tasks).chain(after).collect()
}

/// The tasks of all entries, in the order of their first occurrence.
fn task_names(book: &Gradebook) -> Vec<String> {
    let mut tasks: Vec<String> = Vec::new();
    for task in book.entries.iter().flat_map(|entry| &entry.tasks) {
        if !tasks.contains(&task.task) {
            tasks.push(task.task.clone());
        }
    }
    tasks
}

struct EntryRow {
    bundle: String,
    id: String,
    name: String,
    status: String,
    class: &'static str,
    score: u32,
    is_kept_back: bool,
    tasks: Vec<String>,
    /// Code and sentence.
    reasons: Vec<[String; 2]>,
    /// Kind and sentence.
    flags: Vec<[String; 2]>,
    /// The time, and who says so.
    submitted: [String; 2],
    link: Option<String>,
}

impl EntryRow {
    fn from_entry(entry: &GradebookEntry, tasks: &[String], words: &Words) -> EntryRow {
        let lang = words.lang();
        let points = |task: &String| {
            let found = entry.tasks.iter().find(|of| of.task == *task);
            found.map_or_else(|| "–".to_owned(), |of| of.score.to_string())
        };
        let flag =
            |kind: FlagKind| words.get(&format!("gradebook-flag-{}", flag_name(kind).replace('_', "-")));
        let submitted = entry.submitted.as_ref();
        EntryRow {
            bundle: sanitize_text(&entry.bundle),
            id: sanitize_text(&entry.id),
            name: sanitize_text(&entry.name),
            status: status_text(entry.status, words),
            class: status_class(entry.status),
            score: entry.score,
            is_kept_back: entry.points < entry.score + entry.bonus,
            tasks: tasks.iter().map(points).collect(),
            reasons: entry
                .reasons
                .iter()
                .map(|reason| [sanitize_text(&reason.code), sanitize_text(lang.pick(&reason.text))])
                .collect(),
            flags: entry.flags.iter().map(|of| [flag(of.kind), sanitize_text(lang.pick(&of.text))]).collect(),
            submitted: [
                submitted.map_or_else(|| words.get("gradebook-time-unknown"), |at| sanitize_text(&at.at)),
                submitted
                    .map(|at| words.get(&format!("gradebook-says-{}", source_name(at.says))))
                    .unwrap_or_default(),
            ],
            link: verdict_link(&entry.folder),
        }
    }
}

/// The folder as a link, if it is below `verdicts/` and has only letters that mean nothing special
/// in an address.
fn verdict_link(folder: &str) -> Option<String> {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let below = folder.starts_with("verdicts/") && !folder.contains("..") && folder.chars().all(sound);
    below.then(|| folder.to_owned())
}

fn build_facts(book: &Gradebook, words: &Words) -> Vec<[String; 3]> {
    let number = |count: usize| format::count(count as u64);
    let fact =
        |key: &str, value: String, note: String| [words.get(&format!("gradebook-fact-{key}")), value, note];
    let entries = &book.entries;
    let passed = count_status(book, VerdictStatus::Pass);
    let share = format::percent(passed as f64 / entries.len().max(1) as f64);
    let mut scores: Vec<u32> = entries.iter().map(|entry| entry.score).collect();
    scores.sort_unstable();
    // Of an even number of them, the lower one of the middle: points are whole.
    let median = scores.get(scores.len().saturating_sub(1) / 2).copied().unwrap_or(0);
    let of = entries.iter().map(|entry| entry.of).max().unwrap_or(0).to_string();
    let late = entries.iter().filter(|entry| has_flag(entry, FlagKind::Late)).count();
    let flagged = entries.iter().filter(|entry| !entry.flags.is_empty()).count();
    let deadline = match &book.deadline {
        Some(deadline) => words.say("gradebook-fact-late-by", &[("deadline", deadline)]),
        None => words.get("gradebook-fact-no-deadline"),
    };
    let late = if book.deadline.is_some() { number(late) } else { "–".to_owned() };
    vec![
        fact("submissions", number(entries.len()), String::new()),
        fact("passed", number(passed), share),
        fact("median", median.to_string(), words.say("gradebook-fact-median-of", &[("of", &of)])),
        fact("late", late, deadline),
        fact("flagged", number(flagged), words.get("gradebook-fact-flagged-note")),
    ]
}

fn count_reasons(book: &Gradebook) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &book.entries {
        let mut codes: Vec<String> = entry.reasons.iter().map(|reason| sanitize_text(&reason.code)).collect();
        codes.sort_unstable();
        codes.dedup();
        codes.into_iter().for_each(|code| *counts.entry(code).or_default() += 1);
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    counts
}

fn build_notes(book: &Gradebook, words: &Words) -> Vec<String> {
    let at = book.created_at.as_str();
    let harness = if book.harness_commit.is_empty() {
        words.say("gradebook-note-harness-unknown", &[("at", at)])
    } else {
        words.say("gradebook-note-harness", &[("commit", &sanitize_text(&book.harness_commit)), ("at", at)])
    };
    vec![words.get("gradebook-note-times"), harness]
}

#[cfg(test)]
mod tests;
