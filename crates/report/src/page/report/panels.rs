//! Panels of the page: claims, the counting probes compared with each other, failures.

use super::{bytes_cell, figure_cell};
use crate::page::inline_svg;
use crate::reconcile::ToolRow;
use crate::table::TableCell;
use crate::{Words, claims, format, prose, reconcile};
use heaplab_record::{ClaimVerdict, Failure, Language, Reconciliation, Report, Run};

/// A claim beside what was measured.
pub(super) struct ClaimPanel {
    pub(super) section: String,
    pub(super) text: String,
    /// `holds`, `fails` or `open`: a class of the style sheet.
    pub(super) state: &'static str,
    pub(super) sign: &'static str,
    pub(super) verdict: String,
    /// Source, figure and small print: of the lecture, then of CPython and Rust.
    pub(super) sides: Vec<(String, TableCell)>,
    pub(super) why: String,
}

impl ClaimPanel {
    pub(super) fn from_verdict(claim: &ClaimVerdict, unit: &str, words: &Words) -> ClaimPanel {
        let (state, sign, verdict) = match claim.holds {
            Some(true) => ("holds", "✓", "verdict-holds"),
            Some(false) => ("fails", "✗", "verdict-fails"),
            None => ("open", "–", "verdict-open"),
        };
        let rows = |rows: u64| words.say("at-scale", &[("rows", &format::count(rows)), ("unit", unit)]);
        let says_rows = (claim.says_rows > 0).then(|| rows(claim.says_rows));
        let says = figure_cell(Some(claims::format_claimed(claim)), says_rows);
        let mut sides = vec![(words.get("column-says"), says)];
        for language in [Language::Python, Language::Rust] {
            let of = claim.measured.iter().find(|measured| measured.language == language);
            let small = of.map(|of| {
                let metric = prose::metric_name(&of.metric, words);
                let same = claim.says_rows == 0 || of.rows == claim.says_rows;
                let at = if same { String::new() } else { format!(" · {}", rows(of.rows)) };
                format!("{} · {metric}{at}", of.variant)
            });
            let short = claims::format_measured(claim, language);
            sides.push((prose::language_name(language, words), figure_cell(short, small)));
        }
        ClaimPanel {
            section: claim.section.clone(),
            text: claim.text.clone(),
            state,
            sign,
            verdict: words.get(verdict),
            sides,
            why: claim.why.clone(),
        }
    }
}

/// The flamegraph as a document for an `iframe`. inferno's script stores its state in the address,
/// which is an error in a frame without one, and it measures its width once, which is 0 in a
/// closed frame.
pub(crate) fn flamegraph_document(svg: &str) -> String {
    let svg = inline_svg::svg_element(svg).replacen("onload=\"init(evt)\"", "onload=\"start(evt)\"", 1);
    format!(
        "<!doctype html><meta charset=\"utf-8\"><style>html,body{{margin:0;background:#fff}}body>svg{{display:block;width:100%;\
         min-width:640px}}</style><script>history.replaceState=function(){{}};function start(evt){{if(innerWidth>0)\
         init(evt);else addEventListener('resize',function(){{start(evt)}},{{once:true}})}}</script>{svg}"
    )
}

/// The columns of the three counting probes, after the variant and its rows.
pub(super) const RECONCILED: [&str; 8] =
    ["births", "reallocations", "dhat-blocks", "heap-bytes", "counts-bytes", "dhat-bytes", "peak", "end"];

/// The three counting probes of one variant.
pub(super) struct ReconciledRow {
    pub(super) variant: String,
    pub(super) agrees: bool,
    /// The equation that fails; empty where all hold.
    pub(super) sentence: String,
    /// The rows, then a cell for each of [`RECONCILED`].
    pub(super) cells: Vec<TableCell>,
}

impl ReconciledRow {
    pub(super) fn from_report(report: &Report, words: &Words) -> Vec<ReconciledRow> {
        let kept = report.runs.iter().filter_map(|run| Some((run, run.reconciliation.as_ref()?)));
        kept.map(|(run, of)| ReconciledRow::from_run(run, of, words)).collect()
    }

    fn from_run(run: &Run, of: &Reconciliation, words: &Words) -> ReconciledRow {
        let count = |value| figure_cell(Some(format::count(value)), None);
        ReconciledRow {
            variant: run.variant.clone(),
            agrees: of.agrees,
            sentence: if of.agrees { String::new() } else { reconcile::explain_reconciliation(of, words) },
            cells: vec![
                count(of.rows),
                count(of.heap_total_blocks),
                count(of.heap_reallocations),
                count(of.dhat_total_blocks),
                bytes_cell(Some(of.heap_total_bytes)),
                bytes_cell(Some(of.counts_bytes_allocated)),
                bytes_cell(Some(of.dhat_total_bytes)),
                bytes_cell(Some(of.heap_peak_bytes)),
                bytes_cell(Some(of.heap_end_bytes)),
            ],
        }
    }
}

/// The figures of one run, one row per tool.
pub(super) struct ToolTable {
    pub(super) caption: String,
    pub(super) rows: Vec<ToolRow>,
}

impl ToolTable {
    pub(super) fn from_report(report: &Report, words: &Words) -> Vec<ToolTable> {
        let of = |(run, of): (&Run, &Reconciliation)| ToolTable {
            caption: reconcile::render_caption(run, of, prose::unit_of_run(run, report), words),
            rows: reconcile::tool_rows(of, words),
        };
        reconcile::select_runs(report).into_iter().map(of).collect()
    }
}

/// A child process that gave no record.
pub(super) struct FailurePanel {
    pub(super) variant: String,
    pub(super) language: String,
    pub(super) probe: &'static str,
    pub(super) cause: String,
    pub(super) stderr_tail: String,
}

impl FailurePanel {
    pub(super) fn from_failure(failure: &Failure, words: &Words) -> FailurePanel {
        let signal = failure.signal.map(|signal| words.say("by-signal", &[("signal", &signal.to_string())]));
        FailurePanel {
            variant: failure.variant.clone(),
            language: prose::language_name(failure.language, words),
            probe: failure.probe.name(),
            cause: prose::strip_controls(&failure.cause) + &signal.unwrap_or_default(),
            stderr_tail: prose::strip_controls(&failure.stderr_tail),
        }
    }
}
