//! Compares a section's figures with its budgets. Pure: reports and budgets in, verdicts out.

use super::budgets::{Budgets, SectionBudgets, VariantBudget};
use super::metric::Metric;
use crate::publish::budget_checks::{BudgetCheck, BudgetVerdict, SectionOutcome};
use heaplab_analysis::scale::requested_rows;
use heaplab_record::{Language, Report, Run};
use heaplab_report::{Words, format};

/// A script holds the paths of a few files, which are as long as the folder that the course lies in.
const PATHS_BYTES: u64 = 1024;

/// Every check of a section.
///
/// A section without any budget is open, not broken, so that a new lesson needs no edit elsewhere.
/// Once a section has budgets, a variant without one and a budget without its variant are broken;
/// otherwise renaming a variant would remove its budget unnoticed.
pub(super) fn judge_section(budgets: &Budgets, outcome: &SectionOutcome, words: &Words) -> Vec<BudgetCheck> {
    let section = outcome.section.to_string();
    let case = |variant: Option<&str>, verdict: BudgetVerdict| BudgetCheck {
        section: section.clone(),
        variant: variant.map(str::to_owned),
        metric: None,
        verdict,
    };
    let why = outcome.error.as_ref().map(|error| format!("{error:#}"));
    let Some(report) = &outcome.report else {
        return vec![case(None, BudgetVerdict::Broken(why.unwrap_or_default()))];
    };
    let mut cases = Vec::new();
    for failure in &report.failed {
        let of = [("probe", failure.probe.name()), ("cause", failure.cause.as_str())];
        cases.push(case(Some(&failure.variant), BudgetVerdict::Broken(words.say("ci-failed", &of))));
    }
    // With failed variants the error only repeats their names, which are checks already.
    if let Some(why) = why.filter(|_| report.failed.is_empty()) {
        cases.push(case(None, BudgetVerdict::Broken(why)));
    }
    let Some(of) = budgets.section(&section) else {
        let command = words.say("ci-no-budget", &[("section", &section)]);
        cases.push(case(None, BudgetVerdict::Open(command)));
        return cases;
    };
    for run in report.runs.iter().filter(|run| run.language == Language::Rust) {
        match of.variant.get(&run.variant) {
            Some(budget) => cases.extend(judge_variant(&section, of, budget, run, report, words)),
            None => {
                let why = words.say("ci-new-variant", &[("section", &section)]);
                cases.push(case(Some(&run.variant), BudgetVerdict::Broken(why)));
            }
        }
    }
    let is_there = |name: &String| {
        report.runs.iter().any(|run| run.language == Language::Rust && run.variant == *name)
            || report.failed.iter().any(|of| of.variant == *name)
    };
    for name in of.variant.keys().filter(|name| !is_there(name)) {
        let why = words.say("ci-gone", &[("section", &section)]);
        cases.push(case(Some(name), BudgetVerdict::Broken(why)));
    }
    cases.extend(judge_scripts(&section, of, report, words));
    cases
}

/// The checks of the scripts, by the version of CPython that ran them. A version without budgets is
/// open: its figures are its own.
fn judge_scripts(section: &str, of: &SectionBudgets, report: &Report, words: &Words) -> Vec<BudgetCheck> {
    let case = |variant: Option<String>, verdict: BudgetVerdict| BudgetCheck {
        section: section.to_owned(),
        variant,
        metric: None,
        verdict,
    };
    let mut cases = Vec::new();
    let mut versions: Vec<&str> = report.runs.iter().filter_map(|run| report.python_version(run)).collect();
    versions.sort_unstable();
    versions.dedup();
    for version in versions {
        let Some(budgets) = of.python.get(version) else {
            let says = [("version", version), ("section", section)];
            cases.push(case(None, BudgetVerdict::Open(words.say("ci-no-python-budget", &says))));
            continue;
        };
        let runs = || report.runs.iter().filter(|run| report.python_version(run) == Some(version));
        for run in runs() {
            match budgets.get(&run.variant) {
                Some(budget) => cases.extend(judge_variant(section, of, budget, run, report, words)),
                None => {
                    let why = words.say("ci-new-variant", &[("section", section)]);
                    cases.push(case(Some(run.file_stem()), BudgetVerdict::Broken(why)));
                }
            }
        }
        let has_failed = |name: &str| report.failed.iter().any(|failure| failure.variant == name);
        for name in budgets.keys().filter(|name| !runs().any(|run| run.variant == **name)) {
            if !has_failed(name) {
                let why = words.say("ci-gone", &[("section", section)]);
                cases.push(case(Some(format!("{name}.py")), BudgetVerdict::Broken(why)));
            }
        }
    }
    cases
}

