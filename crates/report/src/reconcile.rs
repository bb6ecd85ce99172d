//! Three probes count one run and give three different "bytes". Here is the rule that leads from one to the other, and a
//! sentence that shows it with a run's own figures.
//!
//! The recorder keeps a grown block as one block and adds its growth. dhat counts a reallocation as a new block of its
//! whole new size. stats_alloc counts births and reallocations apart and adds growth to its bytes. Peak and end are the
//! same for whoever measures them.

mod table;

pub(crate) use table::{COLUMNS, ToolRow, render_caption, select_runs, tool_rows};

use crate::{Words, format, prose};
use heaplab_record::{CountsTotals, DhatTotals, HeapTotals, Reconciliation};

/// Holds the totals of three runs at one scale against each other. `agrees` is also false where a quantity differs that a
/// [`Reconciliation`] does not keep: blocks at peak and end, and what the frees leave.
pub fn reconcile(heap: &HeapTotals, dhat: &DhatTotals, counts: &CountsTotals, rows: u64) -> Reconciliation {
    let mut kept = Reconciliation {
        rows,
        heap_total_blocks: heap.total_blocks,
        heap_total_bytes: heap.total_bytes,
        heap_reallocations: heap.reallocations,
        heap_grown_bytes: heap.grown_bytes,
        heap_reallocated_bytes: heap.reallocated_bytes,
        heap_peak_bytes: heap.peak_bytes,
        heap_end_bytes: heap.end_bytes,
        dhat_total_blocks: dhat.total_blocks,
        dhat_total_bytes: dhat.total_bytes,
        dhat_peak_bytes: dhat.peak_bytes,
        dhat_end_bytes: dhat.end_bytes,
        counts_allocations: counts.allocations,
        counts_reallocations: counts.reallocations,
        counts_bytes_allocated: counts.bytes_allocated,
        agrees: false,
        heap_peak_blocks: Some(heap.peak_blocks),
        counts_end_bytes: counts.bytes_allocated.checked_sub(counts.bytes_deallocated),
        resident: None,
        outside_tools: Vec::new(),
    };
    let left = |made: u64, freed: u64| i128::from(made) - i128::from(freed);
    kept.agrees = equations(&kept).iter().all(Equation::holds)
        && heap.peak_blocks == dhat.peak_blocks
        && heap.end_blocks == dhat.end_blocks
        && left(counts.allocations, counts.deallocations) == i128::from(heap.end_blocks)
        && left(counts.bytes_allocated, counts.bytes_deallocated) == i128::from(heap.end_bytes);
    kept
}

/// What one probe counted, and what another's figures make of it.
pub(crate) struct Equation {
    /// The message that writes it in words.
    pub(crate) key: &'static str,
    /// What was counted.
    pub(crate) counted: i128,
    /// What it should be by the recorder's figures.
    pub(crate) expected: i128,
}

impl Equation {
    pub(crate) fn holds(&self) -> bool {
        self.counted == self.expected
    }
}

/// Every equation that a kept reconciliation can show.
pub(crate) fn equations(of: &Reconciliation) -> Vec<Equation> {
    let dhat_bytes = i128::from(of.heap_total_bytes) - i128::from(of.heap_grown_bytes)
        + i128::from(of.heap_reallocated_bytes);
    let dhat_blocks = i128::from(of.heap_total_blocks) + i128::from(of.heap_reallocations);
    let equation = |key, counted: u64, expected: i128| Equation { key, counted: counted.into(), expected };
    vec![
        equation("equation-dhat-blocks", of.dhat_total_blocks, dhat_blocks),
        equation("equation-dhat-bytes", of.dhat_total_bytes, dhat_bytes),
        equation("equation-peak-bytes", of.dhat_peak_bytes, of.heap_peak_bytes.into()),
        equation("equation-end-bytes", of.dhat_end_bytes, of.heap_end_bytes.into()),
        equation("equation-allocations", of.counts_allocations, of.heap_total_blocks.into()),
        equation("equation-reallocations", of.counts_reallocations, of.heap_reallocations.into()),
        equation("equation-bytes-allocated", of.counts_bytes_allocated, of.heap_total_bytes.into()),
    ]
}

