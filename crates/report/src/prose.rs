//! Joining and wrapping of sentences, in a language with spaces and in one without.

use crate::{Lang, Words, format};
use heaplab_analysis::scale::requested_rows;
use heaplab_record::{Language, Report, Run};
use unicode_linebreak::{BreakOpportunity, linebreaks};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub(crate) fn join_sentences(sentences: &[String], words: &Words) -> String {
    match words.lang() {
        Lang::En => sentences.join(" "),
        Lang::Zh => close_wide_gaps(&sentences.concat()),
    }
}

/// Chinese has a space between a character and a Latin word, and none between two characters. A
/// message cannot know which of the two its argument is, so the spaces are removed afterwards.
pub(crate) fn close_wide_gaps(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_wide =
        |index: usize| chars.get(index).and_then(|char| char.width()).is_some_and(|width| width > 1);
    let stays =
        |index: usize| chars[index] != ' ' || index == 0 || !(is_wide(index - 1) && is_wide(index + 1));
    (0..chars.len()).filter(|index| stays(*index)).map(|index| chars[index]).collect()
}

pub(crate) fn join_names(names: &[String], words: &Words) -> String {
    names.join(match words.lang() {
        Lang::En => ", ",
        Lang::Zh => "、",
    })
}

/// The name of a language in a sentence: `Rust`, `CPython`.
pub(crate) fn language_name(language: Language, words: &Words) -> String {
    words.get(match language {
        Language::Rust => "language-rust",
        Language::Python => "language-python",
    })
}

/// A variant with its language, as a sentence names it.
pub(crate) fn variant_name(of: Language, name: &str, words: &Words) -> String {
    words.say("whose", &[("language", &language_name(of, words)), ("variant", name)])
}

/// A run's language, with the version where it is another interpreter than the first: `CPython 3.9.18`.
pub(crate) fn language_of_run(run: &Run, words: &Words) -> String {
    let language = language_name(run.language, words);
    match &run.interpreter {
        Some(version) => format!("{language} {version}"),
        None => language,
    }
}

/// `3.9` of `3.9.18`, for a place that is narrow.
pub(crate) fn minor_version(version: &str) -> &str {
    let end = version.match_indices('.').nth(1).map_or(version.len(), |(at, _)| at);
    &version[..end]
}

/// A run, as a sentence names it: `CPython list_dict`.
pub(crate) fn run_name(run: &Run, words: &Words) -> String {
    words.say("whose", &[("language", &language_of_run(run, words)), ("variant", &run.variant)])
}

/// The singular of a unit, as it follows "a" and "每": `row`, `行`.
pub(crate) fn unit_singular(unit: &str, words: &Words) -> String {
    words.say("unit-one", &[("unit", unit), ("other", &english_singular(unit))])
}

fn english_singular(unit: &str) -> String {
    match unit.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => unit.strip_suffix('s').unwrap_or(unit).to_owned(),
    }
}

/// The unit of a run's scale.
pub(crate) fn unit_of_run<'a>(run: &'a Run, report: &'a Report) -> &'a str {
    run.unit.as_deref().unwrap_or(&report.unit)
}

/// The unit of a lesson's folder.
pub(crate) fn unit_of_lesson<'a>(number: &str, report: &'a Report) -> &'a str {
    let of_lesson = report.runs.iter().find(|run| run.section == number);
    of_lesson.map_or(&report.unit, |run| unit_of_run(run, report))
}

/// The units of a report, one per lesson: `families / blocks`.
pub fn list_units(report: &Report, words: &Words) -> String {
    let mut units = vec![report.unit.as_str()];
    for run in &report.runs {
        let own = unit_of_run(run, report);
        if !units.contains(&own) {
            units.push(own);
        }
    }
    units.iter().map(|unit| words.say("unit-many", &[("unit", unit)])).collect::<Vec<_>>().join(" / ")
}

/// What was asked of each lesson of a report: `200,000 families / 1,000,000 blocks`, or `10,000
/// families / blocks` where they were asked for the same.
pub fn list_scales(report: &Report, format: impl Fn(u64) -> String, words: &Words) -> String {
    describe_scales(&requested_scales(report), format, words)
}

/// As [`list_scales`], of scales and their units.
pub fn describe_scales(scales: &[(u64, &str)], format: impl Fn(u64) -> String, words: &Words) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut last = None;
    for &(rows, unit) in scales {
        let unit = words.say("unit-many", &[("unit", unit)]);
        let one = if last == Some(rows) { unit } else { format!("{} {unit}", format(rows)) };
        last = Some(rows);
        said.push(one);
    }
    said.join(" / ")
}

