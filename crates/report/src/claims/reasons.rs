//! The sentences under a verdict. Measured figures choose and fill each of them; the name of a
//! claim chooses none.

use crate::{Words, format, prose};
use heaplab_analysis::claims::{
    ClaimFigure, FIGURE_PREFIX, JudgedClaim, MissingFigure, OtherQuantity, claimed_number,
    explain_missing_figure, find_attached_figure,
};
use heaplab_record::{ClaimSpec, Language, PlainRun, Relation, Run};

/// From this share of the peak on, most of it was there before the first row.
const MOSTLY_STARTUP: f64 = 0.5;

/// What the sentences of a claim are made from.
pub(super) struct ClaimContext<'a> {
    pub(super) spec: &'a ClaimSpec,
    pub(super) runs: &'a [Run],
    /// What the report calls a row.
    pub(super) unit: &'a str,
    pub(super) words: &'a Words,
}

/// The reason of the verdict, then the cost per row, the other quantity of memory, and the other
/// language.
pub(super) fn explain_claim(
    of: &ClaimContext,
    judged: &JudgedClaim,
    other_quantity: Option<&OtherQuantity>,
) -> String {
    let decisive = judged.decisive();
    let mut said = Vec::new();
    match decisive {
        None => said.push(explain_missing(of)),
        Some(figure) if !figure.is_at_its_rows(of.spec) => said.push(explain_other_rows(of, figure)),
        Some(figure) => said.push(explain_verdict(of, figure)),
    }
    if let Some(figure) = decisive.filter(|figure| !is_attached(figure)) {
        said.extend(explain_cost(of, figure));
        said.extend(explain_allocations(of, figure));
    }
    if let Some(other) = other_quantity {
        said.push(explain_other_quantity(of, judged, other));
    }
    for other in judged.figures.iter().filter(|figure| figure.measure.language != of.spec.judged_by) {
        said.push(compare_languages(of, other, decisive));
        if !is_attached(other) {
            said.extend(explain_allocations(of, other));
        }
    }
    prose::join_sentences(&said, of.words)
}

/// Whether the lesson measured the figure itself. A probe's figures of the same run do not explain
/// it then.
fn is_attached(figure: &ClaimFigure) -> bool {
    figure.measure.metric.starts_with(FIGURE_PREFIX)
}

/// Which of the runs that the claim needs is absent, or lacks the figure.
fn explain_missing(of: &ClaimContext) -> String {
    let (language, words) = (of.spec.judged_by, of.words);
    let who = |variant: &str| prose::variant_name(language, variant, words);
    match explain_missing_figure(of.spec, of.runs) {
        MissingFigure::NoMeasure => {
            words.say("why-no-measure", &[("language", &prose::language_name(language, words))])
        }
        MissingFigure::NotRun { variant } => words.say("why-not-run", &[("who", &who(variant))]),
        MissingFigure::NotMeasured { run, metric } => {
            let metric = name_metric(run, metric, words);
            words.say("why-not-measured", &[("who", &who(&run.variant)), ("metric", &metric)])
        }
        MissingFigure::RowsDiffer { measure } => {
            let variants = std::iter::once(&measure.variant).chain(&measure.minus);
            let names: Vec<String> = variants.map(|variant| who(variant)).collect();
            words.say("why-rows-differ", &[("names", &prose::join_names(&names, words))])
        }
    }
}

/// The name of a metric; a figure of the lesson goes by its title.
fn name_metric(run: &Run, metric: &str, words: &Words) -> String {
    match metric.strip_prefix(FIGURE_PREFIX) {
        Some(name) => {
            let title = find_attached_figure(run, name).map(|figure| words.lang().pick(&figure.title));
            title.unwrap_or(name).to_owned()
        }
        None => prose::metric_name(metric, words),
    }
}

fn explain_other_rows(of: &ClaimContext, figure: &ClaimFigure) -> String {
    let figures = [
        ("says", format::count(of.spec.says_rows)),
        ("rows", format::count(figure.rows)),
        ("who", name_figure(of, figure)),
        ("value", format_value(of, figure)),
        ("unit", of.unit.to_owned()),
    ];
    say_with(of.words, "why-other-rows", &figures)
}

