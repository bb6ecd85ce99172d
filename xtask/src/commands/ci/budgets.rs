//! Reads `budgets.toml`, updates it from two measurements, and writes it so that one changed figure
//! is one changed line.

use super::metric::Metric;
use crate::exit::ExitReason;
use crate::publish::budget_checks::SectionOutcome;
use crate::runner::discover::SectionNumber;
use anyhow::{Context as _, Result};
use heaplab_record::{Language, Report, Run};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Figures of several threads differ between runs: the tolerance is this, or twice the difference
/// of two runs.
const LEAST_TOLERANCE_PERCENT: u64 = 5;

/// Starting a process allocates its path, whose length depends on the folder of the course.
const PATHS_TOLERANCE_PERCENT: u64 = 50;

/// The ceiling of resident memory is this much above a quarter more than what was measured, for the
/// libraries of other systems.
const CEILING_MARGIN_BYTES: u64 = 4 << 20;

const HEAD: &str = "\
# What each variant of a section may take at `cargo xtask ci`'s quick scale. Renew with: cargo xtask ci --bless
#
# The names are report.json's. Counts and bytes are of stats_alloc (allocations, reallocations) and of heaplab's recorder; they
# are the same on every run, on one core and on many, so nothing is added to them: tolerance_percent = 0. A variant that
# allocates on several threads, that starts processes (whose paths are as long as the folder that the course lies in), or whose
# figures differed between the two runs that --bless makes, has a tolerance, and is held to it only on as many cores as it was
# measured on. peak_rss_bytes is a ceiling with room above what was measured: pages are the kernel's, and wander. A CPython's figures
# are those of its version, so each version has budgets of its own, and others are not held to them. A script holds paths, which are as
# long as the folder that the course lies in: its bytes may differ by 1,024. No time stands here.
";

/// The whole file, by section.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Budgets {
    /// The comment at the start of the file.
    head: String,
    sections: BTreeMap<String, SectionBudgets>,
}

/// A section's budgets, and where they were measured.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionBudgets {
    pub(super) rustc: String,
    pub(super) cores: u32,
    /// By variant, of Rust.
    pub(super) variant: BTreeMap<String, VariantBudget>,
    /// By version of CPython, such as `3.11.7`, and by script.
    #[serde(default)]
    pub(super) python: BTreeMap<String, BTreeMap<String, VariantBudget>>,
}

/// What one variant may take.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct VariantBudget {
    pub(super) rows: u64,
    pub(super) tolerance_percent: u64,
    /// By [`Metric::name`].
    #[serde(flatten)]
    figures: BTreeMap<String, u64>,
}

impl VariantBudget {
    pub(super) fn figure(&self, metric: Metric) -> Option<u64> {
        self.figures.get(metric.name()).copied()
    }
}

