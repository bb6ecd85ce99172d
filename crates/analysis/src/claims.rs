//! The lecture's claims against what was measured.

use heaplab_record::{
    Attachment, Cell, ClaimMeasurement, ClaimSpec, ClaimsFile, Figure, Language, MeasureSpec, Relation, Run,
};

/// The prefix of a metric that names a figure which the lesson measured itself.
pub const FIGURE_PREFIX: &str = "figure:";
/// Resident memory, of the plain probe.
const RSS_METRIC: &str = "peak_rss_bytes";
/// Live bytes, of the heap probe.
const HEAP_METRIC: &str = "peak_bytes";

/// A claim that no measurement could be compared with.
#[derive(Debug, thiserror::Error)]
#[error("the claim \u{201c}{text}\u{201d} {wrong}")]
pub struct ClaimError {
    text: String,
    wrong: String,
}

/// Checks that every claim of a file has one number, and metrics of its kind.
///
/// # Errors
/// For the first claim that is wrong, with what to write instead.
pub fn check_claims(file: &ClaimsFile) -> Result<(), ClaimError> {
    for spec in &file.claim {
        let wrong = match (spec.says_bytes, spec.says_count) {
            (Some(_), Some(_)) => Some("has both says_bytes and says_count: keep one".to_owned()),
            (None, None) => Some("has no number: write says_bytes or says_count".to_owned()),
            _ => spec.measured.iter().find_map(|measure| explain_wrong_metric(spec, &measure.metric)),
        };
        if let Some(wrong) = wrong {
            return Err(ClaimError { text: spec.text.en.clone(), wrong });
        }
    }
    Ok(())
}

fn explain_wrong_metric(spec: &ClaimSpec, metric: &str) -> Option<String> {
    let names_figure = metric.strip_prefix(FIGURE_PREFIX).is_some_and(|name| !name.is_empty());
    let is_bytes = [RSS_METRIC, HEAP_METRIC].contains(&metric);
    match spec.says_count {
        _ if names_figure => None,
        None if is_bytes => None,
        Some(_) if is_bytes => Some(format!("says a count, and {metric} is bytes: write says_bytes")),
        _ => Some(format!("has the metric `{metric}`: there are peak_rss_bytes, peak_bytes and figure:NAME")),
    }
}

/// A claim with its figures and its verdict.
#[derive(Clone, Debug)]
pub struct JudgedClaim<'a> {
    /// What is claimed.
    pub spec: &'a ClaimSpec,
    /// What could be measured of it.
    pub figures: Vec<ClaimFigure<'a>>,
    /// Whether it holds. `None` without a decisive figure at the claim's rows.
    pub holds: Option<bool>,
}

impl<'a> JudgedClaim<'a> {
    /// The figure of the language that the claim is judged by.
    pub fn decisive(&self) -> Option<&ClaimFigure<'a>> {
        self.figures.iter().find(|figure| figure.measure.language == self.spec.judged_by)
    }
}

/// Judges a claim on the measure of its `judged_by` and, where it names rows, only at these.
pub fn judge_claim<'a>(spec: &'a ClaimSpec, runs: &'a [Run]) -> JudgedClaim<'a> {
    let figures = spec.measured.iter().filter_map(|of| read_figure(of, spec, runs)).collect();
    let mut judged = JudgedClaim { spec, figures, holds: None };
    let figure = judged.decisive().filter(|figure| figure.is_at_its_rows(spec));
    judged.holds = figure.map(|figure| figure.satisfies(spec));
    judged
}

/// Why there is no decisive figure.
#[derive(Clone, Copy, Debug)]
pub enum MissingFigure<'a> {
    /// The claim names no measure in the language that it is judged by.
    NoMeasure,
    /// A variant did not run.
    NotRun {
        /// Its name.
        variant: &'a str,
    },
    /// A variant ran and has no such figure.
    NotMeasured {
        /// Its run.
        run: &'a Run,
        /// The figure.
        metric: &'a str,
    },
    /// The two variants of a difference ran at different rows.
    RowsDiffer {
        /// The difference.
        measure: &'a MeasureSpec,
    },
}

/// Finds out which of the runs that the claim needs is absent, or lacks the figure.
pub fn explain_missing_figure<'a>(spec: &'a ClaimSpec, runs: &'a [Run]) -> MissingFigure<'a> {
    let Some(measure) = spec.measured.iter().find(|measure| measure.language == spec.judged_by) else {
        return MissingFigure::NoMeasure;
    };
    for variant in std::iter::once(&measure.variant).chain(&measure.minus) {
        match find_run(runs, measure.language, variant) {
            None => return MissingFigure::NotRun { variant },
            Some(run) if metric_value(run, &measure.metric, spec).is_none() => {
                return MissingFigure::NotMeasured { run, metric: &measure.metric };
            }
            Some(_) => {}
        }
    }
    MissingFigure::RowsDiffer { measure }
}

/// A figure of a claim, read from the runs.
#[derive(Clone, Copy, Debug)]
pub struct ClaimFigure<'a> {
    /// What was to be measured.
    pub measure: &'a MeasureSpec,
    /// Where it was.
    pub run: &'a Run,
    /// Bytes, or a count, over all rows; negative only for a difference.
    pub value: i128,
    /// Whether it is a count.
    pub is_count: bool,
    /// The scale that it was measured at.
    pub rows: u64,
    /// The rows that it is divided by, or 1.
    pub divisor: u64,
}

