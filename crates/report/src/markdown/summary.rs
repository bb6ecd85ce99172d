//! `summary.md`: the report as Markdown that renders on GitHub, for a step summary or a pull
//! request.

use super::tool_results::render_tool_results;
use super::versions::render_versions;
use super::{code_span, escape_text, longest_backtick_run, table_head, table_row};
use crate::against::describe_against;
use crate::attachments::{pictures, tables};
use crate::picture::ListedPicture;
use crate::site_table::SiteGrouping;
use crate::source_listing::{self, ListingView};
use crate::table::{MergedTable, TableCell};
use crate::{
    Words, claims as judged, cost, findings, format, goal, notes, predict, program, prose, reconcile,
    site_table, versions, wall,
};
use heaplab_record::{ClaimVerdict, Failure, FindingVerdict, Language, Report, Run};
use std::fmt::Write as _;

/// What a quantity that was not measured is written as.
const NOT_MEASURED: &str = "–";

/// Sites of a user's program that are listed.
const MOST_SITES: usize = 12;

/// Which of the optional pictures lie in the report's folder.
#[derive(Clone, Copy, Debug, Default)]
pub struct DrawnPictures {
    /// `curve.svg`.
    pub curve: bool,
    /// `live.svg`.
    pub live: bool,
}

/// The whole file. Pictures are linked by their names in the report's folder.
pub fn render_summary(report: &Report, drawn: DrawnPictures, words: &Words) -> String {
    let mut out = format!("# {}\n", render_title(report, words));
    if let Some(goal) = &report.goal {
        let sign = verdict_sign(goal.met);
        let sentence = escape_text(&goal::render_goal_line(goal, &report.runs, words));
        let _ = write!(out, "\n**{sign} {sentence}**\n");
    }
    write_predictions(&mut out, report, words);
    let noted = if report.lesson.is_some() {
        let _ = write!(out, "\n![{}](comparison.svg)\n", escape_text(&words.get("heading-comparison")));
        write_section(&mut out, words, "heading-runs", render_runs(report, words));
        notes::report_notes(report, words)
    } else {
        write_section(&mut out, words, "heading-program", render_processes(report, words));
        program::program_notes(report, words)
    };
    out.push('\n');
    for note in noted {
        let _ = writeln!(out, "- {}", escape_text(&note));
    }
    if let Some(table) = versions::version_table(report, words) {
        write_section(&mut out, words, "heading-versions", render_versions(&table, words));
    }
    if report.lesson.is_none() {
        write_program_sites(&mut out, report, words);
    }
    for (is_drawn, name, key) in
        [(drawn.curve, "curve.svg", "heading-curve"), (drawn.live, "live.svg", "heading-live")]
    {
        if is_drawn {
            write_section(&mut out, words, key, format!("![{}]({name})\n", escape_text(&words.get(key))));
        }
    }
    out.push_str(&render_pictures(&pictures::list_pictures(report, words)));
    for table in tables::build_tables(report, words) {
        let _ = write!(out, "\n## {}\n\n{}", escape_text(&table.title), render_table(&table));
    }
    for listing in source_listing::source_listings(report, words) {
        let (title, path) = (escape_text(&listing.title), escape_text(&listing.path));
        let _ = write!(out, "\n## {title}\n\n{path}\n\n{}", render_listing(&listing));
    }
    out.push_str(&render_tool_results(report, words));
    if !report.claims.is_empty() {
        write_section(&mut out, words, "heading-claims", render_claims(&report.claims, words));
    }
    if !report.findings.is_empty() {
        write_section(&mut out, words, "heading-findings", render_findings(&report.findings));
    }
    let tools = render_tools(report, words);
    if !tools.is_empty() {
        write_section(&mut out, words, "heading-tools", tools);
    }
    if !report.failed.is_empty() {
        write_section(&mut out, words, "heading-failures", render_failures(&report.failed, words));
    }
    write_section(&mut out, words, "heading-environment", render_environment(report, words));
    out
}