/// How the decisive figure compares with the claim's number.
fn explain_verdict(of: &ClaimContext, figure: &ClaimFigure) -> String {
    let (spec, says) = (of.spec, claimed_number(of.spec));
    let holds = figure.satisfies(spec);
    let part = figure.value as f64 / figure.divisor as f64 / says as f64;
    let key = match (spec.relation, holds) {
        (Relation::Exactly, true) => "why-exactly",
        _ if says == 0 && holds => "why-nothing",
        _ if says == 0 => "why-something",
        (Relation::AtMost, true) if figure.is_count => "why-count-below",
        (Relation::AtMost, true) => "why-below",
        (Relation::About, true) if part == 1.0 => "why-exactly",
        (Relation::About, true) if figure.is_count => "why-count-about",
        (Relation::About, true) => "why-about",
        (_, false) if part < 0.0 => "why-negative",
        (_, false) if figure.is_count => "why-count-other",
        (_, false) if part < 1.0 => "why-less",
        (_, false) => "why-more",
    };
    let figures = [
        ("who", name_figure(of, figure)),
        ("value", format_value(of, figure)),
        ("says", format_claim(of)),
        ("ratio", format::ratio(part.abs())),
    ];
    say_with(of.words, key, &figures)
}

/// The verdict by the other quantity, and which of the two the lecture must have meant where the
/// verdicts differ.
fn explain_other_quantity(of: &ClaimContext, judged: &JudgedClaim, other: &OtherQuantity) -> String {
    let words = of.words;
    let key = match (judged.holds, other.holds) {
        (Some(one), Some(two)) if one == two => "why-other-quantity-same",
        (Some(_), Some(true)) => "why-other-quantity-holds",
        (Some(_), Some(false)) => "why-other-quantity-fails",
        _ => "why-other-quantity",
    };
    let own = judged.decisive().map_or("", |figure| figure.measure.metric.as_str());
    let meant = if other.is_nearer { other.metric } else { own };
    let figures = [
        ("metric", prose::metric_name(other.metric, words)),
        ("value", format_value(of, &other.figure)),
        ("meant", prose::metric_name(meant, words)),
    ];
    say_with(words, key, &figures)
}

/// What was there before the first row, and what each row adds. A difference of two runs has
/// neither.
fn explain_cost(of: &ClaimContext, figure: &ClaimFigure) -> Option<String> {
    if figure.measure.minus.is_some() || figure.divisor > 1 {
        return None;
    }
    let peak = u64::try_from(figure.value).ok()?;
    let a_row = format::bytes_per_row(peak, figure.rows)?;
    let resident = figure.measure.metric == "peak_rss_bytes";
    let start = figure.run.plain.as_ref().and_then(|PlainRun { start_rss_bytes, .. }| *start_rss_bytes);
    let one = prose::unit_singular(of.unit, of.words);
    let Some(start) = start.filter(|start| resident && *start <= peak && peak > 0) else {
        return Some(of.words.say("why-a-row", &[("bytes", &a_row), ("one", &one)]));
    };
    let part = start as f64 / peak as f64;
    let key = match (part >= MOSTLY_STARTUP, figure.measure.language) {
        (false, _) => "why-start",
        (true, Language::Python) => "why-mostly-interpreter",
        (true, Language::Rust) => "why-mostly-process",
    };
    let figures = [
        ("start", format::bytes(start)),
        ("percent", format::percent(part)),
        ("added", format::bytes(peak - start)),
        ("bytes", format::bytes_per_row(peak - start, figure.run.rows)?),
        ("one", one),
    ];
    Some(say_with(of.words, key, &figures))
}

/// Allocations per row, at the scale that they were counted at.
fn explain_allocations(of: &ClaimContext, figure: &ClaimFigure) -> Option<String> {
    let each = format::count_per_row(figure.run.allocations()?, figure.run.allocation_rows())?;
    let one = prose::unit_singular(of.unit, of.words);
    let figures = [("variant", prose::run_name(figure.run, of.words)), ("each", each), ("one", one)];
    Some(say_with(of.words, "why-allocations", &figures))
}

/// The figure of the other language.
fn compare_languages(of: &ClaimContext, other: &ClaimFigure, decisive: Option<&ClaimFigure>) -> String {
    let mut figures = vec![("who", name_figure(of, other)), ("value", format_value(of, other))];
    let key = match decisive {
        Some(decisive)
            if !other.is_count && decisive.value > 0 && other.value > 0 && decisive.rows == other.rows =>
        {
            let part = other.value as f64 / decisive.value as f64;
            figures.push(("ratio", format::ratio(part)));
            figures.push(("language", prose::language_name(of.spec.judged_by, of.words)));
            if other.measure.metric == decisive.measure.metric { "why-beside" } else { "why-beside-heap" }
        }
        _ => "why-beside-alone",
    };
    say_with(of.words, key, &figures)
}

