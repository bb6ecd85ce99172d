//! Three probes count one run and report three different "bytes". These are the rules that lead
//! from one to the other.
//!
//! The recorder keeps a grown block as one block and adds its growth. dhat counts a reallocation as
//! a new block of its whole new size. stats_alloc counts allocations and reallocations apart and
//! adds growth to its bytes. Peak and end are the same for all of them.

use heaplab_record::{CountsTotals, DhatTotals, HeapTotals, OutsideFigures, Reconciliation, ResidentFigures};

/// Compares the totals of three runs at one scale. `agrees` is also false where a quantity differs
/// that a [`Reconciliation`] does not keep: blocks at peak and end, and what the frees leave.
pub fn reconcile(heap: &HeapTotals, dhat: &DhatTotals, counts: &CountsTotals, rows: u64) -> Reconciliation {
    let mut reconciliation = Reconciliation {
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
    let left = |allocated: u64, freed: u64| i128::from(allocated) - i128::from(freed);
    reconciliation.agrees = equations(&reconciliation).iter().all(Equation::holds)
        && heap.peak_blocks == dhat.peak_blocks
        && heap.end_blocks == dhat.end_blocks
        && left(counts.allocations, counts.deallocations) == i128::from(heap.end_blocks)
        && left(counts.bytes_allocated, counts.bytes_deallocated) == i128::from(heap.end_bytes);
    reconciliation
}

/// Which figure of a probe an [`Equation`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EquationKind {
    /// dhat's blocks over the run.
    DhatBlocks,
    /// dhat's bytes over the run.
    DhatBytes,
    /// dhat's peak.
    PeakBytes,
    /// dhat's bytes at the end.
    EndBytes,
    /// stats_alloc's allocations.
    Allocations,
    /// stats_alloc's reallocations.
    Reallocations,
    /// stats_alloc's bytes over the run.
    BytesAllocated,
}

/// A probe's figure, and what the recorder's figures predict for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equation {
    /// Which figure.
    pub kind: EquationKind,
    /// What was counted.
    pub counted: i128,
    /// What it should be by the recorder's figures.
    pub expected: i128,
}

impl Equation {
    /// Whether both are the same.
    pub fn holds(&self) -> bool {
        self.counted == self.expected
    }
}

/// Every equation that a reconciliation can show.
pub fn equations(of: &Reconciliation) -> Vec<Equation> {
    let [dhat_blocks, dhat_bytes, ..] = expected_by_dhat_rule(of);
    let equation = |kind, counted: u64, expected: i128| Equation { kind, counted: counted.into(), expected };
    vec![
        equation(EquationKind::DhatBlocks, of.dhat_total_blocks, dhat_blocks),
        equation(EquationKind::DhatBytes, of.dhat_total_bytes, dhat_bytes),
        equation(EquationKind::PeakBytes, of.dhat_peak_bytes, of.heap_peak_bytes.into()),
        equation(EquationKind::EndBytes, of.dhat_end_bytes, of.heap_end_bytes.into()),
        equation(EquationKind::Allocations, of.counts_allocations, of.heap_total_blocks.into()),
        equation(EquationKind::Reallocations, of.counts_reallocations, of.heap_reallocations.into()),
        equation(EquationKind::BytesAllocated, of.counts_bytes_allocated, of.heap_total_bytes.into()),
    ]
}

/// A tool's blocks over the run, bytes over the run, bytes at the peak and bytes at the end. `None`
/// for what the tool does not report.
pub type ToolFigures = [Option<u64>; 4];

/// The recorder's figures, in the order of [`ToolFigures`].
pub fn recorder_figures(of: &Reconciliation) -> [u64; 4] {
    [of.heap_total_blocks, of.heap_total_bytes, of.heap_peak_bytes, of.heap_end_bytes]
}

/// What the recorder's figures come to where a reallocation counts as one more block of its whole
/// new size.
pub fn expected_by_dhat_rule(of: &Reconciliation) -> [i128; 4] {
    let [blocks, bytes, peak, end] = recorder_figures(of).map(i128::from);
    [blocks + i128::from(of.heap_reallocations), bytes + resized_bytes(of), peak, end]
}

