//! The part under the table of runs: claims with their verdicts, notes, and the goal.

use crate::{Words, claims as held, findings as found, goal as judged, notes as noted, prose};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, Row, Width};
use heaplab_record::{ClaimVerdict, FindingVerdict, Goal, Language, Report, Run};

/// The width of the columns of figures: the claim, CPython, Rust.
const FIGURE_WIDTH: u16 = 10;
/// The width of the verdict's sign before a claim.
const INDENT: &str = "  ";

/// The claims beside what was measured, each with its verdict and the reason, in lines of `width`
/// columns. Empty without claims.
pub fn render_claims(claims: &[ClaimVerdict], words: &Words, width: usize, color: bool) -> String {
    if claims.is_empty() {
        return String::new();
    }
    let heads = ["column-claim", "column-says", "language-python", "language-rust"].map(|key| words.get(key));
    let mut out = vec![indent_lines(&layout_claim(heads, width), INDENT)];
    for claim in claims {
        let measured = |language| {
            held::format_measured(claim, language).unwrap_or_else(|| super::NOT_MEASURED.to_owned())
        };
        let cells = [
            claim.text.clone(),
            held::format_claimed(claim),
            measured(Language::Python),
            measured(Language::Rust),
        ];
        let mark = format!("{} ", colour_verdict(verdict_sign(claim.holds), claim.holds, color));
        out.push(indent_lines(&layout_claim(cells, width), &mark));
        out.extend(
            prose::wrap(&claim.why, width.saturating_sub(4)).into_iter().map(|line| format!("    {line}")),
        );
    }
    out.join("\n")
}

/// What was found besides the lecture's claims, each with the run's figure. Empty without any.
pub fn render_findings(findings: &[FindingVerdict], words: &Words, width: usize, color: bool) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut out = vec![format!("{INDENT}{}", words.get("heading-findings"))];
    for finding in findings {
        let sign = colour_verdict(found::finding_sign(finding), finding.shown, color);
        let text = prose::strip_controls(&finding.text);
        let lines = prose::wrap(&text, width.saturating_sub(INDENT.len()));
        out.push(indent_lines(&lines, &format!("{sign} ")));
        let why = prose::wrap(&finding.why, width.saturating_sub(4));
        out.extend(why.into_iter().map(|line| format!("    {line}")));
    }
    out.join("\n")
}

/// The notes of a report as a list, in lines of `width` columns.
pub fn render_notes(report: &Report, words: &Words, width: usize) -> String {
    noted::report_notes(report, words)
        .iter()
        .map(|note| prose::wrap(note, width.saturating_sub(2)).join("\n  "))
        .map(|note| format!("· {note}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The goal met or missed with its figures, in one line.
pub fn render_goal(goal: &Goal, runs: &[Run], words: &Words, color: bool) -> String {
    colour_verdict(&judged::render_goal_line(goal, runs, words), goal.met, color)
}

fn verdict_sign(holds: Option<bool>) -> &'static str {
    match holds {
        Some(true) => "✓",
        Some(false) => "✗",
        None => super::NOT_MEASURED,
    }
}

/// Green for yes, red for no.
fn colour_verdict(text: &str, yes: Option<bool>, color: bool) -> String {
    match yes {
        Some(true) if color => format!("\u{1b}[32m{text}\u{1b}[0m"),
        Some(false) if color => format!("\u{1b}[31m{text}\u{1b}[0m"),
        _ => text.to_owned(),
    }
}

/// One line of the claims: a sentence, which may wrap, and three figures.
fn layout_claim(cells: [String; 4], width: usize) -> Vec<String> {
    let figures = 3 * usize::from(FIGURE_WIDTH);
    let sentence = width.saturating_sub(INDENT.len() + figures).max(20);
    let [text, rest @ ..] = cells;
    let mut table = comfy_table::Table::new();
    table.load_style(NOTHING);
    let text = prose::wrap(&prose::strip_controls(&text), sentence).join("\n");
    table.add_row(Row::from([vec![text], rest.to_vec()].concat()));
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 0));
        let width = if index == 0 { u16::try_from(sentence).unwrap_or(u16::MAX) } else { FIGURE_WIDTH };
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        column.set_cell_alignment(if index == 0 { CellAlignment::Left } else { CellAlignment::Right });
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Puts a mark before the first line and indents the others.
fn indent_lines(lines: &[String], mark: &str) -> String {
    lines
        .iter()
        .enumerate()
        .map(|(index, line)| format!("{}{line}", if index == 0 { mark } else { INDENT }))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lang, fixture};
    use unicode_width::UnicodeWidthStr as _;

    #[test]
    fn a_finding_stands_apart_from_the_lectures_claims() {
        let words = Words::new(Lang::En);
        let report = fixture::report(Lang::En);
        insta::assert_snapshot!(render_findings(&report.findings, &words, 80, false), @r"
          What we found besides
        ✓ mapped pages count as resident memory
            CPython list_dict, pages of the file that are resident: 98.3 MB.
        – mapped pages count as resident memory
            Not measured in CPython slots_list.
        ");
        let claims = render_claims(&report.claims, &words, 80, false);
        assert!(!claims.contains(&report.findings[0].text), "{claims}");
        for lang in [Lang::En, Lang::Zh] {
            let report = fixture::report(lang);
            let lines = render_findings(&report.findings, &Words::new(lang), 80, false);
            assert!(lines.lines().all(|line| line.width() <= 80), "{lines}");
        }
        assert!(render_findings(&[], &words, 80, true).is_empty());
    }

    #[test]
    fn a_claim_stands_beside_its_measures() {
        let words = Words::new(Lang::En);
        let report = fixture::report(Lang::En);
        insta::assert_snapshot!(render_claims(&report.claims[3..], &words, 80, false), @r"
          claim                                              lecture   CPython      Rust
        ✗ _by in the slots costs nothing                         0 B       8 B       0 B
            CPython slots_by less slots_list comes to 8.00 B per row, where the lecture
            says 0 B per row. Rust slots_by less slots: 0 B per row. Rust slots_by makes
            1.00 allocations per row.
        – json takes 4 GB                                    4.00 GB         –   2.40 GB
            Not judged: the claim speaks of 10,000,000 rows, Rust json ran 5,000,000 and
            took 2.40 GB. That is 480 B per row. Rust json makes 5.00 allocations per
            row. Its peak RSS is 2.40 GB.
        ");
        assert_eq!(render_claims(&[], &words, 80, true), "");
    }

    #[test]
    fn colour_is_the_callers_choice() {
        let words = Words::new(Lang::En);
        let report = fixture::report(Lang::En);
        let goal_of = |color| {
            let goal_met = report.goal.as_ref().expect("the fixture has a goal");
            render_goal(goal_met, &report.runs, &words, color)
        };
        for (plain, painted) in [
            (goal_of(false), goal_of(true)),
            (
                render_claims(&report.claims, &words, 80, false),
                render_claims(&report.claims, &words, 80, true),
            ),
        ] {
            assert!(!plain.contains('\u{1b}') && painted.contains("\u{1b}[32m"));
            assert_eq!(prose::strip_controls(&painted), plain);
        }
    }

    #[test]
    fn the_goal_is_one_line() {
        for lang in [Lang::En, Lang::Zh] {
            let words = Words::new(lang);
            let report = fixture::report(lang);
            let mut of = report.goal.clone().expect("the fixture has a goal");
            assert!(!render_goal(&of, &report.runs, &words, false).contains('\n'));
            of.met = None;
            assert!(render_goal(&of, &report.runs, &words, false).contains(&of.text));
        }
    }
}
