//! Every verdict, produced by changing one thing in a section that meets its budgets.

use super::super::budgets::Budgets;
use super::*;
use heaplab_record::{CountsTotals, Failure, HeapRun, HeapSite, PlainRun, Probe};
use heaplab_report::Lang;

fn site(location: &str, at_peak_bytes: u64, total_blocks: u64) -> HeapSite {
    let location = location.to_owned();
    HeapSite { function: "users::fill".into(), location, at_peak_bytes, total_blocks, ..HeapSite::default() }
}

fn outcome() -> SectionOutcome {
    let run = |variant: &str| {
        let mut run: Run = serde_json::from_value(serde_json::json!({
            "section": "8.5.2", "variant": variant, "language": "rust", "work_group": "users", "rows": 1000,
            "checksum": "1"
        }))
        .unwrap();
        let sites = vec![site("main.rs:1", 10, 900), site("main.rs:2", 90, 100)];
        run.heap =
            Some(HeapRun { rows: 1000, peak_bytes: 100, total_blocks: 1000, sites, ..HeapRun::default() });
        run.counts = Some(CountsTotals { allocations: 1000, ..CountsTotals::default() });
        run.plain = Some(PlainRun { peak_rss_bytes: Some(5 << 20), ..PlainRun::default() });
        run
    };
    super::super::budgets::tests::outcome("8.5", vec![run("maps"), run("slots")])
}

/// The checks of a changed section against budgets that were made from the unchanged one.
fn judge_changed_outcome(change: impl FnOnce(&mut SectionOutcome)) -> Vec<BudgetCheck> {
    let mut budgets = Budgets::default();
    budgets.update(&[outcome()], &[outcome()]);
    let mut changed = outcome();
    change(&mut changed);
    judge_section(&budgets, &changed, &Words::new(Lang::En))
}

fn report(of: &mut SectionOutcome) -> &mut Report {
    of.report.as_mut().unwrap()
}

fn heap(of: &mut SectionOutcome) -> &mut HeapRun {
    report(of).runs[0].heap.as_mut().unwrap()
}

fn news(cases: &[BudgetCheck]) -> Vec<(String, BudgetVerdict)> {
    let is_news = |case: &&BudgetCheck| case.verdict != BudgetVerdict::Held;
    cases.iter().filter(is_news).map(|case| (case.display_name(), case.verdict.clone())).collect()
}

