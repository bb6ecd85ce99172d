//! Output for the terminal. The rows of the table of runs appear one by one while a section runs,
//! so its columns have their widths before the first figure is known.

mod cpu;
mod difference;
mod lesson_list;
mod predictions;
mod tools;
mod verdicts;
mod versions;

pub use cpu::render_cpu;
pub use difference::render_difference;
pub use lesson_list::{ListedLesson, render_lesson_list};
pub use predictions::render_predictions;
pub use tools::render_tools;
pub use verdicts::{render_claims, render_findings, render_goal, render_notes};
pub use versions::render_versions;

use crate::against::describe_comparison;
use crate::notes::{HEAP_ROWS_MARK, PER_ROW_MARK};
use crate::{Words, format, prose, wall};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Row, Width};
use heaplab_record::{Failure, Language, Run};
use unicode_width::UnicodeWidthStr;

/// What a quantity that was not measured is written as.
const NOT_MEASURED: &str = "–";
/// The least width of the table, whatever the width of the terminal.
const NARROW: usize = 80;
/// From this width on bytes are written with every digit.
const WIDE: usize = 110;
/// The first two columns are words, the others figures.
const WORD_COLUMNS: usize = 2;
const VARIANT: usize = 0;
const ALLOCATIONS: usize = 6;
const AGAINST: usize = 8;

/// A table whose columns are laid out for a terminal of some width.
pub struct RunTable<'a> {
    words: &'a Words,
    /// In columns of the terminal, without the gaps.
    widths: [usize; 9],
    gap: usize,
    exact: bool,
    /// The version of the first interpreter, where several run the scripts.
    first_interpreter: Option<String>,
}

impl<'a> RunTable<'a> {
    /// Lays the columns out for `width` columns of the terminal, at least 80. From 110 on, bytes
    /// have every digit.
    pub fn new(words: &'a Words, width: usize) -> RunTable<'a> {
        // variant, language, rows, peak live, peak RSS, RSS file, allocations, wall, against
        // the baseline
        let (mut widths, gap, least) = if width >= WIDE {
            ([15, 4, 5, 13, 13, 13, 11, 9, 10], 2, WIDE)
        } else {
            ([15, 4, 5, 7, 7, 7, 10, 7, 10], 1, NARROW)
        };
        widths[VARIANT] += width.saturating_sub(least).min(15);
        RunTable { words, widths, gap, exact: width >= WIDE, first_interpreter: None }
    }

    /// As this table, where several interpreters run the scripts: the first one's version stands beside
    /// its runs too.
    #[must_use]
    pub fn with_first_interpreter(self, version: &str) -> RunTable<'a> {
        RunTable { first_interpreter: Some(version.to_owned()), ..self }
    }

    /// The heads of the columns and a line under them.
    pub fn render_header(&self) -> String {
        let keys = [
            "variant",
            "language",
            "rows",
            "peak-live",
            "rss-peak",
            "rss-file",
            "allocations",
            "wall",
            "against",
        ];
        let mut table = self.empty_table();
        table.style_mut().header_separator = LineStyle::none().fill('─');
        table.set_header(keys.map(|key| self.words.get(&format!("column-{key}")).replace('|', "\n")));
        self.align_columns(&mut table);
        trimmed_lines(&table)
    }

    /// One run, compared with its baseline.
    pub fn render_row(&self, run: &Run, baseline: Option<&Run>) -> String {
        let plain = run.plain.as_ref();
        let bytes = |bytes: Option<u64>| match bytes {
            None => NOT_MEASURED.to_owned(),
            Some(bytes) if self.exact => format::count(bytes),
            Some(bytes) => format::bytes(bytes),
        };
        let cells = [
            prose::strip_controls(&run.variant),
            self.language_cell(run.language, run.interpreter.as_deref()),
            format!(
                "{}{}",
                format::scale(run.rows),
                if run.other_heap_rows().is_some() { HEAP_ROWS_MARK } else { "" }
            ),
            bytes(run.heap.as_ref().map(|heap| heap.peak_bytes)),
            bytes(plain.and_then(|plain| plain.peak_rss_bytes)),
            bytes(plain.and_then(|plain| plain.peak_rss_file_bytes)),
            self.allocations_cell(run),
            self.wall_cell(run),
            self.baseline_cell(run, baseline),
        ];
        let mut table = self.empty_table();
        table.add_row(Row::from(cells));
        self.align_columns(&mut table);
        trimmed_lines(&table)
    }

