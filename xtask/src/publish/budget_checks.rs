//! What `cargo xtask ci` found, and the two files that say it: a summary in Markdown and JUnit XML.

pub(crate) mod junit;
pub(crate) mod summary;

use crate::runner::discover::SectionNumber;
use heaplab_record::Report;
use std::time::Duration;

/// A section that was run.
pub(crate) struct SectionOutcome {
    pub(crate) section: SectionNumber,
    pub(crate) report: Option<Report>,
    /// Why the run does not count as successful.
    pub(crate) error: Option<anyhow::Error>,
    pub(crate) duration: Duration,
}

/// One figure of one variant that was compared with its budget; without a metric the whole variant,
/// without a variant the whole section.
pub(crate) struct BudgetCheck {
    pub(crate) section: String,
    pub(crate) variant: Option<String>,
    pub(crate) metric: Option<&'static str>,
    pub(crate) verdict: BudgetVerdict,
}

/// How a figure stands to its budget.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BudgetVerdict {
    Held,
    /// Less than the budget, which may be renewed.
    Below {
        budget: u64,
        measured: u64,
    },
    /// The reason why it cannot be judged on this machine, which is no failure.
    Open(String),
    /// The reason of the failure.
    Broken(String),
}

impl BudgetCheck {
    /// Such as `8.5 list_dict peak_bytes`.
    pub(crate) fn display_name(&self) -> String {
        let parts = [Some(self.section.as_str()), self.variant.as_deref(), self.metric];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
