//! A report turned into what the page's template shows: every figure written, every sentence said.

use crate::against::{self, Standing};
use crate::attachments::{self, Written};
use crate::{Words, figures, format, goal, inline_svg, notes, prose, reconcile};
use heaplab_record::{ClaimVerdict, Failure, Language, Reconciliation, Report, Run};

/// What a quantity that was not measured is written as.
const NOT_MEASURED: &str = "–";

/// What stands above everything else.
pub(super) struct Headline {
    /// `met`, `missed` or `unknown`: a class of the style sheet.
    pub(super) state: &'static str,
    /// The state in a word.
    pub(super) badge: String,
    /// The saving in large letters, where there is one.
    pub(super) figure: Option<String>,
    /// What the large figure is of.
    pub(super) of: String,
    /// The verdict with its figures; empty where there is none.
    pub(super) sentence: String,
    /// The promise; empty without a goal.
    pub(super) promise: String,
    /// A few figures beside it: what, how much, and a line under it.
    pub(super) facts: Vec<[String; 3]>,
}

impl Headline {
    pub(super) fn of(report: &Report, words: &Words) -> Headline {
        let goal = report.goal.as_ref();
        let state = match goal.and_then(|goal| goal.met) {
            Some(true) => "met",
            Some(false) => "missed",
            None => "unknown",
        };
        let sentence =
            goal.filter(|goal| goal.met.is_some()).map(|goal| goal::sentence(goal, &report.runs, words));
        let reached = goal.and_then(|goal| goal.reached).filter(|reached| *reached >= 0.0);
        let of = match goal {
            Some(goal) => words.say("headline-of", &[("baseline", &goal.baseline)]),
            None => String::new(),
        };
        Headline {
            state,
            badge: goal::badge(goal.and_then(|goal| goal.met), words),
            figure: reached.map(format::percent),
            of,
            sentence: sentence.unwrap_or_default(),
            promise: goal.map(|goal| goal.text.clone()).unwrap_or_default(),
            facts: facts(report, words),
        }
    }
}

fn facts(report: &Report, words: &Words) -> Vec<[String; 3]> {
    let mut facts = vec![[
        words.get("fact-rows"),
        format::scale(report.rows_requested),
        words.say("fact-rows-exact", &[("rows", &format::count(report.rows_requested))]),
    ]];
    facts.extend(biggest_saving(&report.runs, words));
    let of = |language| report.runs.iter().filter(|run| run.language == language).count();
    let (rust, python) = (of(Language::Rust).to_string(), of(Language::Python).to_string());
    let by_language = words.say("fact-variants-of", &[("rust", &rust), ("python", &python)]);
    facts.push([words.get("fact-variants"), report.runs.len().to_string(), by_language]);
    let machine = &report.environment;
    if machine.cores > 0 && machine.memory_bytes > 0 {
        let cores = words.say("fact-cores", &[("cores", &machine.cores.to_string())]);
        let memory = format::bytes(machine.memory_bytes);
        facts.push([words.get("fact-machine"), memory, format!("{cores} · {}", machine.cpu)]);
    }
    facts
}

/// The variant that is furthest below its baseline.
fn biggest_saving(runs: &[Run], words: &Words) -> Option<[String; 3]> {
    let best = runs
        .iter()
        .filter_map(|run| {
            let baseline = against::baseline_of(run, runs)?;
            match against::standing(run, Some(baseline))? {
                Standing::Change { change, part, .. } if part < 1.0 => Some((run, baseline, change, part)),
                _ => None,
            }
        })
        .min_by(|one, other| one.3.total_cmp(&other.3))?;
    let (run, baseline, change, _) = best;
    let who = prose::variant(run.language, &run.variant, words);
    let line = words.say("fact-saving-of", &[("who", &who), ("baseline", &baseline.variant)]);
    Some([words.get("fact-saving"), change, line])
}

/// The runs of one lesson folder.
pub(super) struct Section {
    pub(super) number: String,
    pub(super) rows: Vec<RunRow>,
}

/// One row of the table of runs.
pub(super) struct RunRow {
    pub(super) variant: String,
    pub(super) about: String,
    pub(super) baseline: bool,
    pub(super) python: bool,
    pub(super) language: String,
    pub(super) rows: Written,
    pub(super) peak: Written,
    /// The peak's part of the largest peak in the table, in percent.
    pub(super) bar: Option<String>,
    /// Live at the end a row, RSS anonymous and file, allocations, wall time, the recorder's cost.
    pub(super) figures: Vec<Written>,
    /// The change and whether it is a saving; absent without a baseline.
    pub(super) against: Option<(String, bool)>,
}