/// The checks of a variant's figures.
fn judge_variant(
    section: &str,
    of: &SectionBudgets,
    budget: &VariantBudget,
    run: &Run,
    report: &Report,
    words: &Words,
) -> Vec<BudgetCheck> {
    let case = |metric: Option<Metric>, verdict: BudgetVerdict| BudgetCheck {
        section: section.to_owned(),
        variant: Some(run.file_stem()),
        metric: metric.map(Metric::name),
        verdict,
    };
    let (rows, asked) = (format::count(run.rows), format::count(budget.rows));
    let scales = [("rows", rows.as_str()), ("budget", asked.as_str()), ("section", section)];
    if run.rows != budget.rows {
        let is_lowered = run.rows < requested_rows(run, report);
        return vec![case(
            None,
            match is_lowered {
                true => BudgetVerdict::Open(words.say("ci-lowered", &scales)),
                false => BudgetVerdict::Broken(words.say("ci-rows", &scales)),
            },
        )];
    }
    let cores = report.environment.cores;
    if budget.tolerance_percent > 0 && cores != of.cores {
        let (here, there) = (cores.to_string(), of.cores.to_string());
        return vec![case(
            None,
            BudgetVerdict::Open(words.say("ci-cores", &[("here", &here), ("there", &there)])),
        )];
    }
    let with_budget = Metric::ALL.into_iter().filter_map(|metric| Some((metric, budget.figure(metric)?)));
    with_budget
        .map(|(metric, allowed)| {
            let verdict = match metric.value_in(run) {
                None => BudgetVerdict::Broken(words.get("ci-not-measured")),
                Some(measured) => judge_figure(metric, allowed, measured, budget, (run, of, report), words),
            };
            case(Some(metric), verdict)
        })
        .collect()
}

fn judge_figure(
    metric: Metric,
    allowed: u64,
    measured: u64,
    budget: &VariantBudget,
    (run, of, report): (&Run, &SectionBudgets, &Report),
    words: &Words,
) -> BudgetVerdict {
    // A ceiling already includes a margin.
    let percent = if metric == Metric::PeakRssBytes { 0 } else { budget.tolerance_percent };
    let is_script_bytes = run.language == Language::Python && metric.is_exact_bytes();
    let slack_bytes = if is_script_bytes { PATHS_BYTES } else { 0 };
    let most = u128::from(allowed + slack_bytes) * u128::from(100 + percent);
    if u128::from(measured) * 100 > most {
        let change = format::change(measured, allowed).unwrap_or_default();
        let (budget, measured) = (format::count(allowed), format::count(measured));
        let mut why =
            words.say("ci-regression", &[("measured", &measured), ("budget", &budget), ("change", &change)]);
        if percent > 0 {
            why += &words.say("ci-tolerance", &[("percent", &percent.to_string())]);
        }
        why += &top_site_note(metric, run, words);
        if run.language == Language::Rust && of.rustc != report.environment.rustc {
            let (there, here) = (of.rustc.as_str(), report.environment.rustc.as_str());
            why += &words.say("ci-other-compiler", &[("there", there), ("here", here)]);
        }
        return BudgetVerdict::Broken(why);
    }
    // A lower figure is only worth a mention where it is exact.
    if measured + slack_bytes < allowed && percent == 0 && metric != Metric::PeakRssBytes {
        return BudgetVerdict::Below { budget: allowed, measured };
    }
    BudgetVerdict::Held
}

/// The site that contributes most to the figure.
fn top_site_note(metric: Metric, run: &Run, words: &Words) -> String {
    let sites = run.heap.iter().flat_map(|heap| &heap.sites);
    let Some(site) =
        sites.max_by_key(|site| metric.value_at_site(site)).filter(|site| metric.value_at_site(site) > 0)
    else {
        return String::new();
    };
    let share = format::count(metric.value_at_site(site));
    let of = [("function", site.function.as_str()), ("location", &site.location), ("share", &share)];
    words.say("ci-top", &of)
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