    /// A variant that left no record under a probe: what happened, and its last lines of output.
    pub fn render_failure(&self, failure: &Failure) -> String {
        let said = self.words.say(
            "failed",
            &[("probe", failure.probe.name()), ("cause", &prose::strip_controls(&failure.cause))],
        );
        let said = match failure.signal {
            Some(signal) => {
                self.words.say("failed-by-signal", &[("failed", &said), ("signal", &signal.to_string())])
            }
            None => said,
        };
        let mut out = format!(
            "{} {}  ✗ ",
            prose::strip_controls(&failure.variant),
            self.language_cell(failure.language, failure.interpreter.as_deref())
        );
        let width = self.widths.iter().sum::<usize>() + self.gap * (self.widths.len() - 1);
        out = prose::wrap(&(out + &said), width).join("\n  ");
        for line in prose::strip_controls(&failure.stderr_tail).lines() {
            out.push_str("\n    │ ");
            out.push_str(line);
        }
        out
    }

    /// `rust`, `py`, or where several interpreters run the version: `3.9`.
    fn language_cell(&self, language: Language, interpreter: Option<&str>) -> String {
        match (language, interpreter) {
            (Language::Rust, _) => self.words.get("language-rust-short"),
            (Language::Python, None) => match &self.first_interpreter {
                Some(version) => prose::minor_version(version).to_owned(),
                None => self.words.get("language-python-short"),
            },
            (Language::Python, Some(version)) => prose::minor_version(version).to_owned(),
        }
    }

    /// Every digit; without the separators where these do not fit.
    fn allocations_cell(&self, run: &Run) -> String {
        let Some(allocations) = run.allocations() else { return NOT_MEASURED.to_owned() };
        let grouped = format::count(allocations);
        if grouped.len() <= self.widths[ALLOCATIONS] { grouped } else { allocations.to_string() }
    }

    /// The median; with the number of repetitions where there is room.
    fn wall_cell(&self, run: &Run) -> String {
        let Some(wall) = wall::format_wall(run, self.words) else { return NOT_MEASURED.to_owned() };
        let repetitions = wall::format_repetitions(run).filter(|_| self.exact).unwrap_or_default();
        format!("{wall}{repetitions}")
    }

    fn baseline_cell(&self, run: &Run, baseline: Option<&Run>) -> String {
        let Some(against) = describe_comparison(run, baseline, self.words) else { return String::new() };
        let quantity = against.quantity.map(|quantity| format!(" {quantity}")).unwrap_or_default();
        let room = self.widths[AGAINST].saturating_sub(quantity.width());
        format!("{}{quantity}", shorten_change(against.change, room))
    }

    /// An empty table with this one's columns.
    fn empty_table(&self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table
    }

    /// Widths and alignment belong to columns, which a table has only once it has cells.
    fn align_columns(&self, table: &mut comfy_table::Table) {
        for (index, (column, width)) in table.column_iter_mut().zip(self.widths).enumerate() {
            let gap = if index + 1 < self.widths.len() { self.gap } else { 0 };
            let fixed = u16::try_from(width + gap).unwrap_or(u16::MAX);
            column.set_padding((0, u16::try_from(gap).unwrap_or(0)));
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(fixed)));
            let words = index < WORD_COLUMNS;
            column.set_cell_alignment(if words { CellAlignment::Left } else { CellAlignment::Right });
        }
    }
}

/// Removes decimals of a change until it fits. They are cut, not rounded: `-99.99999%` must not
/// become `-100%`.
fn shorten_change(mut change: String, width: usize) -> String {
    let mark = change.strip_suffix(PER_ROW_MARK).map(str::to_owned);
    let end = if mark.is_some() { PER_ROW_MARK } else { "" };
    change = mark.unwrap_or(change);
    while change.width() + end.width() > width && change.contains('.') && change.ends_with('%') {
        change.truncate(change.len() - 2);
        if change.ends_with('.') {
            change.pop();
        }
        change.push('%');
    }
    change + end
}

