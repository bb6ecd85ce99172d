//! The kernel's row: `VmHWM` counts pages, the recorder counts what was asked for. The way from one to the other is the
//! process's own start, the allocator's rounding, and file pages; the rounding is known within bounds only.

use super::{ToolRow, recorder_figures, render_cells};
use crate::{Words, format, prose};
use heaplab_record::{Reconciliation, ResidentFigures};

/// glibc's malloc on 64 bits: a header of 8 bytes, sizes in steps of 16, never below 32 (`malloc/malloc.c`, `request2size`).
const LEAST_ROUNDING_BYTES: u64 = 8;
/// A request of one byte takes 32.
const MOST_ROUNDING_BYTES: u64 = 31;
/// From here on a block may be a mapping of its own, in whole pages.
const MAPPED_FROM_BYTES: u64 = 128 << 10;
/// A page, less one byte, and the header.
const MOST_MAPPED_ROUNDING_BYTES: u64 = 4096 + 15;

/// What `VmHWM` is made of.
pub(super) struct ResidentBreakdown {
    /// Growth of file pages while the region was open.
    pub(super) file_bytes: Option<u64>,
    /// What rounding adds to the blocks at the peak.
    pub(super) rounding_bytes: (u64, u64),
    /// What is left of the growth when all is taken off: between, and may be below nothing.
    pub(super) rest_bytes: (i128, i128),
}

pub(super) fn break_down_resident(of: &Reconciliation, resident: &ResidentFigures) -> ResidentBreakdown {
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

pub(super) fn resident_row(of: &Reconciliation, resident: &ResidentFigures, words: &Words) -> ToolRow {
    let made = break_down_resident(of, resident);
    let (least, most) = made.rounding_bytes;
    let mut reasons = vec![words.say(
        "gap-resident",
        &[
            ("start", &format::bytes(resident.start_rss_bytes)),
            ("live", &format::bytes(of.heap_peak_bytes)),
            ("blocks", &format::count(of.heap_peak_blocks.unwrap_or(0))),
            ("least", &format::bytes(least)),
            ("most", &format::bytes(most)),
        ],
    )];
    if let Some(file) = made.file_bytes {
        reasons.push(words.say("gap-resident-file", &[("file", &format::bytes(file))]));
    }
    let short = |bytes: i128| format::bytes(u64::try_from(bytes.unsigned_abs()).unwrap_or(u64::MAX));
    let (low, high) = made.rest_bytes;
    let key = match () {
        () if low > 0 => "gap-resident-more",
        () if high < 0 => "gap-resident-less",
        () => "gap-resident-within",
    };
    // Of a shortfall the smaller amount is the one nearer to nothing.
    let (low, high) = if high < 0 { (high, low) } else { (low, high) };
    reasons.push(words.say(key, &[("low", &short(low)), ("high", &short(high))]));
    ToolRow {
        tool: words.get("tool-resident"),
        cells: render_cells([None, None, Some(resident.peak_rss_bytes), None], recorder_figures(of)),
        reason: prose::join_sentences(&reasons, words),
        is_explained: Some(key == "gap-resident-within"),
    }
}