/// The scales of [`list_scales`] without their units: `200k / 1M`.
pub(crate) fn list_scale_figures(report: &Report) -> String {
    let mut figures: Vec<String> =
        requested_scales(report).into_iter().map(|(rows, _)| format::scale(rows)).collect();
    figures.dedup();
    figures.join(" / ")
}

/// The number of a lesson's folder, with its scale where the report's lessons were asked for
/// different ones: `8.1.3 · 1,000,000 blocks`.
pub(crate) fn name_lesson(number: &str, report: &Report, words: &Words) -> String {
    let of_lesson = report.runs.iter().find(|run| run.section == number);
    let is_other = |run: &Run| requested_rows(run, report) != report.rows_requested;
    match of_lesson.filter(|_| report.runs.iter().any(is_other)) {
        Some(run) => {
            let scale = (requested_rows(run, report), unit_of_run(run, report));
            format!("{number} · {}", describe_scales(&[scale], format::count, words))
        }
        None => number.to_owned(),
    }
}

/// Scale and unit of each lesson, in the order of the runs; each pair once.
fn requested_scales(report: &Report) -> Vec<(u64, &str)> {
    let mut scales = vec![(report.rows_requested, report.unit.as_str())];
    for run in &report.runs {
        let own = (requested_rows(run, report), unit_of_run(run, report));
        if !scales.contains(&own) {
            scales.push(own);
        }
    }
    scales
}

/// The name of a metric that claims are read from.
pub(crate) fn metric_name(field: &str, words: &Words) -> String {
    match field {
        "peak_rss_bytes" => words.get("metric-rss"),
        "peak_bytes" => words.get("metric-heap"),
        unknown => unknown.strip_prefix("figure:").unwrap_or(unknown).to_owned(),
    }
}

/// A column's head in one line. Its bar is a line break on the terminal only.
pub(crate) fn column_head(key: &str, words: &Words) -> String {
    close_wide_gaps(&words.get(key).replace("-|", "").replace('|', " "))
}

/// A function without its generic arguments, such as `<alloc::vec::Vec as
/// core::clone::Clone>::clone`. They are long and do not help a reader to find the line.
pub(crate) fn strip_generics(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    let mut depth = 0_u32;
    let mut before = ' ';
    for char in name.chars() {
        match char {
            '<' if depth > 0 => depth += 1,
            '<' if kept.ends_with("::") => {
                kept.truncate(kept.len() - 2);
                depth = 1;
            }
            '<' if kept.ends_with(|last: char| last.is_alphanumeric() || last == '_') => depth = 1,
            // The arrow of a closure's type closes nothing.
            '>' if depth > 0 && before != '-' => depth -= 1,
            _ if depth > 0 => {}
            _ => kept.push(char),
        }
        before = char;
    }
    kept
}

/// Breaks a text into lines of at most `width` columns where its script allows it (UAX #14), a
/// Chinese character being two columns wide.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut start, mut last) = (0, 0);
    for (end, kind) in linebreaks(text) {
        if text[start..end].trim_end().width() > width && last > start {
            lines.push(text[start..last].trim_end().to_owned());
            start = last;
        }
        last = end;
        if kind == BreakOpportunity::Mandatory && end < text.len() {
            lines.push(text[start..end].trim_end().to_owned());
            start = end;
        }
    }
    let rest = text[start..].trim_end();
    if !rest.is_empty() {
        lines.push(rest.to_owned());
    }
    lines
}