/// The predictions, and what was measured.
fn write_predictions(out: &mut String, report: &Report, words: &Words) {
    let one = |told: &predict::PredictionVerdict| {
        let sentences = escape_text(&prose::join_sentences(&told.sentences, words));
        format!("- {} {}: {sentences}\n", verdict_sign(told.is_near), escape_text(&told.who))
    };
    let all: String = predict::explain_predictions(report, words).iter().map(one).collect();
    if !all.is_empty() {
        write_section(out, words, "predict-heading", all);
    }
}

/// The processes of a user's program and their totals.
fn render_processes(report: &Report, words: &Words) -> String {
    let heads = std::iter::once("program").chain(program::COLUMNS);
    let heads: Vec<String> = heads.map(|key| prose::column_head(&format!("column-{key}"), words)).collect();
    let mut table = table_head(&heads, 1..heads.len());
    for process in program::process_rows(report, words) {
        let figures = process.figures.iter().map(|cell| escape_text(&cell.short));
        table.push_str(&table_row(
            &std::iter::once(code_span(&process.name)).chain(figures).collect::<Vec<_>>(),
        ));
    }
    table
}

/// The picture and the largest sites of each process.
fn write_program_sites(out: &mut String, report: &Report, words: &Words) {
    let heads = ["function", "place"].into_iter().chain(site_table::FIGURES);
    let heads: Vec<String> = heads.map(|key| prose::column_head(&format!("column-{key}"), words)).collect();
    for run in &report.runs {
        let Some(heap) = run.heap.as_ref().filter(|heap| !heap.sites.is_empty()) else { continue };
        let picture = format!("{}.flamegraph.svg", run.variant).replace(' ', "%20");
        let mut body = format!(
            "![{}]({picture})\n\n",
            escape_text(&words.say("flamegraph-of", &[("variant", &run.variant)]))
        );
        body.push_str(&table_head(&heads, 2..heads.len()));
        for site in site_table::site_rows(heap, SiteGrouping::Line, MOST_SITES, words) {
            let figures = site.figures.iter().map(|cell| escape_text(&cell.short));
            let named = [code_span(&site.function), escape_text(&site.location)];
            body.push_str(&table_row(&named.into_iter().chain(figures).collect::<Vec<_>>()));
        }
        if let Some(left_out) = site_table::omitted_sites_note(heap, SiteGrouping::Line, MOST_SITES, words) {
            let _ = write!(body, "\n{}\n", escape_text(&left_out));
        }
        write_section(out, words, "heading-sites", body);
    }
}

/// The section's number and title; a user's program only has a title.
fn render_title(report: &Report, words: &Words) -> String {
    let title = escape_text(words.lang().pick(&report.title));
    match &report.lesson {
        Some(lesson) => format!("{} {title}", escape_text(lesson)),
        None => title,
    }
}

fn write_section(out: &mut String, words: &Words, heading: &str, body: String) {
    let _ = write!(out, "\n## {}\n\n{body}", escape_text(&words.get(heading)));
}

fn render_runs(report: &Report, words: &Words) -> String {
    let heads = [
        "column-variant",
        "column-language",
        "column-rows",
        "column-peak-live",
        "column-end-a-row",
        "column-rss-anon",
        "column-rss-file",
        "column-allocations",
        "column-wall",
        "column-against",
        "column-slowdown",
    ];
    let mut table = table_head(&heads.map(|key| prose::column_head(key, words)), 2..heads.len());
    for run in &report.runs {
        table.push_str(&table_row(&render_run_cells(run, &report.runs, words)));
    }
    table
}

