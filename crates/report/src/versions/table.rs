//! The table: a row per variant and quantity, a column per version, each figure with its change from
//! the version before.

use super::Quantity;
use crate::interpreters::{self, Interpreter};
use crate::{Words, format, prose};
use heaplab_record::{Language, Report, Run};

/// What a quantity that was not measured is written as.
const NOT_MEASURED: &str = "–";
/// How [`format::change`] writes that a figure has not changed.
const UNCHANGED: &str = "=";
/// Stands behind the largest change of a quantity.
const LARGEST_MARK: &str = "\u{a0}◀";

/// The Python variants of a report by version.
pub(crate) struct VersionTable {
    /// The heads: variant, quantity, then the versions from the oldest to the newest.
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<VersionRow>,
    /// The largest change of each quantity, one sentence each.
    pub(crate) sentences: Vec<String>,
}

/// A variant's figures of one quantity.
pub(crate) struct VersionRow {
    pub(crate) variant: String,
    /// Whether it is the first row of its variant.
    pub(crate) opens_variant: bool,
    pub(crate) quantity: String,
    pub(crate) cells: Vec<VersionCell>,
}

/// The figure of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionCell {
    pub(crate) figure: String,
    /// From the version before: `-23.1%`, `=`; `None` for the oldest one and where either figure is
    /// missing.
    pub(crate) change: Option<String>,
    /// Whether it is the largest change of its quantity in the table.
    pub(crate) is_largest: bool,
}

impl VersionCell {
    /// The change with its mark, or nothing.
    pub(crate) fn change_with_mark(&self) -> String {
        let mark = if self.is_largest { LARGEST_MARK } else { "" };
        self.change.as_ref().map(|change| format!("{change}{mark}")).unwrap_or_default()
    }
}

/// The table; `None` where fewer than two interpreters ran.
pub(crate) fn version_table(report: &Report, words: &Words) -> Option<VersionTable> {
    let versions = interpreters::list_interpreters(report);
    if versions.len() < 2 {
        return None;
    }
    let variants = collect_variants(report, &versions);
    let largest = Quantity::ALL.map(|quantity| find_largest(quantity, &variants));
    let mut rows = Vec::new();
    for (number, variant) in variants.iter().enumerate() {
        for (quantity, largest) in Quantity::ALL.into_iter().zip(&largest) {
            let marked = largest.as_ref().filter(|of| of.variant == number).map(|of| of.version);
            rows.push(build_row(variant, quantity, marked, words));
        }
    }
    let ranked = Quantity::ALL.into_iter().zip(&largest);
    let sentences = ranked.filter_map(|(quantity, of)| {
        let of = of.as_ref()?;
        describe_change(quantity, &variants[of.variant], of.version, &versions, words)
    });
    let heads = ["column-variant", "column-what"].map(|key| prose::column_head(key, words));
    let columns = heads.into_iter().chain(versions.iter().map(|one| one.version.to_owned())).collect();
    Some(VersionTable { columns, sentences: sentences.collect(), rows })
}

/// A variant with its run under each version; `None` where that one failed.
struct Variant<'a> {
    name: &'a str,
    runs: Vec<Option<&'a Run>>,
}