impl ClaimFigure<'_> {
    /// The figure as report.json has it.
    pub fn to_measurement(&self) -> ClaimMeasurement {
        ClaimMeasurement {
            language: self.measure.language,
            variant: self.measure.variant.clone(),
            metric: self.measure.metric.clone(),
            bytes: (!self.is_count).then(|| self.rounded_value()),
            count: self.is_count.then(|| self.rounded_value()),
            rows: self.rows,
        }
    }

    /// Whether it was measured at the rows that the claim is about.
    pub fn is_at_its_rows(&self, spec: &ClaimSpec) -> bool {
        spec.says_rows == 0 || self.rows == spec.says_rows
    }

    /// The nearest whole number; a half is rounded away from 0.
    pub fn rounded_value(&self) -> i64 {
        let divisor = i128::from(self.divisor);
        let half = self.value.signum() * (divisor / 2);
        i64::try_from((self.value + half) / divisor).unwrap_or(i64::MAX)
    }

    /// Whether the claim holds for this figure. In whole numbers, before any rounding.
    pub fn satisfies(&self, spec: &ClaimSpec) -> bool {
        let divisor = i128::from(self.divisor);
        let says = i128::from(claimed_number(spec)) * divisor;
        match spec.relation {
            Relation::AtMost => self.value <= says,
            Relation::Exactly => self.value == says,
            Relation::About if says == 0 => 2 * self.value.abs() < divisor,
            Relation::About => 4 * (self.value - says).abs() <= says,
        }
    }
}

/// The claim's number, whatever its kind.
pub fn claimed_number(spec: &ClaimSpec) -> u64 {
    spec.says_bytes.or(spec.says_count).unwrap_or(0)
}

/// `None` where a part of it was not measured, or where two variants that are to be subtracted ran
/// at different rows.
fn read_figure<'a>(measure: &'a MeasureSpec, spec: &ClaimSpec, runs: &'a [Run]) -> Option<ClaimFigure<'a>> {
    read_quantity(measure, &measure.metric, spec, runs)
}

/// As [`read_figure`], of another metric than the one that the measure names.
fn read_quantity<'a>(
    measure: &'a MeasureSpec,
    metric: &str,
    spec: &ClaimSpec,
    runs: &'a [Run],
) -> Option<ClaimFigure<'a>> {
    let run = find_run(runs, measure.language, &measure.variant)?;
    let rows = rows_of_metric(run, metric);
    let mut value = i128::from(metric_value(run, metric, spec)?);
    if let Some(minus) = &measure.minus {
        let minus = find_run(runs, measure.language, minus)?;
        if rows_of_metric(minus, metric) != rows {
            return None;
        }
        value -= i128::from(metric_value(minus, metric, spec)?);
    }
    let divisor = if spec.per_row { rows } else { 1 };
    let is_count = spec.says_count.is_some();
    (divisor > 0).then_some(ClaimFigure { measure, run, value, is_count, rows, divisor })
}

/// The scale of a metric. CPython's heap may be recorded at fewer rows than the plain run has.
fn rows_of_metric(run: &Run, metric: &str) -> u64 {
    run.heap.as_ref().filter(|_| metric == HEAP_METRIC).map_or(run.rows, |heap| heap.rows)
}

/// The decisive figure's counterpart: live heap where the claim is judged by resident memory, and the
/// other way round.
#[derive(Clone, Copy, Debug)]
pub struct OtherQuantity<'a> {
    /// The metric's name.
    pub metric: &'static str,
    /// The figure.
    pub figure: ClaimFigure<'a>,
    /// Whether the claim would hold by it. `None` at other rows than the claim's.
    pub holds: Option<bool>,
    /// Whether it is nearer to the claim's number than the decisive figure.
    pub is_nearer: bool,
}

/// The same claim by the other quantity of memory. `None` for a claim of something else, and where the
/// other quantity was not measured.
pub fn judge_by_other_quantity<'a>(judged: &JudgedClaim<'a>, runs: &'a [Run]) -> Option<OtherQuantity<'a>> {
    let spec = judged.spec;
    let decisive = judged.decisive()?;
    let metric = match decisive.measure.metric.as_str() {
        RSS_METRIC => HEAP_METRIC,
        HEAP_METRIC => RSS_METRIC,
        _ => return None,
    };
    let figure = read_quantity(decisive.measure, metric, spec, runs)?;
    let distance =
        |of: &ClaimFigure<'_>| (of.value as f64 / of.divisor as f64 - claimed_number(spec) as f64).abs();
    Some(OtherQuantity {
        metric,
        holds: figure.is_at_its_rows(spec).then(|| figure.satisfies(spec)),
        is_nearer: distance(&figure) < distance(decisive),
        figure,
    })
}

fn find_run<'a>(runs: &'a [Run], language: Language, variant: &str) -> Option<&'a Run> {
    runs.iter().find(|run| run.language == language && run.variant == variant)
}

/// A figure of another kind than the claim's number cannot be compared with it: it counts as not
/// measured.
fn metric_value(run: &Run, metric: &str, spec: &ClaimSpec) -> Option<u64> {
    if let Some(name) = metric.strip_prefix(FIGURE_PREFIX) {
        return match (&find_attached_figure(run, name)?.value, spec.says_count) {
            (Cell::Count(count), Some(_)) => Some(*count),
            (Cell::Bytes(bytes), None) => Some(*bytes),
            _ => None,
        };
    }
    match metric {
        _ if spec.says_count.is_some() => None,
        RSS_METRIC => run.plain.as_ref()?.peak_rss_bytes,
        HEAP_METRIC => Some(run.heap.as_ref()?.peak_bytes),
        _ => None,
    }
}

/// The attached figure of that name.
pub fn find_attached_figure<'a>(run: &'a Run, name: &str) -> Option<&'a Figure> {
    run.attachments.iter().find_map(|attachment| match attachment {
        Attachment::Figure(figure) if figure.name == name => Some(figure),
        _ => None,
    })
}
