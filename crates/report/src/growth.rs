//! How sites grow, in words and tables: the class of each variant, the line that decides it, its
//! slope and confidence; how often such verdicts are right; and which lines make blocks that die
//! young.

mod chart;
mod reasons;

pub use chart::{chart_stem, growth_chart};
pub use reasons::explain_growth;

use crate::table::{MergedTable, TableCell, figure_cell, text_cell};
use crate::{Lang, Words, format, prose};
use heaplab_record::{ChurnFix, ChurnLine, ClassifierTable, Growth, GrowthClass, Report, Run, SiteGrowth};

/// A line per variant: its class, the line that decides it, its slope and confidence. Empty where
/// nothing was judged.
pub fn summarize_growth(report: &Report, words: &Words) -> Vec<String> {
    judged_runs(report).map(|(run, growth)| summarize_variant(run, growth, report, words)).collect()
}

/// The verdicts, the lines that churn, and how often such verdicts are right.
pub(crate) fn growth_tables(report: &Report, words: &Words) -> Vec<MergedTable> {
    let classifier = report.classifier.as_ref().map(|table| classifier_table(table, words));
    verdict_table(report, words)
        .into_iter()
        .chain(merge_churn_lines(report, words))
        .chain(classifier)
        .collect()
}

/// A note on what the verdicts cannot know.
pub(crate) fn limits_note(report: &Report, words: &Words) -> Option<String> {
    let most = judged_runs(report).filter_map(|(_, growth)| growth.scales.last()).max()?;
    let units = scale_units(&report.unit, words);
    Some(words.say("growth-cannot-know", &[("most", &format::count(*most)), ("unit", &units)]))
}

fn judged_runs(report: &Report) -> impl Iterator<Item = (&Run, &Growth)> {
    report.runs.iter().filter_map(|run| Some((run, run.growth.as_ref()?)))
}

fn summarize_variant(run: &Run, growth: &Growth, report: &Report, words: &Words) -> String {
    let variant = run.variant.as_str();
    let Some(site) = growth.sites.first() else {
        return words.say("growth-line-nothing", &[("variant", variant)]);
    };
    if site.class == GrowthClass::Unknown {
        let why = explain_growth(site, &report.unit, words);
        return words.say("growth-line-unknown", &[("variant", variant), ("why", &why)]);
    }
    let (class, sure) = (class_name(site.class, words), format_share(site.sure));
    let slope = site.slope.map_or_else(|| "–".to_owned(), |slope| format_small_bytes(slope.bytes_each));
    let one = prose::unit_singular(&report.unit, words);
    words.say(
        "growth-line",
        &[
            ("variant", variant),
            ("class", &class),
            ("place", short_place(site)),
            ("slope", &slope),
            ("one", &one),
            ("sure", &sure),
        ],
    )
}

/// A row per variant, for the site that it is judged by.
fn verdict_table(report: &Report, words: &Words) -> Option<MergedTable> {
    let scales = judged_runs(report).map(|(_, growth)| &growth.scales).find(|scales| scales.len() == 3)?;
    let at: Vec<String> = scales.iter().map(|&rows| format::count(rows)).collect();
    let units = scale_units(&report.unit, words);
    let one = prose::unit_singular(&report.unit, words);
    let figures = [("first", at[0].as_str()), ("second", &at[1]), ("third", &at[2]), ("unit", &units)];
    let columns = vec![
        prose::column_head("column-variant", words),
        words.get("column-growth-verdict"),
        words.get("column-growth-place"),
        words.say("column-growth-slope", &[("one", &one)]),
        words.get("column-growth-sure"),
        words.say("column-growth-ends", &figures),
        words.get("column-growth-why"),
    ];
    let row = |run: &Run, site: &SiteGrowth| {
        let ends: Vec<String> = site.end_bytes.iter().map(|&bytes| format::bytes(bytes)).collect();
        let end = ends.last().cloned().unwrap_or_default();
        let slope = site.slope.map_or_else(
            || figure_cell("–".to_owned()),
            |slope| {
                let [each, low, high] = [slope.bytes_each, slope.low, slope.high].map(format_small_bytes);
                let between = words.say("growth-between", &[("low", &low), ("high", &high)]);
                TableCell { exact: Some(between), ..figure_cell(each) }
            },
        );
        vec![
            text_cell(run.variant.clone()),
            text_cell(class_name(site.class, words)),
            TableCell { exact: Some(site.location.clone()), ..text_cell(short_place(site).to_owned()) },
            slope,
            figure_cell(if site.class == GrowthClass::Unknown {
                "–".to_owned()
            } else {
                format_share(site.sure)
            }),
            TableCell { exact: Some(ends.join(" · ")), ..figure_cell(end) },
            text_cell(explain_growth(site, &report.unit, words)),
        ]
    };
    let rows: Vec<Vec<TableCell>> =
        judged_runs(report).filter_map(|(run, growth)| Some(row(run, growth.sites.first()?))).collect();
    let title = words.say("growth-title", &figures);
    (!rows.is_empty()).then_some(MergedTable { title, columns, rows })
}