/// The variant of a figure, or both of a difference; with the figure's name where the lesson
/// measured it itself.
fn name_figure(of: &ClaimContext, figure: &ClaimFigure) -> String {
    let words = of.words;
    let one = prose::variant_name(figure.measure.language, &figure.measure.variant, words);
    let who = match &figure.measure.minus {
        Some(minus) => words.say("who-minus", &[("who", &one), ("minus", minus)]),
        None => one,
    };
    if !is_attached(figure) {
        return who;
    }
    let what = name_metric(figure.run, &figure.measure.metric, words);
    words.say("who-figure", &[("who", &who), ("what", &what)])
}

/// The figure, per row where it was divided by rows.
fn format_value(of: &ClaimContext, figure: &ClaimFigure) -> String {
    if figure.divisor == 1 {
        let value = figure.rounded_value();
        return if figure.is_count { format::signed_count(value) } else { format::signed_bytes(value) };
    }
    let share = figure.value as f64 / figure.divisor as f64;
    let sign = if share < 0.0 { "-" } else { "" };
    let unit = if figure.is_count { "" } else { " B" };
    format_per_row(of, format!("{sign}{}{unit}", format::ratio(share.abs())))
}

/// The claim's number, per row where the claim is.
fn format_claim(of: &ClaimContext) -> String {
    let says = match of.spec.says_bytes {
        Some(bytes) => format::bytes(bytes),
        None => format::count(claimed_number(of.spec)),
    };
    if of.spec.per_row { format_per_row(of, says) } else { says }
}

fn format_per_row(of: &ClaimContext, value: String) -> String {
    say_with(
        of.words,
        "value-each-row",
        &[("value", value), ("one", prose::unit_singular(of.unit, of.words))],
    )
}

fn say_with(words: &Words, key: &str, figures: &[(&str, String)]) -> String {
    let borrowed: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).collect();
    words.say(key, &borrowed)
}

#[cfg(test)]
mod tests {
    use crate::{Lang, Words, claims, fixture};
    use heaplab_record::{ClaimVerdict, Run};

    fn judge_changed_report(lang: Lang, change: impl FnOnce(&mut Vec<Run>)) -> Vec<ClaimVerdict> {
        let mut runs = fixture::runs();
        change(&mut runs);
        claims::judge_claims(&fixture::claim_specs(), &runs, "rows", &Words::new(lang))
    }

    #[test]
    fn a_changed_measurement_changes_the_sentence() {
        for lang in [Lang::En, Lang::Zh] {
            let before = judge_changed_report(lang, |_| ());
            let rss = judge_changed_report(lang, |runs| {
                for plain in runs.iter_mut().filter_map(|run| run.plain.as_mut()) {
                    plain.peak_rss_bytes = plain.peak_rss_bytes.map(|bytes| bytes * 2);
                }
            });
            let start = judge_changed_report(lang, |runs| {
                for plain in runs.iter_mut().filter_map(|run| run.plain.as_mut()) {
                    plain.start_rss_bytes = Some(1_234_567);
                }
            });
            let counts = judge_changed_report(lang, |runs| {
                for counts in runs.iter_mut().filter_map(|run| run.counts.as_mut()) {
                    counts.allocations += 70_000_000;
                }
            });
            for index in 0..4 {
                assert_ne!(before[index].why, rss[index].why, "rss, claim {index}");
                assert_ne!(before[index].why, counts[index].why, "counts, claim {index}");
            }
            assert_ne!(before[1].why, start[1].why);
            assert!(start[0].why.contains("1.23 MB"), "{}", start[0].why);
        }
    }

    #[test]
    fn the_generator_is_mostly_the_interpreter() {
        let why = &judge_changed_report(Lang::En, |_| ())[1].why;
        assert!(why.contains("8.20 MB") && why.contains("95.3 %") && why.contains("interpreter"), "{why}");
    }

    #[test]
    fn a_share_is_said_to_be_one() {
        for (lang, each) in [(Lang::En, "8.00 B per row"), (Lang::Zh, "每行 8.00 B")] {
            let why = &judge_changed_report(lang, |_| ())[3].why;
            assert!(why.contains(each), "{why}");
        }
    }

    #[test]
    fn figures_of_the_big_list() {
        let why = &judge_changed_report(Lang::En, |_| ())[0].why;
        for figure in ["1.92 GB", "1.10 GB", "1.75", "191 B", "3.00"] {
            assert!(why.contains(figure), "{figure} in {why}");
        }
    }
}
