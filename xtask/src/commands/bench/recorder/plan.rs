//! The comparisons of the suite: what is compared with what, at which scale, and the target that
//! the recorder has to reach.

use crate::exit::ExitReason;
use heaplab_record::{ExpectedFigure, Quantity};

/// A program that does the work, and the allocator or tool around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// heaplab's allocator without a probe.
    Plain,
    Heap,
    Dhat,
    /// The same program without heaplab's allocator.
    Twin,
    /// The twin under heaptrack.
    Heaptrack,
    ModAlloc,
}

impl Side {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Side::Plain => "plain",
            Side::Heap => "heap",
            Side::Dhat => "dhat",
            Side::Twin => "twin",
            Side::Heaptrack => "heaptrack",
            Side::ModAlloc => "mod-alloc",
        }
    }
}

/// A row of the table before it is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct PairComparison {
    pub(super) workload: &'static str,
    pub(super) rows: u64,
    pub(super) over: Side,
    pub(super) under: Side,
    pub(super) quantity: Quantity,
    pub(super) wanted: Option<ExpectedFigure>,
    /// The limit of pairs, where a run is slow or always the same.
    pub(super) most_pairs: u32,
    /// The memory that it needs at once, where that is much.
    pub(super) memory_bytes: u64,
}

const MILLION: u64 = 1_000_000;
const PAIRS: u32 = u32::MAX;

/// The most memory that either side of a pair takes per block of the `live` workload.
const BYTES_PER_LIVE_BLOCK: u64 = 120;

/// All rows, in the order of the table.
pub(super) fn all_comparisons() -> Vec<PairComparison> {
    use ExpectedFigure::{AtLeast, AtMost};
    use Quantity::{Bytes, BytesABlock, InstructionRatio, NanosecondsAFrame, ProcessRatio, WallRatio};
    use Side::{Dhat, Heap, Heaptrack, ModAlloc, Plain, Twin};
    let line = |workload, rows, (over, under), quantity, wanted, most_pairs| {
        let memory_bytes = if workload == "live" { rows * BYTES_PER_LIVE_BLOCK } else { 0 };
        PairComparison { workload, rows, over, under, quantity, wanted, most_pairs, memory_bytes }
    };
    let wall = |workload, rows, sides, wanted, most| line(workload, rows, sides, WallRatio, wanted, most);
    let cost = (Heap, Plain);
    let mut lines = vec![
        wall("slots", MILLION, cost, Some(AtMost(1.8)), PAIRS),
        wall("list_dict", MILLION, cost, Some(AtMost(1.8)), PAIRS),
        wall("batches", 4 * MILLION, cost, Some(AtMost(2.5)), PAIRS),
        wall("handover", 4 * MILLION, cost, Some(AtMost(2.5)), PAIRS),
        wall("alternation", 8 * MILLION, cost, Some(AtMost(3.5)), PAIRS),
        wall("alternation_alone", 8 * MILLION, cost, Some(AtMost(3.5)), PAIRS),
        wall("deep_slots", MILLION / 2, cost, Some(AtMost(3.0)), PAIRS),
        line("deep_alternation", MILLION, cost, NanosecondsAFrame, None, PAIRS),
    ];
    for workload in ["slots", "list_dict"] {
        lines.push(wall(workload, MILLION, (Dhat, Heap), Some(AtLeast(10.0)), 2));
        // heaptrack passes its events to a second process, which works long after the program has
        // ended; only the program's time counts here.
        lines.push(line(workload, MILLION, (Heaptrack, Heap), ProcessRatio, Some(AtLeast(5.0)), 2));
        // The ratio that a recorder without cost would reach.
        lines.push(line(workload, MILLION, (Heaptrack, Plain), ProcessRatio, None, 2));
        lines.push(wall(workload, MILLION, (ModAlloc, Heap), Some(AtLeast(1.0)), PAIRS));
    }
    lines.extend([
        line("live", MILLION, cost, BytesABlock, Some(AtMost(32.0)), 2),
        line("live", 10 * MILLION, cost, BytesABlock, Some(AtMost(32.0)), 1),
        line("sites", 10_000, cost, Bytes, Some(AtMost(EIGHT_MIB)), 2),
        line("sites_everywhere", 10_000, cost, Bytes, None, 2),
        line("slots", MILLION / 5, (Plain, Twin), InstructionRatio, Some(AtMost(1.03)), 1),
        wall("slots", MILLION, (Plain, Twin), None, PAIRS),
    ]);
    lines
}

const EIGHT_MIB: f64 = (8 << 20) as f64;

/// The rows whose workload or peer is named; without a name all of them.
pub(super) fn select_comparisons(
    only: &[String],
    rows: Option<u64>,
) -> Result<Vec<PairComparison>, ExitReason> {
    let names = |line: &PairComparison| [line.workload, line.over.name(), line.under.name()];
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
        assert_eq!(of(&["heaptrack"]).unwrap(), 4);
        assert_eq!(of(&["handover", "batches"]).unwrap(), 2);
        assert!(of(&["slot"]).unwrap_err().to_string().contains("slots"));
        assert_eq!(select_comparisons(&["live".to_owned()], Some(2000)).unwrap().len(), 1);
    }
}
