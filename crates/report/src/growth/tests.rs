//! Sentences and tables follow the figures.

use super::*;
use crate::fixture;
use heaplab_record::{ClassifierRow, FittedSlope, GrowthReason, TeardownOutcome};

pub(crate) fn site(class: GrowthClass, reason: GrowthReason) -> SiteGrowth {
    SiteGrowth {
        function: "leak_hunt::replies::before::Replies::handle".to_owned(),
        location: "lessons/8.2-leak-hunt/src/replies.rs:21".to_owned(),
        stack: Vec::new(),
        class,
        sure: 0.973,
        slope: Some(FittedSlope { bytes_each: 184.25, low: 180.0, high: 188.0 }),
        end_bytes: vec![92_000, 184_000, 368_000],
        end_blocks: vec![500, 1000, 2000],
        teardown: Some(TeardownOutcome::Freed),
        reason,
    }
}

pub(crate) fn report(lang: Lang, site: SiteGrowth) -> Report {
    let mut report = fixture::report(lang);
    report.unit = "requests".to_owned();
    let churn = ChurnLine {
        location: "lessons/8.2-leak-hunt/src/service.rs:70".to_owned(),
        births: 2000,
        temporaries: 1990,
        mean_bytes: 64,
        suggestion: ChurnFix::Reuse { at_once: 2, births_spared: 999 },
    };
    let growth =
        Growth { scales: vec![500, 1000, 2000], sites: vec![site], omitted_sites: 3, churn: vec![churn] };
    report.runs[0].growth = Some(growth);
    report.classifier = Some(ClassifierTable {
        cases: 400,
        rows: vec![ClassifierRow {
            is: GrowthClass::Steady,
            said: vec![(GrowthClass::Steady, 79), (GrowthClass::Unknown, 1)],
            recall: Some(0.9875),
            precision: None,
        }],
    });
    report
}

const GROWS: GrowthReason = GrowthReason::StillGrowing { late_share: 0.99 };

#[test]
fn the_line_of_a_variant_is_made_of_its_figures() {
    let words = Words::new(Lang::En);
    let growing = report(Lang::En, site(GrowthClass::UnboundedGrowth, GROWS));
    let variant = growing.runs[0].variant.clone();
    let line = |report: &Report| summarize_growth(report, &words).join("\n");
    assert_eq!(
        line(&growing),
        format!("{variant}: grows without end, replies.rs:21, 184 B per request, sure 97.3 %")
    );
    let mut other = growing.clone();
    let sites = |report: &mut Report| report.runs[0].growth.as_mut().unwrap().sites.remove(0);
    let mut changed = sites(&mut other);
    changed.slope = Some(FittedSlope { bytes_each: 0.26, low: 0.0, high: 0.5 });
    changed.class = GrowthClass::BoundedCache;
    other.runs[0].growth.as_mut().unwrap().sites.push(changed.clone());
    assert!(line(&other).contains("bounded cache") && line(&other).contains("0.3 B"), "{}", line(&other));
    changed.class = GrowthClass::Unknown;
    changed.reason = GrowthReason::TooFew { blocks: 3.0 };
    other.runs[0].growth.as_mut().unwrap().sites = vec![changed];
    assert!(line(&other).contains("unknown") && line(&other).contains("3 blocks"), "{}", line(&other));
    other.runs[0].growth.as_mut().unwrap().sites.clear();
    assert!(line(&other).contains("nothing was allocated"));
}

#[test]
fn why_follows_what_decided_and_what_a_drop_left() {
    for lang in [Lang::En, Lang::Zh] {
        let words = Words::new(lang);
        let mut seen: Vec<String> = Vec::new();
        for reason in [
            GrowthReason::OneScale,
            GrowthReason::NothingHeld,
            GROWS,
            GrowthReason::StillDoubling { factor: 2.0 },
            GrowthReason::LevelsOff { late_share: 0.02 },
            GrowthReason::Exchanged { requests: 400.0 },
            GrowthReason::MadeOnce,
            GrowthReason::TooFew { blocks: 3.0 },
            GrowthReason::Between { late_share: 0.3 },
        ] {
            let said = explain_growth(&site(GrowthClass::BoundedCache, reason), "requests", &words);
            assert!(!said.contains('{') && !said.contains("growth-") && !seen.contains(&said), "{said}");
            seen.push(said);
        }
        let said = |change: fn(&mut SiteGrowth)| {
            let mut site = site(GrowthClass::UnboundedGrowth, GROWS);
            change(&mut site);
            explain_growth(&site, "requests", &words)
        };
        let freed = said(|_| {});
        assert_ne!(freed, said(|site| site.teardown = Some(TeardownOutcome::Kept)));
        assert_ne!(freed, said(|site| site.teardown = Some(TeardownOutcome::Partly)));
        assert_ne!(freed, said(|site| site.class = GrowthClass::RefcountCycle));
        assert_ne!(freed, said(|site| site.reason = GrowthReason::StillGrowing { late_share: 0.6 }));
    }
}

#[test]
fn verdicts_churn_and_the_classifier_are_tables() {
    for lang in [Lang::En, Lang::Zh] {
        let (report, words) = (report(lang, site(GrowthClass::UnboundedGrowth, GROWS)), Words::new(lang));
        let tables = growth_tables(&report, &words);
        assert_eq!(tables.len(), 3);
        for table in &tables {
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.title);
            let all = format!("{} {}", table.title, table.columns.join(" "));
            assert!(!all.contains('{') && !all.contains("column-") && !all.contains("-title"), "{all}");
        }
        assert!(
            tables[0].title.contains("500")
                && tables[0].rows[0][5].short.contains("368 kB")
                && tables[0].rows[0][3].exact.as_ref().is_some_and(|exact| exact.contains("180"))
        );
        assert!(tables[1].rows[0][4].short.contains("999"));
        assert!(tables[2].title.contains("400") && tables[2].rows[0][3].short == "98.8 %");
        assert_eq!(tables[2].rows[0][4].short, "–");
    }
    assert!(growth_tables(&fixture::report(Lang::En), &Words::new(Lang::En)).is_empty());
}