fn render_run_cells(run: &Run, runs: &[Run], words: &Words) -> Vec<String> {
    let plain = run.plain.as_ref();
    let bytes = |value: Option<u64>| value.map_or_else(|| NOT_MEASURED.to_owned(), format::bytes);
    let wall = wall::format_wall(run, words).map(|wall| match wall::format_repetitions(run) {
        Some(repetitions) => format!("{wall} {repetitions}"),
        None => wall,
    });
    let against = describe_against(run, runs, words).map(|against| match &against.figures {
        Some(figures) => format!("{} ({figures})", against.change),
        None => against.change,
    });
    let allocations = run.allocations().map(format::count);
    let written = [
        prose::language_of_run(run, words),
        format::count(run.rows),
        run.heap.as_ref().map_or_else(
            || NOT_MEASURED.to_owned(),
            |heap| format::bytes_within(heap.peak_bytes, heap.peak_error_bytes),
        ),
        tables::live_bytes_per_row_cell(run).short,
        bytes(plain.and_then(|plain| plain.peak_rss_anon_bytes)),
        bytes(plain.and_then(|plain| plain.peak_rss_file_bytes)),
        allocations.unwrap_or_else(|| NOT_MEASURED.to_owned()),
        wall.unwrap_or_else(|| NOT_MEASURED.to_owned()),
        against.unwrap_or_default(),
        run.heap
            .as_ref()
            .and_then(|heap| cost::describe_cost(heap, wall::timed_slowdown(run), words))
            .unwrap_or_else(|| NOT_MEASURED.to_owned()),
    ];
    std::iter::once(code_span(&run.variant)).chain(written.iter().map(|cell| escape_text(cell))).collect()
}

/// Pictures that lessons attach, with their sentences.
fn render_pictures(listed: &[ListedPicture]) -> String {
    let mut out = String::new();
    for picture in listed {
        let (title, file) = (escape_text(&picture.title), picture.stem.replace(' ', "%20"));
        let _ = write!(out, "\n## {title}\n\n![{title}]({file}.svg)\n");
        for sentence in &picture.sentences {
            let _ = write!(out, "\n{}\n", escape_text(sentence));
        }
    }
    out
}

/// The lines of a listing on which something happened.
fn render_listing(listing: &ListingView) -> String {
    let mut out = table_head(&listing.columns, 2..listing.columns.len());
    for line in listing.lines.iter().filter(|line| line.heat > 0) {
        let figures = line.figures.iter().map(|cell| escape_text(&cell.short));
        let named = [line.number.to_string(), code_span(line.code.trim())];
        out.push_str(&table_row(&named.into_iter().chain(figures).collect::<Vec<_>>()));
    }
    out
}

fn render_table(table: &MergedTable) -> String {
    let words = (0..table.columns.len()).take_while(|column| table.is_text(column)).count();
    let mut out = table_head(&table.columns, words..table.columns.len());
    for cells in &table.rows {
        out.push_str(&table_row(&cells.iter().map(|cell| escape_text(&cell.short)).collect::<Vec<_>>()));
    }
    out
}

fn render_claims(claims: &[ClaimVerdict], words: &Words) -> String {
    let heads =
        ["column-claim", "column-says", "language-python", "language-rust", "column-verdict", "column-why"];
    let mut table = table_head(&heads.map(|key| prose::column_head(key, words)), 1..4);
    for claim in claims {
        let of =
            |language| judged::format_measured(claim, language).unwrap_or_else(|| NOT_MEASURED.to_owned());
        table.push_str(&table_row(&[
            escape_text(&claim.text),
            judged::format_claimed(claim),
            of(Language::Python),
            of(Language::Rust),
            verdict_sign(claim.holds).to_owned(),
            escape_text(&claim.why),
        ]));
    }
    table
}

fn render_findings(found: &[FindingVerdict]) -> String {
    let line = |finding: &FindingVerdict| {
        let sign = findings::finding_sign(finding);
        format!("- {sign} {} {}\n", escape_text(&finding.text), escape_text(&finding.why))
    };
    found.iter().map(line).collect()
}

/// A row per tool, for the runs that all of them measured.
fn render_tools(report: &Report, words: &Words) -> String {
    let mut out = String::new();
    let columns = std::iter::once("tool").chain(reconcile::COLUMNS).chain(["reason"]);
    let heads: Vec<String> = columns.map(|key| prose::column_head(&format!("column-{key}"), words)).collect();
    for (run, of) in reconcile::select_runs(report) {
        let caption = reconcile::render_caption(run, of, prose::unit_of_run(run, report), words);
        let _ = write!(out, "{}{}\n\n", if out.is_empty() { "" } else { "\n" }, escape_text(&caption));
        out.push_str(&table_head(&heads, 1..5));
        for tool in reconcile::tool_rows(of, words) {
            let figure = |cell: &TableCell| match &cell.exact {
                Some(gap) => format!("{} ({gap})", cell.short),
                None => cell.short.clone(),
            };
            let cells = std::iter::once(escape_text(&tool.tool))
                .chain(tool.cells.iter().map(|cell| escape_text(&figure(cell))))
                .chain([format!("{} {}", verdict_sign(tool.is_explained), escape_text(&tool.reason))]);
            out.push_str(&table_row(&cells.collect::<Vec<_>>()));
        }
    }
    out
}

