//! The rest of the page: claims, the three probes held against each other, failures.

use super::{bytes, figure};
use crate::attachments::Written;
use crate::reconcile::ToolRow;
use crate::{Words, claims, format, inline_svg, prose, reconcile};
use heaplab_record::{ClaimVerdict, Failure, Language, Reconciliation, Report, Run};

/// A sentence of the lecture beside what was measured.
pub(super) struct Claim {
    pub(super) section: String,
    pub(super) text: String,
    /// `holds`, `fails` or `open`: a class of the style sheet.
    pub(super) state: &'static str,
    pub(super) sign: &'static str,
    pub(super) verdict: String,
    /// What the lecture says, then CPython's figure and Rust's: whose, short, and small print.
    pub(super) sides: Vec<(String, Written)>,
    pub(super) why: String,
}

impl Claim {
    pub(super) fn of(claim: &ClaimVerdict, unit: &str, words: &Words) -> Claim {
        let (state, sign, verdict) = match claim.holds {
            Some(true) => ("holds", "✓", "verdict-holds"),
            Some(false) => ("fails", "✗", "verdict-fails"),
            None => ("open", "–", "verdict-open"),
        };
        let rows = |rows: u64| words.say("at-scale", &[("rows", &format::count(rows)), ("unit", unit)]);
        let says_rows = (claim.says_rows > 0).then(|| rows(claim.says_rows));
        let says = figure(Some(claims::says(claim)), says_rows);
        let mut sides = vec![(words.get("column-says"), says)];
        for language in [Language::Python, Language::Rust] {
            let of = claim.measured.iter().find(|measured| measured.language == language);
            let small = of.map(|of| {
                let metric = prose::metric(&of.metric, words);
                let same = claim.says_rows == 0 || of.rows == claim.says_rows;
                let at = if same { String::new() } else { format!(" · {}", rows(of.rows)) };
                format!("{} · {metric}{at}", of.variant)
            });
            let short = of.and_then(claims::measured);
            sides.push((prose::language(language, words), figure(short, small)));
        }
        Claim {
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

/// The picture as a page. inferno's script keeps its state in the address, which a frame without one refuses with an
/// error; and it measures its width once, which in a frame that is not open yet is nothing.
pub(crate) fn document(svg: &str) -> String {
    let svg = inline_svg::element(svg).replacen("onload=\"init(evt)\"", "onload=\"start(evt)\"", 1);
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
pub(super) struct Reconciled {
    pub(super) variant: String,
    pub(super) agrees: bool,
    /// Which equation fails; empty where all hold.
    pub(super) sentence: String,
    /// The rows, then a cell for each of [`RECONCILED`].
    pub(super) cells: Vec<Written>,
}

impl Reconciled {
    pub(super) fn all(report: &Report, words: &Words) -> Vec<Reconciled> {
        let kept = report.runs.iter().filter_map(|run| Some((run, run.reconciliation.as_ref()?)));
        kept.map(|(run, of)| Reconciled::of(run, of, words)).collect()
    }

    fn of(run: &Run, of: &Reconciliation, words: &Words) -> Reconciled {
        let count = |value| figure(Some(format::count(value)), None);
        Reconciled {
            variant: run.variant.clone(),
            agrees: of.agrees,
            sentence: if of.agrees { String::new() } else { reconcile::sentence(of, words) },
            cells: vec![
                count(of.rows),
                count(of.heap_total_blocks),
                count(of.heap_reallocations),
                count(of.dhat_total_blocks),
                bytes(Some(of.heap_total_bytes)),
                bytes(Some(of.counts_bytes_allocated)),
                bytes(Some(of.dhat_total_bytes)),
                bytes(Some(of.heap_peak_bytes)),
                bytes(Some(of.heap_end_bytes)),
            ],
        }
    }
}

/// Every tool's figures of one run, a row each.
pub(super) struct Tools {
    pub(super) caption: String,
    pub(super) rows: Vec<ToolRow>,
}

impl Tools {
    pub(super) fn all(report: &Report, words: &Words) -> Vec<Tools> {
        let of = |(run, of): (&Run, &Reconciliation)| Tools {
            caption: reconcile::caption(run, of, prose::unit(run, report), words),
            rows: reconcile::rows(of, words),
        };
        reconcile::chosen(report).into_iter().map(of).collect()
    }
}

/// A child that gave no record.
pub(super) struct Failed {
    pub(super) variant: String,
    pub(super) language: String,
    pub(super) probe: &'static str,
    pub(super) cause: String,
    pub(super) stderr_tail: String,
}

impl Failed {
    pub(super) fn of(failure: &Failure, words: &Words) -> Failed {
        let signal = failure.signal.map(|signal| words.say("by-signal", &[("signal", &signal.to_string())]));
        Failed {
            variant: failure.variant.clone(),
            language: prose::language(failure.language, words),
            probe: failure.probe.name(),
            cause: prose::printable(&failure.cause) + &signal.unwrap_or_default(),
            stderr_tail: prose::printable(&failure.stderr_tail),
        }
    }
}
