//! One figure of a text: `SECTION VARIANT KEY`, or `SECTION KEY` for a figure of the whole report.

use super::{GalleryReports, lecture_section};
use crate::{Words, format, table, wall};
use heaplab_analysis::baseline;
use heaplab_analysis::scale::requested_rows;
use heaplab_record::{Attachment, Language, Report, Run};

/// The keys of a variant. `_a_row` may follow bytes and counts, which are then divided by the
/// variant's rows.
const KEYS: &str = "rows, peak_bytes, total_bytes, end_bytes, allocations, reallocations, peak_rss_bytes, \
    peak_rss_anon_bytes, wall, slowdown, change, any of them with _a_row, or figure:NAME";
/// The keys of a report.
const WHOLE: &str = "cpu, cores, memory, rustc, python, commit, date, rows";

/// The figure as a text has it.
///
/// # Errors
/// If the reports do not have it; the error names what they have.
pub(super) fn format_figure(asked: &str, reports: &GalleryReports, words: &Words) -> Result<String, String> {
    let parts: Vec<&str> = asked.split_whitespace().collect();
    let section = parts.first().copied().unwrap_or_default();
    let report = reports
        .get(&lecture_section(section))
        .ok_or_else(|| format!("`{asked}`: the gallery has no report of section `{section}`"))?;
    let absent = || format!("`{asked}`: it was not measured");
    match parts.as_slice() {
        [_, key] => report_figure(report, section, key).ok_or_else(|| format!("`{key}` is none of {WHOLE}")),
        [_, variant, key] => {
            let run = find_run(report, section, variant)
                .ok_or_else(|| format!("`{asked}`: section {section} has no variant `{variant}`"))?;
            match key.strip_suffix("_a_row") {
                Some(of) => {
                    figure_per_row(run, run_number(run, of)?.ok_or_else(absent)?, of).ok_or_else(absent)
                }
                None => run_figure(report, run, key, words)?.ok_or_else(absent),
            }
        }
        _ => Err(format!("`{asked}` is not SECTION VARIANT KEY, such as 8.5.2 list_dict peak_bytes")),
    }
}

/// The run of a variant; a script's name ends in `.py`.
fn find_run<'a>(report: &'a Report, section: &str, variant: &str) -> Option<&'a Run> {
    let (name, language) = match variant.strip_suffix(".py") {
        Some(name) => (name, Language::Python),
        None => (variant, Language::Rust),
    };
    let is_it = |run: &&Run| run.variant == name && run.language == language;
    let near = |run: &&Run| run.section == section || run.section.starts_with(&format!("{section}."));
    report.runs.iter().filter(near).find(is_it)
}

fn report_figure(report: &Report, section: &str, key: &str) -> Option<String> {
    let of = &report.environment;
    Some(match key {
        "cpu" => of.cpu.clone(),
        "cores" => of.cores.to_string(),
        "memory" => format::bytes(of.memory_bytes),
        "rustc" => of.rustc.clone(),
        "python" => of.python.clone()?,
        "commit" => of.commit.clone(),
        "date" => report.created_at.split('T').next()?.to_owned(),
        // Each lesson of a section has a scale of its own.
        "rows" => {
            let of_lesson = report.runs.iter().find(|run| run.section == section);
            format::count(of_lesson.map_or(report.rows_requested, |run| requested_rows(run, report)))
        }
        _ => return None,
    })
}

/// A measured figure; `None` where it was not measured.
fn run_number(run: &Run, key: &str) -> Result<Option<u64>, String> {
    let (heap, counts, plain) = (run.heap.as_ref(), run.counts.as_ref(), run.plain.as_ref());
    Ok(match key {
        "rows" => Some(run.rows),
        "peak_bytes" => heap.map(|heap| heap.peak_bytes),
        "total_bytes" => heap.map(|heap| heap.total_bytes),
        "end_bytes" => heap.map(|heap| heap.end_bytes),
        "allocations" => run.allocations(),
        "reallocations" => counts.map(|counts| counts.reallocations),
        "peak_rss_bytes" => plain.and_then(|plain| plain.peak_rss_bytes),
        "peak_rss_anon_bytes" => plain.and_then(|plain| plain.peak_rss_anon_bytes),
        _ => return Err(format!("`{key}` is none of {KEYS}")),
    })
}

fn run_figure(report: &Report, run: &Run, key: &str, words: &Words) -> Result<Option<String>, String> {
    Ok(match key {
        "wall" => wall::format_wall(run, words),
        "slowdown" => wall::timed_slowdown(run).map(|times| format!("{times:.2}")),
        "change" => match baseline::compare_with_baseline(run, baseline::find_baseline(run, &report.runs)) {
            Some(baseline::BaselineComparison::Change { change, .. }) => {
                Some(format::relative_change(change))
            }
            _ => None,
        },
        key if key.starts_with("figure:") => attached_figure(run, &key["figure:".len()..], words),
        key if key.ends_with("_bytes") => run_number(run, key)?.map(format::bytes),
        key => run_number(run, key)?.map(format::count),
    })
}

/// Bytes or counts divided by the rows that they were measured at.
fn figure_per_row(run: &Run, value: u64, key: &str) -> Option<String> {
    let heap_rows = run.heap.as_ref().map_or(run.rows, |heap| heap.rows);
    match key {
        "peak_bytes" | "total_bytes" | "end_bytes" => format::bytes_per_row(value, heap_rows),
        "allocations" => format::count_per_row(value, run.allocation_rows()),
        key if key.ends_with("_bytes") => format::bytes_per_row(value, run.rows),
        _ => format::count_per_row(value, run.rows),
    }
}

/// A figure that the lesson handed over.
fn attached_figure(run: &Run, name: &str, words: &Words) -> Option<String> {
    run.attachments.iter().find_map(|attachment| match attachment {
        Attachment::Figure(figure) if figure.name == name => {
            Some(table::format_cell(&figure.value, words).short)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use std::collections::BTreeMap;

    #[test]
    fn every_key_has_a_figure_or_says_that_it_was_not_measured() {
        let reports = BTreeMap::from([("8.5".to_owned(), fixture::report(Lang::En))]);
        let words = Words::new(Lang::En);
        for key in KEYS.split(", ").filter(|key| !key.contains(' ')) {
            let said = format_figure(&format!("8.5.2 list_dict {key}"), &reports, &words);
            assert!(said.as_ref().is_ok_and(|said| !said.is_empty()) || key == "change", "{key}: {said:?}");
        }
        for key in WHOLE.split(", ") {
            let said = format_figure(&format!("8.5 {key}"), &reports, &words);
            assert!(said.is_ok() || key == "python", "{key}: {said:?}");
        }
        let script = format_figure("8.5.2 list_dict.py peak_bytes", &reports, &words).unwrap_err();
        assert!(script.contains("not measured"), "{script}");
    }

    #[test]
    fn a_row_is_the_figure_over_the_variants_own_rows() {
        let run = Run { rows: 1000, ..fixture::bare("8.5.2", "slots") };
        assert_eq!(figure_per_row(&run, 48_500, "peak_bytes").unwrap(), "48.5 B");
        assert_eq!(figure_per_row(&run, 3000, "allocations").unwrap(), "3.00");
        assert_eq!(figure_per_row(&Run { rows: 0, ..run }, 3, "allocations"), None);
    }
}
