//! `report.html` of a homework submission.

use crate::homework::{
    TaskLimits, describe_findings, describe_points, format_hundredths, is_full, sanitize_text, total_sentence,
};
use crate::page::flamegraph_document;
use crate::page::inline_svg;
use crate::{RenderError, Words, environment, format};
use askama::Template;
use heaplab_record::{HomeworkResult, TaskResult};

/// Files that the page shows besides the result.
#[derive(Clone, Copy, Debug)]
pub struct HomeworkFiles<'a> {
    /// `curve.svg`.
    pub curve_svg: Option<&'a str>,
    /// `curves.svg`, with the curves of the student's Python.
    pub both_svg: Option<&'a str>,
    /// What to say of these curves.
    pub both_sentences: &'a [String],
    /// `flamegraph.svg`.
    pub flamegraph_svg: &'a str,
    /// The measured files by name.
    pub sources: &'a [(String, String)],
}

/// The page. `wanted` has the limits of each task.
///
/// # Errors
/// If the template cannot be filled in.
pub fn render_page(
    result: &HomeworkResult,
    wanted: &[TaskLimits],
    shown: HomeworkFiles<'_>,
    words: &Words,
) -> Result<String, RenderError> {
    let (name, id) = (sanitize_text(&result.name), sanitize_text(&result.id));
    let of = |score: u32, of: u32| format!("{score}/{of}");
    let fact = |key: &str, value: String| [words.get(key), value];
    let page = HomeworkPage {
        words,
        title: words.say("homework-title", &[("name", &name), ("id", &id)]),
        total: total_sentence(result, words),
        facts: vec![
            fact("homework-fact-points", of(result.score, result.of)),
            fact("homework-fact-bonus", of(result.bonus, result.bonus_of)),
            fact("homework-fact-seed", result.seed.to_string()),
            fact("homework-fact-source", result.source_sha256.chars().take(12).collect()),
        ],
        tasks: result
            .tasks
            .iter()
            .zip(wanted)
            .map(|(task, wanted)| TaskRow::from_task(task, wanted, words))
            .collect(),
        curve: shown.curve_svg.map(|svg| inline_svg::inline_with_prefix(svg, "curve-")),
        both: shown.both_svg.map(|svg| inline_svg::inline_with_prefix(svg, "curves-")),
        both_sentences: shown.both_sentences,
        curve_sentence: describe_curve(&result.tasks, words),
        document: flamegraph_document(shown.flamegraph_svg),
        height: inline_svg::view_box_size(shown.flamegraph_svg)
            .map_or(480.0, |(_, height)| height.ceil().clamp(80.0, 2000.0) + 12.0),
        sources: shown
            .sources
            .iter()
            .map(|(name, text)| {
                (sanitize_text(name), text.lines().map(sanitize_text).collect::<Vec<_>>().join("\n"))
            })
            .collect(),
        source_sha256: &result.source_sha256,
        environment: environment::machine_rows(&result.environment, words),
    };
    page.render().map_err(|error| RenderError::page("report.html", error))
}

/// A sentence that compares the peaks of the two curves.
fn describe_curve(tasks: &[TaskResult], words: &Words) -> Option<String> {
    let of = |name: &str| tasks.iter().find(|task| task.task == name);
    let (list, generator) = (of("required.list")?, of("required.generator")?);
    let (list_peak, generator_peak) = (list.peak_bytes?, generator.peak_bytes?);
    let times = list_peak / generator_peak.max(1);
    let ratio = match times {
        0 | 1 => words.get("homework-curve-same"),
        times => words.say("homework-curve-ratio", &[("times", &format::count(times))]),
    };
    let arguments = [
        ("rows", &*format::count(list.rows?)),
        ("list", &*format::bytes(list_peak)),
        ("generator", &*format::bytes(generator_peak)),
        ("ratio", &*ratio),
    ];
    Some(words.say("homework-curve-sentence", &arguments))
}

#[derive(Template)]
#[template(path = "homework.html")]
struct HomeworkPage<'a> {
    words: &'a Words,
    title: String,
    total: String,
    facts: Vec<[String; 2]>,
    tasks: Vec<TaskRow>,
    curve: Option<String>,
    curve_sentence: Option<String>,
    both: Option<String>,
    both_sentences: &'a [String],
    document: String,
    height: f64,
    sources: Vec<(String, String)>,
    source_sha256: &'a str,
    environment: Vec<(String, String)>,
}

struct TaskRow {
    is_full: bool,
    task: String,
    points: String,
    figures: [String; 4],
    said: Vec<String>,
}

impl TaskRow {
    fn from_task(task: &TaskResult, wanted: &TaskLimits, words: &Words) -> TaskRow {
        let or_dash = |figure: Option<String>| figure.unwrap_or_else(|| "–".to_owned());
        let times = task.wall_ns.iter().map(|&wall_ns| format::nanoseconds(wall_ns as f64));
        let mut said = describe_findings(task, wanted, words);
        if let Some(top) = &task.top {
            let (location, function) = (sanitize_text(&top.location), sanitize_text(&top.function));
            said.push(words.say("homework-top", &[("location", &location), ("function", &function)]));
        }
        if task.right {
            said.insert(0, words.get("homework-yes"));
        }
        TaskRow {
            is_full: is_full(task),
            task: sanitize_text(&task.task),
            points: describe_points(task, words),
            figures: [
                or_dash(task.peak_bytes.map(format::count)),
                or_dash(task.growth_thousandths.map(|growth| format!("×{}", format_hundredths(growth)))),
                or_dash(task.allocations.map(format::count)),
                times.collect::<Vec<_>>().join(" · "),
            ],
            said,
        }
    }
}

impl HomeworkPage<'_> {
    fn w(&self, key: &str) -> String {
        self.words.get(key)
    }
}
