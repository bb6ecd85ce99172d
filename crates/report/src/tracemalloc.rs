//! tracemalloc beside the recorder: a row per Python run, and why the two differ where they do. Every
//! reason is computed from the run's figures; what no rule accounts for is called not explained.

use crate::reconcile::{format_gap, format_grouped};
use crate::table::TableCell;
use crate::{Words, cost, format, prose};
use heaplab_analysis::tracemalloc::{TracedBalance, balance, balance_memray, is_equal, tracing_cost};
use heaplab_record::{MemrayOutcome, Report, Run, TracemallocRun, UntracedPart, UntracedReason};

/// The columns under each of the groups in [`GROUPS`].
pub(crate) const COLUMNS: [&str; 8] = [
    "traced-recorder",
    "traced-tracemalloc",
    "traced-recorder",
    "traced-tracemalloc",
    "traced-recorder",
    "traced-tracemalloc",
    "traced-time",
    "traced-memory",
];
/// Heads over two columns each.
pub(crate) const GROUPS: [&str; 4] =
    ["group-traced-peak", "group-traced-end", "group-traced-blocks", "group-traced-cost"];

/// Shown for what was not measured.
const NOT_MEASURED: &str = "–";

/// One run.
pub(crate) struct TracedRow {
    pub(crate) variant: String,
    pub(crate) rows: String,
    /// A cell for each of [`COLUMNS`].
    pub(crate) cells: Vec<TableCell>,
    /// The message of the verdict.
    pub(crate) verdict: &'static str,
    /// Whether the reasons account for every byte and block.
    pub(crate) is_explained: bool,
    /// Why the two differ; empty where they are equal.
    pub(crate) reason: String,
    /// Which lines hold the most, by tracemalloc.
    pub(crate) lines: String,
    /// What memray says; empty where it was not asked.
    pub(crate) memray: String,
}

/// A row per run that tracemalloc measured, in the order of the report.
pub(crate) fn traced_rows(report: &Report, words: &Words) -> Vec<TracedRow> {
    traced_runs(&report.runs).map(|(run, of)| build_row(run, of, words)).collect()
}

fn traced_runs(runs: &[Run]) -> impl Iterator<Item = (&Run, &TracemallocRun)> {
    runs.iter().filter_map(|run| Some((run, run.tracemalloc.as_ref()?)))
}

fn build_row(run: &Run, of: &TracemallocRun, words: &Words) -> TracedRow {
    let balance = balance(of);
    let bytes = |value| cell(format::bytes(value), format::count(value));
    let blocks = |value| TableCell { short: format::count(value), exact: None, is_figure: true };
    let ratio = |ratio: Option<f64>| TableCell {
        short: ratio.map_or_else(|| NOT_MEASURED.to_owned(), cost::format_slowdown),
        exact: None,
        is_figure: true,
    };
    let spent = tracing_cost(of);
    TracedRow {
        variant: name_run(run, words),
        rows: format::count(of.rows),
        cells: vec![
            bytes(of.heap.peak_bytes),
            bytes(of.traced.peak_bytes),
            bytes(of.heap.end_bytes),
            bytes(of.traced.end_bytes),
            blocks(of.heap.end_blocks),
            blocks(of.traced.end_blocks),
            ratio(spent.time),
            ratio(spent.memory),
        ],
        verdict: match (is_equal(of), balance.is_explained()) {
            (true, _) => "traced-equal",
            (false, true) => "traced-explained",
            (false, false) => "traced-open",
        },
        is_explained: balance.is_explained(),
        reason: explain_difference(of, &balance, words),
        lines: list_lines(of, words),
        memray: of.memray.as_ref().map(|memray| explain_memray(of, memray, words)).unwrap_or_default(),
    }
}

fn cell(short: String, exact: String) -> TableCell {
    TableCell { short, exact: Some(exact), is_figure: true }
}

/// The variant, and the interpreter where it is not the report's first.
fn name_run(run: &Run, words: &Words) -> String {
    match &run.interpreter {
        Some(version) => words.say("traced-variant", &[("variant", &run.variant), ("version", version)]),
        None => run.variant.clone(),
    }
}

/// Why tracemalloc's figures are not the recorder's; empty where they are.
pub(crate) fn explain_difference(of: &TracemallocRun, balance: &TracedBalance, words: &Words) -> String {
    if is_equal(of) {
        return String::new();
    }
    let mut reasons: Vec<String> = of.untraced.iter().map(|part| explain_part(part, words)).collect();
    if of.traces_itself && !of.untraced.iter().any(|part| part.reason == UntracedReason::OwnWork) {
        reasons.push(words.get("traced-no-names"));
    }
    if balance.other_moment_bytes > 0 {
        let bytes = format::count(balance.other_moment_bytes);
        reasons.push(words.say("traced-other-moment", &[("bytes", &bytes)]));
    }
    if !balance.is_explained() {
        let rests = [balance.peak_rest_bytes, balance.end_rest_bytes, balance.end_rest_blocks];
        let parts = list_parts(rests, format_gap, words);
        reasons.push(words.say("gap-unexplained", &[("parts", &parts)]));
    }
    prose::join_sentences(&reasons, words)
}

fn explain_part(part: &UntracedPart, words: &Words) -> String {
    let figures = [part.peak_bytes, part.end_bytes, part.end_blocks].map(i128::from);
    let parts = list_parts(figures, format_grouped, words);
    match &part.reason {
        UntracedReason::Library { name } => {
            words.say("traced-library", &[("library", &prose::strip_controls(name)), ("parts", &parts)])
        }
        UntracedReason::OwnWork => words.say("traced-own-work", &[("parts", &parts)]),
    }
}

