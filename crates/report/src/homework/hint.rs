//! A hint for a task, from the last measurement, or a general one without a measurement.

use super::{TaskLimits, describe_task, format_hundredths, is_full, sanitize_text};
use crate::{Words, format};
use heaplab_record::TaskResult;

/// The hint for a task. `measured` says whether `task` has figures, `is_stale` whether the source
/// has changed since.
pub fn render_hint(
    task: &TaskResult,
    wanted: &TaskLimits,
    measured: bool,
    is_stale: bool,
    words: &Words,
) -> String {
    let mut lines = vec![
        words.say("homework-hint-title", &[("task", &task.task), ("about", &describe_task(task, words))]),
    ];
    if !measured {
        lines.push(general_hint(task, words));
        lines.push(words.get("homework-hint-unmeasured"));
        return lines.join("\n");
    }
    if is_full(task) {
        let points = [("score", &*task.score.to_string()), ("of", &*task.of.to_string())];
        lines.push(words.say("homework-hint-done", &points));
    } else {
        lines.extend(explain_wrong(task, words));
        if task.wrong.is_none() || task.task.starts_with("optional") {
            lines.extend(describe_top_site(task, words));
            lines.push(choose_advice(task, wanted, words));
        }
    }
    if is_stale {
        lines.push(words.get("homework-hint-stale"));
    }
    lines.join("\n")
}

fn explain_wrong(task: &TaskResult, words: &Words) -> Option<String> {
    let why = task.wrong.as_ref()?;
    Some(words.say("homework-hint-wrong", &[("why", &sanitize_text(words.lang().pick(why)))]))
}

fn describe_top_site(task: &TaskResult, words: &Words) -> Option<String> {
    let (top, peak) = (task.top.as_ref()?, task.peak_bytes?);
    let share = format::percent(top.at_peak_bytes as f64 / peak.max(1) as f64);
    let (location, function) = (sanitize_text(&top.location), sanitize_text(&top.function));
    let arguments = [
        ("peak", &*format::count(peak)),
        ("share", &*share),
        ("location", &*location),
        ("function", &*function),
    ];
    Some(words.say("homework-hint-top", &arguments))
}

/// Advice on the figure that costs the most points.
fn choose_advice(task: &TaskResult, wanted: &TaskLimits, words: &Words) -> String {
    let over = |figure: Option<u64>, limit: Option<u64>| {
        figure.filter(|figure| limit.is_some_and(|limit| *figure > limit))
    };
    let rows = format::count(task.rows.unwrap_or_default());
    let allocations = over(task.allocations, wanted.allocations);
    let peak = over(task.peak_bytes, wanted.peak_bytes);
    match task.task.as_str() {
        "required.list" => match (allocations, peak) {
            (Some(allocations), _) => {
                let more = allocations.saturating_sub(wanted.allocations.unwrap_or_default());
                let arguments = [
                    ("allocations", &*format::count(allocations)),
                    ("rows", &*rows),
                    ("more", &*format::count(more)),
                ];
                words.say("homework-hint-list-spare", &arguments)
            }
            (None, Some(_)) => words.get("homework-hint-list-twice"),
            _ => general_hint(task, words),
        },
        "required.generator" => {
            if let Some(growth) = over(task.growth_thousandths, wanted.growth_thousandths) {
                let grows =
                    words.say("homework-hint-generator-grows", &[("growth", &format_hundredths(growth))]);
                format!("{grows}\n{}", general_hint(task, words))
            } else if let Some(peak) = peak {
                words.say("homework-hint-generator-flat", &[("peak", &format::count(peak))])
            } else if let Some(allocations) = allocations {
                let arguments = [("allocations", &*format::count(allocations)), ("rows", &*rows)];
                words.say("homework-hint-generator-allocations", &arguments)
            } else {
                general_hint(task, words)
            }
        }
        _ if task.wrong.is_some() => words.get("homework-hint-aggregate-wrong"),
        _ => match peak {
            Some(peak) => {
                let limit = format::count(wanted.peak_bytes.unwrap_or_default());
                let arguments = [("peak", &*format::count(peak)), ("limit", &*limit)];
                words.say("homework-hint-aggregate-peak", &arguments)
            }
            None => general_hint(task, words),
        },
    }
}

fn general_hint(task: &TaskResult, words: &Words) -> String {
    match task.task.rsplit_once('.') {
        Some((_, name)) => words.get(&format!("homework-hint-{name}")),
        None => String::new(),
    }
}