fn render_failures(failed: &[Failure], words: &Words) -> String {
    let mut out = String::new();
    for failure in failed {
        let signal = failure.signal.map(|signal| words.say("by-signal", &[("signal", &signal.to_string())]));
        let who = prose::language_name(failure.language, words);
        let _ = writeln!(
            out,
            "- {} ({who}, {}): {}{}",
            code_span(&failure.variant),
            failure.probe.name(),
            escape_text(&prose::strip_controls(&failure.cause)),
            signal.unwrap_or_default()
        );
        let tail = prose::strip_controls(&failure.stderr_tail);
        if !tail.is_empty() {
            // A fence longer than any in the text cannot be closed by it.
            let fence = "`".repeat(longest_backtick_run(&tail).max(2) + 1);
            let _ = writeln!(out, "\n  {fence}text\n  {}\n  {fence}", tail.replace('\n', "\n  "));
        }
    }
    out
}

fn render_environment(report: &Report, words: &Words) -> String {
    let mut table =
        table_head(&["column-what", "column-value"].map(|key| prose::column_head(key, words)), 0..0);
    for (what, value) in crate::environment::environment_rows(report, words) {
        table.push_str(&table_row(&[escape_text(&what), escape_text(&value)]));
    }
    table
}

fn verdict_sign(yes: Option<bool>) -> &'static str {
    match yes {
        Some(true) => "✅",
        Some(false) => "❌",
        None => NOT_MEASURED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};

    #[test]
    fn every_table_keeps_its_columns() {
        for lang in [Lang::En, Lang::Zh] {
            let mut report = fixture::report(lang);
            report.runs[0].variant = "a|b`c".to_owned();
            report.claims[0].text = "x | y\nz".to_owned();
            let made = render_summary(&report, DrawnPictures { curve: true, live: true }, &Words::new(lang));
            let mut columns = 0;
            for line in made.lines() {
                let cells = line.replace("\\|", "").matches('|').count();
                if !line.starts_with('|') {
                    columns = 0;
                } else if columns == 0 {
                    columns = cells;
                }
                assert!(columns == 0 || cells == columns, "{line}");
            }
            assert!(made.contains("`a\\|b'c`") && made.contains("x \\| y z"));
            assert!(made.contains("](comparison.svg)") && made.contains("](curve.svg)"));
            assert!(made.contains("](live.svg)"));
        }
    }

    #[test]
    fn a_program_has_its_totals_and_sites() {
        for lang in [Lang::En, Lang::Zh] {
            let made =
                render_summary(&fixture::program_report(lang), DrawnPictures::default(), &Words::new(lang));
            assert!(made.contains("| `leaky` | 6.40 MB | 100,002 |"), "{made}");
            assert!(
                made.contains("| `leaky::remember` | src/bin/leaky/main.rs:41 | 4.80 MB | 75.0 % |"),
                "{made}"
            );
            assert!(!made.contains("comparison.svg") && made.contains("(leaky.flamegraph.svg)"), "{made}");
        }
    }

    #[test]
    fn markup_in_a_name_is_text() {
        let mut report = fixture::report(Lang::En);
        report.claims[0].text = "<script>*x*</script>".to_owned();
        report.failed[0].stderr_tail = "```\nout".to_owned();
        let made = render_summary(&report, DrawnPictures::default(), &Words::new(Lang::En));
        assert!(made.contains("&lt;script>\\*x\\*&lt;/script>"));
        assert!(made.contains("````text"), "the fence is longer than the text's");
        assert!(!made.contains("curve.svg") && !made.contains("live.svg"));
    }

    #[test]
    fn a_report_of_nothing_is_still_one() {
        let made = render_summary(&fixture::empty_report(), DrawnPictures::default(), &Words::new(Lang::En));
        assert!(made.starts_with("# Squeeze") && !made.contains(" 0 B"), "{made}");
    }
}