/// Runs by folder, in the order of the report.
pub(super) fn sections(report: &Report, words: &Words) -> Vec<Section> {
    let most = report.runs.iter().filter_map(peak).max().unwrap_or(0);
    let mut sections: Vec<Section> = Vec::new();
    for run in &report.runs {
        let row = run_row(run, &report.runs, most, words);
        match sections.iter_mut().find(|section| section.number == run.section) {
            Some(section) => section.rows.push(row),
            None => sections.push(Section { number: run.section.clone(), rows: vec![row] }),
        }
    }
    sections
}

fn run_row(run: &Run, runs: &[Run], most: u64, words: &Words) -> RunRow {
    let plain = run.plain.as_ref();
    let against = match against::standing(run, against::baseline_of(run, runs)) {
        None => None,
        Some(Standing::Itself) => Some((words.get("baseline"), false)),
        Some(Standing::Change { change, per_row, part }) => {
            Some((format!("{change}{}", if per_row { notes::PER_ROW_MARK } else { "" }), part < 1.0))
        }
    };
    let each = run.counts.as_ref().and_then(|counts| figures::each_row(counts.allocations, run.rows));
    let wall = plain.and_then(|plain| format::median(&plain.wall_ns));
    let slowdown = run.heap.as_ref().and_then(|heap| heap.slowdown);
    RunRow {
        variant: run.variant.clone(),
        about: run.about.clone(),
        baseline: run.baseline,
        python: run.language == Language::Python,
        language: prose::language(run.language, words),
        rows: figure(Some(format::scale(run.rows)), Some(format::count(run.rows))),
        peak: bytes(run.heap.as_ref().map(|heap| heap.peak_bytes)),
        bar: peak(run).filter(|_| most > 0).map(|peak| format!("{:.2}", peak as f64 / most as f64 * 100.0)),
        figures: vec![
            attachments::live_bytes_a_row(run),
            bytes(plain.and_then(|plain| plain.peak_rss_anon_bytes)),
            bytes(plain.and_then(|plain| plain.peak_rss_file_bytes)),
            figure(
                run.counts.as_ref().map(|counts| format::count(counts.allocations)),
                each.map(|each| words.say("each-row", &[("each", &each)])),
            ),
            figure(wall.map(format::nanoseconds), plain.map(|plain| format!("×{}", plain.repetitions))),
            figure(slowdown.map(|slowdown| format!("×{slowdown:.2}")), None),
        ],
        against,
    }
}

fn peak(run: &Run) -> Option<u64> {
    Some(run.heap.as_ref()?.peak_bytes)
}

fn bytes(bytes: Option<u64>) -> Written {
    figure(bytes.map(format::bytes), bytes.map(format::count))
}

/// Small print only under a figure that is there.
fn figure(short: Option<String>, small: Option<String>) -> Written {
    let exact = small.filter(|_| short.is_some());
    Written { short: short.unwrap_or_else(|| NOT_MEASURED.to_owned()), exact, is_figure: true }
}

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
    pub(super) fn of(claim: &ClaimVerdict, words: &Words) -> Claim {
        let (state, sign, verdict) = match claim.holds {
            Some(true) => ("holds", "✓", "verdict-holds"),
            Some(false) => ("fails", "✗", "verdict-fails"),
            None => ("open", "–", "verdict-open"),
        };
        let rows = |rows: u64| words.say("at-rows", &[("rows", &format::count(rows))]);
        let says = figure(Some(format::bytes(claim.says_bytes)), Some(rows(claim.says_rows)));
        let mut sides = vec![(words.get("column-says"), says)];
        for language in [Language::Python, Language::Rust] {
            let of = claim.measured.iter().find(|measured| measured.language == language);
            let small = of.map(|of| format!("{} · {}", of.variant, rows(of.rows)));
            let short = of.map(|of| format::signed_bytes(of.bytes));
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

/// A flamegraph in a document of its own: its script and its ids are nobody else's.
pub(super) struct Flamegraph {
    pub(super) variant: String,
    pub(super) label: String,
    pub(super) document: String,
    /// In CSS pixels.
    pub(super) height: u32,
    pub(super) open: bool,
}

impl Flamegraph {
    /// The first one is open.
    pub(super) fn all(pictures: &[(String, String)], words: &Words) -> Vec<Flamegraph> {
        let frame = |(index, (variant, svg)): (usize, &(String, String))| Flamegraph {
            variant: variant.clone(),
            label: words.say("flamegraph-of", &[("variant", variant)]),
            document: document(svg),
            height: inline_svg::size(svg).map_or(480, |(_, height)| height.ceil().clamp(80.0, 2000.0) as u32),
            open: index == 0,
        };
        pictures.iter().enumerate().map(frame).collect()
    }
}

/// inferno's script keeps its state in the address, which a frame without one refuses with an error.
fn document(svg: &str) -> String {
    let svg = inline_svg::element(svg);
    format!(
        "<!doctype html><meta charset=\"utf-8\"><style>html,body{{margin:0;background:#fff}}svg{{display:block;\
         min-width:640px}}</style><script>history.replaceState=function(){{}}</script>{svg}"
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
