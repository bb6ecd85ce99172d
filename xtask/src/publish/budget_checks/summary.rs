//! The summary of a CI run in Markdown. Broken budgets come first.

use super::{BudgetCheck, BudgetVerdict, SectionOutcome};
use heaplab_report::{Words, format};
use std::fmt::Write as _;

pub(crate) fn render_summary(outcomes: &[SectionOutcome], cases: &[BudgetCheck], words: &Words) -> String {
    let broken = count_verdicts(cases.iter(), |of| matches!(of, BudgetVerdict::Broken(_)));
    let title = match broken {
        0 => words.get("ci-title-held"),
        _ => words.say("ci-title-broken", &[("broken", &broken.to_string())]),
    };
    let mut out = format!("# {} {title}\n", if broken == 0 { "✓" } else { "✗" });
    let listed = |out: &mut String, key: &str, of: fn(&BudgetVerdict) -> Option<&String>| {
        let mut lines =
            cases.iter().filter_map(|case| Some((case.display_name(), of(&case.verdict)?))).peekable();
        if lines.peek().is_some() {
            let _ = write!(out, "\n## {}\n\n", words.get(key));
        }
        for (name, why) in lines {
            let _ = writeln!(out, "- **{}**: {}", escape_markdown(&name), escape_markdown(why));
        }
    };
    listed(&mut out, "ci-heading-broken", |verdict| match verdict {
        BudgetVerdict::Broken(why) => Some(why),
        _ => None,
    });
    let _ = write!(
        out,
        "\n## {}\n\n{}",
        words.get("ci-heading-sections"),
        sections_table(outcomes, cases, words)
    );
    listed(&mut out, "ci-heading-open", |verdict| match verdict {
        BudgetVerdict::Open(why) => Some(why),
        _ => None,
    });
    out + &improved_list(cases, words)
}

/// One row per section.
fn sections_table(outcomes: &[SectionOutcome], cases: &[BudgetCheck], words: &Words) -> String {
    let heads = ["section", "variants", "held", "below", "open", "broken", "seconds"];
    let heads = heads.map(|key| words.get(&format!("ci-column-{key}")));
    let mut out = format!("| {} |\n|---|{}\n", heads.join(" | "), "---:|".repeat(heads.len() - 1));
    for outcome in outcomes {
        let section = outcome.section.to_string();
        let of = |verdict| count_verdicts(cases.iter().filter(|case| case.section == section), verdict);
        let title =
            outcome.report.as_ref().map(|report| words.lang().pick(&report.title)).unwrap_or_default();
        let variants = outcome.report.as_ref().map_or(0, |report| report.runs.len());
        let _ = writeln!(
            out,
            "| {section} {} | {variants} | {} | {} | {} | {} | {:.0} |",
            escape_markdown(title),
            of(|verdict| matches!(verdict, BudgetVerdict::Held)),
            of(|verdict| matches!(verdict, BudgetVerdict::Below { .. })),
            of(|verdict| matches!(verdict, BudgetVerdict::Open(_))),
            of(|verdict| matches!(verdict, BudgetVerdict::Broken(_))),
            outcome.duration.as_secs_f64(),
        );
    }
    out
}

/// Figures below their budgets, which may be renewed.
fn improved_list(cases: &[BudgetCheck], words: &Words) -> String {
    let mut out = String::new();
    for case in cases {
        let BudgetVerdict::Below { budget, measured } = case.verdict else { continue };
        if out.is_empty() {
            let _ = write!(out, "\n## {}\n\n", words.get("ci-heading-below"));
        }
        let (budget, measured) = (format::count(budget), format::count(measured));
        let said = words.say("ci-below", &[("measured", &measured), ("budget", &budget)]);
        let _ = writeln!(out, "- **{}**: {}", escape_markdown(&case.display_name()), escape_markdown(&said));
    }
    out
}

fn count_verdicts<'a>(cases: impl Iterator<Item = &'a BudgetCheck>, of: fn(&BudgetVerdict) -> bool) -> usize {
    cases.filter(|case| of(&case.verdict)).count()
}

/// Escapes everything that has a meaning in Markdown, because a function's name may hold any
/// character.
fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => out.extend(['\\', char]),
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use heaplab_report::Lang;

    fn case(verdict: BudgetVerdict) -> BudgetCheck {
        let variant = Some("list_dict".to_owned());
        BudgetCheck { section: "8.5".into(), variant, metric: Some("peak_bytes"), verdict }
    }

    #[test]
    fn a_broken_budget_changes_title_and_comes_first() {
        for lang in [Lang::En, Lang::Zh] {
            let words = Words::new(lang);
            let held = render_summary(&[], &[case(BudgetVerdict::Held)], &words);
            assert!(held.starts_with("# ✓") && !held.contains("list"), "{held}");
            let broken = render_summary(
                &[],
                &[
                    case(BudgetVerdict::Open("open".into())),
                    case(BudgetVerdict::Broken("Vec<T>\n| #x".into())),
                ],
                &words,
            );
            assert!(broken.starts_with("# ✗"), "{broken}");
            let at = |text: &str| broken.find(text).unwrap_or_else(|| panic!("{text}: {broken}"));
            assert!(at("- **8.5 list\\_dict peak\\_bytes**: Vec&lt;T> \\| \\#x") < at("**: open"));
        }
    }
}
