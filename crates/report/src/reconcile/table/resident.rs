//! The kernel's row: `VmHWM` counts pages, the recorder counts what was asked for.

use super::{ToolRow, render_cells};
use crate::{Words, format, prose};
use heaplab_analysis::reconciliation::{break_down_resident, recorder_figures};
use heaplab_record::{Reconciliation, ResidentFigures};

pub(super) fn resident_row(of: &Reconciliation, figures: &ResidentFigures, words: &Words) -> ToolRow {
    let parts = break_down_resident(of, figures);
    let (least, most) = parts.rounding_bytes;
    let mut reasons = vec![words.say(
        "gap-resident",
        &[
            ("start", &format::bytes(figures.start_rss_bytes)),
            ("live", &format::bytes(of.heap_peak_bytes)),
            ("blocks", &format::count(of.heap_peak_blocks.unwrap_or(0))),
            ("least", &format::bytes(least)),
            ("most", &format::bytes(most)),
        ],
    )];
    if let Some(file) = parts.file_bytes {
        reasons.push(words.say("gap-resident-file", &[("file", &format::bytes(file))]));
    }
    let short = |bytes: i128| format::bytes(u64::try_from(bytes.unsigned_abs()).unwrap_or(u64::MAX));
    let (low, high) = parts.rest_bytes;
    let key = match () {
        () if low > 0 => "gap-resident-more",
        () if high < 0 => "gap-resident-less",
        () => "gap-resident-within",
    };
    // Of a shortfall, the bound nearer to 0 is the smaller amount.
    let (low, high) = if high < 0 { (high, low) } else { (low, high) };
    reasons.push(words.say(key, &[("low", &short(low)), ("high", &short(high))]));
    ToolRow {
        tool: words.get("tool-resident"),
        cells: render_cells([None, None, Some(figures.peak_rss_bytes), None], recorder_figures(of)),
        reason: prose::join_sentences(&reasons, words),
        is_explained: Some(key == "gap-resident-within"),
    }
}