fn broken(cases: &[BudgetCheck]) -> (String, String) {
    match news(cases).as_slice() {
        [(name, BudgetVerdict::Broken(why))] => (name.clone(), why.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_equal_holds() {
    let cases = judge_changed_outcome(|_| ());
    assert_eq!((cases.len(), news(&cases)), (2 * Metric::ALL.len(), Vec::new()));
}

#[test]
fn one_byte_more_is_broken_and_the_message_says_all() {
    let (name, why) = broken(&judge_changed_outcome(|of| heap(of).peak_bytes += 1));
    assert_eq!(name, "8.5 maps peak_bytes");
    assert_eq!(why, "measured 101 > budget 100 (+1.0%); top site: users::fill at main.rs:2 with 90");
    let (name, why) =
        broken(&judge_changed_outcome(|of| report(of).runs[1].counts.as_mut().unwrap().allocations += 500));
    assert_eq!(name, "8.5 slots allocations");
    assert!(why.contains("main.rs:1 with 900"), "the site with the most blocks: {why}");
    let (_, why) = broken(&judge_changed_outcome(|of| {
        heap(of).peak_bytes += 1;
        report(of).environment.rustc = "rustc 2".into();
    }));
    assert!(why.ends_with("the budget is of rustc 1, this is rustc 2"), "{why}");
}

#[test]
fn less_is_said_and_not_broken() {
    let cases = judge_changed_outcome(|of| heap(of).peak_bytes -= 1);
    let below = BudgetVerdict::Below { budget: 100, measured: 99 };
    assert_eq!(news(&cases), [("8.5 maps peak_bytes".to_owned(), below)]);
}

#[test]
fn resident_memory_has_a_ceiling() {
    let rss = |bytes| {
        judge_changed_outcome(|of| report(of).runs[0].plain.as_mut().unwrap().peak_rss_bytes = Some(bytes))
    };
    assert_eq!(news(&rss(6 << 20)), []);
    assert_eq!(news(&rss(1 << 20)), []);
    assert_eq!(broken(&rss(60 << 20)).0, "8.5 maps peak_rss_bytes");
}

#[test]
fn a_budget_cannot_be_shaken_off() {
    let (name, why) = broken(&judge_changed_outcome(|of| drop(report(of).runs.pop())));
    assert!(name == "8.5 slots" && why.contains("was not measured"), "{name}: {why}");
    let renamed = judge_changed_outcome(|of| report(of).runs[1].variant = "slots2".into());
    assert_eq!(
        news(&renamed).iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["8.5 slots2", "8.5 slots"]
    );
    let (name, why) = broken(&judge_changed_outcome(|of| report(of).runs[0].rows = 2000));
    assert!(name == "8.5 maps" && why.contains("2,000"), "{name}: {why}");
    let (name, _) = broken(&judge_changed_outcome(|of| report(of).runs[0].plain = None));
    assert_eq!(name, "8.5 maps peak_rss_bytes");
}

#[test]
fn what_this_machine_cannot_judge_is_open() {
    let open = |cases: Vec<BudgetCheck>| match news(&cases).as_slice() {
        [(name, BudgetVerdict::Open(why))] => (name.clone(), why.clone()),
        other => panic!("{other:?}"),
    };
    let (name, why) = open(judge_changed_outcome(|of| report(of).runs[0].rows = 500));
    assert!(name == "8.5 maps" && why.contains("500"), "less memory than the run wanted: {why}");
    let (name, why) = open(judge_section(&Budgets::default(), &outcome(), &Words::new(Lang::En)));
    assert!(name == "8.5" && why.contains("--bless --section 8.5"), "{why}");
}

#[test]
fn failures_are_broken() {
    let (name, why) = broken(&judge_changed_outcome(|of| {
        report(of).runs.remove(0);
        report(of).failed.push(Failure {
            section: "8.5.2".into(),
            variant: "maps".into(),
            language: Language::Rust,
            interpreter: None,
            probe: Probe::Heap,
            cause: "it panicked".into(),
            signal: None,
            stderr_tail: String::new(),
        });
        of.error = Some(anyhow::anyhow!("failed: maps (heap)"));
    }));
    assert!(name == "8.5 maps" && why.contains("heap probe: it panicked"), "said once: {name}: {why}");
    let (name, why) =
        broken(&judge_changed_outcome(|of| of.error = Some(anyhow::anyhow!("the goal is missed"))));
    assert_eq!((name.as_str(), why.as_str()), ("8.5", "the goal is missed"));
    let (name, why) = broken(&judge_changed_outcome(|of| {
        of.report = None;
        of.error = Some(anyhow::anyhow!("it does not build"));
    }));
    assert_eq!((name.as_str(), why.as_str()), ("8.5", "it does not build"));
}

#[test]
fn several_threads_have_a_tolerance_on_as_many_cores() {
    let threaded = || {
        let mut of = outcome();
        heap(&mut of).peak_error_bytes = 131_072;
        of
    };
    let mut budgets = Budgets::default();
    budgets.update(&[threaded()], &[threaded()]);
    let judge_measured = |peak, cores| {
        let mut of = threaded();
        heap(&mut of).peak_bytes = peak;
        report(&mut of).environment.cores = cores;
        judge_section(&budgets, &of, &Words::new(Lang::En))
    };
    assert_eq!(news(&judge_measured(105, 2)), []);
    assert_eq!(news(&judge_measured(90, 2)), [], "within a tolerance less is no news");
    let (name, why) = broken(&judge_measured(106, 2));
    assert!(name == "8.5 maps peak_bytes" && why.contains("5 % are allowed"), "{why}");
    assert!(
        matches!(news(&judge_measured(999, 4)).as_slice(), [(name, BudgetVerdict::Open(_))] if name == "8.5 maps")
    );
}

#[test]
fn a_script_is_held_to_the_budget_of_its_version_of_cpython() {
    use super::super::budgets::tests::script;
    let with_python = |version: &str, peak_bytes: u64| {
        let mut of = outcome();
        report(&mut of).environment.python = Some(format!("Python {version}"));
        report(&mut of).runs.push(script("maps", peak_bytes, None));
        of
    };
    let mut budgets = Budgets::default();
    budgets.update(&[with_python("3.11.7", 100)], &[with_python("3.11.7", 100)]);
    let judge = |of: &SectionOutcome| judge_section(&budgets, of, &Words::new(Lang::En));
    assert!(news(&judge(&with_python("3.11.7", 100))).is_empty());
    // Paths in a longer folder.
    assert!(news(&judge(&with_python("3.11.7", 1_124))).is_empty());
    let (name, why) = broken(&judge(&with_python("3.11.7", 1_125)));
    assert!(name == "8.5 maps.py peak_bytes" && !why.contains("compiler"), "{name}: {why}");
    let other = news(&judge(&with_python("3.13.0", 900)));
    assert!(matches!(&other[..], [(_, BudgetVerdict::Open(why))] if why.contains("3.13.0")), "{other:?}");
    // A Rust variant that was renamed is gone, whatever the scripts are called.
    let mut renamed = with_python("3.11.7", 100);
    report(&mut renamed).runs[0].variant = "tables".to_owned();
    let names: Vec<String> = news(&judge(&renamed)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["8.5 tables", "8.5 maps"]);
    let mut gone = with_python("3.11.7", 100);
    report(&mut gone).runs[2].variant = "list".to_owned();
    let names: Vec<String> = news(&judge(&gone)).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["8.5 list.py", "8.5 maps.py"]);
}
