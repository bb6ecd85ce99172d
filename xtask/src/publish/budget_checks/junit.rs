//! JUnit XML as CI systems read it: one suite per section, one case per variant and figure.

use super::{BudgetCheck, BudgetVerdict, SectionOutcome};
use anyhow::{Context as _, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// The whole file. What cannot be judged on this machine is skipped.
pub(crate) fn render_junit(outcomes: &[SectionOutcome], checks: &[BudgetCheck]) -> Result<String> {
    let mut report = Report::new("heaplab");
    for outcome in outcomes {
        let section = outcome.section.to_string();
        let mut suite = TestSuite::new(section.as_str());
        suite.set_time(outcome.duration);
        suite.add_test_cases(checks.iter().filter(|check| check.section == section).map(test_case));
        report.add_test_suite(suite);
    }
    report.to_string().context("cannot write JUnit XML")
}

fn test_case(check: &BudgetCheck) -> TestCase {
    let status = match &check.verdict {
        BudgetVerdict::Held | BudgetVerdict::Below { .. } => TestCaseStatus::success(),
        BudgetVerdict::Open(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
        BudgetVerdict::Broken(reason) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let text = format!("{}: {reason}", check.display_name());
            status.set_type("budget").set_message(reason.as_str()).set_description(text);
            status
        }
    };
    let mut case = TestCase::new(check.metric.unwrap_or("run"), status);
    let parts = [Some(check.section.as_str()), check.variant.as_deref()];
    case.set_classname(parts.into_iter().flatten().collect::<Vec<_>>().join("."));
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::discover::SectionNumber;
    use std::time::Duration;

    #[test]
    fn what_is_broken_is_a_failure_with_its_message_whatever_stands_in_it() {
        let case = |variant: &str, verdict| BudgetCheck {
            section: "8.5".into(),
            variant: Some(variant.into()),
            metric: Some("peak_bytes"),
            verdict,
        };
        let cases = [
            case("a", BudgetVerdict::Held),
            case("b<\"&", BudgetVerdict::Broken("1 > 0 \"<&\u{1b}[31m".into())),
            case("c", BudgetVerdict::Open("no budget".into())),
        ];
        let section = SectionNumber::parse("8.5").unwrap();
        let duration = Duration::from_millis(1500);
        let outcomes = [SectionOutcome { section, report: None, error: None, duration }];
        let xml = render_junit(&outcomes, &cases).unwrap();
        let report = Report::deserialize_from_str(&xml).unwrap();
        let suite = &report.test_suites[0];
        assert_eq!((suite.name.as_str(), suite.tests, suite.failures, suite.skipped), ("8.5", 3, 1, 1));
        assert_eq!(suite.time, Some(duration));
        assert_eq!((suite.test_cases[0].classname.as_ref().unwrap().as_str()), "8.5.a");
        assert_eq!(suite.test_cases[0].name.as_str(), "peak_bytes");
        let TestCaseStatus::NonSuccess { message, ty, description, .. } = &suite.test_cases[1].status else {
            panic!("{xml}");
        };
        assert_eq!(message.as_ref().unwrap().as_str(), "1 > 0 \"<&");
        assert_eq!(ty.as_ref().unwrap().as_str(), "budget");
        assert_eq!(description.as_ref().unwrap().as_str(), "8.5 b<\"& peak_bytes: 1 > 0 \"<&");
        let TestCaseStatus::Skipped { message, .. } = &suite.test_cases[2].status else { panic!("{xml}") };
        assert_eq!(message.as_ref().unwrap().as_str(), "no budget");
    }
}
