//! Why the probes report different "bytes" for one run, in words.

mod table;

pub(crate) use table::{COLUMNS, ToolRow, format_gap, render_caption, select_runs, tool_rows};

use crate::{Words, format, prose};
use heaplab_analysis::reconciliation::{Equation, EquationKind, equations};
use heaplab_record::Reconciliation;

/// Why the same work has different "bytes" under each probe, with this run's figures; or which
/// equation fails and by how much.
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
            ("equation", &words.get(equation_key(equation.kind))),
            ("counted", &format_grouped(equation.counted)),
            ("expected", &format_grouped(equation.expected)),
            ("off", &format_grouped(i128::try_from(off).unwrap_or(i128::MAX))),
        ],
    )
}

fn equation_key(kind: EquationKind) -> &'static str {
    match kind {
        EquationKind::DhatBlocks => "equation-dhat-blocks",
        EquationKind::DhatBytes => "equation-dhat-bytes",
        EquationKind::PeakBytes => "equation-peak-bytes",
        EquationKind::EndBytes => "equation-end-bytes",
        EquationKind::Allocations => "equation-allocations",
        EquationKind::Reallocations => "equation-reallocations",
        EquationKind::BytesAllocated => "equation-bytes-allocated",
    }
}

/// Every digit. A figure beyond 64 bits, which only a broken run has, is cut to the largest one.
pub(crate) fn format_grouped(value: i128) -> String {
    let digits = format::count(u64::try_from(value.unsigned_abs()).unwrap_or(u64::MAX));
    if value < 0 { format!("-{digits}") } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use heaplab_analysis::reconciliation::reconcile;
    use heaplab_record::{CountsTotals, DhatTotals, HeapTotals};

    /// A vector of 4 bytes that grew to 8 and to 16 and is kept, and a block of 100 bytes that was
    /// freed.
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