/// A table's lines without trailing spaces.
fn trimmed_lines(table: &comfy_table::Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use heaplab_analysis::baseline::find_baseline;
    use heaplab_record::Report;

    /// Everything that a run of the section prints.
    fn printed(report: &Report, words: &Words, width: usize) -> String {
        let table = RunTable::new(words, width);
        let mut out = vec![table.render_header()];
        out.extend(report.runs.iter().map(|run| table.render_row(run, find_baseline(run, &report.runs))));
        out.extend(report.failed.iter().map(|failure| table.render_failure(failure)));
        out.push(render_claims(&report.claims, words, width, false));
        out.push(render_notes(report, words, width));
        out.join("\n")
    }

    #[test]
    fn everything_fits_the_terminal() {
        for lang in [Lang::En, Lang::Zh] {
            let (words, report) = (Words::new(lang), fixture::report(lang));
            for width in [80, 97, 110, 160] {
                for line in printed(&report, &words, width).lines() {
                    // What a child wrote is shown as it is.
                    assert!(
                        line.starts_with("    │") || line.width() <= width,
                        "{} columns of {width}: {line}",
                        line.width()
                    );
                }
            }
        }
    }

    #[test]
    fn rows_of_the_fixture() {
        let (words, report) = (Words::new(Lang::En), fixture::report(Lang::En));
        let row = |table: &RunTable, index: usize| {
            let run: &Run = &report.runs[index];
            table.render_row(run, find_baseline(run, &report.runs))
        };
        let table = RunTable::new(&words, 80);
        let shown = [1, 4, 6, 7, 12].map(|index| row(&table, index));
        insta::assert_snapshot!(format!("{}\n{}", table.render_header(), shown.join("\n")), @r"
        variant         lang  rows    peak    peak     RSS      allo-    wall    against
                                      live     RSS    file    cations           baseline
        ────────────────────────────────────────────────────────────────────────────────
        generator       rust   10M    24 B 2.40 MB 1.05 MB 10,000,000  628 ms -99.99999%
        generator       py     10M       – 8.60 MB 4.10 MB          –  8.41 s
        list_dict       rust   10M 2.64 GB 2.64 GB 1.05 MB 30,000,024  5.27 s   baseline
        json            rust    5M 2.40 GB 2.40 GB 1.05 MB 25,000,023  4.22 s    +81.8%*
        packed          rust   10M 12.3 MB 14.7 MB 1.05 MB        412  968 ms     -99.5%
        ");
        let wide = row(&RunTable::new(&words, 110), 12);
        assert!(wide.contains("12,345,678") && wide.contains("968 ms×3"), "{wide}");
    }

    #[test]
    fn heap_figures_of_fewer_rows_are_marked() {
        let words = Words::new(Lang::En);
        let mut run = fixture::rust("8.5", "list", 1_000, 1, 1);
        let row = |run: &Run| RunTable::new(&words, 80).render_row(run, None);
        assert!(!row(&run).contains(HEAP_ROWS_MARK));
        run.heap.as_mut().expect("it was recorded").rows /= 10;
        assert!(row(&run).contains("10M†"), "{}", row(&run));
    }

    #[test]
    fn several_interpreters_stand_by_their_versions() {
        let words = Words::new(Lang::En);
        let first = fixture::python("8.5", "list", 1, 1);
        let other = Run { interpreter: Some("3.9.18".to_owned()), ..first.clone() };
        let table = RunTable::new(&words, 80).with_first_interpreter("3.13.0");
        let versions = [&first, &other].map(|run| table.render_row(run, None)[16..20].trim().to_owned());
        assert_eq!(versions, ["3.13", "3.9"]);
        assert!(RunTable::new(&words, 80).render_row(&first, None).contains(" py "));
    }

    #[test]
    fn what_was_not_measured_is_no_zero() {
        for width in [80, 120] {
            let words = Words::new(Lang::En);
            let row = RunTable::new(&words, width).render_row(&fixture::bare("8.5", "bare"), None);
            assert_eq!(row.matches(NOT_MEASURED).count(), 5, "{row}");
            assert!(!row.replace("10M", "").contains('0'), "{row}");
        }
    }

    #[test]
    fn long_figures_stay_in_their_columns() {
        let words = Words::new(Lang::En);
        let mut run = fixture::rust("8.5", "a_name_of_more_than_fifteen", u64::MAX / 4, 1_234_567_890, 1);
        run.baseline = true;
        run.rows = 7;
        let row = RunTable::new(&words, 80).render_row(&run, Some(&run));
        assert!(row.contains("1234567890") && row.lines().all(|line| line.width() <= 80), "{row}");
        assert_eq!(shorten_change("-99.99999%".to_owned(), 8), "-99.999%");
        assert_eq!(shorten_change("-99.9%".to_owned(), 8), "-99.9%");
    }

    #[test]
    fn a_failure_shows_its_last_words() {
        let words = Words::new(Lang::En);
        let mut failure = fixture::failure();
        failure.stderr_tail = "\u{1b}[2Jone\ntwo".to_owned();
        let line = RunTable::new(&words, 80).render_failure(&failure);
        assert!(line.contains("json rust") && line.contains("dhat") && line.contains("signal"), "{line}");
        assert!(line.ends_with("│ one\n    │ two"), "{line}");
    }
}
