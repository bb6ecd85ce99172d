//! Section 8.9 in words: the line of a task, its hint, and the summary of a submission. A
//! student's name can contain anything; [`sanitize_text`] makes it harmless.

mod hint;
mod summary;

pub use hint::render_hint;
pub use summary::render_summary;

use crate::{Words, format, prose};
use heaplab_record::{HomeworkResult, TaskResult};

/// The limits for full points. A figure that is not scored has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskLimits {
    /// Allocations and reallocations.
    pub allocations: Option<u64>,
    /// Live bytes at the peak.
    pub peak_bytes: Option<u64>,
    /// The peak at 4 × N rows, in thousandths of that at N rows.
    pub growth_thousandths: Option<u64>,
}

/// One line about a task, for a terminal: `✗ required.generator peak … B > limit … B; growth ×4.09
/// for 4×N (want ≤ 1.1); top: …`.
pub fn task_line(task: &TaskResult, wanted: &TaskLimits, words: &Words) -> String {
    let sign = if is_full(task) { "✓" } else { "✗" };
    let mut parts = describe_findings(task, wanted, words);
    if !is_full(task)
        && let Some(top) = &task.top
    {
        let (location, function) = (sanitize_text(&top.location), sanitize_text(&top.function));
        parts.push(words.say("homework-top", &[("location", &location), ("function", &function)]));
    }
    parts.push(describe_points(task, words));
    let said = words.say("homework-sentence", &[("text", &parts.join(&words.get("homework-joint")))]);
    let next = match is_full(task) {
        true => String::new(),
        false => format!(" {}", words.say("homework-next", &[("task", &task.task)])),
    };
    format!("{sign} {} {}{next}", task.task, said.trim_end())
}

/// The points of all tasks, in a sentence.
pub fn total_sentence(result: &HomeworkResult, words: &Words) -> String {
    let number = |points: u32| points.to_string();
    let total = words.say(
        "homework-total",
        &[
            ("score", &number(result.score)),
            ("of", &number(result.of)),
            ("bonus", &number(result.bonus)),
            ("bonus-of", &number(result.bonus_of)),
        ],
    );
    words.say("homework-sentence", &[("text", &total)])
}

/// What to do after full points of the required tasks; `None` before.
pub fn suggest_after_full_points(result: &HomeworkResult, words: &Words) -> Option<String> {
    (result.score == result.of && result.of > 0).then(|| words.get("homework-total-next"))
}

/// A student's text on one line, without escape sequences, line breaks and characters that change
/// the writing direction.
pub fn sanitize_text(text: &str) -> String {
    let turns = |char: char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    prose::strip_controls(text)
        .chars()
        .map(|char| if char == '\n' { ' ' } else { char })
        .filter(|&char| !turns(char))
        .collect()
}

/// Whether no more points can be gained.
pub fn is_full(task: &TaskResult) -> bool {
    task.score == task.of && task.stable
}

/// The findings about a task, one clause each.
pub(crate) fn describe_findings(task: &TaskResult, wanted: &TaskLimits, words: &Words) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(wrong) = &task.wrong {
        parts.push(words.say("homework-wrong", &[("why", &sanitize_text(words.lang().pick(wrong)))]));
    }
    let count = |figure: Option<u64>, limit: Option<u64>| {
        Some((figure?, limit.is_some_and(|limit| figure > Some(limit)), limit.unwrap_or_default()))
    };
    if let Some((peak, is_over, limit)) = count(task.peak_bytes, wanted.peak_bytes) {
        let key = if is_over { "homework-peak-over" } else { "homework-peak-within" };
        parts.push(words.say(key, &[("peak", &format::count(peak)), ("limit", &format::count(limit))]));
    }
    if let Some((growth, is_over, limit)) = count(task.growth_thousandths, wanted.growth_thousandths) {
        let key = if is_over { "homework-growth-over" } else { "homework-growth-within" };
        let tenth = |limit: u64| format!("{}.{}", limit / 1_000, limit % 1_000 / 100);
        parts.push(words.say(key, &[("growth", &format_hundredths(growth)), ("limit", &tenth(limit))]));
    }
    if let Some((allocations, is_over, limit)) = count(task.allocations, wanted.allocations) {
        let key = if is_over { "homework-allocations-over" } else { "homework-allocations-within" };
        let arguments = [("allocations", &*format::count(allocations)), ("limit", &*format::count(limit))];
        parts.push(words.say(key, &arguments));
    }
    if let Some(speedup) = task.speedup_thousandths {
        parts.push(words.say("homework-speedup", &[("speedup", &format_hundredths(speedup))]));
    }
    if !task.stable {
        let notes = task
            .notes
            .iter()
            .map(|note| sanitize_text(words.lang().pick(note)))
            .collect::<Vec<_>>()
            .join(" ");
        parts.push(words.say("homework-unstable", &[("note", &notes)]));
    }
    parts
}

pub(crate) fn describe_points(task: &TaskResult, words: &Words) -> String {
    let key = if task.optional { "homework-optional-points" } else { "homework-points" };
    words.say(key, &[("score", &task.score.to_string()), ("of", &task.of.to_string())])
}

/// Thousandths with two decimals, rounded up: 1.1001 is more than 1.10.
pub(crate) fn format_hundredths(thousandths: u64) -> String {
    let hundredths = thousandths.div_ceil(10);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What a task asks for.
fn describe_task(task: &TaskResult, words: &Words) -> String {
    match task.task.rsplit_once('.') {
        Some((_, name)) => words.get(&format!("homework-task-{name}")),
        None => sanitize_text(&task.task),
    }
}

#[cfg(test)]
mod tests;