/// Bytes at the peak, bytes at the end and blocks at the end, as far as they are not 0.
fn list_parts(figures: [i128; 3], written: fn(i128) -> String, words: &Words) -> String {
    let parts: Vec<String> = ["gap-part-peak", "gap-part-end", "gap-part-blocks"]
        .iter()
        .zip(figures)
        .filter(|(_, figure)| *figure != 0)
        .map(|(key, figure)| words.say(key, &[("figure", &written(figure))]))
        .collect();
    prose::join_names(&parts, words)
}

/// memray's figures, and why they are not the recorder's.
pub(crate) fn explain_memray(of: &TracemallocRun, memray: &MemrayOutcome, words: &Words) -> String {
    let (version, live, own, wall_ns) = match memray {
        MemrayOutcome::Measured { version, live, own, wall_ns } => (version, live, own, *wall_ns),
        MemrayOutcome::NotInstalled => return words.get("memray-not-installed"),
        MemrayOutcome::Failed { cause } => {
            return words.say("memray-failed", &[("cause", &prose::strip_controls(cause))]);
        }
    };
    let figures = |of: &heaplab_record::LiveFigures| {
        let figures = [of.peak_bytes, of.end_bytes, of.end_blocks].map(i128::from);
        list_parts(figures, format_grouped, words)
    };
    let version = prose::strip_controls(version);
    let mut sentences = vec![words.say("memray-says", &[("version", &version), ("parts", &figures(live))])];
    if *own != heaplab_record::LiveFigures::default() {
        sentences.push(words.say("memray-own", &[("parts", &figures(own))]));
    }
    let balance = balance_memray(&of.heap, live, own);
    if balance.other_moment_bytes > 0 {
        let bytes = format::count(balance.other_moment_bytes);
        sentences.push(words.say("memray-other-moment", &[("bytes", &bytes)]));
    }
    sentences.push(match balance.rests {
        [0, 0, 0] => words.get("memray-equal"),
        rests => words.say("gap-unexplained", &[("parts", &list_parts(rests, format_gap, words))]),
    });
    if let Some(plain_ns) = of.plain_wall_ns.filter(|plain_ns| *plain_ns > 0) {
        let ratio = cost::format_slowdown(wall_ns as f64 / plain_ns as f64);
        sentences.push(words.say("memray-time", &[("ratio", &ratio)]));
    }
    prose::join_sentences(&sentences, words)
}

fn list_lines(of: &TracemallocRun, words: &Words) -> String {
    let lines: Vec<String> = of
        .lines
        .iter()
        .map(|line| {
            let location = prose::strip_controls(&line.location);
            let (bytes, blocks) = (format::bytes(line.bytes), format::count(line.blocks));
            let parts = [("bytes", &bytes), ("location", &location), ("blocks", &blocks)];
            words.say("traced-line", &parts.map(|(name, value)| (name, value.as_str())))
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    words.say("traced-lines", &[("lines", &prose::join_names(&lines, words))])
}

/// How many runs are equal, and what tracemalloc cost in them.
pub(crate) fn tracemalloc_note(runs: &[Run], words: &Words) -> Option<String> {
    let all: Vec<(&Run, &TracemallocRun)> = traced_runs(runs).collect();
    let (_, first) = all.first()?;
    let mut scales: Vec<u64> = all.iter().map(|(_, of)| of.rows).collect();
    scales.sort_unstable();
    scales.dedup();
    let scales: Vec<String> = scales.into_iter().map(format::count).collect();
    let different: Vec<String> =
        all.iter().filter(|(_, of)| !is_equal(of)).map(|(run, _)| name_run(run, words)).collect();
    let (rows, count) = (prose::join_names(&scales, words), all.len().to_string());
    let agreement = if different.is_empty() {
        words.say("traced-note-all", &[("rows", &rows), ("all", &count)])
    } else {
        words.say(
            "traced-note-some",
            &[
                ("rows", &rows),
                ("all", &count),
                ("equal", &(all.len() - different.len()).to_string()),
                ("names", &prose::join_names(&different, words)),
                ("table", &words.get("heading-traced")),
            ],
        )
    };
    let mut sentences = vec![agreement];
    sentences.extend(describe_cost(runs, words));
    let most = all.iter().max_by_key(|(_, of)| of.traced.end_blocks).map_or(*first, |(_, of)| *of);
    let who = all.iter().find(|(_, of)| std::ptr::eq(*of, most)).map(|(run, _)| name_run(run, words));
    if let Some(each) = most.own_bytes.checked_div(most.traced.end_blocks) {
        sentences.push(words.say(
            "traced-note-own",
            &[
                ("own", &format::bytes(most.own_bytes)),
                ("blocks", &format::count(most.traced.end_blocks)),
                ("each", &format::bytes(each)),
                ("who", &who.unwrap_or_default()),
            ],
        ));
    }
    Some(prose::join_sentences(&sentences, words))
}

fn describe_cost(runs: &[Run], words: &Words) -> Vec<String> {
    let spent = |run: &Run| run.tracemalloc.as_ref().map(tracing_cost);
    let time = cost::describe_range(runs, |run| spent(run)?.time, cost::format_slowdown, words);
    let memory = cost::describe_range(runs, |run| spent(run)?.memory, cost::format_slowdown, words);
    match (time, memory) {
        (Some(time), Some(memory)) => vec![
            words.say("traced-note-time", &[("range", &time)]),
            words.say("traced-note-memory", &[("range", &memory)]),
        ],
        (Some(time), None) => vec![words.say("traced-note-time-alone", &[("range", &time)])],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
