//! How sites grow, in words and tables: what each variant is judged to be, by which line, how fast and how sure; how often
//! such verdicts are right; and which lines make blocks that die young.

mod chart;
mod why;

pub use chart::{chart, stem};
pub use why::why;

use crate::attachments::{Merged, Written};
use crate::{Lang, Words, format, prose};
use heaplab_record::{ChurnFix, ChurnLine, ClassifierTable, Growth, GrowthClass, Report, Run, SiteGrowth};

/// One line a variant: what it is judged to be, by which line, its slope and how sure that is. Empty where nothing was judged.
pub fn lines(report: &Report, words: &Words) -> Vec<String> {
    judged(report).map(|(run, growth)| line(run, growth, report, words)).collect()
}

/// The verdicts, the lines that churn, and how often such verdicts are right.
pub(crate) fn tables(report: &Report, words: &Words) -> Vec<Merged> {
    let classifier = report.classifier.as_ref().map(|table| classifier(table, words));
    verdicts(report, words).into_iter().chain(churn(report, words)).chain(classifier).collect()
}

/// What the verdicts cannot know.
pub(crate) fn note(report: &Report, words: &Words) -> Option<String> {
    let most = judged(report).filter_map(|(_, growth)| growth.scales.last()).max()?;
    let units = units(&report.unit, words);
    Some(words.say("growth-cannot-know", &[("most", &format::count(*most)), ("unit", &units)]))
}

fn judged(report: &Report) -> impl Iterator<Item = (&Run, &Growth)> {
    report.runs.iter().filter_map(|run| Some((run, run.growth.as_ref()?)))
}

fn line(run: &Run, growth: &Growth, report: &Report, words: &Words) -> String {
    let variant = run.variant.as_str();
    let Some(site) = growth.sites.first() else {
        return words.say("growth-line-nothing", &[("variant", variant)]);
    };
    if site.class == GrowthClass::Unknown {
        let why = why(site, &report.unit, words);
        return words.say("growth-line-unknown", &[("variant", variant), ("why", &why)]);
    }
    let (class, sure) = (class(site.class, words), percent(site.sure));
    let slope = site.slope.map_or_else(|| "–".to_owned(), |slope| small_bytes(slope.bytes_each));
    let one = prose::one(&report.unit, words);
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

/// A row a variant, by the site that it is judged by.
fn verdicts(report: &Report, words: &Words) -> Option<Merged> {
    let scales = judged(report).map(|(_, growth)| &growth.scales).find(|scales| scales.len() == 3)?;
    let at: Vec<String> = scales.iter().map(|&rows| format::count(rows)).collect();
    let units = units(&report.unit, words);
    let one = prose::one(&report.unit, words);
    let figures = [("first", at[0].as_str()), ("second", &at[1]), ("third", &at[2]), ("unit", &units)];
    let columns = vec![
        prose::head("column-variant", words),
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
            || number("–".to_owned()),
            |slope| {
                let [each, low, high] = [slope.bytes_each, slope.low, slope.high].map(small_bytes);
                let between = words.say("growth-between", &[("low", &low), ("high", &high)]);
                Written { exact: Some(between), ..number(each) }
            },
        );
        vec![
            word(run.variant.clone()),
            word(class(site.class, words)),
            Written { exact: Some(site.location.clone()), ..word(short_place(site).to_owned()) },
            slope,
            number(if site.class == GrowthClass::Unknown { "–".to_owned() } else { percent(site.sure) }),
            Written { exact: Some(ends.join(" · ")), ..number(end) },
            word(why(site, &report.unit, words)),
        ]
    };
    let rows: Vec<Vec<Written>> =
        judged(report).filter_map(|(run, growth)| Some(row(run, growth.sites.first()?))).collect();
    let title = words.say("growth-title", &figures);
    (!rows.is_empty()).then_some(Merged { title, columns, rows })
}