/// The lines of all variants, each once: healthy code is the same in all of them.
fn merge_churn_lines(report: &Report, words: &Words) -> Option<MergedTable> {
    let mut lines: Vec<&ChurnLine> = Vec::new();
    for line in judged_runs(report).flat_map(|(_, growth)| &growth.churn) {
        match lines.iter_mut().find(|known| known.location == line.location) {
            Some(known) if known.temporaries < line.temporaries => *known = line,
            Some(_) => {}
            None => lines.push(line),
        }
    }
    lines.sort_by(|a, b| b.temporaries.cmp(&a.temporaries).then_with(|| a.location.cmp(&b.location)));
    churn_table(&lines, words)
}

fn churn_table(lines: &[&ChurnLine], words: &Words) -> Option<MergedTable> {
    let keys = ["line", "births", "temporaries", "mean", "fix"];
    let columns = keys.map(|key| words.get(&format!("column-churn-{key}"))).into();
    let row = |line: &&ChurnLine| {
        vec![
            text_cell(line.location.clone()),
            figure_cell(format::count(line.births)),
            figure_cell(format::count(line.temporaries)),
            figure_cell(format::bytes(line.mean_bytes)),
            text_cell(describe_fix(line.suggestion, words)),
        ]
    };
    let rows: Vec<Vec<TableCell>> = lines.iter().map(row).collect();
    (!rows.is_empty()).then(|| MergedTable { title: words.get("churn-title"), columns, rows })
}

fn describe_fix(fix: ChurnFix, words: &Words) -> String {
    match fix {
        ChurnFix::WithCapacity { reallocations_a_block, capacity_bytes } => words.say(
            "churn-fix-with-capacity",
            &[("times", &format!("{reallocations_a_block:.1}")), ("bytes", &format::bytes(capacity_bytes))],
        ),
        ChurnFix::Reuse { at_once, births_spared } => words.say(
            "churn-fix-reuse",
            &[("at-once", &format::count(at_once)), ("spared", &format::count(births_spared))],
        ),
        ChurnFix::Arena { at_once, bytes_at_once } => words.say(
            "churn-fix-arena",
            &[("at-once", &format::count(at_once)), ("bytes", &format::bytes(bytes_at_once))],
        ),
    }
}

fn classifier_table(table: &ClassifierTable, words: &Words) -> MergedTable {
    let said: Vec<GrowthClass> =
        table.rows.first().map(|row| row.said.iter().map(|&(class, _)| class).collect()).unwrap_or_default();
    let mut columns = vec![words.get("column-classifier-is")];
    columns.extend(
        said.iter().map(|&said| words.say("classifier-said", &[("class", &class_name(said, words))])),
    );
    columns.extend(["recall", "precision"].map(|key| words.get(&format!("column-classifier-{key}"))));
    let rows = table.rows.iter().map(|row| {
        let share = |share: Option<f64>| figure_cell(share.map_or_else(|| "–".to_owned(), format_share));
        let counts = row.said.iter().map(|&(_, count)| figure_cell(format::count(count)));
        let shares = [share(row.recall), share(row.precision)];
        std::iter::once(text_cell(class_name(row.is, words))).chain(counts).chain(shares).collect()
    });
    let title = words.say("classifier-title", &[("cases", &format::count(table.cases))]);
    MergedTable { title, columns, rows: rows.collect() }
}

pub(crate) fn class_name(class: GrowthClass, words: &Words) -> String {
    words.get(match class {
        GrowthClass::UnboundedGrowth => "growth-class-unbounded-growth",
        GrowthClass::RefcountCycle => "growth-class-refcount-cycle",
        GrowthClass::Unknown => "growth-class-unknown",
        GrowthClass::BoundedCache => "growth-class-bounded-cache",
        GrowthClass::FreedOnlyAtExit => "growth-class-freed-only-at-exit",
        GrowthClass::Steady => "growth-class-steady",
    })
}

/// The unit of the scale as it follows a number: `requests`, `次请求`.
pub fn scale_units(unit: &str, words: &Words) -> String {
    match words.lang() {
        Lang::En => unit.to_owned(),
        Lang::Zh => prose::unit_singular(unit, words),
    }
}

/// The file and the line without the folders, because a terminal's line is short.
fn short_place(site: &SiteGrowth) -> &str {
    let place = site.location.as_str();
    match place.rsplit_once('/') {
        Some((_, file)) => file,
        None if place.is_empty() => &site.function,
        None => place,
    }
}

pub(crate) fn format_share(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Bytes that may be a fraction or negative: `184 B`, `0.3 B`, `-2.0 B`.
fn format_small_bytes(bytes: f64) -> String {
    if bytes.abs() < 99.95 {
        let rounded = (bytes * 10.0).round() / 10.0;
        return format!("{:.1} B", if rounded == 0.0 { 0.0 } else { rounded });
    }
    format::signed_bytes(bytes.round() as i64)
}

#[cfg(test)]
pub(crate) mod tests;
