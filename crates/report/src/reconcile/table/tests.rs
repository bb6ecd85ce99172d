//! A run with known figures: when a measurement changes, so does the sentence.

use super::*;
use crate::Lang;
use heaplab_record::ResidentFigures;

/// Two blocks of 100 bytes, one of which grew to 150 and to 200; 40 blocks and 4,000 bytes are the
/// process's own.
fn kept() -> Reconciliation {
    let whole =
        OutsideFigures { total_blocks: 44, total_bytes: Some(4_550), peak_bytes: 1_290, end_bytes: 310 };
    let outside =
        OutsideFigures { total_blocks: 40, total_bytes: Some(4_000), peak_bytes: 1_000, end_bytes: 10 };
    let valgrind = OutsideRun {
        tool: OutsideTool::ValgrindDhat,
        outcome: OutsideOutcome::Measured { version: "valgrind-3".into(), whole, outside },
    };
    Reconciliation {
        rows: 1,
        heap_total_blocks: 2,
        heap_total_bytes: 300,
        heap_reallocations: 2,
        heap_grown_bytes: 100,
        heap_reallocated_bytes: 350,
        heap_peak_bytes: 300,
        heap_end_bytes: 300,
        dhat_total_blocks: 4,
        dhat_total_bytes: 550,
        dhat_peak_bytes: 300,
        dhat_end_bytes: 300,
        counts_allocations: 2,
        counts_reallocations: 2,
        counts_bytes_allocated: 300,
        agrees: true,
        heap_peak_blocks: Some(2),
        counts_end_bytes: Some(300),
        resident: Some(ResidentFigures {
            start_rss_bytes: 4_000,
            peak_rss_bytes: 4_000 + 300 + 40 + 500,
            start_rss_file_bytes: Some(1_000),
            end_rss_file_bytes: Some(1_500),
        }),
        outside_tools: vec![
            valgrind,
            OutsideRun { tool: OutsideTool::Heaptrack, outcome: OutsideOutcome::NotInstalled },
        ],
    }
}

fn render_rows(of: &Reconciliation) -> Vec<ToolRow> {
    tool_rows(of, &Words::new(Lang::En))
}

#[test]
fn every_gap_has_its_reason() {
    let rows = render_rows(&kept());
    let explained: Vec<Option<bool>> = rows.iter().map(|row| row.is_explained).collect();
    assert_eq!(explained, [None, Some(true), Some(true), Some(true), Some(true), None]);
    assert!(rows[2].reason.contains("250 B more in all"), "{}", rows[2].reason);
    let valgrind = &rows[4];
    let gaps: Vec<_> = valgrind.cells.iter().map(|cell| cell.exact.as_deref()).collect();
    assert_eq!(gaps, [Some("+42"), Some("+4,250"), Some("+990"), Some("+10")]);
    for needed in ["40 blocks", "4,000 B in all", "1,000 B at the peak", "10 B less then"] {
        assert!(valgrind.reason.contains(needed), "{needed}: {}", valgrind.reason);
    }
    assert!(rows[5].reason.contains("doctor") && rows[5].cells.iter().all(|cell| cell.short == NOT_SAID));
}

#[test]
fn what_no_rule_accounts_for_is_said_with_its_amount() {
    type Change = fn(&mut Reconciliation);
    fn valgrind(of: &mut Reconciliation) -> &mut OutsideFigures {
        match &mut of.outside_tools[0].outcome {
            OutsideOutcome::Measured { whole, .. } => whole,
            _ => unreachable!(),
        }
    }
    let cases: [(usize, Change, &str); 7] = [
        (1, |of| of.counts_end_bytes = Some(313), "+13 B at the end"),
        (2, |of| of.dhat_total_bytes -= 7, "−7 B in all"),
        (2, |of| of.dhat_peak_bytes += 17, "+17 B at the peak"),
        (4, |of| valgrind(of).total_blocks += 3, "+3 blocks"),
        (4, |of| valgrind(of).total_bytes = Some(4_545), "−5 B in all"),
        // More than the region's own peak cannot be the region's.
        (4, |of| valgrind(of).peak_bytes = 1_304, "+4 B at the peak"),
        (4, |of| valgrind(of).end_bytes = 311, "+1 B at the end"),
    ];
    for (row, change, says) in cases {
        let mut of = kept();
        change(&mut of);
        let rows = render_rows(&of);
        assert_eq!(rows[row].is_explained, Some(false));
        assert!(rows[row].reason.contains("Not explained") && rows[row].reason.contains(says), "{says}");
    }
}

#[test]
fn resident_memory_is_explained_within_the_rounding() {
    let with = |peak_rss_bytes: u64| {
        let mut of = kept();
        of.resident.as_mut().unwrap().peak_rss_bytes = peak_rss_bytes;
        render_rows(&of).swap_remove(3)
    };
    // 4,000 before, 300 live, 500 of files, two blocks rounded up by 8 to 31 each.
    assert_eq!(with(4_816).is_explained, Some(true));
    assert_eq!(with(4_862).is_explained, Some(true));
    let more = with(4_862 + 1_000);
    assert_eq!(more.is_explained, Some(false));
    assert!(more.reason.contains("1.00 kB to 1.05 kB, such as freed"), "{}", more.reason);
    let less = with(4_816 - 100);
    assert!(less.reason.contains("100 B to 146 B more than became resident"), "{}", less.reason);
    // The kernel says nothing of blocks.
    assert_eq!(less.cells[0].short, NOT_SAID);
}