/// Removes escape sequences and other control characters, so that the output of a child process
/// cannot move the cursor or repaint the terminal. Line breaks stay.
pub(crate) fn strip_controls(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        if char == '\u{1b}' && rest.next_if_eq(&'[').is_some() {
            // A control sequence ends at its first letter or the like.
            while rest.next().is_some_and(|char| !('\u{40}'..='\u{7e}').contains(&char)) {}
        } else if char == '\t' {
            kept.push(' ');
        } else if char == '\n' || !char.is_control() {
            kept.push(char);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    /// Every message that a source of the texts asks for by its literal name.
    #[test]
    fn every_message_is_there() {
        let sources = [
            include_str!("attachments/tables.rs"),
            include_str!("claims/reasons.rs"),
            include_str!("difference.rs"),
            include_str!("environment.rs"),
            include_str!("goal.rs"),
            include_str!("notes.rs"),
            include_str!("page/report/headline.rs"),
            include_str!("page/report/panels.rs"),
            include_str!("page/report/runs.rs"),
            include_str!("chart/lines.rs"),
            include_str!("graph.rs"),
            include_str!("graph/boxes.rs"),
            include_str!("graph/legend.rs"),
            include_str!("graph/regions.rs"),
            include_str!("chart/steps.rs"),
            include_str!("program.rs"),
            include_str!("prose.rs"),
            include_str!("reconcile.rs"),
            include_str!("tracemalloc.rs"),
            include_str!("site_table.rs"),
            include_str!("source_listing.rs"),
            include_str!("markdown/difference.rs"),
            include_str!("markdown/summary.rs"),
            include_str!("markdown/versions.rs"),
            include_str!("terminal.rs"),
            include_str!("terminal/difference.rs"),
            include_str!("terminal/predictions.rs"),
            include_str!("terminal/verdicts.rs"),
            include_str!("terminal/versions.rs"),
            include_str!("versions.rs"),
            include_str!("versions/table.rs"),
            include_str!("../templates/report.html"),
            include_str!("../templates/versions.html"),
        ];
        let starts = [
            "column",
            "heading",
            "lead",
            "note",
            "why",
            "goal",
            "badge",
            "fact",
            "equation",
            "reconcile",
            "environment",
            "verdict",
            "failed",
            "language",
            "group",
            "metric",
            "program",
            "sites",
            "diff",
            "picture",
            "graph",
            "regions",
            "versions",
        ];
        let words = [Words::new(Lang::En), Words::new(Lang::Zh)];
        let mut found = 0;
        for literal in sources.iter().flat_map(|source| source.split('"')) {
            let is_key = literal.split_once('-').is_some_and(|(start, _)| starts.contains(&start))
                && literal.chars().all(|char| char.is_ascii_lowercase() || char == '-')
                && !literal.ends_with('-');
            if is_key {
                found += 1;
                assert!(words.iter().all(|words| words.get(literal) != literal), "{literal}");
            }
        }
        assert!(found > 80, "{found}");
    }

    #[test]
    fn each_lesson_has_its_scale() {
        let mut report = fixture::report(Lang::En);
        let (en, zh) = (Words::new(Lang::En), Words::new(Lang::Zh));
        assert_eq!(list_scales(&report, format::count, &en), "10,000,000 rows");
        assert_eq!(name_lesson("8.5.2", &report, &en), "8.5.2");
        for run in report.runs.iter_mut().filter(|run| run.section == "8.5.2") {
            run.unit = Some("blocks".to_owned());
        }
        assert_eq!(list_scales(&report, format::count, &en), "10,000,000 rows / blocks");
        for run in report.runs.iter_mut().filter(|run| run.section == "8.5.2") {
            run.rows_requested = Some(1_000);
        }
        assert_eq!(list_scales(&report, format::scale, &en), "10M rows / 1k blocks");
        assert_eq!(list_scale_figures(&report), "10M / 1k");
        assert_eq!(name_lesson("8.5.2", &report, &en), "8.5.2 · 1,000 blocks");
        assert_eq!(name_lesson("8.5.1", &report, &zh), "8.5.1 · 10,000,000 行");
    }

    #[test]
    fn lines_break_where_the_script_allows() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        // A comma never opens a line.
        assert_eq!(wrap("内存是头发，没了才想起", 10), ["内存是头", "发，没了才", "想起"]);
        assert_eq!(wrap("unbreakably long", 5), ["unbreakably", "long"]);
        assert!(wrap("", 5).is_empty());
    }

    #[test]
    fn functions_have_no_generic_arguments() {
        let cases = [
            ("alloc::vec::Vec<T,A>::push", "alloc::vec::Vec::push"),
            (
                "<a::Map<K, V<W>> as b::Load<R>>::load::<&mut <c::D>::new::{closure#0}, ()>",
                "<a::Map as b::Load>::load",
            ),
            ("a::apply::<fn(u8) -> Vec<u8>>::{closure#0}", "a::apply::{closure#0}"),
            ("leaky::main", "leaky::main"),
        ];
        for (name, short) in cases {
            assert_eq!(strip_generics(name), short);
        }
    }

    #[test]
    fn chinese_has_no_blank_between_characters() {
        assert_eq!(close_wide_gaps("用了 1 GB 与 slots 之差 平均 "), "用了 1 GB 与 slots 之差平均 ");
    }

    #[test]
    fn a_child_cannot_paint_the_terminal() {
        assert_eq!(strip_controls("\u{1b}[31mred\u{1b}[0m\r\u{7} end\nnext"), "red end\nnext");
    }
}