fn collect_variants<'a>(report: &'a Report, versions: &[Interpreter<'_>]) -> Vec<Variant<'a>> {
    let python = || report.runs.iter().filter(|run| run.language == Language::Python);
    let mut variants: Vec<(&str, Variant<'a>)> = Vec::new();
    for run in python() {
        let is_known =
            |(section, of): &(&str, Variant<'_>)| *section == run.section && of.name == run.variant;
        if !variants.iter().any(is_known) {
            let runs = versions.iter().map(|version| {
                python().find(|other| {
                    other.section == run.section
                        && other.variant == run.variant
                        && other.interpreter.as_deref() == version.label
                })
            });
            variants.push((&run.section, Variant { name: &run.variant, runs: runs.collect() }));
        }
    }
    variants.into_iter().map(|(_, variant)| variant).collect()
}

/// Where the largest change of a quantity is.
struct LargestChange {
    variant: usize,
    /// The index of the newer version.
    version: usize,
    difference: f64,
}

/// By the difference itself: a table that takes a kilobyte may double, and nobody's program grows by
/// that.
fn find_largest(quantity: Quantity, variants: &[Variant<'_>]) -> Option<LargestChange> {
    if !quantity.is_ranked() {
        return None;
    }
    let mut largest: Option<LargestChange> = None;
    for (number, variant) in variants.iter().enumerate() {
        for version in 1..variant.runs.len() {
            let Some((before, after)) = neighbours(quantity, variant, version) else { continue };
            let difference = (after - before).abs();
            // What is rounded away in the table cannot be its largest change.
            let is_shown = format_change(before, after) != UNCHANGED;
            if is_shown && difference > largest.as_ref().map_or(0.0, |known| known.difference) {
                largest = Some(LargestChange { variant: number, version, difference });
            }
        }
    }
    largest
}

/// A version's figure and the one before it, where both are of one scale.
fn neighbours(quantity: Quantity, variant: &Variant<'_>, version: usize) -> Option<(f64, f64)> {
    let (before, after) = (variant.runs[version.checked_sub(1)?]?, variant.runs[version]?);
    let is_comparable = quantity.is_per_row() || before.rows == after.rows;
    let figures = quantity.read(before).zip(quantity.read(after));
    figures.filter(|(before, _)| is_comparable && *before > 0.0)
}

fn build_row(variant: &Variant<'_>, quantity: Quantity, marked: Option<usize>, words: &Words) -> VersionRow {
    let cell = |(version, run): (usize, &Option<&Run>)| VersionCell {
        figure: run.and_then(|run| quantity.format(run)).unwrap_or_else(|| NOT_MEASURED.to_owned()),
        change: neighbours(quantity, variant, version).map(|(before, after)| format_change(before, after)),
        is_largest: marked == Some(version),
    };
    VersionRow {
        variant: variant.name.to_owned(),
        opens_variant: Quantity::ALL.first() == Some(&quantity),
        quantity: quantity.name(words),
        cells: variant.runs.iter().enumerate().map(cell).collect(),
    }
}

fn format_change(before: f64, after: f64) -> String {
    // Six decimals of figures that are shown with three digits.
    let [after, before] = [after, before].map(|figure| (figure * 1e6).round() as u64);
    match format::change(after, before).unwrap_or_default().as_str() {
        "+0.0%" | "-0.0%" => UNCHANGED.to_owned(),
        change => change.to_owned(),
    }
}

fn describe_change(
    quantity: Quantity,
    variant: &Variant<'_>,
    version: usize,
    versions: &[Interpreter<'_>],
    words: &Words,
) -> Option<String> {
    let (before, after) = neighbours(quantity, variant, version)?;
    let runs = [variant.runs[version - 1]?, variant.runs[version]?];
    let [from, to] = runs.map(|run| quantity.format(run).unwrap_or_default());
    let arguments = [
        ("quantity", quantity.name(words)),
        ("variant", variant.name.to_owned()),
        ("older", versions[version - 1].version.to_owned()),
        ("newer", versions[version].version.to_owned()),
        ("from", from),
        ("to", to),
        ("change", format_change(before, after)),
    ];
    let arguments: Vec<(&str, &str)> =
        arguments.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some(words.say("versions-largest", &arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use heaplab_record::HeapRun;

    /// `list_dict` and `slots_list` under three versions, listed with 3.11 first.
    fn report(lang: Lang) -> Report {
        let mut report = fixture::report(lang);
        let run = |variant: &str, version: Option<&str>, peak: u64, blocks: u64, rss: u64| Run {
            interpreter: version.map(str::to_owned),
            rows: 1_000,
            heap: Some(HeapRun { rows: 100, peak_bytes: peak, peak_blocks: blocks, ..HeapRun::default() }),
            ..fixture::python("8.5.2", variant, rss, 10)
        };
        report.runs = vec![
            run("list_dict", None, 17_100, 400, 210_000),
            run("list_dict", Some("3.9.18"), 24_800, 500, 271_000),
            run("list_dict", Some("3.13.0"), 17_100, 300, 207_000),
            run("slots_list", None, 13_900, 300, 158_001),
            run("slots_list", Some("3.9.18"), 13_800, 300, 158_000),
            run("slots_list", Some("3.13.0"), 13_100, 300, 150_000),
        ];
        report
    }

    fn cells(table: &VersionTable, row: usize) -> Vec<String> {
        let cell = |cell: &VersionCell| format!("{} {}", cell.figure, cell.change_with_mark());
        let cells = table.rows[row].cells.iter().map(cell);
        cells.map(|written| written.replace('\u{a0}', " ").trim().to_owned()).collect()
    }

    #[test]
    fn versions_go_from_old_to_new_and_the_largest_change_of_each_quantity_is_marked() {
        let table = version_table(&report(Lang::En), &Words::new(Lang::En)).unwrap();
        assert_eq!(table.columns[2..], ["3.9.18", "3.11.2", "3.13.0"]);
        assert_eq!(table.rows.len(), 8);
        assert_eq!(cells(&table, 0), ["248 B", "171 B -31.0% ◀", "171 B ="]);
        assert_eq!(cells(&table, 1), ["5.00", "4.00 -20.0% ◀", "3.00 -25.0%"], "the first of two equals");
        assert_eq!(cells(&table, 2), ["271 kB", "210 kB -22.5% ◀", "207 kB -1.4%"]);
        assert_eq!(cells(&table, 4), ["138 B", "139 B +0.7%", "131 B -5.8%"]);
        let marked = table.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.is_largest);
        assert_eq!(marked.count(), 3, "time is not ranked");
        assert_eq!(table.sentences.len(), 3);
        assert!(table.sentences[0].contains("248 B") && table.sentences[0].contains("3.9.18"));
    }

    #[test]
    fn what_is_missing_is_a_dash_and_has_no_change() {
        let mut report = report(Lang::En);
        report.runs[0].heap = None;
        // At another scale resident memory cannot be compared, and bytes per row can.
        report.runs[5].rows = 500;
        let table = version_table(&report, &Words::new(Lang::En)).unwrap();
        assert_eq!(cells(&table, 0), ["248 B", "–", "171 B"]);
        assert_eq!(cells(&table, 6), ["158 kB", "158 kB =", "150 kB"]);
        assert_eq!(cells(&table, 4)[2], "131 B -5.8% ◀");
    }

    #[test]
    fn one_interpreter_has_no_table() {
        assert!(version_table(&fixture::report(Lang::En), &Words::new(Lang::En)).is_none());
        let mut report = report(Lang::Zh);
        report.runs.retain(|run| run.interpreter.is_none());
        assert!(version_table(&report, &Words::new(Lang::Zh)).is_none());
    }

    #[test]
    fn equal_versions_have_no_largest_change() {
        let mut report = report(Lang::En);
        let mut first = report.runs[0].clone();
        if let Some(heap) = &mut first.heap {
            heap.rows = 100_000_000;
        }
        let mut newer = Run { interpreter: Some("3.12.1".to_owned()), ..first.clone() };
        if let Some(heap) = &mut newer.heap {
            // Less than a digit that the table shows.
            (heap.peak_bytes, heap.peak_blocks) = (17_101, 400);
        }
        report.runs = vec![first, newer];
        let table = version_table(&report, &Words::new(Lang::En)).unwrap();
        assert!(table.sentences.is_empty(), "{:?}", table.sentences);
        assert_eq!(cells(&table, 0)[1], "< 0.01 B =");
    }
}