impl Budgets {
    /// A missing file is a file without budgets.
    pub(super) fn read(file: &Path) -> Result<Budgets> {
        match std::fs::read_to_string(file) {
            Ok(text) => {
                Budgets::parse(&text).with_context(|| ExitReason::UsageError(format!("{}", file.display())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Budgets { head: HEAD.to_owned(), sections: BTreeMap::new() })
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    fn parse(text: &str) -> Result<Budgets> {
        let sections: BTreeMap<String, SectionBudgets> = toml::from_str(text)?;
        for (section, of) in &sections {
            for (variant, budget) in of.variant.iter().chain(of.python.values().flatten()) {
                let known = |name: &String| Metric::ALL.iter().any(|metric| metric.name() == name);
                if let Some(name) = budget.figures.keys().find(|name| !known(name)) {
                    anyhow::bail!("section {section}, {variant}: there is no metric `{name}`");
                }
            }
        }
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        Ok(Budgets { head: head.join("\n") + "\n", sections })
    }

    pub(super) fn section(&self, section: &str) -> Option<&SectionBudgets> {
        self.sections.get(section)
    }

    /// Replaces the budgets of every section that ran without a failure in both measurements.
    pub(super) fn update(&mut self, first: &[SectionOutcome], second: &[SectionOutcome]) {
        for outcome in first {
            let number = outcome.section.to_string();
            let again = second.iter().find(|again| again.section == outcome.section);
            let both = outcome.report.as_ref().zip(again.and_then(|again| again.report.as_ref()));
            match both.filter(|(one, other)| one.failed.is_empty() && other.failed.is_empty()) {
                Some((one, other)) => {
                    let last = self.sections.get(&number);
                    self.sections.insert(number, SectionBudgets::from_reports(one, other, last));
                }
                None => {
                    eprintln!("error: {number}: it did not run whole twice; its budgets are as they were")
                }
            }
        }
    }

    pub(super) fn write(&self, file: &Path) -> Result<()> {
        std::fs::write(file, self.to_toml()).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Sections by number, variants by name, figures in the order of [`Metric::ALL`].
    fn to_toml(&self) -> String {
        let mut text = self.head.clone();
        let mut sections: Vec<_> = self.sections.iter().collect();
        sections.sort_by_key(|(number, _)| SectionNumber::parse(number));
        for (number, of) in sections {
            let _ = write!(text, "\n[\"{number}\"]\nrustc = {:?}\ncores = {}\n", of.rustc, of.cores);
            for (variant, budget) in &of.variant {
                budget.write_toml(&mut text, &format!("\"{number}\".variant.{}", toml_key(variant)));
            }
            for (version, scripts) in &of.python {
                for (script, budget) in scripts {
                    let key = format!("\"{number}\".python.\"{version}\".{}", toml_key(script));
                    budget.write_toml(&mut text, &key);
                }
            }
        }
        text
    }
}

/// A name as a TOML key, without quotes where that is allowed.
fn toml_key(name: &str) -> String {
    let is_bare = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { format!("{name:?}") }
}

/// A long figure as TOML writes it: `24_300_000`.
fn group_digits(figure: u64) -> String {
    heaplab_report::format::count(figure).replace(',', "_")
}

impl SectionBudgets {
    fn from_reports(one: &Report, other: &Report, last: Option<&SectionBudgets>) -> SectionBudgets {
        let is_rust = |run: &&Run| run.language == Language::Rust;
        let mut variant = BTreeMap::new();
        for run in one.runs.iter().filter(is_rust) {
            let again = other.runs.iter().filter(is_rust).find(|again| again.variant == run.variant);
            let last = last.and_then(|last| last.variant.get(&run.variant));
            variant.insert(run.variant.clone(), VariantBudget::from_runs(run, again.unwrap_or(run), last));
        }
        // Versions that did not run now keep what they had.
        let mut python = last.map(|last| last.python.clone()).unwrap_or_default();
        let versions: BTreeSet<&str> = one.runs.iter().filter_map(|run| one.python_version(run)).collect();
        for version in versions {
            let of_version = |report: &Report, run: &Run| report.python_version(run) == Some(version);
            let known = python.remove(version).unwrap_or_default();
            let budget = |run: &Run| {
                let again =
                    other.runs.iter().find(|again| of_version(other, again) && again.variant == run.variant);
                VariantBudget::from_runs(run, again.unwrap_or(run), known.get(&run.variant))
            };
            let runs = one.runs.iter().filter(|run| of_version(one, run));
            python.insert(version.to_owned(), runs.map(|run| (run.variant.clone(), budget(run))).collect());
        }
        let (rustc, cores) = (one.environment.rustc.clone(), one.environment.cores);
        SectionBudgets { rustc, cores, variant, python }
    }
}

impl VariantBudget {
    fn write_toml(&self, text: &mut String, key: &str) {
        let _ = write!(text, "\n[{key}]\n");
        let _ = writeln!(text, "rows = {}", group_digits(self.rows));
        let _ = writeln!(text, "tolerance_percent = {}", self.tolerance_percent);
        for metric in Metric::ALL {
            if let Some(figure) = self.figure(metric) {
                let _ = writeln!(text, "{} = {}", metric.name(), group_digits(figure));
            }
        }
    }

    fn from_runs(one: &Run, other: &Run, last: Option<&VariantBudget>) -> VariantBudget {
        let is_threaded = one.heap.as_ref().is_some_and(|heap| heap.peak_error_bytes > 0);
        let starts_processes =
            one.plain.as_ref().is_some_and(|plain| plain.children_peak_rss_bytes.is_some());
        let mut tolerance_percent = match (starts_processes, is_threaded) {
            (true, _) => PATHS_TOLERANCE_PERCENT,
            (false, true) => LEAST_TOLERANCE_PERCENT,
            (false, false) => 0,
        };
        let mut figures = BTreeMap::new();
        for metric in Metric::ALL {
            let (Some(one), Some(other)) = (metric.value_in(one), metric.value_in(other)) else { continue };
            let most = one.max(other);
            let figure = match metric {
                Metric::PeakRssBytes => rss_ceiling(most, last.and_then(|last| last.figure(metric))),
                _ => {
                    if one != other {
                        let apart = (most - one.min(other)).saturating_mul(200).div_ceil(most);
                        tolerance_percent = tolerance_percent.max(LEAST_TOLERANCE_PERCENT).max(apart);
                    }
                    most
                }
            };
            figures.insert(metric.name().to_owned(), figure);
        }
        // Two runs of several threads may be alike by chance, so a tolerance is not lowered.
        let known = last.map_or(0, |last| last.tolerance_percent);
        if tolerance_percent > 0 {
            tolerance_percent = tolerance_percent.max(known);
        }
        VariantBudget { rows: one.rows, tolerance_percent, figures }
    }
}

/// Whole MiB. The last ceiling stays while it is between the measured figure and twice that,
/// because otherwise it would change with every run.
fn rss_ceiling(measured: u64, last: Option<u64>) -> u64 {
    let fresh = (measured + measured / 4 + CEILING_MARGIN_BYTES).next_multiple_of(1 << 20);
    last.filter(|last| (measured + measured / 8..=2 * fresh).contains(last)).unwrap_or(fresh)
}

#[cfg(test)]
#[path = "budgets_tests.rs"]
pub(super) mod tests;
