//! The rows of the suite: which sides of a workload are compared, and what is wanted.

use super::side::Side;
use super::workload::Workload;
use crate::exit::ExitReason;
use heaplab_record::{ExpectedFigure, Quantity};

/// The most that the recorder may cost one program, and half of them.
const MOST_COST: f64 = 1.8;
const MEDIAN_COST: f64 = 1.35;
/// How many times more heaptrack takes, at least: for each program, for half of them, and of CPU
/// time.
const LEAST_OF_HEAPTRACK: f64 = 1.6;
const MEDIAN_OF_HEAPTRACK: f64 = 2.2;
const LEAST_CPU_OF_HEAPTRACK: f64 = 3.0;
/// How many times more memray takes with every object.
const LEAST_OF_MEMRAY: f64 = 1.4;

/// Two sides of a workload.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RowPlan {
    pub(super) over: Side,
    pub(super) under: Side,
    pub(super) quantity: Quantity,
    pub(super) wanted: Option<ExpectedFigure>,
    /// What is wanted of the median over all programs.
    pub(super) wanted_of_median: Option<ExpectedFigure>,
}

/// The rows of a workload, as far as they are asked for.
pub(super) fn plan_rows(workload: Workload, only: &[String]) -> Vec<RowPlan> {
    let is_named = |name: &str| only.iter().any(|only| only == name);
    let mut rows = all_rows();
    if workload.is_python() {
        rows.extend(python_rows());
    }
    rows.retain(|row| {
        only.is_empty()
            || is_named(workload.name())
            || [row.over, row.under].iter().any(|side| is_named(side.name()))
    });
    rows
}

/// Refuses a name that is neither a workload nor a side.
pub(super) fn check_names(only: &[String]) -> Result<(), ExitReason> {
    let sides =
        all_rows().into_iter().chain(python_rows()).flat_map(|row| [row.over.name(), row.under.name()]);
    let mut known: Vec<&str> = Workload::ALL.into_iter().map(Workload::name).chain(sides).collect();
    match only.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let mut seen = Vec::new();
            known.retain(|name| {
                !seen.contains(name) && {
                    seen.push(name);
                    true
                }
            });
            let known = known.join(", ");
            Err(ExitReason::UsageError(format!("`{unknown}` is nothing to compare; there are {known}")))
        }
    }
}

fn all_rows() -> Vec<RowPlan> {
    use ExpectedFigure::{AtLeast, AtMost};
    use Quantity::{CpuRatio, ProcessRatio};
    let row = |over, under, quantity, wanted, wanted_of_median| RowPlan {
        over,
        under,
        quantity,
        wanted,
        wanted_of_median,
    };
    vec![
        row(Side::Heaplab, Side::Plain, ProcessRatio, Some(AtMost(MOST_COST)), Some(AtMost(MEDIAN_COST))),
        row(Side::Heaplab, Side::Plain, CpuRatio, None, None),
        row(Side::Heaptrack, Side::Plain, ProcessRatio, None, None),
        row(
            Side::Heaptrack,
            Side::Heaplab,
            ProcessRatio,
            Some(AtLeast(LEAST_OF_HEAPTRACK)),
            Some(AtLeast(MEDIAN_OF_HEAPTRACK)),
        ),
        row(
            Side::Heaptrack,
            Side::Heaplab,
            CpuRatio,
            Some(AtLeast(LEAST_CPU_OF_HEAPTRACK)),
            Some(AtLeast(LEAST_CPU_OF_HEAPTRACK)),
        ),
    ]
}

fn python_rows() -> Vec<RowPlan> {
    use Quantity::ProcessRatio;
    let row =
        |over, under, wanted| RowPlan { over, under, quantity: ProcessRatio, wanted, wanted_of_median: None };
    vec![
        row(Side::Heaplab, Side::PlainPools, None),
        row(Side::Memray, Side::PlainPools, None),
        row(Side::MemrayObjects, Side::PlainPools, None),
        row(Side::Memray, Side::Heaplab, None),
        row(Side::MemrayObjects, Side::Heaplab, Some(ExpectedFigure::AtLeast(LEAST_OF_MEMRAY))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_by_workload_or_side() {
        let of = |workload, only: &[&str]| {
            let only: Vec<String> = only.iter().map(|&name| name.to_owned()).collect();
            check_names(&only).map(|()| plan_rows(workload, &only).len())
        };
        assert_eq!(of(Workload::Jq, &[]).unwrap(), 5);
        assert_eq!(of(Workload::Json, &[]).unwrap(), 10);
        assert_eq!(of(Workload::Json, &["memray"]).unwrap(), 2);
        assert_eq!(of(Workload::Jq, &["memray"]).unwrap(), 0);
        assert_eq!(of(Workload::Jq, &["jq"]).unwrap(), 5);
        let refused = of(Workload::Jq, &["awk"]).unwrap_err().to_string();
        assert!(refused.contains("`awk`") && refused.matches("plain,").count() == 1, "{refused}");
    }
}