/// Why the same work has different "bytes" under each probe, with this run's figures; or which equation fails and by how
/// much.
pub fn explain_reconciliation(of: &Reconciliation, words: &Words) -> String {
    let failing: Vec<String> = equations(of)
        .iter()
        .filter(|equation| !equation.holds())
        .map(|equation| explain_failure(equation, words))
        .collect();
    if !failing.is_empty() {
        return prose::join_sentences(&failing, words);
    }
    if !of.agrees {
        return words.get("reconcile-unkept");
    }
    let births = of.heap_total_bytes.saturating_sub(of.heap_grown_bytes);
    let key = if of.heap_reallocations == 0 { "reconcile-nothing-grew" } else { "reconcile-agrees" };
    words.say(
        key,
        &[
            ("rows", &format::count(of.rows)),
            ("births", &format::bytes(births)),
            ("blocks", &format::count(of.heap_total_blocks)),
            ("grown", &format::bytes(of.heap_grown_bytes)),
            ("reallocations", &format::count(of.heap_reallocations)),
            ("resized", &format::bytes(of.heap_reallocated_bytes)),
            ("heap", &format::bytes(of.heap_total_bytes)),
            ("dhat", &format::bytes(of.dhat_total_bytes)),
        ],
    )
}

fn explain_failure(equation: &Equation, words: &Words) -> String {
    let off = (equation.counted - equation.expected).unsigned_abs();
    words.say(
        "reconcile-fails",
        &[
            ("equation", &words.get(equation.key)),
            ("counted", &format_grouped(equation.counted)),
            ("expected", &format_grouped(equation.expected)),
            ("off", &format_grouped(i128::try_from(off).unwrap_or(i128::MAX))),
        ],
    )
}

/// Every digit of a figure that lies within 64 bits, but for the sum that a broken run makes.
pub(crate) fn format_grouped(value: i128) -> String {
    let digits = format::count(u64::try_from(value.unsigned_abs()).unwrap_or(u64::MAX));
    if value < 0 { format!("-{digits}") } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    /// A vector of 4 bytes that grew to 8 and to 16 and is kept, and a block of 100 bytes that was freed.
    fn totals() -> (HeapTotals, DhatTotals, CountsTotals) {
        let heap = HeapTotals {
            total_blocks: 2,
            total_bytes: 116,
            reallocations: 2,
            reallocated_bytes: 24,
            grown_bytes: 12,
            peak_blocks: 2,
            peak_bytes: 116,
            end_blocks: 1,
            end_bytes: 16,
            single_threaded: true,
            ..HeapTotals::default()
        };
        let dhat = DhatTotals {
            total_blocks: 4,
            total_bytes: 4 + 8 + 16 + 100,
            peak_blocks: 2,
            peak_bytes: 116,
            end_blocks: 1,
            end_bytes: 16,
        };
        let counts = CountsTotals {
            allocations: 2,
            deallocations: 1,
            reallocations: 2,
            bytes_allocated: 116,
            bytes_deallocated: 100,
            bytes_reallocated: 12,
        };
        (heap, dhat, counts)
    }

    #[test]
    fn a_grown_vector_reconciles() {
        let (heap, dhat, counts) = totals();
        let kept = reconcile(&heap, &dhat, &counts, 7);
        assert!(kept.agrees);
        let said = explain_reconciliation(&kept, &Words::new(Lang::En));
        assert!(said.contains("128 B") && said.contains("116 B"), "{said}");
    }

    #[test]
    fn each_wrong_figure_breaks_it() {
        type Change = fn(&mut HeapTotals, &mut DhatTotals, &mut CountsTotals);
        let changes: [Change; 11] = [
            |_, dhat, _| dhat.total_blocks += 1,
            |_, dhat, _| dhat.total_bytes += 1,
            |_, dhat, _| dhat.peak_blocks += 1,
            |_, dhat, _| dhat.peak_bytes += 1,
            |_, dhat, _| dhat.end_blocks += 1,
            |_, dhat, _| dhat.end_bytes += 1,
            |_, _, counts| counts.allocations += 1,
            |_, _, counts| counts.reallocations += 1,
            |_, _, counts| counts.bytes_allocated += 1,
            |_, _, counts| counts.deallocations += 1,
            |_, _, counts| counts.bytes_deallocated += 1,
        ];
        for (index, change) in changes.iter().enumerate() {
            let (mut heap, mut dhat, mut counts) = totals();
            change(&mut heap, &mut dhat, &mut counts);
            assert!(!reconcile(&heap, &dhat, &counts, 7).agrees, "change {index}");
        }
    }

    #[test]
    fn a_disagreement_is_named_with_its_size() {
        let (heap, mut dhat, counts) = totals();
        dhat.total_bytes += 1_234;
        let said = explain_reconciliation(&reconcile(&heap, &dhat, &counts, 7), &Words::new(Lang::En));
        assert!(said.contains("1,362") && said.contains("128") && said.contains("1,234"), "{said}");
        // A quantity that is not kept cannot be named, but is not passed over.
        let (heap, dhat, mut counts) = totals();
        counts.deallocations += 1;
        let unkept = explain_reconciliation(&reconcile(&heap, &dhat, &counts, 7), &Words::new(Lang::En));
        assert_eq!(unkept, Words::new(Lang::En).get("reconcile-unkept"));
    }
}