/// What reallocations add to the bytes by that rule.
pub fn resized_bytes(of: &Reconciliation) -> i128 {
    i128::from(of.heap_reallocated_bytes) - i128::from(of.heap_grown_bytes)
}

/// The differences between a tool's figures and what the rules make of the recorder's; 0 where the
/// tool reports nothing.
pub fn unexplained_gaps(figures: ToolFigures, expected: [i128; 4]) -> [i128; 4] {
    let mut gaps = [0; 4];
    for ((gap, figure), expected) in gaps.iter_mut().zip(figures).zip(expected) {
        *gap = figure.map_or(0, |figure| i128::from(figure) - expected);
    }
    gaps
}

/// What a tool that looks at the whole process should report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideExpectation {
    /// The expected figures.
    pub figures: [i128; 4],
    /// How much less than its own peak the region can have held at the process's peak.
    pub below_peak_bytes: i128,
}

/// The expectation for a tool that saw `whole`, of which `outside` was allocated outside of the
/// region.
pub fn expect_outside_tool(
    of: &Reconciliation,
    whole: &OutsideFigures,
    outside: &OutsideFigures,
) -> OutsideExpectation {
    let mut figures = expected_by_dhat_rule(of);
    for (figure, outside) in figures.iter_mut().zip(outside_tool_figures(outside)) {
        *figure += outside.map_or(0, i128::from);
    }
    // The process's peak may fall at another moment than the region's: the region can only have
    // held less then.
    let at_its_peak = i128::from(whole.peak_bytes) - i128::from(outside.peak_bytes);
    let below_peak_bytes = (i128::from(of.heap_peak_bytes) - at_its_peak).max(0);
    figures[2] -= below_peak_bytes;
    OutsideExpectation { figures, below_peak_bytes }
}

/// A tool's figures in the order of [`ToolFigures`].
pub fn outside_tool_figures(of: &OutsideFigures) -> ToolFigures {
    [Some(of.total_blocks), of.total_bytes, Some(of.peak_bytes), Some(of.end_bytes)]
}

/// glibc's malloc on 64 bits: a header of 8 bytes, sizes in steps of 16, never below 32
/// (`malloc/malloc.c`, `request2size`).
const LEAST_ROUNDING_BYTES: u64 = 8;
/// A request of one byte takes 32.
const MOST_ROUNDING_BYTES: u64 = 31;
/// From this size on a block may be a mapping of its own, in whole pages.
const MAPPED_FROM_BYTES: u64 = 128 << 10;
/// A page, less one byte, and the header.
const MOST_MAPPED_ROUNDING_BYTES: u64 = 4096 + 15;

/// What the growth of `VmHWM` consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResidentBreakdown {
    /// Growth of file pages while the region was open.
    pub file_bytes: Option<u64>,
    /// The least and the most that rounding adds to the blocks at the peak.
    pub rounding_bytes: (u64, u64),
    /// The bounds of what is left of the growth after all of this; may be negative.
    pub rest_bytes: (i128, i128),
}

/// Takes the growth of the resident memory apart. The allocator's rounding is known within bounds
/// only.
pub fn break_down_resident(of: &Reconciliation, resident: &ResidentFigures) -> ResidentBreakdown {
    let blocks = of.heap_peak_blocks.unwrap_or(0);
    let mapped = (of.heap_peak_bytes / MAPPED_FROM_BYTES).min(blocks);
    let least = LEAST_ROUNDING_BYTES * blocks;
    let most = MOST_ROUNDING_BYTES * (blocks - mapped) + MOST_MAPPED_ROUNDING_BYTES * mapped;
    let file_bytes = resident
        .start_rss_file_bytes
        .zip(resident.end_rss_file_bytes)
        .map(|(start, end)| end.saturating_sub(start));
    let grown = i128::from(resident.peak_rss_bytes) - i128::from(resident.start_rss_bytes);
    let rest = grown - i128::from(of.heap_peak_bytes) - i128::from(file_bytes.unwrap_or(0));
    ResidentBreakdown {
        file_bytes,
        rounding_bytes: (least, most),
        rest_bytes: (rest - i128::from(most), rest - i128::from(least)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(reconcile(&heap, &dhat, &counts, 7).agrees);
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
}
