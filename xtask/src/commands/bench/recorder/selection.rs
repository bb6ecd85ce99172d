//! The rows that a command line asks for.

use super::plan::PairComparison;
use super::rows::all_comparisons;
use crate::exit::ExitReason;

/// The rows whose workload, build or peer is named; without a name all of them.
pub(super) fn select_comparisons(
    only: &[String],
    rows: Option<u64>,
) -> Result<Vec<PairComparison>, ExitReason> {
    let names =
        |line: &PairComparison| [line.workload, line.build.name(), line.over.name(), line.under.name()];
    if let Some(unknown) =
        only.iter().find(|name| !all_comparisons().iter().any(|line| names(line).contains(&name.as_str())))
    {
        let mut known: Vec<&str> = all_comparisons().iter().flat_map(names).collect();
        known.sort_unstable();
        known.dedup();
        return Err(ExitReason::UsageError(format!(
            "`{unknown}` is nothing to compare; there are {}",
            known.join(", ")
        )));
    }
    let mut lines = all_comparisons();
    lines.retain(|line| {
        only.is_empty() || names(line).iter().any(|name| only.iter().any(|only| only == name))
    });
    if let Some(rows) = rows {
        lines.iter_mut().for_each(|line| line.rows = rows);
        // Rows that differed only in scale are equal once all have the same scale.
        lines.dedup_by(|one, other| names(one) == names(other) && one.quantity == other.quantity);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_chosen_by_workload_or_peer() {
        let of = |only: &[&str]| {
            let only: Vec<String> = only.iter().map(|&name| name.to_owned()).collect();
            select_comparisons(&only, None).map(|lines| lines.len())
        };
        assert_eq!(of(&[]).unwrap(), all_comparisons().len());
        assert_eq!(of(&["heaptrack"]).unwrap(), 6);
        assert_eq!(of(&["handover", "batches"]).unwrap(), 2);
        assert_eq!(of(&["fp", "no-fp"]).unwrap(), all_comparisons().len());
        assert!(of(&["slot"]).unwrap_err().to_string().contains("slots"));
        assert_eq!(select_comparisons(&["live".to_owned()], Some(2000)).unwrap().len(), 1);
    }

    #[test]
    fn a_row_of_two_scales_says_the_other_one() {
        let rows = all_comparisons();
        let line = rows.iter().find(|line| line.other_rows.is_some()).unwrap();
        assert_eq!(line.name_under(), "heap at 1k");
    }
}