/// The lines of every variant, each once: healthy code is the same in all of them.
fn churn(report: &Report, words: &Words) -> Option<Merged> {
    let mut lines: Vec<&ChurnLine> = Vec::new();
    for line in judged(report).flat_map(|(_, growth)| &growth.churn) {
        match lines.iter_mut().find(|known| known.location == line.location) {
            Some(known) if known.temporaries < line.temporaries => *known = line,
            Some(_) => {}
            None => lines.push(line),
        }
    }
    lines.sort_by(|a, b| b.temporaries.cmp(&a.temporaries).then_with(|| a.location.cmp(&b.location)));
    churn_table(&lines, words)
}

/// Lines that churn, with what would help.
fn churn_table(lines: &[&ChurnLine], words: &Words) -> Option<Merged> {
    let keys = ["line", "births", "temporaries", "mean", "fix"];
    let columns = keys.map(|key| words.get(&format!("column-churn-{key}"))).into();
    let row = |line: &&ChurnLine| {
        vec![
            word(line.location.clone()),
            number(format::count(line.births)),
            number(format::count(line.temporaries)),
            number(format::bytes(line.mean_bytes)),
            word(fix(line.suggestion, words)),
        ]
    };
    let rows: Vec<Vec<Written>> = lines.iter().map(row).collect();
    (!rows.is_empty()).then(|| Merged { title: words.get("churn-title"), columns, rows })
}

fn fix(fix: ChurnFix, words: &Words) -> String {
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

fn classifier(table: &ClassifierTable, words: &Words) -> Merged {
    let said: Vec<GrowthClass> =
        table.rows.first().map(|row| row.said.iter().map(|&(class, _)| class).collect()).unwrap_or_default();
    let mut columns = vec![words.get("column-classifier-is")];
    columns.extend(said.iter().map(|&said| words.say("classifier-said", &[("class", &class(said, words))])));
    columns.extend(["recall", "precision"].map(|key| words.get(&format!("column-classifier-{key}"))));
    let rows = table.rows.iter().map(|row| {
        let share = |share: Option<f64>| number(share.map_or_else(|| "–".to_owned(), percent));
        let counts = row.said.iter().map(|&(_, count)| number(format::count(count)));
        let shares = [share(row.recall), share(row.precision)];
        std::iter::once(word(class(row.is, words))).chain(counts).chain(shares).collect()
    });
    let title = words.say("classifier-title", &[("cases", &format::count(table.cases))]);
    Merged { title, columns, rows: rows.collect() }
}

pub(crate) fn class(class: GrowthClass, words: &Words) -> String {
    words.get(match class {
        GrowthClass::UnboundedGrowth => "growth-class-unbounded-growth",
        GrowthClass::RefcountCycle => "growth-class-refcount-cycle",
        GrowthClass::Unknown => "growth-class-unknown",
        GrowthClass::BoundedCache => "growth-class-bounded-cache",
        GrowthClass::FreedOnlyAtExit => "growth-class-freed-only-at-exit",
        GrowthClass::Steady => "growth-class-steady",
    })
}

/// What the scale counts, as it stands behind a number: `requests`, `次请求`.
pub fn units(unit: &str, words: &Words) -> String {
    match words.lang() {
        Lang::En => unit.to_owned(),
        Lang::Zh => prose::one(unit, words),
    }
}

/// The file and the line, without the folders: a terminal's line is short.
fn short_place(site: &SiteGrowth) -> &str {
    let place = site.location.as_str();
    match place.rsplit_once('/') {
        Some((_, file)) => file,
        None if place.is_empty() => &site.function,
        None => place,
    }
}

/// A share with as many digits as say something.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Bytes that may be a fraction or below zero: `184 B`, `0.3 B`, `-2.0 B`.
fn small_bytes(bytes: f64) -> String {
    if bytes.abs() < 99.95 {
        let rounded = (bytes * 10.0).round() / 10.0;
        return format!("{:.1} B", if rounded == 0.0 { 0.0 } else { rounded });
    }
    format::signed_bytes(bytes.round() as i64)
}

fn word(text: String) -> Written {
    Written { short: text, exact: None, is_figure: false }
}

fn number(text: String) -> Written {
    Written { short: text, exact: None, is_figure: true }
}

#[cfg(test)]
pub(crate) mod tests;
